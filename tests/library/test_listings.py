"""The listings of frameworks: what a page shows is the text that ran, and what it says is what that text told."""

import ast
import html
import json
import math
import re
from types import SimpleNamespace

import pytest

from frameworks import listings, teller
from frameworks.results import results
from mhat.records import records
from site_tools import pages
from site_tools.pages import DOCS
from tests.rendering import rendered

PROGRAMS = listings.programs()
ROWS = results("practice")
SECTION = re.compile(r"# --8<-- \[start:(\w+)\]\n(.*?)# --8<-- \[end:\1\]\n", re.S)
NAMES = {"pytorch": "PyTorch", "keras": "Keras", "optax": "Optax"}
PAGES = sorted((DOCS / "en" / "practice").glob("*.md"))


def test_there_are_programs():
    assert {"loop_pytorch", "loop_keras", "loop_optax"} <= PROGRAMS.keys() == ROWS.keys()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_result_belongs_to_the_text_that_stands_there(name):
    row, record = ROWS[name], records()[listings.framework(name)]
    assert row["digest"] == listings.digest(PROGRAMS[name]), f"{name} has changed: python3 dev.py verify main"
    assert row["version"] == record["version"] and record["set"] == "main" and row["told"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_its_sections_and_then_what_is_measured(name):
    """So the sections run on their own, in an empty Python, before anything else has."""
    text = PROGRAMS[name].read_text("utf-8")
    docstring, *between = SECTION.sub("\0", text).split("\0")
    assert isinstance(ast.parse(docstring).body[0], ast.Expr) and len(ast.parse(docstring).body) == 1
    assert not "".join(between[:-1]).strip() and "TOLD = {" in between[-1]


def shown(page):
    """The sections of each program on a page, in order."""
    found = {}
    for block in pages.listings(page):
        if block.language != "python":
            for origin in dict.fromkeys(block.origins):
                found.setdefault(block.language, []).append(origin)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_its_programs_from_top_to_bottom(page):
    """All sections, each once, in the order in which they run, and not a line that did not run."""
    wanted = {}
    for stem in listings.PACKAGES:
        path = listings.PROGRAMS / f"{page.stem.replace('-', '_')}_{stem}.py"
        if path.exists():
            names = [name for name, _ in SECTION.findall(path.read_text("utf-8"))]
            wanted[stem] = [f"frameworks/practice/{path.name}:{name}" for name in names]
    assert shown(page) == wanted


def test_every_program_has_a_page():
    stems = {path.stem.rpartition("_")[0].replace("_", "-") for path in listings.PROGRAMS.glob("*.py")}
    assert stems and stems <= {page.stem for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_listing_says_what_ran_it(page):
    text = html.unescape(rendered(page))
    for block in pages.listings(page):
        if block.language != "python":
            said = f"{NAMES[block.language]} {records()[block.language]['version']}"
            listing = rf'<div class="language-{block.language} highlight">'
            folded = rf'<span>{re.escape(block.title)}</span> <span class="size"[^>]*>{said} · \d[^\n]*\n{listing}<pre>'
            found = re.findall(folded if block.title else rf'{listing}<span class="filename">{said}</span><pre>', text)
            assert len(found) == 1 or found and not block.title


# What runs them


@pytest.mark.parametrize("new, old, same", [
    (1.0, 1.0004, True), (1.0, 1.002, False), (0.0, 1e-12, True), (3, 3, True), (3, 4, False), ("a", "b", False),
    ({"a": [1.0, 2.0]}, {"a": [1.0, 2.001]}, True), ({"a": [1.0]}, {"a": [1.0, 2.0]}, False),
    ({"a": 1.0}, {"b": 1.0}, False), (math.nan, math.nan, True), (math.nan, 1.0, False), (0.5, 0, False),
])
def test_what_another_machine_rounds_is_the_same(new, old, same):
    assert listings.close(new, old) is same


@pytest.mark.parametrize("change, stays", [
    ({}, True), ({"date": "2030-01-01"}, True), ({"told": {"x": 1.0001}}, True), ({"told": {"x": 1.1}}, False),
    ({"digest": "b"}, False), ({"version": "2"}, False),
])
def test_a_result_stays_where_rounding_alone_has_changed_it(change, stays):
    old = {"version": "1", "date": "2026-01-01", "digest": "a", "told": {"x": 1.0}}
    assert (listings.kept(old | change, old) is old) is stays
    assert listings.kept(old, {}) is old


@pytest.fixture
def ran(monkeypatch, tmp_path):
    """`ran(answer)` runs a program of one line by something that answers so; (complaints, what was written)."""
    program = tmp_path / "toy_optax.py"
    program.write_text("TOLD = {}")
    monkeypatch.setattr(listings, "programs", lambda: {"toy_optax": program})
    monkeypatch.setattr(listings, "RESULTS", tmp_path / "practice.json")
    monkeypatch.setattr(listings, "results", lambda name: {"old_optax": {}})

    def run(stems=("optax",), returncode=0, **answer):
        def inside(name, teller, package, path, out):
            assert (name, package, path) == ("main", "optax", program)
            out.write_text(json.dumps(answer))
            return SimpleNamespace(returncode=returncode, stderr="Traceback\nAssertionError: no\n")
        wrong = listings.run_all(stems, inside)
        return wrong, json.loads(listings.RESULTS.read_text("utf-8"))
    return run


def test_what_ran_is_kept_and_what_has_no_program_goes(ran):
    version = records()["optax"]["version"]
    wrong, rows = ran(version=version, told={"x": 1.5})
    assert not wrong and rows.keys() == {"toy_optax"} and rows["toy_optax"]["told"] == {"x": 1.5}
    assert rows["toy_optax"]["version"] == version and len(rows["toy_optax"]["digest"]) == 16
    assert ran(stems=("keras",)) == ([], {})


@pytest.mark.parametrize("answer, said", [
    ({"version": "0.0", "told": {}}, "the record says"), ({"returncode": 1}, "toy_optax: AssertionError: no"),
])
def test_what_fails_is_named_and_not_kept(ran, answer, said):
    [complaint], rows = ran(**answer)
    assert said in complaint and not rows


def test_what_a_framework_wraps_is_a_number_of_six_digits(tmp_path):
    class Wrapped:
        def __float__(self):
            return 1 / 3

    assert teller.plain({"a": (Wrapped(), 2, "x", None, True), 0.5: [1e-9 / 3]}) == {
        "a": [0.333333, 2, "x", None, True], "0.5": [3.33333e-10]}
    program, out = tmp_path / "toy.py", tmp_path / "told.json"
    program.write_text("import numpy as np\nTOLD = {'half': np.float64(0.5)}")
    teller.main("numpy", str(program), str(out))
    assert json.loads(out.read_text()) == {"version": teller.version("numpy"), "told": {"half": 0.5}}
