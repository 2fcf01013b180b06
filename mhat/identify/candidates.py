"""What may be: which rows with which weight decay and start of v, and which settings are tried for them.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

from mhat.forms import STARTS_OF_V
from mhat.identify.feed import EPOCH
from mhat.identify.known import DECAYS, ROWS, Candidate, Row
from mhat.identify.walking import exact

# What is tried where the reader does not say, the most common first; lr comes from the path (`rates.py`).
COMMON = {
    "lr": [],
    "beta": [0.9, 0.99, 0.95, 0.8, 0.5],
    "beta1": [0.9, 0.95, 0.8, 0.5],
    "beta2": [0.999, 0.99, 0.95, 0.98, 0.9],
    "eps": [1e-8, 1e-7, 1e-6, 1e-10, 1e-5, 1e-3],
    "decay": [0.01, 0.1, 0.001, 1e-4, 5e-4, 0.05],
    "dampening": [0.1, 0.5, 0.9],
    "epoch": [EPOCH],
    "micro": [4, 2, 8],
}
COMMON_OF_RMSPROP = {"beta2": [0.9, 0.99, 0.999, 0.95]}
FEW = {"eps": 3, "beta": 1, "beta1": 1}  # how many are tried where a weight decay is not known either


def decays_of(row: Row, told: dict) -> list[str]:
    """The weight decays to try around a rule."""
    if "decay" in row.takes or ("decay" in told and told["decay"] == 0):
        return [""]
    if "decay" not in told and row.kind == "mistake":
        return [""]
    return [""] + list(DECAYS)


def starts_of(row: Row, decay: str, told: dict) -> list[str]:
    """The starts of v to try."""
    return list(STARTS_OF_V) if row.v >= 0 and (decay == "" or "decay" in told) else ["v = 0"]


def candidates(told: dict) -> list[Candidate]:
    """All that is known, settings still empty; `told` are the settings that the reader knows, by name."""
    possible = []
    for row in ROWS:
        if "decay" in row.takes and "decay" in told and told["decay"] == 0:
            continue
        for decay in decays_of(row, told):
            for start in starts_of(row, decay, told):
                possible.append(Candidate(row, decay, start, {}))
    return possible


def values_of(row: Row, name: str, told: dict, few: bool) -> list[float]:
    """The values to try for one setting."""
    if name in told:
        return [told[name]]
    values = COMMON[name]
    if row.page == "rmsprop" and name in COMMON_OF_RMSPROP:
        values = COMMON_OF_RMSPROP[name]
    return values[:FEW[name]] if few and name in FEW else values


def names_of(row: Row, decay: str) -> list[str]:
    """The settings of a candidate but for lr, in the order of its rule, then its decay."""
    return row.takes + (["decay"] if decay else [])


def combinations(row: Row, decay: str, told: dict, few: bool) -> list[list[float]]:
    """All values to try, in the order of `names_of`."""
    rows = [[]]
    for name in names_of(row, decay):
        values = values_of(row, name, told, few)
        rows = [begun + [exact(value)] for begun in rows for value in values]
    return rows


def with_values(possible: Candidate, values: list[float], lr: float) -> Candidate:
    """A candidate with values for its settings."""
    row, decay, settings = possible.row, possible.decay, {"lr": lr}
    names = names_of(row, decay)
    for k in range(len(names)):
        settings[names[k]] = values[k]
    return Candidate(row, decay, possible.start, settings)
