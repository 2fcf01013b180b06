"""Which candidates fit a path, which of these walk together under every gradient, and what would part the others.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments but `key` of `sort`, no decorators; `if` in a comprehension and `while` take no list for
a condition.
"""

import numpy as np

from mhat.identify.candidates import COMMON, candidates, combinations, with_values
from mhat.identify.feed import GRADIENTS, THETA
from mhat.identify.known import Candidate
from mhat.identify.walking import furthest, leaves, rates, walk

PROBES = [  # gradients that may part what the list does not
    [[0, 0, 0], [0, 0, 0], [0, 0, 0]],
    [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    [[1e-8, 1e-8, 1e-8], [1e-5, 1e-5, 1e-5]],
    [[1000, 1000, 1000], [1, -1, 1]],
]


def lrs_of(told: dict) -> list[float]:
    """The learning rates to try."""
    return [told["lr"]] if "lr" in told else COMMON["lr"]


def search(path: dict, told: dict, rounding: float) -> list[Candidate]:
    """The candidates that fit, each once with its likeliest settings."""
    hits = [fitting(possible, path, told, rounding) for possible in candidates(told)]
    return [hit for hit in hits if hit is not None]


def fitting(possible: Candidate, path: dict, told: dict, rounding: float) -> Candidate | None:
    """A candidate with the first settings that fit, or none."""
    few = possible.decay != ""
    for values in combinations(possible.row, possible.decay, told, few):
        for lr in rates(possible, values, path, rounding, lrs_of(told)):
            hit = with_values(possible, values, lr)
            if no_clash(hit.settings) and leaves(hit, path, rounding) is None:
                return hit
    return None


def no_clash(settings: dict) -> bool:
    """A dampening of zero is another row."""
    return not ("dampening" in settings and settings["dampening"] == 0)


def nearest(path: dict, told: dict, rounding: float, count: int) -> list[dict]:
    """The candidates that hold longest, with the place where each leaves: {candidate, at}."""
    near = []
    for possible in candidates(told):
        if possible.decay == "" or "decay" in told:
            values = combinations(possible.row, possible.decay, told, True)[0]
            fit = rates(possible, values, path, rounding, lrs_of(told)) + lrs_of(told)
            best = with_values(possible, values, fit[0])
            at = leaves(best, path, rounding)
            if at is not None and at["step"] > 1:
                near.append({"candidate": best, "at": at})
    near.sort(key=lambda item: -item["at"]["step"])
    return near[:count]


# Which of those that fit can be told apart


def wild(count: int) -> list[list[float]]:
    """Gradients of all sizes, the same everywhere."""
    rows, seed = [], 1
    for _t in range(count):
        row = []
        for _i in range(len(THETA)):
            seed = (seed * 16807) % 2147483647
            size = 10.0 ** ((seed % 12) - 9)
            seed = (seed * 16807) % 2147483647
            row.append(size * ((seed % 2001) - 1000) / 250.0)
        rows.append(row)
    return rows


def classes(hits: list[Candidate]) -> list[list[Candidate]]:
    """Hits that walk together under every gradient, by a long stream of all sizes."""
    stream, groups = GRADIENTS + wild(40), []
    for hit in hits:
        path = walk(hit, stream)
        for group in groups:
            if furthest(group["path"], path, True) < 1e-7:
                group["hits"].append(hit)
                break
        else:
            groups.append({"path": path, "hits": [hit]})
    return [group["hits"] for group in groups]


def closest(firsts: list[Candidate], gradients: list) -> float:
    """The distance of the closest two of these candidates."""
    paths, least = [walk(hit, gradients) for hit in firsts], np.inf
    for a in range(len(paths)):
        for b in range(a):
            least = min(least, furthest(paths[a], paths[b], False))
    return least


def telling(groups: list[list[Candidate]], half: float) -> dict:
    """What would tell these apart: {gradients to feed after the list, decimals to print}."""
    firsts = [group[0] for group in groups]
    least, best, apart = closest(firsts, GRADIENTS), None, 0.0
    for rows in PROBES:
        gap = closest(firsts, GRADIENTS + rows)
        if gap > 4 * half and gap > apart * 3:
            best, apart = rows, gap
    return {"gradients": best, "decimals": int(-np.floor(np.log10(least / 4))) if least > 1e-13 else 0}
