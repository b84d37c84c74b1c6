"""The household's chats in their days: a chapter is two weeks or so, and a later one goes on where the last ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from selfimprove.chats.chat import Chat, Feedback, Sealing, Side, side
from selfimprove.chats.sample import facts, smalltalk, trouble
from selfimprove.chats.sample.draft import Draft
from selfimprove.chats.seal import identify

SOURCE = "sample"
SEED = 11
MEMBERS = ("one", "two", "three")
EARLIEST, LATEST, BUSIEST = 7.0, 22.5, 19.0  # hours of the day


@dataclass(frozen=True, slots=True)
class Planned:
    """A chat, the side it shall be on (None: wherever its hash puts it), and whether its last answer is pinned."""

    chat: Chat
    side: Side | None
    pinned: bool


def household(days: Sequence[date], timezone: ZoneInfo, *, chapter: int = 1, seed: int = SEED) -> list[Planned]:
    """The chats of one chapter, over these days, in the order they began.

    Ids depend on seed and chapter alone, so that the same chapter on other days is the same conversations.
    """
    draw = Random(f"{seed}/days/{chapter}")
    drafts = [*facts.drafts(seed, chapter), *smalltalk.drafts(seed, chapter), *trouble.drafts(seed, chapter)]
    planned = [
        Planned(_chat(draw, draft, f"{seed}/{chapter}/{number}", days, timezone), draft.side, draft.pinned)
        for number, draft in enumerate(drafts)
    ]
    return sorted(planned, key=lambda one: one.chat.started_at)


def settle(planned: Planned, sealing: Sealing) -> Chat:
    """The chat with an external id that puts it on its side: hashes differ from house to house, the plan does not."""
    if planned.side is None:
        return planned.chat
    tries = (replace(planned.chat, external_id=f"{planned.chat.external_id}/{n}") for n in count())
    return next(chat for chat in tries if side(identify(chat, sealing)) == planned.side)


def _chat(draw: Random, draft: Draft, external_id: str, days: Sequence[date], timezone: ZoneInfo) -> Chat:
    choices = {"before_the_last_day": days[:-1], "on_the_last_day": days[-1:], "any_day": days}
    hours = draw.triangular(EARLIEST, LATEST, BUSIEST)
    started_at = datetime.combine(draw.choice(choices[draft.when]), time(), timezone) + timedelta(hours=hours)
    feedback = tuple(_feedback(draw, draft, started_at))
    return Chat(SOURCE, external_id, draw.choice(MEMBERS), started_at, draft.messages, feedback)


def _feedback(draw: Random, draft: Draft, started_at: datetime) -> Iterator[Feedback]:
    for said in draft.said:
        given_at = started_at + timedelta(seconds=draw.randint(20, 600))
        yield Feedback(said.position, said.kind, said.value, said.text, SOURCE, given_at)
