"""What a page computes in the browser: Python of the library, compiled to JavaScript by PScript.

A page asks for its script with `script: name` in its front matter. `theme/assets/<name>.js` is the page's
side; its first line says what of the library it calls, `import { answer } from "mhat.identify"`, and the
program of these names, compiled, stands in that line's place. A module whose data are arrays says in
`ONE_BY_ONE`, by name, what stands for them where everything is computed with numbers.

In a function that stands in a table (a rule, a decay), and in a module that says `PSCRIPT_OVERLOAD = False`,
`+`, `*` and `==` are between numbers or strings alone, and compiled as they are.
"""

import ast
import re
from pathlib import Path

from pscript import py2js

from site_tools import bundle
from site_tools.cache import ROOT, Once
from site_tools.modules import run, sources

PAGES = ROOT / "theme" / "assets"
IMPORT = re.compile(r'import \{(.*?)\} from "(.*?)"\n', re.DOTALL)
NUMPY = {  # of NumPy, on numbers
    "sqrt": "Math.sqrt", "abs": "Math.abs", "sign": "Math.sign", "floor": "Math.floor", "log2": "Math.log2",
    "log10": "Math.log10", "maximum": "Math.max", "minimum": "Math.min", "max": "x => x",
    "fmax": "(a, b) => isNaN(b) ? a : isNaN(a) ? b : Math.max(a, b)", "where": "(when, yes, no) => when ? yes : no",
    "cos": "Math.cos", "sin": "Math.sin", "arctan2": "Math.atan2", "pi": "Math.PI",
    "float64": "Number", "float32": "Math.fround", "inf": "Infinity", "nan": "NaN", "isfinite": "Number.isFinite",
}


def names() -> list[str]:
    """The scripts of the site that call the library."""
    return sorted(path.stem for path in PAGES.glob("*.js") if IMPORT.match(path.read_text("utf-8")))


def called(name: str) -> tuple[str, list[str]]:
    """The module that a page's side calls, and the names that it takes."""
    words, module = IMPORT.match((PAGES / f"{name}.js").read_text("utf-8")).groups()
    return module, [word.strip() for word in words.split(",")]


class Plain(ast.NodeTransformer):
    """Python with what PScript compiles alone: no imports, docstrings, types and open-ended settings."""

    def __init__(self, of_numbers: set[str]):
        self.of_numbers = of_numbers

    def visit_Import(self, node):
        return None

    visit_ImportFrom = visit_Import

    def visit_Module(self, node):
        self.called = {inner.func.id for inner in ast.walk(node)
                       if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name)}
        self.generic_visit(node)
        node.body = node.body[ast.get_docstring(node) is not None:]
        return node

    def visit_FunctionDef(self, node):
        open_ended = node.args.kwarg and node.args.kwarg.arg
        if node.name in self.of_numbers:
            self.of_numbers |= {inner.name for inner in ast.walk(node) if isinstance(inner, ast.FunctionDef)}
        self.generic_visit(node)
        for call in (inner for inner in ast.walk(node) if isinstance(inner, ast.Call)):
            call.keywords = [word for word in call.keywords if word.arg or ast.unparse(word.value) != open_ended]
        node.args.kwarg = node.returns = None
        plain = ast.parse("PSCRIPT_OVERLOAD = False").body if node.name in self.of_numbers else []
        node.body = plain + node.body[ast.get_docstring(node) is not None:] or [ast.Pass()]
        return node

    def visit_ClassDef(self, node):
        """A dataclass, as a function that gives a plain object; nothing of a class that only types name."""
        names = [line.target.id for line in node.body if isinstance(line, ast.AnnAssign)]
        pairs = ", ".join(f"{name!r}: {name}" for name in names)
        function = f"def {node.name}({', '.join(names)}):\n    return {{{pairs}}}"
        return ast.parse(function).body[0] if node.name in self.called else None

    def visit_arg(self, node):
        node.annotation = None
        return node


def javascript(code: str, of_numbers: set[str] = frozenset(), **options: bool) -> str:
    """Python text as JavaScript, with as much of NumPy as it takes; options are those of PScript."""
    tree = Plain(set(of_numbers)).visit(ast.parse(code))
    return numpy(tree) + py2js(ast.unparse(tree), **options)


def numpy(tree: ast.AST) -> str:
    """What stands for NumPy in JavaScript: what a program takes of it. LookupError: it has no counterpart."""
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    taken = dict.fromkeys(node.attr for node in attributes if ast.unparse(node.value) == "np")
    if unknown := [name for name in taken if name not in NUMPY]:
        raise LookupError(f"np.{unknown[0]} has no counterpart on a page")
    return "const np = {" + ", ".join(f"{name}: {NUMPY[name]}" for name in taken) + "};\n"


def program(module: str, wanted: list[str]) -> bundle.Program:
    """Some names of a module, with all that they need on a page."""
    return bundle.bundle(module, wanted, **vars(run(module)).get("ONE_BY_ONE", {}))


def of_numbers(made: bundle.Program) -> set[str]:
    """The functions in which operators are compiled as they are."""
    homes = {name: part.home for name, part in made.parts.items() if part.kind == "definition"}
    return made.of_numbers() | {name for name in homes if vars(run(homes[name])).get("PSCRIPT_OVERLOAD") is False}


def compiled(module: str, wanted: list[str]) -> str:
    """The JavaScript of some names of a module."""
    made = program(module, wanted)
    return javascript(made.text(), of_numbers(made))


def engine(name: str) -> str:
    """What a page's side calls of the library, compiled."""
    return compiling(name).text()


def compiling(name: str) -> Once:
    """The script of a page's engine, compiled once."""
    module, wanted = called(name)
    files = [*sources(module), Path(__file__), Path(bundle.__file__)]
    return Once("scripts", (module, *wanted, *files), lambda: compiled(module, wanted))


def script(name: str) -> str:
    """The script of a page as it is sent: engine and page in a scope of their own."""
    page = IMPORT.sub("", (PAGES / f"{name}.js").read_text("utf-8"), count=1)
    return f"(() => {{\n{engine(name)}\n{page}}})()\n"
