"""Numbers as a book prints them."""

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def typeset(text: str) -> str:
    """A formatted number with a true minus and powers of ten: −1.5, 3.40×10⁻⁷⁰."""
    mantissa, e, exponent = text.replace("-", "−").partition("e")
    if not e:
        return mantissa
    power = str(int(exponent.replace("−", "-"))).translate(SUPERSCRIPT)
    return f"{mantissa}×10{power}"
