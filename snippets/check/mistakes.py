"""What the page check/mistakes shows of `mhat/mistakes.py`: symptoms, table, pictures, cards.

A function here that takes `say` gives Markdown: `{{ table }}` puts it in the page.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from mhat.mistakes import LINES, MISTAKES, START, fingerprint, stream, written, wrong
from mhat.words import read
from snippets.shared.typeset import agreed, typeset

STREAMS = {
    "c": stream(10), "w": stream(10, -1), "s": stream(1e-4), "z": stream(0), "k": stream(1e4),
    "n": np.arange(1.0, 1001)[:, None] + np.zeros(2),
}
SHOWN = {"c": "g = 10", "w": "g = 10, −10, …", "s": "g = 0.0001", "z": "g = 0", "n": "g = 1, 2, 3, …"}
NAMED = (1, 2, 10, 12, 100, 101, 110, 1000)  # the steps that words may name: {c12}


@cache
def steps_of(name, key):
    """Steps over lr under a stream, t = 1 first: of a mistake, or of a right rule. Of two tensors the second."""
    rule, start = wrong(name) if name in LINES else (written(name), START[name])
    with np.errstate(all="ignore"):
        return fingerprint(rule, start, STREAMS[key])[:, -1]


def right_of(name, key):
    return steps_of(LINES[name][0], key)


def tells(name, key, tolerance=0.05):
    """Whether a reader can see the mistake under this stream."""
    ours, right = steps_of(name, key), right_of(name, key)
    return not np.allclose(ours, right, rtol=tolerance, atol=1e-9, equal_nan=True)


def show(x):
    """Three digits, typeset."""
    if not np.isfinite(x):
        return "NaN" if np.isnan(x) else "∞" if x > 0 else "−∞"
    text = f"{x:.3g}" if abs(x) < 999.5 or abs(x) >= 1e5 else f"{float(f'{x:.3g}'):,.0f}"
    return typeset("0" if x == 0 else text)


def numbers(name):
    """What stands in the braces of the words."""
    ours = {f"{key}{t}": steps_of(name, key)[t - 1] for key in SHOWN for t in NAMED}
    right = {f"r{key}{t}".replace("rc", "r"): right_of(name, key)[t - 1] for key in "cwz" for t in NAMED}
    others = {"peak": np.nanmax(abs(steps_of(name, "c")), initial=0), "ratio": np.sqrt(1 - 0.999) / (1 - 0.9)}
    return {field: show(number) for field, number in (ours | right | others).items()}


# Pictures: log t from 1 to 1000 to the right, log of the step from 0.01 to 100 up.
HUNDREDS = [100 * k + j for k in range(1, 10) for j in (1, 3, 10, 40, 100)]
TIMES = np.unique(np.r_[1:7, 8, 10, 13, 17, 23, 30, 40, 55, 75, 100, HUNDREDS])


def place(t, step):
    with np.errstate(divide="ignore"):
        height = np.clip(np.log10(np.abs(step)), -2.1, 2.1)
    return 24 + 40 * np.log10(t), 46 - 16 * height


def drawn(steps, times):
    """Points of a line, until the first NaN."""
    ends = np.flatnonzero(np.isnan(steps[times - 1]))
    return [tuple(map(float, place(t, steps[t - 1]))) for t in times[:ends[0] if len(ends) else None]]


def passes(start, end, points, tolerance=0.4):
    """Whether a straight line passes by all these points."""
    (x0, y0), (x1, y1) = start, end
    return all(abs(y0 + (y1 - y0) * (x - x0) / (x1 - x0) - y) < tolerance for x, y in points)


def thinned(points):
    """Points of a line without those that a straight line passes."""
    kept = [0] if points else []
    for i in range(1, len(points)):
        if i + 1 == len(points) or not passes(points[kept[-1]], points[i + 1], points[kept[-1] + 1:i + 1]):
            kept.append(i)
    return [points[i] for i in kept]


def line(points, look):
    """A line through the points; a point of its own is a dot."""
    points = points * 2 if len(points) == 1 else points
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points).replace(".0", "")
    return f'<path d="M{path}" {look}/>' if points else ""


def words(x, y, text, colour, anchor="start"):
    """A text of a picture, in a colour of the palette."""
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="var(--{colour})" text-anchor="{anchor}">{text}</text>'


def axes(key):
    """The two axes, and which gradients it is under."""
    ticks = [words(24 + 40 * k, 94, str(10**k), "soft", "middle") for k in range(4)]
    return ['<path d="M24 6V80H146M24 46h122" stroke="var(--rule)"/>', *ticks, words(146, 5, SHOWN[key], "ink", "end")]


def ends(points, ours, right):
    """The numbers at the ends of a line, at its peak, and at the end of the right one where that is elsewhere."""
    first, last = (points[0], points[-1]) if points else ((24, 46), (24, 46))
    parts = [words(20, first[1] + 3.5, show(ours[0]), "wrong", "end")]
    parts += [words(last[0] + 4, last[1] + 3.5, show(ours[-1]), "wrong")] if points else []
    peak = np.nanmax(np.abs(ours[1:-1]), initial=0)
    if 130 < peak < np.inf and peak > 1.5 * max(abs(ours[0]), abs(ours[-1])):
        parts += [words(place(1 + np.nanargmax(abs(ours)), 1)[0], 7, show(peak), "wrong", "middle")]
    height = place(1000, right[-1])[1]
    if not points or np.isnan(ours[-1]) or abs(height - last[1]) > 9:
        parts += [words(148, height + 3.5, show(right[-1]), "soft")]
    return parts


def span(steps):
    """From the first step to the last."""
    return f"{show(steps[0])} … {show(steps[-1])}"


def picture(name, key, say):
    """The fingerprint of a mistake over that of its right rule."""
    ours, right = steps_of(name, key), right_of(name, key)
    times = np.unique(TIMES - 1 | 1) if key == "w" else TIMES
    points = thinned(drawn(ours, times))
    uphill = ' stroke-dasharray="1 3"' if np.nanmean(ours < 0) > 0.4 else ""
    parts = axes(key)
    parts += [line(thinned(drawn(right, times)), 'stroke="var(--soft)" stroke-width="1.6" stroke-dasharray="3 3"')]
    parts += [line(points, f'stroke="var(--wrong)" stroke-width="2.2"{uphill}'), *ends(points, ours, right)]
    label = (f"{say('스텝/학습률', 'step over lr')}, {SHOWN[key]}: {say('올바른 것', 'right')} {span(right)}, "
             f"{say('틀린 것', 'wrong')} {span(ours)}")
    return (f'<svg viewBox="-16 -6 206 103" stroke-linecap="round" role="img" aria-label="{label}">'
            f'{"".join(parts)}</svg>')


def link(name, say):
    return f"[{say(*MISTAKES[name].title)}](#{name})"


# Where they were met, newest first; addresses alone are `met` of the mistake itself. `mistake` is a name or
# nothing, the words say what came of it.
CASES = read(__file__)["case"]
met_count, met_since = len(CASES), min(case["year"] for case in CASES)


def source(address):
    """`owner/name#5` for an issue, `owner/name@1a2b3c4` for a commit, `owner/name` for a file."""
    owner, kind, rest = re.match(r"https://github.com/([^/]+/[^/]+)/(\w+)/(.+)", address).groups()
    number = {"blob": "", "commit": f"@{rest[:7]}"}.get(kind, f"#{rest}")
    return f"[{owner}{number}]({address})"


def changed(right, wrong):
    """The lines that are exchanged; one that stays among new ones is not marked."""
    right, wrong = (text.replace("\n    ", "\n").split("\n") for text in (right, wrong))
    stays = set(right) & set(wrong) if len(right) == 1 else set()
    rows = [("span" if text in stays else "del", text) for text in wrong]
    rows += [("ins", text) for text in right if text not in stays]
    return "<span>" + "".join(f"<{tag}>{html.escape(text)}</{tag}>" for tag, text in rows) + "</span>"


SECOND = {"float16": "s"} | {name: "z" for name, lines in LINES.items() if lines[0] == "adamw"}


def streams_of(name):
    """The constant stream, and one that tells where it does not, or one chosen by hand."""
    second = SECOND.get(name) or (None if tells(name, "c") else next(key for key in "wsz" if tells(name, key)))
    return ["c", second] if second else ["c"]


def card(name, say):
    entry, filled = MISTAKES[name], numbers(name)
    pictures = "".join(picture(name, key, say) for key in streams_of(name))
    code = "".join(changed(*pair) for pair in entry.lines)
    where = [*(case["address"] for case in CASES if case["mistake"] == name), *entry.met]
    met = f"\n\n{say('실제 사례', 'Met in')}: {', '.join(map(source, where))}" if where else ""
    if entry.published:
        proposed = say("이 계산을 따로 제안한 논문", "Proposed as a rule of its own")
        met += f"\n\n{proposed}: [{entry.published[0]}]({entry.published[1]})"
    return f"""### {say(*entry.title)} {{#{name}}}

<div class="mistake" markdown>
<pre class="lines">{code}</pre>
<details class="why" markdown><summary>{say("증상과 고치기", "what you see, and the mend")}</summary>
<div class="figure" data-search-exclude>{pictures}</div>

{agreed(say(*entry.see).format(**filled))}

**{say("고치기", "Mend")}.** {say(*entry.mend)}{met}
</details>
</div>
"""


def family(name):
    return lambda say: "\n".join(card(entry, say) for entry in MISTAKES if MISTAKES[entry].family == name)


cards = {name: family(name) for name in dict.fromkeys(entry.family for entry in MISTAKES.values())}


def ratio(name, key="c"):
    with np.errstate(all="ignore"):
        return steps_of(name, key) / right_of(name, key)


def begins_right(name):
    return abs(ratio(name)[0] - 1) < 0.05


def constant(name):
    """The same wrong factor at every step, under the constant stream."""
    r = ratio(name)
    return np.all(abs(r / r[0] - 1) < 0.01) and abs(abs(r[0]) - 1) > 0.05


def late(name):
    """Right for a hundred steps, and then not."""
    return any(tells(name, key) and np.allclose(steps_of(name, key)[:100], right_of(name, key)[:100], rtol=0.01)
               for key in "cw")


def shrinks(name):
    """Whether it is a mistake of a weight decay."""
    return LINES[name][0] == "adamw"


def scaled(name):
    """Whether its right rule divides by the size of the gradient, which alone moves one tensor."""
    return LINES[name][0] in ("adam", "rmsprop")


def first(name):
    return steps_of(name, "c")[0]


@dataclass
class Symptom:
    """What one sees: the words, which mistakes show it (asked of their runs), and the number that goes with it."""

    title: tuple[str, str]
    shows: Callable
    number: Callable | None = None


SYMPTOMS = {
    "short": Symptom(("첫 스텝이 너무 작습니다", "The first step is too short"),
                     lambda n: 0 < ratio(n)[0] < 0.95, first),
    "long": Symptom(("첫 스텝이 너무 큽니다", "The first step is too long"), lambda n: ratio(n)[0] > 1.05, first),
    "factor": Symptom(("모든 스텝이 같은 배수만큼 다릅니다", "Every step is off by the same factor"),
                      constant, lambda n: ratio(n)[0]),
    "dies": Symptom(("첫 스텝은 맞는데 그 뒤로 0이 됩니다", "The first step is right, then the steps die"),
                    lambda n: begins_right(n) and abs(ratio(n)[99]) < 0.01),
    "shrinks": Symptom(("처음은 맞고, 나중에 너무 작아집니다", "Right at first, later too short"),
                       lambda n: begins_right(n) and 0.01 < np.nanmin(ratio(n)) < 0.95 and not late(n)),
    "grows": Symptom(("처음은 맞고, 나중에 너무 커집니다", "Right at first, later too long"),
                     lambda n: begins_right(n) and np.nanmax(ratio(n)) > 1.25 and not late(n)),
    "late": Symptom(("한동안 맞다가 틀립니다(이어서 학습할 때, 새 에폭에서, t가 멈출 때)",
                     "Right for long, then wrong (a resume, a new epoch, a t that stops)"), late),
    "nan": Symptom(("NaN이나 무한대가 나옵니다", "NaN or infinity"),
                   lambda n: any(not np.isfinite(steps_of(n, key)).all() for key in "cwsz")),
    "scale": Symptom(("기울기의 크기에 따라 스텝이 달라집니다", "The step depends on the size of the gradient"),
                     lambda n: scaled(n) and any(abs(steps_of(n, key)[0] / first(n) - 1) > 0.2 for key in "sk")),
    "uphill": Symptom(("오르막으로 갑니다", "It walks uphill"),
                      lambda n: LINES[n][0] != "adamw" and any(np.any(steps_of(n, key) < -1e-9) for key in "cw")),
    "noise": Symptom(("일정한 기울기에서는 맞고, 부호가 바뀌면 틀립니다",
                      "Right for a constant gradient, wrong when its sign changes"),
                     lambda n: scaled(n) and not tells(n, "c") and tells(n, "w") and n != "float16"),
    "tiny": Symptom(("기울기가 아주 작거나 0일 때 드러납니다", "It shows when gradients are tiny or 0"),
                    lambda n: scaled(n) and not tells(n, "c") and not tells(n, "w")),
    "decay": Symptom(("가중치가 너무 빨리 줄어듭니다", "Weights shrink too fast"),
                     lambda n: shrinks(n) and np.max(ratio(n, "z")) > 1.5),
    "keeps": Symptom(("가중치가 덜 줄거나 커지거나 0을 지나갑니다", "Weights shrink too little, grow, or go past 0"),
                     lambda n: shrinks(n) and not np.max(ratio(n, "z")) > 1.5),
}


def who(symptom):
    """The mistakes that show it, by the number that goes with it."""
    asked = SYMPTOMS[symptom]
    with np.errstate(all="ignore"):
        rows = [(asked.number and asked.number(name), name) for name in LINES if asked.shows(name)]
    return sorted(rows, key=lambda row: (row[0] is None, row[0] or 0))


def beside(symptom, name, say):
    """The right first step, where it is not 1."""
    right = right_of(name, "c")[0]
    return "" if symptom == "factor" or abs(right - 1) < 0.05 else f" ({say('올바른 값', 'right:')} {show(right)})"


def symptoms(say):
    """A list: what one sees, and the mistakes that show it."""
    rows = []
    for symptom, asked in SYMPTOMS.items():
        names = [link(name, say) if x is None else f"**{show(x)}** {link(name, say)}{beside(symptom, name, say)}"
                 for x, name in who(symptom)]
        rows.append(f"<dt>{say(*asked.title)}</dt>\n<dd markdown>{' · '.join(names)}</dd>")
    return '<dl class="symptoms" markdown>\n' + "\n".join(rows) + "\n</dl>"


COLUMNS = (1, 2, 10, 100, 1000)
RULES = {
    "adam": ("Adam", "Adam"), "adamw": ("AdamW", "AdamW"), "rmsprop": ("RMSProp", "RMSProp"),
    "momentum": ("모멘텀", "momentum"), "nesterov": ("네스테로프", "Nesterov"),
}


def rule_of(name):
    """The right rule of a mistake, or a right rule itself; Adam tensor by tensor is Adam."""
    return (LINES[name][0] if name in LINES else name).replace("tensors", "adam")


def row(words, steps):
    brief = [f"{step:.0e}" if 0 < abs(step) < 1e-3 else step for step in steps[np.array(COLUMNS) - 1]]
    return f"| {words} | " + " | ".join(typeset(x) if isinstance(x, str) else show(x) for x in brief) + " |"


def table(say):
    """Steps over lr under the gradient 10: for each rule the right one, then the mistakes, by the first steps."""
    rows = [f"| t = | {' | '.join(map(str, COLUMNS))} |", "|---|" + "---:|" * len(COLUMNS)]
    for rule, title in RULES.items():
        rows.append(row(f"**{say(*title)}**", steps_of(rule, "c")))
        names = [name for name in LINES if rule_of(name) == rule and tells(name, "c")]
        names.sort(key=lambda n: [np.nan_to_num(abs(steps_of(n, "c")[t - 1]), nan=1e9).round(3) for t in COLUMNS])
        rows += [row(link(name, say), steps_of(name, "c")) for name in names]
    return '<div class="prints" markdown>\n\n' + "\n".join(rows) + "\n\n</div>"


hidden = sum(not tells(name, "c") for name in LINES)
count = len(LINES)
swing = steps_of("adam", "w")[1]


def alike(key, tolerance=1e-6, steps=250):
    """Groups of mistakes of one rule, and that rule, that nobody can tell apart under this stream."""
    groups = []
    for name in [*RULES, *LINES]:
        for group in groups:
            paths = (steps_of(one, key)[:steps] for one in (group[0], name))
            if rule_of(group[0]) == rule_of(name) and np.allclose(*paths, rtol=tolerance, atol=1e-12, equal_nan=True):
                group.append(name)
                break
        else:
            groups.append([name])
    return [group for group in groups if len(group) > 1]


def met(say):
    """A table of the cases."""
    heads = say("연도 | 어디서 | 실수 | 무슨 일", "year | where | mistake | what came of it")
    rows = [f"| {heads} |", "|---|---|---|---|"]
    for case in CASES:
        name = called(case["mistake"], say) if case["mistake"] else say("목록에 없음", "not listed")
        rows.append(f"| {case['year']} | {source(case['address'])} | {name} | {case[say('ko', 'en')]} |")
    return "\n".join(rows)


def lookalikes(say):
    """A table: under each stream, what looks right, and what looks like something else."""
    rows = [f"| {say('기울기', 'gradients')} | {say('구별되지 않는 것', 'not told apart')} |", "|---|---|"]
    for key in "cwnsz":
        groups = [" = ".join(called(name, say) for name in group) if len(group) < 9 else many(group, say)
                  for group in alike(key)]
        rows.append(f"| {SHOWN[key]} | {'<br>'.join(groups)} |")
    return "\n".join(rows)


def called(name, say):
    return link(name, say) if name in LINES else say(*RULES[name])


def many(group, say):
    return called(group[0], say) + say(f"과 실수 {len(group) - 1}개", f" and {len(group) - 1} mistakes")
