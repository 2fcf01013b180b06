"""What `story/adam` says about the lines of Adam, its family, its memory and a turned valley."""

import math
import re

import numpy as np
import pytest

from mhat.rules import START, adam, gradient_descent, momentum, nesterov, rmsprop
from site_tools.pages import DOCS

EPS = np.finfo(float).eps
BEGIN = START[adam]
BETAS = [(0.5, 0.9), (0.9, 0.999), (0.99, 0.95)]


@pytest.fixture(scope="module", autouse=True)
def the_page():
    """The page computes when the first test runs, not when tests are collected."""
    global page
    from snippets.story import adam as page


# The lines


@pytest.mark.parametrize("beta1, beta2", BETAS)
def test_the_function_with_the_switch_is_adam(beta1, beta2):
    gs = page.gs[:60]
    whole = page.walk(adam, BEGIN, gs, lr=1.0, beta1=beta1, beta2=beta2)
    np.testing.assert_array_equal(page.steps(gs, "", beta1, beta2), whole)
    for line in ("m", "v", "sqrt", "m_hat", "v_hat", "m_hat, v_hat", "t + 1"):
        with np.errstate(all="ignore"):
            assert not np.allclose(page.steps(gs, line, beta1, beta2), whole, rtol=1e-3), line
    gs = np.vstack([np.zeros(4), gs])
    with np.errstate(all="ignore"):
        assert np.isnan(page.steps(gs, "eps", beta1, beta2)[0]).all()
    np.testing.assert_array_equal(page.steps(gs, "", beta1, beta2)[0], 0)


@pytest.mark.parametrize("beta1, beta2", BETAS)
@pytest.mark.parametrize("line, first", [
    ("m_hat", lambda b1, b2: 1 - b1),
    ("v_hat", lambda b1, b2: (1 - b2) ** -0.5),
    ("m_hat, v_hat", lambda b1, b2: (1 - b1) * (1 - b2) ** -0.5),
    ("", lambda b1, b2: 1),
])
def test_first_steps(beta1, beta2, line, first):
    for g in (-7.0, 0.5):
        found = page.steps([g], line, beta1, beta2, eps=0)[0]
        assert found == pytest.approx(math.copysign(first(beta1, beta2), g), rel=1e-13)


@pytest.mark.parametrize("beta1", [0.5, 0.8, 0.9])
def test_the_average_calms_noise_by_the_root_of_its_weights(beta1):
    weights = (1 - beta1) * beta1 ** np.arange(2000)
    assert np.sqrt(np.sum(weights**2)) == pytest.approx(np.sqrt((1 - beta1) / (1 + beta1)), rel=1e-12)
    noise = np.random.default_rng(7).normal(0, 3, (1500, 400))
    found = np.sqrt(np.mean(page.steps(noise, "", beta1=beta1)[500:] ** 2))
    assert found == pytest.approx(np.sqrt((1 - beta1) / (1 + beta1)), rel=0.02)
    assert page.calmer == pytest.approx(19**0.5, rel=0.01)


def test_with_numbers_of_python_a_division_by_zero_raises():
    with pytest.raises(ZeroDivisionError):
        page.steps([10.0], "t + 1")


# Scale and noise


def test_every_parameter_may_have_a_scale_of_its_own():
    """Powers of two scale without rounding; sqrt needs an even power in g²: always so."""
    scales = 2.0 ** np.array([-40, -3, 0, 50])
    np.testing.assert_array_equal(
        page.walk(adam, BEGIN, page.gs * scales, lr=1.0, eps=0), page.walk(adam, BEGIN, page.gs, lr=1.0, eps=0))


@pytest.mark.parametrize("mean", [-5.0, 1e4])
def test_the_mean_step_is_signal_over_noise(mean):
    rng = np.random.default_rng(11)
    ratios = np.array([0.5, 2.0, 6.0])
    total = state = None
    theta, state = np.zeros((300, 3)), BEGIN
    for t in range(2400):
        if t == 1200:
            total = theta
        theta, state = adam(theta, rng.normal(mean, abs(mean) * ratios, theta.shape), state, lr=1.0)
    found = (total - theta) / 1200
    expected = np.sign(mean) / np.hypot(1, ratios)
    # Four standard errors, and the bias of 1/√v from its variance, under 2/1000 (v holds over 1000 gradients).
    assert np.all(abs(found.mean(axis=0) - expected) < 4 * found.std(axis=0) / 300**0.5 + 0.002)


def test_the_marks_of_the_figure_lie_on_the_curve():
    for ratio in (0, 0.3, 1, 3, 10, 30):
        assert abs(page.mean_step[ratio] - math.cos(math.atan(ratio))) < page.signal_error + 0.002
    assert page.error.max() <= page.signal_error < 0.01


def test_the_mean_step_needs_a_v_that_stays_near_its_expected_value():
    """Gradients 1 in one of 10,000 steps, else 0: 1/100 by the formula, but v forgets each before the next comes."""
    rng = np.random.default_rng(5)
    theta, state = np.zeros(2000), (0.0, 1e-4, 10_000)
    for _ in range(4000):
        theta, state = adam(theta, (rng.random(2000) < 1e-4) * 1.0, state, lr=1.0, eps=0)
    assert abs(theta.mean()) / 4000 < 0.5 * 0.01


@pytest.mark.parametrize("before", [0, 1, 37, 1000, 5000])
def test_a_huge_gradient_makes_a_few_steps_longer_and_then_many_short(before):
    gs = np.repeat([1.0, 1000.0, 1.0], [before, 1, 400])
    sizes = page.steps(gs)[before:]
    longer = sizes > 1 + 1e-9
    assert longer.sum() <= 12 and not longer[12:].any() and sizes[30:].max() < 0.6
    assert (sizes[50:] < 0.2).all()


@pytest.mark.parametrize("others, sign, size", [("equal", 1, 1), ("in_turn", -1, 1 / 19)])
def test_how_many_steps_a_huge_gradient_lengthens(others, sign, size):
    """In the long run, k steps after it, by the weights: what it adds to m against what it adds to v."""
    k, v = np.arange(400.0), 1 + 0.001 * (1000**2 - 1) * 0.999 ** np.arange(400.0)
    # As large as 1000 in the sign of its turn, or against it: 999 more than its turn, or 1001 less.
    counts = [np.sum(abs(0.1 * more * 0.9**k + size * sign**k) / np.sqrt(v) > size) for more in (999, -1001)]
    assert page.lengthened[others] == max(counts) == {"equal": 12, "in_turn": 40}[others]
    early = [page.longer(np.array(1.0 * sign) ** np.arange(at + 200), at, factor)
             for at in (0, 3, 40, 300, 1000) for factor in (1000, -1000)]
    assert max(early) <= page.lengthened[others]


# The family


def test_the_differences_in_the_table():
    assert page.rmsprop_gap < 20 * EPS
    for gap in (page.momentum_gap, page.descent_gap):
        assert 0.1 < gap / (abs(page.gs).max() / 1e12) < 1
    assert page.adagrad_gap < 500 * 1e-8


@pytest.mark.parametrize("beta2", [0.0, 0.9, 0.999])
@pytest.mark.parametrize("eps", [0, 1e-8, 0.3])
def test_without_its_average_adam_is_corrected_rmsprop(beta2, eps):
    v = np.zeros(4)
    found = page.walk(adam, BEGIN, page.gs, lr=2.0, beta1=0, beta2=beta2, eps=eps)
    for t, (g, step) in enumerate(zip(page.gs, found), 1):
        v = beta2 * v + (1 - beta2) * g**2
        np.testing.assert_allclose(step, 2 * g / (np.sqrt(v / (1 - beta2**t)) + eps), rtol=20 * EPS)
    ours = page.walk(page.corrected_rmsprop, (0.0, 0), page.gs, lr=2.0, beta2=beta2, eps=eps)
    np.testing.assert_allclose(ours, found, rtol=20 * EPS)


@pytest.mark.parametrize("beta2", [0.9, 0.99, 0.999])
def test_plain_rmsprop_starts_ahead(beta2):
    gs = np.full((50, 1), -3.0)
    ratio = page.walk(rmsprop, (0.0,), gs, lr=1.0, beta2=beta2, eps=0) / page.walk(
        adam, BEGIN, gs, lr=1.0, beta1=0, beta2=beta2, eps=0)
    t = np.arange(1, 51)[:, None]
    np.testing.assert_allclose(ratio, (1 - beta2**t) ** -0.5, rtol=1e-12)
    assert page.first_ratio[beta2] == pytest.approx(ratio[0, 0], rel=1e-12)


def test_how_far_ahead_rmsprop_ends():
    """The integral of 1/√(1-e^-x) - 1 is 2 ln 2; the sum differs by ζ(1/2)√n + 1/2 (Euler and Maclaurin)."""
    n = -1 / math.log(0.999)
    assert page.ahead == pytest.approx(2 * math.log(2) * n - 1.4603545 * math.sqrt(n) + 0.5, rel=1e-4)


def test_epsilon_inside_the_root():
    assert page.eps_inside == pytest.approx(1e-4 / math.hypot(1e-4, 1e-4))
    outside = page.walk(adam, BEGIN, [np.array([1e-4])], lr=1.0)[0, 0]
    assert outside == pytest.approx(1, rel=2e-4)


def test_both_decays_zero_is_sign_descent_for_any_size():
    gs = np.array([[1e-100, -1e-3, 7.0, -1e100]])
    np.testing.assert_array_equal(page.walk(adam, BEGIN, gs, lr=0.25, beta1=0, beta2=0, eps=0), 0.25 * np.sign(gs))


@pytest.mark.parametrize("beta1", [0, 0.9])
def test_a_large_epsilon_drowns_v(beta1):
    """m̂ is the weighted mean of the gradients; the difference falls as 1/ε and stays under |g|/ε."""
    t = len(page.gs)
    weights = (1 - beta1) * beta1 ** np.arange(t - 1, -1, -1.0)
    mean = weights / weights.sum() @ page.gs
    for eps in (1e6, 1e8, 1e10):
        last = page.walk(adam, BEGIN, page.gs, lr=3 * eps, beta1=beta1, eps=eps)[-1]
        off = abs(last / (3 * mean) - 1)
        assert np.all(off <= abs(page.gs).max(axis=0) / eps + 1e-12)
        assert off[3] > 0.1 * 1e3 / eps


def test_the_largest_gradient_so_far_is_the_bound_and_the_present_one_is_not():
    off = abs(page.heavy / (page.ball * 0.1 / (1 - 0.9**page.t)) - 1)
    assert np.all(off <= np.maximum.accumulate(abs(page.gs)) / 1e12 + 500 * EPS)
    assert np.max(off[:, 3] / abs(page.gs[:, 3]) * 1e12) > 10


def test_beta2_towards_one_is_adagrad():
    sums = np.sqrt(np.cumsum(page.gs**2, axis=0))
    off = []
    for gap in (1e-5, 1e-7):
        found = page.walk(adam, BEGIN, page.gs, lr=1.0, beta1=0, beta2=1 - gap, eps=0)
        off.append(np.max(abs(found / np.sqrt(page.t) * sums / page.gs - 1)))
        assert off[-1] < 500 * gap
    assert off[0] / off[1] == pytest.approx(100, rel=0.05)


def test_beta2_zero_alone_divides_the_average_by_the_last_gradient():
    m = np.zeros(4)
    for g in page.gs:
        m = 0.9 * m + 0.1 * g
    np.testing.assert_allclose(page.wild[-1], m / (1 - 0.9 ** len(page.gs)) / abs(g), rtol=1e-12)
    assert page.wildest > 100


# Three sentences from a public thread


def test_beta1_one_is_no_method():
    with np.errstate(invalid="ignore"):
        theta, (m, _, _) = adam(np.zeros(2), np.array([1.0, -2.0]), BEGIN, beta1=1)
    assert (m == 0).all() and np.isnan(theta).all()
    with pytest.raises(ZeroDivisionError):
        adam(0.0, 1.0, BEGIN, beta1=1)


def test_the_old_notation_weighs_the_new_gradient():
    for b1, beta1 in ((0.1, 0.9), (0.75, 0.25), (1, 0)):
        old = page.walk(page.old_adam, BEGIN, page.gs[:40], lr=1.0, b1=b1, b2=0.25)
        new = page.walk(adam, BEGIN, page.gs[:40], lr=1.0, beta1=beta1, beta2=0.75)
        np.testing.assert_allclose(old, new, rtol=1e-11)


@pytest.mark.parametrize("start, first", [(0.0, (0.1 * 1e-4) ** 0.5), (1.0, (0.9 + 0.1 * 1e-4) ** 0.5)])
def test_the_start_of_v_decides_the_first_step_of_rmsprop(start, first):
    found = -rmsprop(0.0, 0.01, (start,), lr=1.0)[0]
    assert found == pytest.approx(0.01 / (first + 1e-8), rel=1e-12)
    assert found in (page.from_zero, page.from_one)


# RMSProp with momentum


def test_after_a_long_calm_the_two_orders_turn_differently():
    v = 0.9 + 0.1 * 100.0**2
    assert page.a[400] == pytest.approx((0.9 - 0.1 * 100) / v**0.5, rel=1e-6)
    assert page.r[400] == pytest.approx(0.9 * 10 - 100 / v**0.5, rel=1e-6)


def pulse(rule, state, T, **settings):
    gs = np.zeros((T, 1))
    gs[0] = 5.0
    found = page.walk(rule, state, gs, lr=1.0, **settings)[:, 0]
    return found / found[0]


def test_after_one_gradient_rmsprop_with_momentum_fades_by_one_factor():
    found = pulse(page.rmsprop_momentum, (0.0, 0.0), 30, beta=0.8, beta2=0.95)
    np.testing.assert_allclose(found, 0.8 ** np.arange(30), rtol=1e-12)


@pytest.mark.parametrize("beta1, beta2", BETAS + [(0.4, 0.96), (0.4, 0.64)])
def test_adam_fades_otherwise(beta1, beta2):
    found = pulse(adam, BEGIN, 400, beta1=beta1, beta2=beta2, eps=0)
    second = beta1 / (1 + beta1) * math.sqrt((1 + beta2) / beta2)
    assert found[1] == pytest.approx(second, rel=1e-12)
    factor = beta1 / math.sqrt(beta2)
    # Second step: right if 1 + β2 = (1 + β1)².  Late steps: right if 1 - β2 = (1 - β1)².
    assert (second == pytest.approx(factor, rel=1e-12)) == (beta2 == pytest.approx(2 * beta1 + beta1**2))
    k = np.arange(1, 401)
    closed = factor ** (k - 1) * (1 - beta1) / (1 - beta1**k) * np.sqrt((1 - beta2**k) / (1 - beta2))
    np.testing.assert_allclose(found, closed, rtol=1e-11)
    late = (1 - beta1) / math.sqrt(1 - beta2)
    assert (late == pytest.approx(1, rel=1e-9)) == (beta2 == pytest.approx(2 * beta1 - beta1**2))


@pytest.mark.parametrize("corrected", [True, False])
def test_after_a_huge_gradient_only_one_order_remembers(corrected):
    """Two second steps, after 1 and ±1e12: opposite for Adam, apart by twice β times the first for the other."""
    beta, beta2 = np.meshgrid(np.linspace(0, 0.98, 50), np.linspace(0.02, 0.9995, 99))
    scale = (lambda average, rate, t: average / (1 - rate**t)) if corrected else (lambda average, rate, t: average)
    adams, others = [], []
    for huge in (1e12, -1e12):
        m = v = velocity = 0.0
        for t, g in enumerate((1.0, huge), 1):
            m, v = beta * m + (1 - beta) * g, beta2 * v + (1 - beta2) * g**2
            velocity = beta * velocity + g / np.sqrt(scale(v, beta2, t))
        adams.append(scale(m, beta, 2) / np.sqrt(scale(v, beta2, 2)))
        others.append(velocity)
    # What 1 leaves beside 1e12, times at most β / (1 - β) = 49 and √(1 / (1 - β2)) = 45.
    assert abs(sum(adams)).max() < 1e-8
    first = 1 / np.sqrt(scale(1 - beta2, beta2, 1))
    np.testing.assert_allclose(sum(others), 2 * beta * first, rtol=0, atol=1e-8)


def test_without_correction_one_gradient_and_zeros_would_not_tell_them_apart():
    """Uncorrected Adam fades by β1 / √β2 every time, so that a pulse looks like that of the other order."""
    m = v = 0.0
    for g in (5.0, *[0.0] * 20):
        before, m, v = (m, v), 0.9 * m + 0.1 * g, 0.95 * v + 0.05 * g**2
        if not g:
            assert m / v**0.5 == pytest.approx(0.9 / 0.95**0.5 * before[0] / before[1] ** 0.5, rel=1e-12)


def test_equal_gradients_must_be_older_than_the_memory_of_v():
    faded = 0.999**200
    v = faded * 100.0**2 * (1 - 0.999**3000) + (1 - faded)
    m = 0.9**200 * 100 + (1 - 0.9**200)
    assert page.overshadowed == pytest.approx(m / math.sqrt(v / (1 - 0.999**3200)), rel=1e-9)
    assert page.overshadowed < 0.012


def test_with_a_decay_rate_of_1_both_could_be_made_equal():
    """β₂ = 1 without correction: v stays 0 and both divide by ε, so a factor in lr is all that is left."""
    m, v, eps, beta = 0.0, 0.0, 0.1, 0.9
    other = page.walk(page.rmsprop_momentum, (0.0, 0.0), page.gs, lr=1 - beta, beta=beta, beta2=1, eps=eps)
    for g, step in zip(page.gs, other):
        m, v = beta * m + (1 - beta) * g, 1 * v + 0 * g**2
        np.testing.assert_allclose(step, m / (np.sqrt(v) + eps), rtol=1e-9)


# Memory


@pytest.mark.parametrize("rule, arrays", [(gradient_descent, 0), (momentum, 1), (nesterov, 1), (rmsprop, 1), (adam, 2)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_each_rule_keeps(rule, arrays, dtype):
    theta, state = np.ones((30, 7), dtype), START[rule]
    for _ in range(3):
        theta, state = rule(theta, theta, state, lr=0.01)
    big = [part for part in state if np.ndim(part)]
    assert len(big) == arrays and all(part.shape == theta.shape and part.dtype == dtype for part in big)
    assert theta.dtype == dtype


def test_the_table_of_memory():
    assert page.mb == {"gd": 0, "momentum": 4, "rmsprop": 4, "adam": 8} and page.own_mb == 4
    assert page.numbers == {"gd": 0, "momentum": 10**6, "rmsprop": 10**6, "adam": 2 * 10**6}
    assert page.seven_billion_gb == 7 * 2 * 4


# The turned valley


@pytest.mark.parametrize("degrees", [0, 12.5, 45, 90, 200])
def test_turning_keeps_the_shape(degrees):
    turn, H = page.valley(50, degrees)
    np.testing.assert_allclose(turn @ turn.T, np.eye(2), atol=4 * EPS)
    assert np.trace(H) == pytest.approx(51) and np.linalg.det(H) == pytest.approx(50)
    np.testing.assert_allclose(H @ turn[:, 1], 50 * turn[:, 1], atol=200 * EPS)


@pytest.mark.parametrize("rule, lr", [(gradient_descent, 0.0019), (momentum, 0.002), (nesterov, 0.001)])
@pytest.mark.parametrize("degrees", [7, 45, 80])
def test_rules_that_are_vectors_turn_with_the_valley(rule, lr, degrees):
    """A step rounds a few numbers of size up to lr·κ·|θ| < 4; the factors stay bounded: 200 steps of 40 roundings."""
    straight, turned = (page.path(rule, START[rule], d, lr) for d in (0, degrees))
    assert abs(turned - straight).max() < 200 * 40 * EPS


def test_the_bounds_on_the_turned_paths_are_bounds():
    assert max(page.changed["gd"], page.changed["momentum"]) <= page.apart["vectors"] < 1e-12
    assert page.changed["adam"] <= page.apart["adam"] < 1.1 * page.changed["adam"]


@pytest.mark.parametrize("rule", [rmsprop, adam])
def test_rules_with_a_scale_per_parameter_do_not(rule):
    straight, turned, swapped = (page.path(rule, START[rule], d, 0.05) for d in (0, 45, 90))
    assert abs(turned - straight).max() > 0.5
    np.testing.assert_allclose(swapped[:20], straight[:20], atol=1e-9)  # a quarter turn swaps the axes


def test_along_the_axes_the_condition_number_cancels():
    """Both coordinates walk the same numbers, to the bit: 1024 is a power of two."""
    theta, state = np.array([1.0, 1.0]), BEGIN
    for _ in range(300):
        theta, state = adam(theta, np.array([1.0, 1024.0]) * theta, state, lr=0.07, eps=0)
        assert theta[0] == theta[1]


@pytest.mark.parametrize("degrees", [0, 3, 10, 30, 45])
def test_what_adam_sees(degrees):
    """Trace and determinant of D^-½ H D^-½ give its condition number."""
    kappa, a = 1000, math.radians(degrees)
    c, s = math.cos(a), math.sin(a)
    g = abs(c - kappa * s), abs(s + kappa * c)
    trace = (c**2 + kappa * s**2) / g[0] + (s**2 + kappa * c**2) / g[1]
    root = math.sqrt(max(trace**2 - 4 * kappa / (g[0] * g[1]), 0))
    expected = (trace + root) / (trace - root)
    assert np.linalg.cond(page.seen(kappa, degrees)) == pytest.approx(expected, rel=1e-6)


# The race


def test_twelve_starts_at_distance_one_and_equal_rates():
    np.testing.assert_allclose(np.linalg.norm(page.starts, axis=1), 1)
    assert len(page.starts) == 12 and len(page.rates) == 49
    assert page.rates[0] == pytest.approx(1e-5) and page.rates[-1] == pytest.approx(10)


def settled(position):
    """The first step from which all stays within 1e-6; position: (steps, starts, 2), the start excluded."""
    outside = ~(np.linalg.norm(position, axis=-1) < 1e-6).all(axis=1)
    return np.flatnonzero(outside)[-1] + 2 if not outside[-1] else np.inf


@pytest.mark.parametrize("kappa", [100, 1000])
def test_gradient_descent_counts_as_its_closed_form_says(kappa):
    stable = page.rates[page.rates * kappa < 2]
    # The flat direction decides: cos 15° (1 - lr)^n < 1e-6 at the best stable rate.
    n = math.log(1e-6 / math.cos(math.radians(15))) / math.log(1 - stable[-1])
    assert abs(page.count[kappa]["gd"] - n) <= 1


@pytest.mark.parametrize("kappa", [1, 100, 1000])
def test_momentum_counts_as_its_matrix_says(kappa):
    counts = []
    for lr in page.rates[page.rates * kappa < 3.8]:
        runs = []
        for curvature in (1, kappa):
            M = np.array([[1 - lr * curvature, -lr * 0.9], [curvature, 0.9]])
            state, seen = np.array([1.0, 0.0]), []
            for _ in range(450):
                state = M @ state
                seen.append(state[0])
            runs.append(seen)
        counts.append(settled(np.array(runs).T[:, None] * page.starts))
    assert min(counts) == page.count[kappa]["momentum"]


@pytest.mark.parametrize("rule, key", [(gradient_descent, "gd"), (momentum, "momentum")])
def test_neither_of_the_two_notices_the_angle_in_the_race(rule, key):
    with np.errstate(over="ignore", invalid="ignore"):
        assert {page.race(rule, START[rule], 100, d) for d in (10, 45, 70)} == {page.count[100][key]}


def test_adam_notices_and_the_angle_is_symmetric():
    with np.errstate(over="ignore", invalid="ignore"):
        there, back = (page.race(adam, BEGIN, 1000, d) for d in (20, 70))
    assert abs(there - back) <= 2
    assert 1.5 * page.count[1000]["along"] < there < page.count[1000]["turned"]


def test_the_sentences_under_the_race():
    count = page.count
    assert {row["along"] for row in count.values()} == {259}
    assert count[1]["gd"] == 1 and count[10_000]["gd"] == np.inf
    assert count[100]["turned"] < 1.05 * count[100]["along"]
    assert 1 < count[10_000]["turned"] / count[10_000]["momentum"] < 2
    assert 3 < page.slower < 3.5
    assert page.fixed[0] < 400 and 20 < page.fixed_slower < 25
    assert count[1000]["turned"] < page.held_at_45 < page.fixed[45]
    alone = page.race(adam, BEGIN, 1000, 0, np.array([page.best_along]))
    assert alone == count[1000]["along"]


# The figures


def test_the_figures_draw_what_was_measured():
    import matplotlib.pyplot as plt

    figure = page.figure_seen(lambda ko, en: en)
    numbers = [[text.get_text() for text in ax.texts] for ax in figure.axes]
    assert numbers == [["κ = 1000"], ["κ = 1000"], ["κ = 1"], ["κ = 1000"]]
    plt.close(figure)


def test_the_angles_start_and_peak_where_the_table_says():
    import matplotlib.pyplot as plt

    figure = page.figure_angles(lambda ko, en: en)
    lines = {len(line.get_xdata()): line for line in figure.axes[0].lines}
    angles, tuned, held = page.over_angles()
    np.testing.assert_array_equal(lines[len(angles)].get_ydata(), tuned)
    assert tuned[0] == tuned[-1] == held[0] == page.count[1000]["along"]
    assert tuned[angles == 45] == page.count[1000]["turned"] == tuned.max()
    assert held[angles == 45] == page.held_at_45
    plt.close(figure)


@pytest.mark.parametrize("code", ["ko", "en"])
def test_the_bytes_of_each_recipe_add_up_in_the_table(code):
    text = (DOCS / code / "story/adam.md").read_text("utf-8").partition("{#mixed}")[2]
    rows = re.findall(r"^\| [^|]+ \| (\d) \| (\d) \| (\d|–) \| (\d) \|", text, re.M)
    sums = [sum(int(cell) for cell in row if cell != "–") for row in rows[:4]]
    assert sums == list(page.per_weight.values()) == [16, 16, 10, 8]


def test_steps_off_the_saddle_by_the_recursion_of_each_method():
    """y goes its own way: times 1.01 without memory, by a second-order recursion with momentum."""
    for off, count in ((1e-3, page.leaves["momentum"][1e-3]), (1e-6, page.leaves["momentum"][1e-6])):
        before, y, t = off, off * 1.01, 1
        while y < 1:
            before, y, t = y, (1 + 0.9 + 0.01) * y - 0.9 * before, t + 1
        assert t == count
    assert page.leaves["gd"][1e-3] == np.ceil(np.log(1e3) / np.log(1.01))
    theta, state, ys = 1e-6, (0.0,), [1e-6]
    for _ in range(100):
        theta, state = momentum(theta, -theta, state, 0.01)
        ys.append(theta)
    growth = np.divide(ys[1:], ys[:-1])
    assert growth[0] == pytest.approx(1.01) and (growth[1:] > 1.01).all()


@pytest.mark.parametrize("rule, state", [(gradient_descent, ()), (momentum, (0.0,)), (adam, BEGIN)])
def test_from_exactly_zero_a_saddle_is_left_by_rounding_where_it_is_turned_and_never_along_the_axes(rule, state):
    assert page.away(rule, state, 0.0) == np.inf
    assert all(page.away(rule, state, 0.0, degrees) < np.inf for degrees in (10, 30, 60))


def test_how_small_y_was_does_not_matter_to_adam_along_the_axes_and_does_when_turned():
    begin = (0.0, 0.0, 0)
    assert {page.away(adam, begin, 10.0**-k) for k in range(2, 7)} <= {76, 77, 78}
    turned = [page.away(adam, begin, 10.0**-k, 45) for k in (2, 3, 4, 6)]
    assert turned == sorted(turned) and turned[0] < turned[-1]
    for rule, state in ((gradient_descent, ()), (momentum, (0.0,))):
        assert page.away(rule, state, 1e-3, 45) == page.away(rule, state, 1e-3)
