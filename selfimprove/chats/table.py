"""The rows of chats and their feedback: written by COPY in batches, read back without their text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from psycopg.errors import IntegrityConstraintViolation

from selfimprove import postgres
from selfimprove.chats.seal import ChatRow, FeedbackRow
from selfimprove.errors import KeyRetired
from selfimprove.postgres import Connection

BATCH_CHATS = 5000
BATCH_BYTES = 8 << 20
QUERIES = "chats"
CHAT_TYPES = ("text", "text", "text", "date", "timestamptz", "int4", "text", "text", "text", "bytea", "bytea")
FEEDBACK_TYPES = ("text", "text", "int4", "text", "float4", "text", "text", "bytea", "bytea", "timestamptz", "text")
REJECTION_TYPES = ("text", "text", "int4", "text", "text")


@dataclass(frozen=True, slots=True)
class Written:
    """How many chats were new, had grown, were there already, or were forgotten before; how much feedback was new."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    feedback: int = 0
    forgotten: int = 0


class RejectionRow(NamedTuple):
    """One row of table import_rejections, in the order of its COPY."""

    digest: str
    file: str
    line: int
    reason: str
    detail: str


class Forgotten(NamedTuple):
    """Keyed hashes of forgotten chats: their marks, and by number of turns the openings that older houses kept."""

    marks: frozenset[str]
    openings: Mapping[int, frozenset[str]]


class Batch:
    """Rows that wait to be written; of two states of one chat it keeps the longer."""

    def __init__(self) -> None:
        self.chats: dict[str, ChatRow] = {}
        self.feedback: dict[str, tuple[Any, ...]] = {}  # rows, each with the digest of the state it was said of
        self.seen_again: Counter[str] = Counter()
        self.size = 0

    def add(self, chat: ChatRow, feedback: Iterable[FeedbackRow]) -> None:
        """Take one chat and its feedback in."""
        known = self.chats.get(chat.id)
        if known is None or known.turns < chat.turns:
            self.chats[chat.id] = chat
            self.size += len(chat.sealed)
        if known is not None:
            self.seen_again["updated" if known.turns < chat.turns else "unchanged"] += 1
        for row in feedback:
            if row.id not in self.feedback or chat.digest == self.chats[chat.id].digest:
                self.feedback[row.id] = (*row, chat.digest)

    def is_full(self) -> bool:
        """Whether it is time to write."""
        return len(self.chats) >= BATCH_CHATS or self.size >= BATCH_BYTES


def write(
    connection: Connection, rows: Iterable[tuple[ChatRow, Iterable[FeedbackRow]]], *, exported: bool = False
) -> Written:
    """Write sealed chats; a chat that is there already grows when it comes with more turns and never shrinks.

    Chats that were forgotten stay so. What was `exported` may be another branch of a chat than the one before: then the
    feedback of the state that is stored is the one that holds.

    Raises:
        KeyRetired: the key they are sealed under was exchanged meanwhile.
    """
    tally: Counter[str] = Counter()
    connection.execute(postgres.queries(QUERIES).while_nothing_is_forgotten)
    connection.execute(postgres.queries(QUERIES).incoming)
    connection.execute(postgres.queries(QUERIES).incoming_feedback)
    for batch in _batches(rows):
        tally.update(batch.seen_again)
        try:
            _write(connection, batch, tally, exported)
        except IntegrityConstraintViolation as exc:
            raise KeyRetired from exc
    return Written(**{name: tally[name] for name in Written.__slots__})


def _batches(rows: Iterable[tuple[ChatRow, Iterable[FeedbackRow]]]) -> Iterator[Batch]:
    batch = Batch()
    for chat, feedback in rows:
        batch.add(chat, feedback)
        if batch.is_full():
            yield batch
            batch = Batch()
    if batch.chats:
        yield batch


def _write(connection: Connection, batch: Batch, tally: Counter[str], exported: bool) -> None:
    queries = postgres.queries(QUERIES)
    connection.execute(queries.clear_incoming)
    # in the order of ids, so that two imports at a time cannot lock each other out
    copy(connection, queries.copy_incoming, CHAT_TYPES, [batch.chats[key] for key in sorted(batch.chats)])
    copy(connection, queries.copy_incoming_feedback, FEEDBACK_TYPES, batch.feedback.values())
    if exported:
        connection.execute(queries.outgrow)
    steps = {"forgotten": queries.leave_forgotten, "imported": queries.merge, "updated": queries.grow}
    found = {name: connection.execute(query).rowcount for name, query in steps.items()}
    tally.update(found, unchanged=len(batch.chats) - sum(found.values()))
    if batch.feedback:
        if exported:
            connection.execute(queries.leave_other_states)
        tally["feedback"] += connection.execute(queries.merge_feedback).rowcount


def write_feedback(connection: Connection, rows: Iterable[FeedbackRow]) -> int:
    """Write sealed feedback on chats that are there; returns how much was new and has its place.

    Raises:
        KeyRetired: the key it is sealed under was exchanged meanwhile.
    """
    queries = postgres.queries(QUERIES)
    connection.execute(queries.incoming)
    connection.execute(queries.incoming_feedback)
    connection.execute(queries.clear_incoming)
    try:
        said = {row.id: (*row, None) for row in rows}
        copy(connection, queries.copy_incoming_feedback, FEEDBACK_TYPES, said.values())
        return connection.execute(queries.merge_feedback).rowcount
    except IntegrityConstraintViolation as exc:
        raise KeyRetired from exc


def copy(connection: Connection, statement: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Send rows through a binary COPY."""
    with connection.cursor().copy(statement) as stream:
        stream.set_types(types)
        for row in rows:
            stream.write_row(row)


def forgotten(connection: Connection, among: Iterable[str] | None = None) -> Forgotten | None:
    """What is known of forgotten chats, None while there are none; of their marks with `among` no others than these.

    Until the transaction ends nothing more is forgotten.
    """
    queries = postgres.queries(QUERIES)
    connection.execute(queries.while_nothing_is_forgotten)
    if not connection.execute(queries.any_forgotten).fetchone():
        return None
    openings = {row["turns"]: frozenset(row["hashes"]) for row in connection.execute(queries.openings)}
    query, given = (queries.marks, {}) if among is None else (queries.marks_among, {"hashes": [*among]})
    marks = frozenset(row["hash"] for row in connection.execute(query, given))
    return Forgotten(marks, openings) if marks or openings else None


def write_rejections(connection: Connection, rows: Iterable[RejectionRow]) -> None:
    """Store what could not be read; the same line of the same file is stored once."""
    queries = postgres.queries(QUERIES)
    connection.execute(queries.incoming_rejections)
    copy(connection, queries.copy_incoming_rejections, REJECTION_TYPES, rows)
    connection.execute(queries.merge_rejections)


def forget_rejections(connection: Connection, file: str) -> None:
    """Forget what earlier imports of the same file could not read."""
    connection.execute(postgres.queries(QUERIES).forget_rejections, {"file": file})


def pin(connection: Connection, chat_id: str, position: int) -> None:
    """Make an answer a golden one: it tests every night and is never trained on."""
    connection.execute(postgres.queries(QUERIES).pin, {"chat_id": chat_id, "position": position})


def listed(connection: Connection, day: date | None) -> Iterator[dict[str, Any]]:
    """Id, day, source, turns and side of the chats of a day, or of all, in the order they began."""
    with connection.cursor(name="listed") as cursor:
        cursor.itersize = BATCH_CHATS
        yield from cursor.execute(postgres.queries(QUERIES).listed, {"day": day})


def rejections(
    connection: Connection, files: Sequence[str] | None = None, most: int | None = None
) -> list[dict[str, Any]]:
    """What could not be read of these files, or of all, at most so many: file, line, reason, detail, at."""
    return connection.execute(postgres.queries(QUERIES).rejections, {"files": files, "most": most}).fetchall()


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What a day holds: rows, their turns, feedback by source, and rows that break the room's promises."""

    day: date
    chats: int
    turns: int
    sources: dict[str, int]
    feedback: dict[str, int]
    unsealed: int
    misplaced_feedback: int


def count(connection: Connection, day: date) -> DayCounts:
    """Count the rows of a day."""
    row = connection.execute(postgres.queries(QUERIES).count, {"day": day}).fetchone() or {}
    return DayCounts(day, **row)


def count_all(connection: Connection) -> int:
    """How many chats there are."""
    row = connection.execute(postgres.queries(QUERIES).count_all).fetchone()
    return int(row["chats"]) if row else 0


def sample_days(connection: Connection) -> tuple[date | None, date | None]:
    """First and last day of the sample household's chats."""
    row = connection.execute(postgres.queries(QUERIES).sample_days).fetchone() or {}
    return row["first"], row["last"]


def known(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    """Those of the ids that are stored."""
    return frozenset(row["id"] for row in connection.execute(postgres.queries(QUERIES).known, {"ids": list(ids)}))
