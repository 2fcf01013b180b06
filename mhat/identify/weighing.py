"""Settings that were told, against those of a candidate that fits: which of them it does not use, which differ.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

from mhat.identify.known import Candidate

# What a rule may use in the place of a setting; what is not here belongs to a few rules alone and is never missed.
INSTEAD = {"beta": ["beta1"], "beta1": ["beta"], "beta2": [], "eps": [], "decay": []}
APPLIED = ["decay", "beta", "beta1", "dampening"]  # who sets one of these means it to change the path


def unused(hit: Candidate, told: dict) -> list[str]:
    """The settings that were told, are not 0, and that the candidate does not use."""
    names = [word for word in INSTEAD if word in told and told[word] != 0]
    if hit.row.page == "momentum" and "dampening" in told and told["dampening"] != 0:
        names.append("dampening")
    return [word for word in names if not uses(hit, word)]


def uses(hit: Candidate, word: str) -> bool:
    """Whether a candidate uses a setting, or another one in its place."""
    if word in hit.settings:
        return True
    return word in INSTEAD and len([other for other in INSTEAD[word] if other in hit.settings]) > 0


def not_applied(hit: Candidate, told: dict) -> list[str]:
    """Of the unused settings those with which the path should be another."""
    return [word for word in unused(hit, told) if word in APPLIED]


def differs(hit: Candidate, told: dict, word: str) -> bool:
    """Whether a candidate fits with another value of a setting than was told."""
    return abs(hit.settings[word] - told[word]) > 1e-9 * abs(told[word])
