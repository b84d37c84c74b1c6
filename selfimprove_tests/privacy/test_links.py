"""Links that let somebody in, and links that do not."""

import pytest

from selfimprove_tests.privacy.made import HEX, UPPER, WORD, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(108)


@pytest.mark.parametrize(
    "link",
    [
        "https://{user}:{password}@{word}.example.com/path",
        "postgres://{user}:{password}@db.{word}.com:5432/app",
        "postgresql+psycopg2://{user}:{password}@localhost/app",
        "mongodb+srv://{user}:{password}@cluster0.{word}.mongodb.net/test",
        "redis://:{password}@cache:6379/0",
        "amqp://{user}:{password}@rabbit:5672/",
    ],
)
def test_a_link_with_a_password_is_found_whole(link: str) -> None:
    written = link.format(user=MADE.word(), word=MADE.word(), password=MADE.key(12))
    assert found(f"use {written} now") == [("LINK", written)]


SECRETS = {
    "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={}": MADE.of(HEX, 64),
    "https://storage.googleapis.com/b/o?X-Goog-Signature={}": MADE.of(HEX, 128),
    "https://a.blob.core.windows.net/c/f?sv=2022-11-02&sr=b&sig={}%3D": MADE.key(43),
    "https://hooks.slack.com/services/T0A1B2C3/B0A1B2C3/{}": MADE.key(24),
    "https://discord.com/api/webhooks/112233445566778899/{}": MADE.key(68),
    "https://api.telegram.org/bot{}/sendMessage": f"{MADE.number(10)}:AA{MADE.key(33)}",
    "https://shop.example/reset-password?token={}": MADE.key(32),
    "https://shop.example/users/password/reset/{}": MADE.of(HEX, 40),
    "https://shop.example/verify/email/{}": MADE.key(48),
    "https://app.example/cb#access_token={}&expires_in=3600": MADE.key(60),
    "https://api.example/v1/data?api_key={}&page=2": MADE.key(32),
    "https://meet.example/j/123?pwd={}": MADE.of(WORD, 32),
}


@pytest.mark.parametrize("link", SECRETS)
def test_signed_and_single_use_links_are_found(link: str) -> None:
    assert masks(f"see {link.format(SECRETS[link])} today", SECRETS[link])


def test_punctuation_after_a_link_stays() -> None:
    link = f"https://shop.example/reset?token={MADE.key(32)}"
    assert found(f"Click ({link}).") == [("LINK", link)]


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/articles/2024/how-to-reset-your-password",
        "https://example.com/login?next=/home",
        "https://example.com/search?q=token&key=value",
        "https://github.com/org/repo/blob/main/src/auth/token/validation-helpers.ts",
        "postgres://user:${PASSWORD}@host/db",
        "postgres://{user}:{password}@{host}/db",
        "http://localhost:8080/verify",
        "https://example.com/a?session=none&sort=asc",
        "at 12:30 https://example.com and me@home",
        f"https://cdn.example/assets/app.{MADE.of(HEX, 8)}.js",
        f"https://example.com/?id={MADE.of(UPPER, 5)}",
    ],
)
def test_other_links_stay(text: str) -> None:
    assert found(text) == []
