"""Which chats are meant: one with its branches and equals, a person's, those that say something, those before a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from selfimprove import postgres
from selfimprove.chats.spelling import normalised
from selfimprove.errors import ForgetTooMuch, ForgetUnknown
from selfimprove.forgetting.receipt import Selector
from selfimprove.privacy.matching import Found, matching

if TYPE_CHECKING:
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault

FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be forgotten: the kind of selector, and an id, a name, a text or an ISO day.

    With `copies` goes whatever else says the same, or nearly.
    """

    selector: Selector
    value: str
    copies: bool = False


def select(connection: Connection, vault: Vault, wish: Wish) -> Found:
    """The chats, and those that had to be opened to be found and cannot be.

    Raises:
        ForgetUnknown: no chat, or more than one, has an id that begins so.
        ForgetTooMuch: the text is so short that it stands everywhere.
    """
    if wish.selector == "chat":
        return Found(_ids(connection, "same_content", id=_known(connection, wish.value)))
    if wish.selector == "user":
        return Found(_ids(connection, "of_user", keys=[vault.keyed_hash(wish.value.encode()), wish.value]))
    if wish.selector == "before":
        return Found(_ids(connection, "before", day=date.fromisoformat(wish.value)))
    if sum(letter.isalnum() for letter in normalised(wish.value)) < FEWEST_LETTERS:
        raise ForgetTooMuch(text=wish.value)
    return matching(connection, vault, wish.value)


def _known(connection: Connection, beginning: str) -> str:
    found = _ids(connection, "chats_like", id=beginning)
    if len(found) != 1 or not beginning:
        raise ForgetUnknown(found="Several" if found else "No", id=beginning)
    return found[0]


def _ids(connection: Connection, query: str, **given: Any) -> list[str]:
    return [row["id"] for row in connection.execute(getattr(postgres.queries("forget"), query), given)]
