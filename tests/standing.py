"""Proofs that stand: a file of tests that passed is not run again until something that it rests on changes.

It rests on itself, on the modules of ours that it imports, on what those import in turn, and on the folders that they
read. Where that cannot be known (another process, a module that reads the whole project), it rests on all files.
While such a file runs, opening one of ours that it does not rest on is an error; so the knowledge is kept true.
"""

import contextlib
import functools
import os
import sys
from pathlib import Path

import pytest

from site_tools.cache import CACHE, ROOT, digest, write_aside
from site_tools.modules import find, imports
from tests import building
from tests.site.standing import SiteStanding

ROOMS = ("mhat", "frameworks", "snippets", "site_tools", "meters", "tests")
READ = {  # what a module reads beside its own file: the entry of its name, else that of its package
    "mhat": ["mhat"], "frameworks": ["frameworks", "requirements"], "snippets": ["snippets/shared"], "tests": [],
    "site_tools.scripts": ["theme/assets", "mhat"], "site_tools.bundle": ["mhat"],
    "site_tools.runtime": ["theme/run", "requirements/run"], "site_tools.explorables": ["snippets"],
    "snippets.practice.symptoms": ["snippets/practice/symptoms.toml", "snippets/shared"],
    "site_tools.pages": ["docs", "mhat", "snippets"], "tests.sharing": ["snippets"], "tests.library.test_house": None,
    "tests.library.test_verify": None, "tests.words.test_pages": None, "tests.words.test_standing": None,
    "site_tools": [], "site_tools.cache": [], "site_tools.modules": [], "site_tools.progress": [],
}
ALWAYS = ["conftest.py", "pyproject.toml", "requirements/test.txt", "tests/building.py", "tests/sharing.py",
          "tests/standing.py"]


@functools.cache
def tracked() -> dict[str, Path]:
    """All files of the project under their absolute names, new ones too."""
    return {os.fspath(ROOT / name): ROOT / name for name in building.tracked()}


def needs(path: Path) -> dict[str, Path]:
    """The modules that a file of tests imports, those that these import, and the packages that they lie in."""
    known = {".".join(path.relative_to(ROOT).with_suffix("").parts): path}
    waiting = list(imports(path, ROOMS))
    while waiting:
        name = waiting.pop()
        if name not in known and (file := find(name)):
            known[name] = file
            waiting += imports(file, ROOMS)
        if package := name.rpartition(".")[0]:  # one without a file of its own lies in one that may have it
            waiting.append(package)
    return known


def read_by(name: str, path: Path) -> list[str] | None:
    """What a module of this name reads for these tests, as folders and files; None: it may be anything."""
    own = own_pages(path) if name == "site_tools.pages" else []
    return own or READ.get(name, None if name.startswith(("site_tools.", "meters")) else READ.get(name.split(".")[0]))


def own_pages(path: Path) -> list[str]:
    """The pages that `tests/pages/story/test_adam.py` is about."""
    section, page = path.parent.name, path.stem.removeprefix("test_").replace("_", "-")
    return [file.relative_to(ROOT).as_posix() for file in ROOT.glob(f"docs/*/{section}/{page}.md")]


@functools.cache
def rests_on(path: Path) -> frozenset[str]:
    """The names of all files whose change makes a file of tests run again."""
    known = needs(path)
    read = [read_by(name, path) for name in known]
    if None in read:
        return frozenset(tracked())
    around = [folder / "conftest.py" for folder in path.parents if ROOT in folder.parents]
    roots = {ROOT / name for part in [*read, ALWAYS] for name in part} | {*known.values(), *around, path}
    return frozenset(name for name, file in tracked().items() if not roots.isdisjoint([file, *file.parents]))


@functools.cache
def stamp(path: Path) -> Path:
    """The file whose being there says that the tests of `path` passed when all that they rest on was as it is now."""
    names = sorted(rests_on(path))
    files = digest(*(os.path.relpath(name, ROOT) for name in names), *map(Path, names))
    return CACHE / "standing" / digest(path.relative_to(ROOT).as_posix(), files, sys.version)


def is_proof(path: Path) -> bool:
    """Tests of the built site stand one by one, see `site/standing.py`; the blocks of the pages have their own."""
    return path.name.startswith("test_") and path.suffix == ".py" and "site" not in path.relative_to(ROOT).parts


class Standing:
    """Leaves out the files of tests that stand, and remembers those that passed whole; in a choice it only watches."""

    def __init__(self, again: bool, remember: bool = True):
        self.again, self.remember, self.rests = again, remember, None
        self.stands, self.outcomes, self.of_the_site = set(), {}, set()
        sys.addaudithook(self.watch)

    def pytest_ignore_collect(self, collection_path):
        if not self.again and is_proof(collection_path) and stamp(collection_path).exists():
            self.stands.add(collection_path)
            return True
        return None

    @contextlib.contextmanager
    def watching(self, path: Path):
        self.rests = rests_on(path) if is_proof(path) else None
        try:
            yield
        finally:
            self.rests = None

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        with self.watching(collector.path) if isinstance(collector, pytest.Module) else contextlib.nullcontext():
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        with self.watching(item.path):
            return (yield)

    def watch(self, event: str, arguments: tuple) -> None:
        """Python calls it at everything that is opened, imported or started."""
        if self.rests is None:
            return
        name = {"open": opened, "import": known, "subprocess.Popen": started}.get(event, nothing)(*arguments)
        if name in tracked() and name not in self.rests:
            raise RuntimeError(f"{os.path.relpath(name, ROOT)} is none of the files that this test rests on: "
                               "say in tests/standing.py who reads it")

    def pytest_runtest_logreport(self, report):
        """In the process that hears of the results of all workers."""
        self.outcomes.setdefault(ROOT / report.nodeid.split("::")[0], set()).add(report.outcome)
        if ["stands", True] in map(list, report.user_properties):
            self.of_the_site.add(report.nodeid)

    def pytest_sessionfinish(self, session, exitstatus):
        if self.remember and exitstatus in (0, 1) and not hasattr(session.config, "workerinput"):
            for path, outcomes in self.outcomes.items():
                if is_proof(path) and outcomes == {"passed"}:
                    write_aside(stamp(path), b"")

    def pytest_terminal_summary(self, terminalreporter):
        if self.stands:
            terminalreporter.write_line(f"{len(self.stands)} files of tests stand: nothing that they rest on has "
                                        "changed since they passed (--again runs them all the same)")
        if self.of_the_site:
            terminalreporter.write_line(f"{len(self.of_the_site)} tests of the site stand: its bytes have not changed")


def opened(path, *_) -> str:
    return os.path.abspath(path) if isinstance(path, str) else ""


def known(name, *_) -> str:
    """The file of a module of ours."""
    return os.fspath(find(name) or "") if name.split(".")[0] in ROOMS else ""


def started(program, arguments, cwd, *_) -> str:
    """A process in our own folder may read anything: it stands for a file that only tests of everything rest on."""
    return os.fspath(ROOT / "dev.py") if cwd is None or ROOT in [Path(cwd), *Path(cwd).parents] else ""


def nothing(*_) -> str:
    return ""


def pytest_addoption(parser):
    parser.addoption("--stand", action="store_true", help="leave out what stands since it passed, and remember")
    parser.addoption("--again", action="store_true", help="also what stands since it passed")


def pytest_configure(config):
    whole = config.getoption("--stand")
    if whole and not hasattr(config, "workerinput"):  # workers ask only of the files that they may leave out
        for path in filter(is_proof, (ROOT / "tests").rglob("*.py")):
            stamp(path)  # of what it is now, before anything runs
    again = not whole or config.getoption("--again") or "CI" in os.environ
    config.pluginmanager.register(Standing(again, whole), "standing")
    if not again:
        config.pluginmanager.register(SiteStanding(), "site standing")
