"""Rows of SQL are read though they stand in code; what else a statement holds is not."""

import pytest
from faker import Faker

from selfimprove.privacy.names.code import prose
from selfimprove.privacy.names.find import find
from selfimprove.privacy.names.rows import between, rows
from selfimprove_tests.cost import is_within

FAKER = Faker("de_DE")
FAKER.seed_instance(41)
NAME, STREET = f"{FAKER.first_name_female()} {FAKER.last_name()}", f"{FAKER.street_name()} {FAKER.building_number()}"


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO customers VALUES ('{name}', '{street}');",
        "It fails:\n\nINSERT INTO users (name, street)\nVALUES (1, '{name}', '{street}');\n\nWhy?",
        '```sql\nINSERT INTO users VALUES ("{name}", "{street}");\n```',
        "INSERT INTO t VALUES (1, 'x'), (2, '{name}', '{street}', NOW()), (3, 'y');",
    ],
)
def test_people_in_rows_are_found(text: str) -> None:
    said = text.format(name=NAME, street=STREET)
    (found,) = find([said])
    masked = " ".join(said[span.start : span.end] for span in found)
    assert NAME in masked
    assert STREET.split()[0] in masked


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO users (id, name) VALUES (1, 'Jonas');", "values = (1, 2)\nprint(values)", "VALUES ('a b'",
        "INSERT INTO t (first_name, last_name) SELECT a, b FROM c;", "VALUES (%s, %s)", "VALUES ('', '')",
        "INSERT INTO users VALUES ('{}', '{}');", "VALUES (1, 'it''s')",
    ],
)  # fmt: skip
def test_what_holds_no_words_is_not_read(text: str) -> None:
    assert list(rows(text)) == []
    assert find([text]) == [[]]


def test_things_in_rows_stay() -> None:
    assert find(["INSERT INTO products VALUES ('Blue Shirt', 10), ('Red Table', 20);"]) == [[]]


def test_stretches_ascend_and_stay_apart() -> None:
    text = f"Look: VALUES ('{NAME}', 3)\n\nINSERT INTO a VALUES ('{NAME}', 4);\nx = foo(1);\n\nThe end is near."
    stretches = list(prose(text))
    assert [bound for one in stretches for bound in one] == sorted(bound for one in stretches for bound in one)
    assert list(between([(0, 5), (9, 12)], [(1, 3), (5, 8), (8, 10), (13, 14)])) == [(0, 5), (5, 8), (9, 12), (13, 14)]
    assert list(between([], [(1, 3)])) == [(1, 3)]


@pytest.mark.parametrize("piece", ["VALUES (", "VALUES ('a b', ", "VALUES ('a b'), ", "VALUES ('a b'),('", "('a','"])
def test_time_grows_with_the_text_and_not_faster(piece: str) -> None:
    small, large = ("VALUES " + piece * (size // len(piece)) for size in (10_000, 100_000))
    assert is_within(10 * 2.5, lambda: list(rows(large)), lambda: list(rows(small)))
