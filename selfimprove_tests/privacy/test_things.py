"""Licence plates beside the words of eight languages."""

import pytest

from selfimprove_tests.privacy.made import UPPER, Made
from selfimprove_tests.privacy.masks import found

MADE = Made(131)
PLATES = [
    "my license plate is {}", "the licence plate was {}", "number plate: {}", "plate no. {}",
    "mein Kennzeichen ist {}", "das Kennzeichen lautet {}", "Kennzeichen: {}", "das Nummernschild ist {}",
    "mon immatriculation est {}", "immatriculation : {}", "mi matrícula es {}", "la matrícula: {}",
    "a minha matrícula é {}", "a placa é {}", "la mia targa è {}", "targa {}",
    "mijn kenteken is {}", "het kenteken luidt {}", "mój numer rejestracyjny to {}", "numer rejestracyjny jest {}",
]  # fmt: skip


@pytest.mark.parametrize("text", PLATES)
def test_plates_are_found_after_every_verb(text: str) -> None:
    plate = f"{MADE.of('BHKM', 1)}-{MADE.of(UPPER, 2)} {MADE.number(4)}"
    assert found(text.format(plate)) == [("VEHICLE", plate)]


@pytest.mark.parametrize(
    "text",
    ["plate 12 is hot", "das Kennzeichen ist neu", "license plate readers", "a plate to A4 format", "placa es A1"],
)
def test_talk_about_plates_stays(text: str) -> None:
    assert found(text) == []
