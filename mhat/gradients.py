"""The gradients on which calls are run and compared: the same everywhere, exact in float32."""

import numpy as np

STEPS = 50


def numbers(count: int, seed: int = 1) -> np.ndarray:
    """Whole numbers from -512 to 512 of a generator that is the same everywhere (Knuth's MMIX)."""
    found = []
    for _ in range(count):
        seed = (6364136223846793005 * seed + 1442695040888963407) % 2**64
        found.append((seed >> 40) % 1025 - 512)
    return np.array(found, float)


SCALES = 2.0 ** np.array([-20, -17, -15, -12, -10, -7, -5, -2, 0, 2, 5, 7])  # 1e-6 to 1e2
GRADIENTS = numbers(STEPS * SCALES.size).reshape(STEPS, -1) / 256 * SCALES  # exact in float32 too
GRADIENTS[10:14] = 0
GRADIENTS[30] *= 20
THETA = np.where(np.arange(SCALES.size) % 2, -1, 1) * np.minimum(SCALES, 0.5)
LRS = [1.0] * 25 + [0.1] * 25  # times lr: a drop in the middle
