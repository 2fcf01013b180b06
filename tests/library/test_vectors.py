"""The test vectors: they come back from their digits, right programs pass and wrong ones do not."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from mhat import optimizers, rules, vectors
from mhat.forms import DECAYS, FORMS
from mhat.vectors import FILES, PROBLEMS, Subject, as_json, as_text, digits, groups, published
from site_tools.cache import ROOT
from snippets.reference import vectors as vectors_page

ALL = [(file, subject) for file in FILES for subject in FILES[file]]
name = lambda value: value if isinstance(value, str) else value.name
every_subject = pytest.mark.parametrize("file, subject", ALL, ids=name)
ADAM = Subject(FORMS["adam"])


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
    read = json.loads(as_json(file))
    assert [g["form"] for g in read["groups"]] == [subject.name for subject in FILES[file]]
    for group, mine in zip(read["groups"], groups(file)):
        for there, here in zip(group["cases"], mine["cases"], strict=True):
            for key in ("theta", "gradients", "path"):
                back = np.array(there[key], float).astype(there["dtype"])
                assert here[key].dtype == there["dtype"] and back.tobytes() == here[key].tobytes()
            assert there["settings"] == here["settings"] and there["lr"] == here["lr"]
            for part in ("start", "end"):
                assert there[part].keys() == here[part].keys()
                for key, value in here[part].items():
                    assert np.array_equal(np.asarray(there[part][key], np.asarray(value).dtype), value)


def test_digits_are_the_fewest():
    assert json.dumps(digits(np.array([0.1, 1 / 3], "f4"))) == "[0.1, 0.33333334]"
    assert json.dumps(digits({"t": 3, "v": [np.float64(2**-10)]})) == '{"t": 3, "v": [0.0009765625]}'


@pytest.mark.parametrize("file", FILES)
def test_the_text_says_what_the_json_says(file):
    lines = [line.split() for line in as_text(file).splitlines()]
    assert lines.pop() == ["end"]
    for group in groups(file):
        for case in group["cases"]:
            head = lines.pop(0)
            size, steps = case["theta"].size, len(case["lr"])
            words = ["case", group["form"], case["name"], case["dtype"]]
            assert head == [*words, str(size), str(steps), repr(case["tolerance"])]
            for key, value in case["settings"].items():
                assert lines.pop(0) == ["set", key, repr(value)]
            assert np.array_equal(np.array(lines.pop(0)[1:], float), np.ravel(digits(case["theta"])))
            for key, value in case["start"].items():
                word, own, *numbers = lines.pop(0)
                assert (word, own) == ("start", key)
                assert np.array_equal(np.array(numbers, float), np.ravel(digits(value)))
            for lr, g, right in zip(case["lr"], case["gradients"], case["path"]):
                _, *numbers = lines.pop(0)
                assert np.array_equal(np.array(numbers, float), np.r_[lr, np.ravel(digits(g)), np.ravel(digits(right))])
    assert not lines


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_of_the_schema(file):
    Draft202012Validator.check_schema(vectors.SCHEMA)
    schema, read = Draft202012Validator(vectors.SCHEMA), json.loads(as_json(file))
    schema.validate(read)
    for key, value in (("settings", []), ("path", "x"), ("tolerance", 0), ("dtype", "float16"), ("more", 1)):
        broken = json.loads(as_json(file))
        broken["groups"][0]["cases"][0][key] = value
        assert not schema.is_valid(broken), key
    del read["groups"][0]["cases"][0]["lr"]
    assert not schema.is_valid(read)


def test_the_newest_version_has_its_line():
    assert list(vectors.CHANGES)[-1] == vectors.VERSION
    assert all(json.loads(as_json(file))["version"] == vectors.VERSION for file in FILES)
    assert vectors.VERSION in published()["CHANGELOG.md"]


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
        assert worst <= case["tolerance"], (case["name"], case["dtype"])


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
            optimizer.lr = lr
            optimizer.step(g)
            assert np.abs(theta - right).max() <= case["tolerance"], (case["name"], case["dtype"])


# Wrong programs do not


@every_subject
def test_every_other_form_of_the_rule_is_found_out(file, subject):
    """In some case it misses by a hundred tolerances or more."""
    known = subject.settings(vectors.COMMON).keys()
    for other in FILES[file]:
        if other is not subject and other.settings(vectors.COMMON).keys() == known:
            apart = max(off(case, other.step, vectors.begin(other.form, case["gradients"], case["dtype"]))
                        for case in cases(file, subject) if case["name"] != "restart")
            assert apart >= 100, other.name


@pytest.mark.parametrize("name_, wrong", {
    "lr not followed": lambda theta, g, state, lr, **s: rules.adam(theta, g, state, 0.03, **s),
    "t restarted": lambda theta, g, state, lr, **s: rules.adam(theta, g, (*state[:2], 0), lr, **s),
    "decay rates swapped": lambda theta, g, state, lr, beta1, beta2, eps: rules.adam(
        theta, g, state, lr, beta2, beta1, eps),
    "eps left out": lambda theta, g, state, lr, beta1, beta2, eps: rules.adam(
        theta, g, state, lr, beta1, beta2, 1e-300),
    "sign": lambda theta, g, state, lr, **s: rules.adam(theta, -g, state, lr, **s),
    "square for all coordinates together": lambda theta, g, state, lr, **s: rules.adam(
        theta, g, (state[0], np.mean(state[1]) * np.ones_like(g), state[2]), lr, **s),
}.items(), ids=lambda x: x if isinstance(x, str) else "")
def test_a_wrong_adam_is_found_out(name_, wrong):
    misses = [off(c, wrong, tuple(c["start"].values())) for c in cases("adam", ADAM)]
    assert not max(misses) <= 100


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_problem_is_hard_for_somebody(problem):
    """It stands in some file, and moves something there."""
    own = [case for file in FILES for group in groups(file) for case in group["cases"] if case["name"] == problem]
    assert any(np.abs(case["path"] - case["theta"]).max() > 1e6 * case["tolerance"] for case in own)


# The three programs that check


def runs(language):
    """The tool, or a skip where it may be missing: not in CI."""
    tool = sys.executable if language == "py" else shutil.which({"js": "node", "c": "cc"}[language])
    if not tool:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no tool for {language}")
    return tool


def check(language, text, folder):
    """What the checker says of its own Adam, written as `text`."""
    source = folder / f"check_vectors.{language}"
    source.write_text(text, "utf-8")
    for file in ("adam.json", "adam.txt"):
        (folder / file).write_text(published()[file], "utf-8")
    command = [runs(language), str(source)]
    if language == "c":
        command += ["-std=c99", "-Wall", "-Wextra", "-Werror", "-o", str(folder / "check"), "-lm"]
        subprocess.run(command, check=True)
        command = [str(folder / "check")]
    command.append("adam.txt" if language == "c" else "adam.json")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


BROKEN = {
    "py": ("/ (1 - beta2**t) ** 0.5 + eps", "+ eps"),
    "js": ("const divisor = Math.sqrt(state.v[i] / c2) + eps", "const divisor = Math.sqrt(state.v[i] / c2 + eps)"),
    "c": ("(1 - pow(beta1, t))", "(1 - beta1)"),
}


@pytest.mark.parametrize("language", BROKEN)
def test_the_checker_passes_a_right_adam_and_names_the_step_of_a_wrong_one(language, tmp_path):
    text = (ROOT / "mhat" / f"check_vectors.{language}").read_text("utf-8")
    done = check(language, text, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    right, wrong = BROKEN[language]
    assert text.count(right) == 1
    done = check(language, text.replace(right, wrong), tmp_path)
    assert done.returncode == 1 and "step" in done.stderr


def test_the_page_shows_a_published_case():
    [published_case] = [c for c in cases("adam", ADAM, ["float64"]) if c["name"] == "zeros"]
    assert vectors_page.case == {k: v for k, v in digits(published_case).items() if k in vectors_page.case}
