"""The command line: a call, a framework, the call's arguments, and `constant` for a rate that never changes."""

import ast
import sys

from mhat.translate.asking import ask


def value(text: str) -> object:
    """A word of the command line: a number, a tuple, a truth value, or itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def main(name: str, stem: str, *words: str) -> None:
    """Print the answer: the call, its kind, its deviation, the reasons."""
    arguments = {key: value(text) for key, equals, text in (word.partition("=") for word in words) if equals}
    text, answer, reasons = ask(name, stem, "constant" in words, **arguments)
    deviation = answer.deviation if answer.target else float("nan")
    print(text or "no call", answer.kind, f"{deviation:.1e}", *reasons, sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
