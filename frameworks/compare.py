"""What is run in every framework, and when its path is the path of one of our forms."""

import ast
import inspect
import re
from functools import partial

import numpy as np

from mhat import forms, rules
from mhat.gradients import GRADIENTS, LRS, STEPS, THETA

START = {**rules.START, **forms.START}
FORMS = {form.__name__: form for form in START}
DECAYS = [name for name in vars(forms) if name.startswith("decay_")]
STARTS = ["v = 0", "v = 1", "v = eps", "v = g1^2"]
PAGES = {"adam": ("adam", "amsgrad"), "rmsprop": ("rmsprop",), "momentum": ("momentum", "nesterov", "not_nesterov")}
OTHERS = ("adamw", "adamax")  # rules of their own: not another form of Adam
SETTINGS = {"lr": 0.03, "beta": 0.7, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3,
            "decay": 0.1, "dampening": 0.375, "norm": 40.0}
ROUNDINGS = 8 * STEPS  # about eight rounded operations a step, each at most half a unit of the largest value
FARTHER = 1000

# What a record asks for


def knows(form):
    """The names of the settings of a form."""
    return list(inspect.signature(FORMS[form]).parameters)[3:]


def flags(words):
    """`"centered, momentum"` or `"eps_in_sqrt=False"` as {name: value}; True where no value stands."""
    pairs = [word.strip().partition("=") for word in words.split(",")]
    return {name: ast.literal_eval(value) if value else True for name, _, value in pairs}


def keywords(settings, names):
    """Our settings under the framework's names; `betas[0]` and `betas[1]` make one tuple."""
    given = {}
    for name, value in settings.items():
        theirs, _, index = names[name].partition("[")
        given[theirs] = (*given.get(theirs, ()), value) if index else value
    return given


def case(rule, run, form, settings, extra=(), constant=False):
    """One run of a framework: what it is called with, and what we compute."""
    arguments = {**keywords({k: v for k, v in settings.items() if k in rule["settings"]}, rule["settings"]), **dict(extra)}
    lr, plan = settings.get("lr"), [1.0] * STEPS if constant else LRS
    decay = rule.get("decay") if "decay" in settings else None
    return {"call": rule["call"], "run": run, "form": form, "start": rule.get("start") or "v = 0",
            "float": rule.get("float", "parameter"), "page": rule["page"], "decay": decay, "around": rule.get("around", []),
            "settings": settings, "arguments": arguments, "lrs": lr and [lr * share for share in plan],
            "gradients": GRADIENTS.tolist(), "theta": THETA.tolist()}


def chosen(rule, form, *more):
    """Settings that tell the forms apart, for what the form knows and the call has."""
    always = [name for name in ("decay", "norm") if rule["defaults"].get(name)]
    wanted = [*knows(form), *more, *always]
    return {name: value for name, value in SETTINGS.items() if name in wanted and name in rule["settings"]}


def cases(rule):
    """All runs of a rule: forms apart, as it comes, each flag, weight decay."""
    form = rule["form"]
    yield case(rule, "settings", form, chosen(rule, form))
    yield as_it_comes(rule)
    for words, other in rule.get("also", {}).items():
        extra = {k: v for k, v in flags(words).items() if k not in rule["settings"].values()}
        yield case(rule, words, other, chosen(rule, other), extra)
    if rule.get("decay"):
        yield case(rule, "weight decay", form, chosen(rule, form, "decay"))


def as_it_comes(rule):
    """The framework's own defaults; only what it requires is given."""
    needed = chosen(rule, rule["form"])
    needed = {name: value for name, value in needed.items() if name not in rule["defaults"]}
    found = case(rule, "defaults", rule["form"], needed, constant=True)
    known = [*knows(rule["form"]), "decay", "norm"]
    found["settings"] = {**{k: v for k, v in rule["defaults"].items() if k in known}, **needed}
    found["decay"] = rule.get("decay") if found["settings"].get("decay") else None
    return found


# Our path


class Powers(float):
    """A beta whose powers are multiplied up step by step in float32."""

    def __pow__(self, t):
        return float(np.multiply.reduce(np.full(t, self, "f4")))


def rounded(case):
    """Names of the settings kept in float32: `float32 settings but lr, decay, float32 …`."""
    names, everything = set(), {*case["settings"], "lr"}
    for phrase in re.split(r", (?=float32)", case["float"]):
        kind, _, but = phrase.removeprefix("float32 ").partition(" but ")
        names |= (everything if kind == "settings" else everything & {kind}) - set(but.split(", "))
    return names


def habits(case):
    """(settings, lr of each step) in the precision in which the framework keeps them."""
    single, settings = rounded(case), dict(case["settings"])
    lrs = case["lrs"] or [settings["lr"]] * len(case["gradients"])
    for name in single - {"lr"}:
        settings[name] = float(np.float32(settings[name]))
    if "float32 powers of beta" in case["float"]:
        settings.update({k: Powers(v) for k, v in settings.items() if k in ("beta1", "beta2")})
    return settings, [float(np.float32(lr)) if "lr" in single else lr for lr in lrs]


def dressed(case):
    """The form with what is around it: weight decay, clipping."""
    form = FORMS[case["form"]]
    for name in [*([case["decay"]] if case["decay"] else []), *case["around"]]:
        form = partial(getattr(forms, name), form)
    return form


def state_before(case, g):
    """START, with v where the framework begins."""
    start = list(START[FORMS[case["form"]]])
    if case["start"] != "v = 0":
        at = 0 if case["page"] == "rmsprop" else 1
        start[at] = forms.start_of_v(case["start"], g, case["settings"]["eps"])
    return tuple(start)


def ours(case, dtype="float64"):
    """The path of our form in a dtype: steps × coordinates."""
    settings, lrs = habits(case)
    around = [*(["decay"] if case["decay"] else []), *(["norm"] if case["around"] else [])]
    settings = {k: v for k, v in settings.items() if k in [*knows(case["form"])[1:], *around]}
    form, stream = dressed(case), np.array(case["gradients"], dtype)
    theta, state, points = np.array(case["theta"], dtype), state_before(case, stream[0]), []
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        for g, lr in zip(stream, lrs):
            theta, state = form(theta, g, state, lr, **settings)
            points.append(theta)
    return np.array(points, "float64")


# The comparison


def distances(path, expected):
    """|difference| of each step and coordinate, in units of the coordinate's largest value."""
    with np.errstate(invalid="ignore"):
        size = np.nanmax(np.abs(np.vstack([expected, np.abs(THETA[: expected.shape[1]])])), axis=0)
        apart = np.abs(path - expected) / size
    apart = np.where(np.isnan(path) & np.isnan(expected), 0.0, apart)
    return np.where(np.isnan(apart), np.inf, apart)


def nearby(case):
    """The other forms of the same rule that take the same settings."""
    kin = [f for f in FORMS if f.split("_")[0] in PAGES[case["page"]] or f in PAGES[case["page"]]]
    has = {*case["settings"], "lr"}
    kin = [f for f in kin if f not in OTHERS and {*knows(f)} <= has]
    for form in kin:
        yield {**case, "form": form}
    if case["page"] == "rmsprop":
        for start in STARTS:
            yield {**case, "start": start}
    if case["decay"]:
        for decay in DECAYS:
            yield {**case, "decay": decay}


def label(case):
    """`adam, decay_l2` or `rmsprop, v = 1`."""
    start = case["start"] if case["start"] != "v = 0" else ""
    return ", ".join(part for part in (case["form"], case["decay"], start) if part)


def same(case):
    """The forms that are this one written otherwise: equal to rounding in float64."""
    plain = {**case, "float": "parameter"}
    mine = ours(plain)
    return {label(other) for other in nearby(plain) if distances(ours(other), mine).max() < 1e-9}


def nearest(case, path, dtype):
    """(distance, label) of the nearest form that is not the same one; none where all are one."""
    alike = same(case)
    others = [other for other in nearby(case) if label(other) not in alike]
    real = np.isfinite(path).all(axis=0)
    found = [(distances(ours(other, dtype), path)[:, real].max(), label(other)) for other in others]
    return min(found, default=(np.inf, None))


def two_digits(number):
    """Enough to read, too little to differ between machines."""
    return float(f"{number:.1e}")


def judge(record, case, path, dtype):
    """(row of the results, complaint or None) for one path of a framework."""
    name = f"{record['name']} {record['version']} {case['call']} ({case['run']})"
    if isinstance(path, str):
        return None, f"{name}: {path}"
    path, expected = np.array(path), ours(case, dtype)
    apart = distances(path, expected)
    far, other = nearest(case, path, dtype)
    row = {"framework": record["name"], "version": record["version"], "call": case["call"], "run": case["run"],
           "form": label(case), "dtype": dtype, "float": case["float"], "deviation": two_digits(apart.max()),
           "next": other, "next_deviation": other and two_digits(far)}
    coarse = "float32" if "float32 corrections" in case["float"] else dtype
    bound = ROUNDINGS * np.finfo(coarse).eps / 2
    if apart.max() > bound:
        step, at = np.argwhere(apart > bound)[0]
        return row, (f"{name}: step {step + 1}, coordinate {at}: {label(case)} gives {float(expected[step, at])!r}, "
                     f"the framework {float(path[step, at])!r}; largest deviation {apart.max():.1e}, {bound:.1e} allowed")
    if case["run"] != "defaults" and far < FARTHER * apart.max():
        return row, f"{name}: {other} is only {far:.1e} away, {label(case)} {apart.max():.1e}"
    return row, None
