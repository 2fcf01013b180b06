"""The problems of the test vectors: gradients, settings and learning rates that are hard for somebody.

What each is for stands in `problems.toml`. A change of any number here changes paths:
it is a new VERSION of the vectors.
"""

from typing import NamedTuple

import numpy as np

from mhat import words
from mhat.forms import Words

SETTINGS = {  # for float32, numbers that it holds exactly, and 1 minus them too
    "float64": {"beta": 0.8, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3, "decay": 0.1, "dampening": 0.4},
    "float32": {"beta": 0.75, "beta1": 0.875, "beta2": 0.96875, "eps": 2**-10, "decay": 0.125, "dampening": 0.375},
}
COMMON = {"beta": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0.01, "dampening": 0.1}
SHORT = {"beta": 0.5, "beta1": 0.5, "beta2": 1 - 2**-9, "eps": 2**-10, "decay": 0.125, "dampening": 0.25}
RATE = {"float64": 0.03, "float32": 2**-5}
LOWEST = {"float64": -520, "float32": -70}  # 2 to this is a number, its square one with fewer digits than others
VANISHING = {"float64": -600, "float32": -100}  # the square of 2 to this is 0


class Problem(NamedTuple):
    """One problem, in each dtype that it is posed in.

    about      what it is for, in both languages
    gradients  {dtype: one for each step}
    settings   {dtype: numbers by name}, more than any form takes
    lr         {dtype: one for each step}
    zero       theta begins at 0, else at -0.5, 0.5, 1.5, ...
    earlier    gradients of the steps before the saved state that it begins with, taken with `SETTINGS`
    shown      the steps after which the path is given; none for all
    adaptive   for forms with eps alone: for others it is nothing new
    leading    for the first form of each file alone, because it is long
    """

    about: Words
    gradients: dict[str, np.ndarray]
    settings: dict[str, dict[str, float]]
    lr: dict[str, list[float]]
    zero: bool = False
    earlier: np.ndarray | None = None
    shown: tuple[int, ...] = ()
    adaptive: bool = False
    leading: bool = False


ABOUT = words.read(__file__)


def problem(name: str, gradients: np.ndarray | dict, settings: dict | None = None, pace: dict | None = None,
            dtypes: tuple[str, ...] = ("float64", "float32"), **more: object) -> Problem:
    """A problem from its gradients, one array for both dtypes or one for each.

    settings  the same for both dtypes; by default SETTINGS
    pace      {dtype: learning rates, in units of RATE}, by default 1 for each step
    """
    streams = gradients if isinstance(gradients, dict) else dict.fromkeys(dtypes, gradients)
    streams = {dtype: streams[dtype].astype(dtype) for dtype in dtypes}
    settings = settings or SETTINGS
    numbers = {dtype: settings.get(dtype, settings) for dtype in dtypes}
    lrs = {dtype: [RATE[dtype] * k for k in pace[dtype]] if pace else [RATE[dtype]] * len(streams[dtype])
           for dtype in dtypes}
    return Problem(Words(**ABOUT[name]), streams, numbers, lrs, **more)


def noise(steps: int, *shape: int, seed: int = 0) -> np.ndarray:
    """Gradients of three decimals, which are short to print."""
    return np.random.default_rng(seed).integers(-2000, 2001, (steps, *shape)) / 1000


def spiked(gradients: np.ndarray, at: int, factor: float) -> np.ndarray:
    """The gradients with one of them larger."""
    gradients = gradients.copy()
    gradients[at] *= factor
    return gradients


def turned(steps: int) -> np.ndarray:
    """Ones, from the middle on with the other sign."""
    return np.where(np.arange(steps) < steps // 2, 1.0, -1.0)


def sevens(steps: int, size: int) -> np.ndarray:
    """Seven numbers in turn, from step to step another seven: no block of a power of 2 is like the next."""
    at = np.arange(size) % 7 + 7 * np.arange(steps)[:, None]
    return (np.random.default_rng(12).permutation(7 * steps) + 1.0)[at] / 8 * np.where(at % 3, 1, -1)


def tiny_sizes(steps: int, exponent: int) -> np.ndarray:
    """Three coordinates of a few units of a power of two: 1, -2 and 3 of them."""
    return np.ldexp(np.ones((steps, 1)) * [1.0, -2.0, 3.0], exponent)


def scaled(numbers: np.ndarray, power: str) -> np.ndarray:
    """Numbers of three digits times a power of ten, without a rounding of their own."""
    return np.array([float(f"{x:.2f}{power}") for x in numbers.flat]).reshape(numbers.shape)


RISE = [0, 0.25, 0.5, 0.75, 1, 1, 0.5, 0.25, 0, 0, 1, 0.5]
FALL = {"float64": [1] * 7 + [0.1] * 7, "float32": [1] * 7 + [0.125] * 7}
NARROW = (1, 2, 100, 127, 128, 129, 200, 254, 255, 256, 257, 258, 300)  # where counts of 7 and 8 bits end
WIDE = np.concatenate([np.zeros(30), np.ones(3), -np.ones(3)])

PROBLEMS = {name: problem(name, **given) for name, given in {
    "first": {"gradients": noise(1, 3) + [10, -3, 1e-3]},
    "constant": {"gradients": np.full(12, 10.0)},
    "zeros": {"gradients": np.r_[np.zeros(3), 1.0, np.zeros(6)]},
    "tiny": {"gradients": 1e-3 * noise(10, 3, seed=1) * [1, 1e-2, 1e-6]},
    "huge": {"gradients": 1e12 * noise(8, 2, seed=2)},
    "spike": {"gradients": spiked(noise(16, 3, seed=3), 8, 1000)},
    "turn": {"gradients": turned(20)},
    "drop": {"gradients": noise(14, 3, seed=4) + 1, "pace": FALL},
    "dead": {"gradients": noise(12, 4, seed=5) * [1, 0, 1, 1]},
    "matrix": {"gradients": noise(10, 2, 3, seed=6)},
    "restart": {"gradients": noise(10, 3, seed=7), "earlier": noise(7, 3, seed=70)},
    "common": {"gradients": noise(20, 3, seed=8) * [1, 100, 0.01], "settings": COMMON, "dtypes": ("float64",)},
    "long": {"gradients": noise(50, 3, seed=9) * [1, 1e-6, 100] + [0.5, 0, 0]},
    "tail": {"gradients": noise(2, 17, seed=10)},
    "thousand": {"gradients": sevens(2, 1000), "dtypes": ("float32",), "shown": (2,), "leading": True},
    "hundreds": {"gradients": noise(300, seed=11).round(1) + 0.5, "settings": SETTINGS | {"float64": COMMON},
                 "shown": NARROW},
    "rounded": {"gradients": noise(6, 3, seed=13) + 3, "settings": COMMON, "dtypes": ("float32",), "zero": True},
    "leap": {"gradients": WIDE, "settings": SHORT},
    "minute": {"gradients": scaled(noise(5, 3, seed=14) / 4 + [1.5, -1.5, 1.5], "e-17"),
               "settings": SHORT | {"eps": 2**-120}, "zero": True, "adaptive": True},
    "subnormal": {"gradients": {dtype: tiny_sizes(1, power) for dtype, power in LOWEST.items()},
                  "settings": {"float64": SHORT | {"eps": 2.0**-600}, "float32": SHORT | {"eps": 2**-120}},
                  "zero": True, "adaptive": True},
    "vanish": {"gradients": {dtype: tiny_sizes(4, power) for dtype, power in VANISHING.items()},
               "settings": {"float64": SHORT | {"eps": 2.0**-540}, "float32": SHORT | {"eps": 2**-70}},
               "zero": True, "adaptive": True},
    "schedule": {"gradients": noise(12, 2, seed=15) + 0.5, "pace": dict.fromkeys(RATE, RISE)},
    "resumed": {"gradients": noise(6, 3, seed=16), "settings": SHORT, "earlier": noise(9, 3, seed=71)},
}.items()}
