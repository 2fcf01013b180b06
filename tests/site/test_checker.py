"""Paste your code, on the page check/identify: in Chromium, from the folder without a network, as Python answers."""

import contextlib
import http.server
import threading

import numpy as np
import pytest

from mhat.identify import check_code
from mhat.identify.code.saying import CODE_WORDS
from mhat.identify.known import source
from snippets.check.identify import LOOP
from tests.hands import CODES, MADE, made
from tests.site.looking import FOLDER, HTTP, listen, violations

PAGE = "{}/check/identify.html"
OVER = """() => ["named", "right", "none", "failed", "stopped"].includes(
  document.querySelector(".checker [role=status]").dataset.check)"""
SHOWN = """() => [...document.querySelectorAll(".checker [role=status] :is(p, li)")].map(e => e.textContent)"""
WORDS = {language: {name: text[language] for name, text in CODE_WORDS["page"].items()} for language in ("en", "ko")}
PAIR = made("loop", ("**(i + 1)", ""), ("np.sqrt(vh)", "vh"))


class Checker:
    """The page as a reader has it."""

    def __init__(self, page, root, language="en"):
        self.page, self.words, self.root = page, WORDS[language], root
        self.heard = listen(page, root)
        page.goto(root + PAGE.format(language))
        self.status = page.locator(".checker [role=status]")
        self.button = page.locator(".checker [type=submit]")
        self.code = page.locator("[name=code]")

    def state(self):
        return self.status.get_attribute("data-check")

    def wait(self):
        self.page.wait_for_function(OVER, timeout=90_000)
        return self.state()

    def check(self, text):
        """Paste a code and press the button: how it ended."""
        self.code.fill(text)
        self.button.click()
        return self.wait()

    def head(self):
        return self.status.locator(".verdict").inner_text()

    def rows(self, side):
        """The reader's lines that are marked as wrong (del) or changed (ins)."""
        return self.status.locator(f".own {side}").evaluate_all(
            "rows => rows.map(row => [...row.childNodes].at(-1).textContent)")


@pytest.fixture
def fresh(tab, roots):
    """A page that nobody has touched."""
    return lambda language="en", how=FOLDER, **options: Checker(
        tab(**{"offline": how == FOLDER, **options}), roots[how], language)


KEPT = {}


@pytest.fixture
def checker(browser, roots):
    """A page in which Python may have started in a test before."""
    def open_page(language="en"):
        if language not in KEPT:
            page = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}).new_page()
            KEPT[language] = Checker(page, roots[FOLDER], language)
        return KEPT[language]

    yield open_page
    for kept in KEPT.values():
        assert not kept.heard, kept.heard


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_example_is_answered_in_one_press_and_changed_in_another(fresh, language):
    there, words = fresh(language), WORDS[language]
    loaded = "[...document.scripts].map(script => script.src.split('/').slice(-2).join('/'))"
    assert not {"run/python.js", "run/check.js", "assets/checking.js"} & set(there.page.evaluate(loaded))
    there.page.evaluate("""() => {
      const status = document.querySelector(".checker [role=status]")
      window.states = []
      new MutationObserver(() => states.push(status.dataset.check)).observe(status, { attributeFilter: ["data-check"] })
    }""")
    there.page.locator(".checker").get_by_role("button", name=words["example"]).click()
    assert there.wait() == "named" and there.code.input_value() == LOOP
    assert list(dict.fromkeys(there.page.evaluate("states"))) == ["starting", "running", "named"]
    assert there.head() == str(check_code(LOOP, language=language)).split("\n")[0]
    assert there.rows("del")[0].strip() == "m = m / (1 - b1**i)"
    assert there.rows("ins")[0].strip() == "m_hat = m / (1 - b1**i)"
    marked = there.status.locator(".own del").first
    assert marked.inner_text().startswith("7") and words["differs"] in marked.text_content()
    there.status.get_by_role("button", name=words["change"]).click()
    assert there.wait() == "right" and "m_hat = m / (1 - b1**i)" in there.code.input_value()
    assert there.head().startswith({"en": "Right: Adam", "ko": "맞습니다: Adam"}[language])
    assert there.button.inner_text() == words["check"] and not there.heard


HANDFUL = [made(kind, *rest) for kind, name, *rest in MADE if (kind, name) in (
    ("loop", "first-step-only"), ("function", "beta1-in-both"), ("plain", "t-never-counted"), ("class", "t-per-tensor"),
    ("lines", "power-missing"))]
HANDFUL += [source("eps-inside-root"), source("m-v-not-stored"), CODES["class"], made("loop", ("np.sqrt", "np.cbrt"))]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_says_what_python_says(checker, language):
    there = checker(language)
    for text in HANDFUL if language == "en" else HANDFUL[:4]:
        state = there.check(text)
        with np.errstate(all="ignore"):
            expected = check_code(text, language=language)
        kind = {"right": "right", "none": "none"}.get(expected["verdict"], "named")
        assert state == kind, (text, there.head())
        shown = there.page.evaluate(SHOWN)
        for part in expected.parts:
            if part["style"] in ("head", "text", "item", "mend"):
                assert any(each.startswith(part["text"]) for each in shown), (part["text"], shown)
        hunks = (expected["code"]["mend"] or {"hunks": []})["hunks"]
        for side, key in (("del", "old"), ("ins", "new")):
            lines = [line.strip() for hunk in hunks for line in hunk[key]]
            assert [row.strip() for row in there.rows(side)] == lines


@pytest.mark.parametrize("language", ["en", "ko"])
def test_of_two_mistakes_the_lines_of_both_are_marked_and_changed(checker, language):
    there = checker(language)
    assert there.check(PAIR) == "named"
    with np.errstate(all="ignore"):
        expected = check_code(PAIR, language=language)
    shown, kind = there.page.evaluate(SHOWN), {"en": "Two mistakes", "ko": "실수 둘"}[language]
    assert there.head() == expected.parts[0]["text"] and there.head().startswith(kind)
    assert all(any(each.startswith(part["text"]) for each in shown) for part in expected.parts
               if part["style"] in ("text", "item", "mend")), shown
    wrong = [line for line, right in zip(PAIR.split("\n"), CODES["loop"].split("\n"), strict=True) if line != right]
    assert [row.strip() for row in there.rows("del")] == [line.strip() for line in wrong] and len(wrong) == 3
    assert [row.strip() for row in there.rows("ins")] == [
        "mh = mt / (1 - b1 ** (i + 1))", "vh = vt / (1 - b2 ** (i + 1))", "w -= lr * mh / (np.sqrt(vh) + eps)"]
    there.status.get_by_role("button", name=WORDS[language]["change"]).click()
    assert there.wait() == "right" and "np.sqrt(vh)" in there.code.input_value()
    assert there.head().startswith({"en": "Right: Adam", "ko": "맞습니다: Adam"}[language])


def test_where_the_lines_of_two_mistakes_take_too_long_the_page_says_so(fresh):
    there = fresh()
    assert there.check(LOOP) == "named"
    there.page.evaluate("""() => {
      const own = PlainWorker.prototype.postMessage
      PlainWorker.prototype.postMessage = function (message) {
        if (!message.wanted || !JSON.parse(message.wanted).second) return own.call(this, message)
        const endless = "while True: pass"
        return own.call(this, { ...message, texts: `def step(theta, g):\n    ${endless}\n` })
      }
    }""")
    assert there.check(PAIR) == "named" and there.head().startswith("Two mistakes: The power t is missing")
    assert WORDS["en"]["unfound"] in there.page.evaluate(SHOWN) and not there.rows("del")
    assert there.check(LOOP) == "named" and there.rows("del")


def test_by_keyboard_alone(fresh):
    there = fresh()
    there.code.focus()
    there.page.keyboard.insert_text(LOOP)
    there.page.keyboard.press("Tab")
    assert there.page.evaluate("document.activeElement.textContent").startswith("Check")
    there.page.keyboard.press("Enter")
    assert there.wait() == "named" and there.status.get_attribute("aria-live") == "polite"
    for _ in range(6):
        there.page.keyboard.press("Tab")
        if there.page.evaluate("document.activeElement.textContent") == WORDS["en"]["change"]:
            break
    there.page.keyboard.press("Enter")
    assert there.wait() == "right"
    assert there.page.evaluate("document.activeElement.textContent").startswith("Check") and not there.heard


STEP = "def step(theta, g):\n    {}\n    return theta - 0.2 * g\n"
HOSTILE = {
    "gigabytes": (STEP.format("x = [0.0] * (2**30 - 1)"), "failed", "MemoryError"),
    "gigabytes of NumPy": (STEP.format("x = np.ones(2**30 - 1)"), "failed", "line 2"),
    "gigabytes of text": (STEP.format("x = 'x' * 2**31"), "failed", "line 2"),
    "deep recursion": (STEP.format("return step(theta, g)"), "failed", "RecursionError"),
    "a file": (STEP.format("open('/etc/passwd').read()"), "failed", "FileNotFoundError"),
    "the page": (STEP.format("import js"), "failed", "ModuleNotFoundError"),
    "a network": (STEP.format("import urllib.request as r; r.urlopen('http://127.0.0.1/')"), "failed", "line 2"),
    "HTML": (STEP.format("'''<img src=x onerror=alert(1)><b>'''; raise ValueError('<img src=x onerror=alert(2)>')"),
             "failed", "ValueError: <img src=x"),
    "too long": ("x = 1" + "0" * 100_000, "failed", "longer than"),
    "no Python": ("def f(theta, g):\n    return theta -\n", "failed", "Line 2"),
    "nothing": ("import os\nos.system('ls')\n", "failed", "Nothing here takes a step"),
    "blank": ("", "failed", "There is no code"),
    "a framework": ("import torch\n", "failed", "This code needs PyTorch"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_answered_gets_a_sentence_and_the_page_goes_on(checker, name):
    text, state, words = HOSTILE[name]
    there = checker()
    there.page.evaluate("void (window.alert = () => { window.alarmed = true })")
    assert there.check(text) == state and words in there.head()
    assert there.status.locator(".verdict").count() == 1 and there.status.locator("img, b").count() == 0
    assert there.page.evaluate("window.alarmed") is None
    if name == "no Python":
        assert [row.strip() for row in there.rows("del")] == ["return theta -"]
    if name == "a framework":
        assert "torch.tensor(THETA" in there.status.locator("code").inner_text()
    assert there.check(LOOP) == "named" and not there.heard


def test_ten_megabytes_are_not_taken(checker):
    there = checker()
    there.code.fill("")
    taken = there.page.evaluate("""() => {
      const held = new DataTransfer(), code = document.querySelector("[name=code]")
      held.setData("text", "x = 1\\n".repeat(1_700_000))
      return code.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, cancelable: true }))
    }""")
    assert taken is False and there.state() == "failed" and "longer than 100,000" in there.head()
    assert there.check(LOOP) == "named"


def test_a_loop_without_end_is_stopped(checker):
    there = checker()
    assert there.check(LOOP) == "named"
    start = there.page.evaluate("performance.now()")
    assert there.check(STEP.format("while True: print(1)")) == "stopped"
    assert 9_000 < there.page.evaluate("performance.now()") - start < 20_000
    assert there.head() == WORDS["en"]["stopped"]
    assert there.check(LOOP) == "named"


def test_the_button_stops_what_runs(checker):
    there = checker()
    there.code.fill(STEP.format("while True: pass"))
    there.button.click()
    there.page.wait_for_selector(".checker [data-check=running]", timeout=60_000)
    assert there.button.inner_text() == WORDS["en"]["stop"]
    there.button.click()
    assert there.wait() == "stopped" and there.button.inner_text() == WORDS["en"]["check"]
    there.page.locator(".checker [data-example]").click()
    assert there.wait() == "named"


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """Another host, which would answer anybody."""

    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()

    def log_message(self, *words):
        pass


ASK = """address => new Promise(done => {
  const text = `fetch("${address}").then(() => postMessage("answered"), () => postMessage("refused"))`
  const worker = new PlainWorker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })))
  worker.onmessage = ({ data }) => done(data)
})"""


@pytest.mark.parametrize("how", [HTTP, FOLDER])
def test_a_worker_of_a_page_reaches_no_other_host(tab, roots, how):
    """Not even one that still has what its start takes away."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as other:
        other.asked = []
        threading.Thread(target=other.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{other.server_port}/secret"
        page = tab()
        page.goto(roots[how] + PAGE.format("en"))
        assert page.evaluate(ASK, address) == "refused" and other.asked == []
        free = tab()
        with contextlib.suppress(Exception):
            free.goto(address)
        free.evaluate("void (globalThis.PlainWorker = Worker)")
        assert free.evaluate(ASK, address) == "answered" and len(other.asked) > 1
        other.shutdown()


@pytest.mark.parametrize("scheme, width, language", [("light", 1280, "en"), ("dark", 390, "ko")])
def test_an_answer_fits_and_axe_finds_nothing(fresh, scheme, width, language):
    there = fresh(language, HTTP, viewport={"width": width, "height": 844}, color_scheme=scheme)
    assert there.check(HANDFUL[3]) == "named"
    assert there.page.evaluate("document.documentElement.scrollWidth") <= width
    assert not violations(there.page) and not there.heard


def test_without_a_script_the_page_says_what_to_do(fresh):
    there = fresh(java_script_enabled=False)
    assert not there.page.locator(".checker").is_visible()
    assert "The Python file" in there.page.locator("noscript").first.inner_text()
