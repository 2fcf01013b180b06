"""PyTorch against the test vectors of whole programs, in an environment of `dev.py verify`.

    .cache/verify/main/bin/python -m frameworks.whole

Each array is a group of its own. In float64 alone: in a narrow dtype PyTorch keeps m and v narrow too, unless the
parameters have a copy in float32. The ids that fail are kept in results/whole.json.
"""

import json

import numpy as np

from frameworks.results import FOLDER
from mhat import whole
from mhat.check_whole import fails

CALLS = {"adam": "Adam", "decay_before": "AdamW", "momentum": "SGD", "rmsprop": "RMSprop"}


def named(settings: dict) -> dict:
    """Settings under the names of PyTorch."""
    own = {"lr": settings["lr"]}
    own |= {"momentum": settings["beta"]} if "beta" in settings else {"eps": settings["eps"]}
    own |= {"alpha": settings["beta2"]} if "beta2" in settings and "beta1" not in settings else {}
    own |= {"betas": (settings["beta1"], settings["beta2"])} if "beta1" in settings else {}
    return own | ({"weight_decay": settings["decay"]} if "decay" in settings else {})


def program(torch: object, form: str) -> type:
    """What the checker asks for, around a call of PyTorch."""
    class Theirs:
        def __init__(self, arrays):
            self.arrays = arrays
            self.held = [torch.nn.Parameter(torch.tensor(array["theta"])) for array in arrays]
            groups = [{"params": [x], **named(array)} for x, array in zip(self.held, arrays, strict=True)]
            self.optimizer = getattr(torch.optim, CALLS[form])(groups, **named(arrays[0]))

        def step(self, gradients):
            for x, g in zip(self.held, gradients, strict=True):
                try:
                    x.grad = None if g is None else torch.tensor(g)
                except RuntimeError as refusal:  # of another shape
                    raise ValueError("a gradient") from refusal
            self.optimizer.step()
            for x, array in zip(self.held, self.arrays, strict=True):
                array["theta"] = x.detach().numpy().copy()
    return Theirs


def main() -> None:
    """Ask, and keep what came of it."""
    import torch
    kept = {"version": torch.__version__.partition("+")[0], "forms": {}}
    for form in CALLS:
        asked = [whole.as_data(case) for case in whole.cases() if case.form == form and is_wide(case)]
        with np.errstate(all="ignore"):
            kept["forms"][form] = {"count": len(asked),
                                   "fail": [case["id"] for case in asked if fails(case, program(torch, form))]}
    print(kept)
    (FOLDER / "whole.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def is_wide(case: whole.Case) -> bool:
    """Whether all its arrays are of float64."""
    return {one.dtype for one in case.arrays} == {"float64"}


if __name__ == "__main__":
    main()
