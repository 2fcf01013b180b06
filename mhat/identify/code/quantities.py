"""The programs of mistakes, line by line: what each name is worth before each line, at each step of the list."""

import ast
from dataclasses import dataclass

import numpy as np

from mhat.identify.candidates import COMMON
from mhat.identify.code.seeing import as_row
from mhat.identify.composing import EXCHANGES, LINES_BY_NUMBER, PROGRAMS, STATEMENTS
from mhat.identify.feed import GRADIENTS, THETA
from mhat.identify.known import MISTAKES
from mhat.identify.pairing import exchanged_in, homes, places_of, states_before
from mhat.identify.walking import exact

BY_NAME = {row.name: row for row in MISTAKES}


@dataclass
class Stage:
    """A program of a mistake, and the next on the way to the right one.

    right, wrong  statements that are exchanged
    before        what each name is worth before the first of the wrong ones: {name: rows by step}
    stored        what each name is worth after the last of them
    path          the parameters that the program gives once they are exchanged
    """

    right: list[str]
    wrong: list[str]
    before: dict[str, np.ndarray]
    stored: dict[str, np.ndarray]
    path: list[list[float]]


@dataclass
class Made:
    """A program in which mistakes were made: its lines, and the state before the first step at each coordinate."""

    lines: list[int]
    states: list


def made_in(rule: str, names: list[str]) -> Made:
    """The program of a rule with mistakes made in it one after another; without lines where they cannot be."""
    lines = PROGRAMS[rule]["lines"]
    for name in names:
        lines = exchanged_in(lines, name) if lines else lines
    return Made(lines, states_before(rule, [BY_NAME[name] for name in names]))


def stages(names: list[str], settings: dict[str, float]) -> list[list[Stage]]:
    """From the program with mistakes, one or two, to the right one: of each, the last made first, its exchanges.

    Nothing where they cannot be made in this order, or an exchange cannot be undone alone.
    """
    rules = homes(*(BY_NAME[name] for name in names)) if len(names) > 1 else [EXCHANGES[names[0]]["rule"]]
    given = {**{word: values[0] for word, values in COMMON.items() if values}, **settings}
    found = []
    for k in reversed(range(len(names))) if rules else ():
        wrong, right = made_in(rules[0], names[:k + 1]), made_in(rules[0], names[:k])
        found.append(undoing(names[k], wrong, right, given) if wrong.lines else [])
    return found if all(found) else []


def undoing(name: str, wrong: Made, right: Made, given: dict) -> list[Stage]:
    """The stages from a program with a mistake to that without it."""
    pairs = EXCHANGES[name]["pairs"]
    try:
        return one_by_one(pairs, wrong, right, given)
    except (KeyError, ValueError):
        return together(pairs, wrong, right, given)


def one_by_one(pairs: list, wrong: Made, right: Made, given: dict) -> list[Stage]:
    """A stage for each exchange. KeyError, ValueError: a program between them does not run."""
    found, lines = [], wrong.lines
    for new, old in pairs:
        places = places_of(lines, old)
        if len(places) != 1:
            return []
        first, last = places[0], places[0] + len(old)
        before, stored, _ = walked_lines(lines, given, wrong.states, first, last)
        lines = [*lines[:first], *new, *lines[last:]]
        path = walked_lines(lines, given, right.states, first, first)[2]
        found.append(stage_of(new, old, before, stored, path))
    return found


def stage_of(right: list[int], wrong: list[int], before: dict, stored: dict, path: list) -> Stage:
    """A stage, its statements by their numbers."""
    return Stage([STATEMENTS[k] for k in right], [STATEMENTS[k] for k in wrong], before, stored, path)


def together(pairs: list, wrong: Made, right: Made, given: dict) -> list[Stage]:
    """One stage for a mistake whose lines belong together: it keeps more than the right program, or another name."""
    pairs = [pair for pair in pairs if not STATEMENTS[pair[1][0]].startswith("return")]
    ends = [places_of(wrong.lines, pair[1]) for pair in (pairs[0], pairs[-1])]
    if not all(ends):
        return []
    first, last = ends[0][0], ends[1][0] + len(pairs[-1][1])
    before, stored, _ = walked_lines(wrong.lines, given, wrong.states, first, last)
    path = walked_lines(right.lines, given, right.states, first, first)[2]
    return [stage_of(sum((pair[0] for pair in pairs), []), sum((pair[1] for pair in pairs), []), before, stored, path)]


def walked_lines(lines: list[int], settings: dict, states: list, first: int, last: int) -> tuple[dict, dict, list]:
    """The names before line `first` and before line `last`, and the path."""
    notes, path = ({}, {}), [list(THETA) for _ in GRADIENTS]
    for i, start in enumerate(THETA):
        theta, state = exact(start), tuple(map(exact, states[i]))
        for t, row in enumerate(GRADIENTS):
            e = {**{word: exact(value) for word, value in settings.items()}, "theta": theta, "g": exact(row[i]),
                 "state": state}
            for k in range(len(lines) + 1):
                for note in [note for note, place in zip(notes, (first, last), strict=True) if place == k]:
                    for name, value in e.items():
                        note.setdefault(name, {})[t, i] = value
                if k < len(lines):
                    LINES_BY_NUMBER[lines[k]](e)
            theta, state = e["theta"], e["state"]
            path[t][i] = theta
    return (*({name: rows_by_step(values) for name, values in note.items()} for note in notes), path)


def rows_by_step(values: dict[tuple[int, int], float]) -> np.ndarray | None:
    """Values by step and coordinate as rows; none of what is no number."""
    rows = [[as_row(values.get((t, i), np.nan)) for i in range(len(THETA))] for t in range(len(GRADIENTS))]
    plain = all(row is not None and row.size == 1 for each in rows for row in each)
    return np.array([[float(row[0]) for row in each] for each in rows]) if plain else None


def worth(node: ast.expr, names: dict[str, np.ndarray]) -> np.ndarray | None:
    """An expression of these names at each step and coordinate; none where one of them is no number."""
    used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} - {"np"}
    if any(names.get(name) is None for name in used):
        return None
    code, rows = compile(ast.fix_missing_locations(ast.Expression(node)), "line", "eval"), []
    for t in range(len(GRADIENTS)):
        here = [{name: exact(names[name][t, i]) for name in used} for i in range(len(THETA))]
        rows.append([as_row(eval(code, {"np": np, **each})) for each in here])
    plain = all(row is not None and row.size == 1 for row in sum(rows, []))
    return np.array([[float(row[0]) for row in each] for each in rows]) if plain else None
