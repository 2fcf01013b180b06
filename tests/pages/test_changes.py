"""The page of changes: its days are those of the commits; what it says has stayed is compared with the first edition.

Where the history is not there (an unpacked archive), what rests on it is skipped.
"""

import ast
import tomllib
from types import ModuleType

import numpy as np
import pytest

from mhat import optimizers
from mhat.vectors import CHANGES
from site_tools.cache import ROOT
from site_tools.version import git
from snippets.changes import TOLD, vectors

FIRST = "c5ffed1"  # the first edition with code to download
ENTRIES = [pytest.param(told, id=f"{kind}-{told['commit']}") for kind, all_told in TOLD.items() for told in all_told]
VECTORS = ("mhat/vectors.py", "snippets/vectors.py")


def in_history(*words):
    """What git says; the test is skipped where it does not know."""
    return git(*words) or pytest.skip("git does not know this")


@pytest.mark.parametrize("told", ENTRIES)
def test_a_change_has_the_day_of_its_commit(told):
    assert in_history("show", "-s", "--format=%cs", told["commit"]) == str(told["date"])


@pytest.mark.parametrize("version", CHANGES)
def test_a_version_of_the_vectors_has_the_day_on_which_it_was_written(version):
    in_history("cat-file", "-t", FIRST)  # the last commit of a shallow clone has written everything
    days = in_history("log", "--format=%cs", f'-SVERSION = "{version}"', "--", *VECTORS).split()
    assert days[-1] == str(CHANGES[version]["date"])


def test_the_newest_stands_first():
    for told in TOLD.values():
        days = [entry["date"] for entry in told]
        assert days == sorted(days, reverse=True)
    shown = vectors(lambda ko, en: en)
    assert [line.split("**")[1] for line in shown.splitlines()] == list(CHANGES)[::-1]
    versions = [[int(part) for part in version.split(".")] for version in CHANGES]
    assert versions == sorted(versions)


def without_words(text):
    """A program without its docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.dump(tree)


def test_the_rules_compute_as_in_the_first_edition():
    first = in_history("show", f"{FIRST}:snippets/rules.py")
    assert without_words(first) == without_words((ROOT / "mhat" / "rules.py").read_text("utf-8"))


def test_the_optimizers_step_as_in_the_first_edition():
    first = ModuleType("first")
    exec(in_history("show", f"{FIRST}:snippets/optimizers.py"), first.__dict__)
    names = [name for name in first.__dict__ if isinstance(first.__dict__[name], type) and name != "Optimizer"]
    names = [name for name in names if first.__dict__[name].__module__ == "first"]
    assert len(names) == 10
    for name in names:
        then, now = ({"w": np.linspace(-1, 1, 12)} for _ in range(2))
        old, new = first.__dict__[name](then, lr=0.01), getattr(optimizers, name)(now, lr=0.01)
        for gradient in np.random.default_rng(0).normal(size=(40, 12)) * 3:
            old.step({"w": gradient})
            new.step({"w": gradient})
        assert np.array_equal(then["w"], now["w"]) and not np.array_equal(now["w"], np.linspace(-1, 1, 12)), name


def test_no_page_has_moved():
    in_history("cat-file", "-t", FIRST)
    assert not git("log", "--diff-filter=DR", "-M", "--format=", "--name-only", "--", "docs/ko", "docs/en")


@pytest.mark.parametrize("commit, path, key, before", [
    ("7dced72", "burn", "defaults", {"beta": 0.9, "dampening": 0.1, "decay": 0}),
    ("0342d7a", "tf_keras_legacy", "call", "tf.keras.optimizers.legacy.Adam"),
])
def test_before_a_correction_stood_what_is_said(commit, path, key, before):
    def record(text):
        return [rule[key] for rule in tomllib.loads(text)["rule"]]

    then = record(in_history("show", f"{commit}^:mhat/records/{path}.toml"))
    now = record((ROOT / "mhat" / "records" / f"{path}.toml").read_text("utf-8"))
    corrected = [old for old, new in zip(then, now, strict=True) if old != new]
    assert corrected[0] == before
