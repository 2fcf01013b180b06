"""The command line: a call, a framework, the call's arguments.

The call may also be one word with its arguments in it: "torch.optim.SGD(params, lr=0.1)".
`constant` is for a rate that never changes, `first` for the closest call over the first fifty steps.
"""

import ast
import sys

from mhat.translate.asking import ENGLISH, ask
from mhat.translate.telling import costs


def value(text: str) -> object:
    """A word of the command line: a number, a tuple, a truth value, or itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def main(name: str, stem: str, *words: str) -> None:
    """Print the answer: the call, its kind, what it costs, the reasons."""
    arguments = {key: value(text) for key, equals, text in (word.partition("=") for word in words) if equals}
    horizon = "first" if "first" in words else "long"
    text, answer, reasons, parts = ask(name, stem, "constant" in words, horizon, **arguments)
    told = costs(answer, ENGLISH) if answer.kind == "closest" else []
    print(text or "no call", answer.kind, *told, *reasons, *(["in two parts:", parts] if parts else []), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
