"""What has changed in what readers take along: test vectors, code, records of frameworks, addresses."""

from collections.abc import Callable

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


def code(say: Callable) -> str:
    return listed("code", say)


def records(say: Callable) -> str:
    return listed("records", say)


def addresses(say: Callable) -> str:
    return listed("addresses", say)
