"""The Keeper of a house: spooled before an answer ends, stored behind it, known again when a chat goes on."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import anyio
import psycopg

from selfimprove import disk, postgres
from selfimprove.chats.chat import Message, Sealing
from selfimprove.errors import DatabaseDown, SelfImproveError, SpoolTaken, SpoolUnstored
from selfimprove.gateway import losses, metrics, packing, table
from selfimprove.gateway.deliver import LONGEST_WAIT, UNREADABLE, Connect, Delivered, Deliverer, House
from selfimprove.gateway.exchange import Exchange, Reacted, Reaction, Thread
from selfimprove.gateway.losses import Losses, Lost
from selfimprove.gateway.segments import Segments
from selfimprove.gateway.spool import LIMIT, Spool
from selfimprove.gateway.table import Stored
from selfimprove.gateway.thread import Threads
from selfimprove.postgres import Connection
from selfimprove.privacy import journal, waiting
from selfimprove.privacy.journal import Record
from selfimprove.privacy.vault import Vault

AT_ONCE = 500  # exchanges that are remembered between two requests
READ_AGAIN = 64 << 20  # bytes of the spool that a gateway reads when it starts
PATIENCE = 3.0  # seconds that a start waits for Postgres


@dataclass(frozen=True, slots=True)
class Figures:
    """How the keeping goes: bytes that wait on disk, what was stored and set aside, and what was not kept."""

    waiting: int
    delivered: Delivered
    lost: Lost


class Archive:
    """See Keeper. `start` it in the loop that will use it, and `close` it there."""

    def __init__(self, home: Path, connect: Connect, timezone: ZoneInfo, *, limit: int = LIMIT,
                 sync: Callable[[int], None] = disk.sync) -> None:
        self._home, self._connect, self._limit, self._sync = home, connect, limit, sync
        self._vault = open_vault(home, connect)
        sealing = Sealing(self._vault.seal, self._vault.keyed_hash)
        self._threads = Threads(sealing)
        self._losses = Losses(home)
        self._put = partial(_store, sealing=sealing, timezone=timezone)

    async def start(self) -> None:
        """Know again what was said before, as far as Postgres tells it in time, and begin to store what waits.

        Raises:
            SpoolTaken: another process keeps this house's exchanges.
        """
        self._loop = asyncio.get_running_loop()
        self._segments = Segments(waiting.folder_of(self._home), self._sync)
        await anyio.to_thread.run_sync(self._read_again)
        self._spool = Spool(self._segments, self._losses.lose, self._limit)
        house = House(self._home, self._connect, self._put, self._greet)
        self._deliverer = Deliverer(self._segments, self._vault, house)
        self._deliverer.start()
        metrics.WAITING.set_function(lambda: self.figures().waiting)
        metrics.ASIDE.set_function(lambda: self.figures().delivered.aside)
        metrics.STORED.set_function(lambda: self.figures().delivered.stored.exchanges)
        metrics.UNPLACED.set_function(lambda: self.figures().delivered.stored.unplaced)
        await anyio.to_thread.run_sync(self._deliverer.tried.wait, PATIENCE)

    async def close(self) -> None:
        """Write what is under way, try to store it, and let another process go on with the rest."""
        await anyio.to_thread.run_sync(self._spool.close)
        await anyio.to_thread.run_sync(self._deliverer.close)
        self._segments.close()

    def chat_of(
        self, messages: Sequence[Message], given: str | None = None, who: str = "", guest: str | None = None
    ) -> Thread:
        """See Keeper."""
        return self._threads.chat_of(messages, given, who, guest)

    async def keep(self, exchange: Exchange) -> bool:
        """See Keeper."""
        exchange = replace(exchange, id=table.name(exchange.id))
        self._threads.keep(exchange)
        return await self._append(exchange.thread.chat_id, exchange)

    async def react(self, reaction: Reaction) -> Reacted:
        """See Keeper."""
        found = self._find(reaction)
        sure = True
        if found is None:
            found, sure = await anyio.to_thread.run_sync(self._look_up, reaction)
        if found is None and sure:
            return "unknown"
        if found:
            chat_id, position = found
            reaction = replace(reaction, chat_id=chat_id, position=position, messages=(), answer=None)
        if not await self._append(reaction.chat_id or "", reaction):
            return "full"
        return "kept" if found else "pending"

    def figures(self) -> Figures:
        """How the keeping goes."""
        return Figures(self._segments.size, self._deliverer.delivered, self._losses.lost)

    async def _append(self, chat_id: str, kept: packing.Kept) -> bool:
        try:
            data = journal.pack(chat_id, packing.pack(kept), self._vault.seal)
        except SelfImproveError as exc:
            self._losses.lose(type(exc).__name__)
            return False
        is_kept = await self._spool.append(data)
        self._deliverer.news.set()
        return is_kept

    def _find(self, reaction: Reaction) -> table.Place | None:
        if reaction.completion:
            given = self._threads.by_id(table.exchange_id(reaction))
        else:
            given = self._threads.by_content(*table.content(reaction, self._vault.keyed_hash))
        return (given.chat_id, given.position) if given else None

    def _look_up(self, reaction: Reaction) -> tuple[table.Place | None, bool]:
        """Where the answer stands as the table knows it, and whether it could be asked: one that is locked cannot."""
        try:
            with self._connect() as connection:
                connection.execute(postgres.queries(table.QUERIES).not_for_long)
                return table.place(connection, reaction, self._vault.keyed_hash), True
        except (DatabaseDown, psycopg.Error):
            return None, False

    def _read_again(self) -> None:
        """Remember what an earlier process could not store."""
        size, newest = 0, list[Path]()
        for path in reversed(waiting.files(self._home)):
            size += path.stat().st_size
            if size > READ_AGAIN:
                break
            newest.append(path)
        for path in reversed(newest):
            for record in journal.read(path):
                if isinstance(record, Record):
                    self._remember(record)

    def _remember(self, record: Record) -> None:
        with suppress(*UNREADABLE):
            kept = packing.unpack(journal.unsealed(record, self._vault))
            if isinstance(kept, Exchange):
                self._threads.keep(kept)

    def _greet(self, connection: Connection) -> None:
        """Insist that the keys are this database's, and remember what it holds: a little at a time."""
        Vault.open(self._home, connection)
        rows = table.newest(connection)
        for start in range(0, len(rows), AT_ONCE):
            self._loop.call_soon_threadsafe(self._threads.load, rows[start : start + AT_ONCE])


def open_vault(home: Path, connect: Connect) -> Vault:
    """The house's keys; made only where the database says that nothing needs older ones.

    Raises:
        DatabaseDown: there are none, and nobody knows whether there should be.
        VaultKeyMissing, VaultInvalid, VaultOpenToOthers: they cannot be used.
    """
    from selfimprove.privacy.vault import path_of

    if path_of(home).exists():
        return Vault.open(home)
    with connect() as connection:
        return Vault.open(home, connection)


def store_waiting(home: Path, connect: Connect, timezone: ZoneInfo, patience: float = LONGEST_WAIT + PATIENCE) -> None:
    """Store what waits, so that it can be found; a gateway that is up does that by itself, and is waited for.

    Raises:
        SpoolUnstored: it cannot be stored, or not in time.
    """
    deadline, wanted = time.monotonic() + patience, set(waiting.files(home))
    while wanted & set(waiting.files(home)):
        try:
            segments = Segments(waiting.folder_of(home))
        except SpoolTaken:
            if time.monotonic() > deadline:
                raise SpoolUnstored(folder=waiting.folder_of(home)) from None
            time.sleep(0.1)
        else:
            with closing(segments):
                _store_all(home, connect, timezone, segments)


def _store_all(home: Path, connect: Connect, timezone: ZoneInfo, segments: Segments) -> None:
    vault = Vault.open(home)
    put = partial(_store, sealing=Sealing(vault.seal, vault.keyed_hash), timezone=timezone)
    deliverer = Deliverer(segments, vault, House(home, connect, put, lambda connection: None))
    while segments.closed():
        if not deliverer.round():
            raise SpoolUnstored(folder=waiting.folder_of(home))


def _store(connection: Connection, kept: Sequence[packing.Kept], *, sealing: Sealing, timezone: ZoneInfo) -> Stored:
    return table.store(connection, kept, sealing, timezone)


def look(home: Path) -> tuple[int, int, Lost]:
    """From outside: bytes that wait to be stored, records set aside, and what was not kept."""
    waits = sum(path.stat().st_size for path in waiting.files(home))
    return waits, len(waiting.set_aside(home)), losses.read(home)
