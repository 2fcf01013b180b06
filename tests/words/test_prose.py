"""The words: terms of the glossary and only those, and no result typed by hand."""

import re

import pytest

from site_tools.pages import DOCS, pages

QUOTES = re.compile(r"^>.*$", re.M)
CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]+`|\$\$.*?\$\$|\$[^$\n]+\$", re.S | re.M)
TYPED = re.compile(r"(?<![A-Za-z\d.])\d+\.\d+(?![\d.]*[A-Za-z\d])|\d+(?:\.\d+)?\s?%")
ALLOWED = {"CC BY 4.0", " 1%"}
name = lambda path: path.relative_to(DOCS).as_posix()


def prose(path) -> str:
    """The sentences of a page: no front matter, code, formulas, link targets, quotations or insertions."""
    text = re.sub(r"^---\n.*?\n---\n", "", path.read_text("utf-8"), flags=re.S)
    text = QUOTES.sub("", CODE.sub(" ", text))
    return re.sub(r"\{\{[^}]*\}\}|\]\([^)]*\)|\{[#.][^}]*\}|<[^>]*>", " ", text)


def glossary(code: str) -> dict[str, list[str]]:
    """Term → the names not used for it, from the table that the reader sees."""
    rows = re.findall(r"^\| (?!-)(.+?) \|$", (DOCS / code / "glossary.md").read_text("utf-8"), re.M)
    cells = [re.split(r" \| ", row) for row in rows][1:]
    return {row[0]: [word.strip() for word in row[3].split(",")] for row in cells}


def banned(text: str, code: str) -> list[tuple[str, str]]:
    """(the word that is not used, the term to use) for each one that stands in a text."""
    found = []
    for term, words in glossary(code).items():
        for word in words:
            pattern = re.escape(word) if code == "ko" else rf"\b{re.escape(word)}s?\b"
            if re.search(pattern, text, re.I):
                found.append((word, term))
    return found


@pytest.mark.parametrize("page", pages("ko") + pages("en"), ids=name)
def test_terms(page):
    if page.stem != "glossary":
        assert not banned(prose(page), page.relative_to(DOCS).parts[0])


@pytest.mark.parametrize("code, sentence, word", [
    ("ko", "최소값을 찾습니다.", "최소값"), ("ko", "그래디언트가 큽니다.", "그래디언트"), ("ko", "경사하강법입니다.", "경사하강법"),
    ("en", "A warmup helps.", "warmup"), ("en", "Minibatches are small; a minibatch is one.", "minibatch"),
])
def test_a_banned_word_is_seen(code, sentence, word):
    assert word in [found for found, _ in banned(sentence, code)]


def test_the_glossaries_are_one():
    korean, english = glossary("ko"), glossary("en")
    assert len(korean) == len(english) >= 25
    rows = re.findall(r"^\| (?!-)(.+?) \| (.+?) \|", (DOCS / "en" / "glossary.md").read_text("utf-8"), re.M)[1:]
    assert {term: word for term, word in rows} == {
        term: word for word, term in re.findall(r"^\| (?!-)(.+?) \| (.+?) \|", (DOCS / "ko" / "glossary.md").read_text("utf-8"), re.M)[1:]}


@pytest.mark.parametrize("page", pages("ko") + pages("en"), ids=name)
def test_no_result_is_typed(page):
    """Decimals and percentages in a sentence come from `{{ }}`; settings stand in code or formulas."""
    text = re.sub(r"^\|.*\|$", "", prose(page), flags=re.M) if page.stem == "glossary" else prose(page)
    for phrase in ALLOWED:
        text = text.replace(phrase, "")
    typed = [match[0] for match in TYPED.finditer(text)]
    assert not typed, typed


@pytest.mark.parametrize("page", pages("ko"), ids=name)
def test_korean_spelling_and_endings(page):
    text = re.sub(r"^\|.*$", "", prose(page), flags=re.M)
    assert not re.search(r"되요|안되|할수|최대값|최소값|갯수|몇일|됬|로써의", text)
    sentences = re.findall(r"[가-힣]+(?=\.(?:\s|$))", re.sub(r"^[|!#].*$", "", text, flags=re.M))
    blunt = [word for word in sentences if re.search(r"(한다|이다|였다|된다|있다|없다|간다)$", word)]
    assert not blunt, f"not 합니다체: {blunt}"
