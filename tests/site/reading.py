"""A reader goes through a page and its twin, and notes all that the tests ask about.

Loading a page and asking axe are what takes time. So each page is loaded three times: over http in the light, where
it is also made as narrow as a phone and its buttons are pressed; from the folder on a dark machine without a network;
and without scripts. The way from a page to its twin is the language switch, which is looked at on the way.
"""

import re
from collections import defaultdict
from types import SimpleNamespace

from playwright.sync_api import TimeoutError as NeverCame

from site_tools.pages import DOCS, listings
from tests.site.looking import FOLDER, HTTP, LOOK, STORY, TO_ITS_END, listen, violations

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
  return { top: document.getElementById(id)?.getBoundingClientRect().top ?? -1, scrolled: scrollY > 0,
    last: scrollY + innerHeight >= document.documentElement.scrollHeight - 1 }
}"""

# Of ten headings, to which addresses lead one after the other, those that the table of contents does not mark.
# At the end of a page there is no room for a heading to come up.
ASTRAY = """async () => {
  const links = [...document.querySelectorAll(".md-sidebar--secondary a.md-nav__link")], lost = []
  const ended = () => scrollY + innerHeight >= document.documentElement.scrollHeight - 1
  const active = () => links.findLast(link => link.matches(".md-nav__link--active"))
  const few = links.filter((_, i) => i % Math.ceil(links.length / 10) === 0)
  for (const link of few) {
    location.replace(link.hash)
    for (let n = 0; n < 300 && active() !== link && !ended(); n++) await new Promise(done => setTimeout(done, 10))
    if (active() !== link && !ended()) lost.push(`${link.hash} marks ${active()?.hash}`)
  }
  return lost
}"""

# Of ten headings, to which addresses lead one after the other, those that are not seen then below what stands fixed.
HIDDEN = """async () => {
  const all = [...document.querySelectorAll("article :is(h2, h3)[id]")].filter(h => h.checkVisibility()), lost = []
  for (const heading of all.filter((_, i) => i % Math.ceil(all.length / 10) === 0)) {
    location.replace("#" + heading.id)
    const seen = () => {
      const { top, height } = heading.getBoundingClientRect()
      const over = document.elementFromPoint(innerWidth / 2, top + height / 2)
      return top >= 0 && top + height <= innerHeight && !over?.closest("header")
    }
    for (let n = 0; n < 300 && !seen(); n++) await new Promise(done => setTimeout(done, 10))
    if (!seen()) lost.push(`#${heading.id} is at ${heading.getBoundingClientRect().top}`)
  }
  return lost
}"""

# The first of each kind that is to be seen without scripts, with all that is folded opened: how large it is.
SIZES = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true
  return Object.fromEntries([".katex-display .katex-html", "svg[role=img]", ".highlight pre"].map(what => {
    const shown = [...document.querySelectorAll(what)].find(e => e.checkVisibility({ visibilityProperty: true }))
    const box = shown?.getBoundingClientRect()
    return [what, box ? { width: box.width, height: box.height } : null]
  }))
}"""

UNFOLD = "e => { for (let d = e.closest('details'); d; d = d.parentElement.closest('details')) d.open = true }"

# What has come into the clipboard since `nothing` was there; `nothing` where nothing comes.
CLIPBOARD = """async () => {
  for (let ms = 0; ms < 5000 && await navigator.clipboard.readText() === "nothing"; ms += 10) {
    await new Promise(done => setTimeout(done, 10))
  }
  return navigator.clipboard.readText()
}"""


class Reader:
    """Somebody at a page of the site, with notes by view and path."""

    def __init__(self, page, root, site, scheme):
        self.page, self.root, self.site, self.scheme = page, root, site, scheme
        self.heard, self.notes = listen(page, root), defaultdict(dict)
        page.add_init_script("location.protocol !== 'about:' && localStorage.clear()")  # the palette is not remembered

    @property
    def path(self):
        return self.page.url.removeprefix(self.root).split("#")[0]

    def begin(self, path):
        """Open a page at its middle heading, with nothing noted."""
        self.heard.clear()
        self.notes = defaultdict(dict)
        wanted = self.middle(path)
        self.page.goto(self.root + path + wanted, wait_until="load")
        self.astray(path, self.landed(wanted))

    def middle(self, path):
        """The middle heading of a page, as the end of an address; nothing where there is none."""
        headings = re.findall(r'<h2 id="([^"]+)"', (self.site / path).read_text("utf-8"))
        return "#" + headings[len(headings) // 2] if headings else ""

    def landed(self, wanted):
        """What is wrong with the place on a page to which an address led."""
        if wanted:
            now = self.page.evaluate(AT_HEADING, wanted[1:])
            if not now["scrolled"] or not (0 <= now["top"] <= 200 or now["last"]):
                yield f"{self.path}{wanted} ({self.scheme}): the heading is {now['top']:.0f} px from the top"

    def astray(self, path, faults):
        self.notes[f"switch {self.scheme}"].setdefault(path, []).extend(faults)

    def look(self, view):
        """Note what there is to see."""
        self.notes[view][self.path] = facts = SimpleNamespace(**self.page.evaluate(LOOK))
        return facts

    def leave(self, view):
        """What has gone wrong on this page, from its first request on, is known when the reader leaves it."""
        self.notes[view][self.path].faults = self.heard[:]
        self.heard.clear()

    def way(self, trace=False):
        """Where the switch leads from the middle heading: the twin's path, and the heading as it should be."""
        path, wanted = self.path, self.middle(self.path)
        self.page.evaluate(TO_HEADING, [wanted[1:], trace])
        self.page.hover("a.language")
        at = self.page.evaluate("document.querySelector('a.language').href").removeprefix(self.root)
        goal = f"{OTHER[path[:2]]}{path[2:]}"
        if at != goal + wanted:
            self.astray(path, [f"{path} ({self.scheme}): the switch went to {at}, the heading was {wanted[1:]!r}"])
        return goal, wanted

    def switch(self, view):
        """Follow the switch to the twin, and note what is wrong with where it leads."""
        path, (goal, wanted) = self.path, self.way()
        self.leave(view)
        self.page.click("a.language")
        try:
            self.page.wait_for_url(lambda url: f"/{goal[:2]}/" in url, timeout=10_000)
        except NeverCame:
            self.astray(path, [f"{path} ({self.scheme}): the switch went nowhere"])
        if self.page.url != self.root + goal + wanted:
            at = self.page.url.removeprefix(self.root)
            self.astray(path, [f"{path} ({self.scheme}): the switch went to {at}, the heading was {wanted[1:]!r}"])
            self.page.goto(self.root + goal + wanted, wait_until="load")
        self.astray(path, self.landed(wanted))
        if self.page.evaluate("document.documentElement.lang") != goal[:2]:
            self.astray(path, [f"{goal} ({self.scheme}): the wrong <html lang>"])


class Guest:
    """A reader for whom a host serves the site: in the light, each page as a first visit; and one without scripts."""

    def __init__(self, browser, root, site, sent):
        clipboard = ["clipboard-read", "clipboard-write"]
        context = browser.new_context(viewport=WIDE, color_scheme="light", permissions=clipboard)
        self.page, self.sent = context.new_page(), sent
        self.chrome = context.new_cdp_session(self.page)
        self.chrome.send("Network.enable")
        self.chrome.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.reader = Reader(self.page, root, site, HTTP)
        self.plain = browser.new_context(viewport=WIDE, java_script_enabled=False).new_page()
        chrome = self.plain.context.new_cdp_session(self.plain)
        chrome.send("Network.enable")
        chrome.send("Network.setBlockedURLs", {"urls": ["*.woff2"]})  # what is there is there in any font

    def notes(self, name):
        """All there is to note of the page and its twin: from the Korean to the English one, and the way back."""
        self.sent.clear()
        self.reader.begin(f"ko/{name}")
        self.visit()
        self.reader.switch("light")
        self.visit()
        self.reader.way(trace=True)
        self.reader.leave("light")
        self.without_scripts()
        return self.reader.notes

    def visit(self):
        """Look, weigh, ask axe; the same on a phone; press the copy buttons."""
        self.page.evaluate(TO_ITS_END)
        facts = self.reader.look("light")
        facts.axe = violations(self.page)
        facts.astray = self.page.evaluate(ASTRAY)
        self.on_a_phone()
        facts.copied, facts.pressed = copied(self.page, self.reader.path)
        facts.sent = self.sent[:]  # long after the load: what comes late is in it
        self.sent.clear()

    def on_a_phone(self):
        self.page.set_viewport_size(PHONE)
        self.chrome.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        facts = self.reader.look("phone")
        facts.axe = violations(self.page)
        facts.astray = self.page.evaluate(HIDDEN)
        self.page.set_viewport_size(NARROW)
        facts.narrow = self.page.evaluate("document.documentElement.scrollWidth")
        self.chrome.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        self.page.set_viewport_size(WIDE)

    def without_scripts(self):
        for path, facts in self.reader.notes["light"].items():
            self.plain.goto(self.reader.root + path)
            self.reader.notes["plain"][path] = [f"{path}: {fault}" for fault in missing(self.plain, facts)]


def copied(page, path):
    """Of the copy buttons of a page: what is wrong, and how many were pressed."""
    shown = listings((DOCS / path).with_suffix(".md"))
    code = [block.code for block in shown if block.language == "python"]
    buttons = page.locator(".language-python .md-code__button")
    if buttons.count() != len(code):
        return [f"{path}: {buttons.count()} copy buttons, {len(code)} blocks"], 0
    faults = []
    for number, wanted in enumerate(code[:3]):
        page.evaluate("navigator.clipboard.writeText('nothing')")
        buttons.nth(number).evaluate(UNFOLD)
        buttons.nth(number).focus()
        page.keyboard.press("Enter")
        text = page.evaluate(CLIPBOARD)
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
    """A reader who has the folder of the site, a dark machine and no network."""

    def __init__(self, browser, root, site):
        context = browser.new_context(viewport=WIDE, color_scheme="dark", offline=True)
        self.page = context.new_page()
        self.reader = Reader(self.page, root, site, FOLDER)

    def notes(self, name):
        """All there is to note of the page and its twin: from the English to the Korean one, and the way back."""
        self.reader.begin(f"en/{name}")
        self.visit()
        self.reader.switch("folder")
        self.visit()
        self.reader.way(trace=True)
        self.reader.leave("folder")
        return self.reader.notes

    def visit(self):
        """Its elements are those of the light page: of their colours axe is asked, and once of everything."""
        self.page.evaluate(TO_ITS_END)
        facts = self.reader.look("folder")
        facts.axe = violations(self.page, colours_alone=not self.reader.path.endswith(STORY))
