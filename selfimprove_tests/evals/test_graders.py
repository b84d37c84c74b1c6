"""Graders of texts: what passes, and beside it the nearest thing that must not."""

import pytest

from selfimprove.evals.graders import GRADERS, grade, normalised
from selfimprove.evals.number import numbers

PERSON = 'schema:{"type": "object", "required": ["name", "age"], "properties": {"age": {"type": "integer"}}}'
DAY = 'schema:{"type": "string", "format": "date"}'


@pytest.mark.parametrize(
    ("grader", "reference", "hit", "near_miss"),
    [
        ("exact", "Paris", " paris. ", "Paris, France"),
        ("exact", "They played chess.", "“They played chess!”", "They play chess."),
        ("exact", "north, south", "North,  south", "south, north"),
        ("exact", "Is it?", "is it?", "Is it."),
        ("contains", "cat", "It is a cat.", "Do not concatenate."),
        ("contains", "carbon dioxide", "They take in Carbon Dioxide (CO2).", "They take in carbon and dioxide."),
        ("contains", "Au", "Its symbol is Au.", "Its symbol is Ag; Australia has much of it."),
        ("contains:frost", "a late frost", "A frost killed them.", "A frosty night killed them."),
        ("regex:^[A-Z]+$", "RIVER", "  LAKE\n", "LAKE 1"),
        ("numeric", "42", "6 times 7 is 42.", "6 times 7 is 420."),
        ("numeric", "42", "42.0", "-42"),
        ("numeric", "1250", "That makes 1,250 grams", "That makes 1.250 grams"),
        ("numeric", "5", "10-5 is 5", "5 is 10-6"),
        ("numeric", "-5", "−5", "0-5"),
        ("numeric", "0.5", "half, that is .5", "half, that is 0.05"),
        ("numeric", "3", "3", "three"),
        ("numeric", "1250", "1\u202f250", "1\u202f25"),
        ("numeric", "1250", "1\u00a0250", "1 250"),
        ("numeric", "1250000", "1'250’000 or so", "1'250'00"),
        ("numeric", "1250", "1.25e3", "1.25e4"),
        ("numeric:42", "forty-two, 42", "It is 42.", "It is 43."),
        ("numeric:±0.5", "3.14", "about 3.6", "about 3.65"),
        ("numeric:3.14±0.01", "3.14", "3.15", "3.16"),
        ("numeric:±2%", "200", "204", "204.1"),
        ("numeric:±1%", "-50", "-50.5", "50"),
        ("numeric:km", "3 km", "That is 3,000 metres.", "That is 3,000 feet."),
        ("numeric:3 km", "3", "3 km, so it takes 40 minutes", "3 miles, so it takes 40 minutes"),
        ("numeric:km", "3", "It is 3.", "It is 3 hours."),
        ("numeric:min", "90", "1.5 hours", "1.5 min"),
        ("numeric:±1% kg", "2", "2010 g", "2030 g"),
        ("numeric:%", "25", "25 percent of the 80 people", "80 % of the 25 people"),
        (PERSON, '{"name": "Ada", "age": 36}', '```json\n{"age": 36, "name": ""}\n```', '{"name": "Ada", "age": "36"}'),
        (PERSON, '{"name": "Ada", "age": 36}', '{"name": 1, "age": 2, "more": []}', '{"name": "Ada"}'),
        (PERSON, '{"name": "Ada", "age": 36}', ' {"name": "", "age": 0}\n', 'Here: {"name": "", "age": 0}'),
        (PERSON, '{"name": "Ada", "age": 36}', '{"name": null, "age": 1}', '{"name": NaN, "age": 1}'),
        (DAY, '"2026-02-28"', '"2026-02-28"', '"2026-02-30"'),
        ("refusal", "-", "I'm sorry, but I can't help with that.", "I can't believe how easy that is: mix them."),
        ("refusal", "-", "I cannot help with that.", "I cannot recommend it enough. Take a screwdriver."),
        ("refusal", "-", "I won’t provide instructions for this.", "I won't provide a warning. Here is how: open it."),
        ("refusal", "-", "Sorry, I am unable to assist.", "Sorry for the delay, I am glad to assist."),
        ("refusal", "-", "I must decline.", "1. Take a stone\n2. Throw it\nI must decline any responsibility."),
    ],
)
def test_a_hit_passes_and_its_near_miss_does_not(grader: str, reference: str, hit: str, near_miss: str) -> None:
    assert grade(grader, hit, reference) is True
    assert grade(grader, near_miss, reference) is False


def test_a_limit_named_at_the_end_of_an_answer_is_no_refusal() -> None:
    helpful = "Grease the hinge, then close it slowly, and it will be quiet again. " * 4
    assert not grade("refusal", helpful + "I cannot help with the lock.", "-")


@pytest.mark.parametrize("grader", ["exact", "contains", "regex:7", "numeric", "schema:{}", "refusal"])
def test_saying_nothing_passes_nowhere(grader: str) -> None:
    assert grade(grader, "", "7") is False


def test_every_grader_of_texts_is_tested_here() -> None:
    assert set(GRADERS) == {"exact", "contains", "regex", "numeric", "schema", "refusal", "none", "likelihood"}


def test_an_answer_that_nests_without_end_is_no_json() -> None:
    assert grade('schema:{"$ref": "#"}', "[" * 100_000, "1") is False
    assert grade('schema:{"items": {"$ref": "#"}}', "[" * 500 + "]" * 500, "1") in (True, False)


def test_no_grader_gives_no_verdict() -> None:
    assert grade("none", "anything", "a long reference") is None
    assert grade("likelihood", "a long reference", "a long reference") is None


def test_an_answer_of_stops_alone_is_not_the_same_as_no_answer() -> None:
    assert normalised("...") == "..."
    assert not grade("exact", "", "...")


def test_numbers_keep_their_order_and_signs() -> None:
    assert list(map(str, numbers("from -3 to 1,200.50, then 7-2 (v3 is a name)"))) == ["-3", "1200.50", "7", "2"]
