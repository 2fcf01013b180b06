"""What a page says of itself: title, description, and headings that a link can name in either language."""

import re
from collections import Counter

import pytest
import yaml

from site_tools import new
from site_tools.pages import pages
from tests.language import FRONT, name

ALL = pages("ko") + pages("en")
ID = re.compile(r"^(#+) .*?(?: \{#([a-z0-9-]+)\})?$")
ANY_FENCE = re.compile(r"^ *(`{3,}|~{3,}).*?^ *\1 *$", re.S | re.M)


def headings(text: str) -> list[tuple[str, int, str | None]]:
    """(line, level, id) of the headings outside of code."""
    lines = ANY_FENCE.sub(lambda fence: re.sub("^.*$", "", fence[0], flags=re.M), FRONT.sub("", text)).splitlines()
    return [(line, len(ID.match(line)[1]), ID.match(line)[2]) for line in lines if re.match("#+ ", line)]


def faults(text: str) -> list[str]:
    """What is wrong with the headings of a page, in words that say the mend."""
    rows = headings(text)
    nameless = [line for line, _, key in rows if not key]
    wrong = [f"{line!r} has no id: end it with {{#ascii-id}}, the same in both languages" for line in nameless]
    wrong += [f"{{#{key}}} stands {n} times" for key, n in Counter(key for *_, key in rows if key).items() if n > 1]
    if [level for _, level, _ in rows].count(1) != 1:
        wrong.append("a page has one title: one line that begins with `# `")
    return wrong


@pytest.mark.parametrize("page", ALL, ids=name)
def test_headings_have_ids_of_their_own(page):
    assert not faults(page.read_text("utf-8"))


@pytest.mark.parametrize("page", ALL, ids=name)
def test_a_page_says_what_it_is(page):
    """The description is what a search engine and a link preview show."""
    front = FRONT.match(page.read_text("utf-8"))
    assert front, "a page begins with ---, title: …, description: …, ---"
    meta = yaml.safe_load(front[0].strip().strip("-"))
    assert meta.get("title") and len(meta["title"]) <= 60, "title: at most 60 characters"
    low, high = (20, 120) if name(page).startswith("ko") else (40, 200)
    size = len(meta.get("description") or "")
    assert low <= size <= high, f"description: {low} to {high} characters, not {size}"


def unwritten(text: str, code: str) -> list[str]:
    """The lines of words that `dev.py new` wrote and nobody has replaced."""
    template = new.files("a/b")[f"docs/{code}/a/b.md"].replace(" {#b}", "").splitlines()
    words = {line for line in template if " " in line and not re.match(r"```|--8<--|///|## ", line)}
    return [f"line {number}: still the template's: {line}" for number, line in enumerate(text.splitlines(), 1)
            if re.sub(r" \{#[\w-]+\}$", "", line) in words]


@pytest.mark.parametrize("page", ALL, ids=name)
def test_no_line_is_left_of_the_template(page):
    assert not unwritten(page.read_text("utf-8"), name(page)[:2])


@pytest.mark.parametrize("code", ["ko", "en"])
def test_an_untouched_template_is_seen(code):
    text = next(text for path, text in new.files("story/half-life").items() if path.startswith(f"docs/{code}/"))
    assert len(unwritten(text, code)) == 6 and not unwritten("# Adam: {#adam}\n\n## 실행 {#run}\n", code)


@pytest.mark.parametrize("text, words", [
    ("# 제목\n", "has no id"),
    ("# 제목 {#제목}\n", "has no id"),
    ("# 제목 {#title}\n## 둘\n", "## 둘"),
    ("# 제목 {#title}\n## 둘 {#title}\n", "stands 2 times"),
    ("## 둘 {#two}\n", "one title"),
])
def test_a_heading_without_its_own_id_is_seen(text, words):
    assert any(words in fault for fault in faults(text))


def test_a_comment_in_code_is_no_heading():
    assert not faults("# 제목 {#title}\n\n```sh\n# comment\n```\n")
