"""bitsandbytes' 32-bit optimizers on the processor."""

from importlib.metadata import version

import bitsandbytes
import torch

VERSION = version("bitsandbytes")
DTYPE = "float32"


def path(case):
    theta = torch.nn.Parameter(torch.tensor(case["theta"]))
    optimizer = getattr(bitsandbytes.optim, case["call"].split(".")[-1])
    optimizer = optimizer([theta], **case["arguments"])
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.param_groups[0]["lr"] = case["lrs"][t]
        theta.grad = torch.from_numpy(g.copy())
        optimizer.step()
        yield theta.detach().numpy().copy()
