"""The records of the frameworks as tables and entries of the pages in conventions/."""

import re

from frameworks.results import results
from mhat.records import ordered
from snippets.shared.typeset import typeset

RECORDS = ordered()
RESULTS = results("verified")
FORMS = {  # what a form is called in a table
    "adam": ("논문 꼴", "paper"), "adam_folded": ("논문 꼴", "paper"), "adam_eps_hat": ("ε̂ 꼴", "ε-hat"),
    "adam_uncorrected": ("보정 없음", "uncorrected"), "amsgrad": ("AMSGrad", "AMSGrad"),
    "amsgrad_eps_hat": ("AMSGrad, ε̂ 꼴", "AMSGrad, ε-hat"),
    "amsgrad_corrected": ("AMSGrad, 보정 뒤 최댓값", "AMSGrad, largest corrected"),
    "amsgrad_v_uncorrected": ("AMSGrad, v는 보정 없음", "AMSGrad, v uncorrected"),
    "amsgrad_uncorrected": ("AMSGrad, 보정 없음", "AMSGrad, uncorrected"),
    "rmsprop": ("ε 밖", "ε outside"), "rmsprop_eps_inside": ("ε 안", "ε inside"),
    "rmsprop_corrected": ("보정, ε 밖", "corrected, ε outside"), "rmsprop_corrected_inside": ("보정, ε 안", "corrected, ε inside"),
    "rmsprop_centered": ("중심, ε 밖", "centered, ε outside"), "rmsprop_centered_inside": ("중심, ε 안", "centered, ε inside"),
    "rmsprop_centered_subtracted": ("중심, ε을 뺌", "centered, ε subtracted"),
    "rmsprop_momentum_outside": ("모멘텀, 학습률 밖, ε 밖", "momentum, lr outside, ε outside"),
    "rmsprop_momentum_inside": ("모멘텀, 학습률 안, ε 안", "momentum, lr inside, ε inside"),
    "rmsprop_momentum_eps_inside": ("모멘텀, 학습률 밖, ε 안", "momentum, lr outside, ε inside"),
    "rmsprop_momentum_lr_inside": ("모멘텀, 학습률 안, ε 밖", "momentum, lr inside, ε outside"),
    "rmsprop_nesterov_inside": ("네스테로프, 학습률 안, ε 안", "Nesterov, lr inside, ε inside"),
    "rmsprop_centered_momentum_outside": ("중심, 모멘텀, 학습률 밖, ε 밖", "centered, momentum, lr outside, ε outside"),
    "rmsprop_centered_momentum_inside": ("중심, 모멘텀, 학습률 안, ε 안", "centered, momentum, lr inside, ε inside"),
    "momentum": ("학습률 밖", "lr outside"), "momentum_inside": ("학습률 안", "lr inside"),
    "momentum_average": ("평균, 학습률 밖", "average, lr outside"), "momentum_average_inside": ("평균, 학습률 안", "average, lr inside"),
    "momentum_dampened": ("댐프닝, 학습률 밖", "dampened, lr outside"),
    "momentum_dampened_at_once": ("첫 기울기부터 댐프닝, 학습률 밖", "dampened from the first gradient, lr outside"),
    "nesterov": ("네스테로프, 학습률 밖", "Nesterov, lr outside"),
    "nesterov_inside": ("네스테로프, 학습률 안", "Nesterov, lr inside"),
    "not_nesterov": ("네스테로프가 아님", "not Nesterov"),
    "gradient_descent": ("경사 하강법", "gradient descent"), "adagrad": ("AdaGrad", "AdaGrad"), "adamw": ("AdamW", "AdamW"),
    "nadam": ("Nadam", "Nadam"), "adamax": ("AdaMax", "AdaMax"),
}
DECAYS = {
    None: ("없음", "none"), "decay_l2": ("L2", "L2"), "decay_before": ("먼저 줄임", "shrinks first"),
    "decay_with": ("함께 줄임", "shrinks at once"), "decay_after": ("나중에 줄임", "shrinks after"),
    "decay_absolute": ("학습률 없이", "without lr"), "decay_absolute_after": ("나중에, 학습률 없이", "after, without lr"),
}


def rules(page):
    """(record, rule) of a page, in the order of the table."""
    return [(record, rule) for record in RECORDS for rule in record["rule"] if rule["page"] == page]


def result(record, rule):
    """What `verify` found for a call with its plain settings; None where it was read only."""
    found = [r for r in RESULTS.get(record["stem"], ()) if r["call"] == rule["call"]]
    return next((r for r in found if r["run"] == "settings"), found[0] if found else None)


def short(number):
    """1e-16 as it stands in a table."""
    return typeset(f"{number:.0e}") if number else "0"


def proof(record, rule, say):
    """How a row is known: run, with its deviation and that of the next form, or read."""
    found = result(record, rule)
    if not found:
        return say("소스에서 읽음", "read in the source")
    return f"{short(found['deviation'])} · {short(found['next_deviation'])}"


def setting(rule, name, say):
    """The default of a setting; a dash where the framework has none, a word where it must be given."""
    if name not in rule["settings"]:
        return "–"
    value = rule["defaults"].get(name)
    return say("필수", "required") if value is None else f"`{value:g}`".replace("e-0", "e-")


def last(call):
    """The end of a call's name: `SGD`, `nesterov(unit_gain=False)`."""
    return re.search(r'(\w+(\(.*\))?)"?$', call)[1]


def table(page, heads, cells, say):
    """The table of a page: a row a call, with the cells that `cells(record, rule, say)` gives it."""
    names = [say("프레임워크", "framework"), *heads, say("차이 · 다음 꼴", "off by · next form")]
    lines = [names, ["---"] * len(names)]
    for record, rule in rules(page):
        link = f"[{record['name']}](#{record['id']}) `{last(rule['call'])}`"
        lines.append([link, *cells(record, rule, say), proof(record, rule, say)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def source(record, path, say):
    """A link to the lines of a framework."""
    return f"[{say('소스', 'source')}]({record['repository']}/blob/{record['commit']}/{path})"


def sentence(record, rule, say):
    """What a user of a call needs, its traps below."""
    words = lambda part: say(part["ko"], part["en"])
    lines = [f"`{rule['call']}`: {words(rule['sentence'])} ({source(record, rule['source'], say)})"]
    lines += [f"- {words(trap)} ({source(record, trap['source'], say)})" for trap in rule.get("traps", ())]
    return "\n\n".join(lines[:1] + ["\n".join(lines[1:])]).strip()


def entries(page, say):
    """Framework by framework, what its user needs."""
    parts = []
    for record in RECORDS:
        own = [rule for rule in record["rule"] if rule["page"] == page]
        if own:
            text = "\n\n".join(sentence(record, rule, say) for rule in own)
            parts.append(f'<div class="framework" id="{record["id"]}" markdown>\n**{record["name"]}** {record["version"]}\n\n{text}\n</div>')
    return "\n\n".join(parts)


def count(page):
    """Calls in a table, how many of them were run, and frameworks."""
    own = rules(page)
    return {"calls": len(own), "run": sum(result(*each) is not None for each in own), "frameworks": len({r["name"] for r, _ in own})}
