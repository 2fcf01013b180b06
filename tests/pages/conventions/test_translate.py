"""The page conventions/translate: what it says. Its translator is tried in a browser in site/test_translator.py."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import quickjs

from frameworks.pairs import RESULTS
from mhat.translate import CALLS, MAIN, WORDS, ask, opening, translate
from mhat.translate.asking import ENGLISH, typed
from mhat.translate.calls import RECORDS
from mhat.translate.closest import walk
from mhat.translate.telling import costs
from site_tools.pages import DOCS, LANGUAGES
from site_tools.scripts import PAGES, names, script
from snippets.conventions import translate as page
from snippets.shared import tables as conventions

KO, EN = (lambda korean, english: korean), (lambda korean, english: english)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_question_is_answered_by_the_engine(code):
    """The settings of the issue: lr 0.0006, momentum 0, eps 0.01, alpha 0.99."""
    said = re.search(r"`(optax\.rmsprop\(.*?\))`", (DOCS / code / "conventions" / "translate.md").read_text("utf-8"))[1]
    parts = lambda call: sorted(re.split(r"[(), ]+", call))
    assert parts(said) == parts(page.asked) and page.exact.kind == "exact"
    assert ask("torch.optim.RMSprop", "optax", lr=0.0006, eps=0.01)[0] == page.asked  # alpha is 0.99 by default


def test_the_counts():
    cells = re.findall(r'": "(.*?)"', RESULTS.read_text("utf-8"))
    kinds = {"exact": "=", "none": "n", "closest": "0123456789"}
    for name, first in kinds.items():
        assert page.count[name] == sum(cell[0] in first for cell in cells) > 50
    assert page.count["all"] == len(cells) == sum(page.count[name] for name in kinds)
    assert page.count["main"] == len(MAIN) == 9 and page.count["everyone"] == len(CALLS)
    assert page.count["double"] < 1e-13 < page.count["worst"] < 5e-5  # 800 halves of a unit in float64, in float32
    single = lambda rows: rows[0]["dtype"] == "float32" or any("float32" in row["float"] for row in rows)
    for kind, wanted in page.SINGLE.items():
        known = {call.name for call in CALLS if call.page in {kind, "adam", "rmsprop", "momentum"}}
        own = {stem: [row for row in rows if row["call"] in known] for stem, rows in conventions.RESULTS.items()}
        assert {stem for stem in MAIN if own.get(stem) and single(own[stem])} == {*MAIN} & wanted
        assert ("pytorch" in wanted) == (kind == "nadam")


def sign(result):
    """How the table writes a result of `pairs`."""
    if result == "none":
        return "–"
    return "=" if result[0] == "=" else conventions.short(float(result)).replace("×10⁰", "")


@pytest.mark.parametrize("say", [KO, EN])
def test_the_table_has_every_call_and_every_framework(say):
    lines = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in page.table(say).splitlines()]
    calls = [call for call in CALLS if call.stem in MAIN]
    assert len(lines) - 2 == len(calls) and all(len(line) == 10 for line in lines)
    results = json.loads(RESULTS.read_text("utf-8"))
    for line in lines[2:]:
        short, last = re.fullmatch(r"(\S+) `(\w+)`", line[0]).groups()
        call = next(c for c in calls if page.SHORT[c.stem] == short and c.name.endswith("." + last))
        for stem, cell in zip(MAIN, line[1:], strict=True):
            assert cell == ("·" if stem == call.stem else sign(results[call.name + " | defaults"][stem]))


def test_the_figure_is_described_as_it_is():
    """Blocks of equal signs in Adam; Keras' momentum is followed only from inside the velocity."""
    first = {}
    for kind, stem, _, found in page.rows():
        first.setdefault((kind, stem), found)
    same = lambda kind, group: all(first[kind, a][b][0] == "=" for a in group for b in group if a != b)
    assert same("adam", ["pytorch", "optax", "autograd", "jax", "tinygrad"])
    assert same("adam", ["keras", "onnx", "scikit_learn"])
    assert first["adam", "pytorch"]["keras"][0] != "="
    followers = {stem for stem, cell in first["momentum", "keras"].items() if cell[0] == "="}
    inside = {stem for stem, record in RECORDS.items() if stem in MAIN and stem != "keras" for rule in record["rule"]
              if "momentum_inside" in [rule["form"], *rule.get("also", {}).values()]}
    assert followers == inside == {"scikit_learn", "tinygrad"}


@pytest.mark.parametrize("say", [KO, EN])
def test_the_rules_are_those_of_the_engine(say):
    lines = page.rules(say).splitlines()
    assert len(lines) == 2 + len(page.EQUAL) + 4 and len(set(lines)) == len(lines)
    never = f"| {say('사라지지 않음', 'nowhere')} |"
    assert [line.endswith(never) for line in lines] == [False] * (len(lines) - 2) + [True] * 2


def test_late_and_early_decay_by_the_closed_form():
    """With no gradient theta is left with (1 - lr decay)^t in both."""
    assert page.lost == 0.05 and np.isclose(page.late[0], (1 - 0.1 * page.gs[0]) * 0.95, rtol=0, atol=1e-15)
    weights = 0.95 ** np.arange(60, 0, -1)
    velocity = [sum(0.9 ** (t - s) * page.gs[s] for s in range(t + 1)) for t in range(60)]
    assert np.isclose(page.late[-1], 0.95**60 - 0.1 * np.dot(weights, velocity), rtol=0, atol=1e-13)
    assert np.isclose(page.early[-1], page.late[-1], rtol=0, atol=1e-13)


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.99])
def test_l2_through_a_velocity_shrinks_only_far_below_its_swing(beta):
    """By recurrence from 1: λ/(1-β) is some hundredths off at a tenth of (1-√β)²; at four times it θ changes sign."""
    def walked(pull, steps):
        theta, velocity, path = 1.0, 0.0, []
        for _ in range(steps):
            velocity = beta * velocity + pull * theta
            theta -= velocity
            path.append(theta)
        return np.array(path)

    edge = (1 - beta**0.5) ** 2
    for part, off in ((0.001, 3e-4), (0.1, 0.03)):
        pull = part * edge
        path = walked(pull, int(9 / (pull / (1 - beta))))
        lost = 1 - (path[-1] / path[len(path) // 2]) ** (1 / (len(path) - 1 - len(path) // 2))
        assert lost == pytest.approx(pull / (1 - beta), rel=off) and (path > 0).all()
    assert (walked(4 * edge, int(20 / (1 - beta))) < 0).any()


def test_the_gap_after_the_drop_is_what_the_old_velocity_brings():
    """Inside, the velocity at the drop keeps the old rate: 0.09 (0.9 + 0.81 + …) of it more."""
    velocity = sum(0.9 ** (29 - s) * page.gs[s] for s in range(30))
    excess = [0.09 * velocity * sum(0.9**k for k in range(1, t + 1)) for t in range(1, 31)]
    assert np.allclose(page.gap[30:], np.abs(excess), rtol=1e-10)


def test_under_a_velocity_the_bound_is_that_of_what_enters_it():
    """After 900 gradients to one side, one to the other nearly empties the velocity."""
    source = typed("torch.optim.RMSprop", {"momentum": 0.9})
    answer = translate(source, "keras", True)
    gs, one, other = [3e-8] * 900 + [-4.4e-7], [], []
    for optimizer, path in ((source, one), (answer.target, other)):
        path += walk(optimizer, [1.0] * len(gs), 0.0, gs)
        alone = replace(optimizer, settings=optimizer.settings | {"beta": 0})
        path.append(np.diff(walk(alone, [1.0] * len(gs), 0.0, gs))[-1])
    assert abs((other[-2] - other[-3]) / (one[-2] - one[-3]) - 1) > 1.5
    assert abs(other[-1] / one[-1] - 1) < answer.lasting < 0.42
    for settings, said in ((source.settings, "what enters the velocity"), (source.settings | {"beta": 0}, "a step")):
        told = costs(translate(replace(source, settings=settings), "keras", True), ENGLISH)
        assert told[1] == f"Long run: {said} differs by at most 41%."


def test_two_schedules_part_by_the_weight_that_moves_from_m_to_the_newest_gradient():
    """A step has mu m + (1 - mu) g over the root: two schedules differ by their mu times |m - g|."""
    m, moves, sizes = 0.0, [], []
    for g in page.noisy:
        m = 0.9 * m + 0.1 * g
        moves.append(abs(m - g))
        sizes.append(abs(0.9 * m + 0.1 * g))
    for t in (1000, 10_000, 20_000):
        around = slice(t - 50, t + 50)
        weight = 0.45 * 0.96 ** (0.004 * t)
        told = weight * np.mean(moves[around]) / np.mean(sizes[around])
        assert page.parted[t][0] == pytest.approx(told, rel=0.05) and page.parted[t][1] < 1e-6


def test_what_the_page_starts_with():
    for call in CALLS:
        settings = opening(call)
        assert set(settings) == set(call.names) and settings["lr"] > 0
        assert settings["beta"] > 0 if call.page == "momentum" else True
        changed = {k: v for k, v in settings.items() if k in call.defaults and v != call.defaults[k]}
        assert changed in ({}, {"beta": 0.9})


def test_the_controls_have_words_in_both_languages():
    """Every word that the script asks for, and the same parts to fill in."""
    asked = set(re.findall(r"words\.(\w+)", (PAGES / "translate.js").read_text("utf-8"))) - {"start", "forms"}
    for key, korean in page.controls(KO).items():
        english = page.controls(EN)[key]
        assert key in asked and korean != english
        assert ("{names}" in korean) == ("{names}" in english) == (key == "wrong")
    assert asked <= set(page.controls(KO)) | set(WORDS)


@pytest.mark.parametrize("name", names())
def test_a_script_is_one_program(name):
    """The page's side and the engine bind no name twice: a browser would run nothing of it."""
    quickjs.Context().eval(f"(() => {{ {script(name)} }})")
