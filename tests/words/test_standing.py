"""What tests rest on, who is found out when that is not so, and what is remembered."""

import subprocess
from types import SimpleNamespace

import pytest

from site_tools.cache import ROOT
from tests import standing

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
        plugin.pytest_runtest_logreport(SimpleNamespace(nodeid="tests/library/test_rules.py::test_x", outcome=outcome))
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
