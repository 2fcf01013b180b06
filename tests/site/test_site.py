"""The built site: whole, linked, bilingual, clean, and the same bytes each time."""

import gzip
import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import nbformat
import numpy as np
import pytest

from frameworks.listings import PACKAGES
from mhat import rules
from mhat.rules import START
from site_tools import reaching
from site_tools.pages import DOCS, LANGUAGES, blocks, listings, pages
from tests import language
from tests.site.looking import NAMES, index


class Document(HTMLParser):
    """The ids, the references and the language of a page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.resources, self.alternates, self.lang = set(), [], [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids |= {attrs[key] for key in ("id", "name") if key in attrs}
        if tag == "html":
            self.lang = attrs.get("lang")
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        elif tag == "link" and "hreflang" in attrs:
            self.alternates[attrs["hreflang"]] = attrs["href"]
        elif tag == "link" and attrs.get("rel") in ("prev", "next", "canonical"):
            self.links.append(attrs["href"])
        elif tag in ("link", "script", "img", "source", "iframe", "use"):
            self.resources += [attrs[key] for key in ("href", "src") if attrs.get(key)]


@pytest.fixture(scope="session")
def documents(site):
    return {path: Document(path.read_text("utf-8")) for path in site.rglob("*.html")}


def local(site, path, reference):
    """The file and the anchor that a reference from a page means; None where it leaves the site."""
    if urlsplit(reference).scheme:
        return None
    url = urljoin(f"/{path.relative_to(site).as_posix()}", reference)
    return site / unquote(urlsplit(url).path).lstrip("/"), urlsplit(url).fragment


def test_both_languages_are_there(site):
    """Every page of the menu, and no other: what the browser visits is all there is."""
    for code in LANGUAGES:
        built = {path.relative_to(site / code).as_posix() for path in (site / code).rglob("*.html")}
        assert built == set(NAMES) and len(NAMES) > 1


def test_every_link_and_anchor_leads_somewhere(site, documents):
    dead, seen = [], 0
    for path, document in documents.items():
        for reference in document.links + document.resources + list(document.alternates.values()):
            target = local(site, path, reference)
            if target is None:
                continue
            seen += 1
            file, anchor = target
            there = file.is_file() and (not anchor or file.suffix != ".html" or unquote(anchor) in documents[file].ids)
            if not there:
                dead.append((path.relative_to(site).as_posix(), reference))
    assert seen > 500 and not dead


RULES = [form.__name__.replace("_", "-") for form in START]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_a_file_that_needs_nothing_else(site, rule):
    """Downloaded on its own it runs, walks to the minimum in both its forms, and says whose it is."""
    text = (site / "assets" / "code" / f"{rule}.py").read_text("utf-8")
    assert text.startswith(f"# {rule}.py, from Moments, version ") and "MIT License" in text
    assert "WITHOUT WARRANTY" in text and "assert" not in text
    names = {}
    exec(text, names)
    read, use = names[rule.replace("-", "_")], list(names.values())[-1]
    state = START[getattr(rules, read.__name__)]
    theta, changed = np.ones(2), np.ones(2)
    optimizer = use(changed, lr=0.01)
    for _ in range(1000):
        theta, state = read(theta, theta, state, lr=0.01)
        optimizer.step(changed)
    assert np.abs(theta).max() < 0.9
    assert np.allclose(theta, changed, rtol=1e-9, atol=1e-12)


def test_a_file_to_download_carries_licence_and_version(site):
    files = sorted((site / "assets" / "code").glob("*.py"))
    assert {path.stem for path in files} >= {"rules", "optimizers", "checked", *RULES} and len(RULES) == 10
    assert {page.stem for page in pages("en") if page.parent.name == "reference"} == {"index", "vectors", *RULES}
    for path in files:
        assert path.read_text("utf-8").startswith(f"# {path.name}, from Moments, version "), path.name


def test_the_zip_holds_the_vectors_that_are_offered_one_by_one(site):
    folder = site / "assets" / "vectors"
    with zipfile.ZipFile(folder / "vectors.zip") as packed:
        inside = {name: packed.read(name) for name in packed.namelist()}
    assert inside == {f"vectors/{path.name}": path.read_bytes() for path in folder.iterdir() if path.suffix != ".zip"}
    assert len(inside) >= 5


def test_no_page_asks_another_host(site, documents):
    outside = [(path.name, url) for path, document in documents.items() for url in document.resources
               if re.match(r"(https?:)?//", url)]
    assert not outside
    for path in [*(site / "assets").rglob("*.css"), *(site / "assets").rglob("*.js")]:
        assert not re.search(r"url\(['\"]?(https?:)?//|@import", path.read_text("utf-8")), path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", ["ko", "en"])
def test_language_and_alternates(site, documents, code, name):
    path = site / code / name
    assert documents[path].lang == code
    assert {c: local(site, path, url)[0].resolve() for c, url in documents[path].alternates.items()} == {
        c: (site / c / name).resolve() for c in ("ko", "en")}


def test_each_language_has_its_own_search_without_formulas_and_ticks(site):
    texts = {}
    for code in ("ko", "en"):
        index = json.loads((site / code / "search" / "search_index.json").read_text("utf-8"))
        texts[code] = " ".join(doc["title"] + " " + doc["text"] for doc in index["docs"])
    assert "편향 보정" in texts["ko"] and "지수이동평균" in texts["ko"]
    assert "bias correction" in texts["en"].lower() and "합니다" not in texts["en"]
    for text in texts.values():
        assert "\\beta" not in text and "\\frac" not in text and "katex" not in text
        assert "10⁻²⁰" not in text, "tick labels of a figure are in the search index"


def test_search_does_not_read_figures(site):
    figure, word = re.compile(r'<svg[^>]*role="img".*?</svg>', re.S), re.compile(r"<text[^>]*>([^<]*)")
    faults, looked = [], 0
    for code in LANGUAGES:
        found = index(site, code)
        for name in NAMES:
            own = [entry["text"] for entry in found if entry["location"].split("#")[0] == name]
            text = re.sub(r"<[^>]*>|\s", "", "".join(own))
            for drawn in figure.findall((site / code / name).read_text("utf-8")):
                words = html.unescape(re.sub(r"\s", "", "".join(word.findall(drawn))))
                looked += bool(words)  # a table may begin with the words that a figure begins with
                if words[:20] in text and words[-20:] in text and words:
                    faults.append(f"{code}/{name}: its words are in the search index: {words[:20]}")
    assert looked > 100 and not faults, faults


def test_notebooks_are_the_same_code_and_hold_together(site):
    names = [name for name in NAMES if name.startswith("labs/")]
    assert names
    for name in names:
        books = [nbformat.read((site / code / name).with_suffix(".ipynb"), as_version=4) for code in ("ko", "en")]
        for book in books:
            nbformat.validate(book)
        cells = [[cell.source for cell in book.cells if cell.cell_type == "code"] for book in books]
        assert cells[0] == cells[1] and len(cells[0]) >= 5
        prose = "".join(cell.source for book in books for cell in book.cells if cell.cell_type == "markdown")
        assert not re.search(r"\{\{|--8<--|\{#|\\(mhat|vhat|g|m|vv|step)(?![a-zA-Z])", prose)


def test_a_lab_weighs_what_a_page_weighs(site):
    for path in (site / "ko" / "labs").glob("*.html"):
        text = path.read_text("utf-8")
        assert len(gzip.compress(text.encode())) < 40_000 and "jp-" not in text and "mermaid" not in text


def test_nothing_is_left_unrendered(site):
    for path in site.rglob("*.html"):
        text = re.sub(r"<(code|pre|script|annotation)\b.*?</\1>", "", path.read_text("utf-8"), flags=re.S)
        assert not re.search(r'\{\{|src=.figure:|--8<--|\$\$|\\\(|/// caption', text), path


def test_the_code_offered_for_download_is_the_code_that_is_tested(site):
    for name in ("rules.py", "optimizers.py", "checked.py"):
        offered = (site / "assets" / "code" / name).read_text("utf-8")
        assert re.sub(r"\A(#.*\n)+\n", "", offered) == (DOCS.parent / "mhat" / name).read_text("utf-8")


WITH_CODE = [page for code in LANGUAGES for page in pages(code) if blocks(page)]
HEAD = re.compile(r"\A(?:#.*\n)+\n")


@pytest.mark.parametrize("page", WITH_CODE, ids=language.name)
def test_the_program_of_a_page_is_what_the_tests_run(page, site):
    """Its listings and nothing else, under the title and the address; linked in the head and at the end."""
    built = (site / language.name(page)).with_suffix(".html")
    text, code = built.with_suffix(".py").read_text("utf-8"), built.read_text("utf-8")
    head = HEAD.match(text)[0]
    assert head.startswith(f"# {page.stem}.py, from Moments, version ") and "MIT License" in head
    assert f"# {reaching.title(page)}\n# {language.name(page).replace('.md', '.html')}\n#\n" in head
    assert text[len(head):] == "\n\n\n".join(block.code.strip() for block in blocks(page)) + "\n"
    compile(text, page.stem, "exec")
    assert f'type="text/x-python" href="{page.stem}.py"' in code and f'<a href="{page.stem}.py" download>' in code


def test_a_page_without_listings_has_no_program(site):
    programs = [path for code in LANGUAGES for path in (site / code).rglob("*.py")]
    there = {path.relative_to(site).with_suffix("").as_posix() for path in programs}
    assert there == {language.name(page).removesuffix(".md") for page in WITH_CODE} and len(there) > 50


@pytest.mark.parametrize("name", ["ko/story/momentum.py", "en/labs/thread.py"])
def test_a_program_runs_as_a_file(site, tmp_path, name):
    shutil.copy(site / name, tmp_path / "page.py")
    command, env = [sys.executable, "-I", "-W", "error", "page.py"], {**os.environ, "MPLBACKEND": "svg"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_picture_of_the_readme_is_the_figure_of_the_site(site):
    """docs/cliff.<language>.svg is site/assets/figures/<language>/bias_correction.cliff.svg without <desc>."""
    for code in ("ko", "en"):
        kept = site / "assets" / "figures" / code / "bias_correction.cliff.svg"
        drawn, origin = re.subn(r"<desc>.*?</desc>", "", kept.read_text("utf-8"))
        assert origin == 1 and (DOCS / f"cliff.{code}.svg").read_text("utf-8") == drawn


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_says_what_it_is_to_those_who_link_it(site, code, name):
    head = (site / code / name).read_text("utf-8").partition("</head>")[0]
    properties = re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', head)
    shown = {key: html.unescape(words) for key, words in properties}
    described = html.unescape(re.search(r'<meta name="description" content="([^"]*)">', head)[1])
    titled = html.unescape(re.search(r"<title>(.*?)</title>", head)[1])
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', head, re.S)[1])
    assert shown["description"] == data["description"] == described and len(described) > 20
    assert shown["title"] == data["name"] and titled.startswith(shown["title"]) and data["inLanguage"] == code
    assert (site / code / name).with_suffix(".md").read_text("utf-8").startswith("# ")


@pytest.mark.parametrize("page", pages("ko") + pages("en"), ids=language.name)
def test_what_ran_is_what_is_shown(page, site):
    built = (site / language.name(page)).with_suffix(".html").read_text("utf-8")
    shown = re.findall(r'<div class="language-(\w+) highlight">(?:<span class="filename">.*?</span>)?<pre><span></span>'
                       r"<code>(.*?)</code>", built, re.S)
    shown = [(name, html.unescape(re.sub(r"<[^>]+>", "", code)).strip()) for name, code in shown]
    names = ("python", *PACKAGES)
    assert [each for each in shown if each[0] in names] == [(b.language, b.code.strip()) for b in listings(page)]
    assert built.count('class="language-') == len(re.findall(r"^ *```\w", page.read_text("utf-8"), re.M))
