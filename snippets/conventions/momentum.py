"""The page conventions/momentum: where the programs called momentum part."""

from functools import partial

import numpy as np

from mhat.forms import (
    FORMS,
    momentum_average,
    momentum_average_inside,
    momentum_dampened,
    momentum_dampened_at_once,
    momentum_inside,
    nesterov_inside,
    not_nesterov,
)
from mhat.rules import momentum, nesterov
from snippets.shared.drawing import curve, panels, ticks, write
from snippets.shared.palette import LIGHT
from snippets.shared.tables import count as counted
from snippets.shared.tables import entries as entries_of
from snippets.shared.tables import rules, setting
from snippets.shared.tables import table as table_of


# --8<-- [start:forms]
def steps(form, gs, lrs=1.0, **settings):
    """The steps for gradients gs and learning rates lrs, from rest."""
    state, taken = (0.0,), []
    for g, lr in np.broadcast(gs, lrs):
        theta, state = form(0.0, g, state, lr, **settings)
        taken.append(-theta)
    return np.array(taken)


gs = np.random.default_rng(0).normal(size=500)
path = steps(momentum, gs, 0.01)
for form, lr in (
    (momentum_inside, 0.01), (momentum_average, 0.1),
    (momentum_average_inside, 0.1),
):
    assert np.allclose(steps(form, gs, lr), path, rtol=0, atol=1e-15)
one = steps(momentum, np.ones(200))
tenth = steps(momentum_average, np.ones(200))
assert one[0] == 1 and np.isclose(one[-1], 10)
assert np.isclose(tenth[0], 0.1) and np.isclose(tenth[-1], 1)
# --8<-- [end:forms]

# --8<-- [start:change]
lrs = np.repeat([0.01, 0.1, 0.01], [20, 60, 60])
outside, inside = (
    steps(form, np.ones(140), lrs) for form in (momentum, momentum_inside)
)
up, down = slice(20, 80), slice(80, 140)
assert np.isclose(outside[20], 10 * outside[19], rtol=0.02)
assert inside[20] < 2.1 * inside[19]
assert outside[80] < 0.101 and np.isclose(inside[80], 0.91, rtol=0.01)
behind = (outside - inside)[up].sum()
ahead = (inside - outside)[down].sum()
assert np.isclose(ahead, 8.1, rtol=0.01)
assert 0.8 * ahead < behind < ahead
# --8<-- [end:change]


# --8<-- [start:mend]
def mended(gs, lrs):
    """lr inside, with the velocity rescaled whenever lr changes."""
    state, old, taken = (0.0,), lrs[0], []
    for g, lr in zip(gs, lrs):
        state, old = (state[0] * lr / old,), lr
        theta, state = momentum_inside(0.0, g, state, lr)
        taken.append(-theta)
    return np.array(taken)


assert np.allclose(mended(np.ones(140), lrs), outside, rtol=1e-13)
# --8<-- [end:mend]

# --8<-- [start:nesterov]
pulse = np.eye(1, 200)[0]
weights = {
    form.__name__: steps(form, pulse)
    for form in (momentum, nesterov, nesterov_inside, not_nesterov)
}
plain, ahead_once = weights["momentum"], weights["nesterov"]
ahead_twice = weights["not_nesterov"]
assert np.allclose(plain[:3], [1, 0.9, 0.81])
assert np.allclose(ahead_once[:3], [1.9, 0.81, 0.729])
assert np.allclose(ahead_twice[:3], [2.71, 0.729, 0.6561])
assert np.allclose(weights["nesterov_inside"], ahead_once, rtol=1e-12)
for each in weights.values():
    assert np.isclose(each.sum(), 10)
# --8<-- [end:nesterov]

firsts = {name: weight[0] for name, weight in weights.items()}


# --8<-- [start:dampening]
def dampened(d, count):
    """The steps over lr for gradients of 1: first one whole, and not."""
    whole, state = [], (0.0, 0)
    for _ in range(count):
        theta, state = momentum_dampened(
            0.0, 1.0, state, 1.0, dampening=d
        )
        whole.append(-theta)
    ones = np.ones(count)
    small = steps(momentum_dampened_at_once, ones, dampening=d)
    return np.array(whole), small


whole, small = dampened(0.9, 100)
assert np.allclose(whole, 1) and np.allclose(small[:2], [0.1, 0.19])
assert np.isclose(small[-1], 1, rtol=1e-4)
burn = dampened(0.1, 100)[0]
assert burn[0] == 1 and np.isclose(burn[-1], 9, rtol=1e-4)
# --8<-- [end:dampening]


def gains(rule):
    """The first step over lr under a gradient of 1, and the step it settles at, with beta = 0.9."""
    form, taken = FORMS[rule["form"]], []
    settings = {"dampening": rule["defaults"]["dampening"]} if "dampening" in form.settings else {}
    state = form.start
    for _ in range(400):
        theta, state = form.run(0.0, 1.0, state, 1.0, beta=0.9, **settings)
        taken.append(-theta)
    return taken[0], taken[-1]


def place(rule, say):
    """Where lr stands."""
    return say("안", "inside") if FORMS[rule["form"]].traits["lr"] == "inside" else say("밖", "outside")


def nesterov_of(form):
    """Whether a form computes Nesterov's momentum: yes, no, almost."""
    return FORMS[form].traits["nesterov"]


def looks_ahead(rule, say):
    """How a call is asked for Nesterov's momentum, and whether it computes it."""
    also, computes = rule.get("also", {}), nesterov_of(rule["form"])
    if computes == "almost":
        return say("아님", "no, despite the name")
    if computes == "yes":
        return say("처음부터", "by default") if "nesterov=False" in also else say("언제나", "always")
    flag = next((words for words, form in also.items() if nesterov_of(form) == "yes"), None)
    if flag:
        return f"`{flag.split(',')[0]}`"
    return say("무시", "ignored") if "nesterov" in also else "–"


def cells(record, rule, say):
    """The cells of a row."""
    first, last = gains(rule)
    numbers = [f"{first:.3g}", f"{last:.3g}"]
    return [place(rule, say), *numbers, looks_ahead(rule, say), *[setting(rule, name, say) for name in ("beta", "lr")]]


def table(say):
    """What each framework calls momentum."""
    steps = say("첫 스텝", "first step"), say("마지막 스텝", "settled")
    heads = ["lr", *steps, say("네스테로프", "Nesterov"), "β", say("lr 기본값", "default lr")]
    return table_of("momentum", heads, cells, say)


entries = partial(entries_of, "momentum")
count = counted("momentum")
count["inside"] = sum(place(rule, lambda *words: words[1]) == "inside" for _, rule in rules("momentum"))
count["outside"] = count["calls"] - count["inside"]


def figure_change(say):
    """Steps while lr rises to its tenfold and falls back, by the place of lr."""
    fig, ax = panels(3.1)
    t = np.arange(1, 141)
    ax.fill_between(t, outside, inside, color=LIGHT["soft"], alpha=0.15, lw=0)
    curve(ax, t, inside, "ink", style=(0, (5, 2)))
    curve(ax, t, outside, "momentum")
    write(ax, 19, 1.04, say("lr이 속도 밖에", "lr outside"), "momentum")
    write(ax, 91, 0.5, say("lr이 속도 안에", "lr inside"), "ink")
    for x, lr in ((10, lrs[0]), (50, lrs[20]), (111, lrs[80])):
        write(ax, x, -0.13, f"lr {lr}", "ink", ha="center", va="center")
    for x in (20.5, 80.5):
        ax.axvline(x, color=LIGHT["rule"], lw=0.8, zorder=0)
    ticks(ax, "y", [0, 0.1, 0.5, 1])
    ax.set(ylim=(-0.22, 1.2), xlabel=say("스텝 번호", "step number"), ylabel=say("스텝, 기울기 1", "step, gradient 1"))
    return fig


def figure_weights(say):
    """The weight of a gradient in the step, by its age."""
    fig, ax = panels(3.1)
    age = np.arange(8)
    curve(ax, age, plain[:8], "momentum", marker="o", ms=4)
    write(ax, 1.15, 0.93, say("보통 모멘텀", "momentum"), "momentum")
    curve(ax, age, ahead_once[:8], "adam", style=(0, (5, 2)), marker="s", ms=4)
    write(ax, 0.55, 1.86, say("네스테로프", "Nesterov"), "adam")
    curve(ax, age, ahead_twice[:8], "wrong", style=(0, (1, 1.5)), marker="^", ms=4)
    write(ax, 0.25, 2.6, say("네스테로프가 아님", "not Nesterov"), "wrong")
    ticks(ax, "y", [0, *(firsts[name] for name in ("momentum", "nesterov", "not_nesterov"))])
    ax.set(ylim=(0, 3), ylabel=say("스텝 안의 가중치", "weight in the step"))
    ax.set_xlabel(say("몇 스텝 전의 기울기인가", "age of the gradient in steps"))
    return fig
