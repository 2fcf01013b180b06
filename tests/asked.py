"""Questions that people asked in public about the code around the rule, each with the section that answers it."""

import re
import tomllib
from functools import cache
from pathlib import Path

from site_tools.modules import module_of
from site_tools.numbers import FIELD, number
from site_tools.pages import DOCS, body, name_of, resolve

ASKED: list[dict] = tomllib.loads(Path(__file__).with_name("asked.toml").read_text("utf-8"))["asked"]


def filled(line: str, page: str, code: str) -> str:
    """A line of a page; one that is a field alone stands for what its function says, headings and all."""
    field = FIELD.fullmatch(line)
    return number(module_of(page), field[1], field[2] or "", code).text() if field else line


@cache
def sections(code: str, page: str) -> dict[str, str]:
    """{id: what stands below its heading, listings and all, up to the next heading} of a page, `practice/loop.md`."""
    path = DOCS / code / page
    lines, _ = resolve(body(path).splitlines(), 1, name_of(path))
    text = "\n".join(filled(line, page, code) for line in lines.splitlines())
    parts = re.split(r"^#+ .*\{#([\w-]+)\}$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def section(code: str, answer: str) -> str | None:
    """The text to which an answer leads, `practice/loop.html#groups`; None where it is not there."""
    page, _, name = answer.partition("#")
    page = page.replace(".html", ".md")
    return sections(code, page).get(name) if (DOCS / code / page).exists() else None
