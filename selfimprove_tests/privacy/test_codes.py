"""Codes of cards and codes that serve once, beside their keys; other numbers under keys stay."""

import pytest

from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found

MADE = Made(157)
CARD = [
    '"cvc":"{}"', "'cvv': '{}'", 'cvc: "{}"', '"security_code": "{}"', '"cvv": {}', "cvv2 = '{}'", "cardCvc: '{}'",
    "card_cvv: {}", "securityCode={}", r"\"cvc\": \"{}\"",
]  # fmt: skip
ONCE = [
    '"otp":"{}"', '"verification_code": "{}"', "verificationCode: {}", "otp = '{}'", "otp_code: {}", "https://x.io/?otp={}",
    '"oneTimeCode": "{}"', '"sms_code":{}', "twoFactorCode: '{}'", "mfa_code={}", "email_verification_code={}",
]  # fmt: skip
PIN = ['{{"pin":"{}"}}', "pin: '{}'", 'pin_code = "{}"']


@pytest.mark.parametrize("text", CARD)
def test_codes_of_cards_are_found(text: str) -> None:
    code = MADE.number(3)
    assert [value for _, value in found(text.replace("{}", code))] == [code]


@pytest.mark.parametrize("text", ONCE[:5] + ONCE[6:])
def test_codes_that_serve_once_are_found(text: str) -> None:
    code = MADE.number(6)
    assert [value for _, value in found(text.replace("{}", code))] == [code]


@pytest.mark.parametrize("text", PIN)
def test_pins_are_found_in_quotes(text: str) -> None:
    pin = MADE.number(4)
    assert found(text.format(pin)) == [("PASSWORD", pin)]


@pytest.mark.parametrize(
    "text",
    [
        '"code": 4042', "otp_length: 6", "verification_code = generate(6)", "cvc: string", '"cvc": null', "otp: 12",
        "status_code: 4045", "security_code_review = 2", "error_code=1234", "opt = 123456",
        "auth_code[1234]", "verification_code: 1234.5", "pin: 13", "led_pin = 1234",
    ],
)  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    assert found(text) == []
