"""What the site asks of the engine that renders it: MkDocs, ProperDocs, Zensical, or none; and of a build."""

import sys
from types import SimpleNamespace

import markdown
import pytest
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from mkdocs.exceptions import PluginError

from site_tools import figures, hooks, pages, prepare, progress
from site_tools.cache import ROOT, digest
from tests.toy import TOY


class MkDocs(Treeprocessor):
    """Where MkDocs and ProperDocs keep the file of a page."""

    file = SimpleNamespace(src_dir=str(ROOT / "docs" / "en"), src_uri="story/adam.md", url="story/adam.html")


class Zensical(Preprocessor):
    """Where Zensical keeps the page, and the folder of all pages."""

    page = SimpleNamespace(path="story/adam.md", url="story/adam.html")
    config = {"docs_dir": "docs/en"}


def rendering(engine) -> markdown.Markdown:
    md = markdown.Markdown()
    if engine is MkDocs:
        md.treeprocessors.register(MkDocs(md), "relpath", 0)
    if engine is Zensical:
        md.preprocessors.register(Zensical(md), "rendering_context", 0)
    return md


@pytest.mark.parametrize("engine", [MkDocs, Zensical])
def test_the_page_is_known_in_each_engine(engine):
    place = pages.place(rendering(engine))
    assert place == pages.Place(ROOT / "docs" / "en" / "story" / "adam.md", "story/adam.md", "story/adam.html")
    assert pages.module_of_md(rendering(engine)) == "snippets.story.adam"


def test_without_an_engine_there_is_no_page():
    assert pages.place(rendering(None)) is None and pages.module_of_md(rendering(None)) == ""


def test_a_fault_is_raised_as_the_engine_shows_it(monkeypatch):
    assert pages.fault() is PluginError
    for name in [name for name in sys.modules if name.split(".")[0] in ("mkdocs", "properdocs")]:
        monkeypatch.delitem(sys.modules, name)
    assert pages.fault() is ValueError
    monkeypatch.setitem(sys.modules, "properdocs.exceptions", SimpleNamespace(PluginError=KeyError))
    assert pages.fault() is KeyError


FORMULA = '<span class="katex"><math><mi>m</mi></math></span>'
PAGE = (f'<p>a <var class="formula" data-search-exclude="true">{FORMULA}</var> b</p>'
        f'<div class="formula" data-search-exclude="true">{FORMULA}</div>'
        '<span class="figure" data-figure="x" data-search-exclude="true"><svg><text>1</text></svg></span><p>c</p>')


def test_the_search_index_sees_no_formulas_and_the_page_has_them_all():
    page = SimpleNamespace()
    progress.made()  # what earlier tests took long for is not told of this page
    aside = hooks.on_page_content(PAGE, page, None, None)
    assert not any(word in aside for word in ("katex", "<math", "<svg"))
    assert all(word in aside for word in ("<p>a ", " b</p>", "<p>c</p>")) and len(page.aside) == 3
    assert hooks.on_post_page(f"<body>{aside}</body>", page, None) == f"<body>{PAGE}</body>"
    around = hooks.on_post_page("<nav>\n\n    <b></nav><article>\n    x</article>\n    </body>", page, None)
    assert around == "<nav>\n<b></nav><article>\n    x</article>\n</body>"


def test_what_was_made_is_told_once():
    progress.made()
    clock = iter([0, 3, 3, 5]).__next__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "perf_counter", clock)
        with progress.making("figures"), progress.making("numbers"):
            pass
        with progress.making("figures", 4):
            pass
    assert progress.made() == "figures 5 in 5.0 s" and progress.made() == ""


@pytest.fixture
def prepared(toy, monkeypatch):
    """`prepared(text)` makes what a page of a toy holds."""
    def run(text):
        toy.page(text)
        monkeypatch.setattr(prepare, "DOCS", toy.root / "docs")
        monkeypatch.setattr(prepare, "pages", lambda code: sorted((toy.root / "docs" / code).rglob("*.md")))
        prepare.works.cache_clear()
        progress.made()
        return prepare.make("snippets.story.toy")
    yield run
    prepare.works.cache_clear()


def test_a_page_that_is_prepared_is_only_put_together(prepared, monkeypatch):
    text = "{{ third:.2f }}\n\n![line](figure:line)\n![line](figure:story.toy.line)\n\n`{{ nothing }}`\n"
    assert "figures 1 in" in prepared(text) and prepare.wanting() == []
    monkeypatch.setattr(figures, "draw", lambda *_: pytest.fail("drawn again"))
    assert figures.drawn("snippets.story.toy", "line", "en")


def test_a_fault_is_left_to_the_rendering_of_the_page(prepared):
    prepared("{{ thrid }}\n\n![line](figure:broken)\n")


@pytest.mark.parametrize("owner, below", [
    ("snippets.labs.tune", "snippets.story.real_data"), ("snippets.story.adam", "snippets.story.adam"),
    ("snippets.reference.nadam", "snippets.reference.amsgrad"), ("labs/tune.md", "labs/tune.md"),
])
def test_what_two_pages_need_runs_once(owner, below):
    assert prepare.rests_on(owner) == below


def test_a_build_prepares_again_when_code_or_what_pages_take_of_it_changes(toy, monkeypatch):
    monkeypatch.setattr(prepare, "ROOT", toy.root)
    monkeypatch.setattr(prepare, "DOCS", toy.root / "docs")
    monkeypatch.setattr(prepare, "pages", lambda code: sorted((toy.root / "docs" / code).rglob("*.md")))
    toy.page("Words. {{ third }}")
    path = toy.root / "docs" / "en" / "story" / "toy.md"
    states = [digest(*prepare.state())]
    path.write_text("Other words. {{ third }}", "utf-8")
    assert [digest(*prepare.state())] == states
    path.write_text("Other words. {{ tiny }}", "utf-8")
    states.append(digest(*prepare.state()))
    toy.write(TOY + "\nmore = 1")
    states.append(digest(*prepare.state()))
    assert len(set(states)) == 3
