(() => {
  // A list of symptoms is narrowed by the words that are typed: those of the symptom, of its causes, and other words
  // for it. The groups without any are hidden.
  const [label, none] = { ko: ["무엇이 보이나요?", "없습니다. 모두 보기"], en: ["What do you see?", "Nothing. Show all"] }[document.documentElement.lang]
  const place = document.querySelector(".narrow")
  const entries = [...document.querySelectorAll(".symptom")].map(box => {
    const title = box.previousElementSibling
    const said = [title, ...box.querySelectorAll("strong, .also")].map(element => element.textContent)
    return { box, title, text: said.join(" ").toLowerCase() }
  })
  const groups = new Map()
  for (const entry of entries) {
    let head = entry.title
    while (head.tagName !== "H2") head = head.previousElementSibling
    groups.set(head, [...groups.get(head) ?? [], entry])
  }
  // A Korean word is also found without its last letter, which is often a particle.
  const ways = word => /[가-힣]{3,}$/.test(word) ? [word, word.slice(0, -1)] : [word]
  const has = (text, word) => /^\d+$/.test(word) ? text.split(/[^\d]+/).includes(word) : ways(word).some(way => text.includes(way))
  const input = Object.assign(document.createElement("input"), { type: "search", placeholder: label })
  input.setAttribute("aria-label", label)
  const count = document.createElement("output")
  const all = Object.assign(document.createElement("button"), { type: "button", textContent: none, hidden: true })
  const narrow = () => {
    const words = input.value.toLowerCase().split(/[\s,.?!]+/).filter(Boolean)
    for (const { box, title, text } of entries) box.hidden = title.hidden = !words.every(word => has(text, word))
    for (const [head, own] of groups) head.hidden = own.every(({ box }) => box.hidden)
    const left = entries.filter(({ box }) => !box.hidden).length
    count.textContent = left < entries.length ? `${left} / ${entries.length}` : entries.length
    all.hidden = left > 0
  }
  input.addEventListener("input", narrow)
  all.addEventListener("click", () => {
    input.value = ""
    narrow()
    input.focus()
  })
  // A link to an entry shows it, whatever was typed.
  addEventListener("hashchange", () => {
    if (entries.some(({ title }) => title.hidden && `#${title.id}` === location.hash)) all.click()
  })
  place.append(input, count, all)
  place.hidden = false
  narrow()
})()
