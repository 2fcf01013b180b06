"""Name what an optimizer computes, or the mistake in it, from the parameters that it gives.

    python3 identify.py numbers.txt --lr 0.1      from a file; - is standard input
    identify(parameters, lr=0.1)                  text, a list or an array
    check(step)                                   runs a function or an optimizer itself
    python3 identify.py loop.py:adam              reads Python, and names the line to change
    check_code(text)                              the same for a text

`GRADIENTS` is the list to feed, `THETA` the parameters before the first step. A setting that is
not given is looked for among the common ones. The answer has `verdict` (right, mistake, several,
unused, other, close, none, input), `found`, `near`, and prints as sentences.
"""

from mhat.identify.answering import answer
from mhat.identify.code.checking import check_code
from mhat.identify.command import main
from mhat.identify.feed import GRADIENTS, THETA
from mhat.identify.running import Answer, check, identify
from mhat.identify.settings import settings_of
from mhat.identify.telling import in_words

__all__ = ["GRADIENTS", "THETA", "Answer", "answer", "check", "check_code", "identify", "in_words", "main",
           "settings_of"]
