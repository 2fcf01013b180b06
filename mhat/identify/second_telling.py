"""What the second search found, in words, as `telling.py` has them.

Compiled for the page by PScript: no generators (a list inside `all` and `join`), no dict comprehensions, no `[*a]` and
`{**a}`, no keyword arguments, no decorators; `if` in a comprehension and `while` take no list for a condition.
"""

from mhat.identify.known import DECAYS
from mhat.identify.telling import DIGITS, LISTED, PAGE, part, said, show, taken, with_settings
from mhat.words import filled, read

SECOND = read(__file__, "second.toml")
SAME = 3  # of the names that walk together


def second_said(style: str, key: str, parts: dict, language: str) -> dict:
    """A sentence of second.toml as a part."""
    return part(style, filled(SECOND["says"][key][language], parts), "")


def looking(language: str) -> str:
    """What is said while the search goes on."""
    return SECOND["says"]["looking"][language]


def name_of(hit: dict, language: str) -> str:
    """What a hit is called."""
    parts = [hit["title"][language]]
    if hit["decay"]:
        parts.append(DECAYS[hit["decay"]]["title"][language])
    if hit["kind"] != "beside":
        return ", ".join(parts)
    numbers, shown = hit["numbers"], {}
    for word in numbers:
        shown[word] = show(numbers[word], DIGITS)
    if hit["beside"] == "rate_line":
        shown["by"] = show(numbers["slope"] * hit["settings"]["lr"], DIGITS)
    parts.append(filled(SECOND["beside"][hit["beside"]][language], shown))
    return ", ".join(parts)


def second_words(result: dict, language: str) -> list[dict]:
    """The parts of an answer of the second search."""
    groups = result["groups"]
    only = [said("text", "only", {"dtype": result["only"]}, language)] if result["only"] else []
    if result["verdict"] == "few":
        return few(groups, language) + only
    hit = groups[0][0]
    parts = [part("head", head_said(hit, language), "")]
    parts.extend(settings_parts(hit, result["guessed"], language))
    parts.extend(about(hit, language))
    if hit["kind"] == "pair" and len(groups[0]) == 1:
        parts.append(second_said("text", "pair_only", {}, language))
    return parts + same_as(groups[0][1:], language) + only


def head_said(hit: dict, language: str) -> str:
    """The verdict on one computation."""
    if hit["kind"] == "beside":
        return name_of(hit, language)
    if hit["kind"] == "alone":
        key = "alone" if len(hit["names"]) > 0 else "alone_right"
        return filled(SECOND["says"][key][language], {"name": name_of(hit, language)})
    both = [item["text"] for item in mistakes_of(hit, language)]
    names = {"name": name_of(hit, language), "one": both[0], "other": both[1]} if hit["kind"] == "pair" else {
        "name": name_of(hit, language)}
    return filled(SECOND["says"][hit["kind"]][language], names)


def settings_parts(hit: dict, guessed: list[str], language: str) -> list[dict]:
    """The settings, those that were found apart from those that were told."""
    parts = []
    for key in ["settings", "guessed"]:
        words = [word for word in hit["settings"] if (word in guessed) == (key == "guessed")]
        if len(words) > 0:
            settings = with_settings(taken(hit["settings"], words))
            parts.append(second_said("text", key, {"settings": settings}, language))
    return parts


def about(hit: dict, language: str) -> list[dict]:
    """What to do about it: where it comes from, or the lines to mend."""
    if hit["kind"] == "relative":
        parts = [second_said("text", "treated" if hit["page"] else "untreated", {}, language)]
        for key, address in [["page", "../" + hit["page"]], ["source", hit["source"]]]:
            if hit[key]:
                parts.append(linked(key, address, language))
        return parts
    parts = [second_said("text", "beside_why", {}, language)] if hit["kind"] == "beside" else []
    return parts + mending(hit, language)


def linked(key: str, address: str, language: str) -> dict:
    """An item that leads somewhere."""
    item = second_said("item", key, {}, language)
    item["href"] = address
    return item


def mistakes_of(hit: dict, language: str) -> list[dict]:
    """The mistakes of a hit as items, each with its place on the page of all."""
    items, titles = [], hit["title"][language].split(" + ")
    for k in range(len(hit["names"])):
        items.append(part("item", titles[k], PAGE + hit["names"][k]))
    return items


def mending(hit: dict, language: str) -> list[dict]:
    """The lines to change, after the mistakes that they are of."""
    if len(hit["lines"]) == 0:
        return []
    lines = second_said("lines", "lines", {}, language)
    lines["lines"] = hit["lines"]
    lines["href"] = PAGE + (hit["names"][0] if len(hit["names"]) > 0 else hit["name"])
    return mistakes_of(hit, language) + [lines]


def few(groups: list[list[dict]], language: str) -> list[dict]:
    """Several that the numbers do not tell apart."""
    parts = [second_said("head", "few", {"n": str(len(groups))}, language)]
    for group in groups[:LISTED]:
        parts.append(part("item", name_of(group[0], language), ""))
    if len(groups) > LISTED:
        parts.append(second_said("text", "more", {"n": str(len(groups) - LISTED)}, language))
    return parts


def same_as(hits: list[dict], language: str) -> list[dict]:
    """The other names of one computation."""
    parts = [second_said("text", "same", {}, language)] if len(hits) > 0 else []
    for hit in hits[:SAME]:
        parts.append(part("item", name_of(hit, language) + ": " + with_settings(hit["settings"]), ""))
    return parts
