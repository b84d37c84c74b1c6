"""What a worker answers is believed only when it can be true, and asked for once."""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest

from selfimprove.errors import ModelWorkFailed, TaggerFailed
from selfimprove.models.worker import Worker
from selfimprove.privacy.beside import Span
from selfimprove.privacy.names.find import find
from selfimprove.privacy.names.tagger import finder, insist, once

TEXTS = ["I am Jonas Whitlock.", "", "nothing here"]


def key(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Asked:
    """A finder that says each text is a name, and remembers what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[list[Span]]:
        self.texts += texts
        return [[Span(0, len(text), "NAME", "name_tagger")] for text in texts]


def test_a_worker_finds_what_this_process_finds() -> None:
    with closing(Worker("torch")) as worker:
        assert finder(worker)(TEXTS) == find(TEXTS)
        assert finder(worker)([]) == []
        with pytest.raises(TaggerFailed, match="TypeError"):
            worker.do("selfimprove.privacy.names.find:work", {"texts": [7], "threshold": None})
        with pytest.raises(ModelWorkFailed):
            worker.do("selfimprove.privacy.names.find:missing", {})
        with pytest.raises(ModelWorkFailed):
            finder(worker)(TEXTS)


def test_a_text_is_read_once() -> None:
    asked = Asked()
    remembering = once(asked, key)
    first = remembering(["a", "b", "a"])
    assert first == [*asked(["a", "b"]), *asked(["a"])]
    asked.texts.clear()
    assert remembering(["b", "c"]) == [first[1], [Span(0, 1, "NAME", "name_tagger")]]
    assert asked.texts == ["c"]


def test_it_remembers_hashes_and_not_too_many() -> None:
    asked = Asked()
    remembering = once(asked, key, most=2)
    remembering(["a", "b", "c"])
    asked.texts.clear()
    remembering(["b", "c"])
    assert asked.texts == []
    remembering(["a"])
    assert asked.texts == ["a"]
    cells = remembering.__closure__ or ()
    (known,) = [cell.cell_contents for cell in cells if isinstance(cell.cell_contents, dict)]
    assert set(known) == {key(b"a"), key(b"c")}


GOOD = [Span(0, 2, "NAME", "x"), Span(3, 5, "PLACE", "x")]


@pytest.mark.parametrize(
    "found",
    [
        None,
        {},
        [],
        [GOOD, GOOD],
        [None],
        [["NAME"]],
        [[Span(0, 6, "NAME", "x")]],
        [[Span(2, 2, "NAME", "x")]],
        [[Span(-1, 2, "NAME", "x")]],
        [[Span(True, 2, "NAME", "x")]],
        [[Span(0, 2, "EMAIL", "x")]],
        [[GOOD[1], GOOD[0]]],
        [[GOOD[0], Span(1, 3, "NAME", "x")]],
    ],
)
def test_what_cannot_be_is_refused(found: Any) -> None:
    assert insist(["ab de"], [GOOD]) == [GOOD]
    with pytest.raises(TaggerFailed):
        insist(["ab de"], found)


def test_a_finder_that_forgets_a_text_is_refused() -> None:
    with pytest.raises(TaggerFailed):
        once(lambda texts: [], key)(["a"])
