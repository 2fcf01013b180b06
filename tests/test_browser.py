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

from site_tools.pages import LANGUAGES

BUDGET = {"en": 150_000, "ko": 271_000}  # bytes on the wire, everything, first visit
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


# The twin, no scripts, the search, paper

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


def index(site, code):
    return json.loads((site / code / "search" / "search_index.json").read_text("utf-8"))["docs"]


def test_search_does_not_read_figures(site, seen):
    faults = []
    for path, facts in seen("light").items():
        text = re.sub(r"<[^>]*>|\s", "", "".join(d["text"] for d in index(site, path[:2]) if d["location"].startswith(path[3:])))
        for figure in facts.figures:  # a table may begin with the words that a figure begins with
            words = re.sub(r"\s", "", figure["words"])
            faults += [f"{path} {figure['name']}: its words are in the search index"] * (words[:20] in text and words[-20:] in text)
    report(faults)


def story(pages, code):
    """The page of a language with the most kinds of things in it."""
    found = [p for p in pages if p.startswith(f"{code}/story/bias-correction")]
    return (found or [p for p in pages if p.startswith(f"{code}/story/")])[0]


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
