"""The page check/identify: the run to print, the form, what stays undecided, the tables of the proof."""

import html
import json

import numpy as np

from frameworks.public import TABLE
from frameworks.results import results
from mhat.identify import GRADIENTS, THETA
from mhat.identify.answering import named
from mhat.identify.arranging import arranged
from mhat.identify.candidates import candidates, names_of
from mhat.identify.code.checking import LONGEST_CODE
from mhat.identify.code.saying import CODE_WORDS
from mhat.identify.feed import ROUNDING
from mhat.identify.known import DECAYS, FORMS, MISTAKES, ROWS, Candidate
from mhat.identify.reading import read
from mhat.identify.relatives import RELATIVES
from mhat.identify.searching import classes
from mhat.identify.telling import called
from mhat.identify.walking import leaves, walk
from mhat.words import filled
from snippets.shared.drawing import curve, log_axis, panels

RESULTS = results("identified")

# --8<-- [start:run]
theta, velocity = np.array(THETA), 0.0
path = []
for g in np.array(GRADIENTS):
    velocity = 0.9 * velocity + g
    theta = theta - 0.1 * velocity
    path.append(theta)
    print(*theta)

assert np.allclose(path[0], [0.4, -0.25, 0.125])
# --8<-- [end:run]

BASE = {
    "lr": 0.2, "beta": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8,
    "dampening": 0.5, "epoch": 6, "micro": 4, "decay": 0.01,
}
steps, known = len(GRADIENTS), len(FORMS) + len(MISTAKES)
forms, mistakes = len(FORMS), len(MISTAKES)


def with_base(row, decay="", start="v = 0"):
    """A candidate with the settings of BASE."""
    return Candidate(row, decay, start, {name: BASE[name] for name in ["lr", *names_of(row, decay)]})


def row_of(name):
    return next(row for row in ROWS if row.name == name)


# The form


FIELDS = ("lr", "beta1", "beta2", "eps", "beta", "decay", "dampening", "epoch", "micro")
NAMES = {
    "lr": ("학습률", "learning rate"), "beta1": ("β₁", "β₁"), "beta2": ("β₂", "β₂"), "eps": ("ε", "ε"),
    "beta": ("모멘텀의 β", "β of momentum"), "decay": ("가중치 감쇠", "weight decay"),
    "dampening": ("댐프닝", "dampening"),
    "epoch": ("에폭의 스텝 수", "steps an epoch"), "micro": ("마이크로 배치 수", "micro-batches"),
}


def example():
    """The loop of the thread, six digits of it."""
    with np.errstate(all="ignore"):
        path = walk(with_base(row_of("both-written-back")), GRADIENTS)
    return "\n".join(" ".join(f"{x:.6f}" for x in line) for line in path)


# The code that a reader is shown how to check: the loop of the thread, for one number.
LOOP = """\
w, m, v = 5.0, 0.0, 0.0
b1, b2, lr = 0.9, 0.999, 0.1

for i in range(1, 101):
    g = 2 * w
    m = b1 * m + (1 - b1) * g
    m = m / (1 - b1**i)
    v = b2 * v + (1 - b2) * g**2
    v = v / (1 - b2**i)
    w -= lr * m / (v**0.5 + 1e-8)
"""


WITHOUT = ("자바스크립트가 필요합니다. <a href='#python'>파이썬 파일</a>이 같은 답을 합니다.",
           "This needs JavaScript. <a href='#python'>The Python file</a> gives the same answers.")


def code_form(say):
    """Where a reader's code goes, hidden until its script runs."""
    words = {name: say(text["ko"], text["en"]) for name, text in CODE_WORDS["page"].items()}
    words["long"] = filled(say(*CODE_WORDS["problems"]["long"].values()), {"n": f"{LONGEST_CODE:,}"})
    example, told = html.escape(LOOP).replace("\n", "&#10;"), html.escape(json.dumps(words, ensure_ascii=False))
    return f"""<form class="checker" data-words="{told}" data-most="{LONGEST_CODE}" hidden>
<label>{words["code"]}
<textarea name="code" rows="11" spellcheck="false" autocomplete="off" autocapitalize="off"></textarea></label>
<p><button type="submit">{words["check"]}</button>
<button type="button" data-example="{example}">{words["example"]}</button></p>
<div role="status" aria-live="polite"></div>
</form>
<noscript><p>{say(*WITHOUT)}</p></noscript>"""


def field(name, say):
    value = ' value="0"' if name == "decay" else ""
    return (f'<label>{say(*NAMES[name])} <input data-setting="{name}" name="{name}" inputmode="decimal" '
            f'autocomplete="off"{value}></label>')


def form(say):
    """The form, hidden until its script runs."""
    options = "".join(f'<option value="{name if name in ROUNDING else ""}">{name}</option>'
                      for name in (say("자동 판별", "from the digits"), *ROUNDING))
    fields, more = "".join(field(name, say) for name in FIELDS), say("자세히", "More")
    buttons = (f'<button type="submit">{say("진단하기", "Name it")}</button> '
               f'<button type="button" data-example="{example()}">{say("예제 입력", "Try an example")}</button>')
    return f"""<form class="identify" data-more="{more}" hidden>
<label class="numbers">{say("매개변수, 스텝마다 세 개", "Parameters, three a step")}
<textarea name="numbers" rows="8" spellcheck="false" autocomplete="off" autocapitalize="off"></textarea></label>
<fieldset><legend>{say("사용한 설정(모르면 비워 두세요)", "Your settings; leave empty what you do not know")}</legend>
{fields}<label>{say("자료형", "dtype")} <select name="dtype">{options}</select></label></fieldset>
<p>{buttons}</p>
<div id="identify-answer" role="status" aria-live="polite"></div>
</form>
<noscript><p>{say("이 칸에는 자바스크립트가 필요합니다. 아래의 파이썬 파일이 같은 답을 합니다.",
                  "The form needs JavaScript. The Python file below gives the same answers.")}</p></noscript>"""


def lists(say):
    """The list for other languages."""
    rows = [[f"{x:g}" for x in row] for row in GRADIENTS]
    body = ",\n".join("{" + ", ".join(row) + "}" for row in rows)
    start = ", ".join(f"{x:g}" for x in THETA)
    texts = {
        "JSON": json.dumps({"theta": THETA, "gradients": GRADIENTS}).replace("[[", "[\n[").replace("], [", "],\n["),
        "C": f"double theta[3] = {{{start}}};\ndouble gradients[{steps}][3] = {{\n{body}}};",
        "CSV": "\n".join(",".join(row) for row in rows),
    }
    return "\n".join(f"<details><summary>{name}</summary>\n<pre><code>{html.escape(text)}</code></pre></details>"
                     for name, text in texts.items()).replace("\n\n", "\n")


# What stays undecided


def undecided():
    """Groups of candidates that walk together under every gradient, with the same settings."""
    with np.errstate(all="ignore"):
        groups = classes([with_base(row) for row in ROWS] + [with_base(row_of("adam"), decay) for decay in DECAYS])
    return [[named(hit) for hit in group] for group in groups if len(group) > 1]


def why(group, say):
    kinds = {name["kind"] for name in group}
    if len(kinds) == 2:
        return say("계산은 같고 이름만 둘입니다. 의도한 것이면 프레임워크의 방식이고, 아니면 실수입니다.",
                   "One computation with two names: a convention, or a mistake if you meant something else.")
    if kinds == {"mistake"}:
        return say("t가 1에 멈춰 있으면 거듭제곱을 하지 않은 것과 같습니다.", "A t that stays at 1 is a missing power.")
    if group[0]["name"] == "adam":
        return say("같은 식을 옮겨 적은 것입니다.", "The same formula, rearranged.")
    return say("학습률이 그대로면 어디에 곱해도 같습니다. 학습률을 중간에 바꾸면 달라집니다.",
               "While the learning rate stays, its place does not matter; change it midway, and they part.")


def cannot(say):
    rows = [f"| {say('결과가 같은 것', 'same numbers')} | {say('이유', 'reason')} |", "|---|---|"]
    for group in undecided():
        names = "; ".join(called(name, say("ko", "en")) for name in group)
        rows.append(f"| {names} | {why(group, say)} |")
    return "\n".join(rows)


# The proof


GROUPS = {
    "form": ("프레임워크의 구현", "conventions"), "mistake": ("실수", "mistakes"),
    "decay": ("가중치 감쇠를 더한 구현", "conventions with weight decay"),
    "unsaid": ("설정을 알려 주지 않음", "settings not told"),
}
trials = sum(sum(counts.values()) for group in RESULTS["proof"].values() for counts in group.values())
wrong = sum(counts.get("wrong", 0) for group in RESULTS["proof"].values() for counts in group.values())
real_count = len(RESULTS["real"])
real_frameworks = len({row["framework"] for row in RESULTS["real"]})
NARROW = [counts for digits in RESULTS["narrow"].values() for counts in digits.values()]
narrow_trials = sum(sum(counts.values()) for counts in NARROW)
narrow_wrong, narrow_none = (sum(counts.get(word, 0) for counts in NARROW) for word in ("wrong", "none"))
strangers, false_names = RESULTS["strangers"]["count"], RESULTS["strangers"]["named"]


def proof(say):
    """A row for each group and number of digits."""
    heads = [say("대상", "what"), say("자릿수", "digits"), say("하나로 답함", "one name"), say("여럿", "several")]
    rows = [f"| {' | '.join(heads)} | {say('틀림', 'wrong')} |", "|---|---:|---:|---:|---:|"]
    for name, words in GROUPS.items():
        for digits in ("17", "6", "4"):
            counts = RESULTS["proof"][name][digits]
            cells = [f"{counts.get(word, 0):,}" for word in ("right", "undecided", "wrong")]
            rows.append(f"| {say(*words)} | {digits} | {' | '.join(cells)} |")
    return "\n".join(rows)


PAIRS = [counts for digits in RESULTS["pairs"].values() for counts in digits.values()]
paired = sum(sum(digits["17"].values()) for digits in RESULTS["pairs"].values())
pair_trials, pair_alone, pair_single, pair_some, pair_none, pair_wrong = (
    sum(sum(counts.values() if word == "all" else [counts.get(word, 0)]) for counts in PAIRS)
    for word in ("all", "right", "single", "undecided", "none", "wrong"))
others = sum(bool(each.source) for each in RELATIVES)


PUBLIC = results("public")
public, faulty = len(TABLE), [row for row in PUBLIC if TABLE[row["name"]].fault]
languages = len({each.language.split(" (")[0] for each in TABLE.values()})
public_named, public_none = (sum(row["printed"] == word for row in PUBLIC) for word in ("right", "none"))
public_wrong = sum(row[way] == "wrong" for row in PUBLIC for way in ("printed", "untold", "run"))
called_right = [row for row in faulty if row["said"]["en"] == "Right: " + row_of("adam").title["en"]]
faults, faults_named = len(faulty), sum(row["printed"] == "right" for row in faulty) - len(called_right)
untold_named, untold_none = (sum(row["untold"] in words for row in PUBLIC) for words in (("right", "among"), ("none",)))
added, misread = (sum(getattr(each, word) for each in TABLE.values()) for word in ("added", "misread"))


def public_table(say):
    """Where each is, what is wrong with it, and how the answer to its print begins."""
    code, heads = say("ko", "en"), say("어디서 | 언어 | 잘못 | 답", "where | language | fault | answer")
    rows = [f"| {heads} |", "|---|---|---|---|"]
    for row in PUBLIC:
        one = TABLE[row["name"]]
        fault = one.fault[code] if one.fault else "–"
        rows.append(f"| [{one.repository}]({one.address}) | {one.language} | {fault} | {row['said'][code]} |")
    summary = say(f"{public}개 모두 보기", f"All {public}")
    return f"<details markdown><summary>{summary}</summary>\n\n" + "\n".join(rows) + "\n\n</details>"


def other_names(say):
    """Every name of the second search with its source."""
    return "; ".join(f"[{say(each.title['ko'], each.title['en'])}]({each.source})" for each in RELATIVES if each.source)


def other_mistakes(say):
    """The names of the second search that have no source, because nobody proposed them."""
    named = [(say(each.title["ko"], each.title["en"].removeprefix("a mistake: ")), each.page.replace(".html", ".md"))
             for each in RELATIVES if not each.source]
    return "; ".join(f"[{title}](../{address})" for title, address in named)


def left(digits):
    """How many candidates still fit right Adam after each step."""
    with np.errstate(all="ignore"):
        path = walk(with_base(row_of("adam")), GRADIENTS)
        text = "\n".join(" ".join(f"{x:.{digits}g}" for x in line) for line in path)
        printed, rounding = arranged(read(text)), ROUNDING["float64" if digits > 9 else "float32"]
        hits = [with_base(hit.row, hit.decay, hit.start) for hit in candidates({**BASE, "decay": 0})]
        places = [leaves(hit, printed, rounding) for hit in hits]
    return [sum(at is None or at["step"] > t for at in places) for t in range(steps + 1)]


def figure_left(say):
    """How many candidates still fit after each step, for printed digits few and many."""
    fig, ax = panels(2.7)
    for digits, style in ((17, "-"), (4, ":")):
        words = say(f"{digits}자리", f"{digits} digits")
        curve(ax, range(steps + 1), left(digits), "adam", style=style, drawstyle="steps-post", label=words)
    log_axis(ax, "y", [2, 10, 100])
    ax.set(xticks=range(0, steps + 1, 3), xlabel=say("스텝", "step"), ylabel=say("남은 후보", "candidates left"))
    ax.legend()
    return fig
