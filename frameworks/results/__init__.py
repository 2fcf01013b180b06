"""What came of running the frameworks, as it stands in the files beside this one."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent


def results(name: str) -> dict:
    """What `verify` or `identified` has kept under a name: verified, pairs, identified."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
