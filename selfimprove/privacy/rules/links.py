"""Links that are a credential in themselves: with a user and password, signed, or good for one reset."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules.rule import Bounds, Rule
from selfimprove.privacy.rules.tokens import is_random

_REST = r"[^\s\"'<>`\x00]"
_SECRET_PARAMETER = (
    r"(?:x-amz-signature|x-amz-security-token|x-goog-signature|signature|sig|token|access_token|id_token|refresh_token|auth|auth_token|"
    r"api_?key|apikey|key|secret|code|otp|ticket|reset|reset_token|reset_password_token|confirmation_token|invite|session|sid|jwt|hash|password|passwd|pwd|awsaccesskeyid)"
)
_LOOK_UP = re.compile(r"[${<%*[]|x{3}|password\Z|passwd\Z|pass\Z|pwd\Z|secret\Z|\.{3}", re.IGNORECASE)


def _trimmed(match: re.Match[str]) -> Bounds:
    link = match[0].rstrip(".,;:!?)]}*")
    return match.start(), match.start() + len(link)


def _with_password(match: re.Match[str]) -> Iterator[Bounds]:
    if not _LOOK_UP.match(match["password"]):
        yield _trimmed(match)


def _signed(match: re.Match[str]) -> Iterator[Bounds]:
    given = match["value"]
    if match["parameter"].lower() in ("password", "passwd", "pwd") or is_random(given) or (given.isdigit() and len(given) >= 6):
        yield _trimmed(match)


def _one_time(match: re.Match[str]) -> Iterator[Bounds]:
    if is_random(match["value"]):
        yield _trimmed(match)


RULES = (
    Rule(
        "link_password", "LINK", rf"\b[a-z][a-z0-9+.-]{{1,30}}://[^\s:/@\"'<>`\x00]{{0,100}}:(?P<password>[^\s/\"'<>`\x00]{{1,200}}?)@{_REST}{{1,2000}}", _with_password,
        needs=("://",), flags=re.IGNORECASE,
    ),
    Rule(
        "link_signed", "LINK", rf"\bhttps?://{_REST}{{1,2000}}?[?&;#](?P<parameter>{_SECRET_PARAMETER})=(?P<value>[\w+/=.~%-]{{6,3000}}){_REST}{{0,2000}}", _signed,
        needs=("http",), flags=re.IGNORECASE,
    ),
    Rule(
        "link_webhook", "LINK",
        rf"\bhttps?://(?:hooks\.slack\.com/(?:services|workflows)|(?:\w+\.)?discord(?:app)?\.com/api/webhooks|[\w-]+\.webhook\.office\.com/webhookb2|"
        rf"hooks\.zapier\.com/hooks|api\.telegram\.org/bot|chat\.googleapis\.com/v1/spaces|maker\.ifttt\.com/trigger)/?{_REST}{{8,2000}}",
        lambda match: [_trimmed(match)], needs=("hooks", "webhook", "telegram", "googleapis", "ifttt"), flags=re.IGNORECASE,
    ),
    Rule(
        "link_one_time", "LINK",
        rf"\bhttps?://{_REST}{{1,300}}?/(?:reset|password|recover|verify|verification|confirm|activate|invite|magic|unsubscribe|token|auth|signin|login|share)[\w-]{{0,30}}/(?:[\w-]{{1,30}}/){{0,2}}?(?P<value>[\w-]{{12,500}}){_REST}{{0,2000}}", _one_time,
        needs=("http",), flags=re.IGNORECASE,
    ),
)  # fmt: skip
