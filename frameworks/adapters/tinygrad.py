"""tinygrad's optimizers on its pure Python device."""

import os

os.environ["DEV"] = "PYTHON"
from importlib.metadata import version

from tinygrad import Context, Tensor
from tinygrad.nn import optim

VERSION = version("tinygrad")
DTYPE = "float32"


def path(case):
    theta = Tensor(case["theta"]).is_param_().realize()
    optimizer = getattr(optim, case["call"].split(".")[-1])
    optimizer = optimizer([theta], **case["arguments"])
    with Context(TRAINING=1):
        for t, g in enumerate(case["gradients"]):
            if case["lrs"]:
                optimizer.lr.assign(Tensor([case["lrs"][t]])).realize()
            theta.grad = Tensor(g).realize()
            optimizer.step()
            yield theta.numpy()
