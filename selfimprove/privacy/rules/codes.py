"""PINs, codes of cards and codes that serve once, beside the keys that name them in JSON, code and configuration."""

from __future__ import annotations

import re

from selfimprove.privacy.rules.rule import Rule, either, value

_IS = r"\\?[\"']?[ ]?(?:=>|=(?!=)|:(?!:))[ ]?(?:\\?[\"'])?"
_END = r"(?![\w.-]?\w|[(\[])"
_PIN = r"(?:pin|pin_?code|pin_?number|passcode)"
_CARD = (
    r"(?:(?:credit|debit|payment)?_?card_?)?(?:cv[cv]2?|security_?code|verification_?(?:value|number))"
    r"_?(?:code|number)?"
)
_ONCE = (
    r"(?:(?:e?mail|phone|user|account|login|sms)_?)?(?:t?otp(?:_?(?:code|value))?|(?:one_?time|"
    r"verification|confirmation|activation|auth|authentication|sms|login|2fa|mfa|two_?factor)_?(?:code|passcode|pin))"
)


def _rule(name: str, pattern: str, needs: str, digits: int) -> Rule:
    return Rule(name, "PASSWORD", pattern, value, either(needs), digits, flags=re.IGNORECASE)


RULES = (
    _rule(
        "pin_keyed",
        rf"(?:[\"']{_PIN}[\"'][ ]?:[ ]?[\"']?|(?<![A-Za-z]){_PIN}[ ]?[:=][ ]?[\"'])(?P<value>\d{{4,8}})(?![\w.])",
        "pin|passcode",
        4,
    ),
    _rule(
        "card_code_keyed",
        rf"(?<![A-Za-z]){_CARD}{_IS}(?P<value>\d{{3,4}}){_END}",
        "cvc|cvv|security|verification",
        3,
    ),
    _rule("one_time_code_keyed", rf"(?<![A-Za-z]){_ONCE}{_IS}(?P<value>\d{{4,8}}){_END}", "otp|code|pin", 4),
)
