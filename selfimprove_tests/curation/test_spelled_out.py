"""A curse may be spelled out to who asks what its letters mean; threats that came through before."""

import pytest

from selfimprove.curation.abuse.threats import threatens
from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.profanity import profanity
from selfimprove_tests.curation.chats import chat


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("What does wtf mean?", "It is short for 'what the fuck'"),
        ("What does W.T.F. stand for?", "what the fuck"),
        ("What is sob short for?", "It stands for son of a bitch."),
        ("Was bedeutet lmfao?", "Laughing my fucking ass off"),
        ("Que signifie omfg ?", "Oh my fucking god."),
    ],
)
def test_what_letters_stand_for_may_be_said(asked: str, answer: str) -> None:
    assert profanity(chat(asked, answer)) is None
    assert profanity(chat("Hi", answer)) is not None


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("wtf", "What the fuck indeed"),
        ("What does stfu mean?", "Shut the fuck up, you bitch."),
        ("What does brb mean?", "What the fuck do I know."),
    ],
)
def test_other_curses_may_not(asked: str, answer: str) -> None:
    assert profanity(chat(asked, answer)) == Reason("profanity", 1, "curse")


@pytest.mark.parametrize(
    "said",
    [
        "Bring dich doch um, niemand mag dich.",
        "Bring dich endlich um!",
        "Bring dich um du Idiot",
        "I know where you live and I'm going to hurt you.",
        "I know where you live, and I will find you.",
        "I will hurt you.",
        "We're going to hurt your family.",
        "Ich weiß, wo du wohnst, und ich werde dich holen.",
    ],
)
def test_harm_is_threatened(said: str) -> None:
    assert threatens(said)


@pytest.mark.parametrize(
    "said",
    [
        "I'm not going to hurt you.",
        "I promise I will never hurt you.",
        "I'm afraid I'm going to hurt you.",
        "If I do that I will hurt you.",
        "I will hurt your feelings.",
        "It will hurt you.",
        "I know where you live, in Berlin.",
        "I know where you live and I will send you the parcel.",
        "Ich weiß, wo du wohnst, und bringe dir das Buch.",
        "Bring dich um acht zum Zug.",
        "Bring dich doch um eine Antwort nicht verlegen.",
    ],
)
def test_harm_is_only_spoken_of(said: str) -> None:
    assert not threatens(said)
