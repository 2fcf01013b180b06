"""The numbers in what programs print, each with the place of its last digit.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

import numpy as np

from mhat.identify.feed import ROUNDING

LABELS = ["step", "iteration", "iter", "epoch", "t", "i", "lr", "loss"]  # a number after one is no parameter
USUAL = [  # words that stand in a print for a reason
    "tensor", "array", "parameter", "containing", "requires_grad", "true", "false", "dtype", "device", "grad_fn",
    "numpy", "float64", "float32", "float16", "double", "float", "half", "variable", "shape", "theta", "param",
    "params", "parameters", "w", "x", "weights", "weight", "list", "data", "none", "jax", "torch", "np", "tf", "mx",
    "values", "cpu", "cuda", "print", "deviceArray", "vector", "matrix", "path", "after", "before",
]
MINUS = "-\u2212"
LOST = [["infinity", np.inf], ["inf", np.inf], ["nan", np.nan], ["\u221e", np.inf]]  # as programs print them


def letter(c: str) -> bool:
    """Whether a word may hold this character."""
    return c.lower() != c.upper() or c == "_"


def digit(c: str) -> bool:
    """Whether this is one character, from 0 to 9."""
    return c >= "0" and c <= "9" and len(c) == 1


def after_sign(text: str, i: int) -> int:
    """Where the text goes on behind a sign at place i; i if there is none."""
    return i + 1 if i < len(text) and text[i] in "+" + MINUS else i


def after_digits(text: str, i: int) -> int:
    """Where the text goes on behind the digits from place i on; i if there are none."""
    while i < len(text) and digit(text[i]):
        i += 1
    return i


def number_at(text: str, i: int) -> dict | None:
    """The number that begins here, or none.

    value, end  its value, the place after it
    digits      how many of its digits are significant: zeros before the first other one are not
    last        the power of ten of its last digit
    power       whether it was written with a power of ten
    """
    begin = after_sign(text, i)
    sign = -1.0 if i < begin and text[i] in MINUS else 1.0
    point = after_digits(text, begin)
    end = after_digits(text, point + 1) if point < len(text) and text[point] == "." else point
    decimals = max(end - point - 1, 0)
    if point - begin + decimals == 0:
        return lost_at(text, begin, sign)
    power = power_at(text, end)
    value = sign * float(text[begin:end] + "e" + str(power["value"]))
    return {"value": value, "digits": significant(text[begin:end]), "last": power["value"] - decimals,
            "power": power["end"] > end, "end": power["end"]}


def significant(text: str) -> int:
    """How many digits of a number without sign and power are significant."""
    count = 0
    for c in text:
        if digit(c) and (count > 0 or c != "0"):
            count += 1
    return count


def power_at(text: str, i: int) -> dict:
    """The power of ten that stands here, and the place after it; 0 where none does."""
    if i < len(text) and text[i] in "eE":
        begin = after_sign(text, i + 1)
        end = after_digits(text, begin)
        if end > begin:
            return {"value": int(text[begin:end]) * (-1 if text[i + 1] in MINUS else 1), "end": end}
    return {"value": 0, "end": i}


def lost_at(text: str, i: int, sign: float) -> dict | None:
    """NaN or infinity here, or none."""
    for word, value in LOST:
        end = i + len(word)
        if text[i:end].lower() == word and (end >= len(text) or not letter(text[end])):
            return {"value": sign * value, "digits": 0, "last": 0, "power": False, "end": end}
    return None


def read(text: str) -> dict:
    """The numbers of a text in order, and what else stood in it: numbers, words, dtype, cut."""
    printed = {"numbers": [], "words": [], "dtype": "", "cut": False, "label": False}
    i = 0
    while i < len(text):
        i = after_part(text, i, printed)
    return printed


def after_part(text: str, i: int, printed: dict) -> int:
    """Take in the number, word or mark that begins here: the place after it."""
    c = text[i]
    if text[i:i + 3] == "..." or c == "\u2026":
        printed["cut"] = True
        return i + (3 if c == "." else 1)
    if c in "'\"":
        return after_quote(text, i)
    number = number_at(text, i)
    if number is not None:
        return after_number(text, number, printed)
    if letter(c):
        return after_word(text, i, printed)
    if c in ",;\n[({<:":
        printed["label"] = False
    return i + 1


def after_number(text: str, number: dict, printed: dict) -> int:
    """Keep a number, unless it labels a row; `1.5f` of C is one too."""
    i = number["end"]
    if not printed["label"] and not (i < len(text) and text[i] == ":"):
        printed["numbers"].append(number)
    printed["label"] = False
    return i + 1 if i < len(text) and text[i] in "fFdDL" and (i + 1 >= len(text) or not letter(text[i + 1])) else i


def in_word(text: str, i: int) -> bool:
    """Whether a word goes on here; `torch.float32` and `cuda:x` are one word."""
    c = text[i]
    return letter(c) or digit(c) or (c in ".:/" and i + 1 < len(text) and letter(text[i + 1]))


def after_word(text: str, i: int, printed: dict) -> int:
    """Keep a word, and the dtype that it may name."""
    end = i
    while end < len(text) and in_word(text, end):
        end += 1
    word = text[i:end].lower()
    named = [name for name in ROUNDING if name in word]
    if len(named) > 0:
        printed["dtype"] = named[0]
    printed["words"].append(text[i:end])
    printed["label"] = word in LABELS
    return after_shape(text, end) if word in ["shape", "device", "size"] else end


def after_quote(text: str, i: int) -> int:
    """After a quoted word; a quoted number is read."""
    j = i + 1
    while j < len(text) and text[j] != text[i] and text[j] != "\n":
        if letter(text[j]) and number_at(text, i + 1) is None:
            end = text.find(text[i], j)
            return i + 1 if end < 0 else end + 1
        j += 1
    return i + 1


def after_shape(text: str, i: int) -> int:
    """After `=(3,)` or `='cuda:0'`."""
    j = i
    while j < len(text) and text[j] in "= ":
        j += 1
    if j < len(text) and text[j] in "([":
        close = text.find(")" if text[j] == "(" else "]", j)
        return close + 1 if close > 0 else i
    return j
