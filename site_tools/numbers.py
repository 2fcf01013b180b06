"""Markdown extension: `{{ expression:.2f }}` becomes the number that the page's snippet computed.

The expression is Jinja's, and its names are those of the page's own module: in story/momentum
`{{ steps[0.9] }}` and `{{ pairs[0.9, 0.999].first:.4f }}` look into `snippets/story/momentum.py`.
Another page's module goes by its path: `{{ story.adam.first_step:.3f }}`. After the last colon
stands a format of Python's. It works wherever Markdown does, formulas and alt texts too, except
in code. A name that is not there stops the build. In Korean the particle behind a number is
written as a pair, `{{ x }}이(가)`, of which the page gets the one that goes with the number.

A value that is a function is called as a figure is, with `say("한국어", "English")`, and
what it returns is Markdown that takes the field's place: a table or a list made from data.
"""

import re
from collections.abc import Callable
from functools import cache
from numbers import Number
from pathlib import Path

from jinja2 import Environment, StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.meta import find_undeclared_variables
from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from site_tools.cache import Once
from site_tools.modules import SNIPPETS, blame, file_of, find, like, run, state
from site_tools.pages import LANGUAGES, module_of_md, stop
from snippets.shared import typeset

FIELD = re.compile(r"\{\{\s*([^{}]+?)\s*(?::([^:{}\[\]()'\"]*?))?\s*\}\}")
BARE = r"(?<![\\^_{$\w])\{\{\w[^{}$]*\}\}"  # a field without blanks, where no formula has such braces
ANY = re.compile(r"`[^`\n]*`|\{\{ [^}]*\}\}|" + BARE)
ELSEWHERE = re.compile(r"(?<![\w.'\"])(\w+(?:\.\w+)+)")
TOOLS = (Path(__file__), Path(typeset.__file__))
MOST = 12  # keys or names that a message tells


class Missing(StrictUndefined):
    """What stands for a key or a name that something lacks: an error that tells which it has."""

    @property
    def _undefined_message(self) -> str:
        name, owner = self._undefined_name, self._undefined_obj
        keys = keys_of(owner)
        shown = name if isinstance(name, str) and not isinstance(owner, dict) else repr(name)
        near = like(shown, keys) if isinstance(name, str) else ""
        return f"there is no {shown} in a {type(owner).__name__}{near or among(keys)}"


def keys_of(owner: object) -> list[str]:
    """What a page may ask of something: the keys of a dict, the names of a module; nothing of a list or a number."""
    if isinstance(owner, dict):
        return [repr(key) for key in owner]
    plain = isinstance(owner, Number | str | list) or type(owner) is tuple
    return [] if plain else [name for name in dir(owner) if name[0] != "_"]


def among(keys: list[str]) -> str:
    """`; there are 0.5, 0.9, 0.99`"""
    return f"; there are {', '.join(keys[:MOST])}{', …' * (len(keys) > MOST)}" if keys else ""


JINJA = Environment(undefined=Missing)


class Folder:
    """The modules of a folder of snippets, by attribute."""

    def __init__(self, name: str):
        self._name = name

    def __dir__(self) -> list[str]:
        folder = SNIPPETS.parent.joinpath(*self._name.split("."))
        return sorted(path.stem for path in folder.iterdir() if path.is_dir() or path.suffix == ".py")

    def __getattr__(self, name: str):
        inner = f"{self._name}.{name}"
        if find(inner):
            return run(inner)
        if SNIPPETS.parent.joinpath(*inner.split(".")).is_dir():
            return Folder(inner)
        raise AttributeError(name)


@cache
def folders() -> dict[str, Folder]:
    return {path.name: Folder(f"snippets.{path.name}") for path in SNIPPETS.iterdir() if path.is_dir()}


def elsewhere(expression: str) -> list[str]:
    """The modules of other pages that an expression names."""
    modules = []
    for path in ELSEWHERE.findall(expression):
        parts = path.split(".")
        names = ["snippets." + ".".join(parts[:n]) for n in range(len(parts), 1, -1)]
        modules += [name for name in names if parts[0] in folders() and find(name)][:1]
    return modules


def compiled(expression: str) -> tuple[Callable, set[str]]:
    """An expression, ready to be computed, and the names in it."""
    try:
        names = find_undeclared_variables(JINJA.parse(f"{{{{ {expression} }}}}"))
        return JINJA.compile_expression(expression, undefined_to_none=False), names - JINJA.globals.keys()
    except TemplateSyntaxError as error:
        raise LookupError(f"not an expression with a format behind its last colon: {error.message}") from None


def evaluate(module: str, expression: str) -> object:
    """What an expression of a page is worth."""
    compute, wanted = compiled(expression)
    names = folders() | (vars(run(module)) if find(module) else {})
    if unknown := sorted(wanted - names.keys()):
        raise LookupError(lost(unknown[0], module, names))
    try:
        worth = compute(names)
    except UndefinedError as error:
        raise LookupError(str(error)) from None
    if isinstance(worth, Missing):
        raise LookupError(worth._undefined_message)
    return worth


def lost(name: str, module: str, names: dict) -> str:
    """Where a name that is not there was looked for, and what was perhaps meant."""
    near = like(name, [other for other in names if other[0] != "_"])
    where = f" in {file_of(module)}" if module else ""
    return f"there is no {name}{where}{near or '; one of another page is written story.adam.name'}"


def fields(text: str) -> list[tuple[str, str]]:
    """The expression and the format of each field of a text."""
    matches = [FIELD.fullmatch(match[0]) for match in ANY.finditer(text) if match[0].startswith("{{")]
    return [(match[1], match[2] or "") for match in matches if match]


def formatted(worth: object, spec: str) -> str:
    """A number or words in a format of Python's."""
    if not isinstance(worth, Number | str) and getattr(worth, "shape", None) != ():
        raise LookupError(f"a {type(worth).__name__} is neither a number nor words{among(keys_of(worth))}")
    try:
        return format(worth, spec)
    except ValueError:
        raise LookupError(f"a {type(worth).__name__} has no format {spec}: they are like .3f, .1%, .2e") from None


def number(module: str, expression: str, spec: str, language: str) -> Once:
    """An expression of a page in a format, typeset: −1.5, 3.40×10⁻⁷⁰, 1,000; or what a function says."""
    def make():
        worth = evaluate(module, expression)
        if callable(worth):
            return worth(lambda *words: words[LANGUAGES.index(language)])
        return typeset.typeset(formatted(worth, spec))
    states = [state(name) for name in [module, *elsewhere(expression)] if find(name)]
    return Once("numbers", (module, expression, spec, language, *states, *TOOLS), make)


class Numbers(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        return [typeset.agreed(ANY.sub(self.insert, line)) if "{{" in line else line for line in lines]

    def insert(self, match: re.Match) -> str:
        text = match[0]
        if text.startswith("`"):
            return text
        field = FIELD.fullmatch(text)
        if not field or text[2] != " ":
            stop(self.md, text, f"{text} is not of the form {{{{ expression:format }}}}, with blanks inside the braces")
        try:
            return number(module_of_md(self.md), field[1], field[2] or "", self.md.numbers_language).text()
        except Exception as error:
            stop(self.md, text, f"{text}: {blame(error)}")


class NumbersExtension(Extension):
    def __init__(self, **options):
        self.config = {"language": ["ko", "the language of what functions say"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        md.numbers_language = self.getConfig("language")
        # After fenced code is stashed (25), before raw HTML is (20).
        md.preprocessors.register(Numbers(md), "numbers", 22)


def makeExtension(**options) -> NumbersExtension:
    return NumbersExtension(**options)
