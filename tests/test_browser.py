"""The built site in Chromium, as a host serves it and as a folder without a network.

Every test goes over all pages of the built site; what it finds wrong it says together,
a line a fault: `story/adam.html (ko, dark): …`.
"""

import functools
import json
import re
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import FOLDER, HTTP
from fontTools.ttLib import TTFont

from site_tools.pages import DOCS, LANGUAGES, blocks

BUDGET = {"en": 150_000, "ko": 271_000}  # bytes on the wire, everything, first visit
OTHER = {"ko": "en", "en": "ko"}
AXE = {"resultTypes": ["violations"], "preload": False}
VIEWS = {  # how a page is visited when it is looked at as a whole
    "light": (HTTP, {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}),
    "dark": (HTTP, {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}),
    "phone": (HTTP, {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True}),
    "folder": (FOLDER, {"viewport": {"width": 1280, "height": 900}, "offline": True}),
}

# What there is to know of a page: run in the page, after it has been scrolled to its end.
LOOK = """async () => {
  const wait = ms => new Promise(done => setTimeout(done, ms))
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
    scrollTo({ top: y, behavior: "instant" })
    await wait(15)
  }
  for (const details of document.querySelectorAll("details")) details.open = true
  await document.fonts.ready
  const box = document.documentElement, text = {}, figures = []
  const add = (letters, element) => {
    const style = getComputedStyle(element)
    const face = [style.fontFamily.replaceAll('"', ""), style.fontWeight, style.fontStyle].join("|")
    text[face] = [...new Set([...text[face] ?? "", ...letters.replace(/[\\s\\u200b]/g, "")])].join("")
  }
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; node = walk.nextNode();) {
    const parent = node.parentElement
    if (parent.closest("script, style, noscript, title, .katex-mathml, .letters")) continue
    if (node.data.trim() && parent.checkVisibility({ visibilityProperty: true })) add(node.data, parent)
  }
  for (const input of document.querySelectorAll("input[placeholder]")) add(input.placeholder, input)
  for (const svg of document.querySelectorAll("svg[role=img]")) {
    const frame = svg.getBoundingClientRect(), words = [...svg.querySelectorAll("text")].filter(t => t.textContent.trim())
    figures.push({
      name: svg.closest("[data-figure]")?.dataset.figure ?? "output " + figures.length,
      label: svg.getAttribute("aria-label") ?? "",
      fonts: [...new Set(words.map(t => getComputedStyle(t).fontFamily))],
      words: words.map(t => t.textContent).join(""),
      colours: words.map(t => getComputedStyle(t).fill),
      outside: words.filter(t => {
        const r = t.getBoundingClientRect()
        return r.left < frame.left - 2 || r.right > frame.right + 2 || r.top < frame.top - 2 || r.bottom > frame.bottom + 2
      }).map(t => t.textContent),
    })
  }
  return {
    text, figures, fonts: [...document.fonts].map(f => f.status),
    width: box.scrollWidth, font: getComputedStyle(document.body).fontFamily, lang: box.lang,
    wide: [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 3).map(e => e.outerHTML.slice(0, 80)),
    links: [...document.querySelectorAll("link[hreflang]")].map(l => [l.hreflang, l.href]),
    headings: [...document.querySelectorAll("article h2[id]")].map(h => h.id),
    formulas: document.querySelectorAll(".katex").length,
    displays: document.querySelectorAll(".katex-display").length,
    blocks: document.querySelectorAll(".highlight pre").length,
  }
}"""


# What the tests stand on

def listen(page, root):
    """The list in which from now on the faults of a page appear: console, requests, other hosts."""
    faults = []
    page.on("console", lambda m: m.type in ("error", "warning") and faults.append(f"console {m.type}: {m.text}"))
    page.on("pageerror", lambda error: faults.append(f"exception: {error}"))
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url} {request.failure}"))
    page.on("response", lambda answer: answer.status >= 400 and faults.append(f"{answer.status}: {answer.url}"))
    page.on("request", lambda request: request.url.startswith((root, "data:", "blob:"))
            or faults.append(f"leaves the site: {request.url}"))
    return faults


# Contrast takes axe longer than all else, and is the same for all text of one colour, size and weight
# on one pile of backgrounds: of each kind the three longest are marked, and looked at (axe has no word on single letters).
KINDS_OF_TEXT = """() => {
  const piles = new Map(), kinds = {}
  const pile = e => {
    if (!e) return ""
    if (!piles.has(e)) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(e)
      piles.set(e, [pile(e.parentElement), backgroundColor, backgroundImage, opacity].join(" ").replaceAll(" rgba(0, 0, 0, 0) none 1", ""))
    }
    return piles.get(e)
  }
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; node = walk.nextNode();) {
    const e = node.parentElement, { color, fill, fontSize, fontWeight } = getComputedStyle(e)
    if (!node.data.trim() || !e.checkVisibility({ visibilityProperty: true })) continue
    const kind = [pile(e), color, fill, fontSize, fontWeight].join()
    kinds[kind] = [...kinds[kind] ?? [], [node.data.trim().length, e]]
  }
  for (const texts of Object.values(kinds)) for (const [, e] of texts.sort((a, b) => b[0] - a[0]).slice(0, 3)) e.dataset.kind = ""
}"""
ALL_BUT_CONTRAST, CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}, {"runOnly": ["color-contrast"]}


def violations(page):
    """What axe-core has against the page: rule, element, reason."""
    page.evaluate("Promise.all(document.getAnimations().map(a => a.finished.catch(() => 0)))")
    page.evaluate(KINDS_OF_TEXT)
    runs = [Axe().run(page, options=AXE | ALL_BUT_CONTRAST),
            Axe().run(page, context={"include": [["[data-kind]"]]}, options=AXE | CONTRAST)]
    return [f"{rule['id']}: {node['html'][:150]} {' '.join(node['failureSummary'].split())[:200]}"
            for run in runs for rule in run.response["violations"] for node in rule["nodes"]]


@pytest.fixture(scope="session")
def seen(browser, server, roots, pages):
    """`seen(view)` visits every page once in that view, each as a first visit, and gives what it saw."""
    @functools.cache
    def visit(view):
        scheme, options = VIEWS[view]
        found = {}
        for path in pages:
            context = browser.new_context(**options)
            page, server.sent[:] = context.new_page(), []
            faults = listen(page, roots[scheme])
            page.goto(roots[scheme] + path, wait_until="load")
            facts = page.evaluate(LOOK)
            if view == "light":
                page.wait_for_timeout(600)
            facts |= {"faults": faults, "sent": list(server.sent)}
            if view == "phone":
                page.set_viewport_size({"width": 320, "height": 700})
                facts["narrow"] = page.evaluate("document.documentElement.scrollWidth")
                page.set_viewport_size({"width": 390, "height": 844})
            if scheme == HTTP:
                facts["axe"] = violations(page)
            found[path] = SimpleNamespace(**facts)
            context.close()
        return found
    return visit


def report(faults):
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)


# What every page owes

@pytest.mark.parametrize("view", ["light", "folder"])
def test_no_errors_and_no_other_host(seen, view):
    report([f"{path} ({view}): {fault}" for path, facts in seen(view).items() for fault in facts.faults])


def test_first_visit_is_light(seen):
    faults = []
    for path, facts in seen("light").items():
        total, most = sum(size for _, size in facts.sent), BUDGET[path[:2]]
        if total > most or total < 20_000:
            rows = sorted(facts.sent, key=lambda row: -row[1])
            faults.append("\n".join([f"{path}: {total:,} bytes, allowed are {most:,}"]
                                    + [f"{size:10,}  {name}" for name, size in rows]))
    report(faults)


def test_no_sideways_scroll_on_a_phone(seen):
    faults = []
    for path, facts in seen("phone").items():
        if facts.width > 390:
            faults.append(f"{path}: {facts.width} px wide at 390: {facts.wide}")
        if facts.narrow > 320:
            faults.append(f"{path}: {facts.narrow} px wide at 320")
    report(faults)


@pytest.mark.parametrize("view", ["light", "dark", "phone"])
def test_axe_finds_nothing(seen, view):
    report([f"{path} ({view}): {fault}" for path, facts in seen(view).items() for fault in facts.axe])


@pytest.mark.parametrize("view", ["light", "phone"])
def test_figures_have_names_and_room(seen, view):
    faults = []
    for path, facts in seen(view).items():
        for figure in map(lambda f: SimpleNamespace(**f), facts.figures):
            where = f"{path} ({view}) {figure.name}"
            if len(figure.label) < 5:
                faults.append(f"{where}: its name for screen readers is {figure.label!r}")
            if set(figure.fonts) - {facts.font}:
                faults.append(f"{where}: text in {figure.fonts}, the page in {facts.font}")
            faults += [f"{where}: {words!r} stands out of the drawing" for words in figure.outside]
    report(faults)
    assert any(facts.figures for facts in seen(view).values())


def test_figures_follow_the_palette(seen):
    faults = []
    for path, facts in seen("light").items():
        for light, dark in zip(facts.figures, seen("dark")[path].figures, strict=True):
            same = set(light["colours"]) & set(dark["colours"])
            if same or not light["colours"]:
                faults.append(f"{path} {light['name']}: the same {same or 'nothing'} in light and dark")
    report(faults)


def faces(site, code):
    """Of each font rule of a language, in their order: (family, weight, style), and the characters that it shows."""
    weights, found = {"normal": "400", "bold": "700"}, []
    for sheet in (site / code / "assets" / "fonts.css", site / "assets" / "katex.css"):
        for rule in re.findall(r"@font-face\{([^}]*)\}", sheet.read_text("utf-8")):
            rule = dict(part.split(":", 1) for part in rule.split(";") if part)
            letters = set(TTFont(sheet.parent / re.match(r"url\(([^)]*)\)", rule["src"])[1]).getBestCmap())
            if "unicode-range" in rule:
                spans = [[int(end, 16) for end in span.strip()[2:].split("-")] for span in rule["unicode-range"].split(",")]
                letters = {c for c in letters if any(span[0] <= c <= span[-1] for span in spans)}
            weight = rule.get("font-weight", "400")
            face = (rule["font-family"].strip('"'), weights.get(weight, weight), rule.get("font-style", "normal"))
            found.append((face, set(map(chr, letters))))
    return found


def strange(text, faces):
    """What of a page's text these fonts cannot show as its style asks; code has the reader's own font."""
    for face, letters in text.items():
        families, *style = face.split("|")
        families = families.split(", ")
        held = [has for name, has in faces if name in {(family, *style) for family in families}]
        face = " ".join([families[0], *style])
        if letters and not held and families[0] != "ui-monospace":
            yield f"{face} is not there; it should show {letters[:40]}"
        elif lost := sorted(set(letters).difference(*held)) if held else []:
            yield f"{face} has no {' '.join(lost)}"


@pytest.mark.parametrize("view", ["light", "phone"])
def test_shipped_fonts_show_every_letter(seen, site, view):
    shipped = {code: faces(site, code) for code in LANGUAGES}
    report([f"{path} ({view}): {fault}" for path, facts in seen(view).items()
            for fault in strange(facts.text, shipped[path[:2]])])


@pytest.mark.parametrize("view", ["light", "folder"])
def test_fonts_are_loaded(seen, site, view):
    shipped, faults = {code: faces(site, code) for code in LANGUAGES}, []
    for path, facts in seen(view).items():
        loaded = [face for face, status in zip(shipped[path[:2]], facts.fonts, strict=True) if status == "loaded"]
        faults += [f"{path} ({view}): not loaded: {fault}" for fault in strange(facts.text, loaded)]
        used = {re.split(r"[,|]", face)[0] for face in facts.text}
        wanted = {"Moments Sans", "Moments Serif"} | ({"KaTeX_Math"} if facts.formulas > 5 else set())
        wanted |= {"KaTeX_Main"} if facts.displays else set()  # single letters need Math alone
        faults += [f"{path} ({view}): nothing is set in {family}" for family in sorted(wanted - used)]
    report(faults)


# From one language to the other

def test_hreflang_points_at_the_twin(seen, roots, site):
    faults = []
    for path, facts in seen("light").items():
        if facts.lang != path[:2]:
            faults.append(f"{path}: <html lang={facts.lang}>")
        wanted = [[code, f"{roots[HTTP]}{code}{path[2:]}"] for code in LANGUAGES]
        if facts.links != wanted:
            faults.append(f"{path}: hreflang {facts.links}")
        faults += [f"{path}: there is no {url}" for _, url in facts.links
                   if not (site / url.removeprefix(roots[HTTP])).is_file()]
    report(faults)


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
def test_switch_goes_to_the_twin_and_keeps_the_heading(seen, tab, roots, pages, scheme):
    faults, page = [], tab(offline=scheme == FOLDER, reduced_motion="reduce")
    for path in pages:
        page.goto(roots[scheme] + path)
        headings = seen("light")[path].headings
        wanted = headings[len(headings) // 2] if headings else ""
        if wanted:
            # as a link inside the page leads there, without a trace in the address
            page.evaluate("id => { location.hash = id; history.replaceState(null, '', location.pathname) }", wanted)
        for code in (OTHER[path[:2]], path[:2]):
            page.click("a.language")
            page.wait_for_url(lambda url: f"/{code}/" in url)
            at = page.url.removeprefix(roots[scheme])
            if at != f"{code}{path[2:]}" + (f"#{wanted}" if wanted else ""):
                faults.append(f"{path} ({scheme}): the switch went to {at}, the heading was {wanted!r}")
            if page.evaluate("document.documentElement.lang") != code:
                faults.append(f"{at} ({scheme}): the wrong <html lang>")
            if at.endswith("#" + wanted) and wanted:
                page.wait_for_function("scrollY > 0")
                top = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", wanted)
                last = page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 1")
                if not (0 <= top <= 200 or last):
                    faults.append(f"{at} ({scheme}): the heading is {top:.0f} px from the top")
    report(faults)


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
@pytest.mark.parametrize("locale, code", [("ko-KR", "ko"), ("en-US", "en"), ("fr-FR", "en")])
def test_first_page_knows_the_language(tab, roots, scheme, locale, code):
    page = tab(locale=locale, offline=scheme == FOLDER)
    page.goto(roots[scheme] + "index.html")
    page.wait_for_url(f"{roots[scheme]}{code}/index.html")


def test_without_scripts(tab, roots, seen):
    page = tab(java_script_enabled=False)
    page.goto(roots[HTTP] + "index.html")
    links = page.locator("a")
    assert [(links.nth(i).get_attribute("href"), links.nth(i).is_visible()) for i in range(links.count())] == [
        ("ko/index.html", True), ("en/index.html", True)]
    faults = []
    for path, facts in seen("light").items():
        page.goto(roots[HTTP] + path)
        for what, count in ((".katex-display .katex-html", facts.displays), ("svg[role=img]", len(facts.figures)),
                            (".highlight pre", facts.blocks)):
            shown = page.locator(f"{what}:visible")
            box = shown.first.bounding_box() if shown.count() else None
            if count and not box or box and (box["height"] < 10 or box["width"] < 20):
                faults.append(f"{path}: no {what} without scripts: {box}")
        if not page.locator("a.language").get_attribute("href"):
            faults.append(f"{path}: no language switch without scripts")
    report(faults)


# The keyboard

FOCUS = """() => {
  const element = document.activeElement
  if (element === document.body) return null
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


def story(pages, code):
    """The page of a language with the most kinds of things in it."""
    found = [p for p in pages if p.startswith(f"{code}/story/bias-correction")]
    return (found or [p for p in pages if p.startswith(f"{code}/story/")])[0]


KINDS = {
    1280: {"a.md-skip", "a.wordmark", "input.md-search__input", "a.language", "input.md-option", ".md-nav--primary a",
           ".md-nav--secondary a", ".md-code__button", ".md-footer a", "summary", "article p a"},
    390: {"a.md-skip", "button.drawer", "a.wordmark", "button.finder", "a.language", "input.md-option",
          ".md-code__button", ".md-footer a", "summary", "article p a"},
}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("width", KINDS)
def test_tab_reaches_everything_and_shows_where_it_is(tab, roots, pages, width, code):
    page = tab(viewport={"width": width, "height": 844}, reduced_motion="reduce")
    page.goto(roots[HTTP] + story(pages, code))
    steps = walk(page)
    faults = [f"no focus ring: {step['html']}" for step in steps if not step["ring"]]
    faults += [f"focus out of sight: {step['html']}" for step in steps if not step["onScreen"]]
    faults += [f"Tab does not reach {kind}" for kind in KINDS[width] - {kind for step in steps for kind in step["kind"]}]
    report(faults)
    assert "a.md-skip" in steps[0]["kind"], "the skip link is not the first"


@pytest.mark.parametrize("code", LANGUAGES)
def test_drawer_by_keyboard(tab, roots, pages, code):
    page = tab(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page.goto(roots[HTTP] + story(pages, code))
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
    assert page.evaluate("document.activeElement.matches('button.drawer')"), "the focus does not come back to the button"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.closest('.md-sidebar--primary')")
    other = page.locator(".md-nav--primary a.md-nav__link[href]:not(.md-nav__link--active)").last
    other.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.startswith(roots[HTTP] + story(pages, code)))


@pytest.mark.parametrize("code", LANGUAGES)
def test_details_open_by_keyboard(tab, roots, pages, code):
    page = tab()
    page.goto(roots[HTTP] + story(pages, code))
    summary = page.locator("summary").first
    summary.focus()
    answer = page.locator("details p").first
    assert not answer.is_visible()
    page.keyboard.press("Enter")
    answer.wait_for(state="visible")


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
def test_palette_by_keyboard_holds_on_other_pages(tab, roots, pages, scheme):
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
    for path in (story(pages, "ko"), "en/index.html"):
        page.goto(roots[scheme] + path)
        assert page.evaluate(now) == "slate", f"{path} has forgotten the palette"
    while not page.evaluate("document.activeElement.matches('input.md-option')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function(f"{now} === 'default'")


# The search

QUERIES = {
    "ko": ["편향", "보정", "평균", "이동평균", "배치", "모멘텀", "경사하강법", "경사 하강법", "학습률", "편향 보정", "편향보정", "bias correction", "beta2"],
    "en": ["bias correction", "beta2", "momentum"],
}
RESULTS = """() => [...document.querySelectorAll(".md-search-result__item")].map(item => ({
  url: item.querySelector("a").href, text: item.textContent,
  marks: [...item.querySelectorAll("mark")].map(m => m.textContent) }))"""

# The theme writes the next ten results each time that the list arrives at its end, coming from elsewhere.
TO_THE_END = """async () => {
  const list = document.querySelector(".md-search__scrollwrap")
  for (const top of [list.scrollHeight, 0]) {
    list.scrollTo({ top, behavior: "instant" })
    await new Promise(done => setTimeout(done, 100))
  }
  return document.querySelector(".md-search-result__meta").textContent + document.querySelectorAll(".md-search-result__item").length
}"""


def ask(page, words):
    """Type words into the search as a reader does, and give the results."""
    page.fill("input.md-search__input", "")
    page.keyboard.type(words)
    page.keyboard.press("End")  # Hangul typed here comes without the keyup that the theme listens to
    page.wait_for_function(
        """words => document.querySelector("input.md-search__input").value === words
           && !document.querySelector(".md-search-result__meta").textContent.includes("…")""", arg=words)
    states = [page.evaluate(TO_THE_END)]
    while len(states) < 4 or len(set(states[-3:])) > 1:
        states.append(page.evaluate(TO_THE_END))
    return page.evaluate(RESULTS)


def index(site, code):
    return json.loads((site / code / "search" / "search_index.json").read_text("utf-8"))["docs"]


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
@pytest.mark.parametrize("code", LANGUAGES)
def test_search_finds(tab, roots, site, server, code, scheme):
    page = tab(offline=scheme == FOLDER, reduced_motion="reduce")
    faults = listen(page, roots[scheme])
    loads = []
    page.on("request", lambda request: loads.append(request.url))
    page.goto(roots[scheme] + f"{code}/index.html", wait_until="load")
    page.wait_for_timeout(300)
    early = r"workers/|search_index\.json" if scheme == HTTP else "workers/"
    faults += [f"loaded before anybody searched: {url}" for url in loads if re.search(early, url)]
    page.focus("input.md-search__input")
    shipped = faces(site, code)
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
        faults += [f"{words}: {hit['url'].removeprefix(roots[scheme])} does not show it" for hit in found[:3]
                   if not shape.search(hit["text"].casefold())
                   and not all(w in hit["text"].casefold() for w in words.split())]
        faults += [f"{words}: leads out of the language: {hit['url']}" for hit in found
                   if not hit["url"].startswith(f"{roots[scheme]}{code}/")]
        faults += [f"{words}: {fault}" for fault in strange(page.evaluate(LOOK)["text"], shipped)]
    report([f"({code}, {scheme}) {fault}" for fault in faults])


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
def test_search_from_the_address(tab, roots, scheme):
    page = tab(offline=scheme == FOLDER)
    page.goto(roots[scheme] + "ko/index.html?q=평균")
    page.wait_for_function(f"({RESULTS})().length > 0")


def test_search_does_not_read_figures(site, seen):
    faults = []
    for path, facts in seen("light").items():
        text = re.sub(r"<[^>]*>|\s", "", "".join(d["text"] for d in index(site, path[:2]) if d["location"].startswith(path[3:])))
        for figure in facts.figures:  # a table may begin with the words that a figure begins with
            words = re.sub(r"\s", "", figure["words"])
            faults += [f"{path} {figure['name']}: its words are in the search index"] * (words[:20] in text and words[-20:] in text)
    report(faults)


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


def test_print(tab, roots, pages, seen):
    faults = []
    for code in LANGUAGES:
        path = story(pages, code)
        page = tab(color_scheme="dark")
        page.goto(roots[HTTP] + path)
        page.emulate_media(media="print")
        for what in (".md-header", ".md-sidebar", ".md-footer", ".md-code__button", ".save", ".headerlink"):
            shown = page.evaluate("""what => [...document.querySelectorAll(what)]
                .filter(e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true })).length""", what)
            faults += [f"{path}: {what} is printed"] * bool(shown)
        hidden = page.evaluate("""() => [...document.querySelectorAll("details > *")]
            .filter(e => !e.checkVisibility() || e.getBoundingClientRect().height < 5).length""")
        faults += [f"{path}: {hidden} closed details are not printed"] * bool(hidden)
        facts, light = page.evaluate(LOOK), seen("light")[path]
        if [f["colours"] for f in facts["figures"]] != [f["colours"] for f in light.figures]:
            faults.append(f"{path}: figures are not printed in light colours")
        if page.evaluate("getComputedStyle(document.body).color") != "rgb(0, 0, 0)":
            ink = page.evaluate("getComputedStyle(document.querySelector('article p')).color")
            if sum(map(int, re.findall(r"\d+", ink)[:3])) > 200:
                faults.append(f"{path}: text is printed in {ink}")
    report(faults)


def test_copy_button_copies_the_code(tab, roots, pages):
    faults, page, copied = [], tab(permissions=["clipboard-read", "clipboard-write"]), 0
    for path in pages:
        code = [block.code for block in blocks((DOCS / path).with_suffix(".md"))]
        if not code:
            continue
        page.goto(roots[HTTP] + path)
        page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        buttons = page.locator(".language-python .md-code__button")
        if buttons.count() != len(code):
            faults.append(f"{path}: {buttons.count()} copy buttons, {len(code)} blocks")
            continue
        for number, wanted in enumerate(code[:3]):
            page.evaluate("navigator.clipboard.writeText('nothing')")
            buttons.nth(number).focus()
            page.keyboard.press("Enter")
            page.wait_for_function("navigator.clipboard.readText().then(t => t !== 'nothing')")
            text, copied = page.evaluate("navigator.clipboard.readText()"), copied + 1
            if text != wanted.rstrip("\n"):
                faults.append(f"{path}: block {number} copies {text[-60:]!r}, the code is {wanted[-60:]!r}")
    report(faults)
    assert copied
