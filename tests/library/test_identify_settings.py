"""Settings that cannot be: they stop the answer, in Python, in the command and on the page."""

import json
import os
import subprocess
import sys

import pytest
import quickjs

from mhat.identify import identify, in_words, settings_of
from mhat.identify.candidates import COMMON
from mhat.identify.settings import KINDS
from site_tools.cache import ROOT
from site_tools.scripts import engine
from tests.prints import PATH, lines

WRONG = [("beta1", "abc"), ("beta1", "0,2"), ("beta2", "1"), ("beta", "2"), ("eps", "-1e-8"), ("lr", "0"),
         ("lr", "-0.1"), ("lr", "inf"), ("decay", "nan"), ("epoch", "2.5"), ("micro", "0"), ("dampening", "1.5"),
         ("lr", "0.1 0.2")]
RIGHT = [("beta1", "0"), ("beta2", "0.999"), ("eps", "0"), ("eps", "1e-8"), ("decay", " 0 "), ("lr", "1"),
         ("epoch", "6"), ("dampening", "1")]


@pytest.mark.parametrize("name, text", WRONG)
def test_what_cannot_be_stops_the_answer_and_is_named(name, text):
    found = settings_of({"lr": "0.1", name: text, "micro": "4"} if name != "micro" else {name: text})["wrong"]
    assert (found["verdict"], found["setting"], found["text"]) == ("input", name, text)
    for language in ("ko", "en"):
        head, why = (part["text"] for part in in_words(found, language))
        assert head.endswith(f"= {text}") and why
    with pytest.raises(ValueError, match="This setting cannot be"):
        identify(PATH, **{name: text})


@pytest.mark.parametrize("name, text", RIGHT)
def test_what_can_be_is_read(name, text):
    found = settings_of({name: text, "beta": ""})
    assert found["wrong"] is None and found["told"] == {name: float(text)}


def test_every_setting_has_its_limits():
    assert set(KINDS) == set(COMMON)


def test_an_unknown_dtype_is_refused():
    with pytest.raises(ValueError, match="unknown dtype 'float8'; there are float64, float32, bfloat16, float16"):
        identify(PATH, dtype="float8")


def test_the_command_stops(tmp_path):
    done = subprocess.run([sys.executable, "-m", "mhat.identify", "--lr", "0,2", "--language", "ko"], input=lines(PATH),
                          capture_output=True, text=True, encoding="utf-8", cwd=tmp_path,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 1 and done.stdout.startswith("설정을 고치세요: lr = 0,2")


def test_the_page_reads_settings_as_python_does():
    context = quickjs.Context()
    context.eval(engine("identify"))
    for name, text in WRONG + RIGHT:
        theirs = json.loads(context.eval(f"JSON.stringify(settings_of({json.dumps({name: text})}))"))
        mine = settings_of({name: text})
        assert theirs["wrong"] == mine["wrong"] and (mine["wrong"] or theirs["told"] == mine["told"])
