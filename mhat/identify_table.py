"""All that `identify.py` knows by name: the forms, the mistakes as functions, and who computes what."""

import inspect
import linecache

import numpy as np

from mhat import forms, rules
from mhat.mistakes import COUNT, LINES, START, exchanged
from mhat.mistakes import MISTAKES as ENTRIES
from mhat.records import ordered

TITLES = {
    "gradient_descent": ("경사 하강법", "gradient descent"),
    "momentum": ("모멘텀, 학습률이 속도 밖", "momentum, learning rate outside the velocity"),
    "momentum_inside": ("모멘텀, 학습률이 속도 안", "momentum, learning rate inside the velocity"),
    "momentum_average": ("모멘텀, 속도가 지수이동평균", "momentum, the velocity a moving average"),
    "momentum_average_inside": ("모멘텀, 속도가 지수이동평균, 학습률이 안", "momentum, the velocity a moving average, learning rate inside"),
    "momentum_dampened": ("댐프닝한 모멘텀, 첫 기울기는 그대로", "dampened momentum, the first gradient whole"),
    "momentum_dampened_at_once": ("댐프닝한 모멘텀, 첫 기울기부터", "dampened momentum, from the first gradient on"),
    "nesterov": ("네스테로프 모멘텀, 학습률이 속도 밖", "Nesterov's momentum, learning rate outside the velocity"),
    "nesterov_inside": ("네스테로프 모멘텀, 학습률이 속도 안", "Nesterov's momentum, learning rate inside the velocity"),
    "not_nesterov": ("새 속도를 쓴 네스테로프 모멘텀", "Nesterov's momentum with the new velocity"),
    "adagrad": ("AdaGrad", "AdaGrad"),
    "adam": ("Adam, 논문의 알고리즘 1", "Adam, the paper's Algorithm 1"),
    "adam_folded": ("Adam, 보정을 학습률에 모은 꼴", "Adam with the corrections in the learning rate"),
    "adam_eps_hat": ("Adam, 보정하지 않은 v 옆의 ε", "Adam with ε beside the raw v (ε-hat)"),
    "adam_uncorrected": ("편향 보정이 없는 Adam", "Adam without bias correction"),
    "amsgrad": ("AMSGrad, 보정하지 않은 v의 최댓값을 보정", "AMSGrad, the largest raw v, corrected"),
    "amsgrad_eps_hat": ("AMSGrad, 보정하지 않은 v의 최댓값 옆의 ε", "AMSGrad, the largest raw v, ε beside it"),
    "amsgrad_corrected": ("AMSGrad, 보정한 v의 최댓값", "AMSGrad, the largest corrected v"),
    "amsgrad_v_uncorrected": ("AMSGrad, m만 보정", "AMSGrad, m alone corrected"),
    "amsgrad_uncorrected": ("AMSGrad, 보정 없음", "AMSGrad, no correction"),
    "nadam": ("Nadam", "Nadam"),
    "adamax": ("AdaMax", "AdaMax"),
    "rmsprop": ("RMSProp, ε이 근호 밖", "RMSProp, ε outside the root"),
    "rmsprop_eps_inside": ("RMSProp, ε이 근호 안", "RMSProp, ε inside the root"),
    "rmsprop_corrected": ("편향을 보정한 RMSProp", "RMSProp with bias correction"),
    "rmsprop_corrected_inside": ("편향을 보정한 RMSProp, ε이 근호 안", "RMSProp with bias correction, ε inside the root"),
    "rmsprop_centered": ("중심 RMSProp, ε이 근호 밖", "centered RMSProp, ε outside the root"),
    "rmsprop_centered_inside": ("중심 RMSProp, ε이 근호 안", "centered RMSProp, ε inside the root"),
    "rmsprop_centered_subtracted": ("중심 RMSProp, ε을 뺌", "centered RMSProp, ε subtracted"),
    "rmsprop_momentum_outside": ("RMSProp과 모멘텀, 학습률이 속도 밖", "RMSProp with momentum, learning rate outside the velocity"),
    "rmsprop_momentum_inside": ("RMSProp과 모멘텀, 학습률이 속도 안, ε이 근호 안", "RMSProp with momentum, learning rate inside the velocity, ε inside the root"),
    "rmsprop_momentum_eps_inside": ("RMSProp과 모멘텀, 학습률이 속도 밖, ε이 근호 안", "RMSProp with momentum, learning rate outside the velocity, ε inside the root"),
    "rmsprop_momentum_lr_inside": ("RMSProp과 모멘텀, 학습률이 속도 안", "RMSProp with momentum, learning rate inside the velocity"),
    "rmsprop_nesterov_inside": ("RMSProp과 네스테로프 모멘텀, ε이 근호 안", "RMSProp with Nesterov's momentum, ε inside the root"),
    "rmsprop_centered_momentum_outside": ("중심 RMSProp과 모멘텀, 학습률이 속도 밖", "centered RMSProp with momentum, learning rate outside the velocity"),
    "rmsprop_centered_momentum_inside": ("중심 RMSProp과 모멘텀, 학습률과 ε이 안", "centered RMSProp with momentum, learning rate and ε inside"),
}
RENAMED = {"t-per-tensor": ("adam", COUNT, "t = t + 3"), "float16": ("adam",)}
ONLY = {"epoch": 6, "micro": 4}


def source(name):
    """A mistake as a function of its own, its settings among the parameters."""
    rule, *lines = RENAMED.get(name, LINES[name])
    head, body = exchanged(rule, *lines).lstrip().split("):\n", 1)
    more = "".join(f", {word}={value}" for word, value in ONLY.items() if word in body)
    return head.replace(f"def {rule}", f"def {function(name)}") + f"{more}):\n{body}"


def function(name):
    return "wrong_" + name.replace("-", "_")


def made(name):
    """A mistake as a function whose source can be read, as that of any other."""
    text, file, names = source(name), f"<mistake {name}>", {"np": np, "__name__": __name__}
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)
    return names[function(name)]


def takes(rule):
    return [name for name in list(inspect.signature(rule).parameters)[3:] if name != "lr"]


def row(kind, name, rule, start, of, title, lines):
    return {"kind": kind, "name": name, "rule": rule, "takes": takes(rule), "start": list(start), "rule_name": of,
            "family": of.split("_")[0], "decays": "decay" in takes(rule), "betas": [i for i, each in enumerate(takes(rule)) if each.startswith("beta")],
            "starts": kind == "form" and name.startswith("rmsprop"), "title": list(title), "lines": lines}


def form_rows():
    known = {rule.__name__: (rule, start) for rule, start in {**rules.START, **forms.START}.items()}
    return [row("form", name, *known[name], name, title, []) for name, title in TITLES.items()]


def mistake_rows():
    rows = []
    for name, entry in ENTRIES.items():
        rule = {"tensors": "adam", "adamw": "adam"}.get(entry.rule, entry.rule)
        start = START.get(name, START[LINES[name][0]])
        rows.append(row("mistake", name, made(name), start, rule, entry.title, [list(pair) for pair in entry.lines]))
    return [each for each in rows if each["name"] != "float16"]


def used():
    """{form, weight decay, start of v: [[framework, call, address], ...]} from the records."""
    found = {}
    for record in ordered():
        for rule in record["rule"]:
            last = rule["call"].split(".")[-1]
            page = f"{rule['page']}.html#{record['id']}"
            start = rule.get("start", "v = 0")
            named = {rule["form"]: last}
            for words, form in rule.get("also", {}).items():
                named.setdefault(form, f"{last}, {words}")
            decay = {"decay_with": "decay_before"}.get(rule.get("decay"), rule.get("decay"))
            for form, call in named.items():
                for kind in {"", decay or ""} - ({""} if rule["defaults"].get("decay") else set()):
                    found.setdefault(f"{form} {kind} {start}", []).append([record["name"], call, page])
    return found


FORMS, MISTAKES, USED = form_rows(), mistake_rows(), used()
