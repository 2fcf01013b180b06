"""The page practice/loop in Keras: accumulation inside the optimizer, skipped steps, unknown and frozen variables."""

# --8<-- [start:accumulate]
import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np


def walk(optimizer, gradients, start=1.0):
    weight = keras.Variable(np.array([start], "float32"))
    optimizer.build([weight])
    path = []
    for g in gradients:
        optimizer.apply([keras.ops.array([g], "float32")], [weight])
        path.append(float(weight.value[0]))
    return path


sgd = keras.optimizers.SGD(0.1, gradient_accumulation_steps=4)
path = walk(sgd, [1, 2, 3, 4, 5, 6])
assert path[:3] == [1, 1, 1]
assert np.isclose(path[3], 1 - 0.1 * np.mean([1, 2, 3, 4]))
assert path[3:] == path[3:4] * 3

adam = keras.optimizers.Adam(0.1, gradient_accumulation_steps=4)
walk(adam, [1, 2, 3, 4, 5, 6])
assert int(adam.iterations) == 1
# --8<-- [end:accumulate]

# --8<-- [start:scaled]
weight = keras.Variable(np.ones(2, "float32"))
inner = keras.optimizers.SGD(0.5, clipnorm=1.0)
optimizer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=8.0)
optimizer.build([weight])
state = [variable.value for variable in optimizer.variables]
assert float(optimizer.scale_loss(1.0)) == 8

g = np.array([8, 8], "float32")
moved, _ = optimizer.stateless_apply(state, [g], [weight.value])
clipped = g / 8 / np.linalg.norm(g / 8)
assert np.allclose(moved[0], 1 - 0.5 * clipped)
# --8<-- [end:scaled]


# --8<-- [start:skipped]
weight = keras.Variable(np.ones(2, "float32"))
inner = keras.optimizers.Adam(0.1, name="inner")
optimizer = keras.optimizers.LossScaleOptimizer(
    inner, initial_scale=8.0, name="outer")
optimizer.build([weight])
names = [variable.path for variable in optimizer.variables]
weights = [weight.value]
state = [variable.value for variable in optimizer.variables]
update = jax.jit(optimizer.stateless_apply)
for t in range(10):
    g = np.array([np.inf if t == 3 else 8, 8], "float32")
    weights, state = update(state, [g], weights)
    values = dict(zip(names, state))

assert values["inner/iteration"] == 9
assert values["outer/iteration"] == 0
assert optimizer.iterations is inner.iterations
assert values["outer/dynamic_scale"] == 4
assert np.isfinite(weights[0]).all()
# --8<-- [end:skipped]

# --8<-- [start:groups]
held, strange = (keras.Variable(np.ones(1, "float32")) for _ in "ab")
optimizer = keras.optimizers.Adam(0.1)
optimizer.build([held])
one = keras.ops.ones(1)
try:
    optimizer.apply([one], [strange])
except ValueError as error:
    refused = str(error)
assert refused.startswith("Unknown variable")
# --8<-- [end:groups]


# --8<-- [start:frozen]
def fitted(recompiled, thawed=False):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)])
    model.layers[0].trainable = not thawed
    model.compile(keras.optimizers.AdamW(0.1), "mse")
    x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    model.fit(x, x.sum(1), verbose=0)
    before = model.layers[0].kernel.numpy().copy()
    model.layers[0].trainable = thawed
    if recompiled:
        model.compile(keras.optimizers.AdamW(0.1), "mse")
    model.fit(x, x.sum(1), verbose=0)
    return np.abs(model.layers[0].kernel.numpy() - before).max()


def refuses(thawed):
    try:
        fitted(False, thawed)
    except ValueError:
        return True
    return False


assert fitted(recompiled=True) == 0 < fitted(recompiled=True, thawed=True)
assert refuses(thawed=False) and refuses(thawed=True)

zeros = [1.0] * 50 + [0.0] * 100
path = walk(keras.optimizers.Adam(0.1), zeros)
assert path[49] - path[-1] > 5 * 0.1
# --8<-- [end:frozen]


# --8<-- [start:nested]
from keras import layers

data = np.random.default_rng(0).normal(2, 3, (32, 3)).astype("float32")


def nested():
    parts = layers.Dense(4), layers.BatchNormalization(), layers.Dense(4)
    base = keras.Sequential([layers.Input((3,)), *parts])
    outer = keras.Sequential([base, layers.Dense(1)])
    outer.build((None, 3))
    return base, outer


base, outer = nested()
base.trainable = False
assert not any(layer.trainable for layer in base.layers)
assert len(outer.trainable_variables) == 2
outer.trainable = True
assert base.trainable and len(outer.trainable_variables) == 8

for layer in base.layers[:-1]:
    layer.trainable = False
assert len(outer.trainable_variables) == 4


def mean_moves(base_frozen, norm_frozen, **how):
    base, _ = nested()
    base.trainable = not base_frozen
    norm = base.layers[1]
    norm.trainable = not norm_frozen
    start = keras.Input((3,))
    outer = keras.Model(start, layers.Dense(1)(base(start, **how)))
    outer.compile("adam", "mse")
    outer.fit(data, data.sum(1), verbose=0)
    return np.abs(norm.moving_mean.numpy()).max() > 0.01


assert not mean_moves(True, True) and mean_moves(False, False)
assert not mean_moves(True, True, training=True)
assert mean_moves(False, False, training=False)
assert not mean_moves(False, True)
# --8<-- [end:nested]


# --8<-- [start:shared]
def pair():
    maker = keras.Sequential([layers.Input((3,)), layers.Dense(3)])
    judge = keras.Sequential([layers.Input((3,)), layers.Dense(1)])
    judge.compile(keras.optimizers.Adam(0.01), "mse")
    judge.trainable = False
    both = keras.Sequential([maker, judge])
    both.compile(keras.optimizers.Adam(0.01), "mse")
    return maker, judge, both


def moved(model, *parts):
    before = [part.layers[0].kernel.numpy().copy() for part in parts]
    model.train_on_batch(data, data.sum(1))
    after = [part.layers[0].kernel.numpy() for part in parts]
    return [not np.array_equal(*ends) for ends in zip(before, after)]


maker, judge, both = pair()
assert moved(judge, maker, judge) == [False, False]
assert moved(both, maker, judge) == [True, False]

maker, judge, both = pair()
for _ in range(3):
    judge.trainable = True
    assert moved(judge, maker, judge) == [False, True]
    judge.trainable = False
    assert moved(both, maker, judge) == [True, False]
# --8<-- [end:shared]

thawed, inside = nested()
thawed.trainable = False
thawed.layers[-1].trainable = True
assert not thawed.trainable_variables and len(inside.trainable_variables) == 4


class Own(keras.Model):
    def __init__(self, base):
        super().__init__()
        self.base, self.last = base, layers.Dense(1)

    def call(self, x):
        return self.last(self.base(x, training=False))


own_base, _ = nested()
own = Own(own_base)
own.compile("adam", "mse")
own.fit(data, data.sum(1), verbose=0)
assert np.abs(own_base.layers[1].moving_mean.numpy()).max() == 0
cut = walk(keras.optimizers.SGD(1.0, clipvalue=1.0), [3.0, 0.4])
assert np.allclose(cut, [0, -0.4])

scaler_has = [hasattr(keras.optimizers.LossScaleOptimizer, name)
              for name in ("get_scaled_loss", "get_unscaled_gradients", "scale_loss")]
assert scaler_has == [False, False, True]

import inspect
import subprocess
import sys

ON_PYTORCH = f"""
import keras
import numpy as np
from keras import layers
data = np.random.default_rng(0).normal(2, 3, (32, 3)).astype("float32")
{"".join(map(inspect.getsource, (fitted, refuses, nested, mean_moves, pair, moved)))}
assert keras.backend.backend() == "torch"
assert fitted(False) == fitted(True) == 0 < fitted(True, thawed=True) and refuses(thawed=True)
assert not mean_moves(False, True) and mean_moves(False, False, training=False)
maker, judge, both = pair()
assert moved(judge, maker, judge) == [False, False] and moved(both, maker, judge) == [True, False]
maker, judge, both = pair()
for part, model in ((True, judge), (False, both)) * 2:
    judge.trainable = part
    assert moved(model, maker, judge) == [not part, part]
"""
subprocess.run([sys.executable, "-I", "-c", ON_PYTORCH], env={**os.environ, "KERAS_BACKEND": "torch"}, check=True)

TOLD = {
    "iterations": int(adam.iterations),
    "skipped": int(values["inner/iteration"]),
    "outer": int(values["outer/iteration"]),
    "zeros": (path[49] - path[-1]) / 0.1,
}
