"""The fonts that the pages need and no more: read the built pages, cut the fonts to them.

Text, strong text and display text have a face each. `core` is all but Hangul, with the
Hangul that stands on every page (the language switch); `terms` is the other Hangul of the
English pages; `hangul` is the rest, without what stands on one Korean page alone, which has
a numbered file. A page loads what it shows. KaTeX's fonts are cut to the characters that
stand in formulas.
"""

import base64
import hashlib
import io
import json
import os
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from site_tools.cache import CACHE, ROOT, once
from site_tools.scripts import names

THEME = ROOT / "theme"
SANS = THEME / "fonts" / "moments-sans.woff2"
SERIF = THEME / "fonts" / "gowun-batang.woff2"
FACES = {  # role: file, weight to cut, family and weight in CSS
    "text": (SANS, 400, "Moments Sans", 400),
    "strong": (SANS, 650, "Moments Sans", 600),
    "display": (SERIF, None, "Moments Serif", 400),
}
STRONG = {"strong", "b", "th", "dt", "summary", "h2", "h3", "h4", "h5", "h6"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
HANGUL, NOT_HANGUL = "U+AC00-D7A3", "U+0-ABFF,U+D7A4-FFFF"
FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "mkmk", "tnum"]


class Characters(HTMLParser):
    """The characters of a page by the face that shows them."""

    def __init__(self):
        super().__init__()
        self.roles, self.open, self.found = ["text"], [], {}

    def role(self, tag, classes):
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
        spoken = " ".join(attrs.get(name) or "" for name in ("placeholder", "value"))
        self.found.setdefault("text", set()).update(spoken)
        if tag not in VOID:
            self.roles.append(self.role(tag, (attrs.get("class") or "").split()))
            self.open.append(tag)

    def handle_endtag(self, tag):
        while tag in self.open:
            self.roles.pop()
            if self.open.pop() == tag:
                return

    def handle_data(self, data):
        self.found.setdefault(self.roles[-1], set()).update(data)


def read(html: str) -> str:
    """The characters of one page by role, as JSON."""
    reader = Characters()
    reader.feed(html)
    config = re.search(r'id="__config"[^>]*>(.*?)</script>', html, re.S)
    reader.found.setdefault("text", set()).update(config[1].encode().decode("unicode_escape", "ignore") if config else "")
    return json.dumps({role: "".join(sorted(letters)) for role, letters in reader.found.items()})


def per_page(folder: Path) -> list[dict[str, str]]:
    """The characters of each page of a folder by role."""
    texts = [page.read_text("utf-8") for page in sorted(folder.rglob("*.html"))]
    return [json.loads(once("characters", html, Path(__file__), make=lambda: read(html))) for html in texts]


def alone(folder: Path, role: str, but: set[str]) -> list[set[str]]:
    """Of each page, the Hangul that stands on no other in this face; a page's text also names the others."""
    wanted = ("text", "strong", "display") if role == "text" else (role,)
    pages = [set("".join(page.get(name, "") for name in wanted)) - but for page in per_page(folder)]
    seen = Counter(letter for page in pages for letter in page)
    return [{letter for letter in page if seen[letter] == 1 and is_hangul(letter)} for page in pages]


def characters(folder: Path) -> dict[str, set[str]]:
    """The characters of all pages of a folder by role; words that scripts show are in `__config`."""
    found = {role: set(map(chr, range(0x20, 0x7F))) for role in ("text", "strong")} | {"display": set(), "katex": set()}
    for page in per_page(folder):
        for role, letters in page.items():
            found.setdefault(role, set()).update(letters)
    found["text"] |= found["strong"] | found["display"]  # search results show titles as text
    return {role: {c for c in letters if c.isprintable()} for role, letters in found.items()}


def scripted(assets: Path) -> set[str]:
    """The letters that scripts of pages can show."""
    texts = [path.read_text("utf-8") for path in assets.glob("*.js") if path.stem in names()]
    return {c for c in "".join(texts) if c.isprintable()}


def face(path: Path, weight: int | None) -> Path:
    """A font with its weight axis fixed, as a plain OpenType file."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    kept = CACHE / "faces" / f"{path.stem}-{weight}-{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}.otf"
    if not kept.exists():
        font = TTFont(path, recalcTimestamp=False)
        font.flavor = None
        if "fvar" in font:
            font = instancer.instantiateVariableFont(font, {"wght": weight})
        kept.parent.mkdir(parents=True, exist_ok=True)
        aside = kept.with_suffix(f".{os.getpid()}")
        font.save(aside)
        aside.replace(kept)
    return kept


def cut(path: Path, weight: int | None, letters: set[str]) -> bytes:
    """A WOFF2 file with these letters of a font; the same bytes for the same letters."""
    def make():
        from fontTools import subset
        from fontTools.ttLib import TTFont

        options = subset.Options(hinting=False, layout_features=FEATURES, name_IDs=["*"], flavor="woff2",
                                 recalc_timestamp=False, notdef_outline=True)
        font = TTFont(face(path, weight), recalcTimestamp=False)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[ord(c) for c in letters])
        cutter.subset(font)
        font.flavor = "woff2"
        out = io.BytesIO()
        font.save(out)
        return base64.b64encode(out.getvalue()).decode()
    return base64.b64decode(once("fonts", str(weight), "".join(sorted(letters)), path, Path(__file__), make=make))


def is_hangul(letter: str) -> bool:
    return "\uac00" <= letter <= "\ud7a3"


def held(path: Path) -> str:
    """The characters that a font has."""
    def make():
        from fontTools.ttLib import TTFont
        return "".join(map(chr, sorted(TTFont(path).getBestCmap())))
    return once("held", path, make=make)


def check(role: str, path: Path, letters: set[str]) -> None:
    """A Hangul letter that the font lacks raises."""
    if lost := sorted(filter(is_hangul, letters - set(held(path)))):
        raise LookupError(f"the {role} font has no glyph for {' '.join(lost)}: see theme/fonts/README.md")


def points(letters: set[str]) -> str:
    return ",".join(f"U+{ord(c):X}" for c in sorted(letters))


def write(site: Path) -> None:
    """Write `assets/fonts/`, `assets/fonts.css` of each language, and KaTeX's fonts and style."""
    english, korean = characters(site / "en"), characters(site / "ko")
    for role in ("text", "strong"):
        korean[role] |= scripted(site / "assets")
    folder = site / "assets" / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    switch = set.intersection(*(set(page["text"]) for page in per_page(site / "en")))
    css = {"ko": [], "en": []}
    for role, (path, cut_weight, family, weight) in FACES.items():
        check(role, path, english[role] | korean[role])
        hangul = {c for c in english[role] | korean[role] if is_hangul(c)}
        terms = {c for c in english[role] - switch if is_hangul(c)}
        core = (english[role] | korean[role]) - hangul | (hangul & switch)
        rare = alone(site / "ko", role, terms | switch)
        parts = {"hangul": (hangul.difference(terms, switch, *rare), HANGUL)}
        parts |= {str(number): (letters, points(letters)) for number, letters in enumerate(rare)}
        parts |= {"terms": (terms, points(terms)), "core": (core, NOT_HANGUL + "," + points(hangul & switch))}
        for part, (letters, span) in parts.items():
            if letters:
                (folder / f"{role}-{part}.woff2").write_bytes(cut(path, cut_weight, letters))
                rule = (f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;'
                        f'src:url(../../assets/fonts/{role}-{part}.woff2) format("woff2");unicode-range:{span.strip(",")}}}')
                for code in ("ko", "en") if part in ("terms", "core") else ("ko",):
                    css[code].append(rule)
    for code, rules in css.items():
        (site / code / "assets").mkdir(exist_ok=True)
        (site / code / "assets" / "fonts.css").write_text("\n".join(rules) + "\n", "utf-8")
    katex(site / "assets", english["katex"] | korean["katex"])


def katex(assets: Path, letters: set[str]) -> None:
    """KaTeX's style sheet and those of its fonts that hold a letter of a formula."""
    css = (THEME / "katex" / "katex.min.css").read_text("utf-8")
    for path in sorted((THEME / "katex" / "fonts").glob("*.woff2")):
        (assets / "fonts" / path.name).write_bytes(cut(path, None, letters))
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)', "", css)
    (assets / "katex.css").write_text(css, "utf-8")
