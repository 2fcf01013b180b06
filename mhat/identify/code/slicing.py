"""Which lines of a code a name needs: prints, plots and losses are left out."""

import ast

SPOKEN = ("print", "display", "input", "exit", "quit")


def root_name(node: ast.AST) -> str:
    """`m` of `m`, `m[k]`, `m.data`."""
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def mutated_by(line: ast.stmt) -> set[str]:
    """The names that a line, with all that is in it, may give another value."""
    found = set()
    for each in ast.walk(line):
        if isinstance(each, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(each.ctx, (ast.Store, ast.Del)):
            found.add(root_name(each))
        elif isinstance(each, (ast.FunctionDef, ast.ClassDef)):
            found.add(each.name)
        elif isinstance(each, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in each.names}
        elif isinstance(each, ast.Expr) and isinstance(each.value, ast.Call):
            found |= mutated_by_call(each.value)
    return found - {""}


def mutated_by_call(call: ast.Call) -> set[str]:
    """What a call for its own sake may change: what it is called of, and what it is given."""
    if root_name(call.func) in SPOKEN:
        return set()
    own = {root_name(call.func)} if isinstance(call.func, ast.Attribute) else set()
    return own | {root_name(arg) for arg in (*call.args, *(word.value for word in call.keywords))}


def used_by(line: ast.AST) -> set[str]:
    """The names that a line reads."""
    return {each.id for each in ast.walk(line) if isinstance(each, ast.Name)}


def needed(lines: list[ast.stmt], wanted: set[str]) -> list[ast.stmt]:
    """The lines, in their order, on which the values of some names rest; lines may be run again and again."""
    kept, wanted = set(), set(wanted)
    while True:
        more = [k for k, line in enumerate(lines) if k not in kept and mutated_by(line) & wanted]
        if not more:
            return [lines[k] for k in sorted(kept)]
        kept |= set(more)
        wanted |= {name for k in more for name in used_by(lines[k])}
