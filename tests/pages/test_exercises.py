"""The exercises: an answer holds, what is printed does not, and what is said of both is true."""

import re

import numpy as np
import pytest

from site_tools import exercises, pages, plain
from site_tools.checks import menu, settings
from site_tools.pages import DOCS, begun, blocks
from snippets import exercises as answers
from tests.rendering import rendered

PAGE = DOCS / "en" / "exercises.md"
STORY = [page for page in menu(settings("en")["nav"]) if page.startswith("story/")]
SECTION = lambda block: block.origins[0].rpartition(":")[2]
PRINTED = {SECTION(block): block for block in pages.exercises(PAGE)}
ANSWERS = {SECTION(block): block.code for block in blocks(PAGE) if not block.title}
RULES = "\n".join(block.code for block in blocks(PAGE) if block.title)

# Other lines that are right, and lines that are wrong: a check is to know them apart.
RIGHT = {
    "doubling": ["lr = 3 / 10"], "own_rates": ["lr = np.array([1.0, 0.1])"], "one_rate": ["lr = 0.0487", "lr = 0.046"],
    "keeps": ["beta = 0.9914", "beta = np.exp(np.log(0.65) / 50)"], "critical": ["beta = 0.64", "beta = 0.635"],
    "same_path": ["lr_average = 1.0", "lr_average = 10 * lr"], "first_step": ["lr = 0.001"],
    "recovers": ["beta2 = 0.4"], "louder": ["eps = 1e-6 * 1024"],
    "root": ["step = m_hat / v_hat**0.5"], "sign": ["beta1, beta2 = 0, 0"],
    "longest": ["gradients = [0.0] * 4000 + [1e-9] * 999 + [7.0]"], "m_hat": ["m_hat = m / (1 - np.power(0.9, t))"],
    "faded": ["t = 4613"], "lr_t": ["lr_t = lr * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)"],
    "arrives": ["lr = 0.08", "lr = 0.3"], "warm_up": ["lr_t = lr if t > 10 else lr * t / 10"],
    "settles": ["lr_t = 0.1 * 0.998**t", "lr_t = 0.1 if t < 500 else 0.002", "lr_t = 0.003"], "half": ["g = 10**-8"],
    "eps_hat": ["eps_hat = eps * 0.001**0.5"], "float16": ["eps = 0.01", "eps = 1.0"],
    "slope": ["slope = (loss(theta + h / 2) - loss(theta - h / 2)) / h"], "summed": ["lr = 1 / 128"],
    "best_rate": ["best = min(zip(np.nan_to_num(losses, nan=np.inf), rates))[1]"],
    "wrong_way": ["beta2 = 0.99", "beta2 = 0.9"], "outlier": ["used = np.clip(g, -1, 1)"],
    "stays": ["eps = 0.003", "eps = 10.0"],
}
WRONG = {
    "doubling": ["lr = 0.1", "lr = -0.1"], "own_rates": ["lr = 1 / 10", "lr = curvature"],
    "one_rate": ["lr = 0.05", "lr = 0.04"], "keeps": ["beta = 0.99", "beta = 0.65"],
    "critical": ["beta = 0.5", "beta = 0.66", "beta = 0.0"], "same_path": ["lr_average = lr * (1 - beta)"],
    "first_step": ["lr = 0.1", "lr = 0.0001"], "recovers": ["beta2 = 0.7"],
    "louder": ["eps = 1e-6 / 1024", "eps = 1.0"],
    "root": ["step = m / (np.sqrt(v) + 1e-8)", "step = m_hat"], "sign": ["beta1, beta2 = 0.0, 0.999"],
    "longest": ["gradients = [1.0] + [0.0] * 4999", "gradients = [0.0] * 99 + [1.0]"],
    "m_hat": ["m_hat = m / 0.1", "m_hat = m / (1 - 0.9 ** (t - 1)) if t > 1 else m"], "faded": ["t = 4612", "t = 4614"],
    "lr_t": ["lr_t = lr / (1 - 0.9**t)"], "arrives": ["lr = 0.01", "lr = 1e-8"],
    "warm_up": ["lr_t = lr * (t - 1) / 10", "lr_t = lr * t / 10"], "settles": ["lr_t = 0.01", "lr_t = 0.1 / t**2"],
    "half": ["g = 0.0", "g = 1e-7"], "eps_hat": ["eps_hat = eps / np.sqrt(1 - 0.999)"], "float16": ["eps = 1e-4"],
    "slope": ["slope = (loss(theta) - loss(theta - h)) / h"], "summed": ["lr = 0.5 * 64"], "best_rate": ["best = 3.0"],
    "wrong_way": ["beta2 = 0.5"], "outlier": ["used = -1.0", "used = 0.0"], "stays": ["eps = 0.001", "eps = 100.0"],
}


def run(code):
    """An exercise as a reader runs it: below the rules, and without the others."""
    with np.errstate(all="ignore"):
        exec(RULES + code, {})


def test_each_page_of_the_story_has_three_and_leads_to_them():
    assert list(PRINTED) == list(ANSWERS) and len(PRINTED) == 3 * len(STORY) == 27
    for code in ("en", "ko"):
        parts = re.split(r"^## .*\{#([\w-]+)\}$", pages.body(DOCS / code / "exercises.md"), flags=re.M)
        assert [f"story/{name}.md" for name in parts[1::2]] == STORY
        for name, part in zip(parts[1::2], parts[2::2]):
            assert len(re.findall(r"^\?\?\? exercise", part, re.M)) == 3 and f"](story/{name}.md)" in part
            assert f"](../exercises.md#{name})" in (DOCS / code / "story" / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", PRINTED)
def test_an_answer_holds_without_the_others(name):
    run(ANSWERS[name])


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_printed_fails_its_check_and_nothing_else(name):
    assert PRINTED[name].code != ANSWERS[name]
    with pytest.raises(AssertionError):
        run(PRINTED[name].code)


def instead(name, line):
    return "\n".join(begun(ANSWERS[name].split("\n"), line))


@pytest.mark.parametrize("name, line", [(name, line) for name, lines in RIGHT.items() for line in lines])
def test_another_right_line_is_taken(name, line):
    run(instead(name, line))


@pytest.mark.parametrize("name, line", [(name, line) for name, lines in WRONG.items() for line in lines])
def test_a_wrong_line_is_not(name, line):
    with pytest.raises(AssertionError):
        run(instead(name, line))


def test_each_exercise_is_tried_with_right_and_wrong_lines():
    assert set(RIGHT) == set(WRONG) == set(PRINTED)


# How they are made

@pytest.mark.parametrize("lines, start", [
    (["a = 1"], "b = 2"), (["a = 1", "a = 2"], "a = 3"), (["a = 1"], "a = 1"), (["ab = 1"], "a = 1"), ([], "a = 1"),
])
def test_an_exercise_that_exchanges_no_line_or_not_one_is_refused(lines, start):
    with pytest.raises(LookupError, match="in the place of one other line"):
        begun(lines, start)


def test_the_line_in_its_place_keeps_its_indent_and_is_marked():
    written = ["    ```python start=\"m = 2\"", "    if x:", "        m = 1", "    ```", "```python", "m = 1", "```"]
    shown = ["    ```python hl_lines=\"2\"", "    if x:", "        m = 2", "    ```", "```python", "m = 1", "```"]
    assert exercises.exchanged(written) == shown
    assert exercises.exchanged(shown[:3]) == shown[:3], "what does not end is left to who reads fences"


def test_a_fault_names_the_page_and_the_line(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("# T\n\n```python start=\"b = 2\"\na = 1\nassert a\n```\n", "utf-8")
    with pytest.raises(LookupError, match=r"page\.md:3: 'b = 2' should stand"):
        pages.listings(page)


@pytest.mark.parametrize("code", ["en", "ko"])
def test_the_page_shows_the_printed_line_and_folds_the_answer(code):
    html = rendered(DOCS / code / "exercises.md")
    assert re.findall(r'<details class="exercise" id="(\w+)">', html) == list(PRINTED)
    assert re.findall(r'<details class="solution" id="(\w+)-answer">', html) == list(PRINTED)
    text = plain.markdown("exercises.md", code)
    for name, block in PRINTED.items():
        assert block.code in re.sub(r"^ +(?=```)", "", text, flags=re.M) and block.start in text, name
    assert "start=" not in text and "???" not in text


# What is said of them, by another way

def test_numbers_of_descent_and_momentum():
    assert answers.rate["best"] == np.ceil(np.log(1e-6) / np.log(39 / 41)) and answers.rate["begun"] > 500
    assert [1 - 10 * lr for lr in (0.3, 0.2)] == pytest.approx([-2, -1]) and abs(1 - 40 * answers.rate["limit"]) == 1
    assert answers.keeps["usual"] == pytest.approx(0.9**50) and answers.keeps["beta"] ** 50 == pytest.approx(0.65)
    assert np.roots([1, -(1 + 0.64 - 0.04), 0.64]) == pytest.approx([0.8, 0.8], abs=1e-6)
    assert answers.critical["beta"] == pytest.approx(0.64) and answers.critical["root"] == pytest.approx(0.8)
    assert answers.same_path == pytest.approx(10)


def test_numbers_of_rmsprop_and_adam():
    assert answers.first_step == pytest.approx(10) and 0.9 ** answers.recovers["half"] == pytest.approx(0.5)
    v = 0.9**20 + (1 - 0.9**20) * 1e-4
    assert answers.recovers["begun"] == pytest.approx(0.01 / v**0.5, rel=1e-6)
    left = (1e-4 / 0.9**2 - 1e-4) / (1 - 1e-4)  # of the old average, where the step is just 0.9
    assert 0.01 / (left + (1 - left) * 1e-4) ** 0.5 == pytest.approx(0.9) and 0.2e-4 < left < 1e-4 / 4
    assert 10**0.5 <= answers.longest["bound"] < 10**0.5 + 0.01
    assert answers.longest["reached"] == pytest.approx(10**0.5 * (1 - 0.999**5000) ** 0.5, rel=1e-5)


def test_numbers_of_the_correction():
    factors = 1 / (1 - 0.999 ** np.arange(1.0, 10_000))
    assert answers.faded["t"] == 1 + np.flatnonzero(factors <= 1.01)[0]
    assert answers.faded["thousand"] == pytest.approx(factors[999])
    assert answers.lr_t_at[10] == pytest.approx(factors[9] ** -0.5 / 0.6513215599)
    assert answers.eps_hat_times == pytest.approx(1000**0.5)
    g, eps = 0.002, 1e-4
    assert answers.eps_hat_begun == pytest.approx((g / (g + eps * 1000**0.5)) / (g / (g + eps)))


def test_numbers_of_noise_and_small_formats():
    assert answers.settles["found"] < 0.05 < answers.settles["tenth"] < answers.settles["begun"]
    assert answers.arrives["begun"] == pytest.approx(5 - 100 * 0.001, abs=0.001) and abs(answers.arrives["found"]) < 0.5
    g = np.float16(0.001)
    assert np.float16(1e-8) == 0 == np.float16(0.001) * g**2 and g**2 > 0
    assert answers.float16[1e-4] == 10 and answers.float16[1e-3] == 1
    assert answers.off["both"] < 1e-10 < answers.off["one"]
    assert answers.off["one"] == pytest.approx(2.0**-18 * np.exp(0.7) / (1 + np.exp(0.7)) ** 2, rel=1e-3)


def test_numbers_of_the_limits_and_of_what_diverges():
    """The path diverges where a root of its recursion leaves the circle: with β1 = 0.9 and curvature 1, above 38."""
    for ratio, out in ((37.99, False), (38.01, True)):
        assert (max(abs(np.roots([1, -(1.9 - 0.1 * ratio), 0.9]))) > 1) == out
    assert np.isnan(answers.losses).sum() == 2


def test_the_printed_rate_is_the_best_single_one_over_many_steps_and_not_over_five():
    """Both coordinates after t steps by their closed form; the loss after five is a third lower at a smaller rate."""
    rates = np.linspace(0.05, 0.2, 3001)
    left = lambda lr, t: (-10 * (1 - lr) ** t, 3 * (1 - 10 * lr) ** t)
    assert rates[np.hypot(*left(rates, 2000)).argmin()] == pytest.approx(2 / 11, rel=1e-3)
    loss = lambda lr: left(lr, 5)[0] ** 2 / 2 + 5 * left(lr, 5)[1] ** 2
    assert loss(rates).min() < 0.7 * loss(2 / 11)
