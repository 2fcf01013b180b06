"""What the worker asks of the library, whose text stands above this one: the answer about a reader's code."""

import json


class Program:
    """`Program().run(text, asked, tell)` checks a code, and calls `tell` with the answer as JSON.

    asked  as JSON: the language, and what the page's second search has found, or null
    """

    def run(self, text, asked, tell):
        language, second = (json.loads(asked)[word] for word in ("language", "second"))
        found = check_code(text, language=language, second=second or False,  # noqa: F821
                           ran=lambda: tell('{"ran": true}'))
        code = found.get("code")
        tail = len(how_stepped(code, language)) if code else 0  # noqa: F821
        tell(json.dumps({"verdict": found["verdict"], "line": found.get("line", 0), "parts": found.parts, "tail": tail,
                         "code": code and {**code, "mend": code["mend"] and code["mend"]["text"]}}))
