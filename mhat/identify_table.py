"""All that `identify.py` knows by name: the forms, the mistakes as functions, and who computes what."""

import ast
import inspect
from pathlib import Path

import numpy as np

from mhat import forms, rules
from mhat.mistakes import COUNT, LINES, START, exchanged
from mhat.mistakes import MISTAKES as ENTRIES
from mhat.records import ordered

RENAMED = {"t-per-tensor": ("adam", COUNT, "t = t + 3"), "float16": ("adam",)}
ONLY = {"epoch": 6, "micro": 4}


def source(name):
    """A mistake as a function of its own, its settings among the parameters."""
    rule, *lines = RENAMED.get(name, LINES[name])
    head, body = exchanged(rule, *lines).lstrip().split("):\n", 1)
    more = "".join(f", {word}={value}" for word, value in ONLY.items() if word in body)
    return head.replace(f"def {rule}", f"def {function(name)}") + f"{more}):\n{body}"


def function(name):
    return "wrong_" + name.replace("-", "_")


def made(name):
    names = {"np": np}
    exec(source(name), names)
    return names[function(name)]


def takes(rule):
    return [name for name in list(inspect.signature(rule).parameters)[3:] if name != "lr"]


def row(kind, name, rule, start, of, title, lines):
    page = forms.FORMS[of].page
    return {"kind": kind, "name": name, "rule": rule, "takes": takes(rule), "start": list(start), "rule_name": of,
            "family": page, "decays": "decay" in takes(rule), "betas": [i for i, each in enumerate(takes(rule)) if each.startswith("beta")],
            "starts": kind == "form" and page == "rmsprop", "title": list(title), "lines": lines}


def form_rows():
    """All forms but AdamW, which is Adam with a weight decay."""
    return [row("form", name, form.run, form.start, name, form.long, []) for name, form in forms.FORMS.items() if name != "adamw"]


def mistake_rows():
    rows = []
    for name, entry in ENTRIES.items():
        rule = {"tensors": "adam", "adamw": "adam"}.get(entry.rule, entry.rule)
        start = START.get(name, START[LINES[name][0]])
        rows.append(row("mistake", name, made(name), start, rule, entry.title, [list(pair) for pair in entry.lines]))
    return [each for each in rows if each["name"] != "float16"]


def used():
    """{form, weight decay, start of v: [[framework, call, address], ...]} from the records."""
    found = {}
    for record in ordered():
        for rule in record["rule"]:
            last = rule["call"].split(".")[-1]
            page = f"{rule['page']}.html#{record['id']}"
            start = rule.get("start", "v = 0")
            named = {rule["form"]: last}
            for words, form in rule.get("also", {}).items():
                named.setdefault(form, f"{last}, {words}")
            decay = rule.get("decay") and (forms.DECAYS[rule["decay"]].same or rule["decay"])
            for form, call in named.items():
                for kind in {"", decay or ""} - ({""} if rule["defaults"].get("decay") else set()):
                    found.setdefault(f"{form} {kind} {start}", []).append([record["name"], call, page])
    return found


FORMS, MISTAKES, USED = form_rows(), mistake_rows(), used()
APART = [decay for decay in forms.DECAYS.values() if not decay.same]
DECAYS = {decay.name: decay.run for decay in APART}
DECAY_WORDS = {decay.name: list(decay.long) for decay in APART}


def rule_texts():
    """The source of every rule that a row runs, one by one."""
    own = [rules.bias_correction, forms.start_of_v, *(each["rule"] for each in FORMS), *DECAYS.values()]
    texts = [inspect.getsource(rule) for rule in own] + [source(each["name"]) for each in MISTAKES]
    return [text.replace(", **settings", "") for text in texts]


def literal(rows):
    """Rows as Python, each rule by its name."""
    lines = []
    for each in rows:
        rule = each["rule"].__name__
        parts = [f"{key!r}: {rule if key == 'rule' else repr(value)}" for key, value in each.items()]
        lines.append("    {" + ", ".join(parts) + "},\n")
    return "[\n" + "".join(lines) + "]"


def program(text):
    """A module that imports from here, as one file: the rules and tables stand in the place of the imports."""
    head, rest = text.split("import numpy as np\n", 1)
    imports, rest = rest.split("\n# The list.", 1)
    tables = [f"FORMS = {literal(FORMS)}", f"MISTAKES = {literal(MISTAKES)}", f"USED = {used_literal()}",
              f"DECAYS = {{{', '.join(f'{name!r}: {name}' for name in DECAYS)}}}", f"DECAY_WORDS = {DECAY_WORDS}"]
    return "\n\n".join([head + "import numpy as np\n", *(t.strip() + "\n" for t in rule_texts()), *tables, "# The list." + rest])


def used_literal():
    return "{\n" + "".join(f"    {key!r}: {calls!r},\n" for key, calls in USED.items()) + "}"


def plain(text, hot):
    """For PScript: in the rules and in these functions, `+` is between numbers."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (node.name in hot or {"theta", "beta"} & {each.arg for each in node.args.args}):
            node.body = ast.parse("PSCRIPT_OVERLOAD = False").body + node.body[ast.get_docstring(node) is not None:]
    return ast.unparse(tree)


HOT = ("start_of", "stepper", "walk", "fails", "both_lost", "first_step", "rates", "exact", "shaky", "furthest")


def script():
    """What the page computes with: the engine without what only Python needs."""
    text = (Path(__file__).with_name("identify.py")).read_text("utf-8").partition("\n# In Python\n")[0]
    return plain(program(text), HOT)


def one_file():
    """`identify.py` with all that it knows, for a folder of one's own."""
    return program(Path(__file__).with_name("identify.py").read_text("utf-8"))
