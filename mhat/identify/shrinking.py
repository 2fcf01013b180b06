"""A weight decay that nobody told, from the path: how much the second column shrinks at its first gradient, which is 0.

Compiled for the page by PScript. In this file `+`, `*` and `==` are between numbers or strings alone and are compiled
as they are, and a condition is never a list: `len(x) > 0`.
"""

import numpy as np

from mhat.identify.candidates import candidates, combinations, with_values
from mhat.identify.feed import GRADIENTS, THETA
from mhat.identify.known import Candidate
from mhat.identify.rates import roundest
from mhat.identify.walking import exact, is_lost, leaves, states_of

PSCRIPT_OVERLOAD = False
ABSOLUTE = ["decay_absolute", "decay_absolute_after"]
AFTER = ["decay_after", "decay_absolute_after"]
SHRINKS = ["decay_before", "decay_after", "decay_absolute", "decay_absolute_after"]


def shrunk(path: dict, told: dict, rounding: float, known: list[Candidate]) -> list[Candidate]:
    """The forms that fit with a decay that is computed, the roundest numbers first.

    Those that are known to fit with a common decay are left out.
    """
    share, wide = 1 - path["values"][1] / THETA[1], path["halves"][1] / abs(THETA[1]) + 4 * rounding
    if "decay" in told or is_lost(share) or not wide < share < 1:
        return []
    found, names = [], [hit.row.name + " " + hit.decay for hit in known]
    for possible in candidates(told):
        fresh = possible.row.name + " " + possible.decay not in names
        if fresh and possible.row.kind == "form" and possible.decay in SHRINKS:
            found.extend(with_share(possible, [share - wide, share + wide], path, told, rounding))
    return sorted(found, key=digits_of)


def digits_of(hit: Candidate) -> int:
    """How long the computed settings are in print."""
    return len(str(float(hit.settings["lr"]))) + len(str(float(hit.settings["decay"])))


def with_share(possible: Candidate, share: list[float], path: dict, told: dict, rounding: float) -> list[Candidate]:
    """A candidate with the first settings that fit and a decay that shrinks by a share, or none."""
    for values in combinations(possible.row, "", told, True):
        bare = with_values(Candidate(possible.row, "", possible.start, {}), values, 1.0)
        lr = told["lr"] if "lr" in told else rate_of_first(bare, possible.decay, share, path)
        by = 1.0 if possible.decay in ABSOLUTE else lr
        if lr > 0:
            settings = list(values)
            settings.append(exact(roundest(share[0] / by, share[1] / by)))
            hit = with_values(possible, settings, lr)
            if leaves(hit, path, rounding) is None:
                return [hit]
    return []


def rate_of_first(hit: Candidate, decay: str, share: list[float], path: dict) -> float:
    """The learning rate of the first step of the first column, of a candidate with lr = 1; 0 where there is none."""
    if not hit.row.straight or is_lost(path["values"][0]):
        return 0.0
    values = [exact(hit.settings[name]) for name in hit.row.takes]
    state = states_of(hit, GRADIENTS)[0]
    step = -float(hit.row.run(exact(0.0), exact(GRADIENTS[0][0]), state, exact(1.0), *values)[0])
    kept, after = 1 - (share[0] + share[1]) / 2, decay in AFTER
    gone = THETA[0] - path["values"][0] / kept if after else THETA[0] * kept - path["values"][0]
    wide = (2 * path["halves"][0] + abs(THETA[0]) * (share[1] - share[0])) / (kept if after else 1.0)
    low, high = (gone - wide) / step, (gone + wide) / step
    return roundest(low, high) if 0 < low < high < np.inf else 0.0
