// What Run and Change do: Python in a worker, an editor in the place of a listing, a change in the address.
(() => {
  const { ko, here, make, blocks, whole } = momentsRun
  const words = (korean, english) => ko ? korean : english
  const about = new URL(`../${words("ko", "en")}/about.html#run`, here).href

  document.head.append(make("link", { rel: "stylesheet", href: `${here}running.css` }))

  // What is said

  const SAID = {
    start: step => words(`파이썬 시작 중: ${step}/3 …`, `Python starts: ${step} of 3 …`),
    above: n => words(`위쪽 블록 ${n}개를 먼저 실행합니다 …`, n === 1 ? "first the listing above …" : `first the ${n} listings above …`),
    running: words("실행 중 …", "running …"),
    waiting: words("앞의 실행이 끝나기를 기다리는 중 …", "waits for the run before …"),
    held: n => words(`assert ${n}개 통과`, n === 1 ? "1 check holds" : `${n} checks hold`),
    ran: words("실행했습니다", "ran"),
    solved: words("풀었습니다", "solved"),
    notYet: words("아직 아닙니다", "not yet"),
    failed: (n, all) => words(`assert ${all}개 중 ${n}개 불일치`, `${n} of ${all} ${all === 1 ? "check" : "checks"} came out otherwise`),
    after: n => words(`위쪽 블록 ${n}개를 먼저 실행했습니다`, n === 1 ? "the listing above ran first" : `the ${n} listings above ran first`),
    error: line => line ? words(`${line}번째 줄에서 오류가 났습니다`, `ended at line ${line}`) : words("오류가 났습니다", "ended with an error"),
    stopped: words("중단했습니다. 변수가 사라졌으므로 다음에는 위쪽 블록부터 다시 실행합니다.",
      "Stopped. The variables are gone: the next run begins with the listings above."),
    missing: name => words(`브라우저의 파이썬에는 ${name} 패키지가 없습니다`, `${name} is not in this Python`),
    blocked: n => words(`블록 ${n}에서 먼저 오류가 났습니다`, `listing ${n} ended with an error first`),
    cell: (n, all) => words(`셀 ${all}개 중 ${n}번째 실행 중 …`, `cell ${n} of ${all} …`),
    cells: n => words(`셀 ${n}개를 모두 실행했습니다.`, `All ${n} cells ran.`),
    otherwise: n => words(` ${n}개에서 assert가 성립하지 않았습니다.`, ` In ${n} of them a check came out otherwise.`),
    at: (n, all) => words(`셀 ${all}개 중 ${n}번째`, `Cell ${n} of ${all}`),
    ended: words("에서 오류가 나서 멈췄습니다.", " ended with an error."),
    lacking: (name, n) => words(`에 ${name} 패키지가 필요한데 브라우저의 파이썬에는 없습니다. 셀 ${n}개를 실행하지 못했습니다. `,
      ` needs ${name}, which is not in this Python: ${n} ${n === 1 ? "cell" : "cells"} did not run. `),
    fault: words("파이썬이 비정상 종료되었습니다. 메모리가 부족했을 수 있습니다. 다음에는 처음부터 다시 실행합니다.",
      "Python came to an end, perhaps for want of memory. The next run begins anew."),
    old: words("이 브라우저에서는 파이썬을 시작할 수 없습니다. 브라우저가 오래되었거나 메모리가 부족합니다.",
      "Python cannot start in this browser: it is too old, or memory is short."),
    unloaded: words("파이썬 파일을 불러오지 못했습니다.", "The file with Python could not be loaded."),
    changedBy: words("주소에 담긴 내용대로 고친 코드입니다. 아직 실행하지 않았습니다.", "Changed as the address says. Nothing has run yet."),
    foreign: words("주소에 담긴 내용이 이 페이지의 다른 판을 고친 것이라 적용하지 않았습니다.",
      "The change in the address is for another edition of this page, and was not made."),
    unreadable: words("주소에 담긴 내용을 읽을 수 없습니다.", "The change in the address cannot be read."),
    linked: words("주소를 복사했습니다. 고친 내용이 담겨 있습니다.", "Link copied: it holds the change."),
    copied: words("코드를 복사했습니다.", "Code copied."),
    copiedUpTo: n => words(`블록 ${n}개를 한 프로그램으로 복사했습니다.`, `Copied: ${n} listings, one program.`),
    uncopied: words("이 브라우저에서는 복사할 수 없습니다. 페이지 끝에 코드 파일이 있습니다.", "Cannot copy here. The file of this code is linked at the end of the page."),
    address: words("복사할 수 없습니다. 주소창의 주소를 쓰세요.", "Cannot copy here: take the address from the address bar."),
  }
  const WORDS = {
    all: words("모두 실행", "Run all"),
    run: words("실행", "Run"), stop: words("멈춤", "Stop"), change: words("고치기", "Change"),
    reset: words("되돌리기", "Reset"), link: words("링크", "Link"), copy: words("복사", "Copy"),
    check: words("이 assert는 원래 코드에 대한 것입니다. 대신 나온 값은 다음과 같습니다.", "This check is about the printed code. What came out instead:"),
    unchanged: words("이 assert가 성립하지 않습니다. 나온 값은 다음과 같습니다.", "This check does not hold. What came out:"),
    notYet: words("아직 성립하지 않습니다. 나온 값은 다음과 같습니다.", "It does not hold yet. What came out:"),
    inside: (name, block, line) => words(`블록 ${block}의 ${name} 안, ${line}번째 줄에서`, `inside ${name}, line ${line} of listing ${block}`),
    figures: words("바뀐 코드로 그린 그림과 본문의 수치는 원래 코드의 결과입니다.", "Figures that rest on it, and numbers on the page, are still those of the printed code."),
    numbers: words("본문의 수치는 원래 코드의 결과입니다.", "Numbers on the page are still those of the printed code."),
    stale: words("원래 코드로 그린 그림입니다. 고친 코드: ", "Drawn by the printed code. Changed since: "),
    listing: number => words(`블록 ${number}`, `listing ${number}`),
    differs: words("다른 점", "what differs"),
    hint: words("마지막 줄에 이름을 적으면 그 값을 보여 줍니다. Shift+Enter로 실행하고, Escape 다음 Tab으로 벗어납니다.",
      "A name on the last line shows its value. Shift+Enter runs; Escape, then Tab, leaves."),
    notebook: words("노트북을 내려받아", "Download the notebook"), file: words("이 페이지의 코드를 내려받아", "Download the code of this page"),
    elsewhere: words(" 직접 설치한 파이썬에서 실행하세요.", " and run it in a Python of your own."),
  }
  const HINTS = {
    SyntaxError: words("이 줄과 바로 윗줄의 괄호, 콜론, 따옴표를 확인하세요.", "Look at the brackets, the colon and the quotes of this line and the one above."),
    IndentationError: words("들여쓰기를 확인하세요. 한 단계는 네 칸입니다.", "Look at the spaces before the line: one level is four."),
    NameError: words("철자를 확인하세요. 이름은 이 블록이나 위쪽 블록에서 정의해야 합니다.", "Look at the spelling: a name is given in this listing or in one above."),
    ZeroDivisionError: words("0으로 나누었습니다. 스텝을 1부터 세는지 확인하세요.", "Something was divided by zero. Are steps counted from 1?"),
    MemoryError: words("브라우저가 쓸 수 있는 메모리보다 큰 배열입니다.", "The array is larger than what a browser gives."),
    RecursionError: words("함수가 자기 자신을 끝없이 호출합니다.", "A function calls itself without end."),
    IndexError: words("배열의 길이를 확인하세요. 인덱스는 0부터 시작합니다.", "Look at the length of the array: its first place is 0."),
  }
  const NAMES = { matplotlib: "Matplotlib", sklearn: "scikit-learn", scipy: "SciPy", torch: "PyTorch", pandas: "pandas" }

  // A listing

  const lineOf = (pre, part) => {
    const before = document.createRange()
    before.setStart(pre, 0)
    before.setEndBefore(part)
    return before.toString().split("\n").length
  }
  // An exercise, and its solution, ask for the listings above that are neither, and are asked for by none.
  for (const block of blocks) {
    block.alone = !!block.box.closest(".exercise")
    block.exercise = block.alone && !block.box.closest(".solution")
    block.pre = block.box.querySelector("pre")
    block.printed = block.pre.querySelector("code").textContent.replace(/\n$/, "")
    block.out = make("div", { className: "output run-out", role: "group", "aria-label": words(`블록 ${block.number}의 결과`, `Output of listing ${block.number}`) })
    block.out.hidden = true
    block.pointed = [...block.pre.querySelectorAll(".hll")].map(line => lineOf(block.pre, line))
    block.stood = []
    for (let next = block.box.nextElementSibling; next?.matches(".output, .figure"); next = next.nextElementSibling) block.stood.push(next)
    block.time = make("span", { className: "run-time", "aria-hidden": "true" })
    block.said.after(block.time)
    block.bar.after(block.out)
  }
  const textOf = block => block.editor && !block.editor.closed ? block.editor.text() : block.printed
  const isChanged = block => textOf(block) !== block.printed
  const partsOf = block => blocks.slice(0, block.number).filter(each => each === block || !each.alone)
  const opened = block => {
    for (let d = block.box.closest("details"); d; d = d.parentElement.closest("details")) d.open = true
  }
  const say = (block, state, ...told) => {
    if (state) block.box.dataset.run = state
    block.said.replaceChildren(...told)
  }
  const named = (button, word, block) => {
    button.textContent = word
    button.setAttribute("aria-label", words(`${word}: 블록 ${block.number}`, `${word} listing ${block.number}`))
  }

  // Lines that are wrong: in the editor they are its own, in a listing they are laid over it.
  const mark = (block, lines) => {
    for (const old of block.box.querySelectorAll(".run-over")) old.remove()
    block.editor?.mark([])
    if (block.editor && !block.editor.closed) return block.editor.mark(lines)
    const code = block.pre.querySelector("code"), style = getComputedStyle(code), height = parseFloat(style.lineHeight)
    for (const line of lines.filter(line => line > 0)) {
      const over = make("span", { className: "run-over run-wrong", "aria-hidden": "true" })
      over.style.cssText = `top:${code.offsetTop + parseFloat(style.paddingTop) + (line - 1) * height}px;height:${height}px`
      block.pre.append(over)
    }
  }

  const pre = (text, className = "") => make("pre", { className }, text)
  // In a lab what a cell puts out takes the place of what it put out when it was printed.
  const show = (block, ...parts) => {
    block.out.append(...parts)
    block.out.hidden = false
    for (const each of block.stood) each.hidden = true
    reachable(block.out)
    if (block === current?.block || block.box.dataset.run === "failed") opened(block)
  }
  // What scrolls, scrolls by keyboard.
  const reachable = box => {
    const scrolls = box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth
    scrolls ? box.setAttribute("tabindex", 0) : box.removeAttribute("tabindex")
  }
  addEventListener("resize", () => { for (const { out } of blocks) reachable(out) })
  const clear = block => {
    block.out.replaceChildren()
    block.out.hidden = true
    block.printing = null
    for (const each of block.stood) each.hidden = false
    mark(block, [])
  }
  const print = (block, text) => {
    if (!block.printing) show(block, block.printing = pre(""))
    block.printing.append(text)
    reachable(block.out)
  }

  const shownCheck = ({ source, message, values }, why) => {
    const list = make("dl", {})
    for (const [name, value] of values) list.append(make("dt", {}, name), make("dd", {}, value))
    return make("div", { className: "run-check" }, make("p", {}, why),
      pre(`assert ${source}`), ...message ? [make("p", {}, message)] : [], list)
  }
  const shownError = ({ kind, said, inside = [] }) => {
    const lines = inside.map(([number, line, name]) => make("p", {}, WORDS.inside(name, number + 1, line)))
    const hint = HINTS[kind] ? [make("p", {}, HINTS[kind])] : []
    return make("div", { className: "run-error" }, pre(said), ...lines, ...hint)
  }
  const shownMissing = () => {
    const lab = location.pathname.includes("/labs/"), name = location.pathname.replace(/.*\//, "").replace(/\.html$/, "")
    const href = lab ? `${name}.ipynb` : URL.createObjectURL(new Blob([programOf(blocks)], { type: "text/x-python" }))
    const link = make("a", { href, download: lab ? "" : `${name}.py` }, lab ? WORDS.notebook : WORDS.file)
    return make("p", { className: "run-missing" }, link, WORDS.elsewhere)
  }

  // A figure comes as numbers and words, of which the page makes shapes: code from an address writes no HTML.
  const shape = (tag, attributes, ...inner) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
    element.append(...inner)
    return element
  }
  const OWN = ["ink", "soft", "rule"]
  const colour = given => {
    const name = OWN.includes(given) ? given : momentsPython.palette[given]
    return name ? `var(--${name})` : /^(#[\da-f]{3,8}|[a-z]+)$/i.test(given) ? given : "var(--ink)"
  }
  const part = each => {
    if (each.clip) {
      const [x, y, width, height] = each.clip.map(Number)
      return shape("svg", { x, y, width, height, viewBox: [x, y, width, height].join(" ") }, ...each.shapes.map(part))
    }
    if (each.points) {
      const d = `M${each.points.map(([x, y]) => `${+x} ${+y}`).join("L")}`, dash = String(each.dash)
      const line = { d, stroke: colour(each.stroke), "stroke-width": +each.width, "stroke-dasharray": dash, fill: colour(each.fill), opacity: +each.opacity }
      return shape("path", line)
    }
    const at = { x: +each.x, y: +each.y, "text-anchor": each.anchor, fill: colour(each.fill) }
    return shape("text", each.turn ? { ...at, transform: `rotate(${+each.turn} ${+each.x} ${+each.y})` } : at, String(each.words))
  }
  const drawn = (block, { wide, high, shapes }) => shape("svg", {
    viewBox: `0 0 ${+wide} ${+high}`, role: "img", class: "run-drawing", style: `max-width:${wide / 374 * 30}rem`,
    "aria-label": words(`블록 ${block.number}의 그림`, `Drawing of listing ${block.number}`),
  }, ...shapes.map(part))

  // Python

  let worker, starting, version = "", current = null
  let turn = Promise.resolve()
  const step = n => {
    if (!current) return
    say(current.block, "starting", SAID.start(n))
    ofAll(current.block, SAID.start(n))
  }

  let era = 0 // a worker that is made after a Stop is not wanted any more
  const booted = async own => {
    version = await momentsPython.begin(momentsPython.code, {
      made: made => { own === era ? worker = made : made.terminate() }, step, told: event => told(event), done: () => current?.done(), fault: () => current?.running && crashed(),
    })
  }
  const ended = () => {
    era++
    worker?.terminate()
    worker = starting = null
  }
  const start = () => starting ??= (async () => {
    const own = era
    step(1)
    await momentsScript("run/python").catch(() => { throw new Error(SAID.unloaded) })
    if (!momentsPython.able()) throw new Error(SAID.old)
    await booted(own).catch(error => { throw new Error(SAID.old, { cause: error }) })
  })().catch(error => { ended(); throw error })

  // What the worker tells of the blocks, of which one is what the reader wants.
  const told = event => {
    if (!current) return
    const block = blocks[event.block], wanted = current.block, parts = partsOf(wanted)
    if (block && !parts.includes(block)) return
    if (event.what === "order") {
      current.above = event.blocks.filter(number => parts.includes(blocks[number])).length - 1
      if (current.above) say(wanted, "running", SAID.above(current.above))
    } else if (event.what === "begin") {
      clear(block)
      ofAll(wanted, SAID.cell(parts.indexOf(block) + 1, parts.length))
      if (block === wanted) say(wanted, "running", SAID.running)
      else say(block, "running")
    } else if (event.what === "out" && tells(block)) {
      print(block, event.text)
    } else if (event.what === "drawing" && tells(block)) {
      block.printing = null
      show(block, drawn(block, event))
    } else if (event.what === "end") finished(block, event)
  }

  const tells = block => block === current.block || block.stood.length

  const finished = (block, event) => {
    const { how, held = 0, failed = [], value, error, package: name } = event, wanted = current.block
    const changed = partsOf(block).some(isChanged), all = held + failed.length
    const after = block === wanted && current.above ? ` · ${SAID.after(current.above)}` : ""
    const why = block.exercise ? WORDS.notYet : changed ? WORDS.check : WORDS.unchanged
    if (failed.length) show(block, ...failed.map(check => shownCheck(check, why)))
    if (value != null && block === wanted) show(block, pre(value, "run-value"))
    const lines = failed.map(({ line }) => line)
    const holds = block.exercise ? SAID.solved : all ? SAID.held(all) : SAID.ran
    if (how === "passed") say(block, "passed", `✓ ${holds}${after}`)
    if (how === "failed") say(block, "failed", (block.exercise ? SAID.notYet : SAID.failed(failed.length, all)) + after)
    block.lacks = how === "missing" ? NAMES[name] ?? name : ""
    if (how === "missing") {
      say(block, "missing", SAID.missing(block.lacks))
      if (block === wanted) show(block, ...error ? [shownError(error)] : [], shownMissing())
      for (const each of block.stood) each.hidden = false
    }
    if (how === "error") {
      current.broke = block
      say(block, "failed", SAID.error(error.line))
      show(block, shownError(error))
      lines.push(error.line)
      if (block !== wanted) say(wanted, "failed", make("a", { href: `#run-${block.number}` }, SAID.blocked(block.number)))
    }
    mark(block, lines)
    if (block === wanted) note(block, changed)
    if (block.exercise && how === "passed") block.box.dispatchEvent(new Event("solved", { bubbles: true }))
  }

  // Figures are of the printed code. Below each that rests on a listing that ran otherwise, this is said.
  const figures = [...document.querySelectorAll("article [data-of]")].map(drawing => {
    const own = drawing.dataset.of.split(" ").filter(Boolean).map(number => blocks[number - 1])
    return { own, note: make("p", { className: "run-stale" }), home: drawing.closest("figure") ?? drawing.parentElement }
  })
  const stale = () => {
    for (const { own, note, home } of figures) {
      const ran = own.filter(block => isChanged(block) && /passed|failed/.test(block.box.dataset.run))
      const links = ran.flatMap(({ number }, i) => [i ? ", " : "", make("a", { href: `#run-${number}` }, WORDS.listing(number))])
      note.replaceChildren(WORDS.stale, ...links, ".")
      ran.length ? home.append(note) : note.remove()
    }
    return figures.some(({ note }) => note.isConnected)
  }

  // One line, below what ran last: which Python it was, and what is still of the printed code.
  let noted
  const note = (block, changed) => {
    noted?.remove()
    const still = changed ? `${stale() ? WORDS.figures : WORDS.numbers} ` : ""
    noted = make("p", { className: "run-note" }, still, `${version}: `, make("a", { href: about }, WORDS.differs))
    block.box.append(noted)
  }

  const crashed = () => {
    const { block, done } = current
    ended()
    say(block, "failed", SAID.fault)
    ofAll(block, SAID.fault)
    current.crashed = true
    done()
  }

  const timed = block => {
    const from = performance.now()
    const timer = setInterval(() => {
      const seconds = Math.floor((performance.now() - from) / 1000)
      block.time.textContent = current?.running && seconds > 1 ? words(`${seconds}초`, `${seconds} s`) : ""
    }, 500)
    return () => {
      clearInterval(timer)
      block.time.textContent = ""
    }
  }

  // A press while another runs waits for its turn. `Stop` ends both.
  const run = async block => {
    if (block.stopped) return
    const now = current = { block, above: 0, running: false, broke: null, crashed: false }
    const untimed = timed(block)
    try {
      const over = new Promise(done => { current.done = done })
      await Promise.race([start(), over])
      if (block.stopped) return
      current.running = true
      const parts = partsOf(block)
      worker.postMessage({ texts: blocks.map(each => parts.includes(each) ? textOf(each) : ""), wanted: block.number - 1 })
      await over
      if (!block.stopped && !now.crashed) ofAll(block, ...wentAll(block, now.broke))
    } catch (error) {
      if (block.stopped) return
      say(block, "failed", error.message)
      ofAll(block, error.message)
    } finally {
      untimed()
      current = null
      idle(block)
    }
  }
  const idle = block => {
    if (block.all) whole.go.textContent = WORDS.all
    block.busy = block.all = false
    named(block.go, WORDS.run, block)
  }

  // All of a lab: which cell runs, and how it went, beside the button.
  const ofAll = (block, ...told) => block.all && whole.said.replaceChildren(...told)
  const wentAll = (block, broke) => {
    const parts = partsOf(block), lacking = parts.filter(each => each.lacks)
    const otherwise = parts.filter(({ box }) => box.dataset.run === "failed").length
    const at = each => make("a", { href: `#run-${each.number}` }, SAID.at(parts.indexOf(each) + 1, parts.length))
    if (broke) return [at(broke), SAID.ended]
    if (!lacking.length) return [SAID.cells(parts.length), otherwise ? SAID.otherwise(otherwise) : ""]
    return [at(lacking[0]), SAID.lacking(lacking[0].lacks, lacking.length), ...shownMissing().childNodes]
  }
  const all = block => {
    if (block.busy && block.all) return stop()
    block.all = true
    whole.go.textContent = WORDS.stop
    if (!block.busy) press(block)
  }

  const press = block => {
    if (block.busy) return stop()
    Object.assign(block, { busy: true, stopped: false })
    named(block.go, WORDS.stop, block)
    say(block, starting ? "running" : "starting", current ? SAID.waiting : "")
    opened(block)
    turn = turn.then(() => run(block))
  }
  const stop = () => {
    const now = current
    current = null
    for (const block of blocks.filter(each => each.busy)) {
      block.stopped = true
      say(block, "stopped", SAID.stopped)
      ofAll(block, SAID.stopped)
      idle(block)
    }
    for (const { box } of blocks) if (box.dataset.run === "running") delete box.dataset.run
    ended()
    now?.done()
    start().catch(() => {})
  }

  // The editor

  const editing = async block => {
    await momentsScript("run/editor").catch(() => { throw new Error(SAID.unloaded) })
    if (block.editor) return
    const id = `run-hint-${block.number}`
    block.paper = make("div", { className: "run-paper" })
    block.hint = make("p", { className: "run-hint", id }, WORDS.hint)
    block.pre.after(block.paper)
    block.out.after(block.hint)
    block.editor = momentsEditor({
      parent: block.paper, text: block.printed, hint: id, lines: block.pointed, changed: () => changedNow(block),
      label: words(`블록 ${block.number}의 코드`, `Code of listing ${block.number}`), run: () => block.busy || press(block),
    })
    block.more = [button(block, WORDS.link, link), button(block, WORDS.copy, copy)]
    block.change.after(...block.more)
    changedNow(block)
  }
  const button = (block, word, press) => {
    const made = make("button", { type: "button" })
    named(made, word, block)
    made.onclick = () => press(block)
    return made
  }
  const changedNow = block => {
    mark(block, [])
    for (const each of block.more ?? []) each.hidden = !isChanged(block)
  }
  // The editor in the place of the printed code, or that in the place of the editor.
  const swap = (block, edited) => {
    block.editor.closed = !edited
    block.pre.hidden = edited
    block.paper.hidden = block.hint.hidden = !edited
    named(block.change, edited ? WORDS.reset : WORDS.change, block)
    changedNow(block)
  }
  const unfold = async block => {
    await editing(block)
    swap(block, true)
    opened(block)
  }
  const change = async block => {
    if (block.editor && !block.editor.closed) return reset(block)
    mark(block, [])
    await unfold(block)
    block.editor.focus()
  }
  // Back to the printed code; what was written can be had again by undoing in the editor.
  const reset = block => {
    block.editor.put(block.printed)
    swap(block, false)
    clear(block)
    say(block, "", "")
    delete block.box.dataset.run
    stale()
    if (location.hash.startsWith("#run=")) history.replaceState(null, "", location.pathname + location.search)
  }

  // A change in the address: of each changed listing its number, a sum of its printed text, and the lines exchanged.

  const sum = text => [...text].reduce((hash, letter) => Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0, 2166136261).toString(36)
  const difference = (printed, text) => {
    const old = printed.split("\n"), now = text.split("\n"), most = Math.min(old.length, now.length)
    let head = 0, tail = 0
    while (head < most && old[head] === now[head]) head++
    while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++
    return [head, old.length - head - tail, now.slice(head, now.length - tail)]
  }
  const changedBy = (printed, [head, count, lines]) => {
    const all = printed.split("\n")
    all.splice(head, count, ...lines)
    return all.join("\n")
  }
  const through = async (bytes, { writable, readable }) => { // no Blob: in a folder WebKit reads none
    const writer = writable.getWriter()
    const [whole] = await Promise.all([new Response(readable).arrayBuffer(), writer.write(bytes), writer.close()])
    return new Uint8Array(whole)
  }
  const packed = async text => {
    const plain = encodeURIComponent(text), bytes = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"))
    const short = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")
    return short.length < plain.length ? `z${short}` : `t${plain}`
  }
  const unpacked = async given => {
    if (given[0] === "t") return decodeURIComponent(given.slice(1))
    const raw = atob(given.slice(1).replaceAll("-", "+").replaceAll("_", "/"))
    const bytes = await through(Uint8Array.from(raw, letter => letter.charCodeAt(0)), new DecompressionStream("deflate-raw"))
    return new TextDecoder().decode(bytes)
  }
  const address = async block => {
    const changes = blocks.filter(isChanged).map(each => [each.number, sum(each.printed), ...difference(each.printed, textOf(each))])
    return `#run=${await packed(JSON.stringify([block.number, changes]))}`
  }
  const onClipboard = (block, text, said, otherwise = SAID.uncopied) => {
    const failed = () => say(block, "", otherwise)
    return navigator.clipboard ? navigator.clipboard.writeText(text).then(() => say(block, "", said), failed) : failed()
  }
  const link = async block => {
    history.replaceState(null, "", await address(block))
    await onClipboard(block, location.href, SAID.linked, SAID.address)
  }
  const copy = block => onClipboard(block, textOf(block), SAID.copied)
  const programOf = parts => parts.map(textOf).join("\n\n\n") + "\n"
  const copyUpTo = block => onClipboard(block, programOf(partsOf(block)), SAID.copiedUpTo(partsOf(block).length))
  const fits = ([number, sum, head, count, lines]) =>
    [number, head, count].every(Number.isInteger) && [sum, ...lines].every(each => typeof each === "string")
  const linked = async () => {
    let first, changes
    try {
      [first, changes] = JSON.parse(await unpacked(location.hash.slice("#run=".length)))
      if (!changes.every(fits)) throw new Error("not ours")
    } catch {
      return say(blocks[0], "", SAID.unreadable)
    }
    const shown = blocks[first - 1] ?? blocks[0]
    for (const [number, known, ...exchange] of changes) {
      const block = blocks[number - 1]
      if (!block || sum(block.printed) !== known) {
        say(block ?? shown, "", SAID.foreign)
        continue
      }
      await unfold(block)
      block.editor.put(changedBy(block.printed, exchange))
      say(block, "", SAID.changedBy)
    }
    opened(shown)
    shown.box.scrollIntoView()
  }

  Object.assign(momentsRun, { press, all, change, copyUpTo, linked })
})()
