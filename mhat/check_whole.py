"""Check a whole Adam against whole.json: put your own in the place of `Yours`.

    python check_whole.py whole.json adam
"""

# --8<-- [start:check]
import json
import sys

import numpy as np


class Yours:
    def __init__(self, arrays):
        self.arrays = arrays
        for a in arrays:
            betas = (a["beta1"], a["beta2"])
            fine = 0 < a["lr"] < np.inf and 0 < a["eps"] < np.inf
            if not fine or not all(0 <= b < 1 for b in betas):
                raise ValueError("a setting")
            a.update(m=0.0, v=0.0, t=0)

    def step(self, gradients):
        for a, g in zip(self.arrays, gradients):
            if g is None:
                continue
            if g.shape != a["theta"].shape or not np.isfinite(g).all():
                raise ValueError("a gradient")
            a["t"] += 1
            a["m"] = a["m"] + (1 - a["beta1"]) * (g - a["m"])
            a["v"] = a["v"] + (1 - a["beta2"]) * (g * g - a["v"])
            root = np.sqrt(a["v"] / (1 - a["beta2"] ** a["t"])) + a["eps"]
            m_hat = a["m"] / (1 - a["beta1"] ** a["t"])
            a["theta"] = a["theta"] - a["lr"] * m_hat / root


def walk(case, program):
    arrays = [{key: float(x) for key, x in a["settings"].items()}
              | {"theta": np.array(a["theta"])} for a in case["arrays"]]
    mine, path = program(arrays), []
    for gs in zip(*(a["gradients"] for a in case["arrays"])):
        mine.step([None if g is None else np.array(g, float) for g in gs])
        path.append([np.array(a["theta"]) for a in arrays])
    return list(zip(*path))


def fails(case, program):
    try:
        mine = walk(case, program)
    except ValueError:
        return case["result"] == "valid"
    if case["result"] != "valid":
        return case["result"] == "invalid"
    return not any(all(
        np.abs(np.array(x) - a["paths"][p]).max() <= a["tolerance"]
        for x, a in zip(mine, case["arrays"])
    ) for p in range(len(case["arrays"][0]["paths"])))


def main(file, form="adam", program=Yours):
    with open(file, encoding="utf-8") as text:
        read = json.load(text)
    cases = [case for case in read["cases"] if case["form"] == form]
    if read["count"] != len(read["cases"]) or not cases:
        sys.exit(f"{file} is cut, or has no {form}")
    bad = [case for case in cases if fails(case, program)]
    if not bad:
        return print(f"{len(cases)} cases: all as they should be")
    good = {flag for c in cases if c not in bad for flag in c["flags"]}
    like = sorted(set.intersection(*(set(c["flags"]) for c in bad)) - good)
    ids = ", ".join(case["id"] for case in bad)
    like = ", ".join(like) or "nothing"
    sys.exit(f"{ids} fail, the same as with: {like}")
# --8<-- [end:check]


if __name__ == "__main__":
    main(*sys.argv[1:])
