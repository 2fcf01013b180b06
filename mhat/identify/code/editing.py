"""Changes of a text of Python by the places of its parts: (from, to, what comes there)."""

import ast
import copy
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher


def offsets(text: str) -> list[int]:
    """Where each line begins."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def offset(text: str, line: int, column: int) -> int:
    """A place in a text; columns are counted in bytes, as Python does."""
    start = offsets(text)[line - 1]
    row = text[start:].split("\n", 1)[0]
    return start + len(row.encode()[:column].decode(errors="ignore"))


def span(text: str, node: ast.AST) -> tuple[int, int]:
    """From where to where a part goes."""
    return offset(text, node.lineno, node.col_offset), offset(text, node.end_lineno, node.end_col_offset)


def changed_text(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """A text with changes that do not overlap."""
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def line_span(text: str, node: ast.stmt) -> tuple[int, int]:
    """From where to where the lines of a statement go, with the end of the last."""
    starts = offsets(text)
    return starts[node.lineno - 1], starts[min(node.end_lineno, len(starts) - 1)]


def indent(text: str, node: ast.AST) -> str:
    """What stands before a statement in its line."""
    return text[offsets(text)[node.lineno - 1]:offset(text, node.lineno, node.col_offset)]


def gone(text: str, node: ast.stmt) -> tuple[int, int, str]:
    """A statement taken out: with its lines where they hold nothing else."""
    (start, end), (first, last) = span(text, node), line_span(text, node)
    alone = not text[first:start].strip() and not text[end:last].split("#")[0].strip()
    return (first, last, "") if alone else (start, end, "pass")


def exchange_of(text: str, node: ast.expr, new: str) -> Iterator[tuple[int, int, str]]:
    """Another expression in the place of one: with brackets where they are needed."""
    intended = ast.dump(with_expression(ast.parse(text), node, ast.parse(new, mode="eval").body))
    start, end = span(text, node)
    bracketed = [(start - 1, end + 1, new)] if text[start - 1:start] == "(" and text[end:end + 1] == ")" else []
    for change in (*bracketed, (start, end, new), (start, end, f"({new})")):
        try:
            if ast.dump(ast.parse(changed_text(text, [change]))) == intended:
                yield change
                return
        except SyntaxError:
            continue


class Exchange(ast.NodeTransformer):
    """A tree with one part exchanged."""

    def __init__(self, old: ast.expr, new: ast.expr):
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """The part, or one that may hold it."""
        if type(node) is type(self.old) and place_of(node) == place_of(self.old):
            return copy.deepcopy(self.new)
        return self.generic_visit(node)


def with_expression(tree: ast.AST, old: ast.expr, new: ast.expr) -> ast.AST:
    """A tree with another expression in the place of one."""
    return Exchange(old, new).visit(tree)


def place_of(node: ast.AST) -> tuple:
    """Where a part stands in its text."""
    return tuple(getattr(node, word, 0) for word in ("lineno", "col_offset", "end_lineno", "end_col_offset"))


# Two texts

def hunks(old: str, new: str) -> list[dict]:
    """The lines in which two texts differ: where, what stood there, what stands there now."""
    a, b = old.split("\n"), new.split("\n")
    found = []
    for kind, i, j, k, m in SequenceMatcher(None, a, b, False).get_opcodes():
        if kind == "replace" and j - i == m - k:
            found += [{"line": i + 1 + n, "old": [a[i + n]], "new": [b[k + n]]} for n in range(j - i)]
        elif kind != "equal":
            found.append({"line": i + 1, "old": a[i:j], "new": b[k:m]})
    return found


def lines_changed(found: list[dict]) -> list[int]:
    """The lines that change; where one only comes in, that before it."""
    return [each["line"] + k for each in found for k in range(len(each["old"]))] or [found[0]["line"] - 1]


def lines_of(own: str, old: str, new: str) -> list[int]:
    """The lines of a code that a later change is about, of an old text of it to a new one."""
    changes = SequenceMatcher(None, own.split("\n"), old.split("\n"), False).get_opcodes()
    found = set()
    for line in lines_changed(hunks(old, new)):
        found |= {min(i + line - 1 - k, max(j - 1, i)) + 1 for _, i, j, k, m in changes if k < line <= m}
    return sorted(found)
