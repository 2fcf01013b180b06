"""MkDocs hook: makes a build faster, says what took long, and gives the templates a filter of Zensical's."""

import re
import sys

from jinja2 import FileSystemBytecodeCache
from mkdocs.plugins import event_priority

from site_tools.cache import CACHE
from site_tools.progress import made

EXCLUDED = re.compile(r'(<(var|div|span) [^>]*data-search-exclude="true"[^>]*>)(.*?)(?=</\2>)', re.S)
INDENT = re.compile(r"\n\s+")
MARK = re.compile(r"<!--aside (\d+)-->")


@event_priority(-100)
def on_page_content(html, page, config, files):
    """Put formulas and drawings aside: the search index leaves them out, but would take them to pieces first."""
    if told := made(least=1):
        pages = files.documentation_pages()
        number = f"{pages.index(page.file) + 1} of {len(pages)}"
        print(f"page {number}: {page.file.src_uri}: {told}", file=sys.stderr, flush=True)
    page.aside = []

    def mark(element: re.Match) -> str:
        page.aside.append(element[3])
        return f"{element[1]}<!--aside {len(page.aside) - 1}-->"
    return EXCLUDED.sub(mark, html)


def on_post_page(output, page, config):
    """Put them back; around the article, lines that only the templates indent begin at their left edge."""
    before, start, rest = output.partition("<article")
    article, end, after = rest.rpartition("</article>")
    light = "".join([INDENT.sub("\n", before), start, article, end, INDENT.sub("\n", after)])
    return MARK.sub(lambda mark: page.aside[int(mark[1])], light)


def on_env(env, config, files):
    """Keep the compiled templates; `split` is a filter in Zensical, so that templates may use it here too."""
    env.filters["split"] = str.split
    folder = CACHE / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    return env
