"""One run in two conventions: two forms of the library walk down one loss, and what parts them.

What is a difference, what undoes it and which eps is the nearest are the translator's. Of its forms eight are here:
each place of eps, lr and the correction that several frameworks run. Compiled: see `snippets/shared/explore.py`.
"""

import inspect
import re

import numpy as np

from mhat.forms import FORMS
from mhat.records import ordered
from mhat.rules import bias_correction
from mhat.translate import WORDS
from mhat.translate.bridge import conditions
from mhat.translate.lasting import eps_for
from snippets.shared.explore import (
    Handle,
    bar,
    brief,
    caption,
    choice,
    dot,
    fill,
    line,
    number,
    path,
    short,
    still,
    stroke,
    switch,
    ten_to,
    words,
)


def walk(form, start, lrs, scale, settings):
    theta, state, thetas = 1.0, start, []
    for lr in lrs:
        theta, state = form(theta, scale * theta, state, lr, *settings)
        thetas.append(theta)
    return thetas


NAMES = ["momentum", "momentum_inside", "momentum_average", "rmsprop", "rmsprop_eps_inside", "adam",
         "adam_eps_hat", "adam_uncorrected"]
TAKEN = [FORMS[name] for name in NAMES]
KNOWN = ["PyTorch", "Keras 3", "TensorFlow 1", "Optax"]  # are named first
SHOWN = 4  # lines of code of each form


def called(form, language):
    """A form as its page calls it, and who runs it: two whom many know, or another one."""
    found = {record["name"] for record in ordered() for rule in record["rule"] if rule["form"] == form.name}
    some = [name for name in KNOWN if name in found][:2] or sorted(found)[:1]
    method = {"momentum": ("모멘텀", "Momentum")[language], "rmsprop": "RMSProp", "adam": "Adam"}[form.page]
    return f"{method}: {form.short[language]} ({', '.join(some)})"


def bare(function):
    """The source of a function without its docstring."""
    return re.sub(r' +""".*?"""\n', "", inspect.getsource(function), flags=re.S)


def lines_of(form):
    """The lines of a form that compute, as a page shows them."""
    body = re.search(r":\n( +.*)", bare(form.run), flags=re.S)[1]
    kept = [text.strip() for text in body.splitlines() if not re.search(r"= state$|t = t \+ 1", text)]
    return [re.sub(r"^return (.*), \(.*\)$", r"theta = \1", text) for text in kept]


def differences(form, other):
    """The traits in which two forms of one method differ: name, both values, and what would make them one."""
    pairs = {name: (form.traits[name], other.traits[name]) for name in form.traits if name != "share"}
    return [(name, *pair, tuple(conditions(name, *pair))) for name, pair in pairs.items()
            if pair[0] != pair[1] and form.page == other.page]


def sentence(name, one, other, zeros, language):
    """A difference in words: those of the translator."""
    trait, here, there = (WORDS[key][language] for key in (f"trait {name}", f"{name} {one}", f"{name} {other}"))
    undone = WORDS["or"][language].join(WORDS[f"zero {zero}"][language] for zero in zeros)
    return f"{trait}: {here} / {there}, " + (f"{undone}이면 같음", f"the same where {undone}")[language]


KINDS = list(dict.fromkeys(kind for form in TAKEN for other in TAKEN for kind in differences(form, other)))
PAIRS = [[[KINDS.index(kind) for kind in differences(form, other)] for other in TAKEN] for form in TAKEN]
ZEROS = [list(kind[3]) for kind in KINDS]
KO_KINDS, EN_KINDS = ([sentence(*kind, k) for kind in KINDS] for k in (0, 1))
RUNS, STARTS = [form.run for form in TAKEN], [[int(x) for x in form.start] for form in TAKEN]
SOURCES = [bare(form.run) for form in TAKEN]
CORRECTION = bare(bias_correction) + "\n\n"
WALK = inspect.getsource(walk)
SETTINGS = [list(form.settings[1:]) for form in TAKEN]
LINES = [lines_of(form) for form in TAKEN]
PAGES = [form.page for form in TAKEN]
SHARES, PLACES = [form.traits["share"] for form in TAKEN], [form.traits["eps"] for form in TAKEN]
KO_NAMES, EN_NAMES = ([called(form, k) for form in TAKEN] for k in (0, 1))
STEPS, APART = 100, 0.01
HANDLES = [
    choice("one", len(NAMES), NAMES.index("rmsprop_eps_inside")),
    choice("other", len(NAMES), NAMES.index("rmsprop")),
    Handle("lr", [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2], 0.01, [], 3, ""),
    Handle("eps", [-12, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1, 0], -2, [], 3, ""),
    Handle("g", [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2], 0, [], 3, ""),
    Handle("beta", [0, 0.5, 0.8, 0.9, 0.95, 0.99], 0.9, [], 3, ""),
    Handle("beta2", [0, 0.5, 0.9, 0.95, 0.99, 0.999], 0.99, [], 3, ""),
    Handle("t", [1, 2, 3, 5, 7, *range(10, STEPS + 1, 5)], STEPS, [], 4, ""),
    switch("near", 0),
    switch("drop", 0),
]


# What is computed

def weight(k, beta):
    """With what weight a gradient enters the velocity."""
    return 1 - beta if SHARES[k] == "average" else 1


def nearer(state):
    """What is written for the second form, so that it comes nearest: lr and ε of its own, as code."""
    shares, found = [SHARES[state["one"]] == "average", SHARES[state["other"]] == "average"], []
    if shares[0] != shares[1]:
        found.append("lr = lr " + ("*" if shares[0] else "/") + " (1 - beta)")
    inside = [PLACES[state["one"]] == "inside", PLACES[state["other"]] == "inside"]
    if inside[0] != inside[1]:
        found.append("eps = eps**" + ("0.5" if inside[0] else "2"))
    return "; ".join(found) if PAGES[state["one"]] == PAGES[state["other"]] else ""


def used(state, k, second):
    """lr and the other settings of a form, as it takes them."""
    lr, eps, found = state["lr"], 10.0 ** state["eps"], []
    if second and state["near"] == 1 and nearer(state) != "":
        lr = lr * weight(state["one"], state["beta"]) / weight(k, state["beta"])
        eps = eps_for(eps, PLACES[state["one"]], PLACES[k])
    for name in SETTINGS[k]:
        found.append(eps if name == "eps" else state["beta2"] if name == "beta2" else state["beta"])
    return [lr, found]


def thetas_of(state, k, second):
    """θ after each step."""
    lr, settings = used(state, k, second)
    lrs = []
    for t in range(STEPS):
        lrs.append(lr / 10 if state["drop"] == 1 and 2 * t >= STEPS else lr)
    return walk(RUNS[k], STARTS[k], lrs, 10.0 ** state["g"], settings)


def both(state):
    """θ of both runs."""
    return [thetas_of(state, state["one"], False), thetas_of(state, state["other"], True)]


def gaps_of(one, other):
    """How far apart two runs are after each step."""
    found = []
    for t, theta in enumerate(one):
        gap = abs(theta - other[t])
        found.append(gap if gap < np.inf else np.inf)
    return found


def parting(gaps):
    """The first step at which they are farther apart than that; 0: they never are."""
    for t, gap in enumerate(gaps):
        if gap > APART:
            return t + 1
    return 0


def different(state):
    """The differences that nothing makes vanish in this state."""
    found = []
    for kind in PAIRS[state["one"]][state["other"]]:
        met = False
        for zero in ZEROS[kind]:
            name = "drop" if zero == "constant" else "beta" if zero == "beta1" else zero
            met = met or name != "eps" and state[name] == 0  # that of eps is a power of ten
        if not met:
            found.append(kind)
    return found


# What is drawn

def height(w):
    """The height of the drawing of a width."""
    return np.floor((0.92 if w < 500 else 0.6) * w)


def across(t, w):
    """Where a step stands."""
    return 46 + t * (w - 64) / STEPS


def up(gap, w):
    """Where a distance stands; above 1 and below 1e-8 at the edge."""
    return (0.6 - 0.3 * max(-8, min(0, np.log10(gap) if gap > 0 else -8)) / 8) * height(w)


def look_of(state, k):
    """The colour of a run: its method's, and ink for the second."""
    return "ink" if k == 1 else PAGES[state["one"]]


def draw(state, say, w):
    """The drawing of a state at a width: its height, and its shapes."""
    size, shapes, thetas = 11 if w < 500 else 13, [], both(state)
    draw_gaps(shapes, gaps_of(thetas[0], thetas[1]), say, w, size)
    draw_runs(shapes, state, thetas, say, w, size)
    x, y = across(state["t"], w), up(gaps_of(thetas[0], thetas[1])[state["t"] - 1], w)
    shapes.append(line(x, 0.1 * height(w), x, up(0, w), stroke("step", 1)))
    shapes.append(dot(x, y, size / 2, fill("paper") + stroke("step", 2.5)))
    return [height(w), shapes]


def draw_runs(shapes, state, thetas, say, w, size):
    """Both runs, from 1 towards the minimum at 0."""
    low, high = 0, 1
    for run in thetas:
        for theta in run:
            low, high = min(low, max(theta, -2)), max(high, min(theta, 2))
    scale = 0.4 * height(w) / (high - low)
    for theta in [0, 0.5, 1]:
        y = 0.52 * height(w) - (theta - low) * scale
        shapes.append(line(46, y, w - 18, y, stroke("rule", 0.9)))
        shapes.append(words(40, y + size / 3, ("θ = " if theta == 1 else "") + str(theta), fill("soft"), "end", size))
    for k in range(2):
        points, look = [[46, 0.52 * height(w) - (1 - low) * scale]], stroke(look_of(state, k), 2.6 - 0.8 * k)
        look += "stroke-dasharray: 6 4;" if k == 1 else ""
        for t, theta in enumerate(thetas[k]):
            points.append([across(t + 1, w), 0.52 * height(w) - (max(low, min(high, theta)) - low) * scale])
        shapes.append(path(points, look))
        name, y = say(KO_NAMES, EN_NAMES)[state["other" if k == 1 else "one"]], (1.1 + 1.4 * k) * size
        name = (say("파선: ", "dashed: ") if k == 1 else say("실선: ", "solid: ")) + name
        shapes.append(line(w - 46, y - size / 3, w - 18, y - size / 3, look))
        shapes.append(words(w - 52, y, name, fill(look_of(state, k)), "end", size))


def draw_gaps(shapes, gaps, say, w, size):
    """How far apart they are, and where that is more than a hundredth."""
    shapes.append(words(46, up(1, w) - 0.5 * size, say("둘의 차이", "apart by"), fill("wrong"), "start", size))
    shapes.append(bar(46, up(1, w), w - 64, up(APART, w) - up(1, w), fill("wrong") + "opacity: 0.13;"))
    for power in [0, -2, -4, -8]:
        y = up(10.0**power, w)
        shapes.append(line(46, y, w - 18, y, stroke("rule", 0.9)))
        text = ("≤ " if power == -8 else "") + ten_to(power) if power < -2 else short(10.0**power)
        shapes.append(words(40, y + size / 3, text, fill("soft"), "end", size))
    for t in [0, 50, 100]:
        text = ("t = " if t == 0 else "") + str(t)
        shapes.append(words(across(t, w), up(0, w) + 1.5 * size, text, fill("soft"), "middle", size))
    points = []
    for t, gap in enumerate(gaps):
        points.append([across(t + 1, w), up(gap, w)])
    shapes.append(path(points, stroke("wrong", 2)))
    t = parting(gaps)
    if t > 0:
        shapes.append(dot(across(t, w), up(gaps[t - 1], w), size / 3, fill("wrong")))


# What a hand does, and what is said

def hint(say):
    """What there is to do."""
    return say("두 형태를 고르고 설정을 바꾸거나 그림에서 t를 끌어 보세요.",
               "Choose two forms and change the settings; t can be dragged in the drawing.")


def grab(state, x, y, at_x, at_y, touch, w):
    """What a pointer at (x, y) moves that was put down at (at_x, at_y)."""
    return [["t", (x - 46) * STEPS / (w - 64)]] if at_x > 24 and at_y > 50 else []


def spoken(name, state, say):
    """The name of a handle, its value, and both as a sentence; no name where neither form has it."""
    if name == "one" or name == "other":
        k, title = state[name], say("첫째", "first") if name == "one" else say("둘째", "second")
        return [title, say(KO_NAMES, EN_NAMES)[k], ""]
    shown, title = brief(10.0 ** state[name] if name == "eps" or name == "g" else state[name], 3), name
    if name == "lr":
        title = say("학습률", "lr")
    elif name == "g":
        title = say("첫 기울기", "first gradient")
    elif name == "t":
        title = say("스텝 t", "step t")
    else:
        title = label(name, state)
    return [title, shown, title + ": " + shown]


def label(name, state):
    """What ε and the betas are called; nothing where neither form has them."""
    for k in [state["one"], state["other"]]:
        for own in SETTINGS[k]:
            if own == name or own == "beta1" and name == "beta":
                return {"eps": "ε", "beta": "β", "beta1": "β₁", "beta2": "β₂"}[own]
    return ""


def rows(state, say):
    """The lines of each form that the other has not, and what may be switched."""
    found = []
    for k in range(2):
        own, others = LINES[state["other" if k == 1 else "one"]], LINES[state["one" if k == 1 else "other"]]
        for text in own:
            if text not in others:
                found.append(["", text, "", look_of(state, k)])
        while len(found) < (k + 1) * SHOWN:
            found.append(["", "", "", ""])
    found.append(["near", nearer(state), "", "ink"])
    found.append(["drop", "if t > 50: lr = lr / 10", "", "ink"])
    return found


def tell(state, say):
    """What is to be seen, as a sentence or two."""
    thetas, t = both(state), state["t"]
    gaps = gaps_of(thetas[0], thetas[1])
    gap, first = number(gaps[t - 1], 3), str(parting(gaps))
    parted = say(" 0.01 넘게 벌어지지 않습니다. ", " No step parts them by more than 0.01. ")
    if parting(gaps) > 0:
        parted = say(" 0.01 넘게 벌어지는 것은 " + first + "번째 스텝부터입니다. ",
                     " They first part by more than 0.01 at step " + first + ". ")
    return say(settings(state, say) + ": " + str(t) + "번째 스텝에서 두 θ는 " + gap + "만큼 다릅니다.",
               "With " + settings(state, say) + " the two are " + gap + " apart at step " + str(t) + "."
               ) + parted + verdict(state, gaps, say)


def settings(state, say):
    """All that both were told."""
    found = []
    for name in ["lr", "eps", "beta", "beta2", "g"]:
        title, shown, _ = spoken(name, state, say)
        if title != "":
            found.append(title + " " + shown)
    return ", ".join(found)


def verdict(state, gaps, say):
    """What parts them, and what would bring them together."""
    one, other, texts = state["one"], state["other"], []
    if one == other:
        return say("같은 식입니다.", "Both are one form.")
    if PAGES[one] != PAGES[other]:
        return say("한 방법의 두 형태가 아니라 서로 다른 두 방법입니다.",
                   "These are two methods, not two forms of one.")
    for kind in different(state):
        texts.append(say(KO_KINDS, EN_KINDS)[kind])
    if weight(one, state["beta"]) != weight(other, state["beta"]) and state["near"] == 0:
        texts.append(say("기울기의 가중치: 학습률을 맞추면 같음", "weight of a gradient: the same with lr matched"))
    if len(texts) > 0:
        return "; ".join(texts) + "."
    return say("이 설정에서는 같은 경로입니다.", "With these settings they walk one path.")


def printed(state):
    """All that the listing prints."""
    one, other = both(state)
    return [one[state["t"] - 1], other[state["t"] - 1]]


def code(state):
    """A listing that prints both at the step that is looked at."""
    text = "import numpy as np\n\n\n"
    for k in [state["one"]] if state["one"] == state["other"] else [state["one"], state["other"]]:
        more = "bias_correction" in SOURCES[k] and CORRECTION not in text
        text += (CORRECTION if more else "") + SOURCES[k] + "\n\n"
    text += WALK + "\n\nlr, eps, beta, beta2 = " + ", ".join([
        str(state["lr"]), "10.0**" + str(state["eps"]), str(state["beta"]), str(state["beta2"])]) + "\n"
    for k in [state["one"], state["other"]]:
        start = ", ".join([str(x) for x in STARTS[k]])
        given = ", ".join(["beta" if name == "beta1" else name for name in SETTINGS[k]])
        text += ("print(walk(" + NAMES[k] + ", (" + start + ",), [lr] * 50 + [lr" + (" / 10" if state["drop"] else "")
                 + "] * 50, 10.0**" + str(state["g"]) + ", [" + given + "])[" + str(state["t"] - 1) + "])\n"
                 + (nearer(state) + "\n" if state["near"] and "print" not in text else ""))
    return text


figure_start, told = still(draw, HANDLES), caption(tell, HANDLES)
