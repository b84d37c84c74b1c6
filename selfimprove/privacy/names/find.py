"""Ask the tagger about texts, in this process; `tagger.finder` does so in a worker.

    find(texts)                          as redaction does: recall before precision
    find(texts, threshold=SECOND_LOOK)   as a second opinion on redacted text does: what is left that may be personal
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from selfimprove.errors import TaggerFailed
from selfimprove.models.serve import Log
from selfimprove.privacy.names import code, weights
from selfimprove.privacy.names.encoder import batch, outputs
from selfimprove.privacy.names.labels import LABELS, TYPES
from selfimprove.privacy.names.lands import let_go
from selfimprove.privacy.names.pieces import Window, Word, windows
from selfimprove.privacy.names.spans import Said, spans
from selfimprove.privacy.redact import Span

TOKENS = 1024  # in a batch, padding included: what its layers hold stays in the processor's cache
THREADS = 8  # at most, a batch each: within one batch they would wait for each other
WITH_CODE = 0.5  # at least, in a text that holds source code: what is less likely there is an identifier
PROBE = ("Hello, I am Anna Kowalska and I live in Berlin.", "The table is made of wood.")


def find(texts: Sequence[str], threshold: float | None = None, folder: Path = weights.FOLDER) -> list[list[Span]]:
    """Spans of each text (types NAME, PLACE, ADDRESS), ascending, without overlap, none in source code.

    A word is masked when it is personal with at least the probability `threshold`: the lower, the more is found. The
    default is the manifest's, chosen for recall. Countries in a text that holds nothing else are let go, and in a text
    with code what is not likely at all.

    Raises:
        TaggerMissing: the weights are not here, or not those of the manifest.
    """
    limit = default_threshold(folder) if threshold is None else threshold
    said = zip(texts, read(texts, folder), strict=True)
    return [let_go(text, _spans(text, *own, limit)) for text, own in said]


def _spans(text: str, words: Sequence[Word], said: Sequence[Said], limit: float) -> list[Span]:
    """The spans; beside source code, those that are likely enough there and not one word in quotes."""
    if not code.holds(text):
        return spans(text, words, said, limit)
    found = spans(text, words, said, max(limit, WITH_CODE))
    return [span for span in found if not code.is_quoted(text, span.start, span.end)]


def read(texts: Sequence[str], folder: Path = weights.FOLDER) -> list[tuple[list[Word], list[Said]]]:
    """The words of each text and what the tagger says of them, at whatever threshold."""
    cut = windows(texts)
    said = iter(_said(_tensors(folder), [window for own in cut for window in own]))
    return [
        ([word for window in own for word in window], [answer for _ in own for answer in next(said)]) for own in cut
    ]


@cache
def default_threshold(folder: Path = weights.FOLDER) -> float:
    """The probability from which on redaction masks a word."""
    return float(weights.manifest(folder)["threshold"])


def work(job: dict[str, Any], _: Log) -> dict[str, Any]:
    """A worker's job: `find` for `job["texts"]` at `job["threshold"]`; the errors it raises never hold text."""
    try:
        _prove()
        found = find(job["texts"], job["threshold"])
    except (ValueError, TypeError, RuntimeError, IndexError) as exc:
        raise TaggerFailed(reason=type(exc).__name__) from None
    return {"spans": [[[span.start, span.end, span.type, span.rule] for span in own] for own in found]}


@cache
def _prove() -> None:
    """Raise TaggerFailed unless names are found where they are: a library that computes nonsense must not go unseen."""
    found = find(PROBE, 0.5)
    if [[span.type for span in own] for own in found] != [["NAME", "PLACE"], []]:
        raise TaggerFailed(reason="it does not find the names that it must")


def _said(tensors: Any, cut: Sequence[Window]) -> list[list[Said]]:
    """What the tagger says of every word of every window; batches are of windows of like length."""
    order = sorted(range(len(cut)), key=lambda place: _length(cut[place]))
    found: list[list[Said]] = [[] for _ in cut]
    batches = list(_batches([(place, _length(cut[place])) for place in order]))
    with ThreadPoolExecutor(min(os.cpu_count() or 1, THREADS)) as pool:
        answers = pool.map(lambda places: ask(tensors, [cut[place] for place in places]), batches)
        for places, said in zip(batches, answers, strict=True):
            for place, of_window in zip(places, said, strict=True):
                found[place] = of_window
    return found


def ask(tensors: Any, cut: Sequence[Window]) -> list[list[Said]]:
    """What the tagger says of the words of one batch of windows."""
    import torch

    with torch.inference_mode():
        likely = outputs(tensors, *batch(cut)).float().softmax(-1).tolist()
    return [list(_words(window, rows[1:])) for window, rows in zip(cut, likely, strict=True)]


def _words(window: Window, rows: Sequence[Sequence[float]]) -> Iterator[Said]:
    at = 0
    for word in window:
        yield _word(word, rows[at : at + len(word.pieces)])
        at += len(word.pieces)


def _word(word: Word, rows: Sequence[Sequence[float]]) -> Said:
    """A word is as personal as the most personal of its pieces."""
    likeliest = max(rows, key=_personal)
    type_ = max(TYPES, key=lambda label: likeliest[LABELS.index(label)])
    return Said(TYPES[type_], _personal(likeliest))


_MASKED = tuple(LABELS.index(label) for label in TYPES)


def _personal(row: Sequence[float]) -> float:
    return sum(row[place] for place in _MASKED)


def _length(window: Window) -> int:
    return sum(len(word.pieces) for word in window) + 2


def _batches(lengths: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Places whose windows, padded to the longest, are at most TOKENS; lengths ascend."""
    places: list[int] = []
    for place, length in lengths:
        if places and (len(places) + 1) * length > TOKENS:
            yield places
            places = []
        places.append(place)
    if places:
        yield places


@cache
def _tensors(folder: Path) -> Any:
    import torch

    torch.set_num_threads(1)  # two threads on a machine at work are many times slower than one
    return weights.load(folder)
