"""Name what an optimizer computes, or the mistake in it, from the parameters that it gives.

    python3 identify.py numbers.txt --lr 0.1      from a file; - is standard input
    identify(parameters, lr=0.1)                  text, a list or an array
    check(step)                                   runs a function or an optimizer itself

`GRADIENTS` is the list to feed, `THETA` the parameters before the first step. A setting that is
not given is looked for among the common ones. The answer has `verdict` (right, mistake, several,
none, input), `found`, `near`, and prints as sentences.
"""

import argparse
import inspect
import sys
from pathlib import Path

import numpy as np

from mhat.forms import start_of_v
from mhat.identify_table import DECAY_WORDS, DECAYS, FORMS, MISTAKES, USED

__all__ = ["GRADIENTS", "THETA", "Answer", "answer", "check", "identify"]

# The list. Powers of ten below one are as near in float32 as any rule can tell.
# --8<-- [start:list]
THETA = [0.5, -0.25, 0.125]
GRADIENTS = [
    [1, 0, 1e-8],
    [-2, 40, 1e-7],
    [0.5, 1, -1e-6],
    [0, -2, 1e-5],
    [0, 0, 1e-4],
    [3, 0, -1e-3],
    [-1, 0.5, 0.01],
    [0.25, -100, 0.1],
    [-0.5, 1, -1],
    [0, -2, 0],
    [2, 0, 0],
    [-1, 3, 1e8],
]
assert len(GRADIENTS) == 12
# --8<-- [end:list]
EPOCH = 6

# What is tried where the reader does not say, the most common first.
COMMON = {
    "lr": [0.1, 0.01, 0.001, 1e-4, 1.0, 0.5, 0.05, 0.02, 0.002, 0.005, 3e-4, 5e-4, 0.03, 0.3, 0.2, 1e-5],
    "beta": [0.9, 0.99, 0.95, 0.8, 0.5],
    "beta1": [0.9, 0.95, 0.8, 0.5],
    "beta2": [0.999, 0.99, 0.95, 0.98, 0.9],
    "eps": [1e-8, 1e-7, 1e-6, 1e-10, 1e-5, 1e-3],
    "decay": [0.01, 0.1, 0.001, 1e-4, 5e-4, 0.05],
    "dampening": [0.1, 0.5, 0.9],
    "epoch": [EPOCH],
    "micro": [4, 2, 8],
}
STARTS = ["v = 0", "v = 1", "v = eps", "v = g1^2"]
ROUNDING = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11}
MANY = 40  # candidates that are compared with one another


# Reading what was pasted

LABELS = ["step", "iteration", "iter", "epoch", "t", "i", "lr", "loss"]
PLAIN = [
    "tensor", "array", "parameter", "containing", "requires_grad", "true", "false", "dtype", "device", "grad_fn",
    "numpy", "float64", "float32", "float16", "double", "float", "half", "variable", "shape", "theta", "param",
    "params", "parameters", "w", "x", "weights", "weight", "list", "data", "none", "jax", "torch", "np", "tf", "mx",
    "values", "cpu", "cuda", "print", "deviceArray", "vector", "matrix", "path", "after", "before",
]


def letter(c):
    """Whether a word may hold this character."""
    return c.lower() != c.upper() or c == "_"


def digit(c):
    return c >= "0" and c <= "9" and len(c) == 1


def number_at(text, i):
    """[value, half a unit of its last digit, place after it], or none."""
    n, j, sign = len(text), i, 1.0
    if j < n and text[j] in "+-\u2212":
        sign = 1.0 if text[j] == "+" else -1.0
        j += 1
    begin, decimals, seen, after = j, 0, 0, False
    while j < n and (digit(text[j]) or (text[j] == "." and not after)):
        if text[j] == ".":
            after = True
        else:
            seen += 1
            decimals += 1 if after else 0
        j += 1
    if seen == 0:
        return not_finite(text, begin, sign)
    mantissa, power = text[begin:j], 0
    if j < n and text[j] in "eE":
        k = j + 1
        if k < n and text[k] in "+-\u2212":
            k += 1
        first = k
        while k < n and digit(text[k]):
            k += 1
        if k > first:
            power = int(text[first:k]) * (-1 if text[j + 1] in "-\u2212" else 1)
            j = k
    value = sign * float(mantissa + "e" + str(power))
    return [value, 0.5 * 10.0 ** (power - decimals), j, seen]


def not_finite(text, i, sign):
    """NaN and infinity, as programs print them."""
    for word, value in [["infinity", np.inf], ["inf", np.inf], ["nan", np.nan], ["\u221e", np.inf]]:
        j = i + len(word)
        if text[i:j].lower() == word and (j >= len(text) or not letter(text[j])):
            return [sign * value, 0.0, j, 0]
    return None


def read(text):
    """The numbers of a text, with what else stood in it."""
    found = {"values": [], "halves": [], "digits": 0, "words": [], "dtype": "", "cut": False}
    i, n, label = 0, len(text), False
    while i < n:
        c = text[i]
        if text[i:i + 3] == "..." or c == "\u2026":
            found["cut"] = True
            i += 3 if c == "." else 1
            continue
        if c == "'" or c == '"':
            i = after_quote(text, i)
            continue
        got = number_at(text, i)
        if got is not None:
            i = got[2]
            colon = i < n and text[i] == ":"
            if not label and not colon:
                found["values"].append(got[0])
                found["halves"].append(got[1])
                found["digits"] = max(found["digits"], got[3])
            label = False
            if i < n and text[i] in "fFdDL" and (i + 1 >= n or not letter(text[i + 1])):
                i += 1
            continue
        if letter(c):
            j = i
            while j < n and (letter(text[j]) or digit(text[j]) or (text[j] in ".:/" and j + 1 < n and letter(text[j + 1]))):
                j += 1
            word = text[i:j].lower()
            for name in ["float16", "float32", "float64"]:
                if name in word:
                    found["dtype"] = name
            found["words"].append(text[i:j])
            label = word in LABELS
            i = after_shape(text, j) if word in ["shape", "device", "size"] else j
            continue
        if c in ",;\n[({<":
            label = False
        i += 1
    return found


def after_quote(text, i):
    """After a quoted word; a quoted number is read."""
    j = i + 1
    while j < len(text) and text[j] != text[i] and text[j] != "\n":
        if letter(text[j]) and number_at(text, i + 1) is None:
            end = text.find(text[i], j)
            return i + 1 if end < 0 else end + 1
        j += 1
    return i + 1


def after_shape(text, i):
    """After `=(3,)` or `='cuda:0'`."""
    j = i
    while j < len(text) and text[j] in "= ":
        j += 1
    if j < len(text) and text[j] in "([":
        close = text.find(")" if text[j] == "(" else "]", j)
        return close + 1 if close > 0 else i
    return j


def arranged(found):
    """{x, half} of 12 steps in rows of 3, or {problem}."""
    x, half = found["values"], found["halves"]
    rows, wide = len(GRADIENTS), len(THETA)
    n = rows * wide
    if len(x) == n + rows and numbered(x, wide + 1):
        half = [h for k, h in enumerate(half) if k % (wide + 1)]
        x = [v for k, v in enumerate(x) if k % (wide + 1)]
    if len(x) == n + rows + wide + 1 and numbered(x, wide + 1):
        half = [h for k, h in enumerate(half) if k % (wide + 1)]
        x = [v for k, v in enumerate(x) if k % (wide + 1)]
    if len(x) == n + wide and starts(x, half):
        x, half = x[wide:], half[wide:]
    problem = ""
    if len(x) == 0:
        problem = "words" if len(found["words"]) else "empty"
    elif found["cut"] and len(x) != n:
        problem = "cut"
    elif len(x) < n:
        problem = "few"
    elif len(x) > n:
        problem = "many"
    elif starts(x, half) and still(x, wide):
        problem = "still"
    return {"x": x, "half": half, "problem": problem, "count": len(x)}


def numbered(x, wide):
    """Whether every fourth number counts the steps."""
    return all([x[k] == x[0] + k // wide for k in range(0, len(x), wide)]) and (x[0] == 0 or x[0] == 1)


def starts(x, half):
    return all([abs(x[i] - THETA[i]) <= half[i] for i in range(len(THETA))])


def still(x, wide):
    return all([x[k] == x[k % wide] for k in range(len(x))])


def on_grid(x, half, dtype):
    """Whether all numbers can be prints of numbers of a dtype, and few others could."""
    fine, ok = 0, 0
    for k in range(len(x)):
        if x[k] == x[k] and abs(x[k]) < 1e30 and x[k] != 0:
            unit = ROUNDING[dtype] * 2.0 ** np.floor(np.log2(abs(x[k])) + 1)
            off = abs(x[k] - unit * np.floor(x[k] / unit + 0.5))
            fine += 1 if half[k] < unit / 4 else 0
            ok += 1 if off <= half[k] * 1.001 else 0
        else:
            ok += 1
    return ok == len(x) and fine >= 8


# One candidate: [row of a table, weight decay, start of v, settings]


def start_of(row, start, eps, g, i):
    """The state of a coordinate before its first gradient."""
    state = [exact(value) for value in row["start"]]
    if start != "v = 0":
        state[0] = start_of_v(start, g, eps)
    if row["name"] == "t-per-tensor":
        state[2] = i - 2
    return state


def stepper(pick):
    """The rule with its settings filled in, as a function of theta, g and state."""
    row, kind, s = pick[0], pick[1], pick[3]
    rule, lr = row["rule"], exact(s["lr"])
    rest = [exact(s[name]) for name in row["takes"]]
    if kind == "":
        return lambda theta, g, state: rule(theta, g, state, lr, *rest)
    form = lambda theta, g, state, lr: rule(theta, g, state, lr, *rest)
    around, decay = DECAYS[kind], exact(s["decay"])
    return lambda theta, g, state: around(form, theta, g, state, lr, decay)


def states_of(pick, gradients):
    """The states of the three coordinates before the first step."""
    row, start, s = pick[0], pick[2], pick[3]
    eps = exact(s["eps"]) if "eps" in s else 0.0
    return [start_of(row, start, eps, exact(gradients[0][i]), i) for i in range(len(THETA))]


def exact(x):
    """As a number that divides by zero."""
    return np.float64(x)


def copied(s):
    found = {}
    for name in s:
        found[name] = s[name]
    return found


def walk(pick, gradients):
    """The path of a candidate: steps in rows."""
    step, states, theta, found = stepper(pick), states_of(pick, gradients), [exact(x) for x in THETA], []
    for g in gradients:
        for i in range(len(THETA)):
            got = step(theta[i], exact(g[i]), states[i])
            theta[i], states[i] = got[0], got[1]
        found.append([x for x in theta])
    return found


def shaky(row, rest):
    """How much a rule may multiply a rounding: 1 - beta loses digits."""
    largest = 0.0
    for k in row["betas"]:
        if rest[k] < 1 and rest[k] > largest:
            largest = rest[k]
    return 8.0 + 1.0 / (1.0 - largest)


def fails(pick, data, rounding):
    """[step, coordinate, expected] where the candidate leaves the print for the first time, or none.

    In float16 the third column is too small to count, and the zero that begins the second is 0 / 0.
    """
    row, s = pick[0], pick[3]
    step, states, theta = stepper(pick), states_of(pick, GRADIENTS), [exact(x) for x in THETA]
    loose = (8.0 if rounding > 1e-4 else shaky(row, [s[name] for name in row["takes"]])) * rounding
    moved, largest = [0.0, 0.0, 0.0], [abs(x) for x in THETA]
    for t in range(len(GRADIENTS)):
        for i in range(len(THETA)):
            got = step(theta[i], exact(GRADIENTS[t][i]), states[i])
            now, given = got[0], data["x"][3 * t + i]
            moved[i] += abs(now - theta[i])
            largest[i] = max(largest[i], abs(now))
            allowed = data["half"][3 * t + i] * 1.000001 + loose * moved[i] + (t + 2) * rounding * largest[i]
            half = rounding > 1e-4 and (i == 2 or (i == 1 and not abs(given) < np.inf))
            if not half and not abs(now - given) <= allowed and not both_lost(now, given):
                return [t + 1, i + 1, now]
            theta[i], states[i] = now, got[1]
    return None


def both_lost(a, b):
    """Both NaN or infinite: rounding decides which."""
    return not abs(a) < np.inf and not abs(b) < np.inf


# The search


def combinations(row, kind, given, full, kept):
    """All values to try for what the rule takes, in its order, then the decay; the rate comes later."""
    names, found = row["takes"] + (["decay"] if kind else []), [[]]
    key = row["family"] + " " + " ".join(names) + (" all" if full else "")
    if key in kept:
        return kept[key]
    for name in names:
        values = [given[name]] if name in given else COMMON[name]
        if name == "beta2" and name not in given and row["family"] == "rmsprop":
            values = [0.9, 0.99, 0.999, 0.95]
        if not full and name not in given:
            values = values[:3] if name == "eps" else values[:1] if name in ["beta", "beta1"] else values
        found = [more + [exact(value)] for more in found for value in values]
    kept[key] = found
    return found


def first_step(row, kind, start, rest):
    """The parameter after the first step, as a function of the learning rate."""
    rule, theta, g = row["rule"], exact(THETA[0]), exact(GRADIENTS[0][0])
    eps = rest[row["takes"].index("eps")] if "eps" in row["takes"] else 0.0
    state, n = start_of(row, start, eps, g, 0), len(row["takes"])
    own = rest[:n]
    if kind == "":
        return lambda lr: rule(theta, g, state, lr, *own)[0]
    around, decay = DECAYS[kind], rest[-1]
    form = lambda theta, g, state, lr: rule(theta, g, state, lr, *own)
    return lambda lr: around(form, theta, g, state, lr, decay)[0]


def rates(row, kind, start, rest, data, rounding, tried):
    """The learning rates that fit the first step: a polynomial of degree two at most, of three values."""
    if len(tried) == 1:
        return tried
    at = first_step(row, kind, start, rest)
    plus, none, minus, given = at(1.0), THETA[0], 0.0, data["x"][0]
    if kind != "" or row["decays"] or row["name"] == "lr-twice" or row["name"] == "eps-outside-fraction":
        none, minus = at(0.0), at(-1.0)
    else:
        minus = 2.0 * none - plus
    bend, slope = (plus + minus) / 2 - none, (plus - minus) / 2
    loose = 2.0 * shaky(row, rest) * rounding
    slack, fit = data["half"][0] * 1.01 + 8.0 * rounding, []
    for lr in tried:
        expected = none + lr * slope + lr * lr * bend
        if abs(expected - given) <= slack + loose * (abs(lr * slope) + abs(none)) or both_lost(expected, given):
            fit.append(lr)
    return fit


def settings(row, kind, rest, lr):
    """Values by name."""
    found = {"lr": lr}
    for k, name in enumerate(row["takes"] + (["decay"] if kind else [])):
        found[name] = rest[k]
    return found


def kinds(row, given):
    """The weight decays to try around a rule."""
    if row["decays"] or ("decay" in given and given["decay"] == 0):
        return [""]
    if "decay" not in given and row["kind"] == "mistake":
        return [""]
    return [""] + [kind for kind in DECAYS]


def candidates(given):
    """[row, weight decay, start of v] of all that is known."""
    found = []
    for row in FORMS + MISTAKES:
        if row["decays"] and "decay" in given and given["decay"] == 0:
            continue
        for kind in kinds(row, given):
            for start in STARTS if row["starts"] and (kind == "" or "decay" in given) else STARTS[:1]:
                found.append([row, kind, start])
    return found


def search(data, given, rounding):
    """The candidates that fit, each once with its likeliest settings."""
    found, kept, tried = [], {}, [given["lr"]] if "lr" in given else COMMON["lr"]
    for row, kind, start in candidates(given):
        hit = None
        for rest in combinations(row, kind, given, kind == "", kept):
            if hit is None:
                for lr in rates(row, kind, start, rest, data, rounding, tried):
                    pick = [row, kind, start, settings(row, kind, rest, lr)]
                    if hit is None and no_clash(pick[3]) and fails(pick, data, rounding) is None:
                        hit = pick
        if hit is not None:
            found.append(hit)
    return found


def no_clash(s):
    """A dampening of zero is another row."""
    return not ("dampening" in s and s["dampening"] == 0)


def nearest(data, given, rounding, count):
    """The candidates that hold longest, and where each leaves."""
    found, kept, tried = [], {}, [given["lr"]] if "lr" in given else COMMON["lr"]
    for row, kind, start in candidates(given):
        if kind and "decay" not in given:
            continue
        rest = combinations(row, kind, given, False, kept)[0]
        fit = rates(row, kind, start, rest, data, rounding, tried)
        pick = [row, kind, start, settings(row, kind, rest, fit[0] if len(fit) else tried[0])]
        at = fails(pick, data, rounding)
        if at is not None and at[0] > 1:
            found.append([pick, at])
    found.sort(key=lambda pair: -pair[1][0])
    return found[:count]


# Which of those that fit can be told apart


def wild(count):
    """Gradients of all sizes, the same everywhere."""
    found, seed = [], 1
    for k in range(count):
        row = []
        for i in range(len(THETA)):
            seed = (seed * 16807) % 2147483647
            size = 10.0 ** ((seed % 12) - 9)
            seed = (seed * 16807) % 2147483647
            row.append(size * ((seed % 2001) - 1000) / 250.0)
        found.append(row)
    return found


PROBES = [
    ["zeros", [[0, 0, 0], [0, 0, 0], [0, 0, 0]]],
    ["ones", [[1, 1, 1], [1, 1, 1], [1, 1, 1]]],
    ["small", [[1e-8, 1e-8, 1e-8], [1e-5, 1e-5, 1e-5]]],
    ["large", [[1000, 1000, 1000], [1, -1, 1]]],
]


def furthest(a, b, relative):
    """The largest distance of two paths; relative to the size of the changes, or as it is."""
    most = 0.0
    for i in range(len(THETA)):
        size = 1e-300
        for t in range(len(a)):
            if both_lost(a[t][i], b[t][i]):
                continue
            if not abs(a[t][i]) < np.inf or not abs(b[t][i]) < np.inf:
                return np.inf
            size = max(size, abs(a[t][i] - THETA[i]), abs(b[t][i] - THETA[i]), 1e-6 * abs(THETA[i]))
        for t in range(len(a)):
            off = abs(a[t][i] - b[t][i])
            most = max(most, off / size if relative else off) if off < np.inf else most
    return most


def classes(hits):
    """Hits that walk together under every gradient, by a long stream of all sizes."""
    stream = GRADIENTS + wild(40)
    groups = []
    for hit in hits:
        path = walk(hit, stream)
        for group in groups:
            if furthest(group["path"], path, True) < 1e-7:
                group["hits"].append(hit)
                break
        else:
            groups.append({"path": path, "hits": [hit]})
    return [group["hits"] for group in groups]


def telling(groups, half):
    """What would tell these apart: digits, or gradients after the list."""
    firsts = [group[0] for group in groups]
    least, paths = np.inf, [walk(pick, GRADIENTS) for pick in firsts]
    for a in range(len(paths)):
        for b in range(a):
            least = min(least, furthest(paths[a], paths[b], False))
    best, apart = None, 0.0
    for name, rows in PROBES:
        paths = [walk(pick, GRADIENTS + rows) for pick in firsts]
        gap = np.inf
        for a in range(len(paths)):
            for b in range(a):
                gap = min(gap, furthest(paths[a], paths[b], False))
        if gap > 4 * half and gap > apart * 3:
            best, apart = rows, gap
    decimals = int(-np.floor(np.log10(least / 4))) if least > 1e-13 else 0
    return {"gradients": best, "decimals": decimals}


# The answer


def named(pick):
    """A hit as plain data."""
    row, kind, start, s = pick
    return {"name": row["name"], "kind": row["kind"], "decay": kind, "start": start, "settings": s, "title": row["title"],
            "lines": row["lines"], "rule": row["rule_name"], "used": used_by(row, kind, start)}


def used_by(row, kind, start):
    """The frameworks whose call this is."""
    key = row["name"] + " " + kind + " " + start
    return USED[key] if key in USED else []


def shows_at(pick, data, rounding):
    """The first step at which a mistake leaves the right rule."""
    row, kind, start, s = pick
    for form in FORMS:
        if form["name"] == row["rule_name"]:
            right = copied(s)
            for name in form["takes"]:
                if name not in right:
                    right[name] = COMMON[name][0]
            at = fails([form, kind, start, right], data, rounding)
            return at[0] if at else 0
    return 0


def answer(text, given, dtype):
    """The verdict on a pasted text."""
    found = read(text)
    data = arranged(found)
    if data["problem"]:
        unknown = [word for word in found["words"] if word.lower() not in PLAIN and word.lower() not in LABELS]
        return {"verdict": "input", "problem": data["problem"], "count": data["count"], "words": unknown[:3]}
    dtypes = guess(found, data, dtype)
    hits = []
    for name in dtypes:
        rounding = ROUNDING[name]
        hits = search(data, given, rounding)
        if len(hits):
            dtype = name
            break
    lost = [k // 3 + 1 for k in range(len(data["x"])) if not abs(data["x"][k]) < np.inf]
    result = {"verdict": "none", "found": [], "near": [], "telling": None, "dtype": dtype or dtypes[0], "lost": lost[0] if lost else 0,
              "many": 0, "blank": False}
    if len(hits) == 0:
        result["near"] = [{"pick": named(pick), "at": at, "given": data["x"][3 * at[0] + at[1] - 4]}
                          for pick, at in nearest(data, given, ROUNDING[dtypes[-1]], 3)]
        return result
    blank = all([not abs(x) < np.inf for x in data["x"]])
    groups = [[pick] for pick in hits] if blank or len(hits) > MANY else classes(hits)
    result["many"] = len(groups)
    for group in groups:
        shows = shows_at(group[0], data, rounding) if len(groups) == 1 else 0
        result["found"].append({"names": [named(pick) for pick in group], "shows": shows})
    if blank:
        result["verdict"], result["blank"] = "several", True
        result["telling"] = {"gradients": None, "decimals": 0}
    elif len(groups) > 1:
        result["verdict"] = "several"
        result["telling"] = telling(groups[:8], max(data["half"]))
    else:
        forms = [pick for pick in groups[0] if pick[0]["kind"] == "form"]
        result["verdict"] = "right" if len(forms) else "mistake"
    return result


def guess(found, data, dtype):
    """The dtypes to try, the finest first."""
    dtype = dtype or found["dtype"]
    if dtype:
        return [dtype]
    if on_grid(data["x"], data["half"], "float16"):
        return ["float16"]
    if found["digits"] < 10 or on_grid(data["x"], data["half"], "float32"):
        return ["float32"]
    return ["float64", "float32"]


# In words: Korean first, English second

SYMBOLS = {"beta": "β", "beta1": "β₁", "beta2": "β₂", "eps": "ε", "lr": "lr"}
PROBLEMS = {
    "empty": ["숫자가 없습니다. 스텝마다 매개변수 세 개를, 열두 줄 붙여 넣습니다.",
              "There is no number. Paste the three parameters after each step: twelve lines."],
    "words": ["숫자를 찾지 못했습니다. 매개변수를 출력한 줄만 붙여 넣습니다.",
              "No numbers were found. Paste only the lines that print the parameters."],
    "cut": ["출력이 …으로 줄었습니다. 모든 숫자를 출력합니다. NumPy에서는 np.set_printoptions(threshold=1000)입니다.",
            "The print was shortened to “…”. Print every number; in NumPy, np.set_printoptions(threshold=1000)."],
    "few": ["필요한 숫자는 36개(12스텝, 세 좌표)인데 {n}개입니다. 매 스텝 뒤에 매개변수 세 개를 모두 출력합니다.",
            "{n} numbers, where 36 are needed: 12 steps of 3. Print all three parameters after every step."],
    "many": ["필요한 숫자는 36개(12스텝, 세 좌표)인데 {n}개입니다. 스텝 번호나 손실은 빼고 매개변수만 붙여 넣습니다.",
             "{n} numbers, where 36 are needed: 12 steps of 3. Leave out step numbers and losses; paste the parameters alone."],
    "still": ["매개변수가 처음 값 그대로입니다. 옵티마이저의 결과를 매개변수에 다시 넣었는지, 같은 값을 열두 번 출력하지 않았는지 봅니다.",
              "The parameters never moved. See whether the result of the optimizer is put back, and whether the same value was printed twelve times."],
}


def show(x, count):
    """A number in a sentence, `count` digits at most."""
    if not abs(x) < np.inf:
        return "NaN" if x != x else "∞" if x > 0 else "−∞"
    if x == 0:
        return "0"
    power = int(np.floor(np.log10(abs(x))))
    whole = int(np.floor(abs(x) * 10.0 ** (count - 1 - power) + 0.5))
    text = str(whole)
    power += len(text) - count
    while len(text) > 1 and text[len(text) - 1] == "0":
        text = text[:len(text) - 1]
    minus = "−" if x < 0 else ""
    if power < -4 or power > 6:
        return minus + text[0] + ("." + text[1:] if len(text) > 1 else "") + "e" + ("−" if power < 0 else "") + str(abs(power))
    if power < 0:
        return minus + "0." + zeros(-power - 1) + text
    if len(text) <= power + 1:
        return minus + text + zeros(power + 1 - len(text))
    return minus + text[:power + 1] + "." + text[power + 1:]


def zeros(count):
    return "".join(["0" for k in range(count)])


def called(found, k):
    """The name of a candidate."""
    if found["name"] == "adam" and found["decay"] == "decay_before":
        return "AdamW"
    parts = [found["title"][k]]
    if found["decay"]:
        parts.append(DECAY_WORDS[found["decay"]][k])
    if found["start"] != "v = 0":
        parts.append(found["start"].replace("v =", "v₀ =").replace("eps", "ε").replace("g1^2", "g₁²"))
    return ", ".join(parts)


def with_settings(found):
    """lr = 0.1, β₁ = 0.9, …"""
    s = found["settings"]
    return ", ".join([(SYMBOLS[name] if name in SYMBOLS else name) + " = " + show(s[name], 6) for name in s])


def same_settings(a, b):
    return all([name not in b["settings"] or a["settings"][name] == b["settings"][name] for name in a["settings"]])


def part(style, text):
    return {"style": style, "text": text, "href": "", "lines": [], "calls": []}


def entry(found, k):
    """A candidate as an item: name, settings, where it stands."""
    made = part("item", called(found, k) + " (" + with_settings(found) + ")")
    if found["kind"] == "mistake":
        made["href"] = "mistakes.html#" + found["name"]
    return made


def mistake(found, shows, k):
    """What to mend."""
    said = []
    if shows > 0:
        said.append(part("text", [str(shows) + "번째 스텝에서 처음 드러납니다.", "It first shows at step " + str(shows) + "."][k]))
    lines = part("lines", ["고칠 줄: ✗를 ✓로.", "The line to change: ✗ to ✓."][k])
    lines["lines"] = found["lines"]
    lines["href"] = "mistakes.html#" + found["name"]
    return said + [lines]


def in_words(result, given, k):
    """The answer as parts: style, text, link, lines of code, calls of frameworks."""
    if result["verdict"] == "input":
        return wrong_input(result, k)
    said = []
    if result["lost"] > 0:
        said.append(part("text", [str(result["lost"]) + "번째 스텝에 NaN이나 무한대가 있습니다.",
                                  "There is NaN or infinity at step " + str(result["lost"]) + "."][k]))
    if result["dtype"] == "float16":
        half = part("item", ["float16에서는 ε = 1e−8이 0이 되고 작은 기울기가 사라집니다",
                             "In float16, ε = 1e−8 becomes 0 and small gradients vanish"][k])
        half["href"] = "mistakes.html#float16"
        said.append(half)
    if result["verdict"] == "none":
        return nothing(result, k) + said
    if result["verdict"] == "several":
        return several(result, k) + said
    return one(result["found"][0], result["verdict"], given, k) + said


def wrong_input(result, k):
    said = [part("head", ["읽을 수 없습니다", "This cannot be read"][k]),
            part("text", PROBLEMS[result["problem"]][k].replace("{n}", str(result["count"])))]
    if len(result["words"]) > 0:
        listed = ", ".join(["“" + word + "”" for word in result["words"]])
        said.append(part("text", ["숫자가 아닌 말도 있습니다: ", "It also holds words: "][k] + listed + "."))
    return said


def nothing(result, k):
    said = [part("head", ["아는 것 가운데 없음", "None that we know"][k])]
    said.append(part("text", ["설정이 다르면 다른 답이 나옵니다. 쓴 설정을 아래 칸에 적었는지 먼저 봅니다.",
                              "Other settings give another answer: first see whether yours stand in the fields."][k]))
    for near in result["near"]:
        step, coordinate, expected = near["at"]
        place = [str(step) + "번째 스텝, " + str(coordinate) + "번째 좌표에서 처음 어긋납니다: ",
                 "first fails at step " + str(step) + ", coordinate " + str(coordinate) + ": "][k]
        numbers = [show(expected, 6) + "이어야 하는데 " + show(near["given"], 6) + "입니다",
                   show(expected, 6) + " is expected, " + show(near["given"], 6) + " was given"][k]
        item = entry(near["pick"], k)
        item["text"] += ". " + place + numbers + "."
        said.append(item)
    return said


def several(result, k):
    count = result["many"]
    said = [part("head", ["이 숫자로는 가려지지 않는 " + str(count) + "가지", str(count) + " that these numbers cannot tell apart"][k])]
    if result["blank"]:
        said.append(part("text", ["이렇게 계산해도 처음부터 숫자가 남지 않습니다. 첫 스텝에서 0으로 나누는 곳을 찾습니다.",
                                  "These lose all numbers too. Look for a division by zero in the first step."][k]))
    for group in result["found"][:6]:
        said.append(entry(group["names"][0], k))
    if count > 6:
        said.append(part("text", ["그 밖에 " + str(count - 6) + "가지.", "And " + str(count - 6) + " more."][k]))
    decimals, rows = result["telling"]["decimals"], result["telling"]["gradients"]
    if decimals > 0:
        n = str(decimals)
        said.append(part("text", ["소수점 아래 " + n + "자리까지 출력하면 가려집니다.", "Printing " + n + " decimals tells them apart."][k]))
    if rows is not None:
        text = ", ".join(["[" + ", ".join([show(x, 3) for x in row]) + "]" for row in rows])
        said.append(part("text", ["또는 기울기 목록 뒤에 이것을 이어 넣습니다: ", "Or feed these after the list, and compare: "][k] + text + "."))
    return said


def one(group, verdict, given, k):
    """One path, and all that is known by it."""
    found = group["names"][0]
    head = ["맞습니다: ", "Right: "][k] if verdict == "right" else ["실수: ", "A mistake: "][k]
    said = [part("head", head + called(found, k))]
    said.append(part("text", ["설정: ", "Settings: "][k] + with_settings(found) + "."))
    if verdict == "mistake":
        said += mistake(found, group["shows"], k)
    calls = part("calls", ["이렇게 계산하는 곳", "Computed by"][k])
    for each in group["names"]:
        if same_settings(found, each):
            calls["calls"] = calls["calls"] + each["used"]
    if len(calls["calls"]) > 0:
        said.append(calls)
    others = [each for each in group["names"][1:] if each["kind"] == "form"]
    if len(others) > 0:
        said.append(part("text", ["어떤 기울기로도 같은 숫자를 내는 다른 꼴:", "Under every gradient, the same numbers:"][k]))
        said += [entry(each, k) for each in others[:4]]
    meant = [each for each in group["names"][1:] if each["kind"] == "mistake"]
    if len(meant) > 0:
        said.append(part("text", ["다른 것을 뜻했다면 이 실수입니다:", "If you meant something else, it is this mistake:"][k]))
    for each in meant[:3]:
        said.append(entry(each, k))
        if each["lines"]:
            said += mistake(each, 0, k)
    return said


# In Python


class Answer(dict):
    """What was found, as data; printed, in words."""

    def __init__(self, result, given, language):
        super().__init__(result)
        self.words = as_text(in_words(result, given, ["ko", "en"].index(language)))

    def __str__(self):
        return self.words


def as_text(parts):
    """The parts of an answer as lines."""
    lines = []
    for each in parts:
        lines.append(("- " if each["style"] == "item" else "") + each["text"])
        for right, wrong in each["lines"]:
            lines += [f"  {mark} {line.strip()}" for mark, text in (("✗", wrong), ("✓", right)) for line in text.split("\n")]
        if each["calls"]:
            lines[-1] += ": " + "; ".join(f"{name} {call}" for name, call, _ in each["calls"])
    return "\n".join(lines)


def identify(parameters, dtype="", language="en", **given):
    """Name the optimizer that gave these parameters: text, or twelve rows of three numbers.

    given  lr, beta, beta1, beta2, eps, decay, dampening, epoch, micro: those that are known
    dtype  "float16", "float32", "float64", or found from the digits
    """
    if unknown := [name for name in given if name not in COMMON]:
        raise TypeError(f"unknown setting {unknown[0]!r}; there are {', '.join(COMMON)}")
    given = {name: float(value) for name, value in given.items() if value is not None}
    with np.errstate(all="ignore"):
        result = answer(parameters if isinstance(parameters, str) else as_printed(parameters), given, dtype)
    return Answer(result, given, language)


def as_printed(parameters):
    """Numbers of any shape, all their digits, in order."""
    if hasattr(parameters, "detach"):
        parameters = parameters.detach().cpu().numpy()
    numbers = np.asarray(parameters)
    digits = 17 if numbers.dtype.itemsize == 8 else 9 if numbers.dtype.itemsize == 4 else 5
    return f"{numbers.dtype.name} " + " ".join(f"{float(x):.{digits}g}" for x in numbers.ravel())


def check(step, dtype="", language="en", **given):
    """Feed the list to an optimizer, and name it.

    step  a function (theta, g) or (theta, g, t) that returns the new theta or changes it; an object
          with `update(theta, g)` or `update(params, grads)`; or one of PyTorch that holds one tensor
          of three numbers, whose learning rate and so on are read from it
    """
    if hasattr(step, "param_groups"):
        path, known = torch_path(step)
        given = {**known, **given}
    else:
        path = plain_path(getattr(step, "update", step))
    return identify(path, dtype, language, **given)


def plain_path(step):
    """The parameters after each step of a function."""
    names, theta, path = argument_names(step), np.array(THETA), []
    for t, g in enumerate(np.array(GRADIENTS, float), 1):
        if "params" in names[0] and "grads" in names[1]:
            theta = in_dictionary(step, theta, g)
        else:
            got = step(theta, g, *([t] if len(names) > 2 else []))
            theta = theta if got is None else np.array(got[0] if isinstance(got, tuple) else got, float)
        path.append(theta.copy())
    return np.array(path)


def in_dictionary(step, theta, g):
    params = {"theta": theta}
    got = step(params, {"theta": g})
    return np.array((params if got is None else got)["theta"], float)


def argument_names(step):
    """The positional arguments that a step must be given."""
    found = [p.name for p in inspect.signature(step).parameters.values() if p.default is p.empty and p.kind < p.VAR_POSITIONAL]
    if len(found) not in (2, 3):
        raise TypeError(f"a step takes theta and g, or theta, g and t; this one takes {', '.join(found) or 'nothing'}")
    return found


def torch_path(optimizer):
    """The path of a tensor in an optimizer that is stepped, and its settings."""
    group = optimizer.param_groups[0]
    tensor, path = group["params"][0], []
    if tensor.numel() != len(THETA):
        raise ValueError(f"the first parameter needs {len(THETA)} numbers, this one has {tensor.numel()}")
    tensor.data.copy_(tensor.data.new_tensor(THETA).reshape(tensor.shape))
    for g in GRADIENTS:
        tensor.grad = tensor.data.new_tensor(g).reshape(tensor.shape)
        optimizer.step()
        path.append(tensor.detach().cpu().numpy().ravel().copy())
    return np.array(path), torch_settings(group)


def torch_settings(group):
    """Settings under our names."""
    names = {"lr": "lr", "eps": "eps", "weight_decay": "decay", "momentum": "beta", "alpha": "beta2", "dampening": "dampening"}
    found = {ours: float(group[theirs]) for theirs, ours in names.items() if theirs in group}
    if "betas" in group:
        found["beta1"], found["beta2"] = map(float, group["betas"])
    return {name: value for name, value in found.items() if name != "dampening" or value}


def main():
    words = argparse.ArgumentParser(description="Name an optimizer from the parameters it gave.")
    words.add_argument("file", nargs="?", default="-", help="12 x 3 numbers in a file; - or nothing: standard input")
    words.add_argument("--gradients", action="store_true", help="print the list to feed, and stop")
    words.add_argument("--language", choices=("en", "ko"), default="en")
    words.add_argument("--dtype", choices=("float16", "float32", "float64"), default="")
    for name in COMMON:
        words.add_argument(f"--{name}", type=float)
    asked = vars(words.parse_args())
    if asked.pop("gradients"):
        return print(THETA, *GRADIENTS, sep="\n")
    file = asked.pop("file")
    text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    found = identify(text, **asked)
    print(found)
    sys.exit(found["verdict"] != "right")


if __name__ == "__main__":
    main()
