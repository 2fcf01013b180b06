"""The optimizers of HIPS autograd; step_size is an array that the callback changes."""

from importlib.metadata import version

import numpy as np
from autograd.misc import optimizers

VERSION = version("autograd")


def path(case):
    points, arguments = [], dict(case["arguments"])
    if case["lrs"]:
        arguments["step_size"] = np.array(case["lrs"][0])

    def gradient(theta, i):
        points.append(theta)
        return case["gradients"][i]

    def before_the_step(theta, i, g):
        if case["lrs"]:
            arguments["step_size"][...] = case["lrs"][i]

    optimize = getattr(optimizers, case["call"].split(".")[-1])
    count = len(case["gradients"])
    last = optimize(gradient, case["theta"], before_the_step, count, **arguments)
    return [*points[1:], last]
