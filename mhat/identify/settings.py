"""Settings as they were written: numbers that can be, or which one cannot.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

import numpy as np

from mhat.identify.reading import number_at

KINDS = {  # what a setting can be, a key of words.toml
    "lr": "positive", "beta": "share", "beta1": "share", "beta2": "share", "eps": "not_negative",
    "decay": "not_negative", "dampening": "whole_share", "epoch": "count", "micro": "count",
}


def fits(kind: str, x: float) -> bool:
    """Whether a number can be a setting of a kind."""
    if kind == "positive":
        return x > 0 and x < np.inf
    if kind == "share":
        return x >= 0 and x < 1
    if kind == "not_negative":
        return x >= 0 and x < np.inf
    if kind == "whole_share":
        return x >= 0 and x <= 1
    return x >= 1 and x < np.inf and x == np.floor(x)


def wrong_setting(name: str, text: str, value: float | None) -> dict | None:
    """Why a setting cannot be, as an answer, or none; `text` is what was written, `value` its number, if it is one."""
    if value is not None and fits(KINDS[name], value):
        return None
    why = "no_number" if value is None else KINDS[name]
    return {"verdict": "input", "problem": "setting", "setting": name, "text": text, "why": why}


def settings_of(texts: dict) -> dict:
    """Settings from texts by name; an empty one is not told.

    returns  told: the numbers by name; wrong: the answer to the first setting that cannot be, or none
    """
    told, wrong = {}, None
    for name in texts:
        text = texts[name].strip()
        if text != "":
            number = number_at(text, 0)
            value = number["value"] if number is not None and number["end"] == len(text) else None
            wrong = wrong or wrong_setting(name, text, value)
            told[name] = value
    return {"told": told, "wrong": wrong}
