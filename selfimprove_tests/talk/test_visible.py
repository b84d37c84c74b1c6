"""Nothing of what a model says steers the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.talk.visible import visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07", "]0;title"),
        ("\x1b]52;c;ZXZpbA==\x07 copied", "]52;c;ZXZpbA== copied"),
        ("\x9b31m", "31m"),
        ("over\rwritten\x08\x08", "overwritten"),
        ("a\u202eb\u2066c", "abc"),
        ("a\ud800b", "ab"),
        ("a\u00a0b\u2003c", "a b c"),
        ("line\n\tindented", "line\n\tindented"),
        ("👩\u200d👧 می\u200cخواهم é ñ 漢", "👩\u200d👧 می\u200cخواهم é ñ 漢"),
        ("soft\u00adhyphen\ufeff\u200b", "softhyphen"),
        ("a\u2028b\u0085c", "a bc"),
    ],
)
def test_what_is_left(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text())
def test_no_control_is_left_of_anything(text: str) -> None:
    assert all(mark.isprintable() or mark in "\n\t\u200c\u200d" for mark in visible(text))
    assert visible(visible(text)) == visible(text)
