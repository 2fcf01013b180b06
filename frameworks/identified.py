"""Prove `mhat/identify`, and keep what came of it in `frameworks/results/identified.json`.

    python3 -m frameworks.identified               names under random settings, and what is no optimizer
    python3 -m frameworks.identified --narrow      names of paths that were computed in float32 and bfloat16
    python3 -m frameworks.identified --pairs       all pairs of mistakes that can be made in one program
    python3 -m frameworks.identified --real PATH   the main set of frameworks, run in the environment at PATH
"""

import argparse
import inspect
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

import numpy as np

from frameworks import verify
from frameworks.compare import ROUNDINGS, case, chosen, distances, extras
from frameworks.results import FOLDER, merged, results
from mhat import forms
from mhat.identify import GRADIENTS, THETA, answer, identify
from mhat.identify.candidates import COMMON, candidates, names_of
from mhat.identify.feed import EPOCH
from mhat.identify.known import AT_ONE, COUNTS_BEFORE, DECAYS, FORMS, MISTAKES, ROWS, Candidate
from mhat.identify.pairing import pairs_of_mistakes
from mhat.identify.second import STREAM, searched
from mhat.identify.walking import furthest, states_of, walk
from mhat.mistakes import LINES, START, exchanged
from mhat.records import records

RESULTS = FOLDER / "identified.json"
DIGITS = (17, 6, 4)
SETTINGS = 200
UNSAID = 40  # the search over all common settings takes a second or two


def printed(path, digits):
    return "\n".join(" ".join(f"{x:.{digits}g}" for x in row) for row in path)


def drawn(rng):
    """Random settings, three digits each."""
    wide = lambda low, high: float(f"{10 ** rng.uniform(low, high):.3g}")
    even = lambda low, high: round(rng.uniform(low, high), 3)
    return {"lr": wide(-2, 0), "beta": even(0.5, 0.99), "beta1": even(0.5, 0.95), "beta2": even(0.8, 0.999),
            "eps": wide(-10, -3), "dampening": even(0.1, 0.9), "epoch": rng.randint(2, 6), "micro": rng.randint(2, 8)}


def common(rng):
    """Random settings of those that are tried without being told."""
    values = {name: rng.choice(tried) for name, tried in COMMON.items() if name not in ("decay", "lr")}
    values |= {"lr": float(f"{10 ** rng.uniform(-4, 0):.2g}"), "beta2": rng.choice([0.999, 0.99, 0.95, 0.9])}
    return values | {"epoch": EPOCH}


def with_settings(possible, values):
    """A candidate with those of these values that it takes."""
    names = ["lr", *names_of(possible.row, possible.decay)]
    return replace(possible, settings={name: values[name] for name in names})


def asked(hit, digits, told):
    """right: the one name; undecided: among several; wrong: not named."""
    with np.errstate(all="ignore"):
        path = walk(hit, GRADIENTS)
        result = answer(printed(path, digits), told, "")
    groups = result.get("found", ())
    named = any(is_name_of(name, hit) for group in groups for name in group["names"])
    return "wrong" if not named else "right" if len(groups) == 1 else "undecided"


def is_name_of(name, hit):
    return (name["name"], name["decay"], name["start"]) == (hit.row.name, hit.decay, hit.start)


def trials(seed):
    """(group, candidate, what is told) of one random setting: each name, and each weight decay around a random form."""
    rng = random.Random(seed)
    values = drawn(rng)
    for possible in candidates({"decay": 0}):
        told = {**values, "decay": 0}
        yield possible.row.kind, with_settings(possible, told), told
    values["decay"] = float(f"{10 ** rng.uniform(-3, -1):.3g}")
    for decay in DECAYS:
        yield "decay", with_settings(Candidate(rng.choice(FORMS), decay, "v = 0", {}), values), values
    for row in MISTAKES:
        if "decay" in row.takes:
            yield "mistake", with_settings(Candidate(row, "", "v = 0", {}), values), values


def unsaid(seed):
    """The same, nothing told: a few names under common settings."""
    rng = random.Random(seed)
    for possible in rng.sample(candidates({"decay": 0}), 1):
        yield "unsaid", with_settings(possible, common(rng)), {}
    decay, row, values = rng.choice(list(DECAYS)), rng.choice(FORMS), common(rng)
    values |= {"decay": rng.choice(COMMON["decay"]), "beta": 0.9, "beta1": 0.9, "eps": rng.choice(COMMON["eps"][:3])}
    yield "unsaid", with_settings(Candidate(row, decay, "v = 0", {}), values), {}


def stranger(seed):
    """What is no optimizer here: random walks of all sizes, and known rules with a number of theirs changed.

    Where a change lies within the rounding of float32, a name is said for float32 alone; that is no name for these.
    Returns the path, what is told, and the path before the change.
    """
    rng = random.Random(seed)
    values = {**drawn(rng), "decay": 0}
    possible = rng.choice(candidates({"decay": 0}))
    with np.errstate(all="ignore"):
        path = np.array(walk(with_settings(possible, values), GRADIENTS))
    start, rule = np.array(THETA), path.copy()
    if seed % 3 == 0:
        path = start + np.cumsum([[rng.gauss(0, values["lr"]) for _ in range(3)] for _ in range(12)], axis=0)
    elif seed % 3 == 1:
        t, i = rng.randrange(12), rng.randrange(3)
        path[t:, i] += rng.choice((-1, 1)) * 10 ** rng.uniform(-3, 0) * max(1, abs(path[t, i]))
    else:
        path = start + (path - start) * (1 + 0.05 * rng.random() * np.arange(1, 13)[:, None] ** rng.choice((0.5, 1, 2)))
    return path, values, rule


def tried(job):
    """What came of one seed: counts, and the wrong ones."""
    kind, seed = job
    if kind == "strangers":
        path, told, rule = stranger(seed)
        found, shows = identify(printed(path, 6), **told), printed(path, 6) != printed(rule, 6)
        said = found["verdict"] not in ("none", "input") and not found.get("only")
        named = shows and said and np.isfinite(path).all()
        counts = Counter({("strangers", "", "count"): 1, ("strangers", "", "named"): int(named)})
        return counts, [["stranger", seed]] * bool(named)
    counts, wrong = Counter(), []
    for group, hit, told in (trials if kind == "told" else unsaid)(seed):
        for digits in DIGITS:
            word = asked(hit, digits, told)
            counts[group, str(digits), word] += 1
            if word == "wrong":
                wrong.append([hit.row.name, hit.decay, hit.start, hit.settings, digits])
    return counts, wrong


def answer_to(path, digits, told):
    with np.errstate(all="ignore"):
        return answer(printed(path, digits), told, "")


def counted(workers, count, jobs, chunk=1):
    """What came of all jobs, on all cores: counts, and the wrong ones."""
    total, wrong = Counter(), []
    with Pool(workers) as pool:
        for counts, more in pool.imap_unordered(count, jobs, chunksize=chunk):
            total.update(counts)
            wrong += more
    return total, wrong


def nested(total):
    """Counts by group, digits and word."""
    found = {}
    for (group, digits, word), number in sorted(total.items()):
        found.setdefault(group, {}).setdefault(digits, {})[word] = number
    return found


def prove(workers):
    """All counts, which are kept, and the wrong ones; what is done is kept."""
    total, wrong = Counter(), []
    for kind, count in (("told", SETTINGS), ("strangers", 1000), ("unsaid", UNSAID)):
        counts, more = counted(workers, tried, [(kind, seed) for seed in range(count)])
        total.update(counts)
        wrong += more
        print(kind, wrong, flush=True)
        parts = nested(total)
        keep(strangers=parts.pop("strangers", {}).get(""), proof=parts)
    return wrong


# Two mistakes at once

PAIR_DIGITS = (17, 6)
PAIRED = {"lr": 0.2, "beta": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "epoch": EPOCH, "micro": 4}


class Pair(NamedTuple):
    """Two mistakes in one program, as the text that `mistakes.py` makes of it."""

    program: str
    names: tuple[str, str]
    text: str

    def walked(self, stream, settings):
        """The parameters after each step, a coordinate at a time."""
        names = {"np": np, **settings}
        exec(self.text, names)
        rule = names[self.program]
        known = {name: settings[name] for name in inspect.signature(rule).parameters if name in settings}
        known.pop("lr")
        start = START["gradient-not-zeroed" if "gradient-not-zeroed" in self.names else self.program]
        columns = [[] for _ in THETA]
        for i, column in enumerate(columns):
            theta, state = np.float64(THETA[i]), list(start)
            for name in self.names:
                state[2:3] = [COUNTS_BEFORE[name][i]] if name in COUNTS_BEFORE else state[2:3]
            for g in stream:
                theta, state = rule(theta, np.float64(g[i]), state, settings["lr"], **known)
                column.append(float(theta))
        return [list(row) for row in zip(*columns, strict=True)]


def pairs(decay):
    """All that can be made, in either order; with a weight decay those of AdamW too."""
    for program, one, other in pairs_of_mistakes(decay):
        for names in ((one.name, other.name), (other.name, one.name)):
            lines = [line for name in names for line in AT_ONE.get(name, LINES[name])[1:]]
            try:
                yield Pair(program, (one.name, other.name), exchanged(program, *lines))
            except AssertionError:
                continue
            break


def word_of_pair(pair, digits, settings):
    """single: one mistake or form is the same; right: the pair alone; undecided: among others; none, wrong.

    Another setting than was told, "or a mistake with the same effect", is undecided too.
    """
    with np.errstate(all="ignore"):
        path = pair.walked(GRADIENTS, settings)
        text, told = printed(path, digits), {"decay": 0, **settings}
        result = answer(text, told, "")
        if result["verdict"] != "none":
            names = [name for group in result.get("found", ()) for name in group["names"]]
            same = any(equals(name, pair, settings) for name in names)
            return "single" if same else "undecided" if result["verdict"] == "other" else "wrong"
        groups = searched(text, told, "")["groups"]
    named = [" ".join(pair.names) in [hit["name"] for hit in group] for group in groups]
    return "none" if not groups else "wrong" if not any(named) else "right" if len(named) == 1 else "undecided"


def equals(name, pair, settings):
    """Whether a name that was given computes the same as a pair, under gradients of all sizes."""
    row = next(row for row in ROWS if row.name == name["name"])
    hit = Candidate(row, name["decay"], name["start"], name["settings"])
    return furthest(walk(hit, STREAM), pair.walked(STREAM, settings), True) < 1e-6


def pair_counts(job):
    """What came of one pair: counts, and the wrong ones."""
    pair, decay = job
    counts, wrong = Counter(), []
    for digits in PAIR_DIGITS:
        word = word_of_pair(pair, digits, PAIRED | ({"decay": 0.01} if decay else {}))
        counts["decay" if decay else "plain", str(digits), word] += 1
        wrong += [[*pair.names, digits, word]] * (word in ("wrong", "none"))
    return counts, wrong


def all_pairs():
    """[pair, whether with weight decay]: those of AdamW are told one."""
    return [(pair, pair.program == "adamw") for pair in pairs(True)]


def prove_pairs(workers):
    """All counts of the pairs, which are kept, and those that are wrong or have no name."""
    total, wrong = counted(workers, pair_counts, all_pairs(), 16)
    keep(pairs=nested(total))
    print(nested(total), wrong, flush=True)
    return wrong


# Narrow dtypes

NARROW = {"float32": (9, 7, 5), "bfloat16": (9, 5)}  # the digits that are printed
NAMES, NARROW_SEEDS = 12, 40  # names of a seed


def bfloat16(x):
    """A number of float32 rounded to bfloat16, ties to even, by its bits."""
    bits = int(np.float32(x).view(np.uint32))
    return x if not np.isfinite(x) else np.uint32((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).view(np.float32)


def walked_in(hit, dtype):
    """The path of a candidate that computes in float32 and keeps what it keeps in a dtype."""
    row, settings = hit.row, hit.settings
    kept = np.float32 if dtype == "float32" else lambda x: np.float32(bfloat16(np.float32(x)))
    state_of = lambda state: [x if isinstance(x, int) else kept(x) for x in state]
    values = [settings[name] for name in row.takes]
    theta, states, path = [kept(x) for x in THETA], [state_of(state) for state in states_of(hit, GRADIENTS)], []
    for gradients in GRADIENTS:
        for i, g in enumerate(gradients):
            after, state = row.run(theta[i], kept(g), states[i], settings["lr"], *values)
            theta[i], states[i] = kept(after), state_of(state)
        path.append([float(x) for x in theta])
    return path


def narrow(seed):
    """(dtype, digits, word, name) of some names under one random setting; lr is told every other time."""
    rng = random.Random(seed)
    values = {**drawn(rng), "decay": 0}
    told = {name: value for name, value in values.items() if name != "lr" or seed % 2}
    for possible in rng.sample(candidates(told), NAMES):
        hit = with_settings(possible, values)
        for dtype, many in NARROW.items():
            with np.errstate(all="ignore"):
                path = walked_in(hit, dtype)
            for digits in many:
                yield dtype, digits, word_for(answer_to(path, digits, told), hit), [hit.row.name, hit.start, seed]


def word_for(result, hit):
    """right: the one name; undecided: among several; none: nothing is named; wrong: another name."""
    groups = result.get("found", ())
    if any(is_name_of(name, hit) for group in groups for name in group["names"]):
        return "right" if len(groups) == 1 else "undecided"
    return "none" if result["verdict"] in ("none", "input", "close") else "wrong"


def narrow_counts(seed):
    """What came of one seed: counts, and the wrong ones."""
    counts, wrong = Counter(), []
    for dtype, digits, word, name in narrow(seed):
        counts[dtype, str(digits), word] += 1
        wrong += [[dtype, digits, *name]] * (word == "wrong")
    return counts, wrong


def prove_narrow(workers):
    """All counts of the narrow dtypes, which are kept, and the wrong ones."""
    total, wrong = counted(workers, narrow_counts, range(NARROW_SEEDS))
    keep(narrow=nested(total))
    print(nested(total), wrong, flush=True)
    return wrong


# Real frameworks


class Real(NamedTuple):
    """One call on the list of gradients: what the worker is asked, and the name that it should get."""

    asked: dict
    run: str
    name: list[str]

    @property
    def told(self) -> dict[str, float]:
        """The settings as a reader would tell them."""
        known = {name: value for name, value in self.asked["settings"].items() if name in COMMON}
        return known | {"decay": known.get("decay", 0)}


def real_cases(record: dict) -> Iterator[Real]:
    """Every call of a record and each of its flags, and each call with weight decay."""
    for rule in record["rule"]:
        yield real_case(rule, "", rule["form"])
        if rule.get("decay"):
            yield real_case(rule, "", rule["form"], "decay")
        for words, form in rule.get("also", {}).items():
            yield real_case(rule, words, form)


def real_case(rule: dict, words: str, form: str, *more: str) -> Real:
    """A call with a flag, or with weight decay, or as it is."""
    settings = chosen(rule, form, *more)
    if not more and "decay" in rule["settings"]:
        settings["decay"] = 0
    made = case(rule, words or "settings", form, settings, extras(rule, words), constant=True)
    decay = forms.DECAYS[rule["decay"]].same or rule["decay"] if more else ""
    asked = made.asked() | {"gradients": GRADIENTS, "theta": THETA}
    return Real(asked, made.run, [form, decay, made.start])


def real(home: Path) -> list[dict]:
    """What the main set computes, as its frameworks print it: nine digits in float32, seventeen else."""
    verify.home = lambda name: home
    rows = []
    for stem, record in records().items():
        if record["set"] == "main":
            calls = list(real_cases(record))
            walked = verify.paths(stem, record, [call.asked for call in calls])
            rows += [real_row(record, call, path, walked) for call, path in zip(calls, walked["paths"], strict=True)]
            print(record["name"], len(calls), flush=True)
    return rows


def real_row(record: dict, call: Real, path: list | str, walked: dict) -> dict:
    """What is kept of a call: the name it should get, and what it prints; words instead of a path: it raised."""
    digits = 9 if walked["dtype"] == "float32" else 17
    return {"framework": record["name"], "version": walked["version"], "call": call.asked["call"], "run": call.run,
            "name": call.name, "settings": call.told, "dtype": walked["dtype"],
            "print": path if isinstance(path, str) else printed(path, digits)}


def kept(new: dict, old: dict) -> dict:
    """The row to keep: the old one, where rounding alone parts what both print."""
    if old | {"print": new["print"]} != new:
        return new
    try:
        path, before = (np.array([line.split() for line in row["print"].splitlines()], float) for row in (new, old))
    except ValueError:  # words: it raised
        return new
    allowed = ROUNDINGS * np.finfo(new["dtype"]).eps / 2
    return old if distances(path, before, np.array(THETA)).max() <= allowed else new


def keep(**parts) -> None:
    """Put these parts in the file, beside the others."""
    old = results("identified")
    parts = old | parts
    real = merged(parts.pop("real"), old["real"], ["call", "run", "name"], kept)
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in real)
    head = json.dumps(parts, indent=1, sort_keys=True)[:-2]
    RESULTS.write_text(head + ',\n "real": [\n' + rows + "\n]}\n", "utf-8")


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--real", type=Path, help="an environment of `dev.py verify`")
    words.add_argument("--pairs", action="store_true", help="two mistakes at once")
    words.add_argument("--narrow", action="store_true", help="float32 and bfloat16 alone")
    asked = words.parse_args()
    if asked.real:
        return keep(real=real(asked.real))
    if asked.pairs:
        sys.exit(any(word == "wrong" for *_, word in prove_pairs(os.cpu_count())))
    if asked.narrow:
        sys.exit(bool(prove_narrow(os.cpu_count())))
    sys.exit(bool(prove(os.cpu_count())))


if __name__ == "__main__":
    main()
