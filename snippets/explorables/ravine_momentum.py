"""The ravine with a velocity: a condition number of 100, and β in the reader's hand too."""

from snippets.explorables.ravine import HANDLES as PLAIN
from snippets.explorables.ravine import best_beta, code, draw, grab, printed, rows, spoken, tell
from snippets.shared.explore import Handle, caption, still

HANDLES = [
    PLAIN[0],
    Handle("y", [-1, -0.8, -0.6, -0.4, -0.2, 0.2, 0.4, 0.6, 0.8, 1], 1, [], 3, ""),
    Handle("lr", [0.001, 0.002, 0.005, 0.01, 0.012, 0.015, 0.018, 2 / 101, 0.02, 0.022, 0.025, 0.028, 0.03, 0.031,
                  0.032, 0.0325, 4 / 121, 0.0332, 0.0335, 0.034, 0.035, 0.036, 0.037, 0.038, 0.039, 0.0395, 0.04],
           4 / 121, [2 / 101, 4 / 121], 3, ""),
    Handle("beta", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.62, 0.64, 0.65, 0.66, best_beta(100), 0.68, 0.7, 0.72,
                    0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99], best_beta(100), [best_beta(100), 0.9], 3, ""),
    Handle("kappa", [100], 100, [], 1, ""),
]


def hint(say):
    """What there is to do."""
    return say("아래 그래프의 두 점을 좌우로 밀고, 바닥의 동그라미를 위아래로 옮겨 보세요. 출발점도 끌 수 있습니다.",
               "Push the two points below to and fro, lift the ring on the floor; the start can be dragged too.")


figure_start, told = still(draw, HANDLES), caption(tell, HANDLES)
__all__ = ["HANDLES", "code", "draw", "grab", "hint", "printed", "rows", "spoken", "tell"]
