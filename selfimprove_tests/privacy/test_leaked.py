"""Passwords of an address: behind it in a list or a cell, or said to be its own."""

import pytest

from selfimprove_tests.privacy.made import LOWER, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(181)
LISTED = ["{mail}:{}", "{mail};{}", "leak:\n{mail}:{}\n{mail}:x", "- {mail}:{}", "{mail}|{}|1", "'{mail}:{}'",
    "{mail} : {}"]
CELLS = ["| {mail} | {} |", "| 1 | {mail} | `{}` |", "{mail} | {}\n", "| {mail} | **{}** |"]
SAID = [
    "Password for {mail}: {}", "Password for {mail} is {}", "passwort für {mail}: {}", "mot de passe de {mail} : {}",
    "my password (for {mail}) is {}", "Password {mail}: {}", "la contraseña de {mail} es {}", "hasło do {mail} to {}",
    "het wachtwoord van {mail} is {}", "la password di {mail} è {}", "a senha de {mail} é {}",
    "password for db.example.com is {}", "Das Passwort für 192.168.1.1 lautet {}", "my password (for the shop) is {}",
]  # fmt: skip


def weak() -> str:
    return MADE.word(6) + MADE.number(3)


@pytest.mark.parametrize("text", LISTED + SAID)
def test_passwords_of_an_address_are_found(text: str) -> None:
    for password in (MADE.password(), weak()):
        assert masks(text.replace("{mail}", MADE.email()).replace("{}", password), password)


@pytest.mark.parametrize("text", CELLS)
def test_in_a_cell_it_takes_a_strong_one_or_a_header_that_says_so(text: str) -> None:
    password = MADE.password()
    assert masks(text.replace("{mail}", MADE.email()).replace("{}", password), password)
    assert {kind for kind, _ in found(text.replace("{mail}", MADE.email()).replace("{}", weak()))} == {"EMAIL"}


@pytest.mark.parametrize("header", ["password", "Passwort", "Mot de passe", "Contraseña"])
def test_a_weak_one_counts_below_its_header(header: str) -> None:
    password = weak()
    table = f"| Email | {{}} |\n|---|---|\n| {MADE.email()} | {password} |"
    assert masks(table.format(header), password)
    assert {kind for kind, _ in found(table.format("Username"))} == {"EMAIL"}


def test_passwords_of_a_machine_are_found() -> None:
    for text in ("The password of {ip} is {}", "Passwort von {ip}: {}", "password for root@{ip}: {}"):
        password = MADE.password()
        assert masks(text.replace("{ip}", MADE.ipv4()).replace("{}", password), password)


@pytest.mark.parametrize(
    "text",
    [
        "scp {mail}:file2.txt .", "rsync -a {mail}:dir2x .", "git clone {mail}:repo2name", "{mail}:8080",
        "{mail}: room5a",
        "{mail}:~/x1y2z3", "{mail}:report2.pdf", "{mail};{mail}", "| {mail} | 2024-01-02 |", "| {mail} | EMP00123 |",
        "| {mail} | member |", "{mail}:password", "{mail}:********", "{mail}:v2.4.1", "{mail} | {mail}",
        "{mail}:12345678", "| {mail} | Room2b |", "| {mail} | version2 |", "| {mail} | March15th |", "{mail}:version2",
        "{mail};invoice12", "{mail}|march15th|1", "{mail} : Room2b", "{mail}:Invoice-2024", "| {mail} | tulpe92 |",
        "password for {mail} is required", "the password for db.example.com is stored in x2",
        "my password (for x) is broken",
        "Passwort für {mail} vergessen", "password for {mail}: ********", "password of {mail} was reset",
    ],
)  # fmt: skip
def test_what_else_stands_behind_one_stays(text: str) -> None:
    addresses = [f"{MADE.of(LOWER, 6)}@{MADE.of(LOWER, 7)}.org" for _ in range(2)]
    written = text.replace("{mail}", addresses[0], 1).replace("{mail}", addresses[1])
    assert {kind for kind, _ in found(written)} <= {"EMAIL"}
