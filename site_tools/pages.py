"""What a page holds: its Python blocks with the includes resolved, and where a fault in it lies."""

import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn

import markdown
import yaml
from markdown.preprocessors import Preprocessor

from frameworks.listings import PACKAGES
from site_tools.cache import ROOT, content
from site_tools.modules import like, module_of

DOCS = ROOT / "docs"
LANGUAGES = ("ko", "en")
FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,}|~{3,})(?P<info>[^`\n]*)$")
OPTION = re.compile(r' (hl_lines|title|start)="([^"]*)"')
SECTION = re.compile(r"--8<-- \[start:(\w+)\]")
FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)
FIGURE = re.compile(r"\]\(figure:([\w.]+)\)")
INCLUDE = re.compile(r'^ *--8<-- "(?P<file>[\w./]+)(?::(?P<section>\w+))?"$')


@dataclass
class Place:
    """The page that is being rendered: its file, its name under `docs/<language>/`, and its address."""

    path: Path
    name: str
    url: str


def place(md: markdown.Markdown) -> Place | None:
    """Where each of the engines keeps the page that it renders; None where no site is being built."""
    if "relpath" in md.treeprocessors:  # MkDocs, ProperDocs
        file = md.treeprocessors["relpath"].file
        return Place(Path(file.src_dir, file.src_uri), file.src_uri, file.url)
    if "rendering_context" in md.preprocessors:  # Zensical
        context = md.preprocessors["rendering_context"]
        return Place(Path(ROOT, context.config["docs_dir"], context.page.path), context.page.path, context.page.url)
    return None


def module_of_md(md: markdown.Markdown) -> str:
    """The name of the module of the page that is being rendered; nothing where no site is being built."""
    page = place(md)
    return module_of(page.name) if page else ""


def stop(md: markdown.Markdown, needle: str, message: str) -> NoReturn:
    """Stop the build: `docs/ko/page.md:12: message`, the line being the first that holds `needle`."""
    page = place(md)
    raise fault()(f"{line_of(page.path, needle)}: {message}" if page else message) from None


def name_of(path: Path) -> str:
    """A page as a message names it: `docs/ko/story/adam.md`."""
    return path.relative_to(ROOT).as_posix()


def line_of(path: Path, needle: str) -> str:
    """`docs/ko/page.md:12` for the first line of a page that holds these words."""
    lines = path.read_text("utf-8").splitlines()
    number = next((number for number, line in enumerate(lines, 1) if needle in line), "?")
    return f"{name_of(path)}:{number}"


def fault() -> type[Exception]:
    """What the engine at work shows as one line: MkDocs and ProperDocs have an exception for it."""
    engines = (sys.modules.get(f"{engine}.exceptions") for engine in ("mkdocs", "properdocs"))
    return next((engine.PluginError for engine in engines if engine), ValueError)


@dataclass
class Block:
    """A Python block of a page: its code as the reader sees it, the origin of each line, and its title if folded.

    `language` is python for what runs anywhere, and in the reader's browser; else the framework whose program it is.
    `start` is the line with which an exercise begins in the place of the right one; nothing in what is no exercise.
    """

    line: int
    code: str
    origins: list[str]
    title: str = ""
    language: str = "python"
    start: str = ""


@cache
def snippets(root: Path) -> Preprocessor:
    """What puts includes in place, as on the pages of the site."""
    options = {"pymdownx.snippets": {"base_path": [str(root)], "check_paths": True}}
    md = markdown.Markdown(extensions=["pymdownx.snippets"], extension_configs=options)
    return md.preprocessors["snippet"]


def include(line: str, where: str) -> tuple[list[str], list[str]]:
    """The lines that an include line stands for, and `mhat/rules.py:section` for each of them."""
    written = INCLUDE.match(line)
    if not written:
        raise LookupError(f'{where}: an include is written --8<-- "room/file.py:section", not {line.strip()}')
    if missing := not_included(written["file"], written["section"]):
        raise LookupError(f"{where}: {missing}")
    lines = snippets(ROOT).run([line.strip()])
    return lines, [f"{written['file']}:{written['section']}"] * len(lines)


def not_included(file: str, section: str | None) -> str:
    """What is missing of a file and its section, and what was perhaps meant; nothing where both are there."""
    path = ROOT / file
    if not path.is_file():
        files = [other.relative_to(ROOT).as_posix() for other in path.parent.glob(f"*{path.suffix}")]
        return f"there is no {file}{like(file, files)}"
    sections = SECTION.findall(content(path).decode())
    if section and section not in sections:
        return f"{file} has no section {section}{like(section, sections)}"
    return ""


def resolve(lines: list[str], first: int, name: str) -> tuple[str, list[str]]:
    """Code with its includes in place, and the origin of each line of it."""
    code, origins = [], []
    for number, line in enumerate(lines, first):
        new, places = include(line, f"{name}:{number}") if "--8<--" in line else ([line], [f"{name}:{number}"])
        code += new
        origins += places
    return "\n".join(code) + "\n", origins


@dataclass
class Fence:
    """A fenced block: the line that opens it, what that says, and the lines inside."""

    line: int
    opening: re.Match
    body: list[str]

    @property
    def info(self) -> str:
        """`python`, and other names of languages."""
        return OPTION.sub("", self.opening["info"].strip())

    @property
    def title(self) -> str:
        """The line under which a run is folded; nothing for what stands open."""
        return self.option("title")

    def option(self, name: str) -> str:
        return dict(OPTION.findall(self.opening["info"])).get(name, "")

    def closes(self, fence: re.Match) -> bool:
        return fence["ticks"].startswith(self.opening["ticks"]) and not fence["info"].strip()


def fenced(lines: list[str]) -> tuple[list[Fence], Fence | None]:
    """The fenced blocks among lines, and one that does not end."""
    closed, fence = [], None
    for number, line in enumerate(lines, 1):
        mark = FENCE.match(line)
        if fence is None:
            fence = Fence(number, mark, []) if mark else None
        elif mark and fence.closes(mark):
            closed.append(fence)
            fence = None
        else:
            fence.body.append(line.removeprefix(fence.opening["indent"]))
    return closed, fence


def fences(lines: list[str], name: str) -> list[Fence]:
    """The fenced blocks of a page; one that does not end raises."""
    closed, opened = fenced(lines)
    if opened:
        raise ValueError(f"{name}:{opened.line}: this code block does not end")
    return closed


def check_fences(lines: list[str], name: str) -> None:
    """A fence that would escape the tests raises."""
    for number, line in enumerate(lines, 1):
        if "pytest" in line and "<!--" in line:
            raise ValueError(f"{name}:{number}: a block may not be marked or skipped: {line.strip()}")
    for fence in fences(lines, name):
        info = fence.info
        known = info in ("python", *PACKAGES)
        if fence.opening["ticks"][0] == "~" or not known and ("py" in info.lower() or not info):
            raise ValueError(f"{name}:{fence.line}: a code block opens with ```python or with the "
                             f"name of another language, not {fence.opening[0].strip()!r}")


def listings(path: Path) -> list[Block]:
    """The listings of a page from top to bottom; a fence that would escape the tests raises."""
    name, lines = name_of(path), path.read_text("utf-8").splitlines()
    check_fences(lines, name)
    return [listing(fence, name) for fence in fences(lines, name) if fence.info in ("python", *PACKAGES)]


def listing(fence: Fence, name: str) -> Block:
    """A listing as it is shown."""
    code, origins = resolve(fence.body, fence.line + 1, name)
    if start := fence.option("start"):
        try:
            code = "\n".join(begun(code.split("\n"), start))
        except LookupError as error:
            raise LookupError(f"{name}:{fence.line}: {error}") from None
    return Block(fence.line, code, origins, fence.title, fence.info, start)


def begins(lines: list[str], start: str) -> int:
    """Where in an answer `beta = 0.9` begins the exercise: in the place of the one line that gives beta."""
    name = start.partition(" = ")[0] + " = "
    found = [number for number, line in enumerate(lines) if line.lstrip().startswith(name)]
    if len(found) != 1 or lines[found[0]].strip() == start:
        raise LookupError(f"{start!r} should stand in the place of one other line that begins with {name!r}")
    return found[0]


def begun(lines: list[str], start: str) -> list[str]:
    """The lines of an answer as its exercise begins."""
    place = begins(lines, start)
    indent = lines[place][:len(lines[place]) - len(lines[place].lstrip())]
    return [*lines[:place], indent + start, *lines[place + 1:]]


def blocks(path: Path) -> list[Block]:
    """The listings of a page that run in any Python and hold; an exercise does not until it is solved."""
    return [block for block in listings(path) if block.language == "python" and not block.start]


def exercises(path: Path) -> list[Block]:
    """The listings of a page that a reader is to change until they hold."""
    return [block for block in listings(path) if block.start]


def body(path: Path) -> str:
    """The Markdown of a page without its front matter."""
    return FRONT.sub("", path.read_text("utf-8"))


@cache
def front(path: Path) -> dict:
    """What a page says of itself at its head: `title`, `description` …"""
    head = FRONT.match(path.read_text("utf-8"))
    return yaml.safe_load(head[0].strip().strip("-")) if head else {}


def pages(language: str) -> list[Path]:
    return sorted((DOCS / language).rglob("*.md"))
