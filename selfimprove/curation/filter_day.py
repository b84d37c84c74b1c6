"""One day's redacted chats become filtered ones, in one transaction of the caller's."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from numpy.typing import NDArray

from selfimprove.chats import days
from selfimprove.chats.days import Rejection, StageDay
from selfimprove.curation import table
from selfimprove.curation.deduplicate import Duplicate
from selfimprove.curation.past import Past, duplicates
from selfimprove.curation.reason import Reason, taught
from selfimprove.curation.reject import RULE_VERSION, reject
from selfimprove.curation.rules.wrong_language import language_of
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
    chats = table.redacted(connection, day)
    rejections = _rejections(connection, day, chats, past)
    left_out = {rejection.chat_id for rejection in rejections}
    kept = [chat for chat in chats if chat.id not in left_out]
    embedded = _replace(connection, day, kept, embed)
    days.clear(connection, STAGE, day)
    days.reject(connection, STAGE, day, RULE_VERSION, rejections)
    filtered = Filtered(day, len(chats), len(kept), Counter(r.reason for r in rejections), embedded)
    seen = days.fingerprint(connection, day)
    days.close(connection, StageDay(STAGE, day, seen, RULE_VERSION, filtered.books(), run_id))
    return filtered


def stands(connection: Connection, day: date, past: Past) -> bool:
    """Whether the day would leave out what it did leave out, although days before it may have changed since."""
    found = _rejections(connection, day, table.redacted(connection, day), past)
    return {one.chat_id: one for one in found} == {one.chat_id: one for one in table.rejections(connection, day)}


def reopen_later(connection: Connection, day: date, past: Past) -> list[date]:
    """Take back the verdict of each later day that would come out otherwise now: a chat's original may be new."""
    later = [one for one in days.passed_after(connection, STAGE, day) if not stands(connection, one, past)]
    for one in later:
        days.reopen(connection, STAGE, one)
    return later


def _rejections(connection: Connection, day: date, chats: Sequence[RedactedChat], past: Past) -> list[Rejection]:
    reasons = {chat.id: reason for chat in chats if (reason := reject(chat))}
    suspicions = past.suspicions(connection, day)
    repeated = duplicates(connection, [chat for chat in chats if chat.id not in reasons], suspicions)
    return [rejection for chat in chats if (rejection := _rejection(chat, reasons, repeated))]


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
    """Write the day's filtered chats and their embeddings, those known from an earlier run as they are."""
    model = embedding_model_id()
    known = table.vectors(connection, day, model)
    new = [chat for chat in kept if chat.id not in known]
    made = embed([_text(chat) for chat in new])
    texts = {c.id: orjson.dumps(v, option=orjson.OPT_SERIALIZE_NUMPY).decode() for c, v in zip(new, made, strict=True)}
    table.delete(connection, day)
    table.write(connection, day, RULE_VERSION, {chat.id: language_of(chat) for chat in kept})
    table.write_vectors(connection, model, {chat.id: known.get(chat.id) or texts[chat.id] for chat in kept})
    return len(new)


def _text(chat: RedactedChat) -> str:
    """What is embedded: what user and assistant said, corrections in place."""
    return "\n".join(m.content for m in taught(chat) if m.role in ("user", "assistant"))
