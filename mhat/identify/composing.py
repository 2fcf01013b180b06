"""Mistakes as lists of lines, each a function of its own, so that two of them can be made in one program.

A line changes `e`, the names of a program: `m = beta1 * m + (1 - beta1) * g` is
`e["m"] = e["beta1"] * e["m"] + (1 - e["beta1"]) * e["g"]`. A page has the same lines, compiled, and puts them together
in the browser.
"""

import ast
import linecache
from collections.abc import Callable

import numpy as np

from mhat.identify.known import AT_ONE, MISTAKES
from mhat.mistakes import LINES, RIGHT, START

FREE = ("np",)  # what a line takes as it is
WHOLE = ("momentum", "nesterov", "rmsprop", "adam", "adamw")  # the programs in which two mistakes are made


class InNames(ast.NodeTransformer):
    """A line in which every name is an entry of `e`."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """`m` as `e["m"]`."""
        if node.id in FREE:
            return node
        return ast.Subscript(ast.Name("e", ast.Load()), ast.Constant(node.id), node.ctx)

    def visit_Return(self, node: ast.Return) -> ast.AST:
        """`return theta, (m, v, t)` as the state that is kept."""
        return ast.Assign([self.visit(ast.Name("state", ast.Store()))], self.visit(node.value.elts[1]))


def statements(text: str) -> list[str]:
    """Lines of Python, a statement each; those after the first may stand four spaces in."""
    return [ast.unparse(node) for node in ast.parse(text.replace("\n    ", "\n")).body]


def body(rule: str) -> list[str]:
    """The statements of a right program."""
    [function] = ast.parse(RIGHT[rule]).body
    return [ast.unparse(node) for node in function.body]


def made(statement: str, number: int) -> Callable:
    """A statement as a function, whose source can be read as that of any other."""
    line = ast.unparse(ast.fix_missing_locations(InNames().visit(ast.parse(statement))))
    name, file, names = f"line_{number}", f"<line {number}>", {"np": np, "__name__": __name__}
    text = f"def {name}(e):\n    {line}\n"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)
    return names[name]


def numbered(statements: list[str]) -> list[int]:
    """The places of statements in STATEMENTS, where they are put if they are new."""
    STATEMENTS.extend(each for each in dict.fromkeys(statements) if each not in STATEMENTS)
    return [STATEMENTS.index(each) for each in statements]


def exchange(name: str) -> dict:
    """The lines that a mistake exchanges, by their places: its rule, and pairs of right and wrong ones."""
    rule, *lines = AT_ONE.get(name, LINES[name])
    places = [numbered(statements(text)) for text in lines]
    return {"rule": rule, "pairs": [list(pair) for pair in zip(places[::2], places[1::2], strict=True)]}


STATEMENTS: list[str] = []
PROGRAMS = {rule: {"lines": numbered(body(rule)), "start": list(START[rule])} for rule in WHOLE}
EXCHANGES = {row.name: exchange(row.name) for row in MISTAKES }
LINES_BY_NUMBER = [made(statement, number) for number, statement in enumerate(STATEMENTS)]
