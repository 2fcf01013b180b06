"""The page conventions/adam: its table says what the records and the runs say; its claims, derived again."""

import re
from fractions import Fraction

import numpy as np
import pytest

from frameworks.results import results
from mhat import gradients
from mhat.forms import DECAYS, FORMS
from snippets.conventions import adam as page
from snippets.shared import tables

KO, EN = (lambda korean, english: korean), (lambda korean, english: english)


def rows(say):
    lines = page.table(say).splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.parametrize("say", [KO, EN])
def test_there_is_a_row_for_each_call_and_an_entry_for_each_framework(say):
    calls = [(record["name"], rule["call"]) for record in tables.RECORDS for rule in record["rule"]
             if rule["page"] == "adam"]
    found = rows(say)
    assert len(found) == len(calls) == len(set(calls)) == page.count["calls"] >= 30
    assert all(len(row) == 7 and all(row) for row in found)
    text = page.entries(say)
    for record in tables.RECORDS:
        if any(rule["page"] == "adam" for rule in record["rule"]):
            assert text.count(f'id="{record["id"]}"') == 1 and f"[{record['name']}](#{record['id']})" in page.table(say)


def test_the_frameworks_that_most_people_use_come_first_and_those_that_were_read_last():
    order = [record["set"] for record in tables.RECORDS]
    kinds = ["main" if s in ("main", "tf") else "read" if s == "read" else "more" for s in order]
    assert kinds == sorted(kinds, key=["main", "more", "read"].index) and set(kinds) == {"main", "more", "read"}


def test_a_row_that_was_run_shows_its_numbers_and_no_other_does():
    verified = results("verified")
    for (record, rule), row in zip(tables.rules("adam"), rows(EN), strict=True):
        runs = [r for r in verified.get(record["stem"], ()) if r["call"] == rule["call"]]
        assert bool(runs) == bool(re.fullmatch(r"(0|\d×10\S+) · \d×10\S+", row[-1])), row
        assert bool(runs) != (row[-1] == "read in the source")
        if runs:
            first = next((r for r in runs if r["run"] == "settings"), runs[0])
            assert row[-1].split(" · ")[1] == tables.short(first["next_deviation"])
            assert first["next_deviation"] > 1000 * first["deviation"]


def test_a_row_has_what_its_record_says_under_the_name_of_each_column():
    heads = [head.strip() for head in page.table(EN).splitlines()[0].strip("|").split(" | ")]
    assert heads == ["framework", "form", "lr", "β₂", "ε", "weight decay", "off by · next form"]
    for (_, rule), row in zip(tables.rules("adam"), rows(EN), strict=True):
        cells = dict(zip(heads, row, strict=True))
        assert cells["form"] == FORMS[rule["form"]].short.en
        assert cells["weight decay"] == (DECAYS[rule["decay"]].short.en if "decay" in rule else "none")
        for head, name in (("lr", "lr"), ("β₂", "beta2"), ("ε", "eps")):
            default = rule["defaults"].get(name)
            # Seven digits are shown; of a number near 1 half a unit of the last is 5e-8.
            shown = cells[head] if default is None else float(cells[head].strip("`"))
            right = "required" if default is None else pytest.approx(default, rel=5e-8)
            assert shown == right, (rule["call"], name)


@pytest.mark.parametrize("record, rule", tables.rules("adam"), ids=lambda x: x.get("name") or x.get("call"))
def test_a_record_speaks_of_forms_that_there_are(record, rule):
    assert FORMS[rule["form"]].page == "adam" and rule.get("decay", "decay_l2") in DECAYS
    assert set(rule["defaults"]) <= set(rule["settings"])


@pytest.mark.parametrize("number, text", [
    (0.0, "0"), (3.5e-16, "4×10⁻¹⁶"), (0.046, "5×10⁻²"), (16.0, "2×10¹"), (1.0, "1×10⁰"),
])
def test_numbers_in_the_last_column(number, text):
    assert tables.short(number) == text


@pytest.mark.parametrize("call, name", [
    ("torch.optim.SGD", "SGD"), ("burn::optim::AdamConfig", "AdamConfig"), ('type: "RMSProp"', "RMSProp"),
    ("cntk.learners.nesterov(unit_gain=False)", "nesterov(unit_gain=False)"), ("adam", "adam"),
    ("a.b(c=0.1)", "b(c=0.1)"), ('a.b(c="d")', 'b(c="d")'),
])
def test_a_call_is_known_by_its_last_word(call, name):
    assert tables.last(call) == name


def test_settings_are_shown_as_a_framework_would_write_them():
    rule = {"settings": {"lr": "lr", "eps": "eps"}, "defaults": {"eps": 1e-8}}
    assert [tables.setting(rule, name, EN) for name in ("lr", "eps", "beta2")] == ["required", "`1e-8`", "–"]
    assert tables.setting(rule, "lr", KO) == "필수"
    close_to_1 = {"settings": {"beta2": "variance_momentum"}, "defaults": {"beta2": 0.9999986111120757}}
    assert tables.setting(close_to_1, "beta2", EN) == "`0.9999986`", "0.999999 would remember 1.4 times as long"


def test_the_gradients_of_the_proof_have_the_scales_that_the_pages_say():
    """Coordinates, not single gradients: these come down to 0 and a spike takes them above."""
    assert np.log10([gradients.SCALES.min(), gradients.SCALES.max()]).round().tolist() == [-6, 2]
    sizes = np.abs(gradients.GRADIENTS[gradients.GRADIENTS != 0])
    assert sizes.min() < 1e-7 and sizes.max() > 1e3


# The claims


def test_first_steps_by_fractions():
    g, b1, b2 = Fraction(1, 10**6), Fraction(9, 10), Fraction(999, 1000)
    root = float(1 - b2) ** 0.5
    assert page.firsts["paper"][1e-6] == pytest.approx(float(g / (g + Fraction(1, 10**8))), rel=1e-12)
    assert page.firsts["hat"][1e-6] == pytest.approx(float(g) * root / (root * float(g) + 1e-8), rel=1e-12)
    assert page.firsts["bare"][1] == pytest.approx(float(1 - b1) / (root + 1e-8), rel=1e-12)
    assert page.factor == pytest.approx(1000**0.5, rel=1e-12)


def test_what_each_decay_takes_off():
    """theta 1, gradient 1, decay 1/10: by hand."""
    for lr in (Fraction(1, 10), Fraction(1, 100)):
        share = lr / 10
        expected = {"L2": 0, "before": share, "with": share, "after": share * (1 - lr), "absolute": Fraction(1, 10)}
        for kind, value in expected.items():
            assert page.lost[kind, float(lr)] == pytest.approx(float(value), abs=2e-8 * float(lr)), (kind, lr)


def test_where_the_claims_end():
    """A first gradient far above eps, but not above factor eps; beta2 = 0; an L2 without a gradient."""
    first = lambda form, g, **settings: -form(0.0, g, (0.0, 0.0, 0), 1.0, **settings)[0]
    assert first(page.adam, 1e-7) > 0.9 and first(page.adam_eps_hat, 1e-7) < 0.25
    g = 1e4 * page.factor * 1e-8
    assert np.isclose(first(page.adam, g), first(page.adam_eps_hat, g), rtol=2e-4)
    assert np.isclose(first(page.adam, 1e-8, beta2=0.0), first(page.adam_eps_hat, 1e-8, beta2=0.0), rtol=1e-12)
    ours = theirs = (0.0, 0.0, 0)
    for g in np.random.default_rng(3).normal(size=200):  # the one constant that is both
        (a, ours), (b, theirs) = page.adam(0.0, g, ours, 1.0, eps=0), page.adam_eps_hat(0.0, g, theirs, 1.0, eps=0)
        assert np.isclose(a, b, rtol=1e-12)
    theta, _ = page.decay_l2(page.adam, 1.0, 0.0, (0.0, 0.0, 0), 0.01, decay=0.1)
    assert np.isclose(1 - theta, 0.01, rtol=1e-6), "a whole learning rate"


def test_l2_turns_the_first_step_only_with_the_sign_of_the_sum():
    """theta 1, decay 1/10: the sum with a gradient of -0.2 keeps its sign, with -0.05 it does not."""
    for g, step in ((-0.2, -1), (-0.05, 1), (0.2, 1)):
        theta, _ = page.decay_l2(page.adam, 1.0, g, (0.0, 0.0, 0), 0.01, decay=0.1)
        assert (1 - theta) / 0.01 == pytest.approx(step, rel=1e-6), "Adam alone steps by the sign of g"


def test_the_two_orders_of_amsgrad():
    """Corrected first, the largest v is 100. The raw v grows from a tenth toward 1, so the newest is the largest."""
    raw = (100 * (1 - 0.999) * 0.999**99 + (1 - 0.999**99)) / (1 - 0.999**100)
    assert page.ratio == pytest.approx((100 / raw) ** 0.5, rel=1e-6)


def test_the_curves_of_the_figure():
    size = np.logspace(-11, 0, 200)
    for form, eps in ((page.adam, 1e-8), (page.adam_eps_hat, 1e-8 * page.factor)):
        assert np.allclose(page.first_step(form, size), size / (size + eps), rtol=1e-9)


def test_the_textbooks_average_is_the_average():
    m = lerp = Fraction(0)
    for g in (3, -1, 4, 1, -5, 9):
        m, lerp = Fraction(9, 10) * m + Fraction(1, 10) * g, lerp + Fraction(1, 10) * (g - lerp)
        assert m == lerp


def test_only_one_factor_for_all_keeps_the_direction():
    rng = np.random.default_rng(3)
    for _ in range(100):
        grads = [rng.normal(size=n) * 10.0 ** rng.uniform(-2, 2) for n in (2, 5, 9)]
        flat = np.concatenate(grads)
        whole, each = (np.concatenate(page.cut(grads, 1.0, together)) for together in (True, False))
        assert np.linalg.norm(whole) <= 1 + 1e-12
        assert whole @ flat == pytest.approx(np.linalg.norm(whole) * np.linalg.norm(flat))
        longest = [np.linalg.norm(part) for part in np.split(each, [2, 7])]
        assert max(longest) <= 1 + 1e-12
        if min(np.linalg.norm(g) for g in grads) < 1 < max(np.linalg.norm(g) for g in grads):
            assert each @ flat < (1 - 1e-6) * np.linalg.norm(each) * np.linalg.norm(flat)


def test_the_decay_of_old_keras_counted_one_mini_batch_at_a_time():
    """However many epochs: what is left depends on lr and on the mini-batches of one epoch."""
    faded = dict(zip(page.rates, page.faded, strict=True))
    for lr, epochs in ((0.001, 50), (0.001, 7), (0.01, 50), (0.01, 7)):
        decay, t = lr / epochs, 0
        for _ in range(epochs):
            for _ in range(500):
                t += 1
                now = lr / (1 + decay * t)
        assert now / lr == pytest.approx(faded[lr]) == pytest.approx(1 / (1 + lr * 500))
    assert faded[0.001] > 0.6 and faded[0.01] < 0.2


def test_eps_hat_is_one_eps_for_one_step_and_never_quite_the_same_later():
    first = lambda form, eps: form(0.0, 3e-8, (0.0, 0.0, 0), 1.0, eps=eps)
    (a, ours), (b, theirs) = first(page.adam, 1e-8 * page.factor), first(page.adam_eps_hat, 1e-8)
    assert a == pytest.approx(b, rel=1e-12)
    again = page.adam(0.0, 3e-8, ours, 1.0, eps=1e-8 * page.factor)[0], page.adam_eps_hat(0.0, 3e-8, theirs, 1.0)[0]
    assert abs(again[0] / again[1] - 1) > 0.05
    assert page.later == pytest.approx((1 - (1 - 1e-3) ** 1000) ** -0.5) and page.later > 1.2


def test_a_decay_without_the_learning_rate_divided_by_it_is_two_of_the_kinds_and_no_third():
    step = lambda kind, decay: kind(page.adam, -3.0, 0.2, (0.0, 0.0, 0), 0.1, decay=decay)[0]
    right = step(page.decay_absolute, 0.01)
    assert step(page.decay_before, 0.1) == pytest.approx(right) == pytest.approx(step(page.decay_with, 0.1))
    assert all(abs(step(kind, 0.1) - right) > 1e-4 for kind in (page.decay_l2, page.decay_after))
