"""The exercises in Chromium, from the folder and without a network: what a reader changes, and what is kept of it."""

import re

import pytest

from site_tools import pages
from site_tools.pages import DOCS, LANGUAGES, blocks
from tests.site.listings import Listings
from tests.site.looking import FOLDER, HTTP, listen, report, violations

PAGE = "exercises.html"
PRINTED = pages.exercises(DOCS / "en" / "exercises.md")
NAMES = [block.origins[0].rpartition(":")[2] for block in PRINTED]
ANSWERS = dict(zip(NAMES, [block.code.rstrip() for block in blocks(DOCS / "en" / "exercises.md") if not block.title]))
START = dict(zip(NAMES, re.findall('python start="(.*)"', (DOCS / "en" / "exercises.md").read_text("utf-8"))))
KEPT = "JSON.parse(localStorage.momentsSolved ?? '[]')"


@pytest.fixture(scope="module")
def opened(browser, roots):
    """`opened(code)` is the page in a language, in which Python starts once."""
    there = {}

    def open_page(code):
        if code not in there:
            page = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}).new_page()
            there[code] = Listings(page, roots[FOLDER], PAGE, code)
        return there[code]

    yield open_page
    for listings in there.values():
        listings.page.context.close()


def numbers(there, name):
    """Where the exercise and its answer stand among the listings of the page."""
    places = "name => [...document.querySelectorAll('.language-python.highlight')].flatMap((box, i) => " \
             "box.closest('details.exercise')?.id === name ? [i] : [])"
    return there.page.evaluate(places, name)


def solved(there):
    """The names of what is marked, and what is kept."""
    marked = there.page.evaluate("""[...document.querySelectorAll("details.exercise")]
      .filter(each => each.querySelector(".solved-mark").checkVisibility()).map(each => each.id)""")
    return marked, there.page.evaluate(KEPT)


def solve(there, name):
    exercise, _ = numbers(there, name)
    there.write(exercise, ANSWERS[name])
    return there.run(exercise)


@pytest.mark.parametrize("code, name", [*(("en", name) for name in NAMES), ("ko", NAMES[0])])
def test_an_exercise_is_solved_by_its_answer_alone(opened, code, name):
    """As printed it is told kindly that it does not hold yet; the answer's own listing holds, and marks nothing."""
    there = opened(code)
    exercise, answer = numbers(there, name)
    assert there.run(exercise) == "failed"
    said = there.said(exercise), there.output(exercise)
    assert re.match("not yet|아직 아닙니다", said[0]) and re.search("not hold yet|아직 성립하지 않습니다", said[1])
    assert len(there.output(exercise).splitlines()) > 2, "it says what came out"
    assert there.run(answer) == "passed" and name not in solved(there)[0]
    assert solve(there, name) == "passed" and re.match("✓ (solved|풀었습니다)", there.said(exercise))
    assert solved(there) == (NAMES[:NAMES.index(name) + 1],) * 2
    report(there.heard)


def test_exercises_do_not_hang_on_each_other(opened):
    there = opened("en")
    first, second = (numbers(there, name)[0] for name in NAMES[:2])
    there.write(first, "raise RuntimeError")
    assert there.run(first) == "failed" and "RuntimeError" in there.output(first)
    assert solve(there, NAMES[1]) == "passed" and "RuntimeError" in there.output(first)
    assert re.search("the listing above ran first|위쪽 블록 1개를", there.said(second)) or "✓" in there.said(second)
    there.write(second, "theta")
    assert there.run(second) == "failed" and "NameError" in there.output(second)


MARKED = "box => [...box.querySelectorAll('.cm-line.hll')].map(line => line.textContent)"


def test_the_line_to_change_is_marked_in_the_editor_too(tab, roots):
    """Wherever lines above it put it, what is written in it, and after Reset."""
    page = tab(offline=True)
    there = Listings(page, roots[FOLDER], PAGE)
    name = next(name for name, block in zip(NAMES, PRINTED) if not block.code.startswith(START[name]))
    number = numbers(there, name)[0]
    box = there.box(number)
    printed = box.locator("pre .hll").inner_text().strip()
    box.get_by_role("button", name=re.compile("^Change")).click()
    box.locator(".cm-content").wait_for()
    assert box.evaluate(MARKED) == [printed] == [START[name]]
    colour = "line => getComputedStyle(line).boxShadow"
    assert box.locator(".cm-line.hll").evaluate(colour) == there.box(numbers(there, NAMES[0])[0]).locator(
        "pre .hll").evaluate(colour)
    page.keyboard.insert_text("# first\n")
    box.locator(".cm-line.hll").click()
    page.keyboard.press("End")
    page.keyboard.insert_text("  # mine")
    assert box.evaluate(MARKED) == [f"{printed}  # mine"]
    box.get_by_role("button", name=re.compile("^Reset")).click()
    box.get_by_role("button", name=re.compile("^Change")).click()
    assert box.evaluate(MARKED) == [printed]
    report(there.heard)


def test_an_error_in_the_line_to_change_is_marked_as_one(opened):
    there = opened("en")
    number = numbers(there, NAMES[0])[0]
    there.write(number, f"{START[NAMES[0]]}\nnowhere")
    there.box(number).locator(".cm-line.hll").click()
    there.page.keyboard.press("Home")
    there.page.keyboard.insert_text("nowhere = nowhere; ")
    assert there.run(number) == "failed"
    line = there.box(number).locator(".cm-line.hll.run-wrong")
    other = there.page.evaluate("""() => {
      const plain = document.createElement("div")
      plain.className = "run-wrong"
      document.body.append(plain)
      return getComputedStyle(plain).boxShadow
    }""")
    assert line.evaluate("line => getComputedStyle(line).boxShadow") == other


@pytest.mark.parametrize("width", [390, 1280])
def test_an_answer_stands_between_the_edges_of_its_exercise(tab, roots, width):
    page = tab(viewport={"width": width, "height": 844})
    page.goto(f"{roots[HTTP]}en/{PAGE}")
    page.evaluate("for (const each of document.querySelectorAll('#keeps, #keeps details')) each.open = true")
    edges = page.locator("#keeps .highlight > pre").evaluate_all("""all => all.map(each => {
      const { left, right } = each.getBoundingClientRect()
      return [Math.round(left), Math.round(right)]
    })""")
    text = page.locator("#keeps .solution > summary").evaluate("""each => {
      const range = document.createRange()
      range.selectNodeContents(each)
      return Math.round(range.getBoundingClientRect().left)
    }""")
    assert edges[0] == edges[1] and text == edges[0][0], (edges, text)


def test_what_is_solved_is_kept_and_can_be_forgotten(tab, roots):
    page = tab(offline=True)
    there = Listings(page, roots[FOLDER], PAGE)
    assert page.locator(".solved-count").inner_text() == "0 of 27 solved. This is kept in this browser alone."
    assert solve(there, "keeps") == "passed"
    assert page.locator(".solved-count [role=status]").inner_text().startswith("1 of 27 solved.")
    page.goto(roots[FOLDER] + "ko/" + PAGE)
    assert solved(there) == (["keeps"], ["keeps"])
    assert page.locator(".solved-count").inner_text().startswith("27문제 중 1문제를 풀었습니다.")
    page.get_by_role("button", name="기록 지우기").click()
    assert solved(there) == ([], []) and not page.locator(".solved-count button").is_visible()
    page.reload()
    assert solved(there) == ([], [])
    report(there.heard)


@pytest.mark.parametrize("kept", ["'no list'", "'{}'", "'7'"])
def test_what_is_no_record_is_passed_over(tab, roots, kept):
    page = tab()
    faults = listen(page, roots[HTTP])
    page.add_init_script(f"localStorage.momentsSolved = {kept}")
    page.goto(f"{roots[HTTP]}en/{PAGE}")
    assert page.locator(".solved-count").inner_text().startswith("0 of 27")
    report(faults)


def test_what_is_copied_is_the_exercise_below_the_rules(tab, roots):
    page = tab(permissions=["clipboard-read", "clipboard-write"])
    there = Listings(page, roots[HTTP], PAGE)
    exercise, _ = numbers(there, NAMES[-1])
    there.box(exercise).get_by_role("button", name=re.compile("^Copy up to here")).click()
    page.wait_for_function("n => document.querySelectorAll('.run-said')[n].textContent", arg=exercise)
    rules = blocks(DOCS / "en" / "exercises.md")[0].code.strip()
    assert page.evaluate("navigator.clipboard.readText()") == f"{rules}\n\n\n{PRINTED[-1].code.strip()}\n"


def test_by_keyboard_alone(tab, roots):
    page = tab(offline=True)
    page.goto(f"{roots[FOLDER]}en/{PAGE}")
    focus = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText.trim()"

    def press(name):
        for _ in range(200):
            page.keyboard.press("Tab")
            if page.evaluate(focus) == name:
                return page.keyboard.press("Enter")
        raise AssertionError(f"Tab does not reach {name}")

    press("A memory of fifty steps")
    number = 1 + page.evaluate("""[...document.querySelectorAll(".language-python.highlight")]
      .findIndex(box => box.matches("#keeps > *"))""")
    press(f"Change listing {number}")
    page.wait_for_function("document.activeElement.matches('.cm-content')")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ANSWERS["keeps"])
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(f"{KEPT}.includes('keeps')", timeout=60_000)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    press("Answer")
    assert page.locator("#keeps .solution pre").is_visible()
    press("Forget")
    assert page.evaluate(KEPT) == []


def test_an_address_opens_its_exercise(tab, roots):
    page = tab()
    page.goto(f"{roots[HTTP]}en/{PAGE}#wrong_way")
    assert page.locator("details.exercise[open]").evaluate_all("all => all.map(each => each.id)") == ["wrong_way"]
    assert 0 <= page.locator("#wrong_way").bounding_box()["y"] < 900


@pytest.mark.parametrize("code", LANGUAGES)
def test_without_a_script_all_of_it_can_be_read(tab, roots, code):
    page = tab(java_script_enabled=False)
    page.goto(f"{roots[HTTP]}{code}/{PAGE}")
    assert page.locator(".solved-count").count() == page.locator(".run-bar").count() == 0
    page.locator("#keeps > summary").click()
    page.locator("#keeps .solution > summary").click()
    assert page.locator("#keeps pre").first.text_content().strip() == PRINTED[NAMES.index("keeps")].code.strip()
    assert page.locator("#keeps pre .hll").inner_text().strip() == "beta = 0.9"
    assert page.locator("#keeps .solution pre").inner_text().strip() == ANSWERS["keeps"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_axe_and_the_width_of_the_page_with_all_of_it_open(opened, code):
    there = opened(code)
    schemes = {"en": ("default", "slate"), "ko": ("slate", "default")}[code]
    there.unfold()
    for width, scheme in zip((390, 1280), schemes):
        there.page.set_viewport_size({"width": width, "height": 844})
        there.page.evaluate("scheme => document.body.setAttribute('data-md-color-scheme', scheme)", scheme)
        report([f"{width}, {scheme}: {fault}" for fault in violations(there.page) + there.heard])
        assert there.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_the_answers_stand_behind_their_exercises(tab, roots):
    page = tab()
    page.goto(f"{roots[HTTP]}en/{PAGE}")
    page.emulate_media(media="print")
    assert page.locator("#keeps > .highlight pre").is_visible() and page.locator("#keeps .solution pre").is_visible()
