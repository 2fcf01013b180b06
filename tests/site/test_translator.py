"""The translator of conventions/translate in a browser: what Python says, by keyboard and without a network."""

import pytest

from mhat.translate import CALLS, WORDS, ask, explain, opening, set_up, translate
from mhat.translate import code as typed_code
from mhat.translate.telling import costs
from snippets.conventions import translate as page
from tests.site.looking import FOLDER, HTTP, violations

LANGUAGE = {"ko": 0, "en": 1}


def words(code, key):
    say = lambda *pair: pair[LANGUAGE[code]]
    return say(*WORDS[key]) if key in WORDS else page.controls(say)[key]


@pytest.fixture
def translator(visit):
    """`translator(code, …)` opens the page and gives it with the list of its faults."""
    def open_tool(code, scheme=HTTP, fragment="", **options):
        opened, faults = visit(f"{code}/conventions/translate.html{fragment}", scheme, **options)
        opened.wait_for_selector("#translator .verdict")
        return opened, faults
    return open_tool


def shows(opened):
    """Verdict, call, reasons of the page."""
    return (opened.locator("#translator .verdict").first.inner_text(),
            opened.locator("#translator pre code").first.text_content(),
            opened.locator("#translator li").all_inner_texts())


def choose(opened, call, stem):
    """Choose a call and a framework."""
    selects = opened.locator("#translator select")
    selects.first.select_option(label=call)
    selects.nth(2).select_option(stem)


@pytest.mark.parametrize("code", LANGUAGE)
@pytest.mark.parametrize("scheme, options", [(HTTP, {}), (FOLDER, {"offline": True})])
def test_the_page_says_what_python_says(translator, code, scheme, options):
    opened, faults = translator(code, scheme, **options)
    for call, stem, kind in (
        ("torch.optim.RMSprop", "optax", "exact"),
        ("torch.optim.Adam", "keras", "closest"),
        ("autograd.misc.optimizers.sgd", "mlx", "exact"),
        ("optax.sgd", "scikit_learn", "closest"),
        ("torch.optim.NAdam", "keras", "closest"),
        ("keras.optimizers.Adagrad", "optax", "exact"),
        ("torch.optim.Adamax", "keras", "closest"),
    ):
        choose(opened, call, stem)
        source = next(each for each in CALLS if each.name == call)
        optimizer = set_up(source, source.variants[0], opening(source))
        answer = translate(optimizer, stem, False)
        chosen = {key: pair[LANGUAGE[code]] for key, pair in WORDS.items()}
        verdict, typed, reasons = shows(opened)
        assert answer.kind == kind and verdict == words(code, kind)
        assert typed == typed_code(answer.target) and reasons == explain(answer, optimizer, chosen)
        cost = opened.locator("#translator .result > .cost")
        assert cost.is_visible() == (kind == "closest")
        if kind == "closest":
            assert cost.inner_text() == " ".join(costs(answer, chosen))
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
    for _ in range(len(opening(next(c for c in CALLS if c.name == "torch.optim.SGD")))):
        opened.keyboard.press("Tab")
    opened.keyboard.press("Tab")  # over the choice of a framework, which is taken up again below
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.type") == "checkbox"
    assert shows(opened)[0] == words("en", "closest")
    opened.keyboard.press("Space")
    assert shows(opened)[:2] == (words("en", "exact"), "keras.optimizers.SGD(learning_rate=0.5, momentum=0.9)")
    opened.keyboard.press("Shift+Tab")
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


@pytest.mark.parametrize("name, wrong", [
    ("lr", "0"),
    ("lr", ""),
    ("lr", "x"),
    ("beta1", "1"),
    ("beta2", "-0.1"),
    ("eps", "-1"),
])
def test_a_value_that_is_none_is_told(translator, name, wrong):
    opened, _ = translator("en")
    field = opened.locator(f"#translator input[name={name}]")
    field.fill(wrong)
    theirs = next(c for c in CALLS if c.name == "torch.optim.Adam").names[name]
    assert shows(opened)[0] == words("en", "wrong").replace("{names}", theirs)
    assert field.get_attribute("aria-invalid") == "true" and not opened.locator("#translator pre:visible").count()
    field.fill("0.25")
    assert field.get_attribute("aria-invalid") == "false" and opened.locator("#translator pre:visible").count()


def test_a_link_opens_with_a_question_and_keeps_the_last(translator):
    opened, _ = translator("ko", fragment="#from=optax.rmsprop&to=pytorch")
    verdict, typed, _ = shows(opened)
    assert verdict == words("ko", "closest") and typed.startswith("torch.optim.RMSprop(lr=0.01, alpha=0.9")
    choose(opened, "optax.sgd", "onnx")
    assert opened.evaluate("location.hash") == "#from=optax.sgd&to=onnx"
    opened.locator("#translator input[name=lr]").fill("0.5")
    assert opened.evaluate("location.hash") == "#from=optax.sgd&to=onnx&lr=0.5"
    assert not opened.locator("#translator option[value=optax]").count()
    opened, _ = translator("ko", fragment="#from=nothing&to=nowhere")
    assert shows(opened)[1].startswith("keras.optimizers.Adam(")


def test_a_link_keeps_all_that_was_asked(translator):
    """Settings, flags, the rate and the horizon, for whoever opens it."""
    opened, _ = translator("en", fragment="#from=torch.optim.Adam&to=keras")
    opened.locator("#translator select").nth(1).select_option(label="amsgrad=True")
    opened.locator("#translator input[name=beta2]").fill("0.95")
    opened.locator("#translator select").last.select_option("first")
    said, link = shows(opened), opened.evaluate("location.hash")
    assert link == "#from=torch.optim.Adam&to=keras&flags=amsgrad%3DTrue&beta2=0.95&closest=first"
    again, _ = translator("en", fragment=link)
    assert shows(again) == said and "beta_2=0.95, " in said[1]
    wrong, _ = translator("en", fragment="#from=torch.optim.Adam&to=keras&lr=x&flags=none&closest=last")
    assert shows(wrong)[0] == words("en", "wrong").replace("{names}", "lr")


def test_a_call_is_pasted(translator):
    opened, faults = translator("en")
    field = opened.locator("#translator .paste input")
    field.fill("optim.SGD(model.parameters(), 0.1, 0.9, 0, 5e-4, True)")
    opened.locator("#translator .notes li").first.wait_for()  # what reads a call has come
    opened.locator("#translator select").nth(2).select_option("optax")
    assert opened.locator("#translator .notes li").all_inner_texts() == ["optim.SGD is read as torch.optim.SGD."]
    assert opened.locator("#translator select").nth(1).evaluate("s => s.selectedOptions[0].text") == "nesterov=True"
    parts = opened.locator("#translator .result pre code").last.text_content()
    assert parts == ask("optim.SGD(p, 0.1, 0.9, 0, 5e-4, True)", "optax").parts
    assert opened.evaluate("location.hash").endswith("&lr=0.1&decay=0.0005")
    assert shows(opened)[0] == words("en", "part below")
    assert opened.locator("#translator .verdict").last.inner_text() == words("en", "part exact")
    field.fill("Lion(p)")
    assert opened.locator("#translator .notes li").all_inner_texts() == [words("en", "pasted none")]
    assert shows(opened)[1] == "optax.sgd(learning_rate=0.1, momentum=0.9, nesterov=True)" and not faults
    field.fill("")
    assert not opened.locator("#translator .notes").is_visible()


def test_none_of_the_kind(translator):
    opened, _ = translator("en", fragment="#from=optax.rmsprop&to=tinygrad")
    verdict, typed, _ = shows(opened)
    assert verdict == words("en", "none") and not opened.locator("#translator pre:visible").count()
    choose(opened, "optax.nadam", "tinygrad")
    assert shows(opened)[0] == words("en", "uncompared")


def test_the_call_is_copied(translator):
    opened, _ = translator("en")
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(opened, "torch.optim.RMSprop", "optax")
    button = opened.locator("#translator .md-code__button").first
    button.focus()
    opened.keyboard.press("Enter")
    holds = "wanted => navigator.clipboard.readText().then(text => text.trim() === wanted)"
    opened.wait_for_function(holds, arg=shows(opened)[1])


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


def test_an_answer_to_another_call_does_not_stay(translator):
    opened, faults = translator("en")
    paste, result = opened.locator("#translator .paste input"), opened.locator("#translator .result")
    paste.fill("foo(3)")
    result.wait_for(state="hidden")
    choose(opened, "torch.optim.Adam", "keras")
    assert result.is_visible()
    paste.fill("bar(3)")
    result.wait_for(state="hidden")
    paste.fill("")
    result.wait_for(state="visible")
    assert not faults


@pytest.mark.parametrize("width", [390, 1280])
def test_the_longest_name_of_a_setting_has_room(translator, width):
    opened, _ = translator("en", viewport={"width": width, "height": 900})
    opened.locator("#translator .paste input").fill("keras.optimizers.Adagrad(0.1)")
    opened.get_by_label("initial_accumulator_value").wait_for()
    assert opened.evaluate("""() => [...document.querySelectorAll("#translator .fields label")]
      .filter(label => label.scrollWidth > label.clientWidth).map(label => label.textContent)""") == []
    assert opened.evaluate("document.documentElement.scrollWidth") == width
