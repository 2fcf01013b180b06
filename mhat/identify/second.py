"""The second search, where no candidate fits: names from elsewhere, what is done beside a rule, two mistakes at once.

It is a list of jobs, so that a page can do a few of them, answer to its reader, and go on:

    search = begun(text, told, dtype)
    while not done(search): advance(search)
    ended(search)

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

from collections.abc import Callable

import numpy as np

from mhat.identify.arranging import arranged, dtypes_of
from mhat.identify.beside import (
    Variant,
    near_all,
    theta_for_g,
    uphill,
    variant_walk,
    with_clips,
    with_column_decay,
    with_column_rate,
    with_rates,
)
from mhat.identify.candidates import COMMON, combinations, decays_of, values_of, with_values
from mhat.identify.disguises import undone
from mhat.identify.feed import GRADIENTS, ROUNDING, THETA
from mhat.identify.known import FORMS, MISTAKES, Candidate, Row
from mhat.identify.nearing import says_nothing
from mhat.identify.pairing import pair_row, pairs_of_mistakes
from mhat.identify.rates import rates, roundest
from mhat.identify.reading import read
from mhat.identify.relatives import RELATIVES, Relative, relative_walk
from mhat.identify.searching import wild
from mhat.identify.walking import ROUGH, departures, furthest, is_lost, leaves, walk

SOME = {"beta1": 1, "beta2": 2, "eps": 3, "beta": 1, "decay": 1, "dampening": 1, "epoch": 1, "micro": 2}
AROUND = {  # the weight decays that are tried here, where one was told
    "form": ["decay_before", "decay_after", "decay_l2"], "pair": ["decay_before", "decay_l2"],
    "mistake": ["decay_before"],
}


def begun(text: str, told: dict, dtype: str) -> dict:
    """A search with nothing done: the path, the dtypes to try, and the jobs in each: none for a text that is no path.

    A dtype of few digits is not tried.
    """
    printed = read(text)
    path = arranged(printed)
    tried = dtypes_of(printed, path, dtype)["tried"]
    search = {"path": path, "told": told, "first": tried[0], "dtypes": [], "jobs": [], "at": 0, "found": []}
    if path["problem"] == "" and not says_nothing(path):
        search["dtypes"] = [name for name in tried if ROUNDING[name] < ROUGH]
        search["jobs"] = jobs(told) if len(search["dtypes"]) > 0 else []
    return search


def jobs(told: dict) -> list[dict]:
    """All that is tried, the likeliest first."""
    found = [{"kind": "relative", "of": each} for each in RELATIVES]
    found.extend([{"kind": "beside", "of": each} for each in bases(FORMS, told)])
    with_decay = "decay" in told and told["decay"] != 0
    found.extend([{"kind": "pair", "of": each} for each in pairs_of_mistakes(with_decay)])
    found.extend([{"kind": "beside", "of": each} for each in bases(MISTAKES, told)])
    return found


def bases(rows: list[Row], told: dict) -> list[Candidate]:
    """Rows beside which something may be done, settings still empty."""
    found = []
    for row in rows:
        none = "decay" in told and told["decay"] == 0
        if not (none and "decay" in row.takes):
            for decay in decays_of(row, told):
                if decay == "" or ("decay" in told and decay in AROUND[row.kind]):
                    found.append(Candidate(row, decay, "v = 0", {}))
    return found


def searched(text: str, told: dict, dtype: str) -> dict:
    """The whole search at once."""
    search = begun(text, told, dtype)
    while not done(search):
        advance(search)
    return ended(search)


def done(search: dict) -> bool:
    """Whether nothing is left to do: the next dtype is for what fits in none before it."""
    return search["at"] >= len(search["jobs"]) and (len(search["found"]) > 0 or len(search["dtypes"]) < 2)


def advance(search: dict) -> None:
    """Do one job."""
    if search["at"] >= len(search["jobs"]):
        search["dtypes"], search["at"] = search["dtypes"][1:], 0
    job = search["jobs"][search["at"]]
    search["at"] += 1
    path, told, rounding = search["path"], search["told"], ROUNDING[search["dtypes"][0]]
    if job["kind"] == "relative":
        search["found"].extend(of_relative(job["of"], path, told, rounding))
    elif job["kind"] == "pair":
        search["found"].extend(of_pair(job["of"], path, told, rounding))
    else:
        search["found"].extend(of_base(job["of"], path, told, rounding))


def hit_of(kind: str, name: str, hit: Candidate | None, walks: list) -> dict:
    """What was found, as plain data for the answer; `walks`: on the list, and on a stream of all sizes after it."""
    row = None if hit is None else hit.row
    return {"kind": kind, "name": name, "title": {} if row is None else row.title, "walks": walks,
            "decay": "" if hit is None else hit.decay, "settings": {} if hit is None else hit.settings,
            "lines": [] if row is None else row.lines, "names": [], "beside": "", "numbers": {}, "source": "",
            "page": ""}


STREAM = GRADIENTS + wild(12)


# What has a name elsewhere


def of_relative(relative: Relative, path: dict, told: dict, rounding: float) -> list[dict]:
    """A relative that fits, with the first weight decay and the first settings that do."""
    for kind in decays_around(relative, told):
        for values in values_tried(relative, told):
            for lr in relative_rates(relative, values, path, told, kind):
                tried = walked(relative, values, lr, told, kind)
                if near_all(tried(GRADIENTS), path, looseness_of(values, rounding), rounding):
                    return [relative_hit(relative, values, lr, told, kind, tried(STREAM))]
    return []


def decays_around(relative: Relative, told: dict) -> list[str]:
    """The weight decays to try around a relative: none where its step is scaled after it."""
    with_decay = "decay" in told and told["decay"] != 0 and relative.scale in ["", "shared"]
    return [""] + (AROUND["form"] if with_decay else [])


def walked(relative: Relative, values: list[float], lr: float, told: dict, kind: str) -> Callable:
    """Gradients -> the path of a relative, with a weight decay of the size that was told."""
    return lambda gradients: relative_walk(relative, values, lr, gradients, kind, told["decay"] if kind != "" else 0.0)


def relative_hit(relative: Relative, values: list[float], lr: float, told: dict, kind: str, walks: list) -> dict:
    """A relative as plain data."""
    hit = hit_of("relative", relative.name, None, walks)
    hit["title"], hit["source"], hit["page"] = relative.title, relative.source, relative.page
    hit["decay"], hit["settings"] = kind, {"lr": lr}
    for k, word in enumerate(relative.takes):
        hit["settings"][word] = values[k]
    if kind != "":
        hit["settings"]["decay"] = told["decay"]
    return hit


def values_tried(relative: Relative, told: dict) -> list[list[float]]:
    """Its defaults, what was told, and where no eps was, the two common ones."""
    given = [told[word] if word in told else relative.defaults[k] for k, word in enumerate(relative.takes)]
    tried = [relative.defaults, given]
    if "eps" in relative.takes and "eps" not in told:
        for eps in COMMON["eps"][:2]:
            tried.append([eps if relative.takes[k] == "eps" else given[k] for k in range(len(given))])
    return tried


def looseness_of(values: list[float], rounding: float) -> float:
    """The share of its way that rounding may change: 1 - beta loses digits, and more in the rectification of RAdam."""
    largest = max([x for x in values if x < 1] + [0.0])
    return rounding * (64.0 + 32.0 / (1.0 - largest))


def relative_rates(relative: Relative, values: list[float], path: dict, told: dict, kind: str) -> list[float]:
    """The learning rates to try: what was told, or what gives the first number of some column and step."""
    if "lr" in told:
        return [told["lr"]]
    one, found = walked(relative, values, 1.0, told, kind)(GRADIENTS), []
    for k in [0, 3, 2]:
        way, printed = one[k // 3][k % 3] - THETA[k % 3], path["values"][k] - THETA[k % 3]
        if way != 0 and printed / way > 0 and len(found) == 0:
            found.extend(roundings_of(printed / way))
    return found


def roundings_of(x: float) -> list[float]:
    """Numbers with few digits near a positive number."""
    return [roundest(x * (1 - near), x * (1 + near)) for near in [1e-3, 1e-7]]


# Two mistakes


def of_pair(pair: list, path: dict, told: dict, rounding: float) -> list[dict]:
    """Two mistakes that fit together, with weight decay where one was told."""
    row = pair_row(pair[0], pair[1], pair[2])
    if row is None:
        return []
    found, own = [], "decay" in row.takes
    around = AROUND["pair"] if "decay" in told and told["decay"] != 0 and not own else []
    for decay in [""] + around:
        hit = fitting_some(Candidate(row, decay, "v = 0", {}), path, told, rounding)
        if hit is not None:
            each = hit_of("pair", row.name, hit, walk(hit, STREAM))
            each["names"] = [pair[1].name, pair[2].name]
            found.append(each)
            found.extend(alone(hit, each, told))
    return found


def alone(pair: Candidate, hit: dict, told: dict) -> list[dict]:
    """The right rule, or one mistake, that a pair is with settings that were not told."""
    found = []
    for single in undone(pair, hit["names"], told):
        each = hit_of("alone", single.row.name, single, walk(single, STREAM))
        each["names"] = [single.row.name] if single.row.kind == "mistake" else []
        if furthest(each["walks"], hit["walks"], True) < 1e-7:
            found.append(each)
    return found


def fitting_some(possible: Candidate, path: dict, told: dict, rounding: float) -> Candidate | None:
    """A candidate with the first settings that fit, of the few that are tried here, or none."""
    for values in some_combinations(possible, told):
        for lr in rates(possible, values, path, rounding, told):
            hit = with_values(possible, values, lr)
            if leaves(hit, path, rounding) is None:
                return hit
    return None


def some_combinations(possible: Candidate, told: dict) -> list[list[float]]:
    """The values to try for the settings of a candidate, in the order of `names_of`: of those not told, a few."""
    rows, names = [[]], list(possible.row.takes)
    if possible.decay != "":
        names.append("decay")
    for name in names:
        values = values_of(possible.row, name, told, False)[:SOME[name]]
        rows = [before + [np.float64(value)] for before in rows for value in values]
    return rows


# What is done beside a rule


def of_base(possible: Candidate, path: dict, told: dict, rounding: float) -> list[dict]:
    """What may be done beside a row so that it fits."""
    values = combinations(possible.row, possible.decay, told, True)[0]
    for lr in base_rates(possible, values, path, told):
        hit = with_values(possible, values, lr)
        found = with_clips(hit, path, rounding)
        found.extend(with_rates(hit, path, rounding))
        found.extend(with_column_rate(hit, path, rounding, told))
        if hit.decay != "":
            found.extend(with_column_decay(hit, departures(hit, path, rounding, False), path, rounding))
        if hit.row.kind == "form":
            found.extend(uphill(hit, path, rounding))
            found.extend(theta_for_g(hit, path, rounding))
        if len(found) > 0:
            return [beside_hit(variant) for variant in found]
    return []


def base_rates(possible: Candidate, values: list[float], path: dict, told: dict) -> list[float]:
    """The learning rates to try: what was told, or round numbers near those of the first steps of two columns."""
    if "lr" in told:
        return [told["lr"]]
    one, found = walk(with_values(possible, values, 1.0), GRADIENTS), []
    for k in [0, 2]:
        ratio = abs((path["values"][k] - THETA[k]) / (one[0][k] - THETA[k]))
        if ratio > 0 and not is_lost(ratio):
            found.extend([lr for lr in roundings_of(ratio) if lr not in found])
    return found


def beside_hit(variant: Variant) -> dict:
    """A variant as plain data."""
    hit = hit_of("beside", variant.hit.row.name, variant.hit, variant_walk(variant, STREAM))
    hit["beside"], hit["numbers"] = variant.kind, variant.numbers
    return hit


# The answer


def ended(search: dict) -> dict:
    """What was found, as an answer.

    verdict  relative, beside, pair or alone if one computation fits; few, or none
    groups   what walks together under every gradient stands together, the plainest first
    only     the dtype, where only the rounding of a coarser one than the first lets the names fit
    """
    groups = []
    for hit in preferred(search["found"], search["told"]):
        for group in groups:
            if furthest(group[0]["walks"], hit["walks"], True) < 1e-7:
                group.append(hit)
                break
        else:
            groups.append([hit])
    kinds = [group[0]["kind"] for group in groups]
    verdict = "none" if len(kinds) == 0 else "few" if len(kinds) > 1 else kinds[0]
    dtype = search["dtypes"][0] if len(kinds) > 0 else search["first"]
    return {"verdict": verdict, "groups": groups, "only": dtype if dtype != search["first"] else "", "guessed": [
        word for word in (groups[0][0]["settings"] if len(kinds) > 0 else {}) if word not in search["told"]]}


def preferred(found: list[dict], told: dict) -> list[dict]:
    """Those with the learning rate that was told, if any has it; one name with settings that were not before two."""
    own = [hit for hit in found if "lr" in told and abs(hit["settings"]["lr"]) == told["lr"]]
    own = own if len(own) > 0 else found
    sorted_hits = [hit for hit in own if hit["kind"] == "alone"]
    sorted_hits.extend([hit for hit in own if hit["kind"] != "alone"])
    return sorted_hits
