"""Run and Change on the listings, in Chromium, from the folder and without a network.

What is to be expected of a block is derived from the sources of the pages: all pass where a page imports nothing but
NumPy, pyplot and the standard library; elsewhere they go as they go here without these packages. Both languages have
the same blocks, so one of them runs.
"""

import ast
import contextlib
import html
import io
import json
import re
import runpy
import sys
from urllib.parse import quote

import pytest

from site_tools.pages import DOCS, LANGUAGES, blocks
from site_tools.runtime import SOURCE
from tests.plotting import put
from tests.site.listings import Listings
from tests.site.looking import FOLDER, HTTP, NAMES, report, violations

HERE = {*sys.stdlib_module_names, "numpy", "matplotlib"}
STORY, LAB = "story/bias-correction.html", "labs/thread.html"


def codes(name, code="en"):
    return [block.code for block in blocks((DOCS / code / name).with_suffix(".md"))]


WITH_CODE = [name for name in NAMES if codes(name) and name != "exercises.html"]


def imported(tree):
    """The packages that a block imports."""
    found = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = [[alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module] for node in found]
    return {name.split(".")[0] for pair in names for name in pair}


def foreign(name):
    """The packages of a page which are not in the browser."""
    return {package for code in codes(name) for package in imported(ast.parse(code))} - HERE


def outcome(name, monkeypatch):
    """How each block of a page goes in the Python of the tests, without these packages."""
    for package in foreign(name):
        for loaded in [name for name in sys.modules if name.split(".")[0] == package]:
            monkeypatch.delitem(sys.modules, loaded)
        monkeypatch.setattr(sys, "meta_path", [Without(package), *sys.meta_path])
    put(monkeypatch)
    told, texts = [], codes(name)
    program = runpy.run_path(str(SOURCE / "program.py"))["Program"]()
    for wanted in range(len(texts)):
        program.run(texts, wanted, lambda event: told.append(json.loads(event)))
    return [event["how"] for event in told if event["what"] == "end"]


class Without:
    """An importer that does not find a package."""

    def __init__(self, package):
        self.package = package

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.fixture
def fresh(tab, roots):
    """A page that nobody has touched."""
    return lambda name, code="en", **options: Listings(tab(offline=True, **options), roots[FOLDER], name, code)


KEPT = {}


@pytest.fixture
def listings(browser, roots):
    """A page on which Python may have started in a test before: starting it is what takes the time."""
    def open_page(name, code="en"):
        if (name, code) not in KEPT:
            page = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}).new_page()
            KEPT[name, code] = Listings(page, roots[FOLDER], name, code)
        return KEPT[name, code].again()

    yield open_page
    for key in [key for key in KEPT if key[0] not in (STORY, LAB)]:  # each holds a Python in memory
        KEPT.pop(key).page.context.close()


# Every listing

@pytest.mark.parametrize("name", WITH_CODE)
def test_every_listing_with_numpy_runs(listings, monkeypatch, name):
    """From the top of the page by its button, as it does here; what needs another package says which."""
    there, wanted = listings(name), outcome(name, monkeypatch)
    assert there.boxes.count() == len(codes(name)) == len(wanted) > 0
    assert set(wanted) <= ({"passed", "missing"} if foreign(name) else {"passed"})
    assert ("missing" in wanted) == bool(foreign(name))
    faults = there.heard
    for number, how in enumerate(wanted):
        if there.run(number) != how:
            faults.append(f"{name}: block {number}: {there.state(number)}, here {how}: {there.output(number)}")
    report(faults)


def test_most_pages_need_numpy_alone():
    """Guards the test above against passing on nothing."""
    whole = [name for name in WITH_CODE if not foreign(name)]
    assert len(whole) > 0.8 * len(WITH_CODE) and sum(len(codes(name)) for name in WITH_CODE) > 200


def shown(site, code, name):
    """The listings of a built page, in their order."""
    text = (site / code / name).read_text("utf-8")
    found = re.findall(r'<div class="language-python highlight"><pre><span></span><code>(.*?)</code>', text, re.S)
    return [html.unescape(re.sub(r"<[^>]+>", "", block)) for block in found]


@pytest.mark.parametrize("name", WITH_CODE)
def test_both_languages_have_the_same_listings_and_buttons(site, name):
    assert shown(site, "ko", name) == shown(site, "en", name) and len(shown(site, "en", name)) == len(codes(name))
    for code in LANGUAGES:
        assert "/assets/run.js" in (site / code / name).read_text("utf-8")


def test_a_page_without_listings_does_not_carry_what_runs_them(site):
    plain = [name for name in NAMES if not codes(name)]
    assert plain and not [name for name in plain for code in LANGUAGES if "run.js" in (site / code / name).read_text()]


def test_a_korean_page_runs(listings):
    there = listings(STORY, "ko")
    last = there.boxes.count() - 1
    assert there.box(last).get_by_role("button", name=re.compile("^실행")).count() == 1
    assert there.run(last) == "passed"
    assert [there.state(number) for number in range(last + 1)] == ["passed"] * (last + 1)
    assert f"위쪽 블록 {last}개를 먼저 실행했습니다" in there.said(last)
    report(there.heard)


# The same numbers

def natively(texts):
    """What each block prints here."""
    names, printed = {"__name__": "__main__"}, []
    for text in texts:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(text, "block", "exec"), names)
        printed.append(out.getvalue())
    return printed


SHOW = """
rng = np.random.default_rng(7)
a = rng.normal(size=(40, 40))
print(repr(rng.random()), repr(rng.integers(1 << 40)), rng.permutation(9).tolist())
print(repr(float(np.linalg.det(a))), repr(float(np.abs(np.fft.fft(a[0])).sum())))
print(np.sort(a[0])[:3], a.mean(), a.astype(np.float32).mean(), a.astype(np.float16)[0, :3])
print(repr(float(np.sqrt(a**2).sum())), repr(float(np.exp(a[1]).sum())), repr(float(np.log(np.abs(a)).sum())))
"""


def test_printed_numbers_are_those_of_the_build(listings):
    there = listings(LAB)
    here = codes(LAB)[:3]
    printed = natively(here)
    assert any(printed)
    for number, text in enumerate(printed):
        assert there.run(number) == "passed" and there.output(number).strip() == text.strip()
    there.write(0, "import numpy as np\n" + SHOW)
    assert there.run(0) == "passed", there.output(0)
    digits = [re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text) for text in
              (there.output(0), natively(["import numpy as np\n" + SHOW])[0])]
    assert len(digits[0]) == len(digits[1]) > 20
    assert all(abs(float(a) - float(b)) <= 1e-12 * abs(float(b)) for a, b in zip(*digits))


def test_what_is_said_to_differ_differs(listings, roots, site):
    """The list at about.html#run."""
    there = listings(STORY)
    there.write(0, """import numpy as np
total = np.arange(100_000).sum()
with np.errstate(all="raise"):
    quiet = np.ones(2) / np.zeros(2), np.float64(1e300) * np.full(2, 1e300)
assert total < 0 or total != 4999950000, total
assert np.arange(3).dtype == np.int32
assert np.isinf(quiet).all()
assert np.isnan(np.linalg.inv(np.ones((2, 2)))).all()
assert np.finfo(np.longdouble).nmant > 100
""")
    assert there.run(0) == "passed", there.output(0)
    note = there.box(0).locator(".run-note")
    assert re.search(r"Python 3\.\d+\.\d+, NumPy \d+\.\d+\.\d+: what differs", note.inner_text())
    goal = note.get_by_role("link").get_attribute("href").removeprefix(roots[FOLDER])
    assert goal == "en/about.html#run" and '<h2 id="run">' in (site / goal.partition("#")[0]).read_text("utf-8")


def test_the_code_of_a_reader_reaches_no_network_and_no_page(listings):
    there = listings(STORY)
    for door in ("import js", "import pyodide", "from pyodide.http import pyfetch", "from pyodide.code import run_js",
                 "import socket\nsocket.create_connection(('127.0.0.1', 80), 1)",
                 "from urllib.request import urlopen\nurlopen('http://127.0.0.1/')"):
        there.write(0, door)
        assert there.run(0) in ("failed", "missing"), door
    worker = there.page.workers[0]
    doors = ["fetch", "XMLHttpRequest", "importScripts", "WebSocket", "indexedDB", "caches", "Worker", "navigator"]
    assert worker.evaluate("doors => doors.filter(door => self[door] !== undefined)", doors) == []
    assert len(there.heard) == 0


# Changed by a reader

def stale(there):
    """The figures of which it is said that they are of the printed code, and the listings that it names."""
    return dict(there.page.locator(".run-stale").evaluate_all("""notes => notes.map(note => [
      note.parentElement.querySelector("[data-figure]").dataset.figure,
      [...note.querySelectorAll("a")].map(link => link.getAttribute("href"))])"""))


def test_a_figure_says_that_it_is_of_the_printed_code_where_a_change_would_change_it(listings):
    there = listings("story/momentum.html")
    numbers = {text: next(n for n, code in enumerate(codes("story/momentum.html")) if text in code)
               for text in ("lrs = np.repeat", "right_limit = ")}
    for text, names in (("right_limit = ", []), ("lrs = np.repeat", ["momentum.drop"])):
        code = codes("story/momentum.html")[numbers[text]]
        there.write(numbers[text], code + "\n1 + 1")
        there.run(numbers[text])
        assert list(stale(there)) == names
        note = there.box(numbers[text]).locator(".run-note").inner_text()
        assert ("Figures that rest on it" in note) == bool(names) and "of the printed code" in note
    there.box(numbers["lrs = np.repeat"]).get_by_role("button", name=re.compile("^Reset")).click()
    assert stale(there) == {}


def test_a_changed_decay_shows_what_came_out_instead(listings):
    there = listings(STORY)
    there.write(0, codes(STORY)[0].replace("beta_m = 0.9\n", "beta_m = 0.8\n").rstrip() + "\nmv[0]")
    assert there.run(0) == "failed"
    assert "1 of 1 check came out otherwise" in there.said(0)
    names = natively([codes(STORY)[0].replace("beta_m = 0.9\n", "beta_m = 0.8\n").split("assert")[0] + "print(mv[-1])"])
    assert "What came out instead" in there.output(0) and names[0].strip()[:6] not in ("", "3.4048")
    assert there.output(0).strip().splitlines()[-1].startswith("np.float64(")
    line = next(n for n, text in enumerate(codes(STORY)[0].splitlines(), 1) if text.startswith("assert"))
    assert there.marked(0) == [line]
    assert "still those of the printed code" in there.box(0).locator(".run-note").inner_text()
    assert stale(there) == {"bias_correction.cliff": ["#run-1"], "bias_correction.streams": ["#run-1"]}
    there.run(1)
    assert there.state(0) == "failed", "the block above runs once"
    there.box(0).get_by_role("button", name="Reset listing 1").click()
    assert there.box(0).locator("pre code").is_visible() and there.state(0) is None
    assert there.run(1) == "passed" and there.state(0) == "passed"
    assert "still those" not in there.box(1).locator(".run-note").inner_text() and stale(there) == {}


def test_an_error_is_marked_at_its_line_and_has_a_hint(listings):
    there = listings(STORY)
    lines = codes(STORY)[1].rstrip().splitlines()
    wrong = next(n for n, line in enumerate(lines) if "m_list.append(m_hat)" in line)
    lines[wrong] = lines[wrong].replace("m_hat", "m_hut")
    there.write(1, "\n".join(lines))
    assert there.run(1) == "failed"
    assert there.marked(1) == [wrong + 1] and f"line {wrong + 1}" in there.said(1)
    assert "NameError: name 'm_hut'" in there.output(1) and "Did you mean: 'm_hat'?" in there.output(1)
    assert "spelling" in there.output(1)
    assert there.run(2) == "failed"
    there.box(2).get_by_role("link", name="listing 2 ended with an error first").click()
    assert there.page.url.endswith("#run-2")


def test_an_error_in_a_listing_that_is_not_open_is_marked_on_the_listing(listings):
    there = listings(STORY)
    there.write(0, codes(STORY)[0].replace("g_list", "g_lost"))
    assert there.run(1) == "failed" and there.box(1).locator(".run-over").count() == 1
    over, code = (there.box(1).locator(what).bounding_box() for what in (".run-over", "pre code"))
    number = int(re.search(r"line (\d+)", there.said(1))[1])
    style = "code => { const s = getComputedStyle(code); return [parseFloat(s.lineHeight), parseFloat(s.paddingTop)] }"
    height, padding = there.box(1).locator("pre code").evaluate(style)
    assert "g_list" in codes(STORY)[1].splitlines()[number - 1]
    assert abs(over["y"] - code["y"] - padding - (number - 1) * height) < 1.5


def test_stop_ends_an_endless_loop_and_the_page_stays_alive(listings):
    there = listings(STORY)
    assert there.run(1) == "passed"
    there.write(2, "while True:\n    print(mv[-1])\n")
    there.begin(2)
    there.page.wait_for_function("document.querySelectorAll('.run-out')[2].innerText.length > 10000")
    assert there.state(2) == "running"
    assert there.page.evaluate("new Promise(done => setTimeout(() => done(40 + 2), 20))") == 42
    assert len(there.output(2)) < 21_000
    stop = there.box(2).get_by_role("button", name="Stop listing 3")
    stop.click()
    there.page.wait_for_function("document.querySelectorAll('.language-python.highlight')[2].dataset.run === 'stopped'")
    assert "the next run begins with the listings above" in there.said(2)
    there.write(2, "mv[-1]")
    assert there.run(2) == "passed" and "the 2 listings above ran first" in there.said(2)


def test_a_double_click_is_one_press(listings):
    there = listings(STORY)
    there.box(0).locator(".run-go").dblclick()
    there.page.wait_for_function("document.querySelector('.highlight').dataset.run === 'passed'", timeout=60_000)


def test_a_second_run_waits_for_the_first(listings):
    there = listings(STORY)
    there.begin(3)
    there.begin(1)
    there.page.wait_for_function("""() => [1, 3].every(
      i => document.querySelectorAll('.language-python.highlight')[i].dataset.run === 'passed')""", timeout=60_000)
    assert there.said(3).startswith("✓") and there.said(1).startswith("✓")


def test_a_block_that_needs_too_much_memory_or_depth_ends_with_a_sentence(listings):
    there = listings(STORY)
    deep = "def f(n):\n    return f(n + 1)\n\n\nf(0)"
    for code in ("import numpy as np\nnp.zeros(10**10)", deep, "raise SystemExit"):
        there.write(0, code)
        assert there.run(0) == "failed" and there.said(0), code
    there.write(0, "sum(range(5))")
    assert there.run(0) == "passed" and "10" in there.output(0)


@pytest.mark.parametrize("code", ["mv[-1]", "\n".join(f"print('모멘트 {n}', {n * n % 97})" for n in range(200))],
                         ids=["short", "long"])
def test_a_change_is_in_the_link(listings, tab, roots, code):
    there = listings(STORY)
    there.write(2, code)
    there.box(2).get_by_role("button", name="Link listing 3").click()
    there.page.wait_for_function("location.hash.startsWith('#run=')")
    link = there.page.url
    assert len(link.partition("#")[2]) < 1200
    other = tab(offline=True)
    loads = []
    other.on("request", lambda request: loads.append(request.url))
    other.goto(link)
    editor = other.locator(".language-python.highlight").nth(2).locator(".cm-content")
    editor.wait_for()
    other.wait_for_function("document.querySelectorAll('.run-said')[2].textContent.includes('Nothing has run')")
    text = other.evaluate("[...document.querySelectorAll('.cm-line')].slice(0, 3).map(line => line.textContent)")
    assert text == code.split("\n")[:3] and not [url for url in loads if "python.js" in url]
    assert 0 < editor.bounding_box()["y"] < 900


ELSEWHERE = "t" + quote(json.dumps([3, [[3, "other", 0, 1, ["x"]]]]))


@pytest.mark.parametrize("end, said", [(ELSEWHERE, "another edition"), ("znonsense", "cannot be read"),
                                       ("", "cannot be read"), ("t%5B1%5D", "cannot be read")])
def test_a_link_that_does_not_fit_says_so(fresh, end, said):
    there = fresh(f"{STORY}#run={end}")
    there.page.wait_for_function("said => document.querySelector('article').innerText.includes(said)", arg=said)
    assert there.page.locator(".cm-content:visible").count() == 0 and not there.heard


def test_undo_brings_back_what_reset_took(listings):
    there = listings(STORY)
    there.write(0, "a = 1")
    there.box(0).get_by_role("button", name="Reset listing 1").click()
    there.box(0).get_by_role("button", name="Change listing 1").click()
    assert there.box(0).locator(".cm-line").first.inner_text() == "import numpy as np"
    there.page.keyboard.press("Control+z")
    assert there.box(0).locator(".cm-content").inner_text() == "a = 1"


# Taken along

def copied(there, number):
    """What is in the clipboard after the press that copies all up to a listing."""
    there.box(number).get_by_role("button", name=re.compile("^(Copy up to here|여기까지 복사): ")).click()
    there.page.wait_for_function("n => document.querySelectorAll('.run-said')[n].textContent", arg=number)
    return there.page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("code", LANGUAGES)
def test_all_up_to_a_listing_is_copied_as_one_program(fresh, site, code):
    there = fresh(STORY, code, permissions=["clipboard-read", "clipboard-write"])
    last = there.boxes.count() - 1
    program = (site / code / STORY).with_suffix(".py").read_text("utf-8")
    assert re.sub(r"\A(#.*\n)+\n", "", program) == copied(there, last)
    assert str(last + 1) in there.said(last)
    there.write(1, "changed = 1")
    assert copied(there, 2) == "\n\n\n".join([codes(STORY)[0].strip(), "changed = 1", codes(STORY)[2].strip()]) + "\n"
    assert there.box(0).get_by_role("button").count() == 3, "the first has its own button to copy, Run and Change"
    report(there.heard)


def test_where_nothing_can_be_copied_the_file_is_named(fresh):
    there = fresh(STORY)
    there.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
    there.box(1).get_by_role("button", name="Copy up to here: listing 2").click()
    there.page.wait_for_function("document.querySelectorAll('.run-said')[1].textContent.includes('end of the page')")


# What is not there

def test_a_listing_that_needs_more_says_what_and_offers_the_notebook(listings, site):
    name = "labs/tune.html"
    there = listings(name)
    number = next(n for n, code in enumerate(codes(name)) if imported(ast.parse(code)) - HERE)
    assert there.run(number) == "missing" and there.said(number) == "scikit-learn is not in this Python"
    href = there.box(number).locator(".run-missing a").get_attribute("href")
    assert (site / "en" / "labs" / href).is_file()


def test_what_pyplot_lacks_is_said_and_the_printed_figure_stays(listings):
    there = listings(LAB)
    number = next(n for n, code in enumerate(codes(LAB)) if "semilogy" in code)
    there.write(number, "from matplotlib import pyplot as plt\nplt.pie([1, 2])")
    assert there.run(number) == "missing" and there.said(number) == "Matplotlib is not in this Python"
    assert "no pie" in there.output(number)
    assert there.box(number).locator("xpath=following-sibling::*[1]").is_visible()


# A lab

WATCH = """() => {
  const said = document.querySelector(".run-all-said"), go = document.querySelector(".run-all")
  window.told = []
  new MutationObserver(() => told.push(`${go.textContent} | ${said.textContent}`)).observe(said, { childList: true })
}"""


def all_of(there, words):
    """Press Run all, and wait until it is over: what was said beside it, with the word of the button."""
    there.page.evaluate(WATCH)
    there.page.get_by_role("button", name=words, exact=True).click()
    there.page.wait_for_function("words => document.querySelector('.run-all').textContent === words && told.length",
                                 arg=words, timeout=60_000)
    return there.page.evaluate("told")


def test_beside_run_all_stands_which_cell_runs_and_how_it_went(fresh):
    there, count = fresh(LAB), len(codes(LAB))
    told = all_of(there, "Run all")
    assert [each for each in told if "cell" in each and "…" in each] == [
        f"Stop | cell {n} of {count} …" for n in range(1, count + 1)]
    said = there.page.locator(".run-all-said")
    assert said.inner_text() == f"All {count} cells ran." and said.get_attribute("role") == "status"
    there.write(2, "nowhere")
    all_of(there, "Run all")
    assert said.inner_text() == f"Cell 3 of {count} ended with an error."
    assert said.locator("a").get_attribute("href") == "#run-3"
    there.write(2, codes(LAB)[2] + "\nassert 1 > 2")
    all_of(there, "Run all")
    assert f"All {count} cells ran. In 1 of them a check came out otherwise." == said.inner_text()


def test_run_all_is_stopped_by_its_button(listings):
    there = listings(LAB)
    there.write(1, "while True: pass")
    go, said = there.page.locator(".run-all"), there.page.locator(".run-all-said")
    go.click()
    said.filter(has_text="cell 2").wait_for(timeout=60_000)
    assert go.inner_text() == "Stop"
    go.click()
    assert go.inner_text() == "Run all" and said.inner_text().startswith("Stopped.")
    assert not there.page.locator("[data-run=running], [data-run=starting]").count()


@pytest.mark.parametrize("code", LANGUAGES)
def test_run_all_says_which_package_is_missing_where_and_offers_the_notebook(listings, site, code):
    name = "labs/tune.html"
    there, count = listings(name, code), len(codes(name))
    number = next(n for n, text in enumerate(codes(name)) if imported(ast.parse(text)) - HERE)
    all_of(there, {"en": "Run all", "ko": "모두 실행"}[code])
    states = [there.state(n) for n in range(count)]
    assert states[:number] == ["passed"] * number and states[number] == "missing" and number > 0
    said = there.page.locator(".run-all-said")
    assert re.match(f"Cell {number + 1} of {count} needs scikit-learn|셀 {count}개 중 {number + 1}번째에 scikit-learn",
                    said.inner_text())
    assert str(states.count("missing")) in said.inner_text()
    hrefs = said.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert hrefs == [f"#run-{number + 1}", "tune.ipynb"] and (site / code / "labs" / "tune.ipynb").is_file()
    report(there.heard)


def test_a_lab_runs_as_a_whole_and_draws_its_figures(fresh):
    """What a cell puts out stands in the place of what was printed, also of those that run on the way."""
    there = fresh(LAB)
    printed = there.page.locator("article > :is(.output, .figure)")
    assert printed.count() == 4 and all(each.is_visible() for each in printed.all())
    words = [printed.nth(n).inner_text().split() for n in range(4)]
    there.page.get_by_role("button", name="Run all").click()
    there.page.wait_for_function("[...document.querySelectorAll('.highlight')].at(-1).dataset.run === 'passed'",
                                 timeout=60_000)
    assert [there.state(number) for number in range(len(codes(LAB)))] == ["passed"] * len(codes(LAB))
    assert not any(each.is_visible() for each in printed.all())
    drawn = there.page.locator(".run-drawing")
    assert drawn.count() == 3 and there.output(1).split() == words[0]
    assert {"m", "=", "/", "..."} <= set(drawn.first.text_content().replace("m = ", " m = ").split())
    assert drawn.first.get_attribute("aria-label") == "Drawing of listing 4"
    there.box(3).get_by_role("button", name="Change listing 4").click()
    there.box(3).get_by_role("button", name="Reset listing 4").click()
    assert printed.nth(1).is_visible() and drawn.count() == 2


def test_an_answer_of_a_lab_stays_folded_when_all_runs(fresh):
    there = fresh("labs/by-hand.html")
    there.page.evaluate("for (const fold of document.querySelectorAll('article details')) fold.open = false")
    shown = there.page.locator(".highlight:visible")
    there.page.get_by_role("button", name="Run all").click()
    shown.last.and_(there.page.locator("[data-run=passed]")).wait_for(timeout=60_000)
    assert there.page.locator("article details[open]").count() == 0 < there.page.locator("article details").count()


def test_a_drawing_is_numbers_and_words_and_never_html(listings):
    there = listings(LAB)
    there.write(3, """from matplotlib import pyplot as plt
plt.plot([1, 2], [3, 4], color='"><script>document.title = "taken"</script>')
plt.title("<img src=x onerror='document.title = 1'>")
plt.text(1, 3, "\\u2028</text>", color="url(https://example.org/)")
plt.show()
""")
    assert there.run(3) == "passed", there.output(3)
    drawing = there.box(3).locator(".run-drawing")
    assert drawing.evaluate("svg => [...svg.querySelectorAll('*')].map(e => e.tagName).every(tag => 'svg path text'"
                            ".includes(tag))")
    assert "<img src=x" in drawing.text_content() and not re.search(r"url\(|script", drawing.evaluate(
        "svg => [...svg.querySelectorAll('path, text')].map(e => e.getAttribute('stroke') + e.getAttribute('fill'))"
        ".join()"))
    assert "thread" in there.page.title() and not there.heard


def test_axe_and_the_width_of_a_lab_with_its_drawings(listings):
    there = listings(LAB)
    there.run(len(codes(LAB)) - 1)
    for width, scheme in ((390, "slate"), (1280, "default")):
        there.page.set_viewport_size({"width": width, "height": 844})
        there.page.evaluate("scheme => document.body.setAttribute('data-md-color-scheme', scheme)", scheme)
        report([f"{width}, {scheme}: {fault}" for fault in violations(there.page) + there.heard])
        assert there.page.evaluate("document.documentElement.scrollWidth") <= width
        stroke = there.page.locator(".run-drawing path").first.evaluate("line => getComputedStyle(line).stroke")
        assert stroke.startswith("rgb(")


def test_a_page_without_a_notebook_offers_its_code(fresh, tmp_path):
    there = fresh("story/real-data.html")
    number = next(n for n, code in enumerate(codes("story/real-data.html")) if imported(ast.parse(code)) - HERE)
    assert there.run(number) == "missing" and there.said(number) == "scikit-learn is not in this Python"
    with there.page.expect_download() as download:
        there.box(number).locator(".run-missing a").click()
    assert download.value.suggested_filename == "real-data.py"
    download.value.save_as(tmp_path / "code.py")
    kept = (tmp_path / "code.py").read_text("utf-8")
    assert [code.strip() in kept for code in codes("story/real-data.html")] == [True] * there.boxes.count()


def test_an_old_browser_is_told_and_the_listing_is_as_it_was(tab, roots):
    page = tab(offline=True)
    page.add_init_script("delete globalThis.DecompressionStream")
    there = Listings(page, roots[FOLDER], STORY)
    before = there.box(0).locator("pre").inner_html()
    assert there.run(0) == "failed" and "cannot start in this browser" in there.said(0)
    assert there.box(0).locator("pre").inner_html() == before


def test_the_notices_go_along(site):
    text = (site / "assets" / "run" / "NOTICES.txt").read_text("utf-8")
    for words in ("Mozilla Public License", "Python Software Foundation License", "NumPy Developers",
                  "@codemirror/view", "Marijn Haverbeke", "Permission is hereby granted",
                  "Redistributions of source code must retain"):
        assert words in text, words
    for code in LANGUAGES:
        assert "../assets/run/NOTICES.txt" in (site / code / "about.html").read_text("utf-8")


def test_nothing_is_loaded_before_the_first_press(tab, roots):
    page, loads = tab(), []
    page.on("request", lambda request: loads.append(request.url.removeprefix(roots[HTTP])))
    page.goto(f"{roots[HTTP]}en/{STORY}", wait_until="networkidle")
    assert "assets/run.js" in loads and not [url for url in loads if "assets/run/" in url or "running.js" in url]
    page.locator(".run-go").first.click()
    page.wait_for_function("document.querySelector('.highlight').dataset.run === 'passed'", timeout=60_000)
    late = [url for url in loads if "run/" in url or "running" in url]
    assert late == ["assets/running.js", "assets/running.css", "assets/run/python.js"]


# How it stands on the page

def test_by_keyboard_alone(listings):
    there = listings(STORY)
    keyboard = there.page.keyboard
    focus = "[document.activeElement.getAttribute('aria-label'), document.activeElement.className]"

    def tab_to(name):
        for _ in range(300):
            keyboard.press("Tab")
            if there.page.evaluate(focus)[0] == name:
                return
        raise AssertionError(f"Tab does not reach {name}")

    tab_to("Run listing 1")
    keyboard.press("Enter")
    there.page.wait_for_function("document.querySelector('.highlight').dataset.run === 'passed'", timeout=60_000)
    tab_to("Change listing 1")
    keyboard.press("Enter")
    there.page.wait_for_function("document.activeElement.matches('.cm-content')")
    keyboard.press("Control+a")
    keyboard.insert_text("def f():\n")
    keyboard.press("Tab")
    keyboard.insert_text("return 6 * 7\n\n\nf()")
    assert there.page.evaluate(focus)[0] == "Code of listing 1"
    keyboard.press("Shift+Enter")
    there.page.wait_for_function("document.querySelector('.run-out').innerText.trim() === '42'", timeout=60_000)
    keyboard.press("Escape")
    there.page.wait_for_timeout(2500)  # nobody has to be quick
    keyboard.press("Tab")
    assert there.page.evaluate(focus)[0] == "Run listing 1"
    tab_to("Reset listing 1")
    keyboard.press("Enter")
    assert there.box(0).locator("pre code").is_visible()


@pytest.mark.parametrize("code", LANGUAGES)
def test_axe_and_the_width_of_the_page_with_all_of_it_open(listings, code):
    there = listings(STORY, code)
    there.write(0, codes(STORY)[0].replace("0.9\n", "0.8\n") + "\nprint('x' * 300)\nmv[:9]")
    there.run(0)
    there.write(1, "m = 1\nn = M + '" + "x" * 200 + "'")
    there.run(1)
    there.run(3)
    assert [there.state(number) for number in (0, 1, 3)] == ["failed"] * 3
    schemes = {"en": ("default", "slate"), "ko": ("slate", "default")}[code]
    for width, scheme in zip((390, 1280), schemes):
        there.page.set_viewport_size({"width": width, "height": 844})
        there.page.evaluate("scheme => document.body.setAttribute('data-md-color-scheme', scheme)", scheme)
        report([f"{width}, {scheme}: {fault}" for fault in violations(there.page) + there.heard])
        assert there.page.evaluate("document.documentElement.scrollWidth") <= width
        assert there.box(0).locator(".run-go").is_visible()


def test_what_is_shown_in_a_folded_place_opens_it(fresh):
    there = fresh("reference/adam.html")
    inside = there.page.evaluate("""[...document.querySelectorAll('.language-python.highlight')]
      .findIndex(box => box.closest('article details'))""")
    assert inside >= 0
    there.page.evaluate("for (const details of document.querySelectorAll('details')) details.open = false")
    assert there.page.evaluate("i => { document.querySelectorAll('.run-go')[i].click() }", inside) is None
    there.page.wait_for_function("i => document.querySelectorAll('.highlight')[i].closest('details').open", arg=inside)


def test_buttons_are_not_printed(listings):
    there = listings(STORY)
    assert there.box(0).locator(".run-go").is_visible()
    there.page.emulate_media(media="print")
    assert there.page.locator(".run-go:visible").count() == 0
    there.page.emulate_media(media="screen")
