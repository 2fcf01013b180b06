"""The listings of a page in a browser, with which a test does what a reader does."""

import re

from tests.site.looking import listen

OVER = ("passed", "failed", "stopped", "missing")
CHANGE = {"en": "Change", "ko": "고치기"}


class Listings:
    """The listings of a page, for a reader who has the folder and no network."""

    def __init__(self, page, root, name, code="en"):
        self.page, self.code = page, code
        self.heard = listen(page, root)
        self.page.goto(f"{root}{code}/{name}")
        self.boxes = page.locator(".language-python.highlight")
        self.unfold()

    def unfold(self):
        self.page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")

    def again(self):
        """The page as it was printed; what has run has run."""
        reset = self.page.locator(".run-bar button").filter(has_text=re.compile("Reset|되돌리기"))
        while reset.count():
            reset.first.click()
        self.page.evaluate("document.activeElement.blur()")
        self.heard.clear()
        self.unfold()
        return self

    def box(self, number):
        return self.boxes.nth(number)

    def state(self, number):
        return self.box(number).get_attribute("data-run")

    def said(self, number):
        return self.box(number).locator(".run-said").inner_text()

    def output(self, number):
        return self.box(number).locator(".run-out").inner_text()

    def begin(self, number):
        self.box(number).locator(".run-go").click()

    def run(self, number):
        """Press Run, and wait until it is over: how it went."""
        self.begin(number)
        self.page.wait_for_function(
            """([number, over]) => over.includes(document.querySelectorAll(".language-python.highlight")[number]
              .dataset.run) && !document.querySelector("[data-run=running], [data-run=starting]")""",
            arg=[number, OVER], timeout=60_000)
        return self.state(number)

    def write(self, number, text):
        """Put another text in the place of the code, as a reader does."""
        if not self.box(number).locator(".cm-content").is_visible():
            self.box(number).get_by_role("button", name=re.compile(CHANGE[self.code])).click()
        self.box(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def marked(self, number):
        """The numbers of the lines that are marked in the editor."""
        return self.box(number).locator(".cm-line").evaluate_all(
            "lines => lines.flatMap((line, i) => line.matches('.run-wrong') ? [i + 1] : [])")
