"""Test vectors: the paths of every rule and form on small, hard problems.

The build writes them as JSON and as plain text; the page reference/vectors says how
to read them. A change of any number here is a new VERSION and a line in CHANGES.
"""

import inspect
import json
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from mhat import rules
from mhat.forms import DECAYS, FORMS, Decay, Form, Words
from mhat.walks import dressed, path

VERSION = "1.0.0"
CHANGES = {"1.0.0": "First version."}


class Subject(NamedTuple):
    """What a group of cases is about: a form, or Adam with a weight decay."""

    form: Form
    decay: Decay | None = None

    @property
    def name(self) -> str:
        return (self.decay or self.form).name

    @property
    def step(self) -> Callable:
        return dressed(self.form, self.decay.name) if self.decay else self.form.run

    @property
    def code(self) -> str:
        """The lines of Python that made the path."""
        return inspect.getsource((self.decay or self.form).run)

    def settings(self, values: dict[str, float]) -> dict[str, float]:
        """Those of the values that it takes."""
        known = {*self.form.settings, *(["decay"] if self.decay else [])}
        return {name: value for name, value in values.items() if name in known}


def subjects(file: str) -> tuple[Subject, ...]:
    """What is in a file."""
    alone = [Subject(form) for form in FORMS.values() if form.vectors == file]
    return (*alone, *(Subject(FORMS["adam"], decay) for decay in DECAYS.values() if decay.vectors == file))


NAMES = [rule.__name__.replace("_", "-") for rule in rules.START]  # a file a rule, where it has one
FILES = {file: subjects(file) for file in NAMES if subjects(file)}
SETTINGS = {  # for float32, numbers that it holds exactly, and 1 minus them too
    "float64": {"beta": 0.8, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3, "decay": 0.1, "dampening": 0.4},
    "float32": {"beta": 0.75, "beta1": 0.875, "beta2": 0.96875, "eps": 2**-10, "decay": 0.125, "dampening": 0.375},
}
COMMON = {"beta": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0.01, "dampening": 0.1}
RATE = {"float64": 0.03, "float32": 2**-5}


class Problem(NamedTuple):
    """Gradients in order, and what they are for."""

    gradients: np.ndarray
    about: Words


def noise(steps: int, *shape: int, seed: int = 0) -> np.ndarray:
    """Gradients of three decimals, which are short to print."""
    return np.random.default_rng(seed).integers(-2000, 2001, (steps, *shape)) / 1000


def spiked(gradients: np.ndarray, at: int, factor: float) -> np.ndarray:
    """The gradients with one of them larger."""
    gradients = gradients.copy()
    gradients[at] *= factor
    return gradients


def turned(steps: int) -> np.ndarray:
    """Ones, from the middle on with the other sign."""
    return np.where(np.arange(steps) < steps // 2, 1.0, -1.0)


PROBLEMS = {
    "first": Problem(noise(1, 3) + [10, -3, 1e-3], Words("첫 스텝 하나", "one step: how the averages begin")),
    "constant": Problem(np.full(12, 10.0), Words("늘 같은 기울기", "the same gradient twelve times")),
    "zeros": Problem(np.r_[np.zeros(3), 1.0, np.zeros(6)], Words(
        "0으로 시작해 한 번만 1", "zeros, a single 1, zeros: 0/0 and what moves on")),
    "tiny": Problem(1e-3 * noise(10, 3, seed=1) * [1, 1e-2, 1e-6], Words(
        "ε만 한 기울기와 더 작은 기울기", "gradients about eps and far below it")),
    "huge": Problem(1e12 * noise(8, 2, seed=2), Words("아주 큰 기울기", "huge gradients")),
    "spike": Problem(spiked(noise(16, 3, seed=3), 8, 1000), Words(
        "가운데의 한 기울기만 천 배", "one gradient a thousand times as large")),
    "turn": Problem(turned(20), Words("가운데에서 부호가 바뀜", "the sign turns in the middle")),
    "drop": Problem(noise(14, 3, seed=4) + 1, Words(
        "7스텝 뒤에 학습률을 낮춤", "the learning rate falls after seven steps")),
    "dead": Problem(noise(12, 4, seed=5) * [1, 0, 1, 1], Words("늘 0인 좌표 하나", "a coordinate without gradients")),
    "matrix": Problem(noise(10, 2, 3, seed=6), Words("2 × 3 행렬", "a matrix of 2 by 3")),
    "restart": Problem(noise(10, 3, seed=7), Words(
        "저장한 상태에서 이어 감", "from a saved state in the middle of a run")),
    "common": Problem(noise(20, 3, seed=8) * [1, 100, 0.01], Words(
        "흔한 기본값으로 20스텝", "twenty steps with the usual defaults")),
    "long": Problem(noise(50, 3, seed=9) * [1, 1e-6, 100] + [0.5, 0, 0], Words(
        "눈금이 다른 좌표로 50스텝", "fifty steps, coordinates of unlike scale")),
}


def begin(form: Form, gradients: np.ndarray, dtype: str) -> tuple:
    """Zeros for every array that a form keeps, and 0 for its count."""
    return tuple(0 if isinstance(x, int) else np.zeros(gradients.shape[1:], dtype) for x in form.start)


def rates(problem: str, dtype: str) -> list[float]:
    """The learning rate of each step."""
    lrs = [RATE[dtype]] * len(PROBLEMS[problem].gradients)
    if problem == "drop":
        lrs[7:] = [RATE[dtype] / 10 if dtype == "float64" else RATE[dtype] / 8] * 7
    return lrs


def tolerance(walk: Callable, gradients: np.ndarray, right: np.ndarray, largest: float) -> float:
    """How far a right program may be from the right path, in any coordinate; `walk(gradients)` is a path.

    Sixteen times what changes when every input is moved by one rounding, up or down
    in eight patterns; at least eight roundings of the largest theta. One digit.
    """
    unit, moved = np.finfo(right.dtype).eps, 0.0
    for seed in range(8):
        signs = np.random.default_rng(seed).choice([-1, 1], gradients.shape)
        other, _ = walk((gradients * (1 + signs * unit)).astype(gradients.dtype))
        moved = max(moved, np.abs(other - right).max())
    wide = float(max(16 * moved, 8 * unit * largest))
    power = 10 ** np.floor(np.log10(wide))
    return float(f"{np.ceil(wide / power) * power:.0e}")


def case(subject: Subject, problem: str, dtype: str) -> dict:
    """One problem for one subject: what goes in, and the path that comes out."""
    gradients, lrs = PROBLEMS[problem].gradients.astype(dtype), rates(problem, dtype)
    settings = subject.settings(COMMON if problem == "common" else SETTINGS[dtype])
    theta = (np.arange(gradients[0].size).reshape(gradients[0].shape) - 0.5).astype(dtype)
    state = begin(subject.form, gradients, dtype)
    if problem == "restart":
        earlier = noise(7, 3, seed=70).astype(dtype)
        points, state = path(subject.step, theta, earlier, [RATE[dtype]] * 7, state, **settings)
        theta = points[-1]

    def walk(stream):
        return path(subject.step, theta, stream, lrs, state, **settings)

    (right, last), names = walk(gradients), subject.form.keeps
    return {
        "name": problem, "about": PROBLEMS[problem].about._asdict(), "dtype": dtype,
        "shape": list(gradients.shape[1:]), "settings": settings, "lr": lrs, "theta": theta,
        "start": dict(zip(names, state, strict=True)), "gradients": gradients, "path": right,
        "end": dict(zip(names, last, strict=True)),
        "tolerance": tolerance(walk, gradients, right, max(np.abs(right).max(), np.abs(theta).max())),
    }


def usable(subject: Subject, problem: str, dtype: str) -> bool:
    """Not every problem has an answer: a variance of one value repeated is all rounding."""
    if dtype == "float32" and problem == "common":
        return False
    return not (subject.form.traits["centered"] == "yes" and problem in ("constant", "turn"))


def posed(subject: Subject) -> list[tuple[str, str]]:
    """The problems of a subject: (problem, dtype)."""
    return [(problem, dtype) for dtype in SETTINGS for problem in PROBLEMS if usable(subject, problem, dtype)]


@cache
def groups(file: str) -> list[dict]:
    """The cases of a file, subject by subject."""
    return [{"form": subject.name, "cases": [case(subject, *problem) for problem in posed(subject)]}
            for subject in FILES[file]]


def digits(value: object) -> object:
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


def as_json(file: str) -> str:
    """A file of vectors, a case a line."""
    head = {"$schema": "schema.json", "name": file, "version": VERSION, "licence": "CC0-1.0"}
    parts = []
    for subject, group in zip(FILES[file], groups(file), strict=True):
        lines = [{"id": number, **digits(one)} for number, one in enumerate(group["cases"], 1)]
        cases = ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        opening = json.dumps({"form": group["form"], "code": subject.code}, ensure_ascii=False)[:-1]
        parts.append(f'{opening}, "cases": [\n{cases}\n]}}')
    return json.dumps(head)[:-1] + ', "groups": [\n' + ",\n".join(parts) + "\n]}\n"


def flat(value: np.ndarray | float) -> str:
    """An array on one line, row after row."""
    return " ".join(repr(digits(x)) for x in np.ravel(value))


def case_lines(form: str, one: dict) -> list[str]:
    """A case as lines: a word, then its numbers."""
    size = int(np.prod(one["shape"]))
    lines = [f"case {form} {one['name']} {one['dtype']} {size} {len(one['lr'])} {one['tolerance']!r}"]
    lines += [f"set {key} {value!r}" for key, value in one["settings"].items()]
    lines += [f"theta {flat(one['theta'])}"]
    lines += [f"start {key} {flat(value)}" for key, value in one["start"].items()]
    steps = zip(one["lr"], one["gradients"], one["path"], strict=True)
    return lines + [f"step {lr!r} {flat(g)} {flat(theta)}" for lr, g, theta in steps]


def as_text(file: str) -> str:
    """The same cases for programs without JSON."""
    lines = [line for group in groups(file) for one in group["cases"] for line in case_lines(group["form"], one)]
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


def changelog() -> str:
    """The versions and what changed in each."""
    return "# Changes of the test vectors\n\n" + "".join(f"- {v}: {text}\n" for v, text in CHANGES.items())


def published() -> dict[str, str]:
    """Name and text of every file, the same bytes each time."""
    files = {"schema.json": json.dumps(SCHEMA, indent=1) + "\n", "CHANGELOG.md": changelog()}
    for file in FILES:
        files |= {f"{file}.json": as_json(file), f"{file}.txt": as_text(file)}
    return files
