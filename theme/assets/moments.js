(() => {
  // The language switch keeps the heading that the reader sees.
  const heading = () => {
    const seen = [...document.querySelectorAll("article :is(h2, h3)[id]")].filter(h => h.getBoundingClientRect().top < 160)
    return seen.length ? "#" + seen.at(-1).id : ""
  }
  for (const link of document.querySelectorAll("a.language")) {
    const plain = link.getAttribute("href")
    const follow = () => link.setAttribute("href", plain + heading())
    for (const event of ["pointerdown", "focus", "click", "mouseenter"]) link.addEventListener(event, follow)
  }

  // The buttons for menu and search, by keyboard too.
  for (const button of document.querySelectorAll("button[data-toggle]")) {
    const box = document.getElementById(button.dataset.toggle)
    button.addEventListener("click", () => {
      box.click()
      if (box.id === "__search") document.querySelector(".md-search__input").focus()
      else document.querySelector(".md-nav--primary a.md-nav__link")?.focus()
    })
  }
  addEventListener("keydown", event => {
    const drawer = document.getElementById("__drawer")
    if (event.key === "Escape" && drawer.checked) drawer.click()
  })

  // What scrolls sideways can be scrolled by keyboard, and has a name.
  for (const box of document.querySelectorAll(".katex-display, .md-typeset__scrollwrap, .highlight code")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0
  }
})()
