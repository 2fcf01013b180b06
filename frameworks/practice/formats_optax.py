"""The page practice/formats in Optax: the format of the states, of which mu_dtype sets one, and of the update."""

# --8<-- [start:states]
import jax
import jax.numpy as jnp
import optax

goal = jnp.linspace(-1, 1, 64)


def loss_of(weights):
    return jnp.mean((weights.astype(jnp.bfloat16) - goal) ** 2)


def trained(optimizer, dtype, steps=20):
    weights = jnp.full(64, 0.6, dtype)
    state = optimizer.init(weights)
    for _ in range(steps):
        g = jax.grad(loss_of)(weights)
        update, state = optimizer.update(g, state, weights)
        weights = optax.apply_updates(weights, update)
    return weights, state


def check_states(weights, state):
    for value in jax.tree.leaves((weights, state)):
        whole = not jnp.issubdtype(value.dtype, jnp.floating)
        assert whole or value.dtype.itemsize >= 4, value.dtype


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


right, narrow = optax.adam(0.001), jnp.bfloat16
with_mu = optax.adam(0.001, mu_dtype=jnp.float32)
weights, state = trained(right, jnp.float32)
assert not fails(check_states, weights, state)
assert fails(check_states, *trained(right, narrow))
weights, state = trained(with_mu, narrow)
assert state[0].mu.dtype == jnp.float32 and state[0].nu.dtype == narrow
assert weights.dtype == narrow and fails(check_states, weights, state)
# --8<-- [end:states]


# --8<-- [start:copies]
def copied(optimizer, steps=20):
    weights = jnp.full(64, 0.6, jnp.bfloat16)
    wide = weights.astype(jnp.float32)
    state = optimizer.init(wide)
    for _ in range(steps):
        g = jax.grad(loss_of)(weights).astype(jnp.float32)
        update, state = optimizer.update(g, state, wide)
        wide = optax.apply_updates(wide, update)
        weights = wide.astype(jnp.bfloat16)
    return weights, wide, state


start = jnp.bfloat16(0.6)
weights, wide, state = copied(right)
assert not fails(check_states, wide, state)
assert weights.dtype == jnp.bfloat16
moved, _ = trained(right, narrow)
assert (moved == start).mean() > 0.4 and (weights == start).mean() < 0.1
# --8<-- [end:copies]


# --8<-- [start:range]
def first_step(optimizer, dtype, lr=0.001):
    weights = jnp.zeros(5, dtype)
    g = jnp.array([0, 1e-4, 1e-3, 1, 300], dtype)
    optimizer = optimizer(lr)
    update, _ = optimizer.update(g, optimizer.init(weights), weights)
    moved = optax.apply_updates(weights, update).astype(jnp.float32)
    return 0 - moved / lr


def check_range(optimizer, dtype):
    steps = first_step(optimizer, dtype)
    wanted = jnp.array([0, 1, 1, 1, 1])
    assert jnp.allclose(steps, wanted, atol=0.02), steps


assert not fails(check_range, optax.adam, jnp.float32)
assert fails(check_range, optax.adam, jnp.float16)
# --8<-- [end:range]


def walked(dtype, steps=500):
    weights = jnp.ones(1, dtype)
    state = right.init(weights)
    for _ in range(steps):
        update, state = right.update(jnp.ones(1, dtype), state, weights)
        weights = optax.apply_updates(weights, update)
    return float(weights[0])


FORMATS = "float32", "bfloat16", "float16"
TOLD = {
    "first": {dtype: [f"{float(x):.3g}" for x in first_step(optax.adam, dtype)] for dtype in FORMATS},
    "walked": {dtype: walked(dtype) for dtype in FORMATS},
}
