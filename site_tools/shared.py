"""What both languages share, and what is made from their built pages: style, scripts, colours, fonts, downloads."""

import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from site_tools import downloads, fonts, purge, scripts
from site_tools.cache import ROOT
from site_tools.pages import LANGUAGES
from snippets.shared.palette import COLOURS


def palette() -> str:
    """The style sheet of the colours, light and dark; on paper it is always light."""
    light, dark = ("".join(f"--{name}:{pair[i]};" for name, pair in COLOURS.items()) for i in (0, 1))
    return (f":root,[data-md-color-scheme=default]{{{light}}}\n[data-md-color-scheme=slate]{{{dark}}}\n"
            f"@media print{{:root,[data-md-color-scheme]{{{light}}}}}\n")


def not_found() -> str:
    """The page for addresses where nothing is; told where the site will be, it needs no script to lead there."""
    url = os.environ.get("SITE_URL")
    html = (ROOT / "theme" / "404.html").read_text("utf-8")
    return html.replace('"./"', f'"{urlsplit(url).path.rstrip("/")}/"') if url else html


def spare(text: str) -> str:
    """A style sheet or a script without its comments and indents."""
    lines = (line.strip() for line in re.sub(r"/\*.*?\*/", "", text, flags=re.S).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def tight(css: str) -> str:
    """A style sheet without blanks that say nothing."""
    return re.sub(r"\s*([{};])\s*", r"\1", spare(css)).replace(";}", "}")


def write_assets(folder: Path) -> None:
    """The style sheets and scripts of the theme as they are sent."""
    shutil.copytree(ROOT / "theme" / "assets", folder, dirs_exist_ok=True)
    for path in [path for path in folder.iterdir() if path.suffix in (".css", ".js")]:
        path.write_text((tight if path.suffix == ".css" else spare)(path.read_text("utf-8")), "utf-8")


def write(site: Path) -> None:
    """Put it beside the folders of the languages."""
    write_assets(site / "assets")
    shutil.copy(ROOT / "theme" / "index.html", site / "index.html")
    (site / "404.html").write_text(not_found(), "utf-8")
    (site / "assets" / "palette.css").write_text(palette(), "utf-8")
    for name in scripts.names():
        (site / "assets" / f"{name}.js").write_text(scripts.script(name), "utf-8")
    pages = {code: [path.read_text("utf-8") for path in sorted((site / code).rglob("*.html"))] for code in LANGUAGES}
    downloads.write(site, pages)
    fonts.write(site, pages)
    purge.write(site, [*pages["ko"], *pages["en"]])
