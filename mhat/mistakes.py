"""The mistakes of Adam, RMSProp and momentum, each as changed lines of a right program, with its
words. `MISTAKES` is the list; the page check/mistakes shows it by way of `snippets/check/mistakes.py`.
"""

from types import SimpleNamespace

# --8<-- [start:numpy]
import numpy as np
# --8<-- [end:numpy]

# --8<-- [start:right]
RIGHT = {
    "adam": """
def adam(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    return theta, (m, v, t)
""",
    "adamw": """
def adamw(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8,
          decay=0.01):
    m, v, t = state
    t = t + 1
    theta = theta * (1 - lr * decay)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    return theta, (m, v, t)
""",
    "rmsprop": """
def rmsprop(theta, g, state, lr, beta2=0.9, eps=1e-8):
    (v,) = state
    v = beta2 * v + (1 - beta2) * g**2
    theta = theta - lr * g / (np.sqrt(v) + eps)
    return theta, (v,)
""",
    "momentum": """
def momentum(theta, g, state, lr, beta=0.9):
    (velocity,) = state
    velocity = beta * velocity + g
    theta = theta - lr * velocity
    return theta, (velocity,)
""",
    "nesterov": """
def nesterov(theta, g, state, lr, beta=0.9):
    (velocity,) = state
    step = beta**2 * velocity + (1 + beta) * g
    velocity = beta * velocity + g
    theta = theta - lr * step
    return theta, (velocity,)
""",
    "tensors": """
def tensors(theta, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    step = np.zeros_like(g)
    t = t + 1
    for i in range(len(g)):
        m_hat = m[i] / (1 - beta1**t)
        v_hat = v[i] / (1 - beta2**t)
        step[i] = m_hat / (np.sqrt(v_hat) + eps)
    return theta - lr * step, (m, v, t)
""",
}
START = dict.fromkeys(("adam", "adamw", "tensors"), (0.0, 0.0, 0))
START |= dict.fromkeys(("rmsprop", "momentum", "nesterov"), (0.0,))


def exchanged(name, *lines):
    """The text of a rule, lines exchanged: right, wrong, right, ..."""
    source = RIGHT[name]
    for right, wrong in zip(lines[::2], lines[1::2]):
        assert source.count(f"    {right}\n") == 1, right
        source = source.replace(f"    {right}\n", f"    {wrong}\n")
    return source


def written(name, *lines, **setting):
    """The rule with lines exchanged."""
    names = {"np": np, **setting}
    exec(exchanged(name, *lines), names)
    return names[name]


g, old = np.array([3.0, -2.0]), (0.0, 0.0, 0)
assert np.allclose(written("adam")(0.0, g, old, 0.1)[0], [-0.1, 0.1])
# --8<-- [end:right]

# --8<-- [start:fingerprint]
def fingerprint(rule, state, gs, lr=1e-3):
    """Steps over lr, downhill positive, theta from 1."""
    theta, found = np.ones(np.shape(gs[0])), []
    for g in gs:
        before = theta
        theta, state = rule(theta, g, state, lr)
        found.append((before - theta) / lr * np.where(g < 0, -1, 1))
    return np.array(found, dtype=float)


def stream(size, swing=1, T=1000):
    """T gradients for two tensors: size, swing * size, size, ..."""
    t = np.arange(T)[:, None] + np.zeros(2, int)
    return size * np.where(t % 2, swing, 1.0)


steps = fingerprint(written("adam"), START["adam"], stream(10))
assert np.allclose(steps, 1)
# --8<-- [end:fingerprint]


# --8<-- [start:lines]
M_HAT, V_HAT = "m_hat = m / (1 - beta1**t)", "v_hat = v / (1 - beta2**t)"
STATE, COUNT = "m, v, t = state", "t = t + 1"
M = "m = beta1 * m + (1 - beta1) * g"
V = "v = beta2 * v + (1 - beta2) * g**2"
STEP = "theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)"
LINES = {
    "both-written-back": (
        "adam", M_HAT, "m = " + M_HAT, V_HAT, "v = " + V_HAT,
    ),
    "m-written-back": ("adam", M_HAT, "m = " + M_HAT),
    "v-written-back": ("adam", V_HAT, "v = " + V_HAT),
    "first-step-only": (
        "adam", M_HAT, "m_hat = m = m / (1 - beta1) if t == 1 else m",
        V_HAT, "v_hat = v = v / (1 - beta2) if t == 1 else v",
    ),
    "power-missing": (
        "adam", M_HAT, "m_hat = m / (1 - beta1)",
        V_HAT, "v_hat = v / (1 - beta2)",
    ),
    "power-outside": (
        "adam", M_HAT, "m_hat = m / (1 - beta1) ** t",
        V_HAT, "v_hat = v / (1 - beta2) ** t",
    ),
    "beta1-in-both": ("adam", V_HAT, "v_hat = v / (1 - beta1**t)"),
    "beta2-in-both": ("adam", M_HAT, "m_hat = m / (1 - beta2**t)"),
    "multiplied": (
        "adam", M_HAT, "m_hat = m * (1 - beta1**t)",
        V_HAT, "v_hat = v * (1 - beta2**t)",
    ),
    "corrected-twice": (
        "adam", STEP,
        "lr = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)\n    " + STEP,
    ),
    "not-corrected": ("adam", M_HAT, "m_hat = m", V_HAT, "v_hat = v"),
    "m-not-corrected": ("adam", M_HAT, "m_hat = m"),
    "v-not-corrected": ("adam", V_HAT, "v_hat = v"),
    "t-from-0": (
        "adam", M_HAT, "m_hat = m / (1 - beta1 ** (t - 1))",
        V_HAT, "v_hat = v / (1 - beta2 ** (t - 1))",
    ),
    "t-from-2": (
        "adam", M_HAT, "m_hat = m / (1 - beta1 ** (t + 1))",
        V_HAT, "v_hat = v / (1 - beta2 ** (t + 1))",
    ),
    "t-never-counted": ("adam", COUNT, "t = 1"),
    "t-per-tensor": (
        "tensors", "t = t + 1\n    for i in range(len(g)):",
        "for i in range(len(g)):\n        t = t + 1",
    ),
    "t-per-micro-batch": ("adam", COUNT, "t = t + micro"),
    "t-per-epoch": (
        "adam", M_HAT, "m_hat = m / (1 - beta1 ** (1 + (t - 1) // epoch))",
        V_HAT, "v_hat = v / (1 - beta2 ** (1 + (t - 1) // epoch))",
    ),
    "t-restarts": ("adam", COUNT, "t = t % epoch + 1"),
    "m-v-restart": (
        "adam", STATE,
        "m, v, t = state if state[2] % epoch else (0.0, 0.0, state[2])",
    ),
    "all-restarts": (
        "adam", STATE,
        "m, v, t = state if state[2] % epoch else (0.0, 0.0, 0)",
    ),
    "m-v-not-stored": ("adam", STATE, "m, v, t = 0.0, 0.0, state[2]"),
    "g-unweighted": ("adam", M, "m = beta1 * m + g"),
    "g2-unweighted": ("adam", V, "v = beta2 * v + g**2"),
    "weights-swapped": (
        "adam", M, "m = (1 - beta1) * m + beta1 * g",
        V, "v = (1 - beta2) * v + beta2 * g**2",
    ),
    "old-notation": (
        "adam", STATE, STATE + "\n    beta1, beta2 = 1 - beta1, 1 - beta2",
    ),
    "betas-exchanged": (
        "adam", STATE, STATE + "\n    beta1, beta2 = beta2, beta1",
    ),
    "gradient-not-zeroed": (
        "adam", STATE, "m, v, t, total = state\n    g = total = total + g",
        "return theta, (m, v, t)", "return theta, (m, v, t, total)",
    ),
    "root-missing": (
        "adam", STEP, "theta = theta - lr * m_hat / (v_hat + eps)",
    ),
    "root-multiplied": (
        "adam", STEP, "theta = theta - lr * m_hat * (np.sqrt(v_hat) + eps)",
    ),
    "root-of-m": (
        "adam", STEP, "theta = theta - lr * m_hat / (np.sqrt(m_hat) + eps)",
    ),
    "v-for-m": (
        "adam", STEP, "theta = theta - lr * v_hat / (np.sqrt(v_hat) + eps)",
    ),
    "v-from-m": ("adam", V, "v = beta2 * v + (1 - beta2) * m**2"),
    "g-not-squared": ("adam", V, "v = beta2 * v + (1 - beta2) * g"),
    "eps-inside-root": (
        "adam", STEP, "theta = theta - lr * m_hat / np.sqrt(v_hat + eps)",
    ),
    "eps-outside-fraction": (
        "adam", STEP, "theta = theta - lr * m_hat / np.sqrt(v_hat) + eps",
    ),
    "eps-after-reciprocal": (
        "adam", STEP,
        "theta = theta - lr * m_hat * (1 / np.sqrt(v_hat) + eps)",
    ),
    "float16": (
        "adam", STATE,
        STATE + "\n    theta, g = np.float16(theta), np.float16(g)",
    ),
    "sign-flipped": (
        "adam", STEP, "theta = theta + lr * m_hat / (np.sqrt(v_hat) + eps)",
    ),
    "decay-in-gradient": (
        "adamw", "theta = theta * (1 - lr * decay)",
        "g = g + decay * theta",
    ),
    "decay-without-lr": (
        "adamw", "theta = theta * (1 - lr * decay)",
        "theta = theta * (1 - decay)",
    ),
    "velocity-uphill": (
        "momentum", "velocity = beta * velocity + g",
        "velocity = beta * velocity - g",
    ),
    "velocity-brakes": (
        "momentum", "velocity = beta * velocity + g",
        "velocity = g - beta * velocity",
    ),
    "lr-twice": (
        "momentum", "velocity = beta * velocity + g",
        "velocity = beta * velocity + lr * g",
    ),
    "new-velocity": (
        "nesterov",
        "step = beta**2 * velocity + (1 + beta) * g\n"
        "    velocity = beta * velocity + g",
        "velocity = beta * velocity + g\n"
        "    step = beta**2 * velocity + (1 + beta) * g",
    ),
    "squares-added": (
        "rmsprop", "v = beta2 * v + (1 - beta2) * g**2", "v = v + g**2",
    ),
    "v-not-stored": ("rmsprop", "(v,) = state", "v = 0.0"),
}
START["gradient-not-zeroed"] = (0.0, 0.0, 0, 0.0)


def wrong(name, epoch=100, micro=4):
    """The rule with this mistake, and its state before the first step."""
    rule = written(*LINES[name], epoch=epoch, micro=micro)
    return rule, START.get(name, START[LINES[name][0]])


steps = fingerprint(*wrong("both-written-back"), stream(10, T=100))
assert steps[0, 0] > 0.999 and steps[99, 0] == 0 and len(LINES) == 48
# --8<-- [end:lines]


ISSUE, PULL = "https://github.com/{}/issues/{}", "https://github.com/{}/pull/{}"
BLOB = "https://github.com/{}/blob/{}"

# For each mistake: its name, what one sees and how to mend it, in Korean and English, and
# where it was met. {c10} is the step at t = 10 under a constant gradient of 10, in learning
# rates; w under 10, -10, 10, ...; s under 1e-4; z under 0.
WORDS = {
    "correction": {
        "both-written-back": (
            ("보정한 값을 m과 v에 다시 넣음", "Corrected values written back into m and v"),
            ("첫 스텝은 맞고, 곧 0으로 죽습니다. t = 2에서 {c2}, t = 10에서 {c10}입니다. v가 계속 커져 `inf`가 됩니다.",
             "The first step is right, then the steps die: {c2} at t = 2, {c10} at t = 10. v keeps growing and becomes `inf`."),
            ("보정한 값에는 새 이름을 줍니다. m과 v는 보정하지 않은 채로 다음 스텝에 넘깁니다. [자세히](../story/bias-correction.md#as-asked)",
             "Give the corrected values names of their own and carry m and v on uncorrected. [More](../story/bias-correction.md#as-asked)"),
            [ISSUE.format("frgfm/holocron", 1)]),
        "m-written-back": (
            ("보정한 값을 m에만 다시 넣음", "Corrected value written back into m only"),
            ("첫 스텝은 맞지만 {peak}까지 치솟았다가, 백 스텝을 훨씬 넘겨서야 1로 돌아옵니다. 학습 초반에 손실이 폭발합니다.",
             "The first step is right, then the steps shoot up to {peak} and take well over a hundred steps to come back to 1. The loss explodes early on."),
            ("`m_hat`은 그 스텝에서만 쓰고, m에 되돌려 넣지 않습니다.", "Use `m_hat` in its own step only; never assign it to m."), []),
        "v-written-back": (
            ("보정한 값을 v에만 다시 넣음", "Corrected value written back into v only"),
            ("첫 스텝은 맞고, 둘째는 {c2}, 그다음은 거의 0입니다. 학습이 바로 멈춥니다.",
             "The first step is right, the second is {c2}, and then almost nothing: training stops at once."),
            ("`v_hat`은 그 스텝에서만 쓰고, v에 되돌려 넣지 않습니다.", "Use `v_hat` in its own step only; never assign it to v."), []),
        "first-step-only": (
            ("첫 스텝에서만 보정", "Corrected at the first step only"),
            ("기울기가 일정하면 전혀 드러나지 않습니다. 부호가 번갈아 바뀌면 둘째 스텝이 {w2}로, 바른 값 {rw2}보다 훨씬 크고 오르막입니다. 첫 기울기의 가중치가 지나치게 큽니다.",
             "A constant gradient shows nothing. When the sign alternates, the second step is {w2} where {rw2} is right: the first gradient weighs far too much, and the step goes uphill."),
            ("모든 스텝에서 $1-\\beta^t$로 나누고, 나눈 값은 다시 넣지 않습니다. [자세히](../story/bias-correction.md#patched)",
             "Divide by $1-\\beta^t$ at every step, and do not store the quotient. [More](../story/bias-correction.md#patched)"), []),
        "power-missing": (
            ("거듭제곱 t가 없음", "The power t is missing"),
            ("첫 스텝은 맞고, {peak}까지 커졌다가 $(1-\\beta_1)^{{-1}}\\sqrt{{1-\\beta_2}}$, 곧 {end}배로 내려가 그대로 남습니다. 보정이 사라지지 않습니다.",
             "The first step is right. The steps then rise to {peak} and fall to $\\sqrt{{1-\\beta_2}}/(1-\\beta_1)$, which is {end}, for good: the correction never fades."),
            ("`beta1`과 `beta2`를 t제곱합니다.", "Raise `beta1` and `beta2` to the power t."),
            [ISSUE.format("eriklindernoren/ML-From-Scratch", 35)]),
        "power-outside": (
            ("거듭제곱이 괄호 밖에 있음", "The power outside the bracket"),
            ("첫 스텝은 맞고, 스텝마다 거의 {ratio}배가 되어 t = 10에서 {c10}입니다. 수백 스텝 뒤에는 0/0 꼴이 되어 `NaN`입니다.",
             "The first step is right. Then a factor of nearly {ratio} is lost at each step: {c10} at t = 10. Hundreds of steps later the powers underflow and the step is `NaN`."),
            ("지수는 β에만 붙습니다. `1 - beta1**t`입니다.", "The exponent belongs to β alone: `1 - beta1**t`."),
            [BLOB.format("tensorflow/docs-l10n", "36a6df4360b5de41ba53bb4ae88ed5bb3c795137/site/en-snapshot/guide/core/optimizers_core.ipynb")]),
        "beta1-in-both": (
            ("v의 보정에도 β₁을 씀", "β₁ in both corrections"),
            ("첫 스텝이 {c1}배이고 천천히 줄어, t = 100에서도 {c100}배입니다. 학습률을 10분의 1로 낮춰야 돌아가는 것처럼 보입니다.",
             "The first step is {c1} times too long, and it is still {c100} at t = 100. It looks as if Adam needs a tiny learning rate."),
            ("v는 `beta2`로 보정합니다.", "Correct v with `beta2`."),
            [BLOB.format("bfortuner/ml-glossary", "f6f95981f71ad81b6549adf742b1632c0abe973f/docs/optimizers.rst")]),
        "beta2-in-both": (
            ("m의 보정에도 β₂를 씀", "β₂ in both corrections"),
            ("첫 스텝이 {c1}배입니다. t = 100에서도 {c100}배로, 시작하자마자 발산하기 쉽습니다.",
             "The first step is {c1} times too long, and {c100} at t = 100: likely to diverge at once."),
            ("m은 `beta1`로 보정합니다.", "Correct m with `beta1`."), []),
        "multiplied": (
            ("나누지 않고 곱함", "Multiplied instead of divided"),
            ("첫 스텝이 {c1}배이고 {peak}배까지 커집니다. t = 1000에서도 {c1000}배입니다.",
             "The first step is {c1} times too long, grows to {peak}, and is still {c1000} at t = 1000."),
            ("0에서 시작한 평균은 작으므로, 1보다 작은 수로 나누어 키웁니다.",
             "An average that began at 0 is too small: it is divided by a number below 1."),
            [PULL.format("karpathy/convnetjs", 70)]),
        "corrected-twice": (
            ("두 번 보정함", "Corrected twice"),
            ("스텝이 너무 작습니다. 첫 스텝이 {c1}, t = 12에서 {c12}까지 내려가고, t = 1000에서도 {c1000}입니다. 느린 워밍업처럼 보입니다.",
             "The steps are too small: {c1} at first, {c12} at t = 12, still {c1000} at t = 1000. It looks like a slow warm-up."),
            ("`m_hat`과 `v_hat`을 쓰거나 `lr_t`를 쓰거나, 하나만 합니다. [자세히](../story/learning-rate.md#lr-t)",
             "Use `m_hat` and `v_hat`, or `lr_t`: one of the two. [More](../story/learning-rate.md#lr-t)"),
            [ISSUE.format("PennyLaneAI/pennylane", 1928)]),
        "not-corrected": (
            ("보정이 없음", "No correction"),
            ("첫 스텝이 {c1}배이고 t = 12에서 {c12}배까지 커집니다. 일부러 보정을 뺀 구현도 있으므로, 옮겨 온 코드라면 원본부터 확인합니다.",
             "The first step is {c1}, rising to {c12} at t = 12. Some programs leave the correction out on purpose: if yours is a port, look at the original first."),
            ("두 평균을 모두 나눕니다. [자세히](../story/bias-correction.md#without)", "Divide both averages. [More](../story/bias-correction.md#without)"),
            [ISSUE.format("nerfstudio-project/gsplat", 604), ISSUE.format("oxiglade/mlx-rs", 301)]),
        "m-not-corrected": (
            ("m만 보정하지 않음", "m not corrected"),
            ("첫 스텝이 {c1}로 10분의 1이고, 50스텝쯤 지나면 1이 됩니다. 워밍업처럼 안전해 보이므로 일부러 쓰는 사람도 있습니다.",
             "The first step is {c1}, a tenth, and the steps reach 1 after some 50 steps. It acts as a warm-up, and some do it on purpose."),
            ("m도 `1 - beta1**t`로 나눕니다. [자세히](../story/bias-correction.md#one-sided)", "Divide m too, by `1 - beta1**t`. [More](../story/bias-correction.md#one-sided)"),
            [PULL.format("pytorch/pytorch", 67105)]),
        "v-not-corrected": (
            ("v만 보정하지 않음", "v not corrected"),
            ("첫 스텝이 {c1}배입니다. t = 100에서도 {c100}배라서 시작하자마자 매개변수가 멀리 튑니다.",
             "The first step is {c1} times too long, and {c100} at t = 100: the parameters are thrown far away at the start."),
            ("v도 `1 - beta2**t`로 나눕니다. [자세히](../story/bias-correction.md#one-sided)", "Divide v too, by `1 - beta2**t`. [More](../story/bias-correction.md#one-sided)"), []),
    },
    "counter": {
        "t-from-0": (
            ("t를 0부터 셈", "t counted from 0"),
            ("첫 스텝이 0/0입니다. NumPy 배열은 `NaN`이 되고, 파이썬 수는 `ZeroDivisionError`를 냅니다.",
             "The first step is 0/0: `NaN` in NumPy arrays, `ZeroDivisionError` in plain Python."),
            ("쓰기 전에 t를 1 늘립니다. `range(T)`로 세면 `t + 1`을 씁니다. [자세히](../story/bias-correction.md#t-from-0)",
             "Count before use, or write `t + 1` where t comes from `range(T)`. [More](../story/bias-correction.md#t-from-0)"),
            [PULL.format("deeplearning4j/nd4j", 1227), ISSUE.format("tracel-ai/burn", 834)]),
        "t-from-2": (
            ("t를 2부터 셈", "t counted from 2"),
            ("첫 스텝이 {c1}, 둘째가 {c2}이고, 열 스텝쯤 뒤에는 차이가 보이지 않습니다.",
             "The first step is {c1}, the second {c2}; after some ten steps nothing shows."),
            ("1에서 시작했다면 늘리기 전에 쓰고, 0에서 시작했다면 늘린 뒤에 씁니다.", "If t starts at 1, use it before counting; if at 0, after."),
            [ISSUE.format("cs231n/cs231n.github.io", 179)]),
        "t-never-counted": (
            ("t가 늘지 않음", "t never counted"),
            ("[거듭제곱이 빠진 것](#power-missing)과 똑같습니다. 첫 스텝은 맞고, {peak}까지 커졌다가 {end}으로 내려갑니다.",
             "The same as [the missing power](#power-missing): the first step is right, the steps rise to {peak} and end at {end}."),
            ("늘린 t를 상태에 저장합니다. 함수 안의 지역 변수로 끝나지 않았는지 봅니다.", "Store the new t in the state; check that it is not a local variable that is lost."),
            [PULL.format("allenai/OLMo-core", 317)]),
        "t-per-tensor": (
            ("텐서마다 t를 늘림", "t counted once per tensor"),
            ("텐서가 둘이면 첫 텐서는 t = 1, 3, 5, …로, 둘째는 t = 2, 4, 6, …로 보정합니다. 둘째 텐서의 첫 스텝은 {c1}이고, t = 100에서는 {c100}입니다. 텐서가 하나면 드러나지 않습니다.",
             "With two tensors, the first is corrected with t = 1, 3, 5, … and the second with t = 2, 4, 6, …. The second begins at {c1} and is at {c100} at t = 100. With a single tensor nothing shows."),
            ("t는 매개변수를 도는 반복문 밖에서 스텝마다 한 번 늘립니다. 매개변수마다 t를 따로 두어도 됩니다.",
             "Count outside the loop over the parameters, once per step, or keep one t for each parameter."),
            [ISSUE.format("flashlight/flashlight", 143), ISSUE.format("DiffSharp/DiffSharp", 292)]),
        "t-per-micro-batch": (
            ("기울기를 모으는 동안에도 t를 늘림", "t counted while gradients accumulate"),
            ("여기서는 네 번 모아 한 번 걷습니다. 첫 스텝을 t = 4로 보정하므로 {c1}에서 시작해 t = 100에서는 {c100}입니다.",
             "Here four micro-batches make one step. The first step is corrected with t = 4: it is {c1}, and {c100} at t = 100."),
            ("미니배치가 아니라 매개변수가 바뀐 횟수를 셉니다.", "Count the updates of the parameters, not the micro-batches."), []),
        "t-per-epoch": (
            ("t가 에폭 번호임", "t is the number of the epoch"),
            ("첫 에폭 동안은 [거듭제곱이 빠진 것](#power-missing)과 같고, 에폭이 바뀔 때마다 스텝이 뚝 떨어집니다. 에폭이 100스텝이면 t = 100에서 {c100}, t = 101에서 {c101}입니다.",
             "In the first epoch it is the same as [the missing power](#power-missing); then the step drops whenever an epoch begins. With epochs of 100 steps: {c100} at t = 100, {c101} at t = 101."),
            ("t는 스텝마다 1씩 늘립니다.", "Add 1 to t at every step."),
            [PULL.format("root-project/root", 5042)]),
        "t-restarts": (
            ("m과 v는 두고 t만 처음으로", "t restarts, m and v go on"),
            ("처음에는 멀쩡하다가, 이어서 학습하거나 에폭이 바뀐 뒤 스텝이 작아집니다. t = 101에서 처음으로 되돌리면, 그 스텝은 {c101}로 멀쩡해도 아홉 스텝 뒤에는 {c110}입니다.",
             "Fine at first; after a resume or a new epoch the steps are too small. Here t goes back to 1 at t = 101: that step is still {c101}, but nine steps later it is {c110}."),
            ("체크포인트에 t도 저장합니다. 에폭의 배치 번호를 t로 쓰지 않습니다. [자세히](../story/limits.md#resets)",
             "Save t in the checkpoint too; do not use the batch number within the epoch as t. [More](../story/limits.md#resets)"), []),
        "m-v-restart": (
            ("t는 두고 m과 v만 처음으로", "m and v restart, t goes on"),
            ("이어서 학습한 뒤 한동안 스텝이 큽니다. t = 101에서 처음으로 되돌리면 아홉 스텝 뒤에 {c110}, t = 901에서 되돌리면 {peak}까지 커집니다. 되돌릴 때의 t가 클수록 보정하지 않은 Adam에 가까워집니다.",
             "After a resume the steps are too long for a while: {c110} nine steps after a restart at t = 101, up to {peak} after one at t = 901. The later the restart, the more it resembles Adam without correction."),
            ("m, v, t를 함께 저장하고 함께 되돌립니다. 나중에 추가한 매개변수는 자기 t를 1부터 셉니다. [자세히](../story/limits.md#late)",
             "Save and restore m, v and t together. A parameter that joins late counts its own t from 1. [More](../story/limits.md#late)"),
            [ISSUE.format("InfiniTensor/InfiniTrain", 235)]),
        "all-restarts": (
            ("에폭마다 옵티마이저를 새로 만듦", "A new optimizer in every epoch"),
            ("기울기가 일정하면 드러나지 않습니다. 부호가 번갈아 바뀌면 새로 시작할 때마다 스텝이 {w101}로 튑니다. 바른 값은 {rw101}입니다. 에폭이 시작될 때 손실이 튀는 것으로 보입니다.",
             "A constant gradient shows nothing. When the sign alternates, the step jumps to {w101} at each restart, where {rw101} is right: the loss jumps when an epoch begins."),
            ("옵티마이저는 반복문 밖에서 한 번 만들고, 이어서 학습할 때는 상태를 읽어 들입니다.", "Make the optimizer once, outside the loop, and load its state when you resume."),
            [ISSUE.format("alan-turing-institute/deepsensor", 47), ISSUE.format("euancrabtree/Lipreading-PyTorch", 7)]),
    },
    "averages": {
        "m-v-not-stored": (
            ("m과 v를 저장하지 않음", "m and v never stored"),
            ("첫 스텝은 맞고, t = 10에서 {c10}까지 줄었다가 다시 커져 t = 1000에서 {c1000}입니다. 부호가 번갈아 바뀌어도 스텝이 줄지 않습니다.",
             "The first step is right, then {c10} at t = 10, then rising to {c1000} at t = 1000. A gradient of alternating sign gives steps just as long."),
            ("m과 v를 스텝 사이에 남깁니다. 함수 안에서 0으로 시작하면 평균이 생기지 않습니다.", "Keep m and v between steps: if they start at 0 inside the function, nothing is averaged."), []),
        "g-unweighted": (
            ("(1−β₁)g 대신 g를 더함", "g added instead of (1−β₁)g"),
            ("모든 스텝이 꼭 {c1}배입니다. 학습률이 $1/(1-\\beta_1)$배인 바른 Adam과 구별할 수 없습니다.",
             "Every step is exactly {c1} times too long. Nothing distinguishes it from right Adam with $1/(1-\\beta_1)$ times the learning rate."),
            ("모멘텀의 `beta * m + g`를 그대로 옮기지 않습니다. 보정은 가중치가 $1-\\beta_1$일 때만 맞습니다.", "Do not copy momentum's `beta * m + g`: the correction is right only for the weight $1-\\beta_1$."),
            [ISSUE.format("PennyLaneAI/pennylane", 1928)]),
        "g2-unweighted": (
            ("(1−β₂)g² 대신 g²을 더함", "g² added instead of (1−β₂)g²"),
            ("모든 스텝이 {c1}배로 너무 작습니다. 학습률이 $\\sqrt{{1-\\beta_2}}$배인 Adam처럼 보입니다.",
             "Every step is {c1} of what it should be, like Adam with $\\sqrt{{1-\\beta_2}}$ times the learning rate."),
            ("새 제곱에 `1 - beta2`를 곱합니다.", "Multiply the new square by `1 - beta2`."), []),
        "weights-swapped": (
            ("지난 값과 새 값의 가중치가 바뀜", "Old and new weights swapped"),
            ("첫 스텝이 {c1}로 작습니다. 부호가 번갈아 바뀌어도 t = 1000의 스텝이 {w1000}로, 바른 값 {rw1000}보다 훨씬 깁니다. 평균이 거의 마지막 기울기뿐입니다.",
             "The first step is {c1}. Under alternating signs the step at t = 1000 is {w1000} where {rw1000} is right: the average holds little but the last gradient."),
            ("β는 지난 값에, $1-\\beta$는 새 값에 곱합니다.", "β goes with the old value, $1-\\beta$ with the new one."), []),
        "old-notation": (
            ("β를 새 값의 가중치로 쓰는 옛 표기", "Old notation: β weighs the new value"),
            ("코드 전체가 옛 표기라서 기울기가 일정하면 드러나지 않습니다. 부호가 번갈아 바뀌면 스텝이 {w1000}로, 바른 값 {rw1000}과 다릅니다. `beta1=0.1`, `beta2=0.001`인 Adam과 같습니다.",
             "The whole program keeps to the old notation, so a constant gradient shows nothing. Under alternating signs the step is {w1000} where {rw1000} is right. It is Adam with `beta1=0.1` and `beta2=0.001`."),
            ("β의 뜻을 확인하고 $1-\\beta$를 넘깁니다. [자세히](../story/adam.md#beta1-one)", "Look up what β means there and pass $1-\\beta$. [More](../story/adam.md#beta1-one)"), []),
        "betas-exchanged": (
            ("β₁과 β₂가 바뀜", "β₁ and β₂ exchanged"),
            ("기울기가 일정하면 드러나지 않습니다. 부호가 번갈아 바뀌면 스텝이 {w1000}로, 바른 값 {rw1000}보다 훨씬 작습니다. 방향을 바꾸는 데 수백 스텝이 걸리기도 합니다.",
             "A constant gradient shows nothing. Under alternating signs the step is {w1000} where {rw1000} is right, and turning around can take hundreds of steps."),
            ("인수의 순서를 확인합니다. m이 짧고 v가 깁니다.", "Check the order of the arguments: m is short, v is long."), []),
        "gradient-not-zeroed": (
            ("기울기를 0으로 되돌리지 않음", "Gradients never zeroed"),
            ("옵티마이저가 받는 것은 지금까지의 합입니다. 첫 스텝은 맞고, t = 2에서 {c2}, t = 100에서 {c100}입니다. 부호가 번갈아 바뀌면 절반은 오르막으로 걷습니다.",
             "The optimizer gets the sum of all gradients so far. The first step is right, then {c2} at t = 2 and {c100} at t = 100. Under alternating signs every other step goes uphill."),
            ("기울기를 계산하기 전에 `zero_grad()`를 부릅니다.", "Call `zero_grad()` before the gradients are computed."),
            [ISSUE.format("pytorch/pytorch", 47175), PULL.format("meta-pytorch/torchforge", 71)]),
    },
    "division": {
        "root-missing": (
            ("제곱근이 없음", "The root is missing"),
            ("스텝이 기울기에 반비례합니다. 기울기가 `10`이면 {c1}, `1e-4`면 {s1}입니다(ε이 반으로 줄인 값입니다). 기울기가 작아질수록 크게 튑니다.",
             "The step is inversely proportional to the gradient: {c1} for `10`, {s1} for `1e-4` (halved by ε). The smaller the gradients, the wilder the steps."),
            ("v의 제곱근으로 나눕니다. [자세히](../story/adam.md#line-by-line)", "Divide by the root of v. [More](../story/adam.md#line-by-line)"),
            [BLOB.format("bushaev/adam", "30dd0fab0bbcdfce909b21218b580cbca30913bf/AdamNonConvergence.ipynb")]),
        "root-multiplied": (
            ("제곱근으로 나누지 않고 곱함", "Multiplied by the root"),
            ("스텝이 기울기의 제곱에 비례합니다. 기울기가 `10`이면 {c1}, `1e-4`면 {s1}입니다.",
             "The step is proportional to the square of the gradient: {c1} for `10`, {s1} for `1e-4`."),
            ("제곱근은 분모에 둡니다.", "The root belongs in the denominator."), [PULL.format("oracle/tribuo", 401)]),
        "root-of-m": (
            ("v 대신 m의 제곱근으로 나눔", "Divided by the root of m"),
            ("스텝이 기울기의 제곱근에 비례합니다. 기울기가 `10`이면 {c1}, `1e-4`면 {s1}입니다. m이 음수가 되는 순간 `NaN`입니다.",
             "The step is proportional to the root of the gradient: {c1} for `10`, {s1} for `1e-4`. As soon as m is negative it is `NaN`."),
            ("분모에는 `v_hat`이 들어갑니다.", "The denominator takes `v_hat`."), []),
        "v-for-m": (
            ("분자에 m 대신 v", "v in the place of m"),
            ("스텝이 기울기의 크기에 비례하고 방향이 늘 같습니다. 기울기가 음수면 오르막으로 걷습니다. `10`에서 {c1}, `-10`에서 {w2}입니다.",
             "The step is proportional to the size of the gradient and its direction is always the same: uphill where the gradient is negative. {c1} for `10`, {w2} for `-10`."),
            ("분자에는 `m_hat`이 들어갑니다.", "The numerator takes `m_hat`."), []),
        "v-from-m": (
            ("g² 대신 m²으로 v를 만듦", "v made from m² instead of g²"),
            ("첫 스텝이 {c1}배이고, t = 10에서 {c10}배, t = 100에서 {c100}배입니다. 기울기가 오락가락해도 스텝이 거의 1이라, 잡음이 클 때 줄어들지 않습니다.",
             "The first step is {c1}, then {c10} at t = 10 and {c100} at t = 100. Under alternating signs the steps stay near 1: noise no longer makes them short."),
            ("v에는 기울기의 제곱을 넣습니다.", "v takes the square of the gradient."), []),
        "g-not-squared": (
            ("g²의 제곱을 빠뜨림", "The square of g is missing"),
            ("기울기가 `10`이면 {c1}, `1e-4`면 {s1}입니다. 기울기가 음수면 `NaN`입니다.", "The step is {c1} for `10`, {s1} for `1e-4`, and `NaN` for negative gradients."),
            ("v에는 `g**2`를 넣습니다.", "v takes `g**2`."), []),
        "eps-inside-root": (
            ("ε이 제곱근 안에 있음", "ε inside the root"),
            ("보통은 드러나지 않습니다. 기울기가 `1e-4`면 스텝이 {s1}이고, 더 작으면 거의 멈춥니다. RMSProp에서는 이 자리를 쓰는 프레임워크도 있습니다.",
             "Mostly nothing shows. For a gradient of `1e-4` the step is {s1}, and for smaller ones it nearly stops. For RMSProp some frameworks do use this place."),
            ("제곱근을 구한 뒤 더합니다. [자세히](../story/epsilon.md#places)", "Add it after the root. [More](../story/epsilon.md#places)"),
            [PULL.format("FluxML/Flux.jl", 448)]),
        "eps-outside-fraction": (
            ("ε이 분수 밖에 있음", "ε outside the fraction"),
            ("기울기가 계속 0인 매개변수에서 `NaN`이 납니다. 그 밖에는 스텝마다 매개변수에 ε이 더해지기만 합니다.",
             "A parameter whose gradients are all 0 becomes `NaN`. Otherwise ε is added to the parameter at every step, which hardly shows."),
            ("분모 전체를 괄호로 묶습니다.", "Put the whole denominator in brackets."),
            [PULL.format("kozistr/pytorch_optimizer", 121)]),
        "eps-after-reciprocal": (
            ("역수를 구한 뒤 ε을 더함", "ε added after the reciprocal"),
            ("기울기가 계속 0인 매개변수에서 `NaN`이 납니다. `rsqrt(0)`이 이미 `inf`입니다.", "A parameter whose gradients are all 0 becomes `NaN`: `rsqrt(0)` is `inf` already."),
            ("ε은 나누기 전에 더합니다.", "Add ε before dividing."), [ISSUE.format("kozistr/pytorch_optimizer", 480)]),
        "float16": (
            ("모두 float16으로 계산", "Everything in float16"),
            ("`1e-8`인 ε은 float16에서 0이고, 작은 기울기는 g²과 v도 0이 됩니다. 기울기가 `1e-4`면 첫 스텝이 {s1}, 0이면 {z1}입니다. 기울기가 커도 스텝이 {c1}처럼 반올림됩니다.",
             "ε of `1e-8` is 0 in float16, and so are g² and v of small gradients. For a gradient of `1e-4` the first step is {s1}, for 0 it is {z1}. Even large gradients give rounded steps, {c1}."),
            ("m, v와 매개변수의 사본을 float32에 둡니다. 여의치 않으면 `eps=1e-4`처럼 큰 값을 씁니다. [자세히](../story/epsilon.md#without)",
             "Keep m, v and a copy of the parameters in float32. If that cannot be, take a large `eps` such as `1e-4`. [More](../story/epsilon.md#without)"),
            [ISSUE.format("google-deepmind/optax", 1754), ISSUE.format("FluxML/Optimisers.jl", 167)]),
    },
    "direction": {
        "sign-flipped": (
            ("부호가 뒤집힘", "The sign is flipped"),
            ("스텝의 크기는 맞지만 오르막입니다. 손실이 처음부터 커집니다.", "The steps have the right size and go uphill: the loss grows from the start."),
            ("빼기로 바꿉니다. 최대화하려던 것이라면 그대로 두어도 됩니다.", "Subtract. Unless you meant to maximize."), []),
        "decay-in-gradient": (
            ("가중치 감쇠를 기울기에 더함(L2)", "Decay added to the gradient (L2)"),
            ("기울기가 0인 매개변수가 감쇠율과 상관없이 스텝마다 학습률의 {z1}배씩 줄어듭니다. 바른 AdamW에서는 {rz1}배입니다.",
             "A parameter without gradient shrinks by {z1} times the learning rate at each step, whatever the decay; right AdamW gives {rz1} times."),
            ("Adam이 나누기 전이 아니라, 매개변수에 바로 뺍니다. [자세히](../story/limits.md#weight-decay)", "Subtract the decay from the parameter, past Adam's division. [More](../story/limits.md#weight-decay)"),
            [ISSUE.format("deeplearning4j/deeplearning4j", 5843)]),
        "decay-without-lr": (
            ("가중치 감쇠에 학습률을 곱하지 않음", "Decay not multiplied by lr"),
            ("기울기가 0인 매개변수가 스텝마다 학습률의 {z1}배씩 줄어듭니다. 바른 값은 {rz1}배입니다. 가중치가 수백 스텝 만에 0이 됩니다. 논문의 식이 이렇고, 그대로 따른 프레임워크도 있으므로 감쇠율의 뜻을 확인합니다.",
             "A parameter without gradient shrinks by {z1} times the learning rate at each step where {rz1} times is right; weights are gone after some hundred steps. The paper has this form, and some frameworks follow it: look up which decay is meant."),
            ("`lr * decay`를 곱하거나, 감쇠율을 그만큼 작게 줍니다.", "Multiply by `lr * decay`, or pass a decay that is that much smaller."),
            [ISSUE.format("flashlight/flashlight", 143), ISSUE.format("tensorflow/addons", 2282)]),
    },
    "others": {
        "velocity-uphill": (
            ("모멘텀: 속도의 부호가 뒤집힘", "Momentum: the sign of the velocity"),
            ("첫 스텝부터 오르막이고 점점 빨라집니다. $-g$를 쌓는 표기와 빼는 표기를 섞었습니다.", "Uphill from the first step, and faster and faster: a velocity that collects $-g$ was mixed with a step that subtracts."),
            ("`beta * velocity + g`를 빼거나, `beta * velocity - lr * g`를 더합니다. [자세히](../story/momentum.md#conventions)",
             "Subtract `beta * velocity + g`, or add `beta * velocity - lr * g`. [More](../story/momentum.md#conventions)"), []),
        "velocity-brakes": (
            ("모멘텀: 지난 속도를 뺌", "Momentum: the old velocity subtracted"),
            ("첫 스텝은 맞고 둘째가 {c2}로 줄며, 끝내 {c1000}에 머뭅니다. 바른 값은 {r1000}입니다. 속도가 붙지 않고 제동이 걸립니다.",
             "The first step is right, the second is {c2}, and the steps settle at {c1000} where {r1000} is right: it brakes instead of gathering speed."),
            ("지난 속도는 더합니다.", "Add the old velocity."), []),
        "lr-twice": (
            ("모멘텀: 학습률을 두 번 곱함", "Momentum: lr applied twice"),
            ("모든 스텝에 학습률이 한 번 더 곱해집니다. 학습률이 `1e-3`이면 {c1}이고 바른 값은 {r1}입니다. 학습률을 10배로 하면 스텝이 100배가 됩니다.",
             "Every step is smaller by the factor lr: {c1} where {r1} is right, at `lr=1e-3`. Ten times the learning rate gives a hundred times the step."),
            ("학습률은 속도 안이나 밖에서 한 번만 곱합니다. [자세히](../story/momentum.md#conventions)", "Multiply once, inside the velocity or outside. [More](../story/momentum.md#conventions)"), []),
        "new-velocity": (
            ("네스테로프: 새 속도로 한 번 더 앞섬", "Nesterov with the new velocity"),
            ("첫 스텝이 {c1}로 바른 값 {r1}보다 큽니다. 기울기가 일정하면 끝은 같지만, 견딜 수 있는 학습률이 작아집니다. [자세히](../story/momentum.md#two-ahead)",
             "The first step is {c1} where {r1} is right. Under a constant gradient the end is the same, but the largest stable learning rate is smaller. [More](../story/momentum.md#two-ahead)"),
            ("스텝은 갱신하기 전의 속도로 만듭니다.", "Make the step from the velocity before it is updated."), []),
        "squares-added": (
            ("RMSProp: 제곱을 평균하지 않고 더함", "RMSProp: squares summed, not averaged"),
            ("스텝이 $1/\\sqrt{{t}}$로 줄어듭니다. t = 100에서 {c100}, t = 1000에서 {c1000}입니다. AdaGrad가 되었습니다.",
             "The steps shrink like $1/\\sqrt{{t}}$: {c100} at t = 100, {c1000} at t = 1000. This is AdaGrad."),
            ("지난 값에 `beta2`, 새 제곱에 `1 - beta2`를 곱합니다. [자세히](../story/rmsprop.md#adagrad)", "Weigh the old value by `beta2` and the new square by `1 - beta2`. [More](../story/rmsprop.md#adagrad)"), []),
        "v-not-stored": (
            ("RMSProp: v를 저장하지 않음", "RMSProp: v never stored"),
            ("기울기가 무엇이든 스텝의 크기가 {c1000}입니다. 바른 RMSProp은 {c1}에서 1로 줄어듭니다. 부호만 쓰는 경사 하강법이 되었습니다.",
             "Whatever the gradient, the step is {c1000}; right RMSProp falls from {c1} to 1. This is sign descent."),
            ("v를 스텝 사이에 남깁니다.", "Keep v between steps."), []),
    },
}
MISTAKES = {
    name: SimpleNamespace(
        name=name, family=family, rule=LINES[name][0], lines=list(zip(LINES[name][1::2], LINES[name][2::2])),
        title=title, see=see, mend=mend, met=met)
    for family, entries in WORDS.items() for name, (title, see, mend, met) in entries.items()}
