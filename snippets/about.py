"""The versions that the page `about` names: those that ran."""

import platform
from importlib.metadata import version

python = platform.python_version()
numpy, matplotlib, sklearn = version("numpy"), version("matplotlib"), version("scikit-learn")
mkdocs, material = version("mkdocs"), version("mkdocs-material")
