"""The model that answers, in a process of its own: started, fed, watched, and started again when it dies."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfimprove.errors import AnswerBroken, ModelUnavailable, SelfImproveError, SlotsFull
from selfimprove.gateway import engine_child
from selfimprove.gateway.ask import BASE, Ask, Piece, score
from selfimprove.gateway.engine_child import Child
from selfimprove.gateway.file_marks import Marks, marks
from selfimprove.gateway.work import happens
from selfimprove.models.base import Base
from selfimprove.models.serving import Serving

__all__ = ["Engine", "Figures", "Probe", "Serving"]

PROMPTS = ("Hello, who are you?", "What is the capital of France?", "Write one sentence about rain.")
PROBE_TOKENS = 24
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds before a dead child is started again
STEADY = 60.0  # seconds after which a child's death is not counted with the one before


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


class Engine:
    """A voice: base and adapters as slots of one batch, in a child process that is replaced when it dies or hangs."""

    def __init__(self, serving: Serving | None = None) -> None:
        self.serving = serving or Serving()
        self.restarts = 0
        self._base: Base | None = None
        self._child: Child | None = None
        self._folders: dict[str, Path] = {}
        self._marks: dict[str, Marks] = {}  # of the files as they were when they were loaded
        self._keeper: asyncio.Task[None] | None = None
        self._why = "the model is not started"
        self._retry_after = 5

    @property
    def is_up(self) -> bool:
        """Whether the child answers; false while it starts, starts again, or is drained."""
        return self._child is not None and not self._child.ended.is_set()

    @property
    def why(self) -> str:
        """What it waits for while it is not up."""
        return self._why

    @property
    def slots(self) -> frozenset[str]:
        """Adapter ids that can be asked now, and "base"; empty while the child is down."""
        return frozenset({BASE, *self._folders}) if self.is_up else frozenset()

    async def start(self, base: Base) -> None:
        """Load the base model, and the adapters that a drained or stopped engine had of it; returns when it answers.

        From then on a child that dies is started again by itself. Does nothing when it runs.

        Raises:
            ModelBroken: the model's files cannot be loaded.
            ServingTooLarge: it does not fit into this machine's memory; the message has the figures.
        """
        if self._keeper is not None:
            return
        if self._base is not None and self._base.id != base.id:
            self._folders.clear()
        self._base, self._why, self._retry_after = base, "the model is being loaded", 5
        self._child = await self._begin(base)
        self._why, self._retry_after = engine_child.ENDED, 5
        self._keeper = asyncio.create_task(self._keep(base))

    async def stop(self) -> None:
        """End the child at once; requests under way fail with ModelUnavailable."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])  # whoever cancels us meanwhile is heard
        child, self._child = self._child, None
        if child is not None:
            await child.kill()

    async def drain(self, seconds: float, why: str = "its memory is needed for training") -> None:
        """Take no new requests, let those under way finish for so long, then stop: its memory is given back."""
        child, self._child = self._child, None
        self._why, self._retry_after = why, 60
        await self.stop()  # of the keeper alone, which would start another
        if child is not None:
            await happens(child.quiet, seconds)
            await child.kill()

    async def load(self, slot: str, folder: Path) -> None:
        """Put an adapter, whose files the caller has verified, beside the others under this name (its id).

        Raises:
            AdapterMismatch: it does not fit this model whole, or holds numbers that are not finite.
            SlotsFull: no slot is free; unload one first.
            ServingTooLarge: it does not fit into memory.
            ModelUnavailable: the child is down.
        """
        child = self._up()
        if slot in self._folders:
            return
        if len(self._folders) >= self.serving.slots:
            raise SlotsFull(slots=self.serving.slots, taken=", ".join(name[:12] for name in self._folders))
        found = marks(folder)
        await child.do("load", slot=slot, folder=str(folder))
        self._folders[slot], self._marks[slot] = folder, found

    async def unload(self, slot: str) -> None:
        """Take no new requests for it, let those under way finish, then drop its weights; unknown names are fine."""
        if self._folders.pop(slot, None) is not None and self.is_up:
            await self._up().do("unload", slot=slot)

    async def probe(self, slot: str) -> Probe:
        """What the slot (or "base") says to fixed prompts: one after the other, as others are answered meanwhile.

        Raises:
            AnswerBroken: it computed what is not a number.
            ModelUnavailable: the slot is not loaded, or the child is down.
        """
        start = asyncio.get_running_loop().time()
        answers = [await self._whole(_fixed(slot, prompt)) for prompt in PROMPTS]
        seconds = asyncio.get_running_loop().time() - start
        pieces = [piece for answer in answers for piece in answer]
        scores = tuple(score.logprob for piece in pieces for score in piece.scores)
        return Probe(scores, "\n".join("".join(piece.text for piece in answer) for answer in answers), seconds)

    async def memory(self) -> Figures:
        """What the child holds now.

        Raises:
            ModelUnavailable: the child is down.
        """
        return Figures(**await self._up().do("figures"))

    async def forget(self) -> None:
        """Drop all that was read of earlier conversations, and keep nothing of those under way.

        Raises:
            ModelUnavailable: the child is down, and its memory gone with it.
        """
        await self._up().do("forget")

    async def say(self, ask: Ask) -> AsyncIterator[Piece]:
        """The pieces of one answer; closing the iterator stops the work for it.

        Raises:
            ModelUnavailable: the child or the slot is not there now, or too many requests wait.
            PromptTooLong: prompt and answer cannot fit into the context.
            MessagesUnusable: the model's template refuses these messages.
            SchemaUnusable: the JSON schema cannot be followed.
            AnswerBroken: the model computed what is not a number.
        """
        child = self._room_for(ask)
        key = child.ask("say", ask=ask)
        is_over = False
        try:
            await child.flush()
            while not is_over:
                piece = _piece((await child.reply(key))["piece"])
                is_over = piece.finish is not None
                yield piece
        except SelfImproveError:
            is_over = True
            raise
        finally:
            child.leave(key, cancel=not is_over)

    async def _whole(self, ask: Ask) -> list[Piece]:
        return [piece async for piece in self.say(ask)]

    def _up(self) -> Child:
        if self._child is None or self._child.ended.is_set():
            raise ModelUnavailable(reason=self._why, retry_after=self._retry_after)
        return self._child

    def _room_for(self, ask: Ask) -> Child:
        child = self._up()
        if ask.slot not in self.slots:
            raise ModelUnavailable(reason=f"adapter {ask.slot[:12]} is not loaded", retry_after=5)
        if child.under_way >= self.serving.rows + self.serving.waiting:
            raise ModelUnavailable(reason=f"{child.under_way} requests are under way already", retry_after=2)
        return child

    async def _begin(self, base: Base) -> Child:
        """A child with the adapters that the one before it had, but for those whose files changed or do not load."""
        child = await engine_child.start(base.folder, self.serving)
        try:
            for slot, folder in list(self._folders.items()):
                await self._load_again(child, slot, folder)
        except BaseException:
            await child.kill()
            raise
        return child

    async def _load_again(self, child: Child, slot: str, folder: Path) -> None:
        """Files that were touched since nobody has verified; whoever follows the promotions does, and loads them."""
        try:
            if marks(folder) == self._marks[slot]:
                await child.do("load", slot=slot, folder=str(folder))
                return
        except ModelUnavailable:
            raise
        except SelfImproveError:
            pass
        self._folders.pop(slot, None)

    async def _keep(self, base: Base) -> None:
        """Watch the child, and start another when it has ended or hangs: at once, then after longer and longer."""
        loop = asyncio.get_running_loop()
        wait = FIRST_WAIT
        while (child := self._child) is not None:
            started = loop.time()
            await self._watch(child)
            self._child = None
            await child.kill()
            wait = FIRST_WAIT if loop.time() - started > STEADY else min(2 * wait, LONGEST_WAIT)
            self._child, wait = await self._again(base, wait)

    async def _again(self, base: Base, wait: float) -> tuple[Child, float]:
        while True:
            await asyncio.sleep(wait)
            self.restarts += 1
            try:
                return await self._begin(base), wait
            except (SelfImproveError, OSError):
                wait = min(2 * wait, LONGEST_WAIT)

    async def _watch(self, child: Child) -> None:
        """Return when it has ended, is silent for too long, or computes nonsense; a prompt of its own keeps it talking.

        An HTTP server that answers while its model is dead is what this looks for.
        """
        pulse: asyncio.Task[list[Piece]] | None = None
        silent = 0.0  # counted in beats, so that a machine that slept finds its child as it left it
        try:
            while silent < self.serving.patience_seconds:
                lines = child.lines
                if await happens(child.ended, self.serving.beat_seconds):
                    return
                silent = silent + self.serving.beat_seconds if child.lines == lines and pulse else 0.0
                if _is_broken(pulse):
                    return
                if pulse is None or pulse.done():
                    pulse = asyncio.create_task(self._whole(_fixed(BASE, PROMPTS[0], 1)))
        finally:
            if pulse is not None:
                pulse.cancel()
                await asyncio.wait([pulse])


def _is_broken(pulse: "asyncio.Task[list[Piece]] | None") -> bool:
    """Whether a prompt of our own was answered by what is no number; being busy, or too small for it, is not that."""
    if pulse is None or not pulse.done() or pulse.cancelled():
        return False
    return isinstance(pulse.exception(), AnswerBroken)


def _fixed(slot: str, prompt: str, tokens: int = PROBE_TOKENS) -> Ask:
    said = ({"role": "user", "content": prompt},)
    return Ask(id="probe", slot=slot, messages=said, max_tokens=tokens, temperature=0.0, seed=0, top_logprobs=0)


def _piece(given: dict[str, Any]) -> Piece:
    scores = tuple(map(score, given["scores"]))
    return Piece(**{**given, "scores": scores, "tool_calls": tuple(given.get("tool_calls", ()))})
