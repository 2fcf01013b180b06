"""A loop of somebody's code, or lines without one, as a loop over the list: its gradient, its parameters, its ends."""

import ast
import builtins
import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mhat.identify.code.naming import GIVEN, is_gradient, is_parameters, is_time, setting_of
from mhat.identify.code.seeing import targets_of
from mhat.identify.feed import GRADIENTS, THETA

TWELVE = len(GRADIENTS)
PROGRESS = ("tqdm", "trange", "tqdm_notebook", "list", "iter")


@dataclass
class Loop:
    """A loop that takes steps.

    before, body, after  statements
    outer                loops around it, from the outside in, each with what stands before the next: epochs
    head                 the loop itself; none: lines that are to be repeated
    arguments            those of the function that holds it
    theta, g             the parameters and the gradient, as text; "" where there are none
    """

    before: list[ast.stmt]
    body: list[ast.stmt]
    after: list[ast.stmt]
    outer: list[ast.stmt]
    head: ast.stmt | None
    arguments: list[str]
    theta: str = ""
    g: str = ""


# Where a step is taken


def loops_of(tree: ast.Module) -> list[Loop]:
    """The loops of a code, of its functions too, that take steps; the lines of a code without loops."""
    found = list(inside(tree.body, [], [], [], []))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            words = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            defaults = zip(reversed(node.args.args), reversed(node.args.defaults))
            given = [ast.copy_location(ast.Assign([ast.Name(arg.arg, ast.Store())], value), node)
                     for arg, value in defaults]
            other = [line for line in tree.body if line is not node]
            found += inside(node.body, [*other, *given], [], [], words)
    if not found:
        first = next((k for k, line in enumerate(tree.body) if begins(line, tree)), None)
        if first is not None:
            found = [Loop(tree.body[:first], tree.body[first:], [], [], None, [])]
    return [loop for loop in map(named_loop, found) if loop is not None]


def inside(lines: list, before: list, after: list, outer: list, words: list[str]) -> Iterator[Loop]:
    """The innermost loops among lines that take steps."""
    for k, line in enumerate(lines):
        ahead, behind = [*before, *lines[:k]], [*lines[k + 1:], *after]
        if isinstance(line, (ast.For, ast.While)):
            inner = list(inside(line.body, ahead, behind, [*outer, line], words))
            inner = [each for each in inner if not is_over_coordinates(each.head)]
            if inner:
                yield from inner
            elif any(recursions(each) for each in line.body):
                yield Loop(ahead, line.body, behind, outer, line, words)
        elif isinstance(line, (ast.With, ast.Try)) or isinstance(line, ast.If) and is_main(line):
            yield from inside(line.body, ahead, behind, outer, words)


def is_main(line: ast.If) -> bool:
    """`if __name__ == "__main__":`."""
    return "__name__" in ast.unparse(line.test)


def is_over_coordinates(head: ast.stmt) -> bool:
    """Whether a loop goes over parameters, and not over steps: what it counts stands between brackets in an update."""
    if not isinstance(head, ast.For):
        return False
    counted = {each.id for each in ast.walk(head.target) if isinstance(each, ast.Name)}
    gone_over = {each.id for each in ast.walk(head.iter) if isinstance(each, ast.Name)} - {"x", "X"}  # data too
    if any(is_parameters(word, set()) for word in gone_over) or ".keys()" in ast.unparse(head.iter):
        return True
    inner = [line for line in ast.walk(head) if isinstance(line, ast.stmt) and line is not head]
    stores = [each for line in inner for each in targets_of(line)]
    return any(isinstance(each, ast.Subscript) and counted & {
        name.id for name in ast.walk(each.slice) if isinstance(name, ast.Name)} for each in stores)


def recursions(line: ast.stmt) -> list[tuple[str, ast.stmt]]:
    """(target, statement) of what a line, or a line in it, makes of its old value."""
    found = []
    for each in ast.walk(line):
        if isinstance(each, ast.stmt):
            for target in targets_of(each):
                text = ast.unparse(target)
                if isinstance(each, ast.AugAssign) or each.value and text in texts_in(each.value):
                    found.append((text, each))
    return found


def texts_in(node: ast.AST) -> set[str]:
    """The names, attributes and entries in an expression, as text."""
    kinds = (ast.Name, ast.Attribute, ast.Subscript)
    return {ast.unparse(each) for each in ast.walk(node) if isinstance(each, kinds)}


def begins(line: ast.stmt, tree: ast.Module) -> bool:
    """Whether a step begins with a line: it makes something of its old value, or uses a gradient that nothing gives."""
    if isinstance(line, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
        return False
    names = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    own = {each.id for each in ast.walk(line) if isinstance(each, ast.Name)}
    return bool(recursions(line)) or any(is_gradient(word, names) for word in own)


# What is what


def named_loop(loop: Loop) -> Loop | None:
    """A loop with its parameters and its gradient, or none where there is no gradient."""
    names = {each.id for line in (*loop.before, *loop.body, *loop.after) for each in ast.walk(line)
             if isinstance(each, ast.Name)} | set(loop.arguments)
    loop.theta = whole(theta_of(loop, names))
    loop.g = gradient_of(loop, names)
    fed = loop.g or any(is_gradient_call(each, loop, names) for line in loop.body for each in ast.walk(line))
    return loop if fed else None


def theta_of(loop: Loop, names: set[str]) -> str:
    """What the loop moves: what is called so, else the last that something is taken off or added to."""
    moved = [(text, line) for each in loop.body for text, line in recursions(each) if is_moved(text, line)]
    called = [text for text, _ in moved if is_parameters(last_word(text), names)]
    taken = [text for text, line in moved if isinstance(getattr(line, "op", None) or getattr(
        line.value, "op", None), ast.Sub)]
    return (called[-1:] or taken[-1:] or [text for text, _ in moved][-1:] or [""])[0]


def whole(text: str) -> str:
    """`x` of `x[i]`, which is one of its numbers; an entry of a constant name stays."""
    node = ast.parse(text).body[0].value if text else None
    one = isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant)
    return ast.unparse(node.value) if one else text


def last_word(text: str) -> str:
    """`w` of `self.w`, `w` of `params["w"]`."""
    return text.replace('"', "'").rstrip("']").split("['")[-1].split(".")[-1]


def is_moved(text: str, line: ast.stmt) -> bool:
    """Whether a statement adds to a value, or takes off it: theta - x, and no count."""
    if is_time(last_word(text)):
        return False
    if isinstance(line, ast.AugAssign):
        return isinstance(line.op, (ast.Add, ast.Sub)) and not isinstance(line.value, ast.Constant)
    value = line.value
    while isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub)):
        if text == ast.unparse(value.left) or text == ast.unparse(value.right) and isinstance(value.op, ast.Add):
            return not isinstance(value.right, ast.Constant)
        value = value.left
    return False


def gradient_of(loop: Loop, names: set[str]) -> str:
    """The gradient: what is called so and given a value in the loop, counted by it, or never given; else by its use."""
    stored = [ast.unparse(each) for line in loop.body for inner in ast.walk(line) if isinstance(inner, ast.stmt)
              for each in targets_of(inner)]
    counted = [each.id for each in ast.walk(loop.head.target) if isinstance(each, ast.Name)] if isinstance(
        loop.head, ast.For) else []
    used = [each.id for line in loop.body for each in ast.walk(line) if isinstance(each, ast.Name)
            and isinstance(each.ctx, ast.Load)]
    called = {each.func.id for line in loop.body for each in ast.walk(line) if isinstance(each, ast.Call)
              and isinstance(each.func, ast.Name)}
    indexed = {each.value.id for line in loop.body for each in ast.walk(line) if isinstance(each, ast.Subscript)
               and isinstance(each.value, ast.Name)}
    for words in (stored, counted, [word for word in used if word not in called | indexed]):
        for word in words:
            if is_gradient(last_word(word), names) and word != loop.theta:
                return word
    weighed = [name.id for line in loop.body for _, each in recursions(line) for name in ast.walk(each.value)
               if isinstance(name, ast.Name)]
    moved = {text for line in loop.body for text, _ in recursions(line)}
    likely = [word for word in [*stored, *counted] if word in weighed and word not in moved and not is_time(word)
              and not setting_of(word)]
    return likely[0] if likely else ""


def is_gradient_call(node: ast.AST, loop: Loop, names: set[str]) -> bool:
    """Whether an expression is a gradient: grad(theta), g_list[i - 1]."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return is_gradient(node.func.id, names - {node.func.id[1:]} if node.func.id[:1] == "d" else names)
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and is_gradient(
        node.value.id, names) and node.value.id != loop.theta


# The loop over the list


class Fed(ast.NodeTransformer):
    """The body of a loop with the list in the place of its gradient; nothing ends it early."""

    def __init__(self, loop: Loop, names: set[str]):
        self.loop, self.names, self.lines = loop, names, []

    def pass_over(self, node: ast.AST) -> ast.AST:
        """What is defined inside stays."""
        return node

    visit_FunctionDef = visit_ClassDef = visit_Lambda = pass_over

    def visit_Break(self, node: ast.Break) -> ast.AST:
        """No end before the last gradient."""
        return ast.copy_location(ast.Pass(), node)

    def visit_Return(self, node: ast.Return) -> ast.AST:
        """Nor this one."""
        return ast.copy_location(ast.Pass(), node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """`g = grad(theta)` is given the next gradient; `g = g + decay * theta` stays."""
        flat = [ast.unparse(each) for each in targets_of(node)]
        if self.loop.g in flat and self.loop.g not in texts_in(node.value):
            self.lines.append(node.lineno)
            value = gradient_call()
            if isinstance(node.targets[0], ast.Tuple):
                value = ast.Tuple([gradient_call() for _ in node.targets[0].elts], ast.Load())
            node.value = value
            return node
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A gradient where it is used; an array that is made has the length of the list."""
        if is_gradient_call(node, self.loop, self.names):
            self.lines.append(node.lineno)
            return gradient_call()
        return fitted(self.generic_visit(node))

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """One of a list of gradients."""
        over = is_gradient_call(node, self.loop, self.names) and isinstance(node.ctx, ast.Load)
        if over and not self.loop.g and not isinstance(node.slice, ast.Constant):
            self.lines.append(node.lineno)
            return gradient_call()
        return self.generic_visit(node)


def fitted(node: ast.Call) -> ast.Call:
    """`np.zeros(2)` with the length of the list."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("zeros", "ones", "full", "empty"):
        return ast.Call(ast.Name("__fit__", ast.Load()), [node], [])
    return node


def gradient_call() -> ast.Call:
    """What gives the gradient of this step."""
    return ast.Call(ast.Name("__gradient__", ast.Load()), [], [])


def start_line(theta: str) -> ast.stmt:
    """theta at its start."""
    return ast.parse(f"{theta} = __start__()").body[0]


class FromStart(ast.NodeTransformer):
    """Statements before the loop, in which theta is given the start of the list."""

    def __init__(self, theta: str):
        self.theta = theta

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function stays as it is."""
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """`theta = np.zeros(2)`."""
        if [ast.unparse(each) for each in targets_of(node)] == [self.theta]:
            node.value = ast.parse("__start__()").body[0].value
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`np.zeros(2)`."""
        return fitted(self.generic_visit(node))


def program_of(loop: Loop) -> tuple[list[ast.stmt], ast.stmt, list[ast.stmt], list[int]]:
    """(statements before, the loop over the list, statements after, lines that are given a gradient)."""
    loop = copy.deepcopy(loop)
    names = {each.id for line in (*loop.before, *loop.body) for each in ast.walk(line) if isinstance(each, ast.Name)}
    feeding = Fed(loop, names)
    body = [feeding.visit(line) for line in loop.body]
    given = {ast.unparse(each) for line in body for inner in ast.walk(line) if isinstance(inner, ast.stmt)
             for each in targets_of(inner) if "__gradient__" in ast.unparse(inner)}
    if loop.g and loop.g not in given:
        body = [*ast.parse(f"{loop.g} = __gradient__()").body, *body]
    before = [FromStart(loop.theta).visit(line) for line in loop.before]
    epochs = [each for each in loop.outer if loop.theta not in {
        ast.unparse(one) for line in each.body for one in targets_of(line)} or not loop.theta]
    inner = as_for(loop.head, body, count=counted_by(loop))
    if epochs and isinstance(loop.outer[-1], (ast.For, ast.While)) and epochs[-1] is loop.outer[-1]:
        inner = as_for(loop.outer[-1], [inner], "__epochs__")
    return before, inner, loop.after, feeding.lines


def counted_by(loop: Loop) -> str:
    """What counts the steps of lines without a loop: the name that they read, or t."""
    roles = unbound(loop) if loop.head is None else {}
    stored = {ast.unparse(each) for line in loop.body for each in targets_of(line)}
    return next((word for word, role in roles.items() if role == "t"), "__k__" if "t" in stored else "t")


def as_for(head: ast.stmt | None, body: list[ast.stmt], steps: str = "__steps__", count: str = "t") -> ast.For:
    """A loop over the steps of the list, with the counts and the items that it had."""
    target = ast.Name(count if head is None else "__k__", ast.Store())
    items = ast.parse("lambda: range(1, 13)").body[0].value
    if head is None:
        ast.copy_location(target, body[0])
    if isinstance(head, ast.For):
        target, items = head.target, items_of(head.iter)
    made = ast.For(target, ast.Call(ast.Name(steps, ast.Load()), [items], []), body, [])
    return ast.copy_location(made, head or body[0])


def items_of(node: ast.expr) -> ast.Lambda:
    """What a loop goes over, as a function that gives it; `enumerate` and `zip` go on as long as is needed."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in PROGRESS and node.args:
            return items_of(node.args[0])
        if node.func.id in ("enumerate", "zip"):
            args = [items_of(arg) if node.func.id == "zip" or k == 0 else arg for k, arg in enumerate(node.args)]
            node = ast.Call(ast.Name(f"__{node.func.id}__", ast.Load()), args, node.keywords)
    made = ast.parse("lambda: 0").body[0].value
    made.body = node
    return made


def without_end(items: Callable) -> Iterator:
    """The items of a loop, and on: a range is counted further, a list begins again, what is not there is zeros."""
    try:
        held = items()
        if isinstance(held, range):
            return itertools.count(held.start, held.step)
        found = list(itertools.islice(held, 10_000))
    except Exception:
        found = []
    return itertools.cycle(found or [np.zeros(len(THETA))])


def helpers() -> dict[str, Any]:
    """What stands for `enumerate` and `zip` in a loop over the list."""
    def counted(items: Callable, start: int = 0) -> Iterator:
        return zip(itertools.count(start), without_end(items))

    def together(*items: Callable) -> Iterator:
        return zip(*map(without_end, items))
    return {"__enumerate__": counted, "__zip__": together}


def unbound(loop: Loop) -> dict[str, str]:
    """Of lines without a loop the names that nothing gives: {name: theta, g, t, state or a setting}."""
    stored, found = set(), {}
    names = {each.id for line in loop.body for each in ast.walk(line) if isinstance(each, ast.Name)}
    given = {each.id for line in loop.before for each in ast.walk(line) if isinstance(each, ast.Name)
             and isinstance(each.ctx, ast.Store)}
    for line in loop.body:
        for each in ast.walk(line):
            known = not isinstance(each, ast.Name) or each.id in given | stored | found.keys()
            old = not known and (isinstance(each.ctx, ast.Load) or isinstance(line, ast.AugAssign))
            if old and each.id not in dir(builtins) and each.id not in ("np", "numpy", "math"):
                found[each.id] = role_in_lines(each.id, loop, names)
        stored |= {each.id for each in ast.walk(line) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return found


def role_in_lines(word: str, loop: Loop, names: set[str]) -> str:
    """What a name without a value is."""
    if word == loop.theta or word == loop.g:
        return "theta" if word == loop.theta else "g"
    moved = {text for line in loop.body for text, _ in recursions(line)}
    if is_time(word):
        return "state" if word in moved else "t"
    return setting_of(word) if setting_of(word) in GIVEN and word not in moved else "state"
