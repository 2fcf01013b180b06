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
