"""What tests share: the program of a page, run once for both languages; the worker of all that is about a page."""

import re


class Program:
    """The blocks of a page as one program: what a block defines, the next one has. Both languages have the same."""

    def __init__(self, codes):
        self.codes, self.done, self.names, self.errors = codes, 0, {"__name__": "__main__"}, {}

    def run_to(self, index: int) -> None:
        """Run the blocks up to this one that have not run yet; what this one raised it raises again."""
        if index in self.errors:
            raise self.errors[index]
        while self.done <= index:
            number, self.done = self.done, self.done + 1
            try:
                exec(compile(self.codes[number], f"block {number}", "exec"), self.names)
            except BaseException as error:
                self.errors[number] = error
                raise


ABOUT = (re.compile(r"^docs/\w\w/([\w/-]+)\.md::"), re.compile(r"\[(?:\w\w/)?([\w/-]+)\.(?:md|html)"),
         re.compile(r"^tests/pages/(\w+/)test_(\w+)\.py"), re.compile(r"\[(\w+)\.(\w+)-\w+\]$"))


def scope(nodeid: str) -> str:
    """What shares a worker: all that is about one page, whose code then runs once; else a file."""
    for pattern in ABOUT:
        if match := pattern.search(nodeid):
            return "/".join(part.strip("/") for part in match.groups()).replace("_", "-")
    return nodeid.split("::")[0]
