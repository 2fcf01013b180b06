"""Test vectors: the paths of every rule and form on small, hard problems.

The build writes them as JSON and as plain text; the page reference/vectors says how
to read them. A change of any number here is a new VERSION and a line in CHANGES.
"""

import inspect
import json
import re
from functools import cache, partial

from mhat import forms, rules
from mhat.rules import np

VERSION = "1.0.0"
CHANGES = {"1.0.0": "First version."}
STARTS = rules.START | forms.START
DECAYS = {
    "decay_l2": forms.decay_l2, "decay_before": forms.decay_before,
    "decay_after": forms.decay_after, "decay_absolute": forms.decay_absolute,
}
FILES = {
    "gradient-descent": (rules.gradient_descent,),
    "momentum": (
        rules.momentum, forms.momentum_inside, forms.momentum_average, forms.momentum_average_inside,
        forms.momentum_dampened, forms.momentum_dampened_at_once, rules.nesterov, forms.nesterov_inside,
    ),
    "adagrad": (rules.adagrad,),
    "rmsprop": (
        rules.rmsprop, forms.rmsprop_eps_inside, forms.rmsprop_corrected, forms.rmsprop_corrected_inside,
        forms.rmsprop_centered, forms.rmsprop_centered_inside, forms.rmsprop_momentum_outside,
        forms.rmsprop_momentum_inside, forms.rmsprop_momentum_eps_inside, forms.rmsprop_momentum_lr_inside,
        forms.rmsprop_nesterov_inside, forms.rmsprop_centered_momentum_outside,
        forms.rmsprop_centered_momentum_inside,
    ),
    "adam": (rules.adam, forms.adam_eps_hat, forms.adam_uncorrected),
    "adamw": tuple(DECAYS),
    "amsgrad": (
        rules.amsgrad, forms.amsgrad_eps_hat, forms.amsgrad_corrected, forms.amsgrad_v_uncorrected,
        forms.amsgrad_uncorrected,
    ),
    "nadam": (rules.nadam,),
    "adamax": (rules.adamax,),
}
SETTINGS = {  # for float32, numbers that it holds exactly, and 1 minus them too
    "float64": {"beta": 0.8, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3, "decay": 0.1, "dampening": 0.4},
    "float32": {"beta": 0.75, "beta1": 0.875, "beta2": 0.96875, "eps": 2**-10, "decay": 0.125, "dampening": 0.375},
}
COMMON = {"beta": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0.01, "dampening": 0.1}
RATE = {"float64": 0.03, "float32": 2**-5}


def noise(steps, *shape, seed=0):
    """Gradients of three decimals, which are short to print."""
    return np.random.default_rng(seed).integers(-2000, 2001, (steps, *shape)) / 1000


def spiked(gs, at, factor):
    gs = gs.copy()
    gs[at] *= factor
    return gs


def turned(steps):
    return np.where(np.arange(steps) < steps // 2, 1.0, -1.0)


PROBLEMS = {  # name: gradients, and what the case is for
    "first": (noise(1, 3) + [10, -3, 1e-3], ("첫 스텝 하나", "one step: how the averages begin")),
    "constant": (np.full(12, 10.0), ("늘 같은 기울기", "the same gradient twelve times")),
    "zeros": (np.r_[np.zeros(3), 1.0, np.zeros(6)], ("0으로 시작해 한 번만 1", "zeros, a single 1, zeros: 0/0 and what moves on")),
    "tiny": (1e-3 * noise(10, 3, seed=1) * [1, 1e-2, 1e-6], ("ε만 한 기울기와 더 작은 기울기", "gradients about eps and far below it")),
    "huge": (1e12 * noise(8, 2, seed=2), ("아주 큰 기울기", "huge gradients")),
    "spike": (spiked(noise(16, 3, seed=3), 8, 1000), ("가운데의 한 기울기만 천 배", "one gradient a thousand times as large")),
    "turn": (turned(20), ("가운데에서 부호가 바뀜", "the sign turns in the middle")),
    "drop": (noise(14, 3, seed=4) + 1, ("7스텝 뒤에 학습률을 낮춤", "the learning rate falls after seven steps")),
    "dead": (noise(12, 4, seed=5) * [1, 0, 1, 1], ("늘 0인 좌표 하나", "a coordinate without gradients")),
    "matrix": (noise(10, 2, 3, seed=6), ("2 × 3 행렬", "a matrix of 2 by 3")),
    "restart": (noise(10, 3, seed=7), ("저장한 상태에서 이어 감", "from a saved state in the middle of a run")),
    "common": (noise(20, 3, seed=8) * [1, 100, 0.01], ("흔한 기본값으로 20스텝", "twenty steps with the usual defaults")),
    "long": (noise(50, 3, seed=9) * [1, 1e-6, 100] + [0.5, 0, 0], ("눈금이 다른 좌표로 50스텝", "fifty steps, coordinates of unlike scale")),
}


def wrapped(form):
    """A form by itself, or Adam with one of the weight decays."""
    return partial(DECAYS[form], rules.adam) if isinstance(form, str) else form


def name(form):
    return form if isinstance(form, str) else form.__name__


def kept(form):
    """The names of what a form keeps, in the order of its state, read off its first line."""
    body = inspect.getsource(rules.adam if isinstance(form, str) else form)
    found = re.search(r"^ +\(?([\w, ]+?),?\)? = state$", body, re.M)
    return tuple(found[1].split(", ")) if found else ()


def settings(form, values):
    """Those of the values that the form takes."""
    own = set(inspect.signature(rules.adam if isinstance(form, str) else form).parameters)
    own |= {"decay"} if isinstance(form, str) else set()
    return {key: value for key, value in values.items() if key in own}


def begin(form, gs, dtype):
    """Zeros for every array that a form keeps, and 0 for its count."""
    start = STARTS[rules.adam if isinstance(form, str) else form]
    return tuple(0 if isinstance(x, int) else np.zeros(gs.shape[1:], dtype) for x in start)


def walk(form, theta, gs, lrs, state, numbers):
    """theta after each step, and the last state."""
    path = []
    for g, lr in zip(gs, lrs):
        theta, state = wrapped(form)(theta, g, state, lr, **numbers)
        path.append(theta)
    return np.array(path), state


def tolerance(form, theta, gs, lrs, state, numbers, path):
    """How far a right program may be from the path, in any coordinate.

    Sixteen times what changes when every input is moved by one rounding, up or down
    in eight patterns; at least eight roundings of the largest theta. One digit.
    """
    unit, moved = np.finfo(path.dtype).eps, 0.0
    for seed in range(8):
        ups = np.random.default_rng(seed).choice([-1, 1], gs.shape) * unit
        other, _ = walk(form, theta, (gs * (1 + ups)).astype(gs.dtype), lrs, state, numbers)
        moved = max(moved, np.abs(other - path).max())
    wide = float(max(16 * moved, 8 * unit * max(np.abs(path).max(), np.abs(theta).max())))
    power = 10 ** np.floor(np.log10(wide))
    return float(f"{np.ceil(wide / power) * power:.0e}")


def case(form, problem, dtype):
    """One problem for one form: what goes in, and the path that comes out."""
    gs, about = PROBLEMS[problem]
    gs = gs.astype(dtype)
    numbers = settings(form, COMMON if problem == "common" else SETTINGS[dtype])
    lrs = [RATE[dtype]] * len(gs)
    if problem == "drop":
        lrs[7:] = [RATE[dtype] / 10 if dtype == "float64" else RATE[dtype] / 8] * 7
    theta = (np.arange(gs[0].size).reshape(gs[0].shape) - 0.5).astype(dtype)
    state = begin(form, gs, dtype)
    if problem == "restart":
        theta, state = walk(form, theta, noise(7, 3, seed=70).astype(dtype), [RATE[dtype]] * 7, state, numbers)
        theta = theta[-1]
    path, last = walk(form, theta, gs, lrs, state, numbers)
    names = kept(form)
    return {
        "name": problem, "about": {"ko": about[0], "en": about[1]}, "dtype": dtype, "shape": list(gs.shape[1:]),
        "settings": numbers, "lr": lrs, "theta": theta, "start": dict(zip(names, state)), "gradients": gs,
        "path": path, "end": dict(zip(names, last)),
        "tolerance": tolerance(form, theta, gs, lrs, state, numbers, path),
    }


def usable(form, problem, dtype):
    """Not every problem has an answer: a variance of one value repeated is all rounding."""
    if dtype == "float32" and problem == "common":
        return False
    return not (name(form).startswith("rmsprop_centered") and problem in ("constant", "turn"))


@cache
def groups(file):
    """The cases of a file, form by form."""
    return [
        {"form": name(form), "cases": [
            case(form, problem, dtype) for dtype in SETTINGS for problem in PROBLEMS if usable(form, problem, dtype)]}
        for form in FILES[file]
    ]


def digits(value):
    """Numbers as JSON takes them: the fewest digits that give the same number back in its dtype."""
    if isinstance(value, dict):
        return {key: digits(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [digits(item) for item in value]
    if isinstance(value, np.ndarray) and value.ndim:
        return [digits(item) for item in value]
    if isinstance(value, (np.floating, np.ndarray)):
        return float(str(value))
    if isinstance(value, np.integer):
        return int(value)
    return value


def code(form):
    """The lines of Python that made the path."""
    return inspect.getsource(DECAYS[form] if isinstance(form, str) else form)


def as_json(file):
    """A file of vectors, a case a line."""
    head = {"$schema": "schema.json", "name": file, "version": VERSION, "licence": "CC0-1.0"}
    parts = []
    for form, group in zip(FILES[file], groups(file)):
        cases = ",\n".join(json.dumps({"id": i, **digits(c)}, ensure_ascii=False) for i, c in enumerate(group["cases"], 1))
        opening = json.dumps({"form": group["form"], "code": code(form)}, ensure_ascii=False)[:-1]
        parts.append(f'{opening}, "cases": [\n{cases}\n]}}')
    return json.dumps(head)[:-1] + ', "groups": [\n' + ",\n".join(parts) + "\n]}\n"


def words(value):
    """An array on one line, row after row."""
    return " ".join(repr(digits(x)) for x in np.ravel(value))


def as_text(file):
    """The same cases for programs without JSON: a word, then its numbers."""
    lines = []
    for group in groups(file):
        for c in group["cases"]:
            size = int(np.prod(c["shape"]))
            lines.append(f"case {group['form']} {c['name']} {c['dtype']} {size} {len(c['lr'])} {c['tolerance']!r}")
            lines += [f"set {key} {value!r}" for key, value in c["settings"].items()]
            lines += [f"theta {words(c['theta'])}"]
            lines += [f"start {key} {words(value)}" for key, value in c["start"].items()]
            lines += [f"step {lr!r} {words(g)} {words(at)}" for lr, g, at in zip(c["lr"], c["gradients"], c["path"])]
    return "\n".join([*lines, "end"]) + "\n"


NUMBERS = {"$ref": "#/$defs/numbers"}
STATE = {"type": "object", "additionalProperties": NUMBERS}
CASE = {
    "id": {"type": "integer", "minimum": 1},
    "name": {"enum": list(PROBLEMS)},
    "about": {"type": "object", "required": ["ko", "en"]},
    "dtype": {"enum": list(SETTINGS)},
    "shape": {"type": "array", "items": {"type": "integer", "minimum": 1}},
    "settings": {"type": "object", "additionalProperties": {"type": "number"}},
    "lr": {"type": "array", "items": {"type": "number"}},
    "theta": NUMBERS, "start": STATE, "gradients": NUMBERS, "path": NUMBERS, "end": STATE,
    "tolerance": {"type": "number", "exclusiveMinimum": 0},
}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Moments test vectors",
    "type": "object",
    "required": ["name", "version", "licence", "groups"],
    "properties": {
        "$schema": {"type": "string"}, "name": {"enum": list(FILES)}, "version": {"type": "string"},
        "licence": {"type": "string"},
        "groups": {"type": "array", "items": {
            "type": "object", "required": ["form", "code", "cases"],
            "properties": {
                "form": {"type": "string"}, "code": {"type": "string"},
                "cases": {"type": "array", "items": {
                    "type": "object", "required": list(CASE), "properties": CASE, "additionalProperties": False}},
            }}},
    },
    "$defs": {"numbers": {"anyOf": [{"type": "number"}, {"type": "array", "items": NUMBERS}]}},
}


def changelog():
    return "# Changes of the test vectors\n\n" + "".join(f"- {v}: {text}\n" for v, text in CHANGES.items())


def published():
    """Name and text of every file, the same bytes each time."""
    files = {"schema.json": json.dumps(SCHEMA, indent=1) + "\n", "CHANGELOG.md": changelog()}
    for file in FILES:
        files |= {f"{file}.json": as_json(file), f"{file}.txt": as_text(file)}
    return files
