"""Make a thing once, and remember what came of it until something it depends on changes."""

import hashlib
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LIBRARIES = ("numpy", "matplotlib", "scikit-learn", "ml_dtypes", "quickjs-ng", "pscript")


@cache
def library_versions() -> str:
    return repr([version(library) for library in LIBRARIES])


@cache
def content(path: Path) -> bytes:
    return path.read_bytes()


def once(kind: str, *parts: str | Path, make: Callable[[], str]) -> str:
    """The text that `make()` gave when these parts (words, or files by content) were last the same."""
    digest = hashlib.sha256(library_versions().encode())
    for part in parts:
        data = content(part) if isinstance(part, Path) else part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    path = CACHE / kind / digest.hexdigest()
    if not path.exists():
        text = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{os.getpid()}")
        aside.write_text(text, "utf-8")
        aside.replace(path)
    return path.read_text("utf-8")
