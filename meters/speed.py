"""Time a step of the Adam for use, beside the time that moving its arrays takes at best.

    python -m site_tools.speed [--runs N] [--largest 7]

A step reads theta, g, m, v and writes theta, m, v: seven arrays. The bound is the time to
move that many bytes at the bandwidth of a copy too large for any cache. Where torch can be
imported, its Adam is timed on one thread. Needs NumPy alone.
"""

import argparse
import time
import tracemalloc
from statistics import median

import numpy as np

from mhat.optimizers import Adam
from mhat.rules import START, adam

LARGE = 40_000_000  # float32 numbers: 160 MB, beyond every cache


def seconds(steps, runs):
    """Median time of each function, in turns so that all share the machine's moods.

    Each is called twice and timed the second time: what the one before left in the caches is gone.
    """
    times = {name: [] for name in steps}
    for _ in range(runs):
        for name, step in steps.items():
            step()
            start = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - start)
    return {name: median(each) for name, each in times.items()}


def extra(step):
    """Bytes that a step allocates at its peak."""
    step()
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def copying():
    """A copy, as a step that can be repeated, and the bytes that it reads and writes."""
    source, target = np.ones(LARGE, "f4"), np.ones(LARGE, "f4")
    return lambda: np.copyto(target, source), 2 * source.nbytes


def reading(theta, g):
    """The version to read, as a step that can be repeated."""
    kept = [theta.copy(), START[adam]]

    def step():
        kept[:] = adam(kept[0], g, kept[1])
    return step


def torch_steps(theta, g):
    """torch's Adam, each of its ways, where there is a torch."""
    try:
        import torch
    except ImportError:
        return {}
    torch.set_num_threads(1)
    steps = {}
    for name in ("for-loop", "foreach", "fused"):
        parameter = torch.nn.Parameter(torch.from_numpy(theta.copy()))
        parameter.grad = torch.from_numpy(g.copy())
        ways = {"foreach": name == "foreach", "fused": name == "fused"}
        steps[f"torch {name}"] = torch.optim.Adam([parameter], **ways).step
    return steps


def row(count, dtype, copy, moved, runs):
    """(bandwidth, bound, time of each way, bytes that ours and the reading version allocate in a step)."""
    rng = np.random.default_rng(0)
    theta, g = rng.normal(size=(2, count)).astype(dtype)
    optimizer = Adam(theta.copy())
    ours, read = (lambda: optimizer.step(g)), reading(theta, g)
    times = seconds({"copy": copy, "to use": ours, "to read": read, **torch_steps(theta, g)}, runs)
    speed = moved / times.pop("copy")
    return speed, 7 * theta.nbytes / speed, times, extra(ours), extra(read)


def table(runs, largest):
    """Lines of the table, printed as they come."""
    yield "\nTimes a step: milliseconds, and in brackets how many times the bound."
    heads, (copy, moved) = None, copying()
    for dtype in ("float32", "float64"):
        for power in range(3, largest + 1):
            speed, bound, times, ours, read = row(10**power, dtype, copy, moved, runs if power > 6 else 5 * runs)
            if heads is None:
                heads = ["Adam", "copy, GB/s", "bound", *times, "kB more: to use", "to read"]
                yield f"\n| {' | '.join(heads)} |\n|---|{'---:|' * (len(heads) - 1)}"
            cells = [f"{dtype}, 10^{power}", f"{speed / 1e9:.1f}", f"{bound * 1e3:.3g}"]
            cells += [f"{t * 1e3:.3g} ({t / bound:.1f})" for t in times.values()]
            cells += [f"{ours / 1e3:,.0f}", f"{read / 1e3:,.0f}"]
            yield f"| {' | '.join(cells)} |"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="dev.py bench adam")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--largest", type=int, default=7, help="power of ten of the largest array")
    options = parser.parse_args(arguments)
    for line in table(options.runs, options.largest):
        print(line, flush=True)


if __name__ == "__main__":
    main()
