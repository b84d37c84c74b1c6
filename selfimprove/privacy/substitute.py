"""Made-up values in place of pseudonyms, each from a range that was set aside so that nobody can have it."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from selfimprove.privacy.rules.money import luhn, mod_97

MOST = 200  # pseudonyms of one type in a chat: the smallest range holds 216 values
_PSEUDONYM = re.compile(r"\[([A-Z_]{2,20})_(\d{1,6})\]")
_ALPHANUMERIC = string.ascii_letters + string.digits
_BECH32 = "023456789acdefghjklmnpqrstuvwxyz"
# Names put together from pieces: no locale of Faker knows one of them.
_STARTS = (
    "Brel", "Crow", "Drav", "Fenz", "Grof", "Hulv", "Jask", "Kelm", "Lorv", "Mirz", "Nolb", "Prax", "Quil",
    "Rusk", "Tolv", "Vorn", "Wemb", "Zirk",
)  # fmt: skip
_PEOPLE = (
    "aquin", "edorf", "ibald", "omund", "uvick", "ywell", "azzar", "enbor", "ivast", "olsby", "umark",
    "erquist",
)  # fmt: skip
_TOWNS = (
    "enmere", "afirth", "owater", "ishaven", "urkirk", "elglade", "orcombe", "intoft", "usgate", "alwold",
    "eskerry", "obridge",
)  # fmt: skip
_STREETS = ("Street", "Road", "Lane", "Avenue")
_IBAN = {"AT": 16, "DE": 18, "ES": 20, "FR": 23, "PL": 24}  # digits after the check digits
_VEHICLE = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
_NO_DAYS = ("02-30", "02-31", "04-31", "06-31", "09-31", "11-31")
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737


def substitute(texts: Sequence[str], seed: str) -> list[str]:
    """One chat's texts, each pseudonym in them replaced by a made-up value of its type, everywhere by the same one.

    `seed` names the chat: the same one gives the same values. A pseudonym stays where its type has no range that is
    set aside, or its number is above `MOST`.
    """
    values = _Values(seed)
    return [_PSEUDONYM.sub(lambda match: values.of(match[1], int(match[2])) or match[0], text) for text in texts]


def substitutes(texts: Sequence[str], seed: str) -> set[str]:
    """The values that take the place of pseudonyms in these texts of a chat."""
    values = _Values(seed)
    found = {values.of(match[1], int(match[2])) for text in texts for match in _PSEUDONYM.finditer(text)}
    return {value for value in found if value}


class _Values:
    """The values given out in one chat: the n-th pseudonym of a type gets the n-th value drawn for that type."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.drawn: dict[str, list[str]] = {}

    def of(self, type_: str, number: int) -> str | None:
        if type_ not in _MAKERS or not 1 <= number <= MOST:
            return None
        if len(self.drawn.get(type_, ())) < number:
            self.drawn[type_] = self._draw(type_, min(2 * number, MOST))
        return self.drawn[type_][number - 1]

    def _draw(self, type_: str, count: int) -> list[str]:
        """The first so many different values of the type, always in the same order."""
        faker = _faker()
        faker.seed_instance(f"{self.seed}/{type_}")
        found: dict[str, None] = {}
        while len(found) < count:
            found[_MAKERS[type_](faker)] = None
        return list(found)


def _email(faker: Any) -> str:
    """Under .test, which no registry gives names in (RFC 2606); Faker's own addresses are under example.org."""
    return f"{faker.user_name()}@{faker.domain_word()}.test"


def _phone(faker: Any) -> str:
    """Of the ranges that regulators keep for films: NANPA, Ofcom, Bundesnetzagentur, Arcep."""
    low, high = faker.random.randrange(100), faker.random.randrange(1000)
    return str(
        faker.random.choice(
            (
                f"({faker.random.randrange(201, 990)}) 555-01{low:02}",
                f"+44 7700 900{high:03}",
                f"020 7946 0{high:03}",
                f"+49 30 23125 {high:03}",
                f"06 39 98 {low:02} {high % 100:02}",
            )
        )
    )


def _card(faker: Any) -> str:
    """Of no issuer: a number that begins with 9 goes on with a country, and 999 is none (ISO/IEC 7812)."""
    body = "9999" + "".join(faker.random.choices(string.digits, k=11))
    number = next(body + digit for digit in string.digits if luhn(body + digit))
    return " ".join(number[at : at + 4] for at in range(0, 16, 4))


def _iban(faker: Any) -> str:
    """With check digits 00, which no account has (they are 02 to 98, ISO 13616) and which do not add up either."""
    country, digits = faker.random.choice(sorted(_IBAN.items()))
    number = f"{country}00" + "".join(faker.random.choices(string.digits, k=digits))
    if mod_97(number) == 1:  # as one in 97 does
        return _iban(faker)
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _national_id(faker: Any) -> str:
    """A social security number of area 666, which was never given out."""
    return f"666-{faker.random.randrange(1, 100):02}-{faker.random.randrange(1, 10_000):04}"


def _ip(faker: Any) -> str:
    return f"{faker.random.choice(_NETWORKS)}.{faker.random.randrange(1, 255)}"


def _secret(faker: Any) -> str:
    """With the word at its end that documentation marks its keys by."""
    return "".join(faker.random.choices(_ALPHANUMERIC, k=20)) + "EXAMPLE"


def _password(faker: Any) -> str:
    return "".join(faker.random.choices(_ALPHANUMERIC, k=8)) + "-EXAMPLE"


def _link(faker: Any) -> str:
    return f"https://{faker.domain_word()}.test/share/{_secret(faker)}"


def _device(faker: Any) -> str:
    """A network card of RFC 7042, section 2.1.2."""
    return f"00:00:5E:00:53:{faker.random.randrange(256):02X}"


def _wallet(faker: Any) -> str:
    """Of Bitcoin's test network, where nothing has a value."""
    return "tb1q" + "".join(faker.random.choices(_BECH32, k=38))


def _vehicle(faker: Any) -> str:
    """An identification number whose first place, the region, is 0: there is none of that number (ISO 3780)."""
    return "0" + "".join(faker.random.choices(_VEHICLE, k=16))


def _birth_date(faker: Any) -> str:
    """A day that never was."""
    return f"{faker.random.randrange(1930, 2010)}-{faker.random.choice(_NO_DAYS)}"


def _coordinates(faker: Any) -> str:
    """Around the point of the ocean that is farthest from any land."""
    return f"-48.{faker.random.randrange(10_000):04}, -123.{faker.random.randrange(10_000):04}"


def _surname(faker: Any) -> str:
    return str(faker.random.choice(_STARTS) + faker.random.choice(_PEOPLE))


def _name(faker: Any) -> str:
    return f"{faker.first_name()} {_surname(faker)}"


def _place(faker: Any) -> str:
    return str(faker.random.choice(_STARTS) + faker.random.choice(_TOWNS))


def _address(faker: Any) -> str:
    street = f"{_surname(faker)} {faker.random.choice(_STREETS)}"
    return f"{faker.random.randrange(1, 1000)} {street}, {_place(faker)}"


def _username(faker: Any) -> str:
    """With the word at its end that documentation marks its values by."""
    return f"{_surname(faker).lower()}{faker.random.randrange(10, 1000)}_example"


_MAKERS: dict[str, Callable[[Any], str]] = {
    "EMAIL": _email, "PHONE": _phone, "CARD": _card, "IBAN": _iban, "NATIONAL_ID": _national_id, "IP": _ip,
    "SECRET": _secret, "PASSWORD": _password, "LINK": _link, "DEVICE": _device, "WALLET": _wallet,
    "VEHICLE": _vehicle, "BIRTH_DATE": _birth_date, "COORDINATES": _coordinates,
    "NAME": _name, "PLACE": _place, "ADDRESS": _address, "USERNAME": _username,
}  # fmt: skip


KINDS = tuple(_MAKERS)  # of pseudonyms that a value can be made for


@cache
def _faker() -> Any:
    from faker import Faker

    return Faker("en_US")
