"""Test vectors: the paths of every rule and form on small, hard problems.

The build writes them as JSON and as plain text; the page reference/vectors says how
to read them. A change of any number here is a new VERSION, and an entry among the changes of vectors.toml.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from mhat import mistakes, rules, whole, words
from mhat.faults import WORDS as FAULTY
from mhat.faults import Wrong, other, wrongs
from mhat.forms import DECAYS, FORMS, Decay, Form
from mhat.mistakes import MISTAKES
from mhat.problems import COMMON, PROBLEMS, SETTINGS, Problem
from mhat.spelled import Program, spelled
from mhat.vectors_schema import LICENCE, schema
from mhat.walks import dressed, path

VERSION = "2.3.1"
SAID = words.read(__file__)
CHANGES: dict[str, dict[str, str]] = SAID["changes"]
PAGE = "reference/vectors.html"


class Subject(NamedTuple):
    """What a group of cases is about: a form, or Adam with a weight decay."""

    form: Form
    decay: Decay | None = None

    @property
    def name(self) -> str:
        return (self.decay or self.form).name

    @property
    def shrinks(self) -> bool:
        """Whether each step multiplies theta by a factor; L2 adds to the gradient."""
        return bool(self.decay) and self.decay.name != "decay_l2"

    @property
    def step(self) -> Callable:
        return dressed(self.form, self.decay.name) if self.decay else self.form.run

    @property
    def program(self) -> Program:
        """Its lines, with everything that they call written out."""
        return spelled(self.form, self.decay)

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


# Cases

def begin(form: Form, gradients: np.ndarray, dtype: str) -> tuple:
    """An array for every number that a form begins with, and 0 for its count."""
    return tuple(0 if isinstance(x, int) else np.full(gradients.shape[1:], x, dtype) for x in form.start)


def before(subject: Subject, problem: Problem, dtype: str) -> tuple[np.ndarray, tuple]:
    """theta and state before the first step of a case."""
    shape = problem.gradients[dtype].shape[1:]
    theta = (np.arange(np.prod(shape, dtype=int)).reshape(shape) % 10 - 0.5).astype(dtype)
    theta, state = theta * (not problem.zero), begin(subject.form, problem.gradients[dtype], dtype)
    if problem.earlier is None:
        return theta, state
    earlier, settings = problem.earlier.astype(dtype), subject.settings(SETTINGS[dtype])
    points, state = path(subject.step, theta, earlier, problem.lr[dtype][:1] * len(earlier), state, **settings)
    return points[-1], state


def one_digit(wide: float) -> float:
    """Rounded up to one digit; 0 stays 0."""
    power = 10 ** np.floor(np.log10(wide)) if wide else 1.0
    return float(f"{np.ceil(wide / power) * power:.0e}")


def tolerances(walk: Callable, gradients: np.ndarray, theta: np.ndarray, *,
               shrinks: bool) -> tuple[float, list[float]]:
    """How far a right program may be from the right path, and from each item of its last state, in any coordinate.

    Sixteen times what changes when every input is moved by one rounding, up or down in eight
    patterns; at least eight roundings of the largest theta, sixteen of the largest in an item
    of the state, which in a long run gathers more. Where theta `shrinks` by a factor in each
    step, at least as many roundings as there are steps: not everybody rounds 1 - lr * decay,
    and its rounding is the same in each. `walk(gradients)` is (path, state), and takes
    the eight patterns at once, side by side in the axis after the steps. One digit.
    """
    right, last = walk(gradients)
    unit, tiny = np.finfo(right.dtype).eps, 16 * np.finfo(right.dtype).smallest_subnormal
    signs = np.stack([np.random.default_rng(seed).choice([-1, 1], gradients.shape) for seed in range(8)], axis=1)
    points, state = walk((gradients[:, None] * (1 + signs * unit)).astype(gradients.dtype))
    moved = np.abs(points - right[:, None]).max()
    roundings = max(8, len(gradients) * shrinks)
    wide = max(16 * moved, roundings * unit * max(np.abs(right).max(), np.abs(theta).max()))
    sizes = [(np.abs(y - x).max(), np.abs(x).max()) for x, y in zip(last, state, strict=True)]
    items = [0 if isinstance(x, int) else one_digit(float(max(16 * change, 16 * unit * size, tiny)))
             for x, (change, size) in zip(last, sizes, strict=True)]
    return one_digit(float(wide)), items


def case(subject: Subject, name: str, dtype: str) -> dict:
    """One problem for one subject: what goes in, and the path that comes out."""
    problem, names = PROBLEMS[name], subject.form.keeps
    gradients, lrs = problem.gradients[dtype], problem.lr[dtype]
    settings = subject.settings(problem.settings[dtype])
    theta, state = before(subject, problem, dtype)

    def walk(stream):
        return path(subject.step, theta, stream, lrs, state, **settings)

    (right, last) = walk(gradients)
    wide, items = tolerances(walk, gradients, theta, shrinks=subject.shrinks)
    named = lambda values: dict(zip(names, values, strict=True))
    return {
        "id": f"{subject.name}/{name}/{dtype}", "name": name, "about": problem.about._asdict(), "dtype": dtype,
        "shape": list(gradients.shape[1:]), "settings": settings, "lr": lrs, "theta": theta,
        "start": named(state), "gradients": gradients, "path": right, "end": named(last),
        "tolerance": wide, "end_tolerance": named(items),
    }


def usable(subject: Subject, name: str, dtype: str) -> bool:
    """Not every problem has an answer, or asks a form something new: see `Problem`.

    A variance of one value repeated, or of subnormal numbers, is all rounding.
    """
    problem, centered = PROBLEMS[name], subject.form.traits["centered"] == "yes"
    if dtype not in problem.gradients or problem.adaptive and "eps" not in subject.form.settings:
        return False
    if problem.leading and not any(subject == listed[0] for listed in FILES.values()):
        return False
    return not (centered and name in ("constant", "turn", "subnormal"))


def posed(subject: Subject) -> list[tuple[str, str]]:
    """The problems of a subject: (problem, dtype)."""
    return [(problem, dtype) for dtype in SETTINGS for problem in PROBLEMS if usable(subject, problem, dtype)]


# What a case catches

def shown(one: dict) -> tuple[int, ...]:
    """The steps after which the path of a case is given, from 1."""
    return PROBLEMS[one["name"]].shown or tuple(range(1, len(one["lr"]) + 1))


def leaves(one: dict, wrong: Wrong) -> bool:
    """Whether a wrong program fails a case, as the checkers see it: by the path or by the last state."""
    step, state = wrong.made(one["start"], one["lr"][0])
    theta, compared = one["theta"], set(shown(one))
    near = lambda x, right, wide: (np.abs(x - right) <= wide).all()
    try:
        for t, (g, lr, right) in enumerate(zip(one["gradients"], one["lr"], one["path"], strict=True), 1):
            theta, state = step(theta, g, state, lr, **one["settings"])
            if t in compared and not near(theta, right, one["tolerance"]):
                return True
    except (ArithmeticError, LookupError, TypeError, ValueError):  # 1 - beta**0 in a factor that is one number; a shape
        return True
    last = dict(zip(wrong.keeps, state, strict=False))
    return not all(near(last[key], np.asarray(right), one["end_tolerance"][key])
                   for key, right in one["end"].items() if key in last)


def relatives(subject: Subject) -> list[Wrong]:
    """The other forms of its rule that are told the same numbers."""
    known, found = subject.settings(COMMON).keys(), []
    file = next(file for file, listed in FILES.items() if subject in listed)
    unlisted = [Subject(form) for form in FORMS.values() if form.page == subject.form.page and not form.vectors]
    for one in (*FILES[file], *unlisted):
        if one.name != subject.name and one.settings(COMMON).keys() == known:
            found.append(other(one.name, one.form, one.step))
    return found


@cache
def groups(file: str) -> list[dict]:
    """The cases of a file, subject by subject."""
    return [{"form": subject.name, "cases": [case(subject, *problem) for problem in posed(subject)]}
            for subject in FILES[file]]


@cache
def caught(file: str) -> dict[str, list[str]]:
    """{id: what the case catches}, for every case of a file."""
    found = {}
    with np.errstate(all="ignore"):
        for subject, group in zip(FILES[file], groups(file), strict=True):
            tried = [*wrongs(subject.program), *relatives(subject)]
            found |= {one["id"]: [wrong.name for wrong in tried if leaves(one, wrong)] for one in group["cases"]}
    return found


def alone(file: str, one: dict) -> list[str]:
    """What a case catches and no case of another problem in its form."""
    form, name, _ = one["id"].split("/")
    others = [flags for key, flags in caught(file).items() if key.startswith(f"{form}/") and key.split("/")[1] != name]
    elsewhere = {flag for flags in others for flag in flags}
    return [flag for flag in caught(file)[one["id"]] if flag not in elsewhere]


def comment(one: dict, names: list[str]) -> dict[str, str]:
    """What is special in a case: its longest step, and what it alone catches."""
    points, lrs = np.array([one["theta"], *one["path"]], float), np.array(one["lr"])
    lengths = np.abs(np.diff(points, axis=0)).reshape(len(lrs), -1).max(axis=1)
    parts = {"x": f"{(lengths[lrs > 0] / lrs[lrs > 0]).max():.2g}", "names": ", ".join(names)}
    lines = [SAID["comment"]["longest"], *([SAID["comment"]["alone"]] if names else [])]
    return {code: "".join(words.filled(line[code], parts) + ". " for line in lines).strip() for code in ("ko", "en")}


def commented(file: str, one: dict) -> dict:
    """A case with what it catches."""
    return one | {"comment": comment(one, alone(file, one)), "flags": caught(file)[one["id"]]}


def spoken(steps: np.ndarray) -> str:
    """Steps in learning rates, three digits each."""
    return ", ".join(f"{float(step) + 0.0:.3g}" for step in steps)


@cache
def of_mistake(name: str) -> dict:
    """What a mistake is, what it does under a constant gradient, and where it is explained."""
    found = MISTAKES[name]
    at, gs = [0, 1, 9, 99], mistakes.stream(10, T=100)
    with np.errstate(all="ignore"):
        ours = mistakes.fingerprint(*mistakes.wrong(name), gs)[at, -1]
        right = mistakes.fingerprint(mistakes.written(found.rule), mistakes.START[found.rule], gs)[at, -1]
    effect = {code: words.filled(text, {"steps": spoken(ours), "right": spoken(right)})
              for code, text in FAULTY["note"]["mistake"].items()}
    return {"bug": dict(zip(("ko", "en"), found.title, strict=True)), "effect": effect,
            "link": f"check/mistakes.html#{name}"}


def note(flag: str) -> dict:
    """What a flag means: the bug, its effect, and where it is explained."""
    if flag in MISTAKES:
        return of_mistake(flag)
    if flag in FAULTY["fault"]:
        own = FAULTY["fault"][flag]
        return {"bug": own["title"], "effect": own["effect"], "link": f"{PAGE}#faults"}
    titles = (FORMS.get(flag) or DECAYS[flag]).long._asdict()
    bug = {code: words.filled(text, {"title": titles[code]}) for code, text in FAULTY["note"]["form"].items()}
    return {"bug": bug, "effect": FAULTY["note"]["form_effect"], "link": f"{PAGE}#forms"}


def notes(file: str) -> dict[str, dict]:
    """Every flag of a file."""
    return {flag: note(flag) for flag in dict.fromkeys(flag for flags in caught(file).values() for flag in flags)}


def count(file: str) -> int:
    """The cases of a file."""
    return sum(len(posed(subject)) for subject in FILES[file])


# Files

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


def printed(one: dict) -> dict:
    """A case as JSON takes it; the path is null where it is not given."""
    found = digits(one)
    found["path"] = [right if t in shown(one) else None for t, right in enumerate(found["path"], 1)]
    return {key: found[key] for key in ORDER}


ORDER = ("id", "name", "about", "comment", "flags", "dtype", "shape", "settings", "lr", "theta", "start", "gradients",
         "path", "end", "tolerance", "end_tolerance")


def as_json(file: str) -> str:
    """A file of vectors, a case a line."""
    head = {"$schema": "schema.json", "name": file, "version": VERSION, "licence": LICENCE, "count": count(file)}
    explained = ",\n".join(json.dumps({flag: text}, ensure_ascii=False)[1:-1] for flag, text in notes(file).items())
    parts = []
    for subject, group in zip(FILES[file], groups(file), strict=True):
        cases = ",\n".join(json.dumps(printed(commented(file, one)), ensure_ascii=False) for one in group["cases"])
        program = subject.program
        opening = {"form": program.name, "definition": program.definition, "code": program.source}
        parts.append(f'{json.dumps(opening, ensure_ascii=False)[:-1]}, "cases": [\n{cases}\n]}}')
    return (json.dumps(head)[:-1] + f', "notes": {{\n{explained}\n}}, "groups": [\n' + ",\n".join(parts) + "\n]}\n")


def flat(value: np.ndarray | float) -> str:
    """An array on one line, row after row."""
    return " ".join(repr(digits(x)) for x in np.ravel(value))


def case_lines(form: str, one: dict) -> list[str]:
    """A case as lines: a word, then what belongs to it."""
    size = int(np.prod(one["shape"]))
    lines = [f"case {form} {one['name']} {one['dtype']} {size} {len(one['lr'])} {one['tolerance']!r}"]
    lines += [f"comment {one['about']['en']}. {one['comment']['en']}", " ".join(["new", *one["new"]])]
    lines += [f"set {key} {value!r}" for key, value in one["settings"].items()]
    lines += [f"theta {flat(one['theta'])}"]
    lines += [f"start {key} {flat(value)}" for key, value in one["start"].items()]
    for t, (lr, g, right) in enumerate(zip(one["lr"], one["gradients"], one["path"], strict=True), 1):
        lines += [f"step {lr!r} {flat(g)}", *([f"path {flat(right)}"] if t in shown(one) else [])]
    wide = one["end_tolerance"]
    return lines + [f"last {key} {wide[key]!r} {flat(value)}" for key, value in one["end"].items()]


def as_text(file: str) -> str:
    """The same cases for programs without JSON."""
    lines = [f"name {file}", f"version {VERSION}", f"licence {LICENCE}", f"count {count(file)}"]
    lines += [f"form {subject.name} {subject.program.definition}" for subject in FILES[file]]
    lines += [f"flag {flag} {text['link']} {text['bug']['en']}" for flag, text in notes(file).items()]
    for group in groups(file):
        seen = set()
        for one in group["cases"]:
            flags = caught(file)[one["id"]]
            new = {"new": [flag for flag in flags if flag not in seen]}
            lines += case_lines(group["form"], commented(file, one) | new)
            seen |= {*flags}
    return "\n".join([*lines, "end"]) + "\n"


def told(subject: Subject) -> tuple[list[str], list[str]]:
    """The names of its settings and of its state."""
    return list(subject.settings(COMMON)), list(subject.form.keeps)


TOLD = {file: {subject.name: told(subject) for subject in listed} for file, listed in FILES.items()}
SCHEMA = schema(TOLD, VERSION)


def changelog() -> str:
    """The versions and what changed in each."""
    return "# Changes of the test vectors\n\n" + "".join(f"- {v}: {told['en']}\n" for v, told in CHANGES.items())


def readme() -> str:
    """What the files are and how to begin, in both languages."""
    many = sum(map(count, FILES)) + len(whole.cases())
    parts = {"version": VERSION, "licence": LICENCE, "count": str(many)}
    return words.filled("\n".join(SAID["readme"][code].strip() + "\n" for code in ("en", "ko")), parts)


def published() -> dict[str, str]:
    """Name and text of every file, the same bytes each time."""
    files = {"schema.json": json.dumps(SCHEMA, ensure_ascii=False) + "\n", "README.md": readme(),
             "LICENSE": SAID["licence"]["text"], "CHANGELOG.md": changelog()}
    for file in FILES:
        files |= {f"{file}.json": as_json(file), f"{file}.txt": as_text(file)}
    return files | whole.published(VERSION, LICENCE)
