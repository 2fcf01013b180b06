"""The page check/identify in a browser: the answers of Python, by keyboard, offline, on a phone, without a script."""

import numpy as np
import pytest

from frameworks import identified
from mhat.identify import GRADIENTS, identify
from mhat.identify.relatives import RELATIVES, relative_walk
from tests.prints import PRINTS, SETTINGS, lines, path_of
from tests.site.looking import FOLDER, HTTP, listen, violations

PAGE = "{}/check/identify.html"
SHOWN = """() => {
  const parts = "p, li, del, ins, pre > span > span"
  return [...document.querySelector(".identify [role=status]").querySelectorAll(parts)].map(e => e.textContent)
}"""
with np.errstate(all="ignore"):
    TEXTS = [
        PRINTS["PyTorch parameter"],
        PRINTS["numbered with the start"],
        lines(path_of("both-written-back")),
        lines(path_of("power-missing"), "{:.4f}"),
        lines(path_of("adam", lr=0.001), "{:.4f}"),
        lines(path_of("adam") + 0.01 * np.arange(12)[:, None]),
        lines(path_of("squares-added", beta2=0.9)),
        lines(path_of("t-from-0"), "{}"),
        lines(path_of("adam", lr=0.0003), "{!r}"),
        lines(path_of("adam") + 1e-10, "{!r}"),
        lines(path_of("adam")[::-1]),
        lines(path_of("adam") - np.array([0, 0, 0.5]) * (path_of("adam") - [0.5, -0.25, 0.125]), "{!r}"),
        lines(relative_walk(RELATIVES[2], RELATIVES[2].defaults, 0.2, GRADIENTS), "{!r}"),
        "hello",
        "1 2 3",
    ]
    PAIR = next(pair for pair in identified.pairs(False) if pair.names == ("power-missing", "root-missing"))
    TEXTS.append(lines(PAIR.walked(GRADIENTS, identified.PAIRED), "{!r}"))


def opened(tab, roots, how=FOLDER, language="en", **options):
    page = tab(offline=how == FOLDER, **options)
    faults = listen(page, roots[how])
    page.goto(roots[how] + PAGE.format(language))
    return page, faults


def fill(page, text, **given):
    for name in SETTINGS | {"decay": 0}:
        page.locator(f"[name={name}]").fill(str(given.get(name, "")))
    page.locator("[name=numbers]").fill(text)
    button = page.get_by_role("button")
    button.filter(has_text="Name it").or_(button.filter(has_text="진단하기")).click()
    page.locator(".identify [role=status]:not([aria-busy=true])").wait_for(state="attached")
    return page.evaluate(SHOWN)


def flat(text):
    """Letters alone, without marks and line breaks."""
    return "".join(c for c in text if c not in " ✗✓-:;,\n")


@pytest.mark.parametrize("how, language", [(FOLDER, "en"), (HTTP, "ko")])
def test_the_page_answers_as_python_does(tab, roots, how, language):
    page, faults = opened(tab, roots, how, language)
    for text in TEXTS:
        for given in ({**SETTINGS, "decay": 0}, {"decay": 0, "lr": 0.2, "beta1": 0.9, "beta": 0.9}):
            with np.errstate(all="ignore"):
                expected = str(identify(text, language=language, **given))
            shown = "".join(fill(page, text, **given)).replace("More", "").replace("자세히", "")
            # Python prints ✗ lines and ✓ lines alike; the page leaves out marks and shows a line that stays once.
            for line in expected.split("\n"):
                assert flat(line) in flat(shown), (text[:40], line)
    assert not faults, faults


def test_the_second_search_is_loaded_when_it_is_needed_and_never_stops_the_page(tab, roots):
    """Work comes in slices; the longest time between two frames of a timer stays short, and an answer comes in time."""
    page, faults = opened(tab, roots)
    scripts = "[...document.scripts].map(script => script.src.split('/').pop())"
    fill(page, TEXTS[2], **SETTINGS, decay=0)
    assert "second.js" not in page.evaluate(scripts)
    page.evaluate("""() => {
      window.gaps = []
      let last = performance.now()
      window.timer = setInterval(() => { const now = performance.now(); gaps.push(now - last); last = now }, 5)
    }""")
    before = page.evaluate("performance.now()")
    shown = fill(page, TEXTS[-1], **{**SETTINGS, "decay": 0})
    assert shown[0].startswith("Two mistakes: The power t is missing; The root is missing")
    assert "second.js" in page.evaluate(scripts) and page.evaluate("performance.now()") - before < 6000
    assert page.evaluate("Math.max(...gaps)") < 1000 and not faults


def test_by_keyboard_alone(tab, roots):
    page, faults = opened(tab, roots)
    page.locator("[name=numbers]").focus()
    page.keyboard.insert_text(lines(path_of("power-missing")))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "lr"
    page.keyboard.type("0.2")
    page.keyboard.press("Enter")
    status = page.locator(".identify [role=status]")
    assert status.inner_text().startswith("A mistake: The power t is missing")
    assert status.get_attribute("aria-live") == "polite"
    assert page.locator(".identify [role=status] a").first.get_attribute("href") == "mistakes.html#power-missing"
    assert not faults, faults


@pytest.mark.parametrize("name, text", [("lr", "fast"), ("beta1", "0,9"), ("beta2", "1"), ("eps", "-1e-8")])
def test_a_setting_that_cannot_be_stops_the_answer_and_has_the_focus(tab, roots, name, text):
    page, faults = opened(tab, roots)
    fill(page, PRINTS["lines"], **{"decay": 0, name: text})
    field = page.locator(f"[name={name}]")
    assert field.get_attribute("aria-invalid") == "true" and page.evaluate("document.activeElement.name") == name
    assert page.locator("#" + field.get_attribute("aria-describedby")).inner_text().startswith("This setting cannot be")
    assert page.locator(".verdict").inner_text().endswith(f"= {text}")
    fill(page, PRINTS["lines"], **{**SETTINGS, "decay": 0})
    assert field.get_attribute("aria-invalid") == "false" and page.locator(".verdict").inner_text().startswith("Right")
    assert not faults


def test_the_example_is_the_loop_of_the_thread(tab, roots):
    page, _ = opened(tab, roots, language="ko")
    page.locator(".identify [data-example]").click()
    assert page.locator(".verdict").inner_text().startswith("실수: 보정한 값을 m과 v에 다시 넣음")


@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 390)])
def test_an_answer_fits_and_axe_finds_nothing(tab, roots, scheme, width):
    page, faults = opened(tab, roots, HTTP, "ko", viewport={"width": width, "height": 844}, color_scheme=scheme)
    fill(page, lines(path_of("squares-added", beta2=0.9)), decay=0)
    assert page.locator(".verdict").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not violations(page) and not faults


def test_every_link_of_an_answer_leads_somewhere(tab, roots):
    page, _ = opened(tab, roots)
    for name in ("adam_eps_hat", "squares-added"):
        fill(page, lines(path_of(name, beta2=0.9)), decay=0)
        links = page.evaluate("[...document.querySelectorAll('.identify [role=status] a')].map(a => a.href)")
        assert len(links) > 1
        for link in dict.fromkeys(links):
            page.goto(link)
            assert page.evaluate("!!document.querySelector(':target')"), link
        page.goto(roots[FOLDER] + PAGE.format("en"))


def test_without_a_script_the_page_says_what_to_do(tab, roots):
    page, _ = opened(tab, roots, java_script_enabled=False)
    assert not page.locator(".identify").is_visible()
    assert "Python file" in page.locator(".identify + noscript").inner_text()
