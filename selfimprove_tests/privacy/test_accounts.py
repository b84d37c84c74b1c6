"""Bank accounts beside the words that name them, days of birth in sentences, and numbers in links."""

from itertools import pairwise

import pytest
from stdnum.es import ccc

from selfimprove_tests.privacy.made import DIGITS, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(114)


def routing(made: Made) -> str:
    """Nine digits of which the last is the check digit of the American Bankers Association."""
    body = made.number(8)
    weighed = sum(weight * int(digit) for weight, digit in zip((3, 7, 1) * 3, body, strict=False))
    return f"{body}{-weighed % 10}"


def day(made: Made, sign: str) -> str:
    return f"{made.random.randint(10, 28)}{sign}0{made.random.randint(1, 9)}{sign}19{made.random.randint(50, 99)}"


def pair(made: Made) -> str:
    return "-".join(made.number(2) for _ in range(3))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sort code {}", pair(MADE)), ("Sort Code: {}", MADE.number(6)), ("CLABE {}", MADE.number(18)),
        ("mi CLABE interbancaria es {}", MADE.number(18)), ("BLZ {}", MADE.number(8)),
        ("Bankleitzahl: {}", " ".join([MADE.number(3), MADE.number(3), MADE.number(2)])),
        ("routing number: {}", routing(MADE)), ("ABA routing no. {}", routing(MADE)),
        ("sort code [IBAN_1] account {}", MADE.number(8)), ("Konto {} bei BLZ [IBAN_1]", MADE.number(10)),
        ("routing [IBAN_1], account number {}", MADE.number(10)),
    ],
)  # fmt: skip
def test_accounts_are_found_beside_their_words(text: str, value: str) -> None:
    assert found(text.format(value)) == [("IBAN", value)]


@pytest.mark.parametrize(
    "text",
    [
        "sort code by name", "sort code 12 times", "routing 123456789", "routing table 10.0.0.0/8",
        "account 12345678 was closed", "Konto 1234567", "aba 000000000", "BLZ fehlt", "clabe 123",
    ],
)  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["{}", "nr konta {}", "Przelej na {}, proszę.", "nr rachunku: {}"])
@pytest.mark.parametrize("sign", ["", " ", "-"])
def test_polish_accounts_are_found_without_their_country(text: str, sign: str) -> None:
    number = MADE.iban("PL")[2:]
    written = sign.join([number[:2], *(number[at : at + 4] for at in range(2, 26, 4))])
    assert found(text.format(written)) == [("IBAN", written)]
    wrong = f"{written[:-1]}{(int(written[-1]) + 1) % 10}"
    assert found(text.format(wrong)) == []


@pytest.mark.parametrize("text", ["mi cuenta es {}", "CCC {}", "cuenta bancaria: {}", "número de cuenta {}"])
@pytest.mark.parametrize("cuts", [(), (4, 8, 10), (4, 8, 12, 16)])
def test_spanish_accounts_are_found_beside_their_word(text: str, cuts: tuple[int, ...]) -> None:
    bank, account = MADE.number(8), MADE.of(DIGITS, 10)
    number = f"{bank}{ccc.calc_check_digits(f'{bank}00{account}')}{account}"
    written = " ".join(number[start:end] for start, end in pairwise((0, *cuts, 20)))
    assert found(text.format(written)) == [("IBAN", written)]
    assert found(f"lote {written}") == []
    assert found(text.format(f"{number[:8]}{(int(number[8]) + 1) % 10}{number[9:]}")) == []


@pytest.mark.parametrize("text", ["Kto. {}, BLZ [IBAN_1]", "Kto.-Nr. {} BLZ [IBAN_1]", "BLZ [IBAN_1], Kto {}"])
def test_accounts_are_found_beside_a_bank(text: str) -> None:
    number = MADE.number(7)
    assert found(text.format(number)) == [("IBAN", number)]
    assert found(f"kto {number} zna") == []


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Ich bin am {} geboren", "."), ("Sie wurde am {} in Bremen geboren.", "."), ("nací el {}", "/"),
        ("nasci em {}", "/"), ("urodziłem się {}", "."), ("urodziłam się w dniu {}", "."),
        ("ik ben op {} geboren", "-"),
    ],
)  # fmt: skip
def test_days_of_birth_are_found_in_sentences(text: str, sign: str) -> None:
    born = day(MADE, sign)
    assert found(text.format(born)) == [("BIRTH_DATE", born)]


@pytest.mark.parametrize("text", ["am {} geliefert", "nació la idea el {}", "op {} gebeld", "on {} he left"])
def test_other_days_stay(text: str) -> None:
    assert found(text.format(day(MADE, "."))) == []


@pytest.mark.parametrize("text", ["wa.me/{}", "https://wa.me/{}?text=hi", "https://api.whatsapp.com/send?phone={}"])
def test_numbers_in_links_are_found(text: str) -> None:
    number = f"55119{MADE.number(8)}"
    assert masks(text.format(number), number)
    assert found("wa.me/message/HELLO") == []


def test_ids_with_dots_are_found() -> None:
    dni = MADE.dni()
    dotted = f"{dni[:2]}.{dni[2:5]}.{dni[5:8]}-{dni[8]}"
    assert found(f"mi documento es {dotted}") == [("NATIONAL_ID", dotted)]
    assert found(f"version {dotted[:-1]}{'A' if dni[8] != 'A' else 'B'}") == []
    ssn = MADE.ssn().replace("-", ".")
    assert found(f"my social is {ssn}") == [("NATIONAL_ID", ssn)]
    assert found(f"build {ssn}") == []


def test_addresses_are_found_however_they_are_encoded() -> None:
    user, host = MADE.word(), MADE.word()
    assert masks(f"Schreib an {user} ät {host} punkt de", user)
    assert masks(f"mail {user}%2540{host}.org", user)
    assert found("er kommt at home, Punkt. 100%25 sicher") == []


def test_keys_of_tavily_are_found() -> None:
    key = f"tvly-{MADE.key(32)}"
    assert found(key) == [("SECRET", key)]
    assert found("tvly-short") == []
