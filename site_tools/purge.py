"""Cut the style sheets of the theme and of KaTeX to what the built pages and their scripts can use."""

import json
import re
from pathlib import Path

from site_tools.cache import once

CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
FACE = re.compile(r'@font-face\s*\{[^}]*font-family:\s*"?([\w ]+)"?[^}]*\}')
INNER = re.compile(r":(?:not|is|where|has)\([^()]*\)")


def names(site: Path) -> set[str]:
    """Every class of a page, and every word of a script, which may make one."""
    found = set()
    for page in site.rglob("*.html"):
        for classes in set(re.findall(r'class="([^"]*)"', page.read_text("utf-8"))):
            found.update(classes.split())
    for script in [*site.glob("en/assets/javascripts/*.js"), *site.glob("assets/*.js")]:
        found.update(re.findall(r"[\w-]+", script.read_text("utf-8")))
    return found


def may_match(selector: str, used: set[str]) -> bool:
    """False only where a selector needs a class that nothing has."""
    return all(name.replace("\\", "") in used for name in CLASS.findall(INNER.sub("", selector)))


def cut(css: str, used: set[str]) -> str:
    """The rules that may match; then the custom properties and fonts that a rule still asks for."""
    import tinycss2

    def rules(nodes):
        for node in nodes:
            if node.type == "qualified-rule":
                selectors = [s for s in split(tinycss2.serialize(node.prelude)) if may_match(s, used)]
                if selectors:
                    yield f"{','.join(selectors)}{{{tinycss2.serialize(node.content)}}}"
            elif node.type == "at-rule" and node.lower_at_keyword in ("media", "supports"):
                inner = "".join(rules(tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)))
                if inner:
                    yield f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}{{{inner}}}"
            elif node.type != "comment":
                yield node.serialize()

    text = "".join(rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)))
    asked = set(re.findall(r"var\(\s*(--[\w-]+)", text)) | used
    icon = re.compile(r"(--md-[\w-]*icon[\w-]*):url\([^)]*\);?")
    text = icon.sub(lambda m: m[0] if m[1] in asked else "", text)
    rules_of_text = FACE.sub("", text)
    return FACE.sub(lambda m: m[0] if m[1] in rules_of_text else "", text)


def split(prelude: str) -> list[str]:
    """The selectors of a rule: commas inside brackets do not part them."""
    return [part.strip() for part in re.split(r",(?![^()\[\]]*[)\]])", prelude)]


def write(site: Path) -> None:
    """Put the cut style sheets in the place of the whole ones; a font without a rule goes too."""
    used = names(site)
    for path in [*site.glob("*/assets/stylesheets/main.*.css"), site / "assets" / "katex.css"]:
        css = path.read_text("utf-8")
        path.write_text(once("css", css, json.dumps(sorted(used)), Path(__file__), make=lambda: cut(css, used)), "utf-8")
    kept = (site / "assets" / "katex.css").read_text("utf-8")
    for font in site.glob("assets/fonts/KaTeX_*"):
        if font.name not in kept:
            font.unlink()
