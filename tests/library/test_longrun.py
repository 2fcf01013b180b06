"""The translator's long run: what fades and what lasts, by walks and recurrences of our own."""

from dataclasses import replace

import numpy as np
import pytest

from frameworks import longrun
from frameworks.results import results
from mhat.forms import FORMS
from mhat.translate import CALLS, WORDS, Difference, ask, code, explain, pasted, set_up, translate
from mhat.translate.asking import typed
from mhat.translate.lasting import eps_for, lasting, most_shifted, shrinking, step_ratios, steps_until
from mhat.translate.telling import costs

ENGLISH = {key: pair.en for key, pair in WORDS.items()}


def changes(answer):
    return {line.setting: (line.why, line.before, line.after) for line in answer.changes}


# eps


@pytest.mark.parametrize("call, stem, settings, eps", [
    ("keras.optimizers.Adam", "pytorch", {}, 1e-7),
    ("torch.optim.Adam", "keras", {}, 1e-8),
    ("torch.optim.AdamW", "keras", {"lr": 3e-4, "betas": (0.9, 0.95), "weight_decay": 0.1}, 1e-8),
    ("torch.optim.RMSprop", "jax", {"eps": 1e-4}, 1e-8),
    ("jax.example_libraries.optimizers.rmsprop", "pytorch", {"step_size": 0.1, "eps": 1e-4}, 1e-2),
    ("keras.optimizers.RMSprop", "pytorch", {"momentum": 0.9, "centered": True}, 0.000316228),
    ("mlx.optimizers.Adam", "pytorch", {"learning_rate": 0.1}, 1e-8),
])
def test_eps_for_the_long_run(call, stem, settings, eps):
    """The same where it stands outside the root on both sides, corrected or not; else its square or its root."""
    answer = ask(call, stem, True, **settings).answer
    assert answer.target.settings["eps"] == eps and answer.kind == "closest"
    assert ("eps" in changes(answer)) == (eps != answer.target.settings["eps"] or "rmsprop" in call.lower())


def uncorrected(places, eps, r):
    """sqrt(v) + eps or sqrt(v + eps) at a root mean square r."""
    return np.sqrt(r**2 + eps) if places == "inside" else r + eps


@pytest.mark.parametrize("source", ["outside", "hat", "inside"])
@pytest.mark.parametrize("target", ["outside", "hat", "inside"])
@pytest.mark.parametrize("one, other", [(1e-2, 1e-4), (1e-2, 3e-1), (1e-4, 1e-2), (1e-3, 1e-3)])
def test_the_extremes_of_a_step_over_all_sizes(source, target, one, other):
    r = np.concatenate([[0], 10.0 ** np.linspace(-9, 9, 40_001)])
    walked = uncorrected(source, one, r) / uncorrected(target, other, r)
    said = step_ratios(source, one, target, other)
    assert np.isclose(max(said), walked.max(), rtol=1e-6) and np.isclose(min(said), walked.min(), rtol=1e-6)


@pytest.mark.parametrize("source, target", [("outside", "inside"), ("inside", "outside"), ("inside", "inside"),
                                            ("outside", "outside")])
@pytest.mark.parametrize("start", [0.0, 1e-6, 0.1, 4.0])
@pytest.mark.parametrize("eps", [1e-7, 1e-3, 0.5])
@pytest.mark.parametrize("factor", [1, 0.1, 30])
def test_the_extremes_of_a_step_where_the_sum_begins_at_a_number(source, target, start, eps, factor):
    """Over all sums from the start on; and the eps that is told gives the same divisor there."""
    told = eps_for(eps, source, target, start)
    r = np.sqrt(start + np.concatenate([[0], 10.0 ** np.linspace(-22, 22, 80_001)]))
    assert uncorrected(source, eps, r[0]) == pytest.approx(uncorrected(target, told, r[0]), rel=1e-9)
    walked = uncorrected(source, eps, r) / uncorrected(target, factor * told, r)
    said = step_ratios(source, eps, target, factor * told, start)
    assert np.isclose(max(said), walked.max(), rtol=1e-6) and np.isclose(min(said), walked.min(), rtol=1e-6)


@pytest.mark.parametrize("kept, beside", [(1e-2, 1e-2), (1e-2, 1e-1), (1e-2, 1e-3)])
def test_the_extremes_of_a_step_under_a_maximum_that_keeps_eps(kept, beside):
    """By recurrence over random gradients of all sizes, and over one that is far too large and then zeros."""
    dice, ratios = np.random.default_rng(4), []
    for begin in [*10.0 ** dice.uniform(-6, 3, 60), 1e9]:
        u, inside, scale = begin, begin + kept, 10.0 ** dice.uniform(-6, 2)
        for g in np.abs(dice.normal(size=400)) * scale * (dice.random(400) < 0.2) * (begin < 1e9):
            u, inside = max(0.9 * u, g), max(0.9 * inside, g + kept)
            ratios.append(inside / (u + beside))
    low, high = (f(step_ratios("kept", kept, "outside", beside)) for f in (min, max))
    assert low <= min(ratios) < 1.06 * low and 0.99 * high < max(ratios) <= high
    back = step_ratios("outside", beside, "kept", kept)
    assert np.allclose([min(back), max(back)], [1 / high, 1 / low], rtol=1e-12)


def mu(ahead, t, beta1):
    """Nadam's weight of m at step t, as its sources have it."""
    return beta1 * (1 - 0.5 * 0.96 ** ({"slow": 0.004, "fast": 1.0}[ahead] * t)) if ahead != "steady" else beta1


@pytest.mark.parametrize("pair, said", [
    (("slow", "steady"), 23313), (("slow", "fast"), 23313), (("fast", "steady"), 94)])
@pytest.mark.parametrize("beta1", [0.9, 0.5])
def test_the_step_from_which_two_schedules_weigh_alike(pair, said, beta1):
    """By the mu of their sources; the peak by all steps, and by the first step that a gradient of 1 alone makes."""
    line = Difference("ahead", *pair, [], [])
    apart = np.array([abs(mu(pair[0], t, beta1) - mu(pair[1], t, beta1)) for t in range(1, 30_000)])
    t = steps_until(line, {"beta1": beta1})
    assert apart[t - 1] < 0.01 <= apart[t - 2] and (apart[t - 1:] < 0.01).all() and (beta1 != 0.9 or t == said)
    assert most_shifted(line, beta1) == pytest.approx(apart.max(), rel=1e-12)
    steps = []
    for form in (FORMS[{"slow": "nadam_pytorch", "fast": "nadam_keras", "steady": "nadam"}[each]] for each in pair):
        state = (0.0, 0.0, *(0.0,) * (len(form.start) - 3), 500)  # after 500 gradients of 0, product and m are 0
        steps.append(-form.run(0.0, 1.0, state, 1e12, beta1, 0.999, 1e12)[0])
    now, later = apart[500], apart[501]
    assert abs(steps[0] - steps[1]) == pytest.approx(now - (1 - beta1) * later, rel=1e-3, abs=1e-9)


def test_a_row_of_two_schedules_may_keep_what_the_weights_still_differ_by():
    """|m - g| is at most SWING times what a step takes of both, over the gradients of the long run."""
    m, apart, taken = 0.0, 0.0, [0.0, 0.0]
    for g in longrun.GRADIENTS[:, -1]:
        m = 0.9 * m + 0.1 * g
        apart += abs(m - g)
        taken = [total + abs(weight * m + (1 - weight) * g) for total, weight in zip(taken, (0.9, 0.45))]
    assert apart < longrun.SWING * min(taken)
    rows = [row for row in results("longrun")["eps"] if "left" in row]
    assert len(rows) >= 2 and all(row["left"] == 0.0879 and row["long"]["late"] > 0.02 for row in rows)


@pytest.mark.parametrize("call, stem, settings, told", [
    ("torch.optim.NAdam", "keras", {}, "Long run: the steps become the same. To within 1% that takes 23313 steps."),
    ("optax.nadam", "keras", {"learning_rate": 0.1},
     "Long run: the steps become the same. To within 1% that takes 94 steps."),
    ("torch.optim.Adamax", "keras", {}, "Long run: a step differs by at most 50%."),
    ("keras.optimizers.Adamax", "optax", {}, "Long run: a step differs by at most 100%."),
    ("torch.optim.Adagrad", "optax", {}, "Long run: a step differs by at most 41%."),
    *((call, "keras", {"weight_decay": 0.1}, "Long run: a difference stays, and its size depends on the gradients.")
      for call in ("torch.optim.Adagrad", "torch.optim.NAdam")),
])
def test_what_nadam_adamax_and_adagrad_cost(call, stem, settings, told):
    assert costs(ask(call, stem, **settings).answer, ENGLISH)[1] == told


@pytest.mark.parametrize("start, eps", [(0.0, 10**-3.5), (0.1, 0.1**0.5 * ((1 + 1e-6) ** 0.5 - 1))])
def test_the_eps_of_adagrad_depends_on_its_start(start, eps):
    answer = ask("keras.optimizers.Adagrad", "pytorch", initial_accumulator_value=start).answer
    assert answer.target.settings["eps"] == pytest.approx(eps, rel=1e-5) and answer.target.settings["start"] == start
    assert changes(answer)["eps"][0] == "eps sum" and (answer.lasting < 2e-7) == (start > 0)
    source = typed("torch.optim.Adagrad", {"weight_decay": 0.1})
    told = explain(translate(source, "keras"), source, ENGLISH)
    assert any(line.endswith("In between it differs by at most 41%.") for line in told)


def test_a_root_costs_at_most_its_own():
    """sqrt(2) - 1 one way, 1 - 1/sqrt(2) the other."""
    there = ask("torch.optim.RMSprop", "jax", True).answer
    back = ask("jax.example_libraries.optimizers.rmsprop", "pytorch", True, step_size=0.1).answer
    assert np.isclose(there.lasting, 2**0.5 - 1) and np.isclose(back.lasting, 1 - 0.5**0.5)


def adam(gradients, eps, hat):
    """theta after each step of Adam from 0 on numbers, with eps beside the raw v or the corrected one."""
    theta = m = v = 0.0
    path = []
    for t, g in enumerate(gradients, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        root = (1 - 0.999**t) ** 0.5
        floor = eps / root if hat else eps
        theta -= 1e-3 * m / (1 - 0.9**t) / (v**0.5 / root + floor)
        path.append(theta)
    return np.array(path)


def test_keras_adam_in_pytorch_over_20000_steps():
    """At gradients near 1e-6 the told eps ends within a hundredth; the one of the first steps is half off."""
    gradients = 1e-6 * (np.random.default_rng(3).normal(size=20_000) + 0.5)
    keras = adam(gradients.tolist(), 1e-7, True)
    told, first = (adam(gradients.tolist(), translate(typed("keras.optimizers.Adam", {}), "pytorch", False, horizon)
                        .target.settings["eps"], False) for horizon in ("long", "first"))
    size = np.abs(keras).max()
    assert abs(keras[-1] - told[-1]) < 0.01 * size < 0.5 * size < abs(keras[-1] - first[-1])


@pytest.mark.parametrize("trait, beta, step", [("eps", "beta2", lambda b, t: 1 - (1 - b**t) ** 0.5),
                                               ("v", "beta2", lambda b, t: 1 - (1 - b**t) ** 0.5),
                                               ("m", "beta1", lambda b, t: b**t), ("lr", "beta", lambda b, t: b**t)])
@pytest.mark.parametrize("value", [0.5, 0.9, 0.95, 0.999])
def test_the_step_from_which_a_difference_is_over(trait, beta, step, value):
    line = Difference(trait, "outside", "hat", [], [])
    t = steps_until(line, {beta: value})
    assert step(value, t) < 0.01 <= step(value, t - 1)
    assert steps_until(line, {beta: 0}) == 0


def test_what_is_said_of_both_horizons():
    source = typed("keras.optimizers.Adam", {})
    for horizon, words in (("long", "the steps become the same"), ("first", "differs by at most 94%")):
        answer = translate(source, "pytorch", False, horizon)
        told = costs(answer, ENGLISH)
        assert "First 50 steps" in told[0] and words in told[1]
    assert "In the long run the quotient differs by up to 94%." in explain(answer, source, ENGLISH)[1]
    with pytest.raises(ValueError, match="no horizon short"):
        ask("torch.optim.Adam", "keras", horizon="short")


# Weight decay


@pytest.mark.parametrize("lr", [0.001, 0.01, 0.1, 1.0])
@pytest.mark.parametrize("call, stem, settings, wanted", [
    ("torch.optim.SGD", "keras", {"momentum": 0.9, "weight_decay": 5e-4}, 0.005),
    ("torch.optim.SGD", "keras", {"momentum": 0.9, "weight_decay": 5e-4, "nesterov": True}, 0.005),
    ("mlx.optimizers.SGD", "keras", {"momentum": 0.75, "weight_decay": 0.5, "dampening": 0.5}, 2.0),
    ("keras.optimizers.SGD", "pytorch", {"momentum": 0.9, "weight_decay": 0.005}, 5e-4),
    ("keras.optimizers.SGD", "tinygrad", {"momentum": 0.75, "weight_decay": 0.5}, 0.125),
])
def test_decay_for_the_long_run(call, stem, settings, wanted, lr):
    """lambda / (1 - beta) at each lr, and back; a dampened gradient has lr (1 - dampening) on the other side."""
    for constant in (False, True):
        source = typed(call, settings | {("lr" if "torch" in call else "learning_rate"): lr})
        answer = translate(source, stem, constant)
        assert answer.target.settings["decay"] == pytest.approx(wanted, rel=1e-9)
        assert changes(answer)["decay"][0] == "decay long"


@pytest.mark.parametrize("kind", ["decay_before", "decay_with", "decay_after", "decay_absolute"])
@pytest.mark.parametrize("lr", [0.001, 0.1, 1.0])
def test_each_kind_of_decay_keeps_theta_over_20000_steps(kind, lr):
    """From 1 without a gradient, by recurrences: lambda / (1 - beta), times lr where the kind knows none."""
    source = typed("torch.optim.SGD", {"lr": lr, "momentum": 0.9, "weight_decay": 5e-4})
    call = replace(next(call for call in CALLS if call.name == "keras.optimizers.SGD"), decay=kind, stem="other")
    CALLS.append(call)
    try:
        answer = translate(source, "other", True)
    finally:
        CALLS.pop()
    share = answer.target.settings["decay"] * (1 if kind == "decay_absolute" else answer.target.settings["lr"])
    theta, velocity, path = 1.0, 0.0, []
    for _ in range(20_000):
        velocity = 0.9 * velocity + 5e-4 * theta
        theta -= lr * velocity
        path.append(theta)
    shrunk = (1 - share) ** np.arange(1, 20_001)
    assert np.abs(shrunk - path).max() < 10 * share  # a share for each of 1/(1 - beta) steps
    assert np.isclose(share, lr * 5e-3, rtol=1e-9)


@pytest.mark.parametrize("call, settings", [
    ("torch.optim.SGD", {"momentum": 0.9, "weight_decay": 0.02}),
    ("torch.optim.SGD", {"momentum": 0.9, "weight_decay": 0.02, "nesterov": True}),
    ("torch.optim.SGD", {"momentum": 0.5, "weight_decay": 0.02, "dampening": 0.5}),
    ("keras.optimizers.SGD", {"momentum": 0.9, "weight_decay": 0.02}),
])
def test_what_theta_loses_in_a_step(call, settings):
    optimizer = typed(call, settings | {("lr" if "torch" in call else "learning_rate"): 0.1})
    path = longrun.walk(optimizer, [1] * 400, 1.0, [0.0] * 400)
    assert np.isclose(shrinking(optimizer), 1 - path[-1] / path[-2], rtol=1e-9)


def test_no_number_is_said_where_theta_swings():
    answer = ask("torch.optim.SGD", "keras", lr=1, momentum=0.9, weight_decay=0.1).answer
    assert answer.lasting == np.inf and shrinking(typed("torch.optim.SGD", {"momentum": 0.9, "lr": 1,
                                                                             "weight_decay": 0.1})) == 0


def test_l2_under_a_root_has_no_counterpart_apart():
    source = typed("torch.optim.Adam", {"weight_decay": 0.1})
    answer = translate(source, "keras")
    assert changes(answer)["decay"] == ("decay apart", 0.1, 0) and answer.lasting == np.inf
    assert costs(answer, ENGLISH)[1].startswith("Long run: a difference stays")
    assert any("L2 is divided by √v" in line for line in explain(answer, source, ENGLISH))


def test_the_decay_of_the_first_steps_is_told_when_it_is_another():
    source = typed("torch.optim.SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 5e-4})
    told = {lr: changes(translate(set_up(source.call, source.variant, source.settings | {"lr": lr}), "keras", False,
                                  "first")) for lr in (0.1, 1e-3)}
    assert told[0.1]["decay"] == ("decay first", 5e-4, 0.005) and told[1e-3] == {}


def test_without_momentum_a_gradient_counts_once():
    answer = ask("keras.optimizers.RMSprop", "autograd", True, momentum=0.75).answer
    assert changes(answer)["lr"] == ("memory", 0.001, 0.004)
    answer = ask("keras.optimizers.RMSprop", "autograd", True, "first", momentum=0.75).answer
    assert "lr" not in changes(answer)


@pytest.mark.parametrize("call, stem, settings, words", [
    ("torch.optim.AdamW", "deepspeed", {}, "DeepSpeedCPUAdam is AdamW's"),
    ("torch.optim.AdamW", "keras", {}, None),
    ("onnx", "pytorch", {"R": 0.1, "norm_coefficient": 0.1}, "torch.optim.Adam is L2"),
])
def test_the_idiom_of_a_decay_is_told(call, stem, settings, words):
    name = "ai.onnx.preview.training.Adam" if call == "onnx" else call
    told = [line for line in ask(name, stem, **settings).reasons if "weight decay of" in line]
    assert bool(told) == bool(words) and (not words or words in told[0])


# The proof


def test_the_results_are_what_the_translator_says():
    rows = results("longrun")
    for row, (source, stem) in zip(rows["eps"], longrun.asked(), strict=True):
        assert row["source"] == code(source) and row["to"] == stem
        answer = translate(source, stem, True)
        assert row["long"]["call"] == code(answer.target)
        assert row["long"]["said"] == pytest.approx(lasting(answer, source), rel=5e-3)
    for row in rows["decay"]:
        answer = translate(pasted(row["source"]).optimizer, row["to"])
        assert row["long"]["call"] == code(answer.target)
        assert row["long"]["said"] == pytest.approx(answer.lasting, rel=5e-3)
    assert not [words for row in rows["eps"] + rows["decay"] for words in [longrun.complaint(row)] if words]
    assert len(rows["eps"]) > 80 and len(rows["decay"]) > 20
    told = [(row["long"]["path"], row["first"]["path"]) for row in rows["decay"]]
    assert all(one < 0.1 for one, _ in told) and sum(other > 0.3 for _, other in told) > 5


def test_rows_run_again_are_the_same():
    rows = results("longrun")
    row = next(row for row in rows["eps"] if "keras.optimizers.Adam(" in row["source"] and row["to"] == "pytorch")
    again = longrun.eps_row(pasted(row["source"]).optimizer, "pytorch")["long"]
    assert all(again[name] == pytest.approx(row["long"][name], rel=0.01) for name in ("eps", "said", "late", "path"))
    row = rows["decay"][2]
    assert longrun.decay_row(pasted(row["source"]).optimizer, row["to"]) == row


def test_a_row_that_does_not_hold_is_named():
    row = results("longrun")["decay"][0]
    late = row["long"]["late"]
    assert not longrun.complaint(row)
    assert longrun.complaint(row | {"long": row["long"] | {"late": late + 0.1}})
    assert longrun.complaint(row | {"long": row["long"] | {"said": None}})
