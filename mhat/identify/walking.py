"""The path of a candidate: a row of `known.py` with its weight decay, start of v, and settings.

Compiled for the page by PScript. In this file `+`, `*` and `==` are between numbers or strings alone and are compiled
as they are, and a condition is never a list: `len(x) > 0`.
"""

from collections.abc import Callable

import numpy as np

from mhat.forms import start_of_v
from mhat.identify.feed import GRADIENTS, ROUNDING, THETA
from mhat.identify.known import DECAYS, Candidate, Row

PSCRIPT_OVERLOAD = False
ROUGH = 1e-4  # a rounding above it is that of bfloat16 or float16


def exact(x: float) -> np.float64:
    """As a number that divides by zero."""
    return np.float64(x)


def is_lost(x: float) -> bool:
    """Whether x is NaN or infinite."""
    return not abs(x) < np.inf


def both_lost(a: float, b: float) -> bool:
    """Whether both are NaN or infinite: rounding decides which."""
    return is_lost(a) and is_lost(b)


def state_before(candidate: Candidate, eps: float, g: float, i: int) -> list[float]:
    """The state of coordinate i before its first gradient g."""
    row = candidate.row
    state = [exact(value) for value in row.states[i]]
    if candidate.start != "v = 0":
        state[row.v] = start_of_v(candidate.start, g, eps)
    return state


def stepper(rule: Callable, values: list[float], kind: str, decay: float) -> Callable:
    """(theta, g, state, lr) -> (theta, state): a rule with its settings filled in, and a weight decay around it."""

    def step(theta, g, state, lr):
        return rule(theta, g, state, lr, *values)

    if kind == "":
        return step
    around = DECAYS[kind]["run"]
    return lambda theta, g, state, lr: around(step, theta, g, state, lr, decay)


def runner(candidate: Candidate) -> Callable:
    """The stepper of a candidate with settings."""
    s = candidate.settings
    values = [exact(s[name]) for name in candidate.row.takes]
    return stepper(candidate.row.run, values, candidate.decay, exact(s["decay"]) if candidate.decay != "" else 0.0)


def states_of(candidate: Candidate, gradients: list) -> list:
    """The states of the three coordinates before the first step."""
    s = candidate.settings
    eps = exact(s["eps"]) if "eps" in s else 0.0
    return [state_before(candidate, eps, exact(gradients[0][i]), i) for i in range(len(THETA))]


def walk(candidate: Candidate, gradients: list) -> list[list[float]]:
    """The parameters after each step."""
    step, states, lr = runner(candidate), states_of(candidate, gradients), exact(candidate.settings["lr"])
    theta, path = [exact(x) for x in THETA], []
    for g in gradients:
        for i in range(len(THETA)):
            after = step(theta[i], exact(g[i]), states[i], lr)
            theta[i], states[i] = after[0], after[1]
        path.append(list(theta))
    return path


def shaky(row: Row, values: list[float]) -> float:
    """By how much a rule may multiply a rounding: 1 - beta loses digits."""
    largest = 0.0
    for k in row.betas:
        if values[k] < 1 and values[k] > largest:
            largest = values[k]
    return 8.0 + 1.0 / (1.0 - largest)


def looseness(candidate: Candidate, rounding: float) -> float:
    """The share of all that a coordinate has moved that rounding may have changed."""
    row, s = candidate.row, candidate.settings
    return rounding * (8.0 if rounding > ROUGH else shaky(row, [s[name] for name in row.takes]))


def left_out(i: int, printed: float, rounding: float) -> bool:
    """In float16 the third coordinate is too small to count, and the zero that begins the second is 0 / 0."""
    return rounding == ROUNDING["float16"] and (i == 2 or (i == 1 and is_lost(printed)))


def leaves(candidate: Candidate, path: dict, rounding: float) -> dict | None:
    """Where a candidate leaves what was printed for the first time: {step, coordinate, expected, printed}, or none."""
    places = departures(candidate, path, rounding, True)
    for place in places:
        if place is not None:
            return place
    return None


def departures(candidate: Candidate, path: dict, rounding: float, first: bool) -> list:
    """For each coordinate where it leaves what was printed, or none; `first`: look no further than the first place."""
    step, states, lr = runner(candidate), states_of(candidate, GRADIENTS), exact(candidate.settings["lr"])
    theta, loose, places = [exact(x) for x in THETA], looseness(candidate, rounding), [None, None, None]
    moved, largest = [0.0, 0.0, 0.0], [abs(x) for x in THETA]
    for t in range(len(GRADIENTS)):
        for i in range(len(THETA)):
            after, k = step(theta[i], exact(GRADIENTS[t][i]), states[i], lr), len(THETA) * t + i
            now, printed = float(after[0]), path["values"][k]
            moved[i] += abs(now - float(theta[i]))
            largest[i] = max(largest[i], abs(THETA[i]) + abs(now - THETA[i]))  # as `straight_span` has it
            theta[i], states[i] = after[0], after[1]
            slack = path["halves"][k] * 1.000001 + loose * moved[i] + (t + 2) * rounding * largest[i]
            if places[i] is not None or abs(now - printed) <= slack or excused(i, now, printed, rounding):
                continue
            places[i] = {"step": t + 1, "coordinate": i + 1, "expected": now, "printed": printed}
            if first:
                return places
    return places


def excused(i: int, now: float, printed: float, rounding: float) -> bool:
    """Whether two numbers of coordinate i need not agree."""
    return both_lost(now, printed) or left_out(i, printed, rounding)


def size_of(a: list, b: list, i: int) -> float:
    """The furthest that coordinate i goes from its start on two paths; infinite where one alone is lost."""
    size = 1e-300
    for t in range(len(a)):
        if is_lost(a[t][i]) != is_lost(b[t][i]):
            return np.inf
        if not is_lost(a[t][i]):
            size = max(size, abs(a[t][i] - THETA[i]), abs(b[t][i] - THETA[i]), 1e-6 * abs(THETA[i]))
    return size


def furthest(a: list, b: list, relative: bool) -> float:
    """The largest distance of two paths; relative to the size of the changes, or as it is."""
    most = 0.0
    for i in range(len(THETA)):
        size = size_of(a, b, i)
        if size == np.inf:
            return np.inf
        for t in range(len(a)):
            gap = abs(a[t][i] - b[t][i])
            most = max(most, gap / size if relative else gap) if gap < np.inf else most
    return most
