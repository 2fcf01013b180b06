"""The claims of practice/loop: fractions and closed forms beside what ran."""

from fractions import Fraction

import numpy as np
import pytest

from mhat.rules import adam, gradient_descent
from snippets.practice import loop
from snippets.story import epsilon, learning_rate

SIZES, TARGETS = (40, 2, 30, 8), (1, -1, 1, -1)


def test_the_two_minima_are_a_weighted_and_a_plain_mean():
    weighted = sum(Fraction(n * y, sum(SIZES)) for n, y in zip(SIZES, TARGETS))
    plain = Fraction(sum(TARGETS), len(TARGETS))
    assert loop.ends["whole"] == pytest.approx(float(weighted), abs=1e-6)
    assert loop.ends["means"] == pytest.approx(float(plain), abs=1e-6)


def moments(gradients, most, scale):
    """Adam's path on numbers, written out; each gradient is scaled and then cut to a size."""
    theta = m = v = 0.0
    path = []
    for t, g in enumerate(gradients, 1):
        g = float(np.clip(scale * g, -most, most))
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        theta -= 0.01 * m / (1 - 0.9**t) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize("most, unit, told", [
    (1e9, 1, np.abs(loop.four - loop.one).max()), (2, 0.01, loop.clipped_apart)])
def test_adam_hides_a_factor_and_a_clip_shows_it(most, unit, told):
    apart = np.abs(moments(loop.gradients, most, 4) - moments(loop.gradients, most, 1)).max() / unit
    assert apart == pytest.approx(told, rel=0.01, abs=1e-12)


def test_a_factor_shows_where_gradients_are_as_small_as_eps():
    """Ten learning rates and more in 200 steps, where the page's own gradients show less than a millionth of one."""
    small = 1e-8 * loop.gradients
    assert np.abs(moments(small, 1, 4) - moments(small, 1, 1)).max() > 10 * 0.01 > 1e6 * loop.adam_apart


def test_one_infinite_gradient_is_nan_for_good_in_adam_alone():
    """In gradient descent the weight is infinite; Adam divides one infinity by another."""
    with np.errstate(invalid="ignore"):
        theta, state = adam(1.0, np.inf, (0.0, 0.0, 0), lr=0.1)
        assert np.isnan(theta) and np.isnan(adam(theta, 1.0, state, lr=0.1)[0])
    assert gradient_descent(1.0, np.inf, (), lr=0.1)[0] == -np.inf


def test_a_gradient_that_is_clipped_on_the_way_weighs_less_the_earlier_it_came():
    """Of unit length after each clip, the sum has the length of (1, 2) before the next: a factor of 1/√5 each time."""
    assert loop.late_share == pytest.approx(2 * 5, rel=1e-12)
    shares = [5**-1.5, 2 * 5**-1.5, 2 * 5**-1, 2 * 5**-0.5]
    assert loop.each == pytest.approx(shares, rel=1e-12) and loop.once == pytest.approx([0.5] * 4, rel=1e-12)


@pytest.mark.parametrize("size, order", [(0.4, 0), (0.6, 1), (2.0, 3)])
def test_on_the_way_a_clip_favors_later_gradients_only_above_the_threshold(size, order):
    """Sums of orthogonal gradients grow: how many of the four weigh less than the next one."""
    total = np.zeros(4)
    for g in size * np.eye(4):
        total = loop.clip(total + g)
    assert (np.diff(total) > 0).sum() == order and (np.diff(total) >= 0).all()


def test_a_clip_by_value_turns_and_one_by_norm_does_not():
    """Lengths by hand: (3, 0.4) is divided by its norm, or 3 alone is cut to 1."""
    assert loop.ratios == pytest.approx({"unclipped": 3 / 0.4, "by_norm": 3 / 0.4, "by_value": 1 / 0.4}, rel=1e-12)


OUTLIER = {"unclipped": (1000, 1), "by_norm": (5000 / (1000**2 + 19) ** 0.5, 5 / (1000**2 + 19) ** 0.5),
           "by_value": (5, 1)}


@pytest.mark.parametrize("kind, sizes", OUTLIER.items())
def test_the_way_after_an_outlier_by_another_hand(kind, sizes):
    for told, size in zip(loop.ways[kind], sizes, strict=True):
        path = moments([1] * 200 + [size] + [1] * 199, 1e9, 1) / -0.01
        assert told == pytest.approx(path[-1] - path[199], rel=1e-6)


def test_the_shares_of_two_optimizers_under_one_scaler():
    """Less 3/5 and 4/5, of the norm 5 of both; a scale that was halved in between doubles a gradient of 1."""
    pair = loop.ran["pytorch"]["pair"]
    assert pair == {"together": pytest.approx([3 - 3 / 5, 4 - 4 / 5], rel=1e-5), "between": [1, 2]}


def test_a_group_that_joins_in_a_warm_up_is_multiplied_by_the_rest_of_it():
    """From a tenth in eight steps, after four: 1/(0.1 + 0.9/2)."""
    added = loop.ran["pytorch"]["added"]
    assert added["warmed"] == pytest.approx(1 / 0.55, rel=1e-5) and added["steps"] == [8, 4]


def test_what_the_wrong_orders_look_like():
    """As the sentences say: one stands still, one ends below the right one, a clip that never clips is one program."""
    orders, right = loop.orders, loop.orders["right"]
    assert loop.learned.keys() == orders.keys() - {"zeroed late"}
    assert [name for name, own in orders.items() if own["adam"] < 0.9 * right["adam"]] == ["never zeroed"]
    assert orders["never zeroed"]["sgd"] > 1.5 * right["sgd"]
    assert loop.ran["pytorch"]["unclipped"]["adam"] > 4 * loop.start_loss
    assert orders["clipped early"] == orders["clipped late"]
    assert orders["right, scaled"] == pytest.approx(right, rel=1e-4)
    assert orders["hidden"] == pytest.approx(right, rel=1e-4)
    scaled = orders["clipped scaled"]
    assert scaled["adam"] < 1.1 * right["adam"] and scaled["sgd"] > 0.99 * loop.start_loss > 4 * right["sgd"]


def test_adam_hides_sums_and_shows_unequal_weights():
    rows = loop.accumulated
    assert rows["sum"]["adam"] < 1e-3 < 0.5 < rows["sum"]["sgd"]
    assert all(share > 0.1 for kind in ("means", "last") for share in rows[kind].values())


def test_groups_that_lack_something_learn_less():
    groups = loop.groups
    assert groups["right"] < groups["biases_forgotten"] < groups["layer_replaced"] < groups["built_again"]
    assert groups["built_again"] == loop.before


def test_what_moves_a_frozen_layer():
    """A velocity of beta coasts beta/(1 - beta) of its steps; a gradient that is kept makes a step a step."""
    frozen = loop.frozen
    assert set(frozen["none"].values()) == {0} and frozen["zeros"]["sgd"] == 0
    assert 0 < frozen["zeros"]["adam"] < 10 < 50 < frozen["kept"]["adam"]
    assert frozen["kept"]["momentum"] > 5 * frozen["kept"]["sgd"] > 0
    assert frozen["zeros"]["adamw"] > 0 and frozen["zeros"]["momentum"] > 0


def test_the_numbers_of_two_adversaries():
    """d/dw of -mean D(G(x)) is -(0.5 x + 0.5), of mean D(G(x)) - mean D(x) the same with +, less x: x is 1.5."""
    several = loop.ran["pytorch"]["several"]
    false, true = 0.5 * 1.5 + 0.5, 1.5
    assert several == {"left": -false, "gradient": false - true, "mixed": -true}


def test_a_weight_that_is_held_twice_takes_two_steps_for_one():
    theta, state = 1.0, (0.0, 0.0, 0)
    for _ in "ab":
        theta, state = adam(theta, 1.0, state, lr=0.1)
    assert loop.ran["pytorch"]["twice"] == {"weight": pytest.approx(theta, rel=1e-5), "t": state[2]}


def test_the_range_of_float16_that_an_activation_may_run_over():
    """300 · 300 · 4, as in the program, is beyond the largest number of five bits of exponent and ten of fraction."""
    most = (2 - 2**-10) * 2**15
    assert epsilon.formats["float16"]["most"] == most < 300 * 300 * 4


def test_a_step_on_a_larger_batch_goes_at_most_its_root_as_far():
    steps = {size: row["progress"] for size, row in learning_rate.at_batch.items()}
    assert all(steps[1] <= step <= size**0.5 * steps[1] * 1.02 for size, step in steps.items())


def test_every_count_is_of_steps():
    ran = loop.ran
    assert ran["pytorch"]["counts"] == {"each": 6, "accumulated": 2}
    assert ran["keras"]["iterations"] == ran["optax"]["t"] == 6 // 4
    assert ran["pytorch"]["skipped"]["t"] == ran["keras"]["skipped"] == ran["optax"]["skipped"] == 9


def test_one_gradient_of_1e25_stops_a_weight():
    """Ones before it made three whole steps of 0.1; a hundred of them would have made ten."""
    overflow = loop.ran["pytorch"]["overflow"]
    assert 1e25**2 > float(np.finfo(np.float32).max)
    assert overflow["stays"] == pytest.approx(1 - 3 * 0.1)
    assert overflow["usual"] == pytest.approx(1 - 100 * 0.1, rel=1e-3)
