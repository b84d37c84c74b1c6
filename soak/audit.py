"""Whether what is stored is what clients were told: exchange by exchange, word by word."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from soak.books import FAILURES, Books, Messages, Outcome, Reacted, Sent
from soak.stored import Stored

BY_ID: tuple[Outcome, ...] = ("answered", "broken", "cut")  # whose exchange's id the client was told
Known = Mapping[tuple[str, Messages], str]  # what each voice says to each of the greedy prompts
Key = tuple[str, Messages]
Finding = tuple[str, str]  # what is wrong, and with which exchange or feedback


def audit(books: Books, stored: Stored, known: Known) -> Iterator[Finding]:
    """All that does not add up; nothing of it has a word of what was said."""
    for sent in books.of("answered"):
        yield from _answered(sent, stored)
        yield from _mixture(sent, known)
    for sent in books.of("broken", "cut"):
        yield from _half(books, sent, stored)
    yield from _roots(books, stored)
    yield from _strangers(books, stored)
    yield from _unanswered(books, stored)
    yield from _feedback(books, stored)
    yield from _failures(books)


def _answered(sent: Sent, stored: Stored) -> Iterator[Finding]:
    """An exchange that was acknowledged is there as it was told, and so are its further answers."""
    row = stored.exchanges.get(sent.id)
    if row is None:
        yield "acknowledged and not stored", sent.id
        return
    if row["chat_id"] != sent.chat:
        yield "stored in another chat than was told", sent.id
    if row["position"] != len(sent.messages):
        yield "stored at another place", sent.id
    if row["adapter"] != sent.adapter:
        yield "stored with another adapter than was told", sent.id
    if row["ending"] not in ("stop", "length"):
        yield f"answered, and stored as {row['ending']}", sent.id
    if stored.asked(row) != sent.messages or stored.answer(row) != sent.texts[0]:
        yield "stored with other words", sent.id
    yield from _others(sent, stored)
    yield from _relation(sent, stored)


def _others(sent: Sent, stored: Stored) -> Iterator[Finding]:
    for number in range(1, sent.choices):
        row = stored.exchanges.get(f"{sent.id}#{number}")
        if row is None or row["repeats"] != sent.id or stored.answer(row) != sent.texts[number]:
            yield "a further answer is not stored as it was told", f"{sent.id}#{number}"


def _relation(sent: Sent, stored: Stored) -> Iterator[Finding]:
    """It goes on with the chat that its client went on with, as far as nothing failed in that before."""
    row = stored.exchanges[sent.id]
    if sent.expected and row["relation"] != sent.expected:
        yield f"stored as {row['relation']} instead of {sent.expected}", sent.id
    if sent.chat_expected and row["chat_id"] != sent.chat_expected:
        yield "goes on with another chat", sent.id
    if sent.repeats and row["repeats"] not in sent.repeats:
        yield "repeats another exchange", sent.id


def _mixture(sent: Sent, known: Known) -> Iterator[Finding]:
    if sent.greedy and known.get((sent.adapter, sent.messages)) != sent.texts[0]:
        yield f"not what the voice that it is stamped with says ({sent.adapter[:12]})", sent.id


def _half(books: Books, sent: Sent, stored: Stored) -> Iterator[Finding]:
    """What the client or the engine broke off is kept as far as it was said; a killed gateway excuses the former."""
    row = stored.exchanges.get(sent.id)
    if row is None:
        if sent.id and not (sent.outcome == "cut" and books.is_explained(sent)):
            yield f"{sent.outcome} in mid-stream and not stored", sent.id
        return
    if stored.asked(row) != sent.messages or not (stored.answer(row) or "").startswith(sent.texts[0]):
        yield f"{sent.outcome} in mid-stream and stored with other words", sent.id
    if sent.outcome == "broken" and row["ending"] != "failed":
        yield f"broken in mid-stream and stored as {row['ending']}", sent.id
    if row["adapter"] != sent.adapter or row["chat_id"] != sent.chat:
        yield "stored otherwise than was told", sent.id


def _roots(books: Books, stored: Stored) -> Iterator[Finding]:
    """Every conversation is one: all that was acknowledged of it began as the same chat."""
    roots: defaultdict[str, set[str]] = defaultdict(set)
    for sent in books.of("answered"):
        if row := stored.exchanges.get(sent.id):
            roots[sent.user].add(row["root"])
    for user, found in roots.items():
        if len(found) > 1:
            yield "one conversation began as several chats", user


def _strangers(books: Books, stored: Stored) -> Iterator[Finding]:
    """What is stored was asked for, no more often than it was asked."""
    told = {sent.id for sent in books.of(*BY_ID) if sent.id}
    unknown = Counter(_key(sent) for sent in books.sent if sent.id not in told)
    for id, row in stored.exchanges.items():
        base, _, number = id.partition("#")
        if number:
            if base not in stored.exchanges:
                yield "a further answer to nothing", id
        elif id not in told:
            key = (stored.users.get(row["user_key"], ""), stored.asked(row))
            unknown[key] -= 1
            if unknown[key] < 0:
                yield "stored and not asked for", id
    if count := stored.without_exchange():
        yield "chats without an exchange", f"{count} of them"


def _unanswered(books: Books, stored: Stored) -> Iterator[Finding]:
    """Whoever was refused was told so after that was stored."""
    failed = Counter(
        (stored.users.get(row["user_key"], ""), stored.asked(row))
        for row in stored.exchanges.values() if row["ending"] == "failed"
    )  # fmt: skip
    for key, count in Counter(map(_key, books.of("refused"))).items():
        if failed[key] < count:
            yield "refused and not stored as failed", key[0]


def _feedback(books: Books, stored: Stored) -> Iterator[Finding]:
    by_text, by_place = defaultdict(list), defaultdict(list)
    for row in stored.feedback:
        by_text[row["text"]].append(row)
        by_place[row["chat_id"], row["position"], row["kind"]].append(row)
    meant: set[str] = set()
    for reacted in books.reactions:
        found = by_text[reacted.text] if reacted.text else by_place[_place(reacted, stored)]
        meant |= {row["id"] for row in found}
        if reacted.status and len(found) != 1:
            yield f"feedback acknowledged and stored {len(found)} times", f"{reacted.kind} on {reacted.on.id}"
        elif found and not _is_it(reacted, found[0], stored):
            yield "feedback stored on another answer", f"{reacted.kind} by {reacted.by} on {reacted.on.id}"
    for row in stored.feedback:
        if row["id"] not in meant:
            yield "feedback that nobody gave", f"{row['kind']} on {row['chat_id']}"


def _place(reacted: Reacted, stored: Stored) -> tuple[str, int, str]:
    exchange = stored.exchanges.get(reacted.on.id, {"chat_id": "", "position": 0})
    return exchange["chat_id"], exchange["position"], reacted.kind


def _is_it(reacted: Reacted, row: Mapping[str, Any], stored: Stored) -> bool:
    """By id it stands on that very answer, by what was said on one that said so after the same, or at all."""
    place, said = (row["chat_id"], row["position"], row["kind"]), stored.chats.get(row["chat_id"], ())
    if row["kind"] != reacted.kind or row["value"] != reacted.value or len(said) <= row["position"]:
        return False
    if reacted.by == "id":
        return place == _place(reacted, stored)
    heard = said[: row["position"] + 1]
    return heard == reacted.on.said if reacted.by == "messages" else heard[-1][1] == reacted.on.texts[0]


def _failures(books: Books) -> Iterator[Finding]:
    for sent in books.of("wrong"):
        yield "answered as must never be", sent.detail
    for sent in books.of(*FAILURES):
        if not books.is_explained(sent):
            yield "failed without a kill", f"{sent.outcome}: {sent.detail}"


def _key(sent: Sent) -> Key:
    return sent.user, sent.messages
