"""What the translator says of the long run, held against runs of 20,000 steps of our forms.

    python -m frameworks.longrun

First eps: every closest call of which a closed form says what lasts, at gradients from 1e-8 to 1. Then weight
decay under momentum, L2 against apart, at four learning rates that drop in the middle. Each is run with the
call for the long run and with the one for the first steps. Takes minutes; the rows are kept in longrun.json.
"""

import json
import sys
from collections.abc import Iterator
from itertools import chain

import numpy as np

from frameworks.results import FOLDER
from mhat.forms import FORMS
from mhat.translate import CALLS, Answer, Optimizer, code, opening, set_up, translate
from mhat.translate.bridge import obstacles
from mhat.translate.closest import walk
from mhat.translate.lasting import shifted

RESULTS = FOLDER / "longrun.json"
STEPS = 20_000
SIZES = 10.0 ** np.arange(-8, 1)  # of the gradients
RATES = (0.001, 0.01, 0.1, 1.0)
DECAY = 5e-4
HORIZONS = ("long", "first")
FADED = 1e-3  # of a step: what may be left of a difference that fades, after the first half
SWING = 2  # |m - g| is at most so many times what a step of Nadam takes of both, in the mean over the gradients


def gradients(seed: int = 12) -> np.ndarray:
    """Steps × sizes: noise around half its own size, so that m and v are of one order."""
    noise = np.random.default_rng(seed).normal(size=(STEPS, 1))
    return (noise + 0.5) * SIZES


GRADIENTS = gradients()


# eps


def sources() -> Iterator[Optimizer]:
    """Every form of every call that has an eps, with the settings of the page and no weight decay."""
    for call in (call for call in CALLS if call.page != "momentum"):
        for variant in call.variants:
            for entry in variant.entries:
                momentum = {"beta": 0.9 if "beta" in FORMS[entry.form].settings else 0}
                yield set_up(call, variant, opening(call) | {"decay": 0} | momentum)


def path(optimizer: Optimizer) -> np.ndarray:
    """The path of an optimizer over the gradients, from 0."""
    with np.errstate(all="ignore"):
        return np.array(walk(optimizer, [1] * STEPS, np.zeros(SIZES.size), GRADIENTS))


def apart(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """(steps of the second half, whole path): largest difference over all sizes, as shares of the first's."""
    steps, others = (np.abs(np.diff(each[STEPS // 2 :], axis=0)) for each in (one, one - other))
    late = others.sum(axis=0) / steps.sum(axis=0)
    return float(late.max()), float((np.abs(one - other).max(axis=0) / np.abs(one).max(axis=0)).max())


def asked() -> Iterator[tuple[Optimizer, str]]:
    """(source, framework) of each closest call of which a closed form says what lasts, each two forms once."""
    seen = set()
    for source in sources():
        for stem in dict.fromkeys(call.stem for call in CALLS):
            answer = translate(source, stem, True)
            both = answer.target and (source.form, answer.target.form, str(source.settings), source.call.start)
            if answer.kind == "closest" and np.isfinite(answer.lasting) and both not in seen:
                seen.add(both)
                yield source, stem


def eps_row(source: Optimizer, stem: str) -> dict:
    """Both choices for a source in a framework: their eps, what is said to last, what does, the whole path."""
    row, one = {"source": code(source), "to": stem} | shift_left(source, stem), path(source)
    for horizon in HORIZONS:
        answer = translate(source, stem, True, horizon)
        row[horizon] = measured(answer, "eps", *apart(one, path(answer.target)))
    return row


def shift_left(source: Optimizer, stem: str) -> dict:
    """The weight that two schedules of Nadam still give to g and not to m when the second half begins, if any."""
    lines = [line for line in obstacles(translate(source, stem, True)) if line.trait == "ahead"]
    left = sum(shifted(line, source.settings["beta1"], STEPS // 2) for line in lines)
    return {"left": float(f"{left:.2e}")} if left > FADED else {}


def measured(answer: Answer, setting: str, late: float, whole: float) -> dict:
    """What is kept of a run, numbers to three digits; None for what is not finite."""
    numbers = {"said": answer.lasting, "late": late, "path": whole}
    told = {name: float(f"{x:.2e}") if np.isfinite(x) else None for name, x in numbers.items()}
    return {"call": code(answer.target), setting: answer.target.settings[setting]} | told


# Weight decay under momentum


def decay_rows() -> Iterator[dict]:
    """L2 of one call against decay apart in another, both ways, at each learning rate."""
    for call in (call for call in CALLS if call.page == "momentum" and call.decay != "none"):
        for variant in call.variants:
            for stem in ("keras", "pytorch"):
                for lr in RATES:
                    source = set_up(call, variant, {"lr": lr, "beta": 0.9, "decay": DECAY})
                    if stem != call.stem and translate(source, stem, True).kind == "closest":
                        yield decay_row(source, stem)


def decay_row(source: Optimizer, stem: str) -> dict:
    """Both choices for a source in a framework, from 1 with no gradient; the rate drops in the middle."""
    row = {"source": code(source), "to": stem}
    for horizon in HORIZONS:
        answer = translate(source, stem, False, horizon)
        one, other = (decayed(each) for each in (source, answer.target))
        row[horizon] = measured(answer, "decay", abs(np.log(other[-1]) / np.log(one[-1]) - 1), max(abs(one - other)))
    return row


def decayed(optimizer: Optimizer) -> np.ndarray:
    """theta after each step without a gradient, from 1; lr is a tenth in the second half."""
    lrs = np.repeat([1.0, 0.1], STEPS // 2)
    return np.array(walk(optimizer, lrs.tolist(), 1.0, [0.0] * STEPS))


# All of it


def complaint(row: dict) -> str | None:
    """What does not hold of a row: what lasts is not more than what is said of the long run."""
    said, late = row["long"]["said"], row["long"]["late"]
    if said is None or late > said * 1.01 + FADED + SWING * row.get("left", 0):
        return f"{row['source']} as {row['long']['call']}: {late:.2e} lasts, said {said}"
    return None


def main() -> None:
    rows, wrong = {"eps": [], "decay": []}, []
    for kind, row in chain((("eps", eps_row(*each)) for each in asked()), (("decay", row) for row in decay_rows())):
        rows[kind].append(row)
        wrong += [words for words in [complaint(row)] if words]
        print(len(rows["eps"]), len(rows["decay"]), row["source"], row["to"], flush=True)
    print(*wrong, f"{len(rows['eps']) + len(rows['decay'])} rows, {len(wrong)} do not hold", sep="\n")
    text = [f'"{kind}": [\n' + ",\n".join(map(json.dumps, each)) + "\n]" for kind, each in rows.items()]
    RESULTS.write_text("{\n" + ",\n".join(text) + "\n}\n", "utf-8")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
