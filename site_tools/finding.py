"""What the search reads: the sections of the built pages, formulas as letters, and its script.

MkDocs makes an index of its own, which drops formulas and takes listings for text; ours takes its place. A section
is its heading, its text, and apart from that the words of its code and other words for it (`also`), which are
searched and never shown.
"""

import json
import re
import shutil
import tomllib
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from site_tools import runtime
from site_tools.cache import ROOT, Once, once

SOURCE = ROOT / "theme" / "search"
DRAWING = re.compile(r"<svg\b.*?</svg>", re.S)
SILENT = {"script", "style", "svg", "button", "math"}
BLOCKS = {"p", "li", "td", "th", "tr", "div", "dt", "dd", "summary", "br", "h2", "h3", "h4", "blockquote", "figcaption"}
SMALL = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
SIGNS = {"cdot": "·", "times": "×", "le": "≤", "ge": "≥", "ne": "≠", "approx": "≈", "infty": "∞", "leftarrow": "←",
         "to": "→", "mapsto": "→", "pm": "±", "sum": "Σ", "in": "∈", "ll": "<", "gg": ">", "Delta": "Δ", "partial": "∂",
         "nabla": "grad ", "dots": "…", "ldots": "…", "cdots": "…", "propto": "~", "odot": "⊙",
         "max": "max", "min": "min"}
WORDS = r"\\(?:text|mathrm|operatorname|mathbf|boldsymbol|htmlClass\{[\w-]*\})"
OURS = {"g": "g", "m": "m", "vv": "v", "mhat": "m̂", "vhat": "v̂", "step": "Δθ"}


def letters(tex: str) -> str:
    """A formula as one line of letters: `\\frac{\\mhat}{\\sqrt{\\vhat}}` is `m̂/√v̂`."""
    inner = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
    for _ in range(4):
        tex = re.sub(rf"\\[dt]?frac{inner}{inner}", lambda part: f"{whole(part[1])}/{whole(part[2])}", tex)
        tex = re.sub(rf"\\sqrt{inner}", lambda part: f"√{whole(part[1])}", tex)
        tex = re.sub(WORDS + inner, "\u200b\\1", tex)
    tex = re.sub(r"\\sqrt\s*(\\?\w+?)(?![a-z])", r"√\1", tex)
    tex = re.sub(r"\\[;:!> ]|\\(?:left|right|big|Big)\b", "", tex.replace("\\,", " "))
    tex = re.sub(r"\\hat\s*\{?(\\?\w+)\}?", lambda hat: f"{letters(hat[1])}\u0302", tex)
    tex = re.sub(r"\\([A-Za-z]+)\s*", lambda command: sign(command[1]), tex)
    tex = re.sub(r"_\{?([\d+-]+)\}?", lambda low: low[1].translate(SMALL), tex)
    tex = re.sub(r"\^\{([^{}]*[^{}\d+-][^{}]*)\}", lambda high: f"^{whole(high[1])}", tex)
    tex = re.sub(r"\^\{?([\d+-]+)\}?", lambda high: high[1].translate(RAISED), tex)
    return " ".join(re.sub(r"[{}\\&]|_(?=\{)", " ", tex.replace("\u200b", "")).split())


def whole(tex: str) -> str:
    """In parentheses, where it is more than one thing."""
    return f"({tex})" if re.search(r"[-+/ ]", re.sub(r"\{[^{}]*\}", "", tex.strip())) else tex


def sign(command: str) -> str:
    """The letter or sign of a command of TeX; nothing for one that only sets."""
    if command in OURS or command in SIGNS:
        return (OURS | SIGNS)[command]
    name = command.removeprefix("var").upper().replace("LAMBDA", "LAMDA")  # as Unicode spells it
    try:
        return unicodedata.lookup(f"GREEK SMALL LETTER {name}")
    except KeyError:
        return ""


class Sections(HTMLParser):
    """The sections of a page: from a heading with an id to the next."""

    def __init__(self, location: str):
        super().__init__()
        self.location, self.sections, self.inside, self.quiet, self.into = location, [], False, 0, "text"
        self.tags: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        kind = (known.get("class") or "").split()
        self.inside |= tag == "article"
        if not self.inside or tag in ("br", "img", "input", "hr", "wbr", "link", "meta", "col"):
            return
        mode = self.into
        if tag in ("h1", "h2", "h3") and "id" in known:
            place = self.location if tag == "h1" else f"{self.location}#{known['id']}"
            self.sections.append({"location": place, "title": "", "text": "", "code": ""})
            mode = "title"
        elif tag == "pre" or {"highlight", "also"} & {*kind}:
            mode = "code"
        elif tag == "annotation":
            mode = "tex"
        elif tag in SILENT or {"katex-html", "headerlink"} & {*kind} or {"download", "hidden"} & {*known}:
            mode = "none"
        elif "short" in kind:
            mode = "whole"
        elif tag in BLOCKS and mode in ("text", "whole"):
            self.write(" ")
        self.tags.append((tag, self.into))
        self.into = mode

    def handle_endtag(self, tag):
        if not self.inside or all(tag != name for name, _ in self.tags):
            return
        while True:
            name, self.into = self.tags.pop()
            if name == tag:
                break
        self.inside = bool(self.tags)

    def handle_data(self, data):
        if self.inside and self.into == "tex":
            self.write(letters(data), self.outer())
        elif self.inside and self.into != "none":
            self.write(data)

    def outer(self) -> str:
        """Where a formula stands: in a title, in what is said of the whole page, or in the text."""
        around = {into for _, into in self.tags}
        return next((into for into in ("title", "whole") if into in around), "text")

    def write(self, words: str, into: str = "") -> None:
        """To the section that was begun last; what is said of the whole page, in short, to its first."""
        if self.sections:
            into = into or self.into
            section, name = (self.sections[0], "text") if into == "whole" else (self.sections[-1], into)
            section[name] += words


def read(html: str, location: str) -> str:
    """The sections of a page as JSON; of its code, each word once."""
    reader = Sections(location)
    reader.feed(DRAWING.sub("", html))
    for section in reader.sections:
        section["code"] = " ".join(dict.fromkeys(re.findall(r"[^\W\d]\w+", section["code"])))
        section["text"], section["title"] = (" ".join(section[name].split()) for name in ("text", "title"))
    return json.dumps(reader.sections, ensure_ascii=False)


def index(folder: Path) -> str:
    """All sections of a language, as JSON."""
    docs = []
    for page in sorted(folder.rglob("*.html")):
        told = page.read_text("utf-8"), page.relative_to(folder).as_posix()
        docs += json.loads(once("sections", *told, Path(__file__), make=lambda told=told: read(*told)))
    config = {"lang": [folder.name], "separator": " ", "pipeline": []}
    return json.dumps({"config": config, "docs": docs}, ensure_ascii=False)


def script() -> Once:
    """The search itself, which a page loads when a reader goes to its field."""
    parts = (*sorted(SOURCE.iterdir()), *sorted(runtime.LOCK.glob("*.json")), Path(__file__))
    return Once("search", parts, bundled)


def bundled() -> str:
    words = json.dumps(tomllib.loads((SOURCE / "words.toml").read_text("utf-8")), ensure_ascii=False)
    with TemporaryDirectory() as folder:
        entry = shutil.copy(SOURCE / "engine.js", folder)
        Path(folder, "words.json").write_text(words, "utf-8")
        return runtime.esbuild(runtime.installed(), entry, "--bundle", "--format=iife", "--charset=utf8")


def write(site: Path, languages: tuple[str, ...]) -> None:
    """Put the indexes in the place of those of MkDocs, and the script beside them."""
    (site / "assets" / "find.js").write_text(script().text(), "utf-8")
    for code in languages:
        text, folder = index(site / code), site / code / "search"
        (folder / "search_index.json").write_text(text, "utf-8")
        (folder / "search_index.js").write_text(f"var __index = {text}", "utf-8")
