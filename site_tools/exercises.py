"""Markdown extension: a listing with `start="beta = 0.9"` is an exercise, whose reader finds the line that gives beta.

    ??? exercise "What the reader is to find"
        ```python start="beta = 0.9"
        --8<-- "snippets/exercises.py:keeps"
        ```

        ??? answer "Answer"
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
from site_tools.pages import FENCE, Fence, begins, begun, place

FOLD = '<details class="exercise">'
IDS = {FOLD: "{}", '<details class="solution">': "{}-answer"}
START = re.compile(r' start="[^"]*"')


def exchanged(lines: list[str]) -> list[str]:
    """A page, its includes in place, in which each exercise begins with the line that the reader is to change."""
    shown, fence = [], None
    for line in lines:
        mark = FENCE.match(line)
        if fence is None and mark:
            fence = Fence(0, mark, [])
        elif fence and mark and fence.closes(mark):
            shown += [*listing(fence), line]
            fence = None
        else:
            (shown if fence is None else fence.body).append(line)
    return shown + ([fence.opening[0], *fence.body] if fence else [])


def listing(fence: Fence) -> list[str]:
    """A listing as it is shown; the line to change is marked."""
    start, head = fence.option("start"), fence.opening[0]
    if not start:
        return [head, *fence.body]
    return [START.sub(f' hl_lines="{begins(fence.body, start) + 1}"', head), *begun(fence.body, start)]


class Begin(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        return exchanged(lines)


class Names(Postprocessor):
    def run(self, text: str) -> str:
        page = place(self.md)
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
