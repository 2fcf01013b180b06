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
    "f64", "f32", "bf16", "f16", "dataframe", "series", "name", "element", "float64array", "float32array",
]
MINUS = "-\u2212"
HEX, EXACT = "0123456789abcdef", 17  # digits of base 16; decimal digits of a number that is exact
SHORT = {"f64": "float64", "f32": "float32", "bf16": "bfloat16", "f16": "float16"}  # as Rust calls them
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
    if text[begin:begin + 2].lower() == "0x":
        return hex_at(text, begin + 2, sign)
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
    if i < len(text) and (text[i] in "eEdDf" or text[i:i + 2] == "*^"):  # D of Fortran, f of Julia, *^ of Mathematica
        i += 1 if text[i] == "*" else 0
        begin = after_sign(text, i + 1)
        end = after_digits(text, begin)
        if end > begin:
            return {"value": int(text[begin:end]) * (-1 if text[i + 1] in MINUS else 1), "end": end}
    return {"value": 0, "end": i}


def hex_at(text: str, i: int, sign: float) -> dict | None:
    """A number of C's %a, after its 0x: exact."""
    value, scale, point = 0.0, 0, False
    while i < len(text) and (text[i].lower() in HEX or (text[i] == "." and not point)):
        if text[i] == ".":
            point = True
        else:
            value, scale = value * 16 + HEX.index(text[i].lower()), scale - (4 if point else 0)
        i += 1
    if i >= len(text) or text[i] not in "pP":
        return None
    begin = after_sign(text, i + 1)
    end = after_digits(text, begin)
    power = int(text[begin:end]) * (-1 if text[i + 1] in MINUS else 1)
    value = sign * value * 2.0 ** (power + scale)
    last = int(np.floor(np.log10(abs(value)))) - EXACT if value != 0 else 0
    return {"value": value, "digits": EXACT, "last": last, "power": True, "end": end}


def lost_at(text: str, i: int, sign: float) -> dict | None:
    """NaN or infinity here, or none."""
    for word, value in LOST:
        end = i + len(word)
        if text[i:end].lower() == word and (end >= len(text) or not letter(text[end])):
            return {"value": sign * value, "digits": 0, "last": 0, "power": False, "end": end}
    return None


def read(text: str) -> dict:
    """The numbers of a text in order, and what else stood in it: numbers, words, dtype, cut."""
    printed = {"numbers": [], "words": [], "dtype": "", "cut": False, "label": False, "factor": 0}
    text = with_points(text)
    i = 0
    while i < len(text):
        i = after_part(text, i, printed)
    return printed


def with_points(text: str) -> str:
    """A text whose decimals are commas, 0,3; -0,25, with points; any other as it is."""
    places = [i for i in range(1, len(text) - 1) if digit(text[i - 1]) and digit(text[i + 1])]
    if len([i for i in places if text[i] == "."]) > 0:
        return text
    parts, i, begun = [], 0, False
    while i < len(text):
        comma = text[i] == "," and i in places and begun
        parts.append("." if comma else text[i])
        begun = digit(text[i]) and (begun or i == 0 or text[i - 1] != ".")
        if comma:
            end = after_digits(text, i + 1)
            parts.append(text[i + 1:end])
            i = end - 1
            begun = False
        i += 1
    return "".join(parts)


def after_part(text: str, i: int, printed: dict) -> int:
    """Take in the number, word or mark that begins here: the place after it."""
    c = text[i]
    if text[i:i + 3] == "..." or c == "\u2026":
        printed["cut"] = True
        return i + (3 if c == "." else 1)
    if c in "'\"":
        return after_quote(text, i)
    if c in "[(":
        after = after_index(text, i)
        if after > i:
            return after
    number = number_at(text, i)
    if number is not None:
        return after_number(text, number, printed)
    if letter(c):
        return after_word(text, i, printed)
    if c in ",;\n[({<:":
        printed["label"] = False
    if c == "=":
        printed["factor"] = 0
    return i + 1


def after_index(text: str, i: int) -> int:
    """After an index or a size in brackets, or i: theta[0], [1] and [1,] of R, (3) [ of a console, Array(3) [."""
    begin = i + 1
    while begin < len(text) and text[begin] in ", ":
        begin += 1
    end = after_digits(text, begin)
    close = end
    while close < len(text) and text[close] in ", ":
        close += 1
    if end == begin or close >= len(text) or text[close] != ("]" if text[i] == "[" else ")"):
        return i
    if text[i] == "[":
        return close + 1
    after = text[close + 1:close + 3].strip()
    return close + 1 if after != "" and after[0] in "[{" else i


def is_label(text: str, i: int) -> bool:
    """Whether the number before place i labels what follows: 0: and '0':, 3-element, 12\u00d73, 1/12."""
    c, after = text[i:i + 1], text[i + 1:i + 2]
    if c == ":" or (c != "" and c in "'\"" and after == ":"):
        return True
    return (c == "-" and after != "" and letter(after)) or c == "\u00d7" or (c == "/" and digit(after))


def after_number(text: str, number: dict, printed: dict) -> int:
    """Keep a number, unless it labels a row or is a factor of those that follow; `1.5f` of C is one too."""
    i = number["end"]
    if text[i:i + 2] == " *":  # 1.0e+08 * of MATLAB
        printed["factor"] = number["last"] + number["digits"] - 1
        return i + 2
    if is_label(text, i):
        printed["label"] = False
        return after_digits(text, i + 1) if text[i] in "\u00d7/" else i + 1
    if not printed["label"]:
        printed["numbers"].append(scaled(number, printed["factor"]))
    printed["label"] = False
    return i + 1 if i < len(text) and text[i] in "fFdDL" and (i + 1 >= len(text) or not letter(text[i + 1])) else i


def scaled(number: dict, power: int) -> dict:
    """A number times a power of ten."""
    if power == 0:
        return number
    return {"value": number["value"] * 10.0 ** power, "digits": number["digits"], "last": number["last"] + power,
            "power": number["power"], "end": number["end"]}


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
    if len(named) > 0 or word in SHORT:
        printed["dtype"] = named[0] if len(named) > 0 else SHORT[word]
    printed["words"].append(text[i:end])
    printed["label"] = word in LABELS
    return after_shape(text, end) if word in ["shape", "device", "size"] else after_place(text, end, word)


def after_place(text: str, i: int, word: str) -> int:
    """After a place in a program that a console prints: VM123:4, script.js:12:5, debugger eval code:3:11."""
    named = word in ["code", "anonymous"] or ".js" in word or ".html" in word
    while (named or word[:2] == "vm") and text[i:i + 1] == ":" and digit(text[i + 1:i + 2]):
        i = after_digits(text, i + 1)
    return i


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
