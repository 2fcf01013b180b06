"""The long run: which differences fade, what of the others stays, and the eps and decay for it, in closed form.

Bias correction, the start of v and an old learning rate die out as a power of a beta, the schedules of Nadam as
one of 0.96. What stays is a different floor under the step, which eps sets, and a different pull of weight decay.

Compiled to JavaScript too, see the package for what that binds to.
"""

import numpy as np

from mhat.forms import DECAYS, FORMS
from mhat.translate.bridge import Answer, Difference, gain, lost, obstacles
from mhat.translate.optimizer import Optimizer

FADES = {"m": "beta1", "v": "beta2", "start": "beta2", "eps": "beta2", "lr": "beta", "first": "beta"}
SMALL = 0.01  # from where on a difference that fades is called over
PSI = {"slow": 0.004, "fast": 1}  # of Nadam's beta1 (1 - 0.96^(psi t) / 2); that of the paper is steady


def fades(line: Difference, source: Optimizer) -> bool:
    """Whether a difference dies out, or is matched by another decay."""
    if line.trait == "eps":
        return line.source in ["outside", "hat"] and line.target in ["outside", "hat"]
    if line.trait == "decay":
        return "beta" in line.unless and DECAYS[line.source].scale == DECAYS[line.target].scale
    return line.trait in FADES or line.trait == "ahead"


def short_of(ahead: str, t: int) -> float:
    """What a schedule of Nadam has not yet of its beta1 at step t, as a share."""
    return 0.5 * 0.96 ** (PSI[ahead] * t) if ahead in PSI else 0


def shifted(line: Difference, beta1: float, t: int) -> float:
    """How much weight two schedules of Nadam give to g, and not to m, at step t, one more than the other."""
    return beta1 * abs(short_of(line.source, t) - short_of(line.target, t))


def most_shifted(line: Difference, beta1: float) -> float:
    """The largest of these weights; where both schedules grow, it comes when the fast one is through."""
    return max([shifted(line, beta1, t) for t in range(1, 400)])


def steps_until(line: Difference, settings: dict) -> int:
    """The step from which on a fading difference of a factor is under SMALL; 0: it has no factor."""
    if line.trait == "ahead":
        psi = min([PSI[ahead] for ahead in [line.source, line.target] if ahead in PSI])
        return max(1, int(np.floor(np.log2(2 * SMALL / settings["beta1"]) / np.log2(0.96) / psi)) + 1)
    if line.trait == "start" or line.trait not in FADES:
        return 0
    beta = settings[FADES[line.trait]]
    left = 1 - (1 - SMALL) ** 2 if line.trait in ["v", "eps"] else SMALL  # v stands under a root
    return int(np.floor(np.log2(left) / np.log2(beta))) + 1 if beta > 0 else 0


# eps


def eps_for(eps: float, source: str, target: str, start: float = 0) -> float:
    """eps in another place, with the same divisor where the gradients are 0 and where they are large.

    start  what is under the root before the first gradient and never leaves it: the first sum of AdaGrad
    """
    if source == "inside" and target != "inside":
        return eps / ((start + eps) ** 0.5 + start**0.5)  # the difference of these roots, without cancelling
    if target == "inside" and source != "inside":
        return eps**2 + 2 * eps * start**0.5
    return eps


def root_ratios(inside: float, outside: float, start: float) -> list[float]:
    """sqrt(v + inside) / (sqrt(v) + outside), each extreme over all v from start on."""
    ends = [1, (start + inside) ** 0.5 / (start**0.5 + outside)]
    between = outside * start**0.5 < inside  # v = (inside / outside)^2
    return ends + ([(inside / (inside + outside**2)) ** 0.5] if between else [])


def kept_ratios(kept: float, beside: float) -> list[float]:
    """max(beta2 u, |g| + kept) / (u + beside), each extreme: the lowest after far larger gradients, then zeros."""
    return [1, kept / beside, kept / (kept + beside)]


def step_ratios(source: str, one: float, target: str, other: float, start: float = 0) -> list[float]:
    """A step of the target over one of the source, each extreme over all sizes of the gradient, in the long run.

    source, target  where eps stands; one, other  eps there; start  as in eps_for
    """
    if source in ["inside", "kept"] and source != target:
        return root_ratios(one, other, start) if source == "inside" else kept_ratios(one, other)
    if target in ["inside", "kept"] and source != target:
        return [1 / x for x in (root_ratios(other, one, start) if target == "inside" else kept_ratios(other, one))]
    root, floor = (0.5, start) if source == "inside" else (1, start**0.5)
    return [1, ((floor + one) / (floor + other)) ** root]


def eps_lasting(answer: Answer, source: Optimizer) -> float:
    """The largest difference of a step in the long run that eps makes, as a share of the source's."""
    one, other = source.settings["eps"], answer.target.settings["eps"]
    if one == other and len([line for line in obstacles(answer) if line.trait == "eps"]) == 0:
        return 0
    if one == 0 or other == 0:
        return np.inf
    places = [FORMS[source.form].traits["eps"], FORMS[answer.target.form].traits["eps"]]
    return max([abs(ratio - 1) for ratio in step_ratios(places[0], one, places[1], other, source.settings["start"])])


# Weight decay under momentum


def shrinking(optimizer: Optimizer) -> float:
    """The share of theta that a step takes in the long run where the gradient is 0; 0 where theta swings.

    L2 goes through the velocity: theta then goes with the larger root of z^2 - b z + c, and 1 - z is
    lr decay / (1 - beta) but for a share of about beta lr decay / (1 - beta)^2.
    """
    if DECAYS[optimizer.call.decay].name != "decay_l2":
        return lost(optimizer)
    beta, pull = optimizer.settings["beta"], lost(optimizer)
    b, c = 1 + beta - pull, beta
    if FORMS[optimizer.form].traits["nesterov"] == "yes":
        b, c = b - beta * pull, beta * (1 - pull)
    root = b**2 - 4 * c
    return 1 - (b + root**0.5) / 2 if root >= 0 else 0


def gathered(answer: Answer, source: Optimizer) -> float:
    """The decay with which theta loses the same share in the long run, where one kind goes through a velocity."""
    target, share = answer.target, 1 - source.settings["beta"]
    if DECAYS[source.call.decay].name == "decay_l2":
        return lost(source) / share / (1 if DECAYS[target.call.decay].scale == "fixed" else target.settings["lr"])
    return lost(source) * share / target.settings["lr"] / gain(target)


def decay_lasting(answer: Answer, source: Optimizer) -> float:
    """The difference of what theta loses in a step in the long run, as a share of what the source takes."""
    if source.settings["decay"] == 0 or len([line for line in obstacles(answer) if line.trait == "decay"]) == 0:
        return 0
    one, other = shrinking(source), shrinking(answer.target)
    return abs(other / one - 1) if one > 0 and other > 0 else np.inf


def lasting(answer: Answer, source: Optimizer) -> float:
    """What stays of all differences in the long run, as a share of a step; infinite where no formula says it."""
    others = [line for line in obstacles(answer) if line.trait != "eps" and not fades(line, source)]
    if len(others) > 0:
        return np.inf
    return max([eps_lasting(answer, source), decay_lasting(answer, source)])
