"""Pseudonyms are consistent, redaction is idempotent, the gate changes nothing, and time grows with the text."""

import random
import string
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfimprove.privacy.fold import PLACEHOLDER
from selfimprove.privacy.redact import Redacted, Span, find, locate, redact
from selfimprove.privacy.rules import RULES
from selfimprove_tests.cost import is_within
from selfimprove_tests.privacy import test_mail, test_passwords, test_phone, test_tokens
from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found

MADE = Made(109)
PIECES = [
    *test_mail.PLAIN, *test_mail.INTERNATIONAL, *test_phone.NATIONAL, *test_phone.INTERNATIONAL,
    *test_tokens.TOKENS.values(), MADE.private_key(end=False), MADE.bitcoin(),
    *(text.format(MADE.password()) for text in test_passwords.SAID + test_passwords.GIVEN),
    MADE.card(), MADE.iban(), MADE.ssn(), MADE.nir(), MADE.ipv4(), MADE.ipv6(),
    " ", ", ", "\n", ": ", "phone", "password is", "api key ", "card", "@", "://", "https://", "[EMAIL_1]", "[PHONE_7]",
    "0", "+49 ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=8).map("".join)


def test_the_same_value_has_the_same_name_within_a_chat() -> None:
    first, second = MADE.email(), MADE.email()
    redacted = redact([f"I am {first}, she is {second}", f"Hello {first.upper()}!", "and you?"])
    assert redacted == Redacted(("I am [EMAIL_1], she is [EMAIL_2]", "Hello [EMAIL_1]!", "and you?"), {"EMAIL": 3})


def test_spellings_of_one_value_have_one_name() -> None:
    iban = MADE.iban()
    spaced = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
    user, host = MADE.word(), MADE.word()
    assert redact([f"{iban}, {spaced}"]).texts == ("[IBAN_1], [IBAN_1]",)
    assert redact([f"{user}@{host}.com, {user} [at] {host} (dot) com"]).texts == ("[EMAIL_1], [EMAIL_1]",)


@pytest.mark.parametrize(
    "unseen",
    ["\x00", "\x01", "\x1b", "\x7f", "\x9f", "\ufff9", "\ufffd", "\u05b0", "\u20dd", "\U0001d173", "\U000e0100"],
)
def test_what_cannot_be_seen_hides_nothing(unseen: str) -> None:
    for text, value in [("mail {}", MADE.email()), ("my card {}", MADE.card()), ("password: {}", MADE.password())]:
        hidden = unseen.join(value)
        assert [text for _, text in found(text.format(hidden))] == [hidden]
        assert found(f"n{unseen}o{unseen}thing") == []


def test_what_is_glued_to_something_found_is_found_too() -> None:
    key = f"jina_{MADE.of(string.ascii_letters + string.digits, 60)}"
    phone = f"+86 138 {MADE.of('23456789', 4)} {MADE.of('23456789', 4)}"
    assert redact([f"{key}{phone}"]).texts == ("[SECRET_1][PHONE_1]",)


def test_numbers_start_above_those_that_stand_there() -> None:
    assert redact([f"[EMAIL_3] wrote to {MADE.email()}"]).texts == ("[EMAIL_3] wrote to [EMAIL_4]",)


@pytest.mark.parametrize(
    ("held", "given"),
    [
        ("[EMAIL_999998]", ["[EMAIL_999999]", "[EMAIL_1]"]),
        ("[EMAIL_999999]", ["[EMAIL_1]", "[EMAIL_2]"]),
        ("[EMAIL_999999] [EMAIL_1] [EMAIL_3]", ["[EMAIL_2]", "[EMAIL_4]"]),
        ("[EMAIL_1000000] [PHONE_999999]", ["[EMAIL_1]", "[EMAIL_2]"]),
    ],
)
def test_a_pseudonym_is_known_as_one_whatever_number_stands_there(held: str, given: list[str]) -> None:
    redacted = redact([f"{held} wrote to {MADE.email()} and {MADE.email()}"]).texts
    assert redacted == (f"{held} wrote to {given[0]} and {given[1]}",)
    assert all(PLACEHOLDER.fullmatch(name) for name in given)


def test_what_one_message_gives_away_is_masked_in_all() -> None:
    password = MADE.password()
    redacted = redact([f"Is {password} strong?", f"my password is {password}", f"{password[:-1]} is another word"])
    assert redacted.texts[:2] == ("Is [PASSWORD_1] strong?", "my password is [PASSWORD_1]")
    assert locate(["nothing", "here"]) == [[], []]


def test_short_values_do_not_spread() -> None:
    assert redact(["my pin is 2023", "in 2023 I moved"]).texts == ("my pin is [PASSWORD_1]", "in 2023 I moved")


@pytest.mark.parametrize(("length", "spreads"), [(7, False), (8, True)])
@pytest.mark.parametrize("letters", ["bcdfghjkmnpqrstvwxz", "3456789"])
def test_letters_or_digits_alone_spread_from_eight_on(letters: str, length: int, spreads: bool) -> None:
    value = "".join(random.Random(length).choices(letters, k=length))
    first, second = redact([f"my password is {value}", f"what does {value} tell you"]).texts
    assert first == "my password is [PASSWORD_1]"
    assert second == f"what does {'[PASSWORD_1]' if spreads else value} tell you"


@pytest.mark.parametrize("again", [str.lower, str.upper, str.swapcase])
def test_a_password_said_again_in_other_letters_is_masked(again: Callable[[str], str]) -> None:
    password = MADE.password()
    first, second = redact([f"my password is {password}", f"Straße, {again(password)} or {again(password)}x"]).texts
    assert first == "my password is [PASSWORD_1]"
    assert second == f"Straße, [PASSWORD_2] or {again(password)}x"


@pytest.mark.parametrize("value", ["tulips", "a1b2c", "Sunshine"])
def test_other_letters_of_short_or_plain_passwords_stay(value: str) -> None:
    texts = [f"my password is '{value}'", f"what does {value.upper()} mean"]
    assert redact(texts).texts[1] == texts[1]


def test_other_letters_of_what_is_no_password_stay() -> None:
    key = MADE.key(20)
    texts = redact([f"api_key={key}", f"not {key.swapcase()}"]).texts
    assert texts == ("api_key=[SECRET_1]", f"not {key.swapcase()}")


def test_spans_are_code_points_of_the_original() -> None:
    address = MADE.email()
    text = f"𝟏é\u200b {address} 你"
    assert find(text) == [Span(4, 4 + len(address), "EMAIL", "email")]


def test_the_longest_rule_names_an_overlap() -> None:
    assert found(f"postgres://bob:{MADE.key(10)}@{MADE.word()}.com/db")[0][0] == "LINK"


def test_nul_becomes_visible() -> None:
    assert redact(["a\x00b"]).texts == ("a\ufffdb",)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_redacting_redacted_text_changes_nothing(texts: list[str]) -> None:
    once = redact(texts)
    assert redact(once.texts) == Redacted(once.texts, {})


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_spans_are_ascending_disjoint_and_hold_no_placeholder(text: str) -> None:
    spans = find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    assert not any(PLACEHOLDER.search(text[span.start : span.end]) for span in spans)


def test_rules_have_names_of_their_own_and_types_that_have_placeholders() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert all(PLACEHOLDER.fullmatch(f"[{rule.type}_1]") for rule in RULES)


ADVERSARIAL: dict[str, Callable[[int], str]] = {
    "letters": lambda n: "a" * n,
    "digits": lambda n: "1" * n,
    "digits apart": lambda n: "1 " * (n // 2),
    "groups": lambda n: "4111 " * (n // 5),
    "at signs": lambda n: "a@" * (n // 2),
    "dotted": lambda n: "a.b@c." * (n // 6),
    "links": lambda n: "http://a:" * (n // 9),
    "queries": lambda n: "http://a?b=c&" * (n // 13),
    "passwords": lambda n: "my password for " * (n // 16),
    "assigned": lambda n: "password=" * (n // 9),
    "keys": lambda n: "api_key_" * (n // 8),
    "blocks": lambda n: "-----BEGIN RSA PRIVATE KEY-----" * (n // 31),
    "block body": lambda n: "-----BEGIN PRIVATE KEY-----\n" + "A" * n,
    "tokens": lambda n: "eyJhbGciOi." * (n // 11),
    "colons": lambda n: "1:" * (n // 2),
    "dashes": lambda n: "AA-" * (n // 3),
    "ibans": lambda n: "DE89 " * (n // 5),
    "brackets": lambda n: "[at] a (dot) " * (n // 13),
    "words": lambda n: "one two " * (n // 8),
    "invisible": lambda n: "a\u200b" * (n // 2),
    "curl": lambda n: "curl mysql -p " * (n // 14),
    "accents": lambda n: "e\u0301" * (n // 2),
    "columns": lambda n: "| password " * (n // 11),
    "births": lambda n: "born in " * (n // 8),
    "changes": lambda n: "passwort von auf " * (n // 17),
    "elements": lambda n: '<add key="api_key" ' * (n // 19),
    "wifi": lambda n: "WIFI:T:a;S:" * (n // 11),
    "linked": lambda n: "password https://a " * (n // 19),
    "lines of Windows": lambda n: "password:\r\n" * (n // 11),
    "promises": lambda n: "passwort:\n\n> " * (n // 13),
    "headings": lambda n: "### **api key**\n" * (n // 16),
    "of addresses": lambda n: "password for a.b.c " * (n // 19),
    "in brackets": lambda n: "password (for a b " * (n // 18),
    "listed": lambda n: "a@b.de:" * (n // 7),
    "rows": lambda n: "insert into t (pin) values ('a')," * (n // 33),
    "recovery": lambda n: "recovery codes:\n1234-5678\n" * (n // 26),
    "codes": lambda n: "1234 is your a code " * (n // 20),
    "settings": lambda n: "A_KEY=session=" * (n // 14),
    "latitudes": lambda n: "lat=1.2345," * (n // 11),
}


@pytest.mark.parametrize("shape", ADVERSARIAL)
def test_time_grows_with_the_text_and_not_faster(shape: str) -> None:
    small, large = (ADVERSARIAL[shape](size) for size in (31_250, 1_000_000))
    find(small[:1000])
    assert is_within(32 * 1.9, lambda: find(large), lambda: find(small))


def test_time_grows_with_the_passwords_and_not_faster() -> None:
    """Each is looked for in all texts, in capitals too."""
    texts = [f"my password is 'Tulip!{number}a', TULIP!{number - 1}A was old" for number in range(4000)]
    assert is_within(8 * 1.9, lambda: redact(texts), lambda: redact(texts[:500]))


def test_time_grows_with_the_messages_and_not_faster() -> None:
    """Each has a value of its own, which is looked for in all others."""
    texts = [f"u{number}x@b{number}.example, again" for number in range(4000)]
    assert is_within(8 * 1.9, lambda: redact(texts), lambda: redact(texts[:500]))
