"""The verdict on what was pasted.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

from mhat.identify.arranging import arranged, dtypes_of
from mhat.identify.candidates import COMMON
from mhat.identify.disguises import disguised, form_of
from mhat.identify.feed import ROUNDING, THETA
from mhat.identify.known import USED, Candidate
from mhat.identify.mixups import mixups
from mhat.identify.nearing import (
    first_move,
    lost_columns,
    moves_alone,
    nearest,
    nearest_of,
    says_nothing,
    still_columns,
)
from mhat.identify.rates import is_typed
from mhat.identify.reading import LABELS, USUAL, read
from mhat.identify.searching import at_zero, classes, decayed, in_float32, relaxed, search, telling
from mhat.identify.shrinking import shrunk
from mhat.identify.walking import is_lost, leaves
from mhat.identify.weighing import differs, not_applied, unused

MANY = 40  # candidates that are compared with one another
SHOWN = 8  # groups that are told apart


def answer(text: str, told: dict, dtype: str) -> dict:
    """The verdict on a pasted text.

    told     settings that the reader knows, by name
    dtype    "float16", "bfloat16", "float32", "float64", or "" to find it from the digits
    returns  verdict and, if not input: the keys of `blank_result`; else problem, count, words

    The verdicts: right, mistake; unused (a setting that was told is never applied), other (right with another value
    than was told), close (near in another dtype), several, none, input.
    """
    return answered(text, told, dtype, True)


def answered(text: str, told: dict, dtype: str, further: bool) -> dict:
    """The verdict; `further`: where nothing fits as it was told, something else is looked for, which takes longer."""
    printed = read(text)
    path = arranged(printed)
    if path["problem"]:
        words = [word for word in printed["words"] if word.lower() not in USUAL and word.lower() not in LABELS]
        return {"verdict": "input", "problem": path["problem"], "count": path["count"], "words": words[:3]}
    dtypes = dtypes_of(printed, path, dtype)
    if says_nothing(path):
        return nothing_fits(path, told, dtypes["tried"][0])
    found = first_fit(path, told, dtypes)
    if len(found["hits"]) == 0:
        return otherwise(path, told, dtypes) if further else blank_result(path, dtypes["tried"][0])
    result = judged(found["hits"], path, found["dtype"], told)
    result["only"] = dtypes["short"] and found["dtype"] != dtypes["tried"][0]
    return result


def first_fit(path: dict, told: dict, dtypes: dict) -> dict:
    """The candidates that fit in the first dtype in which any do, and that dtype.

    From a short print a learning rate with more digits than people type was bent to the roundings of a coarser dtype:
    that dtype then has the word, if anything fits in it. Where none is what fits, but for the rounding of that dtype,
    a small weight decay may be what was computed: the form opens with decay 0.
    """
    found = {"hits": [], "dtype": dtypes["tried"][0]}
    for name in dtypes["tried"]:
        hits = search(path, told, ROUNDING[name])
        hits = hits + shrunk(path, told, ROUNDING[name], hits)
        if len(hits) > 0:
            if name != dtypes["tried"][0] and dtypes["short"] and told.get("decay", 1) == 0:
                hits = hits + decayed(path, told, ROUNDING[dtypes["tried"][0]])
            found = {"hits": hits, "dtype": name}
            if not dtypes["short"] or all([is_typed(hit.settings["lr"]) for hit in hits]):
                return found
    return found


def otherwise(path: dict, told: dict, dtypes: dict) -> dict:
    """The answer where no candidate fits with the settings that were told."""
    first = dtypes["tried"][0]
    for but in ["", "lr"] if dtypes["close"] else []:
        hits = search(path, in_float32(told, but), ROUNDING[first])
        if len(hits) > 0:
            result = judged(hits, path, first, told)
            result["as"] = dtypes["close"]
            return result
    for name in dtypes["tried"]:
        hits = relaxed(path, told, ROUNDING[name])
        if len(hits) > 0:
            return changed_setting(hits, path, name, told)
    for name in dtypes["tried"]:
        hits = at_zero(path, told, ROUNDING[name])
        if len(hits) > 0:
            return judged(hits, path, name, told)
    if dtypes["close"]:
        hits = search(path, told, ROUNDING[dtypes["close"]])
        if len(hits) > 0:
            return close_to(hits, path, dtypes)
    mixed = mixed_up(path, told, dtypes)
    if mixed is not None:
        return mixed
    return nothing_fits(path, told, first)


def mixed_up(path: dict, told: dict, dtypes: dict) -> dict | None:
    """The answer where the numbers fit in another order, or as something else, or none; forms before mistakes."""
    results = []
    for other in mixups(path):
        found = first_fit(other["path"], told, dtypes)
        if len(found["hits"]) > 0:
            result = judged(found["hits"], other["path"], found["dtype"], told)
            result["mixup"], result["order"] = other["name"], other.get("order", "")
            results.append(result)
    forms = [result for result in results if result["verdict"] != "mistake"]
    return forms[0] if len(forms) > 0 else results[0] if len(results) > 0 else None


def nothing_fits(path: dict, told: dict, dtype: str) -> dict:
    """The answer where no candidate fits at all: the nearest, and what the numbers show."""
    result = blank_result(path, dtype)
    if len(still_columns(path)) + len(lost_columns(path)) < len(THETA):
        result["near"] = [near_miss(near, path) for near in nearest(path, told, ROUNDING[dtype], 3)]
    result["still"], result["columns"] = still_columns(path), lost_columns(path)
    if len(result["near"]) == 0 or result["near"][0]["columns"][0]["step"] == 1:
        result["first"] = first_move(path, told)
    result["alone"] = moves_alone(path, told)
    return result


def blank_result(path: dict, dtype: str) -> dict:
    """The answer where nothing is found.

    found, many, telling   groups of names, how many there are, and what would tell them apart
    near                   what comes near; first: the first step; still, columns: columns that never move, or are lost
    lost, blank            the first step with NaN or infinity, or 0; whether all numbers are
    dtype, only            that of the numbers; whether only its rounding lets the names fit
    guessed                the settings that were not told; unused, other: [setting, told value] not used, or different
    alone                  whether a column moves at the first step, where its gradient is 0
    mixup, order           what the numbers are, if not the parameters after each step in order; whose the columns are
    as, at                 the dtype that the settings have, or in which a name would be near, and where that leaves
    """
    lost = [k // 3 + 1 for k in range(len(path["values"])) if is_lost(path["values"][k])]
    return {"verdict": "none", "found": [], "near": [], "telling": None, "dtype": dtype,
            "lost": lost[0] if len(lost) > 0 else 0, "many": 0, "blank": len(lost) == len(path["values"]),
            "only": False, "unused": [], "guessed": [], "other": [], "as": "", "at": None, "first": None, "still": [],
            "columns": [], "mixup": "", "order": "", "alone": False}


def judged(hits: list[Candidate], path: dict, dtype: str, told: dict) -> dict:
    """The answer where candidates fit."""
    result = blank_result(path, dtype)
    hits = disguised(hits, told) + hits
    groups = [[hit] for hit in hits] if result["blank"] or len(hits) > MANY else classes(hits)
    result["many"] = len(groups)
    single = len(groups) == 1
    for group in groups:
        shows = shows_at(group[0], path, ROUNDING[dtype]) if single else 0
        result["found"].append({"names": [named(hit) for hit in group], "shows": shows})
    if result["blank"]:
        result["verdict"], result["telling"] = "several", {"gradients": None, "decimals": 0, "finer": False}
    elif single:
        weighed(result, groups[0], told)
    else:
        result["verdict"], result["telling"] = "several", telling(groups[:SHOWN], path, dtype)
    return result


def weighed(result: dict, group: list[Candidate], told: dict) -> None:
    """Put the verdict on one path into the answer, and what the settings that were told have to do with it."""
    forms = [hit for hit in group if hit.row.kind == "form"]
    result["guessed"] = [word for word in group[0].settings if word not in told]
    result["unused"] = [[word, told[word]] for word in unused(group[0], told)]
    if len(forms) == 0:
        result["verdict"] = "mistake"
    else:
        result["verdict"] = "unused" if len(not_applied(group[0], told)) > 0 else "right"


def changed_setting(hits: list[Candidate], path: dict, dtype: str, told: dict) -> dict:
    """The answer where forms fit with another value of a setting than was told."""
    result = judged(hits, path, dtype, {})
    if result["verdict"] != "several":
        hit = hits[0]
        result["verdict"], result["guessed"] = "other", [word for word in hit.settings if word not in told]
        result["other"] = [[word, told[word]] for word in hit.settings if word in told and differs(hit, told, word)]
        result["unused"] = [[word, told[word]] for word in unused(hit, told)]
    return result


def close_to(hits: list[Candidate], path: dict, dtypes: dict) -> dict:
    """The answer where candidates fit only with the rounding of a dtype that the numbers are not of."""
    result, hit = blank_result(path, dtypes["tried"][0]), nearest_of(hits, path)
    result["verdict"], result["found"], result["many"] = "close", [{"names": [named(hit)], "shows": 0}], len(hits)
    result["as"], result["at"] = dtypes["close"], leaves(hit, path, ROUNDING[dtypes["tried"][0]])
    return result


def named(hit: Candidate) -> dict:
    """A candidate as plain data."""
    row, calls = hit.row, USED.get(hit.row.name + " " + hit.decay + " " + hit.start, [])
    return {"name": row.name, "kind": row.kind, "decay": hit.decay, "start": hit.start, "settings": hit.settings,
            "title": row.title, "lines": row.lines, "published": row.published, "rule": row.form, "used": calls}


def near_miss(near: dict, path: dict) -> dict:
    """A candidate that holds for a while, as plain data: where it first leaves, and at which step in each column."""
    places = [place for place in near["places"] if place is not None]
    at = places[0]
    for place in places:
        if place["step"] < at["step"]:
            at = place
    columns = []
    for i in range(len(near["places"])):
        place, lost = near["places"][i], is_lost(path["values"][len(path["values"]) - len(THETA) + i])
        columns.append({"coordinate": i + 1, "step": 0 if place is None else place["step"], "lost": lost})
    return {"name": named(near["candidate"]), "step": at["step"], "coordinate": at["coordinate"],
            "expected": at["expected"], "printed": at["printed"], "columns": columns, "held": near["held"]}


def shows_at(hit: Candidate, path: dict, rounding: float) -> int:
    """The first step at which a candidate leaves the form that it is or should be; 0: nowhere."""
    form, settings = form_of(hit), dict(hit.settings)
    if form is None:
        return 0
    for name in form.takes:
        if name not in settings:
            settings[name] = COMMON[name][0]
    at = leaves(Candidate(form, hit.decay, hit.start, settings), path, rounding)
    return at["step"] if at is not None else 0
