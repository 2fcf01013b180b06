"""One hundred public optimizers: the table is whole, each rule runs, and what is kept of the answers is answered."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from frameworks.public import PRINTS, TABLE, Program, compiled, is_same, names_in, printed, python, scripted, word_of
from frameworks.public.__main__ import RESULTS, head_of
from mhat import forms, rules
from mhat.identify import GRADIENTS, THETA, check, identify
from mhat.identify.known import DECAYS
from mhat.identify.relatives import RELATIVES
from mhat.identify.second import STREAM
from mhat.identify.second_telling import SECOND
from mhat.mistakes import MISTAKES

ROWS = {row["name"]: row for row in json.loads(RESULTS.read_text("utf-8"))}
WAYS = ("printed", "untold", "run")
again = "ask again with python -m frameworks.public"


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


# The table


def test_there_are_one_hundred_in_many_languages():
    homes = [name for home in (python, scripted, compiled) for name in vars(home) if name in TABLE]
    assert len(TABLE) == 100 and sorted(homes) == sorted(TABLE), "each has its rule, once"
    languages = {public.language.split(" (")[0] for public in TABLE.values()}
    assert len(languages) >= 15 and languages >= {*PRINTS}
    assert len({public.repository for public in TABLE.values()}) > 80


@pytest.mark.parametrize("public", TABLE.values(), ids=TABLE)
def test_an_entry_is_whole(public):
    assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+/blob/(HEAD|[0-9a-f]{12})/\S+", public.address)
    assert public.dtype in ("float32", "float64") and {*public.settings} <= {*public.taken}
    assert not {*public.idle} & {*public.taken} and (public.name or public.fault)
    assert public.fault is None or {*public.fault} == {"ko", "en"}
    known = {*forms.FORMS, *MISTAKES, *(relative.name for relative in RELATIVES)}
    for name in public.name:
        first, *rest = name.replace("v = eps", "v=eps").split(" ")
        assert first in known and {*rest} <= known | {*DECAYS, *SECOND["beside"], "v=eps"}
        assert name != public.name[0] or first not in MISTAKES or public.fault, "who makes a mistake has a fault"


@pytest.mark.parametrize("name, rule, more", [
    ("tsgrad_adam", rules.adam, {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    ("neu", forms.adam_eps_hat, {"beta1": 0.9, "beta2": 0.999, "eps": 1e-7}),
    ("wojtek_momentum", forms.momentum_inside, {"beta": 0.7}),
    ("micrograd_rs", forms.rmsprop_centered, {"beta2": 0.99, "eps": 1e-8}),
    ("vestacke_adamax", rules.adamax, {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
])
def test_a_program_keeps_its_state(name, rule, more):
    """Against our own rule, on gradients of all sizes."""
    program, theta, ours, state = Program(TABLE[name]), THETA, np.array(THETA), rules.START.get(rule) or (0.0, 0.0, 0)
    state = state[:{"wojtek_momentum": 1, "micrograd_rs": 2}.get(name, 3)]
    for g in STREAM:
        theta = program.update(theta, g)
        ours, state = rule(ours, np.array(g, float), state, 0.2, **more)
        assert np.allclose(theta, ours, rtol=1e-9, atol=1e-12)


def test_gradients_of_an_ascent_have_the_other_sign():
    """One that adds and is fed -g walks as one that subtracts and is fed g."""
    up, down = Program(TABLE["twhughes"]), Program(TABLE["adaglm"])
    assert TABLE["twhughes"].ascent and not TABLE["adaglm"].ascent
    for g in GRADIENTS:
        assert np.allclose(up.update(THETA, g), down.update(THETA, g), rtol=1e-15)


@pytest.mark.parametrize("language, text", [
    ("C", "0.333333"), ("C++", "0.333333"), ("Rust", "0.3333333333333333"), ("MATLAB", "0.3333"), ("R", "0.3333333"),
    ("Lua", "0.33333333333333"), ("Fortran", "3.3333333333333331E-01"),
])
def test_a_language_prints_its_digits(language, text):
    assert PRINTS[language](1 / 3) == text


# The answers


def test_no_answer_that_is_kept_is_wrong():
    assert list(ROWS) == list(TABLE), again
    words = {way: [row[way] for row in ROWS.values()] for way in WAYS}
    assert all("wrong" not in found for found in words.values())
    assert words["printed"] == words["run"] and words["printed"].count("right") > 90
    assert all(ROWS[name]["printed"] == "none" for name, public in TABLE.items() if not public.name)
    assert all(public.fault or ROWS[name]["printed"] == "right" for name, public in TABLE.items())


def test_a_fault_that_the_answer_says_is_not_called_right():
    from snippets.check import identify as page
    assert [row["name"] for row in page.called_right] == ["tipousi"] and TABLE["tipousi"].name == ["adam"]
    said = [row["said"]["en"] for row in ROWS.values() if TABLE[row["name"]].fault]
    silent = [text for text in said if text.startswith("None") or text == "Right: Adam, the paper's Algorithm 1"]
    assert (page.faults, page.faults_named) == (len(said), len(said) - len(silent))
    exact = identify([[float(x) for x in row] for row in exactly("tipousi")], **TABLE["tipousi"].told)
    assert exact["verdict"] != "right", "with all its digits it is not Adam"


def exactly(name):
    """The parameters after each step of a program that computes in float64."""
    program, theta, path = Program(replace(TABLE[name], dtype="float64")), THETA, []
    for g in GRADIENTS:
        path.append(theta := program.update(theta, g))
    return path


FEW = ("tinyfin_momentum", "flame_adam", "jassonrm")  # of those that need the second search, which takes a second each
FIRST = [name for name, row in ROWS.items() if row["said"]["en"].startswith(("Right", "A mistake"))]


@pytest.mark.parametrize("name", [*FIRST, *FEW])
def test_what_is_kept_is_what_is_answered(name):
    public, row = TABLE[name], ROWS[name]
    answer = identify(printed(public), **public.told)
    assert word_of(answer, public) == row["printed"] == "right", again
    assert {language: head_of(answer, language) for language in ("ko", "en")} == row["said"], again


def test_a_program_is_asked_by_itself():
    public = TABLE["ppo_c"]
    answer = check(Program(public), **public.told)
    assert ["power-missing", "t-never-counted"] in names_in(answer) and word_of(answer, public) == "right"


def test_another_name_is_wrong_unless_it_computes_the_same():
    public = TABLE["ivanchukhran_adam"]
    answer = identify(printed(public), **public.told)
    other = TABLE["apple_adam"]
    assert word_of(answer, public) == "right" and word_of(answer, other) == "wrong"
    assert word_of(identify(printed(TABLE["torch_optim"]), lr=0.2), public) == "none"
    compneuro = identify(printed(TABLE["compneuro"]), decay=0)
    assert word_of(compneuro, TABLE["compneuro"]) == "same" and word_of(compneuro, other) == "wrong"
    nan = [[np.nan] * 3] * len(STREAM)
    assert not is_same(nan, public), "what is lost is like nothing"
    assert len(GRADIENTS) < len(STREAM)
