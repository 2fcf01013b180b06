"""Optax's optimizers on the gradients of a case; a schedule makes the drop of lr. `parts` are text to run as it is."""

import jax
import jax.numpy as jnp
import optax

jax.config.update("jax_enable_x64", True)
VERSION = optax.__version__


def made(case, arguments):
    if "parts" in case:
        return eval(case["parts"], {"optax": optax, "lr": arguments["learning_rate"]})
    return getattr(optax, case["call"].split(".")[-1])(**arguments)


def path(case):
    arguments = dict(case["arguments"])
    if case["lrs"]:
        lrs = jnp.array(case["lrs"])
        arguments["learning_rate"] = lambda count: lrs[count]
    optimizer = made(case, arguments)
    theta = jnp.array(case["theta"])
    state = optimizer.init(theta)
    for g in case["gradients"]:
        updates, state = optimizer.update(jnp.array(g), state, theta)
        theta = optax.apply_updates(theta, updates)
        yield theta
