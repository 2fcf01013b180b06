"""MLX's optimizers on the processor."""

from importlib.metadata import version

import mlx.core as mx
import mlx.optimizers as optim
import numpy as np

mx.set_default_device(mx.cpu)
VERSION = version("mlx")


def path(case):
    theta = mx.array(case["theta"], dtype=mx.float64)
    optimizer = getattr(optim, case["call"].split(".")[-1])
    optimizer = optimizer(**case["arguments"])
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.learning_rate = case["lrs"][t]
        g = {"w": mx.array(g, dtype=mx.float64)}
        theta = optimizer.apply_gradients(g, {"w": theta})["w"]
        yield np.array(theta)
