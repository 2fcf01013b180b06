"""The reference page of Nadam."""

from functools import partial

import numpy as np

from mhat.optimizers import Nadam
from mhat.rules import START, adam, nadam
from snippets.reference.amsgrad import after_spike
from snippets.shared import tables
from snippets.shared.race import STREAMS, answer, draw_answers

# --8<-- [start:read]
theta, state = 3.0, (0.0, 0.0, 0)
for _ in range(500):
    theta, state = nadam(theta, theta, state, lr=0.1)
assert abs(theta) < 1e-3
# --8<-- [end:read]

# --8<-- [start:use]
target = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
theta = np.zeros_like(target)
optimizer = Nadam(theta, lr=0.1)
for _ in range(500):
    optimizer.step(theta - target)
assert np.abs(theta - target).max() < 1e-3
assert theta.dtype == "float32"
# --8<-- [end:use]

# --8<-- [start:ahead]
theta = np.zeros(3)
optimizer = Nadam(theta, lr=1.0)
g = np.array([1e-3, 10.0, 1e4])
optimizer.step(g)
first = -theta[1]
assert np.allclose(theta, -(1 + 0.9 / 1.9), rtol=1e-4)
for _ in range(399):
    optimizer.step(g)
assert np.allclose(-theta - 400, 0.9, atol=0.005)
# --8<-- [end:ahead]

# --8<-- [start:schedule]
def scheduled_first(psi, beta1=0.9):
    mu, mu_next = (
        beta1 * (1 - 0.5 * 0.96 ** (psi * t)) for t in (1, 2)
    )
    return 1 + mu_next * (1 - beta1) / (1 - mu * mu_next)


pytorch, keras = scheduled_first(0.004), scheduled_first(1)
assert 1.05 < pytorch < keras < 1.07
assert np.isclose(scheduled_first(1e6), first, rtol=1e-6)
# --8<-- [end:schedule]

# --8<-- [start:threshold]
def far(a):
    theta, state = 1.0, (0.0, 0.0, 0)
    for _ in range(2000):
        theta, state = nadam(
            theta, theta, state, lr=a * 1e12, eps=1e12
        )
    return abs(theta)


limit = 2 * (1 + 0.9) / ((1 - 0.9) * (1 + 2 * 0.9))
assert far(0.99 * limit) < 1e-6 and far(1.01 * limit) > 1e6
# --8<-- [end:threshold]

minus_first, ratio = -first, 1 + 2 * 0.9


def ahead(m, m_t, g_t):
    """The look ahead over g = 1 with m corrected for m_t and g for g_t (inf: not at all)."""
    return 0.9 * m / (1 - 0.9**m_t) + 0.1 / (1 - 0.9**g_t)


first_same_t = ahead(0.1, 1, 1)
uncorrected_first = ahead(0.1, 2, np.inf)
second = ahead(0.19, 3, 2)
second_stored = ahead(0.9 * first + 0.1, 3, 2)


def ahead_of_adam(count):
    """How far Nadam is ahead of Adam after so many gradients of 1, in learning rates."""
    ends = []
    for rule in (nadam, adam):
        theta, state = 0.0, START[rule]
        for _ in range(count):
            theta, state = rule(theta, 1.0, state, 1.0)
        ends.append(theta)
    return ends[1] - ends[0]


lead = {count: ahead_of_adam(count) for count in (1, 10)}
turned = {rule.__name__: int(np.argmax(answer(rule, STREAMS["turn"]) > 0)) - 19 for rule in (adam, nadam)}
spike = {rule.__name__: after_spike(rule, 1)[0] for rule in (adam, nadam)}
RATES = 10 ** (np.arange(-24, 9) / 8)[:, None]


def valleys(kappa, seeds=20):
    """Starts and curvatures of valleys in ten parameters, each turned at random."""
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(seeds, 10, 10)))[0]
    return rng.normal(size=(seeds, 1, 10)), turn * np.geomspace(1, kappa, 10) @ turn.transpose(0, 2, 1)


def race(rule, kappa, budget=2000):
    """Fewest steps, over RATES, to come within 1e-3 of the bottom of each valley and stay for 50."""
    start, H = valleys(kappa)
    theta, state = start.repeat(len(RATES), axis=1), START[rule]
    stay, done = np.zeros(theta.shape[:2]), np.full(len(start), np.inf)
    for t in range(1, budget + 50):
        theta, state = rule(theta, theta @ H, state, RATES)
        stay = np.where(np.abs(theta).max(axis=2) < 1e-3, stay + 1, 0)
        done = np.where((stay.max(axis=1) >= 50) & (done == np.inf), t - 49, done)
        if done.max() < np.inf:
            break
    return done


shares = {kappa: np.sort(race(nadam, kappa) / race(adam, kappa)) for kappa in (10, 1000)}
median = {kappa: np.median(share) for kappa, share in shares.items()}

figure_steps = partial(draw_answers, rule=nadam, colour="adam")
table, entries = (partial(part, "nadam") for part in (tables.of_variants, tables.entries))
count = tables.count("nadam")
