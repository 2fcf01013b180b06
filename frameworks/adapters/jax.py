"""JAX's example optimizers on the gradients of a case; the caller counts from 0."""

import jax
import jax.numpy as jnp
from jax.example_libraries import optimizers

jax.config.update("jax_enable_x64", True)
VERSION = jax.__version__


def path(case):
    arguments = dict(case["arguments"])
    if case["lrs"]:
        lrs = jnp.array(case["lrs"])
        arguments["step_size"] = lambda i: lrs[i]
    make = getattr(optimizers, case["call"].split(".")[-1])
    init, update, get = make(**arguments)
    state = init(jnp.array(case["theta"]))
    for i, g in enumerate(case["gradients"]):
        state = update(i, jnp.array(g), state)
        yield get(state)
