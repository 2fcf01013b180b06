"""What `labs/tune` says about budgets, learning rates, seeds and the tie."""

import ast
import math
import statistics

import numpy as np
import pytest

from site_tools.pages import DOCS, blocks
from snippets.shared.palette import LIGHT

PAGE = DOCS / "en" / "labs" / "tune.md"
EPS = np.finfo(float).eps


@pytest.fixture(scope="module", autouse=True)
def the_lab():
    """The lab trains its networks when the first test runs, not when tests are collected."""
    global lab, data
    from snippets.labs import tune as lab
    from snippets.story import real_data as data


def by_hand(name, lr, seed, epochs=10, **options):
    """One training, no rule and no gradient of the snippets: the equations, one network, transposed weights."""
    w1, b1, w2, b2 = (np.array(part) for part in data.layers(lab.initial(seed)))
    weights = [w1.T, b1, w2.T, b2]
    m, v = [[np.zeros_like(w) for w in weights] for _ in range(2)]
    beta1, beta2 = options.get("beta1", 0.9), options.get("beta2", 0.9 if name == "rmsprop" else 0.999)
    eps = options.get("eps", 1e-8)
    rng = np.random.default_rng([seed, 1])
    order = [i for _ in range(epochs) for i in rng.permutation(1280)]
    for t in range(1, 20 * epochs + 1):
        batch = order[64 * (t - 1):64 * t]
        x, y = lab.x_train[batch].T, lab.y_train[batch]
        a = weights[0] @ x + weights[1][:, None]
        h = np.where(a > 0, a, 0)
        z = weights[2] @ h + weights[3][:, None]
        p = np.exp(z - z.max(axis=0))
        p /= p.sum(axis=0)
        p[y, np.arange(64)] -= 1
        dz = p / 64
        da = np.where(a > 0, weights[2].T @ dz, 0)
        for k, g in enumerate((da @ x.T, da.sum(axis=1), dz @ h.T, dz.sum(axis=1))):
            if name == "gd":
                step = g
            elif name == "momentum":
                step = m[k] = beta1 * m[k] + g
            elif name == "rmsprop":
                v[k] = beta2 * v[k] + (1 - beta2) * g * g
                step = g / (v[k] ** 0.5 + eps)
            else:
                m[k] = beta1 * m[k] + (1 - beta1) * g
                v[k] = beta2 * v[k] + (1 - beta2) * g * g
                step = m[k] / (1 - beta1**t) / ((v[k] / (1 - beta2**t)) ** 0.5 + eps)
            weights[k] = weights[k] - lr * step
    return weights


def losses_by_hand(weights, x, y):
    """Loss of each image, by log-sum-exp of one column each; and whether it is read correctly."""
    z = weights[2] @ np.maximum(weights[0] @ x.T + weights[1][:, None], 0) + weights[3][:, None]
    return np.logaddexp.reduce(z, axis=0) - z[y, np.arange(len(y))], z.argmax(axis=0) == y


@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_the_stacked_gradient_is_the_slope_of_the_stacked_loss(shape):
    # Along one parameter: rounding costs about eps·L/h, the cut series h²/6.
    rng = np.random.default_rng(4)
    theta = 0.2 * rng.standard_normal((*shape, 2410))
    x, y = lab.x_train[:120].reshape(3, 40, 64), lab.y_train[:120].reshape(3, 40)
    g = lab.gradient_many(theta, x, y)
    assert g.shape == theta.shape

    def loss(theta):
        *_, log_p = lab.forward_many(theta, x)
        digits = np.broadcast_to(y, (*theta.shape[:-1], 40))[..., None]
        return -np.take_along_axis(log_p, digits, -1).mean(axis=(-1, -2))

    h = 2.0**-17
    tolerance = 10 * (EPS * loss(theta).max() / h + h**2 / 6)
    for i in rng.choice(2410, 60, replace=False):
        d = np.zeros(2410)
        d[i] = h
        slope = (loss(theta + d) - loss(theta - d)) / (2 * h)
        assert np.abs(slope - g[..., i]).max() < tolerance


@pytest.mark.parametrize("name", ["gd", "momentum", "rmsprop", "adam"])
def test_the_chosen_setting_by_a_second_loop(name):
    """The last seed of the sweep; the validation loss agrees up to rounding that training has spread."""
    weights = by_hand(name, lab.best[name], 3)
    k = list(lab.tried[name]).index(lab.best[name])
    expected, _ = losses_by_hand(weights, lab.x_val, lab.y_val)
    np.testing.assert_allclose(lab.found[name][k, 3], expected, rtol=0, atol=1e-6)


def test_the_options_reach_the_rule_each_for_its_setting():
    knobs = {"beta1": [0.5, 0.9], "beta2": [0.99, 0.9], "eps": [1e-3, 1e-2]}
    theta = lab.train_many("adam", [0.01, 0.02], [5, 2], epochs=3, **knobs)
    for row, lr in enumerate((0.01, 0.02)):
        own = {key: values[row] for key, values in knobs.items()}
        w1, b1, w2, b2 = by_hand("adam", lr, 2, epochs=3, **own)
        flat = np.concatenate([w1.T.ravel(), b1, w2.T.ravel(), b2])
        np.testing.assert_allclose(theta[row, 1], flat, rtol=0, atol=1e-9)


def test_the_test_losses_by_a_second_loop():
    for name in ("momentum", "adam"):
        weights = by_hand(name, lab.best[name], 49)
        loss, hit = losses_by_hand(weights, lab.x_final, lab.y_final)
        np.testing.assert_allclose(lab.losses[name][-1], loss, rtol=0, atol=1e-6)
        np.testing.assert_array_equal(lab.right[name][-1], hit)


def test_the_three_parts_share_no_image():
    parts = data.order[:1280], data.order[1280:1497], data.order[1497:]
    assert sorted(np.concatenate(parts)) == list(range(1797))
    images, digits = (lab.x_train, lab.x_val, lab.x_final), (lab.y_train, lab.y_val, lab.y_final)
    for part, x, y in zip(parts, images, digits, strict=True):
        np.testing.assert_array_equal(data.pixels[part], 16 * x)
        np.testing.assert_array_equal(data.labels[part], y)


def test_only_one_cell_reads_the_test_images():
    readers = []
    for block in blocks(PAGE):
        names = {node.id for node in ast.walk(ast.parse(block.code)) if isinstance(node, ast.Name)}
        if names & {"x_final", "y_final"}:
            readers.append(block.code)
    split, test = readers
    assert "x_val, x_final = " in split and "range(30, 50)" in test
    after = [block.code for block in blocks(PAGE)][[b.code for b in blocks(PAGE)].index(split) + 1:]
    assert not any("x_test" in code for code in after)
    before = "".join(block.code for block in blocks(PAGE)[:2])
    assert before.count("x_test") == before.count("x_test = ") + before.count("len(x_test)") + before.count("in x_test")


def test_no_seed_is_used_twice():
    used = [set(lab.seeds), set(range(10, 22)), set(range(30, 50))]
    assert sum(map(len, used)) == len(set.union(*used)) == 4 + 12 + 20
    assert all(len(new) == 12 for new in lab.kept)


def test_every_rule_spends_the_same():
    for name in data.rules:
        exponents = sorted(2 * math.log10(lr) for lr in lab.tried[name])
        assert len(exponents) == len(set(exponents)) == 12 == lab.settings
        whole = [e for e in exponents if abs(e - round(e)) < 1e-9]
        assert np.allclose(whole, range(-6, 2))
        fine = sorted(set(exponents) - set(whole))
        middle = 2 * math.log10(before_refining(name))
        assert np.allclose(fine, [middle + d / 3 for d in (-2, -1, 1, 2)])
        assert lab.found[name].shape == (12, 4, 217)


def before_refining(name):
    """The best of the eight rates, from the kept losses with plain Python."""
    means = {}
    for lr, runs in zip(lab.tried[name], lab.found[name]):
        if abs(2 * math.log10(lr) - round(2 * math.log10(lr))) < 1e-9:
            means[lr] = statistics.fmean(map(statistics.fmean, runs.tolist()))
    best = min(means, key=means.get)
    assert lab.before[name] == pytest.approx(means[best])
    return best


def test_gradient_descent_is_at_the_edge_and_then_learns_nothing():
    runs = lab.found["gd"].mean(axis=(1, 2))
    rates = lab.tried["gd"]
    seven = [runs[np.isclose(rates, 10 ** (k / 2))].item() for k in range(-6, 1)]
    assert seven == sorted(seven, reverse=True)
    assert runs[np.isclose(rates, 10**0.5)].item() > math.log(10)


def test_what_refining_gained():
    gain = {name: lab.before[name] - lab.after[name] for name in data.rules}
    assert gain["gd"] == gain["momentum"] == 0
    assert max(gain, key=gain.get) == "rmsprop" and gain["rmsprop"] > 0.005


def test_which_bands_overlap_at_the_chosen_rates():
    span = {}
    for name in data.rules:
        runs = lab.found[name][list(lab.tried[name]).index(lab.best[name])].mean(axis=1)
        span[name] = runs.min(), runs.max()
    three = ("momentum", "rmsprop", "adam")
    assert max(span[name][0] for name in three) < min(span[name][1] for name in three)
    assert span["gd"][0] > span["adam"][1]


def test_the_knobs_are_drawn_on_their_ranges(monkeypatch):
    monkeypatch.setattr(lab, "rng", np.random.default_rng(9))
    knobs = lab.draw(4000)
    # Of 4000 uniform draws the median is within 5 standard errors, 5·range/(2·√4000), of the middle.
    for values, low, high in ((1 - knobs["beta1"], -2, 0), (1 - knobs["beta2"], -4, 0), (knobs["eps"], -8, -1)):
        logs = np.log10(values)
        assert low < logs.min() < low + 0.05 * (high - low) and high - 0.05 * (high - low) < logs.max() < high
        assert np.median(logs) == pytest.approx((low + high) / 2, abs=2.5 * (high - low) / math.sqrt(4000))


def test_most_random_settings_have_a_bad_learning_rate():
    rng, runs = np.random.default_rng(0), []
    for _ in range(2):
        lr = 10 ** rng.uniform(-3, 0.5, 12)
        rng.uniform(size=36)
        runs.extend(lr)
    bad = [lr for lr in runs if not lab.good_low <= lr <= lab.good_high]
    assert len(bad) > len(runs) / 2


def test_at_a_good_rate_the_random_knobs_help_in_neither_search():
    """Each search again, setting by setting, beside the same rates with the defaults."""
    rng = np.random.default_rng(0)
    for search, (scratch, told) in enumerate(zip(lab.scratch, lab.with_defaults, strict=True)):
        lr = 10 ** rng.uniform(-3, 0.5, 12)
        assert np.array_equal(lab.drawn[search], lr)
        knobs = {"beta1": 1 - 10 ** rng.uniform(-2, 0, 12), "beta2": 1 - 10 ** rng.uniform(-4, 0, 12),
                 "eps": 10 ** rng.uniform(-8, -1, 12)}
        random, usual = (lab.validate("adam", lr, **k).mean(axis=(1, 2)) for k in (knobs, {}))
        good = (lr >= lab.good_low) & (lr <= lab.good_high)
        assert random.min() == scratch and usual.min() == told < scratch
        assert (random[good] > usual[good]).all()


def test_a_large_epsilon_rescues_rates_that_are_too_large():
    for lr in (0.2, 10**-0.5, 0.7):
        usual, large = (lab.validate("adam", [lr], eps=[eps]).mean() for eps in (1e-8, 0.1))
        assert large < usual / 4
        if lr == 10**-0.5:
            assert lab.rescued == pytest.approx({"before": usual, "after": large})
    assert lab.rescued["after"] < 1.5 * lab.after["adam"]
    assert lab.validate("adam", [0.002], eps=[0.1]).mean() > 2 * lab.after["adam"], "not one that is too small"


def test_the_first_random_search_again():
    rng = np.random.default_rng(0)
    lr = 10 ** rng.uniform(-3, 0.5, 12)
    beta1 = 1 - 10 ** rng.uniform(-2, 0, 12)
    beta2 = 1 - 10 ** rng.uniform(-4, 0, 12)
    eps = 10 ** rng.uniform(-8, -1, 12)
    theta = lab.train_many("adam", lr, range(4), beta1=beta1, beta2=beta2, eps=eps)
    lowest = lab.image_losses(theta, lab.x_val, lab.y_val).mean(axis=(1, 2))
    k = lowest.argmin()
    assert lab.scratch[0] == pytest.approx(lowest[k], abs=1e-9)
    nets = [by_hand("adam", lr[k], seed, beta1=beta1[k], beta2=beta2[k], eps=eps[k]) for seed in range(4)]
    hand = [losses_by_hand(net, lab.x_val, lab.y_val)[0].mean() for net in nets]
    assert lab.scratch[0] == pytest.approx(statistics.fmean(hand), abs=1e-6)
    assert lab.scratch[0] != lab.scratch[1]


def test_a_search_promises_more_than_it_keeps():
    assert lab.promised[0] == lab.after["adam"]
    for old, new, mean, error in zip(lab.promised, lab.kept, lab.kept_mean, lab.kept_error, strict=True):
        assert mean == pytest.approx(statistics.fmean(new))
        assert error == pytest.approx(2 * statistics.stdev(new) / math.sqrt(12))
        assert mean > old
    assert max(lab.promised[1:]) < lab.promised[0], "the page says that the extra searches look better"
    for new in lab.kept[1:]:
        gains = [a - b for a, b in zip(lab.kept[0], new)]
        assert statistics.fmean(gains) < 2 * statistics.stdev(gains) / math.sqrt(12)


def test_the_new_seeds_of_the_chosen_rate_by_a_second_loop():
    loss, _ = losses_by_hand(by_hand("adam", lab.best["adam"], 21), lab.x_val, lab.y_val)
    assert lab.kept[0][-1] == pytest.approx(loss.mean(), abs=1e-6)


def test_two_standard_errors():
    # 1, 2, 3, 4: mean 5/2, variance 5/3, error of the mean √(5/12).
    mean, error = lab.mean_and_error(np.array([1.0, 2, 3, 4]))
    assert mean == 2.5 and error == pytest.approx(2 * math.sqrt(5 / 12))


def test_a_tie_is_a_tie():
    names = list(data.rules)
    hits = {name: lab.right[name].tolist() for name in names}
    for i, a in enumerate(names):
        for b in names[i + 1:]:
            gap = [[p - q for p, q in zip(*rows)] for rows in zip(hits[a], hits[b])]
            errors = [2 * statistics.stdev(means) / math.sqrt(len(means)) for means in (
                [statistics.fmean(row) for row in gap], [statistics.fmean(image) for image in zip(*gap)])]
            lead = statistics.fmean(map(statistics.fmean, gap))
            assert lab.leads[f"{a}-{b}"] == pytest.approx((lead, *errors), abs=1e-12)
            assert abs(lead) < max(errors)
            assert 100 * abs(lead) <= lab.widest_points + 1e-9
            assert lab.blur_points[0] - 1e-9 <= 100 * max(errors) <= lab.blur_points[1] + 1e-9
    assert len(lab.leads) == 6
    means = [100 * statistics.fmean(map(statistics.fmean, hits[name])) for name in names]
    assert lab.lowest_hit == pytest.approx(min(means)) and 100 * lab.highest_hit == pytest.approx(max(means))
    assert lab.widest_points == pytest.approx(max(means) - min(means))


def test_one_run_each_is_a_coin_toss():
    momentum, adam = ([statistics.fmean(run) for run in lab.losses[name].tolist()] for name in ("momentum", "adam"))
    upsets = sum(p < q for p in momentum for q in adam)
    assert lab.upset == upsets / 400 and 0.3 < lab.upset < 0.7
    assert statistics.fmean(momentum) > statistics.fmean(adam)
    assert lab.test_loss["momentum"] == pytest.approx(statistics.fmean(momentum))
    for name in data.rules:
        runs = lab.found[name].mean(axis=2)
        assert len({lab.tried[name][runs[:, s].argmin()] for s in range(4)}) >= 2


def test_the_tuned_one_beats_the_untuned_one():
    for name in data.rules:
        assert lab.untuned[name] == pytest.approx(statistics.fmean(map(statistics.fmean, lab.found[name][0].tolist())))
        for other in set(data.rules) - {name}:
            assert lab.after[name] < lab.untuned[other]


def test_choosing_and_reporting_on_the_same_images_flatters():
    pool = [run for name in data.rules for setting in lab.found[name] if setting.mean() < 0.2 for run in setting]
    assert len(pool) == lab.pool_size == len(lab.pool)
    assert pool == [pytest.approx(run) for run in lab.pool]
    pool, rng, looks, really = np.array(pool), np.random.default_rng(77), [], []
    for _ in range(1000):
        chosen = rng.random(217).argsort() < 108
        winner = min(range(len(pool)), key=lambda i: pool[i] @ chosen)
        looks.append(pool[winner] @ chosen / 108)
        really.append(pool[winner] @ ~chosen / 109)
    # Another thousand of halves: both means within five of their standard errors.
    for ours, theirs in ((lab.looks, looks), (lab.really, really)):
        error = math.sqrt(2) * statistics.stdev(theirs) / math.sqrt(1000)
        assert ours == pytest.approx(statistics.fmean(theirs), abs=5 * error)
    # Without choosing, the halves are alike: the average run.
    assert lab.looks < pool.mean() and lab.looks < 0.8 * lab.really


def test_how_often_a_random_search_misses():
    good = [lr for lr, runs in zip(lab.tried["adam"], lab.found["adam"]) if runs.mean() < 2 * lab.after["adam"]]
    inside = [lr for lr in lab.tried["adam"] if good[0] <= lr <= good[-1]]
    assert inside == good and (lab.good_low, lab.good_high) == (good[0], good[-1])
    rng = np.random.default_rng(3)
    draws = 10 ** rng.uniform(-3, 0.5, (100_000, 12))
    missed = ((draws < good[0]) | (draws > good[-1])).all(axis=1).mean()
    # Five standard errors of a share of 100,000.
    assert lab.miss == pytest.approx(missed, abs=5 * math.sqrt(missed * (1 - missed) / 100_000))
    assert lab.share == pytest.approx(((draws >= good[0]) & (draws <= good[-1])).mean(), abs=0.003)
    chance, count = 1.0, 0
    while chance >= 0.05:
        chance, count = chance * (1 - lab.share), count + 1
    assert lab.draws == count


def test_half_the_steps():
    loss, _ = losses_by_hand(by_hand("adam", 0.001, 2, epochs=5), lab.x_val, lab.y_val)
    theta = lab.train_many("adam", [0.001], [2], epochs=5)
    np.testing.assert_allclose(lab.image_losses(theta, lab.x_val, lab.y_val)[0, 0], loss, rtol=0, atol=1e-9)
    coarse = [lr for lr in lab.tried["adam"] if abs(2 * math.log10(lr) - round(2 * math.log10(lr))) < 1e-9][:7]
    whole = [lab.found["adam"][list(lab.tried["adam"]).index(lr)].mean() for lr in coarse]
    assert int(np.argmin(whole)) == int(lab.half.argmin()) == 3
    assert lab.half_small > lab.whole_small == pytest.approx(lab.untuned["adam"])


def test_how_many_seeds():
    pairs = zip(lab.right["adam"].tolist(), lab.right["momentum"].tolist())
    gaps = [statistics.fmean(a) - statistics.fmean(b) for a, b in pairs]
    spread = statistics.stdev(gaps)
    assert lab.spread_points == pytest.approx(100 * spread)
    assert 2 * spread / math.sqrt(lab.enough) <= 0.002 < 2 * spread / math.sqrt(lab.enough - 1)


def test_the_interval_over_images_shrinks_to_a_limit():
    gaps = lab.right["adam"].astype(float) - lab.right["momentum"]
    images = gaps.shape[1]
    over = {k: 2 * gaps[:k].mean(axis=0).std(ddof=1) / math.sqrt(images) for k in (2, 5, 20)}
    assert over[2] > over[5] > over[20] == pytest.approx(lab.lead("adam", "momentum")[2])
    # An image's mean over k seeds varies by its own chance of a difference, plus what the seeds add, over k.
    limit = gaps.mean(axis=0).var(ddof=1) - gaps.var(axis=0, ddof=1).mean() / 20
    assert 0.2 * over[20] < 2 * math.sqrt(limit / images) < over[20]


@pytest.mark.parametrize("code", ["ko", "en"])
def test_an_answer_stands_one_or_two_cells_below_its_question(code):
    ask, tell = {"ko": ("**예상.**", "**답.**"), "en": ("**Predict.**", "**Answer.**")}[code]
    text = (DOCS / code / "labs" / "tune.md").read_text("utf-8")
    between = [part.split(tell)[0].count("```python") for part in text.split(ask)[1:]]
    assert text.count(tell) == len(between) == 4 and set(between) == {1, 2}


def test_the_plot_uses_the_colours_of_the_site():
    assert {name: color for name, (_, color) in lab.styles.items()} == {name: LIGHT[name] for name in data.rules}
    assert len({style for style, _ in lab.styles.values()}) == 4
