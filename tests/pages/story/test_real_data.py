"""What `story/real-data` says about the digits, the four rules and scikit-learn."""

import numpy as np
import pytest

from mhat import rules


@pytest.fixture(scope="module", autouse=True)
def the_page():
    """The page computes when the first test runs, not when tests are collected."""
    global page
    from snippets.story import real_data as page


@pytest.mark.parametrize("seed", [1, 2])
def test_gradient_is_the_slope_of_the_loss(seed):
    # Along a unit direction u: rounding costs about eps·L/h, the cut series h²/6.
    rng = np.random.default_rng(seed)
    theta = page.initial(seed) + 0.1 * rng.standard_normal(2410)
    x, y = page.x_train[64:128], page.y_train[64:128]
    g = page.gradient(theta, x, y)
    tolerance = 10 * (np.finfo(float).eps * page.loss(theta, x, y) / page.h + page.h**2 / 6)
    for i in rng.choice(theta.size, 100, replace=False):
        assert abs(page.central_difference(theta, i, page.h, x, y) - g[i]) < tolerance


def test_a_shifted_output_layer_leaves_loss_and_gradient_alone():
    theta = page.initial(3)
    shifted = theta.copy()
    page.layers(shifted)[3][:] += 1000.0
    x, y = page.x_test, page.y_test
    assert page.loss(shifted, x, y) == pytest.approx(page.loss(theta, x, y), abs=1e-11)
    np.testing.assert_allclose(
        page.gradient(shifted, x, y), page.gradient(theta, x, y), atol=1e-12
    )


def test_every_rule_sees_the_same_batches_from_the_same_start(monkeypatch):
    seen = {}
    real = page.gradient

    def watch(theta, x, y):
        seen[name].append((theta.copy() if not seen[name] else None, x.copy(), y.copy()))
        return real(theta, x, y)

    monkeypatch.setattr(page, "gradient", watch)
    for name in page.rules:
        seen[name] = []
        page.train(name, page.best[name], 3)
    first = seen["gd"]
    assert len(first) == 200
    for name, steps in seen.items():
        assert len(steps) == 200, name
        np.testing.assert_array_equal(steps[0][0], page.initial(3))
        for (_, x, y), (_, x1, y1) in zip(steps, first):
            assert (x == x1).all() and (y == y1).all(), name


def test_they_start_from_the_state_of_the_rules():
    assert {name: state for name, (_, state) in page.rules.items()} == {
        name: rules.START[page.rules[name][0]] for name in page.rules
    }


def test_no_held_out_image_is_trained_on():
    order = page.order
    assert len(set(order[:1280]) | set(order[1280:])) == 1797
    assert not set(order[:1280]) & set(order[1280:])
    for part, x, y in (
        (order[:1280], page.x_train, page.y_train),
        (order[1280:], page.x_test, page.y_test),
    ):
        np.testing.assert_array_equal(16 * x, page.pixels[part])
        np.testing.assert_array_equal(y, page.labels[part])


@pytest.mark.parametrize("name", ["gd", "momentum", "rmsprop", "adam"])
def test_a_seed_decides_everything(name):
    again = page.evaluate(page.train(name, page.rates[5], 2))
    assert tuple(page.sweep[name][5, 2]) == again
    other = page.evaluate(page.train(name, page.rates[5], 3))
    assert other != again


def test_sweeps_are_equal_and_their_best_is_inside():
    for name, runs in page.sweep.items():
        assert runs.shape == (len(page.rates), len(page.seeds), 2)
        k = runs[:, :, 0].mean(axis=1).argmin()
        assert 0 < k < len(page.rates) - 1 and page.rates[k] == page.best[name]
    assert len(page.seeds) >= 5
    assert not set(page.seeds) & set(range(5, 15))


def test_good_rates_lie_side_by_side():
    for points in (1, 3, 5):
        for name in page.rules:
            steps = np.diff(np.log10(page.good_rates(name, points)))
            assert np.allclose(steps, 1 / 3), (name, points)


def test_momentum_and_adam_are_level_after_tuning():
    a, m = page.losses["adam"], page.losses["momentum"]
    assert a.min() < m.mean() and m.min() < a.mean()
    a, m = page.accuracy["adam"], page.accuracy["momentum"]
    assert abs(a.mean() - m.mean()) < 2 * page.standard_error
    assert min(a.mean(), m.mean()) > 0.96


def test_bands_that_overlap_may_still_hide_an_order():
    ours, theirs = page.losses["momentum"], page.losses["gd"]
    assert ours.max() > theirs.min() and (ours < theirs).sum() >= 8
    gap = theirs - ours
    assert gap.mean() > 2 * gap.std(ddof=1) / np.sqrt(len(gap))


def test_no_held_out_image_is_looked_at_before_the_accuracy():
    from site_tools.pages import DOCS, blocks

    codes = [block.code for block in blocks(DOCS / "en/story/real-data.md")]
    readers = [code for code in codes if "x_test" in code]
    assert "x_train, x_test = " in readers[0] and "def evaluate" in readers[1] and "loss(zeros, x_train" in codes[1]


def test_the_default_rate_is_small_for_this_budget():
    mean_accuracy = page.sweep["adam"][:, :, 1].mean(axis=1)
    assert mean_accuracy[0] < mean_accuracy.max() - 0.05


def test_the_error_of_the_lead_is_that_of_a_paired_comparison():
    # Var(a - m) = Var(a) + Var(m) - 2 Cov(a, m), over the ten seeds.
    a, m = page.accuracy["adam"], page.accuracy["momentum"]
    (aa, am), (_, mm) = np.cov(a, m)
    assert page.standard_error == pytest.approx(np.sqrt((aa + mm - 2 * am) / 10))
    assert page.lead == pytest.approx(a.mean() - m.mean())


def test_a_factor_in_the_loss_cancels_in_two_of_the_four():
    for name, accuracy in page.at_best.items():
        assert (accuracy > 0.9) == (name in ("rmsprop", "adam")), name


@pytest.mark.parametrize("name", ["gd", "momentum"])
def test_a_factor_in_the_loss_is_a_factor_in_the_rate(name):
    # Bit by bit, as 64 is a power of two; on the grid it is 5.4 places.
    lr = page.rates[1]
    np.testing.assert_array_equal(
        page.train(name, lr, 1, scale=64), page.train(name, 64 * lr, 1)
    )
    assert abs(page.moved[name] - page.places) <= 2
    assert page.rates[0] * 10 ** (page.places / 3) == pytest.approx(64 * page.rates[0])


@pytest.mark.parametrize("name", ["rmsprop", "adam"])
def test_a_factor_in_the_loss_hardly_changes_the_curve(name):
    # With another seed than the page's, at rates up to the best one.
    for k in (0, 2, 4):
        accuracy = page.evaluate(page.train(name, page.rates[k], 1, scale=64))[1]
        assert accuracy == pytest.approx(page.sweep[name][k, 1, 1], abs=0.01)


@pytest.mark.parametrize("name", ["rmsprop", "adam"])
def test_a_factor_that_brings_gradients_down_to_epsilon_does_change_it(name):
    """At the best rate, unless eps gets the factor too: then not a bit changes."""
    tiny, settings = 2.0**-27, (name, page.best[name], 0)
    assert page.evaluate(page.train(*settings, scale=tiny))[1] < page.at_best[name] - 0.05
    assert (page.train(*settings, scale=tiny, eps=tiny * 1e-8) == page.train(*settings, eps=1e-8)).all()


def test_adam_is_scikit_learns_to_rounding_with_epsilon_hat():
    assert page.theirs._optimizer.t == 200
    assert len(page.theirs.loss_curve_) == len(page.ours) == 200
    # Losses are of order one: 1e-12 leaves a few thousand roundings.
    np.testing.assert_allclose(page.ours, page.theirs.loss_curve_, rtol=0, atol=1e-12)
    found = page.evaluate(page.end)[1]
    assert found == page.theirs.score(page.x_test, page.y_test)


def test_with_another_seed_too():
    steps = page.batches(4)[:60]
    net = page.peer(steps, 0.01)
    theta, state = page.start, (0.0, 0.0, 0)
    for batch in steps:
        g = page.gradient(theta, page.x_train[batch], page.y_train[batch])
        theta, state = page.adam_eps_hat(theta, g, state, 0.01)
    np.testing.assert_allclose(theta, page.flat(net), rtol=0, atol=1e-12)


def test_the_papers_epsilon_is_the_only_other_difference():
    # ε = ε̂ / √(1-β2^t), step by step, turns Algorithm 1 into scikit-learn's Adam.
    theta, state = page.start, (0.0, 0.0, 0)
    for t, batch in enumerate(page.batches(0), 1):
        g = page.gradient(theta, page.x_train[batch], page.y_train[batch])
        eps = 1e-8 / np.sqrt(1 - 0.999**t)
        theta, state = rules.adam(theta, g, state, page.best["adam"], eps=eps)
    np.testing.assert_allclose(theta, page.flat(page.theirs), rtol=0, atol=1e-10)
    assert page.paper_distance > 1e-3


def test_the_figures_draw_what_was_measured():
    import matplotlib.pyplot as plt

    figure = page.figure_sweep(lambda ko, en: en)
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 13]
    for line, name in zip(lines, page.rules, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), page.sweep[name][:, :, 0].mean(axis=1))
    plt.close(figure)


def test_fit_makes_a_new_adam_and_partial_fit_goes_on():
    """From the same weights our Adam, begun anew, takes the step of fit, and not that of partial_fit."""
    assert page.began_anew > page.went_on + 0.05
    rule, ends = page.adam_eps_hat, {}
    theta, state = page.flat(eleven("partial_fit", 0)), (0.0, 0.0, 0)
    for t in range(11):
        g = page.gradient(theta, page.x_train, page.y_train)
        if t == 10:
            ends["fit"], _ = rule(theta, g, (0.0, 0.0, 0), 0.001)
        theta, state = rule(theta, g, state, 0.001)
    ends["partial_fit"] = theta
    for again, end in ends.items():
        np.testing.assert_allclose(page.flat(eleven(again, 10)), end, rtol=0, atol=1e-10)


def eleven(again, before):
    """scikit-learn's network after some steps by partial_fit and one more, or before its first."""
    net = page.MLPClassifier(hidden_layer_sizes=(32,), batch_size=1280, alpha=0, random_state=0, max_iter=1,
                             learning_rate_init=0.001 if before else 1e-30, warm_start=True)
    for _ in range(before or 1):
        net.partial_fit(page.x_train, page.y_train, classes=range(10))
    if before:
        with page.warnings.catch_warnings():
            page.warnings.simplefilter("ignore")
            getattr(net, again)(page.x_train, page.y_train)
    return net
