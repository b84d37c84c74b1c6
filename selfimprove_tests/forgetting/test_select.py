"""Which chats are meant, and which near-misses are not."""

from datetime import timedelta

import pytest

from selfimprove.chats.spelling import normalised
from selfimprove.errors import ForgetTooMuch, ForgetUnknown
from selfimprove.forgetting.select import Wish, select
from selfimprove_tests.forgetting.house import DAY, House, corrected, said

SHUT = {"chats": "id", "feedback": "chat_id"}


def found(house: House, selector: str, value: str) -> list[str]:
    return select(house.connection, house.vault, Wish(selector, value)).ids  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("Straße 9", True), ("STRASSE   9", True), ("\uff33trasse\u00a09", True), ("stra\u00adsse 9", True),
        ("strasse 99", False), ("my  address\nis", True), ("address was", False), ("BETTER WORDS", True),
    ],
)  # fmt: skip
def test_text_is_found_however_it_is_written(house: House, text: str, is_said: bool) -> None:
    [id, _] = house.hear(
        said("My address is Stra\u200bße 9", "Noted.", feedback=corrected("better words")), said("Another", "one")
    )
    assert found(house, "matching", text) == ([id] if is_said else [])


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("grandmother's house - at last", True), ("Zsofi", True), ("zsófi", True), ("jurgen of istanbul", True),
        ('"lazy"', True), ("490000012345", True), ("+49 000 00-12345", True), ("49 000 0012346", False),
        ("grandmothers house", False), ("00012345", True), ("12 345", False),
    ],
)  # fmt: skip
def test_nor_does_it_matter_what_a_keyboard_makes_of_it(house: House, text: str, is_said: bool) -> None:
    words = "Grandmother\u2019s house \u2013 at last: Zsófi, Jürgen of İstanbul, \u201elazy\u201c, +49 (000) 00 12345"
    [id, _] = house.hear(said(words, "Noted."), said("Another", "one"))
    assert found(house, "matching", text) == ([id] if is_said else [])


def test_raw_text_is_searched_not_what_redaction_left_of_it(house: House) -> None:
    [id] = house.hear(said("my name is Quentin", "hello"))
    house.connection.execute("update redacted_chats set messages = '[]'")
    assert found(house, "matching", "quentin") == [id]
    house.connection.execute("delete from redacted_chats")
    assert found(house, "matching", "quentin") == [id]


@pytest.mark.parametrize("text", ["", "  ", "a", "ab", "-- !!", "\u200b\u200b\u200b"])
def test_a_text_that_stands_everywhere_is_refused(house: House, text: str) -> None:
    with pytest.raises(ForgetTooMuch, match="Nothing was forgotten"):
        found(house, "matching", text)


@pytest.mark.parametrize("damage", ["nonce = 'wrong nonce!'", "key_id = 'nobody knows it'"])
@pytest.mark.parametrize("table", ["chats", "feedback"])
def test_a_chat_that_does_not_open_stops_no_search_and_is_named(house: House, table: str, damage: str) -> None:
    shut, other = house.hear(said("one", "two", feedback=corrected("three")), said("a heron", "yes"))
    house.connection.execute(f"update {table} set {damage} where {shut!r} in (id, {SHUT[table]})")
    looked = select(house.connection, house.vault, Wish("matching", "heron"))
    assert looked == ([other], {shut})


def test_a_chat_goes_with_its_exact_copies(house: House) -> None:
    first, copy, near = house.hear(
        said("one", "two"), said("one", "two", external_id="copy"), said("one", "two!", external_id="near")
    )
    assert found(house, "chat", first) == sorted([first, copy])
    assert found(house, "chat", near[:20]) == [near]


@pytest.mark.parametrize("beginning", ["", "x", "zzzz"])
def test_an_id_that_names_no_single_chat_is_refused(house: House, beginning: str) -> None:
    house.hear(*(said(f"chat {number}", "yes") for number in range(3)))
    with pytest.raises(ForgetUnknown, match="nothing was forgotten"):
        found(house, "chat", beginning)


def test_a_person_is_known_by_name_or_key(house: House) -> None:
    ada, also, _ = house.hear(said("a", "b"), said("c", "d"), said("e", "f", user="bob"))
    assert found(house, "user", "ada") == sorted([ada, also])
    assert found(house, "user", house.vault.keyed_hash(b"ada")) == sorted([ada, also])
    assert found(house, "user", "Ada") == []


def test_days_before_one_do_not_include_it(house: House) -> None:
    earlier, _ = house.hear(said("a", "b", day=DAY - timedelta(days=1)), said("c", "d"))
    assert found(house, "before", str(DAY)) == [earlier]


def test_folding_is_stable() -> None:
    text = "\ufb01rst  \u1e9e\tA\u0301"
    assert normalised(normalised(text)) == normalised(text) == "first ss \u00e1"
