"""PaddlePaddle's optimizers on the gradients of a case."""

import paddle

paddle.set_device("cpu")
paddle.set_default_dtype("float64")
VERSION = paddle.__version__


def path(case):
    theta = paddle.create_parameter(list(case["theta"].shape), "float64")
    theta.set_value(paddle.to_tensor(case["theta"]))
    optimizer = getattr(paddle.optimizer, case["call"].split(".")[-1])
    optimizer = optimizer(parameters=[theta], **case["arguments"])
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.set_lr(case["lrs"][t])
        theta.grad = paddle.to_tensor(g)
        optimizer.step()
        yield theta.numpy()
