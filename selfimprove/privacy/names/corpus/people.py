"""Names of made-up people of many countries, in the ways they are written; some of syllables that nobody is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random
from typing import Any

from selfimprove.privacy.names.corpus.draft import Fill
from selfimprove.privacy.names.corpus.words import words

LATIN = (
    "en_US", "en_US", "en_GB", "en_GB", "en_IE", "en_NZ", "en_IN", "en_KE", "en_NG", "en_PK", "de_DE", "de_DE", "de_AT",
    "de_CH", "fr_FR", "fr_FR", "fr_CA", "fr_BE", "es_ES", "es_ES", "es_MX", "es_AR", "es_CO", "es_CL", "it_IT", "it_IT",
    "nl_NL", "nl_NL", "nl_BE", "pt_BR", "pt_BR", "pt_PT", "pl_PL", "pl_PL", "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "hr_HR",
    "sl_SI", "fi_FI", "sv_SE", "da_DK", "no_NO", "is_IS", "et_EE", "lv_LV", "lt_LT", "tr_TR", "id_ID", "vi_VN", "zu_ZA",
    "yo_NG", "ig_NG", "ha_NG", "sw", "tw_GH", "uz_UZ", "ga_IE",
)  # fmt: skip
OTHER = ("ru_RU", "uk_UA", "bg_BG", "el_GR", "ja_JP", "zh_CN", "ko_KR", "ar_SA", "he_IL", "hi_IN", "fa_IR")
ROMAN = ("ja_JP", "zh_CN", "zh_TW")


def fields(draw: Random) -> Mapping[str, Fill]:
    """What templates may ask for about people."""

    def person(make: Callable[[Random], str]) -> Fill:
        return lambda: (make(draw), "PER")

    return {
        "per": person(anyone), "full": person(full), "first": person(first), "last": person(last),
        "turned": person(lambda draw: f"{last(draw)}, {first(draw)}"),
    }  # fmt: skip


def anyone(draw: Random) -> str:
    """A name as people write one: mostly in full, often a given name alone."""
    kind = draw.random()
    return full(draw) if kind < 0.55 else first(draw) if kind < 0.9 else last(draw)


def full(draw: Random) -> str:
    """Given name and surname of one country, at times with an initial, a second given name or two surnames."""
    kind = draw.random()
    if kind < 0.04:
        return draw.choice(_pool(draw.choice(OTHER))["full"])
    if kind < 0.08:
        return draw.choice(_roman(draw.choice(ROMAN)))
    pool = _pool(draw.choice(LATIN))
    given, surname = _given(draw, pool), _surname(draw, pool)
    if kind < 0.16:
        return f"{given} {draw.choice('ABCDEFGHJKLMNPRSTVW')}{draw.choice(['.', '.', ''])} {surname}"
    if kind < 0.20:
        return f"{given} {_given(draw, pool)} {surname}"
    if kind < 0.23:
        return f"{given} {surname}-{_surname(draw, pool)}"
    if kind < 0.26:
        return f"{given} {surname} {_surname(draw, pool)}"
    if kind < 0.30:
        return f"{given[0]}. {surname}"
    return f"{given} {surname}"


def first(draw: Random) -> str:
    """A given name."""
    return _given(draw, _pool(draw.choice(LATIN)))


def last(draw: Random) -> str:
    """A surname."""
    return _surname(draw, _pool(draw.choice(LATIN)))


def _given(draw: Random, pool: Mapping[str, Sequence[str]]) -> str:
    kind = draw.random()
    if kind < 0.12:
        return invented(draw)
    return draw.choice(words("given_words")) if kind < 0.2 else draw.choice(pool["first"])


def _surname(draw: Random, pool: Mapping[str, Sequence[str]]) -> str:
    kind = draw.random()
    if kind < 0.15:
        return invented(draw)
    return draw.choice(words("surname_words")) if kind < 0.22 else draw.choice(pool["last"])


def invented(draw: Random) -> str:
    """A name of syllables, so that a name is known by what stands around it."""
    middle = "".join(draw.choice(words("syllables_middle")) for _ in range(draw.choice([0, 1, 1, 2])))
    return draw.choice(words("syllables_first")) + middle + draw.choice(words("syllables_last"))


@cache
def _pool(locale: str) -> Mapping[str, Sequence[str]]:
    made = faker(locale, "people")
    return {
        "first": [made.first_name() for _ in range(400)],
        "last": [made.last_name() for _ in range(400)],
        "full": [made.name() for _ in range(60)],
    }


@cache
def _roman(locale: str) -> Sequence[str]:
    made = faker(locale, "romanized")
    if hasattr(made, "romanized_name"):
        return [made.romanized_name() for _ in range(200)]
    return [f"{made.first_romanized_name()} {made.last_romanized_name()}" for _ in range(200)]


def faker(locale: str, what: str) -> Any:
    """Faker of a locale with a seed of its own for what it makes, so that nothing made before changes it."""
    from faker import Faker

    made = Faker(locale)
    made.seed_instance(f"selfimprove/{locale}/{what}")
    for provider in made.get_providers() if locale == "it_IT" else ():
        if hasattr(provider, "cities"):
            provider.cities = sorted(provider.cities)  # Faker lists a set, in another order in each process
    return made
