"""The checked rules: the same numbers on good input, a plain error on bad input."""

import inspect
import pickle
import re
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mhat import checked as module
from mhat import rules
from mhat.checked import STATE, checked
from mhat.rules import (
    START,
    adagrad,
    adam,
    adamax,
    adamw,
    amsgrad,
    gradient_descent,
    momentum,
    nadam,
    nesterov,
    rmsprop,
)

THETA = np.array([[1.0, -2.0, 3.0], [0.5, 0.0, -4.0]])
G = np.array([[0.1, 0.2, -0.3], [4.0, -5.0, 0.0]])
SCALARS = {"lr", "beta", "beta1", "beta2", "eps", "decay"}
NAN, INF = float("nan"), float("inf")

every_rule = pytest.mark.parametrize("rule", START, ids=lambda rule: rule.__name__)
counting = pytest.mark.parametrize("rule", [adam, adamw, amsgrad, nadam, adamax])


def parts(rule, state):
    """The arrays of a state, and its counts."""
    named = list(zip(STATE[rule.__name__], state))
    return [x for name, x in named if name != "t"], [x for name, x in named if name == "t"]


def put(array, value, *index):
    """A copy of the array with one entry changed."""
    array = array.copy()
    array[index] = value
    return array


def fails(rule, error, words, theta=THETA, g=G, state=None, **numbers):
    """The checked rule raises exactly this error, changes nothing, does not start."""
    calls = []
    spy = inspect.unwrap(rule)

    def recorded(*args, **kwargs):
        calls.append(args)
        return spy(*args, **kwargs)

    recorded.__name__, recorded.__signature__ = rule.__name__, inspect.signature(rule)
    state = START[rule] if state is None else state
    given = (theta, g, state, numbers)
    before = pickle.dumps(given)
    with warnings.catch_warnings(), pytest.raises((TypeError, ValueError)) as caught:
        warnings.simplefilter("error")
        checked(recorded)(theta, g, state, **{"lr": 0.1, **numbers})
    assert pickle.dumps(given) == before
    assert caught.type is error, caught.value
    assert str(caught.value) == words
    return calls


def test_there_is_a_layout_of_the_state_for_every_rule():
    assert STATE == {
        "gradient_descent": (),
        "momentum": ("velocity",),
        "nesterov": ("velocity",),
        "adagrad": ("s",),
        "rmsprop": ("v",),
        "adam": ("m", "v", "t"),
        "adamw": ("m", "v", "t"),
        "amsgrad": ("m", "v", "v_max", "t"),
        "nadam": ("m", "v", "t"),
        "adamax": ("m", "u", "t"),
    }
    for rule, state in START.items():
        assert [type(x) is int for x in state] == [name == "t" for name in STATE[rule.__name__]]


# Good input


@every_rule
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0,), (2, 0)])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_same_numbers_as_the_rule_and_nothing_changed(rule, shape, dtype):
    rng = np.random.default_rng(0)
    theta = rng.normal(size=shape).astype(dtype)
    state = ours_state = START[rule]
    ours = theta
    for _ in range(5):
        g = rng.normal(size=shape).astype(dtype)
        given = (ours, g, ours_state)
        before = pickle.dumps(given)
        ours, ours_state = checked(rule)(*given, lr=0.1)
        assert pickle.dumps(given) == before
        theta, state = rule(theta, g, state, lr=0.1)
        for one, other in zip((ours, *ours_state), (theta, *state)):
            assert np.array_equal(one, other) and np.shape(one) == np.shape(other)
        assert isinstance(ours_state, tuple) and len(ours_state) == len(state)
        kept, counts = parts(rule, ours_state)
        for item in (ours, *kept):
            assert np.shape(item) == shape and item.dtype == dtype
        assert [type(t) for t in counts] == [int] * ("t" in STATE[rule.__name__])


@every_rule
def test_python_floats_and_lists_are_float64(rule):
    theta, state = checked(rule)(1.0, 2.0, START[rule], 0.1)
    expected, same_state = rule(1.0, 2.0, START[rule], 0.1)
    assert isinstance(theta, float) and (theta, state) == (expected, same_state)
    theta, _ = checked(rule)([1.0, 2.0], [3.0, 4.0], START[rule], 0.1)
    expected, _ = rule(np.array([1.0, 2.0]), np.array([3.0, 4.0]), START[rule], 0.1)
    assert np.array_equal(theta, expected)


@every_rule
@pytest.mark.parametrize("kind", [np.float64, np.float32, Fraction])
def test_numpy_numbers_do_not_change_the_dtype(rule, kind):
    names = SCALARS & set(inspect.signature(rule).parameters)
    numbers = {name: kind(0.5) for name in names}
    state = tuple(np.int64(1) if name == "t" else np.float64(1) for name in STATE[rule.__name__])
    theta, new = checked(rule)(THETA.astype("f4"), G, state, **numbers)
    expected, _ = rule(
        THETA.astype("f4"), G.astype("f4"), tuple(x.item() for x in state),
        **dict.fromkeys(names, 0.5),
    )
    assert np.array_equal(theta, expected)
    assert all(x.dtype == "f4" for x in (theta, *parts(rule, new)[0]))


@every_rule
def test_the_edges_of_the_ranges_are_allowed(rule):
    names = inspect.signature(rule).parameters
    for edge in (
        {"beta": 0, "beta1": 0, "beta2": 0},
        {"beta": 0.999999, "beta1": 0.999999, "beta2": 0.999999},
        {"decay": 0}, {"decay": 5.0}, {"eps": 0}, {"eps": 1e300}, {"lr": 5e-324}, {"lr": 1e200}, {"lr": 1},
    ):
        known = {"lr": 0.1} | {n: x for n, x in edge.items() if n in names}
        theta, _ = checked(rule)(THETA, G + 6, START[rule], **known)
        assert np.array_equal(theta, rule(THETA, G + 6, START[rule], **known)[0])


def test_numbers_may_come_by_place_and_lr_of_adam_has_its_default():
    given = (0.2, 0.5, 0.6, 0.7)
    ours, _ = checked(adam)(THETA, G, START[adam], *given)
    assert np.array_equal(ours, adam(THETA, G, START[adam], *given)[0])
    ours, _ = checked(adam)(theta=THETA, g=G, state=START[adam])
    assert np.array_equal(ours, adam(THETA, G, START[adam])[0])


@every_rule
def test_name_docstring_and_signature_are_those_of_the_rule(rule):
    step = checked(rule)
    assert (step.__name__, step.__doc__) == (rule.__name__, rule.__doc__)
    assert inspect.signature(step) == inspect.signature(rule)


def test_even_a_rule_that_writes_in_place_leaves_the_input_alone():
    def momentum(theta, g, state, lr, beta=0.9):
        (velocity,) = state
        velocity *= beta
        velocity += g
        g *= lr
        theta -= lr * velocity
        return theta, (velocity,)

    given = (THETA.copy(), G.copy(), (G.copy(),))
    before = pickle.dumps(given)
    theta, _ = checked(momentum)(*given, lr=0.5)
    assert pickle.dumps(given) == before
    assert np.array_equal(theta, rules.momentum(THETA, G, (G,), 0.5)[0])


# Bad input


@every_rule
@pytest.mark.parametrize("name", ["theta", "g"])
@pytest.mark.parametrize("value, dtype", [
    (THETA.astype(int), "int64"), (THETA.astype("u1"), "uint8"), (THETA > 0, "bool"),
    (THETA + 1j, "complex128"), (THETA.astype(object), "object"), (THETA.astype(str), "<U32"),
    (1, "int64"), (True, "bool"), (None, "object"),
])
@pytest.mark.filterwarnings("ignore")
def test_what_is_not_floats(rule, name, value, dtype):
    words = f"{name} has dtype {dtype}: use float, as in 1.0"
    assert not fails(rule, TypeError, words, **{name: value})


@every_rule
@pytest.mark.parametrize("name", ["theta", "g"])
@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_what_is_not_finite(rule, name, bad):
    broken = put(put(THETA, bad, 1, 2), bad, 1, 0)
    words = f"{name} is {bad} at index (1, 0): it must be finite in float64"
    assert not fails(rule, ValueError, words, **{name: broken})
    words = f"{name} is {bad} at index (): it must be finite in float64"
    assert not fails(rule, ValueError, words, **{"theta": 1.0, "g": 1.0, name: bad})


@every_rule
def test_what_is_not_finite_in_the_dtype_of_theta(rule):
    words = "g is -inf at index (0, 1): it must be finite in float16"
    assert not fails(rule, ValueError, words, THETA.astype("f2"), put(G, -1e6, 0, 1))


@every_rule
@pytest.mark.parametrize("theta, g", [
    ((2, 3), (3,)), ((2, 3), (3, 2)), ((2, 3), ()), ((2, 3), (2, 1)), ((2, 3), (1, 2, 3)),
    ((), (2,)), ((3,), (3, 1)), ((0,), ()),
])
def test_a_gradient_that_does_not_fit(rule, theta, g):
    words = f"g has shape {g}, theta {theta}"
    assert not fails(rule, ValueError, words, np.ones(theta), np.ones(g))


def wrong_numbers():
    """Rule, name, value, error and what it must say, for every number of every rule."""
    cases = []
    needs = {"lr": "above 0 and finite", "eps": "0 or above, and finite", "decay": "0 or above, and finite"}
    out = {"lr": [0, 0.0, -1e-300, -1], "eps": [-1e-300, -1], "beta": [-1e-300, 1, 1.0, 2]}
    out["decay"] = out["eps"]
    for rule in START:
        for name in sorted(SCALARS & set(inspect.signature(rule).parameters)):
            kind = "beta" if "beta" in name else name
            for value in [*out[kind], NAN, INF, -INF, np.float32(-1), np.longdouble(-1)]:
                cases.append((rule, name, value, ValueError, needs.get(name, "in [0, 1)")))
            for value in (True, False, np.True_, "0.1", None, 0.5j, np.array(0.5), [0.5]):
                cases.append((rule, name, value, TypeError, "a real number"))
    return cases


@pytest.mark.parametrize("rule, name, value, error, need", wrong_numbers())
def test_a_number_out_of_its_range(rule, name, value, error, need):
    words = f"{name} is {value!r}: it must be {need}"
    assert not fails(rule, error, words, **{name: value})


@pytest.mark.parametrize("rule, name", [(momentum, "beta"), (adam, "beta1"), (adam, "beta2"), (adamax, "beta2")])
def test_a_beta_that_is_one_as_a_python_float(rule, name):
    almost = 1 - np.finfo(np.longdouble).eps
    if float(almost) == 1:  # where long double has more digits than double
        assert not fails(rule, ValueError, f"{name} is {almost!r}: it must be in [0, 1)", **{name: almost})


@every_rule
def test_arguments_that_the_rule_does_not_have(rule):
    assert not fails(rule, TypeError, "got an unexpected keyword argument 'beta3'", beta3=0.9)
    step, given = checked(rule), (THETA, G, START[rule])
    with pytest.raises(TypeError, match="too many positional arguments"):
        step(*given, *[0.1] * 9)
    with pytest.raises(TypeError, match="missing a required argument: 'state'"):
        step(THETA, G)
    if inspect.signature(rule).parameters["lr"].default is inspect.Parameter.empty:
        with pytest.raises(TypeError, match="missing a required argument: 'lr'"):
            step(*given)


@every_rule
@pytest.mark.parametrize("state", [0.0, None, [0.0], np.zeros(3), {"m": 0.0}], ids=repr)
def test_a_state_that_is_not_a_tuple(rule, state):
    if state is None:
        with pytest.raises(TypeError, match="^state is None: it must be a tuple$"):
            checked(rule)(THETA, G, None, 0.1)
    else:
        assert not fails(rule, TypeError, f"state is {state!r}: it must be a tuple", state=state)


@every_rule
def test_a_state_with_too_many_or_too_few_items(rule):
    for wrong in range(7):
        if wrong != len(START[rule]):
            state = (0.0,) * wrong
            words = f"state is {state}: its items must be {STATE[rule.__name__]}"
            assert not fails(rule, ValueError, words, state=state)


@pytest.mark.parametrize("rule, place, name", [
    (rule, place, name)
    for rule in START for place, name in enumerate(STATE[rule.__name__]) if name != "t"
])
@pytest.mark.parametrize("value, error, words", [
    (0, TypeError, "has dtype int64: use float, as in 1.0"),
    (np.zeros((2, 3), bool), TypeError, "has dtype bool: use float, as in 1.0"),
    (0j, TypeError, "has dtype complex128: use float, as in 1.0"),
    (np.zeros(3), ValueError, "has shape (3,), theta (2, 3)"),
    (np.zeros(1), ValueError, "has shape (1,), theta (2, 3)"),
    (NAN, ValueError, "is nan at index (): it must be finite in float64"),
    (put(THETA**2, INF, 1, 1), ValueError, "is inf at index (1, 1): it must be finite in float64"),
])
def test_an_item_of_the_state(rule, place, name, value, error, words):
    state = list(START[rule])
    state[place] = value
    assert not fails(rule, error, f"state {name} {words}", state=tuple(state))


@pytest.mark.parametrize("rule, place, name", [
    (adagrad, 0, "s"), (rmsprop, 0, "v"), (adam, 1, "v"), (adamw, 1, "v"), (amsgrad, 1, "v"),
    (amsgrad, 2, "v_max"), (nadam, 1, "v"), (adamax, 1, "u"),
])
def test_what_squares_and_sizes_are_made_of_is_not_negative(rule, place, name):
    for value, index in ((-1e-300, ()), (put(THETA**2, -1e-300, 1, 2), (1, 2))):
        state = list(START[rule])
        state[place] = value
        words = f"state {name} is -1e-300 at index {index}: it must be 0 or above"
        assert not fails(rule, ValueError, words, state=tuple(state))


@pytest.mark.parametrize("rule", [r for r in START if r not in (gradient_descent, adagrad, rmsprop)])
def test_m_and_velocity_may_be_negative(rule):
    state = (THETA, *(1 if type(x) is int else 1.0 for x in START[rule][1:]))
    ours, expected = checked(rule)(THETA, G, state, 0.1), rule(THETA, G, state, 0.1)
    assert np.array_equal(ours[0], expected[0]) and np.any(expected[1][0] < 0)


@counting
@pytest.mark.parametrize("t, error, need", [
    (-1, ValueError, "0 or above"), (np.int64(-2), ValueError, "0 or above"),
    (1.0, TypeError, "a whole number, as in 0"), (True, TypeError, "a whole number, as in 0"),
    (np.float64(3), TypeError, "a whole number, as in 0"), (None, TypeError, "a whole number, as in 0"),
    (np.array(1), TypeError, "a whole number, as in 0"), ("1", TypeError, "a whole number, as in 0"),
])
def test_the_count_of_steps(rule, t, error, need):
    assert not fails(rule, error, f"state t is {t!r}: it must be {need}", state=(*START[rule][:-1], t))


@pytest.mark.parametrize("rule, g, state, numbers, words", [
    (gradient_descent, 100.0, (), {"lr": 1e307}, "theta is -inf"),
    (momentum, 1e308, (1e308,), {"lr": 1e-9}, "theta is -inf"),
    (nesterov, 1e308, (1e308,), {"lr": 1e-9}, "theta is -inf"),
    (rmsprop, 0.0, (0.0,), {"eps": 0}, "theta is nan"),
    (rmsprop, 1e-200, (0.0,), {"eps": 0}, "theta is -inf"),
    (rmsprop, 1e200, (0.0,), {}, "v is inf"),
    (adam, 0.0, (0.0, 0.0, 0), {"eps": 0}, "theta is nan"),
    (adam, 1e200, (0.0, 0.0, 0), {}, "v is inf"),
    (adagrad, 0.0, (0.0,), {"eps": 0}, "theta is nan"),
    (adagrad, 1e200, (0.0,), {}, "s is inf"),
    (adamw, 1e200, (0.0, 0.0, 0), {}, "v is inf"),
    (amsgrad, 1e200, (0.0, 0.0, 0.0, 0), {}, "v is inf"),
    (nadam, 1e200, (0.0, 0.0, 0), {}, "v is inf"),
    (adamax, 0.0, (0.0, 0.0, 0), {"eps": 0}, "theta is nan"),
])
def test_a_result_that_is_not_finite(rule, g, state, numbers, words):
    """The rule runs, and its result does not reach the caller; no NumPy warning either."""
    words = f"new {words} at index (1,): it must be finite"
    state = tuple(x if type(x) is int else np.array([0.0, x]) for x in state)
    calls = fails(rule, ValueError, words, np.ones(2), np.array([1.0, g]), state, **numbers)
    assert len(calls) == 1


def test_a_rule_of_your_own(monkeypatch):
    """One entry in STATE; a number with another name counts as a beta."""
    def own(theta, g, state, lr, rho=0.5):
        return theta - lr * rho * g, state

    monkeypatch.setitem(STATE, "own", ())
    assert checked(own)(1.0, 2.0, (), 0.25, 0.5) == (0.75, ())
    with pytest.raises(ValueError, match=r"^rho is 1: it must be in \[0, 1\)$"):
        checked(own)(1.0, 2.0, (), 0.25, 1)


def test_a_rule_without_a_layout():
    with pytest.raises(KeyError, match="my_rule"):
        checked(type("my_rule", (), {}))


def test_the_section_runs_in_an_empty_python():
    """What a reader pastes: the checks, and one rule with what it calls."""
    text = Path(module.__file__).read_text(encoding="utf-8")
    found = re.search(r"# --8<-- \[start:checked\]\n(.*)# --8<-- \[end:checked\]\n", text, re.S)
    empty = {}
    exec(found[1], empty)
    for rule in (rules.bias_correction, adam):
        exec(inspect.getsource(rule), empty)
    theta, state = empty["checked"](empty["adam"])(THETA, G, (0.0, 0.0, 0), lr=0.1)
    assert np.array_equal(theta, adam(THETA, G, START[adam], 0.1)[0]) and state[2] == 1
