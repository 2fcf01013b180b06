// What moves a figure: handles, keys, the address, and the drawing of what an explorable's compiled Python returns.
const explorables = {}
{
  const language = document.documentElement.lang === "ko" ? "ko" : "en"
  const say = (korean, english) => language === "ko" ? korean : english
  const make = (tag, more, ...inside) => {
    const element = Object.assign(document.createElement(tag), more)
    element.append(...inside)
    return element
  }
  const asked = () => {
    try {
      return /^#([\w-]+):(.+=.*)/.exec(decodeURIComponent(location.hash)) ?? []
    } catch {
      return []
    }
  }

  function start(figure) {
    const name = figure.dataset.explorable, { HANDLES, code, draw, grab, hint, longest, rows, spoken, tell } = explorables[name]
    const svg = figure.querySelector("svg"), caption = figure.querySelector("figcaption p"), state = {}
    const sliders = HANDLES.filter(handle => handle.values.length > 2)
    const place = handle => HANDLES.find(other => other.name === handle.at).values.indexOf(state[handle.at])
    const get = handle => handle.at ? state[handle.name][place(handle)] : state[handle.name]
    const book = handle => handle.at ? handle.book[place(handle)] : handle.book
    const put = (handle, value) => handle.at ? state[handle.name][place(handle)] = value : state[handle.name] = value
    const reset = () => HANDLES.forEach(({ name, book }) => state[name] = Array.isArray(book) ? [...book] : book)

    // The address has what differs from the book.
    const text = value => [value].flat().join(";")
    const remember = () => {
      const moved = HANDLES.filter(handle => text(state[handle.name]) !== text(handle.book))
      const parts = moved.map(handle => encodeURIComponent(handle.name) + "=" + text(state[handle.name]))
      if (moved.length || asked()[1] === name) {
        history.replaceState(history.state, "", moved.length ? `#${name}:${parts}` : location.href.split("#")[0])
      }
    }
    const recall = () => {
      reset()
      if (asked()[1] !== name) return
      for (const part of asked()[2].split(",")) {
        const [key, values] = part.split("="), handle = HANDLES.find(handle => handle.name === key)
        const found = values?.split(";").map(Number) ?? []
        if (!handle || found.length !== [handle.book].flat().length || found.some(x => !handle.values.includes(x))) continue
        state[key] = handle.at ? found : found[0]
      }
    }

    // What is seen
    reset()
    const keys = say("방향키: 한 단계 · PageUp, PageDown: 여러 단계 · Home: 처음 값",
      "Arrows: one step · PageUp, PageDown: several · Home: the first value")
    const controls = sliders.map(handle => {
      const title = make("span"), value = make("output"), chosen = !handle.coarse
      const named = (at, i) => make("option", { value: i }, spoken(handle.name, { ...state, [handle.name]: at }, say)[1])
      const input = chosen ? make("select", {}, ...handle.values.map(named))
        : make("input", { type: "range", min: 0, max: handle.values.length - 1, title: keys })
      input.addEventListener("input", () => move(handle, handle.values[input.value]))
      input.addEventListener("change", remember)
      input.addEventListener("keydown", event => {
        if (chosen) return
        const by = { PageUp: handle.coarse, PageDown: -handle.coarse }[event.key]
        const now = event.key === "Home" ? handle.values.indexOf(book(handle)) : by && +input.value + by
        if (now === undefined) return
        event.preventDefault()
        input.value = now
        move(handle, handle.values[input.value])
        remember()
      })
      return { handle, input, title, value, label: make("label", {}, title, input, chosen ? "" : value) }
    })
    const listing = rows(state, say).map(([key, , , , link]) => {
      const check = make("input", { type: "checkbox" }), line = make(link === undefined ? "code" : "a"), value = make("output")
      const more = HANDLES.some(handle => handle.name === key && handle.book === 0)
      make(key ? "label" : "p", { className: more ? "more" : "" }, ...(key ? [check] : []), line, value)
      check.addEventListener("change", () => {
        state[key] = +check.checked
        show()
        remember()
      })
      return { check, line, value }
    })
    const status = make("span", { className: "heard" }), copied = make("span")
    status.setAttribute("role", "status")
    copied.setAttribute("role", "status")
    const again = make("button", { type: "button" }, say("처음으로", "Reset"))
    const copy = make("button", { type: "button" }, say("이 값으로 실행되는 코드 복사", "Copy the code with these values"))
    again.addEventListener("click", () => {
      reset()
      show()
      remember()
    })
    copy.addEventListener("click", async () => {
      const box = make("textarea", { value: code(state) })
      const done = await navigator.clipboard?.writeText(box.value).then(() => true, () => false)
      if (!done) {
        copy.after(box)
        box.select()
        document.execCommand("copy")
        box.remove()
      }
      copied.textContent = say("복사했습니다", "Copied")
      setTimeout(() => copied.textContent = "", 3000)
    })
    const lines = make("div", { className: "lines" }, ...listing.map(each => each.line.parentElement))
    const box = make("div", { className: "explore" }, make("p", { className: "hint" }, hint(say)),
      make("div", { className: "sliders" }, ...controls.map(each => each.label)), lines, make("p", { className: "tools" }, again, copy, copied, status))

    // A frame at a time
    let waiting = 0, hearing = 0, width = 0
    const paint = () => {
      waiting = 0
      width = Math.round(svg.parentElement.clientWidth)
      const [height, shapes] = draw(state, say, width), said = tell(state, say)
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
      svg.setAttribute("aria-label", said)
      svg.replaceChildren(...shapes.map(([tag, attributes, text]) => {
        const shape = document.createElementNS("http://www.w3.org/2000/svg", tag)
        for (const key in attributes) shape.setAttribute(key, attributes[key])
        shape.textContent = text
        return shape
      }))
      caption.textContent = said
      for (const { handle, input, title, value } of controls) {
        const [called, shown, sentence] = spoken(handle.name, state, say)
        input.value = handle.values.indexOf(get(handle))
        if (handle.coarse) input.setAttribute("aria-valuetext", sentence)
        input.parentElement.hidden = !called
        title.textContent = called
        value.textContent = shown
      }
      rows(state, say).forEach(([key, text, shown, colour, link], i) => {
        const { line } = listing[i]
        line.textContent = text
        line.href = link
        line.parentElement.hidden = !text
        line.parentElement.style.color = `var(--${colour})`
        listing[i].value.textContent = shown
        listing[i].check.checked = state[key] === 1
      })
      clearTimeout(hearing)
      hearing = setTimeout(() => status.textContent = said, 600)
    }
    const show = () => waiting ||= requestAnimationFrame(paint)
    const move = (handle, value) => {
      put(handle, value)
      show()
    }

    // A hand on the drawing: what is near a stop is held there; a finger that scrolls moves nothing.
    let from = null, before = null
    const at = event => {
      const { left, top, width: shown } = svg.getBoundingClientRect()
      return [(event.clientX - left) * width / shown, (event.clientY - top) * width / shown]
    }
    const nearest = ({ values, stops }, x) => {
      const inside = Math.max(values[0], Math.min(values.at(-1), x))
      const far = value => Math.abs(value - inside) * (stops.includes(value) ? 0.5 : 1)
      return values.reduce((best, value) => far(value) < far(best) ? value : best)
    }
    const pulls = (event, state, from) => grab(state, ...at(event), ...from, event.pointerType === "touch", width)
      .map(([name, x]) => [HANDLES.find(handle => handle.name === name), x])
      .map(([handle, x]) => [handle, nearest(handle, x)])
    const pull = event => pulls(event, before, from).forEach(([handle, value]) => move(handle, value))
    const hover = event => {
      const found = pulls(event, state, at(event)), here = found.every(([handle, value]) => get(handle) === value)
      svg.style.cursor = found.length ? here ? "grab" : "pointer" : ""
    }
    // Where a finger moves a handle up and down, the page does not scroll.
    svg.addEventListener("touchstart", event => {
      const [x, y] = at(event.touches[0]), by = dy => String(grab(state, x, y + dy, x, y, true, width))
      if (event.touches.length === 1 && by(-9) !== by(9)) event.preventDefault()
    }, { passive: false })
    svg.addEventListener("pointerdown", event => {
      if (event.button) return
      from = at(event)
      before = structuredClone(state)
      svg.setPointerCapture(event.pointerId)
      if (event.pointerType === "touch") return
      event.preventDefault()
      pull(event)
      if (svg.style.cursor) svg.style.cursor = "grabbing"
    })
    svg.addEventListener("pointermove", event => from ? pull(event) : hover(event))
    svg.addEventListener("pointerup", event => {
      if (!from) return
      pull(event)
      from = null
      hover(event)
      remember()
    })
    svg.addEventListener("pointercancel", () => {
      if (from) Object.assign(state, before)
      from = null
      show()
    })

    recall()
    const save = figure.querySelector(".save"), held = document.activeElement === save
    figure.append(box)
    box.lastChild.append(save)
    if (held) save.focus()
    caption.parentElement.dataset.longest = tell({ ...state, ...longest }, say) + " 0000"
    // What has the focus below it stays in sight.
    if (document.activeElement !== document.body) document.activeElement.scrollIntoView({ block: "nearest", behavior: "instant" })
    figure.classList.add("moves")
    paint()
    new ResizeObserver(show).observe(svg.parentElement)
    addEventListener("hashchange", () => asked()[1] === name && (recall(), show()))
    addEventListener("beforeprint", () => {
      before = structuredClone(state)
      reset()
      paint()
    })
    addEventListener("afterprint", () => {
      Object.assign(state, before)
      paint()
    })
  }

  // Loaded when it comes near, or when the address asks for it.
  const load = figure => {
    const { explorable } = figure.dataset
    near.unobserve(figure)
    if (figure.dataset.loading) return
    figure.dataset.loading = true
    momentsScript(`explore/${explorable}.${language}`).then(() => {
      start(figure)
      if (asked()[1] === explorable) figure.scrollIntoView({ block: "center" })
    })
  }
  const near = new IntersectionObserver(seen => seen.forEach(each => each.isIntersecting && load(each.target)), { rootMargin: "600px" })
  for (const figure of document.querySelectorAll("figure[data-explorable]")) {
    const wanted = () => asked()[1] === figure.dataset.explorable
    near.observe(figure)
    if (wanted()) load(figure)
    addEventListener("hashchange", () => {
      if (!wanted()) return
      load(figure)
      figure.scrollIntoView({ block: "center" })
    })
  }
}
