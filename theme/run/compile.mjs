// At build, in Node: which modules Python imports until a block can run, and these compiled by that very Python, so
// that no reader's browser compiles them anew at each start. Answers with {"name": base64 of its .pyc}.
//   node compile.mjs <pyodide's folder> <NumPy as a zip> <folder of program.py>
import { readFileSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"

const [home, archive, source, target] = process.argv.slice(2)
const { loadPyodide } = await import(pathToFileURL(`${home}/pyodide.mjs`))
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0", HOME: "/home" } })
python.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: "/lib/python3.12/site-packages" })
python.globals.set("text", readFileSync(`${source}/program.py`, "utf-8"))
const answer = python.runPython(`
import base64, importlib.util, json, sys, zipimport
try:
    exec(text, {"__name__": "program"})
except Exception:
    pass
from _frozen_importlib_external import _code_to_hash_pyc
found = {}
for name, module in sorted(sys.modules.items()):
    file, spec = getattr(module, "__file__", None) or "", getattr(module, "__spec__", None)
    if file.endswith(".py") and spec and (source := spec.loader.get_source(spec.name)):
        source = source.encode()
        code = compile(source, file, "exec", dont_inherit=True)
        data = _code_to_hash_pyc(code, importlib.util.source_hash(source), False)
        found[file.removeprefix("/lib/python312.zip/").removeprefix("/lib/python3.12/site-packages/")] = \
            base64.b64encode(data).decode()
json.dumps(found)
`)
writeFileSync(target, answer)
