"""A chat that does not open keeps no other from being forgotten; it is named, and goes by its id."""

import pytest

from selfimprove.errors import ForgetUnread
from selfimprove.forgetting.carry_out import consequences
from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.receipt import Receipt, Selector
from selfimprove.forgetting.select import Wish
from selfimprove_tests.forgetting.house import DAY, SECRET, House, rows_that_hold, said
from selfimprove_tests.forgetting.test_forget import NOW, comes_back

WORDS = said(SECRET, "I see.")


@pytest.fixture
def three(house: House) -> tuple[str, str, str]:
    """A chat, the same again of another person's, and one that was written over since."""
    first, again, shut = house.hear(WORDS, said(f"{SECRET} ", "I see.", user="bob"), said("one", "two", user="eve"))
    house.connection.execute("update chats set sealed = 'written over' where id = %s", (shut,))
    house.connection.commit()
    return first, again, shut


def forgotten(house: House, selector: Selector, value: str) -> Receipt:
    receipt = forget(house.connection, house.vault, Wish(selector, value), NOW)
    assert receipt
    return receipt


@pytest.mark.parametrize(
    ("selector", "value", "goes"),
    [("chat", "", 2), ("user", "ada", 1), ("matching", SECRET, 2), ("before", str(DAY.replace(month=5)), 3)],
)
def test_others_are_forgotten_and_it_is_named(
    house: House, three: tuple[str, str, str], selector: Selector, value: str, goes: int
) -> None:
    first, _, shut = three
    receipt = forgotten(house, selector, value or first)
    left = [shut] if goes < 3 else []
    assert (receipt.counts["chats"], list(receipt.unopened)) == (goes, left)
    assert (f"and stay: 1 ({shut[:12]})." in " ".join(consequences(receipt))) == bool(left)
    assert house.connection.execute("select unopened from receipts").fetchone() == {"unopened": left}


def test_where_nothing_else_fits_it_is_told(house: House, three: tuple[str, str, str]) -> None:
    with pytest.raises(ForgetUnread, match=three[2][:12]):
        forget(house.connection, house.vault, Wish("matching", "never said by anyone"), NOW)
    assert house.count("receipts") == 0


def test_it_goes_by_its_id_with_all_that_came_of_it_and_does_not_come_back(house: House) -> None:
    [shut] = house.hear(WORDS)
    house.connection.execute("update chats set key_id = 'nobody knows it'")
    assert rows_that_hold(house.connection, SECRET) != []
    assert forgotten(house, "chat", shut).unopened == ()
    assert rows_that_hold(house.connection, SECRET) == []
    assert not comes_back(house, WORDS)
