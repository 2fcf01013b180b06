"""Runs a program of `practice/` in its framework's own environment: the numbers that it tells, and the version, out.

    python teller.py torch frameworks/practice/loop_pytorch.py told.json
"""

import json
import runpy
import sys
from importlib.metadata import version


def plain(value):
    """Numbers to six digits, whatever a framework wraps them in; what they lie in as JSON knows it."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, str | bool | int) or value is None:
        return value
    return float(f"{float(value):.6g}")


def main(package, program, out):
    told = plain(runpy.run_path(program)["TOLD"])
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"version": version(package).split("+")[0], "told": told}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
