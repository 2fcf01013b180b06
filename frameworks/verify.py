"""Run the real optimizers of real frameworks and compare their paths with our forms.

    python3 dev.py verify                     every set of frameworks
    python3 dev.py verify main keras mxnet    sets or frameworks by name
    python3 dev.py verify --without mxnet     all but a set
    python3 dev.py verify newest              the frameworks of the main set as they are released today
    python3 dev.py verify --list              what there is

A set has an environment of its own in .cache/verify/, made once from its lock. What
holds is written to frameworks/results/verified.json; what does not is named with
framework, rule, step and coordinate, and the command ends with 1. Between frameworks of
the main set, what the translator gives for each call is run beside it (pairs.json), and
the listings of frameworks that pages show tell their numbers anew (practice.json).
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple, TextIO

from frameworks import listings, pairs
from frameworks.compare import cases, judge, kept
from frameworks.results import FOLDER, merged
from frameworks.results import results as stored
from mhat.records import records

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LOCKS = ROOT / "requirements"
ADAPTERS = Path(__file__).with_name("adapters")
RESULTS, NEWER = FOLDER / "verified.json", FOLDER / "newest.json"
NEWEST = "newest"  # the main set without its lock: asked by name, for what a record says of a version may change
WORKER = Path(__file__).with_name("worker.py")
ALONE = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUTF8": "1"}
# The package index has PyTorch for Linux only with CUDA, gigabytes that nothing here runs on.
TORCH = ("--no-deps", "--index-url", "https://download.pytorch.org/whl/cpu", "torch==2.13.0")
# Chainer's own installation needs setuptools and NumPy of its time, which its lock brings.
CHAINER = ("--no-deps", "--no-build-isolation", "chainer==7.8.1")
# tf_keras asks for the package tensorflow, which tensorflow-cpu stands in for here.
TF_KERAS = ("--no-deps", "tf-keras==2.15.1")


class Set(NamedTuple):
    """An environment: its size, the newest Python it has wheels for, what pip gets before and after the lock."""

    size: str
    newest: tuple = (3, 99)
    before: tuple = ()
    after: tuple = ()


SETS = {
    "main": Set("1.7 GB", before=TORCH),
    "tf": Set("1.2 GB", (3, 11), after=TF_KERAS),
    "paddle": Set("0.9 GB", (3, 13)),
    "mxnet": Set("0.3 GB", (3, 11)),
    "chainer": Set("0.1 GB", (3, 11), after=CHAINER),
    "thinc": Set("0.2 GB"),
    "bitsandbytes": Set("1.1 GB", before=TORCH),
    "deepspeed": Set("1.1 GB and a C++ compiler", before=TORCH),
    "tfjs": Set("0.1 GB and Node.js"),
    NEWEST: Set("7 GB"),
}


class Trouble(Exception):
    """Said to the reader as it is."""


# Environments


def home(name: str) -> Path:
    """The folder of a set's environment."""
    return CACHE / "verify" / name


def lock(name: str) -> Path:
    """The file that says what a set is made of: for pip, or for npm in a folder of its own."""
    pip = LOCKS / f"verify-{name}.{'in' if name == NEWEST else 'txt'}"
    return pip if pip.exists() else LOCKS / f"verify-{name}" / "package-lock.json"


def python(name: str) -> Path:
    """The Python of a set; npm's packages are run from this one."""
    if lock(name).suffix == ".json":
        return Path(sys.executable)
    return home(name) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def installs(name: str) -> Iterator[list]:
    """The commands that make an environment, in order."""
    if lock(name).suffix == ".json":
        shutil.copytree(lock(name).parent, home(name), dirs_exist_ok=True)
        yield [shutil.which("npm") or "npm", "ci", "--no-audit", "--no-fund", "--prefix", home(name)]
        return
    pip = [python(name), "-m", "pip", "install", "--disable-pip-version-check"]
    yield [sys.executable, "-m", "venv", "--clear", home(name)]
    locked = ("--upgrade",) if name == NEWEST else ("--require-hashes",)
    words = (SETS[name].before, (*locked, "-r", lock(name)), SETS[name].after)
    yield from ([*pip, *more] for more in words if more)


def succeeds(command: list, file: TextIO) -> bool:
    """Whether a command exists and ends well; what it prints goes to the file."""
    try:
        return not subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT).returncode
    except FileNotFoundError as error:
        print(error, file=file)
        return False


def digest(name: str) -> str:
    """Of all that an environment is made from."""
    parts = lock(name).read_bytes() + repr((SETS[name][2:], sys.version)).encode()
    return hashlib.sha256(parts).hexdigest()


def set_up(name: str) -> None:
    """Make the environment of a set, where it is not there yet. Trouble: it cannot be made here."""
    folder, newest = home(name), SETS[name].newest
    stamp, log = folder / "stamp", folder.with_suffix(".log")
    if stamp.exists() and stamp.read_text() == digest(name):
        return
    if sys.version_info[:2] > newest:
        raise Trouble(f"needs Python {newest[0]}.{newest[1]} or older, this is {sys.version.split()[0]}")
    print(f"{name}: setting up {folder.relative_to(ROOT)} (once, {SETS[name].size}) …", end=" ", flush=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with open(log, "w", encoding="utf-8") as file:
        if not all(succeeds(command, file) for command in installs(name)):
            raise Trouble(f"could not be installed, see {log.relative_to(ROOT)}")
    stamp.write_text(digest(name))
    print(f"{time.monotonic() - begun:.0f} s", flush=True)


def inside(name: str, *words: str | Path) -> subprocess.CompletedProcess:
    """A Python file with its words, run in the environment of a set."""
    command = [python(name), "-I", *words]
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | ALONE
    env |= {"MOMENTS_SET": str(home(name)), "PATH": f"{command[0].parent}{os.pathsep}{env['PATH']}"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


# One framework


def paths(stem: str, record: dict, asked: list[dict]) -> dict:
    """What the worker answers: version, dtype, one path a case."""
    with tempfile.TemporaryDirectory() as folder:
        questions, answers = Path(folder, "cases.json"), Path(folder, "paths.json")
        questions.write_text(json.dumps(asked))
        done = inside(record["set"], WORKER, ADAPTERS / f"{stem}.py", questions, answers)
        if done.returncode:
            raise Trouble(f"{record['name']} does not run: " + (done.stderr.strip().splitlines() or ["no word"])[-1])
        return json.loads(answers.read_text())


def check(stem: str, record: dict, between: pairs.Pairs | None = None) -> tuple[list[dict], list[str]]:
    """(rows, complaints) of one framework; what pairs need of it is run along."""
    own = [case for rule in record["rule"] for case in cases(rule)]
    more = between.cases(stem) if between else []
    walked = paths(stem, record, [case.asked() for case in own] + more)
    if walked["version"] != record["version"]:
        return [], [f"{record['name']}: the record says {record['version']}, installed is {walked['version']}"]
    if between:
        between.keep(stem, more, walked["paths"][len(own):], walked["dtype"])
    ours = walked["paths"][:len(own)]
    judged = [judge(record, case, path, walked["dtype"]) for case, path in zip(own, ours, strict=True)]
    return [row for row, _ in judged if row], [word for _, word in judged if word]


def at_newest(stem: str, record: dict) -> dict | None:
    """What the newest release computes: version, runs, deviation, differs; none where the record is of this release."""
    own = [case for rule in record["rule"] for case in cases(rule)]
    walked = paths(stem, record | {"set": NEWEST}, [case.asked() for case in own])
    if walked["version"] == record["version"]:
        return None
    now = record | {"version": walked["version"]}
    judged = [judge(now, case, path, walked["dtype"]) for case, path in zip(own, walked["paths"], strict=True)]
    return {"version": walked["version"], "runs": len(judged), "differs": [word for _, word in judged if word],
            "deviation": max((row["deviation"] for row, _ in judged if row), default=0)}


def newest(known: dict[str, dict]) -> list[str]:
    """Run the main set as it is released today, keep what came of it, and name what differs from the records."""
    set_up(NEWEST)
    found = {stem: at_newest(stem, record) for stem, record in known.items() if record["set"] == "main"}
    found = {stem: row for stem, row in found.items() if row}
    for stem, row in found.items():
        print(f"  {known[stem]['name']} {row['version']} (the record: {known[stem]['version']}): {row['runs']} runs, "
              f"largest deviation {row['deviation']:.1e}, {len(row['differs'])} differ", flush=True)
    NEWER.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return [word for row in found.values() for word in row["differs"]]


def report(record: dict, rows: list[dict], complaints: list[str], seconds: float) -> None:
    """One line a framework, and one a complaint."""
    worst = max((row["deviation"] for row in rows), default=0)
    told = [row["next_deviation"] for row in rows if row["run"] != "defaults" and row["next"]]
    print(f"  {record['name']} {record['version']}: {len(rows)} runs, largest deviation {worst:.1e}, "
          f"nearest other form {min(told, default=0):.1e}, {seconds:.0f} s", flush=True)
    for word in complaints:
        print(f"    FAILS {word}", flush=True)


def timed(stem: str, record: dict, between: pairs.Pairs | None) -> tuple[list[dict], list[str], float]:
    """(rows, complaints, seconds) of one framework."""
    begun = time.monotonic()
    return *check(stem, record, between), time.monotonic() - begun


def run_set(name: str, chosen: dict[str, dict]) -> tuple[dict[str, list[dict]], list[str]]:
    """(rows by framework, complaints) of the frameworks of one set."""
    set_up(name)
    results, wrong = {}, []
    between = pairs.Pairs(chosen) if len({*chosen} & {*pairs.MAIN}) > 1 else None
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = pool.map(partial(timed, between=between), chosen, chosen.values())
        for (stem, record), (rows, complaints, seconds) in zip(chosen.items(), runs, strict=True):
            report(record, rows, complaints, seconds)
            wrong += complaints
            if not complaints:
                results[stem] = rows
    wrong += listings.run_all(chosen, inside) if name == "main" else []
    return results, wrong + (report_pairs(between) if between else [])


def report_pairs(between: pairs.Pairs) -> list[str]:
    """One line for all pairs, and one a complaint; the results are kept where every framework has run."""
    rows, wrong = between.results(stored("pairs"))
    cells = [cell for row in rows.values() for cell in row.values()]
    exact, without = [float(cell[1:]) for cell in cells if cell.startswith("=")], cells.count("none")
    print(f"  pairs of calls: {len(exact)} exact, largest deviation {max(exact, default=0):.1e}, "
          f"{without} without a counterpart, {len(cells) - len(exact) - without} closest", flush=True)
    for word in wrong:
        print(f"    FAILS {word}", flush=True)
    if between.stems == pairs.MAIN and not wrong:
        pairs.write(rows)
    return wrong


# Results


def write(results: dict[str, list[dict]]) -> None:
    """Put the rows of what ran in the file, but for rounding; keep the others that still have a record."""
    before = stored("verified")
    rows = before | {stem: merged(own, before.get(stem, []), ["call", "run"], kept) for stem, own in results.items()}
    lines = [f"{json.dumps(stem)}: [\n" + ",\n".join("  " + json.dumps(row) for row in own) + "\n]"
             for stem in records() if (own := rows.get(stem))]
    RESULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def choose(names: list[str], without: list[str], known: dict[str, dict]) -> dict[str, dict[str, dict]]:
    """{set: {framework: record}} that the words of the command mean. Trouble: a word that is no name."""
    runnable = {stem: record for stem, record in known.items() if record["set"] != "read"}
    words = {*SETS, *runnable}
    if unknown := [word for word in (*names, *without) if word not in words]:
        raise Trouble(f"{', '.join(unknown)}: neither a set nor a framework that runs; see --list")
    def wanted(stem, record):
        return (not names or {stem, record["set"]} & set(names)) and not {stem, record["set"]} & set(without)
    chosen = {stem: record for stem, record in runnable.items() if wanted(stem, record)}
    return {name: part for name in SETS
            if (part := {stem: record for stem, record in chosen.items() if record["set"] == name})}


def show(known: dict[str, dict]) -> None:
    """What there is, by set."""
    for name in (*SETS, "read"):
        size = SETS[name].size if name in SETS else "nothing to install: read in the source"
        members = [stem for stem, record in known.items() if record["set"] == name]
        print(f"{name} ({size}): {', '.join(members) or 'the main set as it is released today'}")


def verify(names: list[str], without: list[str], known: dict[str, dict]) -> bool:
    """Run what is chosen; true when all of it holds."""
    results, wrong = {}, newest(known) if NEWEST in names else []
    for name, chosen in choose(names, without, known).items():
        try:
            rows, complaints = run_set(name, chosen)
            results, wrong = results | rows, wrong + complaints
            write(results)
        except Trouble as trouble:
            print(f"\n{name}: {trouble}; leave it out with --without {name}", flush=True)
            wrong.append(name)
    print(f"{sum(map(len, results.values()))} runs hold, {len(wrong)} do not"
          + (f"; left out: {', '.join(without)}" if without else ""))
    return not wrong


def main() -> None:
    words = argparse.ArgumentParser(prog="dev.py verify", description=__doc__,
                                    formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("names", nargs="*", help="sets or frameworks; all when none is named")
    words.add_argument("--without", action="append", default=[], metavar="SET", help="leave a set or a framework out")
    words.add_argument("--list", action="store_true", help="show the sets and their frameworks")
    asked, known = words.parse_args(), records()
    if asked.list:
        return show(known)
    try:
        sys.exit(not verify(asked.names, asked.without, known))
    except Trouble as trouble:
        sys.exit(f"ERROR - {trouble}")


if __name__ == "__main__":
    main()
