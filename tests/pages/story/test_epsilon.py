"""What `story/epsilon` says, derived again: the three places, large epsilon, and the small formats."""

from decimal import Decimal, getcontext
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from mhat import rules
from mhat.records import records

bfloat16 = ml_dtypes.bfloat16
ZERO = rules.START[rules.adam]


@pytest.fixture(scope="module", autouse=True)
def the_page():
    """The page computes when the first test runs, not when tests are collected."""
    global page
    from snippets.story import epsilon as page


def values(dtype):
    """Every finite number above 0 of a 16-bit format, in order."""
    every = np.arange(1, 0x8000, dtype=np.uint16).view(dtype)
    with np.errstate(invalid="ignore"):
        return every[np.isfinite(every.astype(np.float64))]


def exact(x) -> Fraction:
    return Fraction(float(x))


def nearest(x: Fraction, numbers: list[Fraction]) -> set[Fraction]:
    """The numbers of a format nearest to x: two of them in a tie."""
    gap = min(abs(x - number) for number in numbers)
    return {number for number in numbers if abs(x - number) == gap}


# --- the three places


@pytest.mark.parametrize("beta1, beta2", [(0.9, 0.999), (0.5, 0.95), (0.0, 0.9)])
def test_the_forms_against_fifty_digits(beta1, beta2):
    getcontext().prec = 50
    b1, b2, eps = Decimal(beta1), Decimal(beta2), Decimal(1e-3)
    gradients = np.random.default_rng(1).normal(0, 1e-3, 30)
    m = v = Decimal(0)
    states = dict.fromkeys((rules.adam, page.adam_eps_hat, page.adam_inside), ZERO)
    for t, g in enumerate(gradients, 1):
        m = b1 * m + (1 - b1) * Decimal(g)
        v = b2 * v + (1 - b2) * Decimal(g) ** 2
        c1, c2 = 1 - b1**t, 1 - b2**t
        want = {
            rules.adam: m / c1 / ((v / c2).sqrt() + eps),
            page.adam_eps_hat: c2.sqrt() / c1 * m / (v.sqrt() + eps),
            page.adam_inside: m / c1 / (v / c2 + eps).sqrt(),
        }
        for rule, expected in want.items():
            theta, states[rule] = rule(0.0, g, states[rule], lr=1.0, beta1=beta1, beta2=beta2, eps=1e-3)
            # m adds terms of both signs: a few roundings of the largest, over the whole sum.
            assert abs(-theta - float(expected)) < 1e-14 + 1e-12 * abs(float(expected)), (rule.__name__, t)


def test_the_hat_form_is_that_of_scikit_learn():
    from sklearn.neural_network._stochastic_optimizers import AdamOptimizer

    theirs = [np.array([0.3, -2.0])]
    optimizer = AdamOptimizer(theirs, learning_rate_init=0.01, epsilon=1e-3)
    ours, state = theirs[0].copy(), ZERO
    for g in np.random.default_rng(2).normal(0, 1e-3, (50, 2)):
        optimizer.update_params(theirs, [g])
        ours, state = page.adam_eps_hat(ours, g, state, lr=0.01, eps=1e-3)
    np.testing.assert_allclose(ours, theirs[0], rtol=1e-13)


def test_half_a_learning_rate():
    for name, step in (
        ("adam", lambda g: g / (g + 1e-8)),
        ("adam_eps_hat", lambda g: g / (g + 1e-8 / 0.001**0.5)),
        ("adam_inside", lambda g: g / (g**2 + 1e-8) ** 0.5),
    ):
        low, high = 1e-12, 1.0
        for _ in range(200):
            middle = (low * high) ** 0.5
            low, high = (low, middle) if step(middle) > 0.5 else (middle, high)
        assert page.half_at[name] == pytest.approx(low, rel=1e-9)
    assert page.half_ratio == pytest.approx(1 / (3e-8) ** 0.5)


def test_the_three_first_steps_are_almost_a_hundred_apart():
    assert page.first["adam"] == pytest.approx(1 / 1.01)
    assert page.first["adam_eps_hat"] == pytest.approx(1 / (1 + 0.01 * 1000**0.5))
    assert 95 < page.first["adam"] / page.first["adam_inside"] < 100


# --- the effective epsilon, and porting


def test_effective_epsilon():
    assert page.acts_like[1] == pytest.approx(1000**0.5)
    for t, times in page.acts_like.items():
        kept = sum(0.001 * 0.999**i for i in range(t))
        assert times == pytest.approx(kept**-0.5) and page.acts_like_inside[t] == pytest.approx(1 / kept)
    assert page.paths_apart == pytest.approx(0.0013, rel=0.05)


def test_moving_hat_is_algorithm_1_and_a_constant_one_is_not():
    gradients = np.random.default_rng(7).normal(0, 1e-8, 300)
    paper = page.path(rules.adam, lambda t: 1e-8, gradients)
    moving = page.path(page.adam_eps_hat, lambda t: 1e-8 * (1 - 0.999**t) ** 0.5, gradients)
    np.testing.assert_allclose(moving, paper, atol=1e-15)
    wrong = page.path(page.adam_eps_hat, lambda t: 1e-8 * (1 - 0.999**t), gradients)
    assert abs(wrong - paper).max() > 1e-3


def test_conversion_is_exact_at_both_ends_and_root_half_in_the_middle():
    # (r / (r+1)) / (r / √(r²+1)) = √(r²+1) / (r+1); its derivative has the sign of r - 1.
    r = np.array([0.5, 0.999, 1.0, 1.001, 2.0])
    ratio = np.sqrt(r**2 + 1) / (r + 1)
    assert ratio.argmin() == 2 and page.worst_ratio == pytest.approx(0.5**0.5, rel=1e-9)
    assert page.worst_ratio == pytest.approx(ratio[2], rel=1e-9)


def test_between_forms_without_correction_the_square_holds_at_every_t_and_into_one_only_at_large_t():
    sizes = np.logspace(-14, -2, 100)
    far = (sizes < 1e-12) | (sizes > 1e-4)
    for t in (1, 10, 100, 1000, 10_000):
        fill = 1 - 0.999**t
        v = fill * sizes**2
        ratio = np.sqrt(v + 1e-16) / (np.sqrt(v) + 1e-8)
        np.testing.assert_allclose(ratio[far], 1, atol=0.004)
        assert ratio.min() > 0.5**0.5 - 1e-9
        corrected = np.sqrt((v + 1e-16) / fill) / (sizes + 1e-8)
        assert corrected[0] == pytest.approx(fill**-0.5, rel=1e-3) and corrected[-1] == pytest.approx(1, rel=1e-3)


def test_pytorch_to_keras():
    assert page.pytorch == pytest.approx(1e-6 / (1e-6 + 1e-8))
    assert page.keras == pytest.approx(1e-6 / (1e-6 + 1e-7 / 0.001**0.5))


# --- large epsilon


@pytest.mark.parametrize("eps", [0.1, 1.0, 30.0, 1e4])
def test_the_bounds_on_adam_over_momentum(eps):
    m = v = largest = 0.0
    for t, g in enumerate(np.random.default_rng(3).normal(0, 1, 500), 1):
        m, v, largest = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2, max(largest, abs(g))
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        ratio = (m_hat / (v_hat**0.5 + eps)) / (m_hat / eps)
        assert 1 / (1 + largest / eps) * (1 - 1e-12) <= ratio <= 1 + 1e-12


def test_corrected_m_is_a_share_of_the_velocity():
    m = velocity = 0.0
    for t, g in enumerate(np.random.default_rng(4).normal(0, 1, 100), 1):
        m, velocity = 0.9 * m + 0.1 * g, 0.9 * velocity + g
        assert m / (1 - 0.9**t) == pytest.approx(velocity * 0.1 / (1 - 0.9**t), rel=1e-10)


def test_ten_times_epsilon_is_a_tenth_of_the_distance():
    distances = list(page.apart_at.values())
    assert distances == sorted(distances, reverse=True)
    assert page.apart(1e6) / page.apart(1e7) == pytest.approx(10, rel=0.01)


def test_the_learning_rate_moves_with_epsilon():
    # Two runs whose ε are both far above the gradients differ by the scale of lr alone.
    one, two = (page.left(eps, 2.0 * eps, seed=5) for eps in (1e4, 1e6))
    assert one == pytest.approx(two, rel=1e-2)
    assert list(page.best.values()) == sorted(page.best.values())
    assert all(page.rates.min() < rate < page.rates.max() for rate in page.best.values())
    assert list(page.race) == [1e-8, 0.01, 0.1, 1]
    assert max(row["low"] for row in page.race.values()) < min(row["high"] for row in page.race.values())
    assert 40 < page.same_ratio < 55 and round(page.rate_ratio) == 56


def test_gradients_of_the_drawn_path_are_as_stated():
    assert max(page.h * np.array([2.0, 1.0])) == 0.25 and page.h[1] / page.h[0] == pytest.approx(25)


def test_inception_steps_in_closed_form():
    assert page.steps["momentum"] == pytest.approx(0.1 * 0.01 / (1 - 0.9))
    assert page.steps["rmsprop"] == pytest.approx(0.1 * 0.01 / (0.01**2 + 1) ** 0.5 / (1 - 0.9))
    assert page.steps["adam_one"] == pytest.approx(0.001 * 0.01 / (0.01 + 1))
    assert page.adam_ratio == pytest.approx(1.01 / 0.01, rel=1e-5)


# --- small formats


def test_float16_loses_squares_where_exact_arithmetic_says_so():
    # The square is exact in Fraction; nearest with ties to even takes 2**-25 to 0.
    for g in values(np.float16)[::7]:
        gone = exact(g) ** 2 <= Fraction(1, 2**25)
        with np.errstate(over="ignore"):
            assert (g * g == 0) == gone
    assert page.square_lost == pytest.approx(2**-12.5, rel=1e-3)
    assert page.smallest_root**2 == float(np.finfo(np.float16).smallest_subnormal)


def test_float16_threshold_of_v():
    weight = np.float16(0.001)
    assert weight * np.float16(page.v_lost) ** 2 == 0
    assert weight * np.float16(page.v_lost * 1.02) ** 2 > 0
    # The same number is where v, once up, stops coming down.
    v = np.float16(1)
    for _ in range(20_000):
        v = np.float16(np.float32(0.999) * np.float32(v))
    assert float(v) ** 0.5 == pytest.approx(page.v_lost, rel=2e-3)


def test_half_of_the_smallest_float16_is_zero():
    assert np.float16(2.0**-25) == 0 and np.float16(np.nextafter(2.0**-25, 1)) == np.float16(2.0**-24)
    assert np.float16(1e-8) == 0 and 1e-8 < 2**-25 < 1e-7


def test_larger_epsilon_in_float16_alone_is_no_repair():
    assert page.larger_eps == {1e-7: 8392, 1e-4: 10, 1e-3: 1}
    g = np.array([0.001], np.float16)
    for eps in (1e-7, 1e-5, 9e-4, 1e-3, 2e-3):
        moved, _ = rules.adam(np.zeros(1, np.float16), g, ZERO, lr=1.0, eps=eps)
        # |g| / eps, both in float16, rounded once; the corrections of m round by as much again.
        assert -float(moved[0]) == pytest.approx(float(g[0]) / float(np.float16(eps)), rel=2**-10)
        assert (-moved[0] <= 1) == (eps >= 0.001)
    assert (-page.as_large)[page.lost >= page.m_coarse].max() <= 1.01 < (-page.as_large).max()
    far = page.lost >= page.m_coarse
    ratios = []
    for lr in (np.float32(1e-3), np.float16(1e-3)):
        moved, _ = rules.adam(np.zeros(far.sum(), np.float16), page.lost[far], ZERO, lr=lr, eps=page.lost[far])
        m_hat = np.float16(0.1) * page.lost[far] / np.float16(0.1)
        ratios.append((lr * (m_hat / page.lost[far]) if lr.dtype == "f4" else -moved).max() / 1e-3)
    assert ratios[0] <= 1.01 and 1.9 < ratios[1] < 2.1
    # 0.1 of 6·2^-24 is rounded to 2^-24, and that over the rounded 0.1 is 10·2^-24.
    assert -page.as_large[5] == pytest.approx(10 / 6, rel=2**-10)
    double, _ = rules.adam(np.zeros_like(page.lost), page.lost, ZERO, lr=1.0, eps=2 * page.lost)
    assert (-double).max() <= 1
    enough, _ = rules.adam(np.zeros_like(page.lost), page.lost, ZERO, lr=1.0, eps=0.0055)
    assert (-enough).max() <= 1
    # With an lr that float16 has to round, the step in learning rates is another.
    default, _ = rules.adam(np.zeros(1, np.float16), g, ZERO, eps=1e-7)
    assert round(-float(default[0]) / 0.001) == 8500


def test_where_rmsprop_adds_its_epsilon_is_what_the_records_say():
    forms = {rule["call"]: rule["form"] for record in records().values() for rule in record["rule"]
             if rule["page"] == "rmsprop"}
    for call in ("tf.compat.v1.train.RMSPropOptimizer", "keras.optimizers.RMSprop"):
        assert "inside" in forms[call]
    assert forms["torch.optim.RMSprop"] == "rmsprop"
    # The optimizer of tf.keras before Keras 3 adds it outside, as long as it has no momentum.
    assert [form for call, form in forms.items() if "legacy" in call] == ["rmsprop"]


def test_bfloat16_of_ml_dtypes_rounds_to_nearest():
    numbers = [exact(v) for v in values(bfloat16) if 0.2 < float(v) < 1.1]
    for x in np.random.default_rng(5).uniform(0.25, 1, 200):
        assert exact(bfloat16(x)) in nearest(exact(x), numbers)
    assert bfloat16(0.999) == 1 == bfloat16(np.float32(0.999))


def test_bfloat16_by_a_python_decimal_is_float32():
    assert (np.ones(1, bfloat16) * 0.5).dtype == np.float32
    assert (np.ones(1, np.float16) * 0.5).dtype == np.float16


def test_v_stalls_where_exact_arithmetic_says_so():
    """Round-to-nearest of exact sums: the first v of the format whose sum is nearest to itself."""
    for dtype, want in ((bfloat16, 0.25), (np.float16, page.settled["float16"]["stored"])):
        numbers = [Fraction(0)] + [exact(v) for v in values(dtype) if 1e-4 < float(v) <= 1.1]
        v = 0
        while True:
            x = Fraction(999, 1000) * numbers[v] + Fraction(1, 1000)
            up = next(i for i in range(v, len(numbers)) if numbers[i] >= x)
            new = up if up == v or numbers[up] - x < x - numbers[up - 1] else up - 1
            if new == v:
                break
            v = new
        assert numbers[v] == exact(want)


def test_the_stall_formula():
    # In [2^e, 2^(e+1)) with p bits, half a gap is 2^(e-p): v stops where 0.001 (1 - v) is at most that.
    for name, bits in (("bfloat16", 8), ("float16", 11), ("float32", 24)):
        stops = []
        for e in range(-10, 0):
            least = max(2.0**e, 1 - 2.0 ** (e - bits) / 0.001)
            if least < 2.0 ** (e + 1):
                stops.append(least)
        # float16 lands on the next number at or above it; float32 adds its own roundings.
        assert page.settled[name]["stored"] == pytest.approx(stops[0], abs=2.0 ** (-bits))


def test_v_of_bfloat16_never_falls():
    numbers = values(bfloat16)
    numbers = numbers[numbers.astype(np.float32) > 1e-37]
    fallen = (np.float32(0.999) * numbers.astype(np.float32)).astype(bfloat16)
    assert (fallen == numbers).all()
    assert np.float16(np.float32(0.999) * np.float32(1)) < 1
    assert page.step_after_spike == pytest.approx(10**-0.5) and page.step_at_quarter == 2
    m, v, steps = 0.0, bfloat16(0), []
    for t, g in enumerate([100.0] + [1.0] * 6000, 1):
        m = 0.9 * m + 0.1 * g
        v = bfloat16(np.float32(0.999) * np.float32(v) + np.float32(0.001) * np.float32(g) ** 2)
        steps.append(m / (1 - 0.9**t) / np.sqrt(float(v) / (1 - 0.999**t)))
    assert min(steps) < 0.1 < steps[-1] == pytest.approx(page.step_after_spike, rel=0.01), "it settles there"


def test_smaller_beta2_suffers_less():
    for row in page.stored.values():
        assert list(row.values()) == sorted(row.values(), reverse=True)
    assert page.stored["bfloat16"][0.999] == page.settled["bfloat16"]["stored"]


def test_the_formats_table():
    assert {name: row["bits"] for name, row in page.formats.items()} == {"float16": 11, "bfloat16": 8, "float32": 24}
    assert page.formats["float16"]["most"] == (2 - 2**-10) * 2**15
    assert page.formats["bfloat16"]["least"] == 2.0**-133 and page.formats["float32"]["least"] == 2.0**-149


def test_float32_state_fails_only_far_below_epsilon():
    """Within two ten-thousandths, from below and above, down to 1e-18, not for a longer memory; 0 below the bound."""
    def ends(g, beta2, steps, v=0.0):
        square = np.float32(g) ** 2
        v = np.float32(v) * square
        for _ in range(steps):
            v = np.float32(beta2) * v + np.float32(1 - beta2) * square
        return v.astype(float) / np.where(square, square, 1).astype(float)

    # Two roundings of a sum and a product, half a gap each, and that of beta2, at most 2**-25 where it is above 1/2.
    sizes = np.linspace(1, 2, 1001) * np.array([[1e-18], [1e-8], [0.3], [1e4]])
    for beta2 in (0.9, 0.99, 0.999):
        off = max(abs(ends(sizes, beta2, int(20 / (1 - beta2)), start) - 1).max() for start in (0, 1000))
        assert off < min(2e-4, 1.6 * 2.0**-23 / (1 - beta2)), beta2
    assert off > 1e-4, "the page said one ten-thousandth"
    stuck = np.float32(0.998)  # below 1, where this memory stops
    assert np.float32(0.99999) * stuck + np.float32(1e-5) == stuck
    assert ends(0.99 * page.gone, 0.999, 100) == 0 < ends(1.01 * page.gone, 0.999, 100)


def test_float32_state_needs_no_larger_epsilon():
    for g in (1e-6, 1e-4, 1e-3, 10.0, 1e4):
        g16 = np.full(1, g, np.float16)
        step, _ = rules.adam(np.zeros(1, np.float32), g16.astype(np.float32), ZERO, lr=1.0)
        assert -step[0] == pytest.approx(float(g16[0]) / (float(g16[0]) + 1e-8), rel=1e-5)


def test_half_a_gap_is_half_the_distance_of_neighbors():
    for dtype in (bfloat16, np.float16):
        numbers = values(dtype)
        for k in range(5000, 20_000, 997):
            assert page.half_gap(numbers[k]) == (float(numbers[k + 1]) - float(numbers[k])) / 2
    assert page.gaps == {"quarter": 2.0**-10, "eighth": 2.0**-11}


def test_each_way_of_rounding_has_its_own_wrong_value():
    # β₂ is 1: v only adds 0.001, until half a gap is more, 2^-9 from 1/2 on; or it adds 1 - 1.
    assert 2.0**-10 < float(bfloat16(0.001)) < 2.0**-9
    assert page.settled["bfloat16"]["rounded"] == 0.5 and page.settled["bfloat16"]["all"] == 0
    # float16 holds 1 - 0.999 as 2^-10, and moves below 3/4 but not at it.
    assert float(np.float16(1) - np.float16(0.999)) == 2.0**-10
    for v in (np.float16(0.5), np.float16(0.74)):
        assert np.float16(0.999) * v + np.float16(0.001) > v
    assert np.float16(0.999) * np.float16(0.75) + np.float16(0.001) == np.float16(0.75)


def test_the_slope_of_the_root_by_differences():
    """|g| has a corner at 0; with eps_root the root is level there, and as steep as before far away."""
    def root(g, eps_root):
        return np.sqrt(g**2 + eps_root)

    h = 1e-12
    assert (root(h, 0) - root(0, 0)) / h == 1 and (root(0, 0) - root(-h, 0)) / h == -1
    assert (root(h, 1e-16) - root(-h, 1e-16)) == 0
    for g in (1e-9, 1e-8, 1e-6, 1.0):
        slope = (root(g * 1.0001, 1e-16) - root(g * 0.9999, 1e-16)) / (0.0002 * g)
        assert page.slope_of_root(np.array(g), 1e-16) == pytest.approx(slope, rel=1e-4)
