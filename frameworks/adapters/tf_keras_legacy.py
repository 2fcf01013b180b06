"""tf.keras.optimizers.legacy and the optimizers of Keras 2.11 to 2.15."""

from importlib.metadata import version

import tensorflow as tf

VERSION = version("keras")


def path(case):
    tf.keras.backend.set_floatx("float64")
    theta = tf.Variable(case["theta"])
    module = tf.keras.optimizers
    for name in case["call"].split("optimizers.")[1].split("."):
        module = getattr(module, name)
    optimizer = module(**case["arguments"])
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.learning_rate = case["lrs"][t]
        optimizer.apply_gradients([(tf.constant(g), theta)])
        yield theta.numpy()
