"""The list of mistakes: each is what its words, its row and its picture say.

The fingerprints are derived again, as closed forms of a constant gradient, in NumPy functions of t
that know nothing of the programs. A step is taken from theta = 0, so that it is read without loss;
eps is 0 where the form has none. The moving averages round about 3 / (1 - beta) times a step at most,
3000 roundings or 7e-13 for the default; what is stored again and again adds a power of t, so 1e-9 holds
for all.
"""

import html
import re
import warnings
from functools import partial

import numpy as np
import pytest
from ml_dtypes import bfloat16

from mhat import rules
from mhat.forms import adam_uncorrected
from mhat.identify import disguises
from mhat.mistakes import LINES, MISTAKES, RIGHT, START, WORDS, fingerprint, stream, written, wrong
from mhat.words import read
from site_tools.cache import ROOT
from site_tools.pages import DOCS
from tests.language import TYPED, banned
from tests.rendering import rendered

T = 300
t = np.arange(1, T + 1)
every = pytest.mark.parametrize("name", LINES)


@pytest.fixture(scope="module", autouse=True)
def the_page():
    """The page computes when the first test runs, not when tests are collected."""
    global mistakes_page
    from snippets.check import mistakes as mistakes_page


def walk(rule, state, gs, lr=1.0, **numbers):
    """The steps themselves, each from theta = 0."""
    found = []
    with np.errstate(all="ignore"):
        for g in gs:
            theta, state = rule(np.zeros(np.shape(g)), g, state, lr, **numbers)
            found.append(-theta)
    return np.array(found)


def repeated(beta):
    """An average of ones that is divided by 1 - beta^t and stored again: every past division still counts."""
    found = []
    for n in t:
        k = np.arange(1, n + 1)
        divided = np.cumprod(1 / (1 - beta**k)[::-1])[::-1]
        found.append(np.sum((1 - beta) * beta ** (n - k) * divided))
    return np.array(found)


def weighted(beta, values):
    """sum (1 - beta) beta^(t - i) values_i, written out."""
    return np.array([np.sum((1 - beta) * beta ** (n - t[:n]) * values[:n]) for n in t])


def forms(b1, b2, g, epoch, micro):
    """Step over lr at every t for the mistakes of Adam, eps = 0, constant gradient g > 0."""
    a, c = lambda n: 1 - b1**n, lambda n: 1 - b2**n
    number, inside = 1 + (t - 1) // epoch, (t - 1) % epoch + 1
    missing = a(t) / (1 - b1) * np.sqrt((1 - b2) / c(t))
    one, stays = np.ones(T), np.minimum(t, 256)
    return {
        "both-written-back": repeated(b1) / np.sqrt(repeated(b2)),
        "m-written-back": repeated(b1),
        "v-written-back": 1 / np.sqrt(repeated(b2)),
        "first-step-only": one,
        "first-step-uncorrected": np.where(t > 1, 1, a(t) / np.sqrt(c(t))),
        "power-missing": missing,
        "power-outside": a(t) / np.sqrt(c(t)) * (np.sqrt(1 - b2) / (1 - b1)) ** t,
        "beta1-in-both": np.sqrt(a(t) / c(t)),
        "beta2-in-both": a(t) / c(t),
        "multiplied": a(t) ** 2 / c(t),
        "corrected-twice": np.sqrt(c(t)) / a(t),
        "correction-undone": a(t) / np.sqrt(c(t)),
        "not-corrected": a(t) / np.sqrt(c(t)),
        "m-not-corrected": a(t),
        "v-not-corrected": 1 / np.sqrt(c(t)),
        "t-from-0": a(t) / a(t - 1) * np.sqrt(c(t - 1) / c(t)),
        "t-from-2": a(t) / a(t + 1) * np.sqrt(c(t + 1) / c(t)),
        "t-never-counted": missing,
        "t-per-tensor": a(t) / a(2 * t) * np.sqrt(c(2 * t) / c(t)),
        "t-per-micro-batch": a(t) / a(micro * t) * np.sqrt(c(micro * t) / c(t)),
        "t-per-epoch": a(t) / a(number) * np.sqrt(c(number) / c(t)),
        "t-stops": a(t) / a(stays) * np.sqrt(c(stays) / c(t)),
        "t-restarts": a(t) / a(inside) * np.sqrt(c(inside) / c(t)),
        "m-v-restart": a(inside) / a(t) * np.sqrt(c(t) / c(inside)),
        "all-restarts": one,
        "m-v-not-stored": (1 - b1) / a(t) * np.sqrt(c(t) / (1 - b2)),
        "g-unweighted": one / (1 - b1),
        "g2-unweighted": one * np.sqrt(1 - b2),
        "beta1-weighs-g2": one * np.sqrt((1 - b2) / (1 - b1)),
        "m-from-g2": one * g,
        "average-added": added(b1) / a(t) / np.sqrt(added(b2) / c(t)),
        "weights-swapped": (1 - (1 - b1) ** t) / a(t) * np.sqrt(c(t) / (1 - (1 - b2) ** t)),
        "old-notation": one,
        "betas-exchanged": one,
        "gradient-not-zeroed": weighted(b1, t * 1.0) / a(t) / np.sqrt(weighted(b2, t**2.0) / c(t)),
        "root-missing": one / g,
        "root-multiplied": one * g**2,
        "root-of-m": one * np.sqrt(g),
        "v-for-m": one * g,
        "v-from-m": 1 / np.sqrt(weighted(b2, a(t) ** 2) / c(t)),
        "g-not-squared": one * np.sqrt(g),
        "eps-inside-root": one,
        "eps-outside-fraction": one,
        "eps-after-reciprocal": one,
        "eps-missing": one,
        "eps-twice": one,
        "root-stored": g / rooted(b2, g),
        "sign-flipped": -one,
    }


def added(beta):
    """An average of ones that is added to itself: (1 - beta) times a geometric series of 1 + beta."""
    return (1 - beta) * ((1 + beta) ** t - 1) / beta


def rooted(b2, g):
    """The denominators, where each is taken for the v before the next one."""
    found, before = [], 0.0
    for n in t:
        before = np.sqrt((b2 * before + (1 - b2) * g * g) / (1 - b2**n))
        found.append(before)
    return np.array(found)


@pytest.mark.parametrize("b1, b2, g, epoch, micro", [(0.9, 0.999, 10.0, 100, 4), (0.8, 0.95, 3.0, 7, 3)])
def test_fingerprints_of_adam_have_their_closed_forms(b1, b2, g, epoch, micro):
    with np.errstate(all="ignore"):
        expected = forms(b1, b2, g, epoch, micro)
    assert set(expected) == {n for n in LINES if LINES[n][0] in ("adam", "tensors")} - {"float16"}
    for name, form in expected.items():
        rule, start = wrong(name, epoch=epoch, micro=micro)
        steps = walk(rule, start, np.full((T, 2), g), beta1=b1, beta2=b2, eps=0)[:, 1]
        limit = np.flatnonzero((1 - b2) ** t < 1e-300)[0] if name == "power-outside" else T
        assert np.allclose(steps[:limit], form[:limit], rtol=1e-9, atol=1e-290, equal_nan=True), name


def test_the_first_of_two_tensors_gets_the_odd_numbers():
    rule, start = wrong("t-per-tensor")
    steps = walk(rule, start, np.full((T, 2), 10.0), eps=0)[:, 0]
    n = 2 * t - 1
    assert np.allclose(steps, (1 - 0.9**t) / (1 - 0.9**n) * np.sqrt((1 - 0.999**n) / (1 - 0.999**t)), rtol=1e-9)
    alone = walk(rule, start, np.full((T, 1), 10.0), eps=0)
    assert np.allclose(alone, 1, rtol=1e-9), "with one tensor nothing shows"


def test_fingerprints_of_the_others_have_their_closed_forms():
    b, g = 0.9, 10.0
    heavy = g * (1 - b**t) / (1 - b)
    before = np.r_[0, heavy[:-1]]
    for name, form in {
        "velocity-uphill": -heavy, "velocity-brakes": g * (1 - (-b) ** t) / (1 + b), "lr-twice": 0.01 * heavy,
        "new-velocity": b**2 * heavy + (1 + b) * g, "momentum": heavy, "nesterov": b**2 * before + (1 + b) * g,
        "velocity-overwritten": (1 + b) * g * (1 - b ** (2 * t)) / (1 - b**2), "look-ahead-subtracted": g - b * heavy,
        "velocity-averaged": g + b * (1 - b) * heavy,
        "squares-added": 1 / np.sqrt(t), "v-not-stored": np.full(T, np.sqrt(1000)),
        "velocity-forgotten": np.where(t > 1, (1 + b) * g, g), "v-added": 1 / np.sqrt(added(0.999)),
        "v-from-g": np.sqrt(g / (1 - 0.999**t)), "v-unweighted": np.sqrt(0.001 / (1 - 0.999**t)),
        "v-without-eps": 1 / np.sqrt(1 - 0.999**t), "step-uphill": -1 / np.sqrt(1 - 0.999**t),
    }.items():
        rule, start = wrong(name) if name in LINES else (written(name), START[name])
        settings = {"lr": 0.01} if name in ("lr-twice", "momentum") else {}
        if LINES.get(name, [""])[0] == "rmsprop":
            settings = {"beta2": 0.999, "eps": 0}
        steps = walk(rule, start, np.full((T, 1), g), **settings)[:, 0] / settings.get("lr", 1)
        assert np.allclose(steps, form, rtol=1e-12), name


def test_decay_follows_the_parameter():
    """theta <- (1 - d) theta - lr has (1 - d)^t theta_0 - lr (1 - (1 - d)^t) / d as its solution."""
    lr, decay = 1e-3, 0.01
    for rule, d in ((written("adamw"), lr * decay), (wrong("decay-without-lr")[0], decay),
                    (wrong("decay-grows")[0], -lr * decay), (wrong("decay-twice")[0], 1 - (1 - lr * decay) ** 2)):
        shrunk = (1 - d) ** np.arange(T + 1)
        for g, push in ((10.0, lr), (0.0, 0.0)):
            theta = shrunk - push * (1 - shrunk) / d
            found = fingerprint(rule, (0.0, 0.0, 0), np.full((T, 1), g))[:, 0]
            # theta is near 1: a rounding of it is 1e-16 / lr of a step, here T of them at most.
            assert np.allclose(found, -np.diff(theta) / lr, rtol=1e-7, atol=T * 2.3e-13)
    for g, push in ((10.0, 1.0), (0.0, 0.0)):
        found = fingerprint(wrong("decay-without-theta")[0], (0.0, 0.0, 0), np.full((T, 1), g))[:, 0]
        assert np.allclose(found, push + decay, rtol=1e-6), "a fixed size"
    rates = decay * lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    shrunk = np.r_[1, np.cumprod(1 - rates)]
    found = fingerprint(wrong("decay-corrected")[0], (0.0, 0.0, 0), np.zeros((T, 1)))[:, 0]
    assert np.allclose(found, -np.diff(shrunk) / lr, rtol=1e-7, atol=T * 2.3e-13)
    for decay in (1e-4, 0.01, 1.0):
        rule = partial(wrong("decay-in-gradient")[0], decay=decay)
        found = fingerprint(rule, (0.0, 0.0, 0), np.zeros((20, 1)))
        assert np.allclose(found, 1, atol=0.02), "one learning rate a step, whatever the decay"


def test_an_epsilon_of_6e_3_is_above_every_gradient_that_float16_cannot_square_and_1e_4_is_not():
    g = np.arange(1, 2**15, dtype=np.uint16).view(np.float16)
    g = g[g < 255].astype(float)
    rule, start = wrong("float16")
    with np.errstate(under="ignore"):
        first = {eps: -rule(np.zeros(len(g)), g, start, 1.0, eps=eps)[0].astype(float) for eps in (6e-3, 1e-4)}
    assert first[6e-3].max() <= 1 + 2.0**-10, "one rounding of float16"
    assert np.isfinite(first[1e-4]).all() and 50 < first[1e-4].max() < 60


def test_the_power_outside_halves_at_least_and_a_t_of_0_divides_m_by_0():
    steps = walk(*wrong("power-outside"), np.full(300, 10.0))
    alive = steps[steps > 0]
    assert len(alive) > 100 and np.all(alive[1:] < alive[:-1] / 2)
    assert np.all(weighted(0.9, np.full(T, 10.0))[:1] > 0), "so that m_hat is inf, not 0/0"
    assert np.isnan(walk(*wrong("t-from-0"), [np.array(10.0)])[0])


def test_float16_loses_squares_epsilon_and_range():
    rule, start = wrong("float16")
    with np.errstate(all="ignore"):
        theta, (m, v, _) = rule(np.ones(2), np.array([1e-4, 10.0]), start, 1e-3)
        assert theta.dtype == m.dtype == v.dtype == np.float16
        assert v[0] == 0 and np.float16(1e-8) == 0 and np.isinf(theta[0])
        assert 0.001 * 1e-4**2 < 2.0**-25, "half the smallest number of float16"
        assert np.isnan(rule(np.ones(1), np.zeros(1), start, 1e-3)[0])
        found = rule(np.ones(2), np.array([1e-4, 0.0]), start, 1e-3, eps=1e-4)[0]
        assert np.isfinite(found).all(), "the larger eps of the remedy"
        # Between 1/2 and 1 numbers are 2^-11 apart: a step of 0.001 becomes two of them.
        assert float(1 - theta[1]) == 2 * 2**-11
        # 256 squared is above 65504, the largest number of float16: huge gradients are wrong too, not only tiny ones.
        found = rule(np.ones(2), np.array([255.0, 256.0]), start, 1e-3)[0]
        assert found[0] < 1 and found[1] == 1


def test_what_the_words_say_holds_where_they_say_it():
    """Each with the gradient at which an older, wider sentence was wrong."""
    first = lambda name, g: fingerprint(*wrong(name), np.full((1, 2), float(g)))[0, -1]
    with np.errstate(all="ignore"):
        missing = [first("root-missing", g) for g in (1e-6, 1e-5, 1e-4, 1e-3, 10)]
        assert np.allclose(missing[2:], [5000, 1000 / 1.01, 0.1], rtol=1e-3) and max(missing) == missing[2]
        assert np.isclose(first("v-not-stored", 1e-3), 10**0.5, rtol=1e-4) and first("v-not-stored", 1e-8) < 0.8
        # The step of the parameter, 1, is read with a rounding of 1e-16 / lr.
        assert np.isclose(first("eps-outside-fraction", 1e-8), 1, rtol=1e-4), "right Adam takes half a step"
        assert np.isclose(first("eps-inside-root", 1e-8), 1e-4, rtol=1e-3), "in proportion to the gradient"
        assert np.isclose(first("eps-after-reciprocal", 1e8), 2, rtol=1e-4), "huge gradients too, not only tiny ones"
        changing = fingerprint(*wrong("m-from-g2"), np.array([10.0, 1.0])[:, None] + np.zeros(2))[:, -1]
        assert abs(changing[1] - 1) > 1, "as long as the gradient only while its size stays"
        gs = np.array([10.0, -1, -1])[:, None] + np.zeros(2)
        assert np.isfinite(fingerprint(*wrong("g-not-squared"), gs)).all(), "negative gradients, but v is positive"
    steps = mistakes_page.steps_of("m-v-not-stored", "c")
    assert steps.argmin() == 11
    assert np.allclose(mistakes_page.steps_of("m-v-not-stored", "w"), steps, rtol=1e-9), "just as long"
    weight = 1 - 1e-3 * mistakes_page.steps_of("decay-without-lr", "z")[:300].sum()
    assert np.isclose(weight, 0.99**300, rtol=1e-9) and 0.048 < weight < 0.052


def test_a_first_step_of_a_hundred_need_not_diverge_nor_a_restart_lift_the_loss():
    """What older words said of both: on a parabola the one ends at its minimum, and the other goes on falling."""
    for lr, hill in ((1e-3, 1.0), (1e-2, 100.0), (0.1, 1.0)):
        (rule, state), theta = wrong("beta2-in-both"), np.ones(1)
        for _ in range(300):
            theta, state = rule(theta, hill * theta, state, lr)
        assert abs(theta[0]) < 1e-4
    rng, (rule, state), theta, losses = np.random.default_rng(0), wrong("all-restarts"), np.ones(400), []
    for _ in range(500):
        theta, state = rule(theta, theta + rng.normal(size=400), state, 1e-3)
        losses.append(np.mean(theta**2))
    assert all(losses[k + 10] < losses[k - 1] for k in range(100, 500, 100))


def test_t_per_epoch_drops_as_the_second_epoch_begins_and_not_at_each():
    steps = fingerprint(*wrong("t-per-epoch"), np.full((1301, 2), 10.0))[:, -1]
    assert steps[100] < 0.8 * steps[99] and steps[1300] > steps[1299]


@pytest.mark.parametrize("dtype, halves, over", [("float64", 100, 300), ("float32", 10, 40)])
@pytest.mark.parametrize("g", [1e-3, 1.0, 10.0, 1e3])
def test_the_power_outside_gives_0_and_then_nan(dtype, halves, over, g):
    """0 where the power of 1/1000 takes v past the largest number, NaN where that of 1/10 takes m past it."""
    rule, state = wrong("power-outside")
    held, steps, largest = (*np.zeros((2, 1), dtype), 0), [], np.log10(float(np.finfo(dtype).max))
    with np.errstate(all="ignore"):
        for _ in range(over + 30):
            theta, held = rule(np.zeros(1, dtype), np.full(1, g, dtype), held, 1.0)
            steps.append(-theta[0])
    zero, nan = np.flatnonzero(np.array(steps) == 0)[0] + 1, np.flatnonzero(np.isnan(steps))[0] + 1
    size = lambda beta, t: np.log10(1 - beta**t)
    assert zero == next(t for t in range(1, 400) if 2 * np.log10(g) + size(0.999, t) + 3 * t > largest)
    assert nan == next(t for t in range(1, 400) if np.log10(g) + size(0.9, t) + t > largest)
    assert halves < zero < 1.7 * halves and abs(nan / over - 1) < 0.11 and theta.dtype == dtype
    assert all(after < before / 2 for before, after in zip(steps[:zero - 1], steps[1:zero - 1]))


def test_where_right_adam_does_not_give_1():
    """As the page says at its top: parameters in bfloat16, a framework that leaves the bias, weight decay."""
    first = lambda dtype: (1 - (np.ones(1, dtype) - np.full(1, 1e-3, dtype)).astype(float)[0]) / 1e-3
    assert first(np.float64) == pytest.approx(1) and first(np.float32) == pytest.approx(1, rel=1e-4)
    assert first(bfloat16) == 0
    bare, _ = adam_uncorrected(0.0, 10.0, (0.0, 0.0), 1.0)
    assert -bare == pytest.approx(0.1 / 0.001**0.5, rel=1e-6)
    assert 1 - rules.adamw(1.0, 10.0, (0.0, 0.0, 0), 1e-3)[0] == pytest.approx(1e-3 + 1e-5, rel=1e-6)


def test_alternating_gradients():
    """What the words say of the stream 10, -10, ...; the sums are geometric series of -beta."""
    gs = stream(10, -1)
    def sized(name):
        return fingerprint(*(wrong(name) if name in LINES else (written(name), START[name])), gs)[:, 1]
    n = np.arange(1, 1001)
    right = 0.1 / (1 + 0.9) * (1 - (-0.9) ** n) / (1 - 0.9**n)
    assert np.allclose(sized("adam"), right, rtol=1e-6), "1 - 0.9^t in both where t is even: 0.1 / 1.9"
    assert np.allclose(sized("adam")[1::2], 0.1 / 1.9, rtol=1e-6) and np.all(sized("adam") > 0)
    assert np.isclose(mistakes_page.swing, 0.1 / 1.9, rtol=1e-6)
    assert np.isclose(sized("first-step-only")[1], -(0.9 - 0.1)), "0.9 of the first gradient against 0.1 of the second"
    restarted = sized("all-restarts")
    assert np.isclose(restarted[100], 1) and np.allclose(restarted[:100], right[:100], rtol=1e-6)
    assert np.isclose(sized("old-notation")[-1], 0.9 / 1.1) and np.isclose(sized("betas-exchanged")[-1], 0.001 / 1.999)
    assert np.isclose(sized("v-for-m")[1], -10) and np.isclose(sized("v-for-m")[0], 10)
    zeroed = sized("gradient-not-zeroed")
    assert np.all(np.sign(zeroed) == np.where(n % 2, 1, -1)), "the sum is 10, 0, 10, 0: every other step goes uphill"
    assert np.allclose(abs(sized("m-v-not-stored")), fingerprint(*wrong("m-v-not-stored"), stream(10))[:, 1], rtol=1e-6)
    for name in ("root-of-m", "g-not-squared"):
        with np.errstate(all="ignore"):
            assert np.isnan(sized(name)[1:]).all()


# The data

def test_the_right_programs_are_the_rules_of_this_site():
    gs = np.random.default_rng(0).normal(size=(60, 2)) * [1e-3, 10]
    for name in RIGHT:
        rule = getattr(rules, {"tensors": "adam"}.get(name, name))
        theirs, state, ours, kept = np.ones(2), rules.START[rule], np.ones(2), START[name]
        for g in gs:
            theirs, state = rule(theirs, g, state, 0.01)
            ours, kept = written(name)(ours, g, kept, 0.01)
            # Nesterov groups its terms otherwise: some roundings of a velocity that the gradients keep below 200.
            assert np.allclose(ours, theirs, rtol=1e-15, atol=1e-12 if name == "nesterov" else 0), name


@every
def test_each_right_line_stands_once_in_its_program(name):
    source = RIGHT[LINES[name][0]]
    assert len(LINES[name]) % 2 == 1 and len(LINES[name]) >= 3
    for right, other in zip(LINES[name][1::2], LINES[name][2::2]):
        assert right != other and source.count(f"\n    {right}\n") == 1


def test_a_line_that_is_not_there_once_is_refused():
    for line in ("m_hat = m", "return"):
        with pytest.raises(AssertionError, match=line):
            written("adam", line, "pass")


def test_enough_and_all_of_them():
    assert len(LINES) == len(MISTAKES) == mistakes_page.count >= 24 and list(LINES) != sorted(LINES)
    assert list(LINES) == list(WORDS) and all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in LINES)
    assert set(mistakes_page.cards) == {entry.family for entry in MISTAKES.values()}


@every
def test_the_words_are_whole_and_hold_no_result(name):
    entry = MISTAKES[name]
    filled = mistakes_page.numbers(name)
    for code, place in (("ko", 0), ("en", 1)):
        for words in (entry.title[place], entry.see[place], entry.mend[place]):
            prose = re.sub(r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)", " ", words)
            assert not TYPED.findall(re.sub(r"\{\w+\}", " ", prose)), words
            assert not banned(prose, code), words
            assert not re.search(r"\{|\}", re.sub(r"\$[^$]*\$", "", words.format(**filled)))
        assert entry.see[place].rstrip().endswith((".", ")")) and entry.mend[place].rstrip().endswith((".", ")"))
    korean = re.findall(r"[가-힣]+(?=\.(?:\s|$))", entry.see[0] + " " + entry.mend[0])
    assert korean and all(re.search(r"(니다|시오|세요)$", word) for word in korean), korean
    fields = [sorted(re.findall(r"(?<!\{)\{(\w+)\}", words)) for words in entry.see]
    assert fields[0] == fields[1], "both languages name the same numbers"
    for address in entry.met:
        assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+/(issues/\d+|pull/\d+|blob/[0-9a-f]{40}/\S+)", address)


def test_settings_without_a_default_are_taken():
    quick, start = wrong("all-restarts", epoch=3)
    found = fingerprint(quick, start, stream(10, -1, T=7))[:, 1]
    assert np.allclose(found[[0, 3, 6]], 1, rtol=1e-6) and np.all(found[[1, 2, 4, 5]] < 0.4)


# Which can be told apart

def streams():
    rng = np.random.default_rng(1)
    noise, long = rng.normal(size=(300, 2)) * [1, 1e3], {"T": 300}
    return [stream(10, **long), stream(10, -1, **long), stream(1e-4, **long), stream(0, **long), stream(1e9, **long),
            np.abs(noise) + 0.1, noise]


def prints(rule, start):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [fingerprint(rule, start, gs) for gs in streams()]


@pytest.fixture(scope="module")
def all_prints():
    return {name: prints(*wrong(name)) for name in LINES} | {name: prints(written(name), START[name]) for name in RIGHT}


def same(one, other):
    # theta is near 1 or below 1000 learning rates: its rounding is 2e-13 of a step.
    return all(np.allclose(a, b, rtol=1e-9, atol=1e-10, equal_nan=True) for a, b in zip(one, other))


def test_every_mistake_differs_from_its_right_rule(all_prints):
    for name in LINES:
        assert not same(all_prints[name], all_prints[LINES[name][0]]), name


def test_every_pair_differs_but_one(all_prints):
    """A t that stays at 1 makes beta^t the same as beta, whatever the gradients."""
    names = list(LINES)
    pairs = {(a, b) for i, a in enumerate(names) for b in names[i + 1:] if same(all_prints[a], all_prints[b])}
    assert pairs == {("power-missing", "t-never-counted")}


AS_RIGHT = [
    ("g-unweighted", {}, 1 / (1 - 0.9)),
    ("g2-unweighted", {"eps": 1e-3 * (1 - 0.999) ** 0.5}, (1 - 0.999) ** 0.5),
    ("old-notation", {"beta1": 0.1, "beta2": 0.001}, 1),
    ("betas-exchanged", {"beta1": 0.999, "beta2": 0.9}, 1),
    ("sign-flipped", {}, -1),
    ("velocity-uphill", {}, -1),
    ("velocity-brakes", {"beta": -0.9}, 1),
    ("lr-twice", {}, 0.01),
    ("decay-without-lr", {"eps": 1e-3, "decay": 0.01 / 0.01}, 1),
    ("beta1-weighs-g2", {"eps": 1e-3 * 0.01**0.5}, 0.01**0.5),
    ("eps-missing", {"eps": 0.0}, 1),
    ("decay-twice", {"eps": 1e-3, "decay": (1 - (1 - 1e-4) ** 2) / 0.01}, 1),
    ("decay-grows", {"eps": 1e-3, "decay": -0.01}, 1),
    ("v-unweighted", {"eps": 1e-3 * 0.1**0.5}, 0.1**0.5),
    ("v-without-eps", {"eps": 0.0}, 1),
    ("step-uphill", {}, -1),
    ("v-not-stored", {"beta2": 0.0, "eps": 1e-3 / 0.1**0.5}, 1 / 0.1**0.5),
]


@pytest.mark.parametrize("name, settings, factor", AS_RIGHT)
def test_some_are_a_right_rule_with_other_settings(name, settings, factor):
    gs = np.random.default_rng(2).normal(size=(80, 2))
    eps = {} if LINES[name][0] in ("momentum", "nesterov") else {"eps": 1e-3}
    (rule, start), right = wrong(name), LINES[name][0]
    ours = 0.01 * fingerprint(partial(rule, **eps), start, gs, lr=0.01)
    lr = 0.01 * factor
    theirs = lr * fingerprint(partial(written(right), **eps | settings), START[right], gs, lr=lr)
    # The parameter stays below 20 (momentum's walk, uphill): a rounding of it is 2e-15, here of 80 steps.
    assert np.allclose(ours, theirs, rtol=1e-9, atol=2e-13)


@pytest.mark.parametrize("name, settings, factor", AS_RIGHT)
def test_identify_reads_them_so(name, settings, factor):
    """Where the learning rate alone differs, or a setting is negative, it does not: see `disguises.py`."""
    alone = not settings or min(settings.values()) < 0
    assert (name in disguises.AS_RIGHT) != alone and set(disguises.AS_RIGHT) <= {row[0] for row in AS_RIGHT}
    if not alone:
        given = {"lr": 0.01, "beta1": 0.9, "beta2": 0.9 if name.startswith("v-") else 0.999, "eps": 1e-3, "decay": 0.01}
        right = disguises.AS_RIGHT[name](given)
        wanted = {**given, **settings, "lr": 0.01 * factor}
        assert {key: wanted[key] for key in right} == pytest.approx(right, rel=1e-12, abs=0)
        assert {key for key in wanted if wanted[key] != given[key]} == set(right)


def test_the_page_lists_them(page):
    part = page[page.index('id="alike"'):page.index('id="settings"')]
    items = re.findall(r"<li>(.*?)</li>", part, re.S)
    together = [("sign-flipped", "velocity-uphill", "step-uphill"), ("eps-missing", "v-without-eps"),
                ("g2-unweighted", "v-unweighted")]  # one item each
    assert len(items) == len(AS_RIGHT) - sum(len(names) - 1 for names in together)
    assert "Seventeen entries" in part or "열일곱 가지" in part
    assert sum("decay / lr" in item for item in items) == 1 and len(AS_RIGHT) == 17


def test_l2_shrinks_alike_whatever_the_decay_while_it_is_far_above_eps():
    """The run of the words, with decays from 1 to 1e-4, and one that eps rules."""
    right = fingerprint(written("adamw"), START["adamw"], stream(0))[:, 0]
    runs = {d: fingerprint(partial(wrong("decay-in-gradient")[0], decay=d), START["adamw"], stream(0))[:, 0]
            for d in (1, 0.01, 1e-4, 1e-8)}
    for decay in (1, 0.01, 1e-4):
        # eps is at least 1e-8 of 1e-4 times a parameter of 0.3, or 3e-4 of it.
        assert np.allclose(runs[decay], runs[1], rtol=1e-3)
        assert np.isclose(runs[decay][0], 1, rtol=2e-4) and np.isclose(runs[decay][-1], 0.467, atol=1e-3)
    assert runs[1e-8][0] < 0.51, "where eps is as large as the decay times the parameter"
    assert right[0] == pytest.approx(0.01, rel=1e-9)


def test_the_table_compares_within_one_rule():
    """Adam's and RMSProp's programs without v give sign descent's steps up to a factor; the table keeps rules apart."""
    assert all(len({mistakes_page.rule_of(name) for name in group}) == 1
               for key in "cwnsz" for group in mistakes_page.alike(key))
    still = [mistakes_page.steps_of(name, "z")[:250] for name in ("momentum", "rmsprop", "nesterov")]
    assert not np.any(still), "no gradient, no step: three rules alike that the table does not put together"


def test_the_table_of_lookalikes():
    expected = {
        "c": [["adam", "first-step-only", "all-restarts", "old-notation", "betas-exchanged", "t-stops",
               "eps-inside-root", "eps-after-reciprocal", "eps-missing", "eps-twice"],
              ["power-missing", "t-never-counted"], ["correction-undone", "not-corrected"],
              ["g-unweighted", "v-for-m", "m-from-g2"],
              ["beta1-weighs-g2", "root-missing"], ["root-of-m", "g-not-squared"]],
        "w": [["adam", "eps-inside-root", "eps-after-reciprocal", "eps-missing", "eps-twice", "t-stops"],
              ["power-missing", "t-never-counted"], ["correction-undone", "not-corrected"],
              ["beta1-weighs-g2", "root-missing"], ["m-from-g2", "v-for-m"], ["root-of-m", "g-not-squared"]],
        "n": [["adam", "eps-inside-root", "eps-missing", "eps-twice", "t-stops"],
              ["power-missing", "t-never-counted"], ["correction-undone", "not-corrected"]],
    }
    for key, groups in expected.items():
        found = mistakes_page.alike(key)
        assert [set(group) for group in found if group[0] != "rmsprop"] == [set(group) for group in groups], key
    told = [group for group in mistakes_page.alike("z") if group[0] == "adam"]
    assert len(told[0]) > 30, "a gradient of 0 tells almost nothing"


# The symptoms, said again by hand

def test_symptoms():
    who = {symptom: [name for _, name in mistakes_page.who(symptom)] for symptom in mistakes_page.SYMPTOMS}
    assert set(LINES) == set(sum(who.values(), [])), "every mistake shows in some way"
    assert set(who["dies"]) == {"both-written-back", "v-written-back", "power-outside", "v-added"}
    assert set(who["late"]) == {"t-restarts", "m-v-restart", "all-restarts", "t-stops"}
    assert set(who["noise"]) == {"first-step-only", "all-restarts", "old-notation", "betas-exchanged"}
    assert set(who["tiny"]) == {"eps-inside-root", "eps-outside-fraction", "eps-after-reciprocal", "eps-missing",
                                "eps-twice", "v-without-eps"}
    assert set(who["decay"]) == {"decay-in-gradient", "decay-without-lr", "decay-twice"}
    assert set(who["keeps"]) == {"decay-grows", "decay-without-theta", "decay-corrected"}
    assert set(who["uphill"]) == {"sign-flipped", "velocity-uphill", "v-for-m", "gradient-not-zeroed",
                                  "both-written-back", "m-written-back", "first-step-only", "step-uphill",
                                  "look-ahead-subtracted", "m-from-g2", "average-added"}
    assert set(who["scale"]) == {"root-missing", "root-multiplied", "root-of-m", "v-for-m", "g-not-squared",
                                 "eps-inside-root", "eps-twice", "float16", "m-from-g2", "v-from-g"}
    assert set(who["nan"]) == {"t-from-0", "power-outside", "root-of-m", "g-not-squared", "eps-outside-fraction",
                               "eps-after-reciprocal", "float16", "eps-missing", "v-from-g", "v-without-eps"}
    assert set(who["factor"]) == {"lr-twice", "g2-unweighted", "g-unweighted", "root-missing", "root-multiplied",
                                  "root-of-m", "g-not-squared", "v-for-m", "beta1-weighs-g2", "v-unweighted",
                                  "v-from-g", "m-from-g2"}
    assert set(who["grows"]) == {"m-written-back", "power-missing", "t-never-counted", "t-per-epoch",
                                 "gradient-not-zeroed", "m-v-not-stored", "v-not-stored", "root-stored",
                                 "velocity-overwritten", "average-added"}
    assert set(who["shrinks"]) == {"power-missing", "t-never-counted", "t-per-epoch", "m-v-not-stored",
                                   "velocity-brakes", "root-stored", "velocity-forgotten"}
    assert who["short"] == ["lr-twice", "g2-unweighted", "m-not-corrected", "beta1-weighs-g2", "root-missing",
                            "weights-swapped", "corrected-twice", "t-per-micro-batch", "t-from-2", "t-per-tensor",
                            "squares-added", "v-unweighted", "look-ahead-subtracted", "velocity-averaged"]
    firsts = dict(map(reversed, mistakes_page.who("long")))
    assert firsts[who["long"][0]] == pytest.approx(10**0.5, rel=1e-6) and len(firsts) == 17
    for name, first in (("not-corrected", 0.1 / 0.001**0.5), ("multiplied", 10), ("v-not-corrected", 1000**0.5),
                        ("beta2-in-both", 100), ("first-step-uncorrected", 0.1 / 0.001**0.5), ("m-from-g2", 10)):
        assert np.isclose(firsts[name], first, rtol=1e-6)


# The page

@pytest.fixture(scope="module", params=["ko", "en"])
def page(request):
    return rendered(DOCS / request.param / "check" / "mistakes.md")


def test_the_printed_lines_are_what_runs(page):
    """From the page: each wrong line put in the place of its right line makes the program whose steps are shown."""
    entries = re.findall(r'<h3 id="([\w-]+)">(?:(?!<h3).)*?<pre class="lines">(.*?)</pre>', page, re.S)
    families = list(mistakes_page.cards)
    assert [name for name, _ in entries] == sorted(MISTAKES, key=lambda name: families.index(MISTAKES[name].family))
    gs = np.random.default_rng(3).normal(size=(120, 2))
    for name, shown in entries:
        rule, start = wrong(name)
        source = RIGHT[LINES[name][0]]
        for pair in re.findall(r"<span>((?:<(?:span|del|ins)>.*?</(?:span|del|ins)>)+)</span>", shown, re.S):
            rows = [(tag, html.unescape(line)) for tag, line in re.findall(r"<(span|del|ins)>(.*?)</", pair, re.S)]
            good, bad = ("\n    ".join(line for tag, line in rows if tag in ("span", mark)) for mark in ("ins", "del"))
            assert source.count(f"    {good}\n") == 1
            source = source.replace(f"    {good}\n", f"    {bad}\n")
        names = {"np": np, "epoch": 100, "micro": 4}
        exec(source, names)
        ours = walk(names[LINES[name][0]], start, gs)
        assert np.array_equal(ours, walk(rule, start, gs), equal_nan=True) and source != RIGHT[LINES[name][0]], name


def test_every_link_of_the_symptoms_and_the_table_arrives(page):
    listed = page[:page.index('id="reading"')]
    links = re.findall(r'href="#([\w-]+)"', listed)
    headings = re.findall(r'<h[23] id="([\w-]+)"', page)
    assert len(set(headings)) == len(headings)
    places = {"__skip", "__toc"} | set(re.findall(r'id="([^"]+)"', page))
    assert set(LINES) <= set(links) <= places


def test_the_rows_show_three_digits_of_the_steps(page):
    rows = dict(re.findall(r'<tr>\s*<td><a href="#([\w-]+)">.*?</a></td>\s*(.*?)</tr>', page, re.S))
    assert set(rows) == {name for name in LINES if mistakes_page.tells(name, "c")}
    firsts = {"power-missing": 1, "multiplied": 10, "corrected-twice": 0.1**-1 * 0.001**0.5, "lr-twice": 0.01}
    for name, first in firsts.items():
        cells = re.findall(r"<td[^>]*>(.*?)</td>", rows[name])
        assert float(cells[0]) == pytest.approx(first, rel=5e-3) and len(cells) == 5
    cells = re.findall(r"<td[^>]*>(.*?)</td>", rows["power-missing"])
    form = lambda n: (1 - 0.9**n) / 0.1 * (0.001 / (1 - 0.999**n)) ** 0.5
    assert [float(cell) for cell in cells] == [float(f"{form(n):.3g}") for n in (1, 2, 10, 100, 1000)]


@every
def test_a_picture_is_the_curve(name):
    """The drawn line passes within 0.6 units (0.4 and roundings) of every step it stands for; labels name both ends."""
    for key in mistakes_page.streams_of(name):
        drawn = mistakes_page.picture(name, key, lambda ko, en: en)
        wrong_line = re.search(r'<path d="M([^"]*)" stroke="var\(--wrong\)"', drawn)
        steps = mistakes_page.steps_of(name, key)
        if not wrong_line:
            assert np.isnan(steps[0]) and ">NaN<" in drawn
            continue
        points = np.array([[float(x) for x in point.split()] for point in wrong_line[1].split("L")])
        assert len(points) > 1
        drawn_line = np.concatenate([np.linspace(*pair, 1200) for pair in zip(points, points[1:])])
        times = np.unique(mistakes_page.TIMES - 1 | 1) if key == "w" else mistakes_page.TIMES
        for n in times[:np.argmax(np.isnan(steps[times - 1])) or len(times)]:
            size = abs(steps[n - 1])
            level = -2.1 if size == 0 else np.clip(np.log10(size), -2.1, 2.1)
            there = np.abs(drawn_line - [24 + 40 * np.log10(n), 46 - 16 * level])
            assert np.any((there[:, 0] < 0.1) & (there[:, 1] < 0.6)), (key, n)
        assert points[0][0] == 24
        assert all(f">{mistakes_page.show(step)}</text>" in drawn for step in (steps[0], steps[-1]))
        assert np.all(points[:, 1] >= 12) and np.all(points[:, 1] <= 80) and len(points) < 60


def test_decay_without_theta_alone_passes_all_four_streams_and_shows_from_2():
    tells = mistakes_page.tells
    assert [name for name in LINES if not any(tells(name, key) for key in "cwzs")] == ["decay-without-theta"]
    (wrong_rule, start), right = wrong("decay-without-theta"), written("adamw")
    with np.errstate(all="ignore"):
        one, two = (2 - rule(2.0, 0.0, start, 1e-3)[0] for rule in (wrong_rule, right))
    assert one == pytest.approx(two / 2, rel=1e-9)


def test_numbers_are_typeset():
    numbers = 0.0, -0.0, 1e-70, 3948.2, 999.6, 0.07, -1.0, 31.6228, np.nan, np.inf, -np.inf
    texts = "0", "0", "1×10⁻⁷⁰", "3,950", "1,000", "0.07", "−1", "31.6", "NaN", "∞", "−∞"
    assert tuple(map(mistakes_page.show, numbers)) == texts


def test_hidden_ones_are_named():
    hidden = {name for name in LINES if not mistakes_page.tells(name, "c")}
    assert hidden == {"first-step-only", "all-restarts", "old-notation", "betas-exchanged", "eps-inside-root",
                      "eps-outside-fraction", "eps-after-reciprocal", "eps-missing", "eps-twice", "float16",
                      "decay-in-gradient", "decay-twice", "decay-grows", "decay-without-theta", "decay-corrected",
                      "v-without-eps"}
    assert mistakes_page.hidden == len(hidden)
    for name in hidden:
        assert len(mistakes_page.streams_of(name)) == 2


# Where they were met

CASES = read(str(ROOT / "snippets/check/mistakes.py"))["case"]
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")


def shapes(number):
    """How a number may be written: to some digits; as a share, as what is missing from 1, or as one in so many."""
    number = abs(float(number))
    near = [abs(1 - number), 100 * abs(1 - number)] if number < 2 else []
    for value in (number, 100 * number, *near, *([1 / number] if 0 < number < 1 else [])):
        yield from (f"{value:.{digits}g}" for digits in range(1, 6))
        yield from (f"{value:,.{digits}f}" for digits in range(4))


def found(text):
    """The numbers of a text, without the comma of the sentence."""
    return {number.rstrip(",") for number in NUMBER.findall(text)}


def sources(case):
    """How the numbers may be written that a case computes, computes with or is given, and the steps of its mistake."""
    steps = [mistakes_page.steps_of(case["mistake"], key) for key in "cwz"] if case["mistake"] else []
    computed = np.ravel(eval(case.get("number", "[]"), {"np": np}))
    told = {number.replace(",", "") for number in found(case.get("number", "")) | set(case.get("given", []))}
    known = [*computed, *map(float, told), *(path[t - 1] for path in steps for t in mistakes_page.NAMED)]
    return told | {text.replace("e-0", "e-") for number in known if np.isfinite(number) for text in shapes(number)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["address"].split("github.com/")[1])
def test_each_number_of_a_case_has_a_source(case):
    """To the last digit that is said, and nothing is given that is not said."""
    for code in ("ko", "en"):
        assert found(case[code]) <= sources(case) and set(case.get("given", [])) <= found(case[code])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["address"].split("github.com/")[1])
def test_a_case_says_its_numbers_in_both_languages(case):
    said = {code: found(case[code]) for code in ("ko", "en")}
    assert case["mistake"] in {"", *MISTAKES} and 2023 <= case["year"]
    assert case["address"].startswith("https://github.com/") and "|" not in case["ko"] + case["en"]
    for number in np.ravel(eval(case.get("number", "[]"), {"np": np})):
        assert all(set(shapes(number)) & numbers for numbers in said.values()), (number, said)


def test_cases_are_many_and_each_is_there_once():
    addresses = [case["address"] for case in CASES]
    elsewhere = [address for entry in MISTAKES.values() for address in entry.met]
    assert len(set(addresses)) == len(addresses) >= 40 and not set(addresses) & set(elsewhere)
    assert sum("number" in case for case in CASES) >= 20
    years = [case["year"] for case in CASES]
    assert years == sorted(years, reverse=True)
