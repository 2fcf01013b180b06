"""Identify as a command: numbers in a file or from standard input, or a file of Python."""

import argparse
import sys
from pathlib import Path

from mhat.identify.candidates import COMMON
from mhat.identify.code.checking import check_code
from mhat.identify.feed import GRADIENTS, ROUNDING, THETA
from mhat.identify.running import Answer, identify
from mhat.identify.settings import settings_of


def command() -> argparse.ArgumentParser:
    """The words of the command line."""
    words = argparse.ArgumentParser(description="Name an optimizer from the parameters it gave, or from its code.")
    words.add_argument("file", nargs="?", default="-", help="12 x 3 numbers in a file; - or nothing: standard input; "
                                                         "a file of Python, loop.py, or one name of it, loop.py:adam")
    words.add_argument("--gradients", action="store_true", help="print the list to feed, and stop")
    words.add_argument("--language", choices=("en", "ko"), default="en")
    words.add_argument("--dtype", choices=tuple(ROUNDING), default="")
    for name in COMMON:
        words.add_argument(f"--{name}")
    return words


def main() -> None:
    """Name what a file holds; the exit code is 0 if it is right, 1 if it is anything else."""
    asked = vars(command().parse_args())
    if asked.pop("gradients"):
        return print(THETA, *GRADIENTS, sep="\n")
    file = asked.pop("file")
    code, _, name = file.partition(".py:") if ".py:" in file else (file.removesuffix(".py"), "", "")
    if code != file:
        return told(check_code(Path(code + ".py").read_text("utf-8"), name, asked["language"]))
    wrong = settings_of({name: asked[name] for name in COMMON if asked[name] is not None})["wrong"]
    if wrong is None:
        result = identify(sys.stdin.read() if file == "-" else Path(file).read_text("utf-8"), **asked)
    else:
        result = Answer(wrong, asked["language"])
    told(result)


def told(result: Answer) -> None:
    """Print an answer, and end."""
    print(result)
    sys.exit(result["verdict"] != "right")
