"""What came of running the frameworks, as it stands in the files beside this one."""

import json
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent


def results(name: str) -> dict:
    """What `verify` or `identified` has kept under a name: verified, pairs, identified."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def merged(new: list[dict], old: list[dict], names: list[str], kept: Callable) -> list[dict]:
    """The new rows, each as `kept(row, old row)` wants it; a row is known by these names, an unknown one has had {}."""
    before = {str([row[name] for name in names]): row for row in old}
    return [kept(row, before.get(str([row[name] for name in names]), {})) for row in new]
