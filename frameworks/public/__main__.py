"""Ask about the hundred; see `frameworks/public`."""

import argparse
import json
import time
from collections import Counter
from multiprocessing import Pool

import numpy as np

from frameworks.public import TABLE, printed, ways, word_of
from frameworks.results import FOLDER
from mhat.identify import in_words
from mhat.identify.second_telling import second_words

RESULTS = FOLDER / "public.json"


def asked(name: str) -> dict:
    """What came of one: a word for each way, and how the answer to its print begins."""
    public = TABLE[name]
    with np.errstate(all="ignore"):
        answers = {way: ask() for way, ask in ways(public).items()}
    found = {way: word_of(answer, public) for way, answer in answers.items()}
    said = {language: head_of(answers["printed"], language) for language in ("ko", "en")}
    return {"name": name, **found, "said": said}


def head_of(answer: dict, language: str) -> str:
    """The first sentence of an answer."""
    return (second_words if "groups" in answer else in_words)(answer, language)[0]["text"]


def show(name: str) -> None:
    """The answers to one, in words."""
    public = TABLE[name]
    print(f"== {name}: {public.name} {public.told}\n{printed(public)}")
    for way, ask in ways(public).items():
        with np.errstate(all="ignore"):
            answer = ask()
        print(f"-- {way}: {word_of(answer, public)} ({answer['verdict']})\n{answer}")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("names", nargs="*")
    names = words.parse_args().names
    for name in names:
        show(name)
    if not names:
        ask_all()


def ask_all() -> None:
    """Keep what came of all, and count."""
    begun = time.time()
    with Pool(2) as pool:
        rows = pool.map(asked, TABLE, chunksize=1)
    RESULTS.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n", "utf-8")
    for way in ("printed", "untold", "run"):
        print(way, dict(Counter(row[way] for row in rows)), f"{time.time() - begun:.0f} s")
        print(*[f"  {row['name']}" for row in rows if row[way] == "wrong"], sep="\n")


if __name__ == "__main__":
    main()
