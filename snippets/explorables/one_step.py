"""One Adam step taken apart: twelve gradients, every line of the rule with its number, and each line can be left out.

The page shows `lines`, and a reader's browser computes with it. Compiled: see `snippets/shared/explore.py`.
"""

import inspect

import numpy as np

from snippets.shared.explore import (
    Handle,
    bar,
    caption,
    dot,
    fill,
    line,
    near,
    number,
    short,
    still,
    stroke,
    switch,
    ten_to,
    words,
)


# --8<-- [start:lines]
def lines(gs, without="", beta1=0.9, beta2=0.999, eps=1e-8):
    out = without.split(", ")
    m = v = 0.0
    found = []
    for k, g in enumerate(gs):
        t = k if "t + 1" in out else k + 1
        m = g if "m" in out else beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        raw = "m" in out or "m_hat" in out
        m_hat = m if raw else m / (1 - beta1**t)
        v_hat = v if "v_hat" in out else v / (1 - beta2**t)
        root = v_hat if "sqrt" in out else np.sqrt(v_hat)
        below = root if "eps" in out else root + eps
        step = m_hat if "v" in out else m_hat / below
        found.append((t, m, v, m_hat, v_hat, root, below, step))
    return found
# --8<-- [end:lines]


SOURCE = inspect.getsource(lines)
STEP = 7
ROWS = [  # what can be left out, its code, its colour; in the order of `lines`
    ["t + 1", "t = t + 1", "ink"],
    ["m", "m = beta1 * m + (1 - beta1) * g", "m"],
    ["v", "v = beta2 * v + (1 - beta2) * g**2", "v"],
    ["m_hat", "m_hat = m / (1 - beta1**t)", "m"],
    ["v_hat", "v_hat = v / (1 - beta2**t)", "v"],
    ["sqrt", "root = sqrt(v_hat)", "v"],
    ["eps", "below = root + eps", "ink"],
    ["", "step / lr = m_hat / below", "step"],
]
LINES = [row[0] for row in ROWS if row[0]]
SMALL = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
ONES = [1, 2, 3, 4, 5, 6, 7, 8, 9]
GRADIENTS = [-x for x in [10, *ONES[::-1], *SMALL[::-1]]] + [0, *SMALL, *ONES, *(10 * x for x in ONES), 100]
HANDLES = [
    Handle("t", list(range(1, 13)), 11, [], 3, ""),
    Handle("g", GRADIENTS, [1] * 10 + [10, 1], [-1, 0, 1, 10, 100], 5, "t"),
    Handle("times", list(range(-9, 7)), 0, [], 3, ""),
    *(switch(name, 1) for name in LINES),
]
TICKS = [-10, -1, 0, 1, 10, 100]


# What is computed

def left_out(state):
    """The lines that are left out, as `lines` takes them."""
    return ", ".join([name for name in LINES if state[name] == 0])


def gradients(state):
    """The twelve gradients."""
    found = []
    for g in state["g"]:
        found.append(np.float64(g) * 10.0 ** state["times"])
    return found


def steps_of(state, without):
    """The steps in learning rates, some lines left out."""
    return [row[STEP] for row in lines(gradients(state), without)]


# What is drawn

def level(g):
    """The height of a gradient: 1, 10 and 100 are equally far apart, and 0 has its place."""
    return np.sign(g) * np.log10(1 + 9 * abs(g))


def column(t, w):
    """The middle of the column of a step."""
    return 40 + (t - 0.5) * (w - 46) / 12


def height(w):
    """The height of the drawing of a width."""
    return np.floor((0.62 if w < 500 else 0.45) * w)


def upper(g, w):
    """Where a gradient stands in the upper panel."""
    return (0.09 + 0.4 * (2.96 - level(g)) / 4.92) * height(w)


def ceiling(steps):
    """The end of the axis of steps: 1, 2, 5, 10, 20, 50 … learning rates."""
    end, k = 1.0, 0
    for step in steps:
        while end < 0.999 * abs(step) < np.inf:
            end *= [2.0, 2.5, 2.0][k % 3]
            k += 1
    return end


def draw(state, say, w):
    """The drawing of a state at a width: its height, and its shapes."""
    size, wide = (11 if w < 500 else 13), (w - 46) / 12
    left = column(state["t"], w) - wide / 2
    shapes = [bar(left, 0.06 * height(w), wide, 0.94 * height(w), fill("rule") + "opacity: 0.45;")]
    draw_gradients(shapes, state, say, w, size)
    draw_steps(shapes, state, say, w, size)
    return [height(w), shapes]


def rule(shapes, y, text, strong, w, size):
    """A line across the panel, and what it stands for."""
    shapes.append(words(34, y + size / 3, text, fill("soft"), "end", size))
    shapes.append(line(40, y, w - 6, y, stroke("soft" if strong else "rule", 0.7)))


def tick(g, times):
    """A gradient at the axis: as it is, or where all are scaled as a power of ten."""
    if g == 0 or times == 0:
        return short(g)
    return ("−" if g < 0 else "") + ten_to(int(np.floor(np.log10(abs(g)) + 0.5)) + times)


def draw_gradients(shapes, state, say, w, size):
    """The upper panel."""
    shapes.append(words(8, size, say("기울기 g", "gradient g"), fill("g"), "start", size))
    for g in [-10, -1, 0, 1, 10, 100]:
        rule(shapes, upper(g, w), tick(g, state["times"]), g == 0, w, size)
    for t, g in enumerate(state["g"]):
        top = min(upper(g, w), upper(0, w))
        shapes.append(bar(column(t + 1, w) - w / 50, top, w / 25, abs(upper(g, w) - upper(0, w)), fill("g")))
        shapes.append(dot(column(t + 1, w), upper(g, w), size / 3, fill("paper") + stroke("g", 1.5)))
    at = upper(state["g"][state["t"] - 1], w)
    shapes.append(dot(column(state["t"], w), at, size / 2, fill("paper") + stroke("step", 2)))


def draw_steps(shapes, state, say, w, size):
    """The lower panel: the steps, and as rings those of the whole rule where a line is left out."""
    found, whole = steps_of(state, left_out(state)), steps_of(state, "")
    end, low = ceiling(found), 0.1
    for step in found:
        low = 1.0 if step < -0.1 * end else low
    title = say("스텝 / 학습률", "step / lr")
    if end > 1:
        title += say(", 축의 끝 ", ", axis up to ") + short(end)
    shapes.append(words(40, 0.535 * height(w), title, fill("step"), "start", size))
    for step in [-1, 0, 1] if end < 8 else [0]:
        if step >= -low * end:
            rule(shapes, lower(step / end, low, w), str(step), step == 0, w, size)
    if end > 1:
        rule(shapes, lower(1, low, w), short(end), False, w, size)
    for t, step in enumerate(found):
        if whole[t] != step and -low * end <= whole[t] <= end:
            ring = stroke("soft", 1.2) + "fill: none;"
            shapes.append(dot(column(t + 1, w), lower(whole[t] / end, low, w), size / 3, ring))
        lollipop(shapes, column(t + 1, w), step, lower(0, low, w), lower(step / end, low, w), size)
    chosen = found[state["t"] - 1]
    if abs(chosen) < np.inf:
        y = lower(max(chosen, 0.0) / end, low, w) - size / 2
        shapes.append(words(column(state["t"], w), y, number(chosen, 3), fill("step"), "middle", size))


def lower(part, low, w):
    """Where a part of the end of the axis stands in the lower panel, which begins `low` parts below 0."""
    return height(w) * (0.97 - 0.36 * (part + low) / (1 + low))


def lollipop(shapes, x, step, zero, y, size):
    """A step, or in words what is no number."""
    if abs(step) < np.inf:
        shapes.append(line(x, zero, x, y, stroke("step", 2.5)))
        shapes.append(dot(x, y, size / 3, fill("step")))
    else:
        shapes.append(words(x, zero - 4, number(step, 3), fill("wrong"), "middle", size))


# What a hand does, and what is said

def hint(say):
    """What there is to do."""
    return say("막대를 골라 그 끝의 동그라미나 슬라이더로 바꿔 보세요. 기울기를 모두 1000배로 하고, 한 줄씩 빼 보세요.",
               "Choose a bar and drag its ring or its slider; multiply all gradients by 1000; leave out a line.")


def grab(state, x, y, at_x, at_y, touch, w):
    """What a pointer at (x, y) moves that was put down at (at_x, at_y): a finger a bar that was chosen before."""
    t = np.floor((x - 40) / (w - 46) * 12) + 1
    if at_x < 40 or at_x > w - 6 or at_y < 0.06 * height(w):
        return []
    ring = near(at_x, at_y, column(state["t"], w), upper(state["g"][state["t"] - 1], w))
    if at_y > 0.5 * height(w) or touch and not ring or x == at_x and y == at_y:
        return [["t", t]]
    high = 2.96 - (y / height(w) - 0.09) * 4.92 / 0.4
    return [["g", np.sign(high) * (10.0 ** abs(high) - 1) / 9]]


def spoken(name, state, say):
    """The name of a handle, its value, and both as a sentence."""
    t = str(state["t"])
    if name == "t":
        return [say("스텝 t", "step t"), t, say(t + "번째 스텝", "step " + t)]
    times = "× " + short(10.0 ** state["times"])
    if name == "times":
        return [say("기울기 모두", "all gradients"), times, say("기울기 모두 ", "all gradients ") + times]
    g = short(state["g"][state["t"] - 1] * 10.0 ** state["times"])
    return [say(t + "번째 기울기", "gradient " + t), g, say(t + "번째 기울기 ", "gradient " + t + ": ") + g]


def rows(state, say):
    """The lines of code of the step that is looked at, each with its number."""
    numbers, found = lines(gradients(state), left_out(state))[state["t"] - 1], []
    for k, row in enumerate(ROWS):
        text = short(numbers[k]) if k == 0 else number(numbers[k], 3)
        if state["v"] == 0 and (row[2] == "v" or row[0] == "eps"):
            text = "–"
        found.append([row[0], "step / lr = m_hat" if state["v"] == 0 and k == STEP else row[1], text, row[2]])
    return found


def tell(state, say):
    """What is to be seen, as a sentence or two."""
    t, g = str(state["t"]), gradients(state)[state["t"] - 1]
    steps, whole = steps_of(state, left_out(state)), steps_of(state, "")
    step = number(steps[state["t"] - 1], 3)
    first = say(
        t + "번째 스텝: 기울기는 " + short(g) + ", 스텝은 학습률의 " + step + "배입니다. ",
        "Step " + t + ": the gradient is " + short(g) + ", the step " + step + " learning rates. ",
    )
    if left_out(state) != "":
        return first + without(left_out(state), number(whole[state["t"] - 1], 3), say)
    if state["times"] != 0:
        return first + scaled(state, steps, say)
    return first + turned(g, state["t"] - 1, state["g"], say)


def without(gone, step, say):
    """What the step would be with every line."""
    return say(gone + " 줄을 뺐습니다. 빼지 않으면 학습률의 " + step + "배입니다(동그라미).",
               "The line of " + gone + " is left out; with it, the step is " + step + " (rings).")


def scaled(state, steps, say):
    """How much the steps differ from those of the gradients as they were."""
    most, times = 0.0, short(10.0 ** state["times"])
    for t, row in enumerate(lines(state["g"])):
        most = max(most, abs(steps[t] - row[STEP]))
    unit = 10.0 ** (np.floor(np.log10(max(most, 1e-9))) - 1)
    moved = short(-np.floor(-max(most, 1e-9) / unit) * unit)
    if most < 0.001:
        return say("기울기가 모두 " + times + "배가 되었지만, " + moved + " 넘게 달라진 스텝은 없습니다.",
                   "All gradients times " + times + ", and no step has changed by more than " + moved + ".")
    return say("기울기가 아주 작아 ε이 드러납니다. 스텝이 " + number(most, 2) + "만큼까지 달라졌습니다.",
               "Gradients this small let ε show: a step has changed by " + number(most, 2) + ".")


def turned(g, k, gs, say):
    """What is odd in a step beside the one before."""
    found = lines(gs)
    step, before = found[k][STEP], found[max(k - 1, 0)]
    if g * step < 0:
        return say("기울기는 방향을 바꾸었지만 스텝은 아직 가던 쪽입니다. m이 앞의 기울기를 기억합니다.",
                   "The gradient has turned, and the step still goes the old way: m remembers.")
    if g == 0 and step != 0:
        return say("기울기가 0인데도 움직입니다. m이 앞의 기울기를 기억합니다.",
                   "No gradient, and still it moves: m remembers.")
    if k == 0 or abs(g) <= abs(gs[k - 1]) or abs(step) >= 0.999 * abs(before[STEP]):
        return ""
    if step * before[STEP] < 0:
        return say("바로 앞 기울기보다 큰데, 스텝은 방향을 바꾸며 짧아졌습니다. ",
                   "A larger gradient than before; the step turns and is shorter: ") + why(found[k], before, say)
    return say("바로 앞 기울기보다 큰데도 스텝은 더 짧습니다. ",
               "A larger gradient than before, a shorter step: ") + why(found[k], before, say)


def why(now, before, say):
    """What has made a step shorter than the one before."""
    if now[4] <= before[4]:
        return say("m_hat이 v_hat의 제곱근보다 더 많이 작아졌습니다.", "m_hat has shrunk more than the root of v_hat.")
    if abs(now[3]) < abs(before[3]):
        return say("m_hat은 작아지고 v_hat의 제곱근은 커졌습니다.", "m_hat has shrunk, the root of v_hat has grown.")
    return say("v_hat의 제곱근이 m_hat보다 더 많이 커졌습니다.", "the root of v_hat has grown more than m_hat.")


def printed(state):
    """All that the listing prints."""
    return lines(gradients(state), left_out(state))


def code(state):
    """A listing that prints the numbers of all steps."""
    gs = "[" + ", ".join([str(g) for g in state["g"]]) + "]"
    return ("import numpy as np\n\n\n" + SOURCE + "\n\ng = np.array(" + gs + ") * 1e" + str(state["times"])
            + "\nfor row in lines(g, \"" + left_out(state) + "\"):\n    print(*(f\"{x:.6g}\" for x in row))\n")


figure_start, told = still(draw, HANDLES), caption(tell, HANDLES)
