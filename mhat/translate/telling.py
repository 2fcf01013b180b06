"""Why an answer is what it is, in sentences: those of words.toml.

Compiled to JavaScript too, see the package for what that binds to.
"""

import numpy as np

from mhat.forms import DECAYS, Words
from mhat.gradients import LRS
from mhat.translate.bridge import Answer, Change, Difference, obstacles
from mhat.translate.lasting import eps_lasting, fades, most_shifted, steps_until
from mhat.translate.optimizer import Optimizer, rounded, shown
from mhat.words import filled, read


def flat(entries: dict, above: str = "") -> dict[str, Words]:
    """{"key", "group key": words} of entries and groups of entries."""
    words = {}
    for key, entry in entries.items():
        words |= {above + key: Words(**entry)} if "ko" in entry else flat(entry, f"{key} ")
    return words


WORDS = flat(read(__file__, "words.toml"))
WORDS |= {f"decay {decay.name}": decay.does for decay in DECAYS.values()}


def percent(share: float) -> str:
    """A share with two digits, as 41%."""
    return shown(rounded(100 * share, 2)) + "%" if np.isfinite(share) else "∞"


def difference_told(line: Difference, names: list[str], words: dict[str, str]) -> str:
    """One difference between two frameworks, as a sentence."""
    key = "vanish" if len(line.why) > 0 else "differs" if len(line.unless) > 0 else "never"
    zeros = [words["zero " + name] for name in (line.why if key == "vanish" else line.unless)]
    return filled(words[key], {
        "trait": words["trait " + line.trait], "here": names[0], "there": names[1],
        "one": words[value_of(line, line.source)], "other": words[value_of(line, line.target)],
        "why": words["or"].join(zeros)})


def value_of(line: Difference, value: str) -> str:
    """The key of a trait's value; AdaMax, whose eps may stand inside the maximum, has no root to stand outside of."""
    beside = value == "outside" and "kept" in [line.source, line.target]
    return line.trait + (" beside" if beside else " " + value)


def fading_told(line: Difference, source: Optimizer, words: dict[str, str]) -> str:
    """How a difference dies out, as a sentence; nothing for one that lasts."""
    if not fades(line, source) or line.trait == "decay":
        return ""
    key = "factor" if line.trait not in ["lr", "start", "ahead"] else "drop" if line.trait == "lr" else line.trait
    most = percent(most_shifted(line, source.settings["beta1"])) if line.trait == "ahead" else ""
    return " " + filled(words["fades " + key], {"t": str(steps_until(line, source.settings)), "x": most})


def change_told(answer: Answer, line: Change, source: Optimizer, words: dict[str, str]) -> str:
    """One setting that is another, as a sentence."""
    names = answer.target.call.names
    return filled(words["change " + line.why], {
        "old": shown(line.before), "new": shown(line.after), "setting": names[line.setting],
        "steps": str(len(LRS)), "x": percent(eps_lasting(answer, source))})


def costs(answer: Answer, words: dict[str, str]) -> list[str]:
    """What the closest call costs over the first steps and in the long run, in two sentences."""
    far = shown(rounded(answer.deviation, 2)) if np.isfinite(answer.deviation) else "∞"
    first = filled(words["cost first"], {"steps": str(len(LRS)), "x": far})
    gathers = answer.target.call.page == "rmsprop" and answer.target.settings["beta"] != 0  # whose parts may cancel
    key = "over" if answer.lasting == 0 else "open" if answer.lasting == np.inf else "enters" if gathers else "stays"
    told = filled(words["cost " + key], {"x": percent(answer.lasting)})
    slow = [steps_until(line, answer.target.settings) for line in obstacles(answer) if line.trait == "ahead"]
    return [first, told + (" " + filled(words["cost by"], {"t": str(max(slow))}) if key == "over" and slow else "")]


def idiom(answer: Answer, words: dict[str, str]) -> list[str]:
    """What the weight decay of the target's call is, where its name may mislead: Adam and its kin with a decay."""
    call, kind, kin = answer.target.call, answer.target.call.decay, ["adam", "nadam", "adamax"]
    if call.page not in kin or answer.target.settings["decay"] == 0 or "adamw" in call.name.lower():
        return []
    return [filled(words["idiom l2" if kind == "decay_l2" else "idiom apart"], {"call": call.name})]


def explain(answer: Answer, source: Optimizer, words: dict[str, str]) -> list[str]:
    """The reasons for an answer: obstacles, changes, idiom, and differences that do not matter here.

    words  {key: sentence} in one language
    """
    if answer.target is None:
        return []
    names = [source.call.framework, answer.target.call.framework]
    told = [difference_told(line, names, words) + fading_told(line, source, words) for line in obstacles(answer)]
    told.extend([change_told(answer, line, source, words) for line in answer.changes])
    told.extend(idiom(answer, words))
    told.extend([difference_told(line, names, words) for line in answer.differences if len(line.why) > 0])
    return told if len(told) > 0 else [words["same"]]
