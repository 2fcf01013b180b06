import { CALLS, code, compose, composition, costs, explain, knows, set_up, shown, translate, where } from "mhat.translate.in_browser"

// The page's side of conventions/translate.
const box = document.getElementById("translator")
const words = JSON.parse(document.getElementById("translator-words").textContent)
const make = (tag, more, ...inside) => {
  const element = Object.assign(document.createElement(tag), more)
  element.append(...inside)
  return element
}
const labelled = (text, control) => make("label", {}, make("span", {}, text), control)
const option = (value, text) => make("option", { value }, text)
const stems = [...new Set(CALLS.map(each => each.stem))]
const name = stem => CALLS.find(each => each.stem === stem).framework

// The controls
const paste = make("input", { autocomplete: "off", spellcheck: false, placeholder: "torch.optim.Adam(params, lr=3e-4, betas=(0.9, 0.95))" })
const notes = make("ul", { className: "notes" })
notes.setAttribute("aria-live", "polite")
const from = make("select", {}, ...stems.map(stem => {
  const group = make("optgroup", { label: name(stem) })
  CALLS.forEach((each, i) => each.stem === stem && group.append(option(i, each.name)))
  return group
}))
const flags = make("select", {}), fields = make("div", { className: "fields" })
const changing = make("input", { type: "checkbox", checked: true }), to = make("select", {})
const flagged = labelled(words.flags, flags), moving = make("label", { className: "check" }, changing, make("span", {}, words.changing))
const verdict = make("p", { className: "verdict" }), typing = make("code", {}), reasons = make("ul", {})
const cost = make("p", { className: "cost" }), horizon = make("select", {}, option("long", words.long), option("first", words.first))
const pair = make("p", { className: "verdict" }), two = make("code", {}), parts = make("div", {}, make("pre", {}, two))
const run = make("a", {}, words.two), running = make("p", {}, run)
const aim = labelled(words.horizon, horizon)
const shell = make("div", {}, make("pre", {}, typing)) // the theme gives it a copy button
const answer = make("div", { className: "result" }, verdict, shell, cost, reasons, running, pair, parts)
answer.setAttribute("aria-live", "polite")
const pasting = labelled(words.paste, paste)
pasting.className = "paste"
box.append(make("form", {}, pasting, notes, labelled(words.from, from), flagged, fields, labelled(words.to, to), aim, moving), answer)
box.querySelector("form").addEventListener("submit", event => event.preventDefault())
box.hidden = false

// What they say
const source = () => CALLS[from.value]
const variant = () => source().variants[flags.value]
const known = () => Object.keys(source().names).filter(ours =>
  variant().entries.some(entry => knows(source(), entry.form, ours)))
const text = flags => Object.entries(flags).map(pair => pair.join("=")).join(", ") || words.plain
const allowed = (ours, x) => isFinite(x) && (x !== 0 || !source().nonzero.includes(ours)) && (ours === "lr" ? x > 0 : x >= 0 && (!ours.startsWith("beta") || x < 1))

const fillFlags = () => {
  flags.replaceChildren(...source().variants.map((each, i) => option(i, text(each.flags))))
  flagged.hidden = source().variants.length < 2
}
const fillFields = () => {
  fields.replaceChildren(...known().map(ours => {
    const start = words.start[from.value][ours]
    const input = make("input", { name: ours, value: start === 0 ? "0" : shown(start), inputMode: "decimal", autocomplete: "off", spellcheck: false })
    return labelled(source().names[ours], input)
  }))
}
const fillTargets = () => {
  const before = to.value
  to.replaceChildren(...stems.filter(stem => stem !== source().stem).map(stem => option(stem, name(stem))))
  if (before && before !== source().stem) to.value = before
}

const show = () => {
  const settings = {}, wrong = []
  answer.hidden = false
  for (const input of fields.querySelectorAll("input")) {
    settings[input.name] = input.value.trim() === "" ? NaN : Number(input.value)
    const fine = allowed(input.name, settings[input.name])
    input.setAttribute("aria-invalid", !fine)
    if (!fine) wrong.push(source().names[input.name])
  }
  shell.hidden = cost.hidden = reasons.hidden = running.hidden = pair.hidden = parts.hidden = wrong.length > 0
  if (wrong.length) return verdict.textContent = words.wrong.replace("{names}", wrong.join(", "))
  const optimizer = set_up(source(), variant(), settings)
  const both = [false, true].map(constant => translate(optimizer, to.value, constant, horizon.value))
  const told = both[changing.checked ? 0 : 1], { kind, target } = told
  const typed = each => each.target ? code(each.target) : ""
  aim.hidden = kind !== "closest"
  moving.hidden = both[0].kind === both[1].kind && typed(both[0]) === typed(both[1])
  const open = kind === "none" && !["adam", "rmsprop", "momentum"].includes(source().page) // of the others not all were read
  verdict.textContent = open ? words.uncompared : words[kind]
  box.dataset.answer = kind
  shell.hidden = cost.hidden = reasons.hidden = running.hidden = pair.hidden = parts.hidden = !target
  if (!target) return
  typing.textContent = code(target)
  cost.hidden = kind === "exact"
  cost.textContent = costs(told, words).join(" ")
  reasons.replaceChildren(...explain(told, optimizer, words).map(line => make("li", {}, line)))
  linked(optimizer, target)
  compound(told, optimizer, !changing.checked)
}
// Both forms, with these settings, in the figure of another page; it takes those that it can be set to
const linked = ({ form, settings }, target) => {
  const [one, other] = [form, target.form].map(name => words.forms.indexOf(name)), { lr, beta, beta1, beta2, eps } = settings
  running.hidden = one < 0 || other < 0 || one === other || settings.decay !== 0
  const asked = { one, other, lr, eps: Math.log10(eps), beta: beta || beta1, beta2, near: 1, drop: +changing.checked }
  run.href = `rmsprop.html#two-conventions:${Object.entries(asked).map(pair => pair.join("="))}`
}
const compound = (told, optimizer, constant) => {
  const beside = compose(told, optimizer, to.value, constant, horizon.value)
  pair.hidden = parts.hidden = !beside
  if (!beside) return
  if (beside.kind === "exact") verdict.textContent = words["part below"]
  pair.textContent = `${words[`part ${beside.kind}`]} ${where(beside, optimizer, constant, words)}`.trim()
  two.textContent = composition(beside, optimizer, constant)
}
// The address keeps the question: calls, and the settings that are not those the page opens with
const remember = () => {
  const asked = new URLSearchParams({ from: source().name, to: to.value })
  if (flags.value !== "0") asked.set("flags", text(variant().flags))
  for (const input of fields.querySelectorAll("input")) {
    if (Number(input.value) !== words.start[from.value][input.name]) asked.set(input.name, input.value.trim())
  }
  if (!changing.checked) asked.set("rate", "constant")
  if (horizon.value !== "long") asked.set("closest", horizon.value)
  history.replaceState(null, "", `#${asked}`)
}
// What reads a call comes when its field is first entered
const reader = () => momentsScript("paste")
const take = async given => {
  await reader()
  if (given !== paste.value) return
  const { said, call, variant: place, settings } = readCall(given, words)
  notes.replaceChildren(...said.map(line => make("li", {}, line)))
  answer.hidden = !settings && given.trim() !== ""  // it is of another call
  if (!settings) return
  from.value = call
  fillFlags()
  flags.value = place
  fillFields()
  for (const input of fields.querySelectorAll("input")) {
    const x = settings[input.name]
    input.value = x === 0 ? "0" : shown(x)
  }
  fillTargets()
  show()
  remember()
}

paste.addEventListener("focus", () => reader().catch(() => {}))
paste.addEventListener("input", () => take(paste.value).catch(() => {}))
from.addEventListener("change", () => { fillFlags(); fillFields(); fillTargets(); show(); remember() })
flags.addEventListener("change", () => { fillFields(); show(); remember() })
for (const control of [fields, changing, horizon, to]) control.addEventListener("input", () => { show(); remember() })

// A link such as #from=optax.sgd&to=keras&lr=0.5 opens with these
const asked = new URLSearchParams(location.hash.slice(1))
from.value = Math.max(0, CALLS.findIndex(each => each.name === asked.get("from")))
fillFlags()
flags.value = Math.max(0, source().variants.findIndex(each => text(each.flags) === asked.get("flags")))
fillFields()
for (const input of fields.querySelectorAll("input")) input.value = asked.get(input.name) ?? input.value
fillTargets()
to.value = stems.includes(asked.get("to")) && asked.get("to") !== source().stem ? asked.get("to") : to.value
changing.checked = asked.get("rate") !== "constant"
horizon.value = asked.get("closest") === "first" ? "first" : "long"
show()
