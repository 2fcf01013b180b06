"""The test vectors: they come back from their digits, right programs pass and wrong ones do not."""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from mhat import faults, mistakes, optimizers, vectors
from mhat.check_vectors import check
from mhat.forms import DECAYS, FORMS
from mhat.problems import PROBLEMS
from mhat.vectors import FILES, Subject, digits, groups
from site_tools.cache import ROOT, once
from site_tools.modules import state
from snippets.reference import vectors as vectors_page

ALL = [(file, subject) for file in FILES for subject in FILES[file]]
name = lambda value: value if isinstance(value, str) else value.name
every_subject = pytest.mark.parametrize("file, subject", ALL, ids=name)
ADAM = Subject(FORMS["adam"])


@cache
def published():
    """Every file as the site offers it, made once for the tests and the build."""
    return json.loads(once("vectors", state("mhat.vectors"), make=lambda: json.dumps(vectors.published())))


@cache
def read(file):
    return json.loads(published()[f"{file}.json"])


def listed(file, form, dtypes=("float64", "float32")):
    """The cases of a form, as a checker reads them."""
    [own] = [group["cases"] for group in read(file)["groups"] if group["form"] == form]
    return [case for case in own if case["dtype"] in dtypes]


def cases(file, subject, dtypes=("float64", "float32")):
    [own] = [group["cases"] for group in groups(file) if group["form"] == subject.name]
    return [case for case in own if case["dtype"] in dtypes]


def off(case, step, state):
    """How far a program is from the path at its worst, in tolerances."""
    theta, worst = case["theta"].copy(), 0.0
    for g, lr, right in zip(case["gradients"], case["lr"], case["path"]):
        with np.errstate(all="ignore"):
            theta, state = step(theta, g, state, lr, **case["settings"])
        far = np.abs(theta - right).max() / case["tolerance"]
        worst = far if not far <= worst else worst
    return worst


# The files


def test_there_is_every_rule_and_every_form_but_the_equal_and_the_mistaken():
    names = [subject.name for _, subject in ALL]
    assert len(names) == len(set(names))
    assert {*FORMS} - {*names} == {"adamw", "adam_folded", "rmsprop_centered_subtracted", "not_nesterov"}
    assert {*DECAYS} - {*names} == {"decay_with", "decay_absolute_after"}
    assert {entry.vectors for entry in (*FORMS.values(), *DECAYS.values())} - {""} == {*FILES}


@pytest.mark.parametrize("file", FILES)
def test_the_digits_give_the_numbers_back(file):
    """Also where a program reads float32 by way of double."""
    assert [g["form"] for g in read(file)["groups"]] == [subject.name for subject in FILES[file]]
    for group, mine in zip(read(file)["groups"], groups(file)):
        for there, here in zip(group["cases"], mine["cases"], strict=True):
            points = [right for right, given in zip(here["path"], there["path"], strict=True) if given is not None]
            pairs = [*((here[key], there[key]) for key in ("theta", "gradients")),
                     (np.array(points), [right for right in there["path"] if right is not None])]
            for own, printed in pairs:
                back = np.array(printed, float).astype(there["dtype"])
                assert own.dtype == there["dtype"] and back.tobytes() == own.tobytes()
            assert there["settings"] == here["settings"] and there["lr"] == here["lr"]
            for part in ("start", "end"):
                assert there[part].keys() == here[part].keys()
                for key, value in here[part].items():
                    assert np.array_equal(np.asarray(there[part][key], np.asarray(value).dtype), value)


def test_digits_are_the_fewest():
    assert json.dumps(digits(np.array([0.1, 1 / 3], "f4"))) == "[0.1, 0.33333334]"
    assert json.dumps(digits({"t": 3, "v": [np.float64(2**-10)]})) == '{"t": 3, "v": [0.0009765625]}'


def parts_of(line):
    """The numbers of a line of the plain text, after this many words."""
    return np.array(line.split()[1:], float)


@pytest.mark.parametrize("file", FILES)
def test_the_text_says_what_the_json_says(file):
    lines = published()[f"{file}.txt"].splitlines()
    assert lines.pop() == "end"
    whole, flat = read(file), lambda value: np.ravel(np.array(value, float))
    assert lines[:4] == [f"{key} {whole[key]}" for key in ("name", "version", "licence", "count")]
    del lines[:4]
    assert [lines.pop(0) for _ in whole["groups"]] == [f"form {g['form']} {g['definition']}" for g in whole["groups"]]
    for flag, note in whole["notes"].items():
        assert lines.pop(0) == f"flag {flag} {note['link']} {note['bug']['en']}"
    for group in whole["groups"]:
        seen = set()
        for case in group["cases"]:
            size, steps = flat(case["theta"]).size, len(case["lr"])
            words = ["case", *case["id"].split("/"), str(size), str(steps), repr(case["tolerance"])]
            assert lines.pop(0).split() == words
            assert lines.pop(0) == f"comment {case['about']['en']}. {case['comment']['en']}"
            assert lines.pop(0).split() == ["new", *(flag for flag in case["flags"] if flag not in seen)]
            seen |= {*case["flags"]}
            assert [lines.pop(0) for _ in case["settings"]] == [f"set {k} {x!r}" for k, x in case["settings"].items()]
            assert np.array_equal(parts_of(lines.pop(0)), flat(case["theta"]))
            for key, value in case["start"].items():
                assert lines[0].startswith(f"start {key} ")
                assert np.array_equal(parts_of(lines.pop(0).replace(f" {key}", "")), flat(value))
            for lr, g, right in zip(case["lr"], case["gradients"], case["path"]):
                assert lines[0].startswith("step ") and np.array_equal(parts_of(lines.pop(0)), np.r_[lr, flat(g)])
                if right is not None:
                    assert lines[0].startswith("path ") and np.array_equal(parts_of(lines.pop(0)), flat(right))
            for key, value in case["end"].items():
                assert lines[0].startswith(f"last {key} ")
                numbers = np.r_[case["end_tolerance"][key], flat(value)]
                assert np.array_equal(parts_of(lines.pop(0).replace(f" {key}", "", 1)), numbers)
    assert not lines


def test_an_id_is_met_once_in_all_files_and_says_what_its_case_is():
    whole = [(group["form"], case) for file in FILES for group in read(file)["groups"] for case in group["cases"]]
    assert len({case["id"] for _, case in whole}) == len(whole) == sum(read(file)["count"] for file in FILES)
    assert all(case["id"] == f"{form}/{case['name']}/{case['dtype']}" for form, case in whole)


def test_the_newest_version_has_its_line():
    assert list(vectors.CHANGES)[-1] == vectors.VERSION
    assert all(read(file)["version"] == vectors.VERSION for file in FILES)
    assert vectors.VERSION in published()["CHANGELOG.md"] and vectors.VERSION in published()["README.md"]


def test_licence_and_version_stand_in_every_file():
    own = [text for key, text in published().items() if key.endswith((".json", ".txt"))]
    assert len(own) == 2 * len(FILES) + 1 + 3 and all("CC0-1.0" in text and vectors.VERSION in text for text in own)
    assert "CC0 1.0 Universal" in published()["LICENSE"] and "CC0-1.0" in published()["README.md"]


# The schema

SCHEMA = Draft202012Validator(vectors.SCHEMA)


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_of_the_schema(file):
    """All cases of its first form, and of the others, which are alike, each eighth."""
    Draft202012Validator.check_schema(vectors.SCHEMA)
    first, *others = read(file)["groups"]
    thinned = [group | {"cases": group["cases"][at % 8::8]} for at, group in enumerate(others)]
    SCHEMA.validate(read(file) | {"groups": [first, *thinned]})


HOLES = {  # what a file may not be: a change of the file, of its first group, of its case `first`
    "a path of length 0": lambda file, group, case: case.update(path=[]),
    "a path that is cut": lambda file, group, case: case["path"].append(case["path"][0]),
    "nothing to compare": lambda file, group, case: case.update(path=[None]),
    "lr of another length": lambda file, group, case: case["lr"].append(0.1),
    "theta of another length": lambda file, group, case: case["theta"].pop(),
    "a gradient of another length": lambda file, group, case: case["gradients"][0].pop(),
    "a state of another length": lambda file, group, case: case["end"]["m"].pop(),
    "a shape that is not theirs": lambda file, group, case: case.update(shape=[5]),
    "a form that is not ours": lambda file, group, case: group.update(form="adan"),
    "a form of another file": lambda file, group, case: group.update(form="nadam"),
    "no settings": lambda file, group, case: case.update(settings={}),
    "a setting more": lambda file, group, case: case["settings"].update(decay=0.1),
    "no start": lambda file, group, case: case.update(start={}),
    "an end without v": lambda file, group, case: case["end"].pop("v"),
    "half a step back": lambda file, group, case: case["start"].update(t=-0.5),
    "a fruit": lambda file, group, case: file.update(version="banana"),
    "no version": lambda file, group, case: file.pop("version"),
    "another licence": lambda file, group, case: file.update(licence="MIT"),
    "no cases": lambda file, group, case: group.update(cases=[]),
    "a group less": lambda file, group, case: file["groups"].pop(),
    "a count that is none": lambda file, group, case: file.update(count=0),
    "text for numbers": lambda file, group, case: case.update(path="x"),
    "no tolerance": lambda file, group, case: case.update(tolerance=0),
    "a tolerance below 0": lambda file, group, case: case["end_tolerance"].update(m=-1),
    "a dtype that is not ours": lambda file, group, case: case.update(dtype="float16"),
    "a flag twice": lambda file, group, case: case["flags"].extend(case["flags"][:1]),
    "a field more": lambda file, group, case: case.update(more=1),
    "a field less": lambda file, group, case: case.pop("lr"),
    "an id of another kind": lambda file, group, case: case.update(id=1),
}


@pytest.mark.parametrize("hole", HOLES)
def test_the_schema_lets_nothing_else_through(hole):
    broken = json.loads(published()["adam.json"])
    broken["groups"] = [group | {"cases": group["cases"][:1]} for group in broken["groups"]]
    SCHEMA.validate(broken)
    HOLES[hole](broken, broken["groups"][0], broken["groups"][0]["cases"][0])
    assert not SCHEMA.is_valid(broken)


def test_what_the_schema_cannot_say_holds():
    """Ids: above. The page and the description of the schema name all of it."""
    for file in FILES:
        every = [case for group in read(file)["groups"] for case in group["cases"]]
        assert read(file)["count"] == len(every)
        assert {flag for case in every for flag in case["flags"]} == {*read(file)["notes"]}
        assert all(case["path"][-1] is not None for case in every)


def test_every_field_has_its_description():
    whole, group = read("adam"), read("adam")["groups"][0]
    note = vectors.SCHEMA["properties"]["notes"]["additionalProperties"]
    pairs = [(vectors.SCHEMA, whole), (vectors.SCHEMA["$defs"]["group"], group), (note, [*whole["notes"].values()][0]),
             (vectors.SCHEMA["$defs"]["case"], group["cases"][0])]
    for schema, one in pairs:
        assert schema["properties"].keys() == one.keys()
        assert all(field["description"] for field in schema["properties"].values())


# Definitions


@every_subject
def test_the_code_of_a_form_walks_its_path_alone(file, subject):
    """Bit for bit, in an empty Python that has `np`, and so does the line of the plain text."""
    [group] = [group for group in read(file)["groups"] if group["form"] == subject.name]
    alone = {"np": np}
    exec(group["code"], alone)
    for case in cases(file, subject):
        theta, state = case["theta"], tuple(case["start"].values())
        line = {"sqrt": np.sqrt, "maximum": np.maximum, "abs": np.abs, "theta": theta, **case["start"]}
        line |= case["settings"]
        for g, lr, right in zip(case["gradients"], case["lr"], case["path"]):
            theta, state = alone[subject.name](theta, g, state, lr, **case["settings"])
            line |= {"g": g, "lr": lr}
            exec(group["definition"], line)
            assert theta.tobytes() == line["theta"].tobytes() == right.tobytes()


# Right programs pass


@every_subject
def test_a_program_that_rounds_elsewhere_passes(file, subject):
    """float32 computed in double and rounded at the end; double in long double, where that is longer, 1 - lr λ too."""
    for case in cases(file, subject):
        wide = float if case["dtype"] == "float32" else np.longdouble
        settings = {key: wide(value) for key, value in case["settings"].items()}
        state = tuple(x if isinstance(x, int) else np.asarray(x, wide) for x in case["start"].values())
        theta, worst = case["theta"].astype(wide), 0.0
        for g, lr, right in zip(case["gradients"].astype(wide), case["lr"], case["path"]):
            theta, state = subject.step(theta, g, state, wide(lr), **settings)
            worst = max(worst, np.abs(theta - right).max())
        assert worst <= case["tolerance"], case["id"]
        for key, x in zip(case["end"], state):
            assert np.max(np.abs(x - case["end"][key])) <= case["end_tolerance"][key], (case["id"], key)


CLASSES = {
    "gradient_descent": optimizers.GradientDescent, "momentum": optimizers.Momentum, "nesterov": optimizers.Nesterov,
    "adagrad": optimizers.AdaGrad, "rmsprop": optimizers.RMSProp, "adam": optimizers.Adam, "nadam": optimizers.Nadam,
    "amsgrad": optimizers.AMSGrad, "adamax": optimizers.AdaMax, "decay_before": optimizers.AdamW,
}


@pytest.mark.parametrize("file, subject", [one for one in ALL if one[1].name in CLASSES], ids=name)
def test_our_optimizers_for_use_pass(file, subject):
    for case in cases(file, subject):
        theta = np.array(case["theta"])
        optimizer = CLASSES[subject.name](theta, lr=1.0, **case["settings"])
        saved = optimizer.state_dict()
        for key, value in case["start"].items():
            saved[f"theta.{key}"] = np.asarray(value)
        optimizer.load_state_dict(saved)
        for g, lr, right in zip(case["gradients"], case["lr"], case["path"]):
            optimizer.lr = lr or 1e-30  # they refuse 0
            optimizer.step(g)
            assert np.abs(theta - right).max() <= case["tolerance"], case["id"]


# Wrong programs do not


@every_subject
def test_every_other_form_of_the_rule_is_found_out(file, subject):
    """In some case it misses by a hundred tolerances or more."""
    known = subject.settings(vectors.COMMON).keys()
    for other in FILES[file]:
        if other is not subject and other.settings(vectors.COMMON).keys() == known:
            apart = max(off(case, other.step, vectors.begin(other.form, case["gradients"], case["dtype"]))
                        for case in cases(file, subject) if PROBLEMS[case["name"]].earlier is None)
            assert apart >= 100, other.name


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_problem_is_hard_for_somebody(problem):
    """It stands in some file, and moves something there."""
    own = [case for file in FILES for group in groups(file) for case in group["cases"] if case["name"] == problem]
    assert any(np.abs(case["path"] - case["theta"]).max() > 5e3 * case["tolerance"] for case in own)


# Programs of somebody else, right and with one line exchanged: written as their authors would, with nothing of ours

ADAM = """
def step(theta, g, s, lr, beta1, beta2, eps, decay=0.0):
    t = s["t"] + 1
    m = s["m"] * beta1 + (1 - beta1) * g
    v = s["v"] * beta2 + (1 - beta2) * g * g
    c1, c2 = 1 - beta1**t, 1 - beta2**t
    under = np.sqrt(v / c2) + eps
    move = lr * (m / c1) / under
    new = theta * (1 - lr * decay) - move
    return new, {"m": m, "v": v, "t": t}
"""
MAXIMUM = 'largest = np.maximum(s["v_max"], v)'
AMSGRAD = ADAM.replace("    c1, c2", f"    {MAXIMUM}\n    c1, c2").replace("v / c2", "largest / c2").replace(
    '"v": v,', '"v": v, "v_max": largest,')
MOMENTUM = """
def step(theta, g, s, lr, beta):
    new = s["velocity"] * beta + g
    return theta - lr * new, {"velocity": new}
"""
NESTEROV = MOMENTUM.replace("theta - lr * new", "theta - lr * (new * beta + g)")
RMSPROP = """
def step(theta, g, s, lr, beta2, eps):
    v = s["v"] * beta2 + (1 - beta2) * (g * g)
    under = np.sqrt(v) + eps
    return theta - lr * g / under, {"v": v}
"""
ADAGRAD = """
def step(theta, g, s, lr, eps):
    total = s["s"] + g * g
    under = np.sqrt(total) + eps
    return theta - lr * g / under, {"s": total}
"""
ADAMAX = """
def step(theta, g, s, lr, beta1, beta2, eps):
    t, m = s["t"] + 1, s["m"] * beta1 + (1 - beta1) * g
    u = np.maximum(s["u"] * beta2, abs(g))
    under = u + eps
    return theta - lr * (m / (1 - beta1**t)) / under, {"m": m, "u": u, "t": t}
"""
NADAM = """
def step(theta, g, s, lr, beta1, beta2, eps):
    t, m = s["t"] + 1, s["m"] + (g - s["m"]) * (1 - beta1)
    v = s["v"] + (g * g - s["v"]) * (1 - beta2)
    mu, then = (beta1 - beta1 / 2 * 0.96 ** (1e0 * k) for k in (t, t + 1))
    product = s["product"] * mu
    under = np.sqrt(v / (1 - beta2**t)) + eps
    new = theta - g * (lr * (1 - mu) / (1 - product)) / under - m * (lr * then / (1 - product * then)) / under
    return new, {"m": m, "v": v, "product": product, "t": t}
"""
SHRINK = "theta * (1 - lr * decay) - move"
AFTER, ABSOLUTE = "(theta - move) * (1 - lr * decay)", "theta * (1 - decay) - move"
BY_HAND = {"adam": ADAM, "decay_before": ADAM, "amsgrad": AMSGRAD, "momentum": MOMENTUM, "nesterov": NESTEROV,
           "decay_after": ADAM.replace(SHRINK, AFTER), "decay_absolute": ADAM.replace(SHRINK, ABSOLUTE),
           "rmsprop": RMSPROP, "adagrad": ADAGRAD, "adamax": ADAMAX,
           "adamax_eps_inside": ADAMAX.replace("abs(g)", "abs(g) + eps").replace("u + eps", "u"),
           "adagrad_eps_inside": ADAGRAD.replace(") + eps", " + eps)"),
           "adagrad_without_eps": ADAGRAD.replace(" + eps", "").replace(", eps", ""),
           "nadam_pytorch": NADAM.replace("1e0", "4e-3"), "nadam_keras": NADAM}


def tail(new, old):
    """Blocks of 8 are new; what is left over stays as it was."""
    whole = new.size - new.size % 8 or new.size
    return np.append(new.ravel()[:whole], old.ravel()[whole:]).reshape(old.shape)


def tried(form, *exchanged, dtypes=("float64", "float32"), problems=tuple(PROBLEMS)):
    """What the checker says of a program: which cases fail alone, and the mistakes that fail the same ones."""
    source, names = BY_HAND[form], {"np": np, "tail": tail}
    for old, new in zip(exchanged[::2], exchanged[1::2], strict=True):
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    exec(source, names)
    [file] = [file for file, subject in ALL if subject.name == form]
    own = [case for case in listed(file, form, dtypes) if case["name"] in problems]
    with np.errstate(all="ignore"):
        said = check(own, names["step"])
        failed = [case["name"] for case in own if "fail" in check([case], names["step"])]
    if not failed:
        assert said == f"{len(own)} cases, {sum(len(case['lr']) for case in own)} steps: all within tolerance"
        return failed, []
    count, like = re.search(r"\n(\d+) of \d+ cases fail, the same as with: (.*)$", said).groups()
    assert int(count) == len(failed)
    return failed, like.split(", ")


@pytest.mark.parametrize("form", BY_HAND)
def test_the_programs_by_hand_pass(form):
    assert tried(form) == ([], [])


SPELLED = {  # weight decay as it stands, then in other words, most of which round no factor of theta
    "decay_before": [SHRINK, "theta - (lr * decay * theta + move)", "theta - lr * (m / c1 / under + decay * theta)",
                     "theta - move - lr * decay * theta", "(theta - lr * decay * theta) - move",
                     "theta * (1 - decay * lr) + -lr / c1 * (m / under)"],
    "decay_after": [AFTER, "theta - move - lr * decay * (theta - move)",
                    "theta - (move + lr * (decay * (theta - move)))",
                    "theta * (1 - lr * decay) - move * (1 - lr * decay)"],
    "decay_absolute": [ABSOLUTE, "theta - (decay * theta + move)", "theta - move - decay * theta",
                       "(1 - decay) * theta - move"],
}


@pytest.mark.parametrize("form, line", [(form, line) for form, lines in SPELLED.items() for line in lines[1:]])
def test_a_weight_decay_in_other_words_passes(form, line):
    """Also over hundreds of steps, where one rounding of its factor comes back in each."""
    assert tried(form, SPELLED[form][0], line) == ([], [])


def test_momentum_by_its_last_two_positions_rounds_more_than_is_allowed():
    """Polyak's spelling carries on the difference of two rounded positions; at a constant rate it is the same rule."""
    def positions(theta, g, state, lr, beta):
        [before] = state
        return theta - lr * g + beta * (theta - before), (theta,)
    [own] = [subject for file, subject in ALL if subject.name == "momentum"]
    same = [case for case in cases("momentum", own) if len({*case["lr"]}) == 1]
    before = [case["theta"] + case["lr"][0] * case["start"]["velocity"] for case in same]
    failed = {case["name"] for case, start in zip(same, before) if off(case, positions, (start,)) > 1}
    assert len(same) > 20 and failed == {"hundreds"}


UNDER, MOVE, C = "np.sqrt(v / c2) + eps", "lr * (m / c1) / under", "c1, c2 = 1 - beta1**t, 1 - beta2**t"
V = 's["v"] * beta2 + (1 - beta2) * g * g'
OLD_V = 'np.where(np.any(s["v"]), s["v"], 1.0).astype(g.dtype) * beta2'
PLANTED = {  # where, the line exchanged, and what the flags call it: nothing where nothing of ours is this bug
    "eps in the root": ("adam", UNDER, "np.sqrt(v / c2 + eps)", "eps-inside-root"),
    "eps in the root of RMSProp": ("rmsprop", "np.sqrt(v) + eps", "np.sqrt(v + eps)", "rmsprop_eps_inside"),
    "eps in the root of AdaGrad": ("adagrad", "np.sqrt(total) + eps", "np.sqrt(total + eps)", ""),
    "eps in the root of AdaMax": ("adamax", "u + eps", "np.sqrt(u * u + eps)", ""),
    "eps in the maximum of AdaMax": ("adamax", "abs(g)", "abs(g) + eps", "u + eps", "u", "adamax_eps_inside"),
    "AdaGrad from 0": ("adagrad_without_eps", 's["s"] + ', 's["s"] - np.float32(0.1) + ', ""),
    "the schedule of PyTorch": ("nadam_keras", "1e0", "4e-3", "nadam_pytorch"),
    "no schedule": ("nadam_keras", "1e0", "1e9", ""),
    "mu in m": ("nadam_keras", 's["m"]) * (1 - beta1)', 's["m"]) * (1 - beta1 + beta1 / 2 * 0.96 ** (s["t"] + 1))', ""),
    "the product begins again": ("nadam_keras", 's["product"] * mu', 's.get("own", 1) * mu',
                                 '"t": t}', '"t": t, "own": product}', ""),
    "eps before the correction": ("adam", UNDER, "(np.sqrt(v) + eps) / c2**0.5", "adam_eps_hat"),
    "eps behind the fraction": ("adam", MOVE, "lr * (m / c1) / np.sqrt(v / c2) + eps", "eps-outside-fraction"),
    "t one less": ("adam", C, "c1, c2 = 1 - beta1 ** (t - 1), 1 - beta2 ** (t - 1)", "t-from-0"),
    "t one more": ("adam", C, "c1, c2 = 1 - beta1 ** (t + 1), 1 - beta2 ** (t + 1)", "t-from-2"),
    "decay in the gradient": ("decay_before", 't = s["t"] + 1', 't, g = s["t"] + 1, g + decay * theta',
                              SHRINK, "theta - move", "decay-in-gradient"),
    "decay without lr": ("decay_before", SHRINK, "theta * (1 - decay) - move", "decay-without-lr"),
    "decay after the step": ("decay_before", SHRINK, "(theta - move) * (1 - lr * decay)", "decay_after"),
    "no decay": ("decay_before", SHRINK, "theta - move", ""),
    "maximum of corrected": ("amsgrad", MAXIMUM, 'largest = np.maximum(s["v_max"], v / (1 - beta2**t))',
                             "largest / c2", "largest", "amsgrad_corrected"),
    "maximum kept in v": ("amsgrad", '"v": v, ', '"v": largest, ', ""),
    "maximum one step late": ("amsgrad", "largest / c2", 's["v_max"] / c2', ""),
    "v from 1": ("adam", 's["v"] * beta2', OLD_V, "v-starts-at-1"),
    "v of RMSProp from 1": ("rmsprop", 's["v"] * beta2', OLD_V, "v-starts-at-1"),
    "lr inside": ("momentum", "beta + g", "beta + lr * g", "theta - lr * new", "theta - new", "momentum_inside"),
    "Nesterov, lr inside": ("nesterov", "beta + g\n", "beta + lr * g\n", "lr * (new * beta + g)",
                            "(new * beta + lr * g)", "nesterov_inside"),
    "Nesterov, new velocity": ("nesterov", "(new * beta + g)", "(beta * beta * new + (1 + beta) * g)", "new-velocity"),
    "plain for Nesterov": ("nesterov", "(new * beta + g)", "new", "momentum"),
    "no correction": ("adam", C, "c1, c2 = 1, 1", "not-corrected"),
    "m not corrected": ("adam", C, "c1, c2 = 1, 1 - beta2**t", "m-not-corrected"),
    "v not corrected": ("adam", C, "c1, c2 = 1 - beta1**t, 1", "v-not-corrected"),
    "no root": ("adam", UNDER, "v / c2 + eps", "root-missing"),
    "no root in RMSProp": ("rmsprop", "np.sqrt(v) + eps", "v + eps", ""),
    "no root in AdaGrad": ("adagrad", "np.sqrt(total) + eps", "total + eps", ""),
    "a root in AdaMax": ("adamax", "u + eps", "np.sqrt(u) + eps", ""),
    "powers of the constructor": ("adam", C, 'begun = s.get("begun", s["t"])\n'
                                  "    c1 = 1 - 0.9**begun * beta1 ** (t - begun)\n"
                                  "    c2 = 1 - 0.999**begun * beta2 ** (t - begun)",
                                  '"t": t}', '"t": t, "begun": begun}', "powers-of-other-betas"),
    "t not restored": ("adam", 't = s["t"] + 1', 't = s.get("own", 0) + 1', '"t": t}', '"t": t, "own": t}',
                       "t-not-restored"),
    "nothing restored": ("adam", 't = s["t"] + 1', 's = s if "own" in s else {"m": 0 * g, "v": 0 * g, "t": 0}\n'
                         '    t = s["t"] + 1', '"t": t}', '"t": t, "own": 1}', "state-not-restored"),
    "a sum from 0.1 restored as 0.1": ("adagrad_eps_inside", 'total = s["s"]',
                                       's = s if "own" in s else {"s": 0 * g + 0.1}\n    total = s["s"]',
                                       '"s": total}', '"s": total, "own": 1}', "state-not-restored"),
    "one v": ("adam", V, f"np.full_like(g, np.mean({V}))", "one-v-for-all"),
    "g of 0 skipped": ("adam", MOVE, f"np.where(g == 0, 0, {MOVE}).astype(g.dtype)", "skipped-where-g-is-0"),
    "the first lr to the end": ("adam", MOVE, 's.get("lr", lr) * (m / c1) / under',
                                '"t": t}', '"t": t, "lr": s.get("lr", lr)}', "lr-not-followed"),
}
SLIPPED = {  # the same for what version 1 let through: and the problem that is there to catch it
    "t in 8 bits": ("adam", 't = s["t"] + 1', 't = (s["t"] + 1) % 256', "t-in-8-bits", "hundreds"),
    "tail after 8": ("adam", 'new, {"m": m, "v": v,', 'tail(new, theta), {"m": tail(m, s["m"]), "v": tail(v, s["v"]),',
                     "tail-forgotten", "tail"),
    "clipped at 2 lr": ("adam", MOVE, f"np.clip({MOVE}, -2 * lr, 2 * lr)", "step-clipped", "leap"),
    "v floored": ("adam", V, f"np.maximum({V}, 1e-30).astype(g.dtype)", "v-floored", "minute"),
    "subnormals are 0": ("adam", "    c1", "    v = np.where(v < np.finfo(g.dtype).tiny, 0, v).astype(g.dtype)\n    c1",
                         "subnormals-flushed", "subnormal"),
    "v of 0 skipped": ("adam", MOVE, f"np.where(v == 0, 0, {MOVE}).astype(g.dtype)", "skipped-where-v-is-0", "vanish"),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_falls_and_is_named(bug, dtype):
    """In each dtype alone too, for a program that has only one."""
    form, *exchanged, flag = PLANTED[bug]
    failed, like = tried(form, *exchanged, dtypes=[dtype])
    assert failed and (flag in like or not flag)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("bug", SLIPPED)
def test_what_slipped_through_version_1_falls_and_is_named(bug, dtype):
    """By the new problems alone: the old ones are what they were."""
    form, *exchanged, flag, problem = SLIPPED[bug]
    assert not tried(form, *exchanged, problems=[*PROBLEMS][:13])[0]
    failed, like = tried(form, *exchanged, dtypes=[dtype])
    assert problem in failed and flag in like and len(like) <= 5  # five mistakes stop or restart t after 255 steps


@pytest.mark.parametrize("form, line", [("adam", V), ("rmsprop", 's["v"] * beta2 + (1 - beta2) * (g * g)')])
def test_a_run_in_float64_that_keeps_float32_falls_everywhere(form, line):
    failed, like = tried(form, line, f"np.float32({line})", dtypes=["float64"])
    assert len(failed) > 15 and like


def test_powers_in_float32_fall_in_the_one_case_that_float32_has_for_them():
    powers = "c1, c2 = 1 - np.float32(beta1) ** np.float32(t), 1 - np.float32(beta2) ** np.float32(t)"
    assert tried("adam", C, powers, dtypes=["float32"]) == (["rounded"], ["powers-in-float32"])


@pytest.mark.parametrize("form, line", [("adam", V), ("rmsprop", 's["v"] * beta2 + (1 - beta2) * (g * g)')])
def test_one_minus_beta2_in_float32_falls_there_too(form, line):
    """Even where no power is computed, and its powers may be in double."""
    low = line.replace("(1 - beta2)", "(np.float32(1) - np.float32(beta2))")
    assert tried(form, line, low, dtypes=["float32"])[0] == ["rounded"]


# Flags


UNSEEN = set()  # mistakes that no case can show, because nothing of them is in a rule


def test_a_flag_is_a_mistake_a_fault_or_a_form():
    kinds = [{*mistakes.LINES}, {*faults.FAULTS}, {*FORMS, *DECAYS}]
    assert not any(one & other for i, one in enumerate(kinds) for other in kinds[:i])
    for file in FILES:
        assert {*read(file)["notes"]} <= set().union(*kinds)
    shown = {flag for file in FILES for flag in read(file)["notes"]}
    assert {*mistakes.LINES, *faults.FAULTS} - shown == UNSEEN


@pytest.mark.parametrize("flag", mistakes.LINES)
def test_a_note_says_the_fingerprint_of_its_mistake(flag):
    """As the page of mistakes computes it, from the steps of its program alone."""
    [note] = {json.dumps(read(file)["notes"][flag]): read(file)["notes"][flag]
              for file in FILES if flag in read(file)["notes"]}.values()
    assert note["link"] == f"check/mistakes.html#{flag}" and note["bug"]["en"] == mistakes.MISTAKES[flag].title[1]
    rule, held = mistakes.wrong(flag)
    theta, steps = np.ones(2), []
    with np.errstate(all="ignore"):
        for _ in range(100):
            new, held = rule(theta, np.full(2, 10.0), held, 1e-3)
            steps, theta = [*steps, (theta - new)[1] / 1e-3], new
    numbers = re.findall(r"-?(?:\d[\d.e+-]*|nan|inf)(?=,| learning)", note["effect"]["en"].split("100 are ")[1])
    right = [steps[t - 1] for t in (1, 2, 10, 100)]
    assert np.allclose([float(x) for x in numbers[:4]], right, rtol=6e-3, equal_nan=True)


def test_a_comment_says_what_no_other_problem_catches():
    for case in listed("adam", "adam"):
        others = {flag for other in listed("adam", "adam") if other["name"] != case["name"] for flag in other["flags"]}
        alone = ", ".join(flag for flag in case["flags"] if flag not in others)
        said = re.search(r"alone: (.*)\.$", case["comment"]["en"])
        assert (said[1] if said else "") == alone and alone in case["comment"]["ko"]


# The three programs that check

LANGUAGES = ("py", "js", "c")


def tool(language):
    """The tool, or a skip where it may be missing: not in CI."""
    found = sys.executable if language == "py" else shutil.which({"js": "node", "c": "cc"}[language])
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no tool for {language}")
    return found


@pytest.fixture(scope="module", params=LANGUAGES)
def checker(request, tmp_path_factory):
    """(language, run): `run(source, file's text, *form)` gives the code and what was said."""
    language, folder = request.param, tmp_path_factory.mktemp(request.param)

    @cache
    def built(text):
        source = folder / f"{len(text)}.{language}"
        source.write_text(text, "utf-8")
        if language != "c":
            return [tool(language), str(source)]
        command = [tool("c"), str(source), "-std=c99", "-Wall", "-Wextra", "-Werror"]
        subprocess.run([*command, "-o", str(folder / "check"), "-lm"], cwd=folder, check=True)
        return [str(folder / "check")]

    def run(text, data, *form):
        file = folder / ("adam.txt" if language == "c" else "adam.json")
        file.write_text(data, "utf-8")
        done = subprocess.run([*built(text), file.name, *form], cwd=folder, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr
    return language, run


def own(language):
    """The checker as it is offered, and its file: of Adam alone in its three forms."""
    return (ROOT / "mhat" / f"check_vectors.{language}").read_text("utf-8"), published()[
        "adam.txt" if language == "c" else "adam.json"]


def test_a_right_adam_is_told_how_much_was_compared(checker):
    language, run = checker
    count, steps = len(listed("adam", "adam")), sum(len(case["lr"]) for case in listed("adam", "adam"))
    for form in ([], ["adam"]):
        assert run(*own(language), *form) == (0, f"{count} cases, {steps} steps: all within tolerance\n")


BROKEN = {  # lines exchanged, the first step that shows it, the flag
    "py": (("/ (1 - beta2**t) ** 0.5 + eps", "+ eps"), "step 1", "v-not-corrected"),
    "js": (("Math.sqrt(state.v[i] / c2) + eps", "Math.sqrt(state.v[i] / c2 + eps)"), "step 1", "eps-inside-root"),
    "c": (("m[i] / (1 - pow(beta1, t))", "m[i]"), "step 1", "m-not-corrected"),
}


def test_a_wrong_adam_is_told_where_and_like_what(checker):
    language, run = checker
    (right, wrong), step, flag = BROKEN[language]
    text, data = own(language)
    assert text.count(right) == 1
    code, said = run(text.replace(right, wrong), data)
    assert code == 1 and said.startswith(f"adam/first/float64, {step}") and flag in said and "power-outside" not in said


def test_a_form_that_is_not_there_is_no_success(checker):
    language, run = checker
    code, said = run(*own(language), "nadam")
    assert code == 1 and all(form in said for form in ("nadam", "adam_eps_hat", "adam_uncorrected"))


def test_another_form_than_the_program_fails(checker):
    language, run = checker
    code, said = run(*own(language), "adam_eps_hat")
    assert code == 1 and "adam_eps_hat/first/float64, step 1" in said


def test_an_empty_file_is_no_success(checker):
    language, run = checker
    assert run(own(language)[0], "")[0] == 1


DAMAGE = {  # what happens to the file: to the JSON, to the lines of the text
    "no cases": (lambda file, case: [group["cases"].clear() for group in file["groups"]],
                 lambda lines, at: lines[:at]),
    "a case less": (lambda file, case: file["groups"][2]["cases"].pop(), lambda lines, at: lines[:-30] + ["end"]),
    "no path": (lambda file, case: case["path"].clear(), lambda lines, at: drop(lines, at, "path")),
    "nothing given": (lambda file, case: case.update(path=[None] * len(case["path"])),
                      lambda lines, at: drop(lines, at, "path")),
    "a gradient less": (lambda file, case: case["gradients"].pop(), lambda lines, at: drop(lines, at, "step")),
    "theta too short": (lambda file, case: case["theta"].pop(), lambda lines, at: cut(lines, at, "theta")),
    "path too short": (lambda file, case: case["path"][0].pop(), lambda lines, at: cut(lines, at, "path")),
    "path too long": (lambda file, case: case["path"][0].append(0.5), lambda lines, at: cut(lines, at, "path", " 0.5")),
    "a path more": (lambda file, case: case["path"].append(case["path"][-1]),
                    lambda lines, at: [*lines[:found(lines, at, "step") + 1], *lines[found(lines, at, "step"):]]),
    "no numbers": (lambda file, case: file["groups"][0]["cases"][1].update(path=[[]] * 12),
                   lambda lines, at: cut(lines, found(lines, at, "case adam constant"), "path")),
    "another v at the end": (lambda file, case: case["end"]["v"].__setitem__(0, 0.5),
                             lambda lines, at: cut(lines, at, "last v 3e-14", " 1 2")),
    "another t at the end": (lambda file, case: case["end"].update(t=2),
                             lambda lines, at: cut(lines, at, "last t 0", "1")),
}


def found(lines, at, word):
    return next(i for i in range(at, len(lines)) if lines[i].startswith(word))


def drop(lines, at, word):
    """Without the first line after `at` that begins so."""
    return [line for i, line in enumerate(lines) if i != found(lines, at, word)]


def cut(lines, at, word, more=""):
    """That line with its last number gone, or with more."""
    i = found(lines, at, word)
    return [*lines[:i], lines[i] + more if more else lines[i].rpartition(" ")[0], *lines[i + 1:]]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_no_success(checker, damage):
    language, run = checker
    text, data = own(language)
    in_json, in_text = DAMAGE[damage]
    if language == "c":
        lines = data.splitlines()
        data = "\n".join(in_text(lines, found(lines, 0, "case"))) + "\n"
    else:
        whole = json.loads(data)
        in_json(whole, whole["groups"][0]["cases"][0])
        data = json.dumps(whole)
    code, said = run(text, data)
    assert code == 1 and "all within tolerance" not in said


@pytest.mark.parametrize("lines", [300, -1])
def test_a_text_that_is_cut_is_no_success(lines, tmp_path):
    """Also where nothing but its last line is missing."""
    text, data = own("c")
    (tmp_path / "check.c").write_text(text, "utf-8")
    subprocess.run([tool("c"), "check.c", "-o", "check", "-lm"], cwd=tmp_path, check=True)
    (tmp_path / "adam.txt").write_text("\n".join(data.splitlines()[:lines]), "utf-8")
    done = subprocess.run(["./check", "adam.txt"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and "cut" in done.stderr


def test_the_page_shows_a_published_case():
    [whole] = [case for case in listed("adam", "adam", ["float64"]) if case["name"] == "zeros"]
    shown = vectors_page.case
    assert shown == {key: whole[key] for key in shown} | {"flags": shown["flags"]}
    assert {*shown["flags"]} < {*whole["flags"]}
