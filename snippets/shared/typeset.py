"""Numbers as a book prints them."""

import re
from decimal import ROUND_CEILING, Context
from math import isclose, log10

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PARTICLES = {"이(가)": "이가", "은(는)": "은는", "을(를)": "을를", "과(와)": "과와", "(으)로": ("으로", "로")}
# How the end of a number is heard in Korean: 영, 삼, 육 and 제곱 end in a consonant, 일, 칠, 팔 in ㄹ.
HEARD = dict.fromkeys("036⁰¹²³⁴⁵⁶⁷⁸⁹", "consonant") | dict.fromkeys("178", "ㄹ") | dict.fromkeys("2459%", "vowel")
PAIR = re.compile(f"(?<=([{''.join(HEARD)}]))({'|'.join(map(re.escape, PARTICLES))})")


def typeset(text: str) -> str:
    """A formatted number with a true minus and powers of ten: −1.5, 3.40×10⁻⁷⁰."""
    mantissa, e, exponent = text.replace("-", "−").partition("e")
    return f"{mantissa}×{ten_to(int(exponent.replace('−', '-')))}" if e else mantissa


def ten_to(power: int) -> str:
    """A power of ten: 10⁻⁷⁰."""
    return "10" + str(power).translate(SUPERSCRIPT)


def upward(x: float, digits: int = 1) -> float:
    """The smallest number of so many digits that is not below x: what a sentence may call the most."""
    return float(Context(prec=digits, rounding=ROUND_CEILING).create_decimal(repr(float(x))))


def tick(x: float) -> str:
    """A number at an axis: −0.5, 0, 0.001, 3.16, 1,000, 10,000; a power of ten beyond these as 10⁻²⁰, 10⁵."""
    power = round(log10(x)) if x > 0 else 0
    if not -3 <= power <= 4 and isclose(x, 10.0**power):
        return ten_to(power)
    return typeset(f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}")


def agreed(text: str) -> str:
    """Korean with the particle that a number takes as it is read: `0.89이(가) 3(으)로` as 0.89가 3으로."""
    def chosen(match: re.Match) -> str:
        after_consonant, after_vowel = PARTICLES[match[2]]
        heard = HEARD[match[1]]
        return after_vowel if heard == "vowel" or (heard == "ㄹ" and match[2] == "(으)로") else after_consonant
    return PAIR.sub(chosen, text)
