"""Forms along gradients, in NumPy: what test vectors, the comparison with frameworks and the tests walk with."""

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from mhat import forms
from mhat.forms import Form, start_of_v


def dressed(form: Form, *around: str) -> Callable:
    """The function of a form with what stands around it, by name from the inside out: a weight decay, `clip_norm`.

    It takes `decay` and `norm` as keyword arguments.
    """
    step = form.run
    for name in around:
        step = partial(vars(forms)[name], step)
    return step


def state_before(form: Form, start: str | float, g: np.ndarray, eps: float) -> tuple:
    """The state before the first gradient g, with v at a start of STARTS_OF_V, or AdaGrad's sum s at a number.

    ValueError  the form keeps no v, or no s
    """
    if start == "v = 0":
        return form.start
    words = isinstance(start, str)
    at = form.keeps.index("v" if words else "s")
    return (*form.start[:at], start_of_v(start, g, eps) if words else start, *form.start[at + 1 :])


def path(step: Callable, theta: float | np.ndarray, gradients: Iterable, lrs: Iterable[float], state: tuple,
         **settings: float) -> tuple[np.ndarray, tuple]:
    """theta after each step, steps first, and the last state. ValueError: not as many gradients as lrs."""
    points = []
    for g, lr in zip(gradients, lrs, strict=True):
        theta, state = step(theta, g, state, lr, **settings)
        points.append(theta)
    return np.array(points), state
