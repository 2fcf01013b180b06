"""Reddi's example, one period at a time: minus the gradients and Adam's steps as arrows, and which way each sum goes.

Compiled: see `snippets/shared/explore.py`.
"""

import inspect

import numpy as np

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
    still,
    stroke,
    switch,
    words,
)


def period(N, beta1, beta2, largest):
    m = v = top = 0.0
    for k in range(N):
        g = N if k == 0 else -1.0
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
    m, v, steps = m / (1 - beta1**N), v / (1 - beta2**N), []
    for k in range(N):
        g = N if k == 0 else -1.0
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        top = max(top, v)
        steps.append(-m / (top if largest else v) ** 0.5)
    return steps


def total(steps):
    end = 0.0
    for step in steps:
        end += step
    return end


def turn(N, beta1):
    low, high = 0.0, 0.0
    for k in range(91):
        beta2 = 1 - 10.0 ** (-k / 15)
        if total(period(N, beta1, beta2, False)) > 1e-12:
            low, high = beta2, 1 - 10.0 ** (-(k + 1) / 15)
    for _ in range(50):
        middle = (low + high) / 2
        if total(period(N, beta1, middle, False)) > 0:
            low = middle
        else:
            high = middle
    return high


SOURCE = "\n\n".join(inspect.getsource(function) for function in (period, total, turn))
HANDLES = [
    Handle("beta2", [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.47, 0.48, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75,
                     0.8, 0.85, 0.9, 0.92, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.992, 0.995, 0.997, 0.998, 0.999,
                     0.9995, 0.9999], 0.1, [0.1, 0.9, 0.95, 0.99, 0.999], 5, ""),
    Handle("N", [*range(2, 31), 35, 40, 50, 60, 70, 73, 74, 80, 90, 100], 3, [], 5, ""),
    Handle("beta1", [0, 0.5, 0.8, 0.9, 0.95, 0.99], 0, [], 2, ""),
    switch("largest", 0),
]


# What is computed

def steps_of(state):
    """The steps of a period in learning rates, once m and v repeat."""
    return period(state["N"], state["beta1"], state["beta2"], state["largest"] == 1)


def method(state, end):
    """The colour of the steps: where they go the wrong way it says so."""
    return "wrong" if end > 0 else "v" if state["largest"] == 1 else "adam"


# What is drawn

def height(w):
    """The height of the drawing of a width."""
    return np.floor((1.02 if w < 500 else 0.62) * w)


def across(beta2, w):
    """Where a β₂ stands: by how many steps it remembers."""
    return 40 - np.log10(1 - beta2) * (w - 60) / 4


def draw(state, say, w):
    """The drawing of a state at a width: its height, and its shapes."""
    size, shapes, steps = 11 if w < 500 else 13, [], steps_of(state)
    asked = [-1.0 * state["N"]]
    while len(asked) < state["N"]:
        asked.append(1.0)
    left, right = 0.0, 0.0
    for parts in [asked, steps]:
        ends = ends_of(parts)
        left, right = max(left, -ends[0] / (ends[1] - ends[0])), max(right, ends[1] / (ends[1] - ends[0]))
    wide = (w - 110) / (left + right)  # of the longer way of each, so that both begin at one place
    zero, foot = 50 + left * wide, 0.66 * height(w) + size
    shapes.append(line(zero, 1.5 * size, zero, foot, stroke("soft", 0.9)))
    shapes.append(words(zero, foot + size, "0", fill("soft"), "middle", size))
    shapes.append(words(8, size, say("부호를 바꾼 기울기", "minus the gradients"), fill("g"), "start", size))
    draw_pile(shapes, asked, "g", 0.05, zero, wide, w, size)
    look, top = method(state, total(steps)), 0.37 * height(w) + size
    title = ("AMSGrad" if state["largest"] == 1 else "Adam") + say("의 스텝 / 학습률", "'s steps / lr")
    shapes.append(words(8, top, title, fill(look), "start", size))
    draw_pile(shapes, steps, look, 0.42, zero, wide, w, size)
    draw_turn(shapes, state, say, w, size)
    return [height(w), shapes]


def ends_of(parts):
    """How far to the left and to the right numbers lead, one after the other."""
    end, low, high = 0.0, 0.0, 0.0
    for part in parts:
        end += part
        low, high = min(low, end), max(high, end)
    return [low, high]


def draw_pile(shapes, parts, look, top, zero, wide, w, size):
    """Numbers as arrows, each from where the one above ends, and their sum."""
    ends, end, y, deep = ends_of(parts), total(parts), top * height(w) + size, 0.19 * height(w) / len(parts)
    scale, thin, x = wide / (ends[1] - ends[0]), 2.2 if len(parts) < 12 else 1.6, 0.0
    for k, part in enumerate(parts):
        at, begin, tip = y + (k + 0.5) * deep, zero + x * scale, zero + (x + part) * scale
        shapes.append(line(begin, at, tip, at, stroke(look, thin)))
        if abs(tip - begin) > 8:
            back = tip + (5 if part < 0 else -5)
            shapes.append(path([[back, at - 3.5], [tip, at], [back, at + 3.5]], stroke(look, thin)))
        x += part
    right, tip, at = end > 0, zero + end * scale, y + 0.22 * height(w)
    shapes.append(line(zero, at, tip, at, stroke("ink", 3)))
    shapes.append(dot(tip, at, size / 2.6, fill("ink")))
    text, side = ("+" if right else "") + brief(end, 2), 8 if right else -8
    shapes.append(words(tip + side, at + size / 3, text, fill("ink"), "start" if right else "end", size))


def draw_turn(shapes, state, say, w, size):
    """The sum of the steps for every β₂: above the line it goes the wrong way."""
    sums, most, base, deep = [], 0.0, 0.88 * height(w), 0.075 * height(w)
    for k in range(61):
        beta2 = 1 - 10.0 ** (-k / 15)
        end = total(period(state["N"], state["beta1"], beta2, state["largest"] == 1))
        most = max(most, abs(end))
        sums.append([across(beta2, w), end])
    shapes.append(line(40, base, w - 20, base, stroke("soft", 0.9)))
    points, wrong = [], False
    for place in sums:
        points.append([place[0], base - place[1] * deep / most])
        wrong = wrong or place[1] > 1e-12
    shapes.append(path(points, stroke("ink", 2)))
    if wrong:
        shapes.append(bar(40, base - deep, w - 60, deep, fill("wrong") + "opacity: 0.12;"))
        text = say("↑ 반대쪽으로 감", "↑ the wrong way")
        shapes.append(words(w - 24, base - deep + 1.2 * size, text, fill("wrong"), "end", size))
    shapes.append(words(34, base + size / 3, say("합", "sum"), fill("ink"), "end", size))
    for beta2 in [0, 0.9, 0.99, 0.999]:
        text = ("β₂ = " if beta2 == 0 else "") + str(beta2)
        x = across(beta2, w)
        shapes.append(words(x, 0.99 * height(w), text, fill("soft"), "middle", size))
    end = total(steps_of(state))
    x, y = across(state["beta2"], w), base - end * deep / most
    shapes.append(line(x, base - deep, x, base + deep, stroke("step", 1)))
    shapes.append(dot(x, y, size / 2, fill("paper") + stroke("step", 2.5)))


# What a hand does, and what is said

def hint(say):
    """What there is to do."""
    return say("맨 아래 곡선에서 β₂를 끌어, 합의 방향이 바뀌는지 보세요. N도 바꿔 보세요.",
               "Drag β₂ along the lowest curve: does the sum turn? Then change N.")


def grab(state, x, y, at_x, at_y, touch, w):
    """What a pointer at (x, y) moves that was put down at (at_x, at_y)."""
    if at_x < 24 or at_y < 0.78 * height(w):
        return []
    return [["beta2", 1 - 10.0 ** (-max(0, min(4, (x - 40) * 4 / (w - 60))))]]


def spoken(name, state, say):
    """The name of a handle, its value, and both as a sentence."""
    shown = str(state[name])
    if name == "N":
        return [say("주기 N", "period N"), shown, say("주기 " + shown + "스텝", "a period of " + shown + " steps")]
    called = "β₁" if name == "beta1" else "β₂"
    return [called, shown, called + " = " + shown]


def rows(state, say):
    """The line that makes it AMSGrad, and the sum of the steps."""
    end = total(steps_of(state))
    return [["largest", "v = max(v_max, v)", "", "v"], ["", "sum(steps) / lr", number(end, 3), method(state, end)]]


def tell(state, say):
    """What is to be seen, as a sentence or two."""
    end, N = total(steps_of(state)), str(state["N"])
    given = "β₁ = " + str(state["beta1"]) + ", β₂ = " + str(state["beta2"])
    size = number(abs(end), 2)
    way = say("반대쪽으로", "the wrong way") if end > 0 else say("맞는 쪽으로", "the right way")
    return say(
        given + ", 기울기 " + N + " 한 번, −1 " + str(state["N"] - 1) + "번: 기울기대로라면 −1로 가야 하고, "
        + "스텝을 더하면 " + way + " 학습률의 " + size + "배만큼 갑니다. ",
        given + ", a gradient of " + N + ", then " + str(state["N"] - 1) + " of −1: the gradients ask for −1, and the"
        + " steps add up to " + size + " learning rates " + way + ". ",
    ) + verdict(state, say)


def verdict(state, say):
    """At which β₂ the sum turns."""
    if state["largest"] == 1:
        return say("AMSGrad의 합은 β₂가 무엇이든 맞는 쪽입니다. 모두 같은 수로 나누기 때문입니다.",
                   "AMSGrad's sum goes the right way for any β₂: all are divided by one number.")
    at = turn(state["N"], state["beta1"])
    if at == 0:
        return say("이 주기에서는 β₂가 무엇이든 맞는 쪽입니다.", "In this period every β₂ goes the right way.")
    return say("β₂ = " + brief(at, 4) + "보다 크면 합이 맞는 쪽이고, 바로 그 아래에서는 아닙니다.",
               "Above β₂ = " + brief(at, 4) + " the sum goes the right way; just below it does not.")


def printed(state):
    """All that the listing prints."""
    return [total(steps_of(state)), turn(state["N"], state["beta1"])]


def code(state):
    """A listing that prints the sum of the steps, and the β₂ at which it turns."""
    N, beta1 = str(state["N"]), str(state["beta1"])
    given = ", ".join([N, beta1, str(state["beta2"]), "True" if state["largest"] == 1 else "False"])
    return ("import numpy as np\n\n\n" + SOURCE + "\n\nprint(total(period(" + given + ")), turn(" + N + ", " + beta1
            + "))\n")


figure_start, told = still(draw, HANDLES), caption(tell, HANDLES)
