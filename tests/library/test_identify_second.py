"""The second search of `identify`: rules of other names, what is done beside a rule, two mistakes at once.

The rules are written here again from the pseudo-code of their papers, on vectors, with whole histories where that is
shorter; what is done beside a rule is done here by NumPy on the gradients or on the steps.
"""

import json
import random

import numpy as np
import pytest
import quickjs

from frameworks import identified
from mhat.identify import GRADIENTS, THETA, answer, identify, in_words
from mhat.identify.beside import (
    TOLD_APART,
    Variant,
    variant_walk,
    with_clips,
    with_column_decay,
    with_column_rate,
    with_rates,
)
from mhat.identify.disguises import AS_RIGHT
from mhat.identify.known import FORMS, MISTAKES, Candidate
from mhat.identify.pairing import composed, pair_row, pairs_of_mistakes
from mhat.identify.relatives import RELATIVES
from mhat.identify.running import as_text
from mhat.identify.second import STREAM, alone, begun, done, hit_of, of_relative, searched
from mhat.identify.second_telling import second_words
from mhat.identify.walking import departures, walk
from mhat.mistakes import LINES
from site_tools.scripts import compiled
from tests.prints import lines, path_of, row

TOLD = {"lr": 0.2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0}
G = np.array(GRADIENTS, float)
ROUNDING = 2.0**-53


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


def text_of(path):
    return "\n".join(" ".join(repr(float(x)) for x in row) for row in path)


def printed(path):
    return begun(text_of(path), {}, "")["path"]


# Names of other rules


def mean(share, items):
    """An exponential average of a history that began at 0."""
    return sum((1 - share) * share**age * x for age, x in enumerate(reversed(items)))


def hat(share, items):
    return mean(share, items) / (1 - share ** len(items))


def adam_hat(g, b2=0.999, eps=1e-8, b1=0.9):
    return hat(b1, g) / (np.sqrt(hat(b2, [x * x for x in g])) + eps)


def stepping(step):
    """The path of theta - lr * step(history of g, theta), lr = 0.2."""
    theta, found = np.array(THETA), []
    for t in range(1, 13):
        theta = theta - 0.2 * step(list(G[:t]), theta)
        found.append(theta)
    return np.array(found)


def rectified(outside):
    def step(g, _):
        t, most = len(g), 1999.0
        rho = most - 2 * t * 0.999**t / (1 - 0.999**t)
        if rho <= 5:
            return hat(0.9, g)
        r = np.sqrt((rho - 4) / (most - 4) * (rho - 2) / (most - 2) * most / rho)
        v = mean(0.999, [x * x for x in g])
        root = np.sqrt(v / (1 - 0.999**t)) + 1e-8 if outside else (np.sqrt(v) + 1e-8) / np.sqrt(1 - 0.999**t)
        return r * hat(0.9, g) / root
    return step


def believing(g, _):
    kept = [x - mean(0.9, g[:i + 1]) for i, x in enumerate(g)]
    s = mean(0.999, [x * x for x in kept]) + 1e-16 * sum(0.999**k for k in range(len(g)))
    return hat(0.9, g) / (np.sqrt(s / (1 - 0.999 ** len(g))) + 1e-16)


def additive(start):
    def step(g, _):
        v = np.full(3, start)
        for x in g:
            v = np.where(v > x * x, v - 0.001 * x * x, np.where(v < x * x, v + 0.001 * x * x, v))
        m = mean(0.9, g) + start * 0.9 ** len(g)
        return m / (1 - 0.9 ** len(g)) / (np.sqrt(v / (1 - 0.999 ** len(g))) + 1e-3)
    return step


def layerwise(g, theta):
    step = adam_hat(g, eps=1e-6)
    return step * np.linalg.norm(theta) / np.linalg.norm(step)


def factored(g, theta):
    v = np.zeros(3)
    for t, x in enumerate(g, 1):
        v = (1 - t**-0.8) * v + t**-0.8 * x * x
    u = g[-1] / np.sqrt(np.maximum(v, np.finfo(float).eps ** 2))
    rms = lambda x: np.sqrt(np.mean(x * x))
    return max(rms(theta), 1e-3) * min(0.2, len(g) ** -0.5) / 0.2 * u / max(1, rms(u))


def before_it(clip):
    def step(g, _):
        v, m = g[0] ** 2, np.zeros(3)
        for t, x in enumerate(g[1:], 1):
            normed = x / np.maximum(np.sqrt(v), 1e-6)
            m = 0.9 * m + 0.1 * (np.clip(normed, -(t**0.25), t**0.25) if clip else normed)
            v = 0.9999 * v + 0.0001 * x * x
        return m
    return step


def nesterov_of_three(g, _):
    changes = [np.zeros(3)] + [b - a for a, b in zip(g, g[1:])]
    n = hat(0.99, [(x + 0.92 * d) ** 2 for x, d in zip(g, changes)])
    return (hat(0.98, g) + 0.92 * hat(0.92, changes)) / (np.sqrt(n) + 1e-8)


def bounded(g, _):
    t = len(g)
    rate = 0.2 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) / (np.sqrt(mean(0.999, [x * x for x in g])) + 1e-8)
    return np.clip(rate, 0.1 - 0.1 / (1e-3 * t + 1), 0.1 + 0.1 / (1e-3 * t)) * mean(0.9, g) / 0.2


def modest(g, _):
    rates = [0.2 / (np.sqrt(hat(0.999, [x * x for x in g[:i]])) + 1e-8) for i in range(1, len(g) + 1)]
    return np.minimum(rates[-1], mean(0.999, rates)) * hat(0.9, g) / 0.2


def by_steps(g, _):
    steps = []
    for i in range(1, len(g) + 1):
        u = mean(0.9, [x * x for x in steps]) if steps else np.zeros(3)
        steps.append(g[i - 1] * np.sqrt(u + 1e-6) / np.sqrt(mean(0.9, [x * x for x in g[:i]]) + 1e-6))
    return steps[-1]


def resilient(g, _):
    size, before = np.full(3, 0.2), np.zeros(3)
    for x in g:
        turn = np.sign(x * before)
        size = np.clip(size * np.select([turn > 0, turn < 0], [1.2, 0.5], 1), 1e-6, 50)
        before = np.where(turn < 0, 0, x)
    return np.sign(before) * size / 0.2


def careful(g, _):
    step = adam_hat(g)
    mask = step * g[-1] > 0
    return step * mask / max(mask.mean(), 1e-3)


def free(step):
    """(1 - beta) z + beta x, x the mean of all z after the start."""
    zs, z = [], np.array(THETA)
    for t in range(1, 13):
        z = z - 0.2 * step(list(G[:t]))
        zs.append(z)
    return np.array([0.9 * np.mean(zs[:t], axis=0) + 0.1 * zs[t - 1] for t in range(1, 13)])


def scheduled(psi, eps=1e-8, dtype=float):
    mu = lambda t: 0.9 * (1 - 0.5 * 0.96 ** (psi * t))
    def step(g, _):
        t = len(g)
        product = float(np.multiply.reduce([dtype(mu(k)) for k in range(1, t + 1)]))
        ahead = mu(t + 1) * mean(0.9, g) / (1 - product * mu(t + 1)) + (1 - mu(t)) * g[-1] / (1 - product)
        return ahead / (np.sqrt(hat(0.999, [x * x for x in g])) + eps)
    return step


def summed(start, inside, outside):
    return lambda g, _: g[-1] / (np.sqrt(start + sum(x * x for x in g) + inside) + outside)


def root_of_v(g):
    return np.sqrt(hat(0.999, [x * x for x in g])) + 1e-8


def largest(g):
    return np.max([0.999**age * np.abs(x) for age, x in enumerate(reversed(g))], axis=0)


def stored_ahead():
    """Nadam whose look ahead is the next m: each m from the one before it, in a list of all."""
    ahead = [np.zeros(3)]
    def step(g, _):
        t = len(g)
        m = 0.9 * ahead[t - 1] + 0.1 * g[-1]
        ahead[t:] = [0.9 * m / (1 - 0.9 ** (t + 1)) + 0.1 * g[-1] / (1 - 0.9**t)]
        return ahead[t] / root_of_v(g)
    return step


def kept_in_maximum(g, _):
    return hat(0.9, g) / np.max([0.999**age * (np.abs(x) + 1e-8) for age, x in enumerate(reversed(g))], axis=0)


def initialised(g, _):
    v = mean(0.999, [x * x for x in g]) + 0.999 ** len(g) * g[0] ** 2
    return hat(0.9, g) / (np.sqrt(v / (1 - 0.999 ** len(g))) + 1e-8)


def lazy():
    """Each column alone: the gradients that are not 0, with the count of all."""
    found = np.tile(THETA, (12, 1)).astype(float)
    for i in range(3):
        g = []
        for t in np.flatnonzero(G[:, i]):
            g.append(G[t, i])
            root = np.sqrt(mean(0.999, [x * x for x in g]) / (1 - 0.999 ** (t + 1)))
            found[t:, i] -= 0.2 * mean(0.9, g) / (1 - 0.9 ** (t + 1)) / (root + 1e-8)
    return found


def shared():
    """One history, row after row."""
    steps = [adam_hat(list(G.ravel()[:k + 1])) for k in range(36)]
    return THETA - 0.2 * np.cumsum(np.reshape(steps, (12, 3)), axis=0)


def ahead_with_one_power(g, _):
    """Ruder's overview: beta1 m_hat + (1 - beta1) g / (1 - beta1^t)."""
    ahead = 0.9 * hat(0.9, g) + 0.1 * g[-1] / (1 - 0.9 ** len(g))
    return ahead / (np.sqrt(hat(0.999, [x * x for x in g])) + 1e-8)


def largest_kept(g, _):
    v = np.zeros(3)
    for x in g:
        v = v + 0.001 * np.maximum(x * x - v, 0)
    return mean(0.9, g) / (np.sqrt(v) + 1e-8)


def raw_inside(g, _):
    rate = np.sqrt(1 - 0.999 ** len(g)) / (1 - 0.9 ** len(g))
    return rate * mean(0.9, g) / np.sqrt(mean(0.999, [x * x for x in g]) + 1e-8)


def lions(g, _):
    return np.sign(0.9 * (mean(0.99, g[:-1]) if len(g) > 1 else 0) + 0.1 * g[-1])


WRITTEN_AGAIN = {
    "sign_descent": stepping(lambda g, _: np.sign(g[-1])), "signum": stepping(lambda g, _: np.sign(mean(0.9, g))),
    "lion": stepping(lions), "radam": stepping(rectified(False)), "radam_outside": stepping(rectified(True)),
    "adabelief": stepping(believing), "yogi": stepping(additive(1e-6)), "yogi_from_0": stepping(additive(0.0)),
    "lamb": stepping(layerwise), "adafactor": stepping(factored), "adopt": stepping(before_it(False)),
    "adopt_clipped": stepping(before_it(True)), "adan": stepping(nesterov_of_three), "adabound": stepping(bounded),
    "adamod": stepping(modest), "adadelta": stepping(by_steps), "rprop": stepping(resilient),
    "cautious_adam": stepping(careful), "schedule_free_sgd": free(lambda g: g[-1]),
    "schedule_free_adamw": free(lambda g: g[-1] / (np.sqrt(hat(0.999, [x * x for x in g])) + 1e-8)),
    "nadam_pytorch_float32": stepping(scheduled(4e-3, dtype=np.float32)),
    "nadam_pytorch": stepping(scheduled(4e-3)), "nadam_keras": stepping(scheduled(1, 1e-7)),
    "adagrad_eps_inside": stepping(summed(0.1, 1e-7, 0)), "adagrad_inside": stepping(summed(0, 1e-7, 0)),
    "adagrad_without_eps": stepping(summed(0.1, 0, 0)), "adagrad_from_tenth": stepping(summed(0.1, 0, 1e-10)),
    "lazy_adam": lazy(), "shared_adam": shared(), "nadam_ruder": stepping(ahead_with_one_power),
    "momentum_corrected": stepping(lambda g, _: hat(0.9, g)), "amsgrad_stored": stepping(largest_kept),
    "adam_hat_inside": stepping(raw_inside), "adamax_eps_inside": stepping(kept_in_maximum),
    "qhadam": stepping(lambda g, _: (0.3 * g[-1] + 0.7 * hat(0.995, g)) / root_of_v(g)),
    "nadam_g_powerless": stepping(lambda g, _: (0.9 * hat(0.9, g) + g[-1]) / root_of_v(g)),
    "nadam_g_uncorrected": stepping(
        lambda g, _: (0.9 * mean(0.9, g) / (1 - 0.9 ** (len(g) + 1)) + 0.1 * g[-1]) / root_of_v(g)),
    "nadam_stored": stepping(stored_ahead()),
    "adamax_corrected": stepping(lambda g, _: hat(0.9, g) / (largest(g) / (1 - 0.999 ** len(g)) + 1e-8)),
    "adamax_root": stepping(lambda g, _: hat(0.9, g) / (np.sqrt(largest(g)) + 1e-8)),
    "adamax_averaged": stepping(lambda g, _: hat(0.9, g) / (mean(0.999, [np.abs(x) for x in g]) + 1e-8)),
    "adagrad_from_one": stepping(summed(1.0, 0, 1e-10)), "gi_adam": stepping(initialised),
}


def test_every_relative_is_written_again():
    assert set(WRITTEN_AGAIN) == {relative.name for relative in RELATIVES}


@pytest.mark.parametrize("relative", RELATIVES, ids=lambda relative: relative.name)
def test_a_rule_of_another_name_is_known_by_its_name(relative):
    """By its defaults, whether lr is told or not, and where the settings of Adam were told."""
    path = printed(WRITTEN_AGAIN[relative.name])
    for told in (TOLD, {"lr": 0.2}, {}):
        [found] = of_relative(relative, path, told, ROUNDING)
        assert found["settings"]["lr"] == 0.2 and found["title"] == relative.title
        rest = [other for other in RELATIVES if other is not relative]
        others = [other.name for other in rest if of_relative(other, path, told, ROUNDING)]
        assert not others
    assert (relative.source or "https://").startswith("https://") and set(relative.title) == {"ko", "en"}


STEPS = {"lion": lions, "nadam_keras": scheduled(1, 1e-7), "adamax_eps_inside": kept_in_maximum,
         "adagrad_eps_inside": summed(0.1, 1e-7, 0), "adopt": before_it(False)}


def decayed(step, kind):
    """The path of a step written again, lr = 0.2, with a weight decay of 0.01 around it."""
    theta, seen, found, left = np.array(THETA), [], [], 1 - 0.2 * 0.01
    for g in G:
        seen.append(g + 0.01 * theta if kind == "decay_l2" else g)
        theta = theta * (left if kind == "decay_before" else 1) - 0.2 * step(seen, theta)
        theta = theta * (left if kind == "decay_after" else 1)
        found.append(theta)
    return np.array(found)


@pytest.mark.parametrize("kind", ["decay_before", "decay_after", "decay_l2"])
@pytest.mark.parametrize("name", STEPS)
def test_a_weight_decay_around_a_relative_is_named(name, kind):
    """With the decay that was told, and with no other."""
    [relative], path = [each for each in RELATIVES if each.name == name], printed(decayed(STEPS[name], kind))
    for told in (TOLD | {"decay": 0.01}, {"lr": 0.2, "decay": 0.01}):
        [found] = of_relative(relative, path, told, ROUNDING)
        assert (found["decay"], found["settings"]["decay"], found["settings"]["lr"]) == (kind, 0.01, 0.2)
    assert not any(of_relative(relative, path, told, ROUNDING) for told in (TOLD, TOLD | {"decay": 0.9}, {"lr": 0.2}))


def test_the_decay_of_a_relative_is_said():
    found = identify(decayed(lions, "decay_before"), **TOLD | {"decay": 0.01})
    assert str(found).startswith("This is Lion, weight decay apart, before the step\n") and "decay = 0.01" in str(found)
    assert identify(decayed(lions, "decay_before"), **TOLD)["verdict"] == "none"


def of_theta(step):
    """The path of a step written again, lr = 0.2, that takes the parameters before it for the gradient."""
    theta, seen, found = np.array(THETA), [], []
    for _ in G:
        seen.append(theta)
        theta = theta - 0.2 * step(seen)
        found.append(theta)
    return np.array(found)


@pytest.mark.parametrize("name, step", [
    ("adam", lambda g: hat(0.9, g) / root_of_v(g)), ("momentum", lambda g: mean(0.9, g) / 0.1),
    ("rmsprop", lambda g: g[-1] / (np.sqrt(mean(0.999, [x * x for x in g])) + 1e-8)),
])
def test_parameters_in_the_place_of_the_gradient_are_named(name, step):
    found = identify(of_theta(step), **TOLD, beta=0.9)
    assert found["verdict"] == "beside" and "the parameters read in the place of the gradient" in str(found)
    assert name in [hit["name"] for hit in found["groups"][0]] and len(found["groups"]) == 1


def test_a_relative_is_said_with_its_source():
    found = identify(WRITTEN_AGAIN["lion"], lr=0.2)
    assert found["verdict"] == "relative" and str(found).startswith("This is Lion\n")
    assert "does not treat it" in str(found) and found["groups"][0][0]["source"].endswith("2302.06675")
    parts = second_words(searched(text_of(WRITTEN_AGAIN["nadam_keras"]), {"lr": 0.2}, ""), "ko")
    assert [part["href"] for part in parts if part["href"]][0] == "../reference/nadam.html#conventions"


def test_a_short_print_of_float32_is_searched_in_float32_too():
    """Nine digits may be float64: that is tried first, and said where it is not what fits."""
    path, before = [], np.array(THETA, np.float32)
    m, v = np.zeros((2, 3), np.float32)
    for t, g in enumerate(G.astype(np.float32), 1):
        by = np.float32(1) - np.float32(0.9) ** t
        m, v = np.float32(0.9) * m + np.float32(0.1) * g, np.float32(0.999) * v + np.float32(0.001) * g * g
        ahead = (np.float32(0.9) * m + np.float32(0.1) * g) / by
        before = before - np.float32(0.2) * ahead / (np.sqrt(v / (1 - np.float32(0.999) ** t)) + np.float32(1e-8))
        path.append(before)
    found = identify(" ".join(str(x) for x in np.ravel(path)), **TOLD)
    assert found["groups"][0][0]["name"] == "nadam_ruder" and found["only"] == "float32"
    assert "only with the rounding of float32" in str(found)
    assert identify(WRITTEN_AGAIN["nadam_ruder"], **TOLD)["only"] == ""


# Beside a rule


def adam_on(gradients, rate=lambda t: 0.2, decay=0.0, cut=np.inf):
    """Adam by its whole history: other gradients, a rate for each step and column, a decay for each column."""
    theta, found = np.array(THETA), []
    for t in range(1, 13):
        step = np.clip(adam_hat(list(gradients[:t])), -cut, cut)
        theta = theta * (1 - rate(t) * decay) - rate(t) * step
        found.append(theta)
    return np.array(found)


def shortened(limit):
    norms = np.linalg.norm(G, axis=1, keepdims=True)
    return G * np.minimum(1, limit / norms)


HIT = Candidate(row("adam"), "", "v = 0", {"lr": 0.2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8})
DECAYED = Candidate(row("adam"), "decay_before", "v = 0", {**HIT.settings, "decay": 0.01})


def told_by(variants):
    [found] = variants
    return found.kind, {name: pytest.approx(x, rel=1e-9) for name, x in found.numbers.items()}


@pytest.mark.parametrize("limit", [1.0, 0.37, 2.5, 30.0])
def test_a_clip_is_found_with_its_limit(limit):
    assert told_by(with_clips(HIT, printed(adam_on(np.clip(G, -limit, limit))), ROUNDING)) == (
        "clip_value", {"limit": limit})
    assert told_by(with_clips(HIT, printed(adam_on(shortened(limit))), ROUNDING)) == ("clip_norm", {"limit": limit})


def test_a_clip_of_the_step_is_found():
    assert told_by(with_clips(HIT, printed(adam_on(G, cut=0.45)), ROUNDING)) == ("clip_step", {"limit": 0.45})


def test_one_step_alone_shows_no_clip():
    """Any path with one number changed would have one: the longest step, cut to a length that nobody told."""
    second, longest = np.sort(abs(np.diff([THETA, *adam_on(G)], axis=0)), axis=None)[-2:] / TOLD["lr"]
    path = adam_on(G, cut=(second + longest) / 2)
    assert (path != adam_on(G)).sum() >= TOLD_APART
    assert with_clips(HIT, printed(path), ROUNDING) == []


@pytest.mark.parametrize("rate, kind, numbers", [
    (lambda t: 0.2 if t < 5 else 0.02, "rate_once", {"step": 5, "lr": 0.02, "factor": 0.1}),
    (lambda t: 0.2 if t < 9 else 0.5, "rate_once", {"step": 9, "lr": 0.5, "factor": 2.5}),
    (lambda t: 0.2 * 0.9 ** (t - 1), "rate_power", {"factor": 0.9}),
    (lambda t: 0.2 * (1 - (t - 1) / 12), "rate_line", {"slope": -1 / 12}),
    (lambda t: 0.2 * min(t, 4), "rate_warm", {"steps": 4, "lr": 0.8}),
    (lambda t: 0.2 / t**0.5, "rate_root", {}),
])
def test_a_learning_rate_that_changes_is_found(rate, kind, numbers):
    assert told_by(with_rates(HIT, printed(adam_on(G, rate)), ROUNDING)) == (kind, numbers)


def test_a_change_that_nothing_can_refute_is_not_named():
    """From step 11 on two steps are left; at the last, one."""
    for last in (11, 12):
        changed = [0.2] * (last - 1) + [0.02] * 2
        assert not with_rates(HIT, printed(adam_on(G, lambda t, rates=changed: rates[t - 1])), ROUNDING)
    anything = [0.2, 0.13, 0.31, 0.17, 0.23, 0.29, 0.11, 0.19, 0.37, 0.41, 0.07, 0.2]
    assert not with_rates(HIT, printed(adam_on(G, lambda t: anything[t - 1])), ROUNDING)


@pytest.mark.parametrize("column", [1, 2, 3])
def test_a_column_of_its_own_is_found(column):
    rates, decays = np.full(3, 0.2), np.full(3, 0.01)
    rates[column - 1], decays[column - 1] = 0.03, 0.0
    path = printed(adam_on(G, lambda t: rates))
    for told in (TOLD, {}):
        assert told_by(with_column_rate(HIT, path, ROUNDING, told)) == ("column_lr", {"column": column, "lr": 0.03})
    for decay in (0.0, 0.07):
        decays[column - 1] = decay
        path = printed(adam_on(G, decay=decays))
        found = with_column_decay(DECAYED, departures(DECAYED, path, ROUNDING, False), path, ROUNDING)
        assert told_by(found) == ("column_decay", {"column": column, "decay": decay})


def test_what_is_done_beside_a_rule_is_said_in_both_languages():
    path = adam_on(np.clip(G, -1, 1))
    assert "Adam, the paper's Algorithm 1, every gradient cut to ±1\n" in str(identify(path, **TOLD))
    assert "기울기를 절댓값 1 이하로 자름" in str(identify(path, language="ko", **TOLD))
    found = identify(np.array(THETA) + 0.2 * np.cumsum(G, axis=0), lr=0.2, decay=0)
    assert found["verdict"] == "beside" and "uphill: the step is added" in str(found)


# Two mistakes


def test_every_mistake_can_be_put_together_from_lines():
    paired = {one.name for pair in pairs_of_mistakes(True) for one in pair[1:]}
    assert {mistake.name for mistake in MISTAKES} == paired
    assert not composed("adam", "root-missing", "root-of-m"), "both exchange the line of the step"
    pair = pair_row("adam", row("power-missing"), row("sign-flipped"))
    assert pair.lines == row("power-missing").lines + row("sign-flipped").lines
    assert set(pair.takes) == {"beta1", "beta2", "eps"} and len(LINES) > 40


def test_the_lines_of_a_pair_compute_what_its_text_does():
    """A sample: run line by line, as the search does, and as Python text of the whole program."""
    for pair, decay in random.Random(5).sample(identified.all_pairs(), 60):
        settings = identified.PAIRED | ({"decay": 0.01} if decay else {})
        made = pair_row(pair.program, *(row(name) for name in pair.names))
        hit = Candidate(made, "", "v = 0", {name: settings[name] for name in ("lr", *made.takes)})
        expected = np.array(pair.walked(GRADIENTS, settings))
        assert np.allclose(walk(hit, GRADIENTS), expected, rtol=1e-13, atol=1e-300, equal_nan=True), pair.names


@pytest.mark.parametrize("seed", range(4))
def test_two_mistakes_are_named_and_no_others(seed):
    pair, decay = random.Random(100 + seed).choice(identified.all_pairs())
    settings = identified.PAIRED | ({"decay": 0.01} if decay else {})
    assert identified.word_of_pair(pair, (17, 6)[seed % 2], settings) in ("single", "right")


def test_two_mistakes_are_said_with_the_lines_of_both():
    pair = next(pair for pair in identified.pairs(False) if pair.names == ("power-missing", "root-missing"))
    found = identify(pair.walked(GRADIENTS, identified.PAIRED), **TOLD)
    assert found["verdict"] == "pair" and str(found).startswith("Two mistakes: The power t is missing; The root is ")
    assert "✓ v_hat = v / (1 - beta2**t)" in str(found) and "✓ theta = theta - lr * m_hat / (np.sqrt" in str(found)
    assert "t never" in str(found), "the pair that computes the same is said too"


def test_two_mistakes_are_not_named_where_other_settings_make_one_or_none():
    """β₁ = 0.001, β₂ = 0.1 in right Adam is the old notation with the betas exchanged: it may be either."""
    right = path_of("adam", beta1=0.001, beta2=0.1)
    found = identify(right, decay=0)
    assert found["verdict"] == "alone" and str(found).startswith("Right, if these are your settings: Adam")
    assert "β₁ = 0.001, β₂ = 0.1" in str(found) and str(found).count("the paper's") == 1
    assert str(identify(right, decay=0, language="ko")).startswith("아래 설정이 맞다면 맞습니다: Adam")
    assert identify(right, decay=0, beta1=0.9, beta2=0.999)["verdict"] == "pair", "the settings are told: it is a pair"
    pair = next(pair for pair in identified.pairs(False) if pair.names == ("power-missing", "g2-unweighted"))
    path = pair.walked(GRADIENTS, identified.PAIRED)
    found = identify(path, decay=0, beta1=0.9, beta2=0.999)
    assert found["verdict"] == "alone" and "A mistake, if these are your settings: The power t is missing" in str(found)
    assert identify(path, **TOLD)["verdict"] == "pair"


def test_what_a_pair_is_with_other_settings_walks_as_the_text_of_the_pair():
    """All pairs with a mistake that is its right rule with other settings: run from their texts, not from lines."""
    seen = set()
    for pair, decay in identified.all_pairs():
        if set(pair.names) & set(AS_RIGHT):
            settings = identified.PAIRED | ({"decay": 0.01} if decay else {})
            made = pair_row(pair.program, *map(row, pair.names))
            hit = identified.with_settings(Candidate(made, "", "v = 0", {}), settings)
            stream = hit_of("pair", made.name, hit, walk(hit, STREAM)) | {"names": list(pair.names)}
            for single in alone(hit, stream, {}):
                theirs = np.array(pair.walked(GRADIENTS, settings))
                ours = walk(Candidate(row(single["name"]), single["decay"], "v = 0", single["settings"]), GRADIENTS)
                assert np.allclose(ours, theirs, rtol=1e-6, atol=1e-9, equal_nan=True), (pair.names, single["name"])
                seen.add((*pair.names, single["name"]))
    rights = {names[:2] for names in seen if names[2] in {form.name for form in FORMS}}
    assert len(seen) > 200 and len(rights) > 10 and all(set(names) <= set(AS_RIGHT) for names in rights)


@pytest.mark.parametrize("rates", [{"beta2": 0.0}, {"beta1": 0.0, "beta2": 0.0}, {"beta1": 0.0, "eps": 1e-6}])
def test_decay_rates_of_zero_are_looked_for_before_two_mistakes(rates):
    """Without a memory Adam was called two mistakes: no power, and nothing stored."""
    found = identify(path_of("adam", **rates), decay=0)
    assert found["verdict"] == "right" and found["guessed"], str(found)
    names = [each for each in found["found"][0]["names"] if each["name"] == "adam"]
    others = [each["settings"] for each in found["found"][0]["names"]]
    assert names or all(each.get("beta2") == rates.get("beta2", 0.999) for each in others)


def test_a_right_answer_says_what_it_is_about():
    for language, words in (("en", "Faults that it cannot show are in the test vectors"), ("ko", "테스트 벡터")):
        parts = in_words(answer(text_of(path_of("adam")), TOLD, ""), language)
        assert [part["href"] for part in parts if words in part["text"]] == ["../reference/vectors.html#faults"]
        wrong = in_words(answer(text_of(path_of("root-missing")), TOLD, ""), language)
        assert not any(words in part["text"] for part in wrong)


def test_the_published_pairs_are_all_of_them_and_none_is_wrong():
    jobs, counted = identified.all_pairs(), json.loads(identified.RESULTS.read_text("utf-8"))["pairs"]
    many = {"plain": sum(not decay for _, decay in jobs), "decay": sum(decay for _, decay in jobs)}
    again = "a mistake is new: count again with python -m frameworks.identified --pairs"
    assert {group: {digits: sum(words.values()) for digits, words in parts.items()}
            for group, parts in counted.items()} == {group: dict.fromkeys(("17", "6"), n)
                                                     for group, n in many.items()}, again
    assert not any(words.get("wrong") for parts in counted.values() for words in parts.values())


# Nothing


def test_a_text_that_is_no_path_has_no_jobs():
    for text in ("hello", lines([[0.5, np.nan, 0.125]] * 12, "{}")):
        assert done(begun(text, {}, "")) and searched(text, {}, "")["verdict"] == "none"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_is_no_optimizer_has_no_name_here_either(seed):
    path, told, _ = identified.stranger(950 + seed)
    assert searched(text_of(path), told, "")["verdict"] == "none"


# The page computes the same


@pytest.fixture(scope="module")
def page():
    context = quickjs.Context()
    context.eval(compiled("mhat.identify.in_second", ["advance", "begun", "done", "ended", "second_words"]))
    context.eval("""function deep(text, told, language) {
      const search = begun(text, told, "")
      while (!done(search)) advance(search)
      const found = ended(search)
      return JSON.stringify([found.verdict, found.verdict === "none" ? [] : second_words(found, language)])
    }""")
    return lambda text, told, language: json.loads(
        context.eval(f"deep({json.dumps(text)}, {json.dumps(told)}, {language!r})"))


def test_compiled_answers_are_the_same_words(page):
    pair = next(pair for pair in identified.pairs(False) if pair.names == ("t-from-2", "root-missing"))
    paths = [WRITTEN_AGAIN["lamb"], adam_on(shortened(0.5)), pair.walked(GRADIENTS, identified.PAIRED),
             variant_walk(Variant(DECAYED, "column_decay", {"column": 3, "decay": 0.0}), GRADIENTS),
             path_of("adam") + 0.01 * np.arange(12)[:, None], path_of("adam", beta1=0.001, beta2=0.1)]
    for k, path in enumerate(paths):
        told, language = {**TOLD, "decay": 0.01 if k == 3 else 0} if k < 5 else {"decay": 0}, ("ko", "en")[k % 2]
        found = searched(text_of(path), told, "")
        verdict, parts = page(text_of(path), told, language)
        assert verdict == found["verdict"] == ("relative", "beside", "pair", "beside", "none", "alone")[k]
        assert as_text(parts) == (as_text(second_words(found, language)) if verdict != "none" else "")


@pytest.mark.parametrize("seed", [46, 217, 847])
def test_a_single_number_is_no_schedule_and_no_dtype(seed):
    """Strangers that were named: one column a little off, from the first step on or by less than float32 rounds."""
    counts, named = identified.tried(("strangers", seed))
    assert not named and counts["strangers", "", "count"] == 1
