"""The part of Matplotlib's pyplot that the labs use, for the Python of a browser, which has none.

A figure becomes data, and the page draws it: shapes in points, y downward. What is not here says so.
"""

import re

import numpy as np

CYCLE = "#0b7558", "#0c6aa9", "#a4490b", "#8a5a00", "#5f6063", "#b3261e"
SHORT = {"b": CYCLE[1], "g": CYCLE[0], "r": CYCLE[5], "k": "ink", "black": "ink", "gray": "soft",
         **{f"C{number}": CYCLE[number % len(CYCLE)] for number in range(10)}}
DASHES = {"--": "6 3", ":": "1.5 2.5", "-.": "6 2.5 1.5 2.5"}
FORM = re.compile(r"([os^D.])?(--|-\.|-|:)?([bgrk])?|([bgrk])?([os^D.])?(--|-\.|-|:)?")
NAMES = {"c": "color", "lw": "linewidth", "ls": "linestyle", "ms": "markersize", "mfc": "markerfacecolor"}
KNOWN = {"color", "linewidth", "linestyle", "marker", "markersize", "markerfacecolor", "alpha", "label", "markevery"}
CORNERS = {f"{y} {x}": (x, y) for y in ("upper", "lower") for x in ("right", "left")}
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
POINTS = 72  # in an inch


class Lacking(AttributeError):
    """What Matplotlib has and this has not."""

    lacks = "matplotlib"


class Axes:
    """One drawing of a figure: what was asked for, until it becomes shapes."""

    def __init__(self):
        self.lines, self.areas, self.notes, self.words = [], [], [], {}
        self.scales, self.limits, self.ticks = {"x": "linear", "y": "linear"}, {}, {}
        self.gridded, self.corner = False, None

    def __getattr__(self, name):
        raise Lacking(f"in this browser an axes has no {name}: it is not Matplotlib, but the part the labs use")

    def plot(self, *data, **style):
        """`plot(y)`, `plot(x, y)`, with `"o--"` behind them, and keywords."""
        data, form = (data[:-1], data[-1]) if isinstance(data[-1], str) else (data, "")
        y = np.asarray(data[-1], float)
        x = np.asarray(data[0], float) if len(data) == 2 else np.arange(float(len(y)))
        style = known(parsed(form) | style)
        for column in np.atleast_2d(y.T):
            colour = hue(style.get("color")) or CYCLE[len(self.lines) % len(CYCLE)]
            self.lines.append((x, column, style | {"color": colour}))

    def semilogy(self, *data, **style):
        self.set(yscale="log")
        self.plot(*data, **style)

    def semilogx(self, *data, **style):
        self.set(xscale="log")
        self.plot(*data, **style)

    def loglog(self, *data, **style):
        self.set(xscale="log", yscale="log")
        self.plot(*data, **style)

    def fill_between(self, x, low, high=0, color=CYCLE[0], alpha=1, lw=0):
        x, low, high = np.broadcast_arrays(*(np.asarray(part, float) for part in (x, low, high)))
        self.areas.append((x, low, high, hue(color), alpha))

    def text(self, x, y, words, color="", ha="left"):
        self.notes.append((x, y, str(words), hue(color), ha))

    def set(self, **settings):
        """`set(xlabel="t", yscale="log", xlim=(0, 9), xticks=[0, 5])`, and title."""
        for name, value in settings.items():
            axis, what = (name[0], name[1:]) if name[0] in "xy" else ("", name)
            home = {"label": self.words, "title": self.words, "scale": self.scales, "lim": self.limits,
                    "ticks": self.ticks}.get(what)
            if home is None:
                raise Lacking(f"in this browser set() knows no {name}")
            home[axis or what] = value

    def grid(self, on=True):
        self.gridded = on

    def legend(self, loc="upper right"):
        self.corner = loc if loc in CORNERS else "upper right"

    def minorticks_off(self):
        """There are none."""


for _name in ("xlabel", "ylabel", "title", "xscale", "yscale", "xlim", "ylim", "xticks", "yticks"):
    def _set(self, value, _name=_name):
        self.set(**{_name: value})
    setattr(Axes, f"set_{_name}", _set)


def hue(colour):
    """A colour as the page knows it."""
    return SHORT.get(colour, colour)


def known(style):
    """The style under the long names; one that is not drawn here raises."""
    style = {NAMES.get(name, name): value for name, value in style.items()}
    if strange := style.keys() - KNOWN:
        raise Lacking(f"in this browser a line has no {', '.join(sorted(strange))}")
    return style


def parsed(form):
    """`"o--r"` as a style."""
    found = FORM.fullmatch(form)
    if not found:
        raise ValueError(f"{form!r} is no form of a line here: a marker of os^D., a line, a colour of bgrk")
    marker, line, colour = (found[a] or found[b] for a, b in ((1, 5), (2, 6), (3, 4)))
    style = {"marker": marker, "linestyle": line or ("" if marker else "-"), "color": hue(colour)}
    return {name: value for name, value in style.items() if value is not None}


# Where a value stands

class Scale:
    """An axis: from values to points between two ends."""

    def __init__(self, axes, axis, values, ends):
        self.log, self.ends = axes.scales[axis] == "log", ends
        low, high = axes.limits.get(axis) or self.around(values)
        self.low, self.high = self.of(np.array([low, high]))
        self.given = axes.ticks.get(axis)

    def of(self, values):
        values = np.asarray(values, float)
        with np.errstate(all="ignore"):
            return np.log10(np.where(values > 0, values, np.nan)) if self.log else values

    def around(self, values):
        """The range of the values with a little room."""
        seen = self.of(values)
        seen = seen[np.isfinite(seen)]
        low, high = (seen.min(), seen.max()) if len(seen) else (0, 1)
        room = (high - low) * 0.05 or 0.5
        return (10 ** (low - room), 10 ** (high + room)) if self.log else (low - room, high + room)

    def at(self, values):
        """Points for values; nothing finite for what is none."""
        first, last = self.ends
        return first + (self.of(values) - self.low) / (self.high - self.low) * (last - first)

    def marks(self):
        """The ticks, each with its words."""
        if self.given is not None:
            return [(value, written(value)) for value in self.given]
        most = max(2, abs(self.ends[1] - self.ends[0]) / (55 if self.ends[1] > self.ends[0] else 26))
        if self.log and self.high - self.low > 1:
            return self.decades(most)
        low, high = (10**self.low, 10**self.high) if self.log else (self.low, self.high)
        step = round_step((high - low) / most)
        return [(value, written(value)) for value in np.arange(np.ceil(low / step), high / step + 1e-9) * step]

    def decades(self, most):
        every = int(max(1, round_step((self.high - self.low) / most)))
        first, last = np.ceil(self.low / every - 1e-9), np.floor(self.high / every + 1e-9)
        powers = [every * number for number in range(int(first), int(last) + 1)]
        return [(10.0**power, "10" + str(power).translate(RAISED)) for power in powers]


def round_step(least):
    """1, 2 or 5 times a power of 10, not below this."""
    power = 10.0 ** np.floor(np.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9))


def written(value):
    return f"{float(value) + 0.0:.6g}".replace("-", "−")


# From values to shapes

def path(x, y, stroke="none", width=1.7, dash="", fill="none", opacity=1.0):
    """The pieces of a way, which is broken where a value is missing."""
    good, pieces = np.isfinite(x) & np.isfinite(y), [[]]
    every = max(1, len(good) // 4000)
    for px, py, there in zip(np.round(x, 1)[::every], np.round(y, 1)[::every], good[::every]):
        if not there:
            pieces.append([])
        elif not pieces[-1] or pieces[-1][-1] != [px, py]:
            pieces[-1].append([float(px), float(py)])
    style = {"stroke": stroke, "width": width, "dash": dash, "fill": fill, "opacity": opacity}
    return [{"points": piece, **style} for piece in pieces if len(piece) > 1]


def words(text, x, y, anchor="start", fill="", turn=0):
    return {"words": str(text), "x": round(float(x), 1), "y": round(float(y), 1), "anchor": anchor, "fill": fill,
            "turn": turn}


MARKERS = {"s": [(-1, -1), (1, -1), (1, 1), (-1, 1)], "D": [(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)],
           "^": [(0, -1.1), (1.1, 1), (-1.1, 1)], "o": [(np.cos(a), np.sin(a)) for a in np.arange(16) * np.pi / 8]}


def markers(x, y, style):
    """The markers of a line, each as a closed way."""
    corners = np.array(MARKERS.get(style["marker"], MARKERS["o"]))
    corners = np.vstack([corners, corners[:1]]) * (1.4 if style["marker"] == "." else style.get("markersize", 6) / 2)
    chosen = style.get("markevery", slice(None))
    fill = hue(style.get("markerfacecolor", style["color"]))
    found = [path(*(corners + point).T, style["color"], 1, "", fill) for point in np.column_stack([x, y])[chosen]]
    return [shape for shapes in found for shape in shapes]


class Drawing:
    """The shapes of one axes in its part of a figure."""

    def __init__(self, axes, left, top, right, bottom, outer):
        self.axes, self.box, self.outer = axes, (left, top, right, bottom), outer
        xs = [line[0] for line in axes.lines] + [area[0] for area in axes.areas]
        ys = [line[1] for line in axes.lines] + [part for area in axes.areas for part in area[1:3]]
        self.x = Scale(axes, "x", np.concatenate([*xs, []]), (left, right))
        self.y = Scale(axes, "y", np.concatenate([*ys, []]), (bottom, top))

    def shapes(self):
        left, top, right, bottom = self.box
        inside = [*self.grid(), *self.areas(), *self.lines()]
        return [{"clip": [left, top, right - left, bottom - top], "shapes": inside}, *self.frame(), *self.notes(),
                *self.legend()]

    def areas(self):
        found = []
        for x, low, high, colour, alpha in self.axes.areas:
            edge = self.x.at([*x, *x[::-1]]), self.y.at([*low, *high[::-1]])
            found += path(*edge, fill=colour, opacity=alpha)
        return found

    def lines(self):
        found = []
        for x, y, style in self.axes.lines:
            at, line = (self.x.at(x), self.y.at(y)), style.get("linestyle", "-")
            drawn = line and line not in ("none", "None", " ")
            width, opacity = style.get("linewidth", 1.7), style.get("alpha", 1)
            found += path(*at, style["color"], width, DASHES.get(line, ""), opacity=opacity) if drawn else []
            found += markers(*at, style) if style.get("marker") else []
        return found

    def grid(self):
        left, top, right, bottom = self.box
        if not self.axes.gridded:
            return []
        across = [path(np.array([left, right]), self.y.at([v, v]), "rule", 0.7) for v, _ in self.y.marks()]
        along = [path(self.x.at([v, v]), np.array([top, bottom]), "rule", 0.7) for v, _ in self.x.marks()]
        return [shape for shapes in across + along for shape in shapes]

    def frame(self):
        left, top, right, bottom = self.box
        shapes = path(np.array([left, left, right]), np.array([top, bottom, bottom]), "soft", 0.7)
        for axis, named in (("x", self.outer[0]), ("y", self.outer[1])):
            shapes += self.tick_marks(axis, named)
        middle = (left + right) / 2, (top + bottom) / 2
        said = self.axes.words
        shapes += [words(said["x"], middle[0], bottom + 32, "middle")] if said.get("x") else []
        shapes += [words(said["y"], left - 34, middle[1], "middle", turn=-90)] if said.get("y") else []
        return shapes + ([words(said["title"], left, top - 6)] if said.get("title") else [])

    def tick_marks(self, axis, named):
        left, _, _, bottom = self.box
        scale, shapes = getattr(self, axis), []
        for value, name in scale.marks():
            at = float(scale.at(value))
            if not min(scale.ends) - 0.1 <= at <= max(scale.ends) + 0.1:
                continue
            ends = ([at, at], [bottom, bottom + 3]) if axis == "x" else ([left - 3, left], [at, at])
            shapes += path(*np.array(ends), "soft", 0.7)
            place = (at, bottom + 15, "middle") if axis == "x" else (left - 6, at + 3.5, "end")
            shapes += [words(name, *place, "soft")] if named else []
        return shapes

    def notes(self):
        anchors = {"left": "start", "center": "middle", "right": "end"}
        return [words(text, self.x.at(x), self.y.at(y), anchors.get(ha, "start"), colour)
                for x, y, text, colour, ha in self.axes.notes]

    def legend(self):
        named = [style for _, _, style in self.axes.lines if style.get("label")]
        if not self.axes.corner or not named:
            return []
        left, top, right, bottom = self.box
        x, y = CORNERS[self.axes.corner]
        start = left + 10 if x == "left" else right - 36 - 6 * max(len(style["label"]) for style in named)
        shapes = []
        for row, style in enumerate(named):
            at = (top + 12 if y == "upper" else bottom - 15 * len(named)) + 15 * row
            ends = np.array([start, start + 20]), np.array([at, at])
            shapes += path(*ends, style["color"], 1.7, DASHES.get(style.get("linestyle"), ""))
            shapes.append(words(style["label"], start + 26, at + 3.5))
        return shapes


# Figures

class Figure:
    """Axes in rows and columns, and the size in inches."""

    def __init__(self, rows=1, columns=1, figsize=(5.2, 3.1), shared=(False, False)):
        self.size, self.shared = [round(side * POINTS) for side in figsize], shared
        self.axes = np.empty((rows, columns), object)
        for place in np.ndindex(rows, columns):
            self.axes[place] = Axes()

    def told(self):
        """The figure as the page draws it."""
        wide, high = self.size
        rows, columns = self.axes.shape
        shapes = []
        for (row, column), axes in np.ndenumerate(self.axes):
            outer = not self.shared[0] or row == rows - 1, not self.shared[1] or column == 0
            left = column * wide / columns + (38 if outer[1] else 14) + 14 * bool(axes.words.get("y"))
            top = row * high / rows + 8 + 14 * bool(axes.words.get("title"))
            bottom = (row + 1) * high / rows - (20 if outer[0] else 8) - 16 * bool(axes.words.get("x"))
            shapes += Drawing(axes, left, top, (column + 1) * wide / columns - 8, bottom, outer).shapes()
        return {"wide": wide, "high": high, "shapes": shapes}


class Open:
    """The figure that is being drawn, and those that wait to be shown."""

    figure, axes, done = None, None, []


def subplots(nrows=1, ncols=1, figsize=(5.2, 3.1), sharex=False, sharey=False):
    show()
    Open.figure = Figure(nrows, ncols, figsize, (sharex, sharey))
    Open.axes = Open.figure.axes[-1, -1]
    axes = Open.figure.axes
    return Open.figure, axes[0, 0] if axes.size == 1 else axes.squeeze()


def figure(figsize=(5.2, 3.1)):
    return subplots(figsize=figsize)[0]


def gca():
    """The axes that is being drawn."""
    if Open.axes is None:
        subplots()
    return Open.axes


def show():
    """The figure is whole."""
    whole, Open.figure, Open.axes = Open.figure, None, None
    if whole is not None:
        Open.done.append(whole.told())


def close(which=None):
    """What has not been shown is let go."""
    Open.figure = Open.axes = None


def drawings():
    """What a block has drawn; a figure that it has not shown is shown at its end, as in a notebook."""
    show()
    found = list(Open.done)
    Open.done.clear()
    return found


def __getattr__(name):
    """`plt.plot` is that of the axes, `plt.xlabel` its `set_xlabel`."""
    own = name if name in vars(Axes) else f"set_{name}"
    if name.startswith("_") or own not in vars(Axes):
        raise Lacking(f"in this browser pyplot has no {name}: it is not Matplotlib, but the part the labs use")
    return lambda *words, **settings: getattr(gca(), own)(*words, **settings)
