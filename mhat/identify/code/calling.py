"""Functions and classes of somebody's code, as what takes one step: (theta, g, t) -> theta."""

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mhat.identify.code.naming import GIVEN, is_gradient, is_optimizer, is_parameters, is_time, setting_of
from mhat.identify.feed import THETA
from mhat.identify.feeding import held_in, taken_from

METHODS = ("update", "step", "update_params", "apply_gradients", "apply", "optimize", "minimize", "__call__")
LENGTHS = ("n", "dim", "dims", "size", "shape", "num_params", "n_params", "length", "d")


def in_shape(shape: str, x: np.ndarray) -> Any:
    """An array in a shape, one of which has a tensor for each number."""
    parts = [x[k:k + 1].copy() for k in range(len(THETA))] if shape.startswith("three") else []
    if not parts:
        return held_in(shape, x)
    return parts if shape.endswith("list") else {f"theta{k}": part for k, part in enumerate(parts, 1)}


def out_of(shape: str, held: Any) -> np.ndarray:
    """The array that is held in a shape."""
    first = held[0] if isinstance(held, tuple) else held
    if shape.startswith("three"):
        return np.concatenate([np.ravel(part) for part in (first.values() if isinstance(first, dict) else first)])
    return np.array(taken_from(held), float)


class NotFed(TypeError):
    """Why a function or a class cannot be stepped."""


@dataclass
class Argument:
    """An argument of a function.

    role   theta, g, t, lr and the other settings, state, layer; "" is left at its default
    value  of a setting what it is given, of a state what it holds now
    """

    name: str
    role: str
    value: Any = None


class Layer:
    """What `update_params(layer)` takes: weights and biases with their gradients."""

    def __init__(self, theta: Any):
        self.weights, self.biases, self.dweights, self.dbiases = theta, theta * 0, None, theta * 0


def function_of(node: ast.AST, name: str) -> ast.FunctionDef | None:
    """The function of a name, last of those in a module or a class."""
    found = [line for line in node.body if isinstance(line, ast.FunctionDef) and line.name == name]
    return found[-1] if found else None


def can_step(node: ast.FunctionDef, method: bool = False) -> bool:
    """Whether a function takes parameters and a gradient, by the names of its arguments, or by its own name."""
    words = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)][method:]
    names = set(words)
    if words == ["layer"]:
        return True
    called = {each.func.id for each in ast.walk(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}
    gradient = [word for word in words if is_gradient(word, names)]
    if called & set(gradient):
        return False
    theta = [word for word in words if is_parameters(word, names) and word not in gradient]
    if gradient and (theta or method):
        return True
    return is_optimizer(node.name) and len([word for word in words if not setting_of(word)]) in (2, 3) and not method


def is_stepping(node: ast.ClassDef) -> str:
    """The method of a class that takes a step, or ""."""
    methods = {line.name: line for line in node.body if isinstance(line, ast.FunctionDef)}
    alone = [name for name in ("step", "update") if name in methods and len(methods[name].args.args) == 1]
    able = [name for name in METHODS if name in methods and can_step(methods[name], True)]
    other = [name for name, line in methods.items() if name[0] != "_" and name not in METHODS and can_step(line, True)]
    return next(iter([*able, *alone, *other]), "")


# Arguments


def arguments(function: Callable, node: ast.FunctionDef, shape: str, method: bool = False) -> list[Argument]:
    """What each argument is, with what it is given at first."""
    found = [p for p in inspect.signature(function).parameters.values()
             if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    names = {p.name for p in found}
    roles = {p.name: role_of_argument(p, names) for p in found}
    plain = [p.name for p in found if roles[p.name] == "state"]
    for role in ("theta", "g"):
        if role not in roles.values() and plain and not method and "layer" not in names:
            roles[plain.pop(0)] = role
    given = [Argument(name, role) for name, role in roles.items()]
    for each in given:
        if each.role in GIVEN:
            each.value = GIVEN[each.role]
        elif each.role == "state":
            each.value = first_state(each.name, node, shape)
        elif each.role == "t" and counts_itself(each.name, node):
            each.role, each.value = "state", 0
    return given


def role_of_argument(p: inspect.Parameter, names: set[str]) -> str:
    """theta, g, t, layer, state, a setting; "" where the default may stay."""
    default = None if p.default is p.empty else p.default
    if p.name == "layer":
        return "layer"
    if is_gradient(p.name, names):
        return "g"
    if is_parameters(p.name, names):
        return "theta"
    if setting := setting_of(p.name, default if isinstance(default, (int, float)) else None):
        return setting if default is None else ""
    if is_time(p.name):
        return "t" if default in (None, 0, 1) else ""
    return "state" if default is None else ""


def counts_itself(name: str, node: ast.FunctionDef) -> bool:
    """Whether a function counts a step on and gives it back."""
    stored = any(isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store)
                 for each in ast.walk(node))
    return stored and name in returned(node)


def first_state(name: str, node: ast.FunctionDef, shape: str) -> Any:
    """What a state is before the first step, by what the function does with it: numbers, a dict, a list, nothing."""
    for each in ast.walk(node):
        if is_unpacked(each, name):
            return tuple([0.0] * len(each.targets[0].elts))
        if isinstance(each, ast.Compare) and is_named(each.left, name) and isinstance(each.ops[0], (ast.Is, ast.IsNot)):
            return None
        if isinstance(each, ast.Subscript) and is_named(each.value, name) and isinstance(each.slice, ast.Constant):
            return States(shape) if isinstance(each.slice.value, str) else [0.0] * 8
        if isinstance(each, ast.Attribute) and is_named(each.value, name) and each.attr in ("get", "setdefault"):
            return States(shape)
    return in_shape(shape, np.zeros(len(THETA))) if shape != "scalar" else 0.0


def is_unpacked(node: ast.AST, name: str) -> bool:
    """Whether a statement takes a name apart: `m, v, t = state`."""
    several = isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Tuple, ast.List))
    return several and name in names_of_code(node.value) and not isinstance(node.value, ast.Tuple)


class States(dict):
    """A state by name: what nobody put in is 0."""

    def __init__(self, shape: str):
        super().__init__()
        self.shape = shape

    def __missing__(self, key: str) -> Any:
        self[key] = 0 if is_time(str(key)) or self.shape == "scalar" else in_shape(self.shape, np.zeros(len(THETA)))
        return self[key]


def names_of_code(node: ast.AST) -> set[str]:
    """The names in an expression."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def is_named(node: ast.AST, name: str) -> bool:
    """Whether an expression is this name."""
    return isinstance(node, ast.Name) and node.id == name


def returned(node: ast.FunctionDef) -> list[str]:
    """What a function gives back, as text: the parts of a tuple, or one."""
    values = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
    if not values:
        return []
    return [ast.unparse(each) for each in (values[-1].elts if isinstance(values[-1], ast.Tuple) else [values[-1]])]


def is_later(text: str, name: str) -> bool:
    """Whether a text is a name, or the new one of it: next_w, w_new, wt."""
    return text in (name, f"new_{name}", f"next_{name}", f"{name}_new", f"{name}_next", f"{name}t", f"{name}_t",
                    f"{name}1", f"updated_{name}")


# One step


class Taking:
    """A function with its state kept, as (theta, g, t) -> theta."""

    def __init__(self, function: Callable, node: ast.FunctionDef, shape: str, method: bool = False):
        self.function, self.shape = function, shape
        self.given, self.names, self.layer = arguments(function, node, shape, method), returned(node), None
        if not any(each.role in ("g", "layer") for each in self.given):
            raise NotFed(node.name)

    def __call__(self, theta: Any, g: Any, t: int) -> Any:
        """A step."""
        held = in_shape(self.shape, theta) if self.shape != "scalar" else theta
        layer, words = self.layer or Layer(theta), {}
        self.layer, layer.weights, layer.dweights = layer, theta, g
        now = {"theta": held, "g": g if self.shape == "scalar" else in_shape(self.shape, g), "t": t, "layer": layer}
        for each in self.given:
            if each.role:
                words[each.name] = now.get(each.role, each.value)
        result = self.function(**words)
        if any(each.role == "layer" for each in self.given):
            return layer.weights
        return self.after(held, result)

    def after(self, held: Any, result: Any) -> Any:
        """theta after a step; what else was given back is kept for the next."""
        states = [each for each in self.given if each.role == "state"]
        if result is None:
            return self.plain(held)
        if not isinstance(result, tuple) or len(result) < 2:
            return self.plain(result[0] if isinstance(result, tuple) else result)
        parts = dict(enumerate(result))
        texts = self.names if len(self.names) == len(parts) else [""] * len(parts)
        theta = next((each.name for each in self.given if each.role == "theta"), "")
        place = next((k for k in parts if is_later(texts[k], theta)), 0)
        value = parts.pop(place)
        for each in states:
            k = next((k for k in parts if is_later(texts[k], each.name)), None)
            k = next(iter(parts), None) if k is None else k
            if k is not None:
                each.value = parts.pop(k)
        return self.plain(value)

    def plain(self, held: Any) -> Any:
        """Parameters out of their shape."""
        return held if self.shape == "scalar" else out_of(self.shape, held)


def made_function(names: dict, node: ast.FunctionDef, shape: str) -> Callable:
    """The step of a function of a program that has run."""
    return Taking(names[node.name], node, shape)


class Item:
    """A parameter with its gradient, as an optimizer holds it."""

    def __init__(self, data: Any):
        self.data, self.grad = data, None


def made_class(names: dict, node: ast.ClassDef, shape: str) -> Callable:
    """The step of an object of a class of a program that has run."""
    method = is_stepping(node)
    items = [Item(np.array(THETA) if shape != "scalar" else np.float64(0.0))]
    cls = names[node.name]
    words = {p.name: for_constructor(p.name, items, shape) for p in inspect.signature(cls).parameters.values()
             if p.default is p.empty and p.kind < p.VAR_POSITIONAL}
    made = cls(**words)
    body = function_of(node, method)
    if len(body.args.args) == 1:
        return HeldBy(made, method, items)
    step = Taking(getattr(made, method), body, shape, True)
    if not any(each.role in ("theta", "layer") for each in step.given):
        return OfGradient(made, step, words)
    return WithCounts(made, step)


def for_constructor(name: str, items: list, shape: str) -> Any:
    """What an argument of a constructor is given."""
    if setting := setting_of(name):
        return GIVEN[setting]
    if is_parameters(name, set()) or name in ("variables", "model_parameters"):
        return items
    return (len(THETA) if name != "shape" else (len(THETA),)) if name in LENGTHS and shape != "scalar" else 0


class HeldBy:
    """An object whose step() takes nothing: it holds its parameters, which have .data and .grad."""

    def __init__(self, made: Any, method: str, items: list):
        self.made, self.method, self.items = made, method, items
        if not any(items is value or items == value for value in vars(made).values()):
            raise NotFed(type(made).__name__)

    def __call__(self, theta: Any, g: Any, t: int) -> Any:
        """A step."""
        self.items[0].data, self.items[0].grad = theta, g
        getattr(self.made, self.method)()
        return self.items[0].data


class OfGradient:
    """An object whose step takes the gradient alone: it holds the parameters, or gives the step."""

    def __init__(self, made: Any, step: Taking, words: dict):
        self.made, self.step = made, step
        self.held = next((word for word, value in vars(made).items() if any(value is each for each in words.values())
                          and isinstance(value, list)), "")

    def __call__(self, theta: Any, g: Any, t: int) -> Any:
        """A step."""
        if not self.held:
            return self.step(theta, g, t)
        setattr(self.made, self.held, theta)
        result = self.step(theta, g, t)
        after = getattr(self.made, self.held)
        return after if np.any(np.asarray(after) != theta) else result


class WithCounts:
    """An object whose step may have something to be called before and after it."""

    def __init__(self, made: Any, step: Taking):
        self.made, self.step = made, step

    def __call__(self, theta: Any, g: Any, t: int) -> Any:
        """A step."""
        for before in ("pre_update_params", "pre_update"):
            getattr(self.made, before, lambda: None)()
        theta = self.step(theta, g, t)
        for after in ("post_update_params", "post_update"):
            getattr(self.made, after, lambda: None)()
        return theta
