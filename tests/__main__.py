"""Prove the site.

    python3 dev.py test                   everything
    python3 dev.py test fast              all that needs no browser and no built site
    python3 dev.py test story/momentum    everything about one page, in both languages
    python3 dev.py test --again           also what stands since it passed
    python3 dev.py test …                 what pytest takes: files, -k words, -n0
"""

import os
import sys

import pytest

from site_tools.pages import DOCS

ALL_CORES = ["-n", "auto", "--no-loadscope-reorder",  # pages that compute long come before short files
             "-p", "tests.standing"]


def arguments(words: list[str]) -> list[str]:
    """The words for pytest that these words mean."""
    if set(words) <= {"fast", "--again"}:  # of a choice it could not be remembered that a file passed whole
        where = ["--ignore=tests/site"] if "fast" in words else []
        return [*ALL_CORES, "--stand", "docs", "tests", *where, *set(words) - {"fast"}]
    first, rest = words[0].removesuffix(".md"), words[1:]
    if first == "fast":
        return [*ALL_CORES, "docs", "tests", "--ignore=tests/site", *rest]
    if (DOCS / "ko" / f"{first}.md").is_file():
        return [*ALL_CORES, "docs", "tests", "--page", first, *rest]
    return [*ALL_CORES, *words]


if __name__ == "__main__":
    # One thread a worker: the arrays are small, and threads that wait for each other would take the cores.
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    sys.exit(pytest.main(arguments(sys.argv[1:])))
