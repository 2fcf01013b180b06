"""Where Adam fails: what the page story/limits runs."""

import numpy as np

from mhat.forms import decay_before, decay_l2
from mhat.rules import adam, amsgrad, bias_correction, momentum
from snippets.shared.drawing import curve, log_axis, panels, ticks, write
from snippets.shared.palette import LIGHT
from snippets.shared.typeset import tick, upward


# --8<-- [start:counterexample]
def gradient_at(t, N):
    return N if t % N == 1 else -1.0


def play(rule, state, N, lrs, **betas):
    x, path = 0.0, []
    for t, lr in enumerate(lrs, 1):
        x, state = rule(x, gradient_at(t, N), state, lr, **betas)
        x = min(max(x, -1.0), 1.0)
        path.append(x)
    return np.array(path)


start = (0.0, 0.0, 0)
falling = 0.1 / np.sqrt(np.arange(1, 3001))
lost = play(adam, start, 3, falling, beta1=0.0, beta2=0.1)

assert sum(gradient_at(t, 3) for t in (1, 2, 3)) == 1
assert lost[-300:].min() > 0.99
# --8<-- [end:counterexample]


# --8<-- [start:period]
def period(N, beta1, beta2):
    """Steps over lr in one period, once m and v repeat."""
    gs = np.array([gradient_at(t, N) for t in range(1, N + 1)])
    age = np.arange(N)[::-1]
    m = (1 - beta1) * (beta1**age @ gs) / (1 - beta1**N)
    v = (1 - beta2) * (beta2**age @ gs**2) / (1 - beta2**N)
    steps = []
    for g in gs:
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        steps.append(-m / np.sqrt(v))
    return gs, np.array(steps)


three, three_steps = period(3, 0.0, 0.1)
assert three.sum() == 1
assert three_steps[0] < 0 < three_steps[1] < three_steps[2]
assert three_steps.sum() > 0.6
# --8<-- [end:period]

three_sum = three_steps.sum()


# --8<-- [start:proof]
def gains(largest, T=300):
    """What the root of v over lr gains at each step, not corrected."""
    v, top, scaled = 0.0, 0.0, []
    for t in range(1, T + 1):
        v = 0.1 * v + 0.9 * gradient_at(t, 3) ** 2
        top = max(top, v)
        scaled.append(np.sqrt(top if largest else v) / falling[t - 1])
    return np.diff(scaled)


assert (gains(largest=False) < 0).mean() > 0.6
assert (gains(largest=True) > 0).all()

t = np.arange(2, 3001)
for beta2 in (0.9, 0.99, 0.999):
    unseen = np.sqrt(beta2) / falling[1:] - 1 / falling[:-1]
    assert ((unseen < -1e-9) == (t > 1 / (1 - beta2) + 1e-9)).all()
# --8<-- [end:proof]

negative = (gains(largest=False) < 0).mean()


# --8<-- [start:rare]
def turns(beta1, beta2):
    """The shortest period at which Adam goes the wrong way."""
    N = 3
    while period(N, beta1, beta2)[1].sum() <= 0:
        N += 1
    return N


wrong_from = {b2: turns(0.9, b2) for b2 in (0.95, 0.99, 0.999)}
assert wrong_from == {0.95: 17, 0.99: 30, 0.999: 74}

constant = np.full(30_000, 0.01)
rare = play(adam, start, 300, constant)
assert rare[-300:].min() > 0.8
assert play(adam, start, 3, falling)[-1] < -0.99
# --8<-- [end:rare]

default_path = play(adam, start, 3, falling)


# --8<-- [start:amsgrad]
start_max = (0.0, 0.0, 0.0, 0)
found = play(amsgrad, start_max, 3, falling, beta1=0.0, beta2=0.1)
assert found[-300:].max() < -0.99

slow = play(amsgrad, start_max, 300, constant)
drifts = np.diff(slow[299::300], prepend=0.0)
assert np.all(drifts[:10] > 0) and np.all(drifts[10:] < 0)
assert -1e-3 < drifts[-50:].min()
# --8<-- [end:amsgrad]

slow_drift = -drifts[-50:].mean()
slow_steps = round(300 / slow_drift, -4)
wrong_periods, wrong_end = int((drifts > 0).sum()), slow.max()


def held(stream):
    """AMSGrad under some gradients, each step begun at 0: the divisors without epsilon, and the steps over lr."""
    state, roots, steps = start_max, [], []
    for g in stream:
        step, state = amsgrad(0.0, g, state, 1.0)
        roots.append(np.sqrt(bias_correction(state[2], 0.999, state[3])))
        steps.append(-step)
    return np.array(roots), np.array(steps)


divisor, _ = held([gradient_at(t, 300) for t in range(1, 3001)])
marked = {late: held([1.0] * late + [10.0] * 10 + [1.0] * 9990)[1] for late in (0, 20_000)}
large = {late: steps[-1] for late, steps in marked.items()}
early = {"least": marked[0].min(), "at": int(marked[0].argmin()) + 1, "late": marked[0][2999]}


# --8<-- [start:orders]
def both_orders(gs, beta1=0.9, beta2=0.999):
    """Steps over lr: max then correct, correct then max."""
    m = v = raw = corrected = 0.0
    steps = []
    for t, g in enumerate(gs, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        raw = max(raw, v)
        corrected = max(corrected, bias_correction(v, beta2, t))
        v_hats = bias_correction(raw, beta2, t), corrected
        steps.append(bias_correction(m, beta1, t) / np.sqrt(v_hats))
    return np.array(steps).T


max_first, correct_first = both_orders([10.0] + [1.0] * 4999)
parts = np.flatnonzero(~np.isclose(max_first, correct_first))
first_difference = 1 + parts[0]
assert first_difference == 2
assert round(max_first[-1], 4) == 0.9997
assert round(correct_first[-1], 4) == 0.1
# --8<-- [end:orders]

max_first_end, correct_first_end = max_first[-1], correct_first[-1]
at_two = {"max_first": max_first[1], "correct_first": correct_first[1]}


# --8<-- [start:jump]
def descend(lr, T, rule=adam, state=start, **options):
    """Distance from 0 and lr over the root of v_hat."""
    theta, path, rate = 1.0, [], []
    for t in range(1, T + 1):
        theta, state = rule(theta, theta, state, lr, **options)
        path.append(abs(theta))
        v_hat = bias_correction(state[-2], 0.999, t)
        rate.append(lr / np.sqrt(v_hat))
    return np.array(path), np.array(rate)


distance, rate = descend(0.1, 20_000)
lowest = distance.argmin()
peak = lowest + distance[lowest:lowest + 1000].argmax()
assert distance[lowest] < 1e-149
assert distance[lowest] ** 2 > np.finfo(float).tiny
assert 0.8 < distance[peak] / 0.1 < 1
# --8<-- [end:jump]


# --8<-- [start:threshold]
def growth(rate, beta1=0.9):
    """Factor per step if v stood still, curvature 1."""
    b = 1 + beta1 - (1 - beta1) * rate
    return np.abs(np.roots([1, -b, beta1])).max()


crossing = np.flatnonzero(rate > 38)[0]
assert growth(37.99) < 1 < growth(38.01)
assert np.isclose(growth(1), np.sqrt(0.9))
assert abs(crossing - lowest) < 50

envelope = [distance[t - 50:t].max() for t in (1000, 6000)]
fall = (envelope[1] / envelope[0]) ** (1 / 5000)
assert abs(fall - np.sqrt(0.9)) < 1e-3
# --8<-- [end:threshold]


# --8<-- [start:remedies]
def returns(lr=0.1, **options):
    distance, _ = descend(lr, 12_000, **options)
    return distance[2000:].max() > lr / 100


assert returns(eps=1e-8) and returns(eps=2e-3)
assert not returns(eps=2.7e-3)
assert not returns(rule=amsgrad, state=start_max)
assert returns(1.0, rule=amsgrad, state=start_max, beta2=0.9999)
# --8<-- [end:remedies]


def amsgrad_returns():
    """The run of the last line: the root of the largest v in the calm, and the way back over lr."""
    theta, state, path = 1.0, start_max, []
    for t in range(12_000):
        theta, state = amsgrad(theta, theta, state, 1.0, beta2=0.9999)
        path.append(abs(theta))
        if t == 2000:
            root = np.sqrt(state[2])
    return root, max(path[2000:])


max_root, max_peak = amsgrad_returns()

RATE_LIMIT = 2 * (1 + 0.9) / (1 - 0.9)
fine, _ = descend(0.01, 15_000)
fine_low = fine.argmin()
jump = {
    "lowest": distance[lowest], "low_step": int(lowest) + 1, "crossing": int(crossing) + 1,
    "peak_step": int(peak) + 1, "peak": distance[peak] / 0.1, "fall": fall, "root_beta": np.sqrt(0.9),
    "root_v": 0.1 / rate[crossing], "over_eps": round(0.1 / rate[crossing] / 1e-8, -4), "eps": 0.1 / RATE_LIMIT,
    "fine_10000": fine[9999], "fine_low": fine[fine_low], "fine_peak": fine[fine_low:].max() / 0.01,
    "fine_step": int(fine_low + fine[fine_low:].argmax()) + 1,
}
late_tops = [distance[k:k + 1000].max() / 0.1 for k in range(14_000, 20_000, 1000)]
# The page says "between": two digits, rounded outward.
jump |= {"late_low": np.floor(100 * min(late_tops)) / 100, "late_high": np.ceil(100 * max(late_tops)) / 100}


# --8<-- [start:change]
def after_change(new, beta2, T=20_000, beta1=0.9):
    """Steps over lr, gradient 1 for ever and then new."""
    k = np.arange(1, T + 1)
    m = new + (1 - new) * beta1**k
    v = new**2 + (1 - new**2) * beta2**k
    return m / np.sqrt(v)


half, overshoot = {}, {}
for beta2 in (0.999, 0.99, 0.95, 0.9):
    small = np.flatnonzero(after_change(1e-3, beta2) < 0.5)
    half[beta2] = int(small[-1]) + 2
    overshoot[beta2] = after_change(10.0, beta2).max()
assert (half[0.999], half[0.99], half[0.95]) == (12711, 1266, 248)
above_from = {
    beta2: int((after_change(10.0, beta2) > 1).argmax()) + 1
    for beta2 in (0.999, 0.99, 0.95)
}
assert above_from[0.999] == above_from[0.99] == 1 < above_from[0.95]
assert overshoot[0.999] > 5 and overshoot[0.9] < 1 + 1e-12
# --8<-- [end:change]

NEW = 1e-3


# --8<-- [start:clipping]
def after_outlier(clip):
    state, steps = (1.0, 1.0, 100_000), []
    for g in [1000.0] + [1.0] * 6000:
        g = min(g, clip)
        step, state = adam(0.0, g, state, lr=1.0)
        steps.append(-step)
    return np.array(steps)


plain, clipped = after_outlier(np.inf), after_outlier(1.0)
small = 1 + np.flatnonzero(plain < 0.5)
assert small[-1] == 5807 and round(plain[100], 3) == 0.033
assert np.allclose(clipped, 1)
# --8<-- [end:clipping]

outlier = {"until": int(small[-1]), "after_100": plain[100]}


def outlier_after(ones):
    """The step over lr a hundred steps after one 1000 that follows some ones."""
    state = (0.0, 0.0, 0)
    for g in [1.0] * ones + [1000.0] + [1.0] * 100:
        step, state = adam(0.0, g, state, lr=1.0)
    return -step


outlier["early"] = outlier_after(10)

# --8<-- [start:moving]
beta1s = np.array([0.0, 0.5, 0.9, 0.99])[:, None, None]
wide = np.geomspace(1e-3, 1, 13)[:, None]


def chase(pull, theta, noise, T=4000):
    """Error over the last 2,000 steps, each beta1 at its best lr."""
    rng, state, total = np.random.default_rng(1), start, 0.0
    for t in range(T):
        off = pull(theta, t)
        g = off[-1] + noise * rng.normal(size=theta.shape)
        theta, state = adam(theta, g, state, wide, beta1=beta1s)
        if t >= T - 2000:
            total = total + (off[0] ** 2).mean(axis=(0, -1)) / 2000
    return np.sqrt(total.min(axis=-1))


def game(pull):
    """x lowers xy + pull (x^2 - y^2) / 2 and y raises it."""
    def forces(z, t):
        x, y = z
        return z, np.stack([y + pull * x, pull * y - x])
    return forces


def circling(every):
    def goal(theta, t):
        off = theta - np.sin(2 * np.pi * t / every)
        return off, off
    return goal


one, two = np.ones((1, 4, 13, 64)), np.ones((2, 4, 13, 64))
missed = {
    "game": chase(game(0.1), two, 0.3),
    "calm": chase(game(1.0), two, 0.3),
    100: chase(circling(100), one, 1.0),
    1000: chase(circling(1000), one, 1.0),
}
assert np.all(np.diff(missed["game"]) > 0)
assert missed[100][2] > 1.05 * missed[100][1]
assert np.isclose(missed[100][3], np.sqrt(0.5), rtol=0.01)
assert np.ptp(missed[1000][:3]) < 0.05 * missed[1000][0]
assert np.ptp(missed["calm"][:3]) < 0.1 * missed["calm"][0]
# --8<-- [end:moving]

still = np.sqrt(0.5)


def at_leisure():
    """How far the game is from its rest for each beta1, in 20,000 steps at a rate of 0.001."""
    rng, theta, state, total = np.random.default_rng(1), np.ones((2, 4, 64)), start, 0.0
    for t in range(20_000):
        g = game(0.1)(theta, t)[-1] + 0.3 * rng.normal(size=theta.shape)
        theta, state = adam(theta, g, state, 1e-3, beta1=beta1s[..., 0])
        total = total + (theta**2).mean(axis=(0, -1)) / 2000 * (t >= 18_000)
    return np.sqrt(total)


patient = at_leisure()
missed_by = {b: {k: e[n] for k, e in missed.items()} for n, b in enumerate(beta1s.ravel())}

# --8<-- [start:resets]
noise = np.random.default_rng(0).normal(size=(6000, 5, 100))


def go_on(state, gs):
    """Root mean square of step over lr in five groups."""
    rms = []
    for g in gs:
        step, state = adam(0.0, g, state, lr=1.0)
        rms.append(np.sqrt((step**2).mean(axis=1)))
    return np.array(rms), state


_, (m, v, t) = go_on(start, noise[:4000])
states = {
    "kept": (m, v, t), "all": (0.0, 0.0, 0),
    "t": (m, v, 0), "mv": (0.0, 0.0, t),
}
after = {k: go_on(s, noise[4000:])[0] for k, s in states.items()}

assert np.allclose(after["all"][0], 1, rtol=1e-4)
assert np.allclose(after["t"][0] / after["kept"][0], 0.32, atol=0.01)
assert np.allclose(after["mv"][0], 3.13, atol=0.01)
for k in ("t", "mv"):
    off = after[k][999] / after["kept"][999]
    assert np.all(abs(off - 1) > 0.1)


def after_ones(g, t):
    """Steps over lr under g, from full averages of 1."""
    state, steps = (1.0, 1.0, t), []
    for _ in range(4000):
        step, state = adam(0.0, g, state, lr=1.0)
        steps.append(-step)
    return np.array(steps)


grown, grown_t = after_ones(10.0, 10**6), after_ones(10.0, 0)
same_t = after_ones(1.0, 0)
assert grown.max() > 5 and grown_t.max() < 1
assert same_t.max() < 1 and same_t.min() < 0.16
# --8<-- [end:resets]

rms_at = {k: {s: rms[s - 1].mean() for s in (1, 10, 100, 1000)} for k, rms in after.items()}
spread = upward(max(
    abs(rms[s - 1] / rms[s - 1].mean() - 1).max() for rms in after.values() for s in (1, 10, 100, 1000)), 2)


# --8<-- [start:late]
def late_first_step(t):
    """First step over lr when the shared t is at t."""
    step, _ = adam(0.0, 1.0, (0.0, 0.0, t - 1), lr=1.0)
    return -step


late = {t: late_first_step(t) for t in (1, 2, 10, 100, 1000, 10_000)}
assert np.isclose(late[1], 1) and round(late[2], 3) == 0.744
assert round(late[10], 2) == 0.48 and round(late[10_000], 2) == 3.16


def coasting(seen, unseen=0):
    """Path over lr after the gradient has become 0."""
    theta, state = 0.0, (0.0, 0.0, 0)
    for t in range(unseen + seen + 1000):
        if t == unseen + seen:
            left = theta
        g = 1.0 if unseen <= t < unseen + seen else 0.0
        theta, state = adam(theta, g, state, lr=1.0)
    return left - theta


coast = {seen: coasting(seen) for seen in (1, 100)}
coast_rare = coasting(1, unseen=1000)
assert round(coast[1], 1) == 5.0 and round(coast[100], 1) == 9.5
assert round(coast_rare, 1) == 22.8
# --8<-- [end:late]


# --8<-- [start:lazy]
def sightings(lazy, count, N=100):
    """Way over lr from each sighting to the next, first at step N."""
    theta, state, ways = 0.0, (0.0, 0.0, N - 1), []
    for _ in range(count):
        before = theta
        theta, state = adam(theta, 1.0, state, lr=1.0)
        if lazy:
            state = (*state[:2], state[2] + N - 1)
        else:
            for _ in range(N - 1):
                theta, state = adam(theta, 0.0, state, lr=1.0)
        ways.append(before - theta)
    return np.array(ways)


dense, skipped = sightings(False, 200), sightings(True, 5000)
assert np.isclose(dense[-1], np.sqrt(100), rtol=0.03)
assert np.isclose(skipped[-1], 1, rtol=0.01)
assert skipped.max() > 5 and skipped[999] > 1.2
# --8<-- [end:lazy]

most_at = int(skipped.argmax()) + 1

# --8<-- [start:decay]
scales = np.array([0, 0.1, 1, 10, 100])


def shrink(decayed, lr=1e-3, decay=0.1, T=10_000):
    """Weights from 1, gradients plus scale, minus scale, ..."""
    theta, state, path = np.ones(5), (0.0, 0.0, 0), []
    for t in range(T):
        g = scales * (-1) ** t
        theta, state = decayed(adam, theta, g, state, lr, decay)
        path.append(theta)
    return np.array(path)


l2, decoupled = shrink(decay_l2), shrink(decay_before)
assert np.allclose(decoupled[-1], np.exp(-1), atol=2e-3)
assert np.allclose(l2[-1, 2:], np.exp(-1 / scales[2:]), atol=2e-3)
assert np.allclose(l2[-1, :2], 0, atol=2e-3)
assert np.isclose(l2[99, 0], 1 - 100 * 1e-3, atol=2e-3)
# --8<-- [end:decay]

l2_end, decoupled_end = dict(zip(scales, abs(l2[-1]))), dict(zip(scales, decoupled[-1]))
hundred = {"l2": l2[99, 0], "decoupled": decoupled[99, 0]}
lost_at_1000 = (l2[998, 0] - l2[999, 0]) / 1e-3
lost_at_eps = (1 - decay_l2(adam, 1.0, 0.0, start, 1e-3, 1e-8)[0]) / 1e-3


# --8<-- [start:race]
problems = [np.random.default_rng(s) for s in range(5)]
data = np.stack([rng.normal(size=(100, 10)) for rng in problems])
goal = np.stack([rng.normal(size=(1, 10)) for rng in problems])
rates = 10 ** (np.arange(-12, 1) / 3)


def farthest(rule, state, fall=lambda s: 1, T=4000, **options):
    """Largest error in the last 1000 steps, best rate."""
    rng, theta = np.random.default_rng(7), np.zeros((5, 13, 10))
    worst = np.zeros((5, 13))
    for t in range(T):
        x = data[:, rng.integers(0, 100, 5)]
        g = (theta - goal) @ x.transpose(0, 2, 1) @ x / 5
        lr = rates[:, None] * fall(t / T)
        theta, state = rule(theta, g, state, lr, **options)
        if t >= T - 1000:
            worst = np.maximum(worst, abs(theta - goal).max(axis=2))
    return np.nanmin(worst, axis=1)


with np.errstate(over="ignore", invalid="ignore"):
    errors = {
        "momentum": farthest(momentum, (0.0,)),
        "adam": farthest(adam, start),
        "short": farthest(adam, start, beta2=0.95),
        "linear": farthest(adam, start, lambda s: 1 - s, beta2=0.95),
        "geometric": farthest(
            adam, start, lambda s: 10 ** (-12 * s), beta2=0.95),
    }
for name in ("momentum", "adam", "geometric"):
    assert errors[name].max() < 1e-13
assert errors["short"].min() > 1e-3
assert np.all(errors["linear"] < errors["short"])
assert errors["linear"].min() > 1e-4
# --8<-- [end:race]

error_low = {k: e.min() for k, e in errors.items()}
error_high = {k: e.max() for k, e in errors.items()}
exact = 10.0 ** np.ceil(np.log10(max(error_high[k] for k in ("momentum", "adam", "geometric"))))


def figure_paths(say):
    """The counterexample: the same gradients, three rules, two ends of the domain."""
    fig, ax = panels(3.2)
    t = np.r_[1, 2, 3:601:9, 600]
    ax.axhline(1, color=LIGHT["rule"], lw=0.8)
    ax.axhline(-1, color=LIGHT["rule"], lw=0.8)
    curve(ax, t, lost[t - 1], "wrong", 1.6)
    curve(ax, t, found[t - 1], "v", 1.6, "--")
    curve(ax, t, default_path[t - 1], "adam", 2.4)
    write(ax, 300, 0.47, "Adam, β₁ = 0, β₂ = 0.1", "wrong")
    write(ax, 300, -0.36, "AMSGrad, β₁ = 0, β₂ = 0.1", "v")
    write(ax, 30, -0.93, say("Adam, 기본값", "Adam, defaults"), "adam", va="bottom")
    write(ax, 602, -1.06, say("최솟값", "minimum"), "soft", ha="right", va="top")
    ticks(ax, "y", [-1, 0, 1])
    ax.set(ylim=(-1.25, 1.1), xlim=(0, 602), xticks=[1, 200, 400, 600], xlabel=say("스텝 t", "step t"), ylabel="x")
    return fig


def figure_jump(say):
    """Above, the distance from the minimum; below, lr over the root of v_hat, which sets the time of the jump."""
    fig, (top, bottom) = panels(4.6, 2, sharex=True, height_ratios=(1.5, 1))
    t = np.arange(0, 20_000, 100)
    curve(top, t, [distance[k:k + 100].max() for k in t], "adam", 1.7)
    log_axis(top, "y", [1, 1e-50, 1e-100, 1e-150])
    curve(bottom, t, [rate[k:k + 100].max() for k in t], "step", 1.7)
    bottom.axhline(RATE_LIMIT, color=LIGHT["wrong"], lw=1.2, ls="--")
    log_axis(bottom, "y", [1, RATE_LIMIT])
    limit = tick(RATE_LIMIT)
    away = say(f"{limit}보다 크면 최솟값에서 멀어짐", f"above {limit}: away from the minimum")
    write(bottom, 20_000, 3, away, "wrong", ha="right", va="bottom")
    ticks(bottom, "x", [0, 5000, 10_000, 15_000, 20_000])
    top.set_ylabel("|θ|")
    bottom.set(ylim=(0.5, 130), ylabel="lr / √v̂", xlabel=say("스텝 t", "step t"))
    for ax in (top, bottom):
        ax.axvline(crossing, color=LIGHT["soft"], lw=0.9, ls=":")
        ax.set_xlim(0, 20_300)
    return fig


def figure_resets(say):
    """Size of the steps after a reset of part of the state."""
    fig, ax = panels(3.4)
    k = np.unique(np.geomspace(1, 2000, 45).astype(int))
    looks = {"mv": ("wrong", 2, "-"), "all": ("patched", 2, "--"), "kept": ("adam", 2.6, "-"), "t": ("v", 2, "-.")}
    for name, look in looks.items():
        rms = after[name][k - 1]
        ax.fill_between(k, rms.min(axis=1), rms.max(axis=1), color=LIGHT[look[0]], alpha=0.18, lw=0)
        curve(ax, k, rms.mean(axis=1), *look)
    log_axis(ax, "x", [1, 10, 100, 1000])
    log_axis(ax, "y", [0.05, 0.2, 1, 3])
    write(ax, 14, 2.3, say("m, v만 0으로", "m and v only"), "wrong")
    write(ax, 1.1, 0.34, say("모두 0으로", "all three"), "patched")
    write(ax, 110, 0.29, say("그대로", "kept"), "adam")
    write(ax, 14, 0.055, say("t만 0으로", "t only"), "v")
    ax.set(ylim=(0.03, 4.5), xlabel=say("되돌린 뒤의 스텝", "steps after the reset"))
    ax.set_ylabel(say("스텝 크기 / 학습률", "step / lr"))
    return fig


def figure_decay(say):
    """Weights that shrink: L2 inside Adam depends on the scale of the gradients, AdamW does not."""
    fig, axes = panels(3.0, 1, 2, sharey=True)
    t = np.arange(0, 10_000, 333)
    for ax, path, name, colour in zip(axes, (l2, decoupled), ("Adam + L2", "AdamW"), ("wrong", "adam")):
        for k, style in enumerate((":", "-", "--", "-."), 1):
            curve(ax, t, path[t, k], colour, 1.9, style)
        ax.set_title(name, color=LIGHT[colour])
        ticks(ax, "x", [0, 4000, 8000])
        ax.set(xlim=(0, 10_000), xlabel=say("스텝", "step"))
    for y, scale in ((1.02, "±100"), (0.8, "±10"), (0.46, "±1"), (0.04, "±0.1")):
        write(axes[0], 9800, y, scale, "wrong", ha="right", va="bottom")
    write(axes[1], 9800, 0.62, say("넷이 겹침", "all four"), "adam", ha="right", va="bottom")
    axes[0].set(ylabel="θ", yticks=[0, 0.5, 1], ylim=(-0.03, 1.12))
    return fig
