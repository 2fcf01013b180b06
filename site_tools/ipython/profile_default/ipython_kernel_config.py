# How the notebooks of the build draw: as SVG, in the style of the figures of the pages.
from site_tools.figures import STYLE

c = get_config()  # noqa: F821
c.IPKernelApp.log_level = 40
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.rc = {key: value for key, value in STYLE.items() if key != "font.family"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": None, "metadata": {"Date": None}}
