"""How long a reader waits for Python: from the first press on Run to its result, and from the presses after it.

    python -m meters.first_run [--runs 3]

Opens a page of the built site from its folder in Chromium, without a network. It needs what the tests need.
"""

import argparse
import time
from statistics import median

from meters.chromium import FLAGS, chromium
from site_tools.cache import ROOT

PAGE = ROOT / "site" / "en" / "story" / "bias-correction.html"
OVER = """n => ["passed", "failed"].includes(document.querySelectorAll(".language-python.highlight")[n].dataset.run)
  && !document.querySelector("[data-run=running], [data-run=starting]")"""
ENDLESS = "while True:\n    pass"


def pressed(page, number):
    """Seconds from a press on Run until its result is there."""
    start = time.perf_counter()
    page.locator(".run-go").nth(number).click()
    page.wait_for_timeout(10)
    page.wait_for_function(OVER, arg=number, timeout=120_000)
    return time.perf_counter() - start


def stopped(page):
    """Seconds from a press on Stop, in an endless loop, until it has ended."""
    page.get_by_role("button", name="Change listing 1", exact=True).click()
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ENDLESS)
    page.locator(".run-go").first.click()
    page.wait_for_selector(".highlight[data-run=running]")
    start = time.perf_counter()
    page.locator(".run-go").first.click()
    page.wait_for_selector(".highlight[data-run=stopped]")
    taken = time.perf_counter() - start
    page.get_by_role("button", name="Reset listing 1").click()
    return taken


def visit(browser):
    """What a reader's first minutes take, in the order in which they pass."""
    page = browser.new_context(offline=True).new_page()
    page.goto(PAGE.as_uri())
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    taken = {"first press": pressed(page, 0), "next press": pressed(page, 1), "same again": pressed(page, 1),
             "Stop": stopped(page), "after Stop": pressed(page, 1)}
    page.context.close()
    return taken


def main():
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(prog="python -m meters.first_run")
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS, chromium_sandbox=False)
        visits = [visit(browser) for _ in range(runs)]
    print("| from a folder | seconds | target |\n|---|---:|---|")
    for what in visits[0]:
        target = "at most 4 s on two idle cores" if what == "first press" else ""
        print(f"| {what} | {median(taken[what] for taken in visits):.2f} | {target} |")


if __name__ == "__main__":
    main()
