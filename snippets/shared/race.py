"""What the reference pages share: how a rule answers, and what it costs."""

import numpy as np

from mhat import optimizers
from mhat.optimizers import leaves
from mhat.rules import START
from snippets.shared.drawing import curve, panels
from snippets.shared.palette import LIGHT

CLASSES = {
    "gradient_descent": optimizers.GradientDescent, "momentum": optimizers.Momentum,
    "nesterov": optimizers.Nesterov, "adagrad": optimizers.AdaGrad, "rmsprop": optimizers.RMSProp,
    "adam": optimizers.Adam, "adamw": optimizers.AdamW, "amsgrad": optimizers.AMSGrad,
    "nadam": optimizers.Nadam, "adamax": optimizers.AdaMax,
}

# --8<-- [start:shared]
assert leaves([1.0, None]) == {"0": 1.0, "1": None}
# --8<-- [end:shared]


class Counting(np.ndarray):
    """An array that counts the passes made over it."""

    passes = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        Counting.passes += 1
        bare = [x.view(np.ndarray) if isinstance(x, Counting) else x for x in inputs]
        target = out[0].view(np.ndarray)
        getattr(ufunc, method)(*bare, out=target, **options)
        return out[0]


def passes(kind):
    """Operations a parameter in one step of an optimizer: counted, not read."""
    optimizer = kind(np.ones(1), lr=1.0)
    arrays = [np.ones(1).view(Counting) for _ in range(4 + len(kind.keeps))]
    Counting.passes = 0
    optimizer.update(*arrays, 1)
    return Counting.passes


def cost(kind):
    """Per parameter: arrays kept, bytes of them in float32, arrays moved in a step, operations."""
    kept = len(kind.keeps)
    return {"kept": kept, "bytes": 4 * kept, "moved": 3 + 2 * kept, "passes": passes(kind)}


costs = {name: cost(kind) for name, kind in CLASSES.items()}
T = 40
STREAMS = {"constant": np.ones(T), "one": np.eye(T)[0], "turn": np.where(np.arange(T) < T // 2, 1.0, -1.0)}


def answer(rule, gs, theta=0.0, lr=1e-6, **numbers):
    """The steps of a rule over lr along gradients."""
    state, steps = START[rule], []
    for g in gs:
        new, state = rule(theta, g, state, lr, **numbers)
        steps.append((new - theta) / lr)
        theta = new
    return np.array(steps)


def draw_answers(say, rule, colour, **numbers):
    """Steps over lr under three streams, for gradients of size 1 and of size 2."""
    names = {
        "constant": say("늘 같은 기울기", "the same gradient"),
        "one": say("한 번 뒤로는 0", "one, then zeros"),
        "turn": say("부호가 바뀜", "the sign turns"),
    }
    fig, axes = panels(2.3, 1, 3, sharey=True)
    t = np.arange(1, T + 1)
    for ax, (stream, gs) in zip(axes, STREAMS.items()):
        curve(ax, t, answer(rule, gs, **numbers), colour, 1.4, label="|g| = 1")
        curve(ax, t, answer(rule, 2 * gs, **numbers), "ink", 2.6, (0, (1, 1.2)), label="|g| = 2")
        ax.axhline(0, color=LIGHT["soft"], lw=0.8, zorder=0)
        ax.set_title(names[stream], fontsize=9.5)
        ax.set(xticks=[1, T // 2, T], xlabel="t")
    axes[0].set_ylabel("Δθ / lr")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    return fig
