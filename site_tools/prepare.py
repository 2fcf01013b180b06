"""Make what the site holds before its pages are rendered, on all cores: numbers, figures, vectors, what labs put out.

    python -m site_tools.prepare

The module of a page runs once for both languages. What raises is left to the rendering of the page,
which names the line.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import as_completed
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from site_tools.cache import ROOT, Once
from site_tools.modules import ROOMS, find, imports, module_of
from site_tools.pages import DOCS, FIGURE, LANGUAGES, body, pages
from site_tools.progress import made
from site_tools.workers import workers

FIELDS = re.compile(r"\{\{ [^}]*\}\}|" + FIGURE.pattern)


def state() -> Iterator[Path | str]:
    """What changes when there may be something to make: all code, and what pages take from it."""
    for room in (*ROOMS, "site_tools", "theme/fonts"):
        yield from sorted(path for path in (ROOT / room).rglob("*") if path.is_file() and path.suffix != ".pyc")
    for code in LANGUAGES:
        for page in pages(code):
            yield " ".join(match[0] for match in FIELDS.finditer(body(page)))


class Thing(NamedTuple):
    """What a page holds: what makes it, once, and the module that must run for it, or the page of a lab."""

    owner: str
    once: Once


def things(name: str, language: str) -> Iterator[Thing]:
    """What a page holds."""
    from site_tools import figures, labs, numbers

    path = DOCS / language / name
    text, module = body(path), module_of(name)
    if name.startswith(labs.FOLDER):
        yield Thing(name, labs.outputs(path))
    for field in numbers.fields(text):
        yield Thing((*numbers.elsewhere(field[0]), module)[0], numbers.number(module, *field, language))
    for reference in FIGURE.findall(text):
        owner, figure = figures.module_and_name(reference, module)
        yield Thing(owner, figures.drawing(owner, figure, language))


def shared_things() -> Iterator[Thing]:
    """What stands beside the pages and does not wait for them."""
    from site_tools import downloads, explorables, scripts

    yield Thing("mhat.vectors", downloads.vectors())
    yield Thing("mhat.identify", downloads.identify_alone())
    for name in scripts.names():
        yield Thing(scripts.called(name)[0], scripts.compiling(name))
    for name in explorables.names():
        for language in LANGUAGES:
            yield Thing(explorables.module(name), explorables.script(name, language))


def rests_on(owner: str) -> str:
    """The module of a page on which a module is built, where there is one, else itself: what both need runs once."""
    path = find(owner) if "/" not in owner else None
    inner = [name for name in imports(path) if name.startswith("snippets.") and find(name)] if path else []
    quick = ("snippets.shared", "snippets.explorables")
    below = [name for name in inner if not name.startswith(quick) and find(name).name != "__init__.py"]
    return rests_on(below[0]) if below else owner


def all_things() -> Iterator[Thing]:
    """What the site holds, but for what raises."""
    with suppress(Exception):
        yield from shared_things()
    for code in LANGUAGES:
        for page in pages(code):
            with suppress(Exception):
                yield from things(page.relative_to(DOCS / code).as_posix(), code)


@cache
def works() -> dict[str, list[Thing]]:
    """What the site holds, by what must run for it: what takes longest first."""
    found = defaultdict(list)
    for thing in all_things():
        found[rests_on(thing.owner)].append(thing)
    owners = {name: len({thing.owner for thing in own}) for name, own in found.items()}
    long_first = sorted(found, key=lambda name: ("/" not in name, name != "mhat.vectors", -owners[name]))
    return {name: found[name] for name in long_first}


def wanting() -> list[str]:
    """The works of which something is not made."""
    return [name for name, own in works().items() if not all(thing.once.known() for thing in own)]


def make(name: str) -> str:
    """Make what a work lacks; what was made, and how long that took."""
    for thing in works().get(name, []):
        with suppress(Exception):
            thing.once.text()
    return made()


def prepared(names: list[str]) -> Iterator[tuple[str, str]]:
    """Run modules, side by side where it is worth it, and tell of each as it is done."""
    if len(names) == 1:
        yield names[0], make(names[0])
    elif names:
        with workers() as pool:
            running = {pool.submit(make, name): name for name in names}
            yield from ((running[done], done.result()) for done in as_completed(running))


def main() -> None:
    names = wanting()
    for number, (name, told) in enumerate(prepared(names), 1):
        print(f"{number} of {len(names)}: {name}: {told}", flush=True)


if __name__ == "__main__":
    main()
