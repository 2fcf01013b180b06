"""A reader goes through a page and its twin once, and notes all that the tests ask about.

Loading a page and asking axe are what takes time. So over http a page is loaded once to be looked at in the light,
on a phone and button by button, and once in the dark; from the folder it is loaded once. The way from a page
to its twin is the language switch, which is looked at on the way.
"""

import re
from collections import defaultdict
from types import SimpleNamespace

from playwright.sync_api import TimeoutError as NeverCame

from site_tools.pages import DOCS, blocks
from tests.site.looking import FOLDER, HTTP, LOOK, TO_ITS_END, listen, violations

OTHER = {"ko": "en", "en": "ko"}
WIDE, PHONE, NARROW = ({"width": w, "height": h} for w, h in ((1280, 900), (390, 844), (320, 700)))

# To a heading, as a link inside the page leads there; if asked without a trace in the address.
TO_HEADING = """([id, trace]) => {
  document.activeElement.blur()
  id ? document.getElementById(id).scrollIntoView({ behavior: "instant" }) : scrollTo({ top: 0, behavior: "instant" })
  if (!trace) history.replaceState(null, "", location.pathname)
}"""
AT_HEADING = """async id => {
  for (let ms = 0; ms < 2000 && !scrollY; ms += 50) await new Promise(done => setTimeout(done, 50))
  return { top: document.getElementById(id).getBoundingClientRect().top,
    last: scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 1, scrolled: scrollY > 0 }
}"""


class Reader:
    """Somebody at a page of the site, with notes by view and path; `moved` is what the switch did wrong."""

    def __init__(self, page, root, site, scheme):
        self.page, self.root, self.site, self.scheme = page, root, site, scheme
        self.heard, self.notes = listen(page, root), defaultdict(dict)
        self.since = 0

    @property
    def path(self):
        return self.page.url.removeprefix(self.root).split("#")[0]

    def open(self, path):
        self.since = len(self.heard)
        self.page.goto(self.root + path, wait_until="load")

    def look(self, view, scroll=True):
        """Note what there is to see, and by the way what has gone wrong."""
        if scroll:
            self.page.evaluate(TO_ITS_END)
        facts = SimpleNamespace(**self.page.evaluate(LOOK))
        self.notes[view][self.path] = facts
        return facts

    def leave(self, view):
        """What went wrong on this page, from its first request on, is known when the reader leaves."""
        self.notes[view][self.path].faults = self.heard[self.since:]

    def switch(self, view, trace=False):
        """Follow the language switch from the middle heading to the twin, and note what it does wrong."""
        path, page = self.path, self.page
        goal = f"{OTHER[path[:2]]}{path[2:]}"
        headings = re.findall(r'<h2 id="([^"]+)"', (self.site / path).read_text("utf-8"))
        wanted = headings[len(headings) // 2] if headings else ""
        page.evaluate(TO_HEADING, [wanted, trace])
        self.leave(view)
        self.since = len(self.heard)
        page.click("a.language")
        try:
            page.wait_for_url(lambda url: f"/{goal[:2]}/" in url, timeout=10_000)
        except NeverCame:
            pass
        self.notes["switch " + self.scheme].setdefault(path, []).extend(self.astray(path, goal, wanted))
        if self.path != goal:
            self.open(goal)

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


def in_the_light(reader, sent):
    """A first visit: look, weigh, ask axe; the same on a phone; press the copy buttons."""
    page, facts = reader.page, reader.look("light")
    facts.axe = violations(page)
    facts.sent = sent[:]  # long after the load: what comes late is in it
    page.set_viewport_size(PHONE)
    page.touch(True)
    phone = reader.look("phone")
    page.set_viewport_size(NARROW)
    phone.narrow = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(PHONE)
    phone.axe = violations(page)
    page.touch(False)
    page.set_viewport_size(WIDE)
    facts.copied, facts.pressed = copied(page, reader.path)


def in_the_dark(reader):
    reader.look("dark", scroll=False).axe = violations(reader.page)


def without_scripts(browser, root, light):
    """What is not there when scripts do not run, by path."""
    context = browser.new_context(viewport=WIDE, java_script_enabled=False)
    page = context.new_page()
    found = {}
    for path, facts in light.items():
        page.goto(root + path)
        found[path] = list(missing(page, path, facts))
    context.close()
    return found


def missing(page, path, facts):
    for what, count in ((".katex-display .katex-html", facts.displays), ("svg[role=img]", len(facts.figures)),
                        (".highlight pre", facts.blocks)):
        shown = page.locator(f"{what}:visible")
        box = shown.first.bounding_box() if shown.count() else None
        if count and not box or box and (box["height"] < 10 or box["width"] < 20):
            yield f"{path}: no {what} without scripts: {box}"
    if not page.locator("a.language").get_attribute("href"):
        yield f"{path}: no language switch without scripts"


def over_http(browser, root, site, sent, name):
    """Both pages in the light, each as a first visit, then both as one whose machine is dark opens them."""
    context = browser.new_context(viewport=WIDE, color_scheme="light", permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    chrome = context.new_cdp_session(page)
    page.touch = lambda on: chrome.send("Emulation.setTouchEmulationEnabled", {"enabled": on})
    cache = lambda on: chrome.send("Network.setCacheDisabled", {"cacheDisabled": not on})
    chrome.send("Network.enable")
    cache(False)
    reader = Reader(page, root, site, HTTP)
    sent.clear()
    reader.open(f"ko/{name}")
    in_the_light(reader, sent)
    sent.clear()
    reader.switch("light")
    in_the_light(reader, sent)
    cache(True)
    page.emulate_media(color_scheme="dark")
    reader.switch("light")
    in_the_dark(reader)
    reader.switch("dark", trace=True)
    in_the_dark(reader)
    context.close()
    reader.notes["plain"] = without_scripts(browser, root, reader.notes["light"])
    return reader.notes


def from_folder(browser, root, site, sent, name):
    """Both pages without a network, there and back."""
    context = browser.new_context(viewport=WIDE, offline=True)
    reader = Reader(context.new_page(), root, site, FOLDER)
    reader.open(f"ko/{name}")
    reader.look("folder")
    reader.switch("folder")
    reader.look("folder")
    reader.switch("folder", trace=True)
    context.close()
    return reader.notes
