"""A country in a text that holds nothing else is left as it stands; beside a person, or as one, it is masked."""

import pytest

from selfimprove.privacy.beside import Span
from selfimprove.privacy.names import SECOND_LOOK
from selfimprove.privacy.names.find import find
from selfimprove.privacy.names.lands import PEOPLE, capitals, lands, let_go


def left(text: str, *values: tuple[str, str]) -> list[str]:
    """What of these values, each with its type, is still masked."""
    spans = [Span(at := text.index(value), at + len(value), type_, "tagger") for value, type_ in values]
    return [text[span.start : span.end] for span in let_go(text, spans)]


@pytest.mark.parametrize(
    "text",
    [
        "The capital of France is Paris.",
        "Die Hauptstadt von Polen ist Warschau.",
        "La capitale de l'Italie est Rome.",
        "¿Se habla español en Uruguay?",
        "What is the weather like in the United States?",
        "Is it safe in the U.S.?",
        "A capital de Portugal é Lisboa.",
        "The capital of Peru is Lima.",
        "Tell me the capital of Norway.",
    ],
)
def test_general_knowledge_is_let_go(text: str) -> None:
    assert find([text]) == [[]]
    assert find([text], SECOND_LOOK) == [[]]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Anna moved to Spain", [("Anna", "NAME"), ("Spain", "PLACE")]),
        ("Jordan is late", [("Jordan", "NAME")]),
        ("Georgia is late", [("Georgia", "PLACE")]),
        ("ask Chad", [("Chad", "PLACE")]),
        ("Chad lives in France", [("Chad", "NAME"), ("France", "PLACE")]),
        ("my home is France", [("France", "PLACE")]),
        ("We moved to Norway", [("Norway", "PLACE")]),
        ("Ich komme aus Polen", [("Polen", "PLACE")]),
        ("J'habite en France", [("France", "PLACE")]),
        ("Tell me about my home in Norway", [("Norway", "PLACE")]),
        ("They told me of Norway", [("Norway", "PLACE")]),
        ("come with us to Norway", [("Norway", "PLACE")]),
        ("Oakville in Canada", [("Oakville", "PLACE"), ("Canada", "PLACE")]),
        ("Paris is wide", [("Paris", "PLACE")]),
        ("5 Elm Street, France", [("5 Elm Street, France", "ADDRESS")]),
        ("5 Elm Street is in France", [("5 Elm Street", "ADDRESS"), ("France", "PLACE")]),
    ],
)
def test_beside_a_person_or_as_one_it_stays_masked(text: str, values: list[tuple[str, str]]) -> None:
    assert left(text, *values) == [value for value, _ in values]


def test_a_country_and_its_capital_go_together() -> None:
    assert left("Madrid is in Spain", ("Madrid", "PLACE"), ("Spain", "PLACE")) == []
    assert left("The US and UK agree", ("The US", "PLACE"), ("UK", "PLACE")) == []
    assert left("nothing") == []


def test_the_lists_hold_eight_languages_and_nobody() -> None:
    assert {"germany", "deutschland", "allemagne", "alemania", "germania", "duitsland", "alemanha", "niemcy"} <= lands()
    assert len(lands()) > 900
    assert not lands() & PEOPLE
    assert not {"sofia", "santiago", "jordan", "georgia", "chad"} & (lands() | capitals())
