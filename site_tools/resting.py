"""Which listings a figure rests on: those that hold a statement on whose names its drawing rests."""

import ast
import re
import symtable
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mhat.identify.code.slicing import mutated_by
from site_tools.cache import content, once
from site_tools.modules import file_of, find, state
from site_tools.pages import listings

MARK = re.compile(r"--8<-- \[(start|end):(\w+)\]")
Place = tuple[str, str]  # a file and a section of it


def numbers(page: Path, module: str, name: str) -> str:
    """The numbers of the listings of a page, from 1, on which the figure of a name rests: `3 10`."""
    def made() -> str:
        wanted = sections(module, f"figure_{name}")
        shown = [block for block in listings(page) if block.language == "python"]
        return " ".join(str(number) for number, block in enumerate(shown, 1)
                        if wanted & {tuple(origin.rsplit(":", 1)) for origin in block.origins})
    return once("resting", module, name, state(module), page, Path(__file__), make=made)


@cache
def sections(module: str, name: str) -> frozenset[Place]:
    """The sections with the statements on which what a module calls by a name rests, imports of ours followed."""
    path, found = find(module), set()
    if path is None:
        return frozenset()
    held = spans(path)
    for node in rested(statements(path), name):
        if isinstance(node, ast.ImportFrom) and node.module and find(node.module):
            found |= {place for alias in node.names for place in sections(node.module, alias.name)}
        elif not isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(file_of(module), each) for each, (a, b) in held.items() if a < node.lineno < b}
    return frozenset(found)


@cache
def statements(path: Path) -> list[ast.stmt]:
    return [part for node in ast.parse(content(path)).body for part in single(node)]


def single(node: ast.stmt) -> list[ast.stmt]:
    """A statement; an import of several names as one of each, for only what is read counts."""
    if not isinstance(node, ast.ImportFrom):
        return [node]
    return [ast.ImportFrom(node.module, [alias], node.level, lineno=node.lineno) for alias in node.names]


@cache
def spans(path: Path) -> dict[str, tuple[int, int]]:
    """From which line to which each section of a file goes."""
    marks = [(kind, name, line) for line, text in enumerate(content(path).decode().split("\n"), 1)
             for kind, name in MARK.findall(text)]
    ends = {name: line for kind, name, line in marks if kind == "end"}
    return {name: (line, ends[name]) for kind, name, line in marks if kind == "start"}


def rested(lines: list[ast.stmt], name: str) -> list[ast.stmt]:
    """The statements on which a name rests at the end: those that give it its value, and all on which these rest.

    What a function reads has the value that it has where the function is called.
    """
    kept, waiting = set(), [(name, len(lines))]
    for word, end in waiting:  # grows
        for k in givers(lines[:end], word):
            kept.add(k)
            at = end if isinstance(lines[k], (ast.FunctionDef, ast.ClassDef)) else k
            waiting += [need for each in reads(lines[k]) if (need := (each, at)) not in waiting]
    return [lines[k] for k in sorted(kept)]


def givers(lines: list[ast.stmt], word: str) -> Iterator[int]:
    """Where a name is given its value: from the last of them back to the first that does not keep what was there."""
    whole = (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    for k in reversed(range(len(lines))):
        if word in gives(lines[k]):
            yield k
            if isinstance(lines[k], whole) and not is_part(lines[k], word):
                return


def is_part(line: ast.stmt, word: str) -> bool:
    """Whether a statement gives a value to a part of a name: `paths[0] = …`."""
    stored = {each.id for each in ast.walk(line) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return isinstance(line, (ast.Assign, ast.AnnAssign)) and word not in stored


@cache
def gives(line: ast.stmt) -> set[str]:
    """The names of the module that a statement gives a value to, or changes in place."""
    if isinstance(line, (ast.FunctionDef, ast.ClassDef)):
        return {line.name}
    return mutated_by(line)


@cache
def reads(line: ast.stmt) -> set[str]:
    """The names of the module that a statement reads, those in functions among them, their own names not."""
    tables, found = [symtable.symtable(ast.unparse(line), "line", "exec")], set()
    for table in tables:
        tables += table.get_children()
        found |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()
                  and (table is tables[0] or symbol.is_global())}
    return found
