"""From one optimizer to another: which settings make two calls equal, and what stands in the way.

Forms differ in a few traits. A difference vanishes under the settings that `EQUAL` names, is undone by
another learning rate or decay (`match_share`, `match_decay`), or stands in the way.

Compiled to JavaScript too, see the package for what that binds to.
"""

from dataclasses import dataclass

from mhat.forms import DECAYS, FORMS, Decay
from mhat.translate.calls import Call, Entry, Variant
from mhat.translate.optimizer import Optimizer, knows, traits, with_momentum


@dataclass(frozen=True)
class Condition:
    """Two values of a trait ("*": any two) are one where one of `zeros` is 0, or "constant": lr is constant."""

    trait: str
    one: str
    other: str
    zeros: list[str]


@dataclass(frozen=True)
class Difference:
    """What two optimizers do differently.

    trait          its name, "decay" for weight decay, or a setting that the target does not know
    source, target its values in the two
    unless         what would make it vanish, in the words of `Condition.zeros`
    why            what does; where there is nothing, the difference is an obstacle
    """

    trait: str
    source: str
    target: str
    unless: list[str]
    why: list[str]


@dataclass(frozen=True)
class Change:
    """A setting that the target needs otherwise; `why` is the sentence of words.toml: "share", "eps long", …"""

    setting: str
    why: str
    before: float
    after: float


@dataclass
class Answer:
    """A call for the path of another.

    kind       "exact", "closest", or "none": no call of this kind of rule was run
    target     the optimizer, or None
    deviation  largest difference of the paths over the first steps, in units of the coordinate's largest value
    lasting    largest difference in the long run, as a share of a step; infinite where no formula says it
    """

    kind: str
    target: Optimizer | None
    differences: list[Difference]
    changes: list[Change]
    deviation: float
    lasting: float


TINY = 1e-30
EQUAL = [
    Condition("maximum", "raw", "corrected", ["beta2"]),
    Condition("m", "plain", "corrected", ["beta1"]),
    Condition("v", "plain", "corrected", ["beta2"]),
    Condition("eps", "outside", "hat", ["eps", "beta2"]),
    Condition("eps", "outside", "kept", ["eps", "beta2"]),
    Condition("eps", "hat", "kept", ["eps", "beta2"]),
    Condition("eps", "*", "*", ["eps"]),
    Condition("divisor", "mean", "largest", ["beta2"]),
    Condition("ahead", "*", "*", ["beta1"]),
    Condition("lr", "outside", "inside", ["constant", "beta"]),
    Condition("nesterov", "*", "*", ["beta"]),
    Condition("start", "v = 0", "v = eps", ["eps", "beta2"]),
    Condition("start", "*", "*", ["beta2"]),
]


def conditions(trait: str, one: str, other: str) -> list[str]:
    """What would make two values of a trait the same."""
    for line in EQUAL:
        pair = [line.one, line.other]
        if line.trait == trait and (line.one == "*" or one in pair and other in pair):
            return line.zeros
    return []


def trait_differences(source: Optimizer, target: Optimizer, constant: bool) -> list[Difference]:
    """Where the traits of two forms differ."""
    ours, theirs, differences = traits(source), traits(target), []
    for trait in ["maximum", "m", "v", "divisor", "ahead", "eps", "centered", "lr", "nesterov", "start"]:
        one, other = ours[trait], theirs[trait]
        if one != other:
            unless = conditions(trait, one, other)
            why = [name for name in unless if (constant if name == "constant" else source.settings[name] == 0)]
            differences.append(Difference(trait, one, other, unless, why))
    return differences


def forgotten(target: Optimizer) -> list[str]:
    """The memories that a form does not have."""
    return [name for name in ["beta", "beta1"] if not knows(target.call, target.form, name)]


def obstacles(answer: Answer) -> list[Difference]:
    """The differences that nothing makes vanish."""
    return [line for line in answer.differences if len(line.why) == 0]


def change(answer: Answer, setting: str, why: str, value: float) -> None:
    """Give a setting of the target another value, and remember why."""
    settings = answer.target.settings
    if abs(value - settings[setting]) > 1e-12 * settings[setting]:
        answer.changes.append(Change(setting, why, settings[setting], value))
        settings[setting] = value


def avoid_zeros(answer: Answer) -> None:
    """A number that rounding removes, where the target takes no 0; under a g of 0 it is not removed beside v."""
    target = answer.target
    for name in target.call.nonzero:
        if knows(target.call, target.form, name) and target.settings[name] == 0:
            change(answer, name, "zero", TINY)
            if name == "eps":
                answer.differences.append(Difference("zero", "eps", "refused", [], []))


# The weight with which a gradient enters the velocity


def gain(optimizer: Optimizer) -> float:
    """With what weight a gradient enters the velocity."""
    share = FORMS[optimizer.form].traits["share"]
    if share == "average":
        return 1 - optimizer.settings["beta"]
    if share == "dampened" or share == "after the first":
        return 1 - optimizer.settings["dampening"]
    return 1


def match_share(answer: Answer, source: Optimizer) -> None:
    """lr of the target, so that a gradient has the same weight; the first may not."""
    target, first = answer.target, "after the first"
    if traits(source)["share"] == first and source.settings["dampening"] != 0:
        if traits(target)["share"] == first:
            return
        answer.differences.append(Difference("first", first, "whole", ["dampening"], []))
    target.settings["dampening"] = 0
    change(answer, "lr", "share", source.settings["lr"] * gain(source) / gain(target))


# Weight decay


def moves(one: Decay, other: Decay) -> bool:
    """Whether a changing lr parts two kinds of decay."""
    return one.scale != other.scale or one.scale == "lr" and one.timing != other.timing


def without_memory(optimizer: Optimizer) -> bool:
    """Whether a step is the gradient times a number."""
    return with_momentum(optimizer.form) and optimizer.settings["beta"] == 0


def lost(optimizer: Optimizer) -> float:
    """What theta loses in a step, as a share."""
    settings, decay = optimizer.settings, DECAYS[optimizer.call.decay]
    if decay.scale == "fixed":
        return settings["decay"]
    return settings["lr"] * settings["decay"] * (gain(optimizer) if decay.name == "decay_l2" else 1)


def decay_difference(source: Optimizer, target: Optimizer, constant: bool) -> Difference:
    """Two kinds of decay: an obstacle, or why not."""
    one, other, unless, why = DECAYS[source.call.decay], DECAYS[target.call.decay], ["decay"], []
    through_g = one.name == "decay_l2" or other.name == "decay_l2"
    if through_g and not without_memory(source):
        unless = ["decay", "beta"] if with_momentum(target.form) else ["decay"]
    elif moves(one, other) and not constant:
        unless = ["decay", "constant"]
    elif one.timing == other.timing or lost(source) < 1:
        unless, why = [], ["beta" if through_g else "constant" if moves(one, other) else "always"]
    return Difference("decay", one.name, other.name, unless, why)


def decay_for(target: Optimizer, source: Optimizer) -> float:
    """The decay with which theta loses the same share in a step of the target."""
    one, other = DECAYS[source.call.decay], DECAYS[target.call.decay]
    if one.name == other.name and (one.scale == "fixed" or one.name == "decay_l2"):
        return source.settings["decay"]
    if other.scale == "fixed":
        return lost(source)
    return lost(source) / target.settings["lr"] / (gain(target) if other.name == "decay_l2" else 1)


def match_decay(answer: Answer, source: Optimizer, constant: bool) -> None:
    """Decay of the target, and lr where one shrinks theta before its step and the other after it."""
    target, loss = answer.target, lost(source)
    if target.call.decay == "none":
        answer.differences.append(Difference("decay", source.call.decay, "none", ["decay"], []))
        target.settings["decay"] = 0
        return
    one, other = DECAYS[source.call.decay], DECAYS[target.call.decay]
    if one.name != other.name:
        answer.differences.append(decay_difference(source, target, constant))
    if one.timing != other.timing and loss < 1:
        lr = target.settings["lr"]
        change(answer, "lr", "timing", lr * (1 - loss) if one.timing == "after" else lr / (1 - loss))
    change(answer, "decay", "decay", decay_for(target, source))


def bridge(source: Optimizer, call: Call, variant: Variant, entry: Entry, constant: bool) -> Answer:
    """A form of another call with the settings for the path of `source`, and what is in the way.

    constant  whether lr stays what it is
    """
    target = Optimizer(call, variant, entry.form, dict(source.settings))
    answer = Answer("closest", target, [], [], 0, 0)
    for name in forgotten(target):
        if target.settings[name] != 0:
            answer.differences.append(Difference(name, "yes", "no", [name], []))
    answer.differences.extend(trait_differences(source, target, constant))
    match_share(answer, source)
    if source.settings["decay"] != 0:
        match_decay(answer, source, constant)
    for name in forgotten(target):
        target.settings[name] = 0
    avoid_zeros(answer)
    if len(obstacles(answer)) == 0:
        answer.kind = "exact"
    return answer
