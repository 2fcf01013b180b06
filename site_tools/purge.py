"""Cut the style sheets of the theme and of KaTeX to what the built pages and their scripts can use.

It saves 12 kB of 26, compressed, on a first visit. Both sheets are minified and nest no rule in a
rule, so that a rule is what stands before and inside a pair of braces.
"""

import re
from pathlib import Path

from site_tools.cache import once

RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
EMPTY = re.compile(r"@(?:media|supports)[^{}]*\{\}")
CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
INNER = re.compile(r":(?:not|is|where|has)\([^()]*\)")
COMMA = re.compile(r",(?![^()\[\]]*[)\]])")  # commas inside brackets do not part selectors
OTHER_WAY = "[dir=rtl]"  # no page of ours is written from right to left
ASKED = re.compile(r"var\(\s*(--[\w-]+)")
VALUE = re.compile(r"""(--[\w-]+):(?:"[^"]*"|'[^']*'|url\([^)"']*\)|[^;{}"'])*(?:;|(?=\}))""")
FACE = re.compile(r'@font-face\{[^}]*font-family:\s*"?([\w ]+)"?[^}]*\}')


def names(pages: list[str], scripts: list[str], sheets: list[str]) -> set[str]:
    """Every class of a page, every word of a script, which may make one, and every value that a sheet asks for."""
    classes = {name for page in pages for words in set(re.findall(r'class="([^"]*)"', page)) for name in words.split()}
    words = (re.findall(r"[\w-]+", script) for script in scripts)
    return classes.union(*words, *(ASKED.findall(text) for text in (*sheets, *pages)))


def may_match(selector: str, used: set[str]) -> bool:
    """False only where a selector needs a class that nothing has, or the other direction of writing."""
    needed = INNER.sub("", selector)
    return OTHER_WAY not in needed and all(name.replace("\\", "") in used for name in CLASS.findall(needed))


def cut(css: str, used: set[str]) -> str:
    """The rules that may match; then the values and fonts that a rule still asks for."""
    def kept(rule: re.Match) -> str:
        selectors = [selector for selector in COMMA.split(rule[1]) if may_match(selector, used)]
        return f"{','.join(selectors)}{{{rule[2]}}}" if selectors else ""

    css = asked_for(EMPTY.sub("", RULE.sub(kept, COMMENT.sub("", css))), used)
    rest = FACE.sub("", css)
    return FACE.sub(lambda face: face[0] if face[1] in rest else "", css)


def asked_for(css: str, used: set[str]) -> str:
    """Without the values that nothing asks for, nor a value that is kept."""
    asked = {*ASKED.findall(css), *used}
    light = VALUE.sub(lambda value: value[0] if value[1] in asked else "", css)
    return css if light == css else asked_for(light, used)


def write(site: Path, pages: list[str]) -> None:
    """Put the cut style sheets in the place of the whole ones; a font without a rule goes too."""
    scripts = [*site.glob("en/assets/javascripts/*.js"), *site.glob("assets/*.js")]
    whole = [*site.glob("*/assets/stylesheets/main.*.css"), site / "assets" / "katex.css"]
    others = [path for path in site.glob("**/*.css") if path not in whole]
    used = names(pages, *([path.read_text("utf-8") for path in paths] for paths in (scripts, others)))
    for path in whole:
        css = path.read_text("utf-8")
        path.write_text(once("css", css, *sorted(used), Path(__file__), make=lambda css=css: cut(css, used)), "utf-8")
    kept = (site / "assets" / "katex.css").read_text("utf-8")
    for font in site.glob("assets/fonts/KaTeX_*"):
        if font.name not in kept:
            font.unlink()
