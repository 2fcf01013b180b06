"""Rules that this site does not treat, and published forms that it speaks of: enough of each to say its name.

Each has the shape of `mhat/rules.py`, with the defaults of its source, and an entry in `relatives.toml`. What needs all
coordinates at once says there how: the step of a coordinate, for lr = 1, is then scaled by a number of the whole.

Compiled for the page by PScript. In this file `+`, `*` and `==` are between numbers or strings alone and are compiled
as they are.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mhat import forms
from mhat.forms import nadam_pytorch
from mhat.identify.feed import THETA
from mhat.identify.walking import stepper
from mhat.rules import adam
from mhat.words import read

PSCRIPT_OVERLOAD = False


def sign_descent(theta, g, state, lr):
    """The step has the size lr, whatever the gradient."""
    return theta - lr * np.sign(g), state


def signum(theta, g, state, lr, beta=0.9):
    """The sign of an average."""
    (m,) = state
    m = beta * m + (1 - beta) * g
    return theta - lr * np.sign(m), (m,)


def lion(theta, g, state, lr, beta1=0.9, beta2=0.99):
    """The sign of one average, while another is kept."""
    (m,) = state
    step = np.sign(beta1 * m + (1 - beta1) * g)
    return theta - lr * step, (beta2 * m + (1 - beta2) * g,)


def rectification(beta2: float, t: int) -> float:
    """The factor of RAdam; 0 where the variance cannot be told yet."""
    most = 2 / (1 - beta2) - 1
    rho = most - 2 * t * beta2**t / (1 - beta2**t)
    if not rho > 5:
        return 0.0
    return np.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))


def radam(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Rectified, eps beside the raw v, as in PyTorch."""
    m, v, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    factor = rectification(beta2, t)
    by = np.sqrt(1 - beta2**t) / (np.sqrt(v) + eps) if factor > 0 else 1.0
    return theta - lr * (factor if factor > 0 else 1.0) * m / (1 - beta1**t) * by, (m, v, t)


def radam_outside(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Rectified, eps beside the corrected v, as in Optax."""
    m, v, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    factor = rectification(beta2, t)
    by = 1 / (np.sqrt(v / (1 - beta2**t)) + eps) if factor > 0 else 1.0
    return theta - lr * (factor if factor > 0 else 1.0) * m / (1 - beta1**t) * by, (m, v, t)


def adabelief(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-16):
    """By the distance of a gradient from its average."""
    m, s, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * (g - m) ** 2 + eps
    return theta - lr * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + eps), (m, s, t)


def yogi(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-3):
    """v grows and shrinks by the same amount; both averages begin at 1e-6."""
    m, v, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = v - (1 - beta2) * np.sign(v - g**2) * g**2
    return theta - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), (m, v, t)


def lamb(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-6):
    """Adam's step, which is then given the length of the parameters."""
    return adam(theta, g, state, lr, beta1, beta2, eps)


def adafactor(theta, g, state, lr):
    """On a vector nothing is factored: an average of g squared whose share grows with t."""
    v, t = state
    t = t + 1
    v = v + (g**2 - v) * t**-0.8
    return theta - lr * g / np.sqrt(np.maximum(v, 2.0**-104)), (v, t)


def adopt(theta, g, state, lr, beta1=0.9, beta2=0.9999, eps=1e-6):
    """g is divided by the v before it; the first only gives v."""
    m, v, t = state
    if t == 0:
        return theta, (m, g**2, 1)
    m = beta1 * m + (1 - beta1) * g / np.maximum(np.sqrt(v), eps)
    return theta - lr * m, (m, beta2 * v + (1 - beta2) * g**2, t + 1)


def adopt_clipped(theta, g, state, lr, beta1=0.9, beta2=0.9999, eps=1e-6):
    """The same, the quotient cut to the fourth root of t."""
    m, v, t = state
    if t == 0:
        return theta, (m, g**2, 1)
    most = t**0.25
    normed = np.minimum(np.maximum(g / np.maximum(np.sqrt(v), eps), -most), most)
    m = beta1 * m + (1 - beta1) * normed
    return theta - lr * m, (m, beta2 * v + (1 - beta2) * g**2, t + 1)


def adan(theta, g, state, lr, beta1=0.98, beta2=0.92, beta3=0.99, eps=1e-8):
    """Averages of the gradient, of its change, and of the square of both."""
    m, d, n, before, t = state
    t = t + 1
    change = g - before if t > 1 else 0.0 * g
    m, d = beta1 * m + (1 - beta1) * g, beta2 * d + (1 - beta2) * change
    n = beta3 * n + (1 - beta3) * (g + beta2 * change) ** 2
    ahead = m / (1 - beta1**t) + beta2 * d / (1 - beta2**t)
    return theta - lr * ahead / (np.sqrt(n / (1 - beta3**t)) + eps), (m, d, n, g, t)


def adabound(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam's rate of each coordinate, between bounds that close on 0.1."""
    m, v, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) / (np.sqrt(v) + eps)
    low, high = 0.1 * (1 - 1 / (0.001 * t + 1)), 0.1 * (1 + 1 / (0.001 * t))
    return theta - np.minimum(np.maximum(rate, low), high) * m, (m, v, t)


def adamod(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, beta3=0.999):
    """Adam's rate of each coordinate, not above its own average."""
    m, v, rates, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    rate = lr / (np.sqrt(v / (1 - beta2**t)) + eps)
    rates = beta3 * rates + (1 - beta3) * rate
    return theta - np.minimum(rate, rates) * m / (1 - beta1**t), (m, v, rates, t)


def adadelta(theta, g, state, lr, beta2=0.9, eps=1e-6):
    """By the squares of the steps too."""
    v, u = state
    v = beta2 * v + (1 - beta2) * g**2
    step = np.sqrt(u + eps) / np.sqrt(v + eps) * g
    return theta - lr * step, (v, beta2 * u + (1 - beta2) * step**2)


def rprop(theta, g, state, lr):
    """A size for each coordinate, which grows while the sign stays; after a change of sign there is no step."""
    before, size, t = state
    size = lr if t == 0 else size
    same = np.sign(g * before)
    size = size * 1.2 if same > 0 else size * 0.5 if same < 0 else size
    size = np.minimum(np.maximum(size, 1e-6), 50.0)
    g = 0.0 * g if same < 0 else g
    return theta - np.sign(g) * size, (g, size, t + 1)


def qhadam(theta, g, state, lr, beta1=0.995, beta2=0.999, eps=1e-8):
    """Seven tenths of the corrected average, three of the gradient itself: nu1 = 0.7, nu2 = 1."""
    m, v, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    step = 0.3 * g + 0.7 * m / (1 - beta1**t)
    return theta - lr * step / (np.sqrt(v / (1 - beta2**t)) + eps), (m, v, t)


def cautious_adam(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam's step where it has the sign of the gradient; what is left is made longer."""
    m, v, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return theta - lr * (step if step * g > 0 else 0.0 * step), (m, v, t)


def schedule_free_sgd(theta, g, state, lr, beta=0.9):
    """theta is where gradients are taken, between the point that steps and the average of all such points."""
    x, z, t = state
    x, z = (theta, theta) if t == 0 else (x, z)
    t, z = t + 1, z - lr * g
    x = x + (z - x) / t
    return beta * x + (1 - beta) * z, (x, z, t)


def schedule_free_adamw(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """The same with the gradient over the root of a corrected v."""
    x, z, v, t = state
    x, z = (theta, theta) if t == 0 else (x, z)
    t, v = t + 1, beta2 * v + (1 - beta2) * g**2
    z = z - lr * g / (np.sqrt(v / (1 - beta2**t)) + eps)
    x = x + (z - x) / t
    return beta1 * x + (1 - beta1) * z, (x, z, v, t)


# Published forms of what this site treats


def nadam_pytorch_float32(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """PyTorch itself: the product is kept in float32, for parameters in float64 too."""
    m, v, product, t = state
    mu = beta1 * (1 - 0.5 * 0.96 ** (4e-3 * (t + 1)))
    product = np.float64(np.float32(product * np.float64(np.float32(mu))))
    after = nadam_pytorch(theta, g, (m, v, product / mu, t), lr, beta1, beta2, eps)
    return after[0], (after[1][0], after[1][1], product, t + 1)


def nadam_ruder(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Both corrections with the power t, where Dozat has t + 1 for m."""
    m, v, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    ahead = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
    return theta - lr * ahead / (np.sqrt(v / (1 - beta2**t)) + eps), (m, v, t)


def momentum_corrected(theta, g, state, lr, beta=0.9):
    """An average that is corrected: Adam without v."""
    m, t = state
    t, m = t + 1, beta * m + (1 - beta) * g
    return theta - lr * m / (1 - beta**t), (m, t)


def adagrad_from(theta, g, state, lr, eps=1e-10):
    """eps outside the root, s with a start above 0."""
    (s,) = state
    s = s + g**2
    return theta - lr * g / (np.sqrt(s) + eps), (s,)


def gi_adam(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """v begins at the square of the first gradient, and is corrected as if it had begun at 0: a warm-up."""
    m, v, t = state
    return adam(theta, g, (m, g**2 if t == 0 else v, t), lr, beta1, beta2, eps)


def lazy_adam(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Nothing but the count changes where the gradient is 0."""
    m, v, t = state
    if g == 0:
        return theta, (m, v, t + 1)
    return adam(theta, g, state, lr, beta1, beta2, eps)


# Mistakes in rules that no program of mistakes.py has


def amsgrad_stored(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """The next v is an average of g squared and of the maximum."""
    m, v = state
    m, v = beta1 * m + (1 - beta1) * g, np.maximum(beta2 * v + (1 - beta2) * g**2, v)
    return theta - lr * m / (np.sqrt(v) + eps), (m, v)


def adam_hat_inside(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """The corrections in lr, and eps inside the root of the raw v."""
    m, v, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    return theta - lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / np.sqrt(v + eps), (m, v, t)


def nadam_g_powerless(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """The gradient of the step is corrected by 1 - beta1, at every t."""
    m, v, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    ahead = beta1 * m / (1 - beta1**t) + g
    return theta - lr * ahead / (np.sqrt(v / (1 - beta2**t)) + eps), (m, v, t)


def nadam_g_uncorrected(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """m is corrected for t + 1, the gradient of the step is not."""
    m, v, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    ahead = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g
    return theta - lr * ahead / (np.sqrt(v / (1 - beta2**t)) + eps), (m, v, t)


def nadam_stored(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """The look ahead is the next m, and averaged and corrected again."""
    m, v, t = state
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    m = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)
    return theta - lr * m / (np.sqrt(v / (1 - beta2**t)) + eps), (m, v, t)


def adamax_corrected(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """The maximum is divided by 1 - beta2^t, as if it were an average."""
    m, u, t = state
    t = t + 1
    m, u = beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g))
    return theta - lr * m / (1 - beta1**t) / (u / (1 - beta2**t) + eps), (m, u, t)


def adamax_root(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """The root of the maximum."""
    m, u, t = state
    t = t + 1
    m, u = beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g))
    return theta - lr * m / (1 - beta1**t) / (np.sqrt(u) + eps), (m, u, t)


def adamax_averaged(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """The sizes of the gradients are averaged; there is no maximum."""
    m, u, t = state
    t = t + 1
    m, u = beta1 * m + (1 - beta1) * g, beta2 * u + (1 - beta2) * np.abs(g)
    return theta - lr * m / (1 - beta1**t) / (u + eps), (m, u, t)


@dataclass(frozen=True, eq=False)
class Relative:
    """A rule with a name and a source, as plain data that a page has too.

    name, title, source  its id, what it is called, an address, or "" for a mistake
    page                 the page of this site that speaks of it, or ""
    run, start           its rule, the state of a coordinate before the first step
    takes, defaults      its settings after lr, and their values in its source
    scale                what needs all coordinates: "", what a step is scaled by ("trust" of LAMB, "rms" of Adafactor,
                         "share" of cautious Adam), or "shared": they have one state
    """

    name: str
    title: dict[str, str]
    source: str
    page: str
    run: Callable
    start: list[float]
    takes: list[str]
    defaults: list[float]
    scale: str


def relative(name: str, entry: dict) -> Relative:
    """The rule of an entry: a function here, or a form, which has its own title and start."""
    run = entry.get("run", name)
    if form := forms.FORMS.get(run):
        entry = {"title": form.long._asdict(), "start": list(form.start)} | entry
    rule = vars(forms).get(run) or globals()[run]
    settings = list(inspect.signature(rule).parameters.values())[4:]
    return Relative(name, entry["title"], entry.get("source", ""), entry.get("page", ""), rule, entry["start"],
                    [each.name for each in settings], [each.default for each in settings], entry.get("scale", ""))


RELATIVES = [relative(name, entry) for name, entry in read(__file__).items()]


# How they walk


def length(x: list[float]) -> float:
    """The length of a vector."""
    total = 0.0
    for each in x:
        total = total + each * each
    return np.sqrt(total)


def scaled_step(relative: Relative, theta: list[float], step: list[float], lr: float, t: int) -> list[float]:
    """The parameters after a step that is not yet multiplied by lr, from what all coordinates have together."""
    by, root = lr, np.sqrt(len(step))
    if relative.scale == "trust" and length(theta) > 0 and length(step) > 0:
        by = lr * length(theta) / length(step)
    if relative.scale == "rms":
        by = min(lr, 1 / np.sqrt(t)) * max(1e-3, length(theta) / root) / max(1.0, length(step) / root)
    if relative.scale == "share":
        by = lr * len(step) / max(len([x for x in step if x != 0]), 1e-3 * len(step))
    return [theta[i] - by * step[i] for i in range(len(step))]


def relative_walk(relative: Relative, values: list[float], lr: float, gradients: list, kind: str = "",
                  decay: float = 0.0) -> list[list[float]]:
    """The parameters after each step of a relative, with a weight decay around it where nothing scales its step."""
    step = stepper(relative.run, values, kind, np.float64(decay))
    scaled = relative.scale not in ["", "shared"]
    theta, path, rate = [np.float64(x) for x in THETA], [], 1.0 if scaled else lr
    states = [[np.float64(x) for x in relative.start] for _x in THETA]
    for t in range(len(gradients)):
        after = []
        for i in range(len(THETA)):
            after.append(step(theta[i], np.float64(gradients[t][i]), states[i], np.float64(rate)))
            states[i] = after[i][1]
            if relative.scale == "shared":
                states[(i + 1) % 3] = after[i][1]
        if scaled:
            theta = scaled_step(relative, theta, [theta[i] - after[i][0] for i in range(len(THETA))], lr, t + 1)
        else:
            theta = [each[0] for each in after]
        path.append(list(theta))
    return path
