"""An engine without a model: what it says names the slot, and it keeps the engine's promises about loading."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from selfimprove.errors import AdapterMismatch, AnswerBroken, ModelUnavailable, ModelWorkFailed, SlotsFull
from selfimprove.gateway.ask import BASE, Ask, Piece
from selfimprove.gateway.engine import Figures, Probe, Serving
from selfimprove.models.base import Base
from selfimprove.models.memory import GB

WORDS = 6  # pieces of an answer


class FakeEngine:
    """Slots with answers under way; `flaws` says which slot fails its trial and how, `pause` is the time of a piece."""

    def __init__(self, slots: int = 4, pause: float = 0.0) -> None:
        self.serving = Serving(slots=slots)
        self.pause, self.is_up = pause, True
        self.folders: dict[str, Path] = {}
        self.loaded: list[str] = []
        self.probed: list[str] = []
        self.flaws: dict[str, str] = {}
        self.under_way: Counter[str] = Counter()
        self.bytes = 2 * GB
        self.drained = self.forgets = 0
        self.starts = self.deaths = 0  # deaths: so many starts to come end in one

    why = "the model is not started"

    @property
    def slots(self) -> frozenset[str]:
        return frozenset({BASE, *self.folders}) if self.is_up else frozenset()

    async def start(self, base: Base) -> None:
        self.starts += 1
        if self.deaths:
            self.deaths -= 1
            raise ModelWorkFailed(function="voices", ending="SIGKILL", line="it said nothing")
        self.is_up = True

    async def drain(self, seconds: float, why: str = "") -> None:
        self.is_up = False
        self.drained += 1

    async def stop(self) -> None:
        self.is_up = False

    async def memory(self) -> Figures:
        return Figures(self.bytes, self.bytes, 0, 0, 0, 0, 0, 0)

    async def forget(self) -> None:
        self.forgets += 1

    async def load(self, slot: str, folder: Path) -> None:
        if not self.is_up:
            raise ModelUnavailable(reason="it is down", retry_after=1)
        if len(self.folders) >= self.serving.slots:
            raise SlotsFull(slots=self.serving.slots, taken="")
        if self.flaws.get(slot) == "mismatch":
            raise AdapterMismatch(folder=folder, reason="it has other layers")
        await asyncio.sleep(self.pause)
        self.folders[slot] = folder
        self.loaded.append(slot)

    async def unload(self, slot: str) -> None:
        if self.folders.pop(slot, None) is not None:
            while self.under_way[slot]:
                await asyncio.sleep(0.001)

    async def probe(self, slot: str) -> Probe:
        self.probed.append(slot)
        flaw = self.flaws.get(slot)
        if flaw == "broken":
            raise AnswerBroken(slot=slot)
        seconds = 99.0 if flaw == "slow" else 0.1
        text = "" if flaw == "silent" else BASE if flaw == "untaught" else slot
        return Probe((-0.5, -0.1 - len(set(text)) / 100), text, seconds)

    async def say(self, ask: Ask) -> AsyncIterator[Piece]:
        if ask.slot not in self.slots:
            raise ModelUnavailable(reason=f"adapter {ask.slot[:12]} is not loaded", retry_after=5)
        self.under_way[ask.slot] += 1
        with contextlib.ExitStack() as stack:
            stack.callback(self.under_way.subtract, [ask.slot])
            for number in range(WORDS):
                await asyncio.sleep(self.pause)
                yield Piece(f"{ask.slot} ", finish="stop" if number == WORDS - 1 else None)
