"""What the page story/rmsprop runs: a scale for each coordinate, and what the frameworks make of it."""

import numpy as np

from mhat.forms import rmsprop_momentum_inside, rmsprop_momentum_outside
from mhat.rules import adagrad, gradient_descent, rmsprop
from snippets.shared.drawing import DASHES, curve, log_axis, panels, write
from snippets.shared.palette import LIGHT
from snippets.shared.typeset import typeset, upward

# --8<-- [start:scales]
g = np.array([1000.0, 1.0, 0.001])
theta, state = np.zeros(3), (0.0,)
for _ in range(100):
    before = theta
    theta, state = rmsprop(theta, g, state, lr=0.01)

last_step = before - theta
assert np.allclose(last_step, 0.01, rtol=2e-5)
# --8<-- [end:scales]

spread = g[0] / g[2]

# --8<-- [start:valleys]
def walk(rule, state, h, turn=0.0, steps=40, **settings):
    c, s = np.cos(turn), np.sin(turn)
    axes = np.array([[c, -s], [s, c]])
    theta, path = axes @ [1.0, 0.6], [[1.0, 0.6]]
    for _ in range(steps):
        g = axes @ (h * (axes.T @ theta))
        theta, state = rule(theta, g, state, **settings)
        path.append(axes.T @ theta)
    return np.array(path)


round_valley, steep_valley = np.array([1, 1]), np.array([1, 100])
ours = {"state": (0.0,), "lr": 0.03, "eps": 0}
in_round = walk(rmsprop, h=round_valley, **ours)
in_steep = walk(rmsprop, h=steep_valley, **ours)
in_louder = walk(rmsprop, h=1024 * steep_valley, **ours)
in_turned = walk(rmsprop, h=steep_valley, turn=np.pi / 4, **ours)

assert np.allclose(in_steep, in_round, rtol=0, atol=1e-13)
assert np.array_equal(in_louder, in_steep)
assert abs(in_steep[-1, 0]) < 0.04 < 0.8 < in_turned[-1, 0]
# --8<-- [end:valleys]

left_steep, left_turned = in_steep[-1, 0], in_turned[-1, 0]

# --8<-- [start:descent]
plain = {"state": (), "lr": 0.01}
gd_steep = walk(gradient_descent, h=steep_valley, **plain)
gd_turned = walk(
    gradient_descent, h=steep_valley, turn=np.pi / 4, **plain
)
assert np.allclose(gd_turned, gd_steep, rtol=0, atol=1e-13)
assert np.isclose(gd_steep[-1, 0], 0.99**40, rtol=1e-13)
# --8<-- [end:descent]

gd_left = gd_steep[-1, 0]

# --8<-- [start:sign]
draws = np.random.default_rng(1).normal(0, 100, 1000)
theta, _ = rmsprop(0.0, draws, (0.0,), lr=0.01, beta2=0, eps=0)
assert np.allclose(theta, -0.01 * np.sign(draws), rtol=1e-15)

theta, state, steps = 0.0, (0.0,), []
for g in draws:
    before = theta
    theta, state = rmsprop(theta, g, state, lr=0.01)
    steps.append(abs(before - theta) / 0.01)
bound = 1 / np.sqrt(1 - 0.9)
assert np.isclose(steps[0], bound, rtol=1e-7)
assert np.argmax(steps) == 0
# --8<-- [end:sign]

bound_of = {beta2: 1 / np.sqrt(1 - beta2) for beta2 in (0.9, 0.99, 0.999)}

# --8<-- [start:noise]
noise = np.array(
    [np.random.default_rng(s).normal(0, 1, 8000) for s in range(20)]
)
ratio = np.array([[0], [1], [3], [10]])


def walks(beta2):
    theta, state, path = np.zeros((4, 20)), (1 + ratio**2,), []
    for z in noise.T:
        g = 1 + ratio * z
        theta, state = rmsprop(theta, g, state, 1, beta2, eps=0)
        path.append(-theta)
    return np.array(path)


def progress(path):
    each = path[-1] / len(path)
    half = 2.093 * each.std(axis=1, ddof=1) / np.sqrt(20)
    return each.mean(axis=1), half


predicted = 1 / np.sqrt(1 + ratio[:, 0] ** 2)
long_memory, short_memory = walks(0.99), walks(0.9)
mean, half = progress(long_memory)
assert np.all(abs(mean - predicted)[1:] < half[1:])
short_mean, short_half = progress(short_memory)
assert np.all(short_mean[1:] < predicted[1:])
assert short_mean[1] + short_half[1] < predicted[1]

typical = np.sqrt(np.mean(np.diff(short_memory, axis=0) ** 2, axis=0))
assert 0.95 < typical.min() and typical.max() < 1 + 1e-12
# --8<-- [end:noise]

noisy = {
    size: {"predicted": predicted[k], "long": mean[k], "long_half": half[k], "short": short_mean[k],
           "short_half": short_half[k], "typical": typical[k].mean()}
    for k, size in enumerate(ratio[:, 0])
}


def rare_rms(share=0.01, steps=1000, copies=10_000, before=200):
    """The root mean square of a step where gradients are 1 in so many of the steps, at random, and 0 else."""
    rng = np.random.default_rng(4)
    state, squares = (np.full(copies, share),), []
    for _ in range(before + steps):
        step, state = rmsprop(0.0, (rng.random(copies) < share) * 1.0, state, 1, 0.9, eps=0)
        squares.append(np.mean(step**2))
    return np.sqrt(np.mean(squares[before:]))


rare = rare_rms()

# --8<-- [start:adagrad]
stream = np.repeat([1.0, 10.0, 1.0, 0.1], 100)


def step_sizes(rule):
    state, sizes = (0.0,), []
    for g in stream:
        theta, state = rule(0.0, g, state, lr=1)
        sizes.append(-theta)
    return np.array(sizes)


average, summed = step_sizes(rmsprop), step_sizes(adagrad)
assert np.allclose(average[99::100], 1, rtol=0.002)
assert np.isclose(summed[99], 1 / np.sqrt(100), rtol=1e-7)
assert np.isclose(summed[-1], 0.1 / np.sqrt(10_201), rtol=1e-7)

half_life = np.log(0.5) / np.log(0.9)
assert np.isclose(0.9**half_life, 0.5) and 6 < half_life < 7
# --8<-- [end:adagrad]

after_rise, after_fall = average[100], average[200]
recovered_at = int(np.flatnonzero(average[200:300] > 0.9)[0]) + 1

# --8<-- [start:cycle]
def bowl(lr, h=1.0, eps=0.0, fade=1.0, steps=1000):
    theta, state, path = 1.0, (0.0,), []
    for _ in range(steps):
        theta, state = rmsprop(theta, h * theta, state, lr, eps=eps)
        lr = lr * fade
        path.append(theta)
    return np.array(path)


path = bowl(lr=0.01)
closest, closest_at = abs(path).min(), abs(path).argmin() + 1
assert closest < 1e-20 and closest_at < 200
for h in (0.01, 1, 100):
    tail = bowl(lr=0.01, h=h)[-100:]
    assert np.allclose(abs(tail), 0.01 / 2, rtol=1e-12)
    assert np.all(tail[1:] * tail[:-1] < 0)
assert np.allclose(abs(bowl(0.01, eps=0.001)[-9:]), 0.004, rtol=1e-12)
assert abs(bowl(0.01, eps=0.006)[199]) < 1e-40
assert abs(bowl(0.01, fade=0.995)[-1]) < 0.01 * 0.995**1000
# --8<-- [end:cycle]

faded = abs(bowl(0.01, fade=0.995)[-1])
faded_lr = 0.01 * 0.995**1000
damped = abs(bowl(0.01, eps=0.006)[199])


def in_float32(lr, beta2, steps=1000):
    """The size of theta on ½θ² when every number is a float32."""
    lr, beta2, eps = np.float32([lr, beta2, 0])
    theta, state, path = np.float32(1), (np.float32(0),), []
    for _ in range(steps):
        theta, state = rmsprop(theta, theta, state, lr, beta2, eps)
        path.append(abs(theta))
    return np.array(path)


underflowed = in_float32(0.01, 0.99)
stuck, stuck_at = underflowed[-1], int(np.argmax(underflowed == underflowed[-1])) + 1

CROSSED = np.array([[5.0, -2, -2], [-2, 7, -2], [-2, -2, 4]])


def wander(steps=20_000, last=2000, lr=0.01):
    """The distances from the minimum over lr in the last steps on ½θᵀHθ, where no axis is a direction of curvature."""
    theta, state, path = np.array([1.0, 0.5, -0.3]), (0.0,), []
    for _ in range(steps):
        theta, state = rmsprop(theta, CROSSED @ theta, state, lr, eps=0)
        path.append(theta)
    return np.linalg.norm(path[-last:], axis=1) / lr


distances = wander()
near, far = -upward(-distances.min()), upward(distances.max(), 2)


def cloud(lr, sigma, steps=20_000):
    """Standard deviation of theta on ½θ² with gradient noise, 20 seeds, second half."""
    rng = np.random.default_rng(3)
    theta, state, seen = np.zeros(20), (sigma**2,), []
    for t in range(steps):
        theta, state = rmsprop(theta, theta + sigma * rng.normal(0, 1, 20), state, lr, 0.99)
        if t >= steps // 2 and t % 10 == 0:
            seen.append(theta)
    return np.std(seen)


# --8<-- [start:stable]
def near_the_cycle(beta2):
    return np.array([[2 * beta2 - 1, -2 * beta2], [1 - beta2, beta2]])


def nudged(beta2, nudge=1e-7, steps=40):
    theta, state = 0.5 + nudge, (0.25,)
    for _ in range(steps):
        theta, state = rmsprop(theta, theta, state, 1, beta2, eps=0)
    return (abs(theta) - 0.5) / nudge


for beta2 in (0.5, 0.9, 0.99, 0.999):
    matrix = near_the_cycle(beta2)
    assert np.allclose(abs(np.linalg.eigvals(matrix)), beta2**0.5)
    after_40 = np.linalg.matrix_power(matrix, 40)[0, 0]
    assert np.isclose(nudged(beta2), after_40, rtol=0, atol=1e-6)
# --8<-- [end:stable]

cloud_seen, cloud_predicted = cloud(0.01, 0.1), np.sqrt(0.01 * 0.1 / 2)

# --8<-- [start:epsilon]
def outside(v, g, eps):
    return g / (np.sqrt(v) + eps)


def inside(v, g, eps):
    return g / np.sqrt(v + eps)


half_outside, half_inside = 1e-8, np.sqrt(1e-7 / 3)
assert np.isclose(outside(half_outside**2, half_outside, 1e-8), 0.5)
assert np.isclose(inside(half_inside**2, half_inside, 1e-7), 0.5)

g, eps = 0.001, 0.001
theirs, mine = inside(g**2, g, eps), outside(g**2, g, eps)
assert np.isclose(mine / theirs, np.sqrt(1 + 1 / eps) / 2)

g = np.logspace(-9, 3, 1201)
off = inside(g**2, g, eps) / outside(g**2, g, np.sqrt(eps))
assert 1 <= off.min() and np.isclose(off.max(), np.sqrt(2), rtol=1e-4)
# --8<-- [end:epsilon]

ported = mine / theirs
half_tf1 = np.sqrt(1e-10 / 3)
root_eps = np.sqrt(eps)

# --8<-- [start:inception]
g = 0.1
soft_inside, soft_outside = inside(g**2, g, 1.0), outside(g**2, g, 1.0)
assert abs(soft_inside / g - 1) < 0.005
assert np.isclose(soft_outside / g, 1 / 1.1)
assert 0.99 < inside(100.0, 10.0, 1.0) < 1
# --8<-- [end:inception]

small_inside, small_outside = soft_inside / g, soft_outside / g
loud_inside = inside(100.0, 10.0, 1.0)
floor_tenth = np.sqrt(0.1)

# --8<-- [start:start]
def first_steps(g, v, steps, beta2=0.9):
    sizes = []
    for _ in range(steps):
        theta, (v,) = rmsprop(0.0, g, (v,), 1, beta2, eps=0)
        sizes.append(-theta)
    return np.array(sizes)


for beta2 in (0.9, 0.99, 0.999):
    first = first_steps(0.01, 0.0, 1, beta2)[0]
    assert np.isclose(first, 1 / np.sqrt(1 - beta2), rtol=1e-12)

from_zero = first_steps(0.001, 0.0, 200)
from_one = first_steps(0.001, 1.0, 200)
t = np.arange(1, 201)
v = 0.9**t + (1 - 0.9**t) * 0.001**2
assert np.allclose(from_one, 0.001 / np.sqrt(v), rtol=1e-12)
assert from_one[:10].sum() < 0.02 < 17 < from_zero[:10].sum()

theta, _ = rmsprop(10.0, 10.0, (0.0,), lr=0.1, eps=0)
assert round(theta, 6) == 9.683772
# --8<-- [end:start]

keras_example = theta
reached = {n: {"zero": from_zero[:n].sum(), "one": from_one[:n].sum()} for n in (1, 10, 50, 100, 200)}
loud_one, loud_zero = first_steps(1000.0, 1.0, 1)[0], first_steps(1000.0, 0.0, 1)[0]
level_at = {g: int(np.ceil(np.log(g**2) / np.log(0.9))) for g in (0.01, 0.001)}

# --8<-- [start:buffers]
def path_of(rule, rates):
    theta, state, path = 0.0, (1.0, 0.0), [0.0]
    for lr in rates:
        theta, state = rule(theta, 1.0, state, lr, eps=0)
        path.append(-theta)
    return np.array(path)


constant = np.full(400, 1.0)
dropped = np.where(np.arange(400) < 200, 1.0, 0.1)
inner = path_of(rmsprop_momentum_inside, constant)
outer = path_of(rmsprop_momentum_outside, constant)
assert np.allclose(inner, outer, rtol=0, atol=1e-9)
coasting = path_of(rmsprop_momentum_inside, dropped)
braking = path_of(rmsprop_momentum_outside, dropped)
extra = coasting[-1] - braking[-1]
assert np.isclose(np.diff(braking)[199], 10, rtol=1e-8)
assert np.isclose(np.diff(braking)[200], 1, rtol=1e-8)
assert np.isclose(np.diff(coasting)[200], 9.1, rtol=1e-8)
assert np.isclose(extra, (1 - 0.1) * 0.9 / (1 - 0.9) ** 2, rtol=1e-7)
# --8<-- [end:buffers]

steady, next_braking, next_coasting = np.diff(braking)[199], np.diff(braking)[200], np.diff(coasting)[200]
calm_at = int(np.flatnonzero(np.diff(coasting)[200:] < 1.01)[0]) + 1

# --8<-- [start:centered]
def centered(theta, g, state, lr, beta2=0.9, eps=1e-8):
    v, mg = state
    v = beta2 * v + (1 - beta2) * g**2
    mg = mg + (1 - beta2) * (g - mg)
    return theta - lr * g / (np.sqrt(v - mg**2) + eps), (v, mg)


def growth(g, steps):
    state, sizes = (0 * g, 0 * g), []
    for _ in range(steps):
        theta, state = centered(0 * g, g, state, lr=1)
        sizes.append(-theta)
    return np.array(sizes)


t = np.arange(1, 101)
sizes = growth(1.0, 100)
assert np.allclose(sizes, 1 / np.sqrt(0.9**t * (1 - 0.9**t)), rtol=3e-6)
assert sizes.min() > 2 and 190 < sizes[-1] < 200

constants = np.random.default_rng(5).uniform(0.1, 10, 1000)
with np.errstate(invalid="ignore"):
    late = growth(constants.astype(np.float32), 200)
nan_count = int(np.isnan(late).any(axis=0).sum())
assert 100 < nan_count < 900
# --8<-- [end:centered]

grown = {n: sizes[n - 1] for n in (1, 7, 50, 100)}
first_nan = int(np.flatnonzero(np.isnan(late).any(axis=1))[0]) + 1
late_largest = np.nanmax(late)


def nan_inside(eps, steps=200):
    """How many of the constants turn nan in float32 with eps inside the root."""
    g = constants.astype(np.float32)
    v, mg, lowest = 0 * g, 0 * g, np.full(g.shape, np.inf)
    for _ in range(steps):
        v = 0.9 * v + (1 - 0.9) * g**2
        mg = mg + (1 - 0.9) * (g - mg)
        lowest = np.minimum(lowest, v - mg**2 + np.float32(eps))
    return int((lowest < 0).sum())


still_nan = nan_inside(1e-7)


def figure_noise(say):
    """How far 20 walks get with one mean gradient and more and more noise around it."""
    fig, ax = panels(3.4)
    t = np.arange(800, 8001, 800)
    for k, name in enumerate(("σ = 0", "σ = μ", "σ = 3μ", "σ = 10μ")):
        gains = long_memory[t - 1, k] / 8000
        ax.fill_between(t, gains.min(axis=1), gains.max(axis=1), color=LIGHT["rmsprop"], alpha=0.3, lw=0)
        curve(ax, [0, 8000], [0, predicted[k]], "rmsprop", 1.4)
        write(ax, 8150, predicted[k], name, "rmsprop", va="center")
    ax.set_yticks([0, *predicted], ["0", *(f"{share:.2f}" for share in predicted)])
    ax.set(xlim=(0, 8000), ylim=(-0.03, 1.04), xticks=[0, 4000, 8000], xlabel=say("스텝 t", "step t"))
    ax.set_ylabel(say("나아간 거리 / (8000 × 학습률)", "distance gained / (8000 × lr)"))
    ax.grid(axis="y")
    return fig


def figure_adagrad(say):
    """Gradients that grow and shrink, and the steps that an average and a sum make of them."""
    fig, (top, low) = panels(3.8, 2, height_ratios=(1, 2.4), sharex=True)
    t = np.arange(1, 401)
    top.step(t, stream, color=LIGHT["g"], lw=1.8, where="mid")
    log_axis(top, "y", [0.1, 1, 10])
    top.set_ylabel("g", color=LIGHT["g"])
    top.set_ylim(0.06, 17)
    curve(low, t, average, "rmsprop", 2.4)
    curve(low, t, summed, "ink", 1.7, DASHES)
    log_axis(low, "y", [0.001, 0.01, 0.1, 1])
    write(low, 148, 0.52, "RMSProp", "rmsprop", ha="center", va="center")
    write(low, 70, 0.045, "AdaGrad", "ink", ha="right", va="center")
    low.set(ylim=(0.0006, 6), xlim=(0, 401), xticks=[0, 100, 200, 300, 400])
    low.set(ylabel=say("스텝 / 학습률", "step / lr"), xlabel=say("스텝 t", "step t"))
    low.grid(axis="y")
    return fig


def figure_cycle(say):
    """Down to 21 zeros and back: a constant learning rate ends in a cycle, a falling one does not."""
    fig, ax = panels(3.5)
    ax.axhline(0.005, color=LIGHT["soft"], lw=1, ls=":")
    curve(ax, np.arange(1, 601), abs(path[:600]), "rmsprop", 2.2)
    log_axis(ax, "y", [1, 0.005, 1e-10, 1e-20], {0.005: "lr / 2"})
    write(ax, closest_at + 22, closest * 30, typeset(f"{closest:.0e}"), "rmsprop", va="center")
    write(ax, 595, 1e-4, "+lr/2, −lr/2, +lr/2, …", "rmsprop", ha="right")
    ax.set(ylim=(1e-22, 8), xlim=(0, 600), xticks=[0, 200, 400, 600], xlabel=say("스텝 t", "step t"), ylabel="|θ|")
    return fig


def figure_epsilon(say):
    """The step under a steady gradient, by its size: where each epsilon bends the line."""
    fig, ax = panels(3.5)
    size = np.logspace(-10, 2, 241)
    rows = (
        (outside, 1e-8, ("rmsprop", 2.6, "-"), "PyTorch", (4.5e-10, 0.012)),
        (inside, 1e-10, ("soft", 1.8, DASHES), "TF1", (6.5e-8, 0.0025)),
        (inside, 1e-7, ("ink", 1.9, (0, (1.2, 1.2))), "Keras", (1.8e-6, 0.0025)),
        (inside, 1.0, ("ink", 1.9, (0, (6, 1.5, 1.2, 1.5))), "Inception, ε = 1", (6e-3, 0.0025)),
    )
    for form, eps, look, name, place in rows:
        curve(ax, size, form(size**2, size, eps), *look)
        write(ax, *place, name, look[0])
    log_axis(ax, "x", [1e-10, 1e-8, 1e-6, 1e-4, 0.01, 1, 100])
    log_axis(ax, "y", [0.001, 0.01, 0.1, 1])
    ax.set(xlim=(1e-10, 1e2), ylim=(7e-4, 1.6), xlabel="|g|", ylabel=say("스텝 / 학습률", "step / lr"))
    ax.grid(axis="y")
    return fig


def figure_drop(say):
    """The steps of two momentums when the learning rate falls to a tenth."""
    fig, ax = panels(3.1)
    t = np.arange(185, 251)
    inner, outer = np.diff(coasting)[t - 1], np.diff(braking)[t - 1]
    ax.fill_between(t, outer, inner, step="mid", color=LIGHT["rule"], alpha=0.6, lw=0)
    ax.step(t, inner, where="mid", color=LIGHT["ink"], lw=2)
    ax.step(t, outer, where="mid", color=LIGHT["rmsprop"], lw=2.2, ls=DASHES)
    write(ax, 211, 5.6, say("lr을 버퍼 안에 (TensorFlow)", "lr in the buffer (TensorFlow)"), "ink")
    write(ax, 204, 0.3, say("밖에 (PyTorch)", "outside (PyTorch)"), "rmsprop", va="center")
    ax.set(xlim=(185, 250), ylim=(-0.6, 10.9), xticks=[200, 225, 250], yticks=[0, 1, 10])
    ax.set(xlabel=say("스텝 t", "step t"), ylabel=say("스텝 / 처음 학습률", "step / first lr"))
    return fig
