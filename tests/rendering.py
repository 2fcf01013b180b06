"""A page through the Markdown extensions of the site, without MkDocs."""

from functools import cache
from pathlib import Path

import markdown
from markdown.treeprocessors import Treeprocessor

from site_tools import checks
from site_tools.pages import DOCS
from tests.language import FRONT


class Place(Treeprocessor):
    """Stands where MkDocs keeps the file of the page that is being rendered."""

    def __init__(self, page: Path, code: str):
        self.file = self
        self.src_dir, self.src_uri = str(DOCS / code), page.relative_to(DOCS / code).as_posix()
        self.url = self.src_uri.replace(".md", ".html")

    def run(self, root):
        pass


@cache
def settings(code: str) -> dict:
    """The extensions of a language, with what it inherits."""
    base, own = (checks.settings(key)["markdown_extensions"] for key in ("ko", code))
    return base | own


@cache
def rendered(page: Path) -> str:
    """The HTML of the text of a page."""
    code = page.relative_to(DOCS).parts[0]
    options = {extension: values or {} for extension, values in settings(code).items()}
    md = markdown.Markdown(extensions=list(options), extension_configs=options)
    md.treeprocessors.register(Place(page, code), "relpath", 0)
    return md.convert(FRONT.sub("", page.read_text("utf-8")))
