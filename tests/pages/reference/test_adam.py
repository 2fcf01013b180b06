"""The reference pages of Adam, AdamW, AMSGrad, Nadam and AdaMax: what their sentences claim,
derived another way than in the snippets.

A rule is run here in plain Python floats or in rationals; a comparison with a closed form
allows the roundings of the sums behind it, or the part that the closed form leaves out.
"""

import math
from fractions import Fraction as F

import numpy as np
import pytest

from mhat import optimizers, rules
from snippets.shared import race as reference

B1, B2 = 0.9, 0.999
PAGES = {"adam": optimizers.Adam, "adamw": optimizers.AdamW, "amsgrad": optimizers.AMSGrad,
         "nadam": optimizers.Nadam, "adamax": optimizers.AdaMax}
KEPT = {"adam": {"m", "v"}, "adamw": {"m", "v"}, "amsgrad": {"m", "v", "v_max"}, "nadam": {"m", "v"},
        "adamax": {"m", "u"}}
# By hand from the listings. m: scale, scale g, add: 3. v: as m, and the square: 4.
# Adam: root, correct, add eps, divide, scale, subtract: 6. Nadam: scale m, scale g, add, then as
# Adam. AdaMax: scale u, size of g, maximum; add eps, divide, scale, subtract.
BY_HAND = {"adam": 3 + 4 + 6, "adamw": 1 + 13, "amsgrad": 13 + 1, "nadam": 3 + 4 + 3 + 6, "adamax": 3 + 3 + 4}


@pytest.fixture(scope="module", autouse=True)
def the_pages():
    """The pages compute when the first test runs, not when tests are collected."""
    global reference_adamax, reference_adamw, reference_amsgrad, reference_nadam
    from snippets.reference import adamax as reference_adamax
    from snippets.reference import adamw as reference_adamw
    from snippets.reference import amsgrad as reference_amsgrad
    from snippets.reference import nadam as reference_nadam


def steps(rule, gs, **numbers):
    """Steps over lr, from theta = 0 each time: nothing is lost in a subtraction."""
    state, found = rules.START[rule], []
    for g in gs:
        theta, state = rule(0.0, g, state, lr=1.0, **numbers)
        found.append(-theta)
    return np.array(found)


def means(gs, power, beta):
    """Corrected averages from their weights, not from a recursion."""
    gs = np.asarray(gs, float) ** power
    return np.array([np.average(gs[:t], weights=beta ** np.arange(t)[::-1]) for t in range(1, len(gs) + 1)])


@pytest.mark.parametrize("name", PAGES)
def test_the_state_is_what_the_table_says(name):
    optimizer = PAGES[name](np.ones((2, 3), "float32"))
    optimizer.step(np.ones((2, 3), "float32"))
    kept = {key.removeprefix("theta."): item for key, item in optimizer.state_dict().items()
            if key.startswith("theta.") and key != "theta.t"}
    assert kept.keys() == KEPT[name]
    cost = reference.costs[name]
    assert cost["kept"] == len(kept)
    assert sum(item.nbytes for item in kept.values()) == cost["bytes"] * 6
    assert cost["moved"] == len(["g in"]) + 2 * len(["theta", *kept])
    assert cost["passes"] == BY_HAND[name]


@pytest.mark.parametrize("name, lr, decay", [
    ("adam", 1e-3, None), ("adamw", 1e-3, 0.01), ("amsgrad", 1e-3, None), ("nadam", 2e-3, None),
    ("adamax", 2e-3, None)])
def test_the_tables_of_defaults(name, lr, decay):
    table = {"lr": lr, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8} | ({} if decay is None else {"decay": decay})
    assert PAGES[name].defaults == table
    rule = getattr(rules, name)
    assert dict(zip(rule.__code__.co_varnames[3:rule.__code__.co_argcount], rule.__defaults__)) == table


@pytest.mark.parametrize("name", PAGES)
def test_the_answers_do_not_see_the_scale(name):
    """The two sizes of the figure lie on each other: eps alone can part them, by 1e-8 of a step over |g|,
    or sqrt(1000) times that where v is one thousandth of a square."""
    rule = getattr(rules, name)
    for gs in reference.STREAMS.values():
        assert np.allclose(steps(rule, gs), steps(rule, 2 * gs), rtol=0, atol=1e-6)


def test_where_the_figures_pass_zero():
    """Counted from the sign change; before it every m_hat is 1, after it the weights of +1 and −1 decide."""
    signs = reference.STREAMS["turn"]
    assert signs[19] == 1 and signs[20] == -1
    m_hat = means(signs, 1, B1)
    assert [k for k in range(1, 20) if m_hat[19 + k] < 0][0] == 6
    for rule, at in ((rules.adam, 6), (rules.amsgrad, 6), (rules.adamax, 6), (rules.nadam, 5)):
        answer = steps(rule, signs)
        assert answer[19 + at - 1] > 0 > answer[19 + at]
    assert reference_nadam.turned == {"adam": 6, "nadam": 5}


def test_the_middle_panels():
    one = reference.STREAMS["one"]
    fade = B1 ** np.arange(40) * (1 - B1) / (1 - B1 ** np.arange(1, 41))
    assert np.allclose(steps(rules.adamax, one), fade / B2 ** np.arange(40), rtol=1e-7)
    adam, amsgrad = steps(rules.adam, one), steps(rules.amsgrad, one)
    assert np.allclose(amsgrad / adam, B2 ** (np.arange(40) / 2), rtol=1e-5)
    assert np.isclose(reference_amsgrad.faded, 100 * (1 - B2**19.5), rtol=1e-3)
    shifted = reference.answer(rules.adamw, one, 50.0)
    assert np.allclose(shifted, -0.5 - adam, atol=1e-6)
    assert np.isclose(reference_adamw.together, -1.5) and reference_adamw.alone == -0.5


@pytest.mark.parametrize("name", PAGES)
def test_both_codes_compute_the_equation(name):
    """The formulas of the pages as weighted means, against the rule to read and the class for use."""
    rng = np.random.default_rng(1)
    gs = rng.normal(size=60) * 10.0 ** rng.integers(-2, 3, 60)
    t, lr, theta = np.arange(1, 61), 0.01, 1.5
    m_hat, v_hat = means(gs, 1, B1), means(gs, 2, B2)
    v = v_hat * (1 - B2**t)
    u = np.array([max(abs(gs[:k]) * B2 ** np.arange(k)[::-1]) for k in t])
    ahead = B1 * m_hat * (1 - B1**t) / (1 - B1 ** (t + 1)) + (1 - B1) * gs / (1 - B1**t)
    step = {
        "adam": m_hat / (np.sqrt(v_hat) + 1e-8), "adamw": m_hat / (np.sqrt(v_hat) + 1e-8),
        "amsgrad": m_hat / (np.sqrt(np.maximum.accumulate(v) / (1 - B2**t)) + 1e-8),
        "nadam": ahead / (np.sqrt(v_hat) + 1e-8), "adamax": m_hat / (u + 1e-8),
    }[name]
    decay = 0.1 if name == "adamw" else 0.0
    numbers = {"lr": lr} | ({"decay": decay} if decay else {})
    array = np.array([theta])
    optimizer, state, read = PAGES[name](array, **numbers), rules.START[getattr(rules, name)], theta
    for k, g in enumerate(gs):
        theta = theta * (1 - lr * decay) - lr * step[k]
        read, state = getattr(rules, name)(read, g, state, **numbers)
        optimizer.step(np.array([g]))
        assert np.isclose(read, theta, rtol=0, atol=1e-13) and np.isclose(array[0], theta, rtol=0, atol=1e-13)


def test_adamw_halves_and_stops():
    share = F(1, 1000) * F(1, 100)
    usual, hasty = reference_adamw.half_life, reference_adamw.hasty_half_life
    for count, below in ((usual, share), (hasty, F(1, 100))):
        keep = 1 - float(below)
        assert keep**count <= 0.5 < keep ** (count - 1)
    assert reference_adamw.farthest == 1 / 0.01
    theta, state = 0.0, rules.START[rules.adamw]
    for t in range(1, 301):
        theta, state = rules.adamw(theta, -5.0, state, lr=0.1, decay=0.05)
        assert math.isclose(theta, (1 - 0.995**t) / 0.05, rel_tol=1e-8)


def test_adamw_stops_at_one_over_lambda_only_below_two_and_far_above_epsilon():
    ends = {}
    for lr, decay, g in ((1.0, 1.9, -5.0), (1.0, 2.1, -5.0), (0.1, 0.5, -1e-8)):
        theta, state = 0.0, rules.START[rules.adamw]
        for _ in range(500):
            theta, state = rules.adamw(theta, g, state, lr=lr, decay=decay)
        ends[decay] = theta * decay
    assert np.isclose(ends[1.9], 1) and abs(ends[2.1]) > 1e6 and np.isclose(ends[0.5], 0.5)


@pytest.mark.parametrize("product", [0.5, 1.0, 1.5, 1.9])
def test_adamw_goes_beyond_its_resting_place_only_above_one(product):
    """lr λ: from 0, against the error (1 - lr λ)^t of the recursion."""
    decay = 0.05
    theta, state, path = 0.0, rules.START[rules.adamw], []
    for _ in range(400):
        theta, state = rules.adamw(theta, -1.0, state, product / decay, decay=decay, eps=0)
        path.append(theta * decay)
    np.testing.assert_allclose(path, 1 - (1 - product) ** np.arange(1, 401), atol=1e-12)
    assert path[-1] == pytest.approx(1) and max(path) == pytest.approx(max(1, product))


@pytest.mark.parametrize("target, decay, found", [(200.0, 0.01, True), (2.0, 1.0, True), (200.0, 0.02, False)])
def test_adamw_finds_the_minimum_with_the_penalty_where_it_lies_at_one_over_lambda(target, decay, found):
    """Of curvature * (theta - target)² / 2 + decay * theta² / 2."""
    curvature = 1.0 if target == 2 else 0.01
    minimum = target / (1 + decay / curvature)
    theta, state = 0.0, rules.START[rules.adamw]
    for _ in range(20_000):
        theta, state = rules.adamw(theta, curvature * (theta - target), state, lr=0.1, decay=decay)
    assert np.isclose(theta, minimum, rtol=1e-3) == found == np.isclose(minimum, 1 / decay)


def test_adamw_shrinks_by_the_sum_of_lr():
    theta, state, total = 1.0, rules.START[rules.adamw], 0.0
    for t in range(1000):
        lr = 0.01 * (1 - t / 1000)
        theta, state = rules.adamw(theta, 0.0, state, lr=lr, decay=0.1)
        total += lr
    assert math.isclose(theta, math.exp(-0.1 * total), rel_tol=2e-4)  # half the sum of (lr λ)² is 1.7e-4


def test_adamw_rests_where_its_two_parts_balance_and_not_at_the_penalty():
    theta, state = 0.0, rules.START[rules.adamw]
    for _ in range(1500):
        theta, state = rules.adamw(theta, theta - 1, state, lr=0.01, decay=0.1)
    v_hat = state[1] / (1 - B2 ** state[2])
    assert math.isclose(theta - 1, -0.1 * theta * math.sqrt(v_hat), rel_tol=0.05)
    assert theta - 1 / 1.1 > 0.05


def test_adamw_decays_a_gradient_of_zero_but_not_none():
    array = np.ones(2)
    optimizer = optimizers.AdamW(array, lr=0.1, decay=0.5)
    optimizer.step(None)
    assert (array == 1).all()
    optimizer.step(np.zeros(2))
    assert np.allclose(array, 0.95, rtol=1e-15)


def test_an_early_outlier_divides_by_another_factor_than_a_late_one():
    """Of a v that has not settled the outlier is a larger part: as the first gradient, all of it."""
    theta, state = 0.0, rules.START[rules.amsgrad]
    for t in range(9000):
        before = theta
        theta, state = rules.amsgrad(theta, 1.0 if t else 100.0, state, 1.0)
    assert math.isclose(before - theta, (0.001 * 100**2) ** -0.5, rel_tol=2e-4)
    assert before - theta > 1.04 * reference_amsgrad.stays


def test_the_lead_of_nadam_is_a_fraction_of_powers():
    lead = lambda n: B1 * (1 - B1**n) / (1 - B1 ** (n + 1))
    for n, found in reference_nadam.lead.items():
        # eps beside a root of 1, a step at a time, and roundings of ten steps
        assert math.isclose(found, lead(n), rel_tol=2e-8 * n)
    assert reference_nadam.ahead_of_adam(300) < B1 and lead(300) < B1


@pytest.mark.parametrize("count", [10, 20, 50])
def test_amsgrad_keeps_a_long_start_of_large_gradients(count):
    """v has then risen to 100 (1 - 0.999^count); below 1, what later ones make of it, it leaves nothing."""
    risen = 100 * (1 - 0.999**count)
    assert reference_amsgrad.after_tens(count) == pytest.approx(max(1, risen) ** -0.5, rel=1e-4)
    assert count == 20 or reference_amsgrad.begun[count] == reference_amsgrad.after_tens(count)


def test_amsgrad_never_forgets():
    full = 1 + (1 - B2) * (100**2 - 1)
    assert math.isclose(reference_amsgrad.stays, full**-0.5, rel_tol=1e-4)
    assert np.isclose(reference_amsgrad.after_spike(rules.amsgrad)[-1], full**-0.5, rtol=1e-7)
    k = np.arange(reference_amsgrad.AFTER)
    adam = (1 + 0.1 * 99 * B1**k) / np.sqrt(1 + 0.001 * (100**2 - 1) * B2**k)
    assert np.allclose(reference_amsgrad.after_spike(rules.adam), adam, rtol=1e-7)
    assert np.isclose(reference_amsgrad.jump, adam[0]) and np.isclose(reference_amsgrad.lowest, adam.min())
    assert adam.argmin() < 100 and adam[2999] < 0.9 < 0.99 < adam[-1]


def test_amsgrad_mistakes():
    for seed in range(1, 4):
        squares, v = np.random.default_rng(seed).normal(size=10_000) ** 2, 0.0
        for square in squares:
            v += max(0.0, 0.001 * (square - v))
        assert v > 2.7 and squares.max() > v
    assert (reference_amsgrad.least_wrong, reference_amsgrad.largest) == (2.9, 1.2)
    v, largest = 0.0, 0.0
    for t, g in enumerate([100.0] + [1.0] * 3000, 1):
        v = B2 * v + (1 - B2) * g**2
        largest = max(largest, v / (1 - B2**t))
    assert math.isclose(largest, 100**2, rel_tol=1e-9)  # corrected first: the first gradient rules the whole run


def test_nadam_starts_ahead_by_beta1_in_all():
    for beta1 in (F(9, 10), F(1, 2)):
        power = [beta1**t for t in range(62)]
        ahead = [beta1 * (1 - power[t]) / (1 - power[t + 1]) + (1 - beta1) / (1 - power[t]) for t in range(1, 61)]
        assert ahead[0] == 1 + beta1 / (1 + beta1)
        rest = (1 - beta1) * power[61] / (1 - power[61])
        assert sum(ahead) - 60 == beta1 - rest
        assert np.allclose(steps(rules.nadam, np.ones(60), beta1=float(beta1)), [float(a) for a in ahead], rtol=1e-7)
    assert np.isclose(reference_nadam.first, 28 / 19, rtol=1e-7)
    assert reference_nadam.minus_first == -reference_nadam.first


def test_nadam_mistakes():
    m = 0.1
    assert np.allclose(reference_nadam.first_same_t, [0.9 * m / (1 - 0.9) + 0.1 / (1 - 0.9), 1 + B1])
    assert np.isclose(reference_nadam.uncorrected_first, 9 / 19 + 1 / 10)
    assert np.isclose(reference_nadam.second, steps(rules.nadam, np.ones(2))[1], rtol=1e-7)
    stored, state = [], (0.0, 0.0, 0)
    for _ in range(2):
        theta, state = rules.nadam(0.0, 1.0, state, lr=1.0)
        state = (-theta, *state[1:])
        stored.append(-theta)
    assert np.isclose(stored[1], reference_nadam.second_stored, rtol=1e-6)


@pytest.mark.parametrize("rule, beta1, product", [
    (rules.nadam, 0.9, 380 / 28), (rules.nadam, 0.5, 3.0), (rules.adam, 0.9, 38.0)])
def test_the_limit_is_where_a_root_leaves_the_circle(rule, beta1, product):
    """theta and m after one step are a linear map; its largest eigenvalue is −1 at the limit."""
    def size(a):
        look = beta1 if rule is rules.nadam else 1.0
        m = np.array([beta1, 1 - beta1])
        theta = np.array([0.0, 1.0]) - a * (look * m + (1 - look) * np.array([0.0, 1.0]))
        return max(abs(np.linalg.eigvals([m, theta])))
    assert size(0.999 * product) < 1 < size(1.001 * product) and math.isclose(size(product), 1, rel_tol=1e-9)
    if beta1 == 0.9 and rule is rules.nadam:
        assert math.isclose(reference_nadam.limit, product) and math.isclose(38 / product, reference_nadam.ratio)


def test_nadam_with_a_schedule():
    """The products of the schedule in full, for one gradient of 1."""
    for psi, found in ((0.004, reference_nadam.pytorch), (1.0, reference_nadam.keras)):
        mu = [B1 * (1 - 0.5 * math.pow(0.96, t * psi)) for t in (1, 2)]
        step = mu[1] * 0.1 / (1 - math.prod(mu)) + (1 - mu[0]) / (1 - mu[0])
        assert math.isclose(step, found, rel_tol=1e-12)
    assert round(reference_nadam.pytorch, 4) == 1.0565  # torch.optim.NAdam 2.13.0 moved 1.0564518


def test_nadam_against_adam_in_other_valleys():
    def steps_needed(rule, H, theta, lr):
        state, stay = rules.START[rule], 0
        for t in range(1, 700):
            theta, state = rule(theta, H @ theta, state, lr)
            stay = stay + 1 if abs(theta).max() < 1e-3 else 0
            if stay == 50:
                return t - 49
        return math.inf
    for seed in range(2):
        rng = np.random.default_rng(100 + seed)
        turn = np.linalg.qr(rng.normal(size=(10, 10)))[0]
        H, start = turn @ np.diag(np.geomspace(1, 10, 10)) @ turn.T, rng.normal(size=10)
        best = [min(steps_needed(rule, H, start, lr) for lr in np.geomspace(0.02, 8, 14))
                for rule in (rules.nadam, rules.adam)]
        assert best[0] < 0.8 * best[1]
    near, far = reference_nadam.shares[10], reference_nadam.shares[1000]
    assert len(near) == len(far) == 20 and near[-1] < 0.7 and far[0] < 1 < far[-1] and 0.9 < np.median(far) < 1.1
    assert reference_nadam.median[1000] == np.median(far)


def test_the_bound_of_adamax():
    """|m_hat| / u is largest when every |g| is as large as u allows: g_i = u / β₂^(t−i)."""
    tops = [(1 - B1) / (1 - B1**t) * sum((B1 / B2) ** k for k in range(t)) for t in range(1, 400)]
    assert tops[:200] == sorted(tops[:200]) and tops[0] == 1 < tops[1]
    assert math.isclose(tops[-1], reference_adamax.top, rel_tol=1e-12)
    assert np.allclose(steps(rules.adamax, B2 ** np.arange(100), eps=0), tops[:100], rtol=1e-12)
    rng = np.random.default_rng(2)
    for _ in range(30):
        wild = rng.normal(size=100) * 10 ** rng.uniform(-3, 3, 100)
        assert (abs(steps(rules.adamax, wild)) <= tops[:100]).all()
        grown = np.sort(abs(wild)) * np.sign(wild)
        assert abs(steps(rules.adamax, grown)).max() <= 1


def test_adamax_and_one_large_gradient():
    k = np.arange(10_000)
    closed = (1 + 0.1 * 99 * B1**k) / np.maximum(100 * B2**k, 1)
    assert np.allclose(reference_amsgrad.after_spike(rules.adamax), closed, rtol=1e-6)
    assert np.isclose(reference_adamax.dip, closed.min()) and np.isclose(reference_adamax.jump["AdaMax"], closed[0])
    back = round(reference_adamax.back_after)
    assert 100 * B2**back < 1.001 and closed[back - 10] < 1 and np.isclose(closed[back + 1], 1)
    # 0.999**5000 is left out.
    assert math.isclose(reference_adamax.jump["Adam"], 10.9 / math.sqrt(10.999), rel_tol=0.005)


def test_adamax_mistakes():
    u = 1.0
    u = B2 * u + (1 - B2) * 100
    assert math.isclose(reference_adamax.averaged, (B1 + (1 - B1) * 100) / u)
    assert math.isclose(reference_adamax.corrected_first, 1 / (1 / (1 - B2)), rel_tol=1e-12)
    with np.errstate(invalid="ignore"):
        theta, _ = rules.adamax(np.zeros(1), np.zeros(1), (0.0, 0.0, 0), eps=0)
    assert np.isnan(theta).all()
    noise = np.random.default_rng(3).normal(size=(3000, 10))
    size = [np.sqrt((steps(rule, noise)[1500:] ** 2).mean(axis=0)) for rule in (rules.adamax, rules.adam)]
    share = size[0] / size[1]
    assert 0.3 < share.min() and share.max() < 0.45
    assert len(reference_adamax.noisy) == 20 and 0.3 < reference_adamax.noisy[0] < reference_adamax.noisy[19] < 0.45
    signs = np.random.default_rng(0).choice([-1.0, 1.0], 2000)
    ours, adam = (reference.answer(rule, signs, lr=1.0) for rule in (rules.adamax, rules.adam))
    # u fades by 0.001 a step at most before the next sign lifts it to 1 again.
    assert np.allclose(ours, adam, rtol=1e-6), "of signs alone the maximum is the root mean square"


def test_adam_mistakes():
    """The list on Adam's page: without the root, eps inside it, float16, one t raised for each array."""
    plain = [0.1 * g / 0.1 / (0.001 * g * g / 0.001) for g in (1.0, 1000.0)]
    assert math.isclose(plain[0] / plain[1], 1000)
    from snippets.story import adam as adam_page
    assert math.isclose(adam_page.eps_inside, 1 / math.sqrt(2), rel_tol=1e-9)
    assert np.float16(1e-8) == 0
    with pytest.raises(ValueError, match="eps"):
        optimizers.Adam(np.ones(1, np.float16))
    second = 0.1 / (1 - B1**2) / math.sqrt(0.001 / (1 - B2**2))
    theta, _ = rules.adam(0.0, 1.0, (0.0, 0.0, 1), lr=1.0)
    assert math.isclose(-theta, second, rel_tol=1e-6) and second < 0.8
    with np.errstate(invalid="ignore", divide="ignore"):
        theta, _ = rules.adam(np.zeros(1), np.ones(1), (0.0, 0.0, -1))
    assert np.isnan(theta).all()
