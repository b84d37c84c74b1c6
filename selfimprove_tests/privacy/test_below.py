"""Keys, passwords, codes and ids within marks and on the line below their label; what else stands below stays."""

import pytest

from selfimprove_tests.privacy.made import UPPER, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(179)
KEYS = [
    "API key: **{}**", "my api key is **{}**", "API key ({})", "API key - {}", "api key is: `{}`", "API key: <b>{}</b>",
    "mein API-Schlüssel ist **{}**", "minha chave de API é **{}**", "la mia chiave API è **{}**", "API key: '**{}**'",
    "mijn API-sleutel is **{}**", "mój klucz API to **{}**", "API key: __{}__", "the token for CI is **{}**",
    "api key\t{}", "Here is my API key:\n{}", "Here is my API key:\n```\n{}\n```", "Token:\n{}",
    "API-Schlüssel:\n{}", "API key\n{}",
    "Here are my API keys:\n- {}", "My key for the shop, an api key:\n\n{}", "### Token\n\n```bash\n{}\n```\nok",
    "your access token is\n{}", "The API key for [EMAIL_1] is:\n{}", "API key for the shop: {}",
    "api key of [EMAIL_1] is {}",
]  # fmt: skip
PASSWORDS = [
    "my password is\n{}", "my password is:\n{}", "mein Passwort ist\n{}", "**Password**\n{}", "### Password\n{}",
    "Password:\n\n\n{}", "Password:\n```\n{}\n```", "The password is below\n{}", "the password is as follows:\n\n{}",
    "Das Passwort lautet wie folgt:\n{}", "Passwort steht unten:\n{}", "le mot de passe est le suivant :\n{}",
    "la contraseña es la siguiente:\n{}", "a senha está abaixo:\n{}", "het wachtwoord staat hieronder:\n{}",
    "hasło poniżej:\n{}", "Username: bob\nPassword\n{}", "WLAN-Passwort\n{}\n", "Password for the router:\n> {}",
    "Password for [EMAIL_1]:\n{}", "1. Password:\n   {}", "Password:\n~~~\n{}\n~~~", "new password:\n`{}`",
    "Password ->\n{}", "| host | x |\n\nPassword:\n{}\nthanks!", "My password is **{}**", "mi contraseña es __{}__",
]  # fmt: skip
CODES = [
    "PIN:\n{}", "CVV: **{}**", "CVV:\n{}", "**PIN**\n{}", "PIN: `{}`", "the PIN is _{}_", "my PIN is below:\n\n{}",
    "Security code:\n```\n{}\n```", "| **PIN** | `{}` |", "Kartenprüfnummer:\n{}", "Dein Bestätigungscode:\n\n{}\n",
]  # fmt: skip
ACCOUNTS = [
    "Account number:\n{}", "Kontonummer:\n{}", '"accountNumber":"{}"', "account_number: {}", "acct_no={}",
    "| Account number | {} |", "**Account number:** {}", "Account No.\n{}\nok", "accountNumber: '{}'", "Konto-Nr: _{}_",
]  # fmt: skip
DOCUMENTS = [
    "Passport No:\n{}", "Passport: **{}**", "| Passport | {} |", "passport_number: {}", '"passportNumber": "{}"',
    "**Passport No.**\n{}", "Personalausweis:\n- {}", "driver's license:\n{}", "Passport number\n{}", "passport_no={}",
]  # fmt: skip
BIRTHS = [
    "Date of birth:\n{}", "Geburtsdatum:\n{}", "DOB: **{}**", "| Date of birth | {} |", "**Geburtsdatum**\n{}",
    "date de naissance :\n\n{}", "fecha de nacimiento:\n```\n{}\n```", "Birthday: _{}_",
]  # fmt: skip


@pytest.mark.parametrize("text", KEYS)
def test_keys_are_found(text: str) -> None:
    for key in (MADE.key(20), MADE.key(40)):
        assert masks(text.format(key), key)


@pytest.mark.parametrize("text", PASSWORDS)
def test_passwords_are_found(text: str) -> None:
    for password in (MADE.password(), MADE.word(6) + MADE.number(4)):
        assert masks(text.format(password), password)
        assert masks(text.format(password).replace("\n", "\r\n"), password)


@pytest.mark.parametrize("text", CODES)
def test_codes_are_found(text: str) -> None:
    code = MADE.number(4)
    assert found(text.format(code)) == [("PASSWORD", code)]


@pytest.mark.parametrize("text", ACCOUNTS)
def test_accounts_are_found(text: str) -> None:
    account = MADE.number(8)
    assert found(text.format(account)) == [("IBAN", account)]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_documents_are_found(text: str) -> None:
    document = MADE.of(UPPER, 1) + MADE.number(8)
    assert found(text.format(document)) == [("NATIONAL_ID", document)]


@pytest.mark.parametrize("text", BIRTHS)
def test_days_of_birth_are_found(text: str) -> None:
    day = f"{MADE.random.randint(10, 28)}.0{MADE.random.randint(1, 9)}.{MADE.random.randint(1950, 2005)}"
    assert found(text.format(day)) == [("BIRTH_DATE", day)]


def test_marks_around_a_password_are_no_part_of_it() -> None:
    password = MADE.password().rstrip("*!") + "x"
    for text in ("my password is **{}**", "my password is\n**{}**.", "**Password**\n_{}_"):
        assert found(text.format(password)) == [("PASSWORD", password)]


def test_a_plain_word_below_is_one_when_somebody_says_so() -> None:
    word = f"{MADE.word(6)}o"
    assert found(f"my password is:\n{word}\nok?") == [("PASSWORD", word)]
    assert found(f"Password\n{word}") == []
    assert found(f"my password is:\n{word} and more") == []


@pytest.mark.parametrize(
    "text",
    [
        "The password is below", "my password is as follows", "Passwort: siehe unten", "my password is\nunknown",
        "Password:\n\nYou must enter 8 characters", "Password:\n```\n********\n```", "**Password**\nThe password of x2",
        "password:\nchangeme", "password:\n  valueFrom:\n    secretKeyRef:", "Password\n\nmin8",
        "Your password is\nrequired.",
        "I forgot my password and my username is\nbob12345", "Forgot password?\nSign2In",
        "you can pass\nISO8601", "Token:\nbearer_token_name", "### Token\nA string that identifies", "token - string",
        "API key:\nhttps://example.org/docs/api2", "secret:\n  secretName: my-secret-2", "token (optional)",
        "secret - is a word", "API key (required)", "API key (see https://x.org/docs2)", "| Token | string |",
        "token: **required**", "my api key is **secret**", "the api key is **not** in version-2-0-1-of-it",
        "PIN:\n2024 was good", "CVV:\n3 digits", "| PIN | GPIO |\n|---|---|\n| 13 | 1234 |", "PIN **required**",
        "Account number:\n12345678 items sold", "account_number_2 = 1",
        "Passport:\n12345 people", "passport_no_found = 1",
        "Date of birth:\n\nThe game on 12.03.1984 was great", "Geburtsdatum: **Pflichtfeld**",
    ],
)  # fmt: skip
def test_what_else_stands_there_stays(text: str) -> None:
    assert found(text) == []
