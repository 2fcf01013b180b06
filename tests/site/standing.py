"""Tests of the built site that stand: what passed on the same bytes, asked by the same code, is not asked again.

A test of one page rests on the page and its twin as they were built, on their sources and on all assets; every other
test rests on the whole site and on all sources. All rest on whatever else is in the project but the tests of other
rooms. The version and the day, which every page has at its foot, are none of it. In CI, and with `--again`, everything
is asked.
"""

import functools
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from meters.chromium import chromium
from site_tools.cache import CACHE, ROOT, write_aside
from site_tools.pages import LANGUAGES
from site_tools.version import date, version
from tests import building

SITE = ROOT / "site"
OTHERS = ("tests/library/", "tests/pages/", "tests/words/")
SOURCES = ("docs/", "snippets/")


@functools.cache
def content(path: Path) -> str:
    """A name for the bytes of a file, apart from the version and the day of the build."""
    data = path.read_bytes()
    if path.suffix in (".html", ".md", ".py", ".js") and SITE in path.parents:
        data = data.replace(version().encode(), b"").replace(date().encode(), b"")
    return f"{path.relative_to(ROOT)} {hashlib.sha256(data).hexdigest()}"


def named(paths) -> str:
    return hashlib.sha256("\n".join(sorted(map(content, paths))).encode()).hexdigest()


@functools.cache
def project(but: tuple[str, ...]) -> str:
    """A name for the project as it is, without these folders, and for the browser."""
    browser = subprocess.run([chromium() or "false", "--version"], capture_output=True, text=True).stdout
    return named(ROOT / name for name in building.tracked() if not name.startswith(but)) + browser + sys.version


@functools.cache
def whole_site() -> str:
    return named(path for path in SITE.rglob("*") if path.is_file())


@functools.cache
def assets() -> str:
    return named(path for folder in SITE.glob("**/assets") for path in folder.rglob("*") if path.is_file())


def page_of(item: pytest.Item) -> str:
    """The page that a test is about, `story/adam`; nothing where it is about more."""
    name = getattr(item, "callspec", None) and item.callspec.params.get("name")
    page = str(getattr(item.module, "PAGES", {}).get(name, name)).removesuffix(".html")
    return page if (ROOT / "docs" / "en" / f"{page}.md").is_file() else ""


@functools.cache
def rests_on_page(page: str) -> str:
    built = [SITE / code / f"{page}.html" for code in LANGUAGES]
    sources = [ROOT / "docs" / code / f"{page}.md" for code in LANGUAGES]
    modules = [ROOT / "snippets" / f"{page.replace('-', '_')}.py"]
    own = named(path for path in built + sources + modules if path.is_file())
    return own + assets() + project(OTHERS + SOURCES)


def stamp(item: pytest.Item) -> Path:
    """The file whose being there says that a test passed when all that it rests on was as it is now."""
    page = page_of(item)
    rests = rests_on_page(page) if page else whole_site() + project(OTHERS)
    return CACHE / "standing" / hashlib.sha256(f"{item.nodeid} {rests}".encode()).hexdigest()


def is_about_the_site(item: pytest.Item) -> bool:
    return "site" in getattr(item, "fixturenames", ()) and Path(__file__).parent in item.path.parents


class SiteStanding:
    """Lets pass what stands, and remembers what passed."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        yield
        if is_about_the_site(item):
            write_aside(stamp(item), b"")

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        if is_about_the_site(pyfuncitem) and stamp(pyfuncitem).exists():
            pyfuncitem.user_properties.append(("stands", True))
            return True
        return None
