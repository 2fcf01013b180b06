"""What both languages share, and what is made from their built pages: style, scripts, colours, fonts, downloads."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from site_tools import downloads, explorables, finding, fonts, purge, reaching, runtime, scripts
from site_tools.cache import ROOT
from site_tools.pages import LANGUAGES
from site_tools.version import address
from snippets.shared.palette import COLOURS


def palette() -> str:
    """The style sheet of the colours, light and dark; on paper it is always light."""
    light, dark = ("".join(f"--{name}:{pair[i]};" for name, pair in COLOURS.items()) for i in (0, 1))
    return (f":root,[data-md-color-scheme=default]{{{light}}}\n[data-md-color-scheme=slate]{{{dark}}}\n"
            f"@media print{{:root,[data-md-color-scheme]{{{light}}}}}\n")


def not_found() -> str:
    """The page for addresses where nothing is; told where the site will be, it needs no script to lead there."""
    url = address()
    html = (ROOT / "theme" / "404.html").read_text("utf-8")
    return html.replace('"./"', f'"{urlsplit(url).path}"') if url else html


def write(site: Path) -> None:
    """Put it beside the folders of the languages."""
    (site / "assets").mkdir()
    for path in (ROOT / "theme" / "assets").iterdir():
        text = scripts.script(path.stem) if path.suffix == ".js" and path.stem in scripts.names() else ""
        light = runtime.minified(text or path.read_text("utf-8"), path.suffix[1:])
        (site / "assets" / path.name).write_text(light, "utf-8")
    shutil.copy(ROOT / "theme" / "index.html", site / "index.html")
    (site / "404.html").write_text(not_found(), "utf-8")
    (site / "assets" / "palette.css").write_text(palette(), "utf-8")
    runtime.write(site)
    explorables.write(site / "assets" / "explore")
    pages = {code: [path.read_text("utf-8") for path in sorted((site / code).rglob("*.html"))] for code in LANGUAGES}
    downloads.write(site, pages)
    reaching.write(site)
    finding.write(site, LANGUAGES)
    fonts.write(site, pages)
    purge.write(site, [*pages["ko"], *pages["en"]])
