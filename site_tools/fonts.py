"""The fonts that the pages need and no more: read the built pages, cut the fonts to what they show.

Text, strong text and display text have a face each, and a face has a file a part. `core` is all but
Hangul, with the Hangul that stands on every page (the language switch); `terms` is the other Hangul
of the English pages; `hangul` is the rest, without what stands on one Korean page alone: that is a
part of its own, numbered as its page. Of display text each Korean page has its own file, which the
page names. A browser loads the parts whose letters it shows. KaTeX's fonts are cut to the characters
that stand in formulas.

What it saves on a first visit: the fonts of the theme weigh 529 kB, cut so 30 kB in English and about 125 kB
in Korean. One file of display Hangul for all pages would be 24 kB of that; a page's own is at most 13 kB.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from site_tools.cache import once
from site_tools.faces import SANS, SERIF, THEME, Cut, cut, cut_together, held
from site_tools.pages import LANGUAGES
from site_tools.scripts import names


class Face(NamedTuple):
    """A font file at a weight, and the family and weight that CSS knows it by."""

    path: Path
    axis: int | None
    family: str
    weight: int


FACES = {
    "text": Face(SANS, 400, "Moments Sans", 400),
    "strong": Face(SANS, 650, "Moments Sans", 600),
    "display": Face(SERIF, None, "Moments Serif", 400),
}
STRONG = {"strong", "b", "th", "dt", "summary", "h2", "h3", "h4", "h5", "h6"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
# Tags that never change the face: half of all, in drawings and formulas.
NEUTRAL = re.compile(
    r"</?(?:path|use|g|defs|clipPath|semantics|m(?:i|o|n|row|frac|su[bp]|subsup|text|over|under|space))\b[^>]*>")
ASCII = frozenset(map(chr, range(0x20, 0x7F)))
HANGUL, NOT_HANGUL = "U+AC00-D7A3", "U+0-ABFF,U+D7A4-FFFF"

Letters = dict[str, set[str]]  # by the role in which they are shown: text, strong, display, katex, none


class Characters(HTMLParser):
    """The characters of a page by the face that shows them."""

    def __init__(self):
        super().__init__()
        self.roles, self.open, self.letters = ["text"], [], {"text": set()}

    def role(self, tag: str, classes: list[str]) -> str:
        if "katex-html" in classes:
            return "katex"
        if tag in ("script", "style"):
            return "none"
        if tag in ("h1", "blockquote") or "display" in classes:
            return "display"
        if tag in STRONG or "admonition-title" in classes or "strong" in classes:
            return "strong" if self.roles[-1] != "display" else "display"
        return self.roles[-1]

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.letters["text"].update(*(attrs.get(name) or "" for name in ("placeholder", "value")))
        if tag not in VOID:
            self.roles.append(self.role(tag, (attrs.get("class") or "").split()))
            self.open.append(tag)

    def handle_endtag(self, tag):
        while tag in self.open:
            self.roles.pop()
            if self.open.pop() == tag:
                return

    def handle_data(self, data):
        self.letters.setdefault(self.roles[-1], set()).update(data)


def read(html: str) -> str:
    """The characters of one page by role, as JSON; words that scripts show are in `__config`."""
    reader = Characters()
    reader.feed(NEUTRAL.sub("", html))
    config = re.search(r'id="__config"[^>]*>(.*?)</script>', html, re.S)
    reader.letters["text"].update(config[1].encode().decode("unicode_escape", "ignore") if config else "")
    return json.dumps({role: "".join(sorted(letters)) for role, letters in reader.letters.items()})


def per_page(pages: list[str]) -> list[Letters]:
    """The characters of each page by role."""
    texts = [once("characters", html, Path(__file__), make=lambda html=html: read(html)) for html in pages]
    return [{role: set(letters) for role, letters in json.loads(text).items()} for text in texts]


def together(pages: list[Letters]) -> Letters:
    """The characters of all pages by role."""
    shown = {"text": set(ASCII), "strong": set(ASCII), "display": set(), "katex": set()}
    for role in shown:
        shown[role] |= {letter for page in pages for letter in page.get(role, ()) if letter.isprintable()}
    shown["text"] |= shown["strong"] | shown["display"]  # search results show titles as text
    return shown


def scripted(assets: Path, role: str) -> set[str]:
    """The letters that scripts of pages can show in a role; results of the search and figures that move are text."""
    own = [path for path in (*assets.glob("*.js"), *assets.glob("run/check.js")) if role != "display"
           and path.stem in (*names(), "run", "running", "check", "checking")]
    moving = [*assets.glob("explore.js"), *assets.glob("explore/*.js")] if role == "text" else []
    indexes = assets.parent.glob("*/search/search_index.json") if role == "text" else []
    found = {*"".join(path.read_text("utf-8") for path in indexes)}
    letters = {*"".join(path.read_text("utf-8") for path in [*own, *moving])}
    return {letter for letter in letters | found - hangul_of(found) if letter.isprintable()}


def hangul_of(letters: set[str]) -> set[str]:
    return {letter for letter in letters if "\uac00" <= letter <= "\ud7a3"}


def alone(pages: list[Letters], role: str, but: set[str]) -> list[set[str]]:
    """Of each page, the Hangul that stands on no other in this face; a page's text also names the others."""
    roles = ("text", "strong", "display") if role == "text" else (role,)
    shown = [set().union(*(page.get(name, set()) for name in roles)) - but for page in pages]
    count = Counter(letter for page in shown for letter in page)
    return [{letter for letter in hangul_of(page) if count[letter] == 1} for page in shown]


class Part(NamedTuple):
    """A file of a face: its name, its letters, the range that CSS gives it, the languages that may need it.

    One without a language belongs to the Korean page of its number alone, which names it itself.
    """

    name: str
    letters: set[str]
    span: str
    languages: tuple[str, ...] = LANGUAGES


def points(letters: set[str]) -> str:
    return ",".join(f"U+{ord(letter):X}" for letter in sorted(letters))


def parts(role: str, korean: list[Letters], english: list[Letters], more: set[str]) -> Iterator[Part]:
    """The files of a face; `more` are letters that scripts may show on Korean pages, or pages of neither language."""
    every = together(korean)[role] | together(english)[role] | more
    switch = hangul_of(set.intersection(*(page["text"] for page in english)))
    terms = hangul_of(together(english)[role] | (more if role == "display" else set())) - switch
    if role == "display":
        yield from own_display(korean)
    else:
        rare = alone(korean, role, terms | switch)
        yield Part("hangul", hangul_of(every).difference(terms, switch, *rare), HANGUL, ("ko",))
        for number, letters in enumerate(rare):
            yield Part(str(number), letters, points(letters), ("ko",))
    yield Part("terms", terms, points(terms))
    used = hangul_of(every) & switch
    yield Part("core", every - hangul_of(every) | used, ",".join(filter(None, (NOT_HANGUL, points(used)))))


def check(role: str, path: Path, letters: set[str]) -> None:
    """A Hangul letter that the font lacks raises."""
    if lost := sorted(hangul_of(letters) - held(path)):
        raise LookupError(f"the {role} font has no glyph for {' '.join(lost)}: see theme/fonts/README.md")


def rule(role: str, part: Part, up: str = "../../") -> str:
    """What tells a browser which letters of a face are in which file."""
    face = FACES[role]
    return (f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-display:swap;'
            f'src:url({up}assets/fonts/{role}-{part.name}.woff2) format("woff2");unicode-range:{part.span}}}')


def own_display(korean: list[Letters]) -> Iterator[Part]:
    """For each Korean page the Hangul of its title and quotations: few letters, large drawings, seldom the same."""
    for number, page in enumerate(korean):
        yield Part(str(number), hangul_of(page.get("display", set())), HANGUL, ())


def tell_page(site: Path, path: Path, role: str, part: Part) -> None:
    """Write into the head of a page which file is its own."""
    up = "../" * (len(path.relative_to(site).parts) - 1)
    html = path.read_text("utf-8").replace("</head>", f"<style>{rule(role, part, up)}</style></head>", 1)
    path.write_text(html, "utf-8")


def needed(site: Path, pages: dict[str, list[str]]) -> Iterator[tuple[str, Part, Cut]]:
    """The files of all faces: the role, what is in it, and how it is cut."""
    korean, english = per_page(pages["ko"]), per_page(pages["en"])
    neither = together(per_page([(site / name).read_text("utf-8") for name in ("index.html", "404.html")]))
    for role, face in FACES.items():
        more = scripted(site / "assets", role) | (neither[role] if role == "display" else set())
        for part in parts(role, korean, english, more):
            if part.letters:
                check(role, face.path, part.letters)
                yield role, part, Cut(face.path, face.axis, "".join(sorted(part.letters)))


def write(site: Path, pages: dict[str, list[str]]) -> None:
    """Write `assets/fonts/`, `assets/fonts.css` of each language, and KaTeX's fonts and style."""
    files = list(needed(site, pages))
    formulas = katex_cuts(per_page(pages["ko"]) + per_page(pages["en"]))
    cut_together([*(wanted for _, _, wanted in files), *formulas])
    folder = site / "assets" / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    korean = sorted((site / "ko").rglob("*.html"))
    for role, part, wanted in files:
        if not part.languages:
            tell_page(site, korean[int(part.name)], role, part)
        (folder / f"{role}-{part.name}.woff2").write_bytes(cut(wanted))
    for wanted in formulas:
        (folder / wanted.path.name).write_bytes(cut(wanted))
    for code in LANGUAGES:
        rules = [rule(role, part) for role, part, _ in files if code in part.languages]
        (site / code / "assets").mkdir(exist_ok=True)
        (site / code / "assets" / "fonts.css").write_text("\n".join(rules) + "\n", "utf-8")
    (site / "assets" / "katex.css").write_text(katex_css(), "utf-8")


def katex_cuts(pages: list[Letters]) -> list[Cut]:
    """KaTeX's fonts, each with the letters of all formulas."""
    letters = "".join(sorted(together(pages)["katex"]))
    return [Cut(path, None, letters) for path in sorted((THEME / "katex" / "fonts").glob("*.woff2"))]


def katex_css() -> str:
    """KaTeX's style sheet, which knows WOFF2 alone."""
    css = (THEME / "katex" / "katex.min.css").read_text("utf-8")
    return re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)', "", css)
