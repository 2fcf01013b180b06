// Each listing gets its buttons. What they do is loaded when one is pressed, or when the address holds a change.
(() => {
  const ko = document.documentElement.lang === "ko"
  const here = document.currentScript.src.replace(/[^/]*$/, "")
  const make = (tag, more, ...inner) => {
    const { className = "", ...attributes } = more, element = document.createElement(tag)
    if (className) element.className = className
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
    element.append(...inner)
    return element
  }
  const button = (word, name) => make("button", { type: "button", "aria-label": name }, word)
  const blocks = [...document.querySelectorAll("article .language-python.highlight")].map((box, i) => {
    const n = i + 1, said = make("span", { className: "run-said", role: "status" })
    const go = ko ? button("실행", `실행: 블록 ${n}`) : button("Run", `Run listing ${n}`)
    const change = ko ? button("고치기", `고치기: 블록 ${n}`) : button("Change", `Change listing ${n}`)
    const upTo = ko ? button("여기까지 복사", `여기까지 복사: 블록 ${n}`) : button("Copy up to here", `Copy up to here: listing ${n}`)
    const bar = make("div", { className: "run-bar", id: `run-${n}` }, go, change, ...i ? [upTo] : [], said)
    go.className = "run-go"
    box.append(bar)
    return { box, bar, go, change, upTo, said, number: n }
  })
  const page = () => momentsScript("running").catch(() => {
    throw new Error(ko ? "실행에 필요한 파일을 불러오지 못했습니다." : "What this needs could not be loaded.")
  })
  const when = (block, what) => page().then(() => momentsRun[what](block)).catch(error => {
    delete block.box.dataset.run
    block.said.textContent = error.message
  })
  for (const block of blocks) {
    block.go.onclick = event => {
      if (event.detail > 1) return  // a double click is one press
      block.box.dataset.run ??= "starting"
      when(block, "press")
    }
    block.change.onclick = () => when(block, "change")
    block.upTo.onclick = () => when(block, "copyUpTo")
  }
  // In a lab, beside the notebook; what is folded stays so.
  const notebook = blocks.length && document.querySelector("article a[href$='.ipynb']"), whole = {}
  if (notebook) {
    whole.go = make("button", { type: "button", className: "run-all" }, ko ? "모두 실행" : "Run all")
    whole.said = make("p", { className: "run-all-said", role: "status" })
    whole.go.onclick = event => event.detail > 1 || when(blocks.findLast(({ box }) => box.checkVisibility()), "all")
    notebook.parentElement.prepend(whole.go, " · ")
    notebook.parentElement.after(whole.said)
  }
  globalThis.momentsRun = { ko, here, make, blocks, whole }
  const linked = () => location.hash.startsWith("#run=") && blocks.length && when(blocks[0], "linked")
  addEventListener("hashchange", linked)
  linked()
})()
