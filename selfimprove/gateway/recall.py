"""Before an answer: the facts that are remembered and most like the question are told to the model, as nights try it.

An answer never waits long for it. What is told is redacted text, and stands in no stored chat.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio
import psycopg

from selfimprove.datasets import memories
from selfimprove.datasets.memories import Recalled
from selfimprove.errors import ModelWorkFailed, SelfImproveError
from selfimprove.gateway import metrics, work
from selfimprove.gateway.deliver import Connect
from selfimprove.models.worker import Worker
from selfimprove.privacy.veto import has_tag

FLOOR = 0.5  # tells 98 % of what is wanted and next to nothing in vain: benchmarks/recall.py
DEADLINE = 0.15  # seconds that an answer waits; the embedding takes 5 to 20 ms
LOOK = 15.0  # seconds between two looks at whether anything is remembered
WARM = 240.0  # seconds after which an idle process of embeddings would soon end
MOST = 4  # questions that are looked up at a time
LONGEST = 4096  # characters of a question that are looked at
log = logging.getLogger("selfimprove.gateway")

Turn = Mapping[str, Any]
Embed = Callable[[Sequence[str]], Awaitable[Any]]
LOST = (psycopg.Error, SelfImproveError, OSError)


class Recall:
    """Tells facts. `follow` says for as long as it runs whether there are any: without any, nobody waits for them."""

    def __init__(self, embed: Embed, connect: Connect, floor: float = FLOOR, deadline: float = DEADLINE) -> None:
        self._embed, self._connect, self._floor, self._deadline = embed, connect, floor, deadline
        self._are_any = False
        self.in_question = False  # the model's template refuses a system prompt
        self._warmed = float("-inf")
        self._under_way: set[asyncio.Task[list[Recalled]]] = set()

    async def tell(self, messages: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        """A request's messages, in OpenAI's form and with texts, with the facts that go with its last question."""
        found = await self.facts(messages)
        return told(messages, found, in_question=self.in_question) if found else messages

    async def facts(self, messages: Sequence[Turn]) -> list[Recalled]:
        """The facts for the last question; none where they take too long, or where the owner asks for none.

        `#no-rag`, `#no-train` or `#private` anywhere in the chat asks for none, and keeps it from being remembered.
        """
        asked = [str(turn.get("content") or "") for turn in messages if turn["role"] == "user"]
        if not self._are_any or not asked or not asked[-1].strip() or any(map(has_tag, asked)):
            return []
        if len(self._under_way) >= MOST:
            metrics.labelled(metrics.UNRECALLED, "busy").inc()
            return []
        task = asyncio.create_task(self._find(asked[-1][:LONGEST]))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.wait({task}, timeout=self._deadline)
        if not task.done():
            metrics.labelled(metrics.UNRECALLED, "late").inc()
            return []
        return task.result()

    async def follow(self, base: Callable[[], Path]) -> None:
        """Know whether anything is remembered, and keep at hand what finds it; runs until it is cancelled."""
        await work.rounds(lambda: self._follow(base), every=LOOK, first=0, failing="Nothing new is recalled now")

    async def _follow(self, base: Callable[[], Path]) -> None:
        are_any = await anyio.to_thread.run_sync(self._look)
        if are_any and not self._are_any:
            self.in_question = await anyio.to_thread.run_sync(refuses_system, base)
        self._are_any = are_any
        if are_any and time.monotonic() - self._warmed > WARM:
            self._warmed = time.monotonic()
            await self._find("warm")

    async def _find(self, question: str) -> list[Recalled]:
        try:
            [vector] = await self._embed([question])
            return await anyio.to_thread.run_sync(self._nearest, vector)
        except LOST as exc:
            log.warning("Nothing is recalled now (%s).", type(exc).__name__)
            return []

    def _nearest(self, vector: Any) -> list[Recalled]:
        with self._connect() as connection:
            return [one for one in memories.nearest(connection, vector) if one.similarity >= self._floor]

    def _look(self) -> bool:
        try:
            with self._connect() as connection:
                return memories.are_any(connection)
        except LOST:
            return self._are_any


def told(messages: Sequence[Turn], found: Sequence[Recalled], *, in_question: bool) -> tuple[dict[str, Any], ...]:
    """The messages with a line of facts where the nights' trials put it: see datasets/routes/try_out.py."""
    said = memories.line((one.question, one.fact) for one in found)
    first, *others = (dict(turn) for turn in messages)
    if first["role"] == "system":
        return ({**first, "content": f"{first['content']}\n\n{said}"}, *others)
    if in_question:
        return ({**first, "content": f"{said}\n\n{first['content']}"}, *others)
    return ({"role": "system", "content": said}, first, *others)


def refuses_system(base: Callable[[], Path]) -> bool:
    """Whether a model's chat template takes no system prompt, asked of its tokenizer in a process of its own."""
    worker = Worker("transformers")
    try:
        answer = worker.do("selfimprove.gateway.recall:template", {"folder": str(base())})
        return bool(answer["refuses"])
    except ModelWorkFailed:
        return False
    finally:
        worker.close()


def template(job: dict[str, Any], _: object) -> dict[str, Any]:
    """A worker's job: whether the template of the model in `job["folder"]` refuses a system prompt."""
    from transformers import AutoTokenizer

    from selfimprove.errors import TemplateUnusable
    from selfimprove.models.encode import render

    tokenizer = AutoTokenizer.from_pretrained(job["folder"], local_files_only=True)
    try:
        render(tokenizer, [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}], answer_next=True)
    except TemplateUnusable:
        return {"refuses": True}
    return {"refuses": False}
