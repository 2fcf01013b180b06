"""Two parts where one call cannot say it: a call without weight decay, and the decay beside it.

Compiled to JavaScript too, see the package for what that binds to.
"""

from mhat.forms import DECAYS
from mhat.translate.answer import translate
from mhat.translate.bridge import Answer, obstacles
from mhat.translate.optimizer import Optimizer, code, rounded, shown
from mhat.words import filled, read

COMPOSITIONS = read(__file__, "compositions.toml")


def bare(source: Optimizer) -> Optimizer:
    """The same optimizer without its weight decay."""
    settings = dict(source.settings)
    settings["decay"] = 0
    return Optimizer(source.call, source.variant, source.form, settings)


def compose(answer: Answer, source: Optimizer, stem: str, constant: bool = False,
            horizon: str = "long") -> Answer | None:
    """The answer for the optimizer without its weight decay, where that of `answer` stands in the way; else None.

    The decay is then put around it by `composition`. Of the kind "exact" the two parts walk the path of `source`,
    else the decay at least is the same.
    """
    if answer.target is None or len([line for line in obstacles(answer) if line.trait == "decay"]) == 0:
        return None
    return translate(bare(source), stem, constant, horizon)


def kind_of(source: Optimizer) -> str:
    """How the decay of an optimizer acts, in the words of compositions.toml."""
    decay = DECAYS[source.call.decay]
    if decay.name == "decay_l2":
        return "l2"
    return decay.timing + (" fixed" if decay.scale == "fixed" else "")


def decay_beside(composed: Answer, source: Optimizer) -> float:
    """The decay to put beside a call: what theta loses goes with the call's own lr."""
    if kind_of(source) in ["before", "after"]:
        return source.settings["decay"] * source.settings["lr"] / composed.target.settings["lr"]
    return source.settings["decay"]


def template(stem: str, kind: str, constant: bool) -> str:
    """The text of a kind of decay in a framework."""
    own = COMPOSITIONS[stem] if stem in COMPOSITIONS else COMPOSITIONS["any"]
    if constant and kind + " constant" in own:
        return own[kind + " constant"]
    return own[kind] if kind in own else COMPOSITIONS["any"][kind]


def composition(composed: Answer, source: Optimizer, constant: bool) -> str:
    """The two parts as one would type them; `composed` is what `compose` gives."""
    target, decay = composed.target, rounded(decay_beside(composed, source), 12)
    text = filled(template(target.call.stem, kind_of(source), constant), {
        "call": code(target), "decay": shown(decay), "half": shown(decay / 2),
        "lost": shown(rounded(decay * target.settings["lr"], 12))})
    return "\n".join([line.split("  # ")[0] for line in text.strip().split("\n")])


def where(composed: Answer, source: Optimizer, constant: bool, words: dict[str, str]) -> str:
    """Where the lines beside the call run, as a sentence, or nothing; `words` are {key: sentence} in one language."""
    marked = template(composed.target.call.stem, kind_of(source), constant).split("  # ")
    return words["part " + marked[1].split("\n")[0]] if len(marked) > 1 else ""
