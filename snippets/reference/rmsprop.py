"""The reference page of RMSProp."""

from functools import partial

import numpy as np

from mhat.optimizers import RMSProp
from mhat.rules import rmsprop
from snippets.shared.race import STREAMS, answer, draw_answers

# --8<-- [start:read]
theta, state = 3.0, (0.0,)
for t in range(500):
    theta, state = rmsprop(theta, theta, state, lr=0.1 * 0.98**t)
assert abs(theta) < 1e-3
# --8<-- [end:read]

# --8<-- [start:first]
def first_step(beta2):
    """Return the first step in learning rates, for a gradient of -7."""
    theta, state = rmsprop(0.0, -7.0, (0.0,), lr=1.0, beta2=beta2)
    return theta


firsts = [first_step(beta2) for beta2 in (0.9, 0.99, 0.999)]
expected = [10**0.5, 10.0, 1000**0.5]
assert np.allclose(firsts, expected, rtol=1e-7)
# --8<-- [end:first]

# --8<-- [start:use]
target = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
theta = np.zeros_like(target)
optimizer = RMSProp(theta, lr=0.1)
for _ in range(500):
    optimizer.step(theta - target)
    optimizer.lr *= 0.98
assert np.abs(theta - target).max() < 1e-3
assert theta.dtype == "float32"
# --8<-- [end:use]

# --8<-- [start:rest]
scales = np.array([1.0, 100.0])
theta = np.ones(2)
optimizer = RMSProp(theta, lr=0.01)
for _ in range(2000):
    optimizer.step(scales * theta)
hover = np.abs(theta).max()
assert np.allclose(np.abs(theta), 0.005, rtol=1e-3)

for _ in range(2000):
    optimizer.lr *= 0.995
    optimizer.step(scales * theta)
rest = np.abs(theta).max()
assert rest < 1e-6
# --8<-- [end:rest]



def spread_of(count=20_000, lr=0.01):
    """The standard deviation of theta in learning rates, on theta^2 / 2 with noise of 1 in the gradient."""
    theta, state, seen = 0.0, (0.0,), []
    for noise in np.random.default_rng(0).normal(size=count):
        theta, state = rmsprop(theta, theta + noise, state, lr)
        seen.append(theta)
    return np.std(seen) / lr


spread = spread_of()
constant = answer(rmsprop, STREAMS["constant"])
figure_steps = partial(draw_answers, rule=rmsprop, colour="rmsprop")
