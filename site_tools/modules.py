"""The modules of the rooms that a page shows: where they lie, what they depend on, and who raised."""

import ast
import contextlib
import importlib
import io
import traceback
from functools import cache
from pathlib import Path
from types import ModuleType

from site_tools.cache import ROOT, content

ROOMS = ("mhat", "frameworks", "snippets")
SNIPPETS = ROOT / "snippets"


def module_of(page: str) -> str:
    """The name of the module of a page: `snippets.story.learning_rate` for `story/learning-rate.md`."""
    return "snippets." + page.removesuffix(".md").replace("-", "_").replace("/", ".")


def find(name: str) -> Path | None:
    """The file of a module or of a package of ours."""
    path = ROOT.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def data(path: Path) -> list[Path]:
    """What a module reads: the files of its own name beside it; a package, all that lie in its folder."""
    beside = path.parent.glob("*.*" if path.name == "__init__.py" else f"{path.stem}.*")
    return [file for file in beside if file.suffix not in (".py", ".pyc")]


def imports(path: Path) -> set[str]:
    """The names of the modules of ours that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(content(path))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found.update({node.module} | {name for name in inner if name.split(".")[0] in ROOMS and find(name)})
    return {name for name in found if name.split(".")[0] in ROOMS}


@cache
def sources(name: str) -> tuple[Path, ...]:
    """The file of a module, those of all modules of ours that it imports, and the data that they read."""
    found, waiting = set(), [name]
    while waiting:
        module = waiting.pop()
        path = find(module)
        if path is None:
            raise LookupError(f"there is no {module.replace('.', '/')}.py")
        if path not in found:
            found.update([path, *data(path)])
            waiting += imports(path)
            waiting += [name for name in [module.rpartition(".")[0]] if find(name)]  # a package runs before its modules
    return tuple(sorted(found))


def run(name: str) -> ModuleType:
    """The module, executed; what it prints is for a reader, not for the log."""
    if find(name) is None:
        raise LookupError(f"there is no {name.replace('.', '/')}.py")
    with contextlib.redirect_stdout(io.StringIO()):
        return importlib.import_module(name)


def blame(error: Exception) -> str:
    """`snippets/story/adam.py:31: TypeError: …` for the innermost line of ours that raised."""
    inside = [ROOT / room for room in ROOMS]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if any(room in Path(frame.filename).parents for room in inside)]
    where = f"{Path(frames[-1].filename).relative_to(ROOT).as_posix()}:{frames[-1].lineno}: " if frames else ""
    return f"{where}{type(error).__name__}: {error}"
