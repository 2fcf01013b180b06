"""The pyplot of the browser as modules that take the place of Matplotlib's."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

from site_tools.runtime import SOURCE


def put(monkeypatch) -> ModuleType:
    """Until the end of the test `from matplotlib import pyplot` brings the one of the browser."""
    spec = spec_from_file_location("matplotlib.pyplot", SOURCE / "pyplot.py")
    package, pyplot = ModuleType("matplotlib"), module_from_spec(spec)
    package.pyplot = pyplot
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", package)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", pyplot)
    spec.loader.exec_module(pyplot)
    return pyplot
