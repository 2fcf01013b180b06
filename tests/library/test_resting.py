"""On which listings a figure rests: the figure is drawn again from a module with one listing changed."""

import ast
from functools import cache

import pytest

from site_tools import resting
from site_tools.figures import saved, style
from site_tools.modules import file_of, find, module_of
from site_tools.pages import DOCS, FIGURE, LANGUAGES, body, listings

CHANGES = [  # a page, (what stands in a listing, what comes there), figures that are then others, figures that are not
    ("story/momentum", ("np.repeat([0.1, 0.01], 400)", "np.repeat([0.1, 0.05], 400)"), ["drop"], ["race", "damping"]),
    ("story/momentum", ("critical = (1 - np.sqrt(x)) ** 2", "critical = 0.5"), ["damping"], ["race", "drop"]),
    ("story/momentum", ("while max(abs(theta)) > 1e-6", "while max(abs(theta)) > 1e-5"), ["race"], ["drop"]),
    ("story/momentum", ("right_limit = 2 *", "right_limit = 3 *"), [], ["drop", "race", "damping", "one_path"]),
    ("story/bias-correction", ("beta_m = 0.9\n", "beta_m = 0.8\n"), ["streams", "cliff"], ["overflow", "without"]),
    ("story/rmsprop", ("lr = lr * fade\n", "lr = lr * fade * 0.99\n"), ["cycle"], ["noise", "epsilon"]),
]


class Unchecked(ast.NodeTransformer):
    """A program without its checks, which are about the printed code."""

    def visit_Assert(self, node):
        return ast.Pass()


@cache
def drawn(page, change, figure):
    """The figure as an SVG, drawn by the module of the page with an exchange of text."""
    module = module_of(page)
    text = find(module).read_text("utf-8")
    assert text.count(change[0]) == 1, change
    tree = ast.fix_missing_locations(Unchecked().visit(ast.parse(text.replace(*change))))
    names = {"__name__": module, "__file__": str(find(module))}
    exec(compile(tree, file_of(module), "exec"), names)
    with style():
        return saved(names[f"figure_{figure}"](lambda *words: words[1]), format="svg", metadata={"Date": None})


def holding(page, text):
    """The numbers of the listings in which a text stands."""
    shown = [block for block in listings(DOCS / "en" / f"{page}.md") if block.language == "python"]
    return {number for number, block in enumerate(shown, 1) if text in block.code}


@pytest.mark.parametrize("page, change, others, same", CHANGES)
def test_a_figure_rests_on_the_listings_whose_change_changes_it(page, change, others, same):
    numbers = holding(page, change[0])
    assert numbers
    for figure in others + same:
        own = set(map(int, resting.numbers(DOCS / "en" / f"{page}.md", module_of(page), figure).split()))
        assert bool(own & numbers) == (figure in others), (figure, own, numbers)
        plain = (change[0], change[0])
        assert (drawn(page, change, figure) != drawn(page, plain, figure)) == (figure in others), figure


PROGRAM = """
from somewhere import unread, read_later
a = 1
b = a + 1
b = 5
rows = {}
rows["first"] = b
for k in range(3):
    rows[k] = k
def local(a):
    unread = a
    return unread
def late():
    return c
c = 7
d = late()
c = 8
def figure_x(say):
    return local(rows), d
"""


def test_a_name_rests_on_what_gave_it_its_value():
    lines = ast.parse(PROGRAM).body
    kept = "\n".join(map(ast.unparse, resting.rested(lines, "figure_x")))
    for line in ("b = 5", "rows = {}", "rows['first'] = b", "for k in", "def local", "def late", "c = 7", "d = late()"):
        assert line in kept, line
    for line in ("somewhere", "a = 1", "b = a + 1", "c = 8"):
        assert line not in kept, line


def test_both_languages_say_the_same_and_many_figures_rest_on_listings():
    found = {}
    for code in LANGUAGES:
        for page in ("story/momentum", "story/adam", "reference/adam", "conventions/rmsprop"):
            path = DOCS / code / f"{page}.md"
            for name in FIGURE.findall(body(path)):
                if "." not in name:
                    own = resting.numbers(path, module_of(page), name)
                    assert found.setdefault((page, name), own) == own
    assert sum(bool(own) for own in found.values()) >= 8
    assert found["reference/adam", "steps"] == "1", "its rule is the first listing, of another file"
