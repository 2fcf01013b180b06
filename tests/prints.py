"""Paths on the page's list, and the ways in which programs print them."""

import json

import numpy as np

from frameworks import identified
from mhat.identify import GRADIENTS, THETA
from mhat.identify.known import ROWS, Candidate
from mhat.identify.walking import walk

SETTINGS = {"lr": 0.2, "beta": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "dampening": 0.5, "epoch": 6, "micro": 4}


def row(name):
    return next(row for row in ROWS if row.name == name)


def path_of(name, kind="", start="v = 0", **settings):
    hit = identified.with_settings(Candidate(row(name), kind, start, {}), {**SETTINGS, **settings})
    return np.array(walk(hit, GRADIENTS))


def lines(path, form="{:.6f}", gap=" "):
    return "\n".join(gap.join(form.format(x) for x in each) for each in path)


def framed(frame, form="{:.6f}", gap=", "):
    """A frame for each point of the path, its numbers in the place of the dots."""
    return "\n".join(frame.replace("…", lines([point], form, gap)) for point in PATH)


PATH = path_of("adam")
PRINTS = {
    "lines": lines(PATH),
    "commas": lines(PATH, gap=", "),
    "one line": lines(PATH).replace("\n", " "),
    "JSON": json.dumps(PATH.tolist()),
    "JSON with names": json.dumps([{"theta": each} for each in PATH.tolist()]),
    "NumPy": str(PATH),
    "NumPy arrays": "\n".join(repr(each) for each in PATH),
    "NumPy scalars": "[" + ", ".join(f"np.float64({x!r})" for x in PATH.ravel().tolist()) + "]",
    "PyTorch": framed("tensor([…], dtype=torch.float64, grad_fn=<SubBackward0>)", "{:.4f}"),
    "PyTorch parameter": framed("Parameter containing:\ntensor([…], requires_grad=True, device='cuda:0')"),
    "TensorFlow": framed(
        "<tf.Variable 'Variable:0' shape=(3,) dtype=float32, numpy=array([…], dtype=float32)>", "{:.7f}"),
    "JAX": framed("[…]", gap=" "),
    "C": lines(PATH, "{:.9g}f", ", "),
    "exponents": lines(PATH, "{:.8E}"),
    "typographic minus": lines(PATH).replace("-", "−"),
    "numbered": "\n".join(f"{t} {lines([each])}" for t, each in enumerate(PATH, 1)),
    "numbered from 0": "\n".join(f"{t} {lines([each])}" for t, each in enumerate(PATH)),
    "labelled": "\n".join(f"step {t}: theta = {lines([each])}" for t, each in enumerate(PATH, 1)),
    "step=": "\n".join(f"step={t} theta=[{lines([each], gap=', ')}]" for t, each in enumerate(PATH, 1)),
    "with the start": lines([THETA, *PATH]),
    "numbered with the start": "\n".join(f"{t} {lines([each])}" for t, each in enumerate([THETA, *PATH])),
}


class Tensor:
    """As much of a tensor of PyTorch as is used."""

    def __init__(self, values):
        self.values, self.grad, self.shape = np.array(values, float), None, np.shape(values)
    data = property(lambda self: self)
    def numel(self):
        return self.values.size
    def copy_(self, other):
        self.values[:] = other.values
    def new_tensor(self, values):
        return Tensor(values)
    def reshape(self, shape):
        return self
    def detach(self):
        return self
    cpu = detach
    def numpy(self):
        return self.values
