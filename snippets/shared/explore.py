"""What explorables share: handles, numbers as a sentence has them, shapes, and the drawing of the build.

All but what names LIGHT is compiled for pages, and written in what PScript knows: numbers, texts, lists, dicts,
loops. Texts are joined with `+`, settings have no names in a call, and negative indexes, a `range` in a list and
a list times a number are left out. Texts of both languages may be data: `say(KOREAN, ENGLISH)[k]`.
"""

import re
from dataclasses import dataclass
from html import escape

import numpy as np

from snippets.shared.palette import LIGHT

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"


@dataclass
class Handle:
    """What a reader moves along its values. `book` is where the text stands; a drag that comes near a stop is held.

    A handle of one value is a setting that the figure does not move. One of two values, 0 and 1, is a line of code
    that is out or in. A handle `at` another has a value for each value of that one, and `book` lists them. PageUp
    and PageDown go `coarse` values at a time; where that is 0, the value is chosen from a list of what is spoken.
    """

    name: str
    values: list
    book: float | list
    stops: list
    coarse: int
    at: str


def switch(name, start):
    """A handle that is out or in."""
    return Handle(name, [0, 1], start, [], 1, "")


def choice(name, count, start):
    """A handle that is one of so many."""
    return Handle(name, list(range(count)), start, [], 0, "")


# Numbers

def number(x, count):
    """A number with so many digits: 0.729, 1,000, −3.40×10⁻⁷⁰."""
    if x != x:
        return "nan"
    if x == 0:
        return "0"
    if x < 0:
        return "−" + number(-x, count)
    if x > 1e308:
        return "∞"
    power = int(np.floor(np.log10(x)))
    digits = str(int(np.floor(x / 10.0 ** (power - count + 1) + 0.5)))
    return placed(digits[:count], power + len(digits) - count)


def placed(digits, power):
    """Digits with their point, or with a power of ten where it is far off."""
    if digits == "1" and (power < -3 or power > 5):
        return ten_to(power)
    if power < -3 or power > 5:
        return digits[:1] + ("." if len(digits) > 1 else "") + digits[1:] + "×" + ten_to(power)
    if power < 0:
        return "0." + "000"[:-power - 1] + digits
    long = digits + "00000"
    whole = long[:power + 1]
    if power > 2:
        whole = whole[:power - 2] + "," + whole[power - 2:]
    return whole + ("." if len(digits) > power + 1 else "") + digits[power + 1:]


def ten_to(power):
    """A power of ten: 10⁻⁷⁰."""
    text = "10⁻" if power < 0 else "10"
    for digit in str(abs(power)):
        text += RAISED[int(digit)]
    return text


def short(x):
    """A number of three digits at most, without zeros at its end: 10, 0.5, 3×10⁵."""
    return brief(x, 3)


def brief(x, most):
    """A number with as many digits as it has, or so many at most."""
    finite = abs(x) < np.inf
    for count in range(1, most * finite):
        part = 10.0 ** (np.floor(np.log10(abs(x))) - count + 1) if x != 0 else 1.0
        if abs(np.floor(x / part + 0.5) * part - x) <= 1e-9 * abs(x):
            return number(x, count)
    return number(x, most)


# Shapes: a tag of SVG, its attributes, its text

def line(x1, y1, x2, y2, look):
    """A line from one point to another."""
    return ["line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "style": look}, ""]


def bar(x, y, width, height, look):
    """A rectangle from its upper left corner."""
    return ["rect", {"x": x, "y": y, "width": width, "height": height, "style": look}, ""]


def dot(x, y, radius, look):
    """A circle round a point."""
    return ["circle", {"cx": x, "cy": y, "r": radius, "style": look}, ""]


def ring(x, y, across, along, look):
    """An ellipse round a point."""
    return ["ellipse", {"cx": x, "cy": y, "rx": across, "ry": along, "style": look + "fill: none;"}, ""]


def path(points, look):
    """A line through points."""
    way = ""
    for point in points:
        way += ("M" if way == "" else "L") + str(np.floor(point[0] * 10) / 10) + " " + str(np.floor(point[1] * 10) / 10)
    return ["path", {"d": way, "style": look + "fill: none;"}, ""]


def words(x, y, text, look, anchor, size):
    """Words that begin, end or have their middle at a point of their base line."""
    style = look + "font-size: " + str(size) + "px; text-anchor: " + anchor
    return ["text", {"x": x, "y": y, "style": style}, text]


def fill(colour):
    """An area in a colour of the palette."""
    return "fill: var(--" + colour + ");"


def stroke(colour, width):
    """A line in a colour of the palette."""
    return "stroke: var(--" + colour + "); stroke-width: " + str(width) + "px;"


# Hands

def near(x, y, at_x, at_y):
    """Whether a hand at a point is on a handle: 44 px are room for a finger."""
    return abs(x - at_x) < 22 and abs(y - at_y) < 22


# The drawing of the build

WIDTH = 374


def svg(shapes, height):
    """Shapes as an SVG that stands alone, in the light colours."""
    inner = "".join(tag_of(*shape) for shape in shapes)
    drawing = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}pt" height="{height}pt" '
               f'viewBox="0 0 {WIDTH} {height}" font-family="Moments Sans, sans-serif">{inner}</svg>')
    return re.sub(r"var\(--(\w+)\)", lambda name: LIGHT[name[1]], drawing)


def tag_of(tag, attributes, text):
    """A shape as SVG has it."""
    written = "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items())
    return f"<{tag}{written}>{escape(text)}</{tag}>"


def book(handles):
    """The state in which the text stands."""
    return {handle.name: handle.book for handle in handles}


def still(draw, handles):
    """The drawing of the build, as a figure of the page."""
    def figure(say):
        height, shapes = draw(book(handles), say, WIDTH)
        return svg(shapes, height)
    return figure


def caption(tell, handles):
    """What stands under it."""
    return lambda say: tell(book(handles), say)
