"""What answering will need of memory, before it begins, and how many tokens may be under way at once."""

from dataclasses import dataclass
from pathlib import Path

from selfimprove.errors import ServingTooLarge
from selfimprove.models.kept import per_token, sizes
from selfimprove.models.memory import GB, PROCESS, Shape, machine_limit, shape_of
from selfimprove.models.mlx import WEIGHTS

STEP = 512  # tokens of all prompts together that are read between two tokens of those who are answering
LEAST = 16  # of each, however many there are
BLOCK = 256  # caches grow by so many tokens
RANK = 16  # of the adapters that room is kept for
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
    """Bytes that may be taken in all, by what was read before, by all keys and values, and by those of one token."""

    limit: float
    prefixes: float
    states: float
    token: int

    def fits(self, lengths: list[int]) -> bool:
        """Whether conversations that grow to such lengths fit together: a batch is as wide as its longest."""
        widest = -(-max(lengths) // BLOCK) * BLOCK
        return len(lengths) * widest * self.token <= self.states


def room(folder: Path, serving: Serving, available: float) -> Room:
    """The room there will be, for a model that is not loaded yet, when `available` bytes of memory are free.

    Of a model of another kind than llama's the weights are known, and keys and values where it names their sizes.

    Raises:
        ServingTooLarge: not even one conversation of full length fits; the message has the figures.
    """
    shape = shape_of(folder)
    limit = min(machine_limit(serving.memory_gb), available)
    weights = sum(file.stat().st_size for file in folder.glob("model*.safetensors"))
    adapters = 4 * shape.trained(RANK, -1) * serving.slots if shape else 0
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
    return Room(limit, prefixes, left - prefixes, token)


def _passing(shape: Shape, rows: int) -> float:
    """What is in memory only while a step is computed."""
    return LOGITS * 4 * rows * shape.vocabulary + STATES * STEP * (shape.hidden + shape.inner) * shape.width


def share(prompts: int) -> int:
    """How many tokens of each of so many prompts are read at a time, so that no long one stops the others."""
    return max(STEP // max(prompts, 1), LEAST)


def check_adapter(folder: Path, limit: float, taken: float, context: int) -> None:
    """Whether one more adapter can be loaded beside what is `taken` (bytes) now.

    Raises:
        ServingTooLarge: it cannot; the message has the figures.
    """
    file = folder / WEIGHTS
    size = 2 * file.stat().st_size if file.is_file() else 0  # once as read, once in its place
    if taken + size > limit:
        raise ServingTooLarge(
            needed=_gb(taken + size), weights=_gb(taken), adapters=_gb(size), context=context, states="in use",
            rest="in use", limit=_gb(limit),
        )  # fmt: skip


def context_of(folder: Path, wanted: int) -> int:
    """Tokens of a conversation: what is wanted, or fewer when the model was not made for so many."""
    most = sizes(folder).get("max_position_embeddings")
    return min(wanted, int(most)) if most else wanted


def _gb(size: float) -> str:
    return f"{size / GB:.2f}"
