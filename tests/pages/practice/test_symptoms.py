"""The symptoms: each is seen where its cause was planted, and each measurement tells its cause from the others."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from mhat import rules
from mhat.mistakes import written
from snippets.practice import symptoms
from snippets.practice.symptoms import CAUSES, GROUPS, HALF, PLANTED, SEEN, SYMPTOMS, Plan, changed, falling, trained
from snippets.story import limits

NAMES = [f"{cause}-{i}" for i, (cause, _) in enumerate(PLANTED)]


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


def test_a_right_training_shows_nothing():
    run = trained(Plan())
    assert [key for key in SEEN if SEEN[key](run)] == []
    assert run.losses[-1] < 1e-6 * run.losses[0]


def test_what_is_planted_is_seen():
    assert all(shown for _, shown in symptoms.seen())
    assert {key for _, shown in symptoms.seen() for key in shown} == set(SEEN) <= set(SYMPTOMS)


def test_of_ten_planted_causes_nine_stand_first_or_second():
    assert len(PLANTED) >= 40 and symptoms.first_two / symptoms.planted >= 0.9
    assert symptoms.first == sum(symptoms.place(*row) == 1 for row in symptoms.seen())


def test_every_cause_stands_under_a_symptom_and_in_none_twice():
    used = [cause for symptom in SYMPTOMS.values() for cause in symptom.causes]
    assert set(used) == set(CAUSES) and len(SYMPTOMS) >= 40
    assert all(len(set(symptom.causes)) == len(symptom.causes) <= 4 for symptom in SYMPTOMS.values())
    assert sum(len(group) for group in GROUPS.values()) == len(SYMPTOMS), "a symptom stands in two groups"


# The measurements, as the page says them

def stepped(plan: Plan, gs: np.ndarray, start: float = 1.0) -> np.ndarray:
    """The parameters after each of these gradients."""
    theta, state, path = np.full(gs.shape[1], start), plan.state, []
    for t, g in enumerate(gs, 1):
        new, state = plan.rule(theta, g, state, plan.lr(t))
        theta = plan.stored(new, theta)
        path.append(theta)
    return np.array(path, dtype=float)


def tens(plan: Plan, steps: int = 1) -> np.ndarray:
    """Steps in learning rates under a gradient of 10."""
    path = stepped(plan, np.full((steps, 12), 10.0))[:, 0]
    return (np.r_[1.0, path[:-1]] - path) / np.array([plan.lr(t) for t in range(1, steps + 1)])


def reached(plan: Plan, steps: int) -> tuple:
    """Parameters and state after some steps of the training."""
    theta, state = np.zeros(12), plan.state
    for t, rows in enumerate(symptoms.BATCHES[:steps], 1):
        g = plan.gradient(plan.batch(theta, rows), t)
        theta, state = plan.rule(theta, g, state, plan.lr(t))
    return theta, state


def loaded(plan: Plan) -> list[bool]:
    """Whether m, v and t are 0 just after loading."""
    return [not np.any(part) for part in plan.loaded(reached(plan, HALF)[1])]


def counted(plan: Plan, steps: int) -> int:
    """t after some steps, if the state has one."""
    return int(reached(plan, steps)[1][-1]) if len(plan.state) > 2 else steps


def fresh(plan: Plan) -> float:
    """How far the first step of a new optimizer goes from 1 under a gradient of 0."""
    return 1 - stepped(plan, np.zeros((1, 12)))[0, 0]


def coasts(plan: Plan) -> bool:
    """Whether the parameter moves whose gradient has become 0, and stays once its m is 0."""
    theta, (m, v, t) = reached(plan, HALF)
    g = plan.gradient(np.ones(12), HALF + 1)
    still = [(plan.rule(theta, g, (part, v, t), 0.01)[0] == theta)[3] for part in (m, 0 * m)]
    return still == [False, True]


def whole(plan: Plan, sizes: tuple[int, ...] | None = None) -> np.ndarray:
    """The accumulated gradient beside that of the whole batch, with the plan's own micro-batches or others."""
    if plan.batch is symptoms.gradient:
        return np.ones(12)
    batch = partial(symptoms.gathered, plan.batch.args[0], sizes) if sizes else plan.batch
    return batch(np.zeros(12), symptoms.BATCHES[0]) / symptoms.gradient(np.zeros(12), symptoms.BATCHES[0])


def spoiled(plan: Plan) -> bool:
    """Whether a gradient has NaN or infinity while the parameters are finite."""
    run = trained(plan)
    return bool((~np.isfinite(run.gradients).all(axis=1) & np.isfinite(run.path[:-1]).all(axis=1)).any())


def ends(plan: Plan, factor: float = 1) -> float:
    """The last loss over the first with another learning rate."""
    run = trained(replace(plan, lr=lambda t: factor * plan.lr(t)))
    return run.losses[-1] / run.losses[0]


def sweeps_in_vain(plan: Plan) -> bool:
    return not any(ends(plan, 3.0**k) < 0.3 for k in range(-2, 9))


def unmoved(plan: Plan) -> float:
    """The share of entries that the later steps leave unchanged."""
    return np.mean(np.diff(trained(plan).path[400:], axis=0) == 0)


def first_gradients(plan: Plan) -> np.ndarray:
    """The largest gradient of each parameter as the optimizer has it over some steps."""
    return np.abs(trained(plan).gradients[:60].astype(float)).max(axis=0)


def moved(plan: Plan) -> np.ndarray:
    return np.ptp(trained(plan).path[:61], axis=0) > 0


def first_step(plan: Plan) -> float:
    """The longest entry of the first step of the training itself, in learning rates."""
    run = trained(plan)
    return np.abs(run.path[1]).max() / run.lrs[0]


def held(plan: Plan) -> np.ndarray:
    """Which parameters the optimizer moves, if it has them."""
    return moved(changed(**{**vars(plan), "stored": symptoms.as_it_is}))


def doubles(plan: Plan) -> bool:
    """Whether the gradient is larger than the mean over the examples."""
    theta, rows = np.zeros(12), symptoms.BATCHES[0]
    g = symptoms.gradient(theta, rows)
    return np.linalg.norm(plan.gradient(g, 1)) > 2 * np.linalg.norm(g)


def shortened(plan: Plan) -> float:
    """In which share of the steps the plan shortens a gradient of the right size."""
    gs = [np.full(12, size) for size in (0.03, 0.1, 0.3)]
    return np.mean([np.linalg.norm(plan.gradient(g, 1)) < 0.9 * np.linalg.norm(g) for g in gs])


def highest(plan: Plan, factor: float) -> float:
    """The highest loss of the first steps over the first loss with another learning rate."""
    run = trained(replace(plan, lr=lambda t: factor * plan.lr(t)))
    return max(run.losses[:31]) / run.losses[0]


def quieter(plan: Plan) -> bool:
    """Whether the symptom goes when the learning rate is divided by ten, and again."""
    return highest(plan, 1) > 1.2 >= highest(plan, 1e-3)


def root(plan: Plan) -> float:
    """The median of the root of the corrected v beside which eps stands."""
    gs = trained(plan).gradients[:100].astype(float)
    return float(np.median(np.sqrt(np.mean(gs**2, axis=0))))


def ruled_out(plan: Plan, *causes: str) -> bool:
    return not any(MEASURES[cause](plan) for cause in causes)


MEASURES = {
    "sign": lambda plan: stepped(plan, np.full((1, 12), 10.0), start=0.0)[0, 0] > 0,
    "written-back": lambda plan: 0.9 < tens(plan, 100)[0] < 1.1 and abs(tens(plan, 100)[-1]) < 1e-3,
    "uncorrected": lambda plan: abs(tens(plan)[0] - 3.16) < 0.01,
    "v-uncorrected": lambda plan: abs(tens(plan)[0] - 31.6) < 0.05,
    "t-zero": lambda plan: np.isnan(tens(plan)[0]),
    "bad-gradient": spoiled,
    "no-eps": lambda plan: np.isnan(stepped(plan, np.repeat([[0.0, 10.0]], 1, axis=0))[0]).tolist() == [True, False],
    "lr-large": lambda plan: quieter(plan) and ruled_out(plan, "sum", "sign", "uncorrected", "v-uncorrected"),
    "sum": doubles,
    "lr-small": lambda plan: ends(plan, 3) < ends(plan) and ruled_out(plan, "eps-large", "clipped", "valley"),
    "valley": sweeps_in_vain,
    "lr-zero": lambda plan: plan.lr(1) == 0,
    "schedule-twice": lambda plan: plan.lr(HALF + 1) == 0 < plan.lr(1),
    "schedule-restarts": lambda plan: plan.lr(HALF + 2) > 1.5 * plan.lr(HALF),
    "schedule-length": lambda plan: plan.lr(symptoms.STEPS) > 1.5 * plan.lr(3 * symptoms.STEPS // 4),
    "state-lost": lambda plan: loaded(plan) == [True, True, True],
    "averages-lost": lambda plan: loaded(plan) == [True, True, False],
    "t-lost": lambda plan: loaded(plan) == [False, False, True],
    "t-wrong": lambda plan: counted(plan, 10) != 10,
    "t-narrow": lambda plan: counted(plan, 256) <= 0,
    "left-out": lambda plan: (held(plan) & ~moved(plan)).any(),
    "no-gradient": lambda plan: (first_gradients(plan) == 0).sum() == 1 and plan.gradient(np.ones(12), 9).min() == 0,
    "underflow": lambda plan: (plan.gradient(np.full(12, 0.1), 9) == 0.1).all() is np.False_
    and (np.asarray(plan.gradient(np.full(12, 1e-3), 1)) == 0).all(),
    "overflow": lambda plan: not np.isfinite(np.square(plan.gradient(np.full(12, 1.0), 1))).all(),
    "weights-rounded": lambda plan: unmoved(replace(plan, stored=symptoms.as_it_is)) < unmoved(plan),
    "eps-large": lambda plan: 0.05 < np.abs(tens(plan)[0]) < 0.95 and root(plan) < 1,
    "clipped": lambda plan: shortened(plan) == 1,
    "decay-moves": lambda plan: np.isclose(fresh(plan), 0.01 * falling(1)),
    "decay-without-lr": lambda plan: np.isclose(fresh(plan), 0.01),
    "decay-coupled": lambda plan: np.isclose(fresh(plan), falling(1), rtol=1e-3),
    "average-moves": coasts,
    "means": lambda plan: np.ptp(whole(plan)) > 0.01 and np.allclose(whole(plan, (8, 8, 8, 8)), 1),
    "added": lambda plan: np.allclose(whole(plan, (8, 8, 8, 8)), 4),
    "clip-idle": lambda plan: "clip" in plan.beside
    and all((plan.gradient(g, t) == g).all() for t, g in enumerate(trained(plan.beside["clip"]).gradients, 1)),
    "scale-cancels": lambda plan: np.allclose(*(stepped(plan, k * trained(Plan()).gradients[:100]) for k in (1, 1000)),
                                              rtol=0, atol=1e-5),
}
UNMEASURED = {"power", "new-each-epoch", "not-zeroed", "betas"}
SHARED = [(key, cause) for key, symptom in SYMPTOMS.items() for cause in symptom.causes
          if cause in MEASURES and key in {k for name, shown in symptoms.seen() if name == cause for k in shown}]


@pytest.mark.parametrize("key, cause", SHARED, ids=[f"{key}-{cause}" for key, cause in SHARED])
def test_a_measurement_tells_its_cause_from_the_others_of_the_symptom(key, cause):
    for (planted, plan), (_, shown) in zip(PLANTED, symptoms.seen(), strict=True):
        if key in shown and planted in SYMPTOMS[key].causes:
            assert MEASURES[cause](plan) == (planted == cause), planted


def test_most_planted_causes_are_measured():
    assert {cause for cause, _ in PLANTED} - {cause for _, cause in SHARED} == UNMEASURED


@pytest.mark.parametrize("cause", sorted({*MEASURES} - {"lr-small", "lr-large", "scale-cancels"}))
def test_a_measurement_finds_nothing_in_the_right_training(cause):
    assert not MEASURES[cause](changed(lr=falling))


def test_the_five_numbers_tell_of_nan_and_of_a_wrong_sign():
    told = symptoms.report(np.ones(4), np.ones(4) + 0.01, np.array([1, 2, 3, np.nan]), 0.01)
    assert not told["finite"] and told["uphill"] == 0.75 and abs(told["longest step over lr"] - 1) < 1e-9


def test_the_same_accumulation_done_right_shows_nothing():
    parts = partial(symptoms.gathered, lambda gs: np.average(gs, axis=0, weights=(20, 2, 8, 2)), (20, 2, 8, 2))
    right = changed(**symptoms.STEADY, batch=parts, beside={"accumulation": changed(**symptoms.STEADY)})
    assert not any(see(trained(right)) for see in SEEN.values())


def test_before_the_jump_the_rate_over_the_root_of_v_climbs():
    assert (np.diff(limits.rate[limits.lowest - 1000:limits.peak - 4]) > 0).all()


def spans(gradient, count=3, length=3000) -> list[bool]:
    """Whether a parameter goes with its mean gradient, span for span, after a first one."""
    theta, state, theta_was, same = 0.0, (0.0, 0.0, 0), 0.0, []
    for k in range(count + 1):
        gs = []
        for t in range(k * length + 1, (k + 1) * length + 1):
            gs.append(gradient(theta, t))
            theta, state = rules.adam(theta, gs[-1], state, 0.01)
        same.append(bool(np.mean(gs) * (theta - theta_was) > 0))
        theta_was = theta
    return same[1:]


def test_where_rare_large_gradients_are_forgotten_the_steps_go_with_the_mean_gradient():
    assert spans(lambda theta, t: limits.gradient_at(t, 300)) == [True, True, True]
    for seed in range(20):
        noise = np.random.default_rng(seed)
        assert spans(lambda theta, t, noise=noise: theta + noise.normal()) != [True, True, True]


@pytest.mark.parametrize("bits, at", [(np.uint8, 256), (np.int8, 128), (np.uint16, 65_536), (np.int16, 32_768)])
def test_an_integer_of_few_bits_ends_at_0_or_below(bits, at):
    assert bits(at - 2) + bits(1) > 0 >= np.array([at - 1], bits)[0] + bits(1)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_power_outside_the_bracket_divides_by_nearly_0(kind):
    assert (1 - kind(0.9)) ** 100 < 1e-30 and 1 - kind(0.9) ** 100 > 0.99


def drift(kind, rules, start):
    """The largest distance of two spellings under the same gradients in one format."""
    gs, paths = np.random.default_rng(0).normal(size=(200, 12)).astype(kind), []
    for rule in rules:
        theta, state, path = np.full(12, start, kind), (kind(0), kind(0), 0), []
        for g in gs:
            theta, state = rule(theta, g, state, kind(0.01))
            path.append(theta)
        paths.append(np.array(path, dtype=float))
    return np.abs(paths[0] - paths[1]).max()


@pytest.mark.parametrize("start", [1.0, 1e7])
def test_what_is_rounding_shrinks_a_million_times_in_float64(start):
    decay = "theta = theta * (1 - lr * decay)", "theta = theta - lr * decay * theta"
    spellings = written("adamw"), written("adamw", *decay)
    assert drift(np.float32, spellings, start) > 1e6 * drift(np.float64, spellings, start) > 0


def test_another_place_of_eps_does_not_shrink():
    adam = partial(written("adam"), eps=np.float32(0.1))
    inside = partial(written("adam", "theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)",
                             "theta = theta - lr * m_hat / np.sqrt(v_hat + eps)"), eps=np.float32(0.1))
    assert drift(np.float32, (adam, inside), 1.0) < 2 * drift(np.float64, (adam, inside), 1.0)
