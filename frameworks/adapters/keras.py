"""Keras 3 on JAX, on the gradients of a case."""

import os

os.environ |= {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "true"}  # read when they are imported

import keras

keras.config.set_floatx("float64")
VERSION = keras.__version__


def path(case):
    theta = keras.Variable(case["theta"], dtype="float64")
    optimizer = getattr(keras.optimizers, case["call"].split(".")[-1])
    optimizer = optimizer(**case["arguments"])
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.learning_rate = case["lrs"][t]
        optimizer.apply([keras.ops.convert_to_tensor(g)], [theta])
        yield theta.numpy()
