"""Links that are a credential in themselves: with a user and password, signed, or good for one reset."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules.rule import Bounds, Rule
from selfimprove.privacy.rules.tokens import is_random

_REST = r"[^\s\"'<>`\x00]"
_PARAMETER = (
    r"(?:x-amz-signature|x-amz-security-token|x-goog-signature|signature|sig|(?:access_|id_|refresh_|reset_|auth_|invite_|"
    r"confirmation_|reset_password_)?token|auth|api_?key|key|secret|code|otp|ticket|reset|invite|session|sid|jwt|hash|"
    r"awsaccesskeyid)"
)
_SIGNED = re.compile(rf"[?&;#]{_PARAMETER}=([\w+/=.~%-]{{6,3000}})", re.IGNORECASE)
_PASSWORD = re.compile(r"[?&;#](?:password|passwd|pwd)=([^\s&]{4,200})", re.IGNORECASE)
_ONE_TIME = re.compile(
    r"/(?:reset|password|recover|verify|verification|confirm|activate|invite|magic|unsubscribe|token|auth|signin|login|share)"
    r"[\w-]{0,30}/(?:[\w-]{1,30}/){0,2}([\w-]{12,500})",
    re.IGNORECASE,
)
_WEBHOOK = re.compile(
    r"https?://(?:hooks\.slack\.com/(?:services|workflows)|(?:\w+\.)?discord(?:app)?\.com/api/webhooks|"
    r"[\w-]+\.webhook\.office\.com/webhookb2|hooks\.zapier\.com/hooks|api\.telegram\.org/bot|"
    r"chat\.googleapis\.com/v1/spaces|maker\.ifttt\.com/trigger)/?.{8}",
    re.IGNORECASE,
)
_LOOK_UP = re.compile(r"[${<%*[]|x{3}|password\Z|passwd\Z|pass\Z|pwd\Z|secret\Z|\.{3}", re.IGNORECASE)


def _trimmed(match: re.Match[str]) -> Bounds:
    link = match[0].rstrip(".,;:!?)]}*")
    return match.start(), match.start() + len(link)


def _with_password(match: re.Match[str]) -> Iterator[Bounds]:
    if not _LOOK_UP.match(match["password"]):
        yield _trimmed(match)


def _random_user(match: re.Match[str]) -> Iterator[Bounds]:
    """A token in the place of a user's name, as in links to error collectors and clones of repositories."""
    if is_random(match["user"]):
        yield _trimmed(match)


def _secret(match: re.Match[str]) -> Iterator[Bounds]:
    """Webhooks by their host, others by a parameter or a path's end that is random."""
    link = match[0]
    given = [found[1] for found in (*_SIGNED.finditer(link), *_ONE_TIME.finditer(link))]
    asked = _PASSWORD.search(link)
    if (
        _WEBHOOK.match(link)
        or any(is_random(value) or (value.isdigit() and len(value) >= 6) for value in given)
        or (asked and not _LOOK_UP.match(asked[1]))
    ):
        yield _trimmed(match)


RULES = (
    Rule(
        "link_password",
        "LINK",
        rf"\b[a-z][a-z0-9+.-]{{1,30}}://[^\s:/@\"'<>`\x00]{{0,100}}:(?P<password>[^\s/\"'<>`\x00]{{1,200}}?)@"
        rf"{_REST}{{1,2000}}",
        _with_password,
        needs=("://",),
        flags=re.IGNORECASE,
    ),
    Rule(
        "link_user",
        "LINK",
        rf"\b[a-z][a-z0-9+.-]{{1,30}}://(?P<user>[\w.~+-]{{16,500}})@{_REST}{{1,2000}}",
        _random_user,
        needs=("://",),
        flags=re.IGNORECASE,
    ),
    Rule("link_secret", "LINK", rf"\bhttps?://{_REST}{{8,5000}}", _secret, needs=("http",), flags=re.IGNORECASE),
)
