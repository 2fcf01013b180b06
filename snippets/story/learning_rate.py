"""What the page story/learning-rate runs: what Adam leaves alone in lr, and what it changes."""

import numpy as np

from mhat.forms import adam_eps_hat
from mhat.rules import adam, bias_correction, gradient_descent
from snippets.shared.drawing import DASHES, curve, heading, log_axis, mark, panels, ticks, write
from snippets.shared.palette import LIGHT
from snippets.shared.typeset import tick


# --8<-- [start:four]
def follow(gs, lr):
    state, lr_ts, rates, steps = (0.0, 0.0, 0), [], [], []
    for g in gs:
        step, state = adam(0.0, g, state, lr)
        _, v, t = state
        v_hat = bias_correction(v, 0.999, t)
        lr_ts.append(lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t))
        rates.append(lr / (np.sqrt(v_hat) + 1e-8))
        steps.append(step)
    return np.array(lr_ts), np.array(rates), np.array(steps)


noise = np.random.default_rng(0).normal(size=(1000, 1))
gs = np.array([100, 0.01]) * (1 + 2 * noise)
lr_ts, rates, steps = follow(gs, 0.001)
assert np.array_equal(lr_ts, follow(-7 * gs[::-1], 0.001)[0])
assert np.allclose(rates[:, 1], 10_000 * rates[:, 0], rtol=1e-5)
assert np.allclose(steps[:, 1], steps[:, 0], rtol=1e-5)
assert np.all(np.diff(rates, axis=0) != 0)
# --8<-- [end:four]

rate_ratio = rates[-1, 1] / rates[-1, 0]
lr_ts_low, lr_ts_low_at = lr_ts.min() / 0.001, int(lr_ts.argmin()) + 1

# --8<-- [start:printed]
def walk(lrs):
    state, steps = (0.0, 0.0, 0), []
    for lr, g in zip(lrs, gs):
        step, state = adam(0.0, g, state, lr)
        steps.append(step)
    return np.array(steps), state


flat, state = walk([0.001] * 1000)
cut, state_cut = walk([0.001] * 500 + [0.0001] * 500)
assert np.allclose(cut[500:], flat[500:] / 10, rtol=1e-14)
assert all(map(np.array_equal, state, state_cut))

logged = np.sqrt(np.mean(flat**2)) / 0.001
assert abs(logged - np.sqrt((1 + 4 / 19) / 5)) < 0.05
# --8<-- [end:printed]

logged_expected = np.sqrt((1 + 4 / 19) / 5)
noise_alone = np.sqrt(1 / 19)


def after_drop(n=2000):
    """Root mean square of step over lr on theta²/2 with noise of 1: lr 0.1 for 2,000 steps, then 0.01."""
    rng, theta, state, out = np.random.default_rng(4), 0.0, (0.0, 0.0, 0), []
    for lr in [0.1] * 2000 + [0.01] * 1000:
        new, state = adam(theta, theta + rng.normal(size=n), state, lr)
        out.append(np.sqrt(np.mean((new - theta) ** 2)) / lr)
        theta = new
    return np.array(out)


over_lr = after_drop()
drop = {"before": over_lr[1900:2000].mean(), "peak": over_lr[2000:].max(),
        "at": int(over_lr[2000:].argmax()) + 1, "after": over_lr[2500:].mean()}

# --8<-- [start:folded]
def path(rule, eps, size=1.0):
    state, out = (0.0, 0.0, 0), []
    for t, g in enumerate(size * (1 + noise[:, 0]), 1):
        step, state = rule(0.0, g, state, 1.0, eps=eps(t))
        out.append(step)
    return np.array(out)


for size in (1, 1e-4, 1e-8):
    paper = path(adam, lambda t: 1e-8, size)
    bare = path(adam_eps_hat, lambda t: 0, size)
    hat = path(adam_eps_hat, lambda t: 1e-8 * np.sqrt(1 - 0.999**t), size)
    assert np.allclose(bare, path(adam, lambda t: 0, size), rtol=1e-14)
    assert np.allclose(hat, paper, rtol=1e-14)
# --8<-- [end:folded]

# --8<-- [start:same_number]
def shorter(size, eps=lambda t: 1e-8):
    return path(adam_eps_hat, eps, size) / path(adam, eps, size)


assert np.all(1 - shorter(1) < 1e-6)
assert shorter(1e-6)[0] < 0.8 and shorter(1e-8)[0] < 0.1
assert shorter(1e-8)[0] < shorter(1e-8)[99] < shorter(1e-8)[999] < 1
# --8<-- [end:same_number]


def widest_gap():
    """The largest relative difference of the two forms, over three sizes and both settings of epsilon."""
    def gap(eps, size):
        one = path(adam_eps_hat, lambda t: eps * np.sqrt(1 - 0.999**t), size)
        return abs(one / path(adam, lambda t: eps, size) - 1).max()
    return max(gap(eps, size) for eps in (1e-8, 0) for size in (1, 1e-4, 1e-8))


equal_gap = widest_gap()
gaps = {(size, t): shorter(size)[t - 1] for size in (1, 1e-6, 1e-8) for t in (1, 100, 1000)}
eps_seen = {t: 1e-8 / np.sqrt(1 - 0.999**t) for t in (1, 10, 100, 1000, 5000)}

# --8<-- [start:written_back]
def factor(t):
    return np.sqrt(1 - 0.999**t) / (1 - 0.9**t)


lr, written_back = 0.001, []
for t in range(1, 101):
    lr = lr * factor(t)
    written_back.append(lr)

assert np.isclose(lr_ts[99], 0.001 * factor(100), rtol=1e-14)
assert written_back[9] < 1e-10 and written_back[99] < 1e-68
# --8<-- [end:written_back]

lost = {t: written_back[t - 1] for t in (1, 2, 3, 10, 100)}
kept = {t: lr_ts[t - 1] for t in (1, 2, 3, 10, 100)}

# --8<-- [start:bound]
def largest(t, beta1=0.9, beta2=0.999):
    age = np.arange(t)[::-1]
    w = (1 - beta1) * beta1**age / (1 - beta1**t)
    u = (1 - beta2) * beta2**age / (1 - beta2**t)
    return np.sqrt(np.sum(w**2 / u)), w / u


def step_sizes(gs, beta1=0.9, beta2=0.999):
    state, steps = (0.0, 0.0, 0), []
    for g in gs:
        step, state = adam(0.0, g, state, 1.0, beta1, beta2)
        steps.append(abs(step))
    return steps


reached = {
    t: step_sizes(largest(t)[1])[-1] for t in (1, 100, 1000, 5000)
}
for t, step in reached.items():
    assert np.isclose(step, largest(t)[0], rtol=1e-7)
assert round(reached[5000], 4) == 7.2458
# --8<-- [end:bound]

# --8<-- [start:paper]
def paper_bound(beta1, beta2):
    return max(1, (1 - beta1) / np.sqrt(1 - beta2))


def supremum(beta1, beta2):
    return (1 - beta1) / np.sqrt((1 - beta2) * (1 - beta1**2 / beta2))


table = {}
for betas in ((0.9, 0.999), (0.9, 0.99), (0.9, 0.95), (0.9, 0.9)):
    jump = max(step_sizes([1] * 20_000 + [10] * 200, *betas))
    top = largest(5000, *betas)[0]
    table[betas] = paper_bound(*betas), jump, top, supremum(*betas)
    assert top <= supremum(*betas) * (1 + 1e-9)

assert round(supremum(0.9, 0.999), 2) == 7.27
assert all(row[2] > row[0] * 1.1 for row in list(table.values())[:3])
assert np.isclose(supremum(0.9, 0.9), 1, rtol=1e-14)
assert largest(1000, 0.9, 0.8)[0] > 100

rare = step_sizes(([0] * 2999 + [1]) * 10)
assert rare[-1] > 3 and np.isclose(rare[-1], rare[-3001], rtol=1e-3)
# --8<-- [end:paper]

bounds = {betas: dict(zip(("paper", "jump", "top", "sup"), row)) for betas, row in table.items()}
growth = 0.999 / 0.9
growth_percent = 100 * (growth - 1)
spike = step_sizes([0] * 5000 + [1])[-1]
quiet_noise = np.random.default_rng(3).normal(size=(2000, 1000))


def noise_top():
    """The longest of 1,900,000 steps under normal noise, in units of lr, after the first hundred."""
    state, top = (0.0, 0.0, 0), 0.0
    for t, g in enumerate(quiet_noise, 1):
        step, state = adam(0.0, g, state, 1.0, eps=0)
        top = max(top, abs(step).max() if t > 100 else 0)
    return top


noise_longest = noise_top()
noise_count = quiet_noise[100:].size
mirror = {"first": 1 / factor(1), "peak": 1 / factor(12), "low_first": factor(1), "low": factor(12)}
farthest = 0.001 * bounds[0.9, 0.999]["sup"]

# --8<-- [start:floor]
T = 8000


def losses(schedules, runs=10, n=100):
    rng = np.random.default_rng(1)
    theta, state, out, mean = 1.0, (0.0, 0.0, 0), [], 0.0
    for t, lr in enumerate(np.transpose(schedules), 1):
        g = theta + rng.normal(size=(runs, n))
        theta, state = adam(theta, g, state, lr[:, None, None])
        out.append(np.mean(theta**2, axis=-1) / 2)
        mean = mean + (theta / 2000 if t > T - 2000 else 0.0)
    return np.array(out), np.mean(mean**2, axis=-1) / 2


constant = [np.full(T, lr) for lr in (0.1, 0.01, 0.001)]
decayed = np.geomspace(0.1, 0.0001, T)
curves, of_mean = losses([*constant, decayed])
floor = curves[-2000:].mean(axis=0)
for lr, runs in zip((0.1, 0.01, 0.001), floor):
    assert abs(runs.mean() / (lr / 4) - 1) < 0.1
assert curves[-1, 3].max() < curves[-1, :3].min()
assert of_mean[0].max() < floor[0].min() / 50
# --8<-- [end:floor]

RUNS = (0.1, 0.01, 0.001, "decayed")
floors, ends = (
    {name: {"mean": runs.mean(), "low": runs.min(), "high": runs.max()} for name, runs in zip(RUNS, rows)}
    for rows in (floor, curves[-1])
)

# --8<-- [start:batch]
batches = np.array([1, 4, 16, 64])


def noisy_run(rule, state, lrs, mean=None, T=6000):
    """Mean step over lr and mean loss, the last 4,000 steps."""
    rng = np.random.default_rng(3)
    theta, loss, noise = np.zeros((4, 1000)), 0.0, batches[:, None] ** -0.5
    for t in range(T):
        if t == T - 4000:
            then = theta
        pull = theta if mean is None else mean
        g = pull + noise * rng.normal(size=theta.shape)
        theta, state = rule(theta, g, state, lrs[:, None])
        loss = loss + (t >= T - 4000) * np.mean(theta**2, axis=1) / 8000
    return (then - theta).mean(axis=1) / 4000 / lrs, loss


usual, fresh = np.full(4, 0.003), (0.0, 0.0, 0)
lowered = {
    "adam": noisy_run(adam, fresh, usual)[1],
    "adam_root": noisy_run(adam, fresh, usual * np.sqrt(batches))[1],
    "gd": noisy_run(gradient_descent, (), usual)[1],
    "gd_times": noisy_run(gradient_descent, (), usual * batches)[1],
}
level = 0.003 / 4
assert np.allclose(lowered["adam"], level / np.sqrt(batches), rtol=0.05)
assert np.allclose(lowered["adam_root"], level, rtol=0.06)
assert np.allclose(lowered["gd"], level / batches, rtol=0.05)
assert np.allclose(lowered["gd_times"], level, rtol=0.12)

progress, _ = noisy_run(adam, fresh, usual, mean=0.1)
expected = 0.1 / np.sqrt(0.1**2 + 1 / batches)
assert np.allclose(progress, expected, rtol=0.02)
# --8<-- [end:batch]

at_batch = {
    int(B): {"progress": p} | {name: floor[k] for name, floor in lowered.items()}
    for k, (B, p) in enumerate(zip(batches, progress))
}


# --8<-- [start:first_steps]
rng = np.random.default_rng(2)
state, rms, wrong, spread = (0.0, 0.0, 0), [], [], []
for t in range(1, 101):
    g = 0.1 + rng.normal(size=10_000)
    step, state = adam(0.0, g, state, 1.0, eps=0)
    rms.append(np.sqrt(np.mean(step**2)))
    wrong.append(np.mean(step > 0))
    root = np.sqrt(bias_correction(state[1], 0.999, t))
    spread.append(np.quantile(root, [0.1, 0.9]))

assert np.isclose(rms[0], 1, rtol=1e-12) and rms[0] == max(rms)
assert abs(rms[99] - 0.25) < 0.02 and abs(wrong[0] - 0.46) < 0.02
assert spread[0][1] / spread[0][0] > 10 > 2 > spread[99][1] / spread[99][0]
# --8<-- [end:first_steps]

early = {t: {"rms": rms[t - 1], "wrong": wrong[t - 1], "low": spread[t - 1][0], "high": spread[t - 1][1]}
         for t in (1, 2, 5, 10, 100)}
first_over_later = rms[0] / rms[99]

# --8<-- [start:jump]
def first_step(lr, seed, shift):
    rng = np.random.default_rng(seed)
    x = rng.random((100, 200)) - shift
    y = x @ rng.normal(0, 0.1, 200)
    theta, _ = adam(0.0, -x.T @ y / 100, (0.0, 0.0, 0), lr)
    return np.mean((x @ theta - y) ** 2) / np.mean(y**2)


problems = range(20)
full = [first_step(0.03, seed, 0) for seed in problems]
held = [first_step(0.03 / 30, seed, 0) for seed in problems]
centred = [first_step(0.03, seed, 0.5) for seed in problems]
assert min(full) > 1 > max(held) and max(centred) < 1
assert np.median(full) > 10
# --8<-- [end:jump]

jumps = {name: {"low": min(losses_left), "mid": np.median(losses_left), "high": max(losses_left)}
         for name, losses_left in (("full", full), ("held", held), ("centred", centred))}

# --8<-- [start:sweep]
def problem(seed, n=5):
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(n, n)))
    return turn * np.geomspace(1, 100, n) @ turn.T, rng.normal(size=n)


hills, starts = map(np.array, zip(*map(problem, range(8))))


def slope(theta):
    return (hills @ theta[..., None])[..., 0]


def relative_loss(rule, state, lr, times, apart):
    lr, times, apart = (
        np.asarray(x)[..., None, None] for x in (lr, times, apart)
    )
    theta = first = apart * starts
    for _ in range(200):
        g = times * slope(theta)
        theta, state = rule(theta, g, state, lr)
    height = np.sum(theta * slope(theta), axis=-1)
    return np.median(height / np.sum(first * slope(first), axis=-1), -1)


rules = {"gd": (gradient_descent, ()), "adam": (adam, (0.0, 0.0, 0))}
grid = 10.0 ** np.arange(-6, 7)[:, None]
times, apart = 10.0 ** np.arange(-8, 5), 10.0 ** np.arange(-5, 6)
with np.errstate(over="ignore", invalid="ignore"):
    louder = {n: relative_loss(*r, grid, times, 1.0)
              for n, r in rules.items()}
    farther = {n: relative_loss(*r, grid, 1.0, apart)
               for n, r in rules.items()}

def best(losses):
    return grid[np.nanargmin(losses, axis=0), 0]


assert np.allclose(best(louder["gd"]) * times, 0.01, rtol=1e-9)
assert np.all(best(farther["gd"]) == 0.01)
assert np.all(best(louder["adam"]) == 1)
assert np.allclose(best(farther["adam"]) / apart, 1, rtol=1e-9)

gained = louder["adam"][:, -1] < 1
equal = louder["adam"][gained, 4:]
assert np.allclose(equal, equal[:, -1:], rtol=0.02)
stays = farther["gd"][:5]
assert np.allclose(stays, stays[:, :1], rtol=1e-9)
# --8<-- [end:sweep]

# --8<-- [start:standard]
rates_tried, distances = np.geomspace(1e-4, 1, 5), [0.01, 1, 100]
theta = start = np.tile(distances, (5, 1))
state = (0.0, 0.0, 0)
for _ in range(1000):
    theta, state = adam(theta, theta, state, rates_tried[:, None])
left = np.abs(theta) / start
walked = np.abs(theta - start).max(axis=1)

assert np.all(walked[:3] <= 1000 * rates_tried[:3])
assert left[1, 0] < 0.01 and left[1, 1] > 0.2 and left[1, 2] > 0.9

growing = sum(step_sizes(1.01 ** np.arange(1000)))
assert 2400 < growing < 2500
tens = sum(step_sizes([1] * 5000 + [10] * 1000)[5000:])
assert 1900 < tens < 1950
# --8<-- [end:standard]

reach = dict(zip(rates_tried.round(4), walked))
left_percent = {(lr, far): 100 * share for lr, row in zip(reach, left) for far, share in zip(distances, row)}


def draw_rates(ax, t, say):
    """lr over the root of v_hat, of two parameters."""
    curve(ax, t, rates[t - 1, 1], "v", 1.8)
    curve(ax, t, rates[t - 1, 0], "v", 1.8)
    log_axis(ax, "y", [1e-5, 0.001, 0.1])
    ax.set_ylim(1e-6, 3)
    write(ax, 100, 0.0025, say("기울기 0.01 안팎", "gradients near 0.01"), "v", ha="right")
    write(ax, 100, 4e-5, say("기울기 100 안팎", "gradients near 100"), "v", ha="right")
    heading(ax, say("lr / (√v̂ + ε): 매개변수마다 다름", "lr / (√v̂ + ε): one for each parameter"), "v")


def figure_four(say):
    """Four quantities that go by the name of learning rate, along one stream of gradients."""
    fig, (chosen, folded, divided, taken) = panels(5.8, 4, sharex=True)
    t = np.unique(np.geomspace(1, 100, 30).astype(int))
    curve(chosen, [1, 100], [0.001, 0.001], "ink", 2.2)
    heading(chosen, say("lr: 사람이 정한 값", "lr: what you chose"))
    curve(folded, t, lr_ts[t - 1], "ink", 2.2, DASHES)
    heading(folded, say("lr_t: lr과 스텝 번호만 따라 변함", "lr_t: follows lr and the step count"))
    draw_rates(divided, t, say)
    curve(taken, t, -steps[t - 1, 0], "step", 5, alpha=0.35)
    curve(taken, t, -steps[t - 1, 1], "step", 1.3)
    heading(taken, say("스텝: 두 매개변수가 같음", "the step: the same for both"), "step")
    for ax in (chosen, folded, taken):
        ticks(ax, "y", [0, 0.001])
        ax.set_ylim(0, 0.00135)
    for ax in (chosen, folded, divided, taken):
        ax.grid(axis="y")
    log_axis(taken, "x", [1, 12, 100])
    taken.set(xlim=(1, 100), xlabel=say("스텝 t", "step t"))
    return fig


def figure_mirror(say):
    """lr_t and the uncorrected ratio are mirror images: their product is 1 under a constant gradient."""
    fig, ax = panels(3.3)
    t = np.unique(np.r_[12, np.geomspace(1, 5000, 40)])
    down = factor(t)
    ax.fill_between(t, down, 1 / down, color=LIGHT["rule"], alpha=0.5, lw=0)
    curve(ax, t, 1 / down, "step", 2.2, DASHES)
    curve(ax, t, down, "ink", 2.2, "-.")
    ax.axhline(1, color=LIGHT["adam"], lw=2.6)
    log_axis(ax, "x", [1, 12, 100, 1000, 5000])
    log_axis(ax, "y", [mirror["low"], mirror["low_first"], 1, mirror["first"], mirror["peak"]])
    ax.set(xlim=(1, 5000), ylim=(0.1, 10), xlabel=say("스텝 t", "step t"))
    write(ax, 90, 4.6, "|m| / √v", "step")
    write(ax, 90, 0.19, "lr_t / lr", "ink")
    write(ax, 1.15, 1.08, say("둘의 곱 = 스텝 / lr", "their product = step / lr"), "adam", va="bottom")
    return fig


QUIET, LOUD = 5000, 40


def draw_bound(ax, stream, x, say):
    """The steps of two pairs of betas under a stream, and the two bounds."""
    paper, top = bounds[0.9, 0.999]["paper"], bounds[0.9, 0.999]["sup"]
    for height in (1, paper, top):
        ax.axhline(height, color=LIGHT["soft"], lw=0.9, ls=":")
    curve(ax, x, step_sizes(stream)[QUIET - 8:], "step", 2.6)
    curve(ax, x, step_sizes(stream, 0.9, 0.9)[QUIET - 8:], "step", 1.8, DASHES)
    ticks(ax, "y", [0, 1, paper, top])
    ax.set_ylim(-0.2, 8.4)
    write(ax, 15, 5.75, "β₁ = 0.9, β₂ = 0.999", "step", va="top")
    write(ax, 15, 1.18, "β₁ = β₂ = 0.9", "step", va="bottom")
    write(ax, 40, 3.25, say("논문의 상한", "the paper's bound"), "soft", va="bottom", ha="right")
    write(ax, 40, 7.4, say("진짜 상한", "the true bound"), "soft", va="bottom", ha="right")
    heading(ax, say("스텝 크기 / lr", "step / lr"), "step")


def figure_bound(say):
    """Silence, then gradients that grow by 11 % a step: the step passes lr, the paper's bound, and nears 7.27."""
    fig, (top, bottom) = panels(4.4, 2, sharex=True, height_ratios=(2.4, 1))
    stream = np.r_[np.zeros(QUIET), growth ** np.arange(LOUD)]
    x = np.arange(-8, LOUD) + 1
    draw_bound(top, stream, x, say)
    bottom.fill_between(x, stream[QUIET - 8:], step="mid", color=LIGHT["g"], lw=0)
    heading(bottom, say("기울기", "gradient"), "g")
    bottom.set(yticks=[0, 50], xticks=[1, 10, 20, 30, 40], xlim=(-7.6, LOUD + 0.8))
    bottom.set_xlabel(say("기울기 0이 5,000스텝 이어진 뒤", "steps after 5,000 silent ones"))
    return fig


def draw_map(ax, losses_of, across, name):
    """A map of learning rate against scale; a larger square is a lower loss at the end, none is more than half."""
    x, y = np.meshgrid(np.log10(across), np.log10(grid[:, 0]))
    with np.errstate(invalid="ignore", divide="ignore"):
        decades = np.log10(losses_of)
    last = -np.inf
    for limit, size in ((-8, 8.8), (-4, 6.6), (-1.5, 4.6), (-0.5, 3.0)):
        inside = (decades <= limit) & (decades > last)
        mark(ax, x[inside], y[inside], name, size, "s", mew=0)
        last = limit
    worse = ~(decades <= 0)
    mark(ax, x[worse], y[worse], "wrong", 2.8, "x", mew=0.7)
    ax.set(xlim=(x.min() - 0.7, x.max() + 0.7), ylim=(-6.7, 6.7))


def figure_sweep(say):
    """Four maps of learning rate against scale: of the loss, and of the distance to its minimum."""
    fig, axes = panels(5.4, 2, 2, sharey=True, sharex="col", width_ratios=(13, 11))
    for (left, right), name in zip(axes, ("gd", "adam")):
        draw_map(left, louder[name], times, name)
        draw_map(right, farther[name], apart, name)
    powers = {k: tick(10.0**k) for k in (-8, -6, -4, -3, 0, 3, 4, 6)}
    for ax in axes[:, 0]:
        ticks(ax, "y", [-6, -3, 0, 3, 6], powers)
        ax.set_ylabel(say("학습률", "learning rate"))
    ticks(axes[1, 0], "x", [-8, -4, 0, 4], powers)
    ticks(axes[1, 1], "x", [-4, 0, 4], powers)
    axes[1, 0].set_xlabel(say("손실에 곱한 수", "loss multiplied by"))
    axes[1, 1].set_xlabel(say("최솟값까지의 거리", "distance to the minimum"))
    heading(axes[0, 0], say("경사 하강법", "gradient descent"), "gd")
    heading(axes[1, 0], "Adam", "adam")
    return fig
