"""From what one sees in a training to its cause: the words, and a small training in which the causes were planted."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, partial

import ml_dtypes
import numpy as np

from mhat.mistakes import START, written, wrong
from mhat.words import read
from snippets.shared.typeset import agreed

# --8<-- [start:problem]
rng = np.random.default_rng(0)
scale = np.logspace(0, -1, 12)
inputs = rng.normal(size=(1024, 12)) * scale
goal = rng.choice([-1.0, 1.0], 12)
answers = inputs @ goal


def loss(theta):
    return np.mean((inputs @ theta - answers) ** 2) / 2


def gradient(theta, rows):
    misses = inputs[rows] @ theta - answers[rows]
    return inputs[rows].T @ misses / len(rows)


assert loss(goal) == 0
# --8<-- [end:problem]

EPOCH, HALF, STEPS = 32, 320, 640  # steps of an epoch, before a checkpoint is loaded, in all
BATCHES = np.concatenate([np.random.default_rng(1 + k).permutation(1024).reshape(EPOCH, 32) for k in range(20)])


def falling(t):
    """The learning rate of the right training: down to 0 in a straight line."""
    return 0.02 * (1 - (t - 1) / STEPS)


def as_it_is(x, *_):
    return x


@dataclass(frozen=True)
class Plan:
    """A training: the rule and its state, what is done to learning rate, gradient, weights and what is loaded, and
    under the name of what was changed the training that it is compared with."""

    rule: Callable = written("adam")
    state: tuple = START["adam"]
    lr: Callable = falling
    batch: Callable = gradient
    gradient: Callable = as_it_is
    loaded: Callable = as_it_is
    stored: Callable = as_it_is
    beside: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What came of a training: losses before each step and at the end, weights, gradients and learning rates."""

    losses: np.ndarray
    path: np.ndarray
    gradients: np.ndarray
    lrs: np.ndarray
    beside: dict


def trained(plan: Plan) -> Run:
    """The training, with a checkpoint loaded in the middle."""
    theta, state, path, gs, lrs = np.zeros(12), plan.state, [], [], []
    for t, rows in enumerate(BATCHES, 1):
        state = plan.loaded(state) if t == HALF + 1 else state
        path.append(theta)
        gs.append(plan.gradient(plan.batch(theta, rows), t))
        lrs.append(plan.lr(t))
        new, state = plan.rule(theta, gs[-1], state, lrs[-1])
        theta = plan.stored(new, theta)
    path = np.array([*path, theta], dtype=float)
    with np.errstate(all="ignore"):
        losses = np.array([loss(theta) for theta in path])
    beside = {name: trained(other) for name, other in plan.beside.items()}
    return Run(losses, path, np.array(gs, dtype=float), np.array(lrs), beside)


# What is planted

def changed(**what) -> Plan:
    return replace(Plan(), **what)


def mistaken(name: str) -> Plan:
    """With a mistake of `check/mistakes`."""
    rule, state = wrong(name, epoch=EPOCH)
    return changed(rule=rule, state=state)


def gathered(join: Callable, sizes: tuple[int, ...], theta, rows) -> np.ndarray:
    """What becomes of the means of the micro-batches that a mini-batch is cut into."""
    return join([gradient(theta, part) for part in np.split(rows, np.cumsum(sizes)[:-1])])


def mean(parts: list) -> np.ndarray:
    return np.mean(parts, axis=0)


def narrow(theta, rows):
    """A narrow valley: parameters in other units, which is their gradients at other scales."""
    return np.logspace(-8, 0, 12) * gradient(theta, rows)


def infinite_at(step: int) -> Callable:
    def spoiled(g, t):
        return np.full(12, np.inf) if t == step else g
    return spoiled


def cosine(t):
    """A cosine of three quarters of the training, as it goes on after its end."""
    return 0.01 * (1 + np.cos(np.pi * (t - 1) / (0.75 * STEPS)))


def without(index: int, after: int = 0) -> Callable:
    """A gradient that is 0 for one parameter after some steps."""
    def masked(g, t):
        return np.where((np.arange(12) == index) & (t > after), 0.0, g)
    return masked


def still_at(index: int) -> Callable:
    """One parameter is not given to the optimizer."""
    def kept(new, old):
        return np.where(np.arange(12) == index, old, new)
    return kept


def half(scale: float) -> Callable:
    """The gradient of a scaled loss in float16."""
    def rounded(g, t):
        return (scale * g).astype(np.float16)
    return rounded


def unscaled(scale: float) -> Callable:
    """The same, in float64 again before the optimizer has it."""
    def back(g, t):
        return half(scale)(g, t).astype(float) / scale
    return back


def in_half(theta, g, state, lr):
    return written("adam")(theta, g, state, np.float16(lr))


def with_eps(eps: float) -> Callable:
    def rule(theta, g, state, lr):
        return written("adam")(theta, g, state, lr, eps=eps)
    return rule


def clipped(most: float) -> Callable:
    def clip(g, t):
        return g * min(1, most / np.linalg.norm(g))
    return clip


def in_bfloat16(new, old):
    return new.astype(ml_dtypes.bfloat16).astype(float)


STEADY = {"rule": written("momentum"), "state": START["momentum"], "lr": lambda t: 0.1 * falling(t)}
HEAVY = {"rule": written("momentum"), "state": START["momentum"]}
PLANTED: list[tuple[str, Plan]] = [
    ("sign", mistaken("sign-flipped")),
    ("written-back", mistaken("both-written-back")),
    ("uncorrected", mistaken("not-corrected")),
    ("v-uncorrected", mistaken("v-not-corrected")),
    ("t-zero", mistaken("t-from-0")),
    ("power", mistaken("power-outside")),
    ("new-each-epoch", mistaken("all-restarts")),
    ("not-zeroed", mistaken("gradient-not-zeroed")),
    ("betas", mistaken("betas-exchanged")),
    ("decay-without-lr", mistaken("decay-without-lr")),
    ("lr-large", changed(lr=lambda t: 100 * falling(t))),
    ("lr-large", changed(**HEAVY, lr=lambda t: 200 * falling(t))),
    ("lr-small", changed(lr=lambda t: falling(t) / 100)),
    ("lr-zero", changed(lr=lambda t: 0.0)),
    ("schedule-twice", changed(lr=lambda t: max(0.0, falling(2 * t)))),
    ("state-lost", changed(loaded=lambda state: START["adam"])),
    ("averages-lost", changed(loaded=lambda state: (0.0, 0.0, state[2]))),
    ("t-lost", changed(loaded=lambda state: (*state[:2], 0))),
    ("left-out", changed(stored=still_at(5))),
    ("no-gradient", changed(gradient=without(5))),
    ("underflow", changed(gradient=unscaled(1e-7))),
    ("overflow", changed(rule=in_half, gradient=half(1e3), state=(np.float16(0), np.float16(0), 0))),
    ("weights-rounded", changed(stored=in_bfloat16)),
    ("sum", changed(**HEAVY, lr=lambda t: 0.2, gradient=lambda g, t: 32 * g)),
    ("decay-moves", changed(rule=written("adamw"), gradient=without(3, 160))),
    ("average-moves", changed(gradient=without(3, 160))),
    ("eps-large", changed(rule=with_eps(10.0))),
    ("clipped", changed(**HEAVY, lr=falling, gradient=clipped(0.01))),
    ("valley", changed(**HEAVY, lr=lambda t: 100 * falling(t), batch=narrow)),
    ("bad-gradient", changed(gradient=infinite_at(1))),
    ("bad-gradient", changed(gradient=infinite_at(400))),
    ("no-eps", changed(rule=wrong("eps-missing")[0], gradient=without(5))),
    ("t-narrow", changed(state=(0.0, 0.0, np.uint8(0)))),
    ("decay-coupled", replace(mistaken("decay-in-gradient"), beside={"move": changed(rule=written("adamw"))})),
    ("schedule-restarts", changed(lr=lambda t: falling(t if t <= HALF else t - HALF))),
    ("schedule-length", changed(lr=cosine)),
    ("means", changed(**STEADY, batch=partial(gathered, mean, (20, 2, 8, 2)),
                       beside={"accumulation": changed(**STEADY)})),
    ("added", changed(**STEADY, batch=partial(gathered, sum, (8, 8, 8, 8)),
                       beside={"accumulation": changed(**STEADY)})),
    ("t-wrong", replace(mistaken("t-per-micro-batch"), beside={"accumulation": Plan()})),
    ("clip-idle", changed(**STEADY, gradient=clipped(10), beside={"clip": changed(**STEADY)})),
    ("scale-cancels", changed(gradient=lambda g, t: 1000 * g, beside={"scale": Plan()})),
]


# How a symptom is seen

def ratio(run: Run, t: int, before: int) -> float:
    return run.losses[t] / run.losses[before]


def turns(run: Run) -> int:
    """How often a loss that was falling doubles."""
    means = run.losses[:640].reshape(-1, 16).mean(1)
    lowest, count = means[0], 0
    for mean in means:
        if mean > 2 * lowest:
            count, lowest = count + 1, mean
        lowest = min(lowest, mean)
    return count


def idle(run: Run) -> np.ndarray:
    """Which parameters never change."""
    return np.ptp(run.path, axis=0) == 0


def rises(run: Run) -> bool:
    """Whether a loss that had fallen goes up, and up again, to the end."""
    means = run.losses[:STEPS].reshape(-1, 32).mean(1)
    return np.argmin(means) > 1 and means[-1] > 2 * min(means) and (np.diff(means[-5:]) > 0).all()


def alone(run: Run) -> bool:
    """Whether a parameter moves whose gradient has become 0 for good."""
    quiet = (run.gradients[HALF // 2:] == 0).all(axis=0)
    return bool((np.ptp(run.path[HALF // 2:], axis=0)[quiet] > 0).any())


def saw(run: Run) -> bool:
    return np.median([ratio(run, EPOCH * k + 6, EPOCH * k) for k in range(4, 18)]) > 1.5


def speed(run: Run, start: int, end: int) -> float:
    """Powers of ten that the loss falls by in a step."""
    quarter = (end - start) // 4
    first, last = (np.median(run.losses[i:i + quarter]) for i in (start, end - quarter))
    return np.log10(first / last) / (end - start)


def spikes(run: Run) -> bool:
    return max(run.losses[HALF + 1:HALF + 25]) > 5 * run.losses[HALF]


def slower(run: Run) -> bool:
    before = speed(run, HALF - 64, HALF)
    return not spikes(run) and before > 0.003 and speed(run, HALF, HALF + 64) < before / 3


def apart(run: Run, other: Run) -> float:
    """How far a weight gets from where it is without the change, as a share of the longest way there."""
    return np.abs(run.path - other.path).max() / np.ptp(other.path, axis=0).max()


def beside(name: str, same: bool) -> Callable[[Run], bool]:
    """Whether the run goes where it goes without the change."""
    return lambda run: name in run.beside and (apart(run, run.beside[name]) < 0.01) is np.bool_(same)


SEEN: dict[str, Callable[[Run], bool]] = {
    "nan-first": lambda run: np.isnan(run.losses[1]),
    "nan-part": lambda run: 0 < np.isnan(run.path[1]).sum() < 12,
    "climbs": lambda run: (np.diff(run.losses[:31]) > 0).all() and ratio(run, 30, 0) < 1e3,
    "explodes": lambda run: ratio(run, 30, 0) > 1e3,
    "jumps": lambda run: max(run.losses[1:31]) > 1.2 * run.losses[0] > ratio(run, 100, 0),
    "first-long": lambda run: max(abs(run.path[1])) > 1.5 * run.lrs[0] > 0,
    "still": lambda run: idle(run).all(),
    "dies": lambda run: max(abs(run.path[1])) > 0 and np.ptp(run.path[20:], axis=0).max() < run.lrs[0],
    "slow": lambda run: 0.3 < ratio(run, -1, 0) < 1,
    "nan-later": lambda run: np.isnan(run.losses[-1]) and np.isfinite(run.losses[30]),
    "waves": lambda run: turns(run) > 1,
    "stops": lambda run: np.ptp(run.path[400:], axis=0).max() == 0,
    "rises": rises,
    "spike-loaded": spikes,
    "slow-loaded": slower,
    "saw": saw,
    "part-still": lambda run: idle(run).any(),
    "moves-alone": alone,
    "step-257": lambda run: np.isfinite(run.losses[255]) and np.isnan(run.losses[256]),
    "lr-loaded": lambda run: run.lrs[HALF] == run.lrs[0] > run.lrs[HALF - 1],
    "climbs-again": lambda run: run.lrs[-1] > 1.5 * min(run.lrs),
    "decays-early": lambda run: run.lrs[0] > run.lrs[STEPS * 3 // 4] == 0,
    "norm-same": lambda run: np.ptp(np.linalg.norm(run.gradients[:100], axis=1)) < 1e-9,
    "accumulate": beside("accumulation", False),
    "clip-nothing": beside("clip", True),
    "loss-scale": beside("scale", True),
    "port-worse": lambda run: "move" in run.beside and run.losses[-1] > 1.5 * run.beside["move"].losses[-1],
}


# The words

@dataclass(frozen=True)
class Cause:
    """A cause: its name, a measurement to check it, and where its run stands."""

    name: tuple[str, str]
    measure: tuple[str, str]
    to: str


@dataclass(frozen=True)
class Symptom:
    """What one sees: its words, other words for it, and its causes, the likeliest first."""

    title: tuple[str, str]
    also: str
    causes: list[str]


def both(text: dict) -> tuple[str, str]:
    return text["ko"], text["en"]


WORDS = read(__file__)
CAUSES = {name: Cause(both(words), both(words["measure"]), words["to"]) for name, words in WORDS["cause"].items()}
GROUPS = {name: {key: Symptom(both(words), words["also"], words["causes"]) for key, words in group["symptom"].items()}
          for name, group in WORDS["group"].items()}
SYMPTOMS = {key: symptom for group in GROUPS.values() for key, symptom in group.items()}


# What the page shows

@cache
def seen() -> list[tuple[str, list[str]]]:
    """Of each training in which a cause was planted, what one sees of it."""
    with np.errstate(all="ignore"):
        runs = [(cause, trained(plan)) for cause, plan in PLANTED]
        return [(cause, [key for key in SYMPTOMS if key in SEEN and SEEN[key](run)]) for cause, run in runs]


def telling(shown: list[str]) -> str:
    """Of several symptoms the one that the fewest causes make."""
    count = {key: sum(key in others for _, others in seen()) for key in shown}
    return min(shown, key=count.get)


def place(cause: str, shown: list[str]) -> int:
    """Where a cause stands under what one sees of it; 0 if it does not stand there."""
    causes = SYMPTOMS[telling(shown)].causes
    return causes.index(cause) + 1 if cause in causes else 0


def found_first(most: int) -> int:
    """In how many trainings the cause is among the first of its symptom."""
    return sum(0 < place(*row) <= most for row in seen())


def entry(key: str, symptom: Symptom, say: Callable) -> str:
    causes = [CAUSES[name] for name in symptom.causes]
    rows = [f"1. **[{say(*cause.name)}]({cause.to}).** {say(*cause.measure)}" for cause in causes]
    return (f'### {say(*symptom.title)} {{#{key}}}\n\n<div class="symptom" markdown>\n\n' + "\n".join(rows)
            + f'\n\n<p class="also" hidden>{symptom.also}</p>\n\n</div>\n')


def listed(say: Callable) -> str:
    """All symptoms, each with its causes."""
    parts = []
    for name, group in GROUPS.items():
        parts += [f"## {say(*both(WORDS['group'][name]))} {{#{name}}}\n"]
        parts += [entry(key, symptom, say) for key, symptom in group.items()]
    return agreed("\n".join(parts))


def table(say: Callable) -> str:
    """What was planted, what one sees of it, and where the cause stands there."""
    rows = [say("| 넣은 원인 | 나타난 증상 | 순서 |", "| planted | what one sees | place |"), "|---|---|---:|"]
    for cause, shown in seen():
        key = telling(shown)
        words = f"| {say(*CAUSES[cause].name)} | [{say(*SYMPTOMS[key].title)}](#{key}) | {place(cause, shown)} |"
        rows.append(words)
    return "\n".join(rows)


how_many, causes, planted = len(SYMPTOMS), len(CAUSES), len(PLANTED)
first, first_two = found_first(1), found_first(2)
unseen, others, steps = how_many - len(SEEN), how_many - 1, STEPS
gap = 256 - float(np.nextafter(np.float16(256), np.float16(0)))


# --8<-- [start:report]
def report(before, after, g, lr):
    moved = np.abs(after - before) / lr
    return {
        "finite": bool(np.isfinite(g).all()),
        "zeros in g": float(np.mean(g == 0)),
        "not moved": float(np.mean(after == before)),
        "longest step over lr": float(moved.max()),
        "uphill": float(np.mean((after - before) * g > 0)),
    }


before = np.array([1.0, 1.0, 1.0, 256.0])
g = np.array([0.5, -0.2, 0.0, 3.0])
after = (before - 0.01 * np.sign(g)).astype(np.float16)
told = report(before, after, g, lr=0.01)
assert told["not moved"] == 0.5 and told["zeros in g"] == 0.25
assert told["finite"] and told["uphill"] == 0
# --8<-- [end:report]
