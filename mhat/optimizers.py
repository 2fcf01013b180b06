"""Ten optimizers for use: they check their input and change the parameters in place.

    optimizer = Adam(params, lr=1e-3)
    optimizer.step(grads)

The rules are those of `rules.py`, which are for reading. Here an array is walked in
blocks of BLOCK bytes, which leave the processor's cache only where it is too small for
them, and `step` allocates nothing of an array's size, unless a gradient overlaps the
addresses of parameters or state, is no array, or is refused.
"""

# --8<-- [start:base]
from bisect import bisect_left
from itertools import accumulate, chain, combinations
from math import inf, sqrt
from numbers import Real

import numpy as np

BLOCK = 2**20


def leaves(tree):
    """Return {name: item} of an array, a list, a tuple or a dict."""
    if isinstance(tree, dict):
        named = {str(key): item for key, item in tree.items()}
        if len(named) < len(tree):
            raise ValueError(f"keys that read the same: {list(tree)}")
        return named
    if isinstance(tree, (list, tuple)):
        return {str(i): item for i, item in enumerate(tree)}
    return {"theta": tree}


def span(array):
    """Return the addresses between which the memory of an array lies."""
    reach = [(n - 1) * step for n, step in zip(array.shape, array.strides)]
    start = array.__array_interface__["data"][0]
    start += sum(r for r in reach if r < 0)
    return start, start + array.itemsize + sum(map(abs, reach))


def repeats(array):
    """Tell whether an array may show the same memory at two places."""
    reach = array.itemsize
    pairs = zip(map(abs, array.strides), array.shape)
    for step, n in sorted(pair for pair in pairs if pair[1] > 1):
        if step < reach:
            return array.size > 0
        reach += step * (n - 1)
    return False


def blocks(arrays, writes, dtype):
    """Walk arrays of one shape together, in flat blocks of BLOCK bytes."""
    access = [["readwrite" if write else "readonly"] for write in writes]
    flags = ["external_loop", "buffered", "zerosize_ok"]
    return np.nditer(
        arrays, flags, access, op_dtypes=[dtype] * len(arrays),
        casting="same_kind", buffersize=BLOCK // dtype.itemsize,
    )


def refuse_where(bad, name, array, need):
    """Raise for the first number where bad is true, with its place."""
    if np.any(bad):
        at = tuple(np.argwhere(bad)[0].tolist())
        raise ValueError(f"{name} is {array[at]} at {at}, and {need}")


def average(old, new, beta, a):
    """old = beta * old + (1 - beta) * new, in place; a is overwritten."""
    old *= beta
    old += np.multiply(new, 1 - beta, out=a)


class Optimizer:
    """What every optimizer does around its rule.

    params   float array of any shape, or a list, tuple or dict of them:
             float64, float32 or float16, finite, writable, apart in memory
    numbers  lr > 0, 0 <= beta < 1, eps > 0, decay >= 0, also in the dtypes
             of params; attributes, checked whenever they are set

    A rule names the arrays that it keeps, and its numbers with their
    defaults (None: must be given; other names than lr, eps and decay are
    betas). Only m and velocity may be negative. It computes on blocks,

        update(theta, g, *kept, a, b, t)

    where a and b may be overwritten and t counts this array's steps from 1.
    A deep copy and a pickle take finite params and state along.
    """

    keeps = ()
    defaults = {"lr": None}
    squares = True
    params = kept = t = scratch = starts = ends = None

    def __init__(self, params, **numbers):
        self.params = leaves(params)
        for name, theta in self.params.items():
            self.check_theta(name, theta)
        for (one, x), (two, y) in combinations(self.params.items(), 2):
            if np.shares_memory(x, y):
                raise ValueError(f"{one} and {two} share memory")
        self.kept = {
            name: [np.zeros_like(theta) for _ in self.keeps]
            for name, theta in self.params.items()
        }
        self.t = dict.fromkeys(self.params, 0)
        mine = chain(self.params.values(), *self.kept.values())
        spans = sorted(map(span, mine))
        self.starts = [start for start, _ in spans]
        self.ends = [*accumulate((end for _, end in spans), max, initial=0)]
        self.scratch = {
            dtype: np.empty((2, BLOCK // dtype.itemsize), dtype)
            for dtype in {theta.dtype for theta in self.params.values()}
        }
        if unknown := numbers.keys() - self.defaults.keys():
            raise TypeError(f"unknown: {sorted(unknown)}")
        for name, value in (self.defaults | numbers).items():
            setattr(self, name, value)

    def __setattr__(self, name, value):
        if name in self.defaults:
            value = self.check_number(name, value)
        elif not hasattr(self, name):
            raise AttributeError(f"{type(self).__name__} has no {name}")
        super().__setattr__(name, value)

    def __getstate__(self):
        return self.params, self.state_dict()

    def __setstate__(self, saved):
        params, state = saved
        self.__init__(params, **{n: state[n].item() for n in self.defaults})
        self.load_state_dict(state)

    def step(self, grads):
        """Change the parameters in place, or refuse and change nothing.

        grads  as params: finite floats of the same shapes, in loss units
               per parameter unit; None for an array to leave out this time

        TypeError   not floats
        ValueError  a shape or a name that does not fit, NaN, Inf, or where
                    it is squared, a number too large for that

        Results that outgrow the dtype are not looked for: NumPy warns, and
        where that is made an error, a step may stop half done. A gradient
        between the addresses of params or state is copied first.
        """
        for name, g in self.check_grads(grads).items():
            theta, kept = self.params[name], self.kept[name]
            self.t[name] += 1
            writes = [True, False] + [True] * len(kept)
            walk = blocks([theta, g, *kept], writes, theta.dtype)
            with np.errstate(under="ignore"), walk:
                for block, *rest in walk:
                    a, b = self.scratch[theta.dtype][:, :block.size]
                    self.update(block, *rest, a, b, self.t[name])

    def state_dict(self):
        """Return copies of all that the next steps need beside params.

        One flat dict of names and arrays, for np.savez(file, **state).
        """
        state = {n: np.array(getattr(self, n)) for n in self.defaults}
        for name, kept in self.kept.items():
            state[f"{name}.t"] = np.array(self.t[name], np.int64)
            for slot, array in zip(self.keeps, kept):
                state[f"{name}.{slot}"] = array.copy()
        return state

    def load_state_dict(self, state):
        """Take over a state_dict() or np.load(file), or change nothing."""
        mine = self.state_dict()
        if odd := set(mine) ^ set(state):
            odd = sorted(map(str, odd))
            raise ValueError(f"names that do not match: {odd}")
        new = {name: np.array(state[name]) for name in mine}
        for name, array in new.items():
            self.check_item(name, array, mine[name])
        for name in self.defaults:
            setattr(self, name, new[name].item())
        for name, kept in self.kept.items():
            self.t[name] = new[f"{name}.t"].item()
            for slot, array in zip(self.keeps, kept):
                array[...] = new[f"{name}.{slot}"]

    def check_theta(self, name, theta):
        """Raise unless the array can be changed in place."""
        if not isinstance(theta, np.ndarray) or np.ma.isMA(theta):
            kind = type(theta).__name__
            raise TypeError(f"{name} is {kind}: use a float array")
        if theta.dtype not in (np.float64, np.float32, np.float16):
            raise TypeError(f"{name} has dtype {theta.dtype}: use float64, "
                            "float32 or float16")
        if not theta.flags.writeable:
            raise ValueError(f"{name} cannot be written to")
        if repeats(theta):
            raise ValueError(f"{name} shares memory with itself")
        refuse_where(~np.isfinite(theta), name, theta, "must be finite")

    def check_number(self, name, value):
        """Return lr, a beta, eps or decay as a Python float."""
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{name} is {value!r}: use a real number")
        for dtype in (np.dtype(float), *self.scratch):
            with np.errstate(over="ignore", under="ignore"):
                x = dtype.type(float(value))
            fits, need = {
                "lr": (0 < x < inf, "above 0 and finite"),
                "eps": (0 < x < inf, "above 0 and finite"),
                "decay": (0 <= x < inf, "0 or above, and finite"),
            }.get(name, (0 <= x < 1, "in [0, 1)"))
            if not fits:
                raise ValueError(f"{name} is {value!r}: it must be {need}, "
                                 f"and is {x} in {dtype}")
        return float(value)

    def check_grads(self, grads):
        """Return {name: array} of the gradients that are not None."""
        new, mine = leaves(grads), self.params
        if new.keys() != mine.keys():
            raise ValueError(f"grads has {list(new)}, params {list(mine)}")
        there = {n: g for n, g in new.items() if g is not None}
        for name, g in there.items():
            g = there[name] = np.asanyarray(g)
            self.check_grad(name, g, mine[name])
            self.check_size(name, g, mine[name].dtype)
            start, end = span(g)
            if self.ends[bisect_left(self.starts, end)] > start:
                there[name] = g.copy()
        return there

    def check_grad(self, name, g, theta):
        """Raise unless g is an array that theta can be changed by."""
        if g.dtype.kind != "f" or np.ma.isMA(g):
            kind = type(g).__name__
            raise TypeError(f"gradient of {name} is {kind} of {g.dtype}")
        if g.shape != theta.shape:
            raise ValueError(f"gradient of {name} has shape {g.shape}, "
                             f"not {theta.shape}")
        if not theta.flags.writeable:
            raise ValueError(f"{name} cannot be written to")

    def check_size(self, name, g, dtype):
        """Raise unless each number of g, in theta's dtype, can be used.

        If a sum of squares is finite, each of its squares is.
        """
        top = np.finfo(dtype).max
        top = np.sqrt(top) if self.squares else top
        walk = blocks([g], [False], dtype)
        with np.errstate(over="ignore", under="ignore"), walk:
            for block in walk:
                if block.dot(block) < inf:
                    continue
                a = self.scratch[dtype][0, :block.size]
                if not np.abs(block, out=a).max() <= top:
                    refuse_where(~(abs(g.astype(dtype)) <= top),
                                 f"gradient of {name}", g,
                                 f"may be {top:.6g} at most")

    def check_item(self, name, array, mine):
        """Raise unless an item of a state can stand in place of mine."""
        slot = name.rpartition(".")[2]
        if (array.shape, array.dtype) != (mine.shape, mine.dtype):
            raise ValueError(f"{name} is {array.dtype} of {array.shape}, "
                             f"not {mine.dtype} of {mine.shape}")
        if name in self.defaults:
            self.check_number(name, array.item())
        else:
            refuse_where(~np.isfinite(array), name, array, "must be finite")
            if slot not in ("m", "velocity"):
                refuse_where(array < 0, name, array, "must be 0 or above")
# --8<-- [end:base]


# --8<-- [start:gradient_descent]
class GradientDescent(Optimizer):
    """Step against the gradient (Cauchy, 1847)."""

    squares = False

    def update(self, theta, g, a, b, t):
        theta -= np.multiply(g, self.lr, out=a)
# --8<-- [end:gradient_descent]


# --8<-- [start:momentum]
class Momentum(Optimizer):
    """Heavy ball (Polyak, 1964), lr outside the velocity."""

    keeps = ("velocity",)
    defaults = {"lr": None, "beta": 0.9}
    squares = False

    def update(self, theta, g, velocity, a, b, t):
        velocity *= self.beta
        velocity += g
        theta -= np.multiply(velocity, self.lr, out=a)
# --8<-- [end:momentum]


# --8<-- [start:nesterov]
class Nesterov(Optimizer):
    """Nesterov's momentum (1983), for the gradient at theta."""

    keeps = ("velocity",)
    defaults = {"lr": None, "beta": 0.9}
    squares = False

    def update(self, theta, g, velocity, a, b, t):
        velocity *= self.beta
        velocity += g
        np.multiply(velocity, self.beta, out=a)
        a += g
        a *= self.lr
        theta -= a
# --8<-- [end:nesterov]


# --8<-- [start:adagrad]
class AdaGrad(Optimizer):
    """AdaGrad (Duchi, Hazan and Singer, 2011), eps outside the root."""

    keeps = ("s",)
    defaults = {"lr": None, "eps": 1e-8}

    def update(self, theta, g, s, a, b, t):
        s += np.square(g, out=a)
        np.sqrt(s, out=a)
        a += self.eps
        np.divide(g, a, out=a)
        a *= self.lr
        theta -= a
# --8<-- [end:adagrad]


# --8<-- [start:rmsprop]
class RMSProp(Optimizer):
    """RMSProp (Hinton, lecture 6e, 2012), eps outside the root."""

    keeps = ("v",)
    defaults = {"lr": None, "beta2": 0.9, "eps": 1e-8}

    def update(self, theta, g, v, a, b, t):
        average(v, np.square(g, out=a), self.beta2, a)
        np.sqrt(v, out=a)
        a += self.eps
        np.divide(g, a, out=a)
        a *= self.lr
        theta -= a
# --8<-- [end:rmsprop]


# --8<-- [start:adam]
class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015), Algorithm 1."""

    keeps = ("m", "v")
    defaults = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}

    def update(self, theta, g, m, v, a, b, t):
        average(m, g, self.beta1, a)
        average(v, np.square(g, out=a), self.beta2, a)
        np.sqrt(v, out=a)
        a *= 1 / sqrt(1 - self.beta2**t)
        a += self.eps
        np.divide(m, a, out=a)
        a *= self.lr / (1 - self.beta1**t)
        theta -= a
# --8<-- [end:adam]


# --8<-- [start:adamw]
class AdamW(Adam):
    """AdamW (Loshchilov and Hutter, 2019): theta also shrinks, apart."""

    defaults = Adam.defaults | {"decay": 0.01}

    def update(self, theta, *rest):
        theta *= 1 - self.lr * self.decay
        super().update(theta, *rest)
# --8<-- [end:adamw]


# --8<-- [start:amsgrad]
class AMSGrad(Optimizer):
    """AMSGrad (Reddi et al., 2018), corrected after the maximum."""

    keeps = ("m", "v", "v_max")
    defaults = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}

    def update(self, theta, g, m, v, v_max, a, b, t):
        average(m, g, self.beta1, a)
        average(v, np.square(g, out=a), self.beta2, a)
        np.maximum(v_max, v, out=v_max)
        np.sqrt(v_max, out=a)
        a *= 1 / sqrt(1 - self.beta2**t)
        a += self.eps
        np.divide(m, a, out=a)
        a *= self.lr / (1 - self.beta1**t)
        theta -= a
# --8<-- [end:amsgrad]


# --8<-- [start:nadam]
class Nadam(Optimizer):
    """Nadam (Dozat, 2016), beta1 constant: m_hat looks a step ahead."""

    keeps = ("m", "v")
    defaults = {"lr": 2e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}

    def update(self, theta, g, m, v, a, b, t):
        average(m, g, self.beta1, a)
        average(v, np.square(g, out=a), self.beta2, a)
        np.multiply(m, self.beta1 / (1 - self.beta1 ** (t + 1)), out=b)
        b += np.multiply(g, (1 - self.beta1) / (1 - self.beta1**t), out=a)
        np.sqrt(v, out=a)
        a *= 1 / sqrt(1 - self.beta2**t)
        a += self.eps
        b /= a
        b *= self.lr
        theta -= b
# --8<-- [end:nadam]


# --8<-- [start:adamax]
class AdaMax(Optimizer):
    """AdaMax (Kingma and Ba, 2015, section 7.1), eps beside u."""

    keeps = ("m", "u")
    defaults = {"lr": 2e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    squares = False

    def update(self, theta, g, m, u, a, b, t):
        average(m, g, self.beta1, a)
        u *= self.beta2
        np.maximum(u, np.abs(g, out=a), out=u)
        np.add(u, self.eps, out=a)
        np.divide(m, a, out=a)
        a *= self.lr / (1 - self.beta1**t)
        theta -= a
# --8<-- [end:adamax]
