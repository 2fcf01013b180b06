"""One hundred optimizers of public repositories, and what `identify` says of the numbers that they print.

    python3 -m frameworks.public           asks about all, and keeps what came of it in results/public.json
    python3 -m frameworks.public NAME ...  shows the answers to some
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from frameworks.public import compiled, python, scripted
from mhat import words
from mhat.identify import GRADIENTS, THETA, check, identify
from mhat.identify.candidates import COMMON
from mhat.identify.known import ROWS, Candidate
from mhat.identify.second import STREAM
from mhat.identify.walking import furthest, walk

USUAL = {"lr": 0.2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
SHORTEST, POSITIONAL = str, lambda x: np.format_float_positional(x, trim="0")  # as many digits as tell numbers apart
PRINTS = {  # what a language prints where nothing is said of digits
    "C": "{:.6f}".format, "C++": "{:.6g}".format, "Rust": POSITIONAL, "Zig": POSITIONAL, "Fortran": "{:.16E}".format,
    "PHP": "{:.14g}".format, "Lua": "{:.14g}".format, "MATLAB": "{:.4f}".format, "Octave": "{:.5g}".format,
    "R": "{:.7g}".format, "OCaml": "{:.12g}".format,
}


@dataclass(frozen=True)
class Public:
    """An optimizer of the table, with its rule; see the head of public.toml."""

    id: str
    repository: str
    path: str
    language: str
    name: list[str]
    commit: str = "HEAD"
    dtype: str = "float64"
    ascent: bool = False
    settings: dict[str, float] = field(default_factory=dict)
    idle: dict[str, float] = field(default_factory=dict)
    fault: dict[str, str] | None = None
    misread: bool = False
    added: bool = False

    @property
    def rule(self) -> Callable:
        return next(getattr(home, self.id) for home in (python, scripted, compiled) if hasattr(home, self.id))

    @property
    def taken(self) -> dict[str, float]:
        """The settings that its rule takes, with their values."""
        found = inspect.signature(self.rule).parameters.values()
        return {each.name: (USUAL | self.settings)[each.name] for each in found if each.kind == each.KEYWORD_ONLY}

    @property
    def told(self) -> dict[str, float]:
        """The settings as somebody who uses it would tell them; the form of the page opens with decay 0."""
        known = {name: value for name, value in (self.taken | self.idle).items() if name in COMMON}
        return {"decay": 0} | known

    @property
    def address(self) -> str:
        return f"https://github.com/{self.repository}/blob/{self.commit}/{self.path}"


TABLE = {name: Public(name, **entry) for name, entry in words.read(__file__, "public.toml").items()}


class Program:
    """One that runs: it holds its state, as a class in a program does."""

    def __init__(self, public: Public):
        self.rule, self.sign = public.rule, -1 if public.ascent else 1
        self.number = np.dtype(public.dtype).type
        self.settings = {name: value if name == "epoch" else self.number(value) for name, value in public.taken.items()}
        self.state = ()

    def update(self, theta, g):
        theta, g = np.asarray(theta, self.number), self.sign * np.asarray(g, self.number)
        theta, *self.state = self.rule(theta, g, *self.state, **self.settings)
        return theta


def printed(public: Public) -> str:
    """The parameters after each step, as its language prints them."""
    program, theta, form = Program(public), THETA, PRINTS.get(public.language.split(" ")[0], SHORTEST)
    lines = []
    with np.errstate(all="ignore"):
        for g in GRADIENTS:
            theta = program.update(theta, g)
            lines.append(" ".join(form(x) for x in theta))
    return "\n".join(lines)


def ways(public: Public) -> dict[str, Callable]:
    """How it is asked about: its print with the settings, with none but those of the form, and the program itself."""
    return {"printed": lambda: identify(printed(public), **public.told),
            "untold": lambda: identify(printed(public), decay=0),
            "run": lambda: check(Program(public), **public.told)}


# What an answer is worth


def key(name: dict) -> str:
    """A name of the first search as the table has it."""
    start = "" if name["start"] == "v = 0" else name["start"]
    return " ".join(part for part in (name["name"], name["decay"], start) if part)


def key_of_hit(hit: dict) -> str:
    """A name of the second search as the table has it."""
    if hit["kind"] == "pair":
        return " ".join([*sorted(hit["names"]), *([hit["decay"]] if hit["decay"] else [])])
    return " ".join(part for part in (hit["name"], hit["decay"], hit["beside"]) if part)


def names_in(answer: dict) -> list[list[str]]:
    """The names of an answer, those of one computation together."""
    if "groups" in answer:
        return [[key_of_hit(hit) for hit in group] for group in answer["groups"]]
    return [[key(name) for name in group["names"]] for group in answer.get("found", [])]


def word_of(answer: dict, public: Public) -> str:
    """right: its name alone; among: one of several; same: what computes the same; none: no name; wrong: another name.

    Where only another dtype would fit ("close, but not equal"), nothing is named.
    """
    groups = names_in(answer)
    if answer["verdict"] in ("none", "close", "input"):
        return "none"
    if any(name in group for group in groups for name in public.name):
        return "right" if len(groups) == 1 else "among"
    return "same" if any(is_same(walk, public) for walk in walks(answer)) else "wrong"


def walks(answer: dict) -> Iterator[list[list[float]]]:
    """How the first name of each computation of an answer walks, on the list and under gradients of all sizes."""
    if "groups" in answer:
        yield from (group[0]["walks"] for group in answer["groups"])
    for group in answer.get("found", []):
        name = group["names"][0]
        row = next(row for row in ROWS if row.name == name["name"])
        yield walk(Candidate(row, name["decay"], name["start"], name["settings"]), STREAM)


def is_same(walk: list[list[float]], public: Public) -> bool:
    """Whether a program walks so, computed in float64."""
    program, path = Program(replace(public, dtype="float64")), [THETA]
    for g in STREAM:
        path.append(program.update(path[-1], g))
    return np.array_equal(np.isfinite(walk), np.isfinite(path[1:])) and furthest(walk, path[1:], True) < 1e-6
