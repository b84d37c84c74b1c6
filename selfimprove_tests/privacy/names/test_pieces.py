"""Texts come to the encoder in windows whose words stand where the text has them, code fences apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfimprove.privacy.names.labels import (
    DIGITS,
    GLUED,
    INITIAL,
    LOWER,
    MARK,
    MIXED,
    NEW_LINE,
    OPENING,
    SPACED,
    TITLE,
    UNCASED,
    UPPER,
    shape_of,
)  # fmt: skip
from selfimprove.privacy.names.pieces import LONGEST, windows


def words(text: str) -> list[str]:
    return [text[word.start : word.end] for window in windows([text])[0] for word in window]


def test_words_and_marks_stand_where_the_text_has_them() -> None:
    assert words("Ms. O'Neil-Ruiz, née Çelik") == ["Ms", ".", "O", "'", "Neil", "-", "Ruiz", ",", "née", "Çelik"]
    assert words("") == []
    assert words(" \n\t ") == []


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_cut(text: str) -> None:
    found = [word for window in windows([text])[0] for word in window]
    assert all(0 <= word.start <= word.end <= len(text) for word in found)
    assert [word.start for word in found] == sorted(word.start for word in found)


def test_the_marks_of_quoted_mail_are_no_words() -> None:
    assert words("> 12 Mill Lane\n> > Leeds\n>York\n??? Bath") == ["12", "Mill", "Lane", "Leeds", "York", "Bath"]
    assert words("a > b\nis it? yes?\nwhat???") == [
        "a", ">", "b", "is", "it", "?", "yes", "?", "what", "?", "?", "?"
    ]  # fmt: skip


def test_several_texts_keep_their_order() -> None:
    assert [sum(map(len, one)) for one in windows(["one", "", "two words"])] == [1, 0, 2]


def test_closed_fences_of_code_are_left_out_and_open_ones_are_text() -> None:
    assert words("before\n```python\nname = 'Ann'\n```\nafter Bob") == ["before", "after", "Bob"]
    assert words("a\n~~~ruby\nAnn\n~~~\nb\n```\nputs(Bob)\n```") == ["a", "b"]
    assert "Ann" in words("before\n```\nname = Ann")
    assert "Ann" in words("inline `Ann` stays")
    assert "Ann" in words("```Ann``` on one line")


def test_long_texts_are_cut_where_a_sentence_ends_and_lose_nothing() -> None:
    text = "Some words stand here in a row. " * 60
    cut = windows([text])[0]
    assert len(cut) > 3
    assert all(sum(len(word.pieces) for word in window) <= LONGEST for window in cut)
    assert all(text[window[-1].start : window[-1].end] == "." for window in cut)
    assert sum(map(len, cut)) == len(text.replace(".", " .").split())


def test_a_row_of_words_without_an_end_is_cut_all_the_same() -> None:
    cut = windows(["word " * 1000])[0]
    assert sum(map(len, cut)) == 1000
    assert max(map(len, cut)) <= LONGEST


def test_a_word_without_end_does_not_overflow_a_window() -> None:
    assert all(sum(len(word.pieces) for word in one) <= LONGEST for one in windows(["zq" * 45 + " " + "x" * 5000])[0])


@pytest.mark.parametrize(
    ("word", "before", "gap", "shape"),
    [
        ("the", "of", " ", 3 * LOWER + SPACED),
        ("Ann", "hi", " ", 3 * TITLE + SPACED),
        ("Ann", "", "", 3 * OPENING + NEW_LINE),
        ("Ann", ".", " ", 3 * OPENING + SPACED),
        ("Ann", "bye", "\n", 3 * OPENING + NEW_LINE),
        ("NATO", "by", " ", 3 * UPPER + SPACED),
        ("J", "by", " ", 3 * INITIAL + SPACED),
        ("iPhone", "my", " ", 3 * MIXED + SPACED),
        ("12a", "no", "", 3 * DIGITS + GLUED),
        (",", "Ann", "", 3 * MARK + GLUED),
        ("東", "in", " ", 3 * UNCASED + SPACED),
    ],
)
def test_how_a_word_is_written_is_told_to_the_encoder(word: str, before: str, gap: str, shape: int) -> None:
    assert shape_of(word, before, gap) == shape
