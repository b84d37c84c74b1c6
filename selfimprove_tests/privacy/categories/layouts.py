"""Values beside a label in every layout that chats set them in: marks, lists, fences, cells, JSON, and Windows."""

from collections.abc import Iterable, Iterator

from selfimprove_tests.privacy.categories.access import passwords
from selfimprove_tests.privacy.categories.item import Fresh, Item
from selfimprove_tests.privacy.made import UPPER

LAYOUTS = {
    "plain": "{label}: {value}", "marked": "{label}: **{value}**", "italic": "{label}: _{value}_",
    "label marked": "**{label}:** {value}", "sign outside": "**{label}**: {value}", "code": "{label}: `{value}`",
    "next line": "{label}:\n{value}", "blank lines": "{label}:\n\n\n{value}\n", "fence": "{label}:\n```\n{value}\n```",
    "fence with a name": "**{label}:**\n\n```text\n{value}\n```", "list": "{label}:\n- {value}\nthanks",
    "marked below": "{label}:\n**{value}**", "heading": "### {label}\n{value}", "label alone": "**{label}**\n{value}",
    "quotation": "> {label}:\n> {value}", "Windows": "{label}:\r\n{value}\r\n", "cell": "| {label} | {value} |",
    "cell marked": "| **{label}** | `{value}` |", "JSON": '{{"{key}":"{value}"}}',
    "spaced JSON": '{{"{key}": "{value}"}}',
    "below": "The {label} is below:\n{value}",
}  # fmt: skip


def labelled(made: Fresh) -> list[tuple[int, str, str, str]]:
    """Category, label, its key in JSON and a value."""
    born = made.faker.date_of_birth(minimum_age=18, maximum_age=90)
    password = made.random.choice(passwords(made))
    return [
        (11, made.pick("API key", "API-Schlüssel", "chave de API", "chiave API", "API-sleutel", "klucz API"),
         made.pick("api_key", "apiKey"), made.key(32)),
        (11, made.pick("Token", "access token", "client secret"), made.pick("token", "accessToken"), made.key(40)),
        (15, made.pick("Password", "Passwort", "mot de passe", "contraseña", "senha", "wachtwoord", "hasło"),
         made.pick("password", "passwort"), password),
        (15, made.pick("PIN", "PIN code"), "pin", made.number(4)),
        (15, made.pick("CVV", "CVC", "security code"), made.pick("cvv", "cvc"), made.number(3)),
        (7, made.pick("Account number", "Kontonummer", "numéro de compte", "numero di conto"),
         made.pick("accountNumber", "account_number", "kontonummer"), made.number(8)),
        (24, made.pick("Passport No", "Passport", "Reisepassnummer", "passaporte"),
         made.pick("passport_number", "passportNumber", "passport"), made.of(UPPER, 1) + made.number(8)),
        (24, made.pick("Date of birth", "Geburtsdatum", "date de naissance", "data di nascita"),
         made.pick("date_of_birth", "dateOfBirth", "dob"), born.strftime(made.pick("%d.%m.%Y", "%Y-%m-%d"))),
        (9, made.pick("SSN", "social security number"), "ssn", made.ssn().replace("-", "")),
    ]  # fmt: skip


def items(made: Fresh, names: Iterable[str] = LAYOUTS) -> Iterator[Item]:
    for name in names:
        for category, label, key, value in labelled(made):
            yield Item(category, LAYOUTS[name].format(label=label, key=key, value=value), value)
