// The theme hands its search to a worker. Ours answers in the worker's place; it and the index are loaded when the
// reader goes to the search field.
(() => {
  const here = document.currentScript.src.replace(/[^/]*$/, "")
  const address = new URLSearchParams(location.search)
  const wanted = new Promise(resolve => {
    if (address.has("q") || address.has("h")) resolve()
    addEventListener("focusin", event => event.target.name === "query" && resolve())
  })

  // The theme has one request of its own: the index.
  const { send } = XMLHttpRequest.prototype
  XMLHttpRequest.prototype.send = function (body) {
    wanted.then(() => send.call(this, body))
  }

  // What a page loads only when it is asked for, once: a script of ours by its name; after a loss it is asked for again.
  // This file is the first on every page.
  const coming = {}
  globalThis.momentsScript = name => coming[name] ??= new Promise((onload, onerror) => document.head.append(
    Object.assign(document.createElement("script"), { src: `${here}${name}.js`, onload, onerror }))).catch(fault => {
    delete coming[name]
    throw fault
  })

  const engine = globalThis.momentsEngine = () => momentsScript("find").then(() => momentsSearch)

  const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3
  window.Worker = class extends EventTarget {
    postMessage(message) {
      wanted.then(engine).then(make => this.answer(make, message))
    }
    answer(make, { type, data }) {
      if (type === SETUP) this.search = make(data.docs, document.documentElement.lang)
      const answer = { [SETUP]: () => ({ type: READY }), [QUERY]: () => ({ type: RESULT, data: { items: this.search(data) } }) }
      this.dispatchEvent(new MessageEvent("message", { data: answer[type]() }))
    }
    terminate() {}
  }
})()
