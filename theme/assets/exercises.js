// Which exercises are solved is kept in this browser, and shown; nothing is sent.
(() => {
  const ko = document.documentElement.lang === "ko", KEY = "momentsSolved"
  const words = (korean, english) => ko ? korean : english
  const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text })
  const exercises = [...document.querySelectorAll("details.exercise")]
  let solved
  const read = () => {
    try {
      solved = new Set(JSON.parse(localStorage[KEY] ?? "[]"))
    } catch {
      solved ??= new Set()  // no store, or what is no list: this page alone remembers
    }
  }
  const keep = () => {
    try {
      localStorage[KEY] = JSON.stringify([...solved])
    } catch {}
  }
  const line = make("p", "solved-count", ""), count = make("span", "", "")
  const forget = Object.assign(make("button", "", words("기록 지우기", "Forget")), { type: "button" })
  count.setAttribute("role", "status")
  line.append(count, forget)
  const marks = new Map(exercises.map(each => {
    const mark = make("span", "solved-mark", words("풀었음", "solved"))
    each.querySelector("summary").append(mark)
    return [each, mark]
  }))
  const show = () => {
    const own = exercises.filter(each => solved.has(each.id)).length, all = exercises.length
    for (const [each, mark] of marks) mark.hidden = !solved.has(each.id)
    count.textContent = words(`${all}문제 중 ${own}문제를 풀었습니다. 기록은 이 브라우저에만 남습니다.`,
      `${own} of ${all} solved. This is kept in this browser alone.`)
    forget.hidden = !solved.size
  }
  forget.addEventListener("click", () => {
    solved.clear()
    keep()
    show()
  })
  document.addEventListener("solved", ({ target }) => {
    read()  // another tab may have solved one
    solved.add(target.closest("details.exercise").id)
    keep()
    show()
  })
  const lead = () => {
    const goal = exercises.find(each => `#${each.id}` === location.hash)
    if (goal) goal.open = true
  }
  read()
  show()
  exercises[0].parentElement.querySelector("h2").before(line)
  lead()
  addEventListener("hashchange", lead)
})()
