"""How full the two memories of Adam are under a constant gradient, what dividing by that does, and doing it again.

The page's figures and a reader's browser compute with `averages`. Compiled: see `snippets/shared/explore.py`.
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
    number,
    path,
    short,
    still,
    stroke,
    switch,
    ten_to,
    words,
)


def averages(T, beta1, beta2, back, g=10.0):
    m = v = 0.0
    found = []
    for k in range(T):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1 ** (k + 1))
        v_hat = v / (1 - beta2 ** (k + 1))
        if back:
            m, v = m_hat, v_hat
        found.append((m, v, m_hat, v_hat))
    return found


SOURCE = inspect.getsource(averages)
STEPS = [*range(1, 21), 22, 25, 30, 35, 40, 44, 50, 60, 70, 80, 90, 100, 120, 150, 200, 250, 300, 326,
         400, 500, 700, 1000, 1500, 2000, 3000, 4000, 5000]
HANDLES = [
    Handle("t", STEPS, 10, [1, 12, 100, 1000], 5, ""),
    Handle("beta1", [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99], 0.9, [], 3, ""),
    Handle("beta2", [0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999], 0.999, [], 3, ""),
    switch("back", 0),
]


# What is computed

def path_of(state, T):
    """m and v, and both corrected, after each step."""
    return averages(T, state["beta1"], state["beta2"], state["back"] == 1)


def ratio(row):
    """The step in learning rates if m and v are used as they are."""
    return row[0] / np.sqrt(np.float64(row[1]))


# What is drawn

def height(w):
    """The height of the drawing of a width."""
    return np.floor((0.66 if w < 500 else 0.45) * w)


def place(t, w):
    """Where a step stands on the axis of t."""
    return 46 + np.log10(t) * (w - 58) / 3.7


def draw(state, say, w):
    """The drawing of a state at a width: its height, and its shapes."""
    size, shapes = 11 if w < 500 else 13, []
    draw_memory(shapes, "m", "β₁", state["beta1"], state["t"], 0, w, size)
    draw_memory(shapes, "v", "β₂", state["beta2"], state["t"], 0.2, w, size)
    empty = say("빈 곳은 처음 0의 가중치", "empty: the zero at the start")
    shapes.append(words(w - 6, size, empty, fill("soft"), "end", size))
    draw_steps(shapes, state, say, w, size)
    return [height(w), shapes]


def draw_memory(shapes, name, label, beta, t, top, w, size):
    """A memory: what the gradients have of it, a cell each, the newest at the left; the rest is the zero's."""
    y, deep, part = top * height(w) + 1.4 * size, 0.085 * height(w), 1 - beta**t
    text = name + ": 1 − " + label + "ᵗ = " + number(part, 3)
    shapes.append(words(2, y - size * 0.4, text, fill(name), "start", size))
    shapes.append(bar(2, y, w - 8, deep, stroke("soft", 0.8) + "fill: none; stroke-dasharray: 3 3;"))
    shapes.append(bar(2, y, (w - 8) * part, deep, fill(name)))
    for k in range(1, min(t, 30)):
        x = 2 + (w - 8) * (1 - beta**k)
        if (w - 8) * (1 - beta) * beta**k > 2:
            shapes.append(line(x, y, x, y + deep, stroke("paper", 0.6)))


def logs_of(state):
    """The powers of ten of m / √v after each step, and the ends of their axis."""
    rows, logs, low, high = path_of(state, 5000), [], -1.0, 1.0
    for t in STEPS:
        if 0 < ratio(rows[t - 1]) < np.inf:
            logs.append([t, np.log10(ratio(rows[t - 1]))])
            low, high = min(low, np.floor(logs[len(logs) - 1][1])), max(high, -np.floor(-logs[len(logs) - 1][1]))
    most = max(-low, high)
    return [logs, low, high] if state["back"] == 1 else [logs, -most, most]


def draw_steps(shapes, state, say, w, size):
    """What m / √v is after each step, and what the correction multiplies it by; or what it is when written back."""
    logs, low, high = logs_of(state)
    colour, back = ("wrong" if state["back"] == 1 else "step"), state["back"] == 1
    draw_axes(shapes, low, high, state, w, size)
    if not back:
        mirror = [[place(step[0], w), rise(-step[1], low, high, w)] for step in logs]
        shapes.append(path(mirror, stroke("patched", 1.5) + "stroke-dasharray: 4 3;"))
        text = say("파선: 보정이 곱하는 수", "dashed: the correction multiplies by")
        shapes.append(words(w - 6, 0.45 * height(w), text, fill("patched"), "end", size))
    points = [[place(step[0], w), rise(step[1], low, high, w)] for step in logs]
    shapes.append(path(points, stroke(colour, 2)))
    at = ratio(path_of(state, state["t"])[state["t"] - 1])  # 0 once v has overflowed: at the foot
    y = rise(np.log10(at) if at > 0 else low, low, high, w)
    if at == 0:
        shapes.append(words(place(state["t"], w) - size, y - 4, "0 ↓", fill(colour), "end", size))
    shapes.append(dot(place(state["t"], w), y, size / 2, fill("paper") + stroke(colour, 2)))
    shapes.append(words(2, 0.45 * height(w), "m / √v", fill(colour), "start", size))


def rise(power, low, high, w):
    """Where a power of ten stands between the ends of its axis."""
    return (0.92 - 0.42 * (power - low) / (high - low)) * height(w)


def draw_axes(shapes, low, high, state, w, size):
    """The powers of ten at the left, and the steps below."""
    powers, gap = [low, 0, high], 50 if low < -60 else 20 if low < -24 else 5
    for k in range(1, 9):
        if -gap * k > 0.85 * low:
            powers.append(-gap * k)
    for power in powers:
        y = rise(power, low, high, w)
        if power == 0 or abs(power) > 0.1 * (high - low):
            text = short(10.0**power) if abs(power) < 5 else ten_to(int(power))
            shapes.append(words(38, y + size / 3, text, fill("soft"), "end", size))
        shapes.append(line(42, y, w - 6, y, stroke("adam" if power == 0 else "rule", 1)))
    for t in [1, 10, 100, 1000]:
        text = ("t = " if t == 1 else "") + short(t)
        shapes.append(words(place(t, w), height(w) - 2, text, fill("soft"), "middle", size))
    x = place(state["t"], w)
    shapes.append(line(x, rise(high, low, high, w), x, rise(low, low, high, w), stroke("soft", 0.8)))


# What a hand does, and what is said

def hint(say):
    """What there is to do."""
    return say("기울기는 모두 10입니다. t를 끌어 보고, 보정한 값을 도로 넣는 줄을 켜 보세요.",
               "Every gradient is 10. Drag t; then switch on the line that writes the corrected values back.")


def grab(state, x, y, at_x, at_y, touch, w):
    """What a pointer at (x, y) moves that was put down at (at_x, at_y)."""
    return [["t", 10.0 ** ((x - 46) * 3.7 / (w - 58))]] if at_x > 24 and at_y > 0.47 * height(w) else []


def spoken(name, state, say):
    """The name of a handle, its value, and both as a sentence."""
    shown = str(state[name])
    if name == "t":
        return [say("스텝 t", "step t"), short(state["t"]), say(shown + "번째 스텝", "step " + shown)]
    called = "β₁" if name == "beta1" else "β₂"
    return [called, shown, called + " = " + shown]


def rows(state, say):
    """The averages at the step that is looked at, each with its number, and the line that may be let in."""
    last = path_of(state, state["t"])[state["t"] - 1]
    colour = "wrong" if state["back"] == 1 else "step"
    return [["", "m_hat = m / (1 - beta1**t)", number(last[2], 3), "m"],
            ["", "v_hat = v / (1 - beta2**t)", number(last[3], 3), "v"],
            ["", "m_hat / sqrt(v_hat)", number(ratio([last[2], last[3]]), 3), colour if state["back"] == 1 else "adam"],
            ["back", "m, v = m_hat, v_hat", "", "wrong"],
            ["", "m / sqrt(v)", number(ratio(last), 3), colour]]


def tell(state, say):
    """What is to be seen, as a sentence or two."""
    t, last = short(state["t"]), path_of(state, state["t"])[state["t"] - 1]
    step = number(ratio(last), 3)
    m, v = number(1 - state["beta1"] ** state["t"], 3), number(1 - state["beta2"] ** state["t"], 3)
    if state["back"] == 1:
        return say(
            "나눈 값을 도로 넣으면 다음 스텝에서 또 나눕니다. " + t + "번째 스텝에서 m/√v는 "
            + ("" if step == "1.00" else "1이 아니라 ") + step + "입니다.",
            "Written back, what was divided is divided again: at step " + t + " m/√v is " + step
            + ("." if step == "1.00" else " instead of 1."),
        ) + after(last[1], m == "1.00" and v == "1.00", say)
    return say(
        t + "번째 스텝: 기울기의 가중치는 m에서 " + m + ", v에서 " + v + "입니다. 보정하지 않은 스텝은 학습률의 " + step
        + "배이고, 보정은 그것을 " + number(1 / ratio(last), 3) + "배로 만듭니다.",
        "Step " + t + ": the gradients fill " + m + " of m and " + v + " of v. Uncorrected, the step is " + step
        + " learning rates; the correction multiplies it by " + number(1 / ratio(last), 3) + ".",
    )


def after(average, full, say):
    """What becomes of v: it has overflowed, or nothing makes it larger any more."""
    if average == np.inf:
        return say(" v가 넘쳤습니다.", " v has overflowed.")
    if not full:
        return ""
    return say(
        " 이제 1 − βᵗ은 둘 다 거의 1이라 나누어도 거의 그대로이고, 이동평균이 앞의 값을 잊어 m/√v는 결국 1이 됩니다.",
        " Now both 1 − βᵗ are about 1: dividing changes little, the averages forget, and m/√v ends at 1.",
    )


def printed(state):
    """All that the listing prints."""
    last = path_of(state, state["t"])[state["t"] - 1]
    return [*last, ratio(last)]


def code(state):
    """A listing that prints the averages of the step, and the step itself."""
    given = [str(state["t"]), str(state["beta1"]), str(state["beta2"]), "True" if state["back"] == 1 else "False"]
    return ("import numpy as np\n\n\n" + SOURCE + "\n\nm, v, m_hat, v_hat = averages(" + ", ".join(given)
            + ")[-1]\nprint(m, v, m_hat, v_hat, m / np.sqrt(v))\n")


figure_start, told = still(draw, HANDLES), caption(tell, HANDLES)
