"""What tests rest on, who is found out when that is not so, and what is remembered."""

import subprocess
from types import SimpleNamespace

import pytest

from site_tools.cache import ROOT
from tests import standing
from tests.__main__ import arguments
from tests.site import standing as of_the_site

digest = standing.digest
RULES = ROOT / "tests/library/test_rules.py"
OWN = ROOT / "tests/pages/story/test_limits.py"
HOUSE = ROOT / "tests/library/test_house.py"


def rests(path):
    return {file.removeprefix(f"{ROOT}/") for file in standing.rests_on(path)}


def test_rules_rest_on_the_library_and_not_on_the_pages():
    files = rests(RULES)
    assert {"tests/library/test_rules.py", "mhat/rules.py", "mhat/forms.toml", "requirements/test.txt"} <= files
    assert not {file.split("/")[0] for file in files} & {"docs", "snippets", "theme"}


def test_a_page_rests_on_its_own_words_and_on_the_modules_of_its_module():
    files = rests(OWN)
    assert {"snippets/story/limits.py", "mhat/rules.py", "tests/pages/conftest.py"} <= files
    assert "snippets/story/momentum.py" not in files
    tune = rests(ROOT / "tests/pages/labs/test_tune.py")
    assert {"docs/ko/labs/tune.md", "snippets/story/real_data.py"} <= tune and "docs/ko/index.md" not in tune


def test_what_reads_the_whole_project_rests_on_all_of_it():
    assert standing.rests_on(HOUSE) == set(standing.tracked())
    assert {"README.md", "tests/words/test_standing.py"} <= rests(HOUSE)


def test_a_choice_watches_and_remembers_nothing():
    whole, choice = arguments([]), arguments(["tests/words", "-q"])
    assert "tests.standing" in choice and "tests.standing" in whole
    assert "--stand" in whole and "--stand" not in choice


@pytest.fixture
def plugin(monkeypatch, tmp_path):
    monkeypatch.setattr(standing, "CACHE", tmp_path)
    standing.stamp.cache_clear()
    yield standing.Standing(again=False)
    standing.stamp.cache_clear()


@pytest.mark.parametrize("act", [
    lambda: (ROOT / "docs/en/index.md").read_bytes(),
    lambda: subprocess.run(["true"], cwd=ROOT),
    lambda: subprocess.run(["true"]),
])
def test_who_opens_something_else_is_told(plugin, act):
    with plugin.watching(RULES), pytest.raises(RuntimeError, match="none of the files that this test rests on"):
        act()
    with plugin.watching(HOUSE):
        act()
    act()


def test_who_imports_something_else_is_told(plugin):
    with plugin.watching(RULES), pytest.raises(RuntimeError, match="snippets/story/adam.py is none"):
        plugin.watch("import", ("snippets.story.adam", None))


def test_what_it_rests_on_and_the_rest_of_the_machine_may_be_opened(plugin, tmp_path):
    with plugin.watching(RULES):
        (ROOT / "mhat/rules.py").read_bytes()
        subprocess.run(["true"], cwd=tmp_path)


def finish(plugin, outcomes, exitstatus=0):
    for outcome in outcomes:
        nodeid = "tests/library/test_rules.py::test_x"
        plugin.pytest_runtest_logreport(SimpleNamespace(nodeid=nodeid, outcome=outcome, user_properties=[]))
    plugin.pytest_sessionfinish(SimpleNamespace(config=SimpleNamespace()), exitstatus)
    return standing.Standing(again=False).pytest_ignore_collect(RULES)


@pytest.mark.parametrize("outcomes, exitstatus, stands", [
    (["passed"] * 3, 0, True), (["passed"] * 3, 1, True), (["passed", "failed", "passed"], 1, None),
    (["passed", "skipped"], 0, None), (["passed"] * 3, 2, None), ([], 0, None),
])
def test_only_what_passed_whole_stands(plugin, outcomes, exitstatus, stands):
    """Exit status 2: somebody stopped the run, and the rest of the file was not seen."""
    assert finish(plugin, outcomes, exitstatus) is stands
    assert not standing.Standing(again=True).pytest_ignore_collect(RULES)


def test_a_change_of_what_it_rests_on_makes_it_run_again(plugin, monkeypatch):
    assert finish(plugin, ["passed"])
    changed = ROOT / "mhat/rules.py"
    monkeypatch.setattr(standing, "digest", lambda *parts: digest(*parts, *["more"] * (changed in parts)))
    standing.stamp.cache_clear()
    assert not plugin.pytest_ignore_collect(RULES)


def test_a_browser_s_view_is_never_remembered():
    assert not any(standing.is_proof(path) for path in (ROOT / "tests/site").glob("*.py"))
    assert standing.is_proof(RULES) and not standing.is_proof(ROOT / "tests/sharing.py")


# The built site

REMEMBERED = (of_the_site.content, of_the_site.whole_site, of_the_site.assets, of_the_site.rests_on_page)


def forget():
    for remembered in REMEMBERED:
        remembered.cache_clear()


@pytest.fixture
def built(monkeypatch, tmp_path):
    """A built site of two pages, in which a test can be about one, and what is remembered of it."""
    monkeypatch.setattr(of_the_site, "SITE", tmp_path / "site")
    monkeypatch.setattr(of_the_site, "ROOT", tmp_path)
    monkeypatch.setattr(of_the_site, "project", repr)
    for name in ("story/adam", "story/momentum"):
        for path in (f"site/en/{name}.html", f"site/ko/{name}.html", f"docs/en/{name}.md"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(name)
    (tmp_path / "site/assets").mkdir()
    (tmp_path / "site/assets/moments.css").write_text("ink")
    forget()
    yield tmp_path
    forget()


def asked(page):
    callspec, module = SimpleNamespace(params={"name": page} if page else {}), SimpleNamespace(PAGES=FIGURES)
    return SimpleNamespace(nodeid=f"test[{page}]", callspec=callspec, module=module)


FIGURES = {"arrows": "story/adam"}
PAGES = ("story/adam.html", "story/momentum.html", "arrows", None)


@pytest.mark.parametrize("change, falls", [
    ("site/en/story/adam.html", {"story/adam.html", "arrows", None}), ("site/assets/moments.css", set(PAGES)),
    ("docs/en/story/momentum.md", {"story/momentum.html"}), ("site/en/search.json", {None}),
    ("site/ko/story/momentum.html", {"story/momentum.html", None}),
])
def test_a_test_of_a_page_stands_until_the_page_or_an_asset_changes(built, change, falls):
    before = {page: of_the_site.stamp(asked(page)) for page in PAGES}
    forget()
    (built / change).write_text("something else")
    assert {page for page in PAGES if of_the_site.stamp(asked(page)) != before[page]} == falls


def test_the_version_at_the_foot_is_no_change(built, monkeypatch):
    stamps = []
    for version in ("v8", "v9-1-gabcdef"):
        monkeypatch.setattr(of_the_site, "version", lambda version=version: version)
        (built / "site/en/story/adam.html").write_text(f"Adam, {version}")
        stamps += [of_the_site.stamp(asked("story/adam.html")), of_the_site.stamp(asked(None))]
        forget()
    assert stamps[:2] == stamps[2:]
