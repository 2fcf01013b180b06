"""Feed the list to what people have: a function, an object, a pair of functions, an optimizer of PyTorch."""

import copy
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from mhat.identify.feed import GRADIENTS, THETA

PARAMETERS = ("theta", "params", "param", "parameters", "weights", "weight", "w", "x", "p", "variables", "values")
OF_GRADIENTS = ("g", "grad", "grads", "gradient", "gradients", "dw", "dtheta", "dx", "dparams", "d")
OF_TIME = ("t", "step", "i", "k", "n", "it", "iteration", "epoch", "timestep", "steps", "count")
TAKES = """check takes one of these:
  a function step(theta, g) or step(theta, g, t), in any order of these names, that returns the new theta,
    returns the step, or changes theta; theta may be an array, a list of arrays or a dict of arrays;
  an object with update(theta, g), update(params, grads) or step(theta, g);
  an object with step(), whose parameters have .grad, or that has .theta and .grad itself;
  a pair (init, update) as in Optax, or (init, update, get_params) as in JAX;
  an optimizer of PyTorch with one tensor of 3 numbers, or 3 tensors of one."""
SETTINGS_OF_TORCH = {
    "lr": "lr", "eps": "eps", "weight_decay": "decay", "momentum": "beta", "alpha": "beta2", "dampening": "dampening",
}


def path_and_settings(step: Any) -> tuple[np.ndarray, dict[str, float]]:
    """The parameters after each step of the list, and the settings that can be read from what was given.

    TypeError   it is nothing that can be fed, with what can be
    ValueError  a tensor of another size
    """
    if hasattr(step, "param_groups"):
        return torch_path(step)
    if isinstance(step, tuple) and len(step) == 3 and all(map(callable, step)):
        return jax_path(*step), {}
    if isinstance(step, tuple) or hasattr(step, "init") and hasattr(step, "update"):
        return optax_path(*(step if isinstance(step, tuple) else (step.init, step.update))), {}
    method = next((name for name in ("update", "step") if callable(getattr(step, name, None))), "")
    if method == "step" and not required(step.step):
        return holder_path(step), {}
    if not method and not callable(step):
        raise TypeError(f"{type(step).__name__} has neither update nor step. {TAKES}")
    return plain_path(step, method), {}


def steps() -> list[tuple[int, np.ndarray]]:
    """(t, gradient) of the list."""
    return list(enumerate(np.array(GRADIENTS, float), 1))


def required(step: Callable) -> list[str]:
    """The names of the positional arguments that a step must be given; those of a gradient or a count too."""
    found = inspect.signature(step).parameters.values()
    positional = [p for p in found if p.kind < p.VAR_POSITIONAL]
    return [p.name for p in positional if p.default is p.empty]


def roles(names: list[str]) -> list[str]:
    """Of each argument whether it is parameters, a gradient or the time: by its name, or by the usual order."""
    lower = [name.lower() for name in names]
    found = [role_of(name, lower) for name in lower]
    if "theta" not in found or "g" not in found:
        found = ["theta", "g", "t"][:len(names)] if len(names) in (2, 3) else []
    if not found or len(set(found)) < min(len(names), 2) or "" in found:
        raise TypeError(f"this step takes {', '.join(names) or 'nothing'}. {TAKES}")
    return found


def role_of(name: str, names: list[str]) -> str:
    """theta, g, t, or "" where a name says nothing; `db` beside `b` is a gradient."""
    if name in OF_GRADIENTS or name.startswith("d") and name[1:] in names or "grad" in name:
        return "g"
    if name in PARAMETERS or "d" + name in names or "param" in name:
        return "theta"
    return "t" if name in OF_TIME else ""


# Ways to hold parameters: as an array, in a list, in a dict


def held_in(shape: str, x: np.ndarray) -> Any:
    """An array in a shape."""
    return {"array": x, "list": [x], "dict": {"theta": x}}[shape]


def taken_from(held: Any) -> Any:
    """The parameters in what a step changed or returned: alone, first of several, in a list or a dict."""
    first = held[0] if isinstance(held, tuple) else held
    if isinstance(first, dict):
        return first["theta"]
    return first[0] if isinstance(first, list) and len(first) == 1 else first


def plain_path(step: Any, method: str = "") -> np.ndarray:
    """The parameters after each step of a function, or of a method of an object.

    Parameters are given as an array, in a list or in a dict, until a way is taken and all three numbers move. An
    argument in the plural is first given what holds several arrays: code for one array refuses that.
    """
    names = required(getattr(step, method) if method else step)
    order, problem, paths = roles(names), None, []
    plural = any(name.endswith("s") for name, role in zip(names, order, strict=True) if role == "theta")
    shapes = ["dict", "list", "array"] if plural else ["array", "list", "dict"]
    for shape in shapes:
        fresh = copied(step)
        try:
            paths.append(shaped_path(getattr(fresh, method) if method else fresh, order, shape))
        except (TypeError, KeyError, IndexError, AttributeError, ValueError) as error:
            problem = problem or error
            continue
        if columns_moved(paths[-1]) == len(THETA):
            return paths[-1]
    if not paths:
        raise TypeError(f"the step raised {type(problem).__name__}: {problem}. {TAKES}") from problem
    return max(paths, key=columns_moved)


def columns_moved(path: np.ndarray) -> int:
    """How many parameters ever leave their start."""
    return int((path != THETA).any(axis=0).sum())


def copied(step: Any) -> Any:
    """A copy with a state of its own, if there can be one."""
    try:
        return with_own_state(step) if inspect.isfunction(step) else copy.deepcopy(step)
    except Exception:
        return step


def with_own_state(step: Callable) -> Callable:
    """A function whose globals, closure and defaults are copies, as are those of the functions that it calls.

    A try in one shape may raise after it has counted a step: the next try must not find that count.
    """
    functions, own, memo = functions_of(step), dict(step.__globals__), {}
    for f in functions:
        cells = tuple(type(cell)() for cell in f.__closure__ or ())
        memo[id(f)] = type(f)(f.__code__, own, f.__name__, None, cells)
    for f in functions:
        made = memo[id(f)]
        made.__defaults__, made.__kwdefaults__ = copy.deepcopy((f.__defaults__, f.__kwdefaults__), memo)
        for cell, old in zip(made.__closure__ or (), f.__closure__ or (), strict=True):
            cell.cell_contents = duplicate(old.cell_contents, memo)
        own.update({name: duplicate(step.__globals__[name], memo) for name in names_in(f.__code__) if name in own})
    return memo[id(step)]


def duplicate(value: Any, memo: dict) -> Any:
    """The copy that there is, or a new one; a module has none."""
    return memo[id(value)] if id(value) in memo else value if inspect.ismodule(value) else copy.deepcopy(value, memo)


def functions_of(step: Callable) -> list[Callable]:
    """A function and those of its module that it reaches by name or closure."""
    found = [step]
    for f in found:
        held = [step.__globals__.get(name) for name in names_in(f.__code__)]
        held += [cell.cell_contents for cell in f.__closure__ or ()]
        found += [each for each in held if inspect.isfunction(each) and each not in found
                  and each.__globals__ is step.__globals__]
    return found


def names_in(code: Any) -> set[str]:
    """The names that a code and the codes in it use."""
    return set(code.co_names).union(*(names_in(each) for each in code.co_consts if inspect.iscode(each)))


def shaped_path(step: Callable, order: list[str], shape: str) -> np.ndarray:
    """The parameters after each step, given in one shape."""
    theta, path = np.array(THETA), []
    for t, g in steps():
        given = {"g": held_in(shape, g.copy()), "t": t}
        held = [given[role] if role in given else held_in(shape, theta.copy()) for role in order]
        result = step(*held)
        after = held[order.index("theta")] if result is None else result
        theta = np.array(taken_from(after), float).reshape(len(THETA))
        path.append(theta)
    return np.array(path)


def optax_path(init: Callable, update: Callable) -> np.ndarray:
    """The path of updates that are added."""
    theta, path = np.array(THETA), []
    state = init(theta)
    for _, g in steps():
        change, state = update(g, state, theta)
        theta = theta + np.asarray(change, float)
        path.append(theta)
    return np.array(path)


def jax_path(init: Callable, update: Callable, get_params: Callable) -> np.ndarray:
    """The path of a state that holds the parameters."""
    state, path = init(np.array(THETA)), []
    for t, g in steps():
        state = update(t - 1, g, state)
        path.append(np.array(get_params(state), float))
    return np.array(path)


def holder_path(optimizer: Any) -> np.ndarray:
    """The path of an object whose step() takes nothing: its parameters, or itself, have .grad."""
    held = next((getattr(optimizer, name) for name in PARAMETERS if hasattr(optimizer, name)), None)
    items = list(held) if isinstance(held, (list, tuple)) else [held]
    if held is None or not (hasattr(items[0], "grad") or hasattr(optimizer, "grad")):
        raise TypeError(f"{type(optimizer).__name__}.step() shows no parameters with .grad. {TAKES}")
    name = next(name for name in PARAMETERS if hasattr(optimizer, name))
    path = []
    for t, g in steps():
        if hasattr(items[0], "grad"):
            path.append(stepped_items(optimizer, items, g, t == 1))
        else:
            path.append(stepped_itself(optimizer, name, g, t == 1))
    return np.array(path)


def stepped_items(optimizer: Any, items: list, g: np.ndarray, first: bool) -> np.ndarray:
    """theta after a step of parameters with .data and .grad: one of three numbers, or three of one."""
    parts = [slice(0, 3)] if len(items) == 1 else [slice(i, i + 1) for i in range(3)]
    for item, part in zip(items, parts, strict=True):
        scalar = np.ndim(item.data) == 0
        if first:
            item.data = THETA[part][0] if scalar else np.array(THETA[part])
        item.grad = g[part][0] if scalar else g[part].copy()
    optimizer.step()
    return np.concatenate([np.atleast_1d(np.array(item.data, float)) for item in items])


def stepped_itself(optimizer: Any, name: str, g: np.ndarray, first: bool) -> np.ndarray:
    """theta after a step of an object that holds parameters and gradient as arrays."""
    if first:
        setattr(optimizer, name, np.array(THETA))
    optimizer.grad = g.copy()
    optimizer.step()
    return np.array(getattr(optimizer, name), float)


def torch_path(optimizer: Any) -> tuple[np.ndarray, dict[str, float]]:
    """The path of the tensors in an optimizer that is stepped, and its settings."""
    group = optimizer.param_groups[0]
    tensors, path = group["params"], []
    sizes = [tensor.numel() for tensor in tensors]
    if sizes != [1, 1, 1] and sizes[0] != len(THETA):
        raise ValueError(f"one tensor needs {len(THETA)} numbers, or three tensors one each; here are {sizes}")
    tensors = tensors if sizes == [1, 1, 1] else tensors[:1]
    parts = [slice(i, i + 1) for i in range(3)] if len(tensors) == 3 else [slice(0, 3)]
    for tensor, part in zip(tensors, parts, strict=True):
        tensor.data.copy_(tensor.data.new_tensor(THETA[part]).reshape(tensor.shape))
    for g in GRADIENTS:
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.grad = tensor.data.new_tensor(g[part]).reshape(tensor.shape)
        optimizer.step()
        path.append(np.concatenate([as_array(tensor).ravel() for tensor in tensors]))
    return np.array(path), torch_settings(group)


def as_array(tensor: Any) -> np.ndarray:
    """A tensor of PyTorch as an array of its own; bfloat16, which NumPy has not, as float32."""
    here = tensor.detach().cpu()
    return np.array((here.float() if "bfloat16" in str(getattr(here, "dtype", "")) else here).numpy())


def torch_settings(group: dict) -> dict[str, float]:
    """Settings under our names."""
    settings = {ours: float(group[theirs]) for theirs, ours in SETTINGS_OF_TORCH.items() if theirs in group}
    if "betas" in group:
        settings["beta1"], settings["beta2"] = map(float, group["betas"])
    return {name: value for name, value in settings.items() if name != "dampening" or value}
