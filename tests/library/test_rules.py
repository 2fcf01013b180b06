"""The rules against closed forms, against other writings of the same algorithms, and
over random input.

A step is measured from theta = 0, where `-theta_new` is the step itself: no digit is
lost in the subtraction, so that a tolerance counts the roundings of the rule alone.
"""

import inspect
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mhat import rules
from mhat.rules import (
    START,
    adagrad,
    adam,
    adamax,
    adamw,
    amsgrad,
    bias_correction,
    gradient_descent,
    momentum,
    nadam,
    nesterov,
    rmsprop,
)

EPS = np.finfo(float).eps  # one rounding changes a number by at most EPS / 2
GRADIENTS = np.array([10.0, -3.0, 1e-3, -1e4])
BETAS = [0.0, 0.5, 0.9, 0.99, 0.999]
PAIRS = [(b1, b2) for b1 in BETAS for b2 in BETAS]

every_rule = pytest.mark.parametrize("rule", START, ids=lambda rule: rule.__name__)
adaptive = pytest.mark.parametrize("rule", [adagrad, rmsprop, adam, adamw, amsgrad, nadam, adamax])
heavy = pytest.mark.parametrize("rule", [momentum, nesterov])
random = settings(derandomize=True, database=None, deadline=None, max_examples=40)


def run(rule, gradients, state=None, lr=0.5, **numbers):
    """Every (step, state) of the rule along a stream of gradients."""
    state = START[rule] if state is None else state
    for g in gradients:
        theta, state = rule(np.zeros_like(g), g, state, lr, **numbers)
        yield -theta, state


def close(actual, expected, roundings, scale=None):
    """Equal up to a number of roundings of the expected value, or of a scale."""
    scale = np.abs(expected) if scale is None else scale
    assert np.shape(actual) == np.shape(expected)
    assert np.all(np.abs(actual - expected) <= roundings * EPS * scale), (
        np.max(np.abs(actual - expected) / (EPS * scale))
    )


def carried(*betas):
    """Roundings in a moving average, and in 1 - beta^t.

    Three a step, of which the share beta is carried into the next: 3 / (1 - beta).
    The rounding of beta^t counts 1 / (1 - beta^t) <= 1 / (1 - beta) in 1 - beta^t.
    """
    return 4 * sum(1 / (1 - beta) for beta in betas) + 4


# What is there

STARTS = {
    gradient_descent: (), momentum: (0.0,), nesterov: (0.0,), adagrad: (0.0,), rmsprop: (0.0,),
    adam: (0.0, 0.0, 0), adamw: (0.0, 0.0, 0), amsgrad: (0.0, 0.0, 0.0, 0),
    nadam: (0.0, 0.0, 0), adamax: (0.0, 0.0, 0),
}


def test_start_lists_every_rule():
    shaped = [
        f for _, f in inspect.getmembers(rules, inspect.isfunction)
        if list(inspect.signature(f).parameters)[:4] == ["theta", "g", "state", "lr"]
    ]
    assert set(START) == set(shaped) == set(STARTS)
    for rule, state in STARTS.items():
        assert START[rule] == state and list(map(type, START[rule])) == list(map(type, state))


@pytest.mark.parametrize("rule, expected", [
    (gradient_descent, {}),
    (momentum, {"beta": 0.9}),
    (nesterov, {"beta": 0.9}),
    (adagrad, {"eps": 1e-8}),
    (rmsprop, {"beta2": 0.9, "eps": 1e-8}),
    (adam, {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    (adamw, {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0.01}),
    (amsgrad, {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    (nadam, {"lr": 2e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    (adamax, {"lr": 2e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
])
def test_defaults(rule, expected):
    given = inspect.signature(rule).parameters
    assert list(given)[:4] == ["theta", "g", "state", "lr"]
    assert {n: p.default for n, p in given.items() if p.default is not p.empty} == expected
    names = ["lr", "beta", "beta1", "beta2", "eps", "decay"]
    assert list(given)[3:] == [n for n in names if n in given]


# Closed forms


@pytest.mark.parametrize("x", [0.1, 0.5, 1.5, 1.9, 2.5])
def test_gradient_descent_on_a_quadratic_is_a_power(x):
    a, lr, start, theta = 4.0, x / 4, 3.0, 3.0
    for t in range(1, 60):
        theta, state = gradient_descent(theta, a * theta, (), lr)
        assert state == ()
        # per step: rounding lr (x), product (x), difference (|1 - x|), and as many in the power
        close(theta, start * (1 - x) ** t, t * (2 + 4 * x / abs(1 - x)))


def test_gradient_descent_is_there_in_one_step_when_lr_is_one_over_a():
    assert gradient_descent(3.0, 4 * 3.0, (), 0.25) == (0.0, ())


@heavy
@pytest.mark.parametrize("beta", BETAS)
def test_velocity_under_a_constant_gradient(rule, beta):
    for t, (step, (velocity,)) in enumerate(run(rule, [GRADIENTS] * 300, beta=beta), 1):
        expected = GRADIENTS * (1 - beta**t) / (1 - beta)
        close(velocity, expected, carried(beta))
        ahead = expected if rule is momentum else GRADIENTS + beta * expected
        close(step, 0.5 * ahead, carried(beta))


@heavy
@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_terminal_velocity(rule, beta):
    *_, (step, (velocity,)) = run(rule, [GRADIENTS] * 400, beta=beta)  # 0.9^400 < EPS
    close(velocity, GRADIENTS / (1 - beta), carried(beta))
    close(step, 0.5 * GRADIENTS / (1 - beta), carried(beta))


@pytest.mark.parametrize("beta2", BETAS)
@pytest.mark.parametrize("eps", [0, 1e-8, 1e-3, 10.0])
def test_rmsprop_under_a_constant_gradient(beta2, eps):
    for t, (step, (v,)) in enumerate(run(rmsprop, [GRADIENTS] * 300, beta2=beta2, eps=eps), 1):
        expected = GRADIENTS**2 * (1 - beta2**t)
        close(v, expected, carried(beta2))
        close(step, 0.5 * GRADIENTS / (np.sqrt(expected) + eps), carried(beta2))


@pytest.mark.parametrize("beta2", BETAS)
def test_the_first_step_of_rmsprop(beta2):
    (step, _), = run(rmsprop, [GRADIENTS], beta2=beta2, eps=0.25)
    close(step, 0.5 * GRADIENTS / (math.sqrt(1 - beta2) * np.abs(GRADIENTS) + 0.25), 8)


@pytest.mark.parametrize("eps", [0, 1e-8, 1e-3, 10.0])
@pytest.mark.parametrize("beta1, beta2", PAIRS)
def test_every_step_of_adam_is_the_same_under_a_constant_gradient(beta1, beta2, eps):
    numbers = {"beta1": beta1, "beta2": beta2, "eps": eps}
    expected = 0.5 * GRADIENTS / (np.abs(GRADIENTS) + eps)
    for t, (step, (m, v, count)) in enumerate(run(adam, [GRADIENTS] * 60, **numbers), 1):
        close(step, expected, carried(beta1, beta2))
        close(m, GRADIENTS * (1 - beta1**t), carried(beta1))
        close(v, GRADIENTS**2 * (1 - beta2**t), carried(beta2))
        assert count == t


@pytest.mark.parametrize("eps", [0, 1e-8, 1e-3, 10.0])
def test_adagrad_under_a_constant_gradient(eps):
    for t, (step, (s,)) in enumerate(run(adagrad, [GRADIENTS] * 300, eps=eps), 1):
        close(s, t * GRADIENTS**2, t)  # half a rounding for each of t sums and t squares
        close(step, 0.5 * GRADIENTS / (math.sqrt(t) * np.abs(GRADIENTS) + eps), t + 4)


@pytest.mark.parametrize("eps", [0, 1e-8, 1e-3, 10.0])
@pytest.mark.parametrize("beta1, beta2", PAIRS)
def test_the_kin_of_adam_under_a_constant_gradient(beta1, beta2, eps):
    """amsgrad as adam; adamax the same with u = |g|; nadam longer, and less so as t grows."""
    numbers = {"beta1": beta1, "beta2": beta2, "eps": eps}
    size, few = np.abs(GRADIENTS), carried(beta1, beta2)
    runs = zip(*(run(rule, [GRADIENTS] * 60, **numbers) for rule in (amsgrad, nadam, adamax)))
    for t, ((ams, (m, v, v_max, n)), (nad, state), (ada, (_, u, _))) in enumerate(runs, 1):
        close(ams, 0.5 * GRADIENTS / (size + eps), few)
        close(v_max, GRADIENTS**2 * (1 - beta2**t), carried(beta2))
        longer = beta1 * (1 - beta1**t) / (1 - beta1 ** (t + 1)) + (1 - beta1) / (1 - beta1**t)
        close(nad, 0.5 * longer * GRADIENTS / (size + eps), 2 * few)
        assert longer >= 1
        assert np.array_equal(u, size)
        close(ada, 0.5 * GRADIENTS / (size + eps), few)
        assert n == t and same((0.0, (m, v, n)), (0.0, state))


@pytest.mark.parametrize("lr, decay", [(0.5, 0.01), (1e-3, 0.5), (0.25, 2.0)])
def test_adamw_without_gradients_is_a_power(lr, decay):
    theta, state = 3.0, START[adamw]
    for t in range(1, 60):
        theta, state = adamw(theta, 0.0, state, lr, decay=decay)
        # a step: product (half), and 1 - lr * decay, whose two halves count 1 / (1 - lr * decay) at most
        close(theta, 3.0 * (1 - lr * decay) ** t, 4 * t)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_adamw_under_a_constant_gradient_goes_to_one_over_decay(scale):
    """Whatever the scale of the gradient: the decay stands outside of the ratio."""
    lr, decay, theta, state = 0.05, 0.5, 3.0, START[adamw]
    for t in range(1, 200):
        theta, state = adamw(theta, scale, state, lr, eps=0, decay=decay)
        expected = -1 / decay + (3.0 + 1 / decay) * (1 - lr * decay) ** t
        close(theta, expected, t * carried(0.9, 0.999), 3.0)  # a step of lr errs by carried() * lr


@pytest.mark.parametrize("beta", BETAS)
def test_bias_correction_gives_a_constant_back(beta):
    average = 0.0
    for t in range(1, 300):
        average = beta * average + (1 - beta) * GRADIENTS
        close(bias_correction(average, beta, t), GRADIENTS, carried(beta))


@pytest.mark.parametrize("beta1, beta2", PAIRS)
def test_bias_correction_is_a_weighted_mean(beta1, beta2):
    """One unit impulse a step, each in a coordinate of its own, shows the weights."""
    for t, (_, (m, v, _)) in enumerate(run(adam, np.eye(50), beta1=beta1, beta2=beta2), 1):
        for average, beta in ((m, beta1), (v, beta2)):
            weights = bias_correction(average, beta, t)
            assert np.all(weights[:t] >= 0) and np.all(weights[t:] == 0)
            close(weights.sum(), 1.0, carried(beta) + 50)
            close(weights[t - 1], (1 - beta) / (1 - beta**t), carried(beta))


@pytest.mark.parametrize("eps", [0, 1e-8, 0.1])
@pytest.mark.parametrize("beta2", BETAS)
def test_adam_with_beta1_zero_is_rmsprop_with_bias_correction(beta2, eps):
    stream = np.random.default_rng(0).normal(size=(60, 4))
    ours = run(adam, stream, beta1=0, beta2=beta2, eps=eps)
    other = run(rmsprop, stream, beta2=beta2)
    for t, (g, (step, _), (_, (v,))) in enumerate(zip(stream, ours, other), 1):
        expected = 0.5 * g / (np.sqrt(v / (1 - beta2**t)) + eps)
        assert np.array_equal(step, expected)  # the same operations, the same bits


# Bounds


def largest(beta1, beta2, t):
    """The largest Adam step after t gradients, over lr, and the stream that makes it.

    Cauchy and Schwarz: sum w g <= sqrt(sum w^2/u) sqrt(sum u g^2), equal at g = w/u,
    with w and u the weights of the gradients in m_hat and v_hat.
    """
    age = np.arange(t)[::-1]
    w = (1 - beta1) * beta1**age / (1 - beta1**t)
    u = (1 - beta2) * beta2**age / (1 - beta2**t)
    return np.sqrt(np.sum(w**2 / u)), w / u


@pytest.mark.parametrize("beta1, beta2", [(0.9, 0.999), (0.5, 0.9), (0.9, 0.9), (0.1, 0.999)])
def test_the_largest_step_of_adam_is_reached_and_not_passed(beta1, beta2):
    numbers = {"beta1": beta1, "beta2": beta2, "eps": 0}
    for t in (1, 2, 10, 80):
        bound, stream = largest(beta1, beta2, t)
        *_, (step, _) = run(adam, stream, **numbers)
        close(step, 0.5 * bound, carried(beta1, beta2) + t)
    for seed in range(5):
        stream = np.random.default_rng(seed).standard_cauchy(80)
        for t, (step, _) in enumerate(run(adam, stream, **numbers), 1):
            assert abs(step) <= 0.5 * largest(beta1, beta2, t)[0] * (1 + 1e-12)


@random
@given(arrays(float, (20, 3), elements=st.floats(-1e6, 1e6)), st.sampled_from(BETAS))
def test_no_step_of_rmsprop_and_no_velocity_passes_its_bound(stream, beta):
    slack = 1 + carried(beta) * EPS
    for step, _ in run(rmsprop, stream, beta2=beta):
        assert np.all(np.abs(step) <= slack * 0.5 / math.sqrt(1 - beta))
    for rule in (momentum, nesterov):
        for step, (velocity,) in run(rule, stream, beta=beta):
            top = np.abs(stream).max(axis=0) / (1 - beta)
            assert np.all(np.abs(velocity) <= slack * top)
            assert np.all(np.abs(step) <= slack * 0.5 * top)


@random
@given(arrays(float, (20, 3), elements=st.floats(-1e6, 1e6)))
def test_a_step_of_adagrad_is_at_most_lr_and_all_of_them_at_most_the_sum_of_roots(stream):
    """s >= g^2 + the rest; a stream of growing gradients takes steps near lr every time."""
    for step, _ in run(adagrad, stream):
        assert np.all(np.abs(step) <= 0.5 * (1 + 8 * EPS))
    growing = 10.0 ** np.arange(10)
    for step, _ in run(adagrad, growing, eps=0):
        assert 0.99 * 0.5 < step <= 0.5


@pytest.mark.parametrize("beta1, beta2", [(0.9, 0.999), (0.5, 0.9), (0.0, 0.5)])
def test_the_largest_step_of_adamax_is_reached_and_not_passed(beta1, beta2):
    """|g_i| <= u / beta2^(t-i), so that m_hat / u is at most sum (1-b1) (b1/b2)^k / (1-b1^t)."""
    def bound(t):
        return 0.5 * (1 - beta1) / (1 - beta1**t) * np.sum((beta1 / beta2) ** np.arange(t))

    for t, (step, _) in enumerate(run(adamax, beta2 ** np.arange(80.0), beta1=beta1, beta2=beta2, eps=0), 1):
        close(step, bound(t), carried(beta1, beta2) + 4 * t)
    for seed in range(5):
        stream = np.random.default_rng(seed).standard_cauchy(80)
        for t, (step, _) in enumerate(run(adamax, stream, beta1=beta1, beta2=beta2), 1):
            assert abs(step) <= bound(t) * (1 + 1e-12)


@random
@given(arrays(float, (20, 3), elements=st.floats(-1e6, 1e6)))
def test_v_max_never_falls_and_is_the_largest_v(stream):
    numbers, largest_v = {"beta1": 0.5, "beta2": 0.3}, 0.0
    ours = run(amsgrad, stream, **numbers)
    for (_, (m, v, v_max, t)), (_, (m2, v2, t2)) in zip(ours, run(adam, stream, **numbers)):
        largest_v = np.where(v2 > largest_v, v2, largest_v)
        assert np.array_equal(m, m2) and np.array_equal(v, v2) and t == t2
        assert np.array_equal(v_max, largest_v)


@pytest.mark.parametrize("beta1, beta2", [(0.9, 0.999), (0.5, 0.3), (0.0, 0.9)])
def test_amsgrad_is_adam_as_long_as_v_grows_and_shorter_when_it_has_fallen(beta1, beta2):
    growing = np.random.default_rng(3).choice([-1.0, 1.0], 40) * 1.1 ** np.arange(40)
    numbers = {"beta1": beta1, "beta2": beta2}
    pairs = list(zip(run(amsgrad, [*growing, 0.0], **numbers), run(adam, [*growing, 0.0], **numbers)))
    for (step, (*_, v_max, _)), (other, (_, v, _)) in pairs[:-1]:
        assert step == other and v_max == v
    (step, (*_, v_max, _)), (other, (_, v, _)) = pairs[-1]
    assert v_max > v and (abs(step) < abs(other) or beta1 == step == other == 0)


# Other writings of the same algorithms


def past(weight, beta, gradients):
    """weight * sum of beta^(t-i) g_i over the whole stored history, no recursion."""
    t = len(gradients)
    return math.fsum(weight * beta ** (t - i) * g for i, g in enumerate(gradients, 1))


def summed(rule, history, beta=0.9, beta1=0.9, beta2=0.9, eps=0.01):
    """(step over lr, state) of a rule, from its stored gradients alone."""
    t, g, squares = len(history), history[-1], [g * g for g in history]
    if rule is gradient_descent:
        return g, ()
    if rule is momentum:
        return past(1, beta, history), (past(1, beta, history),)
    if rule is nesterov:
        return g + past(beta, beta, history), (past(1, beta, history),)
    if rule is adagrad:
        return g / (math.sqrt(math.fsum(squares)) + eps), (math.fsum(squares),)
    m, v = past(1 - beta1, beta1, history), past(1 - beta2, beta2, squares)
    if rule is rmsprop:
        return g / (math.sqrt(v) + eps), (v,)
    m_hat, v_hat = m / (1 - math.pow(beta1, t)), v / (1 - math.pow(beta2, t))
    if rule is adamax:
        u = max(beta2 ** (t - i) * abs(x) for i, x in enumerate(history, 1))
        return m_hat / (u + eps), (m, u, t)
    if rule is amsgrad:
        top = max(past(1 - beta2, beta2, squares[:i]) for i in range(1, t + 1))
        v_hat = top / (1 - math.pow(beta2, t))
        return m_hat / (math.sqrt(v_hat) + eps), (m, v, top, t)
    if rule is nadam:  # the m of the next step, as if its gradient were this one, each part corrected
        m_hat = m * beta1 / (1 - math.pow(beta1, t + 1)) + g * (1 - beta1) / (1 - math.pow(beta1, t))
    return m_hat / (math.sqrt(v_hat) + eps), (m, v, t)


@every_rule
@pytest.mark.parametrize("beta, beta1, beta2", [(0.9, 0.9, 0.999), (0.5, 0.0, 0.9), (0.99, 0.7, 0.5)])
def test_the_recursion_is_a_weighted_sum_over_all_gradients(rule, beta, beta1, beta2):
    stream = np.random.default_rng(1).normal(size=80).tolist()
    asked = {"beta": beta, "beta1": beta1, "beta2": beta2, "eps": 0.01}
    known = {n: x for n, x in asked.items() if n in inspect.signature(rule).parameters}
    for t, (step, state) in enumerate(run(rule, stream, **known), 1):
        expected, sums = summed(rule, stream[:t], **known)
        # three roundings a step, each at most one of the sum of the absolute terms
        size, sizes = summed(rule, [abs(g) for g in stream[:t]], **known)
        close(step, 0.5 * expected, 4 * t + carried(beta1, beta2), size)
        assert len(state) == len(sums)
        for ours, other, scale in zip(state, sums, sizes):
            close(ours, other, 4 * t, scale)


@pytest.mark.parametrize("beta1, beta2", [(0.9, 0.999), (0.5, 0.7), (0.99, 0.9)])
def test_nadam_is_the_algorithm_of_dozat_in_two_sequences(beta1, beta2):
    """x takes the gradient's part of a step, y the momentum's part that is yet to come.

    With Dozat's running products of mu, on a quadratic: the gradient is taken at y.
    """
    A, y, lr, eps = np.diag([1.0, 30.0]), np.array([3.0, -4.0]), 0.01, 1e-3
    m, n, product, theta, state = 0.0, 0.0, 1.0, y, START[nadam]
    for t in range(1, 101):
        g = A @ y
        product = product * beta1
        m = m + (1 - beta1) * (g - m)
        n = n + (1 - beta2) * (g * g - n)
        root = eps + (n / (1 - beta2**t)) ** 0.5
        x = y - lr * (1 - beta1) * g / (1 - product) / root
        y = x - lr * beta1 * m / (1 - product * beta1) / root
        theta, state = nadam(theta, A @ theta, state, lr, beta1, beta2, eps)
        # a step of some lr errs by carried() of itself, and the quadratic hands it on
        close(theta, y, 4 * t * carried(beta1, beta2), 4.0)


@pytest.mark.parametrize("beta2", [0.5, 0.9, 0.999])
def test_adamax_is_the_limit_of_higher_powers(beta2):
    """v of the p-th powers with beta2^p: its root lies between u (1 - beta2^p)^(1/p) and u t^(1/p)."""
    stream = np.random.default_rng(2).uniform(0.5, 2, 40)
    for p in (2.0, 16.0, 512.0):
        v = 0.0
        for t, (g, (_, (_, u, _))) in enumerate(zip(stream, run(adamax, stream, beta2=beta2)), 1):
            v = beta2**p * v + (1 - beta2**p) * g**p
            low, high = u * (1 - beta2**p) ** (1 / p), u * t ** (1 / p)
            # half a rounding a step in v, whose p-th root makes it smaller; p of them in the power
            assert low * (1 - 4 * t * EPS) <= v ** (1 / p) <= high * (1 + 4 * t * EPS)
    assert high / low < 1.02


def test_adamw_without_decay_is_adam_and_with_it_shrinks_theta_before_the_step():
    stream = np.random.default_rng(4).normal(size=(50, 3))
    one = other = shrunk = np.array([1.0, -2.0, 3.0])
    state, same_state, third = START[adamw], START[adam], START[adam]
    for g in stream:
        one, state = adamw(one, g, state, 0.1, 0.8, 0.9, 0.01, 0)
        other, same_state = adam(other, g, same_state, 0.1, 0.8, 0.9, 0.01)
        assert same((one, state), (other, same_state))
        apart, _ = adamw(shrunk, g, third, 0.1, 0.8, 0.9, 0.01, 0.3)
        step, third = adam(0.0, g, third, 0.1, 0.8, 0.9, 0.01)
        close(apart, 0.97 * shrunk + step, 4, np.abs(shrunk) + np.abs(step))
        shrunk = apart


def test_adamw_is_not_adam_with_an_l2_term():
    """The decay of a large gradient is as strong as that of a small one; L2 in the gradient's is not."""
    scales = np.array([0.01, 100.0])
    for signs in ([1, -1], [-1, 1]):
        theta = l2 = np.ones(2)
        state = other = START[adamw]
        for sign in signs * 50:
            theta, state = adamw(theta, sign * scales, state, 1e-3, decay=1.0)
            l2, other = adam(l2, sign * scales + l2, other, 1e-3)
        close(theta[0], theta[1], 1e-6 / EPS)  # eps / 0.01 = 1e-6 of the steps
        assert abs(l2[0] - l2[1]) > 0.05


A = np.array([[3.0, 1.0], [1.0, 2.0]])  # a quadratic 1/2 x'Ax; lr 0.1 and beta 0.8 converge


def path(rule, steps=100, lr=0.1, beta=0.8):
    """The points of a rule on the quadratic."""
    theta, state, points = np.array([3.0, -4.0]), START[rule], []
    for _ in range(steps):
        theta, state = rule(theta, A @ theta, state, lr, beta=beta)
        points.append(theta)
    return np.array(points)


def test_nesterov_is_the_look_ahead_of_the_textbook():
    """The gradient at theta - lr * beta * velocity; our theta is that look-ahead point."""
    at, velocity, points = np.array([3.0, -4.0]), 0.0, []
    for _ in range(100):
        velocity = 0.8 * velocity + A @ (at - 0.1 * 0.8 * velocity)
        at = at - 0.1 * velocity
        points.append(at - 0.1 * 0.8 * velocity)
    close(path(nesterov), np.array(points), 100, 4.0)  # a few roundings a step, damped


def test_nesterov_is_the_two_sequences_of_1983():
    """x from a gradient step at y, then y = x + beta * (x - x before)."""
    x = y = np.array([3.0, -4.0])
    points = []
    for _ in range(100):
        before, x = x, y - 0.1 * A @ y
        y = x + 0.8 * (x - before)
        points.append(y)
    close(path(nesterov), np.array(points), 100, 4.0)


def test_momentum_is_the_heavy_ball_of_1964():
    """theta - lr * gradient + beta * (theta - theta before), without a velocity."""
    before = at = np.array([3.0, -4.0])
    points = []
    for _ in range(100):
        before, at = at, at - 0.1 * A @ at + 0.8 * (at - before)
        points.append(at)
    close(path(momentum), np.array(points), 100, 4.0)


def test_momentum_and_nesterov_differ_when_beta_is_not_zero():
    assert np.array_equal(path(momentum, beta=0), path(nesterov, beta=0))
    assert not np.allclose(path(momentum), path(nesterov), rtol=0, atol=0.1)


@heavy
def test_beta_zero_is_gradient_descent(rule):
    for g in (GRADIENTS, -0.5 * GRADIENTS):
        theta, _ = rule(1.0, g, (7.0,), 0.3, beta=0)
        assert np.array_equal(theta, gradient_descent(1.0, g, (), 0.3)[0])


# Properties of every rule, over random input

numbers = st.floats(-1e6, 1e6, width=32)
shapes = array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
streams = shapes.flatmap(lambda s: arrays(float, (3, *s), elements=numbers))


def follow(rule, theta, gradients, state=None, lr=0.1):
    """Parameters and state after a stream of gradients."""
    state = START[rule] if state is None else state
    for g in gradients:
        theta, state = rule(theta, g, state, lr)
    return theta, state


def same(one, other):
    """Equal to the last bit, apart from the sign of a zero."""
    (theta, state), (theta2, state2) = one, other
    return len(state) == len(state2) and all(
        np.shape(x) == np.shape(y) and np.array_equal(x, y)
        for x, y in zip((theta, *state), (theta2, *state2))
    )


def parted(rule, state, change):
    """The state with a change made to what follows the gradient: velocity and m, not v."""
    signed = 0 if rule in (gradient_descent, adagrad, rmsprop) else 1
    return tuple(change(x) if i < signed else x for i, x in enumerate(state))


@every_rule
@random
@given(streams)
def test_the_shape_is_kept_and_the_scalar_start_fits_it(rule, stream):
    theta, state = follow(rule, np.ones(stream.shape[1:]), stream)
    assert np.shape(theta) == stream.shape[1:] and np.asarray(theta).dtype == float
    assert isinstance(state, tuple) and len(state) == len(START[rule])
    for item, start in zip(state, START[rule]):
        assert np.shape(item) == (() if type(start) is int else stream.shape[1:])
    full = tuple(np.zeros(stream.shape[1:]) if type(x) is float else x for x in START[rule])
    assert same((theta, state), follow(rule, np.ones(stream.shape[1:]), stream, full))


@every_rule
@random
@given(streams)
def test_nothing_is_changed_in_place(rule, stream):
    theta, (first, *rest) = np.ones(stream.shape[1:]), stream
    before = follow(rule, theta, [first])
    frozen = pickle.dumps((theta, stream, before))
    follow(rule, *before[:1], rest, before[1])
    follow(rule, theta, stream)
    assert pickle.dumps((theta, stream, before)) == frozen
    assert START[rule] == STARTS[rule]


@every_rule
@random
@given(streams)
def test_a_mirrored_problem_has_the_mirrored_path(rule, stream):
    theta, state = follow(rule, np.full(stream.shape[1:], 2.0), stream)
    mirrored = follow(rule, np.full(stream.shape[1:], -2.0), -stream)
    assert same(mirrored, (-theta, parted(rule, state, np.negative)))


@random
@given(streams, numbers)
def test_adamw_depends_on_where_theta_is_by_its_share_of_decay_alone(stream, theta):
    (first, *_) = stream
    step, state = adam(0.0, first, START[adam], 0.1)
    assert same(adamw(theta, first, START[adamw], 0.1), (theta * (1 - 0.1 * 0.01) + step, state))


@every_rule
@random
@given(arrays(float, (3, 4), elements=numbers), st.permutations(range(4)))
def test_coordinates_do_not_see_each_other(rule, stream, order):
    theta = np.array([1.0, -2.0, 0.0, 4.0])
    new, state = follow(rule, theta, stream)
    turned = tuple(x[order] if np.ndim(x) else x for x in state)
    assert same(follow(rule, theta[order], stream[:, order]), (new[order], turned))
    alone = [follow(rule, theta[i], stream[:, i])[0] for i in range(4)]
    assert np.array_equal(new, alone)


@every_rule
@random
@given(streams)
def test_a_saved_state_continues_bit_for_bit(rule, stream):
    theta = np.ones(stream.shape[1:])
    saved = pickle.dumps(follow(rule, theta, stream[:1]))
    new, state = pickle.loads(saved)
    assert same(follow(rule, new, stream[1:], state), follow(rule, theta, stream))


@pytest.mark.parametrize("rule", [rule for rule in START if rule is not adamw])
@random
@given(streams, numbers)
def test_the_step_does_not_depend_on_where_theta_is(rule, stream, theta):
    (first, *_) = stream
    step, state = rule(0.0, first, START[rule], 0.1)
    assert same(rule(theta, first, START[rule], 0.1), (theta + step, state))


@every_rule
@random
@given(streams)
def test_the_step_is_proportional_to_lr_and_the_state_does_not_know_it(rule, stream):
    """From 0, where adamw has nothing to shrink; elsewhere its decay is too, but not its theta."""
    for (step, state), (twice, same_state) in zip(run(rule, stream, lr=0.1), run(rule, stream, lr=0.2)):
        assert same((2 * step, state), (twice, same_state))  # a factor 2 rounds nothing


@every_rule
@random
@given(streams)
def test_the_first_step_goes_against_the_gradient_and_nowhere_where_it_is_zero(rule, stream):
    (step, _), *_ = run(rule, stream)
    assert np.array_equal(np.sign(step), np.sign(stream[0]))


@adaptive
@random
@given(streams, st.integers(-20, 20))
def test_the_unit_of_the_loss_does_not_matter_when_eps_is_zero(rule, stream, power):
    stream = stream + (stream == 0)  # 0/0 has no value
    scaled = run(rule, 2.0**power * stream, eps=0)  # a power of 2 rounds nothing
    for (step, _), (other, _) in zip(run(rule, stream, eps=0), scaled):
        assert np.array_equal(step, other)


@pytest.mark.parametrize("rule", [gradient_descent, momentum, nesterov])
@random
@given(streams, st.integers(-20, 20))
def test_the_others_follow_the_unit_of_the_loss(rule, stream, power):
    scaled = run(rule, 2.0**power * stream)
    for (step, _), (other, _) in zip(run(rule, stream), scaled):
        assert np.array_equal(2.0**power * step, other)


@every_rule
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_is_kept(rule, dtype):
    stream = np.array([[1.0, -2.0], [0.5, 4.0], [3.0, 1.0]], dtype)
    for theta in (np.ones(2, dtype), np.ones(2, dtype)[0]):
        new, state = follow(rule, theta, stream if np.ndim(theta) else stream[:, 0])
        kept = [x for x, start in zip(state, START[rule]) if type(start) is float]
        assert [np.asarray(x).dtype for x in (new, *kept)] == [dtype] * (1 + len(kept))
        assert np.shape(new) == np.shape(theta)


@every_rule
def test_what_is_not_finite_travels_on(rule):
    for bad in (np.nan, np.inf):
        with np.errstate(invalid="ignore"):
            theta, _ = follow(rule, np.zeros(2), [np.array([1.0, bad])])
        assert np.isfinite(theta[0]) and not np.isfinite(theta[1])
