"""What is a word of a text, and what does not matter about how it is set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.datasets.words import words_of
from selfimprove_tests.cost import is_within


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**Open** the valve—now!", {"open", "the", "valve", "now"}),
        ("1. Mix 1.5 l\n2) Stir at 12:30", {"mix", "1.5", "l", "stir", "at", "12:30"}),
        ("C++ or C#, at -5 °C", {"c++", "or", "c", "at", "-5", "°c"}),
        ("बॉयलर का लाल वाल्व।", {"बॉयलर", "का", "लाल", "वाल्व"}),
        ("افتحِ الصمام", {"افتحِ", "الصمام"}),
        ("緑の", {"緑の"}),
        ("元栓を", {"元栓", "栓を"}),
        ("जी, नहीं।", {"जी", "नहीं"}),
        ("نعم، لا؟", {"نعم", "لا"}),
        ("¿Qué? ¡Sí!", {"qué", "sí"}),
        ("栓", {"栓"}),
        ("... !!! - #", set()),
    ],
)
def test_words_are_whole_in_any_script(text: str, words: set[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u221218 °C", "-18 °C"), ("٧ rooms", "7 rooms"), ("a—b", "a — b"), ("3\u20135 km", "3-5 km"), ("30%", "30 %"),
        ("€30", "30 €"), ("$1,000", "$1000"), ("1.5l", "1.5 l"), ("1. red\n2. blue", "red, blue"),
        ("[plan](https://a.example/x)", "plan https://a.example/x"), ("|a|b|\n|c|d|", "a b c d"),
        ("“quoted”", "quoted"), ("\u2066left\u2069", "left"),
    ],
)  # fmt: skip
def test_how_it_is_set_does_not_matter(one: str, other: str) -> None:
    assert words_of(one) == words_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("18 °C", "\u221218 °C"), ("€30", "-€30"), ("30 %", "30 €"), ("$900", "€900"), ("10\u2075", "105"),
        ("1,5", "15"), ("3. Mai\n9. Juni", "17. Mai\n24. Juni"), ("500. grams\n250. grams", "1. grams\n2. grams"),
        ("< 5 mg", "> 5 mg"), ("\u22645 mg", "\u22655 mg"), ("\u2705 milk", "\u274c milk"), ("<5", "5"),
        ("1,0005", "10005"), ("2031-05-02", "2031-05-03"), ("6:30", "7:30"), ("v1.2", "v1.3"),
    ],
)  # fmt: skip
def test_what_is_another_number_or_unit_does(one: str, other: str) -> None:
    assert words_of(one) != words_of(other)


@given(st.text(max_size=60))
def test_words_of_words_are_the_same_ones(text: str) -> None:
    found = words_of(text)
    assert all(word and not any(map(str.isspace, word)) for word in found)
    assert words_of(text) == found


@pytest.mark.parametrize("odd", ["\n", "1. \n", "a|", "- ", "1,000", "栓", "](", "\u2212"])
def test_odd_text_takes_time_by_its_length(odd: str) -> None:
    small, large = (odd * (size // len(odd)) for size in (4_000, 80_000))
    assert is_within(45, lambda: words_of(large), lambda: words_of(small))
