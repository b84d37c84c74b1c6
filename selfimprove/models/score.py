"""Loss, confidence and greedy exact match of given answers, in one teacher-forced pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Literal

from selfimprove.errors import NothingSupervised
from selfimprove.models import exponential
from selfimprove.models.batch import collate, order
from selfimprove.models.encode import Encoded, Messages, encode
from selfimprove.models.loss import logits_in_pieces
from selfimprove.models.mlx import Loaded

Turns = Literal["last", "all"]


@dataclass(frozen=True, slots=True)
class Score:
    """`loss` in nats a token; `exact`: greedy decoding would say every token; `logprobs` one a target token."""

    loss: float
    tokens: int
    exact: bool
    logprobs: tuple[float, ...]


def score(
    loaded: Loaded, conversations: Sequence[Messages], *, batch_tokens: int = 4096, turns: Turns = "last"
) -> list[Score]:
    """Score the last assistant turn of each conversation, or all of its assistant turns together.

    The end token counts. Of a conversation longer than `batch_tokens` the last `batch_tokens` tokens are read.

    Raises:
        NothingSupervised: a conversation has no assistant answer.
    """
    read = last_answer if turns == "last" else _all_answers
    return score_rows(loaded, [read(loaded.tokenizer, one, batch_tokens) for one in conversations], batch_tokens)


def score_rows(loaded: Loaded, rows: Sequence[Encoded], batch_tokens: int = 4096) -> list[Score]:
    """Score the marked tokens of each row, of which it has at least one."""
    found: dict[int, Score] = {}
    with exponential.ours(loaded.model):
        for indices in order(rows, batch_tokens, seed=0, epoch=0):
            found.update(zip(indices, _scores(loaded.model, [rows[index] for index in indices]), strict=True))
    return [found[index] for index in range(len(rows))]


def last_answer(tokenizer: Any, messages: Messages, longest: int) -> Encoded:
    """The last `longest` tokens of a conversation, its last answer alone marked.

    Raises:
        NothingSupervised: it has none.
    """
    row = encode(tokenizer, messages)
    return _cut(Encoded(row.tokens, _last_run(row.supervised)), longest)


def _all_answers(tokenizer: Any, messages: Messages, longest: int) -> Encoded:
    return _cut(encode(tokenizer, messages), longest)


def _cut(row: Encoded, longest: int) -> Encoded:
    if not any(row.supervised):
        raise NothingSupervised(rows=1)
    return Encoded(row.tokens[-longest:], (False, *row.supervised[-longest:][1:]))


def _last_run(marks: Sequence[bool]) -> tuple[bool, ...]:
    """The marks of the last answer alone."""
    after = len(list(takewhile(lambda mark: not mark, reversed(marks))))
    length = len(list(takewhile(bool, list(reversed(marks))[after:])))
    start = len(marks) - after - length
    return tuple(start <= position < start + length for position in range(len(marks)))


def _scores(model: Any, rows: Sequence[Encoded]) -> Iterator[Score]:
    import mlx.core as mx
    import numpy as np

    batch = collate(rows)
    targets = mx.array(batch.targets)
    pieces = [
        _judge(logits, targets[start : start + len(logits)])
        for start, logits in logits_in_pieces(model, mx.array(batch.tokens)[:, :-1], mx.array(batch.positions))
    ]
    logprobs, greedy = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    first = 0
    for row in rows:
        last = first + sum(row.supervised)
        values = tuple(map(float, logprobs[first:last]))
        yield Score(-sum(values) / len(values), len(values), bool(greedy[first:last].all()), values)
        first = last


def _judge(logits: Any, targets: Any) -> tuple[Any, Any]:
    """Log-probability of each target, and whether it is the likeliest token; computed before the next piece."""
    import numpy as np

    return np.array(exponential.log_likelihoods(logits, targets)), np.array(logits.argmax(axis=-1) == targets)
