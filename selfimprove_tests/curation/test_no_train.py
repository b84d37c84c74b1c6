import pytest

from selfimprove.curation.reason import Reason
from selfimprove.curation.rules.no_train import no_train
from selfimprove.privacy.veto import has_tag
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
        "你好#no-train",  # glued to what is said
        "тест#private",
        "мама#private",  # every letter but one looks Latin
        "#private谢谢",
        "你好。#private",
        "Ends here.#no-train",
        "Ends here.#private",
        "please forget#no-train",
        "_#no-train_",
        "**#private**",
        "##no-train",
        "#no--train",
        "see https://example.org/page #private",
        "see <https://example.org/page>#private",
        "this.#key = 1 is code, #private",
        "my diary#private",
        "Thanks#private",
        "secret stuff#private.",
        "it costs 5#private",
        "over.Thanks#private",
        "yes/no#private",
        "foo/#private",
        "#private-please",
        "#private_please",
        "#private2",
        "#privateкот",
        "#private-data",
        "#no-train-please",
        "#no-train2",
        "#no_rag_thanks",
        "#no - train",
        "#no-\ntrain",
        "# no-train",
        "#no\u30fbtrain",  # a middle dot
        "Ends here.#private (really)",
        "Ends here.#private</b>",
        "Ends here.#private? Yes.",
        "Ends here.#private -- Ann",
        "Ends here.#private.Thanks",
        "Really?.#private",
        "Keep this.#private",
        "Don't store this.#private",
        "Who wrote this?.#private",
        "I wrote it.#private;",
        "I wrote it.#private;\n",
        "I wrote it.#private;\nThanks",
        "I wrote it.#private;\nThanks; bye",
        "Keep this.#private; thanks",
        "he/she/they#no-train",
        "24/12/2025#private",
        "Mon/Tue/Wed#private",
        "sure /s#private",
        "mine /#private",
        "password = hunter2.#private",
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
        "see https://example.org/a.html#no-train",
        "www.example.org/straße#private",
        "[tags](docs/tags.md#no-train)",
        "other.#private.name",
        "f(x).#private(1)",
        "a = this?.#private",
        "a.#private == b.#private;",
        "#private_key",
        "page_#private",
        "Class#private_method",
        "my_class#private",
        "Foo::Bar#private",
        "https://example.org/y#private-api",
        "docs/setup.md#private",
        "./a/b#private",
        "see /usr/share/doc#no-train",
        "#private-keys",
        "#privates",
        "# Private",
        "# no training wheels",
        "other.#private?.name",
        "a.#private ??= 1",
        "x.#private++;",
        "return this.#private;\n}",
        "this.#private;\n  this.count = 1;",
        "this.#private()",
        "const a = this.#private;",
        "../a#private",
        "/a/b/#private",
        "[tags](/docs/tags#no-train)",
        "docs/2025/setup.md#private",
        "ftp://example.org/a/b#private",
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
