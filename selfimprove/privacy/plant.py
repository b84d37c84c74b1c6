"""Made-up secrets through the redaction, in memory: what becomes of them, and nothing of what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.chats.chat import Sealed
from selfimprove.chats.days import Rejection
from selfimprove.postgres import Connection
from selfimprove.privacy.canaries import FORMS, NAMES, Canary, group
from selfimprove.privacy.names.tagger import Find, insist
from selfimprove.privacy.originals import KeyedHash
from selfimprove.privacy.redact import identity, redact
from selfimprove.privacy.redact_chat import Opened, Redactor, redact_chat
from selfimprove.privacy.sealed_chat import SealedChat

OPEN = Sealed("", b"", b"")  # a chat that never was on a disk


@dataclass(frozen=True, slots=True)
class Trial:
    """How many secrets of each type went through the redaction, and how many came out of it."""

    planted: dict[str, int]
    survived: dict[str, int]


def seed_of(run_id: str, keyed_hash: KeyedHash) -> str:
    """What a run's canaries are drawn by: nobody without the vault's key can say them."""
    return keyed_hash(f"canaries {run_id}".encode())


def trial(seed: str, find: Find, keyed_hash: KeyedHash, redactor: Redactor = redact) -> Trial:
    """Push a group of canaries, each in a raw chat of its own, through the rules and the tagger of the night.

    Raises:
        ModelWorkFailed, TaggerFailed: names cannot be found.
    """
    planted = group(seed, (*FORMS, *NAMES))
    chats = [_opened(number, canary) for number, canary in enumerate(planted)]
    texts = [text for chat in chats for text in chat.texts]
    found = iter(insist(texts, find(texts)))
    outcomes = [redact_chat(chat, [next(found) for _ in chat.texts], keyed_hash, redactor) for chat in chats]
    left = [
        canary.form.type
        for canary, outcome in zip(planted, outcomes, strict=True)
        if not isinstance(outcome, Rejection) and holds((one.content for one in outcome.messages), canary)
    ]
    return Trial(dict(Counter(canary.form.type for canary in planted)), dict(Counter(left)))


def holds(texts: Iterable[str], canary: Canary) -> bool:
    """Whether a canary stands in any text, as it was written or spelt in another way."""
    wanted = identity(canary.form.type, canary.value)
    return any(canary.value in text or wanted in identity(canary.form.type, text) for text in texts)


def keep(connection: Connection, run_id: str, version: str, found: Trial) -> None:
    """Store what became of a run's canaries."""
    row = {"run_id": run_id, "version": version, "planted": Jsonb(found.planted), "survived": Jsonb(found.survived)}
    connection.execute(postgres.queries("privacy").keep_trial, row)


def newest(connection: Connection, version: str) -> tuple[str, Trial] | None:
    """The newest trial of the rules and tagger of this version, after the id of its run; None where there is none."""
    row = connection.execute(postgres.queries("privacy").newest_trial, {"version": version}).fetchone()
    return None if row is None else (row["run_id"], Trial(row["planted"], row["survived"]))


def _opened(number: int, canary: Canary) -> Opened:
    """A person tells a secret, is told it again, and asks for it."""
    told = {"role": "user", "content": canary.form.answer.replace("Your", "My").format(canary.value)}
    messages = [told, {"role": "assistant", "content": "Thank you."}, *canary.messages]
    return Opened(SealedChat(f"canary {number}", len(messages), OPEN), messages, [one["content"] for one in messages])
