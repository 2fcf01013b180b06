"""Markdown extension: the names g, m, v, m_hat … in Python code wear the colours of the formulas."""

import re

from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

NAMES = {"g": "g", "m": "m", "m_hat": "m", "v": "v", "v_hat": "v", "step": "step", "theta": "theta"}
NAME = re.compile(rf'<span class="n">({"|".join(NAMES)})</span>')


class Colours(Postprocessor):
    def run(self, text):
        return NAME.sub(lambda m: f'<span class="n c-{NAMES[m[1]]}">{m[1]}</span>', text)


class ColoursExtension(Extension):
    def extendMarkdown(self, md):
        md.postprocessors.register(Colours(md), "colours", 1)


def makeExtension(**options):
    return ColoursExtension(**options)
