"""Numbers in sentences and at axes: one look on all pages."""

import pytest
from matplotlib.figure import Figure

from snippets.shared.drawing import log_axis
from snippets.shared.typeset import agreed, tick, typeset, upward


@pytest.mark.parametrize("text, printed", [
    ("-1.5", "−1.5"), ("3.40e-70", "3.40×10⁻⁷⁰"), ("1e+05", "1×10⁵"), ("1,000", "1,000")])
def test_a_formatted_number(text, printed):
    assert typeset(text) == printed


@pytest.mark.parametrize("x, digits, bound", [
    (0.00843, 1, 0.009), (1.14e-14, 1, 2e-14), (1.127, 2, 1.2), (9.7e-6, 1, 1e-5), (0.3, 1, 0.3), (-0.57, 1, -0.5)])
def test_a_bound_is_rounded_upward(x, digits, bound):
    assert upward(x, digits) == bound


@pytest.mark.parametrize("end, subject, by", [
    ("0", "이", "으로"), ("1", "이", "로"), ("2", "가", "로"), ("3", "이", "으로"), ("4", "가", "로"),
    ("5", "가", "로"), ("6", "이", "으로"), ("7", "이", "로"), ("8", "이", "로"), ("9", "가", "로"),
    ("%", "가", "로"), ("10⁻⁷", "이", "으로"),
])
def test_the_particle_behind_a_number(end, subject, by):
    """영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구, 퍼센트, 제곱."""
    assert agreed(f"1.{end}이(가) 1.{end}(으)로") == f"1.{end}{subject} 1.{end}{by}"
    others = {"이": "은 을 과", "가": "는 를 와"}[subject].split()
    assert agreed(f"{end}은(는) {end}을(를) {end}과(와)").split() == [end + other for other in others]
    assert agreed("값이(가) {x}이(가)") == "값이(가) {x}이(가)"


@pytest.mark.parametrize("number, printed", [
    (0, "0"), (-0.5, "−0.5"), (1, "1"), (10**0.5, "3.16"), (326, "326"), (1000, "1,000"), (3925, "3,925"),
    (0.001, "0.001"), (10_000, "10,000"), (1e-4, "10⁻⁴"), (1e5, "10⁵"), (1e-60, "10⁻⁶⁰")])
def test_a_number_at_an_axis(number, printed):
    assert tick(number) == printed


def test_a_logarithmic_axis_has_these_ticks_alone():
    ax = Figure().subplots()
    log_axis(ax, "y", [0.01, 0.05, 1], {0.05: "lr / 2"})
    ax.set_ylim(0.005, 2)
    assert ax.get_yscale() == "log" and list(ax.get_yticks()) == [0.01, 0.05, 1]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["0.01", "lr / 2", "1"]
    assert not len(ax.get_yticks(minor=True)) and ax.get_xscale() == "linear"
