"""How blocks run in the tests: once for both languages, and a fault is told to each."""

import pytest

from tests import sharing
from tests.sharing import Fault, Program, scope


@pytest.fixture(autouse=True)
def remembered(monkeypatch, tmp_path):
    monkeypatch.setattr(sharing, "CACHE", tmp_path)
    return tmp_path / "blocks"


def test_blocks_share_their_names_and_run_once():
    program = Program(("runs = [1]", "runs.append(2)", "assert len(runs) == 2"))
    assert program.faults == {} and program.faults is program.faults


def test_a_block_that_raises_raises_in_the_other_language_too():
    program = Program(("a = 1", "b = 3\nassert a == 2", "assert a + b == 4"))
    for _ in range(2):
        with pytest.raises(Fault, match="AssertionError") as raised:
            program.check(1)
        assert (raised.value.block, raised.value.line) == (1, 2)
    program.check(0)
    program.check(2)


@pytest.mark.parametrize("code, said", [
    ("1 / 0", "ZeroDivisionError"), ("a = (", "SyntaxError"), ("raise SystemExit", "SystemExit"),
    ("import mhat", "No module named 'mhat'"), ("open('mkdocs.yml')", "No such file"),
    ("import numpy as np\nnp.float64(1) / 0", "RuntimeWarning"), ("before", "NameError"),
])
def test_blocks_have_nothing_but_each_other_and_the_libraries(code, said):
    with pytest.raises(Fault, match=said):
        Program((code,)).check(0)


def test_a_block_that_ends_python_is_not_green():
    with pytest.raises(AssertionError, match="bye"):
        Program(("import os, sys\nprint('bye', file=sys.stderr, flush=True)\nos._exit(3)", "a = 1")).check(1)


def test_only_what_passed_is_remembered_and_only_for_the_same_blocks(remembered):
    Program(("a = 1", "assert a == 2")).faults  # noqa: B018
    assert not remembered.exists()
    good = Program(("a = 2", "assert a == 2"))
    good.check(1)
    assert [path.name for path in remembered.iterdir()] == [good.passed.name]
    assert Program(("a = 2", "assert a == 3")).passed != good.passed != Program(("a = 2assert a == 2",)).passed


@pytest.mark.parametrize("nodeid, shared", [
    ("docs/ko/story/adam.md::line 40", "story/adam"), ("docs/en/about.md::line 4", "about"),
    ("tests/words/test_twins.py::test_twins[story/real-data.md]", "story/real-data"),
    ("tests/pages/story/test_real_data.py::test_x[1]", "story/real-data"),
    ("tests/pages/test_figures.py::test_every_figure_in_both_languages[story.real_data-race]", "story/real-data"),
    ("tests/site/test_look.py::test_axe[story/adam.html-dark]", "story/adam"),
    ("docs/ko/labs/tune.md::line 40", "story/real-data"), ("docs/ko/labs/thread.md::line 40", "story/bias-correction"),
    ("tests/library/test_rules.py::test_adam[0.9-0.999]", "tests/library/test_rules.py"),
])
def test_what_is_about_a_page_shares_a_worker(nodeid, shared):
    assert scope(nodeid) == shared
