"""What the worker asks of the library, whose text stands above this one: the answer about a reader's code."""

import json


class Program:
    """`Program().run(text, language, tell)` checks a code, and calls `tell` with the answer as JSON."""

    def run(self, text, language, tell):
        found = check_code(text, language=language, second=False, ran=lambda: tell('{"ran": true}'))  # noqa: F821
        code = found.get("code")
        tail = len(how_stepped(code, language)) if code else 0  # noqa: F821
        tell(json.dumps({"verdict": found["verdict"], "line": found.get("line", 0), "parts": found.parts, "tail": tail,
                         "code": code and {**code, "mend": code["mend"] and code["mend"]["text"]}}))
