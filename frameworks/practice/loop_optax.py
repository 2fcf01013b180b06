"""The page practice/loop in Optax: accumulation around an optimizer, skipped steps, parts that stay frozen."""

# --8<-- [start:accumulate]
import jax
import jax.numpy as jnp
import optax


def walk(optimizer, gradients, start=1.0):
    weight = jnp.array(start)
    state, path = optimizer.init(weight), []
    for g in gradients:
        update, state = optimizer.update(jnp.array(float(g)), state, weight)
        weight = optax.apply_updates(weight, update)
        path.append(float(weight))
    return path, state


path, _ = walk(optax.MultiSteps(optax.sgd(0.1), 4), [1, 2, 3, 4, 5, 6])
assert path[:3] == [1, 1, 1]
assert jnp.isclose(path[3], 1 - 0.1 * (1 + 2 + 3 + 4) / 4)
assert path[3:] == path[3:4] * 3

_, state = walk(optax.MultiSteps(optax.adam(0.1), 4), [1, 2, 3, 4, 5, 6])
t = state.inner_opt_state[0].count
assert t == state.gradient_step == 1 and state.mini_step == 2
# --8<-- [end:accumulate]

# --8<-- [start:skipped]
bad = jnp.nan
careful = optax.apply_if_finite(optax.adam(0.1), max_consecutive_errors=3)
path, state = walk(careful, [1, 1, 1, bad, 1, 1, 1, 1, 1, 1])
assert state.inner_state[0].count == 9 and path[3] == path[2]

broken, given_up = walk(careful, [1, 1, 1, bad, bad, bad, bad, 1, 1, 1])
assert given_up.total_notfinite > 3 and jnp.isnan(broken[-1])
assert broken[5] == broken[2] and jnp.isnan(broken[6])
# --8<-- [end:skipped]

# --8<-- [start:groups]
optimizer = optax.adam(0.1)
state = optimizer.init({"body": jnp.ones(1)})
more = {"body": jnp.ones(1), "head": jnp.ones(1)}
try:
    optimizer.update(more, state, more)
except ValueError as error:
    refused = str(error)
assert "structure" in refused
# --8<-- [end:groups]


# --8<-- [start:frozen]
def check_frozen(optimizer, name):
    weights = {"body": jnp.ones(1), "head": jnp.ones(1)}
    before, state = weights, optimizer.init(weights)
    for _ in range(20):
        update, state = optimizer.update(weights, state, weights)
        weights = optax.apply_updates(weights, update)
    assert (weights[name] == before[name]).all(), f"{name} moved"
    assert any((weights[n] != before[n]).all() for n in weights)


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return True
    return False


labels = {"body": "frozen", "head": "trained"}
adam, still = optax.adamw(0.1), optax.set_to_zero()
right = optax.partition({"trained": adam, "frozen": still}, labels)
wrong = optax.masked(adam, {"body": False, "head": True})
assert not fails(check_frozen, right, "body")
assert fails(check_frozen, wrong, "body")

both = {"body": jnp.ones(1), "head": jnp.ones(1)}
of_head = jax.grad(lambda weights: weights["head"].sum())(both)
assert of_head["body"] == 0 and of_head["head"] == 1
update, _ = wrong.update(both, wrong.init(both), both)
assert update["body"] == both["body"] and update["head"] < 0

path, _ = walk(optax.adam(0.1), [1] * 50 + [0] * 100)
assert path[49] - path[-1] > 5 * 0.1
# --8<-- [end:frozen]

_, ten = walk(careful, [1, 1, 1, bad, 1, 1, 1, 1, 1, 1])
cut, _ = optax.clip(1.0).update(jnp.array([3.0, 0.4]), ())
shrunk, _ = optax.clip_by_global_norm(1.0).update(jnp.array([3.0, 0.4]), ())
assert jnp.allclose(cut, jnp.array([1.0, 0.4])) and jnp.allclose(shrunk[0] / shrunk[1], 7.5)

unguarded = optax.apply_if_finite(optax.adam(0.1, eps=0.0), 5)
past, _ = unguarded.update(jnp.zeros(1), unguarded.init(jnp.ones(1)))
assert jnp.isnan(past).all()

TOLD = {"t": int(t), "skipped": int(ten.inner_state[0].count), "zeros": (path[49] - path[-1]) / 0.1}
