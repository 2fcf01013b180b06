"""What `story/rmsprop` says: scales, signs, noise, the cycle, and three programs of one name."""

from fractions import Fraction

import numpy as np
import pytest

from mhat.rules import rmsprop
from site_tools.pages import DOCS

EPS = np.finfo(float).eps


@pytest.fixture(scope="module", autouse=True)
def the_page():
    """The page computes when the first test runs, not when tests are collected."""
    global page
    from snippets.story import rmsprop as page


def stream(seed, steps=200):
    """Gradients whose size wanders over six powers of ten."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, steps) * 10 ** rng.uniform(-3, 3, steps)


def steps_of(gs, v=0.0, **settings):
    state, out = (v,), []
    for g in gs:
        theta, state = rmsprop(0.0, g, state, 1.0, **settings)
        out.append(-theta)
    return np.array(out)


# Scale


@pytest.mark.parametrize("power", [-20, -3, 7, 30])
def test_a_factor_in_the_loss_cancels_to_the_bit(power):
    gs, c = stream(1), 2.0**power
    assert np.array_equal(steps_of(gs, eps=0), steps_of(c * gs, eps=0))
    assert np.array_equal(steps_of(gs, eps=1e-3), steps_of(c * gs, eps=c * 1e-3))
    assert not np.array_equal(steps_of(gs, eps=1e-3), steps_of(c * gs, eps=1e-3))


def test_the_path_knows_no_condition_number_and_gradient_descent_no_turn():
    for kappa in (3, 100, 1e6):
        path = page.walk(rmsprop, (0.0,), np.array([1, kappa]), lr=0.03, eps=0)
        np.testing.assert_allclose(path, page.in_round, rtol=0, atol=1e-13)
    for turn in (0.3, 1.1):
        turned = page.walk(page.gradient_descent, (), page.steep_valley, turn, lr=0.01)
        np.testing.assert_allclose(turned, page.gd_steep, rtol=0, atol=1e-13)
        ours = page.walk(rmsprop, (0.0,), page.steep_valley, turn, lr=0.03, eps=0)
        assert abs(ours - page.in_round).max() > 0.1
    assert abs(page.in_louder - page.in_steep).max() == 0
    assert page.spread == 1e6


# Signs


@pytest.mark.parametrize("beta2", [0.0, 0.5, 0.9, 0.99, 0.999])
def test_no_step_is_longer_than_its_bound_and_the_first_has_that_length(beta2):
    for seed in range(5):
        sizes = abs(steps_of(stream(seed), beta2=beta2, eps=0)) * np.sqrt(1 - beta2)
        assert sizes.max() <= 1 + 8 * EPS
        assert sizes[0] == pytest.approx(1, rel=8 * EPS)


def test_without_memory_only_the_sign_is_left():
    gs = stream(3)
    np.testing.assert_allclose(steps_of(gs, beta2=0, eps=0), np.sign(gs), rtol=4 * EPS)
    assert page.bound_of == pytest.approx({0.9: 10**0.5, 0.99: 10, 0.999: 1000**0.5})


# Noise


@pytest.mark.parametrize("beta2, low, high", [(0.9, 0.93, 0.995), (0.99, 0.985, 1.005)])
@pytest.mark.parametrize("ratio", [1.0, 3.0])
def test_the_mean_step_is_signal_over_rms_a_little_less_for_a_short_memory(ratio, beta2, low, high):
    """No recursion here: v is a weighted sum over independent histories, half of them mirrored
    so that the noise of a step cancels: (1 + rz, 1 - rz)."""
    rng = np.random.default_rng(11)
    many, reach = 40_000, 60 if beta2 == 0.9 else 600
    weights = (1 - beta2) * beta2 ** np.arange(1, reach)
    past = np.zeros(many)
    for weight in weights:
        past += weight * (1 + ratio * rng.standard_normal(many)) ** 2
    past += beta2**reach * (1 + ratio**2)
    z = rng.standard_normal(many)
    step = [g / np.sqrt(past + (1 - beta2) * g**2) for g in (1 + ratio * z, 1 - ratio * z)]
    predicted = 1 / np.sqrt(1 + ratio**2)
    assert low < np.mean(step) / predicted < high
    assert 0.95 < np.sqrt(np.mean(np.square(step))) < 1.0


@pytest.mark.parametrize("share", [0.1, 0.01])
def test_where_gradients_are_rare_single_steps_shrink(share):
    """Exactly: 1/v is the integral of exp(-s v), and v is a sum of independent parts, each there or not."""
    s = np.linspace(0, 400, 40_001)
    inside = np.exp(-0.1 * s)
    for k in range(1, 200):
        inside *= 1 - share + share * np.exp(-0.1 * s * 0.9**k)
    exact = np.sqrt(share * np.trapezoid(inside, s))
    found = page.rare if share == 0.01 else page.rare_rms(share, copies=2000)
    assert found == pytest.approx(exact, rel=0.005)
    assert not 0.29 < exact < 0.305 and exact < np.sqrt(share / 0.1), "at even distances it is the root of a tenth"


def test_the_table_of_noise_is_of_20_seeds_and_its_intervals_are_students():
    assert page.noise.shape == (20, 8000)
    assert len({tuple(row[:3]) for row in page.noise}) == 20
    each = page.long_memory[-1] / 8000
    for k, row in enumerate(page.noisy.values()):
        assert row["long"] == each[k].mean()
        spread = np.sqrt(np.sum((each[k] - each[k].mean()) ** 2) / 19)
        assert row["long_half"] == pytest.approx(2.093 * spread / np.sqrt(20), abs=1e-15)
        assert row["predicted"] == pytest.approx((1, 0.5**0.5, 0.1**0.5, 101**-0.5)[k], rel=4 * EPS)
    assert page.noisy[1]["short"] + page.noisy[1]["short_half"] < page.noisy[1]["predicted"]


def test_a_right_angle_keeps_the_path_and_less_does_not():
    def turned(degrees):
        return page.walk(rmsprop, h=page.steep_valley, turn=np.radians(degrees), **page.ours)

    for degrees in (90, 180):
        np.testing.assert_allclose(turned(degrees), page.in_steep, rtol=0, atol=1e-9)
    assert min(abs(turned(degrees) - page.in_steep).max() for degrees in range(5, 90, 5)) > 0.1


# AdaGrad


def test_the_average_forgets_as_its_closed_form_and_the_sum_does_not():
    k = np.arange(1, 101)
    rise = 10 / np.sqrt(0.9**k * (1 - 0.9**100) + (1 - 0.9**k) * 100)
    np.testing.assert_allclose(page.average[100:200], rise, rtol=1e-7)
    before = 0.9**100 * (1 - 0.9**100) + (1 - 0.9**100) * 100
    fall = 1 / np.sqrt(0.9**k * before + 1 - 0.9**k)
    np.testing.assert_allclose(page.average[200:300], fall, rtol=1e-7)
    assert page.recovered_at == int(np.ceil(np.log((1 / 0.81 - 1) / 99) / np.log(0.9)))
    np.testing.assert_allclose(page.summed[:100], 1 / np.sqrt(k), rtol=2e-8)
    np.testing.assert_allclose(page.summed, page.stream / np.sqrt(np.cumsum(page.stream**2)), rtol=2e-7)
    doubled = 2.0 ** np.arange(60)
    np.testing.assert_allclose((doubled / np.sqrt(np.cumsum(doubled**2)))[-1], np.sqrt(3 / 4), rtol=1e-12)
    assert page.adagrad(0.0, 2.0, (0.0,), 1.0, eps=2.0)[0] == -0.5


# The cycle


@pytest.mark.parametrize("beta2", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("h, eps", [(1.0, 0.0), (7.0, 0.0), (2.0, 0.3), (2.0, 0.9)])
def test_the_cycle_is_half_the_rate_less_epsilon_over_the_curvature(beta2, h, eps):
    wanted = 0.5 - eps / h
    theta, state = wanted * 1.01, ((h * wanted) ** 2,)
    for _ in range(9000):
        before = theta
        theta, state = rmsprop(theta, h * theta, state, 1.0, beta2, eps)
    assert abs(theta) == pytest.approx(wanted, rel=1e-9) and theta * before < 0


def test_a_large_epsilon_ends_the_cycle():
    theta, state = 0.3, (0.0,)
    for _ in range(500):
        theta, state = rmsprop(theta, 2 * theta, state, 1.0, 0.9, eps=1.3)
    assert abs(theta) < 1e-12


@pytest.mark.parametrize("beta2", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("h", [0.1, 1.0, 10.0])
def test_from_half_the_rate_times_the_curvature_on_epsilon_ends_the_cycle(h, beta2):
    """Near the minimum the step is lr·h·θ/ε: gradient descent with a factor above −1 if ε is above lr·h/2."""
    for factor, wanted in ((0.98, 0.02 * 0.5), (1.02, 0)):
        theta, state = 0.01, ((h * 0.01) ** 2,)
        for _ in range(9000):
            theta, state = rmsprop(theta, h * theta, state, 1.0, beta2, eps=factor * h / 2)
        assert abs(theta) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("beta2", [0.2, 0.5, 0.9, 0.999])
def test_the_matrix_is_the_derivative_of_the_step(beta2):
    """By central differences of the rule itself, in |θ| and √v, at the cycle."""
    def step(a, b):
        theta, (v,) = rmsprop(a, a, (b**2,), 1.0, beta2, 0)
        return np.array([abs(theta), np.sqrt(v)])

    h = 1e-5  # error h² of the series, EPS / h of the rounding
    columns = [(step(0.5 + da, 0.5 + db) - step(0.5 - da, 0.5 - db)) / (2 * h) for da, db in ((h, 0), (0, h))]
    np.testing.assert_allclose(np.transpose(columns), page.near_the_cycle(beta2), rtol=0, atol=1e-8)
    # Complex pair where (3β-1)² < 4β: its size is √det = √β.
    matrix = page.near_the_cycle(beta2)
    assert np.linalg.det(matrix) == pytest.approx(beta2, rel=1e-12)
    assert np.trace(matrix) ** 2 < 4 * beta2


def test_it_comes_very_near_and_goes_away_and_a_falling_rate_keeps_it():
    assert page.closest < 1e-20 and page.closest_at == abs(page.path).argmin() + 1
    assert abs(page.path[-1]) > 1e18 * page.closest
    assert page.faded < page.faded_lr < 1e-4


def test_in_float32_a_slow_average_lets_it_die_and_a_fast_one_does_not():
    """Below half the smallest float32, lr·g is 0; v hangs at a subnormal number and divides nothing up."""
    smallest = float(np.finfo(np.float32).smallest_subnormal)
    assert page.stuck_at == 542 and 0 < page.stuck and 0.01 * float(page.stuck) < smallest / 2
    assert page.in_float32(0.01, 0.9)[-9:] == pytest.approx(0.005, rel=1e-5)


def test_where_no_axis_is_a_direction_of_curvature_it_does_not_settle():
    """Only the second of the three goes farther than a learning rate: the first never, the third hardly."""
    assert np.linalg.eigvalsh(page.CROSSED).min() > 0
    assert (page.near, page.far) == (0.5, 1.6) and page.near <= page.distances.min() < page.distances.max() <= page.far
    theta, state, seen = np.array([1.0, 0.5, -0.3]), (0.0,), []
    for _ in range(20_000):
        theta, state = rmsprop(theta, page.CROSSED @ theta, state, 1.0, eps=0)
        seen.append(abs(theta))
    first, second, third = np.max(seen[-2000:], axis=0)
    assert first < 1 and second > 1.3 and third < 1.1
    for h in (1.0, 100.0):  # along an axis every parameter settles at half a learning rate
        assert abs(page.bowl(0.01, h)[-1]) / 0.01 == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("lr, sigma", [(0.01, 0.1), (0.001, 0.1)])
def test_with_noise_the_cycle_is_a_cloud(lr, sigma):
    assert page.cloud(lr, sigma) == pytest.approx(np.sqrt(lr * sigma / 2), rel=0.06)


def test_the_cloud_is_wider_where_the_noise_is_no_larger_than_the_rate():
    assert page.cloud(0.01, 0.01, 4000) > 1.1 * np.sqrt(0.01 * 0.01 / 2)


# One name, several programs


def test_where_epsilon_halves_the_step():
    for form, eps, half in ((page.outside, 1e-8, page.half_outside), (page.inside, 1e-7, page.half_inside),
                            (page.inside, 1e-10, page.half_tf1)):
        assert form(half**2, half, eps) == pytest.approx(0.5, rel=4 * EPS)
    assert page.half_inside / page.half_outside > 1e4


def test_the_root_of_epsilon_is_at_most_root_two_off():
    """(√v + √ε)² / (v + ε) = 1 + 2√(vε) / (v + ε), and the last term is at most 1."""
    for eps in (1e-10, 1e-3, 1.0):
        v = eps * np.logspace(-8, 8, 801)
        ratio = page.inside(v, 1.0, eps) / page.outside(v, 1.0, np.sqrt(eps))
        np.testing.assert_allclose(ratio**2, 1 + 2 * np.sqrt(v * eps) / (v + eps), rtol=1e-13)
        assert v[ratio.argmax()] == pytest.approx(eps, rel=1e-9)
        assert ratio[[0, -1]].max() < 1.0002


def test_the_port_makes_the_step_15_8_times_as_long():
    assert page.ported == pytest.approx(np.sqrt(1001) / 2, rel=1e-12)
    assert f"{page.ported:.1f}" == "15.8"


def test_epsilon_of_one_is_gradient_descent_with_a_soft_clip():
    for g in (0.1, 0.03, 0.01):
        assert page.inside(g**2, g, 1.0) / g == pytest.approx(1 - g**2 / 2, abs=g**4)
        assert page.outside(g**2, g, 1.0) / g == pytest.approx(1 - g, abs=g**2)
    assert page.inside(1e4**2, 1e4, 1.0) == pytest.approx(1, abs=1e-8)
    assert page.inside(0.0, 1.0, 1.0) == page.outside(0.0, 1.0, 1.0)
    assert page.floor_tenth == pytest.approx(page.outside(0.0, 1.0, 0.1) / page.inside(0.0, 1.0, 0.1) * 0.1)


def test_the_example_of_keras_in_its_own_formula():
    v = 0.9 * 0 + (1 - 0.9) * 10.0**2
    assert f"{10.0 - 0.1 * 10.0 / np.sqrt(v + 1e-7):.6f}" == f"{page.keras_example:.6f}" == "9.683772"


def test_the_start_of_v_is_forgotten_at_its_own_pace():
    for name, v0 in (("zero", 0.0), ("one", 1.0)):
        t = np.arange(1, 201)
        path = np.cumsum(0.001 / np.sqrt(0.9**t * v0 + (1 - 0.9**t) * 0.001**2))
        for n in (1, 10, 50, 100, 200):
            assert page.reached[n][name] == pytest.approx(path[n - 1], rel=1e-12)
    assert page.level_at == {0.01: 88, 0.001: 132}
    for g, steps in page.level_at.items():
        assert 0.9**steps <= g**2 < 0.9 ** (steps - 1)
    assert page.loud_one == pytest.approx(page.loud_zero, rel=1e-5)
    gs = stream(7)
    assert np.array_equal(steps_of(gs, eps=0), steps_of(1024 * gs, eps=0))
    assert abs(steps_of(gs, 1.0, eps=0) - steps_of(1024 * gs, 1.0, eps=0)).max() > 0.1


def test_two_buffers_agree_until_the_rate_changes():
    a = b = (0.5, 0.0)
    x = y = 0.0
    for g in stream(9):
        x, a = page.rmsprop_momentum_inside(x, g, a, 0.02, eps=0)
        y, b = page.rmsprop_momentum_outside(y, g, b, 0.02, eps=0)
    assert x == pytest.approx(y, rel=1e-12) and a[1] == pytest.approx(0.02 * b[1], rel=1e-12)
    # Scaling the buffer with the rate turns the one form into the other.
    x1, _ = page.rmsprop_momentum_inside(x, 3.0, (a[0], a[1] / 10), 0.002, eps=0)
    y1, _ = page.rmsprop_momentum_outside(y, 3.0, b, 0.002, eps=0)
    assert x1 - x == pytest.approx(y1 - y, rel=1e-9)
    x2, _ = page.rmsprop_momentum_inside(x, 3.0, a, 0.002, eps=0)
    assert abs((x2 - x) / (x1 - x) - 1) > 0.1


def test_the_two_forms_place_epsilon_as_the_table_says():
    theta, _ = page.rmsprop_momentum_inside(0.0, 1.0, (0.0, 0.0), 1.0, beta2=0.0, eps=3.0)
    assert -theta == 1 / 2
    theta, _ = page.rmsprop_momentum_outside(0.0, 1.0, (0.0, 0.0), 1.0, beta2=0.0, eps=3.0)
    assert -theta == 1 / 4


def test_the_extra_distance_is_the_area_of_the_figure():
    k = np.arange(1, 2000)
    steady = 1 / (1 - 0.9)
    assert page.extra == pytest.approx(np.sum((1 - 0.1) * steady * 0.9**k), rel=1e-7)
    late = np.diff(page.coasting)[200:]
    np.testing.assert_allclose(late, 1 + 9 * 0.9 ** np.arange(1, 201), rtol=1e-7)
    assert late[page.calm_at - 1] < 1.01 <= late[page.calm_at - 2]
    assert (page.steady, page.next_braking) == pytest.approx((10, 1), rel=1e-7)


# Centered


def test_the_centered_average_in_fractions():
    beta, g = Fraction(9, 10), Fraction(7, 3)
    v = mg = Fraction(0)
    for t in range(1, 30):
        v = beta * v + (1 - beta) * g**2
        mg = mg + (1 - beta) * (g - mg)
        assert v - mg**2 == beta**t * (1 - beta**t) * g**2
    assert page.grown[7] == page.sizes.min() == pytest.approx(2, rel=1e-3)
    assert page.grown[100] == pytest.approx(0.9**-50, rel=2e-5)


def test_centered_with_noise_divides_by_the_deviation():
    rng = np.random.default_rng(2)
    state, total = (np.full(200, 2.0), np.ones(200)), 0.0
    for _ in range(3000):
        theta, state = page.centered(0.0, 1 + rng.standard_normal(200), state, 1.0, beta2=0.99)
        total = total - theta.mean()
    # Near μ/σ = 1, where the uncentered form has 0.71.
    assert total / 3000 == pytest.approx(1.0, abs=0.03)


def test_centered_noise_below_the_rounding_stops_nothing():
    """In float32, with the variance at a sixtieth of the rounding of v and at 1,700 times it."""
    g, rounding = np.random.default_rng(3).standard_normal((400, 500)).astype(np.float32), 6e-7
    for sigma, ends in ((1e-4, True), (np.sqrt(1700 * rounding), False)):
        state, broken = (np.zeros(500, np.float32),) * 2, np.zeros(500, bool)
        for row in 1 + np.float32(sigma) * g:
            with np.errstate(invalid="ignore"):
                theta, state = page.centered(np.zeros(500, np.float32), row, state, 1.0)
            broken |= ~np.isfinite(theta)
        assert (broken.mean() > 0.9) == ends and broken.any() == ends


@pytest.mark.parametrize("beta2, stays", [(0.0, True), (0.9, False)])
def test_the_cycle_needs_a_memory(beta2, stays):
    """Without one the sign alone is left: from 0.37 lr to the other side and back, for ever."""
    theta, state, path = 1.0037, (0.0,), []
    for _ in range(3000):
        theta, state = rmsprop(theta, theta, state, 0.01, beta2=beta2, eps=0)
        path.append(abs(theta) / 0.01)
    assert sorted(path[-2:]) == pytest.approx([0.37, 0.63] if stays else [0.5, 0.5], abs=1e-9)


@pytest.mark.parametrize("dtype, kappa", [(np.float32, 1e20), (np.float32, 1e-23)])
def test_the_same_path_needs_squares_that_the_format_holds(dtype, kappa):
    state, theta = (np.zeros(2, dtype),), np.ones(2, dtype)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for _ in range(5):
            g = theta * np.array([1, kappa], dtype)
            theta, state = rmsprop(theta, g, state, dtype(0.01), eps=0)
    assert not abs(theta[0] - theta[1]) < 0.01


def test_centered_with_rare_noise_explodes_between():
    """k steps after a 2 among ones, the variance left is 0.9^k·s·(1 − 0.9^k·s), s the weight of the last 2s."""
    gs, state, steps = np.where(np.arange(400) % 100 == 99, 2.0, 1.0), (0.0, 0.0), []
    for g in gs:
        theta, state = page.centered(0.0, g, state, 1.0, eps=0)
        steps.append(-theta)
    s = 0.1 / (1 - 0.9**100)
    for k in range(1, 100):
        share = 0.9**k * s
        assert steps[299 + k] == pytest.approx(1 / np.sqrt(share * (1 - share)), rel=1e-6), k
    assert max(steps[300:399]) > 50 * gs.mean() / gs.std()


def test_centered_float32_ends_in_nan_and_epsilon_inside_caps_it():
    assert page.late.dtype == np.float32 and page.late.shape == (200, 1000)
    assert page.nan_count == np.isnan(page.late).any(axis=0).sum() and 100 < page.nan_count < 900
    assert not np.isnan(page.late[: page.first_nan - 1]).any()
    assert np.isnan(page.late[page.first_nan - 1]).any()
    v = mg = 0.0
    for _ in range(2000):
        v, mg = 0.9 * v + 0.1, mg + 0.1 * (1 - mg)
    assert 1 / np.sqrt(v - mg**2 + 1e-7) == pytest.approx(1e7**0.5, rel=1e-6)
    # A rounding of v is half an ulp, and the average keeps 1 / (1 - β₂) of them: 10 units of 6e-8 g², g up to 10.
    assert page.still_nan > 100 and page.nan_inside(64 * 6e-8 * 10**2) == 0


@pytest.mark.parametrize("language, none", [("ko", "없음"), ("en", "none")])
def test_six_rows_of_three_programs(language, none):
    """The defaults in the table against the records of the frameworks; TensorFlow 1 has no learning rate of its own."""
    from mhat.records import records

    text = (DOCS / language / "story" / "rmsprop.md").read_text("utf-8")
    table = text.split("{#port}")[1].split("|---|---|---|---|\n")[1].split("\n\n")[0]
    rows = [[cell.strip(" `") for cell in row.strip("|").split("|")[1:]] for row in table.splitlines()]
    assert len(rows) == 7 and all(len(set(row)) > 1 for row in rows)
    for row, name in ((1, "eps"), (3, "beta2"), (4, "lr")):
        for cell, stem in zip(rows[row], ("tensorflow1", "keras", "pytorch")):
            rule = next(rule for rule in records()[stem]["rule"] if rule["page"] == "rmsprop")
            assert (None if cell == none else float(cell)) == rule["defaults"].get(name)


def test_the_figures_draw_what_was_measured():
    import matplotlib.pyplot as plt

    figure = page.figure_cycle(lambda ko, en: en)
    drawn = max(figure.axes[0].lines, key=lambda line: len(line.get_xdata()))
    np.testing.assert_array_equal(drawn.get_ydata(), abs(page.path[:600]))
    plt.close(figure)
