"""A figure as a PNG, made in the browser: its size, what it says of itself, and that each word stands where it stands
on the page, in the same letters."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from tests.site.looking import FOLDER, HTTP

WIDTH = 1600
# The figure alone on white, 800 px wide in the light palette; with `words` false, without them. Where its words stand.
ALONE = """([name, words]) => {
  document.querySelector("#alone")?.remove()
  const svg = document.querySelector(`[data-figure="${name}"] svg`).cloneNode(true), box = document.createElement("div")
  Object.assign(box, { id: "alone", className: "figure", style: "position: absolute; left: 0; top: 0; width: 800px; "
    + "z-index: 99; background: #fff; --paper: #fff" })
  box.dataset.mdColorScheme = "default"
  for (const text of svg.querySelectorAll("text")) text.style.visibility = words ? "visible" : "hidden"
  box.append(svg)
  document.body.append(box)
  scrollTo(0, 0)
  return [...svg.querySelectorAll("text")].filter(text => text.textContent.trim()).map(text => {
    const { left, top, right, bottom } = text.getBoundingClientRect()
    return { text: text.textContent, at: [left, top, right, bottom].map(side => 2 * side) }
  })
}"""
FIGURES = [
    ("en/story/adam.html", "adam_page.signal"), ("ko/story/adam.html", "adam_page.family"),
    ("ko/story/real-data.html", "real_data.peer"),  # has formulas in pieces
    ("ko/story/gradient-descent.html", "gradient_descent.map"),  # has an image in it
    ("en/check/identify.html", "identify_page.left"), ("ko/conventions/translate.html", "translate_page.matrix"),
]


def pressed(page, name):
    """The file that comes when PNG is pressed at a figure: its name and its bytes."""
    with page.expect_download() as download:
        page.locator(f'[data-figure="{name}"] button.save').evaluate("button => button.click()")
    return download.value.suggested_filename, download.value.path().read_bytes()


def numbers(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), float)


def apart(one, other):
    return np.abs(one - other).mean()


@pytest.mark.parametrize("scheme", [HTTP, FOLDER])
@pytest.mark.parametrize("path, name", FIGURES)
def test_a_picture_is_the_figure_with_each_word_in_its_place(visit, path, name, scheme):
    page, faults = visit(path, scheme, device_scale_factor=2, color_scheme="dark")
    file, data = pressed(page, name)
    assert file == f"{name}.png"
    picture = numbers(data)
    assert picture.shape[1] == WIDTH and (picture[0, 0] == 255).all()
    words = page.evaluate(ALONE, [name, True])
    seen = numbers(page.locator("#alone svg").screenshot())
    page.evaluate(ALONE, [name, False])
    bare = numbers(page.locator("#alone svg").screenshot())
    height = min(len(picture), len(seen))
    assert abs(len(picture) - len(seen)) <= 2 and words
    picture, seen, bare = (each[:height, :WIDTH] for each in (picture, seen, bare))
    assert apart(picture, seen) < 1
    for word in words:
        left, top, right, bottom = (max(0, round(side)) for side in word["at"])
        part = np.s_[top:bottom, left:right]
        assert apart(picture[part], seen[part]) < 0.35 * apart(bare[part], seen[part]), word
    assert not faults


def test_a_picture_says_what_it_is(visit):
    page, _ = visit("en/story/adam.html")
    _, data = pressed(page, "adam_page.signal")
    image = Image.open(io.BytesIO(data))
    image.load()
    told = image.text
    assert told["Title"] == "adam_page.signal" and told["Source"] == page.url
    caption = page.locator('figure:has([data-figure="adam_page.signal"]) figcaption').inner_text()
    assert told["Description"] == caption and len(caption) > 20
    assert "CC BY 4.0" in told["Copyright"] and page.locator(".version").inner_text() in told["Copyright"]
    kinds = []
    while data[8:]:
        (length,), kind = struct.unpack(">I", data[8:12]), data[12:16]
        kinds.append(kind)
        data = data[:8] + data[20 + length:]
    assert kinds[0] == b"IHDR" and kinds.count(b"iTXt") == 4 and kinds[-1] == b"IEND"


def test_what_makes_it_comes_with_the_first_press(visit):
    page, _ = visit("en/story/adam.html")
    asked = []
    page.on("request", lambda request: asked.append(request.url.split("/")[-1]))
    pressed(page, "adam_page.signal")
    pressed(page, "adam_page.family")
    assert [name for name in asked if name.endswith(".js")] == ["picture.js"]


@pytest.mark.parametrize("touch, least", [(False, 24), (True, 44)])
@pytest.mark.parametrize("code", ["ko", "en"])
def test_both_downloads_have_room_for_who_presses(visit, code, touch, least):
    page, _ = visit(f"{code}/story/adam.html", has_touch=touch, is_mobile=touch, viewport={"width": 390, "height": 844})
    saves = page.locator('[data-figure="adam_page.signal"] .save')
    boxes = [saves.nth(i).bounding_box() for i in range(saves.count())]
    assert saves.all_inner_texts() == ["SVG", "PNG"]
    assert all(box["width"] >= least and box["height"] >= least for box in boxes)
    assert boxes[1]["x"] + boxes[1]["width"] <= boxes[0]["x"] + 0.5
    assert page.get_by_role("button", name="adam_page.signal, PNG").count() == 1


def test_a_figure_that_moves_offers_none(visit):
    page, _ = visit("en/story/adam.html")
    moving = page.locator("figure[data-explorable]")
    assert moving.count() and moving.locator("button.save").count() == 0
