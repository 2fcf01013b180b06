"""All that has a name: forms, mistakes as functions, weight decays, and who computes what.

A row is a form or a mistake as plain data, which stands in the page's script too:

    kind, name, title   "form" or "mistake", its id, what it is called
    run, takes, states  its rule, the settings that it takes after lr, its state before the first step at each coordinate
    form, page, lines   the form that it is or should be, the page of that form, lines to mend: [right, wrong]
    betas, v            places: of decay rates in takes; in the state, of a v that may start elsewhere than at 0 (none: -1)
    straight            whether a step goes with lr; only then one value tells all
"""

import inspect
import linecache
from collections.abc import Callable, Iterable

import numpy as np

from mhat import forms
from mhat.identify.feed import EPOCH, THETA
from mhat.mistakes import COUNT, LINES, START, exchanged
from mhat.mistakes import MISTAKES as ENTRIES
from mhat.records import ordered

COUNTED = {"epoch": EPOCH, "micro": 4}  # settings that only mistakes have
FORM_OF = {"tensors": "adam", "adamw": "adam"}  # the programs of mistakes that are no forms of their own here
ONE_BY_ONE = {"t-per-tensor": ("adam", COUNT, f"t = t + {len(THETA)}")}  # a mistake between coordinates, at one of them
COUNTS_BEFORE = {"t-per-tensor": range(1 - len(THETA), 1)}
DTYPES = ("float16",)  # a mistake that is found by the rounding of the numbers


def source(name: str) -> str:
    """A mistake as a function of its own, its settings among the parameters."""
    rule, *lines = ONE_BY_ONE.get(name, LINES[name])
    head, body = exchanged(rule, *lines).lstrip().split("):\n", 1)
    counted = "".join(f", {word}={value}" for word, value in COUNTED.items() if word in body)
    return head.replace(f"def {rule}", f"def {function_name(name)}") + f"{counted}):\n{body}"


def function_name(name: str) -> str:
    return "wrong_" + name.replace("-", "_")


def made(name: str) -> Callable:
    """A mistake as a function, whose source can be read as that of any other."""
    text, file, names = source(name), f"<mistake {name}>", {"np": np, "__name__": __name__}
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)
    return names[function_name(name)]


def takes(rule: Callable) -> list[str]:
    """The settings of a rule after lr."""
    return [name for name in list(inspect.signature(rule).parameters)[3:] if name != "lr"]


def is_straight(rule: Callable, state: Iterable) -> bool:
    """Whether a first step is lr times something: tried with three rates."""
    with np.errstate(all="ignore"):
        minus, none, plus = (rule(np.float64(0.5), np.float64(0.25), tuple(state), lr)[0] for lr in (-1.0, 0.0, 1.0))
    return none == 0.5 and not abs(plus + minus - 1) > 1e-12


def row(kind: str, name: str, rule: Callable, start: Iterable, form: forms.Form, title: Iterable[str], lines: list) -> dict:
    """One row; words in both languages, Korean first."""
    states = [list(start) for _ in THETA]
    for state, count in zip(states, COUNTS_BEFORE.get(name, ()), strict=False):
        state[form.keeps.index("t")] = count
    moving = kind == "form" and form.page == "rmsprop"
    return {"kind": kind, "name": name, "run": rule, "takes": takes(rule), "states": states, "form": form.name,
            "page": form.page, "betas": [k for k, word in enumerate(takes(rule)) if word.startswith("beta")],
            "v": form.keeps.index("v") if moving else -1, "straight": is_straight(rule, states[0]),
            "title": dict(zip(("ko", "en"), title, strict=True)), "lines": lines}


def form_rows() -> list[dict]:
    """All forms but AdamW, which is Adam with a weight decay."""
    return [row("form", name, form.run, form.start, form, form.long, []) for name, form in forms.FORMS.items() if name != "adamw"]


def mistake_rows() -> list[dict]:
    """All mistakes but those that are a matter of the dtype."""
    return [row("mistake", name, made(name), START.get(name, START[LINES[name][0]]), forms.FORMS[FORM_OF.get(entry.rule, entry.rule)],
                entry.title, [list(pair) for pair in entry.lines])
            for name, entry in ENTRIES.items() if name not in DTYPES]


def names_of_call(rule: dict) -> dict[str, str]:
    """{form: call} of one rule of a record, with the flags that a form takes."""
    last = rule["call"].split(".")[-1]
    named = {rule["form"]: last}
    for words, form in rule.get("also", {}).items():
        named.setdefault(form, f"{last}, {words}")
    return named


def decays_of_call(rule: dict) -> set[str]:
    """The weight decays with which a call can be used; the empty one is none."""
    decay = rule.get("decay", "")
    always = {""} if rule["defaults"].get("decay") else set()
    return {"", decay and (forms.DECAYS[decay].same or decay)} - always


def used() -> dict[str, list[list[str]]]:
    """{form, weight decay, start of v: [[framework, call, address], ...]} from the records."""
    calls = {}
    for record in ordered():
        for rule in record["rule"]:
            for form, call in names_of_call(rule).items():
                for decay in decays_of_call(rule):
                    key = " ".join([form, decay, rule.get("start", "v = 0")])
                    calls.setdefault(key, []).append([record["name"], call, f"{rule['page']}.html#{record['id']}"])
    return calls


FORMS, MISTAKES, USED = form_rows(), mistake_rows(), used()
ROWS = FORMS + MISTAKES
DECAYS = {name: {"run": decay.run, "title": decay.long._asdict()} for name, decay in forms.DECAYS.items() if not decay.same}
