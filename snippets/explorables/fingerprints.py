"""Two numbers against all mistakes: the first step and a later one, and which fingerprints have both.

The fingerprints come with the build: those of the page on the mistakes. Compiled: see `snippets/shared/explore.py`.
"""

import inspect
from collections import Counter

import numpy as np

from snippets.check.mistakes import LINES, MISTAKES, RULES, steps_of, tells
from snippets.shared.explore import (
    Handle,
    brief,
    caption,
    dot,
    fill,
    line,
    near,
    short,
    still,
    stroke,
    words,
)

TIMES = [1, 2, 4, 10, 30, 100, 250, 500, 1000]
TAKEN = [1, 2, 10, 100, 1000]  # when the second number may be taken; at 1 there is none


def rounded(x, digits=3):
    """Three digits, as the table of the page has them; below a ten-thousandth nothing, above a million all."""
    near = float(f"{x:.{digits}g}") if abs(x) >= 1e-4 or x != x else 0
    near = np.copysign(np.inf, x) if abs(x) > 1e6 else near
    return int(near) if near % 1 == 0 else near


def prints():
    """The right rules and the mistakes that show under a gradient of 10, each with its steps in learning rates."""
    with np.errstate(all="ignore"):
        shown = [name for name in [*RULES, *LINES] if name in RULES or tells(name, "c")]
        # What is only drawn needs two digits.
        steps = {name: [rounded(steps_of(name, "c")[t - 1], 3 if t in TAKEN else 2) for t in TIMES] for name in shown}
    return {name: row for name, row in steps.items() if np.isfinite(row[0])}


def values(times):
    """What a handle stops at, 3 % apart: what most fingerprints have at these times comes first, a grid last."""
    found = Counter(row[TIMES.index(t)] for row in STEPS.values() for t in times)
    kept = []
    for x in [*(x for x, _ in found.most_common()), *(rounded(10.0 ** (k / 8), 2) for k in range(-16, 17))]:
        if abs(x) < np.inf and (x == 0 or abs(x) >= 0.001) and all(abs(x - other) > 0.03 * abs(x) for other in kept):
            kept.append(x)
    return sorted(kept)


STEPS = prints()
NAMES, CURVES = list(STEPS), list(STEPS.values())
RIGHT = len(RULES)
drawn = len(NAMES) - RIGHT
KOREAN, ENGLISH = ([(f"{right} {RULES[name][k]}" if name in RULES else MISTAKES[name].title[k]).replace("`", "")
                    for name in NAMES] for k, right in enumerate(("올바른", "right")))


def left(curves, first, later, k):
    found = []
    for row, steps in enumerate(curves):
        begins = abs(steps[0] - first) < 0.04 * abs(first) + 1e-6
        if begins and abs(steps[k] - later) < 0.04 * abs(later) + 1e-6:
            found.append(row)
    return found


SOURCE = inspect.getsource(left)
HANDLES = [
    Handle("first", values([1]), 1, [0.1, 0.316, 1, 3.16, 10], 5, ""),
    Handle("t", TAKEN, 2, [], 3, ""),
    Handle("later", values(TAKEN[1:]), 0.235, [0.1, 1, 10], 8, ""),
]
SHOWN = 8


# What is computed

def those_left(state):
    """The rows that have both numbers."""
    k = TIMES.index(state["t"]) if state["t"] > 1 else 0
    return left(CURVES, state["first"], state["later"] if k > 0 else state["first"], k)


def apart(x, y):
    """How far apart two steps are in powers of ten, those below a thousandth as one; no other way is as near."""
    far = abs(np.log10(max(abs(x), 0.001)) - np.log10(max(abs(y), 0.001)))
    return far + (9 if x * y < 0 else 0)


def nearest(state):
    """The row that is least far from both numbers together."""
    best, least, k = 0, np.inf, TIMES.index(state["t"])
    for row, steps in enumerate(CURVES):
        far = apart(steps[0], state["first"]) + (apart(steps[k], state["later"]) if k > 0 else 0)
        if far < least:
            best, least = row, far
    return best


def named(state):
    """The rows that are named: those left, or the nearest."""
    found = those_left(state)
    return found if len(found) > 0 else [nearest(state)]


# What is drawn

def height(w):
    """The height of the drawing of a width."""
    return np.floor((0.8 if w < 500 else 0.5) * w)


def across(t, w):
    """Where a step stands."""
    return 54 + np.log10(t) * (w - 70) / 3


def up(step, w):
    """Where the size of a step stands; below a hundredth and above 130 at the edge."""
    power = max(-2.1, min(2.1, np.log10(abs(step)))) if step != 0 else -2.1
    return (0.5 - power / 4.9) * height(w)


def draw(state, say, w):
    """The drawing of a state at a width: its height, and its shapes."""
    size, shapes, found = 11 if w < 500 else 13, [], those_left(state)
    draw_axes(shapes, state, say, w, size)
    faded = ""
    for row, steps in enumerate(CURVES):
        if row not in found:
            faded += way(steps, w)
    draw_curve(shapes, faded, stroke("contour", 1) + "opacity: 0.55;")
    for row in found:
        uphill = "stroke-dasharray: 1 4; stroke-linecap: round;" if CURVES[row][0] < 0 else ""
        draw_curve(shapes, way(CURVES[row], w), stroke("adam" if row < RIGHT else "wrong", 2.4) + uphill)
    if len(found) == 0:
        draw_curve(shapes, way(CURVES[nearest(state)], w), stroke("soft", 1.6))
    draw_hands(shapes, state, w, size)
    return [height(w), shapes]


def draw_axes(shapes, state, say, w, size):
    """Both scales are logarithmic."""
    shapes.append(words(8, size, say("스텝 / 학습률", "step / lr"), fill("soft"), "start", size))
    for step in [0.01, 0.1, 1, 10, 100]:
        y = up(step, w)
        shapes.append(line(54, y, w - 16, y, stroke("adam" if step == 1 else "rule", 1)))
        shapes.append(words(38, y + size / 3, short(step), fill("soft"), "end", size))
    for t in [1, 10, 100, 1000]:
        text = ("t = " if t == 1 else "") + short(t)
        shapes.append(words(across(t, w), height(w) - 3, text, fill("soft"), "end" if t == 1000 else "middle", size))
    if state["t"] > 1:
        x = across(state["t"], w)
        shapes.append(line(x, up(100, w), x, up(0.01, w), stroke("step", 0.8) + "stroke-dasharray: 2 3;"))


def way(steps, w):
    """A fingerprint until its first NaN, as the way of a path; what lies on a level is left out."""
    points, found = [], ""
    for k, step in enumerate(steps):
        if step != step:
            break
        points.append([np.floor(across(TIMES[k], w)), np.floor(up(step, w))])
    for k, point in enumerate(points):
        inner = 0 < k < len(points) - 1
        if not inner or points[k - 1][1] != point[1] or points[k + 1][1] != point[1]:
            found += ("M" if k == 0 else "L") + str(int(point[0])) + " " + str(int(point[1]))
    return found


def draw_curve(shapes, found, look):
    """A way in a colour."""
    shapes.append(["path", {"d": found, "style": look + "fill: none;"}, ""])


def draw_hands(shapes, state, w, size):
    """The two numbers."""
    hands = [[1, state["first"]], [state["t"], state["later"]]]
    for t, step in hands if state["t"] > 1 else hands[:1]:
        look = fill("paper") + stroke("wrong" if step < 0 else "step", 2.8)
        shapes.append(dot(across(t, w), up(step, w), size / 2 + 1, look))
        side = -11 if t == 1000 else 11
        anchor = "end" if side < 0 else "start"
        shapes.append(words(across(t, w) + side, up(step, w) - 7, brief(step, 3), fill("step"), anchor, size))


# What a hand does, and what is said

def hint(say):
    """What there is to do."""
    return say("첫 스텝과 나중의 한 스텝을 자기 값에 맞추세요. 점을 위아래로 끌어도 됩니다.",
               "Set your first step and a later one; the two points can be dragged up and down.")


def grab(state, x, y, at_x, at_y, touch, w):
    """What a pointer at (x, y) moves that was put down at (at_x, at_y): the first step, or the later one."""
    first = state["t"] == 1 or at_x < (across(1, w) + across(state["t"], w)) / 2
    name, t = "first" if first else "later", 1 if first else state["t"]
    on = near(at_x, at_y, across(t, w), up(state[name], w))
    return [[name, 10.0 ** (4.9 * (0.5 - y / height(w)))]] if on else []


def spoken(name, state, say):
    """The name of a handle, its value, and both as a sentence."""
    if name == "t":
        text = say("없음", "none") if state["t"] == 1 else short(state["t"])
        return [say("나중 스텝 t", "later step t"), text, say("나중 스텝 t: ", "the later step is at t = ") + text]
    called = say("첫 스텝", "first step") if name == "first" else say("나중 값", "later value")
    return [called, brief(state[name], 3), called + ": " + brief(state[name], 3)]


def rows(state, say):
    """The names of those left or of the nearest, each a link to where it is treated."""
    found, rows, none = named(state), [], len(those_left(state)) == 0
    for k in range(SHOWN):
        row = found[k] if k < len(found) else -1
        text = say(KOREAN, ENGLISH)[row] if row >= 0 else ""
        link = "" if row < 0 else "#fingerprint" if row < RIGHT else "#" + NAMES[row]
        rows.append(["", text, "", "soft" if none else "adam" if row < RIGHT else "wrong", link])
    return rows


def tell(state, say):
    """What is to be seen, as a sentence or two."""
    found, first = those_left(state), brief(state["first"], 3)
    given = say("첫 스텝 ", "First step ") + first
    if state["t"] > 1:
        t = short(state["t"])
        given += say(", " + t + "번째 스텝 ", ", step " + t + ": ") + brief(state["later"], 3)
    names, count = [say(KOREAN, ENGLISH)[row] for row in found], len([row for row in found if row >= RIGHT])
    if len(found) == 0:
        return given + others(state, say)
    rights = len(names) - count
    mistakes = " · ".join(names[rights:rights + 3]) + (say(" 등", " and more") if count > 3 else "")
    if rights > 0:
        return given + ": " + right_too(" · ".join(names[:rights]), count, mistakes, say)
    return given + say(
        ": 그린 실수 " + str(drawn) + "가지 가운데 " + str(count) + "가지가 남습니다: ",
        ". Of the " + str(drawn) + " mistakes drawn, " + str(count) + (" is" if count < 2 else " are") + " left: ",
    ) + mistakes + "."


def right_too(rules, count, mistakes, say):
    """What right rules give, and how many mistakes cannot be told from them by these numbers."""
    return say(rules + "의 값입니다. ", "as " + rules + ". ") + ("" if count == 0 else say(
        "그린 실수 " + str(drawn) + "가지 가운데 " + str(count) + "가지도 그렇습니다: ",
        str(count) + " of the " + str(drawn) + " mistakes drawn too: ") + mistakes + ".")


def others(state, say):
    """Where no fingerprint has both numbers: what it may be, and which is nearest."""
    row, t = nearest(state), short(state["t"])
    values = brief(CURVES[row][0], 3)
    if state["t"] > 1:
        values += say(", " + t + "번째 스텝 ", ", step " + t + ": ") + brief(CURVES[row][TIMES.index(state["t"])], 3)
    return say(
        ": 여기 그린 지문 가운데에는 없습니다. 설정이 다르거나, 다른 실수이거나, 둘이 겹쳤습니다. 가장 가까운 지문: ",
        ". No fingerprint here has both: other settings, another mistake, or two at once. The nearest: ",
    ) + say(KOREAN, ENGLISH)[row] + " (" + values + ")."


def printed(state):
    """All that the listing prints."""
    k = TIMES.index(state["t"]) if state["t"] > 1 else 0
    return [[CURVES[row][0], CURVES[row][k]] for row in those_left(state)]


def literal(x):
    """A number as Python writes it."""
    if x != x or abs(x) == np.inf:
        return "np.nan" if x != x else "np.inf" if x > 0 else "-np.inf"
    return str(x)


def code(state):
    """A listing that prints the two numbers of those left."""
    k, pairs = TIMES.index(state["t"]) if state["t"] > 1 else 0, ""
    for steps in CURVES:
        pairs += "\n    [" + literal(steps[0]) + ", " + literal(steps[k]) + "],"
    later = str(state["later"] if k > 0 else state["first"])
    return ("import numpy as np\n\n\n" + SOURCE + "\n\nsteps = [" + pairs + "\n]\nfor row in left(steps, "
            + str(state["first"]) + ", " + later + ", 1):\n    print(*steps[row])\n")


figure_start, told = still(draw, HANDLES), caption(tell, HANDLES)
