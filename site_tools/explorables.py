"""What a reader moves: each explorable of `snippets/explorables`, compiled for the page once a language.

`theme/assets/explore.js` asks for it by the name in `<figure data-explorable="one-step">`.
Of `say("한국어", "English")` the words of the language are left; `+`, `*` and `==` are compiled as they are.
"""

import ast
import json
import re
import string
from pathlib import Path

import numpy as np

from site_tools import bundle, scripts
from site_tools.cache import Once, once
from site_tools.modules import SNIPPETS, run, sources, state
from site_tools.pages import LANGUAGES

FOLDER = "explorables"
PARTS = ("HANDLES", "code", "draw", "grab", "hint", "rows", "spoken", "tell")  # what the page calls
PYTHON = {  # what of Python's own an explorable may call, on numbers, texts and lists of these
    "_pyfunc_abs": "Math.abs", "_pyfunc_str": "String", "_pyfunc_int": "Math.trunc",
    "_pyfunc_enumerate": "l=>l.map((x,i)=>[i,x])",
    "_pyfunc_op_contains": "(x,l)=>l.includes(x)", "_pyfunc_op_equals": "(a,b)=>a===b",
    "_pymeth_index": "function(x){return this.indexOf(x)}",
    "_pymeth_join": "function(l){return l.join(this)}",
    "_pymeth_split": "function(by){return this.split(by)}",
}
TRIED = 300  # random states, of which the one of the longest sentence is kept
KEYS = re.compile(
    r'if \(\(typeof (\w+) === "object"\) && \(!Array\.isArray\(\1\)\)\) \{ ?\1 = Object\.keys\(\1\);\}\n?')
APPENDED = re.compile(r"_pymeth_append\.call\((\w+), ?")
NOTHING = re.compile(r"return null;\}")
LONE = re.compile(r'("(?:[^"\\]|\\.)*")|(?<=[?:=])\((-?[\w.]+|"(?:[^"\\]|\\.)*")\)')
BLANKS = re.compile(r'("(?:[^"\\]|\\.)*")|\s*([=+*/(){},;:?<>&|\[\]-])\s*')


class Spoken(ast.NodeTransformer):
    """The words of one language, in the place of both."""

    def __init__(self, language: str):
        self.language = language

    def visit_Call(self, node):
        self.generic_visit(node)
        return node.args[LANGUAGES.index(self.language)] if ast.unparse(node.func) == "say" else node


class Brief(ast.NodeTransformer):
    """One letter for each name that a function has for itself."""

    def visit_FunctionDef(self, node):
        found = [inner for inner in ast.walk(node) if isinstance(inner, (ast.Name, ast.arg))]
        own = dict.fromkeys(name_of(each) for each in found if not isinstance(getattr(each, "ctx", None), ast.Load))
        others = {name_of(each) for each in found} - set(own)
        letters = dict(zip(own, (letter for letter in string.ascii_letters if letter not in others)))
        for each in found:
            setattr(each, "id" if isinstance(each, ast.Name) else "arg", letters.get(name_of(each), name_of(each)))
        return node


class Short(ast.NodeTransformer):
    """A letter and a digit for each function and each data of a program, but for those that the page calls."""

    def __init__(self, tree: ast.Module, called: tuple[str, ...]):
        own = [node.targets[0].id if isinstance(node, ast.Assign) else getattr(node, "name", "") for node in tree.body]
        signs = (letter + digit for letter in string.ascii_lowercase for digit in string.digits)
        self.signs = dict(zip((name for name in own if name not in ("", *called)), signs))

    def visit_Name(self, node):
        node.id = self.signs.get(node.id, node.id)
        return node

    def visit_FunctionDef(self, node):
        node.name = self.signs.get(node.name, node.name)
        return self.generic_visit(node)

    visit_ClassDef = visit_FunctionDef


def name_of(node: ast.Name | ast.arg) -> str:
    """What a name or a setting is called."""
    return node.id if isinstance(node, ast.Name) else node.arg


def names() -> list[str]:
    """The explorables, as pages name them."""
    return sorted(path.stem.replace("_", "-") for path in (SNIPPETS / FOLDER).glob("[!_]*.py"))


def module(name: str) -> str:
    """The module of an explorable."""
    return f"snippets.{FOLDER}.{name.replace('-', '_')}"


def script(name: str, language: str) -> Once:
    """The script of an explorable in a language, compiled once."""
    files = [*sources(module(name)), *map(Path, (__file__, scripts.__file__, bundle.__file__))]
    return Once("scripts", (name, language, *files), lambda: compiled(name, language))


def compiled(name: str, language: str, parts: tuple[str, ...] = PARTS, brief: bool = True) -> str:
    """The parts of an explorable, laid where `explore.js` finds them; `brief`: with short names."""
    made = scripts.program(module(name), list(parts))
    spoken = wanted(Spoken(language).visit(ast.parse(made.text())), parts)
    short = Short(spoken, parts)
    program = ast.unparse(short.visit(Brief().visit(spoken)) if brief else spoken)
    plain = {*made.parts, *short.signs.values()}
    engine = shorter(scripts.javascript(program, plain, inline_stdlib=False))
    engine = declared(engine) if brief else engine
    more = f",longest:{longest(name, language)}" if parts == PARTS else ""
    text = f'explorables["{name}"]=(()=>{{{python(engine)}\n{engine}return {{{",".join(parts)}{more}}}}})()\n'
    return re.sub(r"_py(?:func|meth)_", "$", text) if brief else text


def longest(name: str, language: str) -> str:
    """The wordiest state, as JSON, found once."""
    return once("longest", name, language, state(module(name)), Path(__file__),
                make=lambda: json.dumps(wordiest(name, language), separators=(",", ":")))


def wordiest(name: str, language: str) -> dict:
    """What differs from the book in the state, of many random ones, of which most is said: its room is kept free."""
    own, rng = run(module(name)), np.random.default_rng(0)
    say = lambda *words: words[LANGUAGES.index(language)]
    with np.errstate(all="ignore"):
        most = max((any_state(own.HANDLES, rng) for _ in range(TRIED)), key=lambda one: len(own.tell(one, say)))
    return {handle.name: most[handle.name] for handle in own.HANDLES if most[handle.name] != handle.book}


def any_state(handles: list, rng: np.random.Generator) -> dict:
    """A random value for each handle, or as many as it has."""
    values = {handle.name: [handle.values[k] for k in rng.choice(len(handle.values), np.size(handle.book))]
              for handle in handles}
    return {handle.name: values[handle.name] if handle.at else values[handle.name][0] for handle in handles}


def wanted(tree: ast.Module, parts: tuple[str, ...]) -> ast.Module:
    """A program without the data that only the other language needs."""
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    tree.body = [node for node in tree.body if not isinstance(node, ast.Assign)
                 or node.targets[0].id in loaded.union(parts)]
    return tree


def python(engine: str) -> str:
    """What a program takes of Python's own. LookupError: an explorable may not."""
    used = sorted(set(re.findall(r"_py(?:func|meth)_\w+", engine)))
    if unknown := [name for name in used if name not in PYTHON]:
        raise LookupError(f"{unknown[0]} has no counterpart in an explorable")
    return "const " + ",".join(f"{name}={PYTHON[name]}" for name in used) if used else ""


def shorter(text: str) -> str:
    """The same program in fewer bytes: a loop goes over a list, and each function counts its own stubs from 1."""
    text = APPENDED.sub(r"\1.push(", text)
    text = KEYS.sub("", re.sub(r"\bfunction (?:flx_\w+|list_comprehension) ", "function ", text))
    text = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), BLANKS.sub(r"\1\2", text))
    text = NOTHING.sub("}", text)
    text = LONE.sub(lambda found: found[1] or found[2], text)
    return "".join(counted(part) for part in re.split(r"(?<=;)(?=\w+=function)", text))


def declared(text: str) -> str:
    """Each name of a brief program declared where it gets its value, not in a list. ValueError: it gets two."""
    listed = re.search(r"var ([\w,]+);", text)
    names = listed[1].split(",")
    text, count = re.subn(rf"(?<![\w.$])({'|'.join(names)})=(?!=)", r"let \1=", text.replace(listed[0], "", 1))
    if count != len(names):
        raise ValueError(f"{len(names)} names get {count} values")
    return text


def counted(text: str) -> str:
    """A function with the names that PScript makes numbered from 1."""
    stubs = list(dict.fromkeys(re.findall(r"\bstub\d+_\w*", text)))
    return re.sub(r"\bstub\d+_\w*", lambda stub: f"_{stubs.index(stub[0])}", text)


def write(folder: Path) -> None:
    """Put each where `explore.js` asks for it."""
    folder.mkdir()
    for name in names():
        for language in LANGUAGES:
            (folder / f"{name}.{language}.js").write_text(script(name, language).text(), "utf-8")
