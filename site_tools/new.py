"""Make the files of a new page, ready to be filled.

    python3 dev.py new story/half-life
"""

import re
import sys
from pathlib import Path
from textwrap import dedent

from site_tools.cache import ROOT

MENUS = ("mkdocs.yml", "mkdocs.en.yml")
SNIPPET = '''\
    """The page {page}: say in one line what it runs."""

    import numpy as np

    from snippets.shared.drawing import curve, panels

    # isort: split
    # --8<-- [start:halving]
    weights = 0.9 ** np.arange(50)
    steps = int(np.argmax(weights < 0.5))
    assert steps == 7
    # --8<-- [end:halving]


    def figure_weights(say):
        fig, ax = panels(3.1)
        curve(ax, range(50), weights, "m")
        ax.set_xlabel(say("스텝 t", "step t"))
        return fig
'''
PAGE = {
    "ko": '''\
        ---
        title: 제목
        description: 무엇을 묻고 무엇을 보여 주는 페이지인지 한 문장으로 씁니다
        ---
        # 제목: 누가 무엇을 물었나요 {{#{name}}}

        두 문장으로 답합니다. 가중치는 {{{{ steps }}}}스텝 만에 절반이 됩니다.

        ## 실행 {{#run}}

        ```python
        --8<-- "mhat/rules.py:numpy"


        --8<-- "{module}:halving"
        ```

        ![그림이 보여 주는 것을 보지 않고도 알 수 있게 씁니다.](figure:weights)
        /// caption
        그림에서 읽을 것을 한 문장으로 씁니다.
        ///
        ''',
    "en": '''\
        ---
        title: Title
        description: Say in one sentence what this page asks and what it shows
        ---
        # Title: what did somebody ask? {{#{name}}}

        Answer in two sentences. A weight is halved after {{{{ steps }}}} steps.

        ## Run {{#run}}

        ```python
        --8<-- "mhat/rules.py:numpy"


        --8<-- "{module}:halving"
        ```

        ![Say what the figure shows to somebody who does not see it.](figure:weights)
        /// caption
        Say in one sentence what to read from it.
        ///
        ''',
}
TEST = '''\
    """The claims of {page}, derived another way than on the page."""

    from math import log

    from snippets.{dotted} import steps


    def test_a_weight_is_halved_after_log_half_over_log_beta():
        assert steps == -int(log(0.5) / log(0.9) // -1)
'''


def files(page: str) -> dict[str, str]:
    """The text of each new file of a page, by its path."""
    section, _, name = page.rpartition("/")
    stem = name.replace("-", "_")
    module = "/".join(filter(None, ("snippets", section, f"{stem}.py")))
    test = "/".join(filter(None, ("tests/pages", section, f"test_{stem}.py")))
    words = {"page": page, "name": name, "module": module, "dotted": page.replace("/", ".").replace("-", "_")}
    texts = {module: SNIPPET, test: TEST} | {f"docs/{code}/{page}.md": text for code, text in PAGE.items()}
    return {path: dedent(text).format(**words) for path, text in texts.items()}


def listed(menu: str, page: str) -> str:
    """A menu with the page as the last of its section."""
    section = page.rpartition("/")[0]
    rows = list(re.finditer(rf"^ +- {re.escape(section)}/[\w-]+\.md\n", menu, re.M))
    if not section or not rows:
        raise ValueError(f"there is no section {section or '(none)'} in the menu: a page is named like story/half-life")
    last = rows[-1]
    return menu[:last.end()] + re.sub(r"- .*\.md", f"- {page}.md", last[0]) + menu[last.end():]


def make(page: str, root: Path = ROOT) -> list[str]:
    """Write the files and the lines of the menus; a file that is there stops it before anything is written."""
    if not re.fullmatch(r"[a-z]+/[a-z][a-z0-9-]*", page):
        raise ValueError(f"{page!r}: a page is named in ASCII, like story/half-life")
    texts = files(page)
    if there := [path for path in texts if (root / path).exists()]:
        raise ValueError(f"{there[0]} is there already")
    texts |= {menu: listed((root / menu).read_text("utf-8"), page) for menu in MENUS}
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return list(texts)


def main(words: list[str]) -> None:
    if len(words) != 1:
        sys.exit(__doc__)
    try:
        print("\n".join(make(words[0])))
    except ValueError as error:
        sys.exit(f"ERROR - {error}")
    print(f"\nNow write. python3 dev.py test {words[0]} proves all of it.")
    if words[0].startswith("story/"):
        print("A story page also answers a question in docs/ko/questions.md and docs/en/questions.md.")


if __name__ == "__main__":
    main(sys.argv[1:])
