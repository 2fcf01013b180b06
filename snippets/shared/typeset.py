"""Numbers as a book prints them."""

from math import isclose, log10

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def typeset(text: str) -> str:
    """A formatted number with a true minus and powers of ten: −1.5, 3.40×10⁻⁷⁰."""
    mantissa, e, exponent = text.replace("-", "−").partition("e")
    return f"{mantissa}×{ten_to(int(exponent.replace('−', '-')))}" if e else mantissa


def ten_to(power: int) -> str:
    """A power of ten: 10⁻⁷⁰."""
    return "10" + str(power).translate(SUPERSCRIPT)


def tick(x: float) -> str:
    """A number at an axis: −0.5, 0, 0.001, 3.16, 1,000, 10,000; a power of ten beyond these as 10⁻²⁰, 10⁵."""
    power = round(log10(x)) if x > 0 else 0
    if not -3 <= power <= 4 and isclose(x, 10.0**power):
        return ten_to(power)
    return typeset(f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}")
