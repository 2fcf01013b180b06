"""The words of the pages: what is prose in a text, what a glossary does not use, what is a typed result."""

import re
from pathlib import Path

from site_tools.pages import DOCS

QUOTES = re.compile(r"^>.*$", re.M)
CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]+`|\$\$.*?\$\$|\$[^$\n]+\$", re.S | re.M)
TYPED = re.compile(r"(?<![A-Za-z\d.])\d+\.\d+(?![\d.]*[A-Za-z\d])|\d+(?:\.\d+)?\s?%")
FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)


def name(path: Path) -> str:
    """A page as a test names it: `ko/story/adam.md`."""
    return path.relative_to(DOCS).as_posix()


def prose(path: Path) -> str:
    """The sentences of a page: no front matter, code, formulas, link targets, quotations or insertions."""
    text = QUOTES.sub("", CODE.sub(" ", FRONT.sub("", path.read_text("utf-8"))))
    return re.sub(r"\{\{[^}]*\}\}|\]\([^)]*\)|\{[#.][^}]*\}|<[^>]*>", " ", text)


def glossary(code: str) -> dict[str, list[str]]:
    """Term → the names not used for it, from the table that the reader sees."""
    rows = re.findall(r"^\| (?!-)(.+?) \|$", (DOCS / code / "glossary.md").read_text("utf-8"), re.M)
    cells = [re.split(r" \| ", row) for row in rows][1:]
    return {row[0]: [word.strip() for word in row[3].split(",") if word.strip() != "–"] for row in cells}


def banned(text: str, code: str) -> list[tuple[str, str]]:
    """(the word that is not used, the term to use) for each one that stands in a text outside of a longer term."""
    terms = glossary(code)
    pattern = {"ko": "{}", "en": r"\b{}s?\b"}[code]
    return [(word, term) for term, words in terms.items() for word in words
            if re.search(pattern.format(re.escape(word)), without(text, terms, word), re.I)]


def without(text: str, terms: dict[str, list[str]], word: str) -> str:
    """A text without the terms that hold a word: 하이퍼파라미터 is not 파라미터."""
    for term in terms:
        text = text.replace(term, " ") if word in term else text
    return text
