"""The records of the frameworks as tables and entries of the pages in conventions/."""

import re

from frameworks.compare import FARTHER, SETTINGS
from frameworks.results import results
from mhat.forms import DECAYS, FORMS, PAGES
from mhat.records import ordered
from snippets.shared.typeset import typeset

RECORDS = ordered()
RESULTS, NEWER = results("verified"), results("newest")


def rules(page):
    """(record, rule) of a page, in the order of the table."""
    return [(record, rule) for record in RECORDS for rule in record["rule"] if rule["page"] == page]


def result(record, rule):
    """What `verify` found for a call with its plain settings; None where it was read only."""
    runs = [run for run in RESULTS.get(record["stem"], ()) if run["call"] == rule["call"]]
    return next((run for run in runs if run["run"] == "settings"), runs[0] if runs else None)


def short(number):
    """1e-16 as it stands in a table."""
    return typeset(f"{number:.0e}") if number else "0"


def proof(record, rule, say):
    """How a row is known: run, with its deviation and that of the next form, or read."""
    run = result(record, rule)
    if not run:
        return say("소스에서 읽음", "read in the source")
    return f"{short(run['deviation'])} · {short(run['next_deviation'])}"


def setting(rule, name, say):
    """The default of a setting; a dash where the framework has none, a word where it must be given."""
    if name not in rule["settings"]:
        return "–"
    value = rule["defaults"].get(name)
    return say("필수", "required") if value is None else f"`{value:.7g}`".replace("e-0", "e-")


def last(call):
    """The end of a call's name: `SGD`, `nesterov(unit_gain=False)`."""
    return re.search(r'(\w+(\(.*\))?)"?$', call)[1]


def decay(rule, say):
    """How a call shrinks its parameters."""
    return say(*DECAYS[rule["decay"]].short) if "decay" in rule else say("없음", "none")


def table(page, heads, cells, say):
    """The table of a page: a row a call, with the cells that `cells(record, rule, say)` gives it."""
    names = [say("프레임워크", "framework"), *heads, say("차이 · 다음 형태", "off by · next form")]
    lines = [names, ["---"] * len(names)]
    for record, rule in rules(page):
        link = f"[{record['name']}](#{record['id']}) `{last(rule['call'])}`"
        lines.append([link, *cells(record, rule, say), proof(record, rule, say)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def of_variants(page, say):
    """The table of a rule that has no page in conventions/."""
    def cells(record, rule, say):
        return [say(*FORMS[rule["form"]].short), *(setting(rule, name, say) for name in ("lr", "eps"))]
    return table(page, [say("형태", "form"), "lr", "ε"], cells, say)


def source(record, path, say):
    """A link to the lines of a framework."""
    return f"[{say('소스', 'source')}]({record['repository']}/blob/{record['commit']}/{path})"


def sentence(record, rule, say):
    """What a user of a call needs, its traps below."""
    words = lambda part: say(part["ko"], part["en"])
    lines = [f"`{rule['call']}`: {words(rule['sentence'])} ({source(record, rule['source'], say)})"]
    lines += [f"- {words(trap)} ({source(record, trap['source'], say)})" for trap in rule.get("traps", ())]
    return "\n\n".join(lines[:1] + ["\n".join(lines[1:])]).strip()


def newer(row, say):
    """Whether the newest release computes what the record says; nothing where the record is of it."""
    if not row:
        return ""
    if not row["differs"]:
        return say(f", {row['version']}: 계산이 같음", f"; {row['version']} computes the same")
    runs = len(row["differs"])
    return say(f", {row['version']}: {runs}개 실행이 다름", f"; {row['version']} differs in {runs} runs")


def entries(page, say):
    """Framework by framework, what its user needs."""
    parts = []
    for record in RECORDS:
        own = [rule for rule in record["rule"] if rule["page"] == page]
        if own:
            row = NEWER.get(record["stem"]) if page in PAGES else None  # the others came after that run
            name = f'**{record["name"]}** {record["version"]}{newer(row, say)}'
            head = f'<div class="framework" id="{record["id"]}" markdown>\n{name}'
            text = "\n\n".join(sentence(record, rule, say) for rule in own)
            parts.append(f"{head}\n\n{text}\n</div>")
    return "\n\n".join(parts)


def as_it_comes(page):
    """What `verify` found for the calls of a page with their own defaults, not the settings of the table."""
    own = {(record["stem"], rule["call"]) for record, rule in rules(page)}
    return [run for stem, runs in RESULTS.items() for run in runs
            if run["run"] == "defaults" and (stem, run["call"]) in own]


def close(run):
    """Whether the next form is not a thousand times as far away as this one; without another form it is not."""
    return run["next_deviation"] is not None and run["next_deviation"] < FARTHER * run["deviation"]


def count(page):
    """Calls in a table, how many were run, and frameworks; the settings of these runs; those with defaults."""
    own, plain = rules(page), as_it_comes(page)
    ran = [result(record, rule) is not None for record, rule in own]
    return {"calls": len(own), "run": sum(ran), "frameworks": len({record["name"] for record, _ in own}),
            "tried": SETTINGS, "defaults": len(plain), "close": sum(map(close, plain)),
            "off": max(run["deviation"] for run in plain)}
