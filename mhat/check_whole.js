// Check a whole Adam against whole.json: put your own in the place of `Yours`.
//     node check_whole.js whole.json adam
// --8<-- [start:check]
const fs = require("node:fs")

class Yours {
  constructor(arrays) {
    this.arrays = arrays
    for (const a of arrays) {
      const fine = a.lr > 0 && a.lr < Infinity && a.eps > 0
      if (!fine || ![a.beta1, a.beta2].every(b => b >= 0 && b < 1))
        throw RangeError("a setting")
      Object.assign(a, { t: 0, m: a.theta.map(() => 0), v: a.theta.map(() => 0) })
    }
  }

  step(gradients) {
    this.arrays.forEach((a, k) => {
      const g = gradients[k]
      if (g === null) return
      if (g.length !== a.theta.length || !g.every(Number.isFinite))
        throw RangeError("a gradient")
      a.t += 1
      g.forEach((x, i) => {
        a.m[i] += (1 - a.beta1) * (x - a.m[i])
        a.v[i] += (1 - a.beta2) * (x * x - a.v[i])
        const root = Math.sqrt(a.v[i] / (1 - a.beta2 ** a.t)) + a.eps
        a.theta[i] -= a.lr * (a.m[i] / (1 - a.beta1 ** a.t)) / root
      })
    })
  }
}

function fails(c, Program) {
  const entries = a => Object.entries(a.settings).map(([k, x]) => [k, Number(x)])
  const arrays = c.arrays.map(a => ({ ...Object.fromEntries(entries(a)), theta: [...a.theta] }))
  const alive = c.arrays[0].paths.map(() => true)
  try {
    const mine = new Program(arrays)
    c.arrays[0].gradients.forEach((_, t) => {
      mine.step(c.arrays.map(a => a.gradients[t] && a.gradients[t].map(Number)))
      alive.forEach((_, p) => c.arrays.forEach((a, k) => {
        const near = a.paths[p][t].every((x, i) => Math.abs(arrays[k].theta[i] - x) <= a.tolerance)
        alive[p] = alive[p] && near
      }))
    })
  } catch (error) {
    return !(error instanceof RangeError) || c.result === "valid"
  }
  return c.result === "valid" ? !alive.includes(true) : c.result === "invalid"
}

function main(file, form = "adam", Program = Yours) {
  const { count, cases } = JSON.parse(fs.readFileSync(file, "utf8"))
  const own = cases.filter(c => c.form === form)
  if (cases.length !== count || !own.length) return `${file} is cut, or has no ${form}`
  const bad = own.filter(c => fails(c, Program)), good = own.filter(c => !bad.includes(c))
  if (!bad.length) return console.log(`${own.length} cases: all as they should be`)
  const like = bad[0].flags.filter(flag => bad.every(c => c.flags.includes(flag)) &&
    !good.some(c => c.flags.includes(flag))).sort().join(", ")
  return `${bad.map(c => c.id).join(", ")} fail, the same as with: ${like || "nothing"}`
}

const wrong = main(...process.argv.slice(2))
if (wrong) { console.error(wrong); process.exitCode = 1 }
// --8<-- [end:check]
