"""The reference page of AdaGrad."""

from functools import partial

import numpy as np

from mhat.forms import adagrad_eps_inside
from mhat.optimizers import AdaGrad
from mhat.rules import adagrad
from snippets.shared import tables
from snippets.shared.race import STREAMS, answer, draw_answers

# --8<-- [start:read]
theta, state = 3.0, (0.0,)
for _ in range(500):
    theta, state = adagrad(theta, theta, state, lr=1.0)
assert abs(theta) < 1e-3
# --8<-- [end:read]

# --8<-- [start:root]
theta, state, path = 0.0, (0.0,), [0.0]
for _ in range(1000):
    theta, state = adagrad(theta, 5.0, state, lr=1.0)
    path.append(theta)
steps = -np.diff(path)
assert np.allclose(steps, np.arange(1, 1001) ** -0.5, rtol=1e-8)
far = steps.sum()
assert 61.8 < far < 61.81
# --8<-- [end:root]

# --8<-- [start:use]
target = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
theta = np.zeros_like(target)
optimizer = AdaGrad(theta, lr=1.0)
for _ in range(500):
    optimizer.step(theta - target)
assert np.abs(theta - target).max() < 1e-3
assert theta.dtype == "float32"
# --8<-- [end:use]

# --8<-- [start:rare]
theta = np.zeros(2)
optimizer = AdaGrad(theta, lr=1.0)
for t in range(1, 10_001):
    before = theta.copy()
    optimizer.step(np.array([1.0, t % 100 == 0]))
often, rarely = before - theta
assert abs(often - 0.01) < 1e-6 and abs(rarely - 0.1) < 1e-6
# --8<-- [end:rare]

# --8<-- [start:start]
def first_step(start):
    """Return the first step under a gradient of 0.01."""
    theta = np.zeros(1)
    optimizer = AdaGrad(theta, lr=1.0)
    state = optimizer.state_dict()
    state["theta.s"] += start
    optimizer.load_state_dict(state)
    optimizer.step(np.full(1, 0.01))
    return -theta.item()


from_zero, from_tenth = first_step(0.0), first_step(0.1)
assert abs(from_zero - 1) < 1e-5 and from_tenth < 0.04
# --8<-- [end:start]

# --8<-- [start:inside]
theta, _ = adagrad_eps_inside(0.0, 0.01, (0.1,), lr=1.0)
assert np.isclose(-theta, from_tenth, rtol=1e-6)
# --8<-- [end:inside]

half_full = next(s for s in range(1, 5000) if np.float16(s) + np.float16(1) == np.float16(s))
constant, turn = (answer(adagrad, STREAMS[name]) for name in ("constant", "turn"))
figure_steps = partial(draw_answers, rule=adagrad, colour="patched")
table, entries = (partial(part, "adagrad") for part in (tables.of_variants, tables.entries))
count = tables.count("adagrad")
