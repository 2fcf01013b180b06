"""An answer about somebody's code in words: that of its numbers, and its own lines."""

from mhat.identify.second_telling import second_words
from mhat.identify.telling import in_words, part
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
        parts = own_lines(parts, result, language)
    elif result["verdict"] == "mistake":
        first = next((k for k, each in enumerate(parts) if each["style"] == "lines"), len(parts))
        parts = [*parts[:first], code_said("text", "not_located", {}, language), *parts[first:]]
    return [*parts, *how_stepped(result["code"], language)]


def troubles(result: dict, language: str) -> list[dict]:
    """What is in the way of an answer."""
    parts = {word: str(result[word]) for word in ("line", "said", "kind", "name", "n") if word in result}
    said = part("head", filled(CODE_WORDS["problems"][result["problem"]][language], parts), "")
    if result.get("own"):
        return [said, {**part("mark", "", ""), "lines": [["", result["own"]]], "at": [result["line"]]}]
    return [said, part("code", result["there"], "")] if "there" in result else [said]


def own_lines(parts: list[dict], result: dict, language: str) -> list[dict]:
    """The parts with the lines of the code in the place of ours."""
    mend = result["code"]["mend"]
    numbers = numbers_of(mend["hunks"])
    key = "mends" if "," in numbers or "–" in numbers else "mend"
    key = "mend_meant" if result["verdict"] in ("right", "unused") else key
    lines = code_said("mend", key, {"lines": numbers, "name": mend["title"][language]}, language)
    lines["lines"] = [["\n".join(hunk["new"]), "\n".join(hunk["old"])] for hunk in mend["hunks"]]
    lines["at"] = [hunk["line"] for hunk in mend["hunks"]]
    lines["href"] = "mistakes.html#" + mend["name"]
    head = in_words(mend["after"], language)[0]["text"]
    first = next((k for k, each in enumerate(parts) if each["style"] == "lines"), len(parts))
    kept = [each for each in parts[first:] if each["style"] != "lines" or result["verdict"] != "mistake"
            and each["href"] != lines["href"]]
    return [*parts[:first], lines, code_said("text", "proved", {"head": head}, language), *kept]


def numbers_of(hunks: list[dict]) -> str:
    """The numbers of changed lines: 9, 11–12; a line that only comes in has that of the line before it."""
    lines = [hunk["line"] + k for hunk in hunks for k in range(len(hunk["old"]))] or [hunks[0]["line"] - 1]
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
