"""What a page takes from here, and what stands there for arrays and tables: everything is computed with numbers."""

from mhat.forms import DECAYS, FORMS
from mhat.gradients import THETA
from mhat.translate.answer import translate
from mhat.translate.calls import CALLS
from mhat.translate.closest import STREAMS, Stream
from mhat.translate.optimizer import code, knows, rounded, set_up, shown
from mhat.translate.telling import explain

__all__ = ["CALLS", "code", "explain", "knows", "rounded", "set_up", "shown", "translate"]

RUN = {entry.form for call in CALLS for variant in call.variants for entry in variant.entries}
COLUMNS = zip(THETA.tolist(), STREAMS[0].whole.T.astype(int).tolist(), STREAMS[0].unit.tolist(), strict=True)


def parts(entry: object, names: tuple[str, ...]) -> dict:
    """Some attributes of an entry of a table."""
    return {name: getattr(entry, name) for name in names}


ONE_BY_ONE = {
    "FORMS": {name: parts(form, ("run", "start", "settings", "traits", "page")) for name, form in FORMS.items() if name in RUN},
    "DECAYS": {name: parts(decay, ("name", "run", "timing", "scale")) for name, decay in DECAYS.items()},
    "STREAMS": [Stream(*column) for column in COLUMNS],
}
