"""What no engine looks at: the blocks of all pages, and that the two languages have the same pages and menus."""

from pathlib import Path

import yaml

from site_tools.cache import ROOT
from site_tools.pages import DOCS, LANGUAGES, blocks, pages

CONFIG = {"ko": "mkdocs.yml", "en": "mkdocs.en.yml"}


class Plain(yaml.SafeLoader):
    """YAML whose tags (`!ENV`) are not looked at."""


Plain.add_multi_constructor("!", lambda loader, suffix, node: None)


def settings(code: str, root: Path = ROOT) -> dict:
    """The file of settings of a language, without what it inherits."""
    return yaml.load((root / CONFIG[code]).read_text("utf-8"), Loader=Plain)


def menu(items: list) -> list[str]:
    """The pages of a menu in their order, sections in brackets."""
    flat = []
    for item in items:
        value = next(iter(item.values())) if isinstance(item, dict) else item
        flat += [">", *menu(value), "<"] if isinstance(value, list) else [value]
    return flat


def different_pages() -> str:
    """The files that one language has alone."""
    korean, english = ({path.relative_to(DOCS / code).as_posix() for path in (DOCS / code).rglob("*") if path.is_file()}
                       for code in LANGUAGES)
    lone = sorted(korean ^ english)
    return f"docs/ko and docs/en have different pages: {lone}" if lone else ""


def different_menus() -> str:
    """Where the two menus part."""
    korean, english = (menu(settings(code)["nav"]) for code in LANGUAGES)
    if korean == english:
        return ""
    pages = {page for page in korean + english if page.endswith(".md")}
    lacking = [f"{file} lacks {page}" for file, own in (("mkdocs.yml", korean), ("mkdocs.en.yml", english))
               for page in sorted(pages - {*own})]
    one, other = next(pair for pair in zip([*korean, None], [*english, None]) if pair[0] != pair[1])
    return "the menus differ: " + ("; ".join(lacking) or f"mkdocs.yml has {one} where mkdocs.en.yml has {other}")


def check() -> None:
    """Raise for the first fault, with its place."""
    for code in LANGUAGES:
        for page in pages(code):
            blocks(page)
    if fault := different_pages() or different_menus():
        raise LookupError(fault)
