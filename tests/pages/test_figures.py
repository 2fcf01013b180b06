"""Every figure of every page: drawn in both languages, in the colours of the palette, with the same words."""

import re

import pytest

from site_tools import figures
from site_tools.modules import SNIPPETS
from snippets.shared.palette import COLOURS, LIGHT

DRAWN = [("snippets." + ".".join(path.relative_to(SNIPPETS).with_suffix("").parts), name)
         for path in sorted(SNIPPETS.rglob("*.py"))
         for name in re.findall(r"^(?:def )?figure_(\w+)", path.read_text("utf-8"), re.M)]
WORD = re.compile(r"<text[^>]*>([^<]*)")


def test_there_are_figures():
    assert len(DRAWN) >= 50


@pytest.mark.parametrize("module, name", DRAWN, ids=lambda part: part.removeprefix("snippets."))
def test_every_figure_in_both_languages(module, name):
    korean, english = (figures.drawn(module, name, code) for code in ("ko", "en"))
    assert len(WORD.findall(korean)) == len(WORD.findall(english))
    assert not re.search("[가-힣]", english), "the English figure has Korean words"
    spoken = [word for word in WORD.findall(english) if re.search("[a-z]{3}", word)]
    assert not spoken or korean != english, f"the Korean figure has the English words: {spoken}"
    strange = set(re.findall(r"(?:fill|stroke): (#\w{6})", english)) - set(LIGHT.values()) - {"#ffffff"}
    assert not strange, f"{strange}: take colours from snippets/shared/palette.py: LIGHT[\"m\"]"


def test_a_colour_has_one_meaning():
    assert len(set(COLOURS.values())) == len(COLOURS) == len(set(LIGHT.values()))
