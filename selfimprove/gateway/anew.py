"""What is said by day after something was forgotten: said anew it is kept, and what goes on from that is not.

Clients send a conversation with each question, so one that still shows what was forgotten would bring it back. But who
pastes the same prompt each time begins a conversation as good as any, also where the answers are the same once more. So
what is known of forgotten chats holds for beginnings with an answer that nobody has stored since.
"""

from collections.abc import Iterator, Sequence

from selfimprove import postgres
from selfimprove.chats import table as chats
from selfimprove.chats.importing import opens_like
from selfimprove.chats.marks import is_known, marks
from selfimprove.chats.table import Forgotten
from selfimprove.gateway.chain import KeyedHash, canonical, chain
from selfimprove.gateway.exchange import Exchange
from selfimprove.gateway.thread import answers
from selfimprove.postgres import Connection


def unforgotten(connection: Connection, exchanges: Sequence[Exchange], keyed_hash: KeyedHash) -> list[Exchange]:
    """The exchanges but for those that go on from what was forgotten. Until the transaction ends nothing more is."""
    forgotten = chats.forgotten(connection, _marks(exchanges, keyed_hash))
    given = {name: [getattr(one.thread, name) for one in exchanges] for name in ("chat_id", "parent", "root")}
    found = connection.execute(postgres.queries("gateway").standing, given).fetchall()
    stored = {row["id"]: row["turns"] for row in found if row["turns"] is not None}  # of chats, exchanges
    gone = {row["id"] for row in found if row["turns"] is None}
    kept = []
    for one in exchanges:
        thread, turns = one.thread, max(stored.get(one.thread.chat_id, 0), stored.get(one.thread.parent or "", 0))
        is_cut = thread.root in gone and thread.parent is not None and thread.parent not in stored
        if not is_cut and not (forgotten and _goes_on(connection, one, turns, forgotten, keyed_hash)):
            kept.append(one)
            stored |= dict.fromkeys(_leaves(one, keyed_hash), thread.position + 1)
    return kept


def _marks(exchanges: Sequence[Exchange], keyed_hash: KeyedHash) -> Iterator[str]:
    """By what they may be known: years of forgetting leave more marks than can be read for each batch."""
    said = dict.fromkeys(canonical(one.messages) for one in exchanges)
    return (mark.hash for messages in said for mark in marks(messages, keyed_hash))


def _leaves(one: Exchange, keyed_hash: KeyedHash) -> Iterator[str]:
    """The chats and the answers that others go on from, in the same batch too."""
    yield from (one.thread.chat_id, one.id)
    for id, chat_id, _ in answers(one, keyed_hash):
        yield from (chat_id, id)


def _goes_on(
    connection: Connection, one: Exchange, stored: int, forgotten: Forgotten, keyed_hash: KeyedHash
) -> bool:
    """Whether what a client sent holds, beyond so many messages that are stored, an answer of a forgotten chat."""
    sent = canonical(one.messages)

    def holds(after: int) -> bool:
        return opens_like(sent, forgotten, keyed_hash, after) or is_known(sent, forgotten.marks, keyed_hash, after)

    return holds(stored) and holds(max(stored, _given(connection, one, keyed_hash)))


def _given(connection: Connection, one: Exchange, keyed_hash: KeyedHash) -> int:
    """Messages up to the last answer that is stored, also where the gateway had lost sight of the conversation."""
    links = chain(one.messages, one.thread.who, keyed_hash)
    rows = connection.execute(postgres.queries("gateway").given, {"after": [link.hash for link in links]})
    found = {row["after"] for row in rows}
    return max((link.position + 1 for link in links if link.hash in found), default=0)
