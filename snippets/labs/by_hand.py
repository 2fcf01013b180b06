"""What the notebook labs/by-hand runs: ten steps of Adam that pencil and paper can predict."""

import numpy as np

from mhat.rules import adam

# isort: split
# --8<-- [start:table]
from fractions import Fraction
from math import isqrt


def table(gs):
    """The sheet for both decay rates 1/2, exact for integers."""
    A = B = 0
    rows = []
    for t, g in enumerate(gs, 1):
        w, W = 2 ** (t - 1), 2**t - 1
        A, B = A + w * g, B + w * g**2
        rows.append((t, w, g, A, B, W))
    return rows


def exact(A, B, W):
    """The step A / √(B·W): a fraction, or the root of one."""
    square = Fraction(A**2, B * W)
    p, q = square.as_integer_ratio()
    sign = "-" if A < 0 else ""
    if isqrt(p) ** 2 == p and isqrt(q) ** 2 == q:
        return sign + str(Fraction(isqrt(p), isqrt(q)))
    return f"{sign}√({square})"


mixed = [1, -11, 5, 2, 5, 5, 5, 5, 5, 5]
print(" t   w    g     A     B    W   m_hat  v_hat  step")
for t, w, g, A, B, W in table(mixed):
    m_hat, v_hat = Fraction(A, W), Fraction(B, W)
    print(
        f"{t:2} {w:3} {g:4} {A:5} {B:5} {W:4} {str(m_hat):>7}",
        f"{str(v_hat):>6}  {exact(A, B, W)}",
    )

first_four = [exact(A, B, W) for *_, A, B, W in table(mixed)][:4]
assert first_four == ["1", "-7/9", "-1/49", "1/5"]
# --8<-- [end:table]


# --8<-- [start:steps]
def steps(gs, beta1=0.5, beta2=0.5):
    """How far theta falls at each step, in learning rates."""
    state, found = (0.0, 0.0, 0), []
    for g in gs:
        theta, state = adam(0.0, g, state, 1, beta1, beta2)
        found.append(-theta)
    return np.array(found)


def compare(gs, guess):
    print(" t      g  guess     Adam  exact")
    rows = zip(table(gs), guess, steps(gs))
    for (t, _, g, A, B, W), mine, real in rows:
        mark = "=" if abs(mine - real) < 0.01 else "≠"
        told = f"{t:2} {g:6} {mine:6.3g} {mark} {real:6.3f}"
        print(told, exact(A, B, W), sep="  ")


sheet = [A / (B * W) ** 0.5 for *_, A, B, W in table(mixed)]
assert np.allclose(steps(mixed), sheet, atol=1e-7)
# --8<-- [end:steps]

# --8<-- [start:constant]
guess = [7] * 10
compare([7] * 10, guess)

for g in (0.001, 7, 1000):
    assert np.allclose(steps([g] * 10), 1, rtol=2e-5)
    assert np.allclose(steps([-g] * 10, 0.9, 0.999), -1, rtol=2e-5)
# --8<-- [end:constant]

# --8<-- [start:pulse]
pulse = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
guess = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
compare(pulse, guess)

t = np.arange(1, 11)
assert np.allclose(steps(pulse), 1 / np.sqrt(2**t - 1), rtol=1e-6)
# --8<-- [end:pulse]

# --8<-- [start:zigzag]
zigzag = [1, -1, 1, -1, 1, -1, 1, -1, 1, -1]
guess = [1, -1, 1, -1, 1, -1, 1, -1, 1, -1]
compare(zigzag, guess)

closed = (1 - (-2.0) ** t) / (3 * (2**t - 1))
assert np.allclose(steps(zigzag), closed)
assert np.allclose(steps(zigzag)[1::2], -1 / 3)
# --8<-- [end:zigzag]

# --8<-- [start:flip]
flip = [1, 1, 1, 1, 1, -1, -1, -1, -1, -1]
guess = [1, 1, 1, 1, 1, -1, -1, -1, -1, -1]
compare(flip, guess)

assert np.allclose(steps(flip)[5], -1 / 63)
assert np.allclose(steps(flip)[5:], 62 / (2 ** t[5:] - 1) - 1)
# --8<-- [end:flip]

# --8<-- [start:spike]
spike = [1, 1, 1, 1, 10, 1, 1, 1, 1, 1]
guess = [1, 1, 1, 1, 10, 1, 1, 1, 1, 1]
compare(spike, guess)

after = steps(spike)[4:]
assert after.max() < 1 and after.argmin() == 2
assert round(after[0], 2) == 0.78 and round(after[2], 2) == 0.58
# --8<-- [end:spike]

# --8<-- [start:growing]
growing = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
guess = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
compare(growing, guess)

A = (t - 1) * 2**t + 1
B = (t**2 - 2 * t + 3) * 2**t - 3
assert [row[3:5] for row in table(growing)] == list(zip(A, B))
assert np.allclose(steps(growing)[2], 17 / 315**0.5)
assert steps(growing).argmin() == 2 and steps(growing).max() <= 1
# --8<-- [end:growing]

# --8<-- [start:sheet]
from matplotlib import pyplot as plt

lists = [[7] * 10, pulse, zigzag, flip, spike, growing]
names = ["7, 7, 7, …", "1, 0, 0, …", "1, −1, 1, …"]
names += ["1 × 5, −1 × 5", "1 × 4, 10, 1 × 5", "1, 2, …, 10"]


def panels():
    fig, axes = plt.subplots(
        3, 2, figsize=(5.2, 5.8), sharex=True, sharey=True
    )
    for ax, gs, name in zip(axes.flat, lists, names):
        ax.plot(t, steps(gs), "o", color="#67625a", mfc="none")
        ax.set(ylim=(-1.2, 1.2), xticks=t, yticks=(-1, 0, 1))
        ax.set_title(name)
        ax.grid()
    return axes.flat


panels()
plt.show()

assert max(abs(steps(gs)).max() for gs in lists) <= 1
# --8<-- [end:sheet]

# --8<-- [start:defaults]
usual = [steps(gs, 0.9, 0.999) for gs in lists]
for ax, real in zip(panels(), usual):
    ax.plot(t, real, "s-", color="#0b7558", markersize=4)
plt.show()

assert np.allclose(usual[0], 1) and usual[1].min() > 0.18
assert np.allclose(usual[2][1::2], -1 / 19)
assert (usual[3][:8] > 0).all() and (usual[3][8:] < 0).all()
assert (np.diff(usual[4][3:]) < 0).all()
assert (usual[5] > 1 + 1e-6).tolist() == [False] * 8 + [True] * 2
# --8<-- [end:defaults]

# --8<-- [start:plain_mean]
weights = 0.9 ** np.arange(9, -1, -1)
off = []
for gs, real in zip(lists, usual):
    m_hat = np.average(gs, weights=weights)
    shortcut = m_hat / np.sqrt(np.mean(np.square(gs)))
    off.append(abs(shortcut / real[-1] - 1))
    print(f"shortcut {shortcut:6.3f}   Adam {real[-1]:6.3f}")

assert max(off) < 0.003
# --8<-- [end:plain_mean]

# --8<-- [start:exercises]
halving = [512, 256, 128, 64, 32, 16, 8, 4, 2, 1]
ninth = table(halving)[8]
assert exact(*ninth[3:]) == "144/511"

late = [0, 0, 0, 0, 1]
assert (steps(late)[:4] == 0).all()
assert exact(*table(late)[4][3:]) == "√(16/31)"

assert table([2, 3, -2])[2][3] == 0 and steps([2, 3, -2])[2] == 0

turn = steps([1] * 100 + [-1] * 10, 0.9, 0.999)[100:]
assert (turn[:6] > 0).all() and (turn[6:] < 0).all()
# --8<-- [end:exercises]

plt.close("all")

uncorrected = {"neither": (1 - 0.9) / (1 - 0.999) ** 0.5, "m": 1 - 0.9}
spike_step, spike_low, growing_low = after[0], after.min(), steps(growing).min()
usual_pulse, usual_spike, usual_most = usual[1][1], usual[4][4], usual[5].max()
over_at = int(np.flatnonzero(usual[5] > 1 + 1e-6)[0]) + 1
coast_half, coast = steps(pulse + [0] * 200)[1:].sum(), steps(pulse + [0] * 2000, 0.9, 0.999)[1:].sum()
shortcut_off, ninth_step, late_step = max(off), steps(halving)[8], steps(late)[4]
