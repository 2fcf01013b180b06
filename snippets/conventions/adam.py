"""The page conventions/adam: where the forms of Adam part."""

from functools import partial

import numpy as np

from mhat.forms import (
    FORMS,
    adam_eps_hat,
    adam_folded,
    adam_uncorrected,
    amsgrad_corrected,
    decay_absolute,
    decay_after,
    decay_before,
    decay_l2,
    decay_with,
)
from mhat.rules import adam, amsgrad
from snippets.shared import tables
from snippets.shared.drawing import curve, log_axis, panels, write


# --8<-- [start:first]
def first_step(form, g, **settings):
    """The first step over lr for gradients g, from zero."""
    theta, _ = form(0.0, g, START[form], 1.0, **settings)
    return -theta


START = {adam: (0.0, 0.0, 0), adam_eps_hat: (0.0, 0.0, 0)}
START[adam_uncorrected] = (0.0, 0.0)
g = np.array([1.0, 1e-6, 1e-8])
paper, hat, bare = (first_step(form, g) for form in START)
assert np.allclose(paper, g / (g + 1e-8))
assert np.allclose(hat, g / (g + 1e-8 / np.sqrt(0.001)))
assert np.isclose(bare[0], 0.1 / np.sqrt(0.001))
# --8<-- [end:first]

firsts = {"paper": dict(zip(g, paper)), "hat": dict(zip(g, hat)), "bare": dict(zip(g, bare))}
factor = 1 / np.sqrt(0.001)
later = 1 / np.sqrt(1 - 0.999**1000)


# --8<-- [start:same]
def walk(form, gs, **settings):
    theta, state = 0.0, START[form]
    for g in gs:
        theta, state = form(theta, g, state, 0.01, **settings)
    return theta


def matched(form, gs, t=0, theta=0.0, state=(0.0, 0.0, 0)):
    """Algorithm 1 with an eps of its own for each step."""
    for t, g in enumerate(gs, 1):
        eps = 1e-3 / np.sqrt(1 - 0.999**t)
        theta, state = form(theta, g, state, 0.01, eps=eps)
    return theta


gs = np.random.default_rng(0).normal(size=200)
same = matched(adam, gs) - walk(adam_eps_hat, gs, eps=1e-3)
apart = walk(adam, gs, eps=1e-3) - walk(adam_eps_hat, gs, eps=1e-3)
assert abs(same) < 1e-13 and abs(apart) > 1e-4
# --8<-- [end:same]

# --8<-- [start:folded]
START[adam_folded] = START[adam]
assert abs(walk(adam, gs) - walk(adam_folded, gs)) < 1e-14
# --8<-- [end:folded]


# --8<-- [start:textbook]
def textbook(theta, g, state, lr, beta1=0.9, beta2=0.999):
    m, v, t = state
    t = t + 1
    lr_t = lr * np.sqrt(1.0 - beta2**t) / (1.0 - beta1**t)
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g**2 - v)
    return theta - lr_t * m / (np.sqrt(v) + 1e-7), (m, v, t)


START[textbook] = START[adam]
for size in (1.0, 1e-6):
    book = walk(textbook, size * gs)
    hat = walk(adam_eps_hat, size * gs, eps=1e-7)
    assert abs(book - hat) < 1e-14
    assert abs(book - walk(adam, size * gs, eps=1e-7)) > 1e-8
# --8<-- [end:textbook]

# --8<-- [start:decay]
kinds = {
    "L2": decay_l2, "before": decay_before, "with": decay_with,
    "after": decay_after, "absolute": decay_absolute,
}
lost = {}
for lr in (0.1, 0.01):
    for kind, decayed in kinds.items():
        theta, _ = decayed(adam, 1.0, 1.0, START[adam], lr, decay=0.1)
        lost[kind, lr] = 1 - lr - theta
assert np.isclose(lost["before", 0.1], 0.01)
assert np.isclose(lost["before", 0.01], 0.001)
assert np.isclose(lost["with", 0.1], lost["before", 0.1])
assert np.isclose(lost["after", 0.1], 0.009)
assert np.isclose(lost["absolute", 0.1], 0.1)
assert np.isclose(lost["absolute", 0.01], 0.1)
assert abs(lost["L2", 0.1]) < 1e-8
# --8<-- [end:decay]


# --8<-- [start:around]
def cut(arrays, most, together):
    """Clip by norm: all arrays by one factor, or each by its own."""
    norms = np.array([np.linalg.norm(array) for array in arrays])
    if together:
        norms = np.full(len(arrays), np.linalg.norm(norms))
    return [a * min(1, most / n) for a, n in zip(arrays, norms)]


grads = [np.array([30.0, 40.0]), np.array([0.3, 0.4])]
each, whole = cut(grads, 1.0, False), cut(grads, 1.0, True)
assert np.isclose(np.linalg.norm(each[0]), 1)
assert (each[1] == grads[1]).all()
assert np.allclose(np.divide(grads, whole), np.linalg.norm(grads))

rates = np.array([0.01, 0.001])
faded = 1 / (1 + rates / 50 * (50 * 500))
assert np.allclose(faded, [1 / 6, 1 / 1.5])
# --8<-- [end:around]

norms = {"before": 50 / 0.5, "each": np.linalg.norm(each[0]) / np.linalg.norm(each[1])}


# --8<-- [start:maximum]
def both(gs, eps=1e-8):
    first, second = [], []
    for form, steps in ((amsgrad, first), (amsgrad_corrected, second)):
        theta, state = 0.0, (0.0, 0.0, 0.0, 0)
        for g in gs:
            new, state = form(theta, g, state, 1.0, eps=eps)
            steps.append(theta - new)
            theta = new
    return np.array(first), np.array(second)


raw, corrected = both([10.0] + [1.0] * 999)
assert np.isclose(raw[0], corrected[0])
assert raw[99] > 3 * corrected[99]
# --8<-- [end:maximum]

ratio = raw[99] / corrected[99]


def cells(record, rule, say):
    """The cells of a row."""
    start = f", $\\vv_0 = {rule['start'][4:]}$" if rule.get("start", "").startswith("v = ") else ""
    settings = [tables.setting(rule, name, say) for name in ("lr", "beta2", "eps")]
    return [say(*FORMS[rule["form"]].short) + start, *settings, tables.decay(rule, say)]


def table(say):
    """What each framework calls Adam."""
    heads = [say("형태", "form"), "lr", "β₂", "ε", say("가중치 감쇠", "weight decay")]
    return tables.table("adam", heads, cells, say)


entries = partial(tables.entries, "adam")
count = tables.count("adam")


def figure_first(say):
    """The first step against the size of the gradient."""
    fig, ax = panels(3.3)
    size = np.logspace(-11, 0, 200)
    curve(ax, size, first_step(adam, size), "adam")
    write(ax, 1.5e-10, 0.02, say("논문의 식", "paper"), "adam", ha="right")
    curve(ax, size, first_step(adam_eps_hat, size), "v", style=(0, (5, 2)))
    write(ax, 1.2e-8, 0.015, say("ε̂을 쓰는 식", "ε-hat"), "v")
    curve(ax, size, first_step(adam_uncorrected, size), "wrong", style=(0, (1, 1.5)))
    write(ax, 1e-3, 4.2, say("보정 없음", "uncorrected"), "wrong")
    log_axis(ax, "x", [1e-10, 1e-8, 1e-6, 1e-4, 0.01, 1])
    log_axis(ax, "y", [0.01, 0.1, 1, firsts["bare"][1]])
    ax.set(ylim=(0.005, 8), ylabel=say("첫 스텝 / lr", "first step / lr"))
    ax.set_xlabel(say("첫 기울기의 크기", "size of the first gradient"))
    return fig
