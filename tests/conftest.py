"""The site is built once for the tests that look at it."""

import subprocess
import sys

import pytest
from filelock import FileLock

from site_tools.cache import ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory, testrun_uid):
    """The folder of the site, built now from this checkout, by the first of the workers that asks."""
    done = tmp_path_factory.getbasetemp().parent / f"site-{testrun_uid}"
    with FileLock(f"{done}.lock"):
        if not done.exists():
            build = subprocess.run([sys.executable, "-m", "site_tools.build"], cwd=ROOT, capture_output=True, text=True)
            assert build.returncode == 0, build.stdout + build.stderr
            done.touch()
    return ROOT / "site"
