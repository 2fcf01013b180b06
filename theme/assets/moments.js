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
      document.querySelector(goal).focus()
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
  addEventListener("resize", tidy)
  new MutationObserver(tidy).observe(document.querySelector("article"),
    { childList: true, subtree: true, attributeFilter: ["tabindex"] })
})()
