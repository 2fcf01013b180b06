#!/usr/bin/env python3
"""The chores of Moments, with nothing but Python 3.11+ and git.

    python3 dev.py build                  the whole site in both languages, in site/
    python3 dev.py test                   prove it: blocks, snippets, figures, sentences, site, browser
    python3 dev.py test fast              all that needs no browser and no built site
    python3 dev.py test story/momentum    everything about one page
    python3 dev.py new story/half-life    the files of a new page
    python3 dev.py serve                  write: both languages with live reload
    python3 dev.py offline                build, and zip the site under its version's name in dist/
    python3 dev.py editions zips          the offline zips of that folder as editions with addresses, in site/v/
    python3 dev.py bench                  time and weigh the build, then the Adam for use
    python3 dev.py mutate                 change the library one operator at a time; some test must fall
    python3 dev.py verify                 run the optimizers of real frameworks, compare them with our forms
"""

import contextlib
import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")
COMMANDS = {
    "build": ("build", ["-m", "site_tools.build", "build"]),
    "test": ("test", ["-m", "tests"]),
    "new": ("build", ["-m", "site_tools.new"]),
    "serve": ("build", ["-m", "site_tools.build", "serve"]),
    "offline": ("build", ["-m", "site_tools.build", "offline"]),
    "editions": ("build", ["-m", "site_tools.editions"]),
    "bench": ("build", ["-m", "meters.bench"]),
    "mutate": ("mutate", ["-m", "meters.mutate"]),
    "verify": ("build", ["-m", "frameworks.verify"]),
}


def set_up(lock):
    """Make .venv from the lock, once; a changed lock or another Python makes it again."""
    lock = os.path.join("requirements", lock + ".txt")
    with open(os.path.join(ROOT, lock), "rb") as file:
        want = hashlib.sha256(file.read() + sys.version.encode()).hexdigest()
    stamp = os.path.join(VENV, os.path.basename(lock) + ".stamp")
    with contextlib.suppress(FileNotFoundError), open(stamp) as file:
        if file.read() == want:
            return
    print(f"setting up .venv from {lock} (once, about a minute) …", flush=True)
    try:
        import ensurepip  # noqa: F401  it may be missing beside a venv module that needs it
        import venv
    except ImportError:
        sys.exit("ERROR - this Python has no venv module; on Debian and Ubuntu: apt install python3-venv")
    if not os.path.exists(PYTHON):
        venv.create(VENV, with_pip=True, clear=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock]
    if subprocess.run(pip, cwd=ROOT).returncode:
        sys.exit(f"ERROR - could not install {lock}: the first set-up needs the network (or a pip cache)")
    with open(stamp, "w") as file:
        file.write(want)


def main():
    if sys.version_info < (3, 11):  # noqa: UP036  this file runs on the Python that the reader has
        sys.exit("ERROR - Moments needs Python 3.11 or newer; this is " + sys.version.split()[0])
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in COMMANDS:
        sys.exit(__doc__)
    lock, words = COMMANDS[name]
    set_up(lock)
    env = {**os.environ, "PYTHONPATH": ROOT, "PYTHONUTF8": "1"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode every worker of every run compiles the tests anew
    try:
        sys.exit(subprocess.run([PYTHON, *words, *sys.argv[2:]], cwd=ROOT, env=env).returncode)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
