"""Ask about the hundred; see `frameworks/public`."""

import argparse
import json
import time
from collections import Counter
from multiprocessing import Pool

import numpy as np

from frameworks.public import TABLE, names_in, printed, ways, word_of
from frameworks.results import FOLDER

RESULTS = FOLDER / "public.json"


def asked(name: str) -> dict:
    """What came of one: a word for each way, its verdict and the names."""
    public = TABLE[name]
    with np.errstate(all="ignore"):
        answers = {way: ask() for way, ask in ways(public).items()}
    return {"name": name} | {way: {"word": word_of(answer, public), "verdict": answer["verdict"],
                                   "names": names_in(answer)[:4]} for way, answer in answers.items()}


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
    if names:
        return [show(name) for name in names] and None
    begun = time.time()
    with Pool(2) as pool:
        rows = pool.map(asked, TABLE, chunksize=1)
    RESULTS.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n", "utf-8")
    for way in ("printed", "untold", "run"):
        print(way, dict(Counter(row[way]["word"] for row in rows)), f"{time.time() - begun:.0f} s")
        print(*[f"  {row['name']}: {row[way]}" for row in rows if row[way]["word"] == "wrong"], sep="\n")


if __name__ == "__main__":
    main()
