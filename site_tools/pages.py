"""What a page holds: its Python blocks with the includes resolved, and where a fault in it lies."""

import re
from dataclasses import dataclass
from pathlib import Path

import markdown
from pymdownx.snippets import SnippetMissingError

from site_tools.cache import ROOT
from site_tools.modules import module_of

DOCS = ROOT / "docs"
LANGUAGES = ("ko", "en")
FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,}|~{3,})(?P<info>[^`\n]*)$")
HIGHLIGHT = re.compile(r' hl_lines="[\d -]+"$')
INCLUDE = re.compile(r'^ *--8<-- "(?P<file>[\w./]+)(?::(?P<section>\w+))?"$')


def stop(md, needle: str, message: str):
    """Stop the build: `docs/ko/page.md:12: message`, the line being the first that holds `needle`."""
    from mkdocs.exceptions import PluginError

    where = ""
    if "relpath" in md.treeprocessors:
        file = md.treeprocessors["relpath"].file
        path = Path(file.src_dir) / file.src_uri
        lines = path.read_text("utf-8").splitlines()
        line = next((i for i, text in enumerate(lines, 1) if needle in text), "?")
        where = f"{path.relative_to(ROOT)}:{line}: "
    raise PluginError(where + message) from None


def module_of_md(md) -> str:
    """The name of the module of the page that is being rendered; nothing where MkDocs is not at work."""
    return module_of(md.treeprocessors["relpath"].file.src_uri) if "relpath" in md.treeprocessors else ""


@dataclass
class Block:
    """A Python block of a page: its code as the reader sees it, and the origin of each line."""

    line: int
    code: str
    origins: list[str]


def include(line: str, place: str) -> tuple[list[str], list[str]]:
    """The lines that an include line stands for, and `mhat/rules.py:section` for each of them."""
    found = INCLUDE.match(line)
    if not found:
        raise LookupError(f'{place}: an include is written --8<-- "room/file.py:section", not {line.strip()}')
    md = markdown.Markdown(
        extensions=["pymdownx.snippets"],
        extension_configs={"pymdownx.snippets": {"base_path": [str(ROOT)], "check_paths": True}},
    )
    try:
        lines = md.preprocessors["snippet"].run([line.strip()])
    except SnippetMissingError as error:
        raise LookupError(f"{place}: {error}") from None
    return lines, [f"{found['file']}:{found['section']}"] * len(lines)


def resolve(lines: list[str], first: int, name: str) -> tuple[str, list[str]]:
    """Code with its includes in place, and the origin of each line of it."""
    code, origins = [], []
    for number, line in enumerate(lines, first):
        new, places = include(line, f"{name}:{number}") if "--8<--" in line else ([line], [f"{name}:{number}"])
        code += new
        origins += places
    return "\n".join(code) + "\n", origins


def blocks(path: Path) -> list[Block]:
    """The Python blocks of a page from top to bottom; a fence that would escape the tests raises."""
    name = str(path.relative_to(ROOT))
    found, start, opening = [], 0, None
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if "pytest" in line and "<!--" in line:
            raise ValueError(f"{name}:{number}: a block may not be marked or skipped: {line.strip()}")
        if fence and opening is None:
            start, opening = number, fence
            info = HIGHLIGHT.sub("", fence["info"].strip())
            if fence["ticks"][0] == "~" or info != "python" and ("py" in info.lower() or not info):
                raise ValueError(f"{name}:{number}: a code block opens with ```python or with the "
                                 f"name of another language, not {line.strip()!r}")
        elif fence and fence["ticks"].startswith(opening["ticks"]) and not fence["info"].strip():
            if HIGHLIGHT.sub("", opening["info"].strip()) == "python":
                body = [text.removeprefix(opening["indent"]) for text in lines[start:number - 1]]
                found.append(Block(start, *resolve(body, start + 1, name)))
            opening = None
    if opening:
        raise ValueError(f"{name}:{start}: this code block does not end")
    return found


def pages(language: str) -> list[Path]:
    return sorted((DOCS / language).rglob("*.md"))
