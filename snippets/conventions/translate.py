"""The page conventions/translate: which calls walk one path, and what is changed for it."""

import json
from dataclasses import astuple
from html import escape

import numpy as np
from matplotlib.patches import Rectangle

from frameworks.results import results
from mhat.forms import (
    PAGES,
    adam_eps_hat,
    decay_after,
    decay_before,
    decay_l2,
    momentum_average,
    momentum_inside,
    nadam_keras,
    nadam_pytorch,
    rmsprop_corrected,
)
from mhat.rules import adam, momentum, nadam
from mhat.translate import CALLS, EQUAL, MAIN, WORDS, ask, opening
from mhat.translate.lasting import step_ratios
from snippets.explorables.two_conventions import NAMES
from snippets.shared.drawing import panels, write
from snippets.shared.palette import LIGHT
from snippets.shared.typeset import typeset, upward


# --8<-- [start:walk]
def walk(form, lrs, start, **settings):
    """The path of a form over 60 random gradients."""
    theta, state, path = 1.0, start, []
    for g, lr in zip(gs, lrs):
        theta, state = form(theta, g, state, lr, **settings)
        path.append(theta)
    return np.array(path)


gs = np.random.default_rng(0).normal(size=60)
constant = np.full(60, 0.1)
falling = np.where(np.arange(60) < 30, 0.1, 0.01)
# --8<-- [end:walk]

# --8<-- [start:average]
average = walk(momentum_average, falling, (0.0,), beta=0.9)
sums = walk(momentum, falling * (1 - 0.9), (0.0,), beta=0.9)
assert np.allclose(average, sums, rtol=0, atol=1e-14)
# --8<-- [end:average]

# --8<-- [start:place]
forms = momentum, momentum_inside
ones = [walk(form, constant, (0.0,)) for form in forms]
twos = [walk(form, falling, (0.0,)) for form in forms]
gap = abs(twos[0] - twos[1])
assert np.allclose(ones[0], ones[1], rtol=0, atol=1e-13)
assert gap[:30].max() < 1e-13 and gap[30:].min() > 1e-3
# --8<-- [end:place]

# --8<-- [start:decay]
def decayed(kind, lr, decay):
    def form(theta, g, state, lr):
        return kind(momentum, theta, g, state, lr, decay)
    return walk(form, np.full(60, lr), (0.0,))


lost = 0.1 * 0.5
late = decayed(decay_after, 0.1, 0.5)
early = decayed(decay_before, 0.1 * (1 - lost), 0.5 / (1 - lost))
assert np.allclose(late, early, rtol=0, atol=1e-14)
# --8<-- [end:decay]

# --8<-- [start:beta1]
other = walk(rmsprop_corrected, falling, (0.0, 0), beta2=0.9)
same = walk(adam, falling, (0.0, 0.0, 0), beta1=0.0, beta2=0.9)
assert np.array_equal(other, same)
# --8<-- [end:beta1]

# --8<-- [start:eps]
def end(form, eps):
    """theta after 20,000 steps over gradients near 1e-6."""
    theta, state = 0.0, (0.0, 0.0, 0)
    for g in many:
        theta, state = form(theta, g, state, eps=eps)
    return theta


many = 1e-6 * (np.random.default_rng(0).normal(size=20_000) + 0.5)
keras = end(adam_eps_hat, 1e-7)
off = {eps: abs(end(adam, eps) / keras - 1) for eps in (1e-7, 1.78e-6)}
assert off[1e-7] < 0.01 and off[1.78e-6] > 0.5
# --8<-- [end:eps]

# --8<-- [start:gathered]
def left(kind, lr, decay):
    """What is left of theta = 1 after 20,000 steps without a gradient."""
    theta, state = 1.0, (0.0,)
    for _ in range(20_000):
        theta, state = kind(momentum, theta, 0.0, state, lr, decay)
    return theta


for lr in 0.001, 0.01, 0.1:
    through = left(decay_l2, lr, 5e-4)
    apart = left(decay_before, lr, 5e-4 / (1 - 0.9))
    assert np.isclose(through, apart, rtol=0, atol=2e-4)
# --8<-- [end:gathered]

# --8<-- [start:schedules]
def steps(form, *start):
    """The steps of a Nadam in 50 streams of noisy gradients."""
    theta, state, path = np.zeros(50), start, [np.zeros(50)]
    for g in noisy:
        theta, state = form(theta, g, state, lr=1.0)
        path.append(theta)
    return np.diff(path, axis=0)


def part(one, other, t):
    """How far steps within a tenth of t are apart."""
    around = slice(t - t // 10, t + t // 10)
    apart = np.abs(one[around] - other[around]).mean()
    return apart / np.abs(other[around]).mean()


noisy = np.random.default_rng(0).normal(0.5, 1, (22_000, 50))
steady = steps(nadam, 0.0, 0.0, 0)
fast = steps(nadam_keras, 0.0, 0.0, 1.0, 0)
slow = steps(nadam_pytorch, 0.0, 0.0, 1.0, 0)
ts = 50, 100, 200, 1000, 10_000, 20_000
parted = {t: (part(slow, fast, t), part(fast, steady, t)) for t in ts}
assert parted[50][1] > 0.05 and parted[200][1] < 0.001
assert parted[1000][0] > 0.4 and parted[20_000][0] < 0.04
# --8<-- [end:schedules]

SHORT = {"autograd": "autograd", "jax": "JAX", "keras": "Keras", "mlx": "MLX", "onnx": "ONNX",
         "optax": "Optax", "pytorch": "PyTorch", "scikit_learn": "sklearn", "tinygrad": "tinygrad"}
RESULTS = results("pairs")
LONG = results("longrun")
BESIDE = results("composed")
asked, exact, *_ = ask("torch.optim.RMSprop", "optax", lr=0.0006, momentum=0, eps=0.01, alpha=0.99)


KINDS = [*dict.fromkeys(call.page for call in CALLS)]
SINGLE = {kind: {call.stem for call in CALLS if "float32" in call.precision and call.page in {kind, *PAGES}}
          | {"tinygrad"} for kind in KINDS}  # who computes in float32 where a call of a kind is translated


def counted():
    """How many pairs are exact, closest, none; the largest deviation of an exact one."""
    calls = {call.name: call for call in CALLS}
    pairs = [(calls[name.split(" | ")[0]], to, cell) for name, row in RESULTS.items() for to, cell in row.items()]
    cells = [cell for *_, cell in pairs]
    equal = [float(cell[1:]) for cell in cells if cell.startswith("=")]
    double = [float(cell[1:]) for call, to, cell in pairs
              if cell.startswith("=") and not SINGLE[call.page] & {call.stem, to}]
    near = [float(cell) for cell in cells if cell[0].isdigit()]
    return {"all": len(cells), "exact": len(equal), "none": cells.count("none"), "closest": len(near),
            "worst": max(equal), "double": max(double), "least": min(near),
            "calls": len([call for call in CALLS if call.stem in MAIN]), "everyone": len(CALLS),
            "frameworks": len({call.stem for call in CALLS}), "main": len(MAIN)}


def run_long():
    """How many closest calls were run for 20,000 steps, and how far off the two choices end, at the worst."""
    faded = [row for row in LONG["eps"] if row["long"]["said"] == 0 and not row.get("left")]
    decays = [(row["long"]["path"], row["first"]["path"]) for row in LONG["decay"]]
    return {"all": len(LONG["eps"]) + len(LONG["decay"]), "eps": len(LONG["eps"]), "decay": len(LONG["decay"]),
            "inside": max(row["long"]["said"] for row in LONG["eps"]),
            "late": upward(max(row["long"]["late"] for row in faded)),
            "slow": upward(max(row["long"]["late"] for row in LONG["eps"] if row.get("left"))),
            "first": max(row["first"]["late"] for row in faded),
            "decay_long": max(one for one, _ in decays), "decay_first": max(other for _, other in decays)}


# eps in another place, in the long run: the largest difference of a step over all sizes of the gradient
square = upward(max(step_ratios("outside", 0.1, "inside", 0.01)) - 1, 2)
root = upward(1 - min(step_ratios("inside", 0.01, "outside", 0.1)), 2)
taken, kept = max(step_ratios("outside", 0.1, "kept", 0.1)) - 1, 1 - min(step_ratios("kept", 0.1, "outside", 0.1))
tenth = upward(ask("keras.optimizers.Adagrad", "pytorch").answer.lasting)
count, long_run = counted(), run_long()
beside = {"count": len(BESIDE), "worst": max(row["deviation"] for row in BESIDE)}


def short(cell):
    """What a cell of the table shows."""
    if cell is None or cell == "none":
        return "·" if cell is None else "–"
    if cell.startswith("="):
        return "="
    return typeset(f"{float(cell):.0e}").removesuffix("×10⁰")


def rows():
    """(page, stem, last word of the call, {framework: result}) of each call with its defaults."""
    return [(call.page, call.stem, call.name.split(".")[-1], RESULTS[f"{call.name} | defaults"])
            for page in KINDS for call in CALLS if call.stem in MAIN and call.page == page]


def table(say):
    """Every call of the main set against every framework of it."""
    head = [say("옵티마이저", "call"), *(SHORT[stem] for stem in MAIN)]
    body = [[f"{SHORT[stem]} `{last}`", *(short(cells.get(to)) for to in MAIN)] for _, stem, last, cells in rows()]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] + [":-:"] * len(MAIN), *body])


def rules(say):
    """What makes two values of a trait one; the traits that nothing makes one."""
    words = {key: say(*pair) for key, pair in WORDS.items()}
    head = [[say("다른 점", "difference"), say("사라지는 조건", "vanishes where")], ["---", "---"]]
    kinds = f"{words['trait decay']}: {words['decay decay_l2']} / {words['decay decay_before']}"
    conditions = f"{words['zero decay']}{words['or']}{say('모멘텀 없는 SGD', 'in SGD without momentum')}"
    limit = [pair_of(words, "divisor", "mean", "sum"), say("β₂가 1로 가는 극한에서만", "in the limit β₂ → 1 alone")]
    never = [[pair_of(words, *values), say("사라지지 않음", "nowhere")]
             for values in (("maximum", "none", "raw"), ("centered", "yes", "no"))]
    lines = [*head, *conditions_of_traits(words, say("그 밖", "any other two")), [kinds, conditions], limit, *never]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def pair_of(words, trait, one, other):
    """A trait and two of its values."""
    return f"{words[f'trait {trait}']}: {words[f'{trait} {one}']} / {words[f'{trait} {other}']}"


def conditions_of_traits(words, others):
    """(trait and two values, where they are one) of each condition; any two of a trait are `others` after the first."""
    named = set()
    for trait, one, other, zeros in (astuple(condition) for condition in EQUAL):
        title = words[f"trait {trait}"]
        name = pair_of(words, trait, one, other) if one != "*" else f"{title}: {others}" if trait in named else title
        yield [name, words["or"].join(words[f"zero {zero}"] for zero in zeros)]
        named.add(trait)


def controls(say):
    """The names of the controls, and what is said of a value that is none."""
    return {"paste": say("코드를 그대로 붙여 넣기", "Paste a call"), "from": say("이 옵티마이저를", "From"),
            "flags": say("옵션", "Flags"), "plain": say("없음", "none"),
            "changing": say("학습률을 도중에 바꿈", "The learning rate changes over time"),
            "to": say("이 프레임워크로", "To"), "horizon": say("무엇에 맞출까요?", "Closest for"),
            "long": say("긴 훈련", "the long run"), "first": say("처음 50스텝", "the first 50 steps"),
            "wrong": say("값을 확인하세요: {names}", "Check the value of {names}"),
            "two": say("두 형태로 실행해 보기", "See one run in both forms")}


def words(say):
    """What the script says, and the settings it starts with."""
    told = {key: say(*pair) for key, pair in WORDS.items()} | controls(say)
    text = json.dumps(told | {"start": [opening(call) for call in CALLS], "forms": NAMES}, ensure_ascii=False)
    return f'<div id="translator-words" data-search-exclude hidden>{escape(text, quote=False)}</div>'


def power(cell):
    """The order of magnitude of a deviation."""
    return short(f"{float(cell):.0e}").partition("×")[2] or "1"


def first_calls(page):
    """{framework: {framework: result}} of the first call that each has on a page."""
    calls = {}
    for kind, stem, _, cells in rows():
        if kind == page:
            calls.setdefault(stem, cells)
    return calls


def figure_matrix(say):
    """One row a framework, one column a framework: the same path, or how far apart."""
    fig, ax = panels(6.6)
    names, y = {}, 0
    for page, title in {"adam": "Adam", "rmsprop": "RMSProp", "momentum": say("모멘텀", "momentum")}.items():
        write(ax, -0.45, y, title, "ink", va="center")
        for stem, cells in first_calls(page).items():
            y += 1
            names[y] = SHORT[stem]
            for x, to in enumerate(MAIN):
                if stem != to:
                    draw(ax, x, y, cells[to])
        y += 1.4
    ax.set(xlim=(-0.5, len(MAIN) - 0.5), ylim=(y - 0.8, -0.5))
    ax.set_yticks(list(names), list(names.values()))
    ax.set_xticks(range(len(MAIN)), [SHORT[stem] for stem in MAIN], rotation=40, ha="left")
    ax.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False, pad=2)
    ax.spines[:].set_visible(False)
    return fig


def draw(ax, x, y, cell):
    """A filled field for the same path, a power of ten for how far apart, a dash for nothing to compare."""
    if cell.startswith("="):
        ax.add_patch(Rectangle((x - 0.43, y - 0.4), 0.86, 0.8, color=LIGHT["step"], lw=0))
    else:
        text, colour = ("–", "soft") if cell == "none" else (power(cell), "wrong")
        write(ax, x, y, text, colour, ha="center", va="center", size=9)
