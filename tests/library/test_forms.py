"""Every form against sums over its whole history in 60 decimal digits, and identities.

The sums know no recursion, no folded factor and no shared line of code: `m` at step t is
the weighted sum of all gradients until t, a velocity the weighted sum of all steps.
"""

import inspect
import re
from decimal import Decimal, getcontext
from functools import partial
from math import prod

import numpy as np
import pytest

from mhat import checked, forms, rules, walks
from mhat.forms import (
    FORMS,
    PLAIN,
    STARTS_OF_V,
    adagrad_eps_inside,
    adagrad_without_eps,
    adam_eps_hat,
    adam_folded,
    adam_uncorrected,
    adamax_eps_inside,
    amsgrad_corrected,
    amsgrad_eps_hat,
    amsgrad_uncorrected,
    amsgrad_v_uncorrected,
    clip_norm,
    decay_absolute,
    decay_absolute_after,
    decay_after,
    decay_before,
    decay_l2,
    decay_with,
    momentum_average,
    momentum_average_inside,
    momentum_dampened,
    momentum_dampened_at_once,
    momentum_inside,
    nadam_keras,
    nadam_pytorch,
    nesterov_inside,
    not_nesterov,
    rmsprop_centered,
    rmsprop_centered_inside,
    rmsprop_centered_momentum_inside,
    rmsprop_centered_momentum_outside,
    rmsprop_centered_subtracted,
    rmsprop_corrected,
    rmsprop_corrected_inside,
    rmsprop_eps_inside,
    rmsprop_momentum_eps_inside,
    rmsprop_momentum_inside,
    rmsprop_momentum_lr_inside,
    rmsprop_momentum_outside,
    rmsprop_nesterov_inside,
    start_of_v,
)
from mhat.rules import adam, amsgrad, momentum, nesterov, rmsprop

getcontext().prec = 60
EPS = np.finfo(float).eps
STEPS = 30
GRADIENTS = np.random.default_rng(3).normal(size=STEPS) * ([1, 1, 1, 0.1, 5] * 6)
LRS = [0.5] * 12 + [0.05] * 18
SETTINGS = {"beta": 0.7, "beta1": 0.8, "beta2": 0.9, "eps": 0.25, "dampening": 0.375}
START = {form.run: form.start for form in FORMS.values()}
ALONE = [form.run for form in FORMS.values() if form.run not in rules.START]
every_form = pytest.mark.parametrize("form", ALONE, ids=lambda form: form.__name__)
DECAYS = [decay.run for decay in forms.DECAYS.values()]
b, b1, b2, eps, damp = (Decimal(x) for x in SETTINGS.values())
root = Decimal.sqrt


def known(form):
    return {name: x for name, x in SETTINGS.items() if name in inspect.signature(form).parameters}


def path(form, gradients=GRADIENTS, lrs=LRS, theta=0.0, state=None, **settings):
    """The parameters after every step."""
    return walks.path(form, theta, gradients, lrs, START[form] if state is None else state, **settings)[0]


def near(one, other, roundings=300):
    """Equal up to roundings of the largest number on the way: about ten a step, 30 steps."""
    assert np.abs(one - other).max() <= roundings * EPS * np.abs(other).max()


def apart(one, other):
    """Different by far more than rounding."""
    assert np.abs(one - other).max() > 1e-3 * np.abs(other).max()


# The second writing: explicit sums


def kept(share, items):
    return sum(share ** age * x for age, x in enumerate(reversed(items)))


def mean(share, items):
    return (1 - share) * kept(share, items)


def squares(g, share=b2):
    """v after each gradient so far."""
    return [mean(share, [x * x for x in g[:i]]) for i in range(1, len(g) + 1)]


def plain(g, eps_in=0, eps_out=0, centered=False, corrected=False):
    """RMSProp's step over lr."""
    v = squares(g)[-1] - (mean(b2, g) ** 2 if centered else 0)
    v = v / (1 - b2 ** len(g)) if corrected else v
    return g[-1] / (root(v + eps_in) + eps_out)


def plains(g, **words):
    return [plain(g[:i], **words) for i in range(1, len(g) + 1)]


def scaled(lrs, items):
    return [lr * x for lr, x in zip(lrs, items)]


def hat(g):
    return mean(b1, g) / (1 - b1 ** len(g))


def grown(g):
    return 1 - b2 ** len(g)


def ahead(items):
    return items[-1] + b * kept(b, items)


def scheduled(g, slow):
    """Nadam's step over lr: each mu in the open, the products of all of them for the powers."""
    mu = [b1 * (1 - Decimal("0.96") ** (slow * t) / 2) for t in range(1, len(g) + 2)]
    ahead = mu[-1] * mean(b1, g) / (1 - prod(mu)) + (1 - mu[-2]) * g[-1] / (1 - prod(mu[:-1]))
    return ahead / (root(squares(g)[-1] / grown(g)) + eps)


def total(g):
    return Decimal("0.1") + sum(x * x for x in g)


EXPECTED = {  # the step of the last gradient, of all gradients and learning rates so far
    adam_eps_hat: lambda g, lr: lr[-1] * hat(g) / (root(squares(g)[-1] / grown(g)) + eps / root(grown(g))),
    adam_folded: lambda g, lr: lr[-1] * hat(g) / (root(squares(g)[-1] / grown(g)) + eps),
    adam_uncorrected: lambda g, lr: lr[-1] * mean(b1, g) / (root(squares(g)[-1]) + eps),
    amsgrad_eps_hat: lambda g, lr: lr[-1] * hat(g) / (root(max(squares(g)) / grown(g)) + eps / root(grown(g))),
    amsgrad_corrected: lambda g, lr: lr[-1] * hat(g) / (
        root(max(v / (1 - b2 ** i) for i, v in enumerate(squares(g), 1))) + eps),
    amsgrad_v_uncorrected: lambda g, lr: lr[-1] * hat(g) / (root(max(squares(g))) + eps),
    amsgrad_uncorrected: lambda g, lr: lr[-1] * mean(b1, g) / (root(max(squares(g))) + eps),
    rmsprop_eps_inside: lambda g, lr: lr[-1] * plain(g, eps_in=eps),
    rmsprop_corrected: lambda g, lr: lr[-1] * plain(g, eps_out=eps, corrected=True),
    rmsprop_corrected_inside: lambda g, lr: lr[-1] * plain(g, eps_in=eps, corrected=True),
    rmsprop_centered: lambda g, lr: lr[-1] * plain(g, eps_out=eps, centered=True),
    rmsprop_centered_inside: lambda g, lr: lr[-1] * plain(g, eps_in=eps, centered=True),
    rmsprop_centered_subtracted: lambda g, lr: lr[-1] * plain(g, eps_in=-eps, centered=True),
    rmsprop_momentum_outside: lambda g, lr: lr[-1] * kept(b, plains(g, eps_out=eps)),
    rmsprop_momentum_inside: lambda g, lr: kept(b, scaled(lr, plains(g, eps_in=eps))),
    rmsprop_momentum_eps_inside: lambda g, lr: lr[-1] * kept(b, plains(g, eps_in=eps)),
    rmsprop_momentum_lr_inside: lambda g, lr: kept(b, scaled(lr, plains(g, eps_out=eps))),
    rmsprop_nesterov_inside: lambda g, lr: ahead(scaled(lr, plains(g, eps_in=eps))),
    rmsprop_centered_momentum_outside: lambda g, lr: lr[-1] * kept(b, plains(g, eps_out=eps, centered=True)),
    rmsprop_centered_momentum_inside: lambda g, lr: kept(b, scaled(lr, plains(g, eps_in=eps, centered=True))),
    nadam_pytorch: lambda g, lr: lr[-1] * scheduled(g, Decimal("0.004")),
    nadam_keras: lambda g, lr: lr[-1] * scheduled(g, 1),
    adamax_eps_inside: lambda g, lr: lr[-1] * hat(g) / max(
        b2 ** age * (abs(x) + eps) for age, x in enumerate(reversed(g))),
    adagrad_eps_inside: lambda g, lr: lr[-1] * g[-1] / root(total(g) + eps),
    adagrad_without_eps: lambda g, lr: lr[-1] * g[-1] / root(total(g)),
    momentum_inside: lambda g, lr: kept(b, scaled(lr, g)),
    momentum_average: lambda g, lr: lr[-1] * mean(b, g),
    momentum_average_inside: lambda g, lr: mean(b, scaled(lr, g)),
    momentum_dampened: lambda g, lr: lr[-1] * kept(b, [g[0]] + [(1 - damp) * x for x in g[1:]]),
    momentum_dampened_at_once: lambda g, lr: lr[-1] * (1 - damp) * kept(b, g),
    nesterov_inside: lambda g, lr: ahead(scaled(lr, g)),
    not_nesterov: lambda g, lr: (1 + b + b ** 2) * lr[-1] * g[-1] + b ** 3 * kept(b, scaled(lr, g)[:-1]),
}
# One coordinate that begins far from the mean keeps the variance above eps: no root of a negative.
WIDE = np.where(np.arange(STEPS) % 2, -1, 1) * (3 + np.abs(GRADIENTS))


def summed(form, gradients):
    g, lrs = [Decimal(float(x)) for x in gradients], [Decimal(x) for x in LRS]
    steps = [EXPECTED[form](g[:i], lrs[:i]) for i in range(1, STEPS + 1)]
    return np.array([float(-sum(steps[:i])) for i in range(1, STEPS + 1)])


def shaped(*names):
    """The functions of the module whose arguments begin so."""
    return {function for _, function in inspect.getmembers(forms, inspect.isfunction)
            if tuple(inspect.signature(function).parameters)[:len(names)] == names}


def test_there_is_a_second_writing_of_every_form():
    assert shaped("theta", "g", "state", "lr") == set(ALONE) == set(EXPECTED)


@every_form
def test_the_form_is_the_sum_over_its_history(form):
    gradients = WIDE if form is rmsprop_centered_subtracted else GRADIENTS
    near(path(form, gradients, **known(form)), summed(form, gradients))


# The table


def test_the_table_has_every_rule_every_form_and_every_decay_once():
    assert {form.run for form in FORMS.values()} == {*rules.START, *ALONE}
    assert len(FORMS) == len({*rules.START, *EXPECTED})
    assert all(form.name == name == form.run.__name__ for name, form in FORMS.items())
    assert set(DECAYS) == shaped("form", "theta", "g", "state", "lr", "decay") and len(DECAYS) == len(set(DECAYS))
    assert all(decay.name == name == decay.run.__name__ for name, decay in forms.DECAYS.items())


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_an_entry_says_what_its_function_does(form):
    """Its settings and its state, as Python sees them in the function."""
    code = form.run.__code__
    assert code.co_varnames[:3] == ("theta", "g", "state") and form.settings == code.co_varnames[3:code.co_argcount]
    if form.name != "adamw":  # which hands its state to adam
        assert form.keeps == code.co_varnames[code.co_argcount:][:len(form.start)]
        assert all((name == "t") == isinstance(value, int) for name, value in zip(form.keeps, form.start, strict=True))
    if form.run in rules.START:
        assert form.start == rules.START[form.run]
        assert form.keeps == (checked.STATE[form.name] if form.name != "adamw" else ())


def steps_of(form, gradients, lrs=(1.0, 1.0), **settings):
    """The steps from its start, with what it knows of the settings."""
    known = {name: value for name, value in settings.items() if name in form.settings}
    with np.errstate(invalid="ignore"):
        return -np.diff(walks.path(form.run, 0.0, gradients, lrs, form.start, **known)[0], prepend=0.0)


OF_A_PAGE = pytest.mark.parametrize("form", [form for form in FORMS.values() if form.page], ids=lambda form: form.name)


@OF_A_PAGE
def test_the_traits_of_v(form):
    """The first step of a gradient of 1: v is a quarter of its square, or all of it where v is corrected."""
    kept, traits = form.keeps, form.traits
    assert traits.keys() == PLAIN.keys()
    assert (traits["centered"] == "yes") == ("mean" in kept) and (traits["maximum"] != "none") == ("v_max" in kept)
    if "v" in kept and "mean" not in kept:
        [step] = steps_of(form, [1.0], [1.0], beta=0.0, beta1=0.0, beta2=0.75, eps=0.0)
        assert step == pytest.approx(1 if "corrected" in (traits["v"], traits["maximum"]) else 2)


@OF_A_PAGE
def test_the_place_of_eps(form):
    """An eps of 4 under a v of 1, which is a quarter where it is raw; the variance of a first gradient is 3/16."""
    if "eps" in form.settings:
        [step] = steps_of(form, [1.0], [1.0], beta=0.0, beta1=0.0, beta2=0.75, eps=4.0)
        v = 1.0 if "corrected" in (form.traits["v"], form.traits["maximum"]) else 0.25
        v = 3 / 16 if form.traits["centered"] == "yes" else v
        divisor = {"outside": v**0.5 + 4, "hat": (v**0.5 + 8), "inside": (v + 4) ** 0.5, "subtracted": np.nan}
        assert step == pytest.approx(1 / divisor[form.traits["eps"]], nan_ok=True)


@OF_A_PAGE
def test_the_traits_of_m_and_of_the_velocity(form):
    """The first step with a memory, over that without; and whether it goes on when lr is 0."""
    traits, settings = form.traits, {"beta2": 0.75, "eps": 0.0, "dampening": 0.25}
    [bare] = steps_of(form, [1.0], [1.0], beta=0.0, beta1=0.0, **settings | {"dampening": 0.0})
    [first] = steps_of(form, [1.0], [1.0], beta=0.5, beta1=0.5, **settings)
    share = {"whole": 1, "average": 0.5, "dampened": 0.75, "after the first": 1}[traits["share"]]
    ahead = {"no": 1, "yes": 1.5, "almost": 1.75}[traits["nesterov"]]
    moment = 0.5 if "beta1" in form.settings and traits["m"] == "plain" else 1
    assert first / bare == pytest.approx(share * ahead * moment)
    if "beta" in form.settings:
        goes_on = steps_of(form, [1.0, 0.0], [1.0, 0.0], beta=0.5, **settings)[1]
        assert (traits["lr"] == "inside") == (goes_on != 0)
        one, two = steps_of(form, [1.0, 0.0], beta=0.5, **settings), steps_of(form, [0.0, 1.0], beta=0.5, **settings)
        assert form.page != "momentum" or (traits["share"] == "after the first") == (one[0] != two[1])


RELATIVES = [form for form in FORMS.values() if form.family in ("nadam", "adamax", "adagrad")]


@pytest.mark.parametrize("form", RELATIVES, ids=lambda form: form.name)
def test_the_traits_of_nadam_adamax_and_adagrad(form):
    """Gradients of 3 and 1, by hand: what the second is divided by, and what Nadam adds to the first."""
    traits, settings = form.traits, {"beta2": 0.5, "eps": 1.0}
    _, second = steps_of(form, [3.0, 1.0], beta1=0.0, **settings)
    start = form.start[0] if traits["divisor"] == "sum" else 0.0
    under = {"mean": (0.25 * 9 + 0.5) / 0.75, "sum": start + 10, "largest": 1.5**2}[traits["divisor"]]
    eps = 1.0 if "eps" in form.settings else 0.0
    divisor = {"outside": under**0.5 + eps, "inside": (under + eps) ** 0.5, "kept": max(0.5 * (3 + eps), 1 + eps)}
    assert second == pytest.approx(1 / divisor[traits["eps"]])
    [first] = steps_of(form, [1.0], [1.0], beta1=0.5, beta2=0.5, eps=0.0)
    mu = [0.5 * (1 - 0.5 * 0.96 ** (t * {"slow": 0.004, "fast": 1.0}.get(traits["ahead"], np.inf))) for t in (1, 2)]
    ahead = 1 + 0.5 * mu[1] / (1 - mu[0] * mu[1]) if traits["ahead"] != "no" else 1 / (1 + start) ** 0.5
    assert first == pytest.approx(ahead) and len(RELATIVES) == 8
    assert ("beta1" in form.settings) == (traits["m"] == "corrected")
    assert (traits["v"] == "corrected") == (form.family == "nadam")


def test_every_name_is_one_form_and_every_entry_has_words_in_both_languages():
    """`adam_folded` is `adam` written otherwise, and has its short name."""
    for entries, kinds in ((FORMS, ("short", "long")), (forms.DECAYS, ("short", "does", "long"))):
        for kind in kinds:
            words = [getattr(entry, kind) for name, entry in entries.items()
                     if (kind, name) != ("short", "adam_folded")]
            for language in (0, 1):
                said = [pair[language] for pair in words]
                assert all(said) and len(set(said)) == len(said), (kind, language)
            assert not any(re.search("[가-힣]", pair.en) for pair in words)
    assert FORMS["adam_folded"].short == FORMS["adam"].short


def test_a_wrong_entry_does_not_load():
    words = {"ko": "형태", "en": "form"}
    assert forms.form_of("adam", words).long == forms.Words(**words)
    for more in ({"trait": {}}, {"short": {"en": "form"}}, {"start": None}):
        with pytest.raises((TypeError, KeyError)):
            forms.form_of("adam_folded", **({"short": words, "start": [0.0]} | more))
    with pytest.raises(KeyError, match="no_such_function"):
        forms.form_of("no_such_function", words, start=[0.0])


@pytest.mark.parametrize("decay", forms.DECAYS.values(), ids=lambda decay: decay.name)
def test_what_an_entry_says_of_a_weight_decay(decay):
    """What a theta of 4 loses at two rates, and what its form gets to see: `decay_with` shows it whole."""
    def form(theta, g, state, lr):
        seen.append(theta)
        return theta, state

    seen = []
    lost = [4.0 - decay.run(form, 4.0, 0.0, (), lr, 0.125)[0] for lr in (0.5, 0.25)]
    if decay.name != "decay_l2":
        assert (decay.scale == "fixed") == (lost[0] == lost[1]) and min(lost) > 0
        assert (decay.timing == "after" or decay.name == "decay_with") == (seen == [4.0, 4.0])
    assert (decay.same == "decay_before") == (decay.name == "decay_with")


# Walks


def test_a_path_is_the_steps_one_by_one_and_needs_an_lr_for_each():
    points, state = walks.path(momentum, 1.0, [1.0, 2.0], [0.5, 0.25], (0.0,), beta=0.5)
    assert points.tolist() == [0.5, -0.125] and state == (2.5,)
    with pytest.raises(ValueError, match="zip"):
        walks.path(momentum, 1.0, [1.0, 2.0], [0.5], (0.0,))


def test_v_begins_where_it_is_told_in_any_form_that_keeps_it():
    for form in FORMS.values():
        if "v" in form.keeps:
            for start in STARTS_OF_V:
                state = dict(zip(form.keeps, walks.state_before(form, start, 3.0, 0.25), strict=True))
                assert state.pop("v") == start_of_v(start, 3.0, 0.25)
                assert [*state.values()] == [x for key, x in zip(form.keeps, form.start, strict=True) if key != "v"]
    assert walks.state_before(FORMS["momentum"], "v = 0", 3.0, 0.25) == (0.0,)
    assert walks.state_before(FORMS["adagrad_eps_inside"], 0.5, 3.0, 0.25) == (0.5,)
    with pytest.raises(ValueError):
        walks.state_before(FORMS["rmsprop"], 0.5, 3.0, 0.25)
    with pytest.raises(ValueError):
        walks.state_before(FORMS["momentum"], "v = 1", 3.0, 0.25)


def test_what_stands_around_a_form_works_from_the_inside_out():
    """The cut of a long gradient comes before the decay is added to it."""
    step = walks.dressed(FORMS["momentum"], "decay_l2", "clip_norm")
    theta, _ = step(np.zeros(2) + 10.0, np.array([30.0, -40.0]), (0.0,), 1.0, decay=0.1, norm=1.0)
    assert np.allclose(theta, 10 - np.array([0.6, -0.8]) - 1.0, rtol=4 * EPS, atol=0)
    assert walks.dressed(FORMS["momentum"]) is momentum


OWN = {  # of variants of rules that have defaults of their own
    nadam_pytorch: {"lr": 2e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    nadam_keras: {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7},
    adamax_eps_inside: {"lr": 2e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    adagrad_eps_inside: {"eps": 1e-7}, adagrad_without_eps: {},
}


@every_form
def test_defaults(form):
    names = inspect.signature(form).parameters
    defaults = {name: p.default for name, p in names.items() if p.default is not p.empty}
    if form in OWN:
        assert defaults == OWN[form]
    elif "adam" in form.__name__ or "amsgrad" in form.__name__:
        assert defaults == {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    else:
        whole = {"beta": 0.9, "beta2": 0.9, "eps": 1e-8, "dampening": 0.0}
        assert defaults == {name: whole[name] for name in list(names)[4:]}


@every_form
def test_the_start_has_the_shape_of_the_state(form):
    """But for the product of Nadam, which is one number for all coordinates."""
    _, state = form(np.ones((2, 3)), np.full((2, 3), 4.0), START[form], 0.1)
    for name, first, item in zip(FORMS[form.__name__].keeps, START[form], state, strict=True):
        own = {"s": 0.1, "product": 1.0}.get(name, 0)
        assert first == own and (item == 1 if isinstance(first, int) else np.shape(item) == (2, 3) or own == 1)


@every_form
def test_nothing_is_changed_in_place_and_the_dtype_stays(form):
    arrays = [np.full(3, x, "f4") for x in (2, 3, -1)]
    for array in arrays:
        array.flags.writeable = False
    theta, state = arrays[0], tuple(x if isinstance(x, int) else np.float32(x) for x in START[form])
    for g in arrays[1:]:
        theta, state = form(theta, g, state, 0.1)
        for item in (theta, *state):
            assert isinstance(item, int) or item.dtype == "f4"
            np.ndim(item) and item.setflags(write=False)


@every_form
def test_a_path_can_be_resumed_from_its_state(form):
    theta, state, g = 1.0, START[form], WIDE
    for i in range(10):
        theta, state = form(theta, g[i], state, 0.1)
    one = path(form, g[10:20], [0.1] * 10, theta, tuple(state))
    assert np.array_equal(one, path(form, g[:20], [0.1] * 20, 1.0)[10:])


@pytest.mark.parametrize("form", [form.run for form in FORMS.values() if form.traits["centered"] == "yes"],
                         ids=lambda form: form.__name__)
def test_the_mean_of_a_centered_form_is_in_its_state(form):
    """The step has only its square: the sign shows here alone."""
    _, state = form(0.0, -3.0, START[form], 0.1)
    assert state[:2] == pytest.approx((0.9, -0.3), rel=4 * EPS)


# Which forms are one, and which are not


def test_folded_adam_is_adam():
    near(path(adam_folded, **known(adam)), path(adam, **known(adam)))


def test_eps_hat_is_adam_with_an_eps_that_shrinks():
    state, theta, points = START[adam_eps_hat], 0.0, []
    for t, (g, lr) in enumerate(zip(GRADIENTS, LRS), 1):
        shrinking = 0.25 / np.sqrt(1 - 0.9**t)
        theta, state = adam(theta, g, state, lr, 0.8, 0.9, shrinking)
        points.append(theta)
    near(path(adam_eps_hat, **known(adam)), np.array(points))
    apart(path(adam_eps_hat, **known(adam)), path(adam, **known(adam)))


def test_without_eps_adam_and_eps_hat_are_one_and_uncorrected_is_not():
    zero = {"beta1": 0.8, "beta2": 0.9, "eps": 0.0}
    near(path(adam_eps_hat, **zero), path(adam, **zero))
    apart(path(adam_uncorrected, **zero), path(adam, **zero))


def test_uncorrected_adam_without_beta1_is_rmsprop():
    numbers = {"beta2": 0.9, "eps": 0.25}
    near(path(adam_uncorrected, beta1=0.0, **numbers), path(rmsprop, **numbers))
    near(path(adam, beta1=0.0, **numbers), path(rmsprop_corrected, **numbers))


def test_the_amsgrads_are_their_adams_while_the_gradients_grow():
    growing = 1.5 ** np.arange(STEPS)
    for one, other in ((amsgrad, adam), (amsgrad_eps_hat, adam_eps_hat), (amsgrad_corrected, adam),
                       (amsgrad_uncorrected, adam_uncorrected)):
        near(path(one, growing, **known(adam)), path(other, growing, **known(adam)))


AMSGRADS = [amsgrad, amsgrad_eps_hat, amsgrad_corrected, amsgrad_v_uncorrected, amsgrad_uncorrected]


@pytest.mark.parametrize("one", AMSGRADS)
@pytest.mark.parametrize("other", AMSGRADS)
def test_the_amsgrads_part_after_a_spike(one, other):
    spike = np.where(np.arange(STEPS) == 3, 100.0, GRADIENTS)
    if one is not other:
        apart(path(one, spike, **known(adam)), path(other, spike, **known(adam)))


def test_learning_rate_inside_or_outside_is_one_until_it_changes():
    pairs = [(momentum, momentum_inside), (nesterov, nesterov_inside), (momentum_average, momentum_average_inside),
             (rmsprop_momentum_outside, rmsprop_momentum_lr_inside),
             (rmsprop_momentum_eps_inside, rmsprop_momentum_inside)]
    for out, inside in pairs:
        near(path(inside, lrs=[0.5] * STEPS, **known(inside)), path(out, lrs=[0.5] * STEPS, **known(out)))
        apart(path(inside, **known(inside)), path(out, **known(out)))


def test_without_momentum_the_velocities_of_rmsprop_are_its_steps():
    numbers = {"beta2": 0.9, "eps": 0.25}
    for form, other in ((rmsprop_momentum_outside, rmsprop), (rmsprop_momentum_lr_inside, rmsprop),
                        (rmsprop_momentum_inside, rmsprop_eps_inside), (rmsprop_nesterov_inside, rmsprop_eps_inside),
                        (rmsprop_momentum_eps_inside, rmsprop_eps_inside),
                        (rmsprop_centered_momentum_outside, rmsprop_centered),
                        (rmsprop_centered_momentum_inside, rmsprop_centered_inside)):
        near(path(form, beta=0.0, **numbers), path(other, **numbers))


def test_the_four_spellings_of_nesterov_are_one():
    """lr * g + mu * v_new; Caffe's (1 + mu) v_new - mu v_old; Bengio's mu^2 v_old + (1 + mu) lr g."""
    lr, mu, v, caffe, bengio = 0.5, 0.7, 0.0, [], []
    for g in GRADIENTS:
        old, v = v, mu * v + lr * g
        caffe.append((1 + mu) * v - mu * old)
        bengio.append(mu**2 * old + (1 + mu) * lr * g)
    ours = path(nesterov_inside, lrs=[lr] * STEPS, beta=mu)
    near(-np.cumsum(caffe), ours)
    near(-np.cumsum(bengio), ours)
    apart(path(not_nesterov, lrs=[lr] * STEPS, beta=mu), ours)


def test_the_first_step_of_each_momentum():
    first = {momentum_inside: 1, momentum_average: 0.1, momentum_average_inside: 0.1,
             nesterov_inside: 1.9, not_nesterov: 2.71}
    for form, gain in first.items():
        assert path(form, [4.0], [0.5], beta=0.9)[0] == pytest.approx(-2 * gain, rel=4 * EPS)
    assert path(momentum_dampened, [4.0], [0.5], dampening=0.75)[0] == -2
    assert path(momentum_dampened_at_once, [4.0], [0.5], dampening=0.75)[0] == -0.5


def test_dampening_is_an_average_or_nothing():
    numbers = {"beta": 0.7, "dampening": 0.0}
    near(path(momentum_dampened, **numbers), path(momentum, beta=0.7))
    near(path(momentum_dampened_at_once, beta=0.7, dampening=0.7), path(momentum_average, beta=0.7))


@pytest.mark.parametrize("words, start", [("v = 0", 0.0), ("v = 1", 1.0), ("v = eps", 0.25), ("v = g1^2", 9.0)])
def test_the_start_of_v(words, start):
    assert start_of_v(words, 3.0, 0.25) == start
    _, (v,) = rmsprop(0.0, 3.0, (start_of_v(words, 3.0, 0.25),), 0.1, 0.5, 0.25)
    assert v == start / 2 + 4.5


# Weight decay and clipping


def decayed(shrink, form, lrs=LRS, **settings):
    return path(partial(shrink, form), lrs=lrs, theta=4.0, state=START[form], **settings)


@pytest.mark.parametrize("form", [adam, momentum, rmsprop_eps_inside], ids=lambda form: form.__name__)
def test_weight_decay_by_hand(form):
    """One step at theta = 4, decay 1/8, lr 1/2: what shrinks, when and by what."""
    start, numbers = START[form], known(form)
    step = lambda theta, g: form(theta, g, start, 0.5, **numbers)[0]
    assert {decay: decay(form, 4.0, 3.0, start, 0.5, 0.125, **numbers)[0] for decay in DECAYS} == {
        decay_l2: step(4.0, 3.5),
        decay_before: step(3.75, 3.0),
        decay_with: step(4.0, 3.0) - 0.25,
        decay_after: step(4.0, 3.0) * 0.9375,
        decay_absolute: step(3.5, 3.0),
        decay_absolute_after: step(4.0, 3.0) * 0.875,
    }


@pytest.mark.parametrize("form", [adam, adam_eps_hat, rmsprop, momentum_inside], ids=lambda form: form.__name__)
def test_decay_with_is_decay_before_and_no_other_two_are_one(form):
    paths = {decay: decayed(decay, form, decay=0.125, **known(form)) for decay in DECAYS}
    for one in DECAYS:
        for other in DECAYS:
            if {one, other} == {decay_before, decay_with}:
                near(paths[one], paths[other])
            elif one is not other:
                apart(paths[one], paths[other])


@pytest.mark.parametrize("decay", DECAYS, ids=lambda decay: decay.__name__)
def test_no_decay_is_the_form_and_the_state_goes_on(decay):
    near(decayed(decay, adam, decay=0.0), path(adam, theta=4.0))
    theta, state = decay(adam, 4.0, 3.0, rules.START[adam], 0.5, 0.125)
    assert state[2] == 1 and state[0] == pytest.approx(0.1 * (3.5 if decay is decay_l2 else 3.0))


def test_adamw_is_adam_with_decay_before():
    ours = decayed(decay_before, adam, decay=0.125)
    assert np.array_equal(ours, path(rules.adamw, theta=4.0, decay=0.125))


def test_a_long_gradient_is_cut_and_a_short_one_is_not():
    long, short = np.array([30.0, -40.0]), np.array([0.3, -0.4])
    cut, _ = clip_norm(momentum, np.zeros(2), long, (0.0,), 1.0, norm=1.0)
    assert np.allclose(cut, [-0.6, 0.8], rtol=4 * EPS, atol=0)
    kept, _ = clip_norm(momentum, np.zeros(2), short, (0.0,), 1.0, norm=1.0, beta=0.5)
    assert np.array_equal(kept, -short)
    edge, _ = clip_norm(momentum, np.zeros(2), long, (0.0,), 1.0, norm=50.0)
    assert np.array_equal(edge, -long)
