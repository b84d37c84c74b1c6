"""Several answers of a chat, scored in one pass over it: in a pass for each, its beginning is read again and again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import Any

from selfimprove.models.batch import fit
from selfimprove.models.encode import Encoded, Messages, encode
from selfimprove.models.mlx import Loaded
from selfimprove.models.score import last_answer, score_rows


@dataclass(frozen=True, slots=True)
class _Reading:
    """Rows that are read, and how many of their marked tokens are of each answer."""

    rows: Sequence[Encoded]
    lengths: Sequence[int]


def score_answers(
    loaded: Loaded, chats: Sequence[Messages], asked: Sequence[Sequence[int]], *, batch_tokens: int = 4096
) -> list[list[tuple[float, ...]]]:
    """The log-probabilities of the tokens of the answers `asked` for, by their ascending positions in each chat.

    The end token counts. In a chat of more than `batch_tokens` a quarter of so many at least are read before each.

    Raises:
        TemplateUnusable: a chat's last answer cannot be told from what stands before it.
    """
    readings = [
        reading for chat, positions in zip(chats, asked, strict=True)
        for reading in _readings(loaded.tokenizer, chat, positions, batch_tokens)
    ]  # fmt: skip
    scores = iter(score_rows(loaded, [row for reading in readings for row in reading.rows], batch_tokens))
    found: list[tuple[float, ...]] = []
    for reading in readings:
        logprobs = chain.from_iterable(next(scores).logprobs for _ in reading.rows)
        found += [tuple(islice(logprobs, length)) for length in reading.lengths]
    answers = iter(found)
    return [[next(answers) for _ in positions] for positions in asked]


def _readings(tokenizer: Any, chat: Messages, positions: Sequence[int], longest: int) -> Iterator[_Reading]:
    row = encode(tokenizer, chat)
    answers = [position for position, message in enumerate(chat) if message["role"] == "assistant"]
    runs = _runs(row.supervised)
    if len(runs) != len(answers):  # a template that writes earlier answers otherwise
        before = longest // 4 if len(row.tokens) > longest else longest
        parts = (last_answer(tokenizer, chat[: position + 1], longest) for position in positions)
        yield from (_Reading([_from(part, before)], [sum(part.supervised)]) for part in parts)
        return
    wanted = [run for position, run in zip(answers, runs, strict=True) if position in positions]
    places = {place for run in wanted for place in run}
    marks = tuple(place in places for place in range(len(row.tokens)))
    yield _Reading(fit([Encoded(row.tokens, marks)], longest), [len(run) for run in wanted])


def _from(row: Encoded, before: int) -> Encoded:
    """The row from so many tokens before its first mark on."""
    start = max(0, row.supervised.index(True) - before)
    return Encoded(row.tokens[start:], row.supervised[start:])


def _runs(marks: Sequence[bool]) -> list[range]:
    """The places of each run of marks."""
    groups = (list(group) for marked, group in groupby(range(len(marks)), marks.__getitem__) if marked)
    return [range(group[0], group[-1] + 1) for group in groups]
