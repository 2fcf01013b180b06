"""Markdown extension: Python code in four inks; the names g, m, v, m_hat … wear the colours of the formulas.

Pygments marks every token. What the page shows in the ink of the text needs no mark, and what stands side by side in
one ink needs one. That leaves half of the marks, for which a browser and a first visit pay.
"""

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

NAMES = {"g": "g", "m": "m", "m_hat": "m", "v": "v", "v_hat": "v", "step": "step"}
TOKEN = re.compile(r'<span class="([a-z]\w?)">([^<]*)</span>')
NEIGHBOURS = re.compile(r'(<span class="[ok]">[^<]*)</span>( *)<span class="([ok])">')


def ink(kind: str, word: str) -> str:
    """The ink of a token: o, softer than the text, k, bold, that of a quantity, or none, the ink of the text."""
    if kind == "n" and word in NAMES:
        return "c-" + NAMES[word]
    if kind in ("k", "kn", "ow"):
        return "k"
    return "o" if kind[0] in "opsc" else ""  # operators, punctuation, strings, comments


def inked(token: re.Match) -> str:
    colour = ink(*token.groups())
    return f'<span class="{colour}">{token[2]}</span>' if colour else token[2]


def joined(pair: re.Match) -> str:
    """Two tokens in one ink, where they are."""
    return pair[1] + pair[2] if f'"{pair[3]}"' in pair[1] else pair[0]


class Colours(Postprocessor):
    def run(self, text: str) -> str:
        text, before = TOKEN.sub(inked, text), ""
        while text != before:
            before, text = text, NEIGHBOURS.sub(joined, text)
        return text


class ColoursExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        md.postprocessors.register(Colours(md), "colours", 1)


def makeExtension(**options) -> ColoursExtension:
    return ColoursExtension(**options)
