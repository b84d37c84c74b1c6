"""Secrets in the forms of single programs, and what stands in the same forms without being one."""

import base64

import pytest

from selfimprove_tests.privacy.made import HEX, WORD, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(167)
SECRETS = [
    '<add key="ApiKey" value="{}"/>', '<string name="api_key">{}</string>', '<entry key="token">{}</entry>',
    "<property name='client.secret' value='{}'/>", "| API key | {} |", "| Token | `{}` | x |", "|API key|{}|",
    "define('AUTH_KEY',         '{}');", "define( 'SECRET_TOKEN', \"{}\" );",
]  # fmt: skip
PASSWORDS = [
    "set_password('{}')", 'user.set_password("{}")', "auth=('jan', '{}')", "HTTPBasicAuth('jan', '{}')", 'psk="{}"',
    "WIFI:T:WPA;S:heim;P:{};;", "WIFI:S:a b;T:WPA;P:{};H:true;;", "requirepass {}", "masterauth {}",
    '<add key="Password" value="{}"/>', '<entry key="db.password">{}</entry>', "ansible_become_pass: {}",
    "gpg --batch --passphrase {} -d x.gpg",
]  # fmt: skip


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_are_found(text: str) -> None:
    secret = MADE.key(28)
    assert found(text.format(secret)) == [("SECRET", secret)]


@pytest.mark.parametrize("text", PASSWORDS)
def test_passwords_are_found(text: str) -> None:
    password = MADE.password()
    assert found(text.format(password)) == [("PASSWORD", password)]


def test_keys_of_wordpress_are_found_whole() -> None:
    salt = MADE.of(WORD + "!#$%&()*+,-./:;<=>?@[]^_{|}~ ", 63) + "7"
    assert masks(f"define('NONCE_SALT',       '{salt}');", salt)


def test_shared_keys_are_found_as_digits_too() -> None:
    psk = MADE.of(HEX, 64)
    assert masks(f"network={{\n  psk={psk}\n}}", psk)


@pytest.mark.parametrize("text", ['"auth": "{}"', '{{"auths":{{"r.io":{{"auth":"{}"}}}}}}'])
def test_dockers_base64_is_found(text: str) -> None:
    encoded = base64.b64encode(f"{MADE.word()}:{MADE.password()}".encode()).decode()
    assert found(text.format(encoded)) == [("SECRET", encoded)]
    assert found(text.format(base64.b64encode(MADE.word(12).encode()).decode())) == []


def test_recovery_keys_are_found_by_their_parts() -> None:
    parts = [f"{MADE.random.randrange(65_536) * 11:06d}" for _ in range(8)]
    key = "-".join(parts)
    assert found(f"Wiederherstellungsschlüssel: {key}") == [("SECRET", key)]
    odd = "-".join([f"{int(parts[0]) + 1:06d}", *parts[1:]])
    assert found(f"the batch {odd} is done") == []


@pytest.mark.parametrize(
    "text",
    [
        '<string name="password">Password</string>', '<string name="api_key_hint">Enter your key</string>',
        '<add key="ApiKey" value="YOUR_API_KEY"/>', '<add key="Timeout" value="300"/>',
        '<string name="token">token</string>', "| Key | Value |\n|---|---|\n| token | string |",
        "| key | my-app-secret-name-2 |", "token | sha256 | md5",
        "define('AUTH_KEY', 'put your unique phrase here');", "define('DB_NAME', 'wordpress');",
        "WIFI:T:nopass;S:heim;;", "psk=your_password", "WPA2-PSK: enabled", "requirepass directive",
        "set_password(form.password.data)",
        "set_password('new_password1')", "auth=('user', 'pass')", "auth=(user, password)", '"auth": "required"',
        "gpg --passphrase-fd 0", "gpg --passphrase-file key.txt", "bypass: 20Hz", "low_pass: 20Hz",
    ],
)  # fmt: skip
def test_what_stands_in_for_one_stays(text: str) -> None:
    assert found(text) == []
