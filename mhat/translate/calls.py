"""The calls of the frameworks as data, from their records.

Only frameworks that were run are here, so every call walks the path of its form.
"""

from dataclasses import dataclass

from mhat.records import flags, records

RECORDS = records()
FIRST = ("pytorch", "keras", "optax", "tensorflow1", "tf_keras_legacy")
NOT_PYTHON = ("tensorflow_js",)  # its arguments have no names
OPENING = {"lr": 0.01, "beta": 0.9}  # where a framework asks for a value, and for a momentum that is 0


@dataclass(frozen=True)
class Entry:
    """A form of a variant: the one that runs where the settings in `needs` are not 0."""

    needs: list[str]
    form: str


@dataclass(frozen=True)
class Variant:
    """A call with certain flags, the arguments that are no settings: {name: value as it is typed}."""

    flags: dict[str, str]
    entries: list[Entry]


@dataclass(frozen=True)
class Call:
    """What a framework offers.

    framework  its name, as in "PyTorch"; `stem` is the name of its record's file
    page       the kind of rule: "adam", "rmsprop", "momentum", "nadam", "adamax" or "adagrad"
    name       as one types it: "torch.optim.SGD"
    start      v before the first gradient, in the words of `mhat.forms.start_of_v`
    precision  what it computes in, in the words of the record
    decay      its weight decay, a name in `mhat.forms`, or "none"
    names      {our name of a setting: its own}; "betas[0]" is the first of a tuple
    defaults   {our name: value}; a setting that has to be given is not among them
    nonzero    our names of those at which it refuses 0, or puts something else in its place
    always     {argument: value as it is typed} of what has to be given and is no setting
    idle       {argument: value as it is typed} of flags at their default
    variants   its forms by flags, the one without flags first
    """

    framework: str
    stem: str
    page: str
    name: str
    start: str
    precision: str
    decay: str
    names: dict[str, str]
    defaults: dict[str, float]
    nonzero: list[str]
    always: dict[str, str]
    idle: dict[str, str]
    variants: list[Variant]


def literal(value: object) -> str:
    """A literal as one types it: 1e9, not 1000000000.0."""
    short = f"{value:.0e}".replace("e+0", "e") if isinstance(value, float) else ""
    return short if short and float(short) == value >= 1e6 else repr(value)


def variants(rule: dict) -> list[Variant]:
    """The forms of a rule of a record by the flags that are no settings."""
    ours = {theirs: name for name, theirs in rule["settings"].items()}
    off = {rule["settings"]["norm"]: "0"} if "norm" in rule["settings"] else {}
    by_flags = {(): Variant(off, [Entry([], rule["form"])])}
    for words, form in rule.get("also", {}).items():
        values = flags(words)
        extra = {name: literal(value) for name, value in values.items() if name not in ours}
        needs = [ours[name] for name, value in values.items() if name in ours and value]
        if form != rule["form"]:
            variant = by_flags.setdefault(tuple(sorted(extra.items())), Variant(extra | off, []))
            variant.entries.append(Entry(needs, form))
    return list(by_flags.values())


def call(stem: str, rule: dict) -> Call:
    """One rule of a record, with the settings that its forms know."""
    names = {name: theirs for name, theirs in rule["settings"].items() if name != "norm"}
    defaults = {name: value for name, value in rule["defaults"].items() if name in names}
    always, idle = ({name: literal(value) for name, value in rule.get(key, {}).items()} for key in ("always", "idle"))
    return Call(RECORDS[stem]["name"], stem, rule["page"], rule["call"], rule.get("start", "v = 0"), rule["float"],
                rule.get("decay", "none"), names, defaults, rule.get("nonzero", []), always, idle, variants(rule))


def order(stem: str) -> tuple:
    """The frameworks that most people use, then those of the main set, then the others."""
    place = FIRST.index(stem) if stem in FIRST else len(FIRST)
    return place, RECORDS[stem]["set"] != "main", RECORDS[stem]["name"].lower()


def calls_that_ran() -> list[Call]:
    """Every call of every framework that was run."""
    stems = [stem for stem, record in RECORDS.items() if record["set"] != "read" and stem not in NOT_PYTHON]
    return [call(stem, rule) for stem in sorted(stems, key=order) for rule in RECORDS[stem]["rule"]]


def opening(call: Call) -> dict[str, float]:
    """The settings to begin with: the defaults, and a momentum to speak of."""
    settings = {name: call.defaults.get(name, OPENING.get(name, 0)) for name in call.names}
    if call.page == "momentum" and not settings["beta"]:
        settings["beta"] = OPENING["beta"]
    return settings


CALLS = calls_that_ran()
MAIN = [stem for stem in dict.fromkeys(call.stem for call in CALLS) if RECORDS[stem]["set"] == "main"]
