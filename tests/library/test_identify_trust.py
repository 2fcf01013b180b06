"""`identify` says "sure" only when it is, by digits, dtypes, learning rates and settings; and helps where it is not.

The programs here are written in NumPy, not taken from the forms that `identify` knows.
"""

import itertools

import numpy as np
import pytest

from mhat.identify import GRADIENTS, THETA, answer, check, identify
from mhat.identify.arranging import arranged, halves_of
from mhat.identify.candidates import candidates
from mhat.identify.known import ROWS
from mhat.identify.rates import goes_straight, roundest
from mhat.identify.reading import read
from mhat.identify.running import as_printed
from mhat.rules import START, adam, rmsprop
from tests.prints import PATH, SETTINGS, lines, path_of

TOLD = {"lr": 0.2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0}
G = np.array(GRADIENTS, float)


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


def walked(step, dtype=float):
    """The parameters after each step of (theta, g, t) -> theta."""
    theta, path = np.array(THETA, dtype), []
    for t, g in enumerate(G.astype(dtype), 1):
        theta = step(theta, g, t)
        path.append(theta)
    return np.array(path)


def adam_like(change, dtype=float):
    """Steps (theta, m_hat, v_hat) -> theta with Adam's averages."""
    kept = [np.zeros(3, dtype), np.zeros(3, dtype)]
    def step(theta, g, t):
        kept[0] = 0.9 * kept[0] + 0.1 * g
        kept[1] = 0.999 * kept[1] + 0.001 * g * g
        return change(theta, kept[0] / (1 - 0.9**t), kept[1] / (1 - 0.999**t))
    return step


def bfloat16(x):
    """The nearest numbers of bfloat16, ties to even, by their bits."""
    bits = np.asarray(x, np.float32).view(np.uint32).astype(np.uint64)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    return rounded.astype(np.uint32).view(np.float32)


def first(found):
    return found["found"][0]["names"][0]


# The last digit


def printed_by(form, numbers):
    return " ".join(form(x) for x in numbers)


@pytest.mark.parametrize("form, step", [
    (repr, 5e-15), (lambda x: f"{x:.6g}", 1e-5), (lambda x: f"{x:.6f}", 1e-6), (lambda x: f"{x:.8e}", 1e-8),
    (lambda x: repr(np.float32(x).item()), 1e-15), (lambda x: f"{x:.3f}", 1e-3),
], ids=["repr", "%g", "%f", "%e", "repr of float32", "three decimals"])
def test_a_last_digit_means_the_same_in_the_whole_text(form, step):
    """Half a unit: of a share of the number (repr, %g, %e), or of its decimals (%f); never of a zero left out."""
    numbers = [0.499, -0.25, 0.1234567890123456, 0.3123456712345678, -0.2718281828459045, 12.5, 0.000123456789012345]
    halves = halves_of(read(printed_by(form, numbers))["numbers"])
    fixed = form(0.5) in ("0.500000", "0.500")
    for x, half in zip(numbers, halves):
        assert half <= (step if fixed else step * abs(x)) * 1.01, (x, half)


def test_numpy_leaves_out_zeros_at_the_end():
    halves = halves_of(read(str(np.array([0.3, -0.25, 0.12345678])) + str(np.array([100.5, 2e-9, 0.125])))["numbers"])
    assert halves[:3] == pytest.approx([5e-9] * 3) and halves[3] < 1e-5 and halves[4] < 1e-16


def test_what_never_moved_fits_no_small_rate():
    """Read as 0.5 +- 0.05, a start that stays would be a step of any small rate."""
    path = walked(lambda theta, g, t: theta - 1e-3 * np.sign(g))
    unsaid = {name: value for name, value in TOLD.items() if name != "lr"}
    assert answer(lines(path.astype(object), "{!r}"), unsaid, "")["verdict"] == "none"
    found = check(lambda theta, g: theta - 1e-3 * np.sign(g), **{**TOLD, "lr": 1e-3})
    assert found["verdict"] == "relative" and str(found).startswith("This is sign descent")


def test_a_step_too_small_for_the_print_is_not_called_a_dtype():
    text = lines(path_of("adam", lr=1e-5), "{:.4f}")
    found = identify(text, **{**TOLD, "lr": 1e-5})
    assert found.get("dtype", "float64") == "float64" and "16" not in str(found)


# float32


def no_eps(theta, m_hat, v_hat):
    return theta - 0.2 * m_hat / np.sqrt(v_hat)


def eps_thrice(theta, m_hat, v_hat):
    return theta - 1e-3 * m_hat / (np.sqrt(v_hat + 1e-8) + 2e-8)


def test_seventeen_digits_are_not_compared_as_float32():
    """Both are within float32's rounding of a mistake of another name."""
    found = identify(walked(adam_like(no_eps)), **TOLD)
    assert found["verdict"] == "mistake" and first(found)["name"] == "eps-missing"
    found = identify(walked(adam_like(eps_thrice)), **{**TOLD, "lr": 1e-3})
    assert found["verdict"] == "close" and str(found).startswith("Close, but not equal")
    assert found["at"]["step"] == 1 and abs(found["at"]["expected"] - found["at"]["printed"]) < 1e-9
    assert "이것이 아닙니다" in str(identify(walked(adam_like(eps_thrice)), language="ko", **{**TOLD, "lr": 1e-3}))


def right(dtype):
    number = np.dtype(dtype).type
    return adam_like(lambda theta, m, v: theta - number(0.2) * (m / (np.sqrt(v) + number(1e-8))), dtype)


def test_float32_is_found_in_a_list_of_python():
    path = walked(right("float32"), np.float32)
    assert path.dtype == "float32"
    for given in (path, path.tolist(), lines(path, "{:.9g}"), lines(path.astype(float), "{!r}")):
        found = identify(given, **TOLD)
        assert found["verdict"] == "right" and found["dtype"] == "float32" and "fits only" not in str(found)
    assert identify(walked(right("float64")).tolist(), **TOLD)["dtype"] == "float64"


def test_few_digits_that_fit_in_float32_alone_are_said_so():
    text = lines(walked(right("float32"), np.float32), "{:.7f}")
    found = identify(text, **TOLD)
    assert found["verdict"] == "right" and found["only"] and "only with the rounding of float32" in str(found)
    assert not identify(lines(PATH, "{:.7f}"), **TOLD)["only"]


def test_a_small_decay_is_not_taken_for_the_rounding_of_float32():
    small = adam_like(lambda theta, m, v: theta * (1 - 3e-4 * 1e-4) - 3e-4 * m / (np.sqrt(v) + 1e-8))
    found = identify(lines(walked(small), "{:.8f}"), **{**TOLD, "lr": 3e-4})
    assert found["verdict"] in ("several", "other")
    decays = [name["settings"].get("decay") for group in found["found"] for name in group["names"]]
    assert 1e-4 in decays


def test_a_dtype_is_named_only_if_the_numbers_have_it():
    bare = lines(PATH, "{:.7f}")
    assert "float32" not in str(identify(bare, **TOLD)) and identify(PATH.tolist(), **TOLD)["dtype"] == "float64"
    assert "float" not in as_printed(PATH) and as_printed(PATH.astype("f4")).startswith("float32 ")
    assert "e" in as_printed([0.5]) and float(as_printed([0.1 + 0.2])) == 0.1 + 0.2


def test_settings_rounded_to_float32_in_a_program_of_float64():
    lr, beta1, beta2, eps = (float(np.float32(x)) for x in (0.2, 0.9, 0.999, 1e-8))
    m = v = 0.0
    def step(theta, g, t):
        nonlocal m, v
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    found = identify(walked(step), **TOLD)
    assert found["verdict"] == "right" and "settings rounded to float32" in str(found)


# bfloat16


def test_bfloat16_is_a_dtype():
    def step(theta, g, t):
        kept[0] = bfloat16(0.9 * kept[0] + 0.1 * g)
        kept[1] = bfloat16(0.999 * kept[1] + 0.001 * g * g)
        change = kept[0] / (1 - 0.9**t) / (np.sqrt(kept[1] / (1 - 0.999**t)) + 1e-8)
        return bfloat16(theta - 0.2 * change)
    kept = [np.zeros(3, "f4"), np.zeros(3, "f4")]
    path = walked(step, np.float32).astype(float)
    assert (bfloat16(path) == path).all()
    for given in (path.tolist(), lines(path, "{:.4g}") + " torch.bfloat16", lines(path, "{:.9f}")):
        found = identify(given, **TOLD)
        assert found["dtype"] == "bfloat16", given
        assert "adam" in [name["name"] for group in found["found"] for name in group["names"]]
        assert "float16," not in str(found) and "ε = 1e−8 becomes 0" not in str(found)
    path[3:, 2] = bfloat16(path[3:, 2] + 0.5)  # in float16 the third column is not looked at; here it is
    found = identify(path.tolist(), **TOLD)
    assert found["verdict"] == "none"


# The learning rate


@pytest.mark.parametrize("lr", [2e-4, 6e-4, 0.0015, 0.004, 0.15, 0.097])
def test_a_learning_rate_comes_from_the_path(lr):
    told = {name: value for name, value in TOLD.items() if name != "lr"}
    for kind, decay in (("", 0), ("decay_before", 0.01), ("decay_l2", 0.01)):
        found = identify(path_of("adam", kind, lr=lr, decay=decay), **{**told, "decay": decay})
        assert found["verdict"] == "right" and first(found)["settings"]["lr"] == lr
    found = identify(lines(path_of("adam", lr=lr), "{:.6f}"), **told)
    assert abs(first(found)["settings"]["lr"] / lr - 1) < 1e-2 and first(found)["name"] == "adam"


def test_a_rule_that_goes_straight_does_so_on_the_whole_list():
    """Each path with half the learning rate is half as far from its start, exactly as rounding allows."""
    straight = [possible for possible in candidates({"decay": 0}) if goes_straight(possible)]
    assert {possible.row.name for possible in straight} < {row.name for row in ROWS} and len(straight) > 100
    for possible in straight:
        name, start = possible.row.name, possible.start
        one, half = (path_of(name, start=start, lr=lr) - THETA for lr in (1.0, 0.5))
        assert np.allclose(one, 2 * half, rtol=1e-9, atol=1e-14, equal_nan=True), name
    bent = {row.name for row in ROWS} - {possible.row.name for possible in straight}
    assert "lr-twice" in bent and "eps-outside-fraction" in bent and "decay-in-gradient" in bent


def test_a_rate_of_a_fifth_tells_more_apart_than_a_tenth_or_one():
    """Two of one path: where lr is 1 - beta or 1, lr twice is momentum as an average, or momentum."""
    def met(lr):
        paths = [path_of(row.name, lr=lr, decay=0.01) for row in ROWS]
        return sum(np.allclose(a, b, rtol=1e-12, atol=0, equal_nan=True) for a, b in itertools.combinations(paths, 2))
    assert met(0.2) == met(10.0) < min(met(0.1), met(1.0))
    for lr, verdict in ((0.1, "right"), (0.2, "mistake"), (1.0, "right")):
        assert identify(path_of("lr-twice", lr=lr), lr=lr, beta=0.9, decay=0)["verdict"] == verdict


@pytest.mark.parametrize("low, high, expected", [
    (0.0999, 0.1002, 0.1), (0.00025, 0.00035, 0.0003), (0.19999, 0.20001, 0.2), (0.123449, 0.123451, 0.12345),
    (2.0, 7.0, 5.0), (0.0, 3e-5, 1e-5), (0.96, 1.3, 1.0), (0.09699999, 0.0970001, 0.097),
])
def test_the_roundest_decimal(low, high, expected):
    assert roundest(low, high) == expected
    decimals = [k * 10.0**power for power, k in itertools.product(range(-9, 2), range(1, 10))]
    if not [x for x in decimals if low <= x <= high]:  # then it needs two digits or more
        assert len(f"{expected:e}".split("e")[0].strip("0").replace(".", "")) >= 2


# Settings


def test_a_decay_that_is_never_applied_is_said():
    found = identify(PATH, **{**TOLD, "decay": 0.01})
    assert found["verdict"] == "unused" and found["unused"] == [["decay", 0.01]]
    assert "does not use them: decay = 0.01" in str(found) and not str(found).startswith("Right")


def test_a_momentum_that_is_never_applied_is_said():
    path = walked(lambda theta, g, t: theta - 0.2 * g)
    found = identify(path, lr=0.2, beta=0.9, decay=0)
    assert found["verdict"] == "unused" and "β = 0.9" in str(found) and first(found)["name"] == "gradient_descent"
    assert identify(path, lr=0.2, decay=0)["verdict"] == "right"
    assert identify(PATH, **{**TOLD, "beta": 0.9})["verdict"] == "right"  # Adam's is beta1


def test_another_setting_than_the_told_one_is_never_right():
    found = identify(path_of("adam", lr=1e-4), **{**TOLD, "lr": 0.001})
    assert found["verdict"] == "other" and found["other"] == [["lr", 0.001]]
    assert str(found).startswith("Adam, the paper's Algorithm 1 with lr = 0.0001, where you gave lr = 0.001")
    assert "a mistake with the same effect" in str(found)
    decayed = identify(path_of("adam", "decay_before", decay=1e-4, lr=3e-4), **{**TOLD, "lr": 3e-4})
    assert decayed["verdict"] == "other" and decayed["other"] == [["decay", 0]]


def weighted_by_beta1():
    kept = [0.0, 0.0]
    def step(theta, g, t):
        kept[0], kept[1] = 0.9 * kept[0] + 0.1 * g, 0.999 * kept[1] + 0.1 * g * g
        return theta - 1e-3 * (kept[0] / (1 - 0.9**t)) / (np.sqrt(kept[1] / (1 - 0.999**t)) + 1e-8)
    return step


def velocity(change):
    kept = [0.0]
    def step(theta, g, t):
        kept[0], moved = change(kept[0], g)
        return theta - moved
    return step


IN_DISGUISE = [  # a right form with settings that nobody gave, and a mistake with those that somebody did
    ("beta1-weighs-g2", weighted_by_beta1, {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    ("v-unweighted", lambda: velocity(lambda v, g: (
        0.99 * v + g * g, 0.01 * g / (np.sqrt(0.99 * v + g * g) + 1e-5))), {"lr": 0.01, "beta2": 0.99, "eps": 1e-5}),
    ("velocity-averaged", lambda: velocity(lambda v, g: (
        0.9 * v + 0.1 * g, 0.1 * (g + 0.9 * (0.9 * v + 0.1 * g)))), {"lr": 0.1, "beta": 0.9}),
]


@pytest.mark.parametrize("name, step, told", IN_DISGUISE, ids=[row[0] for row in IN_DISGUISE])
def test_a_right_form_in_disguise_is_the_mistake(name, step, told):
    path = walked(step())
    found = identify(path, **told, decay=0)
    assert found["verdict"] == "mistake" and first(found)["name"] == name
    unsaid = identify(path, decay=0)
    names = [each["name"] for each in unsaid["found"][0]["names"]]
    assert len(unsaid["found"]) == 1 and name in names
    assert unsaid["verdict"] == "mistake" or "If you meant something else, it is this mistake" in str(unsaid)


def test_settings_that_were_not_told_are_named_as_found():
    found = identify(PATH, lr=0.2, decay=0)
    assert found["guessed"] == ["beta1", "beta2", "eps"] and str(found).startswith("Right, if these are your settings")
    assert str(identify(PATH, **{**SETTINGS, "decay": 0})).startswith("Right: Adam")


# What would tell apart


def test_no_more_digits_are_asked_for_than_a_dtype_has():
    """Nine digits of float32 are all there are."""
    found = answer("float32 " + lines(path_of("adam", lr=1e-5), "{:.9f}"), {**TOLD, "lr": 1e-5}, "")
    assert found["verdict"] == "several" and found["telling"]["decimals"] == 0 and found["telling"]["finer"]


def test_where_nothing_moves_nothing_is_named():
    found = identify(lines([[0.5, np.nan, 0.125]] * 12, "{}"))
    assert found["verdict"] == "none" and not found["near"] and not found["found"]
    assert "Never moved: Columns 1 and 3." in str(found) and "Column 2 is NaN or infinite from step 1" in str(found)


# None, and yet an answer


def test_each_column_is_followed_as_far_as_it_goes():
    path = PATH.copy()
    path[1:, 2] = path[0, 2] - 0.5 * (path[0, 2] - path[1:, 2])
    near = identify(path, **TOLD)["near"][0]
    assert near["name"]["name"] == "adam" and [column["step"] for column in near["columns"]] == [0, 0, 2]
    assert "Columns 1 and 2 to the end. Column 3 leaves at step 2" in str(identify(path, **TOLD))


def test_two_numbers_are_shown_with_the_digits_that_part_them():
    path = PATH.copy()
    path[4:, 0] += 3e-9
    text = str(identify(path, **TOLD))
    expected, printed = text.split("coordinate 1: ")[1].split(" was given")[0].split(" is expected, ")
    assert expected != printed and float(printed) - float(expected) == pytest.approx(3e-9, abs=2e-9)


def test_of_the_nearest_the_plain_form_stands_first():
    """A decay that grows from a third too much is as near to AdamW as to AMSGrad with the told one."""
    decays = iter(1e-3 * 0.0133 * (1 + 0.01 * np.arange(12)))
    larger = adam_like(lambda theta, m, v: theta * (1 - next(decays)) - 1e-3 * m / (np.sqrt(v) + 1e-8))
    near = identify(walked(larger), **{**TOLD, "lr": 1e-3, "decay": 0.01})["near"]
    assert (near[0]["name"]["name"], near[0]["name"]["decay"]) == ("adam", "decay_before")


@pytest.mark.parametrize("form, dtype", [("{!r}", float), ("{:.6f}", float), ("{:.9g}", np.float32)])
@pytest.mark.parametrize("kind", ["decay_before", "decay_after", "decay_absolute", "decay_absolute_after"])
def test_a_decay_that_nobody_told_is_computed(kind, form, dtype):
    """Not a common one: of 0.02 "decay twice" with 0.01 is nearly the same."""
    path = path_of("adam", kind, decay=0.02).astype(dtype)
    text = lines(path.astype(object) if form == "{!r}" else path, form)
    for told in ({"lr": 0.2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}, {"lr": 0.2}):
        found = identify(text, **told)
        names = [name for group in found["found"] for name in group["names"]]
        assert found["verdict"] == "right" and "decay" in found["guessed"]
        assert 0.02 in [name["settings"]["decay"] for name in names if name["decay"] == kind]
        assert all(name["name"] in ("adam", "adam_folded") for name in names)
    assert identify(text, lr=0.2, decay=0.01)["verdict"] == "other", "what is told is not computed"


@pytest.mark.parametrize("name, lr", [("momentum", 0.03), ("rmsprop", 0.007), ("adam", 0.2)])
def test_a_decay_and_a_learning_rate_are_computed_together(name, lr):
    found = identify(path_of(name, "decay_after", decay=0.03, lr=lr, beta2=0.9))
    names = [item for group in found["found"] for item in group["names"]]
    assert found["verdict"] == "right" and names[0]["decay"] == "decay_after"
    assert (names[0]["settings"]["lr"], names[0]["settings"]["decay"]) == (lr, 0.03)
    assert identify(path_of(name, lr=lr, beta2=0.9))["found"][0]["names"][0]["decay"] == ""


def test_a_first_step_is_measured():
    path = walked(adam_like(lambda theta, m, v: theta + 0.1 * m / (np.sqrt(v) + 0.03 * np.abs(m) + 1e-8)))
    found = identify(path, **TOLD)
    assert found["verdict"] == "none" and not found["first"]["downhill"]
    assert found["first"]["size"] == pytest.approx(0.5 / 1.03, rel=1e-6) and "uphill" in str(found)


def test_a_column_that_moves_without_its_gradient_is_said():
    """A program that reads the parameters in the place of the gradient; a weight decay that was told does the same."""
    adam_of = adam_like(lambda theta, m, v: theta - 0.2 * m / (np.sqrt(v) + 1e-8))
    named = identify(walked(lambda theta, g, t: adam_of(theta, theta, t)), **TOLD)
    assert named["verdict"] == "beside" and "the parameters read in the place of the gradient" in str(named)
    found = identify(walked(lambda theta, g, t: adam_of(theta, np.sin(3 * theta), t)), **TOLD)
    assert found["verdict"] == "none" and "Column 2 moves" in str(found)
    odd = walked(adam_like(lambda theta, m, v: theta + 0.1 * m / (np.sqrt(v) + 0.03 * np.abs(m) + 1e-8)))
    assert not identify(odd, **TOLD)["alone"]
    assert not identify(odd * (1 - 1e-3 * np.arange(1, 13)[:, None]), **{**TOLD, "decay": 0.01})["alone"]


@pytest.mark.parametrize("name, settings", [
    ("adamax", {"beta1": 0.9, "beta2": 0.999}), ("adagrad", {}), ("nadam", {"beta1": 0.9, "beta2": 0.999}),
    ("amsgrad", {"beta1": 0.9, "beta2": 0.999}),
])
def test_a_form_without_eps_is_found_where_none_was_told(name, settings):
    """Program that has none cannot be told one; what divides 0 by 0 is NaN, and is in column 2 at once."""
    path = path_of(name, lr=0.2, eps=0.0, **settings)
    assert np.isnan(path[0, 1])
    for told in ({"lr": 0.2, "decay": 0, **settings}, {"decay": 0}):
        found = identify(path, **told)
        assert found["verdict"] == "right" and first(found)["name"] == name and "ε = 0" in str(found)
        assert "eps" in found["guessed"]
    assert identify(path, lr=0.2, decay=0, eps=1e-8, **settings)["verdict"] == "other"


def test_what_makes_nan_is_said():
    kept = [0.0]
    def step(theta, g, t):
        kept[0] = 0.9 * kept[0] + 0.1 * g**3
        return theta - 0.01 * g / (np.sqrt(kept[0]) + 1e-8)
    path = walked(step)
    assert np.isnan(path[1, 0]) and np.isfinite(path[0]).all()
    found = identify(path, lr=0.01, beta2=0.9, eps=1e-8, decay=0)
    assert "negative" in str(found) and [column["step"] for column in found["columns"]][0] == 2


def test_the_nearest_is_of_the_rule_that_the_reader_means():
    """A warm-up that no row has: the nearest is an Adam, by the settings, not what stands first in a table."""
    path = walked(adam_like(lambda theta, m, v: theta - 0.1 * m / (np.sqrt(v) + 2e-8)))
    near = identify(path, **TOLD)["near"]
    assert near and all("eps" in item["name"]["settings"] and "beta1" in item["name"]["settings"] for item in near)
    path = PATH.copy()
    path[9:, 1] += 0.1  # an Adam to step 9, but who gives beta2 and eps alone means RMSProp
    near = identify(path, lr=0.2, beta2=0.999, eps=1e-8, decay=0)["near"]
    assert near and all("beta1" not in item["name"]["settings"] for item in near)


def test_the_path_is_taken_from_its_numbers_alone():
    assert arranged(read(lines(PATH)))["values"] == [float(f"{x:.6f}") for x in PATH.ravel()]


COMMON = {"lr": 0.2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
OF_RMSPROP = {"lr": 0.1, "beta2": 0.9, "eps": 1e-8}


@pytest.mark.parametrize("rule, settings, mistake, common", [
    (adam, {"lr": 0.2, "beta1": 0.99, "beta2": 0.5, "eps": 1e-8}, "betas-exchanged", {"beta1": 0.5, "beta2": 0.99}),
    (adam, {"lr": 0.2, "beta1": 0.999, "beta2": 0.9, "eps": 1e-8}, "betas-exchanged", {"beta1": 0.9, "beta2": 0.999}),
    (adam, {"lr": 0.2, "beta1": 0.1, "beta2": 0.001, "eps": 1e-8}, "old-notation", {"beta1": 0.9, "beta2": 0.999}),
    (adam, COMMON | {"eps": 1e-9}, "beta1-weighs-g2", {"lr": 2.0, "eps": 1e-8}),
    (adam, COMMON | {"eps": 1e-4}, "beta1-weighs-g2", {"lr": 2.0, "eps": 1e-3}),
    (adam, COMMON | {"eps": 1e-8 * 0.001**0.5}, "g2-unweighted", {"lr": 0.2 / 0.001**0.5, "eps": 1e-8}),
    (adam, COMMON | {"eps": 0.0}, "eps-missing", {"eps": 1e-8}),
    (rmsprop, OF_RMSPROP | {"eps": 0.0}, "v-without-eps", {"eps": 1e-8}),
    (rmsprop, OF_RMSPROP | {"eps": 1e-8 * 0.1**0.5}, "v-unweighted", {"lr": 0.1 / 0.1**0.5, "eps": 1e-8}),
])
def test_a_right_rule_with_uncommon_settings_is_right_before_it_is_a_mistake(rule, settings, mistake, common):
    """Where these are not told the numbers cannot say: the right reading stands first, the mistake beside it."""
    theta, state, path = np.array(THETA), START[rule], []
    with np.errstate(all="ignore"):
        for g in np.array(GRADIENTS):
            theta, state = rule(theta, g, state, **settings)
            path.append(theta)
    result = identify(path, decay=0)
    [group] = result["found"]
    names = [name["name"] for name in group["names"]]
    assert result["verdict"] == "right" and rule.__name__ in names[0] and mistake in names
    assert group["names"][0]["settings"] == pytest.approx(settings | {"decay": 0}, rel=1e-9) or (
        group["names"][0]["settings"] == pytest.approx(settings, rel=1e-9))
    assert identify(path, **settings, decay=0)["verdict"] == "right"
    assert identify(path, **settings | common, decay=0)["verdict"] == "mistake"
