"""Phone numbers by country and by the words beside them, and numbers that are none."""

import pytest

from selfimprove_tests.privacy.made import DIGITS, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(102)


def d(length: int) -> str:
    return MADE.of("23456789", length)


INTERNATIONAL = [
    f"+49 170 {d(7)}",
    f"+4917{d(9)}",
    f"+33 6 {d(2)} {d(2)} {d(2)} {d(2)}",
    f"+91 98{d(3)} {d(5)}",
    f"+44 20 7{d(3)} {d(4)}",
    f"+44 (0)20 7{d(3)} {d(4)}",
    f"(+44) 7700 900 {d(3)}",
    f"+1.212.{d(3)}.{d(4)}",
    f"+353 87 {d(3)} {d(4)}",
    f"+81-3-{d(4)}-{d(4)}",
    f"+55 11 9{d(4)}-{d(4)}",
    f"0044 20 7{d(3)} {d(4)}",
    f"+86 138 {d(4)} {d(4)}",
    f"+1 (212) {d(3)}-{d(4)}",
]
NATIONAL = [
    f"(212) {d(3)}-{d(4)}",
    f"212-{d(3)}-{d(4)}",
    f"212.{d(3)}.{d(4)}",
    f"1-800-{d(3)}-{d(4)}",
    f"07{d(3)} {d(6)}",
    f"020 7{d(3)} {d(4)}",
    f"0171 {d(7)}",
    f"030/{d(7)}",
    f"089 / 12 34 {d(2)}",
    f"0221 - {d(6)}",
    f"06 {d(2)} {d(2)} {d(2)} {d(2)}",
    f"01.42.{d(2)}.{d(2)}.{d(2)}",
    f"612 {d(2)} {d(2)} {d(2)}",
    f"3{d(2)} {d(3)} {d(4)}",
    f"06-{d(8)}",
    f"(11) 9{d(4)}-{d(4)}",
    f"98{d(3)} {d(5)}",
    f"04{d(2)} {d(3)} {d(3)}",
    f"(02) {d(4)} {d(4)}",
    f"8 (495) {d(3)}-{d(2)}-{d(2)}",
]
WORDS = [
    "call me at {}",
    "phone: {}",
    "Tel. {}",
    "meine Handynummer ist {}",
    "Rufnummer {}",
    "appelle-moi au {}",
    "mon portable : {}",
    "llámame al {}",
    "mi número es {}",
    "chiamami al {}",
    "il mio cellulare è {}",
    "bel me op, telefoon {}",
    "mój numer: {}",
    "kom. {}",
    "you can reach me at {} days and nights",
    "zadzwoń: {}",
    "meu telefone é {}",
    "ligue para {}",
    "{} (mobile)",
    "{}-Fax",
]


@pytest.mark.parametrize("number", INTERNATIONAL + NATIONAL)
@pytest.mark.parametrize("text", ["that is {} if you need it", "my phone number is {}.", "{}", "{}, or later"])
def test_numbers_are_found(number: str, text: str) -> None:
    assert masks(text.format(number), number)


@pytest.mark.parametrize("text", WORDS)
def test_a_word_makes_any_grouping_a_number(text: str) -> None:
    number = f"{d(3)} {d(3)} {d(3)}"
    assert masks(text.format(number), number)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" ", "\u00a0"),
        (" ", "\u2011"),
        (" ", " – "),
        (DIGITS, "٠١٢٣٤٥٦٧٨٩"),
        (DIGITS, "０１２３４５６７８９"),
        ("", "\u200b"),
    ],
)
def test_other_characters_make_no_difference(old: str, new: str) -> None:
    number = f"+49 170 {d(7)}"
    odd = new.join(number) if not old else number.translate(dict(zip(map(ord, old), [new], strict=False)))
    odd = number.translate(str.maketrans(old, new)) if len(old) > 1 else odd
    assert masks(f"reach me on {odd} now", odd)


def test_digits_apart_and_digits_as_words_are_found() -> None:
    number = " ".join("017" + d(8))
    assert masks(f"my number: {number}", number)
    spoken = "zero two one, five five five, nine three two seven"
    assert masks(f"call me at {spoken} please", spoken)


def test_two_numbers_in_a_row_are_both_found() -> None:
    first, second = f"212-{d(3)}-{d(4)}", f"646-{d(3)}-{d(4)}"
    assert masks(f"{first} {second}", first)
    assert masks(f"{first} {second}", second)


@pytest.mark.parametrize(
    "text",
    [
        "1700000000",
        "1700000000123",
        "2023-11-14T22:13:20Z",
        "2023-11-14 22:13:20",
        "20231114221320",
        "12/05/2023",
        "in 1999-2003",
        "call the function in 2023-11-14",
        "ISBN 978-3-16-148410-0",
        "doi:10.1038/s41586-020-2649-2",
        "3.14159265358979",
        "1,234,567,890",
        "1 234 567 890",
        "population of 331002651",
        "order number 48213345",
        "case id 20240117",
        "token ids 12345 67890 11121",
        "2^31 = 2147483648",
        "the sum 123456789 + 987654321",
        "10,000,000 people called",
        "from 52.520008 to 13.404954",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
        "call it 100000 times",
        "width 1920x1080",
        "for i in range(1000000000):",
        "Decimal('+35236450.6')",
        "550e8400-e29b-41d4-a716-446655440000",
        "the value 0000000",
        "tel aviv is 3000000 people",
        "number: 1000000",
        "149 597 870 700 m",
        "$1,234,567.89",
        "€ 12.345.678,90",
        "10+20+30+40+50+60",
        "sizes 10 20 30 40 50 60 70 80",
        "epoch 1609459200",
        "1-2-3-4-5-6-7-8-9",
        "chmod 0644 and 0755",
        "UPC 036000291452",
        "The call takes 12 345 678 nanoseconds",
        "We reached 1 234 567 users",
        "Call me() with 1234567 args",
        "office 365 and 2019 2016",
        "contact 1 234 567 Einwohner",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert found(text) == []
