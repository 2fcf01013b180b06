"""PyTorch's optimizers on the gradients of a case."""

import torch

VERSION = torch.__version__.split("+")[0]


def path(case):
    theta = torch.tensor(case["theta"], requires_grad=True)
    optimizer = getattr(torch.optim, case["call"].split(".")[-1])
    optimizer = optimizer([theta], **case["arguments"])
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.param_groups[0]["lr"] = case["lrs"][t]
        theta.grad = torch.from_numpy(g)
        optimizer.step()
        yield theta.detach().numpy().copy()
