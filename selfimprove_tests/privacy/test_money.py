"""Cards and accounts are told by their check digits."""

import pytest

from selfimprove.privacy.rules.money import luhn, mod_97
from selfimprove_tests.privacy.made import ACCOUNTS, Made
from selfimprove_tests.privacy.masks import found, masks

MADE = Made(103)
KINDS = [("4", 16), ("51", 16), ("2221", 16), ("37", 15), ("36", 14), ("3528", 16), ("6011", 16), ("4", 13), ("4", 19)]


def wrong(number: str) -> str:
    """The number with its last digit off by one."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


@pytest.mark.parametrize(("prefix", "length"), KINDS)
def test_cards_are_found_and_their_near_misses_are_not(prefix: str, length: int) -> None:
    card = MADE.card(prefix, length)
    assert found(f"pay with {card}, please") == [("CARD", card)]
    assert found(f"pay with {wrong(card)}, please") == []


@pytest.mark.parametrize("between", [" ", "-", ".", "/", " - ", "\n", "\u00a0", "\u2009"])
def test_groups_of_four_are_found(between: str) -> None:
    card = MADE.card()
    written = between.join(card[at : at + 4] for at in range(0, 16, 4))
    assert masks(f"it is {written} ok", written)


def test_amex_groups_and_digits_apart_are_found() -> None:
    card = MADE.card("37", 15)
    written = f"{card[:4]} {card[4:10]} {card[10:]}"
    assert masks(f"amex {written} ok", written)
    apart = " ".join(MADE.card())
    assert masks(f"card number {apart}", apart)


def test_a_card_among_other_digits_is_found() -> None:
    card = MADE.card()
    assert found(f"123 {card} 456") == [("CARD", card)]
    assert masks(f"exp 12/29 {card}", card)


@pytest.mark.parametrize(
    "row", ["| 1 | {} | 12 |", "{}|12|27|123", "1|{}|2027", "| id | number | n |\n|---|---|---|\n| 1 | {} | 3 |"]
)
@pytest.mark.parametrize("apart", ["", " "])
def test_a_card_in_a_cell_is_found_beside_numbers(row: str, apart: str) -> None:
    card = MADE.card()
    written = apart.join(card[at : at + 4] for at in range(0, 16, 4))
    assert found(row.format(written)) == [("CARD", written)]
    assert found(f"card\n{row.format(written)}") == [("CARD", written)]
    assert found(row.format(wrong(card))) == []


def test_a_card_over_cells_needs_a_word() -> None:
    card = MADE.card()
    written = "|".join(card[at : at + 4] for at in range(0, 16, 4))
    assert found(f"card number {written}") == [("CARD", written)]
    assert found(f"results {written}") == []


def test_rare_lengths_need_a_word() -> None:
    card = MADE.card("50", 12)
    assert found(f"my card {card} is lost") == [("CARD", card)]
    assert found(f"batch {card} is done") == []


@pytest.mark.parametrize("country", ACCOUNTS)
def test_accounts_are_found_in_every_spelling(country: str) -> None:
    iban = MADE.iban(country)
    groups = [iban[at : at + 4] for at in range(0, len(iban), 4)]
    for written in (iban, iban.lower(), " ".join(groups), "-".join(groups), "\u00a0".join(groups)):
        assert masks(f"send it to {written} today", written)


def test_an_account_ends_where_its_country_says() -> None:
    iban = MADE.iban("GB")
    assert found(f"from {iban} to other") == [("IBAN", iban)]
    assert found(f"x {wrong(iban)} y") == []


def test_an_account_after_a_false_start_is_found() -> None:
    iban = MADE.iban("DE")
    assert masks(f"no 12 {iban}", iban)


def test_check_digits() -> None:
    assert luhn(MADE.card())
    assert not luhn(wrong(MADE.card()))
    assert mod_97(MADE.iban("FR")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "1700000000123456",
        "ORCID 0000-0002-1825-0097",
        "x = [4, 8, 15, 16, 23, 42]",
        "4 5 6 7 8 9 1 2 3 4 5 6 7 8 9",
        f"0.{MADE.card()}",
        "ISBN 978-0-306-40615-7",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert found(text) == []
