"""An answer of the page of questions says nothing that the pages to which it leads do not prove."""

import re

import numpy as np
import pytest

from mhat.rules import START, adam, adamax, gradient_descent, momentum
from site_tools.modules import module_of
from site_tools.numbers import FIELD, elsewhere
from site_tools.pages import DOCS, LANGUAGES

LINK = re.compile(r"\]\(([\w/-]+\.md)(?:#([\w-]+))?\)")


def answers(code):
    """{id: what stands below the question} of a language's page."""
    parts = re.split(r"^##+ .*\{#([\w-]+)\}$", (DOCS / code / "questions.md").read_text("utf-8"), flags=re.M)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2]) if text.strip()}


def proof(code, page, name):
    """What stands below the heading to which a link leads, up to the next one; without a heading, the page."""
    text = (DOCS / code / page).read_text("utf-8")
    return re.split(r"^#+ .*$", text.partition(f"{{#{name}}}")[2], maxsplit=1, flags=re.M)[0] if name else text


def numbers(text, page="questions.md"):
    """The values that a text of a page inserts, whatever their format, by the path of their module."""
    own = module_of(page).removeprefix("snippets.")
    return [name if elsewhere(name) else f"{own}.{name}" for name, _ in FIELD.findall(text)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_answer_is_short_and_leads_to_its_proof(code):
    for name, text in answers(code).items():
        assert LINK.findall(text) and "\n" not in text and len(text.split()) <= 80, name


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_numbers_of_an_answer_stand_where_it_leads(code):
    counted = 0
    for name, text in answers(code).items():
        proved = [number for page, name in LINK.findall(text) for number in numbers(proof(code, page, name), page)]
        for number in numbers(text):
            counted += 1
            assert number in proved, (name, number)
    assert counted > 40


@pytest.mark.parametrize("page", [f"{folder}/{path.name}" for folder in ("story", "practice")
                                  for path in sorted((DOCS / "en" / folder).glob("*.md"))])
def test_every_page_of_these_answers_something(page):
    """A question that somebody asked, in docs/ko/questions.md and docs/en/questions.md, with a link to the page."""
    linked = {target for text in answers("en").values() for target, _ in LINK.findall(text)}
    assert page in linked, f"no answer of docs/ko/questions.md and docs/en/questions.md leads to {page}"


def test_each_step_is_less_than_half_of_the_one_before():
    """With the power outside the bracket, as the answer on it says."""
    from snippets.check.mistakes import steps_of  # the page computes when this runs, not when tests are collected

    steps = steps_of("power-outside", "c")
    steps = steps[steps > 1e-9]  # differences of theta, which is about 1: below, its rounding shows
    assert len(steps) > 10 and all(steps[1:] < steps[:-1] / 2)


def test_each_of_the_first_hundred_steps_is_and_a_few_later_one_is_0():
    m = v = 0.0
    sizes = []
    for t in range(1, 111):
        m, v = 0.9 * m + 0.1, 0.999 * v + 0.001
        v_hat = v / (1 - 0.999) ** t if (1 - 0.999) ** t > 1e-308 else float("inf")
        sizes.append(m / (1 - 0.9) ** t / (v_hat**0.5 + 1e-8))
    assert all(after < before / 2 for before, after in zip(sizes[:100], sizes[1:101])) and sizes[-1] == 0


def walked(rule, gradients, lr=1.0, **settings):
    """The path of a rule over gradients, from 0."""
    theta, state, path = 0.0, START[rule], [0.0]
    for g in gradients:
        theta, state = rule(theta, g, state, lr=lr, **settings)
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize("rule", [gradient_descent, momentum, adam])
def test_from_the_line_that_leads_into_a_saddle_none_gets_off(rule):
    theta, state = np.array([1.0, 0.0]), START[rule]
    for _ in range(3000):
        theta, state = rule(theta, theta * [1, -1], state, lr=0.01)
    assert theta[1] == 0 and abs(theta[0]) < 0.01


@pytest.mark.parametrize("rule", [gradient_descent, momentum, adam])
@pytest.mark.parametrize("along, leaves", [(0, False), (1, True)])
def test_noise_gets_one_off_that_line_where_it_has_a_part_across_it(rule, along, leaves):
    rng, theta, state = np.random.default_rng(0), np.array([1.0, 0.0]), START[rule]
    for _ in range(3000):
        g = theta * [1, -1]
        g[along] += 1e-6 * rng.normal()
        theta, state = rule(theta, g, state, lr=0.01)
    assert (abs(theta[1]) > 1) == leaves and (leaves or theta[1] == 0)


def test_multiplied_corrections_are_ten_times_too_long_for_a_hundred_steps_and_still_too_long_after_a_thousand():
    t = np.arange(1, 1001)
    long = (1 - 0.9**t) ** 2 / (1 - 0.999**t)
    assert long[0] == pytest.approx(10) and all(long[1:100] > 10) and long[150] < 10 and long[-1] > 1.5


@pytest.mark.parametrize("step, share, apart", [(1, 1, True), (1, 100, True), (1, 3000, False),
                                                (9000, 1, False), (9000, 0.1, False)])
def test_an_epsilon_before_the_correction_shows_early_up_to_some_hundred_times_its_size(step, share, apart):
    fade = (1 - 0.999**step) ** 0.5
    right, other = share / (share + 1), share * fade / (share * fade + 1)
    assert (abs(other / right - 1) > 0.2) == apart


@pytest.mark.parametrize("before", ["noise", "turns", "ones"])
def test_with_equal_betas_no_step_passes_lr_when_gradients_become_ten_times_as_large(before):
    rng = np.random.default_rng(0)
    calm = {"noise": rng.normal(size=500), "turns": (-1.0) ** np.arange(500), "ones": np.ones(500)}[before]
    steps = np.abs(np.diff(walked(adam, [*calm, *np.full(50, 10.0)], beta1=0.95, beta2=0.95)))
    assert steps.max() <= 1 + 1e-12
    assert before == "ones" or steps[500:].max() > 2 * steps[400:500].mean(), "the steps do grow"


def test_a_rate_raised_with_the_batch_keeps_the_floor_only_while_it_is_small():
    """Gradient descent on theta^2/2: the variance around the minimum, step by step, with noise of 1 over the batch."""
    def floor(lr, k):
        variance = 0.0
        for _ in range(4000):
            variance = (1 - k * lr) ** 2 * variance + (k * lr) ** 2 / k
        return variance / 2

    assert floor(0.003, 16) == pytest.approx(floor(0.003, 1), rel=0.03)
    assert floor(0.1, 16) > 4 * floor(0.1, 1) and floor(0.1, 21) > 1e9


def test_sgd_has_no_floor_where_every_example_can_be_fitted():
    rng = np.random.default_rng(0)
    x, theta = rng.normal(size=(40, 3)), np.zeros(3)
    y = x @ [1.0, -2.0, 0.5]
    for _ in range(3000):
        rows = rng.integers(0, 40, 5)
        theta = theta - 0.05 * x[rows].T @ (x[rows] @ theta - y[rows]) / 5
    assert np.mean((x @ theta - y) ** 2) < 1e-25


def test_adamax_is_as_long_as_adam_under_noise_of_one_size_and_shorter_under_normal_noise():
    rng = np.random.default_rng(0)
    for noise, least, most in ((rng.choice([-1.0, 1.0], 3000), 0.99, 1.01), (rng.normal(size=3000), 0.1, 0.6)):
        size = {rule: np.abs(np.diff(walked(rule, noise, lr=1.0))[1000:]).mean() for rule in (adam, adamax)}
        assert least < size[adamax] / size[adam] < most
