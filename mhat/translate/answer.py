"""The answer: the call of a framework that walks the path of an optimizer, or the closest.

Compiled to JavaScript too, see the package for what that binds to.
"""

from mhat.translate.bridge import Answer, bridge, obstacles
from mhat.translate.calls import CALLS
from mhat.translate.closest import closest
from mhat.translate.optimizer import Optimizer, with_momentum


def candidates(source: Optimizer, stem: str, constant: bool) -> list[Answer]:
    """Every form of every call of a framework that could stand for this one."""
    answers, momentum = [], with_momentum(source.form)
    for call in CALLS:
        if call.stem != stem or (call.page == "momentum") != momentum:
            continue
        for variant in call.variants:
            for entry in variant.entries:
                answer = bridge(source, call, variant, entry, constant)
                if len([name for name in entry.needs if answer.target.settings[name] == 0]) == 0:
                    answers.append(answer)
    return answers


def alike(answer: Answer, source: Optimizer) -> bool:
    """Whether two calls have the same last word."""
    one, other = answer.target.call.name.split("."), source.call.name.split(".")
    return one[len(one) - 1].lower() == other[len(other) - 1].lower()


def translate(source: Optimizer, stem: str, constant: bool = False, horizon: str = "long") -> Answer:
    """A call of the framework `stem` that walks the path of `source`, or the closest.

    stem      name of the framework's record: "pytorch", "keras", …
    constant  whether lr stays what it is; else a call counts as equal only if it follows every change
    horizon   what the closest call is chosen for: "long", training, or "first", some fifty steps
    """
    answers = candidates(source, stem, constant)
    near = [answer for answer in answers if answer.target.call.page == source.call.page]
    near = [each for each in near if alike(each, source)] + [each for each in near if not alike(each, source)]
    others = [answer for answer in answers if answer.target.call.page != source.call.page]
    for answer in near + others:
        if len(obstacles(answer)) == 0:
            return answer
    return closest(near, source, constant, horizon) if len(near) > 0 else Answer("none", None, [], [], 0, 0)
