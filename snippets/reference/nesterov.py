"""The reference page of Nesterov's momentum."""

from functools import partial

import numpy as np

from frameworks.results import results
from mhat.gradients import STEPS
from mhat.optimizers import Nesterov
from mhat.rules import momentum, nesterov
from snippets.shared.race import STREAMS, answer, draw_answers
from snippets.shared.typeset import upward

pytorch_off = upward(next(run["deviation"] for run in results("verified")["pytorch"]
                          if (run["call"], run["run"]) == ("torch.optim.SGD", "nesterov")))
pytorch_steps = STEPS

# --8<-- [start:read]
theta, state = 3.0, (0.0,)
for _ in range(500):
    theta, state = nesterov(theta, theta, state, lr=0.1)
assert abs(theta) < 1e-3
# --8<-- [end:read]

# --8<-- [start:one_ahead]
def steps(rule, count=50):
    """Return the steps under a gradient that is always 1."""
    theta, state, path = 0.0, (0.0,), [0.0]
    for _ in range(count):
        theta, state = rule(theta, 1.0, state, lr=1.0)
        path.append(theta)
    return -np.diff(path)


early, late = steps(nesterov), steps(momentum)
assert np.allclose(early[:-1], late[1:], rtol=1e-12)
assert np.allclose(early[:2], [1.9, 2.71], rtol=1e-12)
# --8<-- [end:one_ahead]

# --8<-- [start:use]
target = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
theta = np.zeros_like(target)
optimizer = Nesterov(theta, lr=0.1)
for _ in range(500):
    optimizer.step(theta - target)
assert np.abs(theta - target).max() < 1e-3
assert theta.dtype == "float32"
# --8<-- [end:use]

# --8<-- [start:two_points]
def look_ahead(gradient, y, lr, beta=0.9, count=50):
    """Nesterov's momentum with the gradient read at the point ahead."""
    velocity = np.zeros_like(y)
    for _ in range(count):
        ahead = y - lr * beta * velocity
        velocity = beta * velocity + gradient(ahead)
        y = y - lr * velocity
    return y


theta = np.array([3.0, -1.0])
y = look_ahead(np.sinh, theta.copy(), lr=0.05)
optimizer = Nesterov(theta, lr=0.05)
for _ in range(50):
    optimizer.step(np.sinh(theta))
velocity = optimizer.state_dict()["theta.velocity"]
assert np.allclose(theta + 0.05 * 0.9 * velocity, y, rtol=0, atol=1e-12)
assert np.abs(theta - y).max() > 1e-6
# --8<-- [end:two_points]

one = answer(nesterov, STREAMS["one"])
figure_steps = partial(draw_answers, rule=nesterov, colour="momentum")
