"""One day's sealed chats become redacted ones, in one transaction of the caller's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from selfimprove.chats import days
from selfimprove.chats.days import Rejection, StageDay
from selfimprove.postgres import Connection
from selfimprove.privacy import names, table, veto
from selfimprove.privacy.names.tagger import Find, insist
from selfimprove.privacy.redact import RULE_VERSION, redact
from selfimprove.privacy.redact_chat import Opened, Passed, Redactor, open_chat, redact_chat
from selfimprove.privacy.vault import Vault

Batch = Sequence[Opened | Rejection]

STAGE: days.Stage = "redacted_chats"
VERSION = f"{RULE_VERSION}.{names.VERSION}.{veto.VERSION}"  # of the rules, the tagger and the veto


@dataclass(frozen=True, slots=True)
class Asked:
    """Who finds names in texts, who replaces them with all that the rules find, and who is told what comes next."""

    find: Find
    redactor: Redactor = redact
    look: Callable[[Sequence[str]], None] = lambda texts: None


@dataclass(frozen=True, slots=True)
class Counts:
    """What came in, went on, was left out by reason, and was replaced by type."""

    day: date
    came: int
    passed: int
    rejected: Counter[str]
    spans: Counter[str]
    messages: int

    def books(self) -> dict[str, object]:
        """The counts as the daily stages store them."""
        return {
            "in": self.came,
            "out": self.passed,
            "rejected": dict(self.rejected),
            "spans": dict(self.spans),
            "messages": self.messages,
        }


def redact_day(connection: Connection, day: date, vault: Vault, run_id: str, ask: Asked) -> Counts:
    """Write the day's redacted chats anew, with the rejections and the books.

    Raises:
        VaultKeyUnknown: a chat is sealed under a key that the vault lacks; the transaction must not commit.
        TaggerFailed, TaggerMissing, ModelWorkFailed: names cannot be found; neither must it.
    """
    days.clear(connection, STAGE, day)
    table.delete(connection, day)
    counts = Counts(day, 0, 0, Counter(), Counter(), 0)
    for batch in foreseen(opened_batches(connection, day, vault), ask.look):
        counts = _store(connection, counts, list(_redacted(batch, vault, ask)))
    days.close(connection, StageDay(STAGE, day, days.fingerprint(connection, day), VERSION, counts.books(), run_id))
    return counts


def opened_batches(connection: Connection, day: date, vault: Vault) -> Iterator[Batch]:
    """The chats of a day, opened, a batch at a time."""
    for batch in table.sealed_batches(connection, day):
        yield [open_chat(chat, vault.unseal) for chat in batch]


def texts_of(batch: Batch) -> list[str]:
    """All that was said in the chats of a batch that could be opened."""
    return [text for one in batch if isinstance(one, Opened) for text in one.texts]


def foreseen(batches: Iterable[Batch], look: Callable[[Sequence[str]], None]) -> Iterator[Batch]:
    """The batches, each after `look` was told the texts of the one that follows it."""
    waiting: list[Batch] = []
    for batch in batches:
        look(texts_of(batch))
        yield from waiting
        waiting = [batch]
    yield from waiting


def _redacted(batch: Batch, vault: Vault, ask: Asked) -> Iterator[Passed | Rejection]:
    """What becomes of each chat of a batch; the tagger reads all their texts at once, so that it wastes little."""
    texts = texts_of(batch)
    found = iter(insist(texts, ask.find(texts)))
    for one in batch:
        if isinstance(one, Opened):
            yield redact_chat(one, [next(found) for _ in one.texts], vault.keyed_hash, ask.redactor)
        else:
            yield one


def _store(connection: Connection, counts: Counts, outcomes: Sequence[Passed | Rejection]) -> Counts:
    """Write a batch and add it to the counts."""
    passed = [outcome for outcome in outcomes if isinstance(outcome, Passed)]
    rejected = [outcome for outcome in outcomes if isinstance(outcome, Rejection)]
    table.write(connection, counts.day, VERSION, passed)
    days.reject(connection, STAGE, counts.day, VERSION, rejected)
    return Counts(
        counts.day,
        counts.came + len(outcomes),
        counts.passed + len(passed),
        counts.rejected + Counter(outcome.reason for outcome in rejected),
        counts.spans + sum((Counter(chat.spans) for chat in passed), Counter[str]()),
        counts.messages + sum(len(chat.messages) for chat in passed),
    )
