"""A lab: the notebook that a reader takes away, and what stands below the blocks of its page."""

import re

import nbformat
import pytest
from mkdocs.exceptions import PluginError

from site_tools import labs, pages
from tests.toy import convert

LAB = '# 제목\n\n## 하나 {#one}\n\n$\\mhat_t$와 $\\g$\n\n```python\n--8<-- "mhat/rules.py:numpy"\n```\n'
SVG = '<svg viewBox="0 0 1 1"><path id="a" d="M0 0"/><use href="#a"/></svg>'


def test_a_lab_is_a_notebook_that_stands_alone():
    text = labs.notebook(LAB, "ko", "labs/lab.md")
    assert text == labs.notebook(LAB, "ko", "labs/lab.md")
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    assert [cell.cell_type for cell in book.cells] == ["markdown", "code"]
    assert book.cells[0].source == "# 제목\n\n## 하나\n\n$\\hat m_t$와 $g$"
    assert book.cells[1].source == "import numpy as np"


@pytest.mark.parametrize("language, word", [("ko", "하나"), ("en", "one")])
def test_what_a_function_says_in_a_notebook_is_in_its_language(toy, language, word):
    lab = "{{ story.toy.rows }} {{ story.toy.third:.2f }} `{{ story.toy.third }}`"
    book = nbformat.reads(labs.notebook(lab, language, "labs/lab.md"), as_version=4)
    assert book.cells[0].source.startswith(f"| {word} |")
    assert book.cells[0].source.endswith("| 0.33 `{{ story.toy.third }}`")


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """Renders a text as the page labs/lab."""
    def render(text):
        path = tmp_path / "docs" / "en" / "labs" / "lab.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        monkeypatch.setattr(pages, "ROOT", tmp_path)
        monkeypatch.setattr(labs, "place", lambda md: pages.Place(path, "labs/lab.md", "labs/lab.html"))
        options = {"pymdownx.highlight": {"pygments_lang_class": True}, "site_tools.labs": {"language": "en"}}
        return convert(text, "toc", "pymdownx.highlight", "pymdownx.superfences", "site_tools.labs", **options)
    return render


RUN = """# Lab

```python
from matplotlib import pyplot as plt
print("1 < 2")
x = 6
```

Words.

```python
plt.plot([0, 1])
x * 7
```
"""


def test_below_a_block_stands_what_it_put_out(lab):
    shown = lab(RUN)
    first, second = shown.split("<p>Words.</p>")
    assert first.rstrip().endswith('</code></pre></div><div class="output"><pre>1 &lt; 2\n</pre></div>')
    assert '<div class="output"><pre>42</pre></div><div class="figure"' in second and second.count("<svg") == 1
    assert 'aria-label="What the cell above drew"' in second


@pytest.mark.parametrize("text, words", [
    (RUN + '\n```python\nassert x == 7, "not six"\n```\n', "docs/en/labs/lab.md:16: AssertionError: not six"),
    (RUN.replace("x * 7", "from IPython.display import HTML\nHTML('<b>')"),
     "docs/en/labs/lab.md:11: a lab may put out text and SVG drawings, not text/"),
    (RUN.replace("```python\nplt", "    ```python\nplt"), "docs/en/labs/lab.md: 2 cells, but 1 blocks"),
])
def test_what_a_lab_may_not_do_stops_the_build(lab, text, words):
    with pytest.raises(PluginError, match=re.escape(words)):
        lab(text)


def test_no_other_page_is_executed(toy):
    toy.page("```python\n1 / 0\n```")
    assert "output" not in convert("```python\n1 / 0\n```", "pymdownx.superfences", "site_tools.labs")


def test_what_is_printed_in_pieces_is_one():
    whole = labs.joined([("text", "1\n2\n"), ("svg", SVG), ("svg", SVG), ("text", "3")])
    assert whole == labs.joined([("text", "1"), ("text", "\n2\n"), ("svg", SVG), ("svg", SVG), ("text", "3")])
    assert [kind for kind, _ in whole] == ["text", "svg", "svg", "text"]


def test_no_two_drawings_share_an_id():
    html = labs.shown([("svg", SVG), ("svg", SVG)], 0, "x") + labs.shown([("svg", SVG)], 1, "x")
    assert html.count("<svg") == 3 and len(set(re.findall(r' id="([^"]*)"', html))) == 3
