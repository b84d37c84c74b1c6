"""Which chat a request goes on with, told by what the client sends again: all that was said so far.

What is known is a tree of exchanges. A request goes on from the longest beginning that ends with an answer we gave. The
first to go on from there is the next turn of that chat. Whatever else follows the same answer is a branch: the same
question again (retry) or another one in its place (edit), and begins a chat of its own. So no branch takes another's
turns away, and what both begin with is known to have been given in the older one (view inherited_answers). A question
that nobody answered is asked again in its place. A client may name its conversation itself; all that bears one name
belongs together, whatever it begins with.
"""

import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from selfimprove.chats.chat import Chat, Message, Sealing
from selfimprove.chats.seal import identify
from selfimprove.gateway.chain import KeyedHash, Link, after, answer_hash, canonical, chain
from selfimprove.gateway.exchange import Exchange, Relation, Thread

MOST = 20_000  # exchanges that are remembered: months of a household's
SOURCE = "gateway"
RETRY_SECONDS = 600.0  # within which a chat's first question, asked again, is a retry and no new chat
MOST_RETRIES = 3  # more of them in a row are a program's


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that came before it: whether it was answered is None while somebody answers."""

    thread: Thread
    at: float
    id: str | None = None
    answered: bool | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class Given:
    """An answer of ours: its exchange, and where it stands."""

    id: str
    chat_id: str
    position: int
    root: str


Found = tuple[Given, int]  # the answer that a request goes on from, and its position in the request


class Threads:
    """What is known of conversations, the newest of them; not for several threads at once."""

    def __init__(self, sealing: Sealing, clock: Callable[[], float] = time.time, most: int = MOST) -> None:
        self._sealing, self._clock, self._most = sealing, clock, most
        self._keyed_hash = sealing.keyed_hash
        self._asked: OrderedDict[str, Asked] = OrderedDict()  # by the hash of all that was said before the answer
        self._after: OrderedDict[str, Given] = OrderedDict()  # by the same with the answer, and by that behind the root
        self._next: OrderedDict[str, Asked] = OrderedDict()  # by the exchange, or the root, that was gone on from
        self._roots: OrderedDict[str, str] = OrderedDict()  # by chat
        self._guests: OrderedDict[str, str | None] = OrderedDict()  # by root: whose token began it, None the owner's
        self._given: OrderedDict[str, Given] = OrderedDict()  # by the exchange's id
        self._said: OrderedDict[str, Given] = OrderedDict()  # by the hash of an answer alone

    def chat_of(
        self, messages: Sequence[Message], given: str | None = None, who: str = "", guest: str | None = None
    ) -> Thread:
        """See Keeper."""
        links = chain(messages, who, self._keyed_hash)
        asked = links[-1].hash if links else self._keyed_hash(b"nothing " + who.encode())
        name = self._named(given, who, guest) if given else None
        family = self._roots.get(name) if name else None
        before = self._asked.get(asked)
        found = self._longest(links[:-1], family)
        if before and self._is_again(before, name, family, found):
            thread = self._again(before, len(canonical(messages)))
        else:
            thread = self._onward(messages, links, name, family, found)
        thread = replace(thread, asked=asked, who=who, guest=guest)
        is_soon = before is not None and self._clock() - before.at < RETRY_SECONDS
        is_answered = before is not None and before.answered is not False
        self._remember(Asked(thread, self._clock(), times=before.times + is_answered if before and is_soon else 1))
        return thread

    def keep(self, exchange: Exchange) -> None:
        """Remember how a request ended."""
        thread = exchange.thread
        known = self._asked.get(thread.asked)
        at, times = exchange.at.timestamp(), known.times if known else 1
        self._remember(Asked(thread, at, exchange.id, exchange.answer is not None, times))
        if exchange.answer is not None and not exchange.has_answer:
            self._go_on(Given(exchange.id, thread.chat_id, thread.position - 1, thread.root), thread.asked)
        for id, chat_id, text in reversed([*answers(exchange, self._keyed_hash)]):  # of equal ones the first counts
            given = Given(id, chat_id, thread.position, thread.root)
            alone = answer_hash(text, thread.who, self._keyed_hash)
            self._answer(given, after(thread.asked, text, self._keyed_hash), alone)

    def load(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Remember exchanges that were stored, the newest first; what is known already is newer, and stays."""
        since = dict[str, float]()
        for row in rows:
            if row["id"] in self._given:
                continue
            said = row["answer"] is not None
            is_bare = not said and row["ending"] == "tool_calls"
            if row["relation"] != "other":
                place = (row["chat_id"], row["position"], row["root"], row["relation"], row["repeats"], row["parent"])
                thread = Thread(*place, asked=row["asked"], guest=row["token"])
                self._heard(Asked(thread, row["at"].timestamp(), row["id"], said or is_bare), since)
            given = Given(row["id"], row["chat_id"], row["position"] - (not said), row["root"])
            if said:
                self._answer(given, row["after"], row["answer"], is_older=True)
            elif is_bare:
                self._go_on(given, row["after"], is_older=True)

    def _heard(self, older: Asked, since: dict[str, float]) -> None:
        """A question of earlier; one that was asked again and again `since` then was asked once more often."""
        asked = older.thread.asked
        newer = self._asked.get(asked)
        self._remember(older, is_older=True)
        if newer is None or newer.id == older.id:
            return
        is_soon = since.get(asked, newer.at) - older.at < RETRY_SECONDS
        since[asked] = older.at if is_soon else math.inf
        if is_soon and older.answered:
            self._asked[asked] = replace(newer, times=newer.times + 1)

    def by_id(self, id: str) -> Given | None:
        """Where the answer of an exchange stands."""
        return self._given.get(id)

    def by_content(self, after: str | None, answer: str | None) -> Given | None:
        """The newest answer after which this was all that was said, or which said this."""
        return self._after.get(after or "") or (self._said.get(answer) if answer else None)

    def _is_again(self, before: Asked, name: str | None, family: str | None, found: Found | None) -> bool:
        """Whether the same history is the same conversation: one may be had anew another day, with the same answers."""
        if name and (family or not before.thread.parent):
            return before.thread.root == family
        if before.thread.parent:
            return found is None or found[0].id == before.thread.parent
        if before.answered is False:
            return True
        return before.times <= MOST_RETRIES and self._clock() - before.at < RETRY_SECONDS

    def _again(self, before: Asked, position: int) -> Thread:
        """In the place of a question that nobody answered, unless a system prompt that came or went has moved it."""
        thread = before.thread
        if before.answered is not False:
            return self._branch(thread.root, position, "retry", before)
        chat_id = thread.chat_id if position == thread.position else self._branch_id(thread.root)
        return replace(thread, chat_id=chat_id, position=position)

    def _onward(
        self, messages: Sequence[Message], links: Sequence[Link], name: str | None, family: str | None,
        found: Found | None,
    ) -> Thread:  # fmt: skip
        position = len(canonical(messages))
        if found is None and family is None:
            chat_id = name or self._new_id(secrets.token_hex(16), messages)
            return Thread(chat_id, position, chat_id)
        given, at = found or (None, -1)
        root = given.root if given else family or ""
        rival = self._next.get(given.id if given else root)
        if rival and (given or len(links) == 1):
            is_same = bool(links) and rival.thread.asked == links[-1].hash
            branch = self._branch(root, position, "retry" if is_same else "edit", rival)
            return replace(branch, parent=given.id if given else None)
        if given is None or given.position != at:  # a client that shows us the end alone, or moved the system prompt
            return Thread(self._branch_id(root), position, root, "next", None, given.id if given else None)
        return Thread(given.chat_id, position, root, "next", None, given.id)

    def _longest(self, links: Sequence[Link], family: str | None) -> Found | None:
        for one in reversed(links):
            if given := self._after.get((family or "") + one.hash):
                return given, one.position
        return None

    def _branch(self, root: str, position: int, relation: Relation, rival: Asked) -> Thread:
        return Thread(self._branch_id(root), position, root, relation, rival.id, rival.thread.parent)

    def _branch_id(self, root: str) -> str:
        return branch_id(root, secrets.token_hex(16), self._keyed_hash)

    def _named(self, given: str, who: str, guest: str | None) -> str:
        """The chat that a client means: one of ours by its id, or one by a name of the client's own.

        By its id the owner goes on with what no guest began, and a guest with his own. Whoever else knows it could
        object to its answers in the owner's name, and have what he says forgotten with it.
        """
        is_theirs = given in self._roots and self._guests.get(self._roots[given]) == guest
        return given if is_theirs else self._new_id(f"{who} {given}", ())

    def _new_id(self, name: str, messages: Sequence[Message]) -> str:
        return identify(Chat(SOURCE, name, None, datetime.now(UTC), tuple(messages)), self._sealing)

    def _remember(self, asked: Asked, is_older: bool = False) -> None:
        thread = asked.thread
        self._put(self._asked, thread.asked, asked, is_older)
        self._put(self._next, thread.parent or thread.root, asked, is_older)
        self._put(self._roots, thread.chat_id, thread.root, is_older)
        self._put(self._guests, thread.root, thread.guest, is_older)

    def _answer(self, given: Given, after: str, answer: str, is_older: bool = False) -> None:
        self._go_on(given, after, is_older)
        self._put(self._said, answer, given, is_older)
        self._put(self._given, given.id, given, is_older)
        self._put(self._roots, given.chat_id, given.root, is_older)

    def _go_on(self, given: Given, after: str, is_older: bool = False) -> None:
        """Under the conversation's name too: in others exactly the same may be said."""
        self._put(self._after, after, given, is_older)
        self._put(self._after, given.root + after, given, is_older)

    def _put(self, known: OrderedDict[str, Any], key: str, value: object, is_older: bool) -> None:
        """Know this from now on; of what is older than all that is known, only what nothing newer says otherwise."""
        if not (is_older and key in known):
            known[key] = value
            known.move_to_end(key, last=not is_older)
        if len(known) > (2 * self._most if known is self._after else self._most):
            known.popitem(last=False)


def branch_id(root: str, name: str, keyed_hash: KeyedHash) -> str:
    """The id of a chat that branched off: it begins like the conversation's first, so that both are on one side."""
    return root[:8] + keyed_hash(f"branch {root} {name}".encode())[8:]


def answers(exchange: Exchange, keyed_hash: KeyedHash) -> Iterable[tuple[str, str, str]]:
    """Of each answer its exchange's id, its chat and its text; others than the first are branches."""
    root = exchange.thread.root
    if exchange.answer is not None and exchange.has_answer:
        yield exchange.id, exchange.thread.chat_id, exchange.answer
    for number, text in enumerate(exchange.others, 1):
        if not text:
            continue  # a bare call of a tool
        id = f"{exchange.id}#{number}"
        yield id, branch_id(root, id, keyed_hash), text

