// A worker in which Python starts with a program of ours: `program.run(text, wanted, tell)` answers what is posted.
// `on` has what to do with the worker, with each step of the start, what is told, the end of a run, and a fault.
{
  let module
  momentsPython.able = () => [globalThis.WebAssembly, globalThis.DecompressionStream, globalThis.PlainWorker].every(Boolean)
  momentsPython.begin = (code, on) => new Promise((ready, fail) => {
    const { worker: text, parts, pyplot } = momentsPython
    const worker = new PlainWorker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })))
    let started = false
    on.made(worker)
    worker.onerror = event => fail(new Error(event.message))
    worker.onmessage = ({ data }) => {
      if (data.step) on.step(data.step)
      if (data.module) module = data.module
      if (data.ready) {
        started = true
        ready(data.ready)
      }
      if (data.told) on.told(JSON.parse(data.told))
      if (data.done) on.done()
      if (data.fault) started ? on.fault(data.fault) : fail(new Error(data.fault))
    }
    worker.postMessage({ start: { parts: module ? { ...parts, wasm: "" } : parts, module, code, pyplot } })
  })
}
