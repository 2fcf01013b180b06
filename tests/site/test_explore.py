"""Figures that move, in a browser: by mouse, by keyboard, by touch, from an address, and without a script."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from site_tools import explorables
from tests.site.looking import FOLDER, HTTP, listen, violations

PAGES = {
    "arrows": "story/limits", "epsilon": "story/epsilon", "fingerprints": "check/mistakes",
    "floor": "story/learning-rate", "memory": "story/bias-correction", "one-step": "story/adam",
    "ravine": "story/gradient-descent", "ravine-momentum": "story/momentum", "two-conventions": "conventions/rmsprop",
    "valley": "story/rmsprop",
}
NAMES = explorables.names()
SETTLED = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))"
PUT = """const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)))
  const put = (input, value) => {
    input.value = value
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }))
  }
  const all = kind => [...figure.querySelectorAll(kind)].filter(input => input.checkVisibility())"""
# At both ends of every slider and with every choice of a list: what stands out of the drawing, what line is too long.
NO_ROOM = """async figure => {
  PUT
  const faults = [], look = async state => {
    await frame()
    const svg = figure.querySelector("svg"), frames = svg.getBoundingClientRect()
    const out = [...svg.querySelectorAll("text")].filter(text => {
      const own = text.getBoundingClientRect()
      return own.left < frames.left - 2 || own.right > frames.right + 2 || own.top < frames.top - 2
    })
    const long = all(".lines > *").filter(row => row.scrollWidth > row.clientWidth || row.clientHeight > 50)
    faults.push(...[...out, ...long].map(each => `${state}: ${each.textContent}`))
  }
  for (let i = 0; i < all("[type=range]").length; i++) {
    for (const end of ["min", "max"]) {
      const range = all("[type=range]")[i]
      put(range, range[end])
      await look(`slider ${i} at ${range.value}`)
    }
  }
  for (const list of all("select")) {
    for (const choice of list.options) {
      put(list, choice.value)
      await look(choice.text)
    }
  }
  return faults
}""".replace("PUT", PUT)
SMALL = """figure => [...figure.querySelectorAll(".explore :is(label, button)")].filter(each => each.checkVisibility()
  && each.getBoundingClientRect().height < 43.9).map(each => each.textContent)"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Figure:
    """An explorable on its page."""

    def __init__(self, page, name):
        self.page, self.box = page, page.locator(f"figure[data-explorable={name}]")
        self.svg, self.caption = self.box.locator("svg"), self.box.locator("figcaption")

    def sliders(self):
        """Those that are shown: what neither form knows is not."""
        return self.box.locator("[type=range]:visible")

    def slider(self, number):
        return self.sliders().nth(number)

    def let_in_or_out(self):
        """Press the last line of code, where there is one."""
        for switch in self.box.locator("[type=checkbox]").all()[-1:]:
            switch.click()

    def said(self):
        self.page.evaluate(SETTLED)
        return self.caption.inner_text()

    def state(self):
        return self.page.evaluate("decodeURIComponent(location.hash)")

    def drag(self, start, end):
        """From a part of the drawing to another, in parts of its width and height."""
        box = self.svg.bounding_box()
        (x1, y1), (x2, y2) = ((box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end))
        mouse = self.page.mouse
        mouse.move(x1, y1)
        mouse.down()
        mouse.move((x1 + x2) / 2, (y1 + y2) / 2)
        mouse.move(x2, y2)
        mouse.up()

    def middle(self, tag, number):
        """Where a shape of the drawing is, in parts of its width and height; they are counted as they are drawn."""
        return tuple(self.svg.evaluate("""(svg, [tag, number]) => {
          const own = [...svg.querySelectorAll(tag)].at(number).getBoundingClientRect()
          const all = svg.getBoundingClientRect()
          return [(own.x + own.width / 2 - all.x) / all.width, (own.y + own.height / 2 - all.y) / all.height]
        }""", [tag, number]))

    def finger(self, start, dx, dy):
        """Put down at a part of the drawing and moved by so many pixels."""
        box, chrome = self.svg.bounding_box(), self.page.context.new_cdp_session(self.page)
        x, y = box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"]
        points = [[{"x": x + dx * k / 10, "y": y + dy * k / 10}] for k in range(11)]
        for kind, where in zip(["touchStart", *["touchMove"] * 10, "touchEnd"], [*points, []]):
            chrome.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})
        self.page.wait_for_timeout(300)  # moves of a finger come with the frames of the browser
        return self.said()


@pytest.fixture
def opened(tab, roots):
    """`opened(name, …)`: an explorable, loaded, and the faults of its page."""
    def open_one(name, language="en", how=FOLDER, address="", **options):
        page = tab(offline=how == FOLDER, **options)
        faults = listen(page, roots[how])
        page.goto(f"{roots[how]}{language}/{PAGES[name]}.html{address}")
        figure = Figure(page, name)
        if not address:
            figure.box.scroll_into_view_if_needed()
        figure.box.locator(".explore").wait_for()
        if not address:  # which leads to the figure by itself
            figure.svg.evaluate("svg => svg.scrollIntoView({ block: 'center' })")
        return figure, faults
    return open_one


def test_every_explorable_is_looked_at():
    assert set(PAGES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_drawing_of_the_build_is_the_first_state(opened, tab, roots, name, language):
    figure, faults = opened(name, language)
    plain = tab(offline=True, java_script_enabled=False)
    plain.goto(f"{roots[FOLDER]}{language}/{PAGES[name]}.html")
    still = Figure(plain, name)
    assert still.box.locator(".explore").count() == 0 and still.svg.bounding_box()["height"] > 100
    assert still.caption.inner_text().strip() == figure.said().strip()
    words = "svg => [...svg.querySelectorAll('text')].map(text => text.textContent)"
    assert still.svg.evaluate(words) == figure.svg.evaluate(words)
    shapes = "svg => [...svg.children].map(shape => shape.tagName)"
    assert still.svg.evaluate(shapes) == figure.svg.evaluate(shapes)
    assert not faults


@pytest.mark.parametrize("name", NAMES)
def test_by_keyboard(opened, name):
    figure, faults = opened(name, "ko")
    for number in range(figure.sliders().count()):
        slider, start, begun = figure.slider(number), figure.said(), figure.slider(number).input_value()
        slider.focus()
        label = slider.get_attribute("aria-valuetext")
        assert "Home" in slider.get_attribute("title"), "the page says what the keys do"
        key, by = ("ArrowLeft", -1) if begun != "0" else ("ArrowRight", 1)
        figure.page.keyboard.press(key)
        assert int(slider.input_value()) == int(begun) + by and figure.said() != start
        assert slider.get_attribute("aria-valuetext") != label
        figure.page.keyboard.press("PageDown")
        assert int(slider.input_value()) < int(begun) - 2 or slider.input_value() == "0"
        figure.page.keyboard.press("End")
        assert slider.input_value() == slider.get_attribute("max")
        figure.page.keyboard.press("Home")
        figure.page.keyboard.press("PageDown")
        figure.page.keyboard.press("PageDown")  # faster than a frame
        assert int(slider.input_value()) < max(1, int(begun) - 5)
        figure.page.keyboard.press("Home")
        assert slider.input_value() == begun and figure.said() == start and figure.state() == ""
    assert not faults


@pytest.mark.parametrize("name", NAMES)
def test_a_moved_state_is_in_the_address_is_heard_and_goes_by_reset(opened, name):
    figure, faults = opened(name)
    start = figure.said()
    figure.slider(0).focus()
    figure.page.keyboard.press("PageDown")
    figure.let_in_or_out()
    moved, address = figure.said(), figure.page.evaluate("location.hash")
    assert moved != start and address.startswith(f"#{name}:")
    figure.page.wait_for_function("said => document.querySelector('.explore .heard').textContent === said", arg=moved)
    again, more = opened(name, how=HTTP, address=address)
    assert again.said() == moved
    expect(again.svg).to_be_in_viewport(ratio=0.9)
    again.box.get_by_role("button", name="Reset").click()
    assert again.said() == start and again.page.evaluate("location.hash") == ""
    assert not faults and not more


def test_the_memory_moves_on_the_home_page_too(visit):
    page, faults = visit("en/index.html", FOLDER)
    figure = Figure(page, "memory")
    figure.box.scroll_into_view_if_needed()
    figure.box.locator(".explore").wait_for()
    start = figure.said()
    figure.slider(0).focus()
    page.keyboard.press("PageDown")
    figure.let_in_or_out()
    assert figure.said() != start and figure.state().startswith("#memory:") and not faults
    assert figure.svg.bounding_box()["width"] < 700


@pytest.mark.parametrize("address", ["=", ":t=99", ":t=x,nothing=3", ":g=1;2", ":%zz=1"])
def test_an_address_that_says_nothing_leaves_the_figure_alone(opened, address):
    figure, faults = opened("one-step")
    start = figure.said()
    figure.page.evaluate("address => location.hash = address", f"#one-step{address}")
    assert figure.said() == start and not faults


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 390)])
def test_a_moved_state_fits_and_axe_finds_nothing(opened, name, scheme, width):
    figure, faults = opened(name, "ko", HTTP, viewport={"width": width, "height": 844}, color_scheme=scheme)
    figure.slider(0).focus()
    figure.page.keyboard.press("PageDown")
    figure.let_in_or_out()
    figure.said()
    assert figure.page.evaluate("document.documentElement.scrollWidth") <= width
    assert not violations(figure.page, figure.box) and not faults
    assert not figure.box.evaluate(SMALL) and not figure.box.evaluate(NO_ROOM)


def test_paper_shows_the_first_state(opened):
    figure, _ = opened("one-step")
    start = figure.said()
    figure.slider(0).focus()
    figure.page.keyboard.press("PageDown")
    moved = figure.said()
    figure.page.emulate_media(media="print")
    figure.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert figure.caption.inner_text() == start and not figure.box.locator(".explore").is_visible()
    figure.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert figure.caption.inner_text() == moved != start


@pytest.mark.parametrize("name", NAMES)
def test_the_code_with_these_values_is_copied(opened, name):
    figure, _ = opened(name, how=HTTP, permissions=["clipboard-read", "clipboard-write"])
    figure.slider(0).focus()
    figure.page.keyboard.press("ArrowLeft")
    figure.box.get_by_role("button", name="Copy the code").click()
    figure.box.get_by_text("Copied").wait_for()
    assert figure.page.evaluate("navigator.clipboard.readText()").startswith("import numpy as np\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_frame_is_quick(opened, name):
    figure, _ = opened(name)
    took = figure.page.evaluate("""async name => {
      const { draw, rows, tell, HANDLES } = explorables[name], times = []
      const state = Object.fromEntries(HANDLES.map(handle => [handle.name, handle.book]))
      for (let n = 0; n < 60; n++) {
        const begin = performance.now()
        draw(state, null, 680), rows(state), tell(state)
        times.push(performance.now() - begin)
      }
      return Math.min(...times)
    }""", name)
    assert took < 4  # milliseconds; half of what a frame may take is left for the browser to draw it


def test_a_bar_is_dragged_by_mouse_and_held_at_a_stop(opened):
    figure, faults = opened("one-step")
    start = figure.said()
    x = (40 + 2.5 * (680 - 46) / 12) / 680
    figure.drag((x, 0.2), (x, 0.2))
    assert figure.said().startswith("Step 3: the gradient is 1,"), start
    figure.drag((x, 0.3), (x, 0.1))
    assert re.match(r"Step 3: the gradient is (80|90|100),", figure.said())
    figure.drag((x, 0.3), (x, 0.2345))  # 1.6, of which 2 is nearer, but 1 is a stop
    assert figure.said().startswith("Step 3: the gradient is 1,")
    figure.drag((x, 0.3), (x, 0.4))
    assert re.match(r"Step 3: the gradient is −\d", figure.said())
    assert re.search(r"g=1;1;-\d", figure.state()) and not faults


def test_a_start_is_dragged_and_so_is_what_stands_on_the_ruler(opened):
    figure, faults = opened("ravine")
    x = lambda value, w: (26 + (np.log10(value * 10) + 1.1) * (w - 34) / 2.8) / w
    width = figure.svg.bounding_box()["width"]
    figure.drag((0.1, 0.07), ((-4 + 11.5) / 15.5, 0.25 - 0.25 * 1.5 / 4.2))
    assert figure.said().startswith("From (−4, 1.5) with lr = 0.18,")
    figure.drag((x(0.18, width), 0.7), (x(0.0505, width), 0.7))
    assert "lr = 0.05," in figure.said() and "lr=0.05" in figure.state()
    figure.drag((x(0.5, width), 0.7), (x(1.815, width), 0.7))  # the nearer is the steep one; 2/11 is a stop
    assert "lr = 0.1818," in figure.said() and "no learning rate is faster" in figure.said()
    figure.drag((x(1.818, width), 0.7), (x(2.5, width), 0.7))
    assert "Over the limit of 0.2" in figure.said() and not faults


def test_the_floor_is_lifted(opened):
    figure, faults = opened("ravine-momentum")
    figure.drag((0.7, 0.7), (0.7, 0.85 - 0.2 * 0.95))
    assert "β = 0.9," in figure.said() and "wider than it need be" in figure.said()
    figure.drag((0.7, 0.7), (0.7, 0.85 - 0.2 * 0.6))
    assert "β = 0.4," in figure.said() and "never to a millionth" in figure.said() and not faults


def test_a_gradient_and_an_epsilon_are_dragged(opened):
    figure, faults = opened("epsilon")
    x = lambda power, w: (36 + (power + 12) * (w - 48) / 12) / w
    width = figure.svg.bounding_box()["width"]
    figure.drag((x(-6, width), 0.3), (x(-3.9, width), 0.3))
    assert "|g| = 10⁻⁴, ε = 10⁻⁸" in figure.said()
    figure.drag((x(-8, width), 0.6), (x(-6.9, width), 0.6))
    assert "|g| = 10⁻⁴, ε = 10⁻⁷" in figure.said() and "Keras 3" in figure.said()
    figure.drag((0.5, 0.8), (0.7, 0.8))
    assert figure.state() == "#epsilon:g=-4,eps=-7" and not faults


def test_two_numbers_are_dragged_and_what_is_left_is_linked(opened):
    figure, faults = opened("fingerprints")
    x = lambda t, w: (54 + np.log10(t) * (w - 70) / 3) / w
    y = lambda step: 0.5 - np.log10(step) / 4.9
    width = figure.svg.bounding_box()["width"]
    figure.drag((x(1, width), y(1)), (x(1, width), y(31)))
    figure.drag((x(2, width), y(0.235)), (x(2, width), y(22)))
    assert figure.said().startswith("First step 31.6, step 2: 22.4.") and "1 is left" in figure.said()
    link = figure.box.locator(".lines a:visible")
    assert link.count() == 1 and link.get_attribute("href") == "#v-not-corrected"
    link.click()
    assert figure.page.locator("#v-not-corrected").is_visible() and not faults


def test_the_line_of_the_floor_is_lifted_and_t_is_dragged(opened):
    figure, faults = opened("floor")
    y = lambda loss: 0.06 - 0.56 * np.log10(loss) / 5
    figure.drag((0.3, y(0.025)), (0.3, y(0.0049)))
    assert "lr·σ/4 is 0.005." in figure.said() and "lr=0.02" in figure.state()
    width = figure.svg.bounding_box()["width"]
    figure.drag((0.8, y(0.4)), ((46 + 2.02 * (width - 62) / 3) / width, y(0.4)))
    assert figure.said().startswith("Seed 1, step 100:") and not faults


def test_the_sum_of_the_arrows_is_turned(opened):
    figure, faults = opened("arrows")
    x = lambda beta2, w: (40 - np.log10(1 - beta2) * (w - 60) / 4) / w
    width = figure.svg.bounding_box()["width"]
    assert "the wrong way" in figure.said()
    figure.drag((x(0.1, width), 0.9), (x(0.7, width), 0.9))
    assert "β₂ = 0.7," in figure.said() and "the right way." in figure.said()
    figure.box.get_by_label("v = max(v_max, v)").check()
    assert "AMSGrad" in figure.said() and "beta2=0.7,largest=1" in figure.state() and not faults


def test_the_valley_is_turned_by_its_end_and_on_the_chart(opened):
    figure, faults = opened("valley")
    box = figure.svg.bounding_box()
    unit, tall = 0.55 / 2.2, box["height"] / box["width"]
    end = lambda turn: ((0.75 + 1.3 * np.cos(np.radians(turn))) * unit,
                        (34 / box["width"] + (1.42 - 1.3 * np.sin(np.radians(turn))) * unit) / tall)
    figure.drag(end(45), end(21))
    assert figure.said().startswith("Turned by 20°,") and "230, whatever the angle" in figure.said()
    figure.drag(end(20), end(88))
    assert figure.said().startswith("Turned by 90°,") and "33 for any κ" in figure.said()
    x = lambda turn: 0.62 + turn * (0.38 - 12 / box["width"]) / 90
    figure.drag((x(90), 0.5), (x(10.4), 0.5))
    assert figure.said().startswith("Turned by 10°,") and figure.state() == "#valley:turn=10" and not faults


def test_forms_are_chosen_and_a_setting_that_neither_has_is_not_shown(opened):
    figure, faults = opened("two-conventions")
    start, lists = figure.said(), figure.box.get_by_role("combobox")
    names = [slider.inner_text() for slider in figure.box.locator(".sliders label:visible:has([type=range])").all()]
    assert [name.split("\n")[0] for name in names] == ["lr", "ε", "first gradient", "β₂", "step t"]
    assert lists.first.locator("option:checked").inner_text() == "RMSProp: ε inside (Keras 3, Optax)"
    lists.first.select_option(label="Momentum: lr outside (PyTorch, TensorFlow 1)")
    assert "two methods" in figure.said()
    lists.last.select_option(label="Momentum: average, lr outside (HIPS autograd)")
    assert "β 0.9" in figure.said() and "weight of a gradient" in figure.said()
    assert figure.state().endswith("one=0,other=2")
    shown = figure.box.locator(".sliders span:visible").all_inner_texts()
    assert shown == ["first", "second", "lr", "first gradient", "β", "step t"]
    figure.box.get_by_label("lr = lr / (1 - beta)").check()
    assert "they walk one path" in figure.said()
    figure.svg.evaluate("svg => svg.scrollIntoView({ block: 'center' })")
    figure.drag((0.9, 0.7), (0.5, 0.7))
    assert "at step 4" in figure.said() or "at step 5" in figure.said()
    figure.box.get_by_role("button", name="Reset").click()
    assert figure.said() == start and not faults


def test_the_translator_leads_to_its_two_forms(opened, visit):
    page, faults = visit("en/conventions/translate.html#from=optax.rmsprop&to=pytorch&lr=0.05&beta2=0.99&eps=0.01")
    page.get_by_role("link", name="See one run in both forms").click()
    figure = Figure(page, "two-conventions")
    figure.box.locator(".explore").wait_for()
    assert figure.said().startswith("With lr 0.05, ε 0.01, β₂ 0.99,") and figure.svg.is_visible()
    assert figure.box.get_by_label("eps = eps**0.5").is_checked() and "0.05, eps=0.1" not in figure.said()
    page, more = visit("en/conventions/translate.html#from=optax.adamw&to=keras")
    assert not page.get_by_role("link", name="See one run in both forms").is_visible() and not faults and not more


def test_a_finger_chooses_a_step_and_a_scroll_changes_nothing(opened):
    figure, faults = opened("one-step", **PHONE)
    start = figure.said()
    figure.page.evaluate("scrollBy({ top: 100, behavior: 'instant' })")
    before = figure.page.evaluate("scrollY")
    assert figure.finger((0.3, 0.7), 10, -150) == start and figure.state() == ""
    assert figure.page.evaluate("scrollY") > before + 50
    # How far a flick goes on differs: the drawing comes back from below the header, whose links would be touched.
    figure.page.evaluate("top => scrollTo({ top, behavior: 'instant' })", before - 100)
    assert figure.finger((0.3, 0.7), 0, 0).startswith("Step 3:") and "g=" not in figure.state()
    assert figure.finger((0.3, 0.7), 160, 0).startswith("Step 9:") and "g=" not in figure.state()
    assert not faults


def test_a_finger_moves_a_handle_up_and_down_and_the_page_stays(opened):
    figure, faults = opened("one-step", **PHONE)
    before = figure.page.evaluate("scrollY")
    ring = figure.middle("circle", 12)
    assert figure.finger(ring, 0, 100).startswith("Step 11: the gradient is −")
    assert figure.page.evaluate("scrollY") == before and re.search(r";-\d+;1$", figure.state())
    figure.finger((0.3, 0.3), 0, -150)
    assert figure.page.evaluate("scrollY") > before + 50 and "t=" not in figure.state() and not faults


@pytest.mark.parametrize("name, handle, to, end", [
    ("one-step", ("circle", 12), (0, 3), "g=1;1;1;1;1;1;1;1;1;1;-10;1"),
    ("one-step", ("circle", 12), (0, -3), "g=1;1;1;1;1;1;1;1;1;1;100;1"),
    ("ravine", ("circle", -2), (3, 0), "lr=0.25"), ("ravine", ("circle", -2), (-3, 0), "lr=0.01"),
    ("ravine-momentum", ("circle", -2), (3, 0), "lr=0.04"), ("ravine-momentum", ("circle", -3), (0, -3), "beta=0.99"),
    ("floor", ("circle", 0), (0, -3), "lr=0.3"), ("floor", ("circle", 0), (0, 3), "lr=0.001"),
    ("fingerprints", ("circle", 0), (0, -3), "first=100"), ("memory", ("circle", 0), (3, 0), "t=5000"),
    ("arrows", ("circle", -1), (3, 0), "beta2=0.9999"), ("epsilon", ("circle", 3), (3, 0), "g=0"),
    ("two-conventions", ("circle", -1), (-3, 0), "t=1"), ("valley", ("circle", 0), (3, 1), "turn=0"),
    ("valley", ("circle", 0), (-3, -1), "turn=90"), ("valley", ("circle", -1), (3, 0), "turn=90"),
])
def test_a_hand_beyond_the_end_is_at_the_end(opened, name, handle, to, end):
    figure, _ = opened(name)
    x, y = figure.middle(*handle)
    figure.drag((x, y), (x + to[0], y + to[1]))
    assert figure.state() == f"#{name}:{end}"


@pytest.mark.parametrize("name, handle", [
    ("one-step", ("circle", 12)), ("ravine", ("circle", -1)), ("ravine-momentum", ("circle", -3)),
    ("floor", ("circle", 0)), ("fingerprints", ("circle", 0)), ("memory", ("circle", 0)), ("arrows", ("circle", -1)),
    ("epsilon", ("circle", 3)), ("two-conventions", ("circle", -1)), ("valley", ("circle", 0)),
])
def test_a_hand_shows_what_can_be_dragged_and_beside_the_plot_it_moves_nothing(opened, name, handle):
    figure, _ = opened(name)
    start = figure.said()
    box, cursor = figure.svg.bounding_box(), "svg => svg.style.cursor"
    x, y = figure.middle(*handle)
    hover = lambda x, y: figure.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    hover(x, y)
    assert figure.svg.evaluate(cursor) == "grab"
    for beside in ((0.005, 0.01), (0.005, 0.99), (0.99, 0.005)):
        hover(*beside)
        assert figure.svg.evaluate(cursor) == "", beside
        figure.drag(beside, (0.5, 0.5))
        assert figure.said() == start, beside


# Twenty states by their handles: how far the first of these is below the figure's top in each, and what is said there.
ROUNDS = """async ([figure, rounds]) => {
  PUT
  const y = element => element.getBoundingClientRect().top
  const top = () => y(figure.querySelector(".explore label")) - y(figure)
  const tops = []
  for (const parts of [null, ...rounds]) {
    if (parts) all("select").forEach((list, i) => put(list, Math.floor(parts.at(-1 - i) * list.options.length)))
    await frame()
    if (parts) all("[type=range]").forEach((range, i) => put(range, Math.floor(parts[i] * (+range.max + 1))))
    await frame()
    tops.push([top(), figure.querySelector("figcaption").innerText])
  }
  return tops
}""".replace("PUT", PUT)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1280, 390])
def test_no_slider_moves_under_a_hand(opened, name, width):
    figure, _ = opened(name, "ko" if width == 390 else "en", viewport={"width": width, "height": 844})
    rounds = np.random.default_rng(width).random((20, 20)).tolist()
    (start, _), *moved = figure.page.evaluate(ROUNDS, [figure.box.element_handle(), rounds])
    assert len({said for _, said in moved}) > 3
    for top, said in moved:
        assert top == pytest.approx(start, abs=0.5), said


@pytest.mark.parametrize("name", NAMES)
def test_tab_goes_to_what_is_seen_and_the_download_comes_last(opened, name):
    figure, _ = opened(name)
    seen = """figure => [...figure.querySelectorAll("a, button, input, select")]
      .filter(each => each.tabIndex >= 0 && getComputedStyle(each).visibility === "visible")
      .filter(each => each.checkVisibility() || each.getClientRects().length)
      .map(each => [each.className, each.getBoundingClientRect().width, each.tagName === "A" && !each.textContent])"""
    found = figure.box.evaluate(seen)
    assert [kind for kind, _, _ in found].index("save") == len(found) - 1
    figure.box.locator("a:visible, input:visible, select:visible").first.focus()
    for _ in found[1:]:
        figure.page.keyboard.press("Tab")
        size = figure.page.evaluate("document.activeElement.getBoundingClientRect().width")
        words = figure.page.evaluate("document.activeElement.tagName !== 'A' || document.activeElement.textContent")
        assert size > 5 and words
    assert figure.page.evaluate("document.activeElement.classList.contains('save')")


def test_who_stands_at_the_download_when_a_figure_is_set_up_stays_there(tab, roots):
    page, held = tab(), []
    page.route("**/explore/one-step.en.js", lambda route: held.append(route))
    page.goto(f"{roots[HTTP]}en/{PAGES['one-step']}.html")
    figure = Figure(page, "one-step")
    figure.box.scroll_into_view_if_needed()
    figure.box.locator(".save").focus()
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    figure.box.locator(".explore").wait_for()
    assert page.evaluate("document.activeElement.matches('.save')")
