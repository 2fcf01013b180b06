"""What frameworks compute under the names momentum, RMSProp and Adam.

Every form has the shape of `rules.py`:

    theta, state = form(theta, g, state, lr, ...)

The forms of the papers are in `rules.py`; here is each other one that a framework
runs. The letters mean the same everywhere:

    beta         share of the velocity that a step keeps
    beta1 beta2  shares of m and v that a step keeps
    eps          in units of the gradient outside the root, squared inside

Nothing is changed in place and nothing is checked. `FORMS` and `DECAYS` at the end are the
tables of all forms, those of `rules.py` too, and of all weight decays.
"""

import inspect
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mhat import rules

# Adam


# --8<-- [start:adam_eps_hat]
def adam_eps_hat(
    theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """Kingma and Ba (2015), end of section 2: eps beside the raw v."""
    m, v, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    lr_t = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return theta - lr_t * m / (np.sqrt(v) + eps), (m, v, t)
# --8<-- [end:adam_eps_hat]


# --8<-- [start:adam_folded]
def adam_folded(theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Algorithm 1 with both corrections in lr: eps is corrected too."""
    m, v, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    root = (1 - beta2**t) ** 0.5
    lr_t = lr * root / (1 - beta1**t)
    return theta - lr_t * m / (np.sqrt(v) + eps * root), (m, v, t)
# --8<-- [end:adam_folded]


# --8<-- [start:adam_uncorrected]
def adam_uncorrected(
    theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """Adam without bias correction."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * m / (np.sqrt(v) + eps), (m, v)
# --8<-- [end:adam_uncorrected]


def amsgrad_eps_hat(
    theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """AMSGrad with the largest raw v, and eps beside it."""
    m, v, v_max, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.maximum(v_max, v)
    lr_t = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return theta - lr_t * m / (np.sqrt(v_max) + eps), (m, v, v_max, t)


# --8<-- [start:amsgrad_corrected]
def amsgrad_corrected(
    theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """AMSGrad with the largest corrected v."""
    m, v, v_max, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_max = np.maximum(v_max, v / (1 - beta2**t))
    return theta - lr * m_hat / (np.sqrt(v_max) + eps), (m, v, v_max, t)
# --8<-- [end:amsgrad_corrected]


def amsgrad_v_uncorrected(
    theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """AMSGrad that corrects m, but neither v nor its maximum."""
    m, v, v_max, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_max = np.maximum(v_max, v)
    return theta - lr * m_hat / (np.sqrt(v_max) + eps), (m, v, v_max, t)


def amsgrad_uncorrected(
    theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """Reddi, Kale and Kumar (2018), Algorithm 2: no correction."""
    m, v, v_max = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.maximum(v_max, v)
    return theta - lr * m / (np.sqrt(v_max) + eps), (m, v, v_max)


# RMSProp


# --8<-- [start:rmsprop_eps_inside]
def rmsprop_eps_inside(theta, g, state, lr, beta2=0.9, eps=1e-8):
    """RMSProp, eps inside the root."""
    (v,) = state
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * g / np.sqrt(v + eps), (v,)
# --8<-- [end:rmsprop_eps_inside]


# --8<-- [start:rmsprop_corrected]
def rmsprop_corrected(theta, g, state, lr, beta2=0.9, eps=1e-8):
    """RMSProp with Adam's bias correction, eps outside the root."""
    v, t = state
    t = t + 1
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = v / (1 - beta2**t)
    return theta - lr * g / (np.sqrt(v_hat) + eps), (v, t)
# --8<-- [end:rmsprop_corrected]


def rmsprop_corrected_inside(theta, g, state, lr, beta2=0.9, eps=1e-8):
    """RMSProp with Adam's bias correction, eps inside the root."""
    v, t = state
    t = t + 1
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = v / (1 - beta2**t)
    return theta - lr * g / np.sqrt(v_hat + eps), (v, t)


# --8<-- [start:rmsprop_centered]
def rmsprop_centered(theta, g, state, lr, beta2=0.9, eps=1e-8):
    """RMSProp by the variance (Graves, 2013), eps outside the root."""
    v, mean = state
    v = beta2 * v + (1 - beta2) * g**2
    mean = beta2 * mean + (1 - beta2) * g
    return theta - lr * g / (np.sqrt(v - mean**2) + eps), (v, mean)
# --8<-- [end:rmsprop_centered]


# --8<-- [start:rmsprop_centered_inside]
def rmsprop_centered_inside(theta, g, state, lr, beta2=0.9, eps=1e-8):
    """RMSProp by the variance (Graves, 2013), eps inside the root."""
    v, mean = state
    v = beta2 * v + (1 - beta2) * g**2
    mean = beta2 * mean + (1 - beta2) * g
    return theta - lr * g / np.sqrt(v - mean**2 + eps), (v, mean)
# --8<-- [end:rmsprop_centered_inside]


# --8<-- [start:rmsprop_centered_subtracted]
def rmsprop_centered_subtracted(theta, g, state, lr, beta2=0.9, eps=1e-8):
    """eps taken off the variance: TensorFlow.js, by mistake."""
    v, mean = state
    v = beta2 * v + (1 - beta2) * g**2
    mean = beta2 * mean + (1 - beta2) * g
    return theta - lr * g / np.sqrt(v - (mean**2 + eps)), (v, mean)
# --8<-- [end:rmsprop_centered_subtracted]


# --8<-- [start:rmsprop_momentum_outside]
def rmsprop_momentum_outside(
    theta, g, state, lr, beta=0.9, beta2=0.9, eps=1e-8
):
    """Velocity of RMSProp steps: lr outside it, eps outside the root."""
    v, velocity = state
    v = beta2 * v + (1 - beta2) * g**2
    velocity = beta * velocity + g / (np.sqrt(v) + eps)
    return theta - lr * velocity, (v, velocity)
# --8<-- [end:rmsprop_momentum_outside]


# --8<-- [start:rmsprop_momentum_inside]
def rmsprop_momentum_inside(
    theta, g, state, lr, beta=0.9, beta2=0.9, eps=1e-8
):
    """Velocity of RMSProp steps: lr inside it, eps inside the root."""
    v, velocity = state
    v = beta2 * v + (1 - beta2) * g**2
    velocity = beta * velocity + lr * g / np.sqrt(v + eps)
    return theta - velocity, (v, velocity)
# --8<-- [end:rmsprop_momentum_inside]


def rmsprop_momentum_eps_inside(
    theta, g, state, lr, beta=0.9, beta2=0.9, eps=1e-8
):
    """Velocity of RMSProp steps: lr outside it, eps inside the root."""
    v, velocity = state
    v = beta2 * v + (1 - beta2) * g**2
    velocity = beta * velocity + g / np.sqrt(v + eps)
    return theta - lr * velocity, (v, velocity)


def rmsprop_momentum_lr_inside(
    theta, g, state, lr, beta=0.9, beta2=0.9, eps=1e-8
):
    """Velocity of RMSProp steps: lr inside it, eps outside the root."""
    v, velocity = state
    v = beta2 * v + (1 - beta2) * g**2
    velocity = beta * velocity + lr * g / (np.sqrt(v) + eps)
    return theta - velocity, (v, velocity)


def rmsprop_nesterov_inside(
    theta, g, state, lr, beta=0.9, beta2=0.9, eps=1e-8
):
    """Nesterov's momentum of RMSProp steps: lr and eps inside."""
    v, velocity = state
    v = beta2 * v + (1 - beta2) * g**2
    step = lr * g / np.sqrt(v + eps)
    velocity = beta * velocity + step
    return theta - (step + beta * velocity), (v, velocity)


def rmsprop_centered_momentum_outside(
    theta, g, state, lr, beta=0.9, beta2=0.9, eps=1e-8
):
    """Velocity of centered steps: lr outside it, eps outside the root."""
    v, mean, velocity = state
    v = beta2 * v + (1 - beta2) * g**2
    mean = beta2 * mean + (1 - beta2) * g
    velocity = beta * velocity + g / (np.sqrt(v - mean**2) + eps)
    return theta - lr * velocity, (v, mean, velocity)


def rmsprop_centered_momentum_inside(
    theta, g, state, lr, beta=0.9, beta2=0.9, eps=1e-8
):
    """Velocity of centered steps (Graves, 2013): lr and eps inside."""
    v, mean, velocity = state
    v = beta2 * v + (1 - beta2) * g**2
    mean = beta2 * mean + (1 - beta2) * g
    velocity = beta * velocity + lr * g / np.sqrt(v - mean**2 + eps)
    return theta - velocity, (v, mean, velocity)


# --8<-- [start:start_of_v]
def start_of_v(words, g, eps):
    """v before the first gradient g."""
    starts = {"v = 0": 0.0, "v = 1": 1.0, "v = eps": eps, "v = g1^2": g**2}
    return starts[words]
# --8<-- [end:start_of_v]


# Nadam, AdaMax, AdaGrad


# --8<-- [start:nadam_pytorch]
def nadam_pytorch(
    theta, g, state, lr=2e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """Nadam, beta1 grows slowly from half of it: momentum_decay = 4e-3."""
    m, v, product, t = state
    t = t + 1
    mu = beta1 * (1 - 0.5 * 0.96 ** (4e-3 * t))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** (4e-3 * (t + 1)))
    product = product * mu
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    ahead = mu_next * m / (1 - product * mu_next)
    ahead = ahead + (1 - mu) * g / (1 - product)
    v_hat = v / (1 - beta2**t)
    theta = theta - lr * ahead / (np.sqrt(v_hat) + eps)
    return theta, (m, v, product, t)
# --8<-- [end:nadam_pytorch]


# --8<-- [start:nadam_keras]
def nadam_keras(
    theta, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-7
):
    """Nadam with a beta1 that grows from half of it."""
    m, v, product, t = state
    t = t + 1
    mu = beta1 * (1 - 0.5 * 0.96**t)
    mu_next = beta1 * (1 - 0.5 * 0.96 ** (t + 1))
    product = product * mu
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    ahead = mu_next * m / (1 - product * mu_next)
    ahead = ahead + (1 - mu) * g / (1 - product)
    v_hat = v / (1 - beta2**t)
    theta = theta - lr * ahead / (np.sqrt(v_hat) + eps)
    return theta, (m, v, product, t)
# --8<-- [end:nadam_keras]


# --8<-- [start:adamax_eps_inside]
def adamax_eps_inside(
    theta, g, state, lr=2e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """AdaMax, eps inside the maximum, which keeps it."""
    m, u, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g) + eps)
    m_hat = m / (1 - beta1**t)
    return theta - lr * m_hat / u, (m, u, t)
# --8<-- [end:adamax_eps_inside]


# --8<-- [start:adagrad_eps_inside]
def adagrad_eps_inside(theta, g, state, lr, eps=1e-7):
    """AdaGrad, eps inside the root; s starts at 0.1."""
    (s,) = state
    s = s + g**2
    return theta - lr * g / np.sqrt(s + eps), (s,)
# --8<-- [end:adagrad_eps_inside]


# --8<-- [start:adagrad_without_eps]
def adagrad_without_eps(theta, g, state, lr):
    """AdaGrad without eps; s starts at 0.1."""
    (s,) = state
    s = s + g**2
    return theta - lr * g / np.sqrt(s), (s,)
# --8<-- [end:adagrad_without_eps]


# Momentum


# --8<-- [start:momentum_inside]
def momentum_inside(theta, g, state, lr, beta=0.9):
    """Heavy ball, lr inside the velocity."""
    (velocity,) = state
    velocity = beta * velocity + lr * g
    return theta - velocity, (velocity,)
# --8<-- [end:momentum_inside]


# --8<-- [start:momentum_average]
def momentum_average(theta, g, state, lr, beta=0.9):
    """The velocity as a moving average, lr outside."""
    (velocity,) = state
    velocity = beta * velocity + (1 - beta) * g
    return theta - lr * velocity, (velocity,)
# --8<-- [end:momentum_average]


# --8<-- [start:momentum_average_inside]
def momentum_average_inside(theta, g, state, lr, beta=0.9):
    """The velocity as a moving average, lr inside."""
    (velocity,) = state
    velocity = beta * velocity + (1 - beta) * lr * g
    return theta - velocity, (velocity,)
# --8<-- [end:momentum_average_inside]


# --8<-- [start:momentum_dampened]
def momentum_dampened(theta, g, state, lr, beta=0.9, dampening=0.0):
    """Dampened gradients; the first is copied into the velocity whole."""
    velocity, t = state
    share = 1 - dampening if t else 1
    velocity = beta * velocity + share * g
    return theta - lr * velocity, (velocity, t + 1)
# --8<-- [end:momentum_dampened]


# --8<-- [start:momentum_dampened_at_once]
def momentum_dampened_at_once(theta, g, state, lr, beta=0.9, dampening=0.0):
    """Dampened gradients, the first one too."""
    (velocity,) = state
    velocity = beta * velocity + (1 - dampening) * g
    return theta - lr * velocity, (velocity,)
# --8<-- [end:momentum_dampened_at_once]


# --8<-- [start:nesterov_inside]
def nesterov_inside(theta, g, state, lr, beta=0.9):
    """Nesterov's momentum, lr inside the velocity."""
    (velocity,) = state
    velocity = beta * velocity + lr * g
    return theta - (lr * g + beta * velocity), (velocity,)
# --8<-- [end:nesterov_inside]


# --8<-- [start:not_nesterov]
def not_nesterov(theta, g, state, lr, beta=0.9):
    """Chainer's NesterovAG: the velocity is the new one, not the old."""
    (velocity,) = state
    velocity = beta * velocity + lr * g
    return theta - (1 + beta) * lr * g - beta**2 * velocity, (velocity,)
# --8<-- [end:not_nesterov]


# Weight decay and clipping, around any form of the shape above


# --8<-- [start:decay_l2]
def decay_l2(form, theta, g, state, lr, decay, **settings):
    """The gradient of decay / 2 * theta^2 is added to the gradient."""
    return form(theta, g + decay * theta, state, lr, **settings)
# --8<-- [end:decay_l2]


# --8<-- [start:decay_before]
def decay_before(form, theta, g, state, lr, decay, **settings):
    """theta shrinks, then steps."""
    theta = theta * (1 - lr * decay)
    return form(theta, g, state, lr, **settings)
# --8<-- [end:decay_before]


# --8<-- [start:decay_with]
def decay_with(form, theta, g, state, lr, decay, **settings):
    """theta shrinks and steps at once: decay_before in other words."""
    stepped, state = form(theta, g, state, lr, **settings)
    return stepped - lr * decay * theta, state
# --8<-- [end:decay_with]


# --8<-- [start:decay_after]
def decay_after(form, theta, g, state, lr, decay, **settings):
    """theta steps, then shrinks."""
    theta, state = form(theta, g, state, lr, **settings)
    return theta * (1 - lr * decay), state
# --8<-- [end:decay_after]


# --8<-- [start:decay_absolute]
def decay_absolute(form, theta, g, state, lr, decay, **settings):
    """theta shrinks by decay alone, without lr, then steps."""
    return form(theta * (1 - decay), g, state, lr, **settings)
# --8<-- [end:decay_absolute]


def decay_absolute_after(form, theta, g, state, lr, decay, **settings):
    """theta steps, then shrinks by decay alone, without lr."""
    theta, state = form(theta, g, state, lr, **settings)
    return theta * (1 - decay), state


def clip_norm(form, theta, g, state, lr, norm, **settings):
    """A gradient longer than norm is cut to that length."""
    length = np.sqrt(np.sum(g**2))
    g = g * (norm / np.maximum(length, norm))
    return form(theta, g, state, lr, **settings)



# The table: what the entries of forms.toml say beside the functions. A new form is a function above and an entry
# there, a new weight decay too; tables, tools, test vectors and the comparison with frameworks take it from here.

STARTS_OF_V = ("v = 0", "v = 1", "v = eps", "v = g1^2")  # what `start_of_v` takes
PLAIN = {  # the traits of a plain form, and in comments what else there is
    "maximum": "none",  # raw, corrected: the largest v so far, taken before its correction or after
    "m": "plain",  # corrected
    "v": "plain",  # corrected
    "eps": "outside",  # hat: beside the raw v; inside, subtracted: under the root
    "centered": "no",  # yes: the squared mean is taken off v
    "lr": "outside",  # inside the velocity
    "share": "whole",  # of a gradient in the velocity; average, dampened, after the first: dampened from the second on
    "nesterov": "no",  # yes, almost
}


class Words(NamedTuple):
    """The same in both languages."""

    ko: str
    en: str


@dataclass(frozen=True, eq=False)
class Form:
    """A form of a rule.

    run      the function, theta, state = run(theta, g, state, lr, ...)
    start    the state before the first step
    short    its name in the table of its page; long: by itself
    page     the page in conventions/ with the forms that it is compared with; none for a rule of its own
    vectors  the name of its file of test vectors; none for a form that has none
    traits   what sets it apart from the other forms of its page, all the keys of PLAIN
    """

    name: str
    run: Callable
    start: tuple
    short: Words
    long: Words
    traits: dict[str, str]
    page: str = ""
    vectors: str = ""

    @property
    def family(self) -> str:
        """The forms that it is compared with: the name of their page, or of their file of test vectors."""
        return self.page or self.vectors

    @property
    def is_variant(self) -> bool:
        """Whether it varies a rule that has no page in conventions/: the page of the rule speaks of it."""
        return not self.page and self.run not in rules.START

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of what it is told, lr first."""
        return tuple(inspect.signature(self.run).parameters)[3:]

    @cached_property
    def keeps(self) -> tuple[str, ...]:
        """The names of its state, as its first line takes it apart; none where another rule does that for it."""
        line = re.search(r"^ +\(?([\w, ]+?),?\)? = state$", inspect.getsource(self.run), re.M)
        return tuple(line[1].split(", ")) if line else ()


@dataclass(frozen=True, eq=False)
class Decay:
    """A weight decay around a form.

    run      the function, theta, state = run(form, theta, g, state, lr, decay, ...)
    short    its name in a table; does: what it does; long: after the name of a form
    timing   theta shrinks before its step or after it
    scale    what theta loses in a step goes with lr, or is fixed
    same     the decay that this one is in other words
    vectors  the name of its file of test vectors, around Adam
    """

    name: str
    run: Callable
    short: Words
    does: Words
    long: Words
    timing: str = "before"
    scale: str = "lr"
    same: str = ""
    vectors: str = ""


def form_of(name: str, short: dict, long: dict | None = None, start: list | None = None,
            traits: dict | None = None, **more: str) -> Form:
    """The form of an entry: the function of its name, here or in `rules.py`, which has its own START."""
    run = vars(rules).get(name) or globals()[name]
    state = rules.START[run] if start is None else tuple(start)
    return Form(name, run, state, Words(**short), Words(**long or short), PLAIN | (traits or {}), **more)


def decay_of(name: str, short: dict, does: dict, long: dict, **more: str) -> Decay:
    """The weight decay of an entry."""
    return Decay(name, globals()[name], Words(**short), Words(**does), Words(**long), **more)


ENTRIES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
FORMS: dict[str, Form] = {name: form_of(name, **entry) for name, entry in ENTRIES["form"].items()}
PAGES = {form.page for form in FORMS.values()} - {""}  # of conventions/
DECAYS: dict[str, Decay] = {name: decay_of(name, **entry) for name, entry in ENTRIES["decay"].items()}
