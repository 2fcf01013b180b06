"""The test vectors of whole programs: right programs pass the three checkers, programs with one fault do not."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from ml_dtypes import bfloat16

from frameworks.results import results
from mhat import optimizers, whole
from mhat.check_whole import Yours, fails
from mhat.vectors import LICENCE, VERSION
from mhat.whole import FAULTS, STEPS, TAKEN, TAKES, Array, Case
from site_tools.cache import ROOT


@cache
def files():
    return whole.published(VERSION, LICENCE)


def cases(form=None):
    return [case for case in json.loads(files()["whole.json"])["cases"] if form in (None, case["form"])]


def test_every_file_is_whole():
    read = json.loads(files()["whole.json"])
    Draft202012Validator(json.loads(files()["whole.schema.json"])).validate(read)
    assert read["count"] == len(read["cases"]) == len({case["id"] for case in read["cases"]}) > 80
    assert {flag for case in read["cases"] for flag in case["flags"]} == {*read["notes"]} == {*FAULTS, *TAKEN}
    assert {case["result"] for case in cases()} == {"valid", "invalid", "acceptable"}
    assert all(bool(case["arrays"][0]["paths"]) == (case["result"] == "valid") for case in cases())
    for hole in ({"count": 0}, {"licence": "MIT"}, {"cases": []}, {"more": 1}):
        assert not Draft202012Validator(whole.schema(VERSION, LICENCE)).is_valid(read | hole)


def test_the_text_has_every_number_of_the_json():
    lines = files()["whole.txt"].splitlines()
    assert lines[-1] == "end" and lines[:4] == ["name whole", f"version {VERSION}", f"licence {LICENCE}",
                                                f"count {len(cases())}"]
    for case in cases():
        start = lines.index(f"case {case['id'].replace('/', ' ')} {case['result']} {len(case['arrays'])}")
        end = next(i for i in range(start + 1, len(lines)) if lines[i].startswith(("case", "end")))
        own = lines[start + 1:end]
        assert own[0].split()[1:] == case["flags"]
        for k, array in enumerate(case["arrays"]):
            numbers = lambda word, k=k, own=own: [line.split()[2:] for line in own if line.startswith(f"{word} {k} ")]
            assert numbers("set") == [[name, str(x)] for name, x in array["settings"].items()]
            steps = [[*map(float, numbers[1:])] for numbers in numbers("step")]
            wanted = [[*map(float, g or [])] for g in array["gradients"]]
            assert np.array_equal(np.concatenate(steps), np.concatenate(wanted), equal_nan=True)
            paths = [[*map(float, numbers[2:])] for numbers in numbers("path")]
            assert np.array_equal(paths, [path[t] for t in range(len(steps)) for path in array["paths"]])


# What is right, derived another way


@pytest.mark.parametrize("form, kind", [("adam", optimizers.Adam), ("decay_before", optimizers.AdamW),
                                        ("momentum", optimizers.Momentum), ("rmsprop", optimizers.RMSProp)])
def test_our_optimizers_for_use_are_whole_programs(form, kind):
    """Each group an optimizer of its own; an array without a gradient is None. They refuse what is to be refused."""
    class Ours:
        def __init__(self, arrays):
            self.arrays, self.own = arrays, []
            for array in arrays:
                settings = {name: x for name, x in array.items() if name != "theta"}
                self.own.append(kind({"x": array["theta"]}, **settings))

        def step(self, gradients):
            for optimizer, g in zip(self.own, gradients, strict=True):
                optimizer.step({"x": g})
    assert not [case["id"] for case in cases(form) if fails(case, Ours)]
    assert len(cases(form)) > 15


def test_pytorch_walks_what_is_valid_and_takes_some_of_the_rest():
    """Kept by `python -m frameworks.whole`, which asked these cases."""
    kept, invalid = results("whole")["forms"], {case["id"] for case in cases() if case["result"] == "invalid"}
    wide = [case for case in cases() if not case["id"].endswith("float16")]
    assert {form: each["count"] for form, each in kept.items()} == dict(Counter(case["form"] for case in wide))
    failed = {case for each in kept.values() for case in each["fail"]}
    assert failed == {f"{form}/input-lr-infinite" for form in kept} | {
        f"momentum/input-{name}" for name in ("lr-nan", "beta-nan", "beta-above")} | {
        f"rmsprop/input-beta2-{name}" for name in ("one", "above")} and failed < invalid


def test_a_narrow_path_is_rounded_after_each_step():
    [case] = [case for case in cases("adam") if case["id"] == "adam/bfloat16"]
    [array] = case["arrays"]
    m, v, theta = np.zeros(4), np.zeros(4), np.array(array["theta"], bfloat16)
    for t, (g, right) in enumerate(zip(array["gradients"], array["paths"][0]), 1):
        m, v = 0.9 * m + 0.1 * np.array(g), 0.999 * v + 0.001 * np.square(g)
        step = 0.0625 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        theta = (theta.astype(float) - step).astype(np.float32).astype(bfloat16)
        assert theta.astype(float).tolist() == right
    assert array["paths"][0][0][2] == 1.5, "no gradient, no step"


def test_both_counts_of_steps_are_right():
    """PyTorch counts for each array, Keras for the program: a program passes with either, and not with a mixture."""
    [case] = [case for case in whole.cases() if case.id == "adam/left-out"]
    own, shared = whole.answers(case)
    assert whole.same(own[:1], shared[:1]) is False and not whole.near(own, shared, case)
    assert len(whole.answers(next(case for case in whole.cases() if case.id == "momentum/left-out"))) == 1
    assert len(whole.answers(next(case for case in whole.cases() if case.id == "adam/groups"))) == 1


# What is wrong


def test_a_flag_says_what_a_fault_does():
    """By programs of somebody else, below; here, that each fault leaves what it does not touch."""
    alone = Case("adam", "groups", (Array({"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}, np.array([1.0]),
                                          [np.array([1.0])] * 3),))
    assert whole.flags(alone) == [], "one array in float64, with a gradient each time"
    caught = {case["id"]: case["flags"] for case in cases()}
    assert caught["adam/groups"] == ["t-raised-by-each", "first-group-for-all", "lr-of-the-first-group"]
    assert "decayed-though-left-out" in caught["decay_before/left-out"]
    assert "decayed-though-left-out" not in caught["adam/left-out"]
    assert caught["adam/float16"] == caught["rmsprop/bfloat16"] == ["state-in-its-dtype"]
    assert set(STEPS) == set(TAKES)


PLANTED = {  # lines exchanged in the Adam of the Python checker, and the one mistake that its answer has to name
    "zeros for none": ("                continue\n", '                g = 0 * a["theta"]\n', "zeros-for-none"),
    "one t for all": ('a["t"] += 1', "\n            ".join([
        "for b in self.arrays:", '    b["t"] += 1']), "t-raised-by-each"),
    "one group": ("        for a, g in zip(self.arrays, gradients):\n", "        first = self.arrays[0]\n"
                  "        for a, g in zip(self.arrays, gradients):\n"
                  "            a.update({key: first[key] for key in ('lr', 'beta1', 'beta2', 'eps')})\n",
                  "first-group-for-all"),
    "one lr": ('a["lr"] * m_hat', 'self.arrays[0]["lr"] * m_hat', "lr-of-the-first-group"),
    "a narrow state": ("            root = ", '            a["v"] = a["v"].astype(np.float16).astype(float)\n'
                       "            root = ", "state-in-its-dtype"),
    "nothing refused": ('raise ValueError("a setting")', "pass", "setting-taken"),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_falls_and_is_named(bug, tmp_path):
    right, wrong, flag = PLANTED[bug]
    source = (ROOT / "mhat/check_whole.py").read_text("utf-8")
    assert source.count(right) == 1
    (tmp_path / "whole.json").write_text(files()["whole.json"], "utf-8")
    (tmp_path / "check.py").write_text(source.replace(right, wrong), "utf-8")
    done = subprocess.run([sys.executable, "-W", "ignore", "check.py", "whole.json", "adam"], cwd=tmp_path,
                          capture_output=True, text=True)
    assert done.returncode == 1 and "adam/" in done.stderr
    named = re.search(r"the same as with: (.*)", done.stderr)[1]
    assert flag in named or bug in ("a narrow state", "one t for all") and named == "nothing", done.stderr


@pytest.fixture(scope="module", params=["py", "js", "c"])
def checker(request, tmp_path_factory):
    """(language, run): `run(changed source, form)` gives the code and what was said."""
    language, folder = request.param, tmp_path_factory.mktemp(request.param)
    tool = sys.executable if language == "py" else shutil.which({"js": "node", "c": "cc"}[language])
    if not tool:
        pytest.skip(f"no tool for {language}")
    for name in ("whole.json", "whole.txt"):
        (folder / name).write_text(files()[name], "utf-8")

    def run(change=lambda text: text, form="adam", data=None):
        source = folder / f"check.{language}"
        source.write_text(change((ROOT / f"mhat/check_whole.{language}").read_text("utf-8")), "utf-8")
        name = data or ("whole.txt" if language == "c" else "whole.json")
        command = [tool, source.name]
        if language == "c":
            subprocess.run([tool, source.name, "-std=c99", "-Wall", "-Wextra", "-Werror", "-o", "check", "-lm"],
                           cwd=folder, check=True)
            command = ["./check"]
        done = subprocess.run([*command, name, form], cwd=folder, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr
    run.folder = folder
    return language, run


def test_a_right_adam_passes(checker):
    assert checker[1]() == (0, f"{len(cases('adam'))} cases: all as they should be\n")


WRONG = {
    "py": ('a["t"] += 1', 'a["t"] += 2'), "js": ("a.t += 1", "a.t += 2"), "c": ("a->t += size > 0", "a->t += 2"),
}
TAKES_ALL = {  # (what is exchanged, the flag that the answer has to name)
    "py": ('raise ValueError("a setting")', "pass", "setting-taken"),
    "js": ('throw RangeError("a setting")', "fine", "setting-taken"),
    "c": ("a->beta2 < 1;", "1;", "setting-taken"),
}


def test_a_wrong_adam_fails_and_is_told_where(checker):
    language, run = checker
    code, said = run(lambda text: text.replace(*WRONG[language]))
    assert code == 1 and "adam/left-out" in said
    *exchanged, flag = TAKES_ALL[language]
    code, said = run(lambda text: text.replace(*exchanged))
    assert code == 1 and "left-out" not in said and "input" in said and (language == "c" or flag in said), said


def test_what_is_no_answer_is_no_success(checker):
    language, run = checker
    assert run(form="adan")[0] == 1
    name = "cut.txt" if language == "c" else "cut.json"
    if language == "c":
        text = "\n".join(files()["whole.txt"].splitlines()[:400]) + "\nend\n"
    else:
        read = json.loads(files()["whole.json"])
        text = json.dumps(read | {"cases": read["cases"][1:]})
    (run.folder / name).write_text(text, "utf-8")
    assert run(data=name)[0] == 1


def test_the_checker_counts_a_crash_as_a_failure():
    class Crash(Yours):
        def step(self, gradients):
            raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError):
        fails(cases("adam")[0], Crash)
