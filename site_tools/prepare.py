"""Make what the pages hold before they are rendered, on all cores: numbers, figures, what labs put out.

    python -m site_tools.prepare

The module of a page runs once for both languages. What raises is left to the rendering of the page,
which names the line.
"""

import re
from collections.abc import Iterator
from concurrent.futures import as_completed
from contextlib import suppress
from pathlib import Path

from site_tools.cache import ROOT
from site_tools.modules import ROOMS, module_of
from site_tools.pages import DOCS, LANGUAGES, body, pages
from site_tools.progress import made
from site_tools.workers import workers

FIGURE = re.compile(r"\]\(figure:([\w.]+)\)")
FIELDS = re.compile(r"\{\{ [^}]*\}\}|" + FIGURE.pattern)


def state() -> Iterator[Path | str]:
    """What changes when there may be something to make: all code, and what pages take from it."""
    for room in (*ROOMS, "site_tools", "theme/fonts"):
        yield from sorted(path for path in (ROOT / room).rglob("*") if path.is_file() and path.suffix != ".pyc")
    for code in LANGUAGES:
        for page in pages(code):
            yield " ".join(match[0] for match in FIELDS.finditer(body(page)))


def make(path: Path, name: str, language: str) -> None:
    """Make what a page holds."""
    from site_tools import figures, labs, numbers

    text, module = body(path), module_of(name)
    if name.startswith(labs.FOLDER):
        labs.below(path, language)
    for field in numbers.fields(text):
        numbers.value(module, *field, language)
    for reference in FIGURE.findall(text):
        figures.drawn(*figures.module_and_name(reference, module), language)


def prepare(name: str) -> dict[str, str]:
    """What was made for a page, for each language in which something was."""
    told = {}
    for code in LANGUAGES:
        with suppress(Exception):
            make(DOCS / code / name, name, code)
        told[code] = made()
    return {code: text for code, text in told.items() if text}


def main() -> None:
    names = [page.relative_to(DOCS / LANGUAGES[0]).as_posix() for page in pages(LANGUAGES[0])]
    names.sort(key=lambda name: not name.startswith("labs/"))  # they take longest
    with workers() as pool:
        running = {pool.submit(prepare, name): name for name in names}
        for number, done in enumerate(as_completed(running), 1):
            for code, text in done.result().items():
                print(f"{code}| page {number} of {len(names)}: {running[done]}: {text}", flush=True)


if __name__ == "__main__":
    main()
