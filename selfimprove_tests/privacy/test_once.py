"""Codes that serve once in the sentences of services, codes of doors, and lists of recovery codes."""

import pytest

from selfimprove_tests.privacy.made import DIGITS, HEX, LOWER, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(193)
SENT = [
    "Your verification code is **{}**", "{} is your verification code", "Use {} to verify your account",
    "Your code is {}.",
    "{} is your Facebook code", "Dein Code lautet {}", "Use code {} to log in", "Enter {} to confirm",
    "Your Uber code: {}",
    "{} ist Ihr Bestätigungscode", "{} est votre code de vérification", "{} es tu código de WhatsApp",
    "**{}** is your OTP",
    "votre code est {}", "tu código es {}", "il tuo codice è {}", "je code is {}", "Twój kod to {}", "seu código é {}",
    "Verwende {}, um dich anzumelden", "Saisissez {} pour valider", "{} is the one-time code for you",
    "Use {} to verify your identity on the new phone", "Dein Code lautet {} und er ist kurz gültig",
    "Your code is {} and expires soon", "Your security code: {} for the shop", "Your login code is {} today",
    "We sent you a code: use {} to sign in to the portal", "Enter the code {} to confirm your selection",
    "G-{} is your Google verification code", "Your verification code is:\n\n**{}**",
]  # fmt: skip
DOORS = [
    "The door code is {}", "alarm code: {}",
    "Türcode {}", "le code de la porte est {}#", "the code for the alarm is {}",
    "der Code für die Haustür ist {}", "código de la alarma: {}", "il codice del cancello è {}", "kod do bramy: {}",
]  # fmt: skip
LISTS = [
    "Recovery codes:\n{}", "My backup codes are below\n\n{}", "## Recovery codes\n\n```\n{}\n```",
    "codici di backup:\n{}",
    "Hier sind meine Wiederherstellungscodes:\n\n{}\n\nok?", "> backup codes\n{}",
]  # fmt: skip
SHAPES = [
    lambda: f"{MADE.of(HEX, 4)}{MADE.number(1)}-{MADE.of(HEX, 5)}", lambda: f"{MADE.number(4)} {MADE.number(4)}",
    lambda: MADE.number(8), lambda: MADE.of(LOWER, 4) + MADE.of(DIGITS, 4),
]  # fmt: skip


@pytest.mark.parametrize("text", SENT)
def test_codes_that_serve_once_are_found(text: str) -> None:
    for length in (4, 6, 8):
        code = MADE.number(length)
        assert found(text.format(code)) == [("PASSWORD", code)]


@pytest.mark.parametrize("text", DOORS)
def test_codes_of_doors_are_found(text: str) -> None:
    code = MADE.number(4)
    assert found(text.format(code)) == [("PASSWORD", code)]


@pytest.mark.parametrize("text", LISTS)
@pytest.mark.parametrize("shape", range(len(SHAPES)))
@pytest.mark.parametrize("line", ["{}", "- {}", "{number}. {}", "- [ ] `{}`"])
def test_lists_of_recovery_codes_are_found_to_their_end(text: str, shape: int, line: str) -> None:
    codes = [SHAPES[shape]() for _ in range(6)]
    lines = "\n".join(line.replace("{number}", str(at)).replace("{}", code) for at, code in enumerate(codes, 1))
    written = text.format(lines)
    assert [code for code in codes if not masks(written, code)] == []


def test_recovery_codes_are_found_in_one_line_and_in_columns() -> None:
    codes = [f"{MADE.number(4)}-{MADE.number(4)}" for _ in range(4)]
    assert [value for _, value in found(f"backup codes: {', '.join(codes)}")] == codes
    columns = f"GitHub recovery codes\n\n{codes[0]}  {codes[1]}\n{codes[2]}  {codes[3]}"
    assert [code for code in codes if not masks(columns, code)] == []
    assert not masks(f"{columns}\nkeep them in room A-12", "A-12")


def test_six_digits_log_in_to_an_account_and_four_are_a_port() -> None:
    code = MADE.number(6)
    for text in ("Enter {} to sign in to your account", "Use {} to log in.", "Usa {} para acceder a tu cuenta"):
        assert found(text.format(code)) == [("PASSWORD", code)]
        assert found(text.format(MADE.number(4))) == []


@pytest.mark.parametrize(
    "text",
    [
        "90210 is your zip code", "4042 is the error code", "1033 is your area code", "use 2048 to log the size",
        "Your code is 12345 lines long", "your code: 1000 lines", "enter 1234 to continue", "your code has 2000 lines",
        "my code is 1024 bytes", "status code 4040", "exit code is 1234", "Use 8080 to access the server",
        "my code: 4096 = 2**12", "your promo code is 1234", "2024 is your year", "backup codes are useful in 2024",
        "recovery codes: see 2FA docs", "recovery codes\n\n8 of them are left", "Recovery codes:\nstore them well",
        "My code is 2000 tokens long", "Mein Code ist 3000 Zeichen lang", "my code is 10000 times slower",
        "Mi código es 3000 veces más lento", "Mon code est 1000 fois plus lent", "Mój kod to 1500 znaków",
        "il mio codice è 2000 volte più lento", "mijn code is 1500 keer trager", "meu código é 3000 vezes mais lento",
        "your code: 1500 ms", "My Python code: 1000 iterations", "my code is **2000** tokens long",
        "Use 4096 to validate the config", "type 2000 to confirm the amount of 2000 euros", "Use 3389 to log in.",
        "Use 3389 to log in remotely", "Use 8443 to sign in to the portal", "Enter 1234 to confirm your selection",
        "In your code use 4096 to validate the config", "Nutze 3389 um dich im Netz umzusehen",
        "Entrez 2000 pour confirmer le montant de 2000 euros", "Usa 8443 para entrar en el portal",
        "door 1234", "the code for the alarm is missing",
    ],
)  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    assert found(text) == []
