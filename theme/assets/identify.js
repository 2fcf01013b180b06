import { answer, in_words, settings_of } from "mhat.identify"

// The page's side of check/identify.
const form = document.querySelector(".identify")
const language = document.documentElement.lang === "ko" ? "ko" : "en"

const make = (tag, text = "", more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more)

function settings() {
  const fields = [...form.querySelectorAll("[data-setting]")]
  const found = settings_of(Object.fromEntries(fields.map(field => [field.name, field.value])))
  for (const field of fields) {
    const wrong = found.wrong !== null && found.wrong.setting === field.name
    field.setAttribute("aria-invalid", wrong)
    if (wrong) field.setAttribute("aria-describedby", "identify-answer")
    else field.removeAttribute("aria-describedby")
  }
  return found
}

function changed(pair) {
  const block = make("span")
  const sides = pair.map(text => text.split("\n").map(line => line.replace(/^ {4}/, "")))
  for (const [side, tag] of [[1, "del"], [0, "ins"]]) {
    for (const line of sides[side]) block.append(make(sides[1 - side].includes(line) ? "span" : tag, line))
  }
  return block
}

function drawn(part) {
  if (part.style === "head") return [make("p", part.text, { className: "verdict" })]
  if (part.style === "item") {
    const item = make("li")
    item.append(part.href ? make("a", part.text, { href: part.href }) : part.text)
    return [item]
  }
  const line = make("p", part.text)
  if (part.style === "calls") {
    line.append(": ")
    part.calls.forEach(([name, call, page], i) => line.append(i ? ", " : "", make("a", name, { href: "../" + page }), " ", make("code", call)))
  }
  if (part.style !== "lines") return [line]
  const box = make("pre", "", { className: "lines" })
  box.append(...part.lines.map(changed))
  line.append(" ", make("a", form.dataset.more, { href: part.href }))
  return [line, box]
}

function put(parts, region = form.querySelector("[role=status]"), draw = drawn) {
  region.replaceChildren()
  for (const part of parts) {
    for (const node of draw(part)) {
      const list = region.lastElementChild
      if (node.tagName !== "LI") region.append(node)
      else if (list && list.tagName === "UL") list.append(node)
      else region.append(make("ul")), region.lastElementChild.append(node)
    }
  }
}

// Where no single name fits, the second search comes in a file of its own, and works a little at a time
let asked = 0
const further = () => momentsScript("second")

async function sayMore(given, own) {
  await further()
  const region = form.querySelector("[role=status]")
  const waiting = make("p", secondSearch.looking(language))
  const found = await secondSearch.find(given, () => own === asked, () => region.append(waiting))
  waiting.remove()
  if (own === asked && found) put(secondSearch.words(found, language))
}
const busy = yes => form.querySelector("[role=status]").setAttribute("aria-busy", yes)

function say() {
  const given = settings(), whole = [form.elements.numbers.value, given.told, form.elements.dtype.value]
  const found = given.wrong ?? answer(...whole), own = ++asked
  put(in_words(found, language))
  busy(found.verdict === "none")
  if (found.verdict === "none") sayMore(whole, own).catch(() => {}).finally(() => own === asked && busy(false))
  if (given.wrong !== null) form.elements[given.wrong.setting].focus()
}

form.addEventListener("submit", event => {
  event.preventDefault()
  say()
})
form.elements.numbers.addEventListener("paste", () => setTimeout(say))
form.querySelector("[data-example]").addEventListener("click", event => {
  form.elements.numbers.value = event.target.dataset.example
  say()
})
form.hidden = false

// A reader's code: what checks it, Python and all, comes with the first press
const checker = document.querySelector(".checker"), status = checker.querySelector("[role=status]")
let checking
const press = async anew => {
  if (!checking) status.dataset.check = "starting"
  checking ??= momentsScript("checking").then(() => startChecking({ checker, status, language, make, drawn, put, further, answer, in_words }))
  await checking.then(check => check(anew), () => {
    checking = undefined
    status.dataset.check = "failed"
    put([{ style: "head", text: JSON.parse(checker.dataset.words).unloaded }], status)
  })
}
checker.addEventListener("submit", event => {
  event.preventDefault()
  press(false)
})
checker.querySelector("[data-example]").addEventListener("click", event => {
  checker.elements.code.value = event.target.dataset.example
  press(true)
})
// A text of megabytes would hold up the page before anybody could say that it is too long.
checker.elements.code.addEventListener("paste", event => {
  if (event.clipboardData.getData("text").length <= checker.dataset.most) return
  event.preventDefault()
  status.dataset.check = "failed"
  put([{ style: "head", text: JSON.parse(checker.dataset.words).long }], status)
})
checker.hidden = false
// The first run compiles: it is done while nobody waits.
setTimeout(() => answer(form.querySelector("[data-example]").dataset.example.replace(/\d$/gm, "7"), { decay: 0 }, ""), 300)
