"""What people type finds its answer: a list of queries in each language, and where an expert would send them."""

import json
import tomllib
from pathlib import Path

import pytest

from site_tools.pages import LANGUAGES
from tests.asked import ASKED
from tests.site.looking import index

QUERIES = tomllib.loads(Path(__file__).with_name("queries.toml").read_text("utf-8"))
OPEN = """
Object.assign(globalThis, {
  // What the theme shows of a page before anything is opened: itself, and its best sections.
  first: query => search(query).slice(0, 3).map(group => {
    const page = group.find(item => !item.location.includes("#")) ?? group[0]
    return group.filter(item => item === page || item.score >= group[0].score).map(item => item.location)
  }),
  all: query => search(query).map(group => group.map(item => item.location)),
  // What the list of questions leaves of them.
  narrowed: query => {
    const { found, nearest } = questions.narrowed(query)
    return (found.length ? found : nearest).map(doc => doc.location)
  },
  items: query => search(query).flat(),
})
"""


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def asked(browser, site, language):
    """The search of a language, as functions of a query."""
    page = browser.new_page()
    page.add_script_tag(path=site / "assets" / "find.js")
    page.evaluate("([docs, language]) => { globalThis.search = momentsSearch(docs, language);"
                  "globalThis.questions = momentsSearch(docs.filter(doc => doc.location.startsWith('questions.html#')"
                  " && doc.text), language) }",
                  [index(site, language), language])
    page.add_script_tag(content=OPEN)
    yield lambda name, query: page.evaluate("([name, query]) => globalThis[name](query)", [name, query])
    page.close()


def answers(lead: str, location: str) -> bool:
    """A page is found where one of its sections is meant, but for the two that are lists of answers."""
    page = lead.split("#")[0]
    whole = location == page and not page.startswith(("questions", "check/mistakes"))
    return location == lead or whole or lead == location.split("#")[0]


def test_queries_are_people_s_and_their_answers_are_there(site, language):
    known = {doc["location"] for doc in index(site, language)}
    assert len({entry["query"] for entry in QUERIES[language]}) == len(QUERIES[language]) >= 100
    for entry in QUERIES[language]:
        assert set(entry["leads"]) & known and entry["source"], entry["query"]


def test_nine_in_ten_are_answered_by_the_first_three_results(asked, language):
    def answered(entry):
        found = [location for group in asked("first", entry["query"]) for location in group]
        return any(answers(lead, location) for lead in entry["leads"] for location in found)

    lost = [entry["query"] for entry in QUERIES[language] if not answered(entry)]
    assert len(lost) <= len(QUERIES[language]) / 10, "\n".join(lost)


def test_nine_in_ten_questions_about_training_find_their_page_among_five(asked, language):
    def leads(answer, group):
        return answer in group if answer.startswith("questions") else group[0].split("#")[0] == answer.split("#")[0]

    rows = [row for row in ASKED if language in row]
    lost = [row[language] for row in rows
            if not any(leads(row["answer"], group) for group in asked("all", row[language])[:5])]
    assert len(lost) <= len(rows) / 10, "\n".join(lost)


def test_seven_in_ten_that_a_question_answers_find_it_in_the_narrowed_list(asked, language):
    """Of all questions at most a fifth is shown, but for a word that is in more of them; mostly a handful."""
    pairs = [(entry["query"], entry["leads"]) for entry in QUERIES[language]]
    pairs += [(row[language], [row["answer"]]) for row in ASKED if language in row]
    pairs = [(query, leads) for query, leads in pairs if leads[0].startswith("questions")]
    shown = [asked("narrowed", query) for query, _ in pairs]
    lost = [query for (query, leads), found in zip(pairs, shown) if not set(leads) & set(found)]
    assert len(lost) <= 0.3 * len(pairs), "\n".join(lost)
    assert sum(map(len, shown)) / len(shown) < 8


@pytest.mark.parametrize("query, page", [
    ("adam", "reference/adam.html"), ("rmsprop", "reference/rmsprop.html"), ("adamax", "reference/adamax.html"),
    ("Nesterov", "reference/nesterov.html"),
])
def test_a_name_finds_its_own_page_first(asked, query, page):
    pages = [group[0].split("#")[0] for group in asked("first", query)]
    assert [found for found in pages if found != "questions.html"][0] == page


@pytest.mark.parametrize("name, words", [
    ("KeyError", {"en": "momentum", "ko": "momentum"}), ("load_weights", {"en": "optimizer", "ko": "옵티마이저"}),
])
def test_a_rare_name_counts_more_than_the_common_word_beside_it(asked, language, name, words):
    pages = [group[0].split("#")[0] for group in asked("first", f"{name} {words[language]}")]
    assert "practice/checkpoints.html" in pages


@pytest.mark.parametrize("query", [
    "fp16", "half precision", "GPU", "7B", "warmup", "checkpoint", "frozen", "lr", "bf16",
])
def test_words_of_the_trade_lead_somewhere(asked, query):
    assert asked("first", query)


@pytest.mark.parametrize("query", [
    "그래디언트", "케라스", "파라미터", "옵티마이저", "워밍업", "러닝레이트", "아담", "이터레이션",
])
def test_korean_words_of_the_trade_lead_somewhere(asked, language, query):
    assert bool(asked("first", query)) or language == "en"


def test_formulas_are_letters_and_listings_are_not_shown(asked, site, language):
    shown = " ".join(doc["title"] + doc["text"] for doc in index(site, language))
    assert "v̂" in shown and "β₂" in shown and "\\" not in shown
    assert "import numpy" not in shown and "self.m" not in shown and '": "' not in shown  # nor words kept for a script
    assert asked("all", "bias_correction") and asked("all", "np.maximum")


def test_signs_and_letters_find_each_other(asked):
    by_letters, by_sign = (set(map(tuple, asked("all", query))) for query in ("beta2", "β₂"))
    assert by_letters == by_sign and by_letters
    assert any("<mark>β₂" in item["text"] + item["title"] for item in asked("items", "beta2"))


@pytest.mark.parametrize("query", ["", "  ", "?", "the", "<script>", "(((", "\\", "ㅋㅋ", "a" * 500, "zzzzqqqq"])
def test_nothing_breaks_it(asked, query):
    assert isinstance(asked("all", query), list)
    assert "<script" not in json.dumps(asked("items", query))
