"""One program from modules of the library: what some functions need, and nothing else.

    bundle("mhat.identify", ["answer", "in_words"]).text()

By `ast`, each name is followed to where it is bound. A function or a class of ours is taken as it is
written; an import of somebody else's stays an import; any other name of ours is data, taken as a literal
of its value. All share one namespace: names of ours come by `from … import name` without `as`, and no
two modules define one name.
"""

import ast
import builtins
import inspect
import symtable
import sys
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np

from site_tools.modules import find, run

WIDE = 110
ORDER = ("import", "data", "class", "definition", "table")  # a definition may name a class in its types
NUMPY = "import numpy as np"


@dataclass
class Part:
    """What a name stands for: an import, data, a class, a definition; a table, which is data that holds functions."""

    kind: str
    home: str
    text: str
    line: int = 0
    uses: set[str] = field(default_factory=set)


class Program:
    """The parts of a program by name; `replaced` are values to take for data of these names."""

    def __init__(self, replaced: dict[str, Any]):
        self.parts: dict[str, Part] = {}
        self.replaced = replaced

    def text(self, head: str = "", tail: str = "") -> str:
        """The program as a module: docstring, imports, data, definitions, tables, and what is done at the end."""
        homes = list(dict.fromkeys(part.home for part in self.parts.values()))
        ordered = sorted(self.parts.values(), key=lambda part: (homes.index(part.home), part.line))
        kinds = {kind: [part.text for part in ordered if part.kind == kind] for kind in ORDER}
        kinds["class"] = [part.text for part in self.parts.values() if part.kind == "class"]  # each after what it names
        imports = sorted(kinds["import"], key=lambda line: (line.startswith("from"), line))
        own = [line for line in imports if line.split()[1].split(".")[0] in sys.stdlib_module_names]
        others = [line for line in imports if line not in own]
        blocks = [f'"""{head}"""' if head else "", "\n".join([*own, "", *others]).strip(), "\n".join(kinds["data"]),
                  *kinds["class"], *kinds["definition"], "\n".join(kinds["table"]), tail]
        return "\n\n\n".join(block for block in blocks if block) + "\n"

    def of_numbers(self) -> set[str]:
        """The functions that tables hold, and all that these call: rules and decays."""
        reached, waiting = set(), {name for part in self.parts.values() if part.kind == "table" for name in part.uses}
        while waiting:
            reached |= waiting
            used = {name for user in waiting for name in self.parts[user].uses}
            waiting = {name for name in used if self.parts[name].kind == "definition"} - reached
        return reached

    def need(self, module: str, name: str) -> None:
        """Take in a name of a module, and all that it needs."""
        home, there, node = resolved(module, name)
        outside = isinstance(node, (ast.Import, ast.ImportFrom))
        if not outside and there != name:
            raise ValueError(f"{module} takes {there} of {home} as {name}: in one program it has one name")
        if self.is_new(name, imported(node, name) if outside else home):
            if outside:
                self.parts[name] = Part("import", imported(node, name), imported(node, name))
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                kind = "class" if isinstance(node, ast.ClassDef) else "definition"
                self.define(name, Part(kind, home, written(home, node), node.lineno), home)
            else:
                self.hold(home, name, node.lineno)

    def is_new(self, name: str, home: str) -> bool:
        """Whether a name is not there yet; one of another home is an error."""
        if name in self.parts and self.parts[name].home != home:
            raise ValueError(f"{name} is of {self.parts[name].home} and of {home}: one program needs two names")
        return name not in self.parts

    def define(self, name: str, part: Part, module: str) -> None:
        """Take in a definition, and what it uses of its module."""
        self.parts[name] = part
        for used in sorted(globals_of(part.text) - {name}):
            if used in bindings(module) or not hasattr(builtins, used):
                self.need(module, used)
                part.uses.add(used)
        self.parts[name] = self.parts.pop(name)  # after what it uses

    def hold(self, home: str, name: str, line: int) -> None:
        """Take in data as a literal of its value."""
        part = self.parts[name] = Part("data", home, "", line)
        value = self.replaced.get(name, vars(run(home))[name])
        part.text = f"{name} = {self.literal(value, part, top=True)}"
        part.kind = "table" if part.uses else "data"

    def literal(self, value: Any, part: Part, top: bool = False) -> str:
        """A value as Python; each function by its name, a dataclass by its call."""
        if isinstance(value, FunctionType):
            part.uses.add(self.definition(value))
            return value.__name__
        if is_dataclass(value):
            part.uses.add(self.definition(type(value)))
            items = [self.literal(getattr(value, each.name), part) for each in fields(value)]
            return f"{type(value).__name__}({', '.join(items)})"
        if isinstance(value, dict):
            pairs = [f"{self.literal(key, part)}: {self.literal(item, part)}" for key, item in value.items()]
            return gathered("{}", pairs, top)
        if isinstance(value, list):
            return gathered("[]", [self.literal(item, part) for item in value], top)
        if isinstance(value, tuple):
            return "(" + "".join(self.literal(item, part) + ", " for item in value).rstrip(" ") + ")"
        return self.atom(value, part)

    def atom(self, value: Any, part: Part) -> str:
        """An array, a number or a text as Python."""
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, (bool, int, str)) or isinstance(value, float) and np.isfinite(value):
            return repr(value)
        if not isinstance(value, (float, np.ndarray)):
            raise TypeError(f"{part.home} holds {value!r}, which has no literal")
        self.parts.setdefault("np", Part("import", NUMPY, NUMPY))
        if isinstance(value, np.ndarray):
            return f"np.array({value.tolist()!r})"
        return "-np.inf" if value < 0 else f"np.{value!r}"

    def definition(self, value: FunctionType | type) -> str:
        """Take in a function or a class that stands in a table: a definition of a module, or one made when it ran."""
        home, name = value.__module__, value.__name__
        if vars(run(home)).get(name) is value:
            self.need(home, name)
        elif self.is_new(name, home):
            self.define(name, Part("definition", home, inspect.getsource(value).strip()), home)
        return name


def gathered(brackets: str, items: list[str], top: bool) -> str:
    """A list or a dict; the outermost, if long, an item a line."""
    line = ", ".join(items)
    if top and len(line) > WIDE:
        line = "\n    " + ",\n    ".join(items) + ",\n"
    return brackets[0] + line + brackets[1]


@cache
def bindings(module: str) -> dict[str, ast.stmt]:
    """The statement that binds each name of a module."""
    bound: dict[str, ast.stmt] = {}
    for node in ast.parse(find(module).read_text("utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            bound[node.name] = node
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {alias.asname or alias.name: node for alias in node.names}
        else:
            inner = [name for name in ast.walk(node) if isinstance(name, ast.Name)]
            bound |= {name.id: node for name in inner if isinstance(name.ctx, ast.Store)}
    return bound


def resolved(module: str, name: str) -> tuple[str, str, ast.stmt]:
    """(module of ours, name there, statement) where a name is bound, or imported from others."""
    if name not in bindings(module):
        raise NameError(f"{module} uses {name}, which nothing in it binds")
    node = bindings(module)[name]
    if not isinstance(node, ast.ImportFrom) or find(node.module) is None:
        return module, name, node
    there = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
    if find(f"{node.module}.{there}") is not None and there not in bindings(node.module):
        raise ValueError(f"{module} uses the module {node.module}.{there}: take names from it")
    return resolved(node.module, there)


def imported(node: ast.Import | ast.ImportFrom, name: str) -> str:
    """The import of one name alone."""
    alias = next(alias for alias in node.names if (alias.asname or alias.name) == name)
    alone = ast.Import([alias]) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, [alias], 0)
    return ast.unparse(alone)


def written(module: str, node: ast.stmt) -> str:
    """A definition as its author wrote it."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join(find(module).read_text("utf-8").split("\n")[first - 1:node.end_lineno])


def globals_of(text: str) -> set[str]:
    """The names that a definition takes from its module."""
    names, waiting = set(), [symtable.symtable(text, "definition", "exec")]
    while waiting:
        scope = waiting.pop()
        names |= {symbol.get_name() for symbol in scope.get_symbols()
                  if symbol.is_referenced() and (symbol.is_global() or scope.get_type() == "module")}
        waiting += scope.get_children()
    return names


def bundle(module: str, names: list[str], **replaced: Any) -> Program:
    """The program of these names of a module.

    replaced    values to take in the place of data of their names
    ValueError  two definitions of one name, a definition under another name, a module of ours as a name
    """
    program = Program(replaced)
    for name in names:
        program.need(module, name)
    return program


def alone(module: str) -> str:
    """The public names of a module as one file, which needs nothing of ours; it runs `main` as a command."""
    home = run(module)
    program = bundle(module, [*home.__all__, "main"])
    return program.text(home.__doc__, 'if __name__ == "__main__":\n    main()')
