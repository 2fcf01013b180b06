"""Numbers that are a path in another order, or something else than the parameters, read as what they are.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

import numpy as np

from mhat.identify.feed import GRADIENTS, THETA

NEAR = 0.02  # what a weight decay may take from a coordinate whose gradient is 0
ROWS_OF_PATH, WIDE = len(GRADIENTS), len(THETA)


def mixups(path: dict) -> list[dict]:
    """What else the numbers may be: {name, a key of words.toml, path}, with the order of coordinates where that is it.

    The first gradient of the second coordinate is 0: where its start, or 0, stands shows the order.
    """
    x, places, found = path["values"], list(range(len(path["values"]))), []
    if is_near(x[ROWS_OF_PATH], THETA[1]):
        found.append({"name": "columns", "path": picked(path, [ROWS_OF_PATH * (k % WIDE) + k // WIDE for k in places])})
    if is_near(x[WIDE * ROWS_OF_PATH - 2], THETA[1]):
        reverse = [WIDE * (ROWS_OF_PATH - 1 - k // WIDE) + k % WIDE for k in places]
        found.append({"name": "reversed", "path": picked(path, reverse)})
    found.extend(swapped(path))
    if all([abs(x[i] - THETA[i]) <= path["halves"][i] for i in range(WIDE)]):
        found.append({"name": "before", "path": one_later(path)})
    if x[1] == 0:
        found.append({"name": "zero", "path": shifted(path)})
    if abs(x[1]) <= NEAR * abs(THETA[1]):
        found.append({"name": "steps", "path": summed(path, 1.0)})
        found.append({"name": "steps_down", "path": summed(path, -1.0)})
    return found


def swapped(path: dict) -> list[dict]:
    """The columns in each other order that leaves the second coordinate where it may be; `order` says whose each is.

    The first step must not lie nearer to the starts in their own order.
    """
    places, found, own = range(len(path["values"])), [], first_way(path, [0, 1, 2]) + 1e-9
    for order in [[2, 1, 0], [1, 0, 2], [0, 2, 1], [1, 2, 0], [2, 0, 1]]:
        column = [order.index(i) for i in range(WIDE)]
        if is_near(path["values"][column[1]], THETA[1]) and first_way(path, column) <= own:
            sorted_path = picked(path, [WIDE * (k // WIDE) + column[k % WIDE] for k in places])
            found.append({"name": "swapped", "path": sorted_path, "order": ", ".join([str(i + 1) for i in order])})
    return found


def first_way(path: dict, column: list[int]) -> float:
    """How far the first step goes from the starts, with the coordinates in these columns."""
    return sum([abs(path["values"][column[i]] - THETA[i]) for i in range(WIDE)])


def is_near(x: float, start: float) -> bool:
    """Whether a coordinate is where it started, but for a weight decay."""
    return abs(x - start) <= NEAR * abs(start)


def with_numbers(path: dict, values: list[float], halves: list[float]) -> dict:
    """A path with other numbers."""
    return {"values": values, "halves": halves, "own": halves, "decimals": path["decimals"], "count": path["count"],
            "problem": ""}


def picked(path: dict, order: list[int]) -> dict:
    """The numbers in another order."""
    return with_numbers(path, [path["values"][k] for k in order], [path["halves"][k] for k in order])


def one_later(path: dict) -> dict:
    """Rows that were printed before each step: the last is not known."""
    values, halves = path["values"][WIDE:], path["halves"][WIDE:]
    for i in range(WIDE):
        values.append(THETA[i])
        halves.append(np.inf)
    return with_numbers(path, values, halves)


def shifted(path: dict) -> dict:
    """A path from 0, as if from THETA."""
    values = [path["values"][k] + THETA[k % WIDE] for k in range(len(path["values"]))]
    return with_numbers(path, values, path["halves"])


def summed(path: dict, sign: float) -> dict:
    """Steps, added up from THETA."""
    values, halves = [], []
    for k in range(len(path["values"])):
        before = values[k - WIDE] if k >= WIDE else THETA[k]
        values.append(before + sign * path["values"][k])
        halves.append(path["halves"][k] + (halves[k - WIDE] if k >= WIDE else 0.0))
    return with_numbers(path, values, halves)
