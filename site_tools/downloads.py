"""What a reader takes away: code as single files and page by page, test vectors, figures, notebooks, and a zip."""

import io
import json
import re
import zipfile
from base64 import b64decode, b64encode
from pathlib import Path

from mhat.rules import START
from site_tools import bundle, labs, reaching
from site_tools.cache import CACHE, ROOT, Once, once
from site_tools.modules import run, state
from site_tools.pages import DOCS, LANGUAGES, blocks, body, pages
from site_tools.version import address, version

FIGURE = re.compile(r'data-figure="([^"]+)"')


def write(site: Path, built: dict[str, list[str]]) -> None:
    """Put all of it where the built pages link it."""
    write_code(site / "assets" / "code")
    write_vectors(site / "assets" / "vectors")
    for code in LANGUAGES:
        write_figures(site / "assets" / "figures" / code, code, built[code])
        write_notebooks(site / code, code)
        write_programs(site / code, code)


# Code

def write_code(folder: Path) -> None:
    """The files of the library, each rule, and the tool that names a mistake."""
    files = {name: (ROOT / "mhat" / name).read_text("utf-8") for name in ("rules.py", "optimizers.py", "checked.py")}
    for name in (form.__name__.replace("_", "-") for form in START):
        files[f"{name}.py"] = rule(DOCS / "en" / "reference" / f"{name}.md")
    files["identify.py"] = identify_alone().text()
    folder.mkdir()
    for name, code in files.items():
        (folder / name).write_text(signed(name, code), "utf-8")


def identify_alone() -> Once:
    """The tool that names a mistake, in one file."""
    return Once("alone", (state("mhat.identify"), Path(bundle.__file__)), lambda: bundle.alone("mhat.identify"))


def signed(name: str, code: str, *more: str) -> str:
    """Code that goes out on its own, under its name, version, what more there is to say, and licence."""
    licence = (ROOT / "LICENSE").read_text("utf-8").partition("\n\n---")[0]
    head = "\n".join([f"{name}, from Moments, version {version()}", *more])
    words = f"{head}\n\n{licence}"
    return re.sub("^", "# ", words, flags=re.M).replace("# \n", "#\n") + f"\n\n{code}"


def rule(page: Path) -> str:
    """The code of a reference page without its examples: to read, and to use."""
    lines = [line for block in blocks(page) for line, origin in zip(block.code.split("\n"), block.origins)
             if not line or origin.startswith(("mhat/rules.py", "mhat/optimizers.py"))]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip() + "\n"


def write_programs(site: Path, language: str) -> None:
    """The listings of each page as one program beside it, which says where they stand."""
    for page in pages(language):
        name = page.relative_to(DOCS / language).with_suffix(".py")
        if code := program(page):
            home = f"{address()}{language}/{name.with_suffix('.html').as_posix()}"
            (site / name).write_text(signed(name.name, code, reaching.title(page), home), "utf-8")


def program(page: Path) -> str:
    """The listings of a page from top to bottom; nothing where it has none that any Python runs."""
    return "".join(f"{block.code.strip()}\n\n\n" for block in blocks(page))[:-2]


# Test vectors

def vectors() -> Once:
    """Every file of vectors by its name, as JSON."""
    return Once("vectors", (state("mhat.vectors"),), lambda: json.dumps(run("mhat.vectors").published()))


def write_vectors(folder: Path) -> None:
    """The vectors and the programs that check an Adam against them, one by one and as a zip."""
    programs = sorted((ROOT / "mhat").glob("check_*.*"))
    files = json.loads(vectors().text()) | {path.name: path.read_text("utf-8") for path in programs}
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    parts = [part for pair in files.items() for part in pair]
    packed = once("vectors-zip", Path(__file__), *parts, make=lambda: zipped(files))
    (folder / "vectors.zip").write_bytes(b64decode(packed))


def zipped(files: dict[str, str]) -> str:
    """A zip of the test vectors, as text."""
    out = io.BytesIO()
    archive(out, {f"vectors/{name}": text.encode() for name, text in files.items()})
    return b64encode(out.getvalue()).decode()


# Figures and notebooks

def write_figures(folder: Path, language: str, built: list[str]) -> None:
    """The figures that pages show, each as a file that stands alone and says where it is from."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted({name for page in built for name in FIGURE.findall(page)}):
        svg = (CACHE / "figures-by-name" / language / f"{name}.svg").read_text("utf-8")
        origin = f"<desc>{name}, from Moments, version {version()}, CC BY 4.0</desc>"
        (folder / f"{name}.svg").write_text(svg.replace(">", f">{origin}", 1), "utf-8")


def write_notebooks(site: Path, language: str) -> None:
    """The labs as notebooks, each beside its page."""
    for page in sorted((DOCS / language / labs.FOLDER).glob("*.md")):
        name = page.relative_to(DOCS / language)
        book = labs.notebook(body(page), language, name.as_posix())
        (site / name).with_suffix(".ipynb").write_text(book, "utf-8")


# Zips

def archive(target: Path | io.BytesIO, files: dict[str, bytes]) -> None:
    """A zip of the same bytes for the same files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            out.writestr(entry, data)
