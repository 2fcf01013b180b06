// Check an Adam against adam.json: put your own in the place of `yours`.
//     node check_vectors.js adam.json adam
// --8<-- [start:check]
const fs = require("node:fs")

function yours(theta, g, state, lr, { beta1, beta2, eps }) {
  state.t += 1
  const c1 = 1 - beta1 ** state.t, c2 = 1 - beta2 ** state.t
  for (let i = 0; i < theta.length; i++) {
    state.m[i] += (1 - beta1) * (g[i] - state.m[i])
    state.v[i] += (1 - beta2) * (g[i] * g[i] - state.v[i])
    const divisor = Math.sqrt(state.v[i] / c2) + eps
    theta[i] -= lr * (state.m[i] / c1) / divisor
  }
}

function off(mine, right, tolerance) {
  const x = [mine].flat(), y = [right].flat(Infinity)
  const same = x.length === y.length && x.length > 0
  return !same || !x.every((x, i) => Math.abs(x - y[i]) <= tolerance)
}

function failure(c, step) {
  const Kind = c.dtype === "float32" ? Float32Array : Float64Array
  const array = x => Kind.from([x].flat(Infinity)), steps = c.lr.length
  const lengths = [c.gradients.length, c.path.length]
  if (lengths.some(length => length !== steps)) return "the lengths differ"
  const theta = array(c.theta), state = {}
  for (const [k, x] of Object.entries(c.start))
    state[k] = k === "t" ? x : array(x)
  for (const [i, lr] of c.lr.entries()) {
    step(theta, array(c.gradients[i]), state, lr, c.settings)
    const right = c.path[i], given = right !== null || i === steps - 1
    if (given && off([...theta], right, c.tolerance))
      return `step ${i + 1}: ${theta}, right is ${right}`
  }
  for (const k in c.end) {
    const mine = k === "t" ? state.t : [...state[k]]
    if (off(mine, c.end[k], c.end_tolerance[k]))
      return `${k} at the end: ${mine}, right is ${c.end[k]}`
  }
}

function main(file, form = "adam", step = yours) {
  const { count, groups } = JSON.parse(fs.readFileSync(file, "utf8"))
  const all = groups.flatMap(group => group.cases).length
  if (all !== count) return `${file} is cut: not ${count} cases`
  const cases = groups.find(group => group.form === form)?.cases ?? []
  const forms = groups.map(group => group.form)
  if (!cases.length) return `${file} has no ${form}, but ${forms}`
  const said = cases.map(c => failure(c, step)), n = cases.length
  const first = said.findIndex(x => x), bad = said.filter(x => x).length
  const steps = cases.flatMap(c => c.lr).length
  const head = `${n} cases, ${steps} steps`
  if (!bad) return console.log(`${head}: all within tolerance`)
  const like = cases[first].flags.filter(flag =>
    cases.every((c, i) => c.flags.includes(flag) === Boolean(said[i])))
  const named = like.join(", ") || "no mistake in the notes"
  const share = `${bad} of ${n} cases fail, the same as with: ${named}`
  return `${cases[first].id}, ${said[first]}\n${share}`
}

const wrong = main(...process.argv.slice(2))
if (wrong) { console.error(wrong); process.exitCode = 1 }
// --8<-- [end:check]
