"""Every page through the Markdown extensions of the site, without MkDocs.

Numbers, figures, formulas, includes, links.
"""

import re
from functools import cache
from pathlib import Path

import markdown
import pytest
from markdown.treeprocessors import Treeprocessor

from site_tools import checks
from site_tools.pages import DOCS, pages
from tests.language import FRONT, name

LINK = re.compile(r'(?:href|src)="([^"]*)"')


class Place(Treeprocessor):
    """Stands where MkDocs keeps the file of the page that is being rendered."""

    def __init__(self, page: Path, code: str):
        self.file = self
        self.src_dir, self.src_uri = str(DOCS / code), page.relative_to(DOCS / code).as_posix()
        self.url = self.src_uri.replace(".md", ".html")

    def run(self, root):
        pass


@cache
def settings(code: str) -> dict:
    """The extensions of a language, with what it inherits."""
    base, own = (checks.settings(key)["markdown_extensions"] for key in ("ko", code))
    return base | own


@cache
def rendered(page: Path) -> str:
    """The HTML of the text of a page."""
    code = page.relative_to(DOCS).parts[0]
    options = {extension: values or {} for extension, values in settings(code).items()}
    md = markdown.Markdown(extensions=list(options), extension_configs=options)
    md.treeprocessors.register(Place(page, code), "relpath", 0)
    return md.convert(FRONT.sub("", page.read_text("utf-8")))


@cache
def ids(page: Path) -> set[str]:
    return set(re.findall(r'id="([^"]+)"', rendered(page)))


def dead(page: Path, link: str) -> bool:
    """Whether a link of a page leads to a page or a place on it that is not there."""
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return not target.is_file() or bool(anchor) and anchor not in ids(target)


@pytest.mark.parametrize("page", pages("ko") + pages("en"), ids=name)
def test_a_page_renders_whole(page):
    html = re.sub(r"<(code|pre|script|annotation)\b.*?</\1>", "", rendered(page), flags=re.S)
    left = re.findall(r'\{\{.*?\}\}|src="figure:[^"]*|--8<--.*|\$\$|/// caption', html)
    assert html and not left, left


@pytest.mark.parametrize("page", pages("ko") + pages("en"), ids=name)
def test_links_lead_somewhere(page):
    links = {link for link in LINK.findall(rendered(page)) if re.match(r"(?!.*\bassets/)[\w./-]*\.md(#|$)|#", link)}
    assert not [link for link in sorted(links) if dead(page, link)]
