"""Markdown extension: a listing with `start="beta = 0.9"` is an exercise, whose reader finds the line that gives beta.

    ??? exercise "What the reader is to find"
        ```python start="beta = 0.9"
        --8<-- "snippets/exercises.py:keeps"
        ```

        ??? solution "Answer"
            ```python
            --8<-- "snippets/exercises.py:keeps"
            ```

The section is the answer, which the tests run; the exercise is made of it. Its fold gets the name of the section as
its id, by which the reader's browser keeps that it is solved; the other fold gets one too, for the theme names the
listings that its buttons copy by the id around them.
"""

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from site_tools import pages
from site_tools.pages import begins, begun, fenced

FOLD = '<details class="exercise">'
IDS = {FOLD: "{}", '<details class="solution">': "{}-answer"}
START = re.compile(r' start="[^"]*"')


def exchanged(lines: list[str]) -> list[str]:
    """A page, its includes in place, in which each exercise begins with the line to change, and that is marked."""
    shown = list(lines)
    for fence in fenced(lines)[0]:
        if start := fence.option("start"):
            place = begins(fence.body, start)
            shown[fence.line - 1] = START.sub(f' hl_lines="{place + 1}"', fence.opening[0])
            shown[fence.line + place] = fence.opening["indent"] + begun(fence.body, start)[place]
    return shown


class Begin(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        return exchanged(lines)


class Names(Postprocessor):
    def run(self, text: str) -> str:
        page = pages.place(self.md)
        if page is None or FOLD not in text:
            return text
        names = [block.origins[0].rpartition(":")[2] for block in pages.exercises(page.path)]
        for fold, form in IDS.items():
            ids = iter([form.format(name) for name in names])
            text = re.sub(fold, lambda found, ids=ids: f'{found[0][:-1]} id="{next(ids)}">', text)
        return text


class ExercisesExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.register(Begin(md), "exercises", 28)  # behind the includes, before the fences are read
        md.postprocessors.register(Names(md), "exercises", 0)


def makeExtension(**options) -> ExercisesExtension:
    return ExercisesExtension(**options)
