"""How a page reads: how much of it is code, how long it is, and that what is folded opens by every way."""

import pytest

from site_tools.pages import LANGUAGES
from tests.site.looking import FOLDER, HTTP, NAMES, STORY, report

STORIES = [name for name in NAMES if name.startswith("story/")]
SCREENS = {"story/momentum.html": 11, "check/mistakes.html": 15}  # of 1280 × 900
SHARE = """() => {
  const height = e => e.getBoundingClientRect().height
  const listings = [...document.querySelectorAll("article :is(.fold, .highlight)")]
    .filter(e => e.checkVisibility() && !e.parentElement.closest(".fold"))
  return listings.reduce((sum, e) => sum + height(e), 0) / height(document.querySelector("article"))
}"""
LENGTH = "document.documentElement.scrollHeight / innerHeight"
OPEN = "document.querySelectorAll('.fold details[open]').length"


@pytest.fixture(scope="module")
def reader(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def test_a_story_shows_little_code_until_it_is_opened(reader, roots):
    faults = []
    for path in (f"{code}/{name}" for code in LANGUAGES for name in STORIES):
        reader.goto(roots[HTTP] + path)
        folded = reader.evaluate(SHARE)
        reader.click(".openall")
        if folded > 0.2 or reader.evaluate(SHARE) < 0.25:
            faults.append(f"{path}: {folded:.0%} of its height is code, {reader.evaluate(SHARE):.0%} when opened")
        reader.click(".openall")
    report(faults)


@pytest.mark.parametrize("name, most", SCREENS.items())
def test_a_long_page_keeps_its_length(reader, roots, name, most):
    lengths = {}
    for code in LANGUAGES:
        reader.goto(f"{roots[HTTP]}{code}/{name}")
        lengths[code] = reader.evaluate(LENGTH)
    assert max(lengths.values()) <= most, lengths


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
def test_all_code_opens_together_and_that_is_remembered(tab, roots, scheme):
    page = tab(offline=scheme == FOLDER)
    page.goto(roots[scheme] + f"en/{STORY}")
    all_folds = page.locator(".fold details").count()
    assert all_folds > 5 and page.evaluate(OPEN) == 0
    page.focus(".openall")
    page.keyboard.press("Enter")
    assert page.evaluate(OPEN) == all_folds
    page.goto(roots[scheme] + "ko/story/adam.html")
    assert page.evaluate(OPEN) == page.locator(".fold details").count() > 5
    page.click(".openall")
    page.reload()
    assert page.evaluate(OPEN) == 0


def test_a_repeat_leads_to_where_it_stood(tab, roots):
    page = tab()
    page.goto(roots[HTTP] + "en/story/epsilon.html")
    page.click(".fold.repeat > p a >> nth=0")
    page.wait_for_url("**/story/adam.html#code-*")
    anchor = page.url.partition("#")[2]
    listing = page.locator(f".highlight:has(pre):below(#{anchor})").first
    assert listing.is_visible() and "def bias_correction" in listing.inner_text()
    assert 0 <= page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", anchor) < 300


@pytest.mark.parametrize("script", [True, False])
def test_what_is_folded_opens_by_hand(tab, roots, script):
    page = tab(java_script_enabled=script)
    page.goto(roots[HTTP] + f"en/{STORY}")
    code = page.locator(".fold pre").first
    assert not code.is_visible()
    page.locator(".fold summary").first.click()
    assert code.is_visible()
    assert page.locator(".openall").count() == script


def test_an_address_opens_what_it_leads_to(tab, roots):
    page = tab()
    page.goto(roots[HTTP] + "en/check/mistakes.html#m-written-back")
    page.wait_for_function("document.querySelector('#m-written-back + .mistake details').open")
    assert page.evaluate("document.querySelectorAll('.mistake details[open]').length") == 1
    page.goto(roots[HTTP] + "en/story/momentum.html#dampening")
    page.wait_for_function("document.getElementById('dampening').closest('details').open")


def test_on_paper_a_listing_is_as_the_reader_left_it(tab, roots):
    page = tab()
    page.goto(roots[HTTP] + f"en/{STORY}")
    page.locator(".fold summary").nth(1).click()
    page.wait_for_function("document.querySelector('.fold [data-open]')")
    page.emulate_media(media="print")
    shown = [code.is_visible() for code in page.locator(".fold .highlight").all()]
    assert shown[1] and shown.count(True) == 1 < len(shown)
    assert page.locator(".highlight").first.is_visible() and not page.locator(".openall").is_visible()


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_leads_to_the_tools_and_the_parts(tab, roots, code):
    page = tab()
    for name in ("index.html", STORY):
        page.goto(f"{roots[HTTP]}{code}/{name}")
        shown = page.evaluate("[...document.links].filter(a => a.checkVisibility()).map(a => a.href.split('#')[0])")
        wanted = ("check/identify", "conventions/translate", "story/gradient-descent", "reference/index",
                  "labs/thread", "questions")
        report([f"{name}: no way to {goal}" for goal in wanted if f"{roots[HTTP]}{code}/{goal}.html" not in shown])


@pytest.mark.parametrize("width", [1280, 390])
def test_the_menu_shows_the_page_that_one_is_on(tab, roots, width):
    page = tab(viewport={"width": width, "height": 844}, reduced_motion="reduce")
    page.goto(roots[HTTP] + "en/reference/vectors.html")
    if width < 960:
        page.click("button.drawer")
    here = page.locator(".md-nav--primary [aria-current=page]:not(.tools *)")
    assert here.count() == 1
    page.wait_for_function("""() => {
      const { top, bottom } = document.querySelector(".md-nav--primary [aria-current=page]").getBoundingClientRect()
      return top >= 0 && bottom <= innerHeight
    }""")
    tools = page.locator(".md-nav--primary .tools a")
    assert [box["y"] >= 0 and box["y"] < 200 for box in (tool.bounding_box() for tool in tools.all())] == [True, True]


def predicted(page, number):
    page.locator(".chips button").nth(number).click()
    page.locator(".said").first.wait_for(state="visible")
    return page.locator(".said").first.inner_text(), page.locator("details.question").first.get_attribute("open")


def test_a_long_title_at_the_foot_is_seen_whole_on_a_phone(tab, roots):
    page = tab(viewport={"width": 390, "height": 844})
    for code in LANGUAGES:
        page.goto(f"{roots[HTTP]}{code}/practice/loop.html")
        title = page.locator(".md-footer__link--next .md-footer__title")
        assert title.evaluate("e => e.scrollWidth <= e.clientWidth && e.innerText.trim().length > 10")


def test_a_prediction_is_answered_honestly(tab, roots):
    page = tab()
    page.goto(roots[HTTP] + f"en/{STORY}")
    texts = page.locator(".chips button").all_inner_texts()
    assert predicted(page, texts.index("too large")) == ("Yes: too large", "")
    page.reload()
    assert predicted(page, texts.index("too small")) == ("You said: too small · It is: too large", "")
    assert not page.locator(".chips").is_visible()


def test_without_a_script_the_answer_is_marked(tab, roots):
    page = tab(java_script_enabled=False)
    page.goto(roots[HTTP] + f"en/{STORY}")
    page.locator("details.question > summary").first.click()
    assert page.locator(".choices").is_visible() and page.locator(".choices strong").inner_text() == "too large"
