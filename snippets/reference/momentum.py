"""The reference page of momentum."""

from functools import partial

import numpy as np

from mhat.optimizers import Momentum
from mhat.rules import momentum
from snippets.shared.race import draw_answers

# --8<-- [start:read]
theta, state = 3.0, (0.0,)
for _ in range(500):
    theta, state = momentum(theta, theta, state, lr=0.1)
assert abs(theta) < 1e-3
# --8<-- [end:read]

# --8<-- [start:terminal]
def steps(beta, lr, count):
    """Return the steps under a gradient that is always 1."""
    theta, state, path = 0.0, (0.0,), [0.0]
    for _ in range(count):
        theta, state = momentum(theta, 1.0, state, lr, beta)
        path.append(theta)
    return -np.diff(path)


usual, longer = steps(0.9, 1.0, 4000), steps(0.99, 0.1, 4000)
assert usual[0] == 1.0 and abs(usual[-1] - 10) < 1e-9
assert abs(longer[0] - 0.1) < 1e-9 and abs(longer[-1] - 10) < 1e-9
ready = [1 + int(np.argmax(s >= 9)) for s in (usual, longer)]
assert ready == [22, 230]
# --8<-- [end:terminal]

# --8<-- [start:use]
target = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
theta = np.zeros_like(target)
optimizer = Momentum(theta, lr=0.1)
for _ in range(500):
    optimizer.step(theta - target)
assert np.abs(theta - target).max() < 1e-3
assert theta.dtype == "float32"
# --8<-- [end:use]

# --8<-- [start:restart]
def next_step(optimizer):
    """Return the length of one more step under a gradient of 1."""
    before = optimizer.params["theta"].copy()
    optimizer.step(np.ones(1))
    return (before - optimizer.params["theta"]).item()


optimizer = Momentum(np.zeros(1), lr=1.0)
for _ in range(100):
    optimizer.step(np.ones(1))
again = Momentum(np.zeros(1), lr=1.0)
lost = next_step(again)
again.load_state_dict(optimizer.state_dict())
kept = next_step(again)
assert lost == 1.0 and abs(kept - 10) < 1e-3
# --8<-- [end:restart]

no_swing = (1 - 0.9**0.5) ** 2  # of lr times the curvature: up to here both roots of the walk are real
enough = ((1 + 0.9**0.5) / (1 - 0.9**0.5)) ** 2  # the condition number that 0.9 is best for

figure_steps = partial(draw_answers, rule=momentum, colour="momentum")
