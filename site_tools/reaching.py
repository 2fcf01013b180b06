"""What readers and programs find the site by: pages as Markdown, their list, what crawlers ask for, pictures."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

from site_tools import figures, plain
from site_tools.cache import once
from site_tools.checks import menu, settings
from site_tools.modules import module_of, state
from site_tools.pages import DOCS, FIGURE, LANGUAGES, body, front, pages
from site_tools.version import address

TITLE = re.compile(r"^# (.*?) *(?:\{#.*)?$", re.M)
ANY_PAGE = ("snippets.story.bias_correction", "cliff")
WIDTH = 1200  # pixels, as those who show links ask for it


def title(page: Path) -> str:
    """The heading of a page, without the signs that set it."""
    return re.sub(r"[`*$\\]", "", TITLE.search(body(page))[1])


def entry(page: Path, code: str, url: str) -> str:
    """A line of the list of pages."""
    name = page.relative_to(DOCS / code).as_posix()
    return f"- [{title(page)}]({url}{code}/{name}): {front(page).get('description', '')}"


def listed(url: str) -> str:
    """The pages of both languages for programs that read (llmstxt.org), in the order of the menus."""
    lines = []
    for code in reversed(LANGUAGES):
        words = settings(code)
        head = "#" if not lines else "##"
        lines += [f"{head} {words['site_name']}", "", f"> {words['site_description']}", ""]
        for part in words["nav"]:
            names = [name for name in menu([part]) if name.endswith(".md")]
            heading = next(iter(part)) if isinstance(part, dict) else ""
            lines += [f"{head}# {heading}", ""] if heading else []
            lines += [*(entry(DOCS / code / name, code, url) for name in names), ""]
    return "\n".join(lines)


def crawled(url: str) -> str:
    """All may be read by all, older editions aside; where the pages are listed, where that is known."""
    maps = [f"Sitemap: {url}{code}/sitemap.xml" for code in LANGUAGES if url]
    return "\n".join(["User-agent: *", "Allow: /", "Disallow: /v/", *maps, ""])


def pictured(page: Path, code: str) -> Iterator[tuple[str, str]]:
    """Module and name of each drawing of a page, then one that stands for all pages."""
    module = module_of(page.relative_to(DOCS / code).as_posix())
    yield from (figures.module_and_name(name, module) for name in FIGURE.findall(body(page)))
    yield ANY_PAGE


def picture(page: Path, code: str) -> bytes:
    """The first drawing of a page as the picture that goes with a link to it."""
    return next(data for module, name in pictured(page, code) if (data := drawn(module, name, code)))


def drawn(module: str, name: str, code: str) -> bytes:
    """The picture of a drawing; nothing for one that is not Matplotlib's."""
    def make():
        return b64encode(figures.picture(module, name, code, WIDTH)).decode()
    return b64decode(once("pictures", module, name, code, state(module), *figures.TOOLS, Path(__file__), make=make))


def write_pages(site: Path, code: str, url: str) -> None:
    """Each page as Markdown beside itself, and, where the address of the site is known, its picture."""
    for page in pages(code):
        name = page.relative_to(DOCS / code)
        (site / code / name).write_text(plain.markdown(name.as_posix(), code), "utf-8")
        if url:
            target = (site / "assets" / "pictures" / code / name).with_suffix(".png")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(picture(page, code))


def write(site: Path) -> None:
    """Put all of it where it is looked for."""
    url = address()
    (site / "llms.txt").write_text(listed(url), "utf-8")
    (site / "robots.txt").write_text(crawled(url), "utf-8")
    for code in LANGUAGES:
        write_pages(site, code, url)
