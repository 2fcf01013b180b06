"""What `conventions/rmsprop` says, found another way: sums over the whole history in decimals, and brute force."""

import re
from decimal import Decimal, getcontext

import numpy as np
import pytest

from mhat.forms import FORMS
from site_tools.pages import DOCS
from snippets.conventions import rmsprop as page
from snippets.shared import tables

getcontext().prec = 50
SAY = {"ko": lambda korean, english: korean, "en": lambda korean, english: english}
ROWS = tables.rules("rmsprop")
D = Decimal


def average(share, items, start=0):
    """The moving average after the last item, as a sum."""
    n = len(items)
    return start * share**n + sum((1 - share) * share ** (n - 1 - i) * x for i, x in enumerate(items))


def written(name, language="en"):
    """The cells of the table, a list a row."""
    lines = getattr(page, name)(SAY[language]).splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def number(text):
    """`3×10⁻⁴` as a float."""
    mantissa, _, power = text.partition("×10")
    return float(mantissa) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


# The place of eps


@pytest.mark.parametrize("g", ["1e-10", "1e-8", "1e-6", "1e-4", "1"])
def test_the_settled_step_is_that_of_v_at_the_squared_gradient(g):
    """After 200 steps v lacks a share of 0.9^200, 7e-10, of g^2."""
    g, eps = D(g), D("1e-8")
    outside, inside = g / (g + eps), g / (g * g + eps).sqrt()
    assert page.settled(page.rmsprop, float(g), 1e-8) == pytest.approx(float(outside), rel=1e-9)
    assert page.settled(page.rmsprop_eps_inside, float(g), 1e-8) == pytest.approx(float(inside), rel=1e-9)


def test_the_numbers_at_a_gradient_of_a_millionth():
    assert page.out == pytest.approx(100 / 101, rel=1e-9)
    assert page.inn == pytest.approx(1e-6 / (1e-12 + 1e-8) ** 0.5, rel=1e-9)


def test_the_root_comes_within_a_factor_of_root_two_and_no_value_comes_closer_to_one():
    """(a + b)^2 <= 2 (a^2 + b^2), with equality at a = b; the least worst factor of all values outside: 2^(1/4)."""
    sizes = np.logspace(-9, 1, 2001)
    ratios = (sizes + 1e-4) / np.sqrt(sizes**2 + 1e-8)
    assert ratios.min() > 1 and ratios.max() == pytest.approx(2**0.5, rel=1e-12)
    assert sizes[ratios.argmax()] == pytest.approx(1e-4)
    assert page.worst == pytest.approx(ratios.max(), rel=1e-9)
    for eps in (1e-5, 5e-5, 2e-4, 1e-3):
        other = (sizes + eps) / np.sqrt(sizes**2 + 1e-8)
        assert abs(np.log(other[0])) > 0.6, "the end of small gradients is lost"


def test_with_an_eps_of_one_both_places_are_within_root_two():
    v = np.logspace(-12, 12, 4001)
    ratio = (np.sqrt(v) + 1) / np.sqrt(v + 1)
    assert ratio.min() >= 1 and ratio.max() <= 2**0.5 * (1 + 1e-15)


# The start of v


@pytest.mark.parametrize("start, v", [
    ("v = 0", D(0)), ("v = 1", D(1)), ("v = eps", D("1e-8")), ("v = g1^2", D("1e-4")),
])
def test_the_steps_from_each_start_are_sums(start, v):
    got = page.from_start(start, 0.01, 100)
    for n in (1, 2, 10, 100):
        root = average(D("0.9"), [D("1e-4")] * n, v).sqrt()
        assert got[n - 1] == pytest.approx(float(D("0.01") / (root + D("1e-8"))), rel=1e-12)


def test_the_first_steps_that_the_page_names():
    assert page.first == pytest.approx({0.9: 10**0.5, 0.99: 10, 0.999: 1000**0.5}, rel=1e-4)
    assert page.ones[0] == pytest.approx(0.01 / (0.9 + 1e-5) ** 0.5, rel=1e-5)
    assert page.ones[-1] == pytest.approx(0.01 / (0.9**100 + (1 - 0.9**100) * 1e-4) ** 0.5, rel=1e-5)


@pytest.mark.parametrize("beta2", [0.5, 0.9, 0.99])
def test_where_a_start_at_eps_costs_a_factor_of_root_two(beta2):
    """beta2 eps against (1 - beta2) g^2: equal at the gradient that the page names, whatever beta2 is."""
    edge = (1e-8 * beta2 / (1 - beta2)) ** 0.5
    def shorter(g):
        steps = [page.from_start(start, g, 1, beta2)[0] for start in ("v = 0", "v = eps")]
        return steps[0] / steps[1]
    # eps beside the root: 1e-8 of edge, at least 1e-4
    assert shorter(edge) == pytest.approx(2**0.5, rel=2e-4)
    assert shorter(edge / 10) > 9 and shorter(30 * edge) == pytest.approx(1, abs=1e-3)


def test_a_start_at_eps_differs_only_for_gradients_near_its_root():
    for g, apart in ((1e-2, 1e-3), (1e-3, 0.05)):
        assert page.from_start("v = eps", g)[0] == pytest.approx(page.from_start("v = 0", g)[0], rel=apart)
    assert page.from_start("v = eps", 1e-4)[0] == pytest.approx(1, rel=1e-3)
    assert page.from_start("v = 0", 1e-4)[0] > 3.16
    assert page.tiny[0] == pytest.approx(1e-5 / (0.9e-8 + 1e-11) ** 0.5, rel=1e-3)


def test_gradients_of_constant_size_give_the_same_steps_from_both():
    gs = np.array([1.0, -1.0, 1.0, 1.0, -1.0])
    right = page.steps(page.rmsprop_corrected, gs, (0.0, 0), beta2=0.99)
    assert np.allclose(page.steps(page.rmsprop, gs, (1.0,), beta2=0.99), right, rtol=1e-12, atol=0)


def test_copying_the_first_square_keeps_its_weight_and_correction_does_not():
    gs = [D(1)] + [D("0.1")] * 19
    squares, b = [g * g for g in gs], D("0.99")
    copied = average(b, squares, D(1)).sqrt()
    corrected = (average(b, squares) / (1 - b**20)).sqrt()
    assert page.copied[-1] == pytest.approx(float(gs[-1] / copied), rel=1e-7)
    assert page.right[-1] == pytest.approx(float(gs[-1] / corrected), rel=1e-7)
    other = average(b, [D(0)] + squares[1:], D(0))
    assert float((copied**2 - other) / squares[0]) == pytest.approx(0.99**19, rel=1e-12)


def test_corrected_rmsprop_is_adam_without_beta1_and_the_bare_one_is_not():
    assert page.same == pytest.approx(page.right, rel=1e-14)
    bare = page.steps(page.rmsprop, page.gs, (0.0,), beta2=0.99)
    assert bare[0] == pytest.approx(10 * page.same[0], rel=1e-6)


# Momentum


@pytest.mark.parametrize("form, beta2, eps, same", [
    ("rmsprop", 0.9, 0.0, False), ("rmsprop", 0.9, 1e-3, False), ("rmsprop", 0.0, 1e-3, True),
    ("rmsprop_corrected_inside", 0.0, 1e-3, False), ("rmsprop_corrected_inside", 0.9, 0.0, True),
    ("rmsprop_corrected", 0.9, 1e-3, True),
])
def test_what_makes_rmsprop_adam_without_a_first_moment(form, beta2, eps, same):
    """The correction or a beta2 of 0; and eps outside, or 0."""
    gs, (one, other) = [1.0, 3.0, -2.0], (FORMS[name] for name in (form, "adam"))
    theta, phi, state, kept, apart = 0.0, 0.0, tuple(one.start), tuple(other.start), 0.0
    for g in gs:
        theta, state = one.run(theta, g, state, 1.0, beta2, eps)
        phi, kept = other.run(phi, g, kept, 1.0, 0.0, beta2, eps)
        apart = max(apart, abs(theta - phi))
    assert (apart < 1e-14) == same and (same or apart > 1e-4)


def test_the_drop_as_sums_of_past_steps():
    """u is the sum of 0.9^k; 200 of them lack 7e-10 of 10. The first steps, while v is small, are forgotten."""
    def step(n, inside):
        lrs = [D(1)] * 200 + [D("0.1")] * (n - 200)
        taken = [1 / ((1 - D("0.9") ** (i + 1)).sqrt()) for i in range(n)]
        weighted = sum(D("0.9") ** (n - 1 - i) * t * (lrs[i] if inside else 1) for i, t in enumerate(taken))
        return float(weighted if inside else lrs[-1] * weighted)
    for n in (201, 210, 300):
        assert page.outside[n - 1] == pytest.approx(step(n, False), rel=2e-8)
        assert page.inside[n - 1] == pytest.approx(step(n, True), rel=2e-8)
    assert (page.outside[200], page.inside[200]) == pytest.approx((1, 9.1), rel=1e-7)


def test_the_extra_way_is_a_geometric_sum():
    assert page.extra == pytest.approx(0.9 / (1 - 0.9) * 0.9 * 10 * (1 - 0.9**100), rel=1e-6)


def test_the_mended_velocity_walks_like_the_one_outside():
    assert len(page.mended) == 100
    assert page.mended == pytest.approx(page.outside[200:], rel=1e-7)
    assert page.inside[200] > 9 * page.mended[0]


# Centered


def test_the_first_difference_is_negative_below_the_edge():
    """Exact numbers: beta2 (1 - beta2) g^2 against eps."""
    for g, lost in ((0.99 * page.edge, True), (1.01 * page.edge, False)):
        g = D(g)
        difference = average(D("0.9"), [g * g]) - average(D("0.9"), [g]) ** 2 - D("1e-7")
        assert (difference < 0) == lost
    assert page.edge**2 * 0.09 == pytest.approx(1e-7)
    assert float(f"{page.edge:.2e}") <= page.edge < float(f"{page.edge:.1e}"), "what is printed is not above the edge"


def test_without_a_correction_of_rounding_the_first_variance_is_zero_and_float32_leaves_some_of_it():
    """Centered and corrected, as in Optax: m and v of one gradient, in decimals and in float32."""
    b = D("0.9")
    m, v = (1 - b) * D("1.7") / (1 - b), (1 - b) * D("1.7") ** 2 / (1 - b)
    assert v == m * m
    g, b = page.constants, np.float32(0.9)
    m, v = (1 - b) * g / (1 - b), (1 - b) * g**2 / (1 - b)
    left = v - m**2
    assert np.sum(left > 1e-8) > 50 and np.sum(left + np.float32(1e-8) < 0) > 50
    assert np.abs(left / g**2).max() < 4e-7, "a few roundings, of 6e-8 each"


def test_nan_is_a_negative_difference_and_no_eps_below_rounding_helps():
    """Recounted with the recursion written out, coordinate by coordinate."""
    def recount(eps):
        bad = 0
        for g in page.constants:
            v = mean = np.float32(0)
            for _ in range(200):
                v = np.float32(0.9) * v + np.float32(1 - 0.9) * g**2
                mean = np.float32(0.9) * mean + np.float32(1 - 0.9) * g
                if v - mean**2 + np.float32(eps) < 0:
                    bad += 1
                    break
        return bad
    assert page.constants.dtype == np.float32 and page.constants.min() >= 0.1 and page.constants.max() <= 10
    assert (page.nan_outside, page.nan_inside, page.nan_large) == (recount(0), recount(1e-8), recount(1e-4))


# Inception


def test_inception_s_rmsprop_is_momentum_for_small_gradients():
    v1 = 0.9 + 0.1 * 1e-4
    assert page.share[0] == pytest.approx((v1 + 1) ** -0.5, rel=1e-12)
    settled = (1 + 1e-4) ** -0.5
    assert page.share[-1] == pytest.approx(settled, rel=1e-6)


# The table


def behaves(name):
    """(eps inside, lr inside or None) of a form, by running it."""
    form = FORMS[name]
    with np.errstate(invalid="ignore"):
        theta, _ = form.run(0.0, 1e-8, form.start, 1.0, beta2=0.5, eps=1e-8)
    inside = abs(theta) < 1e-3
    _, state = form.run(0.0, 1.0, form.start, 1.0, beta2=0.5, eps=1e-8)
    with np.errstate(invalid="ignore"):
        theta, _ = form.run(0.0, 0.0, state, 0.0, beta2=0.5, eps=1e-8)
    return inside, bool(theta) if "velocity" in form.keeps else None


@pytest.mark.parametrize("record, rule", ROWS, ids=lambda part: part.get("stem") or part.get("call"))
def test_a_row_says_what_its_form_does(record, rule):
    row = written("table")[2 + [(r["stem"], each["call"]) for r, each in ROWS].index((record["stem"], rule["call"]))]
    assert f"(#{record['id']})" in row[0] and rule["call"].strip('"').endswith(re.search("`(.+)`", row[0])[1])
    if not rule["form"]:
        assert row[1] == "none of these forms" and row[2] == "–"
        return
    inside, _ = behaves(rule["form"])
    eps = rule["defaults"]["eps"]
    assert row[1] == f"`{eps:g}` {'inside' if inside else 'outside'}".replace("e-0", "e-")
    assert number(row[2]) == pytest.approx(eps**0.5 if inside else eps, rel=0.1)
    flags = [rule["form"], *rule.get("also", {}).values()]
    places = {behaves(name)[1] for name in flags} - {None}
    assert len(places) <= 1
    assert row[6].split(" `")[0] == ("–" if not places else "lr inside" if places.pop() else "lr outside")
    default = rule["defaults"].get("beta") if "beta" in FORMS[rule["form"]].settings else 0
    assert row[6].partition(" `")[2] == (f"{default:g}`" if default else "")
    assert row[3] == {"v = 1": "1", "v = eps": "$\\epsilon$", "v = g1^2": "$\\g_1^2$"}.get(rule.get("start"), "0")


def test_only_cntk_keeps_another_average():
    assert {record["name"] for record, rule in ROWS if not rule["form"]} == {"CNTK"}


def test_every_call_has_a_row_and_an_entry_in_both_languages():
    assert len(ROWS) >= 21
    for language, say in SAY.items():
        rows, entries = written("table", language), page.entries(say)
        assert len(rows) == len(ROWS) + 2 and len({row[0] for row in rows}) == len(rows)
        assert {len(row) for row in rows} == {8} and all(all(row) for row in rows)
        for record, rule in ROWS:
            assert f'id="{record["id"]}"' in entries and f"`{rule['call']}`" in entries


def test_the_counts_in_the_answer_are_those_of_the_table():
    cells = [row[1] for row in written("table")[2:]]
    assert page.count["inside"] == sum(cell.endswith(" inside") for cell in cells)
    assert page.count["outside"] == sum(cell.endswith(" outside") for cell in cells)
    assert page.count["calls"] == len(cells) == page.count["inside"] + page.count["outside"] + 1
    shown = [row[-1] for row in written("table")[2:]]
    assert page.count["run"] == sum(cell != "read in the source" for cell in shown)


@pytest.mark.parametrize("language", SAY)
def test_the_sentences_on_frameworks_are_those_of_the_records(language):
    """The page names Inception's TensorFlow, Keras, Optax, PyTorch and TensorFlow.js in its sentences."""
    text = (DOCS / language / "conventions/rmsprop.md").read_text("utf-8")
    rule = {record["stem"]: rule for record, rule in ROWS}
    assert all(rule[stem]["also"]["momentum"].endswith("_inside") for stem in ("keras", "optax"))
    assert rule["tensorflow1"]["form"].endswith("momentum_inside") and rule["tensorflow1"]["start"] == "v = 1"
    assert rule["pytorch"]["also"]["momentum"].endswith("_outside")
    js = rule["tensorflow_js"]
    assert js["also"]["centered"].endswith("subtracted")
    assert (js["defaults"]["eps"], js["defaults"]["beta2"]) == (1e-7, 0.9)
    assert all(name in text for name in ("PyTorch", "TensorFlow.js", "Keras", "Optax"))


def test_the_root_is_no_nearest_value():
    """A smaller epsilon outside comes closer at the bend; the root alone gives the same step far above and below."""
    inside = lambda g: g / np.sqrt(g**2 + 1.0)
    outside = lambda g, eps: g / (g + eps)
    g = np.logspace(-8, 8, 161)
    worst = {eps: max(np.max(inside(g) / outside(g, eps)), np.max(outside(g, eps) / inside(g))) for eps in (0.786, 1)}
    assert worst[0.786] < 1.28 < 1.41 < worst[1]
    for far in (1e-8, 1e8):
        assert inside(far) / outside(far, 1) == pytest.approx(1, rel=1e-7)
    assert inside(1e-8) / outside(1e-8, 0.786) < 0.79


def test_a_start_at_a_large_epsilon_is_another_factor():
    """Where |g| is sqrt(eps beta2 / (1 - beta2)): the square root of 1/2 for a small eps alone."""
    for eps, factor in ((1e-12, 0.5**0.5), (1.0, 0.832)):
        g = (eps * 0.9 / 0.1) ** 0.5
        first = [page.steps(page.rmsprop, [g], (v,), eps=eps)[0] for v in (0.0, eps)]
        assert first[1] / first[0] == pytest.approx(factor, abs=1e-3)


def test_few_centered_coordinates_are_lost_inside_with_more_but_only_of_these_gradients():
    assert page.nan_large == 0
    state, g = (np.float32(0), np.float32(0)), np.linspace(100, 1000, 300, dtype=np.float32)
    bad = False
    for _ in range(200):
        with np.errstate(invalid="ignore", divide="ignore"):
            theta, state = page.rmsprop_centered_inside(0.0, g, state, 1.0, eps=1e-4)
        bad = bad | np.isnan(theta)
    assert bad.any(), "larger gradients round by more than 1e-4"


@pytest.mark.parametrize("beta2", [0.5, 0.9, 0.99, 0.999])
def test_rounding_takes_a_few_times_its_measure_off_the_variance(beta2):
    """Of gradients that do not change, in units of 6e-8 g^2 / (1 - beta2): more than half of it, less than four."""
    g, v, mean, least = page.constants, np.float32(0), np.float32(0), 0.0
    steps = int(25 / (1 - beta2))
    for t in range(steps):
        v, mean = beta2 * v + (1 - beta2) * g**2, beta2 * mean + (1 - beta2) * g
        if t > 0.8 * steps:
            least = min(least, ((v - mean**2) / g**2).min() * (1 - beta2) / 6e-8)
    assert v.dtype == np.float32 and -4 < least < -0.5
