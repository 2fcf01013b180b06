"""The pyplot of the browser beside Matplotlib's: the same figures, each point where Matplotlib has it."""

import contextlib
import io

import matplotlib
import numpy as np
import pytest

from site_tools.pages import DOCS, blocks
from tests.plotting import put

LABS = ("thread", "by-hand")


@pytest.fixture
def plt(monkeypatch):
    return put(monkeypatch)


def figures(name, after):
    """What `after()` finds behind each cell of a lab."""
    names, found = {"__name__": "__main__"}, []
    for block in blocks(DOCS / "en" / "labs" / f"{name}.md"):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(block.code, names)
        found += after()
    return found


def theirs(name, monkeypatch):
    """Of each axes that Matplotlib draws in a lab: its title, words, and its lines in parts of the axes' box."""
    matplotlib.use("Agg")
    from matplotlib import pyplot
    monkeypatch.setattr(pyplot, "show", lambda: None)

    def after():
        found = []
        for number in pyplot.get_fignums():
            for axes in pyplot.figure(number).axes:
                axes.get_xlim(), axes.get_ylim()  # it finds the limits when it is asked
                where = axes.transScale + axes.transLimits
                lines = [where.transform(line.get_xydata()) for line in axes.lines]
                found.append((axes.get_title(), axes.get_xlabel(), axes.get_ylabel(), lines))
        pyplot.close("all")
        return found
    return figures(name, after)


def ours(name, plt, monkeypatch):
    """The same of the pyplot of the browser, from the scales with which it draws."""
    seen, told = [], plt.Figure.told

    def kept(figure):
        seen.extend(figure.axes.flat)
        return told(figure)

    monkeypatch.setattr(plt.Figure, "told", kept)

    def after():
        plt.drawings()
        found = [(axes.words.get("title", ""), axes.words.get("x", ""), axes.words.get("y", ""), parts(plt, axes))
                 for axes in seen]
        seen.clear()
        return found
    return figures(name, after)


def parts(plt, axes):
    drawing = plt.Drawing(axes, 0.0, 0.0, 1.0, 1.0, (True, True))
    return [np.column_stack([drawing.x.at(x), 1 - drawing.y.at(y)]) for x, y, _ in axes.lines]


@pytest.mark.parametrize("name", LABS)
def test_the_labs_are_drawn_as_matplotlib_draws_them(name, monkeypatch):
    with monkeypatch.context() as patch:
        wanted = theirs(name, patch)
    with monkeypatch.context() as patch:
        found = ours(name, put(patch), patch)
    assert [axes[:3] for axes in found] == [axes[:3] for axes in wanted] and len(found) >= 5
    for (title, *_, lines), (*_, others) in zip(found, wanted):
        assert len(lines) == len(others) > 0
        for line, other in zip(lines, others):
            seen = np.isfinite(other).all(axis=1)
            assert np.allclose(line[seen], other[seen], atol=0.02), title


def paths(figure):
    """The ways of a figure: those inside an axes, and the others."""
    clipped = [shape for shape in figure["shapes"] if "clip" in shape]
    return [way for box in clipped for way in box["shapes"]], [s for s in figure["shapes"] if "points" in s]


def test_a_line_goes_from_corner_to_corner_and_is_broken_where_a_value_is_missing(plt):
    plt.plot([0, 1, 2, 3, 4], [0, 1, np.nan, 3, 4])
    plt.xlim((0, 4))
    plt.ylim((0, 4))
    plt.show()
    (figure,) = plt.drawings()
    (left, top, wide, high), (first, second) = figure["shapes"][0]["clip"], paths(figure)[0]
    assert first["points"][0] == [left, round(top + high, 1)] and second["points"][-1] == [round(left + wide, 1), top]
    assert len(first["points"]) == len(second["points"]) == 2 and plt.drawings() == []


def test_what_is_not_shown_is_shown_at_the_end_of_its_cell(plt):
    plt.plot([1, 2])
    assert len(plt.drawings()) == 1
    plt.plot([1, 2])
    plt.close("all")
    assert plt.drawings() == []


@pytest.mark.parametrize("values, log, most, wanted", [
    ((0, 100), False, 6, ["0", "20", "40", "60", "80", "100"]),
    ((-1.2, 1.2), False, 5, ["−1", "−0.5", "0", "0.5", "1"]),
    ((1e-70, 1), True, 5, ["10⁻⁶⁰", "10⁻⁴⁰", "10⁻²⁰", "10⁰"]), ((1, 1000), True, 6, ["10⁰", "10¹", "10²", "10³"]),
    ((2, 4), True, 6, ["2", "2.5", "3", "3.5", "4"]),
])
def test_ticks_are_round(plt, values, log, most, wanted):
    axes = plt.Axes()
    axes.set(xscale="log" if log else "linear", xlim=values)
    scale = plt.Scale(axes, "x", np.array([]), (0, 55.0 * most))
    assert [name for _, name in scale.marks()] == wanted
    assert all(-1 <= scale.at(value) <= 55 * most + 1 for value, _ in scale.marks())


@pytest.mark.parametrize("form, marker, line, colour", [
    ("o", "o", "", None), ("--", None, "--", None), ("s--", "s", "--", None), ("D-.", "D", "-.", None),
    ("r", None, "-", "#b3261e"), ("ro:", "o", ":", "#b3261e"), ("o:r", "o", ":", "#b3261e"), ("", None, "-", None),
])
def test_a_form_is_read(plt, form, marker, line, colour):
    style = plt.parsed(form)
    assert (style.get("marker"), style.get("linestyle"), style.get("color")) == (marker, line, colour)


@pytest.mark.parametrize("act", [
    lambda plt: plt.pie([1]), lambda plt: plt.subplots()[1].bar([1], [2]), lambda plt: plt.plot([1], hatch="x"),
    lambda plt: plt.subplots()[1].set(facecolor="k"), lambda plt: plt.imshow,
])
def test_what_is_not_here_says_so(plt, act):
    with pytest.raises(plt.Lacking, match="in this browser") as raised:
        act(plt)
    assert raised.value.lacks == "matplotlib"


def test_marks_areas_notes_and_a_legend_are_drawn(plt):
    plt.plot([0, 1], [0, 1], "s", label="one", markevery=[1], c="k")
    plt.fill_between([0, 1], [0, 0], [1, 2], color="#0b7558", alpha=0.2)
    plt.text(0.5, 0.5, "here", ha="right")
    plt.legend(loc="lower left")
    plt.grid()
    (figure,) = plt.drawings()
    inside, _ = paths(figure)
    words = {shape["words"]: shape for shape in figure["shapes"] if "words" in shape}
    assert sum(way["fill"] == "ink" for way in inside) == 1, "one marker"
    assert [way["opacity"] for way in inside if way["fill"] == "#0b7558"] == [0.2]
    assert words["here"]["anchor"] == "end" and "one" in words
    assert any(way["stroke"] == "rule" for way in inside)


def test_nothing_drawn_is_an_empty_frame(plt):
    plt.subplots(2, 2, sharex=True, sharey=True)
    (figure,) = plt.drawings()
    assert sum("clip" in shape for shape in figure["shapes"]) == 4


def test_many_points_are_thinned(plt):
    plt.plot(np.random.default_rng(0).normal(size=50_000))
    (figure,) = plt.drawings()
    assert 1000 < len(paths(figure)[0][0]["points"]) <= 5000
