"""tf_keras.optimizers.legacy: what was tf.keras.optimizers.legacy up to TensorFlow 2.15."""

import tensorflow as tf
import tf_keras

VERSION = tf_keras.__version__


def path(case):
    tf_keras.backend.set_floatx("float64")
    theta = tf.Variable(case["theta"])
    optimizer = getattr(tf_keras.optimizers.legacy, case["call"].split(".")[-1])(**case["arguments"])
    for t, g in enumerate(case["gradients"]):
        if case["lrs"]:
            optimizer.learning_rate = case["lrs"][t]
        optimizer.apply_gradients([(tf.constant(g), theta)])
        yield theta.numpy()
