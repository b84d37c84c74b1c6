"""Categories 17 to 21: 64 texts that hold nothing personal, though they look it."""

import uuid
from collections.abc import Iterator

from selfimprove_tests.privacy.categories.item import Fresh, Item
from selfimprove_tests.privacy.made import HEX, WORD


def networks(made: Fresh) -> list[str]:
    def n() -> int:
        return made.random.randint(1, 254)

    return [
        f"10.{n()}.{n()}.{n()}", f"ssh 192.168.{n()}.{n()}", f"172.{made.random.randint(16, 31)}.{n()}.{n()}:8080",
        f"127.0.0.{n()}", "netmask 255.255.255.0", f"169.254.{n()}.{n()}", f"fe80::{made.of(HEX, 4)}", "listen on ::1",
        f"fd{made.of(HEX, 2)}:{made.of(HEX, 4)}::1", f"10.{n()}.0.0/16", f"192.0.2.{n()}", f"server 100.64.{n()}.{n()}",
    ]  # fmt: skip


def versions(made: Fresh) -> list[str]:
    def n(most: int = 20) -> int:
        return made.random.randint(1, most)

    return [
        f"Chrome/{n(130)}.0.{made.number(4)}.{made.number(3)}",
        f"pip install numpy=={n(3)}.{n()}.{n()}",
        f"OID 1.3.6.1.4.1.{made.number(4)}.{n()}.{n()}", f"see section {n()}.{n()}.{n()}.{n()}",
        f"version {n()}.{n()}.{n()}.{n()}", f"v{n()}.{n()}.{n()}-rc.{n()}", f"libssl.so.{n(3)}.{n(3)}.{n(3)}",
        f"Windows 10.0.{made.number(5)}.{made.number(4)}", f"kernel {n(6)}.{n()}.0-{n(99)}-generic",
        f"§ {n()}.{n()}.{n()} applies",
        f"firmware {n()}.{n()}.{n()}.{n()} fixes it",
        f'"node": "^{n()}.{n()}.{n()}"', f"build {made.number(8)}",
    ]  # fmt: skip


def identifiers(made: Fresh) -> list[str]:
    unique = str(uuid.UUID(int=made.random.getrandbits(128), version=4))
    return [
        unique, f"request {unique.upper()} failed", f"commit {made.of(HEX, 40)}", f"sha256:{made.of(HEX, 64)}",
        f"md5 {made.of(HEX, 32)}", f"trace_id={made.of(HEX, 32)}", f"integrity=sha512-{made.of(WORD, 86)}==",
        f"traceparent: 00-{made.of(HEX, 32)}-{made.of(HEX, 16)}-01",
        f"fixed in {made.of('abcdef', 1)}{made.of(HEX, 6)}",
        f"arn:aws:iam::{made.number(12)}:role/admin", f'ETag: "{made.of(HEX, 32)}"', f"id: {made.of(HEX, 24)}",
        f"docker pull app@sha256:{made.of(HEX, 64)}",
    ]  # fmt: skip


def code(made: Fresh) -> list[str]:
    word = made.word
    return [
        f"@{word()}.route('/{word()}')", f"npm i {word()}@{made.number(1)}.{made.number(2)}.{made.number(1)}",
        f"{word(1)} = {word(1)}@{word(1)}.T",
        'api_key = os.environ["API_KEY"]', f'password = os.getenv("{word().upper()}_PW")',
        "API_KEY=your_api_key_here", "password: ${DB_PASSWORD}", f"token = get_token({word()})",
        f"git@github.com:{word()}/{word()}.git", f"import {word()}.{word()}.{word()}",
        f"@{word()}/types@{made.number(2)}",
        f"self.{word()}_token = None", "postgres://user:password@localhost/db",
        f"for {word(1)} in range({made.number(9)}):",
    ]  # fmt: skip


def numbers(made: Fresh) -> list[str]:
    from stdnum import isbn

    book = made.until(lambda: "978" + made.number(10), lambda text: bool(isbn.is_valid(text)))
    return [
        f"ts 17{made.d(8)}", f"at 17{made.d(11)} ms", "2023-11-14T22:13:20Z",
        f"ISBN {isbn.format(book)}", f"ISBN {book}",
        f"doi:10.{made.number(4)}/s{made.number(5)}-{made.number(3)}-{made.number(4)}-{made.number(1)}",
        f"3.{made.number(14)}", f"{made.number(9)} + {made.number(9)} = ?", "2^31 = 2147483648",
        f"{made.number(1)},{made.number(3)},{made.number(3)} people",
        f"order {made.number(8)}", "2019-2023, 12/05/2021",
    ]  # fmt: skip


def items(made: Fresh) -> Iterator[Item]:
    for category, texts in enumerate((networks, versions, identifiers, code, numbers), 17):
        yield from (Item(category, text) for text in texts(made))
