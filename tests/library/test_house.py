"""Which room imports which, read from the code with `ast`: arrows run one way, and nothing runs in a circle."""

import ast
import sys
from graphlib import CycleError, TopologicalSorter

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
LIBRARY = {"numpy"}  # all that `pip install` of mhat will bring along
APART = ("adapters", "worker")  # run in the environment of a framework, with nothing of ours


def imported(tree: ast.AST) -> set[str]:
    """Every module that a file names in an import, at its head or inside a function."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: imports are written from the root"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {node.module} | {name for name in inner if find(name)}
    return names


def module(path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {module(path): path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py")) if "ipython" not in path.parts}
IMPORTS = {name: imported(ast.parse(path.read_text("utf-8"))) for name, path in FILES.items()}


def wrong_arrows(name: str, names: set[str]) -> set[str]:
    """The imports of ours that a module of this name may not have."""
    room = name.split(".")[0]
    return {other for other in names if other.split(".")[0] in MAY_IMPORT.keys() - MAY_IMPORT[room] - {room}}


@pytest.mark.parametrize("name", FILES)
def test_arrows_run_one_way(name):
    assert not wrong_arrows(name, IMPORTS[name])


@pytest.mark.parametrize("name", [name for name in FILES if name.split(".")[0] == "mhat"])
def test_the_library_needs_numpy_alone(name):
    outside = {other.split(".")[0] for other in IMPORTS[name]} - {"mhat"} - sys.stdlib_module_names
    assert outside <= LIBRARY


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(tuple(f"frameworks.{part}" for part in APART))])
def test_what_runs_in_a_framework_needs_nothing_of_ours(name):
    assert not {other.split(".")[0] for other in IMPORTS[name]} & MAY_IMPORT.keys()


def circle(imports: dict[str, set[str]]) -> list[str] | None:
    """The modules of a circle of imports, where there is one; a package stands for itself, not for what lies in it."""
    try:
        TopologicalSorter({name: names & imports.keys() - {name} for name, names in imports.items()}).prepare()
    except CycleError as error:
        return error.args[1]


def test_no_circles():
    assert len(IMPORTS) > 100 and circle(IMPORTS) is None


def test_a_module_of_a_page_lies_where_the_page_lies():
    named = {module_of(page.relative_to(DOCS / "ko").as_posix()) for page in pages("ko")}
    alone = {module(path) for path in SNIPPETS.rglob("*.py") if path.parent.name != "shared" and path.name != "__init__.py"}
    assert alone <= named and len(alone) > 25


def test_no_test_imports_another():
    pairs = [(name, other) for name, names in IMPORTS.items() for other in names if name.startswith("tests.")
             and other.split(".")[-1].startswith(("test_", "conftest"))]
    assert not pairs


def test_numpy_is_imported_by_its_own_name():
    """Not by way of a neighbour that happens to have it."""
    for name, path in FILES.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] in MAY_IMPORT:
                assert not {"np", "plt"} & {alias.name for alias in node.names}, f"{name}:{node.lineno}"


@pytest.mark.parametrize("name, names, wrong", [
    ("mhat.forms", {"mhat.rules", "numpy"}, set()), ("mhat.forms", {"snippets.shared.palette"}, {"snippets.shared.palette"}),
    ("snippets.story.adam", {"mhat.rules", "site_tools.numbers"}, {"site_tools.numbers"}),
    ("frameworks.verify", {"mhat.records", "snippets.shared.tables"}, {"snippets.shared.tables"}),
])
def test_a_wrong_arrow_is_seen(name, names, wrong):
    assert wrong_arrows(name, names) == wrong


def test_a_circle_is_seen():
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}
