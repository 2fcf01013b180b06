"""The page practice/loop: micro-batches of unequal sizes, sums for means, and what the frameworks told."""

import numpy as np

from frameworks.listings import told
from mhat.rules import adam, gradient_descent
from snippets.shared.drawing import DASHES, curve, panels, write
from snippets.shared.typeset import upward

# isort: split
# --8<-- [start:unequal]
sizes = np.array([40, 2, 30, 8])
targets = np.array([1.0, -1.0, 1.0, -1.0])
batch = np.repeat(targets, sizes)


def walk(gradient, steps=400):
    theta, state, path = 0.0, (0.0, 0.0, 0), []
    for _ in range(steps):
        g = gradient(theta)
        theta, state = adam(theta, g, state, lr=0.01)
        path.append(theta)
    return np.array(path)


paths = {
    "whole": walk(lambda theta: np.mean(theta - batch)),
    "summed": walk(lambda theta: sizes @ (theta - targets) / sizes.sum()),
    "means": walk(lambda theta: np.mean(theta - targets)),
}
ends = {name: path[-1] for name, path in paths.items()}
assert np.allclose(paths["summed"], paths["whole"], rtol=0, atol=1e-9)
assert np.isclose(ends["whole"], batch.mean(), atol=1e-3)
assert np.isclose(ends["means"], targets.mean(), atol=1e-3)
# --8<-- [end:unequal]

# --8<-- [start:sums]
gradients = np.random.default_rng(0).normal(0.5, 1, 200)


def moved(rule, state, scale, most=np.inf):
    theta, path = 0.0, []
    for g in gradients:
        g = scale * g
        g = g * min(1, most / abs(g))
        theta, state = rule(theta, g, state, lr=0.01)
        path.append(theta)
    return np.array(path)


start = (0.0, 0.0, 0)
one, four = (moved(adam, start, scale) for scale in (1, 4))
assert np.abs(four - one).max() < 1e-8
sgd, sgd_four = (moved(gradient_descent, (), scale) for scale in (1, 4))
assert np.allclose(sgd_four, 4 * sgd)
clipped = [moved(adam, start, scale, most=2) for scale in (1, 4)]
assert np.abs(clipped[1] - clipped[0]).max() > 0.01
# --8<-- [end:sums]

# --8<-- [start:clip_once]
micro_gradients = 2 * np.eye(4)


def clip(g, most=1.0):
    return g * min(1, most / np.linalg.norm(g))


once, each = clip(micro_gradients.sum(axis=0)), np.zeros(4)
for g in micro_gradients:
    each = clip(each + g)
assert np.ptp(once) == 0 and each[3] > 9 * each[0]
# --8<-- [end:clip_once]

# --8<-- [start:clip_kinds]
def by_norm(g, most):
    return g * min(1, most / np.linalg.norm(g))


def by_value(g, most):
    return np.clip(g, -most, most)


def unclipped(g, most):
    return g


kinds = unclipped, by_norm, by_value
pairs = [clip(np.array([3.0, 0.4]), 1.0) for clip in kinds]
ratios = {clip.__name__: g[0] / g[1] for clip, g in zip(kinds, pairs)}


def way_after_outlier(clip, at=200, more=200):
    theta, state = np.zeros(20), (np.zeros(20), np.zeros(20), 0)
    path = [theta]
    for t in range(at + more):
        g = np.ones(20)
        g[0] = 1000.0 if t == at else 1.0
        theta, state = adam(theta, clip(g, 5.0), state, lr=1.0)
        path.append(theta)
    return (path[at] - path[-1])[:2]


ways = {clip.__name__: way_after_outlier(clip) for clip in kinds}
assert np.isclose(ratios["by_norm"], 7.5)
assert np.isclose(ratios["by_value"], 2.5)
assert ways["unclipped"][0] < 20 and ways["by_norm"][0] > 190
assert ways["by_norm"][1] < 199.5 < 199.9 < ways["by_value"][1]
# --8<-- [end:clip_kinds]

late_share = each[3] / each[0]
adam_apart = upward(np.abs(four - one).max())
clipped_apart = np.abs(clipped[1] - clipped[0]).max() / 0.01

ran = told("loop")
orders = ran["pytorch"]["orders"]
start_loss = ran["pytorch"]["start"]
learned = {name: own["adam"] for name, own in orders.items() if own["adam"] < start_loss / 2}
assert orders["zeroed late"] == {"adam": start_loss, "sgd": start_loss} and len(learned) == len(orders) - 1
groups = {name: after for name, (_, after) in ran["pytorch"]["groups"].items()}
before = ran["pytorch"]["groups"]["built_again"][0]
frozen = ran["pytorch"]["frozen"]
accumulated = ran["pytorch"]["accumulated"]
assert set(frozen["none"].values()) == {0}


def figure_unequal(say):
    """Adam on one parameter: the whole batch, the same in micro-batches, and the mean of their means."""
    fig, ax = panels(3.0)
    curve(ax, range(400), paths["whole"], "ink", 3.4)
    curve(ax, range(400), paths["summed"], "adam", 1.6, DASHES)
    curve(ax, range(400), paths["means"], "wrong", 2.6)
    write(ax, 400, ends["whole"] + 0.04, say("전체 배치, 합을 개수로 나눔", "whole batch, sum over count"), "ink",
          ha="right", va="bottom")
    write(ax, 400, 0.04, say("평균들의 평균", "mean of means"), "wrong", ha="right", va="bottom")
    ax.set(xlabel=say("스텝 t", "step t"), ylabel="θ", xticks=[0, 100, 200, 300, 400], yticks=[0, 0.25, 0.5, 0.75],
           ylim=(-0.08, 0.98))
    ax.grid(axis="y")
    return fig
