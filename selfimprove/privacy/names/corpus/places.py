"""Places: towns of many countries, countries, regions, landmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

from selfimprove.privacy.names.corpus.draft import Fill
from selfimprove.privacy.names.corpus.people import faker, invented
from selfimprove.privacy.names.corpus.words import words

TOWNED = (
    "en_US", "en_US", "en_GB", "en_IN", "en_AU", "en_CA", "de_DE", "de_AT", "de_CH", "fr_FR", "es_ES", "es_MX", "it_IT",
    "nl_NL", "nl_BE", "pt_BR", "pt_PT", "pl_PL", "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "hr_HR", "sl_SI", "fi_FI", "sv_SE",
    "da_DK", "no_NO", "id_ID", "vi_VN", "fil_PH", "en_NZ", "zu_ZA",
)  # fmt: skip
LANDS = ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL")
REGIONS = ("en_US", "en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL", "en_IN", "en_CA", "en_AU")


def fields(draw: Random) -> Mapping[str, Fill]:
    """What templates may ask for about places."""
    return {
        "loc": lambda: (anywhere(draw), "LOC"),
        "city": lambda: (town(draw), "LOC"),
        "land": lambda: (land(draw), "LOC"),
        "region": lambda: (region(draw), "LOC"),
        "pair": lambda: (f"{town(draw)}, {draw.choice([land, region])(draw)}", "LOC"),
    }


def anywhere(draw: Random) -> str:
    """Any kind of place."""
    kind = draw.random()
    if kind < 0.5:
        return town(draw)
    return land(draw) if kind < 0.75 else region(draw) if kind < 0.93 else _landmark(draw)


def town(draw: Random) -> str:
    """A town, small or known, or one that is not on any map."""
    kind = draw.random()
    if kind < 0.4:
        return draw.choice(words("cities"))
    if kind < 0.48:
        return invented(draw)
    return draw.choice(_made(draw.choice(TOWNED), "city"))


def land(draw: Random) -> str:
    """A country."""
    return draw.choice(words("countries")) if draw.random() < 0.5 else draw.choice(_made(draw.choice(LANDS), "country"))


def region(draw: Random) -> str:
    """A state, a region, a part of a town."""
    return draw.choice(words("regions")) if draw.random() < 0.6 else draw.choice(_made(draw.choice(REGIONS), "state"))


def _landmark(draw: Random) -> str:
    name = invented(draw) if draw.random() < 0.4 else draw.choice(_made(draw.choice(TOWNED), "city"))
    if draw.random() < 0.5:
        return f"{draw.choice(words('place_kinds'))} {name}"
    return f"{name} {draw.choice(words('place_ends'))}"


@cache
def _made(locale: str, kind: str) -> Sequence[str]:
    made = faker(locale, kind)
    names = {"state": ("state", "administrative_unit", "region", "province", "city")}.get(kind, (kind,))
    name = next(name for name in names if hasattr(made, name))
    return [str(getattr(made, name)()).replace("\n", " ") for _ in range(300)]
