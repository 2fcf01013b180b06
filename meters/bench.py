"""Time and weigh the build, beside a plain Material build of the same Markdown.

    python -m meters.bench [--runs 3] [--quick]
    python -m meters.bench adam [...]      only the optimizer: meters/speed.py

Works in a copy of the tree, and prints a Markdown table at the end: seconds, seconds of the processor
(which other work on the machine disturbs less), and the memory of the largest process. Times are no test:
whatever they are, the command ends with 0. `--quick` leaves out how the times grow.
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import linear_regression, median
from typing import NamedTuple

from meters import speed
from site_tools.cache import ROOT
from site_tools.checks import CONFIG, settings
from site_tools.pages import LANGUAGES
from site_tools.version import git

SIZES = (10, 50, 100, 200)
PROSE = {
    "ko": "지수이동평균은 0에서 시작하므로 처음 몇 스텝은 값이 작습니다. 그래서 가중치의 합으로 나눕니다. "
          "`m`은 그대로 두고, 나눈 값은 그 스텝에서만 씁니다. ",
    "en": "The average starts at zero, so it is too small at first, and is divided by the sum of its weights. "
          "`m` goes on; the quotient is used in its step only. ",
}
FORMULAS = (r"\m_t = \beta_1 \m_{t-1} + (1-\beta_1)\,\g_t", r"\vv_t = \beta_2 \vv_{t-1} + (1-\beta_2)\,\g_t^2",
            r"\mhat_t = \frac{\m_t}{1-\beta_1^t}", r"\vhat_t = \frac{\vv_t}{1-\beta_2^t}",
            r"\step_t = -\eta\,\frac{\mhat_t}{\sqrt{\vhat_t}+\epsilon}", r"\sum_{i=1}^{t} \beta_1^{t-i} \ge 1")
REST = """```python
--8<-- "snippets/story/bias_correction.py:right"
```

```python
--8<-- "mhat/rules.py:bias_correction"
```

{{ story.bias_correction.right_ratio:.4f }}, {{ story.bias_correction.mv[99]:.3e }},
{{ story.bias_correction.m_peak:,.0f }}
"""
SECTION = "## {tex[1]}\n\n{text}{text}\n\n$$\n{tex}\n$$\n\n"
PAGE = {code: "".join(SECTION.format(tex=tex, text=text) for tex in FORMULAS) + REST for code, text in PROSE.items()}
FIGURES = """import matplotlib.pyplot as plt
def draw(say):
    fig, ax = plt.subplots()
    ax.plot([i * 7 % 17 + i**0.5 for i in range(60)])
    ax.set_xlabel(say("스텝 t", "step t"))
    return fig
"""


def copy(tree):
    """Copy what git knows or would add; from now on Python finds the copy."""
    for name in git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    os.environ["PYTHONPATH"] = str(tree)


class Taken(NamedTuple):
    """What a run took: seconds, seconds of the processor, MB of the largest process at its peak (0: not told)."""

    seconds: float
    cpu: float = 0
    mb: float = 0

    def __str__(self):
        told = f", {self.cpu:.1f} s CPU, {self.mb:.0f} MB" if self.mb else ""
        return f"{self.seconds:.2f} s{told}"


def timed(*commands):
    """What it takes to run `python -m …` side by side."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        start, cpu, peak = time.perf_counter(), 0, 0
        running = [subprocess.Popen([sys.executable, "-m", *words], stdout=log, stderr=log) for words in commands]
        for process in running:
            if hasattr(os, "wait4"):  # not on Windows
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                cpu += usage.ru_utime + usage.ru_stime
                peak = max(peak, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6)
        codes = [process.wait() for process in running]
        if any(codes):
            log.seek(0)
            sys.exit(f"ERROR - this did not build:\n{log.read()}")
    return Taken(time.perf_counter() - start, cpu, peak)


def plain():
    """The yardstick: the theme as it comes, and of the Markdown extensions those of others."""
    shared = settings("ko", Path())["markdown_extensions"]
    extensions = {name: options for name, options in shared.items() if not name.startswith("site_tools.")}
    for code in LANGUAGES:
        config = {key: settings(code, Path())[key] for key in ("site_name", "docs_dir", "nav")}
        config |= {"site_dir": f"plain/{code}", "theme": "material", "markdown_extensions": extensions}
        Path(f"plain-{code}.yml").write_text(json.dumps(config), "utf-8")
    return timed(*(["mkdocs", "build", "-f", f"plain-{code}.yml"] for code in LANGUAGES))


def append(path):
    """Append a new line that does no harm in a snippet nor in a page; the line."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"\n{(line := f'BENCH = {time.time_ns()}')}\n")
    return line


def ours(changed=None):
    if changed:
        append(changed)
    return timed(["site_tools.build"])


def cold():
    shutil.rmtree(".cache", ignore_errors=True)
    return ours()


def saved():
    """From a save until the site has it; then the server comes to rest."""
    mark, start, html = append("docs/ko/about.md"), time.perf_counter(), ""
    while mark not in html:
        if time.perf_counter() - start > 120:
            sys.exit("ERROR - waited two minutes for a page under serve")
        time.sleep(0.02)
        with contextlib.suppress(OSError):
            html = Path("site/ko/about.html").read_text("utf-8")
    seconds = time.perf_counter() - start
    time.sleep(2)
    return Taken(seconds)


def served(runs):
    """What a save takes under `serve`, at a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", f"from site_tools.build import serve; serve({port})"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            next((line for line in server.stdout if "http://" in line), None)
            time.sleep(2)
            return repeat("one page saved", runs, saved)
        finally:
            server.terminate()


def repeat(what, runs, *steps):
    """The steps in turn, so that a busy machine is fair to each: medians, and the highest memory, of each."""
    print(f"{what}, s:", end="", flush=True)
    taken = [[] for _ in steps]
    for step, runs_of_step in list(zip(steps, taken)) * runs:
        runs_of_step.append(step())
        print(f" {runs_of_step[-1].seconds:.2f}", end="", flush=True)
    print()
    return [Taken(median(run.seconds for run in step), median(run.cpu for run in step), max(run.mb for run in step))
            for step in taken]


def add(page, count):
    """Add the page so many times as docs/<language>/bench/, and as the last section of both menus."""
    for code in LANGUAGES:
        folder, config = Path("docs", code, "bench"), Path(CONFIG[code])
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number in range(count):
            (folder / f"{number}.md").write_text(f"# Bench {number}\n\n{page[code]}", "utf-8")
        menu = "".join(f"      - bench/{number}.md\n" for number in range(count))
        config.write_text(config.read_text("utf-8").partition("  - Bench:\n")[0] + "  - Bench:\n" + menu, "utf-8")


def row(what, taken, base=None, target=""):
    """Cells: what ours takes, beside what the yardstick takes."""
    ratio = f"{taken.seconds / base.seconds:.1f}" if base else ""
    return [what, str(base or ""), str(taken), ratio, target]


def weight(folder):
    sizes = [path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()]
    return f"{sum(sizes) / 1e6:.2f} MB, {len(sizes)} files"


def states(runs):
    """Rows: the site as it is."""
    [fresh] = repeat("no .cache", runs, cold)
    base, same = repeat("plain and ours with nothing changed", 2 * runs - 1, plain, ours)
    yield row("no `.cache`", fresh, base, "at most 40 s on two idle cores")
    yield row("nothing changed", same, base, "a ratio of at most 2")
    [changed] = repeat("one snippet changed", runs, lambda: ours("snippets/story/bias_correction.py"))
    yield row("one snippet changed", changed, base)
    yield row("one page saved under `serve`", *served(runs), base)
    yield ["weight", weight("plain"), weight("site"), "", ""]


def growth(runs):
    """Rows: more pages, more figures, and what one more costs."""
    bases, pages, figures = [], [], []
    for size in SIZES:
        add(PAGE, size)
        ours()
        base, same = repeat(f"plain and ours with {size} pages more", runs, plain, ours)
        bases, pages = [*bases, base.seconds], [*pages, same.seconds]
        yield row(f"nothing changed, {size} pages more", same, base)
    for size in SIZES:
        Path("snippets/bench.py").write_text(FIGURES + "".join(f"figure_f{i} = draw\n" for i in range(size)), "utf-8")
        add(dict.fromkeys(LANGUAGES, "".join(f"![bench](figure:bench.f{i})\n\n" for i in range(size))), 1)
        [drawn] = repeat(f"{size} new figures", runs, lambda: ours("snippets/bench.py"))
        figures.append(drawn.seconds)
        yield row(f"{size} new figures", drawn)
    for what, seconds in (("page, plain", bases), ("page", pages), ("new figure", figures)):
        whole, low, high = (
            linear_regression(SIZES[part], seconds[part]).slope for part in (slice(4), slice(3), slice(2, 4)))
        ratio = f"linear: 1; upper half ÷ lower half is {high / low:.2f}"
        yield [f"each {what}", "", f"{whole * 1000:.0f} ms", "", ratio]


def main():
    if sys.argv[1:2] == ["adam"]:
        return speed.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="dev.py bench")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="leave out how the times grow")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, contextlib.chdir(folder):
        copy(Path(folder))
        rows = [*states(options.runs), *([] if options.quick else growth(options.runs))]
    print("\n| both languages | plain Material | Moments | ratio | target |")
    print("|---|---:|---:|---:|---|")
    print("\n".join(f"| {' | '.join(cells)} |" for cells in rows))
    if not hasattr(os, "wait4"):
        print("\nThis system does not tell the memory of a process that has ended; it is left out.")
    speed.main([])


if __name__ == "__main__":
    main()
