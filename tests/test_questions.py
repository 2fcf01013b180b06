"""An answer of the page of questions says nothing that the pages to which it leads do not prove."""

import re

import pytest

from site_tools.pages import DOCS, LANGUAGES

NUMBER = re.compile(r"\{\{ *([^}:]+)[^}]*\}\}")
LINK = re.compile(r"\]\(([\w/-]+\.md)[^)]*\)")


def answers(code):
    """{id: what stands below the question} of a language's page."""
    parts = re.split(r"^#+ .*\{#([\w-]+)\}$", (DOCS / code / "questions.md").read_text("utf-8"), flags=re.M)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2]) if text.strip()}


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_answer_is_short_and_leads_to_its_proof(code):
    for name, text in answers(code).items():
        assert LINK.findall(text) and "\n" not in text and len(text.split()) <= 80, name


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_numbers_of_an_answer_stand_on_a_page_it_leads_to(code):
    counted = 0
    for name, text in answers(code).items():
        proof = "".join((DOCS / code / page).read_text("utf-8") for page in LINK.findall(text))
        for number in NUMBER.findall(text):
            counted += 1
            assert number in NUMBER.findall(proof), (name, number)
    assert counted > 40


def test_every_story_page_answers_something():
    there = {page for text in answers("en").values() for page in LINK.findall(text)}
    assert there >= {f"story/{path.name}" for path in (DOCS / "en/story").glob("*.md")}
