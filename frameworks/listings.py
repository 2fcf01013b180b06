"""The programs of `practice/`: listings of frameworks that pages show, and what they told when they ran.

A program is named after its page and its framework, `loop_pytorch.py`. It begins with the sections that the page
shows; behind them stands what is measured with them, and TOLD, the numbers that sentences and figures take.
`dev.py verify main` runs all of them, `verify pytorch` those of a framework. A result belongs to the text that ran.
"""

import hashlib
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

from frameworks.results import FOLDER, results
from mhat.records import records

PROGRAMS = Path(__file__).with_name("practice")
TELLER = Path(__file__).with_name("teller.py")
RESULTS = FOLDER / "practice.json"
PACKAGES = {"pytorch": "torch", "keras": "keras", "optax": "optax"}  # framework: what its version is asked of
CLOSE = 1e-3  # relative: so much another machine may tell apart


def programs() -> dict[str, Path]:
    """{name: file} of every program."""
    return {path.stem: path for path in sorted(PROGRAMS.glob("*.py"))}


def framework(name: str) -> str:
    """The framework of a program: `pytorch` of `loop_pytorch`."""
    return name.rpartition("_")[2]


def digest(path: Path) -> str:
    """What changes with the text of a program."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def told(page: str) -> dict[str, dict]:
    """{framework: what its program told} for a page: `loop`."""
    rows = results("practice")
    return {framework(name): row["told"] for name, row in rows.items() if name == f"{page}_{framework(name)}"}


def ran(name: str) -> dict[str, str]:
    """The framework of a program by its name without a version, the version that ran it, and the day."""
    row = results("practice")[name]
    called = records()[framework(name)]["name"].removesuffix(" " + row["version"].partition(".")[0])
    return {"name": called, "version": row["version"], "date": row["date"]}


def close(new: object, old: object) -> bool:
    """Whether two tellings say the same but for rounding."""
    if isinstance(new, dict) and isinstance(old, dict):
        return new.keys() == old.keys() and all(close(new[key], old[key]) for key in new)
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(map(close, new, old))
    if isinstance(new, float) and isinstance(old, float | int):
        return math.isclose(new, old, rel_tol=CLOSE, abs_tol=1e-9) or math.isnan(new) and math.isnan(old)
    return new == old


def kept(new: dict, old: dict) -> dict:
    """The old result where the same text in the same version told the same again, else the new one."""
    same = old and all(new[key] == old[key] for key in ("version", "digest"))
    return old if same and close(new["told"], old["told"]) else new


def run(name: str, path: Path, inside: Callable) -> tuple[dict, str | None]:
    """(result, complaint) of one program; `inside` runs a command in the environment of its framework."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "told.json")
        done = inside("main", TELLER, PACKAGES[framework(name)], path, out)
        if done.returncode:
            return {}, f"{name}: " + (done.stderr.strip().splitlines() or ["no word"])[-1]
        row = json.loads(out.read_text("utf-8"))
    record = records()[framework(name)]
    if row["version"] != record["version"]:
        return {}, f"{name}: the record says {record['version']}, installed is {row['version']}"
    return {"version": row["version"], "date": date.today().isoformat(), "digest": digest(path),
            "told": row["told"]}, None


def timed(name: str, path: Path, inside: Callable) -> tuple[dict, str | None, float]:
    """(result, complaint, seconds) of one program."""
    begun = time.monotonic()
    return *run(name, path, inside), time.monotonic() - begun


def run_all(stems: Iterable[str], inside: Callable) -> list[str]:
    """Run the programs of these frameworks and keep what they told; the complaints."""
    chosen = {name: path for name, path in programs().items() if framework(name) in stems}
    rows, wrong = results("practice"), []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = pool.map(partial(timed, inside=inside), chosen, chosen.values())
        for name, (row, complaint, seconds) in zip(chosen, done, strict=True):
            print(f"  {name}: {seconds:.0f} s" + (f"\n    FAILS {complaint}" if complaint else ""), flush=True)
            wrong += [complaint] if complaint else []
            rows |= {} if complaint else {name: kept(row, rows.get(name, {}))}
    write({name: rows[name] for name in programs() if name in rows})
    return wrong


def write(rows: dict[str, dict]) -> None:
    """One line for each thing that a program told."""
    texts = []
    for name, row in rows.items():
        head = json.dumps({key: row[key] for key in ("version", "date", "digest")})[1:-1]
        lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in row["told"].items())
        texts.append(f'"{name}": {{{head}, "told": {{\n{lines}\n}}}}')
    RESULTS.write_text("{\n" + ",\n".join(texts) + "\n}\n", "utf-8")
