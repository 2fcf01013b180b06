"""The words: terms of the glossary and only those, and no result typed by hand."""

import re

import pytest

from site_tools.pages import DOCS, pages
from snippets.shared.typeset import PARTICLES
from tests.language import TYPED, banned, glossary, name, prose

ALLOWED = {"CC BY 4.0", " 1%"}


@pytest.mark.parametrize("page", pages("ko") + pages("en"), ids=name)
def test_terms(page):
    if page.stem != "glossary":
        assert not banned(prose(page), page.relative_to(DOCS).parts[0])


@pytest.mark.parametrize("code, sentence, word", [
    ("ko", "최소값을 찾습니다.", "최소값"),
    ("ko", "그래디언트가 큽니다.", "그래디언트"),
    ("ko", "경사하강법입니다.", "경사하강법"),
    ("ko", "하이퍼파라미터와 파라미터입니다.", "파라미터"),
    ("en", "A warmup helps.", "warmup"),
    ("en", "Minibatches are small; a minibatch is one.", "minibatch"),
])
def test_a_banned_word_is_seen(code, sentence, word):
    assert word in [used for used, _ in banned(sentence, code)]


def test_a_term_that_holds_a_banned_word_is_none():
    assert not banned("하이퍼파라미터는 지수이동평균과 다릅니다.", "ko")


@pytest.mark.parametrize("page", pages("ko"), ids=name)
def test_a_particle_behind_an_inserted_number_is_a_pair_and_a_pair_stands_nowhere_else(page):
    text = page.read_text("utf-8")
    assert not re.findall(r"\{\{ [^}]*\}\}(?:으로|로|[이가은는을를과와])(?=[ ,.;:)\]])", text)
    pairs = f"(?:{'|'.join(map(re.escape, PARTICLES))})"
    alone = re.sub(rf"\{{\{{ [^}}]*\}}\}}{pairs}", "", text)
    assert not re.findall(pairs, alone)


def first_cells(code):
    """The first two cells of each row of a glossary."""
    text = (DOCS / code / "glossary.md").read_text("utf-8")
    return re.findall(r"^\| (?!-)(.+?) \| (.+?) \|", text, re.M)[1:]


def test_the_glossaries_are_one():
    korean, english = glossary("ko"), glossary("en")
    assert len(korean) == len(english) >= 25
    assert dict(first_cells("en")) == {term: word for word, term in first_cells("ko")}


@pytest.mark.parametrize("page", pages("ko") + pages("en"), ids=name)
def test_no_result_is_typed(page):
    """Decimals and percentages in a sentence come from `{{ }}`; settings stand in code or formulas."""
    text = re.sub(r"^\|.*\|$", "", prose(page), flags=re.M) if page.stem == "glossary" else prose(page)
    for phrase in ALLOWED:
        text = text.replace(phrase, "")
    lines = page.read_text("utf-8").splitlines()
    typed = [f"{name(page)}:{next((n for n, line in enumerate(lines, 1) if match[0] in line), 0)}: {match[0]}"
             for match in TYPED.finditer(text)]
    assert not typed, f"{typed}: a result is {{{{ inserted }}}}, a setting stands in code or in a formula"


@pytest.mark.parametrize("page", pages("ko"), ids=name)
def test_korean_spelling_and_endings(page):
    text = re.sub(r"^\|.*$", "", prose(page), flags=re.M)
    assert not re.search(r"되요|안되|할수|최대값|최소값|갯수|몇일|됬|로써의", text)
    sentences = re.findall(r"[가-힣]+(?=\.(?:\s|$))", re.sub(r"^[|!#].*$", "", text, flags=re.M))
    blunt = [word for word in sentences if re.search(r"(한다|이다|였다|된다|있다|없다|간다)$", word)]
    assert not blunt, f"not 합니다체: {blunt}"
