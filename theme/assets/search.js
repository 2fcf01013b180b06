// The index and the worker of the search wait until the reader goes to the search field,
// and Hangul terms match inside compounds: 평균 finds 지수이동평균, 경사하강법 finds 경사 하강법.
(() => {
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

  let corpus = ""
  const parts = word => {
    for (let i = 2; i <= word.length - 2; i++) {
      if (corpus.includes(word.slice(0, i) + " " + word.slice(i))) return [word.slice(0, i), ...parts(word.slice(i))]
    }
    return [word]
  }
  const hangul = term => {
    if (/^[*+-]|:/.test(term) || !/[\uac00-\ud7a3]/.test(term)) return term
    const found = parts(term)
    return found.length > 1 ? found.map(part => `+*${part}*`).join(" ") : "*" + term
  }

  const RealWorker = window.Worker
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.url = url
    }
    postMessage(message) {
      if (message.type === 0) corpus = message.data.docs.map(doc => doc.title + " " + doc.text).join(" ")
      if (message.type === 2 && typeof message.data === "string")
        message = { ...message, data: message.data.split(/\s+/).map(hangul).join(" ") }
      wanted.then(() => (this.real ??= this.start()).postMessage(message))
    }
    start() {
      const real = new RealWorker(this.url)
      real.addEventListener("message", event => this.dispatchEvent(new MessageEvent("message", { data: event.data })))
      real.addEventListener("error", event => this.dispatchEvent(new ErrorEvent("error", { message: event.message })))
      return real
    }
    terminate() {
      this.real?.terminate()
    }
  }
})()
