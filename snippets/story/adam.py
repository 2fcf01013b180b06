"""What the page story/adam runs: Adam line by line, its family, its memory, and a valley turned round."""

from bisect import bisect_left
from functools import cache

import numpy as np
from matplotlib.patches import Ellipse, FancyBboxPatch

from mhat.rules import adam, gradient_descent, momentum, rmsprop
from snippets.explorables.one_step import lines
from snippets.shared.drawing import curve, log_axis, mark, panels, write
from snippets.shared.palette import LIGHT
from snippets.shared.typeset import upward

# --8<-- [start:first_step]
g = np.array([1e-3, 10.0, -1e4])
theta, state = adam(np.zeros(3), g, (0.0, 0.0, 0), lr=0.5)

assert np.allclose(theta, -0.5 * np.sign(g), rtol=2e-5)
# --8<-- [end:first_step]


# --8<-- [start:line_by_line]
def steps(gs, without="", beta1=0.9, beta2=0.999, eps=1e-8):
    rows = lines(gs, without, beta1, beta2, eps)
    return np.array([row[-1] for row in rows])


constant = np.full(100, 10.0)
assert np.allclose(steps(constant), 1, rtol=1e-8)
for line, power in (("", 0), ("v", 1), ("sqrt", -1)):
    ratio = steps(1000 * constant, line) / steps(constant, line)
    assert np.allclose(ratio, 1000.0**power, rtol=1e-8)

first = {
    line: steps(constant, line)[0]
    for line in ("m_hat", "v_hat", "m_hat, v_hat")
}
assert np.allclose(list(first.values()), [0.1, 1000**0.5, 10**0.5])

with np.errstate(divide="ignore", invalid="ignore"):
    assert np.isnan(steps(constant, "t + 1")[0])
    assert np.isnan(steps(0 * constant, "eps")).all()
assert (steps(0 * constant) == 0).all()
# --8<-- [end:line_by_line]


# --8<-- [start:without_m]
noise = np.random.default_rng(0).standard_normal((2000, 1000))
size = {
    line: np.sqrt(np.mean(steps(noise, line)[1000:] ** 2))
    for line in ("", "m")
}
assert np.isclose(size["m"], 1, rtol=0.01)
assert np.isclose(size[""], np.sqrt(0.1 / 1.9), rtol=0.01)
# --8<-- [end:without_m]

calmer = size["m"] / size[""]
averaged_size, first_of_neither = size[""], first["m_hat, v_hat"]


# --8<-- [start:signal]
def mean_steps(mean, ratios, T=2000, copies=256):
    rng = np.random.default_rng(1)
    theta, state = np.zeros((len(ratios), copies)), (0.0, 0.0, 0)
    for t in range(T):
        if t == T // 2:
            halfway = theta
        noise = ratios[:, None] * rng.standard_normal(theta.shape)
        g = mean * (1 + noise)
        theta, state = adam(theta, g, state, lr=1.0)
    return (halfway - theta) / (T // 2)


ratios = np.array([0, 0.3, 1, 3, 10, 30])
found = mean_steps(1.0, ratios)
predicted = 1 / np.sqrt(1 + ratios**2)
error = 4 * found.std(axis=1) / np.sqrt(256)
assert np.all(abs(found.mean(axis=1) - predicted) < error + 0.002)
assert np.allclose(mean_steps(1000.0, ratios), found, atol=1e-6)
# --8<-- [end:signal]

mean_step = dict(zip(ratios, found.mean(axis=1)))


def longer(gs, at=3000, factor=1000):
    """How many steps are longer because one gradient is a thousand times as large."""
    spiked = gs.copy()
    spiked[at] *= factor
    return int(np.sum(abs(steps(spiked)) > 1.0001 * abs(steps(gs))))


def longest(gs):
    """The most steps that it lengthens, whichever sign it has."""
    return max(longer(gs, factor=factor) for factor in (1000, -1000))


lengthened = {"equal": longest(np.ones(3200)), "in_turn": longest((-1.0) ** np.arange(3200))}
signal_error = upward(error.max())


# --8<-- [start:stream]
rng = np.random.default_rng(2)
gs = rng.standard_normal((500, 4)) * [1e-3, 1, 10, 1e3]
t = np.arange(1, 501)[:, None]
begin = (0.0, 0.0, 0)


def walk(rule, state, gs, **settings):
    found = []
    for g in gs:
        theta, state = rule(np.zeros_like(g), g, state, **settings)
        found.append(-theta)
    return np.array(found)


def gap(ours, theirs):
    return np.max(abs(ours - theirs) / abs(theirs))


full = walk(adam, begin, gs, lr=1.0)
assert np.allclose(abs(full[0]), 1, rtol=1e-4)
# --8<-- [end:stream]

overshadowed = walk(adam, begin, np.repeat([100.0, 1.0], [3000, 200]), lr=1.0)[-1]

# --8<-- [start:family]
one = {"lr": 1.0, "beta1": 0, "eps": 0}
sign = walk(adam, begin, gs, beta2=0, **one)
assert (sign == np.sign(gs)).all()

eps, lr = 1e12, 0.01
heavy = walk(adam, begin, gs, lr=lr * eps, eps=eps)
ball = walk(momentum, (0.0,), gs, lr=lr, beta=0.9)
momentum_gap = gap(heavy, ball * 0.1 / (1 - 0.9**t))
down = walk(adam, begin, gs, lr=lr * eps, beta1=0, eps=eps)
descent_gap = gap(down, lr * gs)
assert max(momentum_gap, descent_gap) < 1.1 * abs(gs).max() / eps

long = walk(adam, begin, gs, beta2=1 - 1e-8, **one)
adagrad = gs / np.sqrt(np.cumsum(gs**2, axis=0))
adagrad_gap = gap(long / np.sqrt(t), adagrad)
assert adagrad_gap < 500 * 1e-8

wild = walk(adam, begin, gs, lr=1.0, beta2=0, eps=0)
assert abs(wild).max() > 100
# --8<-- [end:family]

wildest = abs(wild).max()


# --8<-- [start:beta1_zero]
def corrected_rmsprop(theta, g, state, lr, beta2, eps):
    v, t = state
    part = np.sqrt(1 - beta2 ** (t + 1))
    scaled = {"lr": lr * part, "eps": eps * part}
    theta, (v,) = rmsprop(theta, g, (v,), beta2=beta2, **scaled)
    return theta, (v, t + 1)


both = {"lr": 1.0, "beta2": 0.999, "eps": 1e-8}
no_average = walk(adam, begin, gs, beta1=0, **both)
corrected = walk(corrected_rmsprop, (0.0, 0), gs, **both)
rmsprop_gap = gap(no_average, corrected)
assert rmsprop_gap < 2e-15

plain = walk(rmsprop, (0.0,), gs, lr=1.0, beta2=0.999, eps=0)
ratio = plain / walk(adam, begin, gs, beta2=0.999, **one)
assert np.allclose(ratio, 1 / np.sqrt(1 - 0.999**t), rtol=1e-11)
assert np.allclose(ratio[0], np.sqrt(1000))

inside = 1e-4 / np.sqrt(1e-4**2 + 1e-8)
assert np.isclose(inside, np.sqrt(0.5))
assert np.isclose(1e-4 / (1e-4 + 1e-8), 1, rtol=2e-4)
# --8<-- [end:beta1_zero]

first_ratio = {beta2: 1 / np.sqrt(1 - beta2) for beta2 in (0.9, 0.99, 0.999)}
eps_inside = inside
counted = np.arange(1, 40_000)
ahead = np.sum(1 / np.sqrt(1 - 0.999**counted) - 1)

# --8<-- [start:beta1_one]
with np.errstate(invalid="ignore"):
    theta, _ = adam(np.zeros(4), gs[0], begin, beta1=1)
assert np.isnan(theta).all()


def old_adam(theta, g, state, lr, b1=0.1, b2=0.001, eps=1e-8):
    m, v, t = state
    t = t + 1
    m = b1 * g + (1 - b1) * m
    v = b2 * g**2 + (1 - b2) * v
    m_hat = m / (1 - (1 - b1) ** t)
    v_hat = v / (1 - (1 - b2) ** t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), (m, v, t)


assert gap(walk(old_adam, begin, gs, lr=1.0), full) < 1e-11
old = walk(old_adam, begin, gs, lr=1.0, b1=1)
assert gap(old, corrected) < 1e-12
# --8<-- [end:beta1_one]

# --8<-- [start:beta2]
state, begun = begin, (0.0,)
for g in gs:
    _, state = adam(0.0, g, state, beta2=0.9)
    _, begun = rmsprop(0.0, g, begun, lr=1.0, beta2=0.9)
    assert (state[1] == begun[0]).all()

small = np.array([0.01])
from_zero = walk(rmsprop, (0.0,), [small], lr=1.0)[0, 0]
from_one = walk(rmsprop, (1.0,), [small], lr=1.0)[0, 0]
in_adam = walk(adam, begin, [small], lr=1.0, beta2=0.9)[0, 0]
assert np.isclose(from_zero, np.sqrt(10), rtol=1e-5)
assert np.isclose(from_one, 0.01 / np.sqrt(0.90001))
assert np.isclose(in_adam, 1, rtol=2e-6)
# --8<-- [end:beta2]


# --8<-- [start:two_orders]
def rmsprop_momentum(theta, g, state, lr, beta, beta2, eps=1e-8):
    v, velocity = state
    v = beta2 * v + (1 - beta2) * g**2
    velocity = beta * velocity + g / (np.sqrt(v) + eps)
    return theta - lr * velocity, (v, velocity)


turn = np.append(np.ones(400), -100.0)
equal = {"lr": 1.0, "beta2": 0.9}
a = walk(adam, begin, turn, beta1=0.9, **equal)
r = walk(rmsprop_momentum, (0.0, 0.0), turn, beta=0.9, **equal)

assert np.isclose(a[399], 1) and np.isclose(r[399], 10)
assert a[400] < 0 < r[400]
# --8<-- [end:two_orders]

# --8<-- [start:memory]
theta = np.zeros(1_000_000, dtype=np.float32)
g = np.ones_like(theta)
kept = {}
for name, rule, state in (
    ("gd", gradient_descent, ()),
    ("momentum", momentum, (0.0,)),
    ("rmsprop", rmsprop, (0.0,)),
    ("adam", adam, begin),
):
    moved, state = rule(theta, g, state, lr=0.01)
    arrays = [part for part in state if np.ndim(part)]
    assert all(part.dtype == np.float32 for part in arrays)
    assert moved.dtype == np.float32
    kept[name] = sum(part.nbytes for part in arrays)

assert kept["gd"] == 0
assert kept["momentum"] == kept["rmsprop"] == theta.nbytes
assert kept["adam"] == 2 * theta.nbytes == 8_000_000
# --8<-- [end:memory]

# --8<-- [start:mixed]
recipes = {
    "float32": {
        "weights": "f4", "gradient": "f4", "m": "f4", "v": "f4"},
    "mixed": {
        "weights": "f2", "gradient": "f2", "copy": "f4",
        "m": "f4", "v": "f4"},
    "mixed, 8-bit m and v": {
        "weights": "f2", "gradient": "f2", "copy": "f4",
        "m": "u1", "v": "u1"},
    "all 16 bits": {
        "weights": "f2", "gradient": "f2", "m": "f2", "v": "f2"},
}
per_weight = {
    name: sum(np.zeros(1000, kind).nbytes for kind in parts.values()) / 1000
    for name, parts in recipes.items()
}
assert per_weight["float32"] == per_weight["mixed"] == 16
assert per_weight["mixed, 8-bit m and v"] == 10
assert per_weight["all 16 bits"] == 8
# --8<-- [end:mixed]

mb = {name: size // 10**6 for name, size in kept.items()}
numbers = {name: size // 4 for name, size in kept.items()}
own_mb = theta.nbytes // 10**6
seven_billion_gb = 7 * kept["adam"] // 10**6


# --8<-- [start:valley]
def valley(kappa, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.array([[c, -s], [s, c]])
    return turn, turn @ np.diag([1.0, kappa]) @ turn.T


for degrees in (0, 45):
    turn, H = valley(1000, degrees)
    assert np.allclose(np.linalg.eigvalsh(H), [1, 1000])
# --8<-- [end:valley]


# --8<-- [start:turned]
def path(rule, state, degrees, lr, T=200):
    turn, H = valley(1000, degrees)
    theta = turn @ [1.0, 1.0]
    found = []
    for _ in range(T):
        theta, state = rule(theta, H @ theta, state, lr)
        found.append(turn.T @ theta)
    return np.array(found)


changed = {}
for name, rule, state, lr in (
    ("gd", gradient_descent, (), 0.001),
    ("momentum", momentum, (0.0,), 0.001),
    ("rmsprop", rmsprop, (0.0,), 0.05),
    ("adam", adam, begin, 0.05),
):
    straight, turned = (path(rule, state, d, lr) for d in (0, 45))
    changed[name] = abs(turned - straight).max()

assert max(changed["gd"], changed["momentum"]) < 1e-12
assert min(changed["rmsprop"], changed["adam"]) > 0.5
# --8<-- [end:turned]

apart = {"vectors": upward(max(changed["gd"], changed["momentum"])), "adam": upward(changed["adam"], 2)}


# --8<-- [start:seen]
def seen(kappa, degrees):
    turn, H = valley(kappa, degrees)
    root_v = abs(H @ turn @ [1.0, 1.0])
    return H / np.sqrt(np.outer(root_v, root_v))


condition = {d: np.linalg.cond(seen(1000, d)) for d in (0, 10, 45)}
assert np.isclose(condition[0], 1)
assert np.isclose(condition[45], 1000, rtol=1e-4)
# --8<-- [end:seen]

# --8<-- [start:race]
around = 2 * np.pi * (np.arange(12) + 0.5) / 12
starts = np.stack([np.cos(around), np.sin(around)], axis=-1)
rates = 10 ** (np.arange(-40, 9) / 8)


def race(rule, state, kappa, degrees, rates=rates, budget=10_000):
    turn, H = valley(kappa, degrees)
    theta = np.tile(starts @ turn.T, (len(rates), 1, 1))
    lr, stay = rates[:, None, None], 0
    for t in range(1, budget + 50):
        theta, state = rule(theta, theta @ H, state, lr)
        near = np.hypot(theta[..., 0], theta[..., 1]) < 1e-6
        stay = np.where(near, stay + 1, 0)
        if (stay.min(axis=1) >= 50).any():
            return t - 49
    return np.inf


count = {}
with np.errstate(over="ignore", invalid="ignore"):
    for kappa in (1, 100, 1000, 10_000):
        count[kappa] = {
            "gd": race(gradient_descent, (), kappa, 0),
            "momentum": race(momentum, (0.0,), kappa, 0),
            "along": race(adam, begin, kappa, 0),
            "turned": race(adam, begin, kappa, 45),
        }

assert len({row["along"] for row in count.values()}) == 1
assert count[1]["gd"] == 1 and count[10_000]["gd"] == np.inf
assert count[100]["turned"] < 1.1 * count[100]["along"]
assert count[1000]["turned"] > 3 * count[1000]["along"]
assert count[10_000]["turned"] > count[10_000]["momentum"]
# --8<-- [end:race]


# --8<-- [start:saddle]
def away(rule, state, off, degrees=0, lr=0.01, budget=10_000):
    """Steps until |y| is 1, from y = off, on (x^2 - y^2) / 2."""
    turn, H = valley(-1, degrees)
    theta = turn @ [1.0, off]
    for t in range(1, budget + 1):
        theta, state = rule(theta, H @ theta, state, lr)
        if abs((turn.T @ theta)[1]) >= 1:
            return t
    return np.inf


begun = {
    "gd": (gradient_descent, ()), "momentum": (momentum, (0.0,)),
    "adam": (adam, begin),
}
leaves = {
    name: {off: away(*rule, off) for off in (1e-3, 1e-6, 0.0)}
    for name, rule in begun.items()
}
assert leaves["gd"][1e-6] == np.ceil(np.log(1e6) / np.log(1.01))
assert leaves["adam"][1e-6] == leaves["adam"][1e-3]
assert {found[0.0] for found in leaves.values()} == {np.inf}
turned_off = {
    off: away(adam, begin, off, 45) for off in (1e-3, 1e-6, 0.0)
}
assert turned_off[1e-6] > turned_off[1e-3] > 3 * leaves["adam"][1e-3]
# --8<-- [end:saddle]

budget = 10_000
slower = count[1000]["turned"] / count[1000]["along"]

# --8<-- [start:one_rate]
fixed = {
    degrees: race(adam, begin, 1000, degrees, np.array([0.01]))
    for degrees in (0, 45)
}
assert fixed[45] > 20 * fixed[0]
# --8<-- [end:one_rate]

fixed_slower, fixed_45 = fixed[45] / fixed[0], round(fixed[45], -2)
along = count[1000]["along"]
enough = bisect_left(range(1, 50), True, key=lambda k: race(adam, begin, 1000, 0, rates[:k], 300) == along)
best_along = rates[enough]
held_at_45 = race(adam, begin, 1000, 45, rates[enough:enough + 1])


@cache
def over_angles():
    """Steps of Adam for each angle: at its best rate, and at the best rate of 0°."""
    angles = np.array([0, 0.5, 1, 2, 3.5, 5, 7.5, 10, 15, 20, 25, 30, 35, 40, 45])
    with np.errstate(over="ignore", invalid="ignore"):
        tuned = [race(adam, begin, 1000, d) for d in angles]
        kept = [race(adam, begin, 1000, d, rates[enough:enough + 1]) for d in angles]
    mirror = np.concatenate([angles, 90 - angles[-2::-1]])
    return mirror, *(np.array(c + c[-2::-1], dtype=float) for c in (tuned, kept))


def node(ax, x, y, words, colour, lw=1.5, ls="-"):
    """A method: its name in a box."""
    width, height = 1.26, 0.66
    ax.add_patch(FancyBboxPatch(
        (x - width / 2, y - height / 2), width, height, boxstyle="round,pad=0,rounding_size=0.14",
        facecolor=LIGHT["paper"], edgecolor=LIGHT[colour], lw=lw, ls=ls, zorder=3,
    ))
    write(ax, x, y, words, colour, ha="center", va="center", fontsize=12, linespacing=1.25, zorder=4)


def edge(ax, start, end, label, at, colour="ink", limit=False, ha="center"):
    """A road: the setting that turns one method into another, dashed where it is a limit."""
    ax.annotate(
        "", end, start, zorder=1,
        arrowprops={"arrowstyle": "-|>,head_width=0.22,head_length=0.4", "color": LIGHT[colour], "lw": 1.3,
                    "ls": (0, (4, 2.2)) if limit else "-", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 13},
    )
    write(ax, *at, label, colour, ha=ha, va="center", fontsize=12)


LEFT, MIDDLE, RIGHT = 0.68, 2.6, 4.52
LOW, HIGH, TOP = 1.35, 3.0, 4.5


def draw_methods(ax, say):
    """The methods, each in its place."""
    node(ax, LEFT, HIGH, "Adam", "adam", lw=3)
    node(ax, MIDDLE, HIGH, say("보정한\nRMSProp", "RMSProp,\ncorrected"), "rmsprop")
    node(ax, RIGHT, HIGH, "RMSProp", "rmsprop")
    node(ax, LEFT, LOW, say("모멘텀", "momentum"), "momentum")
    node(ax, MIDDLE, LOW, say("경사\n하강법", "gradient\ndescent"), "gd")
    node(ax, MIDDLE, TOP, say("부호\n하강법", "sign\ndescent"), "ink")
    node(ax, RIGHT, TOP, "AdaGrad", "ink")
    node(ax, LEFT, TOP, "0 / 0", "wrong", ls=(0, (2, 1.5)))
    node(ax, RIGHT, LOW, say("모멘텀을 더한\nRMSProp", "RMSProp +\nmomentum"), "soft", ls=(0, (2, 1.5)))
    alone = say("Adam과 이어지지 않음", "no road from Adam")
    write(ax, RIGHT, LOW - 0.52, alone, "soft", ha="center", va="center", fontsize=12)


def draw_roads(ax):
    """The settings, each between two methods."""
    w, h = 0.65, 0.35
    edge(ax, (LEFT + w, HIGH), (MIDDLE - w, HIGH), "β₁ = 0", (1.64, HIGH + 0.17))
    edge(ax, (LEFT + w, LOW), (MIDDLE - w, LOW), "β₁ = 0", (1.64, LOW + 0.17))
    edge(ax, (LEFT, HIGH - h), (LEFT, LOW + h), "ε → ∞", (LEFT + 0.1, 2.17), limit=True, ha="left")
    edge(ax, (MIDDLE, HIGH - h), (MIDDLE, LOW + h), "ε → ∞", (MIDDLE + 0.1, 2.17), limit=True, ha="left")
    edge(ax, (MIDDLE, HIGH + h), (MIDDLE, TOP - h), "β₂ = 0", (MIDDLE - 0.1, 3.75), ha="right")
    edge(ax, (LEFT, HIGH + h), (LEFT, TOP - h), "β₁ = 1", (LEFT + 0.1, 3.75), colour="wrong", ha="left")
    edge(ax, (MIDDLE + w, HIGH), (RIGHT - w, HIGH), "t → ∞", (3.56, HIGH + 0.17), limit=True)
    edge(ax, (3.1, HIGH + h), (RIGHT - 0.5, TOP - h), "β₂ → 1", (3.82, 3.68), limit=True, ha="left")


def figure_family(say):
    """The methods as places, and the settings of Adam as roads between them."""
    fig, ax = panels(4.4)
    ax.set(xlim=(0, 5.2), ylim=(0.55, 4.95), aspect="equal")
    ax.axis("off")
    draw_methods(ax, say)
    draw_roads(ax)
    return fig


def figure_signal(say):
    """The mean step over the noise, for gradients of two sizes on one curve."""
    fig, ax = panels(3.2)
    x = np.geomspace(0.1, 60, 200)
    curve(ax, x, 1 / np.sqrt(1 + x**2), "step", 2.2, zorder=1)
    mark(ax, ratios[1:], found.mean(axis=1)[1:], "adam", 10, fillstyle="none", mew=1.6)
    mark(ax, ratios[1:], mean_steps(1000.0, ratios).mean(axis=1)[1:], "ink", 5.5, "x", mew=1.5)
    log_axis(ax, "x", [0.1, 1, 10])
    ax.set(yticks=[0, 0.5, 1], ylim=(-0.03, 1.08))
    write(ax, 0.12, 0.34, say("○  평균 1", "○  mean 1"), "adam")
    write(ax, 0.12, 0.2, say("×  평균 1000", "×  mean 1000"), "ink")
    write(ax, 1.75, 0.66, "1 / √(1 + (σ/μ)²)", "step")
    ax.set(xlabel=say("잡음 / 신호, σ/μ", "noise over signal, σ/μ"), ylabel=say("평균 스텝 / 학습률", "mean step / lr"))
    ax.grid(axis="y")
    return fig


def draw_level(ax, matrix, number, colour):
    """A level line of a valley, and its condition number."""
    values, vectors = np.linalg.eigh(matrix)
    size = 2 * np.sqrt(values[0] / values)
    tilt = np.degrees(np.arctan2(vectors[1, 0], vectors[0, 0]))
    ax.add_patch(Ellipse((0, 0), *size, angle=tilt, facecolor=LIGHT[colour], alpha=0.22, lw=0))
    ax.add_patch(Ellipse((0, 0), *size, angle=tilt, facecolor="none", edgecolor=LIGHT[colour], lw=1.8))
    ax.axhline(0, color=LIGHT["rule"], lw=0.8, zorder=0)
    ax.axvline(0, color=LIGHT["rule"], lw=0.8, zorder=0)
    ax.set(xlim=(-1.12, 1.12), ylim=(-1.12, 1.12), aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    write(ax, 1.08, -1.06, f"κ = {number:.0f}", colour, ha="right", va="bottom")


def figure_seen(say):
    """A level line of the valley, and the same line in the coordinates that dividing by √v makes."""
    fig, axes = panels(5.0, 2, 2)
    for degrees, above, below in zip((0, 45), *axes):
        draw_level(above, valley(1000, degrees)[1], 1000, "gd")
        draw_level(below, seen(1000, degrees), condition[degrees], "adam")
        above.set_title(f"{degrees}°", loc="center", color=LIGHT["soft"])
    axes[0, 0].set_ylabel(say("골짜기", "the valley"), color=LIGHT["gd"])
    axes[1, 0].set_ylabel(say("√v로 나눈 뒤", "after dividing by √v"), color=LIGHT["adam"])
    return fig


def figure_angles(say):
    """Steps to the bottom while the valley is turned from 0 to 90 degrees."""
    fig, ax = panels(3.7)
    angles, tuned, held = over_angles()
    gd, ball = count[1000]["gd"], count[1000]["momentum"]
    curve(ax, [0, 90], [gd, gd], "gd", 2.2, ":")
    curve(ax, [0, 90], [ball, ball], "momentum", 2.2, (0, (6, 2)))
    curve(ax, angles, held, "adam", 1.3, (0, (2, 1.5)))
    curve(ax, angles, tuned, "adam", 2.8)
    log_axis(ax, "y", [300, 1000, 3000, 10_000])
    ax.set(xlim=(0, 90), ylim=(190, 13_000))
    ax.set_xticks([0, 45, 90], ["0°", "45°", "90°"])
    middle = {"ha": "center", "va": "bottom"}
    write(ax, 45, gd * 1.1, say("경사 하강법", "gradient descent"), "gd", **middle)
    write(ax, 45, ball * 0.93, say("모멘텀", "momentum"), "momentum", ha="center", va="top")
    write(ax, 45, 910, say("Adam, 각도마다 조정", "Adam, tuned at each angle"), "adam", **middle)
    kept_rate = say("Adam, 0°의 학습률 그대로", "Adam, learning rate of 0° kept")
    write(ax, 45, held.max() * 1.08, kept_rate, "adam", **middle)
    ax.set(xlabel=say("골짜기를 돌린 각도", "angle of the valley"), ylabel=say("스텝 수", "steps"))
    return fig
