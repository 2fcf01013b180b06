"""A call as it stands in a program: what is read of it, what is said of the rest, in Python and in the page."""

import json
import time

import pytest
import quickjs

from mhat.translate import CALLS, WORDS, ask, code, noted, opening, pasted, set_up
from mhat.translate.__main__ import main
from mhat.translate.pasted import ALIASES, SIGNATURES, argument_names, number, pieces
from site_tools.scripts import compiled

ENGLISH = {key: pair.en for key, pair in WORDS.items()}
READ = [
    ("torch.optim.Adam(params, lr=3e-4, betas=(0.9, 0.95))",
     "torch.optim.Adam(lr=0.0003, betas=(0.9, 0.95), eps=1e-8)"),
    ("optimizer = torch.optim.AdamW(model.parameters(), 3e-4, (0.8, 0.95), 1e-6, 0.1)",
     "torch.optim.AdamW(lr=0.0003, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)"),
    ("torch.optim.SGD(p, 0.1, 0.9, 0, 5e-4, True)",
     "torch.optim.SGD(lr=0.1, momentum=0.9, weight_decay=0.0005, nesterov=True)"),
    ("torch.optim.RMSprop(p, 1e-3, 0.9, 1e-8, 0, 0.9, centered=True)",
     "torch.optim.RMSprop(lr=0.001, alpha=0.9, eps=1e-8, momentum=0.9, centered=True)"),
    ("model.compile(optimizer=keras.optimizers.Adam(2e-3, 0.8), loss='mse')",
     "keras.optimizers.Adam(learning_rate=0.002, beta_1=0.8, beta_2=0.999, epsilon=1e-7)"),
    ("keras.optimizers.AdamW(1e-3, 0.25, weight_decay_mask=None, name='a(b')",
     "keras.optimizers.AdamW(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, weight_decay=0.25)"),
    ("optax.adamw(1e-3, .9, .95, 1e-8, 0.0, None, 1_0e-2)",
     "optax.adamw(learning_rate=0.001, b1=0.9, b2=0.95, eps=1e-8, weight_decay=0.1)"),
    ("optax.rmsprop(\n  0.1,  # the rate, for now\n  eps_in_sqrt = False, momentum=None,\n)",
     "optax.rmsprop(learning_rate=0.1, decay=0.9, eps=1e-8, eps_in_sqrt=False)"),
    ("ai.onnx.preview.training.Momentum(R=.5, alpha=.25, norm_coefficient=0, mode=\"nesterov\")",
     "ai.onnx.preview.training.Momentum(R=0.5, alpha=0.25, norm_coefficient=0.0, beta=1.0, mode='nesterov')"),
    ("ai.onnx.preview.training.Momentum(R=.5, alpha=.25, beta=1.0, norm_coefficient=0, mode='standard')",
     "ai.onnx.preview.training.Momentum(R=0.5, alpha=0.25, norm_coefficient=0.0, beta=1.0, mode='standard')"),
    ("autograd.misc.optimizers.sgd(grad, x0, None, 100, 0.5, 0.75)",
     "autograd.misc.optimizers.sgd(step_size=0.5, mass=0.75)"),
    ("jax.example_libraries.optimizers.momentum(0.1, 0.9)",
     "jax.example_libraries.optimizers.momentum(step_size=0.1, mass=0.9)"),
    ("torch.optim.Adam(p, lr=1e-3, amsgrad=False, foreach=True, maximize=False)",
     "torch.optim.Adam(lr=0.001, betas=(0.9, 0.999), eps=1e-8)"),
    ("torch.optim.Adam([*a, *b], 1e-3, amsgrad=True)",
     "torch.optim.Adam(lr=0.001, betas=(0.9, 0.999), eps=1e-8, amsgrad=True)"),
    ("torch.optim.NAdam(p, lr=1e-3, momentum_decay=4e-3)",
     "torch.optim.NAdam(lr=0.001, betas=(0.9, 0.999), eps=1e-8)"),
    ("torch.optim.NAdam(p, 1e-3, (.8, .99), 1e-6, .1, 1)",
     "torch.optim.NAdam(lr=0.001, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1, momentum_decay=1.0)"),
    ("optimizer = torch.optim.NAdam(p, momentum_decay=1_000_000_000)",
     "torch.optim.NAdam(lr=0.002, betas=(0.9, 0.999), eps=1e-8, momentum_decay=1e9)"),
    ("keras.optimizers.Nadam(1e-3, 0.8, weight_decay=None)",
     "keras.optimizers.Nadam(learning_rate=0.001, beta_1=0.8, beta_2=0.999, epsilon=1e-7)"),
    ("optimizer = optax.adamax(1e-3, eps=1e-6)", "optax.adamax(learning_rate=0.001, b1=0.9, b2=0.999, eps=1e-6)"),
    ("torch.optim.Adagrad(model.parameters(), 0.1, 0, 0, 0.5, 1e-8)",
     "torch.optim.Adagrad(lr=0.1, initial_accumulator_value=0.5, eps=1e-8)"),
    ("keras.optimizers.Adagrad(0.1, epsilon=1e-8, initial_accumulator_value=0.0)",
     "keras.optimizers.Adagrad(learning_rate=0.1, initial_accumulator_value=0.0, epsilon=1e-8)"),
    ("optax.nadam(1e-3, nesterov=True)", "optax.nadam(learning_rate=0.001, b1=0.9, b2=0.999, eps=1e-8)"),
    ("optax.adagrad(0.1)", "optax.adagrad(learning_rate=0.1, initial_accumulator_value=0.1, eps=1e-7)"),
]
NOTED = [
    ("optim.AdamW(p)", "torch.optim.AdamW", ["optim.AdamW is read as torch.optim.AdamW."]),
    ("optim.AdamW(learning_rate=1e-3)", "mlx.optimizers.AdamW", ["optim.AdamW is read as mlx.optimizers.AdamW."]),
    ("tf.keras.optimizers.SGD(0.1)", "keras.optimizers.SGD",
     ["tf.keras.optimizers.SGD is read as keras.optimizers.SGD."]),
    ("bnb.optim.SGD(p, lr=.1, momentum=.9)", "bitsandbytes.optim.SGD",
     ["bnb.optim.SGD is read as bitsandbytes.optim.SGD."]),
    ("SGD(p, lr=lr, momentum=0.9)", "torch.optim.SGD",
     ["SGD is read as torch.optim.SGD.", "lr=lr: this value is not understood; 0.001 stands in its place."]),
    ("torch.optim.Adam(p, 1e-3, betas)", "torch.optim.Adam",
     ["betas=betas, betas[0]: this value is not understood; 0.9 stands in its place.",
      "betas=betas, betas[1]: this value is not understood; 0.999 stands in its place."]),
    ("torch.optim.Adam(p, lr=1e-3, betas=(0.9, 1.0))", "torch.optim.Adam",
     ["betas=(0.9, 1.0), betas[1]: this value is not understood; 0.999 stands in its place."]),
    ("bitsandbytes.optim.SGD(p, lr=1, momentum=0)", "bitsandbytes.optim.SGD",
     ["momentum=0: this value is not understood; 0.9 stands in its place."]),
    ("torch.optim.SGD(p, lr=-1)", "torch.optim.SGD",
     ["lr=-1: this value is not understood; 0.001 stands in its place."]),
    ("torch.optim.Adam(p, lr=1e-3, maximize=True)", "torch.optim.Adam", ["maximize=True is not taken into account."]),
    ("keras.optimizers.Adam(1e-3, clipnorm=1.0)", "keras.optimizers.Adam", ["clipnorm=1.0 is not taken into account."]),
    ("torch.optim.Adam(p, amsgrad=flag)", "torch.optim.Adam", ["amsgrad=flag is not taken into account."]),
    ("optax.sgd(momentum=0.9)", "optax.sgd", ["learning_rate is not given; 0.01 stands in its place."]),
    ("mxnet.optimizer.SGD(0.1)", "mxnet.optimizer.SGD",
     ["0.1: which argument this is cannot be told, so it is not taken into account. Write its name."]),
    ("optax.rmsprop(0.1, centered=True, nesterov=True)", "optax.rmsprop",
     ["optax.rmsprop was not run with centered=True, nesterov=True; the answer is without it."]),
    ("optax.rmsprop(0.1, centered=True, eps_in_sqrt=False, momentum=0.5)", "optax.rmsprop",
     ["momentum=0.5: the call was not run with this; the answer is without it."]),
    ("optax.chain(optax.clip(1.0), optax.adam(1e-3))", "optax.adam",
     ["optax.chain stands around the call and is not taken into account.",
      "optax.clip stands around the call and is not taken into account."]),
    ("torch.optim.Adam([{'params': a, 'lr': 1}], lr=1e-3)", "torch.optim.Adam",
     ["Settings of single parameter groups are not taken into account."]),
    ("Adagrad(p, 0.1)", "torch.optim.Adagrad", ["Adagrad is read as torch.optim.Adagrad."]),
    ("torch.optim.Adagrad(p, 0.1, 0.01)", "torch.optim.Adagrad", ["lr_decay=0.01 is not taken into account."]),
    ("torch.optim.Adagrad(p, initial_accumulator_value=-1)", "torch.optim.Adagrad",
     ["initial_accumulator_value=-1: this value is not understood; 0.0 stands in its place."]),
    ("torch.optim.NAdam(p, momentum_decay=0.01)", "torch.optim.NAdam",
     ["momentum_decay=0.01 is not taken into account."]),
    ("optax.nadam(1e-3, nesterov=False)", "optax.nadam", ["nesterov=False is not taken into account."]),
    ("torch.optim.NAdam(p, momentum_decay=0)", "torch.optim.NAdam", ["momentum_decay=0 is not taken into account."]),
    ("torch.optim.NAdam(p, weight_decay=0.1, decoupled_weight_decay=True)", "torch.optim.NAdam",
     ["decoupled_weight_decay=True is not taken into account."]),
    ("torch.optim.Adam(p, lr=1e-3", "torch.optim.Adam", ["The bracket is not closed: arguments may be missing."]),
]
NOTHING = ["", "hello", "torch.optim.Adam", "Lion(p)", "torch.optim.LBFGS(p, lr=1)", "tfa.optimizers.AdamW(1e-3)",
           "((((", ")(", "'("]


@pytest.mark.parametrize("text, call", READ)
def test_what_is_read(text, call):
    found = pasted(text)
    parts = lambda text: sorted(text.split("(", 1)[1][:-1].split(", "))
    assert parts(code(found.optimizer)) == parts(call) and found.optimizer.call.name == call.split("(")[0]
    assert not found.notes


@pytest.mark.parametrize("text, name, notes", NOTED)
def test_what_is_not_understood_is_said(text, name, notes):
    found = pasted(text)
    assert found.optimizer.call.name == name and noted(found.notes, ENGLISH) == notes


@pytest.mark.parametrize("text", NOTHING)
def test_no_call_is_no_call(text):
    found = pasted(text)
    assert found.optimizer is None and noted(found.notes, ENGLISH) == [ENGLISH["pasted none"]]


def test_every_call_is_read_back_as_it_is_written():
    for call in CALLS:
        for variant in call.variants:
            optimizer = set_up(call, variant, opening(call))
            found = pasted(code(optimizer))
            assert (found.optimizer, found.notes) == (optimizer, []), code(optimizer)


def test_positions_and_keywords_say_the_same():
    """Of each call whose order is known, each setting by its place alone."""
    calls = {call.name: call for call in CALLS}
    assert set(SIGNATURES) <= set(calls) and len(SIGNATURES) > 30
    for name, order in SIGNATURES.items():
        call, arguments = calls[name], argument_names(calls[name])
        assert {call.names[ours].split("[")[0] for ours in call.defaults} <= {*order} | {"weight_decay"}
        for place, argument in enumerate(order):
            if argument in arguments and argument not in call.variants[-1].flags and argument != "nesterov":
                value = "(0.25, 0.125)" if argument == "betas" else "0.25"
                by_place = pasted(f"{name}({', '.join(['None'] * place + [value])})").optimizer.settings
                given = "learning_rate=0.01, " if "learning_rate" in arguments and argument != "learning_rate" else ""
                by_name = pasted(f"{name}({given}{argument}={value})").optimizer.settings
                told = [ours for ours, theirs in call.names.items() if theirs.split("[")[0] == argument]
                assert not told or [by_place[ours] for ours in told] == [by_name[ours] for ours in told]


@pytest.mark.parametrize("text, value", [
    ("1e-3", 0.001), ("-1.5", -1.5), ("+.5", 0.5), ("1_000", 1000), ("2.", 2), ("1E+2", 100), ("None", 0), ("False", 0),
    ("1e", None), ("e5", None), ("1/3", None), ("x", None), ("", None), ("1.2.3", None), ("--1", None), ("nan", None),
    ("True", None),
])
def test_numbers(text, value):
    assert number(text) == value


def test_pieces_know_brackets_and_quotes():
    assert pieces("a, (b, c), [d, {e: f, g: h}], 'i, j', k=l(m, n),") == [
        "a", "(b, c)", "[d, {e: f, g: h}]", "'i, j'", "k=l(m, n)"]
    assert all(len(pair) == 2 for pair in ALIASES)


def test_ask_takes_a_call_as_text(capsys):
    reply = ask("optim.SGD(p, 0.1, 0.9, 0, 5e-4, True)", "optax")
    assert reply.code == "optax.sgd(learning_rate=0.1, momentum=0.9, nesterov=True)"
    assert reply.reasons[0] == "optim.SGD is read as torch.optim.SGD."
    assert reply[:2] == ask("torch.optim.SGD", "optax", lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)[:2]
    main("torch.optim.SGD(p, 0.1, 0.9, 0, 5e-4, True)", "optax")
    assert "optax.add_decayed_weights(0.0005)" in capsys.readouterr().out
    with pytest.raises(ValueError, match="no call of an optimizer"):
        ask("Lion(p)", "keras")
    with pytest.raises(ValueError, match="lr cannot stand beside them"):
        ask("torch.optim.SGD(p)", "keras", lr=1)


def test_a_whole_program_is_read_at_once():
    """What is no call of ours costs a look at its name: a long program, and brackets in brackets."""
    begun = time.process_time()
    assert pasted("x = foo(a, b)\n" * 5_000 + "torch.optim.Adam(p)").optimizer.call.name == "torch.optim.Adam"
    assert pasted("f(" * 20_000).optimizer is None
    assert time.process_time() - begun < 2


def test_the_page_reads_the_same():
    context = quickjs.Context()
    context.eval(compiled("mhat.translate.in_browser", ["code", "noted", "pasted"]))
    context.eval("var words = " + json.dumps(ENGLISH))
    context.eval("""function read(text) {
      const { optimizer, notes } = pasted(text)
      return JSON.stringify([optimizer && code(optimizer), noted(notes, words)])
    }""")
    for text in [text for text, *_ in READ + NOTED] + NOTHING:
        found = pasted(text)
        wanted = [found.optimizer and code(found.optimizer), noted(found.notes, ENGLISH)]
        assert json.loads(context.eval(f"read({json.dumps(text)})")) == wanted, text
