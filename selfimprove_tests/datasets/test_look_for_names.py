"""The tagger as a second reader, with what it finds given: pseudonyms and places are nobody."""

import re
from collections.abc import Sequence

import pytest
from faker import Faker

from selfimprove.datasets.look_for_names import PLANTED, left, reader
from selfimprove.errors import SecondOpinionMissing
from selfimprove.privacy.redact import Span

FAKER = Faker("en_GB")
FAKER.seed_instance(5)
SOMEONE = FAKER.name()


def at(text: str, what: str, type_: str = "NAME") -> Span:
    start = text.index(what)
    return Span(start, start + len(what), type_, "tagger")


def find(texts: Sequence[str]) -> list[list[Span]]:
    """Every pair of capitalised words is a name."""
    pair = re.compile(r"[A-Z]\w+ [A-Z]\w+")
    return [[Span(*match.span(), "NAME", "tagger") for match in pair.finditer(text)] for text in texts]


def test_a_name_is_reported_by_its_type_alone() -> None:
    second = reader(find, "1")
    assert second.read([f"ask {SOMEONE} about it", "ask nobody"]) == [["NAME"], []]
    assert (second.reason, second.of_everything, second.version) == ("left_over_name", False, "names 1")


@pytest.mark.parametrize("found", ["[EMAIL_1]", "EMAIL_1", "EMAIL", "[EMAIL_1] and [EMAIL_2]", "1] and [EMAIL"])
def test_a_pseudonym_is_no_name(found: str) -> None:
    text = "Tell [EMAIL_1] and [EMAIL_2]."
    joined = left(text, [at(text, found)])
    assert joined == (["NAME"] if " and " in found else [])


def test_a_name_beside_a_pseudonym_is_one() -> None:
    text = f"Tell [EMAIL_1] {SOMEONE}."
    assert left(text, [at(text, f"[EMAIL_1] {SOMEONE}")]) == ["NAME"]


def test_places_alone_are_left_in() -> None:
    text = "Is it far from Leeds to 3 Low Road?"
    assert left(text, [at(text, "Leeds", "PLACE"), at(text, "3 Low Road", "ADDRESS")]) == ["ADDRESS"]


@pytest.mark.parametrize("said", [lambda texts: [[] for _ in texts], lambda texts: find(texts)[:-1], lambda _: []])
def test_one_that_misses_what_was_put_there_is_out_of_order(said: object) -> None:
    with pytest.raises(SecondOpinionMissing, match="no longer finds a name"):
        reader(said, "1").read(["hello"])  # type: ignore[arg-type]


def test_the_planted_text_holds_a_name_and_an_address() -> None:
    assert find([PLANTED])[0]
