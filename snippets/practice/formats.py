"""The page practice/formats: what is lost where a number is stored, four ways to store a weight, and what ran."""

import numpy as np

from frameworks.listings import told
from mhat.rules import adam
from snippets.shared.drawing import DASHES, curve, log_axis, panels, write
from snippets.shared.palette import LIGHT
from snippets.shared.typeset import upward

# isort: split
# --8<-- [start:gaps]
import ml_dtypes

bfloat16, half, single = ml_dtypes.bfloat16, np.float16, np.float32


def octave(dtype):
    gap = float(np.spacing(dtype(1)))
    count = min(int(1 / gap), 4096)
    inner = 1 + gap * np.round(np.linspace(0, 1 / gap - 1, count))
    return inner.astype(dtype)


def lost(dtype, share):
    theta = octave(dtype)
    moved = theta.astype(float) * (1 + np.array([[share], [-share]]))
    return np.mean(moved.astype(dtype) == theta)


def still_from(dtype, step):
    powers = 2.0 ** np.arange(-10, 16)
    return powers[np.spacing(powers.astype(dtype)) / 2 >= step][0]


formats = bfloat16, half, single
gap = {d.__name__: float(np.spacing(d(1))) for d in formats}
still = {d.__name__: still_from(d, 0.001) for d in formats}
for dtype in formats:
    quarter = gap[dtype.__name__] / 4
    assert lost(dtype, quarter) == 1 and lost(dtype, 2.01 * quarter) == 0
    assert 0 < lost(dtype, 1.5 * quarter) < 1
# --8<-- [end:gaps]

# --8<-- [start:noise]
def kept_of(share, mean, steps=300):
    rng = np.random.default_rng(0)
    theta, state = np.repeat(octave(bfloat16), 32), (0.0, 0.0, 0)
    wide, rows = theta.astype(float), []
    for _ in range(steps):
        g = mean + rng.normal(size=wide.shape)
        after, state = adam(wide, g, state, lr=share * wide)
        stored = after.astype(bfloat16)
        way = (stored.astype(float) - wide).mean() / (after - wide).mean()
        rows.append((np.mean(stored == theta), way))
    return dict(zip(("lost", "way"), np.mean(rows[10:], axis=0)))


shares = 0.0003, 0.001, 0.003, 0.01
noisy = {mean: {share: kept_of(share, mean) for share in shares}
         for mean in (3.0, 0.5)}
assert noisy[3.0][0.001]["lost"] == noisy[0.5][0.001]["lost"] == 1
assert noisy[0.5][0.003]["lost"] > 0.9 > noisy[0.5][0.01]["lost"]
# --8<-- [end:noise]

# --8<-- [start:ways]
def nearest(theta, step, kept, rng):
    return (theta.astype(single) + step).astype(bfloat16), kept


def kahan(theta, step, kept, rng):
    step = step + kept.astype(single)
    new, kept = nearest(theta, step, None, rng)
    moved = new.astype(single) - theta.astype(single)
    return new, (step - moved).astype(bfloat16)


def stochastic(theta, step, kept, rng):
    bits = (theta.astype(single) + step).view(np.uint32)
    bits = bits + rng.integers(0, 2**16, bits.shape, np.uint32)
    return (bits >> 16).astype(np.uint16).view(bfloat16), kept


one, none = np.ones(1, bfloat16), np.zeros(1, bfloat16)
small = np.array([-0.001], single)
new, kept = kahan(one, small, none, None)
assert new == one == nearest(one, small, None, None)[0]
assert np.isclose(kept.astype(single), small, rtol=2**-8)
# --8<-- [end:ways]

# --8<-- [start:walk]
def with_copy(theta, step, kept, rng):
    kept = kept + step
    return kept.astype(bfloat16), kept


def in_float32(theta, step, kept, rng):
    return theta + step, kept


ways = in_float32, nearest, kahan, stochastic, with_copy


def stored(theta, way):
    theta = theta.astype(single if way is in_float32 else bfloat16)
    more = np.zeros_like(theta, bfloat16) if way is kahan else None
    return theta, theta.astype(single) if way is with_copy else more


def walk(way, theta, gradient, lr, steps, seed=0):
    rng, path = np.random.default_rng(seed), []
    theta, kept = stored(theta, way)
    state = single(0), single(0), 0
    for t in range(steps):
        g = gradient(theta.astype(single), t)
        step, state = adam(single(0), g, state, single(lr))
        theta, kept = way(theta, step, kept, rng)
        path.append(theta.astype(single))
    return np.array(path)


def uphill(theta, t):
    return -np.ones_like(theta)


lines = {way.__name__: walk(way, np.zeros(100), uphill, 0.001, 1000)
         for way in ways}
assert (lines["nearest"][-1] == still["bfloat16"]).all()
for name in "in_float32", "kahan", "stochastic", "with_copy":
    assert abs(lines[name][-1].mean() - 1) < 0.02
# --8<-- [end:walk]

# --8<-- [start:reach]
def reached(way, k):
    rng, steps = np.random.default_rng(0), 2 ** (k - 3)
    theta, kept = stored(np.tile(octave(bfloat16), (2, 1)), way)
    start = theta.astype(single)
    step = (np.array([[1], [-1]]) * 2.0**-k * start).astype(single)
    for _ in range(steps):
        theta, kept = way(theta, step, kept, rng)
    return np.mean((theta.astype(single) - start) / (steps * step))


arrived = {rule.__name__: {k: float(reached(rule, k)) for k in (9, 16, 18)}
       for rule in (nearest, kahan, stochastic)}
assert set(arrived["nearest"].values()) == {0} == {arrived["kahan"][18]}
assert arrived["kahan"][9] > 0.999 and arrived["kahan"][16] > 0.95
assert abs(arrived["stochastic"][18] - 1) < 0.05
# --8<-- [end:reach]

# --8<-- [start:training]
seeds = 10
goal = np.random.default_rng(1).normal(size=(seeds, 64)).astype(single)
noise = np.random.default_rng(2)
draws = noise.normal(0, 0.3, (4000, seeds, 64)).astype(single)


def gradient(theta, t):
    return theta - goal + draws[t]


def losses(way):
    path = walk(way, np.zeros((seeds, 64)), gradient, 0.001, 4000)
    return np.mean((path - goal) ** 2, axis=2) / 2


training = {way.__name__: losses(way) for way in ways}
last = {name: rows[-100:].mean(axis=0) for name, rows in training.items()}
assert last["nearest"].min() > 20 * last["in_float32"].max()
for name in "kahan", "stochastic", "with_copy":
    assert last[name].max() < 1.1 * last["in_float32"].max()
# --8<-- [end:training]

# --8<-- [start:beta2]
def average(dtype, beta, values, v):
    for value in values:
        fresh = single(beta) * v.astype(single) + single(1 - beta) * value
        v = fresh.astype(dtype)
    return v.astype(float)


true = octave(bfloat16).astype(single)
squares = np.random.default_rng(0).normal(size=(20_000, 128)) ** 2
squares = (squares * true).astype(single)
betas = 0.9, 0.95, 0.99, 0.999
held = {}
for beta in betas:
    steady = [true] * int(30 / (1 - beta))
    below = average(bfloat16, beta, steady, 0 * true) / true
    above = average(bfloat16, beta, steady, 4 * true) / true
    drawn = average(bfloat16, beta, squares, 0 * true) / true
    held[beta] = {"below": below.min(), "above": above.max(),
                  "drawn": drawn.mean()}
right = average(single, 0.999, squares, 0 * true) / true


def survives(beta):
    steady = [true] * int(30 / (1 - beta))
    below = average(bfloat16, beta, steady, 0 * true)
    above = average(bfloat16, beta, steady, 4 * true)
    return (below > 0.9 * true).all() and (above < 1.1 * true).all()


largest = max(k for k in range(90, 100) if survives(k / 100)) / 100
assert held[0.999]["below"] < 0.25 and held[0.999]["above"] == 4
assert held[0.999]["drawn"] > 2 and abs(right.mean() - 1) < 0.02
assert largest == 0.95
# --8<-- [end:beta2]

# --8<-- [start:counter]
def sticks(dtype):
    t = dtype(0)
    while dtype(t + dtype(1)) > t:
        t = dtype(t + dtype(1))
    return int(t)


with np.errstate(over="ignore"):
    stuck = {d.__name__: sticks(d) for d in (bfloat16, half, np.int8)}
assert stuck == {"bfloat16": 256, "float16": 2048, "int8": 127}
assert bfloat16(1) - bfloat16(0.999) ** 1 == 0
power = {d.__name__: float(d(1) - d(0.999)) for d in (bfloat16, half)}
# --8<-- [end:counter]

# --8<-- [start:sums]
def total(dtype, rows):
    total = np.zeros(rows.shape[1:], dtype)
    for row in rows.astype(dtype).astype(single):
        total = (total.astype(single) + row).astype(dtype)
    return total.astype(float)


micro = np.random.default_rng(0).normal(1, 1, (4096, 200))
counts = 16, 64, 256, 1024, 4096
summed = {d.__name__: {n: total(d, micro[:n]) / micro[:n].sum(axis=0)
                       for n in counts} for d in formats}
assert summed["bfloat16"][4096].max() < 0.3
assert abs(summed["bfloat16"][64] - 1).max() < 0.05
assert abs(summed["float16"][4096] - 1).max() < 0.05
# --8<-- [end:sums]

stops = still["bfloat16"]
share = {name: size / 4 for name, size in gap.items()}
spread = {name: dict(zip(("low", "middle", "high"), np.quantile(rows, [0, 0.5, 1]).tolist(), strict=True))
          for name, rows in last.items()}
repaired = upward(max(own["high"] for name, own in spread.items() if name != "nearest"))
stuck_root = float(np.sqrt(1 - 0.999 ** stuck["bfloat16"]))
by_drawn = 1 / np.sqrt(held[0.999]["drawn"])
sums = {name: {n: own.mean() for n, own in rows.items()} for name, rows in summed.items()}

ran = told("formats")
first = {name: own["first"] for name, own in ran.items()}
after = {name: {lr: {"low": rows[0], "middle": rows[len(rows) // 2], "high": rows[-1]} for lr, rows in own.items()}
         for name, own in ran["pytorch"]["ends"].items()}
zeros = {float(factor): own for factor, own in ran["pytorch"]["zeros"].items()}


def figure_still(say):
    """A weight that should go from 0 to 1 in a thousand steps of 0.001, stored in four ways."""
    fig, ax = panels(3.4)
    t = np.arange(1, 1001)
    jumps = lines["stochastic"]
    ax.fill_between(t, jumps.min(axis=1), jumps.max(axis=1), color=LIGHT["adam"], alpha=0.2, lw=0)
    curve(ax, t, lines["in_float32"][:, 0], "ink", 3.2)
    curve(ax, t, lines["kahan"][:, 0], "adam", 1.6, DASHES)
    curve(ax, t, lines["nearest"][:, 0], "wrong", 2.6)
    write(ax, 600, 0.7, "float32", "ink", ha="right", va="bottom")
    write(ax, 1000, 0.45, "bfloat16", "wrong", ha="right", va="top")
    write(ax, 0, 1, say("띠: 확률적 반올림", "band: stochastic rounding"), "adam", va="bottom")
    write(ax, 0, 0.88, say("점선: 카한 합산", "dashed: Kahan summation"), "adam", va="bottom")
    ax.set(xlabel=say("스텝 t", "step t"), ylabel="θ", xticks=[0, 250, 500, 750, 1000], yticks=[0, 0.25, 0.5, 0.75, 1])
    ax.grid(axis="y")
    return fig


def figure_losses(say):
    """The loss of ten runs in each way of storing: median and range."""
    fig, ax = panels(3.4)
    t = np.unique(np.round(np.logspace(0, np.log10(4000), 160)).astype(int))
    for name, colour, width, style in (("nearest", "wrong", 2.6, "-"), ("in_float32", "ink", 2.8, "-"),
                                       ("stochastic", "adam", 1.8, "-"), ("kahan", "adam", 1.6, DASHES)):
        rows = training[name][t - 1]
        ax.fill_between(t, rows.min(axis=1), rows.max(axis=1), color=LIGHT[colour], alpha=0.12, lw=0)
        curve(ax, t, np.median(rows, axis=1), colour, width, style)
    log_axis(ax, "y", [0.001, 0.01, 0.1])
    write(ax, 4000, 0.13, say("bfloat16, 가장 가까운 수로", "bfloat16, to nearest"), "wrong", ha="right", va="top")
    write(ax, 1500, 0.006, say("나머지", "all others"), "adam", ha="right", va="top")
    ax.set(xlabel=say("스텝 t", "step t"), ylabel=say("손실", "loss"), xticks=[0, 1000, 2000, 3000, 4000])
    ax.grid(axis="y")
    return fig
