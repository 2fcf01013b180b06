"""What `story/gradient-descent` says about curvatures, the limit, the best rate, the count of steps and noise."""

from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest

from mhat.rules import gradient_descent


@pytest.fixture(scope="module", autouse=True)
def the_page():
    """The page computes when the first test runs, not when tests are collected."""
    global page
    from snippets.story import gradient_descent as page


def bowl(curvature, seed):
    """A quadratic with these curvatures along directions that are not the axes."""
    turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(curvature),) * 2))
    return turn, turn @ np.diag(curvature) @ turn.T


@pytest.mark.parametrize("lr", [0.03, 0.1, 0.19, 0.21])
def test_every_quadratic_falls_into_lanes(lr):
    curvature = np.array([0.2, 1.0, 3.0, 7.0, 10.0])
    turn, hessian = bowl(curvature, 1)
    theta = start = np.random.default_rng(2).standard_normal(5)
    for _ in range(30):
        theta, _ = gradient_descent(theta, hessian @ theta, (), lr)
    lanes = (turn.T @ start) * (1 - lr * curvature) ** 30
    np.testing.assert_allclose(theta, turn @ lanes, rtol=0, atol=1e-12 * max(1, abs(lanes).max()))


def test_the_first_figure_walks_as_its_labels_say():
    assert page.factor_flat == pytest.approx(0.82) and page.factor_steep == pytest.approx(-0.8)
    np.testing.assert_allclose(page.path[1], [-8.2, -2.4], rtol=1e-14)
    assert (np.diff(abs(page.path), axis=0) < 0).all()


@pytest.mark.parametrize("lam", [0.3, 1.0, 8.0, 1e4])
def test_the_limit_is_two_over_the_curvature(lam):
    for scale, shrinks in ((1e-3, True), (0.5, True), (0.999, True), (1.001, False), (1.5, False)):
        theta, _ = gradient_descent(1.0, lam, (), scale * 2 / lam)
        assert (abs(theta) < 1) == shrinks
    after, _ = gradient_descent(1.0, lam, (), -0.1 / lam)
    assert abs(after) > 1
    assert page.limit == 2 / 10 and page.at == 3


def test_the_limit_in_numbers():
    assert page.below == pytest.approx(3 * np.exp(100 * np.log1p(-0.02)), rel=1e-11)
    assert page.above == pytest.approx(3 * np.exp(100 * np.log1p(0.02)), rel=1e-11)


def test_the_problem_of_the_question_exactly():
    rows = [[1, 0, 0], [1, 1, 1], [1, 2, 2]]
    assert rows == page.x.tolist() and page.y.tolist() == [0, 1, 2]
    h = [[Fraction(2, 3) * sum(row[i] * row[j] for row in rows) for j in range(3)] for i in range(3)]
    for lam, along in ((8, (2, 3, 3)), (Fraction(2, 3), (3, -1, -1)), (0, (0, 1, -1))):
        assert [sum(a * b for a, b in zip(row, along)) for row in h] == [lam * a for a in along]
    assert page.asked_limit == pytest.approx(0.25, rel=1e-14)
    assert page.asked_factor["ok"] == pytest.approx(0.2) and page.asked_factor["bad"] == pytest.approx(-1.4)


def test_the_question_as_posted():
    """Their gradient is ours; their 0.1 converges, their 0.3 does not, and 0.25 is between."""
    x, y = page.x, page.y

    def error(lr, steps=400):
        p = np.ones(3)
        for _ in range(steps):
            p = p - lr * (1 / 3) * (-2 * x.T @ y + 2 * x.T @ x @ p)
        return abs(x @ p - y).max()

    assert error(0.1) < 1e-11 and error(0.249) < 1 < error(0.251) < error(0.3)
    w = page.fit(0.1, 1000)
    assert w[1] == w[2]


def test_the_overflow_of_the_question():
    """In fractions: the gradient of that step is the first above the largest float64, the parameters are not yet."""
    largest, lr, w = Fraction(np.finfo(float).max), Fraction(3, 10), [Fraction(1)] * 3
    rows, ys = page.x.tolist(), page.y.tolist()
    for _ in range(page.asked_overflow):
        off = [sum(a * b for a, b in zip(row, w)) - y for row, y in zip(rows, ys)]
        before, g = w, [Fraction(2, 3) * sum(row[i] * e for row, e in zip(rows, off)) for i in range(3)]
        assert max(map(abs, before)) < largest
        w = [a - lr * b for a, b in zip(w, g)]
    assert max(map(abs, g)) > largest > max(map(abs, w))
    with np.errstate(over="ignore"):
        assert np.isfinite(page.fit(0.3, page.asked_overflow - 1)).all()
        assert np.isinf(page.fit(0.3, page.asked_overflow)).sum() == 2


@pytest.mark.parametrize("mu, big", [(1, 2), (1, 10), (0.5, 50), (3, 3e4)])
def test_the_best_rate_by_search(mu, big):
    """Ternary search of the worst factor knows nothing of 2/(L+μ)."""
    low, high = 0.0, 2 / mu
    for _ in range(200):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        slowest = [max(abs(1 - lr * mu), abs(1 - lr * big)) for lr in (a, b)]
        low, high = (low, b) if slowest[0] < slowest[1] else (a, high)
    assert low == pytest.approx(2 / (big + mu), rel=1e-9)
    kappa = big / mu
    assert page.worst(low, np.array([mu, big])) == pytest.approx((kappa - 1) / (kappa + 1), rel=1e-9)


def test_between_the_eigenvectors_errors_mix():
    """Along (1, 1) the curvature of the valley is 5.5; a step does not multiply the error there by one number."""
    along = np.array([1, 1]) / np.sqrt(2)
    lam = along @ np.diag(page.curvature) @ along
    before, after = page.walk(page.start, page.curvature, 0.18, 1) @ along
    assert lam == pytest.approx(5.5) and after / before != pytest.approx(1 - 0.18 * lam, rel=0.1)
    assert page.left_1000 == pytest.approx((999 / 1001) ** 720, rel=1e-12) and 0.23 < page.left_1000 < 0.24


def test_directions_between_do_not_change_the_best_rate():
    curvature = np.linspace(1, 10, 30)
    assert page.worst(page.best, curvature) == pytest.approx(page.rho, rel=1e-14)
    assert page.best == pytest.approx(2 / 11) and page.rho == pytest.approx(9 / 11)


@pytest.mark.parametrize("kappa", [10, 100, 1000, 10_000])
def test_the_count_with_forty_digits(kappa):
    getcontext().prec = 40
    rate = Decimal(kappa - 1) / Decimal(kappa + 1)
    n = page.counted[kappa]
    assert rate**n <= Decimal("1e-6") < rate ** (n - 1)
    exact = Decimal("1e-6").ln() / rate.ln()
    assert page.closed[kappa] == pytest.approx(float(exact), rel=1e-10)
    assert page.rate[kappa] == pytest.approx(float(rate), rel=1e-15)
    assert page.per_kappa * kappa == pytest.approx(n, rel=0.01)


def test_the_rule_of_thumb_begins_at_ten():
    """Within one step in 69 from there on; at 1.5 it is off by more than a tenth."""
    for kappa in np.geomspace(10, 2000, 300):
        steps = np.ceil(np.log(1e-6) / np.log((kappa - 1) / (kappa + 1)))
        assert steps == pytest.approx(page.per_kappa * kappa, rel=1 / 69)
    assert page.count(1.5, 2 / 2.5) == 9 < 0.9 * page.per_kappa * 1.5


def test_without_curvature_there_is_no_floor():
    """The loss stays 0 and the parameter walks ever farther: its square grows by lr² σ² a step."""
    rng, theta = np.random.default_rng(1), np.zeros(4000)
    for _ in range(400):
        theta, _ = gradient_descent(theta, rng.standard_normal(4000), (), 0.1)
    assert page.floor(0.1, lam=0.0) == 0
    assert (theta**2).mean() == pytest.approx(400 * 0.1**2, rel=4 * np.sqrt(2 / 4000))


@pytest.mark.parametrize("seed", range(5))
def test_the_count_does_not_depend_on_the_start(seed):
    curvature = np.array([1.0, 100.0])
    _, hessian = bowl(curvature, seed)
    theta = np.random.default_rng(seed + 100).standard_normal(2)
    first, t = np.linalg.norm(theta), 0
    while np.linalg.norm(theta) > 1e-6 * first:
        theta, _ = gradient_descent(theta, hessian @ theta, (), 2 / 101)
        t += 1
    assert t == page.counted[100]


def test_the_edge():
    assert page.best_share == pytest.approx(100 / 101)
    assert page.too_small == np.ceil(np.log(1e-6) / np.log(1 - 0.98 * 2 / 101)) == 705
    assert page.too_large == pytest.approx((1.02 * 200 / 101 - 1) ** 691, rel=1e-9)
    assert page.tenth == np.ceil(np.log(1e-6) / np.log(1 - 0.1 * 2 / 100))


def test_without_oscillation_it_is_slower():
    assert page.calm == np.ceil(np.log(1e-6) / np.log(0.99))
    at_best = page.walk(np.ones(2), np.array([1, 100]), 2 / 101, 691)
    assert (at_best[1:, 1] * at_best[:-1, 1] < 0).all() and (at_best[:, 0] > 0).all()
    assert (np.diff(np.sign(page.steady[:, 0])) == 0).all()


def test_right_angles_belong_to_exact_line_search():
    theta, steps = page.start, []
    for _ in range(10):
        g = page.gradient(theta)
        steps.append(-g * (g @ g) / (g @ (page.curvature * g)))
        theta = theta + steps[-1]
    cosine = lambda a, b: a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert max(abs(cosine(a, b)) for a, b in zip(steps, steps[1:])) < 1e-12
    fixed = np.diff(page.path[:11], axis=0)
    assert min(abs(cosine(a, b)) for a, b in zip(fixed, fixed[1:])) > 0.1


def test_one_rate_for_each_curvature_is_one_step():
    for curvature in ([1.0, 10.0], [0.3, 7.0, 4e3]):
        turn, hessian = bowl(curvature, 3)
        start = np.ones(len(curvature))
        in_lanes = turn @ ((turn.T @ (hessian @ start)) / curvature)
        np.testing.assert_allclose(start - in_lanes, 0, atol=1e-11)
    straight, _ = gradient_descent(page.start, page.gradient(page.start), (), 1.0)
    assert abs(straight[1]) == pytest.approx(9 * 3)


def test_scaling_the_axes_gains_nothing_at_45_degrees():
    scales = 1 / np.sqrt(np.diag(page.turned))
    scaled = scales[:, None] * page.turned * scales
    assert np.linalg.cond(scaled) == pytest.approx(page.kappa) == pytest.approx(10)
    np.testing.assert_allclose(page.turned, page.turned.T)
    np.testing.assert_allclose(np.linalg.eigvalsh(page.turned), [1, 10], rtol=1e-13)


@pytest.mark.parametrize("lr, lam, sigma", [(0.05, 1, 1), (0.2, 1, 1), (0.1, 8, 0.5), (1.5, 1, 2)])
def test_the_floor_by_recursion(lr, lam, sigma):
    """E θ² after a step is (1 − lr λ)² E θ² + lr² σ²."""
    square = 0.0
    for _ in range(2000):
        square = (1 - lr * lam) ** 2 * square + lr**2 * sigma**2
    assert 0.5 * lam * square == pytest.approx(lr * sigma**2 / (2 * (2 - lr * lam)), rel=1e-12)


def test_the_measured_floor():
    assert page.spread == 0.01
    wanted = {0.05: 0.05 / 3.9, 0.1: 0.1 / 3.8, 0.2: 0.2 / 3.6, 0.95: 0.95 / 2.1, 1.9: 1.9 / 0.2}
    assert page.floor_form == pytest.approx(wanted, rel=1e-12)
    for lr, floor in page.floor_form.items():
        assert page.floor(lr) == pytest.approx(floor, rel=4 * page.spread)
    assert page.floor(0.1, lam=2.0, sigma=3.0) == pytest.approx(0.1 * 9 / (2 * 1.8), rel=4 * page.spread)
    for lr in (0.05, 0.1):
        assert 1.9 < page.floors[2 * lr] / page.floors[lr] < 2.2
    assert page.floor(1.9) / page.floor(0.95) == pytest.approx(21, rel=4 * 2**0.5 * page.spread)


@pytest.mark.parametrize("lr", [0.3, 0.35, 0.5])
def test_the_edge_of_the_quartic(lr):
    edge = np.sqrt((2 / lr - 2) / 4)
    lands, _ = gradient_descent(edge, 2 * edge + 4 * edge**3, (), lr)
    assert lands == pytest.approx(-edge, rel=1e-12)
    assert page.quartic(0.98 * edge, lr, 300) < 1e-6 and page.quartic(1.02 * edge, lr, 300) > 1e6
    assert page.quartic(-0.98 * edge, lr, 300) < 1e-6 and page.quartic(-1.02 * edge, lr, 300) > 1e6


def test_no_curvature_gives_the_edge_of_the_quartic():
    f = lambda x: x**2 + x**4
    h = 1e-4
    for at in (0.0, page.edge):
        second = (f(at + h) - 2 * f(at) + f(at - h)) / h**2
        assert second == pytest.approx(page.bend(at), abs=1e-5)
    assert page.bottom_limit == 1 and page.edge_limit == pytest.approx(2 / (2 + 12 * page.edge**2))
    assert page.edge_limit < 0.2


def test_the_figures_draw_what_was_measured():
    import matplotlib.pyplot as plt

    figure = page.figure_map(lambda ko, en: en)
    points = [line.get_xydata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
    np.testing.assert_allclose(points, [[4 / 3, 1 / 3], [20 / 11, 9 / 11], [200 / 101, 99 / 101]], rtol=1e-12)
    plt.close(figure)
    figure = page.figure_cliff(lambda ko, en: en)
    curve = figure.axes[0].lines[1].get_xydata()
    assert curve[curve[:, 1].argmin(), 0] == pytest.approx(page.best_share, abs=2e-3)
    assert curve[:, 1].min() == pytest.approx(page.counted[100], rel=0.01)
    plt.close(figure)
    figure = page.figure_rate(lambda ko, en: en)
    for run, form in zip(figure.axes[0].lines[:6:2], figure.axes[0].lines[1:6:2]):
        at = form.get_xdata().astype(int)
        np.testing.assert_allclose(run.get_ydata()[at], form.get_ydata(), rtol=1e-10)
    plt.close(figure)
