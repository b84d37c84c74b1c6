"""E-mail addresses, and what only looks like one."""

import base64

import pytest

from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(101)
PLAIN = [
    MADE.email(),
    MADE.email().upper(),
    f"{MADE.word()}+{MADE.word(3)}@{MADE.word()}.co.uk",
    f"o'{MADE.word()}@{MADE.word()}.ie",
    f"{MADE.word(1)}@{MADE.word(2)}.io",
    f"{MADE.number(4)}@{MADE.word()}-{MADE.word()}.museum",
    f'"{MADE.word()} {MADE.word()}"@{MADE.word()}.com',
    f"!{MADE.word()}%{MADE.word()}@{MADE.word()}.org",
    f"{MADE.word()}/{MADE.word()}={MADE.word()}@{MADE.word()}.com",
    f"{MADE.word()}@[{MADE.ipv4()}]",
    f"{MADE.word()}@{MADE.word()}.internal",
    f"{MADE.word()}@{MADE.word()}.solar",
    f"{MADE.word()}.{MADE.word()}@{MADE.word()}.construction",
    f"{MADE.word(1)}@{MADE.word()}.haus",
    f"{MADE.word()}@mail.{MADE.word()}.nrw",
    f"{MADE.word()}@{MADE.word()}.{MADE.word(9)}",  # one that is to come
    f"{MADE.word()}@{MADE.word()}.wtf".upper(),
]
INTERNATIONAL = [
    f"jörg.{MADE.word()}@müller-{MADE.word()}.de",
    f"{MADE.word()}@xn--{MADE.word()}-kva.de",
    f"почта.{MADE.word()}@пример.рф",
    "用户@例子.公司",
    "δοκιμή@παράδειγμα.ελ",
]
OBFUSCATED = [
    "{a} [at] {b} [dot] com",
    "{a}(at){b}(dot)org",
    "{a} at {b} dot com",
    "{a} AT {b} DOT net",
    "{a} @ {b} . com",
    "{a}＠{b}.com",
    "{a}@\u200b{b}.com",
    "{a}\u00ad@{b}\u2060.com",
    "{a}{{at}}{b}{{dot}}de",
    "{a}[@]{b}.fr",
    "{a} (arroba) {b}.es",
    "{a} arobase {b} point fr",
    "{a} chiocciola {b} punto it",
    "{a}<at>{b}.pl",
    "{a} [ät] {b} [punkt] de",
    "{a} at gmail.com",
    "{a} DOT {b} AT {a} DOT org",
    "{a}(a){b}.de",
    "{a}@{b}. org",
]


@pytest.mark.parametrize("address", PLAIN + INTERNATIONAL)
@pytest.mark.parametrize("text", ["write to {}, thanks", "<{}>", "Mail:{}.", "**{}**", '{{"mail":"{}"}}', "{}"])
def test_addresses_are_found(address: str, text: str) -> None:
    assert masks(text.format(address), address)


@pytest.mark.parametrize("form", OBFUSCATED)
def test_hidden_addresses_are_found(form: str) -> None:
    address = form.format(a=MADE.word(), b=MADE.word())
    assert masks(f"reach me: {address} ok?", address)


@pytest.mark.parametrize("at", ["%40", "&#64;", "&#x40;", "&commat;", "\\u0040"])
def test_encoded_addresses_are_found(at: str) -> None:
    address = MADE.email().replace("@", at)
    assert masks(f"https://example.com/?mail={address}&page=1", address)


def test_an_address_in_base64_is_found_and_other_base64_is_not() -> None:
    hidden = base64.b64encode(MADE.email().encode()).decode()
    assert masks(f"user {hidden}", hidden)
    assert found(f"data {base64.b64encode(b'nothing to see in here, move on').decode()}") == []


def test_only_the_address_is_masked() -> None:
    address = MADE.email()
    assert found(f"level=info user={address} ok") == [("EMAIL", address)]
    assert found(f"是{address}吗") == [("EMAIL", address)]
    assert found(f"Ask {address}.Thanks") == [("EMAIL", address)]


@pytest.mark.parametrize(
    "text",
    [
        "@app.route('/users')",
        "npm i lodash@4.17.21",
        "@types/node@18.11.9",
        "a@b.T",
        "y = x@self.W.T",
        "C = A @ B",
        "loss = (q@k.transpose(0, 1))",
        "git@github.com:org/repo.git",
        "root@localhost",
        "user@host:~$ ls",
        "but at this point it is done",
        "look at the dot product",
        "meet me at noon. Comedy tonight",
        "follow @someone.else",
        "[EMAIL_1] wrote to [EMAIL_2]",
        "icon@2x.png and icon-big@3x.jpeg",
        "out = x@self.weight + bias",
        "y = w@model.inverse",
        "h = q@v.transpose[0]",
        "npm i pkg@1.2.3-alpha.beta",
        "npm i pkg@^1.2.3",
        "val x = this@Outer.counter",
        "systemctl status getty@tty1.service",
        "if !@user.valid and @user.admin",
        "@media screen { a { color: red } }",
        "calls user@host.method(1)",
        "git@git.firma:org/repo.git",
        "ask someone@work.Thanks",
    ],
)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert found(text) == []
