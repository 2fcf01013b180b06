"""One right Adam as several people write it, and the mistakes that they make in it, by an exchange of text."""

LOOP = """
import numpy as np
w = np.array([1.0, -2.0])
b1, b2, lr, eps = 0.9, 0.999, 0.01, 1e-8
mt = np.zeros(2)
vt = np.zeros(2)
losses = []
for i in range(100):
    grad = 2 * w
    mt = b1 * mt + (1 - b1) * grad
    vt = b2 * vt + (1 - b2) * grad**2
    mh = mt / (1 - b1**(i + 1))
    vh = vt / (1 - b2**(i + 1))
    w -= lr * mh / (np.sqrt(vh) + eps)
    losses.append((w**2).sum())
print(losses[-1])
"""
FUNCTION = """
def step(theta, grad, m, v, t, lr=1e-3, b1=0.9, b2=0.999):
    m = b1 * m + (1 - b1) * grad
    v = b2 * v + (1 - b2) * grad * grad
    theta = theta - lr * (m / (1 - b1 ** t)) / (np.sqrt(v / (1 - b2 ** t)) + 1e-8)
    return theta, m, v
"""
PLAIN = """
from math import sqrt
x = 3.0
m = 0.0
v = 0.0
t = 0
path = []
while len(path) < 1000:
    t += 1
    dx = 2 * x
    m = 0.9 * m + 0.1 * dx
    v = 0.999 * v + 0.001 * dx * dx
    mhat = m / (1 - 0.9 ** t)
    vhat = v / (1 - 0.999 ** t)
    x = x - 0.05 * mhat / (sqrt(vhat) + 1e-8)
    path.append(x)
"""
CLASS = """
class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps
        self.t = 0
        self.m = {}
        self.v = {}

    def update(self, params, grads):
        self.t += 1
        for k in params:
            if k not in self.m:
                self.m[k] = np.zeros_like(params[k])
                self.v[k] = np.zeros_like(params[k])
            g = grads[k]
            self.m[k] = self.beta1 * self.m[k] + (1 - self.beta1) * g
            self.v[k] = self.beta2 * self.v[k] + (1 - self.beta2) * g**2
            m_hat = self.m[k] / (1 - self.beta1**self.t)
            v_hat = self.v[k] / (1 - self.beta2**self.t)
            params[k] -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
"""
LINES = """
m = b1*m+(1-b1)*g
v = b2*v+(1-b2)*g*g
theta -= lr*(m/(1-b1**t))/(np.sqrt(v/(1-b2**t))+eps)
"""
CODES = {"loop": LOOP, "function": FUNCTION, "plain": PLAIN, "class": CLASS, "lines": LINES}
MADE = [  # (code, mistake, (what stands there, what comes in its place), ...)
    ("loop", "power-missing", ("**(i + 1)", "")),
    ("loop", "t-from-0", ("(i + 1)", "i")),
    ("loop", "both-written-back", ("mh =", "mt ="), ("vh =", "vt ="),
     ("lr * mh / (np.sqrt(vh)", "lr * mt / (np.sqrt(vt)")),
    ("loop", "both-written-back", ("mh = mt / ", "mt /= "), ("vh = vt / ", "vt /= "),
     ("lr * mh / (np.sqrt(vh)", "lr * mt / (np.sqrt(vt)")),
    ("loop", "sign-flipped", ("w -=", "w +=")),
    ("loop", "eps-inside-root", ("(np.sqrt(vh) + eps)", "np.sqrt(vh + eps)")),
    ("loop", "root-missing", ("np.sqrt(vh)", "vh")),
    ("loop", "g-not-squared", ("grad**2", "grad")),
    ("loop", "m-not-corrected", ("lr * mh", "lr * mt")),
    ("loop", "m-v-not-stored", ("    grad =", "    mt = np.zeros(2)\n    vt = np.zeros(2)\n    grad =")),
    ("loop", "first-step-only", ("    mh = mt / (1 - b1**(i + 1))", "    if i == 0:\n        mt = mt / (1 - b1)"),
     ("    vh = vt / (1 - b2**(i + 1))", "    if i == 0:\n        vt = vt / (1 - b2)"),
     ("mh / (np.sqrt(vh)", "mt / (np.sqrt(vt)")),
    ("loop", "g2-unweighted", ("(1 - b2) * grad**2", "grad**2")),
    ("loop", "beta1-weighs-g2", ("(1 - b2) * grad**2", "(1 - b1) * grad**2")),
    ("function", "power-missing", (" ** t", "")),
    ("function", "beta1-in-both", ("1 - b2 ** t", "1 - b1 ** t")),
    ("function", "v-not-corrected", ("v / (1 - b2 ** t)", "v")),
    ("function", "eps-twice", ("np.sqrt(v / (1 - b2 ** t))", "np.sqrt(v / (1 - b2 ** t) + 1e-8)")),
    ("function", "v-from-m", ("* grad * grad", "* m * m")),
    ("plain", "power-missing", (" ** t", "")),
    ("plain", "multiplied", ("m / (1 -", "m * (1 -"), ("v / (1 -", "v * (1 -")),
    ("plain", "sign-flipped", ("x = x - ", "x = x + ")),
    ("plain", "t-never-counted", ("    t += 1\n", "    t = 1\n")),
    ("plain", "m-written-back", ("mhat = m ", "m = m "), ("0.05 * mhat", "0.05 * m")),
    ("class", "both-written-back", ("m_hat = self", "self.m[k] = self"), ("v_hat = self", "self.v[k] = self"),
     ("m_hat / (np.sqrt(v_hat)", "self.m[k] / (np.sqrt(self.v[k])")),
    ("class", "t-per-tensor", ("        self.t += 1\n        for k in params:\n",
                               "        for k in params:\n            self.t += 1\n")),
    ("class", "beta2-in-both", ("self.m[k] / (1 - self.beta1**", "self.m[k] / (1 - self.beta2**")),
    ("class", "t-never-counted", ("self.t += 1", "self.t = 1")),
    ("class", "weights-swapped",
     ("self.beta1 * self.m[k] + (1 - self.beta1) *", "(1 - self.beta1) * self.m[k] + self.beta1 *"),
     ("self.beta2 * self.v[k] + (1 - self.beta2) *", "(1 - self.beta2) * self.v[k] + self.beta2 *")),
    ("lines", "power-missing", ("**t", "")),
    ("lines", "m-not-corrected", ("(m/(1-b1**t))", "m")),
]


def made(code: str, *exchanges: tuple[str, str]) -> str:
    """A code with a mistake."""
    text = CODES[code]
    for there, instead in exchanges:
        assert there in text, there
        text = text.replace(there, instead)
    return text
