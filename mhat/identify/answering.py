"""The verdict on what was pasted.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

from mhat.identify.candidates import COMMON
from mhat.identify.feed import ROUNDING
from mhat.identify.known import ROWS, USED, Candidate
from mhat.identify.reading import LABELS, USUAL, arranged, dtypes_of, read
from mhat.identify.searching import classes, nearest, search, telling
from mhat.identify.walking import is_lost, leaves

MANY = 40  # candidates that are compared with one another
SHOWN = 8  # groups that are told apart


def answer(text: str, told: dict, dtype: str) -> dict:
    """The verdict on a pasted text.

    told     settings that the reader knows, by name
    dtype    "float16", "float32", "float64", or "" to find it from the digits
    returns  verdict (right, mistake, several, none, input) and, if not input: found, near, telling, dtype, lost,
             many, blank; else problem, count, words
    """
    printed = read(text)
    path = arranged(printed)
    if path["problem"]:
        words = [word for word in printed["words"] if word.lower() not in USUAL and word.lower() not in LABELS]
        return {"verdict": "input", "problem": path["problem"], "count": path["count"], "words": words[:3]}
    dtypes = dtypes_of(printed, path, dtype)
    for name in dtypes:
        hits = search(path, told, ROUNDING[name])
        if len(hits) > 0:
            return judged(hits, path, name)
    result = blank_result(path, dtypes[0])
    result["near"] = [near_miss(near) for near in nearest(path, told, ROUNDING[dtypes[-1]], 3)]
    return result


def blank_result(path: dict, dtype: str) -> dict:
    """The answer where nothing is found: `lost` is the first step with NaN or infinity, `blank` whether all are."""
    lost = [k // 3 + 1 for k in range(len(path["values"])) if is_lost(path["values"][k])]
    return {"verdict": "none", "found": [], "near": [], "telling": None, "dtype": dtype,
            "lost": lost[0] if len(lost) > 0 else 0, "many": 0, "blank": len(lost) == len(path["values"])}


def judged(hits: list[Candidate], path: dict, dtype: str) -> dict:
    """The answer where candidates fit."""
    result = blank_result(path, dtype)
    groups = [[hit] for hit in hits] if result["blank"] or len(hits) > MANY else classes(hits)
    result["many"] = len(groups)
    single = len(groups) == 1
    for group in groups:
        shows = shows_at(group[0], path, ROUNDING[dtype]) if single else 0
        result["found"].append({"names": [named(hit) for hit in group], "shows": shows})
    if result["blank"]:
        result["verdict"], result["telling"] = "several", {"gradients": None, "decimals": 0}
    elif single:
        result["verdict"] = "right" if len([hit for hit in groups[0] if hit.row.kind == "form"]) > 0 else "mistake"
    else:
        result["verdict"], result["telling"] = "several", telling(groups[:SHOWN], max(path["halves"]))
    return result


def named(hit: Candidate) -> dict:
    """A candidate as plain data."""
    row, calls = hit.row, USED.get(hit.row.name + " " + hit.decay + " " + hit.start, [])
    return {"name": row.name, "kind": row.kind, "decay": hit.decay, "start": hit.start, "settings": hit.settings,
            "title": row.title, "lines": row.lines, "rule": row.form, "used": calls}


def near_miss(near: dict) -> dict:
    """A candidate that holds for a while, as plain data, with the place where it leaves."""
    at = near["at"]
    return {"name": named(near["candidate"]), "step": at["step"], "coordinate": at["coordinate"],
            "expected": at["expected"], "printed": at["printed"]}


def shows_at(hit: Candidate, path: dict, rounding: float) -> int:
    """The first step at which a candidate leaves the form that it is or should be; 0: nowhere."""
    for form in ROWS:
        if form.name == hit.row.form:
            settings = dict(hit.settings)
            for name in form.takes:
                if name not in settings:
                    settings[name] = COMMON[name][0]
            at = leaves(Candidate(form, hit.decay, hit.start, settings), path, rounding)
            return at["step"] if at is not None else 0
    return 0
