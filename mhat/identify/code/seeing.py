"""What the expressions of somebody's code are worth at each step of the list."""

import ast
import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mhat.identify.feed import GRADIENTS, THETA

MOST_SEEN = 200_000  # notes of one run: a loop without end must not fill the memory
SEE = "__see__"


@dataclass
class Place:
    """A place in a code that has a value: an expression, or what a statement gives a name.

    node       its own expression; of a statement, the target
    statement  the statement in which it stands
    scope      the function, or the module
    given      whether the value is what the statement leaves in its target, or an argument of the function
    """

    node: ast.expr
    statement: ast.stmt | None
    scope: ast.AST
    given: bool
    text: str


@dataclass
class Seen:
    """The values of the places of a code, by step and, where each coordinate runs alone, by coordinate."""

    places: list[Place] = field(default_factory=list)
    values: dict[int, dict[tuple[int, int], list[np.ndarray]]] = field(default_factory=dict)
    at: tuple[int, int] = (0, 0)  # the step, from 1, and the coordinate; -1 is all of them
    count: int = 0

    def see(self, number: int, value: Any) -> Any:
        """Note a value, and give it back."""
        if self.count < MOST_SEEN and (row := as_row(value)) is not None:
            self.count += 1
            self.values.setdefault(number, {}).setdefault(self.at, []).append(row)
        return value

    def __deepcopy__(self, memo: dict) -> "Seen":
        """There is one of it: who copies an optimizer copies no notes."""
        return self


def as_row(value: Any) -> np.ndarray | None:
    """A number or a few of them as an array of its own; nothing else is noted."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.generic, np.ndarray, list, tuple)):
        return None
    size = value.size if isinstance(value, np.ndarray) else len(value) if isinstance(value, (list, tuple)) else 1
    if size > 2 * len(THETA):
        return None
    try:
        row = np.array(value, float).ravel()
    except (TypeError, ValueError, OverflowError):
        return flattened(value)
    return row if row.size else None


def flattened(value: Any) -> np.ndarray | None:
    """Numbers of several shapes, as in (m, v, t), one after another."""
    parts = [as_row(each) for each in value] if isinstance(value, (list, tuple)) else [None]
    return None if any(part is None for part in parts) else np.concatenate(parts)


def one_row(rows: list[np.ndarray]) -> np.ndarray | None:
    """What a place was worth in a step: its only value, one for each coordinate, or the first of several tensors."""
    if all(row.size == 1 for row in rows):
        if len(rows) % len(THETA) == 0:
            return np.concatenate(rows[:len(THETA)])
        return rows[0] if all(same(row, rows[0]) for row in rows) else None
    return rows[0]


def same(a: np.ndarray, b: np.ndarray, near: float = 1e-9) -> bool:
    """Whether two rows are equal but for rounding; NaN and infinity are as good as one another."""
    with np.errstate(all="ignore"):
        close = np.abs(a - b) <= near * np.maximum(np.abs(a), np.abs(b))
        return bool(np.all(close | ~np.isfinite(a) & ~np.isfinite(b)))


def series(seen: Seen, number: int) -> dict[int, np.ndarray]:
    """The values of a place by step, each of one number or of one for each coordinate; steps it was not met in lack."""
    found = {}
    for t in range(1, len(GRADIENTS) + 1):
        rows = seen.values.get(number, {})
        parts = [rows[t, i] for i in range(len(THETA)) if (t, i) in rows] or [rows.get((t, -1), [])]
        alone = [one_row(part) for part in parts if part]
        if alone and all(row is not None for row in alone):
            row = np.concatenate(alone)
            if row.size in (1, len(THETA)):
                found[t] = row
    return found


# Notes are put into the code


def see_call(number: int, node: ast.expr) -> ast.Call:
    """The expression, noted."""
    return ast.Call(ast.Name(SEE, ast.Load()), [ast.Constant(number), node], [])


def is_worth_seeing(node: ast.AST) -> bool:
    """Whether a node is an expression that may be worth a number."""
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    kinds = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Call, ast.IfExp, ast.Tuple)
    return isinstance(node, kinds) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


class Watching(ast.NodeTransformer):
    """Puts notes around the expressions of a code and behind its statements; `places` says what each is of."""

    def __init__(self, text: str):
        self.text, self.places = text, []
        self.statement, self.scope = None, None

    def place(self, node: ast.expr, given: bool = False) -> int:
        """The number of a new place."""
        words = ast.unparse(node) if given else ast.get_source_segment(self.text, node) or ast.unparse(node)
        self.places.append(Place(copy.deepcopy(node), self.statement, self.scope, given, words))
        return len(self.places) - 1

    def visit(self, node: ast.AST) -> Any:
        """A node with notes."""
        if isinstance(node, ast.stmt):
            return self.visit_statement(node)
        if is_worth_seeing(node) and hasattr(node, "lineno"):
            number = self.place(node)
            return ast.copy_location(see_call(number, self.inner(node)), node)
        return self.inner(node)

    def inner(self, node: ast.AST) -> ast.AST:
        """A node whose parts have notes: not what is called, the text of an f-string, or a pattern."""
        if isinstance(node, (ast.JoinedStr, ast.pattern, ast.arguments, ast.Lambda)):
            return node
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                node.func.value = self.visit(node.func.value)
            node.args = [self.visit(arg) for arg in node.args]
            node.keywords = [self.visit(word) for word in node.keywords]
            return node
        return self.generic_visit(node)

    def visit_statement(self, node: ast.stmt) -> Any:
        """A statement, and behind it notes of what it gives to names."""
        before = self.statement, self.scope
        self.statement = node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.defined(node)
            behind = []
        else:
            targets = targets_of(node)
            original = copy.deepcopy(targets)
            behind = [ast.Expr(see_call(self.place(target, True), target)) for target in original]
            node = self.annotated(node) if isinstance(node, ast.AnnAssign) else self.generic_visit(node)
            if isinstance(node, ast.For):
                self.counted(node)
        self.statement, self.scope = before
        return [node, *(ast.copy_location(each, node) for each in behind)] if behind else node

    def counted(self, node: ast.For) -> None:
        """A loop: what it counts is noted when its body begins."""
        names = [each for each in ast.walk(node.target) if isinstance(each, ast.Name) and hasattr(each, "lineno")]
        notes = [ast.Expr(see_call(self.place(readable(each), True), readable(each))) for each in names]
        node.body = [*(ast.copy_location(note, node) for note in notes), *node.body]

    def annotated(self, node: ast.AnnAssign) -> ast.AnnAssign:
        """`m: float = 0`: the type is left alone."""
        node.value = self.visit(node.value) if node.value else None
        return node

    def defined(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        """A function: its arguments are noted when it begins."""
        self.scope = node if not isinstance(node, ast.ClassDef) else self.scope
        arguments = [] if isinstance(node, ast.ClassDef) else [
            ast.Name(arg.arg, ast.Load()) for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        notes = [ast.Expr(see_call(self.place(each, True), each)) for each in arguments if each.id != "self"]
        first = sum(isinstance(line, (ast.Global, ast.Nonlocal)) for line in node.body)
        first += ast.get_docstring(node) is not None
        body = [self.visit(line) for line in node.body]
        flat = [line for each in body for line in (each if isinstance(each, list) else [each])]
        node.body = [*flat[:first], *(ast.copy_location(note, node.body[0]) for note in notes), *flat[first:]]


def targets_of(node: ast.stmt) -> list[ast.expr]:
    """What a statement gives values to, as expressions that can be read: names, attributes, entries."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(
        node, ast.AugAssign) or isinstance(node, ast.AnnAssign) and node.value else []
    flat = [each for target in targets for each in (target.elts if isinstance(target, ast.Tuple) else [target])]
    kinds = (ast.Name, ast.Attribute, ast.Subscript)
    return [readable(each) for each in flat if isinstance(each, kinds) and not isinstance(
        getattr(each, "slice", None), ast.Slice)]


def readable(node: ast.expr) -> ast.expr:
    """A target as an expression that is read."""
    here = copy.deepcopy(node)
    here.ctx = ast.Load()
    return here
