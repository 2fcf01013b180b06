"""The page of all ten rules: what their versions for use have in common."""

import numpy as np

from mhat.optimizers import BLOCK, Adam

# --8<-- [start:groups]
w, b = np.ones((3, 2), "float32"), np.zeros(2)
optimizer = Adam({"w": w, "b": b}, lr=0.1)
for _ in range(5):
    optimizer.step({"w": 0.5 * w, "b": None})
optimizer.step({"w": 0.5 * w, "b": np.ones(2)})
assert optimizer.t == {"w": 6, "b": 1}
assert np.allclose(b, -0.1) and w.dtype == "float32"
# --8<-- [end:groups]

# --8<-- [start:schedule]
before = b.copy()
optimizer.lr = 0.01
optimizer.step({"w": None, "b": np.ones(2)})
assert np.allclose(before - b, 0.01)
# --8<-- [end:schedule]

# --8<-- [start:file]
from tempfile import TemporaryFile

copies = {"w": w.copy(), "b": b.copy()}
again = Adam(copies)
with TemporaryFile() as file:
    np.savez(file, **optimizer.state_dict())
    file.seek(0)
    again.load_state_dict(np.load(file))
for each in (optimizer, again):
    each.step({"w": np.ones_like(w), "b": np.ones(2)})
assert np.array_equal(copies["w"], w)
assert np.array_equal(copies["b"], b)
assert again.lr == 0.01
# --8<-- [end:file]

# --8<-- [start:refused]
said, before = "", [w.copy(), b.copy()]
try:
    optimizer.step({"w": w, "b": np.array([1.0, np.nan])})
except ValueError as error:
    said = str(error)
assert said == (
    "gradient of b is nan at (1,), and may be 1.34078e+154 at most"
)
assert np.array_equal(before[0], w) and np.array_equal(before[1], b)
assert optimizer.t == {"w": 7, "b": 3}
# --8<-- [end:refused]

block = BLOCK // 2**20  # MiB of one array
arrays = ("theta", "g", "m", "v", "a", "b")  # what Adam.update is handed, a and b its helpers
at_once = len(arrays) * block
