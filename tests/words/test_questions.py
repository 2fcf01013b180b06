"""An answer of the page of questions says nothing that the pages to which it leads do not prove."""

import re

import pytest

from site_tools.modules import module_of
from site_tools.numbers import FIELD, elsewhere
from site_tools.pages import DOCS, LANGUAGES

LINK = re.compile(r"\]\(([\w/-]+\.md)(?:#([\w-]+))?\)")


def answers(code):
    """{id: what stands below the question} of a language's page."""
    parts = re.split(r"^##+ .*\{#([\w-]+)\}$", (DOCS / code / "questions.md").read_text("utf-8"), flags=re.M)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2]) if text.strip()}


def proof(code, page, name):
    """What stands below the heading to which a link leads, up to the next one; without a heading, the page."""
    text = (DOCS / code / page).read_text("utf-8")
    return re.split(r"^#+ .*$", text.partition(f"{{#{name}}}")[2], maxsplit=1, flags=re.M)[0] if name else text


def numbers(text, page="questions.md"):
    """The values that a text of a page inserts, whatever their format, by the path of their module."""
    own = module_of(page).removeprefix("snippets.")
    return [name if elsewhere(name) else f"{own}.{name}" for name, _ in FIELD.findall(text)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_answer_is_short_and_leads_to_its_proof(code):
    for name, text in answers(code).items():
        assert LINK.findall(text) and "\n" not in text and len(text.split()) <= 80, name


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_numbers_of_an_answer_stand_where_it_leads(code):
    counted = 0
    for name, text in answers(code).items():
        proved = [number for page, name in LINK.findall(text) for number in numbers(proof(code, page, name), page)]
        for number in numbers(text):
            counted += 1
            assert number in proved, (name, number)
    assert counted > 40


@pytest.mark.parametrize("page", [f"{folder}/{path.name}" for folder in ("story", "practice")
                                  for path in sorted((DOCS / "en" / folder).glob("*.md"))])
def test_every_page_of_these_answers_something(page):
    """A question that somebody asked, in docs/ko/questions.md and docs/en/questions.md, with a link to the page."""
    linked = {target for text in answers("en").values() for target, _ in LINK.findall(text)}
    assert page in linked, f"no answer of docs/ko/questions.md and docs/en/questions.md leads to {page}"


def test_each_step_is_less_than_half_of_the_one_before():
    """With the power outside the bracket, as the answer on it says."""
    from snippets.check.mistakes import steps_of  # the page computes when this runs, not when tests are collected

    steps = steps_of("power-outside", "c")
    steps = steps[steps > 1e-9]  # differences of theta, which is about 1: below, its rounding shows
    assert len(steps) > 10 and all(steps[1:] < steps[:-1] / 2)


def test_each_of_the_first_hundred_steps_is_and_a_few_later_one_is_0():
    m = v = 0.0
    sizes = []
    for t in range(1, 111):
        m, v = 0.9 * m + 0.1, 0.999 * v + 0.001
        v_hat = v / (1 - 0.999) ** t if (1 - 0.999) ** t > 1e-308 else float("inf")
        sizes.append(m / (1 - 0.9) ** t / (v_hat**0.5 + 1e-8))
    assert all(after < before / 2 for before, after in zip(sizes[:100], sizes[1:101])) and sizes[-1] == 0
