"""Test vectors for whole programs: several arrays, gradients left out, groups, narrow dtypes, inputs to refuse.

What a step computes is tested by `vectors.py`; here it is what stands around it. The words are in `whole.toml`. A
change of any number here is a new VERSION of the vectors.
"""

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from mhat import words
from mhat.forms import FORMS, Words
from mhat.problems import noise
from mhat.walks import dressed
from mhat.words import filled

WORDS = words.read(__file__)
STEPS = {"adam": dressed(FORMS["adam"]), "decay_before": dressed(FORMS["adam"], "decay_before"),
         "momentum": dressed(FORMS["momentum"]), "rmsprop": dressed(FORMS["rmsprop"])}
TAKES = {"adam": ("beta1", "beta2", "eps"), "decay_before": ("beta1", "beta2", "eps", "decay"),
         "momentum": ("beta",), "rmsprop": ("beta2", "eps")}
USUAL = {"lr": 0.03, "beta": 0.8, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3, "decay": 0.1}
SECOND = {"lr": 0.005, "beta": 0.5, "beta1": 0.6, "beta2": 0.9, "eps": 0.1, "decay": 0.0}  # of another group
NARROW = {"lr": 0.0625, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
GONE = {(0, 1), (3, 1), (4, 1), (4, 0), (7, 1)}  # (step, array) without a gradient


class Array(NamedTuple):
    """One array of a case: its settings with lr, theta, a gradient for each step or None, its dtype."""

    settings: dict[str, float]
    theta: np.ndarray
    gradients: list
    dtype: str = "float64"


class Case(NamedTuple):
    """One case: what a program is given, and whether it has to take it (valid, invalid, acceptable)."""

    form: str
    name: str
    arrays: tuple[Array, ...]
    result: str = "valid"

    @property
    def id(self) -> str:
        return f"{self.form}/{self.name}"

    @property
    def about(self) -> Words:
        """What it is for."""
        kind = next(kind for kind in (self.name, self.name.split("-")[0]) if kind in WORDS["about"])
        both = WORDS["about"][kind]
        return Words(*(filled(both[code], {"name": self.name.partition("-")[2]}) for code in ("ko", "en")))


def given(form: str, values: dict[str, float]) -> dict[str, float]:
    """lr and the settings that a form takes."""
    return {"lr": values["lr"]} | {name: values[name] for name in TAKES[form]}


def pair(form: str, second: dict[str, float], gone: set) -> tuple[Array, ...]:
    """Two arrays of three and two numbers, with their settings."""
    sizes, own = (3, 2), (given(form, USUAL), given(form, second))
    streams = [(noise(9, size, seed=20 + k) + 0.5).round(3) for k, size in enumerate(sizes)]
    return tuple(Array(own[k], np.arange(sizes[k]) - 0.5, [None if (t, k) in gone else g for t, g in enumerate(stream)])
                 for k, stream in enumerate(streams))


def narrow(form: str, dtype: str) -> tuple[Array, ...]:
    """Gradients whose squares a narrow dtype does not hold: 300, 1e-4; and none at all."""
    stream = np.array([[300.0, 2.0**-13, 0, 1.5], [200, 2.0**-13, 0, -0.5], [300, -(2.0**-12), 0, 1]] * 2)
    settings = {name: value for name, value in NARROW.items() if name in ("lr", *TAKES[form])}
    return (Array(settings, np.array([0.5, -0.5, 1.5, 2]), list(stream), dtype),)


REFUSED = {  # name: (setting, value, result) of inputs; a dash in the name stands before what it is about
    "lr-nan": ("lr", np.nan, "invalid"), "lr-infinite": ("lr", np.inf, "invalid"),
    "lr-negative": ("lr", -0.03, "invalid"), "lr-zero": ("lr", 0.0, "acceptable"), "lr-tiny": ("lr", 1e-300, "valid"),
    "beta-one": ("beta", 1.0, "invalid"), "beta-above": ("beta", 1.5, "invalid"),
    "beta-nan": ("beta", np.nan, "invalid"), "beta-negative": ("beta", -0.1, "invalid"),
    "beta-zero": ("beta", 0.0, "valid"),
    "eps-nan": ("eps", np.nan, "invalid"), "eps-negative": ("eps", -1e-8, "invalid"),
    "eps-zero": ("eps", 0.0, "acceptable"), "decay-nan": ("decay", np.nan, "invalid"),
    "decay-negative": ("decay", -0.1, "acceptable"), "decay-zero": ("decay", 0.0, "valid"),
}
BAD = {"nan": (np.nan, "acceptable"), "infinite": (np.inf, "acceptable"), "zero": (0.0, "valid")}


def refusals(form: str) -> Iterator[Case]:
    """What a program may be given that it has to refuse, or to take."""
    own, theta = given(form, USUAL), np.array([0.5, -0.5])
    for name, (setting, value, result) in REFUSED.items():
        for key in [key for key in own if key.startswith(setting)]:
            one = Array(own | {key: value}, theta, [np.ones(2)] * 2)
            known = "acceptable" if (key, value) == ("beta", 1) else result  # of momentum: no friction
            yield Case(form, f"input-{name.replace('beta', key)}", (one,), known)
    for name, (value, result) in BAD.items():
        yield Case(form, f"input-gradient-{name}", (Array(own, theta, [np.ones(2), np.array([1.0, value])]),), result)
    for name, size in {"longer": 3, "shorter": 1}.items():
        yield Case(form, f"input-gradient-{name}", (Array(own, theta, [np.ones(size)] * 2),), "invalid")


def cases() -> list[Case]:
    """All of them."""
    found = []
    for form in STEPS:
        found += [Case(form, "left-out", pair(form, USUAL, GONE)), Case(form, "groups", pair(form, SECOND, set())),
                  Case(form, "both", pair(form, SECOND, GONE))]
        if "decay" not in TAKES[form] and "eps" in TAKES[form]:
            found += [Case(form, dtype, narrow(form, dtype)) for dtype in ("float16", "bfloat16")]
        found += refusals(form)
    return found


# What is right


def bfloat16(x: np.ndarray) -> np.ndarray:
    """The nearest numbers of bfloat16, ties to even, by the bits of float32."""
    bits = np.asarray(x, np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32).astype(float)


ROUND = {"float64": lambda x: x, "float16": lambda x: x.astype(np.float16).astype(float), "bfloat16": bfloat16}
UNIT = {"float64": 2.0**-52, "float16": 2.0**-10, "bfloat16": 2.0**-7}


def fresh(form: str, theta: np.ndarray) -> tuple:
    """The state of an array before its first step."""
    start = FORMS["adam" if form == "decay_before" else form].start
    return tuple(0 if isinstance(x, int) else np.zeros_like(theta) for x in start)


def walked(case: Case, shared: bool = False) -> list[list[np.ndarray]]:
    """Each array after each step: one without a gradient is left alone, with its state and its weight decay.

    shared  t counts the steps of the program, not those in which an array had a gradient
    """
    paths = []
    for one in case.arrays:
        own, lr = {name: x for name, x in one.settings.items() if name != "lr"}, one.settings["lr"]
        theta, state, path = one.theta, fresh(case.form, one.theta), []
        for t, g in enumerate(one.gradients):
            if g is not None:
                state = state[:-1] + (t,) if shared and isinstance(state[-1], int) else state
                theta, state = STEPS[case.form](theta, g, state, lr, **own)
                theta = ROUND[one.dtype](theta)
            path.append(theta)
        paths.append(path)
    return paths


def answers(case: Case) -> list[list[list[np.ndarray]]]:
    """The paths that are right, none for inputs that are not valid: t of each array its own, or one for all."""
    if case.result != "valid":
        return []
    own, shared = walked(case), walked(case, shared=True)
    return [own] if same(own, shared) else [own, shared]


def same(one: list, other: list) -> bool:
    """Whether two walks are the same numbers."""
    return all(np.array_equal(a, b) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True))


def tolerance(case: Case, at: int) -> float:
    """How far an array may be off: 64 roundings of float64, or one for each step of a narrow dtype."""
    one, path = case.arrays[at], np.array(walked(case)[at])
    roundings = 64 if one.dtype == "float64" else len(path) + 1
    return float(f"{roundings * UNIT[one.dtype] * max(1.0, np.abs(path).max()):.0e}")


# What is wrong


def zeros_for_none(case: Case) -> list:
    """A gradient that is left out is taken for zeros."""
    return walked(case._replace(arrays=tuple(one._replace(gradients=[
        np.zeros_like(one.theta) if g is None else g for g in one.gradients]) for one in case.arrays)))


def t_raised_by_each(case: Case) -> list:
    """One count for all, raised by every array that has a gradient."""
    count, thetas, paths = 0, [one.theta for one in case.arrays], [[] for _ in case.arrays]
    states = [fresh(case.form, theta) for theta in thetas]
    for t in range(len(case.arrays[0].gradients)):
        for k, one in enumerate(case.arrays):
            own, g = dict(one.settings), one.gradients[t]
            lr = own.pop("lr")
            if g is not None:
                state = states[k][:-1] + (count,) if isinstance(states[k][-1], int) else states[k]
                count += 1
                thetas[k], states[k] = STEPS[case.form](thetas[k], g, state, lr, **own)
                thetas[k] = ROUND[one.dtype](thetas[k])
            paths[k].append(thetas[k])
    return paths


def first_group_for_all(case: Case) -> list:
    """The settings of the first group are used for all."""
    return walked(case._replace(arrays=tuple(one._replace(settings=case.arrays[0].settings) for one in case.arrays)))


def lr_of_the_first_group(case: Case) -> list:
    """The learning rate of the first group is used for all."""
    first = case.arrays[0].settings["lr"]
    arrays = tuple(one._replace(settings=one.settings | {"lr": first}) for one in case.arrays)
    return walked(case._replace(arrays=arrays))


def decayed_though_left_out(case: Case) -> list:
    """The weight decay is applied where there is no gradient."""
    paths = []
    for one in case.arrays:
        own, theta, state, path = dict(one.settings), one.theta, fresh(case.form, one.theta), []
        lr = own.pop("lr")
        for g in one.gradients:
            theta, state = (theta * (1 - lr * own.get("decay", 0)), state) if g is None else STEPS[case.form](
                theta, g, state, lr, **own)
            path.append(ROUND[one.dtype](theta))
        paths.append(path)
    return paths


def state_in_its_dtype(case: Case) -> list:
    """The state and the settings are kept in the dtype of the parameters, as squares are."""
    paths = []
    for one in case.arrays:
        held, (state, theta, path) = ROUND[one.dtype], (fresh(case.form, one.theta), one.theta, [])
        own = {name: float(held(np.array(x))) for name, x in one.settings.items()}
        lr = own.pop("lr")
        for g in one.gradients:
            if g is not None:
                theta, state = STEPS[case.form](theta, g, state, lr, **own)
                theta, state = held(theta), tuple(x if isinstance(x, int) else held(x) for x in state)
            path.append(theta)
        paths.append(path)
    return paths


TAKEN = ("setting-taken", "gradient-taken")  # the faults of a program that does not refuse
FAULTS: dict[str, Callable] = {name: globals()[name.replace("-", "_")] for name in WORDS["fault"] if name not in TAKEN}


def flags(case: Case) -> list[str]:
    """The faults that a case catches."""
    if case.result == "invalid":
        return [TAKEN["gradient" in case.name]]
    right = answers(case)
    with np.errstate(all="ignore"):
        mine = {name: wrong(case) for name, wrong in FAULTS.items() if right}
    return [name for name, path in mine.items() if not any(near(path, each, case) for each in right)]


def near(mine: list, right: list, case: Case) -> bool:
    """Whether all arrays are within their tolerances after all steps."""
    return all((np.abs(np.array(x) - np.array(y)) <= tolerance(case, k)).all()
               for k, (x, y) in enumerate(zip(mine, right, strict=True)))


# Files


def plain(x: float) -> float | str:
    """A number as JSON has it; what JSON has no number for, as text."""
    return float(x) if np.isfinite(x) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(float(x))]


def listed(x: np.ndarray | None) -> list | None:
    """An array as JSON has it."""
    return None if x is None else [plain(each) for each in x]


def as_data(case: Case) -> dict:
    """A case as JSON has it."""
    right = answers(case)
    arrays = [{"dtype": one.dtype, "settings": {name: plain(x) for name, x in one.settings.items()},
               "theta": listed(one.theta), "gradients": [listed(g) for g in one.gradients],
               "paths": [[listed(x) for x in path[k]] for path in right],
               "tolerance": tolerance(case, k) if right else 1.0} for k, one in enumerate(case.arrays)]
    return {"id": case.id, "form": case.form, "result": case.result, "about": case.about._asdict(),
            "flags": flags(case), "arrays": arrays}


def note(flag: str) -> dict:
    """What a flag means."""
    own = WORDS["fault"][flag]
    return {"bug": own["title"], "effect": own["effect"], "link": "reference/vectors.html#whole"}


def schema(version: str, licence: str) -> dict:
    """What the file is."""
    number, text = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}, {"type": "string"}
    row_of = lambda items, least=1: {"type": "array", "items": items, "minItems": least}
    exactly = lambda fields: {"type": "object", "properties": fields, "required": [*fields],
                              "additionalProperties": False}
    both = exactly({"ko": text, "en": text})
    array = exactly({
        "dtype": {"enum": [*ROUND]}, "settings": {"type": "object", "additionalProperties": number},
        "theta": row_of(number), "gradients": row_of({"anyOf": [row_of(number), {"type": "null"}]}),
        "paths": row_of(row_of(row_of(number)), 0), "tolerance": {"type": "number", "exclusiveMinimum": 0}})
    case = exactly({
        "id": {"type": "string", "pattern": "^[a-z_]+/[a-z0-9-]+$"}, "form": {"enum": [*STEPS]},
        "result": {"enum": ["valid", "invalid", "acceptable"]}, "about": both,
        "flags": row_of({"enum": [*WORDS["fault"]]}, 0), "arrays": row_of(array)})
    notes = {"type": "object", "additionalProperties": exactly({"bug": both, "effect": both, "link": text})}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Moments test vectors of whole programs", "$comment": f"Version {version}, {licence}", **exactly({
                "$schema": text, "name": {"const": "whole"}, "version": text, "licence": {"const": licence},
                "count": {"type": "integer", "minimum": 1}, "notes": notes, "cases": row_of(case)})}


def published(version: str, licence: str) -> dict[str, str]:
    """Name and text of every file."""
    return {"whole.json": as_json(version, licence), "whole.txt": as_text(version, licence),
            "whole.schema.json": json.dumps(schema(version, licence)) + "\n"}


def as_json(version: str, licence: str) -> str:
    """The file, a case a line."""
    all_of = [as_data(case) for case in cases()]
    head = {"$schema": "whole.schema.json", "name": "whole", "version": version, "licence": licence,
            "count": len(all_of), "notes": {flag: note(flag) for flag in WORDS["fault"]}}
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in all_of)
    return json.dumps(head, ensure_ascii=False)[:-1] + f', "cases": [\n{lines}\n]}}\n'


def as_text(version: str, licence: str) -> str:
    """The same for programs without JSON: see the page."""
    lines = ["name whole", f"version {version}", f"licence {licence}", f"count {len(cases())}"]
    for one in map(as_data, cases()):
        lines += [f"case {one['id'].replace('/', ' ')} {one['result']} {len(one['arrays'])}",
                  " ".join(["flags", *one["flags"]])]
        for k, array in enumerate(one["arrays"]):
            lines += [f"set {k} {name} {x}" for name, x in array["settings"].items()]
            lines += [f"theta {k} {array['tolerance']!r} {row(array['theta'])}"]
        for t in range(len(one["arrays"][0]["gradients"])):
            for k, array in enumerate(one["arrays"]):
                lines += [f"step {k} {row(array['gradients'][t] or [])}"]
            lines += [f"path {k} {p} {row(path[t])}" for k, array in enumerate(one["arrays"])
                      for p, path in enumerate(array["paths"])]
    return "\n".join([*lines, "end"]) + "\n"


def row(numbers: list) -> str:
    """How many, then each."""
    return " ".join([str(len(numbers)), *map(str, numbers)])
