"""Codes, cards, documents, keys and accounts are found beside their words in each of the eight languages."""

import re

import pytest

from selfimprove.privacy.rules import vocabulary
from selfimprove.privacy.rules.vocabulary import LANGUAGES, VERBS
from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(137)
CODES = {"one_time_code": 6, "card_code": 3, "card_pin": 4, "door_code": 4}  # and how many digits they have
CONCEPTS = (*CODES, "licence", "identity_card", "passport", "key", "account")


def value(concept: str) -> str:
    """One of the kind."""
    if concept in CODES:
        return MADE.number(CODES[concept])
    return {"key": MADE.key(24), "account": MADE.number(9)}.get(concept, MADE.of("CFGH", 1) + MADE.number(8))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_word_in_every_language(concept: str, language: str) -> None:
    said = vocabulary.phrases(concept, language)
    between = [": ", *(f" {verb} " for verb in VERBS[language])]
    own = value(concept)
    texts = [f"{phrase}{link}{own}" for phrase in said for link in between]
    assert [text for text in texts if not masks(text, own)] == []
    assert [text for text in texts if not masks(f"Hi, {text.title()}.".replace(own.title(), own), own)] == []


@pytest.mark.parametrize(
    ("concept", "text"),
    [
        ("one_time_code", "Dein Bestätigungscode lautet {}"), ("one_time_code", "Ihre TAN lautet {}"),
        ("one_time_code", "Votre code de vérification : {}"), ("one_time_code", "Tu código de verificación es {}"),
        ("one_time_code", "Seu código de verificação é {}"), ("one_time_code", "Il tuo codice di verifica è {}"),
        ("one_time_code", "Je verificatiecode is {}"), ("one_time_code", "Twój kod weryfikacyjny to {}"),
        ("card_code", "Prüfnummer {}"), ("card_code", "código de segurança {}"), ("card_pin", "Geheimzahl: {}"),
        ("card_pin", "le code de ma carte est {}"), ("licence", "Führerscheinnummer: {}"),
        ("licence", "permis de conduire n° {}"), ("licence", "minha carta de condução é {}"),
        ("licence", "patente di guida n. {}"), ("licence", "numer prawa jazdy: {}"),
        ("identity_card", "Personalausweis-Nr. {}"), ("identity_card", "carte d'identité n° {}"),
        ("identity_card", "carta d'identità n. {}"), ("identity_card", "dowód osobisty {}"),
        ("passport", "passaporte nº {}"), ("passport", "mijn paspoortnummer luidt {}"),
        ("key", "der API-Schlüssel lautet {}"), ("key", "la clé d'API est {}"), ("key", "a chave de API é {}"),
        ("key", "la chiave API è {}"), ("key", "klucz API to {}"),
        ("account", "account number {}"), ("account", "numéro de compte {}"), ("account", "rekeningnummer {}"),
    ],
)  # fmt: skip
def test_as_people_write_it(concept: str, text: str) -> None:
    own = value(concept)
    assert masks(text.format(own), own)


def test_accounts_and_cards_of_brazil() -> None:
    account, card = f"{MADE.number(5)}-{MADE.number(1)}", f"{MADE.number(2)}.{MADE.number(3)}.{MADE.number(3)}-X"
    assert masks(f"agência {MADE.number(4)} conta {account}", account)
    assert found(f"a conta {account} fecha") == []
    assert masks(f"RG {card}", card)


@pytest.mark.parametrize(
    "text",
    [
        "the verification code is wrong", "tan 2000 hides", "tan 45 = 1",
        "security code review 2", "Geheimzahl vergessen", "patente 1234567 del motor", "DLX4829137 broke",
        "the account number is missing", "numer konta jest inny", "a chave de API é secreta", "der Schlüssel liegt da",
        "ein Reisepass kostet 70 Euro", "Wir haben 12 Reisepässe", "api key is required for all requests",
    ],
)  # fmt: skip
def test_talk_about_them_stays(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("concept", CONCEPTS)
def test_what_the_pattern_matches_holds_what_it_needs(concept: str) -> None:
    needed = vocabulary.needs(concept)
    pattern = re.compile(vocabulary.pattern(concept))
    for language in LANGUAGES:
        for phrase in vocabulary.phrases(concept, language):
            for written in (phrase, phrase.replace("-", " "), phrase.replace("-", "")):
                assert pattern.fullmatch(written)
                assert any(word in written for word in needed), written
