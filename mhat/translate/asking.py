"""A call as it is typed in Python, and the answer as text."""

from typing import NamedTuple

from mhat.translate.answer import translate
from mhat.translate.bridge import Answer
from mhat.translate.calls import CALLS, Call, Variant, literal
from mhat.translate.composing import compose, composition, where
from mhat.translate.optimizer import Optimizer, code, set_up
from mhat.translate.pasted import noted, pasted
from mhat.translate.telling import WORDS, explain

HORIZONS = ("long", "first")
ENGLISH = {key: pair.en for key, pair in WORDS.items()}


class Reply(NamedTuple):
    """What `ask` gives.

    code      the call as one would type it, or None
    answer    the same with its optimizer, differences and changes
    reasons   why, in English
    parts     two parts that stand for it where its weight decay is in the way, or None: a call without decay and
              the decay beside it
    """

    code: str | None
    answer: Answer
    reasons: list[str]
    parts: str | None


def call_named(name: str) -> Call:
    """The call of a name such as "torch.optim.SGD"."""
    for call in CALLS:
        if call.name == name:
            return call
    raise ValueError(f"no call {name}; there are {', '.join(call.name for call in CALLS)}")


def variant_with(call: Call, flags: dict[str, str]) -> Variant:
    """The variant of a call with these flags."""
    for variant in call.variants:
        if variant.flags == flags:
            return variant
    raise ValueError(f"{call.name} was not run with {flags}; there are {[variant.flags for variant in call.variants]}")


def settings_from(call: Call, arguments: dict) -> dict[str, float]:
    """{our name: value} from a call's arguments, the rest by its defaults."""
    settings = dict(call.defaults)
    for name, theirs in call.names.items():
        argument, _, index = theirs.partition("[")
        if argument in arguments:
            settings[name] = arguments[argument][int(index[0])] if index else arguments[argument]
    if missing := [theirs for name, theirs in call.names.items() if name not in settings]:
        raise ValueError(f"{call.name} needs {', '.join(missing)}")
    if zeros := [call.names[name] for name in call.nonzero if settings[name] == 0]:
        raise ValueError(f"{call.name} takes no 0 as {', '.join(zeros)}")
    return settings


def typed(name: str, arguments: dict) -> Optimizer:
    """The optimizer of a call's name and keyword arguments, in the framework's own words.

    ValueError  a name that is no call, flags with which it was not run, a setting that it needs, a 0 that it refuses
    """
    call = call_named(name)
    known = {theirs.partition("[")[0] for theirs in call.names.values()}
    flags = {argument: literal(value) for argument, value in arguments.items()
             if argument not in known and literal(value) not in (call.always.get(argument), call.idle.get(argument))}
    return set_up(call, variant_with(call, flags), settings_from(call, arguments))


def asked(name: str, arguments: dict) -> tuple[Optimizer, list[str]]:
    """The optimizer of a name and arguments, or of a call as text; and what of the text was not understood."""
    if "(" not in name:
        return typed(name, arguments), []
    if arguments:
        raise ValueError(f"{name} has its arguments in it already; {', '.join(arguments)} cannot stand beside them")
    optimizer, notes = (found := pasted(name)).optimizer, noted(found.notes, ENGLISH)
    if optimizer is None:
        raise ValueError(f"no call of an optimizer that is known here in {name}")
    return optimizer, notes


def ask(name: str, stem: str, constant: bool = False, horizon: str = "long", **arguments: object) -> Reply:
    """What to call in the framework `stem`: `ask("torch.optim.SGD", "keras", lr=0.1, momentum=0.9)`.

    name        the call's name, or the whole call as text: `ask("torch.optim.SGD(params, lr=0.1)", "keras")`
    constant    whether the learning rate stays what it is
    horizon     what the closest call is chosen for: "long", training, or "first", fifty steps
    ValueError  as in `typed`, a text without a call that is known, a framework that was not run, another horizon
    """
    if stem not in (stems := {call.stem for call in CALLS}):
        raise ValueError(f"no framework {stem}; there are {', '.join(sorted(stems))}")
    if horizon not in HORIZONS:
        raise ValueError(f"no horizon {horizon}; there are {', '.join(HORIZONS)}")
    optimizer, notes = asked(name, arguments)
    answer = translate(optimizer, stem, constant, horizon)
    beside = compose(answer, optimizer, stem, constant, horizon)
    return Reply(code(answer.target) if answer.target else None, answer, notes + explain(answer, optimizer, ENGLISH),
                 in_two(beside, optimizer, constant) if beside else None)


def in_two(beside: Answer, optimizer: Optimizer, constant: bool) -> str:
    """Two parts as text, with a comment that says where the lines run."""
    said = where(beside, optimizer, constant, ENGLISH)
    return composition(beside, optimizer, constant) + (f"  # {said}" if said else "")
