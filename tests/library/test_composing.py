"""A call with a weight decay beside it: the text that is shown, carried out on stand-ins of the frameworks."""

import json
import random
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from frameworks import composed
from frameworks.compare import distances
from mhat.forms import DECAYS, FORMS
from mhat.gradients import GRADIENTS, LRS, THETA
from mhat.translate import CALLS, WORDS, Optimizer, ask, compose, set_up, translate
from mhat.translate.asking import in_two, typed
from mhat.translate.closest import first_state
from mhat.translate.composing import COMPOSITIONS, bare
from tests.paths import walked

ENGLISH = {key: pair.en for key, pair in WORDS.items()}
FINE = 1e-9
BEFORE, AFTER = ENGLISH["part first"], ENGLISH["part then"]


class Steps:
    """A call on the gradients: what it adds to theta, step by step."""

    def __init__(self, optimizer):
        self.form, self.state = FORMS[optimizer.form], first_state(optimizer, GRADIENTS[0])
        self.values = [optimizer.settings[name] for name in self.form.settings[1:]]

    def __call__(self, g, theta, lr, t):
        moved, self.state = self.form.run(0.0, g, self.state, lr, *self.values)
        return moved


class Tensor:
    """As much of a tensor as the text takes."""

    def __init__(self, array):
        self.array, self.data = array, self

    def mul_(self, number):
        self.array = self.array * number


class Framework:
    """A framework's name that gives its optimizer whatever it is asked for."""

    def __init__(self, made, **more):
        self.made = made
        vars(self).update(more)

    def __getattr__(self, name):
        return Framework(self.made)

    def __call__(self, *args, **settings):
        return self.made


def chain(*parts):
    def update(g, theta, lr, t):
        for part in parts:
            g = part(g, theta, lr, t)
        return g
    return update


def add_decayed_weights(weight):
    return lambda g, theta, lr, t: g + (weight(t) if callable(weight) else weight) * theta


def l2_of(line, names, theta):
    """The gradient of what a text calls a loss, by central differences: exact for a square."""
    def loss(w):
        return eval(line, names | {"weights": [w], "loss": 0.0})
    return (loss(theta + 0.5) - loss(theta - 0.5))


TREE = SimpleNamespace(map=lambda f, *trees: f(*trees))
TF = SimpleNamespace(add_n=sum, nn=SimpleNamespace(l2_loss=lambda w: w**2 / 2))


def carried_out(text, found, lrs):
    """theta after each step of what the text says."""
    stem, steps = found.target.call.stem, Steps(found.target)
    if stem == "optax" and text.startswith("optax.chain"):
        made = Framework(steps, chain=chain, add_decayed_weights=add_decayed_weights)
        update = eval(text, {"optax": made, "lr": lambda t: lrs[t]})
        return along(lrs, lambda g, theta, lr, t: theta + update(g, theta, lr, t))
    rest = text.split("\n", 1)[1]
    assert (BEFORE in rest) + (AFTER in rest) + ("regularizers" in rest) + ("tf.nn" in rest) + ("hook" in rest) == 1

    def step(g, theta, lr, t):
        g, theta = beside(rest, g, theta, lr) if AFTER not in rest else (g, theta)
        theta = theta + steps(g, theta, lr, t)
        return beside(rest, g, theta, lr)[1] if AFTER in rest else theta
    return along(lrs, step)


def along(lrs, step):
    theta, path = THETA, []
    for t, (g, lr) in enumerate(zip(GRADIENTS, lrs)):
        theta = step(g, theta, lr, t)
        path.append(theta)
    return np.array(path)


def beside(rest, g, theta, lr):
    """g and theta after the lines that stand beside a call."""
    if "regularizers" in rest:
        line = rest.split("\n")[0].split(" = ")[1].split("regularizers.")[1]
        return g + l2_of(f"{line}(weights[0])", {"L2": lambda l2: lambda w: l2 * w**2}, theta), theta
    if "tf.nn" in rest:
        return g + l2_of(rest.split("loss = ")[1], {"tf": TF}, theta), theta
    if "hook" in rest:
        return g + eval(rest.split("WeightDecay")[1].split(")")[0] + ")") * theta, theta
    tensor = Tensor(theta)
    names = {"g": g, "theta": theta, "params": theta, "lr": lr, "jax": SimpleNamespace(tree=TREE), "tree_map": TREE.map,
             "model": SimpleNamespace(parameters=lambda: theta),
             "optimizer": SimpleNamespace(param_groups=[{"params": [tensor], "lr": lr}])}
    exec(rest, names)
    return names["g"], tensor.array if "mul_" in rest else names["params" if "params =" in rest else "theta"]


def decays(seed, count):
    """Optimizers of all calls, with a decay of any kind around them, and a framework to go to."""
    dice, stems = random.Random(seed), [*dict.fromkeys(call.stem for call in CALLS)]
    for _ in range(count):
        call = replace(dice.choice(CALLS), decay=dice.choice([*DECAYS]))
        settings = {"lr": 0.03, "beta": dice.choice([0, 0.7]), "beta1": 0.8, "beta2": 0.95, "eps": 1e-3, "decay": 0.1}
        yield set_up(call, dice.choice(call.variants), settings), dice.choice(stems), dice.random() < 0.4


def test_two_parts_walk_the_path():
    """The text of each is carried out: the path of an exact one is the source's, of another that of its parts."""
    kinds, texts = set(), set()
    for source, stem, constant in decays(5, 700):
        found = compose(translate(source, stem, constant), source, stem, constant)
        if found is None or found.kind == "none":
            continue
        text, shares = in_two(found, source, constant), [1.0] * len(LRS) if constant else LRS
        rate = found.target.settings["lr"]
        path = carried_out(text, found, [rate * share for share in shares])
        target = found.target
        around = Optimizer(source.call, source.variant, target.form, target.settings
                           | {"decay": source.settings["decay"] * (source.settings["lr"] / rate if "absolute" not in
                              source.call.decay and source.call.decay != "decay_l2" else 1)})
        expected = source if found.kind == "exact" else around
        if found.kind == "exact" or target.call.start == source.call.start:
            assert distances(path, walked(expected, constant)).max() < FINE, (text, found.kind)
        kinds.add((found.kind, source.call.decay))
        texts.add(stem)
    assert {kind for kind, _ in kinds} == {"exact", "closest"} and len(kinds) > 7 and texts >= {*COMPOSITIONS} - {"any"}


@pytest.mark.parametrize("call, stem, constant, settings, wanted", [
    ("torch.optim.SGD", "optax", False, {"lr": 0.1, "momentum": 0.9, "weight_decay": 5e-4, "nesterov": True},
     "optax.add_decayed_weights(0.0005),\n    optax.sgd(learning_rate=0.1, momentum=0.9, nesterov=True)"),
    ("torch.optim.SGD", "keras", True, {"lr": 0.1, "momentum": 0.9, "weight_decay": 5e-4},
     "keras.regularizers.L2(0.00025)"),
    ("keras.optimizers.SGD", "optax", True, {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.25},
     "optax.add_decayed_weights(-0.025)"),
    ("keras.optimizers.SGD", "optax", False, {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.25},
     "lambda t: -0.25 * lr(t)"),
    ("chainer.optimizers.AdamW", "tensorflow1", True, {"weight_decay_rate": 0.25},
     "theta * (1 - 0.25)  # The lines below the call run before"),
    ("keras.optimizers.RMSprop", "pytorch", False, {"weight_decay": 0.25}, 'mul_(1 - group["lr"] * 0.25)'),
])
def test_two_parts_by_hand(call, stem, constant, settings, wanted):
    assert wanted in ask(call, stem, constant, **settings).parts


def test_two_parts_only_where_the_decay_is_in_the_way():
    assert ask("torch.optim.SGD", "keras", lr=0.1, momentum=0.9).parts is None
    assert ask("torch.optim.AdamW", "optax").parts is None
    assert ask("optax.rmsprop", "scikit_learn", learning_rate=0.1).parts is None
    source = typed("torch.optim.SGD", {"weight_decay": 0.1})
    assert bare(source).settings == source.settings | {"decay": 0} and source.settings["decay"] == 0.1


def test_the_parts_that_were_run_are_those_that_are_said():
    """In Optax and Keras: each text, and how far its path is from that of our form."""
    rows = json.loads(composed.RESULTS.read_text("utf-8"))
    asked = [question for stem in composed.STEMS for question in composed.questions(stem)]
    assert [(row["to"], row["parts"]) for row in rows] == [(each.stem, each.parts) for each in asked]
    assert {row["to"] for row in rows} == {"optax", "keras"} and len(rows) >= 20
    assert all(row["deviation"] <= composed.ALLOWED < 1e-12 for row in rows)
    assert any("lr(t)" in row["parts"] for row in rows) and any("regularizers" in row["parts"] for row in rows)


def test_parts_that_do_not_hold_are_named():
    question = next(composed.questions("optax"))
    path = question.expected()
    assert composed.row(question, path.tolist())[1] is None
    path[7, 3] += 1e-9 * abs(THETA[3])
    assert "apart" in composed.row(question, path.tolist())[1]
    assert composed.row(question, "TypeError: no")[1].endswith("TypeError: no")
