"""The rules train a small network on scikit-learn's handwritten digits."""

import numpy as np
from matplotlib import pyplot as plt

from mhat.forms import adam_eps_hat
from mhat.rules import adam, gradient_descent, momentum, rmsprop
from snippets.shared.drawing import curve as draw_curve
from snippets.shared.drawing import log_axis, mark, ticks, write
from snippets.shared.palette import LIGHT

# isort: split
# --8<-- [start:data]
from sklearn.datasets import load_digits

pixels, labels = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(labels))
x, y = pixels[order] / 16, labels[order]
x_train, x_test = x[:1280], x[1280:]
y_train, y_test = y[:1280], y[1280:]

assert x.shape == (1797, 64) and x.min() == 0 and x.max() == 1
assert len(y_test) == 517
assert set(y_train) == set(y_test) == set(range(10))
# --8<-- [end:data]


# --8<-- [start:network]
shapes = (64, 32), (32,), (32, 10), (10,)
sizes = [int(np.prod(shape)) for shape in shapes]
slices = [slice(sum(sizes[:k]), sum(sizes[:k + 1])) for k in range(4)]


def layers(theta):
    """Views of the flat vector theta: w1, b1, w2, b2."""
    return [theta[k].reshape(s) for k, s in zip(slices, shapes)]


def forward(theta, x):
    """Hidden layer after ReLU, and log-probabilities."""
    w1, b1, w2, b2 = layers(theta)
    hidden = np.maximum(x @ w1 + b1, 0)
    z = hidden @ w2 + b2
    z = z - z.max(axis=1, keepdims=True)
    return hidden, z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def loss(theta, x, y):
    """Mean cross-entropy."""
    _, log_p = forward(theta, x)
    return -log_p[np.arange(len(y)), y].mean()


zeros = np.zeros(sum(sizes))
assert zeros.size == 2410
assert np.isclose(loss(zeros, x_train, y_train), np.log(10))
# --8<-- [end:network]


# --8<-- [start:gradient]
def gradient(theta, x, y):
    """Gradient of the loss, from the output back."""
    _, _, w2, _ = layers(theta)
    hidden, log_p = forward(theta, x)
    dz = (np.exp(log_p) - np.eye(10)[y]) / len(y)
    da = dz @ w2.T * (hidden > 0)
    parts = x.T @ da, da.sum(axis=0), hidden.T @ dz, dz.sum(axis=0)
    return np.concatenate([part.ravel() for part in parts])


def initial(seed):
    """Uniform weights (Glorot and Bengio, 2010), zero biases."""
    theta = np.zeros(sum(sizes))
    rng = np.random.default_rng(seed)
    for w in layers(theta)[::2]:
        bound = np.sqrt(6 / sum(w.shape))
        w[:] = rng.uniform(-bound, bound, w.shape)
    return theta


def central_difference(theta, i, h, x, y):
    """Slope of the loss along parameter i."""
    d = np.zeros_like(theta)
    d[i] = h
    return (loss(theta + d, x, y) - loss(theta - d, x, y)) / (2 * h)


h, theta = 2.0**-17, initial(0)
x16, y16 = x_train[:16], y_train[:16]
slopes = [
    central_difference(theta, i, h, x16, y16)
    for i in range(theta.size)
]
gap = np.abs(slopes - gradient(theta, x16, y16)).max()
rounding = np.finfo(float).eps * loss(theta, x16, y16) / h
truncation = h**2 / 6

w1, b1, _, _ = layers(theta)
assert np.abs(x16 @ w1 + b1).min() > h
assert gap < 10 * (rounding + truncation)
# --8<-- [end:gradient]


# --8<-- [start:train]
rules = {
    "gd": (gradient_descent, ()),
    "momentum": (momentum, (0.0,)),
    "rmsprop": (rmsprop, (0.0,)),
    "adam": (adam, (0.0, 0.0, 0)),
}


def batches(seed, epochs=10, size=64):
    """Indices of the images for each step."""
    rng = np.random.default_rng([seed, 1])
    shuffled = [rng.permutation(1280) for _ in range(epochs)]
    return np.concatenate(shuffled).reshape(-1, size)


def train(name, lr, seed, scale=1, **options):
    """Parameters after all batches, the loss times scale."""
    rule, state = rules[name]
    theta = initial(seed)
    for batch in batches(seed):
        g = gradient(theta, x_train[batch], y_train[batch])
        theta, state = rule(theta, scale * g, state, lr, **options)
    return theta


assert batches(0).shape == (200, 64)
assert (np.bincount(batches(0).ravel()) == 10).all()
for name in rules:
    once, again = train(name, 0.01, 0), train(name, 0.01, 0)
    assert (once == again).all()
    assert loss(once, x_train, y_train) < np.log(10)
# --8<-- [end:train]


# --8<-- [start:sweep]
def evaluate(theta):
    """Training loss and held-out accuracy."""
    _, log_p = forward(theta, x_test)
    correct = log_p.argmax(axis=1) == y_test
    return loss(theta, x_train, y_train), correct.mean()


rates = 10 ** (np.arange(-9, 4) / 3)
seeds = range(5)
sweep = {
    name: np.array(
        [[evaluate(train(name, lr, s)) for s in seeds] for lr in rates]
    )
    for name in rules
}

best = {}
for name, runs in sweep.items():
    mean_loss = runs[:, :, 0].mean(axis=1)
    best[name] = rates[mean_loss.argmin()]
    assert runs.shape == (13, 5, 2) and np.isfinite(runs).all()
    assert rates[0] < best[name] < rates[-1]
# --8<-- [end:sweep]


# --8<-- [start:width]
def good_rates(name, points):
    """Rates whose mean accuracy is near the rule's best."""
    mean_accuracy = sweep[name][:, :, 1].mean(axis=1)
    return rates[mean_accuracy > mean_accuracy.max() - points / 100]


margins = 1, 3, 5
width = {
    points: {name: len(good_rates(name, points)) for name in rules}
    for points in margins
}
for count in width.values():
    assert abs(count["adam"] - count["momentum"]) <= 1
assert width[3]["gd"] < width[3]["adam"]
assert best["adam"] < best["momentum"] < best["gd"]
# --8<-- [end:width]


# --8<-- [start:fresh]
trained = {
    name: [train(name, best[name], s) for s in range(5, 15)]
    for name in rules
}
fresh = {
    name: np.array([evaluate(theta) for theta in thetas])
    for name, thetas in trained.items()
}
losses = {name: runs[:, 0] for name, runs in fresh.items()}
accuracy = {name: runs[:, 1] for name, runs in fresh.items()}

wins = {
    name: int((losses["adam"] < losses[name]).sum())
    for name in ("gd", "momentum", "rmsprop")
}
leads = accuracy["adam"] - accuracy["momentum"]
lead = leads.mean()
standard_error = leads.std(ddof=1) / np.sqrt(len(leads))

mean = {name: values.mean() for name, values in losses.items()}
promised = [
    sweep[name][:, :, 0].mean(axis=1).min() for name in rules
]
assert sum(mean.values()) > sum(promised)
assert max(mean["adam"], mean["momentum"]) < mean["rmsprop"]
assert max(mean["adam"], mean["momentum"]) < mean["gd"]
assert 2 <= wins["momentum"] <= 8
assert wins["gd"] >= 8 and wins["rmsprop"] >= 6
assert abs(lead) < 2 * standard_error
# --8<-- [end:fresh]


# --8<-- [start:hardest]
misses = {
    name: sum(
        forward(theta, x_test)[1].argmax(axis=1) != y_test
        for theta in thetas
    )
    for name, thetas in trained.items()
}
total = sum(misses.values())
hardest = np.argsort(-total, kind="stable")[:10]
share = total[hardest].sum() / total.sum()
alike = np.corrcoef(misses["adam"], misses["momentum"])[0, 1]

assert share > 10 * len(hardest) / len(y_test)
assert alike > 0.7
# --8<-- [end:hardest]


# --8<-- [start:one_rate]
winners = {}
for k, lr in enumerate(rates[:10]):
    mean = {name: sweep[name][k, :, 1].mean() for name in rules}
    winners[lr] = max(mean, key=mean.get)
assert set(winners.values()) == set(rules)

at_hundredth = {n: sweep[n][3, :, 1].mean() for n in rules}
at_one = {n: sweep[n][9, :, 1].mean() for n in rules}
assert np.isclose(rates[3], 0.01) and np.isclose(rates[9], 1)
assert at_hundredth["adam"] > at_hundredth["gd"] + 0.4
assert at_one["gd"] > at_one["adam"] + 0.7
# --8<-- [end:one_rate]


# --8<-- [start:summed]
averaged = {name: sweep[name][:, 0] for name in rules}
summed = {
    name: np.array(
        [evaluate(train(name, lr, 0, scale=64)) for lr in rates]
    )
    for name in rules
}

moved, at_best, change = {}, {}, {}
for name in rules:
    old, new = averaged[name], summed[name]
    moved[name] = old[:, 0].argmin() - new[:, 0].argmin()
    at_best[name] = new[rates == best[name], 1].item()
    usual = rates <= best[name]
    change[name] = np.abs(new - old)[usual, 1].max()

assert max(at_best["gd"], at_best["momentum"]) < 0.2
assert min(at_best["rmsprop"], at_best["adam"]) > 0.9
assert min(moved["gd"], moved["momentum"]) >= 4
for name in ("rmsprop", "adam"):
    assert abs(moved[name]) <= 1 and change[name] < 0.01
    plain = train(name, best[name], 0, eps=1e-8)
    scaled = train(name, best[name], 0, scale=64, eps=64e-8)
    assert (scaled == plain).all()
# --8<-- [end:summed]


# --8<-- [start:peer]
import warnings

from sklearn.neural_network import MLPClassifier


def peer(steps, lr, **options):
    """scikit-learn's network after some of the same batches."""
    net = MLPClassifier(
        hidden_layer_sizes=(32,), alpha=0, batch_size=64,
        shuffle=False, random_state=0, learning_rate_init=lr,
        **options,
    )
    for batch in steps:
        x, y = x_train[batch], y_train[batch]
        net.partial_fit(x, y, classes=range(10))
    return net


def flat(net):
    """Its parameters in our order."""
    (w1, w2), (b1, b2) = net.coefs_, net.intercepts_
    return np.concatenate([p.ravel() for p in (w1, b1, w2, b2)])


start = flat(peer(batches(0)[:1], lr=1e-30))
assert (start == flat(peer(batches(0)[:9], lr=1e-30))).all()
# --8<-- [end:peer]


# --8<-- [start:same_curve]
def curve(rule, state, lr, theta=start):
    """Loss of each batch before its step, and the last theta."""
    found = []
    for batch in batches(0):
        x, y = x_train[batch], y_train[batch]
        found.append(loss(theta, x, y))
        theta, state = rule(theta, gradient(theta, x, y), state, lr)
    return np.array(found), theta


theirs = peer(batches(0), best["adam"])
ours, end = curve(adam_eps_hat, (0.0, 0.0, 0), best["adam"])
gaps = np.abs(ours - theirs.loss_curve_)
assert gaps.shape == (200,) and gaps.max() < 1e-12
assert np.abs(end - flat(theirs)).max() < 1e-12
# --8<-- [end:same_curve]


# --8<-- [start:same_momentum]
sgd = dict(solver="sgd", nesterovs_momentum=False)
sgd_gap = {}
for name, beta in (("gd", 0.0), ("momentum", 0.9)):
    net = peer(batches(0), best[name], momentum=beta, **sgd)
    found, _ = curve(*rules[name], best[name])
    sgd_gap[name] = np.abs(found - net.loss_curve_).max()
    assert sgd_gap[name] < 1e-10
# --8<-- [end:same_momentum]


# --8<-- [start:fit]
def one_more(again, lr=0.001):
    """The step over lr after ten steps, by partial_fit or by fit."""
    net = MLPClassifier(
        hidden_layer_sizes=(32,), batch_size=len(x_train), alpha=0,
        random_state=0, learning_rate_init=lr, max_iter=1,
        warm_start=True,
    )
    for _ in range(10):
        net.partial_fit(x_train, y_train, classes=range(10))
    before = flat(net)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        getattr(net, again)(x_train, y_train)
    moved = (flat(net) - before)[gradient(before, x_train, y_train) != 0]
    return np.sqrt(np.mean((moved / lr) ** 2))


went_on, began_anew = one_more("partial_fit"), one_more("fit")
assert went_on < 0.95
assert np.isclose(began_anew, 1, atol=0.01)
# --8<-- [end:fit]


# --8<-- [start:epsilon]
paper, paper_end = curve(adam, (0.0, 0.0, 0), best["adam"])
paper_gaps = np.abs(paper - theirs.loss_curve_)
paper_distance = np.abs(paper_end - flat(theirs)).max()
assert paper_gaps.max() > 1e9 * gaps.max()

first = batches(0)[0]
g = gradient(start, x_train[first], y_train[first])
size = np.abs(g)
eps, lr, root = 1e-8, best["adam"], np.sqrt(1 - 0.999)
knee = eps / root
shift = lr * size / (size + eps) - lr * size / (size + knee)
one, _ = adam(start, g, (0.0, 0.0, 0), lr)
hat, _ = adam_eps_hat(start, g, (0.0, 0.0, 0), lr)
assert np.allclose(np.abs(one - hat), shift, rtol=0, atol=1e-12)

assert 0 < size[shift.argmax()] < 20 * knee
two_ends = [evaluate(paper_end), evaluate(flat(theirs))]
apart = abs(two_ends[0][1] - two_ends[1][1])
assert apart < np.ptp(accuracy["adam"])
# --8<-- [end:epsilon]


sweep_loss = {
    n: runs[:, :, 0].mean(axis=1).min() for n, runs in sweep.items()
}
fresh_loss = {n: values.mean() for n, values in losses.items()}
fresh_accuracy = {n: values.mean() for n, values in accuracy.items()}
low_percent = {n: 100 * values.min() for n, values in accuracy.items()}
high = {n: values.max() for n, values in accuracy.items()}
gap_hat = 10.0 ** np.ceil(np.log10(gaps.max()))
gap_sgd = 10.0 ** np.ceil(np.log10(max(sgd_gap.values())))
gap_paper = paper_gaps.max()
first_shift = shift.max()
first_gradient = size[shift.argmax()]
lead_points, error_points = 100 * lead, 100 * standard_error
places = 3 * np.log10(64)
change_points = np.ceil(1000 * max(change["rmsprop"], change["adam"])) / 10
apart_points = 100 * apart

NAMES = {
    "gd": ("경사 하강법", "gradient descent"),
    "momentum": ("모멘텀", "momentum"),
    "rmsprop": ("RMSProp", "RMSProp"),
    "adam": ("Adam", "Adam"),
}
LINES = {"gd": ":", "momentum": "--", "rmsprop": "-.", "adam": "-"}
MARKS = {"gd": "o", "momentum": "s", "rmsprop": "^", "adam": "D"}
TEXT = 13


def finish(ax, title):
    """The look of these wider figures, and what stands above a panel."""
    ax.spines[["left", "bottom"]].set_color(LIGHT["soft"])
    ax.tick_params(colors=LIGHT["ink"], labelsize=TEXT, length=3)
    write(ax, 0, 1.04, title, "soft", transform=ax.transAxes, fontsize=TEXT, va="bottom")


def below(ax, text):
    ax.set_xlabel(text, fontsize=TEXT, color=LIGHT["ink"])


def draw_sweep(ax, column):
    """A column of the sweep: means of the seeds, and between which ends they lie."""
    for name in rules:
        runs = sweep[name][:, :, column]
        ax.fill_between(rates, runs.min(axis=1), runs.max(axis=1), color=LIGHT[name], alpha=0.16, lw=0)
        draw_curve(ax, rates, runs.mean(axis=1), name, 2, LINES[name], marker=MARKS[name], ms=5.5)


PLACES = {
    "gd": (1.15, 0.040, "left"), "momentum": (0.23, 0.0165, "left"),
    "rmsprop": (0.0125, 0.034, "right"), "adam": (0.042, 0.0165, "right"),
}


def figure_sweep(say):
    """Training loss and held-out accuracy against the learning rate."""
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(7.2, 6.2), sharex=True)
    draw_sweep(top, 0)
    draw_sweep(bottom, 1)
    for name, (lr, height, side) in PLACES.items():
        write(top, lr, height, say(*NAMES[name]), name, fontsize=TEXT, ha=side, va="top")
    log_axis(top, "y", [0.01, 0.1, 1])
    top.set_ylim(0.008, 6)
    ticks(bottom, "y", [0, 0.5, 0.9], {0: "0%", 0.5: "50%", 0.9: "90%"})
    bottom.set_ylim(0, 1.02)
    bottom.axhline(0.9, color=LIGHT["rule"], lw=1, zorder=0)
    log_axis(bottom, "x", [0.001, 0.01, 0.1, 1, 10])
    below(bottom, say("학습률", "learning rate"))
    finish(top, say("훈련 손실", "training loss"))
    finish(bottom, say("처음 보는 숫자의 정확도", "accuracy on unseen digits"))
    return fig


def figure_peer(say):
    """Our loss curve on scikit-learn's, and how far apart they are."""
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(7.2, 6.2), sharex=True)
    steps, floor = np.arange(1, 201), 1e-17
    draw_curve(top, steps, ours, "adam", 2)
    mark(top, steps[::8], theirs.loss_curve_[::8], "ink", 7, fillstyle="none", mew=1.4)
    log_axis(top, "y", [0.01, 0.1, 1])
    top.set_ylim(0.005, 4)
    write(top, 44, 0.9, say("선: 우리 코드", "line: our code"), "adam", fontsize=TEXT)
    write(top, 44, 0.45, "○ scikit-learn", "ink", fontsize=TEXT)
    draw_curve(bottom, steps, np.maximum(paper_gaps, floor), "ink", 1.8, "--")
    draw_curve(bottom, steps, np.maximum(gaps, floor), "adam", 1.8)
    log_axis(bottom, "y", [1e-16, 1e-12, 1e-8, 1e-4, 1])
    bottom.set(ylim=(floor, 10), xlim=(0, 202))
    write(bottom, 60, 1e-6, "$\\epsilon$", "ink", fontsize=TEXT + 5)
    write(bottom, 60, 3e-14, "$\\hat\\epsilon$", "adam", fontsize=TEXT + 5)
    below(bottom, say("스텝", "step"))
    finish(top, say("미니배치의 손실", "loss of the mini-batch"))
    finish(bottom, say("두 손실의 차이", "difference of the two losses"))
    return fig


def figure_hardest(say):
    """The ten held-out digits that most of the forty networks misread."""
    fig, axes = plt.subplots(2, 5, figsize=(7.2, 4.2))
    thetas = [theta for own in trained.values() for theta in own]
    for ax, i in zip(axes.flat, hardest):
        ax.imshow(x_test[i].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_color(LIGHT["rule"])
        answers = [forward(theta, x_test[i:i + 1])[1].argmax() for theta in thetas]
        wrong = [answer for answer in answers if answer != y_test[i]]
        ax.set_title(f"{y_test[i]} → {np.bincount(wrong).argmax()}", fontsize=TEXT + 2, color=LIGHT["ink"])
        below(ax, f"{len(wrong)} / {len(answers)}")
    return fig
