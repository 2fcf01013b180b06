"""One colour, one meaning, on every page: light first, dark second.

A figure is drawn in the light colours; the site puts a CSS variable of the same name
in their place, so that one drawing follows the reader's light or dark palette.
Based on the Okabe-Ito set, shifted until text in these colours has a contrast of 4.5.
"""

COLOURS = {
    "ink": ("#1d1b18", "#e9e5dc"),
    "soft": ("#67625a", "#a8a296"),
    "rule": ("#d8d2c6", "#3b3833"),
    "contour": ("#a9a294", "#6b665d"),
    "paper": ("#fbf9f4", "#191816"),
    "g": ("#6a6459", "#b3ac9e"),
    "m": ("#0b6aa8", "#6db8ea"),
    "v": ("#a3480a", "#f0975a"),
    "step": ("#0a7457", "#45c49d"),
    "wrong": ("#b3261e", "#ff8a80"),
    "patched": ("#8a5a00", "#e0b04a"),
    "gd": ("#5f6063", "#b7b8bb"),
    "momentum": ("#0c6aa9", "#6eb9eb"),
    "rmsprop": ("#a4490b", "#f1985b"),
    "adam": ("#0b7558", "#46c59e"),
}
LIGHT = {name: light for name, (light, _) in COLOURS.items()}
