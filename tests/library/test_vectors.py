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

from mhat import faults, mistakes, optimizers, rules, vectors
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


def test_the_licence_stands_in_every_file():
    own = [text for key, text in published().items() if key.endswith((".json", ".txt")) and key != "schema.json"]
    assert len(own) == 2 * len(FILES) and all("CC0-1.0" in text for text in own)
    assert "CC0 1.0 Universal" in published()["LICENSE"] and "CC0-1.0" in published()["README.md"]


# The schema

SCHEMA = Draft202012Validator(vectors.SCHEMA)


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_of_the_schema(file):
    """All cases of its first form, and of the others, which are alike, each fourth."""
    Draft202012Validator.check_schema(vectors.SCHEMA)
    first, *others = read(file)["groups"]
    thinned = [group | {"cases": group["cases"][at % 4::4]} for at, group in enumerate(others)]
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
    fields = [vectors.SCHEMA, *vectors.SCHEMA["$defs"].values(), vectors.SCHEMA["properties"]["notes"]["additionalProperties"]]
    described = [own["description"] for part in fields for own in part["properties"].values()]
    assert len(described) == len(read("adam")) + len(read("adam")["groups"][0]) + len(
        read("adam")["groups"][0]["cases"][0]) + 3 and all(described)


# Definitions


@every_subject
def test_the_code_of_a_form_walks_its_path_alone(file, subject):
    """Bit for bit, in an empty Python that has `np`, and so does the line of the plain text."""
    [group] = [group for group in read(file)["groups"] if group["form"] == subject.name]
    alone = {"np": np}
    exec(group["code"], alone)
    for case in cases(file, subject):
        theta, state = case["theta"], tuple(case["start"].values())
        line = {"sqrt": np.sqrt, "maximum": np.maximum, "abs": np.abs, "theta": theta} | case["start"] | case["settings"]
        for g, lr, right in zip(case["gradients"], case["lr"], case["path"]):
            theta, state = alone[subject.name](theta, g, state, lr, **case["settings"])
            line |= {"g": g, "lr": lr}
            exec(group["definition"], line)
            assert theta.tobytes() == line["theta"].tobytes() == right.tobytes()


# Right programs pass


@every_subject
def test_a_program_that_rounds_elsewhere_passes(file, subject):
    """float32 computed in double and rounded at the end; double in long double, where that is longer."""
    for case in cases(file, subject):
        wide = float if case["dtype"] == "float32" else np.longdouble
        state = tuple(x if isinstance(x, int) else np.asarray(x, wide) for x in case["start"].values())
        theta, worst = case["theta"].astype(wide), 0.0
        for g, lr, right in zip(case["gradients"].astype(wide), case["lr"], case["path"]):
            theta, state = subject.step(theta, g, state, lr, **case["settings"])
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


# Programs of somebody else, right and with one bug: written as their authors would, with nothing of ours in them


def tail(x, new, old):
    """Blocks of 8; what is left over stays as it was."""
    whole = x.size - x.size % 8 or x.size
    return np.append(new.ravel()[:whole], old.ravel()[whole:]).reshape(old.shape)


def adam_by_hand(bug=""):
    """Adam, AdamW and AMSGrad."""
    def step(theta, g, s, lr, beta1, beta2, eps, decay=None):
        kind = theta.dtype
        if bug == "t in 8 bits":
            s = s | {"t": (s["t"] + 1) % 256 - 1}
        t = s["t"] + {"t - 1": 0, "t + 1": 2}.get(bug, 1)
        grad = g + decay * theta if bug == "decay in the gradient" else g
        m = s["m"] * beta1 + (1 - beta1) * grad
        old = np.ones_like(s["v"]) if bug == "v begins at 1" and not s["v"].any() else s["v"]
        v = old * beta2 + (1 - beta2) * grad * grad
        if bug == "float32 inside":
            m, v = m.astype("f4").astype(kind), v.astype("f4").astype(kind)
        if bug == "v floored":
            v = np.maximum(v, 1e-30).astype(kind)
        if bug == "subnormals are 0":
            v = np.where(v < np.finfo(kind).tiny, 0, v).astype(kind)
        c1 = 1 if bug in ("no correction", "m not corrected") else 1 - beta1**t
        c2 = 1 if bug in ("no correction", "v not corrected") else 1 - beta2**t
        if bug == "powers in float32":
            c1, c2 = 1 - np.float32(beta1)**np.float32(t), 1 - np.float32(beta2)**np.float32(t)
        largest, held = v, {}
        if "v_max" in s:
            largest = np.maximum(s["v_max"], v)
            held = {"v_max": largest}
            largest = s["v_max"] if bug == "maximum one step late" else largest
            v = largest if bug == "maximum kept in v" else v
        corrected = largest / c2
        if bug == "maximum of corrected":
            corrected = np.maximum(s["v_max"], v / c2)
            held = {"v_max": corrected}
        divisor = np.sqrt(corrected) + eps
        if bug == "eps in the root":
            divisor = np.sqrt(corrected + eps)
        if bug == "eps before the correction":
            divisor = np.sqrt(largest) / c2**0.5 + eps / c2**0.5
        if bug == "no root":
            divisor = corrected + eps
        move = lr * (m / c1) / divisor
        if bug == "eps behind the fraction":
            move = lr * (m / c1) / np.sqrt(corrected) + eps
        if bug == "clipped at 2 lr":
            move = np.clip(move, -2 * lr, 2 * lr)
        if bug == "v of 0 skipped":
            move = np.where(v == 0, 0, move).astype(kind)
        share = {"decay without lr": decay}.get(bug, lr * (decay or 0))
        if bug in ("decay missing", "decay in the gradient", "decay after the step") or not decay:
            share = 0
        new = theta * (1 - share) - move
        if bug == "decay after the step":
            new = new * (1 - lr * decay)
        if bug == "tail after 8":
            new, m, v = tail(theta, new, theta), tail(theta, m, s["m"]), tail(theta, v, s["v"])
        return new, {"m": m, "v": v, "t": t if bug != "t - 1" else t + 1} | held
    return step


def momentum_by_hand(bug=""):
    """Momentum; with `nesterov` in the name of the bug or as the bug, Nesterov's."""
    def step(theta, g, s, lr, beta):
        old, scale = s["velocity"], lr if "lr inside" in bug else 1
        velocity = old * beta + scale * g
        rest = lr if scale == 1 else 1
        if "nesterov" not in bug or "plain" in bug:
            return theta - rest * velocity, {"velocity": velocity}
        ahead = velocity * beta + scale * g
        if "new for old" in bug:
            ahead = beta * beta * velocity + (1 + beta) * scale * g
        return theta - rest * ahead, {"velocity": velocity}
    return step


def divided_by_hand(bug=""):
    """RMSProp and AdaGrad, told apart by what they keep; AdaMax."""
    def step(theta, g, s, lr, eps, beta1=None, beta2=None):
        if "u" in s:
            t, m = s["t"] + 1, s["m"] * beta1 + (1 - beta1) * g
            u = np.maximum(s["u"] * beta2, abs(g))
            under = {"a root": np.sqrt(u) + eps, "eps in the root": np.sqrt(u * u + eps)}.get(bug, u + eps)
            return theta - lr * (m / (1 - beta1**t)) / under, {"m": m, "u": u, "t": t}
        [(key, old)] = s.items()
        old = np.ones_like(old) if bug == "v begins at 1" and not old.any() else old
        v = old + g * g if key == "s" else old * beta2 + (1 - beta2) * (g * g)
        v = v.astype("f4").astype(v.dtype) if bug == "float32 inside" else v
        under = {"eps in the root": np.sqrt(v + eps), "no root": v + eps}.get(bug, np.sqrt(v) + eps)
        return theta - lr * g / under, {key: v}
    return step


def tried(file, form, step, dtypes=("float64", "float32")):
    """What the checker says of a program: how many cases fail, and the mistakes that fail the same ones."""
    own = listed(file, form, dtypes)
    with np.errstate(all="ignore"):
        said = check(own, step)
    if said.endswith("within tolerance"):
        assert said.startswith(f"{len(own)} cases, {sum(len(case['lr']) for case in own)} steps")
        return 0, []
    count, like = re.search(r"\n(\d+) of \d+ cases fail, the same as with: (.*)$", said).groups()
    return int(count), like.split(", ")


@pytest.mark.parametrize("file, form, step", [
    ("adam", "adam", adam_by_hand()), ("adamw", "decay_before", adam_by_hand()),
    ("amsgrad", "amsgrad", adam_by_hand()), ("momentum", "momentum", momentum_by_hand()),
    ("momentum", "nesterov", momentum_by_hand("nesterov")), ("rmsprop", "rmsprop", divided_by_hand()),
    ("adagrad", "adagrad", divided_by_hand()), ("adamax", "adamax", divided_by_hand()),
])
def test_the_programs_by_hand_pass(file, form, step):
    assert tried(file, form, step) == (0, [])


PLANTED = [  # the bug, where, and what the flags call it: nothing where nothing of ours is this bug
    *(("eps in the root", file, hand, own) for file, hand, own in (
        ("adam", adam_by_hand, "eps-inside-root"), ("rmsprop", divided_by_hand, "rmsprop_eps_inside"),
        ("adagrad", divided_by_hand, ""), ("adamax", divided_by_hand, ""))),
    ("eps before the correction", "adam", adam_by_hand, "adam_eps_hat"),
    ("eps behind the fraction", "adam", adam_by_hand, "eps-outside-fraction"),
    ("t - 1", "adam", adam_by_hand, "t-from-0"), ("t + 1", "adam", adam_by_hand, ""),
    ("decay in the gradient", "decay_before", adam_by_hand, "decay-in-gradient"),
    ("decay without lr", "decay_before", adam_by_hand, "decay-without-lr"),
    ("decay after the step", "decay_before", adam_by_hand, "decay_after"),
    ("decay missing", "decay_before", adam_by_hand, ""),
    ("maximum of corrected", "amsgrad", adam_by_hand, "amsgrad_corrected"),
    ("maximum kept in v", "amsgrad", adam_by_hand, ""), ("maximum one step late", "amsgrad", adam_by_hand, ""),
    ("v begins at 1", "adam", adam_by_hand, "v-starts-at-1"),
    ("v begins at 1", "rmsprop", divided_by_hand, "v-starts-at-1"),
    ("lr inside", "momentum", momentum_by_hand, "momentum_inside"),
    ("nesterov, lr inside", "nesterov", momentum_by_hand, "nesterov_inside"),
    ("nesterov, new for old", "nesterov", momentum_by_hand, "new-velocity"),
    ("nesterov, plain", "nesterov", momentum_by_hand, "momentum"),
    ("no correction", "adam", adam_by_hand, "not-corrected"),
    ("m not corrected", "adam", adam_by_hand, "m-not-corrected"),
    ("v not corrected", "adam", adam_by_hand, "v-not-corrected"),
    ("no root", "adam", adam_by_hand, "root-missing"), ("no root", "rmsprop", divided_by_hand, ""),
    ("no root", "adagrad", divided_by_hand, ""), ("a root", "adamax", divided_by_hand, ""),
    ("t in 8 bits", "adam", adam_by_hand, "t-in-8-bits"), ("tail after 8", "adam", adam_by_hand, "tail-forgotten"),
    ("clipped at 2 lr", "adam", adam_by_hand, "step-clipped"), ("v floored", "adam", adam_by_hand, "v-floored"),
    ("subnormals are 0", "adam", adam_by_hand, "subnormals-flushed"),
    ("v of 0 skipped", "adam", adam_by_hand, "skipped-where-v-is-0"),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("bug, form, hand, flag", PLANTED)
def test_a_planted_bug_falls_and_is_named(bug, form, hand, flag, dtype):
    """In each dtype alone too, for a program that has only one."""
    [file] = [file for file, subject in ALL if subject.name == form]
    count, like = tried(file, form, hand(bug), [dtype])
    assert count
    assert flag in like if flag else bug


def test_what_only_one_dtype_can_show():
    assert tried("adam", "adam", adam_by_hand("float32 inside"), ["float64"])[0] > 10
    assert tried("rmsprop", "rmsprop", divided_by_hand("float32 inside"), ["float64"])[0] > 10
    count, like = tried("adam", "adam", adam_by_hand("powers in float32"), ["float32"])
    assert (count, like) == (1, ["powers-in-float32"])


NEW = {"t in 8 bits": "hundreds", "tail after 8": "tail thousand", "clipped at 2 lr": "leap", "v floored": "minute",
       "subnormals are 0": "subnormal", "v of 0 skipped": "vanish"}


@pytest.mark.parametrize("bug", NEW)
def test_what_slipped_through_version_1_still_would(bug):
    """The new problems are what catches it: the old ones are no other than they were."""
    own = [case for case in listed("adam", "adam") if case["name"] in [*PROBLEMS][:13]]
    with np.errstate(all="ignore"):
        assert check(own, adam_by_hand(bug)).endswith("within tolerance")
        left = [case["name"] for case in listed("adam", "adam") if "fail" in check([case], adam_by_hand(bug))]
    assert {*left} <= {*NEW[bug].split(), "minute", "subnormal", "vanish"} and {*left} & {*NEW[bug].split()}


# Flags


def test_a_flag_is_a_mistake_a_fault_or_a_form():
    kinds = [{*mistakes.LINES}, {*faults.FAULTS}, {*FORMS, *DECAYS}]
    assert not any(one & other for i, one in enumerate(kinds) for other in kinds[:i])
    for file in FILES:
        assert {*read(file)["notes"]} <= set().union(*kinds)
    assert {*mistakes.LINES, *faults.FAULTS} <= {flag for file in FILES for flag in read(file)["notes"]}


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
    assert np.allclose([float(x) for x in numbers[:4]], [steps[t - 1] for t in (1, 2, 10, 100)], rtol=6e-3, equal_nan=True)


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
        command = [tool("c"), str(source), "-std=c99", "-Wall", "-Wextra", "-Werror", "-o", str(folder / "check"), "-lm"]
        subprocess.run(command, check=True)
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
    "another v at the end": (lambda file, case: case["end"]["v"].__setitem__(0, 0.5),
                             lambda lines, at: cut(lines, at, "last v 3e-14", " 1 2")),
    "another t at the end": (lambda file, case: case["end"].update(t=2), lambda lines, at: cut(lines, at, "last t 0", "1")),
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
