"""What moves: in the browser's language the same as in Python, and right by other ways of computing it."""

import contextlib
import gzip
import io
import json
import re

import numpy as np
import pytest
import quickjs

from mhat.rules import START, adam
from site_tools import explorables
from site_tools.modules import run
from site_tools.pages import LANGUAGES
from snippets.explorables import memory, one_step
from snippets.shared.explore import Handle, book, number, short

NAMES = explorables.names()
SAY = {"ko": lambda korean, english: korean, "en": lambda korean, english: english}


def engine(name, language="en", parts=explorables.PARTS, change=lambda text: text):
    """`ask(part, …)`: what a part of an explorable gives in a browser; nan is "nan" there."""
    context = quickjs.Context()
    text = change(explorables.compiled(name, language, tuple(parts)))
    context.eval("const explorables = {}, said = (key, x) => typeof x === 'number' && !isFinite(x) ? String(x) : x")
    context.eval(text)
    call = "JSON.stringify(explorables[{!r}][{!r}](...JSON.parse({})), said)"
    return lambda part, *given: json.loads(context.eval(call.format(name, part, json.dumps(json.dumps(given)))))


def states(name, count, seed=0):
    """Random states, and the one of the book."""
    rng, handles = np.random.default_rng(seed), run(explorables.module(name)).HANDLES

    def value(handle: Handle):
        pick = lambda: handle.values[rng.integers(len(handle.values))] if rng.random() < 0.7 else None
        if handle.at:
            return [x if (drawn := pick()) is None else drawn for x in handle.book]
        return handle.book if (drawn := pick()) is None or len(handle.values) == 2 and rng.random() < 0.7 else drawn

    yield book(handles)
    for _ in range(count):
        yield {handle.name: value(handle) for handle in handles}


class Tenths(float):
    """A number that was rounded to tenths, perhaps the other way."""


def flat(found):
    """Lists, dicts, texts and the points of lines as a list of texts and numbers."""
    if isinstance(found, dict):
        return [x for key, value in found.items() for x in (key, *flat(value))]
    if isinstance(found, list | tuple):
        return [x for value in found for x in flat(value)]
    if isinstance(found, str):
        return [*map(Tenths, re.findall(r"[-\d.]+", found))] if re.match(r"M[\d.-]+ ", found) else [found]
    return [float(found)]


def same(ours, theirs):
    """Equal texts, and numbers to rounding."""
    ours, theirs = flat(ours), flat(theirs)
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs):
        if isinstance(mine, str) or isinstance(other, str):
            assert mine == other
        else:
            assert mine == pytest.approx(other, rel=1e-9, abs=0.11 if isinstance(mine, Tenths) else 1e-9)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_browser_has_what_python_has(name, language):
    own, ask, say = run(explorables.module(name)), engine(name, language), SAY[language]
    rng = np.random.default_rng(1)
    with np.errstate(all="ignore"):
        for state in states(name, 200):
            width = int(rng.integers(280, 700))
            same(own.draw(state, say, width), ask("draw", state, None, width))
            same(own.rows(state, say), ask("rows", state))
            same(own.tell(state, say), ask("tell", state))
            same(own.code(state), ask("code", state))
            for handle in own.HANDLES:
                if len(handle.values) > 2:
                    same(own.spoken(handle.name, state, say), ask("spoken", handle.name, state))
            x, y, at_x, at_y = map(float, rng.uniform(0, width, 4))
            for touch in (False, True):
                hand = (x, y, at_x, at_y, touch, width)
                same(own.grab(state, *hand), ask("grab", state, *hand))
        same(own.hint(say), ask("hint"))


@pytest.mark.parametrize("name", NAMES)
def test_a_listing_prints_the_numbers_that_are_shown(name):
    own, compared = run(explorables.module(name)), 0
    for state in states(name, 30, seed=3):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), np.errstate(all="ignore"):
            exec(own.code(state), {})
            shown = own.printed(state)
        numbers = [float(x) for x in out.getvalue().split()]
        np.testing.assert_allclose(numbers, np.ravel(shown), rtol=1e-5)
        compared += len(numbers)
    assert compared > 100


@pytest.mark.parametrize("name", NAMES)
def test_an_explorable_weighs_little(name):
    for language in LANGUAGES:
        assert len(gzip.compress(explorables.compiled(name, language).encode(), 6)) < 6000


# Numbers as a sentence has them


def test_numbers():
    rng = np.random.default_rng(5)
    for x in [*(10 ** rng.uniform(-30, 30, 300)), *(10.0 ** np.arange(-8, 9)), *np.arange(1, 300)]:
        for count in (1, 2, 3):
            text = number(x, count)
            digits = re.sub(r"10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+$|[.,×]", "", text).strip("0")
            raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
            power = (re.search(r"10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$", text) or ["", "0"])[1].translate(raised)
            plain = re.sub(r"×?10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+$", "", text).replace(",", "") or "1"
            unit = 10.0 ** (np.floor(np.log10(x) + 1e-12) - count + 1)
            assert abs(float(f"{plain}e{power}") - x) <= 0.5 * unit * (1 + 1e-9) and len(digits) <= count, (x, text)


@pytest.mark.parametrize("x, text", [
    (0, "0"), (10, "10"), (1000, "1,000"), (0.5, "0.5"), (-0.5, "−0.5"), (1e-8, "10⁻⁸"), (2e-8, "2×10⁻⁸"), (1e6, "10⁶"),
    (float("inf"), "∞"), (float("nan"), "nan"), (123.4, "123"), (0.001, "0.001"), (99999, "100,000"),
])
def test_short_numbers(x, text):
    assert short(x) == text


# One step


def by_weights(gs, without, beta1=0.9, beta2=0.999, eps=1e-8):
    """The lines of Adam as weighted sums, with none of its recursions."""
    gs, k = np.array(gs, float), np.arange(len(gs))
    back = k[:, None] - k
    weights = lambda beta: np.where(back >= 0, (1 - beta) * beta ** np.maximum(back, 0.0), 0)
    t = k + (0 if "t + 1" in without else 1)
    m = gs if "m" in without else weights(beta1) @ gs
    v = weights(beta2) @ gs**2
    m_hat = m if {"m", "m_hat"} & {*without} else m / (1 - beta1**t)
    v_hat = v if "v_hat" in without else v / (1 - beta2**t)
    root = v_hat if "sqrt" in without else v_hat**0.5
    below = root if "eps" in without else root + eps
    return np.array([t, m, v, m_hat, v_hat, root, below, m_hat if "v" in without else m_hat / below]).T


def apart(ask):
    """The largest relative difference, over random states, between the lines in a browser and those by weights."""
    most = 0.0
    for state in states("one-step", 200, seed=7):
        gs = [g * 10.0 ** state["times"] for g in state["g"]]
        with np.errstate(all="ignore"):
            ours = by_weights(gs, one_step.left_out(state).split(", "))
            theirs = np.array(ask("lines", gs, one_step.left_out(state)), dtype=float)
            scale = np.maximum(abs(ours), 1e-3 * np.nanmax(np.where(np.isfinite(ours), abs(ours), 0), axis=0))
            off = np.where(ours == theirs, 0, abs(ours - theirs) / scale)
        off[np.isnan(ours) != np.isnan(theirs)] = np.inf
        most = max(most, np.nanmax(off))
    return most


def test_one_step_computes_adam():
    ask = engine("one-step", parts=["lines"])
    assert apart(ask) < 1e-11
    for state in states("one-step", 50):
        theta, kept = 0.0, START[adam]
        for g, row in zip(state["g"], ask("lines", state["g"])):
            moved, kept = adam(theta, g, kept, lr=1.0)
            assert kept[:2] == pytest.approx(row[1:3], rel=1e-14) and theta - moved == pytest.approx(row[-1], abs=1e-12)
            theta = moved


@pytest.mark.parametrize("right, wrong", [
    ("Math.pow(beta2,t)", "Math.pow(beta2,t+1)"), ("m/(1-Math.pow(beta1,t))", "m/(1-beta1)"),
    ("v=(beta2*v)+((1-beta2)", "v=(beta1*v)+((1-beta1)"), ("(np.sqrt(v_hat))", "(np.sqrt(v_hat+eps))"),
    ("(root+eps)", "(root)"),
])
def test_a_wrong_line_is_seen(right, wrong):
    def change(text):
        assert text.count(right) == 1
        return text.replace(right, wrong)
    assert apart(engine("one-step", parts=["lines"], change=change)) > 1e-9


def test_what_one_step_says_at_its_start_is_what_the_page_says():
    steps = by_weights([1] * 10 + [10, 1], [])[:, -1]
    assert steps[10] < 0.75 * steps[9]
    for language in LANGUAGES:
        said = one_step.told(SAY[language])
        assert re.findall(r"\d+\.\d+", said) == [f"{steps[10]:.3f}"]


def test_what_one_step_says_of_other_states_is_so():
    say, start = SAY["en"], book(one_step.HANDLES)
    assert "no step has changed by more than 10⁻⁸" in one_step.tell(start | {"times": 3}, say)
    assert "ε show" in one_step.tell(start | {"times": -8}, say)
    turned = start | {"g": [1] * 8 + [-1] * 4}
    said = [one_step.tell(turned | {"t": t}, say) for t in range(1, 13)]
    steps = by_weights(turned["g"], [])[:, -1]
    assert ["old way" in text for text in said] == [g * step < 0 for g, step in zip(turned["g"], steps)]
    assert sum("old way" in text for text in said) == 4
    assert "still it moves" in one_step.tell(start | {"g": [1] * 10 + [0, 0]}, say)
    assert one_step.tell(start | {"t": 5}, say).strip().endswith("learning rates.")


# The memory


def in_closed_form(t, beta1, beta2, back, g=10.0):
    """The step by sums and products of powers, in logarithms: m / √v as it is, or written back at every step."""
    k = np.arange(1, t + 1)
    log = []
    for beta, x in ((beta1, g), (beta2, g**2)):
        grown = -np.cumsum(np.log1p(-(beta**k))[::-1])[::-1] if back else np.zeros(t)
        parts = np.log((1 - beta) * x) + (t - k) * np.log(beta) + grown
        log.append(np.logaddexp.reduce(parts))
    return np.exp(log[0] - log[1] / 2)


def off(ask):
    """The largest relative difference, over random states, between m / √v in a browser and in closed form."""
    most = 0.0
    for state in states("memory", 200, seed=11):
        back = state["back"] == 1
        m, v, _, v_hat = map(float, ask("averages", state["t"], state["beta1"], state["beta2"], back)[-1])
        if np.isfinite(v) and np.isfinite(m) and m > 0:
            ours = in_closed_form(state["t"], state["beta1"], state["beta2"], back)
            most = max(most, abs(m / v**0.5 / ours - 1), 0 if back else abs(v_hat / 100 - 1))
    return most


def test_the_memory_computes_both_loops():
    assert off(engine("memory", parts=["averages"])) < 1e-11


@pytest.mark.parametrize("right, wrong", [
    ("Math.pow(beta2,(k+1))", "Math.pow(beta2,k)"), ("v=(beta2*v)+((1-beta2)", "v=(beta1*v)+((1-beta1)"),
    ("Math.pow(g,2))", "Math.pow(g,2)+1e-8)"),
])
def test_a_wrong_average_is_seen(right, wrong):
    def change(text):
        assert text.count(right) == 1, text
        return text.replace(right, wrong)
    assert off(engine("memory", parts=["averages"], change=change)) > 1e-11


@pytest.fixture(scope="module")
def thread():
    from snippets.story import bias_correction
    return bias_correction


def test_the_memory_ends_where_the_loop_of_the_thread_ends(thread):
    state = book(memory.HANDLES) | {"t": 100, "back": 1}
    m, v, *_ = memory.printed(state)
    assert m / (v**0.5 + 0.001) == pytest.approx(thread.mv[99], rel=1e-12) == pytest.approx(3.404888183404303e-70)
    for language in LANGUAGES:
        assert "3.40×10⁻⁷⁰" in memory.tell(state, SAY[language])
    over = thread.overflow["float64"]
    assert ["overflowed" in memory.tell(state | {"t": t}, SAY["en"]) for t in (over - 1, over)] == [False, True]


def test_what_the_memory_says_at_its_start_is_what_the_page_says(thread):
    hand, bare, factor = thread.hand[10], thread.bare[9], thread.lr_factor(10)
    wanted = [f"{hand['m_weight']:.3f}", f"{hand['v_weight']:.5f}", f"{bare:.2f}", f"{factor:.3f}"]
    for language in LANGUAGES:
        assert re.findall(r"\d+\.\d+", memory.told(SAY[language])) == wanted
