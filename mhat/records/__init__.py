"""What each framework computes, as its record beside this file says: form, settings, defaults, source."""

import ast
from functools import cache
from pathlib import Path

from mhat import words

FOLDER = Path(__file__).parent
ORDER = ("main", "tf")


@cache
def records() -> dict[str, dict]:
    """{file name: record} of every framework, in the order of their names; read once, to be read only."""
    return {path.stem: words.read(str(path)) for path in sorted(FOLDER.glob("*.toml"))}


def ordered() -> list[dict]:
    """The records as a page lists them: what most people use first, what was only read last."""
    named = (record | {"stem": stem, "id": stem.replace("_", "-")} for stem, record in records().items())
    return sorted(named, key=lambda r: (r["set"] == "read", r["set"] not in ORDER, r["name"].lower()))


def flags(text: str) -> dict[str, object]:
    """What `also` of a rule says: `centered, x=False` as {"centered": True, "x": False}. ValueError: no literal."""
    pairs = [word.strip().partition("=") for word in text.split(",") if word.strip()]
    return {name: ast.literal_eval(value) if value else True for name, _, value in pairs}
