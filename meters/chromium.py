"""Chromium as the meters and the tests start it."""

import os
import shutil

FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


def chromium() -> str | None:
    """The path of Chromium on this machine, where there is one: best its headless shell, the same engine without a
    browser's own windows, which cost the processor more than our pages do."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
