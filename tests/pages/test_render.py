"""Every page through the Markdown extensions of the site, without MkDocs.

Numbers, figures, formulas, includes, links.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from site_tools.pages import pages
from tests.language import name
from tests.rendering import rendered

LINK = re.compile(r'(?:href|src)="([^"]*)"')


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
def test_an_id_stands_once(page):
    """A heading may not take the id of a form, a figure or a row: links and scripts find the first."""
    twice = [key for key, count in Counter(re.findall(r' id="([^"]+)"', rendered(page))).items() if count > 1]
    assert not twice


@pytest.mark.parametrize("page", pages("ko") + pages("en"), ids=name)
def test_links_lead_somewhere(page):
    links = {link for link in LINK.findall(rendered(page)) if re.match(r"(?!.*\bassets/)[\w./-]*\.md(#|$)|#", link)}
    assert not [link for link in sorted(links) if dead(page, link)]
