"""Dates of birth in sentences of eight languages and beside the names of fields; days of anything else stay."""

import pytest

from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(151)
MONTHS = {
    "en": "January|March|August|December", "de": "Januar|März|August|Dezember", "fr": "janvier|mars|août|décembre",
    "es": "enero|marzo|agosto|diciembre", "pt": "janeiro|março|agosto|dezembro", "it": "gennaio|marzo|agosto|dicembre",
    "nl": "januari|maart|augustus|december", "pl": "stycznia|marca|sierpnia|grudnia",
}  # fmt: skip
SAID = {
    "en": [
        "I was born in Boston on {}", "born in New York on {}", "she was born in St. Louis on {}", "Born: {}",
        "born in Leeds, {}", "(born {})", "my birthday is on {}", "I was born on the {}",
    ],
    "de": [
        "geboren in Köln am {}", "Ich wurde am {} in Köln geboren", "Mein Geburtstag ist der {}", "Geb.-Datum: {}",
        "Ich habe am {} Geburtstag", "geb. am {} in Ulm", "Geboren: {}",
    ],
    "fr": ["né à Lyon le {}", "Je suis née à Saint-Étienne le {}", "mon anniversaire est le {}", "né(e) le {}"],
    "es": ["Nací en Sevilla el {}", "nacida en Buenos Aires el {}", "mi cumpleaños es el {}", "nací el día {}"],
    "pt": ["Nasci em Lisboa no dia {}", "meu aniversário é {}", "nasceu em Porto Alegre em {}", "nasci no dia {}"],
    "it": ["nato a Roma il {}", "sono nata a Reggio Emilia il {}", "il mio compleanno è il {}", "nata il {}"],
    "nl": ["geboren in Gent op {}", "mijn verjaardag is {}", "geboren te Gent op {}", "ik ben op {} in Gent geboren"],
    "pl": ["Urodziłem się w Krakowie {}", "moje urodziny są {}", "urodzona we Wrocławiu dnia {}", "ur. w Łodzi {}"],
}
FIELDS = [
    "date_of_birth: {}", '"date_of_birth": "{}"', '"dateOfBirth":"{}"', "birth_date={}", 'user_dob = "{}"',
    "data_nascita: {}", '"data_nascita":"{}"', "fecha_nacimiento: {}", "data_nascimento: {}", "date_naissance: {}",
    "data_urodzenia: {}", "geboortedatum={}", "Geburtsdatum: {}",
]  # fmt: skip


def written(language: str, first: int = 1950, last: int = 2005) -> str:
    """A day as the language writes it."""
    day, year = MADE.random.randint(1, 28), MADE.random.randint(first, last)
    month = MADE.random.choice(MONTHS[language].split("|"))
    if language in ("es", "pt"):
        return f"{day} de {month} de {year}"
    return f"{day}{'.' if language == 'de' else ''} {month} {year}"


def iso(first: int = 1950, last: int = 2005) -> str:
    return f"{MADE.random.randint(first, last)}-0{MADE.random.randint(1, 9)}-{MADE.random.randint(10, 28)}"


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, own in SAID.items() for text in own])
def test_days_of_birth_are_found_with_a_place_and_without(language: str, text: str) -> None:
    day = written(language)
    assert found(text.format(day)) == [("BIRTH_DATE", day)]


@pytest.mark.parametrize("text", FIELDS)
def test_days_of_birth_are_found_in_fields(text: str) -> None:
    day = iso()
    assert found(text.format(day)) == [("BIRTH_DATE", day)]


def test_american_days_are_found() -> None:
    for day in (f"March {MADE.random.randint(10, 28)}, 1981", f"Aug. {MADE.random.randint(10, 28)} 1964"):
        assert found(f"born in Boston on {day}") == [("BIRTH_DATE", day)]
    assert masks("born on the 12th of March 1981", "12th of March 1981")


@pytest.mark.parametrize(("language", "text"), [(language, own[0]) for language, own in SAID.items()])
def test_who_was_born_long_ago_is_history(language: str, text: str) -> None:
    assert found(text.format(written(language, 1000, 1899))) == []
    assert masks(text.format(day := written(language, 1900, 1920)), day)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "born in Boston and married on {}"), ("en", "born in Ulm. Died on {}"), ("en", "NATO on {}"),
        ("en", "a star is seen on {}"), ("de", "geboren in Ulm und gestorben am {}"), ("fr", "né à Lyon et mort le {}"),
        ("it", "il treno parte a Roma il {}"), ("pl", "w Krakowie {}"), ("en", "date_of_order: {}"),
        ("en", "the company was founded in Boston on {}"),
    ],
)  # fmt: skip
def test_other_days_stay(language: str, text: str) -> None:
    assert found(text.format(written(language))) == []


@pytest.mark.parametrize("text", ["born in {}", "my birthday is on {} March", "geboren am {}. März", "urodziny: {}"])
def test_days_without_a_year_stay(text: str) -> None:
    assert found(text.format(MADE.random.randint(10, 28))) == []
