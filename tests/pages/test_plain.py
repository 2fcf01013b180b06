"""Pages as Markdown that needs no build, and what leads programs to them."""

import re

import nbformat
import pytest

from site_tools import labs, plain, reaching
from site_tools.pages import DOCS, LANGUAGES, listings, pages

ALL = [(code, page) for code in LANGUAGES for page in pages(code)]
NAMES = [f"{code}/{page.relative_to(DOCS / code).as_posix()}" for code, page in ALL]
LISTING = re.compile(r"^( *)```python\n(.*?)^\1```$", re.M | re.S)
PROSE = re.compile(r"^ *```.*?^ *```$|`[^`\n]*`", re.M | re.S)
BUILT = re.compile(r"\{\{|--8<--|figure:|\{[:#.]|^ *///|^\?\?\?|\bmarkdown>|</?(?:div|details|p|span)\b", re.M)


@pytest.mark.parametrize("code, page", ALL, ids=NAMES)
def test_a_page_as_markdown_holds_its_listings_and_nothing_for_a_build(code, page):
    text = plain.markdown(page.relative_to(DOCS / code).as_posix(), code)
    found = [re.sub(rf"^{indent}", "", listing, flags=re.M) for indent, listing in LISTING.findall(text)]
    assert found == [block.code for block in listings(page) if block.language == "python"]
    assert not BUILT.findall(PROSE.sub("", text))
    assert text.startswith("# ")


def test_the_list_for_programs_has_every_page_once_with_what_it_is_about():
    entries = re.findall(r"^- \[(.+)\]\((.+)\): (.+)$", reaching.listed("https://example.org/m/"), re.M)
    assert sorted(url for _, url, _ in entries) == sorted(f"https://example.org/m/{name}" for name in NAMES)
    assert all(len(words) > 20 for _, _, words in entries)


def test_crawlers_are_told_where_pages_are_listed_if_that_is_known():
    assert "Sitemap" not in reaching.crawled("")
    assert "Sitemap: https://example.org/m/ko/sitemap.xml" in reaching.crawled("https://example.org/m/")


@pytest.mark.parametrize("url, lead", [("", "](../story/adam.md#rule)"),
                                       ("https://example.org/m/", "](https://example.org/m/en/story/adam.html#rule)")])
def test_links_of_a_notebook_lead_to_the_site_where_its_address_is_known(monkeypatch, url, lead):
    monkeypatch.setenv("SITE_URL", url)
    lab = "# Lab\n\n[there](../story/adam.md#rule), [out](https://example.org/x.md)\n"
    book = nbformat.reads(labs.notebook(lab, "en", "labs/lab.md"), as_version=4)
    assert lead in book.cells[0].source and "](https://example.org/x.md)" in book.cells[0].source
    assert book.metadata.moments.page == "en/labs/lab.md" and book.metadata.moments.version


def test_the_picture_of_a_page_is_its_first_drawing_and_1200_pixels_wide():
    page = DOCS / "ko" / "reference" / "adam.md"
    data = reaching.picture(page, "ko")
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(data[16:20]) == reaching.WIDTH
    assert data != reaching.picture(DOCS / "ko" / "about.md", "ko")
