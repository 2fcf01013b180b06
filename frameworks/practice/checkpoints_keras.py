"""The page practice/checkpoints in Keras: what a file brings back, weights without their optimizer, order and rate."""

# --8<-- [start:save]
import os
import tempfile
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
y = x.sum(1)


def build(seed, lr=0.01):
    keras.utils.set_random_seed(seed)
    layers = keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile(keras.optimizers.Adam(lr), "mse")
    return model


def train(model, epochs=3):
    model.fit(x, y, epochs=epochs, shuffle=False, verbose=0)
    return model


folder = Path(tempfile.mkdtemp())
model = train(build(seed=0))
model.save(folder / "whole.keras")
model.save_weights(folder / "only.weights.h5")
train(model)
assert int(model.optimizer.iterations) == 12
# --8<-- [end:save]


# --8<-- [start:check_resume]
def check_resume(resume, model):
    again = train(resume())
    for one, other in zip(model.weights, again.weights):
        assert np.array_equal(one, other), one.path
    pairs = zip(model.optimizer.variables, again.optimizer.variables)
    assert all(np.array_equal(one, other) for one, other in pairs)


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


def whole():
    return keras.models.load_model(folder / "whole.keras")


assert not fails(check_resume, whole, model)
# --8<-- [end:check_resume]


# --8<-- [start:wrong]
def only_weights():
    again = build(seed=1)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        again.load_weights(folder / "only.weights.h5")
    assert any("optimizer" in str(one.message) for one in said)
    return again


def weights_and_state():
    again = build(seed=1, lr=0.5)
    again.optimizer.build(again.trainable_variables)
    again.load_weights(folder / "only.weights.h5")
    return again


def compiled_again():
    again = whole()
    again.compile(keras.optimizers.Adam(0.01), "mse")
    return again


assert int(only_weights().optimizer.iterations) == 0
assert int(compiled_again().optimizer.iterations) == 0
for resume in only_weights, compiled_again:
    assert fails(check_resume, resume, model)

assert not fails(check_resume, weights_and_state, model)
assert np.isclose(weights_and_state().optimizer.learning_rate, 0.01)
# --8<-- [end:wrong]

# --8<-- [start:epochs]
def equal(one, other):
    pairs = zip(one.weights + one.optimizer.variables,
                other.weights + other.optimizer.variables)
    return all(np.array_equal(a, b) for a, b in pairs)


again = whole()
seen = again.fit(x, y, epochs=6, initial_epoch=3,
                 shuffle=False, verbose=0)
assert seen.epoch == [3, 4, 5] and equal(again, model)


class Stop(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 3:
            raise KeyboardInterrupt


def guarded(model, *more):
    kept = keras.callbacks.BackupAndRestore(folder / "kept")
    return model.fit(x, y, epochs=6, shuffle=False, verbose=0,
                     callbacks=[kept, *more])


try:
    guarded(build(seed=0), Stop())
except KeyboardInterrupt:
    again = build(seed=1)
assert not equal(again, model)
assert guarded(again).epoch == [3, 4, 5] and equal(again, model)
# --8<-- [end:epochs]

# --8<-- [start:state]
assert model.layers[0].kernel.shape == (3, 8)
names = [variable.name for variable in model.optimizer.variables]
assert names[:2] == ["iteration", "learning_rate"]
assert names[2].endswith("kernel_momentum")
assert names[3].endswith("kernel_velocity")
saved = {}
model.optimizer.save_own_variables(saved)
assert list(saved) == [str(k) for k in range(len(names))]

one, two = (keras.Variable(np.ones(2, "float32"), name=n) for n in "ab")
optimizer = keras.optimizers.Adam(0.01)
optimizer.build([one, two])
g = [keras.ops.array([1.0, 1.0]), keras.ops.array([5.0, 5.0])]
optimizer.apply(g, [one, two])
saved = {}
optimizer.save_own_variables(saved)
swapped = keras.optimizers.Adam(0.5)
swapped.build([two, one])
swapped.load_own_variables(saved)
of_two = [v for v in swapped.variables if v.name == "b_momentum"][0]
assert np.allclose(of_two, 0.1) and np.isclose(swapped.learning_rate, 0.01)
# --8<-- [end:state]

import contextlib

again = whole()
again.compile(again.optimizer, "mse")
assert int(again.optimizer.iterations) == int(whole().optimizer.iterations) > 0


def interrupted(shuffle, dropout):
    """The largest difference of a weight between six epochs in one go and six with an interruption after three."""
    def fitted(seed, *callbacks):
        keras.utils.set_random_seed(seed)
        own = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8), keras.layers.Dropout(dropout),
                                keras.layers.Dense(1)])
        own.compile(keras.optimizers.Adam(0.01), "mse")
        with contextlib.suppress(KeyboardInterrupt):
            own.fit(x, y, epochs=6, batch_size=8, shuffle=shuffle, verbose=0, callbacks=[*callbacks])
        return own

    place = Path(tempfile.mkdtemp(), "kept")
    backup = keras.callbacks.BackupAndRestore
    fitted(0, backup(place), Stop())
    ends = fitted(0), fitted(1, backup(place))
    return max(float(np.abs(np.array(a) - np.array(b)).max()) for a, b in zip(*(m.weights for m in ends)))


assert interrupted(False, 0.0) == 0 < min(interrupted(True, 0.0), interrupted(False, 0.2))


def rate_after_loading(schedule_of):
    """The rate of a built optimizer made with one rate after loading what was saved with ten times as much."""
    held = []
    for rate in 0.01, 0.001:
        weight = keras.Variable(np.ones(2, "float32"))
        held.append(keras.optimizers.Adam(schedule_of(rate)))
        held[-1].build([weight])
    state = {}
    held[0].save_own_variables(state)
    held[1].load_own_variables(state)
    return float(held[1].learning_rate)


assert np.isclose(rate_after_loading(lambda rate: rate), 0.01)
assert np.isclose(rate_after_loading(
    lambda rate: keras.optimizers.schedules.ExponentialDecay(rate, 1, 0.99)), 0.001)

TOLD = {"iterations": int(whole().optimizer.iterations), "only": int(only_weights().optimizer.iterations)}
