"""Categories 7 to 9: bank accounts, cards and national ids."""

from collections.abc import Iterator

from selfimprove_tests.privacy.categories.item import Fresh, Item
from selfimprove_tests.privacy.made import ACCOUNTS, DIGITS

IBAN_TEXTS = [
    "transfer it to {} today", "IBAN: {}", "{}", "meine IBAN lautet {}.", "mon IBAN est {}", "account {} (EUR)",
    "conto {} grazie", "rekening {}", "konto {}", "a minha conta é {}",
]  # fmt: skip
CARD_TEXTS = [
    "card {} exp 12/29", "pay with {} please", "{}", "my visa is {}, ok?", "Kreditkarte {}", "carte bancaire : {}",
    "tarjeta {}", "carta di credito {}", "creditcard {}", "cartão {}", "karta {}",
]  # fmt: skip

def fours(number: str, between: str) -> str:
    return between.join(number[at : at + 4] for at in range(0, len(number), 4))


def ibans(made: Fresh) -> list[str]:
    one, two, *others = [made.iban(country) for country in made.random.sample(sorted(ACCOUNTS), 8)]
    forms = [
        fours(one, " "), two.lower(), *(fours(other, mark) for other, mark in zip(others, "- \u00a0", strict=False)),
        fours(others[3], " ").lower(), *others[4:],
    ]  # fmt: skip
    return [*forms, fours(made.iban("GB"), "."), made.iban("DE")]


def cards(made: Fresh) -> list[str]:
    amex, diners = made.card("37", 15), made.card("36", 14)
    wide = str.maketrans(DIGITS, "０１２３４５６７８９")
    return [
        made.card("4"),
        fours(made.card("51"), " "),
        f"{amex[:4]} {amex[4:10]} {amex[10:]}",
        fours(made.card("2221"), "."),
        fours(made.card("4"), "\n"),
        fours(made.card("6011"), " ").translate(wide),
        f"{diners[:4]}-{diners[4:10]}-{diners[10:]}",
        made.card("3528"),
        fours(made.card("4"), "-"),
        fours(made.card("62"), "\u00a0"),
        fours(made.card("4"), "_"),
        f"{amex[:4]}-{amex[4:10]}-{amex[10:]}",
    ]


def national(made: Fresh) -> list[tuple[str, str]]:
    """Templates with their value: weak formats stand beside a word in the language of their country."""
    steuer, bsn = made.steuer_id(), made.bsn()
    return [
        (made.pick("my SSN is {}", "social: {}", "{} is her social security number", "{}"), made.ssn()),
        ("SSN {}", made.ssn().replace("-", "")),
        ("social security number {}", made.ssn().replace("-", " ")),
        (made.pick("NI number {}", "National Insurance: {}", "{}"), made.nino()),
        ("my NINO is {}", made.nino().replace(" ", "")),
        (made.pick("mi DNI es {}", "DNI: {}", "{}"), made.dni()),
        (made.pick("NIE {}", "con {} vale"), made.nie()),
        (made.pick("numéro de sécu {}", "NIR : {}", "{}"), made.nir()),
        ("n° de sécurité sociale : {}", " ".join(spaced(made.nir(), 1, 2, 2, 2, 3, 3, 2))),
        (made.pick("CPF {}", "meu CPF é {}", "{}"), made.cpf()),
        ("CPF: {}", made.cpf().replace(".", "").replace("-", "")),
        (made.pick("mój PESEL to {}", "PESEL: {}", "nr PESEL {}"), made.pesel()),
        (made.pick("codice fiscale {}", "CF: {}", "{}"), made.codice_fiscale()),
        ("il mio codice fiscale è {}", made.codice_fiscale().lower()),
        (made.pick("Steuer-ID {}", "meine Steuernummer ist {}", "IdNr. {}", "Steueridentifikationsnummer: {}"), steuer),
        ("Steuer-ID: {}", " ".join(spaced(made.steuer_id(), 2, 3, 3, 3))),
        (made.pick("Aadhaar {}", "my aadhaar number is {}", "{}"), made.aadhaar()),
        ("Aadhaar: {}", made.aadhaar().replace(" ", "-")),
        (made.pick("BSN {}", "mijn burgerservicenummer is {}", "bsn: {}"), bsn),
        ("mijn BSN is {}", ".".join(spaced(made.bsn(), 4, 2, 3))),
    ]


def spaced(number: str, *lengths: int) -> Iterator[str]:
    at = 0
    for length in lengths:
        yield number[at : at + length]
        at += length


def items(made: Fresh) -> Iterator[Item]:
    yield from made.placed(7, IBAN_TEXTS, ibans(made))
    yield from made.placed(8, CARD_TEXTS, cards(made))
    for template, value in national(made):
        yield Item(9, template.replace("{}", value), value)
