"""A valley turned away from the axes: the path of gradient descent turns with it, that of RMSProp becomes another.

The rules are those of the library, here for each coordinate. Compiled: see `snippets/shared/explore.py`.
"""

import inspect

import numpy as np

from mhat.rules import gradient_descent, rmsprop
from snippets.shared.explore import Handle, caption, dot, fill, line, near, number, path, ring, still, stroke, words


def walk(turn, kappa, lr, scaled, steps, within):
    c, s = np.cos(turn * np.pi / 180), np.sin(turn * np.pi / 180)
    x, y, flat, steep = c - 0.6 * s, s + 0.6 * c, 1.0, 0.6
    one, other, points = (0.0,), (0.0,), [[flat, steep]]
    while len(points) <= steps and flat * flat + steep * steep > within * within:
        g, h = c * flat - s * kappa * steep, s * flat + c * kappa * steep
        if scaled:
            x, one = rmsprop(x, g, one, lr, 0.9, 0.0)
            y, other = rmsprop(y, h, other, lr, 0.9, 0.0)
        else:
            x, one = gradient_descent(x, g, one, lr)
            y, other = gradient_descent(y, h, other, lr)
        flat, steep = c * x + s * y, c * y - s * x
        points.append([flat, steep])
    return points


SOURCE = "\n\n".join(inspect.getsource(function) for function in (gradient_descent, rmsprop, walk))
STEPS, NEAR, LR, BAND = 40, 0.1, 0.03, "opacity: 0.45; stroke-linejoin: round;"
LEFT, RIGHT, LOW, HIGH, RING = -0.75, 1.45, -0.4, 1.42, 1.3  # of the plane that is shown
TURNS = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90]
HANDLES = [
    Handle("turn", TURNS, 45, [0, 45, 90], 3, ""),
    Handle("kappa", [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300], 100, [], 3, ""),
]


# What is computed

def walked(state, turn, scaled):
    """Forty steps, along the flat and along the steep direction."""
    return walk(turn, state["kappa"], LR if scaled else 1 / state["kappa"], scaled, STEPS, 0)


def steps_at(state, turn, scaled):
    """The first step that is within a tenth of the minimum."""
    return len(walk(turn, state["kappa"], LR if scaled else 1 / state["kappa"], scaled, 5000, NEAR)) - 1


# What is drawn

def height(w):
    """The height of the drawing of a width."""
    return np.floor((1.3 if w < 500 else 0.53) * w)


def unit(w):
    """How long a distance of 1 is in the plane."""
    return (w if w < 500 else 0.55 * w) / (RIGHT - LEFT)


def at(point, turn, w):
    """Where a place of the valley is drawn that is turned so far."""
    c, s = np.cos(turn * np.pi / 180), np.sin(turn * np.pi / 180)
    x, y = c * point[0] - s * point[1], s * point[0] + c * point[1]
    return [(x - LEFT) * unit(w), (HIGH - y) * unit(w) + 34]


def chart(w):
    """The left and right end of the chart, its foot and how tall it is."""
    return [34, w - 12, height(w) - 34, 0.2 * w] if w < 500 else [0.62 * w, w - 12, height(w) - 40, 0.36 * w]


def across(turn, w):
    """Where an angle stands on the chart."""
    ends = chart(w)
    return ends[0] + turn * (ends[1] - ends[0]) / 90


def draw(state, say, w):
    """The drawing of a state at a width: its height, and its shapes."""
    size, shapes = 11 if w < 500 else 13, []
    draw_plane(shapes, state, w, size)
    draw_paths(shapes, state, say, w, size)
    draw_chart(shapes, state, say, w, size)
    return [height(w), shapes]


def draw_plane(shapes, state, w, size):
    """The axes, the level lines, and the arc on which the valley is turned."""
    for end in [["θ₁", at([LEFT, 0], 0, w), at([RIGHT, 0], 0, w), -2, -5],
                ["θ₂", at([0, LOW], 0, w), at([0, HIGH], 0, w), -6, 10]]:
        shapes.append(line(end[1][0], end[1][1], end[2][0], end[2][1], stroke("soft", 0.9)))
        shapes.append(words(end[2][0] + end[3], end[2][1] + end[4], end[0], fill("soft"), "end", size))
    for reach in [0.5, RING]:
        draw_level(shapes, reach, reach / np.sqrt(state["kappa"]), state["turn"], w)
    arc = []
    for k in range(16):
        arc.append(at([RING, 0], 6 * k, w))
    shapes.append(path(arc, stroke("step", 1) + "stroke-dasharray: 2 3;"))


def draw_level(shapes, flat, steep, turn, w):
    """The two long sides of an ellipse, as far as they are in sight."""
    right, foot = (RIGHT - LEFT) * unit(w), 34 + (HIGH - LOW) * unit(w)
    for side in [-1, 1]:
        points = []
        for k in range(61):
            a = k * np.pi / 60
            point = at([flat * np.cos(a), side * steep * np.sin(a)], turn, w)
            if 0 <= point[0] <= right and 34 <= point[1] <= foot:
                points.append(point)
        shapes.append(path(points, stroke("contour", 0.9)))


def draw_paths(shapes, state, say, w, size):
    """Both paths, and thin the one that RMSProp would take if its path turned too."""
    turn, middle, end = state["turn"], at([0, 0], 0, w), at([RING, 0], state["turn"], w)
    shapes.append(ring(middle[0], middle[1], NEAR * unit(w), NEAR * unit(w), stroke("ink", 1.2)))
    shapes.append(line(middle[0], middle[1], end[0], end[1], stroke("step", 1)))
    shapes.append(dot(end[0], end[1], size / 2, fill("paper") + stroke("step", 2.5)))
    plain = walked(state, turn, False)  # lr = 1/κ: straight down to the floor, then along it
    draw_walk(shapes, [plain[0], plain[1], plain[len(plain) - 1]], turn, "gd", stroke("gd", 6) + BAND, size / 2.2, w)
    draw_walk(shapes, walked(state, 0, True), turn, "rmsprop", stroke("rmsprop", 1.1), 0, w)
    draw_walk(shapes, walked(state, turn, True), turn, "rmsprop", stroke("rmsprop", 2.4), size / 2.6, w)
    start = at([1, 0.6], turn, w)
    shapes.append(dot(start[0], start[1], size / 2.6, fill("paper") + stroke("ink", 1.5)))
    text = say("넓은 선: 경사 하강법", "wide: gradient descent")
    shapes.append(words(8, size, say("RMSProp, 40스텝", "RMSProp, 40 steps"), fill("rmsprop"), "start", size))
    shapes.append(words(8 + 10.5 * size, size, text, fill("gd"), "start", size))
    text = say("가는 선: 경로도 함께 돌았다면", "thin: RMSProp, if its path turned too")
    shapes.append(words(8, 2.3 * size, text, fill("rmsprop"), "start", size))


def draw_walk(shapes, points, turn, colour, look, radius, w):
    """A path as it lies in the plane, and a dot where it ends."""
    places = []
    for point in points:
        places.append(at(point, turn, w))
    shapes.append(path(places, look))
    if radius > 0:
        end = places[len(places) - 1]
        shapes.append(dot(end[0], end[1], radius, fill(colour)))


def counts_of(state):
    """The steps of RMSProp at every angle."""
    counts = []
    for turn in TURNS:
        counts.append(steps_at(state, turn, True))
    return counts


def draw_chart(shapes, state, say, w, size):
    """The steps of both to the circle, for every angle."""
    ends, counts, plain, points = chart(w), counts_of(state), steps_at(state, state["turn"], False), []
    here, most = counts[TURNS.index(state["turn"])], plain
    for count in counts:
        most = max(most, count)
    scale = ends[3] / most
    for k, turn in enumerate(TURNS):
        points.append([across(turn, w), ends[2] - counts[k] * scale])
    draw_axis(shapes, say, w, size)
    x, y, close = across(state["turn"], w), ends[2] - plain * scale, abs(plain - here) * scale < 2 * size
    shapes.append(line(ends[0], y, ends[1], y, stroke("gd", 4.5) + BAND))
    shapes.append(path(points, stroke("rmsprop", 2.2)))
    shapes.append(line(x, ends[2], x, ends[2] - ends[3], stroke("step", 1)))
    draw_count(shapes, state, y, plain, close and here >= plain, "gd", w, size)
    draw_count(shapes, state, ends[2] - here * scale, here, close and here < plain, "rmsprop", w, size)
    if state["turn"] > 15:
        shapes.append(words(ends[0] - 4, points[0][1] + size / 3, str(counts[0]), fill("rmsprop"), "end", size))


def draw_axis(shapes, say, w, size):
    """The angles, and what the chart is of."""
    ends = chart(w)
    shapes.append(line(ends[0], ends[2], ends[1], ends[2], stroke("soft", 0.9)))
    for turn in [0, 45, 90]:
        shapes.append(words(across(turn, w), ends[2] + 1.3 * size, str(turn) + "°", fill("soft"), "middle", size))
    text = say("골짜기를 돌린 각도", "the valley is turned by")
    shapes.append(words(across(45, w), ends[2] + 2.5 * size, text, fill("soft"), "middle", size))
    text = say("작은 원까지의 스텝", "steps to the small circle")
    shapes.append(words(ends[0], ends[2] - ends[3] - 2 * size, text, fill("ink"), "start", size))


def draw_count(shapes, state, y, count, under, look, w, size):
    """A number of steps at the angle, over its point or under it."""
    x, side = across(state["turn"], w), -1 if state["turn"] > 60 else 1
    shapes.append(dot(x, y, size / 2.4, fill(look)))
    at_y = y + size + 5 if under else y - 5
    shapes.append(words(x + side * 7, at_y, str(count), fill(look), "start" if side > 0 else "end", size))


# What a hand does, and what is said

def hint(say):
    """What there is to do."""
    return say("골짜기 끝의 점을 끌어 골짜기를 돌려 보세요. 넓은 경로와 RMSProp의 경로 가운데 어느 쪽이 함께 도나요?",
               "Drag the point at the end of the valley to turn it: does the wide path turn with it, or RMSProp's?")


def grab(state, x, y, at_x, at_y, touch, w):
    """What a pointer at (x, y) moves that was put down at (at_x, at_y)."""
    ends, middle, end = chart(w), at([0, 0], 0, w), at([RING, 0], state["turn"], w)
    if at_x > ends[0] - 20 and ends[2] - ends[3] - 20 < at_y < ends[2] + 20:
        return [["turn", (x - ends[0]) * 90 / (ends[1] - ends[0])]]
    turn = np.arctan2(middle[1] - y, x - middle[0]) * 180 / np.pi
    return [["turn", turn if turn > -90 else 90]] if near(at_x, at_y, end[0], end[1]) else []


def spoken(name, state, say):
    """The name of a handle, its value, and both as a sentence."""
    shown = str(state[name])
    if name == "turn":
        return [say("각도", "angle"), shown + "°", say("골짜기를 " + shown + "° 돌림", "turned by " + shown + "°")]
    return [say("조건수 κ", "steepness κ"), shown, say("조건수 " + shown, "condition number " + shown)]


def rows(state, say):
    """No line of code is let in or out here."""
    return []


def tell(state, say):
    """What is to be seen, as a sentence or two."""
    turn, kappa = str(state["turn"]), str(state["kappa"])
    points = walked(state, state["turn"], True)
    rest = number(abs(points[STEPS][0]), 3)
    ours, theirs = str(steps_at(state, state["turn"], True)), str(steps_at(state, state["turn"], False))
    return say(
        turn + "° 돌린 골짜기, κ = " + kappa + ": 학습률 " + str(LR) + "의 RMSProp은 40스텝 만에 완만한 방향의 거리를 "
        + "1에서 " + rest + "까지 줄입니다. 최솟값에서 0.1 안에 들기까지 RMSProp은 " + ours
        + "스텝, 학습률 1/κ의 경사 하강법은 "
        + "각도와 상관없이 " + theirs + "스텝이 듭니다. ",
        "Turned by " + turn + "°, κ = " + kappa + ": 40 steps of RMSProp (lr = " + str(LR) + ") leave " + rest
        + " of 1 along the flat direction. To within 0.1 of the minimum RMSProp takes " + ours
        + " steps, gradient descent (lr = 1/κ) " + theirs + ", whatever the angle. ",
    ) + verdict(state, say)


def verdict(state, say):
    """What the turn costs."""
    least, here = steps_at(state, 0, True), steps_at(state, state["turn"], True)
    text = str(least)
    if state["turn"] == 0 or state["turn"] == 90:
        return say("축과 나란하면 RMSProp은 κ가 얼마이든 " + text + "스텝입니다.",
                   "Along the axes RMSProp takes " + text + " for any κ.")
    if here <= least:
        return say("축과 나란할 때는 " + text + "스텝이므로, 이 각도에서는 더 들지 않습니다.",
                   "Along the axes RMSProp takes " + text + ": this angle costs nothing.")
    times = number(here / least, 2)
    return say("RMSProp은 축과 나란하면 " + text + "스텝이면 되므로, 돌린 탓에 스텝이 " + times + "배 듭니다.",
               "Along the axes RMSProp takes " + text + ": the turn makes it " + times + " times as many.")


def printed(state):
    """All that the listing prints."""
    turn = state["turn"]
    return [walked(state, turn, True)[STEPS][0], steps_at(state, turn, True), steps_at(state, turn, False)]


def code(state):
    """A listing that prints what is left after forty steps, and the steps of both."""
    given = "walk(" + str(state["turn"]) + ", " + str(state["kappa"]) + ", "
    ours = given + str(LR) + ", True, "
    return ("import numpy as np\n\n\n" + SOURCE + "\n\nprint(" + ours + str(STEPS) + ", 0)[-1][0])\nprint(len(" + ours
            + "5000, " + str(NEAR) + ")) - 1)\nprint(len(" + given + "1 / " + str(state["kappa"]) + ", False, 5000, "
            + str(NEAR) + ")) - 1)\n")


_, turned, plain = printed({"turn": 45, "kappa": 100})
least = printed({"turn": 0, "kappa": 100})[1]
figure_start, told = still(draw, HANDLES), caption(tell, HANDLES)
