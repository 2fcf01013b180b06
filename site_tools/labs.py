"""Markdown extension: below each block of a page in `labs/` stands what it put out.

The page is written like any other. Its blocks are the cells of a notebook, which mkdocs-jupyter
executes, once for both languages; what each put out is kept as data, and shown as text and drawings
of the page. An exception in a cell stops the build. `notebook` is the whole page as a notebook, for
the reader to download.
"""

import html
import json
import os
import posixpath
import re
from pathlib import Path

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

from site_tools.cache import CACHE, Once, once, write_aside
from site_tools.figures import STYLE, inline, tidy
from site_tools.modules import module_of
from site_tools.pages import Block, blocks, fault, name_of, place
from site_tools.plain import resolved
from site_tools.version import address, version

FOLDER = "labs/"
KERNEL = {  # draws as SVG, in the style of the figures of the pages
    "IPKernelApp": {"log_level": 40},
    "InlineBackend": {
        "figure_formats": ["svg"], "rc": {name: value for name, value in STYLE.items() if name != "font.family"},
        "print_figure_kwargs": {"bbox_inches": None, "metadata": {"Date": None}},
    },
}
TOOLS = (Path(__file__), Path(__file__).with_name("figures.py"))
LABEL = {"ko": "위 셀이 그린 그림", "en": "What the cell above drew"}
SHOWN_BLOCK = re.compile(r'<div class="language-python highlight">.*?</code></pre></div>', re.S)

Output = tuple[str, str]  # ("text" or "svg", what was put out)


# The notebook

def notebook(text: str, language: str, name: str) -> str:
    """The notebook of a lab, `labs/thread.md`, the same bytes for the same text."""
    markdown = live(resolved(text, language, module_of(name)), f"{language}/{name}", address())
    origin = {"page": f"{language}/{name}", "version": version(), "licence": "code MIT, prose CC BY 4.0"}
    parts = (markdown, json.dumps(origin), Path(__file__))
    return once("notebooks", *parts, make=lambda: written(markdown, origin))


def live(markdown: str, page: str, url: str) -> str:
    """Links to other pages lead to the site, where its address is known: a notebook lies anywhere."""
    def whole(link: re.Match) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), link[1]))
        return f"]({url}{target}.html{link[2] or ''})"
    return re.sub(r"\]\((?!\w+:)([^)\s#]*)\.md(#[\w-]+)?\)", whole, markdown) if url else markdown


def written(markdown: str, origin: dict[str, str]) -> str:
    """Markdown as a notebook: its Python blocks become cells."""
    import jupytext
    import nbformat

    book = jupytext.reads(markdown, fmt="md")
    for position, cell in enumerate(book.cells):
        cell["id"] = f"cell-{position}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book.metadata = {"kernelspec": kernel, "moments": origin}
    return nbformat.writes(book) + "\n"


# Its outputs

def outputs(page: Path) -> Once:
    """What each cell of a lab puts out when they are executed one after the other: lists of `Output`, as JSON."""
    cells = blocks(page)
    parts = (*(cell.code for cell in cells), json.dumps(KERNEL), Path(__file__))
    return Once("labs", parts, lambda: json.dumps(execute(page, cells)))


def execute(page: Path, cells: list[Block]) -> list[list[Output]]:
    """Run the cells as mkdocs-jupyter does; an exception names the line of the page."""
    import nbformat.v4
    from mkdocs_jupyter.nbconvert2 import get_nbconvert_app
    from nbclient.exceptions import CellExecutionError
    from nbconvert.preprocessors import ExecutePreprocessor

    set_up_kernel()
    places = [f"{name_of(page)}:{cell.line}" for cell in cells]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.code.rstrip("\n")) for cell in cells])
    settings = get_nbconvert_app(execute=True, kernel_name="python3", allow_errors=False).config
    try:
        ExecutePreprocessor(config=settings).preprocess(book, {})
    except CellExecutionError as error:
        raised = [any(output.output_type == "error" for output in cell.outputs) for cell in book.cells]
        raise LookupError(f"{places[raised.index(True)]}: {error.ename}: {error.evalue}") from None
    return [joined([read(output, where) for output in cell.outputs]) for where, cell in zip(places, book.cells)]


def set_up_kernel() -> None:
    """A folder of its own for the kernel, with these settings and none of the user's."""
    home = CACHE / "ipython"
    write_aside(home / "profile_default" / "ipython_kernel_config.json", json.dumps(KERNEL).encode())
    os.environ |= {"IPYTHONDIR": str(home), "MPLBACKEND": ""}


def read(output: dict, where: str) -> Output:
    """One output of a kernel: text, or the drawing where there is one."""
    data = output.get("data", {})
    if output["output_type"] == "stream":
        return "text", output["text"]
    if "image/svg+xml" in data:
        return "svg", data["image/svg+xml"]
    if data.keys() == {"text/plain"}:
        return "text", data["text/plain"]
    kind = ", ".join(data) or output["output_type"]
    raise LookupError(f"{where}: a lab may put out text and SVG drawings, not {kind}")


def joined(parts: list[Output]) -> list[Output]:
    """Text that follows text is one: a kernel sends it cut at moments that differ from run to run."""
    whole = []
    for kind, data in parts:
        if whole and kind == whole[-1][0] == "text":
            whole[-1] = "text", whole[-1][1] + data
        else:
            whole.append((kind, data))
    return whole


def shown(parts: list[Output], cell: int, label: str) -> str:
    """What a cell put out, as HTML."""
    drawings, pieces = 0, []
    for kind, data in parts:
        if kind == "text":
            pieces.append(f'<div class="output"><pre>{html.escape(data, quote=False)}</pre></div>')
        else:
            drawing = inline(tidy(data, f"out{cell}-{drawings}-"), label)
            pieces.append(f'<div class="figure" data-search-exclude="true">{drawing}</div>')
            drawings += 1
    return "".join(pieces)


def below(path: Path, language: str) -> list[str]:
    """The HTML that stands below each block of a lab."""
    parts, label = outputs(path).text(), LABEL[language]

    def make():
        return json.dumps([shown(cell, position, label) for position, cell in enumerate(json.loads(parts))])
    return json.loads(once("outputs", parts, label, *TOOLS, make=make))


class Labs(Postprocessor):
    def run(self, text: str) -> str:
        page, count = place(self.md), len(SHOWN_BLOCK.findall(text))
        if not (count and page and page.name.startswith(FOLDER)):  # headings of the menu come by, too
            return text
        try:
            pieces = below(page.path, self.md.labs_language)
            if count != len(pieces):
                raise LookupError(f"{name_of(page.path)}: {len(pieces)} cells, but {count} blocks: "
                                  "a cell may not be indented")
        except (LookupError, ValueError) as error:
            raise fault()(str(error)) from None
        rest = iter(pieces)
        return SHOWN_BLOCK.sub(lambda block: block[0] + next(rest), text)


class LabsExtension(Extension):
    def __init__(self, **options):
        self.config = {"language": ["ko", "the language of the page"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        md.labs_language = self.getConfig("language")
        md.postprocessors.register(Labs(md), "labs", 0)  # after all others, which put the blocks in place


def makeExtension(**options) -> LabsExtension:
    return LabsExtension(**options)
