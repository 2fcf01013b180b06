"""Make a thing once, and remember what came of it until something it depends on changes."""

import hashlib
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from site_tools.progress import making

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LIBRARIES = ("numpy", "matplotlib", "scikit-learn", "ml_dtypes", "quickjs-ng", "pscript")


@cache
def library_versions() -> str:
    return repr([version(library) for library in LIBRARIES])


@cache
def content(path: Path) -> bytes:
    return path.read_bytes()


def digest(*parts: str | Path) -> str:
    """A name for these parts, words or files by content, that changes with any of them."""
    names = hashlib.sha256(library_versions().encode())
    for part in parts:
        data = content(part) if isinstance(part, Path) else part.encode()
        names.update(len(data).to_bytes(8, "big") + data)
    return names.hexdigest()


class Once(NamedTuple):
    """A text that is made once: its kind, the parts (words, or files by content) that it depends on, what makes it."""

    kind: str
    parts: tuple[str | Path, ...]
    make: Callable[[], str]

    @property
    def path(self) -> Path:
        return CACHE / self.kind / digest(*self.parts)

    def known(self) -> bool:
        """Whether it was made when the parts were last the same."""
        return self.path.exists()

    def text(self) -> str:
        """What was made then, or is made now."""
        path = self.path
        if not path.exists():
            with making(self.kind):
                text = self.make()
            write_aside(path, text.encode())
        return path.read_text("utf-8")


def once(kind: str, *parts: str | Path, make: Callable[[], str]) -> str:
    """The text that `make()` gave when these parts were last the same."""
    return Once(kind, parts, make).text()


def write_aside(path: Path, data: bytes) -> None:
    """Write a file that is whole whenever another process sees it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}")
    aside.write_bytes(data)
    aside.replace(path)
