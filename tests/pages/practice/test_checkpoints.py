"""The claims of practice/checkpoints: moves and cold starts again in NumPy, rates from a closed form."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from snippets.practice import checkpoints as page


def steps(gradients, state=None, lr=1.0):
    """The sum of Adam's steps on arrays, written out, and the state after them."""
    m, v, t = state or (0 * gradients[0], 0 * gradients[0], 0)
    moved = 0 * gradients[0]
    for g in gradients:
        m, v, t = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g, t + 1
        moved = moved - lr * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return moved, (m, v, t)


GRADIENTS = np.random.default_rng(0).normal(0.5, 1, (80, 4, 4))


@pytest.mark.parametrize("name, changed", [
    ("t left behind", lambda m, v, t: (m, v, 0)), ("t one more", lambda m, v, t: (m, v, t + 1)),
    ("not transposed", lambda m, v, t: (m.T, v.T, t)), ("nothing moved", lambda m, v, t: (0 * m, 0 * v, 0)),
])
def test_how_far_a_wrong_move_ends(name, changed):
    """Adam's steps do not ask where the weights are: their sums tell all."""
    _, state = steps(GRADIENTS[:40])
    off = np.abs(steps(GRADIENTS[40:], changed(*state))[0] - steps(GRADIENTS[40:], state)[0]).max()
    assert page.moved[name]["optax"] == pytest.approx(off, rel=1e-3)
    assert page.moved[name]["keras"] == pytest.approx(off, rel=1e-3)


def test_a_right_move_is_exact_to_rounding():
    """A float32 between 0 and 1 is at most 6e-8 from its neighbor; 40 steps of 0.01 leave some of these."""
    assert 6e-8 / 0.01 < page.ran["optax"]["exact"] <= 40 * 6e-8 / 0.01 * 10


def test_the_rates_after_loading_are_those_of_a_line_and_of_a_tenth_of_it():
    """From a tenth to 1 in ten steps; three of them are over."""
    line = 0.1 + 0.9 * 3 / 10
    assert page.rates == pytest.approx({"right": line, "optimizer first": 0.1 * line, "schedule new": 0.1 * line,
                                        "rate new": 0.1})


def test_a_lost_average_still_holds_more_than_a_third_of_its_start():
    assert page.ran["pytorch"]["start"] == pytest.approx(0.99**100, rel=1e-4)


def softmax_loss(w, x, y):
    z = x @ w
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y])


def jump(lr, warm=1, whole=False):
    """The largest loss of ten steps after a stop over the loss before it, of one layer on the digits."""
    pixels, y = load_digits(return_X_y=True)
    x, rng, w, state = pixels / 16, np.random.default_rng(0), np.zeros((64, 10)), None
    def stepped(w, state, lr):
        rows = rng.integers(0, len(y), 64)
        p = np.exp(x[rows] @ w)
        g = x[rows].T @ (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y[rows]]) / 64
        moved, state = steps([g], state, lr)
        return w + moved, state
    for _ in range(600):
        w, state = stepped(w, state, lr)
    before, losses, state = softmax_loss(w, x, y), [], state if whole else None
    for k in range(10):
        w, state = stepped(w, state, lr * min(1, (k + 1) / warm))
        losses.append(softmax_loss(w, x, y))
    return max(losses) / before


def test_a_cold_start_jumps_higher_at_a_higher_rate_and_not_with_a_warm_up():
    """One layer in NumPy does as the two of the page did."""
    cold = [jump(lr) for lr in (0.003, 0.01, 0.03)]
    told = [page.peaks[lr]["model"][1] for lr in (0.003, 0.01, 0.03)]
    for own in (cold, told):
        assert own[0] < own[1] < own[2] and own[2] > 1.1
    for lr in (0.003, 0.01, 0.03):
        assert jump(lr, warm=100) < 1.02 and page.peaks[lr]["warm"][2] < 1.01
        assert jump(lr, whole=True) < jump(lr) and page.peaks[lr]["whole"][2] < page.peaks[lr]["model"][0]


def test_what_lost_the_state_ends_lower_here():
    assert page.ends["model"] < page.ends["whole"] and page.ends["warm"] < page.ends["whole"]
    assert page.ran["pytorch"]["root"] < 1
    assert page.median["model"][-1] == page.ends["model"]


def test_what_is_left_out_is_named_and_hides_where_the_page_says_so():
    differs = page.ran["pytorch"]["differs"]
    assert all(name in told for name, told in differs.items())
    assert differs["scaler"] == "['scaler']" and differs["average"] == "['average']"
    assert "'model'" in differs["rng"]
