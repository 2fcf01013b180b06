"""Words in Korean and English, kept as TOML beside the code that says them: `few = {ko = "…", en = "…"}`."""

import tomllib
from pathlib import Path


def read(module: str, name: str = "") -> dict:
    """The words beside a module.

    module  `__file__` of the module that asks
    name    a file of the same folder; by default that of the module, with `.toml` for `.py`

    ValueError: what is not TOML, with the file and the line.
    """
    path = Path(module).with_name(name) if name else Path(module).with_suffix(".toml")
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from None


def filled(text: str, parts: dict) -> str:
    """A sentence with its parts (texts) in the places of their names in braces. Compiled for the pages too."""
    for name in parts:
        text = text.replace("{" + name + "}", parts[name])
    return text
