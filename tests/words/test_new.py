"""`dev.py new` makes a page that the other tests can prove."""

import ast

import pytest

from site_tools import new
from site_tools.cache import ROOT


@pytest.fixture
def root(tmp_path):
    for menu in new.MENUS:
        (tmp_path / menu).write_bytes((ROOT / menu).read_bytes())
    return tmp_path


def test_a_new_page_has_all_its_files(root):
    paths = new.make("story/half-life", root)
    assert paths == ["snippets/story/half_life.py", "tests/pages/story/test_half_life.py", "docs/ko/story/half-life.md",
                     "docs/en/story/half-life.md", "mkdocs.yml", "mkdocs.en.yml"]
    for path in paths[:2]:
        ast.parse((root / path).read_text("utf-8"))
    for code in ("ko", "en"):
        text = (root / "docs" / code / "story/half-life.md").read_text("utf-8")
        assert text.startswith("---\ntitle: ") and "{#half-life}" in text and "{{ steps }}" in text
        assert '--8<-- "snippets/story/half_life.py:halving"' in text
    for menu in new.MENUS:
        lines = (root / menu).read_text("utf-8").splitlines()
        at = lines.index("      - story/half-life.md")
        assert lines[at - 1].startswith("      - story/") and not lines[at + 1].startswith("      - story/")


@pytest.mark.parametrize("page, words", [
    ("story/adam", None),
    ("stories/x", "no section"),
    ("반감기", "ASCII"),
    ("story/Half_Life", "ASCII"),
    ("half-life", "ASCII"),
])
def test_what_is_no_new_page_is_refused_before_a_file_is_written(root, page, words):
    if words is None:
        (root / "docs/ko/story").mkdir(parents=True)
        (root / "docs/ko/story/adam.md").write_text("there", "utf-8")
        words = "docs/ko/story/adam.md is there already"
    with pytest.raises(ValueError, match=words):
        new.make(page, root)
    assert not (root / "snippets").exists()
