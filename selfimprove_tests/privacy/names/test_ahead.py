"""What will be asked is read while other work is done, and what was read is read once."""

import hashlib
from collections.abc import Sequence
from threading import Event

import pytest

from selfimprove.errors import TaggerFailed
from selfimprove.privacy.beside import Span
from selfimprove.privacy.names.ahead import Ahead


def key(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Asked:
    """A finder that says each text is a name, and remembers what it was asked; it waits for `may` before it reads."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.may = Event()
        self.may.set()

    def __call__(self, texts: Sequence[str]) -> list[list[Span]]:
        assert self.may.wait(5)
        if "broken" in texts:
            raise TaggerFailed(reason="told to")
        self.texts += texts
        return [[Span(0, len(text), "NAME", "name_tagger")] for text in texts]


def named(text: str) -> list[Span]:
    return [Span(0, len(text), "NAME", "name_tagger")]


def test_a_text_is_read_once() -> None:
    asked = Asked()
    with Ahead(asked, key) as ahead:
        assert ahead(["a", "bb", "a"]) == [named("a"), named("bb"), named("a")]
        assert ahead(["bb", "c"]) == [named("bb"), named("c")]
        assert ahead([]) == []
    assert asked.texts == ["a", "bb", "c"]


def test_what_was_looked_at_is_not_asked_again_and_waits_for_nothing_that_comes_later() -> None:
    asked = Asked()
    with Ahead(asked, key) as ahead:
        ahead.look(["a", "b"])
        assert ahead(["b"]) == [named("b")]
        asked.may.clear()
        ahead.look(["c"])
        assert ahead(["a", "b"]) == [named("a"), named("b")]  # while the finder reads on
        asked.may.set()
        assert ahead(["c", "a"]) == [named("c"), named("a")]
    assert asked.texts == ["a", "b", "c"]


def test_what_goes_wrong_ahead_is_raised_when_it_is_asked_for() -> None:
    with Ahead(Asked(), key) as ahead:
        ahead.look(["broken"])
        with pytest.raises(TaggerFailed, match="told to"):
            ahead(["a"])
        assert ahead(["a"]) == [named("a")]


def test_what_was_not_asked_for_is_dropped_at_the_end() -> None:
    asked = Asked()
    with Ahead(asked, key) as ahead:
        asked.may.clear()
        ahead.look(["a"])
        ahead.look(["b"])
        asked.may.set()
    assert asked.texts in (["a"], ["a", "b"])


def test_it_remembers_hashes_and_not_too_many() -> None:
    asked = Asked()
    with Ahead(asked, key, most=2) as ahead:
        assert ahead(["a", "b", "c"]) == [named("a"), named("b"), named("c")]
        ahead(["b", "c"])
        assert asked.texts == ["a", "b", "c"]
        ahead(["a"])
        assert asked.texts == ["a", "b", "c", "a"]
        assert set(ahead._known) == {key(b"a"), key(b"c")}


def test_a_finder_that_forgets_a_text_is_refused() -> None:
    with Ahead(lambda texts: [], key) as ahead, pytest.raises(TaggerFailed):
        ahead(["a"])
