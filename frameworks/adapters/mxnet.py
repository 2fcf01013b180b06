"""MXNet's optimizers on the gradients of a case."""

import mxnet as mx

VERSION = mx.__version__
DTYPE = "float32"


def path(case):
    theta = mx.nd.array(case["theta"], dtype=DTYPE)
    optimizer = getattr(mx.optimizer, case["call"].split(".")[-1])
    optimizer = optimizer(**case["arguments"])
    state = optimizer.create_state(0, theta)
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.set_learning_rate(case["lrs"][t])
        optimizer.update(0, theta, mx.nd.array(g, dtype=DTYPE), state)
        yield theta.asnumpy()
