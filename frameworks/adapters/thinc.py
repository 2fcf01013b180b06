"""thinc's Adam, which spaCy trains with, on the gradients of a case."""

from importlib.metadata import version

import thinc.api
from thinc.schedules import constant

VERSION = version("thinc")
DTYPE = "float32"


def path(case):
    optimizer = getattr(thinc.api, case["call"].split(".")[-1])
    optimizer, theta = optimizer(**case["arguments"]), case["theta"].copy()
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.learn_rate = constant(case["lrs"][t])
        theta, _ = optimizer((1, "theta"), theta, g.copy())
        optimizer.step_schedules()
        yield theta.copy()
