"""The questions that people asked: each is somebody's, and the section to which it leads answers it in both languages.

That an answer satisfies is judged by reading it; `says` holds what was read.
"""

from collections import Counter
from urllib.parse import urlsplit

import pytest

from site_tools.pages import LANGUAGES
from tests.asked import ASKED, section

FIELDS = {"topic", "answer", "says", "source"}
TOPICS = {"loop": 130, "checkpoints": 60, "decay": 25, "symptoms": 9, "schedules": 45, "formats": 24}


def test_there_are_three_hundred_in_all_topics_and_both_languages():
    counted = Counter(row["topic"] for row in ASKED)
    assert counted.keys() == TOPICS.keys() and all(counted[topic] >= least for topic, least in TOPICS.items())
    assert sum("ko" in row for row in ASKED) >= 60 and sum("en" in row for row in ASKED) >= 200


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_site_says_where_they_are(code):
    """“More than 300”, as the page about says."""
    assert "300" in section(code, "about.html#tests") and "`tests/asked.toml`" in section(code, "about.html#tests")
    assert 300 < len(ASKED) < 400


def test_every_question_is_somebody_s_and_stands_once():
    for row in ASKED:
        assert FIELDS <= row.keys() <= FIELDS | {*LANGUAGES} and row.keys() & {*LANGUAGES}, row
    for field in ("source", *LANGUAGES):
        told = Counter(row[field] for row in ASKED if field in row)
        assert not [value for value, times in told.items() if times > 1], field


@pytest.mark.parametrize("field", LANGUAGES)
def test_a_question_is_in_its_language(field):
    hangul = [any("가" <= letter <= "힣" for letter in row[field]) for row in ASKED if field in row]
    assert all(hangul) if field == "ko" else not any(hangul)


def test_an_address_is_well_formed():
    for row in ASKED:
        parts = urlsplit(row["source"])
        assert parts.scheme == "https" and "." in parts.hostname and len(parts.path) > 1, row["source"]
        assert row["source"].isprintable() and not set(row["source"]) & set(' "<>'), row["source"]


def said(row: dict, code: str) -> str:
    """By which words of a language one sees that the section answers: a name of a listing, half a sentence."""
    return row["says"] if isinstance(row["says"], str) else row["says"][code]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_answer_is_there_and_says_it(code):
    lost = [row for row in ASKED if said(row, code) not in (section(code, row["answer"]) or "")]
    assert not lost, "\n".join(f"{row['answer']} ({code}) has no {said(row, code)!r}: {row['source']}" for row in lost)
    assert all(len(said(row, code)) >= 4 for row in ASKED)
