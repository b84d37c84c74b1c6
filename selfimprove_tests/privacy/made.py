"""Personal data and secrets that nobody has: made from a seed when the tests run."""

import base64
import random
import string
from dataclasses import dataclass

from faker import Faker
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
IBANS = {"DE": "18n", "GB": "4a14n", "FR": "10n11c2n", "ES": "20n", "IT": "1a10n12c", "NL": "4a10n", "PL": "24n", "PT": "21n"}


@dataclass
class Made:
    """A source of made-up values; equal seeds give equal values."""

    seed: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.fake = Faker(["en_GB", "de_DE", "fr_FR"])
        self.fake.seed_instance(self.seed)

    def of(self, alphabet: str, length: int) -> str:
        return "".join(self.random.choice(alphabet) for _ in range(length))

    def number(self, length: int, first: str = "123456789") -> str:
        return self.random.choice(first) + self.of(DIGITS, length - 1)

    def name(self) -> str:
        return f"{self.of(LOWER, 5)}.{self.of(LOWER, 6)}"

    def email(self, domain: str | None = None) -> str:
        return f"{self.name()}@{domain or self.of(LOWER, 7) + '.org'}"

    def card(self, prefix: str = "4", length: int = 16) -> str:
        while True:
            body = prefix + self.of(DIGITS, length - 1 - len(prefix))
            if len(set(body)) > 3:
                return body + luhn.calc_check_digit(body)

    def iban(self, country: str = "DE") -> str:
        import re

        kinds = {"n": DIGITS, "a": UPPER, "c": UPPER + DIGITS}
        bban = "".join(self.of(kinds[kind], int(n)) for n, kind in re.findall(r"(\d+)(\w)", IBANS[country]))
        digits = "".join(str(int(c, 36)) for c in f"{bban}{country}00")
        return f"{country}{98 - int(digits) % 97:02d}{bban}"

    def ssn(self) -> str:
        return f"{self.random.randint(100, 665)}-{self.random.randint(10, 99)}-{self.random.randint(1000, 9999)}"

    def nino(self) -> str:
        return f"{self.of('ABCEHJ', 1)}{self.of('ABCEHJ', 1)} {self.number(2)} {self.number(2)} {self.number(2)} {self.of('ABCD', 1)}"

    def dni(self) -> str:
        number = self.number(8)
        return number + dni.calc_check_digit(number)

    def nie(self) -> str:
        number = self.of("XYZ", 1) + self.number(7)
        return number + nie.calc_check_digit(number)

    def nir(self) -> str:
        number = f"{self.of('12', 1)}{self.number(2)}0{self.of('123456789', 1)}75{self.number(3)}{self.number(3)}"
        return number + nir.calc_check_digits(number)

    def cpf(self) -> str:
        number = self.number(9)
        return cpf.format(number + cpf._calc_check_digits(number) if hasattr(cpf, "_calc_check_digits") else number)

    def pesel(self) -> str:
        number = f"{self.random.randint(50, 99)}{self.random.randint(1, 12):02d}{self.random.randint(1, 28):02d}{self.number(4)}"
        return number + pesel.calc_check_digit(number)

    def codice_fiscale(self) -> str:
        number = f"{self.of('BCDFGLMN', 6)}{self.random.randint(50, 99)}{self.of('ABCDEHLMPRST', 1)}{self.random.randint(10, 28)}H{self.of('123456789', 3)}"
        return number + codicefiscale.calc_check_digit(number)

    def steuer_id(self) -> str:
        while True:
            digits = self.random.sample(DIGITS, 9)
            body = digits + [digits[0]]
            self.random.shuffle(body)
            if body[0] == "0":
                continue
            for check in DIGITS:
                if idnr.is_valid("".join(body) + check):
                    return "".join(body) + check

    def aadhaar(self) -> str:
        while True:
            number = self.number(11, "23456789")
            for check in DIGITS:
                if aadhaar.is_valid(number + check):
                    return aadhaar.format(number + check)

    def bsn(self) -> str:
        while True:
            number = self.number(9)
            if bsn.is_valid(number):
                return number

    def ipv4(self) -> str:
        return f"{self.random.choice([81, 93, 145, 178, 203 - 1])}.{self.random.randint(40, 99)}.{self.random.randint(32, 254)}.{self.random.randint(32, 254)}"

    def ipv6(self) -> str:
        return "2a02:" + ":".join(self.of(HEX, 4) for _ in range(7))

    def jwt(self) -> str:
        def part(text: str) -> str:
            return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

        return f'{part("""{"alg":"HS256","typ":"JWT"}""")}.{part(f"""{{"sub":"{self.number(10)}"}}""")}.{self.of(WORD, 43)}'

    def private_key(self, kind: str = "RSA ", end: bool = True) -> str:
        body = "\n".join(self.of(WORD + "+/", 64) for _ in range(6))
        last = f"\n-----END {kind}PRIVATE KEY-----" if end else ""
        return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}{last}"

    def password(self) -> str:
        return f"{self.of(UPPER, 1)}{self.of(LOWER, 6)}{self.of(DIGITS, 3)}{self.of('!#%*', 1)}"

    def secret(self, length: int = 40) -> str:
        return self.of(UPPER, 2) + self.of(LOWER, 2) + self.of(DIGITS, 2) + self.of(WORD, length - 6)

    def tokens(self) -> dict[str, str]:
        """One token in the format of each maker, by rule name."""
        w, h = WORD, HEX
        return {
            "aws_key_id": "AKIA" + self.of(UPPER + "234567", 16),
            "github": "ghp_" + self.of(w, 36),
            "gitlab": "glpat-" + self.of(w, 20),
            "slack": f"xoxb-{self.number(12)}-{self.number(12)}-{self.of(w, 24)}",
            "sk": "sk-ant-api03-" + self.of(w + "_-", 80),
            "google": "AIza" + self.of(w, 35),
            "stripe": "sk_live_" + self.of(w, 24),
            "twilio": "SK" + self.of(h, 32),
            "sendgrid": f"SG.{self.of(w, 22)}.{self.of(w, 43)}",
            "npm": "npm_" + self.of(w, 36),
            "hugging_face": "hf_" + self.of(w, 34),
            "pypi": "pypi-" + self.of(w, 80),
            "jwt": self.jwt(),
            "digital_ocean": "dop_v1_" + self.of(h, 64),
            "docker": "dckr_pat_" + self.of(w, 27),
            "shopify": "shpat_" + self.of(h, 32),
            "square": "sq0atp-" + self.of(w, 22),
            "telegram": f"{self.number(10)}:AA{self.of(w, 33)}",
            "discord": f"M{self.of(w, 23)}.{self.of(w, 6)}.{self.of(w, 38)}",
            "mailgun": "key-" + self.of(h, 32),
            "mailchimp": self.of(h, 32) + "-us12",
            "vault": "hvs." + self.of(w, 24),
            "databricks": "dapi" + self.of(h, 32),
            "notion": "ntn_" + self.of(w, 46),
            "linear": "lin_api_" + self.of(w, 40),
            "model_makers": "gsk_" + self.of(w, 52),
            "observers": "glsa_" + self.of(w, 32),
            "platforms": "sbp_" + self.of(h, 40),
            "age": "AGE-SECRET-KEY-1" + self.of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58),
            "azure": "AccountKey=" + self.of(w, 86) + "==",
        }
