"""The records of the frameworks, as they stand in their files."""

import tomllib
from pathlib import Path

FOLDER = Path(__file__).with_name("frameworks")


def records():
    """{file name: record} of every framework, in the order of their names."""
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
