(() => {
  const language = document.documentElement.lang
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
    const input = Object.assign(document.createElement("input"), { type: "search", placeholder: filter, ariaLabel: filter })
    const order = document.createElement("select")
    order.setAttribute("aria-label", sort)
    order.append(new Option(sort, ""))
    order.addEventListener("change", () => order.value && heads[order.value].querySelector("button").click())
    box.prepend(input, order)
    narrowing(input, rows.length, text => {
      const words = text.toLowerCase().split(/\s+/)
      for (const row of rows) row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word))
      return { left: rows.filter(row => !row.hidden).length }
    })
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
})()
