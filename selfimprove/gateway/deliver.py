"""Bring what waits in the spool to Postgres, in batches, for as long as it takes; whatever is there already stays."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from selfimprove.errors import KeyRetired, SealBroken, SelfImproveError, VaultKeyUnknown
from selfimprove.gateway import aside, packing, table
from selfimprove.gateway.packing import Kept
from selfimprove.gateway.segments import Segments
from selfimprove.gateway.table import Stored
from selfimprove.postgres import Connection
from selfimprove.privacy import journal
from selfimprove.privacy.journal import Damaged, Record
from selfimprove.privacy.vault import Vault

MOST = 200  # records in a transaction
MOST_BYTES = 4 << 20
GATHER = 0.3  # seconds in which more may come, so that few transactions do
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds between two tries while Postgres is down
QUIET = 60.0
UNREADABLE = (SealBroken, VaultKeyUnknown, ValueError, TypeError, KeyError)
TO_BLAME = ("22", "23", "54")  # SQLSTATE classes: data, integrity, limits of the database
log = logging.getLogger("selfimprove.gateway")

Connect = Callable[[], AbstractContextManager[Connection]]
Put = Callable[[Connection, Sequence[Kept]], Stored]
Greet = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class House:
    """Where what is kept goes: the state folder, the database, and how a batch is stored there.

    `greet` is called once, when Postgres answers for the first time in this process.
    """

    home: Path
    connect: Connect
    put: Put
    greet: Greet


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was stored since this process began, what was set aside, and since when and why nothing is stored."""

    stored: Stored = field(default_factory=Stored)
    aside: int = 0
    failing: str = ""
    failing_since: float | None = None


class Deliverer:
    """A thread that stores what is spooled; `news` wakes it, `tried` says that it has tried at least once."""

    def __init__(self, segments: Segments, vault: Vault, house: House) -> None:
        self._segments, self._vault, self._house = segments, vault, house
        self.news, self.tried, self._ends = threading.Event(), threading.Event(), threading.Event()
        self.delivered = Delivered()
        self._has_begun = False
        self._loud_at = float("-inf")
        self._thread = threading.Thread(target=self._work, name="deliver", daemon=True)

    def start(self) -> None:
        """Begin, with what an earlier process left."""
        self.news.set()
        self._thread.start()

    def close(self, seconds: float = 5.0) -> None:
        """Try once more to store what waits, and end; the next process goes on with the rest."""
        self._ends.set()
        self.news.set()
        self._thread.join(seconds)

    def round(self) -> bool:
        """Store all that waits; whether that was possible."""
        try:
            waiting = self._segments.closed()
            if waiting or not self._has_begun:
                with self._house.connect() as connection:
                    self._begin(connection)
                    for path in waiting:
                        self._deliver(connection, path)
        except Exception as exc:  # noqa: BLE001  whatever it was, what waits must not wait for ever
            self._fail(exc)
            return False
        finally:
            self.tried.set()
        self.delivered = replace(self.delivered, failing="", failing_since=None)
        return True

    def _work(self) -> None:
        wait = FIRST_WAIT
        while not self._ends.is_set():
            self.news.wait()
            self._ends.wait(GATHER)
            self.news.clear()
            if self.round():
                wait = FIRST_WAIT
            else:
                self.news.set()
                self._ends.wait(wait)
                wait = min(2 * wait, LONGEST_WAIT)
        while self._segments.size and self.round():
            pass

    def _deliver(self, connection: Connection, path: Path) -> None:
        for batch in _batches(self._found(path)):
            self._store(connection, batch)
        self._segments.remove(path)

    def _found(self, path: Path) -> Iterator[Record]:
        for one in journal.read(path):
            if isinstance(one, Record):
                yield one
            elif not one.is_tail:
                self._set_aside(one)

    def _store(self, connection: Connection, records: Sequence[Record]) -> None:
        """Store a batch; one that cannot be is tried record by record, and what is to blame is set aside."""
        kept = [(record, said) for record in records if (said := self._opened(record))]
        try:
            self._count(self._house.put(connection, [said for _, said in kept]))
        except KeyRetired:
            self._count(self._house.put(connection, [said for _, said in kept]))  # sealed under the new one this time
        except Exception as exc:
            if not is_to_blame(exc):
                raise
            for record, said in kept:
                self._store_alone(connection, record, said)

    def _store_alone(self, connection: Connection, record: Record, said: Kept) -> None:
        try:
            self._count(self._house.put(connection, [said]))
        except Exception as exc:
            if not is_to_blame(exc):
                raise
            log.error("An exchange cannot be stored (%s) and was set aside, sealed.", type(exc).__name__)
            self._set_aside(record)

    def _opened(self, record: Record) -> Kept | None:
        try:
            return packing.unpack(journal.unsealed(record, self._vault))
        except UNREADABLE as exc:
            log.error("An exchange cannot be read (%s) and was set aside, sealed.", type(exc).__name__)
            self._set_aside(record)
            return None

    def _begin(self, connection: Connection) -> None:
        """Once in a process: try again what others set aside, and drop what was forgotten meanwhile."""
        if self._has_begun:
            return
        self._house.greet(connection)
        found = list(aside.records(self._house.home))
        gone = table.forgotten(connection, {record.chat_id for _, record in found}) if found else frozenset()
        connection.commit()
        for path, record in found:
            path.unlink(missing_ok=True) if record.chat_id in gone else self._retry(connection, path, record)
        self._has_begun = True

    def _retry(self, connection: Connection, path: Path, record: Record) -> None:
        before = self.delivered.aside
        self._store(connection, [record])
        if self.delivered.aside == before:
            path.unlink(missing_ok=True)

    def _set_aside(self, what: Record | Damaged) -> None:
        if isinstance(what, Record):
            aside.put(self._house.home, what)
        else:
            aside.put_damaged(self._house.home, what.data)
        self.delivered = replace(self.delivered, aside=self.delivered.aside + 1)

    def _count(self, stored: Stored) -> None:
        self.delivered = replace(self.delivered, stored=self.delivered.stored + stored)

    def _fail(self, exc: Exception) -> None:
        reason = type(exc).__name__
        since = self.delivered.failing_since or time.time()
        self.delivered = replace(self.delivered, failing=reason, failing_since=since)
        if time.monotonic() - self._loud_at > QUIET:
            self._loud_at = time.monotonic()
            log.warning("Exchanges cannot be stored now (%s); they wait in the spool.", reason)


def is_to_blame(exc: Exception) -> bool:
    """Whether it is what was to be stored that is wrong, and not the house or its database, which can be waited for."""
    if isinstance(exc, psycopg.Error):
        return (exc.sqlstate or "")[:2] in TO_BLAME
    return isinstance(exc, UNREADABLE) or not isinstance(exc, (SelfImproveError, OSError))


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record.sealed.ciphertext)
        if len(batch) >= MOST or size >= MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
