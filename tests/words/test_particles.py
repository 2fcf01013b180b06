"""Korean particles go with what is heard before them: a formula, a code word, a Latin name, a digit, a syllable."""

import re
import tomllib
from pathlib import Path

import pytest

import mhat
from site_tools.pages import pages
from snippets.shared.typeset import HEARD, PARTICLES
from tests.language import FRONT, name

# Letters and words, by the end that a reader gives them. What stands in no list is not judged.
HEARD_AS = HEARD | {word: end for end, words in {
    "vowel": r"""a b c d e g h i j k p q s t u v w x y z A B C D E G H I K P Q S T U V W X Y Z β θ κ λ μ σ δ ° √
        \beta \eta \g \infty \kappa \lambda \max \mu \psi \sigma \theta \vv AdaGrad AdaMax AdamW AMSGrad CNTK
        Chainer EMA JAX Keras MLX MXNet NumPy ONNX Optax PyTorch RMS SGD TensorFlow Torch apex autograd bitsandbytes
        alpha assert beta inf state theta velocity""",
    "ㄹ": r"l L lr \text{lr} URL",
    "consonant": r"""m n M N ε ε̂ \epsilon \m \mhat \vhat Adam Burn Inception JSON NaN Nadam RMSProp
        hat momentum nan scikit-learn step None""",
}.items() for word in words.split()}
WORD = r"\$[^$\n]+\$|`[^`\n]+`|[A-Za-z][A-Za-z\d.-]*[A-Za-z\d]|[A-Za-zβθκλμσδ°√ε%\d⁰¹²³⁴⁵⁶⁷⁸⁹]"
FORMS = {form: pair for pair in map(tuple, PARTICLES.values()) for form in pair}
BEHIND = re.compile(rf"({WORD})({'|'.join(sorted(FORMS, key=len, reverse=True))})(?=[\s,.;:)”’\]]|$)")
# 를 and 와 follow no consonant, 으로 no vowel and no ㄹ, 을 no vowel; these are the words that end in 을 themselves.
SYLLABLE = re.compile(r"([가-힣]+)(를|와|으로|을)(?=[\s,.;:)”’\]]|$)")
OWN = {"가을", "고을", "그을", "나을", "노을", "마을", "부을", "이을", "저을", "지을"}
TAIL = re.compile(r"(\\text\{lr\}|\\[A-Za-z]+|[A-Za-z]|\d)(?:_\{?([^{}^]*)\}?)?(\^\{?\\?[^{}]*\}?)?[|)\]}\s]*$")


def sentences(text: str) -> str:
    """A page without listings, displayed formulas, insertions and the targets of links."""
    text = re.sub(r"^ *```.*?^ *```|\$\$.*?\$\$|\{\{[^}]*\}\}|<[^>]*>", " ", FRONT.sub("", text), flags=re.S | re.M)
    return re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("*", "")


def heard(word: str) -> str | None:
    """How a word ends when it is read: in a vowel, in ㄹ, in another consonant; None where readers differ."""
    if word[0] == "$":
        return heard_formula(word[1:-1])
    if word[0] == "`":
        word = re.split(r"[^A-Za-z\d.-]|(?<=\d)e-", word[1:-1])[-1]
    return HEARD_AS.get(word) or (HEARD_AS[word[-1]] if word[-1:].isdecimal() else None)


def heard_formula(formula: str) -> str | None:
    """A formula is read to its end; a fraction, and a power that is no number, are read in more than one way."""
    tail = None if "/" in formula or "frac" in formula else TAIL.search(formula.replace(r"\,", " "))
    if not tail:
        return None
    symbol, below, above = tail.groups()
    if above:
        return "consonant" if re.fullmatch(r"\^\{?-?\d+\}?", above) else None
    return HEARD_AS.get(below[-1:] if below else symbol)


def right(end: str | None, form: str) -> bool:
    after_consonant, after_vowel = FORMS[form]
    vowel = end == "vowel" or end == "ㄹ" and after_vowel == "로"
    return end is None or form == (after_vowel if vowel else after_consonant)


def last_sound(word: str) -> str:
    """How a syllable of Hangul ends: its letter holds its final consonant."""
    return {0: "vowel", 8: "ㄹ"}.get((ord(word[-1]) - ord("가")) % 28, "consonant")


def wrong(text: str) -> list[str]:
    read = sentences(text)
    behind = [word + form for word, form in BEHIND.findall(read) if not right(heard(word), form)]
    return behind + [word + form for word, form in SYLLABLE.findall(read)
                     if not right(last_sound(word), form) and word + form not in OWN]


def korean(value) -> list[str]:
    """The Korean words of a file of data."""
    if isinstance(value, dict):
        own = [value["ko"]] if isinstance(value.get("ko"), str) else []
        return own + [word for key in value if key != "ko" for word in korean(value[key])]
    return [word for entry in value for word in korean(entry)] if isinstance(value, list) else []


DATA = sorted(Path(mhat.__file__).parent.rglob("*.toml"))


@pytest.mark.parametrize("page", pages("ko"), ids=name)
def test_particles_of_a_page(page):
    assert not wrong(page.read_text("utf-8"))


@pytest.mark.parametrize("file", DATA, ids=lambda file: file.stem)
def test_particles_of_data(file):
    assert not wrong("\n".join(korean(tomllib.loads(file.read_text("utf-8")))))


def test_most_particles_are_judged():
    found = [word for page in pages("ko") for word, _ in BEHIND.findall(sentences(page.read_text("utf-8")))]
    assert len(found) > 1000 and sum(heard(word) is not None for word in found) > 0.8 * len(found)


@pytest.mark.parametrize("text", [
    "$\\epsilon$를 키웁니다.", "$\\vv$은 0입니다.", "$\\mhat$는", "$\\mhat_t$은", "$\\g^2$를", "$\\sqrt{\\vhat}$는",
    "$\\beta=0.9$은", "`lr`는 값입니다.", "`1e-8`으로", "`m_hat`와 `v`", "Adam는 느립니다.", "[Adam](adam.md)는",
    "차이을", "PyTorch은", "float16를", "1.9.1으로", "0를", "5%은", "경로을 갑니다.", "값를", "기울기으로", "평균와",
])
def test_a_wrong_particle_is_seen(text):
    assert wrong(text)


@pytest.mark.parametrize("text", [
    "$\\epsilon$을 $\\vv$는 $\\g^2$을 $\\sqrt{\\vhat}$은", "$\\beta_1^t$는 $\\beta_1^t$은", "`lr`은 `1e-8`로 `eps`를",
    "Adam은 [Keras](a.md)와 float16은", "0으로 1로 3%가", "경로를 값으로 나을 마을", "Adam 은근히 $t$이면 0이고",
])
def test_a_right_particle_is_none(text):
    assert not wrong(text)
