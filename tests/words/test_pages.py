"""What a page promises: blocks that run, assert, paste, and stand in the built page as they ran."""

import ast
import re

import pytest

from mhat.forms import FORMS
from mhat.rules import START
from site_tools.cache import ROOT
from site_tools.pages import DOCS, blocks, listings, pages
from snippets.shared import tables
from tests.language import name

KOREAN = pages("ko")
ALL = KOREAN + pages("en")
WITH_CODE = [page for page in KOREAN if blocks(page)]
CODE = sorted(path for room in ("mhat", "snippets", "frameworks/practice") for path in (ROOT / room).rglob("*.py"))
place = lambda path: path.relative_to(ROOT).as_posix()


def test_there_are_blocks_to_run():
    """Guards the tests below against passing on nothing."""
    assert {name(page) for page in WITH_CODE} >= {
        "ko/story/bias-correction.md", "ko/story/real-data.md", "ko/labs/thread.md"}
    assert sum(len(blocks(page)) for page in ALL) >= 50


def asserts(block) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(block.code)))


def shows_the_library(block) -> bool:
    """Whether nothing stands in a block but what it includes from the library."""
    return all(origin.startswith("mhat/") for line, origin in zip(block.code.split("\n"), block.origins) if line)


@pytest.mark.parametrize("page", ALL, ids=name)
def test_every_block_asserts_fits_and_needs_no_translation(page):
    """What is shown of the library alone has its asserts in a block that follows."""
    waits = None
    for block in listings(page):
        waits = None if asserts(block) else block
        assert waits is None or shows_the_library(block), f"line {block.line} asserts nothing"
        wide = [line for line in block.code.splitlines() if len(line) > 76]
        assert not wide, f"line {block.line}: wider than the 76 columns of the page: {wide}"
        assert not re.search(r"(^|\s)#", block.code), f"line {block.line}: the page explains, not a comment"
    assert waits is None, f"line {waits.line}: no block behind it asserts"


@pytest.mark.parametrize("path", CODE, ids=place)
def test_section_markers_pair_up(path):
    """The include extension says nothing where an end is missing."""
    open_now, seen = None, set()
    for kind, section in re.findall(r"--8<-- \[(start|end):(\w+)\]", path.read_text("utf-8")):
        if kind == "start":
            assert open_now is None and section not in seen, f"[start:{section}] inside or after its like"
            open_now = section
            seen.add(section)
        else:
            assert open_now == section, f"[end:{section}] ends nothing"
            open_now = None
    assert open_now is None, f"[start:{open_now}] has no end"


SHOWN = {include for page in ALL for include in re.findall(r'--8<-- "([\w./]+:\w+)"', page.read_text("utf-8"))}


@pytest.mark.parametrize("path", CODE, ids=place)
def test_every_section_is_shown(path):
    """A section that no page includes is code that nobody reads."""
    sections = {f"{place(path)}:{section}" for section in re.findall(r"\[start:(\w+)\]", path.read_text("utf-8"))}
    assert sections - SHOWN <= {"mhat/rules.py:nesterov", "mhat/checked.py:checked"}


def test_the_readme_shows_no_block_that_a_shell_would_run():
    for path in ROOT.glob("*.md"):
        assert not re.search(r"^```(sh|bash)", path.read_text("utf-8"), re.M), path.name


@pytest.mark.parametrize("code", ["ko", "en"])
def test_vectors_are_offered_where_one_looks_for_them(code):
    """On the page of each rule, which names the file that has it, on their index, and at home."""
    for rule in START:
        own = FORMS[rule.__name__].vectors or "adamw"
        text = (DOCS / code / "reference" / f"{rule.__name__.replace('_', '-')}.md").read_text("utf-8")
        assert f"assets/vectors/{own}.json" in text and "](vectors.md)" in text
    assert "](vectors.md)" in (DOCS / code / "reference" / "index.md").read_text("utf-8")
    assert "](reference/vectors.md)" in (DOCS / code / "index.md").read_text("utf-8")


@pytest.mark.parametrize("language, words", [("en", "read in "), ("ko", "소스를 읽어")])
@pytest.mark.parametrize("page", ["adam", "momentum", "rmsprop"])
def test_a_table_with_rows_that_were_read_does_not_say_that_all_were_run(page, language, words):
    assert any(tables.result(record, rule) is None for record, rule in tables.rules(page))
    head = (DOCS / language / f"conventions/{page}.md").read_text("utf-8").split("---")[1]
    assert words in next(line for line in head.splitlines() if line.startswith("description:"))
