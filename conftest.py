"""Blocks run as the reader sees them, wherever the tests start from; what shares a page or a file shares a worker."""

import re
import traceback

import pytest
from pytest_codeblocks import plugin
from pytest_codeblocks.main import CodeBlock

from site_tools.cache import ROOT
from site_tools.pages import blocks


class Page:
    """The blocks of a page as one program: what a block defines, the next one has."""

    def __init__(self, path):
        self.path, self.blocks, self.done, self.names = path, blocks(path), 0, {"__name__": "__main__"}

    def run_to(self, index: int) -> None:
        """Run the blocks up to this one that have not run yet."""
        while self.done <= index:
            block, self.done = self.blocks[self.done], self.done + 1
            exec(compile(block.code, f"block at line {block.line}", "exec"), self.names)


PAGES: dict = {}


def extract_from_file(path, *args, **kwargs):
    """In place of pytest-codeblocks' own reader: includes resolved, no way round the tests."""
    page = PAGES.setdefault(path, Page(path))
    return [CodeBlock(block.code, block.line, "python") for block in page.blocks]


def runtest(self):
    page = PAGES[self.path]
    index = next(i for i, block in enumerate(page.blocks) if block.line == self.obj.lineno)
    page.run_to(index)


def repr_failure(self, excinfo):
    """`docs/ko/page.md:40 (snippets/x.py:section): AssertionError: …` and the line that failed."""
    block = next(b for b in PAGES[self.path].blocks if b.line == self.obj.lineno)
    name = f"block at line {block.line}"
    inside = [frame for frame in traceback.extract_tb(excinfo.tb) if frame.filename == name]
    if not inside:
        return f"{self.path.relative_to(ROOT)}:{block.line}: {excinfo.exconly()}"
    line = inside[-1].lineno - 1
    return (f"{self.path.relative_to(ROOT)}:{block.line} ({block.origins[line]}): {excinfo.exconly()}\n"
            f"> {block.code.splitlines()[line].strip()}")


plugin.extract_from_file = extract_from_file
plugin.TestBlock.runtest = runtest
plugin.TestBlock.repr_failure = repr_failure


# One page

def pytest_addoption(parser):
    parser.addoption("--page", help="only what is about one page, in both languages: story/momentum")


def about(page: str):
    """What the name of a test about a page holds: the page, its module, or the file of its own tests."""
    module = page.replace("-", "_")
    section, _, name = module.rpartition("/")
    parts = (rf"{page}\.(md|html)", rf"{module.replace('/', '.')}(?=[-\]])", rf"snippets/{module}\.py",
             rf"tests/pages/{section}/test_{name}\.py")
    return re.compile(rf"(?<![\w-])({'|'.join(parts)})")


def pytest_ignore_collect(collection_path, config):
    """Do not read what cannot be about the page: that is most of the time."""
    page = config.getoption("--page")
    if page and collection_path.suffix in (".md", ".py") and "site" not in collection_path.parts:
        path = collection_path.relative_to(ROOT).as_posix()
        whole = path.startswith(("tests/words/", "tests/pages/test_"))
        return None if whole or about(page).search(path) or collection_path.name == "conftest.py" else True


def pytest_collection_modifyitems(config, items):
    if page := config.getoption("--page"):
        chosen = [item for item in items if about(page).search(item.nodeid)]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


# The workers

@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file is the work of one worker, but each page of the site, with its twin, is work of its own."""
    from xdist.scheduler import LoadScopeScheduling

    class ByPage(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            page = re.search(r"/test_look\.py::\w+\[(.+\.html)", nodeid)
            return page[1] if page else nodeid.split("::")[0]

    return ByPage(config, log)
