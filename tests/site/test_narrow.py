"""The lists of symptoms and of questions in a browser: narrowed as one types, in both languages, by keyboard, and
without a network."""

import pytest

from snippets.practice.symptoms import GROUPS, SYMPTOMS
from tests.asked import sections
from tests.site.looking import FOLDER, HTTP, violations

SHOWN = """() => [...document.querySelectorAll("article h3")].filter(e => e.checkVisibility()).map(e => e.id)"""
ANSWERS = """() => [...document.querySelectorAll("article h3")].filter(e => e.nextElementSibling.checkVisibility())
  .map(e => e.id)"""
HEADS = """() => [...document.querySelectorAll("article h2")].filter(e => e.checkVisibility()).map(e => e.id)"""
GROUP_OF = """id => {
  let at = document.getElementById(id)
  while (at.tagName !== "H2") at = at.previousElementSibling
  return at.id
}"""
SYMPTOM_PAGE, QUESTION_PAGE = "practice/symptoms.html", "questions.html"
FIELD, COUNT = ".narrow input", ".narrow output"


def answers(code):
    """The ids of the questions, in their order: the page, its title and its groups apart."""
    return [name for name, text in sections(code, "questions.md").items() if text.strip()][1:]


def of(left, total, code):
    return f"{total}개 중 {left}개" if code == "ko" else f"{left} of {total}"


@pytest.fixture
def listed(visit):
    """`listed(code, page, …)` opens the page with its field entered, and gives it with the list of its faults."""
    def open_list(code, page, scheme=HTTP, words="", **options):
        opened, faults = visit(f"{code}/{page}{words}", scheme, **options)
        if not words:
            opened.locator(FIELD).focus()
        opened.wait_for_function(f"document.querySelector('{COUNT}')?.textContent")
        return opened, faults
    return open_list


def typed(opened, words):
    """What is left after these words, once the list has followed them."""
    opened.locator(FIELD).fill(words)
    opened.wait_for_function("words => decodeURIComponent(location.hash) === (words && '#find=' + words)", arg=words)
    return opened.evaluate(SHOWN)


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
@pytest.mark.parametrize("code, words, wanted", [
    ("en", "nan", {"nan-first", "nan-later"}),
    ("en", "checkpoint spike", {"spike-loaded"}),
    ("en", "BFLOAT16", {"bf16", "stops"}),
    ("ko", "체크포인트를", {"spike-loaded"}),
    ("ko", "에폭마다", {"saw"}),
    ("ko", "동결", {"part-still", "moves-alone"}),
])
def test_words_leave_the_symptoms_that_have_them(listed, code, words, wanted, scheme):
    opened, faults = listed(code, SYMPTOM_PAGE, scheme)
    assert opened.evaluate(SHOWN) == list(SYMPTOMS)
    shown = set(typed(opened, words))
    assert wanted <= shown and len(shown) <= len(wanted) + 5, shown
    groups = {group for group, symptoms in GROUPS.items() if shown & set(symptoms)}
    assert set(opened.evaluate(HEADS)) & set(GROUPS) == groups
    assert opened.locator(COUNT).inner_text() == of(len(shown), len(SYMPTOMS), code)
    assert not faults


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
@pytest.mark.parametrize("code, words, wanted", [
    ("en", "the vram that adam takes", {"memory"}),  # no answer has this word
    ("en", "is it corrected twice?", {"twice"}),
    ("en", "my steps shrink to nothing", {"shrink"}),
    ("ko", "옵티마이저 메모리", {"least-memory"}),
    ("ko", "워밍업은", {"warm-up"}),
])
def test_people_s_words_leave_the_questions_that_answer(listed, code, words, wanted, scheme):
    opened, faults = listed(code, QUESTION_PAGE, scheme)
    every = opened.evaluate(SHOWN)
    assert every == answers(code) == opened.evaluate(ANSWERS)
    shown = typed(opened, words)
    assert wanted <= set(shown) and len(shown) <= len(every) / 5, shown
    assert shown == opened.evaluate(ANSWERS) == [name for name in every if name in shown]
    assert set(opened.evaluate(HEADS)) == {opened.evaluate(GROUP_OF, name) for name in shown}
    assert not faults


@pytest.mark.parametrize("code, word", [("en", "momentum"), ("en", "checkpoint"),
                                        ("ko", "모멘텀"), ("ko", "체크포인트")])
def test_no_letter_on_the_way_to_a_word_empties_the_list(listed, code, word):
    opened, _ = listed(code, QUESTION_PAGE)
    left = [len(typed(opened, word[:n])) for n in range(1, len(word) + 1)]
    assert 0 < left[-1] < len(answers(code)) / 2 and min(left) > 0, left
    assert not opened.locator(".narrow a").is_visible()


def test_how_many_are_left_is_said_politely(listed):
    opened, _ = listed("en", QUESTION_PAGE)
    left = len(typed(opened, "weight decay"))
    assert opened.get_by_role("status").inner_text() == of(left, len(answers("en")), "en")
    assert opened.get_by_role("searchbox", name="Type what you see or ask").count() == 1


@pytest.mark.parametrize("code, words", [("en", "weight decay"), ("ko", "가중치 감쇠 100%")])
@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
def test_the_address_keeps_the_words(listed, code, words, scheme):
    opened, _ = listed(code, QUESTION_PAGE, scheme)
    shown = typed(opened, words)
    address = opened.url.partition("#")[2]
    again, faults = listed(code, QUESTION_PAGE, scheme, words=f"#{address}")
    assert again.locator(FIELD).input_value() == words and again.evaluate(SHOWN) == shown
    typed(again, "")
    assert "#" not in again.url and len(again.evaluate(SHOWN)) == len(answers(code)) and not faults


@pytest.mark.parametrize("code, words, wanted", [
    ("en", "why does my loss explode after I resume training from a checkpoint", "resume"),
    ("ko", "체크포인트에서 이어서 학습하면 손실이 튀는데 왜 그런가요", "resume"),
])
@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
def test_a_sentence_that_none_has_leaves_the_nearest_and_leads_to_the_search(listed, code, words, wanted, scheme):
    opened, faults = listed(code, QUESTION_PAGE, scheme)
    shown = typed(opened, words)
    assert wanted in shown and len(shown) == 5
    assert "5" in opened.locator(COUNT).inner_text() and not opened.locator(".narrow button").is_visible()
    assert not violations(opened)
    opened.locator(".narrow a").click()
    opened.wait_for_selector(".md-search-result__item mark")
    assert opened.locator(".md-search__input").input_value() == words and not faults


@pytest.mark.parametrize("code", ["ko", "en"])
@pytest.mark.parametrize("page", [SYMPTOM_PAGE, QUESTION_PAGE])
def test_nothing_found_leads_back_or_on_by_keyboard(listed, code, page):
    opened, faults = listed(code, page, viewport={"width": 390, "height": 800})
    every = opened.evaluate(SHOWN)
    assert typed(opened, "zzz") == []
    assert not violations(opened)
    opened.keyboard.press("Tab")
    opened.keyboard.press("Tab")
    assert "zzz" in opened.evaluate("document.activeElement.matches('.narrow a') && document.activeElement.innerText")
    opened.keyboard.press("Shift+Tab")
    opened.keyboard.press("Enter")
    opened.wait_for_function(f"document.activeElement.matches('{FIELD}') && !location.hash")
    assert opened.evaluate(SHOWN) == every and not faults


@pytest.mark.parametrize("page, words, goal", [(SYMPTOM_PAGE, "nan", "saw"), (QUESTION_PAGE, "vram", "shrink"),
                                               (QUESTION_PAGE, "vram", "compare")])
def test_a_link_to_an_entry_or_a_group_shows_it_whatever_was_typed(listed, page, words, goal):
    opened, faults = listed("en", page)
    typed(opened, words)
    assert not opened.locator(f"#{goal}").is_visible()
    opened.evaluate("goal => location.hash = goal", goal)
    opened.wait_for_function("goal => document.getElementById(goal).checkVisibility()", arg=goal)
    place = "goal => document.getElementById(goal).getBoundingClientRect().top"
    opened.wait_for_function(f"goal => ({place})(goal) > 0 && ({place})(goal) < 400", arg=goal)
    assert not faults


@pytest.mark.parametrize("code", ["ko", "en"])
def test_what_is_left_begins_below_the_field_wherever_one_types(listed, code):
    opened, _ = listed(code, QUESTION_PAGE)
    opened.evaluate("scrollTo({ top: 9000, behavior: 'instant' })")
    first = typed(opened, "adamw")[0]
    top = opened.evaluate("id => document.getElementById(id).getBoundingClientRect().top", first)
    assert opened.locator(FIELD).bounding_box()["y"] + 20 < top < 400


def test_on_paper_the_whole_list_is_there(listed):
    opened, _ = listed("en", QUESTION_PAGE)
    assert len(typed(opened, "vram")) < 20
    opened.emulate_media(media="print")
    assert opened.evaluate(SHOWN) == opened.evaluate(ANSWERS) == answers("en")
    assert not opened.locator(".narrow").is_visible()


def test_without_a_script_the_whole_list_is_there_and_no_field(visit):
    opened, faults = visit(f"en/{QUESTION_PAGE}", java_script_enabled=False)
    for name in answers("en"):
        assert opened.locator(f"#{name}").is_visible()
    assert not opened.locator(".narrow").is_visible() and not faults
