"""National ids: strong formats on their own, weak ones beside a word."""

import pytest

from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(104)
STRONG = {
    "ssn": MADE.ssn(),
    "nino": MADE.nino(),
    "dni": MADE.dni(),
    "nie": MADE.nie(),
    "nir": MADE.nir(),
    "cpf": MADE.cpf(),
    "codice_fiscale": MADE.codice_fiscale(),
    "aadhaar": MADE.aadhaar(),
}
WEAK = {
    "SSN": MADE.ssn().replace("-", ""),
    "PESEL": MADE.pesel(),
    "Steuer-ID": MADE.steuer_id(),
    "BSN": MADE.bsn(),
    "CPF": MADE.cpf().replace(".", "").replace("-", ""),
    "Aadhaar": MADE.aadhaar().replace(" ", ""),
    "NINO": MADE.nino().lower(),
    "IMEI": MADE.card("35", 15),
}


def last_changed(number: str) -> str:
    """Another check digit or letter."""
    return number[:-1] + (
        "1" if number[-1] == "0" else "0" if number[-1].isdigit() else "Q" if number[-1] == "A" else "A"
    )


@pytest.mark.parametrize("name", STRONG)
def test_strong_formats_need_no_word(name: str) -> None:
    assert masks(f"it is {STRONG[name]} ok", STRONG[name])


@pytest.mark.parametrize("name", ["dni", "nie", "nir", "cpf", "codice_fiscale", "aadhaar"])
def test_a_wrong_check_digit_is_no_id(name: str) -> None:
    assert found(f"it is {last_changed(STRONG[name])} ok") == []


@pytest.mark.parametrize("name", WEAK)
def test_weak_formats_need_a_word(name: str) -> None:
    assert masks(f"my {name} is {WEAK[name]} ok", WEAK[name])
    assert masks(f"{name}: {WEAK[name]}", WEAK[name])


@pytest.mark.parametrize("name", ["SSN", "PESEL", "Steuer-ID", "BSN", "CPF", "Aadhaar", "NINO"])
def test_weak_formats_stay_without_a_word(name: str) -> None:
    assert found(f"the batch {WEAK[name]} is done") == []


@pytest.mark.parametrize(
    "text",
    [
        "my driver's license number is {}",
        "driving licence: {}",
        "passport no. {}",
        "Reisepass {}",
        "pasaporte: {}",
        "numéro de passeport : {}",
        "MRN: {}",
        "her VIN is {}",
        "medical record number {}",
        "Sozialversicherungsnummer {}",
        "N° de sécurité sociale : {}",
    ],
)
def test_documents_are_found_beside_their_name(text: str) -> None:
    number = MADE.of("CFGH", 1) + MADE.number(8)
    assert masks(text.format(number), number)


@pytest.mark.parametrize(
    "text",
    [
        "personalausweisnr. {}", "Personalausweisnr {}", "Reisepassnr.: {}", "Führerscheine: {}", "Führerscheins {}",
        "Reisepasses {}", "Reisepässe: {}", "paspoorten {}", "passports: {}", "passport no. {}", "passeports {}",
        "pasaportes: {}", "id cards {}", "cédulas: {}", "licence numbers: {}",
    ],
)  # fmt: skip
def test_documents_are_found_beside_inflected_and_shortened_names(text: str) -> None:
    number = MADE.of("CFGHL", 1) + MADE.number(2) + MADE.of("XYZ", 1) + MADE.number(2) + "T" + MADE.number(2)
    assert found(text.format(number)) == [("NATIONAL_ID", number)]


@pytest.mark.parametrize("text", ["the DLL {} is missing", "passportless: {}", "show your passport. {} people do"])
def test_longer_words_and_sentences_after_one_name_no_document(text: str) -> None:
    assert found(text.format(MADE.number(5))) == []


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456 is never issued",
        "666-12-3456",
        "lines 12-345-6789 of it",
        "GB 12 34 56 A",
        "passport control at gate 4",
        "a passport to 2024",
        "the license is MIT or Apache-2.0",
        "Decimal('1.38435736E+12')",
        "12345678-1234-1234-1234-123456789012",
    ],
)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert found(text) == []
