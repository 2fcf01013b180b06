"""What the page story/bias-correction runs: the thread's loop, its patch, and the right one."""

# --8<-- [start:as_asked]
import numpy as np

num = 100
g_list = [10 for _ in range(num)]

m = 0
v = 0
beta_m = 0.9
beta_v = 0.999
m_list = []
v_list = []
for i in range(1, num + 1):
    g = g_list[i - 1]
    m = beta_m * m + (1 - beta_m) * g
    m = m / (1 - beta_m**i)
    v = beta_v * v + (1 - beta_v) * (g**2)
    v = v / (1 - beta_v**i)
    m_list.append(m)
    v_list.append(np.sqrt(v))
mv = np.array(m_list) / (np.array(v_list) + 0.001)

assert abs(mv[-1] / 3.404888183404303e-70 - 1) < 1e-12
# --8<-- [end:as_asked]

from mhat.rules import adam, bias_correction
from snippets.explorables.memory import averages
from snippets.shared.drawing import DASHES, curve, log_axis, mark, panels, ticks, write
from snippets.shared.palette import LIGHT
from snippets.shared.typeset import ten_to, typeset

asked_m, asked_sqrt_v = m_list, v_list

# --8<-- [start:right]
m = 0
v = 0
m_list = []
v_list = []
for i in range(1, num + 1):
    g = g_list[i - 1]
    m = beta_m * m + (1 - beta_m) * g
    m_hat = m / (1 - beta_m**i)
    v = beta_v * v + (1 - beta_v) * (g**2)
    v_hat = v / (1 - beta_v**i)
    m_list.append(m_hat)
    v_list.append(np.sqrt(v_hat))
mv_right = np.array(m_list) / (np.array(v_list) + 0.001)

assert np.allclose(mv_right, 10 / (10 + 0.001), rtol=1e-12)
# --8<-- [end:right]

# --8<-- [start:closed_form]
def overwritten_v(t, g=10.0, beta=0.999):
    k = np.arange(1, t + 1)
    growth = np.cumprod((1 / (1 - beta**k))[::-1])[::-1]
    return g**2 * np.sum((1 - beta) * beta ** (t - k) * growth)


assert abs(np.sqrt(overwritten_v(num)) / 1.067462e71 - 1) < 1e-6
assert abs(mv[-1] * np.sqrt(overwritten_v(num)) / 36.345896 - 1) < 1e-6
# --8<-- [end:closed_form]

closed_root = np.sqrt(overwritten_v(num))
v_factor = {t: 0.999 / (1 - 0.999**t) for t in (2, 10, 100)}
m_grows_until = max(t for t in range(1, 100) if 0.9 / (1 - 0.9**t) > 1)
v_grows_until = max(t for t in range(1, 10_000) if 0.999 / (1 - 0.999**t) > 1)
m_peak, m_last = max(asked_m), asked_m[-1]

# --8<-- [start:overflow]
def steps_to_overflow(dtype, g=10.0):
    beta, t = dtype(0.999), 0
    v = dtype(0)
    with np.errstate(over="ignore"):
        while np.isfinite(v):
            t += 1
            v = beta * v + (1 - beta) * dtype(g) ** 2
            v = v / (1 - beta**t)
    return t


overflow = {
    dtype.__name__: steps_to_overflow(dtype)
    for dtype in (np.float16, np.float32, np.float64)
}
assert overflow == {"float16": 3, "float32": 19, "float64": 326}
# --8<-- [end:overflow]

# --8<-- [start:patched]
def ratios(gs, loop):
    m = v = 0.0
    out = []
    for i, g in enumerate(gs, 1):
        m = beta_m * m + (1 - beta_m) * g
        v = beta_v * v + (1 - beta_v) * g**2
        m_hat = m / (1 - beta_m**i)
        v_hat = v / (1 - beta_v**i)
        if loop == "as asked" or (loop == "patched" and i == 1):
            m, v = m_hat, v_hat
        used = (m_hat, v_hat) if loop == "right" else (m, v)
        out.append(used[0] / (np.sqrt(used[1]) + 0.001))
    return np.array(out)


growing = np.arange(num)
assert np.allclose(ratios(g_list, "as asked"), mv, rtol=1e-12)
assert np.allclose(ratios(g_list, "patched"), mv_right, rtol=1e-12)
assert round(ratios(growing, "patched")[-1], 4) == 5.0270
assert round(ratios(growing, "right")[-1], 4) == 1.5512
# --8<-- [end:patched]

# --8<-- [start:patched_start]
def started_at_first_gradient(gs):
    m, v = gs[0], gs[0] ** 2
    for g in gs[1:]:
        m = beta_m * m + (1 - beta_m) * g
        v = beta_v * v + (1 - beta_v) * g**2
    return m / (np.sqrt(v) + 0.001)


noise = np.random.default_rng(42).normal(0, 1, num)
for gs in (g_list, growing, noise):
    patched = ratios(gs, "patched")[-1]
    assert np.isclose(started_at_first_gradient(gs), patched, rtol=1e-12)

weight_of_first = {t: 0.999 ** (t - 1) for t in (100, 1000)}
assert round(weight_of_first[100], 2) == 0.91
assert round(weight_of_first[1000], 2) == 0.37
# --8<-- [end:patched_start]

streams = {"noise": noise, "growing": growing, "constant": np.array(g_list)}
patched_growing = ratios(growing, "patched")[-1]
right_growing = ratios(growing, "right")[-1]
right_ratio = mv_right[-1]

# --8<-- [start:weights]
def weights(beta, t):
    i = np.arange(1, t + 1)
    return (1 - beta) * beta ** (t - i)


for beta in (0.9, 0.999):
    for t in (1, 2, 10):
        assert np.isclose(weights(beta, t).sum(), 1 - beta**t, rtol=1e-12)
# --8<-- [end:weights]

hand = {}
for t in (1, 2, 10):
    kept_m, kept_v = 1 - 0.9**t, 1 - 0.999**t
    hand[t] = {"m_weight": kept_m, "m": 10 * kept_m, "v_weight": kept_v, "v": 100 * kept_v}

# --8<-- [start:remembers]
remembered = {}
for beta in (0.9, 0.99, 0.999):
    age = np.arange(50_000)
    weight = (1 - beta) * beta**age
    newest = round(1 / (1 - beta))
    remembered[beta] = {
        "newest": newest,
        "share": weight[:newest].sum(),
        "half_life": np.log(0.5) / np.log(beta),
        "mean_age": weight @ age,
        "most": 1 + int((weight.cumsum() < 0.99).sum()),
        "span": round(2 / (1 - beta) - 1),
    }
    seen = remembered[beta]
    assert np.isclose(weight.sum(), 1, rtol=1e-12)
    assert np.isclose(seen["share"], 1 - beta**newest)
    assert np.isclose(seen["mean_age"], beta / (1 - beta))
    assert np.isclose(seen["mean_age"], (seen["span"] - 1) / 2)

shares = [1 - (1 - 1 / n) ** n for n in range(2, 100_000)]
assert 1 - np.exp(-1) < min(shares) and max(shares) == 0.75
# --8<-- [end:remembers]

# --8<-- [start:without]
def step_over_lr(T, beta1, beta2, correct_m, correct_v):
    m = v = 0.0
    steps = []
    for t in range(1, T + 1):
        m = beta1 * m + (1 - beta1) * 10
        v = beta2 * v + (1 - beta2) * 10**2
        m_used = bias_correction(m, beta1, t) if correct_m else m
        v_used = bias_correction(v, beta2, t) if correct_v else v
        steps.append(m_used / np.sqrt(v_used))
    return np.array(steps)


bare = step_over_lr(5000, 0.9, 0.999, correct_m=False, correct_v=False)
assert round(bare[0], 2) == 3.16
assert round(bare.max(), 2) == 6.57 and bare.argmax() + 1 == 12
assert round(bare[999], 2) == 1.26
corrected = step_over_lr(5000, 0.9, 0.999, True, True)
assert np.allclose(corrected, 1, rtol=1e-11)
# --8<-- [end:without]

pairs = {}
for betas in ((0.9, 0.999), (0.9, 0.99), (0.9, 0.95), (0.5, 0.999), (0.99, 0.999)):
    path = step_over_lr(5000, *betas, False, False)
    off = np.flatnonzero(abs(path - 1) > 0.01)
    pairs[betas] = {"first": path[0], "peak": path.max(), "at": int(path.argmax()) + 1, "until": int(off[-1]) + 2}

# --8<-- [start:fading]
def lr_factor(t, beta1=0.9, beta2=0.999):
    return np.sqrt(1 - beta2**t) / (1 - beta1**t)


steps = np.arange(1, 5001)
assert np.allclose(bare * lr_factor(steps), 1, rtol=1e-11)
assert round(lr_factor(1000), 4) == 0.7952
assert round(lr_factor(5000), 4) == 0.9966
assert abs(lr_factor(1000) - np.sqrt(1 - np.exp(-1))) < 1e-3

t = np.arange(1, 10_000)
m_within_1_percent = t[1 / (1 - 0.9**t) < 1.01][0]
v_within_1_percent = t[1 / np.sqrt(1 - 0.999**t) < 1.01][0]
assert (m_within_1_percent, v_within_1_percent) == (44, 3925)
assert np.sqrt(1 - 0.999**4000) > 0.99

some_g = np.random.default_rng(0).normal(size=200)
for beta1, beta2 in ((0.9, 0.999), (0.9, 0.95), (0.95, 0.95)):
    m = v = 0.0
    for t, g in enumerate(some_g, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = bias_correction(m, beta1, t)
        v_hat = bias_correction(v, beta2, t)
        factor = lr_factor(t, beta1, beta2)
        assert np.isclose(m_hat / v_hat**0.5, factor * m / v**0.5)
assert lr_factor(1) < 1 < lr_factor(1, 0.95, 0.95)
# --8<-- [end:fading]


# --8<-- [start:bert]
def warmed(W, T=20_000):
    """Steps over the full lr, not corrected, lr rising for W steps."""
    t = np.arange(1, T + 1)
    return np.minimum(t / W, 1) / lr_factor(t)


longest = {W: warmed(W).max() for W in (1, 100, 1000, 10_000)}
assert np.isclose(longest[1], bare.max())
for W in (100, 1000, 10_000):
    assert warmed(W).argmax() + 1 == W
    assert longest[W] == 1 / lr_factor(W)
assert longest[100] > 3 and longest[10_000] < 1.0001
# --8<-- [end:bert]

root_v_at_4000 = np.sqrt(1 - 0.999**4000)
m_then_off = 1 / (1 - np.exp(-4)) - 1  # β^(4 / (1 - β)) is below e^-4, and comes near it as β goes to 1
root_of_e = np.sqrt(1 - np.exp(-1))

# --8<-- [start:one_sided]
only_m = step_over_lr(5000, 0.9, 0.999, correct_m=True, correct_v=False)
only_v = step_over_lr(5000, 0.9, 0.999, correct_m=False, correct_v=True)

assert round(only_m[0], 1) == 31.6 and only_m.argmax() == 0
assert round(only_v[0], 1) == 0.1 and np.all(np.diff(only_v[:40]) > 0)
# --8<-- [end:one_sided]

# --8<-- [start:t_from_0]
g = np.array([10.0])
m = 0.1 * g
v = 0.001 * g**2
with np.errstate(divide="ignore", invalid="ignore"):
    m_hat = m / (1 - 0.9**0)
    v_hat = v / (1 - 0.999**0)
    first_step = m_hat / (np.sqrt(v_hat) + 1e-8)
assert np.isinf(m_hat).all() and np.isnan(first_step).all()

t_from_2 = (m / (1 - 0.9**2)) / np.sqrt(v / (1 - 0.999**2))
assert round(t_from_2[0], 3) == 0.744
# --8<-- [end:t_from_0]

first_from_2 = t_from_2[0]

# --8<-- [start:rule]
theta, state = 0.0, (0.0, 0.0, 0)
for _ in range(100):
    before = theta
    theta, state = adam(theta, 10.0, state, lr=0.001)
    assert np.isclose(before - theta, 0.001 * 10 / (10 + 1e-8), rtol=1e-11)
# --8<-- [end:rule]


def figure_cliff(say):
    """The ratio over the steps, constant gradient: 70 orders of magnitude for one name."""
    fig, ax = panels(3.3)
    ax.axhline(1, color=LIGHT["adam"], lw=2.4)
    curve(ax, np.arange(1, num + 1), mv, "wrong", 2.4)
    mark(ax, num, mv[-1], "wrong", 6)
    log_axis(ax, "y", [1, 1e-20, 1e-40, 1e-60])
    ax.set(xticks=[1, 25, 50, 75, 100], xlim=(1, 104), ylim=(1e-74, 1e9))
    write(ax, 100, 1e2, "m_hat = m / (1 − β₁ᵗ)", "adam", ha="right", va="bottom")
    write(ax, 38, 1e-18, "m = m / (1 − β₁ᵗ)", "wrong", ha="left", va="bottom")
    write(ax, 97, 1e-71, typeset(f"{mv[-1]:.1e}"), "wrong", ha="right", va="center")
    ax.set(xlabel=say("스텝 t", "step t"), ylabel="m / √v")
    ax.grid(axis="y")
    return fig


def figure_overflow(say):
    """m and v of the loop as asked, with the ceilings of three floating-point formats."""
    fig, ax = panels(3.4)
    last = overflow["float64"] - 1
    log_m, log_v, _, _ = np.log10(averages(last, 0.9, 0.999, back=True)).T
    curve(ax, np.arange(1, last + 1), log_v, "v", 2.2)
    curve(ax, np.arange(1, last + 1), log_m, "m", 2.2, DASHES)
    for dtype, t in overflow.items():
        top = np.log10(np.finfo(dtype).max)
        curve(ax, [1, t], [top, top], "soft", 0.9, ":")
        mark(ax, t, top, "v", 5)
        write(ax, 1.05, top + 4, dtype, "soft", va="bottom")
    ticks(ax, "y", [0, 100, 200, 300], {0: "1", 100: ten_to(100), 200: ten_to(200), 300: ten_to(300)})
    log_axis(ax, "x", sorted([1, 10, 100, *overflow.values()]))
    ax.set(ylim=(-6, 335), xlabel=say("스텝 t", "step t"))
    write(ax, 135, 200, "v", "v", ha="right", fontsize=13)
    write(ax, 135, 10, "m", "m", ha="right", fontsize=13)
    return fig


LOOPS = {"as asked": ("wrong", 1.6, "-"), "right": ("adam", 2.6, "-"), "patched": ("patched", 1.8, (0, (4, 1.5)))}


def draw_stream(left, right, name, gs, marks):
    """A stream of gradients, and the ratio that each of the three loops makes of it."""
    curve(left, range(num), gs, "g", 1.1)
    left.set(ylabel=f"g: {name}", yticks=marks)
    for loop, look in LOOPS.items():
        curve(right, range(num), ratios(gs, loop), *look)
    right.axhline(0, color=LIGHT["rule"], lw=0.8, zorder=0)
    right.set(xticks=[0, 50, 100], xlim=(0, 100))


def figure_streams(say):
    """Three streams: random, growing, constant."""
    fig, axes = panels(5.6, 3, 2, width_ratios=(1, 2.1), sharex=True)
    names = say("무작위", "random"), say("0에서 99로", "0 to 99"), say("늘 10", "always 10")
    for row, name, gs, marks in zip(axes, names, streams.values(), ([-2, 0, 2], [0, 50, 99], [0, 10])):
        draw_stream(*row, name, gs, marks)
    (_, noisy), (_, grown), (_, flat) = axes
    noisy.set(ylim=(-1.3, 1.3), yticks=[-1, 0, 1])
    grown.set(yticks=[0, 1, 3, 5])
    flat.set(yticks=[0, 1], ylim=(-0.08, 1.3))
    noisy.set_title("m / √v", color=LIGHT["ink"], loc="center")
    write(grown, 99, 4.4, say("i = 1에서만 보정", "corrected at i = 1 only"), "patched", ha="right")
    write(grown, 99, 2.0, say("올바른 반복문", "the right loop"), "adam", ha="right")
    write(grown, 99, 0.35, say("질문의 반복문", "the loop as asked"), "wrong", ha="right")
    for ax in axes[2]:
        ax.set_xlabel("t")
    return fig


def figure_without(say):
    """The step without any correction, in units of lr, for several pairs of betas."""
    fig, ax = panels(3.4)
    steps = np.arange(1, 5001)
    looks = (
        (0.5, 0.999, "ink", 1.6, ":", (9, 12.8)), (0.99, 0.999, "ink", 1.6, "-.", (4.5, 0.36)),
        (0.9, 0.99, "ink", 1.6, "--", (1.1, 2.15)), (0.9, 0.999, "step", 2.8, "-", (27, 6.9)),
    )
    for beta1, beta2, colour, width, style, place in looks:
        curve(ax, steps, step_over_lr(5000, beta1, beta2, False, False), colour, width, style)
        write(ax, *place, f"β₁ = {beta1}, β₂ = {beta2}", colour)
    ax.axhline(1, color=LIGHT["adam"], lw=1.2)
    write(ax, 5000, 0.93, say("보정한 Adam", "Adam, corrected"), "adam", ha="right", va="top")
    usual = pairs[0.9, 0.999]
    log_axis(ax, "x", [1, usual["at"], 100, 1000, 5000])
    log_axis(ax, "y", [0.3, 1, usual["first"], usual["peak"], pairs[0.5, 0.999]["first"]])
    ax.set(xlabel=say("스텝 t", "step t"), ylabel=say("스텝 크기 / 학습률", "step / lr"))
    ax.grid(axis="y")
    return fig


def figure_one_sided(say):
    """Steps over lr when only one of the two averages is corrected."""
    fig, ax = panels(3.2)
    steps = np.arange(1, 5001)
    curve(ax, steps, only_m, "m", 2.2)
    curve(ax, steps, only_v, "v", 2.2, DASHES)
    ax.axhline(1, color=LIGHT["adam"], lw=1.2)
    log_axis(ax, "x", [1, 10, m_within_1_percent, 1000, v_within_1_percent])
    log_axis(ax, "y", [0.1, 1, 10, only_m[0]])
    write(ax, 4, 19, say("m만 보정", "only m corrected"), "m")
    write(ax, 4, 0.22, say("v만 보정", "only v corrected"), "v")
    write(ax, 1.1, 1.08, say("둘 다 보정", "both corrected"), "adam", va="bottom")
    ax.set(xlabel=say("스텝 t", "step t"), ylabel=say("스텝 크기 / 학습률", "step / lr"))
    ax.grid(axis="y")
    return fig
