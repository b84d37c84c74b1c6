"""What the house has stored in the end, with the texts unsealed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from selfimprove import postgres
from selfimprove.chats.chat import Sealed
from selfimprove.privacy.vault import Vault
from soak.books import Messages

EXCHANGES = """
select e.id, e.chat_id, e.position, e.root, e.relation, e.repeats, e.adapter, e.ending, e.answer is not null as said,
       extract(epoch from e.at)::float8 as at, c.user_key
from exchanges e join chats c on c.id = e.chat_id
"""
CHATS = "select id, key_id, nonce, sealed from chats where source = 'gateway'"
FEEDBACK = "select id, chat_id, position, kind, value, key_id, nonce, sealed from feedback where source = 'gateway'"
PROMOTIONS = """
select extract(epoch from at)::float8 as at, coalesce(adapter_id, 'base') as voice, action from promotions order by id
"""


@dataclass(frozen=True)
class Stored:
    """Exchanges by id, what each chat holds, feedback with its text, whose user's keys are, and the champions."""

    exchanges: Mapping[str, Mapping[str, Any]]
    chats: Mapping[str, Messages]
    feedback: Sequence[Mapping[str, Any]]
    users: Mapping[str, str]
    promotions: Sequence[Mapping[str, Any]] = ()

    def asked(self, row: Mapping[str, Any]) -> Messages:
        """What stands in an exchange's chat before its answer."""
        return self.chats[row["chat_id"]][: row["position"]]

    def answer(self, row: Mapping[str, Any]) -> str | None:
        """What stands in its chat in the answer's place; None where nothing was said."""
        said = self.chats[row["chat_id"]]
        is_there = row["said"] and len(said) > row["position"] and said[row["position"]][0] == "assistant"
        return said[row["position"]][1] if is_there else None

    def without_exchange(self) -> int:
        """Chats that no exchange led to."""
        return len(self.chats.keys() - {row["chat_id"] for row in self.exchanges.values()})

    def lags(self, is_calm: Callable[[float, float], bool]) -> list[float]:
        """Seconds from each rollback, nothing else being amiss, to the last request that another voice answered."""
        found = []
        for one, after in pairwise([*self.promotions, {"at": float("inf")}]):
            asked = [row for row in self.exchanges.values() if one["at"] <= row["at"] < after["at"]]
            stale = [row["at"] for row in asked if row["adapter"] != one["voice"]]
            last = max(stale, default=one["at"])
            if one["action"] == "rolled_back" and asked and is_calm(one["at"], last):
                found.append(last - one["at"])
        return sorted(found)

    def adapters(self) -> Counter[str]:
        """How many answers each voice gave."""
        return Counter(row["adapter"] for row in self.exchanges.values())


def read(url: str, home: Path, users: set[str]) -> Stored:
    """All of it; `users` are the names that clients gave."""
    with postgres.connect(url, snapshot=True) as connection:
        vault = Vault.open(home, connection)
        exchanges = {row["id"]: row for row in connection.execute(EXCHANGES)}
        chats = {row["id"]: _messages(vault, row) for row in connection.execute(CHATS)}
        feedback = [row | {"text": _text(vault, row)} for row in connection.execute(FEEDBACK)]
        promotions = connection.execute(PROMOTIONS).fetchall()
    keys = {vault.keyed_hash(user.encode()): user for user in users}
    return Stored(exchanges, chats, feedback, keys, promotions)


def _messages(vault: Vault, row: Mapping[str, Any]) -> Messages:
    sealed = Sealed(row["key_id"], row["nonce"], row["sealed"])
    return tuple((one["role"], one["content"]) for one in orjson.loads(vault.unseal(sealed, row["id"].encode())))


def _text(vault: Vault, row: Mapping[str, Any]) -> str | None:
    if row["sealed"] is None:
        return None
    return vault.unseal(Sealed(row["key_id"], row["nonce"], row["sealed"]), row["id"].encode()).decode()
