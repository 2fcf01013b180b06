"""What runs the blocks of a page in the browser, here in Python: what runs, what is kept, what is told."""

import json
import runpy

import pytest

from site_tools.runtime import SOURCE

PROGRAM = runpy.run_path(str(SOURCE / "program.py"))


class Page:
    """Blocks, as a reader runs and changes them."""

    def __init__(self, *texts):
        self.texts, self.program = list(texts), PROGRAM["Program"]()

    def run(self, wanted):
        """Press Run on a block: how each that ran went, and what was printed."""
        events = []
        self.program.run(self.texts, wanted, lambda event: events.append(json.loads(event)))
        self.printed = "".join(event["text"] for event in events if event["what"] == "out")
        self.told = {event["block"]: event for event in events if event["what"] == "end"}
        assert events[0]["what"] == "order" and set(self.told) <= set(events[0]["blocks"])
        return {block: event["how"] for block, event in self.told.items()}


def test_a_block_runs_after_those_above_it_that_have_not():
    page = Page("a = 1", "b = a + 1", "assert b == 2", "c = 0")
    assert page.run(2) == {0: "passed", 1: "passed", 2: "passed"}
    assert page.run(2) == {2: "passed"} and page.told[2]["held"] == 1
    assert page.run(3) == {3: "passed"}
    assert page.run(1) == {1: "passed"}
    assert page.run(3) == {2: "passed", 3: "passed"}


def test_a_changed_block_runs_again_and_all_below_it():
    page = Page("a = 1", "b = a + 1", "c = b + 1\nc")
    page.run(2)
    page.texts[0] = "a = 10"
    assert page.run(2) == {0: "passed", 1: "passed", 2: "passed"} and page.told[2]["value"] == "12"


@pytest.mark.parametrize("before, twice", [
    ("import numpy as np\nm = np.zeros(2)\nn = m", "m += 1\nassert m[0] == 1 and n[0] == 1"),
    ("steps = []", "steps.append(1)\nassert len(steps) == 1"),
    ("import numpy as np\nrng = np.random.default_rng(0)\nfirst = np.random.default_rng(0).random()",
     "assert rng.random() == first"),
    ("import numpy as np\nnp.random.seed(1)\nfirst = np.random.RandomState(1).rand()",
     "assert np.random.rand() == first"),
    ("import random\nrandom.seed(1)\nfirst = random.Random(1).random()", "assert random.random() == first"),
    ("class Box:\n    t = 0\nbox = Box()", "box.t += 1\nassert box.t == 1"),
    ("t = 0", "t += 1\nassert t == 1"),
])
def test_a_block_finds_what_those_above_it_left_however_often_it_runs(before, twice):
    page = Page(before, twice)
    for _ in range(3):
        assert page.run(1)[1] == "passed", page.told


def test_an_error_leaves_nothing_behind_and_ends_what_was_wanted():
    page = Page("a = 1", "a = 2\nb = 1 / 0\nc = 3", "a")
    assert page.run(2) == {0: "passed", 1: "error"}
    assert page.told[1]["error"]["line"] == 2 and page.told[1]["error"]["kind"] == "ZeroDivisionError"
    assert page.run(2) == {1: "error"}, "it has not run"
    page.texts[1] = "b = a"
    assert page.run(2) == {1: "passed", 2: "passed"} and page.told[2]["value"] == "1"


@pytest.mark.parametrize("code, line, said", [
    ("a = 1\nb = (", 2, "SyntaxError: '(' was never closed"), ("a = 1\nbeta", 2, "NameError: name 'beta'"),
    ("beta1 = 1\n\nbeta2", 3, "NameError: name 'beta2'"), ("raise SystemExit", 1, "SystemExit"),
    ("if True:\nx = 1", 2, "IndentationError: "), ("def f():\n    return f()\n\n\nf()", 5, "RecursionError"),
    ("eval('1 +')", 1, "SyntaxError"), ("assert (lambda: 1 / 0)()", 1, "ZeroDivisionError"),
    ("try:\n    assert 1 == 2\nfinally:\n    a = 1", 2, "AssertionError"),
    ("def f():\n    assert 1 == 2\n\n\nf()", 5, "AssertionError"),
])
def test_an_error_is_told_at_its_line(code, line, said):
    page = Page(code)
    assert page.run(0) == {0: "error"}
    assert page.told[0]["error"]["line"] == line and said in page.told[0]["error"]["said"]


def test_an_error_inside_of_a_function_of_another_block_tells_both_lines():
    page = Page("def f(x):\n    return 1 / x", "a = 1\nf(0)")
    page.run(1)
    assert page.told[1]["error"]["line"] == 2 and page.told[1]["error"]["inside"] == [[0, 2, "f"]]


def test_a_check_that_fails_tells_what_came_out_and_the_block_goes_on():
    page = Page("import numpy as np\nm = np.array([1, 2])\nassert abs(m[0] - 3) < 1e-3, 'far'\nassert m[1] == 2\nm")
    assert page.run(0) == {0: "failed"}
    (check,) = page.told[0]["failed"]
    assert page.told[0]["held"] == 1 and page.told[0]["value"] == "array([1, 2])"
    assert check == {"line": 3, "source": "abs(m[0] - 3) < 0.001", "message": "far",
                     "values": [["abs(m[0] - 3)", "2"], ["m", "array([1, 2])"]]}


@pytest.mark.parametrize("check, values", [
    ("a == b", {"a": "1", "b": "2"}), ("a > 0 and b < 0", {"a": "1", "b": "2"}), ("not a", {"a": "1"}),
    ("np.allclose([a], 2 * b)", {"2 * b": "4", "[a]": "[1]", "a": "1", "b": "2"}),
    ("0 < a < b - 1 < 9", {"a": "1", "b - 1": "1", "b": "2"}),
    ("all(x > 1 for x in (3, a, 0))", {"x": "1", "a": "1"}),
    ("np.float32(0.5) > a", {"np.float32(0.5)": "0.5", "a": "1"}),
    ("np.arange(50).sum() < len('a')", {"np.arange(50).sum()": "1225", "len('a')": "1"}),
])
def test_the_values_of_a_check_are_those_of_its_sides_and_names(check, values):
    page = Page(f"import numpy as np\na, b = 1, 2\nassert {check}")
    assert page.run(0) == {0: "failed"}
    assert dict(page.told[0]["failed"][0]["values"]) == values


def test_a_check_in_a_loop_is_told_the_first_time_it_fails():
    page = Page("for t in range(5):\n    assert t < 2\n    assert t < 9")
    page.run(0)
    assert page.told[0]["held"] == 1 and [check["values"] for check in page.told[0]["failed"]] == [[["t", "2"]]]


def test_what_is_expected_to_be_raised_is_raised():
    page = Page("try:\n    assert 1 == 2\nexcept AssertionError:\n    a = 1", "assert a == 1")
    assert page.run(1) == {0: "passed", 1: "passed"}


def test_a_package_that_is_not_here_is_named_and_what_rests_on_it_too():
    page = Page("a = 1\nimport nowhere.inside as there\nb = 2", "a", "c = there.x", "c",
                "def f():\n    return b\n\n\nf()")
    assert page.run(4) == {0: "missing", 1: "passed", 2: "missing", 3: "missing", 4: "missing"}
    assert {page.told[block]["package"] for block in (0, 2, 3, 4)} == {"nowhere"}
    page.texts[0] = "a = b = 1\nfrom types import SimpleNamespace\nthere = SimpleNamespace(x=3)"
    assert set(page.run(4).values()) == {"passed"}


def test_what_goes_wrong_with_what_another_block_would_have_filled_misses_the_package_too():
    page = Page("runs = {}\nother = {}", "import nowhere\nruns['gd'] = 1", "runs['gd']", "assert len(runs) == 1",
                "other['gd']")
    assert page.run(3) == {0: "passed", 1: "missing", 2: "missing", 3: "missing"}
    assert page.told[2]["error"]["kind"] == "KeyError" and page.told[3]["failed"]
    assert page.run(4) == {4: "error"}


def test_what_is_printed_is_told_and_the_last_line_is_shown():
    page = Page("import sys\nprint('one')\nprint('two', file=sys.stderr)\nNone", "[1, 2]", "a = 3")
    page.run(0)
    assert page.printed == "one\ntwo\n" and page.told[0]["value"] is None
    assert page.run(1) == {1: "passed"} and page.told[1]["value"] == "[1, 2]"
    page.run(2)
    assert page.told[2]["value"] is None


def test_a_block_that_prints_without_end_is_cut():
    page = Page("for _ in range(10_000):\n    print('a' * 100)")
    page.run(0)
    assert page.printed.endswith("\n…\n")
    assert PROGRAM["MOST"] <= len(page.printed) < PROGRAM["MOST"] + 10


def test_what_a_block_cannot_be_given_twice_is_given_as_it_is():
    page = Page("import io\nfile = (x for x in 'abc')", "next(file)")
    assert page.run(1) == {0: "passed", 1: "passed"}
