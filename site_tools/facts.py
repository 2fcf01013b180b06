"""Markdown extension: `<p class="first" markdown>` at the head of a page begins with its place and its length.

The place is that in its part of the menu, 2 of 9. The length is what it takes to read the words, formulas, figures
and rows of tables; listings are not in it.
"""

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

from site_tools.checks import menu, settings
from site_tools.pages import LANGUAGES, place

HEAD = '<p class="first">'
UNREAD = re.compile(r"<(pre|svg)\b.*?</\1>", re.S)
FORMULA = re.compile(r'<(var|div) class="formula".*?</\1>', re.S)
A_MINUTE = {"ko": (re.compile(r"[가-힣]"), 390), "en": (re.compile(r"[A-Za-z][\w’'-]*"), 200)}  # of reading
SECONDS = {'<div class="formula"': 20, "<figure": 20, "<tr": 3, '<var class="formula"': 0.7}
WORDS = {"ko": "{total}편 중 {place}편 · {minutes}분", "en": "{place} of {total} · {minutes} min"}


def minutes(html: str, language: str) -> int:
    """How long it takes to read a page."""
    pattern, rate = A_MINUTE[language]
    words = len(pattern.findall(re.sub(r"<[^>]+>", " ", FORMULA.sub(" ", UNREAD.sub(" ", html)))))
    looked = sum(html.count(tag) * seconds for tag, seconds in SECONDS.items())
    return max(1, round(words / rate + looked / 60))


def told(html: str, page: str, language: str) -> str:
    """Place and length of a page, in words."""
    folder = page.rpartition("/")[0] + "/"
    part = [other for other in menu(settings(language)["nav"]) if other.startswith(folder)]
    here = part.index(page) + 1
    return WORDS[language].format(place=here, total=len(part), minutes=minutes(html, language))


class Facts(Postprocessor):
    def run(self, text: str) -> str:
        page = place(self.md)
        if page is None or HEAD not in text:
            return text
        words = told(text, page.name, self.md.facts_language)
        return text.replace(HEAD, f'{HEAD}<span data-search-exclude="true">{words}</span> ', 1)


class FactsExtension(Extension):
    def __init__(self, **options):
        self.config = {"language": ["ko", f"the language of the page: {' or '.join(LANGUAGES)}"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        md.facts_language = self.getConfig("language")
        md.postprocessors.register(Facts(md), "facts", 1)  # before listings are folded


def makeExtension(**options) -> FactsExtension:
    return FactsExtension(**options)
