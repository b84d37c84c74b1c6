"""Countries are no personal data where nothing else is: "The capital of France is Paris" is to be learned as it stands.

A country is let go, and a capital named beside one, in a text in which nothing else is found and nobody speaks of
themselves. Countries that people are called after are never let go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module

from selfimprove.privacy.names.corpus.words import words
from selfimprove.privacy.redact import Span

LOCALES = ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pt_PT")  # Faker's Polish list is English
PEOPLE = frozenset({
    "chad", "dominique", "georgia", "india", "israel", "jordan", "kenya", "kuba", "liban", "libia", "malte", "man",
    "maurice", "mauricio", "montserrat", "salvador",
})  # fmt: skip
_SELF = re.compile(
    r"\b(?i:i|me|my|mine|myself|we|our|ours|ich|mich|mir|meine?[mnrs]?|wir|uns|unsere?[mnrs]?|je|moi|mon|ma|mes|nous"
    r"|notre|nos|yo|mi|mis|nosotr[oa]s|nuestr[oa]s?|io|mio|mia|miei|noi|nostr[oaie]|ik|mij|mijn|wij|ons|onze|eu|meu"
    r"|minha|meus|minhas|nós|nosso|nossa|ja|mnie|mój|moja|moje|nas|nasz|nasza)\b|\b[Jj]['’]|\bus\b"
)  # in capitals, "us" is a country
_ASKS = re.compile(  # whoever says this speaks of no one
    r"\b(?i:(?:tell|teach|show|give|remind)\s+me|let\s+me\s+know|sag\s+mir|nenn\s+mir|dis-moi|dimmi|vertel\s+me)\b"
)
_ARTICLE = re.compile(r"^(?:the|die|der|den|la|le|les|los|las|el|il|gli|de|het|o|a|os|as)\s+|^l['’]", re.IGNORECASE)
_EDGES = " .,;:!?'’\""


def let_go(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans; none, where all of them are countries, or capitals beside one, and nobody speaks of themselves."""
    values = [_plain(text[span.start : span.end]) for span in spans]
    if not all(span.type == "PLACE" for span in spans) or not any(value in lands() for value in values):
        return list(spans)
    known = lands() | capitals()
    bare = all(value in known for value in values) and not _SELF.search(_ASKS.sub("", text))
    return [] if bare else list(spans)


@cache
def lands() -> frozenset[str]:
    """Countries in eight languages, in small letters."""
    lists = (import_module(f"faker.providers.address.{locale}").Provider.countries for locale in LOCALES)
    return frozenset(_plain(name) for names in (*lists, words("countries"), words("lands")) for name in names) - PEOPLE


@cache
def capitals() -> frozenset[str]:
    """Capitals that the whole world knows, in small letters."""
    return frozenset(map(_plain, words("capitals")))


def _plain(name: str) -> str:
    return _ARTICLE.sub("", name.strip(_EDGES)).lower()
