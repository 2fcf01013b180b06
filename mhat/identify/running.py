"""Identify in Python: from what one has (text, numbers, a function, an optimizer) to an answer that prints itself."""

from typing import Any

import numpy as np

from mhat.identify.answering import answer
from mhat.identify.candidates import COMMON
from mhat.identify.feed import ROUNDING
from mhat.identify.feeding import as_array, path_and_settings
from mhat.identify.second import searched
from mhat.identify.second_telling import second_words
from mhat.identify.settings import wrong_setting
from mhat.identify.telling import in_words


class Answer(dict):
    """What was found, as data; printed, in words."""

    def __init__(self, result: dict, language: str):
        super().__init__(result)
        self.words = as_text(second_words(result, language) if "groups" in result else in_words(result, language))

    def __str__(self) -> str:
        return self.words


def as_text(parts: list[dict]) -> str:
    """The parts of an answer as lines."""
    lines = []
    for part in parts:
        lines += [("- " if part["style"] == "item" else "") + part["text"]] if part["text"] else []
        for right, wrong in part["lines"]:
            lines += [f"  ✗ {line.strip()}" for line in wrong.split("\n") if line]
            lines += [f"  ✓ {line.strip()}" for line in right.split("\n") if line]
        if part["calls"]:
            lines[-1] += ": " + "; ".join(f"{name} {call}" for name, call, _ in part["calls"])
    return "\n".join(lines)


def identify(parameters: Any, dtype: str = "", language: str = "en", **settings: float | None) -> Answer:
    """Name the optimizer that gave these parameters.

    parameters  text, or twelve rows of three numbers: the parameters after each step
    dtype       "float16", "bfloat16", "float32", "float64", or found from the digits
    language    "en" or "ko"
    settings    lr, beta, beta1, beta2, eps, decay, dampening, epoch, micro: those that are known
    TypeError   a setting of another name
    ValueError  a setting that is no number, or cannot be: beta1 = 1, lr = 0; an unknown dtype
    """
    if unknown := [name for name in settings if name not in COMMON]:
        raise TypeError(f"unknown setting {unknown[0]!r}; there are {', '.join(COMMON)}")
    if dtype not in ("", *ROUNDING):
        raise ValueError(f"unknown dtype {dtype!r}; there are {', '.join(ROUNDING)}")
    told = {name: possible_number(name, value) for name, value in settings.items() if value is not None}
    text = parameters if isinstance(parameters, str) else as_printed(parameters)
    with np.errstate(all="ignore"):
        result = answer(text, told, dtype)
        second = searched(text, told, dtype) if result["verdict"] == "none" else result
    return Answer(result if second["verdict"] == "none" else second, language)


def possible_number(name: str, value: Any) -> float:
    """A setting as a float. ValueError: it is no number, or cannot be."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = None
    if wrong := wrong_setting(name, str(value), number):
        raise ValueError(" ".join(part["text"] for part in in_words(wrong, "en")))
    return number


def as_printed(parameters: Any) -> str:
    """Numbers of any shape, in order, all digits of each; with the dtype if it is narrower than float64."""
    numbers = as_array(parameters) if hasattr(parameters, "detach") else np.asarray(parameters)
    narrow = numbers.dtype.name in ROUNDING and numbers.dtype.itemsize < 8
    digits = 8 if numbers.dtype.itemsize == 4 and numbers.dtype.kind == "f" else 16
    return (numbers.dtype.name if narrow else "") + " ".join(["", *(f"{float(x):.{digits}e}" for x in numbers.ravel())])


def check(step: Any, dtype: str = "", language: str = "en", **settings: float | None) -> Answer:
    """Feed the list to an optimizer, and name it.

    step        a function (theta, g) or (theta, g, t) that returns the new theta or the step, or changes theta;
                an object with `update` or `step`; (init, update) of Optax; an optimizer of PyTorch, whose learning
                rate and so on are read from it. Theta may be an array, or arrays in a list or a dict
    TypeError   something else, with what can be taken; a setting of another name
    ValueError  a tensor of another size, a setting that cannot be
    """
    path, known = path_and_settings(step)
    return identify(path, dtype, language, **{**known, **settings})
