"""What the reference pages say beside the story: steps, limits, costs, derived another way."""

import ast
import inspect
import math
import textwrap
from fractions import Fraction as F

import numpy as np
import pytest

from mhat import optimizers
from mhat.rules import START, adagrad, gradient_descent, momentum, nesterov, rmsprop
from snippets.shared import race as reference
from snippets.shared.race import STREAMS, answer

EPS = np.finfo(float).eps


@pytest.fixture(scope="module", autouse=True)
def the_pages():
    """The pages compute when the first test runs, not when tests are collected."""
    global momentum_page, reference_adagrad, reference_gradient_descent
    global reference_index, reference_momentum, reference_nesterov, reference_rmsprop
    from snippets.reference import adagrad as reference_adagrad
    from snippets.reference import gradient_descent as reference_gradient_descent
    from snippets.reference import index as reference_index
    from snippets.reference import momentum as reference_momentum
    from snippets.reference import nesterov as reference_nesterov
    from snippets.reference import rmsprop as reference_rmsprop
    from snippets.story import momentum as momentum_page


# Gradient descent, momentum, Nesterov, AdaGrad, RMSProp


def steps_of(rule, gs, **numbers):
    """The steps of a rule over lr = 1, exact where the numbers are rationals."""
    theta, state, steps = F(0), START[rule] and (F(0),), []
    for g in gs:
        new, state = rule(theta, g, state, F(1), **numbers)
        steps.append(new - theta)
        theta = new
    return steps


def written(function):
    """The operations that stand in the source of an update: `x op= …` and each call of NumPy or `average`."""
    three = 0 if function is optimizers.average else written(optimizers.average)
    count = 0
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        count += isinstance(node, ast.AugAssign)
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            count += three if name == "average" else name.startswith("np.")
    return count


@pytest.mark.parametrize("name, arrays, operations", [
    ("gradient_descent", 0, 2),  # lr·g, θ−
    ("momentum", 1, 4),          # βu, +g, lr·u, θ−
    ("nesterov", 1, 6),          # βu, +g, βu, +g, ·lr, θ−
    ("adagrad", 1, 7),           # g², s+, √, +ε, g/, ·lr, θ−
    ("rmsprop", 1, 9),           # g², βv, (1−β)g², +, √, +ε, g/, ·lr, θ−
])
def test_costs_by_hand(name, arrays, operations):
    kind, cost = reference.CLASSES[name], reference.costs[name]
    theta = np.zeros(7, "float32")
    optimizer = kind(theta, lr=0.1)
    optimizer.step(np.ones(7, "float32"))
    held = [array for array in optimizer.state_dict().values() if array.shape == theta.shape]
    assert len(held) == arrays == cost["kept"]
    assert sum(array.nbytes for array in held) == 7 * cost["bytes"]
    assert cost["moved"] == 2 + 1 + 2 * arrays  # θ is read and written, g is read, a kept array is read and written
    assert cost["passes"] == operations == written(kind.update)


@pytest.mark.parametrize("rule, doubles", [
    (gradient_descent, True), (momentum, True), (nesterov, True), (adagrad, False), (rmsprop, False)])
def test_doubled_gradients(rule, doubles):
    for gs in STREAMS.values():
        once, twice = (answer(rule, size * gs) for size in (1.0, 2.0))
        # θ reaches 1e-4 at most, its last place 1e-20: over lr = 1e-6 that is 2e-14. ε moves a step by 1e-8.
        np.testing.assert_allclose(twice, (2 if doubles else 1) * once, rtol=2e-8, atol=1e-13)


def test_the_figures_show_what_their_texts_say():
    turn = {rule: answer(rule, STREAMS["turn"]) for rule in (gradient_descent, momentum, nesterov, adagrad, rmsprop)}
    one = {rule: answer(rule, STREAMS["one"]) for rule in turn}
    constant = {rule: answer(rule, STREAMS["constant"]) for rule in turn}
    for rule in (gradient_descent, adagrad, rmsprop):
        assert not one[rule][1:].any() and turn[rule][20] == pytest.approx(-turn[rule][19], rel=0.03)
    assert np.all(constant[gradient_descent] == pytest.approx(-1)) and turn[gradient_descent][20] == pytest.approx(1)
    assert (turn[momentum][20:] < 0).sum() == 5 and (turn[nesterov][20:] < 0).sum() == 4
    assert turn[nesterov][20] / turn[nesterov][19] == pytest.approx(0.6, abs=0.02)
    assert one[nesterov][:2] == pytest.approx([-1.9, -0.81]) and one[momentum][0] == pytest.approx(-1)
    assert np.all(np.diff(one[momentum]) > 0) and np.all(np.diff(one[nesterov]) > 0)
    assert -10 < constant[momentum][-1] < -9.8 and -10 < constant[nesterov][-1] < -9.8
    assert f"{turn[adagrad][19]:.2f} {constant[adagrad][-1]:.2f}" == "-0.22 -0.16"
    assert constant[rmsprop][0] == pytest.approx(-(10**0.5)) and constant[rmsprop][19] > -1.07


def test_pytorch_differs_from_our_nesterov_by_rounding():
    """Not to the last bit, and within eight roundings a step."""
    assert 0 < reference_nesterov.pytorch_off < 8 * reference_nesterov.STEPS * EPS / 2


# Gradient descent


@pytest.mark.parametrize("seed", range(4))
def test_the_measured_limit_is_two_over_the_largest_eigenvalue(seed):
    root = np.random.default_rng(seed).normal(size=(5, 5))
    valley = root @ root.T
    found = reference_gradient_descent.limit(lambda x: valley @ x, np.ones(5), rounds=3000)
    # A difference over 1e-3 loses three of sixteen digits; λ and its direction lose a few more.
    assert found == pytest.approx(2 / np.linalg.eigvalsh(valley)[-1], rel=1e-9)


def test_a_negative_curvature_that_is_larger_in_size_is_what_is_measured():
    found = reference_gradient_descent.limit(lambda x: np.array([-5.0, 1.0]) * x, np.zeros(2))
    assert found == pytest.approx(2 / 5, rel=1e-9), "not 2 / 1: the condition that the page states"
    found = reference_gradient_descent.limit(lambda x: np.array([-0.9, 1.0]) * x, np.zeros(2), rounds=300)
    assert found == pytest.approx(2, rel=1e-9)


def test_a_beta_that_is_kept_pays_the_whole_condition_number():
    """Roots of z^2 - (1 + b - lr h) z + b: best rates of lr for curvatures 1 and kappa, b = 0.9."""
    def best(kappa, b=0.9):
        lr = np.geomspace(1e-2, 2 * (1 + b), 4000)[:, None] / kappa
        middle = (1 + b - lr * [1, kappa] + 0j) / 2
        root = np.sqrt(middle**2 - b)
        return np.abs([middle + root, middle - root]).max(axis=(0, 2)).min()
    enough = reference_momentum.enough
    assert all(best(kappa) == pytest.approx(0.9**0.5, rel=1e-12) for kappa in (10, 100, 0.99 * enough))
    assert best(1.05 * enough) > 0.9**0.5 + 1e-3
    assert np.log(best(1e4)) / np.log(best(1e5)) == pytest.approx(10, rel=0.05)


def test_the_numbers_at_the_edge():
    page = reference_gradient_descent
    assert page.edge == pytest.approx(2 / 3, rel=1e-9)
    # (1, 1) is the eigenvector of 3, so the factor of a step is 1 − 3 lr.
    assert page.below == pytest.approx(0.98**100, rel=1e-6) and page.above == pytest.approx(1.02**100, rel=1e-6)


def test_gradients_that_are_not_set_to_zero_swing_without_end():
    theta, total, state, other, path = 1.0, 0.0, (0.0,), 1.0, []
    for _ in range(4000):
        total += theta
        theta, _ = gradient_descent(theta, total, (), lr=0.3)
        other, state = momentum(other, other, state, lr=0.3, beta=1.0)
        path.append(theta)
    assert theta == other
    assert max(np.abs(path[-100:])) == pytest.approx(max(np.abs(path[:100])), rel=1e-2)


@pytest.mark.parametrize("lr, grows", [(3.9, False), (4.1, True)])
def test_that_swing_is_without_end_below_four_over_the_curvature_and_grows_above(lr, grows):
    theta, state = 1.0, (0.0,)
    for _ in range(400):
        theta, state = momentum(theta, theta, state, lr=lr, beta=1.0)
    assert (abs(theta) > 1e6) == grows


def test_a_difference_of_gradients_has_the_length_of_a_curvature_only_at_the_end():
    page = reference_gradient_descent
    assert np.linalg.norm(page.valley @ [1, 0]) == pytest.approx(5**0.5) and page.valley[0, 0] == 2
    assert 2 / page.limit(lambda x: page.valley @ x, np.zeros(2)) == pytest.approx(3, rel=1e-9)


def test_both_weight_decays_are_one_step_here_but_not_with_momentum():
    lr, decay, beta, gs = F(1, 3), F(1, 7), F(1, 2), [F(2), F(-1), F(5)]
    for rule, numbers, same in ((gradient_descent, {}, True), (momentum, {"beta": beta}, False)):
        joined = apart = F(1)
        first = second = START[rule]
        for g in gs:
            joined, first = rule(joined, g + decay * joined, first, lr, **numbers)
            apart, second = rule(apart * (1 - lr * decay), g, second, lr, **numbers)
        assert (joined == apart) is same


# Momentum


def test_the_steps_of_momentum_in_rationals():
    for beta in (F(9, 10), F(99, 100), F(1, 3)):
        steps = steps_of(momentum, [F(1)] * 12, beta=beta)
        assert steps == [-(1 - beta**t) / (1 - beta) for t in range(1, 13)]


def test_nine_tenths_and_the_kept_final_step():
    page = reference_momentum
    assert page.ready == [math.ceil(math.log(0.1) / math.log(beta)) for beta in (0.9, 0.99)]
    assert page.usual[-1] == pytest.approx(page.longer[-1], rel=1e-9)
    assert page.kept == pytest.approx(10 * (1 - 0.9**101), rel=1e-9) and page.lost == 1


def test_from_four_over_the_curvature_on_they_diverge():
    for lr, diverges in ((3.99, False), (4.01, True)):
        theta, total, path = 1.0, 0.0, []
        for _ in range(2000):
            total += theta
            theta, _ = gradient_descent(theta, total, (), lr=lr)
            path.append(abs(theta))
        assert (max(path) > 1e6) == diverges and max(path[:9]) > 1


def test_halving_the_rate_once_is_not_always_enough():
    """From 5/L: 2.5/L still grows, 1.25/L does not."""
    for lr, grows in ((5.0, True), (2.5, True), (1.25, False)):
        theta = 1.0
        for _ in range(50):
            theta, _ = gradient_descent(theta, theta, (), lr=lr)
        assert (abs(theta) > 1) == grows


def test_a_sum_over_twice_the_batch_diverges_only_above_one_over_the_curvature():
    for lr, diverges in ((0.9, False), (1.1, True)):
        path = [abs(1 - 2 * lr) ** n for n in range(200)]
        theta = 1.0
        for _ in range(199):
            theta, _ = gradient_descent(theta, 2 * theta, (), lr=lr)
        assert abs(theta) == pytest.approx(path[-1], rel=1e-9, abs=1e-300) and (abs(theta) > 1) == diverges


def test_momentum_swings_only_above_its_edge():
    edge = reference_momentum.no_swing
    assert 0.0026 < edge < 0.0027
    for lr, swings in ((0.99 * edge, False), (1.2 * edge, True)):
        theta, state, path = 1.0, (0.0,), []
        for _ in range(3000):
            theta, state = momentum(theta, theta, state, lr=lr)
            path.append(theta)
        assert (min(path) < 0) == swings


def test_a_new_velocity_each_step_is_gradient_descent():
    gs = np.random.default_rng(1).normal(size=50)
    one = two = 0.7
    for g in gs:
        one, _ = momentum(one, g, (0.0,), lr=0.03)
        two, _ = gradient_descent(two, g, (), lr=0.03)
        assert one == two


def test_the_average_takes_a_tenth_of_each_step():
    gs = [F(3), F(-2), F(1, 2), F(7)]
    summed, mean, found = steps_of(momentum, gs, beta=F(9, 10)), F(0), []
    for g in gs:
        mean = F(9, 10) * mean + F(1, 10) * g
        found.append(-mean)
    assert found == [step / 10 for step in summed]


# Nesterov


def test_the_step_of_nesterov_is_the_next_of_momentum_in_rationals():
    for beta in (F(9, 10), F(1, 3)):
        ball, ahead = (steps_of(rule, [F(5)] * 10, beta=beta) for rule in (momentum, nesterov))
        assert ahead[:-1] == ball[1:] and ahead[0] == -5 * (1 + beta)
    found = steps_of(nesterov, [F(1)] + [F(0)] * 3, beta=F(9, 10))
    assert found == [F(-19, 10), F(-81, 100), F(-729, 1000), F(-6561, 10000)]


@pytest.mark.parametrize("seed", range(3))
def test_the_stored_point_and_the_point_of_the_textbooks(seed):
    rng = np.random.default_rng(seed)
    start, beta, lr = rng.normal(size=4), 0.8, 0.1
    gradient = lambda x: x + np.sin(x) / 2
    y = reference_nesterov.look_ahead(gradient, start, lr, beta, count=30)
    theta, state = start, START[nesterov]
    for _ in range(30):
        theta, state = nesterov(theta, gradient(theta), state, lr, beta)
    assert theta + lr * beta * state[0] == pytest.approx(y, rel=0, abs=300 * EPS)
    last, previous = y, reference_nesterov.look_ahead(gradient, start, lr, beta, count=29)
    assert theta == pytest.approx(last + beta * (last - previous), rel=0, abs=300 * EPS)


def radius(step):
    """Largest eigenvalue of a linear step (θ, u) → (θ, u)."""
    return np.abs(np.linalg.eigvals(np.array([step(1.0, 0.0), step(0.0, 1.0)]).T)).max()


def test_the_limits_of_the_learning_rate():
    beta = 0.9

    def linear(rule, ahead):
        def walk(x):
            def step(theta, u):
                new, (u,) = rule(theta, theta - ahead * x * beta * u, (u,), x, beta)
                return new, u
            return step
        return walk

    def limit(walk):
        grid = np.arange(1, 5000) / 1000
        return next(x for x in grid if radius(walk(x)) > 1 + 1e-9)

    ball, right, twice = (limit(linear(*pair)) for pair in ((momentum, 0), (nesterov, 0), (nesterov, 1)))
    assert ball == pytest.approx(momentum_page.limit_at_09, abs=0.0011)
    assert right == pytest.approx(momentum_page.right_limit, abs=0.0011)
    assert twice < right < ball
    first = [nesterov(1.0, 1.0 - ahead * 0.0, (0.0,), 0.1)[0] for ahead in (0, 1)]
    assert first[0] == first[1]


# AdaGrad


def test_the_steps_of_adagrad_are_one_over_root_t():
    for g in (1e-3, 1.0, -40.0):
        found = answer(adagrad, np.full(400, g), lr=1.0, eps=0.0)
        # θ grows to 40, and a step is the difference of two of them.
        assert found == pytest.approx(-np.sign(g) / np.sqrt(np.arange(1, 401)), rel=0, abs=60 * EPS)
    assert abs(reference_adagrad.far - sum(t**-0.5 for t in range(1, 1001))) < 1e-6
    assert 2 * 1000**0.5 - 2 < reference_adagrad.far < 2 * 1000**0.5


def test_the_first_step_of_adagrad_may_be_shorter_than_a_later_one():
    assert np.abs(answer(adagrad, np.array([1e-8, 1.0]), lr=1.0)) == pytest.approx([0.5, 1.0], rel=1e-7)


def test_in_float16_the_sum_of_adagrad_stands_still():
    optimizer = optimizers.AdaGrad(np.zeros(1, "float16"), lr=1.0, eps=1e-3)
    for _ in range(2500):
        optimizer.step(np.ones(1, "float16"))
    assert optimizer.state_dict()["theta.s"] == 2**11
    assert reference_adagrad.half_full == 2**11, "eleven bits: from here on the neighbors are two apart"


def test_no_step_of_adagrad_is_longer_than_the_first_could_be():
    gs = np.random.default_rng(3).standard_cauchy((300, 50))
    assert np.abs(answer(adagrad, gs, lr=1.0)).max() <= 1 + 1e-12
    assert np.abs(answer(rmsprop, gs, lr=1.0)).max() > 2


def test_a_square_that_loses_digits_makes_a_longer_step_of_adagrad():
    """Not only one that becomes 0: the square of 1.2 roots of the smallest number rounds down to that number."""
    for dtype, eps in (("float16", 1e-7), ("float32", 1e-30), ("float64", 1e-170)):
        g = 1.2 * np.sqrt(np.finfo(dtype).smallest_subnormal.astype("float64"))
        optimizer = optimizers.AdaGrad(theta := np.zeros(1, dtype), lr=1.0, eps=eps)
        optimizer.step(np.array([g], dtype))
        assert optimizer.state_dict()["theta.s"] > 0 and abs(theta.item()) > 1.19
        normal = optimizers.AdaGrad(theta := np.zeros(1, dtype), lr=1.0, eps=eps)
        normal.step(np.array([np.sqrt(float(np.finfo(dtype).smallest_normal)) * 1.1], dtype))
        assert abs(theta.item()) <= 1 + 4 * np.finfo(dtype).eps


def test_a_rare_gradient_keeps_its_step_and_a_start_takes_it():
    page = reference_adagrad
    assert page.often == pytest.approx(10_000**-0.5, rel=1e-6) and page.rarely == pytest.approx(100**-0.5, rel=1e-6)
    assert page.from_zero == pytest.approx(1, rel=2e-6)
    assert page.from_tenth == pytest.approx((0.01**2 / (0.1 + 0.01**2)) ** 0.5, rel=1e-6)


def test_one_broken_batch_holds_adagrad_down():
    found = answer(adagrad, np.r_[1000.0, np.ones(3000)], lr=1.0)
    assert np.all(np.abs(found[1:]) < 1e-3) and np.all(np.diff(np.abs(found[1:])) <= 1e-12)
    recovered = answer(rmsprop, np.r_[1000.0, np.ones(3000)], lr=1.0)
    assert abs(recovered[-1]) == pytest.approx(1, rel=1e-6)


def test_a_coordinate_without_gradients_needs_the_epsilon_of_adagrad():
    zero = np.zeros(1, "float16")
    assert np.float16(1e-8) == 0
    with np.errstate(invalid="ignore"):
        assert np.isnan(adagrad(zero, zero, (zero,), np.float16(1), np.float16(1e-8))[0]).all()
    assert adagrad(0.0, 0.0, (0.0,), 1.0)[0] == 0
    with pytest.raises(ValueError, match="0 in float16"):
        optimizers.AdaGrad(zero, lr=1.0)


# RMSProp


def test_the_first_step_of_rmsprop_is_the_longest():
    for beta2, found in zip((0.9, 0.99, 0.999), reference_rmsprop.firsts):
        bound = 1 / math.sqrt(1 - beta2)
        assert found == pytest.approx(bound, rel=1e-7)
        gs = np.random.default_rng(5).standard_cauchy((300, 50))
        assert np.abs(answer(rmsprop, gs, lr=1.0, beta2=beta2)).max() <= bound * (1 + 1e-9)


def test_rmsprop_hovers_half_a_learning_rate_away_until_it_falls():
    page = reference_rmsprop
    assert page.hover == pytest.approx(0.01 / 2, rel=1e-4)
    assert page.rest < 0.01 * 0.995**1800


def test_rmsprop_s_half_learning_rate_needs_beta2_and_exact_gradients():
    """With beta2 = 0.995 it does not swing but dies; noise spreads it wide, in any thousand steps of the run."""
    for beta2, far in ((0.9, 0.5), (0.995, 0)):
        theta, state = 1.0, (0.0,)
        for _ in range(20_000):
            theta, state = rmsprop(theta, theta, state, 0.01, beta2=beta2)
        assert abs(theta) / 0.01 == pytest.approx(far, abs=1e-5), beta2
    assert 6.5 < reference_rmsprop.spread < 7.5
    assert reference_rmsprop.spread_of(lr=0.1) < 3, "the learning rate decides"


@pytest.mark.parametrize("turned", [False, True])
def test_rmsprop_s_half_learning_rate_needs_curvatures_along_the_axes(turned):
    """The same eigenvalues with and without their directions: half a learning rate, or any distance up to more."""
    hessian = np.array([[5.0, -2, -2], [-2, 7, -2], [-2, -2, 4]])
    hessian = hessian if turned else np.diag(np.linalg.eigvalsh(hessian))
    theta, state, seen = np.array([1.0, 0.5, -0.3]), (0.0,), []
    for _ in range(20_000):
        theta, state = rmsprop(theta, hessian @ theta, state, 0.01)
        seen.append(np.abs(theta) / 0.01)
    near, far = np.min(seen[-2000:]), np.max(seen[-2000:])
    assert (near < 0.1 and far > 1) if turned else (near, far) == pytest.approx((0.5, 0.5), abs=1e-4)


@pytest.mark.parametrize("hessian", [[[3, 1], [1, 2]], [[5, -2], [-2, 7]]])
def test_in_other_turned_valleys_rmsprop_comes_to_half_a_learning_rate_all_the_same(hessian):
    theta, state, seen = np.array([1.0, 0.5]), (0.0,), []
    for _ in range(20_000):
        theta, state = rmsprop(theta, np.array(hessian) @ theta, state, 0.01)
        seen.append(np.abs(theta) / 0.01)
    assert np.array(seen[-2000:]) == pytest.approx(0.5, abs=1e-4)


def test_the_point_ahead_is_given_back_while_the_rate_stays():
    for last, same in ((0.05, True), (0.01, False)):
        theta, state, y, velocity = 3.0, START[nesterov], 3.0, 0.0
        for lr in (0.05, 0.05, last, last):
            theta, state = nesterov(theta, np.sinh(theta), state, lr)
            velocity = 0.9 * velocity + np.sinh(y - lr * 0.9 * velocity)
            y -= lr * velocity
        assert bool(abs(theta + last * 0.9 * state[0] - y) < 1e-12) is same


@pytest.mark.parametrize("seed", range(3))
def test_with_an_epsilon_above_half_lr_times_the_curvature_rmsprop_always_descends(seed):
    """In valleys turned at random, since lr over the divisor is then below 2 / L; far below, the loss also rises."""
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    curvatures = 10 ** rng.uniform(-2, 1, 3)
    hessian, lr = turn @ np.diag(curvatures) @ turn.T, 10 ** rng.uniform(-3, -1)
    for share, descends in ((1.01, True), (0.01, False)):
        theta, state, losses = rng.normal(size=3), (0.0,), []
        for _ in range(1000):
            losses.append(theta @ hessian @ theta / 2)
            theta, state = rmsprop(theta, hessian @ theta, state, lr, eps=share * lr * curvatures.max() / 2)
        assert np.all(np.diff(losses) <= 1e-12 * np.array(losses[:-1])) == descends, share


def test_rmsprop_s_half_learning_rate_needs_a_quadratic():
    """Of the fourth power the gradient vanishes at the minimum: no swing of that size."""
    theta, state = 1.0, (0.0,)
    for _ in range(20_000):
        theta, state = rmsprop(theta, theta**3, state, 0.01)
    assert abs(abs(theta) / 0.01 - 0.5) > 0.05


def test_what_holds_for_gradients_far_above_epsilon_ends_near_it():
    """The first steps of RMSProp and AdaGrad, in learning rates."""
    for rule, far, near in ((rmsprop, 10**0.5, 10**0.5 / (1 + 10**0.5)), (adagrad, 1, 0.5)):
        assert -rule(0.0, 1e-3, (0.0,), 1.0)[0] == pytest.approx(far, rel=1e-4)
        assert -rule(0.0, 1e-8, (0.0,), 1.0)[0] == pytest.approx(near, rel=1e-9)


def test_the_blocks_of_adam_are_six_mebibytes():
    taken = list(inspect.signature(optimizers.Adam.update).parameters)[1:-1]
    assert tuple(taken) == reference_index.arrays and reference_index.at_once == 6
    assert optimizers.BLOCK == 2**20


def test_rmsprop_without_its_weight_and_without_its_root():
    v = 0.0
    for _ in range(400):
        v = 0.9 * v + 7.0**2
    assert 7.0 / math.sqrt(v) == pytest.approx(math.sqrt(1 - 0.9), rel=1e-12)
    theta, v, far = 1.0, 0.0, 0.0
    for _ in range(3000):
        v = 0.9 * v + 0.1 * theta**2
        theta, before = theta - 0.01 * theta / (v + 1e-8), theta
        far = max(far, abs(theta - before))
    assert far > 0.4  # forty learning rates, where the root allows three


def test_an_epsilon_inside_the_root_is_the_square_of_one_outside():
    for v in (0.0, 1e-30):
        assert math.sqrt(v + 1e-8) == pytest.approx(math.sqrt(v) + 1e-4, rel=1e-9)


def test_the_epsilon_of_both_stands_outside_the_root():
    """ε as large as the root halves the step; inside the root it would not."""
    assert answer(adagrad, [0.01], lr=1.0, eps=0.01)[0] == pytest.approx(-1 / 2, rel=1e-12)
    assert answer(rmsprop, [0.01], lr=1.0, beta2=0.0, eps=0.01)[0] == pytest.approx(-1 / 2, rel=1e-12)
    for kind, numbers in ((optimizers.AdaGrad, {}), (optimizers.RMSProp, {"beta2": 0.0})):
        theta = np.zeros(1)
        kind(theta, lr=1.0, eps=0.01, **numbers).step(np.full(1, 0.01))
        assert theta[0] == pytest.approx(-1 / 2, rel=1e-12)


@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop"])
def test_the_class_walks_like_the_rule_beside_it(name):
    rule = {one.__name__: one for one in START}[name]
    theta, state, array = np.ones(3), START[rule], np.ones(3)
    optimizer = reference.CLASSES[name](array, lr=0.1)
    for g in np.random.default_rng(9).normal(size=(40, 3)):
        theta, state = rule(theta, g, state, lr=0.1)
        optimizer.step(g)
    # Sums of forty steps of about 1, in another order of operations.
    np.testing.assert_allclose(array, theta, rtol=0, atol=400 * EPS)
