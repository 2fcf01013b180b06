"""The reference page of AdaMax."""

from functools import partial
from math import log

import numpy as np

from mhat.forms import adamax_eps_inside
from mhat.optimizers import Adam, AdaMax
from mhat.rules import adam, adamax
from snippets.reference.amsgrad import SIZE, after_spike, draw_spike
from snippets.shared import tables
from snippets.shared.race import answer, draw_answers

# --8<-- [start:read]
theta, state = 3.0, (0.0, 0.0, 0)
for _ in range(500):
    theta, state = adamax(theta, theta, state, lr=0.1)
assert abs(theta) < 1e-3
# --8<-- [end:read]

# --8<-- [start:use]
target = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
theta = np.zeros_like(target)
optimizer = AdaMax(theta, lr=0.1)
for _ in range(500):
    optimizer.step(theta - target)
assert np.abs(theta - target).max() < 1e-3
assert theta.dtype == "float32"
# --8<-- [end:use]

# --8<-- [start:bound]
theta, state = 0.0, (0.0, 0.0, 0)
steps = []
for t in range(300):
    new, state = adamax(theta, 0.999**t, state, lr=1.0)
    steps.append(theta - new)
    theta = new
top = 0.1 * 0.999 / (0.999 - 0.9)
assert steps[1] > 1 and max(steps) < top
assert np.isclose(max(steps), top)
# --8<-- [end:bound]

# --8<-- [start:spike]
jump = {}
for kind in (Adam, AdaMax):
    theta = np.zeros(1)
    optimizer = kind(theta, lr=1.0)
    for _ in range(5000):
        optimizer.step(np.ones(1))
    before = theta.copy()
    optimizer.step(np.array([100.0]))
    jump[kind.__name__] = (before - theta)[0]
assert np.isclose(jump["AdaMax"], 0.1 + 0.9 / 100)
assert jump["Adam"] > 3
# --8<-- [end:spike]

dip = after_spike(adamax).min()
back_after = log(SIZE) / -log(AdaMax.defaults["beta2"])
excess = 100 * (top - 1)
averaged = (0.9 + 0.1 * SIZE) / (0.999 + 0.001 * SIZE)
noise = np.random.default_rng(0).normal(size=(4000, 20))
rms = {rule: np.sqrt((answer(rule, noise, lr=1.0)[2000:] ** 2).mean(axis=0)) for rule in (adam, adamax)}
noisy = np.sort(rms[adamax] / rms[adam])
corrected_first = 1 - AdaMax.defaults["beta2"]

figure_steps = partial(draw_answers, rule=adamax, colour="adam")
figure_forgets = partial(draw_spike, rule=adamax, name="AdaMax", at=(3, 0.02), low=0.007)
# --8<-- [start:kept]
kept = []
for rule in (adamax, adamax_eps_inside):
    theta, state = 0.0, (0.0, 0.0, 0)
    for g in (3.0, 0.0):
        theta, state = rule(theta, g, state, lr=1.0, eps=1.0)
    kept.append(state[1])
assert np.allclose(kept, [0.999 * 3, 0.999 * (3 + 1)])
# --8<-- [end:kept]

table, entries = (partial(part, "adamax") for part in (tables.of_variants, tables.entries))
count = tables.count("adamax")
