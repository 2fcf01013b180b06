"""The page practice/decay in Keras: its default, what is excluded, and by which names."""

# --8<-- [start:exclude]
import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np


def build():
    layers = keras.layers
    return keras.Sequential([keras.Input((4,)), layers.Dense(8),
                             layers.LayerNormalization(), layers.Dense(2)])


def decays(variable):
    return len(variable.shape) > 1


def check_decay(model, optimizer, lr, decay):
    weights = model.trainable_variables
    for weight in weights:
        weight.assign(np.ones(weight.shape))
    optimizer.apply([keras.ops.zeros(w.shape) for w in weights], weights)
    for weight in weights:
        left = 1 - lr * decay if decays(weight) else 1.0
        assert np.allclose(weight, left), weight.path


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


model = build()
no = [w for w in model.trainable_variables if not decays(w)]
right = keras.optimizers.AdamW(0.1, weight_decay=0.05)
right.exclude_from_weight_decay(var_list=no)
assert not fails(check_decay, model, right, 0.1, 0.05)

by_layer = keras.optimizers.AdamW(0.1, weight_decay=0.05)
by_layer.exclude_from_weight_decay(var_names=["layer_normalization"])
biases = keras.optimizers.AdamW(0.1, weight_decay=0.05)
biases.exclude_from_weight_decay(var_names=["bias"])
by_name = keras.optimizers.AdamW(0.1, weight_decay=0.05)
by_name.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
all_decay = keras.optimizers.AdamW(0.1, weight_decay=0.05)
assert not fails(check_decay, build(), by_name, 0.1, 0.05)
for wrong in by_layer, biases, all_decay:
    assert fails(check_decay, build(), wrong, 0.1, 0.05)
# --8<-- [end:exclude]


# --8<-- [start:defaults]
def lost(optimizer, lr):
    weight = keras.Variable(np.ones(1, "float32"))
    optimizer = optimizer(lr)
    optimizer.build([weight])
    optimizer.apply([keras.ops.zeros(1)], [weight])
    return 1 - float(weight.value[0])


own = {lr: lost(keras.optimizers.AdamW, lr) / lr for lr in (1.0, 0.5)}
assert all(np.isclose(share, 0.004, rtol=1e-4) for share in own.values())
# --8<-- [end:defaults]


# --8<-- [start:scheduled]
def losses(optimizer, later=None, compiled=False, fits=3):
    dense = keras.layers.Dense(1, use_bias=False)
    model = keras.Sequential([keras.layers.Input((3,)), dense])
    model.compile(optimizer, "mse")
    weights, lost = [np.ones((3, 1), "float32")], []
    for t in range(fits):
        if t and later is not None:
            optimizer.weight_decay = later
        if t and compiled:
            model.compile(optimizer, "mse")
        model.set_weights(weights)
        model.fit(np.zeros((8, 3)), np.zeros(8), verbose=0)
        lost.append(1 - float(dense.kernel.numpy()[0, 0]))
    assert int(optimizer.iterations) == fits
    return lost


def adamw(lr):
    return keras.optimizers.AdamW(lr, weight_decay=0.5)


line = keras.optimizers.schedules.PolynomialDecay(0.1, 4, 0.0)
assert np.allclose(losses(adamw(line)), [0.05, 0.0375, 0.025], atol=1e-6)
assert np.allclose(losses(adamw(0.1), later=0.0), 0.05, atol=1e-6)
again = losses(adamw(0.1), later=0.0, compiled=True)
assert np.allclose(again, [0.05, 0, 0], atol=1e-6)
try:
    losses(keras.optimizers.AdamW(0.1, weight_decay=line))
except TypeError as error:
    refused = str(error)
assert "PolynomialDecay" in refused
# --8<-- [end:scheduled]


layer = keras.layers.RMSNormalization()
layer.build((None, 4))
assert [variable.name for variable in layer.trainable_variables] == ["scale"]
attention, memory = keras.layers.MultiHeadAttention(2, 4), keras.layers.GRU(3)
attention.build((None, 5, 8), (None, 5, 8))
memory.build((None, 5, 8))
for part in attention, memory:
    assert any(decays(variable) for variable in part.trainable_variables if variable.name == "bias")

TOLD = {"default": own[1.0]}
