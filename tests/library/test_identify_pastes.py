"""What programs print in other languages, and what people paste by mistake: read as what it is, or said."""

import itertools
import json

import numpy as np
import pytest
import quickjs

from mhat.identify import GRADIENTS, THETA, answer, identify, in_words
from mhat.identify.arranging import arranged, halves_of
from mhat.identify.reading import read
from mhat.identify.running import as_text
from site_tools.scripts import engine
from tests.prints import PATH, lines, path_of

TOLD = {"lr": 0.2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0}


def framed(frame, form="{:.6f}", gap=", "):
    """A frame for each point of the path, its numbers in the place of the dots."""
    return "\n".join(frame.replace("…", gap.join(form.format(x) for x in row)) for row in PATH)


def counted(label, start=1):
    """A line for each point with its number; from 0 on, with the point before the first step."""
    rows = PATH.tolist() if start else [THETA, *PATH.tolist()]
    return "\n".join(label.format(t=t) + " ".join(map(repr, row)) for t, row in enumerate(rows, start))


def fortran(x):
    """D16.9 of Fortran: 0.300000000D+00."""
    digits, power = f"{x:.8e}".split("e")
    return f"{'-' if x < 0 else ' '}0.{digits.lstrip('-').replace('.', '')}D{int(power) + 1:+03d}"


def matlab(rows):
    """`format short` with a common factor."""
    return "theta =\n\n   1.0e-01 *\n\n" + "\n".join("   ".join(f"{x * 10:.4f}" for x in row) for row in rows)


PASTES = {
    "comma decimals": lines(PATH, gap="; ").replace(".", ","),
    "comma decimals and blanks": lines(PATH).replace(".", ","),
    "comma decimals and commas": lines(PATH, gap=", ").replace(".", ","),
    "Fortran": "\n".join(" ".join(fortran(x) for x in row) for row in PATH),
    "Chrome": framed("(3) […]"),
    "Node, typed": framed("Float64Array(3) [ … ]", "{!r}"),
    "Firefox": framed("Array(3) [ … ]"),
    "Node, object": "\n".join("Float64Array {'0': " + f"{a}, '1': {b}, '2': {c}" + "}" for a, b, c in PATH.tolist()),
    "Julia": "\n".join("3-element Vector{Float64}:\n " + "\n ".join(map(repr, row)) for row in PATH.tolist()),
    "Julia matrix": "12×3 Matrix{Float64}:\n" + lines(PATH, " {:.6f}"),
    "R": framed("[1] …", "{:.7g}", " "),
    "R matrix": "          [,1]      [,2]      [,3]\n" + "\n".join(
        f"[{t},] " + " ".join(f"{x:.7f}" for x in row) for t, row in enumerate(PATH, 1)),
    "pandas": "          0         1         2\n" + "\n".join(
        f"{t}  " + "  ".join(f"{x:.6f}" for x in row) for t, row in enumerate(PATH)),
    "pandas series": "\n".join(
        "\n".join(f"{i}    {x:.6f}" for i, x in enumerate(row)) + "\ndtype: float64" for row in PATH),
    "candle": framed("[…]\nTensor[[3], f64]", "{!r}"),
    "each by its index": "\n".join(f"theta[{i}] = {x:.6f}" for row in PATH for i, x in enumerate(row)),
    "MATLAB": matlab(PATH),
    "%a": "\n".join(" ".join(float(x).hex() for x in row) for row in PATH),
    "Mathematica": lines(PATH, "{:.8e}").replace("e", "*^"),
    "Firefox, with its place": framed("Array(3) [ … ] debugger eval code:3:11", "{!r}"),
    "Chrome, with its place": framed("VM123:4 (3) […]", "{!r}"),
    "a file's place": framed("… app.js:12:9", "{!r}"),
    "step 0: and the start": counted("step {t}: ", start=0),
} | {name: counted(name) for name in (
    "step {t}: ", "iter {t}: ", "Iteration {t}: ", "epoch {t}: ", "t = {t}: ", "[{t}/12] ", "Epoch {t}/12: ", "{t}/12 ",
    "스텝 {t}: ", "t={t}, ")
}


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


@pytest.mark.parametrize("kind", PASTES)
def test_other_languages_are_read(kind):
    path = arranged(read(PASTES[kind]))
    assert path["problem"] == "", path["count"]
    off = np.abs(np.array(path["values"]) - PATH.ravel())
    assert (off <= np.array(path["halves"]) * 1.001 + 1e-15).all()
    found = answer(PASTES[kind], TOLD, "")
    assert found["verdict"] == "right", as_text(in_words(found, "en"))
    assert found["found"][0]["names"][0]["name"] == "adam"


JULIA = "\n".join("(" + ", ".join(f"{x!s}f0" for x in row) + ")" for row in PATH.astype("f4"))  # tuples of Float32


def test_the_power_of_a_float32_of_julia():
    numbers = read(JULIA + " 1.5f-5 2.5f 7.25F")["numbers"]
    assert [number["value"] for number in numbers[36:]] == [1.5e-5, 2.5, 7.25]
    assert np.array_equal(np.array([number["value"] for number in numbers[:36]], "f4"), PATH.astype("f4").ravel())
    found = answer(JULIA, TOLD, "")
    assert found["verdict"] == "right" and found["found"][0]["names"][0]["name"] == "adam"


def test_commas_between_numbers_stay_commas():
    for text, numbers in (("0.3,-0.25,0.125", [0.3, -0.25, 0.125]), ("0,3,-0,25", [0.3, -0.25]),
                          ("0,3 1,5", [0.3, 1.5]), ("[1, 2]", [1, 2]), ("1.5e-3,2", [0.0015, 2])):
        assert [number["value"] for number in read(text)["numbers"]] == numbers, text


def test_numbers_of_percent_a_are_exact():
    values = [0.1, -2.5, 1e-300, 3.0, 0.0]
    numbers = read(" ".join(x.hex() for x in values))["numbers"]
    assert [number["value"] for number in numbers] == values and max(halves_of(numbers)) < 1e-16


def steps(path):
    return np.diff(np.vstack([THETA, path]), axis=0)


MIXED = {
    "columns": PATH.T.reshape(12, 3), "reversed": PATH[::-1], "before": np.vstack([THETA, PATH[:-1]]),
    "zero": PATH - THETA, "steps": steps(PATH), "steps_down": -steps(PATH),
}


@pytest.mark.parametrize("name", MIXED)
def test_numbers_in_another_order_are_recognised(name):
    found = identify(MIXED[name], **TOLD)
    assert found["mixup"] == name and found["verdict"] == "right", str(found)
    assert found["found"][0]["names"][0]["name"] == "adam"
    assert str(found).count("\n") and str(identify(MIXED[name], language="ko", **TOLD)) != str(found)
    assert not identify(PATH, **TOLD)["mixup"]


@pytest.mark.parametrize("told", [{}, {"decay": 0}, {"lr": 0.2}], ids=str)
@pytest.mark.parametrize("digits", [4, 6])
def test_no_weight_decay_makes_parameters_of_steps(digits, told):
    """One near 1 / lr leaves nothing of the parameters but the last step."""
    for sign, mixup in ((1, "steps"), (-1, "steps_down")):
        text = "\n".join(" ".join(f"{x:.{digits}f}" for x in row) for row in sign * steps(PATH))
        found = identify(text, **told)
        names = [name for group in found["found"] for name in group["names"]]
        assert found["mixup"] == mixup and "adam" in [name["name"] for name in names], str(found)
        assert all(name["settings"]["lr"] * name["settings"].get("decay", 0) < 0.1 for name in names), str(found)


def test_steps_that_a_weight_decay_is_in_are_recognised():
    found = identify(steps(path_of("adam", "decay_before", decay=0.01)), **{**TOLD, "decay": 0.01})
    assert found["mixup"] == "steps" and found["verdict"] == "right", str(found)
    assert found["found"][0]["names"][0]["decay"] == "decay_before"


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3)))[1:])
@pytest.mark.parametrize("decay", [0.0, 0.01])
def test_columns_in_another_order_are_recognised(order, decay):
    path = path_of("adam", "decay_before", decay=decay)[:, [i - 1 for i in order]]
    found = identify(path, **{**TOLD, "decay": decay})
    assert found["mixup"] == "swapped" and found["verdict"] == "right", str(found)
    for language, words in (("en", "of coordinates {}, in this order"), ("ko", "차례로 {}번째 좌표의 열")):
        said = str(identify(path, language=language, **{**TOLD, "decay": decay}))
        assert words.format(", ".join(map(str, order))) in said


@pytest.mark.parametrize("path, problem, word", [
    ([PATH[-1]] * 12, "repeated", "copy()"), (GRADIENTS, "gradients", "gradients of the list"),
    ([THETA] * 12, "still", "never moved"),
])
def test_what_is_no_path_is_said(path, problem, word):
    found = identify(path, **TOLD)
    assert found["problem"] == problem and word in str(found)


def test_the_page_reads_the_same():
    context = quickjs.Context()
    context.eval(engine("identify"))
    context.eval("const asked = (text, told) => JSON.stringify(in_words(answer(text, told, ''), 'ko'))")
    texts = [*PASTES.values(), JULIA, *(lines(path, "{!r}") for path in MIXED.values()), lines([PATH[-1]] * 12)]
    texts += [lines(path_of("adam", lr=lr), "{:.9g}") for lr in (0.0015, 3e-4)]
    for text in texts:
        for told in (TOLD, {"decay": 0, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}):
            theirs = json.loads(context.eval(f"asked({json.dumps(text)}, {json.dumps(told)})"))
            assert as_text(theirs) == as_text(in_words(answer(text, told, ""), "ko"))
