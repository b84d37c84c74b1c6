"""Puts the sample household into the database, by the same way as any import."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from selfimprove.chats import table
from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat, Sealing
from selfimprove.chats.importing import import_chats
from selfimprove.chats.sample.household import Planned, household, settle
from selfimprove.chats.seal import identify
from selfimprove.chats.table import Written
from selfimprove.errors import SampleTooShort
from selfimprove.postgres import Connection

SHORTEST = 4  # days: some to learn from, and the last to test on


@dataclass(frozen=True, slots=True)
class Loaded:
    """The first and last day that the household's chats cover now, and what was written."""

    first: date
    last: date
    written: Written
    pinned: int


def load(
    connection: Connection, sealing: Sealing, calendar: Calendar, days: int = 14, *, goes_on: bool = False
) -> Loaded:
    """Load the household up to the calendar's default day; when it is there already, nothing, or its next chapter.

    It goes on only when asked to, and only from the day after its newest chat.

    Raises:
        SampleTooShort: fewer than four days are left for it.
    """
    last = calendar.default.date()
    first, newest = table.sample_days(connection)
    if first is not None and newest is not None and (not goes_on or last <= newest):
        return Loaded(first, newest, Written(), 0)
    earliest = calendar.first_day if newest is None else newest + timedelta(days=1)
    start = max(earliest, last - timedelta(days=days - 1))
    if (last - start).days + 1 < SHORTEST:
        raise SampleTooShort(days=SHORTEST, start=earliest, last=earliest + timedelta(days=SHORTEST - 1))
    window = [start + timedelta(days=n) for n in range((last - start).days + 1)]
    planned = next_chapter(connection, sealing, window, calendar)
    chats = [settle(one, sealing) for one in planned]
    with connection.transaction():
        written = import_chats(connection, chats, sealing, calendar.timezone)
        pinned = [_pin(connection, chat, sealing) for chat, one in zip(chats, planned, strict=True) if one.pinned]
    return Loaded(first or start, last, written, len(pinned))


def next_chapter(connection: Connection, sealing: Sealing, window: Sequence[date], calendar: Calendar) -> list[Planned]:
    """The first chapter of which nothing is stored yet."""
    for chapter in count(1):
        planned = household(window, calendar.timezone, chapter=chapter)
        if not table.known(connection, [identify(settle(one, sealing), sealing) for one in planned]):
            return planned
    raise AssertionError("count() does not end")


def _pin(connection: Connection, chat: Chat, sealing: Sealing) -> str:
    chat_id = identify(chat, sealing)
    table.pin(connection, chat_id, len(chat.messages) - 1)
    return chat_id
