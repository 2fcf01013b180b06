"""The page conventions/rmsprop: where the programs called RMSProp part."""

from functools import partial

import numpy as np

from mhat.forms import (
    FORMS,
    momentum_inside,
    rmsprop_centered,
    rmsprop_centered_inside,
    rmsprop_centered_subtracted,
    rmsprop_corrected,
    rmsprop_eps_inside,
    rmsprop_momentum_inside,
    rmsprop_momentum_outside,
    start_of_v,
)
from mhat.rules import adam, rmsprop
from snippets.explorables.two_conventions import HANDLES, both, gaps_of
from snippets.shared.drawing import arrow, curve, log_axis, mark, panels, write
from snippets.shared.explore import book
from snippets.shared.palette import LIGHT
from snippets.shared.tables import count as counted
from snippets.shared.tables import entries as entries_of
from snippets.shared.tables import rules, setting, short
from snippets.shared.tables import table as table_of
from snippets.shared.typeset import tick


# --8<-- [start:epsilon]
def steps(form, gs, state, lrs=1.0, **settings):
    """The steps for gradients gs and learning rates lrs, in order."""
    taken = []
    for g, lr in np.broadcast(gs, lrs):
        theta, state = form(0.0, g, state, lr, **settings)
        taken.append(-theta)
    return np.array(taken)


def settled(form, g, eps):
    """The step over lr once v has settled on g**2."""
    return steps(form, [g] * 200, (0.0,), eps=eps)[-1]


assert np.isclose(settled(rmsprop, 1e-8, 1e-8), 1 / 2)
assert np.isclose(settled(rmsprop_eps_inside, 1e-4, 1e-8), 1 / 2**0.5)
assert np.isclose(settled(rmsprop_eps_inside, 1e-8, 1e-8), 1e-4)
out = settled(rmsprop, 1e-6, 1e-8)
inn = settled(rmsprop_eps_inside, 1e-6, 1e-8)
assert out > 0.99 and inn < 0.011
# --8<-- [end:epsilon]


# --8<-- [start:port]
def ratio(g, eps=1e-8):
    """The step with eps inside, over that with its root outside."""
    inside = settled(rmsprop_eps_inside, g, eps)
    return inside / settled(rmsprop, g, eps**0.5)


ratios = np.array([ratio(g) for g in np.logspace(-8, 0, 33)])
assert ratios.argmax() == 16 and np.isclose(ratios[16], 2**0.5)
assert ratios.min() > 1 and max(ratios[0], ratios[-1]) < 1.0002
# --8<-- [end:port]

worst = ratios.max()
farthest = {
    (g, near): max(gaps_of(*both(book(HANDLES) | {"g": g, "near": near}))) for g in (-2, 0) for near in (0, 1)
}


# --8<-- [start:start]
def from_start(words, g, n=3, beta2=0.9):
    """The first n steps over lr for a constant gradient."""
    v = start_of_v(words, g, 1e-8)
    return steps(rmsprop, [g] * n, (v,), beta2=beta2)


first = {beta2: from_start("v = 0", 0.01, 1, beta2)[0]
         for beta2 in (0.9, 0.99, 0.999)}
for beta2, step in first.items():
    assert np.isclose(step, 1 / (1 - beta2) ** 0.5, rtol=1e-4)
assert np.allclose(from_start("v = g1^2", 0.01), 1, rtol=1e-5)
ones = from_start("v = 1", 0.01, 100)
assert ones[0] < 0.0106 and 0.88 < ones[-1] < 0.9
tiny = from_start("v = eps", 1e-5)
assert tiny[0] < 0.11 and from_start("v = 0", 1e-5)[0] > 3.15
# --8<-- [end:start]

# --8<-- [start:corrected]
gs = np.array([1.0] + [0.1] * 19)
right = steps(rmsprop_corrected, gs, (0.0, 0), beta2=0.99)
copied = steps(rmsprop, gs, (1.0,), beta2=0.99)
assert np.isclose(right[0], copied[0]) and right[-1] > 2 * copied[-1]
same = steps(adam, gs, (0.0, 0.0, 0), beta1=0.0, beta2=0.99)
assert np.allclose(right, same, rtol=1e-14, atol=0)
# --8<-- [end:corrected]

# --8<-- [start:drop]
lrs = np.repeat([1.0, 0.1], [200, 100])
outside = steps(rmsprop_momentum_outside, np.ones(300), (0.0, 0.0), lrs)
inside = steps(rmsprop_momentum_inside, np.ones(300), (0.0, 0.0), lrs)
assert np.allclose(outside[:200], inside[:200], rtol=1e-6)
assert np.isclose(outside[200], 1) and np.isclose(inside[200], 9.1)
extra = (inside - outside)[200:].sum()
assert np.isclose(extra, 81, rtol=1e-3)
# --8<-- [end:drop]

# --8<-- [start:mend]
state = (1.0, 10.0 * 0.1 / 1.0)
mended = steps(rmsprop_momentum_inside, np.ones(100), state, 0.1)
assert np.allclose(mended, outside[200:], rtol=1e-6)
# --8<-- [end:mend]

# --8<-- [start:centered]
constants = np.random.default_rng(0).uniform(0.1, 10, 1000)
constants = constants.astype(np.float32)


def lost(form, **settings):
    """How many of 1000 coordinates are NaN after 200 equal gradients."""
    state, bad = (np.float32(0), np.float32(0)), False
    for _ in range(200):
        with np.errstate(invalid="ignore", divide="ignore"):
            theta, state = form(0.0, constants, state, 1.0, **settings)
        bad = bad | np.isnan(theta)
    return bad.sum()


nan_outside = lost(rmsprop_centered)
nan_inside = lost(rmsprop_centered_inside)
nan_large = lost(rmsprop_centered_inside, eps=1e-4)
assert nan_outside > 50 and nan_inside > 50 and nan_large == 0
# --8<-- [end:centered]

# --8<-- [start:subtracted]
edge = (1e-7 / (0.9 * 0.1)) ** 0.5
below, above = [0.999 * edge], [1.001 * edge]
for g, lost_at_once in ((below, True), (above, False)):
    with np.errstate(invalid="ignore"):
        step = steps(
            rmsprop_centered_subtracted, g, (0.0, 0.0), eps=1e-7
        )
    assert np.isnan(step[0]) == lost_at_once
# --8<-- [end:subtracted]

# --8<-- [start:inception]
small = np.full(200, 0.01)
used = steps(rmsprop_momentum_inside, small, (1.0, 0.0), 0.1, eps=1.0)
plain = steps(momentum_inside, small, (0.0,), 0.1)
share = used / plain
assert share[0] < 0.73 and 0.9999 < share[-1] < 1
# --8<-- [end:inception]

STARTS = {"v = 1": "1", "v = eps": "$\\epsilon$", "v = g1^2": "$\\g_1^2$"}


def eps_inside(rule):
    """Whether eps stands inside the root."""
    return FORMS[rule["form"]].traits["eps"] == "inside"


def floor(rule):
    """The gradient below which the divisor is mostly eps; None where the rule names no eps."""
    eps = rule["defaults"].get("eps")
    return eps and (eps**0.5 if eps_inside(rule) else eps)


def buffer(rule, say):
    """Where lr stands when there is momentum, and its default when that is not 0."""
    forms = [FORMS[name] for name in (rule["form"], *rule.get("also", {}).values()) if name]
    place = next((form.traits["lr"] for form in forms if "beta" in form.settings), None)
    words = {"inside": say("lr 안", "lr inside"), "outside": say("lr 밖", "lr outside"), None: "–"}[place]
    on = rule["form"] and "beta" in FORMS[rule["form"]].settings
    own = setting(rule, "beta", say) if on and rule["defaults"].get("beta") else ""
    return f"{words} {own}".strip()


def cells(record, rule, say):
    """The cells of a row."""
    eps = say("이 형태들과 다름", "none of these forms")
    if rule["form"]:
        eps = f"{setting(rule, 'eps', say)} {say('안', 'inside') if eps_inside(rule) else say('밖', 'outside')}"
    settings = [setting(rule, name, say) for name in ("beta2", "lr")]
    low = floor(rule)
    return [eps, short(low) if low else "–", STARTS.get(rule.get("start"), "0"), *settings, buffer(rule, say)]


def table(say):
    """What each framework calls RMSProp."""
    heads = ["ε", say("바닥", "floor"), "v₀", "β₂", "lr", say("모멘텀", "momentum")]
    return table_of("rmsprop", heads, cells, say)


entries = partial(entries_of, "rmsprop")
count = counted("rmsprop")
places = [eps_inside(rule) for _, rule in rules("rmsprop") if rule["form"]]
count["inside"], count["outside"] = places.count(True), places.count(False)


def figure_floor(say):
    """The settled step against the size of the gradient, with one eps in two places."""
    fig, ax = panels(3.2)
    sizes = np.logspace(-10, 0, 41)
    curve(ax, sizes, [settled(rmsprop, g, 1e-8) for g in sizes], "rmsprop")
    write(ax, 1.3e-10, 0.3, say("밖", "outside"), "rmsprop")
    curve(ax, sizes, [settled(rmsprop_eps_inside, g, 1e-8) for g in sizes], "ink", style=(0, (5, 2)))
    write(ax, 1.2e-6, 0.002, say("안", "inside"), "ink")
    mark(ax, 1e-8, 1 / 2, "ink", 4)
    mark(ax, 1e-4, 2**-0.5, "ink", 4)
    arrow(ax, (1e-8, 2.2), (1e-4, 2.2), "ink", shrinkA=2, shrinkB=2)
    write(ax, 1e-6, 2.8, f"× {tick(1e-4 / 1e-8)}", "ink", ha="center")
    log_axis(ax, "x", [1e-10, 1e-8, 1e-6, 1e-4, 0.01, 1])
    log_axis(ax, "y", [1e-4, 0.001, 0.01, 0.1, 1])
    ax.set(ylim=(5e-5, 8), xlabel=say("기울기의 크기", "size of the gradient"))
    ax.set_ylabel(say("스텝 / lr, ε = 10⁻⁸", "step / lr, ε = 10⁻⁸"))
    return fig


def figure_starts(say):
    """The first hundred steps by the start of v."""
    fig, ax = panels(3.2)
    t = np.arange(1, 101)
    curve(ax, t, from_start("v = 0", 0.01, 100), "rmsprop")
    write(ax, 1.15, 3.9, say("0에서", "from 0"), "rmsprop")
    curve(ax, t, from_start("v = g1^2", 0.01, 100), "adam", style=(0, (5, 2)))
    write(ax, 1.15, 0.62, say("g₁²에서, 또는 보정", "from g₁², or corrected"), "adam")
    curve(ax, t, from_start("v = 1", 0.01, 100), "ink", style=(0, (1, 1.5)))
    write(ax, 1.15, 0.017, say("1에서", "from 1"), "ink")
    log_axis(ax, "x", [1, 10, 100])
    log_axis(ax, "y", [0.01, 0.1, 1, first[0.9]])
    ax.set(ylim=(0.007, 7), xlabel=say("스텝 번호", "step number"))
    ax.set_ylabel(say("스텝 / lr, 기울기 0.01", "step / lr, gradient 0.01"))
    return fig


def figure_drop(say):
    """Steps around a drop of lr, by the place of lr."""
    fig, ax = panels(2.9)
    t, around = np.arange(-5, 41), slice(195, 241)
    ax.fill_between(t, outside[around], inside[around], color=LIGHT["soft"], alpha=0.15, lw=0)
    curve(ax, t, inside[around], "ink", style=(0, (5, 2)))
    curve(ax, t, outside[around], "rmsprop")
    mark(ax, t[5::5], mended[:41:5], "ink", 4, mfc="none")
    write(ax, 7, 5.4, say("lr이 속도 안에", "lr inside"), "ink")
    write(ax, 1, 0.1, say("lr이 속도 밖에", "lr outside"), "rmsprop", va="bottom")
    write(ax, 18, 3.1, say("○ 안, 속도를 고침", "○ inside, mended"), "ink")
    ax.set(ylim=(0, 11), yticks=[0, 1, 5, 10], ylabel=say("스텝 / 처음 lr", "step / first lr"))
    ax.set_xlabel(say("lr을 10분의 1로 내린 뒤의 스텝", "steps after lr falls to a tenth"))
    return fig
