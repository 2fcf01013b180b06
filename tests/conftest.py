"""Blocks run as the reader sees them; the site is built once for the tests that look at it, in one browser."""

import functools
import gzip
import os
import shutil
import subprocess
import sys
import threading
import traceback
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from filelock import FileLock
from playwright.sync_api import sync_playwright
from pytest_codeblocks import plugin
from pytest_codeblocks.main import CodeBlock

from site_tools.cache import ROOT
from site_tools.pages import LANGUAGES, blocks

HTTP, FOLDER = "http", "folder"
FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


class Page:
    """The blocks of a page as one program: what a block defines, the next one has."""

    def __init__(self, path):
        self.path, self.blocks, self.done, self.names = path, blocks(path), 0, {"__name__": "__main__"}

    def run_to(self, index: int) -> None:
        """Run the blocks up to this one that have not run yet."""
        while self.done <= index:
            block, self.done = self.blocks[self.done], self.done + 1
            exec(compile(block.code, f"block at line {block.line}", "exec"), self.names)


PAGES: dict = {}


def extract_from_file(path, *args, **kwargs):
    """In place of pytest-codeblocks' own reader: includes resolved, no way round the tests."""
    page = PAGES.setdefault(path, Page(path))
    return [CodeBlock(block.code, block.line, "python") for block in page.blocks]


def runtest(self):
    page = PAGES[self.path]
    index = next(i for i, block in enumerate(page.blocks) if block.line == self.obj.lineno)
    page.run_to(index)


def repr_failure(self, excinfo):
    """`docs/ko/page.md:40 (snippets/x.py:section): AssertionError: …` and the line that failed."""
    block = next(b for b in PAGES[self.path].blocks if b.line == self.obj.lineno)
    name = f"block at line {block.line}"
    inside = [frame for frame in traceback.extract_tb(excinfo.tb) if frame.filename == name]
    if not inside:
        return f"{self.path.relative_to(ROOT)}:{block.line}: {excinfo.exconly()}"
    line = inside[-1].lineno - 1
    return (f"{self.path.relative_to(ROOT)}:{block.line} ({block.origins[line]}): {excinfo.exconly()}\n"
            f"> {block.code.splitlines()[line].strip()}")


plugin.extract_from_file = extract_from_file
plugin.TestBlock.runtest = runtest
plugin.TestBlock.repr_failure = repr_failure


@pytest.fixture(scope="session")
def site(tmp_path_factory, testrun_uid):
    """The folder of the site, built now from this checkout, by the first of the workers that asks."""
    done = tmp_path_factory.getbasetemp().parent / f"site-{testrun_uid}"
    with FileLock(f"{done}.lock"):
        if not done.exists():
            build = subprocess.run([sys.executable, "-m", "site_tools.build"], cwd=ROOT, capture_output=True, text=True)
            assert build.returncode == 0, build.stdout + build.stderr
            done.touch()
    return ROOT / "site"


# The built site in a browser

@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests; on a machine without it they skip, where it is promised they fail."""
    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium: install it, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS, chromium_sandbox=False)
        yield browser
        browser.close()


class Handler(SimpleHTTPRequestHandler):
    """A host that compresses text, and remembers what it has sent."""

    protocol_version = "HTTP/1.1"
    text = (".html", ".css", ".js", ".json", ".svg")

    def do_GET(self):
        path = self.translate_path(self.path)
        if not os.path.isfile(path):
            self.send_error(404)
            return
        with open(path, "rb") as file:
            body = file.read()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        if path.endswith(self.text):
            body = gzip.compress(body, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        head = sum(map(len, self._headers_buffer))
        self.end_headers()
        self.server.sent.append((self.path.split("?")[0], head + len(body)))
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture(scope="session")
def server(site):
    handler = functools.partial(Handler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.sent = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def roots(site, server):
    """The address of the site over http and from the folder."""
    return {HTTP: f"http://127.0.0.1:{server.server_port}/", FOLDER: site.as_uri() + "/"}


@pytest.fixture(scope="session")
def pages(site):
    """Every page of the site as `ko/story/adam.html`."""
    found = sorted(p.relative_to(site).as_posix() for code in LANGUAGES for p in (site / code).rglob("*.html"))
    found = [p for p in found if not p.endswith("/404.html")]
    assert len(found) >= 2 and {p[:2] for p in found} == set(LANGUAGES)
    return found


@pytest.fixture
def tab(browser):
    """`tab(**options)` opens a page in a context of its own; all are closed after the test."""
    contexts = []

    def open_tab(**options):
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        return contexts[-1].new_page()

    yield open_tab
    for context in contexts:
        context.close()
