"""The page reference/vectors: one case, a right Adam, a wrong one."""

import numpy as np

from frameworks.results import results
from mhat.check_vectors import check, yours
from mhat.check_whole import Yours, fails
from mhat.faults import FAULTS
from mhat.faults import WORDS as FAULTY
from mhat.mistakes import LINES
from mhat.problems import PROBLEMS
from mhat.vectors import FILES, VERSION, posed
from mhat.vectors_schema import FIELDS
from mhat.whole import WORDS as WHOLE
from mhat.whole import cases

# --8<-- [start:case]
case = {
    "id": "adam/zeros/float64", "dtype": "float64", "shape": [],
    "settings": {"beta1": 0.8, "beta2": 0.95, "eps": 0.001},
    "theta": -0.5, "start": {"m": 0.0, "v": 0.0, "t": 0},
    "lr": [0.03] * 10, "gradients": [0.0] * 3 + [1.0] + [0.0] * 6,
    "path": [
        -0.5, -0.5, -0.5, -0.5195365938682528, -0.5350832239660495,
        -0.5476622681438824, -0.5579466323549704, -0.5664117673910328,
        -0.5734103871090289, -0.5792133246455999,
    ],
    "end": {"m": 0.0524288, "v": 0.036754594531250025, "t": 10},
    "tolerance": 2e-15, "end_tolerance": {"m": 5e-16, "v": 4e-16, "t": 0},
    "flags": ["eps-inside-root", "power-missing"],
}
said = check([case], yours)
assert said == "1 cases, 10 steps: all within tolerance"
# --8<-- [end:case]


# --8<-- [start:broken]
def broken(theta, g, state, lr, beta1, beta2, eps):
    t = state["t"] + 1
    m = beta1 * state["m"] + (1 - beta1) * g
    v = beta2 * state["v"] + (1 - beta2) * g * g
    divisor = np.sqrt(v / (1 - beta2**t) + eps)
    theta = theta - lr * m / (1 - beta1**t) / divisor
    return theta, {"m": m, "v": v, "t": t}


said = check([case], broken)
assert said.startswith("adam/zeros/float64, step 4: -0.5195")
assert "1 of 1 cases fail, the same as with: eps-inside-root" in said
# --8<-- [end:broken]

# --8<-- [start:whole]
two = {"id": "adam/two", "result": "valid", "flags": ["zeros-for-none"]}
settings = {"lr": 0.5, "beta1": 0.5, "beta2": 0.5, "eps": 1e-9}
one = {"settings": settings, "theta": [1.0], "tolerance": 1e-8}
two["arrays"] = [
    one | {"gradients": [[2.0], [2.0]], "paths": [[[0.5], [0.0]]]},
    one | {"gradients": [[2.0], None], "paths": [[[0.5], [0.5]]]},
]


class NoneIsZero(Yours):
    def step(self, gradients):
        super().step([np.zeros(1) if g is None else g for g in gradients])


assert not fails(two, Yours) and fails(two, NoneIsZero)
# --8<-- [end:whole]

torch = results("whole")["version"]
version = VERSION
count = sum(len(posed(subject)) for subjects in FILES.values() for subject in subjects)
forms = sum(map(len, FILES.values()))
tried = len(LINES) + len(FAULTS)
wholes = len(cases())


def files(say):
    """A table of the files: name, forms, cases."""
    rows = [f"| {say('파일', 'file')} | {say('형태', 'forms')} | {say('문제', 'cases')} |", "|---|---|---:|"]
    for file, subjects in FILES.items():
        link = f'<a href="../../assets/vectors/{file}.json" download>{file}.json</a>'
        cases = sum(len(posed(subject)) for subject in subjects)
        rows.append(f"| {link} | {', '.join(f'`{subject.name}`' for subject in subjects)} | {cases} |")
    return "\n".join(rows)


def problems(say):
    """A table of the problems: name, and what each is for."""
    rows = [f"| {say('이름', 'name')} | {say('문제', 'problem')} |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{key}` | {say(*problem.about)} |" for key, problem in PROBLEMS.items())])


def fields(say, part, head):
    """A table of the fields of a part, as the schema describes them."""
    rows = [f"| {say(*head)} | {say('뜻', 'what it is')} |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{key}` | {say(text['ko'], text['en'])} |" for key, text in FIELDS[part].items())])


def of_file(say):
    """The fields of a file."""
    return fields(say, "file", ("파일의 항목", "field of a file"))


def of_group(say):
    """The fields of a group."""
    return fields(say, "group", ("형태의 항목", "field of a group"))


def of_case(say):
    """The fields of a case."""
    return fields(say, "case", ("문제의 항목", "field of a case"))


def faults(say):
    """A table of the faults around a right rule: name, bug, effect."""
    return told(say, {key: FAULTY["fault"][key] for key in FAULTS})


def whole_faults(say):
    """The same of the faults of whole programs."""
    return told(say, WHOLE["fault"])


def told(say, entries):
    """A table of faults."""
    rows = [f"| {say('이름', 'name')} | {say('실수', 'fault')} | {say('결과', 'effect')} |", "|---|---|---|"]
    for key, entry in entries.items():
        both = [say(entry[part]["ko"], entry[part]["en"]) for part in ("title", "effect")]
        rows.append(f"| `{key}` | {' | '.join(both)} |")
    return "\n".join(rows)


def definitions(say):
    """Every form, folded by files: its name, and a step of it line by line."""
    blocks = []
    for file, subjects in FILES.items():
        rows = [f"| {say('형태', 'form')} | {say('한 스텝', 'one step')} |", "|---|---|"]
        for subject in subjects:
            lines = "<br>".join(f"`{line}`" for line in subject.program.definition.split("; "))
            title = say(*(subject.decay or subject.form).long)
            rows.append(f"| `{subject.name}`<br>{title} | {lines} |")
        blocks.append("\n    ".join([f'??? note "{file}.json"', *rows]))
    return "\n\n".join(blocks)
