"""What the page story/momentum runs: the heavy ball, its conventions, and Nesterov's spellings."""

import numpy as np

from mhat.rules import gradient_descent, momentum, nesterov
from snippets.shared.drawing import DASHES, curve, log_axis, mark, panels, ticks, write
from snippets.shared.palette import LIGHT

# --8<-- [start:valley]
h = np.array([1.0, 100.0])
start = np.array([1.0, 0.1])


def walk(rule, state, steps, **settings):
    theta, path = start, [start]
    for _ in range(steps):
        theta, state = rule(theta, h * theta, state, **settings)
        path.append(theta)
    return np.array(path)


plain = walk(gradient_descent, (), 30, lr=2 / 101)
ball = walk(momentum, (0.0,), 30, lr=4 / 121, beta=(9 / 11) ** 2)

plain_left, ball_left = plain[-1, 0], ball[-1, 0]
assert np.isclose(plain_left, (99 / 101) ** 30, rtol=1e-12)
assert ball_left < plain_left / 30
# --8<-- [end:valley]

# --8<-- [start:velocity]
def velocities(gs, beta=0.9):
    u, out = 0.0, []
    for g in gs:
        u = beta * u + g
        out.append(u)
    return np.array(out)


same_sign = velocities(np.ones(400))
other_sign = velocities((-1.0) ** np.arange(400))

assert np.allclose(same_sign[:3], [1, 1.9, 2.71], rtol=1e-15)
assert np.isclose(same_sign[-1], 1 / (1 - 0.9), rtol=1e-14)
assert np.isclose(abs(other_sign[-1]), 1 / (1 + 0.9), rtol=1e-14)
# --8<-- [end:velocity]

along, across = same_sign[-1], abs(other_sign[-1])
along_over_across = along / across

# --8<-- [start:rate]
def rate(x, beta):
    half = (1 + beta - x) / 2
    root = np.sqrt(half**2 - beta + 0j)
    return np.maximum(abs(half + root), abs(half - root))


def fall(x, beta, steps=60):
    theta, state, path = 1.0, (0.0,), [1.0]
    for _ in range(steps):
        theta, state = momentum(theta, theta, state, x, beta)
        path.append(theta)
    return np.array(path)


x = 0.1
critical = (1 - np.sqrt(x)) ** 2
betas = np.linspace(0, 0.999, 1000)

assert abs(betas[rate(x, betas).argmin()] - critical) < 0.001
assert np.all(fall(x, critical) > 0) and fall(x, 0.9).min() < 0
assert np.allclose(fall(x, 0), (1 - x) ** np.arange(61), rtol=1e-12)
# --8<-- [end:rate]

critical_rate = float(rate(x, critical))
lowest = fall(x, 0.9).min()
slow_rate, loose_rate = float(rate(x, 0.0)), float(rate(x, 0.9))

# --8<-- [start:floor]
def floor(beta):
    return (1 - np.sqrt(beta)) ** 2, (1 + np.sqrt(beta)) ** 2


for beta in (0.5, 0.9, 0.99):
    left, right = floor(beta)
    inside = np.linspace(left, right, 1001)[1:-1]
    assert np.allclose(rate(inside, beta), np.sqrt(beta), rtol=1e-12)
    assert rate(0.9 * left, beta) > np.sqrt(beta) + 0.001
    assert rate(1.1 * right, beta) > np.sqrt(beta) + 0.001
    assert np.isclose(rate(2 * (1 + beta), beta), 1, rtol=1e-12)
# --8<-- [end:floor]

kappa_of = {beta: floor(beta)[1] / floor(beta)[0] for beta in (0.9, 0.99)}
root_of = {beta: np.sqrt(beta) for beta in (0.9, 0.99)}
limit_at_09 = 2 * (1 + 0.9)
level_100, gd_level_100 = 9 / 11, 99 / 101

# --8<-- [start:best]
def best(kappa):
    beta = ((np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)) ** 2
    return {"lr": (1 + np.sqrt(beta)) ** 2 / kappa, "beta": beta}


def steps_to_millionth(rule, state, kappa, **settings):
    theta, h, steps = np.ones(2), np.array([1.0, kappa]), 0
    while max(abs(theta)) > 1e-6:
        theta, state = rule(theta, h * theta, state, **settings)
        steps += 1
    return steps


def counts(kappa):
    gd = {"lr": 2 / (kappa + 1)}
    return (
        steps_to_millionth(gradient_descent, (), kappa, **gd),
        steps_to_millionth(momentum, (0.0,), kappa, **best(kappa)),
    )


gd_100, ball_100 = counts(100)
gd_10000, ball_10000 = counts(10_000)
assert (gd_100, ball_100) == (691, 95)
assert (gd_10000, ball_10000) == (69_078, 1074)
# --8<-- [end:best]

# --8<-- [start:factor]
def asymptotic(kappa):
    return int(np.ceil(np.log(1e-6) / np.log(best(kappa)["beta"] ** 0.5)))


def steep_size(t, kappa):
    r = np.sqrt(best(kappa)["beta"])
    return r**t * (1 + (1 + r) * t)


assert (asymptotic(100), asymptotic(10_000)) == (69, 691)
for kappa, steps in ((100, ball_100), (10_000, ball_10000)):
    assert steep_size(steps, kappa) <= 1e-6 < steep_size(steps - 1, kappa)

hump = steep_size(np.arange(200), 10_000)
assert hump.argmax() == 49 and round(hump.max(), 1) == 36.8

searched = {
    100: {"lr": 0.03213, "beta": 0.678},
    10_000: {"lr": 3.72e-4, "beta": 0.96225},
}
fewest = {
    kappa: steps_to_millionth(momentum, (0.0,), kappa, **settings)
    for kappa, settings in searched.items()
}
assert fewest == {100: 75, 10_000: 789}
# --8<-- [end:factor]

passing = {  # settings with which the path is that near sooner, and leaves again
    kappa: steps_to_millionth(momentum, (0.0,), kappa, lr=lr, beta=beta)
    for kappa, lr, beta in ((100, 0.03305, 0.679), (10_000, 3.74e-4, 0.96307))
}
promised_100, promised_10000 = asymptotic(100), asymptotic(10_000)
hump_top, hump_at = hump.max(), int(hump.argmax())
hump_100 = steep_size(np.arange(200), 100).max()
saving_10000 = gd_10000 / ball_10000
saving_searched = gd_10000 / fewest[10_000]
beta_100, beta_10000 = best(100)["beta"], best(10_000)["beta"]
lr_100 = best(100)["lr"]

# --8<-- [start:too_much]
def steps_until_it_stays(beta, lr, kappa=100.0, most=4000):
    theta, state, far = np.ones(2), (0.0,), []
    for _ in range(most):
        g = np.array([1.0, kappa]) * theta
        theta, state = momentum(theta, g, state, lr, beta)
        far.append(max(abs(theta)) > 1e-6)
    return 2 + np.flatnonzero(far)[-1]


lr = best(100)["lr"]
too_much = steps_until_it_stays(0.99, lr)
little_more = steps_until_it_stays(0.68, lr)
assert steps_until_it_stays(best(100)["beta"], lr) == ball_100
assert little_more == 84 < ball_100
assert too_much == 2924 > 4 * gd_100
# --8<-- [end:too_much]

default_steps = steps_until_it_stays(0.9, lr)

# --8<-- [start:conventions]
def outside(u, g, lr, beta):
    u = beta * u + g
    return lr * u, u


def inside(u, g, lr, beta):
    u = beta * u + lr * g
    return u, u


def average(u, g, lr, beta):
    u = beta * u + (1 - beta) * g
    return lr / (1 - beta) * u, u


def steps_of(form, gs, lrs, beta=0.9):
    u, out = 0.0, []
    for g, lr in zip(gs, lrs):
        step, u = form(u, g, lr, beta)
        out.append(step)
    return np.array(out)


for seed in range(5):
    gs = np.random.default_rng(seed).normal(size=1000)
    wanted = steps_of(outside, gs, np.full(1000, 0.1))
    for form in (inside, average):
        steps = steps_of(form, gs, np.full(1000, 0.1))
        assert np.allclose(steps, wanted, rtol=0, atol=1e-14)
# --8<-- [end:conventions]

# --8<-- [start:drop]
lrs = np.repeat([0.1, 0.01], 400)
dropped = {
    form.__name__: steps_of(form, np.ones(800), lrs)
    for form in (outside, inside, average)
}
now = {name: steps[400] for name, steps in dropped.items()}
rolled = sum(dropped["inside"][400:] - dropped["outside"][400:])
new_step = 0.01 / (1 - 0.9)

assert np.isclose(now["outside"], new_step, rtol=1e-12)
assert np.isclose(now["average"], new_step, rtol=1e-12)
assert np.isclose(now["inside"], 0.91, rtol=1e-12)
assert np.isclose(rolled, 81 * new_step, rtol=1e-12)
# --8<-- [end:drop]

old_step = 0.1 / (1 - 0.9)
rolled_steps = rolled / new_step
inside_next = dropped["inside"][401:404]

# --8<-- [start:mend]
def inside_mended(gs, lrs, beta=0.9):
    u, before, out = 0.0, lrs[0], []
    for g, lr in zip(gs, lrs):
        u = beta * (lr / before) * u + lr * g
        before = lr
        out.append(u)
    return np.array(out)


mended = inside_mended(np.ones(800), lrs)
assert np.allclose(mended, dropped["outside"], rtol=1e-13)

with np.errstate(divide="ignore", invalid="ignore"):
    warmed = inside_mended(np.ones(3), np.array([0.0, 0.05, 0.1]))
assert np.isnan(warmed).all()
# --8<-- [end:mend]

# --8<-- [start:dampening]
def damped(gs, beta, dampening, first_whole):
    u, out = 0.0, []
    for t, g in enumerate(gs, 1):
        whole = first_whole and t == 1
        u = beta * u + (g if whole else (1 - dampening) * g)
        out.append(u)
    return np.array(out)


from_zero = damped(np.ones(50), 0.9, 0.9, first_whole=False)
from_first = damped(np.ones(50), 0.9, 0.9, first_whole=True)
assert np.allclose(from_zero, 1 - 0.9 ** np.arange(1, 51), rtol=1e-13)
assert np.allclose(from_first, 1, rtol=1e-13)

only_first = np.eye(50)[0]
share = damped(only_first, 0.9, 0.9, first_whole=True)[-1]
fair = damped(only_first, 0.9, 0.9, first_whole=False)[-1]
assert np.isclose(share / fair, 10, rtol=1e-12)
# --8<-- [end:dampening]

first_weight = share / fair

# --8<-- [start:circle]
def kinked(x):
    return np.where(x < 1, 25 * x, np.where(x < 2, x + 24, 25 * x - 24))


def last_ones(rule, lr, beta, x, steps=3000):
    state, path = (0.0,), []
    for _ in range(steps):
        x, state = rule(x, kinked(x), state, lr, beta)
        path.append(x)
    return np.array(path[-6:])


starts = np.linspace(-6, 6, 2401)
around = last_ones(momentum, 1 / 9, 4 / 9, np.array(3.3))
lost = abs(last_ones(momentum, 1 / 9, 4 / 9, starts)).max(axis=0) > 0.1
home = abs(last_ones(nesterov, 1 / 25, 4 / 6, starts)).max()

assert np.allclose(around[:3], around[3:], rtol=1e-12)
assert abs(around).min() > 0.6
assert 0.1 < lost.mean() < 0.13 and home < 1e-12
# --8<-- [end:circle]

lost_share = lost.mean()
loop = np.sort(around[:3])
ends = np.sort(last_ones(momentum, 1 / 9, 4 / 9, starts[lost])[:3], axis=0)
assert np.allclose(ends, loop[:, None]), "all that are lost end in one cycle"

# --8<-- [start:spellings]
def grad(theta):
    return np.array([1.0, 20.0]) * theta / np.sqrt(1 + theta**2)


def look_ahead(theta, u, lr, beta):
    u = beta * u - lr * grad(theta + beta * u)
    return theta + u, u


def pytorch(theta, u, lr, beta):
    g = grad(theta)
    u = beta * u + g
    return theta - lr * (g + beta * u), u


def keras(theta, u, lr, beta):
    g = grad(theta)
    u = beta * u - lr * g
    return theta + beta * u - lr * g, u


def bengio(theta, u, lr, beta):
    g = grad(theta)
    new = beta * u - lr * g
    return theta + beta**2 * u - (1 + beta) * lr * g, new


def follow(form, theta, steps=200, lr=0.05, beta=0.9):
    u, thetas, us = np.zeros(2), [], []
    for _ in range(steps):
        theta, u = form(theta, u, lr, beta)
        thetas.append(theta)
        us.append(u)
    return np.array(thetas), np.array(us)


apart = 0.0
for seed in range(5):
    begin = np.random.default_rng(seed).normal(size=2)
    thetas, us = follow(look_ahead, begin)
    ahead = thetas + 0.9 * us
    for form in (pytorch, keras, bengio):
        gap = abs(follow(form, begin)[0] - ahead).max()
        apart = max(apart, gap)
assert apart < 1e-13
# --8<-- [end:spellings]

# --8<-- [start:rule]
theta, state = begin, (0.0,)
for wanted in follow(pytorch, begin)[0]:
    theta, state = nesterov(theta, grad(theta), state, lr=0.05)
    assert np.array_equal(theta, wanted)
# --8<-- [end:rule]

# --8<-- [start:textbook]
def textbook(theta, u, lr, beta):
    g = grad(theta)
    u = beta * u - lr * g
    return theta + beta**2 * u - (1 + beta) * lr * g, u


def two_ahead(theta, u, lr, beta):
    u = beta * u - lr * grad(theta + (beta + beta**2) * u)
    return theta + u, u


first = {
    form.__name__: (begin - form(begin, 0.0, 0.05, 0.9)[0])
    / (0.05 * grad(begin))
    for form in (bengio, textbook)
}
assert np.allclose(first["bengio"], 1.9, rtol=1e-13)
assert np.allclose(first["textbook"], 2.71, rtol=1e-13)

thetas, us = follow(two_ahead, begin)
ahead = thetas + (0.9 + 0.9**2) * us
assert np.allclose(follow(textbook, begin)[0], ahead, atol=1e-13)
# --8<-- [end:textbook]

# --8<-- [start:limits]
def grows(x, beta, correct):
    theta, u = 1.0, 0.0
    for _ in range(2000):
        old, u = u, beta * u - x * theta
        used = old if correct else u
        theta = theta + beta**2 * used - (1 + beta) * x * theta
    return abs(theta) > 1


beta = 0.9
right_limit = 2 * (1 + beta) / (1 + 2 * beta)
book_limit = 2 * (1 + beta) / (1 + 2 * beta + 2 * beta**2)
for limit, correct in ((right_limit, True), (book_limit, False)):
    assert not grows(0.99 * limit, beta, correct)
    assert grows(1.01 * limit, beta, correct)
# --8<-- [end:limits]

first_right, first_book = first["bengio"][0], first["textbook"][0]


def level_lines(ax, curvature, across, along, levels):
    """Lines of equal loss in a valley."""
    xs, ys = np.meshgrid(np.linspace(*across), np.linspace(*along))
    loss = (curvature[0] * xs**2 + curvature[1] * ys**2) / 2
    ax.contour(xs, ys, loss, levels=levels, colors=LIGHT["contour"], linewidths=0.9)


def figure_damping(say):
    """One direction of the valley under three betas: creeping, critical, swinging."""
    fig, ax = panels(2.5)
    curve(ax, range(51), fall(0.1, 0.0, 50), "gd", 1.8, DASHES)
    curve(ax, range(51), fall(0.1, 0.9, 50), "momentum", 1.6)
    curve(ax, range(51), fall(0.1, critical, 50), "step", 2.8)
    ax.axhline(0, color=LIGHT["soft"], lw=0.8)
    write(ax, 9.3, 0.44, "β = 0", "gd")
    write(ax, 21.5, 0.36, "β = 0.9", "momentum")
    ax.annotate(f"β = {critical:.2f}", (5.6, 0.335), (7.3, 0.76), color=LIGHT["step"], va="center",
                arrowprops={"arrowstyle": "-", "color": LIGHT["step"], "lw": 0.8, "shrinkB": 2, "shrinkA": 1})
    ax.set(xlabel=say("스텝 t", "step t"), ylabel="θ", xticks=[0, 10, 20, 30, 40, 50], xlim=(0, 50))
    ticks(ax, "y", [-0.5, 0, 0.5, 1])
    return fig


def some(steps):
    """Some of so many steps, evenly on a logarithmic axis."""
    return np.unique(np.geomspace(1, steps, 400).astype(int))


ENDS = (
    (ball_100, "momentum", 74, "right"), (gd_100, "gd", 500, "right"),
    (ball_10000, "momentum", 1400, "left"), (gd_10000, "gd", 52_000, "right"),
)


def figure_race(say):
    """The farther of two coordinates over the steps, for two condition numbers."""
    fig, ax = panels(2.9)
    for kappa, gd, with_ball, width in ((100, gd_100, ball_100, 2.6), (10_000, gd_10000, ball_10000, 1.5)):
        curve(ax, some(gd), ((kappa - 1) / (kappa + 1)) ** some(gd), "gd", width, DASHES)
        curve(ax, some(with_ball), steep_size(some(with_ball), kappa), "momentum", width)
    for steps, colour, place, side in ENDS:
        mark(ax, steps, 1e-6, colour, 5, clip_on=False)
        write(ax, place, 1.5e-6, f"{steps:,}", colour, ha=side, va="bottom")
    write(ax, 40, 3e-4, "κ = 100", "momentum", ha="right")
    write(ax, 120, 60, "κ = 10⁴", "momentum")
    write(ax, 2600, 0.02, "κ = 10⁴", "gd")
    write(ax, 175, 3e-4, "κ = 100", "gd", ha="center")
    log_axis(ax, "x", [1, 10, 100, 1000, 10_000, 100_000])
    log_axis(ax, "y", [1e-6, 1e-4, 0.01, 1])
    ax.set(ylim=(1e-6, 300), xlim=(1, 1.1e5), xlabel=say("스텝 t", "step t"), ylabel=say("남은 거리", "distance left"))
    ax.grid(axis="y")
    return fig


def figure_drop(say):
    """The step under a constant gradient when the learning rate falls to a tenth."""
    fig, ax = panels(2.5)
    t = np.arange(-10, 41)
    quick, slow = dropped["outside"][390:441], dropped["inside"][390:441]
    ax.fill_between(t, quick, slow, step="mid", color=LIGHT["soft"], alpha=0.22, lw=0)
    ax.step(t, slow, where="mid", color=LIGHT["ink"], lw=2, ls=(0, (5, 1.2)))
    ax.step(t, quick, where="mid", color=LIGHT["momentum"], lw=2.6)
    write(ax, 10, 0.62, say("학습률이 속도 안", "lr inside the velocity"), "ink")
    write(ax, -9.5, 0.2, say("속도 밖", "lr outside"), "momentum", va="bottom")
    write(ax, 3.6, 0.3, f"{rolled:.1f}", "ink", ha="center", va="center", fontsize=12)
    ticks(ax, "x", [-10, 0, 10, 20, 30, 40])
    ticks(ax, "y", [0, 0.1, 0.5, 1])
    ax.set(ylim=(0, 1.08), xlim=(-10, 40), ylabel=say("스텝 크기", "size of the step"))
    ax.set_xlabel(say("학습률이 떨어진 뒤의 스텝", "steps after the drop"))
    return fig


def corners(bend, lr=0.1, beta=0.8, steps=4):
    """Where Nesterov's walk reads each gradient, and where the step from there leads."""
    at, u, path = np.array([1.0, 0.5]), np.zeros(2), []
    for _ in range(steps):
        look = at + beta * u
        new = look - lr * bend * look
        u, at = new - at, new
        path.append((look, new))
    return path


UNDER = {"facecolor": LIGHT["paper"], "edgecolor": "none", "pad": 1.5}


def draw_key(ax, y, marker, face, edge, text):
    """A mark and what it stands for."""
    mark(ax, 0.79, y, face, 8, marker, mec=LIGHT[edge], mew=1.8)
    write(ax, 0.815, y, text, edge, va="center", bbox=UNDER)


def figure_one_path(say):
    """Nesterov's walk as one zigzag line: the spellings write down every other corner of it."""
    fig, ax = panels(3.0)
    bend = np.array([1.0, 7.0])
    path = corners(bend)
    level_lines(ax, bend, (0.3, 1.15, 101), (-0.34, 0.56, 101), 7)
    for look, new in path:
        curve(ax, *zip(look, new), "g", 2)
    for (_, new), (look, _) in zip(path, path[1:]):
        curve(ax, *zip(new, look), "momentum", 2, (0, (3, 1.2)))
    for look, new in path:
        mark(ax, *look, "paper", 9, "s", mec=LIGHT["ink"], mew=1.8)
        mark(ax, *new, "momentum", 8)
    write(ax, 0.93, 0.34, say("기울기로 한 걸음", "gradient step"), "g", ha="right", bbox=UNDER)
    write(ax, 0.83, 0.07, say("미끄러짐", "coast"), "momentum", ha="right", bbox=UNDER)
    draw_key(ax, -0.2, "o", "momentum", "momentum", say("앞을 보는 표기의 θ", "θ of the look-ahead form"))
    draw_key(ax, -0.28, "s", "paper", "ink", say("다른 세 표기의 θ", "θ of the other three"))
    ax.set(xticks=[], yticks=[])
    ax.spines[["left", "bottom"]].set_visible(False)
    return fig
