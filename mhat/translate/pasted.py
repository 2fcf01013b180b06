"""A call as it stands in somebody's program: `optim.AdamW(model.parameters(), 3e-4, betas=(0.9, 0.95))`.

What is not understood is not guessed: it is said, and the default stands in its place.

Compiled to JavaScript too, see the package for what that binds to.
"""

from dataclasses import dataclass

from mhat.translate.calls import CALLS, OPENING, Call, Variant
from mhat.translate.optimizer import Optimizer, set_up, shown
from mhat.words import filled, read

SIGNATURES = read(__file__, "signatures.toml")
ALIASES = [  # the beginning of a name, and what it stands for
    ["tf.keras.optimizers.legacy.", "tf_keras.optimizers.legacy."], ["tf.keras.", "keras."],
    ["tensorflow.keras.", "keras."], ["tf.train.", "tf.compat.v1.train."], ["tf.optimizers.", "keras.optimizers."],
    ["bnb.", "bitsandbytes."], ["mx.optimizer.", "mxnet.optimizer."], ["optim.", "torch.optim."],
    ["optim.", "mlx.optimizers."],
]
SHORT = ["optim", "opt", "optimizer", "optimizers", "nn"]  # modules under whose name several frameworks are imported
LAST = [call.name.split(".")[call.name.count(".")] for call in CALLS]
IDLE = ["foreach", "fused", "capturable", "differentiable", "name", "use_locking", "mu_dtype", "accumulator_dtype",
        "parameters", "params", "callback", "num_iters", "lr_schedule"]  # arguments that the path does not know


@dataclass(frozen=True)
class Note:
    """What of a call is not taken as it stands: `kind` is the sentence of words.toml, the others fill it in."""

    kind: str
    name: str
    value: str


@dataclass
class Pasted:
    """What a text says.

    optimizer  the call with its settings, or None where there is none that we know
    notes      what was not understood
    """

    optimizer: Optimizer | None
    notes: list[Note]


# The text


def in_name(c: str) -> bool:
    """Whether a dotted name may hold this character."""
    return c.lower() != c.upper() or c in "0123456789_."


def after(text: str, i: int) -> int:
    """The place of the bracket that closes the one at i, or the end; what is quoted does not count."""
    depth, quote = 0, ""
    while i < len(text):
        c = text[i]
        if quote != "":
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                return i
        i += 1
    return i


def pieces(text: str) -> list[str]:
    """What stands between the commas of a text that are in no bracket and no quote."""
    found, begin, i = [], 0, 0
    while i < len(text):
        c = text[i]
        if c in "([{":
            i = after(text, i)
        elif c in "'\"":
            end = text.find(c, i + 1)
            i = end if end > i else len(text)
        elif c == ",":
            found.append(text[begin:i].strip())
            begin = i + 1
        i += 1
    return [part for part in found + [text[begin:].strip()] if part != ""]


def without_comments(text: str) -> str:
    """The text without what follows a # in a line, in one line."""
    return " ".join([line.split("#")[0].replace("\\", " ").strip() for line in text.splitlines()])


def number(text: str) -> float | None:
    """A number as Python writes it, or None; `None` and `False` are 0."""
    text = text.replace("_", "").lower()
    if text in ["none", "false"]:
        return 0.0
    parts = (text[1:] if text[:1] in ["-", "+"] else text).split("e")
    power = parts[1] if len(parts) == 2 else "0"
    power = power[1:] if power[:1] in ["-", "+"] else power
    if len(parts) > 2 or not power.isdigit() or not parts[0].replace(".", "", 1).isdigit():
        return None
    return float(text)


# The call


def argument_names(call: Call) -> list[str]:
    """The names of all arguments of a call that we know."""
    names = [call.names[name].split("[")[0] for name in call.names]
    for variant in call.variants:
        names = names + list(variant.flags)
    return names


def last_word(name: str) -> str:
    """What stands behind the last point of a name."""
    return name[name.rfind(".") + 1:]


def likeness(call: Call, name: str, keys: list[str]) -> int:
    """How well a name and the keywords behind it fit a call; 0: not at all."""
    full = [alias[1] + name[len(alias[0]):] for alias in ALIASES if name.startswith(alias[0])]
    parts, known = name.split("."), len([key for key in keys if key in argument_names(call)])
    if call.name == name:
        return 1000
    if call.name in full:
        return 20 + 30 * known
    if call.name.endswith("." + name):
        return 18 + 30 * known
    return 10 + 30 * known if len(parts) == 2 and parts[0] in SHORT and call.name.endswith("." + parts[1]) else 0


def best_call(name: str, keys: list[str]) -> Call | None:
    """The call that a name means, the first of those that fit best."""
    best, most = None, 0
    for call in CALLS:
        fit = likeness(call, name, keys)
        if fit > most:
            best, most = call, fit
    return best


def keyword(piece: str) -> str:
    """The name before the = of an argument; "" for one without a name."""
    name = piece.split("=")[0].strip()
    plain = "=" in piece and "==" not in piece and name != "" and len([c for c in name if not in_name(c)]) == 0
    return name if plain else ""


def named(call: Call, parts: list[str], notes: list[Note]) -> dict[str, str]:
    """{argument: value} of a call, both as text; what stands in no known place is noted."""
    order, values = SIGNATURES.get(call.name, []), {}
    for i in range(len(parts)):
        key = keyword(parts[i])
        if key != "":
            values[key] = parts[i][parts[i].find("=") + 1:].strip()
        elif i < len(order) and order[i] == "*":
            if parts[i].startswith("[{"):
                notes.append(Note("groups", "", ""))
        elif i < len(order):
            values[order[i]] = parts[i]
        elif i > 0 or number(parts[i]) is not None:
            notes.append(Note("place", call.name, parts[i]))
    return values


def items_of(text: str, name: str) -> list[float]:
    """The numbers of an argument that is `name`, "betas[0]" being of two; none where one of them is not understood."""
    parts = [text]
    if "[" in name:
        parts = pieces(text[1:-1]) if text[:1] in ["(", "["] else []
    items = [number(part) for part in parts]
    enough = len(items) == (2 if "[" in name else 1)
    return items if enough and len([x for x in items if x is None]) == 0 else []


def settings_of(call: Call, values: dict[str, str], notes: list[Note]) -> dict[str, float]:
    """{our name: value}: what is given, else the default, else what the page opens with."""
    settings = {}
    for name in call.names:
        words = call.names[name].split("[")
        settings[name] = call.defaults[name] if name in call.defaults else OPENING.get(name, 0)
        if words[0] in values:
            items = items_of(values[words[0]], call.names[name])
            x = items[int(words[1][:1]) if len(words) == 2 else 0] if len(items) > 0 else -1
            if valid(name, x) and (x != 0 or name not in call.nonzero):
                settings[name] = x
            else:
                given = words[0] + "=" + values[words[0]]
                text = given if len(words) == 1 else given + ", " + call.names[name]
                notes.append(Note("value", text, shown(settings[name])))
        elif name not in call.defaults:
            notes.append(Note("missing", call.names[name], shown(settings[name])))
    return settings


def valid(name: str, x: float) -> bool:
    """Whether a setting may have this value."""
    if name == "lr":
        return x > 0
    return x >= 0 and (x < 1 or not name.startswith("beta"))


def is_value(text: str, value: str) -> bool:
    """Whether a text means a value that a record has: the same text, or the same number, as 1 is 1.0."""
    return text == value or number(value) is not None and number(value) != 0 and number(text) == number(value)


def flags_of(call: Call, values: dict[str, str], notes: list[Note]) -> Variant:
    """The variant of a call that its flags mean; flags with which it was not run are noted."""
    known, wanted = argument_names(call), {}
    for key in values:
        text = values[key].replace('"', "'")
        ons = [each.flags[key] for each in call.variants if key in each.flags and is_value(text, each.flags[key])]
        flag = len([each for each in call.variants if key in each.flags]) > 0
        if key in call.always and call.always[key] == text or key in call.idle and is_value(text, call.idle[key]):
            continue
        if len(ons) > 0:
            wanted[key] = ons[0]
        elif flag and text not in ["True", "False", "None"] or key not in known and (
                key in call.idle or not idle(key, text)):
            notes.append(Note("argument", key, values[key]))
    for variant in call.variants:
        needed = [key for key in variant.flags if key not in call.variants[0].flags]
        if len(needed) == len([key for key in wanted if key not in call.variants[0].flags]) and len(
                [key for key in needed if key in wanted and wanted[key] == variant.flags[key]]) == len(needed):
            return variant
    notes.append(Note("flags", call.name, ", ".join([key + "=" + wanted[key] for key in wanted])))
    return call.variants[0]


def idle(key: str, text: str) -> bool:
    """Whether an argument that we do not know leaves the path as it is."""
    return key in IDLE or number(text) == 0


def pasted(text: str) -> Pasted:
    """The first call of a text that is one of ours, with its settings, and what of it was not understood."""
    text, notes = without_comments(text), []
    for i in range(len(text)):
        begin = i
        while text[i] == "(" and begin > 0 and in_name(text[begin - 1]):
            begin -= 1
        if begin < i and last_word(text[begin:i]) in LAST:
            end = after(text, i)
            parts = pieces(text[i + 1:end])
            call = best_call(text[begin:i], [keyword(part) for part in parts])
            if call is not None:
                if end == len(text):
                    notes.append(Note("cut", "", ""))
                return Pasted(taken(call, text[begin:i], parts, notes), notes)
        elif text[begin:i].startswith("optax."):
            notes.append(Note("around", text[begin:i], ""))
    return Pasted(None, [Note("none", "", "")])


def taken(call: Call, name: str, parts: list[str], notes: list[Note]) -> Optimizer:
    """A call with what stands in its brackets."""
    if call.name != name:
        notes.append(Note("as", name, call.name))
    values = named(call, parts, notes)
    variant = flags_of(call, values, notes)
    settings = settings_of(call, values, notes)
    optimizer = set_up(call, variant, settings)
    for ours in call.names:
        if call.names[ours].split("[")[0] in values and settings[ours] != 0 and optimizer.settings[ours] == 0:
            notes.append(Note("unknown", call.names[ours], shown(settings[ours])))
    return optimizer


def noted(notes: list[Note], words: dict[str, str]) -> list[str]:
    """What was not understood, in sentences."""
    return [filled(words["pasted " + note.kind], {"name": note.name, "value": note.value}) for note in notes]
