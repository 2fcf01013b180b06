"""Check an Adam against adam.json: put your own in the place of `yours`.

    python check_vectors.py adam.json
"""

# --8<-- [start:check]
import json
import sys

import numpy as np


def yours(theta, g, state, lr, beta1, beta2, eps):
    t = state["t"] + 1
    m = state["m"] + (1 - beta1) * (g - state["m"])
    v = state["v"] + (1 - beta2) * (g * g - state["v"])
    divisor = np.sqrt(v) / (1 - beta2**t) ** 0.5 + eps
    step = lr / (1 - beta1**t) * m / divisor
    return theta - step, {"m": m, "v": v, "t": t}


def first_failure(cases, step):
    for case in cases:
        def array(x):
            return np.array(x, case["dtype"])
        state = {k: array(x) for k, x in case["start"].items()}
        state |= {"t": case["start"].get("t", 0)}
        theta, lrs = array(case["theta"]), case["lr"]
        steps = zip(lrs, case["gradients"], case["path"])
        for t, (lr, g, right) in enumerate(steps, 1):
            numbers = case["settings"]
            theta, state = step(theta, array(g), state, lr, **numbers)
            off = np.abs(theta - array(right)).max()
            if not off <= case["tolerance"]:
                where = f"{case['name']}, {case['dtype']}, step {t}"
                return f"{where}: {theta}, right is {right}"


def main(file, form="adam", step=yours):
    with open(file, encoding="utf-8") as text:
        groups = {g["form"]: g["cases"] for g in json.load(text)["groups"]}
    sys.exit(first_failure(groups[form], step))
# --8<-- [end:check]


if __name__ == "__main__":
    main(sys.argv[1])
