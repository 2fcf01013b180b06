"""The page practice/schedules in Optax: a function of a count, where the count is, steps that include the warm-up."""

# --8<-- [start:record]
import jax
import jax.numpy as jnp
import optax


def rates_of(wrap, schedule, steps):
    optimizer, weight = wrap(optax.sgd(schedule)), jnp.array(0.0)
    state, rates = optimizer.init(weight), []
    for _ in range(steps):
        update, state = optimizer.update(jnp.array(1.0), state, weight)
        rates.append(float(-update))
    return rates


def alone(optimizer):
    return optimizer


line = optax.linear_schedule(1.0, 0.0, transition_steps=8)
rates = rates_of(alone, line, 10)
assert rates == [1 - min(t, 8) / 8 for t in range(10)]
# --8<-- [end:record]


# --8<-- [start:check_schedule]
def check_schedule(wrap, schedule, window, steps, lr_at):
    calls = rates_of(wrap, schedule, steps * window)
    rates = calls[window - 1::window]
    wanted = [lr_at(t, steps) for t in range(steps)]
    for t in range(steps):
        near = abs(rates[t] - wanted[t]) < 1e-5 * max(wanted)
        assert near, f"step {t + 1} of {steps} took {rates[t]:.3g}"


def falls(t, steps):
    return 1 - t / steps


def in_fours(optimizer):
    return optax.MultiSteps(optimizer, every_k_schedule=4)


def fails(check, *arguments):
    try:
        check(*arguments)
    except AssertionError as error:
        return str(error)
    return ""


counted = optax.linear_schedule(1.0, 0.0, transition_steps=8 * 4)
assert not fails(check_schedule, alone, line, 1, 8, falls)
assert not fails(check_schedule, in_fours, line, 4, 8, falls)
assert fails(check_schedule, in_fours, counted, 4, 8, falls)
# --8<-- [end:check_schedule]

# --8<-- [start:warm]
warm = optax.warmup_cosine_decay_schedule(
    0.0, 1.0, warmup_steps=4, decay_steps=8)
rates = rates_of(alone, warm, 10)
assert rates[0] == 0 and rates[4] == 1
assert rates[7] > 0.1 and not any(rates[8:])
# --8<-- [end:warm]

# --8<-- [start:count]
optimizer, weight = optax.adam(line), jnp.array(0.0)
state = optimizer.init(weight)
for _ in range(3):
    update, state = optimizer.update(jnp.array(1.0), state, weight)
of_adam, of_schedule = state
assert of_adam.count == of_schedule.count == 3

lost = optimizer.init(weight)
update, _ = optimizer.update(jnp.array(1.0), (of_adam, lost[1]), weight)
assert jnp.isclose(-update, line(0), atol=1e-5)
longer = optax.adam(optax.linear_schedule(1.0, 0.0, 16))
update, _ = longer.update(jnp.array(1.0), state, weight)
assert jnp.isclose(-update, 13 / 16, atol=1e-5)
# --8<-- [end:count]


def drawn(schedule, steps=120, size=400):
    """The rate of each step, and the root mean square of Adam's step under noise alone."""
    optimizer, weight, path = optax.adam(schedule), jnp.zeros(size), []
    state = optimizer.init(weight)
    for key in jax.random.split(jax.random.key(0), steps):
        update, state = optimizer.update(jax.random.normal(key, size), state, weight)
        path.append(jnp.sqrt(jnp.mean(update**2)))
    return {"rates": rates_of(alone, schedule, steps), "steps": path}


optimizer = optax.adamw(line)
_, state = optimizer.update(jnp.array(1.0), optimizer.init(jnp.array(0.0)), jnp.array(0.0))
assert line(state[-1].count) == 0.875  # that of the next step

TOLD = {
    "warm": rates,
    "longer": float(-update),
    "drawn": {"warmup_cosine_decay_schedule": drawn(optax.warmup_cosine_decay_schedule(0.0, 1.0, 10, 100))},
}
