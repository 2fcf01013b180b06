"""How blocks run in the tests: once for both languages, and a fault is told to each."""

import pytest

from tests.sharing import Program, scope


def test_blocks_share_their_names_and_run_once():
    program = Program(("runs = [1]", "runs.append(2)", "assert len(runs) == 2"))
    program.run_to(1)
    program.run_to(2)
    assert program.names["runs"] == [1, 2] and program.done == 3


def test_a_block_that_raises_raises_in_the_other_language_too():
    program = Program(("a = 1", "assert a == 2", "b = a"))
    for _ in range(2):
        with pytest.raises(AssertionError):
            program.run_to(1)
    program.run_to(2)
    assert program.names["b"] == 1


def test_a_block_whose_forerunner_raises_is_not_green():
    with pytest.raises(ZeroDivisionError):
        Program(("a = 1 / 0", "b = 1")).run_to(1)


@pytest.mark.parametrize("nodeid, shared", [
    ("docs/ko/story/adam.md::line 40", "story/adam"), ("docs/en/index.md::line 4", "index"),
    ("tests/words/test_twins.py::test_twins[story/real-data.md]", "story/real-data"),
    ("tests/pages/story/test_real_data.py::test_x[1]", "story/real-data"),
    ("tests/pages/test_figures.py::test_every_figure_in_both_languages[story.real_data-race]", "story/real-data"),
    ("tests/site/test_look.py::test_axe[story/adam.html-dark]", "story/adam"),
    ("tests/library/test_rules.py::test_adam[0.9-0.999]", "tests/library/test_rules.py"),
])
def test_what_is_about_a_page_shares_a_worker(nodeid, shared):
    assert scope(nodeid) == shared
