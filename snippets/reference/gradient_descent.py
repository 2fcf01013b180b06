"""The reference page of gradient descent."""

from functools import partial

import numpy as np

from mhat.optimizers import GradientDescent
from mhat.rules import gradient_descent
from snippets.shared.race import draw_answers

# --8<-- [start:read]
theta, state = 3.0, ()
for _ in range(500):
    theta, state = gradient_descent(theta, theta, state, lr=0.1)
assert abs(theta) < 1e-3
# --8<-- [end:read]

# --8<-- [start:use]
target = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
theta = np.zeros_like(target)
optimizer = GradientDescent(theta, lr=0.1)
for _ in range(500):
    optimizer.step(theta - target)
assert np.abs(theta - target).max() < 1e-3
assert theta.dtype == "float32"
# --8<-- [end:use]

# --8<-- [start:limit]
def limit(gradient, theta, rounds=100, small=1e-3):
    """Return 2 / (the curvature largest in size), from gradients alone."""
    direction = np.random.default_rng(0).normal(size=theta.shape)
    for _ in range(rounds):
        direction /= np.linalg.norm(direction)
        ahead = gradient(theta + small * direction)
        direction = (ahead - gradient(theta)) / small
    return 2 / np.linalg.norm(direction)


valley = np.array([[2.0, 1.0], [1.0, 2.0]])
edge = limit(lambda x: valley @ x, np.zeros(2))
assert abs(edge - 2 / 3) < 1e-9
# --8<-- [end:limit]

# --8<-- [start:edge]
def left(lr, steps=100):
    """Return how far from the minimum a walk from (1, 1) ends."""
    theta = np.array([1.0, 1.0])
    optimizer = GradientDescent(theta, lr=lr)
    for _ in range(steps):
        optimizer.step(valley @ theta)
    return np.abs(theta).max()


below, above = left(0.99 * edge), left(1.01 * edge)
assert below < 0.14 and above > 7
# --8<-- [end:edge]

figure_steps = partial(draw_answers, rule=gradient_descent, colour="gd")
