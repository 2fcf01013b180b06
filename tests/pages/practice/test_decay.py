"""The claims of practice/decay: closed forms beside what ran."""

from math import exp, log, prod

import numpy as np
import pytest

from mhat.rules import adamw
from snippets.practice import decay


@pytest.mark.parametrize("name, told", decay.rests.items())
def test_weights_under_noise_rest_where_decay_and_steps_balance(name, told):
    """The variance loses 2 lr λ of itself a step and gains lr²; momentum moves a step in time and keeps the sum."""
    lr, lam = 0.01, 0.2
    assert told == pytest.approx((lr**2 / (1 - (1 - lr * lam) ** 2)) ** 0.5, rel=0.05)


def test_noise_alone_again_by_another_hand():
    rng, m, v, theta, sizes = np.random.default_rng(5), 0, 0, np.ones(300), []
    for t in range(1, 3001):
        g = rng.standard_normal(300)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        step = m / (1 - 0.9**t) / np.sqrt(v / (1 - 0.999**t))
        theta = (1 - 0.01 * 0.2) * theta - 0.01 * step
        sizes.append(np.sqrt(np.mean(theta**2)))
    assert np.mean(sizes[2000:]) == pytest.approx(decay.rest, rel=0.05)
    assert decay.walks["from 1"][499] == pytest.approx(sizes[499], rel=0.1)


def rest_with(beta2):
    """Where weights rest under noise alone, over the formula, by this beta2."""
    rng, theta, state, squares = np.random.default_rng(2), np.zeros(400), decay.zero, []
    for _ in range(3000):
        theta, state = adamw(theta, rng.normal(size=400), state, lr=0.01, beta2=beta2, decay=0.2)
        squares.append(np.mean(theta**2))
    return np.mean(squares[1500:]) ** 0.5 / decay.rest


def test_the_formula_needs_a_beta2_near_1():
    """With a short memory of squares a small g makes a long step; without any, their variance is not finite."""
    assert all(rest_with(beta2) == pytest.approx(1, rel=0.05) for beta2 in (0.99, 0.9))
    assert rest_with(0.0) > 10 * rest_with(0.5) > 10


@pytest.mark.parametrize("lr, lam, every", [(0.1, 1.0, 1), (0.1, 5.0, 1), (0.01, 0.2, 1000)])
def test_the_formula_needs_a_short_memory_of_steps_and_noise_that_is_not_rare(lr, lam, every):
    """As lr λ comes near 1 - beta1, or as noise comes once in a thousand steps, weights rest far below it."""
    rng, theta, state, squares = np.random.default_rng(1), np.zeros(400), decay.zero, []
    for _ in range(6000):
        g = rng.normal(size=400) * (rng.random(400) < 1 / every)
        theta, state = adamw(theta, g, state, lr=lr, decay=lam)
        squares.append(np.mean(theta**2))
    assert np.mean(squares[3000:]) ** 0.5 < 0.85 * np.sqrt(lr / (2 * lam))


def test_the_trace_of_the_start_falls_to_1_over_e_in_500_steps():
    """Adam's steps do not ask where a weight is: two starts under one noise differ by the decay alone."""
    rng, theta, state = np.random.default_rng(3), np.array([0.0, 1.0]), decay.zero
    for g in rng.normal(size=500):
        theta, state = adamw(theta, np.full(2, g), state, lr=0.01, decay=0.2)
    assert theta[1] - theta[0] == pytest.approx(exp(-1), rel=2e-3)


def test_the_defaults_and_what_they_come_to():
    assert decay.defaults == pytest.approx({"pytorch": 0.01, "keras": 0.004, "optax": 0.0001}, rel=1e-4)
    assert decay.spans == pytest.approx({"pytorch": 1e5, "keras": 2.5e5, "optax": 1e7}, rel=1e-4)
    assert decay.taken == pytest.approx({name: 1 - exp(-1e4 / span) for name, span in decay.spans.items()}, rel=1e-4)
    assert decay.factor == pytest.approx(100, rel=1e-4)


def test_a_recipe_of_sgd_takes_what_the_page_says_in_a_step_and_in_the_long_run():
    """L2 alone as a gradient, without momentum and with one that has gathered."""
    def lost(momentum, lr=0.1, decay=1e-4, late=1000):
        theta, buffer, path = 1.0, 0.0, []
        for _ in range(late):
            buffer = momentum * buffer + decay * theta
            theta -= lr * buffer
            path.append(theta)
        return 1 - path[-1] / path[-2]
    assert decay.recipe["sgd"] == pytest.approx(lost(0), rel=1e-6)
    assert decay.recipe["momentum"] == pytest.approx(lost(0.9), rel=2e-3)
    theta, _ = adamw(1.0, 0.0, decay.zero, lr=5e-4, decay=0.2)
    assert decay.recipe["adamw"] == pytest.approx(1 - theta, rel=1e-6)


def test_a_schedule_leaves_the_product_of_its_shares():
    told = decay.ran["pytorch"]
    assert told["constant"] == pytest.approx((1 - 0.01 * 0.1) ** 1000, rel=1e-5)
    assert told["line"] == pytest.approx(prod(1 - 0.001 * (1 - t / 1000) for t in range(1000)), rel=1e-5)
    assert log(told["line"]) == pytest.approx(log(told["constant"]) / 2, rel=2e-3)


def test_a_ten_thousandth_is_lost_between_the_numbers_of_bfloat16():
    """Eight bits: below 1 they are 2^-8 apart, and half of that is more than a ten-thousandth."""
    assert 1e-4 < 2**-8 / 2
    assert decay.ran["pytorch"]["narrow"] == 1
    assert decay.ran["pytorch"]["wide"] == pytest.approx(exp(-0.1), rel=1e-3)


def test_halves_before_a_normalization_are_divided_out():
    """(x/2 - mean/2) / sqrt(var/4 + eps) is the same again but for eps."""
    x = np.random.default_rng(0).normal(size=(64, 8))

    def norm(x, eps):
        return (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + eps)

    assert np.allclose(norm(x / 2, 0), norm(x, 0)) and 0 < np.abs(norm(x / 2, 1e-5) - norm(x, 1e-5)).max() < 1e-3
    moved = decay.ran["pytorch"]["moved"]
    assert moved["layer"] < 1e-3 < 0.1 < min(moved[name] for name in ("matrix", "norm", "last"))
    assert np.allclose(norm(x / 2 + x[0], 0), norm(x + 2 * x[0], 0))  # beside a bias: as if the bias had doubled


def adam_in_full(theta, g, m, v, t, lr, beta1):
    m, v = beta1 * m + (1 - beta1) * g, 0.999 * v + 0.001 * g**2
    return theta - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v


def lasso(a, strength, lr, divided, T=20_000):
    """Adam on (theta - a)^2 / 2, then a cut; the last 1,000 places."""
    theta, m, v, late = np.ones_like(a), 0.0, 0.0, []
    for t in range(1, T + 1):
        theta, m, v = adam_in_full(theta, theta - a, m, v, t, lr, 0.9)
        cut = lr * strength / (np.sqrt(v / (1 - 0.999**t)) if divided else 1)
        theta = np.sign(theta) * np.maximum(abs(theta) - cut, 0)
        late.append(theta)
    return np.array(late[-1000:])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_cut_divided_like_the_step_finds_the_minimum_and_a_bare_one_does_not(seed):
    rng = np.random.default_rng(seed)
    a, strength = rng.uniform(-1, 1, 40), rng.uniform(0.05, 0.5, 40)
    answer = np.sign(a) * np.maximum(abs(a) - strength, 0)
    late = lasso(a, strength, 0.001, divided=True)
    assert (late[:, answer == 0] == 0).all() and (answer == 0).sum() > 3
    np.testing.assert_allclose(late[-1], answer, atol=2e-3)
    assert not np.allclose(lasso(a, strength, 0.001, divided=False)[-1], answer, atol=0.02)
