"""What tests share: the program of a page, run once for both languages; the worker of all that is about a page."""

import functools
import json
import re
import subprocess
import sys
import tempfile

from site_tools.cache import CACHE, ROOT, digest, write_aside

# Runs in an isolated Python and an empty folder: blocks on stdin, what each raised on stdout. A block that follows
# one that raised runs all the same, so that a reader of the report sees every fault of a page at once.
ALONE = """
import contextlib, json, sys, traceback
import matplotlib
matplotlib.use("Agg")
names, faults = {"__name__": "__main__"}, {}
def run(number, code):
    try:
        exec(compile(code, f"block {number}", "exec"), names)
    except BaseException as error:
        inside = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
                  if frame.filename == f"block {number}"]
        said = "".join(traceback.format_exception_only(error)).strip()
        faults[number] = {"line": inside[-1] if inside else getattr(error, "lineno", 0) or 0, "said": said}
with contextlib.redirect_stdout(sys.stderr):
    for number, code in enumerate(json.load(sys.stdin)):
        run(number, code)
print(json.dumps(faults))
"""


class Fault(AssertionError):
    """What a block raised: the line of the block, from 1, and the words."""

    def __init__(self, block: int, line: int, said: str):
        super().__init__(said)
        self.block, self.line = block, line


class Program:
    """The blocks of a page as one program: what a block defines, the next one has. Both languages have the same.

    It runs once. That these very blocks passed is remembered, for this Python and these versions of the libraries.
    """

    def __init__(self, codes: tuple[str, ...]):
        self.codes, self.passed = codes, CACHE / "blocks" / digest(*codes, ALONE, sys.version)

    @functools.cached_property
    def faults(self) -> dict[int, Fault]:
        if self.passed.exists():
            return {}
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([sys.executable, "-I", "-W", "error", "-c", ALONE], input=json.dumps(self.codes),
                                  cwd=empty, text=True, encoding="utf-8", capture_output=True)
        assert done.returncode == 0, done.stderr
        faults = {int(number): Fault(int(number), **fault) for number, fault in json.loads(done.stdout).items()}
        if not faults:
            write_aside(self.passed, b"")
        return faults

    def check(self, index: int) -> None:
        """Raise what this block raised."""
        if fault := self.faults.get(index):
            raise fault


ABOUT = (re.compile(r"^docs/\w\w/([\w/-]+)\.md::"), re.compile(r"\[(?:\w\w/)?([\w/-]+)\.(?:md|html)"),
         re.compile(r"^tests/pages/(\w+/)test_(\w+)\.py"), re.compile(r"\[(\w+)\.(\w+)-\w+\]$"))

OTHERS = re.compile(r"^from snippets\.(?!shared|explorables)([\w.]+) import", re.M)


def scope(nodeid: str) -> str:
    """What shares a worker: all that is about one page, whose code then runs once; else a file."""
    for pattern in ABOUT:
        if match := pattern.search(nodeid):
            return needed_first("/".join(part.strip("/") for part in match.groups()).replace("_", "-"))
    return nodeid.split("::")[0]


@functools.cache
def needed_first(page: str) -> str:
    """The page whose module the module of this one imports, else the page itself."""
    path = ROOT / "snippets" / f"{page.replace('-', '_')}.py"
    found = OTHERS.search(path.read_text("utf-8")) if path.exists() else None
    return needed_first(found[1].replace(".", "/").replace("_", "-")) if found else page
