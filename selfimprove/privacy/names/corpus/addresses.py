"""Addresses as many countries write them, on one line or several, whole or in part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random

from selfimprove.privacy.names.corpus import places
from selfimprove.privacy.names.corpus.draft import Fill
from selfimprove.privacy.names.corpus.people import faker, invented, last
from selfimprove.privacy.names.corpus.words import words

FAKED = (
    "en_US", "en_US", "en_US", "en_GB", "en_GB", "en_AU", "en_CA", "en_IN", "en_IE", "en_NZ", "de_DE", "de_AT",
    "de_CH", "fr_FR", "fr_CH", "fr_CA", "es_ES", "es_MX", "es_AR", "es_CL", "it_IT", "nl_NL", "nl_BE", "pt_BR",
    "pt_PT", "pl_PL", "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "hr_HR", "sl_SI", "fi_FI", "sv_SE", "da_DK", "no_NO",
    "fil_PH", "id_ID", "vi_VN", "zu_ZA",
)  # fmt: skip
# in shapes: {n} house number, {s} small number, {z} five digits, {p} four, {h} three, {l} letter, {w} a name,
# {c} town, {k} country, {t} kind of street, {f} flat


def fields(draw: Random) -> Mapping[str, Fill]:
    """What templates may ask for about addresses."""
    return {"addr": lambda: (address(draw), "ADDR"), "street": lambda: (street(draw), "ADDR")}


def address(draw: Random) -> str:
    """An address; two in five as Faker writes one of its country."""
    kind = draw.random()
    made = draw.choice(_made(draw.choice(FAKED))) if kind < 0.4 else shaped(draw, draw.choice(words("address_shapes")))
    made = made.replace("\n", draw.choice([", ", ", ", "\n", "\n", " ", "\n "]))
    return made + f"{draw.choice([', ', ', ', chr(10), ' '])}{places.land(draw)}" if draw.random() < 0.12 else made


def street(draw: Random) -> str:
    """Street and number, at times without the number."""
    return shaped(draw, draw.choice(words("street_shapes")))


def shaped(draw: Random, shape: str) -> str:
    """A shape filled: each of its fields anew."""
    flat = draw.choice(words("flats"))
    for mark, make in _parts(draw).items():
        shape, flat = (_each(text, f"{{{mark}}}", make) for text in (shape, flat))
    return shape.replace("{f}", flat)


def _each(text: str, mark: str, make: Callable[[], str]) -> str:
    while mark in text:
        text = text.replace(mark, make(), 1)
    return text


def _parts(draw: Random) -> Mapping[str, Callable[[], str]]:
    def digits(count: int) -> Callable[[], str]:
        return lambda: "".join(draw.choices("0123456789", k=count))

    return {
        "n": lambda: str(draw.choice([draw.randint(1, 99), draw.randint(1, 999), draw.randint(1, 9999)])),
        "s": lambda: str(draw.randint(1, 19)), "ss": digits(2), "h": digits(3), "p": digits(4), "z": digits(5),
        "ll": lambda: "".join(draw.choices("ABCDEFGHIKLMNOPRSTVWXY", k=2)), "l": lambda: draw.choice("abcABCD"),
        "w": lambda: _named(draw), "c": lambda: places.town(draw), "k": lambda: places.land(draw),
        "t": lambda: draw.choice(words("street_kinds")),
    }  # fmt: skip




def _named(draw: Random) -> str:
    """What streets are called after."""
    kind = draw.random()
    if kind < 0.25:
        return draw.choice(words("street_names"))
    return invented(draw) if kind < 0.4 else last(draw) if kind < 0.75 else places.town(draw)


@cache
def _made(locale: str) -> Sequence[str]:
    made = faker(locale, "addresses")
    return [str(made.address()) for _ in range(250)]
