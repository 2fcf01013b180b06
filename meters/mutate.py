"""Break the library on purpose, one place at a time, and see the tests fail.

    python -m pip install cosmic-ray numpy hypothesis pytest
    python -m meters.mutate [part of a file name ...]

Works in a copy of the tree. Prints what survived and ends with 1 when a survivor is
not in EQUIVALENT. A new module is one line of TESTS.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = {
    "mhat/rules.py": "tests/library/test_rules.py",
    "mhat/checked.py": "tests/library/test_checked.py",
    "mhat/forms.py": "tests/library/test_forms.py",
    "mhat/optimizers.py": "tests/library/test_optimizers.py",
}
NAME = "names of arguments are interned: one object for equal names, so that is means =="
SLOW = "never true: each number is looked at, which takes longer and tells the same"
EQUIVALENT = {  # changed line: why no test can tell it from the real one
    '+ if name is "lr":': NAME,
    '+ check_count("state t", item) if name is "t"': NAME,
    "+ if len(state) is not len(names):": "CPython keeps one object for each small int",
    '+ fits, need = 0 < number != np.inf, "above 0 and finite"': "a number above 0 is below inf or is inf",
    '+ fits, need = 0 <= number != np.inf, "0 or above, and finite"': "a number from 0 is below inf or is inf",
    '+ "lr": (0 < x != inf, "above 0 and finite"),': "a number above 0 is below inf or is inf",
    '+ "eps": (0 < x != inf, "above 0 and finite"),': "a number above 0 is below inf or is inf",
    '+ "decay": (0 <= x != inf, "0 or above, and finite"),': "a number from 0 is below inf or is inf",
    "+BLOCK = 2** 19": "a size that fits the cache: the numbers are the same for every size",
    "+ if len(named) != len(tree):": "a dict has at least as many keys as names",
    "+ if len(named) is not len(tree):": "the same, and CPython keeps one object for each small int",
    "+ start += sum(r for r in reach if r <= 0)": "adds 0",
    "+ start += sum(r for r in reach if r < 1)": "adds 0: no two floats lie one byte apart",
    "+ start += sum(r for r in reach if r < -1)": "no two floats lie one byte apart",
    "+ for step, n in sorted(pair for pair in pairs if pair[1] != 1):":
        "with n = 0 the array is empty, and the answer False",
    "+ return array.size != 0": "a size is 0 or above",
    "+ return array.size > 1": "some n is above 1: the size is 0 or above 1",
    "+ self.ends = [*accumulate((end for _, end in spans), max, initial= 1)]": "no array lies at address 0 or 1",
    "+ self.ends = [*accumulate((end for _, end in spans), max, initial= -1)]": "no array lies at address 0",
    "+ if block.dot(block) > inf:": SLOW,
    "+ if block.dot(block) is inf:": SLOW,
    "+ a = self.scratch[dtype][ 1, :block.size]": "either row may be overwritten",
    "+ a = self.scratch[dtype][ -1, :block.size]": "either row may be overwritten",
}
CONFIG = """[cosmic-ray]
module-path = {module}
test-command = {command}
timeout = 120.0
excluded-modules = []
distributor.name = "local"
"""


def cosmic_ray(tree, *arguments):
    """What the tester prints, run in the tree; no byte code, which could be stale."""
    command = [sys.executable, "-m", "cosmic_ray.cli", *arguments]
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=tree, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


def mutants(tree, module, tests):
    """(killed, changed line of the diff) of every mutant of a module."""
    command = f"{sys.executable} -m pytest -x -q -p no:cacheprovider {tests}"
    config = CONFIG.format(module=json.dumps(module), command=json.dumps(command))
    Path(tree, "mutate.toml").write_text(config, encoding="utf-8")
    cosmic_ray(tree, "baseline", "mutate.toml")  # raises where the tests fail unmutated
    cosmic_ray(tree, "init", "--force", "mutate.toml", "mutate.sqlite")
    cosmic_ray(tree, "exec", "mutate.toml", "mutate.sqlite")
    for row in cosmic_ray(tree, "dump", "mutate.sqlite").splitlines():
        _, result = json.loads(row)
        changed = [x for x in result["diff"].splitlines()[2:] if x.startswith(("-", "+"))]
        yield result["test_outcome"] == "killed", " ".join(changed[-1].split())


def main(wanted):
    """Print the survivors; true when one of them has no argument."""
    modules, bad = [m for m in TESTS if not wanted or any(w in m for w in wanted)], False
    with tempfile.TemporaryDirectory() as folder:
        tree = shutil.copytree(".", Path(folder, "tree"), ignore=shutil.ignore_patterns(".*", "site"))
        for module in modules:
            results = list(mutants(tree, module, TESTS[module]))
            lived = [line for killed, line in results if not killed]
            print(f"{module}: {len(results)} mutants, {len(lived)} survived", flush=True)
            for line in lived:
                print(f"  {line}\n      {EQUIVALENT.get(line, 'NO ARGUMENT')}", flush=True)
            bad = bad or not EQUIVALENT.keys() >= set(lived)
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
