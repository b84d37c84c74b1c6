"""Licence plates beside the words of eight languages, and places on the globe."""

import pytest

from selfimprove_tests.privacy.made import UPPER, Made
from selfimprove_tests.privacy.masks import found, masks

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


def degrees(made: Made, decimals: int = 5) -> tuple[str, str]:
    """A latitude and a longitude."""
    fractions = made.number(decimals), made.number(decimals)
    return f"{made.random.randint(30, 60)}.{fractions[0]}", f"{made.random.randint(10, 90)}.{fractions[1]}"


@pytest.mark.parametrize(
    "text",
    [
        "I live at {}, {}", "my home: {}, {}", "lat {} lon {}", "GPS {} {}", "{} N, {} E", "meet me here: {}, {}",
        '{{"lat": {}, "lng": {}}}', '{{"lat": {},\n "lng": {}}}', '{{\n  "latitude": {},\n  "longitude": {}\n}}',
        "https://x.org/?lat={}&lon={}", "lat={}; long={}", "lat: {}\nlon: {}", "{}, {} (coordinates)",
    ],
)  # fmt: skip
def test_places_on_the_globe_are_found(text: str) -> None:
    for written in (degrees(MADE), degrees(MADE, 6)):
        assert all(masks(text.format(*written), one) for one in written)


def test_one_exact_number_is_enough() -> None:
    latitude = degrees(MADE)[0]
    assert masks(f'{{"lat": {latitude}, "lng": 13.4}}', "13.4")
    assert found('{"lat": 52.5, "lng": 13.4}') == []


@pytest.mark.parametrize(
    "text",
    [
        "loss was 0.12345, 0.23456 at step 3", "here: [0.12345, 0.67890]", "place 0.1234 0.5678 weights",
        "position 12.34567, 45.67890 in the plot", "latency 12.34567, 45.67890 ms", "12.34567, 45.67890 at the end",
        "the cursor is at 12.34567, 45.67890", "geometry 12.34567 45.67890", "lat: 95.12345, lng: 13.12345",
        "plate: 12.34567, lon: no", "translate=12.34567, long=45.67890",
    ],
)  # fmt: skip
def test_other_pairs_of_numbers_stay(text: str) -> None:
    assert found(text) == []
