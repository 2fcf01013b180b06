"""The claims of practice/schedules: closed forms and counts beside what the frameworks told."""

from fractions import Fraction
from itertools import accumulate
from math import cos, pi, prod

import numpy as np
import pytest

from snippets.practice import schedules as page

TOLD = page.ran["pytorch"]


def half_wave(share):
    return (1 + cos(pi * share)) / 2


def up_and_down(t, steps):
    """The rate that was meant, of step t from 0: a tenth up, the rest down."""
    warm = steps // 10
    return max(Fraction(0), min(Fraction(t + 1, warm), Fraction(steps - t, steps - warm)))


# What the counter is in step k of 40 (two epochs of 40 micro-batches, two a step), and the length of the schedule.
COUNTERS = {
    "right": (lambda k: k, 40), "twice": (lambda k: 2 * k, 40), "four processes": (lambda k: 4 * k, 40),
    "micro-batch": (lambda k: 2 * k + 1, 40), "epoch": (lambda k: k // 20, 40),
    "total of micro-batches": (lambda k: k, 80), "total of one epoch": (lambda k: k, 20)}


@pytest.mark.parametrize("name", COUNTERS)
def test_what_a_wrong_unit_makes_of_a_training(name):
    counter, total = COUNTERS[name]
    rates = [up_and_down(counter(k), total) for k in range(40)]
    meant = [up_and_down(k, 40) for k in range(40)]
    told = page.units[name]
    assert told["zeros"] == rates.count(0)
    assert told["last"] == pytest.approx(float(rates[-1]), rel=1e-5)
    assert told["sum"] == pytest.approx(float(sum(rates) / sum(meant)), rel=1e-5)
    first = next((k for k in range(40) if rates[k] != meant[k]), None)
    assert first is None or TOLD["said"][name].startswith(f"step {first + 1} of 40 took ")
    assert COUNTERS.keys() == page.units.keys() == TOLD["said"].keys() | {"right"}


def test_the_ends_of_the_calls():
    """Each of nine steps: the value of step 9 is what follows the eight that were meant."""
    warm, line = [min(1, t / 4) for t in range(9)], [0.1 + 0.9 * min(1, t / 4) for t in range(9)]
    assert page.calls["from_zero"] == pytest.approx(warm)
    assert page.calls["linear"] == pytest.approx(line)
    assert page.calls["cosine"] == pytest.approx([half_wave(t / 8) for t in range(9)], abs=1e-6)
    assert page.calls["one_after_the_other"] == pytest.approx(line[:4] + [half_wave(t / 4) for t in range(5)], abs=1e-6)
    assert TOLD["beyond"] == pytest.approx(half_wave(16 / 8))


def test_a_forgotten_schedule_multiplies_again_or_does_not_matter():
    """LinearLR from a tenth multiplies by ten on the whole, whatever it begins at; 15 of 40 steps had been taken."""
    assert page.forgotten["linear"] == pytest.approx(10 * (0.1 + 0.9 * 15 / 40))
    assert page.forgotten["late"] == pytest.approx(0.1 + 0.9 * 15 / 40)
    assert page.forgotten["exponential"] == pytest.approx(1)


def one_cycle(t, steps, up=0.3):
    """(rate, beta1) of OneCycleLR by its own description: cosines up to 1 in 30 % and down to a 250,000th of it."""
    top = up * steps - 1
    share = t / top if t <= top else (t - top) / (steps - 1 - top)
    low, high, beta = (0.04, 1, (0.95, 0.85)) if t <= top else (4e-6, 1, (0.85, 0.95))
    rate = low + (high - low) * half_wave(1 - share) if t <= top else low + (high - low) * half_wave(share)
    return rate, beta[1] + (beta[0] - beta[1]) * half_wave(share)


def test_one_cycle_is_lowest_in_its_last_step_and_climbs_after_it():
    assert page.calls["one_cycle"] == pytest.approx([one_cycle(t, 8)[0] for t in range(9)], rel=1e-4)
    assert min(page.calls["one_cycle"]) == page.calls["one_cycle"][7] < page.calls["one_cycle"][8]


@pytest.mark.parametrize("steps", [20, 100, 1000])
def test_the_weights_in_m_sum_to_one_less_a_product_when_beta_moves(steps):
    betas = [one_cycle(t, steps)[1] for t in range(steps)]
    sums = list(accumulate(betas, lambda weight, beta: beta * weight + 1 - beta, initial=0.0))[1:]
    assert sums == pytest.approx([1 - prod(betas[:t + 1]) for t in range(steps)])
    lengths = [weight / (1 - beta**t) for t, (weight, beta) in enumerate(zip(sums, betas), 1)]
    told = page.betas[str(steps)]
    assert told["least"] == pytest.approx(min(lengths), rel=1e-4)
    assert told["most"] == pytest.approx(max(lengths), rel=1e-4)
    assert told["at"] == lengths.index(min(lengths)) + 1


def test_in_a_thousand_steps_the_products_are_gone_before_beta_has_moved_far():
    """At a hundredth, that is: beta has then gone less than a fifth of its way."""
    betas = [one_cycle(t, 1000)[1] for t in range(1000)]
    gone = next(t for t in range(1, 1000) if betas[t - 1]**t < 0.01)
    assert 0.95 - betas[gone] < (0.95 - 0.85) / 5


def test_two_schedules_multiply_and_a_hand_is_taken_back_by_one_of_them():
    product = [a * b for a, b in zip(page.calls["linear"], page.calls["cosine"])]
    assert TOLD["by_hand"] == pytest.approx(max(product), rel=1e-4)
    assert TOLD["set"]["falls"] == pytest.approx([1, 0.9, 0.8, 0.01, 0.6, 0.5])
    assert TOLD["set"]["shrinks"] == pytest.approx([1, 0.9, 0.81, 0.01, 0.009, 0.0081])


def test_the_rates_after_a_resume():
    """Of steps 16 and 17 of 40, over the right ones."""
    right = [up_and_down(t, 40) for t in (15, 16)]
    own = {"right": right, "last_epoch 14": right, "last_epoch 15": [up_and_down(t, 40) for t in (16, 17)],
           "schedule new": [right[0], up_and_down(1, 40)], "longer": [right[0], up_and_down(16, 80)]}
    assert page.resumed.keys() == own.keys()
    for name, rates in own.items():
        assert page.resumed[name] == pytest.approx([float(a / b) for a, b in zip(rates, right)], rel=1e-5), name


def test_keras_counts_micro_batches_and_adds_the_warm_up_and_optax_neither():
    assert page.ran["keras"]["accumulated"] == pytest.approx([1 - 3 / 8, 1 - 7 / 8])
    warm = [t / 4 for t in range(4)]
    assert page.ran["keras"]["warm"] == pytest.approx(
        [*warm, *(half_wave(t / 8) for t in range(9)), 0], abs=1e-6)
    assert page.ran["optax"]["warm"] == pytest.approx([*warm, *(half_wave(t / 4) for t in range(5)), 0], abs=1e-6)
    assert page.ran["optax"]["longer"] == pytest.approx(1 - 3 / 16, rel=1e-4)


def test_what_is_drawn_ends_where_its_description_says():
    def last(name):
        return max(k for k, rate in enumerate(page.drawn[name]["rates"], 1) if rate > 1e-6)
    assert last("Keras CosineDecay") == 110 and last("Optax warmup_cosine") == 100
    assert page.drawn["Cosine, T_max=60"]["rates"][119] > 0.99 and len(page.drawn["OneCycleLR"]["rates"]) == 100
    plain = page.drawn["Cosine, T_max=100"]
    assert plain["steps"][0] == pytest.approx(plain["rates"][0])
    assert plain["steps"][19] < plain["rates"][19] / 3


def rms(beta1, beta2, n=20_000, T=1500):
    """The size of steps on noise, with another generator, written out: with the correction and without."""
    rng, m, v, with_it, without = np.random.default_rng(9), 0.0, 0.0, [], []
    for t in range(1, T + 1):
        g = rng.standard_normal(n if t < 130 else 500)
        m, v = (x if t != 130 else x[:500] for x in (m, v))
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        without.append(np.sqrt(np.mean(m**2 / v)))
        with_it.append(without[-1] * np.sqrt(1 - beta2**t) / (1 - beta1**t))
    rest = np.mean(with_it[-500:])
    return np.array(with_it) / rest, np.array(without) / rest


@pytest.mark.parametrize("pair", page.warmed)
def test_a_warm_up_of_twenty_steps_beside_the_correction(pair):
    t = np.arange(1, 1501)
    for name, path in zip(("corrected", "bare"), rms(*pair)):
        for warm, told in page.warmed[pair][name].items():
            assert told == pytest.approx(np.max(path * np.minimum(1, t / warm)), rel=0.08), (name, warm)
    assert page.first_factor[pair] == pytest.approx((1 - pair[1]) ** 0.5 / (1 - pair[0]))
    assert (page.first_factor[pair] > 1) == (pair[1] < 0.999)
    assert 15 < np.flatnonzero(page.corrected[pair][:100] > 1.1).max() < 25
