"""A reader goes through a page and its twin once, and notes all that the tests ask about.

Loading a page and asking axe are what takes time. So over http a page is loaded once to be looked at in the light,
on a phone and button by button, and once in the dark; from the folder and without scripts it is loaded once.
The way from a page to its twin is the language switch, which is looked at on the way.
"""

import re
from collections import defaultdict
from types import SimpleNamespace

from playwright.sync_api import TimeoutError as NeverCame

from site_tools.pages import DOCS, blocks
from tests.site.looking import FOLDER, HTTP, LOOK, TO_ITS_END, listen, violations

OTHER = {"ko": "en", "en": "ko"}
WIDE, PHONE, NARROW = ({"width": w, "height": h} for w, h in ((1280, 900), (390, 844), (320, 700)))

# To a heading as a link inside the page leads there, on request without a trace in the address.
TO_HEADING = """async ([id, trace]) => {
  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)))
  document.activeElement.blur()
  for (const details of document.querySelectorAll("details")) details.open = false
  await frame()  // the browser holds what was seen where it was
  if (id) location.hash = id
  id ? document.getElementById(id).scrollIntoView({ behavior: "instant" }) : scrollTo({ top: 0, behavior: "instant" })
  if (!trace) history.replaceState(null, "", location.pathname)
  await frame()
}"""
AT_HEADING = """async id => {
  for (let ms = 0; ms < 2000 && !scrollY; ms += 20) await new Promise(done => setTimeout(done, 20))
  return { top: document.getElementById(id).getBoundingClientRect().top, scrolled: scrollY > 0,
    last: scrollY + innerHeight >= document.documentElement.scrollHeight - 1 }
}"""

# The first of each kind that is to be seen without scripts: how large it is.
SIZES = """() => Object.fromEntries([".katex-display .katex-html", "svg[role=img]", ".highlight pre"].map(what => {
  const shown = [...document.querySelectorAll(what)].find(e => e.checkVisibility({ visibilityProperty: true }))
  const box = shown?.getBoundingClientRect()
  return [what, box ? { width: box.width, height: box.height } : null]
}))"""


class Reader:
    """Somebody at a page of the site, with notes by view and path."""

    def __init__(self, page, root, site, scheme):
        self.page, self.root, self.site, self.scheme = page, root, site, scheme
        self.heard, self.notes = listen(page, root), defaultdict(dict)

    @property
    def path(self):
        return self.page.url.removeprefix(self.root).split("#")[0]

    def begin(self, path):
        """With nothing noted, as on a first visit."""
        self.page.goto("about:blank")
        self.heard.clear()
        self.notes = defaultdict(dict)
        self.page.goto(self.root + path, wait_until="load")

    def look(self, view):
        """Note what there is to see."""
        self.notes[view][self.path] = facts = SimpleNamespace(**self.page.evaluate(LOOK))
        return facts

    def leave(self, view):
        """What has gone wrong on this page, from its first request on, is known when the reader leaves it."""
        self.notes[view][self.path].faults = self.heard[:]
        self.heard.clear()

    def switch(self, view, trace=False):
        """Follow the language switch from the middle heading to the twin, and note what it does wrong."""
        path, page = self.path, self.page
        goal = f"{OTHER[path[:2]]}{path[2:]}"
        headings = re.findall(r'<h2 id="([^"]+)"', (self.site / path).read_text("utf-8"))
        wanted = headings[len(headings) // 2] if headings else ""
        page.evaluate(TO_HEADING, [wanted, trace])
        self.leave(view)
        page.click("a.language")
        try:
            page.wait_for_url(lambda url: f"/{goal[:2]}/" in url, timeout=10_000)
        except NeverCame:
            pass  # where it went instead is told below
        self.notes[f"switch {self.scheme}"].setdefault(path, []).extend(self.astray(path, goal, wanted))
        if self.path != goal:
            page.goto(self.root + goal, wait_until="load")

    def astray(self, path, goal, wanted):
        """What is wrong with where the switch led."""
        at = self.page.url.removeprefix(self.root)
        if at != goal + (f"#{wanted}" if wanted else ""):
            yield f"{path} ({self.scheme}): the switch went to {at}, the heading was {wanted!r}"
        if self.page.evaluate("document.documentElement.lang") != goal[:2]:
            yield f"{at} ({self.scheme}): the wrong <html lang>"
        if wanted and at.endswith("#" + wanted):
            now = self.page.evaluate(AT_HEADING, wanted)
            if not now["scrolled"] or not (0 <= now["top"] <= 200 or now["last"]):
                yield f"{at} ({self.scheme}): the heading is {now['top']:.0f} px from the top"


class Guest:
    """A reader for whom a host serves the site: in the light, each page as a first visit, then on a dark machine."""

    def __init__(self, browser, root, site, sent):
        context = browser.new_context(viewport=WIDE, permissions=["clipboard-read", "clipboard-write"])
        self.page, self.sent = context.new_page(), sent
        self.chrome = context.new_cdp_session(self.page)
        self.chrome.send("Network.enable")
        self.chrome.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.reader = Reader(self.page, root, site, HTTP)
        self.plain = browser.new_context(viewport=WIDE, java_script_enabled=False).new_page()

    def notes(self, name):
        """All there is to note of the page and its twin."""
        self.page.emulate_media(color_scheme="light")
        self.sent.clear()
        self.reader.begin(f"ko/{name}")
        self.in_the_light()
        self.reader.switch("light")
        self.in_the_light()
        self.page.emulate_media(color_scheme="dark")
        self.reader.switch("light")
        self.in_the_dark()
        self.reader.switch("dark", trace=True)
        self.in_the_dark()
        self.without_scripts()
        return self.reader.notes

    def in_the_light(self):
        """Look, weigh, ask axe; the same on a phone; press the copy buttons."""
        self.page.evaluate(TO_ITS_END)
        facts = self.reader.look("light")
        facts.axe = violations(self.page)
        facts.sent = self.sent[:]  # long after the load: what comes late is in it
        self.sent.clear()
        self.on_a_phone()
        facts.copied, facts.pressed = copied(self.page, self.reader.path)

    def on_a_phone(self):
        self.page.set_viewport_size(PHONE)
        self.chrome.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        self.page.evaluate(TO_ITS_END)
        facts = self.reader.look("phone")
        facts.axe = violations(self.page)
        self.page.set_viewport_size(NARROW)
        facts.narrow = self.page.evaluate("document.documentElement.scrollWidth")
        self.chrome.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        self.page.set_viewport_size(WIDE)

    def in_the_dark(self):
        self.reader.look("dark").axe = violations(self.page)
        self.sent.clear()

    def without_scripts(self):
        for path, facts in self.reader.notes["light"].items():
            self.plain.goto(self.reader.root + path)
            self.reader.notes["plain"][path] = [f"{path}: {fault}" for fault in missing(self.plain, facts)]


def copied(page, path):
    """Of the copy buttons of a page: what is wrong, and how many were pressed."""
    code = [block.code for block in blocks((DOCS / path).with_suffix(".md"))]
    buttons = page.locator(".language-python .md-code__button")
    if buttons.count() != len(code):
        return [f"{path}: {buttons.count()} copy buttons, {len(code)} blocks"], 0
    faults = []
    for number, wanted in enumerate(code[:3]):
        page.evaluate("navigator.clipboard.writeText('nothing')")
        buttons.nth(number).focus()
        page.keyboard.press("Enter")
        page.wait_for_function("navigator.clipboard.readText().then(t => t !== 'nothing')")
        text = page.evaluate("navigator.clipboard.readText()")
        if text != wanted.rstrip("\n"):
            faults.append(f"{path}: block {number} copies {text[-60:]!r}, the code is {wanted[-60:]!r}")
    return faults, len(code[:3])


def missing(page, facts):
    """What scripts showed, and is not there without them."""
    counts = (facts.displays, len(facts.figures), facts.blocks)
    for (what, box), count in zip(page.evaluate(SIZES).items(), counts, strict=True):
        if count and not box or box and (box["height"] < 10 or box["width"] < 20):
            yield f"no {what} without scripts: {box}"
    if not page.locator("a.language").get_attribute("href"):
        yield "no language switch without scripts"


class Owner:
    """A reader who has the folder of the site and no network: there and back."""

    def __init__(self, browser, root, site):
        self.page = browser.new_context(viewport=WIDE, offline=True).new_page()
        self.reader = Reader(self.page, root, site, FOLDER)

    def notes(self, name):
        self.reader.begin(f"ko/{name}")
        self.look()
        self.reader.switch("folder")
        self.look()
        self.reader.switch("folder", trace=True)
        return self.reader.notes

    def look(self):
        self.page.evaluate(TO_ITS_END)
        self.reader.look("folder")
