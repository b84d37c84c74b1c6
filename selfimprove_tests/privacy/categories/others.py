"""Categories 24 and 25: ids of things and wallets, and personal data inside an encoding."""

import base64
from collections.abc import Iterator

from selfimprove_tests.privacy.categories.item import Fresh, Item
from selfimprove_tests.privacy.made import BECH32, DIGITS, HEX, UPPER

VIN = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def seed_phrase(made: Fresh, length: int = 12) -> str:
    """Words as in BIP 39: three to eight letters, none of them small."""
    return " ".join(made.word(made.random.randint(3, 8)) for _ in range(length))


def vin(made: Fresh) -> str:
    from selfimprove.privacy.rules.things import vin_check

    body = made.of(VIN, 17)
    return body[:8] + vin_check(body) + body[9:]


def things(made: Fresh) -> list[tuple[str, str]]:
    born = made.faker.date_of_birth(minimum_age=18, maximum_age=90)
    latitude, longitude = (f"{made.random.uniform(20, 60):.{made.random.randint(5, 7)}f}" for _ in range(2))
    phrase = seed_phrase(made)
    return [
        ("send to {}", made.bitcoin()),
        ("{}", "bc1q" + made.of(BECH32, 38)),
        ("wallet {} ok", "0x" + made.of(HEX, 40)),
        ("my seed phrase is {}", phrase),
        ("recovery: {}", seed_phrase(made, 24)),
        ("mac {}", made.mac()),
        (made.pick("MAC address {}", "{}"), made.mac().replace(":", "-").upper()),
        (made.pick("VIN {}", "vin: {}", "Fahrgestellnummer {}"), vin(made)),
        (made.pick("IMEI {}", "imei: {}", "my IMEI is {}"), made.card("35", 15)),
        (made.pick("passport {}", "Reisepass {}", "pasaporte {}"), made.of("CFGHJK", 1) + made.number(8)),
        (made.pick("geo {}", "I live at {}", "location: {}", "lat/lon {}"), f"{latitude}, {longitude}"),
        (made.pick("DOB: {}", "born on {}", "date of birth {}"), born.strftime(made.pick("%d/%m/%Y", "%Y-%m-%d"))),
        (made.pick("geboren am {}", "Geburtsdatum: {}", "né le {}"), born.strftime("%d.%m.%Y")),
        (made.pick("MRN {}", "MRN: {}", "medical record number {}"), made.number(8)),
        (made.pick("license plate {}", "plate: {}", "number plate {}"), made.of(UPPER, 3) + "-" + made.number(4)),
        (made.pick("Kennzeichen {}", "Nummernschild {}"), f"{made.of(UPPER, 1)}-{made.of(UPPER, 2)} {made.number(4)}"),
        (made.pick("driver's license {}", "driving licence no {}", "DL {}"), made.of(UPPER, 1) + made.number(7)),
    ]  # fmt: skip


def encoded(made: Fresh) -> list[tuple[str, str]]:
    mail, card = made.email(), made.card()
    user, word = made.name(), made.password()
    basic = base64.b64encode(f"{user}:{word}".encode()).decode()
    return [
        ("https://x.org/?mail={}&p=1", mail.replace("@", "%40")),
        ("<p>{}</p>", mail.replace("@", "&#64;")),
        ("<p>{}</p>", mail.replace("@", "&#x40;").replace(".", "&#46;")),
        ('{"mail": "{}"}', mail.replace("@", "\\u0040")),
        ("{} is bold", mail.replace("@", "**@**")),
        ("data {} here", base64.b64encode(mail.encode()).decode()),
        ("+ email: {}", made.email()),
        ("- phone = '{}'", made.shaped("+49 170 %######")),
        ("2024-01-02T10:00:00Z INFO user={} status=200", made.email()),
        ("[error] client {} denied", made.ipv4()),
        ("Authorization: Basic {}", basic),
        ("{} written so", mail.replace("o", "о").replace("e", "е")),
        ("`{}`", card),
        ("card%3D{}", card.replace(" ", "")),
        ("[{}](mailto:x)", made.email()),
        ("tel:{}", made.shaped("+1%##%######")),
        ("{} in ids", made.ssn().translate(str.maketrans(DIGITS, "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"))),
    ]


def items(made: Fresh) -> Iterator[Item]:
    for category, texts in ((24, things(made)), (25, encoded(made))):
        yield from (Item(category, template.replace("{}", value), value) for template, value in texts)
