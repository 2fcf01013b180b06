"""The blocks of a page as one program, in the browser of a reader who may have changed some of them.

`Program().run(texts, wanted, tell)` runs a block, and first those above it that have not run as they stand. A
block finds what those above it left, however often it is run. Of what happens it calls `tell` with JSON.

A check of a block (an `assert` outside of functions) that fails does not end it: the reader changed something to
see what comes of it, and is told what came out. A block that needs a package which is not here is passed over,
and so is what rests on it: what asks for a name of its, or goes wrong with one that it would have filled.
"""

import ast
import contextlib
import copy
import io
import json
import random
import sys
import time
import traceback
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np

MOST = 20_000  # characters that a block may print: a loop that prints without end must not fill the page
SHOWN, WIDE = 6, 160  # values beside a check that failed, and the characters of each
NO_VALUES = (ModuleType, FunctionType, BuiltinFunctionType, type, np.ufunc)


class Out(io.TextIOBase):
    """What a block prints, told a few times a second."""

    def __init__(self, say):
        self.say, self.parts, self.told, self.count = say, [], 0.0, 0

    def write(self, text):
        room = MOST - self.count
        self.count += len(text)
        if room > 0:
            self.parts.append(text[:room] + ("\n…\n" if len(text) > room else ""))
        if time.monotonic() - self.told > 0.1:
            self.flush()
        return len(text)

    def flush(self):
        if self.parts:
            self.say("out", text="".join(self.parts))
        self.parts, self.told = [], time.monotonic()


# Checks

def short(value):
    """A value in a line or a few."""
    value = value.item() if isinstance(value, np.generic) and value.dtype.kind in "biuf" else value
    with np.printoptions(threshold=12, edgeitems=2, precision=6):
        text = repr(value)
    return text if len(text) <= WIDE else text[:WIDE] + " …"


class Seen(ast.NodeTransformer):
    """The expression of a check, which notes the sides of its comparisons and its names as it is computed."""

    def noted(self, node):
        call = ast.Call(ast.Name("__see__", ast.Load()), [ast.Constant(ast.unparse(node)), node], [])
        return ast.copy_location(call, node)

    def whole(self, node):
        """The expression; of a call such as `np.allclose(m, 2 * v)` what it is given is noted too."""
        if isinstance(node, ast.Call):
            plain = (ast.Constant, ast.Name, ast.Starred, ast.GeneratorExp)
            node.args = [arg if isinstance(arg, plain) else self.noted(arg) for arg in node.args]
        return self.visit(node)

    def visit_Compare(self, node):
        sides = [side if isinstance(side, (ast.Constant, ast.Name)) else self.noted(copy.deepcopy(side))
                 for side in (node.left, *node.comparators)]
        inner = [side if isinstance(side, ast.Constant) else self.visit(side) for side in sides]
        node.left, node.comparators = inner[0], inner[1:]
        return node

    def visit_Call(self, node):
        if isinstance(node.func, ast.Name) and node.func.id == "__see__":
            node.args[1] = self.generic_visit(node.args[1])
            return node
        return self.generic_visit(node)

    def visit_Name(self, node):
        return self.noted(node) if isinstance(node.ctx, ast.Load) else node


class Checks(ast.NodeTransformer):
    """Turns each check of a block itself into a call that tells of it; in functions and in `try` nothing changes."""

    def __init__(self):
        self.lines = []

    def pass_over(self, node):
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Try = visit_TryStar = pass_over

    def visit_Assert(self, node):
        self.lines.append(node.lineno)
        message = ast.Lambda(ast.parse("lambda: 0").body[0].value.args, node.msg or ast.Constant(None))
        words = [ast.Constant(len(self.lines) - 1), ast.Constant(ast.unparse(node.test)),
                 Seen().whole(node.test), message]
        call = ast.Expr(ast.Call(ast.Name("__check__", ast.Load()), words, []))
        return ast.fix_missing_locations(ast.copy_location(call, node))


class Checking:
    """The checks of a block while it runs: which held, and of each that did not what came out the first time."""

    def __init__(self, lines):
        self.lines, self.held, self.failed, self.seen = lines, set(), {}, {}

    def see(self, source, value):
        if not isinstance(value, NO_VALUES):
            self.seen.pop(source, None)
            self.seen[source] = value
        return value

    def check(self, number, source, holds, message):
        seen, self.seen = self.seen, {}
        if holds:
            self.held.add(number)
        elif number not in self.failed:
            sides = sorted(seen, key=lambda each: each.isidentifier())[:SHOWN]
            said = message()
            self.failed[number] = {"line": self.lines[number], "source": source, "message": said and str(said),
                                   "values": [[each, short(seen[each])] for each in sides]}

    def told(self):
        return {"held": len(self.held - set(self.failed)), "failed": [self.failed[key] for key in sorted(self.failed)]}


# What a block leaves, and what it finds

def kept(names):
    """The names with copies of what they stand for, so that what a block changes in place can be had as it was."""
    memo, found = {}, {}
    for name, value in names.items():
        if isinstance(value, NO_VALUES) or name.startswith("__"):
            found[name] = value
            continue
        try:
            found[name] = copy.deepcopy(value, memo)
        except Exception:  # an open file, a generator: there is one of it
            found[name] = value
    return found


def chance():
    """The states of the generators of random numbers that all share."""
    return random.getstate(), np.random.get_state()


def names_in(text):
    """The names that a block uses, and those that it gives to the blocks below it."""
    used, given = set(), set()
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return used, given
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (given if isinstance(node.ctx, ast.Store) else used).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            given.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            given |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return used, given


def name_of(number):
    """The file that a traceback names: blocks are counted from 0."""
    return f"<block {number}>"


def frames(error):
    """Where an error came by: number of the block, line and function, from the outside in."""
    found = [(frame.filename, frame.lineno, frame.name) for frame in traceback.extract_tb(error.__traceback__)]
    return [[int(file[7:-1]), line, name] for file, line, name in found if file.startswith("<block ")]


def told_of(error, number):
    """An error as the page shows it: kind, words, the line of the block, and where below it the error arose."""
    if isinstance(error, SyntaxError) and error.filename == name_of(number):
        return {"kind": type(error).__name__, "said": f"{type(error).__name__}: {error.msg}", "line": error.lineno or 1}
    said = "".join(traceback.TracebackException.from_exception(error).format_exception_only()).strip()
    path = frames(error)
    own = [index for index, (block, _, name) in enumerate(path) if block == number]
    last = own[0] if own else len(path)
    return {"kind": type(error).__name__, "said": said[:2000], "line": path[last][1] if own else 0,
            "inside": path[last + 1:][-1:]}


class Program:
    """What has run of a page: of each block its text, how it went, and the names before it."""

    def __init__(self):
        self.names = {"__name__": "__main__"}
        self.done, self.lost, self.drawn = [], {}, []

    def run(self, texts, wanted, tell):
        """Run the block `wanted`; those above it that have run as they stand are not run again."""
        same = 0
        while same < min(wanted, len(self.done)) and self.done[same]["text"] == texts[same]:
            same += 1
        if same < len(self.done):
            self.go_back(same)
        tell(json.dumps({"what": "order", "blocks": list(range(same, wanted + 1))}))
        for number in range(same, wanted + 1):
            if self.block(number, texts[number], tell) == "error":
                break

    def go_back(self, number):
        """Have all as it was before a block ran."""
        before = self.done[number]
        self.names.clear()
        self.names.update(kept(before["names"]))
        self.lost = dict(before["lost"])
        random.setstate(before["chance"][0])
        np.random.set_state(before["chance"][1])
        del self.done[number:]

    def block(self, number, text, tell):
        """Run a block as it finds the names; what became of it."""
        before = {"text": text, "names": kept(self.names), "lost": dict(self.lost), "chance": chance()}

        def say(what, **more):
            tell(json.dumps({"what": what, "block": number, **more}))

        say("begin")
        with contextlib.suppress(Exception):
            drawn()  # what a block that ended with an error has left
        start, out, self.drawn = time.perf_counter(), Out(say), []
        sys.stdout = sys.stderr = out
        try:
            how = self.attempt(number, text)
        finally:
            out.flush()
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        for drawing in self.drawn:
            say("drawing", **drawing)
        say("end", seconds=time.perf_counter() - start, **how)
        self.done.append(before)
        if how["how"] == "error":
            self.go_back(number)
        return how["how"]

    def attempt(self, number, text):
        """How a block went: passed, failed (a check), error, missing (a package)."""
        checking = Checking([])
        try:
            value = self.execute(number, text, checking)
        except BaseException as error:
            if package := self.missing(error, text):
                said = {"error": told_of(error, number)} if hasattr(error, "lacks") else {}
                return {"how": "missing", "package": package, **said}
            told = {"how": "error", "error": told_of(error, number), **checking.told()}
        else:
            told = {"value": value, **checking.told()}
            told["how"] = "failed" if told["failed"] else "passed"
        package = self.rests_on(text) if told["how"] != "passed" else ""
        return told | ({"how": "missing", "package": package} if package else {})

    def execute(self, number, text, checking):
        """Run the text with its checks told; what its last line is worth, as text."""
        tree, checks = ast.parse(text, name_of(number)), Checks()
        tree = checks.visit(tree)
        checking.lines = checks.lines
        last = tree.body.pop() if tree.body and worth_showing(tree.body[-1]) else None
        self.names.update(__see__=checking.see, __check__=checking.check)
        try:
            exec(compile(tree, name_of(number), "exec"), self.names)
            value = eval(compile(ast.Expression(last.value), name_of(number), "eval"), self.names) if last else None
            self.drawn = drawn()
        finally:
            del self.names["__see__"], self.names["__check__"]
        return None if value is None else repr(value)

    def missing(self, error, text):
        """The package that an error comes from; what the block would have given or filled is lost with it."""
        package = getattr(error, "lacks", "")
        if isinstance(error, ModuleNotFoundError) and error.name and error.name.split(".")[0] not in sys.modules:
            package = error.name.split(".")[0]
        elif isinstance(error, NameError):
            package = self.lost.get(error.name, "")
        if package:
            used, given = names_in(text)
            here = {name for name in used if isinstance(self.names.get(name), (list, dict, set, np.ndarray))}
            self.lost |= dict.fromkeys(given - self.names.keys() | here, package)
        return package

    def rests_on(self, text):
        """The package for want of which a block may have gone wrong: it uses what another block would have filled."""
        used, _ = names_in(text)
        return next((self.lost[name] for name in sorted(used) if name in self.lost), "")


def drawn():
    """The figures of a block, where it is the page that draws them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return pyplot.drawings() if hasattr(pyplot, "drawings") else []


def worth_showing(line):
    """Whether a line of a block is an expression of the reader's, and no check."""
    check = isinstance(line, ast.Expr) and isinstance(line.value, ast.Call) and isinstance(line.value.func, ast.Name)
    return isinstance(line, ast.Expr) and not (check and line.value.func.id == "__check__")
