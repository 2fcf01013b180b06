"""The symptoms: each is seen where its cause was planted, and each measurement tells its cause from the others."""

import numpy as np
import pytest

from snippets.practice import symptoms
from snippets.practice.symptoms import CAUSES, GROUPS, HALF, PLANTED, SEEN, SYMPTOMS, Plan, changed, falling, trained

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


def test_of_twenty_planted_causes_eighteen_stand_first_or_second():
    assert len(PLANTED) >= 20 and symptoms.first_two / symptoms.planted > 0.85
    assert symptoms.first == sum(symptoms.place(*row) == 1 for row in symptoms.seen())


def test_every_cause_stands_under_a_symptom_and_in_none_twice():
    used = [cause for symptom in SYMPTOMS.values() for cause in symptom.causes]
    assert set(used) == set(CAUSES) and len(SYMPTOMS) >= 40
    assert all(len(set(symptom.causes)) == len(symptom.causes) <= 4 for symptom in SYMPTOMS.values())
    assert sum(len(group) for group in GROUPS.values()) == len(SYMPTOMS), "a symptom stands in two groups"


# The measurements, as the page says them

def stepped(plan: Plan, gs: np.ndarray) -> np.ndarray:
    """The parameters after each of these gradients, from 1."""
    theta, state, path = np.ones(gs.shape[1]), plan.state, []
    for t, g in enumerate(gs, 1):
        new, state = plan.rule(theta, g, state, plan.lr(t))
        theta = plan.stored(new, theta)
        path.append(theta)
    return np.array(path, dtype=float)


def tens(plan: Plan, steps: int = 1) -> np.ndarray:
    """Steps in learning rates under a gradient of 10."""
    path = stepped(plan, np.full((steps, 12), 10.0))[:, 0]
    return (np.r_[1.0, path[:-1]] - path) / np.array([plan.lr(t) for t in range(1, steps + 1)])


def loaded(plan: Plan) -> tuple[float, float]:
    """The largest |m| and t just after loading."""
    theta, state = np.zeros(12), plan.state
    for t, rows in enumerate(symptoms.BATCHES[:HALF], 1):
        theta, state = plan.rule(theta, plan.gradient(symptoms.gradient(theta, rows), t), state, plan.lr(t))
    m, _, t = plan.loaded(state)
    return np.max(np.abs(m)), t


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


def quieter(plan: Plan) -> bool:
    """Whether a tenth of the learning rate takes the symptom away."""
    run = trained(changed(**{**vars(plan), "lr": lambda t: plan.lr(t) / 10}))
    return trained(plan).losses[1:31].max() > 1.2 * run.losses[0] >= run.losses[1:31].max()


def root(plan: Plan) -> float:
    """The median of the root of the corrected v beside which eps stands."""
    gs = trained(plan).gradients[:100].astype(float)
    return float(np.median(np.sqrt(np.mean(gs**2, axis=0))))


MEASURES = {
    "sign": lambda plan: tens(plan)[0] < 0,
    "written-back": lambda plan: 0.9 < tens(plan, 100)[0] < 1.1 and abs(tens(plan, 100)[-1]) < 1e-3,
    "uncorrected": lambda plan: abs(tens(plan)[0] - 3.16) < 0.01,
    "v-uncorrected": lambda plan: abs(tens(plan)[0] - 31.6) < 0.05,
    "t-zero": lambda plan: np.isnan(tens(plan)[0]),
    "lr-large": lambda plan: quieter(plan) and not doubles(plan),
    "sum": doubles,
    "lr-small": lambda plan: abs(first_step(plan) - 1) < 0.01 and SEEN["slow"](trained(plan)),
    "lr-zero": lambda plan: plan.lr(1) == 0,
    "schedule-twice": lambda plan: plan.lr(HALF + 1) == 0 < plan.lr(1),
    "state-lost": lambda plan: loaded(plan) == (0, 0),
    "averages-lost": lambda plan: loaded(plan)[0] == 0 < loaded(plan)[1],
    "t-lost": lambda plan: loaded(plan)[0] > 0 == loaded(plan)[1],
    "left-out": lambda plan: (held(plan) & ~moved(plan)).any(),
    "no-gradient": lambda plan: (first_gradients(plan) == 0).sum() == 1 and plan.gradient(np.ones(12), 9).min() == 0,
    "underflow": lambda plan: (plan.gradient(np.full(12, 0.1), 9) == 0.1).all() is np.False_
    and (np.asarray(plan.gradient(np.full(12, 1e-3), 1)) == 0).all(),
    "overflow": lambda plan: not np.isfinite(np.square(plan.gradient(np.full(12, 1.0), 1))).all(),
    "eps-large": lambda plan: 0.05 < np.abs(tens(plan)[0]) < 0.95 and root(plan) < 1,
    "clipped": lambda plan: shortened(plan) == 1,
}
SHARED = [(key, cause) for key, symptom in SYMPTOMS.items() for cause in symptom.causes
          if cause in MEASURES and key in {k for name, shown in symptoms.seen() if name == cause for k in shown}]


@pytest.mark.parametrize("key, cause", SHARED, ids=[f"{key}-{cause}" for key, cause in SHARED])
def test_a_measurement_tells_its_cause_from_the_others_of_the_symptom(key, cause):
    for (planted, plan), (_, shown) in zip(PLANTED, symptoms.seen(), strict=True):
        if key in shown and planted in SYMPTOMS[key].causes:
            assert MEASURES[cause](plan) == (planted == cause), planted


def test_most_planted_causes_are_measured():
    assert len(SHARED) >= 16 and len({cause for _, cause in SHARED}) >= 15


@pytest.mark.parametrize("cause", sorted({cause for cause in MEASURES if cause not in ("lr-small", "lr-large")}))
def test_a_measurement_finds_nothing_in_the_right_training(cause):
    assert not MEASURES[cause](changed(lr=falling))


def test_the_five_numbers_tell_of_nan_and_of_a_wrong_sign():
    told = symptoms.report(np.ones(4), np.ones(4) + 0.01, np.array([1, 2, 3, np.nan]), 0.01)
    assert not told["finite"] and told["uphill"] == 0.75 and abs(told["longest step over lr"] - 1) < 1e-9
