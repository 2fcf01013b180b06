"""The tool that names an optimizer: it reads what programs print, names what is known, and only that.

Real code comes from two places: what frameworks computed on the list is kept in `identified.json`
(`frameworks/identified.py --real` runs them), and optimizers of public repositories are written here
again from their update lines.
"""

import contextlib
import io
import json
import subprocess
import sys

import numpy as np
import pytest
import quickjs

from frameworks import identified
from mhat import forms
from mhat.identify import GRADIENTS, THETA, answer, check, identify, in_words
from mhat.identify.arranging import own_half
from mhat.identify.candidates import candidates
from mhat.identify.known import DECAYS, FORMS, MISTAKES, NOT_HERE, Candidate
from mhat.identify.reading import read
from mhat.identify.relatives import RELATIVES
from mhat.identify.running import as_text
from mhat.identify.searching import classes
from mhat.identify.telling import show
from mhat.identify.walking import walk
from mhat.mistakes import LINES, wrong
from mhat.records import records
from mhat.vectors import FILES
from site_tools.bundle import alone
from site_tools.scripts import engine
from snippets.check import identify as identify_page
from tests.prints import PATH, PRINTS, SETTINGS, Tensor, lines, path_of, row

RESULTS = json.loads(identified.RESULTS.read_text("utf-8"))
G = np.array(GRADIENTS, float)


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


def names(result):
    """[[(name, weight decay, start), ...], ...]: what walks together stands together."""
    return [[(each["name"], each["decay"], each["start"]) for each in group["names"]] for group in result["found"]]


def ask(text, **given):
    return answer(text, {**SETTINGS, "decay": 0, **given}, "")


# Reading


@pytest.mark.parametrize("kind", PRINTS)
def test_what_programs_print_is_read(kind):
    result = ask(PRINTS[kind])
    assert result["verdict"] == "right" and names(result)[0][0] == ("adam", "", "v = 0"), result


def test_every_digit_counts_half_a_unit():
    numbers = read("0.25 -1.5e-3 7 .5 1. 2e3 -0.010")["numbers"]
    assert values(numbers) == [0.25, -0.0015, 7, 0.5, 1, 2000, -0.01]
    assert [own_half(number) for number in numbers] == pytest.approx([0.005, 0.00005, 0.5, 0.05, 0.5, 500, 0.0005])
    assert [number["digits"] for number in numbers] == [2, 2, 1, 1, 1, 1, 2]
    lost = values(read("nan NaN inf -Infinity")["numbers"])
    assert np.isnan(lost[:2]).all() and lost[2:] == [np.inf, -np.inf]
    assert read("info nano")["numbers"] == []


def values(numbers):
    return [number["value"] for number in numbers]


def test_a_last_digit_off_by_one_is_seen():
    text = lines(PATH)
    for t, i in ((1, 0), (6, 0), (11, 1)):
        right = f"{PATH[t, i]:.6f}"
        wrong = f"{float(right) + 1e-6:.6f}"
        assert text.count(right) == 1 and right != wrong
        assert answer(text, {**SETTINGS, "decay": 0}, "float64")["verdict"] == "right"
        found = answer(text.replace(right, wrong), {**SETTINGS, "decay": 0}, "float64")
        near = found["near"][0]
        assert found["verdict"] == "none" and (near["step"], near["coordinate"]) == (t + 1, i + 1)


@pytest.mark.parametrize("text, problem, word", [
    ("", "empty", "no number"), ("hello", "words", "“hello”"), (lines(PATH[:8]), "few", "24 numbers"),
    (lines(PATH) + "\n1 2 3", "many", "39 numbers"), ("[[0.3 ... 0.1]]", "cut", "threshold"),
    (lines([THETA] * 12), "still", "never moved"),
])
def test_wrong_input_gets_a_sentence_that_helps(text, problem, word):
    found = identify(text)
    assert (found["verdict"], found["problem"]) == ("input", problem) and word in str(found)
    assert str(identify(text, language="ko")) != str(found)


# Names


def test_the_names_are_all_forms_and_all_mistakes():
    assert {form.name for form in FORMS} == set(forms.FORMS) - VARIANTS - {"adamw"}
    assert VARIANTS <= {relative.name for relative in RELATIVES}, "what has no page is named in the second search"
    assert {mistake.name for mistake in MISTAKES} == set(LINES) - set(NOT_HERE)
    assert len(forms.FORMS) == sum(map(len, FILES.values())), "what reference/vectors counts"


def test_the_mistakes_here_are_those_of_the_list():
    for name in set(LINES) - {*NOT_HERE, "t-per-tensor"}:
        rule, state = wrong(name, epoch=6, micro=4)
        theta, found = np.array(THETA), []
        for g in G:
            theta, state = rule(theta, g, state, 0.2)
            found.append(theta)
        expected = path_of(name, decay=0.01, beta2=0.9 if row(name).page == "rmsprop" else 0.999)
        assert np.allclose(found, expected, rtol=1e-12, atol=1e-15, equal_nan=True), name
    rule, state = wrong("t-per-tensor")
    state, theta, found = (np.zeros(3), np.zeros(3), 0), np.array(THETA), []
    for g in G:
        theta, state = rule(theta, g, state, 0.2)
        found.append(theta)
    assert np.allclose(found, path_of("t-per-tensor"), rtol=1e-12)


def test_the_list_tells_apart_what_any_gradient_can():
    """Six digits of float32: each pair of one settings that a long stream of all sizes parts is parted by the list.

    But for an eps of 1e-8 that is added to the parameter or to nothing: that takes eight decimals.
    """
    alike = {"eps-missing", "eps-outside-fraction"}
    groups = classes([identified.with_settings(possible, SETTINGS) for possible in candidates({"decay": 0})])
    assert len(groups) > 100
    paths = [np.array(walk(group[0], GRADIENTS)) for group in groups]
    for a, one in enumerate(paths):
        for b in range(a):
            units = 10.0 ** (np.floor(np.log10(np.maximum(np.abs(one), 1e-30))) - 5)
            apart = np.abs(one - paths[b]) > 2 * units
            apart |= np.isfinite(one) != np.isfinite(paths[b])
            pair = {groups[k][0].row.name for k in (a, b)}
            assert apart.any() or pair == alike and np.nanmax(np.abs(one - paths[b])) > 5e-9, pair


@pytest.mark.parametrize("name", ["adam", "adam_eps_hat", "rmsprop_eps_inside"])
def test_an_epsilon_from_1e_8_to_1e8_shows_at_some_step(name):
    """Against one of half its size, by more than 5% of a step. At 1e-40 nothing shows: the smallest root is 3e-10."""
    rule, start = forms.FORMS[name].run, forms.FORMS[name].start

    def walked(eps):
        state, steps = start, []
        for _, _, g in GRADIENTS:
            step, state = rule(0.0, g, state, 1.0, eps=eps)
            steps.append(step)
        return np.array([step for step in steps if step])

    for eps in 10.0 ** np.arange(-8, 9):
        assert np.max(np.abs(walked(eps / 2) / walked(eps) - 1)) > 0.05
    assert np.allclose(walked(1e-40), walked(5e-41), rtol=1e-12)


def test_the_list_is_short_to_type():
    assert np.shape(GRADIENTS) == (12, 3) and 0 not in THETA
    assert all(len(f"{x:g}".lstrip("-")) <= 6 for x in np.ravel(GRADIENTS))
    exact = G[np.abs(G) >= 0.25]
    assert (exact.astype("f4") == exact).all() and (np.array(THETA, "f4") == THETA).all()


def test_random_settings_are_never_misnamed():
    for job in (("told", 900), *(("unsaid", seed) for seed in range(900, 903)),
                *(("strangers", seed) for seed in range(900, 903))):
        counts, wrong = identified.tried(job)
        assert not wrong and counts, (job, wrong)


def test_the_published_table_is_of_all_names_and_holds_no_wrong_one():
    proof, seeds = RESULTS["proof"], identified.SETTINGS
    total = lambda parts: {digits: sum(words.values()) for digits, words in parts.items()}
    counted = {group: total(parts) for group, parts in proof.items()}
    kinds = [possible.row.kind for possible in candidates({"decay": 0})]
    decays = sum("decay" in mistake.takes for mistake in MISTAKES)
    expected = {"form": kinds.count("form"), "mistake": kinds.count("mistake") + decays, "decay": len(DECAYS)}
    many = {group: n * seeds for group, n in expected.items()} | {"unsaid": 2 * identified.UNSAID}
    again = "a form, a decay or a mistake is new: count again with python -m frameworks.identified"
    assert seeds == 200 and counted == {group: dict.fromkeys(("17", "6", "4"), n) for group, n in many.items()}, again
    assert not any(words.get("wrong") for parts in proof.values() for words in parts.values())
    assert RESULTS["strangers"] == {"count": 1000, "named": 0}


def test_narrow_dtypes_were_counted_and_no_name_is_wrong():
    many = identified.NAMES * identified.NARROW_SEEDS
    counted = {dtype: {digits: sum(words.values()) for digits, words in parts.items()}
               for dtype, parts in RESULTS["narrow"].items()}
    assert counted == {dtype: {str(n): many for n in digits} for dtype, digits in identified.NARROW.items()}
    assert not any(words.get("wrong") for parts in RESULTS["narrow"].values() for words in parts.values())


def test_a_path_of_a_narrow_dtype_is_named():
    counts, wrong = identified.narrow_counts(901)
    assert not wrong and sum(counts.values()) == identified.NAMES * 5
    path = np.array(identified.walked_in(Candidate(row("adam"), "", "v = 0", SETTINGS), "bfloat16"))
    assert (path == path.astype("f4")).all() and not (path.astype("f4").view(np.uint32) & 0xFFFF).any()


# Real code


VARIANTS = {name for name, form in forms.FORMS.items() if form.is_variant}
VARIED = [run for run in RESULTS["real"] if run["name"][0] in VARIANTS or "momentum_decay" in run["run"]]
REAL = [run for run in RESULTS["real"] if run not in VARIED]
named_run = lambda run: f"{run['framework']}-{run['call']}-{run['run']}-{run['name'][1]}"


@pytest.mark.parametrize("run", REAL, ids=named_run)
def test_real_optimizers_are_named(run):
    result = answer(run["print"], run["settings"], "")
    assert len(result["found"]) == 1 and tuple(run["name"]) in names(result)[0]
    decay = run["name"][1]
    if run["run"] == "settings" and not decay or decay and run["framework"] == "PyTorch":
        computed = [each[0] for group in result["found"] for name in group["names"] for each in name["used"]]
        assert run["framework"] in computed


@pytest.mark.parametrize("run", VARIED, ids=named_run)
def test_real_variants_are_named_in_the_second_search(run):
    """PyTorch keeps a product in float32: with another momentum_decay its float64 is nothing that has a name."""
    found, (name, decay, _) = identify(run["print"], **run["settings"]), run["name"]
    if "momentum_decay" in run["run"]:
        assert found["verdict"] in ("none", "close")
    else:
        own = "nadam_pytorch_float32" if name == "nadam_pytorch" else name
        assert found["verdict"] == "relative" and [group[0]["name"] for group in found["groups"]] == [own]
        assert found["groups"][0][0]["decay"] == decay and not found["only"]


def test_the_whole_main_set_ran():
    main = {record["name"]: record for record in records().values() if record["set"] == "main"}
    ran = {(run["framework"], run["call"]) for run in RESULTS["real"]}
    assert ran == {(name, rule["call"]) for name, record in main.items() for rule in record["rule"]}
    assert all(run["version"] == main[run["framework"]]["version"] for run in RESULTS["real"])


def walked(step, dtype=float):
    theta, found = np.array(THETA, dtype), []
    for t, g in enumerate(G.astype(dtype), 1):
        theta = theta + step(t, g, theta)
        found.append(theta)
    return np.array(found)


def averages(b1, b2, change):
    """Steps of a program that keeps m and v."""
    kept = [0.0, 0.0]
    def step(t, g, theta):
        kept[0], kept[1] = b1 * kept[0] + (1 - b1) * g, b2 * kept[1] + (1 - b2) * g * g
        return change(t, kept[0], kept[1], theta)
    return step


def hat(lr, b1, b2, eps):
    return averages(b1, b2, lambda t, m, v, theta: -lr * np.sqrt(1 - b2**t) / (1 - b1**t) * m / (np.sqrt(v) + eps))


def corrected(t, m, v, b1, b2, eps):
    return m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)


def kept_velocity(change):
    kept = [0.0]
    def step(t, g, theta):
        kept[0], moved = change(kept[0], g)
        return moved
    return step


GITHUB = "https://github.com/"
LINDER_NOREN = (
    "eriklindernoren/ML-From-Scratch/blob/2067d12c384524adb993217e0e3c661d289dc6f2/"
    "mlfromscratch/deep_learning/optimizers.py"
)
SAITO = (
    "oreilly-japan/deep-learning-from-scratch/blob/0dda3d1715e2431b76eb4089b60881948853ba2a/"
    "common/optimizer.py"
)
PUBLIC = [  # written again from the lines linked to
    (LINDER_NOREN, "power-missing",
     averages(0.9, 0.999, lambda t, m, v, theta: -0.001 * (m / 0.1) / (np.sqrt(v / 0.001) + 1e-8)), {}),
    (LINDER_NOREN, "rmsprop_eps_inside",
     kept_velocity(lambda v, g: (0.9 * v + 0.1 * g**2, -0.01 * g / np.sqrt(0.9 * v + 0.1 * g**2 + 1e-8))), {}),
    (LINDER_NOREN, "momentum_average",
     kept_velocity(lambda v, g: (0.8 * v + 0.2 * g, -0.01 * (0.8 * v + 0.2 * g))), {"lr": 0.01, "beta": 0.8}),
    (SAITO, "adam_eps_hat",
     hat(0.001, 0.9, 0.999, 1e-7), {}),
    (SAITO, "not_nesterov",
     kept_velocity(lambda v, g: (0.9 * v - 0.01 * g, 0.81 * (0.9 * v - 0.01 * g) - 1.9 * 0.01 * g)), {}),
    (SAITO, "rmsprop",
     kept_velocity(lambda h, g: (0.99 * h + 0.01 * g * g, -0.01 * g / (np.sqrt(0.99 * h + 0.01 * g * g) + 1e-7))), {}),
    ("google-research/bert/blob/02102dba5529d74095111e7387a151817a0fdce8/optimization.py", "adam_uncorrected",
     averages(0.9, 0.999, lambda t, m, v, theta: -0.001 * (m / (np.sqrt(v) + 1e-6) + 0.01 * theta)),
     {"decay": 0.01, "lr": 0.001}),
    ("openai/evolution-strategies-starter/blob/7585f01cc64890aefbbf3cccda326e2ca90ba6f8/"
     "es_distributed/optimizers.py", "adam_eps_hat",
     hat(0.01, 0.9, 0.999, 1e-8), {}),
    ("openai/baselines/blob/12af876ca8d52056181c50b1804c3f8310cd22e9/baselines/common/mpi_adam.py", "adam_eps_hat",
     hat(0.05, 0.9, 0.999, 1e-8), {"lr": 0.05}),
    ("hardmaru/estool/blob/142fc021c60d2bbd14b4ffe222232e9bd017bdfd/es.py", "adam_eps_hat",
     hat(0.01, 0.99, 0.999, 1e-8), {"beta1": 0.99}),
    ("torch/optim/blob/30f6bd3deb8e3b1977dd904a14bac27f7fe71f41/rmsprop.lua", "rmsprop",
     kept_velocity(lambda m, g: (0.99 * m + 0.01 * g * g, -0.01 * g / (np.sqrt(0.99 * m + 0.01 * g * g) + 1e-8))), {}),
    ("Lasagne/Lasagne/blob/07ce3cc5fda003447b16dfba922e2ed471294d74/lasagne/updates.py", "nesterov_inside",
     kept_velocity(lambda v, g: (0.9 * v - 0.01 * g, 0.9 * (0.9 * v - 0.01 * g) - 0.01 * g)), {}),
    ("karpathy/llm.c/blob/0109bd124a9c39d972ed8e85d7ed20080b495a06/train_gpt2.c", "adam",
     averages(0.9, 0.95, lambda t, m, v, theta: -3e-4 * corrected(t, m, v, 0.9, 0.95, 1e-8) - 3e-5 * theta),
     {"decay": 0.1, "lr": 3e-4}),
    ("ddbourgin/numpy-ml/blob/4aacd9203db19ee97fc10a53847f2ea8273133e3/"
     "numpy_ml/neural_nets/optimizers/optimizers.py", "adam",
     averages(0.9, 0.999, lambda t, m, v, theta: -0.001 * corrected(t, m, v, 0.9, 0.999, 1e-7)), {}),
    ("karpathy/convnetjs/blob/2258e38355fcf17cc0890c1ce6ca823518a5fbb7/src/convnet_trainers.js", "momentum_inside",
     kept_velocity(lambda v, g: (0.9 * v - 0.01 * g, 0.9 * v - 0.01 * g)), {}),
]


@pytest.mark.parametrize("source, name, step, told", PUBLIC, ids=[f"{p[0].split('/')[1]}-{p[1]}" for p in PUBLIC])
def test_public_code_is_named(source, name, step, told):
    assert len(GITHUB + source) > 60
    found = identify(walked(step), **{"decay": 0, **told})
    assert found["verdict"] in ("right", "mistake") and name in [each[0] for each in names(found)[0]]
    kinds = {each[1] for each in names(found)[0] if each[0] == name}
    assert kinds == ({"decay_before"} if told.get("decay") else {""})


def test_a_strange_adam_of_the_past_is_not_named():
    """torch/optim/blob/1fedee737e7baf2b3cbb52da44fe785802c80bf9/adam.lua squares v instead of its root."""
    lr = 0.01 * np.sqrt(1 - 0.999**2) / (1 - 0.9**2)
    strange = averages(0.9, 0.999, lambda t, m, v, theta: -lr * m / (v**2 + 1e-7))
    assert identify(walked(strange), decay=0)["verdict"] == "none"


def test_the_loop_of_the_thread():
    """m = m / (1 - beta**i), written back: found when its numbers are typed, and when its function is run."""
    m = v = 0.0
    def step(theta, g, i):
        nonlocal m, v
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        m, v = m / (1 - 0.9**i), v / (1 - 0.999**i)
        return theta - 0.01 * m / (np.sqrt(v) + 1e-8)
    found = check(step)
    assert found["verdict"] == "mistake" and found["found"][0]["shows"] == 2
    assert names(found) == [[("both-written-back", "", "v = 0")]]
    assert "✓ v_hat = v / (1 - beta2**t)" in str(found)


def test_too_few_digits_name_all_that_fit(monkeypatch):
    """Where more fit than are compared with one another, each stands for itself."""
    text = lines(path_of("adam", lr=0.002), "{:.2f}")
    grouped = identify(text, lr=0.002)
    monkeypatch.setattr("mhat.identify.answering.MANY", 10)
    found = identify(text, lr=0.002)
    assert found["verdict"] == "several" and found["many"] >= grouped["many"] > 10
    assert ("adam", "", "v = 0") in [each for group in names(found) for each in group]
    assert "more." in str(found)


# Words


def test_right_says_who_computes_it():
    text = str(ask_text("adam"))
    assert text.startswith("Right: Adam, the paper's Algorithm 1") and "PyTorch Adam" in text
    told = {**SETTINGS, "decay": 0.01}
    assert str(identify(path_of("adam", "decay_before", decay=0.01), **told)).startswith("Right: AdamW\n")


def ask_text(name, **more):
    return identify(path_of(name), **{**SETTINGS, "decay": 0, **more})


def test_a_near_miss_says_where_it_fails():
    path = path_of("adam").copy()
    path[7:, 1] += 0.01
    found = identify(path, **SETTINGS, decay=0)
    assert found["verdict"] == "none"
    near = found["near"][0]
    assert near["name"]["name"] == "adam" and (near["step"], near["coordinate"]) == (8, 2)
    assert "Columns 1 and 3 to the end. Column 2 leaves at step 8" in str(found)
    assert "1, 3번째 열은 끝까지" in str(identify(path, **SETTINGS, decay=0, language="ko"))


def test_a_name_that_depends_on_the_settings_is_said_with_them():
    both = identify(path_of("momentum", lr=0.01), decay=0)
    said = [(each["name"], each["settings"]["lr"]) for each in both["found"][0]["names"]]
    assert ("momentum", 0.01) in said and ("momentum_average", 0.1) in said
    alone = identify(path_of("momentum", lr=0.01), decay=0, lr=0.01, beta=0.9)
    assert "momentum_average" not in [each["name"] for each in alone["found"][0]["names"]]


def test_what_is_said_to_tell_apart_does():
    path = path_of("adam", lr=0.001)
    text = lines(path, "{:.4f}")
    found = answer(text, {**SETTINGS, "lr": 0.001, "decay": 0}, "")
    assert found["verdict"] == "several" and found["many"] > 1
    more = found["telling"]["decimals"]
    assert answer(lines(path, f"{{:.{more}f}}"), {**SETTINGS, "lr": 0.001, "decay": 0}, "")["many"] == 1
    rows = found["telling"]["gradients"]
    if rows:
        firsts = [group["names"][0] for group in found["found"][:8]]
        hits = [Candidate(row(name["name"]), "", name["start"], name["settings"]) for name in firsts]
        ends = [np.array(walk(hit, GRADIENTS + rows))[-len(rows):] for hit in hits]
        assert all(np.abs(a - b).max() > 1e-4 for i, a in enumerate(ends) for b in ends[:i])


@pytest.mark.parametrize("word", ["nan", "inf"])
def test_a_path_without_numbers_names_nothing_for_sure(word):
    found = identify(f"{word} " * 36)
    assert found["verdict"] == "several" and "t-from-0" in [each[0] for group in names(found) for each in group]
    assert "division by zero" in str(found)


def test_nan_is_read_and_named():
    found = identify(lines(path_of("t-from-0"), "{}"), decay=0)
    assert np.isnan(path_of("t-from-0")).any() and "t-from-0" in [each[0] for group in names(found) for each in group]
    assert "NaN or infinity at step 1" in str(found)


# dtypes


@pytest.mark.parametrize("dtype, text", [("float32", "{!r}"), ("float32", "{:.17g}"), ("float32", "{:.4f}")])
def test_float32_is_recognised(dtype, text):
    short, theta, path = np.float32, np.array(THETA, dtype), []
    m = v = short(0)
    for t, g in enumerate(G.astype(dtype), 1):
        m, v = short(0.9) * m + short(0.1) * g, short(0.999) * v + short(0.001) * g**2
        root = np.sqrt(v / short(1 - 0.999**t)) + short(1e-8)
        theta = theta - short(0.2) * (m / short(1 - 0.9**t)) / root
        path.append(theta)
    numbers = np.array(path).astype(object) if "r" in text else np.array(path)
    result = answer(lines(numbers, text.replace("!r", "")), {**SETTINGS, "decay": 0}, "")
    assert ("adam", "", "v = 0") in [each for group in names(result) for each in group]
    assert result["dtype"] == "float32" or "4f" in text  # four digits are as near in float64


def test_float16_is_recognised_and_said():
    m = v = np.zeros(3, "f2")
    theta, found = np.array(THETA, "f2"), []
    for t, g in enumerate(G.astype("f2"), 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        theta = theta - 0.2 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        found.append(theta)
    assert theta.dtype == "f2" and np.isnan(found[0]).tolist() == [False, True, True]
    path = np.array(found)
    for text, told in ((str(path), "float16"), (repr(path), ""), (lines(path.astype(float), "{:.17g}"), "")):
        result = answer(text, {**SETTINGS, "decay": 0}, told)
        named = [each for group in names(result) for each in group]
        assert result["dtype"] == "float16" and ("adam", "", "v = 0") in named
        assert ("sign-flipped", "", "v = 0") not in named
        assert "becomes 0" in as_text(in_words(result, "en"))
        assert "third column is not compared" in as_text(in_words(result, "en"))


# In Python


def test_check_runs_what_readers_have():
    class Saito:
        def __init__(self):
            self.h = None
        def update(self, params, grads):
            for key in params:
                self.h = (0 if self.h is None else self.h) * 0.9 + 0.1 * grads[key] ** 2
                params[key] -= 0.01 * grads[key] / (np.sqrt(self.h) + 1e-7)

    class Plain:
        velocity = 0.0
        def update(self, w, grad):
            self.velocity = 0.9 * self.velocity + grad
            return w - 0.1 * self.velocity

    def in_place(theta, g):
        theta -= 0.1 * g

    for step, name in ((Saito(), "rmsprop"), (Plain(), "momentum"), (in_place, "gradient_descent")):
        assert name in [each[0] for each in names(check(step, decay=0))[0]]
    with pytest.raises(TypeError, match="this step takes nothing. check takes one of these"):
        check(lambda: None)
    with pytest.raises(TypeError, match="unknown setting 'momentum'"):
        identify(PATH, momentum=0.9)


def test_check_reads_the_settings_of_pytorch():
    class Optimizer:
        def __init__(self, tensor):
            settings = {"lr": 0.07, "momentum": 0.6, "dampening": 0, "weight_decay": 0.03, "nesterov": False}
            self.param_groups = [{"params": [tensor], **settings}]
            self.velocity = 0.0
        def step(self):
            tensor = self.param_groups[0]["params"][0]
            self.velocity = 0.6 * self.velocity + tensor.grad.values + 0.03 * tensor.values
            tensor.values -= 0.07 * self.velocity
    found = check(Optimizer(Tensor([9.0, 9, 9])))
    assert found["verdict"] == "right" and names(found)[0][0] == ("momentum", "decay_l2", "v = 0")
    assert found["found"][0]["names"][0]["settings"] == {"lr": 0.07, "beta": 0.6, "decay": 0.03}
    with pytest.raises(ValueError, match="one tensor needs 3 numbers, or three tensors one each; here are .1."):
        check(Optimizer(Tensor([1.0])))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("identify") / "identify.py"
    path.write_text(alone("mhat.identify"), "utf-8")
    return path


def run(file, *words, text=""):
    return subprocess.run([sys.executable, "-I", str(file), *words], input=text, capture_output=True, text=True,
                          encoding="utf-8", cwd=file.parent)


def test_the_file_alone_is_the_command(file):
    (file.parent / "numbers.txt").write_text(PRINTS["lines"], "utf-8")
    done = run(file, "numbers.txt", "--lr", "0.2", "--decay", "0")
    assert done.returncode == 0 and done.stdout.startswith("Right, if these are your settings: Adam"), done.stderr
    done = run(file, "--decay", "0", "--lr", "0.2", "--language", "ko", text=lines(path_of("power-missing")))
    assert done.returncode == 1 and done.stdout.startswith("실수: 거듭제곱 t가 없음"), done.stderr
    assert run(file, "--gradients").stdout.count("\n") == 13


def test_the_file_alone_answers_the_same(file):
    own = {}
    exec(compile(file.read_text("utf-8"), "identify.py", "exec"), own)
    for name in ("adam", "nadam", "root-missing", "rmsprop_centered_inside"):
        mine, theirs = identify(path_of(name), **SETTINGS, decay=0), own["identify"](path_of(name), **SETTINGS, decay=0)
        assert mine["verdict"] == theirs["verdict"] and names(mine) == names(theirs) and str(mine) == str(theirs)


# The page computes the same


@pytest.fixture(scope="module")
def compiled():
    context = quickjs.Context()
    context.eval(engine("identify"))
    context.eval("""function asked(text, told, language) {
      const result = answer(text, told, "")
      return JSON.stringify([result.verdict, in_words(result, language)])
    }""")
    return lambda text, told, language: json.loads(
        context.eval(f"asked({json.dumps(text)}, {json.dumps(told)}, {language!r})"))


def test_compiled_answers_are_the_same_words(compiled):
    texts = [lines(path_of(possible.row.name, start=possible.start), form) for form in ("{:.17g}", "{:.4f}")
             for possible in candidates({"decay": 0})[::5]]
    texts += [PRINTS[kind] for kind in PRINTS] + ["", "hello", "1 2 3", lines(PATH + 0.01 * np.arange(12)[:, None])]
    for k, text in enumerate(texts):
        result, language = ask(text), ("ko", "en")[k % 2]
        verdict, parts = compiled(text, {**SETTINGS, "decay": 0}, language)
        assert verdict == result["verdict"]
        assert as_text(parts) == as_text(in_words(result, language))


def test_numbers_in_sentences():
    for x, text in ((0.1, "0.1"), (1e-8, "1e−8"), (-2.5, "−2.5"), (1234567.0, "1234570"), (999999.9, "1000000"),
                    (0.00012345678, "0.000123457"), (0, "0")):
        assert show(x, 6) == text


# The page


def test_what_stays_undecided_is_listed_with_its_reason():
    said = identify_page.cannot(lambda *words: words[1])
    groups = [{each["name"] for each in group} for group in identify_page.undecided()]
    assert {"adam", "adam_folded"} in groups and {"power-missing", "t-never-counted"} in groups
    assert {"decay-in-gradient", "adam"} in groups and {"decay-without-lr", "adam"} in groups
    assert {"not-corrected", "adam_uncorrected"} in groups and {"squares-added", "adagrad"} in groups
    assert said.count("\n") == len(groups) + 1
    for group in identify_page.undecided():
        names_of_group = {each["name"] for each in group}
        if {each["kind"] for each in group} == {"form"} and group[0]["name"] != "adam":
            placed = {name for name in names_of_group if "inside" in name or "outside" in name}
            assert names_of_group - placed <= {"momentum", "nesterov", "momentum_average"}


def test_a_changed_learning_rate_parts_what_the_page_says():
    for one, other in (("momentum", "momentum_inside"), ("nesterov", "nesterov_inside"),
                       ("rmsprop_momentum_outside", "rmsprop_momentum_lr_inside")):
        ends = []
        for name in (one, other):
            rule, theta, state = row(name).run, 0.5, tuple(row(name).states[0])
            rest = [SETTINGS[each] for each in row(name).takes]
            for t in range(6):
                theta, state = rule(theta, 1.0, state, 0.2 if t < 3 else 0.02, *rest)
            ends.append(theta)
        assert abs(ends[0] - ends[1]) > 0.01


def test_the_figure_counts_what_is_left():
    for digits in (17, 4):
        left = identify_page.left(digits)
        assert left[0] == len(candidates({"decay": 0})) and left[-1] == 2
        assert all(a >= b for a, b in zip(left, left[1:])) and 0.2 < left[1] / left[0] < 0.25 and left[2] < 10


def test_the_last_gradient_parts_two_places_of_epsilon_in_four_digits():
    """The third column: after the reciprocal, eps times a momentum of 1e7; outside the fraction, eps alone."""
    with np.errstate(all="ignore"):
        one, two = (np.array(walk(identify_page.with_base(identify_page.row_of(name)), GRADIENTS))[:, 2]
                    for name in ("eps-outside-fraction", "eps-after-reciprocal"))
    assert np.allclose(one[:-1], two[:-1], rtol=1e-4) and abs(one[-1] / two[-1] - 1) > 0.05


def test_some_mistakes_are_another_candidate_until_an_epoch_ends():
    with np.errstate(all="ignore"):
        path = {name: np.array(walk(identify_page.with_base(identify_page.row_of(name)), GRADIENTS)) for name in
                ("adam", "power-missing", "t-restarts", "all-restarts", "m-v-restart", "t-per-epoch")}
    for name, other in (("t-restarts", "adam"), ("all-restarts", "adam"), ("m-v-restart", "adam"),
                        ("t-per-epoch", "power-missing")):
        first, rest = slice(0, 6), slice(6, None)
        assert np.allclose(path[name][first], path[other][first], rtol=1e-12), name
        assert not np.allclose(path[name][rest], path[other][rest], rtol=1e-2), name


def test_the_run_of_the_page_is_named():
    with contextlib.redirect_stdout(io.StringIO()):
        found = identify(np.array(identify_page.path), decay=0, lr=0.1, beta=0.9)
    assert names(found)[0][0][0] == "momentum"
