"""The order in which a training sees its rows: a function of seed and step alone, so that it can go on at any step."""

from collections.abc import Iterator, Sequence
from itertools import count, islice
from typing import Any

from selfimprove.models import batch, packing, preference
from selfimprove.models.encode import Encoded
from selfimprove.models.preference import Pair
from selfimprove.models.training import Plan

Row = Encoded | Pair
Indices = list[list[int]]  # of a batch: rows of the indices of the chats in them


class Batches:
    """mlx-lm's `iterate_batches`, from the batch after `step` steps on; `drawn` counts batches while it runs."""

    def __init__(self, plan: Plan, step: int = 0) -> None:
        self.plan, self.drawn = plan, step * plan.accumulate

    @property
    def step(self) -> int:
        """The step that the newest batch belongs to."""
        return -(-self.drawn // self.plan.accumulate)

    @property
    def ends_step(self) -> bool:
        """Whether the newest batch is the last of its step."""
        return self.drawn % self.plan.accumulate == 0

    @property
    def is_evaluated(self) -> bool:
        """Whether the plan wants the held-out loss before the newest batch."""
        begins = (self.drawn - 1) % self.plan.accumulate == 0
        return begins and self.plan.evaluates(self.step)

    def __call__(
        self, dataset: Sequence[Row], *_: Any, loop: bool = False, comm_group: Any = None, **__: Any
    ) -> Iterator[tuple[Any, ...]]:
        """Epoch after epoch in an order fixed by the seed, or once when it does not loop.

        Of several ranks each takes its turn, so that a step is a batch of every rank.
        """
        import mlx.core as mx

        rank, size = (comm_group.rank(), comm_group.size()) if comm_group else (0, 1)
        whole = iter(of_epoch(dataset, self.plan, 0))
        for rows in self._looping(dataset, rank, size) if loop else islice(whole, rank, None, size):
            yield tuple(map(mx.array, arrays(dataset, rows, self.plan)))

    def _looping(self, dataset: Sequence[Row], rank: int, size: int) -> Iterator[Indices]:
        """Random numbers depend on the step alone, so that a training can go on at any."""
        import mlx.core as mx

        for rows in islice(drawn(dataset, self.plan, self.drawn * size), rank, None, size):
            self.drawn += 1
            mx.random.seed(_seed_of(self.plan.seed, self.drawn))
            yield rows


class HeldOut(list[Encoded]):
    """Rows that mlx-lm's trainer finds empty, and so does not evaluate, except before the steps of the plan."""

    def __init__(self, rows: Sequence[Encoded], batches: Batches) -> None:
        super().__init__(rows)
        self._batches = batches

    def __bool__(self) -> bool:
        return len(self) > 0 and self._batches.is_evaluated


def drawn(rows: Sequence[Row], plan: Plan, before: int) -> Iterator[Indices]:
    """Each batch after so many batches, without end."""
    for epoch in count():
        batches = of_epoch(rows, plan, epoch)
        yield from batches[before:]
        before = max(0, before - len(batches))


def of_epoch(rows: Sequence[Row], plan: Plan, epoch: int) -> list[Indices]:
    """The batches of an epoch; every row is in exactly one, and pairs are among themselves."""
    import numpy as np

    pairs = [index for index, row in enumerate(rows) if isinstance(row, Pair)]
    if not pairs:
        return _of_chats([row for row in rows if isinstance(row, Encoded)], plan, epoch)
    chats = [(index, row) for index, row in enumerate(rows) if isinstance(row, Encoded)]
    among = [[[chats[i][0] for i in row] for row in batch] for batch in _of_chats([c for _, c in chats], plan, epoch)]
    two = batch.order([rows[index] for index in pairs], max(1, plan.batch_tokens // 2), plan.seed, epoch)
    among += [[[pairs[i]] for i in indices] for indices in two]
    draw = np.random.default_rng([plan.seed, epoch, 2])
    return [among[index] for index in draw.permutation(len(among))]


def _of_chats(rows: Sequence[Encoded], plan: Plan, epoch: int) -> list[Indices]:
    if plan.batching == "packed":
        return packing.order(rows, plan, epoch)
    return [[[index] for index in indices] for indices in batch.order(rows, plan.batch_tokens, plan.seed, epoch)]


def arrays(dataset: Sequence[Row], rows: Indices, plan: Plan) -> tuple[Any, ...]:
    """What the loss is called with, as numpy arrays."""
    found = [[dataset[index] for index in row] for row in rows]
    pairs = [row for each in found for row in each if isinstance(row, Pair)]
    if pairs:
        return preference.arrays(pairs)
    chats = [[row for row in each if isinstance(row, Encoded)] for each in found]
    if plan.batching == "packed":
        packed = packing.collate(chats, plan)
        return packed.tokens, packed.positions, packed.targets, packed.weights, packed.chats
    made = batch.collate([chat for row in chats for chat in row])
    return made.tokens, made.positions, made.targets, made.weights


def _seed_of(seed: int, step: int) -> int:
    import numpy as np

    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0])
