"""Markdown extension: TeX becomes HTML and MathML at build, by KaTeX in QuickJS.

Wrong TeX stops the build. `\\g`, `\\m`, `\\vv`, `\\mhat`, `\\vhat` and `\\step` are the
gradient, the two moments, their corrected values and the step, in their colours. Where a formula
is parted by `\\qquad`, a narrow screen may begin a new line. A number alone, `$0.9$`, is set as the
numbers of the text are. What stands at a short formula without a blank stays on its line.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.sax.saxutils import unescape

import quickjs
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from site_tools.cache import ROOT, once
from site_tools.pages import stop
from site_tools.together import kept_together

SOURCE = ROOT / "theme" / "katex" / "katex.min.js"
MACROS = {
    r"\g": r"\htmlClass{c-g}{g}",
    r"\m": r"\htmlClass{c-m}{m}",
    r"\vv": r"\htmlClass{c-v}{v}",
    r"\mhat": r"\htmlClass{c-m}{\hat m}",
    r"\vhat": r"\htmlClass{c-v}{\hat v}",
    r"\step": r"\htmlClass{c-step}{\Delta\theta}",
}
NUMBER = re.compile(r"-?\d[\d.]*(?:\{,\}\d{3})*(?:\\%)?")
SHORT = 16  # letters of TeX that fit on a line wherever it begins
RENDER = """
function render(tex, display) {
  try {
    return JSON.stringify({html: katex.renderToString(tex, {
      displayMode: display, macros: %s, throwOnError: true,
      trust: context => context.command === "\\\\htmlClass",
      strict: code => code === "htmlExtension" ? "ignore" : "error"})});
  } catch (error) { return JSON.stringify({error: String(error.message)}); }
}
"""


@cache
def engine() -> Callable[[str, bool], str]:
    """KaTeX, which answers in JSON."""
    context = quickjs.Context()
    context.eval(SOURCE.read_text("utf-8"))
    context.eval(RENDER % json.dumps(MACROS))
    return context.get("render")


def render(tex: str, display: bool) -> str:
    """HTML of a formula; ValueError with KaTeX's own words if the TeX is wrong."""
    def make():
        answer = json.loads(engine()(tex, display))
        if "error" in answer or "#cc0000" in answer["html"]:
            raise ValueError(answer.get("error", f"a command that KaTeX does not trust: {tex}"))
        return answer["html"]
    return once("katex", tex, str(display), SOURCE, Path(__file__), make=make)


def parted(tex: str) -> list[str]:
    """The equations of a display formula, which stand side by side where there is room."""
    parts = re.split(r"(?:\\qquad\s*)+", tex)
    whole = "\\begin" in tex or any(part.count("{") != part.count("}") for part in parts)
    return [tex] if whole else parts


class Formulas(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for element in list(parent):
                if element.get("class") == "arithmatex":
                    tex = unescape(element.text.strip()[2:-2].strip())  # arithmatex escapes <, > and & from its 13 on
                    self.replace(element, tex)
                    if element.tag == "var" and len(tex) <= SHORT:
                        kept_together(parent, element)

    def replace(self, element: Element, tex: str) -> None:
        display = element.tag == "div"
        if NUMBER.fullmatch(tex) and not display:
            element.tag, element.text = "span", tex.replace("-", "−").replace("{,}", ",").replace("\\%", "%")
            element.set("class", "number")
            return
        try:
            html = "".join(render(part, display) for part in (parted(tex) if display else [tex]))
        except ValueError as error:
            stop(self.md, tex.splitlines()[0], str(error))
        # Material's indexer ends an excluded element at the first inner tag of the same name.
        element.tag = "div" if display else "var"
        element.set("class", "formula")
        element.set("data-search-exclude", "true")
        element.text = self.md.htmlStash.store(html)


class KatexExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(Formulas(md), "katex", 15)


def makeExtension(**options) -> KatexExtension:
    return KatexExtension(**options)
