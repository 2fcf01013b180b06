"""A call with its weight decay beside it, run in the framework as the translator writes it.

    python -m frameworks.composed .cache/verify/main    an environment of `dev.py verify`

Asked of Optax, whose parts are a chain, and of Keras, whose part is a regularizer. Each has to walk the path of
the form and the decay that it stands for, to rounding. The rows are kept in composed.json.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from frameworks import verify
from frameworks.compare import ROUNDINGS, SETTINGS, Case, distances, ours
from frameworks.results import FOLDER
from mhat.forms import FORMS
from mhat.gradients import GRADIENTS, LRS, THETA
from mhat.records import records
from mhat.translate import CALLS, Optimizer, code, compose, composition, set_up, translate

RESULTS = FOLDER / "composed.json"
STEMS = ("optax", "keras")
ALLOWED = 2 * ROUNDINGS * np.finfo("float64").eps


def path_of(optimizer: Optimizer, shares: list[float]) -> np.ndarray:
    """The path of an optimizer of the translator by our forms; `shares` of its lr, one a step."""
    call = optimizer.call
    known = [*FORMS[optimizer.form].settings, "decay", *{"start"} & {*call.names}]
    settings = {name: value for name, value in optimizer.settings.items() if name in known}
    lrs = [settings["lr"] * share for share in shares]
    return ours(Case(call.name, "settings", optimizer.form, call.page, settings, {}, lrs, call.start,
                     call.decay if settings["decay"] else ""))


class Question(NamedTuple):
    """An optimizer, a framework, whether lr is constant, and the two parts."""

    source: Optimizer
    stem: str
    constant: bool
    parts: str
    lr: float

    @property
    def lrs(self) -> list[float]:
        """Shares of lr: a number in the text stays what it is, only a schedule drops."""
        return LRS if "lr(t)" in self.parts else [1.0] * len(LRS)

    def asked(self) -> dict:
        """What the worker gets to know; a rate that the text holds as a number is not set from outside."""
        rates = [self.lr * share for share in self.lrs]
        return {"call": "", "parts": self.parts, "arguments": {"learning_rate": None}, "settings": {},
                "lrs": rates, "gradients": GRADIENTS.tolist(), "theta": THETA.tolist()}

    def expected(self) -> np.ndarray:
        """The path of the source by our forms."""
        return path_of(self.source, self.lrs)


def questions(stem: str) -> Iterator[Question]:
    """Each exact pair of parts that a framework is asked for, each text once."""
    seen = set()
    for call in (call for call in CALLS if call.decay != "none" and call.stem != stem):
        for variant in call.variants:
            for constant in (True, False):
                source = set_up(call, variant, SETTINGS | {"dampening": 0})
                found = compose(translate(source, stem, constant), source, stem, constant)
                text = composition(found, source, constant) if found and found.kind == "exact" else ""
                if ("optax.chain" in text or "regularizers" in text) and text not in seen:
                    seen.add(text)
                    yield Question(source, stem, constant, scheduled(text), found.target.settings["lr"])


def scheduled(text: str) -> str:
    """A chain that takes lr(t) beside its call, with the same schedule in the call."""
    return text.replace("learning_rate=0.03", "learning_rate=lr") if "lr(t)" in text else text


def row(question: Question, path: list | str) -> tuple[dict, str | None]:
    """What is kept of a run, and a complaint or none; words instead of a path: it raised."""
    apart = np.inf if isinstance(path, str) else float(distances(np.array(path), question.expected()).max())
    kept = {"source": code(question.source), "to": question.stem, "constant": question.constant,
            "parts": question.parts, "deviation": float(f"{apart:.1e}")}
    said = path if isinstance(path, str) else f"{apart:.1e} apart"
    return kept, None if apart <= ALLOWED else f"{kept['source']} as {question.parts}: {said}"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("home", type=Path, help="an environment of `dev.py verify`")
    home = words.parse_args().home
    verify.home = lambda name: home
    rows, wrong, known = [], [], records()
    for stem in STEMS:
        asked = list(questions(stem))
        walked = verify.paths(stem, known[stem], [question.asked() for question in asked])
        for question, path in zip(asked, walked["paths"], strict=True):
            kept, complaint = row(question, path)
            rows.append(kept | {"version": walked["version"]})
            wrong += [complaint] if complaint else []
    print(*wrong, f"{len(rows)} pairs of parts, {len(wrong)} do not hold", sep="\n")
    RESULTS.write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n", "utf-8")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
