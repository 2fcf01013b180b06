"""Mistakes that are their right rule with other settings, and with which: no gradient can tell the two apart.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

import numpy as np

from mhat.identify.candidates import names_of
from mhat.identify.known import MISTAKES, ROWS, Candidate, Row
from mhat.identify.rates import roundest

# The settings of the right rule that give the path of a mistake with these settings: only those that differ.


def rescaled(settings: dict, factor: float) -> dict:
    """The learning rate and eps times a factor."""
    return {"lr": settings["lr"] * factor, "eps": settings["eps"] * factor}


def g2_unweighted(settings: dict) -> dict:
    """v is 1 / (1 - beta2) times as large."""
    return rescaled(settings, np.sqrt(1 - settings["beta2"]))


def beta1_weighs_g2(settings: dict) -> dict:
    """v is (1 - beta1) / (1 - beta2) times as large."""
    return rescaled(settings, np.sqrt((1 - settings["beta2"]) / (1 - settings["beta1"])))


def v_not_stored(settings: dict) -> dict:
    """v is (1 - beta2) g squared."""
    right = rescaled(settings, 1 / np.sqrt(1 - settings["beta2"]))
    right["beta2"] = 0.0
    return right


def old_notation(settings: dict) -> dict:
    """beta is the weight of the new value."""
    return {"beta1": 1 - settings["beta1"], "beta2": 1 - settings["beta2"]}


def betas_exchanged(settings: dict) -> dict:
    """Each stands in the place of the other."""
    return {"beta1": settings["beta2"], "beta2": settings["beta1"]}


def eps_missing(settings: dict) -> dict:
    """eps is 0."""
    return {"eps": 0.0}


def decay_without_lr(settings: dict) -> dict:
    """The decay is not multiplied by lr."""
    return {"decay": settings["decay"] / settings["lr"]}


def decay_twice(settings: dict) -> dict:
    """theta shrinks by the square of the factor."""
    return {"decay": settings["decay"] * (2 - settings["lr"] * settings["decay"])}


# Not here are those that only change the learning rate, which is read from the path, so that the right rule is found
# anyway; and those that are a right rule with a negative setting (uphill, a decay that grows): nobody means it.
AS_RIGHT = {
    "g2-unweighted": g2_unweighted, "v-unweighted": g2_unweighted, "beta1-weighs-g2": beta1_weighs_g2,
    "old-notation": old_notation, "betas-exchanged": betas_exchanged, "eps-missing": eps_missing,
    "v-without-eps": eps_missing, "v-not-stored": v_not_stored, "decay-without-lr": decay_without_lr,
    "decay-twice": decay_twice,
}


def form_of(hit: Candidate) -> Row | None:
    """The form that a candidate is or should be."""
    found = [row for row in ROWS if row.kind == "form" and row.name == hit.row.form]
    return found[0] if len(found) > 0 else None


def right_settings(name: str, settings: dict, told: dict) -> dict | None:
    """Settings with those of the right rule that a mistake is; none where it is none, or one of them was told."""
    if name not in AS_RIGHT:
        return None
    changed, both = AS_RIGHT[name](settings), dict(settings)
    for word in changed:
        x = changed[word]
        both[word] = roundest(x * (1 - 1e-12), x * (1 + 1e-12)) if x > 0 else x
    return both if all([word not in told for word in changed]) else None


def undone(hit: Candidate, names: list[str], told: dict) -> list[Candidate]:
    """What two mistakes are with other settings: the right rule, where both are one in disguise, or one of them."""
    found, single = [], []
    for one, other in [names, [names[1], names[0]]]:
        settings = right_settings(one, hit.settings, told)
        if settings is not None:
            rest = right_settings(other, settings, told)
            single.extend([with_own(row, settings) for row in MISTAKES if row.name == other])
            if rest is not None and len(found) == 0:
                found.append(with_own(form_of(hit), rest))
    found.extend(single)
    return found


def with_own(row: Row, settings: dict) -> Candidate:
    """A row with the settings that it takes; a weight decay that it does not take stands before it."""
    own, decay = {"lr": settings["lr"]}, "" if "decay" in row.takes or "decay" not in settings else "decay_before"
    for word in names_of(row, decay):
        own[word] = settings[word]
    return Candidate(row, decay, "v = 0", own)


def disguised(hits: list[Candidate], told: dict) -> list[Candidate]:
    """The right rules as which mistakes can be read, where no setting that was told speaks against it."""
    found = []
    for hit in hits:
        settings = right_settings(hit.row.name, hit.settings, told) if hit.row.kind == "mistake" else None
        if settings is not None:
            decay = hit.decay if hit.decay else "decay_before" if "decay" in settings else ""
            found.append(Candidate(form_of(hit), decay, hit.start, settings))
    return found
