"""Personal data and secrets that nobody has: made from a seed when the tests run."""

import base64
import random
import re
import string
from collections.abc import Callable

from stdnum import luhn
from stdnum.br import cpf
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel

UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits
HEX = "0123456789abcdef"
WORD = string.ascii_letters + DIGITS
BECH32 = "023456789acdefghjklmnpqrstuvwxyz"
ACCOUNTS = {
    "DE": "18n", "GB": "4a14n", "FR": "10n11c2n", "ES": "20n", "IT": "1a10n12c", "NL": "4a10n", "PL": "24n",
    "CH": "5n12c", "AT": "16n", "BE": "12n", "SE": "20n", "PT": "21n", "NO": "11n", "DK": "14n",
}  # fmt: skip


class Made:
    """A source of made-up values; equal seeds give equal values."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, alphabet: str, length: int) -> str:
        return "".join(self.random.choices(alphabet, k=length))

    def number(self, length: int) -> str:
        return self.of("123456789", 1) + self.of(DIGITS, length - 1)

    def until(self, make: Callable[[], str], holds: Callable[[str], bool]) -> str:
        """The first of many values that holds."""
        return next(value for value in iter(make, None) if holds(value))

    def word(self, length: int = 6) -> str:
        return self.of(LOWER, length)

    def email(self) -> str:
        return f"{self.word()}.{self.word()}@{self.word()}.org"

    def card(self, prefix: str = "4", length: int = 16) -> str:
        body = prefix + self.of(DIGITS, length - 1 - len(prefix))
        return str(body + luhn.calc_check_digit(body))

    def iban(self, country: str = "DE") -> str:
        kinds = {"n": DIGITS, "a": UPPER, "c": UPPER + DIGITS}
        account = "".join(self.of(kinds[kind], int(n)) for n, kind in re.findall(r"(\d+)(\w)", ACCOUNTS[country]))
        number = int("".join(str(int(character, 36)) for character in f"{account}{country}00"))
        return f"{country}{98 - number % 97:02d}{account}"

    def ssn(self) -> str:
        return f"{self.random.randint(100, 665)}-{self.random.randint(10, 99)}-{self.number(4)}"

    def nino(self) -> str:
        return f"{self.of('ABCEHJ', 2)} {self.number(2)} {self.number(2)} {self.number(2)} {self.of('ABCD', 1)}"

    def dni(self) -> str:
        number = self.number(8)
        return str(number + dni.calc_check_digit(number))

    def nie(self) -> str:
        number = self.of("XYZ", 1) + self.number(7)
        return str(number + nie.calc_check_digit(number))

    def nir(self) -> str:
        number = f"{self.of('12', 1)}{self.number(2)}0{self.of('123456789', 1)}75{self.number(3)}{self.number(3)}"
        return str(number + nir.calc_check_digits(number))

    def cpf(self) -> str:
        return str(cpf.format(self.until(lambda: self.number(11), cpf.is_valid)))

    def pesel(self) -> str:
        born = f"{self.random.randint(50, 99)}{self.random.randint(1, 12):02d}{self.random.randint(1, 28):02d}"
        number = born + self.number(4)
        return str(number + pesel.calc_check_digit(number))

    def codice_fiscale(self) -> str:
        born = f"{self.random.randint(50, 99)}{self.of('ABCDEHLMPRST', 1)}{self.random.randint(10, 28)}"
        number = f"{self.of('BCDFGLMN', 6)}{born}H{self.of('123456789', 3)}"
        return str(number + codicefiscale.calc_check_digit(number))

    def steuer_id(self) -> str:
        return self.until(lambda: self.number(11), idnr.is_valid)

    def aadhaar(self) -> str:
        return str(aadhaar.format(self.until(lambda: self.of("23456789", 1) + self.of(DIGITS, 11), aadhaar.is_valid)))

    def bsn(self) -> str:
        return self.until(lambda: self.number(9), bsn.is_valid)

    def ipv4(self) -> str:
        return f"{self.of('789', 2)}.{self.random.randint(40, 99)}.{self.of('3456', 2)}.{self.random.randint(32, 254)}"

    def ipv6(self) -> str:
        return "2a02:" + ":".join(self.of("123456789", 1) + self.of(HEX, 3) for _ in range(7))

    def mac(self) -> str:
        return "a4:" + ":".join(self.of(HEX, 2) for _ in range(5))

    def password(self) -> str:
        return self.of(UPPER, 1) + self.of(LOWER, 6) + self.of(DIGITS, 3) + self.of("!*", 1)

    def key(self, length: int = 40) -> str:
        """Letters and digits, some of each."""
        return self.of(UPPER, 2) + self.of(LOWER, 2) + self.of("23456789", 2) + self.of(WORD, length - 6)

    def jwt(self) -> str:
        def part(text: str) -> str:
            return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

        return f'{part("""{"alg":"HS256","typ":"JWT"}""")}.{part(f"""{{"sub":"{self.number(10)}"}}""")}.{self.key(43)}'

    def private_key(self, kind: str = "RSA ", end: bool = True) -> str:
        body = "\n".join(self.of(WORD + "+/", 64) for _ in range(6))
        last = f"\n-----END {kind}PRIVATE KEY-----" if end else ""
        return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}{last}"

    def bitcoin(self) -> str:
        """A pay-to-script address (version byte 5) with its checksum."""
        import hashlib

        payload = b"\x05" + self.random.randbytes(20)
        number = int.from_bytes(payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4], "big")
        digits = ""
        while number:
            number, digit = divmod(number, 58)
            digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + digits
        return digits
