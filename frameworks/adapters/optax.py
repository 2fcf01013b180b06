"""Optax's optimizers on the gradients of a case; a schedule makes the drop of lr."""

import jax
import jax.numpy as jnp
import optax

jax.config.update("jax_enable_x64", True)
VERSION = optax.__version__


def path(case):
    arguments = dict(case["arguments"])
    if case["lrs"]:
        lrs = jnp.array(case["lrs"])
        arguments["learning_rate"] = lambda count: lrs[count]
    optimizer = getattr(optax, case["call"].split(".")[-1])(**arguments)
    theta = jnp.array(case["theta"])
    state = optimizer.init(theta)
    for g in case["gradients"]:
        updates, state = optimizer.update(jnp.array(g), state, theta)
        theta = optax.apply_updates(theta, updates)
        yield theta
