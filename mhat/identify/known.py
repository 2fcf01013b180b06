"""All that has a name: forms, mistakes as functions, weight decays, and who computes what."""

import inspect
import linecache
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from mhat import forms
from mhat.forms import Form
from mhat.identify.feed import EPOCH, THETA
from mhat.mistakes import COUNT, LINES, START, exchanged
from mhat.mistakes import MISTAKES as ENTRIES
from mhat.records import ordered

COUNTED = {"epoch": EPOCH, "micro": 4}  # settings that only mistakes have
FORM_OF = {"tensors": "adam", "adamw": "adam"}  # the programs of mistakes that are no forms of their own here
AT_ONE = {"t-per-tensor": ("adam", COUNT, f"t = t + {len(THETA)}")}  # a mistake between coordinates, at one of them
COUNTS_BEFORE = {"t-per-tensor": list(range(1 - len(THETA), 1))}
NOT_HERE = ("float16", "t-stops")  # one is found by its rounding, one shows after 256 steps


@dataclass(frozen=True, eq=False)
class Row:
    """A form or a mistake, as plain data that a page has too.

    kind, name, title  "form" or "mistake", its id, what it is called in both languages
    run, takes         its rule, the settings that it takes after lr
    states             its state before the first step, at each coordinate
    form, page, lines  the form that it is or should be, the page of that form, lines to mend: [right, wrong]
    published          [name, address] of a mistake that somebody proposed as a rule of its own, or []
    betas, v           places: of decay rates in takes; in the state, of a v that may start elsewhere than at 0, or -1
    straight           whether a step goes with lr: only then one value of it tells all
    """

    kind: str
    name: str
    title: dict[str, str]
    run: Callable
    takes: list[str]
    states: list[list[float]]
    form: str
    page: str
    lines: list[list[str]]
    published: list[str]
    betas: list[int]
    v: int
    straight: bool


@dataclass(frozen=True, eq=False)
class Candidate:
    """A row with a weight decay around it, or "", a start of v, and settings by name."""

    row: Row
    decay: str
    start: str
    settings: dict[str, float]


def source(name: str) -> str:
    """A mistake as a function of its own, its settings among the parameters."""
    rule, *lines = AT_ONE.get(name, LINES[name])
    head, body = exchanged(rule, *lines).lstrip().split("):\n", 1)
    counted = "".join(f", {word}={value}" for word, value in COUNTED.items() if word in body)
    return head.replace(f"def {rule}", f"def {function_name(name)}") + f"{counted}):\n{body}"


def function_name(name: str) -> str:
    """What a mistake is called as a function: `wrong_power_missing` of "power-missing"."""
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


def row(kind: str, name: str, rule: Callable, start: Iterable, form: Form, title: Iterable[str], lines: list,
        published: Iterable[str] = ()) -> Row:
    """One row; its title is Korean, then English."""
    states, names = [list(start) for _ in THETA], takes(rule)
    for state, count in zip(states, COUNTS_BEFORE.get(name, ()), strict=False):
        state[form.keeps.index("t")] = count
    betas = [k for k, word in enumerate(names) if word.startswith("beta")]
    v = form.keeps.index("v") if kind == "form" and form.page == "rmsprop" else -1
    both = dict(zip(("ko", "en"), title, strict=True))
    straight = is_straight(rule, states[0])
    return Row(kind, name, both, rule, names, states, form.name, form.page, lines,
               list(published), betas, v, straight)


def form_rows() -> list[Row]:
    """All forms but AdamW, which is Adam with a weight decay, and the variants that are relatives."""
    apart = [form for form in forms.FORMS.values() if form.name != "adamw" and not form.is_variant]
    return [row("form", form.name, form.run, form.start, form, form.long, []) for form in apart]


def mistake_rows() -> list[Row]:
    """All mistakes but those that a short list cannot show."""
    rows = []
    for name, entry in ENTRIES.items():
        if name not in NOT_HERE:
            form, start = forms.FORMS[FORM_OF.get(entry.rule, entry.rule)], START.get(name, START[entry.rule])
            lines = [list(pair) for pair in entry.lines]
            rows.append(row("mistake", name, made(name), start, form, entry.title, lines, entry.published))
    return rows


def names_of_call(rule: dict) -> dict[str, str]:
    """{form: call} of one rule of a record, with the flags that a form takes."""
    last = rule["call"].split(".")[-1]
    named = {rule["form"]: last}
    for words, form in rule.get("also", {}).items():
        named.setdefault(form, f"{last}, {words}")
    return named


def decays_of_call(rule: dict) -> list[str]:
    """The weight decays with which a call can be used; "" is none."""
    decay = rule.get("decay", "")
    without = [] if rule["defaults"].get("decay") else [""]
    return without + ([forms.DECAYS[decay].same or decay] if decay else [])


def used() -> dict[str, list[list[str]]]:
    """{form, weight decay, start of v: [[framework, call, address], ...]} from the records."""
    calls = {}
    for record in ordered():
        for rule in record["rule"]:
            folder = "conventions" if rule["page"] in forms.PAGES else "reference"
            address = f"{folder}/{rule['page']}.html#{record['id']}"
            for form, call in names_of_call(rule).items():
                for decay in decays_of_call(rule):
                    key = " ".join([form, decay, rule.get("start", "v = 0")])
                    calls.setdefault(key, []).append([record["name"], call, address])
    return calls


FORMS, MISTAKES, USED = form_rows(), mistake_rows(), used()
ROWS = FORMS + MISTAKES
APART = [decay for decay in forms.DECAYS.values() if not decay.same]
DECAYS = {decay.name: {"run": decay.run, "title": decay.long._asdict()} for decay in APART}
