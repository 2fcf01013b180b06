"""What the notebook labs/tune runs after the network of snippets/story/real_data.py."""

import numpy as np

from snippets.story.real_data import batches, initial, rules, slices, train, x_test, x_train, y_test, y_train

# --8<-- [start:budget]
steps, seeds, settings = 200, range(4), 12
first, spare, refined = 7, 1, 4

assert first + spare + refined == settings
assert steps * len(seeds) * settings == 9600
# --8<-- [end:budget]

# --8<-- [start:split]
x_val, x_final = x_test[:217], x_test[217:]
y_val, y_final = y_test[:217], y_test[217:]

assert [len(x_train), len(x_val), len(x_final)] == [1280, 217, 300]
assert set(y_val) == set(y_final) == set(range(10))
# --8<-- [end:split]


# --8<-- [start:many]
def forward_many(theta, x):
    """Hidden layers and log-probabilities of many networks."""
    rows = (64, 32), (1, 32), (32, 10), (1, 10)
    w1, b1, w2, b2 = [
        theta[..., k].reshape(*theta.shape[:-1], *s)
        for k, s in zip(slices, rows)
    ]
    hidden = np.maximum(x @ w1 + b1, 0)
    z = hidden @ w2 + b2
    z = z - z.max(axis=-1, keepdims=True)
    total = np.exp(z).sum(axis=-1, keepdims=True)
    return hidden, w2, z - np.log(total)


def gradient_many(theta, x, y):
    """The gradient of each network on its own mini-batch."""
    hidden, w2, log_p = forward_many(theta, x)
    dz = (np.exp(log_p) - np.eye(10)[y]) / y.shape[-1]
    da = dz @ w2.swapaxes(-1, -2) * (hidden > 0)
    dw1, dw2 = x.swapaxes(-1, -2) @ da, hidden.swapaxes(-1, -2) @ dz
    parts = dw1, da.sum(axis=-2), dw2, dz.sum(axis=-2)
    flat = [p.reshape(*theta.shape[:-1], -1) for p in parts]
    return np.concatenate(flat, axis=-1)


def train_many(name, lr, seeds, epochs=10, **options):
    """Parameters: a row a setting, a column a seed."""
    rule, state = rules[name]
    options = {"lr": lr, **options}
    for key in options:
        options[key] = np.reshape(options[key], (-1, 1, 1))
    theta = np.stack([initial(s) for s in seeds])
    for batch in np.stack([batches(s, epochs) for s in seeds], 1):
        g = gradient_many(theta, x_train[batch], y_train[batch])
        theta, state = rule(theta, g, state, **options)
    return theta


for name in rules:
    both = train_many(name, [0.001, 0.01], [0, 1])
    alone = train(name, 0.01, 1)
    assert np.allclose(both[1, 1], alone, rtol=0, atol=1e-9)
# --8<-- [end:many]


# --8<-- [start:sweep]
def image_losses(theta, x, y):
    """Loss of each image: (settings, seeds, images)."""
    *_, log_p = forward_many(theta, x)
    return -log_p[..., np.arange(len(y)), y]


def validate(name, lr, **options):
    theta = train_many(name, lr, seeds, **options)
    return image_losses(theta, x_val, y_val)


def pick(name):
    """The rate with the lowest mean validation loss."""
    return tried[name][found[name].mean(axis=(1, 2)).argmin()]


coarse = 10 ** (np.arange(-6, 1) / 2)
tried = {name: coarse for name in rules}
found = {name: validate(name, coarse) for name in rules}

for name in rules:
    row = found[name].mean(axis=(1, 2))
    print(f"{name:9}", *(f"{value:6.3f}" for value in row))
assert pick("gd") == coarse[-1]
for name in ("momentum", "rmsprop", "adam"):
    assert coarse[0] < pick(name) < coarse[-1]
# --8<-- [end:sweep]


# --8<-- [start:edge]
def add(name, lr):
    """Spend more of the budget on these rates."""
    lr_all = np.concatenate([tried[name], lr])
    runs = np.concatenate([found[name], validate(name, lr)])
    order = lr_all.argsort()
    tried[name], found[name] = lr_all[order], runs[order]


for name in rules:
    add(name, [10**0.5])
    assert tried[name][0] < pick(name) < tried[name][-1]
# --8<-- [end:edge]

# --8<-- [start:refine]
before = {n: found[n].mean(axis=(1, 2)).min() for n in rules}
for name in rules:
    add(name, pick(name) * 10 ** (np.array([-2, -1, 1, 2]) / 6))
best = {name: pick(name) for name in rules}
after = {n: found[n].mean(axis=(1, 2)).min() for n in rules}

for name in rules:
    print(f"{name:9} lr {best[name]:.4f}  loss {after[name]:.3f}")
    assert len(tried[name]) == settings
    assert tried[name][0] < best[name] < tried[name][-1]
# --8<-- [end:refine]

# --8<-- [start:plot]
from matplotlib import pyplot as plt

styles = {
    "gd": ("o:", "#5f6063"), "momentum": ("s--", "#0c6aa9"),
    "rmsprop": ("^-.", "#a4490b"), "adam": ("D-", "#0b7558"),
}
for name, (style, color) in styles.items():
    lr, runs = tried[name], found[name].mean(axis=2)
    low, middle, high = runs.min(1), runs.mean(1), runs.max(1)
    plt.fill_between(lr, low, high, color=color, alpha=0.2, lw=0)
    k = middle.argmin()
    plt.loglog(lr, middle, style, color=color, label=name, markevery=[k])
    assert lr[k] == best[name]
plt.xlabel("lr")
plt.ylabel("validation loss")
plt.minorticks_off()
plt.legend(loc="lower left")
plt.show()
# --8<-- [end:plot]

# --8<-- [start:knobs]
rng = np.random.default_rng(0)


def draw(count):
    """Three knobs of Adam, each on its own log scale."""
    return {
        "beta1": 1 - 10 ** rng.uniform(-2, 0, count),
        "beta2": 1 - 10 ** rng.uniform(-4, 0, count),
        "eps": 10 ** rng.uniform(-8, -1, count),
    }


scratch = []
for _ in range(2):
    lr = 10 ** rng.uniform(-3, 0.5, settings)
    runs = validate("adam", lr, **draw(settings))
    scratch.append(runs.mean(axis=(1, 2)).min())
    assert len(set(lr)) == settings < 2**4

print("four knobs:", *(f"{value:.3f}" for value in scratch))
print(f"rate alone: {after['adam']:.3f}")
assert min(scratch) > after["adam"]
# --8<-- [end:knobs]


# --8<-- [start:more]
def retrain(**knobs):
    """Validation loss of each of 12 new seeds at the chosen rate."""
    theta = train_many("adam", best["adam"], range(10, 22), **knobs)
    return image_losses(theta, x_val, y_val)[0].mean(axis=1)


def mean_and_error(values):
    """Mean, and twice its standard error."""
    return values.mean(), 2 * values.std(ddof=1) / len(values) ** 0.5


promised, kept = [after["adam"]], [retrain()]
for _ in range(2):
    knobs = draw(settings)
    same = np.full(settings, best["adam"])
    runs = validate("adam", same, **knobs).mean(axis=(1, 2))
    k = runs.argmin()
    promised.append(runs[k])
    kept.append(retrain(**{key: knobs[key][k] for key in knobs}))

for old, new in zip(promised, kept):
    new_mean, error = mean_and_error(new)
    print(f"promised {old:.3f}  kept {new_mean:.3f} ± {error:.3f}")
for new in kept[1:]:
    gain, error = mean_and_error(kept[0] - new)
    assert gain < error
assert np.mean(kept) > np.mean(promised)
# --8<-- [end:more]

# --8<-- [start:test]
losses, right = {}, {}
for name in rules:
    theta = train_many(name, best[name], range(30, 50))
    losses[name] = image_losses(theta, x_final, y_final)[0]
    *_, log_p = forward_many(theta[0], x_final)
    right[name] = log_p.argmax(axis=-1) == y_final

for name in rules:
    row = losses[name].mean(axis=1), right[name].mean(axis=1)
    cells = ["{:.3f} ± {:.3f}".format(*mean_and_error(r)) for r in row]
    print(f"{name:9} loss {cells[0]}  accuracy {cells[1]}")
    assert losses[name].shape == (20, 300) and row[1].mean() > 0.95
# --8<-- [end:test]

# --8<-- [start:pairs]
from itertools import combinations


def lead(a, b):
    """Accuracy of a minus b; errors over seeds and over images."""
    gaps = right[a].astype(float) - right[b]
    by_seed = mean_and_error(gaps.mean(axis=1))
    return *by_seed, mean_and_error(gaps.mean(axis=0))[1]


for a, b in combinations(rules, 2):
    points, over_seeds, over_images = 100 * np.array(lead(a, b))
    print(f"{a:8} - {b:8} {points:5.2f}", end="  ")
    print(f"± {over_seeds:.2f} (seeds) ± {over_images:.2f} (images)")
    assert abs(points) < max(over_seeds, over_images)
# --8<-- [end:pairs]

# --8<-- [start:one_seed]
for name in rules:
    single = tried[name][found[name].mean(axis=2).argmin(axis=0)]
    print(f"{name:9}", *(f"{lr:.3f}" for lr in single))

ours, other = (losses[n].mean(axis=1) for n in ("adam", "momentum"))
upset = (other[:, None] < ours).mean()
print(f"momentum ahead of Adam in {upset:.0%} of pairs")
assert 0.2 < upset < 0.8
# --8<-- [end:one_seed]

# --8<-- [start:untuned]
untuned = {name: found[name][0].mean() for name in rules}

assert all(np.isclose(tried[name][0], 0.001) for name in rules)
for name in ("gd", "momentum", "rmsprop"):
    assert after[name] < untuned["adam"]
    assert after["adam"] < untuned[name]
# --8<-- [end:untuned]

# --8<-- [start:peek]
pool = np.concatenate([
    runs[runs.mean(axis=(1, 2)) < 0.2].reshape(-1, 217)
    for runs in found.values()
])
pairs = []
for _ in range(1000):
    a, b = np.split(pool[:, rng.permutation(217)], [108], axis=1)
    winner = a.mean(axis=1).argmin()
    pairs.append((a[winner].mean(), b[winner].mean()))
looks, really = np.mean(pairs, axis=0)

print(f"{len(pool)} runs: {looks:.3f} where chosen, {really:.3f} elsewhere")
assert looks < 0.8 * really
# --8<-- [end:peek]

# --8<-- [start:exercises]
mean = found["adam"].mean(axis=(1, 2))
good = tried["adam"][mean < 2 * mean.min()]
share = np.log10(good[-1] / good[0]) / 3.5
miss = (1 - share) ** settings
draws = int(np.ceil(np.log(0.05) / np.log(1 - share)))
assert miss < (1 - share) ** draws < 0.05

theta = train_many("adam", coarse, seeds, epochs=5)
half = image_losses(theta, x_val, y_val).mean(axis=(1, 2))
assert np.isclose(coarse[half.argmin()], 10**-1.5)
assert half[0] > 1.5 * mean[0]

_, error, _ = lead("adam", "momentum")
spread = error / 2 * np.sqrt(20)
enough = int(np.ceil((2 * spread / 0.002) ** 2))
assert enough > 20
# --8<-- [end:exercises]


kept_mean = [mean_and_error(new)[0] for new in kept]
kept_error = [mean_and_error(new)[1] for new in kept]
leads = {f"{a}-{b}": lead(a, b) for a, b in combinations(rules, 2)}
widest_points = 100 * max(abs(gap) for gap, *_ in leads.values())
blurs = [max(errors) for _, *errors in leads.values()]
blur_points = 100 * min(blurs), 100 * max(blurs)
hits = {name: right[name].mean() for name in rules}
lowest_hit, highest_hit = 100 * min(hits.values()), max(hits.values())
test_loss = {name: losses[name].mean() for name in rules}
good_low, good_high = good[0], good[-1]
rescued = {"before": found["adam"][np.isclose(tried["adam"], 10**-0.5)].mean(),
           "after": validate("adam", [10**-0.5], eps=[0.1]).mean()}
stream = np.random.default_rng(0)
drawn = []  # the learning rates of the two random searches
for _ in range(2):
    drawn.append(10 ** stream.uniform(-3, 0.5, settings))
    stream.uniform(size=3 * settings)
with_defaults = [validate("adam", lr).mean(axis=(1, 2)).min() for lr in drawn]
half_small, whole_small = half[0], mean[0]
spread_points = 100 * spread
pool_size = len(pool)
plt.close("all")
