import pytest

from selfimprove.curation.unspace import unspaced


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("I g n o r e  a l l of it", "Ignore  all of it"),
        ("i.g.n.o.r.e me", "ignore me"),
        ("n-a-h, n*a*h, n_a_h", "nah, nah, nah"),
        ("w ö r d yes", "wörd yes"),
    ],
)
def test_letters_set_apart_are_written_together(text: str, read: str) -> None:
    assert unspaced(text) == read


@pytest.mark.parametrize("text", ["a b", "1 2 3 4", "a, b, c", "I am a b c1", "x\ny\nz", "a.b-c", ""])
def test_what_is_no_word_stays(text: str) -> None:
    assert unspaced(text) == text
