"""Somebody's code, stepped along the list: what in it can be, and the path that it gives."""

import ast
import contextlib
import copy
import io
import math
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mhat.identify.code.calling import NotFed, can_step, is_stepping, made_class, made_function
from mhat.identify.code.looping import TWELVE, Loop, helpers, loops_of, program_of, start_line, unbound, without_end
from mhat.identify.code.naming import GIVEN, is_parameters, is_time, setting_of
from mhat.identify.code.seeing import SEE, Seen, Watching
from mhat.identify.code.slicing import needed, used_by
from mhat.identify.feed import GRADIENTS, THETA
from mhat.identify.feeding import columns_moved

FILE = "<your code>"
SHAPES = ("array", "scalar", "list", "dict")
PLURAL = ("three in a dict", "three in a list", "dict", "list", "array", "scalar")
FED = np.array(GRADIENTS, float)


@dataclass
class Way:
    """A way to step a code: a function, a class, a loop, or lines without one, of those that it has."""

    kind: str
    name: str
    node: ast.AST | Loop


@dataclass
class Walk:
    """What a code did along the list.

    path    the parameters after each step; of a loop without parameters, of the steps that it leaves
    seen    what its expressions were worth
    given   the settings that it was given because it has none
    fed     the lines that were given a gradient of the list
    bound   of lines without a loop the names that were given a start: {name: role}
    steps   the name that held the steps, where there are no parameters
    """

    way: Way
    path: np.ndarray
    seen: Seen
    shape: str
    given: dict[str, float] = field(default_factory=dict)
    fed: list[int] = field(default_factory=list)
    bound: dict[str, str] = field(default_factory=dict)
    steps: str = ""


class Raised(Exception):
    """An error of the code that is stepped: its line, from 1 or 0, its kind and words."""

    def __init__(self, line: int, kind: str, said: str):
        super().__init__(said)
        self.line, self.kind, self.said = line, kind, said


class Silence:
    """What stands for a package that is not here, a plot or a progress bar: it takes anything, and does nothing."""

    def __getattr__(self, name: str) -> "Silence":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **words: Any) -> "Silence":
        """Silence again."""
        return self


class Nowhere(io.TextIOBase):
    """Where prints go."""

    def write(self, text: str) -> int:
        """Nothing is kept."""
        return len(text)


def ways_of(tree: ast.Module, name: str = "") -> list[Way]:
    """What can be stepped, in the order in which it is tried; with a name, what is called so."""
    classes = [Way("class", line.name, line) for line in tree.body
               if isinstance(line, ast.ClassDef) and is_stepping(line)]
    functions = [Way("function", line.name, line) for line in tree.body
                 if isinstance(line, ast.FunctionDef) and can_step(line)]
    loops = [Way("loop" if loop.head else "lines", loop_name(loop, tree), loop) for loop in loops_of(tree)]
    found = [*classes, *functions, *loops]
    return [way for way in found if way.name == name] if name else found


def loop_name(loop: Loop, tree: ast.Module) -> str:
    """The function in which a loop stands, or ""."""
    holds = [line.name for line in tree.body if isinstance(line, ast.FunctionDef)
             and any(loop.head is each for each in ast.walk(line))]
    return (holds or [""])[0]


def raised(error: BaseException) -> Raised:
    """An error, at the line of the code where it arose."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    return Raised(lines[-1] if lines else 0, type(error).__name__, str(error)[:300])


# A program with notes


class Noted:
    """A code with notes in it, whose statements run one by one in names of their own."""

    def __init__(self, text: str, seen: Seen, notes: bool = True):
        self.text, self.seen, self.notes = text, seen, notes
        self.names = {"__name__": "program", SEE: seen.see, "np": np, "numpy": np, "math": math, **helpers()}
        self.failed: dict[str, Raised] = {}
        self.watching = Watching(text)

    def noted(self, lines: list[ast.stmt]) -> list[ast.stmt]:
        """Statements with notes."""
        if not self.notes:
            return lines
        found = [self.watching.visit(copy.deepcopy(line)) for line in lines]
        self.seen.places = self.watching.places
        return [line for each in found for line in (each if isinstance(each, list) else [each])]

    def run(self, line: ast.stmt) -> None:
        """Run a statement."""
        module = ast.fix_missing_locations(ast.Module([line], []))
        exec(compile(module, FILE, "exec"), self.names)

    def cause(self, error: BaseException) -> Raised:
        """An error, or what made a line before it fail, for want of which it arose."""
        first = self.failed.get(getattr(error, "name", None) or "") if isinstance(error, NameError) else None
        return first or raised(error)


# Functions and classes


def setup_of(tree: ast.Module, node: ast.AST) -> list[ast.stmt]:
    """What a function or a class needs of its module."""
    kept = needed([line for line in tree.body if not isinstance(line, (ast.For, ast.While, ast.Expr))], used_by(node))
    defined = [line for line in tree.body if isinstance(line, (ast.Import, ast.ImportFrom)) or line is node]
    return [line for line in tree.body if line in kept or line in defined]


def called_path(text: str, tree: ast.Module, way: Way, shape: str, notes: bool) -> Walk:
    """The path of a function or a class, its parameters held in a shape."""
    seen = Seen()
    program = Noted(text, seen, notes)
    lines = program.noted(setup_of(tree, way.node))

    def make() -> Callable:
        program.names.update({"__name__": "program"})
        for line in lines:
            try:
                program.run(line)
            except (Exception, SystemExit) as error:
                if getattr(line, "name", "") == way.name:
                    raise
                silent(program, line, error)
        made = made_class if way.kind == "class" else made_function
        return made(program.names, way.node, shape)
    try:
        path = path_by(make, shape, seen)
    except NotFed:
        raise
    except (Exception, SystemExit) as error:
        raise program.cause(error) from error
    return Walk(way, path, seen, shape, given_to(way, shape, program.names))


def silent(program: Noted, line: ast.stmt, error: BaseException) -> None:
    """What a line that failed leaves: silence for a package, the error for its names."""
    if isinstance(error, ImportError):
        names = [(alias.asname or alias.name).split(".")[0] for alias in getattr(line, "names", [])]
        program.names.update(dict.fromkeys(names, Silence()))
    else:
        program.failed |= dict.fromkeys(used_by(line), raised(error))


def given_to(way: Way, shape: str, names: dict) -> dict[str, float]:
    """The settings that a function or the constructor of a class was given, by its own names for them."""
    node = way.node
    if isinstance(node, ast.ClassDef):
        node = next((line for line in node.body if isinstance(line, ast.FunctionDef) and line.name == "__init__"), None)
    if node is None:
        return {}
    of = node.args
    plain = [*of.posonlyargs, *of.args]
    free = plain[:len(plain) - len(of.defaults)]
    free += [arg for arg, value in zip(of.kwonlyargs, of.kw_defaults, strict=True) if value is None]
    return {arg.arg: GIVEN[setting_of(arg.arg)] for arg in free if setting_of(arg.arg)}


def path_by(make: Callable, shape: str, seen: Seen) -> np.ndarray:
    """The path of a step, all coordinates at once or one after another."""
    if shape != "scalar":
        return walk_one(make(), seen, -1)
    return np.stack([walk_one(make(), seen, i) for i in range(len(THETA))], axis=1)


def walk_one(step: Callable, seen: Seen, i: int) -> np.ndarray:
    """The path of one coordinate, or, at -1, of all."""
    theta, path = at(np.array(THETA), i), []
    for t, g in enumerate(FED, 1):
        seen.at = (t, i)
        theta = as_given(step(at(theta, i) if i < 0 else theta, at(g, i), t), i)
        path.append(theta)
    return np.array(path)


def at(row: np.ndarray, i: int) -> Any:
    """A coordinate, or a copy of all."""
    return row.copy() if i < 0 else row[i]


def as_given(value: Any, i: int) -> Any:
    """Parameters as they were given."""
    return np.array(value, float).reshape(len(THETA)) if i < 0 else np.float64(np.array(value, float).reshape(1)[0])


# Loops


class Feeder:
    """The list, as a loop meets it."""

    def __init__(self, program: Noted, theta: str, i: int):
        self.program, self.theta, self.i = program, theta, i
        self.t, self.path, self.per = 0, [], TWELVE

    def gradient(self) -> Any:
        """That of this step."""
        return at(FED[self.t - 1], self.i)

    def start(self) -> Any:
        """The parameters before the first step."""
        return at(np.array(THETA), self.i)

    def fit(self, value: Any) -> Any:
        """An array of another length, of one number throughout, with that of the list."""
        plain = isinstance(value, np.ndarray) and value.size and np.all(value == value.flat[0])
        if not plain or self.i < 0 and value.shape == (len(THETA),):
            return value
        return np.full(len(THETA), value.flat[0], value.dtype) if self.i < 0 else value.dtype.type(value.flat[0])

    def note(self) -> None:
        """Take down the parameters after a step."""
        if self.theta and self.t:
            self.path.append(as_given(copy_of(eval(self.theta, self.program.names)), self.i))

    def steps(self, items: Callable) -> Any:
        """The items of the loop, one a step."""
        for _, item in zip(range(self.per), without_end(items), strict=False):
            self.t += 1
            self.program.seen.at = (self.t, self.i)
            yield item
            self.note()

    def epochs(self, items: Callable) -> Any:
        """The items of a loop around it: two."""
        self.per = TWELVE // 2
        for _, item in zip(range(2), without_end(items), strict=False):
            yield item


def copy_of(value: Any) -> Any:
    """A value that later steps do not change."""
    return np.array(value, float)


def looped_path(text: str, way: Way, shape: str, notes: bool) -> Walk:
    """The path of a loop."""
    coordinates = range(len(THETA)) if shape == "scalar" else [-1]
    seen = Seen()
    before, inner, after, fed = program_of(way.node)
    if way.node.theta and inner.iter.func.id == "__steps__":
        counts = {name for line in inner.body for name in changed(line) if is_time(name)}
        inner.body = needed(inner.body, {last_root(way.node.theta)} | counts)
    wanted = used_by(inner) | ({last_root(way.node.theta)} if way.node.theta else set())
    after = [line for line in after if isinstance(line, (ast.Assign, ast.AugAssign))] if not way.node.theta else []
    wanted |= {name for line in after for name in used_by(line)}
    lines = [line for line in before if not isinstance(line, (ast.For, ast.While, ast.Expr, ast.Return))]
    setup, walks, bound = needed(lines, wanted), [], unbound(way.node) if way.kind == "lines" else {}
    program = Noted(text, seen, notes)
    noted, loop, behind = program.noted(setup), program.noted([inner])[0], program.noted(after)
    for i in coordinates:
        walks.append(looped_once(program, way, (noted, loop, behind), bound, i))
    given = {word: GIVEN[role] for word, role in bound.items() if role in GIVEN}
    given |= {word: GIVEN[setting_of(word)] for word in way.node.arguments
              if setting_of(word) and word not in {each for line in before for each in changed(line)}}
    path = walks[0][0] if shape != "scalar" else np.stack([walk[0] for walk in walks], axis=1)
    return Walk(way, path, seen, shape, given, fed, bound, walks[0][1])


def changed(line: ast.stmt) -> set[str]:
    """The plain names that a statement gives values to."""
    return {each.id for each in ast.walk(line) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def last_root(text: str) -> str:
    """`params` of `params["w"]`."""
    return text.split("[")[0].split(".")[0]


def looped_once(program: Noted, way: Way, parts: tuple, bound: dict[str, str], i: int) -> tuple[np.ndarray, str]:
    """A run of a loop: the parameters after each step, or the steps and the name that held them."""
    theta, own = way.node.theta, set(program.names)
    feeder = Feeder(program, theta, i)
    program.names.update(__gradient__=feeder.gradient, __start__=feeder.start, __steps__=feeder.steps,
                         __epochs__=feeder.epochs, __fit__=feeder.fit)
    for word, role in {**{word: role_of_word(word) for word in way.node.arguments}, **bound}.items():
        program.names[word] = value_for(role, feeder)
    if theta.isidentifier():
        program.names[theta] = feeder.start()
    program.seen.at = (0, i)
    setup, loop, behind = parts
    for line in setup:
        try:
            program.run(line)
        except (Exception, SystemExit) as error:
            silent(program, line, error)
    fit(program.names, own, way.node, i)
    try:
        if theta:
            program.run(start_line(theta))
        program.run(loop)
    except (Exception, SystemExit) as error:
        raise program.cause(error) from error
    if theta:
        return np.array(feeder.path), ""
    return steps_left(program, behind, own)


def role_of_word(word: str) -> str:
    """What an argument of a function with a loop is."""
    return "theta" if is_parameters(word, set()) else setting_of(word) or ("count" if is_time(word) else "silent")


def value_for(role: str, feeder: Feeder) -> Any:
    """What a name that has no value is given."""
    if role in ("theta", "g"):
        return feeder.start()
    if role == "silent":
        return Silence()
    zero = np.zeros(len(THETA)) if feeder.i < 0 else np.float64(0.0)
    return {"t": 0, "count": TWELVE, **GIVEN}.get(role, zero)


def fit(names: dict, own: set[str], loop: Loop, i: int) -> None:
    """Arrays and lists of another length that the loop changes, each of one number throughout, get that of the list."""
    for name in {last_root(each) for line in loop.body for each in changed(line)} - own:
        value = names.get(name)
        if isinstance(value, (np.ndarray, list)) and np.size(value) and np.ndim(value) and i < 0:
            row = np.array(value, dtype=object).ravel()
            if row.size != len(THETA) and all(isinstance(x, (int, float, np.number)) and x == row[0] for x in row):
                names[name] = np.full(len(THETA), float(row[0]))


def steps_left(program: Noted, behind: list[ast.stmt], own: set[str]) -> tuple[np.ndarray, str]:
    """Of a loop without parameters the steps that it or a line behind it leaves: the last that has their shape."""
    for line in behind:
        with contextlib.suppress(Exception, SystemExit):
            program.run(line)
    for name in reversed([name for name in program.names if name not in own]):
        value = program.names[name]
        if isinstance(value, (list, np.ndarray)):
            with contextlib.suppress(Exception):
                rows = np.array(value, float)
                if rows.shape == FED.shape and np.any(rows):
                    return THETA - np.cumsum(rows, axis=0), name
    raise Raised(0, "", "")


# Of all ways the first that goes


def stepped(text: str, name: str = "", place: int = -1, notes: bool = True) -> Walk:
    """The walk of a code.

    name   a function or a class of it; place: one of its ways, that of an earlier walk
    notes  whether the values of its expressions are noted
    Raised      an error of its own, the first
    LookupError nothing in it can be stepped
    """
    tree = ast.parse(text)
    ways, problem, walks = ways_of(tree, name), None, []
    for way in ways[place:][:1] if place >= 0 else ways:
        for shape in shapes_for(way):
            try:
                walk = quietly(text, ast.parse(text), way, shape, notes)
            except NotFed:
                continue
            except Raised as error:
                problem = problem or error
                continue
            if columns_moved(walk.path) == len(THETA):
                return walk
            walks.append(walk)
    if not walks:
        raise problem or LookupError(text[:40])
    return max(walks, key=lambda walk: columns_moved(walk.path))


def shapes_for(way: Way) -> tuple[str, ...]:
    """The shapes in which parameters are given, in the order in which they are tried."""
    if isinstance(way.node, Loop):
        return SHAPES[:2]
    words = [each.arg for each in ast.walk(way.node) if isinstance(each, ast.arg)]
    return PLURAL if any(word.endswith("s") and is_parameters(word, set(words)) for word in words) else SHAPES


def quietly(text: str, tree: ast.Module, way: Way, shape: str, notes: bool) -> Walk:
    """A walk of which nothing is printed, and that does not warn."""
    fresh = next(each for each in ways_of(tree) if (each.kind, each.name) == (way.kind, way.name)
                 and line_of(each) == line_of(way))
    with np.errstate(all="ignore"), contextlib.redirect_stdout(Nowhere()), contextlib.redirect_stderr(Nowhere()):
        if isinstance(fresh.node, Loop):
            return looped_path(text, fresh, shape, notes)
        return called_path(text, tree, fresh, shape, notes)


def line_of(way: Way) -> int:
    """Where a way begins."""
    node = way.node
    return (node.head or node.body[0]).lineno if isinstance(node, Loop) else node.lineno

