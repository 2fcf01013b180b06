"""Markdown extension: of the listings of a page the rules stand open; what else there is to run is a line that opens.

A listing with a title, ```python title="what it is", is a **run**: its line says what it is, how long, how many
checks. One that stood before, here or on an earlier page, is a **repeat**: its line has a link to where it stood.
All else is a **rule** and stands open. Where code is to be taken away, in labs and reference, nothing is a repeat.
A listing of a framework, ```keras, is no repeat either, and says what ran it.

A section that a hurried reader may leave out is an **aside**: the head of the page names it, `asides: [factor]`.
"""

import ast
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

from frameworks import listings
from site_tools import pages
from site_tools.checks import menu, settings
from site_tools.pages import DOCS, LANGUAGES, Block, Place, blocks, front, place, stop

READ = ("story/", "check/", "conventions/", "practice/")  # pages that are read in the order of the menu
LISTING = re.compile(rf'<div class="language-(?:python|{"|".join(listings.PACKAGES)}) highlight">'
                     r'(?:<span class="filename">(.*?)</span>)?(<pre>.*?</pre>)</div>', re.S)
IMPORT = "code-numpy"  # a line that needs no link
HEADERLINK = re.compile(r'<a class="headerlink".*?</a>')  # a line that opens holds nothing else to press
WORDS = {
    "ko": {"before": "앞에서 본 코드", "here": "이 페이지 위",
           "lines": ("{}줄", "{}줄"), "checks": ("확인 {}개", "확인 {}개")},
    "en": {"before": "As before", "here": "above",
           "lines": ("{} line", "{} lines"), "checks": ("{} check", "{} checks")},
}


class Stood(NamedTuple):
    """Where a section stands for the first time: the page, the line of the listing, the id of the place."""

    page: str
    line: int
    anchor: str


def names(code: str) -> list[str]:
    """The functions and classes that code defines."""
    return [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def sections(block: Block) -> dict[str, str]:
    """What of a listing is included, or written out: its code by its origin."""
    parts: dict[str, str] = {}
    for line, origin in zip(block.code.split("\n"), block.origins):
        if line:
            parts[origin] = parts.get(origin, "") + line + "\n"
    return parts


@cache
def first(language: str) -> dict[str, Stood]:
    """Where each section of the pages that are read in order stands for the first time."""
    found: dict[str, Stood] = {}
    for page in menu(settings(language)["nav"]):
        for block in blocks(DOCS / language / page) if page.startswith(READ) else []:
            for origin, code in sections(block).items():
                anchor = "code-" + "-".join(names(code)[:1] or [origin.rpartition(":")[2]]).replace("_", "-")
                found.setdefault(origin, Stood(page, block.line, anchor))
    return found


def stood(block: Block, page: str, language: str) -> list[Stood]:
    """Where the sections of a listing stood before; nothing where one of them is new."""
    places = [first(language)[origin] for origin in sections(block)] if page.startswith(READ) else []
    new = any((there.page, there.line) == (page, block.line) for there in places)
    return [] if new else list(dict.fromkeys(there for there in places if there.anchor != IMPORT))


def size(block: Block, language: str) -> str:
    """How long a listing is, and how many checks it has."""
    lines = sum(bool(line.strip()) for line in block.code.splitlines())
    checks = sum(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(block.code)))
    counted = [("lines", lines)] + [("checks", checks)] * bool(checks)
    return " · ".join(WORDS[language][word][number != 1].format(number) for word, number in counted)


def link(there: Stood, page: str, language: str) -> str:
    """A link to where a section stood: the title of the page, or a word for this page."""
    if there.page == page:
        return f'<a href="#{there.anchor}">{WORDS[language]["here"]}</a>'
    path = posixpath.relpath(there.page.replace(".md", ".html"), posixpath.dirname(page))
    return f'<a href="{path}#{there.anchor}">{front(DOCS / language / there.page)["title"]}</a>'


def by(block: Block) -> str:
    """`PyTorch 2.13.0`: what ran a listing of a framework."""
    ran = listings.ran(Path(block.origins[0].partition(":")[0]).stem)
    return f"{ran['name']} {ran['version']}"


def folded(kind: str, what: str, block: Block, listing: str, language: str, after: str = "") -> str:
    """A listing as a line that opens."""
    facts = ([by(block)] if block.language != "python" else []) + [size(block, language)]
    told = f'<span class="size" data-search-exclude="true">{" · ".join(facts)}</span>'
    return (f'<div class="fold {kind}"><details><summary><span>{what}</span> {told}</summary>\n{listing}</details>'
            f"{after}</div>")


def aside(html: str, name: str) -> str:
    """A page with one section folded under its heading."""
    heading = re.search(rf'<h([23]) id="{name}">.*?</h\1>', html, re.S)
    after = re.compile(rf'<h[1-{heading[1]}] |<div class="short"').search(html, heading.end())
    end = after.start() if after else len(html)
    inside, title = html[heading.end():end], HEADERLINK.sub("", heading[0])
    return (f'{html[:heading.start()]}<details class="aside"><summary>{title}</summary>{inside}</details>\n'
            f"{html[end:]}")


class Folds(Postprocessor):
    def run(self, text: str) -> str:
        page = place(self.md)
        if page is None or "</h1>" not in text:  # a heading alone, for the table of contents
            return text
        shown = iter(pages.listings(page.path))
        text = LISTING.sub(lambda found: self.shown(found, next(shown), page), text)
        for name in front(page.path).get("asides", []):
            if f' id="{name}"' not in text:
                stop(self.md, name, f"there is no section {name} to fold")
            text = aside(text, name)
        return text

    def shown(self, found: re.Match, block: Block, page: Place) -> str:
        language, name = self.md.folds_language, page.name
        kind = f'<div class="language-{block.language} highlight">'
        listing = f"{self.anchors(block, name)}{kind}{found[2]}</div>"
        if found[1]:
            return folded("run", found[1], block, listing, language)
        if block.language != "python":
            return f'{kind}<span class="filename">{by(block)}</span>{found[2]}</div>'
        if before := stood(block, name, language):
            one_a_page = {there.page: there for there in reversed(before)}
            links = " ".join(link(there, name, language) for there in reversed(one_a_page.values()))
            told = ", ".join(f"<code>{one}</code>" for one in names(block.code))
            what = f"{WORDS[language]['before']}: {told}" if told else WORDS[language]["before"]
            return folded("repeat", what, block, listing, language, f"<p>{links}</p>")
        return listing

    def anchors(self, block: Block, page: str) -> str:
        """The places to which the links of repeats lead."""
        known = first(self.md.folds_language) if page.startswith(READ) else {}
        here = [known[origin] for origin in sections(block) if origin in known and origin.startswith("mhat/")]
        return "".join(f'<span class="code" id="{there.anchor}"></span>' for there in here
                       if (there.page, there.line) == (page, block.line) and there.anchor != IMPORT)


class FoldsExtension(Extension):
    def __init__(self, **options):
        self.config = {"language": ["ko", f"the language of the page: {' or '.join(LANGUAGES)}"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        md.folds_language = self.getConfig("language")
        md.postprocessors.register(Folds(md), "folds", 0)  # behind all that puts listings in place


def makeExtension(**options) -> FoldsExtension:
    return FoldsExtension(**options)
