"""Two mistakes at once: a right program with the lines of both exchanged.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

from collections.abc import Callable

from mhat.identify.composing import EXCHANGES, LINES_BY_NUMBER, PROGRAMS, WHOLE
from mhat.identify.feed import THETA
from mhat.identify.known import COUNTS_BEFORE, MISTAKES, Row

PSCRIPT_OVERLOAD = False


def places_of(lines: list[int], some: list[int]) -> list[int]:
    """Where some lines stand together among others."""
    return [k for k in range(len(lines) - len(some) + 1) if all([lines[k + j] == some[j] for j in range(len(some))])]


def exchanged_in(lines: list[int], name: str) -> list[int]:
    """Lines with those of a mistake exchanged; none where each right line does not stand there once."""
    for pair in EXCHANGES[name]["pairs"]:
        places = places_of(lines, pair[0])
        if len(places) != 1:
            return []
        begun, rest = lines[:places[0]], lines[places[0] + len(pair[0]):]
        begun.extend(pair[1])
        begun.extend(rest)
        lines = begun
    return lines


def composed(program: str, one: str, other: str) -> list[int]:
    """The lines of a program with both mistakes, in whichever order they can be made; none where they cannot."""
    for names in [[one, other], [other, one]]:
        lines = exchanged_in(PROGRAMS[program]["lines"], names[0])
        lines = exchanged_in(lines, names[1]) if len(lines) > 0 else lines
        if len(lines) > 0:
            return lines
    return []


def lined(lines: list[int], takes: list[str]) -> Callable:
    """A rule from its lines; `takes` are its settings after lr, in order."""
    functions = [LINES_BY_NUMBER[k] for k in lines]

    def run(theta, g, state, lr, *values):
        e = {"theta": theta, "g": g, "state": state, "lr": lr}
        for k in range(len(takes)):
            e[takes[k]] = values[k]
        for line in functions:
            line(e)
        return e["theta"], e["state"]

    return run


def homes(one: Row, other: Row) -> list[str]:
    """The programs in which both mistakes can be: Adam's are AdamW's too."""
    rules = [EXCHANGES[one.name]["rule"], EXCHANGES[other.name]["rule"]]
    if rules[0] == rules[1]:
        return [rules[0]]
    both = [rule for rule in rules if rule not in ["adam", "adamw"]]
    return ["adamw"] if len(both) == 0 else []


def states_before(program: str, rows: list[Row]) -> list[list[float]]:
    """The state at each coordinate before the first step: the longest that a mistake keeps, with the count of any."""
    start = PROGRAMS[program]["start"]
    for row in rows:
        start = row.states[0] if len(row.states[0]) > len(start) else start
    states = [list(start) for _x in THETA]
    for row in rows:
        if row.name in COUNTS_BEFORE:
            for i in range(len(THETA)):
                states[i][2] = COUNTS_BEFORE[row.name][i]
    return states


def pair_row(program: str, one: Row, other: Row) -> Row | None:
    """Both mistakes as one row, or none where they do not go together."""
    lines = composed(program, one.name, other.name)
    if len(lines) == 0:
        return None
    takes = list(one.takes)
    takes.extend([word for word in other.takes if word not in takes])
    title = {"ko": one.title["ko"] + " + " + other.title["ko"], "en": one.title["en"] + " + " + other.title["en"]}
    betas = [k for k in range(len(takes)) if takes[k].startswith("beta")]
    changed = list(one.lines)
    changed.extend(other.lines)
    return Row("pair", one.name + " " + other.name, title, lined(lines, takes), takes,
               states_before(program, [one, other]), one.form, one.page, changed, [], betas, -1,
               one.straight and other.straight)


def pairs_of_mistakes(decay: bool) -> list[list]:
    """[program, one, other] of all mistakes that may go together; those of a weight decay only where there is one."""
    found = []
    rows = [row for row in MISTAKES if row.name in EXCHANGES and (decay or EXCHANGES[row.name]["rule"] != "adamw")]
    for a in range(len(rows)):
        for b in range(a):
            for program in homes(rows[b], rows[a]):
                if program in WHOLE:
                    found.append([program, rows[b], rows[a]])
    return found
