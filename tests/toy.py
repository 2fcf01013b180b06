"""A small snippet in a root of its own, to try the Markdown extensions on."""

import shutil
import sys
from importlib.util import cache_from_source
from pathlib import Path

import markdown

import snippets
from site_tools import cache, figures, modules, numbers, pages
from site_tools.cache import ROOT

TOY = '''
from matplotlib import pyplot as plt
from snippets.shared.palette import LIGHT
third, tiny, table = 1 / 3, -3.404888e-70, {"first": [0.5, 2]}
steps = {0.5: 1, 0.9: 7, (0.9, 0.999): 4}
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


class Toy:
    """A root whose snippets are one module, `story/toy`, beside the shared ones, and a cache of its own."""

    def __init__(self, root: Path, monkeypatch):
        self.root, self.monkeypatch = root, monkeypatch
        self.folder = root / "snippets"
        shutil.copytree(ROOT / "snippets" / "shared", self.folder / "shared")
        (self.folder / "story").mkdir()
        self.path = self.folder / "story" / "toy.py"
        monkeypatch.setattr(modules, "ROOT", root)
        for module in (modules, figures, numbers):
            monkeypatch.setattr(module, "SNIPPETS", self.folder)
        for module in (cache, figures):
            monkeypatch.setattr(module, "CACHE", root / "cache")
        monkeypatch.setattr(snippets, "__path__", [str(self.folder)])
        self.write(TOY)

    def write(self, code: str) -> None:
        self.path.write_text(code, "utf-8")
        Path(cache_from_source(str(self.path))).unlink(missing_ok=True)  # it is trusted within the second of a change
        forget()

    def page(self, text: str) -> None:
        """From now on, what is rendered is the page story/toy."""
        path = self.root / "docs" / "en" / "story" / "toy.md"
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
        self.monkeypatch.setattr(pages, "ROOT", self.root)
        self.monkeypatch.setattr(pages, "place", lambda md: pages.Place(path, "story/toy.md", "story/toy.html"))


def forget() -> None:
    """Forget what was read of snippets, as a new process does."""
    for name in [name for name in sys.modules if name.startswith("snippets.")]:
        del sys.modules[name]
    for remembered in (modules.sources, modules.state, numbers.folders, cache.content):
        remembered.cache_clear()


def convert(text: str, *extensions: str, **options: dict) -> str:
    return markdown.markdown(text, extensions=list(extensions), extension_configs=options)
