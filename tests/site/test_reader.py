"""What a reader does with the site, in Chromium: the first page, the keyboard, the search, printing."""

import re

import pytest

from site_tools.pages import LANGUAGES
from tests.site.looking import FOLDER, HTTP, LOOK, STORY, faces, index, listen, report, strange, violations

# The first page

@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
@pytest.mark.parametrize("locale, code", [("ko-KR", "ko"), ("en-US", "en"), ("fr-FR", "en")])
def test_first_page_knows_the_language(tab, roots, scheme, locale, code):
    page = tab(locale=locale, offline=scheme == FOLDER)
    page.goto(roots[scheme] + "index.html")
    page.wait_for_url(f"{roots[scheme]}{code}/index.html")


# An address without a page

PAPER = "getComputedStyle(document.body).backgroundColor"


@pytest.mark.parametrize("scheme, path, code", [
    (HTTP, "ko/story/no-such-page.html", "ko"), (HTTP, "en/a/b/c/d", "en"), (HTTP, "x/y", "en"),
    (FOLDER, "404.html", "en"),
])
def test_an_address_without_a_page(tab, roots, site, scheme, path, code):
    page = tab(offline=scheme == FOLDER, color_scheme="dark" if scheme == FOLDER else "light", locale="en-US")
    faults = listen(page, roots[scheme])
    page.goto(roots[scheme] + path)
    facts = page.evaluate(LOOK)
    faults += [*strange(facts["text"], faces(site, "404.html")), *violations(page)]
    if set(facts["fonts"]) - {"loaded", "unloaded"} or "loaded" not in facts["fonts"]:
        faults.append(f"fonts: {facts['fonts']}")
    links = page.evaluate("[...document.links].map(link => link.href)")
    faults += [f"leads nowhere: {link}" for link in links if not (site / link.removeprefix(roots[scheme])).is_file()]
    for goal in ("index", "questions", "check/identify"):
        faults += [f"no way to {goal}" for c in LANGUAGES if f"{roots[scheme]}{c}/{goal}.html" not in links]
    first = page.locator("[lang]:not(html) a").first.get_attribute("href")
    faults += [f"the first way is {first}"] * (not first.startswith(code))
    page.set_viewport_size({"width": 390, "height": 844})
    faults += ["wider than a phone"] * (page.evaluate("document.documentElement.scrollWidth") > 390)
    paper = page.evaluate(PAPER)
    page.locator("input[name=q]").first.fill({"ko": "편향", "en": "bias"}[code])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{roots[scheme]}{code}/index.html?q=*")
    page.wait_for_function(f"({RESULTS})().length > 0")
    faults += [f"the paper is {paper}"] * (page.evaluate(PAPER) != paper)
    refused = "console error: Failed to load resource: the server responded with a status of 404"
    own = (f"404: {roots[scheme]}{path}", refused)
    answers = [fault for fault in faults if fault.startswith(own)]
    report([fault for fault in faults if not fault.startswith(own)])
    assert len(answers) <= 2, answers  # the page's own, and no other's


# The keyboard

FOCUS = """async () => {
  const element = document.activeElement
  if (element === document.body) return null
  const box = () => element.getBoundingClientRect(), away = () => box().bottom <= 0 || box().top >= innerHeight
  for (let n = 0; n < 30 && away(); n++) await new Promise(requestAnimationFrame)  // a figure was set up beside it
  const shown = [element, element.nextElementSibling, element.closest("form")].filter(Boolean)
  const style = shown.slice(0, element.matches("input") ? 3 : 1).map(e => getComputedStyle(e))
  const area = (element.matches("input.md-option") ? element.nextElementSibling : element).getBoundingClientRect()
  element.dataset.seen = (+(element.dataset.seen ?? 0) + 1)
  return {
    inDrawer: !!element.closest(".md-sidebar--primary"),
    again: +element.dataset.seen > 1,
    html: element.outerHTML.replace(/<svg.*?<\\/svg>/gs, "").slice(0, 120),
    kind: ["a.md-skip", "button.drawer", "a.wordmark", "input.md-search__input", "button.finder", "a.language",
      "input.md-option", ".md-nav--primary a", ".md-nav--secondary a", ".md-code__button", ".md-footer a",
      "summary", "article p a"].filter(s => element.matches(s)),
    ring: style.some(s => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none"),
    onScreen: area.width > 0 && area.right > 0 && area.left < innerWidth && area.bottom > 0 && area.top < innerHeight,
  }
}"""


def walk(page):
    """What has the focus at each press of Tab, from the top of the page to its end."""
    found = []
    for _ in range(600):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUS)
        if now is None or now["again"]:
            break
        found.append(now)
    return found


KINDS = {
    1280: {"a.md-skip", "a.wordmark", "input.md-search__input", "a.language", "input.md-option", ".md-nav--primary a",
           ".md-nav--secondary a", ".md-code__button", ".md-footer a", "summary", "article p a"},
    390: {"a.md-skip", "button.drawer", "a.wordmark", "button.finder", "a.language", "input.md-option",
          ".md-code__button", ".md-footer a", "summary", "article p a"},
}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("width", KINDS)
def test_tab_reaches_everything_and_shows_where_it_is(tab, roots, width, code):
    page = tab(viewport={"width": width, "height": 844}, reduced_motion="reduce")
    page.goto(roots[HTTP] + f"{code}/{STORY}")
    steps = walk(page)
    faults = [f"no focus ring: {step['html']}" for step in steps if not step["ring"]]
    faults += [f"focus out of sight: {step['html']}" for step in steps if not step["onScreen"]]
    reached = {kind for step in steps for kind in step["kind"]}
    faults += [f"Tab does not reach {kind}" for kind in KINDS[width] - reached]
    report(faults)
    assert "a.md-skip" in steps[0]["kind"], "the skip link is not the first"


@pytest.mark.parametrize("code", LANGUAGES)
def test_drawer_by_keyboard(tab, roots, code):
    page = tab(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page.goto(roots[HTTP] + f"{code}/{STORY}")
    page.focus("button.drawer")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.closest('.md-sidebar--primary')")
    page.wait_for_function("document.activeElement.getBoundingClientRect().left >= 0")
    report(violations(page))
    steps = walk(page)
    inside = [step for step in steps if step["inDrawer"]]
    report([f"focus out of sight: {step['html']}" for step in inside if not step["onScreen"]])
    assert len(inside) > 3, inside
    assert not page.evaluate("document.getElementById('__drawer').checked"), "the menu stays open behind the focus"
    page.focus("button.drawer")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.closest('.md-sidebar--primary')")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.getElementById('__drawer').checked")
    back = page.evaluate("document.activeElement.matches('button.drawer')")
    assert back, "the focus does not come back to the button"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.closest('.md-sidebar--primary')")
    other = page.locator(".md-nav--primary a.md-nav__link[href]:not(.md-nav__link--active)").last
    other.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.startswith(roots[HTTP] + f"{code}/{STORY}"))


@pytest.mark.parametrize("code", LANGUAGES)
def test_details_open_by_keyboard(tab, roots, code):
    page = tab()
    page.goto(roots[HTTP] + f"{code}/{STORY}")
    summary = page.locator("details.question > summary").first
    summary.focus()
    answer = page.locator("details.question p:not(.choices)").first
    assert not answer.is_visible()
    page.keyboard.press("Enter")
    answer.wait_for(state="visible")


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
def test_palette_by_keyboard_holds_on_other_pages(tab, roots, scheme):
    page = tab(offline=scheme == FOLDER, color_scheme="light")
    page.goto(roots[scheme] + "ko/index.html")
    now = "document.body.dataset.mdColorScheme"
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(now) == "default"
    light = page.evaluate(paper)
    while not page.evaluate("document.activeElement.matches('input.md-option')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function(f"{now} === 'slate'")
    assert page.evaluate(paper) != light
    for path in (f"ko/{STORY}", "en/index.html"):
        page.goto(roots[scheme] + path)
        assert page.evaluate(now) == "slate", f"{path} has forgotten the palette"
    while not page.evaluate("document.activeElement.matches('input.md-option')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function(f"{now} === 'default'")


# The search

QUERIES = {
    "ko": [
        "편향", "보정", "평균", "이동평균", "배치", "모멘텀", "경사하강법", "경사 하강법", "학습률",
        "편향 보정", "편향보정", "bias correction", "beta2",
    ],
    "en": ["bias correction", "beta2", "momentum"],
}
RESULTS = """() => [...document.querySelectorAll(".md-search-result__item")].map(item => ({
  url: item.querySelector("a").href, text: item.textContent,
  marks: [...item.querySelectorAll("mark")].map(m => m.textContent) }))"""

# The theme writes the next ten results each time that the list arrives at its end, coming from elsewhere.
ALL_OF_THEM = """async () => {
  const list = document.querySelector(".md-search__scrollwrap"), begun = performance.now()
  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)))
  const told = () => document.querySelector(".md-search-result__meta").textContent
  const items = () => document.querySelectorAll(".md-search-result__item").length
  const over = () => items() && items() === parseInt(/\\d+/.exec(told()))
  while (!over() && performance.now() < begun + 10000) {
    for (const top of [list.scrollHeight, 0]) {
      list.scrollTo({ top, behavior: "instant" })
      await frame()
    }
  }
}"""


def ask(page, words):
    """Put words into the search at once, so that there is one answer to wait for, and give the results."""
    page.fill("input.md-search__input", "")
    page.wait_for_function("() => !document.querySelector('.md-search-result__item')")
    page.keyboard.insert_text(words)
    page.keyboard.press("End")  # words put here come without the keyup that the theme listens to
    page.evaluate(ALL_OF_THEM)
    return page.evaluate(RESULTS)


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
@pytest.mark.parametrize("code", LANGUAGES)
def test_search_finds(tab, roots, site, server, code, scheme):
    page = tab(offline=scheme == FOLDER, reduced_motion="reduce")
    faults = listen(page, roots[scheme])
    loads = []
    page.on("request", lambda request: loads.append(request.url))
    page.goto(roots[scheme] + f"{code}/index.html", wait_until="load")
    page.wait_for_timeout(300)
    early = r"find\.js|search_index\.json" if scheme == HTTP else r"find\.js"
    faults += [f"loaded before anybody searched: {url}" for url in loads if re.search(early, url)]
    page.focus("input.md-search__input")
    shipped = faces(site, f"{code}/index.html")
    for words in QUERIES[code]:
        found = ask(page, words)
        if not found:
            faults.append(f"{words}: nothing")
            continue
        # 경사하강법 is 경사 하강법 too; a short word has no space inside.
        letters = words.replace(" ", "") if len(words) > 3 else ""
        shape = re.compile(r"\s?".join(letters) or words)
        urls = {hit["url"].removeprefix(f"{roots[scheme]}{code}/").split("?")[0].split("#")[0] for hit in found}
        holds = {doc["location"].split("#")[0] for doc in index(site, code)
                 if shape.search(re.sub(r"<[^>]*>", "", doc["title"] + " " + doc["text"]).casefold())}
        faults += [f"{words}: {path} has it, and is not found" for path in sorted(holds - urls)]
        faults += [f"{words}: {hit['url'].removeprefix(roots[scheme])} does not show why it is found"
                   for hit in found[:3] if not hit["marks"]]
        faults += [f"{words}: leads out of the language: {hit['url']}" for hit in found
                   if not hit["url"].startswith(f"{roots[scheme]}{code}/")]
        faults += [f"{words}: {fault}" for fault in strange(page.evaluate(LOOK)["text"], shipped)]
    report([f"({code}, {scheme}) {fault}" for fault in faults])


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
def test_search_from_the_address(tab, roots, scheme):
    page = tab(offline=scheme == FOLDER)
    page.goto(roots[scheme] + "ko/index.html?q=평균")
    page.wait_for_function(f"({RESULTS})().length > 0")


def test_search_reads_its_own_language_only(site):
    hangul = re.compile("[가-힣]{2,}")
    korean = {doc["location"].split("#")[0] for doc in index(site, "en") if hangul.search(doc["title"] + doc["text"])}
    assert korean <= {"glossary.html"}, f"Korean words in the English index: {korean}"
    assert sum(len(hangul.findall(doc["text"])) for doc in index(site, "ko")) > 500


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("code, words", [("ko", "편향"), ("en", "bias")])
def test_search_by_keyboard(tab, roots, width, code, words):
    page = tab(viewport={"width": width, "height": 844}, reduced_motion="reduce")
    page.goto(roots[HTTP] + f"{code}/index.html")
    while not page.evaluate("document.activeElement.matches('button.finder, input.md-search__input')"):
        page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.matches('button.finder')"):
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.matches('input.md-search__input')")
    ask(page, words)
    report(violations(page))
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.activeElement.matches('a.md-search-result__link')")
    assert page.evaluate(FOCUS)["onScreen"]
    while not page.evaluate("document.activeElement.matches('summary')"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.parentElement.open")
    page.keyboard.press("ArrowDown")
    goal = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_url(goal)
    if width < 960:
        return
    page.go_back()
    page.focus("a.wordmark")
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.matches('input.md-search__input')")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.getElementById('__search').checked")


# What a reader has asked the machine for

def test_reduced_motion(tab, roots):
    running = "document.getAnimations().length"
    for code in LANGUAGES:
        page = tab()
        page.goto(roots[HTTP] + f"{code}/index.html")
        assert page.evaluate(running), "there is nothing to reduce"
        page = tab(reduced_motion="reduce")
        page.goto(roots[HTTP] + f"{code}/index.html")
        assert page.evaluate(running) == 0


def test_print(tab, roots):
    faults = []
    for code in LANGUAGES:
        path = f"{code}/{STORY}"
        page = tab(color_scheme="dark")
        page.goto(roots[HTTP] + path)
        page.emulate_media(media="print")
        for what in (".md-header", ".md-sidebar", ".md-footer", ".md-code__button", ".save", ".headerlink"):
            shown = page.evaluate("""what => [...document.querySelectorAll(what)]
                .filter(e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true })).length""", what)
            faults += [f"{path}: {what} is printed"] * bool(shown)
        hidden = page.evaluate("""() => [...document.querySelectorAll("article details:not(.fold *) > *")]
            .filter(e => !e.checkVisibility() || e.getBoundingClientRect().height < 5).length""")
        faults += [f"{path}: {hidden} closed details are not printed"] * bool(hidden)
        light = tab(color_scheme="light")
        light.goto(roots[HTTP] + path)
        colours = [[figure["colours"] for figure in each.evaluate(LOOK)["figures"]] for each in (page, light)]
        if not colours[0] or colours[0] != colours[1]:
            faults.append(f"{path}: figures are not printed in light colours")
        if page.evaluate("getComputedStyle(document.body).color") != "rgb(0, 0, 0)":
            ink = page.evaluate("getComputedStyle(document.querySelector('article p')).color")
            if sum(map(int, re.findall(r"\d+", ink)[:3])) > 200:
                faults.append(f"{path}: text is printed in {ink}")
    report(faults)


def test_first_page_without_scripts(tab, roots):
    page = tab(java_script_enabled=False)
    page.goto(roots[HTTP] + "index.html")
    links = page.locator("a")
    assert [(links.nth(i).get_attribute("href"), links.nth(i).is_visible()) for i in range(links.count())] == [
        ("ko/index.html", True), ("en/index.html", True)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_header_has_room_at_every_width(tab, roots, code):
    page = tab()
    page.goto(f"{roots[FOLDER]}{code}/about.html")
    for width in range(320, 1400, 20):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_table_that_fits_again_is_no_tab_stop(tab, roots):
    """What the keyboard scrolls is marked for it when the window becomes narrow, and no longer when it is wide."""
    page, wraps = tab(), ".md-typeset__scrollwrap[tabindex]"
    page.goto(f"{roots[FOLDER]}en/practice/schedules.html")
    begun = page.locator(wraps).count()
    page.set_viewport_size({"width": 320, "height": 700})
    page.wait_for_function("([wraps, begun]) => document.querySelectorAll(wraps).length > begun", arg=[wraps, begun])
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_function("([wraps, begun]) => document.querySelectorAll(wraps).length === begun", arg=[wraps, begun])
