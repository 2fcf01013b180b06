"""What a page computes in the browser: Python of the library, compiled to JavaScript by PScript.

A page asks for its script with `script: name` in its front matter. `mhat/<name>.py` has
`script()`, the Python text to compile; `theme/assets/<name>.js` is the page's side, which
finds the compiled functions by their names.
"""

import ast
from pathlib import Path

from pscript import py2js

from site_tools.cache import ROOT, once
from site_tools.modules import run, sources

PAGES = ROOT / "theme" / "assets"
NUMPY = ("const np = {sqrt: Math.sqrt, abs: Math.abs, maximum: Math.max, minimum: Math.min, sign: Math.sign, floor: Math.floor, "
         "log2: Math.log2, log10: Math.log10, float64: Number, inf: Infinity, nan: NaN}\n")


def names() -> list[str]:
    """The scripts of the site that have a snippet."""
    return sorted(path.stem for path in PAGES.glob("*.js") if (ROOT / "mhat" / path.name).with_suffix(".py").exists())


def javascript(code: str) -> str:
    """Python text as JavaScript; rules work on numbers there. Docstrings and imports stay behind."""
    tree = ast.parse(code)
    tree.body = [node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.Module)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return NUMPY + py2js(ast.unparse(tree))


def script(name: str) -> str:
    """The script of a page as it is sent: engine and page in a scope of their own."""
    page = PAGES / f"{name}.js"
    engine = once("scripts", name, *sources(f"mhat.{name}"), Path(__file__), make=lambda: javascript(run(f"mhat.{name}").script()))
    return f"(() => {{\n{engine}\n{page.read_text('utf-8')}}})()\n"
