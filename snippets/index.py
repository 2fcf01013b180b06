"""The home page: what each of the two tools says to an example."""

import html
import warnings

from mhat.identify import answer, in_words
from mhat.translate import ask
from snippets.check.identify import example
from snippets.check.mistakes import changed

CALL = "tf.compat.v1.train.AdamOptimizer"


def sample(inside):
    return f'<div data-search-exclude="true">\n{inside}\n</div>'


def identified(say):
    """The loop of the thread: its first numbers, and what they tell."""
    numbers = example()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # what divides by zero is among the candidates
        told = in_words(answer(numbers, {}, ""), say("ko", "en"))
    lines = next(part["lines"] for part in told if part["style"] == "lines")
    return sample(f'<pre>{chr(10).join(numbers.splitlines()[:3])}\n…</pre>\n'
                  f'<p class="told no strong">{html.escape(told[0]["text"])}</p>\n<pre>{changed(*lines[0])}</pre>')


def translated(say):
    """A call, and that of another framework which walks the same path."""
    written, found, *_ = ask(CALL, "keras", learning_rate=1e-3)
    assert found.kind == "exact"
    return sample(f'<pre>{CALL}(1e-3)</pre>\n'
                  f'<p class="told yes strong">{say("똑같은 경로를 지납니다", "Walks the same path")}</p>\n'
                  f'<pre>{html.escape(written)}</pre>')
