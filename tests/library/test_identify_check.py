"""`check` feeds what people have: lists, objects, pairs of functions, arguments in another order."""

from typing import NamedTuple

import numpy as np
import pytest

from mhat.identify import GRADIENTS, THETA, check
from mhat.identify.feeding import as_array
from tests.prints import Tensor

G = np.array(GRADIENTS, float)


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


class Velocity:
    """Momentum, lr 0.1: what each way below computes."""

    def __init__(self):
        self.velocity = 0.0

    def move(self, g):
        self.velocity = 0.9 * self.velocity + g
        return 0.1 * self.velocity


def expected():
    """The path of momentum by its closed form: the sum of 0.9^(t - s) g_s."""
    t = np.arange(1, 13)
    weights = np.where(t[:, None] >= t, 0.9 ** np.maximum(t[:, None] - t, 0), 0)
    return THETA - 0.1 * np.cumsum(weights @ G, axis=0)


def of_arrays():
    inner = Velocity()
    def step(params, grads):
        for p, g in zip(params, grads):
            p -= inner.move(g)
    return step


def of_a_list_returned():
    inner = Velocity()
    return lambda weights, gradients: [w - inner.move(g) for w, g in zip(weights, gradients)]


def of_a_dict():
    inner = Velocity()
    return lambda params, grads: {name: params[name] - inner.move(grads[name]) for name in params}


def swapped():
    inner = Velocity()
    return lambda grad, theta: theta - inner.move(grad)


def time_first():
    inner = Velocity()
    return lambda t, theta, g: theta - inner.move(g) if t else None


def the_step():
    inner = Velocity()
    return lambda theta, g: -inner.move(g)


def the_step_to_subtract():
    inner = Velocity()
    return lambda theta, g: inner.move(g)


class WithStep(Velocity):
    def step(self, theta, g):
        return theta - self.move(g)


class OfWeightsAndBias(Velocity):
    def update(self, t, w, b, dw, db):
        return w - self.move(dw), b - 0.1 * db


class Value:
    def __init__(self, data):
        self.data, self.grad = data, 0.0


class OfValues(Velocity):
    """As in micrograd: scalars with .data and .grad."""

    def __init__(self):
        self.params = [Value(9.0) for _ in range(3)]
        self.velocities = [Velocity() for _ in range(3)]

    def step(self):
        for p, velocity in zip(self.params, self.velocities):
            p.data -= velocity.move(p.grad)


class OfItself(Velocity):
    def __init__(self):
        super().__init__()
        self.theta, self.grad = np.zeros(3), None

    def step(self):
        self.theta = self.theta - self.move(self.grad)


class Transformation(NamedTuple):
    """As Optax has them: updates are added."""

    init: object
    update: object


def optax_like():
    def update(updates, state, params=None):
        state = 0.9 * state + updates
        return -0.1 * state, state
    return Transformation(lambda params: np.zeros_like(params), update)


def jax_like():
    def update(i, g, state):
        theta, velocity = state
        velocity = 0.9 * velocity + g
        return theta - 0.1 * velocity, velocity
    return (lambda theta: (theta, np.zeros(3))), update, lambda state: state[0]


COUNT, KEPT = 0, {"velocity": 0.0}


def moved(g):
    """Momentum with its state in the module."""
    KEPT["velocity"] = 0.9 * KEPT["velocity"] + g
    return 0.1 * KEPT["velocity"]


def scaled(g):
    """The gradient, counted; after twelve it is another."""
    global COUNT
    COUNT += 1
    return g if COUNT <= len(GRADIENTS) else 10 * g


def unpacked_with_globals():
    def step(theta, g):
        change = moved(scaled(g[0] if isinstance(g, list) else g))
        (p,), _ = theta, g
        p -= change
    return step


def keyed_with_globals():
    def step(theta, g):
        change = moved(scaled(g["theta"] if isinstance(g, dict) else np.array(1.0)))
        for name in theta:
            theta[name] = theta[name] - change
    return step


def first_of_a_list():
    inner = Velocity()

    def step(theta, g):
        theta[0] -= inner.move(g[0])
    return step


def in_default():
    def step(theta, g, kept={"velocity": 0.0}):  # noqa: B006
        kept["velocity"] = 0.9 * kept["velocity"] + (g[0] if isinstance(g, list) else g)
        (p,), _ = theta, g
        p -= 0.1 * kept["velocity"]
    return step


def in_closure():
    velocity = 0.0

    def step(theta, g):
        nonlocal velocity
        velocity = 0.9 * velocity + (g[0] if isinstance(g, list) else g)
        (p,), _ = theta, g
        p -= 0.1 * velocity
    return step


WAYS = [of_arrays, of_a_list_returned, of_a_dict, swapped, time_first, the_step, the_step_to_subtract, WithStep,
        OfWeightsAndBias, OfValues, OfItself, optax_like, jax_like, unpacked_with_globals, keyed_with_globals,
        in_default, in_closure, first_of_a_list]


@pytest.mark.parametrize("way", WAYS)
def test_what_people_have_is_fed(way):
    found = check(way(), lr=0.1, beta=0.9, decay=0)
    assert found["verdict"] == "right" and found["found"][0]["names"][0]["name"] == "momentum", str(found)
    assert found["mixup"] == {the_step: "steps", the_step_to_subtract: "steps_down"}.get(way, "")
    assert COUNT == 0 and KEPT == {"velocity": 0.0}


def test_the_closed_form_is_what_was_meant():
    inner, theta = Velocity(), np.array(THETA)
    for g, row in zip(G, expected()):
        theta = theta - inner.move(g)
        assert np.allclose(theta, row, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("step, words", [
    (lambda: None, "this step takes nothing"), (lambda a, b, c, d: a, "this step takes a, b, c, d"),
    (3, "int has neither update nor step"), (lambda theta, g: theta.missing, "raised AttributeError"),
    (type("Empty", (), {"step": lambda self: None})(), "shows no parameters with .grad"),
])
def test_what_cannot_be_fed_is_told_what_can(step, words):
    with pytest.raises(TypeError) as raised:
        check(step)
    assert words in str(raised.value) and "a function step(theta, g)" in str(raised.value)


class Torch:
    def __init__(self, tensors):
        self.param_groups = [{"params": tensors, "lr": 0.1, "momentum": 0.9, "weight_decay": 0.0, "dampening": 0}]
        self.velocities = [Velocity() for _ in tensors]

    def step(self):
        for tensor, velocity in zip(self.param_groups[0]["params"], self.velocities):
            tensor.values -= velocity.move(tensor.grad.values)


def test_three_tensors_of_pytorch_are_one_path():
    found = check(Torch([Tensor([9.0]) for _ in range(3)]))
    assert found["verdict"] == "right" and found["found"][0]["names"][0]["name"] == "momentum"
    with pytest.raises(ValueError, match="here are .2, 1."):
        check(Torch([Tensor([1.0, 2.0]), Tensor([1.0])]))


def test_bfloat16_of_pytorch_becomes_float32():
    class Half(Tensor):
        dtype = "torch.bfloat16"
        def float(self):
            return Tensor(self.values)
        def numpy(self):
            raise TypeError("Got unsupported ScalarType BFloat16")
    assert as_array(Half([1.5, 2.0])).tolist() == [1.5, 2.0]
