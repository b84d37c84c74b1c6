"""What answering will need of memory, before it begins, and how many tokens may be under way at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from selfimprove.errors import ServingTooLarge
from selfimprove.models.kept import per_token, sizes
from selfimprove.models.memory import GB, PROCESS, Shape, machine_limit, shape_of
from selfimprove.models.memory import weights as weights_of
from selfimprove.models.mlx import WEIGHTS

STEP = 512  # tokens of all prompts together that are read between two tokens of those who are answering
LEAST = 16  # of each, however many there are
BLOCK = 256  # caches grow by so many tokens
RANK = 16  # of the adapters that room is kept for; of others the room is taken from conversations, or not there
COPIED = 1.1  # times the bytes of all places: while these are widened, one layer is there twice
READ = 2  # times the size of an adapter's file: as read, and as it is put in its place
LOGITS, STATES = 4, 6  # how many copies are in memory at the peak


@dataclass(frozen=True, slots=True)
class Serving:
    """How much is served at once: adapters beside the base, tokens of prompt and answer together, answers, requests."""

    slots: int = 4
    context: int = 8192
    rows: int = 32
    waiting: int = 64
    prefix_bytes: int = 2**29
    memory_gb: float = 0.0  # 0: what the machine has
    beat_seconds: float = 10.0  # an idle child must answer a real prompt this often
    patience_seconds: float = 60.0  # a child that is silent for longer is replaced


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that may be taken in all, by what was read before, by all keys and values, and by those of one token.

    `adapters` are kept for all places, whatever these hold; what they hold beyond that is taken from keys and values.
    """

    limit: float
    prefixes: float
    states: float
    token: int
    weights: float = 0.0
    adapters: float = 0.0
    context: int = 0

    def fits(self, lengths: Sequence[int], places: float = 0.0) -> bool:
        """Whether conversations that grow to such lengths fit together beside so many bytes of places."""
        return self._grown(lengths) <= self.states - self._beyond(places)

    def check_adapter(self, folder: Path, places: float, more: float, lengths: Sequence[int]) -> None:
        """Whether an adapter can be loaded now, and stay beside those who are being answered or one long conversation.

        `places` are bytes of all places then, `more` what is taken now and what they will take beyond that.

        Raises:
            ServingTooLarge: it cannot; the message has the figures.
        """
        file, beyond = folder / WEIGHTS, self._beyond(places)
        now = more + PROCESS + (READ * file.stat().st_size if file.is_file() else 0)
        states = max(self._grown([self.context]), self._grown(lengths or [0]))
        later = self.limit - self.states + beyond + states if beyond else 0.0
        if max(now, later) > self.limit:
            raise ServingTooLarge(
                needed=_gb(max(now, later)), weights=_gb(self.weights), adapters=_gb(places), context=self.context,
                states=_gb(states), rest=_gb(max(max(now, later) - self.weights - places - states, 0)),
                limit=_gb(self.limit),
            )  # fmt: skip

    def _beyond(self, places: float) -> float:
        return max(places - self.adapters, 0.0)

    def _grown(self, lengths: Sequence[int]) -> int:
        """A batch is as wide as its longest."""
        widest = -(-max(lengths) // BLOCK) * BLOCK
        return len(lengths) * widest * self.token


def room(folder: Path, serving: Serving, available: float) -> Room:
    """The room there will be, for a model that is not loaded yet, when `available` bytes of memory are free.

    Of a model of another kind than llama's the weights are known, and keys and values where it names their sizes.

    Raises:
        ServingTooLarge: not even one conversation of full length fits; the message has the figures.
    """
    shape = shape_of(folder)
    limit = min(machine_limit(serving.memory_gb), available)
    weights = weights_of(folder)
    adapters = 4 * shape.trained(RANK, -1) * (serving.slots + 1) if shape else 0  # one place is the base's
    token = per_token(folder)
    rest = PROCESS + (_passing(shape, serving.rows) if shape else 0)
    left = limit - weights - adapters - rest
    longest = token * serving.context
    if left < max(longest, 1):
        raise ServingTooLarge(
            needed=_gb(limit - left + longest), weights=_gb(weights), adapters=_gb(adapters), context=serving.context,
            states=_gb(longest), rest=_gb(rest), limit=_gb(limit),
        )  # fmt: skip
    prefixes = min(serving.prefix_bytes, left - longest)
    return Room(limit, prefixes, left - prefixes, token, weights, adapters, serving.context)


def _passing(shape: Shape, rows: int) -> float:
    """What is in memory only while a step is computed."""
    return LOGITS * 4 * rows * shape.vocabulary + STATES * STEP * (shape.hidden + shape.inner) * shape.width


def share(prompts: int) -> int:
    """How many tokens of each of so many prompts are read at a time, so that no long one stops the others."""
    return max(STEP // max(prompts, 1), LEAST)


def context_of(folder: Path, wanted: int) -> int:
    """Tokens of a conversation: what is wanted, or fewer when the model was not made for so many."""
    most = sizes(folder).get("max_position_embeddings")
    return min(wanted, int(most)) if most else wanted


def _gb(size: float) -> str:
    return f"{size / GB:.2f}"
