"""The optimizers for use against the rules for reading, and against what may go wrong in use.

State is compared bit for bit: the same operations in the same order. Theta is compared
after one step from the same theta: what differs is the order of a few operations, and
each of them is wrong by half a rounding at most.
"""

import copy
import inspect
import io
import itertools
import pickle
import re
import tracemalloc
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

from mhat import optimizers, rules
from mhat.optimizers import (
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    GradientDescent,
    Momentum,
    Nadam,
    Nesterov,
    Optimizer,
    RMSProp,
    repeats,
    span,
)
from mhat.rules import START

RULES = {
    GradientDescent: rules.gradient_descent, Momentum: rules.momentum, Nesterov: rules.nesterov,
    AdaGrad: rules.adagrad, RMSProp: rules.rmsprop, Adam: rules.adam, AdamW: rules.adamw,
    AMSGrad: rules.amsgrad, Nadam: rules.nadam, AdaMax: rules.adamax,
}
OTHERS = {"lr": 0.03, "beta": 0.6, "beta1": 0.5, "beta2": 0.7, "eps": 0.01, "decay": 0.5}
NAN, INF = float("nan"), float("inf")

every = pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
every_dtype = pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])


def numbers(kind, some=OTHERS):
    """Those of the numbers that the optimizer has."""
    return {name: some[name] for name in kind.defaults}


def blocks_of(count, dtype, monkeypatch):
    """Let the optimizers walk in blocks of so many numbers of a dtype."""
    monkeypatch.setattr(optimizers, "BLOCK", count * np.dtype(dtype).itemsize)


def make(kind, params, **more):
    """The optimizer with a learning rate and an eps that every dtype has."""
    given = {"lr": 0.1, "eps": 1e-3} | more
    return kind(params, **{n: x for n, x in given.items() if n in kind.defaults})


def gradients(seed, *shape):
    """Of sizes 0.5 to 4, both signs: their squares, and 0.001 of them, are normal in float16."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0.5, 4, shape) * rng.choice([-1, 1], shape)


def inside(optimizer):
    """All that a step may change, as bytes, and the numbers."""
    arrays = [*optimizer.params.items()]
    arrays += [(n, x) for n, kept in optimizer.kept.items() for x in kept]
    held = [(n, x.dtype.str, x.shape, x.tobytes()) for n, x in arrays]
    return pickle.dumps((held, optimizer.t, [getattr(optimizer, n) for n in optimizer.defaults]))


def equal(one, other):
    """The same bits, shapes and dtypes."""
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def refuses(error, words, call, /, *args, **named):
    """Exactly this error and nothing else, and the optimizer that was called or handed over has not changed."""
    watched = [x for x in (getattr(call, "__self__", None), *args) if isinstance(x, Optimizer)]
    before = list(map(inside, watched))
    with warnings.catch_warnings(), pytest.raises(Exception) as caught:
        warnings.simplefilter("error")
        call(*args, **named)
    assert caught.type is error, repr(caught.value)
    assert str(caught.value) == words
    assert list(map(inside, watched)) == before


# The rules


def test_every_rule_has_its_optimizer():
    classes = [c for _, c in inspect.getmembers(optimizers, inspect.isclass) if issubclass(c, Optimizer)]
    assert set(classes) - {Optimizer} == set(RULES) and set(RULES.values()) == set(START)
    assert [k.__name__.lower() for k in RULES] == [r.__name__.replace("_", "") for r in RULES.values()]


@every
def test_the_defaults_are_those_of_the_rule(kind):
    own = list(inspect.signature(RULES[kind]).parameters.values())[3:]
    assert kind.defaults == {p.name: None if p.default is p.empty else p.default for p in own}
    assert kind.keeps == tuple(n for n in ("velocity", "s", "m", "v", "u", "v_max") if n in kind.keeps)
    assert len(kind.keeps) == sum(type(x) is float for x in START[RULES[kind]])


@every
@every_dtype
@pytest.mark.parametrize("some", [{}, OTHERS, OTHERS | {"beta": 0, "beta1": 0, "beta2": 0, "decay": 0}], ids="abc")
def test_a_step_is_that_of_the_rule(kind, dtype, some):
    """Rule and optimizer round a step at most 16 times together, half an eps each.

    The rule of Adam: lr, its product, the two corrections and their quotients, the root,
    the sum, the quotient; the optimizer: the root, two factors and their products, the
    sum, the quotient. Two roundings more put the result into theta. Where numbers are
    below the normal ones, a rounding is half of the smallest of them.
    """
    some = numbers(kind, {"lr": 0.1, "eps": 1e-3} | kind.defaults | {"eps": 1e-3} | some)
    some = {name: 0.1 if x is None else x for name, x in some.items()}
    theta, state, kept = gradients(0, 9).astype(dtype), START[RULES[kind]], {}
    optimizer, info = kind(theta, **some), np.finfo(dtype)
    for t, g in enumerate(gradients(1, 60, 9).astype(dtype), 1):
        before, g_before = theta.copy(), g.copy()
        assert optimizer.step(g) is None
        expected, state = RULES[kind](before, g, state, **some)
        size = abs(expected.astype(float) - before)
        slack = info.eps * (8 * size + abs(before)) + 8 * float(info.smallest_subnormal)
        assert theta.dtype == expected.dtype == dtype
        assert np.all(abs(theta.astype(float) - expected) <= slack)
        assert equal(g, g_before) and optimizer.t == {"theta": t}
        kept = dict(zip(kind.keeps, optimizer.kept["theta"]))
        for name, ours, own in zip(kind.keeps, kept.values(), state):
            assert equal(ours, own), name
    assert len(kept) == len(kind.keeps) and optimizer.params["theta"] is theta


@every
def test_the_dtype_of_theta_decides_and_not_that_of_the_numbers(kind):
    theta, same = np.ones(3, "f4"), np.ones(3, "f4")
    one, other = kind(theta, **numbers(kind)), kind(same)if kind.defaults["lr"] else kind(same, lr=1)
    for name, value in numbers(kind).items():
        setattr(other, name, np.float64(value))
        assert type(getattr(other, name)) is float
    one.step(gradients(0, 3))
    other.step(gradients(0, 3))
    assert equal(theta, same) and theta.dtype == "f4"


@pytest.mark.parametrize("value", [1, np.int64(1), np.float32(1), np.float16(1), Fraction(1), True + 0])
def test_numbers_of_every_kind_are_python_floats(value):
    optimizer = Adam(np.ones(2), lr=value, eps=value)
    optimizer.lr = value
    assert type(optimizer.lr) is type(optimizer.eps) is float and optimizer.lr == 1.0
    assert Adam(np.ones(2), lr=np.float32(0.1)).lr == float(np.float32(0.1))


@every
def test_a_changed_number_counts_from_the_next_step(kind):
    theta, state = gradients(0, 4), START[RULES[kind]]
    optimizer = make(kind, theta)
    for g, value in zip(gradients(1, 6, 4), (0.1, 0.2, 0.3, 0.15, 0.01, 0.5)):
        some = dict.fromkeys(kind.defaults, value)
        for name in some:
            setattr(optimizer, name, value)
            assert getattr(optimizer, name) == value
        expected, state = RULES[kind](theta.copy(), g, state, **some)
        optimizer.step(g)
        np.testing.assert_allclose(theta, expected, rtol=1e-14, atol=1e-14)  # 20 roundings; numbers of size 1


# Any array

LAYOUTS = {  # a base, and the part of it that is theta
    "C": ((5, 7), lambda x: x),
    "Fortran": ((5, 7), lambda x: x.T),
    "turned": ((3, 4, 5), lambda x: x.transpose(2, 0, 1)),
    "strided": ((9, 21), lambda x: x[1::2, ::3]),
    "backwards": ((5, 7), lambda x: x[::-1, ::-2]),
    "column": ((11, 3), lambda x: x[:, 1]),
    "diagonal": ((8, 8), lambda x: np.lib.stride_tricks.as_strided(x, (8,), (9 * x.itemsize,))),
    "part of a vector": ((50,), lambda x: x[7:49].reshape(6, 7)),
    "one": ((1,), lambda x: x),
    "0-d": ((), lambda x: x),
    "0-d in a vector": ((5,), lambda x: x[3:4].reshape(())),
    "empty": ((0,), lambda x: x),
    "empty in two": ((4, 0), lambda x: x),
    "empty part": ((4, 3), lambda x: x[2:2]),
    "ones around": ((1, 6, 1), lambda x: x),
}


@every
@every_dtype
def test_any_layout_in_any_blocks(kind, dtype, monkeypatch):
    """The same bits as one contiguous vector in one block; what is around it stays."""
    for layout, (shape, part) in LAYOUTS.items():
        flat = part(np.array(gradients(2, *shape), dtype)).flatten()
        stream = gradients(3, 4, *part(np.ones(shape)).shape)
        plain = make(kind, flat)
        for g in stream:
            plain.step(np.array(g, dtype).flatten())
        for block in (optimizers.BLOCK, 4 * flat.itemsize, flat.itemsize):
            base, rest = np.array(gradients(2, *shape), dtype), np.ones(shape, bool)
            theta = part(base)
            part(rest)[...] = False
            around = base[rest]
            with monkeypatch.context() as patch:
                patch.setattr(optimizers, "BLOCK", block)
                optimizer = make(kind, theta)
                for g in stream:
                    optimizer.step(g)
            assert equal(theta.flatten(), flat) and equal(base[rest], around), (layout, block)
            for ours, own in zip(optimizer.kept["theta"], plain.kept["theta"]):
                assert ours.shape == theta.shape and equal(ours.flatten(), own)


@every
@pytest.mark.parametrize("cut", [slice(None), slice(None, None, 2)])
def test_an_array_longer_than_the_block(kind, cut):
    assert 2**16 <= optimizers.BLOCK <= 2**20
    n = 2 * optimizers.BLOCK // 8 + 1001
    base, stream = gradients(4, 2 * n), gradients(5, 2, 2 * n)
    theta = base[cut]
    parts = [theta[i:i + 20_000].copy() for i in range(0, theta.size, 20_000)]
    optimizer, plain = make(kind, theta), make(kind, parts)
    assert optimizer.scratch[theta.dtype].nbytes == 2 * optimizers.BLOCK
    for g in stream[:, cut]:
        optimizer.step(g)
        plain.step([g[i:i + 20_000] for i in range(0, theta.size, 20_000)])
    assert equal(theta, np.concatenate(parts))


@every
@every_dtype
def test_gradients_of_another_dtype_and_layout(kind, dtype, monkeypatch):
    blocks_of(10, dtype, monkeypatch)
    for g in sources():
        one, two = np.ones((6, 7), dtype), np.ones((6, 7), dtype)
        make(kind, one).step(g)
        make(kind, two).step(np.array(g.astype(dtype), order="C"))
        assert equal(one, two) and not np.any(one == 1), (g.dtype, g.strides)


def sources():
    """Gradients (6, 7) of every float dtype and layout."""
    for other in ("float64", "float32", "float16", "longdouble", ">f4"):
        g = gradients(6, 6, 7).astype(other)
        big = np.zeros((12, 14), other)
        big[::2, 1::2] = g
        yield from (g, np.asfortranarray(g), np.ascontiguousarray(g[::-1, ::-1])[::-1, ::-1])
        yield from (big[::2, 1::2], np.broadcast_to(g[0, 0], g.shape))


@every
def test_python_numbers_and_lists_are_gradients(kind):
    for shape, listed in (((), 2.5), ((2,), [2.5, -1.0]), ((2, 1), [[2.5], [-1.0]])):
        one, two = np.ones(shape, "f4"), np.ones(shape, "f4")
        make(kind, [one]).step([listed])
        make(kind, [two]).step([np.array(listed)])
        assert equal(one, two) and not np.any(one == 1)


def test_a_matrix_and_a_file_are_arrays(tmp_path):
    mapped = np.memmap(tmp_path / "theta", "f4", "w+", shape=(2, 3))
    mapped[...] = 1
    plain, matrix = np.ones((2, 3), "f4"), np.ones((2, 3), "f4").view(np.matrix)
    g = gradients(7, 2, 3)
    for theta in (mapped, plain, matrix):
        make(Adam, theta).step(g)
    mapped.flush()
    assert np.array_equal(np.fromfile(tmp_path / "theta", "f4"), plain.ravel())
    assert np.array_equal(matrix, plain)
    make(Adam, matrix).step(g.view(np.matrix))
    make(Adam, plain).step(g)
    assert np.array_equal(matrix, plain)


def addresses(array):
    """Where each number of an array begins."""
    start = array.__array_interface__["data"][0]
    return [start + sum(i * step for i, step in zip(at, array.strides)) for at in np.ndindex(array.shape)]


def test_the_span_of_an_array_and_what_repeats_in_it():
    for shape, part in LAYOUTS.values():
        theta = part(np.ones(shape))
        assert not repeats(theta)
        if theta.size:
            found = addresses(theta)
            assert span(theta) == (min(found), max(found) + 8)
    base, seen = np.ones(60)[30:], set()
    for shape in ((2, 3), (3, 2), (1, 3), (3, 1), (2, 2, 2), (0, 3), (5,), ()):
        for steps in itertools.product((-24, -16, -8, 0, 8, 16, 48), repeat=len(shape)):
            theta = as_strided(base, shape, steps)
            found = addresses(theta)
            assert repeats(theta) or len(set(found)) == len(found)
            seen.add((repeats(theta), len(set(found)) == len(found)))
            if theta.size:
                assert span(theta) == (min(found), max(found) + 8)
    assert seen >= {(True, False), (False, True)}
    # the smaller step twice, and 8 bytes, fit into the larger one or not
    for steps, expected in {(16, 24): True, (16, 32): True, (16, 40): False, (-8, 24): False, (8, -16): True}.items():
        assert repeats(as_strided(base, (3, 2), steps)) == expected
    assert not repeats(as_strided(base, (1, 3, 1), (0, 8, 4)))  # a step that is never taken


# Many arrays


@every
def test_a_list_a_tuple_a_dict(kind):
    """As each array by itself, each in its own dtype."""
    as_each_alone(kind, list, ["0", "1", "2"])
    as_each_alone(kind, tuple, ["0", "1", "2"])
    as_each_alone(kind, lambda x: dict(zip("cab", x)), ["c", "a", "b"])
    as_each_alone(kind, lambda x: dict(zip([3, None, "x.m"], x)), ["3", "None", "x.m"])


def as_each_alone(kind, tree, names):
    """Three arrays in a tree, and in three optimizers."""
    def fresh():
        return [np.ones((2, 3)), np.full(4, -1.0, "f4"), np.array(2.0, "f2")]

    together, alone, stream = fresh(), fresh(), gradients(8, 3, 11)
    optimizer, several = make(kind, tree(together)), [make(kind, theta) for theta in alone]
    for g in stream:
        gs = [g[:6].reshape(2, 3), g[6:10], g[10]]
        optimizer.step(tree(gs))
        for own, each in zip(several, gs):
            own.step(each)
    assert all(map(equal, together, alone))
    assert list(optimizer.params) == list(optimizer.t) == names
    assert all(ours is theta for ours, theta in zip(optimizer.params.values(), together))


def test_names_are_what_fits_gradients_to_parameters():
    a, b = np.ones(2), np.ones(2)
    make(GradientDescent, {"a": a, "b": b}).step({"b": np.array([2.0, 2.0]), "a": np.array([1.0, 1.0])})
    assert a.tolist() == [0.9, 0.9] and b.tolist() == [0.8, 0.8]
    make(GradientDescent, [a, b]).step((a, {0: 1}.get(1)))
    assert a.tolist() == [0.9 - 0.1 * 0.9] * 2 and b.tolist() == [0.8, 0.8]
    make(GradientDescent, a).step({"theta": np.zeros(2)})


@every
def test_no_parameters_and_no_gradients(kind):
    for nothing in ([], {}, ()):
        optimizer = make(kind, nothing)
        optimizer.step(nothing)
        optimizer.load_state_dict(optimizer.state_dict())
        assert optimizer.t == {} and set(optimizer.state_dict()) == set(kind.defaults)
    theta = np.ones(2)
    make(kind, theta).step(None)
    assert theta.tolist() == [1, 1]


@every
def test_none_leaves_an_array_out_and_its_count_too(kind):
    """As that array alone with the gradients that it got."""
    a, b, a2, b2 = (np.ones(3) for _ in range(4))
    optimizer = make(kind, {"a": a, "b": b})
    one, other = make(kind, a2), make(kind, b2)
    for t, g in enumerate(gradients(9, 8, 2, 3)):
        has = {"a": t % 3 != 1, "b": t % 2 == 1}
        optimizer.step({n: g[i] if has[n] else None for i, n in enumerate("ab")})
        if has["a"]:
            one.step(g[0])
        if has["b"]:
            other.step(g[1])
    assert equal(a, a2) and equal(b, b2) and optimizer.t == {"a": 5, "b": 4}
    assert one.t == {"theta": 5} and other.t == {"theta": 4}


@every
def test_the_order_of_reading_and_writing_does_not_show_in_shared_gradients(kind):
    """A gradient that is a parameter, a part of one, another's, or the state: as a copy of it."""
    def fresh():
        base = gradients(10, 12)
        return base, {"a": base[:4], "b": base[4:8], "c": base[8:]}

    def all_of(base, params, optimizer):
        kept = [optimizer.kept[n][0] if kind.keeps else base[:4] for n in "abc"]
        yield {"a": params["a"], "b": params["b"], "c": params["c"]}
        yield {"a": params["b"], "b": params["c"], "c": params["a"]}
        yield {"a": params["a"][::-1], "b": params["b"][::-1], "c": params["a"][::-1]}
        yield {"a": base[2:6], "b": base[2:6], "c": base[::3]}
        yield {"a": kept[0], "b": kept[0], "c": kept[1]}
        yield {"a": as_strided(base, (4,), (8,)), "b": as_strided(base, (4,), (16,)), "c": base[7::-2]}
        yield {"a": np.frombuffer(base, float, 4, 8), "b": np.frombuffer(base, float, 4), "c": None}

    (base, params), (base2, params2) = fresh(), fresh()
    one, two = make(kind, params), make(kind, params2)
    for shared, other in zip(all_of(base, params, one), all_of(base2, params2, two)):
        one.step(shared)
        two.step({n: None if g is None else g.copy() for n, g in other.items()})
        assert equal(base, base2)


@pytest.mark.parametrize("kind", [Momentum, Adam])
def test_a_gradient_that_has_memory_of_its_own_is_not_copied(kind):
    """Between two parameters and beside them, in one buffer: nothing of its size is allocated."""
    n = 10**5
    buffer = np.ones(5 * n)
    one, two = buffer[n:2 * n], buffer[3 * n:4 * n]
    optimizer = make(kind, [one, two])
    for g in (buffer[:n], buffer[2 * n:3 * n], buffer[4 * n:]):
        assert peak(optimizer.step, [g, g]) < n
    assert peak(optimizer.step, [one[::-1], None]) > 8 * n
    pairs = np.ones((n, 2))
    assert peak(make(kind, pairs[:, 0]).step, pairs[:, 1]) > 8 * n, "its addresses overlap"


def test_what_a_rule_of_your_own_may_name():
    """Negative numbers only under m and velocity; a number of another name than lr, eps, decay is in [0, 1)."""
    class Own(optimizers.Optimizer):
        keeps, defaults = ("mean",), {"lr": None, "power": 0.5}

        def update(self, theta, g, mean, a, b, t):
            mean += g

    optimizer = Own(np.zeros(1), lr=1)
    optimizer.step(np.full(1, -1.0))
    with pytest.raises(ValueError, match=r"theta.mean is -1.0 at \(0,\), and must be 0 or above"):
        optimizer.load_state_dict(optimizer.state_dict())
    with pytest.raises(ValueError, match=r"power is 2: it must be in \[0, 1\)"):
        Own(np.zeros(1), lr=1, power=2)


def test_a_warning_that_is_made_an_error_leaves_a_step_half_done():
    theta = np.full(1, -1e308)
    optimizer = Momentum(theta, lr=1e308)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        optimizer.step(np.full(1, 10.0))
    assert optimizer.t["theta"] == 1 and optimizer.kept["theta"][0] == 10


def peak(call, *args):
    """Bytes that a call allocates at its peak."""
    tracemalloc.start()
    call(*args)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@every
def test_a_step_allocates_nothing_of_the_size_of_the_array(kind):
    """The first step neither: contiguous arrays need no buffer, others six of BLOCK at most."""
    assert peak(np.ones, 10**6) > 8 * 10**6
    for n in (10**6, 2 * 10**6):
        g = np.broadcast_to(0.5, n)
        optimizer = make(kind, np.ones(n))
        assert peak(optimizer.step, g) < 6 * optimizers.BLOCK
        optimizer = make(kind, np.ones((n, 2))[:, 0])
        assert peak(optimizer.step, g) < 7 * optimizers.BLOCK
        optimizer, g = make(kind, np.ones(n, "f4")), np.ones(n, "f4")
        assert peak(optimizer.step, g) < 32_000


@pytest.mark.parametrize("n", [10_000, 2 * 10**6])
def test_a_gradient_of_another_dtype_or_order_is_buffered_by_the_block(n):
    """A small array as a whole, so "nothing of its size" would be too much said; a large one a block at a time."""
    whole = min(4 * n, optimizers.BLOCK)
    optimizer = Adam(np.ones(n, "f4"))
    assert whole < peak(optimizer.step, np.ones(n)) < whole + 32_000
    optimizer = Adam(np.ones((n // 100, 100), "f4"))
    assert peak(optimizer.step, np.ones((100, n // 100), "f4").T) < whole + 32_000


# A state to save


def as_file(state):
    """Through a file and back, as the docstring says."""
    file = io.BytesIO()
    np.savez(file, **state)
    return np.load(io.BytesIO(file.getvalue()))


WAYS = {
    "savez": as_file, "pickle": lambda state: pickle.loads(pickle.dumps(state)), "copy": copy.deepcopy,
    "as it is": lambda state: state, "turned": lambda state: dict(reversed(state.items())),
    "lists": lambda state: {n: x.tolist() if n in OTHERS else x for n, x in state.items()},
}


@every
@pytest.mark.parametrize("lr", [None, 0.01])
def test_a_saved_state_continues_bit_for_bit(kind, lr):
    """In a new optimizer with other numbers, from copies of the parameters."""
    for way in WAYS.values():
        save_and_go_on(kind, way, lr)


def save_and_go_on(kind, way, lr):
    """Four steps, the way of saving, three steps more in both, at this lr where it is given."""
    params = {"a": gradients(11, 2, 3), "b.m": gradients(12, 4).astype("f4"), "c": np.array(1.0, "f2")}
    optimizer, stream = kind(params, **numbers(kind)), gradients(13, 7, 11)

    def step(some, g):
        some.step({"a": g[:6].reshape(2, 3), "b.m": g[6:10] if g[0] > 0 else None, "c": g[10]})

    for g in stream[:4]:
        step(optimizer, g)
    copies = {n: x.copy() for n, x in params.items()}
    again, saved = make(kind, copies), optimizer.state_dict()
    again.load_state_dict(way(saved))
    assert inside(again) == inside(optimizer) and again.t == optimizer.t
    assert len(set(optimizer.t.values())) == 2
    frozen = pickle.dumps(saved)
    for some in (optimizer, again):
        some.lr = lr or some.lr
        for g in stream[4:]:
            step(some, g)
    assert inside(again) == inside(optimizer)
    assert pickle.dumps(saved) == frozen  # it shares no memory with either
    assert [type(getattr(again, n)) for n in kind.defaults] == [float] * len(kind.defaults)
    assert set(map(type, again.t.values())) == {int}


@every
def test_what_is_in_a_state(kind):
    theta = np.ones((2, 3), "f4")
    optimizer = kind({"w": theta}, **numbers(kind))
    optimizer.step({"w": np.ones((2, 3))})
    optimizer.step({"w": np.ones((2, 3))})
    state = optimizer.state_dict()
    assert list(state) == [*kind.defaults, "w.t", *(f"w.{name}" for name in kind.keeps)]
    assert all(type(x) is np.ndarray for x in state.values())
    for name, value in numbers(kind).items():
        assert state[name].shape == () and state[name].dtype == "f8" and state[name] == value
    assert state["w.t"].shape == () and state["w.t"].dtype == np.int64 and state["w.t"] == 2
    for name, array in zip(kind.keeps, optimizer.kept["w"]):
        assert equal(state[f"w.{name}"], array) and not np.shares_memory(state[f"w.{name}"], array)


def test_a_state_may_be_made_of_the_arrays_of_the_optimizer_itself():
    optimizer = make(Momentum, [np.ones(2), np.ones(2)])
    optimizer.step([np.ones(2), np.full(2, 5.0)])
    (one,), (two,) = optimizer.kept.values()
    optimizer.load_state_dict(optimizer.state_dict() | {"0.velocity": two, "1.velocity": one})
    assert one.tolist() == [5, 5] and two.tolist() == [1, 1]


@every
def test_a_copy_and_a_pickle_go_on_by_themselves(kind):
    """With parameters of their own; a model that is copied along keeps its own."""
    theta = gradients(14, 3)
    model = {"theta": theta, "optimizer": kind(theta, **numbers(kind))}
    model["optimizer"].step(theta)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        before, theirs = inside(model["optimizer"]), other["optimizer"]
        assert inside(theirs) == before and theirs.params["theta"] is other["theta"]
        theirs.step(theirs.params["theta"][::-1])  # its own memory is known to be its own
        expected = copy.deepcopy(model)
        expected["optimizer"].step(expected["theta"][::-1].copy())
        assert inside(theirs) == inside(expected["optimizer"]) != before
        assert inside(model["optimizer"]) == before
    shallow = copy.copy(model["optimizer"])
    assert shallow.params["theta"] is theta and inside(shallow) == inside(model["optimizer"])
    shallow.step(np.ones(3))
    assert (shallow.t, model["optimizer"].t) == ({"theta": 2}, {"theta": 1})


def test_what_is_no_longer_finite_is_neither_copied_nor_restored():
    theta = np.ones(1)
    optimizer = optimizers.Momentum(theta, lr=1.0)
    optimizer.step(np.full(1, 1e308))
    with np.errstate(over="ignore"):
        optimizer.step(np.full(1, 1e308))
    assert np.isinf(theta[0])
    with pytest.raises(ValueError, match=r"is -inf at \(0,\), and must be finite"):
        copy.deepcopy(optimizer)
    with pytest.raises(ValueError, match=r"velocity is inf at \(0,\), and must be finite"):
        optimizers.Momentum(np.ones(1), lr=1.0).load_state_dict(optimizer.state_dict())


# What is refused

STEP_ERRORS = [  # gradients of params a (2, 3) and b (3,), and the words
    (None, ValueError, "grads has ['theta'], params ['a', 'b']"),
    ([1.0, 2.0], ValueError, "grads has ['0', '1'], params ['a', 'b']"),
    ({"a": np.ones((2, 3))}, ValueError, "grads has ['a'], params ['a', 'b']"),
    ({"a": None, "b": None, "c": None}, ValueError, "grads has ['a', 'b', 'c'], params ['a', 'b']"),
    ({"a": None, "b": None, "B": 1}, ValueError, "grads has ['a', 'b', 'B'], params ['a', 'b']"),
    ({1: None, "1": None}, ValueError, "keys that read the same: [1, '1']"),
    ({"b": np.ones(2)}, ValueError, "gradient of b has shape (2,), not (3,)"),
    ({"b": np.ones((1, 3))}, ValueError, "gradient of b has shape (1, 3), not (3,)"),
    ({"b": 1.0}, ValueError, "gradient of b has shape (), not (3,)"),
    ({"b": np.ones(1)}, ValueError, "gradient of b has shape (1,), not (3,)"),
    ({"a": np.ones((3, 2)), "b": None}, ValueError, "gradient of a has shape (3, 2), not (2, 3)"),
    ({"b": np.ones(3, int)}, TypeError, "gradient of b is ndarray of int64"),
    ({"b": [1, 2, 3]}, TypeError, "gradient of b is ndarray of int64"),
    ({"b": np.ones(3, bool)}, TypeError, "gradient of b is ndarray of bool"),
    ({"b": np.ones(3, complex)}, TypeError, "gradient of b is ndarray of complex128"),
    ({"b": np.ones(3, object)}, TypeError, "gradient of b is ndarray of object"),
    ({"b": "1.0"}, TypeError, "gradient of b is ndarray of <U3"),
    ({"b": np.ma.masked_less([1.0, -1.0, 1.0], 0)}, TypeError, "gradient of b is MaskedArray of float64"),
]


def full(grads):
    """The gradients of a and b, the missing one in order."""
    good = {"a": np.ones((2, 3)), "b": np.ones(3)}
    return good | grads if isinstance(grads, dict) and len(grads) == 1 and grads.keys() <= {"b"} else grads


@every
def test_gradients_that_do_not_fit(kind):
    optimizer = make(kind, {"a": np.ones((2, 3)), "b": np.ones(3)})
    optimizer.step(full({"b": np.ones(3)}))
    for grads, error, words in STEP_ERRORS:
        refuses(error, words, optimizer.step, full(grads))


@every
@every_dtype
def test_what_is_not_finite_wherever_it_stands(kind, dtype, monkeypatch):
    blocks_of(4, dtype, monkeypatch)
    optimizer = make(kind, [np.ones((3, 5), dtype), np.ones((), dtype), np.ones(9, dtype)[::-1]])
    good = [np.ones((3, 5), dtype), np.ones((), dtype), np.ones(9, dtype)]
    optimizer.step(good)
    top = f"{largest(kind, dtype):.6g}"
    for place, g in enumerate(good):
        for at, bad in zip(np.ndindex(g.shape), itertools.cycle([NAN, INF, -INF])):
            broken = [x.copy() for x in good]
            broken[place][at] = bad
            words = f"gradient of {place} is {bad} at {at}, and may be {top} at most"
            refuses(ValueError, words, optimizer.step, broken)
    broken[2][3] = NAN  # the first of two
    words = f"gradient of 2 is nan at (3,), and may be {top} at most"
    refuses(ValueError, words, optimizer.step, broken)


def largest(kind, dtype):
    """The largest gradient, as a number of the dtype: its square is one too, where there is a square."""
    top = np.finfo(dtype).max
    if kind in (GradientDescent, Momentum, Nesterov, AdaMax):
        return top
    root = np.sqrt(np.float64(top)).astype(dtype)
    with np.errstate(over="ignore"):
        while np.isfinite(np.square(np.nextafter(root, top))):
            root = np.nextafter(root, top)
        while not np.isfinite(np.square(root)):
            root = np.nextafter(root, dtype(0))
    return root


@every
@every_dtype
@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_too_large_to_use(kind, dtype, sign, monkeypatch):
    """The largest number that can be used is, and the next one not; in other dtypes too.

    Without beta, for Nesterov adds beta times the velocity to it.
    """
    blocks_of(2, dtype, monkeypatch)
    top = largest(kind, dtype)
    theta = np.zeros(3, dtype)
    optimizer = make(kind, theta, lr=1e-4, beta=0)
    with np.errstate(all="raise", under="ignore"):
        optimizer.step(np.array([-top, top, sign * top], dtype))  # the sum of squares of two is not finite
    assert np.all(np.isfinite(theta)) and all(np.all(np.isfinite(x)) for x in optimizer.kept["theta"])
    wide = np.longdouble if dtype == "float64" else np.float64
    with np.errstate(over="ignore"):
        over = np.nextafter(top, np.array(INF, dtype))
    if np.isfinite(over):
        words = f"gradient of theta is {sign * over} at (2,), and may be {top:.6g} at most"
        refuses(ValueError, words, optimizer.step, np.array([1, 1, sign * over], dtype))
    if np.finfo(wide).max > np.finfo(dtype).max:
        over = wide(top) * 2
        almost = wide(top) * (1 + wide(np.finfo(dtype).eps) / 16)  # rounds to top
        words = f"gradient of theta is {sign * over} at (1,), and may be {top:.6g} at most"
        refuses(ValueError, words, optimizer.step, np.array([almost, sign * over, 1]))
        make(kind, theta, lr=1e-4, beta=0).step(np.array([1, 1, almost * -sign]))


@every
def test_strict_numpy_settings_do_not_stop_a_step_half_way(kind):
    """Numbers that vanish are in order, whatever np.seterr says."""
    ours, plain = [np.ones(4, "f2"), np.ones(4)], [np.ones(4, "f2"), np.ones(4)]
    tiny = np.array([1e-6, 1e-30, 1e-300, 1.0])
    strict, usual = make(kind, ours), make(kind, plain)
    for _ in range(3):
        with np.errstate(all="raise"):
            strict.step([tiny, tiny])
        usual.step([tiny, tiny])
    assert inside(strict) == inside(usual)
    with np.errstate(all="raise"):
        strict.lr = 2e-6


def wrong_numbers():
    """Name, value, error and words: a number that no dtype allows."""
    above, from_0, beta = "above 0 and finite", "0 or above, and finite", "in [0, 1)"
    for name, need, values in (
        ("lr", above, [0, 0.0, -1, -1e-300, NAN, INF, -INF, np.float32(0)]),
        ("eps", above, [0, 0.0, -1, -1e-300, NAN, INF, -INF]),
        ("decay", from_0, [-1, -1e-300, NAN, INF, -INF]),
        ("beta", beta, [1, 1.0, 2, -1e-300, NAN, INF, -INF, np.float32(1)]),
    ):
        for value in values:
            words = f"{name} is {value!r}: it must be {need}, and is {float(value)} in float64"
            yield name, value, ValueError, words
        for value in (None, "0.1", True, False, np.True_, 0.5j, [0.5], np.array(0.5)):
            yield name, value, TypeError, f"{name} is {value!r}: use a real number"


@every
def test_a_number_out_of_its_range(kind):
    optimizer, seen = make(kind, np.ones(2)), set()
    for name, value, error, words in wrong_numbers():
        for own in kind.defaults:
            if own == name or own.rstrip("12") == name:
                seen.add(own)
                said = own + words.removeprefix(name)
                refuses(error, said, setattr, optimizer, own, value)
                refuses(error, said, kind, np.ones(2), **{"lr": 0.1, own: value})
    assert seen == set(kind.defaults)


@pytest.mark.parametrize("name, value, dtype, words", [
    ("eps", 1e-8, "f2", "eps is 1e-08: it must be above 0 and finite, and is 0.0 in float16"),
    ("eps", 1e-46, "f4", "eps is 1e-46: it must be above 0 and finite, and is 0.0 in float32"),
    ("eps", 1e5, "f2", "eps is 100000.0: it must be above 0 and finite, and is inf in float16"),
    ("lr", 1e-8, "f2", "lr is 1e-08: it must be above 0 and finite, and is 0.0 in float16"),
    ("lr", 1e39, "f4", "lr is 1e+39: it must be above 0 and finite, and is inf in float32"),
    ("beta1", 0.9999, "f2", "beta1 is 0.9999: it must be in [0, 1), and is 1.0 in float16"),
    ("beta2", 1 - 1e-9, "f4", "beta2 is 0.999999999: it must be in [0, 1), and is 1.0 in float32"),
    ("decay", 1e5, "f2", "decay is 100000.0: it must be 0 or above, and finite, and is inf in float16"),
])
def test_a_number_that_is_out_of_its_range_in_the_dtype(name, value, dtype, words):
    """Of any of the arrays; and it is in order where the dtype has room for it."""
    some = {"eps": 1e-3} | {name: value}
    for params in (np.ones(2, dtype), [np.ones(2), np.ones(2, dtype)]):
        refuses(ValueError, words, AdamW, params, **some)
        optimizer = make(AdamW, params)
        refuses(ValueError, words, setattr, optimizer, name, value)
        state = optimizer.state_dict() | {name: np.array(value)}
        refuses(ValueError, words, optimizer.load_state_dict, state)
    assert getattr(AdamW(np.ones(2), **some), name) == value


def test_the_default_eps_is_too_small_for_float16():
    words = "eps is 1e-08: it must be above 0 and finite, and is 0.0 in float16"
    refuses(ValueError, words, Adam, np.ones(2, "f2"))


@every
def test_the_smallest_and_largest_numbers_are_allowed(kind):
    below_1 = 1 - 2**-53
    low = {"lr": 5e-324, "eps": 5e-324, "beta": 0, "beta1": 0, "beta2": 0, "decay": 0}
    high = {"lr": 1e308, "eps": 1e308, "beta": below_1, "beta1": below_1, "beta2": below_1, "decay": 1e308}
    for some in (low, high):
        optimizer = kind(np.ones(2), **numbers(kind, some))
        assert {n: getattr(optimizer, n) for n in kind.defaults} == numbers(kind, some)


@every
def test_names_that_an_optimizer_does_not_have(kind):
    optimizer = make(kind, np.ones(2))
    refuses(TypeError, "unknown: ['alpha', 'weight_decay']", kind, np.ones(2), weight_decay=1, lr=1, alpha=1)
    for name in ("learning_rate", "betas", *(OTHERS.keys() - kind.defaults.keys())):
        words = f"{kind.__name__} has no {name}"
        refuses(AttributeError, words, setattr, optimizer, name, 0.5)
        refuses(TypeError, f"unknown: ['{name}']", kind, np.ones(2), **{"lr": 1, name: 0.5})
        assert not hasattr(optimizer, name)
    if kind.defaults["lr"] is None:
        refuses(TypeError, "lr is None: use a real number", kind, np.ones(2))


def read_only(array):
    array.flags.writeable = False
    return array


PARAMS = [
    (1.0, TypeError, "theta is float: use a float array"),
    (np.float64(1), TypeError, "theta is float64: use a float array"),
    ([1.0, np.ones(2)], TypeError, "0 is float: use a float array"),
    ([np.ones(2), [1.0]], TypeError, "1 is list: use a float array"),
    ({"w": {"b": np.ones(2)}}, TypeError, "w is dict: use a float array"),
    (None, TypeError, "theta is NoneType: use a float array"),
    (iter([np.ones(2)]), TypeError, "theta is list_iterator: use a float array"),
    (np.ma.masked_less([1.0, -1.0], 0), TypeError, "theta is MaskedArray: use a float array"),
    (np.ones(2, int), TypeError, "theta has dtype int64: use float64, float32 or float16"),
    ({"b": np.ones(2, bool)}, TypeError, "b has dtype bool: use float64, float32 or float16"),
    (np.ones(2, complex), TypeError, "theta has dtype complex128: use float64, float32 or float16"),
    (np.ones(2, object), TypeError, "theta has dtype object: use float64, float32 or float16"),
    (np.ones(2, np.dtype("f8").newbyteorder()), TypeError, "theta has dtype >f8: use float64, float32 or float16"),
    ([np.ones(2), read_only(np.ones(2))], ValueError, "1 cannot be written to"),
    (np.broadcast_to(1.0, (2,)), ValueError, "theta cannot be written to"),
    (as_strided(np.ones(2), (3, 2), (0, 8)), ValueError, "theta shares memory with itself"),
    (as_strided(np.ones(5), (3, 3), (8, 8)), ValueError, "theta shares memory with itself"),
    (as_strided(np.ones(5), (3, 3), (8, -4)), ValueError, "theta shares memory with itself"),
    (as_strided(np.ones(9), (3, 2), (16, 24)), ValueError, "theta shares memory with itself"),
    (np.array([1.0, NAN]), ValueError, "theta is nan at (1,), and must be finite"),
    ({"w": np.ones(2), "b": np.array(-INF, "f4")}, ValueError, "b is -inf at (), and must be finite"),
    ({1: np.ones(2), "1": np.ones(2)}, ValueError, "keys that read the same: [1, '1']"),
]


@every
def test_parameters_that_cannot_be_used(kind):
    for params, error, words in PARAMS:
        refuses(error, words, make, kind, params)


def shared():
    """Pairs of arrays, and whether they have memory in common."""
    x = np.ones(12)
    other = bytearray(96)
    yield x, x, True
    yield x, x[:], True
    yield x[:7], x[6:], True
    yield x[6:], x[:7], True
    yield x[::2], x[::3], True
    yield x[1::-1], x[:1], True
    yield x.reshape(3, 4)[:, 1], x.reshape(3, 4)[1], True
    yield np.frombuffer(other), np.frombuffer(other, float, 4, 32), True
    yield as_strided(x, (4,), (8,)), as_strided(x, (4,), (16,)), True
    yield x[:6], x[6:], False
    yield x[::2], x[1::2], False
    yield x.reshape(3, 4)[:, 1], x.reshape(3, 4)[:, 2], False
    yield x[:0], x, False
    yield np.ones(3), np.ones(3), False


@pytest.mark.parametrize("one, two, common", list(shared()))
def test_parameters_that_share_memory(one, two, common):
    far = np.ones(2)
    if common:
        refuses(ValueError, "w and b share memory", Adam, {"far": far, "w": one, "b": two})
        refuses(ValueError, "0 and 2 share memory", Adam, [one, far, two])
    else:
        assert Adam([one, far, two]).t == {"0": 0, "1": 0, "2": 0}


@every
def test_a_parameter_that_is_locked_later(kind):
    params = [np.ones(2), np.ones(2), np.ones(2)]
    optimizer = make(kind, params)
    read_only(params[1])
    refuses(ValueError, "1 cannot be written to", optimizer.step, [np.ones(2)] * 3)
    optimizer.step([np.ones(2), None, np.ones(2)])
    assert optimizer.t == {"0": 1, "1": 0, "2": 1}


def bad_states(kind, good):
    """(a broken state, the words) of every sort."""
    last = f"b.{kind.keeps[-1]}" if kind.keeps else "b.t"
    for name in good:
        yield {n: x for n, x in good.items() if n != name}, f"names that do not match: ['{name}']"
    yield good | {"c.t": np.array(1)}, "names that do not match: ['c.t']"
    yield good | {5: 1, "c": 2}, "names that do not match: ['5', 'c']"
    yield {}, f"names that do not match: {sorted(good)}"
    yield [], f"names that do not match: {sorted(good)}"
    for name in ("a.t", "b.t"):
        yield good | {name: np.array(-1)}, f"{name} is -1 at (), and must be 0 or above"
        yield good | {name: np.array(1.0)}, f"{name} is float64 of (), not int64 of ()"
        yield good | {name: np.array([1])}, f"{name} is int64 of (1,), not int64 of ()"
    for name in kind.defaults:
        yield good | {name: np.array([0.5])}, f"{name} is float64 of (1,), not float64 of ()"
        yield good | {name: np.array("0.5")}, f"{name} is <U3 of (), not float64 of ()"
        yield good | {name: None}, f"{name} is object of (), not float64 of ()"
        need = {"lr": "above 0 and finite", "eps": "above 0 and finite", "decay": "0 or above, and finite"}
        words = f"{name} is -1.0: it must be {need.get(name, 'in [0, 1)')}, and is -1.0 in float64"
        yield good | {name: np.array(-1.0)}, words
    for slot in kind.keeps:
        for place in ("a", "b"):
            name = f"{place}.{slot}"
            array = good[name]
            for other in (array[..., :1], array.astype("f2"), array.astype("i8")):
                words = f"{name} is {other.dtype} of {other.shape}, not {array.dtype} of {array.shape}"
                yield good | {name: other}, words
            at = (0,) * (array.ndim - 1) + (array.shape[-1] - 1,)
            for bad in (NAN, INF, -INF):
                broken = array.copy()
                broken[..., -1] = bad
                yield good | {name: broken}, f"{name} is {bad} at {at}, and must be finite"
            if slot not in ("m", "velocity"):
                broken = array.copy()
                broken[..., -1] = -1e-30
                yield good | {name: broken}, f"{name} is {broken[at]} at {at}, and must be 0 or above"
    if kind.keeps:  # what is good before it is not taken over either
        words = f"{last} is nan at (0,), and must be finite"
        yield good | {"lr": np.array(0.5), "a.t": np.array(9), last: good[last] * NAN}, words


@every
def test_a_state_that_cannot_be_taken_over(kind):
    optimizer = make(kind, {"a": np.ones((2, 3)), "b": np.ones(3, "f4")})
    for _ in range(2):
        optimizer.step({"a": np.ones((2, 3)), "b": np.ones(3)})
    good = {n: x + x if n.endswith(kind.keeps) else x for n, x in optimizer.state_dict().items()}
    for state, words in bad_states(kind, good):
        refuses(ValueError, words, optimizer.load_state_dict, state)
    if {"m", "velocity"} & set(kind.keeps):
        down = {n: -x if n.endswith((".m", ".velocity")) else x for n, x in good.items()}
        optimizer.load_state_dict(down)
        assert equal(optimizer.kept["a"][0], down[f"a.{kind.keeps[0]}"])


# A rule of one's own, and what the reader pastes


def test_a_rule_of_ones_own(monkeypatch):
    class Sign(Optimizer):
        """Steps of one size, and a count of the signs."""

        keeps, defaults, squares = ("m",), {"lr": 0.25, "rho": 0.5}, False
        calls = 0

        def update(self, theta, g, m, a, b, t):
            assert theta.shape == g.shape == m.shape == a.shape == b.shape and t == 1
            a[:], b[:] = np.sign(g), self.rho
            m += a * b
            theta -= self.lr * a
            self.calls += 1

    blocks_of(2, "f8", monkeypatch)
    theta = np.zeros(5)
    optimizer = Sign(theta)
    optimizer.step(np.array([1e300, -2.0, 0.0, 3.0, -4.0]))
    assert theta.tolist() == [-0.25, 0.25, 0, -0.25, 0.25] and optimizer.calls == 3
    assert optimizer.kept["theta"][0].tolist() == [0.5, -0.5, 0, 0.5, -0.5]
    refuses(ValueError, "rho is 1: it must be in [0, 1), and is 1.0 in float64", Sign, theta, rho=1)
    assert inside(pickle.loads(pickle.dumps(make(Adam, theta)))) == inside(make(Adam, theta))


@every
def test_the_listing_of_each_runs_in_an_empty_python(kind):
    """The shared part and its own; AdamW is Adam and its own line."""
    text = Path(optimizers.__file__).read_text(encoding="utf-8")
    sections = dict(re.findall(r"# --8<-- \[start:(\w+)\]\n(.*?)# --8<-- \[end:\1\]\n", text, re.S))
    assert list(sections) == ["base", *(rule.__name__ for rule in RULES.values())]
    name, empty = RULES[kind].__name__, {}
    for part in ("base", *(["adam"] if kind is AdamW else []), name):
        exec(sections[part], empty)
    theta, ours = np.ones(3), np.ones(3)
    for own, array in ((empty[kind.__name__], theta), (kind, ours)):
        make(own, array).step(np.ones(3))
    assert equal(theta, ours)
    assert max(map(len, "".join(sections.values()).splitlines())) <= 76
