"""The Markdown of a page as it stands alone: includes, numbers and figures in place, nothing for a build."""

import re

from site_tools.exercises import exchanged
from site_tools.figures import address, module_and_name
from site_tools.modules import module_of
from site_tools.numbers import ANY, FIELD, number
from site_tools.pages import DOCS, FIGURE, INCLUDE, body, include
from snippets.shared.typeset import agreed

FOLD = re.compile(r'^\?\?\?\+? \w+ "(.*)"\n((?:(?: {4}.*)?\n)*)', re.M)
DROPPED = (  # what a build reads, and what only sets the page
    (re.compile(r"^ *(?:///.*|\{:[^}\n]*\})\n", re.M), ""),
    (re.compile(r"<(\w+)[^>\n]* hidden\b[^>\n]*>.*?</\1>"), ""),
    (re.compile(r"<(summary|dt)\b[^>]*>(.*?)</\1>"), r"**\2**\n"),
    (re.compile(r"</?(?:div|details|p|ul|ol|li|span|dl|dd)\b[^>]*>"), ""),
    (re.compile(r"\]\(([^)\s]+)\)\{:?[^}\n]*\}"), r"](\1)"),
    (re.compile(r"\n{3,}"), "\n\n"),
)
LISTING = re.compile(r"(^ *```.*?^ *```$)", re.M | re.S)


def included(line: str) -> list[str]:
    """The lines that a line stands for, as far to the right as it."""
    if not INCLUDE.match(line):
        return [line]
    indent = line[:len(line) - len(line.lstrip())]
    return [indent + part if part else part for part in include(line, line)[0]]


def resolved(text: str, language: str, module: str) -> str:
    """A page with its includes and numbers in place, and its formulas as any reader of TeX knows them; no ids."""
    text = "\n".join(exchanged([part for line in text.splitlines() for part in included(line)]))
    text = re.sub(r"\\(mhat|vhat)(?![a-zA-Z])", lambda name: rf"\hat {name[1][0]}", text)
    text = re.sub(r"\\(g|m|v)v?(?![a-zA-Z])", r"\1", text)

    def insert(field: re.Match) -> str:
        inserted = field[0].startswith("{{")
        return number(module, *FIELD.fullmatch(field[0]).groups(""), language).text() if inserted else field[0]
    return re.sub(r"^(#+ .*?) *\{#[\w-]+\}$", r"\1", agreed(ANY.sub(insert, text)), flags=re.M)


def unfolded(fold: re.Match) -> str:
    """A fold as its title and what is in it."""
    return f"**{fold[1]}**\n\n" + FOLD.sub(unfolded, re.sub(r"^ {4}", "", fold[2], flags=re.M))


def without_marks(text: str) -> str:
    """Prose without what only a build reads; listings stay as they are, but for the line that opens them."""
    for pattern, instead in DROPPED:
        text = pattern.sub(instead, text)
    return text


def markdown(name: str, language: str) -> str:
    """A page, `story/adam.md`, as Markdown that needs nothing but its figures."""
    path, module = DOCS / language / name, module_of(name)
    up = "../" * (name.count("/") + 1)

    def drawing(figure: re.Match) -> str:
        return f"]({up}assets/figures/{language}/{address(*module_and_name(figure[1], module))}.svg)"
    text = FIGURE.sub(drawing, FOLD.sub(unfolded, resolved(body(path), language, module) + "\n"))
    parts = LISTING.split(text)
    return "".join(re.sub(r"^( *```\w*).*", r"\1", part, count=1) if number % 2 else without_marks(part)
                   for number, part in enumerate(parts)).strip() + "\n"
