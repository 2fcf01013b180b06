// What Check does with a reader's code: it runs in a worker that has no network and sees nothing of the page, and for
// ten seconds at most, and thirty more to look at its lines. `page` is what identify.js lends: its form, how answers are drawn, the second search.
globalThis.startChecking = page => {
  const { checker, status, language, make } = page
  const words = JSON.parse(checker.dataset.words), button = checker.querySelector("[type=submit]")
  const SECONDS = 10
  const filled = (text, parts) => Object.entries(parts).reduce((all, [name, value]) => all.replace(`{${name}}`, value), text)
  const script = name => momentsScript(name).catch(() => { throw new Error(words.unloaded) })

  const state = name => {
    const busy = name === "starting" || name === "running"
    status.dataset.check = name
    button.dataset.busy = busy ? "yes" : ""
    button.textContent = busy ? words.stop : words.check
    status.setAttribute("aria-busy", busy)
  }
  const say = (name, text) => {
    state(name)
    page.put([{ style: "head", text }], status)
  }

  // Drawing: the reader's own lines, ours to copy

  const row = (tag, number, text, word) => {
    const line = make(tag)
    line.append(make("span", `${number} `, { className: "no" }), make("span", `${word}: `, { className: "unseen" }), text)
    return line
  }
  const ownLines = ({ lines, at }) => {
    const all = lines.flat().flatMap(side => side.split("\n")).filter(text => text.trim())
    const deep = Math.min(...all.map(text => text.search(/\S/)))
    return lines.map(([now, before], i) => {
      const block = make("span"), sides = [before, now].map(side => side === "" ? [] : side.split("\n"))
      sides[0].forEach((text, k) => block.append(row("del", at[i] + k, text.slice(deep), words.differs)))
      sides[1].forEach((text, k) => block.append(row("ins", at[i] + k, text.slice(deep), words.changed)))
      return block
    })
  }
  const pre = (className, ...inner) => {
    const box = make("pre", "", { className, tabIndex: 0 })
    box.append(...inner)
    return box
  }
  let mend = ""
  const draw = part => {
    if (part.style === "code") {
      const box = make("div", "", { className: "highlight" })
      box.append(pre("", make("code", part.text)))
      return [box]
    }
    if (part.style === "mark") return [pre("lines own", ...ownLines(part))]
    if (part.style !== "mend") return page.drawn(part)
    const line = make("p", `${part.text} `), change = make("button", words.change, { type: "button", onclick: apply })
    if (part.href) line.append(make("a", words.more, { href: part.href }))
    const box = make("p")
    box.append(change)
    return [line, pre("lines own", ...ownLines(part)), box]
  }
  const apply = () => {
    checker.elements.code.value = mend
    button.focus()
    check()
  }

  // Python

  let worker, starting, era = 0, asked = 0, ended = () => {}, longer = () => {}
  const stop = () => {
    era++ // a worker that is made after this is not wanted any more
    worker?.terminate()
    worker = starting = null
  }
  const told = found => found.ran ? longer() : ended(found)
  const start = () => starting ??= (async () => {
    const own = era
    await script("run/python")
    await script("run/check")
    if (!momentsPython.able()) throw new Error(words.old)
    await momentsPython.begin(momentsCheck, {
      made: made => { own === era ? worker = made : made.terminate() }, step: n => status.dataset.check === "starting" && say("starting", filled(words.start, { n })),
      told, done: () => {}, fault: () => { stop(); ended(null) },
    }).catch(() => { throw new Error(words.old) })
  })().catch(error => { stop(); throw error })

  // Ten seconds for the reader's code, and as much again three times to look at its lines.
  const answered = () => new Promise(done => {
    let timer = setTimeout(() => done("late"), 1000 * SECONDS)
    ended = found => { clearTimeout(timer); done(found) }
    longer = () => { clearTimeout(timer); timer = setTimeout(() => done("late"), 3000 * SECONDS) }
  })

  const NAMED = { right: "right", input: "failed", none: "none" }
  const check = async () => {
    const own = ++asked
    say("starting", filled(words.start, { n: 1 }))
    try {
      await start()
    } catch (error) {
      return own === asked ? say("failed", error.message) : undefined
    }
    if (own !== asked) return
    say("running", words.running)
    const code = checker.elements.code.value, found = await asking(code, null)
    if (own !== asked) return
    if (found === "late") return say("stopped", words.stopped)
    if (found === null) return say("failed", words.fault)
    await (found.verdict === "none" ? further(found, code, own) : shown(found))
  }
  const asking = async (code, second) => {
    worker.postMessage({ texts: code, wanted: JSON.stringify({ language, second }) })
    const found = await answered()
    if (found === "late") stop()
    return found
  }
  const shown = found => {
    mend = found.code?.mend ?? ""
    page.put(found.parts, status, draw)
    for (const box of status.querySelectorAll("pre")) if (box.scrollWidth <= box.clientWidth) box.removeAttribute("tabindex")
    state(NAMED[found.verdict] ?? "named")
  }
  // Where nothing fits as the code says, its numbers are asked about as pasted ones are.
  const further = async ({ code: { path, told }, parts, tail }, code, own) => {
    const given = [path, told, ""], found = page.answer(...given), last = parts.slice(-tail)
    const put = more => page.put([...more, ...last], status, draw)
    put(page.in_words(found, language))
    if (found.verdict !== "none") return state(NAMED[found.verdict] ?? "named")
    await page.further().catch(() => {})
    const begins = () => status.append(make("p", secondSearch.looking(language)))
    const more = await globalThis.secondSearch?.find(given, () => own === asked, begins)
    if (own !== asked) return
    put(more ? secondSearch.words(more, language) : page.in_words(found, language))
    if (more?.verdict !== "pair") return state(more ? "named" : "none")
    await both(more, code, own)
  }
  // Two mistakes: Python looks for the lines of both, and what it says takes the place of what is there.
  const both = async (pair, code, own) => {
    const waiting = make("p", words.looking)
    status.append(waiting)
    const found = await asking(code, pair)
    if (own !== asked) return
    if (found?.code) return shown(found)
    waiting.textContent = words.unfound
    state("named")
  }

  // A press while a code runs stops it; the example, or a change, begins anew.
  return anew => {
    if (!button.dataset.busy) return check()
    asked++
    stop()
    ended(null)
    return anew ? check() : say("stopped", words.ended)
  }
}
