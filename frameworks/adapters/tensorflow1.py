"""TensorFlow 1's optimizers, run eagerly in TensorFlow 2."""

import tensorflow as tf

VERSION = tf.__version__


def path(case):
    theta = tf.Variable(case["theta"])
    arguments, lr = dict(case["arguments"]), tf.Variable(0.0)
    if case["lrs"]:
        arguments["learning_rate"] = lambda: lr
    optimizer = getattr(tf.compat.v1.train, case["call"].split(".")[-1])
    optimizer = optimizer(**arguments)
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            lr.assign(case["lrs"][t])
        optimizer.apply_gradients([(tf.constant(g), theta)])
        yield theta.numpy()
