"""Clients that never pause, while champions come and go: whose answers they get, and how long that takes."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.types.json import Jsonb

from selfimprove.adapters.files import keep
from selfimprove.errors import SelfImproveError
from selfimprove.gateway.ask import BASE, Ask
from selfimprove.gateway.engine import Engine
from selfimprove.gateway.swap import Swap
from selfimprove.models.base import Base
from selfimprove.models.mlx import Lora
from selfimprove.postgres import Connection
from selfimprove.promotion.promote import rollback
from selfimprove_tests.experiments.make import crown
from selfimprove_tests.models.adapters import write

QUESTIONS = ("Name the capital of France.", "What is the capital of Italy?", "Say hello.", "What is two plus three?")
TOKENS = 24
Make = Callable[[Path, Lora, int], Path]


@dataclass
class Answer:
    """What a client got: of whom, to which question, after how many seconds; None and why where it failed."""

    slot: str
    question: str
    text: str | None
    seconds: float
    problem: str = ""


@dataclass
class Load:
    """All that the clients got."""

    answers: list[Answer] = field(default_factory=list)

    @property
    def failed(self) -> list[str]:
        return [one.problem for one in self.answers if one.text is None]

    def mixtures(self, greedy: dict[tuple[str, str], str]) -> int:
        """Answers that are not what the voice which they are stamped with says by itself."""
        return sum(one.text is not None and one.text != greedy[one.slot, one.question] for one in self.answers)

    def p99(self) -> float:
        times = sorted(one.seconds for one in self.answers)
        return times[int(0.99 * (len(times) - 1))]


def ask(slot: str, question: str, number: int = 0) -> Ask:
    said = ({"role": "user", "content": question},)
    return Ask(id=f"load-{number}", slot=slot, messages=said, max_tokens=TOKENS, temperature=0.0)


async def text(engine: Engine, asked: Ask) -> str:
    return "".join([piece.text async for piece in engine.say(asked)])


@asynccontextmanager
async def clients(engine: Engine, swap: Swap, count: int = 8, load: Load | None = None) -> AsyncIterator[Load]:
    """So many of them, each with one request after the other, while the block runs; all end what they began."""
    load, is_over = load or Load(), asyncio.Event()

    async def client(mine: int) -> None:
        number = mine
        while not is_over.is_set():
            number += count
            question, slot, began = QUESTIONS[number % len(QUESTIONS)], swap.slot(f"{number:032x}"), time.monotonic()
            try:
                said = await text(engine, ask(slot, question, number))
                load.answers.append(Answer(slot, question, said, time.monotonic() - began))
            except SelfImproveError as exc:
                load.answers.append(Answer(slot, question, None, time.monotonic() - began, str(exc)))

    tasks = [asyncio.create_task(client(number)) for number in range(count)]
    try:
        yield load
    finally:
        is_over.set()
        await asyncio.gather(*tasks)


def champions(connection: Connection, home: Path, base: Base, count: int, make: Make = write) -> list[str]:
    """Adapters with weights that were champion one after the other; the last one is."""
    found: list[str] = []
    for seed in range(count):
        draft = make(home / "work" / f"draft{seed}", Lora(rank=4), seed)
        (draft / "recipe.json").write_text("{}")
        id, files, url = keep(draft, home)
        connection.execute(
            "insert into datasets (id, night, cutoff, manifest, run_id)"
            " values (%s, '2031-05-02', '2031-05-01', '{}', 'run')", (f"data {id}",),
        )  # fmt: skip
        connection.execute(
            "insert into adapters (id, base_model, dataset_id, recipe, metrics, url, files, night, run_id)"
            " values (%s, %s, %s, '{}', '{}', %s, %s, '2031-05-02', 'run')",
            (id, base.id, f"data {id}", url, Jsonb(files)),
        )
        crown(connection, id, found[-1] if found else None, quietly=True)
        found.append(id)
    connection.commit()
    return found


async def greedy(engine: Engine, folders: dict[str, Path]) -> dict[tuple[str, str], str]:
    """What every voice says to every question when it is asked alone."""
    found = {}
    for slot in (BASE, *folders):
        if slot != BASE:
            await engine.load(slot, folders[slot])
        for question in QUESTIONS:
            found[slot, question] = await text(engine, ask(slot, question))
        await engine.unload(slot)
    return found


async def swaps(connection: Connection, swap: Swap, order: Sequence[str]) -> list[float]:
    """Make one after the other the champion, as a person would; seconds from the commit until new chats go there."""
    times = []
    for slot in order:
        await asyncio.to_thread(_make_champion, connection, slot)
        began = time.monotonic()
        while swap.plan.voice != slot:
            assert time.monotonic() - began < 60, "nobody swapped"
            await asyncio.sleep(0.005)
        times.append(time.monotonic() - began)
    return times


def _make_champion(connection: Connection, slot: str) -> None:
    rollback(connection, slot)
    connection.commit()
