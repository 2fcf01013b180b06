"""From the numbers of a text to a path: what a last digit means, which dtype it has, which numbers count.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

import numpy as np

from mhat.identify.feed import GRADIENTS, ROUNDING, THETA
from mhat.identify.walking import is_lost

FINER = 2e9  # a number is more than this many half units of its last digit only if ten digits or more are printed
SURE = 8  # different numbers that must speak for a dtype before it is believed


def power_of(x: float) -> int:
    """The power of ten of the first digit of a number other than 0."""
    return int(np.floor(np.log10(abs(x)) + 1e-12))


def own_half(number: dict) -> float:
    """Half a unit of the last digit that stands there; a zero with a power of ten is exact."""
    return 0.0 if number["value"] == 0 and number["power"] else 0.5 * 10.0 ** number["last"]


def is_uniform(numbers: list[dict]) -> bool:
    """Whether all have the same decimals, or all a power of ten and the same count of digits."""
    plain = [number for number in numbers if not number["power"]]
    if len(plain) == len(numbers):
        return all([number["last"] == plain[0]["last"] for number in plain])
    counted = [number for number in numbers if number["value"] != 0]
    return len(plain) == 0 and all([number["digits"] == counted[0]["digits"] for number in counted])


def halves_of(numbers: list[dict]) -> list[float]:
    """What each number may be off by: half a unit of the last digit that was printed or left out as a zero.

    If all have the same decimals, or all a power of ten and the same digits, each last digit stands there.
    Otherwise zeros at the end were left out (repr, %g, NumPy), and the text as a whole tells how many digits
    count: the most significant digits that any number has, but no more decimals than any has.
    """
    there = [number for number in numbers if not is_lost(number["value"])]
    if is_uniform(there):
        return [0.0 if is_lost(number["value"]) else own_half(number) for number in numbers]
    most = most_digits(there)
    return [0.0 if is_lost(number["value"]) else trimmed_half(number, most) for number in numbers]


def most_digits(numbers: list[dict]) -> dict:
    """How many digits count in a text that leaves out zeros: of a plain number, its decimals, with a power of ten."""
    plain = [number for number in numbers if not number["power"]]
    of_plain = max([number["digits"] for number in plain] + [1])
    of_powers = max([number["digits"] for number in numbers if number["power"]] + [1])
    decimals = max([-number["last"] for number in plain] + [0])
    top = max(of_plain, of_powers)
    by_digits = len([number for number in numbers if number["digits"] >= top - 1])
    by_decimals = len([number for number in plain if -number["last"] == decimals])
    if by_digits < by_decimals:  # NumPy: so many decimals, whatever the size
        return {"plain": of_plain, "powers": of_powers, "decimals": decimals}
    return {"plain": top, "powers": top, "decimals": decimals}


def trimmed_half(number: dict, most: dict) -> float:
    """Half a unit of the last digit that counts, where zeros at the end are left out."""
    if number["value"] == 0:
        return 0.0 if number["power"] else 0.5 * 10.0 ** -most["decimals"]
    first = power_of(number["value"])
    if number["power"]:
        return 0.5 * 10.0 ** (first - most["powers"] + 1)
    return 0.5 * 10.0 ** max(first - most["plain"] + 1, -most["decimals"])


def arranged(printed: dict) -> dict:
    """The path of a print, a row of parameters a step.

    values    the parameters; halves: what each may be off by; own: half a unit of the digit that stands last
    decimals  how many were printed
    count     how many numbers there are; problem: why they are no path, a key of words.toml, or ""
    """
    numbers = unnumbered(printed["numbers"])
    rows, wide = len(GRADIENTS), len(THETA)
    halves = halves_of(numbers)
    if len(numbers) == (rows + 1) * wide and starts(numbers, halves):
        numbers, halves = numbers[wide:], halves[wide:]
    path = {"values": [number["value"] for number in numbers], "halves": halves,
            "own": [own_half(number) for number in numbers],
            "decimals": max([-number["last"] for number in numbers] + [0]), "count": len(numbers)}
    path["problem"] = problem(numbers, halves, printed)
    return path


def unnumbered(numbers: list[dict]) -> list[dict]:
    """The numbers without those that count rows, columns, or each number, as pandas prints them."""
    rows, wide = len(GRADIENTS), len(THETA)
    x = [number["value"] for number in numbers]
    if len(x) == wide + rows * (wide + 1) and all([x[k] == k for k in range(wide)]):
        return unnumbered(numbers[wide:])
    if len(x) in [rows * (wide + 1), (rows + 1) * (wide + 1)] and numbered(x, wide + 1):
        return [number for k, number in enumerate(numbers) if k % (wide + 1) > 0]
    if len(x) == 2 * rows * wide and all([x[2 * k] == x[0] + k % wide for k in range(rows * wide)]) and x[0] in [0, 1]:
        return [number for k, number in enumerate(numbers) if k % 2 == 1]
    return numbers


def problem(numbers: list[dict], halves: list[float], printed: dict) -> str:
    """Why numbers are no path, or ""."""
    n = len(GRADIENTS) * len(THETA)
    if len(numbers) == 0:
        return "words" if len(printed["words"]) > 0 else "empty"
    if printed["cut"] and len(numbers) != n:
        return "cut"
    if len(numbers) != n:
        return "few" if len(numbers) < n else "many"
    if all([numbers[k]["value"] == GRADIENTS[k // len(THETA)][k % len(THETA)] for k in range(n)]):
        return "gradients"
    if still(numbers, len(THETA)) and not all([is_lost(number["value"]) for number in numbers]):
        return "still" if starts(numbers, halves) else "repeated"
    return ""


def numbered(x: list[float], wide: int) -> bool:
    """Whether the first number of each row counts the steps."""
    return all([x[k] == x[0] + k // wide for k in range(0, len(x), wide)]) and (x[0] == 0 or x[0] == 1)


def starts(numbers: list[dict], halves: list[float]) -> bool:
    """Whether the first row is the parameters before the first step."""
    return all([abs(numbers[i]["value"] - THETA[i]) <= halves[i] * 1.001 for i in range(len(THETA))])


def still(numbers: list[dict], wide: int) -> bool:
    """Whether all rows are the first."""
    return all([numbers[k]["value"] == numbers[k % wide]["value"] for k in range(len(numbers))])


# The dtype


def unit_of(x: float, dtype: str) -> float:
    """The distance of the numbers of a dtype around x."""
    return ROUNDING[dtype] * 2.0 ** np.floor(np.log2(abs(x)) + 1)


def on_grid(path: dict, dtype: str) -> bool:
    """Whether all numbers can be prints of numbers of a dtype, and enough of them, all different, of few others."""
    fine = []
    for k in range(len(path["values"])):
        x, half = path["values"][k], path["own"][k]
        if x != 0 and abs(x) < 1e30:
            unit = unit_of(x, dtype)
            if abs(x - unit * np.floor(x / unit + 0.5)) > half * 1.001:
                return False
            if half < unit / 4 and x not in fine:
                fine.append(x)
    return len(fine) >= SURE


def is_long(path: dict) -> bool:
    """Whether more digits were printed than float32 has."""
    long = [k for k in range(len(path["values"])) if path["halves"][k] * FINER < abs(path["values"][k])]
    return len(long) >= SURE


def dtypes_of(printed: dict, path: dict, dtype: str) -> dict:
    """The dtypes that the numbers may be of.

    tried  in turn; close: one whose fit is close only, or ""
    short  whether the first is tried because too few digits were printed to tell
    dtype  what the reader knows, or ""

    Numbers that are printed as float64 may have been computed in a narrower dtype: the grid tells.
    """
    finest, known = "float64", dtype or printed["dtype"]
    if dtype == finest or known not in ["", finest]:
        return {"tried": [known], "close": "float32" if known == finest and is_long(path) else "", "short": False}
    for narrow in ["bfloat16", "float16"]:
        if on_grid(path, narrow):
            return {"tried": [narrow], "close": "", "short": False}
    if on_grid(path, "float32"):
        return {"tried": [finest, "float32"], "close": "", "short": False}
    if is_long(path) or known == finest:
        return {"tried": [finest], "close": "float32" if is_long(path) else "", "short": False}
    return {"tried": [finest, "float32"], "close": "", "short": True}
