"""Editions that were given out keep their addresses: each is unpacked in `v/`, under its version, beside the newest.

    python3 dev.py editions <a folder with the zips of `python3 dev.py offline`>
"""

import html
import re
import shutil
import sys
from pathlib import Path

from site_tools.build import PREFIX, SITE

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Moments: editions</title>
<h1>Moments: <span lang="ko">판</span>, editions</h1>
<ul>{rows}</ul>
</html>
"""


def numbers(archive: Path) -> list[int]:
    """Of the version of a zip."""
    return [int(number) for number in re.findall(r"\d+", archive.stem)]


def unpacked(archive: Path, target: Path) -> str:
    """The version of a zip, whose site is now in a folder of that name."""
    version = archive.stem.removeprefix(PREFIX)
    shutil.rmtree(target / version, ignore_errors=True)
    shutil.unpack_archive(archive, target)
    (target / archive.stem).rename(target / version)
    return version


def keep(folder: Path, site: Path = SITE) -> list[str]:
    """Unpack all zips of a folder, and list what there is, the newest first."""
    archives = sorted(folder.glob(f"{PREFIX}*.zip"), key=numbers, reverse=True)
    versions = [unpacked(archive, site / "v") for archive in archives]
    rows = "".join(f'<li><a href="{name}/index.html">{name}</a></li>' for name in map(html.escape, versions))
    if versions:
        (site / "v" / "index.html").write_text(PAGE.format(rows=rows), "utf-8")
    return versions


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    print("editions:", ", ".join(keep(Path(sys.argv[1]))) or "none yet")
