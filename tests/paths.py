"""What tests of the translator share: the path of an optimizer, by another way than the translator's."""

from frameworks.composed import path_of
from mhat.gradients import LRS


def walked(optimizer, constant):
    """The path of an optimizer by the code of `verify`, which has its own way to it."""
    return path_of(optimizer, [1.0] * len(LRS) if constant else LRS)
