"""What the page exercises runs: the answers. The line that a reader is to find is the one that the page exchanges."""

import numpy as np

from mhat.rules import adam, gradient_descent, momentum, rmsprop
from snippets.shared.typeset import upward

# Gradient descent

# --8<-- [start:doubling]
lr = 0.3
theta = np.array([-10.0, 3.0])
for _ in range(3):
    g = np.array([1.0, 10.0]) * theta
    theta, _ = gradient_descent(theta, g, (), lr)

assert round(theta[1], 6) == -24
# --8<-- [end:doubling]

# --8<-- [start:own_rates]
curvature = np.array([1.0, 10.0])
lr = 1 / curvature
theta = np.array([-10.0, 3.0])
theta, _ = gradient_descent(theta, curvature * theta, (), lr)

assert np.abs(theta).max() < 1e-12
# --8<-- [end:own_rates]


# --8<-- [start:one_rate]
def steps_to_millionth(lr, kappa=40.0, most=2000):
    theta, steps = np.ones(2), 0
    while np.abs(theta).max() > 1e-6 and steps < most:
        g = np.array([1.0, kappa]) * theta
        theta, _ = gradient_descent(theta, g, (), lr)
        steps += 1
    return steps


lr = 2 / (40 + 1)
steps = steps_to_millionth(lr)

assert steps <= 300
# --8<-- [end:one_rate]

rate = {"best": steps, "begun": steps_to_millionth(1 / 40), "limit": 2 / 40}

# Momentum

# --8<-- [start:keeps]
beta = 0.65 ** (1 / 50)
kept = 1.0
for _ in range(50):
    kept = beta * kept

assert 0.645 < kept < 0.655
# --8<-- [end:keeps]

keeps = {"beta": beta, "usual": 0.9**50, "share": kept}


# --8<-- [start:critical]
beta = (1 - np.sqrt(0.04)) ** 2
theta, state, path = 1.0, (0.0,), []
for _ in range(150):
    theta, state = momentum(theta, theta, state, 0.04, beta)
    path.append(theta)

assert min(path) >= 0
assert path[79] < 1e-6
# --8<-- [end:critical]

critical = {"beta": beta, "left": path[79], "root": np.sqrt(beta)}

# --8<-- [start:same_path]
lr, beta = 0.1, 0.9
lr_average = lr / (1 - beta)
u, average, steps, steps_average = 0.0, 0.0, [], []
for g in (1.0, -2.0, 0.5, 3.0):
    u = beta * u + g
    average = beta * average + (1 - beta) * g
    steps.append(lr * u)
    steps_average.append(lr_average * average)

assert np.allclose(steps_average, steps)
# --8<-- [end:same_path]

same_path = lr_average / lr

# RMSProp

# --8<-- [start:first_step]
lr = 0.01 * np.sqrt(1 - 0.99)
theta, _ = rmsprop(0.0, 250.0, (0.0,), lr, beta2=0.99)

assert round(theta, 6) == -0.01
# --8<-- [end:first_step]

first_step = 1 / np.sqrt(1 - 0.99)

# --8<-- [start:recovers]
beta2 = 0.5
state = (1.0,)
for _ in range(20):
    theta, state = rmsprop(0.0, 0.01, state, 1.0, beta2)

assert -theta > 0.9
# --8<-- [end:recovers]


def step_after_20(beta2):
    """The step over lr, 20 steps after the gradient has fallen to a hundredth."""
    state = (1.0,)
    for _ in range(20):
        theta, state = rmsprop(0.0, 0.01, state, 1.0, beta2)
    return -theta


recovers = {"begun": step_after_20(0.9), "half": np.log(0.5) / np.log(0.9)}

# --8<-- [start:louder]
eps = 1024 * 1e-6
plain, _ = rmsprop(0.0, 3e-6, (0.0,), 0.01, eps=1e-6)
louder, _ = rmsprop(0.0, 1024 * 3e-6, (0.0,), 0.01, eps=eps)

assert louder == plain
# --8<-- [end:louder]

# Adam

# --8<-- [start:root]
m, v, steps = 0.0, 0.0, []
for t in range(1, 101):
    m = 0.9 * m + 0.1 * 10.0
    v = 0.999 * v + 0.001 * 10.0**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    step = m_hat / (np.sqrt(v_hat) + 1e-8)
    steps.append(step)

assert np.allclose(steps, 1)
# --8<-- [end:root]

# --8<-- [start:sign]
beta1, beta2 = 0.0, 0.0
state, steps = (0.0, 0.0, 0), []
for g in (1e-3, -40.0, 7.0):
    theta, state = adam(0.0, g, state, 1.0, beta1, beta2, eps=0)
    steps.append(-theta)

assert np.allclose(steps, [1, -1, 1])
# --8<-- [end:sign]

# --8<-- [start:longest]
gradients = [0.0] * 4999 + [1.0]
state = (0.0, 0.0, 0)
for g in gradients:
    theta, state = adam(0.0, g, state, lr=1.0)

assert -theta > 3
# --8<-- [end:longest]

longest = {"reached": -theta, "bound": upward(0.1 / np.sqrt(0.001), 3)}

# Bias correction

# --8<-- [start:m_hat]
m, seen = 0.0, []
for t in range(1, 11):
    m = 0.9 * m + 0.1 * 5.0
    m_hat = m / (1 - 0.9**t)
    seen.append(m_hat)

assert np.allclose(seen, 5)
# --8<-- [end:m_hat]

# --8<-- [start:faded]
t = int(np.ceil(np.log(1 - 1 / 1.01) / np.log(0.999)))
before, now = 1 / (1 - 0.999 ** (t - 1)), 1 / (1 - 0.999**t)

assert now <= 1.01 < before
# --8<-- [end:faded]

faded = {"t": t, "thousand": 1 / (1 - 0.999**1000)}

# --8<-- [start:lr_t]
lr, m, v, t = 0.001, 0.4, 0.02, 10
lr_t = lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
paper, folded = lr * m_hat / np.sqrt(v_hat), lr_t * m / np.sqrt(v)

assert round(folded / paper, 6) == 1
# --8<-- [end:lr_t]

lr_t_at = {t: np.sqrt(1 - 0.999**t) / (1 - 0.9**t) for t in (1, 10, 1000)}

# Learning rate


# --8<-- [start:arrives]
lr = 0.1
theta, state = 5.0, (0.0, 0.0, 0)
for _ in range(100):
    theta, state = adam(theta, theta, state, lr)

assert abs(theta) < 0.5
# --8<-- [end:arrives]


def left_after_100(lr):
    """Where 100 steps of Adam lead from 5 on ½θ²."""
    theta, state = 5.0, (0.0, 0.0, 0)
    for _ in range(100):
        theta, state = adam(theta, theta, state, lr)
    return theta


arrives = {"begun": left_after_100(0.001), "found": theta}

# --8<-- [start:warm_up]
lr, rates = 0.02, []
for t in range(1, 21):
    lr_t = lr * min(1, t / 10)
    rates.append(lr_t)

assert np.allclose(rates[:10], lr * np.arange(1, 11) / 10)
assert np.allclose(rates[10:], lr)
# --8<-- [end:warm_up]

# --8<-- [start:settles]
rng = np.random.default_rng(0)
theta, state, path = 1.0, (0.0, 0.0, 0), []
for t in range(1, 2001):
    lr_t = 0.1 / np.sqrt(t)
    g = theta + rng.normal()
    theta, state = adam(theta, g, state, lr_t)
    path.append(theta)
left = np.sqrt(np.mean(np.square(path[-500:])))

assert left < 0.05
# --8<-- [end:settles]


def left_at(rate):
    """What the same run leaves at another rate."""
    rng, theta, state, path = np.random.default_rng(0), 1.0, (0.0, 0.0, 0), []
    for t in range(1, 2001):
        theta, state = adam(theta, theta + rng.normal(), state, rate(t))
        path.append(theta)
    return np.sqrt(np.mean(np.square(path[-500:])))


settles = {"begun": left_at(lambda t: 0.1), "found": left, "tenth": left_at(lambda t: 0.01)}

# Epsilon

# --8<-- [start:half]
g = 1e-8
theta, _ = adam(0.0, g, (0.0, 0.0, 0), lr=1.0, eps=1e-8)

assert round(theta, 6) == -0.5
# --8<-- [end:half]

# --8<-- [start:eps_hat]
eps = 1e-4
eps_hat = eps * np.sqrt(1 - 0.999)
m, v, m_hat, v_hat = 0.1 * 0.002, 0.001 * 0.002**2, 0.002, 0.002**2
paper = m_hat / (np.sqrt(v_hat) + eps)
lr_t = np.sqrt(1 - 0.999) / (1 - 0.9)
other = lr_t * m / (np.sqrt(v) + eps_hat)

assert round(other / paper, 6) == 1
# --8<-- [end:eps_hat]

eps_hat_times = eps / eps_hat
eps_hat_begun = lr_t * m / (np.sqrt(v) + eps) / paper

# --8<-- [start:float16]
half = np.float16
eps = 1e-3
theta, g = np.zeros(1, half), np.full(1, 0.001, half)
with np.errstate(divide="ignore"):
    theta, _ = adam(theta, g, (0.0, 0.0, 0), lr=1.0, eps=eps)

assert abs(theta[0]) <= 1
# --8<-- [end:float16]


def first_in_float16(eps):
    """The first step over lr under a gradient of 0.001."""
    return float(-adam(np.zeros(1, half), np.full(1, 0.001, half), (0.0, 0.0, 0), lr=1.0, eps=eps)[0][0])


float16 = {eps: first_in_float16(eps) for eps in (1e-3, 1e-4)}

# Real data

# --8<-- [start:slope]
def loss(theta):
    return np.log(1 + np.exp(-theta))


theta, h = 0.7, 2.0**-17
slope = (loss(theta + h) - loss(theta - h)) / (2 * h)
exact = -1 / (1 + np.exp(theta))

assert abs(slope - exact) < 1e-10
# --8<-- [end:slope]

off = {
    "both": abs(slope - exact),
    "one": abs((loss(theta + h) - loss(theta)) / h - exact),
}

# --8<-- [start:summed]
lr = 0.5 / 64
averaged, summed = np.ones(2), np.ones(2)
pull = np.array([0.3, 1.0])
for _ in range(20):
    averaged, _ = gradient_descent(averaged, pull * averaged, (), 0.5)
    summed, _ = gradient_descent(summed, 64 * pull * summed, (), lr)

assert np.allclose(summed, averaged)
# --8<-- [end:summed]

# --8<-- [start:best_rate]
rates, losses = [0.01, 0.1, 0.5, 3.0, 30.0], []
for lr in rates:
    theta = 1.0
    for _ in range(20):
        with np.errstate(over="ignore", invalid="ignore"):
            g = np.float64(theta) ** 3
            theta, _ = gradient_descent(theta, g, (), lr)
    losses.append(theta**4 / 4)

best = rates[np.nanargmin(losses)]

assert best == 0.5
# --8<-- [end:best_rate]

# Limits

# --8<-- [start:wrong_way]
beta2 = 0.999
x, state = 0.0, (0.0, 0.0, 0)
for t in range(1, 3001):
    g = 3.0 if t % 3 == 1 else -1.0
    x, state = adam(x, g, state, 0.1 / np.sqrt(t), 0.0, beta2)
    x = min(max(x, -1.0), 1.0)

assert x < -0.9
# --8<-- [end:wrong_way]

# --8<-- [start:outlier]
state = (1.0, 1.0, 100_000)
for g in [1000.0] + [1.0] * 100:
    used = min(g, 1.0)
    theta, state = adam(0.0, used, state, lr=1.0)

assert -theta > 0.9
# --8<-- [end:outlier]

outlier = {"clipped": -theta}

# --8<-- [start:stays]
eps = 0.01
theta, state, path = 1.0, (0.0, 0.0, 0), []
for _ in range(12_000):
    theta, state = adam(theta, theta, state, lr=0.1, eps=eps)
    path.append(abs(theta))
back = max(path[2000:])

assert back < 0.001
# --8<-- [end:stays]
