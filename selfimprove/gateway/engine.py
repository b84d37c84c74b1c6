"""The model that answers, in a process of its own: started, fed, watched, and started again when it dies."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from selfimprove.gateway.ask import Ask, Piece
from selfimprove.models.base import Base


@dataclass(frozen=True, slots=True)
class Probe:
    """What a slot says to fixed prompts, greedily: all answers in one text, and the log-probability of each token."""

    logprobs: tuple[float, ...]
    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What the child holds and does now; sizes in bytes. `hits` are prompts whose beginning was read already."""

    memory: int
    peak: int
    prefixes: int
    hits: int
    misses: int
    hit_tokens: int
    answering: int
    waiting: int


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


class Engine:
    """A voice: base and adapters as slots of one batch, in a child process that is replaced when it dies or hangs."""

    def __init__(self, serving: Serving = Serving()) -> None:
        self.serving = serving

    @property
    def is_up(self) -> bool:
        """Whether the child answers; false while it starts, starts again, or is drained."""
        raise NotImplementedError

    @property
    def slots(self) -> frozenset[str]:
        """Adapter ids that can be asked now, and "base"; empty while the child is down."""
        raise NotImplementedError

    async def start(self, base: Base) -> None:
        """Load the base model; returns when it answers. From then on a child that dies is started again by itself.

        Raises:
            ModelBroken: the model's files cannot be loaded.
            ServingTooLarge: it does not fit into this machine's memory; the message has the figures.
        """
        raise NotImplementedError

    async def stop(self) -> None:
        """End the child at once; requests under way fail with ModelUnavailable."""
        raise NotImplementedError

    async def drain(self, seconds: float) -> None:
        """Take no new requests, let those under way finish for so long, then stop: its memory is given back."""
        raise NotImplementedError

    async def load(self, slot: str, folder: Path) -> None:
        """Put an adapter, whose files the caller has verified, beside the others under this name (its id).

        Raises:
            AdapterMismatch: it does not fit this model whole, or holds numbers that are not finite.
            SlotsFull: no slot is free; unload one first.
            ServingTooLarge: it does not fit into memory.
            ModelUnavailable: the child is down.
        """
        raise NotImplementedError

    async def unload(self, slot: str) -> None:
        """Take no new requests for it, let those under way finish, then drop its weights; unknown names are fine."""
        raise NotImplementedError

    async def probe(self, slot: str) -> Probe:
        """What the slot (or "base") says to fixed prompts.

        Raises:
            AnswerBroken: it computed what is not a number.
            ModelUnavailable: the slot is not loaded, or the child is down.
        """
        raise NotImplementedError

    async def memory(self) -> Figures:
        """What the child holds now.

        Raises:
            ModelUnavailable: the child is down.
        """
        raise NotImplementedError

    def say(self, ask: Ask) -> AsyncIterator[Piece]:
        """The pieces of one answer; closing the iterator stops the work for it.

        Raises:
            ModelUnavailable: the child or the slot is not there now, or too many requests wait.
            PromptTooLong: prompt and answer cannot fit into the context.
            TemplateUnusable: the model's template refuses these messages.
            SchemaUnusable: the JSON schema cannot be followed.
            AnswerBroken: the model computed what is not a number.
        """
        raise NotImplementedError
