"""Records of frameworks: whole, linked to lines at a commit, said in both languages in our words."""

import re

import pytest

from mhat import rules
from mhat.forms import FORMS
from mhat.records import records
from tests.language import CODE, TYPED, banned

RECORDS = records()
RULES = [(stem, rule) for stem, record in RECORDS.items() for rule in record["rule"]]
KNOWN = {"lr", "beta", "beta1", "beta2", "eps", "decay", "dampening", "norm", "start"}
ADAPTIVE = {"lr", "beta1", "beta2", "eps"}
NEEDS = {"adam": ADAPTIVE, "rmsprop": {"lr", "beta2"}, "momentum": {"lr", "beta"}, "nadam": ADAPTIVE,
         "adamax": ADAPTIVE, "adagrad": {"lr", "eps"}}
LINES = re.compile(r"[\w./+-]+#L([1-9]\d*)(?:-L([1-9]\d*))?")
name = lambda value: value if isinstance(value, str) else value["call"]


def differences(table: dict, must: set[str], may: set[str] = frozenset()) -> list[str]:
    """What a table of a record lacks, and what nobody would read in it."""
    return [f"{key} is missing" for key in sorted(must - table.keys())] + [
        f"{key} is not known here" for key in sorted(table.keys() - must - may)]


def said(rule):
    """The sentence and the traps."""
    return [rule["sentence"], *rule.get("traps", [])]


def test_the_frameworks():
    assert {"pytorch", "keras", "optax", "tensorflow1", "jax", "mlx", "onnx", "paddle", "caffe"} <= set(RECORDS)
    calls = [(RECORDS[stem]["name"], rule["call"]) for stem, rule in RULES]
    assert len(calls) == len(set(calls)) >= 70
    assert {rule["page"] for _, rule in RULES} == set(NEEDS)


@pytest.mark.parametrize("stem", RECORDS)
def test_a_record_says_what_was_read(stem):
    record = RECORDS[stem]
    wanted = {"name", "version", "set", "repository", "commit", "rule"}
    assert not differences(record, wanted if record.get("set") == "read" else wanted | {"install"})
    assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", record["repository"])
    assert re.fullmatch(r"[0-9a-f]{40}", record["commit"])
    assert all(re.search(r"==|@", package) for package in record.get("install", []))


@pytest.mark.parametrize("stem, rule", RULES, ids=name)
def test_a_rule_is_whole(stem, rule):
    may = {"start", "decay", "also", "always", "idle", "nonzero", "around", "traps"}
    assert not differences(rule, {"page", "call", "form", "settings", "defaults", "float", "source", "sentence"}, may)
    assert not differences(rule["settings"], NEEDS[rule["page"]], KNOWN)
    assert not differences(rule["defaults"], set(), set(rule["settings"]))
    unknown = {rule["form"], *rule.get("also", {}).values()} - {"", *FORMS}
    assert not unknown, f"mhat/records/{stem}.toml: no form of mhat/forms.toml: {unknown}"
    assert ("decay" in rule) == ("decay" in rule["settings"])
    assert rule["form"] or RECORDS[stem]["set"] == "read"
    assert len(set(rule["settings"].values())) == len(rule["settings"])
    assert len(rule.get("traps", [])) <= 2


@pytest.mark.parametrize("stem, rule", RULES, ids=name)
def test_what_takes_no_0_is_data_too(stem, rule):
    """The translator reads the data, not the sentence."""
    ran = RECORDS[stem]["set"] != "read"
    told = any(re.search(r"0`? (of `\w+` )?is re(fused|placed)|of 0 is refused", words["en"]) for words in said(rule))
    assert set(rule.get("nonzero", [])) <= set(rule["settings"]) and (not ran or not told or rule["nonzero"])


@pytest.mark.parametrize("stem, rule", RULES, ids=name)
def test_a_source_is_lines_of_a_file(stem, rule):
    for source in [rule["source"], *(trap["source"] for trap in rule.get("traps", []))]:
        first, last = LINES.fullmatch(source).groups()
        assert last is None or int(first) < int(last) <= int(first) + 40, source


@pytest.mark.parametrize("stem, rule", RULES, ids=name)
def test_the_sentences(stem, rule):
    for words in said(rule):
        assert not differences(words, {"ko", "en"}, {"source"})
        for language in ("ko", "en"):
            text = CODE.sub(" ", words[language])
            assert not banned(text, language)
            assert not TYPED.search(text), "settings stand in code"
            assert "  " not in words[language] and words[language] == words[language].strip()
            assert words[language].count("$") % 2 == words[language].count("`") % 2 == 0
        assert all(sentence.endswith("니다") for sentence in re.split(r"\.(?:\s|$)", words["ko"]) if sentence)
        assert words["ko"].endswith(".") and words["en"].endswith(".")
        assert words["en"][0] in "`$" + words["en"][0].upper()
        assert not re.search("[가-힣]", words["en"]) and re.search("[가-힣]", words["ko"])
        codes = [set(re.findall(r"`[^`]+`", words[language])) for language in ("ko", "en")]
        assert codes[0] == codes[1], "the same code in both"


def test_the_old_optimizers_of_keras_are_where_they_live_now():
    """tf.keras lost them with Keras 3; the same code is in tf_keras."""
    calls = [rule["call"] for _, rule in RULES]
    assert not [call for call in calls if call.startswith("tf.keras.optimizers.legacy")]
    assert sum(call.startswith("tf_keras.optimizers.legacy.") for call in calls) == 3
    assert any(package.startswith("tf-keras==") for package in RECORDS["tf_keras_legacy"]["install"])


def test_the_rules_that_are_ours_exist():
    papers = {"adam", "amsgrad", "rmsprop", "momentum", "nesterov"}
    used = {rule["form"] for _, rule in RULES} | {form for _, rule in RULES for form in rule.get("also", {}).values()}
    assert papers <= used and all(hasattr(rules, form) for form in papers)
