"""The font files of the theme: one weight of a font, some letters of it, the letters that it has."""

import base64
import io
from pathlib import Path
from typing import NamedTuple

from site_tools.cache import CACHE, ROOT, Once, digest, once, write_aside
from site_tools.progress import making
from site_tools.workers import workers

THEME = ROOT / "theme"
SANS = THEME / "fonts" / "moments-sans.woff2"
SERIF = THEME / "fonts" / "gowun-batang.woff2"
FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "mkmk", "tnum"]


def face(path: Path, weight: int | None) -> Path:
    """A font with its weight axis fixed, as a plain OpenType file."""
    kept = CACHE / "faces" / f"{path.stem}-{weight}-{digest(path)[:16]}.otf"
    if not kept.exists():
        write_aside(kept, instance(path, weight))
    return kept


def instance(path: Path, weight: int | None) -> bytes:
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(path, recalcTimestamp=False)
    font.flavor = None
    if "fvar" in font:
        font = instancer.instantiateVariableFont(font, {"wght": weight})
    return saved(font)


class Cut(NamedTuple):
    """Some letters of a font at a weight."""

    path: Path
    weight: int | None
    letters: str

    def once(self) -> Once:
        """The WOFF2 file, as text; the same bytes for the same letters."""
        def make():
            return base64.b64encode(subset(face(self.path, self.weight), self.letters)).decode()
        return Once("fonts", (str(self.weight), self.letters, self.path, Path(__file__)), make)


def cut(wanted: Cut) -> bytes:
    """A WOFF2 file with these letters."""
    return base64.b64decode(wanted.once().text())


def cut_together(wanted: list[Cut]) -> None:
    """Cut what is not remembered, on all cores."""
    missing = [part for part in wanted if not part.once().known()]
    if len(missing) > 4:
        for path, weight in {(part.path, part.weight) for part in missing}:
            face(path, weight)
        with making("fonts", len(missing)), workers() as pool:
            list(pool.map(cut, missing))


def subset(path: Path, letters: str) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(hinting=False, layout_features=FEATURES, name_IDs=["*"], flavor="woff2",
                             recalc_timestamp=False, notdef_outline=True)
    font = TTFont(path, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=map(ord, letters))
    cutter.subset(font)
    font.flavor = "woff2"
    return saved(font)


def saved(font) -> bytes:
    """The bytes of a font's file."""
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def held(path: Path) -> set[str]:
    """The characters that a font has."""
    def make():
        from fontTools.ttLib import TTFont
        return "".join(map(chr, sorted(TTFont(path).getBestCmap())))
    return set(once("held", path, make=make))
