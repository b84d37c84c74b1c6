"""Batches by a budget of tokens: short chats together, so that little of a batch is padding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from selfimprove.models.encode import Encoded

ROUND = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """`tokens` (rows, width); `positions` into the flattened tokens[:, :-1] whose next token is `targets`.

    `weights` is 1.0 for a real target and 0.0 for the padding that rounds their number up.
    """

    tokens: Any
    positions: Any
    targets: Any
    weights: Any


def fit(rows: Sequence[Encoded], longest: int) -> list[Encoded]:
    """Rows of at most `longest` tokens, each with something supervised; longer chats become overlapping windows.

    Every supervised token of a long chat is supervised in exactly one window, after at least a quarter of a window of
    context where there is that much.
    """
    return [window for row in rows for window in _windows(row, longest) if any(window.supervised)]


def _windows(row: Encoded, longest: int) -> Iterator[Encoded]:
    done, stride = 0, max(1, longest * 3 // 4)
    while done < len(row.tokens):
        end = min(len(row.tokens), max(done + stride, longest))
        start = max(0, end - longest)
        marks = tuple(mark and position >= done for position, mark in enumerate(row.supervised))
        yield Encoded(row.tokens[start:end], (False, *marks[start + 1 : end]))
        done = end


def order(rows: Sequence[Any], batch_tokens: int, seed: int, epoch: int) -> list[list[int]]:
    """Indices of the rows of each batch; the same for the same (seed, epoch), and every row is in exactly one.

    A batch holds rows of similar length, and rows times padded width stays within `batch_tokens` unless it is one row.
    """
    import numpy as np

    draw = np.random.default_rng([seed, epoch])
    shuffled = draw.permutation(len(rows)).tolist()
    shuffled.sort(key=lambda index: _padded(rows[index]))
    batches = list(_pack(shuffled, rows, batch_tokens))
    return [batches[index] for index in draw.permutation(len(batches))]


def _padded(row: Any) -> int:
    return -(-(len(row.tokens) - 1) // ROUND) * ROUND + 1


def _pack(indices: Sequence[int], rows: Sequence[Any], batch_tokens: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for index in indices:
        if batch and _padded(rows[index]) * (len(batch) + 1) > batch_tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def collate(rows: Sequence[Encoded]) -> Batch:
    """Rows as numpy arrays, padded on the right; padding is neither seen by a real token nor supervised."""
    import numpy as np

    width = max(map(_padded, rows))
    tokens = np.zeros((len(rows), width), np.int32)
    marked = np.zeros((len(rows), width), bool)
    for place, row in enumerate(rows):
        tokens[place, : len(row.tokens)] = row.tokens
        marked[place, : len(row.tokens)] = row.supervised
    found = np.flatnonzero(marked[:, 1:])
    positions = np.zeros(-(-max(len(found), 1) // (2 * ROUND)) * 2 * ROUND, np.int32)
    positions[: len(found)] = found
    weights = (np.arange(len(positions)) < len(found)).astype(np.float32)
    return Batch(tokens, positions, tokens[:, 1:].reshape(-1)[positions], weights)
