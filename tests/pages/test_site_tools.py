"""The build tools: what they make, and what they say about what is missing, misspelt or raises."""

import inspect
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import quickjs
from mkdocs.exceptions import PluginError

from meters import speed
from mhat import forms, rules
from mhat.translate import EQUAL
from site_tools import figures, finding, fonts, katex, modules, pages, purge, scripts, shared
from site_tools.bundle import bundle
from site_tools.cache import ROOT
from snippets.shared.palette import LIGHT
from tests.building import copy_of_the_tree
from tests.toy import TOY, convert


def test_a_module_is_keyed_by_what_it_imports():
    names = {path.relative_to(ROOT).as_posix() for path in modules.sources("snippets.story.bias_correction")}
    assert names >= {"snippets/story/bias_correction.py", "snippets/shared/palette.py", "mhat/rules.py"}
    assert not names & {"mhat/forms.py", "snippets/story/adam.py"}


def test_a_change_of_a_record_is_a_change_of_the_page():
    """What the build keeps is forgotten when a record changes."""
    names = {path.name for path in modules.sources("snippets.conventions.adam")}
    assert {"pytorch.toml", "verified.json", "tables.py", "forms.py", "forms.toml", "rules.py"} <= names
    others = {path.name for path in modules.sources("snippets.story.bias_correction")}
    assert not {"pytorch.toml", "verified.json"} & others


def test_a_module_is_keyed_by_the_data_that_lie_beside_it(toy):
    """The files of its own name; those of a folder, where it is the folder's reader; no others."""
    story = toy.folder / "story"
    (story / "data").mkdir()
    for path in ("toy.toml", "other.toml", "data/a.csv", "data/__init__.py"):
        (story / path).write_text("", "utf-8")
    toy.write(TOY + "import snippets.story.data")
    names = {path.relative_to(toy.folder).as_posix() for path in modules.sources("snippets.story.toy")}
    assert names == {"story/toy.py", "story/toy.toml", "story/data/__init__.py", "story/data/a.csv",
                     "shared/palette.py", "shared/__init__.py"}


# Figures

def figure(reference, alt="alt", language="en"):
    options = {"site_tools.figures": {"language": language}}
    return convert(f"![{alt}](figure:{reference})", "site_tools.figures", **options)


def test_a_figure_speaks_the_language_of_the_page_and_keeps_its_text(toy):
    assert ">step 0.999</text>" in figure("story.toy.line")
    assert ">걸음 0.999</text>" in figure("story.toy.line", language="ko")


def test_a_figure_wears_the_palette_and_its_copy_the_light_colours(toy):
    shown = figure("story.toy.line", alt='a "quoted" <alt>')
    assert "var(--m)" in shown and not any(colour in shown for colour in LIGHT.values())
    assert 'aria-label=\'a "quoted" &lt;alt&gt;\'' in shown
    kept = (figures.CACHE / "figures-by-name" / "en" / "toy.line.svg").read_text("utf-8")
    assert LIGHT["m"] in kept and "var(" not in kept


def test_a_figure_is_drawn_once_and_the_same_each_time(toy, monkeypatch):
    first = figure("story.toy.line")
    again = figures.draw("snippets.story.toy", "line", "en")
    assert again == figures.draw("snippets.story.toy", "line", "en")
    monkeypatch.setattr(figures, "draw", lambda *_: pytest.fail("drawn again"))
    assert figure("story.toy.line") == first


@pytest.mark.parametrize("reference, alt, words", [
    ("story.toy.circle", "alt", "there is no figure_circle in snippets/story/toy.py"),
    ("story.toy.lime", "alt", "; did you mean figure_line?"),
    ("nowhere.line", "alt", "there is no snippets/nowhere.py"),
    ("story.tyo.line", "alt", "there is no snippets/story/tyo.py; did you mean snippets/story/toy.py?"),
    ("story.toy.line", "", "needs an alt text"),
    ("story.toy.broken", "alt", "snippets/story/toy.py:12: KeyError: 'no such thing'"),
])
def test_a_figure_that_cannot_be_drawn_stops_the_build(toy, reference, alt, words):
    with pytest.raises(PluginError, match=re.escape(words)):
        figure(reference, alt)


# Formulas

def test_short_code_keeps_its_particle_on_its_line_and_long_code_may_be_parted():
    text = "`f(x)`를, `theta`를, `1e-8` 그리고 `a_long_name_of_a_function(x < 1)`를"
    html = convert(text, "pymdownx.highlight", "pymdownx.inlinehilite", "site_tools.together")
    assert '<span class="together"><code>f(x)</code>를,</span> <code>theta</code>를, <code>1e-8</code>' in html
    assert '<code class="long">a_long_name_of_a_function(x &lt; 1)</code>를' in html


def test_a_formula_is_set_at_build_in_its_colours():
    options = {"pymdownx.arithmatex": {"generic": True}}
    html = convert(r"$\mhat_t$", "pymdownx.arithmatex", "site_tools.katex", **options)
    assert '<span class="enclosing c-m">' in html and "<math" in html and "$" not in html


@pytest.mark.parametrize("tex, count", [
    (r"u = \g, \qquad \step = \text{lr}\,u", 2), (r"a \qquad\qquad b \qquad c", 3), ("a = b", 1),
    (r"\text{a \qquad b}", 1), (r"\begin{aligned} a &= b \qquad c \end{aligned}", 1),
])
def test_equations_of_a_display_part_where_the_line_may_end(tex, count):
    html = convert(f"$$\n{tex}\n$$", "pymdownx.arithmatex", "site_tools.katex",
                   **{"pymdownx.arithmatex": {"generic": True}})
    assert html.count('<div class="formula"') == 1 and html.count('class="katex-display"') == count


@pytest.mark.parametrize("text, shown", [
    ("so $m$, then", "so [m,] then"), ("조건수 $m$는 크다", "조건수 [m는] 크다"), ("(here $m$).", "(here [m).]"),
    ("the ($m$) of", "the [(m)] of"), ("**a** ($m$) $v$.", "a [(m)] [v.]"), ("a $m$ b", "a m b"),
    ("$0.9$, or", "0.9, or"), ("$-1$", "−1"), ("$10{,}000$ and $5\\%$", "10,000 and 5%"),
    (r"so $\sqrt{m}+\sqrt{m}+\sqrt{m}$, then", "so mmm, then"),
])
def test_what_stands_at_a_formula_stays_on_its_line(text, shown):
    """In brackets, what is not parted; long formulas may be, and numbers alone are text."""
    html = convert(text, "pymdownx.arithmatex", "site_tools.katex", **{"pymdownx.arithmatex": {"generic": True}})
    tex = lambda formula: re.search(r"<annotation.*?</annotation>", formula[0])[0].replace("sqrt", "")
    html = re.sub(r'<var class="formula".*?</var>', tex, html, flags=re.S)
    html = re.sub(r'<span class="together">(.*?</annotation>[^<]*)</span>', r"[\1]", html)
    assert re.sub(r"<[^>]+>|[\\{}+]|</?p>", "", html) == shown


@pytest.mark.parametrize("tex, words", [
    (r"\frac{a}{b", "expected '}'"),
    (r"\undefined", "Undefined control sequence"),
    ("모멘텀", "Unicode"),
    (r"\href{x}{y}", "does not trust"),
])
def test_wrong_tex_stops_the_build(tex, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        katex.render(tex, False)


# Pages

@pytest.mark.parametrize("text", [
    "```py\nx\n```",
    "```  {.python\nx\n```",
    "~~~python\nx\n~~~",
    '```python linenums="1"\nx\n```',
    "```\nx\n```",
    "```python\nx\n",
    "<!--pytest-codeblocks:skip-->\n```python\nx\n```",
    "<!--pytest.mark.skip-->\n```python\nx\n```",
    '```python\n--8<-- "mhat/rules.py:nothing"\n```',
    '```python\n--8<-- "nothing.py"\n```',
])
def test_no_block_escapes_the_tests(tmp_path, monkeypatch, text):
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    (tmp_path / "page.md").write_text(text, "utf-8")
    with pytest.raises(Exception, match="page.md:|nothing"):
        pages.blocks(tmp_path / "page.md")


@pytest.mark.parametrize("written, words", [
    ("mhat/rules.py:adm", "mhat/rules.py has no section adm; did you mean adam?"),
    ("mhat/ruls.py:adam", "there is no mhat/ruls.py; did you mean mhat/rules.py?"),
    ("rules.py adam", 'an include is written --8<-- "room/file.py:section", not '),
    ("mhat/rules.py:adam:bare", 'an include is written --8<-- "room/file.py:section", not '),
])
def test_an_include_that_is_not_there_is_told_with_its_place_and_what_is(written, words):
    with pytest.raises(LookupError) as error:
        pages.include(f'--8<-- "{written}"', "docs/en/page.md:7")
    assert str(error.value).startswith("docs/en/page.md:7: ") and words in str(error.value)


def test_a_block_is_what_the_reader_sees(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    (tmp_path / "mhat").symlink_to(ROOT / "mhat")
    lines = ["a", "", '    ```python hl_lines="1"', '    --8<-- "mhat/rules.py:numpy"', "    x = 1", "    ```", ""]
    (tmp_path / "page.md").write_text("\n".join(lines), "utf-8")
    (block,) = pages.blocks(tmp_path / "page.md")
    assert (block.line, block.code) == (3, "import numpy as np\nx = 1\n")
    assert block.origins == ["mhat/rules.py:numpy", "page.md:5"]


# Fonts

def test_a_letter_without_a_glyph_stops_the_build(tmp_path):
    for name in ("index.html", "404.html"):
        (tmp_path / name).write_text("<p>a</p>", "utf-8")
    with pytest.raises(LookupError, match="뛟"):
        fonts.write(tmp_path, {"ko": ["<p>뷁뛟</p>"], "en": ["<p>a</p>"]})


@pytest.mark.parametrize("tex, said", [
    (r"\sqrt k", "√k"), (r"\sigma/\sqrt B", "σ/√B"), (r"e^{-\lambda\sum\text{lr}}", "e^(-λΣlr)"), (r"\sqrt\vv", "√v"),
    (r"\sqrt{\text{lr}/2\lambda}", "√(lr/2λ)"), (r"\frac{\mhat}{\sqrt{\vhat}+\epsilon}", "m̂/(√v̂+ε)"),
    (r"1-\text{lr}\,\lambda", "1-lr λ"), (r"\sqrt{1-\beta_2^t}", "√(1-β₂^t)"), (r"10^{-8}", "10⁻⁸"),
])
def test_what_the_search_shows_of_a_formula_says_all_of_it(tex, said):
    assert finding.letters(tex) == said


def test_letters_are_sorted_by_the_face_that_shows_them():
    page = '<h1>제</h1><p>글<br>은 <strong>굵</strong>게<script>안</script></p><span class="katex-html">x</span>'
    shown = fonts.together(fonts.per_page([page]))
    assert {role: fonts.hangul_of(letters) for role, letters in shown.items()} == {
        "display": {"제"}, "text": set("글은게굵제"), "strong": {"굵"}, "katex": set()}
    assert shown["katex"] == {"x"}


def test_drawings_and_formulas_do_not_change_the_face():
    page = '<th>가<svg><g><path d="M0"/><text>나</text></g></svg></th><td><math><mi>x</mi></math>다</td>'
    (shown,) = fonts.per_page([page])
    assert shown["strong"] == set("가나") and shown["text"] == set("x다")


def test_what_stands_on_one_korean_page_alone_is_a_part_of_its_own():
    korean = fonts.per_page(["<p>가나한</p>", "<p>가다한라</p>"])
    english = fonts.per_page(["<p>한</p>", "<p>한라</p>"])
    letters = {part.name: fonts.hangul_of(part.letters) for part in fonts.parts("text", korean, english, set())}
    assert letters == {"hangul": {"가"}, "0": {"나"}, "1": {"다"}, "terms": {"라"}, "core": {"한"}}


# The style sheet

@pytest.mark.parametrize("rule, kept", [
    (".a{x:y}", True),
    (".gone{x:y}", False),
    (".a .gone{x:y}", False),
    (".a,.gone{x:y}", True),
    (".a:not(.gone){x:y}", True),
    (":is(.a,.gone) p{x:y}", True),
    ("p>a[href]{x:y}", True),
    ("@media print{.gone{x:y}}", False),
    ("@media print{.a{x:y}}", True),
    ("[dir=rtl] .a{x:y}", False),
    ("[dir=ltr] .a{x:y}", True),
    (".a:not([dir=rtl]){x:y}", True),
])
def test_the_style_sheet_keeps_what_may_match(rule, kept):
    assert bool(purge.cut(rule, {"a"})) == kept


def test_one_selector_of_a_rule_may_go():
    assert purge.cut(".a,.gone{x:y}", {"a"}) == ".a{x:y}"


def test_an_icon_that_nothing_asks_for_goes():
    css = ":root{--md-x-icon--a:url('data:a');--md-x-icon--b:url('data:b')}.a{mask:var(--md-x-icon--a)}"
    assert "data:a" in purge.cut(css, {"a"}) and "data:b" not in purge.cut(css, {"a"})


@pytest.mark.parametrize("values, kept", [
    ("--gone:1;--a:2", "--a:2"), ("--gone:var(--only);--only:1;--a:2;--b:url(x;y)", "--a:2;--b:url(x;y)"),
    ("--c:1;--gone:\"a;b\"", "--c:1;"), ("--a--light:1;--a:2;x:y", "--a:2;x:y"),
])
def test_a_value_that_nothing_asks_for_goes(values, kept):
    """`--b` is asked for by another sheet, `--c` stands in a script."""
    used = purge.names([], ["get('--c')"], ["p{x:var(--b)}"])
    assert purge.cut(f":root{{{values}}}p{{x:var( --a, 1)}}", used) == f":root{{{kept}}}p{{x:var( --a, 1)}}"


@pytest.mark.parametrize("way, shorter", [
    ("M10 20 L12.5 19.5 L12 19.5", "m10 20l2.5-.5l-.5 0"), ("M1,1L2,2M0.5 0", "m1 1l1 1m-1.5-2"), ("M-0.5 3", "m-.5 3"),
])
def test_a_way_from_point_to_point_is_told_from_the_point_before(way, shorter):
    assert figures.relative(way) == shorter


# The chores

def dev(*words, cwd=ROOT, **env):
    command = [sys.executable, "dev.py", *words]
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_an_unknown_chore_is_told_what_there_is():
    code, said = dev("biuld")
    assert code == 1 and "python3 dev.py build" in said


def test_a_missing_venv_module_is_one_clear_line(tmp_path):
    tree = copy_of_the_tree(tmp_path)
    (tree / "venv.py").write_text("raise ImportError", "utf-8")
    code, said = dev("build", cwd=tree)
    assert code == 1 and "python3-venv" in said and "Traceback" not in said


def test_no_network_at_first_set_up_is_one_clear_line(tmp_path):
    tree = copy_of_the_tree(tmp_path)
    code, said = dev("build", cwd=tree, PIP_INDEX_URL="http://127.0.0.1:9/", PIP_RETRIES="0", PIP_NO_CACHE_DIR="1",
                     PIP_FIND_LINKS="", PIP_EXTRA_INDEX_URL="", PIP_CONFIG_FILE=os.devnull)
    assert code == 1 and "the first set-up needs the network" in said and "Traceback" not in said


def test_the_optimizer_bench_says_what_a_step_takes(capsys, monkeypatch):
    """Not how long: that the table is whole, and that the Adam for use allocates no array."""
    monkeypatch.setattr(speed, "LARGE", 1_000_000)
    speed.main(["--runs", "1", "--largest", "4"])
    rows = [line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines() if line.startswith("| float")]
    heads = [f"{dtype}, 10^{power}" for dtype in ("float32", "float64") for power in (3, 4)]
    assert [row[0].strip() for row in rows] == heads
    for size, row in zip((4e3, 4e4, 8e3, 8e4), rows):
        ours, read = (float(cell.replace(",", "")) * 1e3 for cell in row[-2:])
        assert ours < 10_000 and read > 3 * size


# Scripts

START = {form.run: form.start for form in forms.FORMS.values()}


@pytest.fixture(scope="module")
def compiled():
    """A QuickJS context that knows every rule and form, compiled."""
    functions = [rules.bias_correction, *START]
    context = quickjs.Context()
    context.eval(scripts.javascript("\n\n".join(map(inspect.getsource, functions))))
    context.eval("""function walk(rule, gs, theta, state) {
        const path = []
        for (const g of gs) path.push(([theta, state] = rule(theta, g, state, 0.1))[0])
        return JSON.stringify(path)
    }""")
    return context


@pytest.mark.parametrize("rule", START, ids=lambda rule: rule.__name__)
def test_compiled_rules_walk_the_same_path(compiled, rule):
    gs, state, theta, ours = [3.0, -0.25, 0.0, 1e-8, 700.0, -2.0], START[rule], np.float64(1.5), []
    theirs = json.loads(compiled.eval(f"walk({rule.__name__}, {gs}, {theta}, {json.dumps(state)})"))
    with np.errstate(invalid="ignore"):
        for g in gs:
            theta, state = rule(theta, np.float64(g), state, 0.1)
            ours.append(theta)
    # JSON has no NaN: a centered form may take the root of a negative number here.
    theirs = [np.nan if theta is None else theta for theta in theirs]
    # A power may differ in its last digit between the two; six steps of about ten operations follow.
    assert np.allclose(theirs, ours, rtol=1e-13, atol=0, equal_nan=True)
    assert not np.isnan(ours[:2]).any()


def test_compiled_code_has_no_docstrings_and_no_imports():
    code = scripts.javascript('"""Head."""\nimport numpy as np\ndef f(x):\n    """Words."""\n    return np.sqrt(x) + 1')
    assert "Head" not in code and "Words" not in code and "import" not in code
    context = quickjs.Context()
    context.eval(code)
    assert context.eval("f(9)") == 4


def test_a_dataclass_of_data_is_bundled_with_it_and_compiled_to_a_plain_object():
    text = bundle("mhat.translate.bridge", ["EQUAL"]).text()
    names = {}
    exec(text, names)
    assert [vars(line) for line in names["EQUAL"]] == [vars(line) for line in EQUAL]
    context = quickjs.Context()
    context.eval(scripts.javascript(text + "def first(lines: Condition) -> Unknown:\n    return lines[0].trait"))
    assert json.loads(context.eval("JSON.stringify(EQUAL)")) == [vars(line) for line in EQUAL]
    assert context.eval("first(EQUAL)") == EQUAL[0].trait


def test_a_class_that_only_types_name_is_not_compiled():
    text = "class Words(NamedTuple):\n    ko: str\n\ndef f(words: Words) -> Words:\n    return words"
    code = scripts.javascript(text)
    assert "Words" not in code and "ko" not in code


# Addresses where nothing is

@pytest.mark.parametrize("url, path", [("", "./"), ("https://example.org", "/"), ("https://example.org/m/", "/m/")])
def test_the_page_of_no_address_is_told_where_the_site_will_be(monkeypatch, url, path):
    monkeypatch.setenv("SITE_URL", url)
    html = shared.not_found()
    assert f'<base href="{path}">' in html and f'told = "{path}"' in html
