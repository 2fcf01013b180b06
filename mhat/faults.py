"""Wrong programs for the test vectors: what a case is there to catch.

Three kinds, each planted in every form that it can be made in: the mistakes of `mistakes.py`, the other forms of
the same rule, and faults of a program around a right rule, which stand here. Their words are in `faults.toml`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from inspect import signature

import numpy as np

from mhat import mistakes, words
from mhat.forms import Form
from mhat.spelled import Program

SET = {name: one.default for name, one in signature(mistakes.wrong).parameters.items() if one.default is not one.empty}
HOME = {"tensors": "adam", "adamw": "decay_before"}  # the form that a program of the mistakes is, where names differ
BLOCK, FLOOR = 8, 1e-30


@dataclass(frozen=True)
class Wrong:
    """A wrong program.

    keeps  the names of its state, as far as they have one
    made   (start, first lr) of a case -> its function and its state before the first step
    """

    name: str
    keeps: tuple[str, ...]
    made: Callable[[dict, float], tuple[Callable, tuple]]


def planted(program: Program, lines: tuple[str, ...]) -> Program | None:
    """A program with lines exchanged (right, wrong, right, ...), or nothing where it has not all of them."""
    for right, wrong in zip(lines[::2], lines[1::2], strict=True):
        program = program and program.exchanged(right, wrong)
    return program


def listed(step: Callable) -> Callable:
    """For a program that walks along the first axis: a number is a list of one."""
    return lambda theta, g, state, lr, **settings: step(theta, np.atleast_1d(g), state, lr, **settings)


def mistake(program: Program, name: str) -> Wrong | None:
    """A mistake of `mistakes.py`, where this form can have it."""
    rule, *lines = mistakes.LINES[name]
    step = planted(program, tuple(lines)) if rule != "tensors" else None
    if step and step.borrowed - {"np", *SET}:  # the line is the same, what stands around it is not
        return None
    if not step and HOME.get(rule, rule) != program.name:
        return None
    step = step.made(**SET) if step else listed(mistakes.written(rule, *lines, **SET))
    more = mistakes.START.get(name, ())[len(program.keeps) :]
    return Wrong(name, program.keeps, lambda start, lr: (step, (*start.values(), *more)))


def other(name: str, form: Form, dressed: Callable) -> Wrong:
    """Another form of the rule, begun with what the start has of its state."""
    def made(start: dict, lr: float) -> tuple[Callable, tuple]:
        like = np.zeros_like(next((x for key, x in start.items() if key != "t"), 0.0))
        begins = [0 if isinstance(x, int) else np.full_like(like, x) for x in form.start]
        return dressed, tuple(start.get(key, first) for key, first in zip(form.keeps, begins, strict=True))
    return Wrong(name, form.keeps, made)


# Faults around a right rule: each takes the program and gives `made`, or nothing where it cannot be made

def tail_forgotten(program: Program) -> Callable:
    """Blocks of eight are walked, and what is left over after them is not."""
    right = program.made()

    def step(theta, g, state, lr, **settings):
        whole = np.size(theta) - np.size(theta) % BLOCK or np.size(theta)
        part = [x[:whole] if np.ndim(x) == 1 else x for x in (theta, g)]
        held = tuple(x[:whole] if np.ndim(x) == 1 else x for x in state)
        moved, held = right(*part, held, lr, **settings)
        fill = lambda new, old: np.append(new, old[whole:]) if np.ndim(old) == 1 else new
        return fill(moved, theta), tuple(map(fill, held, state))
    return lambda start, lr: (step, tuple(start.values()))


def t_in_8_bits(program: Program) -> Callable | None:
    """The count of steps goes from 255 to 0."""
    step = planted(program, ("t = t + 1", "t = (t + 1) % 256"))
    return step and (lambda start, lr: (step.made(), tuple(start.values())))


def step_clipped(program: Program) -> Callable | None:
    """No step is longer than two learning rates."""
    right = program.made()

    def step(theta, g, state, lr, **settings):
        moved, state = right(theta, g, state, lr, **settings)
        return theta - np.clip(theta - moved, -2 * lr, 2 * lr), state
    return (lambda start, lr: (step, tuple(start.values()))) if "eps" in program.settings else None


def after_each(program: Program, change: Callable, names: tuple[str, ...]) -> Callable:
    """The program with `change` laid on these items of the state after each line that sets one."""
    lines = [f"{line}\n{line.split(' = ')[0]} = change({line.split(' = ')[0]})" if line.split(" = ")[0] in names
             else line for line in program.lines]
    step = program._replace(lines=tuple(lines)).made(change=change)
    return lambda start, lr: (step, tuple(start.values()))


def v_floored(program: Program) -> Callable | None:
    """The divisor is kept above a number that was meant to be small."""
    own = tuple({"v", "s", "v_max", "u"} & {*program.keeps})
    return after_each(program, lambda x: np.maximum(x, FLOOR).astype(np.asarray(x).dtype), own) if own else None


def subnormals_flushed(program: Program) -> Callable | None:
    """Numbers below the smallest normal one are 0."""
    arrays = tuple(key for key in program.keeps if key != "t")
    flush = lambda x: np.where(np.abs(x) < np.finfo(np.asarray(x).dtype).tiny, np.zeros_like(x), x)
    return after_each(program, flush, arrays) if arrays else None


def skipped(program: Program, where: Callable) -> Callable:
    """Coordinates do not move where `where(g, state)` says so."""
    right = program.made()

    def step(theta, g, state, lr, **settings):
        moved, after = right(theta, g, state, lr, **settings)
        return np.where(where(g, after), theta, moved), after
    return lambda start, lr: (step, tuple(start.values()))


def skipped_where_v_is_0(program: Program) -> Callable | None:
    """A coordinate without v does not move."""
    own = [at for at, key in enumerate(program.keeps) if key in ("v", "s", "u")]
    return skipped(program, lambda g, state: state[own[0]] == 0) if own else None


def skipped_where_g_is_0(program: Program) -> Callable:
    """A coordinate without a gradient does not move."""
    return skipped(program, lambda g, state: g == 0)


def lr_not_followed(program: Program) -> Callable:
    """The learning rate of the first step is used to the end."""
    right = program.made()
    return lambda start, lr: (lambda theta, g, state, _, **settings: right(theta, g, state, lr, **settings),
                              tuple(start.values()))


def t_not_restored(program: Program) -> Callable | None:
    """m and v are read from the saved state, and t begins again."""
    begin = lambda start: tuple(0 if key == "t" else x for key, x in start.items())
    return (lambda start, lr: (program.made(), begin(start))) if "t" in program.keeps else None


def state_not_restored(program: Program) -> Callable | None:
    """Everything begins again."""
    first = dict(zip(program.keeps, program.begins, strict=True))
    begin = lambda start: tuple(0 if key == "t" else np.full_like(x, first[key]) for key, x in start.items())
    return (lambda start, lr: (program.made(), begin(start))) if program.keeps else None


def float32_inside(program: Program) -> Callable:
    """A run in float64 that keeps its arrays in float32."""
    right, low = program.made(), lambda x: x if isinstance(x, int) else np.float32(x)

    def step(theta, g, state, lr, **settings):
        moved, state = right(low(theta), low(g), tuple(map(low, state)), lr, **settings)
        return moved, state
    return lambda start, lr: (step, tuple(start.values()))


POWER = re.compile(r"1 - (beta\d) \*\* (t|\(t \+ 1\))")
USUAL = {"beta1": 0.9, "beta2": 0.999}


def powers_in_float32(program: Program) -> Callable | None:
    """`1 - beta**t` is computed in float32."""
    lines = tuple(POWER.sub(r"np.float32(1) - np.float32(\1) ** np.float32(\2)", line) for line in program.lines)
    step = program._replace(lines=lines)
    return (lambda start, lr: (step.made(), tuple(start.values()))) if lines != program.lines else None


def powers_of_other_betas(program: Program) -> Callable | None:
    """`beta**t` is a product kept from step to step; on loading it is made from the decay rates of the constructor."""
    lines = tuple(POWER.sub(lambda at: f"1 - {USUAL[at[1]]} ** kept * {at[1]} ** ({at[2]} - kept)", line)
                  for line in program.lines)
    step = program._replace(lines=lines)
    return (lambda start, lr: (step.made(kept=start["t"]), tuple(start.values()))) if lines != program.lines else None


def one_v_for_all(program: Program) -> Callable | None:
    """The squares of all coordinates are averaged into one."""
    own = tuple({"v", "s", "u"} & {*program.keeps})
    return after_each(program, lambda x: np.full_like(x, np.mean(x)), own) if own else None


def v_starts_at_1(program: Program) -> Callable | None:
    """The average of squares begins at 1."""
    begin = lambda start: tuple(
        np.ones_like(x) if key in ("v", "s", "u") and not np.any(x) else x for key, x in start.items())
    return (lambda start, lr: (program.made(), begin(start))) if {"v", "s", "u"} & {*program.keeps} else None


WORDS = words.read(__file__)
FAULTS = {name: globals()[name.replace("-", "_")] for name in WORDS["fault"]}


def fault(program: Program, name: str) -> Wrong | None:
    """A fault of this module, where this form can have it."""
    made = FAULTS[name](program)
    return Wrong(name, program.keeps, made) if made else None


@cache
def wrongs(program: Program) -> tuple[Wrong, ...]:
    """Every mistake and every fault that can be made in a program."""
    found = [*(mistake(program, name) for name in mistakes.LINES), *(fault(program, name) for name in FAULTS)]
    return tuple(one for one in found if one)
