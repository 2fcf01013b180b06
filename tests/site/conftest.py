"""One browser and one host for all tests of the built site."""

import functools
import os
import subprocess
import sys
import threading
from http.server import ThreadingHTTPServer

import pytest
from filelock import FileLock
from playwright.sync_api import sync_playwright

from meters.chromium import FLAGS, chromium
from site_tools.cache import ROOT
from tests.site.looking import FOLDER, HTTP, listen
from tests.site.reading import Guest, Owner
from tests.site.serving import Handler


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


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of a worker; on a machine without it they skip, where it is promised they fail."""
    found = chromium()
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium: install it, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS, chromium_sandbox=False)
        yield browser
        browser.close()


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


@pytest.fixture
def visit(tab, roots):
    """`visit("ko/index.html", …)` opens a page, from a folder without a network, with the list of its faults."""
    def open_page(path, scheme=HTTP, **options):
        page = tab(**{"offline": scheme == FOLDER, **options})
        faults = listen(page, roots[scheme])
        page.goto(roots[scheme] + path)
        return page, faults
    return open_page


@pytest.fixture(scope="session")
def seen(browser, server, roots, site):
    """`seen(name, view)`: what a reader noted of the page and its twin, by path; each pair is visited once a scheme."""
    readers = {HTTP: Guest(browser, roots[HTTP], site, server.sent), FOLDER: Owner(browser, roots[FOLDER], site)}
    notes = functools.cache(lambda name, scheme: readers[scheme].notes(name))
    return lambda name, view: notes(name, FOLDER if FOLDER in view else HTTP)[view]
