"""The calls of the frameworks as data: what `translate.py` chooses from.

Only frameworks that were run are here, so every call walks the path of its form. A call
has variants, a set of flags each; a variant has entries: the form that runs where the
settings in `needs` are not 0.
"""

import ast

from mhat.records import records

RECORDS = records()
FIRST = ("pytorch", "keras", "optax", "tensorflow1", "tf_keras_legacy")
NOT_PYTHON = ("tensorflow_js",)  # its arguments have no names
IN_USE = {"lr": 0.01, "beta": 0.9}  # where a framework asks for a value, and for a momentum that is 0


def flags(words: str) -> dict[str, object]:
    """`centered, x=False` as {"centered": True, "x": False}: True where no value stands. ValueError: no literal."""
    pairs = [word.strip().partition("=") for word in words.split(",") if word.strip()]
    return {name: ast.literal_eval(value) if value else True for name, _, value in pairs}


def variants(rule):
    """The forms of a call by the flags that are no settings, which are kept as they are typed."""
    ours = {theirs: name for name, theirs in rule["settings"].items()}
    off = {rule["settings"]["norm"]: "0"} if "norm" in rule["settings"] else {}
    found = [{"flags": off, "entries": [{"needs": [], "form": rule["form"]}]}]
    for words, form in rule.get("also", {}).items():
        given = flags(words)
        extra = {name: repr(value) for name, value in given.items() if name not in ours} | off
        needs = [ours[name] for name, value in given.items() if name in ours and value]
        if form == rule["form"]:
            continue
        same = [variant for variant in found if variant["flags"] == extra]
        if not same:
            found.append({"flags": extra, "entries": []})
        (same or found)[-1]["entries"].append({"needs": needs, "form": form})
    return found


def call(stem, record, rule):
    """One call, with the settings that its forms know."""
    names = {name: theirs for name, theirs in rule["settings"].items() if name != "norm"}
    return {"framework": record["name"], "stem": stem, "page": rule["page"], "call": rule["call"],
            "start": rule.get("start", "v = 0"), "float": rule["float"], "decay": rule.get("decay", "none"), "names": names,
            "defaults": {name: value for name, value in rule["defaults"].items() if name in names},
            "variants": variants(rule)}


def order(stem):
    """The frameworks that most people use, then those of the main set, then the others."""
    place = FIRST.index(stem) if stem in FIRST else len(FIRST)
    return (place, RECORDS[stem]["set"] != "main", RECORDS[stem]["name"].lower())


def opening(call: dict) -> dict[str, float]:
    """The settings with which the page opens a call: its defaults, and a momentum to speak of."""
    settings = {name: call["defaults"].get(name, IN_USE.get(name, 0)) for name in call["names"]}
    if call["page"] == "momentum" and not settings["beta"]:
        settings["beta"] = IN_USE["beta"]
    return settings


def run_calls():
    """Every call of every framework that was run."""
    stems = [stem for stem, record in RECORDS.items() if record["set"] != "read" and stem not in NOT_PYTHON]
    return [call(stem, RECORDS[stem], rule) for stem in sorted(stems, key=order) for rule in RECORDS[stem]["rule"]]


CALLS = run_calls()
MAIN = [stem for stem in dict.fromkeys(call["stem"] for call in CALLS) if RECORDS[stem]["set"] == "main"]
