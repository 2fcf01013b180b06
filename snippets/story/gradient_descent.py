"""What the page story/gradient-descent runs: two curvatures, one learning rate."""

import numpy as np

from mhat.rules import gradient_descent
from snippets.shared.drawing import curve, log_axis, mark, panels, write
from snippets.shared.palette import LIGHT
from snippets.shared.typeset import tick

# --8<-- [start:valley]
curvature = np.array([1.0, 10.0])
start = np.array([-10.0, 3.0])


def loss(theta):
    return 0.5 * np.sum(curvature * theta**2)


def gradient(theta):
    return curvature * theta


h = 2.0**-10
slopes = [
    (loss(start + h * e) - loss(start - h * e)) / (2 * h)
    for e in np.eye(2)
]
assert np.allclose(gradient(start), slopes, rtol=0, atol=1e-10)
# --8<-- [end:valley]

# --8<-- [start:lanes]
def walk(theta, curvature, lr, steps):
    path = [theta]
    for _ in range(steps):
        g = curvature * theta
        theta, _ = gradient_descent(theta, g, (), lr)
        path.append(theta)
    return np.array(path)


lr = 0.18
path = walk(start, curvature, lr, 40)
factor = 1 - lr * curvature
t = np.arange(41)[:, None]
assert np.allclose(path, factor**t * start, rtol=1e-12, atol=0)
assert (np.diff(np.sign(path[:, 0])) == 0).all()
assert (np.diff(np.sign(path[:, 1])) != 0).all()
# --8<-- [end:lanes]

# --8<-- [start:limit]
L = curvature.max()
limit = 2 / L
below, at, above = [
    abs(walk(start, curvature, scale * limit, 100)[-1, 1])
    for scale in (0.99, 1.0, 1.01)
]
assert np.isclose(below, 3 * 0.98**100, rtol=1e-11)
assert at == 3
assert np.isclose(above, 3 * 1.02**100, rtol=1e-11)
# --8<-- [end:limit]

# --8<-- [start:asked]
x = np.array([[1, 0, 0], [1, 1, 1], [1, 2, 2]])
y = np.array([0, 1, 2])


def fit(lr, steps):
    w = np.ones(3)
    for _ in range(steps):
        g = 2 / 3 * x.T @ (x @ w - y)
        w, _ = gradient_descent(w, g, (), lr)
    return w


lambdas, axes = np.linalg.eigh(2 / 3 * x.T @ x)
assert np.allclose(lambdas, [0, 2 / 3, 8], rtol=0, atol=1e-14)
fitted = fit(0.1, 1000)
assert np.allclose(x @ fitted, y, rtol=0, atol=1e-12)
steep = [axes[:, 2] @ (fit(0.3, t) - fitted) for t in range(9)]
growth = np.divide(steep[1:], steep[:-1])
assert np.allclose(growth, 1 - 0.3 * 8, rtol=1e-11)
# --8<-- [end:asked]

asked_limit = 2 / lambdas[2]
asked_factor = {"ok": 1 - 0.1 * lambdas[2], "bad": 1 - 0.3 * lambdas[2]}
asked_kappa = lambdas[2] / lambdas[1]
with np.errstate(over="ignore", invalid="ignore"):
    asked_overflow, w = 0, np.ones(3)
    while np.isfinite(w).all():
        asked_overflow += 1
        w, _ = gradient_descent(w, 2 / 3 * x.T @ (x @ w - y), (), 0.3)

# --8<-- [start:best]
def worst(lr, curvature):
    return abs(1 - lr * curvature).max()


mu = curvature.min()
kappa = L / mu
best = 2 / (L + mu)
rho = (kappa - 1) / (kappa + 1)
assert np.isclose(worst(best, curvature), rho, rtol=1e-12)
for other in np.linspace(0.001, 0.25, 500):
    assert worst(other, curvature) > rho

distance = np.linalg.norm(walk(start, curvature, best, 40), axis=1)
assert np.allclose(distance[1:] / distance[:-1], rho, rtol=1e-12)
# --8<-- [end:best]

factor_flat, factor_steep = factor
distance_start = distance[0]

# --8<-- [start:count]
def count(kappa, lr, target=1e-6):
    curvature = np.array([1.0, kappa])
    theta, t = np.ones(2), 0
    while abs(theta).max() > target:
        theta, _ = gradient_descent(theta, curvature * theta, (), lr)
        t += 1
    return t


counted, closed = {}, {}
for k in (10, 100, 1000, 10_000):
    counted[k] = count(k, lr=2 / (k + 1))
    closed[k] = np.log(1e-6) / np.log((k - 1) / (k + 1))
    assert counted[k] == np.ceil(closed[k])
    assert np.isclose(closed[k], k * np.log(1e6) / 2, rtol=0.01)
assert counted == {10: 69, 100: 691, 1000: 6908, 10_000: 69_078}
# --8<-- [end:count]

rate = {k: (k - 1) / (k + 1) for k in counted}
per_kappa = np.log(1e6) / 2
left_1000 = rate[1000] ** 720

# --8<-- [start:predict]
best_100 = 2 / (100 + 1)
too_small = count(100, 0.98 * best_100)
error = walk(np.ones(2), np.array([1, 100]), 1.02 * best_100, 691)
too_large = abs(error[-1, 1])

assert too_small == 705
assert 1.02 * best_100 > 2 / 100
assert 7e5 < too_large < 8e5
# --8<-- [end:predict]

best_share = best_100 / (2 / 100)
tenth = count(100, 0.1 * 2 / 100)

# --8<-- [start:calm]
calm = count(100, lr=1 / 100)
steady = walk(np.ones(2), np.array([1, 100]), 1 / 100, calm)

assert (steady >= 0).all() and (steady[1:, 1] == 0).all()
assert calm == 1375
assert np.isclose(calm / counted[100], 2, rtol=0.01)
# --8<-- [end:calm]

# --8<-- [start:two_rates]
own = 1 / curvature
theta, _ = gradient_descent(start, gradient(start), (), own)
assert np.allclose(theta, 0, rtol=0, atol=1e-14)

theta = start
for one in own:
    theta, _ = gradient_descent(theta, gradient(theta), (), one)
assert np.allclose(theta, 0, rtol=0, atol=1e-14)

turn = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
turned = turn @ np.diag(curvature) @ turn.T
assert np.allclose(1 / np.diag(turned), best, rtol=1e-12)
# --8<-- [end:two_rates]

# --8<-- [start:noise]
def floor(lr, lam=1.0, sigma=1.0, runs=20_000, steps=200):
    rng = np.random.default_rng(0)
    theta = np.zeros(runs)
    for _ in range(steps):
        g = lam * theta + sigma * rng.standard_normal(runs)
        theta, _ = gradient_descent(theta, g, (), lr)
    return (0.5 * lam * theta**2).mean()


floors = {lr: floor(lr) for lr in (0.05, 0.1, 0.2)}
spread = np.sqrt(2 / 20_000)
for lr, measured in floors.items():
    expected = lr / (2 * (2 - lr))
    assert abs(measured / expected - 1) < 4 * spread
# --8<-- [end:noise]

floor_form = {lr: lr / (2 * (2 - lr)) for lr in (*floors, 0.95, 1.9)}

# --8<-- [start:quartic]
def quartic(theta, lr, steps=60):
    for _ in range(steps):
        g = 2 * theta + 4 * theta**3
        theta, _ = gradient_descent(theta, g, (), lr)
        if abs(theta) > 1e6:
            break
    return abs(theta)


def bend(theta):
    return 2 + 12 * theta**2


edge = np.sqrt((2 / 0.35 - 2) / 4)
assert quartic(0.99 * edge, lr=0.35) < 1e-6
assert quartic(1.01 * edge, lr=0.35) > 1e6
assert 2 / bend(edge) < 0.35 < 2 / bend(0)
# --8<-- [end:quartic]

bottom_limit, edge_limit = 2 / bend(0), 2 / bend(edge)


LANES = {0.1: 0, 0.5: -2.1, 1.0: -4.2, 1.5: -6.3, 1.9: -8.7, 2.0: -11.4, 2.1: -15.6}


def figure_lanes(say):
    """Seven lanes, one for each lr·λ: the error over ten steps, multiplied by 1 − lr·λ each time."""
    fig, ax = panels(5.4)
    t = np.arange(11)
    for product, place in LANES.items():
        error = (1 - product) ** t
        colour = "gd" if product < 2 else "wrong"
        curve(ax, [0, 10], [place, place], "rule", 0.9, zorder=0)
        ax.vlines(t, place, place + error, color=LIGHT[colour], lw=2.2)
        mark(ax, t, place + error, colour, 4)
        write(ax, -0.6, place, f"{product:.1f}", "ink", ha="right", va="center")
        text = tick(1 - product)
        write(ax, 10.7, place, f"×({text})" if product > 1 else f"×{text}", colour, va="center")
    write(ax, -0.6, 2.1, "lr·λ", "soft", ha="right", va="center")
    write(ax, 10.7, 2.1, "1 − lr·λ", "soft", va="center")
    ax.set(xlim=(-1.9, 13), ylim=(-18.6, 2.7), yticks=[], xticks=[0, 5, 10], xlabel=say("스텝 t", "step t"))
    ax.spines["left"].set_visible(False)
    return fig


def figure_map(say):
    """The factor of the steep lane and of flat lanes against lr·L; the crossing climbs to the corner (2, 1)."""
    fig, ax = panels(3.7)
    xs = np.linspace(0, 2.35, 200)
    ax.axhspan(1, 1.4, color=LIGHT["wrong"], alpha=0.1, lw=0)
    ax.axhline(1, color=LIGHT["wrong"], lw=1)
    curve(ax, xs, abs(1 - xs), "ink", 2.4)
    for k, style in ((2, ":"), (10, "--"), (100, "-.")):
        crossing = 2 * k / (k + 1), (k - 1) / (k + 1)
        near = xs[xs < crossing[0] + 0.12]
        curve(ax, near, 1 - near / k, "gd", 1.6, style)
        mark(ax, *crossing, "step", 8, zorder=3)
    write(ax, 0.74, 0.66, "κ = 2", "gd", va="bottom")
    write(ax, 2.15, 0.785, "κ = 10", "gd", va="center")
    write(ax, 2.15, 0.945, "κ = 100", "gd", va="center")
    write(ax, 0.72, 0.2, say("가파른 방향", "steep"), "ink", va="center", ha="right")
    write(ax, 0.05, 1.2, say("오차가 커짐", "the error grows"), "wrong", va="center")
    write(ax, 1.49, 0.33, "lr = 2/(L+μ)", "step", va="center")
    ax.set(xticks=[0, 1, 2], yticks=[0, 0.5, 1], xlim=(0, 2.55), ylim=(0, 1.4), xlabel="lr·L", ylabel="|1 − lr·λ|")
    return fig


def figure_rate(say):
    """The distance to the minimum at the best learning rate: lines are runs, dots are the closed form."""
    fig, ax = panels(3.5)
    for k, style, apart in ((10, "-", 10), (100, "--", 60), (1000, "-.", 60)):
        ran = abs(walk(np.ones(2), np.array([1.0, k]), 2 / (k + 1), 720)).max(axis=1)
        curve(ax, np.flatnonzero(ran > 3e-7), ran[ran > 3e-7], "gd", 2, style)
        at = np.arange(0, 721, apart)
        form = ((k - 1) / (k + 1)) ** at
        mark(ax, at[form > 3e-7], form[form > 3e-7], "gd", 5, mfc=LIGHT["paper"], mec=LIGHT["ink"])
    log_axis(ax, "y", [1, 0.01, 1e-4, 1e-6])
    ax.axhline(1e-6, color=LIGHT["soft"], lw=0.8, ls=":")
    ax.set(xticks=[0, counted[10], 400, counted[100]], xlim=(0, 760), ylim=(3e-7, 2))
    write(ax, 62, 3e-4, "κ = 10", "ink", ha="left")
    write(ax, 420, 6e-4, "κ = 100", "ink", ha="left")
    write(ax, 520, 6e-1, "κ = 1000", "ink", ha="left")
    ax.set(xlabel=say("스텝 t", "step t"), ylabel=say("최솟값까지의 거리", "distance to the minimum"))
    return fig


def figure_cliff(say):
    """Steps to a millionth against the learning rate, κ = 100: a slope on one side, a wall on the other."""
    fig, ax = panels(3.3)
    xs = np.concatenate([np.linspace(0.05, 0.99, 300), 1 - np.geomspace(0.0099, 2e-4, 60)])
    need = np.log(1e-6) / np.log([worst(x * 2 / 100, np.array([1, 100])) for x in xs])
    ax.axvspan(1, 1.12, color=LIGHT["wrong"], alpha=0.1, lw=0)
    ax.axvline(1, color=LIGHT["wrong"], lw=1)
    curve(ax, xs, need, "gd", 2.4)
    mark(ax, best_share, counted[100], "step", 8)
    mark(ax, [0.1, 0.5], [tenth, calm], "gd", 7, mfc=LIGHT["paper"], mec=LIGHT["gd"], mew=1.8)
    log_axis(ax, "y", [counted[100], calm, tenth])
    ax.set_xticks([0.1, 0.5, 1], ["0.2/L", "1/L", "2/L"])
    ax.set(xlim=(0, 1.12), ylim=(500, 20_000))
    write(ax, 0.94, 600, say("가장 좋은 학습률", "best learning rate"), "step", ha="right", va="center")
    write(ax, 1.06, 3000, say("발산", "diverges"), "wrong", rotation=90, ha="center", va="center")
    ax.set(xlabel=say("학습률", "learning rate"), ylabel=say("스텝 수", "steps"))
    return fig
