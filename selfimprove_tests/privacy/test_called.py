"""Passwords handed to calls and commands, and keys where programs keep them."""

import pytest

from selfimprove.privacy.redact import locate
from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(223)
CALLS = [
    'pymysql.connect("h", "bob", "{}", "shop")', '$db = new PDO($dsn, "root", "{}");', "new mysqli($h, 'r', '{}', 'x')",
    "mysqli_connect('localhost', 'root', '{}', 'x');", 'DriverManager.getConnection(url, "bob", "{}");',
    'MySQLdb.connect(\n    "h",\n    "bob",\n    "{}")', 'WiFi.begin("Home", "{}");', 'WiFi.softAP(ssid, "{}");',
    'ConvertTo-SecureString "{}" -AsPlainText -Force', "ConvertTo-SecureString -String '{}' -AsPlainText",
]  # fmt: skip
PROGRAMS = [
    'server.login("bob", "{}")', 'smtp.login(user, "{}")', 'client.authenticate("bob", "{}")',
    'page.fill("#password", "{}")', "await page.type('input[name=\"password\"]', '{}')", 'cy.get("#pass").type("{}")',
    'driver.find_element(By.ID, "password").send_keys("{}")', "$('#password').val('{}')",
    'variable "db_password" {{\n  type = string\n  default = "{}"\n}}',
    '  admin_password        = "{}"', 'ldap_bind_pw: "{}"', 'command: ["--password", "{}"]', "http -a bob:{} GET x.io",
    "sqlcmd -S h -U bob -P {}", "sqlplus bob/{}@db", "net user bob {} /add", "mosquitto_pub -h x -u bob -P {}",
    "xfreerdp /u:bob /p:{} /v:h", "keytool -list -storepass {}", 'chpasswd <<< "bob:{}"', "wpa_passphrase Home {}",
    "rdesktop -u bob -p {} h", "sudo useradd -m -p {} bob", 'setx DB_PASSWORD "{}"', "echo {} | sudo -S apt update",
    "creds: bob:{}", "creds -> bob / {}", 'password "{}"', "the password '{}'",
]  # fmt: skip
KEYS = [
    "APP_KEY=base64:{}=", "Authorization: {}", '"Authorization": "{}"', "x-functions-key: {}", 'api_key="base64:{}"',
]  # fmt: skip
HANDLES = [
    "What is your Instagram handle?", "What's your Discord username?", "What's your username on Instagram?",
    "Wie ist dein Instagram-Name?", "What's your name on Reddit?", "your insta?",
]  # fmt: skip


@pytest.mark.parametrize("text", CALLS)
def test_what_a_call_connects_with_is_found_words_or_not(text: str) -> None:
    for password in (MADE.password(), f"{MADE.word(6)}o"):
        assert found(text.format(password)) == [("PASSWORD", password)]


@pytest.mark.parametrize("text", PROGRAMS)
def test_what_programs_are_given_is_found(text: str) -> None:
    for _ in range(3):
        password = MADE.password().replace("!", "x").replace("*", "x")
        assert masks(text.format(password), password)


@pytest.mark.parametrize("text", KEYS)
def test_keys_behind_a_mark_of_their_form_are_found(text: str) -> None:
    for key in (MADE.key(32), MADE.key(43)):
        assert masks(text.format(key), key)


def test_a_mail_address_and_a_password_are_a_pair() -> None:
    password = MADE.password()
    assert masks(f"Netflix: {MADE.email()} / {password}", password)
    assert [type_ for type_, _ in found(f"{MADE.email()} / room12 / draft2")] == ["EMAIL"]


@pytest.mark.parametrize("country", ["DE", "NL", "GB", "PL"])
@pytest.mark.parametrize("size", [2, 3, 5])
def test_accounts_are_found_however_they_are_grouped(country: str, size: int) -> None:
    account = MADE.iban(country)
    grouped = " ".join(account[at : at + size] for at in range(0, len(account), size))
    assert found(f"pay to {grouped} now") == [("IBAN", grouped)]


def test_german_documents_have_letters_among_their_digits() -> None:
    for label in ("Reisepass Nr.", "Personalausweis:", "Reisepassnummer:\n", "passport number"):
        document = f"C{MADE.of('FGHJKLMNPRTVWXYZ', 4)}{MADE.number(2)}{MADE.of('TZ', 2)}"
        assert found(f"{label} {document}".replace("\n ", "\n")) == [("NATIONAL_ID", document)]
        assert found(f"{label} {document[:6].lower()}") == []


@pytest.mark.parametrize("question", HANDLES)
def test_a_handle_that_is_asked_for_needs_no_sign(question: str) -> None:
    handle = f"{MADE.word()}_{MADE.number(2)}"
    for answer in (handle, f"Sure, it's {handle}", f"{handle}. Thanks!"):
        assert [answer[span.start : span.end] for span in locate([question, answer])[1]] == [handle]
    for answer in ("I don't use Instagram", "Why do you need it?", "It's private2 now"):
        assert locate([question, answer])[1] == []
