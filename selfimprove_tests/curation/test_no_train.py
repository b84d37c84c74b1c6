import pytest

from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.no_train import has_tag, no_train
from selfimprove_tests.curation.chats import chat, said


@pytest.mark.parametrize(
    "text",
    [
        "#no-train",
        "keep this between us #private",
        "#Private: my diary",
        "#NO-TRAIN please",
        "#no_train",
        "#notrain",
        "#no train",
        "#no-training",
        "#no-rag",
        "(#private)",
        "＃ｎｏ－ｔｒａｉｎ",  # full width
        "#no\u2011train",  # non-breaking hyphen
        "#no\u2013train",  # en dash
        "#no\u2212train",  # minus sign
        "#n\u200bo-tr\u200dain",  # zero-width characters
        "#pri\u00advate",  # soft hyphen
        "\ufeff#private",
        "#priv\u0430te",  # a Cyrillic letter
        "#no\u2010tr\u00e0in",  # an accent
        "&#35;private",
        "%23no-train",
        "\u266fprivate",  # a sharp
        "#private\u3002",
        "line one\n#private\nline three",
    ],
)
def test_a_tag_vetoes_however_it_is_spelled(text: str) -> None:
    assert has_tag(text)


@pytest.mark.parametrize(
    "text",
    [
        "I took no train today",
        "a private matter",
        "# Private lessons",  # a Markdown heading
        "#privateer",
        "#private-key",
        "#no-trainspotting",
        "this.#private = 1",
        "see https://example.org/page#private",
        "C#private",
        "number #1",
        "&#private;",
    ],
)
def test_what_only_looks_like_a_tag_does_not_veto(text: str) -> None:
    assert not has_tag(text)


def test_the_whole_thread_is_vetoed_by_one_tag_anywhere() -> None:
    assert no_train(chat("Hi", "Hello", "My pin is long #private", "I see")) == Reason("no_train", 2, "message")
    assert no_train(chat("Hi", "Hello #no-train")) == Reason("no_train", 1, "message")
    commented = chat("Hi", "Hello", feedback=(said("comment", text="do not keep, #no-train"),))
    assert no_train(commented) == Reason("no_train", 1, "feedback")
    assert no_train(chat("Hi", "Hello")) is None
