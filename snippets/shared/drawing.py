"""What the figures share: panels as wide as the text, lines and words in the colours of the palette, and axes."""

from matplotlib import pyplot as plt
from matplotlib.ticker import NullLocator

from snippets.shared.palette import LIGHT
from snippets.shared.typeset import tick

DASHES = (0, (5, 1.5))


def panels(height, rows=1, columns=1, **options):
    """A figure as wide as the text and so many inches high, and its axes."""
    return plt.subplots(rows, columns, figsize=(5.2, height), **options)


def curve(ax, x, y, colour, width=1.7, style="-", **options):
    """A line in a colour of the palette."""
    ax.plot(x, y, color=LIGHT[colour], lw=width, ls=style, **options)


def mark(ax, x, y, colour, size, marker="o", **options):
    """Points in a colour of the palette."""
    ax.plot(x, y, marker, color=LIGHT[colour], ms=size, **options)


def write(ax, x, y, text, colour, **options):
    """Words in a colour of the palette, where they stand in the data."""
    ax.text(x, y, text, color=LIGHT[colour], **options)


def arrow(ax, start, end, colour, style="<->", **options):
    """An arrow in a colour of the palette."""
    look = {"arrowstyle": style, "color": LIGHT[colour], "shrinkA": 0, "shrinkB": 0, **options}
    ax.annotate("", end, start, arrowprops=look)


def heading(ax, text, colour="ink"):
    """Words above the top left corner of a panel."""
    write(ax, 0, 1.06, text, colour, transform=ax.transAxes, va="bottom")


def ticks(ax, axis, values, names=None):
    """Ticks on the "x" or "y" axis at these values alone, each with its number, or with the name it has."""
    texts = [(names or {}).get(value) or tick(value) for value in values]
    getattr(ax, f"set_{axis}ticks")(values, texts)


def log_axis(ax, axis, values, names=None):
    """A logarithmic "x" or "y" axis with these ticks alone."""
    getattr(ax, f"set_{axis}scale")("log")
    getattr(ax, f"{axis}axis").set_minor_locator(NullLocator())
    ticks(ax, axis, values, names)
