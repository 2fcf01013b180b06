"""Markdown extension: `![alt](figure:name)` becomes the drawing, inline, as SVG.

`figure_name(say)` in the module of the page draws with Matplotlib in the light colours of
`snippets/shared/palette.py` and returns the figure; `say("한국어", "English")` gives the word of
the page's language. The drawing is made once a language, its text stays text, and its
colours become CSS variables. Another page's figure goes by its path: `figure:story.adam.name`.
A copy that stands alone is kept for download. A function may return the SVG itself: the first
state of an explorable, `figure:explorables.one_step.start`, whose <figure> the reader's browser moves.
"""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from site_tools import resting
from site_tools.cache import CACHE, Once
from site_tools.faces import SANS, face
from site_tools.modules import SNIPPETS, blame, file_of, like, run, state
from site_tools.pages import LANGUAGES, module_of_md, place, stop
from snippets.shared.palette import LIGHT

STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "moments", "font.family": "Moments Sans", "font.size": 10.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.facecolor": "none", "figure.facecolor": "none",
    "axes.edgecolor": LIGHT["soft"], "axes.labelcolor": LIGHT["ink"], "text.color": LIGHT["ink"],
    "xtick.color": LIGHT["soft"], "ytick.color": LIGHT["soft"], "xtick.labelcolor": LIGHT["soft"],
    "ytick.labelcolor": LIGHT["soft"], "axes.linewidth": 0.7, "xtick.major.width": 0.7, "ytick.major.width": 0.7,
    "xtick.minor.visible": False, "ytick.minor.visible": False, "grid.color": LIGHT["rule"], "grid.linewidth": 0.7,
    "lines.linewidth": 1.7, "lines.solid_capstyle": "round", "legend.frameon": False, "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": False, "figure.figsize": (5.2, 3.1), "figure.constrained_layout.use": True,
    "path.simplify": True, "path.simplify_threshold": 0.4, "axes.titlesize": 10.5, "axes.titlelocation": "left",
}

ADDRESSES = {"snippets.story.adam": "adam_page", "snippets.check.identify": "identify_page",
             "snippets.conventions.translate": "translate_page"}

HEAD = re.compile(  # who drew it, and a style sheet that says nothing
    r'<metadata>.*?</metadata>|<!--.*?-->|<defs>\s*<style.*?</style>\s*</defs>| xmlns:xlink="[^"]*"', re.S)
POINT = re.compile(r"([ML])\s*(-?[\d.]+)[ ,](-?[\d.]+)")
LINES = re.compile(rf' d="((?:\s*{POINT.pattern})+) ?"')
MOVING = re.compile(r"figure:explorables\.(\w+)\.start")
TOOLS = (Path(__file__), SANS, SNIPPETS / "shared" / "palette.py")


@cache
def measure_font() -> None:
    """Give Matplotlib the font of the pages, so that what it measures is what is shown."""
    from matplotlib import font_manager
    font_manager.fontManager.addfont(face(SANS, 400))


def function(module: str, name: str) -> Callable:
    """What draws the figure of a name."""
    names = vars(run(module))
    wanted = f"figure_{name}"
    if wanted not in names:
        drawings = [other for other in names if other.startswith("figure_")]
        raise LookupError(f"there is no {wanted} in {file_of(module)}{like(wanted, drawings)}")
    return names[wanted]


@contextmanager
def style() -> Iterator[None]:
    """While Matplotlib draws in the style of the pages."""
    import matplotlib
    matplotlib.use("Agg")
    measure_font()
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("error", "Glyph")  # a letter that the font lacks would be a box
        yield


def draw(module: str, name: str, language: str) -> str:
    """The figure as an SVG that stands alone, in the light colours."""
    with style():
        figure = figure_of(module, name, language)
        if isinstance(figure, str):  # drawn by itself
            return briefer(rounded(figure))
        svg = saved(figure, format="svg", metadata={"Date": None, "Creator": None}).decode()
    return tidy(svg, address(module, name).replace(".", "-") + "-")


def picture(module: str, name: str, language: str, width: int) -> bytes:
    """The figure as a PNG so many pixels wide, on paper; nothing for one that is drawn by itself."""
    with style():
        figure = figure_of(module, name, language)
        if isinstance(figure, str):
            return b""
        return saved(figure, format="png", dpi=width / figure.get_figwidth(), facecolor=LIGHT["paper"],
                     metadata={"Software": None})


def figure_of(module: str, name: str, language: str):
    """The figure with the words of a language."""
    return function(module, name)(lambda *words: words[LANGUAGES.index(language)])


def saved(figure, **how) -> bytes:
    """The bytes of a file of the figure, which is then closed."""
    from matplotlib import pyplot
    out = io.BytesIO()
    figure.savefig(out, **how)
    pyplot.close(figure)
    return out.getvalue()


def drawing(module: str, name: str, language: str) -> Once:
    """The figure, drawn once until something it depends on changes."""
    parts = (module, name, language, state(module), *TOOLS)
    return Once("figures", parts, lambda: draw(module, name, language))


def drawn(module: str, name: str, language: str) -> str:
    return drawing(module, name, language).text()


def address(module: str, name: str) -> str:
    """The name under which a figure is downloaded; those of before the snippets had folders are kept."""
    folder, _, page = module.removeprefix("snippets.").rpartition(".")
    known = ADDRESSES.get(module, f"{folder}_{page}" if folder in ("conventions", "reference") else page)
    return f"{known}.{name}"


def tidy(svg: str, prefix: str) -> str:
    """Matplotlib's SVG shorter and with the same look, its ids with a prefix of their own."""
    svg = rounded(HEAD.sub("", svg[svg.index("<svg"):]))
    svg = re.sub(r"font: ((?:bold|\d{3}) )?([\d.]+)px [^;\"]+", r"font-size: \2px", svg)  # the font of the page
    svg = re.sub(r" font-family: [^;\"]+;|(?<=[MLQC]) | transform=\"rotate\(-0 [^\"]*\"", "", svg)
    svg = own_ids(svg.replace("xlink:href", "href").replace(' version="1.1"', ""), prefix)
    svg = re.sub(r">\s+<", "><", re.sub(r"\s*\n", " ", svg)).replace("</g><g></g>", "</g>")
    svg = briefer(svg)
    return svg.replace("<svg ", '<svg stroke-linejoin="round" font-family="Moments Sans, sans-serif" ', 1).strip()


def rounded(svg: str) -> str:
    """One decimal for each number in a tag; text stays as it is."""
    def short(number: re.Match) -> str:
        return f"{float(number[0]):.1f}".replace("-0.0", "0").removesuffix(".0")
    return re.sub(r"<[^>]+>", lambda tag: re.sub(r"-?\b\d+\.\d{2,}", short, tag[0]), svg)


def briefer(svg: str) -> str:
    """The same lines in fewer bytes."""
    return LINES.sub(lambda way: f' d="{relative(way[1])}"', svg)


def relative(way: str) -> str:
    """A way from point to point with each point seen from the one before, which is shorter."""
    parts, last = [], (0, 0)
    for letter, *point in POINT.findall(way):
        x, y = (round(10 * float(number)) for number in point)
        parts.append(f"{letter.lower()}{tenths(x - last[0])} {tenths(y - last[1])}".replace(" -", "-"))
        last = x, y
    return "".join(parts)


def tenths(number: int) -> str:
    """So many tenths: 1.5, 2, -.5."""
    return re.sub(r"^(-?)0\.", r"\1.", f"{number / 10:.1f}".removesuffix(".0"))


def own_ids(svg: str, prefix: str) -> str:
    """Ids where something refers to them, counted, and no two drawings of a page with the same."""
    used = list(dict.fromkeys(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg)))
    svg = re.sub(r' id="([^"]*)"', lambda name: name[0] if name[1] in used else "", svg)
    return re.sub(r'( id="|href="#|url\(#)([^)"]+)', lambda name: f"{name[1]}{prefix}{used.index(name[2])}", svg)


def coloured(svg: str) -> str:
    """The SVG in the palette of the reader."""
    for name, colour in LIGHT.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg


def inline(svg: str, alt: str) -> str:
    """The SVG for a page: coloured by the reader's palette, named for screen readers."""
    box = re.search(r'viewBox="[^"]*"', svg)[0]
    head = f'<svg {box} stroke-linejoin="round" role="img" aria-label={quoteattr(alt)}>'
    return head + coloured(svg[svg.index(">") + 1:])


def keep(svg: str, language: str, reference: str) -> None:
    """Lay a figure that stands alone where the build finds it by its name."""
    kept = CACHE / "figures-by-name" / language / f"{reference}.svg"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(svg.replace("<svg ", f'<svg style="background:{LIGHT["paper"]}" ', 1), "utf-8")


def module_and_name(reference: str, own: str) -> tuple[str, str]:
    """`story.adam.path` is the figure `path` of story/adam; a name alone is a figure of the page's own module."""
    module, _, name = reference.rpartition(".")
    return f"snippets.{module}" if module else own, name


class Figures(Treeprocessor):
    def run(self, root: Element) -> None:
        for figure in root.iter("figure"):
            for element in figure.iter("img"):
                if moving := MOVING.fullmatch(element.get("src", "")):
                    figure.set("data-explorable", moving[1].replace("_", "-"))
        for element in root.iter("img"):
            if element.get("src", "").startswith("figure:"):
                self.replace(element, element.get("src").removeprefix("figure:"))

    def replace(self, element: Element, reference: str) -> None:
        alt, language = element.get("alt", ""), self.md.figure_language
        module, name = module_and_name(reference, module_of_md(self.md))
        try:
            if not alt:
                raise LookupError("a figure needs an alt text: ![what one sees](figure:name)")
            svg = drawn(module, name, language)
        except Exception as error:
            stop(self.md, f"figure:{reference}", f"figure:{reference} ({language}) failed: {blame(error)}")
        known = address(module, name)
        keep(svg, language, known)
        element.tag = "span"
        element.attrib = {"class": "figure", "data-figure": known, "data-search-exclude": "true"}
        if page := place(self.md):
            element.set("data-of", resting.numbers(page.path, module, name))
        element.text = self.md.htmlStash.store(inline(svg, alt) + self.save_link(language, known))

    def save_link(self, language: str, reference: str) -> str:
        page = place(self.md)
        target = f"{'../' * (page.url.count('/') + 1 if page else 1)}assets/figures/{language}/{reference}.svg"
        words = ("그림 내려받기", "Download the figure")[LANGUAGES.index(language)]
        return f'<a class="save" href="{target}" download aria-label="{words}: {reference}">SVG</a>'


class FiguresExtension(Extension):
    def __init__(self, **options):
        self.config = {"language": ["ko", "the language of the words in the figures"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        md.figure_language = self.getConfig("language")
        md.treeprocessors.register(Figures(md), "figures", 14)


def makeExtension(**options) -> FiguresExtension:
    return FiguresExtension(**options)
