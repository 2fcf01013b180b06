"""An answer about somebody's code in words: that of its numbers, and its own lines."""

from mhat.identify.code.editing import lines_changed
from mhat.identify.second_telling import second_words
from mhat.identify.telling import PAGE, in_words, part
from mhat.words import filled, read

CODE_WORDS = read(__file__, "words.toml")
ROLES = {"theta": "np.array(THETA)", "state": "0.0"}


def code_said(style: str, key: str, parts: dict, language: str) -> dict:
    """A sentence of the words as a part."""
    return part(style, filled(CODE_WORDS["says"][key][language], parts), "")


def code_words(result: dict, language: str) -> list[dict]:
    """The parts of an answer about a code."""
    if "code" not in result:
        return troubles(result, language)
    parts = second_words(result, language) if "groups" in result else in_words(result, language)
    mend = result["code"]["mend"]
    if mend is not None:
        parts = own_lines(both_placed(parts, mend, language), result, language)
    elif result["verdict"] in ("mistake", "pair"):
        key, first = "not_located" if result["verdict"] == "mistake" else "neither_located", first_lines(parts)
        parts = [*parts[:first], code_said("text", key, {}, language), *parts[first:]]
    return [*parts, *how_stepped(result["code"], language)]


def troubles(result: dict, language: str) -> list[dict]:
    """What is in the way of an answer."""
    parts = {word: str(result[word]) for word in ("line", "said", "kind", "name", "n") if word in result}
    said = part("head", filled(CODE_WORDS["problems"][result["problem"]][language], parts), "")
    if result.get("own"):
        return [said, {**part("mark", "", ""), "lines": [["", result["own"]]], "at": [result["line"]]}]
    return [said, part("code", result["there"], "")] if "there" in result else [said]


def first_lines(parts: list[dict]) -> int:
    """Where the lines of this site stand among the parts."""
    return next((k for k, each in enumerate(parts) if each["style"] == "lines"), len(parts))


def both_placed(parts: list[dict], mend: dict, language: str) -> list[dict]:
    """The parts with the lines of either of two mistakes after its name."""
    for name, lines in mend.get("each", {}).items():
        numbers = numbers_of(lines)
        for k, each in enumerate(parts):
            if each["href"] == PAGE + name and each["style"] == "item":
                words = {"name": each["text"], "lines": numbers}
                parts[k] = {**code_said("item", "at" if is_one(numbers) else "at_some", words, language),
                            "href": each["href"]}
    return parts


def own_lines(parts: list[dict], result: dict, language: str) -> list[dict]:
    """The parts with the lines of the code in the place of ours."""
    mend = result["code"]["mend"]
    numbers = numbers_of(lines_changed(mend["hunks"]))
    key = "mend" if is_one(numbers) else "mends"
    key = "mend_meant" if result["verdict"] in ("right", "unused") else key
    lines = code_said("mend", key, {"lines": numbers, "name": mend["title"][language]}, language)
    lines["lines"] = [["\n".join(hunk["new"]), "\n".join(hunk["old"])] for hunk in mend["hunks"]]
    lines["at"] = [hunk["line"] for hunk in mend["hunks"]]
    lines["href"] = PAGE + mend["name"] if "each" not in mend else ""  # each of two has its own link
    head, first = in_words(mend["after"], language)[0]["text"], first_lines(parts)
    proved = [lines, code_said("text", "proved", {"head": head}, language)]
    if "each" in mend:
        return [*parts[:first], *proved, *other_lines(parts[first], mend, language), *parts[first + 1:]]
    kept = [each for each in parts[first:] if each["style"] != "lines" or result["verdict"] != "mistake"
            and each["href"] != lines["href"]]
    return [*parts[:first], *proved, *kept]


def other_lines(ours: dict, mend: dict, language: str) -> list[dict]:
    """Of two mistakes, one of which has no place in the code, the lines of this site for that one."""
    rest = [pair for name, pairs in mend["ours"].items() if name not in mend["each"] for pair in pairs]
    return [code_said("text", "other_not_located", {}, language), {**ours, "lines": rest}] if rest else []


def is_one(numbers: str) -> bool:
    """Whether it is the number of one line."""
    return "," not in numbers and "–" not in numbers


def numbers_of(lines: list[int]) -> str:
    """The numbers of lines: 9, 11–12."""
    firsts = [line for line in lines if line - 1 not in lines]
    lasts = [line for line in lines if line + 1 not in lines]
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in zip(firsts, lasts, strict=True))


def how_stepped(code: dict, language: str) -> list[dict]:
    """How the code was stepped, and what it was given."""
    key = "loop_fed" if code["kind"] == "loop" and code["fed"] else code["kind"]
    fed = {"name": code["name"], "lines": ", ".join(map(str, code["fed"]))}
    parts = [code_said("text", key, fed, language)]
    if code["kind"] == "lines":
        parts.append(part("code", frame(code["bound"]), ""))
    if code["steps"]:
        parts.append(code_said("text", "steps", {"name": code["steps"]}, language))
    if code["given"]:
        settings = ", ".join(f"{word} = {value:g}" for word, value in code["given"].items())
        parts.append(code_said("text", "given", {"settings": settings}, language))
    if code["others"]:
        parts.append(code_said("text", "also", {}, language))
    return [*parts, *(other_said(other, language) for other in code["others"])]


def other_said(other: dict, language: str) -> dict:
    """What else in a code was stepped, with its answer."""
    where = {"name": other["name"], "line": str(other["line"]), "head": in_words(other["answer"], language)[0]["text"]}
    return code_said("item", "other_named" if other["name"] else "other_line", where, language)


def frame(bound: dict[str, str]) -> str:
    """The loop into which lines were put."""
    state = [f"{word} = {ROLES[role]}" for word, role in bound.items() if role in ROLES]
    g = next((word for word, role in bound.items() if role == "g"), "g")
    t = next((word for word, role in bound.items() if role == "t"), "t")
    return "\n".join([*state, f"for {t}, {g} in enumerate(np.array(GRADIENTS), 1):", "    …"])
