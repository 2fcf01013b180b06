"""Blocks run as the reader sees them, wherever the tests start from; what shares a page or a file shares a worker."""

import functools
import re

import pytest
from pytest_codeblocks import plugin
from pytest_codeblocks.main import CodeBlock

from site_tools.cache import ROOT
from site_tools.pages import blocks
from tests.sharing import Fault, Program, scope

PROGRAMS: dict[tuple, Program] = {}


@functools.cache
def blocks_of(path):
    return blocks(path)


def index_of(item) -> int:
    return next(i for i, block in enumerate(blocks_of(item.path)) if block.line == item.obj.lineno)


def extract_from_file(path, *args, **kwargs):
    """In place of pytest-codeblocks' own reader: includes resolved, no way round the tests."""
    return [CodeBlock(block.code, block.line, "python") for block in blocks_of(path)]


def runtest(self):
    codes = tuple(block.code for block in blocks_of(self.path))
    PROGRAMS.setdefault(codes, Program(codes)).check(index_of(self))


def repr_failure(self, excinfo):
    """`docs/ko/page.md:40 (snippets/x.py:section): AssertionError: …` and the line that failed."""
    if not isinstance(excinfo.value, Fault):
        return str(excinfo.getrepr())
    fault, block = excinfo.value, blocks_of(self.path)[index_of(self)]
    place = f"{self.path.relative_to(ROOT)}:{block.line}"
    if not fault.line:
        return f"{place}: {fault}"
    line = fault.line - 1
    return f"{place} ({block.origins[line]}): {fault}\n> {block.code.splitlines()[line].strip()}"


plugin.extract_from_file = extract_from_file
plugin.TestBlock.runtest = runtest
plugin.TestBlock.repr_failure = repr_failure


# One page

def pytest_addoption(parser):
    parser.addoption("--page", help="only what is about one page, in both languages: story/momentum")


def about(page: str):
    """What the name of a test about a page holds: the page, its module, a file of its own tests, what a page changes.

    A story answers a question, the tools and the vectors have their proofs in the room of the library.
    """
    module = page.replace("-", "_")
    section, _, name = module.rpartition("/")
    parts = [rf"{page}\.(md|html)", rf"{module.replace('/', '.')}(?=[-\]])", rf"snippets/{module}\.py",
             rf"tests/pages/{section}/test_{name}\.py", r"\w+\.py::test_(ruff|pages_and_menus)_"]
    if section == "story":
        parts += [r"tests/words/test_questions\.py", r"tests/words/.*questions\.md"]
    if section in ("check", "conventions") or name == "vectors":
        parts += [rf"tests/library/test_{name}\.py"]
    return re.compile(rf"(?<![\w-])({'|'.join(parts)})")


def pytest_ignore_collect(collection_path, config):
    """Do not read what cannot be about the page: that is most of the time."""
    page = config.getoption("--page")
    if page and collection_path.suffix in (".md", ".py") and "site" not in collection_path.parts:
        path = collection_path.relative_to(ROOT).as_posix()
        whole = path.startswith(("tests/words/", "tests/pages/test_", "tests/library/test_house"))
        return None if whole or about(page).search(path) or collection_path.name == "conftest.py" else True


def pytest_collection_modifyitems(config, items):
    if page := config.getoption("--page"):
        chosen = [item for item in items if about(page).search(item.nodeid)]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


# The workers

@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByPage(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return scope(nodeid)

    return ByPage(config, log)
