"""What `story/momentum` says: roots, counts, conventions and spellings, each derived another way."""

import numpy as np
import pytest

from mhat.rules import momentum, nesterov

EPS = np.finfo(float).eps


@pytest.fixture(scope="module", autouse=True)
def the_page():
    """The page computes when the first test runs, not when tests are collected."""
    global page
    from snippets.story import momentum as page


def largest_root(*coefficients):
    return max(abs(np.roots(coefficients)))


def heavy_ball_matrix(x, beta):
    """(theta, lr·u) → the next pair, in one direction with lr·h = x."""
    return np.array([[1 - x, -beta], [x, beta]])


# The velocity


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_the_velocity_is_the_sum_with_powers_of_beta(beta):
    gs = np.random.default_rng(0).normal(size=60)
    for t in (1, 2, 17, 60):
        wanted = sum(beta ** (t - i) * gs[i - 1] for i in range(1, t + 1))
        assert page.velocities(gs, beta)[t - 1] == pytest.approx(wanted, abs=60 * EPS / (1 - beta))


@pytest.mark.parametrize("beta", [0.1, 0.5, 0.9])
def test_agreeing_and_alternating_gradients(beta):
    t = 800
    agree, alternate = page.velocities(np.ones(t), beta)[-1], page.velocities((-1.0) ** np.arange(t), beta)[-1]
    assert agree * (1 - beta) == pytest.approx(1, rel=1e-12)
    assert abs(alternate) * (1 + beta) == pytest.approx(1, rel=1e-12)
    assert agree / abs(alternate) == pytest.approx((1 + beta) / (1 - beta), rel=1e-12)


def test_before_they_settle_the_velocities_are_others():
    """Alternating: 1, 0.1, 0.91 on the way to 0.53.  From β 0.9 to 0.99: twice the step at 20, ten times in the end."""
    assert abs(page.velocities((-1.0) ** np.arange(3))) == pytest.approx([1, 0.1, 0.91])
    ratio = page.velocities(np.ones(2000), 0.99) / page.velocities(np.ones(2000), 0.9)
    assert ratio[19] == pytest.approx(2.07, abs=0.01) and ratio[-1] == pytest.approx(10, rel=1e-7)


def test_where_the_roots_coincide_sums_of_powers_do_not_solve_the_recursion():
    x = 0.1
    path = page.fall(x, page.critical, 40)
    one_root = np.array([path[1] ** t for t in range(41)])
    z = (1 + page.critical - x) / 2
    assert z**2 == pytest.approx(page.critical) and not np.allclose(path, one_root, rtol=0.1)
    np.testing.assert_allclose(path, (1 + (path[1] / z - 1) * np.arange(41)) * z ** np.arange(41), rtol=1e-9)


# One direction


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.67, 0.9, 0.99])
@pytest.mark.parametrize("x", [0.01, 0.1, 0.9, 1.7, 3.0])
def test_the_rate_is_the_spectral_radius_and_the_root_of_the_quadratic(x, beta):
    # A root of multiplicity two moves by the square root of a rounding.
    wanted = max(abs(np.linalg.eigvals(heavy_ball_matrix(x, beta))))
    assert page.rate(x, beta) == pytest.approx(wanted, abs=10 * np.sqrt(EPS))
    assert page.rate(x, beta) == pytest.approx(largest_root(1, -(1 + beta - x), beta), abs=10 * np.sqrt(EPS))


@pytest.mark.parametrize("x", [0.05, 0.3, 1.6])
@pytest.mark.parametrize("beta", [0.2, 0.85])
def test_the_path_obeys_the_recursion_without_velocity(x, beta):
    path = page.fall(x, beta, 40)
    again = (1 + beta - x) * path[1:-1] - beta * path[:-2]
    np.testing.assert_allclose(path[2:], again, rtol=0, atol=100 * EPS * abs(path).max())


@pytest.mark.parametrize("x", [0.02, 0.1, 0.5])
def test_critical_damping_parts_creeping_from_oscillation(x):
    critical = (1 - np.sqrt(x)) ** 2
    for beta in (0.0, 0.5 * critical, 0.99 * critical):
        assert np.isreal(np.roots([1, -(1 + beta - x), beta])).all()
        assert (page.fall(x, beta, 300) > 0).all()
    for beta in (1.02 * critical, (1 + critical) / 2):
        assert np.iscomplex(np.roots([1, -(1 + beta - x), beta])).all()
        assert page.fall(x, beta, 300).min() < 0
    for beta in np.linspace(0, 0.999, 200):
        assert page.rate(x, beta) >= np.sqrt(critical) - 1e-12


def test_what_the_page_says_of_one_direction():
    # The rate of critical damping is 1 - √x; beyond the minimum the path with 0.9 reaches its lowest point.
    assert page.critical_rate == pytest.approx(1 - np.sqrt(0.1), abs=10 * np.sqrt(EPS))
    assert page.slow_rate == pytest.approx(0.9) and page.loose_rate == pytest.approx(np.sqrt(0.9))
    a = np.array([1.0, 0.0])
    lowest = 1.0
    for _ in range(60):
        a = heavy_ball_matrix(0.1, 0.9) @ a
        lowest = min(lowest, a[0])
    assert page.lowest == pytest.approx(lowest, rel=1e-12)


# The floor and the limit


@pytest.mark.parametrize("beta", [0.1, 0.5, 0.9, 0.99])
def test_the_floor_is_flat_and_ends_where_the_page_says(beta):
    low, high = (1 - beta**0.5) ** 2, (1 + beta**0.5) ** 2
    for x in np.linspace(low, high, 50)[1:-1]:
        assert abs(np.linalg.eigvals(heavy_ball_matrix(x, beta))) == pytest.approx(beta**0.5, rel=1e-9)
    for x in (0.95 * low, 1.05 * high):
        assert largest_root(1, -(1 + beta - x), beta) > beta**0.5 + 1e-4 * (1 - beta)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.99])
def test_the_limit_of_stability(beta):
    limit = 2 * (1 + beta)
    assert page.rate(limit, beta) == pytest.approx(1, abs=1e-12)
    for x in np.linspace(0.001, 0.999, 200) * limit:
        assert page.rate(x, beta) < 1
    assert page.rate(1.001 * limit, beta) > 1


def test_the_condition_number_that_a_beta_serves_is_the_inverse_of_the_best_beta():
    for beta, kappa in page.kappa_of.items():
        assert page.best(kappa)["beta"] == pytest.approx(beta, rel=1e-12)


# The race


@pytest.mark.parametrize("kappa", [4, 25, 100, 10_000])
def test_the_best_settings_are_best(kappa):
    chosen = page.best(kappa)
    root = np.sqrt(kappa)
    assert chosen["lr"] == pytest.approx((2 / (root + 1)) ** 2, rel=1e-12)
    assert np.sqrt(chosen["beta"]) == pytest.approx((root - 1) / (root + 1), rel=1e-12)

    def worst(lr, beta):
        return max(page.rate(lr * h, beta) for h in (1.0, kappa))

    ours = np.sqrt(chosen["beta"])
    assert worst(**chosen) == pytest.approx(ours, abs=10 * np.sqrt(EPS))
    lrs, betas = np.meshgrid(np.geomspace(0.2, 5, 101) * chosen["lr"], np.linspace(0, 0.9999, 201))
    assert np.maximum(page.rate(lrs, betas), page.rate(lrs * kappa, betas)).min() >= ours - 1e-9


@pytest.mark.parametrize("kappa", [100, 10_000])
def test_the_counts_from_closed_forms(kappa):
    gd, ball = {100: (page.gd_100, page.ball_100), 10_000: (page.gd_10000, page.ball_10000)}[kappa]
    assert gd == np.ceil(np.log(1e-6) / np.log((kappa - 1) / (kappa + 1)))
    r = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
    t = np.arange(3000)
    steep, flat = r**t * (1 + (1 + r) * t), r**t * (1 + (1 - r) * t)
    far = np.maximum(steep, flat) > 1e-6
    assert ball == np.flatnonzero(far)[-1] + 1 == np.argmin(far)  # below, and never above again


@pytest.mark.parametrize("kappa", [100, 10_000])
def test_both_ends_of_the_valley_follow_the_double_root(kappa):
    settings, h = page.best(kappa), np.array([1.0, kappa])
    r = np.sqrt(settings["beta"])
    theta, state = np.ones(2), (0.0,)
    for t in range(1, 120):
        theta, state = momentum(theta, h * theta, state, **settings)
        wanted = [r**t * (1 + (1 - r) * t), (-r) ** t * (1 + (1 + r) * t)]
        # The double root: a rounding that enters at step s grows with t - s.
        np.testing.assert_allclose(theta, wanted, rtol=0, atol=50 * EPS * t**2)


def test_the_hump_and_the_promise():
    assert page.promised_100 == 69 and page.promised_10000 == 691
    assert page.hump_at == 49 and page.hump_top == pytest.approx(36.79, abs=0.01)
    paths = page.walk(momentum, (0.0,), 30, lr=page.lr_100, beta=page.beta_100)
    assert abs(paths[:, 1] / page.start[1]).max() == pytest.approx(page.hump_100, rel=1e-10)
    assert abs(page.saving_10000 - 64) < 0.5


@pytest.mark.parametrize("beta", [0.99, 0.9])
def test_too_much_momentum_from_powers_of_a_matrix(beta):
    steps = {0.99: page.too_much, 0.9: page.default_steps}[beta]
    far = []
    for h in (1.0, 100.0):
        now, path = np.array([1.0, 0.0]), []
        for _ in range(4000):
            now = heavy_ball_matrix(page.lr_100 * h, beta) @ now
            path.append(abs(now[0]) > 1e-6)
        far.append(path)
    assert steps == np.flatnonzero(np.any(far, axis=0))[-1] + 2
    assert steps > page.ball_100 and (steps > page.gd_100) == (beta == 0.99)


def steps_until_it_stays(lr, beta, kappa, most=1500):
    """The count of the page in powers of a matrix, for many settings at once."""
    lr, beta = np.broadcast_arrays(lr, beta)
    one = np.stack([heavy_ball_matrix(lr * h, beta) for h in (1.0, kappa)]).astype(float)
    now, last = np.zeros(one.shape[:1] + one.shape[2:]), np.zeros(lr.shape, int)
    now[:, 0] = 1
    for t in range(1, most):
        now = np.einsum("hij...,hj...->hi...", one, now)
        last = np.where(abs(now[:, 0]).max(axis=0) > 1e-6, t, last)
    return last + 1


def test_a_little_more_than_the_best_rate_is_faster():
    """With lr kept, β from 0.67 to 0.72 takes fewer steps than the β of the best rate, from 0.75 on more."""
    faster, slower = np.arange(0.67, 0.7205, 0.001), np.arange(0.75, 0.9, 0.01)
    assert page.ball_100 == 95 == steps_until_it_stays(page.lr_100, np.array([page.beta_100]), 100)[0]
    assert (steps_until_it_stays(page.lr_100, faster, 100) < 95).all()
    assert (steps_until_it_stays(page.lr_100, slower, 100) > 95).all()
    assert page.little_more == steps_until_it_stays(page.lr_100, np.array([0.68]), 100)[0]


@pytest.mark.parametrize("kappa, rate_best", [(100, 95), (10_000, 1074)])
def test_the_searched_settings_stay_below_and_no_neighbour_is_much_better(kappa, rate_best):
    found = page.searched[kappa]
    lrs, betas = np.meshgrid(found["lr"] * np.linspace(0.97, 1.03, 13), found["beta"] + np.linspace(-0.003, 0.003, 13))
    counts = steps_until_it_stays(lrs, betas, kappa)
    assert steps_until_it_stays(found["lr"], np.array([found["beta"]]), kappa)[0] == page.fewest[kappa] < rate_best
    assert counts.min() > 0.98 * page.fewest[kappa]


@pytest.mark.parametrize("kappa, lr, beta", [(100, 0.03305, 0.679), (10_000, 3.74e-4, 0.96307)])
def test_settings_that_reach_a_millionth_sooner_only_pass_it(kappa, lr, beta):
    """By powers of the matrices of both directions: there at that step and not before, and soon outside again."""
    distance = []
    for h in (1.0, kappa):
        step, state, sizes = heavy_ball_matrix(lr * h, beta), np.array([1.0, 0.0]), []
        for _ in range(page.fewest[kappa]):
            state = step @ state
            sizes.append(abs(state[0]))
        distance.append(sizes)
    near = np.max(distance, axis=0) <= 1e-6
    assert near.argmax() + 1 == page.passing[kappa] < 0.8 * page.fewest[kappa]
    assert not near[page.passing[kappa] - 1:].all()


# The conventions


@pytest.mark.parametrize("name", ["outside", "inside", "average"])
def test_a_form_steps_by_the_weighted_sum(name):
    gs, beta, lr = np.random.default_rng(7).normal(size=50), 0.8, 0.3
    steps = page.steps_of(getattr(page, name), gs, np.full(50, lr), beta)
    wanted = [lr * sum(beta ** (t - i) * gs[i] for i in range(t + 1)) for t in range(50)]
    np.testing.assert_allclose(steps, wanted, rtol=0, atol=1e-14)


def test_after_a_drop_each_gradient_keeps_the_rate_of_its_own_step_only_inside():
    rng = np.random.default_rng(3)
    gs, lrs, beta = rng.normal(size=80), rng.uniform(0.01, 1, 80), 0.9
    weights = [[beta ** (t - i) for i in range(t + 1)] for t in range(80)]
    inside = [np.dot(w, gs[:len(w)] * lrs[:len(w)]) for w in weights]
    outside = [lrs[len(w) - 1] * np.dot(w, gs[:len(w)]) for w in weights]
    np.testing.assert_allclose(page.steps_of(page.inside, gs, lrs), inside, rtol=0, atol=1e-13)
    for form in (page.outside, page.average):
        np.testing.assert_allclose(page.steps_of(form, gs, lrs), outside, rtol=0, atol=1e-13)
    np.testing.assert_allclose(page.inside_mended(gs, lrs), outside, rtol=0, atol=1e-10)


def test_the_distance_that_lr_inside_rolls_on():
    beta, old, new = 0.9, 0.1, 0.01
    # Step k after the drop is longer by (old - new) / (1 - beta) · beta^k, k from 1.
    assert page.rolled == pytest.approx((old - new) * beta / (1 - beta) ** 2, rel=1e-12)
    assert page.rolled_steps == pytest.approx((old / new - 1) * beta / (1 - beta), rel=1e-12)
    shown = [page.now["inside"], *page.inside_next]
    assert shown == pytest.approx([0.1 + 0.9 * 0.9**k for k in range(1, 5)], rel=1e-12)


@pytest.mark.parametrize("name", ["outside", "inside"])
def test_a_larger_beta_lengthens_the_terminal_step(name):
    form, gs, lrs = getattr(page, name), np.ones(5000), np.full(5000, 0.1)
    short, long = (page.steps_of(form, gs, lrs, beta)[-1] for beta in (0.9, 0.99))
    assert long / short == pytest.approx(10, rel=1e-10)
    u = {0.9: 0.0, 0.99: 0.0}
    for _ in range(5000):  # the average as libraries have it: lr times u, not divided
        u = {beta: page.average(u[beta], 1.0, 0.1, beta)[1] for beta in u}
    assert u[0.9] == pytest.approx(u[0.99], rel=1e-10)


def test_dampening():
    gs, beta = np.random.default_rng(1).normal(size=40), 0.9
    m, patched = 0.0, gs[0]
    for g in gs:
        m = beta * m + (1 - beta) * g
    for g in gs[1:]:
        patched = beta * patched + (1 - beta) * g
    assert page.damped(gs, beta, beta, False)[-1] == pytest.approx(m, rel=1e-12)
    assert page.damped(gs, beta, beta, True)[-1] == pytest.approx(patched, rel=1e-12)
    assert page.damped(gs, beta, 0, True) == pytest.approx(page.velocities(gs), rel=1e-12)
    assert page.first_weight == pytest.approx(1 / (1 - beta), rel=1e-12)


# The circle


def test_the_slope_of_the_example_is_continuous_and_between_1_and_25():
    x = np.linspace(-6, 6, 5000)
    slope = np.diff(page.kinked(x)) / np.diff(x)
    assert slope.min() > 1 - 1e-9 and slope.max() < 25 + 1e-9
    assert page.best(25) == pytest.approx({"lr": 1 / 9, "beta": 4 / 9}, rel=1e-12)


def test_the_three_points_are_a_cycle_of_the_equations():
    """The period of three solved as a linear system, with the piece of the slope at each point."""
    # next = (1 + b - lr a) now - lr c - b before, where the slope is a x + c.
    lr, b = 1 / 9, 4 / 9
    order = page.around[:3]
    pieces = [(25, 0) if x < 1 else (1, 24) if x < 2 else (25, -24) for x in order]
    system, right = np.zeros((3, 3)), np.zeros(3)
    for i, (a, c) in enumerate(pieces):
        system[i, (i + 1) % 3] += 1
        system[i, i] -= 1 + b - lr * a
        system[i, (i - 1) % 3] += b
        right[i] = -lr * c
    assert np.linalg.solve(system, right) == pytest.approx(order, rel=1e-10)


def test_nesterov_reaches_the_minimum_from_every_start_of_the_grid():
    assert len(page.starts) == 2401 and page.home < 1e-12
    assert page.lost.sum() == pytest.approx(0.117 * 2401, abs=0.01 * 2401)


# Nesterov


def slopes(theta):
    """A convex loss that is neither quadratic nor even."""
    return np.array([1.0, 8.0]) * (np.exp(np.clip(theta, -20, 2)) - 1)


@pytest.mark.parametrize("seed", range(5))
def test_four_spellings_on_another_loss(monkeypatch, seed):
    monkeypatch.setattr(page, "grad", slopes)
    begin = np.random.default_rng(seed).normal(size=2)
    thetas, us = page.follow(page.look_ahead, begin, 100, 0.03, 0.8)
    for form in (page.pytorch, page.keras, page.bengio):
        np.testing.assert_allclose(page.follow(form, begin, 100, 0.03, 0.8)[0], thetas + 0.8 * us, rtol=0, atol=1e-13)
    assert abs(page.follow(page.textbook, begin, 100, 0.03, 0.8)[0] - thetas - 0.8 * us).max() > 0.01


@pytest.mark.parametrize("nesterov", [True, False])
def test_scikit_learn_has_lr_inside(nesterov):
    from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

    begin = np.array([1.0, -2.0])
    params, theta, u = [begin.copy()], begin.copy(), np.zeros(2)
    peer = SGDOptimizer(params, learning_rate_init=0.05, momentum=0.9, nesterov=nesterov)
    for t in range(60):
        lr = peer.learning_rate = 0.05 if t < 30 else 0.005
        peer.update_params(params, [page.grad(params[0])])
        if nesterov:
            theta, u = page.keras(theta, u, lr, 0.9)
        else:
            step, u = page.inside(u, page.grad(theta), lr, 0.9)
            theta = theta - step
        np.testing.assert_allclose(params[0], theta, rtol=0, atol=1e-13)


def test_the_figure_walks_the_rule():
    """The squares of the figure are the parameters of rules.nesterov."""
    import matplotlib.pyplot as plt

    figure = page.figure_one_path(lambda ko, en: en)
    squares = [line.get_xydata()[0] for line in figure.axes[0].lines if line.get_marker() == "s"][:4]
    plt.close(figure)
    theta, state = np.array([1.0, 0.5]), (0.0,)
    for square in squares:
        np.testing.assert_allclose(square, theta, rtol=1e-13)
        theta, state = nesterov(theta, np.array([1.0, 7.0]) * theta, state, 0.1, 0.8)


# The textbook's code


def steps_from(form, gs, beta):
    """The steps of a spelling over a given stream, with lr = 1."""
    stream = iter(gs)
    old, page.grad = page.grad, lambda theta: next(stream)
    try:
        theta, u, out = 0.0, 0.0, []
        for _ in gs:
            new, u = form(theta, u, 1.0, beta)
            out.append(theta - new)
            theta = new
    finally:
        page.grad = old
    return np.array(out)


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_the_weights_of_a_gradient_in_the_steps_after_it(beta):
    """1 + β, β², β³ … for Nesterov, 1 + β + β², β³, β⁴ … for the textbook; the sum is the same."""
    impulse = np.eye(400)[0]
    t = np.arange(1, 400)
    right, book = steps_from(page.bengio, impulse, beta), steps_from(page.textbook, impulse, beta)
    np.testing.assert_allclose(right, [1 + beta, *beta ** (t + 1)], rtol=0, atol=1e-14)
    np.testing.assert_allclose(book, [1 + beta + beta**2, *beta ** (t + 2)], rtol=0, atol=1e-14)
    assert right.sum() == pytest.approx(book.sum(), rel=1e-12)
    assert right.sum() == pytest.approx(1 / (1 - beta), rel=1e-12)


@pytest.mark.parametrize("beta", [0.3, 0.5, 0.9, 0.99])
def test_the_limits_from_the_characteristic_equations(beta):
    def nesterov_roots(x):
        return largest_root(1, -(1 + beta) * (1 - x), beta * (1 - x))

    def textbook_roots(x):
        return largest_root(1, -(1 + beta - (1 + beta + beta**2) * x), beta - (beta + beta**2) * x)

    for roots, limit in ((nesterov_roots, 2 * (1 + beta) / (1 + 2 * beta)),
                         (textbook_roots, 2 * (1 + beta) / (1 + 2 * beta + 2 * beta**2))):
        assert roots(limit) == pytest.approx(1, abs=1e-9)
        assert roots(1.001 * limit) > 1
        assert all(roots(x) < 1 for x in np.linspace(0.001, 0.999, 300) * limit)


def test_the_characteristic_equations_are_those_of_the_code(monkeypatch):
    monkeypatch.setattr(page, "grad", lambda theta: theta)
    beta, x = 0.9, 0.4
    for form, a, b in ((page.bengio, (1 + beta) * (1 - x), -beta * (1 - x)),
                       (page.textbook, 1 + beta - (1 + beta + beta**2) * x, -beta + (beta + beta**2) * x)):
        path = page.follow(form, np.ones(2), 40, x, beta)[0][:, 0]
        np.testing.assert_allclose(path[2:], a * path[1:-1] + b * path[:-2], rtol=0, atol=1e-14)


def test_the_numbers_of_the_page():
    assert page.right_limit == pytest.approx(3.8 / 2.8) and page.book_limit == pytest.approx(3.8 / 4.42)
    assert (round(page.first_right, 10), round(page.first_book, 10)) == (1.9, 2.71)
    assert page.apart < 1e-14
    assert page.limit_at_09 == pytest.approx(3.8) and page.rate(page.limit_at_09, 0.9) == pytest.approx(1)
    assert page.level_100 == pytest.approx(np.sqrt(page.best(100)["beta"]))
    assert page.gd_level_100 == pytest.approx(abs(1 - 100 * 2 / 101)) == pytest.approx(abs(1 - 2 / 101))
    assert page.old_step == pytest.approx(page.dropped["inside"][399]) == pytest.approx(page.dropped["outside"][399])
    assert page.along_over_across == pytest.approx(19) and page.across == pytest.approx(1 / 1.9)
    assert page.root_of[0.99] == pytest.approx(0.99**0.5)


def test_thirty_steps_in_the_valley():
    r = 9 / 11
    assert page.plain_left == pytest.approx((99 / 101) ** 30)
    assert page.ball_left == pytest.approx(r**30 * (1 + (1 - r) * 30), rel=1e-9)
    assert len(page.plain) == len(page.ball) == 31
    assert abs(page.plain[:, 1]).max() == 0.1 and abs(page.ball[:, 1]).max() > 0.3  # it swings wider at first


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_the_textbook_looks_two_coasts_ahead_on_another_loss(monkeypatch, beta):
    monkeypatch.setattr(page, "grad", slopes)
    begin = np.array([-0.7, 1.1])
    thetas, us = page.follow(page.two_ahead, begin, 100, 0.02, beta)
    ahead = thetas + (beta + beta**2) * us
    np.testing.assert_allclose(page.follow(page.textbook, begin, 100, 0.02, beta)[0], ahead, rtol=0, atol=1e-13)


def test_the_two_repaired_lines():
    """The line of the parameters first: then the velocity it uses is the old one, and it is Nesterov."""
    theta, u = np.array([1.0, 2.0]), np.zeros(2)
    for wanted in page.follow(page.pytorch, theta, 50)[0]:
        g = page.grad(theta)
        theta = theta + 0.9**2 * u - (1 + 0.9) * 0.05 * g
        u = 0.9 * u - 0.05 * g
        np.testing.assert_allclose(theta, wanted, rtol=0, atol=1e-14)
