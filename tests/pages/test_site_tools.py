"""The build tools: what they make, and what they say about what is missing, misspelt or raises."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from base64 import b64encode

import markdown
import nbformat
import numpy as np
import pytest
import quickjs
from mkdocs.exceptions import PluginError

import snippets
from meters import speed
from mhat import forms, rules
from mhat.translate import EQUAL
from site_tools import cache, figures, fonts, katex, labs, modules, numbers, pages, purge, scripts
from site_tools.bundle import bundle
from site_tools.cache import ROOT
from snippets.shared.palette import LIGHT
from tests.building import copy_of_the_tree

TOY = '''
from matplotlib import pyplot as plt
from snippets.shared.palette import LIGHT
third, tiny, table = 1 / 3, -3.404888e-70, {"first": [0.5, 2]}
def figure_line(say):
    fig, ax = plt.subplots()
    ax.plot([0, 1], [0, 1.23456], color=LIGHT["m"])
    ax.text(0, 0, say("걸음 0.999", "step 0.999"))
    return fig
def figure_broken(say):
    raise KeyError("no such thing")
def rows(say):
    return "| " + say("하나", "one") + " |\\n|---|\\n| 1e-3 - {{ story.toy.third }} |"
def mute(say):
    return say("하나")
'''


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A root whose snippets are one module, `story/toy`, beside the shared ones, and a cache of its own."""
    folder = tmp_path / "snippets"
    shutil.copytree(ROOT / "snippets" / "shared", folder / "shared")
    (folder / "story").mkdir()
    (folder / "story" / "toy.py").write_text(TOY, "utf-8")
    monkeypatch.setattr(modules, "ROOT", tmp_path)
    for module in (modules, figures, numbers):
        monkeypatch.setattr(module, "SNIPPETS", folder)
    for module in (cache, figures):
        monkeypatch.setattr(module, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(snippets, "__path__", [str(folder)])
    forget()
    yield folder / "story" / "toy.py"
    forget()


def forget():
    for name in [name for name in sys.modules if name.startswith("snippets.")]:
        del sys.modules[name]
    modules.sources.cache_clear()
    numbers.folders.cache_clear()
    cache.content.cache_clear()


def convert(text, *extensions, **options):
    return markdown.markdown(text, extensions=list(extensions), extension_configs=options)


# Numbers

@pytest.mark.parametrize("text, shown", [
    ("{{ story.toy.third:.3f }}", "0.333"),
    ("{{ story.toy.third:.1%}}", "33.3%"),
    ("{{ story.toy.tiny:.2e }}", "−3.40×10⁻⁷⁰"),
    ("{{ story.toy.table.first[1] }}", "2"),
    ("$x = {{ story.toy.third:.2f }}$", "$x = 0.33$"),
    ("`{{ story.toy.third }}`", "<code>{{ story.toy.third }}</code>"),
])
def test_a_number_is_the_value_of_the_code(toy, text, shown):
    assert shown in convert(text, "site_tools.numbers")


@pytest.mark.parametrize("text, words", [
    ("{{ story.toy.nothing }}", "has no attribute 'nothing'"),
    ("{{ story.toy.table['second'] }}", "second"),
    ("{{ nowhere.x }}", "'nowhere' is undefined"),
    ("{{ story.toy.third:.3q }}", "ValueError"),
    ("{{ story toy }}", "TemplateSyntaxError"),
    ("{{ story.toy.third:.3f:x }}", "TemplateSyntaxError"),
])
def test_a_number_that_is_not_there_stops_the_build(toy, text, words):
    with pytest.raises(PluginError, match=re.escape(words)):
        convert(text, "site_tools.numbers")


@pytest.mark.parametrize("language, word", [("ko", "하나"), ("en", "one")])
def test_a_function_says_markdown_in_the_language_of_the_page(toy, language, word):
    options = {"site_tools.numbers": {"language": language}}
    shown = convert("{{ story.toy.rows }}", "site_tools.numbers", "tables", **options)
    assert f"<th>{word}</th>" in shown
    assert "<td>1e-3 - {{ story.toy.third }}</td>" in shown, "taken as it is: not typeset, not filled in again"


def test_a_function_that_raises_stops_the_build(toy):
    with pytest.raises(PluginError, match="IndexError"):
        convert("{{ story.toy.mute }}", "site_tools.numbers", **{"site_tools.numbers": {"language": "en"}})


def test_a_changed_snippet_is_a_new_number(toy):
    assert "0.333" in convert("{{ story.toy.third:.3f }}", "site_tools.numbers")
    toy.write_text(TOY.replace("1 / 3", "2 / 3"), "utf-8")
    forget()
    assert "0.667" in convert("{{ story.toy.third:.3f }}", "site_tools.numbers")


def test_a_module_is_keyed_by_what_it_imports():
    names = {path.relative_to(ROOT).as_posix() for path in modules.sources("snippets.story.bias_correction")}
    assert names >= {"snippets/story/bias_correction.py", "snippets/shared/palette.py", "mhat/rules.py"}
    assert not names & {"mhat/forms.py", "snippets/story/adam.py"}


def test_a_module_is_keyed_by_the_data_that_lie_beside_it(toy):
    """The files of its own name; those of a folder, where it is the folder's reader; no others."""
    (toy.parent / "data").mkdir()
    for path in ("toy.toml", "other.toml", "data/a.csv", "data/__init__.py"):
        (toy.parent / path).write_text("", "utf-8")
    toy.write_text(TOY + "import snippets.story.data", "utf-8")
    forget()
    names = {path.relative_to(toy.parent.parent).as_posix() for path in modules.sources("snippets.story.toy")}
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
    ("nowhere.line", "alt", "there is no snippets/nowhere.py"),
    ("story.toy.line", "", "needs an alt text"),
    ("story.toy.broken", "alt", "snippets/story/toy.py:11: KeyError: 'no such thing'"),
])
def test_a_figure_that_cannot_be_drawn_stops_the_build(toy, reference, alt, words):
    with pytest.raises(PluginError, match=re.escape(words)):
        figure(reference, alt)


# Formulas

def test_a_formula_is_set_at_build_in_its_colours():
    options = {"pymdownx.arithmatex": {"generic": True}}
    html = convert(r"$\mhat_t$", "pymdownx.arithmatex", "site_tools.katex", **options)
    assert '<span class="enclosing c-m">' in html and "<math" in html and "$" not in html


@pytest.mark.parametrize("tex, words", [
    (r"\frac{a}{b", "expected '}'"),
    (r"\undefined", "Undefined control sequence"),
    ("모멘텀", "Unicode"),
    (r"\href{x}{y}", "does not trust"),
])
def test_wrong_tex_stops_the_build(tex, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        katex.render(tex, False)


# Pages and labs

@pytest.mark.parametrize("text", [
    "```py\nx\n```",
    "```  {.python\nx\n```",
    "~~~python\nx\n~~~",
    '```python title="a"\nx\n```',
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


def test_a_block_is_what_the_reader_sees(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    (tmp_path / "mhat").symlink_to(ROOT / "mhat")
    lines = ["a", "", '    ```python hl_lines="1"', '    --8<-- "mhat/rules.py:numpy"', "    x = 1", "    ```", ""]
    (tmp_path / "page.md").write_text("\n".join(lines), "utf-8")
    (block,) = pages.blocks(tmp_path / "page.md")
    assert (block.line, block.code) == (3, "import numpy as np\nx = 1\n")
    assert block.origins == ["mhat/rules.py:numpy", "page.md:5"]


LAB = '# 제목\n\n## 하나 {#one}\n\n$\\mhat_t$와 $\\g$\n\n```python\n--8<-- "mhat/rules.py:numpy"\n```\n'


def test_a_lab_is_a_notebook_that_stands_alone():
    text = labs.notebook(LAB, "ko")
    assert text == labs.notebook(LAB, "ko")
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    assert [cell.cell_type for cell in book.cells] == ["markdown", "code"]
    assert book.cells[0].source == "# 제목\n\n## 하나\n\n$\\hat m_t$와 $g$"
    assert book.cells[1].source == "import numpy as np"


@pytest.mark.parametrize("language, word", [("ko", "하나"), ("en", "one")])
def test_what_a_function_says_in_a_notebook_is_in_its_language(toy, language, word):
    text = labs.notebook("{{ story.toy.rows }} {{ story.toy.third:.2f }} `{{ story.toy.third }}`", language)
    source = nbformat.reads(text, as_version=4).cells[0].source
    assert source.startswith(f"| {word} |") and source.endswith("| 0.33 `{{ story.toy.third }}`")


def test_a_lab_puts_out_text_and_drawings_only():
    cell = '<div class="jp-CodeCell" id="c"><div class="jp-OutputArea-output">{}</div></div>'
    assert labs.outputs(cell.format("<pre>1 &lt; 2</pre>"), "x") == ['<div class="output"><pre>1 &lt; 2</pre></div>']
    with pytest.raises(PluginError, match="text and SVG drawings"):
        labs.outputs(cell.format("<table></table>"), "x")


def test_what_is_printed_in_pieces_is_one():
    svg = b64encode(b'<svg viewBox="0 0 1 1"><path id="a" d="M0 0"/><use href="#a"/></svg>').decode()
    drawing, piece = f'<img src="{labs.SVG_DATA}{svg}">', '<div class="jp-OutputArea-output">{}</div>'
    cell = lambda *parts: f'<div class="jp-CodeCell" id="c">{"".join(map(piece.format, parts))}</div>'
    at_once = labs.outputs(cell("<pre>1\n2\n</pre>", drawing, drawing), "x")
    assert at_once == labs.outputs(cell("<pre>1</pre>", "<pre>\n2\n</pre>", drawing, drawing), "x")
    assert "<pre>1\n2\n</pre>" in at_once[0] and at_once[0].count("<svg") == 2
    assert len(set(re.findall(r' id="([^"]*)"', at_once[0]))) == 2


# Fonts

def test_a_letter_without_a_glyph_stops_the_build(tmp_path):
    for code, text in (("ko", "뷁뛟"), ("en", "a")):
        (tmp_path / code).mkdir()
        (tmp_path / code / "page.html").write_text(f"<p>{text}</p>", "utf-8")
    with pytest.raises(LookupError, match="뛟"):
        fonts.write(tmp_path)


def test_letters_are_sorted_by_the_face_that_shows_them(tmp_path):
    (tmp_path / "p.html").write_text(
        '<h1>제</h1><p>글<br>은 <strong>굵</strong>게<script>안</script></p><span class="katex-html">x</span>', "utf-8")
    found = fonts.characters(tmp_path)
    hangul = {role: {c for c in letters if c >= "가"} for role, letters in found.items()}
    assert hangul["display"] == {"제"} and hangul["strong"] == {"굵"}
    assert hangul["text"] == {"글", "은", "게", "굵", "제"}
    assert found["katex"] == {"x"}


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
])
def test_the_style_sheet_keeps_what_may_match(rule, kept):
    assert bool(purge.cut(rule, {"a"})) == kept


def test_one_selector_of_a_rule_may_go():
    assert purge.cut(".a,.gone{x:y}", {"a"}) == ".a{x:y}"


def test_an_icon_that_nothing_asks_for_goes():
    css = ":root{--md-x-icon--a:url('data:a');--md-x-icon--b:url('data:b')}.a{mask:var(--md-x-icon--a)}"
    assert "data:a" in purge.cut(css, {"a"}) and "data:b" not in purge.cut(css, {"a"})


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
