"""DeepSpeed's Adam on the processor; builds its C++ at first use."""

from importlib.metadata import version

import torch
from deepspeed.ops.adam import DeepSpeedCPUAdam

VERSION = version("deepspeed")
DTYPE = "float32"


def path(case):
    theta = torch.nn.Parameter(torch.tensor(case["theta"]))
    optimizer = DeepSpeedCPUAdam([theta], **case["arguments"])
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.param_groups[0]["lr"] = case["lrs"][t]
        theta.grad = torch.from_numpy(g.copy())
        optimizer.step()
        yield theta.detach().numpy().copy()
