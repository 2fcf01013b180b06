"""All that `identify.py` knows by name: the forms, the mistakes as functions, and who computes what."""

import inspect
import linecache

import numpy as np

from mhat import forms
from mhat.mistakes import COUNT, LINES, START, exchanged
from mhat.mistakes import MISTAKES as ENTRIES
from mhat.records import ordered

RENAMED = {"t-per-tensor": ("adam", COUNT, "t = t + 3"), "float16": ("adam",)}
ONLY = {"epoch": 6, "micro": 4}


def source(name):
    """A mistake as a function of its own, its settings among the parameters."""
    rule, *lines = RENAMED.get(name, LINES[name])
    head, body = exchanged(rule, *lines).lstrip().split("):\n", 1)
    more = "".join(f", {word}={value}" for word, value in ONLY.items() if word in body)
    return head.replace(f"def {rule}", f"def {function(name)}") + f"{more}):\n{body}"


def function(name):
    return "wrong_" + name.replace("-", "_")


def made(name):
    """A mistake as a function whose source can be read, as that of any other."""
    text, file, names = source(name), f"<mistake {name}>", {"np": np, "__name__": __name__}
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)
    return names[function(name)]


def takes(rule):
    return [name for name in list(inspect.signature(rule).parameters)[3:] if name != "lr"]


def row(kind, name, rule, start, of, title, lines):
    page = forms.FORMS[of].page
    return {"kind": kind, "name": name, "rule": rule, "takes": takes(rule), "start": list(start), "rule_name": of,
            "family": page, "decays": "decay" in takes(rule), "betas": [i for i, each in enumerate(takes(rule)) if each.startswith("beta")],
            "starts": kind == "form" and page == "rmsprop", "title": list(title), "lines": lines}


def form_rows():
    """All forms but AdamW, which is Adam with a weight decay."""
    return [row("form", name, form.run, form.start, name, form.long, []) for name, form in forms.FORMS.items() if name != "adamw"]


def mistake_rows():
    rows = []
    for name, entry in ENTRIES.items():
        rule = {"tensors": "adam", "adamw": "adam"}.get(entry.rule, entry.rule)
        start = START.get(name, START[LINES[name][0]])
        rows.append(row("mistake", name, made(name), start, rule, entry.title, [list(pair) for pair in entry.lines]))
    return [each for each in rows if each["name"] != "float16"]


def used():
    """{form, weight decay, start of v: [[framework, call, address], ...]} from the records."""
    found = {}
    for record in ordered():
        for rule in record["rule"]:
            last = rule["call"].split(".")[-1]
            page = f"{rule['page']}.html#{record['id']}"
            start = rule.get("start", "v = 0")
            named = {rule["form"]: last}
            for words, form in rule.get("also", {}).items():
                named.setdefault(form, f"{last}, {words}")
            decay = rule.get("decay") and (forms.DECAYS[rule["decay"]].same or rule["decay"])
            for form, call in named.items():
                for kind in {"", decay or ""} - ({""} if rule["defaults"].get("decay") else set()):
                    found.setdefault(f"{form} {kind} {start}", []).append([record["name"], call, page])
    return found


FORMS, MISTAKES, USED = form_rows(), mistake_rows(), used()
APART = [decay for decay in forms.DECAYS.values() if not decay.same]
DECAYS = {decay.name: decay.run for decay in APART}
DECAY_WORDS = {decay.name: list(decay.long) for decay in APART}
