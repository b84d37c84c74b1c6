"""What templates are filled with besides people and places: nothing of it is to be masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

from selfimprove.privacy.names.corpus.draft import Fill
from selfimprove.privacy.names.corpus.people import faker, invented
from selfimprove.privacy.names.corpus.words import words


def fields(draw: Random) -> Mapping[str, Fill]:
    """What templates may ask for that is not a person or a place; companies are told apart, but not masked."""

    def one(values: Sequence[str]) -> Fill:
        return lambda: (draw.choice(values), "O")

    lists = {"month": "months", "weekday": "weekdays", "product": "products", "tool": "tools", "thing": "things"}
    lists |= {"topic": "topics", "food": "foods", "job": "jobs", "lang": "languages", "demonym": "demonyms"}
    return {
        **{field: one(words(name)) for field, name in {**lists, "time": "times"}.items()},
        **{field.title(): one(tuple(map(str.title, words(name)))) for field, name in lists.items()},
        "num": lambda: (_number(draw), "O"), "code": lambda: (_identifier(draw), "O"),
        "org": lambda: (company(draw), "ORG"), "email": one(_made("email")), "phone": one(_made("phone_number")),
    }  # fmt: skip


def company(draw: Random) -> str:
    """A company or another body that is not a person."""
    kind = draw.random()
    if kind < 0.5:
        return draw.choice(_made("company"))
    name = invented(draw)
    return name + draw.choice(words("company_ends"))


def _number(draw: Random) -> str:
    low, high = draw.choice([(1, 9), (10, 99), (100, 99999), (1901, 2040)])
    return str(draw.randint(low, high))


def _identifier(draw: Random) -> str:
    parts = draw.choices(words("identifier_parts"), k=draw.randint(1, 3))
    camel = "".join(part.capitalize() for part in parts)
    return draw.choice(["_".join(parts), camel, camel[0].lower() + camel[1:], "_".join(parts).upper(), ".".join(parts)])


@cache
def _made(kind: str) -> Sequence[str]:
    locales = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL", "sv_SE", "en_IN")
    return [str(getattr(made, kind)()) for made in (faker(locale, kind) for locale in locales) for _ in range(40)]
