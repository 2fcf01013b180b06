"""What can be said where nothing fits: how far each column follows which candidate, and what the numbers show.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments but `key` of `sort`, no decorators; `if` in a comprehension and `while` take no list for
a condition.
"""

import numpy as np

from mhat.identify.candidates import candidates, combinations, with_values
from mhat.identify.feed import GRADIENTS, THETA
from mhat.identify.known import Candidate, Row
from mhat.identify.rates import ANY, first_spans, roundest
from mhat.identify.walking import departures, furthest, is_lost, runner, states_of, walk

OF_A_RULE = ["beta", "beta1", "beta2", "eps"]  # settings that say which rule the reader means


def meant(told: dict) -> list[Candidate]:
    """The candidates with the settings that were told; those that take one of another rule only where no other does."""
    named = [word for word in OF_A_RULE if word in told]
    possible = [each for each in candidates(told) if each.decay == "" or "decay" in told]
    for extra in [0, 1, 2]:
        fit = [each for each in possible if has_all(each.row, named) and extras(each.row, named) <= extra]
        if len(fit) > 0 and len(named) > 0:
            return fit
    return possible


def has_all(row: Row, names: list[str]) -> bool:
    """Whether a rule takes all these settings."""
    return len([word for word in names if word not in row.takes]) == 0


def extras(row: Row, names: list[str]) -> int:
    """How many other settings of OF_A_RULE a rule takes."""
    return len([word for word in row.takes if word in OF_A_RULE and word not in names])


def rows_of(path: dict) -> list[list[float]]:
    """The parameters after each step."""
    return [path["values"][k:k + len(THETA)] for k in range(0, len(path["values"]), len(THETA))]


def nearest(path: dict, told: dict, rounding: float, count: int) -> list[dict]:
    """The candidates that hold longest, nearest first: {candidate, places, held, gap}.

    places  for each column where it leaves, or none
    held    numbers that are as printed, but for those that tell nothing
    gap     the largest distance, of the way gone; where one is less than twice another, the plainer form stands first
    """
    rows = rows_of(path)
    near = []
    for possible in meant(told):
        values = combinations(possible.row, possible.decay, told, True)[0]
        best = with_values(possible, values, first_rate(possible, values, path, rounding, told))
        places = departures(best, path, rounding, False)
        walked = walk(best, GRADIENTS)
        near.append({"candidate": best, "places": places, "walked": walked, "gap": furthest(walked, rows, True),
                     "held": sum([steps_held(places[i], rows, i) for i in range(len(THETA))])})
    near.sort(key=lambda item: np.floor(np.log2(item["gap"])))
    near.sort(key=lambda item: -item["held"])
    return apart(near, count)


def nearest_of(hits: list[Candidate], path: dict) -> Candidate:
    """The one that keeps nearest to the path."""
    rows = rows_of(path)
    gaps = [furthest(walk(hit, GRADIENTS), rows, True) for hit in hits]
    return hits[gaps.index(min(gaps))]


def apart(near: list[dict], count: int) -> list[dict]:
    """The first of these that hold equally long; of those that walk together one, and one alone if none holds."""
    found = []
    for item in near:
        same = [one for one in found if furthest(one["walked"], item["walked"], True) < 1e-7]
        if len(same) == 0 and item["held"] == near[0]["held"] and len(found) < (count if item["held"] > 0 else 1):
            found.append(item)
    return found


def steps_held(place: dict | None, rows: list, i: int) -> int:
    """The steps of column i before a place, without those that tell nothing: where it is lost, or has not moved yet."""
    steps = len(GRADIENTS) if place is None else place["step"] - 1
    return len([t for t in range(steps) if not is_lost(rows[t][i]) and rows[t][i] != THETA[i]])


def first_rate(possible: Candidate, values: list[float], path: dict, rounding: float, told: dict) -> float:
    """The learning rate that was told, or that gives the first number."""
    if "lr" in told:
        return told["lr"]
    if is_lost(path["values"][0]):
        return ANY
    hit = with_values(possible, values, 1.0)
    spans = first_spans(hit, runner(hit), states_of(hit, GRADIENTS), path, rounding)
    return roundest(spans[0][0], spans[0][1]) if len(spans) > 0 else ANY


# What the numbers themselves show


def lost_columns(path: dict) -> list[dict]:
    """The columns with NaN or infinity: {coordinate, step, cause}; the cause is a key of words.toml, or ""."""
    found = []
    for i in range(len(THETA)):
        steps = [t for t in range(len(GRADIENTS)) if is_lost(path["values"][len(THETA) * t + i])]
        if len(steps) > 0:
            g = GRADIENTS[steps[0]][i]
            found.append({"coordinate": i + 1, "step": steps[0] + 1, "cause": cause_of(path, g, i, steps[0])})
    return found


def cause_of(path: dict, g: float, i: int, t: int) -> str:
    """Why a column is lost at step t: by what its gradient g has, and those of the other columns have not."""
    there = [GRADIENTS[t][j] for j in range(len(THETA)) if j != i and not is_lost(path["values"][len(THETA) * t + j])]
    if g == 0 and len(there) > 0 and len([x for x in there if x == 0]) == 0:
        return "zero"
    if g < 0 and len(there) > 0 and len([x for x in there if x < 0]) == 0:
        return "negative"
    return ""


def still_columns(path: dict) -> list[int]:
    """The columns that never left their start, from 1."""
    found = []
    for i in range(len(THETA)):
        places = [len(THETA) * t + i for t in range(len(GRADIENTS))]
        if all([abs(path["values"][k] - THETA[i]) <= path["halves"][k] for k in places]):
            found.append(i + 1)
    return found


def says_nothing(path: dict) -> bool:
    """Whether each column stays where it starts or is lost from the first step, and not all are lost."""
    lost = [column for column in lost_columns(path) if column["step"] == 1]
    still = still_columns(path)
    return len(still) > 0 and len(lost) + len(still) == len(THETA)


def moves_alone(path: dict, told: dict) -> bool:
    """Whether the second column moves in the first step, where its gradient is 0, and no weight decay was told."""
    x = path["values"][1]
    return told.get("decay", 0) == 0 and not is_lost(x) and abs(x - THETA[1]) > path["halves"][1]


def first_move(path: dict, told: dict) -> dict | None:
    """The first step of the first column in learning rates, downhill positive, where the learning rate was told."""
    if "lr" not in told or is_lost(path["values"][0]):
        return None
    way = (THETA[0] - path["values"][0]) * np.sign(GRADIENTS[0][0])
    return {"size": abs(way) / told["lr"], "downhill": way > 0, "none": abs(way) <= path["halves"][0]}
