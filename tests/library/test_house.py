"""The house as its code shows it: which room imports which, how long a function is, what a name says of itself."""

import ast
import functools
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from statistics import median

import pytest

from site_tools.cache import ROOT
from site_tools.modules import SNIPPETS, find, module_of
from site_tools.pages import DOCS, pages

MAY_IMPORT = {
    "mhat": set(),
    "frameworks": {"mhat"},
    "snippets": {"mhat", "frameworks"},
    "site_tools": {"mhat", "frameworks", "snippets"},
    "meters": {"mhat", "frameworks", "snippets", "site_tools"},
    "tests": {"mhat", "frameworks", "snippets", "site_tools", "meters"},
}
NEEDS = {"numpy"}  # all that `pip install` of mhat will bring along
# Run in the environment of a framework, with nothing of ours.
APART = ("frameworks.adapters", "frameworks.practice", "frameworks.teller", "frameworks.worker")


def imported(tree: ast.AST) -> set[str]:
    """Every module that a file names in an import, at its head or inside a function."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: imports are written from the root"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {node.module} | {name for name in inner if find(name)}
    return names


def module(path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


PATHS = [path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]
FILES = {module(path): path for path in PATHS}
LIBRARY = [name for name in FILES if name.split(".")[0] == "mhat"]


@functools.cache
def tree(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text("utf-8"))


@functools.cache
def imports(name: str) -> set[str]:
    return imported(tree(name))


def wrong_arrows(name: str, names: set[str]) -> set[str]:
    """The imports of ours that a module of this name may not have."""
    room = name.split(".")[0]
    return {other for other in names if other.split(".")[0] in MAY_IMPORT.keys() - MAY_IMPORT[room] - {room}}


@pytest.mark.parametrize("name", FILES)
def test_arrows_run_one_way(name):
    assert not wrong_arrows(name, imports(name))


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_needs_numpy_alone(name):
    outside = {other.split(".")[0] for other in imports(name)} - {"mhat"} - sys.stdlib_module_names
    assert outside <= NEEDS


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(APART)])
def test_what_runs_in_a_framework_needs_nothing_of_ours(name):
    assert not {other.split(".")[0] for other in imports(name)} & MAY_IMPORT.keys()


def circle(imports: dict[str, set[str]]) -> list[str] | None:
    """The modules of a circle of imports, where there is one; a package stands for itself, not for what lies in it."""
    try:
        TopologicalSorter({name: names & imports.keys() - {name} for name, names in imports.items()}).prepare()
    except CycleError as error:
        return error.args[1]


def test_no_circles():
    graph = {name: imports(name) for name in FILES}
    assert len(graph) > 100 and circle(graph) is None


def test_a_module_of_a_page_lies_where_the_page_lies():
    named = {module_of(page.relative_to(DOCS / "ko").as_posix()) for page in pages("ko")}
    for_many = ("shared", "explorables")
    own = [path for path in SNIPPETS.rglob("*.py") if path.parent.name not in for_many and path.name != "__init__.py"]
    assert {module(path) for path in own} <= named and len(own) > 25


def test_no_test_imports_another():
    pairs = [(name, other) for name in FILES for other in imports(name) if name.startswith("tests.")
             and other.split(".")[-1].startswith(("test_", "conftest"))]
    assert not pairs


def test_numpy_is_imported_by_its_own_name():
    """Not by way of a neighbour that happens to have it."""
    for name in FILES:
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] in MAY_IMPORT:
                assert not {"np", "plt"} & {alias.name for alias in node.names}, f"{name}:{node.lineno}"


@pytest.mark.parametrize("name, names, wrong", [
    ("mhat.forms", {"mhat.rules", "numpy"}, set()),
    ("mhat.forms", {"snippets.shared.palette"}, {"snippets.shared.palette"}),
    ("snippets.story.adam", {"mhat.rules", "site_tools.numbers"}, {"site_tools.numbers"}),
    ("frameworks.verify", {"mhat.records", "snippets.shared.tables"}, {"snippets.shared.tables"}),
])
def test_a_wrong_arrow_is_seen(name, names, wrong):
    assert wrong_arrows(name, names) == wrong


def test_a_circle_is_seen():
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}


# How the library is written

LONGEST, MEDIAN = 30, 8  # lines of a function
SECTION = re.compile(r"# --8<-- \[start:(\w+)\]\n.*?# --8<-- \[end:\1\]", re.S)
UNEXPLAINED = {"mhat.check_vectors", "mhat.check_whole"}  # as in C and JavaScript, line by line: their page explains


def test_ruff_finds_nothing():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def length(function: ast.FunctionDef) -> int:
    """The lines of a function, its docstring left out."""
    parts = [function, *function.body[:ast.get_docstring(function) is not None]]
    whole, *docstring = [part.end_lineno - part.lineno + 1 for part in parts]
    return whole - sum(docstring)


def test_functions_are_short():
    """Methods and inner functions too."""
    nodes = [(name, node) for name in LIBRARY for node in ast.walk(tree(name))]
    lengths = {f"{name}:{node.lineno}": length(node) for name, node in nodes if isinstance(node, ast.FunctionDef)}
    assert not {place: lines for place, lines in lengths.items() if lines > LONGEST}
    assert median(lengths.values()) <= MEDIAN and len(lengths) > 200


def public(text: str) -> list[ast.FunctionDef]:
    """The functions of a module that others may call."""
    return [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]


def listed(text: str) -> set[str]:
    """The functions that a page shows as they stand.

    They go without types: the page says what each name is, and a rule is read beside its formula.
    """
    return {name for section in SECTION.finditer(text) for name in re.findall(r"^def (\w+)", section[0], re.M)}


def rule(function: ast.FunctionDef) -> bool:
    """Whether a function has the shape of all rules, forms and decays, which `mhat/rules.py` explains once."""
    names = [one.arg for one in function.args.args]
    return names[names[:1] == ["form"]:][:3] == ["theta", "g", "state"]


def untyped(function: ast.FunctionDef) -> list[str]:
    """What has no type: parameters by their names, and the result."""
    of = function.args
    parameters = [*of.posonlyargs, *of.args, *filter(None, [of.vararg]), *of.kwonlyargs, *filter(None, [of.kwarg])]
    return [one.arg for one in parameters if not one.annotation] + ["return"] * (function.returns is None)


@pytest.mark.parametrize("name", LIBRARY)
def test_a_public_function_has_types(name):
    text = FILES[name].read_text("utf-8")
    functions = [function for function in public(text) if not rule(function) and function.name not in listed(text)]
    missing = {function.name: untyped(function) for function in functions}
    assert not {own: parts for own, parts in missing.items() if parts}


@pytest.mark.parametrize("name", sorted({*LIBRARY} - UNEXPLAINED))
def test_a_public_function_has_a_docstring(name):
    assert not [function.name for function in public(FILES[name].read_text("utf-8")) if not ast.get_docstring(function)]


@pytest.mark.parametrize("code, lines", [
    ("def f(): return 1", 1),
    ('def f():\n    """One."""\n    return 1', 2),
    ('def f():\n    """One\n\n    two.\n    """\n\n    x = 1\n    return x', 4),
])
def test_a_long_function_is_seen(code, lines):
    assert length(*public(code)) == lines


@pytest.mark.parametrize("code, parts", [
    ("def f(x: int, /, *y: int, **z: int) -> None: ...", []),
    ("def f(x, *y, z=lambda t: t, **more) -> None: ...", ["x", "y", "z", "more"]),
    ("def f(x: int): ...", ["return"]),
])
def test_a_missing_type_is_seen(code, parts):
    assert untyped(*public(code)) == parts


def test_what_a_page_shows_is_known():
    text = "# --8<-- [start:a]\ndef f(x): ...\n# --8<-- [start:b]\ndef g(x): ...\n# --8<-- [end:b]\n# --8<-- [end:a]\n"
    assert listed(text + "def h(x): ...\n") == {"f", "g"} and len(public(text + "def _h(x): ...\n")) == 2
