"""What the tests of the built site ask of a page in Chromium, and how they say what is wrong with it.

A report has a line a fault: `story/adam.html (ko, dark): …`.
"""

import functools
import json
import re
from importlib.resources import files

from fontTools.ttLib import TTFont

from site_tools.pages import DOCS, pages

HTTP, FOLDER = "http", "folder"
NAMES = [page.relative_to(DOCS / "ko").with_suffix(".html").as_posix() for page in pages("ko")]
STORY = "story/bias-correction.html"  # the page with the most kinds of things in it

# A frame a screen, so that whatever waits to be seen has been seen.
TO_ITS_END = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
    scrollTo({ top: y, behavior: "instant" })
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)))
  }
}"""

# What there is to know of a page, its details open.
LOOK = """async () => {
  for (const details of document.querySelectorAll("details")) details.open = true
  await document.fonts.ready
  const box = document.documentElement, text = {}, figures = []
  const add = (letters, element) => {
    const style = getComputedStyle(element)
    const face = [style.fontFamily.replaceAll('"', ""), style.fontWeight, style.fontStyle].join("|")
    text[face] = [...new Set([...text[face] ?? "", ...letters.replace(/[\\s\\u200b]/g, "")])].join("")
  }
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange()
  const broken = []
  for (let node; node = walk.nextNode();) {
    const parent = node.parentElement
    if (parent.closest("script, style, noscript, title, .katex-mathml, .letters")) continue
    if (!node.data.trim() || !parent.checkVisibility({ visibilityProperty: true })) continue
    add(node.data, parent)
    if (!parent.closest("td, th, dt, dd") || parent.closest(".katex, svg")) continue
    for (const { 0: word, index } of node.data.matchAll(/[\\p{L}\\p{M}\\p{N}_.,]+/gu)) {
      range.setStart(node, index)
      range.setEnd(node, index + word.length)
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) broken.push(word)
    }
  }
  const boxes = [...document.querySelectorAll("article :is(div, pre, code, span)")]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX))
  const covered = [...document.querySelectorAll("nav.md-code__nav")].filter(nav => {
    const n = nav.getBoundingClientRect(), box = nav.closest(".fold") ?? nav.parentElement
    const lines = document.createTreeWalker(box, NodeFilter.SHOW_TEXT)
    for (let node; node = lines.nextNode();) {
      range.selectNodeContents(node)
      const r = range.getBoundingClientRect()
      if (!node.data.trim() || !r.width) continue
      if (r.top > n.bottom) return false
      if (r.right > n.left && r.left < n.right && r.bottom > n.top) return true
    }
  })
  for (const input of document.querySelectorAll("input[placeholder]")) add(input.placeholder, input)
  for (const svg of document.querySelectorAll("svg[role=img]")) {
    const frame = svg.getBoundingClientRect()
    const words = [...svg.querySelectorAll("text")].filter(t => t.textContent.trim())
    figures.push({
      name: svg.closest("[data-figure]")?.dataset.figure ?? "output " + figures.length,
      label: svg.getAttribute("aria-label") ?? "",
      fonts: [...new Set(words.map(t => getComputedStyle(t).fontFamily))],
      colours: words.map(t => getComputedStyle(t).fill),
      outside: words.filter(t => {
        const r = t.getBoundingClientRect()
        return r.left < frame.left - 2 || r.right > frame.right + 2
          || r.top < frame.top - 2 || r.bottom > frame.bottom + 2
      }).map(t => t.textContent),
    })
  }
  return {
    text, figures, broken, covered: covered.map(nav => nav.parentElement.innerText.trim().slice(0, 40)),
    cut: boxes.filter(e => !/local.*scroll/.test(getComputedStyle(e).backgroundAttachment))
      .map(e => `${e.className || e.tagName} ${e.innerText.trim().slice(0, 40)}`),
    wider: boxes.filter(e => e.matches(".formula")).map(e => e.querySelector("annotation").textContent),
    fonts: [...document.fonts].map(f => f.status),
    width: box.scrollWidth, font: getComputedStyle(document.body).fontFamily, lang: box.lang,
    wide: [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 3).map(e => e.outerHTML.slice(0, 80)),
    links: [...document.querySelectorAll("link[hreflang]")].map(l => [l.hreflang, l.href]),
    formulas: document.querySelectorAll(".katex").length,
    displays: document.querySelectorAll(".katex-display").length,
    blocks: document.querySelectorAll(".highlight pre").length,
  }
}"""


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


def report(faults):
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)


# What axe has against a page

# What asks for colours takes axe longer than all else, for it has to find out what lies under what. Contrast is the
# same for all text of one colour, large or not (24 px, bold 18⅔), on one pile of backgrounds, its elements' and those
# of what else is painted where it stands: of each kind the three longest are marked, and looked at (single letters
# axe lets pass). A link is told from the words around it by the looks of the elements up to its block.
# What axe has passed in this tab it is not asked again: most of a page looks like the page before.
KINDS = """() => {
  for (const e of document.querySelectorAll("[data-kind], [data-link]")) delete e.dataset.kind, delete e.dataset.link
  const passed = new Set(JSON.parse(sessionStorage.getItem("passed") ?? "[]"))
  const clear = "rgba(0, 0, 0, 0) none 1", piles = new Map()
  const seen = e => e.checkVisibility({ visibilityProperty: true })
  const own = e => {
    const { backgroundColor, backgroundImage, opacity } = getComputedStyle(e)
    return [backgroundColor, backgroundImage, opacity].join(" ")
  }
  const pile = e => {
    if (e && !piles.has(e)) piles.set(e, [pile(e.parentElement), own(e)].join(" ").replaceAll(" " + clear, ""))
    return e ? piles.get(e) : ""
  }
  const painted = [...document.body.querySelectorAll("*")].filter(e => own(e) !== clear && seen(e))
    .map(e => [e, e.getBoundingClientRect()])
  const others = e => {
    const { left, right, top, bottom } = e.getClientRects()[0] ?? e.getBoundingClientRect()
    const x = (left + right) / 2, y = (top + bottom) / 2
    const around = r => r.left <= x && x <= r.right && r.top <= y && y <= r.bottom
    return painted.filter(([p, r]) => around(r) && !p.contains(e) && !e.contains(p)).map(([p]) => pile(p)).join()
  }
  const kinds = new Map(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; node = walk.nextNode();) {
    const e = node.parentElement
    if (!node.data.trim() || !seen(e)) continue
    const { color, fill, fontSize, fontWeight, textShadow } = getComputedStyle(e)
    const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24)
    const kind = [pile(e), color, fill, large, textShadow, others(e)].join()
    if (!passed.has(kind)) kinds.set(kind, [...kinds.get(kind) ?? [], [node.data.trim().length, e]])
  }
  for (const texts of kinds.values()) {
    for (const [, e] of texts.sort((a, b) => b[0] - a[0]).slice(0, 3)) e.dataset.kind = ""
  }
  const looks = e => {
    const s = getComputedStyle(e)
    const outer = s.display.startsWith("inline") && e.parentElement ? looks(e.parentElement) : ""
    return [s.display, s.color, s.fontSize, s.fontWeight, s.fontStyle, s.fontFamily, s.textDecoration, s.border,
      s.outline, outer].join()
  }
  const links = [...document.querySelectorAll("a[href]")].filter(seen)
    .map(e => [pile(e) + looks(e), e]).filter(([kind]) => !passed.has(kind))
  for (const [, e] of links) e.dataset.link = ""
  window.asked = [...kinds.keys(), ...links.map(([kind]) => kind)]
  return { "color-contrast": { enabled: kinds.size > 0 }, "link-in-text-block": { enabled: links.length > 0 } }
}"""
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
SET_UP = """axe.configure({ noHtml: true, rules: [{ id: "color-contrast", selector: "[data-kind]" },
  { id: "link-in-text-block", selector: "[data-link]" }] })"""
# All rules in one run, over one tree; an element is written out only where there is something against it.
ASK = """async ([rules, alone, part]) => {
  const asked = Object.keys(rules).filter(id => rules[id].enabled)
  if (alone && !asked.length) return []
  const which = alone ? { runOnly: asked } : { rules }
  const options = { ...which, resultTypes: ["violations"], preload: false, elementRef: true }
  const { violations } = await axe.run(part ?? document, options)
  const passed = new Set(JSON.parse(sessionStorage.getItem("passed") ?? "[]"))
  if (!part && !violations.some(({ id }) => rules[id])) for (const kind of window.asked) passed.add(kind)
  sessionStorage.setItem("passed", JSON.stringify([...passed]))
  const told = ({ id, nodes }) => nodes.map(({ element, failureSummary }) => [id, element.outerHTML, failureSummary])
  return violations.flatMap(told)
}"""

AT_REST = """() => document.getAnimations().forEach(animation => {
  try { animation.finish() } catch { /* it has no end */ }
})"""


def violations(page, part=None, colours_alone=False):
    """What axe-core has against the page, or a part of it: rule, element, reason."""
    page.evaluate(AT_REST)
    rules = page.evaluate(KINDS)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
        page.evaluate(SET_UP)
    found = page.evaluate(ASK, [rules, colours_alone, part and part.element_handle()])
    return [f"{rule}: {html[:150]} {' '.join(why.split())[:200]}" for rule, html, why in found]


# The letters that fonts show

@functools.cache
def shown_by(path):
    return set(TTFont(path).getBestCmap())


@functools.cache
def faces(site, page):
    """Of each font rule of a page, `ko/index.html`: (family, weight, style), and the characters that it shows."""
    weights, found = {"normal": "400", "bold": "700"}, []
    code = page[:2] if "/" in page else "ko"  # a page of neither language has the fonts of the Korean ones
    for sheet in (site / code / "assets" / "fonts.css", site / "assets" / "katex.css", site / page):
        for rule in re.findall(r"@font-face\{([^}]*)\}", sheet.read_text("utf-8")):
            rule = dict(part.split(":", 1) for part in rule.split(";") if part)
            letters = shown_by((sheet.parent / re.match(r"url\(([^)]*)\)", rule["src"])[1]).resolve())
            if "unicode-range" in rule:
                ranges = [span.strip()[2:] for span in rule["unicode-range"].split(",")]
                spans = [[int(end, 16) for end in span.split("-")] for span in ranges]
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


# The search

@functools.cache
def index(site, code):
    return json.loads((site / code / "search" / "search_index.json").read_text("utf-8"))["docs"]
