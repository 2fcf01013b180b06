"""The claims of practice/formats: exact fractions, closed forms and another rounding beside what ran."""

from fractions import Fraction
from math import erf, log2, sqrt

import numpy as np
import pytest

from snippets.practice import formats as page

BITS = {"bfloat16": 8, "float16": 11, "float32": 24}


def rounded(x, bits=8):
    """The nearest number of so many significant bits, ties to even, from whole numbers alone."""
    x = Fraction(x)
    if x == 0:
        return x
    power = x.numerator.bit_length() - x.denominator.bit_length() - bits
    while abs(x) / Fraction(2) ** power >= 2**bits:
        power += 1
    return round(x / Fraction(2) ** power) * Fraction(2) ** power


@pytest.mark.parametrize("name, bits", BITS.items())
def test_gaps_and_where_a_step_is_lost(name, bits):
    """Just below 2 half a gap is a quarter of the gap above 1 of the number, at 1 it is half of that gap."""
    assert page.gap[name] == 2.0 ** (1 - bits) and page.share[name] == 2.0 ** (-1 - bits)
    unit = Fraction(2) ** (1 - bits)
    inner = [1 + unit * k for k in (0, 1, 2**(bits - 2), 2**(bits - 1) - 2, 2**(bits - 1) - 1)]
    for theta in inner:
        for sign in (1, -1):
            assert rounded(theta * (1 + sign * unit / 4), bits) == theta
            assert rounded(theta * (1 + sign * unit * Fraction(51, 100)), bits) != theta
    assert 0.001 <= 2.0 ** (log2(page.still[name]) - bits) < 0.002


def test_a_weight_from_0_stops_at_a_half_and_goes_twice_as_fast_below():
    theta, path = Fraction(0), []
    for _ in range(1000):
        theta = rounded(theta + Fraction(1, 1000))
        path.append(theta)
    assert path[-1] == page.stops == Fraction(1, 2)
    [fast] = {b - a for a, b in zip(path, path[1:], strict=False) if Fraction(1, 4) < a and b < Fraction(1, 2)}
    assert fast == Fraction(1, 512) and 1.9 < fast / Fraction(1, 1000) < 2
    assert np.abs(page.lines["nearest"][:, 0] - [float(x) for x in path]).max() == 0


@pytest.mark.parametrize("mean", [3.0, 0.5])
@pytest.mark.parametrize("share", page.shares)
def test_the_share_that_is_lost_follows_from_the_spread_of_adams_steps(mean, share):
    """A step is about lr (mean + noise) / root, the noise of the averages of 0.9 a nineteenth of its own variance."""
    root = sqrt(mean**2 + 1)
    thetas = 1 + np.arange(128) / 128
    lost = []
    for half_gap in 2.0**-8 / thetas / share * root:
        high, low = ((side * half_gap - mean) * sqrt(19 / 2) for side in (1, -1))
        lost.append((erf(high) - erf(low)) / 2)
    assert page.noisy[mean][share]["lost"] == pytest.approx(np.mean(lost), abs=0.06)


def test_to_nearest_a_run_ends_with_what_lies_beyond_a_half():
    """What a weight should be beyond 1/2 it never becomes: its square is the loss."""
    missing = np.mean(np.maximum(abs(page.goal) - 0.5, 0) ** 2, axis=1) / 2
    np.testing.assert_allclose(page.last["nearest"], missing, rtol=0.05)
    for name in ("kahan", "stochastic", "with_copy"):
        assert page.last[name].max() < 1.1 * page.last["in_float32"].max() < 0.002


@pytest.mark.parametrize("k, least, most", [(9, 0.95, 1.05), (16, 0.75, 1.25), (18, 0, 0)])
def test_kahan_by_another_hand(k, least, most):
    """In whole numbers, from 3/2: what is kept for the next step has eight bits as well."""
    theta, kept, start, steps = Fraction(3, 2), Fraction(0), Fraction(3, 2), 2 ** (k - 3)
    for _ in range(steps):
        wanted = start / 2**k + kept
        new = rounded(theta + wanted)
        theta, kept = new, rounded(wanted - (new - theta))
    assert least <= (theta - start) / (steps * start / 2**k) <= most
    assert page.arrived["kahan"][k] == pytest.approx((least + most) / 2, abs=0.05)


def test_stochastic_rounding_is_right_in_the_mean_and_lands_on_neighbors():
    theta = np.full(40_000, 1, np.float32).astype(page.bfloat16)
    step = np.full(40_000, 0.3 * 2.0**-7, np.float32)
    new, _ = page.stochastic(theta, step, None, np.random.default_rng(0))
    values, counts = np.unique(new.astype(float), return_counts=True)
    assert values.tolist() == [1, 1 + 2.0**-7]
    assert counts[1] / 40_000 == pytest.approx(0.3, abs=4 * sqrt(0.3 * 0.7 / 40_000))


@pytest.mark.parametrize("beta", page.betas)
def test_where_v_stops_follows_from_half_a_gap(beta):
    """It stops where (1 - beta) |x - v| is at most half a gap of v: for x at the end of an octave, a 256th."""
    worst = 2.0**-8 / (1 - beta)
    below, above = page.held[beta]["below"], page.held[beta]["above"]
    assert below == pytest.approx(1 / (1 + worst), rel=0.03)
    assert above == pytest.approx(min(4, 1 / (1 - worst) if worst < 1 else 4), rel=0.03)


def test_the_largest_beta2_that_survives():
    """1 / (1 - w) below 1.1 for w = 2^-8 / (1 - beta): 1 - beta above 0.043."""
    assert page.largest == 0.95 and 0.95 < 1 - 2.0**-8 / (1 - 1 / 1.1) < 0.96


def test_v_under_noise_climbs_until_its_largest_squares_no_longer_raise_it():
    """0.001 (g² - v) has to be more than half a gap: between 2 and 4, 1/128; squares of 8 and more come once in 200."""
    assert 2 < page.held[0.999]["drawn"] < 4
    assert all(0.001 * v <= page.np.spacing(page.bfloat16(v)).astype(float) / 2 for v in np.linspace(1, 4, 99))
    assert page.by_drawn == pytest.approx(page.held[0.999]["drawn"] ** -0.5) and page.by_drawn < 0.8
    assert all(abs(page.held[beta]["drawn"] - 1) < 0.1 for beta in (0.9, 0.95, 0.99))


def test_v_under_noise_goes_on_climbing():
    """Three times as long, with another generator: it is farther from its right value, and the steps are shorter."""
    squares = np.random.default_rng(1).normal(size=(60_000, 128)).astype(np.float32) ** 2
    v = np.zeros(128, page.bfloat16)
    for x in squares * page.true:
        v = (np.float32(0.999) * v.astype(np.float32) + np.float32(0.001) * x).astype(page.bfloat16)
    assert np.mean(v.astype(float) / page.true) > 1.1 * page.held[0.999]["drawn"]


def test_a_v_that_is_computed_in_bfloat16_too_leaves_the_tenth_earlier():
    told = page.ran["pytorch"]
    assert told["survives"]["many"] == min(told["survives"].values()) < page.largest == told["survives"]["fused"]
    for name in "one", "many":
        assert told["v"][name][0] < 0.9 and told["v"][name][1] > 1.1


def test_float16_rounds_to_infinity_half_a_gap_beyond_its_largest():
    with np.errstate(over="ignore"):
        assert np.float16(65519) == np.finfo(np.float16).max == 65504 and np.isinf(np.float16(65520))


def test_a_counter_stops_at_two_to_its_bits():
    assert page.stuck == {"bfloat16": 2**8, "float16": 2**11, "int8": 127}
    assert rounded(257) == 256 and rounded(2049, 11) == 2048
    assert page.stuck_root == pytest.approx(0.475, abs=1e-3)
    assert page.power == {"bfloat16": 0, "float16": 2.0**-10}


@pytest.mark.parametrize("name, bits", [("bfloat16", 8), ("float16", 11)])
def test_sums_stop_where_a_counter_does(name, bits):
    """A sum of ones stops at 2^bits; noise carries it on to a few times that, not to 4,096 in bfloat16."""
    for count, share in page.sums[name].items():
        if count <= 2**bits:
            assert share == pytest.approx(1, abs=0.01)
    assert page.sums["bfloat16"][4096] * 4096 < 5 * 2**8
    assert page.ran["pytorch"]["sums"]["1024"] == pytest.approx(page.sums["bfloat16"][1024], rel=0.02)


def test_what_the_frameworks_told():
    for own in page.ran.values():
        assert own["walked"]["bfloat16"] == 1 and own["walked"]["float32"] == pytest.approx(0.5, abs=1e-4)
    assert page.first["keras"]["bfloat16"] == ["0"] * 5
    assert np.sqrt(1 - np.float64(page.bfloat16(0.999))) == 0
    for name in ("pytorch", "optax"):
        steps = [float(x) for x in page.first[name]["bfloat16"]]
        assert steps == pytest.approx([0, 1, 1, 1, 1], abs=0.02)
    for own in page.first.values():
        assert own["float16"][0] == "nan" and own["float16"][2] == "inf"
        assert [float(x) for x in own["float32"]] == pytest.approx([0, 1, 1, 1, 1], abs=0.004)


def test_losses_of_the_programs():
    for lr in ("0.01", "0.001"):
        for name in ("mixed", "copied"):
            assert page.after[name][lr]["middle"] == pytest.approx(page.after["whole"][lr]["middle"], rel=0.1)
    assert page.after["narrow"]["0.001"]["low"] > page.after["whole"]["0.001"]["high"]
    assert page.after["narrow"]["0.01"]["low"] < page.after["whole"]["0.01"]["high"]


def test_gradients_below_the_smallest_float16_are_zeros_and_scaling_brings_them_back():
    assert page.zeros[1e-5]["1.0"] > page.zeros[1e-3]["1.0"] > 0 == page.zeros[1.0]["1.0"]
    assert {own["65536.0"] for own in page.zeros.values()} == {0}
    told = page.ran["pytorch"]
    doublings = log2(told["scales"][1] / 2**16)
    assert doublings == int(doublings) > 0 and 0 < told["skipped"] <= 2000 // 100
