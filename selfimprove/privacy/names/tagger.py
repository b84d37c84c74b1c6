"""The tagger in a worker, whose answers are believed only when they can be true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from selfimprove.errors import TaggerFailed
from selfimprove.models.worker import Worker
from selfimprove.privacy.names.labels import TYPES
from selfimprove.privacy.redact import Span

Find = Callable[[Sequence[str]], Sequence[Sequence[Span]]]
_KNOWN = frozenset(TYPES.values())


def finder(worker: Worker, threshold: float | None = None) -> Find:
    """`find.find` at this threshold in a worker that loads PyTorch; calling it raises as that does.

    Raises:
        ModelWorkFailed: the process died.
        TaggerFailed: what it gives cannot be spans of these texts.
    """

    def find(texts: Sequence[str]) -> list[list[Span]]:
        job = {"texts": list(texts), "threshold": threshold}
        found = worker.do("selfimprove.privacy.names.find:work", job)["spans"] if texts else []
        return insist(texts, [[Span(*span) for span in own] for own in found])

    return find


def insist(texts: Sequence[str], found: Any) -> list[list[Span]]:
    """What was found, as long as it is ascending spans of known types for each text.

    Raises:
        TaggerFailed: it is something else.
    """
    if not isinstance(found, list | tuple) or len(found) != len(texts):
        raise TaggerFailed(reason=f"not one answer for each of {len(texts)} texts")
    if not all(_holds(text, own) for text, own in zip(texts, found, strict=True)):
        raise TaggerFailed(reason="answers that are not spans of the texts")
    return [list(own) for own in found]


def _holds(text: str, spans: Any) -> bool:
    if not isinstance(spans, list | tuple) or not all(isinstance(span, Span) for span in spans):
        return False
    if not all(type(span.start) is int and type(span.end) is int and span.type in _KNOWN for span in spans):
        return False
    ends = [0, *(end for span in spans for end in (span.start, span.end)), len(text)]
    return ends == sorted(ends) and all(span.start < span.end for span in spans)
