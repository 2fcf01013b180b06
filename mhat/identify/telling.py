"""An answer in words, Korean ("ko") or English ("en"): parts with a style, a text, a link, lines of code, calls.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

import numpy as np

from mhat.identify.known import DECAYS
from mhat.words import filled, read

WORDS = read(__file__, "words.toml")
DIGITS = 6
LONG = 16  # at most, where six digits do not show a difference
LISTED = 6  # of several names
PAGE = "mistakes.html#"
VECTORS = "../reference/vectors.html#faults"


def part(style: str, text: str, href: str) -> dict:
    """A part of an answer; styles are head, text, item, lines, calls."""
    return {"style": style, "text": text, "href": href, "lines": [], "calls": []}


def said(style: str, key: str, parts: dict, language: str) -> dict:
    """A sentence of words.toml as a part."""
    return part(style, filled(WORDS["says"][key][language], parts), "")


# Numbers and names


def show(x: float, count: int) -> str:
    """A number in a sentence, `count` digits at most."""
    if not abs(x) < np.inf:
        return "NaN" if x != x else "∞" if x > 0 else "−∞"
    if x == 0:
        return "0"
    power = int(np.floor(np.log10(abs(x))))
    digits = str(int(np.floor(abs(x) * 10.0 ** (count - 1 - power) + 0.5)))
    power += len(digits) - count
    while len(digits) > 1 and digits[len(digits) - 1] == "0":
        digits = digits[:len(digits) - 1]
    return ("−" if x < 0 else "") + placed(digits, power)


def apart_at(a: float, b: float) -> int:
    """With how many digits two numbers are shown, so that they differ."""
    count = DIGITS
    while count < LONG and show(a, count) == show(b, count):
        count += 1
    return count


def placed(digits: str, power: int) -> str:
    """Digits with their point, the first one worth ten to this power."""
    if power < -4 or power > 6:
        sign = "−" if power < 0 else ""
        return digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + "e" + sign + str(abs(power))
    if power < 0:
        return "0." + "0" * (-power - 1) + digits
    if len(digits) <= power + 1:
        return digits + "0" * (power + 1 - len(digits))
    return digits[:power + 1] + "." + digits[power + 1:]


def called(name: dict, language: str) -> str:
    """What a candidate is called."""
    if name["name"] == "adam" and name["decay"] == "decay_before":
        return "AdamW"
    parts = [name["title"][language]]
    if name["decay"]:
        parts.append(DECAYS[name["decay"]]["title"][language])
    if name["start"] in WORDS["starts"]:
        parts.append(WORDS["starts"][name["start"]])
    return ", ".join(parts)


def with_settings(s: dict) -> str:
    """lr = 0.1, β₁ = 0.9, …"""
    return ", ".join([WORDS["settings"].get(word, word) + " = " + show(s[word], DIGITS) for word in s])


def same_settings(a: dict, b: dict) -> bool:
    """Whether the settings of both agree."""
    return all([word not in b["settings"] or a["settings"][word] == b["settings"][word] for word in a["settings"]])


def entry(name: dict, language: str) -> dict:
    """A candidate as an item: what it is called, its settings, where it stands."""
    href = PAGE + name["name"] if name["kind"] == "mistake" else ""
    return part("item", called(name, language) + " (" + with_settings(name["settings"]) + ")", href)


# Answers


def in_words(result: dict, language: str) -> list[dict]:
    """The parts of an answer."""
    if result["verdict"] == "input":
        return unreadable(result, language)
    if result["verdict"] == "none":
        parts = nothing(result, language)
    elif result["verdict"] == "several":
        parts = several(result, language)
    elif result["verdict"] == "close":
        parts = near_by(result, language)
    else:
        parts = one(result, language)
    if result["mixup"]:
        parts = parts[:1] + [mixup_said(result, language)] + parts[1:]
    return parts + warnings(result, language)


def mixup_said(result: dict, language: str) -> dict:
    """What the numbers are, where they are not the parameters in order."""
    return part("text", filled(WORDS["mixups"][result["mixup"]][language], {"order": result["order"]}), "")


def warnings(result: dict, language: str) -> list[dict]:
    """What the numbers themselves tell."""
    parts = []
    if result["only"]:
        parts.append(said("text", "only", {"dtype": result["dtype"]}, language))
    if result["as"] and result["verdict"] != "close":
        parts.append(said("text", "settings_as", {"dtype": result["as"]}, language))
    if result["lost"] > 0 and len(result["columns"]) == 0:
        parts.append(said("text", "lost", {"n": str(result["lost"])}, language))
    if result["dtype"] == "float16":
        half = said("item", "float16", {}, language)
        half["href"] = PAGE + "float16"
        parts += [said("text", "two_columns", {}, language), half]
    return parts


def unreadable(result: dict, language: str) -> list[dict]:
    """What is wrong with a text, or with a setting."""
    if result["problem"] == "setting":
        name = WORDS["settings"].get(result["setting"], result["setting"])
        return [said("head", "setting", {"name": name, "text": result["text"]}, language),
                part("text", WORDS["limits"][result["why"]][language], "")]
    problem = filled(WORDS["problems"][result["problem"]][language], {"n": str(result["count"])})
    parts = [said("head", "unreadable", {}, language), part("text", problem, "")]
    if len(result["words"]) > 0:
        words = ", ".join(["“" + word + "”" for word in result["words"]])
        parts.append(said("text", "words", {"words": words}, language))
    return parts


def nothing(result: dict, language: str) -> list[dict]:
    """No name, what the numbers show, and those that come near."""
    parts = [said("head", "none", {}, language)]
    if len(result["still"]) > 0:
        parts.append(said("text", "still", {"columns": columns_of(result["still"], language)}, language))
    for column in result["columns"]:
        key = "lost_" + column["cause"] if column["cause"] else "lost_column"
        parts.append(said("text", key, {"column": str(column["coordinate"]), "n": str(column["step"])}, language))
    if result["first"] is not None:
        parts.append(first_step_said(result["first"], language))
    if result["alone"]:
        parts.append(said("text", "alone", {}, language))
    if len(result["near"]) > 0:
        parts.append(said("text", "look", {}, language))
    for near in result["near"]:
        parts.append(near_said(near, language))
    return parts


def first_step_said(first: dict, language: str) -> dict:
    """How long the first step is, and which way it goes."""
    if first["none"]:
        return said("text", "first_none", {}, language)
    return said("text", "first_down" if first["downhill"] else "first_up", {"size": show(first["size"], 4)}, language)


def columns_of(columns: list[int], language: str) -> str:
    """Columns by their numbers: 1, 1 and 2."""
    if len(columns) == 1:
        return filled(WORDS["says"]["column"][language], {"n": str(columns[0])})
    last = str(columns[len(columns) - 1])
    rest = ", ".join([str(column) for column in columns[:len(columns) - 1]])
    return filled(WORDS["says"]["columns"][language], {"rest": rest, "last": last})


def near_said(near: dict, language: str) -> dict:
    """A candidate that holds for a while: in which columns to the end, and where it leaves."""
    item = entry(near["name"], language)
    whole = [column["coordinate"] for column in near["columns"] if column["step"] == 0 and not column["lost"]]
    count = apart_at(near["expected"], near["printed"])
    place = {"name": item["text"], "step": str(near["step"]), "coordinate": str(near["coordinate"]),
             "expected": show(near["expected"], count), "printed": show(near["printed"], count)}
    if len(whole) > 0:
        place["columns"] = columns_of(whole, language)
    item["text"] = filled(WORDS["says"]["near_columns" if len(whole) > 0 else "near"][language], place)
    return item


def near_by(result: dict, language: str) -> list[dict]:
    """What fits only with the rounding of another dtype."""
    name, at = result["found"][0]["names"][0], result["at"]
    parts = [said("head", "close", {"name": called(name, language)}, language),
             said("text", "settings", {"settings": with_settings(name["settings"])}, language),
             said("text", "close_digits", {"dtype": result["as"]}, language)]
    if at is not None:
        count = apart_at(at["expected"], at["printed"])
        parts.append(said("text", "close_at", {
            "step": str(at["step"]), "coordinate": str(at["coordinate"]), "expected": show(at["expected"], count),
            "printed": show(at["printed"], count)}, language))
    return parts


def several(result: dict, language: str) -> list[dict]:
    """Names that the numbers do not tell apart, and what would."""
    count, telling = result["many"], result["telling"]
    parts = [said("head", "several", {"n": str(count)}, language)]
    if result["blank"]:
        parts.append(said("text", "blank", {}, language))
    for group in result["found"][:LISTED]:
        parts.append(entry(group["names"][0], language))
    if count > LISTED:
        parts.append(said("text", "more", {"n": str(count - LISTED)}, language))
    if telling["decimals"] > 0:
        parts.append(said("text", "decimals", {"n": str(telling["decimals"])}, language))
    if telling["finer"]:
        parts.append(said("text", "finer", {}, language))
    if telling["gradients"] is not None:
        rows = ", ".join(["[" + ", ".join([show(x, 3) for x in row]) + "]" for row in telling["gradients"]])
        parts.append(said("text", "feed", {"rows": rows}, language))
    return parts


def one(result: dict, language: str) -> list[dict]:
    """One path, and all that is known by it."""
    group, verdict = result["found"][0], result["verdict"]
    name = group["names"][0]
    parts = [said("head", head_of(result), {
        "name": called(name, language), "given": pairs_of(result["other"]),
        "settings": with_settings(taken(name["settings"], [pair[0] for pair in result["other"]])),
        "published": "".join(name["published"][:1])}, language)]
    if len(name["published"]) > 0:
        parts.append(part("item", name["published"][0], name["published"][1]))
    if verdict == "other":
        parts.append(said("text", "other_why", {}, language))
    parts += settings_said(name, result, language)
    if len(result["unused"]) > 0:
        parts.append(said("text", "unused_settings", {"settings": pairs_of(result["unused"])}, language))
    if verdict == "mistake":
        parts += mended(name, group["shows"], language)
    if verdict == "right":
        item = said("item", "on_the_list", {}, language)
        item["href"] = VECTORS
        parts.append(item)
    return parts + computed_by(group["names"], language) + others(group["names"][1:], language)


def head_of(result: dict) -> str:
    """The key of the head: right only if all settings were told."""
    if result["verdict"] == "mistake" and len(result["found"][0]["names"][0]["published"]) > 0:
        return "published"
    return "right_if" if result["verdict"] == "right" and len(result["guessed"]) > 0 else result["verdict"]


def taken(settings: dict, names: list[str]) -> dict:
    """Some of the settings."""
    some = {}
    for word in names:
        some[word] = settings[word]
    return some


def pairs_of(pairs: list) -> str:
    """[name, value] pairs as text."""
    settings = {}
    for pair in pairs:
        settings[pair[0]] = pair[1]
    return with_settings(settings)


def settings_said(name: dict, result: dict, language: str) -> list[dict]:
    """The settings, those that were found apart from those that were told."""
    found = [word for word in name["settings"] if word in result["guessed"]]
    known = [word for word in name["settings"] if word not in result["guessed"]]
    parts = []
    if len(known) > 0:
        parts.append(said("text", "settings", {"settings": with_settings(taken(name["settings"], known))}, language))
    if len(found) > 0:
        settings = with_settings(taken(name["settings"], found))
        parts.append(said("text", "guessed", {"settings": settings}, language))
    return parts


def mended(name: dict, shows: int, language: str) -> list[dict]:
    """What to mend, and the step at which it shows, if not 0."""
    lines = said("lines", "lines", {}, language)
    lines["lines"] = name["lines"]
    lines["href"] = PAGE + name["name"]
    return ([said("text", "shows", {"n": str(shows)}, language)] if shows > 0 else []) + [lines]


def computed_by(names: list[dict], language: str) -> list[dict]:
    """The calls that compute the first of these names with its settings."""
    calls = said("calls", "calls", {}, language)
    for name in names:
        if same_settings(names[0], name):
            calls["calls"] = calls["calls"] + name["used"]
    return [calls] if len(calls["calls"]) > 0 else []


def others(names: list[dict], language: str) -> list[dict]:
    """The other names of a path: forms, then mistakes."""
    forms = [name for name in names if name["kind"] == "form"][:4]
    mistakes = [name for name in names if name["kind"] == "mistake"][:3]
    parts = [said("text", "same", {}, language)] if len(forms) > 0 else []
    parts += [entry(name, language) for name in forms]
    if len(mistakes) > 0:
        parts.append(said("text", "meant", {}, language))
    for name in mistakes:
        parts.append(entry(name, language))
        if len(name["lines"]) > 0:
            parts += mended(name, 0, language)
    return parts
