"""An answer in words, Korean ("ko") or English ("en"): parts with a style, a text, a link, lines of code, calls.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

import numpy as np

from mhat.identify.known import DECAYS
from mhat.words import filled, read

WORDS = read(__file__, "words.toml")
DIGITS = 6
LISTED = 6  # of several names
PAGE = "mistakes.html#"


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


def with_settings(name: dict) -> str:
    """lr = 0.1, β₁ = 0.9, …"""
    s = name["settings"]
    return ", ".join([WORDS["settings"].get(word, word) + " = " + show(s[word], DIGITS) for word in s])


def same_settings(a: dict, b: dict) -> bool:
    """Whether the settings of both agree."""
    return all([word not in b["settings"] or a["settings"][word] == b["settings"][word] for word in a["settings"]])


def entry(name: dict, language: str) -> dict:
    """A candidate as an item: what it is called, its settings, where it stands."""
    href = PAGE + name["name"] if name["kind"] == "mistake" else ""
    return part("item", called(name, language) + " (" + with_settings(name) + ")", href)


# Answers


def in_words(result: dict, language: str) -> list[dict]:
    """The parts of an answer."""
    if result["verdict"] == "input":
        return unreadable(result, language)
    if result["verdict"] == "none":
        parts = nothing(result, language)
    elif result["verdict"] == "several":
        parts = several(result, language)
    else:
        parts = one(result["found"][0], result["verdict"], language)
    return parts + warnings(result, language)


def warnings(result: dict, language: str) -> list[dict]:
    """What the numbers themselves tell."""
    parts = []
    if result["lost"] > 0:
        parts.append(said("text", "lost", {"n": str(result["lost"])}, language))
    if result["dtype"] == "float16":
        half = said("item", "float16", {}, language)
        half["href"] = PAGE + "float16"
        parts.append(half)
    return parts


def unreadable(result: dict, language: str) -> list[dict]:
    """What is wrong with a text."""
    problem = filled(WORDS["problems"][result["problem"]][language], {"n": str(result["count"])})
    parts = [said("head", "unreadable", {}, language), part("text", problem, "")]
    if len(result["words"]) > 0:
        words = ", ".join(["“" + word + "”" for word in result["words"]])
        parts.append(said("text", "words", {"words": words}, language))
    return parts


def nothing(result: dict, language: str) -> list[dict]:
    """No name, and those that come near."""
    parts = [said("head", "none", {}, language), said("text", "look", {}, language)]
    for near in result["near"]:
        item = entry(near["name"], language)
        item["text"] = filled(WORDS["says"]["near"][language], {
            "name": item["text"], "step": str(near["step"]), "coordinate": str(near["coordinate"]),
            "expected": show(near["expected"], DIGITS), "printed": show(near["printed"], DIGITS)})
        parts.append(item)
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
    if telling["gradients"] is not None:
        rows = ", ".join(["[" + ", ".join([show(x, 3) for x in row]) + "]" for row in telling["gradients"]])
        parts.append(said("text", "feed", {"rows": rows}, language))
    return parts


def one(group: dict, verdict: str, language: str) -> list[dict]:
    """One path, and all that is known by it."""
    name = group["names"][0]
    parts = [said("head", verdict, {"name": called(name, language)}, language),
             said("text", "settings", {"settings": with_settings(name)}, language)]
    if verdict == "mistake":
        parts += mended(name, group["shows"], language)
    return parts + computed_by(group["names"], language) + others(group["names"][1:], language)


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
