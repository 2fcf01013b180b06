"""Build both languages side by side, then put the new site in the place of the old one.

    python -m site_tools.build [build | serve | offline]
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path

import yaml

from mhat.rules import START
from site_tools import bundle, fonts, purge, scripts
from site_tools.cache import CACHE, ROOT, once
from site_tools.modules import run, sources
from site_tools.pages import DOCS, LANGUAGES, blocks, pages
from snippets.shared.palette import COLOURS

SITE = ROOT / "site"
CONFIG = {"ko": "mkdocs.yml", "en": "mkdocs.en.yml"}


def git(*words: str) -> str:
    """What git says, or nothing where there is no git or no history (an unpacked archive)."""
    try:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


@cache
def version() -> str:
    return git("describe", "--tags", "--always", "--dirty") or "unversioned"


def environment() -> dict[str, str]:
    """The environment of MkDocs: quiet, reproducible, one thread, at home in the checkout."""
    url = os.environ.get("SITE_URL", "").rstrip("/")
    return {
        **os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "PYTHONUTF8": "1",
        "SITE_URL_KO": url and f"{url}/ko/", "SITE_URL_EN": url and f"{url}/en/",
        "SOURCE_DATE_EPOCH": git("log", "-1", "--format=%ct") or "0", "MOMENTS_VERSION": version(),
        "NO_MKDOCS_2_WARNING": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
        "MPLCONFIGDIR": str(CACHE / "matplotlib"), "MPLBACKEND": "", "JUPYTER_PLATFORM_DIRS": "1",
        "IPYTHONDIR": str(ROOT / "site_tools" / "ipython"),
    }


class BuildError(Exception):
    """A reason why there is no new site, in one line for the reader of the log."""


def check() -> None:
    """What MkDocs does not look at: the blocks of all pages, and that the languages have the same pages."""
    for code in LANGUAGES:
        for page in pages(code):
            blocks(page)
    files = [{p.relative_to(DOCS / code).as_posix() for p in (DOCS / code).rglob("*") if p.is_file()} for code in LANGUAGES]
    if alone := sorted(files[0] ^ files[1]):
        raise BuildError(f"docs/ko and docs/en have different pages: {alone}")
    navs = [menu(yaml.load((ROOT / CONFIG[code]).read_text("utf-8"), Loader=Plain)["nav"]) for code in LANGUAGES]
    if navs[0] != navs[1]:
        first = next(pair for pair in zip(*(n + [None] for n in navs)) if pair[0] != pair[1])
        raise BuildError(f"the menus differ: mkdocs.yml has {first[0]} where mkdocs.en.yml has {first[1]}")


class Plain(yaml.SafeLoader):
    """YAML whose tags (`!ENV`) are not looked at."""


Plain.add_multi_constructor("!", lambda loader, suffix, node: None)


def menu(items: list) -> list[str]:
    """The pages of a menu in their order, sections as `>`."""
    flat = []
    for item in items:
        value = next(iter(item.values())) if isinstance(item, dict) else item
        flat += [">", *menu(value), "<"] if isinstance(value, list) else [value]
    return flat


def language(code: str, target: Path, failed: list[str]) -> None:
    """Run MkDocs for one language, its lines marked; every warning counts."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", CONFIG[code], "-d", str(target / code)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), text=True, encoding="utf-8",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in process.stdout:
        if not line.startswith(("INFO", "DEBUG")) and line.strip():
            print(f"{code}| {line}", end="", flush=True)
    if process.wait():
        failed.append(code)


def signed(name: str, code: str) -> str:
    """Code that goes out on its own, under its name, version and licence."""
    licence = (ROOT / "LICENSE").read_text("utf-8").partition("\n\n---")[0]
    words = f"{name}, from Moments, version {version()}\n\n{licence}"
    return re.sub("^", "# ", words, flags=re.M).replace("# \n", "#\n") + f"\n\n{code}"


def rule(page: Path) -> str:
    """The code of a reference page without its examples: to read, and to use."""
    lines = [line for block in blocks(page) for line, origin in zip(block.code.split("\n"), block.origins)
             if not line or origin.startswith(("mhat/rules.py", "mhat/optimizers.py"))]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip() + "\n"


def vectors(target: Path) -> None:
    """The test vectors and the three programs that check an Adam against them, one by one and as a zip."""
    made = once("vectors", *sources("mhat.vectors"), make=lambda: json.dumps(run("mhat.vectors").published()))
    files = json.loads(made) | {path.name: path.read_text("utf-8") for path in sorted((ROOT / "mhat").glob("check_vectors.*"))}
    target.mkdir()
    for name, text in files.items():
        (target / name).write_text(text, "utf-8")
    parts = [part for pair in files.items() for part in pair]
    packed = once("vectors-zip", Path(__file__), *parts, make=lambda: zipped(files))
    (target / "vectors.zip").write_bytes(b64decode(packed))


def zipped(files: dict[str, str]) -> str:
    """A zip of the test vectors, as text."""
    out = io.BytesIO()
    archive(out, {f"vectors/{name}": text.encode() for name, text in files.items()})
    return b64encode(out.getvalue()).decode()


def archive(target: Path | io.BytesIO, files: dict[str, bytes]) -> None:
    """A zip of the same bytes for the same files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            out.writestr(entry, data)


def assets(site: Path) -> None:
    """What both languages share: style, scripts, colours, figures, fonts, the first page."""
    shutil.copytree(ROOT / "theme" / "assets", site / "assets", dirs_exist_ok=True)
    for name in ("index.html", "404.html"):
        shutil.copy(ROOT / "theme" / name, site / name)
    (site / "assets" / "code").mkdir()
    for name in ("rules.py", "optimizers.py", "checked.py"):
        (site / "assets" / "code" / name).write_text(signed(name, (ROOT / "mhat" / name).read_text("utf-8")), "utf-8")
    for name in (form.__name__.replace("_", "-") for form in START):
        code = rule(DOCS / "en" / "reference" / f"{name}.md")
        (site / "assets" / "code" / f"{name}.py").write_text(signed(f"{name}.py", code), "utf-8")
    (site / "assets" / "code" / "identify.py").write_text(signed("identify.py", bundle.alone("mhat.identify")), "utf-8")
    vectors(site / "assets" / "vectors")
    for name in scripts.names():
        (site / "assets" / f"{name}.js").write_text(scripts.script(name), "utf-8")
    for code in LANGUAGES:
        used = {part.split('"')[0] for page in (site / code).rglob("*.html")
                for part in page.read_text("utf-8").split('data-figure="')[1:]}
        for name in sorted(used):
            target = site / "assets" / "figures" / code / f"{name}.svg"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CACHE / "figures-by-name" / code / f"{name}.svg", target)
    light, dark = ("".join(f"--{name}:{pair[i]};" for name, pair in COLOURS.items()) for i in (0, 1))
    (site / "assets" / "palette.css").write_text(
        f':root,[data-md-color-scheme=default]{{{light}}}\n[data-md-color-scheme=slate]{{{dark}}}\n'
        f'@media print{{:root,[data-md-color-scheme]{{{light}}}}}\n', "utf-8")
    fonts.write(site)
    purge.write(site)


def build() -> None:
    """Build aside; only a whole new site takes the place of the old one."""
    start = time.perf_counter()
    check()
    aside = CACHE / f"site-{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    failed: list[str] = []
    print("building ko and en …", flush=True)
    runs = [threading.Thread(target=language, args=(code, aside, failed)) for code in LANGUAGES]
    try:
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        if failed:
            raise BuildError(f"{' and '.join(sorted(failed))} did not build; site/ is as it was")
        assets(aside)
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
    for folder in ("docs", "mhat", "frameworks", "snippets", "theme", "site_tools", *CONFIG.values()):
        server.watch(str(ROOT / folder))
    print(f"http://127.0.0.1:{port}/ (Ctrl+C ends)", flush=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        server.shutdown()


def offline() -> Path:
    """Zip the site under the version's name; the same site gives the same bytes."""
    build()
    name = f"moments-{version()}"
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
