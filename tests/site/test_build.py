"""The driver on a site of a few pages: what stops it, what it says then, what it leaves; the zip of the site."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest

from mhat.rules import START
from site_tools import editions
from site_tools.pages import LANGUAGES
from tests.building import copy_of_the_tree, run_build, with_cache

RULES = [form.__name__ for form in START]  # each has a page, whose code is given out as a file
PAGES = {
    "index.md": """# Small

[There](story.md#there) is {{ third:.2f }}: $\\frac{\\m_t}{1-\\beta_1^t}$

![A line from 0 to 1](figure:line)
/// caption
A line.
///
""",
    "story.md": "# Story\n\n## There {#there}\n\nWords.\n",
    "labs/lab.md": '---\ntitle: Lab\n---\n# Lab\n\n```python\n--8<-- "snippets/index.py:sum"\nassert total == 3\n```\n',
} | {
    f"reference/{rule.replace('_', '-')}.md": f'# {rule}\n\n```python\n--8<-- "mhat/rules.py:{rule}"\n```\n'
    for rule in RULES
}
SNIPPET = '''"""A snippet of the small site."""

from matplotlib import pyplot as plt

# --8<-- [start:sum]
total = 1 + 2
# --8<-- [end:sum]
third = 1 / 3


def figure_line(say):
    fig, ax = plt.subplots(figsize=(2, 2))
    ax.plot([0, 1], [0, 1])
    return fig
'''


@pytest.fixture(scope="module")
def tree(site, tmp_path_factory):
    """A checkout of the small site; `site` is asked for because its build leaves what this one remembers."""
    tree = with_cache(copy_of_the_tree(tmp_path_factory.mktemp("small")))
    shutil.rmtree(tree / "docs")
    for code in LANGUAGES:
        for name, text in PAGES.items():
            (tree / "docs" / code / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / "docs" / code / name).write_text(text, "utf-8")
    (tree / "snippets" / "index.py").write_text(SNIPPET, "utf-8")
    for name in ("mkdocs.yml", "mkdocs.en.yml"):
        head = (tree / name).read_text("utf-8").partition("\nnav:\n")[0]
        (tree / name).write_text(f"{head}\nnav:\n" + "".join(f"  - {page}\n" for page in PAGES), "utf-8")
    return tree


@pytest.fixture(scope="module")
def built(tree):
    """Two zips of the small site, each of a build of its own; the last site is there."""
    archives = []
    for _ in range(2):
        code, said = run_build(tree, "offline")
        assert code == 0, said
        (path,) = (tree / "dist").glob("moments-*.zip")
        archives.append(path.read_bytes())
    return path, archives


def test_offline_zip_has_the_version_in_its_name_and_the_same_bytes(built):
    path, archives = built
    assert archives[0] == archives[1]
    names = zipfile.ZipFile(path).namelist()
    assert f"{path.stem}/index.html" in names and f"{path.stem}/ko/story.html" in names


def test_the_site_and_nothing_else_is_in_the_zip(tree, built):
    with zipfile.ZipFile(built[0]) as packed:
        inside = {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}
    files = {path.relative_to(tree / "site").as_posix(): path for path in (tree / "site").rglob("*") if path.is_file()}
    assert inside == {name: path.read_bytes() for name, path in files.items()}


def test_editions_keep_their_addresses_and_are_listed_newest_first(built, tmp_path):
    for version in ("v1.9", "v1.10"):
        with zipfile.ZipFile(tmp_path / f"moments-{version}.zip", "w") as packed:
            packed.writestr(f"moments-{version}/en/index.html", version)
    assert editions.keep(tmp_path, tmp_path / "site") == ["v1.10", "v1.9"]
    assert editions.keep(tmp_path, tmp_path / "site") == ["v1.10", "v1.9"]  # the folder may be there
    inside = tmp_path / "site" / "v"
    assert [(inside / version / "en" / "index.html").read_text("utf-8") for version in ("v1.9", "v1.10")] == [
        "v1.9", "v1.10"]
    assert re.findall('href="(.*?)"', (inside / "index.html").read_text("utf-8")) == [
        "v1.10/index.html", "v1.9/index.html"]
    given = shutil.copy(built[0], tmp_path)
    assert editions.keep(tmp_path, tmp_path / "all") and (tmp_path / "all" / "v").joinpath(
        Path(given).stem.removeprefix("moments-"), "index.html").is_file()


# The languages build side by side: a fault in each stops each, and is told in its lines. Those at the end stop both.
@pytest.mark.parametrize("faults", [
    [("ko", "docs/ko/index.md", r"\frac{\m_t}{1-\beta_1^t}", r"\frac{\m_t}{1-\beta_1^t", "docs/ko/index.md:"),
     ("en", "docs/en/index.md", "third:.2f", "thrid:.2f", "docs/en/index.md:")],
    [("ko", "docs/ko/index.md", "figure:line", "figure:lin", "docs/ko/index.md:"),
     ("en", "docs/en/story.md", "Words.", "[dead](nowhere.md)", "'story.md' contains a link 'nowhere.md'")],
    [("ko", "docs/ko/index.md", "story.md#there", "story.md#their", "anchor '#their'"),
     ("en", "docs/en/labs/lab.md", "total == 3", "total == 4", "AssertionError")],
    [("ko", "snippets/index.py", "plt.subplots(figsize=(2, 2))", "plt.subplot(3)", "snippets/index.py:"),
     ("en", "snippets/index.py", "plt.subplots(figsize=(2, 2))", "plt.subplot(3)", "snippets/index.py:")],
    [("ERROR - ", "docs/en/labs/lab.md", '"snippets/index.py:sum"', '"snippets/index.py:smu"', "docs/en/labs/lab.md:")],
    [("ERROR - ", "mkdocs.en.yml", "  - story.md\n", "", "the menus differ")],
    [("ERROR - ", "docs/en/extra.md", None, "# Alone", "docs/ko and docs/en have different pages: ['extra.md']")],
], ids=lambda faults: " and ".join(fault[1] for fault in faults))
def test_a_fault_stops_the_build_names_its_place_and_leaves_the_last_site(tree, built, faults):
    before = {tree / name: old and (tree / name).read_text("utf-8") for _, name, old, _, _ in faults}
    site_before = (tree / "site" / "ko" / "index.html").stat()
    try:
        for _, name, old, new, _ in faults:
            plant(tree / name, old, new)
        code, said = run_build(tree)
    finally:
        restore(before)
    assert code == 1
    for who, *_, words in faults:
        assert any(line.startswith(who) and words in line for line in said.splitlines()), said
    assert len(faults) == 1 or "en and ko did not build; site/ is as it was" in said
    assert (tree / "site" / "ko" / "index.html").stat() == site_before
    assert not list((tree / ".cache").glob("site-*"))


def plant(path, old, new):
    """Put a fault into a file, or a file where none was; what stands there is so only once."""
    text = path.read_text("utf-8") if old else ""
    assert not old or old in text or new in text
    path.write_text(text.replace(old, new, 1) if old else new, "utf-8")


def restore(before):
    for path, text in before.items():
        path.write_text(text, "utf-8") if text else path.unlink()
