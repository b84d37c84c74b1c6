"""Imports files of conversations: what can be read is sealed and stored, the rest is rejected with its reason."""

import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from selfimprove.chats import formats, records, table
from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat, Sealing
from selfimprove.chats.records import Record
from selfimprove.chats.seal import seal
from selfimprove.chats.table import RejectionRow, Written
from selfimprove.chats.unreadable import Unreadable
from selfimprove.errors import FileUnreadable
from selfimprove.postgres import Connection

Progress = Callable[[Path, int], None]  # told a file and how many of its bytes are done
PROGRESS_EVERY = 500
REJECTIONS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's records: read = imported + updated + unchanged + rejected."""

    file: str
    read: int
    written: Written
    rejected: Mapping[str, int]


@dataclass(slots=True)
class Rejections:
    """Collects what cannot be read of one file, and writes it now and then."""

    connection: Connection
    file: str
    keyed_hash: Callable[[bytes], str]
    reasons: Counter[str] = field(default_factory=Counter)
    rows: list[RejectionRow] = field(default_factory=list)

    def add(self, record: Record, why: Unreadable) -> None:
        """Reject one record."""
        digest = self.keyed_hash(f"{self.file}\0{record.number}\0".encode() + (record.data or b""))
        self.rows.append(RejectionRow(digest, self.file, record.number, why.reason, why.detail))
        self.reasons[why.reason] += 1
        if len(self.rows) >= REJECTIONS_AT_ONCE:
            self.write()

    def write(self) -> None:
        """Store what was collected."""
        if self.rows:
            table.write_rejections(self.connection, self.rows)
            self.rows = []


def import_files(
    connection: Connection,
    files: Sequence[Path],
    sealing: Sealing,
    calendar: Calendar,
    progress: Progress = lambda file, done: None,
) -> list[Imported]:
    """Import files, each in one transaction: a file is in as a whole or not at all.

    Raises:
        FileUnreadable: a file cannot be opened or unpacked; nothing of it was imported.
    """
    return [_import_file(connection, file, sealing, calendar, progress) for file in files]


def import_chats(connection: Connection, chats: Iterable[Chat], sealing: Sealing, timezone: ZoneInfo) -> Written:
    """Seal and store chats in one transaction."""
    with connection.transaction():
        return table.write(connection, (seal(chat, sealing, timezone) for chat in chats))


def _import_file(
    connection: Connection, path: Path, sealing: Sealing, calendar: Calendar, progress: Progress
) -> Imported:
    rejections = Rejections(connection, str(path.resolve()), sealing.keyed_hash)
    try:
        with connection.transaction(), records.opened(path) as (text, file):
            table.forget_rejections(connection, rejections.file)
            followed = _followed(records.records(text), lambda: progress(path, file.tell()))
            chats = _readable(followed, calendar, rejections)
            written = import_chats(connection, chats, sealing, calendar.timezone)
            rejections.write()
            progress(path, file.tell())
    except (OSError, EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise FileUnreadable(file=path, reason=str(exc) or type(exc).__name__) from exc
    read = written.imported + written.updated + written.unchanged + rejections.reasons.total()
    return Imported(path.name, read, written, dict(rejections.reasons))


def _followed(found: Iterable[Record], tell: Callable[[], None]) -> Iterator[Record]:
    for number, record in enumerate(found):
        if number % PROGRESS_EVERY == 0:
            tell()
        yield record


def _readable(found: Iterable[Record], calendar: Calendar, rejections: Rejections) -> Iterator[Chat]:
    for record in found:
        try:
            chat = formats.chat(record.data, calendar)
        except Unreadable as why:
            rejections.add(record, why)
        else:
            yield chat
