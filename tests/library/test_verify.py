"""The comparison itself, without any framework: a form broken on purpose must be named."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from frameworks import compare, identified, pairs, verify
from frameworks.compare import SETTINGS, Case, cases, judge, kept, ours
from frameworks.results import results
from mhat.forms import DECAYS, FORMS, PAGES, STARTS_OF_V
from mhat.gradients import GRADIENTS, LRS, SCALES, STEPS, numbers
from mhat.records import flags, records
from site_tools.pages import DOCS
from snippets.shared import tables

RECORDS = records()
RUN = {stem: record for stem, record in RECORDS.items() if record["set"] != "read"}
RESULTS = results("verified")
RULES = [(stem, rule) for stem, record in RUN.items() for rule in record["rule"]]
every_rule = pytest.mark.parametrize("stem, rule", RULES, ids=lambda x: x if isinstance(x, str) else x["call"])
RECORD = {"name": "Toy", "version": "1.0", "set": "main"}
TOYS = {
    "adam": {"page": "adam", "call": "toy.Adam", "form": "adam", "decay": "decay_l2",
             "settings": {"lr": "lr", "beta1": "betas[0]", "beta2": "betas[1]", "eps": "eps", "decay": "wd"},
             "defaults": {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0}},
    "rmsprop": {"page": "rmsprop", "call": "toy.RMSProp", "form": "rmsprop",
                "settings": {"lr": "lr", "beta2": "rho", "eps": "eps"}, "defaults": {"beta2": 0.9, "eps": 1e-8}},
    "momentum": {"page": "momentum", "call": "toy.SGD", "form": "momentum",
                 "settings": {"lr": "lr", "beta": "momentum"}, "defaults": {}},
}


def first(name):
    return next(cases(TOYS[name]))


# The gradients


def test_the_gradients_are_what_they_are_said_to_be():
    assert GRADIENTS.shape == (STEPS, 12) == (50, 12)
    assert 5e-7 < SCALES[0] < 1e-6 and 1e2 < SCALES[-1] < 2e2
    assert np.all(GRADIENTS[10:14] == 0) and np.all(np.abs(GRADIENTS[:10]).max(0) > 0)
    assert np.all(np.abs(GRADIENTS[30]) <= 40 * SCALES) and np.any(np.abs(GRADIENTS[30]) > 20 * SCALES)
    assert np.array_equal(GRADIENTS, GRADIENTS.astype("f4")) and LRS[0] == 10 * LRS[-1]


def test_the_generator_is_the_one_of_knuth():
    assert numbers(3).tolist() == [((6364136223846793005 * x + 1442695040888963407) % 2**64 >> 40) % 1025 - 512
                                           for x in (1, 7806831264735756412, 9396908728118811419)]


# A framework that computes the form, and one that does not


@pytest.mark.parametrize("name", TOYS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_path_of_the_form_holds(name, dtype):
    case = first(name)
    row, complaint = judge(RECORD, case, ours(case, dtype).tolist(), dtype)
    assert complaint is None and row["deviation"] == 0
    assert row["form"] == TOYS[name]["form"] and row["next_deviation"] > 1e-2


BREAKS = {  # how the framework differs: rule, what changes in its run
    "eps inside the root": ("rmsprop", {"form": "rmsprop_eps_inside"}),
    "eps beside the raw v": ("adam", {"form": "adam_eps_hat"}),
    "no correction": ("adam", {"form": "adam_uncorrected"}),
    "v begins at 1": ("rmsprop", {"start": "v = 1"}),
    "v begins at eps": ("rmsprop", {"start": "v = eps"}),
    "v begins at the first square": ("rmsprop", {"start": "v = g1^2"}),
    "lr inside the velocity": ("momentum", {"form": "momentum_inside"}),
    "an average": ("momentum", {"form": "momentum_average"}),
    "Nesterov": ("momentum", {"form": "nesterov"}),
    "not even Nesterov": ("momentum", {"form": "not_nesterov"}),
    "betas swapped": ("adam", {"settings": {**first("adam").settings, "beta1": 0.95, "beta2": 0.8}}),
    "another eps": ("adam", {"settings": {**first("adam").settings, "eps": 1.001e-3}}),
    "lr in float32": ("momentum", {"precision": "float32 lr"}),
    "decay left out": ("adam", {"decay": "decay_before", "settings": {**first("adam").settings, "decay": 1e-3}}),
}


@pytest.mark.parametrize("how", BREAKS)
def test_another_path_fails_with_framework_rule_step_and_coordinate(how):
    name, change = BREAKS[how]
    case = first(name)
    other = ours(replace(case, **change))
    row, complaint = judge(RECORD, case, other.tolist(), "float64")
    said = re.match(r"Toy 1\.0 (toy\.\w+) \(settings\): step (\d+), coordinate (\d+): "
                    r"(\w+) gives (\S+), the framework (\S+);", complaint)
    assert said and said[1] == case.call and said[4] == case.form
    step, at = int(said[2]) - 1, int(said[3])
    assert float(said[5]) == ours(case)[step, at] and float(said[6]) == other[step, at]
    assert step < 26 and row["deviation"] > 1e-10


@pytest.mark.parametrize("name", ["adam", "rmsprop", "momentum"])
@pytest.mark.parametrize("step, at", [(0, 0), (17, 5), (49, 11)])
def test_one_wrong_number_is_found_where_it_is(name, step, at):
    case = first(name)
    path = ours(case)
    path[step, at] *= 1 + 1e-6
    _, complaint = judge(RECORD, case, path.tolist(), "float64")
    assert f"step {step + 1}, coordinate {at}:" in complaint


def test_a_sign_a_missing_number_and_an_error_fail():
    case = first("adam")
    path = ours(case)
    assert "step 1, coordinate 0" in judge(RECORD, case, (-path).tolist(), "float64")[1]
    path[7, 3] = np.nan
    assert "step 8, coordinate 3" in judge(RECORD, case, path.tolist(), "float64")[1]
    assert judge(RECORD, case, "KeyError: 'x'", "float64") == (None, "Toy 1.0 toy.Adam (settings): KeyError: 'x'")


def test_nan_is_nan():
    a = np.array([[1.0, np.nan], [2.0, np.nan]])
    assert compare.distances(a, a).max() == 0
    assert compare.distances(a, np.ones((2, 2)))[0, 1] == np.inf


def test_a_form_within_rounding_does_not_hold_where_another_is_near(monkeypatch):
    """float32 rounding of 1e-6, and another form only a hundred times farther."""
    case = first("adam")
    path = ours(case, "float32") * (1 + 1e-6)
    assert judge(RECORD, case, path.tolist(), "float32")[1] is None
    monkeypatch.setattr(compare, "nearest", lambda *_: (1e-4, "adam_eps_hat"))
    assert judge(RECORD, case, path.tolist(), "float32")[1].endswith("adam_eps_hat is only 1.0e-04 away, adam 1.0e-06")


# Which forms count as one


def everything(page):
    """A run in which every form of the page has its settings, with weight decay."""
    record = {"page": page, "call": "toy", "form": page, "defaults": {}, "settings": {name: name for name in SETTINGS}}
    return replace(next(cases(record)), settings={name: value for name, value in SETTINGS.items() if name != "norm"})


@pytest.mark.parametrize("page, groups", [
    ("adam", {frozenset({"adam", "adam_folded"})}),
    ("rmsprop", set()),
    ("momentum", set()),
    ("nadam", set()),
    ("adamax", set()),
    ("adagrad", set()),
])
def test_only_forms_that_are_one_in_algebra_are_one_here(page, groups):
    own = [form.name for form in FORMS.values() if form.family == page]
    alike = {frozenset(compare.same(replace(everything(page), form=form))) for form in own}
    assert {group for group in alike if len(group) > 1} == groups
    assert {other.form for other in compare.nearby(everything(page))} == {*own} and len(own) > 1


def test_weight_decay_before_and_with_the_step_are_one():
    case = replace(everything("adam"), decay="decay_with", settings=SETTINGS)
    assert compare.same(case) == {"adam, decay_with", "adam, decay_before", "adam_folded, decay_with"}


def test_the_nearest_form_is_the_one_that_it_is():
    case = first("rmsprop")
    far, other = compare.nearest(case, ours(replace(case, form="rmsprop_eps_inside")), "float64")
    assert (far, other) == (0, "rmsprop_eps_inside")


# Precision


def test_powers_are_multiplied_up_in_float32():
    beta, product = np.float32(0.95), np.float32(1)
    for t in range(1, 40):
        product = product * beta
        assert compare.Powers(0.95) ** t == float(product)
    assert compare.Powers(0.95) * 2 == 1.9


@pytest.mark.parametrize("words, names", [
    ("parameter", set()), ("float32 lr", {"lr"}), ("float32 decay", {"decay"}),
    ("float32 settings", {"lr", "beta1", "beta2", "eps", "decay"}),
    ("float32 settings but eps, float32 powers of beta", {"lr", "beta1", "beta2", "decay"}),
    ("float32 settings but lr, decay", {"beta1", "beta2", "eps"}), ("float32 lr, float32 corrections", {"lr"}),
])
def test_which_settings_are_kept_in_float32(words, names):
    settings = {name: SETTINGS[name] for name in ("lr", "beta1", "beta2", "eps", "decay")}
    case = Case("toy", "settings", "adam", "adam", settings, {}, None, precision=words)
    assert compare.rounded(case) == names
    rounded, lrs = compare.habits(case)
    for name in settings:
        value = lrs[0] if name == "lr" else float(rounded[name])
        assert value == (float(np.float32(settings[name])) if name in names else settings[name])


# Records


def test_there_are_records_and_most_are_run():
    assert len(RUN) >= 16 and len({record["name"] for record in RECORDS.values()}) == len(RECORDS)


@pytest.mark.parametrize("stem", RECORDS)
def test_a_record_is_well_formed(stem):
    record = RECORDS[stem]
    assert record["set"] in {*verify.SETS, "read"}
    assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", record["repository"])
    assert (verify.ADAPTERS / f"{stem}.py").exists() == (stem in RUN)
    calls = [rule["call"] for rule in record["rule"]]
    assert len(calls) == len(set(calls)) > 0


@every_rule
def test_a_rule_is_well_formed(stem, rule):
    assert FORMS[rule["form"]].family == rule["page"]
    assert rule.get("start") in {None, *STARTS_OF_V}
    assert rule.get("decay") in {None, *DECAYS}
    assert {*rule.get("also", {}).values()} <= {*FORMS}
    assert {*rule["settings"]} <= {*SETTINGS}
    assert {*FORMS[rule["form"]].settings} <= {*rule["settings"]}
    assert ("decay" in rule["settings"]) == bool(rule.get("decay"))
    assert ("norm" in rule["settings"]) == (rule.get("around") == ["clip_norm"])


@every_rule
def test_every_flag_is_a_setting_or_a_python_name(stem, rule):
    for words, form in rule.get("also", {}).items():
        theirs = {name for name in flags(words) if name in rule["settings"].values()}
        assert all(name.isidentifier() for name in flags(words))
        assert {name for name, word in rule["settings"].items() if word in theirs} <= {*FORMS[form].settings}


@every_rule
def test_the_results_cover_the_rule_and_hold(stem, rule):
    record = RECORDS[stem]
    rows = {row["run"]: row for row in RESULTS[stem] if row["call"] == rule["call"]}
    assert list(rows) == [case.run for case in cases(rule)]
    for case in cases(rule):
        row = rows[case.run]
        assert (row["framework"], row["version"]) == (record["name"], record["version"])
        assert row["form"] == case.label and row["float"] == case.precision
        single = row["dtype"] == "float32" or "float32 corrections" in row["float"]
        assert row["deviation"] <= compare.ROUNDINGS * np.finfo("f4" if single else "f8").eps / 2
        assert case.run == "defaults" or row["next_deviation"] >= compare.FARTHER * row["deviation"]


def test_the_results_hold_nothing_else():
    assert [*RESULTS] == [*RUN]
    for stem, rows in RESULTS.items():
        assert {row["call"] for row in rows} == {rule["call"] for rule in RECORDS[stem]["rule"]}


@pytest.mark.parametrize("page, closer", [
    ("adam", 6), ("rmsprop", 0), ("momentum", 0), ("nadam", 0), ("adamax", 0), ("adagrad", 0)])
def test_the_runs_with_defaults_hold_what_the_pages_say(page, closer):
    """All within rounding; next to another form only where Adam's defaults meet float32, and then still 30 times."""
    own = {(stem, rule["call"]) for stem in RUN for rule in RECORDS[stem]["rule"] if rule["page"] == page}
    runs = [row for stem, rows in RESULTS.items() for row in rows
            if row["run"] == "defaults" and (stem, row["call"]) in own]
    assert all(row["deviation"] <= compare.bound(row["dtype"], row["float"]) for row in runs)
    near = [row for row in runs if (row["next_deviation"] or np.inf) < compare.FARTHER * row["deviation"]]
    assert len(near) == closer and all(row["dtype"] == "float32" for row in near)
    assert all(row["next_deviation"] > 30 * row["deviation"] for row in near)
    count = tables.count(page)
    assert (count["defaults"], count["close"]) == (len(runs), len(near)) and count["tried"] is SETTINGS
    assert count["off"] == max(row["deviation"] for row in runs)
    for language in ("ko", "en"):
        folder = "conventions" if page in PAGES else "reference"
        text = (DOCS / language / f"{folder}/{page}.md").read_text("utf-8")
        assert "count.off" in text and ("count.close" in text) == bool(closer)
        told = {"momentum": "beta", "adagrad": "eps"}.get(page, "beta2")
        assert set(re.findall(r"count\.tried\.(\w+)", text)) >= {"lr", told}


# The command


def test_betas_make_one_tuple_and_flags_are_read():
    names = {"lr": "lr", "beta1": "betas[0]", "beta2": "betas[1]"}
    assert compare.keywords({"lr": 1, "beta1": 2, "beta2": 3}, names) == {"lr": 1, "betas": (2, 3)}
    assert flags("a, b=False, c='x', d=0.5") == {"a": True, "b": False, "c": "x", "d": 0.5}


def test_defaults_are_left_to_the_framework():
    adam, momentum = ([*cases(TOYS[name])][1] for name in ("adam", "momentum"))
    assert adam.run == momentum.run == "defaults"
    assert adam.arguments == {} and adam.lrs is None and adam.settings["eps"] == 1e-8
    assert momentum.arguments == {"lr": SETTINGS["lr"], "momentum": SETTINGS["beta"]}
    assert momentum.lrs == [SETTINGS["lr"]] * STEPS


def test_decay_is_run_wherever_it_is_on_by_default():
    rule = {**TOYS["adam"], "defaults": {**TOYS["adam"]["defaults"], "decay": 0.01}, "also": {"amsgrad": "amsgrad"}}
    assert all(case.decay == "decay_l2" for case in cases(rule))
    assert [case.decay for case in cases(TOYS["adam"])] == ["", "", "decay_l2"]


def test_choosing_by_name():
    known = {"a": {"set": "main"}, "b": {"set": "main"}, "c": {"set": "tf"}, "d": {"set": "read"}}
    chosen = lambda *words: {k: list(v) for k, v in verify.choose(*words, known).items()}
    assert chosen([], []) == {"main": ["a", "b"], "tf": ["c"]}
    assert chosen(["c"], []) == {"tf": ["c"]} and chosen(["main"], ["a"]) == {"main": ["b"]}
    assert chosen([], ["main"]) == {"tf": ["c"]}
    for words in (["x"], []), ([], ["x"]), (["d"], []):
        with pytest.raises(verify.Trouble, match="neither a set nor a framework that runs"):
            chosen(*words)


def test_every_set_has_a_lock_and_a_member():
    for name in {*verify.SETS} - {verify.NEWEST}:
        text = verify.lock(name).read_text("utf-8")
        assert "--hash=sha256:" in text or '"integrity": "sha512-' in text
        assert any(record["set"] == name for record in RECORDS.values())


def test_what_a_record_installs_is_in_the_lock_of_its_set():
    for record in RUN.values():
        text = verify.lock(record["set"]).read_text("utf-8")
        more = " ".join([*verify.SETS[record["set"]].before, *verify.SETS[record["set"]].after])
        for wanted in record["install"]:
            name, version = re.fullmatch(r"(@?[\w/-]+)(?:\[\w+\])?[=@]+([\d.]+)", wanted).groups()
            npm = rf'node_modules/{name}": {{\s*"version": "{re.escape(version)}"'
            assert f"{name}=={version}" in text + more or re.search(npm, text), wanted


def test_a_set_for_an_older_python_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(verify, "CACHE", tmp_path)
    monkeypatch.setitem(verify.SETS, "tf", verify.Set("1 GB", (3, 4)))
    with pytest.raises(verify.Trouble, match=r"needs Python 3\.4 or older, this is 3\."):
        verify.set_up("tf")


def test_a_set_that_cannot_be_installed_says_so_and_how_to_go_on(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(verify, "CACHE", tmp_path)
    monkeypatch.setattr(verify, "ROOT", tmp_path)
    monkeypatch.setattr(verify, "installs", lambda name: [["no-such-program-anywhere"]])
    monkeypatch.setattr(verify, "write", lambda results: None)
    assert verify.verify(["mxnet"], [], RECORDS) is False
    said = capsys.readouterr().out
    assert "mxnet: could not be installed, see verify/mxnet.log; leave it out with --without mxnet" in said
    assert "0 runs hold, 1 do not" in said


ADAPTER = """
import numpy as np
VERSION, DTYPE = "1.0", {dtype!r}
def path(case):
    theta, v = case["theta"], 0 * case["theta"]
    for g, lr in zip(case["gradients"], case["lrs"] or [case["settings"]["lr"]] * 99):
        v = case["settings"].get("beta", 0) * v + g
        theta = {sign}theta - lr * v
        yield theta
"""


@pytest.mark.parametrize("sign, dtype, holds", [("", "float64", True), ("", "float32", True), ("-", "float64", False)])
def test_from_adapter_to_line(monkeypatch, tmp_path, capsys, sign, dtype, holds):
    """The whole way through another process, with an adapter of a toy."""
    monkeypatch.setattr(verify, "ADAPTERS", tmp_path)
    monkeypatch.setattr(verify, "set_up", lambda name: None)
    monkeypatch.setattr(verify, "python", lambda name: Path(sys.executable))
    written = []
    monkeypatch.setattr(verify, "write", written.append)
    (tmp_path / "toy.py").write_text(ADAPTER.format(sign=sign, dtype=dtype), "utf-8")
    assert verify.verify(["toy"], [], {"toy": {**RECORD, "rule": [TOYS["momentum"]]}}) is holds
    said = capsys.readouterr().out
    assert "Toy 1.0: 2 runs" in said
    assert ("FAILS Toy 1.0 toy.SGD (settings): step 1, coordinate 0" in said) is not holds
    assert len(written[0].get("toy", [])) == (2 if holds else 0)


def test_another_version_than_the_record_says_fails(monkeypatch):
    monkeypatch.setattr(verify, "paths", lambda *_: {"version": "2.0", "dtype": "float64", "paths": []})
    assert verify.check("toy", {**RECORD, "rule": []}) == ([], ["Toy: the record says 1.0, installed is 2.0"])


# Results on another machine: what rounding alone has changed stays


ROW = RESULTS["jax"][0]
ALLOWED = STEPS * 8 * 2.0**-53


@pytest.mark.parametrize("change", [
    {"deviation": 0.0}, {"deviation": 1.3e-16}, {"deviation": 4e-14}, {"next_deviation": ROW["next_deviation"] + 0.001},
    {"next_deviation": ROW["next_deviation"] - 0.001, "deviation": 8.9e-16},
])
def test_a_row_that_rounding_alone_has_changed_stays(change):
    assert ROW["dtype"] == "float64" and 0.01 < ROW["next_deviation"] < 0.1, "two digits, the last a thousandth"
    assert ROW | change != ROW and kept(ROW | change, ROW) == ROW


@pytest.mark.parametrize("change", [
    {"version": "99"}, {"form": "adam_eps_hat"}, {"next": "amsgrad_corrected"}, {"dtype": "float32"},
    {"next_deviation": ROW["next_deviation"] + 0.002}, {"deviation": ROW["deviation"] + 3 * ALLOWED}, {"more": 1},
    {"version": "99", "deviation": 0.0},
])
def test_any_other_change_of_a_row_is_written(change):
    assert kept(ROW | change, ROW) == ROW | change


def test_a_row_that_was_not_there_is_written_and_one_that_measured_other_things_too():
    assert kept(ROW, {}) == ROW and kept(ROW, ROW | {"more": 1}) == ROW
    lone = ROW | {"next": None, "next_deviation": None}
    assert kept(lone, ROW) == lone and kept(lone | {"deviation": 0.0}, lone) == lone


def other_processor(row, sign):
    """The row as it comes where the same path is rounded in another order: parts of 1e-16 of a deviation."""
    return row | {"deviation": compare.two_digits(max(row["deviation"] + sign * 1.1e-16, 0.0))}


@pytest.mark.parametrize("sign", [1, -1])
def test_another_processor_leaves_the_file_as_it_is(monkeypatch, tmp_path, sign):
    file = tmp_path / "verified.json"
    monkeypatch.setattr(verify, "RESULTS", file)
    verify.write({stem: [other_processor(row, sign) for row in rows] for stem, rows in RESULTS.items()})
    assert file.read_bytes() == (verify.FOLDER / "verified.json").read_bytes()


def test_a_change_that_is_none_of_rounding_reaches_the_file_alone(monkeypatch, tmp_path):
    file = tmp_path / "verified.json"
    monkeypatch.setattr(verify, "RESULTS", file)
    news = [other_processor(row, 1) for row in RESULTS["keras"]]
    news[3] = news[3] | {"version": "99"}
    verify.write({"keras": news})
    written = json.loads(file.read_text("utf-8"))
    assert written["keras"][3] == news[3]
    assert written == RESULTS | {"keras": [*RESULTS["keras"][:3], news[3], *RESULTS["keras"][4:]]}


@pytest.mark.parametrize("new, old, stays", [
    ("=2.8e-16", "=2.6e-16", True), ("=0.0e+00", "=4.1e-16", True), ("4.7e-01", "4.6e-01", True),
    ("1.0e+00", "9.9e-01", True), ("=2.6e-16", "none", False), ("2.6e-16", "=2.6e-16", False),
    ("4.8e-01", "4.6e-01", False), ("=9.3e-08", "=2.6e-16", False),
])
def test_a_cell_of_the_pairs_stays_where_rounding_alone_has_changed_it(new, old, stays):
    assert pairs.kept(new, old, 2 * ALLOWED) == (old if stays else new)


PRINTS = results("identified")["real"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_print_stays_where_rounding_alone_has_changed_it(dtype):
    row, eps = next(row for row in PRINTS if row["dtype"] == dtype), np.finfo(dtype).eps
    def printed(factor, at=slice(None)):
        path = np.array([line.split() for line in row["print"].splitlines()], float)
        path[at] *= factor
        return row | {"print": identified.printed(path, 17)}
    for factor in (1 + 2 * eps, 1 - 5 * eps):
        assert printed(factor) != row and identified.kept(printed(factor), row) == row
    for new in (printed(1 + 1e4 * eps), printed(1 + 1e4 * eps, (11, 2)), printed(np.nan, (5, 1)),
                row | {"version": "99"}, row | {"print": "TypeError: no"}):
        assert identified.kept(new, row) == new
    assert identified.kept(row, {}) == row


def test_the_prints_of_another_processor_leave_the_file_as_it_is(monkeypatch, tmp_path):
    file = tmp_path / "identified.json"
    monkeypatch.setattr(identified, "RESULTS", file)
    identified.keep(real=[row | {"print": row["print"] + "\n"} for row in PRINTS])
    assert file.read_bytes() == (identified.FOLDER / "identified.json").read_bytes()
    identified.keep(strangers={"count": 1, "named": 0})
    assert json.loads(file.read_text("utf-8"))["strangers"] == {"count": 1, "named": 0}


# The newest releases


@pytest.fixture
def released(monkeypatch):
    """`released(version, rule)` is what comes of a release that computes Adam, asked about a rule of a record."""
    def run(version, rule):
        walked = [ours(case).tolist() for case in cases(TOYS["adam"])]
        answer = {"version": version, "dtype": "float64", "paths": walked}
        monkeypatch.setattr(verify, "paths", lambda stem, record, asked: answer if record["set"] == "newest" else None)
        return verify.at_newest("toy", RECORD | {"rule": [rule]})
    return run


def test_a_newest_release_is_judged_by_the_record(released):
    assert released("1.0", TOYS["adam"]) is None
    row = released("2.0", TOYS["adam"])
    assert (row["version"], row["runs"], row["differs"]) == ("2.0", len(list(cases(TOYS["adam"]))), [])
    [*differs] = released("2.0", TOYS["adam"] | {"form": "adam_eps_hat"})["differs"]
    assert differs and all(word.startswith("Toy 2.0 toy.Adam") for word in differs)


def test_the_newest_releases_that_ran_are_not_those_of_the_records():
    newer = results("newest")
    assert newer and all(RECORDS[stem]["set"] == "main" for stem in newer)
    assert all(row["version"] != RECORDS[stem]["version"] and row["runs"] > 0 for stem, row in newer.items())


@pytest.mark.parametrize("row, words", [
    (None, ""), ({"version": "2", "differs": []}, "; 2 computes the same"),
    ({"version": "2", "differs": ["a", "b"]}, "; 2 differs in 2 runs"),
])
def test_an_entry_says_what_a_newer_release_does(row, words):
    assert tables.newer(row, lambda ko, en: en) == words


def test_the_entry_of_pytorch_says_so():
    assert f"**PyTorch** 2.13.0{tables.newer(results('newest')['pytorch'], lambda ko, en: en)}" in tables.entries(
        "adam", lambda ko, en: en)
