"""The list of symptoms in a browser: narrowed as one types, in both languages, by keyboard and without a network."""

import pytest

from snippets.practice.symptoms import GROUPS, SYMPTOMS
from tests.site.looking import FOLDER, HTTP, violations

SHOWN = """() => [...document.querySelectorAll(".symptom")].filter(e => e.checkVisibility())
  .map(e => e.previousElementSibling.id)"""
HEADS = """() => [...document.querySelectorAll("article h2")].filter(e => e.checkVisibility()).map(e => e.id)"""


@pytest.fixture
def listed(visit):
    """`listed(code, …)` opens the page and gives it with the list of its faults."""
    def open_list(code, scheme=HTTP, **options):
        opened, faults = visit(f"{code}/practice/symptoms.html", scheme, **options)
        opened.wait_for_selector(".narrow input")
        return opened, faults
    return open_list


@pytest.mark.parametrize("code, words, wanted", [
    ("en", "nan", {"nan-first", "nan-later"}),
    ("en", "checkpoint spike", {"spike-loaded"}),
    ("en", "BFLOAT16", {"bf16", "stops"}),
    ("ko", "체크포인트를", {"spike-loaded"}),
    ("ko", "에폭마다", {"saw"}),
    ("ko", "동결", {"part-still", "moves-alone"}),
])
@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
def test_words_leave_what_has_them(listed, code, words, wanted, scheme):
    opened, faults = listed(code, scheme)
    assert opened.evaluate(SHOWN) == list(SYMPTOMS)
    opened.get_by_role("searchbox").last.press_sequentially(words)
    shown = set(opened.evaluate(SHOWN))
    assert wanted <= shown and len(shown) <= len(wanted) + 5, shown
    groups = {group for group, symptoms in GROUPS.items() if shown & set(symptoms)}
    assert set(opened.evaluate(HEADS)) & set(GROUPS) == groups
    assert opened.locator(".narrow output").inner_text() == f"{len(shown)} / {len(SYMPTOMS)}"
    assert not faults


@pytest.mark.parametrize("code", ["ko", "en"])
def test_nothing_found_leads_back_by_keyboard(listed, code):
    opened, faults = listed(code, viewport={"width": 390, "height": 800})
    opened.locator(".narrow input").focus()
    opened.keyboard.type("zzz")
    assert opened.evaluate(SHOWN) == []
    assert not violations(opened)
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    assert opened.evaluate(SHOWN) == list(SYMPTOMS)
    assert opened.evaluate("document.activeElement.matches('.narrow input')") and not faults


def test_a_link_to_an_entry_shows_it_whatever_was_typed(listed):
    opened, faults = listed("en")
    opened.locator(".narrow input").fill("nan")
    opened.evaluate("location.hash = '#saw'")
    opened.wait_for_function("document.getElementById('saw').checkVisibility()")
    assert not faults
