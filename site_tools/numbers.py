"""Markdown extension: `{{ expression:.2f }}` becomes the number that the page's snippet computed.

The expression is Jinja's, and its names are those of the page's own module: in story/momentum
`{{ steps[0.9] }}` and `{{ pairs[0.9, 0.999].first:.4f }}` look into `snippets/story/momentum.py`.
Another page's module goes by its path: `{{ story.adam.first_step:.3f }}`. After the last colon
stands a format of Python's. It works wherever Markdown does, formulas and alt texts too, except
in code. A name that is not there stops the build.

A value that is a function is called as a figure is, with `say("한국어", "English")`, and
what it returns is Markdown that takes the field's place: a table or a list made from data.
"""

import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, UndefinedError
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from site_tools.cache import once
from site_tools.modules import SNIPPETS, blame, find, run, sources
from site_tools.pages import LANGUAGES, module_of_md, stop
from snippets.shared.typeset import typeset

FIELD = re.compile(r"\{\{\s*([^{}]+?)\s*(?::([^:{}\[\]()'\"]*?))?\s*\}\}")
ANY = re.compile(r"`[^`\n]*`|\{\{ [^}]*\}\}")
ELSEWHERE = re.compile(r"(?<![\w.'\"])(\w+(?:\.\w+)+)")
JINJA = Environment(undefined=StrictUndefined)


class Folder:
    """The modules of a folder of snippets, by attribute."""

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, name: str):
        inner = f"{self._name}.{name}"
        return run(inner) if find(inner) else Folder(inner) if SNIPPETS.parent.joinpath(*inner.split(".")).is_dir() else {}[name]


@cache
def folders() -> dict[str, Folder]:
    return {path.name: Folder(f"snippets.{path.name}") for path in SNIPPETS.iterdir() if path.is_dir()}


def elsewhere(expression: str) -> list[str]:
    """The modules of other pages that an expression names."""
    found = []
    for path in ELSEWHERE.findall(expression):
        parts = path.split(".")
        names = ["snippets." + ".".join(parts[:n]) for n in range(len(parts), 1, -1)]
        found += [name for name in names if parts[0] in folders() and find(name)][:1]
    return found


def evaluate(module: str, expression: str):
    """What an expression of a page is worth."""
    own = vars(run(module)) if find(module) else {}
    names = folders() | {name: thing for name, thing in own.items() if name not in folders()}
    try:
        return JINJA.compile_expression(expression, undefined_to_none=False)(**names) if names else None
    except UndefinedError as error:
        raise LookupError(f"{error}{hint(expression, names)}") from None


def hint(expression: str, names: dict) -> str:
    """Where a name comes from, and one that is spelled alike."""
    name = re.match(r"\w*", expression)[0]
    near = get_close_matches(name, [each for each in names if not each.startswith("_")], 1)
    return f"; did you mean {near[0]}?" if near and near[0] != name else ""


def value(module: str, expression: str, spec: str, language: str) -> str:
    """An expression of a page in a format, typeset: −1.5, 3.40×10⁻⁷⁰, 1,000; or what a function says."""
    def make():
        found = evaluate(module, expression)
        if isinstance(found, StrictUndefined):
            found._fail_with_undefined_error()
        if callable(found):
            return found(lambda *words: words[LANGUAGES.index(language)])
        return typeset(format(found, spec))
    own = sources(module) if find(module) else ()
    others = [path for name in elsewhere(expression) for path in sources(name)]
    return once("numbers", module, expression, spec, language, *own, *others, Path(__file__), make=make)


class Numbers(Preprocessor):
    def run(self, lines):
        return [ANY.sub(self.insert, line) if "{{ " in line else line for line in lines]

    def insert(self, found):
        text = found[0]
        if text.startswith("`"):
            return text
        field = FIELD.fullmatch(text)
        if not field:
            stop(self.md, text, f"{text} is not of the form {{{{ expression:format }}}}")
        try:
            return value(module_of_md(self.md), field[1], field[2] or "", self.md.numbers_language)
        except Exception as error:
            stop(self.md, text, f"{text}: {blame(error)}")


class NumbersExtension(Extension):
    def __init__(self, **options):
        self.config = {"language": ["ko", "the language of what functions say"]}
        super().__init__(**options)

    def extendMarkdown(self, md):
        md.numbers_language = self.getConfig("language")
        # After fenced code is stashed (25), before raw HTML is (20).
        md.preprocessors.register(Numbers(md), "numbers", 22)


def makeExtension(**options):
    return NumbersExtension(**options)
