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

from site_tools.cache import ROOT, Once
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


def things(name: str, language: str) -> Iterator[Once]:
    """What a page holds."""
    from site_tools import figures, labs, numbers

    path = DOCS / language / name
    text, module = body(path), module_of(name)
    if name.startswith(labs.FOLDER):
        yield labs.outputs(path)
    for field in numbers.fields(text):
        yield numbers.number(module, *field, language)
    for reference in FIGURE.findall(text):
        yield figures.drawing(*figures.module_and_name(reference, module), language)


def wanting(name: str) -> bool:
    """Whether a page holds something that is not made."""
    with suppress(Exception):
        return not all(thing.known() for code in LANGUAGES for thing in things(name, code))
    return True


def prepare(name: str) -> dict[str, str]:
    """Make what a page holds; what took how long, for each language in which something did."""
    told = {}
    for code in LANGUAGES:
        with suppress(Exception):
            for thing in things(name, code):
                thing.text()
        told[code] = made()
    return {code: text for code, text in told.items() if text}


def prepared(names: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Prepare pages, side by side where it is worth it, and tell of each as it is done."""
    if len(names) == 1:
        yield names[0], prepare(names[0])
    elif names:
        with workers() as pool:
            running = {pool.submit(prepare, name): name for name in names}
            yield from ((running[done], done.result()) for done in as_completed(running))


def main() -> None:
    every = [page.relative_to(DOCS / LANGUAGES[0]).as_posix() for page in pages(LANGUAGES[0])]
    names = sorted(filter(wanting, every), key=lambda name: not name.startswith("labs/"))  # they take longest
    for number, (name, told) in enumerate(prepared(names), 1):
        for code, text in told.items():
            print(f"{code}| page {number} of {len(names)}: {name}: {text}", flush=True)


if __name__ == "__main__":
    main()
