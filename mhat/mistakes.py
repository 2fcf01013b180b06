"""The mistakes of Adam, RMSProp and momentum, each as changed lines of a right program.

A new one is its lines in LINES and its words in `mistakes.toml`, under one name. MISTAKES has both together.
"""

from dataclasses import dataclass

from mhat import words

# --8<-- [start:numpy]
import numpy as np
# --8<-- [end:numpy]

# --8<-- [start:right]
RIGHT = {
    "adam": """
def adam(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    return theta, (m, v, t)
""",
    "adamw": """
def adamw(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8,
          decay=0.01):
    m, v, t = state
    t = t + 1
    theta = theta * (1 - lr * decay)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    return theta, (m, v, t)
""",
    "rmsprop": """
def rmsprop(theta, g, state, lr, beta2=0.9, eps=1e-8):
    (v,) = state
    v = beta2 * v + (1 - beta2) * g**2
    theta = theta - lr * g / (np.sqrt(v) + eps)
    return theta, (v,)
""",
    "momentum": """
def momentum(theta, g, state, lr, beta=0.9):
    (velocity,) = state
    velocity = beta * velocity + g
    theta = theta - lr * velocity
    return theta, (velocity,)
""",
    "nesterov": """
def nesterov(theta, g, state, lr, beta=0.9):
    (velocity,) = state
    step = beta**2 * velocity + (1 + beta) * g
    velocity = beta * velocity + g
    theta = theta - lr * step
    return theta, (velocity,)
""",
    "tensors": """
def tensors(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    step = np.zeros_like(g)
    t = t + 1
    for i in range(len(g)):
        m_hat = m[i] / (1 - beta1**t)
        v_hat = v[i] / (1 - beta2**t)
        step[i] = m_hat / (np.sqrt(v_hat) + eps)
    return theta - lr * step, (m, v, t)
""",
}
START = dict.fromkeys(("adam", "adamw", "tensors"), (0.0, 0.0, 0))
START |= dict.fromkeys(("rmsprop", "momentum", "nesterov"), (0.0,))


def exchanged(name, *lines):
    """The text of a rule, lines exchanged: right, wrong, right, ..."""
    source = RIGHT[name]
    for right, wrong in zip(lines[::2], lines[1::2]):
        assert source.count(f"    {right}\n") == 1, right
        source = source.replace(f"    {right}\n", f"    {wrong}\n")
    return source


def written(name, *lines, **setting):
    """The rule with lines exchanged."""
    names = {"np": np, **setting}
    exec(exchanged(name, *lines), names)
    return names[name]


g, old = np.array([3.0, -2.0]), (0.0, 0.0, 0)
assert np.allclose(written("adam")(0.0, g, old, 0.1)[0], [-0.1, 0.1])
# --8<-- [end:right]

# --8<-- [start:fingerprint]
def fingerprint(rule, state, gs, lr=1e-3):
    """Steps over lr, downhill positive, theta from 1."""
    theta, found = np.ones(np.shape(gs[0])), []
    for g in gs:
        before = theta
        theta, state = rule(theta, g, state, lr)
        found.append((before - theta) / lr * np.where(g < 0, -1, 1))
    return np.array(found, dtype=float)


def stream(size, swing=1, T=1000):
    """T gradients for two tensors: size, swing * size, size, ..."""
    t = np.arange(T)[:, None] + np.zeros(2, int)
    return size * np.where(t % 2, swing, 1.0)


steps = fingerprint(written("adam"), START["adam"], stream(10))
assert np.allclose(steps, 1)
# --8<-- [end:fingerprint]


# --8<-- [start:lines]
M_HAT, V_HAT = "m_hat = m / (1 - beta1**t)", "v_hat = v / (1 - beta2**t)"
STATE, COUNT = "m, v, t = state", "t = t + 1"
M = "m = beta1 * m + (1 - beta1) * g"
V = "v = beta2 * v + (1 - beta2) * g**2"
STEP = "theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)"
STEP_AHEAD = (
    "step = beta**2 * velocity + (1 + beta) * g\n"
    "    velocity = beta * velocity + g"
)
LINES = {
    "both-written-back": (
        "adam", M_HAT, "m = " + M_HAT, V_HAT, "v = " + V_HAT,
    ),
    "m-written-back": ("adam", M_HAT, "m = " + M_HAT),
    "v-written-back": ("adam", V_HAT, "v = " + V_HAT),
    "first-step-only": (
        "adam", M_HAT, "m_hat = m = m / (1 - beta1) if t == 1 else m",
        V_HAT, "v_hat = v = v / (1 - beta2) if t == 1 else v",
    ),
    "first-step-uncorrected": (
        "adam", M_HAT, "m_hat = m / (1 - beta1**t) if t > 1 else m",
        V_HAT, "v_hat = v / (1 - beta2**t) if t > 1 else v",
    ),
    "power-missing": (
        "adam", M_HAT, "m_hat = m / (1 - beta1)",
        V_HAT, "v_hat = v / (1 - beta2)",
    ),
    "power-outside": (
        "adam", M_HAT, "m_hat = m / (1 - beta1) ** t",
        V_HAT, "v_hat = v / (1 - beta2) ** t",
    ),
    "beta1-in-both": ("adam", V_HAT, "v_hat = v / (1 - beta1**t)"),
    "beta2-in-both": ("adam", M_HAT, "m_hat = m / (1 - beta2**t)"),
    "multiplied": (
        "adam", M_HAT, "m_hat = m * (1 - beta1**t)",
        V_HAT, "v_hat = v * (1 - beta2**t)",
    ),
    "corrected-twice": (
        "adam", STEP,
        "lr = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)\n    " + STEP,
    ),
    "correction-undone": (
        "adam", STEP,
        "lr = lr * (1 - beta1**t) / np.sqrt(1 - beta2**t)\n    " + STEP,
    ),
    "not-corrected": ("adam", M_HAT, "m_hat = m", V_HAT, "v_hat = v"),
    "m-not-corrected": ("adam", M_HAT, "m_hat = m"),
    "v-not-corrected": ("adam", V_HAT, "v_hat = v"),
    "t-from-0": (
        "adam", M_HAT, "m_hat = m / (1 - beta1 ** (t - 1))",
        V_HAT, "v_hat = v / (1 - beta2 ** (t - 1))",
    ),
    "t-from-2": (
        "adam", M_HAT, "m_hat = m / (1 - beta1 ** (t + 1))",
        V_HAT, "v_hat = v / (1 - beta2 ** (t + 1))",
    ),
    "t-never-counted": ("adam", COUNT, "t = 1"),
    "t-per-tensor": (
        "tensors", "t = t + 1\n    for i in range(len(g)):",
        "for i in range(len(g)):\n        t = t + 1",
    ),
    "t-per-micro-batch": ("adam", COUNT, "t = t + micro"),
    "t-per-epoch": (
        "adam", M_HAT, "m_hat = m / (1 - beta1 ** (1 + (t - 1) // epoch))",
        V_HAT, "v_hat = v / (1 - beta2 ** (1 + (t - 1) // epoch))",
    ),
    "t-restarts": ("adam", COUNT, "t = t % epoch + 1"),
    "t-stops": ("adam", COUNT, "t = np.minimum(t + 1, 256)"),
    "m-v-restart": (
        "adam", STATE,
        "m, v, t = state if state[2] % epoch else (0.0, 0.0, state[2])",
    ),
    "all-restarts": (
        "adam", STATE,
        "m, v, t = state if state[2] % epoch else (0.0, 0.0, 0)",
    ),
    "m-v-not-stored": ("adam", STATE, "m, v, t = 0.0, 0.0, state[2]"),
    "g-unweighted": ("adam", M, "m = beta1 * m + g"),
    "g2-unweighted": ("adam", V, "v = beta2 * v + g**2"),
    "beta1-weighs-g2": (
        "adam", V, "v = beta2 * v + (1 - beta1) * g**2",
    ),
    "m-from-g2": ("adam", M, "m = beta1 * m + (1 - beta1) * g**2"),
    "average-added": (
        "adam", M, "m = m + beta1 * m + (1 - beta1) * g",
        V, "v = v + beta2 * v + (1 - beta2) * g**2",
    ),
    "weights-swapped": (
        "adam", M, "m = (1 - beta1) * m + beta1 * g",
        V, "v = (1 - beta2) * v + beta2 * g**2",
    ),
    "old-notation": (
        "adam", STATE, STATE + "\n    beta1, beta2 = 1 - beta1, 1 - beta2",
    ),
    "betas-exchanged": (
        "adam", STATE, STATE + "\n    beta1, beta2 = beta2, beta1",
    ),
    "gradient-not-zeroed": (
        "adam", STATE, "m, v, t, total = state\n    g = total = total + g",
        "return theta, (m, v, t)", "return theta, (m, v, t, total)",
    ),
    "root-missing": (
        "adam", STEP, "theta = theta - lr * m_hat / (v_hat + eps)",
    ),
    "root-multiplied": (
        "adam", STEP, "theta = theta - lr * m_hat * (np.sqrt(v_hat) + eps)",
    ),
    "root-of-m": (
        "adam", STEP, "theta = theta - lr * m_hat / (np.sqrt(m_hat) + eps)",
    ),
    "v-for-m": (
        "adam", STEP, "theta = theta - lr * v_hat / (np.sqrt(v_hat) + eps)",
    ),
    "v-from-m": ("adam", V, "v = beta2 * v + (1 - beta2) * m**2"),
    "g-not-squared": ("adam", V, "v = beta2 * v + (1 - beta2) * g"),
    "eps-inside-root": (
        "adam", STEP, "theta = theta - lr * m_hat / np.sqrt(v_hat + eps)",
    ),
    "eps-outside-fraction": (
        "adam", STEP, "theta = theta - lr * m_hat / np.sqrt(v_hat) + eps",
    ),
    "eps-after-reciprocal": (
        "adam", STEP,
        "theta = theta - lr * m_hat * (1 / np.sqrt(v_hat) + eps)",
    ),
    "eps-missing": (
        "adam", STEP, "theta = theta - lr * m_hat / np.sqrt(v_hat)",
    ),
    "eps-twice": (
        "adam", STEP,
        "theta = theta - lr * m_hat / (np.sqrt(v_hat + eps) + eps)",
    ),
    "root-stored": (
        "adam", STEP,
        "v = np.sqrt(v_hat) + eps\n    theta = theta - lr * m_hat / v",
    ),
    "float16": (
        "adam", STATE,
        STATE + "\n    theta, g = np.float16(theta), np.float16(g)",
    ),
    "sign-flipped": (
        "adam", STEP, "theta = theta + lr * m_hat / (np.sqrt(v_hat) + eps)",
    ),
    "decay-in-gradient": (
        "adamw", "theta = theta * (1 - lr * decay)",
        "g = g + decay * theta",
    ),
    "decay-without-lr": (
        "adamw", "theta = theta * (1 - lr * decay)",
        "theta = theta * (1 - decay)",
    ),
    "decay-twice": (
        "adamw", "theta = theta * (1 - lr * decay)",
        "theta = theta * (1 - lr * decay) ** 2",
    ),
    "decay-grows": (
        "adamw", "theta = theta * (1 - lr * decay)",
        "theta = theta * (1 + lr * decay)",
    ),
    "decay-without-theta": (
        "adamw", "theta = theta * (1 - lr * decay)",
        "theta = theta - lr * decay",
    ),
    "decay-corrected": (
        "adamw", "theta = theta * (1 - lr * decay)",
        "lr_t = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)\n"
        "    theta = theta * (1 - lr_t * decay)",
    ),
    "velocity-uphill": (
        "momentum", "velocity = beta * velocity + g",
        "velocity = beta * velocity - g",
    ),
    "velocity-brakes": (
        "momentum", "velocity = beta * velocity + g",
        "velocity = g - beta * velocity",
    ),
    "lr-twice": (
        "momentum", "velocity = beta * velocity + g",
        "velocity = beta * velocity + lr * g",
    ),
    "velocity-forgotten": (
        "momentum", "theta = theta - lr * velocity", "theta = theta - lr * step",
        "velocity = beta * velocity + g",
        "step = g + beta * velocity\n    velocity = g",
    ),
    "new-velocity": (
        "nesterov", STEP_AHEAD,
        "velocity = beta * velocity + g\n"
        "    step = beta**2 * velocity + (1 + beta) * g",
    ),
    "velocity-overwritten": (
        "nesterov", STEP_AHEAD,
        "velocity = step = (1 + beta) * g + beta**2 * velocity",
    ),
    "velocity-averaged": (
        "nesterov", STEP_AHEAD,
        "velocity = beta * velocity + (1 - beta) * g\n"
        "    step = g + beta * velocity",
    ),
    "look-ahead-subtracted": (
        "nesterov", STEP_AHEAD,
        "velocity = beta * velocity + g\n    step = g - beta * velocity",
    ),
    "squares-added": (
        "rmsprop", "v = beta2 * v + (1 - beta2) * g**2", "v = v + g**2",
    ),
    "v-not-stored": ("rmsprop", "(v,) = state", "v = 0.0"),
    "v-from-g": ("rmsprop", V, "v = beta2 * v + (1 - beta2) * g"),
    "v-unweighted": ("rmsprop", V, "v = beta2 * v + g**2"),
    "v-added": ("rmsprop", V, "v = v + beta2 * v + (1 - beta2) * g**2"),
    "v-without-eps": (
        "rmsprop", "theta = theta - lr * g / (np.sqrt(v) + eps)",
        "theta = theta - lr * g / np.sqrt(v)",
    ),
    "step-uphill": (
        "rmsprop", "theta = theta - lr * g / (np.sqrt(v) + eps)",
        "theta = theta + lr * g / (np.sqrt(v) + eps)",
    ),
}
START["gradient-not-zeroed"] = (0.0, 0.0, 0, 0.0)


def wrong(name, epoch=100, micro=4):
    """The rule with this mistake, and its state before the first step."""
    rule = written(*LINES[name], epoch=epoch, micro=micro)
    return rule, START.get(name, START[LINES[name][0]])


steps = fingerprint(*wrong("both-written-back"), stream(10, T=100))
assert steps[0, 0] > 0.999 and steps[99, 0] == 0
# --8<-- [end:lines]


@dataclass(frozen=True)
class Mistake:
    """A mistake: the lines that make it, and its words, each in Korean and English.

    name    its id, and that of its heading on the page check/mistakes
    family  the part of a rule that it is in, a heading of that page
    rule    the program of RIGHT that it is made in
    lines   (right line, wrong line) for each that is exchanged
    title   what it is called
    see     what one sees of it, with {fields} for the numbers of its run
    mend    what to do about it
    met     addresses of public code or reports that had it
    published  (name, address) where somebody proposed the same as a rule of its own; else empty
    """

    name: str
    family: str
    rule: str
    lines: tuple[tuple[str, str], ...]
    title: tuple[str, str]
    see: tuple[str, str]
    mend: tuple[str, str]
    met: tuple[str, ...]
    published: tuple[str, ...]


def both(text: dict[str, str]) -> tuple[str, str]:
    """A text in Korean and English, each on one line."""
    return " ".join(text["ko"].split("\n")), " ".join(text["en"].split("\n"))


def mistake(name: str, family: str, title: dict, see: dict, mend: dict, met: list | tuple = (),
            published: list | tuple = ()) -> Mistake:
    """The mistake of an entry of the words."""
    rule, *lines = LINES[name]
    pairs = tuple(zip(lines[::2], lines[1::2], strict=True))
    return Mistake(name, family, rule, pairs, both(title), both(see), both(mend), tuple(met), tuple(published))


WORDS = words.read(__file__)
MISTAKES: dict[str, Mistake] = {name: mistake(name, **WORDS[name]) for name in LINES}
