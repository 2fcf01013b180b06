"""What the notebook labs/thread runs after the loops of snippets/story/bias_correction.py."""

import numpy as np

from mhat.rules import adam
from snippets.story.bias_correction import asked_m, asked_sqrt_v, g_list, growing, mv, mv_right, noise, num, ratios

m_list, v_list = asked_m, asked_sqrt_v

# --8<-- [start:look]
for i in (1, 2, 3, 10, 100):
    m_i, v_i = m_list[i - 1], v_list[i - 1] ** 2
    print(f"{i:3}  m {m_i:9.3g}  v {v_i:9.3g}  {mv[i - 1]:.3g}")

assert m_list[0] == 10 and v_list[-1] > 1e70
# --8<-- [end:look]

# --8<-- [start:plot]
from matplotlib import pyplot as plt

red, green, ochre = "#b3261e", "#0a7457", "#8a5a00"
plt.semilogy(range(1, num + 1), mv, color=red)
plt.semilogy(range(1, num + 1), mv_right, color=green)
plt.text(40, 1e-22, "m = m / ...", color=red)
plt.text(40, 1e-6, "m_hat = m / ...", color=green)
plt.xlabel("t")
plt.ylabel("m / √v")
plt.show()

assert mv_right.min() > 0.999 and mv.min() < 1e-69
# --8<-- [end:plot]

# --8<-- [start:streams]
streams = {"N(0, 1)": noise, "0 … 99": growing, "10": np.array(g_list)}
styles = {"as asked": red, "patched": ochre, "right": green}
fig, axes = plt.subplots(3, 1, figsize=(5.2, 5.4), sharex=True)
for ax, (name, gs) in zip(axes, streams.items()):
    for loop, colour in styles.items():
        dash = "--" if loop == "patched" else "-"
        ax.plot(ratios(gs, loop), dash, color=colour, label=loop)
    ax.set_title(f"g: {name}")
axes[0].legend()
plt.show()

gap = {
    name: np.ptp(ratios(gs, "patched") - ratios(gs, "right"))
    for name, gs in streams.items()
}
assert gap["10"] < 1e-12 < 1 < gap["0 … 99"]
# --8<-- [end:streams]

# --8<-- [start:valley]
theta, state = 3.0, (0.0, 0.0, 0)
path = [theta]
for _ in range(1000):
    theta, state = adam(theta, theta, state, lr=0.1)
    path.append(theta)

plt.plot(path)
plt.xlabel("t")
plt.ylabel("θ")
plt.show()

assert abs(path[1] - 2.9) < 1e-8
assert max(abs(x) for x in path[-100:]) < 1e-15
# --8<-- [end:valley]

slow_path = path

# --8<-- [start:exercises]
ratio = []
m = v = 0
for i, g in enumerate(g_list, 1):
    m = (0.9 * m + 0.1 * g) / (1 - 0.9**i)
    v = (0.9 * v + 0.1 * g**2) / (1 - 0.9**i)
    ratio.append(m / (np.sqrt(v) + 0.001))
assert round(max(ratio), 1) == 62.8 and round(ratio[-1], 2) == 1.91

first_ratio = 10 / (np.sqrt(0.1) + 0.001)
assert round(first_ratio, 1) == 31.5

theta, state, path = 3.0, (0.0, 0.0, 0), []
for _ in range(20):
    theta, state = adam(theta, theta, state, lr=1)
    path.append(theta)
assert [round(x, 2) for x in path[:4]] == [2.0, 1.03, 0.13, -0.62]
assert round(min(path), 2) == -1.52 and path.index(min(path)) == 6
# --8<-- [end:exercises]

ratio_peak, ratio_end, lowest = max(ratio), ratio[-1], min(path)
slow_crossing = next(t for t, x in enumerate(slow_path) if x < 0)
plt.close("all")
