"""The reference page of AdamW."""

from functools import partial
from math import ceil, log

import numpy as np

from mhat.optimizers import AdamW
from mhat.rules import adamw
from snippets.shared.race import answer, draw_answers

# --8<-- [start:read]
theta, state = 3.0, (0.0, 0.0, 0)
for _ in range(500):
    theta, state = adamw(theta, theta - 1, state, lr=0.1)
assert abs(theta - 1) < 0.01
# --8<-- [end:read]

# --8<-- [start:use]
target = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
theta = np.zeros_like(target)
optimizer = AdamW(theta, lr=0.1, decay=0.01)
for _ in range(1000):
    optimizer.step(theta - target)
assert np.abs(theta - target).max() < 0.05
assert theta.dtype == "float32"
# --8<-- [end:use]

# --8<-- [start:groups]
w, b = np.ones((3, 2)), np.ones(2)
shrinking = AdamW({"w": w}, lr=0.1, decay=0.1)
kept = AdamW({"b": b}, lr=0.1, decay=0)
for _ in range(10):
    shrinking.step({"w": np.zeros_like(w)})
    kept.step({"b": np.zeros_like(b)})
assert np.allclose(w, 0.99**10) and (b == 1).all()
# --8<-- [end:groups]

# --8<-- [start:sizes]
size = np.array([0.01, 1.0, 100.0])
theta = np.ones(3)
optimizer = AdamW(theta, lr=0.001, decay=0.1)
for t in range(10_000):
    optimizer.step(size * (-1) ** t)
assert np.allclose(theta, (1 - 0.0001) ** 10_000, atol=0.001)
# --8<-- [end:sizes]

shrunk = theta.min()

# --8<-- [start:bound]
theta = np.zeros(2)
optimizer = AdamW(theta, lr=0.1, decay=0.05)
for _ in range(4000):
    optimizer.step(np.array([-1.0, 1000.0]))
assert np.allclose(theta, [1 / 0.05, -1 / 0.05])
# --8<-- [end:bound]

limit = theta[0]
half_life = ceil(log(0.5) / log(1 - AdamW.defaults["lr"] * AdamW.defaults["decay"]))
hasty_half_life = ceil(log(0.5) / log(1 - AdamW.defaults["decay"]))
farthest = 1 / AdamW.defaults["decay"]
AT = 50.0
alone = -AdamW.defaults["decay"] * AT
together = answer(adamw, np.ones(1), AT)[0]

figure_steps = partial(draw_answers, rule=adamw, colour="adam", theta=AT)
