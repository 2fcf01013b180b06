"""One program out of several modules, for a file alone and for a page."""

import ast
import re
import sys
from numbers import Number

import numpy as np
import pytest
import quickjs

from site_tools import modules, scripts
from site_tools.bundle import bundle, globals_of
from tests.prints import PRINTS, SETTINGS, lines, path_of

RULES = '''
"""Rules."""
import numpy as np
from math import tau

def root(x):
    return np.sqrt(x)

def double(theta, *more, **settings):
    """Twice the root."""
    return 2 * root(theta, **settings)

def never(x):
    return unknown
'''
OTHER = """
import {rules} as rules
from {rules} import double
from {tables} import ask

def root(x):
    return ask(x)

def both(x):
    return root(double(x))
"""
TABLES = '''
import linecache
from {rules} import double, root
from {rules} import root as square_root

def made():
    text, names = "def triple(x):\\n    return 3 * x\\n", {{"__name__": __name__}}
    linecache.cache["<triple>"] = (len(text), None, text.splitlines(keepends=True), "<triple>")
    exec(compile(text, "<triple>", "exec"), names)
    return names["triple"]

NAMES = ["tuple"[:k] for k in range(3)]
FAR = [float("inf"), -float("inf"), (1,), {{"a": None}}]
TABLE = [{{"run": double, "name": "double"}}, {{"run": made(), "name": NAMES}}]
MORE = 5

def ask(k: int) -> float:
    x = 16.0
    local = lambda y: [MORE for MORE in [y]][0]
    return local(TABLE[k]["run"](x))

def renamed():
    return square_root(2)

def by_module():
    return rules.root(2)

def lost():
    return nowhere
'''


@pytest.fixture
def two(tmp_path, monkeypatch, request):
    """The names of two modules, which lie where those of the site lie."""
    stem = f"bundle_{abs(hash(request.node.name))}"
    names = {"rules": f"{stem}_rules", "tables": f"{stem}_tables", "other": f"{stem}_other"}
    for name, text in zip(names.values(), (RULES, TABLES.format(**names), OTHER.format(**names)), strict=True):
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
    monkeypatch.setattr(modules, "ROOT", tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield list(names.values())
    for name in names.values():
        sys.modules.pop(name, None)


def test_what_is_needed_is_there_and_nothing_else(two):
    program = bundle(two[1], ["ask"])
    assert set(program.parts) == {"ask", "TABLE", "double", "root", "np", "triple"}
    names = {}
    exec(program.text("Head.", "last = ask(0)"), names)
    assert names["__doc__"] == "Head." and names["last"] == 8 and names["ask"](1) == 48
    assert names["TABLE"][1]["name"] == ["", "t", "tu"]


def test_data_are_the_values_that_they_have(two):
    names = {}
    exec(bundle(two[1], ["FAR", "MORE"], MORE=[6]).text(), names)
    assert names["FAR"] == [np.inf, -np.inf, (1,), {"a": None}] and names["MORE"] == [6]


def test_functions_in_tables_are_of_numbers_with_what_they_call(two):
    assert bundle(two[1], ["ask"]).of_numbers() == {"double", "root", "triple"}


@pytest.mark.parametrize("module, name, error, words", [
    (1, "renamed", ValueError, "takes root of .*_rules as square_root"),
    (1, "by_module", NameError, "uses rules, which"), (1, "lost", NameError, "uses nowhere, which"),
    (2, "both", ValueError, "root is of .* and of "),
    (0, "never", NameError, "uses unknown"), (0, "missing", NameError, "uses missing"),
])
def test_what_cannot_stand_in_one_program_is_said(two, module, name, error, words):
    with pytest.raises(error, match=words):
        bundle(two[module], [name]).text()


def test_data_without_a_literal_is_said(two):
    with pytest.raises(TypeError, match="has no literal"):
        bundle(two[1], ["MORE"], MORE=object())


def test_names_of_a_definition_are_those_of_its_module():
    text = "def f(a, b=one, *c: two):\n  x = three\n  def g(y): return x + four\n  return [a for a in five if g(a)]"
    assert globals_of(text) == {"one", "two", "three", "four", "five"}


def test_a_page_gets_numbers_and_no_open_ended_settings(two):
    context = quickjs.Context()
    text = scripts.compiled(two[1], ["ask"])
    context.eval(text)
    assert context.eval("ask(0)") == 8 and context.eval("ask(1)") == 48
    assert "settings" not in text and "Twice" not in text and "const np = {sqrt: Math.sqrt}" in text
    assert "return 3 * x" in text and "op_mult" not in text
    with pytest.raises(LookupError, match="np.cumsum has no counterpart"):
        scripts.javascript("def f(x):\n    return np.cumsum(x)")


# Where operators are compiled as they are, they stand between numbers or texts


def plain(x):
    assert isinstance(x, (Number, str, np.generic)) or callable(x) or x is None, x
    return x


class Watched(ast.NodeTransformer):
    """`+`, `*`, `==` and conditions of some functions, their operands looked at."""

    def __init__(self, names):
        self.names = names

    def visit_FunctionDef(self, node):
        if node.name in self.names:
            for inner in ast.walk(node):
                self.watch(inner)
        return node

    def watch(self, node):
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mult)):
            node.left, node.right = seen(node.left), seen(node.right)
        elif isinstance(node, ast.AugAssign):
            node.value = seen(node.value)
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            node.left, node.comparators = seen(node.left), [seen(other) for other in node.comparators]
        elif isinstance(node, (ast.If, ast.IfExp, ast.While)):
            node.test = seen(node.test)
        elif isinstance(node, ast.BoolOp):
            node.values = [seen(value) for value in node.values]


def seen(node):
    return ast.Call(ast.Name("plain", ast.Load()), [node], [])


def watched(text, of_numbers):
    names = {"plain": plain}
    tree = ast.fix_missing_locations(Watched(of_numbers).visit(ast.parse(text)))
    exec(compile(tree, "watched", "exec"), names)
    return names


def test_what_is_compiled_as_it_is_never_meets_a_list():
    made = scripts.program("mhat.identify", ["answer", "in_words"])
    of_numbers = scripts.of_numbers(made)
    assert {"walk", "leaves", "rates", "adam", "bias_correction", "decay_l2", "wrong_t_from_0"} <= of_numbers
    assert not {"answer", "read", "combinations", "in_words"} & of_numbers
    answer = watched(made.text(), of_numbers)["answer"]
    texts = [PRINTS["lines"], lines(path_of("adam", lr=0.001), "{:.4f}"), lines(path_of("momentum")), "nan " * 36]
    texts += [lines(path_of("rmsprop") + 0.01 * np.arange(12)[:, None])]
    with np.errstate(all="ignore"):
        verdicts = [answer(text, {**SETTINGS, "decay": decay}, "")["verdict"] for text in texts for decay in (0, 0.1)]
    assert {"right", "several", "none"} <= set(verdicts)


@pytest.mark.parametrize("line", ["return [x] + [1]", "return 2 * [x]", "return [x] == [1]", "return 1 if [x] else 2"])
def test_a_list_is_seen(line):
    with pytest.raises(AssertionError):
        watched(f"def f(x):\n    {line}\n", {"f"})["f"](1)


@pytest.mark.parametrize("name", scripts.names())
def test_a_page_and_its_engine_share_no_name(name):
    """In one scope the later of two functions of a name would stand for both."""
    defined = re.compile(r"^(?:async )?(?:function|const|let|var|class) (\w+)|^(\w+) = ", re.M)
    page = {one or other for one, other in defined.findall((scripts.PAGES / f"{name}.js").read_text("utf-8"))}
    engine = {one or other for one, other in defined.findall(scripts.engine(name))}
    assert len(page) > 3 and len(engine) > 20 and not page & engine
