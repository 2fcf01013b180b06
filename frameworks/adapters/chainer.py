"""Chainer's optimizers on the gradients of a case."""

import chainer

VERSION = chainer.__version__


def path(case):
    name, link = case["call"].split(".")[-1], chainer.Link()
    with link.init_scope():
        link.theta = chainer.Parameter(case["theta"].copy())
    optimizer = getattr(chainer.optimizers, name)(**case["arguments"])
    optimizer.setup(link)
    lr = "alpha" if name in ("Adam", "AdamW", "AMSGrad") else "lr"
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            setattr(optimizer, lr, case["lrs"][t])
        link.theta.grad = g
        optimizer.update()
        yield link.theta.array.copy()
