"""The claims of story/bias-correction, derived in other ways than its blocks do."""

from fractions import Fraction
from math import exp, log, log10, sqrt

import numpy as np
import pytest

from mhat.rules import bias_correction

ROUNDING = 100 * 8 * 2**-53  # a hundred steps of about eight roundings each


@pytest.fixture(scope="module", autouse=True)
def the_page():
    """The page computes when the first test runs, not when tests are collected."""
    global page
    from snippets.story import bias_correction as page


def exact_ratio(gs, write_back):
    """The ratio of the loop in rational numbers but for the root, which is the last operation."""
    beta1, beta2 = Fraction(9, 10), Fraction(999, 1000)
    m = v = Fraction(0)
    for t, g in enumerate(gs, 1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        if write_back(t):
            m, v = m_hat, v_hat
    m, v = (m_hat, v_hat) if not write_back(1) else (m, v)
    return float(m) / (sqrt(v) + 0.001)


def test_the_number_of_the_question():
    assert page.mv[-1] == pytest.approx(3.40488818e-70, rel=1e-8), "as printed in the question"
    assert page.mv[-1] == pytest.approx(exact_ratio([10] * 100, lambda t: True), rel=ROUNDING)


def test_the_right_loop_and_the_patch_on_growing_gradients():
    gs = [Fraction(i) for i in range(100)]
    assert page.right_growing == pytest.approx(exact_ratio(gs, lambda t: False), rel=ROUNDING)
    assert page.patched_growing == pytest.approx(exact_ratio(gs, lambda t: t == 1), rel=ROUNDING)
    assert page.right_ratio == pytest.approx(10 / 10.001, rel=ROUNDING)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_overflow_by_logarithms(dtype):
    """The leading term of the closed form, 100 (1-b) b^(t-1) / prod(1 - b^k), against the largest float."""
    beta, top = float(dtype(0.999)), float(np.finfo(dtype).max)
    size, t = log10(100 * (1 - beta) / (1 - beta)), 1
    while size < log10(top):
        t += 1
        size += log10(beta / (1 - beta**t))
    assert abs(page.overflow[dtype.__name__] - t) <= (1 if dtype is np.float16 else 0)


def test_when_the_factors_fall_below_one():
    """beta / (1 - beta^t) > 1 while beta^t > 1 - beta."""
    assert page.m_grows_until == int(log(0.1) / log(0.9)) == 21
    assert page.v_grows_until == int(log(0.001) / log(0.999)) == 6904
    assert np.argmax(page.asked_m) + 1 == 21 and page.m_peak == max(page.asked_m)
    assert page.v_factor[2] == pytest.approx(0.999 / 0.001999, rel=1e-9)


def test_the_weight_of_the_first_gradient():
    for t, weight in page.weight_of_first.items():
        impulse = 1.0
        for _ in range(t - 1):
            impulse *= 0.999
        assert weight == pytest.approx(impulse, rel=t * 2**-52)


def test_hand_numbers():
    assert page.hand[1] == pytest.approx({"m_weight": 0.1, "m": 1, "v_weight": 0.001, "v": 0.1}, rel=1e-12)
    assert page.hand[2] == pytest.approx({"m_weight": 0.19, "m": 1.9, "v_weight": 0.001999, "v": 0.1999}, rel=1e-12)
    assert page.hand[10]["m_weight"] == pytest.approx(1 - 0.3486784401, rel=1e-12)
    for row in page.hand.values():
        assert row["m"] / row["m_weight"] == pytest.approx(10) and row["v"] / row["v_weight"] == pytest.approx(100)


@pytest.mark.parametrize("beta1, beta2", [(0.9, 0.999), (0.9, 0.99), (0.9, 0.95), (0.5, 0.999), (0.99, 0.999)])
def test_steps_without_correction_by_closed_form(beta1, beta2):
    t = np.arange(1, 5001)
    closed = (1 - beta1**t) / np.sqrt(1 - beta2**t)
    row = page.pairs[beta1, beta2]
    assert row["first"] == pytest.approx((1 - beta1) / sqrt(1 - beta2), rel=1e-9)
    assert (row["peak"], row["at"]) == (pytest.approx(closed.max(), rel=1e-9), closed.argmax() + 1)
    assert abs(closed[row["until"] - 1:] - 1).max() <= 0.01 < abs(closed[row["until"] - 2] - 1)
    assert (row["first"] < 1) == (1 - beta1 < sqrt(1 - beta2)) or row["first"] == pytest.approx(1)


def test_the_numbers_of_the_defaults():
    assert [round(page.bare[t - 1], 2) for t in (1, 12, 1000)] == [3.16, 6.57, 1.26]
    assert page.pairs[0.9, 0.999]["at"] == 12
    assert page.only_m[0] == pytest.approx(1 / sqrt(0.001)) and page.only_v[0] == pytest.approx(0.1)
    assert page.first_from_2 == pytest.approx(0.1 / 0.19 / sqrt(0.001 / 0.001999), rel=1e-9)


def test_how_long_the_correction_lasts():
    assert [round(page.lr_factor(t), 4) for t in (1, 1000, 5000)] == [0.3162, 0.7952, 0.9966]
    assert page.lr_factor(1000) == pytest.approx(sqrt(1 - exp(-1)), abs=2e-4), "the often said rule, at its own t"
    for beta in (0.9, 0.99, 0.999, 0.9999):
        assert sqrt(1 - beta ** (4 / (1 - beta))) > 0.99, "the rule of thumb of the page"


@pytest.mark.parametrize("beta1, beta2", [
    (0.5, 0.5), (0.9, 0.9), (0.99, 0.99), (0.5, 0.9), (0.9, 0.999), (0.99, 0.999)])
def test_the_rule_of_thumb_holds_for_the_step_and_not_for_m_alone(beta1, beta2):
    t = np.arange(int(4 / (1 - beta2)) + 1, 20_000)
    for off in (1 / np.sqrt(1 - beta2**t), (1 - beta1**t) / np.sqrt(1 - beta2**t)):
        assert abs(off - 1).max() < 0.01
    m_off = (1 / (1 - beta1**t) - 1).max()
    assert m_off < page.m_then_off < 0.019 and (m_off > 0.01) == (beta1 == beta2 > 0.5)


def test_the_correction_is_a_schedule_that_may_fall_or_rise():
    t = np.arange(1, 5001)
    low, both, high = (page.lr_factor(t, *betas) for betas in ((0.9, 0.999), (0.9, 0.95), (0.95, 0.95)))
    assert low.argmin() + 1 == 12 and (low < 1).all() and (np.diff(low[11:]) > 0).all()
    assert both[0] > 1 > both.min() and both.argmin() + 1 == 20
    assert high[0] == pytest.approx(1 / sqrt(1 - 0.95)) and (np.diff(high) <= 0).all()
    for beta1 in np.linspace(0.05, 0.95, 19):
        for beta2 in np.linspace(0.05, 0.99, 48):
            assert (page.lr_factor(1, beta1, beta2) < 1) == (1 - beta1 > sqrt(1 - beta2))


def test_the_correction_is_unbiased_over_random_gradients():
    """Mean of m_hat over many streams: the mean of g within four standard errors; that of m is not."""
    streams, t = np.random.default_rng(0).normal(3, 1, (4000, 10)), 10
    m = np.zeros(4000)
    for g in streams.T:
        m = 0.9 * m + 0.1 * g
    m_hat = bias_correction(m, 0.9, t)
    error = m_hat.std() / sqrt(len(m_hat))
    assert abs(m_hat.mean() - 3) < 4 * error < 3 - m.mean()


def test_the_patch_with_a_first_gradient_of_zero_is_adam_without_correction():
    m = v = 0.0
    for g in range(100):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    assert page.patched_growing == pytest.approx(m / (sqrt(v) + 0.001), rel=ROUNDING)


@pytest.mark.parametrize("beta", [0.9, 0.99, 0.999])
def test_how_long_an_average_remembers_by_the_recursion_itself(beta):
    """Zeros for long, then ones: the average is the weight of the ones."""
    seen, average, held = page.remembered[beta], 0.0, []
    for _ in range(seen["most"]):
        average = beta * average + (1 - beta)
        held.append(average)
    assert held[seen["newest"] - 1] == pytest.approx(seen["share"])
    assert held[-1] >= 0.99 > held[-2]
    whole = int(seen["half_life"])
    assert 1 - held[whole - 1] > 0.5 > 1 - held[whole]
    assert np.arange(seen["span"]).mean() == pytest.approx(seen["mean_age"])


def test_two_thirds_and_never_less_than_one_minus_one_over_e():
    assert 1 - exp(-1) < min(page.shares) and page.shares == sorted(page.shares, reverse=True)
    assert 0.63 < page.remembered[0.999]["share"] < page.remembered[0.9]["share"] < 0.66


def test_without_correction_a_step_is_longer_by_a_factor_that_no_gradient_changes():
    from mhat.forms import adam_uncorrected
    from mhat.rules import adam

    bare, right = (0.0, 0.0), (0.0, 0.0, 0)
    for t, g in enumerate(np.random.default_rng(7).normal(0.3, 1, 300), 1):
        step, bare = adam_uncorrected(0.0, g, bare, min(t / 100, 1), eps=0)
        full, right = adam(0.0, g, right, min(t / 100, 1), eps=0)
        assert step / full == pytest.approx(1 / page.lr_factor(t))


def test_the_longest_step_comes_at_the_end_of_the_warm_up():
    for W in (12, 13, 50, 500, 5000, 15_000):
        steps = page.warmed(W)
        assert steps.argmax() + 1 == W and steps.max() == pytest.approx(1 / page.lr_factor(W), rel=1e-12)
    assert page.warmed(5).argmax() + 1 == 12
