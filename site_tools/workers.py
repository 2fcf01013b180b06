"""Work on all cores."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


def workers() -> ProcessPoolExecutor:
    """Fresh processes, as many as there are cores; not more than eight, for each holds NumPy and Matplotlib."""
    return ProcessPoolExecutor(min(8, os.cpu_count() or 1), mp_context=get_context("spawn"))
