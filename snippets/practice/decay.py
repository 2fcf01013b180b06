"""The page practice/decay: how long weights remember, and what the defaults of the frameworks come to."""

import numpy as np

from frameworks.listings import told
from mhat.rules import adam, adamw, bias_correction
from snippets.shared.drawing import DASHES, curve, panels, write
from snippets.shared.typeset import upward

# isort: split
# --8<-- [start:timescale]
rng = np.random.default_rng(0)
zero = (0.0, 0.0, 0)


def noise_walk(lr, decay, size, theta, steps=4000):
    state, path = zero, []
    for _ in range(steps):
        g = size * rng.normal(size=400)
        theta, state = adamw(theta, g, state, lr=lr, decay=decay)
        path.append(np.sqrt(np.mean(theta**2)))
    return np.array(path)


starts = {"from 0": 0.0, "from 1": 1.0}
walks = {name: noise_walk(0.01, 0.2, 1.0, a) for name, a in starts.items()}
large = noise_walk(0.01, 0.2, 100.0, 0.0)
rest = np.sqrt(0.01 / (2 * 0.2))
for path in (*walks.values(), large):
    assert np.isclose(path[2500:].mean(), rest, rtol=0.05)
half = int(np.argmax(walks["from 0"] ** 2 > rest**2 / 2))
assert 0.8 < half / (np.log(2) / (2 * 0.01 * 0.2)) < 1.25
# --8<-- [end:timescale]


# --8<-- [start:l1]
def lasso(kind, lr=0.001, strength=0.1, T=20_000):
    """Minimize (theta - a)^2 / 2 + strength |theta| for two a."""
    a, theta, late = np.array([0.02, 0.5]), np.ones(2), []
    state = zero
    for t in range(1, T + 1):
        penalty = strength * np.sign(theta) if kind == "gradient" else 0
        theta, state = adam(theta, theta - a + penalty, state, lr)
        root = np.sqrt(bias_correction(state[1], 0.999, t))
        cut = {"gradient": 0, "alone": lr, "divided": lr / root}[kind]
        theta = np.sign(theta) * np.maximum(abs(theta) - strength * cut, 0)
        late.append(theta)
    return np.array(late[-2000:])


l1 = {kind: lasso(kind) for kind in ("gradient", "alone", "divided")}
assert (l1["gradient"][:, 0] != 0).all()
assert (l1["alone"][:, 0] != 0).all()
assert (l1["divided"][:, 0] == 0).all()
assert np.allclose(l1["divided"][:, 1], 0.4, atol=1e-3)
# --8<-- [end:l1]

l1_swing = upward(abs(l1["gradient"][:, 0]).max(), 2)

rests = {name: path[2500:].mean() for name, path in walks.items()} | {"large": large[2500:].mean()}

ran = told("decay")
before_norm = upward(ran["pytorch"]["moved"]["layer"])
defaults = {name: own["default"] for name, own in ran.items()}
spans = {name: float(f"{1 / (0.001 * share):.4g}") for name, share in defaults.items()}
taken = {name: 1 - (1 - 0.001 * share) ** 10_000 for name, share in defaults.items()}
recipe = {"sgd": 0.1 * 1e-4, "momentum": 0.1 * 1e-4 / (1 - 0.9), "adamw": 5e-4 * 0.2}
factor = max(defaults.values()) / min(defaults.values())


def figure_rest(say):
    """The root mean square of weights under noise alone: from 0 and from 1 to the same size, in 1/(lr λ) steps."""
    fig, ax = panels(3.0)
    t = np.arange(1, 4001)
    curve(ax, t, walks["from 1"], "adam", 2.6)
    curve(ax, t, walks["from 0"], "adam", 1.6)
    curve(ax, t[[0, -1]], [rest, rest], "ink", 1.2, DASHES)
    write(ax, 420, 0.6, say("1에서 시작", "from 1"), "adam")
    write(ax, 220, 0.07, say("0에서 시작", "from 0"), "adam")
    write(ax, 4000, rest + 0.02, "√(lr / 2λ)", "ink", ha="right", va="bottom")
    ax.set(xlabel=say("스텝 t", "step t"), ylabel=say("가중치의 크기(RMS)", "size of the weights (RMS)"),
           ylim=(0, 1.05), xticks=[0, 500, 1000, 2000, 3000, 4000], yticks=[0, 0.25, 0.5, 0.75, 1])
    ax.grid(axis="y")
    return fig
