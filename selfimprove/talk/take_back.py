"""Chats of a conversation forgotten by the same verb as `selfimprove forget`."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from selfimprove import postgres
from selfimprove.errors import ForgetUnknown
from selfimprove.forgetting.carry_out import carry_out, refuse_while_a_night_runs, sentence
from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.select import Wish
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.settings import Settings

PATIENCE = 20.0  # seconds until what was said a moment ago must have come to the database


def take_back(
    settings: Settings, chats: Sequence[str], *, copies: bool = False, dry_run: bool, patience: float = PATIENCE
) -> str:
    """Forget these chats, with what repeats them as the verb has it; tells what went, or with `dry_run` what would.

    Raises:
        ForgetBusy: a night is under way.
        ForgetUnknown: none of them has come to the database.
    """
    with postgres.of_house(settings) as connection:
        vault = Vault.open(settings.home, connection)
        connection.commit()
        refuse_while_a_night_runs(connection)
        _wait(connection, chats, time.monotonic() + patience)
        do = partial(_would_go, connection, vault) if dry_run else partial(_one, connection, vault, settings)
        told = [do(Wish("chat", chat, copies)) for chat in chats if _is_there(connection, chat)]
    if not any(told):
        raise ForgetUnknown(found="No", id=chats[0])
    return "\n".join(dict.fromkeys(filter(None, told)))


def _wait(connection: Connection, chats: Sequence[str], deadline: float) -> None:
    """Until the database has them all, or time is up."""
    while not all(_is_there(connection, chat) for chat in chats) and time.monotonic() < deadline:
        connection.rollback()
        time.sleep(0.5)


def _is_there(connection: Connection, chat: str) -> bool:
    return connection.execute(postgres.queries("forget").chats_like, {"id": chat}).fetchone() is not None


def _one(connection: Connection, vault: Vault, settings: Settings, wish: Wish) -> str:
    """What went."""
    done = carry_out(connection, vault, wish, settings.home, datetime.now(UTC))
    return "\n".join([sentence(done.receipt, dry_run=False), *done.left]) if done else ""


def _would_go(connection: Connection, vault: Vault, wish: Wish) -> str:
    receipt = forget(connection, vault, wish, datetime.now(UTC), dry_run=True)
    return sentence(receipt, dry_run=True) if receipt else ""
