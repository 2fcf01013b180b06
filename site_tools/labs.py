"""MkDocs hook: a page in `labs/` is a notebook, executed by mkdocs-jupyter.

The page is written like any other. From its text and its Python blocks, includes resolved,
comes the notebook that the reader downloads and that mkdocs-jupyter runs; an exception in a
cell stops the build. The page is then rendered like any other, with what the run put out
below the blocks, so that it weighs what the others weigh.
"""

import json
import re
from base64 import b64decode
from pathlib import Path

import jupytext
import nbformat
from jinja2 import FileSystemBytecodeCache
from mkdocs.exceptions import PluginError
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.pages import Page
from mkdocs.utils.meta import get_data

from site_tools.cache import CACHE, ROOT, once
from site_tools.figures import inline, tidy
from site_tools.modules import SNIPPETS, module_of
from site_tools.numbers import ANY, FIELD, value
from site_tools.pages import INCLUDE, include

TOOLS = (Path(__file__), ROOT / "site_tools" / "figures.py", SNIPPETS / "shared" / "palette.py")
SVG_DATA = "data:image/svg+xml;base64,"
CUT = '</pre></div><div class="output"><pre>'


def plain(text: str, language: str, module: str) -> str:
    """The Markdown of a lab as any notebook shows it: includes and numbers in place, no ids."""
    lines = [part for line in text.splitlines() for part in (include(line, line)[0] if INCLUDE.match(line) else [line])]
    text = re.sub(r"^(#+ .*?) *\{#[\w-]+\}$", r"\1", "\n".join(lines), flags=re.M)
    text = re.sub(r"\\(mhat|vhat)(?![a-zA-Z])", lambda m: rf"\hat {m[1][0]}", text)
    text = re.sub(r"\\(g|m|v)v?(?![a-zA-Z])", r"\1", text)
    return ANY.sub(lambda m: value(module, *FIELD.fullmatch(m[0]).groups(""), language) if m[0].startswith("{{") else m[0], text)


def notebook(text: str, language: str, module: str = "") -> str:
    """The notebook of a lab, the same bytes for the same text."""
    book = jupytext.reads(plain(text, language, module), fmt="md")
    for number, cell in enumerate(book.cells):
        cell["id"] = f"cell-{number}"
    book.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.writes(book) + "\n"


def source(file) -> Path | None:
    """The Markdown file of a lab; None for any other page."""
    return Path(file.src_dir) / file.src_uri if file.src_uri.startswith("labs/") else None


def hand_over(files, config):
    """Give the notebook in place of the Markdown file."""
    for file in files.documentation_pages():
        if path := source(file):
            text, _ = get_data(path.read_text("utf-8"))
            language = config.theme["language"]
            target = CACHE / "labs" / language / f"{path.stem}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(notebook(text, language, module_of(file.src_uri)), "utf-8")
            file.abs_src_path = str(target)
    return files


# Before mkdocs-jupyter looks for its files, and after it has wrapped them.
on_files = CombinedEvent(event_priority(60)(hand_over), event_priority(-60)(hand_over))


def outputs(html: str, label: str) -> list[str]:
    """What each code cell put out, as HTML: text and drawings, nothing else.

    A kernel sends what is printed in pieces, cut at moments that differ from run to run; here they are one again.
    """
    from bs4 import BeautifulSoup

    found = []
    for cell in BeautifulSoup(html, "html.parser").select(".jp-CodeCell[id]"):
        parts = []
        for output in cell.select(".jp-OutputArea-output"):
            if (image := output.find("img")) and image["src"].startswith(SVG_DATA):
                svg = b64decode(image["src"].removeprefix(SVG_DATA)).decode()
                drawing = inline(tidy(svg, f"out{len(found)}-{''.join(parts).count('<svg')}-"), label)
                parts.append(f'<div class="figure" data-search-exclude="true">{drawing}</div>')
            elif text := output.find("pre"):
                parts.append(f'<div class="output"><pre>{text.decode_contents()}</pre></div>')
            else:
                raise PluginError(f"a lab may put out text and SVG drawings, not {output.get('class')}")
        found.append("".join(parts).replace(CUT, ""))
    return found


@event_priority(-60)
def on_page_content(html, page, config, files):
    """Render the Markdown of a lab, and put the outputs of the run below its blocks."""
    path = source(page.file)
    if not path:
        return html
    page.markdown, page.meta = get_data(path.read_text("utf-8"))
    label = {"ko": "위 셀이 그린 그림", "en": "What the cell above drew"}[config.theme["language"]]
    kept = once("outputs", html, label, *TOOLS, make=lambda: json.dumps(outputs(html, label)))
    results = json.loads(kept)
    Page.render(page, config, files)
    page.title = page.meta["title"]
    parts = re.split(r'(<div class="language-python highlight">.*?</code></pre></div>)', page.content, flags=re.S)
    if len(parts) // 2 != len(results):
        raise PluginError(f"{path.name}: {len(parts) // 2} blocks, but {len(results)} cells: a cell may not be indented")
    parts[1::2] = [block + result for block, result in zip(parts[1::2], results)]
    return "".join(parts)


def on_env(env, config, files):
    """Keep the compiled templates."""
    folder = CACHE / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    return env
