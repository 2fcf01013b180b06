// A worker in which Python starts with a program of ours: `program.run(text, wanted, tell)` answers what is posted.
// `on` has what to do with the worker, with each step of the start, what is told, the end of a run, and a fault.
{
  // The worker has this function as its text: it names nothing outside. It reads no Blob and the worker imports no
  // script, for on a page that lies in a folder WebKit can do neither.
  const unpacked = async text => {
    const packed = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
    const { writable, readable } = new DecompressionStream("gzip"), writer = writable.getWriter()
    const [whole] = await Promise.all([new Response(readable).arrayBuffer(), writer.write(packed), writer.close()])
    return whole
  }
  let module, glue
  momentsPython.able = () => [globalThis.WebAssembly, globalThis.DecompressionStream, globalThis.PlainWorker].every(Boolean)
  momentsPython.begin = async (code, on) => {
    const { worker: text, parts: { glue: scripts, ...parts }, pyplot } = momentsPython
    glue ??= await unpacked(scripts)
    const whole = new Blob([`const unpacked = ${unpacked}\n`, text, glue], { type: "text/javascript" })
    const worker = new PlainWorker(URL.createObjectURL(whole))
    on.made(worker)
    return new Promise((ready, fail) => {
      let started = false
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
}
