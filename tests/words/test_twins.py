"""The two languages are one skeleton: the first difference is named."""

import re

import pytest

from site_tools import checks
from site_tools.pages import DOCS, pages

NAMES = sorted(page.relative_to(DOCS / "ko").as_posix() for page in pages("ko"))
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", re.S)


def skeleton(text: str) -> list[tuple[str, str]]:
    """The parts of a page that need no translation, in their order, and the kinds of those that do."""
    body = re.sub(r"^---\n.*?\n---\n", "", text, flags=re.S)
    parts, fence = [], None
    for block in re.split(r"\n{2,}", body.strip()):
        for line in block.splitlines():
            if opening := re.match(r" *(```+)(.*)", line):
                parts.append(("fence", re.sub(r'(?<=title=)"[^"]*"', "", line.strip())))
                fence = None if fence else opening[1]
            elif fence:
                parts.append(("code", line))
            else:
                parts += line_parts(line)
        if not fence:
            parts.append(("end of a paragraph", ""))
    return parts


def line_parts(line: str) -> list[tuple[str, str]]:
    """What a line of prose shares with its twin."""
    parts = []
    if heading := re.match(r"(#+) .*?(\{#[\w-]+\})?$", line):
        parts.append(("heading", f"{heading[1]} {heading[2] or ''}"))
    if line.startswith("|"):
        parts.append(("table row", str(line.count("|"))))
    if item := re.match(r" *(\d+\.|[-*]) ", line):
        parts.append(("list item", item[1]))
    if marker := re.match(r" *(///(?: caption)?|(?:\?\?\?\+?|!!!) \w+|</?(?:div|ol|ul|li|p|figure)\b[^>]*>)", line):
        parts.append(("structure", marker[1]))
    parts += [("target", target) for target in re.findall(r"\]\(([^) ]+)", line) if "://" not in target]
    outer = re.findall(r"\]\((https?://[^) ]+)\)", line)
    parts += [("outer link", re.sub(r"\.(ko|en)$", "", target)) for target in outer]
    return parts


def bags(text: str) -> dict[str, list[str]]:
    """What a sentence may move but not change: formulas, numbers and code, a heading at a time."""
    text = re.sub(r"^---\n.*?\n---\n", "", text, flags=re.S)
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.S | re.M)
    found = {}
    for section in re.split(r"^(?=#+ )", text, flags=re.M):
        key = (re.search(r"\{#([\w-]+)\}", section.split("\n")[0]) or ["", "top"])[1]
        found[f"formulas of {key}"] = sorted({a.strip() or b for a, b in FORMULA.findall(section)})
        found[f"numbers of {key}"] = sorted(re.findall(r"\{\{[^}]*\}\}", section))
        found[f"code of {key}"] = sorted(set(re.findall(r"(?<!`)`([^`\n]+)`", section)))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_twins(name):
    korean, english = ((DOCS / code / name).read_text("utf-8") for code in ("ko", "en"))
    for first, second in zip(skeleton(korean) + [("end", "")], skeleton(english) + [("end", "")]):
        assert first == second, f"{name}: the Korean page has {first} where the English page has {second}"
    ours, theirs = bags(korean), bags(english)
    for key in ours:
        assert ours[key] == theirs[key], f"{name}: the {key} differ"


def test_pages_and_menus_are_the_same():
    assert not checks.different_pages() and not checks.different_menus()


def test_a_page_that_is_alone_is_named(tmp_path, monkeypatch):
    for name in ("ko/a.md", "ko/b.md", "en/a.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", "utf-8")
    monkeypatch.setattr(checks, "DOCS", tmp_path)
    assert checks.different_pages() == "docs/ko and docs/en have different pages: ['b.md']"


@pytest.mark.parametrize("english, words", [
    (["b.md"], "mkdocs.en.yml lacks c.md"), (["b.md", "c.md", "d.md"], "mkdocs.yml lacks d.md"),
    (["c.md", "b.md"], "mkdocs.yml has b.md where mkdocs.en.yml has c.md"),
])
def test_the_first_difference_of_the_menus_is_named(monkeypatch, english, words):
    menus = {"ko": ["a.md", {"이야기": ["b.md", "c.md"]}], "en": ["a.md", {"Story": english}]}
    monkeypatch.setattr(checks, "settings", lambda code: {"nav": menus[code]})
    assert checks.different_menus() == f"the menus differ: {words}"


MENUS = {checks.CONFIG[code]: checks.menu(checks.settings(code)["nav"]) for code in ("ko", "en")}


@pytest.mark.parametrize("name", NAMES)
def test_the_menus_name_every_page(name):
    lacking = [file for file, entries in MENUS.items() if name not in entries]
    assert not lacking, f"{name} is not in {' and '.join(lacking)}"


@pytest.mark.parametrize("change", [
    ("## 왜", "### 왜"),
    ("{#why-divide}", "{#why}"),
    (r"\mhat_t", r"\m_t"),
    ("figure:cliff", "figure:overflow"),
    ("bias_correction.py:right", "bias_correction.py:patched"),
    ("bare[999]:.2f", "bare[999]:.3f"),
    ("(real-data.md)", "(thread.md)"),
    ("| $0.9$ | $0.99$ |", "| $0.9$ |"),
    ("`ZeroDivisionError`", "오류"),
    ("??? question", "!!! question"),
    ("덮어쓰는 반복문에서", "덮어쓰는\n\n반복문에서"),
])
def test_a_drift_is_seen(change):
    """Each kind of drift, made once: the comparison above must not be blind to it."""
    korean, english = ((DOCS / code / "story/bias-correction.md").read_text("utf-8") for code in ("ko", "en"))
    drifted = korean.replace(*change, 1)
    assert drifted != korean
    assert skeleton(drifted) != skeleton(english) or bags(drifted) != bags(english)
