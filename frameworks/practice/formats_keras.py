"""The page practice/formats in Keras: what a policy stores in which format, and an Adam that takes no step."""

# --8<-- [start:policies]
import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

NARROW = "float16", "bfloat16"


def trained(policy):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    x = np.random.default_rng(0).normal(size=(32, 4))
    model.fit(x, x.sum(1), verbose=0)
    keras.config.set_dtype_policy("float32")
    return model


def check_states(model):
    optimizer = model.optimizer
    states = getattr(optimizer, "inner_optimizer", optimizer).variables
    for variable in [*model.trainable_variables, *states]:
        kept = keras.backend.standardize_dtype(variable.dtype)
        assert kept not in NARROW, f"{variable.path}: {kept}"


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


for policy in "mixed_float16", "mixed_bfloat16":
    model = trained(policy)
    assert not fails(check_states, model)
    assert model.layers[0].compute_dtype == policy.removeprefix("mixed_")
for policy in NARROW:
    assert fails(check_states, trained(policy))
scaling = type(trained("mixed_float16").optimizer).__name__
assert scaling == "LossScaleOptimizer"
# --8<-- [end:policies]


# --8<-- [start:still]
def stepped(make, dtype, steps=1, lr=0.001):
    weight = keras.Variable(np.zeros(5), dtype=dtype)
    optimizer = make(lr)
    optimizer.build([weight])
    g = keras.ops.cast(np.array([0, 1e-4, 1e-3, 1, 300]), dtype)
    for _ in range(steps):
        optimizer.apply([g], [weight])
    return 0 - np.array(keras.ops.cast(weight.value, "float32")) / lr


def check_range(make, dtype):
    steps = stepped(make, dtype)
    assert np.allclose(steps, [0, 1, 1, 1, 1], atol=0.02), steps


def adam(lr, **settings):
    return keras.optimizers.Adam(lr, epsilon=1e-8, **settings)


assert not fails(check_range, adam, "float32")
assert fails(check_range, adam, "bfloat16")
assert (stepped(adam, "bfloat16", steps=300) == 0).all()
assert np.isnan(stepped(keras.optimizers.Nadam, "bfloat16")).all()
assert (stepped(keras.optimizers.SGD, "bfloat16")[1:] > 0).all()


def adam_99(lr):
    return adam(lr, beta_2=0.99)


assert (stepped(adam_99, "bfloat16")[1:] > 1).all()
# --8<-- [end:still]


def walked(dtype, steps=500):
    weight = keras.Variable(np.ones(1), dtype=dtype)
    optimizer = adam(0.001)
    optimizer.build([weight])
    for _ in range(steps):
        optimizer.apply([keras.ops.ones(1, dtype)], [weight])
    return float(weight.value[0])


FORMATS = "float32", "bfloat16", "float16"
TOLD = {
    "first": {dtype: [f"{x:.3g}" for x in stepped(adam, dtype).tolist()] for dtype in FORMATS},
    "smaller": [f"{x:.3g}" for x in stepped(adam_99, "bfloat16").tolist()],
    "walked": {dtype: walked(dtype) for dtype in FORMATS},
}
