"""The learning rate, from the path: the values with which a candidate is near every number, and the roundest of them.

The gradients of the list do not depend on the parameters. Without weight decay a rule whose step goes with lr moves
lr times what it moves with lr = 1, and each number of the path leaves an interval of lr. With weight decay the first
step is a parabola in lr; around its root the path is nearly straight.

Compiled for the page by PScript. In this file `+`, `*` and `==` are between numbers or strings alone and are compiled
as they are, and a condition is never a list: `len(x) > 0`.
"""

from collections.abc import Callable

import numpy as np

from mhat.identify.candidates import with_values
from mhat.identify.feed import GRADIENTS, THETA
from mhat.identify.known import Candidate
from mhat.identify.walking import both_lost, exact, is_lost, left_out, looseness, runner, states_of

PSCRIPT_OVERLOAD = False
TYPED_DIGITS = 6
TYPED = [1, 5, 2, 3]  # what people type where several numbers with as few digits fit
MOST = 17  # digits of a double
NARROW, AGAIN = 1e-6, 6  # an interval is made narrower until it is this share of its end, so often at most
LEAST = 1e-3  # of the largest rate, the least, where the first step may be none
ANY = 0.1  # where every learning rate fits


def roundest(low: float, high: float) -> float:
    """The decimal with the fewest digits that is not below low and not above high, both positive or 0."""
    power = int(np.floor(np.log10(high)))
    for _digits in range(MOST):
        unit = 10.0 ** power
        first, last = max(1.0, -np.floor(-low / unit)), np.floor(high / unit)
        if first <= last:
            typed = [k for k in TYPED if first <= k <= last]
            chosen = typed[0] if len(typed) > 0 else np.floor((first + last) / 2)
            return float(str(int(chosen)) + "e" + str(power))
        power -= 1
    return (low + high) / 2


def is_typed(x: float) -> bool:
    """Whether a positive number has no more digits than people type."""
    unit = 10.0 ** (np.floor(np.log10(x)) - TYPED_DIGITS + 1)
    return abs(x / unit - np.floor(x / unit + 0.5)) < 1e-6


def goes_straight(possible: Candidate) -> bool:
    """Whether all its steps go with lr, wherever the parameters are."""
    return possible.row.straight and possible.decay == "" and "decay" not in possible.row.takes


def rates(possible: Candidate, values: list[float], path: dict, rounding: float, told: dict) -> list[float]:
    """The learning rates to try for a candidate with these settings: what the reader says, or what the path allows.

    Where nothing fits, the list is empty; what it holds has still to be held against the path.
    """
    if "lr" in told:
        return [told["lr"]]
    hit = with_values(possible, values, 1.0)
    if goes_straight(possible):
        found = straight_span(hit, path, rounding)
        return [chosen_rate(found)] if len(found) > 0 else []
    if is_lost(path["values"][0]):
        return [ANY]
    step, states = runner(hit), states_of(hit, GRADIENTS)
    begun = first_spans(hit, step, states, path, rounding)
    spans = [bent_span(hit, step, states, path, rounding, each) for each in begun]
    spans = [found for found in spans if len(found) > 0]
    tried = [chosen_rate(found) for found in spans]
    tried.extend([(found[0] + found[1]) / 2 for found in spans])
    return tried


def chosen_rate(found: list[float]) -> float:
    """One learning rate of [least, largest]."""
    return roundest(found[0], found[1]) if found[1] < np.inf else ANY


def cut(found: list[float], a: float, b: float) -> None:
    """Leave of [least, largest] the rates with rate * a >= b."""
    if a > 0:
        found[0] = max(found[0], b / a)
    elif a < 0:
        found[1] = min(found[1], b / a)
    elif b > 0:
        found[1] = -1.0


def straight_span(hit: Candidate, path: dict, rounding: float) -> list[float]:
    """[least, largest] lr with which a rule is near all numbers, or []; the candidate has lr = 1, its steps go with lr.

    Of the tolerance of `leaves` a part is fixed, and a part goes with lr too.
    """
    step, states, loose, one = runner(hit), states_of(hit, GRADIENTS), looseness(hit, rounding), exact(1.0)
    far, moved, largest, found = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, np.inf]
    for t in range(len(GRADIENTS)):
        for i in range(len(THETA)):
            after, k = step(exact(far[i]), exact(GRADIENTS[t][i]), states[i], one), len(THETA) * t + i
            now, printed = float(after[0]), path["values"][k]
            moved[i], largest[i] = moved[i] + abs(now - far[i]), max(largest[i], abs(now))
            far[i], states[i] = now, after[1]
            if left_out(i, printed, rounding) or both_lost(now, printed):
                continue
            gap, per = printed - THETA[i], loose * moved[i] + (t + 2) * rounding * largest[i]
            wide = path["halves"][k] * 1.000001 + (t + 2) * rounding * abs(THETA[i])
            cut(found, now + per, gap - wide)
            cut(found, per - now, -gap - wide)
            if not found[0] <= found[1] or is_lost(now) or is_lost(printed):
                return []
    return found


# Where the path bends with lr


def first_spans(hit: Candidate, step: Callable, states: list, path: dict, rounding: float) -> list[list[float]]:
    """The intervals of positive lr with which the first number is right; it has degree two in lr at most."""
    gap, start, g = path["values"][0] - THETA[0], exact(THETA[0]), exact(GRADIENTS[0][0])
    moves = [float(step(start, g, states[0], exact(lr))[0]) - THETA[0] for lr in [0.0, 1.0, -1.0]]
    none, slope, bend = moves[0], (moves[1] - moves[2]) / 2, (moves[1] + moves[2]) / 2 - moves[0]
    wide = path["halves"][0] * 1.01 + 8 * rounding + 2 * looseness(hit, rounding) * (abs(THETA[0]) + abs(gap))
    ends, found = [0.0], []
    ends.extend(positive_roots(bend, slope, none - gap - wide))
    ends.extend(positive_roots(bend, slope, none - gap + wide))
    ends = sorted(ends)
    for k in range(len(ends) - 1):
        middle = (ends[k] + ends[k + 1]) / 2
        if abs(none + slope * middle + bend * middle * middle - gap) <= wide:
            found.append([max(ends[k], ends[k + 1] * LEAST), ends[k + 1]])
    return found


def positive_roots(a: float, b: float, c: float) -> list[float]:
    """The positive x with a x^2 + b x + c = 0; an a so small that rounding made it counts as 0."""
    if not abs(a) > 1e-12 * abs(b):
        found = [-c / b] if b != 0 else []
    else:
        inner = b * b - 4 * a * c
        large = -(b + np.sqrt(max(inner, 0.0)) * (1 if b >= 0 else -1)) / 2
        found = [large / a, c / large] if inner >= 0 and large != 0 else []
    return [x for x in found if x > 0 and not is_lost(x)]


def bent_span(hit: Candidate, step: Callable, states: list, path: dict, rounding: float, begun: list) -> list[float]:
    """[least, largest] of the rates of an interval with which a candidate can be near all numbers, or []."""
    found, loose = begun, looseness(hit, rounding)
    for again in range(AGAIN):
        if found[1] - found[0] > NARROW * found[1] or again == 0:
            found = between(step, states, loose, path, rounding, found)
        if not found[0] <= found[1]:
            return []
    return found


def between(step: Callable, states: list, loose: float, path: dict, rounding: float, found: list) -> list[float]:
    """The same, from the paths at both ends: what lies between them is near a straight line."""
    low, high, inner, moved = found[0], found[1], [found[0], found[1]], [0.0, 0.0, 0.0]
    runs = [{"lr": exact(lr), "at": [exact(x) for x in THETA], "states": list(states)} for lr in found]
    for t in range(len(GRADIENTS)):
        for i in range(len(THETA)):
            before, k = float(runs[1]["at"][i]), len(THETA) * t + i
            for run in runs:
                after = step(run["at"][i], exact(GRADIENTS[t][i]), run["states"][i], run["lr"])
                run["at"][i], run["states"][i] = after[0], after[1]
            a, b, printed = float(runs[0]["at"][i]), float(runs[1]["at"][i]), path["values"][k]
            moved[i] = moved[i] + abs(b - before)
            if is_lost(a) or is_lost(b) or is_lost(printed) or left_out(i, printed, rounding):
                continue
            wide = path["halves"][k] * 1.01 + loose * moved[i] + (t + 2) * rounding * (2 * abs(b) + abs(THETA[i]))
            wide += abs(b - a) * (high - low) / high / 4
            slope = (b - a) / (high - low) if high > low else 0.0
            cut(inner, slope, printed - a - wide + slope * low)
            cut(inner, -slope, a - printed - wide - slope * low)
            if not inner[0] <= inner[1]:
                return inner
    return inner
