"""The page conventions/translate: what it says, and its translator in a browser, by keyboard and without a network."""

import json
import re

import numpy as np
import pytest
from conftest import FOLDER, HTTP
from test_browser import listen, violations

from mhat.calls import CALLS, MAIN, RECORDS
from mhat.translate import ask, explain, in_use, rounded, shown, translate
from mhat.translate import code as typed_code
from mhat.translate_words import PAGE, WORDS
from site_tools.pages import DOCS
from snippets.shared import tables as conventions
from snippets.shared.tables import translate as page

KO, EN = (lambda korean, english: korean), (lambda korean, english: english)
LANGUAGE = {"ko": 0, "en": 1}


def words(code, key):
    return (WORDS | PAGE)[key][LANGUAGE[code]]


# What the page says


@pytest.mark.parametrize("code", LANGUAGE)
def test_the_question_is_answered_by_the_engine(code):
    """The settings of the issue: lr 0.0006, momentum 0, eps 0.01, alpha 0.99."""
    said = re.search(r"`(optax\.rmsprop\(.*?\))`", (DOCS / code / "conventions" / "translate.md").read_text("utf-8"))[1]
    parts = lambda call: sorted(re.split(r"[(), ]+", call))
    assert parts(said) == parts(page.asked) and page.exact["kind"] == "exact"
    assert ask("torch.optim.RMSprop", "optax", lr=0.0006, eps=0.01)[0] == page.asked  # alpha is 0.99 by default


def test_the_counts():
    cells = re.findall(r'": "(.*?)"', (page.FOLDER / "pairs.json").read_text("utf-8"))
    kinds = {"exact": "=", "none": "n", "closest": "0123456789"}
    for name, first in kinds.items():
        assert page.count[name] == sum(cell[0] in first for cell in cells) > 50
    assert page.count["all"] == len(cells) == sum(page.count[name] for name in kinds)
    assert page.count["main"] == len(MAIN) == 9 and page.count["everyone"] == len(CALLS)
    assert page.count["double"] < 1e-13 < page.count["worst"] < 5e-5  # 800 halves of a unit in float64, in float32
    single = {stem for stem, rows in conventions.RESULTS.items() if rows[0]["dtype"] == "float32" or any("float32" in r["float"] for r in rows)}
    assert {stem for stem in single if stem in MAIN} == {stem for stem in page.SINGLE if stem in MAIN}


@pytest.mark.parametrize("say", [KO, EN])
def test_the_table_has_every_call_and_every_framework(say):
    lines = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in page.table(say).splitlines()]
    calls = [call for call in CALLS if call["stem"] in MAIN]
    assert len(lines) - 2 == len(calls) and all(len(line) == 10 for line in lines)
    results = json.loads((page.FOLDER / "pairs.json").read_text("utf-8"))
    for line in lines[2:]:
        short, last = re.fullmatch(r"(\S+) `(\w+)`", line[0]).groups()
        call = next(c for c in calls if page.SHORT[c["stem"]] == short and c["call"].endswith("." + last))
        for stem, cell in zip(MAIN, line[1:], strict=True):
            found = results[call["call"] + " | defaults"].get(stem)
            expected = "·" if stem == call["stem"] else "–" if found == "none" else "=" if found[0] == "=" else conventions.short(float(found))
            assert cell == expected.replace("×10⁰", "")


def test_the_figure_is_described_as_it_is():
    """Blocks of equal signs in Adam; Keras' momentum is followed only from inside the velocity."""
    first = {}
    for kind, stem, _, found in page.rows():
        first.setdefault((kind, stem), found)
    same = lambda kind, group: all(first[kind, a][b][0] == "=" for a in group for b in group if a != b)
    assert same("adam", ["pytorch", "optax", "autograd", "jax", "tinygrad"]) and same("adam", ["keras", "onnx", "scikit_learn"])
    assert first["adam", "pytorch"]["keras"][0] != "="
    followers = {stem for stem, cell in first["momentum", "keras"].items() if cell[0] == "="}
    inside = {stem for stem, record in RECORDS.items() if stem in MAIN and stem != "keras" for rule in record["rule"]
              if "momentum_inside" in [rule["form"], *rule.get("also", {}).values()]}
    assert followers == inside == {"scikit_learn", "tinygrad"}


@pytest.mark.parametrize("say", [KO, EN])
def test_the_rules_are_those_of_the_engine(say):
    lines = page.rules(say).splitlines()
    assert len(lines) == 2 + len(page.EQUAL) + 3 and len(set(lines)) == len(lines)
    assert lines[-1].endswith(f"| {say('없음', 'nowhere')} |") and lines[-2].endswith(f"| {say('없음', 'nowhere')} |")


def test_late_and_early_decay_by_the_closed_form():
    """With no gradient theta is left with (1 - lr decay)^t in both."""
    assert page.lost == 0.05 and np.isclose(page.late[0], (1 - 0.1 * page.gs[0]) * 0.95, rtol=0, atol=1e-15)
    weights = 0.95 ** np.arange(60, 0, -1)
    velocity = [sum(0.9 ** (t - s) * page.gs[s] for s in range(t + 1)) for t in range(60)]
    assert np.isclose(page.late[-1], 0.95**60 - 0.1 * np.dot(weights, velocity), rtol=0, atol=1e-13)
    assert np.isclose(page.early[-1], page.late[-1], rtol=0, atol=1e-13)


def test_the_gap_after_the_drop_is_what_the_old_velocity_brings():
    """Inside, the velocity at the drop keeps the old rate: 0.09 (0.9 + 0.81 + …) of it more."""
    velocity = sum(0.9 ** (29 - s) * page.gs[s] for s in range(30))
    excess = [0.09 * velocity * sum(0.9**k for k in range(1, t + 1)) for t in range(1, 31)]
    assert np.allclose(page.gap[30:], np.abs(excess), rtol=1e-10)


def test_what_the_page_starts_with():
    for call in CALLS:
        given = page.opening(call)
        assert set(given) == set(call["names"]) and given["lr"] > 0
        assert given["beta"] > 0 if call["page"] == "momentum" else True
        assert {k: v for k, v in given.items() if k in call["defaults"] and v != call["defaults"][k]} in ({}, {"beta": 0.9})


# In the browser


@pytest.fixture
def translator(tab, roots):
    """`translator(code, …)` opens the page and gives it with the list of its faults."""
    def visit(code, scheme=HTTP, fragment="", **options):
        opened = tab(**options)
        faults = listen(opened, roots[scheme])
        opened.goto(f"{roots[scheme]}{code}/conventions/translate.html{fragment}")
        opened.wait_for_selector("#translator .verdict")
        return opened, faults
    return visit


def shows(opened):
    """Verdict, call, reasons of the page."""
    return (opened.inner_text("#translator .verdict"), opened.text_content("#translator pre code"),
            opened.locator("#translator li").all_inner_texts())


def choose(opened, call, stem):
    """Choose a call and a framework."""
    selects = opened.locator("#translator select")
    selects.first.select_option(label=call)
    selects.last.select_option(stem)


@pytest.mark.parametrize("code", LANGUAGE)
@pytest.mark.parametrize("scheme, options", [(HTTP, {}), (FOLDER, {"offline": True})])
def test_the_page_says_what_python_says(translator, code, scheme, options):
    opened, faults = translator(code, scheme, **options)
    for call, stem, kind in (("torch.optim.RMSprop", "optax", "exact"), ("torch.optim.Adam", "keras", "closest"),
                             ("autograd.misc.optimizers.sgd", "mlx", "exact"), ("optax.sgd", "scikit_learn", "closest")):
        choose(opened, call, stem)
        source = next(each for each in CALLS if each["call"] == call)
        use = in_use(source, source["variants"][0], page.opening(source))
        answer = translate(use, stem, False)
        chosen = {key: pair[LANGUAGE[code]] for key, pair in WORDS.items()}
        verdict, typed, reasons = shows(opened)
        assert answer["kind"] == kind and verdict == words(code, kind)
        assert typed == typed_code(answer) and reasons == explain(answer, use, chosen)
        far = opened.locator("#translator .result > p:not(.verdict)")
        assert far.is_visible() == (kind == "closest")
        if kind == "closest":
            assert far.inner_text() == words(code, "deviation").replace("{x}", shown(rounded(answer["deviation"], 2)))
    assert not faults


def test_by_keyboard_alone(translator):
    """From the first control by Tab through all, and the answer changes with each."""
    opened, faults = translator("en")
    selects = opened.locator("#translator select")
    selects.first.focus()
    opened.keyboard.type("torch.optim.SGD")
    opened.keyboard.press("Tab")
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.name") == "lr"
    opened.keyboard.type("0.5")
    for _ in range(len(page.opening(next(c for c in CALLS if c["call"] == "torch.optim.SGD")))):
        opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.type") == "checkbox"
    assert shows(opened)[0] == words("en", "closest")
    opened.keyboard.press("Space")
    assert shows(opened)[:2] == (words("en", "exact"), "keras.optimizers.SGD(learning_rate=0.5, momentum=0.9)")
    opened.keyboard.press("Tab")
    opened.keyboard.type("MLX")
    assert shows(opened)[1] == "mlx.optimizers.SGD(learning_rate=0.5, momentum=0.9)"
    assert opened.get_attribute("#translator .result", "aria-live") == "polite" and not faults


def test_the_switch_is_there_only_where_it_matters(translator):
    opened, _ = translator("en", fragment="#from=torch.optim.SGD&to=keras")
    switch = opened.locator("#translator input[type=checkbox]")
    assert switch.is_visible()
    choose(opened, "torch.optim.SGD", "optax")
    assert not switch.is_visible()


def test_flags_bring_their_form(translator):
    opened, _ = translator("en")
    choose(opened, "torch.optim.SGD", "tinygrad")
    flags = opened.locator("#translator select").nth(1)
    flags.select_option(label="nesterov=True")
    assert opened.locator("#translator input[name=dampening]").count() == 0
    assert shows(opened)[1] == "tinygrad.nn.optim.SGD(lr=0.001, momentum=0.9, nesterov=True)"
    choose(opened, "jax.example_libraries.optimizers.adam", "pytorch")
    assert not flags.is_visible()


@pytest.mark.parametrize("name, wrong", [("lr", "0"), ("lr", ""), ("lr", "x"), ("beta1", "1"), ("beta2", "-0.1"), ("eps", "-1")])
def test_a_value_that_is_none_is_told(translator, name, wrong):
    opened, _ = translator("en")
    field = opened.locator(f"#translator input[name={name}]")
    field.fill(wrong)
    theirs = next(c for c in CALLS if c["call"] == "torch.optim.Adam")["names"][name]
    assert shows(opened)[0] == words("en", "wrong").replace("{names}", theirs)
    assert field.get_attribute("aria-invalid") == "true" and not opened.locator("#translator pre").is_visible()
    field.fill("0.25")
    assert field.get_attribute("aria-invalid") == "false" and opened.locator("#translator pre").is_visible()


def test_a_link_opens_with_a_question_and_keeps_the_last(translator):
    opened, _ = translator("ko", fragment="#from=optax.rmsprop&to=pytorch")
    assert shows(opened)[0] == words("ko", "closest") and shows(opened)[1].startswith("torch.optim.RMSprop(lr=0.01, alpha=0.9")
    choose(opened, "optax.sgd", "onnx")
    assert opened.evaluate("location.hash") == "#from=optax.sgd&to=onnx"
    assert not opened.locator("#translator option[value=optax]").count()
    opened, _ = translator("ko", fragment="#from=nothing&to=nowhere")
    assert shows(opened)[1].startswith("keras.optimizers.Adam(")


def test_none_of_the_kind(translator):
    opened, _ = translator("en", fragment="#from=optax.rmsprop&to=tinygrad")
    verdict, typed, _ = shows(opened)
    assert verdict == words("en", "none") and not opened.locator("#translator pre").is_visible()


def test_the_call_is_copied(translator):
    opened, _ = translator("en")
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(opened, "torch.optim.RMSprop", "optax")
    button = opened.locator("#translator .md-code__button")
    button.focus()
    opened.keyboard.press("Enter")
    opened.wait_for_timeout(200)
    assert opened.evaluate("navigator.clipboard.readText()").strip() == shows(opened)[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("code", LANGUAGE)
def test_axe_in_each_state(translator, code, scheme):
    opened, _ = translator(code, color_scheme=scheme)
    for state in ("closest", "exact", "wrong"):
        if state == "exact":
            choose(opened, "torch.optim.RMSprop", "optax")
        if state == "wrong":
            opened.locator("#translator input[name=lr]").fill("x")
        assert not violations(opened)


def test_a_narrow_phone(translator):
    opened, _ = translator("en", viewport={"width": 320, "height": 700})
    for call in ("sklearn.neural_network._stochastic_optimizers.SGDOptimizer", "optax.rmsprop"):
        choose(opened, call, "pytorch")
        assert opened.evaluate("document.documentElement.scrollWidth") <= 320


def test_without_scripts_the_table_is_there(tab, roots):
    opened = tab(java_script_enabled=False)
    opened.goto(f"{roots[HTTP]}en/conventions/translate.html")
    assert not opened.locator("#translator").is_visible() and not opened.locator("#translator-words").is_visible()
    assert opened.locator(".pairs tbody tr").count() == page.count["calls"]
