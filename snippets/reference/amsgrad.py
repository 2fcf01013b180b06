"""The reference page of AMSGrad."""

from functools import partial

import numpy as np

from mhat.optimizers import Adam, AMSGrad
from mhat.rules import START, adam, amsgrad
from snippets.shared.drawing import curve, log_axis, panels, write
from snippets.shared.palette import LIGHT
from snippets.shared.race import STREAMS, answer, draw_answers
from snippets.shared.typeset import upward

# --8<-- [start:read]
theta, state = 3.0, (0.0, 0.0, 0.0, 0)
for _ in range(500):
    theta, state = amsgrad(theta, theta, state, lr=0.1)
assert abs(theta) < 1e-3
# --8<-- [end:read]

# --8<-- [start:use]
target = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
theta = np.zeros_like(target)
optimizer = AMSGrad(theta, lr=0.1)
for _ in range(500):
    optimizer.step(theta - target)
assert np.abs(theta - target).max() < 1e-3
assert theta.dtype == "float32"
# --8<-- [end:use]

# --8<-- [start:spike]
def last_step(optimizer, gs):
    theta = optimizer.params["theta"]
    for g in gs:
        before = theta.copy()
        optimizer.step(np.array([g]))
    return (before - theta)[0] / optimizer.lr


gs = np.ones(15_000)
gs[7000] = 100.0
forgot = last_step(Adam(np.zeros(1)), gs)
remembering = AMSGrad(np.zeros(1))
stays = last_step(remembering, gs)
full = np.sqrt(1 + 0.001 * (100**2 - 1))
assert 0.998 < forgot < 1
assert np.isclose(stays, 1 / full, rtol=1e-4)
# --8<-- [end:spike]

# --8<-- [start:forget]
state = remembering.state_dict()
state["theta.v_max"] = state["theta.v"]
remembering.load_state_dict(state)
again = last_step(remembering, np.ones(1))
assert 0.998 < again < 1
# --8<-- [end:forget]



def after_tens(count):
    """The step over lr that is left after so many tens, from the start, and 10,000 ones."""
    theta, state = 0.0, START[amsgrad]
    for g in [10.0] * count + [1.0] * 10_000:
        theta, state = amsgrad(0.0, g, state, 1.0)
    return -theta


begun = {count: after_tens(count) for count in (10, 50)}
noise = np.random.default_rng(0).normal(size=(10_000, 5))
v = right = wrong = np.zeros(5)
for g in noise:
    v = 0.999 * v + 0.001 * g**2
    right = np.maximum(right, v)
    wrong = np.maximum(wrong, 0.999 * wrong + 0.001 * g**2)
largest = upward(right.max(), 2)
least_wrong = -upward(-wrong.min(), 2)

AFTER, SIZE = 10_000, 100.0


def after_spike(rule, count=AFTER):
    """Steps over lr after endless ones: for a gradient of SIZE, then for ones again."""
    theta, state, steps = 0.0, (*(1.0 for _ in START[rule][1:]), 10**6), []
    for t in range(count):
        new, state = rule(theta, 1.0 if t else SIZE, state, 1.0)
        steps.append(theta - new)
        theta = new
    return np.array(steps)


middle = answer(amsgrad, STREAMS["one"]) / answer(adam, STREAMS["one"])
faded = 100 * (1 - middle.min())
jump, lowest = after_spike(adam)[0], after_spike(adam).min()


def draw_spike(say, rule, name, at, low, colour="v"):
    """Adam and another rule after one large gradient among ones, both axes logarithmic."""
    fig, ax = panels(2.9)
    since = np.unique(np.geomspace(1, AFTER, 120).astype(int))
    ax.axhline(1, color=LIGHT["rule"], lw=0.8, zorder=0)
    curve(ax, since, after_spike(adam)[since - 1], "adam", 1.6)
    curve(ax, since, after_spike(rule)[since - 1], colour, 2.2, (0, (4, 1.5)))
    write(ax, 5, 3.1, "Adam", "adam")
    write(ax, *at, name, colour)
    log_axis(ax, "x", [1, 10, 100, 1000, 10_000])
    log_axis(ax, "y", [power for power in (0.01, 0.1, 1) if power >= low])
    ax.set(ylim=(low, 6), ylabel=say("스텝 / 학습률", "step / lr"))
    ax.set_xlabel(say("큰 기울기가 온 뒤의 스텝", "steps since the large gradient"))
    return fig


figure_steps = partial(draw_answers, rule=amsgrad, colour="adam")
figure_remembers = partial(draw_spike, rule=amsgrad, name="AMSGrad", at=(1500, 0.2), low=0.1)
