"""Learning from pairs: of two answers to the same prompt the one that a person wanted becomes likelier than the other.

Both losses add the ordinary one on the chosen answers. DPO (Rafailov et al. 2023, with the likelihood term of Pang et
al. 2024) compares with the weights before training, ORPO (Hong et al. 2024) needs no comparison.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from selfimprove.models.batch import collate, fit
from selfimprove.models.encode import Encoded
from selfimprove.models.exponential import log_likelihoods
from selfimprove.models.loss import loss, supervised_logits
from selfimprove.models.training import Preference

BATCH = 8  # pairs whose reference is computed at once


@dataclass(frozen=True, slots=True)
class Pair:
    """Two chats that differ in their last answer; `reference` are both answers' log-probabilities before training."""

    chosen: Encoded
    rejected: Encoded
    reference: tuple[float, float] = (0.0, 0.0)

    @property
    def tokens(self) -> tuple[int, ...]:
        """Of the longer chat: what the pair's batch is as wide as."""
        return max(self.chosen.tokens, self.rejected.tokens, key=len)

    @property
    def supervised(self) -> tuple[bool, ...]:
        """What is learned by the ordinary loss."""
        return self.chosen.supervised


def windows(rows: Sequence["Encoded | Pair"], longest: int) -> list["Encoded | Pair"]:
    """Rows of at most `longest` tokens; of a longer pair the chosen chat alone is learned."""
    found: list[Encoded | Pair] = []
    for row in rows:
        if isinstance(row, Encoded):
            found += fit([row], longest)
        else:
            found += [row] if len(row.tokens) <= longest else fit([row.chosen], longest)
    return found


def arrays(pairs: Sequence[Pair]) -> tuple[Any, ...]:
    """What the loss is called with: a batch of the chosen and then the rejected chats, whose weights are 0.

    Then which positions are of a last answer, the row of each position, and each row's reference.
    """
    import numpy as np

    others = [replace(pair.rejected, supervised=_last(pair.rejected)) for pair in pairs]
    chats = [*(pair.chosen for pair in pairs), *others]
    batch = collate(chats)
    owners = np.asarray(batch.positions // (batch.tokens.shape[1] - 1), np.int32)
    last = np.zeros((len(chats), batch.tokens.shape[1]), np.float32)
    for place, chat in enumerate(chats):
        last[place, : len(chat.tokens)] = _last(chat)
    answers = last[:, 1:].reshape(-1)[batch.positions] * batch.weights
    weights = batch.weights * (owners < len(pairs))
    reference = np.array([p.reference[0] for p in pairs] + [p.reference[1] for p in pairs], np.float32)
    return batch.tokens, batch.positions, batch.targets, weights, answers, owners, reference


def _last(chat: Encoded) -> tuple[bool, ...]:
    """The marks of the last answer."""
    after = len(list(takewhile(lambda mark: not mark, reversed(chat.supervised))))
    length = len(list(takewhile(bool, list(reversed(chat.supervised))[after:])))
    start = len(chat.supervised) - after - length
    return tuple(start <= place < start + length for place in range(len(chat.supervised)))


def loss_of(kind: Preference, beta: float) -> Any:
    """The loss for batches of chats and of pairs alike."""

    def either(model: Any, tokens: Any, *rest: Any) -> tuple[Any, Any]:
        return loss(model, tokens, *rest) if len(rest) < 6 else _paired(model, tokens, *rest)

    def _paired(model: Any, tokens: Any, *rest: Any) -> tuple[Any, Any]:
        import mlx.core as mx

        _, _, weights, answers, owners, reference = rest
        each = _logprobs(model, tokens, *rest[:2])
        count = weights.sum()
        likelihood = -(each * weights).sum() / mx.maximum(count, 1)
        number = len(reference) // 2
        said, sizes = _sums(each * answers, owners, reference), _sums(answers, owners, reference)
        if kind == "dpo":
            gained = said - reference
            margin = beta * (gained[:number] - gained[number:])
        else:
            mean = said / mx.maximum(sizes, 1)
            odds = mean - mx.log1p(-mx.exp(mx.minimum(mean, -1e-6)))
            margin = odds[:number] - odds[number:]
        preferred = mx.logaddexp(mx.array(0.0), -margin).mean()
        return likelihood + (preferred if kind == "dpo" else beta * preferred), count

    return either


def _logprobs(model: Any, tokens: Any, positions: Any, targets: Any) -> Any:
    return log_likelihoods(supervised_logits(model, tokens[:, :-1], positions), targets)


def _sums(values: Any, owners: Any, reference: Any) -> Any:
    import mlx.core as mx

    return mx.zeros(reference.shape).at[owners].add(values)


def referenced(model: Any, pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs with the log-probabilities of their answers under the model as it is."""
    import mlx.core as mx

    model.eval()
    found: list[Pair] = []
    for start in range(0, len(pairs), BATCH):
        some = pairs[start : start + BATCH]
        tokens, positions, targets, _, answers, owners, reference = map(mx.array, arrays(some))
        sums = _sums(_logprobs(model, tokens, positions, targets) * answers, owners, reference).tolist()
        both = zip(sums[: len(some)], sums[len(some) :], strict=True)
        found += [replace(pair, reference=values) for pair, values in zip(some, both, strict=True)]
    return found
