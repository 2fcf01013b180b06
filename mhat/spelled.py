"""Forms written out: one program of plain lines that calls nothing of ours, from the functions of `forms.py`.

The test vectors print it as the definition of a form, and plant mistakes in it.
"""

import ast
import inspect
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mhat.forms import Decay, Form


class Program(NamedTuple):
    """A form, line by line.

    name      of the form or of its weight decay
    about     the first line of its docstring
    settings  names of what it is told after lr
    keeps     names of its state
    begins    its state before the first step
    lines     one statement each: the state taken apart, the rule, the return
    """

    name: str
    about: str
    settings: tuple[str, ...]
    keeps: tuple[str, ...]
    begins: tuple[float, ...]
    lines: tuple[str, ...]

    @property
    def source(self) -> str:
        """A function in Python that needs `np` alone."""
        head = f"def {self.name}({', '.join(('theta', 'g', 'state', 'lr', *self.settings))}):"
        body = [f'"""{self.about}"""', *"\n".join(self.lines).split("\n")]
        return "\n    ".join([head, *body]) + "\n"

    @property
    def definition(self) -> str:
        """The rule on one line, without what takes the state apart."""
        own = [line for line in self.lines if not line.endswith("= state") and not line.startswith("return")]
        return "; ".join(own).replace("np.", "")

    @property
    def borrowed(self) -> set[str]:
        """The names that its lines read and nobody sets."""
        names = [node for node in ast.walk(ast.parse(self.source)) if isinstance(node, ast.Name)]
        told = {"theta", "g", "state", "lr", *self.settings}
        return {node.id for node in names} - {node.id for node in names if isinstance(node.ctx, ast.Store)} - told

    def made(self, **names: object) -> Callable:
        """The function, with these names beside `np`."""
        found = {"np": np, **names}
        exec(self.source, found)
        return found[self.name]

    def exchanged(self, right: str, wrong: str) -> "Program | None":
        """With lines exchanged, or nothing where it has no such lines."""
        old, new = statements(right), statements(wrong)
        for at in range(len(self.lines) - len(old) + 1):
            if self.lines[at : at + len(old)] == old:
                return self._replace(lines=(*self.lines[:at], *new, *self.lines[at + len(old) :]))
        return None


class Plain(ast.NodeTransformer):
    """`bias_correction(m, beta, t)` as what it computes."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """The quotient in the place of the call."""
        self.generic_visit(node)
        if ast.unparse(node.func) != "bias_correction":
            return node
        average, beta, t = map(ast.unparse, node.args)
        return ast.parse(f"({average}) / (1 - ({beta}) ** ({t}))", mode="eval").body


def statements(text: str) -> tuple[str, ...]:
    """Lines of Python, each as `ast` writes it. Lines after the first may stand four spaces in."""
    return tuple(ast.unparse(node) for node in ast.parse(text.replace("\n    ", "\n")).body)


def assigned(name: str, value: ast.AST) -> list[str]:
    """`name = value`, or nothing where it is the same."""
    text = ast.unparse(value)
    return [] if text == name else [f"{name} = {text}"]


def body(function: Callable) -> list[ast.stmt]:
    """The statements of a function without its docstring."""
    [found] = ast.parse(inspect.getsource(function)).body
    return Plain().visit(found).body[1:]


def rule(form: Form) -> list[str]:
    """The lines of a form between taking the state apart and the return."""
    *inner, last = body(form.run)
    theta, state = last.value.elts
    after = [line for name, value in zip(form.keeps, getattr(state, "elts", []), strict=True)
             for line in assigned(name, value)]
    lines = [ast.unparse(node) for node in inner]
    return [line for line in lines if not line.endswith("= state")] + assigned("theta", theta) + after


def around(decay: Decay, inner: list[str]) -> list[str]:
    """The lines of a weight decay, with those of the form in the place where it is called."""
    lines = []
    for node in body(decay.run):
        calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
        if calls:
            theta, g = calls[0].args[:2]
            lines += assigned("theta", theta) + assigned("g", g) + inner
        elif isinstance(node, ast.Return):
            lines += assigned("theta", node.value.elts[0])
        else:
            lines.append(ast.unparse(node))
    return lines


def spelled(form: Form, decay: Decay | None = None) -> Program:
    """A form, with a weight decay around it."""
    lines, kept = rule(form), ", ".join(form.keeps) + ("," if len(form.keeps) == 1 else "")
    ends = (f"{kept} = state", f"return theta, ({kept})") if kept else ("", "return theta, state")
    inner = around(decay, lines) if decay else lines
    own = decay or form
    settings = form.settings[1:] + (("decay",) if decay else ())
    about = inspect.getdoc(own.run).split("\n")[0]
    whole = (*statements(ends[0]), *inner, *statements(ends[1]))
    return Program(own.name, about, settings, form.keeps, form.start, whole)
