"""Passwords that somebody says they changed, in seven languages, and talk about changing them."""

import pytest

from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found

MADE = Made(163)
CHANGED = [
    "Ich habe mein Passwort auf {} geändert", "Mein Kennwort habe ich gestern zu {} geändert",
    "Ändere mein Passwort in {}.", "Das Passwort wurde auf {} zurückgesetzt",
    "J'ai changé mon mot de passe en {}", "j'ai modifié le mot de passe pour {}",
    "Wir haben das WLAN-Passwort auf {} geändert", "Ich habe das Bankpasswort auf {} geändert",
    "Cambié mi contraseña a {}", "he cambiado la contraseña del correo por {}", "Mudei minha senha para {}",
    "Alterei a senha do wifi para {}", "Ho cambiato la password in {}", "Ho modificato la mia password con {}",
    "Ik heb mijn wachtwoord veranderd in {}", "Ik heb mijn wachtwoord in {} gewijzigd", "Zmieniłem hasło na {}",
    "Zmieniłam swoje hasło do poczty na {}",
]  # fmt: skip


@pytest.mark.parametrize("text", CHANGED)
def test_the_new_one_is_found(text: str) -> None:
    password = MADE.password()
    assert found(text.format(password)) == [("PASSWORD", password)]


def test_the_old_one_is_found_beside_the_new() -> None:
    old, new = MADE.password(), MADE.password()
    assert found(f"Cambié mi contraseña de {old} a {new}") == [("PASSWORD", old), ("PASSWORD", new)]


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe mein Passwort auf der Seite geändert", "Ich muss mein Passwort auf Instagram ändern",
        "J'ai changé mon mot de passe en ligne", "Cambié mi contraseña a una más larga",
        "Mudei minha senha para sempre", "Ho cambiato la password in ufficio",
        "Ik heb mijn wachtwoord veranderd in iets anders", "Zmieniłem hasło na stronie",
        "Cambié mi contraseña a las 10:30", "Mein Passwort auf GitHub2000 gilt noch",
    ],
)  # fmt: skip
def test_talk_about_changing_stays(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["das Passwort auf {} gilt noch", "Ich ändere nichts. Mein Passwort auf {} gilt"])
def test_without_a_verb_of_changing_it_stays(text: str) -> None:
    assert found(text.format(MADE.password())) == []
