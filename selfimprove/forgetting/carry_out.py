"""A wish to forget, carried out to its end: rows, files, and the space they took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from selfimprove import postgres
from selfimprove.errors import ForgetBusy
from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.give_back import give_back
from selfimprove.forgetting.sweep import sweep

if TYPE_CHECKING:
    from selfimprove.forgetting.receipt import Receipt
    from selfimprove.forgetting.select import Wish
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault


@dataclass(frozen=True, slots=True)
class Done:
    """What was forgotten, the receipt's file, and lines about what could not be done now."""

    receipt: Receipt
    file: Path
    left: tuple[str, ...]


def carry_out(connection: Connection, vault: Vault, wish: Wish, home: Path, now: datetime) -> Done | None:
    """Forget, delete the files, give the space back; None when no chat fits."""
    receipt = forget(connection, vault, wish, now)
    if receipt is None:
        return None
    files = sweep(connection, home)
    connection.commit()
    left = tuple(give_back(connection))
    return Done(receipt, next(file for file in files if file.name == receipt.name), left)


def refuse_while_a_night_runs(connection: Connection) -> None:
    """What a night has read would be written again behind our back; for a house whose daemon is up.

    Raises:
        ForgetBusy: one is under way.
    """
    queries = postgres.queries("forget")
    if connection.execute(queries.dagster_runs).fetchone() and connection.execute(queries.active).fetchone():
        raise ForgetBusy
    connection.commit()


def sentence(receipt: Receipt, *, dry_run: bool) -> str:
    """What was forgotten, or would be, in a few lines."""
    rows = ", ".join(f"{count} {table}" for table, count in receipt.counts.items() if count)
    return "\n".join([f"{'Would be forgotten' if dry_run else 'Forgotten'}: {rows}.", *consequences(receipt)])


def consequences(receipt: Receipt) -> list[str]:
    """What follows for datasets, adapters, and who answers."""
    told = []
    if receipt.datasets:
        told.append(f"{len(receipt.datasets)} datasets held them; {len(receipt.adapters)} adapters learned from those.")
        told.append("What is left of these datasets is new to the next night, which learns it again.")
    if receipt.champion_before != receipt.champion_after:
        who = f"adapter {receipt.champion_after[:12]}" if receipt.champion_after else "the base model"
        told.append(f"Adapter {str(receipt.champion_before)[:12]} is one of them: {who} answers from now on.")
    return told
