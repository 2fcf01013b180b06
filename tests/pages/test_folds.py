"""What stands open and what is folded: by the title of a listing, by where it stood before, by the head of a page."""

import re

import pytest

from site_tools import checks, facts, folds
from site_tools.pages import DOCS, Block, blocks, front
from tests.rendering import rendered

STORY = sorted((DOCS / "en" / "story").glob("*.md"))


LISTING = re.compile(r'(?:<div class="fold (\w+)"><details><summary>.*?</summary>\n(?:<span[^>]*></span>)*)?'
                     r'<div class="language-python', re.S)


def kinds(page):
    """The kind of each listing of a rendered page, in order."""
    return [match[1] or "open" for match in LISTING.finditer(rendered(page))]


@pytest.mark.parametrize("page", STORY, ids=lambda page: page.stem)
def test_each_listing_has_its_kind(page):
    """A run has a title; what stood before is a repeat; a rule is new, and stands open."""
    name, seen = page.relative_to(DOCS / "en").as_posix(), set()
    menu = checks.menu(checks.settings("en")["nav"])
    for other in filter(lambda other: other.startswith(folds.READ), menu[:menu.index(name)]):
        seen |= {origin for block in blocks(DOCS / "en" / other) for origin in block.origins}
    wanted = []
    for block in blocks(page):
        new = {origin for line, origin in zip(block.code.split("\n"), block.origins) if line} - seen
        wanted.append("run" if block.title else "open" if new else "repeat")
        seen |= set(block.origins)
    assert kinds(page) == wanted and {"run"} <= set(wanted)


def test_code_to_take_away_is_never_a_repeat():
    for folder in ("reference", "labs"):
        for page in sorted((DOCS / "en" / folder).glob("*.md")):
            assert "repeat" not in kinds(page), page


def block(code):
    return Block(1, code, ["x:y"] * code.count("\n"))


@pytest.mark.parametrize("code, english, korean", [
    ("x = 1\n", "1 line", "1줄"),
    ("x = 1\n\n\nassert x\n", "2 lines · 1 check", "2줄 · 확인 1개"),
    ("for x in 1, 2:\n    assert x\n    assert x > 0\n", "3 lines · 2 checks", "3줄 · 확인 2개"),
])
def test_a_folded_line_says_how_long_it_is(code, english, korean):
    assert (folds.size(block(code), "en"), folds.size(block(code), "ko")) == (english, korean)


def test_a_repeat_names_what_it_repeats_and_where_that_stood():
    html = rendered(DOCS / "ko" / "story" / "real-data.md")
    line = re.search(r'<div class="fold repeat">.*?</summary>', html, re.S)[0]
    assert all(f"<code>{name}</code>" in line for name in ("gradient_descent", "momentum", "rmsprop", "adam"))
    links = re.search(r'<div class="fold repeat">.*?</details><p>(.*?)</p>', html, re.S)[1]
    assert re.findall(r'href="([^"]+)"', links) == [
        "gradient-descent.html#code-gradient-descent", "momentum.html#code-momentum", "rmsprop.html#code-rmsprop",
        "adam.html#code-bias-correction"]
    for page, _, anchor in (link.partition("#") for link in re.findall(r'href="([^"]+)"', links)):
        assert rendered(DOCS / "ko" / "story" / page.replace(".html", ".md")).count(f'id="{anchor}"') == 1


def test_an_aside_ends_where_the_next_section_begins():
    html = ('<h1 id="a">A</h1><h2 id="b">B</h2><p>1</p><h3 id="c">C</h3><p>2</p><h2 id="d">D</h2><p>3</p>')
    small = folds.aside(html, "c")
    assert '<details class="aside"><summary><h3 id="c">C</h3></summary><p>2</p></details>\n<h2 id="d">' in small
    large = folds.aside(html, "b")
    assert '<summary><h2 id="b">B</h2></summary><p>1</p><h3 id="c">C</h3><p>2</p></details>\n<h2 id="d">' in large
    assert folds.aside(html, "d").endswith("<p>3</p></details>\n")


@pytest.mark.parametrize("page", [page for page in sorted((DOCS / "en").rglob("*.md")) if "asides" in front(page)],
                         ids=lambda page: page.stem)
def test_both_languages_fold_the_same_sections(page):
    twin = DOCS / "ko" / page.relative_to(DOCS / "en")
    assert front(page)["asides"] == front(twin)["asides"]
    assert rendered(page).count('<details class="aside">') == len(front(page)["asides"])


def test_the_length_of_a_page_is_that_of_its_words_and_formulas():
    words = "<p>" + "word " * 1000 + "</p>"
    assert facts.minutes(words, "en") == 5
    assert facts.minutes(words + "<pre>" + "code " * 5000 + "</pre>", "en") == 5
    assert facts.minutes(words + '<div class="formula">x y z</div>' * 6, "en") == 7
    assert facts.minutes("<p>" + "가" * 1950 + "</p>", "ko") == 5


@pytest.mark.parametrize("page", STORY, ids=lambda page: page.stem)
def test_a_story_page_says_its_place_and_about_the_same_length_in_both_languages(page):
    told = {code: re.search(r'<p class="first"><span[^>]*>(.*?)</span>', rendered(DOCS / code / "story" / page.name))[1]
            for code in ("en", "ko")}
    place, minutes = re.fullmatch(r"(\d) of 9 · (\d+) min", told["en"]).groups()
    korean = re.fullmatch(r"9편 중 (\d)편 · (\d+)분", told["ko"]).groups()
    assert place == korean[0] and abs(int(minutes) - int(korean[1])) <= 2, told
