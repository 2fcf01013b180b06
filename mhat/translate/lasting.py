"""The long run: which differences fade, what of the others stays, and the eps and decay for it, in closed form.

Bias correction, the start of v and an old learning rate die out as a power of a beta. What stays is a
different floor under the step, which eps sets, and a different pull of weight decay.

Compiled to JavaScript too, see the package for what that binds to.
"""

import numpy as np

from mhat.forms import DECAYS, FORMS
from mhat.translate.bridge import Answer, Difference, gain, lost, obstacles
from mhat.translate.optimizer import Optimizer

FADES = {"m": "beta1", "v": "beta2", "start": "beta2", "eps": "beta2", "lr": "beta", "first": "beta"}
SMALL = 0.01  # from where on a difference that fades is called over


def fades(line: Difference, source: Optimizer) -> bool:
    """Whether a difference dies out, or is matched by another decay."""
    if line.trait == "eps":
        return line.source != "inside" and line.target != "inside" and line.source != "subtracted"
    if line.trait == "decay":
        return "beta" in line.unless and DECAYS[line.source].scale == DECAYS[line.target].scale
    return line.trait in FADES


def steps_until(line: Difference, settings: dict) -> int:
    """The step from which on a fading difference of a factor is under SMALL; 0: it has no factor."""
    if line.trait == "start" or line.trait not in FADES:
        return 0
    beta = settings[FADES[line.trait]]
    left = 1 - (1 - SMALL) ** 2 if line.trait in ["v", "eps"] else SMALL  # v stands under a root
    return int(np.floor(np.log2(left) / np.log2(beta))) + 1 if beta > 0 else 0


# eps


def eps_for(eps: float, source: str, target: str) -> float:
    """eps in another place, with the same step where the gradient is 0 and where it is large."""
    if source == "inside" and target != "inside":
        return eps**0.5
    return eps**2 if target == "inside" and source != "inside" else eps


def step_ratios(source: str, one: float, target: str, other: float) -> list[float]:
    """A step of the target over one of the source, each extreme over all sizes of the gradient, in the long run.

    source, target  where eps stands; one, other  eps there
    """
    if (source == "inside") == (target == "inside"):
        return [1, (one / other) ** (0.5 if source == "inside" else 1)]
    if source == "inside":
        return [1, one**0.5 / other, (one / (one + other**2)) ** 0.5]
    return [1, one / other**0.5, ((other + one**2) / other) ** 0.5]


def eps_lasting(answer: Answer, source: Optimizer) -> float:
    """The largest difference of a step in the long run that eps makes, as a share of the source's."""
    one, other = source.settings["eps"], answer.target.settings["eps"]
    if one == other and len([line for line in obstacles(answer) if line.trait == "eps"]) == 0:
        return 0
    if one == 0 or other == 0:
        return np.inf
    places = [FORMS[source.form].traits["eps"], FORMS[answer.target.form].traits["eps"]]
    return max([abs(ratio - 1) for ratio in step_ratios(places[0], one, places[1], other)])


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
