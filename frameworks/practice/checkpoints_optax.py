"""The page practice/checkpoints in Optax: a state that is a tree, what is not in it, and a move between frameworks."""

# --8<-- [start:state]
import os
import pickle

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch

weights = {"a": jnp.ones(2), "b": jnp.ones(2)}
optimizer = optax.adam(optax.exponential_decay(0.1, 1, 0.5))
state = optimizer.init(weights)
for _ in range(3):
    _, state = optimizer.update(weights, state, weights)

moments, schedule = state
assert set(moments.mu) == set(moments.nu) == {"a", "b"}
assert moments.count == 3 and schedule.count == 3
# --8<-- [end:state]


# --8<-- [start:check_resume]
def check_resume(optimizer, again, save, load, steps=20):
    def walk(optimizer, weights, state, times):
        for t in times:
            g = jax.tree.map(lambda w, t=t: jnp.cos(w * t), weights)
            update, state = optimizer.update(g, state, weights)
            weights = optax.apply_updates(weights, update)
        return weights, state

    first, last = range(steps), range(steps, 2 * steps)
    begin = {"a": jnp.ones(2), "b": jnp.ones(2)}
    weights, state = walk(optimizer, begin, optimizer.init(begin), first)
    saved = save(weights, state)
    whole = walk(optimizer, weights, state, last)
    resumed = walk(again, *load(again, saved), last)
    for one, other in zip(jax.tree.leaves(whole), jax.tree.leaves(resumed)):
        assert (one == other).all()


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


def save(weights, state):
    return pickle.dumps(jax.device_get((weights, state)))


def load(optimizer, saved):
    return pickle.loads(saved)


def only_weights(optimizer, saved):
    weights, _ = pickle.loads(saved)
    return weights, optimizer.init(weights)


assert not fails(check_resume, optimizer, optimizer, save, load)
assert fails(check_resume, optimizer, optimizer, save, only_weights)
# --8<-- [end:check_resume]

# --8<-- [start:rate]
slow, fast = optax.adam(0.01), optax.adam(0.1)
assert fails(check_resume, slow, fast, save, load)

kept = optax.inject_hyperparams(optax.adam)(learning_rate=0.01)
other = optax.inject_hyperparams(optax.adam)(learning_rate=0.1)
assert kept.init(weights).hyperparams["learning_rate"] == 0.01
assert not fails(check_resume, kept, other, save, load)
# --8<-- [end:rate]


# --8<-- [start:refused]
def says(optimizer, state):
    try:
        optimizer.update(weights, state, weights)
    except (AttributeError, TypeError, ValueError) as error:
        return type(error).__name__
    return "nothing"


state = slow.init(weights)
clip = optax.clip_by_global_norm(1.0)
assert says(optax.chain(clip, slow), state) == "ValueError"
assert says(optax.adamw(0.01), state) == "ValueError"
assert says(optax.sgd(0.01, momentum=0.9), state) == "AttributeError"
assert says(optax.adam(optax.constant_schedule(0.01)), state) == "TypeError"
# --8<-- [end:refused]


# --8<-- [start:moved]
rng = np.random.default_rng(0)
gradients = rng.normal(0.5, 1, (80, 4, 4)).astype("float32")
layer = torch.nn.Linear(4, 4, bias=False)
adam = torch.optim.Adam(layer.parameters(), lr=0.01)


def walk_torch(gradients):
    for g in gradients:
        layer.weight.grad = torch.from_numpy(g)
        adam.step()
    return layer.weight.detach().numpy().T.copy()


begin = walk_torch(gradients[:40])
saved = adam.state[layer.weight]
m, v = (saved[name].numpy().T.copy() for name in ("exp_avg", "exp_avg_sq"))
t = int(saved["step"])
end = walk_torch(gradients[40:])


def walk_optax(m, v, t):
    weight, optimizer = jnp.array(begin), optax.adam(0.01)
    moments, rest = optimizer.init(weight)
    moments = moments._replace(mu=jnp.array(m), nu=jnp.array(v),
                               count=jnp.array(t))
    state = moments, rest
    for g in gradients[40:]:
        update, state = optimizer.update(jnp.array(g.T), state, weight)
        weight = optax.apply_updates(weight, update)
    return np.array(weight)


def walk_keras(m, v, t):
    weight = keras.Variable(begin)
    optimizer = keras.optimizers.Adam(0.01, epsilon=1e-8)
    optimizer.build([weight])
    for variable, value in zip(optimizer.variables, (t, 0.01, m, v)):
        variable.assign(value)
    for g in gradients[40:]:
        optimizer.apply([keras.ops.array(g.T)], [weight])
    return weight.numpy()


def check_moved(walk, *state):
    assert np.allclose(walk(*state), end, rtol=0, atol=1e-5)


for walk in walk_optax, walk_keras:
    assert not fails(check_moved, walk, m, v, t)
    assert fails(check_moved, walk, m, v, 0)
    assert fails(check_moved, walk, m, v, t + 1)
    assert fails(check_moved, walk, m.T, v.T, t)
    assert fails(check_moved, walk, 0 * m, 0 * v, 0)
# --8<-- [end:moved]


import math


def off(walk, *state):
    """How far a move ends from PyTorch's own end, in learning rates."""
    return np.abs(walk(*state) - end).max() / 0.01


MOVES = {"t left behind": (m, v, 0), "t one more": (m, v, t + 1), "not transposed": (m.T, v.T, t),
         "nothing moved": (0 * m, 0 * v, 0)}
# What is left of a right move is rounding, which differs from run to run: told is the power of ten above it.
rounding = max(off(walk, m, v, t) for walk in (walk_optax, walk_keras))
TOLD = {"exact": 10.0 ** math.ceil(math.log10(rounding)),
        "moved": {name: {"optax": off(walk_optax, *state), "keras": off(walk_keras, *state)}
                  for name, state in MOVES.items()}}
