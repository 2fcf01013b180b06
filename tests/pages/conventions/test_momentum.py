"""What `conventions/momentum` says, found another way: weights of single gradients as exact fractions."""

import re
from fractions import Fraction as F
from inspect import signature

import numpy as np
import pytest

from mhat.forms import FORMS
from site_tools.pages import DOCS
from snippets.conventions import momentum as page
from snippets.shared import tables

SAY = {"ko": lambda korean, english: korean, "en": lambda korean, english: english}
ROWS = tables.rules("momentum")
B = F(9, 10)


def rows(language="en"):
    lines = page.table(SAY[language]).splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def row_of(record, rule):
    """The row of a call: the table has the order of the records."""
    at = [(r["stem"], each["call"]) for r, each in ROWS].index((record["stem"], rule["call"]))
    row = rows()[2 + at]
    assert f"(#{record['id']})" in row[0] and rule["call"].strip('"').endswith(re.search("`(.+)`", row[0])[1])
    return row


# The forms


@pytest.mark.parametrize("seed", range(3))
def test_at_a_constant_rate_all_forms_are_one_sum(seed):
    gs = np.random.default_rng(seed).normal(size=60)
    sums = [sum(B ** (n - i) * F(g) for i, g in enumerate(gs[: n + 1])) for n in range(60)]
    expected = np.array([float(s / 100) for s in sums])
    for form, lr in ((page.momentum, 0.01), (page.momentum_inside, 0.01), (page.momentum_average, 0.1),
                     (page.momentum_average_inside, 0.1)):
        np.testing.assert_allclose(page.steps(form, gs, lr), expected, rtol=0, atol=1e-15)
    slow = page.steps(page.momentum_average, gs, 0.01)
    np.testing.assert_allclose(slow, expected / 10, rtol=0, atol=1e-16)


def test_the_change_of_lr_as_weighted_sums():
    lrs = [F(1, 100)] * 20 + [F(1, 10)] * 60 + [F(1, 100)] * 60
    inside = [sum(B ** (n - i) * lrs[i] for i in range(n + 1)) for n in range(140)]
    outside = [lrs[n] * sum(B**i for i in range(n + 1)) for n in range(140)]
    np.testing.assert_allclose(page.inside, [float(x) for x in inside], rtol=1e-13)
    np.testing.assert_allclose(page.outside, [float(x) for x in outside], rtol=1e-13)
    extra = sum(inside[80:]) - sum(outside[80:])
    assert page.ahead == pytest.approx(float(extra), rel=1e-12)
    assert page.behind == pytest.approx(float(sum(outside[20:80]) - sum(inside[20:80])), rel=1e-12)


def test_the_mended_form_follows_any_plan_and_the_bare_one_does_not():
    rng = np.random.default_rng(2)
    gs, lrs = rng.normal(size=80), rng.uniform(0.01, 1, 80)
    outside = page.steps(page.momentum, gs, lrs)
    np.testing.assert_allclose(page.mended(gs, lrs), outside, rtol=0, atol=1e-13)
    ended, warmed = np.append(lrs[:-1], 0.0), np.append(0.0, lrs[1:])
    assert page.mended(gs, ended)[-1] == 0, "the last rate may be 0, an old one may not"
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.isnan(page.mended(gs, warmed)).all()
    assert abs(page.steps(page.momentum_inside, gs, lrs) - outside).max() > 0.1


def test_nesterov_s_weights_and_those_of_the_other():
    """Weights by age: 1 + b, b^2, b^3 and 1 + b + b^2, b^3, b^4; both sum to 1 / (1 - b)."""
    once = [1 + B] + [B ** (k + 1) for k in range(1, 200)]
    twice = [1 + B + B**2] + [B ** (k + 2) for k in range(1, 200)]
    plain = [B**k for k in range(200)]
    for name, exact in (("momentum", plain), ("nesterov", once), ("nesterov_inside", once), ("not_nesterov", twice)):
        np.testing.assert_allclose(page.weights[name], [float(x) for x in exact], rtol=1e-12)
        assert page.firsts[name] == pytest.approx(float(exact[0]), rel=1e-14)
    assert twice[0] > once[0] and all(b < a for a, b in zip(once[1:], twice[1:]))
    assert sum(once) + B**201 / (1 - B) == sum(twice) + B**202 / (1 - B) == sum(plain) + B**200 / (1 - B) == 10


def test_the_other_is_the_old_velocity_s_formula_with_the_new_velocity():
    u = 0.4
    good = 0.9**2 * u + 1.9 * 0.1 * 3.0
    bad = 0.9**2 * (0.9 * u + 0.1 * 3.0) + 1.9 * 0.1 * 3.0
    assert -page.nesterov_inside(0.0, 3.0, (u,), 0.1)[0] == pytest.approx(good, rel=1e-14)
    assert -page.not_nesterov(0.0, 3.0, (u,), 0.1)[0] == pytest.approx(bad, rel=1e-14)


@pytest.mark.parametrize("lrs, one", [([F(1, 5)] * 4, True), ([F(1, 5), F(1, 5), F(1, 20), F(1, 20)], False)])
def test_the_stored_look_ahead_is_nesterov_s_only_while_the_rate_stays(lrs, one):
    """TensorFlow's `use_nesterov`: with lr outside, the point ahead moves when the rate changes. In rationals."""
    stored, state, y, velocity = F(1), (F(0),), F(1), F(0)
    for lr in lrs:
        stored, state = page.nesterov(stored, stored, state, lr, B)
        velocity = B * velocity + (y - lr * B * velocity)
        y = y - lr * velocity
    assert (stored + lrs[-1] * B * state[0] == y) is one


@pytest.mark.parametrize("d", [F(0), F(1, 10), F(1, 2), F(9, 10)])
def test_dampening_with_the_first_gradient_whole_and_not(d):
    whole, small = page.dampened(float(d), 50)
    for n in (0, 1, 2, 10, 49):
        rest = (1 - d) * sum(B**i for i in range(n))
        assert whole[n] == pytest.approx(float(rest + B**n), rel=1e-13)
        assert small[n] == pytest.approx(float((1 - d) * sum(B**i for i in range(n + 1))), rel=1e-13)
    assert (page.whole[0], *page.small[:2], page.burn[-1]) == pytest.approx((1, 0.1, 0.19, 9), rel=1e-4)


# The table


@pytest.mark.parametrize("record, rule", ROWS, ids=lambda part: part.get("stem") or part.get("call"))
def test_a_row_says_what_its_form_does(record, rule):
    """lr is inside when a step goes on at a rate of 0."""
    form, row = FORMS[rule["form"]], row_of(record, rule)
    _, state = form.run(0.0, 1.0, form.start, 1.0)
    goes_on = form.run(0.0, 0.0, state, 0.0)[0] != 0
    assert row[1] == ("inside" if goes_on else "outside")
    average, dampening = form.traits["share"] == "average", rule["defaults"].get("dampening", 0)
    ahead = {"almost": "2.71", "yes": "1.9", "no": "0.1" if average else "1"}
    first = ahead[form.traits["nesterov"]]
    assert row[2:4] == [first, "1" if average else f"{10 * (1 - dampening):g}"]


@pytest.mark.parametrize("stem, call, cell", [
    ("pytorch", "torch.optim.SGD", "`nesterov`"), ("onnx", "ai.onnx.preview.training.Momentum", "`mode='nesterov'`"),
    ("bitsandbytes", "bitsandbytes.optim.SGD", "ignored"), ("autograd", "autograd.misc.optimizers.sgd", "–"),
    ("chainer", "chainer.optimizers.NesterovAG", "no, despite the name"),
    ("dl4j", "org.nd4j.linalg.learning.config.Nesterovs", "always"), ("burn", "burn::optim::SgdConfig", "`nesterov`"),
    ("scikit_learn", "sklearn.neural_network._stochastic_optimizers.SGDOptimizer", "by default"),
    ("optimisers_jl", "Optimisers.Momentum", "–"),
])
def test_how_nesterov_is_asked_for(stem, call, cell):
    record, rule = next((record, rule) for record, rule in ROWS if (record["stem"], rule["call"]) == (stem, call))
    assert row_of(record, rule)[4] == cell


def test_every_call_has_a_row_and_an_entry_in_both_languages():
    assert len(ROWS) >= 30
    for language, say in SAY.items():
        table, entries = rows(language), page.entries(say)
        assert len(table) == len(ROWS) + 2 and len({row[0] for row in table}) == len(table)
        assert {len(row) for row in table} == {8} and all(all(row) for row in table)
        for record, rule in ROWS:
            assert f'id="{record["id"]}"' in entries and f"`{rule['call']}`" in entries


def test_the_counts_in_the_answer_are_those_of_the_table():
    cells = [row[1] for row in rows()[2:]]
    assert (page.count["inside"], page.count["outside"]) == (cells.count("inside"), cells.count("outside"))
    assert page.count["calls"] == len(cells) == page.count["inside"] + page.count["outside"]
    assert page.count["run"] == sum(row[-1] != "read in the source" for row in rows()[2:])
    assert max(float(row[2]) for row in rows()[2:]) == pytest.approx(page.firsts["not_nesterov"])
    assert min(float(row[2]) for row in rows()[2:]) == 0.1


def test_the_defaults_that_the_page_calls_surprising_are_those_of_the_records():
    default = {(record["stem"], rule["call"].split(".")[-1]): rule["defaults"].get("beta") for record, rule in ROWS}
    assert {default[key] for key in (("pytorch", "SGD"), ("keras", "SGD"), ("optax", "sgd"), ("mxnet", "NAG"))} == {0}
    nine = [("paddle", "Momentum"), ("chainer", "MomentumSGD"), ("chainer", "NesterovAG"), ("autograd", "sgd")]
    assert {default[key] for key in nine} == {0.9}
    rule = {(record["stem"], rule["call"].split(".")[-1]): rule for record, rule in ROWS}
    burn = rule["burn", "burn::optim::SgdConfig"]
    assert (burn["defaults"]["beta"], burn["defaults"]["dampening"]) == (0, 0.1), "no momentum without MomentumConfig"
    assert burn["settings"]["beta"] == "momentum.momentum" and "`momentum=0.9`" in burn["sentence"]["en"]
    assert rule["cntk", "momentum_sgd"]["form"] == "momentum_average_inside"
    assert rule["autograd", "sgd"]["form"] == "momentum_average"
    assert rule["onnx", "Momentum"]["settings"]["beta"] == "alpha"
    assert {record["stem"] for record, each in ROWS if each["form"] == "not_nesterov"} == {"chainer"}
    assert [each["form"] for record, each in ROWS if record["stem"] == "dl4j"] == ["nesterov_inside"]
    assert rule["mlx", "SGD"]["also"]["dampening"] == "momentum_dampened_at_once"
    whole = [("pytorch", "SGD"), ("apex", "FusedSGD")]
    assert all(rule[key]["also"]["dampening"] == "momentum_dampened" for key in whole)


def test_four_gradients_name_a_form_and_a_pulse_does_not():
    """1, 0, 1, 0 and half the rate at the end; with beta 0.9 and dampening 0.5 all forms of the page differ."""
    names = [form.name for form in FORMS.values() if form.page == "momentum"]
    known = {name: {"dampening": 0.5} if "dampening" in FORMS[name].settings else {} for name in names}
    def steps(name, gs, lrs):
        form, taken = FORMS[name], []
        state = form.start
        for g, lr in zip(gs, lrs, strict=True):
            theta, state = form.run(0.0, g, state, lr, beta=0.9, **known[name])
            taken.append(round(-theta, 9))
        return tuple(taken)
    pulse = {name: steps(name, (1, 0, 0, 0), (1, 1, 1, 1)) for name in names}
    assert pulse["momentum"] == pulse["momentum_inside"] == pulse["momentum_dampened"]
    told = {name: steps(name, (1, 0, 1, 0), (1, 1, 1, 0.5)) for name in names}
    assert len(set(told.values())) == len(names) >= 9
    first = lambda n: {told[name][:n] for name in ("momentum", "momentum_inside", "momentum_dampened")}
    assert (len(first(2)), len(first(3)), len(first(4))) == (1, 2, 3), "dampening at the third, lr at the fourth"
    apart = ("momentum", "momentum_average", "momentum_dampened_at_once", "nesterov", "not_nesterov")
    assert len({told[name][:2] for name in apart}) == len(apart)


def test_scikit_learn_s_rate_is_that_of_the_private_class():
    network = pytest.importorskip("sklearn.neural_network")
    private = network._stochastic_optimizers.SGDOptimizer
    rate = lambda what: signature(what).parameters["learning_rate_init"].default
    assert (rate(private), rate(network.MLPClassifier), rate(network.MLPRegressor)) == (0.1, 0.001, 0.001)


@pytest.mark.parametrize("language", SAY)
def test_links_to_frameworks_lead_to_entries(language):
    text = (DOCS / language / "conventions/momentum.md").read_text("utf-8")
    ids = {record["id"] for record, _ in ROWS} | set(re.findall(r"\{#([\w-]+)\}", text))
    links = set(re.findall(r"\]\(#([\w-]+)\)", text))
    assert len(links) >= 10 and links <= ids
