"""The voices that are loaded: let in after a trial, and let go when what they had begun to say is said."""

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path

from selfimprove.errors import ModelUnavailable, SlotsFull, VoiceRefused
from selfimprove.gateway.ask import BASE
from selfimprove.gateway.engine import Engine, Probe
from selfimprove.gateway.plan import Plan
from selfimprove.gateway.probe import flaw

LINGER_SECONDS = 1.0  # who was chosen a moment ago may not have been asked yet


class Cast:
    """The slots of an engine, but for the base."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._said: dict[str, Probe] = {}  # by each voice to the prompts that try others

    async def admit(self, folders: Mapping[str, Path], now: Plan) -> None:
        """Have these answer, each tried when it is loaded: against the base and against the voice that answers now.

        Raises:
            VoiceRefused: one failed its trial, and is not loaded.
            AdapterMismatch, ServingTooLarge, AnswerBroken: one cannot be loaded or computed.
            ModelUnavailable: the engine is down.
        """
        for slot, folder in folders.items():
            await self._stay(slot)
            if slot not in self._engine.slots:
                await self._load(slot, folder, now.slots | folders.keys())
                await self._try(slot, now.voice)

    def dismiss(self, but: frozenset[str]) -> None:
        """Unload the others in a while; nobody waits for it."""
        for slot in self._engine.slots - but - {BASE} - self._leaving.keys():
            self._leaving[slot] = asyncio.create_task(self._leave(slot))

    async def _stay(self, slot: str) -> None:
        """Who is about to leave stays; who is leaving already is waited for."""
        task = self._leaving.pop(slot, None)
        if task is None:
            return
        if slot in self._engine.slots:
            task.cancel()
        await asyncio.wait([task])

    async def _leave(self, slot: str) -> None:
        await asyncio.sleep(LINGER_SECONDS)
        try:
            with contextlib.suppress(ModelUnavailable):  # with the engine the slot is gone
                await self._engine.unload(slot)
        finally:
            self._leaving.pop(slot, None)
            self._said.pop(slot, None)

    async def _load(self, slot: str, folder: Path, needed: frozenset[str]) -> None:
        """Where all places are taken, somebody who is not needed makes room."""
        try:
            await self._engine.load(slot, folder)
        except SlotsFull:
            self.dismiss(needed)
            if not self._leaving:
                raise
            await asyncio.wait(self._leaving.values(), return_when=asyncio.FIRST_COMPLETED)
            await self._load(slot, folder, needed)

    async def _try(self, slot: str, running: str) -> None:
        """Twice where it fails, as a moment's load may have slowed it down; then the others are asked anew as well."""
        try:
            wrong = await self._flaw(slot, running)
            if wrong:
                self._said.clear()
                wrong = await self._flaw(slot, running)
            if wrong:
                raise VoiceRefused(id=slot[:12], reason=wrong)
        except BaseException:
            await self._engine.unload(slot)
            raise

    async def _flaw(self, slot: str, running: str) -> str | None:
        named = {"the base model": BASE, "the voice that answers now": running}
        others: dict[str, tuple[str, Probe]] = {}
        for name, other in named.items():
            if other != slot and other in self._engine.slots and other not in others:
                others[other] = (name, await self._says(other))
        self._said.pop(slot, None)
        return flaw(await self._says(slot), list(others.values()))

    async def _says(self, slot: str) -> Probe:
        """What it was heard to say, if it was; a voice does not change."""
        if slot not in self._said:
            self._said[slot] = await self._engine.probe(slot)
        return self._said[slot]
