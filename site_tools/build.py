"""Build both languages side by side, then put the new site in the place of the old one.

    python -m site_tools.build [build | serve | offline]
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from site_tools import prepare, runtime, shared
from site_tools.cache import CACHE, ROOT, once
from site_tools.checks import CONFIG, check
from site_tools.downloads import archive
from site_tools.modules import ROOMS
from site_tools.pages import LANGUAGES
from site_tools.progress import made
from site_tools.version import address, date, git, version

SITE = ROOT / "site"
PREFIX = "moments-"  # of a zip, before its version


def environment() -> dict[str, str]:
    """The environment of what runs for the build: quiet, reproducible, one thread, at home in the checkout."""
    url = address()
    return {
        **os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "PYTHONUTF8": "1",
        "SITE_URL_KO": url and f"{url}ko/", "SITE_URL_EN": url and f"{url}en/", "SITE_URL_ALL": url,
        "SOURCE_DATE_EPOCH": git("log", "-1", "--format=%ct") or "0",
        "MOMENTS_VERSION": version(), "MOMENTS_DATE": date(),
        "NO_MKDOCS_2_WARNING": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
        "MPLCONFIGDIR": str(CACHE / "matplotlib"), "MPLBACKEND": "", "JUPYTER_PLATFORM_DIRS": "1",
    }


class BuildError(Exception):
    """A reason why there is no new site, in one line for the reader of the log."""


def python(*words: str, prefix: str = "") -> bool:
    """Run a module of Python and pass on what it says, each line marked; whether it went well."""
    process = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=environment(), text=True, encoding="utf-8",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in process.stdout:
        if not line.startswith(("INFO", "DEBUG")) and line.strip():
            print(f"{prefix}{line}", end="", flush=True)
    return process.wait() == 0


def language(code: str, target: Path, failed: list[str]) -> None:
    """Run MkDocs for one language; every warning counts."""
    if not python("mkdocs", "build", "--strict", "-f", CONFIG[code], "-d", str(target / code), prefix=f"{code}| "):
        failed.append(code)


def languages(target: Path) -> None:
    """Run MkDocs for both languages at once."""
    failed: list[str] = []
    runs = [threading.Thread(target=language, args=(code, target, failed)) for code in LANGUAGES]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    if failed:
        raise BuildError(f"{' and '.join(sorted(failed))} did not build; site/ is as it was")


def prepared() -> str:
    """Make what pages hold, as something that they depend on has changed; what it says of itself is not kept."""
    print("making new numbers, figures, labs and vectors …", flush=True)
    python("site_tools.prepare")
    return ""


def pages_made() -> None:
    """Make what pages hold, and beside it Python for the browser, where one of them is not there yet."""
    fetched: list[bool] = []
    fetching = threading.Thread(target=lambda: fetched.append(runtime.known().known() or python("site_tools.runtime")))
    fetching.start()
    once("prepared", *prepare.state(), make=prepared)
    fetching.join()
    if not all(fetched):
        raise BuildError("there is no new site; site/ is as it was")


def build() -> None:
    """Build aside; only a whole new site takes the place of the old one."""
    start = time.perf_counter()
    check()
    pages_made()
    made()
    aside = CACHE / f"site-{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        languages(aside)
        shared.write(aside)
        if told := made(least=1):
            print(f"shared| {told}", flush=True)
        swap(aside)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    print(f"site/index.html is ready ({time.perf_counter() - start:.1f} s)", flush=True)


def swap(aside: Path) -> None:
    """Put the folder in the place of `site/`."""
    old = CACHE / f"old-{os.getpid()}"
    if SITE.exists():
        SITE.rename(old)
    aside.rename(SITE)
    shutil.rmtree(old, ignore_errors=True)


def serve(port: int = 8000) -> None:
    """Both languages with live reload; a page that does not build is said, and waited for."""
    from mkdocs.exceptions import Abort
    from mkdocs.livereload import LiveReloadServer

    def rebuild():
        if subprocess.run([sys.executable, "-m", "site_tools.build"], cwd=ROOT).returncode:
            raise Abort("waiting for the next save")

    rebuild()
    server = LiveReloadServer(rebuild, host="127.0.0.1", port=port, root=str(SITE), mount_path="/")
    for folder in ("docs", *ROOMS, "theme", "site_tools", *CONFIG.values()):
        server.watch(str(ROOT / folder))
    print(f"http://127.0.0.1:{port}/ (Ctrl+C ends)", flush=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        server.shutdown()


def offline() -> Path:
    """Zip the site under the version's name; the same site gives the same bytes."""
    build()
    name = f"{PREFIX}{version()}"
    target = ROOT / "dist" / f"{name}.zip"
    target.parent.mkdir(exist_ok=True)
    archive(target, {f"{name}/{path.relative_to(SITE).as_posix()}": path.read_bytes()
                     for path in sorted(p for p in SITE.rglob("*") if p.is_file())})
    print(f"{target.relative_to(ROOT)} ({target.stat().st_size / 1e6:.1f} MB)")
    return target


if __name__ == "__main__":
    try:
        {"build": build, "serve": serve, "offline": offline}[(sys.argv[1:] or ["build"])[0]]()
    except (BuildError, LookupError, ValueError) as error:
        sys.exit(f"ERROR - {error}")
