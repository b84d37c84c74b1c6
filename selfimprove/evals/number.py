"""Numbers in answers: thousands separators, tolerances, and units that convert into each other."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = r"(?<![\w.])(?:(?<!\d )-)?(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?(?!\d)"
_MEASURED = re.compile(rf"({_NUMBER})(?:[ -]?([A-Za-z%]+))?")
_SEPARATOR = re.compile(r"(?<=\d)[\u00a0\u2009\u202f'’_](?=\d{3}(?!\d))")
_EXPECTED = re.compile(
    r"\s*(?P<value>-?[\d.,]+(?:[eE][+-]?\d+)?)?\s*(?:±\s*(?P<most>[\d.]+)\s*(?P<share>%)?)?\s*(?P<unit>[A-Za-z%]+)?\s*"
)

_UNITS: Mapping[str, Mapping[str, str]] = {
    "length": {
        "mm millimetre millimeter": "0.001", "cm centimetre centimeter": "0.01", "m metre meter": "1",
        "km kilometre kilometer": "1000", "mile": "1609.344", "inch": "0.0254", "ft foot feet": "0.3048",
    },
    "mass": {"mg milligram": "0.001", "g gram": "1", "kg kilogram kilo": "1000", "t tonne": "1000000"},
    "time": {
        "ms millisecond": "0.001", "s sec second": "1", "min minute": "60", "h hr hour": "3600", "day": "86400",
        "week": "604800",
    },
    "volume": {
        "ml millilitre milliliter": "0.001", "cl centilitre": "0.01", "dl decilitre": "0.1", "l litre liter": "1",
    },
    "share": {"% percent": "1"},
}  # fmt: skip
_FACTORS = {
    name: (dimension, Decimal(factor))
    for dimension, units in _UNITS.items()
    for names, factor in units.items()
    for name in names.split()
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What "42", "±0.5", "3.14 ±0.01", "±2% km" ask for: the value ("" for the reference's), how far off, the unit."""

    value: Decimal | None
    off: Decimal
    share: bool
    unit: str

    def allows(self, found: Decimal, wanted: Decimal) -> bool:
        """Whether `found` is near enough."""
        most = self.off * abs(wanted) / 100 if self.share else self.off
        return abs(found - wanted) <= most


def numeric(output: str, reference: str, argument: str) -> bool:
    """The last number of the output is the expected one: a model that shows its steps ends with the result.

    Where a unit is asked for, the last number in a unit that converts to it counts, else the last without a unit.
    """
    expected = parse(argument)
    if expected is None:
        return False
    wanted = expected.value if expected.value is not None else _last(reference, expected.unit)
    found = _last(output, expected.unit)
    return found is not None and wanted is not None and expected.allows(found, wanted)


def parse(argument: str) -> Expected | None:
    """A grader's argument; None when it is not one, or names an unknown unit."""
    match = _EXPECTED.fullmatch(argument)
    if match is None or (match["unit"] and _unit(match["unit"]) is None):
        return None
    values, off = numbers(match["value"] or ""), numbers(match["most"] or "0")
    if len(values) != bool(match["value"]) or len(off) != 1:
        return None
    return Expected(values[0] if values else None, off[0], bool(match["share"]), match["unit"] or "")


def numbers(text: str) -> list[Decimal]:
    """Numbers of a text in order; "1,250" is one number, the minus of "10-5" is no sign."""
    return [value for value, _ in measured(text)]


def measured(text: str) -> list[tuple[Decimal, str]]:
    """The same with the word that follows each."""
    joined = _SEPARATOR.sub(",", text.replace("−", "-"))
    found = _MEASURED.findall(unicodedata.normalize("NFKC", joined))
    return [(Decimal(number.replace(",", "")), word) for number, word in found]


def _last(text: str, unit: str) -> Decimal | None:
    """The last number of a text; with a unit, in that unit."""
    found = measured(text)
    if not unit:
        return found[-1][0] if found else None
    dimension, factor = _FACTORS[_unit(unit) or ""]
    named = [(value, _unit(word)) for value, word in found]
    fitting = [value * _FACTORS[name][1] / factor for value, name in named if name and _FACTORS[name][0] == dimension]
    chosen = fitting or [value for value, name in named if name is None]
    return chosen[-1] if chosen else None


def _unit(word: str) -> str | None:
    """The unit that a word names: as it is written, without case, or in the plural."""
    plain = word.casefold()
    tried = (word, plain, plain.removesuffix("s"), plain.removesuffix("es"))
    return next((name for name in tried if name in _FACTORS), None)
