"""Passwords and ids in the forms of files: configuration, markup, hashes, rows, broken lines."""

import pytest

from selfimprove_tests.privacy.made import DIGITS, WORD, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(139)
GIVEN = [
    "<td>Password</td><td>{}</td>", "<tr>\n  <th class='k'>Passwort:</th>\n  <td>{}</td>\n</tr>",
    '<input type="password" name="p" value="{}">', "<input value='{}' type='password'/>",
    "localhost:5432:mydb:bob:{}", "# mine\ndb.intern:*:*:bob:{}\n",
]  # fmt: skip
WORDS = [
    '{{"user":"bob","password":"{}"}}', "{{'passwort': '{}'}}", "password: {}", "user: bob\npasswd: {}\nport: 1",
    "  - pwd: {}", "[db]\nuser = bob\npwd = {}", "pwd={}", "host=db\nsenha={}\n",
]  # fmt: skip
HASHES = [
    f"$6${MADE.of(WORD, 12)}${MADE.of(WORD + './', 86)}", f"$6$rounds=5000${MADE.of(WORD, 16)}${MADE.of(WORD, 86)}",
    f"$1${MADE.of(WORD, 8)}${MADE.of(WORD, 22)}", f"$apr1${MADE.of(WORD, 8)}${MADE.of(WORD, 22)}",
    f"$2b$12${MADE.of(WORD + './', 53)}", f"$y$j9T${MADE.of(WORD, 22)}${MADE.of(WORD, 43)}",
    f"$argon2id$v=19$m=65536,t=3,p=4${MADE.of(WORD, 22)}${MADE.of(WORD, 43)}",
]  # fmt: skip


@pytest.mark.parametrize("text", GIVEN)
def test_passwords_are_found_in_markup_and_files(text: str) -> None:
    password = MADE.password()
    assert masks(text.format(password), password)


@pytest.mark.parametrize("text", WORDS)
def test_plain_words_are_passwords_where_a_key_says_so(text: str) -> None:
    word = f"{MADE.word(5)}{MADE.word(5)}o"
    assert masks(text.format(word), word)


@pytest.mark.parametrize("text", HASHES)
def test_hashes_of_passwords_are_found(text: str) -> None:
    assert found(f"bob:{text}:19000:0:99999:7:::") == [("PASSWORD", text)]


@pytest.mark.parametrize(
    "text",
    [
        "<td>Password</td><td>string</td>", "<td>Password</td><td>required</td>", "<input type='password' value=''>",
        '<input type="password" value="{{ password }}">', "<input type='text' value='Sommer12regen'>",
        "password: string", "password: str", "password: secret", "password: changeme", "Password: required",
        '{"password": "Passwort"}', '{"password": "password"}', '{"password": "yourpassword"}', "passwd: hidden",
        "password: String", "password = value", "password = generated", "pwd = getcwd",
        "password: newPassword", "password = entry\nlogin(password)", "pwd=cwd", "password: forgotten",
        "main.c:10:5:error:unknown", "10:20:30:40:50", "fe80:1234:ab:cd:ef12", "db.intern:5432:app:bob:password",
        "costs $6$ or $2b$12", "echo $1$2", "password: Enter here", "Password: Login",
    ],
)  # fmt: skip
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert found(text) == []


def test_ids_are_found_however_they_are_set() -> None:
    ssn, cpf = MADE.ssn(), MADE.cpf()
    for written in (ssn.replace("-", "_"), " ".join(ssn.replace("-", ""))):
        assert masks(f"my SSN is {written}", written)
        assert found(f"the batch {written} is done") == []
    spaced = cpf.replace(".", " ").replace("-", " ")
    assert masks(f"cpf: {spaced}", spaced)
    assert found(f"the batch {spaced} is done") == []


def test_cards_between_bars_and_accounts_on_two_lines_are_found() -> None:
    card = MADE.card("4")
    barred = "|".join(card[at : at + 4] for at in range(0, 16, 4))
    assert masks(f"my card: {barred}", barred)
    assert found(f"|{barred}|") == []
    iban = MADE.iban("DE").replace(" ", "")
    fours = [iban[at : at + 4] for at in range(0, len(iban), 4)]
    for written in (f"{iban[:10]}\n{iban[10:]}", f"{' '.join(fours[:3])}\n{' '.join(fours[3:])}"):
        assert masks(f"IBAN {written}\n{MADE.of(DIGITS, 3)} Euro", written)
