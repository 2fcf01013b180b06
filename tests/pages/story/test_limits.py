"""What `story/limits` says, derived another way wherever there is one."""

import re
from fractions import Fraction

import numpy as np
import pytest

from mhat.forms import amsgrad_corrected, amsgrad_uncorrected
from mhat.rules import adam
from site_tools.pages import DOCS


@pytest.fixture(scope="module", autouse=True)
def the_page():
    """The page computes when the first test runs, not when tests are collected."""
    global page
    from snippets.story import limits as page


def long_run(N, beta1, beta2, T, forget=True):
    """Where unclipped x drifts per period, by running Adam's averages from zero, lr 1, no epsilon."""
    t = np.arange(1, T + 1)
    gs = np.where(t % N == 1, float(N), -1.0)
    m = v = x = 0.0
    for k, g in enumerate(gs):
        if k == T - N:
            before = x
        m += (1 - beta1) * (g - m)
        v = beta2 * v + (1 - beta2) * g**2 if forget else max(v, beta2 * v + (1 - beta2) * g**2)
        x -= m / np.sqrt(v)
    return x - before


@pytest.mark.parametrize("N, beta1, beta2", [
    (3, 0, 0.1), (3, 0.9, 0.999), (16, 0.9, 0.95), (17, 0.9, 0.95), (29, 0.9, 0.99), (30, 0.9, 0.99),
    (73, 0.9, 0.999), (74, 0.9, 0.999)])
def test_the_period_is_what_a_long_run_settles_to(N, beta1, beta2):
    drift = page.period(N, beta1, beta2)[1].sum()
    assert long_run(N, beta1, beta2, N * (30_000 // N)) == pytest.approx(drift, abs=1e-9)
    wrong = (beta1, beta2) == (0, 0.1) or N in (17, 30, 74)
    assert (drift > 0) == wrong


def test_from_there_on_it_stays_wrong():
    for beta2, first in page.wrong_from.items():
        assert first < 1 / (1 - beta2)
        assert all(page.period(N, 0.9, beta2)[1].sum() > 0 for N in range(first, 400))


def test_the_theorem_of_reddi():
    """C > 2, beta1 = 0, beta2 = 1/(1 + C²): the two small gradients win."""
    for C in (2.01, 2.5, 3, 5, 20, 100):
        v, steps = 0.0, []
        for g in [C, -1.0, -1.0] * 100:
            v = v / (1 + C**2) + C**2 / (1 + C**2) * g**2
            steps.append(g / np.sqrt(v))
        assert C - 2 > 0 > sum(steps[-3:])


def test_where_the_runs_end():
    assert page.lost.max() <= 1 and page.found.min() >= -1
    assert page.lost[-1] > 0.99 and page.found[-1] < -0.99 and page.default_path[-1] < -0.99
    assert page.rare[-300:].min() > 0.8


def test_amsgrad_drifts_by_the_sum_over_the_root():
    """With v held, a period moves x by lr times the sum of the gradients, 1, over √v_max."""
    weights = 0.999 ** np.arange(300)
    top = 0.001 * (300**2 + (weights[1:]).sum()) / (1 - 0.999**300) - 0.001 * weights[1:].sum() / (1 - 0.999**300)
    ones = 0.001 * weights[1:].sum() / (1 - 0.999**300)
    assert page.slow_drift == pytest.approx(0.01 / np.sqrt(top + ones), rel=1e-3)
    assert long_run(300, 0.9, 0.999, 30_000, forget=False) < 0


def test_amsgrad_corrected_last_walks_the_wrong_way_first():
    """Its divisor is √v_max over a root that grows to 1; held at its largest, or uncorrected, it never falls."""
    ends = page.slow[299::300]
    assert page.wrong_periods == 10 == ends.argmax() + 1 and page.wrong_end == ends.max() > 0.09
    assert np.all(np.diff(page.divisor[1:299]) < 0) and page.divisor[0] == pytest.approx(300)
    v_max = 0.001 * 300**2
    assert page.divisor[299] == pytest.approx(np.sqrt(v_max / (1 - 0.999**300)), rel=1e-9)
    for rule, state in ((amsgrad_corrected, (0.0, 0.0, 0.0, 0)), (amsgrad_uncorrected, (0.0, 0.0, 0.0))):
        other = page.play(rule, state, 300, page.constant[:3000])[299::300]
        assert np.all(np.diff(other, prepend=0.0) < 0)


def test_large_gradients_leave_a_mark_on_amsgrad_only_late():
    raised = lambda v: 1 + (v - 1) * 0.999**10 + 99 * (1 - 0.999**10)
    assert page.large[20_000] == pytest.approx(raised(1.0) ** -0.5, rel=1e-6)
    assert 100 * (1 - 0.999**10) < 1 and page.large[0] == pytest.approx(1, abs=1e-4)
    # At the start v never falls, so its largest is v itself.
    state, steps = (0.0, 0.0, 0), []
    for g in [10.0] * 10 + [1.0] * 2990:
        step, state = adam(0.0, g, state, lr=1.0)
        steps.append(-step)
    assert page.early == {"least": min(steps), "at": steps.index(min(steps)) + 1, "late": steps[-1]}
    assert page.early["least"] < 0.25 and 0.97 < page.early["late"] < 0.98


def test_amsgrad_with_a_growing_v_is_adam():
    gs = np.geomspace(1, 100, 60)
    one, two = (0.0, 0.0, 0), (0.0, 0.0, 0.0, 0)
    for g in gs:
        a, one = adam(0.0, g, one)
        b, two = page.amsgrad(0.0, g, two)
        assert a == b


def test_the_two_orders_in_closed_form():
    b = 0.999
    m = (1 - 0.9**5000 + 9 * 0.1 * 0.9**4999) / (1 - 0.9**5000)
    v = 1 - b**5000 + 99 * 0.001 * b**4999
    assert page.max_first_end == pytest.approx(m / np.sqrt(v / (1 - b**5000)), rel=1e-9)
    assert page.correct_first_end == pytest.approx(m / 10, rel=1e-9)
    m2 = (0.9 * 0.1 * 10 + 0.1) / 0.19
    v2 = (b * 0.001 * 100 + 0.001) / (1 - b**2)
    assert page.at_two == pytest.approx({"max_first": m2 / np.sqrt(v2), "correct_first": m2 / 10})
    assert page.max_first[0] == page.correct_first[0] == pytest.approx(1)


def test_the_threshold_is_where_a_root_is_minus_one():
    for beta1 in (0.0, 0.5, 0.9, 0.99):
        edge = 2 * (1 + beta1) / (1 - beta1)
        assert 1 + (1 + beta1 - (1 - beta1) * edge) + beta1 == pytest.approx(0, abs=1e-12)
        assert page.growth(edge * 0.999, beta1) < 1 < page.growth(edge * 1.001, beta1)
        inside = [page.growth(rate, beta1) for rate in np.linspace(0.05, 0.95, 7) * edge]
        assert max(inside) < 1
    assert 2 * 1.9 / 0.1 == pytest.approx(38)


def test_the_jump_is_no_rounding_and_no_underflow():
    """Everything times 2^300, in numbers far from both ends: the same path, bit for bit."""
    scale = 2.0**300
    theta, state, worst = scale, (0.0, 0.0, 0), 0
    for t in range(7200):
        theta, state = adam(theta, theta, state, 0.1 * scale, eps=1e-8 * scale)
        worst = max(worst, abs(abs(theta) / scale - page.distance[t]))
    assert worst == 0


@pytest.mark.parametrize("curvature", [0.25, 4.0])
def test_the_curvature_moves_the_turn(curvature):
    theta, state, path, rate = 1.0, (0.0, 0.0, 0), [], []
    for t in range(1, 9500):
        theta, state = adam(theta, curvature * theta, state, 0.1)
        path.append(abs(theta))
        rate.append(0.1 * curvature / np.sqrt(state[1] / (1 - 0.999**t)))
    turn = np.flatnonzero(np.array(rate) > 38)[0]
    reach = [max(path[k:k + 40]) for k in range(len(path) - 40)]
    assert abs(int(np.argmin(reach)) + 20 - turn) < 50


def test_adam_with_v_held_is_heavy_ball():
    from mhat.rules import momentum

    a, beta1, h = 30.0, 0.9, 1.0
    theta, m, other, state = 1.0, 0.0, 1.0, (0.0,)
    for _ in range(200):
        m = beta1 * m + (1 - beta1) * h * theta
        theta -= a * m
        other, state = momentum(other, h * other, state, (1 - beta1) * a, beta1)
        assert theta == pytest.approx(other, rel=1e-8, abs=1e-12)


def test_what_prevents_the_jump():
    assert page.jump["eps"] == pytest.approx(0.1 / 38)
    theta, state, far = 1.0, (0.0, 0.0, 0), 0.0
    for t in range(12_000):
        theta, state = adam(theta, theta, state, 0.1 * 0.9994**t)
        far = max(far, abs(theta)) if t > 2000 else 0.0
    assert 0.9994 < np.sqrt(0.999) and far < 1e-40


@pytest.mark.parametrize("lr", [0.1, 0.3, 1.0, 2.0])
def test_amsgrad_stays_where_the_root_of_its_largest_v_is_above_the_bound(lr):
    theta, state, path, roots = 1.0, page.start_max, [], []
    for _ in range(30_000):
        theta, state = page.amsgrad(theta, theta, state, lr, beta2=0.9999)
        path.append(abs(theta))
        roots.append(np.sqrt(state[2]))
    assert (max(path[2000:]) > lr / 100) == (roots[2000] < lr / 38) == (lr >= 1)
    # The jump lifts v, and with it the largest: the next calm is above the bound.
    assert roots[-1] > lr / 38 and path[-1] < 1e-100


def test_the_numbers_of_the_jump():
    jump = page.jump
    assert jump["low_step"] < jump["crossing"] + 1 < jump["peak_step"]
    assert jump["root_v"] == pytest.approx(0.1 / 38, rel=1e-3)
    assert 0.2 < jump["late_low"] < jump["late_high"] < 0.3
    tops = np.abs(page.distance[14_000:20_000]).reshape(6, 1000).max(axis=1) / 0.1
    assert jump["late_low"] <= tops.min() < tops.max() <= jump["late_high"]
    assert 1e-227 < jump["fine_10000"] < 1e-225 and 1 < jump["fine_peak"] < 1.2


def test_steps_that_underflow_first_do_not_jump():
    """float32 at lr 0.01: lr over the root of v passes 38 after lr times m has been rounded to 0."""
    theta, state, past = np.ones(1, np.float32), (np.zeros(1, np.float32),) * 2 + (0,), None
    for t in range(1, 20_001):
        theta, state = adam(theta, theta, state, 0.01)
        past = past or (t if np.sqrt(state[1][0]) < 0.01 / 38 and t > 100 else None)
    assert 10_000 < past < 15_000 and abs(theta[0]) < 1e-40


def test_the_first_steps_may_lead_away_whatever_epsilon_is():
    """From a hundredth of lr: not the late jump, which an epsilon above lr h / 38 prevents."""
    theta, state, path = 1e-3, (0.0, 0.0, 0), []
    for _ in range(3000):
        theta, state = adam(theta, theta, state, 0.1, eps=0.0027)
        path.append(abs(theta))
    assert max(path[:40]) > 30e-3 and max(path[1000:]) < 1e-6 and 0.0027 > 0.1 / 38


def test_epsilon_above_the_bound_needs_a_slow_v():
    for beta2, calm in ((0.999, True), (0.7, True), (0.5, False)):
        theta, state, far = 1.0, (0.0, 0.0, 0), 0.0
        for t in range(4000):
            theta, state = adam(theta, theta, state, 0.1, beta2=beta2, eps=1.01 * 0.1 / 38)
            far = max(far, abs(theta)) if t > 3000 else 0.0
        assert (far < 1e-30) == calm


def test_mini_batches_without_noise_at_the_solution_jump_too():
    rng, theta, state, path = np.random.default_rng(7), np.ones((5, 10)), (0.0, 0.0, 0), []
    for _ in range(12_000):
        x = page.data[:, rng.integers(0, 100, 5)]
        g = (theta[:, None] @ x.transpose(0, 2, 1) @ x)[:, 0] / 5
        theta, state = adam(theta, g, state, 10 ** (-5 / 3))
        path.append(abs(theta).max(axis=1))
    low = np.min(path, axis=0)
    back = [run[run.argmin():].max() for run in np.transpose(path)]
    assert low.max() < 1e-20 and max(back) > 0.01


def test_recovery_in_closed_form():
    """√v is 2·low where v is 4·low²: β2^k = 3·low²/(1 − low²)."""
    for beta2, steps in page.half.items():
        if beta2 > 0.9:
            assert steps == int(np.ceil(np.log(3e-6 / (1 - 1e-6)) / np.log(beta2)))
    state, seen = (1.0, 1.0, 10**6), []
    for _ in range(400):
        step, state = adam(0.0, 10.0, state, lr=1.0)
        seen.append(-step)
    assert max(seen) == pytest.approx(page.overshoot[0.999], rel=1e-8)
    for beta2, first in page.above_from.items():
        share = Fraction(str(beta2))  # m above the root of v: (10 − 9·0.9^k)² > 100 − 99·β2^k
        above = [(10 - 9 * Fraction(9, 10)**k)**2 > 100 - 99 * share**k for k in range(1, 40)]
        assert above.index(True) == first - 1 and all(above[first - 1:])
    assert page.overshoot[0.999] > page.overshoot[0.99] > page.overshoot[0.95] > 1.1
    shortest = {beta2: page.after_change(1e-3, beta2).min() for beta2 in (0.999, 0.9)}
    assert 0.001 < shortest[0.999] < 0.0011 and shortest[0.9] > 0.05
    for beta2 in (0.9, 0.8):
        assert page.after_change(10.0, beta2).max() <= 1 + 1e-12


def test_the_outlier_in_closed_form():
    v = lambda k: 1 + 999_999 * 0.001 * 0.999**k
    assert v(page.outlier["until"] - 1) > 4 > v(page.outlier["until"])
    np.testing.assert_allclose(page.clipped, 1, rtol=1e-6)
    assert page.outlier["after_100"] == pytest.approx((1 + 99.9 * 0.9**100) / np.sqrt(v(100)), rel=1e-6)
    m_hat = 1 + 99.9 * 0.9**100 / (1 - 0.9**111)
    v_hat = 1 + 999_999 * 0.001 * 0.999**100 / (1 - 0.999**111)
    assert page.outlier["early"] == pytest.approx(m_hat / np.sqrt(v_hat), rel=1e-6) and page.outlier["early"] < 0.02


def test_resets_are_factors_of_the_correction():
    """With the averages kept, a step is the kept one times a ratio of corrections; a zeroed pair is the factor."""
    factor = lambda t: np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    for k in (1, 5, 12, 100, 1000, 2000):
        after, change = {name: path[k - 1] for name, path in page.after.items()}, factor(k) / factor(4000 + k)
        np.testing.assert_allclose(after["t"], after["kept"] * change, rtol=1e-6)
        np.testing.assert_allclose(after["mv"], after["all"] / change, rtol=1e-5)
    assert page.rms_at["all"][100] == pytest.approx(page.rms_at["kept"][100], rel=0.02)
    assert abs(page.after["all"][50] / page.after["kept"][50] - 1).max() < 0.05
    for m, v, t in np.ndindex(2, 2, 2):
        rms, _ = page.go_on((m * page.m, v * page.v, t * page.t), page.noise[4000:5000])
        off = abs(rms / page.after["kept"][:1000] - 1)
        # Only one of v and t: far off for long. Otherwise over in some tens of steps.
        assert (off[999].min() > 0.1) == (v != t) and (off[50].max() < 0.05) == (v == t)
    noise_only = np.sqrt((1 - 0.9) / (1 + 0.9))
    assert page.after["kept"].mean() == pytest.approx(noise_only, rel=0.02)


def test_t_alone_set_back_holds_a_jump_and_shrinks_the_rest():
    """From full averages of 1: m and v of a jump to g over their closed forms, times the factor of the correction."""
    k = np.arange(1, 4001)
    factor = np.sqrt(1 - 0.999**k) / (1 - 0.9**k)
    for g, t, steps in ((10.0, 10**6, page.grown), (10.0, 0, page.grown_t), (1.0, 0, page.same_t)):
        m, v = g + (1 - g) * 0.9**k, g**2 + (1 - g**2) * 0.999**k
        np.testing.assert_allclose(steps, m / np.sqrt(v) * (1 if t else factor), rtol=1e-6)
    assert page.grown_t.max() < 1 < 5 < page.grown.max() and page.grown_t.argmin() == 0
    assert 0.15 < page.same_t.min() < page.same_t[0] < 0.32


def test_late_and_coasting_in_closed_form():
    for t, step in page.late.items():
        assert step == pytest.approx(0.1 / (1 - 0.9**t) / np.sqrt(0.001 / (1 - 0.999**t)), rel=1e-6)
    t = np.arange(2, 1002)
    one = (0.1 * 0.9 ** (t - 1) / (1 - 0.9**t) / np.sqrt(0.001 * 0.999 ** (t - 1) / (1 - 0.999**t))).sum()
    assert page.coast[1] == pytest.approx(one, rel=1e-6)
    late = (0.1 * 0.9 ** (t - 1) / (1 - 0.9 ** (t + 1000)))
    late = late / np.sqrt(0.001 * 0.999 ** (t - 1) / (1 - 0.999 ** (t + 1000)))
    assert page.coast_rare == pytest.approx(late.sum(), rel=1e-6)


def test_decay_is_one_over_the_scale_inside_adam():
    s = page.scales[2:]
    np.testing.assert_allclose(np.log(page.l2[-1, 2:]), -1 / s, rtol=0.01, atol=2e-3)
    assert np.ptp(page.decoupled[-1]) < 1e-3
    step = page.l2[:-1, 0] - page.l2[1:, 0]
    assert np.allclose(step[:100], 1e-3, rtol=0.1)
    # Adam on the gradient theta itself, without epsilon: the factor 0.1 cancels.
    theta, state = 1.0, page.start
    for _ in range(1000):
        before = theta
        theta, state = adam(theta, theta, state, 1e-3, eps=0)
    assert page.lost_at_1000 == pytest.approx((before - theta) / 1e-3, rel=1e-4) and page.lost_at_1000 < 0.5


def test_l2_shrinks_only_where_the_gradients_have_no_mean():
    """Under a constant gradient Adam's step is its sign, with L2 or without."""
    ends = {}
    for mean in (0.0, 1.0):
        for decay in (0.0, 0.1):
            theta, state = 1.0, page.start
            for t in range(1000):
                theta, state = page.decay_l2(adam, theta, mean or (-1.0) ** t, state, 1e-4, decay)
            ends[mean, decay] = theta
    assert ends[0.0, 0.0] - ends[0.0, 0.1] == pytest.approx(1 - np.exp(-0.1 * 1e-4 * 1000), rel=0.05)
    assert abs(ends[1.0, 0.0] - ends[1.0, 0.1]) < 0.05 * (ends[0.0, 0.0] - ends[0.0, 0.1])


def test_decay_without_a_gradient_does_not_see_lambda():
    ends = []
    for decay in (0.01, 1.0):
        theta, state = 1.0, (0.0, 0.0, 0)
        for _ in range(100):
            theta, state = page.decay_l2(page.adam, theta, 0.0, state, 1e-3, decay)
        ends.append(theta)
    assert ends[0] == pytest.approx(ends[1], abs=1e-5) == pytest.approx(page.hundred["l2"], abs=1e-5)
    assert page.hundred["decoupled"] == pytest.approx((1 - 1e-4) ** 100)
    assert page.lost_at_eps == pytest.approx(0.5)
    for decay in (1e-6, 1e-7, 1e-9):
        first = (1 - page.decay_l2(page.adam, 1.0, 0.0, page.start, 1e-3, decay)[0]) / 1e-3
        assert first == pytest.approx(decay / (decay + 1e-8), rel=1e-9)


def test_in_gradient_descent_the_two_are_one():
    theta, g, lr, decay = 0.7, 0.3, 0.1, 0.2
    assert theta - lr * (g + decay * theta) == pytest.approx((1 - lr * decay) * theta - lr * g)


def test_the_race_is_equal_and_exact():
    w = page.goal[:, 0]
    for x, answer in zip(page.data, w):
        np.testing.assert_allclose(np.linalg.lstsq(x, x @ answer, rcond=None)[0], answer, atol=1e-12)
    assert len(page.rates) == 13 and all(len(e) == 5 for e in page.errors.values())
    assert page.error_high["adam"] <= page.exact and page.error_high["momentum"] <= page.exact < 1e-12
    assert page.error_low["short"] > 1e9 * page.exact and page.error_high["linear"] < page.error_low["short"]
    assert page.error_high["geometric"] <= page.exact < 1e-9 * page.error_low["linear"]


def test_how_far_the_rate_falls_decides_the_floor():
    """By one factor a step, the error follows the rate at which the last 1,000 steps begin, down to rounding."""
    worst = []
    for decades in (4, 6, 8):
        errors = page.farthest(adam, page.start, lambda s, d=decades: 10 ** (-d * s), T=4000, beta2=0.95)
        worst.append(errors.max())
    assert worst[0] > 10 * worst[1] > 100 * worst[2]
    assert min(worst) > 1e-9 > page.error_high["geometric"]


def test_the_bracket_of_the_proof_is_negative_after_each_small_gradient():
    """With the correction of Algorithm 1 too, once its start has faded."""
    gains = page.gains(largest=False)
    small = np.arange(2, len(gains) + 2) % 3 != 1
    assert ((gains < 0) == small).all() and page.negative == pytest.approx(2 / 3, abs=0.01)
    v, scaled = Fraction(0), []
    for t in range(1, 40):
        v = v / 10 + Fraction(9, 10) * int(page.gradient_at(t, 3)) ** 2
        scaled.append(float(v / (1 - Fraction(1, 10) ** t) * t))
    assert ((np.diff(scaled) < 0) == small[:38])[3:].all()


def adam_in_full(theta, g, m, v, t, lr, beta1):
    m, v = beta1 * m + (1 - beta1) * g, 0.999 * v + 0.001 * g**2
    return theta - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v


@pytest.mark.parametrize("pull, noise, seed", [(0.1, 0.3, 5), (0.1, 1.0, 6), (0.03, 0.3, 7)])
def test_in_the_game_a_larger_beta1_ends_farther_off_whoever_moves_first(pull, noise, seed):
    """Here the second player sees where the first has gone; on the page both move at once."""
    rng, lrs = np.random.default_rng(seed), np.geomspace(1e-3, 1, 13)[:, None]
    ends = []
    for beta1 in (0.0, 0.5, 0.9, 0.99):
        x = y = np.ones((13, 32))
        mx = my = vx = vy = total = 0.0
        for t in range(1, 3001):
            x, mx, vx = adam_in_full(x, y + pull * x + noise * rng.normal(size=x.shape), mx, vx, t, lrs, beta1)
            y, my, vy = adam_in_full(y, pull * y - x + noise * rng.normal(size=x.shape), my, vy, t, lrs, beta1)
            total = total + (t > 1500) * (x**2 + y**2).mean(axis=1)
        ends.append(total.min())
    assert ends == sorted(ends) and ends[2] > 1.2 * ends[0]


def test_beta1_of_099_does_not_follow_the_fast_swing_at_any_rate():
    assert page.missed[100][3] > 0.99 * page.still and (page.missed[100][:3] < 0.7 * page.still).all()


def test_what_hardly_differs_does_so_with_other_seeds_and_no_more_than_that():
    """The three smallest beta1 on the slow swing at the best rate, and in the calm game: some per cent."""
    rng, slow = np.random.default_rng(5), []
    for beta1 in (0.0, 0.5, 0.9):
        x = np.ones((2, 64))
        m = v = total = 0.0
        for t in range(4000):
            off = x - np.sin(2 * np.pi * t / 1000)
            x, m, v = adam_in_full(x, off + rng.normal(size=x.shape), m, v, t + 1, page.wide[6:8], beta1)
            total = total + (t >= 2000) * (off**2).mean(axis=1) / 2000
        slow.append(np.sqrt(total.min()))
    for three in (slow, page.missed[1000][:3], page.missed["calm"][:3]):
        assert np.ptp(three) < 0.08 * min(three)


def test_the_order_of_beta1_in_the_game_is_that_of_the_steps_it_was_given():
    assert page.missed["game"][2] > 3 * page.missed["game"][0]
    assert page.patient[2] < 1.4 * page.patient[0] and abs(page.patient[1] / page.patient[0] - 1) < 0.15
    assert max(page.patient[:3]) < min(page.missed["game"]) and page.patient[3] > page.patient[2]


def test_a_row_that_is_not_seen_in_closed_form():
    """After k sightings a lazy row has m of 1 - 0.9^k and v of 1 - 0.999^k, corrected for step 100 k."""
    k = np.arange(1, 5001)
    t = 100.0 * k
    lazy = (1 - 0.9**k) / (1 - 0.9**t) * np.sqrt((1 - 0.999**t) / (1 - 0.999**k))
    np.testing.assert_allclose(page.skipped, lazy, rtol=1e-6)
    n = np.arange(100)
    m, v = 0.1 / (1 - 0.9**100), 0.001 / (1 - 0.999**100)
    assert page.dense[-1] == pytest.approx(np.sum(m * 0.9**n / np.sqrt(v * 0.999**n)), rel=1e-5)


@pytest.mark.parametrize("N", [30, 300])
def test_the_way_of_a_rare_row_grows_with_the_root_of_the_wait(N):
    assert page.sightings(False, 20_000 // N, N)[-1] == pytest.approx(np.sqrt(N), rel=0.12)
    assert page.sightings(True, 5000, N)[-1] == pytest.approx(1, rel=0.01)


def test_what_is_said_in_words():
    english = (DOCS / "en/story/limits.md").read_text("utf-8")
    assert "= 38 ." in english and page.spread < 0.15
    groups = [page.after[k][s - 1] for k in page.after for s in (1, 10, 100, 1000)]
    assert all(np.all(abs(rms / rms.mean() - 1) <= page.spread) for rms in groups)
    sections = re.findall(r"^## .*\{#", english, re.M)
    assert len(sections) <= 11
