"""`check_code`: what a reader pastes is stepped, named as its numbers are, and its own line is changed.

The changed code is run here by other means than `check_code` has: a loop of a few lines around it, or the code itself
to its own end, beside the right program.
"""

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from mhat.identify import GRADIENTS, THETA, check_code, identify
from mhat.identify.code import mending
from mhat.identify.code.checking import LONGEST_CODE, THERE
from mhat.identify.code.saying import CODE_WORDS
from mhat.identify.known import source
from mhat.identify.second import searched
from mhat.mistakes import LINES, MISTAKES, RIGHT, START, exchanged, written
from site_tools.cache import ROOT
from tests.hands import CODES, MADE, made

G = np.array(GRADIENTS, float)
EPOCH, MICRO = 6, 4


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """No warnings, and time enough on a machine that is busy."""
    monkeypatch.setattr(mending, "PATIENCE", 600)
    with np.errstate(all="ignore"):
        yield


def names_of(found):
    return {name["name"] for group in found["found"] for name in group["names"]}


def program(name):
    """The code of a mistake; that of one between tensors as its page has it."""
    return exchanged(*LINES[name]) if name == "t-per-tensor" else source(name)


def along_the_list(rule, state, lr=0.2):
    """The path of a function, for each coordinate apart."""
    theta, path = np.array(THETA), []
    for g in G:
        theta, state = rule(theta, g, state, lr)
        path.append(theta)
    return np.array(path, float)


def settings(name):
    rule = written(*LINES[name], epoch=EPOCH, micro=MICRO)
    takes = rule.__code__.co_varnames[4:rule.__code__.co_argcount]
    told = dict(zip(takes, rule.__defaults__ or ()))
    extra = {word: value for word, value in (("epoch", EPOCH), ("micro", MICRO)) if word in program(name)}
    return {"lr": 0.2, "decay": 0, **told, **extra}


# Every mistake of the table

ANSWERS = {}


def answer(name):
    if name not in ANSWERS:
        ANSWERS[name] = check_code(program(name))
    return ANSWERS[name]


@pytest.mark.parametrize("name", MISTAKES)
def test_the_program_of_a_mistake_is_named_as_its_numbers_are(name):
    rule = written(*LINES[name], epoch=EPOCH, micro=MICRO)
    path = along_the_list(rule, START.get(name, START[LINES[name][0]]))
    expected, found = identify(path, **settings(name)), answer(name)
    assert (found["verdict"], names_of(found)) == (expected["verdict"], names_of(expected))
    assert name in names_of(found) or name in ("float16", "t-stops")


MENDED = [name for name in MISTAKES if name not in ("float16", "t-stops")]
OTHERWISE = {"look-ahead-subtracted", "new-velocity"}  # lines in another order


@pytest.mark.parametrize("name", MENDED)
def test_the_line_of_a_mistake_is_changed_and_the_changed_program_is_the_right_one(name):
    found, rule = answer(name), LINES[name][0]
    assert found["verdict"] in ("mistake", "right") or found["blank"]
    mend = found["code"]["mend"]
    if mend is None:
        assert found["verdict"] == "right" and name not in names_of(found) or name in NO_LINE, name
        return
    names = {"np": np}
    exec(mend["text"], names)
    start = START.get(name, START[rule])
    path = along_the_list(names[next(key for key in names if key.startswith(("wrong_", "tensors")))], start)
    assert np.allclose(path, along_the_list(written(rule), START[rule]), rtol=1e-9, atol=1e-12)
    wrong, right = program(name).split("\n"), RIGHT[rule]
    differing = {k for k, line in enumerate(wrong, 1) if line not in right.split("\n")}
    changed = {hunk["line"] + k for hunk in mend["hunks"] for k in range(len(hunk["old"]))}
    assert changed <= differing or name in OTHERWISE, (changed, differing)


NO_LINE = set()


def test_nearly_all_of_them_find_their_line():
    """Guards the test above against passing on nothing."""
    assert sum(answer(name)["code"]["mend"] is not None for name in MENDED) >= len(MENDED) - 2


# What people write

def ran(text):
    """The code to its own end, and the numbers that it leaves."""
    names = {"np": np}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(text, names)
    return names


def followed(kind, text):
    """The parameters that a code gives, by a use of it that is not that of `check_code`."""
    if kind in ("loop", "plain"):
        names = ran(text)
        return names["w"] if kind == "loop" else np.array(names["path"][:40])
    rng, theta, m, v = np.random.default_rng(0), np.array([1.0, -2.0]), np.zeros(2), np.zeros(2)
    names = ran(text) if kind != "lines" else {}
    optimizer = names["Adam"]() if kind == "class" else None
    for t in range(1, 40):
        g = rng.normal(size=2)
        if kind == "class":
            params = {"a": theta[:1].copy(), "b": theta[1:].copy()}
            optimizer.update(params, {"a": g[:1], "b": g[1:]})
            theta = np.concatenate([params["a"], params["b"]])
        elif kind == "function":
            theta, m, v = names["step"](theta, g, m, v, t)
        else:
            names |= {"m": m, "v": v, "theta": theta, "g": g, "t": t, "b1": 0.9, "b2": 0.999, "lr": 0.1, "eps": 1e-8}
            exec(text, {"np": np}, names)
            theta, m, v = names["theta"], names["m"], names["v"]
    return theta


@pytest.mark.parametrize("kind, name, exchanges", [(kind, name, rest) for kind, name, *rest in MADE],
                         ids=[f"{kind}-{name}-{k}" for k, (kind, name, *_) in enumerate(MADE)])
def test_a_mistake_in_somebodys_words_is_named_and_changed_in_their_words(kind, name, exchanges):
    text = made(kind, *exchanges)
    found = check_code(text)
    assert (found["verdict"] == "mistake" or found["blank"]) and name in names_of(found), str(found)
    mend = found["code"]["mend"]
    assert mend["after"]["verdict"] == "right"
    assert not np.array_equal(followed(kind, text), followed(kind, CODES[kind]))
    assert np.allclose(followed(kind, mend["text"]), followed(kind, CODES[kind]), rtol=1e-8)
    lines, right = text.split("\n"), CODES[kind].split("\n")
    changed = {lines[hunk["line"] - 1 + k] for hunk in mend["hunks"] for k in range(len(hunk["old"]))}
    assert all(line not in right or "for k" in line for line in changed)
    assert sum(len(hunk["new"]) for hunk in mend["hunks"]) <= 4


@pytest.mark.parametrize("kind", CODES)
def test_a_right_code_is_right_with_the_settings_that_stand_in_it(kind):
    found = check_code(CODES[kind])
    assert found["verdict"] == "right" and "adam" in names_of(found) and not found["guessed"]
    held = {"loop": 0.01, "function": 1e-3, "plain": 0.05, "class": 1e-3, "lines": 0.2}[kind]
    assert found["found"][0]["names"][0]["settings"]["lr"] == held
    assert found["code"]["given"] == ({"b1": 0.9, "b2": 0.999, "lr": 0.2, "eps": 1e-8} if kind == "lines" else {})


CONFIG = """
def adam(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config["t"] = config.get("t", 0) + 1
    config["m"] = 0.9 * config["m"] + 0.1 * dw
    config["v"] = 0.999 * config["v"] + 0.001 * dw**2
    m_hat = config["m"] / (1 - 0.9**config["t"])
    v_hat = config["v"] / (1 - 0.999**config["t"])
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + 1e-8)
    return next_w, config
"""
OF_PARAMETERS = """
class RMSProp:
    def __init__(self, params, lr=0.01, rho=0.9):
        self.params, self.lr, self.rho = params, lr, rho
        self.squares = [np.zeros_like(p.data) for p in params]

    def step(self):
        for i, p in enumerate(self.params):
            self.squares[i] = self.rho * self.squares[i] + (1 - self.rho) * p.grad**2
            p.data -= self.lr * p.grad / (np.sqrt(self.squares[i]) + 1e-8)
"""
OF_LAYERS = """
class Momentum:
    def __init__(self, learning_rate=0.1, momentum=0.9):
        self.learning_rate = learning_rate
        self.momentum = momentum

    def update_params(self, layer):
        if not hasattr(layer, "velocity"):
            layer.velocity = np.zeros_like(layer.weights)
        layer.velocity = self.momentum * layer.velocity + layer.dweights
        layer.weights = layer.weights - self.learning_rate * layer.velocity
"""
WITH_A_LOOP = """
import math
def minimize(f, grad_f, x, lr=0.1, beta1=0.9, beta2=0.999, steps=1000):
    m = [0.0] * len(x)
    v = [0.0] * len(x)
    for t in range(steps):
        g = grad_f(x)
        if abs(f(x)) < 1e-6:
            break
        for i in range(len(x)):
            m[i] = beta1 * m[i] + (1 - beta1) * g[i]
            v[i] = beta2 * v[i] + (1 - beta2) * g[i]**2
            m_hat = m[i] / (1 - beta1**(t + 1))
            v_hat = v[i] / (1 - beta2**(t + 1))
            x[i] -= lr * m_hat / (math.sqrt(v_hat) + 1e-8)
    return x
"""
EPOCHS = """
from tqdm import tqdm
import matplotlib.pyplot as plt
w = np.zeros(4)
velocity = np.zeros(4)
for epoch in range(30):
    for x, y in tqdm(zip(inputs, targets)):
        dw = x * (x @ w - y)
        velocity = 0.9 * velocity + dw
        w = w - 0.1 * velocity
    plt.plot(w)
"""
GRADIENT_ALONE = """
class SGD:
    def __init__(self, lr):
        self.lr, self.velocity = lr, 0.0

    def step(self, grad):
        self.velocity = 0.9 * self.velocity + grad
        return self.lr * self.velocity
"""


@pytest.mark.parametrize("text, name, settings", [
    (CONFIG, "adam", {"lr": 1e-3}), (OF_PARAMETERS, "rmsprop", {"lr": 0.01, "beta2": 0.9}),
    (OF_LAYERS, "momentum", {"lr": 0.1, "beta": 0.9}), (WITH_A_LOOP, "adam", {"lr": 0.1}),
    (EPOCHS, "momentum", {"lr": 0.1}), (GRADIENT_ALONE, "momentum", {"lr": 0.2}),
])
def test_other_shapes_of_code_are_stepped(text, name, settings):
    found = check_code(text)
    assert found["verdict"] == "right" and name in names_of(found), str(found)
    held = found["found"][0]["names"][0]["settings"]
    assert {word: held[word] for word in settings} == settings


THREAD = """
count = 100
gradients = [10 for _ in range(count)]
first = second = 0
d1, d2 = 0.9, 0.999
firsts, seconds = [], []
for k in range(1, count + 1):
    grad = gradients[k - 1]
    first = d1 * first + (1 - d1) * grad
    first = first / (1 - d1**k)
    second = d2 * second + (1 - d2) * grad**2
    second = second / (1 - d2**k)
    firsts.append(first)
    seconds.append(np.sqrt(second))
ratio = np.array(firsts) / (np.array(seconds) + 0.001)
"""


def test_a_loop_that_only_keeps_its_steps_is_read_by_them():
    found = check_code(THREAD)
    assert found["verdict"] == "mistake" and names_of(found) == {"both-written-back"}
    assert found["code"]["steps"] == "ratio" and found["found"][0]["names"][0]["settings"]["eps"] == 0.001
    right = ran(found["code"]["mend"]["text"])["ratio"]
    assert np.allclose(right, 10 / (10 + 0.001)) and ran(THREAD)["ratio"][-1] < 1e-60


def test_of_several_the_one_with_the_mistake_is_shown_and_the_others_are_named():
    found = check_code(CODES["class"] + made("loop", ("**(i + 1)", "")))
    assert found["verdict"] == "mistake" and found["code"]["kind"] == "loop"
    assert [other["name"] for other in found["code"]["others"]] == ["Adam"]
    assert "Adam, line 2: Right: Adam, the paper's Algorithm 1" in str(found)
    assert check_code(CODES["class"] + made("loop", ("**(i + 1)", "")), "Adam")["verdict"] == "right"


def test_a_name_that_is_no_setting_of_the_rule_does_not_mislead():
    """`eps` may be where a loop ends."""
    text = made("loop", ("    losses", "    if np.abs(grad).max() < eps:\n        break\n    losses"),
                ("+ eps)", "+ 1e-6)"))
    found = check_code(text)
    assert found["verdict"] == "right" and found["found"][0]["names"][0]["settings"]["eps"] == 1e-6, str(found)


def test_what_is_not_in_the_table_gets_no_name_and_no_line():
    found = check_code(made("loop", ("np.sqrt(vh)", "np.cbrt(vh)")))
    assert found["verdict"] == "none" and found["code"]["mend"] is None


def test_where_the_line_cannot_be_told_it_is_said():
    """Nothing in this function counts steps."""
    text = "def step(theta, g, m, v):\n    m = 0.9 * m + 0.1 * g\n    v = 0.999 * v + 0.001 * g**2\n" \
           "    return theta - 0.1 * (m / 0.1) / (np.sqrt(v / 0.001) + 1e-8), m, v\n"
    found = check_code(text)
    assert found["verdict"] == "mistake" and found["code"]["mend"] is None and "power-missing" in names_of(found)
    assert CODE_WORDS["says"]["not_located"]["en"] in str(found) and "m_hat = m / (1 - beta1**t)" in str(found)


# Two mistakes at once

PAIRS = [
    ("loop", "power-missing", "root-missing"), ("loop", "both-written-back", "g-not-squared"),
    ("function", "power-missing", "v-from-m"), ("class", "t-per-tensor", "beta2-in-both"),
    ("plain", "multiplied", "sign-flipped"),
]
EXCHANGED = {(kind, name): rest for kind, name, *rest in reversed(MADE)}


def lines_exchanged(kind, name):
    """The lines of a code in which a mistake alone differs from the right code."""
    wrong, right = made(kind, *EXCHANGED[kind, name]).split("\n"), CODES[kind].split("\n")
    return {k for k, (a, b) in enumerate(zip(wrong, right, strict=True), 1) if a != b}


@pytest.mark.parametrize("kind, one, other", PAIRS)
def test_of_two_mistakes_the_lines_of_both_are_changed(kind, one, other):
    text = made(kind, *EXCHANGED[kind, one], *EXCHANGED[kind, other])
    found = check_code(text)
    mend = found["code"]["mend"]
    assert found["verdict"] == "pair" and set(mend["each"]) == set(found["groups"][0][0]["names"]) == {one, other}
    assert mend["after"]["verdict"] == "right" and check_code(mend["text"])["verdict"] == "right"
    assert not np.array_equal(followed(kind, text), followed(kind, CODES[kind]))
    assert np.allclose(followed(kind, mend["text"]), followed(kind, CODES[kind]), rtol=1e-8)
    for name in (one, other):
        assert set(mend["each"][name]) & lines_exchanged(kind, name), mend["each"]
        assert set(mend["each"][name]) <= lines_exchanged(kind, one) | lines_exchanged(kind, other), mend["each"]
    changed = {hunk["line"] + k for hunk in mend["hunks"] for k in range(len(hunk["old"]))}
    assert changed == set().union(*mend["each"].values())
    assert not any(CODE_WORDS["says"][word]["en"] in str(found) for word in ("neither_located", "other_not_located"))


UNCOUNTED = """def step(theta, g, m, v):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    return theta - 0.1 * (m / 0.1) / ((v / 0.001) + 1e-8), m, v
"""


def test_of_two_mistakes_the_one_whose_line_is_found_is_changed_and_the_other_is_said():
    """Nothing in this function counts steps."""
    found = check_code(UNCOUNTED)
    mend = found["code"]["mend"]
    assert found["verdict"] == "pair" and mend["each"] == {"root-missing": [4]}
    assert check_code(mend["text"])["verdict"] == "mistake" and "power-missing" in names_of(check_code(mend["text"]))
    words = str(found)
    assert "- The root is missing: line 4\n" in words and "- The power t is missing\n" in words
    assert "The answer: A mistake: The power t is missing" in words
    assert CODE_WORDS["says"]["other_not_located"]["en"] in words
    assert "✓ m_hat = m / (1 - beta1**t)" in words and "theta = theta - lr" not in words


def test_of_two_mistakes_without_lines_it_is_said():
    text = made("class", *EXCHANGED["class", "t-never-counted"], *EXCHANGED["class", "weights-swapped"])
    found = check_code(text)
    assert found["verdict"] == "pair" and found["code"]["mend"] is None
    assert CODE_WORDS["says"]["neither_located"]["en"] in str(found) and "✓ m_hat = m / (1 - beta1**t)" in str(found)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_another_search_has_found_is_answered_as_ones_own(language):
    """The page searches by itself, and asks Python for the lines alone."""
    text = made("loop", *EXCHANGED["loop", "power-missing"], *EXCHANGED["loop", "root-missing"])
    first = check_code(text, second=False)
    assert first["verdict"] == "none"
    page = searched(first["code"]["path"], first["code"]["told"], "")
    found = check_code(text, language=language, second=json.loads(json.dumps(page)))
    assert str(found) == str(check_code(text, language=language)) and set(found["code"]["mend"]["each"]) == {
        "power-missing", "root-missing"}


# What cannot be answered

FAULTS = {
    "blank": " \n", "long": "x = 1\n" * LONGEST_CODE, "syntax": "def f(theta, g):\n    return theta -\n",
    "deep": "x = " + "(" * 5000 + "1" + ")" * 5000, "nothing": "print('hello')\nopen('/etc/passwd')\nimport os\n",
    "raised": "def step(theta, g):\n    return theta - missing * g\n",
    "framework": "import numpy as np\nfrom torch import nn\n\ndef step(theta, g):\n    return theta - g\n",
}


@pytest.mark.parametrize("problem", FAULTS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_cannot_be_answered_is_told_in_a_sentence(problem, language):
    found = check_code(FAULTS[problem], language=language)
    assert found["verdict"] == "input"
    assert found["problem"] in (("deep", "syntax") if problem == "deep" else (problem,))
    head = CODE_WORDS["problems"][found["problem"]][language]
    assert re.match(re.escape(head).replace(r"\{", "{").replace(r"\}", "}").replace("{said}", ".*").replace(
        "{line}", r"\d+").replace("{kind}", r"\w+").replace("{name}", r"\w+").replace("{n}", "[0-9,]+"), str(found))


def test_an_error_names_its_line_and_shows_it():
    for problem in ("syntax", "raised"):
        found = check_code(FAULTS[problem])
        assert found["line"] == 2 and FAULTS[problem].split("\n")[1].strip() in str(found)


@pytest.mark.parametrize("body, kind", [
    ("    return step(theta, g)", "RecursionError"), ("    raise SystemExit", "SystemExit"),
    ("    import nowhere", "ModuleNotFoundError"), ("    return theta - g / None", "TypeError"),
    ("    return np.zeros((10**9, 10**9, 10**9))", "ValueError"),
])
def test_a_step_that_raises_ends_itself_alone(body, kind):
    found = check_code(f"def step(theta, g):\n{body}\n")
    assert (found["problem"], found["line"]) == ("raised", 2) and found["kind"] in (kind, "MemoryError")


def test_prints_and_files_of_a_code_go_nowhere(capsys):
    text = CODES["loop"].replace("grad = 2", "print('x' * 1000)\n    grad = 2") + "open('/nowhere/at/all')\n"
    assert check_code(text)["verdict"] == "right" and capsys.readouterr().out == ""


@pytest.mark.parametrize("name", THERE)
def test_lines_for_a_framework_are_whole(name):
    row = THERE[name]
    for module in row["modules"]:
        found = check_code(f"import {module}\n")
        assert found["problem"] == "framework" and found["name"] == row["title"]
        used = {node.id for node in ast.walk(ast.parse(found["there"])) if isinstance(node, ast.Name)}
        assert {"THETA", "GRADIENTS", "print", "optimizer"} <= used and found["there"] in str(found)
    names = {}
    exec(found["there"].partition("import")[0], names)
    assert (names["THETA"], names["GRADIENTS"]) == (THETA, GRADIENTS)


# As a command

def test_the_command_reads_python(tmp_path):
    (tmp_path / "mine.py").write_text(CODES["class"] + made("loop", ("w -=", "w +=")), "utf-8")
    command, file = [sys.executable, "-m", "mhat.identify"], f"{tmp_path / 'mine.py'}"
    runs = [subprocess.run([*command, *words], capture_output=True, text=True, encoding="utf-8", cwd=tmp_path,
                           env={**os.environ, "PYTHONPATH": str(ROOT)})
            for words in ([file], [f"{file}:Adam", "--language", "ko"])]
    assert [run.returncode for run in runs] == [1, 0]
    assert runs[0].stdout.startswith("A mistake: ") and "✓ w -= lr * mh" in runs[0].stdout
    assert runs[1].stdout.startswith("맞습니다: Adam")
