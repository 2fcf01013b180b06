"""The page practice/decay in Optax: its default, the mask, and a decay that a rate does not reach."""

# --8<-- [start:mask]
import jax
import jax.numpy as jnp
import optax

weights = {"kernel": jnp.ones((4, 8)), "bias": jnp.ones(8)}


def decays(weights):
    return jax.tree.map(lambda w: w.ndim > 1, weights)


def check_decay(optimizer, lr, decay):
    zeros = jax.tree.map(jnp.zeros_like, weights)
    update, _ = optimizer.update(zeros, optimizer.init(weights), weights)
    moved = optax.apply_updates(weights, update)
    assert jnp.allclose(moved["kernel"], 1 - lr * decay)
    assert (moved["bias"] == 1).all()


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


right = optax.adamw(0.1, weight_decay=0.05, mask=decays)
all_decay = optax.adamw(0.1, weight_decay=0.05)
behind = optax.add_decayed_weights(-0.05, decays)
after_rate = optax.chain(optax.adam(0.1), behind)
before = optax.add_decayed_weights(0.05, decays)
as_l2 = optax.chain(before, optax.adam(0.1))
assert not fails(check_decay, right, 0.1, 0.05)
for wrong in all_decay, after_rate, as_l2:
    assert fails(check_decay, wrong, 0.1, 0.05)
# --8<-- [end:mask]


# --8<-- [start:defaults]
def lost(optimizer, lr):
    weight = jnp.ones(1)
    optimizer = optimizer(lr)
    state = optimizer.init(weight)
    update, _ = optimizer.update(jnp.zeros(1), state, weight)
    return -float(update[0])


own = {lr: lost(optax.adamw, lr) / lr for lr in (1.0, 0.5)}
assert all(abs(share - 1e-4) < 1e-8 for share in own.values())
# --8<-- [end:defaults]


# --8<-- [start:scheduled]
def taken(optimizer, name="kernel", steps=4):
    zeros = jax.tree.map(jnp.zeros_like, weights)
    state, lost = optimizer.init(weights), []
    for _ in range(steps):
        update, state = optimizer.update(zeros, state, weights)
        lost.append(round(-float(update[name].min()), 6))
    return lost


rate = optax.linear_schedule(0.1, 0.0, transition_steps=4)
decay = optax.linear_schedule(0.5, 0.0, transition_steps=4)
line = [0.05, 0.0375, 0.025, 0.0125]
square = [0.05, 0.028125, 0.0125, 0.003125]
assert taken(optax.adamw(rate, weight_decay=0.5, mask=decays)) == line
assert taken(optax.adamw(0.1, weight_decay=decay, mask=decays)) == line
assert taken(optax.adamw(rate, weight_decay=decay, mask=decays)) == square

settings = {"learning_rate": rate, "weight_decay": 0.5, "mask": decays}
right = optax.inject_hyperparams(optax.adamw, static_args="mask")
assert taken(right(**settings)) == line
assert taken(right(**settings), "bias") == [0, 0, 0, 0]
state = right(**settings).init(weights)
assert state.hyperparams["weight_decay"] == 0.5
unnamed = optax.inject_hyperparams(optax.adamw)(**settings)
assert taken(unnamed) == [0, 0, 0, 0]
# --8<-- [end:scheduled]

state.hyperparams["weight_decay"] = 0.25
update, _ = right(**settings).update(jax.tree.map(jnp.zeros_like, weights), state, weights)
assert jnp.allclose(update["kernel"], -0.025)
as_tree = optax.inject_hyperparams(optax.adamw)(**settings | {"mask": decays(weights)})
assert taken(as_tree) == line and taken(as_tree, "bias") == [0, 0, 0, 0]


def by_path(test):
    return lambda weights: jax.tree_util.tree_map_with_path(lambda path, _: test(path), weights)


def injected(mask):
    """What a step takes from kernel and bias under a mask that is called with the count, or the error."""
    optimizer = optax.inject_hyperparams(optax.adamw)(**settings | {"mask": mask})
    try:
        return [taken(optimizer, name, 1)[0] for name in ("kernel", "bias")]
    except (IndexError, TypeError) as error:
        return str(error)


assert injected(by_path(lambda path: path[-1].key == "kernel")) == "tuple index out of range"
assert injected(lambda weights: {"kernel": weights["kernel"].ndim > 1, "bias": False}).startswith(
    "JAX does not support string indexing")
assert injected(by_path(lambda path: "kernel" in jax.tree_util.keystr(path))) == [0, 0]
assert injected(by_path(lambda path: "bias" not in jax.tree_util.keystr(path))) == [0.05, 0.05]

TOLD = {"default": own[1.0]}
