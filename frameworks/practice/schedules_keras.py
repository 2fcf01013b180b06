"""The page practice/schedules in Keras: a callable of a count, what the count counts, where the warm-up ends."""

# --8<-- [start:record]
import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np


def rates_of(schedule, steps, window=None):
    weight, rates = keras.Variable(np.zeros(1, "float32")), []
    optimizer = keras.optimizers.SGD(
        schedule, gradient_accumulation_steps=window)
    optimizer.build([weight])
    for _ in range(steps * (window or 1)):
        weight.assign([0.0])
        optimizer.apply([keras.ops.ones(1)], [weight])
        rates.append(0 - float(weight.value[0]))
    return np.array(rates[(window or 1) - 1::window or 1])


line = keras.optimizers.schedules.PolynomialDecay(
    1.0, decay_steps=8, end_learning_rate=0.0)
rates = rates_of(line, 10)
assert np.allclose(rates[:3], [1, 7 / 8, 6 / 8])
assert np.isclose(rates[7], 1 / 8) and not rates[8:].any()
# --8<-- [end:record]


# --8<-- [start:check_schedule]
def check_schedule(schedule, window, steps, lr_at):
    rates = rates_of(schedule, steps, window)
    wanted = np.array([lr_at(t, steps) for t in range(steps)])
    off = np.abs(rates - wanted) > 1e-5 * wanted.max()
    assert not off.any(), f"step {off.argmax() + 1} of {steps}"


def falls(t, steps):
    return 1 - t / steps


class EachWindow(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, schedule, window):
        self.schedule, self.window = schedule, window

    def __call__(self, step):
        return self.schedule(step // self.window)


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError as error:
        return str(error)
    return ""


each_four = EachWindow(line, 4)
assert not fails(check_schedule, line, None, 8, falls)
assert not fails(check_schedule, each_four, 4, 8, falls)
assert fails(check_schedule, line, 4, 8, falls) == "step 1 of 8"
# --8<-- [end:check_schedule]

# --8<-- [start:warm]
warm = keras.optimizers.schedules.CosineDecay(
    0.0, decay_steps=8, warmup_target=1.0, warmup_steps=4)
rates = rates_of(warm, 14)
assert rates[0] == 0 and np.isclose(rates[4], 1)
assert rates[11] > 0.03 and not rates[12:].any()
# --8<-- [end:warm]

# --8<-- [start:set]
optimizer = keras.optimizers.Adam(line)
try:
    optimizer.learning_rate = 0.1
except TypeError as error:
    refused = str(error)
assert "not settable" in refused
# --8<-- [end:set]


import jax

long = keras.optimizers.schedules.PolynomialDecay(0.001, decay_steps=500, end_learning_rate=0.0)
assert not fails(check_schedule, long, None, 500, lambda t, steps: 0.001 * falls(t, steps))


def walk(optimizer, gradients):
    """What each step moves, with the update compiled once."""
    weight = keras.Variable(np.zeros(gradients.shape[1], "float32"))
    optimizer.build([weight])
    update, state = jax.jit(optimizer.stateless_apply), [variable.value for variable in optimizer.variables]
    values, path = [weight.value], [np.zeros(gradients.shape[1])]
    for g in gradients:
        values, state = update(state, [g], values)
        path.append(np.array(values[0]))
    return np.diff(path, axis=0)


def drawn(schedule, steps=120, size=400):
    """The rate of each step, and the root mean square of Adam's step under noise alone."""
    ones, noise = np.ones((steps, 1), "float32"), np.random.default_rng(0).normal(size=(steps, size)).astype("float32")
    moved = walk(keras.optimizers.Adam(schedule), noise)
    return {"rates": 0 - walk(keras.optimizers.SGD(schedule), ones)[:, 0], "steps": np.sqrt(np.mean(moved**2, axis=1))}


weight = keras.Variable(np.zeros(1, "float32"))
line = keras.optimizers.schedules.PolynomialDecay(1.0, 8, 0.0)
printed = keras.optimizers.SGD(line)
printed.build([weight])
printed.apply([keras.ops.ones(1)], [weight])
assert float(printed.learning_rate) == float(line(1)) == 0.875  # that of the next step

TOLD = {
    "warm": rates.tolist(),
    "accumulated": rates_of(line, 2, window=4).tolist(),
    "said": fails(check_schedule, line, 4, 8, falls),
    "drawn": {"CosineDecay": {name: list(own) for name, own in drawn(keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=100, warmup_target=1.0, warmup_steps=10)).items()}},
}
