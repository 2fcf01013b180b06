"""Keras 3 on JAX, on the gradients of a case. `parts` are text: a call, and a regularizer that adds to the gradient."""

import os

os.environ |= {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "true"}  # read when they are imported

import jax
import keras

keras.config.set_floatx("float64")
VERSION = keras.__version__


def made(case):
    if "parts" in case:
        names = {"keras": keras}
        exec(case["parts"], names)  # its last line makes a layer that nothing takes
        return names["optimizer"], jax.grad(names["l2"])
    return getattr(keras.optimizers, case["call"].split(".")[-1])(**case["arguments"]), None


def path(case):
    theta = keras.Variable(case["theta"], dtype="float64")
    optimizer, penalty = made(case)
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.learning_rate = case["lrs"][t]
        g = keras.ops.convert_to_tensor(g)
        optimizer.apply([g + penalty(theta.value) if penalty else g], [theta])
        yield theta.numpy()
