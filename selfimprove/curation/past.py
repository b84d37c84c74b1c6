"""Every earlier chat's sketch, held while days are filtered one after another."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from selfimprove.curation import table
from selfimprove.curation.content import Content, content_of, teaches_the_same
from selfimprove.curation.deduplicate import BATCH, Duplicate, Seen, Suspicion, confirm
from selfimprove.postgres import Connection
from selfimprove.privacy.redacted_chat import RedactedChat

ONE_DAY = timedelta(days=1)


class Past:
    """What a day's chats may repeat: all redacted chats before them, kept or not, read once for a range of days."""

    def __init__(self) -> None:
        self.seen = Seen()
        self.upto = date.min

    def suspicions(self, connection: Connection, day: date) -> dict[str, Suspicion]:
        """What redacted chats of the day may repeat, those that may; days must be asked for in ascending order."""
        table.sketch_missing(connection, day)
        for earlier in table.sketches(connection, self.upto, day - ONE_DAY):
            self.seen.add(earlier, compare=False)
        found: dict[str, Suspicion] = {}
        for own in table.sketches(connection, day - ONE_DAY, day):
            met = zip(own.ids, self.seen.add(own), strict=True)
            found.update((id, suspicion) for id, suspicion in met if suspicion != Suspicion(None))
        self.upto = day
        return found


def duplicates(
    connection: Connection, chats: Sequence[RedactedChat], suspicions: dict[str, Suspicion]
) -> dict[str, Duplicate]:
    """The original of each of the chats that repeats an earlier one."""
    found: dict[str, Duplicate] = {}
    suspected = [chat for chat in chats if chat.id in suspicions]
    for at in range(0, len(suspected), BATCH):
        contents = [content_of(chat) for chat in suspected[at : at + BATCH]]
        originals = confirm(contents, [suspicions[c.id] for c in contents], _recall(connection), teaches_the_same)
        found |= {c.id: original for c, original in zip(contents, originals, strict=True) if original}
    return found


def _recall(connection: Connection) -> Callable[[set[str]], dict[str, Content]]:
    return lambda ids: {chat.id: content_of(chat) for chat in table.recall(connection, ids)}
