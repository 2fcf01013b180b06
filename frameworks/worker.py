"""Runs inside a framework's own environment: cases in, the paths of its real optimizer out.

    python worker.py frameworks/adapters/pytorch.py cases.json paths.json

Needs NumPy and the framework, nothing of this project. The adapter has `VERSION`, may have
`DTYPE` (float64 where it is not named), and `path(case)`, which yields the parameters
after each step. What a case holds:

    call       name of the optimizer, as in the record
    arguments  its keyword arguments, in the framework's names
    settings   the same numbers in our names: lr, beta1, eps, …
    lrs        learning rate of each step; None: leave the framework its default
    gradients  one array a step
    theta      parameters before the first step
"""

import importlib.util
import json
import sys

import numpy as np


def load(path):
    """The adapter as a module."""
    spec = importlib.util.spec_from_file_location("adapter", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def walk(adapter, case, dtype):
    """The path of one case, or in words why there is none."""
    case["theta"] = np.array(case["theta"], dtype)
    case["gradients"] = [np.array(g, dtype) for g in case["gradients"]]
    try:
        return [np.array(theta, "float64").tolist() for theta in adapter.path(case)]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def main(adapter, cases, out):
    module = load(adapter)
    dtype = getattr(module, "DTYPE", "float64")
    with open(cases, encoding="utf-8") as file:
        paths = [walk(module, case, dtype) for case in json.load(file)]
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"version": module.VERSION, "dtype": dtype, "paths": paths}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
