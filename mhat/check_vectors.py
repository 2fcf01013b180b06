"""Check an Adam against adam.json: put your own in the place of `yours`.

    python check_vectors.py adam.json adam
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


def off(mine, right, tolerance):
    mine, right = np.asarray(mine), np.asarray(right, float)
    same = mine.shape == right.shape and right.size
    return not same or not (abs(mine - right) <= tolerance).all()


def failure(case, step):
    array, lrs = np.dtype(case["dtype"]).type, case["lr"]
    gs, path = case["gradients"], case["path"]
    if not len(lrs) == len(gs) == len(path) > 0:
        return "the lengths differ"
    theta, state = array(case["theta"]), dict(case["start"])
    state |= {k: array(x) for k, x in state.items() if k != "t"}
    for t, (lr, g, right) in enumerate(zip(lrs, gs, path), 1):
        theta, state = step(theta, array(g), state, lr, **case["settings"])
        given = right is not None or t == len(path)
        if given and off(theta, right, case["tolerance"]):
            return f"step {t}: {theta}, right is {right}"
    for k, right in case["end"].items():
        if off(state[k], right, case["end_tolerance"][k]):
            return f"{k} at the end: {state[k]}, right is {right}"


def check(cases, step):
    said = {case["id"]: failure(case, step) for case in cases}
    steps = sum(len(case["lr"]) for case in cases)
    bad = [case for case in cases if said[case["id"]]]
    if not bad:
        return f"{len(cases)} cases, {steps} steps: all within tolerance"
    like, first = set(bad[0]["flags"]), bad[0]["id"]
    for c in cases:
        like = like & {*c["flags"]} if c in bad else like - {*c["flags"]}
    like = ", ".join(sorted(like)) or "no mistake in the notes"
    share = f"{len(bad)} of {len(cases)} cases fail"
    return f"{first}, {said[first]}\n{share}, the same as with: {like}"


def main(file, form="adam", step=yours):
    with open(file, encoding="utf-8") as text:
        read = json.load(text)
    groups = {group["form"]: group["cases"] for group in read["groups"]}
    if read["count"] != sum(map(len, groups.values())):
        sys.exit(f"{file} is cut: not {read['count']} cases")
    if not groups.get(form):
        sys.exit(f"{file} has no {form}, but {', '.join(groups)}")
    said = check(groups[form], step)
    print(said) if said.endswith("within tolerance") else sys.exit(said)
# --8<-- [end:check]


if __name__ == "__main__":
    main(*sys.argv[1:])
