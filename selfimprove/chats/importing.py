"""Imports files of conversations: what can be read is sealed and stored, the rest is rejected with its reason."""

import gzip
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from selfimprove.chats import archive, formats, table
from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat, Message, Sealing
from selfimprove.chats.marks import is_known
from selfimprove.chats.records import Record
from selfimprove.chats.seal import encode, seal
from selfimprove.chats.table import Forgotten, RejectionRow, Written
from selfimprove.chats.unreadable import Unreadable
from selfimprove.errors import FileUnreadable
from selfimprove.postgres import Connection

Progress = Callable[[Path, int], None]  # told a file and how many of its bytes are done
PROGRESS_EVERY = 500
REJECTIONS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's records: read = imported + updated + unchanged + forgotten + rejected.

    `undated` of them had no time of their own and went to the calendar's default day.
    """

    file: str
    read: int
    undated: int
    written: Written
    rejected: Mapping[str, int]


@dataclass(slots=True)
class Notes:
    """What is to be told of one file; rejections are written now and then, so that memory stays flat."""

    connection: Connection
    file: str
    keyed_hash: Callable[[bytes], str]
    read: int = 0
    undated: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rows: list[RejectionRow] = field(default_factory=list)

    def reject(self, record: Record, why: Unreadable) -> None:
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
    """Seal and store chats in one transaction; a forgotten one is left out in whatever state it comes."""
    with connection.transaction():
        forgotten, left_out = table.forgotten(connection), Counter[str]()
        kept = _unforgotten(chats, forgotten, sealing, left_out)
        written = table.write(connection, (seal(chat, sealing, timezone) for chat in kept), exported=True)
        return replace(written, forgotten=written.forgotten + left_out["forgotten"])


def _unforgotten(
    chats: Iterable[Chat], forgotten: Forgotten | None, sealing: Sealing, left_out: Counter[str]
) -> Iterator[Chat]:
    for chat in chats:
        if forgotten and _is_forgotten(chat.messages, forgotten, sealing.keyed_hash):
            left_out["forgotten"] += 1
        else:
            yield chat


def _is_forgotten(messages: tuple[Message, ...], forgotten: Forgotten, keyed_hash: Callable[[bytes], str]) -> bool:
    goes_on = opens_like(messages[:-1], forgotten, keyed_hash)
    return goes_on or is_known(messages, forgotten.marks, keyed_hash)


def opens_like(
    messages: tuple[Message, ...], forgotten: Forgotten, keyed_hash: Callable[[bytes], str], after: int | None = None
) -> bool:
    """Whether these begin with a whole chat of those that an older house has forgotten; `after` is as in `is_known`."""
    begun = (turns for turns in forgotten.openings if turns <= len(messages))
    if after is not None:
        begun = (turns for turns in begun if any(m.role == "assistant" for m in messages[after:turns]))
    return any(keyed_hash(encode(messages[:turns])) in forgotten.openings[turns] for turns in begun)


def name_of(path: Path) -> str:
    """A file's name as text that can be stored and printed: names need not be UTF-8."""
    return os.fsencode(path).decode(errors="replace")


def _import_file(
    connection: Connection, path: Path, sealing: Sealing, calendar: Calendar, progress: Progress
) -> Imported:
    notes = Notes(connection, name_of(path.resolve()), sealing.keyed_hash)
    try:
        with connection.transaction(), archive.opened(path) as (found, file):
            table.forget_rejections(connection, notes.file)

            def tell() -> None:
                progress(path, file.tell() if file.seekable() else 0)

            chats = _readable(_followed(found, notes, tell), calendar, notes)
            written = import_chats(connection, chats, sealing, calendar.timezone)
            notes.write()
            progress(path, os.fstat(file.fileno()).st_size)
    except (OSError, EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise FileUnreadable(file=name_of(path), reason=str(exc) or type(exc).__name__) from exc
    return Imported(name_of(path), notes.read, notes.undated, written, dict(notes.reasons))


def _followed(found: Iterable[Record], notes: Notes, tell: Callable[[], None]) -> Iterator[Record]:
    for record in found:
        if notes.read % PROGRESS_EVERY == 0:
            tell()
        notes.read += 1
        yield record


def _readable(found: Iterable[Record], calendar: Calendar, notes: Notes) -> Iterator[Chat]:
    for record in found:
        try:
            chat = formats.chat(record.data, calendar)
        except Unreadable as why:
            notes.reject(record, why)
        else:
            notes.undated += chat.started_at is calendar.default
            yield chat
