"""What a worker answers is believed only when it can be true."""

from contextlib import closing
from typing import Any

import pytest

from selfimprove.errors import ModelWorkFailed, TaggerFailed
from selfimprove.models.worker import Worker
from selfimprove.privacy.beside import Span
from selfimprove.privacy.names.find import find
from selfimprove.privacy.names.tagger import finder, insist

TEXTS = ["I am Jonas Whitlock.", "", "nothing here"]


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
