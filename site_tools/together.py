"""Markdown extension: inline code is parted by the end of a line only where it is long, and never from its particle."""

import html
import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER

AHEAD, BEHIND = re.compile(r"[(\[“‘]+$"), re.compile(r"[^\s(\[“‘]+")  # what belongs to a word beside it
STORED = re.compile(HTML_PLACEHOLDER % r"(\d+)")
LONG = 28  # letters of code that may not fit on a line of a phone


def kept_together(parent: Element, element: Element) -> None:
    """Put an element and what stands at it without a blank into one element, which no end of a line parts."""
    place = list(parent).index(element)
    before = parent[place - 1].tail if place else parent.text
    ahead, behind = AHEAD.search(before or ""), BEHIND.match(element.tail or "")
    if not ahead and not behind:
        return
    together = Element("span", {"class": "together"})
    together.tail = (element.tail or "")[behind.end() if behind else 0:]
    element.tail = behind[0] if behind else ""
    if ahead:
        together.text, rest = ahead[0], before[:ahead.start()]
        if place:
            parent[place - 1].tail = rest
        else:
            parent.text = rest
    parent[place] = together
    together.append(element)


class Codes(Treeprocessor):
    """Between a letter and a particle no line ends; between a bracket or a sign and a particle it would."""

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for element in list(parent):
                if element.tag != "code" or parent.tag == "pre" or len(element):
                    continue
                text = self.told(element.text or "")
                if len(text) > LONG:
                    element.set("class", "long")
                elif not text[-1:].isalnum() and re.match("[가-힣]", element.tail or ""):
                    kept_together(parent, element)

    def told(self, text: str) -> str:
        """The text of an element, which inlinehilite has put away."""
        stored = STORED.fullmatch(text)
        return html.unescape(self.md.htmlStash.rawHtmlBlocks[int(stored[1])]) if stored else text


class TogetherExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(Codes(md), "together", 14)


def makeExtension(**options) -> TogetherExtension:
    return TogetherExtension(**options)
