"""The home page: what each of the two tools says to an example."""

import html
import textwrap
import warnings

from mhat.identify import check_code
from mhat.identify.code.saying import code_words
from mhat.translate import ask
from snippets.check.identify import LOOP

CALL = "tf.compat.v1.train.AdamOptimizer"


def sample(inside):
    return f'<div data-search-exclude="true">\n{inside}\n</div>'


def identified(say):
    """The loop of the thread: what is wrong with it, and its own lines with those that take their place."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # what divides by zero is among the candidates
        told = code_words(check_code(LOOP), say("ko", "en"))
    mend = next(part for part in told if part["style"] == "mend")
    return sample(f'<p class="told no strong">{html.escape(told[0]["text"])}</p>\n'
                  f'<pre class="mended">{marked(LOOP, mend)}</pre>')


def marked(text, mend):
    """The body of a loop, a tag a line: what goes, and after it what comes."""
    old, new = {}, {}
    for start, (right, wrong) in zip(mend["at"], mend["lines"], strict=True):
        last = start + len(wrong.splitlines()) - 1
        old |= dict.fromkeys(range(start, last + 1), "del")
        new[last] = right.splitlines()
    rows = []
    for n, line in enumerate(text.splitlines(), 1):
        rows += [(old.get(n, "span"), line), *(("ins", right) for right in new.get(n, []))]
    body = textwrap.dedent("\n".join(line for _, line in rows if line.startswith(" "))).splitlines()
    tags = [tag for tag, line in rows if line.startswith(" ")]
    return "".join(f"<{tag}>{html.escape(line)}</{tag}>" for tag, line in zip(tags, body, strict=True))


def translated(say):
    """A call, and that of another framework which walks the same path."""
    written, found, *_ = ask(CALL, "keras", learning_rate=1e-3)
    assert found.kind == "exact"
    return sample(f'<pre>{CALL}(1e-3)</pre>\n'
                  f'<p class="told yes strong">{say("똑같은 경로를 지납니다", "Walks the same path")}</p>\n'
                  f'<pre>{html.escape(written)}</pre>')
