(() => {
  const language = document.documentElement.lang
  const none = { ko: "없습니다. 모두 보기", en: "Nothing. Show all" }[language]

  // What narrows a list as one types: the field, how many are left, and the way back where none is. `show` hides all
  // that does not have the words, and says how many have them.
  const narrowing = (label, total, split, show) => {
    const input = Object.assign(document.createElement("input"), { type: "search", placeholder: label })
    input.setAttribute("aria-label", label)
    const count = Object.assign(document.createElement("output"), { className: "count" })
    const all = Object.assign(document.createElement("button"), { type: "button", textContent: none, className: "none" })
    const narrow = () => {
      const left = show(input.value.toLowerCase().split(split).filter(Boolean))
      count.textContent = left < total ? `${left} / ${total}` : total
      all.hidden = left > 0
    }
    input.addEventListener("input", narrow)
    all.addEventListener("click", () => {
      input.value = ""
      narrow()
      input.focus()
    })
    narrow()
    return [input, count, all]
  }

  // A table of frameworks is filtered by words and sorted by a column; on a phone each cell says its column.
  const power = digits => "e" + [...digits].map(d => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(d)).map(n => n < 0 ? "-" : n).join("")
  const weigh = cell => {
    const text = cell.innerText.trim().split(" · ")[0]
    const number = parseFloat(text.replace(/×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, digits) => power(digits)))
    return [isNaN(number) ? 1 : 0, number || 0, text]
  }
  const before = (a, b) => a[0] - b[0] || a[1] - b[1] || a[2].localeCompare(b[2])
  const [filter, sort] = { ko: ["찾기", "정렬"], en: ["Filter", "Sort by"] }[language]
  for (const box of document.querySelectorAll(".frameworks")) {
    const table = box.querySelector("table"), heads = [...table.tHead.rows[0].cells], rows = [...table.tBodies[0].rows]
    const [input, count, all] = narrowing(filter, rows.length, /\s+/, words => {
      for (const row of rows) row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word))
      return rows.filter(row => !row.hidden).length
    })
    const order = document.createElement("select")
    order.setAttribute("aria-label", sort)
    order.append(new Option(sort, ""))
    order.addEventListener("change", () => order.value && heads[order.value].querySelector("button").click())
    box.prepend(input, order, count, all)
    for (const row of rows) [...row.cells].forEach((cell, i) => cell.dataset.head = heads[i].dataset.head ??= heads[i].innerText.trim())
    heads.forEach((th, i) => {
      const button = document.createElement("button")
      button.append(...th.childNodes)
      th.append(button)
      order.append(new Option(heads[i].dataset.head, i))
      button.addEventListener("click", () => {
        const down = th.ariaSort === "ascending"
        for (const other of heads) other.ariaSort = null
        th.ariaSort = down ? "descending" : "ascending"
        rows.sort((a, b) => (down ? -1 : 1) * before(weigh(a.cells[i]), weigh(b.cells[i])))
        table.tBodies[0].append(...rows)
      })
    })
  }

  // A list of symptoms is narrowed by the words of a symptom, of its causes, and other words for it. The groups without
  // any are hidden, and a link to an entry shows it, whatever was typed.
  const place = document.querySelector(".narrow")
  if (place) {
    const entries = [...document.querySelectorAll(".symptom")].map(box => {
      const title = box.previousElementSibling
      const said = [title, ...box.querySelectorAll("strong, .also")].map(element => element.textContent)
      return { box, title, text: said.join(" ").toLowerCase() }
    })
    const head = element => element.tagName === "H2" ? element : head(element.previousElementSibling)
    const groups = Map.groupBy(entries, ({ title }) => head(title))
    // A number is found as a whole, a Korean word also without its last letter, which is often a particle.
    const ways = word => /[가-힣]{3,}$/.test(word) ? [word, word.slice(0, -1)] : [word]
    const has = (text, word) => /^\d+$/.test(word) ? text.split(/\D+/).includes(word) : ways(word).some(way => text.includes(way))
    const label = { ko: "무엇이 보이나요?", en: "What do you see?" }[language]
    const [input, count, all] = narrowing(label, entries.length, /[\s,.?!]+/, words => {
      for (const { box, title, text } of entries) box.hidden = title.hidden = !words.every(word => has(text, word))
      for (const [head, own] of groups) head.hidden = own.every(({ box }) => box.hidden)
      return entries.filter(({ box }) => !box.hidden).length
    })
    addEventListener("hashchange", () => {
      if (entries.some(({ title }) => title.hidden && `#${title.id}` === location.hash)) all.click()
    })
    place.append(input, count, all)
    place.hidden = false
  }
})()
