"""What several figures share."""

from matplotlib.ticker import FixedLocator, NullLocator


def log_axis(ax, axis, ticks, labels):
    """Make the "x" or "y" axis logarithmic, with these ticks and labels alone."""
    getattr(ax, f"set_{axis}scale")("log")
    which = getattr(ax, f"{axis}axis")
    which.set_major_locator(FixedLocator(ticks))
    which.set_minor_locator(NullLocator())
    getattr(ax, f"set_{axis}ticks")(ticks, labels)
