// In the worker, and there alone, Python and the reader's code run. `unpacked`, of start.js, stands above this text,
// Pyodide's own scripts below it. Python starts from what the page hands over: nothing is fetched. Once it has
// started, nothing that could reach a network, a store or another worker is left.
const post = message => self.postMessage(message)

// What Pyodide asks for at its start comes from memory.
const served = (module, stdlib, lock) => {
  const files = { "pyodide.asm.wasm": new ArrayBuffer(0), "python_stdlib.zip": stdlib, "pyodide-lock.json": lock }
  self.fetch = async url => {
    const name = String(url).split("/").pop()
    if (!(name in files)) throw new TypeError(`there is no ${name}`)
    return new Response(files[name])
  }
  WebAssembly.instantiateStreaming = async (_, imports) =>
    ({ module, instance: await WebAssembly.instantiate(module, imports) })
}

const DOORS = ["fetch", "XMLHttpRequest", "importScripts", "WebSocket", "WebSocketStream", "WebTransport", "EventSource",
  "RTCPeerConnection", "indexedDB", "caches", "Worker", "SharedWorker", "BroadcastChannel", "FontFace", "fonts",
  "navigator", "Notification", "PushManager", "webkitRequestFileSystem", "webkitRequestFileSystemSync"]
const shut = () => {
  for (const door of DOORS) {
    for (let object = self; object; object = Object.getPrototypeOf(object)) delete object[door]
    if (door in self) self[door] = undefined
  }
}

// 61 bytes of WebAssembly whose one function, backtrace, returns 0. NumPy looks for it before it works in place on an
// array of 256 KiB, Pyodide lacks it, and the interpreter would end there; told 0, NumPy goes its plain way.
const BACKTRACE = "AGFzbQEAAAAADwhkeWxpbmsuMAEEAAAAAAEHAWACf38BfwMCAQAHDQEJYmFja3RyYWNlAAAKBgEEAEEACw=="
const PACKAGES = "/lib/python3.12/site-packages"
const BEFORE_NUMPY = "import ctypes; ctypes.CDLL('/lib/libbacktrace.so', mode=ctypes.RTLD_GLOBAL); import numpy"
const AFTER = `import sys
for name in ("js", "pyodide_js", "pyodide", "pyodide.code", "pyodide.http", "pyodide.ffi", "_pyodide_core"):
    sys.modules[name] = None`

let program
async function start({ parts, module, code, pyplot }) {
  const [stdlib, numpy] = await Promise.all(["stdlib", "numpy"].map(name => unpacked(parts[name])))
  module ??= await unpacked(parts.wasm).then(wasm => WebAssembly.compile(wasm))
  post({ step: 2, module })
  served(module, stdlib, parts.lock)
  const python = await self.loadPyodide({ indexURL: "https://nowhere.invalid/" })
  post({ step: 3 })
  python.unpackArchive(numpy, "zip", { extractDir: PACKAGES })
  python.FS.writeFile("/lib/libbacktrace.so", Uint8Array.from(atob(BACKTRACE), letter => letter.charCodeAt(0)))
  python.FS.mkdir(`${PACKAGES}/matplotlib`)
  python.FS.writeFile(`${PACKAGES}/matplotlib/__init__.py`, "")
  python.FS.writeFile(`${PACKAGES}/matplotlib/pyplot.py`, pyplot)
  python.runPython(BEFORE_NUMPY)
  const names = python.runPython("{'__name__': 'program'}")
  python.runPython(code, { globals: names })
  program = names.get("Program")()
  post({ ready: python.runPython("import sys, numpy; f'Python {sys.version.split()[0]}, NumPy {numpy.__version__}'") })
  python.runPython(AFTER)
  shut()
}

self.onmessage = async ({ data }) => {
  try {
    if (data.start) return await start(data.start)
    program.run(data.texts, data.wanted, told => post({ told }))
    post({ done: true })
  } catch (error) {
    post({ fault: String(error?.message ?? error) })
  }
}
