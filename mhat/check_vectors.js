// Check an Adam against adam.json: node check_vectors.js adam.json
// --8<-- [start:check]
const fs = require("node:fs")

function adam(theta, g, state, lr, { beta1, beta2, eps }) {
  state.t += 1
  const c1 = 1 - beta1 ** state.t, c2 = 1 - beta2 ** state.t
  for (let i = 0; i < theta.length; i++) {
    state.m[i] += (1 - beta1) * (g[i] - state.m[i])
    state.v[i] += (1 - beta2) * (g[i] * g[i] - state.v[i])
    const divisor = Math.sqrt(state.v[i] / c2) + eps
    theta[i] -= lr * (state.m[i] / c1) / divisor
  }
}

function firstFailure(cases, step) {
  for (const c of cases) {
    const flat = x => Float64Array.from([x].flat(Infinity))
    const theta = flat(c.theta), { t, m, v } = c.start
    const state = { t, m: flat(m), v: flat(v) }
    for (const [i, lr] of c.lr.entries()) {
      step(theta, flat(c.gradients[i]), state, lr, c.settings)
      const off = flat(c.path[i]).map((x, k) => Math.abs(x - theta[k]))
      if (!off.every(x => x <= c.tolerance))
        return `${c.name}, step ${i + 1}: ${theta}, right is ${c.path[i]}`
    }
  }
}

const { groups } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"))
const { cases } = groups.find(group => group.form === "adam")
const failure = firstFailure(cases.filter(c => c.dtype === "float64"), adam)
if (failure) { console.error(failure); process.exitCode = 1 }
// --8<-- [end:check]
