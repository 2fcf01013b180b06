"""The reference page of Adam."""

from functools import partial

import numpy as np

from mhat.optimizers import Adam
from mhat.rules import adam
from snippets.shared.race import draw_answers

# --8<-- [start:read]
theta, state = 3.0, (0.0, 0.0, 0)
for _ in range(500):
    theta, state = adam(theta, theta, state, lr=0.1)
assert abs(theta) < 1e-3
# --8<-- [end:read]

# --8<-- [start:use]
target = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
theta = np.zeros_like(target)
optimizer = Adam(theta, lr=0.1)
for _ in range(500):
    optimizer.step(theta - target)
assert np.abs(theta - target).max() < 1e-3
assert theta.dtype == "float32"
# --8<-- [end:use]

# --8<-- [start:save]
copy, saved = theta.copy(), optimizer.state_dict()
optimizer.step(theta - target)
again = Adam(copy)
again.load_state_dict(saved)
again.step(copy - target)
assert np.array_equal(copy, theta) and again.lr == 0.1
# --8<-- [end:save]

figure_steps = partial(draw_answers, rule=adam, colour="adam")
