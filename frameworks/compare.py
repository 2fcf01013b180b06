"""What is run in every framework, and when its path is the path of one of our forms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mhat.forms import DECAYS, FORMS, STARTS_OF_V
from mhat.gradients import GRADIENTS, LRS, STEPS, THETA
from mhat.records import flags
from mhat.walks import dressed, path, state_before

SETTINGS = {"lr": 0.03, "beta": 0.7, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3,
            "decay": 0.1, "dampening": 0.375, "start": 0.25, "norm": 40.0}
ROUNDINGS = 8 * STEPS  # about eight rounded operations a step, each at most half a unit of the largest value
FARTHER = 1000  # times the deviation: at least so far away is the next form
MEASURED = ("deviation", "next_deviation")  # what differs between machines in a row of the results

# What a record asks for


@dataclass(frozen=True)
class Case:
    """One run of a framework: what it is called with, and what we compute.

    call, arguments      the optimizer as its framework knows it
    run                  which of its rule's runs this is: `settings`, `defaults`, a flag
    form, start, decay   the form, where v begins, the weight decay; none: no weight decay
    around               what else stands around the form: `clip_norm`
    page, precision      as in the record: the family of forms to compare with, what is kept in float32
    settings             the numbers in our names
    lrs                  the learning rate of each step; None: the framework's default
    """

    call: str
    run: str
    form: str
    page: str
    settings: dict
    arguments: dict
    lrs: list | None
    start: str = "v = 0"
    decay: str = ""
    around: tuple[str, ...] = ()
    precision: str = "parameter"

    @property
    def label(self) -> str:
        """`adam, decay_l2` or `rmsprop, v = 1`."""
        start = self.start if self.start != "v = 0" else ""
        return ", ".join(part for part in (self.form, self.decay, start) if part)

    def asked(self) -> dict:
        """What the worker gets to know."""
        return {"call": self.call, "arguments": self.arguments, "settings": self.settings, "lrs": self.lrs,
                "gradients": GRADIENTS.tolist(), "theta": THETA.tolist()}


def keywords(settings: dict, names: dict[str, str]) -> dict:
    """Our settings under the framework's names; `betas[0]` and `betas[1]` make one tuple."""
    arguments = {}
    for name, value in settings.items():
        theirs, _, index = names[name].partition("[")
        arguments[theirs] = (*arguments.get(theirs, ()), value) if index else value
    return arguments


def extras(rule: dict, words: str) -> dict:
    """The flags of `also` that are no settings of the rule, as arguments."""
    return {name: value for name, value in flags(words).items() if name not in rule["settings"].values()}


def case(rule: dict, run: str, form: str, settings: dict, extra: dict | None = None, constant: bool = False) -> Case:
    """One run of a rule of a record."""
    known = {name: value for name, value in settings.items() if name in rule["settings"]}
    lr, shares = settings.get("lr"), [1.0] * STEPS if constant else LRS
    return Case(call=rule["call"], run=run, form=form, page=rule["page"], settings=settings,
                arguments=keywords(known, rule["settings"]) | (extra or {}),
                lrs=[lr * share for share in shares] if lr else None, start=rule.get("start", "v = 0"),
                decay=rule["decay"] if "decay" in settings else "", around=tuple(rule.get("around", ())),
                precision=rule.get("float", "parameter"))


def chosen(rule: dict, form: str, *more: str) -> dict:
    """Settings that tell the forms apart, for what the form knows and the call has."""
    always = [name for name in ("decay", "norm") if rule["defaults"].get(name)]
    wanted = [*FORMS[form].settings, *more, *always]
    return {name: value for name, value in SETTINGS.items() if name in wanted and name in rule["settings"]}


def cases(rule: dict) -> Iterator[Case]:
    """All runs of a rule: forms apart, as it comes, each flag, weight decay."""
    form = rule["form"]
    yield case(rule, "settings", form, chosen(rule, form))
    yield as_it_comes(rule)
    for words, other in rule.get("also", {}).items():
        yield case(rule, words, other, chosen(rule, other), extras(rule, words))
    if rule.get("decay"):
        yield case(rule, "weight decay", form, chosen(rule, form, "decay"))


def as_it_comes(rule: dict) -> Case:
    """The framework's own defaults; only what it requires is said."""
    needed = {name: value for name, value in chosen(rule, rule["form"]).items() if name not in rule["defaults"]}
    known = [*FORMS[rule["form"]].settings, "decay", "start", "norm"]
    settings = {name: value for name, value in rule["defaults"].items() if name in known} | needed
    decay = rule.get("decay", "") if settings.get("decay") else ""
    return replace(case(rule, "defaults", rule["form"], needed, constant=True), settings=settings, decay=decay)


# Our path


class Powers(float):
    """A beta whose powers are multiplied up step by step in float32."""

    def __pow__(self, t):
        return float(np.multiply.reduce(np.full(t, self, "f4")))


def rounded(case: Case) -> set[str]:
    """Names of the settings kept in float32: `float32 settings but lr, decay, float32 …`."""
    names, everything = set(), {*case.settings, "lr"}
    for phrase in re.split(r", (?=float32)", case.precision):
        kind, _, but = phrase.removeprefix("float32 ").partition(" but ")
        names |= (everything if kind == "settings" else everything & {kind}) - set(but.split(", "))
    return names


def habits(case: Case) -> tuple[dict, list[float]]:
    """The settings, and lr of each step, in the precision in which the framework keeps them."""
    single, settings = rounded(case), dict(case.settings)
    lrs = case.lrs or [settings["lr"]] * STEPS
    for name in single - {"lr"}:
        settings[name] = float(np.float32(settings[name]))
    if "float32 powers of beta" in case.precision:
        settings.update({name: Powers(value) for name, value in settings.items() if name in ("beta1", "beta2")})
    return settings, [float(np.float32(lr)) if "lr" in single else lr for lr in lrs]


def ours(case: Case, dtype: str = "float64") -> np.ndarray:
    """The path of our form in a dtype: steps × coordinates, in float64."""
    (settings, lrs), form = habits(case), FORMS[case.form]
    around = [*([case.decay] if case.decay else []), *case.around]
    known = [*form.settings[1:], *(["decay"] if case.decay else []), *(["norm"] if case.around else [])]
    gradients, theta = GRADIENTS.astype(dtype), THETA.astype(dtype)
    start = case.settings.get("start", case.start) if "s" in form.keeps else case.start
    state = state_before(form, start, gradients[0], case.settings.get("eps", 0.0))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        points, _ = path(dressed(form, *around), theta, gradients, lrs, state,
                         **{name: value for name, value in settings.items() if name in known})
    return points.astype("float64")


# The comparison


def distances(path: np.ndarray, expected: np.ndarray, theta: np.ndarray = THETA) -> np.ndarray:
    """|difference| of each step and coordinate, in units of the coordinate's largest value, `theta` before it too."""
    with np.errstate(invalid="ignore"):
        size = np.nanmax(np.abs(np.vstack([expected, theta[: expected.shape[1]]])), axis=0)
        apart = np.abs(path - expected) / size
    apart = np.where(np.isnan(path) & np.isnan(expected), 0.0, apart)
    return np.where(np.isnan(apart), np.inf, apart)


def nearby(case: Case) -> Iterator[Case]:
    """The other forms of the same family that take the same settings, the other starts, the other weight decays."""
    for form in FORMS.values():
        if form.family == case.page and {*form.settings} <= {*case.settings, "lr"}:
            yield replace(case, form=form.name)
    if case.page == "rmsprop":
        for start in STARTS_OF_V:
            yield replace(case, start=start)
    if case.decay:
        for decay in DECAYS:
            yield replace(case, decay=decay)


def same(case: Case) -> set[str]:
    """The forms that are this one written otherwise: equal to rounding in float64."""
    plain = replace(case, precision="parameter")
    mine = ours(plain)
    return {other.label for other in nearby(plain) if distances(ours(other), mine).max() < 1e-9}


def nearest(case: Case, path: np.ndarray, dtype: str) -> tuple[float, str | None]:
    """(distance, label) of the nearest form that is not the same one; none where all are one."""
    alike = same(case)
    others = [other for other in nearby(case) if other.label not in alike]
    real = np.isfinite(path).all(axis=0)
    apart = [(distances(ours(other, dtype), path)[:, real].max(), other.label) for other in others]
    return min(apart, default=(np.inf, None))


def two_digits(number: float) -> float:
    """Enough to read, too little to differ between machines."""
    return float(f"{number:.1e}")


def bound(dtype: str, precision: str) -> float:
    """How far a path may be from our form by rounding alone."""
    return ROUNDINGS * np.finfo("float32" if "float32 corrections" in precision else dtype).eps / 2


def complaint(case: Case, path: np.ndarray, expected: np.ndarray, allowed: float, far: float, other: str) -> str | None:
    """What does not hold of a path, or none."""
    apart = distances(path, expected)
    if apart.max() > allowed:
        step, at = np.argwhere(apart > allowed)[0]
        return (f"step {step + 1}, coordinate {at}: {case.label} gives {float(expected[step, at])!r}, "
                f"the framework {float(path[step, at])!r}; largest deviation {apart.max():.1e}, {allowed:.1e} allowed")
    if case.run != "defaults" and far < FARTHER * apart.max():
        return f"{other} is only {far:.1e} away, {case.label} {apart.max():.1e}"
    return None


def judge(record: dict, case: Case, path: list | str, dtype: str) -> tuple[dict | None, str | None]:
    """(row of the results, complaint or none) for one path of a framework; words instead of a path: it raised."""
    name = f"{record['name']} {record['version']} {case.call} ({case.run})"
    if isinstance(path, str):
        return None, f"{name}: {path}"
    path, expected = np.array(path), ours(case, dtype)
    far, other = nearest(case, path, dtype)
    row = {"framework": record["name"], "version": record["version"], "call": case.call, "run": case.run,
           "form": case.label, "dtype": dtype, "float": case.precision,
           "deviation": two_digits(distances(path, expected).max()), "next": other,
           "next_deviation": other and two_digits(far)}
    words = complaint(case, path, expected, bound(dtype, case.precision), far, other)
    return row, words and f"{name}: {words}"


# What rounding alone has changed


def settled(new: float, old: float, allowed: float) -> bool:
    """Whether two measurements of one distance, two digits each, differ by rounding alone.

    Each of the two paths may have moved by what rounding allows, and with it the last digit.
    """
    digit = 10 ** (np.floor(np.log10(max(new, old))) - 1) if new != old else 0
    return new == old or abs(new - old) <= 2 * allowed + 1.01 * digit


def kept(new: dict, old: dict) -> dict:
    """The row to keep of two that hold: the old one, where rounding alone parts them."""
    if old | {key: new[key] for key in MEASURED} != new:
        return new
    allowed = bound(new["dtype"], new["float"])
    return old if all(settled(new[key] or 0, old[key] or 0, allowed) for key in MEASURED) else new
