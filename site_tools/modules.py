"""The modules of the rooms that a page shows: where they lie, what they depend on, and who raised."""

import ast
import contextlib
import importlib
import io
import traceback
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import ModuleType

from site_tools.cache import ROOT, content, digest, once

ROOMS = ("mhat", "frameworks", "snippets")
SNIPPETS = ROOT / "snippets"


def module_of(page: str) -> str:
    """The name of the module of a page: `snippets.story.learning_rate` for `story/learning-rate.md`."""
    return "snippets." + page.removesuffix(".md").replace("-", "_").replace("/", ".")


def file_of(name: str) -> str:
    """Where the module of a name should lie: `snippets/story/learning_rate.py`."""
    return f"{name.replace('.', '/')}.py"


def find(name: str) -> Path | None:
    """The file of a module or of a package of ours."""
    path = ROOT.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def data(path: Path) -> list[Path]:
    """What a module reads: the files of its own name beside it; a package, all that lie in its folder."""
    beside = path.parent.glob("*.*" if path.name == "__init__.py" else f"{path.stem}.*")
    return [file for file in beside if file.suffix not in (".py", ".pyc")]


def imported(code: bytes, rooms: Iterable[str] = ROOMS) -> list[str]:
    """What the imports of a file may name in these rooms: `mhat.rules`, `mhat.rules.adam`, be it a module or not."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return sorted(name for name in names if name.split(".")[0] in rooms)


def imports(path: Path, rooms: tuple[str, ...] = ROOMS) -> list[str]:
    """The names of the modules of ours, in these rooms, that a file imports."""
    names = once("imports", path, Path(__file__), *rooms, make=lambda: " ".join(imported(content(path), rooms))).split()
    packages = {name.rpartition(".")[0] for name in names}
    return [name for name in names if find(name) or name in packages]


@cache
def sources(name: str) -> tuple[Path, ...]:
    """The file of a module, those of all modules of ours that it imports, and the data that they read."""
    files, waiting = set(), [name]
    while waiting:
        module = waiting.pop()
        path = find(module)
        if path is None:
            raise LookupError(f"there is no {file_of(module)}{like(file_of(module), neighbours(module))}")
        if path not in files:
            files.update([path, *data(path)])
            waiting += imports(path)
            package = module.rpartition(".")[0]  # it runs before its modules
            waiting += [package] if package and find(package) else []
    return tuple(sorted(files))


def neighbours(name: str) -> list[str]:
    """The files in the folder where that of a module would lie."""
    folder = ROOT.joinpath(*name.split(".")[:-1])
    return [path.relative_to(ROOT).as_posix() for path in sorted(folder.glob("*.py"))]


@cache
def state(name: str) -> str:
    """What changes with a module: a digest of all its sources."""
    return digest(*sources(name))


def run(name: str) -> ModuleType:
    """The module, executed; what it prints is for a reader, not for the log."""
    sources(name)
    with contextlib.redirect_stdout(io.StringIO()):
        return importlib.import_module(name)


def like(name: str, names: Iterable[str]) -> str:
    """`; did you mean adam?`, where one of the names is spelled much like this one."""
    near = get_close_matches(name, [other for other in names if other != name], 1)
    return f"; did you mean {near[0]}?" if near else ""


def blame(error: Exception) -> str:
    """`snippets/story/adam.py:31: TypeError: …` for the innermost line of ours that raised.

    A LookupError says by itself what is missing: site_tools raise it, and Python its kinds, never itself.
    """
    inside = [ROOT / room for room in ROOMS]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if any(room in Path(frame.filename).parents for room in inside)]
    where = f"{Path(frames[-1].filename).relative_to(ROOT).as_posix()}:{frames[-1].lineno}: " if frames else ""
    return f"{where}{'' if type(error) is LookupError else f'{type(error).__name__}: '}{error}"
