"""A line of ours in the words of somebody's code: each name by what it is worth at that place."""

import ast
from collections.abc import Iterator

import numpy as np

from mhat.identify.code.looping import last_word
from mhat.identify.code.naming import is_time, setting_of
from mhat.identify.code.quantities import worth
from mhat.identify.code.seeing import Place, Seen, same, series

CLOSE_ENOUGH = {"float64": 1e-9, "float32": 1e-4}  # by how much two values of one quantity may differ
PLAIN_CALLS = ("np", "numpy", "math", "sqrt", "abs", "float")


class Values:
    """The places of a code with what they are worth at each step."""

    def __init__(self, seen: Seen, dtype: str = "float64"):
        self.near = CLOSE_ENOUGH.get(dtype, 1e-2)
        self.rows: list[tuple[Place, dict[int, np.ndarray]]] = [
            (place, series(seen, number)) for number, place in enumerate(seen.places)]

    def equal(self, value: np.ndarray | None, given: bool | None = None,
              steps: set[int] = frozenset()) -> Iterator[Place]:
        """The places that are worth a value at each step at which they are met, these among them."""
        if value is None:
            return
        for place, rows in self.rows:
            if given in (None, place.given) and rows and steps <= rows.keys() and all(
                    same(row, value[t - 1], self.near) for t, row in rows.items()):
                yield place


def is_plain(place: Place) -> bool:
    """Whether an expression may be computed twice: it calls nothing but a root."""
    calls = [each for each in ast.walk(place.node) if isinstance(each, ast.Call)]
    return all(ast.unparse(each.func).split(".")[0] in PLAIN_CALLS for each in calls) and "\n" not in place.text


class Wording:
    """Expressions of ours in the words of a code, at one of its statements."""

    def __init__(self, values: Values, names: dict[str, np.ndarray], statement: ast.stmt, scope: ast.AST | None):
        self.values, self.names, self.statement, self.scope = values, names, statement, scope
        self.own: dict[str, str] = {}  # of a statement that is exchanged: our name of its target, and its own

    def words(self, node: ast.expr) -> list[str]:
        """An expression in their words, the likeliest first; none where a part of it has none."""
        found = self.held(node)
        if isinstance(node, ast.Constant):
            return [ast.unparse(node)]
        if isinstance(node, ast.Name):
            own = [self.own[node.id]] if node.id in self.own else []
            return list(dict.fromkeys([*own, *found[:3], *self.by_name(node.id)]))
        made = self.built(node)
        return list(dict.fromkeys([*found[:1], *made]))

    def built(self, node: ast.expr) -> list[str]:
        """An expression put together from the words for its parts."""
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.sqrt":
            return [self.rooted(words) for words in self.words(node.args[0])]
        if isinstance(node, ast.BinOp):
            return [with_sign(a, node.op, b) for a in self.words(node.left)[:2] for b in self.words(node.right)[:2]]
        if isinstance(node, ast.UnaryOp):
            return [ast.unparse(ast.UnaryOp(node.op, parsed(a))) for a in self.words(node.operand)]
        return []

    def rooted(self, words: str) -> str:
        """The root of an expression, as this code takes roots."""
        for place, _ in self.values.rows:
            if isinstance(place.node, ast.Call) and ast.unparse(place.node.func).split(".")[-1] == "sqrt":
                return f"{ast.unparse(place.node.func)}({words})"
        return f"np.sqrt({words})"

    def held(self, node: ast.expr) -> list[str]:
        """The expressions of the code that are worth the same: those of the statement first, then the nearest."""
        places = [place for place in self.values.equal(worth(node, self.names), steps=self.steps()) if is_plain(place)
                  and self.visible(place) and not isinstance(place.node, ast.Constant)]
        name = node.id if isinstance(node, ast.Name) else ""

        def order(place: Place) -> tuple:
            own = place.statement is not None and place.statement.lineno == self.statement.lineno
            alike = bool(name) and name in (setting_of(last_word(place.text)), last_word(place.text))
            far = abs(getattr(place.node, "lineno", self.statement.lineno) - self.statement.lineno)
            return not alike, not own, place.given, far, len(place.text)
        return list(dict.fromkeys(place.text for place in sorted(places, key=order)))

    def steps(self) -> set[int]:
        """The steps at which the statement runs."""
        return {t for place, rows in self.values.rows for t in rows if place.statement is not None
                and place.statement.lineno == self.statement.lineno}

    def visible(self, place: Place) -> bool:
        """Whether the names of a place are those of the statement."""
        return place.scope is None or self.scope is None or place.scope.lineno == self.scope.lineno

    def by_name(self, name: str) -> list[str]:
        """A name that both have, or the number of a setting."""
        same_name = [place.text for place, _ in self.values.rows if place.text == name and self.visible(place)][:1]
        value = self.names.get(name)
        constant = value is not None and setting_of(name) and np.all(value == value[0, 0])
        if value is not None and is_time(name) and not same_name:
            return [f"{text} + 1" for text in self.one_less(value)]
        return [*same_name, *([repr(float(value[0, 0]))] if constant else [])]


    def one_less(self, value: np.ndarray) -> list[str]:
        """What counts the same from 0."""
        return [place.text for place in self.values.equal(value - 1, True) if self.visible(place)][:1]


def with_sign(a: str, op: ast.operator, b: str) -> str:
    """Two expressions with an operator between them, in brackets where they are needed."""
    made = ast.BinOp(parsed(a), op, parsed(b))
    sign = ast.unparse(ast.BinOp(ast.Name("a"), op, ast.Name("b"))).strip("ab")
    for left, right in ((a, b), (f"({a})", b), (a, f"({b})"), (f"({a})", f"({b})")):
        if ast.dump(parsed(left + sign + right)) == ast.dump(made):
            return left + sign + right
    return ast.unparse(made)


def parsed(text: str) -> ast.expr:
    """An expression."""
    return ast.parse(text, mode="eval").body
