"""The page practice/schedules: warm-up beside the bias correction, and what the frameworks told of their schedules."""

import numpy as np

from frameworks.listings import told
from mhat.rules import adam
from snippets.shared.drawing import curve, heading, panels, write
from snippets.shared.typeset import upward

# isort: split
# --8<-- [start:warm]
T, t = 2000, np.arange(1, 2001)
noise = np.random.default_rng(0).normal(size=(T, 1000))


def lengths(beta1, beta2):
    state, out = (0.0, 0.0, 0), []
    for g in noise:
        step, state = adam(0.0, g, state, 1.0, beta1, beta2)
        out.append(np.sqrt(np.mean(step**2)))
    return np.array(out) / np.mean(out[-500:])


def factor(beta1, beta2):
    return np.sqrt(1 - beta2**t) / (1 - beta1**t)


corrected = {pair: lengths(*pair) for pair in (
    (0.9, 0.999), (0.9, 0.98), (0.9, 0.95))}
bare = {pair: own / factor(*pair) for pair, own in corrected.items()}


def longest(lengths, warm):
    return np.max(lengths * np.minimum(1, t / warm))


for pair in corrected:
    assert 4 < longest(corrected[pair], 1) < 5
    assert longest(corrected[pair], 20) < 1.2
assert longest(bare[0.9, 0.999], 100) > 3
assert longest(bare[0.9, 0.95], 1) < longest(corrected[0.9, 0.95], 1) / 2
# --8<-- [end:warm]

first_factor = {pair: factor(*pair)[0] for pair in corrected}
warmed = {pair: {"corrected": {warm: longest(corrected[pair], warm) for warm in (1, 20, 100)},
                 "bare": {warm: longest(bare[pair], warm) for warm in (1, 20, 100)}} for pair in corrected}
corrected_20 = upward(max(own["corrected"][20] for own in warmed.values()), 3)

ran = told("schedules")
calls, units, betas = (ran["pytorch"][name] for name in ("calls", "units", "betas"))
resumed, forgotten = (ran["pytorch"][name] for name in ("resumed", "forgotten"))
of_pytorch = ran["pytorch"]["drawn"]
drawn = {"Cosine, T_max=100": of_pytorch["CosineAnnealingLR"], "Cosine, T_max=60": of_pytorch["too short"],
         "SequentialLR": of_pytorch["SequentialLR"], "OneCycleLR": of_pytorch["OneCycleLR"],
         "Keras CosineDecay": ran["keras"]["drawn"]["CosineDecay"],
         "Optax warmup_cosine": ran["optax"]["drawn"]["warmup_cosine_decay_schedule"]}


def figure_calls(say):
    """The rates that six calls give over 120 steps, and under each the size of Adam's step on noise alone."""
    fig, axes = panels(5.6, 3, 2, sharex=True, sharey=True)
    for ax, (name, own) in zip(axes.flat, drawn.items(), strict=True):
        curve(ax, range(1, len(own["rates"]) + 1), own["rates"], "ink", 1.6)
        curve(ax, range(1, len(own["steps"]) + 1), own["steps"], "step", 2.0)
        heading(ax, name)
        ax.set(xticks=[1, 50, 100], yticks=[0, 0.5, 1], ylim=(-0.03, 1.06))
        ax.grid(axis="y")
    write(axes[0, 0], 62, 0.72, say("학습률", "rate"), "ink")
    write(axes[0, 0], 121, 0.24, say("Adam의 스텝", "Adam's step"), "step", ha="right")
    for ax in axes[2]:
        ax.set_xlabel(say("스텝 t", "step t"))
    return fig
