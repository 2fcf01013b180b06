"""A narrow valley walked down: the start, the learning rate and β in a reader's hand, and what they make of it.

The rule is that of the library, here along one direction at a time. Compiled: see `snippets/shared/explore.py`.
"""

import inspect

import numpy as np

from mhat.rules import momentum
from snippets.shared.explore import (
    Handle,
    bar,
    brief,
    caption,
    dot,
    fill,
    line,
    near,
    number,
    path,
    ring,
    short,
    still,
    stroke,
    words,
)


def walk(theta, curvature, lr, beta, steps):
    state, thetas = (0.0,), [theta]
    for _ in range(steps):
        theta, state = momentum(theta, curvature * theta, state, lr, beta)
        thetas.append(theta)
    return thetas


def steps_to_millionth(curvature, lr, beta):
    theta, state, t, last = 1.0, (0.0,), 0, 0
    while abs(theta) + lr * abs(state[0]) > 1e-10:
        theta, state = momentum(theta, curvature * theta, state, lr, beta)
        t += 1
        last = t if abs(theta) > 1e-6 else last
        if t > 30000 or abs(theta) > 1e6:
            return np.inf
    return last + 1


SOURCE = "\n\n".join(inspect.getsource(function) for function in (momentum, walk, steps_to_millionth))
STEPS = 30
LEFT, RIGHT, HIGH = -11.5, 4.0, 4.2  # of the valley that is shown
HANDLES = [  # no start on an axis: there the other direction counts for nothing
    Handle("x", [*range(-11, 0), 1, 2, 3], -10, [], 3, ""),
    Handle("y", [-3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], 3, [], 3, ""),
    Handle("lr", [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17,
                  0.175, 0.18, 2 / 11, 0.185, 0.19, 0.195, 0.198, 0.2, 0.202, 0.205, 0.21, 0.22, 0.25],
           0.18, [0.1, 2 / 11, 0.2], 3, ""),
    Handle("beta", [0], 0, [], 1, ""),
    Handle("kappa", [10], 10, [], 1, ""),
]


# What is computed

def left(x, beta):
    """What a step leaves of the distance in the long run, where lr times curvature is x."""
    half = (1 + beta - x) / 2
    under = half * half - beta
    return np.sqrt(beta) if under < 0 else abs(half) + np.sqrt(under)


def lefts(state):
    """The same along the flat and along the steep direction."""
    return [left(state["lr"], state["beta"]), left(state["lr"] * state["kappa"], state["beta"])]


def limit(state):
    """The learning rate from which on the steep direction no longer shrinks."""
    return 2 * (1 + state["beta"]) / state["kappa"]


def best_beta(kappa):
    """The β whose floor is as wide as the condition number."""
    return ((np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)) ** 2


def walked(state, lr, beta):
    """Both coordinates over the steps."""
    xs = walk(state["x"], 1, lr, beta, STEPS)
    ys = walk(state["y"], state["kappa"], lr, beta, STEPS)
    return [[x, ys[t]] for t, x in enumerate(xs)]


def to_millionth(state):
    """From which step on both directions have a millionth of their start at most."""
    lr, beta = state["lr"], state["beta"]
    return max(steps_to_millionth(1, lr, beta), steps_to_millionth(state["kappa"], lr, beta))


def plain(state):
    """The best learning rate without momentum, and its steps to a millionth."""
    lr = 2 / (state["kappa"] + 1)
    return [lr, steps_to_millionth(1, lr, 0)]


# What is drawn

def height(w):
    """The height of the drawing of a width."""
    return np.floor((0.98 if w < 500 else 0.68) * w)


def at(point, w):
    """Where a point of the valley is drawn."""
    return [(point[0] - LEFT) * w / (RIGHT - LEFT), (0.25 - 0.25 * point[1] / HIGH) * height(w)]


def along(x, state, w):
    """Where lr times curvature stands on the ruler."""
    return 26 + (np.log10(x * state["kappa"]) + 1.1) * (w - 34) / (np.log10(state["kappa"]) + 1.8)


def up(rest, w):
    """Where what is left stands on the ruler."""
    return (0.85 - 0.2 * rest) * height(w)


def lift(state, w):
    """The middle of the floor, where it is lifted."""
    return [along(1 - state["beta"], state, w), up(np.sqrt(state["beta"]), w)]


def draw(state, say, w):
    """The drawing of a state at a width: its height, and its shapes."""
    size, shapes = 11 if w < 500 else 13, []
    draw_valley(shapes, state, say, w, size)
    draw_ruler(shapes, state, say, w, size)
    draw_steps(shapes, state, say, w, size)
    return [height(w), shapes]


def method(state):
    """The colour of the method."""
    return "momentum" if state["beta"] > 0 else "gd"


def draw_valley(shapes, state, say, w, size):
    """The valley from above, and the way down."""
    middle = at([0, 0], w)
    for reach in [2, 4.5, 7, 10, 13]:
        end = at([reach, reach / np.sqrt(state["kappa"])], w)
        shapes.append(ring(middle[0], middle[1], end[0] - middle[0], middle[1] - end[1], stroke("contour", 0.9)))
    shapes.append(words(w - 4, middle[1] - 4, say("완만한 방향", "flat"), fill("soft"), "end", size))
    shapes.append(words(middle[0] + 5, 1.2 * size, say("가파른 방향", "steep"), fill("soft"), "start", size))
    for end in [[at([LEFT, 0], w), at([RIGHT, 0], w)], [at([0, HIGH], w), at([0, -HIGH], w)]]:
        shapes.append(line(end[0][0], end[0][1], end[1][0], end[1][1], stroke("rule", 0.9)))
    if state["beta"] > 0:
        draw_walk(shapes, walked(state, plain(state)[0], 0), "gd", 1, 0, w)
        text = say("가는 선: 경사 하강법", "thin: gradient descent")
        shapes.append(words(4, 0.49 * height(w), text, fill("gd"), "start", size))
    draw_walk(shapes, walked(state, state["lr"], state["beta"]), method(state), 1.8, size / 5, w)
    start = at([state["x"], state["y"]], w)
    shapes.append(dot(start[0], start[1], size / 2, fill("paper") + stroke("step", 2.5)))


def draw_walk(shapes, points, colour, wide, radius, w):
    """A walk as far as it is in sight: each step as a line, and where it leads as a dot."""
    for t, point in enumerate(points[1:]):
        ends = cut(points[t], point)
        if len(ends) == 2:
            begin, end = at(ends[0], w), at(ends[1], w)
            shapes.append(line(begin[0], begin[1], end[0], end[1], stroke(colour, wide) + "stroke-linecap: round;"))
            if radius > 0 and ends[1][0] == point[0] and ends[1][1] == point[1]:
                shapes.append(dot(end[0], end[1], radius, fill(colour)))


def cut(a, b):
    """The part of a line that is in sight, as its ends; nothing where there is none."""
    begin, end = 0.0, 1.0
    for k, low, high in [[0, LEFT, RIGHT], [1, -HIGH, HIGH]]:
        long = b[k] - a[k]
        if abs(long) > 1e-12:
            begin = max(begin, min((low - a[k]) / long, (high - a[k]) / long))
            end = min(end, max((low - a[k]) / long, (high - a[k]) / long))
        elif a[k] < low or a[k] > high:
            return []
    if begin >= end:
        return []
    return [[a[0] + begin * (b[0] - a[0]), a[1] + begin * (b[1] - a[1])],
            b if end == 1 else [a[0] + end * (b[0] - a[0]), a[1] + end * (b[1] - a[1])]]


def draw_ruler(shapes, state, say, w, size):
    """What a step leaves for each lr times curvature, and where the two directions stand."""
    wall, beta = 2 * (1 + state["beta"]), state["beta"]
    right, edge = along(10**0.7, state, w), along(wall, state, w)
    shapes.append(bar(edge, up(1.15, w), right - edge, up(0, w) - up(1.15, w), fill("wrong") + "opacity: 0.12;"))
    for rest in [0, 1]:
        shapes.append(words(20, up(rest, w) + size / 3, str(rest), fill("soft"), "end", size))
        shapes.append(line(26, up(rest, w), right, up(rest, w), stroke("rule", 0.9)))
    for x in [0.01, 0.1, 1]:
        if x * state["kappa"] > 0.1:
            shapes.append(words(along(x, state, w), up(0, w) + 1.2 * size, short(x), fill("soft"), "middle", size))
    shapes.append(words(edge, up(0, w) + 1.2 * size, short(wall), fill("wrong"), "middle", size))
    text = say("학습률 × 곡률", "lr × curvature")
    shapes.append(words(right, up(0, w) + 2.4 * size, text, fill("soft"), "end", size))
    shapes.append(words(26, up(0, w) - 5, say("한 스텝에 남는 비율", "left after a step"), fill("soft"), "start", size))
    if beta > 0:
        shapes.append(path(curve(state, 0, w), stroke("gd", 1.2) + "stroke-dasharray: 4 3;"))
        for x in [plain(state)[0], plain(state)[0] * state["kappa"]]:
            shapes.append(bar(along(x, state, w) - 3, up(left(x, 0), w) - 3, 6, 6, fill("gd")))
    shapes.append(path(curve(state, beta, w), stroke(method(state), 2)))
    if state["kappa"] > 10:
        grip = lift(state, w)
        shapes.append(dot(grip[0], grip[1], size / 2.6, fill("paper") + stroke(method(state), 2)))
        shapes.append(words(grip[0], grip[1] - 9, "√β", fill(method(state)), "middle", size))
    draw_directions(shapes, state, say, w, size)


def curve(state, beta, w):
    """What a step leaves, as points."""
    points = []
    for k in range(181):
        x = 10 ** (-np.log10(state["kappa"]) - 1.1 + k * (np.log10(state["kappa"]) + 1.8) / 180)
        for corner in [1, 2 * (1 + beta), (1 - np.sqrt(beta)) ** 2, (1 + np.sqrt(beta)) ** 2]:
            x = corner if abs(x - corner) < 0.012 * x else x
        if left(x, beta) < 1.16:
            points.append([along(x, state, w), up(left(x, beta), w)])
    return points


def draw_directions(shapes, state, say, w, size):
    """The two directions on the ruler, as far apart as their curvatures."""
    rests, names = lefts(state), [say("완만", "flat"), say("가파름", "steep")]
    places = [along(state["lr"], state, w), along(state["lr"] * state["kappa"], state, w)]
    y, text = up(1.5, w), "× κ = " + str(state["kappa"])
    shapes.append(line(places[0], y, places[1], y, stroke("step", 1.2)))
    shapes.append(words((places[0] + places[1]) / 2, y + 1.2 * size, text, fill("step"), "middle", size))
    for k, place in enumerate(places):
        look = "wrong" if rests[k] >= 1 else "step"
        shapes.append(line(place, y, place, up(0, w), stroke(look, 1.2)))
        shapes.append(dot(place, up(min(rests[k], 1.15), w), size / 2, fill(look)))
        anchor = "start" if place < 50 else "end" if place > w - 55 else "middle"
        x = max(26, min(w - 8, place)) if anchor != "middle" else place
        shapes.append(words(x, y - 5, names[k] + " ×" + short(rests[k]), fill(look), anchor, size))


def draw_steps(shapes, state, say, w, size):
    """Steps to a millionth as a bar, those of gradient descent at its best as a mark; a bar in pieces goes on."""
    steps, best = to_millionth(state), plain(state)[1]
    y, thick, mark = 0.955 * height(w), 0.035 * height(w), 0.45 * w
    endless = steps == np.inf
    end = min(w - 2, 2 + steps / best * (mark - 2))
    look = "wrong" if endless else method(state)
    if end < w - 2:
        shapes.append(bar(2, y, end - 2, thick, fill(look)))
    else:
        for x, wide in [[2, w - 24], [w - 18, 6], [w - 8, 6]]:
            shapes.append(bar(x, y, wide, thick, fill(look)))
    text = say("백만분의 1까지 ", "steps to a millionth: ") + (
        say("수렴하지 않음", "never") if endless else brief(steps, 6) + say("스텝", ""))
    shapes.append(words(2, y - 4, text, fill(look), "start", size))
    if end < 0.6 * w:
        text = say("경사 하강법은 적어도 ", "gradient descent at best: ") + brief(best, 6)
        shapes.append(words(max(end, mark) + 7, 0.985 * height(w), text, fill("soft"), "start", size))
    shapes.append(line(mark, y - 3, mark, 0.995 * height(w), stroke("ink", 1.6)))


# What a hand does, and what is said

def hint(say):
    """What there is to do."""
    return say("출발점을 끌어 보고, 아래 그래프의 두 점을 좌우로 밀어 보세요.",
               "Drag the start; push the two points below to and fro.")


def grab(state, x, y, at_x, at_y, touch, w):
    """What a pointer at (x, y) moves that was put down at (at_x, at_y)."""
    start, grip = at([state["x"], state["y"]], w), lift(state, w)
    if near(at_x, at_y, start[0], start[1]):
        return [["x", LEFT + x * (RIGHT - LEFT) / w], ["y", HIGH - 4 * HIGH * y / height(w)]]
    if at_y < up(1.6, w) or at_y > up(-0.1, w):
        return []
    flat, steep = along(state["lr"], state, w), along(state["lr"] * state["kappa"], state, w)
    if min(abs(at_x - flat), abs(at_x - steep)) < 22:
        x = 10 ** ((x - 26) * (np.log10(state["kappa"]) + 1.8) / (w - 34) - np.log10(state["kappa"]) - 1.1)
        return [["lr", x if at_x < (flat + steep) / 2 else x / state["kappa"]]]
    on = state["kappa"] > 10 and flat < at_x < steep and abs(at_y - grip[1]) < 22
    return [["beta", max(0, 4.25 - 5 * y / height(w)) ** 2]] if on else []


def spoken(name, state, say):
    """The name of a handle, its value, and both as a sentence."""
    shown, called = brief(state[name], 4), "β"
    if name == "lr":
        called = say("학습률", "learning rate")
    if name == "x":
        called = say("출발, 완만", "start, flat")
    if name == "y":
        called = say("출발, 가파름", "start, steep")
    return [called, shown, called + ": " + shown]


def rows(state, say):
    """No line of code is let in or out here."""
    return []


def tell(state, say):
    """What is to be seen, as a sentence or two."""
    points, steps, rests = walked(state, state["lr"], state["beta"]), to_millionth(state), lefts(state)
    lr, beta = brief(state["lr"], 4), brief(state["beta"], 4)
    start = "(" + brief(state["x"], 4) + ", " + brief(state["y"], 4) + ")"
    end = "(" + number(points[STEPS][0], 2) + ", " + number(points[STEPS][1], 2) + ")"
    flat, steep, ball = short(rests[0]), short(rests[1]), state["beta"] > 0
    return say(
        "출발점 " + start + ", 학습률 " + lr + (", β " + beta if ball else "") + ": 30스텝 뒤에는 " + end
        + "에 있고, 백만분의 1" + ("에는 이르지 못합니다" if steps == np.inf
                             else "까지 " + brief(steps, 6) + "스텝이 듭니다")
        + ". " + ("길게 보면 " if ball else "") + "한 스텝에 완만한 방향은 " + flat + "배, 가파른 방향은 "
        + steep + "배가 남습니다. ",
        "From " + start + " with lr = " + lr + (" and β = " + beta if ball else "") + ", 30 steps lead to "
        + end + (", and never to a millionth. " if steps == np.inf else "; a millionth takes " + brief(steps, 6) + ". ")
        + ("In the long run a" if ball else "A") + " step leaves " + flat + " along the flat direction, " + steep
        + " along the steep one. ",
    ) + verdict(state, rests, say)


def verdict(state, rests, say):
    """Who sets the pace, and how far the wall is."""
    wall = brief(limit(state), 4)
    if state["lr"] > limit(state) * (1 + 1e-9):
        return say("한계 " + wall + "보다 커서, 가파른 방향이 스텝마다 커집니다.",
                   "Over the limit of " + wall + " the steep direction grows.")
    if rests[1] > 1 - 1e-9:
        return say("꼭 한계입니다. 가파른 방향은 양쪽을 영원히 오갑니다.",
                   "At the limit the steep direction goes to and fro forever.")
    if state["beta"] > 0:
        return floor(state, rests, say)
    if abs(rests[0] - rests[1]) < 1e-9:
        return say("두 방향이 같습니다. 이보다 빠른 학습률은 없고, 바로 옆의 " + wall + "부터는 줄지 않습니다.",
                   "Both leave as much: no learning rate is faster, and the limit of " + wall + " is next to it.")
    if rests[0] > rests[1]:
        return say("전체 속도는 완만한 방향이 정합니다.", "The flat direction sets the pace.")
    return say("전체 속도는 가파른 방향이 정합니다. 한계는 " + wall + "입니다.",
               "The steep direction sets the pace; the limit is " + wall + ".")


def floor(state, rests, say):
    """Where the two directions stand beside the floor of momentum."""
    root = np.sqrt(state["beta"]) + 1e-6
    if rests[0] > root and rests[1] > root:
        if state["lr"] * state["kappa"] < 1:
            return say("학습률이 작아 두 방향 모두 아직 바닥에 닿지 않았습니다.",
                       "The learning rate is small: neither direction has reached the floor.")
        return say("바닥이 좁아 두 방향 모두 밖에 있습니다.", "The floor is too narrow: both stand outside.")
    if rests[1] > root:
        return say("가파른 방향이 바닥 밖에 있습니다.", "The steep direction stands off the floor.")
    if rests[0] > root:
        return say("완만한 방향이 아직 바닥에 닿지 않았습니다.", "The flat direction has not reached the floor.")
    if abs(state["beta"] - best_beta(state["kappa"])) < 1e-9:
        return say("바닥의 너비가 두 방향의 간격과 꼭 같습니다. 이보다 적게 남기는 학습률과 β는 없습니다.",
                   "The floor is as wide as the two are apart: no learning rate and β leave less.")
    return say("둘 다 바닥에 있습니다. 바닥이 필요한 것보다 넓어서 그만큼 높습니다.",
               "Both stand on the floor, which is wider than it need be, and so higher.")


def printed(state):
    """All that the listing prints."""
    return [*walked(state, state["lr"], state["beta"])[STEPS], to_millionth(state)]


def code(state):
    """A listing that prints where thirty steps lead, and the steps to a millionth."""
    pace = ", " + str(state["lr"]) + ", " + str(state["beta"])
    steep = str(state["kappa"]) + pace
    x, y = "walk(" + str(state["x"]) + ", 1" + pace, "walk(" + str(state["y"]) + ", " + steep
    steps = ["steps_to_millionth(1" + pace + ")", "steps_to_millionth(" + steep + ")"]
    return ("import numpy as np\n\n\n" + SOURCE + "\n\nprint(" + x + ", 30)[-1])\nprint(" + y + ", 30)[-1])\nprint(max("
            + ", ".join(steps) + "))\n")


figure_start, told = still(draw, HANDLES), caption(tell, HANDLES)
