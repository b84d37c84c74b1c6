"""Folding changes spelling, never places."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.privacy.fold import BARRIER, fold

ODD = "aé٣９–\u00a0\u200b\u00ad\u0301ı𝟏@＠。“[EMAIL_1] \n\x00\x1cñ你ł\x01\ufffd\u05b0\u0941कa\U000e0100"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("jörg＠exämple。com", "jorg@example.com"),
        ("٠١٢ ９９ 𝟏𝟐 ²", "012 99 12 2"),
        ("a–b—c−d\u2011e", "a-b-c-d-e"),
        ("x\u00a0y\u2003z", "x y z"),
        ("pass\u200bword\u00ad", "password"),
        ("contrasen\u0303a contraseña", "contrasena contrasena"),
        ("hasło “ok” İı", 'haslo "ok" Ii'),
        ("日本 дзщ ﷺ", "日本 дзщ ﷺ"),
        ("раypаl ΑΚΙΑ", "paypal AKIA"),  # Cyrillic and Greek look-alikes
        ("bob%40x&#46;org &commat; \\u0040\\x40 &#x41;", "bob@x.org @ @@ A"),
        ("bob%2540x.org 5%252541 %25zz", "bob@x.org 5A %zz"),
        ("100%20of &lt;b&gt; %zz &#60; \\n", "100%20of &lt;b&gt; %zz &#60; \\n"),
        ("5\ufe0f\u20e36\ufe0f\u20e3", "56"),
        ("to [EMAIL_12]!", f"to {BARRIER}!"),
        ("[EMAIL_x] [NOTHING_1]", "[EMAIL_x] [NOTHING_1]"),
        ("a\x00b\x01c\x7fd\ufffde", "abcde"),
        ("a\U000e0100b\ufff9c\U0001d173d\u05b0e\u20ddf", "abcdef"),
        ("क\u0941 ש\u05c1", "क\u0941 ש\u05c1"),  # marks on letters of their own script
        ("a\r\nb\rc\r\r\n\r\n", "a\nb\nc\n\n\n"),
        ("a\x0bb\x0cc\u2800d\te\nf", "a b c d\te\nf"),
    ],
)
def test_spelling(text: str, folded: str) -> None:
    assert fold(text).text == folded


def test_found_spans_become_barriers() -> None:
    folded = fold("one two three", [(0, 3), (8, 13)])
    assert folded.text == f"{BARRIER} two {BARRIER}"
    assert folded.original(2, 5) == (4, 7)


def test_spans_go_over_line_ends_of_windows() -> None:
    folded = fold("a\r\nb\r\nc")
    assert folded.text == "a\nb\nc"
    assert folded.original(0, 3) == (0, 4)
    assert folded.original(4, 5) == (6, 7)


def test_spans_include_what_is_invisible_inside_them() -> None:
    text = "a\u200b b\u200bc d"
    folded = fold(text)
    at = folded.text.index("bc")
    start, end = folded.original(at, at + 2)
    assert text[start:end] == "b\u200bc"


@given(st.text(st.characters() | st.sampled_from(ODD)), st.data())
def test_every_character_knows_where_it_came_from(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    for at, character in enumerate(folded.text):
        start, end = folded.original(at, at + 1)
        if character != BARRIER:
            assert end - start == 1 or text[start] in "%&\\"
            assert fold(text[start:end]).text in (character, "")
    if folded.text:
        first = data.draw(st.integers(0, len(folded.text) - 1))
        last = data.draw(st.integers(first, len(folded.text) - 1))
        start, end = folded.original(first, last + 1)
        assert 0 <= start < end <= len(text)


@given(st.text(st.characters() | st.sampled_from(ODD)))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once.replace(BARRIER, "[EMAIL_1]")).text == once


@given(st.text(st.characters() | st.sampled_from(ODD)), st.text(st.characters() | st.sampled_from(ODD)))
def test_a_found_span_folds_as_its_placeholder_does(before: str, after: str) -> None:
    with_span = fold(f"{before}SECRET{after}", [(len(before), len(before) + 6)])
    assert with_span.text == fold(f"{before}[SECRET_1]{after}").text


def test_one_character_stays_one() -> None:
    for code in range(0x3000):
        character = chr(code)
        assert len(fold(character).text) == 1 or (
            unicodedata.category(character) in ("Cc", "Cf", "Cn", "Mn", "Me") or character in "\u0640\u115f\u1160"
        )


def test_nothing_unseen_comes_between_letters() -> None:
    """Every format character, control and mark there is, save those that break lines or words."""
    for code in range(0x110000):
        character = chr(code)
        if unicodedata.category(character) in ("Cf", "Cc", "Mn", "Me") and not character.isspace():
            assert fold(f"a{character}b").text == "ab", hex(code)


def test_an_encoded_character_is_masked_whole() -> None:
    folded = fold("a%40b%21 c")
    assert folded.text == "a@b! c"
    assert folded.original(0, 4) == (0, 8)
    assert folded.original(1, 2) == (1, 4)
