"""Words that are personal become spans, and what belongs together is one."""

import uuid

import pytest

from selfimprove.privacy.beside import Span, beside
from selfimprove.privacy.names.pieces import windows
from selfimprove.privacy.names.spans import Said, spans
from selfimprove.privacy.names.spread import spread
from selfimprove_tests.privacy.made import HEX, Made


def found(text: str, *personal: tuple[str, str], threshold: float = 0.5) -> list[tuple[str, str]]:
    """Type and text of each span, where these words, in order, are said to be of these types."""
    due = list(personal)
    words = [word for window in windows([text])[0] for word in window]
    said = []
    for word in words:
        hit = bool(due) and text[word.start : word.end] == due[0][0]
        said.append(Said(due.pop(0)[1] if hit else "NAME", 0.9 if hit else 0.1))
    return [(span.type, text[span.start : span.end]) for span in spans(text, words, said, threshold)]


def test_neighbours_of_one_type_are_one_span() -> None:
    text = "hi Ann-Marie O'Neil, bye"
    parts = [(word, "NAME") for word in ("Ann", "Marie", "O", "Neil")]
    assert found(text, *parts) == [("NAME", "Ann-Marie O'Neil")]


def test_names_in_a_list_are_apart() -> None:
    assert found("Ann, Bob and Eve", ("Ann", "NAME"), ("Bob", "NAME"), ("Eve", "NAME")) == [
        ("NAME", "Ann"), ("NAME", "Bob"), ("NAME", "Eve")
    ]  # fmt: skip


def test_other_types_are_apart_unless_they_are_one_word() -> None:
    assert found("Ann Berlin", ("Ann", "NAME"), ("Berlin", "PLACE")) == [("NAME", "Ann"), ("PLACE", "Berlin")]


def test_an_address_holds_its_marks_lines_and_small_gaps() -> None:
    text = "at 5 Elm St.,\n#4 Oakville soon"
    words = [(word, "ADDRESS") for word in ("5", "Elm", "St", "4", "Oakville")]
    assert found(text, *words) == [("ADDRESS", "5 Elm St.,\n#4 Oakville")]
    assert found("5 rue de Lille", ("5", "ADDRESS"), ("Lille", "ADDRESS")) == [("ADDRESS", "5 rue de Lille")]


def test_two_addresses_with_words_between_are_two() -> None:
    text = "from 5 Elm Street and then on to 7 Oak Lane"
    words = [(word, "ADDRESS") for word in ("5", "Elm", "Street", "7", "Oak", "Lane")]
    assert found(text, *words) == [("ADDRESS", "5 Elm Street"), ("ADDRESS", "7 Oak Lane")]


def test_a_mark_alone_is_no_span_and_the_threshold_decides() -> None:
    assert found("hm , so", (",", "NAME")) == []
    assert found("hi Ann", ("Ann", "NAME"), threshold=0.95) == []


def test_words_that_answers_begin_with_are_nobody() -> None:
    assert found("Sure Ann", ("Sure", "NAME"), ("Ann", "NAME")) == [("NAME", "Ann")]
    assert found("OK", ("OK", "NAME")) == []


def test_what_cannot_be_of_its_type_is_left_alone() -> None:
    numbers = [(word, "ADDRESS") for word in ("5", ",", "17", ",", "23")]
    assert found("sort 5, 17, 23", *numbers) == []
    assert found("at 5, 17", *numbers[:3]) == [("ADDRESS", "5, 17")]
    assert found("id 3aB4cD9e", ("3aB4cD9e", "ADDRESS")) == []
    assert found("in SW1A2AA", ("SW1A2AA", "ADDRESS")) == [("ADDRESS", "SW1A2AA")]
    assert found("written in C", ("C", "PLACE")) == []
    assert found("ask K", ("K", "NAME")) == [("NAME", "K")]
    assert found("John Doe", ("John", "NAME"), ("Doe", "NAME")) == []
    assert found("John Doerr", ("John", "NAME"), ("Doerr", "NAME")) == [("NAME", "John Doerr")]


MADE = Made(127)
NUMBERS = [
    MADE.of(HEX, 40), MADE.of(HEX, 24), f"md5 {MADE.of(HEX, 32)}", f"b{MADE.of(HEX, 6)}", MADE.number(9), "fd8a",
    str(uuid.UUID(bytes=MADE.random.randbytes(16))), str(uuid.UUID(bytes=MADE.random.randbytes(16))).upper(),
]  # fmt: skip
CAPITAL = MADE.of("DFHKNPRTVWXY", 1)
HOUSES = [
    "10115", "17b", "D-10115", "01310-100", "SW1A 2AA", "K1A 0B1", "1012 AB", "11b, 10115", "1012ab",
    "12 Abbe", "東京都1-2-3", "EC1A1BB", "b5 17, 68159", "4/12", "5 A 3", "123a-125b",
    f"{CAPITAL}{MADE.number(2)} AF{MADE.number(2)}", f"{CAPITAL}{MADE.number(2)} F{MADE.number(1)}E{MADE.number(1)}",
    f"{CAPITAL}6W{MADE.number(1)}C{MADE.number(2)}", f"{CAPITAL}{MADE.number(2)} af{MADE.number(2)}".lower(),
    f"{MADE.of('ABCDEFGHKLMNOPQRSTU', 1)}{MADE.of('1234567', 1)} {MADE.number(2)}, {MADE.number(5)}",
    f"{MADE.of('ABCDEFGHKLMNOPQRSTU', 1)}{MADE.of('1234567', 1)} {MADE.number(1)}",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["NAME", "PLACE", "ADDRESS"])
@pytest.mark.parametrize("number", NUMBERS)
def test_what_holds_no_word_is_nobody(number: str, kind: str) -> None:
    assert whole(number, kind) == []


@pytest.mark.parametrize("address", HOUSES)
def test_numbers_of_houses_and_post_are_addresses(address: str) -> None:
    assert whole(address, "ADDRESS") == [("ADDRESS", address)]


def whole(text: str, kind: str) -> list[tuple[str, str]]:
    """What is found where every word is said to be of this type."""
    return found(text, *((text[word.start : word.end], kind) for window in windows([text])[0] for word in window))


def name(start: int, end: int) -> Span:
    return Span(start, end, "NAME", "name_tagger")


def test_spans_give_way_to_those_of_the_rules_and_to_pseudonyms() -> None:
    text = "Ann Lee ann@x.org [NAME_1] Bob"
    rule = Span(8, 17, "EMAIL", "email")
    assert beside(text, [rule], [name(0, 12), name(18, 30)]) == [name(0, 7), rule, name(27, 30)]
    assert beside(text, [], [name(18, 26)]) == []
    assert beside("", [], []) == []


def test_names_and_their_parts_are_found_in_the_chats_other_texts() -> None:
    texts = ["I am Ann Lee", "Hi Ann, Annabel is not Ann", "dear lee", "Mrs Lee"]
    assert spread(texts, [[name(5, 12)], [], [], []]) == [
        [name(5, 12)], [name(3, 6), name(23, 26)], [], [name(4, 7)]
    ]  # fmt: skip


def test_words_without_a_capital_and_very_short_ones_are_not_looked_for() -> None:
    assert spread(["will", "will you", "Al", "Al?"], [[name(0, 4)], [], [name(0, 2)], []]) == [
        [name(0, 4)], [], [name(0, 2)], []
    ]  # fmt: skip
    assert spread([], []) == []
