"""The page practice/checkpoints: a state that survives a file, and what the frameworks told."""

import numpy as np

from frameworks.listings import told
from mhat.rules import adam
from snippets.shared.drawing import DASHES, curve, log_axis, panels, write
from snippets.shared.palette import LIGHT

# isort: split
# --8<-- [start:resume]
import io

gradients = np.random.default_rng(0).normal(1, 1, (200, 3))


def walk(theta, state, gradients):
    for g in gradients:
        theta, state = adam(theta, g, state, lr=0.01)
    return theta, state


def saved(theta, state):
    m, v, t = state
    file = io.BytesIO()
    np.savez(file, theta=theta, m=m, v=v, t=t)
    file.seek(0)
    return file


def load(file):
    with np.load(file) as parts:
        theta, m, v, t = (parts[name] for name in ("theta", "m", "v", "t"))
    return theta, (m, v, int(t))


def check_resume(load):
    middle = walk(0.0, (0.0, 0.0, 0), gradients[:100])
    whole, _ = walk(*middle, gradients[100:])
    resumed, _ = walk(*load(saved(*middle)), gradients[100:])
    assert np.array_equal(whole, resumed)


check_resume(load)
# --8<-- [end:resume]

# --8<-- [start:wrong]
def only_weights(file):
    theta, _ = load(file)
    return theta, (0.0, 0.0, 0)


def without_t(file):
    theta, (m, v, t) = load(file)
    return theta, (m, v, 0)


def in_float16(file):
    theta, (m, v, t) = load(file)
    m, v = (part.astype(np.float16).astype(float) for part in (m, v))
    return theta, (m, v, t)


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


for program in only_weights, without_t, in_float16:
    assert fails(check_resume, program)
assert not fails(check_resume, load)
# --8<-- [end:wrong]

ran = told("checkpoints")
peaks = {float(lr): own for lr, own in ran["pytorch"]["peaks"].items()}
ends = ran["pytorch"]["ends"]
rates = ran["pytorch"]["rates"]
moved = ran["optax"]["moved"]
curves = {name: np.array(rows) for name, rows in ran["pytorch"]["curves"].items()}
steps = np.array(ran["pytorch"]["steps"])
median = {name: np.median(rows, axis=1) for name, rows in curves.items()}


def figure_cold(say):
    """The loss after a resume with the whole state, with the model alone, and with a warm-up: median and range."""
    fig, ax = panels(3.4)
    for name, colour, width, style in (("whole", "adam", 2.6, "-"), ("warm", "ink", 1.8, DASHES),
                                       ("model", "wrong", 2.6, "-")):
        low, high = curves[name].min(axis=1), curves[name].max(axis=1)
        ax.fill_between(steps, low, high, color=LIGHT[colour], alpha=0.15, lw=0)
        curve(ax, steps, median[name], colour, width, style)
    log_axis(ax, "x", [1, 10, 100, 1000])
    log_axis(ax, "y", [0.001, 0.01, 0.1])
    write(ax, 3, 0.058, say("모델만", "model alone"), "wrong", va="bottom")
    write(ax, 1, 0.0175, say("전부", "everything"), "adam", va="top")
    write(ax, 1, 0.0105, say("모델만, 워밍업", "model alone, warm-up"), "ink", va="top")
    ax.set(xlabel=say("이어서 훈련한 스텝", "steps after the resume"), ylabel=say("손실", "loss"), ylim=(0.0007, 0.11))
    ax.grid(axis="y")
    return fig
