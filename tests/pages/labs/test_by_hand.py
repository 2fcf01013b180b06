"""The lab labs/by-hand: every predicted step again, in rationals and from the definition of Adam."""

import re
from fractions import Fraction as F
from math import sqrt

import numpy as np
import pytest

from mhat.rules import adagrad
from site_tools.labs import notebook
from site_tools.modules import SNIPPETS
from site_tools.pages import DOCS

HALF, NINE, LATE = F(1, 2), F(9, 10), F(999, 1000)
TEXT = {code: (DOCS / code / "labs" / "by-hand.md").read_text("utf-8") for code in ("ko", "en")}
LISTS = {"constant": [7] * 10, "pulse": [1] + [0] * 9, "zigzag": [1, -1] * 5, "flip": [1] * 5 + [-1] * 5,
         "spike": [1] * 4 + [10] + [1] * 5, "growing": list(range(1, 11))}
MIXED, HALVING = [1, -11, 5, 2, 5, 5, 5, 5, 5, 5], [2 ** (10 - t) for t in range(1, 11)]
# ε = 1e-8 takes a share of 1e-8/√v̂ of a step; the smallest √v̂ here is 1/√1023 (or √(1/10)).
EPS = 1e-8 * sqrt(1023) + 1e-14


@pytest.fixture(scope="module", autouse=True)
def the_page():
    """The page computes when the first test runs, not when tests are collected."""
    global page
    from snippets.labs import by_hand as page


def moments(gs, beta1=HALF, beta2=HALF):
    """Adam's two corrected averages after each gradient, from the recursion, exact."""
    m = v = F(0)
    for t, g in enumerate(gs, 1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * F(g) ** 2
        yield m / (1 - beta1**t), v / (1 - beta2**t)


def signed_squares(gs, *betas):
    """The sign and the exact square of each step, ε = 0."""
    return [((m > 0) - (m < 0), m**2 / v if v else F(0)) for m, v in moments(gs, *betas)]


def real(gs, *betas):
    return np.array([sign * sqrt(square) for sign, square in signed_squares(gs, *betas)])


def section(code, name):
    return re.search(rf"^## [^\n]*\{{#{name}\}}\n(.*?)(?=^## |\Z)", TEXT[code], re.M | re.S)[1]


# The sheets that the reader fills in


@pytest.mark.parametrize("code", TEXT)
def test_the_first_sheet_leaves_blank_what_is_to_be_found(code):
    rows = re.findall(r"^\| (\d) \|(.*)\|$", section(code, "rule"), re.M)
    cells = [[t] + [cell.strip() for cell in rest.split("|")] for t, rest in rows]
    assert [row[0] for row in cells] == list("12345")
    for t, row in enumerate(cells, 1):
        assert row[1:3] == [str(2 ** (t - 1)), str(page.mixed[t - 1]).replace("-", "−")] and row[5] == str(2**t - 1)
        assert [row[i] for i in (3, 4, 6, 7, 8)] == (["1"] * 5 if t == 1 else [""] * 5)


@pytest.mark.parametrize("code", TEXT)
@pytest.mark.parametrize("name", LISTS)
def test_a_sheet_shows_the_gradients_and_ten_blanks(code, name):
    sheet = re.findall(r"^\|(.*)\|$", section(code, name), re.M)
    head, _, gs, blanks = ([cell.strip() for cell in row.split("|")] for row in sheet)
    assert head[1:] == [str(t) for t in range(1, 11)] and blanks[1:] == [""] * 10
    assert [int(g.replace("−", "-")) for g in gs[1:]] == LISTS[name]
    assert page.lists[list(LISTS).index(name)] == LISTS[name]


@pytest.mark.parametrize("code", TEXT)
def test_every_answer_is_closed(code):
    """A cell that compares, or draws the answer, stands inside a `details`; its words too."""
    closed = "".join(re.findall(r'<details class="key" markdown>\n<summary>.*?</details>', TEXT[code], re.S))
    for name in ("table", *LISTS, "defaults", "exercises"):
        assert f'"snippets/labs/by_hand.py:{name}"' in closed
    assert TEXT[code].count("<details") == TEXT[code].count("</details>") == 9
    opened = re.sub(r"<details.*?</details>", "", TEXT[code], flags=re.S)
    assert not re.search(r"\\frac\{1\}\{(49|63|3|19)\}|144|\{\{ (spike|growing|coast|over)", opened)


def test_the_notebook_has_the_same_sheets_and_asks_before_each_cell():
    import nbformat

    cells = nbformat.reads(notebook(TEXT["ko"], "ko", "labs/by-hand.md"), as_version=4).cells
    code = [i for i, cell in enumerate(cells) if cell.cell_type == "code"]
    assert len(code) == 12
    for i in code:
        if "compare([7]" in cells[i].source or "\ncompare(" in cells[i].source:
            assert '<div class="sheet"' in cells[i - 1].source and "<summary>" in cells[i - 1].source


# The rule for the pencil


@pytest.mark.parametrize("gs", [*LISTS.values(), MIXED, HALVING, [3, -4, 0, 12, -5]])
def test_the_two_sums_are_adam(gs):
    for (t, w, g, A, B, W), (m_hat, v_hat), (sign, square) in zip(page.table(gs), moments(gs), signed_squares(gs)):
        assert (F(A, W), F(B, W)) == (m_hat, v_hat) and g == gs[t - 1] and 2 * w == W + 1
        told = page.exact(A, B, W)
        root = re.fullmatch(r"(-?)√\((.+)\)", told)
        assert (F(root[2]) if root else F(told) ** 2) == square
        assert (told.startswith("-"), told == "0") == (sign < 0, sign == 0)
        even = all(round(sqrt(n)) ** 2 == n for n in square.as_integer_ratio())
        assert even == (root is None)
    np.testing.assert_allclose(page.steps(gs), real(gs), rtol=EPS, atol=1e-14)


@pytest.mark.parametrize("betas", [(HALF, HALF), (NINE, LATE), (F(0), F(3, 4)), (F(1, 4), F(2, 3))])
@pytest.mark.parametrize("gs", LISTS.values(), ids=LISTS)
def test_the_steps_of_the_answer_sheet(gs, betas):
    """Up to the share of ε: v̂ of the pulse is at least (1-β2) β2⁹, here 0.25·0.75⁹ and more."""
    smallest = min(v for _, v in moments(gs, *betas))
    bound = 1e-8 / sqrt(smallest) + 1e-13
    np.testing.assert_allclose(page.steps(gs, *map(float, betas)), real(gs, *betas), rtol=bound, atol=1e-14)


def test_all_ten_roots_of_the_first_sheet_are_whole():
    found = list(moments(page.mixed))
    assert [v for _, v in found] == [1, 81, 49, *[25] * 7]
    assert [m / r for (m, _), r in zip(found, (1, 9, 7, 5))] == [1, F(-7, 9), F(-1, 49), F(1, 5)]
    assert page.mixed[4:] == [5] * 6
    later = [m / 5 for m, _ in found[4:]]
    assert later == [1 - F(12, 2**t - 1) for t in range(5, 11)]


# Each round, in closed form


def test_constant_is_one_for_every_size_and_decay():
    for betas in ((HALF, HALF), (NINE, LATE), (F(1, 3), F(4, 7))):
        for size in (F(1, 1000), -7, 1000):
            assert signed_squares([size] * 10, *betas) == [(1 if size > 0 else -1, 1)] * 10


def test_the_pulse_falls_by_less_than_half():
    found = [square for _, square in signed_squares(LISTS["pulse"])]
    assert found == [F(1, 2**t - 1) for t in range(1, 11)]
    means = [m for m, _ in moments(LISTS["pulse"])]
    assert all(b < a / 2 for a, b in zip(means, means[1:])) and all(b > a / 4 for a, b in zip(found, found[1:]))


@pytest.mark.parametrize("beta1", [HALF, NINE, F(1, 3), F(99, 100)])
def test_even_steps_of_alternating_signs(beta1):
    found = list(moments(LISTS["zigzag"], beta1, LATE))
    assert all(v == 1 for _, v in found)
    assert {m for m, _ in found[1::2]} == {-(1 - beta1) / (1 + beta1)}
    odd = [m for m, _ in found[::2]]
    assert odd == sorted(odd, reverse=True) and odd[-1] > (1 - beta1) / (1 + beta1)


def test_the_flip():
    found = [m for m, _ in moments(LISTS["flip"])]
    assert found[5:] == [F(-1, 63), F(-65, 127), F(-193, 255), F(-449, 511), F(-31, 33)]
    old = [m > 0 for m, _ in moments(LISTS["flip"], NINE, LATE)]
    assert old == [True] * 8 + [False] * 2
    sudden = [m for m, _ in moments(LISTS["flip"], F(0), LATE)]
    assert sudden == LISTS["flip"]


def test_the_spike_makes_the_step_smaller():
    found = real(LISTS["spike"])
    assert found[4:].max() < 1 and found.argmin() == 6 and all(np.diff(found[6:]) > 0)
    assert page.spike_step == pytest.approx(175 / sqrt(31 * 1615), rel=EPS)
    assert page.spike_low == pytest.approx(271 / sqrt(127 * 1711), rel=EPS)
    usual = real(LISTS["spike"], NINE, LATE)
    assert all(np.diff(usual[3:]) < 0) and page.usual_spike == pytest.approx(usual[4], rel=EPS)


def test_growing_gradients():
    squares = [square for _, square in signed_squares(LISTS["growing"])]
    assert min(squares) == squares[2] == F(17**2, 315) and max(squares[1:]) < 1
    assert page.growing_low == pytest.approx(17 / sqrt(315), rel=EPS)
    usual = [square for _, square in signed_squares(LISTS["growing"], NINE, LATE)]
    assert [square > 1 for square in usual] == [False] * 8 + [True] * 2 and page.over_at == 9
    assert page.usual_most == pytest.approx(sqrt(max(usual)), rel=EPS) and max(usual) == usual[9]


@pytest.mark.parametrize("beta", [HALF, F(1, 5), NINE])
def test_no_step_passes_one_when_the_decay_rates_are_equal(beta):
    rng = np.random.default_rng(5)
    for gs in rng.integers(-30, 31, (60, 8)).tolist():
        assert all(square <= 1 for _, square in signed_squares(gs, beta, beta))
    assert max(square for _, square in signed_squares([1, 10, 10], HALF, LATE)) > 1  # the claim needs the equality


# The defaults, the shortcut and the wrong guesses


def test_how_far_it_walks_without_a_gradient():
    """Step t after one gradient is (1-β1) β1^(t-1)/(1-β1^t) · √((1-β2^t)/((1-β2) β2^(t-1)))."""
    for told, b1, b2 in ((page.coast_half, 0.5, 0.5), (page.coast, 0.9, 0.999)):
        t = np.arange(2, 1500)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            one = (1 - b1) * b1 ** (t - 1.0) / (1 - b1**t) * np.sqrt((1 - b2**t) / (1 - b2)) * b2 ** (-(t - 1) / 2)
        # ε: v̂ falls to 1e-8 where the steps themselves are under 1e-7.
        assert told == pytest.approx(np.nansum(one[np.isfinite(one)]), abs=1e-5)


def test_the_shortcut():
    off = []
    for gs in LISTS.values():
        (m_hat, v_hat) = list(moments(gs, NINE, LATE))[-1]
        off.append(abs(sqrt(v_hat / F(sum(g * g for g in gs), 10)) - 1))
    assert page.shortcut_off == pytest.approx(max(off), rel=1e-4)
    assert len(page.off) == 6 and F(999, 1000) ** 9 > F(99, 100)


def test_the_wrong_guesses():
    assert page.uncorrected["m"] == pytest.approx(sqrt(F(1, 10) ** 2 / 1))
    assert page.uncorrected["neither"] == pytest.approx(sqrt(F(1, 10) ** 2 / F(1, 1000)))
    assert page.usual_pulse == pytest.approx(real([1, 0], NINE, LATE)[1], rel=EPS)
    # A spike is small only soon after the start: what it does depends on its number.
    spikes = [page.steps([1] * n + [10], 0.9, 0.999)[-1] for n in (4, 36, 37, 5000)]
    assert spikes[0] == pytest.approx(page.usual_spike) and spikes[1] < 1 < spikes[2] and round(spikes[3], 2) == 1.81


def test_the_first_step_is_zero_for_a_gradient_of_zero():
    assert page.steps([0]) == [0] and {abs(round(page.steps([g])[0], 5)) for g in (-7, 0.01, 5)} == {1}


def test_adagrad_slows_down_unless_gradients_grow():
    def walked(gs):
        state, found = (0.0,), []
        for g in gs:
            theta, state = adagrad(0.0, float(g), state, 1.0)
            found.append(-theta)
        return np.array(found)
    for gs in ([7] * 50, 0.9 ** np.arange(50)):
        assert np.all(np.diff(walked(gs)) < 0)
    assert walked(2.0 ** np.arange(50))[-1] == pytest.approx(sqrt(3 / 4))


def test_a_guess_is_marked(capsys):
    """The gradient itself is the first guess in every cell: right where the step happens to equal it."""
    for gs, hits in zip(LISTS.values(), (0, 1, 1, 5, 4, 1)):
        page.compare(gs, gs)
        assert capsys.readouterr().out.count("=") == hits
        page.compare(gs, real(gs))
        out = capsys.readouterr().out
        assert out.count("=") == 10 and "≠" not in out
        page.compare(gs, real(gs) + 0.02)
        assert "=" not in capsys.readouterr().out
    guesses = re.findall(r"^guess = (.+)$", (SNIPPETS / "labs" / "by_hand.py").read_text("utf-8"), re.M)
    assert [eval(guess) for guess in guesses] == list(LISTS.values())


# The exercises


def test_halving_gradients():
    assert page.halving == HALVING and page.mixed == MIXED and F(page.halving[8], page.halving[0]) == F(1, 256)
    unit = [F(1, 2 ** (t - 1)) for t in range(1, 11)]
    for t, ((m, v), scaled) in enumerate(zip(moments(unit), moments(page.halving)), 1):
        assert (m, v) == (F(t, 2**t - 1), F(2, 2**t)) and scaled == (512 * m, 512**2 * v)
    assert signed_squares(page.halving)[8] == (1, F(144, 511) ** 2)
    assert page.ninth_step == pytest.approx(144 / 511, rel=EPS)


def test_zeros_first():
    m, v = list(moments(page.late))[4]
    assert page.late == [0, 0, 0, 0, 1] and m == v == F(16, 31) and (m**2 / v) == F(16 * 16, 16 * 31)
    assert list(page.steps(page.late)[:4]) == [0] * 4 and page.late_step == pytest.approx(4 / sqrt(31), rel=EPS)


def test_the_third_gradient_that_stops_it():
    answers = [g for g in range(-50, 51) if signed_squares([2, 3, g])[2][1] == 0]
    assert answers == [-2]


def test_six_more_steps_after_a_hundred():
    found = [m > 0 for m, _ in moments([1] * 100 + [-1] * 10, NINE, LATE)][100:]
    assert found == [True] * 6 + [False] * 4
    assert 1 - NINE**6 < HALF < 1 - NINE**7
    assert (round(float(NINE**6), 3), round(float(NINE**7), 3)) == (0.531, 0.478)


# What the pages say


@pytest.mark.parametrize("code", TEXT)
@pytest.mark.parametrize("name, formula, value", [
    ("rule", r"-\frac{1}{49}", real(MIXED)[2]), ("zigzag", r"-\frac{1}{3}", real(LISTS["zigzag"])[3]),
    ("zigzag", r"\frac{1-(-2)^t}{3(2^t-1)}", real(LISTS["zigzag"])[6]),
    ("flip", r"-\frac{1}{63}", real(LISTS["flip"])[5]), ("pulse", r"1/\sqrt{2^t-1}", real(LISTS["pulse"])[6]),
    ("growing", r"\frac{17}{\sqrt{315}}", real(LISTS["growing"])[2]),
    ("defaults", r"-\frac{1}{19}", real(LISTS["zigzag"], NINE, LATE)[5]),
    ("answers", r"\frac{144}{511}", real(HALVING)[8]), ("answers", r"\frac{4}{\sqrt{31}}", real([0, 0, 0, 0, 1])[4]),
])
def test_a_value_in_a_sentence(code, name, formula, value):
    """Formulas in t are evaluated at t = 7."""
    assert f"${formula}$" in section(code, name) or f"={formula}$" in section(code, name)
    text = re.sub(r"\\frac\{((?:[^{}]|\{[^{}]*\})+)\}\{((?:[^{}]|\{[^{}]*\})+)\}", r"(\1)/(\2)", formula)
    text = re.sub(r"\\sqrt\{([^{}]+)\}", r"sqrt(\1)", text).replace("^", "**").replace("3(", "3*(")
    assert eval(text, {"sqrt": sqrt, "t": 7}) == pytest.approx(value, rel=1e-12)


def test_the_panels_draw_what_was_computed():
    from matplotlib import pyplot as plt

    axes = list(page.panels())
    assert [ax.get_title() for ax in axes] == page.names and len(axes) == 6
    for ax, gs in zip(axes, LISTS.values()):
        (line,) = ax.lines
        np.testing.assert_allclose(line.get_ydata(), real(gs), rtol=EPS, atol=1e-14)
        assert list(line.get_xdata()) == list(range(1, 11)) and ax.get_ylim() == (-1.2, 1.2)
    for found, gs in zip(page.usual, LISTS.values()):
        np.testing.assert_allclose(found, real(gs, NINE, LATE), rtol=EPS, atol=1e-14)
    plt.close("all")
