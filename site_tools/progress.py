"""What long work says of itself: how much it made, and how long that took; nothing where all was remembered."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

_made: dict[str, tuple[int, float]] = {}
_inside = False


@contextmanager
def making(kind: str, count: int = 1) -> Iterator[None]:
    """Count and time what is made; what is made on the way to it is part of it."""
    global _inside
    if _inside:
        yield
        return
    start, _inside = perf_counter(), True
    try:
        yield
    finally:
        before, seconds = _made.get(kind, (0, 0.0))
        _made[kind], _inside = (before + count, seconds + perf_counter() - start), False


def made(least: float = 0.0) -> str:
    """`numbers 31 in 7.0 s, figures 6 in 4.2 s` since it was last asked; nothing below so many seconds in all."""
    parts = [f"{kind} {count} in {seconds:.1f} s" for kind, (count, seconds) in _made.items() if seconds >= 0.05]
    total = sum(seconds for _, seconds in _made.values())
    _made.clear()
    return ", ".join(parts) if total >= least else ""
