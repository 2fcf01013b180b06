"""Markdown extension: `{{ module.name:.2f }}` becomes the number that the snippet computed.

The field is Python's own format field, looked up in `snippets/module.py`:
`{{ bias_correction.right_ratio:.4f }}`, `{{ bias_correction.bare[999]:.2f }}`. It works wherever
Markdown does, formulas and alt texts too, except in code. A name that is not there
stops the build.

A value that is a function is called as a figure is, with `say("한국어", "English")`, and
what it returns is Markdown that takes the field's place: a table or a list made from data.
"""

import re
import string
from pathlib import Path

from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from site_tools.pages import LANGUAGES, stop
from site_tools.runs import blame, once, run, sources

FIELD = re.compile(r"\{\{\s*(\w+)\.([\w.\[\]]+?)(?::([^{}]*?))?\s*\}\}")
ANY = re.compile(r"`[^`\n]*`|\{\{ [^}]*\}\}")
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def value(module: str, field: str, spec: str, language: str) -> str:
    """A field of `snippets/module.py` in a format, typeset: −1.5, 3.40×10⁻⁷⁰, 1,000; or what a function says."""
    def make():
        found, _ = string.Formatter().get_field(f"run.{field}", (), {"run": run(module)})
        if callable(found):
            return found(lambda *words: words[LANGUAGES.index(language)])
        return typeset(format(found, spec))
    return once("numbers", module, field, spec, language, *sources(module), Path(__file__), make=make)


def typeset(text: str) -> str:
    mantissa, e, exponent = text.replace("-", "−").partition("e")
    if not e:
        return mantissa
    power = str(int(exponent.replace("−", "-"))).translate(SUPERSCRIPT)
    return f"{mantissa}×10{power}"


class Numbers(Preprocessor):
    def run(self, lines):
        return [ANY.sub(self.insert, line) if "{{ " in line else line for line in lines]

    def insert(self, found):
        text = found[0]
        if text.startswith("`"):
            return text
        field = FIELD.fullmatch(text)
        if not field:
            stop(self.md, text, f"{text} is not of the form {{{{ module.name:format }}}}")
        try:
            return value(field[1], field[2], field[3] or "", self.md.numbers_language)
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
