"""A number that a sentence calls the most, or the least, is rounded to the side on which the sentence is true."""

import re

import pytest

from site_tools.modules import module_of
from site_tools.numbers import evaluate, formatted
from site_tools.pages import DOCS, LANGUAGES, pages

NUMBER = r"\{\{ ([^{}]+?)(?::([^:{}\[\]()'\"]*?))? ?\}\}"
MOST = {
    "en": rf"(?:at most|no more than|further than|less than|by up to|is up to|comes within) {NUMBER}|{NUMBER} or less",
    "ko": rf"(?:최대|많아야|가장 커야) {NUMBER}|{NUMBER}(?:을\(를\)|\w{{0,8}}) (?:넘지 않|이하)|{NUMBER}까지 벌어",
}
LEAST = {"en": rf"at least {NUMBER}|{NUMBER} or more", "ko": rf"적어도 {NUMBER}|{NUMBER} 이상"}
SIDES = [(MOST, lambda shown, worth: shown >= worth), (LEAST, lambda shown, worth: shown <= worth)]


def bounds(text: str, pattern: str) -> list[tuple[str, str]]:
    """The expression and the format of each number that stands where a bound does."""
    return [next((name, spec or "") for name, spec in zip(found[::2], found[1::2]) if name)
            for found in (match.groups() for match in re.finditer(pattern, text))]


def holds(module: str, expression: str, spec: str, right) -> bool:
    worth = evaluate(module, expression)
    shown = formatted(worth, spec)
    return right(float(shown.replace(",", "").rstrip("%")) / (100 if shown.endswith("%") else 1), worth)


NAMES = [page.relative_to(DOCS / "en").as_posix() for page in pages("en")]
FOUND = {name: [(*bound, right) for code in LANGUAGES for words, right in SIDES
                for bound in bounds((DOCS / code / name).read_text("utf-8"), words[code])] for name in NAMES}


@pytest.mark.parametrize("name", [name for name in NAMES if FOUND[name]])
def test_a_bound_is_rounded_to_the_side_on_which_it_holds(name):
    wrong = {(expression, spec) for expression, spec, right in FOUND[name]
             if not holds(module_of(name), expression, spec, right)}
    assert not wrong, f"{name}: take upward(x, digits) of snippets/shared/typeset.py: {wrong}"


def test_bounds_are_found_in_both_languages():
    assert sum(map(bool, FOUND.values())) >= 6 and FOUND["questions.md"]
    for text, pattern in (("{{ a.b[1]:.1e }} or less", MOST["en"]), ("at most {{ a.b[1]:.1e }}", MOST["en"]),
                          ("{{ a.b[1]:.1e }}을(를) 넘지 않", MOST["ko"]), ("{{ a.b[1]:.1e }}배를 넘지 않", MOST["ko"])):
        assert bounds(text, pattern) == [("a.b[1]", ".1e")]
    assert not holds("snippets.story.toy", "0.0084", ".3f", SIDES[0][1])
