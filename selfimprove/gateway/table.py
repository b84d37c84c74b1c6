"""Exchanges and reactions in Postgres: chats as an import would write them, and beside them who answered."""

import hashlib
import operator
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from selfimprove import postgres
from selfimprove.chats import table as chats
from selfimprove.chats.chat import MARK, Chat, Feedback, Message, Sealing
from selfimprove.chats.seal import FeedbackRow, seal, seal_feedback
from selfimprove.gateway import tokens
from selfimprove.gateway.anew import unforgotten
from selfimprove.gateway.chain import KeyedHash, after, answer_hash, canonical, chain, token_of
from selfimprove.gateway.exchange import Exchange, Reaction
from selfimprove.gateway.packing import Kept
from selfimprove.gateway.thread import MOST, SOURCE, answers, branch_id
from selfimprove.postgres import Connection

QUERIES = "gateway"
LONGEST_NAME = 200
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: how many exchanges are new in the table, and new pieces of feedback have their place.

    `forgotten`: states of chats that were forgotten, and are not stored again. `unplaced`: pieces of feedback on an
    answer that nobody knows, taken while the database could not be asked.
    """

    exchanges: int = 0
    feedback: int = 0
    forgotten: int = 0
    unplaced: int = 0

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(*map(operator.add, astuple(self), astuple(other)))


def store(connection: Connection, kept: Sequence[Kept], sealing: Sealing, timezone: ZoneInfo) -> Stored:
    """Write a batch in one transaction; whatever of it is there already stays as it is.

    Raises:
        KeyRetired: the vault's key was exchanged meanwhile; it is sealed under the new one when this is called again.
    """
    exchanges = [one for one in kept if isinstance(one, Exchange)]
    reactions = [one for one in kept if isinstance(one, Reaction)]
    with connection.transaction():
        owners = tokens.owners(connection)
        kept_anew = unforgotten(connection, exchanges, sealing.keyed_hash)
        settled = list(_settled(connection, kept_anew, sealing.keyed_hash))
        states = _states(settled, sealing.keyed_hash)
        written = chats.write(connection, (seal(chat, sealing, timezone) for chat in states))
        rows = [row for exchange in settled for row in _rows(exchange, sealing.keyed_hash, owners)]
        cursor = connection.cursor()
        cursor.executemany(postgres.queries(QUERIES).write, rows)
        new = max(cursor.rowcount, 0) if rows else 0
        feedback, unplaced = _write_feedback(connection, reactions, sealing, owners)
    return Stored(new, feedback, written.forgotten + len(exchanges) - len(kept_anew), unplaced)


def newest(connection: Connection, most: int = MOST) -> list[dict[str, Any]]:
    """What a gateway that starts remembers of conversations, the newest first."""
    return connection.execute(postgres.queries(QUERIES).newest, {"most": most}).fetchall()


def place(connection: Connection, reaction: Reaction, keyed_hash: KeyedHash) -> Place | None:
    """Where the answer stands that a reaction is on; None where the table has none."""
    if reaction.completion:
        rows = connection.execute(postgres.queries(QUERIES).by_id, {"ids": [exchange_id(reaction)]}).fetchall()
    else:
        given = dict(zip(("after", "answer"), content(reaction, keyed_hash), strict=True))
        rows = connection.execute(postgres.queries(QUERIES).by_content, given).fetchall()
    return (rows[0]["chat_id"], rows[0]["position"]) if rows else None


def forgotten(connection: Connection, chat_ids: Iterable[str]) -> frozenset[str]:
    """Those of the chats that were forgotten."""
    rows = connection.execute(postgres.queries(QUERIES).forgotten, {"chats": list(chat_ids)})
    return frozenset(row["id"] for row in rows)


def exchange_id(reaction: Reaction) -> str:
    """The exchange that a reaction names by its completion."""
    id = name(reaction.completion or "")
    return f"{id}#{reaction.choice}" if reaction.choice else id


def content(reaction: Reaction, keyed_hash: KeyedHash) -> tuple[str | None, str | None]:
    """The hashes by which a reaction names its answer: of all that was said, and of the answer."""
    links = chain(reaction.messages, reaction.who, keyed_hash)
    answer = None if reaction.answer is None else answer_hash(reaction.answer, reaction.who, keyed_hash)
    return links[-1].hash if links else None, answer


def name(given: str) -> str:
    """What a client or an upstream called something, as a column and its index can hold it; no two become one."""
    fits = "\0" not in given and len(given) <= LONGEST_NAME
    return given if fits else hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()


def _settled(connection: Connection, exchanges: Sequence[Exchange], keyed_hash: KeyedHash) -> Iterator[Exchange]:
    """The exchanges, each in a place of its own: where another answer stands already, it becomes a branch.

    That happens where a gateway had lost sight of a conversation: nothing said is lost for it, nor written over by what
    goes on from there.
    """
    parents = {"ids": [exchange.thread.parent for exchange in exchanges if exchange.thread.parent]}
    rows = connection.execute(postgres.queries(QUERIES).by_id, parents).fetchall()
    stands: dict[str | None, Place] = {row["id"]: (row["chat_id"], row["position"]) for row in rows}
    ids = {exchange.thread.chat_id for exchange in exchanges}.union(chat_id for chat_id, _ in stands.values())
    rows = connection.execute(postgres.queries(QUERIES).taken, {"chats": sorted(ids)}).fetchall()
    taken: dict[Place, str] = {(row["chat_id"], row["position"]): row["id"] for row in rows}
    for exchange in exchanges:
        settled = _in_place(exchange, stands, taken, keyed_hash)
        stands |= {id: (chat_id, exchange.thread.position) for id, chat_id, _ in answers(settled, keyed_hash)}
        yield settled


def _in_place(
    exchange: Exchange, stands: Mapping[str | None, Place], taken: dict[Place, str], keyed_hash: KeyedHash
) -> Exchange:
    """Behind its parent, wherever that stands; as a branch where its own place is taken."""
    thread, chat_id = exchange.thread, exchange.thread.chat_id
    before = stands.get(thread.parent)
    if before and taken.get((chat_id, before[1]), thread.parent) != thread.parent:
        chat_id = before[0]
    if exchange.has_answer and taken.setdefault((chat_id, thread.position), exchange.id) != exchange.id:
        chat_id = branch_id(thread.root, exchange.id, keyed_hash)
    return exchange if chat_id == thread.chat_id else replace(exchange, thread=replace(thread, chat_id=chat_id))


def _states(exchanges: Sequence[Exchange], keyed_hash: KeyedHash) -> Iterator[Chat]:
    """What the chats have become; of several states of one the later began when the first did, by the same person."""
    first: dict[str | None, Chat] = {}
    for chat in (chat for exchange in exchanges for chat in _chats(exchange, keyed_hash)):
        known = first.setdefault(chat.id, chat)
        yield replace(chat, started_at=min(known.started_at, chat.started_at), user=known.user or chat.user)


def _chats(exchange: Exchange, keyed_hash: KeyedHash) -> Iterator[Chat]:
    """The state of each chat that an exchange leaves behind."""
    said = canonical(exchange.messages)
    if not exchange.has_answer:
        yield Chat(SOURCE, None, exchange.user, exchange.at, said, id=exchange.thread.chat_id)
    for _, chat_id, text in answers(exchange, keyed_hash):
        yield Chat(SOURCE, None, exchange.user, exchange.at, (*said, Message("assistant", text)), id=chat_id)


def _rows(exchange: Exchange, keyed_hash: KeyedHash, owners: Collection[str]) -> Iterator[dict[str, Any]]:
    thread = exchange.thread
    token = token_of(thread.who)
    row = {
        "position": thread.position, "root": thread.root, "parent": thread.parent, "asked": thread.asked,
        "at": exchange.at, "model": name(exchange.model), "adapter": name(exchange.slot), "arm": exchange.arm,
        "ending": exchange.ending, "prompt_tokens": exchange.prompt_tokens,
        "completion_tokens": exchange.completion_tokens, "first_token_seconds": exchange.first_token_seconds,
        "seconds": exchange.seconds, "turns": thread.position + 1,
        "token": token if token not in owners else None,
    }  # fmt: skip
    main = {"id": exchange.id, "chat_id": thread.chat_id, "relation": thread.relation, "repeats": thread.of}
    if not exchange.has_answer:
        yield row | main | {"after": thread.asked, "answer": None, "turns": thread.position}
    for id, chat_id, text in answers(exchange, keyed_hash):
        other = {"id": id, "chat_id": chat_id, "relation": "other", "repeats": exchange.id}
        hashes = {"after": after(thread.asked, text, keyed_hash), "answer": answer_hash(text, thread.who, keyed_hash)}
        yield row | (main if id == exchange.id else other) | hashes


def _write_feedback(
    connection: Connection, reactions: Sequence[Reaction], sealing: Sealing, owners: Collection[str]
) -> tuple[int, int]:
    rows: list[FeedbackRow] = []
    unplaced = 0
    for reaction in reactions:
        found = _known_place(reaction) or place(connection, reaction, sealing.keyed_hash)
        if found:
            if reaction.correction and _is_unchanged(connection, found, reaction.correction, sealing.keyed_hash):
                reaction = replace(reaction, correction=None)
            rows.extend(seal_feedback(said, found[0], sealing) for said in _said(reaction, found[1], owners))
        else:
            unplaced += 1
    return chats.write_feedback(connection, rows) if rows else 0, unplaced


def _known_place(reaction: Reaction) -> Place | None:
    chat_id, position = reaction.chat_id, reaction.position
    return None if chat_id is None or position is None else (chat_id, position)


def _is_unchanged(connection: Connection, place: Place, correction: str, keyed_hash: KeyedHash) -> bool:
    """Whether a correction is the answer that it is on: saved as it was, it would speak against what it repeats."""
    given = dict(zip(("chat_id", "position"), place, strict=True))
    rows = connection.execute(postgres.queries(QUERIES).answered, given).fetchall()
    return any(after(row["asked"], correction, keyed_hash) == row["after"] for row in rows)


def _said(reaction: Reaction, position: int, owners: Collection[str]) -> Iterator[Feedback]:
    token, at = token_of(reaction.who), reaction.at
    source = reaction.source if token is None or token in owners else f"{reaction.source}{MARK}{token}"
    if reaction.thumbs is not None:
        yield Feedback(position, "thumbs", float(reaction.thumbs), None, source, at)
    if reaction.rating is not None:
        yield Feedback(position, "rating", reaction.rating, None, source, at)
    if reaction.comment:
        yield Feedback(position, "comment", None, reaction.comment, source, at)
    if reaction.correction:
        yield Feedback(position, "correction", None, reaction.correction, source, at)
