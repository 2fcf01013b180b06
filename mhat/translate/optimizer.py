"""A call with its settings: which form it runs, and how one would type it.

Compiled to JavaScript too, see the package for what that binds to.
"""

from dataclasses import dataclass

from mhat.forms import FORMS
from mhat.translate.calls import Call, Entry, Variant


@dataclass(frozen=True)
class Optimizer:
    """A call of a framework as somebody has typed it.

    form      name of the form that it runs
    settings  {our name: value} of all settings; 0 where the call does not know one
    """

    call: Call
    variant: Variant
    form: str
    settings: dict[str, float]


def entry_of(variant: Variant, settings: dict) -> Entry:
    """The form that a variant runs with these settings: of those whose needs are met, the one with most."""
    best = variant.entries[0]
    for entry in variant.entries:
        met = [name for name in entry.needs if settings[name] != 0]
        if len(met) == len(entry.needs) and len(met) > len(best.needs):
            best = entry
    return best


def knows(call: Call, form: str, name: str) -> bool:
    """Whether a setting changes anything in a call that runs a form."""
    if name == "decay":
        return call.decay != "none"
    if name == "start":
        return name in call.names
    return name == "lr" or name in FORMS[form].settings


def set_up(call: Call, variant: Variant, settings: dict) -> Optimizer:
    """A call with its settings; what is not given or not known is 0."""
    values = {}
    for name in ["lr", "beta", "beta1", "beta2", "eps", "dampening", "decay", "start"]:
        values[name] = settings[name] if name in settings and settings[name] else 0
    form = entry_of(variant, values).form
    for name in values:
        if not knows(call, form, name):
            values[name] = 0
    return Optimizer(call, variant, form, values)


def traits(optimizer: Optimizer) -> dict[str, str]:
    """The traits of the form that it runs, and the start of v."""
    values = dict(FORMS[optimizer.form].traits)
    values["start"] = optimizer.call.start
    return values


def with_momentum(form: str) -> bool:
    """Whether a form is one of momentum, whose steps grow with the gradient."""
    return FORMS[form].page == "momentum"


# As text


def rounded(number: float, digits: int) -> float:
    """A number with so many digits."""
    return float(("{:." + str(digits - 1) + "e}").format(number))


def shown(number: float) -> str:
    """A number as one would type it."""
    if number == 0:
        return "0.0"
    mantissa, power = f"{number:.11e}".split("e")
    text = str(rounded(number, 12)) if -5 < int(power) < 9 else str(float(mantissa)) + "e" + str(int(power))
    return text.replace(".0e", "e") if "e" in text else text[:-2] if text.endswith(".0") else text


def written(optimizer: Optimizer) -> list[str]:
    """The settings to write in the call, by our names: all that matter, but what is 0 unless told otherwise."""
    call, names = optimizer.call, []
    for name in call.names:
        off = optimizer.settings[name] == 0 and call.defaults.get(name, 1) == 0
        if knows(call, optimizer.form, name) and not off:
            names.append(name)
    return names


def keywords(optimizer: Optimizer) -> dict[str, str]:
    """{argument: value} of the call, both as text; `betas[0]` and `betas[1]` make one tuple."""
    values = {}
    for name in written(optimizer):
        words, value = optimizer.call.names[name].split("["), shown(optimizer.settings[name])
        if len(words) == 1:
            values[words[0]] = value
        elif words[0] in values:
            values[words[0]] = "(" + values[words[0]] + ", " + value + ")"
        else:
            values[words[0]] = value
    values.update(optimizer.call.always)
    values.update(optimizer.variant.flags)
    return values


def code(optimizer: Optimizer) -> str:
    """The call as one would type it."""
    values = keywords(optimizer)
    return optimizer.call.name + "(" + ", ".join([name + "=" + values[name] for name in values]) + ")"
