// Load the search index and its worker when the reader first goes to the search field,
// and let Hangul terms match inside compounds: 평균 finds 지수이동평균.
(() => {
  const index = document.currentScript.dataset.index
  const wanted = () => document.activeElement?.name === "query" || new URLSearchParams(location.search).has("q")
  window.__search = {
    index: new Promise(resolve => {
      const load = () => {
        if (!wanted()) return
        removeEventListener("focusin", load)
        const script = document.createElement("script")
        script.src = index
        script.onload = () => resolve(__index)
        document.head.append(script)
      }
      addEventListener("focusin", load)
      addEventListener("DOMContentLoaded", load)
    })
  }

  const RealWorker = window.Worker
  const hangul = term => (/^[*+-]|:/.test(term) || !/[\uac00-\ud7a3]/.test(term) ? term : "*" + term)
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.url = url
    }
    postMessage(message) {
      if (message.type === 2 && typeof message.data === "string")
        message = { ...message, data: message.data.split(/\s+/).map(hangul).join(" ") }
      this.real ??= this.start()
      this.real.postMessage(message)
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
