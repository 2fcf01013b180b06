"""What moves: in the browser's language the same as in Python, and right by other ways of computing it."""

import contextlib
import functools
import gzip
import io
import json
import math
import re
from itertools import product

import numpy as np
import pytest
import quickjs

from mhat.forms import adam_eps_hat
from mhat.records import ordered
from mhat.rules import START, adam
from site_tools import explorables
from site_tools.modules import run
from site_tools.pages import LANGUAGES
from snippets.explorables import memory, one_step
from snippets.shared.explore import Handle, book, number, short

NAMES = explorables.names()
SAY = {"ko": lambda korean, english: korean, "en": lambda korean, english: english}


def engine(name, language="en", parts=explorables.PARTS, change=None):
    """`ask(part, …)`: what a part of an explorable gives in a browser, changed or as it is; nan is "nan" there."""
    context = quickjs.Context()
    text = explorables.compiled(name, language, tuple(parts), brief=not change)
    context.eval("const explorables = {}, said = (key, x) => typeof x === 'number' && !isFinite(x) ? String(x) : x")
    context.eval(change(text) if change else text)
    call = "JSON.stringify(explorables[{!r}][{!r}](...JSON.parse({})), said)"
    return lambda part, *given: json.loads(context.eval(call.format(name, part, json.dumps(json.dumps(given)))))


def exchanged(right, wrong):
    """A change of a compiled text, in which what is exchanged stands once."""
    def change(text):
        assert text.count(right) == 1, text
        return text.replace(right, wrong)
    return change


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
            wide = 0.11 if isinstance(mine, Tenths) else 1e-9
            assert math.isclose(mine, other, rel_tol=1e-9, abs_tol=wide)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_browser_has_what_python_has(name, language):
    """In 200 states; in Korean, whose text differs in its words alone, in 50."""
    own, ask, say = run(explorables.module(name)), engine(name, language), SAY[language]
    rng = np.random.default_rng(1)
    with np.errstate(all="ignore"):
        for state in states(name, {"en": 200, "ko": 50}[language]):
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
    for state in states(name, 100, seed=3):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), np.errstate(all="ignore"):
            exec(own.code(state), {})
            shown = own.printed(state)
        numbers = [float(x) for x in out.getvalue().split()]
        np.testing.assert_allclose(numbers, np.ravel(shown), rtol=1e-5)
        compared += len(numbers)
    assert compared > 60


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
    assert apart(engine("one-step", parts=["lines"], change=exchanged(right, wrong))) > 1e-9


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


def test_the_scale_of_the_steps_is_said_where_it_is_not_1():
    start = book(one_step.HANDLES)
    for state, end in ((start, 1), (start | {"v_hat": 0}, 50), (start | {"g": [0.1] * 12, "sqrt": 0}, 10)):
        steps = by_weights(state["g"], one_step.left_out(state).split(", "))[:, -1]
        assert end >= 0.999 * max(abs(steps)) > 0.39 * end
        title = [shape[2] for shape in one_step.draw(state, SAY["en"], 374)[1] if shape[2].startswith("step / lr")]
        assert title == ["step / lr" + (f", axis up to {end}" if end > 1 else "")]


@pytest.mark.parametrize("gs, t", [([1] * 10 + [10, 1], 11), ([10, 1, 2] + [1] * 9, 3), ([100] + [1] * 10 + [2], 12)])
def test_why_a_step_is_shorter_is_what_m_and_v_did(gs, t):
    state = book(one_step.HANDLES) | {"g": gs, "t": t}
    said = [one_step.tell(state | {"t": k}, SAY["en"]) for k in range(1, 13)]
    assert "a shorter step" in said[t - 1]
    rows = by_weights(gs, [])
    for (*_, m_hat, _, root, _, _), (*_, last_m, _, last_root, _, _), text in zip(rows[1:], rows, said[1:]):
        assert "has grown more" not in text or root > last_root
        assert "m_hat has shrunk more" not in text or abs(m_hat) < abs(last_m) and root <= last_root


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
    assert off(engine("memory", parts=["averages"], change=exchanged(right, wrong))) > 1e-11


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


def test_the_memory_ends_at_1_where_it_says_so():
    """Where nothing grows any more, to three digits, a long run ends at 1, for every pair of β that holds it."""
    came = 0
    for beta1 in memory.HANDLES[1].values:
        for beta2 in memory.HANDLES[2].values:
            for t in (60, 150, 1000, 5000):
                said = memory.tell({"t": t, "beta1": beta1, "beta2": beta2, "back": 1}, SAY["en"])
                full = min(1 - beta1**t, 1 - beta2**t) >= 0.9995 and "overflowed" not in said
                assert ("ends at 1" in said) == full, (t, beta1, beta2)
                if full and t == 5000:
                    assert in_closed_form(100_000, beta1, beta2, True) == pytest.approx(1, abs=1e-6)
                    came += 1
    assert came > 30


def test_the_point_of_the_memory_stays_in_sight_and_the_fall_has_a_scale():
    start = {"beta1": 0.9, "beta2": 0.999, "back": 1}
    for t in (1, 100, 300, 5000):
        height, shapes = memory.draw(start | {"t": t}, SAY["en"], 374)
        point = [shape[1] for shape in shapes if shape[0] == "circle"]
        assert len(point) == 1 and 0.5 * height < point[0]["cy"] <= 0.93 * height
        assert ("0 ↓" in [shape[2] for shape in shapes]) == (t == 5000)
    written = [shape[2] for shape in shapes]
    assert "10⁻⁵⁰" in written and "10⁻¹⁰⁰" in written


# The ravine


def matrix(curvature, lr, beta):
    """A step of the heavy ball on (theta, the theta before), where theta itself starts at rest."""
    return np.array([[1 + beta - lr * curvature, -beta], [1.0, 0.0]])


def by_matrices(curvature, lr, beta, steps):
    """What is left of 1 after so many steps."""
    return (np.linalg.matrix_power(matrix(curvature, lr, beta), steps) @ [1.0, 1.0])[0]


def stays_from(curvature, lr, beta):
    """The step from which on a millionth is left, seen over all of 30,000 steps; inf where it never is."""
    if max(abs(np.linalg.eigvals(matrix(curvature, lr, beta)))) > 1 - 1e-7:
        return np.inf
    before, now, last = 1.0, 1.0, 0
    for t in range(1, 30_001):
        before, now = now, (1 + beta - lr * curvature) * now - beta * before
        last = t if abs(now) > 1e-6 else last
    return last + 1


def ravine_off(ask, name):
    """The largest difference, over random states, between a walk in a browser and by matrices."""
    most = 0.0
    for state in states(name, 200, seed=17):
        for start, curvature in ((state["x"], 1), (state["y"], state["kappa"])):
            theirs = ask("walk", start, curvature, state["lr"], state["beta"], 30)
            ours = [start * by_matrices(curvature, state["lr"], state["beta"], t) for t in (0, 1, 2, 30)]
            size = max(1, *map(abs, theirs))
            most = max(most, *(abs(theirs[t] - x) / size for t, x in zip((0, 1, 2, 30), ours)))
    return most


@pytest.mark.parametrize("name", ["ravine", "ravine-momentum"])
def test_the_ravine_walks_as_matrices_do(name):
    assert ravine_off(engine("ravine", parts=["walk"]), name) < 1e-10


@pytest.mark.parametrize("right, wrong", [
    ("(beta*velocity)+g", "(beta*velocity)+(1-beta)*g"), ("theta-(lr*velocity)", "theta-(lr*g)"),
    ("(beta*velocity)+g", "(beta*beta*velocity)+g"),
])
def test_a_wrong_velocity_is_seen(right, wrong):
    assert ravine_off(engine("ravine", parts=["walk"], change=exchanged(right, wrong)), "ravine-momentum") > 1e-3


@pytest.mark.parametrize("name", ["ravine", "ravine-momentum"])
def test_the_ruler_and_the_steps_of_the_ravine(name):
    """At every learning rate and β that can be chosen."""
    own = run(explorables.module(name))
    handles = {handle.name: handle for handle in own.HANDLES}
    kappa, ask = handles["kappa"].book, engine("ravine", parts=["left", "steps_to_millionth"])
    for beta in handles["beta"].values:
        for lr in handles["lr"].values[::3] if beta else handles["lr"].values:
            for curvature in (1, kappa):
                rate = max(abs(np.linalg.eigvals(matrix(curvature, lr, beta))))
                assert ask("left", lr * curvature, beta) == pytest.approx(rate, abs=1e-7)
                assert float(ask("steps_to_millionth", curvature, lr, beta)) == stays_from(curvature, lr, beta)


@pytest.fixture(scope="module")
def valleys():
    from snippets.story import gradient_descent, momentum
    return gradient_descent, momentum


def numbers_of(told):
    """The numbers in what is said, as floats."""
    return [float(x.replace("−", "-").replace(",", "")) for x in re.findall(r"−?\d[\d,]*(?:\.\d+)?", told)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_ravine_says_at_its_start_is_what_the_page_says(valleys, language):
    page, _ = valleys
    x, y = page.path[30]
    wanted = [-10, 3, 0.18, 30, x, y, *([1] if language == "ko" else []), page.count(10, 0.18),
              page.factor_flat, -page.factor_steep]
    assert numbers_of(run(explorables.module("ravine")).told(SAY[language])) == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_ravine_with_momentum_says_at_its_start_is_what_the_page_says(valleys, language):
    _, page = valleys
    x, y = -10 * page.ball[30]
    wanted = [-10, 1, page.lr_100, page.beta_100, 30, x, -y, *([1] if language == "ko" else []), page.ball_100,
              page.level_100, page.level_100]
    assert numbers_of(run(explorables.module("ravine-momentum")).told(SAY[language])) == pytest.approx(wanted, rel=0.05)


def test_what_the_ravine_says_of_other_states_is_so(valleys):
    page, momentum = valleys
    say, plain = SAY["en"], run(explorables.module("ravine"))
    start = book(plain.HANDLES)
    paces = {lr: plain.tell(start | {"lr": lr}, say) for lr in plain.HANDLES[2].values}
    assert [lr for lr, said in paces.items() if "no learning rate is faster" in said] == [page.best]
    assert [lr for lr, said in paces.items() if "to and fro forever" in said] == [page.limit]
    assert [lr for lr, said in paces.items() if "Over the limit of 0.2" in said] == [0.202, 0.205, 0.21, 0.22, 0.25]
    assert min((max(plain.lefts(start | {"lr": lr})), lr) for lr in paces)[1] == page.best
    with_ball = run(explorables.module("ravine-momentum"))
    start = book(with_ball.HANDLES)
    for beta, words in ((0.5, "Over the limit"), (0.66, "both stand outside"), (0.9, "wider than it need be")):
        assert words in with_ball.tell(start | {"beta": beta}, say)
    for beta, steps in ((0.68, momentum.little_more), (0.9, momentum.default_steps), (0.99, momentum.too_much)):
        assert f"a millionth takes {steps:,}." in with_ball.tell(start | {"beta": beta}, say)
    assert "has not reached the floor" in with_ball.tell(start | {"lr": 0.02}, say)
    assert "steep direction stands off" in with_ball.tell(start | {"lr": 0.0332}, say)
    for lr, words in ((0.001, "neither direction has reached"), (0.002, "flat direction has not reached")):
        assert words in with_ball.tell(start | {"lr": lr, "beta": 0.4}, say)


@pytest.mark.parametrize("name", ["ravine", "ravine-momentum"])
def test_every_start_has_both_directions(name):
    """On an axis the other direction would neither set the pace nor grow, whatever its curvature."""
    for handle in run(explorables.module(name)).HANDLES[:2]:
        assert handle.name in "xy" and 0 not in handle.values and min(handle.values) < 0 < max(handle.values)


# Epsilon


def by_runs(g, eps, t):
    """The step in learning rates after t equal gradients, by the library's rules and one written here."""
    found = []
    for rule in (adam, adam_eps_hat):
        theta, state = 0.0, START[adam]
        for _ in range(t):
            before = theta
            theta, state = rule(theta, g, state, lr=1.0, eps=eps)
        found.append(before - theta)
    v = sum(0.001 * 0.999**k * g**2 for k in range(t)) / (1 - 0.999**t)
    return [*found, g / (v + eps) ** 0.5]


def epsilon_off(ask):
    """The largest relative difference, over random states, between the three steps in a browser and by runs."""
    most = 0.0
    for state in states("epsilon", 100, seed=23):
        given = 10.0 ** state["g"], 10.0 ** state["eps"], min(state["t"], 200)
        most = max(most, *abs(np.divide(ask("places", *given), by_runs(*given)) - 1))
    return most


def test_the_three_places_are_those_of_the_rules():
    assert epsilon_off(engine("epsilon", parts=["places"])) < 1e-9


@pytest.mark.parametrize("right, wrong", [
    ("Math.pow(beta2,t)", "Math.pow(beta2,t+1)"), ("g/(g+eps)", "g/np.sqrt(g*g+eps)"),
    ("Math.pow(g,2)+eps", "Math.pow(g,2)+eps*eps"), ("g/(g+hat)", "g/(g+eps)"),
])
def test_a_wrong_place_is_seen(right, wrong):
    assert epsilon_off(engine("epsilon", parts=["places"], change=exchanged(right, wrong))) > 1e-4


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_epsilon_says_at_its_start_is_what_the_page_says(language):
    from snippets.story import epsilon as page
    steps = [page.first[name] for name in ("adam", "adam_eps_hat", "adam_inside")]
    told = run(explorables.module("epsilon")).told(SAY[language])
    assert re.findall(r"\d\.\d+", told) == [number(step, 2) for step in steps]
    assert f"{steps[0] / steps[2]:.0f} times" in told or f"{steps[0] / steps[2]:.0f}배" in told


def test_whose_default_an_epsilon_is_stands_in_the_records():
    own = run(explorables.module("epsilon"))
    rules = [(record["name"], rule) for record in ordered() for rule in record["rule"]]
    pairs = {(name, rule["form"], rule["defaults"].get("eps")) for name, rule in rules}
    for k, power, name, more in own.DEFAULTS:
        owners = {owner for owner, form, eps in pairs if form in own.FORMS[k] and eps == float(f"1e{power}")}
        assert name in owners and len(owners) == more + 1
    say, start = SAY["en"], book(own.HANDLES)
    assert "beside √v: Keras 3" in own.tell(start | {"eps": -7}, say)
    assert "inside (RMSProp): TensorFlow 1." in own.tell(start | {"eps": -10}, say)
    assert "Default" not in own.tell(start | {"eps": -9}, say)


def test_what_epsilon_says_of_other_states_is_so():
    own, say = run(explorables.module("epsilon")), SAY["en"]
    start = book(own.HANDLES)
    assert "wherever it sits" in own.tell(start | {"g": 0, "eps": -12}, say)
    for state in states("epsilon", 200, seed=29):
        if state["t"] <= 100:
            said, steps = own.tell(state, say), by_runs(10.0 ** state["g"], 10.0 ** state["eps"], state["t"])
            assert ("as in momentum" in said) == (max(steps) < 0.02)
            assert ("wherever it sits" in said) == (min(steps) > 0.99)


# Fingerprints


@pytest.fixture(scope="module")
def fingerprints():
    return run(explorables.module("fingerprints"))


def within(own, tolerance, first, t, later):
    """The names whose whole runs have both numbers to so many parts of them."""
    from snippets.check.mistakes import steps_of
    near = lambda x, wanted: abs(x - wanted) <= tolerance * abs(wanted) + 1e-4
    return {name for name in own.NAMES
            if near(steps_of(name, "c")[0], first) and (t == 1 or near(steps_of(name, "c")[t - 1], later))}


def fingerprints_off(own, ask):
    """Over random states and the two numbers of each fingerprint: how many are wrongly left, or wrongly gone."""
    wrong, asked = 0, list(states("fingerprints", 200, seed=31))
    asked += [{"first": row[0], "t": t, "later": row[own.TIMES.index(t)]} for row in own.CURVES for t in own.TAKEN]
    for state in asked:
        if np.isfinite(state["later"]):
            found = {own.NAMES[row] for row in ask("those_left", state)}
            wrong += len(within(own, 0.034, **state) - found) + len(found - within(own, 0.046, **state))
    return wrong


def test_those_left_have_both_numbers(fingerprints):
    assert len(fingerprints.NAMES) == fingerprints.drawn + len(fingerprints.RULES) > 50
    assert fingerprints_off(fingerprints, engine("fingerprints", parts=["those_left"])) == 0


@pytest.mark.parametrize("right, wrong", [
    ("(steps[k]-later)", "(steps[0]-later)"), ("(0.04*_pyfunc_abs(later))", "(0.1*_pyfunc_abs(later))"),
    ("(steps[0]-first)", "(_pyfunc_abs(steps[0])-first)"), ("[1,0.235,", "[1,0.325,"),
])
def test_a_wrong_one_left_is_seen(fingerprints, right, wrong):
    def change(text):
        assert right in text, text
        return text.replace(right, wrong, 1)
    assert fingerprints_off(fingerprints, engine("fingerprints", parts=["those_left"], change=change)) > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_fingerprints_say_at_their_start_is_the_loop_of_the_question(fingerprints, language):
    state, say = book(fingerprints.HANDLES), SAY[language]
    assert [fingerprints.NAMES[row] for row in fingerprints.those_left(state)] == ["both-written-back"]
    title = fingerprints.MISTAKES["both-written-back"].title[LANGUAGES.index(language)]
    assert fingerprints.told(say).endswith(title + ".") and "0.235" in fingerprints.told(say)
    links = [row[4] for row in fingerprints.rows(state, say)]
    assert links == ["#both-written-back"] + [""] * (fingerprints.SHOWN - 1)


def test_what_fingerprints_say_of_other_states_is_so(fingerprints):
    say, start = SAY["en"], book(fingerprints.HANDLES)
    alone = fingerprints.tell(start | {"t": 1}, say)
    rest = within(fingerprints, 0.04, 1, 1, 0)
    mistakes = len(rest - {"adam", "adamw"})
    assert f": as right Adam · right AdamW. {mistakes} of the" in alone and "mistakes drawn too: " in alone
    assert "No fingerprint" in fingerprints.tell(start | {"first": 0.0133}, say)
    assert "No correction." in fingerprints.tell(start | {"first": 3.16, "later": 4.25}, say)
    assert ": as right RMSProp." in fingerprints.tell(start | {"first": 3.16, "later": 2.29}, say)


def test_the_nearest_fingerprint_is_named_where_none_has_both(fingerprints):
    own, say, none = fingerprints, SAY["en"], 0
    for state in states("fingerprints", 300, seed=53):
        said = own.tell(state, say)
        assert ("nearest" in said) == (not own.those_left(state))
        if "nearest" in said:
            rows = np.array(own.CURVES, float)[:, [0, own.TIMES.index(state["t"])]]
            wanted = np.array([state["first"], state["later"] if state["t"] > 1 else state["first"]])
            powers = [np.log10(np.fmax(abs(x), 1e-3)) for x in (rows, wanted)]
            turned = 9 * (np.sign(rows) * np.sign(wanted) == -1)
            far = np.nan_to_num(abs(powers[0] - powers[1]) + turned, nan=np.inf)
            far[~np.isfinite(rows)] = np.inf
            far = far.sum(axis=1) if state["t"] > 1 else far[:, 0]
            row = int(far.argmin())
            assert own.ENGLISH[row] in said.split("nearest: ")[1] and own.rows(state, say)[0][1] == own.ENGLISH[row]
            none += 1
    assert none > 50


# The floor


@functools.cache
def noises(seed, steps=1000, count=20):
    """The noise of a seed, a row a step: two draws of Lehmer's generator each, in exact integers."""
    x, found = 7919 * seed, []
    for _ in range(steps * count):
        y = 48271 * x % (2**31 - 1)
        x = 48271 * y % (2**31 - 1)
        found.append((x + y) / (2**31 - 1) - 1)
    return 6**0.5 * np.reshape(found, (steps, count))


def by_arrays(state):
    """The mean losses, and theta at the step that is looked at, by the rule of the library on arrays."""
    t = np.arange(1, 1001)
    rise = np.minimum(1, t / state["warm"]) if state["warm"] else 1
    lrs = state["lr"] * rise * np.exp(np.log(state["down"]) * np.maximum(0, t - state["warm"]) / (1000 - state["warm"]))
    theta, kept, losses, seen = np.ones(20), START[adam], [], None
    for k, (lr, noise) in enumerate(zip(lrs, noises(state["seed"])), 1):
        theta, kept = adam(theta, theta + noise, kept, lr)
        losses.append(np.mean(theta**2) / 2)
        seen = theta if k == state["t"] else seen
    return np.array(losses), seen


def floor_off(ask, count=200):
    """The largest relative difference, over random states, between the losses in a browser and by arrays."""
    most = 0.0
    for state in states("floor", count, seed=37):
        losses, seen = ask("run", state)
        wanted, thetas = by_arrays(state)
        most = max(most, abs(np.divide(losses, wanted) - 1).max(), abs(np.subtract(seen, thetas)).max())
    return most


def test_the_floor_runs_adam():
    assert floor_off(engine("floor", parts=["run"])) < 1e-8


@pytest.mark.parametrize("right, wrong", [
    ("Math.pow(0.999,(k+1))", "Math.pow(0.999,k+2)"), ("(0.9*m[i])+(0.1*g)", "(0.999*m[i])+(0.001*g)"),
    ("((Math.pow((v[i]/v_part),0.5))+(1e-08))", "(Math.pow((v[i]/v_part)+1e-08,0.5))"),
    ("((0.001*g)*g)", "(0.0009*g*g)"),
])
def test_a_wrong_run_is_seen(right, wrong):
    assert floor_off(engine("floor", parts=["run"], change=exchanged(right, wrong)), 20) > 1e-8


def test_the_noise_has_mean_0_and_standard_deviation_1():
    """And no draw says anything of the next one, nor of that of the next step."""
    for seed in run(explorables.module("floor")).HANDLES[-1].values:
        noise = noises(seed)
        assert abs(noise.mean()) < 4 / 20_000**0.5 and abs(noise.std() - 1) < 4 * (0.35 / 20_000) ** 0.5
        for one, other in ((noise[:, 1:], noise[:, :-1]), (noise[1:], noise[:-1])):
            assert abs(np.mean(one * other)) < 4 / one.size**0.5


def test_what_the_floor_says_is_so():
    own, say, heights = run(explorables.module("floor")), SAY["en"], {}
    start = book(own.HANDLES)
    losses, _ = by_arrays(start)
    wanted = [1, 1000, 20, losses[-1], 4, 0.025, 500, losses[500:].mean()]
    assert numbers_of(own.told(say)) == pytest.approx(wanted, rel=0.005)
    for lr in (0.03, 0.1, 0.2):
        each = [by_arrays(start | {"lr": lr, "seed": seed})[0][500:].mean() for seed in own.HANDLES[-1].values]
        heights[lr] = np.mean(each)
        assert heights[lr] == pytest.approx(lr / (2 * (2 - lr)), rel=0.15)
        assert "that is the floor" in own.tell(start | {"lr": lr}, say)
    assert heights[0.2] > 1.5 * heights[0.1] > 4 * heights[0.03]
    fallen = own.tell(start | {"down": 0.01}, say)
    assert "it went down with lr. With lr kept, the floor is 0.025." in fallen
    assert by_arrays(start | {"down": 0.01})[0][-50:].mean() < losses[500:].mean() / 20
    assert "fell too fast" in own.tell(start | {"lr": 0.01, "down": 0.001}, say)
    slow = own.tell(start | {"lr": 0.005, "down": 0.5, "warm": 20}, say)
    assert "not yet below 0.00125, the floor with lr kept." in slow and numbers_of(slow)[-2] > 0.00125
    assert "not yet down" in own.tell(start | {"lr": 0.001}, say)
    warmed = own.tell(start | {"warm": 100}, say)
    assert "delays the start. " in warmed and "that is the floor" in warmed


def test_lr_fell_too_fast_only_where_the_loss_is_down_with_lr_kept():
    own, said = run(explorables.module("floor")), {}
    for lr in own.HANDLES[0].values[:9]:
        state = book(own.HANDLES) | {"lr": lr, "down": 0.001}
        text = own.tell(state, SAY["en"])
        if "with lr kept, 1,000" in text or "fell too fast" in text:
            said["fell too fast" in text] = True
            assert ("fell too fast" in text) == (by_arrays(state | {"down": 1})[0][500:].mean() < 1.6 * lr / 4)
    assert set(said) == {False, True}
    assert "even with lr kept" in own.tell(book(own.HANDLES) | {"lr": 0.001, "down": 0.5}, SAY["en"])


# Two conventions


@pytest.fixture(scope="module")
def conventions():
    return run(explorables.module("two-conventions"))


def step_by_sums(name, gs, t, lr, beta, beta2, eps):
    """The step of a form after t gradients: lr and each average as a sum of weighted gradients, with no recursion."""
    ages = np.arange(t)[::-1]
    if name.startswith("momentum"):
        share = 1 - beta if name.endswith("average") else 1
        lrs = lr if name.endswith("inside") else lr[-1]
        return np.sum(lrs * share * beta**ages * gs)
    v = (1 - beta2) * np.sum(beta2**ages * gs**2)
    if name.startswith("rmsprop"):
        return lr[-1] * gs[-1] / ((v + eps) ** 0.5 if name.endswith("inside") else v**0.5 + eps)
    m, root = (1 - beta) * np.sum(beta**ages * gs), (1 - beta2**t) ** 0.5
    if name.endswith("uncorrected"):
        return lr[-1] * m / (v**0.5 + eps)
    eps = eps / root if name.endswith("hat") else eps
    return lr[-1] * m / (1 - beta**t) / (v**0.5 / root + eps)


def thetas_by_sums(name, state, lr, eps):
    """theta after each of the hundred steps."""
    theta, gs, lrs, found = 1.0, [], [], []
    for t in range(1, 101):
        gs.append(10.0 ** state["g"] * theta)
        lrs.append(lr / 10 if state["drop"] and t > 50 else lr)
        theta -= step_by_sums(name, np.array(gs), t, np.array(lrs), state["beta"], state["beta2"], eps)
        found.append(theta)
    return np.array(found)


def two_by_sums(own, state):
    """Both runs; the settings of the second are written out where they are matched."""
    names = own.NAMES[state["one"]], own.NAMES[state["other"]]
    lr, eps = [state["lr"]] * 2, [10.0 ** state["eps"]] * 2
    if state["near"] and names[0].split("_")[0] == names[1].split("_")[0]:
        shares = [1 - state["beta"] if name == "momentum_average" else 1 for name in names]
        lr[1] *= shares[0] / shares[1]
        inside = [name == "rmsprop_eps_inside" for name in names]
        eps[1] **= 0.5 if inside[0] and not inside[1] else 2 if inside[1] and not inside[0] else 1
    return [thetas_by_sums(name, state, lr[k], eps[k]) for k, name in enumerate(names)]


def conventions_off(own, ask, count=200):
    """The largest difference, over random states whose runs stay small, between runs in a browser and by sums."""
    most, compared = 0.0, 0
    with np.errstate(all="ignore"):
        for state in states("two-conventions", count, seed=41):
            ours, theirs = np.array(two_by_sums(own, state)), np.array(ask("both", state), float)
            if np.nanmax(abs(ours)) < 10 and np.isfinite(ours).all():
                most, compared = max(most, abs(ours - theirs).max()), compared + 1
    assert compared > count / 2
    return most


def test_both_conventions_run_as_sums_do(conventions):
    assert conventions_off(conventions, engine("two-conventions", parts=["both"])) < 1e-9


@pytest.mark.parametrize("right, wrong", [
    ("np.sqrt(v+eps)", "(np.sqrt(v)+eps)"), ("(beta*velocity)+(lr*g)", "(beta*velocity)+g"),
    ("((1-beta)*g)", "(g)"), ("m_hat=bias_correction(m,beta1,t)", "m_hat=bias_correction(m,beta2,t)"),
    ("average/(1-Math.pow(beta,t))", "average/(1-Math.pow(beta,t+1))"), ("Math.pow((1-Math.pow(beta2,t)),0.5)", "1"),
])
def test_a_wrong_convention_is_seen(conventions, right, wrong):
    other = engine("two-conventions", parts=["both"], change=exchanged(right, wrong))
    assert conventions_off(conventions, other, 60) > 1e-6


def test_what_would_make_two_conventions_one_does_and_nothing_else(conventions):
    """Each sentence of a difference: the runs are one where it says so, and are not where none of its words holds."""
    own, start, far = conventions, book(conventions.HANDLES) | {"near": 1, "g": -1, "lr": 0.05}, 0
    for one, row in enumerate(own.PAIRS):
        for other, kinds in enumerate(row):
            state = start | {"one": one, "other": other, "drop": 1, "eps": -1}
            if own.PAGES[one] != own.PAGES[other]:
                assert "two methods" in own.tell(state, SAY["en"]) and not kinds
                continue
            zeros = [own.ZEROS[kind] for kind in kinds]
            gap = lambda changed: np.abs(np.subtract(*two_by_sums(own, changed))).max()
            if len(zeros) == 0:
                assert gap(state) < 1e-12
                continue
            assert gap(state) > 1e-4, (one, other)
            for name in {zero for words in zeros for zero in words if all(zero in others for others in zeros)}:
                lifted = {"constant": {"drop": 0}, "beta1": {"beta": 0}, "eps": {"eps": -np.inf}}.get(name, {name: 0})
                assert gap(state | lifted) < 1e-12, (one, other, name)
                if name != "eps":
                    assert own.different(state | lifted) == []
                    assert "one path" in own.tell(state | lifted, SAY["en"])
            far += 1
    assert far > 6


def test_two_conventions_are_one_path_only_where_they_are(conventions):
    """At both ends of every handle, for all pairs of forms: what is said to be one is one, to rounding."""
    own, start, said = conventions, book(conventions.HANDLES) | {"g": -1, "lr": 0.05}, 0
    ends = [{handle.name: value} for handle in own.HANDLES for value in (handle.values[0], handle.values[-1])]
    for one, other in product(range(len(own.NAMES)), repeat=2):
        for end in ends:
            state = start | {"one": one, "other": other} | end
            if "one path" in own.tell(state, SAY["en"]):
                ours = two_by_sums(own, state)
                finite = np.isfinite(ours).all(axis=0)
                assert np.abs(np.subtract(*ours))[finite].max() < 1e-9 * max(1, np.abs(ours).max()), state
                said += 1
    assert said > 30


def test_lr_and_eps_of_the_other_form_are_those_of_the_translator(conventions):
    from types import SimpleNamespace

    from mhat.translate import ask
    from mhat.translate.bridge import gain
    for k, name in enumerate(conventions.NAMES):
        for beta in (0, 0.5, 0.9):
            assert conventions.weight(k, beta) == gain(SimpleNamespace(form=name, settings={"beta": beta}))
    inside, outside = (conventions.NAMES.index(name) for name in ("rmsprop_eps_inside", "rmsprop"))
    state = book(conventions.HANDLES) | {"near": 1}
    _, answer, *_ = ask("optax.rmsprop", "pytorch", learning_rate=0.01, decay=0.99, eps=0.01)
    assert conventions.used(state, outside, True) == [0.01, [0.99, pytest.approx(answer.target.settings["eps"])]]
    turned = state | {"one": outside, "other": inside}
    _, answer, *_ = ask("torch.optim.RMSprop", "keras", lr=0.01, alpha=0.99, eps=0.01)
    assert conventions.used(turned, inside, True)[1][1] == pytest.approx(answer.target.settings["eps"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_two_conventions_say_at_their_start_is_the_question(conventions, language):
    own, state = conventions, book(conventions.HANDLES)
    assert own.NAMES[state["one"]] == "rmsprop_eps_inside" and own.NAMES[state["other"]] == "rmsprop"
    one, other = two_by_sums(own, state)
    gap = abs(one - other)
    told = own.told(SAY[language])
    assert f"{gap[-1]:.3g}" in told and gap[0] > 0.01 and abs(gap[-1] - 0.008) < 0.0005
    from snippets.conventions.rmsprop import farthest
    for (g, near), most in farthest.items():
        assert abs(np.subtract(*two_by_sums(own, state | {"g": g, "near": near}))).max() == pytest.approx(most)
    assert farthest[-2, 1] < farthest[-2, 0] / 50 and farthest[0, 1] > farthest[0, 0]


# Names in the drawings


@pytest.mark.parametrize("width", [340, 374, 680])
def test_no_name_of_a_default_lies_on_another(width):
    from PIL import ImageFont

    from site_tools.faces import SANS, face
    own = run(explorables.module("epsilon"))
    size, boxes = (10 if width < 500 else 12), []
    font = ImageFont.truetype(face(SANS, 400), size)
    named = {default[2] for default in own.DEFAULTS}
    for _, attributes, text in own.draw(book(own.HANDLES), SAY["en"], width)[1]:
        if text in named:
            half = font.getlength(text) / 2
            boxes.append((attributes["y"], attributes["x"] - half, attributes["x"] + half))
    assert len(boxes) > 4
    for y, left, right in boxes:
        assert not [box for box in boxes if box[0] == y and left < box[1] < right + 4]


# The arrows


def steps_in_the_long_run(N, beta1, beta2, largest):
    """The steps of the last of many periods from a start at 0, with no closed form."""
    m = v = top = 0.0
    count = max(3, int(np.ceil(40 / N / -np.log(max(beta1, beta2, 0.5)))))
    gs = np.tile([N, *[-1.0] * (N - 1)], count)
    steps = []
    for g in gs:
        m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v)
        top = max(top, v) if largest else v
        steps.append(-m / np.sqrt(top))
    return np.array(steps[-N:])


def arrows_off(ask, count=200):
    """The largest difference, over random states, between a period in a browser and the end of a long run."""
    most = 0.0
    for state in states("arrows", count, seed=43):
        given = state["N"], state["beta1"], min(state["beta2"], 0.997), state["largest"] == 1
        most = max(most, abs(ask("period", *given) - steps_in_the_long_run(*given)).max())
    return most


def test_the_arrows_are_the_steps_of_a_long_run():
    assert arrows_off(engine("arrows", parts=["period"])) < 1e-9


@pytest.mark.parametrize("right, wrong", [
    ("m/(1-Math.pow(beta1,N))", "m/(1-Math.pow(beta1,N-1))"), ("v/(1-Math.pow(beta2,N))", "v/(1-Math.pow(beta1,N))"),
    ("((largest)?top:v),0.5)", "((largest)?top:v)+1e-3,0.5)"),
])
def test_a_wrong_arrow_is_seen(right, wrong):
    assert arrows_off(engine("arrows", parts=["period"], change=exchanged(right, wrong)), 60) > 1e-6


def test_the_sum_of_the_arrows_turns_where_it_is_said():
    """On a grid of β₂ for every period and β₁: nothing above the turn is wrong, and just below it something is."""
    from snippets.story import limits
    own = run(explorables.module("arrows"))
    wrong = lambda N, beta1, beta2: limits.period(N, beta1, beta2)[1].sum() > 1e-9
    for N in own.HANDLES[1].values[::3]:
        for beta1 in own.HANDLES[2].values:
            at = own.turn(N, beta1)
            assert not any(wrong(N, beta1, beta2) for beta2 in (*np.linspace(0, 0.99, 34), 0.995, 0.999, 0.9999)
                           if beta2 > at + 1e-6), (N, beta1)
            assert at == 0 or wrong(N, beta1, at - 1e-4 * (1 - at)), (N, beta1)
    assert own.turn(3, 0) == pytest.approx(0.4723, abs=5e-5)
    for beta2, N in limits.wrong_from.items():
        assert own.turn(N - 1, 0.9) < beta2 < own.turn(N, 0.9)


def test_what_the_arrows_say_is_so():
    from snippets.story import limits
    own = run(explorables.module("arrows"))
    start = book(own.HANDLES)
    for language, way, back in (("ko", "반대쪽", "무엇이든 맞는 쪽"), ("en", "the wrong way", "any β₂")):
        told = own.told(SAY[language])
        assert f"{limits.three_sum:.2f}" in told and way in told and "β₂ = 0.4723" in told
        assert back in own.tell(start | {"largest": 1}, SAY[language])
    assert own.steps_of(start) == pytest.approx(list(limits.three_steps), abs=1e-12)
    for state, wrong in ((start, True), (start | {"N": 2}, False), (start | {"largest": 1}, False)):
        shapes = own.draw(state, SAY["en"], 374)[1]
        assert ("↑ the wrong way" in [shape[2] for shape in shapes]) == wrong
        begins = [shape[1]["x1"] for shape in shapes if shape[0] == "line"]
        assert begins.count(begins[0]) == 5  # the line of 0, and of each pile the first arrow and the sum
    assert "every β₂" in own.tell(start | {"N": 2}, SAY["en"])
    for N in own.HANDLES[1].values:
        for beta1 in own.HANDLES[2].values:
            for beta2 in own.HANDLES[0].values:
                assert own.total(own.period(N, beta1, beta2, True)) < 0


# The valley


def turned_by_sums(turn, kappa, lr, steps, beta2=0.9):
    """The steps of RMSProp in the plane with the matrix of the turned valley, v as a sum over all gradients so far."""
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    axes = np.array([[c, -s], [s, c]])
    hessian, theta, gs, path = axes @ np.diag([1, kappa]) @ axes.T, axes @ [1, 0.6], [], []
    for t in range(1, steps + 1):
        gs.append(hessian @ theta)
        v = (1 - beta2) * beta2 ** np.arange(t)[::-1] @ np.square(gs)
        theta = theta - lr * gs[-1] / v**0.5
        path.append(axes.T @ theta)
    return np.array(path)


def shrunk(kappa, steps):
    """Gradient descent with lr = 1/kappa along the flat and along the steep direction, as powers."""
    t = np.arange(1, steps + 1)
    return np.array([(1 - 1 / kappa) ** t, 0.0 * t]).T


def valley_off(ask, count=200):
    """The largest difference, over random states, between both paths in a browser and by sums and powers."""
    most = 0.0
    for state in states("valley", count, seed=47):
        turn, kappa, lr = state["turn"], state["kappa"], 0.03
        for scaled, ours in ((True, turned_by_sums(turn, kappa, lr, 40)), (False, shrunk(kappa, 40))):
            theirs = ask("walk", turn, kappa, lr if scaled else 1 / kappa, scaled, 40, 0)[1:]
            rest = ours[len(theirs):]  # in the round valley gradient descent may hit the minimum, and is there
            most = max(most, abs(theirs - ours[:len(theirs)]).max(), abs(rest).max(initial=0))
    return most


def test_the_valley_is_walked_as_sums_and_powers_say():
    assert valley_off(engine("valley", parts=["walk"])) < 1e-7


@pytest.mark.parametrize("right, wrong", [
    ("Math.pow(g,2)", "Math.abs(g)"), ("(beta2*v)+((1-beta2)", "((1-beta2)*v)+(beta2"),
    ("(np.sqrt(v)+eps)", "(np.sqrt(v+1e-3))"), ("(s*flat)+((c*kappa)", "(s*flat)-((c*kappa)"),
])
def test_a_wrong_path_in_the_valley_is_seen(right, wrong):
    assert valley_off(engine("valley", parts=["walk"], change=exchanged(right, wrong)), 60) > 1e-4


def test_the_steps_in_the_valley_hold_for_every_state():
    """Gradient descent knows no angle, RMSProp along the axes no condition number, and both come to the circle."""
    own = run(explorables.module("valley"))
    for kappa in own.HANDLES[1].values:
        plain = 1 + int(np.argmax(np.linalg.norm(shrunk(kappa, 1000), axis=1) <= 0.1))
        for turn in own.TURNS:
            assert own.steps_at({"kappa": kappa}, turn, False) == plain
        assert own.steps_at({"kappa": kappa}, 0, True) == own.steps_at({"kappa": kappa}, 90, True) == own.least
        assert max(own.counts_of({"kappa": kappa})) < 1000


def test_what_the_valley_says_is_so():
    from snippets.story import rmsprop as page
    own = run(explorables.module("valley"))
    start = book(own.HANDLES)
    far = np.linalg.norm(turned_by_sums(45, 100, 0.03, 200), axis=1) <= 0.1
    assert own.printed(start)[1:] == [1 + np.argmax(far), 230] == [own.turned, own.plain]
    along = np.linalg.norm(turned_by_sums(0, 100, 0.03, 200), axis=1) <= 0.1
    assert own.least == 1 + np.argmax(along)
    assert own.walked(start, 45, True)[40][0] == pytest.approx(page.left_turned, rel=1e-9)
    assert own.walked(start, 45, False)[40][0] == pytest.approx(page.gd_left, rel=1e-9)
    assert own.walked(start, 0, True)[40][0] == pytest.approx(page.left_steep, rel=1e-9)
    times = f"{own.turned / own.least:.2g}"
    for language, turned, level, free in (("ko", f"{times}배", "얼마이든", "더 들지 않습니다"),
                                          ("en", f"{times} times", "for any κ", "costs nothing")):
        told, say = own.told(SAY[language]), SAY[language]
        assert f"{page.left_turned:.3f}" in told and turned in told and str(own.turned) in told and "230" in told
        assert level in own.tell(start | {"turn": 0}, say) and level in own.tell(start | {"turn": 90}, say)
        assert free in own.tell(start | {"turn": 1}, say)
