"""What tests of the translator share: the path of an optimizer, by another way than the translator's."""

from frameworks.compare import Case, ours
from mhat.forms import FORMS
from mhat.gradients import LRS


def walked(optimizer, constant):
    """The path of an optimizer by the code of `verify`, which has its own way to it."""
    call, known = optimizer.call, [*FORMS[optimizer.form].settings, "decay"]
    settings = {name: value for name, value in optimizer.settings.items() if name in known}
    lrs = [settings["lr"] * share for share in ([1.0] * len(LRS) if constant else LRS)]
    return ours(Case(call.name, "settings", optimizer.form, call.page, settings, {}, lrs, call.start,
                     call.decay if settings["decay"] else ""))
