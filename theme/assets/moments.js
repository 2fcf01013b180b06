(() => {
  const all = selector => document.querySelectorAll(selector)

  // The language switch keeps the heading that the reader sees: the first below the header (at the end of the page,
  // anywhere), or the last gone by.
  const heading = () => {
    const top = h => h.getBoundingClientRect().top
    const ended = scrollY + innerHeight > document.documentElement.scrollHeight - 2
    const heads = [...all("article :is(h2, h3)[id]")]
    const at = heads.find(h => top(h) > 40 && top(h) < (ended ? innerHeight : 160)) ?? heads.findLast(h => top(h) <= 40)
    return at ? "#" + at.id : ""
  }
  for (const link of all("a.language")) {
    const plain = link.getAttribute("href")
    const follow = () => link.setAttribute("href", plain + heading())
    for (const event of ["pointerdown", "focus", "click", "mouseenter"]) link.addEventListener(event, follow)
  }

  // The buttons for menu and search: Escape closes and comes back, Tab past the end of the menu closes it.
  for (const button of all("button[data-toggle]")) {
    const box = document.getElementById(button.dataset.toggle)
    const goal = box.id === "__search" ? ".md-search__input" : ".md-nav--primary a.md-nav__link[href]"
    const state = () => button.setAttribute("aria-expanded", box.checked)
    state()
    box.addEventListener("change", state)
    button.addEventListener("click", () => {
      box.click()
      document.querySelector(".md-nav--primary [aria-current]")?.scrollIntoView({ block: "center" })
      document.querySelector(goal).focus({ preventScroll: true })
    })
    addEventListener("keydown", event => {
      if (event.key !== "Escape" || !box.checked || !button.checkVisibility()) return
      box.click()
      button.focus()
      event.stopImmediatePropagation()
    }, true)
  }
  addEventListener("focusin", event => {
    const drawer = document.getElementById("__drawer")
    if (drawer.checked && !event.target.closest(".md-sidebar--primary, [data-toggle]")) drawer.click()
  })

  // Of the two palettes the one in use is the one that has the focus.
  const { body } = document
  const palette = () => {
    for (const input of all("input.md-option")) input.checked = input.dataset.mdColorScheme === body.dataset.mdColorScheme
  }
  palette()
  new MutationObserver(palette).observe(body, { attributeFilter: ["data-md-color-scheme"] })

  // What folds opens and closes together too, which is remembered; on paper it is as the reader left it.
  const folds = [...all(".fold details")]
  if (folds.length) {
    const words = { ko: ["코드 모두 펼치기", "코드 모두 접기"], en: ["Show all code", "Fold the code"] }[document.documentElement.lang]
    const button = Object.assign(document.createElement("button"), { type: "button", className: "openall" })
    const set = open => {
      for (const fold of folds) fold.open = open
      button.textContent = words[+open]
      button.setAttribute("aria-pressed", open)
    }
    const keep = { get: () => { try { return localStorage.allCode } catch {} }, set: on => { try { localStorage.allCode = on } catch {} } }
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-pressed") !== "true"
      const top = button.getBoundingClientRect().top
      set(open)
      scrollBy({ top: button.getBoundingClientRect().top - top, behavior: "instant" })
      keep.set(open ? "open" : "")
    })
    set(keep.get() === "open")
    const head = document.querySelector(".first") ?? Object.assign(document.createElement("p"), { className: "first" })
    if (!head.isConnected) document.querySelector("article h1").after(head)
    head.append(button)
    for (const fold of folds) fold.addEventListener("toggle", () => matchMedia("print").matches || fold.toggleAttribute("data-open", fold.open))
  }

  // What to predict is chosen first, and the answer says which it is.
  for (const choices of all("details.question > .choices")) {
    const details = choices.parentElement, right = choices.querySelector("strong").textContent
    const [yes, no, is] = { ko: ["맞습니다: ", "고른 답: ", " · 맞는 답: "], en: ["Yes: ", "You said: ", " · It is: "] }[document.documentElement.lang]
    const row = document.createElement("p")
    row.className = "chips"
    for (const text of choices.textContent.split(" · ")) {
      const chip = Object.assign(document.createElement("button"), { type: "button", textContent: text })
      chip.addEventListener("click", () => {
        choices.textContent = text === right ? yes + right : no + text + is + right
        choices.className = text === right ? "said yes" : "said no"
        details.open = true
        details.querySelector("summary").focus()
      })
      row.append(chip)
    }
    choices.hidden = true
    choices.setAttribute("role", "status")
    details.addEventListener("toggle", () => choices.hidden = choices.className === "choices")
    details.after(row)
  }

  // An address may say anything.
  const decoded = text => {
    try {
      return decodeURIComponent(text)
    } catch {
      return ""
    }
  }

  // An address that leads to a mistake opens it.
  const lead = () => {
    const goal = document.getElementById(decoded(location.hash.slice(1)))
    const details = goal?.parentElement.querySelector(`#${CSS.escape(goal.id)} + .mistake details`)
    if (details) details.open = true
  }
  lead()
  addEventListener("hashchange", lead)

  // A list that narrows as one types: what narrows it comes when its field is entered, or for an address with words.
  const place = document.querySelector(".narrow")
  if (place) {
    const label = place.textContent
    const input = Object.assign(document.createElement("input"), { type: "search", placeholder: label, ariaLabel: label })
    const load = () => momentsScript("narrow").then(() => momentsScript("entries"))
    place.replaceChildren(input)
    place.hidden = false
    if (location.hash.startsWith("#find=")) load()
    else input.addEventListener("focus", load, { once: true })
  }

  // A figure that stands still is also a picture, which is made when it is asked for.
  for (const link of all(".figure > .save")) {
    if (link.closest("[data-explorable]")) continue
    const button = Object.assign(document.createElement("button"), { type: "button", className: "save", textContent: "PNG", ariaLabel: `${link.ariaLabel}, PNG` })
    button.addEventListener("click", async () => {
      await momentsScript("picture")
      await momentsPicture(link.parentElement)
    })
    link.after(button)
  }

  // What scrolls sideways scrolls by keyboard; copy buttons are no landmarks; an empty
  // head of a column is none; a formula there is read as letters.
  const tidy = () => {
    for (const nav of all("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none")
    for (const box of all("div.formula, .katex-display, .md-typeset__scrollwrap, pre > code, .output")) {
      if (box.scrollWidth > box.clientWidth && box.tabIndex < 0) box.tabIndex = 0
    }
    for (const th of all("th:empty")) th.replaceWith(document.createElement("td"))
    for (const math of all("th .katex-mathml:not([aria-hidden])")) {
      const tex = math.querySelector("annotation").textContent, letters = document.createElement("span")
      letters.className = "letters"
      letters.textContent = tex.replace(/\\([mv])hat/g, "$1_hat").replace(/\\([gmv])v?(?![a-z])/g, "$1").replace(/\\text|[\\{}]/g, "")
      math.setAttribute("aria-hidden", "true")
      math.after(letters)
    }
  }
  tidy()
  addEventListener("resize", () => {
    for (const box of all(".md-typeset__scrollwrap[tabindex]")) {
      if (box.scrollWidth <= box.clientWidth) box.removeAttribute("tabindex")
    }
    tidy()
  })
  new MutationObserver(tidy).observe(document.querySelector("article"),
    { childList: true, subtree: true, attributeFilter: ["tabindex"] })
})()
