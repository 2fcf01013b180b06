"""Which candidates fit a path, which of these walk together under every gradient, and what would part the others.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments but `key` of `sort`, no decorators; `if` in a comprehension and `while` take no list for
a condition.
"""

import numpy as np

from mhat.identify.arranging import unit_of
from mhat.identify.candidates import candidates, combinations, names_of, with_values
from mhat.identify.feed import GRADIENTS, ROUNDING, THETA
from mhat.identify.known import Candidate
from mhat.identify.rates import rates
from mhat.identify.shrinking import shrunk
from mhat.identify.walking import furthest, leaves, walk

KEPT = 0.1  # of a parameter: no weight decay takes the rest in one step
NOISE = 100  # roundings of a number around 1 that a path may be off by
RELAXED = ["lr", "decay", "eps", "beta1", "beta2", "beta", "dampening"]  # settings of which another value is tried
PROBES = [  # gradients that may part what the list does not
    [[0, 0, 0], [0, 0, 0], [0, 0, 0]],
    [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    [[1e-8, 1e-8, 1e-8], [1e-5, 1e-5, 1e-5]],
    [[1000, 1000, 1000], [1, -1, 1]],
]


def search(path: dict, told: dict, rounding: float) -> list[Candidate]:
    """The candidates that fit, each once with its likeliest settings."""
    hits = [fitting(possible, path, told, rounding) for possible in candidates(told)]
    return [hit for hit in hits if hit is not None]


def fitting(possible: Candidate, path: dict, told: dict, rounding: float) -> Candidate | None:
    """A candidate with the first settings that fit, or none."""
    few = possible.decay != ""
    if told.get("decay", 0) == 0 and is_gone(path) and "decay" in names_of(possible.row, possible.decay):
        return None
    for values in combinations(possible.row, possible.decay, told, few):
        for lr in rates(possible, values, path, rounding, told):
            hit = with_values(possible, values, lr)
            if no_clash(hit.settings) and leaves(hit, path, rounding) is None:
                return hit
    return None


def is_gone(path: dict) -> bool:
    """Whether next to nothing is left of the second coordinate after one step, whose gradient is 0.

    Numbers that are steps, or that begin at 0, look so; a weight decay near 1 / lr would make a path of any of them.
    """
    return abs(path["values"][1]) < KEPT * abs(THETA[1])


def relaxed(path: dict, told: dict, rounding: float) -> list[Candidate]:
    """The forms that fit with another value of one setting than was told; of the first setting with which any do."""
    for name in [name for name in RELAXED if name in told]:
        rest = told_with(told, name, [])
        hits = forms_with(path, rest, rounding, name)
        if name == "decay":
            hits = hits + shrunk(path, rest, rounding, hits)
        if len(hits) == 0 and name == "eps":
            hits = forms_with(path, told_with(told, name, [0.0]), rounding, name)
        if len(hits) > 0:
            return hits
    return []


def decayed(path: dict, told: dict, rounding: float) -> list[Candidate]:
    """The forms that fit with a weight decay, where none was told."""
    return forms_with(path, told_with(told, "decay", []), rounding, "decay")


def at_zero(path: dict, told: dict, rounding: float) -> list[Candidate]:
    """The forms that fit with eps, or decay rates, of 0, where none were told."""
    for names in [["eps"], ["beta1"], ["beta2"], ["beta1", "beta2"]]:
        bare = dict(told)
        for name in names:
            bare[name] = 0.0
        hits = [] if any([name in told for name in names]) else forms_with(path, bare, rounding, names[0])
        if len(hits) > 0:
            return hits
    return []


def in_float32(told: dict, but: str) -> dict:
    """The settings as float32 has them, one left as it is: a program in float64 may be given such."""
    rounded = {}
    for word in told:
        x = told[word] if word != but else 0.0
        unit = unit_of(x, "float32") if x != 0 else 1.0
        rounded[word] = unit * np.floor(x / unit + 0.5) if word != but else told[word]
    return rounded


def told_with(told: dict, name: str, value: list[float]) -> dict:
    """What was told, but for one setting: left out, or with this value."""
    rest = {}
    for word in told:
        if word != name:
            rest[word] = told[word]
        elif len(value) > 0:
            rest[word] = value[0]
    return rest


def forms_with(path: dict, told: dict, rounding: float, name: str) -> list[Candidate]:
    """The forms that use a setting and fit."""
    hits = [fitting(possible, path, told, rounding) for possible in candidates(told) if may_relax(possible, name)]
    return [hit for hit in hits if hit is not None]


def may_relax(possible: Candidate, name: str) -> bool:
    """Whether a candidate is a form that uses a setting."""
    return possible.row.kind == "form" and (name == "lr" or name in names_of(possible.row, possible.decay))


def no_clash(settings: dict) -> bool:
    """A dampening of zero is another row."""
    return not ("dampening" in settings and settings["dampening"] == 0)


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


def telling(groups: list[list[Candidate]], path: dict, dtype: str) -> dict:
    """What would tell these apart.

    gradients  to feed after the list
    decimals   to print, if that is more than were printed, and no more than the dtype has; finer: a finer dtype would
    """
    firsts = [group[0] for group in groups]
    least, best, apart, half = closest(firsts, GRADIENTS), None, 0.0, max(path["halves"])
    for rows in PROBES:
        gap = closest(firsts, GRADIENTS + rows)
        if gap > 4 * half and gap > apart * 3:
            best, apart = rows, gap
    decimals = int(-np.floor(np.log10(least / 4))) if least > 1e-13 else 0
    coarse = is_coarse(dtype) and least < NOISE * ROUNDING[dtype]
    more = decimals > path["decimals"] and not coarse
    finer = decimals > 0 and not more and is_coarse(dtype)
    return {"gradients": best, "decimals": decimals if more else 0, "finer": finer}


def is_coarse(dtype: str) -> bool:
    """Whether there is a finer dtype."""
    return ROUNDING[dtype] > ROUNDING["float64"]
