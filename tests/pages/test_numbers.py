"""`{{ expression:format }}`: what it shows, and what a writer is told when it shows nothing."""

import re

import pytest
from mkdocs.exceptions import PluginError

from tests.toy import TOY, convert


def numbers(text, language="en"):
    return convert(text, "site_tools.numbers", "tables", **{"site_tools.numbers": {"language": language}})


@pytest.mark.parametrize("text, shown", [
    ("{{ story.toy.third:.3f }}", "0.333"),
    ("{{ story.toy.third:.1%}}", "33.3%"),
    ("{{ story.toy.tiny:.2e }}", "−3.40×10⁻⁷⁰"),
    ("{{ story.toy.table.first[1] }}", "2"),
    ("{{ story.toy.steps[0.9] }} {{ story.toy.steps[0.9, 0.999] }}", "7 4"),
    ("{{ 100 * (1 - story.toy.third):.0f }}", "67"),
    ("$x = {{ story.toy.third:.2f }}$", "$x = 0.33$"),
    (r"$a^{{b}} \frac{{c}}{d}$", r"$a^{{b}} \frac{{c}}{d}$"),
    ("`{{ story.toy.third }}`", "<code>{{ story.toy.third }}</code>"),
])
def test_a_number_is_the_value_of_the_code(toy, text, shown):
    assert shown in numbers(text)


@pytest.mark.parametrize("text, shown", [
    ("{{ story.toy.third:.2f }}이(가)", "0.33이"), ("{{ story.toy.third:.1f }}(으)로", "0.3으로"),
    ("{{ story.toy.table.first[1] }}은(는) {{ story.toy.table.first[1] }}과(와)", "2는 2와"),
    ("{{ story.toy.third:.0% }}을(를)", "33%를"), ("{{ story.toy.tiny:.2e }}이(가)", "−3.40×10⁻⁷⁰이"),
    ("말 그대로 이(가)", "말 그대로 이(가)"),
])
def test_a_particle_goes_with_the_number_as_it_is_read(toy, text, shown):
    assert shown in numbers(text, "ko")


def test_a_name_alone_is_one_of_the_pages_own_module(toy):
    toy.page("{{ third:.2f }}")
    assert numbers("{{ third:.2f }} {{ story.toy.third:.2f }}") == "<p>0.33 0.33</p>"


@pytest.mark.parametrize("text, words", [
    ("{{ thrid:.2f }}", "there is no thrid in snippets/story/toy.py; did you mean third?"),
    ("{{ zzz }}", "there is no zzz in snippets/story/toy.py; one of another page is written story.adam.name"),
    ("{{ steps[0.8] }}", "there is no 0.8 in a dict; there are 0.5, 0.9, (0.9, 0.999)"),
    ("{{ steps['0.9'] }}", "there is no '0.9' in a dict; did you mean 0.9?"),
    ("{{ steps[0.9].first }}", "there is no first in a int"),
    ("{{ table.frist }}", "there is no 'frist' in a dict; did you mean 'first'?"),
    ("{{ table.first[2] }}", "there is no 2 in a list"),
    ("{{ 2 * table.second }}", "there is no 'second' in a dict; there are 'first'"),
    ("{{ story.toy.thrid }}", "there is no thrid in a module; did you mean third?"),
    ("{{ story.tyo.third }}", "there is no tyo in a Folder; did you mean toy?"),
    ("{{ table }}", "a dict is neither a number nor words"),
    ("{{ story.toy }}", "a module is neither a number nor words"),
    ("{{ story }}", "a Folder is neither a number nor words; there are toy"),
    ("{{ third:.3q }}", "a float has no format .3q: they are like .3f, .1%, .2e"),
    ("{{ story toy }}", "not an expression with a format behind its last colon: "),
    ("{{ third:.3f:x }}", "not an expression with a format behind its last colon: "),
    ("{{ third / 0 }}", "ZeroDivisionError: float division by zero"),
    ("{{ mute }}", "snippets/story/toy.py:16: IndexError"),
])
def test_what_is_not_there_is_told_with_its_place_and_what_is(toy, text, words):
    toy.page(f"---\ntitle: A toy\n---\n# Toy\n\n{text}\n")
    with pytest.raises(PluginError) as error:
        numbers(text)
    assert str(error.value).startswith(f"docs/en/story/toy.md:6: {text}: {words}"), error.value


@pytest.mark.parametrize("text, words", [
    ("{{ nowhere.x }}", "there is no nowhere; one of another page is written story.adam.name"),
    ("{{ }}", "not an expression with a format behind its last colon: "),
    ("{{third}}", "{{third}} is not of the form {{ expression:format }}, with blanks inside the braces"),
    ("{{ {third }}", "is not of the form {{ expression:format }}"),
])
def test_a_page_without_a_module_takes_numbers_of_others(toy, text, words):
    with pytest.raises(PluginError, match=re.escape(words)):
        numbers(text)


def test_a_module_that_raises_is_blamed_by_its_line(toy):
    toy.write(TOY + "\nfourth = 1 / 0")
    with pytest.raises(PluginError, match=r"snippets/story/toy.py:18: ZeroDivisionError"):
        numbers("{{ story.toy.third }}")


@pytest.mark.parametrize("language, word", [("ko", "하나"), ("en", "one")])
def test_a_function_says_markdown_in_the_language_of_the_page(toy, language, word):
    shown = numbers("{{ story.toy.rows }}", language)
    assert f"<th>{word}</th>" in shown
    assert "<td>1e-3 - {{ story.toy.third }}</td>" in shown, "taken as it is: not typeset, not filled in again"


def test_a_changed_snippet_is_a_new_number(toy):
    assert "0.333" in numbers("{{ story.toy.third:.3f }}")
    toy.write(TOY.replace("1 / 3", "2 / 3"))
    assert "0.667" in numbers("{{ story.toy.third:.3f }}")
