"""Check somebody's code: what it computes, and, where that is a mistake, the line to change."""

import ast
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from mhat.identify.answering import answer
from mhat.identify.code.looping import last_word
from mhat.identify.code.mending import without_mistakes
from mhat.identify.code.naming import GIVEN, setting_of
from mhat.identify.code.saying import code_words
from mhat.identify.code.seeing import Seen, series
from mhat.identify.code.stepping import Raised, Walk, line_of, stepped, ways_of
from mhat.identify.feed import GRADIENTS, THETA
from mhat.identify.running import Answer, as_printed, as_text
from mhat.identify.second import searched
from mhat.identify.settings import wrong_setting
from mhat.words import read

THERE = read(__file__, "there.toml")
LONGEST_CODE = 100_000  # characters
CERTAIN = ("lr", "learning_rate", "learningrate", "step_size", "eta", "beta1", "beta2", "beta_1", "beta_2", "b1", "b2",
           "beta_m", "beta_v", "eps", "epsilon", "weight_decay", "wd", "decay", "momentum", "mu", "beta", "epoch",
           "micro")  # names that say alone which setting they are


def check_code(text: str, name: str = "", language: str = "en", second: bool = True) -> Answer:
    """Step a code along the list, and name what it computes.

    text      Python: a function, a class, a loop, or the lines of one
    name      of a function or a class in it; without it the first that can be stepped
    language  "en" or "ko"
    second    whether the second search is made where no single name fits
    returns   as `identify` does; `code` has how it was stepped, `mend` in it the lines to change, which were run
    """
    found = problem_of(text) or checked(text, name, second)
    return Coded(found, language)


class Coded(Answer):
    """An answer about a code, as data; printed, in words."""

    def __init__(self, result: dict, language: str):
        dict.__init__(self, result)
        self.parts = code_words(result, language)
        self.words = as_text(self.parts)


def problem_of(text: str) -> dict | None:
    """Why a text is no code that can be stepped here."""
    if not text.strip():
        return troubled("blank")
    if len(text) > LONGEST_CODE:
        return troubled("long", n=f"{LONGEST_CODE:,}")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return troubled("syntax", line=error.lineno or 1, said=error.msg)
    except (ValueError, RecursionError, MemoryError):
        return troubled("deep")
    return framework_of(tree)


def troubled(problem: str, **more: Any) -> dict:
    """An answer that says what is in the way."""
    return {"verdict": "input", "problem": problem, "found": [], "line": 0, **more}


def framework_of(tree: ast.Module) -> dict | None:
    """The framework that a code imports, with the lines that print the list there."""
    modules = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    modules += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    tops = {module.split(".")[0] for module in modules}
    for row in THERE.values():
        if tops & set(row["modules"]):
            rows = "".join(f"    {each},\n" for each in GRADIENTS)
            start = f"THETA = {THETA}\nGRADIENTS = [\n{rows}]\n\n"
            return troubled("framework", name=row["title"], there=start + row["lines"])
    return None


def checked(text: str, name: str, second: bool) -> dict:
    """The answer of a text that is Python."""
    try:
        walk = stepped(text, name)
    except LookupError:
        return troubled("missing", name=name) if name else troubled("nothing")
    except Raised as error:
        key = "raised" if error.line else "raised_somewhere"
        return troubled(key, line=error.line, kind=error.kind, said=error.said)
    told, result = named_with(walk, second)
    result["guessed"] = [word for word in result.get("guessed", []) if not stands_in(walk.seen, result, word)]
    place = next(k for k, way in enumerate(ways_of(ast.parse(text), name)) if line_of(way) == line_of(walk.way))
    others = [way.name for way in ways_of(ast.parse(text)) if way.name and way.name != walk.way.name]
    result["code"] = {"kind": walk.way.kind, "name": walk.way.name, "given": walk.given, "fed": sorted(set(walk.fed)),
                      "bound": walk.bound, "steps": walk.steps, "others": list(dict.fromkeys(others)),
                      "path": as_printed(walk.path), "told": told, "mend": mend_of(text, walk, result, name, place)}
    return result


def named_with(walk: Walk, second: bool) -> tuple[dict, dict]:
    """The settings that the code tells by its names, and the answer; without them where nothing fits with them."""
    own = settings_in(walk)
    without = {} if "decay" in own else {"decay": 0.0}
    text, result = as_printed(walk.path), {}
    with np.errstate(all="ignore"):
        for told in ({**without, **own}, without):
            result = answer(text, told, "")
            if result["verdict"] not in ("none", "close"):
                return told, result
        told = {**without, **own}
        found = searched(text, told, "") if second else result
    return told, found if found["verdict"] != "none" else answer(text, told, "")


def settings_in(walk: Walk) -> dict[str, float]:
    """The settings that names of the code hold throughout, where the names are certain and the values may be."""
    found, unclear = {}, set()
    for number, place in enumerate(walk.seen.places):
        word = last_word(place.text)
        if word.lower().lstrip("_") in CERTAIN and (value := throughout(walk.seen, number)) is not None:
            ours = setting_of(word, value)
            if ours in found and found[ours] != value:
                unclear.add(ours)
            found[ours] = value
    found |= {setting_of(word): value for word, value in walk.given.items()}
    if walk.steps:
        found["lr"] = 1.0
    return {word: value for word, value in found.items() if word in GIVEN and word not in unclear
            and wrong_setting(word, str(value), value) is None}


def throughout(seen: Seen, number: int) -> float | None:
    """The one number that a place is worth at all steps."""
    rows = series(seen, number)
    values = {float(x) for row in rows.values() for x in row}
    return values.pop() if len(rows) == len(GRADIENTS) and len(values) == 1 else None


def stands_in(seen: Seen, result: dict, word: str) -> bool:
    """Whether the code holds the value that was found for a setting."""
    value = result["found"][0]["names"][0]["settings"].get(word) if result["found"] else None
    held = (throughout(seen, number) for number in range(len(seen.places)))
    return value is not None and any(each is not None and abs(each - value) <= 1e-12 * abs(value) for each in held)


# The lines to change


def mend_of(text: str, walk: Walk, result: dict, name: str, place: int) -> dict | None:
    """The change that makes a code right, where there is one: the new text, its lines, and what it is then."""
    groups = result["found"][:1] if result["verdict"] in ("mistake", "right", "unused") else []
    for mistake in [each for group in groups for each in group["names"] if each["kind"] == "mistake"]:
        with np.errstate(all="ignore"):
            new = without_mistakes(text, walk, [mistake["name"]], mistake["settings"], result["dtype"], name, place)
        if new and (after := checked_again(new, name)):
            return {"text": new, "hunks": hunks(text, new), "name": mistake["name"], "title": mistake["title"],
                    "after": after}
    return None


def checked_again(text: str, name: str) -> dict | None:
    """The answer of a changed code, if it is right."""
    walk = stepped(text, name)
    _, result = named_with(walk, False)
    result["guessed"] = [word for word in result.get("guessed", []) if not stands_in(walk.seen, result, word)]
    return result if result["verdict"] == "right" else None


def hunks(old: str, new: str) -> list[dict]:
    """The lines in which two texts differ: where, what stood there, what stands there now."""
    a, b = old.split("\n"), new.split("\n")
    found = SequenceMatcher(None, a, b, False).get_opcodes()
    return [{"line": i + 1, "old": a[i:j], "new": b[k:m]} for kind, i, j, k, m in found if kind != "equal"]
