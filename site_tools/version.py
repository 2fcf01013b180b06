"""The version of the checkout, what git says of it, and where its site will stand."""

import os
import subprocess
from functools import cache

from site_tools.cache import ROOT


def git(*words: str) -> str:
    """What git says, or nothing where there is no git or no history (an unpacked archive)."""
    try:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


@cache
def version() -> str:
    return git("describe", "--tags", "--always", "--dirty") or "unversioned"


@cache
def date() -> str:
    """The day of the last commit, or nothing."""
    return git("log", "-1", "--format=%cs")


def address() -> str:
    """Where the site will be, with a slash at the end; nothing where that is not known."""
    url = os.environ.get("SITE_URL", "").rstrip("/")
    return url and f"{url}/"
