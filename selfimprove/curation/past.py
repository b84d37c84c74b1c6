"""Every earlier chat's sketch, held while days are filtered one after another, and which of those chats stay.

A chat is a copy of one that stays alone. Where a rule left a chat out for what its copies do not have, the first of
these stays; where a chat repeats another, whatever is like it is held against that one. But the owner's veto stands:
who said never to learn from a chat did not mean its wording.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from selfimprove.curation import table
from selfimprove.curation.content import Content, content_of, teaches_the_same
from selfimprove.curation.deduplicate import BATCH, Seen, confirm
from selfimprove.curation.standing import Duplicate, Standing, Suspicion
from selfimprove.postgres import Connection
from selfimprove.privacy.redacted_chat import RedactedChat

ONE_DAY = timedelta(days=1)
VETO = "no_train"


class Past:
    """What a day's chats may be like: all redacted chats before them, kept or not, read once for a range of days."""

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
            met = zip(own.ids, self.seen.add(own, copies=True), strict=True)
            found.update((id, suspicion) for id, suspicion in met if suspicion != Suspicion(None))
        self.upto = day
        return found


class Originals:
    """What the chats of one day repeat, asked for in the order in which originals come before their repeats."""

    def __init__(self, connection: Connection, day: date, suspicions: Mapping[str, Suspicion]) -> None:
        self._connection, self._day, self._suspicions = connection, day, suspicions
        self._standing = Standing()

    def of(self, chats: Sequence[RedactedChat], reasons: Mapping[str, str]) -> dict[str, Duplicate]:
        """The original of each of the chats that repeats one; those with a reason are left out for it."""
        for chat in chats:
            if reasons.get(chat.id, VETO) != VETO and self._suspicion(chat.id).equal is None:
                self._standing.leave_out(chat.id)
        suspected = [chat for chat in chats if chat.id in self._suspicions and chat.id not in reasons]
        found: dict[str, Duplicate] = {}
        for at in range(0, len(suspected), BATCH):
            found |= self._confirmed([content_of(chat) for chat in suspected[at : at + BATCH]])
        return found

    def _confirmed(self, contents: Sequence[Content]) -> dict[str, Duplicate]:
        suspicions = [self._suspicion(content.id) for content in contents]
        self._learn({id for one in suspicions for id in (one.equal, *one.alike) if id})
        originals = confirm(contents, suspicions, self._recall, teaches_the_same, standing=self._standing)
        return {c.id: original for c, original in zip(contents, originals, strict=True) if original}

    def _learn(self, ids: Collection[str]) -> None:
        """What became of chats of earlier days, as it is stored."""
        for row in table.left_out(self._connection, ids, self._day):
            if row["equal"]:
                self._standing.instead[row["id"]] = row["equal"]
            elif row["original"]:
                self._standing.repeats[row["id"]] = Duplicate(row["original"], row["similarity"])
            elif row["reason"] != VETO:
                self._standing.leave_out(row["id"])

    def _suspicion(self, id: str) -> Suspicion:
        return self._suspicions.get(id, Suspicion(None))

    def _recall(self, ids: set[str]) -> dict[str, Content]:
        return {chat.id: content_of(chat) for chat in table.recall(self._connection, ids)}
