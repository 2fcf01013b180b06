"""From one framework's call to another's.

    ask("torch.optim.SGD", "keras", lr=0.1, momentum=0.9)     the call that walks the same path, or what stands
                                                              in the way, and the closest call
    python3 -m mhat.translate torch.optim.SGD keras lr=0.1 momentum=0.9

    calls      the calls of the frameworks as data
    optimizer  a call with its settings
    bridge     which settings make two calls equal, and what stands in the way
    lasting    what fades and what lasts in a long run
    closest    the choice where there is none
    answer     the call of a framework for a call of another
    composing  the call and, beside it, a weight decay that it cannot say
    telling    the reasons in words, which are those of words.toml
    pasted     a call as it stands in a program
    asking     calls as they are typed
    in_browser what a page takes

All from optimizer to pasted also runs in the browser, compiled by PScript, where NumPy's functions work on
numbers, and a dataclass is a function that gives a plain object. So there: no sets, generators, `*` in lists or
`**` in dicts, comprehensions of dicts, `:=`, keywords in calls, methods of our own, names such as `new`.
"""

from mhat.translate.answer import translate
from mhat.translate.asking import Reply, ask
from mhat.translate.bridge import EQUAL, Answer, Change, Difference
from mhat.translate.calls import CALLS, MAIN, Call, Entry, Variant, opening
from mhat.translate.composing import compose, composition
from mhat.translate.optimizer import Optimizer, code, set_up, written
from mhat.translate.pasted import noted, pasted
from mhat.translate.telling import WORDS, explain

__all__ = ["CALLS", "EQUAL", "MAIN", "WORDS", "Answer", "Call", "Change", "Difference", "Entry", "Optimizer", "Reply",
           "Variant", "ask", "code", "compose", "composition", "explain", "noted", "opening", "pasted", "set_up",
           "translate", "written"]
