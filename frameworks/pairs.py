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
from mhat.calls import CALLS, MAIN, opening
from mhat.forms import FORMS
from mhat.gradients import GRADIENTS, LRS, STEPS, THETA
from mhat.translate import code, in_use, translate, written

RESULTS = FOLDER / "pairs.json"


class Source(NamedTuple):
    """A call in use, and whether lr stays constant."""

    run: str
    use: dict
    constant: bool

    @property
    def name(self):
        flags = ", ".join(f"{name}={value}" for name, value in self.use["variant"]["flags"].items())
        return " | ".join(part for part in (self.use["call"]["call"], flags, self.run) if part)


def sources_of(call) -> Iterator[Source]:
    """What is asked of a call: each form, weight decay, no momentum, and as it stands on the page."""
    for number, variant in enumerate(call["variants"]):
        for entry in variant["entries"]:
            told = {name: SETTINGS[name] for name in FORMS[entry["form"]].settings}
            words = ", ".join(["settings", *entry["needs"]])
            for constant in (False, True) if "beta" in told else (False,):
                yield Source(words + ", constant" * constant, in_use(call, variant, told), constant)
        if call["decay"] != "none" and not number:
            decayed = told | {"decay": SETTINGS["decay"], "dampening": 0}
            yield Source("decay", in_use(call, variant, decayed), False)
            if call["page"] == "momentum":
                yield Source("decay, no momentum", in_use(call, variant, decayed | {"beta": 0}), False)
    yield Source("defaults", in_use(call, call["variants"][0], opening(call)), False)


def sources(stems) -> list[Source]:
    return [source for call in CALLS if call["stem"] in stems for source in sources_of(call)]


def case(use: dict, constant: bool) -> dict:
    """What a worker is asked for a call in use."""
    call, shares = use["call"], [1.0] * STEPS if constant else LRS
    settings = {name: float(use["settings"][name]) for name in written(use)}
    flags = {name: ast.literal_eval(value) for name, value in use["variant"]["flags"].items()}
    return {"call": call["call"], "arguments": keywords(settings, call["names"]) | flags, "settings": settings,
            "lrs": [settings["lr"] * share for share in shares],
            "gradients": GRADIENTS.tolist(), "theta": THETA.tolist()}


def matters(source, stem):
    """What is exact however lr moves is not run again with a constant one."""
    return not source.constant or translate(source.use, stem, False)["kind"] == "closest"


class Pairs:
    """All pairs between some frameworks: what has to be run, and whether it holds."""

    def __init__(self, stems):
        self.stems = [stem for stem in MAIN if stem in stems]
        self.rows = [(source, stem, translate(source.use, stem, source.constant)) for source in sources(self.stems)
                     for stem in self.stems if stem != source.use["call"]["stem"] and matters(source, stem)]
        self.found = {}

    def cases(self, stem):
        """The cases of a framework, each once."""
        asked = [case(source.use, source.constant) for source in sources([stem])] if stem in self.stems else []
        asked += [case(answer, source.constant) for source, to, answer in self.rows
                  if to == stem and answer["kind"] != "none"]
        return list({json.dumps(each): each for each in asked}.values())

    def keep(self, stem, cases, paths, dtype):
        """Remember what a framework has walked."""
        for each, path in zip(cases, paths, strict=True):
            self.found[stem, json.dumps(each)] = path, dtype

    def walked(self, use, constant):
        """The path of a call in use, and half a unit of its precision."""
        path, dtype = self.found[use["call"]["stem"], json.dumps(case(use, constant))]
        return path, np.finfo("f4" if use["call"]["float"] != "parameter" else dtype).eps / 2

    def allowed(self, source, answer) -> float:
        """How far a deviation may be from the one that the translator says, by rounding alone."""
        units = sum(self.walked(use, source.constant)[1] for use in (source.use, answer))
        return ROUNDINGS * units * max(1, answer["deviation"])

    def judge(self, source, answer) -> tuple[float | None, str | None]:
        """(measured deviation, complaint or none) of a pair."""
        path, other = (self.walked(use, source.constant)[0] for use in (source.use, answer))
        if isinstance(path, str) or isinstance(other, str):
            return None, f"{path if isinstance(path, str) else other}"
        measured = float(distances(np.array(other), np.array(path)).max())
        allowed = self.allowed(source, answer)
        if abs(measured - answer["deviation"]) <= allowed:
            return measured, None
        return measured, (f"deviates by {measured:.3e}, said to be {answer['kind']} with {answer['deviation']:.3e}, "
                          f"{allowed:.1e} allowed")

    def ran(self, source, answer) -> bool:
        """Whether both sides of a pair have run."""
        return all((use["call"]["stem"], json.dumps(case(use, source.constant))) in self.found
                   for use in (source.use, answer))

    def results(self, old: dict[str, dict[str, str]] | None = None) -> tuple[dict[str, dict[str, str]], list[str]]:
        """({source: {framework: cell}}, complaints) of all pairs; an old cell stays where rounding alone changed it."""
        rows, wrong = {}, []
        for source, stem, answer in self.rows:
            if answer["kind"] == "none":
                rows.setdefault(source.name, {})[stem] = "none"
            elif self.ran(source, answer):
                measured, complaint = self.judge(source, answer)
                if complaint:
                    wrong.append(f"{source.name} as {code(answer)}: {complaint}")
                    continue
                cell = f"{'=' if answer['kind'] == 'exact' else ''}{measured:.1e}"
                before = (old or {}).get(source.name, {}).get(stem, "none")
                rows.setdefault(source.name, {})[stem] = kept(cell, before, self.allowed(source, answer))
        return rows, wrong


def kept(new: str, old: str, allowed: float) -> str:
    """The cell to keep: the old one, where it is of the same kind and rounding alone parts them."""
    if old == "none" or new.startswith("=") != old.startswith("="):
        return new
    return old if settled(float(new.lstrip("=")), float(old.lstrip("=")), allowed) else new


def write(rows: dict[str, dict[str, str]]) -> None:
    """All pairs of the main set, a line a source."""
    lines = [f"{json.dumps(name)}: {json.dumps(cells)}" for name, cells in rows.items()]
    RESULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
