"""One day's redacted chats become filtered ones, in one transaction of the caller's."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from numpy.typing import NDArray

from selfimprove.chats import days
from selfimprove.chats.days import Rejection, StageDay
from selfimprove.curation import table
from selfimprove.curation.past import Originals, Past
from selfimprove.curation.reason import Reason, taught
from selfimprove.curation.reject import RULE_VERSION, reject
from selfimprove.curation.rules.wrong_language import language_of
from selfimprove.curation.standing import Duplicate
from selfimprove.models.embed import embedding_model_id
from selfimprove.postgres import Connection
from selfimprove.privacy.redacted_chat import RedactedChat

STAGE: days.Stage = "filtered_chats"
Embed = Callable[[Sequence[str]], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Filtered:
    """What came in, went on, was left out and why, and how many embeddings were made anew."""

    day: date
    came: int
    passed: int
    rejected: Mapping[str, int]
    embedded: int

    def books(self) -> dict[str, object]:
        """The counts as the daily stages store them."""
        return {"in": self.came, "out": self.passed, "rejected": dict(self.rejected), "embedded": self.embedded}


def filter_day(connection: Connection, day: date, past: Past, embed: Embed, run_id: str) -> Filtered:
    """Write the day's filtered chats anew, with sketches, rejections, embeddings and the books."""
    days.clear(connection, STAGE, day)
    came = embedded = 0
    reasons = Counter[str]()
    for chats, rejections in _examined(connection, day, past):
        left_out = {rejection.chat_id for rejection in rejections}
        embedded += _replace(connection, day, [chat for chat in chats if chat.id not in left_out], embed)
        table.delete(connection, list(left_out))
        days.reject(connection, STAGE, day, RULE_VERSION, rejections)
        came += len(chats)
        reasons.update(rejection.reason for rejection in rejections)
    filtered = Filtered(day, came, came - reasons.total(), reasons, embedded)
    seen = days.fingerprint(connection, day)
    days.close(connection, StageDay(STAGE, day, seen, RULE_VERSION, filtered.books(), run_id))
    return filtered


def stands(connection: Connection, day: date, past: Past) -> bool:
    """Whether the day would leave out what it did leave out, although days before it may have changed since."""
    found = [one for _, rejections in _examined(connection, day, past) for one in rejections]
    return {one.chat_id: one for one in found} == {one.chat_id: one for one in table.rejections(connection, day)}


def reopen_later(connection: Connection, day: date, past: Past) -> list[date]:
    """Take back the verdict of each later day that would come out otherwise now: a chat's original may be new."""
    later = [one for one in days.passed_after(connection, STAGE, day) if not stands(connection, one, past)]
    for one in later:
        days.reopen(connection, STAGE, one)
    return later


def _examined(
    connection: Connection, day: date, past: Past
) -> Iterator[tuple[list[RedactedChat], list[Rejection]]]:
    """The day's redacted chats, a batch at a time, with what of each batch is left out."""
    originals = Originals(connection, day, past.suspicions(connection, day))
    for chats in table.redacted(connection, day):
        reasons = {chat.id: reason for chat in chats if (reason := reject(chat))}
        repeated = originals.of(chats, {id: reason.name for id, reason in reasons.items()})
        yield chats, [rejection for chat in chats if (rejection := _rejection(chat, reasons, repeated))]


def _rejection(
    chat: RedactedChat, reasons: Mapping[str, Reason], repeated: Mapping[str, Duplicate]
) -> Rejection | None:
    """Why the chat is left out, as a row; a rule's reason comes before that of a duplicate."""
    if reason := reasons.get(chat.id):
        return Rejection(chat.id, reason.name, reason.detail())
    if duplicate := repeated.get(chat.id):
        name = "exact_duplicate" if duplicate.similarity == 1 else "near_duplicate"
        return Rejection(chat.id, name, {"similarity": round(duplicate.similarity, 4)}, duplicate.original)
    return None


def _replace(connection: Connection, day: date, kept: Sequence[RedactedChat], embed: Embed) -> int:
    """Write filtered chats of the day and their embeddings, those known from an earlier run as they are."""
    model, ids = embedding_model_id(), [chat.id for chat in kept]
    known = table.vectors(connection, ids, model)
    new = [chat for chat in kept if chat.id not in known]
    made = embed([_text(chat) for chat in new])
    texts = {c.id: orjson.dumps(v, option=orjson.OPT_SERIALIZE_NUMPY).decode() for c, v in zip(new, made, strict=True)}
    table.delete(connection, ids)
    table.write(connection, day, RULE_VERSION, {chat.id: language_of(chat) for chat in kept})
    table.write_vectors(connection, model, {chat.id: known.get(chat.id) or texts[chat.id] for chat in kept})
    return len(new)


def _text(chat: RedactedChat) -> str:
    """What is embedded: what user and assistant said, corrections in place."""
    return "\n".join(m.content for m in taught(chat) if m.role in ("user", "assistant"))
