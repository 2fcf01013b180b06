"""The files of the checkout, one elsewhere, and the real driver in it."""

import os
import shutil
import subprocess
import sys

from site_tools.cache import ROOT


def tracked():
    """The names of all files of the project, new ones too."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def copy_of_the_tree(target):
    """The files of the checkout, as a newcomer has them."""
    for name in tracked():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)
    return target


def with_cache(tree):
    """The tree with what is remembered here, so that a build takes seconds."""
    if (ROOT / ".cache").exists():
        passing = shutil.ignore_patterns("site-*", "old-*", "verify", "npm", "*.[0-9]*")
        shutil.copytree(ROOT / ".cache", tree / ".cache", ignore=passing)
    return tree


def run_build(tree, *words):
    env = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "site_tools.build", *words]
    done = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr
