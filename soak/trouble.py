"""What is done to the house while clients talk: kills, rollbacks and returns, whole nights."""

import asyncio
import json
import time
from datetime import date, timedelta
from random import Random

import psycopg

from selfimprove import postgres
from selfimprove.errors import DatabaseDown, SelfImproveError
from selfimprove.promotion.promote import BASE, rollback
from soak.books import Books
from soak.house import House

KINDS = {"engine": 0.35, "postgres": 0.25, "gateway": 0.15, "code-server": 0.1, "daemon": 0.05, "up": 0.1}
CALM = (3.0, 35.0)  # seconds between a recovery and the next kill
CALMER = (15.0, 40.0)  # while the first night is under way
AT_ONCE = 0.25  # share of kills that do not wait for the recovery from the one before
SHORTLY = 3.0
BETWEEN_SWAPS = (2.0, 12.0)
ENDINGS = (0, 3, 4)  # promoted or nothing to learn, rejected, not enough evidence
CHAPTERS = (9, 5, 1)  # days ago until which the household's chats are loaded before each night


def order(kinds: list[str], seed: str) -> list[str]:
    """Whom to kill, one after the other: each kind once at first, then at random."""
    draw = Random(f"{seed} kills")
    weights = [KINDS[kind] for kind in kinds]
    return draw.sample(kinds, len(kinds)) + draw.choices(kinds, weights, k=1000)


async def kill(
    house: House, kinds: list[str], seed: str, most: int = 1000, calm: tuple[float, float] = CALM
) -> None:
    """Kill so many until cancelled; some while the one before is not back yet."""
    draw, recoveries = Random(f"{seed} pauses"), set[asyncio.Task[bool]]()
    try:
        for kind in order(kinds, seed)[:most]:
            await asyncio.sleep(draw.uniform(*calm))
            while house.pid(kind) is None:
                await asyncio.sleep(0.1)
            recoveries = {task for task in recoveries if not task.done()}
            recoveries.add(asyncio.create_task(house.kill(kind)))
            if draw.random() < AT_ONCE:
                await asyncio.sleep(draw.uniform(0, SHORTLY))
            else:
                await asyncio.wait(recoveries)
    finally:
        if recoveries:  # what was killed comes back, whoever waits no more
            await asyncio.wait(recoveries)


async def swap(house: House, books: Books, seed: str) -> None:
    """Roll back to the base or to whoever was champion, for ever."""
    draw = Random(f"{seed} swaps")
    while True:
        await asyncio.sleep(draw.uniform(*BETWEEN_SWAPS))
        books.swaps[await asyncio.to_thread(swap_once, house.url, draw.random())] += 1


def swap_once(url: str, draw: float) -> str:
    """Another one answers: what came of that."""
    try:
        with postgres.connect(url) as connection:
            rows = connection.execute("select adapter_id from promotions order by id").fetchall()
            known = list(dict.fromkeys(row["adapter_id"] or BASE for row in rows))
            current = (rows[-1]["adapter_id"] or BASE) if rows else BASE
            others = [name for name in dict.fromkeys([BASE, *known]) if name != current]
            if not others:
                return "nobody to go to"
            rollback(connection, others[int(draw * len(others))], "soak")
    except (DatabaseDown, psycopg.OperationalError):
        return "postgres down"
    except SelfImproveError as exc:
        return type(exc).__name__
    return "done"


async def nights(house: House, books: Books, first: asyncio.Event) -> None:
    """A night after each chapter of the household, and more until cancelled; `first` is set when one ended."""
    today = date.today()
    for number in range(1000):
        await house.come_up()
        if number < len(CHAPTERS):
            days = [] if number else ["--days", "10"]
            last = today - timedelta(days=CHAPTERS[number])
            code, _, said = await house.run("chats", "sample", "--last-day", f"{last}", *days)
            books.nights["chapter loaded" if not code else _failure(books, said)] += 1
        began = time.monotonic()
        code, told, said = await house.run("night", "--json")
        lost = books.killed("code-server", began) > 1 or books.killed("postgres", began)  # a lost run is tried once
        is_told = code in ENDINGS or (told and lost)  # more, not twice, and a step that Postgres left is not
        books.nights[found := _outcome(told) if is_told else _failure(books, said)] += 1
        books.tell(f"night: {found}")
        first.set()
        await asyncio.sleep(5)


def _outcome(told: str) -> str:
    return str(json.loads(told.splitlines()[-1])["outcome"]).replace("_", " ")


def _failure(books: Books, said: str) -> str:
    """A command that a kill breaks off ends with one clear line."""
    line = said.splitlines()[-1] if said else "no word"
    if not line.startswith("Error: "):
        books.complain(f"a command ended with {line}")
    return line.removeprefix("Error: ").split(" (")[0].split(". ")[0][:70]
