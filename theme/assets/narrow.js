// What narrows as one types: how many are left, and the way back where none is. `show` hides what does not have the
// words, and says how many have them and how many stand there for them, being the nearest.
const narrowing = (input, total, show, ...leads) => {
  const [some, near, none] = {
    ko: [n => `${total}개 중 ${n}개`, n => `딱 맞는 것은 없고, 가까운 것 ${n}개`, "없습니다. 모두 보기"],
    en: [n => `${n} of ${total}`, n => `None has all of it; the nearest ${n}`, "Nothing. Show all"],
  }[document.documentElement.lang]
  const count = Object.assign(document.createElement("output"), { className: "count" })
  const all = Object.assign(document.createElement("button"), { type: "button", textContent: none, className: "none" })
  const narrow = async event => {
    const shown = await show(input.value, event?.isComposing)
    if (!shown) return
    const { left, nearest = 0 } = shown
    count.textContent = nearest ? near(nearest) : left < total ? some(left) : total
    all.hidden = left + nearest > 0
    for (const lead of leads) lead.hidden = left > 0
  }
  for (const kind of ["input", "compositionend"]) input.addEventListener(kind, narrow)
  all.addEventListener("click", () => {
    input.value = ""
    narrow()
    input.focus()
  })
  narrow()
  input.after(count, all, ...leads)
  return narrow
}
