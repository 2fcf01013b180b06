"""A checked version for use: the same rules, which raise instead of going on.

    step = checked(adam)
    theta, state = step(theta, g, START[adam], lr=1e-3)

`rules.py` is for reading and checks nothing. Here everything is looked at before the
rule runs, and what comes out is looked at before the caller gets it: after an error
the caller still holds the last good parameters and the last good state.
"""

# --8<-- [start:checked]
import functools
from inspect import signature
from numbers import Integral, Real

import numpy as np

STATE = {
    "gradient_descent": (),
    "momentum": ("velocity",),
    "nesterov": ("velocity",),
    "adagrad": ("s",),
    "rmsprop": ("v",),
    "adam": ("m", "v", "t"),
    "adamw": ("m", "v", "t"),
    "amsgrad": ("m", "v", "v_max", "t"),
    "nadam": ("m", "v", "t"),
    "adamax": ("m", "u", "t"),
}
NOT_NEGATIVE = ("state s", "state v", "state v_max", "state u")


def refuse_where(bad, name, array, need):
    """Raise ValueError that shows the first entry where bad is true, and its index."""
    if np.any(bad):
        index = tuple(np.argwhere(bad)[0].tolist())
        value = np.asarray(array)[index]
        raise ValueError(f"{name} is {value} at index {index}: it must be {need}")


def check_floats(name, value, dtype=None):
    """Return a copy of value as an array of dtype, by default of its own.

    TypeError   not floats: integers, booleans, complex numbers, objects
    ValueError  NaN or Inf, also one that the change of dtype makes
    """
    array = np.asarray(value)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} has dtype {array.dtype}: use float, as in 1.0")
    array = array.astype(dtype or array.dtype)
    refuse_where(~np.isfinite(array), name, array, f"finite in {array.dtype}")
    return array


def check_number(name, value):
    """Return lr, a beta, eps or decay as a Python float, which leaves theta its dtype."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} is {value!r}: it must be a real number")
    number = float(value)
    if name == "lr":
        fits, need = 0 < number < np.inf, "above 0 and finite"
    elif name in ("eps", "decay"):
        fits, need = 0 <= number < np.inf, "0 or above, and finite"
    else:
        fits, need = 0 <= number < 1, "in [0, 1)"
    if not fits:
        raise ValueError(f"{name} is {value!r}: it must be {need}")
    return number


def check_count(name, value):
    """Return the number of steps made so far as a Python int."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} is {value!r}: it must be a whole number, as in 0")
    if value < 0:
        raise ValueError(f"{name} is {value!r}: it must be 0 or above")
    return int(value)


def check_average(name, value, theta):
    """Return velocity, m, v, …: of theta's shape, or a scalar that fits every shape."""
    array = check_floats(name, value, theta.dtype)
    if array.shape not in ((), theta.shape):
        raise ValueError(f"{name} has shape {array.shape}, theta {theta.shape}")
    if name in NOT_NEGATIVE:
        refuse_where(array < 0, name, array, "0 or above")
    return array


def check_state(names, state, theta):
    """Return the state, a tuple with one item a name, in theta's dtype."""
    if not isinstance(state, tuple):
        raise TypeError(f"state is {state!r}: it must be a tuple")
    if len(state) != len(names):
        raise ValueError(f"state is {state!r}: its items must be {names}")
    return tuple(
        check_count("state t", item) if name == "t"
        else check_average(f"state {name}", item, theta)
        for name, item in zip(names, state)
    )


def checked(rule):
    """Return the rule with the same arguments, raising on input that it cannot use.

    theta  floats of any shape: float64, float32 or float16, which the result keeps
    g      floats of theta's shape, taken in theta's dtype
    state  a tuple, START[rule] before the first step, taken in theta's dtype
    lr, beta, beta1, beta2, eps, decay
           real numbers: lr > 0, 0 <= beta < 1, eps >= 0, decay >= 0

    TypeError   not floats, not a number, not a tuple, an unknown or missing argument
    ValueError  a shape that does not fit, NaN, Inf, a number out of its range,
                a result that is not finite (overflow, or 0/0 where g = eps = 0)

    Nothing is changed in place. In float16 an eps below 3e-8 counts as 0.
    A rule of your own needs its entry in STATE: STATE["my_rule"] = ("m",);
    a number with another name must be in [0, 1).
    """
    names, form = STATE[rule.__name__], signature(rule)

    @functools.wraps(rule)
    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def step(*args, **kwargs):
        given = form.bind(*args, **kwargs).arguments
        theta = check_floats("theta", given.pop("theta"))
        g = check_floats("g", given.pop("g"), theta.dtype)
        if g.shape != theta.shape:
            raise ValueError(f"g has shape {g.shape}, theta {theta.shape}")
        state = check_state(names, given.pop("state"), theta)
        numbers = {name: check_number(name, given[name]) for name in given}
        theta, state = rule(theta, g, state, **numbers)
        for name, new in zip(("theta", *names), (theta, *state)):
            refuse_where(~np.isfinite(new), f"new {name}", new, "finite")
        return theta, state

    return step
# --8<-- [end:checked]
