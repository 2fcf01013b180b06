"""Where ε sits: the same small number outside the root, beside the root of v, inside the root, and what it takes away.

The page's runs are held against `places`, and a reader's browser computes with it. Compiled: see
`snippets/shared/explore.py`.
"""

import inspect

import numpy as np

from mhat.records import ordered
from snippets.shared.explore import (
    Handle,
    bar,
    brief,
    caption,
    dot,
    fill,
    line,
    number,
    path,
    short,
    still,
    stroke,
    ten_to,
    words,
)


# --8<-- [start:places]
def places(g, eps, t=1, beta2=0.999):
    hat = eps / np.sqrt(1 - beta2**t)
    return g / (g + eps), g / (g + hat), g / np.sqrt(g**2 + eps)
# --8<-- [end:places]


SOURCE = inspect.getsource(places)
FORMS = [{"adam", "adam_folded"}, {"adam_eps_hat"}, {"rmsprop_eps_inside", "rmsprop_momentum_inside"}]


KNOWN = ["PyTorch", "TensorFlow 1", "Keras 3", "Optax"]  # are named first


def defaults():
    """Of each place and each power of ten a library that has it there, and how many more there are."""
    found = {}
    for record in sorted(ordered(), key=lambda record: (record["name"] not in KNOWN, record["name"] != KNOWN[0])):
        for rule in record["rule"]:
            for k, forms in enumerate(FORMS):
                if rule["form"] in forms and "eps" in rule["defaults"]:
                    power = round(float(np.log10(rule["defaults"]["eps"])))
                    found.setdefault((power, k), {})[record["name"]] = None
    rows = [[k, power, next(iter(names)), len(names) - 1] for (power, k), names in found.items()]
    return sorted(rows, key=lambda row: (row[1], row[2] not in KNOWN, row[0]))


DEFAULTS = defaults()
SIZES = [k / 4 if k % 4 else k // 4 for k in range(-48, 1)]
TIMES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
HANDLES = [
    Handle("g", SIZES, -6, [-8, -6.5, -6], 4, ""),
    Handle("eps", list(range(-12, 1)), -8, [-10, -8, -7, 0], 3, ""),
    Handle("t", TIMES, 1, [1, 10, 100, 1000], 3, ""),
]
COLOURS = ["adam", "adam", "rmsprop"]
SIGNS = ["√v̂ + ε", "√v + ε̂", "√(v̂ + ε)"]
LOOKS = ["", "stroke-dasharray: 5 2;", ""]


# What is computed

def steps_of(power, state):
    """The three steps in learning rates under a constant gradient of a power of ten."""
    return places(10.0**power, 10.0 ** state["eps"], state["t"])


# What is drawn

def height(w):
    """The height of the drawing of a width."""
    return np.floor((1.02 if w < 500 else 0.68) * w)


def across(power, w):
    """Where a power of ten of |g| or ε stands."""
    return 36 + (power + 12) * (w - 48) / 12


def up(step, w):
    """Where a step stands."""
    return (0.07 - 0.42 * max(-5, np.log10(step)) / 5) * height(w)


def names_of(state, say):
    """What the root and ε look like in each place."""
    return [SIGNS[0], SIGNS[1] + say(" (t = ", ", t = ") + short(state["t"]) + say(")", ""), SIGNS[2]]


def draw(state, say, w):
    """The drawing of a state at a width: its height, and its shapes."""
    size, shapes = 11 if w < 500 else 13, []
    draw_axes(shapes, say, w, size)
    draw_steps(shapes, state, w, size)
    draw_libraries(shapes, state, say, w, size)
    draw_gauges(shapes, state, say, w, size)
    return [height(w), shapes]


def draw_axes(shapes, say, w, size):
    """The powers of ten."""
    shapes.append(words(8, size, say("스텝 / 학습률", "step / lr"), fill("soft"), "start", size))
    for power in [0, -2, -4]:
        y = up(10.0**power, w)
        shapes.append(line(36, y, w - 12, y, stroke("rule", 0.9)))
        text = ten_to(power) if power < -2 else short(10.0**power)
        shapes.append(words(30, y + size / 3, text, fill("soft"), "end", size))
    for power in [-12, -8, -4, 0]:
        x = across(power, w)
        shapes.append(line(x, up(1, w), x, 0.49 * height(w), stroke("rule", 0.9)))
        text = ten_to(power) if power < 0 else "1"
        shapes.append(words(x, 0.49 * height(w) + 1.6 * size, text, fill("soft"), "middle", size))


def draw_steps(shapes, state, w, size):
    """The step in each place over the size of the gradient, and the gradient that is looked at."""
    x = across(state["g"], w)
    shapes.append(line(x, up(1, w) - 5, x, 0.49 * height(w), stroke("g", 1.4)))
    chosen = steps_of(state["g"], state)
    for k, colour in enumerate(COLOURS):
        points = []
        for power in SIZES:
            if steps_of(power, state)[k] > 1e-5:
                points.append([across(power, w), up(steps_of(power, state)[k], w)])
        shapes.append(path(points, stroke(colour, 2) + LOOKS[k]))
        draw_name(shapes, points, k, w, size)
        if chosen[k] > 1e-5:
            shapes.append(dot(x, up(chosen[k], w), size / 2.6, fill(colour)))
    shapes.append(dot(x, 0.49 * height(w), size / 2, fill("paper") + stroke("g", 2.5)))
    side = -9 if state["g"] > -1 else 9
    shapes.append(words(x + side, 0.49 * height(w) - 5, "|g|", fill("g"), "end" if side < 0 else "start", size))


def draw_name(shapes, points, k, w, size):
    """The name of a curve, at its left where there is room for it, else at its right."""
    y, x = up(10.0 ** -[1, 3, 1.5][k], w), 36
    for point in points:
        x = point[0] if point[1] > y else x
    room = 4.5 * size
    left = x > w - 12 - room or k == 0 and x > 36 + room
    x, side = x + (-6 if left else 12), "end" if left else "start"
    shapes.append(words(x, y + size / 3, SIGNS[k], fill(COLOURS[k]), side, size))


def draw_libraries(shapes, state, say, w, size):
    """ε on its way, and the defaults of libraries as ticks in the colour of their place."""
    y, x = 0.6 * height(w), across(state["eps"], w)
    shapes.append(line(36, y, w - 12, y, stroke("soft", 1.2)))
    shapes.append(words(30, y + size / 3, "ε", fill("step"), "end", size))
    last, ends = 0, [0, 0]  # the power before, and where the names in each of two rows end
    for default in DEFAULTS:
        power, place = default[1], across(default[1], w) + 4 * (default[0] - 1)
        shapes.append(line(place, y - 9, place, y + 9, stroke(COLOURS[default[0]], 2.4) + LOOKS[default[0]]))
        if power != last:
            half = 0.28 * size * len(default[2])
            row = 0 if across(power, w) - half > ends[0] + size else 1
            ends[row] = across(power, w) + half
            below = y + 10 + size * (row + 1)
            shapes.append(words(across(power, w), below, default[2], fill("soft"), "middle", size - 1))
        last = power
    shapes.append(line(x, y, x, up(1, w), stroke("step", 1) + "stroke-dasharray: 2 3;"))
    shapes.append(dot(x, y, size / 2, fill("paper") + stroke("step", 2.5)))


def draw_gauges(shapes, state, say, w, size):
    """What is left of one learning rate in each place, and what is lost."""
    steps, names, begin = steps_of(state["g"], state), names_of(state, say), 118 if w < 500 else 140
    for k, step in enumerate(steps):
        y, deep, long = (0.72 + 0.1 * k) * height(w), 0.055 * height(w), w - 12 - begin - 58
        shapes.append(words(begin - 8, y + deep / 2 + size / 3, names[k], fill(COLOURS[k]), "end", size))
        shapes.append(bar(begin, y, long, deep, fill("wrong") + "opacity: 0.14;"))
        shapes.append(bar(begin, y, long * step, deep, fill(COLOURS[k]) + ("opacity: 0.7;" if k == 1 else "")))
        shapes.append(words(w - 12, y + deep / 2 + size / 3, number(step, 2), fill(COLOURS[k]), "end", size))


# What a hand does, and what is said

def hint(say):
    """What there is to do."""
    return say("위에서는 |g|를, 그 아래 줄에서는 ε을 좌우로 끌어 보세요.",
               "Drag |g| in the plot, and ε on the line below it.")


def grab(state, x, y, at_x, at_y, touch, w):
    """What a pointer at (x, y) moves that was put down at (at_x, at_y)."""
    if at_x < 14 or at_y < up(1, w) - 9 or at_y > 0.66 * height(w):
        return []
    return [["g" if at_y < 0.54 * height(w) else "eps", (x - 36) * 12 / (w - 48) - 12]]


def spoken(name, state, say):
    """The name of a handle, its value, and both as a sentence."""
    if name == "t":
        shown = short(state["t"])
        return [say("스텝 t", "step t"), shown, say(shown + "번째 스텝", "step " + shown)]
    called, shown = "|g|" if name == "g" else "ε", brief(10.0 ** state[name], 2)
    return [called, shown, called + " = " + shown]


def rows(state, say):
    """No line of code is let in or out here."""
    return []


def tell(state, say):
    """What is to be seen, as a sentence or two."""
    outside, hat, inside = steps_of(state["g"], state)
    g, eps, t = brief(10.0 ** state["g"], 2), brief(10.0 ** state["eps"], 2), short(state["t"])
    return say(
        t + "번째 스텝, |g| = " + g + ", ε = " + eps + ": 스텝은 ε의 위치가 제곱근 밖이면 학습률의 "
        + number(outside, 2) + "배, √v 옆(ε̂)이면 " + number(hat, 2) + "배, 제곱근 안이면 " + number(inside, 2)
        + "배입니다. ",
        "Step " + t + ", |g| = " + g + ", ε = " + eps + ": the step is " + number(outside, 2)
        + " learning rates with ε outside the root, " + number(hat, 2) + " beside √v uncorrected, "
        + number(inside, 2) + " inside the root. ",
    ) + verdict([outside, hat, inside], say) + libraries(state["eps"], say)


def verdict(steps, say):
    """What the place of ε makes of the step."""
    ends = [min(steps[0], min(steps[1], steps[2])), max(steps[0], max(steps[1], steps[2]))]
    if ends[0] > 0.99:
        return say("기울기에 견주어 ε이 아주 작아, 위치가 어디든 거의 같습니다. ",
                   "Beside this gradient ε hardly counts, wherever it sits. ")
    if ends[1] < 0.02:
        return say("나누기가 사라져 스텝이 기울기에 비례합니다. 모멘텀과 다름없습니다. ",
                   "The division is gone and the step is in proportion to the gradient, as in momentum. ")
    times = brief(ends[1] / ends[0], 2)
    return say("가장 긴 스텝이 가장 짧은 스텝의 " + times + "배입니다. ",
               "The longest is " + times + " times the shortest. ")


def libraries(power, say):
    """Whose default this ε is."""
    found = []
    for k, at, name, more in DEFAULTS:
        if at == power:
            place = [say("제곱근 밖", "outside"), say("√v 옆(ε̂)", "beside √v"),
                     say("제곱근 안(RMSProp)", "inside (RMSProp)")][k]
            others = say(" 외 " + str(more) + "곳", " and " + str(more) + " more") if more > 0 else ""
            found.append(place + ": " + name + others)
    return "" if len(found) == 0 else say("기본값: ", "Default ") + "; ".join(found) + "."


def printed(state):
    """All that the listing prints."""
    return list(steps_of(state["g"], state))


def code(state):
    """A listing that prints the three steps."""
    given = ["10.0**" + str(state["g"]), "10.0**" + str(state["eps"]), str(state["t"])]
    return "import numpy as np\n\n\n" + SOURCE + "\n\nprint(*places(" + ", ".join(given) + "))\n"


figure_start, told = still(draw, HANDLES), caption(tell, HANDLES)
