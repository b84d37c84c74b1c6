"""Passwords in SQL and in what programs connect with, plain words among them; what stands in for one stays."""

import pytest

from selfimprove_tests.privacy.made import Made
from selfimprove_tests.privacy.masks import found

MADE = Made(191)
STATEMENTS = [
    "CREATE USER bob WITH PASSWORD '{}'", "ALTER USER bob IDENTIFIED BY '{}';",
    "create role x login encrypted password '{}'",
    "ALTER USER 'bob'@'%' IDENTIFIED WITH mysql_native_password BY '{}'", "UPDATE users SET password='{}' WHERE id = 1",
    "UPDATE users SET name = 'bob', user_password = '{}'", "SET PASSWORD = '{}'",
    "CREATE LOGIN x WITH PASSWORD = N'{}'",
    "INSERT INTO users (name,password) VALUES ('bob','{}')", "insert into t (`pwd`, a) values ('{}', 1)",
    "INSERT INTO db.users (id, name, password, at)\nVALUES\n  (1, 'bob', '{}', NOW()),\n  (2, 'it''s', 'x', NULL);",
    "INSERT INTO users (name, password) VALUES ('a, b (c)', 'x'), ('bob', '{}')",
    'REPLACE INTO users ("name", "passwort") VALUES ("bob", "{}")',
]  # fmt: skip
SETTINGS = [
    "POSTGRES_PASSWORD: {}", "environment:\n  - POSTGRES_PASSWORD={}", "spring.datasource.password={}",
    "Server=db;Uid=sa;Pwd={};", "Data Source=db;Password={}", "jdbc:mysql://db/app?user=root&password={}",
    "    MYSQL_ROOT_PASSWORD: '{}'\n", "export DB_PASSWORD={}", "ENV ADMIN_PASSWORD={}", "admin-password: {}",
]  # fmt: skip


@pytest.mark.parametrize("text", STATEMENTS + SETTINGS)
def test_passwords_are_found_words_or_not(text: str) -> None:
    for password in (f"{MADE.word(5)}{MADE.word(4)}o", MADE.password(), MADE.word(5) + MADE.number(1)):
        assert [value.rstrip("!*") for _, value in found(text.format(password))] == [password.rstrip("!*")]


def test_all_rows_are_read() -> None:
    words = [f"{MADE.word(7)}o{number}" for number in range(20)]
    rows = ",\n".join(f"({number}, 'u{number}', '{word}')" for number, word in enumerate(words))
    assert [value for _, value in found(f"INSERT INTO u (id, name, password) VALUES\n{rows};")] == words


@pytest.mark.parametrize("column", ["token", "access_token", "api_key"])
def test_a_token_is_no_word(column: str) -> None:
    insert = f"insert into tokens (id, {column}, pos) values (1,'{{}}',0),(2,'world',1)"
    key = MADE.key()
    assert [value for _, value in found(insert.format(key))] == [key]
    assert found(insert.format("hello")) == []


def test_a_pin_in_a_row_is_a_number() -> None:
    pin = MADE.number(4)
    assert found(f"insert into cards (id, pin) values (1, '{pin}')") == [("PASSWORD", pin)]
    assert found("insert into boards (id, pin) values (1, 'MOSI')") == []


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO users (name,password) VALUES (?, ?)", "INSERT INTO users (name,password) VALUES (%s, '%s')",
        "INSERT INTO users (name,password) VALUES ('bob', '<password>')",
        "INSERT INTO t (name, age) VALUES ('hunter2', 3)",
        "INSERT INTO users (name,password) VALUES ('bob', 'your_password')",
        "INSERT INTO users (password) SELECT 'hunter2'",
        "INSERT INTO users (name,password) VALUES ('bob', :password)",
        "INSERT INTO users (name,password) VALUES ('b', NULL)",
        "INSERT INTO users (name,password) VALUES ('bob', crypt('x', gen_salt('bf')))", "SET PASSWORD = 'new_password'",
        "CREATE USER bob WITH PASSWORD 'password'", "CREATE USER bob IDENTIFIED BY 'your_password'",
        "CREATE USER bob WITH PASSWORD 'xxxx'", "CREATE USER bob WITH PASSWORD '${PASSWORD}'",
        "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}", "POSTGRES_PASSWORD: changeme", "spring.datasource.password=${DB}",
        "DB_PASSWORD=os.environ['X']", "error.password=Invalid", "label.password=Losenord", "self.password=value",
        "minimum-password: eight", "new_password: string", "Server=db;Pwd=password;", "Pwd={0};",
        "a?x=1&password=password",
        "POST /login?user=x&password=string", "has_password: maybe", "password_hash: bcrypt",
    ],
)  # fmt: skip
def test_what_stands_in_for_one_stays(text: str) -> None:
    assert found(text) == []
