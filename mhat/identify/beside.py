"""What a program does beside its rule: it clips, changes the learning rate on the way, or treats a column apart.

The number that goes with it (a limit, a factor, a rate) is computed from the path, and then the whole path has to fit.

Compiled for the page by PScript. In this file `+`, `*` and `==` are between numbers or strings alone and are compiled
as they are, and a condition is never a list: `len(x) > 0`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mhat.identify.feed import GRADIENTS, THETA
from mhat.identify.known import Candidate
from mhat.identify.rates import cut, goes_straight, roundest
from mhat.identify.walking import both_lost, exact, is_lost, left_out, looseness, runner, states_of, walk

PSCRIPT_OVERLOAD = False
SMALLEST, LARGEST = 1e-3, 1e3  # limits that are looked for
COARSE, FINE = 2.5, 1.15  # the largest ratio of the ends of a span of limits at first; of one whose ends tell all
MOST_CELLS = 500  # spans that are looked at
CUTS = 2  # steps that are as long as a limit of steps
TOLD_APART = 4  # numbers that must depend on a limit or on a factor
FIRST_CHANGE, LAST_CHANGE = 2, 10  # steps before and after which too little can refute a change
CLIPS = ["clip_value", "clip_norm"]


@dataclass(frozen=True, eq=False)
class Variant:
    """A candidate, what is done beside it (a key of second.toml), and the numbers of it by name."""

    hit: Candidate
    kind: str
    numbers: dict[str, float]


def clipped(kind: str, limit: float, g: list[float]) -> list[float]:
    """A row of gradients, cut."""
    if kind == "clip_value":
        return [min(max(x, -limit), limit) for x in g]
    total = 0.0
    for x in g:
        total = total + x * x
    long = np.sqrt(total)
    return [x * (limit / long) for x in g] if long > limit else list(g)


def rate_at(variant: Variant, t: int, i: int) -> float:
    """The learning rate of column i at step t, from 0."""
    lr, kind, numbers = variant.hit.settings["lr"], variant.kind, variant.numbers
    if kind == "rate_once":
        return numbers["lr"] if t + 1 >= numbers["step"] else lr
    if kind == "rate_power":
        return lr * numbers["factor"] ** t
    if kind == "rate_line":
        return lr * max(0.0, 1 + numbers["slope"] * t)
    if kind == "rate_warm":
        return lr * min(t + 1, numbers["steps"])
    if kind == "rate_root":
        return lr / np.sqrt(t + 1)
    if kind == "column_lr" and i + 1 == numbers["column"]:
        return numbers["lr"]
    return lr


def steppers(variant: Variant) -> list[Callable]:
    """The rule of each column."""
    hit, steps = variant.hit, [runner(variant.hit) for _x in THETA]
    if variant.kind == "column_decay":
        settings = dict(hit.settings)
        settings["decay"] = variant.numbers["decay"]
        steps[int(variant.numbers["column"]) - 1] = runner(Candidate(hit.row, hit.decay, hit.start, settings))
    return steps


def variant_walk(variant: Variant, gradients: list) -> list[list[float]]:
    """The parameters after each step."""
    kind, limit = variant.kind, variant.numbers.get("limit", np.inf)
    gs = [clipped(kind, limit, g) for g in gradients] if kind in CLIPS else gradients
    steps, states, theta, path = steppers(variant), states_of(variant.hit, gs), [exact(x) for x in THETA], []
    for t in range(len(gs)):
        for i in range(len(THETA)):
            lr, before = exact(rate_at(variant, t, i)), theta[i]
            after = steps[i](before, before if kind == "theta_for_g" else exact(gs[t][i]), states[i], lr)
            theta[i], states[i] = after[0], after[1]
            if kind == "clip_step":
                theta[i] = before + min(max(after[0] - before, -limit * lr), limit * lr)
        path.append(list(theta))
    return path


def near_all(walked: list, path: dict, loose: float, rounding: float) -> bool:
    """Whether a walk is near all numbers that were printed, as `departures` has it."""
    for i in range(len(THETA)):
        moved, largest, before = 0.0, abs(THETA[i]), THETA[i]
        for t in range(len(walked)):
            now, k = walked[t][i], len(THETA) * t + i
            moved, before = moved + abs(now - before), now
            largest = max(largest, abs(THETA[i]) + abs(now - THETA[i]))
            slack = path["halves"][k] * 1.000001 + loose * moved + (t + 2) * rounding * largest
            if not (abs(now - path["values"][k]) <= slack or both_lost(now, path["values"][k])
                    or left_out(i, path["values"][k], rounding)):
                return False
    return True


def differing(a: list, b: list, path: dict) -> int:
    """How many of the numbers of two walks can be told apart as they are printed."""
    count = 0
    for t in range(len(a)):
        for i in range(len(THETA)):
            if abs(a[t][i] - b[t][i]) > 2 * path["halves"][len(THETA) * t + i] + 1e-13 * abs(a[t][i]):
                count = count + 1
    return count


def kept(variant: Variant, path: dict, rounding: float) -> list[Variant]:
    """The variant in a list, if the whole path fits and enough of it depends on what is done beside."""
    walked = variant_walk(variant, GRADIENTS)
    if not near_all(walked, path, looseness(variant.hit, rounding), rounding):
        return []
    return [variant] if differing(walked, walk(variant.hit, GRADIENTS), path) >= TOLD_APART else []


# A clip


def sum_of_squares(row: list[float]) -> float:
    """Of numbers."""
    total = 0.0
    for x in row:
        total = total + x * x
    return total


def sizes(kind: str) -> list[float]:
    """The sizes of the list's gradients, each once, in order: between two of them a path has no kink."""
    found = [SMALLEST, LARGEST]
    for g in GRADIENTS:
        rows = [[x] for x in g] if kind == "clip_value" else [g]
        for row in rows:
            size = np.sqrt(sum_of_squares(row))
            if SMALLEST < size < LARGEST and len([x for x in found if abs(x - size) < 1e-12 * size]) == 0:
                found.append(size)
    return sorted(found)


SIZES = {kind: sizes(kind) for kind in CLIPS}


def limits(hit: Candidate, kind: str, path: dict, rounding: float) -> list[float]:
    """The limits of a clip with which a candidate may be near all numbers."""
    bounds, cells, found, looked = SIZES[kind], [], [], 0
    made = {"step": runner(hit), "loose": looseness(hit, rounding), "lr": exact(hit.settings["lr"]),
            "states": states_of(hit, GRADIENTS), "theta": [exact(x) for x in THETA]}
    if not may_begin(made, path, rounding):
        return []
    for k in range(len(bounds) - 1):
        splits = int(np.floor(np.log10(bounds[k + 1] / bounds[k]) / np.log10(COARSE))) + 1
        ratio = (bounds[k + 1] / bounds[k]) ** (1 / splits)
        cells.extend([[bounds[k] * ratio ** j, bounds[k] * ratio ** (j + 1)] for j in range(splits)])
    while len(cells) > 0 and looked < MOST_CELLS:
        cell, looked = cells.pop(), looked + 1
        state = between_limits(made, kind, cell, path, rounding)
        if state == 2:
            found.append(cell)
        elif state == 1:
            middle = np.sqrt(cell[0] * cell[1])
            cells.append([cell[0], middle])
            cells.append([middle, cell[1]])
    tried = []
    for cell in joined(found):
        third = (cell[1] - cell[0]) / 3
        tried.extend([roundest(cell[0], cell[1]), roundest(cell[0] + third, cell[1] - third), (cell[0] + cell[1]) / 2])
    return tried


def may_begin(made: dict, path: dict, rounding: float) -> bool:
    """Whether a first gradient that is cut can give the first numbers; a clip leaves of it a share."""
    for i in [0, 2]:
        ends = [float(made["step"](made["theta"][i], exact(GRADIENTS[0][i] * share), made["states"][i], made["lr"])[0])
                for share in [1e-3, 0.03, 0.3, 1.0]]
        low, high = min(ends), max(ends)
        slack = path["halves"][i] * 1.01 + (2 * made["loose"] + 4 * rounding) * (1 + abs(ends[3]))
        if path["values"][i] < low - slack - (high - low) / 2 or path["values"][i] > high + slack + (high - low) / 2:
            return False
    return True


def joined(cells: list[list[float]]) -> list[list[float]]:
    """Spans that touch, as one."""
    whole = []
    for cell in sorted(cells, key=lambda each: each[0]):
        if len(whole) > 0 and cell[0] <= whole[len(whole) - 1][1] * (1 + 1e-12):
            whole[len(whole) - 1][1] = cell[1]
        else:
            whole.append([cell[0], cell[1]])
    return whole


def between_limits(made: dict, kind: str, cell: list[float], path: dict, rounding: float) -> int:
    """Whether a limit in a span may be right: 0 no, 1 perhaps, 2 the span is so narrow that all of it is.

    Between its ends a path may turn: its middle is looked at too.
    """
    some, settled, moved = [cell[0], np.sqrt(cell[0] * cell[1]), cell[1]], cell[1] < FINE * cell[0], [0.0, 0.0, 0.0]
    loose, lr = made["loose"], made["lr"]
    runs = [{"at": list(made["theta"]), "states": list(made["states"])} for _limit in some]
    for t in range(len(GRADIENTS)):
        rows = [clipped(kind, limit, GRADIENTS[t]) for limit in some]
        for i in range(len(THETA)):
            before, ends, k = float(runs[1]["at"][i]), [], len(THETA) * t + i
            for j in range(len(runs)):
                after = made["step"](runs[j]["at"][i], exact(rows[j][i]), runs[j]["states"][i], lr)
                runs[j]["at"][i], runs[j]["states"][i] = after[0], after[1]
                ends.append(float(after[0]))
            moved[i] = moved[i] + abs(ends[1] - before)
            low, high, printed = min(ends), max(ends), path["values"][k]
            if len([x for x in ends if is_lost(x)]) > 0 or is_lost(printed) or left_out(i, printed, rounding):
                continue
            slack = path["halves"][k] * 1.01 + loose * moved[i]
            slack += (t + 2) * rounding * (2 * abs(ends[1]) + abs(THETA[i]))
            wide = slack + high - low
            if not low - wide <= printed <= high + wide:
                return 0
            settled = settled and high - low <= slack
    return 2 if settled or cell[1] - cell[0] <= 1e-14 * cell[1] else 1


def with_clips(hit: Candidate, path: dict, rounding: float) -> list[Variant]:
    """The candidate with a clip of the gradient, by value or by length, or of the step."""
    found = []
    for kind in CLIPS:
        tried = [kept(Variant(hit, kind, {"limit": limit}), path, rounding)
                 for limit in limits(hit, kind, path, rounding)]
        tried = [each for each in tried if len(each) > 0]
        if len(tried) > 0:
            found.extend(tried[0])
    if hit.decay == "" and "decay" not in hit.row.takes:
        found.extend(with_cut_steps(hit, path, rounding))
    return found


def with_cut_steps(hit: Candidate, path: dict, rounding: float) -> list[Variant]:
    """The candidate with steps that are cut: the longest that were printed are as long as the limit.

    One such step alone would fit any path with one number changed.
    """
    steps = printed_steps(path, rounding)
    long, half = max(steps) if len(steps) > 0 else [0.0, 0.0]
    if not long > half or len([step for step in steps if step[0] + step[1] >= long - half]) < CUTS:
        return []
    lr = hit.settings["lr"]
    return kept(Variant(hit, "clip_step", {"limit": roundest((long - half) / lr, (long + half) / lr)}), path, rounding)


def printed_steps(path: dict, rounding: float) -> list[list[float]]:
    """How far each parameter goes at each step, and by how much that may be off as it is printed."""
    found, count = [], len(THETA)
    for k in range(len(path["values"])):
        before = path["values"][k - count] if k >= count else THETA[k]
        if not (is_lost(path["values"][k]) or is_lost(before)):
            half = path["halves"][k] + (path["halves"][k - count] if k >= count else 0.0)
            found.append([abs(path["values"][k] - before), half + 4 * rounding * abs(before)])
    return found


# A learning rate that changes


def rates_of_steps(hit: Candidate, path: dict, rounding: float) -> list[float]:
    """The learning rate of each step with which the three columns go from what was printed to what was; or none.

    Where the last one does, it is kept; a step that tells nothing keeps it too.
    """
    step, states, loose, lr, found = runner(hit), states_of(hit, GRADIENTS), looseness(hit, rounding), 0.0, []
    lr = hit.settings["lr"]
    theta, wide = [exact(x) for x in THETA], [0.0, 0.0, 0.0]
    for t in range(len(GRADIENTS)):
        span = [0.0, np.inf]
        for i in range(len(THETA)):
            k = len(THETA) * t + i
            ends = [float(step(theta[i], exact(GRADIENTS[t][i]), states[i], exact(x))[0]) for x in [0.0, lr]]
            printed, slope = path["values"][k], (ends[1] - ends[0]) / lr
            if is_lost(printed) or is_lost(slope):
                return []
            slack = path["halves"][k] * 1.01 + wide[i] + 2 * loose * abs(ends[1] - theta[i]) + 4 * rounding * (
                abs(printed) + abs(theta[i]))
            cut(span, slope, printed - ends[0] - slack)
            cut(span, -slope, ends[0] - printed - slack)
            wide[i] = path["halves"][k] * 1.01
        if not span[0] <= span[1] or not span[1] > 0:
            return []
        lr = lr if span[0] <= lr <= span[1] else roundest(max(span[0], span[1] * 1e-9), span[1])
        found.append(lr)
        for i in range(len(THETA)):
            states[i] = step(theta[i], exact(GRADIENTS[t][i]), states[i], exact(lr))[1]
            theta[i] = exact(path["values"][len(THETA) * t + i])
    return found


def with_rates(hit: Candidate, path: dict, rounding: float) -> list[Variant]:
    """The candidate with a learning rate that changes: once, by one factor or amount at each step, as 1 / root t."""
    found = rates_of_steps(hit, path, rounding)
    if len(found) == 0:
        return []
    begun = with_lr(hit, found[0])
    changes = [t for t in range(1, len(found)) if found[t] != found[t - 1]]
    if len(changes) == 0:
        return []
    if len(changes) == 1 and FIRST_CHANGE <= changes[0] < LAST_CHANGE:
        once = {"step": changes[0] + 1, "lr": found[changes[0]], "factor": found[changes[0]] / found[0]}
        return kept(Variant(begun, "rate_once", once), path, rounding)
    for variant in changing(begun, found):
        if len(changes) > 2 and len(kept(variant, path, rounding)) > 0:
            return [variant]
    return []


def changing(begun: Candidate, found: list[float]) -> list[Variant]:
    """Ways in which a learning rate may change at every step, from those that were found."""
    last = found[len(found) - 1] / found[0]
    slopes, each = [nice(abs(last - 1) / 11)], len(found)
    for rises in [rise for rise in [found[1] / found[0] - 1, last - 1] if rise != 0]:
        slopes.extend([1 / np.floor(abs(n / rises) + 0.5) for n in [1, 11] if abs(n / rises) > 0.5])
    tried = [Variant(begun, "rate_root", {}), Variant(begun, "rate_power", {"factor": nice(last ** (1 / (each - 1)))})]
    tried.extend([Variant(begun, "rate_line", {"slope": slope if last > 1 else -slope}) for slope in slopes])
    steps = np.floor(last + 0.5)
    tried.append(Variant(begun, "rate_warm", {"steps": steps, "lr": found[len(found) - 1]}))
    return tried


def nice(x: float) -> float:
    """A number with as few digits as lie within a millionth of it."""
    return roundest(x * (1 - 1e-6), x * (1 + 1e-6)) if x > 0 else 0.0


def with_lr(hit: Candidate, lr: float) -> Candidate:
    """The candidate with another learning rate."""
    settings = dict(hit.settings)
    settings["lr"] = lr
    return Candidate(hit.row, hit.decay, hit.start, settings)


# A column apart


def column_span(hit: Candidate, i: int, path: dict, rounding: float) -> list[float]:
    """[least, largest] lr with which column i is as printed, or []; the candidate has lr = 1, its steps go with lr."""
    step, state, loose, found = runner(hit), states_of(hit, GRADIENTS)[i], looseness(hit, rounding), [0.0, np.inf]
    far, moved, largest = 0.0, 0.0, 0.0
    for t in range(len(GRADIENTS)):
        after, k = step(exact(far), exact(GRADIENTS[t][i]), state, exact(1.0)), len(THETA) * t + i
        now, printed = float(after[0]), path["values"][k]
        moved, far, state = moved + abs(now - far), now, after[1]
        largest = max(largest, abs(now))
        if is_lost(now) or is_lost(printed):
            return []
        gap, per = printed - THETA[i], loose * moved + (t + 2) * rounding * largest
        wide = path["halves"][k] * 1.000001 + (t + 2) * rounding * abs(THETA[i])
        cut(found, now + per, gap - wide)
        cut(found, per - now, -gap - wide)
        if not found[0] <= found[1]:
            return []
    return found


def with_column_rate(hit: Candidate, path: dict, rounding: float, told: dict) -> list[Variant]:
    """The candidate with a learning rate for one column alone."""
    if not goes_straight(hit):
        return []
    one = with_lr(hit, 1.0)
    spans = [column_span(one, i, path, rounding) for i in range(len(THETA))]
    if len([span for span in spans if len(span) == 0 or not span[0] > 0]) > 0:
        return []
    for apart in range(len(THETA)):
        a, b = spans[(apart + 1) % 3], spans[(apart + 2) % 3]
        low, high = max(a[0], b[0]), min(a[1], b[1])
        lr = told["lr"] if "lr" in told else roundest(low, high) if low <= high else 0.0
        if low * (1 - 1e-9) <= lr <= high * (1 + 1e-9) and lr > 0:
            numbers = {"column": apart + 1, "lr": roundest(spans[apart][0], spans[apart][1])}
            return kept(Variant(with_lr(hit, lr), "column_lr", numbers), path, rounding)
    return []


def with_column_decay(hit: Candidate, places: list, path: dict, rounding: float) -> list[Variant]:
    """The candidate with another weight decay for the one column that leaves it, none or what its first number says."""
    apart = [i for i in range(len(places)) if places[i] is not None]
    if hit.decay == "" or len(apart) != 1:
        return []
    i = apart[0]
    for decay in decays_from(hit, i, path):
        variant = Variant(hit, "column_decay", {"column": i + 1, "decay": decay})
        if len(kept(variant, path, rounding)) > 0:
            return [variant]
    return []


def decays_from(hit: Candidate, i: int, path: dict) -> list[float]:
    """No weight decay, and the one that gives the first number of a column: that goes in a line with it."""
    found, decay, half = [0.0], hit.settings["decay"], path["halves"][i]
    ends = [variant_walk(Variant(hit, "column_decay", {"column": i + 1, "decay": x}), [GRADIENTS[0]])[0][i]
            for x in [0.0, decay]]
    slope = (ends[1] - ends[0]) / decay
    low, high = (path["values"][i] - ends[0] - half) / slope, (path["values"][i] - ends[0] + half) / slope
    if min(low, high) > 0 and max(low, high) < np.inf:
        found.append(roundest(min(low, high) * (1 - 1e-9), max(low, high) * (1 + 1e-9)))
    return found


# The sign


def uphill(hit: Candidate, path: dict, rounding: float) -> list[Variant]:
    """The candidate with steps that are added, for a rule whose steps go with lr."""
    if not goes_straight(hit):
        return []
    turned = with_lr(hit, -hit.settings["lr"])
    fits = near_all(walk(turned, GRADIENTS), path, looseness(hit, rounding), rounding)
    return [Variant(turned, "uphill", {})] if fits else []


# What is read


def theta_for_g(hit: Candidate, path: dict, rounding: float) -> list[Variant]:
    """The candidate with the parameters in the place of the gradient."""
    return kept(Variant(hit, "theta_for_g", {}), path, rounding)
