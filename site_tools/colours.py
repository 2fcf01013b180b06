"""Markdown extension: the names g, m, v, m_hat … in Python code wear the colours of the formulas."""

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

NAMES = {"g": "g", "m": "m", "m_hat": "m", "v": "v", "v_hat": "v", "step": "step", "theta": "theta"}
NAME = re.compile(rf'<span class="n">({"|".join(NAMES)})</span>')


class Colours(Postprocessor):
    def run(self, text: str) -> str:
        return NAME.sub(lambda name: f'<span class="n c-{NAMES[name[1]]}">{name[1]}</span>', text)


class ColoursExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        md.postprocessors.register(Colours(md), "colours", 1)


def makeExtension(**options) -> ColoursExtension:
    return ColoursExtension(**options)
