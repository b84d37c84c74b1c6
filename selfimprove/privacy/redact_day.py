"""One day's sealed chats become redacted ones, in one transaction of the caller's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from selfimprove.chats import days
from selfimprove.chats.days import Rejection, StageDay
from selfimprove.postgres import Connection
from selfimprove.privacy import table
from selfimprove.privacy.redact import RULE_VERSION, redact
from selfimprove.privacy.redact_chat import Passed, Redactor, redact_chat
from selfimprove.privacy.vault import Vault

STAGE: days.Stage = "redacted_chats"


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


def redact_day(connection: Connection, day: date, vault: Vault, run_id: str, redactor: Redactor = redact) -> Counts:
    """Write the day's redacted chats anew, with the rejections and the books.

    Raises:
        VaultKeyUnknown: a chat is sealed under a key that the vault lacks; the transaction must not commit.
    """
    days.clear(connection, STAGE, day)
    table.delete(connection, day)
    counts = Counts(day, 0, 0, Counter(), Counter(), 0)
    for batch in table.sealed_batches(connection, day):
        outcomes = [redact_chat(chat, vault.unseal, redactor) for chat in batch]
        counts = _store(connection, counts, outcomes)
    days.close(
        connection, StageDay(STAGE, day, days.fingerprint(connection, day), RULE_VERSION, counts.books(), run_id)
    )
    return counts


def _store(connection: Connection, counts: Counts, outcomes: Sequence[Passed | Rejection]) -> Counts:
    """Write a batch and add it to the counts."""
    passed = [outcome for outcome in outcomes if isinstance(outcome, Passed)]
    rejected = [outcome for outcome in outcomes if isinstance(outcome, Rejection)]
    table.write(connection, counts.day, RULE_VERSION, passed)
    days.reject(connection, STAGE, counts.day, RULE_VERSION, rejected)
    return Counts(
        counts.day,
        counts.came + len(outcomes),
        counts.passed + len(passed),
        counts.rejected + Counter(outcome.reason for outcome in rejected),
        counts.spans + sum((Counter(chat.spans) for chat in passed), Counter[str]()),
        counts.messages + sum(len(chat.messages) for chat in passed),
    )
