"""From one framework's call to another's.

`translate(source, settings, target, constant)` gives the call that walks the same path,
or what stands in the way, and the closest call with its deviation on the fixed gradients.

    python3 -m snippets.translate torch.optim.SGD keras lr=0.1 momentum=0.9

Forms differ in a few traits. A difference of a trait vanishes under settings that are
named in `EQUAL`, is undone by another learning rate or decay (`shares`, `decays`), or
stands in the way. The page runs these very functions, compiled to JavaScript.
"""

import ast
import sys

from mhat import forms, rules
from mhat.calls import CALLS, KNOWS
from mhat.forms import start_of_v
from mhat.gradients import GRADIENTS, LRS, SCALES, THETA
from mhat.rules import np
from mhat.translate_words import WORDS

PLAIN = {"maximum": "none", "m": "plain", "v": "plain", "eps": "outside", "centered": "no",
         "lr": "outside", "share": "whole", "nesterov": "no", "kind": "adaptive"}
CORRECTED = {"m": "corrected", "v": "corrected"}
MOMENTUM = {"kind": "momentum"}
TRAITS = {  # what sets a form apart from a plain one
    "adam": CORRECTED,
    "adam_folded": CORRECTED,
    "adam_eps_hat": {**CORRECTED, "eps": "hat"},
    "adam_uncorrected": {},
    "amsgrad": {**CORRECTED, "maximum": "raw"},
    "amsgrad_eps_hat": {**CORRECTED, "maximum": "raw", "eps": "hat"},
    "amsgrad_corrected": {**CORRECTED, "maximum": "corrected"},
    "amsgrad_v_uncorrected": {"m": "corrected", "maximum": "raw"},
    "amsgrad_uncorrected": {"maximum": "raw"},
    "rmsprop": {},
    "rmsprop_eps_inside": {"eps": "inside"},
    "rmsprop_corrected": {"v": "corrected"},
    "rmsprop_corrected_inside": {"v": "corrected", "eps": "inside"},
    "rmsprop_centered": {"centered": "yes"},
    "rmsprop_centered_inside": {"centered": "yes", "eps": "inside"},
    "rmsprop_centered_subtracted": {"centered": "yes", "eps": "subtracted"},
    "rmsprop_momentum_outside": {},
    "rmsprop_momentum_inside": {"lr": "inside", "eps": "inside"},
    "rmsprop_momentum_eps_inside": {"eps": "inside"},
    "rmsprop_momentum_lr_inside": {"lr": "inside"},
    "rmsprop_nesterov_inside": {"lr": "inside", "eps": "inside", "nesterov": "yes"},
    "rmsprop_centered_momentum_outside": {"centered": "yes"},
    "rmsprop_centered_momentum_inside": {"centered": "yes", "lr": "inside", "eps": "inside"},
    "momentum": MOMENTUM,
    "momentum_inside": {**MOMENTUM, "lr": "inside"},
    "momentum_average": {**MOMENTUM, "share": "average"},
    "momentum_average_inside": {**MOMENTUM, "share": "average", "lr": "inside"},
    "momentum_dampened": {**MOMENTUM, "share": "after the first"},
    "momentum_dampened_at_once": {**MOMENTUM, "share": "dampened"},
    "nesterov": {**MOMENTUM, "nesterov": "yes"},
    "nesterov_inside": {**MOMENTUM, "nesterov": "yes", "lr": "inside"},
    "not_nesterov": {**MOMENTUM, "nesterov": "almost", "lr": "inside"},
}
FORMS = {form.__name__: {"run": form, "start": start, "knows": KNOWS[form.__name__],
                         "traits": {**PLAIN, **TRAITS[form.__name__]}}
         for form, start in (*rules.START.items(), *forms.START.items()) if form.__name__ in TRAITS}
DECAYS = {name: vars(forms)[name] for name in vars(forms) if name.startswith("decay_")}

DATA = {"lrs": LRS, "streams": [[THETA, GRADIENTS]]}

EQUAL = [  # a trait, two values of it ("*": any), and what makes them one: one of these is 0, or lr is constant
    ["maximum", "raw", "corrected", ["beta2"]],
    ["m", "plain", "corrected", ["beta1"]],
    ["v", "plain", "corrected", ["beta2"]],
    ["eps", "outside", "hat", ["eps", "beta2"]],
    ["eps", "*", "*", ["eps"]],
    ["lr", "outside", "inside", ["constant", "beta"]],
    ["nesterov", "*", "*", ["beta"]],
    ["start", "v = 0", "v = eps", ["eps", "beta2"]],
    ["start", "*", "*", ["beta2"]],
]


def conditions(trait, one, other):
    """What would make two values of a trait the same."""
    for line in EQUAL:
        if line[0] == trait and (line[1] == "*" or one in line[1:3] and other in line[1:3]):
            return line[3]
    return []


def entry_of(variant, settings):
    """The form that a variant runs with these settings."""
    found = variant["entries"][0]
    for entry in variant["entries"]:
        on = [name for name in entry["needs"] if settings[name] != 0]
        if len(on) == len(entry["needs"]) and len(on) > len(found["needs"]):
            found = entry
    return found


def traits_of(use):
    """The traits of a call in use."""
    traits = dict(FORMS[use["form"]]["traits"])
    traits["start"] = use["call"]["start"]
    return traits


def knows(call, form, name):
    """Whether a setting changes anything in a call."""
    if name == "decay":
        return call["decay"] != "none"
    return name == "lr" or name in FORMS[form]["knows"]


def in_use(call, variant, settings):
    """A call with its settings, all that it does not know 0."""
    given = {}
    for name in ["lr", "beta", "beta1", "beta2", "eps", "dampening", "decay"]:
        given[name] = settings[name] if name in settings and settings[name] else 0
    form = entry_of(variant, given)["form"]
    for name in ["beta", "beta1", "beta2", "eps", "dampening", "decay"]:
        if not knows(call, form, name):
            given[name] = 0
    return {"call": call, "variant": variant, "form": form, "settings": given}


def gain(share, settings):
    """With what weight a gradient enters the velocity."""
    if share == "average":
        return 1 - settings["beta"]
    if share == "dampened" or share == "after the first":
        return 1 - settings["dampening"]
    return 1


def shares(source, target, settings, found):
    """lr for the target, so that a gradient has the same weight; the first may not."""
    here, there = source["share"], target["share"]
    if here == "after the first" and settings["dampening"] != 0:
        if there == here:
            return
        found["obstacles"].append({"trait": "first", "here": here, "there": "whole", "unless": ["dampening"]})
    now = settings["lr"] * gain(here, settings)
    settings["dampening"] = 0
    now = now / gain(there, settings)
    if now != settings["lr"]:
        found["changes"].append({"setting": "lr", "why": "share", "old": settings["lr"], "new": now})
        settings["lr"] = now


def timing(decay):
    """Whether theta shrinks before its step or after it."""
    return "after" if decay in ["decay_after", "decay_absolute_after"] else "before"


def scale(decay):
    """Whether what theta loses in a step goes with lr."""
    return "fixed" if decay in ["decay_absolute", "decay_absolute_after"] else "lr"


def plain_step(use):
    """Whether a step is the gradient times a number, without any memory."""
    return FORMS[use["form"]]["traits"]["kind"] == "momentum" and use["settings"]["beta"] == 0


def lost(use, here):
    """What theta loses in a step, as a share."""
    given = use["settings"]
    if here == "decay_l2":
        return given["lr"] * gain(FORMS[use["form"]]["traits"]["share"], given) * given["decay"]
    return given["decay"] if scale(here) == "fixed" else given["lr"] * given["decay"]


def decays(use, call, form, settings, constant, found):
    """Decay for the target, so that theta loses the same share in a step."""
    here, there, loss = use["call"]["decay"], call["decay"], lost(use, use["call"]["decay"])
    if use["settings"]["decay"] == 0:
        return
    obstacle = {"trait": "decay", "here": here, "there": there, "unless": ["decay"]}
    if there == "none":
        settings["decay"] = 0
        found["obstacles"].append(obstacle)
        return
    if (here == "decay_l2") != (there == "decay_l2") and not plain_step(use):
        obstacle["unless"] = ["decay", "beta"] if FORMS[form]["traits"]["kind"] == "momentum" else ["decay"]
        found["obstacles"].append(obstacle)
    elif not constant and moves(here, there):
        obstacle["unless"] = ["decay", "constant"]
        found["obstacles"].append(obstacle)
    elif timing(here) != timing(there) and loss >= 1:
        found["obstacles"].append(obstacle)
    elif here != there:
        why = "beta" if "decay_l2" in [here, there] else "constant" if moves(here, there) else "always"
        found["vanish"].append({"trait": "decay", "here": here, "there": there, "unless": [], "why": [why]})
    if timing(here) != timing(there) and loss < 1:
        now = settings["lr"] * (1 - loss) if timing(here) == "after" else settings["lr"] / (1 - loss)
        found["changes"].append({"setting": "lr", "why": "timing", "old": settings["lr"], "new": now})
        settings["lr"] = now
    now = loss if scale(there) == "fixed" else loss / settings["lr"]
    if there == "decay_l2":
        now = now / gain(FORMS[form]["traits"]["share"], settings)
    if there == here and scale(here) == "fixed" or here == "decay_l2" and there == here:
        now = use["settings"]["decay"]
    if abs(now / settings["decay"] - 1) > 1e-12:
        found["changes"].append({"setting": "decay", "why": "decay", "old": settings["decay"], "new": now})
        settings["decay"] = now


def moves(here, there):
    """Whether a changing lr parts two kinds of decay."""
    if scale(here) != scale(there):
        return True
    return timing(here) != timing(there) and scale(here) == "lr"


def compare_traits(source, target, settings, constant, found):
    """Sort the differences: those that vanish, and those that stand in the way."""
    for trait in ["maximum", "m", "v", "eps", "centered", "lr", "nesterov", "start"]:
        here, there = source[trait], target[trait]
        if here != there:
            unless = conditions(trait, here, there)
            why = [name for name in unless if (constant if name == "constant" else settings[name] == 0)]
            line = {"trait": trait, "here": here, "there": there, "unless": unless, "why": why}
            found["vanish" if why else "obstacles"].append(line)


def bridge(use, call, variant, entry, constant):
    """The settings of another call for the path of this one, and what is in the way."""
    form, settings = entry["form"], dict(use["settings"])
    found = {"call": call, "variant": variant, "form": form, "settings": settings,
             "obstacles": [], "vanish": [], "changes": []}
    source = traits_of(use)
    target = traits_of(found)
    for name in ["beta", "beta1"]:
        if settings[name] != 0 and not knows(call, form, name):
            found["obstacles"].append({"trait": name, "here": "yes", "there": "no", "unless": [name]})
    compare_traits(source, target, settings, constant, found)
    shares(source, target, settings, found)
    decays(use, call, form, settings, constant, found)
    for name in ["beta", "beta1"]:
        if not knows(call, form, name):
            settings[name] = 0
    return found


def walk(use, lrs, start, gradients):
    """The path of a call over gradients."""
    call, given, form = use["call"], use["settings"], FORMS[use["form"]]
    values = [given[name] for name in form["knows"][1:]]

    def step(theta, g, state, lr):
        return form["run"](theta, g, state, lr, *values)

    theta, state, points = start, list(form["start"]), []
    if call["start"] != "v = 0":
        state[0 if call["page"] == "rmsprop" else 1] = start_of_v(call["start"], gradients[0], given["eps"])
    for t in range(len(gradients)):
        if given["decay"] != 0:
            theta, state = DECAYS[call["decay"]](step, theta, gradients[t], state, lrs[t] * given["lr"], given["decay"])
        else:
            theta, state = step(theta, gradients[t], state, lrs[t] * given["lr"])
        points.append(theta)
    return points


def paths(use, constant):
    """The path over each of the fixed streams of gradients."""
    lrs = [1] * len(DATA["lrs"]) if constant else DATA["lrs"]
    return [walk(use, lrs, stream[0], stream[1]) for stream in DATA["streams"]]


def apart(x, y, size):
    """The largest difference in units of size; what is not finite on both sides does not differ."""
    gap = np.where(np.isfinite(x) * np.isfinite(y), np.abs(x - y) / size, np.inf)
    return np.max(np.where(np.isfinite(x) + np.isfinite(y), gap, 0))


def rounded(number, digits):
    """A number with so many digits."""
    return float(("{:." + str(digits - 1) + "e}").format(number))


def deviation(one, other):
    """The largest difference of two calls' paths, in units of the coordinate's largest value."""
    worst = 0
    for i in range(len(one)):
        size = np.abs(DATA["streams"][i][0])
        for x in one[i]:
            size = np.fmax(size, np.abs(x))
        for t in range(len(one[i])):
            worst = max(worst, apart(one[i][t], other[i][t], size))
    return worst


def refined(found, path, constant):
    """The candidate with a finer eps, and its deviation: a search on both sides."""
    best, width = found, 0.5
    while width > 0.01:
        for factor in [10**-width, 10**width]:
            other = with_setting(best, "eps", rounded(best["settings"]["eps"] * factor, 3))
            other["deviation"] = deviation(path, paths(other, constant))
            if other["deviation"] < best["deviation"]:
                best = other
        width = width / 2
    return best


def with_setting(found, name, value):
    """The same candidate with one setting changed."""
    other = dict(found)
    other["settings"] = dict(found["settings"])
    other["settings"][name] = value
    return other


def blocked(found, trait):
    """Whether a trait is in the way."""
    return len([line for line in found["obstacles"] if line["trait"] == trait]) > 0


def attempts(found):
    """A candidate with the settings that may come closest."""
    options, given = [found], found["settings"]
    if blocked(found, "eps") and given["eps"] > 0:
        here = [line["here"] for line in found["obstacles"] if line["trait"] == "eps"][0]
        there = [line["there"] for line in found["obstacles"] if line["trait"] == "eps"][0]
        eps = given["eps"]
        if (here == "inside") != (there == "inside"):
            eps = eps**0.5 if here == "inside" else eps**2
        options = [with_setting(found, "eps", rounded(eps * 10**k, 3)) for k in [0, -1, 1, -2, 2]]
    if blocked(found, "decay") and given["decay"] != 0:
        shrunk = rounded(given["decay"] / (1 - given["beta"]), 6)
        options = options + [with_setting(each, "decay", value) for each in options for value in [0, shrunk]]
    return options


def closest(candidates, path, constant):
    """Of the candidates that do not walk the path: the fewest differences, then the smallest deviation."""
    best, fewest = None, min([99] + [len(found["obstacles"]) for found in candidates])
    for found in [each for each in candidates if len(each["obstacles"]) == fewest]:
        for option in attempts(found):
            option["deviation"] = deviation(path, paths(option, constant))
            if best is None or option["deviation"] < best["deviation"] * 0.999:
                best = option
    if best is not None and blocked(best, "eps") and best["settings"]["eps"] > 0:
        best = refined(best, path, constant)
    return best


def candidates_for(use, stem, constant):
    """Every call of a framework that could stand for this one."""
    kind, found = FORMS[use["form"]]["traits"]["kind"], []
    for call in CALLS:
        if call["stem"] != stem or FORMS[call["variants"][0]["entries"][0]["form"]]["traits"]["kind"] != kind:
            continue
        for variant in call["variants"]:
            for entry in variant["entries"]:
                each = bridge(use, call, variant, entry, constant)
                if len([name for name in entry["needs"] if each["settings"][name] == 0]) == 0:
                    found.append(each)
    return found


def translate(use, stem, constant):
    """The answer: a call of the framework `stem` for a call in use."""
    found = candidates_for(use, stem, constant)
    near = [each for each in found if each["call"]["page"] == use["call"]["page"]]
    others = [each for each in found if each["call"]["page"] != use["call"]["page"]]
    for each in near + others:
        if len(each["obstacles"]) == 0:
            return finish("exact", each, use, constant)
    best = closest(near, paths(use, constant), constant)
    return finish("closest", best, use, constant) if best is not None else {"kind": "none"}


def finish(kind, found, use, constant):
    """An answer with what is left to say."""
    found["kind"] = kind
    if kind == "exact":
        found["deviation"] = 0
    elif found["settings"]["eps"] != use["settings"]["eps"]:
        found["changes"].append({"setting": "eps", "why": "eps", "old": use["settings"]["eps"], "new": found["settings"]["eps"]})
    return found


# What is said


def shown(number):
    """A number as one would type it."""
    if number == 0:
        return "0.0"
    mantissa, power = "{:.11e}".format(number).split("e")
    text = str(rounded(number, 12)) if -5 < int(power) < 9 else str(float(mantissa)) + "e" + str(int(power))
    return text.replace(".0e", "e") if "e" in text else text[:-2] if text.endswith(".0") else text


def written(use):
    """The settings to write in the call: all that matter, but what is 0 unless told otherwise."""
    call, found = use["call"], []
    for name in call["names"]:
        off = use["settings"][name] == 0 and call["defaults"].get(name, 1) == 0
        if knows(call, use["form"], name) and not off:
            found.append(name)
    return found


def typed(use):
    """What to write in the call: pairs of a name and a value, as text."""
    call, given, found, betas = use["call"], use["settings"], [], []
    for name in written(use):
        theirs, value = call["names"][name], given[name]
        if "[" in theirs:
            betas.append(shown(value))
            if len(betas) == 2:
                found.append([theirs.split("[")[0], "(" + ", ".join(betas) + ")"])
        else:
            found.append([theirs, shown(value)])
    for flag in use["variant"]["flags"]:
        found.append([flag, use["variant"]["flags"][flag]])
    return found


def code(use):
    """A call as one would type it."""
    return use["call"]["call"] + "(" + ", ".join([pair[0] + "=" + pair[1] for pair in typed(use)]) + ")"


def filled(words, key, parts):
    """A sentence with its parts in their places."""
    text = words[key]
    for name in parts:
        text = text.replace("{" + name + "}", parts[name])
    return text


def either(names, words):
    """What would make a difference vanish, in words."""
    return words["or"].join([words["zero " + name] for name in names])


def line_of(line, key, names, words):
    """One difference, as a sentence."""
    parts = {"trait": words["trait " + line["trait"]], "here": names[0], "there": names[1],
             "one": words[line["trait"] + " " + line["here"]], "other": words[line["trait"] + " " + line["there"]]}
    if key == "vanish":
        parts["why"] = either(line["why"], words)
    else:
        parts["why"] = either(line["unless"], words)
    return filled(words, key if parts["why"] else "never", parts)


def explain(answer, use, words):
    """Why an answer is what it is: sentences."""
    if answer["kind"] == "none":
        return []
    names, said = [use["call"]["framework"], answer["call"]["framework"]], []
    for line in answer["obstacles"]:
        said.append(line_of(line, "differs", names, words))
    for change in answer["changes"]:
        parts = {"old": shown(change["old"]), "new": shown(change["new"]), "setting": answer["call"]["names"][change["setting"]]}
        said.append(filled(words, "change " + change["why"], parts))
    for line in answer["vanish"]:
        said.append(line_of(line, "vanish", names, words))
    if len(said) == 0:
        said.append(words["same"])
    return said


# For the page, and for the command line

WHOLE = (GRADIENTS * 256 / SCALES).astype(int).tolist()
USED = {entry["form"] for call in CALLS for variant in call["variants"] for entry in variant["entries"]}
ONE_BY_ONE = {"DATA": {"lrs": LRS, "streams": []}, "FORMS": {name: FORMS[name] for name in FORMS if name in USED},
              "SCALES": SCALES.tolist(), "THETA": THETA.tolist()}  # for a page, which fills in the streams


def streams(whole, scales, theta):
    """One stream of gradients a coordinate, for a page that computes with numbers."""
    return [[theta[i], [row[i] * scales[i] / 256 for row in whole]] for i in range(len(theta))]


def chosen(name, settings):
    """A call in use from its name and keyword arguments in the framework's own words."""
    call = next(call for call in CALLS if call["call"] == name)
    theirs = {word.replace("[0]", "").replace("[1]", ""): None for word in call["names"].values()}
    flags = {key: repr(value) for key, value in settings.items() if key not in theirs}
    variant = next((v for v in call["variants"] if v["flags"] == flags), None)
    if variant is None:
        raise ValueError(f"{name} was not run with {flags}; there are {[v['flags'] for v in call['variants']]}")
    given = dict(call["defaults"])
    for ours, word in call["names"].items():
        word, _, index = word.partition("[")
        if word in settings:
            given[ours] = settings[word][int(index[0])] if index else settings[word]
    if missing := [word for ours, word in call["names"].items() if ours not in given]:
        raise ValueError(f"{name} needs {', '.join(missing)}")
    return in_use(call, variant, given)


def ask(name, stem, constant=False, **settings):
    """(code, answer, reasons) for a call such as `ask("torch.optim.SGD", "keras", lr=0.1, momentum=0.9)`."""
    use = chosen(name, settings)
    answer = translate(use, stem, constant)
    words = {key: pair[1] for key, pair in WORDS.items()}
    return (code(answer) if answer["kind"] != "none" else None), answer, explain(answer, use, words)


def value(text):
    """A word of the command line: a number, a tuple, a truth value, or itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def main(name, stem, *rest):
    """Print the answer for the words of the command line."""
    settings = {key: value(text) for key, _, text in (word.partition("=") for word in rest if "=" in word)}
    text, answer, reasons = ask(name, stem, "constant" in rest, **settings)
    print(text or "no call", answer["kind"], f"{answer.get('deviation', float('nan')):.1e}", *reasons, sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
