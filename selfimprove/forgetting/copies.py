"""Other chats that say what is forgotten: the same again, which no import could bring back, or nearly the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from selfimprove import postgres
from selfimprove.chats.marks import Spoken, bare, is_known
from selfimprove.chats.seal import decode
from selfimprove.forgetting.alike import alike
from selfimprove.privacy import tombstones
from selfimprove.privacy.matching import Found
from selfimprove.privacy.open_rows import BATCH, readable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from selfimprove.forgetting.select import Wish
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault


class Meant(NamedTuple):
    """Ids of the chats that go: those asked for, of which marks are kept, and those that these marks would refuse.

    `stays` counts the chats that say the same or nearly, and were not asked for; `unopened` stay too, and may do so.
    `alike` are those that a night would find to be copies, had it filtered them.
    """

    named: list[str]
    again: list[str]
    stays: dict[str, int]
    unopened: list[str]
    alike: list[str]


def meant(connection: Connection, vault: Vault, wish: Wish, found: Found) -> Meant:
    """All that goes with chats that were selected.

    A chat that is named goes with what is the same conversation as a whole, however it is spelled, in an earlier or a
    later state. What shares a long opening or a long turn with it may be another one, of who pastes the same prompt
    each time; and a person, a text or a day may have been named for other reasons than what was said: there the same
    again stays, and is told, unless copies are wanted.
    """
    compared = alike if wish.selector != "before" else lambda *given: []
    named = found.ids
    if wish.copies:
        named = sorted({*named, *_near(connection, named), *compared(connection, vault, named)})
    again, unopened = _said_again(connection, vault, named)
    goes = again if wish.copies else _states(connection, vault, named, again) if wish.selector == "chat" else []
    unjudged = sorted({*compared(connection, vault, [*named, *goes])}.difference(again))
    near = {*_near(connection, [*named, *goes]), *unjudged}.difference(again)
    left = sorted((found.unopened | unopened).difference(named, goes))
    return Meant(named, goes, {"copies": len(again) - len(goes), "near_copies": len(near)}, left, unjudged)


def _near(connection: Connection, ids: list[str]) -> list[str]:
    return [row["id"] for row in connection.execute(postgres.queries("forget").near_copies, {"ids": ids})]


def _said_again(connection: Connection, vault: Vault, ids: list[str]) -> Found:
    """Other chats that an import would refuse once these are forgotten."""
    known = {stone.hash for stone in tombstones.of_chats(connection, vault, ids) if stone.kind != "chat"}
    return _others(connection, vault, ids, known) if known else Found([])


def _others(connection: Connection, vault: Vault, ids: list[str], known: Collection[str]) -> Found:
    unopened = set[str]()
    with connection.cursor(name="other_chats") as cursor:
        cursor.itersize = BATCH
        rows = cursor.execute(postgres.queries("forget").others, {"ids": ids})
        said = readable(vault, rows, unopened)
        found = [id for id, text in said if is_known(decode(text), known, vault.keyed_hash)]
    return Found(found, frozenset(unopened))


def _states(connection: Connection, vault: Vault, ids: list[str], others: list[str]) -> list[str]:
    """Those of the others that are one of these chats as it was, is, or went on."""
    known = [spoken for _, spoken in _spoken(connection, vault, ids)]
    return [id for id, spoken in _spoken(connection, vault, others) if any(_is_state(spoken, one) for one in known)]


def _is_state(one: Spoken, other: Spoken) -> bool:
    """Whether both are the same, or one begins the other, an answer included: a question alone anybody may repeat."""
    shorter, longer = sorted((one, other), key=len)
    is_answered = any(role == "assistant" for role, _ in shorter)
    return longer[: len(shorter)] == shorter and (is_answered or len(shorter) == len(longer))


def _spoken(connection: Connection, vault: Vault, ids: list[str]) -> Iterator[tuple[str, Spoken]]:
    with connection.cursor(name="spoken") as cursor:
        cursor.itersize = BATCH
        rows = cursor.execute(postgres.queries("privacy").sealed_by_id, {"ids": ids})
        for id, text in readable(vault, rows, set()):
            yield id, bare(decode(text))
