"""Why an answer is what it is, in sentences: those of words.toml.

Compiled to JavaScript too, see the package for what that binds to.
"""

from mhat.forms import DECAYS, Words
from mhat.translate.bridge import Answer, Difference, obstacles
from mhat.translate.optimizer import Optimizer, shown
from mhat.words import filled, read


def flat(entries: dict, above: str = "") -> dict[str, Words]:
    """{"key", "group key": words} of entries and groups of entries."""
    words = {}
    for key, entry in entries.items():
        words |= {above + key: Words(**entry)} if "ko" in entry else flat(entry, f"{key} ")
    return words


WORDS = flat(read(__file__, "words.toml"))
WORDS |= {f"decay {decay.name}": decay.does for decay in DECAYS.values()}


def difference_told(line: Difference, names: list[str], words: dict[str, str]) -> str:
    """One difference between two frameworks, as a sentence."""
    key = "vanish" if len(line.why) > 0 else "differs" if len(line.unless) > 0 else "never"
    zeros = [words["zero " + name] for name in (line.why if key == "vanish" else line.unless)]
    return filled(words[key], {
        "trait": words["trait " + line.trait], "here": names[0], "there": names[1],
        "one": words[line.trait + " " + line.source], "other": words[line.trait + " " + line.target],
        "why": words["or"].join(zeros)})


def explain(answer: Answer, source: Optimizer, words: dict[str, str]) -> list[str]:
    """The reasons for an answer: obstacles, changes, and differences that do not matter here.

    words  {key: sentence} in one language
    """
    if answer.target is None:
        return []
    call = answer.target.call
    names = [source.call.framework, call.framework]
    told = [difference_told(line, names, words) for line in obstacles(answer)]
    for line in answer.changes:
        parts = {"old": shown(line.before), "new": shown(line.after), "setting": call.names[line.setting]}
        told.append(filled(words["change " + line.why], parts))
    told.extend([difference_told(line, names, words) for line in answer.differences if len(line.why) > 0])
    return told if len(told) > 0 else [words["same"]]
