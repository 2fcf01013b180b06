"""The closest call where none walks the path: for the long run by closed forms, for the first steps by a search.

Compiled to JavaScript too, see the package for what that binds to.
"""

from dataclasses import dataclass

import numpy as np

from mhat.forms import DECAYS, FORMS, start_of_v
from mhat.gradients import GRADIENTS, LRS, SCALES, THETA
from mhat.translate.bridge import Answer, Change, Difference, obstacles
from mhat.translate.lasting import eps_for, fades, gathered, lasting
from mhat.translate.optimizer import Optimizer, rounded


@dataclass(frozen=True)
class Stream:
    """Gradients to walk over: arrays, or numbers of one coordinate.

    theta   parameters before the first step
    whole   whole numbers, one a step
    unit    a gradient of 1 among these
    """

    theta: float
    whole: list
    unit: float


UNIT = SCALES / 256
STREAMS = [Stream(THETA, GRADIENTS / UNIT, UNIT)]


# How far apart


def first_state(optimizer: Optimizer, g: float | np.ndarray) -> list:
    """What the form remembers before the first gradient g."""
    form, words = FORMS[optimizer.form], optimizer.call.start
    state = list(form.start)
    if "start" in optimizer.call.names:
        state[form.keeps.index("s")] = optimizer.settings["start"]
    if words != "v = 0":
        state[form.keeps.index("v")] = start_of_v(words, g, optimizer.settings["eps"])
    return state


def walk(optimizer: Optimizer, lrs: list[float], theta: float | np.ndarray, gradients: list) -> list:
    """theta after each of the gradients; `lrs` are shares of lr."""
    settings, form, decay = optimizer.settings, FORMS[optimizer.form], optimizer.call.decay
    values = [settings[name] for name in form.settings[1:]]

    def step(theta, g, state, lr):
        return form.run(theta, g, state, lr, *values)

    state, path = first_state(optimizer, gradients[0]), []
    for t in range(len(gradients)):
        lr = lrs[t] * settings["lr"]
        if settings["decay"] != 0:
            theta, state = DECAYS[decay].run(step, theta, gradients[t], state, lr, settings["decay"])
        else:
            theta, state = step(theta, gradients[t], state, lr)
        path.append(theta)
    return path


def paths(optimizer: Optimizer, constant: bool) -> list:
    """The path over each of the fixed streams; lr drops in the middle, or stays constant."""
    lrs = [1] * len(LRS) if constant else LRS
    return [walk(optimizer, lrs, stream.theta, [g * stream.unit for g in stream.whole]) for stream in STREAMS]


def apart(x: float | np.ndarray, y: float | np.ndarray, size: float | np.ndarray) -> float:
    """The largest difference in units of size; what is not finite on both sides does not differ."""
    gap = np.where(np.isfinite(x) * np.isfinite(y), np.abs(x - y) / size, np.inf)
    return np.max(np.where(np.isfinite(x) + np.isfinite(y), gap, 0))


def deviation(one: list, other: list) -> float:
    """The largest difference of two optimizers' paths, in units of the coordinate's largest value."""
    worst = 0
    for i in range(len(one)):
        size = np.abs(STREAMS[i].theta)
        for theta in one[i]:
            size = np.fmax(size, np.abs(theta))
        for t in range(len(one[i])):
            worst = max(worst, apart(one[i][t], other[i][t], size))
    return worst


# The search


def with_setting(answer: Answer, name: str, value: float) -> Answer:
    """The same answer with one setting changed."""
    target, settings = answer.target, dict(answer.target.settings)
    settings[name] = value
    changed = Optimizer(target.call, target.variant, target.form, settings)
    return Answer(answer.kind, changed, answer.differences, list(answer.changes), answer.deviation, answer.lasting)


def obstacle(answer: Answer, trait: str) -> Difference | None:
    """The difference of a trait, where it is in the way."""
    lines = [line for line in obstacles(answer) if line.trait == trait]
    return lines[0] if len(lines) > 0 else None


def other_eps(answer: Answer) -> list[Answer]:
    """eps as it is in its other place, and some powers of ten around it, where its place is in the way."""
    line, eps = obstacle(answer, "eps"), answer.target.settings["eps"]
    if line is None or eps == 0:
        return [answer]
    eps = eps_for(eps, line.source, line.target, answer.target.settings["start"])
    return [with_setting(answer, "eps", rounded(eps * 10**power, 3)) for power in [0, -1, 1, -2, 2]]


def other_decay(answer: Answer) -> list[Answer]:
    """The decay, none, and what a velocity makes of it, where the kind of decay is in the way."""
    settings = answer.target.settings
    if obstacle(answer, "decay") is None or settings["decay"] == 0:
        return [answer]
    gathered = rounded(settings["decay"] / (1 - settings["beta"]), 6)
    return [answer, with_setting(answer, "decay", 0), with_setting(answer, "decay", gathered)]


def refined(answer: Answer, path: list, constant: bool) -> Answer:
    """The answer with a finer eps: a search on both sides."""
    best, width = answer, 0.5
    while width > 0.01:
        for factor in [10**-width, 10**width]:
            other = with_setting(best, "eps", rounded(best.target.settings["eps"] * factor, 3))
            other.deviation = deviation(path, paths(other.target, constant))
            if other.deviation < best.deviation:
                best = other
        width = width / 2
    return best


def nearest(answers: list[Answer], path: list, constant: bool) -> Answer:
    """The answer with the smallest deviation; a later one has to be better by a thousandth."""
    best = None
    for answer in answers:
        answer.deviation = deviation(path, paths(answer.target, constant))
        if best is None or answer.deviation < best.deviation * 0.999:
            best = answer
    return best


def told(answer: Answer, setting: str, why: str, before: float) -> None:
    """Remember what a setting was in the source's call, where it is something else now; one change a setting."""
    after = answer.target.settings[setting]
    others = [line for line in answer.changes if line.setting != setting]
    earlier = [line.before for line in answer.changes if line.setting == setting]
    first = earlier[0] if len(earlier) > 0 else before
    answer.changes = others + ([Change(setting, why, first, after)] if after != first else [])


def fewest(answers: list[Answer], counts: list[int]) -> list[Answer]:
    """The answers with the smallest count."""
    return [answers[i] for i in range(len(answers)) if counts[i] == min(counts)]


def for_first_steps(answers: list[Answer], source: Optimizer, constant: bool) -> Answer:
    """The fewest obstacles, then the smallest deviation, with the eps and the decay that make it small."""
    path, eps = paths(source, constant), source.settings["eps"]
    tied = fewest(answers, [len(obstacles(answer)) for answer in answers])
    tried = [each for answer in tied for other in other_eps(answer) for each in other_decay(other)]
    best = nearest(tried, path, constant)
    before = [answer.target.settings["decay"] for answer in tied]
    if obstacle(best, "eps") is not None and eps > 0:
        best = refined(best, path, constant)
        told(best, "eps", "eps first", eps)
    if best.target.settings["decay"] not in before:
        told(best, "decay", "decay first", source.settings["decay"])
    return best


def settled(answer: Answer, source: Optimizer) -> Answer:
    """The answer with the eps, the decay and the lr of the long run."""
    eps, decay, beta = obstacle(answer, "eps"), obstacle(answer, "decay"), obstacle(answer, "beta")
    best = with_setting(answer, "lr", answer.target.settings["lr"])
    if eps is not None:
        settings, summed = source.settings, FORMS[source.form].traits["divisor"] == "sum"
        best.target.settings["eps"] = rounded(eps_for(settings["eps"], eps.source, eps.target, settings["start"]), 6)
        told(best, "eps", "eps sum" if summed else "eps long", settings["eps"])
    if beta is not None:
        best.target.settings["lr"] = rounded(best.target.settings["lr"] / (1 - source.settings["beta"]), 12)
        told(best, "lr", "memory", source.settings["lr"])
    if decay is not None and decay.target != "none" and "constant" not in decay.unless:
        through = "beta" in decay.unless  # L2 of one side goes through a velocity
        best.target.settings["decay"] = rounded(gathered(best, source), 12) if through else 0
        told(best, "decay", "decay long" if through else "decay apart", source.settings["decay"])
    return best


def for_the_long_run(answers: list[Answer], source: Optimizer, constant: bool) -> Answer:
    """The fewest obstacles that do not fade, then the fewest, then the smallest deviation."""
    lasts = [len([line for line in obstacles(each) if not fades(line, source)]) for each in answers]
    tied = fewest(answers, lasts)
    tied = fewest(tied, [len(obstacles(answer)) for answer in tied])
    return nearest([settled(answer, source) for answer in tied], paths(source, constant), constant)


def closest(answers: list[Answer], source: Optimizer, constant: bool, horizon: str) -> Answer:
    """Of the answers that do not walk the path, the one for a horizon: the "long" run, or the "first" steps."""
    choose = for_first_steps if horizon == "first" else for_the_long_run
    best = choose(answers, source, constant)
    best.lasting = lasting(best, source)
    return best
