"""What has changed in what readers take along: test vectors, code, records of frameworks, addresses."""

from collections.abc import Callable
from functools import partial

from mhat.vectors import CHANGES
from mhat.words import read

TOLD = read(__file__)


def listed(name: str, say: Callable) -> str:
    """The changes of a kind, each with its day."""
    return "\n".join(f"- {told['date']}: {say(told['ko'], told['en'])}" for told in TOLD[name])


def vectors(say: Callable) -> str:
    """The versions of the test vectors, the newest first."""
    rows = [f"- **{version}**, {told['date']}: {say(told['ko'], told['en'])}" for version, told in CHANGES.items()]
    return "\n".join(reversed(rows))


code, records, addresses = (partial(listed, kind) for kind in ("code", "records", "addresses"))
