"""Every call of one framework against what the translator gives for another, both run.

A source is a call of the main set with a variant, settings and a way of lr. Its answer for
each other framework of the set is run beside it: what is called exact has to agree to
rounding, what is called closest has to deviate by what the translator says.
"""

import ast
import json
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from frameworks.compare import ROUNDINGS, SETTINGS, distances, keywords, settled
from frameworks.results import FOLDER
from mhat.forms import FORMS
from mhat.gradients import GRADIENTS, LRS, STEPS, THETA
from mhat.translate import CALLS, MAIN, Answer, Call, Optimizer, code, opening, set_up, translate, written

RESULTS = FOLDER / "pairs.json"
HORIZON = "first"  # what the closest call is chosen for here, where fifty gradients are walked; see longrun.py
Cells = dict[str, dict[str, str]]  # {source: {framework: "=2.6e-16", "4.6e-01" or "none"}}


class Source(NamedTuple):
    """An optimizer, and whether lr stays constant."""

    run: str
    optimizer: Optimizer
    constant: bool

    @property
    def name(self) -> str:
        flags = ", ".join(f"{name}={value}" for name, value in self.optimizer.variant.flags.items())
        return " | ".join(part for part in (self.optimizer.call.name, flags, self.run) if part)


def sources_of(call: Call) -> Iterator[Source]:
    """What is asked of a call: each form, weight decay, no momentum, and as it stands on the page."""
    for number, variant in enumerate(call.variants):
        for entry in variant.entries:
            settings = {name: SETTINGS[name] for name in [*FORMS[entry.form].settings, *{"start"} & {*call.names}]}
            words = ", ".join(["settings", *entry.needs])
            for constant in (False, True) if "beta" in settings else (False,):
                yield Source(words + ", constant" * constant, set_up(call, variant, settings), constant)
        if call.decay != "none" and not number:
            settings |= {"decay": SETTINGS["decay"], "dampening": 0}
            yield Source("decay", set_up(call, variant, settings), False)
            if call.page == "momentum":
                yield Source("decay, no momentum", set_up(call, variant, settings | {"beta": 0}), False)
    yield Source("defaults", set_up(call, call.variants[0], opening(call)), False)


def sources(stems: list[str]) -> list[Source]:
    """All that is asked of some frameworks."""
    return [source for call in CALLS if call.stem in stems for source in sources_of(call)]


def case(optimizer: Optimizer, constant: bool) -> dict:
    """What a worker is asked for an optimizer."""
    call, lrs = optimizer.call, [1.0] * STEPS if constant else LRS
    settings = {name: float(optimizer.settings[name]) for name in written(optimizer)}
    flags = {name: ast.literal_eval(value) for name, value in (call.always | optimizer.variant.flags).items()}
    return {"call": call.name, "arguments": keywords(settings, call.names) | flags, "settings": settings,
            "lrs": [settings["lr"] * share for share in lrs], "gradients": GRADIENTS.tolist(), "theta": THETA.tolist()}


def matters(source: Source, stem: str) -> bool:
    """Whether to run a pair: one with a constant lr only where the answer to a changing one is not exact."""
    return not source.constant or translate(source.optimizer, stem, False).kind == "closest"


class Pair(NamedTuple):
    """An optimizer, a framework, and the answer there."""

    source: Source
    stem: str
    answer: Answer

    @property
    def sides(self) -> list[Optimizer]:
        """The two optimizers that are run, or the one."""
        return [side for side in (self.source.optimizer, self.answer.target) if side]


class Pairs:
    """All pairs between some frameworks: what has to be run, and whether it holds."""

    def __init__(self, stems: list[str]):
        self.stems = [stem for stem in MAIN if stem in stems]
        self.all = [Pair(source, stem, translate(source.optimizer, stem, source.constant, HORIZON))
                    for source in sources(self.stems) for stem in self.stems
                    if stem != source.optimizer.call.stem and matters(source, stem)]
        self.paths = {}  # {(framework, case as text): (path or what the framework said, dtype)}

    def cases(self, stem: str) -> list[dict]:
        """The cases of a framework, each once."""
        asked = [(source.optimizer, source.constant) for source in (sources([stem]) if stem in self.stems else [])]
        answered = [(pair.answer.target, pair.source.constant) for pair in self.all
                    if pair.stem == stem and pair.answer.target]
        cases = [case(*one) for one in asked + answered]
        return list({json.dumps(case): case for case in cases}.values())

    def keep(self, stem: str, cases: list[dict], paths: list, dtype: str):
        """Remember what a framework has walked."""
        for each, path in zip(cases, paths, strict=True):
            self.paths[stem, json.dumps(each)] = path, dtype

    def ran(self, optimizer: Optimizer, constant: bool) -> bool:
        """Whether there is a path of an optimizer."""
        return (optimizer.call.stem, json.dumps(case(optimizer, constant))) in self.paths

    def walked(self, optimizer: Optimizer, constant: bool) -> tuple:
        """The path of an optimizer, and half a unit of its precision."""
        path, dtype = self.paths[optimizer.call.stem, json.dumps(case(optimizer, constant))]
        return path, np.finfo("f4" if optimizer.call.precision != "parameter" else dtype).eps / 2

    def allowed(self, pair: Pair) -> float:
        """How far a deviation may be from the one that is said, by rounding alone."""
        units = sum(self.walked(side, pair.source.constant)[1] for side in pair.sides)
        return ROUNDINGS * units * max(1, pair.answer.deviation)

    def judge(self, pair: Pair) -> tuple[float | None, str | None]:
        """(measured deviation, complaint or None) of a pair."""
        one, other = (self.walked(side, pair.source.constant)[0] for side in pair.sides)
        if isinstance(one, str) or isinstance(other, str):
            return None, one if isinstance(one, str) else other
        measured, said = float(distances(np.array(other), np.array(one)).max()), pair.answer.deviation
        if abs(measured - said) <= self.allowed(pair):
            return measured, None
        expected = f"said to be {pair.answer.kind} with {said:.3e}, {self.allowed(pair):.1e} allowed"
        return measured, f"deviates by {measured:.3e}, {expected}"

    def results(self, old: Cells) -> tuple[Cells, list[str]]:
        """The cells of all pairs that ran, and complaints; an old cell stays where rounding alone changed it."""
        rows, wrong = {}, []
        for pair in self.all:
            name, stem, cell = pair.source.name, pair.stem, "none"
            if pair.answer.target:
                if not all(self.ran(side, pair.source.constant) for side in pair.sides):
                    continue
                measured, complaint = self.judge(pair)
                if complaint:
                    wrong.append(f"{name} as {code(pair.answer.target)}: {complaint}")
                    continue
                cell = f"{'=' if pair.answer.kind == 'exact' else ''}{measured:.1e}"
                cell = kept(cell, old.get(name, {}).get(stem, "none"), self.allowed(pair))
            rows.setdefault(name, {})[stem] = cell
        return rows, wrong


def kept(new: str, old: str, allowed: float) -> str:
    """The cell to keep: the old one, where it is of the same kind and rounding alone parts them."""
    if old == "none" or new.startswith("=") != old.startswith("="):
        return new
    return old if settled(float(new.lstrip("=")), float(old.lstrip("=")), allowed) else new


def write(rows: Cells) -> None:
    """All pairs of the main set, a line a source."""
    lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()]
    RESULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
