"""Do a thing once, and remember what came of it until something it depends on changes."""

import ast
import contextlib
import hashlib
import importlib
import io
import os
import traceback
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SNIPPETS = ROOT / "snippets"
CACHE = ROOT / ".cache"
LIBRARIES = ("numpy", "matplotlib", "scikit-learn", "ml_dtypes", "quickjs-ng", "pscript")


@cache
def library_versions() -> str:
    return repr([version(library) for library in LIBRARIES])


@cache
def content(path: Path) -> bytes:
    return path.read_bytes()


def once(kind: str, *parts: str | Path, make) -> str:
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


@cache
def folders() -> dict[str, list[Path]]:
    """The files of each folder of data in snippets/, by the name of the folder."""
    return {folder.name: [path for path in folder.glob("*.*") if path.is_file()] for folder in SNIPPETS.iterdir() if folder.is_dir()}


@cache
def sources(name: str) -> tuple[Path, ...]:
    """The file of the module `snippets.name`, those of all snippets it imports, and the folders of data it names."""
    path = SNIPPETS / f"{name}.py"
    if not path.exists():
        raise LookupError(f"there is no snippets/{name}.py")
    found = {path}
    for node in ast.walk(ast.parse(content(path))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "snippets":
            inner = node.module.removeprefix("snippets").strip(".")
            found.update(*(sources(each) for each in ([inner] if inner else [name.name for name in node.names])))
        elif isinstance(node, ast.Constant):
            found.update(folders().get(node.value, ()))
    return tuple(sorted(found))


def run(name: str):
    """The module `snippets.name`, executed; what it prints is for a reader, not for the log."""
    with contextlib.redirect_stdout(io.StringIO()):
        return importlib.import_module(f"snippets.{name}")


def blame(error: Exception) -> str:
    """`snippets/adam.py:31: TypeError: …` for the innermost line of a snippet that raised."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).parent == SNIPPETS]
    where = f"snippets/{Path(frames[-1].filename).name}:{frames[-1].lineno}: " if frames else ""
    return f"{where}{type(error).__name__}: {error}"
