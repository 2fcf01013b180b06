"""What a page takes from here, and what stands there for arrays and tables: everything is computed with numbers."""

from mhat.forms import DECAYS, FORMS
from mhat.gradients import THETA
from mhat.translate.answer import translate
from mhat.translate.calls import CALLS
from mhat.translate.closest import STREAMS, Stream
from mhat.translate.composing import compose, composition, where
from mhat.translate.optimizer import code, knows, set_up, shown
from mhat.translate.pasted import noted, pasted
from mhat.translate.telling import costs, explain

__all__ = ["CALLS", "code", "compose", "composition", "costs", "explain", "knows", "noted", "pasted", "set_up", "shown",
           "translate", "where"]

OF_FORM = ("run", "start", "keeps", "settings", "traits", "page")  # what the parts of this package ask of a form
OF_DECAY = ("name", "run", "timing", "scale")
RUN = {entry.form for call in CALLS for variant in call.variants for entry in variant.entries}


def parts(entry: object, names: tuple[str, ...]) -> dict:
    """Some attributes of an entry of a table."""
    return {name: getattr(entry, name) for name in names}


ONE_BY_ONE = {
    "FORMS": {name: parts(FORMS[name], OF_FORM) for name in sorted(RUN)},
    "DECAYS": {name: parts(decay, OF_DECAY) for name, decay in DECAYS.items()},
    "STREAMS": list(map(Stream, THETA.tolist(), STREAMS[0].whole.T.astype(int).tolist(), STREAMS[0].unit.tolist())),
}
