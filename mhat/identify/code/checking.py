"""Check somebody's code: what it computes, and, where that is a mistake, the line to change."""

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from mhat.identify.answering import answer, answered
from mhat.identify.code.editing import hunks, lines_of
from mhat.identify.code.looping import last_word
from mhat.identify.code.mending import Search, without_both, without_mistake
from mhat.identify.code.naming import GIVEN, setting_of
from mhat.identify.code.quantities import BY_NAME, stages
from mhat.identify.code.saying import code_words
from mhat.identify.code.seeing import Seen, series
from mhat.identify.code.stepping import Raised, Walk, line_of, stepped, ways_of
from mhat.identify.feed import GRADIENTS, THETA
from mhat.identify.running import Answer, as_printed, as_text
from mhat.identify.second import searched
from mhat.identify.settings import wrong_setting
from mhat.words import read

THERE = read(__file__, "there.toml")
LONGEST_CODE, MOST_WAYS = 100_000, 6  # characters; functions, classes and loops of one code that are stepped
CERTAIN = ("lr", "learning_rate", "learningrate", "step_size", "eta", "beta1", "beta2", "beta_1", "beta_2", "b1", "b2",
           "beta_m", "beta_v", "eps", "epsilon", "weight_decay", "wd", "decay", "momentum", "mu", "beta", "epoch",
           "micro")  # names that say alone which setting they are


def check_code(text: str, name: str = "", language: str = "en", second: bool | dict = True,
               ran: Callable | None = None) -> Answer:
    """Step a code along the list, and name what it computes.

    text      Python: a function, a class, a loop, or the lines of one
    name      of a function or a class in it; without it the first that can be stepped
    language  "en" or "ko"
    second    whether more is searched for where nothing fits as the code says; or what such a search has found
    ran       is called when the code has run, before its lines are looked at
    returns   as `identify` does; `code` has how it was stepped, `mend` in it the lines to change, which were run
    """
    try:
        found = problem_of(text) or checked(text, name, second, ran or (lambda: None))
    except (RecursionError, MemoryError):
        found = troubled("deep")
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
        return troubled("syntax", line=error.lineno or 1, said=error.msg, own=line_in(text, error.lineno or 1))
    except (ValueError, RecursionError, MemoryError):
        return troubled("deep")
    return framework_of(tree)


def troubled(problem: str, **more: Any) -> dict:
    """An answer that says what is in the way."""
    return {"verdict": "input", "problem": problem, "found": [], "line": 0, **more}


def line_in(text: str, number: int) -> str:
    """A line of a text."""
    lines = text.split("\n")
    return lines[number - 1] if 0 < number <= len(lines) else ""


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


def checked(text: str, name: str, second: bool | dict, ran: Callable) -> dict:
    """The answer of a text that is Python: of what in it is a mistake, else of the first that can be stepped."""
    walks, problem = [], None
    for place in range(len(ways_of(ast.parse(text), name)))[:MOST_WAYS]:
        try:
            walks.append((place, stepped(text, name, place)))
        except LookupError:
            continue
        except Raised as error:
            problem = problem or error
    if not walks:
        return trouble_with(text, name, problem)
    ran()
    found = [(place, walk, *named_with(walk)) for place, walk in walks]
    first = next((each for each in found if each[3]["verdict"] == "mistake"), found[0])
    place, walk, told, result = first
    if second and result["verdict"] == "none":
        result = second if isinstance(second, dict) else further_answer(walk, told)
    others = [{"name": each[1].way.name, "line": line_of(each[1].way), "answer": each[3]}
              for each in found if each is not first and each[3]["verdict"] != "none"]
    result["code"] = {"kind": walk.way.kind, "name": walk.way.name, "given": walk.given, "fed": sorted(set(walk.fed)),
                      "bound": walk.bound, "steps": walk.steps, "others": others, "path": as_printed(walk.path),
                      "told": told, "mend": mend_of(text, result, name, place)}
    return result


def trouble_with(text: str, name: str, problem: Raised | None) -> dict:
    """Why nothing in a code was stepped."""
    if problem is None or not problem.kind:
        return troubled("missing", name=name) if name else troubled("nothing")
    key = "raised" if problem.line else "raised_somewhere"
    return troubled(key, line=problem.line, kind=problem.kind, said=problem.said, own=line_in(text, problem.line))


def named_with(walk: Walk) -> tuple[dict, dict]:
    """The settings that the code tells by its names, and what fits with them.

    A name may mislead: then what fits with other values that stand in the code.
    """
    own = settings_in(walk)
    without = {} if "decay" in own else {"decay": 0.0}
    text, told = as_printed(walk.path), {**without, **own}
    with np.errstate(all="ignore"):
        result = answered(text, told, "", False)
        other = answered(text, without, "", False) if result["verdict"] == "none" and own else result
    for each in (result, other):
        each["guessed"] = [word for word in each.get("guessed", []) if not stands_in(walk.seen, each, word)]
    return (without, other) if other is not result and is_sure(other) else (told, result)


def is_sure(result: dict) -> bool:
    """Whether one name fits with settings that all are known."""
    return result["verdict"] in ("right", "mistake") and not result["guessed"]


def further_answer(walk: Walk, told: dict) -> dict:
    """The answer where nothing fits as the code says, and that of the second search."""
    text = as_printed(walk.path)
    with np.errstate(all="ignore"):
        result = answer(text, told, "")
        found = searched(text, told, "") if result["verdict"] == "none" else result
    return found if found["verdict"] != "none" else result


def settings_in(walk: Walk) -> dict[str, float]:
    """The settings that names of the code hold throughout, where the names are certain; arguments go first."""
    held: dict[bool, dict[str, set[float]]] = {True: {}, False: {}}
    for number, place in enumerate(walk.seen.places):
        word = last_word(place.text)
        if word.lower().lstrip("_") in CERTAIN and (value := throughout(walk.seen, number)) is not None:
            held[isinstance(place.statement, ast.FunctionDef)].setdefault(setting_of(word, value), set()).add(value)
    found = {word: values.pop() for word, values in {**held[False], **held[True]}.items() if len(values) == 1}
    found |= {setting_of(word): value for word, value in walk.given.items()}
    if walk.steps:
        found["lr"] = 1.0
    return {word: value for word, value in found.items() if word in GIVEN
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


def mend_of(text: str, result: dict, name: str, place: int) -> dict | None:
    """The change that makes a code right, where there is one: the new text, its lines, and what it is then.

    Of two mistakes `each` has the lines of either; if those of one alone are found, the change is without that one.
    """
    search = Search(name, place, result.get("dtype", ""))
    with np.errstate(all="ignore"):
        if "groups" in result:
            return mend_of_two(text, result["groups"], search)
        named = result["verdict"] in ("mistake", "right", "unused") or result.get("blank")
        return mend_of_one(text, result["found"] if named else [], search)


def mend_of_one(text: str, groups: list[dict], search: Search) -> dict | None:
    """The change of the first mistake whose lines are found."""
    mistakes = [each for group in groups for each in group["names"] if each["kind"] == "mistake"]
    for guided, mistake in [(guided, each) for guided in (True, False) for each in mistakes]:
        exchanges = sum(stages([mistake["name"]], mistake["settings"]), [])
        new = without_mistake(text, search, exchanges, guided) if exchanges else ""
        if new and (after := checked_again(new, search)):
            return {"text": new, "hunks": hunks(text, new), "name": mistake["name"], "title": mistake["title"],
                    "after": after}
    return None


def mend_of_two(text: str, groups: list[list[dict]], search: Search) -> dict | None:
    """The change of the first two mistakes whose lines are found, else of one of them; these two are named first."""
    best = None
    for hit in groups[0] if len(groups) == 1 else []:
        done = without_both(text, search, hit["names"], hit["settings"]) if hit["kind"] == "pair" else []
        if not done or best and len(done) == 1:
            continue
        texts = [text, *(new for _, new in done)]
        each = {name: lines_of(text, *texts[k:k + 2]) for k, (name, _) in enumerate(done)}
        whole = len(done) == len(hit["names"])
        if after := checked_again(texts[-1], search, "right" if whole else "mistake"):
            first = hit
            best = {"text": texts[-1], "hunks": hunks(text, texts[-1]), "name": done[0][0], "title": hit["title"],
                    "after": after, "each": each, "ours": {name: BY_NAME[name].lines for name in hit["names"]}}
            if whole:
                break
    if best:
        groups[0].sort(key=lambda hit: hit is not first)
    return best


def checked_again(text: str, search: Search, verdict: str = "right") -> dict | None:
    """The answer of a changed code, if it is as it should be."""
    _, result = named_with(stepped(text, search.name, search.place))
    return result if result["verdict"] == verdict else None
