"""Twenty runs under noise that stays, and the floor where their loss stops: a learning rate, its warm-up, its decay.

The runs are Adam on the loss theta²/2 with gradients theta plus noise of standard deviation 1. The noise comes from
a small generator, so that a seed gives the same runs everywhere. Compiled: see `snippets/shared/explore.py`.
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
    short,
    still,
    stroke,
    ten_to,
    words,
)


def schedule(lr, warm, down, steps):
    lrs = []
    for t in range(1, steps + 1):
        rise = min(1, t / warm) if warm > 0 else 1
        lrs.append(lr * rise * down ** (max(0, t - warm) / (steps - warm)))
    return lrs


def runs(lrs, seed, at, count):
    theta, m, v, losses, seen = [], [], [], [], []
    for _ in range(count):
        theta.append(1.0)
        m.append(0.0)
        v.append(0.0)
    x, wide = 7919 * seed, 6**0.5
    for k, lr in enumerate(lrs):
        m_part, v_part, total = 1 - 0.9 ** (k + 1), 1 - 0.999 ** (k + 1), 0.0
        for i in range(count):
            y = 48271 * x % 2147483647
            x = 48271 * y % 2147483647
            g = theta[i] + wide * ((x + y) / 2147483647 - 1)
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.999 * v[i] + 0.001 * g * g
            theta[i] -= lr * m[i] / m_part / ((v[i] / v_part) ** 0.5 + 1e-8)
            total += theta[i] * theta[i]
        losses.append(total / count / 2)
        if k + 1 == at:
            seen = theta[:]
    return losses, seen


SOURCE = inspect.getsource(schedule) + "\n\n" + inspect.getsource(runs)
STEPS, COUNT, LAST = 1000, 20, 500
TIMES = [1, 2, 3, 5, 7, 10, 14, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250, 300, 400, 500, 600, 700, 800, 900,
         1000]
HANDLES = [
    Handle("lr", [0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3], 0.1,
           [0.001, 0.01, 0.1], 3, ""),
    Handle("down", [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1], 1, [], 3, ""),
    Handle("warm", [0, 10, 20, 50, 100, 200, 500], 0, [], 3, ""),
    Handle("t", TIMES, 1000, [1, 10, 100, 1000], 5, ""),
    Handle("seed", [1, 2, 3, 4, 5, 6, 7, 8], 1, [], 3, ""),
]


# What is computed

def rates(state):
    """The learning rate at each step."""
    return schedule(state["lr"], state["warm"], state["down"], STEPS)


def run(state):
    """The mean loss after each step, and where the runs are at the step that is looked at."""
    return runs(rates(state), state["seed"], state["t"], COUNT)


def mean(values):
    """The mean of a list."""
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


# What is drawn

def height(w):
    """The height of the drawing of a width."""
    return np.floor((1 if w < 500 else 0.66) * w)


def across(t, w):
    """Where a step stands."""
    return 46 + np.log10(t) * (w - 62) / 3


def up(loss, w):
    """Where a loss stands."""
    return (0.06 - 0.56 * max(-5.2, np.log10(loss)) / 5) * height(w)


def beside(theta, w):
    """Where a theta stands."""
    return w / 2 + max(-1.3, min(1.3, theta)) * (w - 40) / 2.6


def draw(state, say, w):
    """The drawing of a state at a width: its height, and its shapes."""
    size, shapes, found, lrs = 11 if w < 500 else 13, [], run(state), rates(state)
    draw_axes(shapes, say, w, size)
    floors = [[across(t, w), up(lrs[t - 1] / 4, w)] for t in TIMES]
    shapes.append(path(floors, stroke("ink", 1.6) + "stroke-dasharray: 5 3;"))
    shapes.append(path([[across(t, w), up(found[0][t - 1], w)] for t in TIMES], stroke("adam", 2.4)))
    shapes.append(words(52, up(lrs[0] / 4, w) - 6, "lr·σ/4", fill("ink"), "start", size))
    shapes.append(dot(across(30, w), up(lrs[29] / 4, w), size / 2.6, fill("paper") + stroke("ink", 2)))
    x, y = across(state["t"], w), up(found[0][state["t"] - 1], w)
    shapes.append(line(x, up(1, w), x, up(1e-5, w), stroke("step", 1) + "stroke-dasharray: 2 3;"))
    shapes.append(dot(x, y, size / 2, fill("paper") + stroke("step", 2.5)))
    draw_swarm(shapes, found[1], lrs[state["t"] - 1], say, w, size)
    return [height(w), shapes]


def draw_axes(shapes, say, w, size):
    """The powers of ten of the loss, and the steps."""
    shapes.append(words(8, size, say("손실, 20번의 평균", "loss, mean of 20 runs"), fill("adam"), "start", size))
    for power in [0, -1, -2, -3, -4, -5]:
        y = up(10.0**power, w)
        shapes.append(line(46, y, w - 16, y, stroke("rule", 0.9)))
        text = short(10.0**power) if power > -4 else ten_to(power)
        shapes.append(words(40, y + size / 3, text, fill("soft"), "end", size))
    for t in [1, 10, 100, 1000]:
        text = ("t = " if t == 1 else "") + short(t)
        x, anchor = across(t, w), "end" if t == 1000 else "middle"
        shapes.append(words(x + (8 if t == 1000 else 0), up(1e-5, w) + 1.4 * size, text, fill("soft"), anchor, size))


def draw_swarm(shapes, thetas, lr, say, w, size):
    """The runs at the step that is looked at, and as a band how far noise keeps them from the minimum."""
    top, deep, far = 0.75 * height(w), 0.18 * height(w), np.sqrt(lr / 2)
    shapes.append(bar(beside(-far, w), top, beside(far, w) - beside(-far, w), deep, fill("adam") + "opacity: 0.16;"))
    shapes.append(line(beside(0, w), top, beside(0, w), top + deep, stroke("soft", 0.9)))
    shapes.append(words(beside(0, w), top - 5, "±√(lr·σ/2)", fill("adam"), "middle", size))
    text = say("점 하나가 한 번", "dots: one per run")
    shapes.append(words(w - 8, top - 5, text, fill("soft"), "end", size))
    for k, theta in enumerate(thetas):
        look = fill("adam") + "opacity: 0.75;"
        shapes.append(dot(beside(theta, w), top + (k + 0.5) * deep / COUNT, size / 4, look))
    for theta in [-1, 0, 1]:
        text = ("θ = " if theta == -1 else "") + ("−1" if theta < 0 else str(theta))
        shapes.append(words(beside(theta, w), top + deep + 1.2 * size, text, fill("soft"), "middle", size))


# What a hand does, and what is said

def hint(say):
    """What there is to do."""
    return say("파선을 위아래로 끌어 학습률을 바꾸고, 곡선에서 t를 끌어 보세요. 끝으로 갈수록 lr이 줄어들게 해 보세요.",
               "Move the broken line up or down to change lr, drag t along the curve; then let lr fall at the end.")


def grab(state, x, y, at_x, at_y, touch, w):
    """What a pointer at (x, y) moves that was put down at (at_x, at_y): the learning rate near its line, or t."""
    if at_x < 24 or at_y < up(1, w) - 9 or at_y > up(1e-5, w) + 9:
        return []
    t = 10.0 ** max(0, min(3, (at_x - 46) * 3 / (w - 62)))
    lr = rates(state)[int(t) - 1]
    if abs(at_y - up(lr / 4, w)) < 22 and at_x < across(500, w):
        return [["lr", 4 * state["lr"] / lr * 10.0 ** ((0.06 - y / height(w)) * 5 / 0.56)]]
    return [["t", 10.0 ** ((x - 46) * 3 / (w - 62))]]


def spoken(name, state, say):
    """The name of a handle, its value, and both as a sentence."""
    shown = brief(state[name], 3)
    if name == "lr":
        called = say("학습률", "lr")
    elif name == "down":
        called, shown = say("끝의 학습률", "lr at the end"), brief(state["lr"] * state["down"], 3)
    elif name == "warm":
        called = say("워밍업 스텝", "warm-up")
    else:
        called = say("시드", "seed") if name == "seed" else say("스텝 t", "step t")
    return [called, shown, called + ": " + shown]


def rows(state, say):
    """No line of code is let in or out here."""
    return []


def tell(state, say):
    """What is to be seen, as a sentence or two."""
    losses, lrs, t = run(state)[0], rates(state), state["t"]
    return say(
        "시드 " + str(state["seed"]) + ", " + short(t) + "번째 스텝: 손실은 20번 평균 " + number(losses[t - 1], 3)
        + "이고 lr·σ/4는 " + brief(lrs[t - 1] / 4, 3) + "입니다. ",
        "Seed " + str(state["seed"]) + ", step " + short(t) + ": the mean loss of 20 runs is "
        + number(losses[t - 1], 3) + ", and lr·σ/4 is " + brief(lrs[t - 1] / 4, 3) + ". ",
    ) + verdict(losses, lrs, state, say)


def verdict(losses, lrs, state, say):
    """Whether the loss stands on the floor, or how far a falling learning rate took it."""
    begun = say("워밍업은 시작을 늦춥니다. ", "The warm-up delays the start. ") if state["warm"] > 0 else ""
    last = 500 if state["down"] == 1 else 50
    rest, floor = mean(losses[STEPS - last:]), state["lr"] / 4
    begun += say("마지막 " + str(last) + "스텝의 평균은 ", "Over the last " + str(last) + " steps it is "
                 ) + number(rest, 3) + ": "
    if state["down"] == 1:
        return begun + (say("아직 바닥에 닿지 않았습니다.", "not yet down at the floor.") if rest > 1.6 * floor else
                        say("lr이 그대로이면 바닥은 이 근처입니다.", "with this lr, the floor is about there."))
    return begun + fallen(rest, rest > 3 * mean(lrs[STEPS - 50:]) / 4, state, say)


def fallen(rest, behind, state, say):
    """Whether the loss went down with a falling learning rate, and if not, whether that is because it fell."""
    floor = state["lr"] / 4
    if not behind:
        kept = brief(floor, 3)
        if rest >= floor:
            return say("lr이 그대로일 때의 바닥 " + kept + "보다 아직 낮지 않습니다.",
                       "not yet below " + kept + ", the floor with lr kept.")
        return say("줄어드는 lr을 따라 내려왔습니다. 그대로였다면 바닥은 " + kept + "입니다.",
                   "it went down with lr. With lr kept, the floor is " + kept + ".")
    kept = runs(schedule(state["lr"], state["warm"], 1, STEPS), state["seed"], 1, COUNT)[0]
    if mean(kept[LAST:]) > 1.6 * floor:
        return say("1,000스텝으로는 lr을 줄이지 않아도 바닥에 닿지 않습니다.",
                   "even with lr kept, 1,000 steps do not lead down to the floor.")
    if rest < floor:
        kept = brief(floor, 3)
        return say("lr만큼 빨리 줄지는 못했습니다. lr이 그대로였다면 바닥은 " + kept + "입니다.",
                   "it went down, if not as fast as lr. With lr kept, the floor is " + kept + ".")
    return say("lr이 너무 빨리 줄어 손실이 따라오지 못했습니다.", "lr fell too fast for the loss to follow.")


def printed(state):
    """All that the listing prints."""
    losses = run(state)[0]
    return [losses[state["t"] - 1], mean(losses[LAST:]), mean(losses[STEPS - 50:])]


def code(state):
    """A listing that prints the loss at the step, over the last 500 steps, and over the last 50."""
    given = ", ".join([str(state["lr"]), str(state["warm"]), str(state["down"]), "1000"])
    at = str(state["t"])
    return ("import numpy as np\n\n\n" + SOURCE + "\n\nlosses, theta = runs(schedule(" + given + "), "
            + str(state["seed"]) + ", " + at + ", 20)\nprint(losses[" + at + " - 1])\n"
            + "print(np.mean(losses[500:]), np.mean(losses[950:]))\n")


figure_start, told = still(draw, HANDLES), caption(tell, HANDLES)
