"""Secrets in defaults, macros, cookies, SQL and prose, and what stands there without being one."""

import pytest

from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(131)


@pytest.mark.parametrize(
    "text",
    [
        "the token I got was {} and it does not work",
        "our secret for staging is {}",
        'os.getenv("SERVICE_PASS", "{}")',
        "env('API_TOKEN', '{}')",
        '#define DB_CRED "{}"',
        'Secret: []byte("{}"),',
        "Set-Cookie: auth={}; Path=/",
        "Cookie: theme=dark; session_id={}",
        "CREATE USER app IDENTIFIED BY '{}';",
        "ALTER ROLE app WITH PASSWORD '{}'",
    ],
)
def test_they_are_found(text: str) -> None:
    secret = MADE.key(28)
    assert masks(text.format(secret), secret)


@pytest.mark.parametrize(
    "text",
    [
        "the token I got was invalid",
        "the secret of the soup is patience-and-seventeen-hours",
        'os.getenv("SERVICE_PASS", "changeme")',
        'os.getenv("LOG_LEVEL", "debug2")',
        '#define KEY_NAME "username"',
        "Cookie: theme=dark; lang=en-GB",
        "CREATE USER app IDENTIFIED BY 'password';",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert found(text) == []
