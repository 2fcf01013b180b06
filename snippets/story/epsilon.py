"""What the page story/epsilon runs: three places for one small number, and two small formats."""

import numpy as np

from mhat.forms import adam_eps_hat, rmsprop_momentum_inside
from mhat.rules import adam, bias_correction, momentum
from snippets.explorables.epsilon import places
from snippets.shared.drawing import DASHES, curve, log_axis, mark, panels, ticks, write
from snippets.shared.palette import LIGHT
from snippets.shared.typeset import tick, upward


# --8<-- [start:places]
def adam_inside(theta, g, state, lr, eps, beta1=0.9, beta2=0.999):
    m, v, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = bias_correction(m, beta1, t)
    v_hat = bias_correction(v, beta2, t)
    return theta - lr * m_hat / np.sqrt(v_hat + eps), (m, v, t)


zero = (0.0, 0.0, 0)
first = {}
for rule in (adam, adam_eps_hat, adam_inside):
    theta, _ = rule(0.0, 1e-6, zero, lr=1.0, eps=1e-8)
    first[rule.__name__] = -theta
assert round(first["adam"], 4) == 0.9901
assert round(first["adam_eps_hat"], 4) == 0.7597
assert round(first["adam_inside"], 4) == 0.0100
# --8<-- [end:places]

# --8<-- [start:size]
def step_over_lr(rule, g, t, eps):
    theta, state = np.zeros_like(g), zero
    for _ in range(t):
        before = theta
        theta, state = rule(theta, g, state, lr=1.0, eps=eps)
    return before - theta


eps = 1e-8
g = np.logspace(-10, -2, 81)
for t in (1, 10, 100):
    rules = (adam, adam_eps_hat, adam_inside)
    for rule, closed in zip(rules, places(g, eps, t)):
        steps = step_over_lr(rule, g, t, eps)
        assert np.allclose(steps, closed, rtol=1e-9, atol=1e-12)
# --8<-- [end:size]

# --8<-- [start:half]
half_at = {
    "adam": eps,
    "adam_eps_hat": eps / np.sqrt(1 - 0.999),
    "adam_inside": np.sqrt(eps / 3),
}
for rule in (adam, adam_eps_hat, adam_inside):
    g = np.array([half_at[rule.__name__]])
    assert np.isclose(step_over_lr(rule, g, 1, eps), 0.5, rtol=1e-12)
assert round(half_at["adam_inside"] / half_at["adam"]) == 5774
# --8<-- [end:half]

half_ratio = half_at["adam_inside"] / half_at["adam"]

# --8<-- [start:effective]
def path(rule, eps_at, gradients):
    theta, state, seen = 0.0, zero, []
    for t, g in enumerate(gradients, 1):
        theta, state = rule(theta, g, state, lr=0.001, eps=eps_at(t))
        seen.append(theta)
    return np.array(seen)


def root(t):
    return np.sqrt(1 - 0.999**t)


noise = np.random.default_rng(0).normal(0, 1e-6, 1000)
paper = path(adam, lambda t: 1e-8, noise)
moving = path(adam_eps_hat, lambda t: 1e-8 * root(t), noise)
fixed = path(adam_eps_hat, lambda t: 1e-8, noise)
assert np.allclose(moving, paper, rtol=0, atol=1e-14)
assert abs(fixed - paper).max() > 0.0001
assert round(1 / root(1), 1) == 31.6
assert round(1 / root(1000), 2) == 1.26
# --8<-- [end:effective]

acts_like = {t: 1 / root(t) for t in (1, 10, 100, 1000, 5000)}
acts_like_inside = {t: times**2 for t, times in acts_like.items()}
paths_apart = abs(fixed - paper).max()

# --8<-- [start:porting]
eps_outside, eps_inside = 1e-8, 1e-16
g = np.logspace(-12, -4, 80_001)
outside = step_over_lr(adam, g, 1, eps_outside)
inside = step_over_lr(adam_inside, g, 1, eps_inside)
worst = (outside / inside).argmin()
assert np.isclose(g[worst], eps_outside, rtol=1e-3)
assert np.isclose(outside[worst] / inside[worst], np.sqrt(0.5))
assert np.isclose(outside[0] / inside[0], 1, rtol=1e-3)
assert np.isclose(outside[-1] / inside[-1], 1, rtol=1e-3)

for t in (1, 1000, 5000):
    c = 1 - 0.999**t
    raw = np.sqrt(c * g**2 + eps_inside) / np.sqrt(c)
    assert np.allclose(raw, np.sqrt(g**2 + eps_inside / c))

one = np.array([1e-6])
pytorch = step_over_lr(adam, one, 1, 1e-8)[0]
keras = step_over_lr(adam_eps_hat, one, 1, 1e-7)[0]
assert round(pytorch, 2) == 0.99 and round(keras, 2) == 0.24
# --8<-- [end:porting]

worst_ratio = outside[worst] / inside[worst]

# --8<-- [start:large]
def apart(eps, steps=200, beta1=0.9):
    h = np.array([0.04, 1.0])
    a = b = np.array([1.0, 1.0])
    state_a, state_b, most = zero, (0.0,), 0.0
    for t in range(1, steps + 1):
        lr_t = 2.5 * (1 - beta1) / (1 - beta1**t)
        a, state_a = adam(a, h * a, state_a, lr=2.5 * eps, eps=eps)
        b, state_b = momentum(b, h * b, state_b, lr=lr_t)
        most = max(most, np.hypot(*(a - b)))
    return most


apart_at = {eps: apart(eps) for eps in (1, 10, 100, 1000, 10_000)}
assert 9 < apart_at[1000] / apart_at[10_000] < 11
assert apart_at[10_000] < 0.001 < apart_at[1]
# --8<-- [end:large]

# --8<-- [start:race]
h = np.array([0.01, 0.25])
starts = np.random.default_rng(0).normal(0, 1, (20, 2))
rates = 10 ** np.arange(-3, 2.01, 0.25)


def left(eps, lr, seed, steps=100, noise=0.02):
    rng = np.random.default_rng(seed)
    theta, state, losses = starts, zero, []
    for _ in range(steps):
        g = h * theta + noise * rng.normal(size=theta.shape)
        theta, state = adam(theta, g, state, lr=lr, eps=eps)
        losses.append(np.sum(h * theta**2))
    return np.mean(losses[-10:]) / np.sum(h * starts**2)


best, same, tuned = {}, {}, {}
for eps in (1e-8, 0.01, 0.1, 1.0):
    best[eps] = min(rates, key=lambda lr: left(eps, lr, seed=1))
    seeds = range(2, 12)
    same[eps] = [left(eps, best[1e-8], seed) for seed in seeds]
    tuned[eps] = [left(eps, best[eps], seed) for seed in seeds]

assert min(same[1.0]) > 30 * max(same[1e-8])
assert np.mean(tuned[1.0]) < 1.25 * np.mean(tuned[1e-8])
assert best[1.0] > 50 * best[1e-8]
# --8<-- [end:race]

race = {
    eps: {
        "rate": best[eps], "same": np.mean(same[eps]),
        "tuned": np.mean(tuned[eps]), "low": min(tuned[eps]), "high": max(tuned[eps]),
    }
    for eps in best
}
rate_ratio = best[1.0] / best[1e-8]
same_ratio = race[1.0]["same"] / race[1e-8]["same"]

# --8<-- [start:inception]
def last_step(rule, state, **settings):
    theta = 0.0
    for _ in range(1000):
        before = theta
        theta, state = rule(theta, 0.01, state, **settings)
    return before - theta


steps = {
    "rmsprop": last_step(
        rmsprop_momentum_inside, (1.0, 0.0), lr=0.1, eps=1.0
    ),
    "momentum": last_step(momentum, (0.0,), lr=0.1),
    "adam": last_step(adam, zero, lr=0.001, eps=1e-8),
    "adam_one": last_step(adam, zero, lr=0.001, eps=1.0),
}
assert np.isclose(steps["rmsprop"], steps["momentum"], rtol=1e-4)
assert np.isclose(steps["adam"], 0.001, rtol=1e-5)
assert np.isclose(steps["adam_one"], 0.001 * 0.01 / 1.01)
assert round(steps["rmsprop"] / steps["adam_one"]) == 1010
# --8<-- [end:inception]

inception_ratio = steps["rmsprop"] / steps["adam_one"]
adam_ratio = steps["adam"] / steps["adam_one"]

# --8<-- [start:float16]
half = np.float16
assert half(1e-8) == 0 and half(1e-7) > 0

theta = np.array([1.0, 1.0], half)
g = np.array([0.0, 0.001], half)
with np.errstate(divide="ignore", invalid="ignore"):
    theta, (m, v, t) = adam(theta, g, zero, eps=1e-8)
assert theta.dtype == half and np.all(v == 0)
assert np.isnan(theta[0]) and theta[1] == -np.inf

larger_eps = {}
for eps in (1e-7, 1e-4, 1e-3):
    theta, _ = adam(np.zeros(1, half), g[1:], zero, lr=1.0, eps=eps)
    larger_eps[eps] = -float(theta[0])
assert larger_eps == {1e-7: 8392, 1e-4: 10, 1e-3: 1}
# --8<-- [end:float16]

# --8<-- [start:underflow]
every = np.arange(1, 0x7C00, dtype=np.uint16).view(half)
with np.errstate(over="ignore"):
    squares = every**2
square_lost = every[squares == 0].max()
v_lost = every[(1 - 0.999) * squares == 0].max()
overflows = every[np.isinf(squares)].min()

assert square_lost <= 2**-12.5 < np.nextafter(square_lost, half(1))
assert np.isclose(v_lost, np.sqrt(2**-25 / 0.001), rtol=0.002)
assert overflows == 256
# --8<-- [end:underflow]

lost = every[every <= v_lost]


def first_steps(g, beta1):
    """First steps in learning rates where v is lost, eps is |g|, and only what is kept is float16."""
    m = ((1 - beta1) * g.astype(float)).astype(half)
    return m / (1 - beta1) / g.astype(float)


as_large, _ = adam(np.zeros_like(lost), lost, zero, lr=1.0, eps=lost)
ways = [-as_large, first_steps(lost, 0.9), first_steps(lost, float(half(0.9)))]
# From there on an epsilon of |g| makes no first step longer than 1.01.
m_coarse = upward(lost[np.max(ways, axis=0) > 1.01].max(), 2)
square_lost, v_lost = float(square_lost), float(v_lost)
smallest_root = 2.0**-12

# --8<-- [start:bfloat16]
import ml_dtypes

bfloat16 = ml_dtypes.bfloat16
assert bfloat16(0.999) == 1 and bfloat16(1e-8) > 0


def settle(dtype, work, beta2, fresh):
    v, before = dtype(0), dtype(-1)
    while v != before:
        before = v
        v = dtype(work(beta2) * work(v) + work(fresh))
    return float(v)


settled = {}
for dtype in (bfloat16, half, np.float32):
    beta2 = dtype(0.999)
    settled[dtype.__name__] = {
        "stored": settle(dtype, np.float32, 0.999, 0.001),
        "rounded": settle(dtype, dtype, beta2, dtype(0.001)),
        "all": settle(dtype, dtype, beta2, dtype(1) - beta2),
    }
assert settled["bfloat16"] == {"stored": 0.25, "rounded": 0.5, "all": 0}
assert all(0.75 <= v < 0.76 for v in settled["float16"].values())
assert all(v > 0.9999 for v in settled["float32"].values())
# --8<-- [end:bfloat16]

step_at_quarter = 1 / np.sqrt(settled["bfloat16"]["stored"])
stored = {
    dtype.__name__: {beta2: settle(dtype, np.float32, beta2, 1 - beta2) for beta2 in (0.9, 0.95, 0.99, 0.999)}
    for dtype in (bfloat16, half, np.float32)
}

# --8<-- [start:gap]
def half_gap(v):
    return float(np.spacing(v)) / 2


for dtype in (bfloat16, half, np.float32):
    v = dtype(settled[dtype.__name__]["stored"])
    below = np.nextafter(v, dtype(0))
    assert 0.001 * (1 - float(v)) <= half_gap(v)
    assert 0.001 * (1 - float(below)) > half_gap(below)
# --8<-- [end:gap]

gone = np.sqrt(float(np.finfo(np.float32).smallest_subnormal) / 2 / 0.001)  # half the smallest is rounded to 0
gaps = {"quarter": half_gap(bfloat16(0.25)), "eighth": half_gap(bfloat16(0.2))}
adds = 0.001 * (1 - 0.25)

# --8<-- [start:ratchet]
def after_spike(dtype, steps=20_000):
    v = dtype(0.001 * 100.0**2)
    for _ in range(steps):
        v = dtype(np.float32(0.999) * np.float32(v) + np.float32(0.001))
    return float(v)


spike = {d.__name__: after_spike(d) for d in (bfloat16, np.float32)}
assert spike["bfloat16"] == 10
assert round(spike["float32"], 3) == 1
# --8<-- [end:ratchet]

step_after_spike = 1 / np.sqrt(spike["bfloat16"])

# --8<-- [start:eps_root]
def slope_of_root(g, eps_root):
    """How the root changes with g at step 1, by the chain rule."""
    v_hat = g**2
    outer = 0.5 / np.sqrt(v_hat + eps_root)
    return outer * 2 * g


silent = np.array([0.0, 1.0])
with np.errstate(divide="ignore", invalid="ignore"):
    slopes = slope_of_root(silent, 0.0)
assert np.isnan(slopes[0]) and slopes[1] == 1
assert (slope_of_root(silent, 1e-16) == [0, 1]).all()
# --8<-- [end:eps_root]

# --8<-- [start:remedy]
g = np.array([0.0, 0.001], half)
theta = np.array([1.0, 1.0], np.float32)
after, (m, v, t) = adam(theta, g.astype(np.float32), zero)
assert m.dtype == v.dtype == np.float32 and v[1] > 0
assert np.allclose(theta - after, [0, 0.001], rtol=1e-4)

assert bfloat16(1) - bfloat16(0.001) == 1
# --8<-- [end:remedy]
formats = {}
for dtype, info in ((half, np.finfo(half)), (bfloat16, ml_dtypes.finfo(bfloat16)), (np.float32, np.finfo(np.float32))):
    formats[dtype.__name__] = {
        "bits": info.nmant + 1, "least": float(info.smallest_subnormal), "most": float(info.max),
        "eps": float(dtype(1e-8)), "beta2": float(dtype(0.999)),
    }


def figure_effective(say):
    """How many times epsilon the constant epsilon hat acts like, over the steps."""
    fig, ax = panels(3.0)
    t = np.unique(np.round(np.logspace(0, np.log10(5000), 300)))
    for beta2, colour, width, style in ((0.9, "ink", 1.8, ":"), (0.99, "ink", 1.8, "--"), (0.999, "v", 2.6, "-")):
        curve(ax, t, 1 / np.sqrt(1 - beta2**t), colour, width, style)
    log_axis(ax, "x", [1, 10, 100, 1000, 5000])
    log_axis(ax, "y", [1, 10**0.5, 10, 1000**0.5])
    write(ax, 9, 13, "β₂ = 0.999", "v")
    write(ax, 1.9, 7.7, "0.99", "ink")
    write(ax, 1.15, 1.5, "0.9", "ink")
    ax.set(ylim=(0.9, 42), xlabel=say("스텝 t", "step t"), ylabel=say("유효 ε / ε̂", "effective ε / ε̂"))
    ax.grid(axis="y")
    return fig


def adam_path(eps, steps=100):
    """Places of Adam in the valley, from (2, 1)."""
    theta, state = np.array([2.0, 1.0]), zero
    places = [theta]
    for _ in range(steps):
        theta, state = adam(theta, h * theta, state, lr=0.03, eps=eps)
        places.append(theta)
    return np.array(places).T


def figure_paths(say):
    """The same start, the same lr, a hundred steps, four epsilons."""
    fig, ax = panels(3.3)
    x, y = np.meshgrid(np.linspace(-0.6, 2.3, 160), np.linspace(-0.5, 1.2, 120))
    valley = h[0] * x**2 + h[1] * y**2
    ax.contour(x, y, valley, levels=[0.02, 0.08, 0.25], colors=LIGHT["contour"], linewidths=0.9)
    looks = ((1e-8, "adam", 2.6, "-"), (0.01, "ink", 1.6, DASHES), (0.1, "ink", 1.8, ":"), (1.0, "momentum", 2.6, "-"))
    for eps, colour, width, style in looks:
        path = adam_path(eps)
        curve(ax, *path, colour, width, style)
        mark(ax, *path[:, -1], colour, 6)
    mark(ax, 0, 0, "ink", 9, "+")
    for x, y, text, colour in ((0.1, -0.1, f"ε = {tick(1e-8)}", "adam"), (0.54, 0.19, "0.01", "ink"),
                               (1.55, -0.1, "0.1", "ink"), (2.05, 0.6, "1", "momentum")):
        write(ax, x, y, text, colour, va="top", ha="center")
    ax.set(aspect="equal", xlim=(-0.6, 2.3), ylim=(-0.42, 1.15), xticks=[0, 1, 2], yticks=[0, 1])
    ax.set(xlabel="θ₁", ylabel="θ₂")
    return fig


LOOKS = {np.float32: ("ink", 1.6, "-"), half: ("v", 1.8, DASHES), bfloat16: ("wrong", 2.6, "-")}


def draw_gaps(ax, say):
    """The change of v in a step against v, and half a gap of each format."""
    grid = np.linspace(0.02, 0.99, 2000)
    for dtype, look in LOOKS.items():
        curve(ax, [half_gap(dtype(x)) for x in grid], grid, *look)
    v = 1 - np.logspace(0, -6, 400)
    curve(ax, 0.001 * (1 - v), v, "step", 2)
    log_axis(ax, "x", [1e-8, 1e-6, 1e-4])
    write(ax, 1.2e-8, 1.03, say("한 스텝의 변화", "change in a step"), "step")
    write(ax, 6e-8, 0.5, say("간격의 절반", "half a gap"), "ink", va="center")
    ax.set_xlabel(say("크기", "size"))


def draw_growth(ax, say):
    """v under a constant gradient of 1 in each format."""
    for dtype, look in LOOKS.items():
        v, path = dtype(0), []
        for _ in range(8000):
            v = dtype(np.float32(0.999) * np.float32(v) + np.float32(0.001))
            path.append(float(v))
        curve(ax, np.arange(1, 8001)[::20], path[::20], *look)
    ticks(ax, "y", [0, 0.25, 0.5, 0.75, 1])
    write(ax, 8000, 0.97, "float32", "ink", ha="right", va="top")
    write(ax, 8000, 0.735, "float16", "v", ha="right", va="top")
    write(ax, 8000, 0.27, "bfloat16", "wrong", ha="right", va="bottom")
    ax.set(xticks=[1, 4000, 8000], ylim=(0, 1.14), ylabel="v", xlabel=say("스텝 t", "step t"))


def figure_stall(say):
    """v under a constant gradient of 1 in three formats, and where its growth is under half a gap."""
    fig, axes = panels(3.6, 1, 2, sharey=True, width_ratios=(1, 1.2))
    draw_growth(axes[0], say)
    draw_gaps(axes[1], say)
    for v in (settled["bfloat16"]["stored"], settled["float16"]["stored"]):
        for ax in axes:
            ax.axhline(v, color=LIGHT["rule"], lw=0.9, zorder=0)
    return fig
