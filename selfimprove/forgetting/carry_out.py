"""A wish to forget, carried out to its end: rows, files, and the space they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from selfimprove import postgres
from selfimprove.errors import ForgetBusy
from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.give_back import give_back
from selfimprove.forgetting.sweep import sweep
from selfimprove.privacy.open_rows import listed

if TYPE_CHECKING:
    from selfimprove.forgetting.receipt import Receipt, Selector
    from selfimprove.forgetting.select import Wish
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault

ONE_BY_ONE = "`selfimprove forget --chat ID`"
NOT_LEARNED = "Those that were left out as copies of it are not learned from in its place."


@dataclass(frozen=True, slots=True)
class Done:
    """What was forgotten, the receipt's file, and lines about what could not be done now."""

    receipt: Receipt
    file: Path
    left: tuple[str, ...]


def carry_out(connection: Connection, vault: Vault, wish: Wish, home: Path, now: datetime) -> Done | None:
    """Forget, delete the files, give the space back; None when no chat fits."""
    receipt = forget(connection, vault, wish, now)
    connection.commit()  # before any file goes, whatever transaction the caller may have begun
    if receipt is None:
        return None
    left: list[str] = []
    sweep(connection, home, left.append)
    connection.commit()
    left.extend(give_back(connection, home))
    if connection.execute(postgres.queries("forget").unfinished, {"id": receipt.id}).fetchone():
        left.append("It is tried again when the house starts, and with what is forgotten next.")
    connection.commit()
    return Done(receipt, home / "receipts" / receipt.name, tuple(left))


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
    told = [f"{'Would be forgotten' if dry_run else 'Forgotten'}: {rows}.", *consequences(receipt)]
    if any(receipt.stays.values()):
        told.append("With --copies these go too." if dry_run else "`selfimprove forget --matching TEXT` finds them.")
    return "\n".join(told)


def consequences(receipt: Receipt) -> list[str]:
    """What follows for datasets, adapters, and who answers."""
    told = []
    if receipt.datasets:
        datasets, adapters = len(receipt.datasets), len(receipt.adapters)
        told.append(f"Datasets that held them: {datasets}; adapters that learned from those: {adapters}.")
        told.append("What is left of these datasets is new to the next night, which learns it again.")
    if receipt.adapters:
        told.append("That night is asked for: it begins in a house that is up, ten minutes after the last question.")
        told.append("What `selfimprove adapters export` wrote of these adapters knows it still: delete that yourself.")
    if receipt.champion_before != receipt.champion_after:
        who = f"adapter {receipt.champion_after[:12]}" if receipt.champion_after else "the base model"
        told.append(f"Adapter {str(receipt.champion_before)[:12]} is one of them: {who} answers from now on.")
    return told + staying(receipt.stays, receipt.selector, receipt.unopened)


def staying(stays: Mapping[str, int], selector: Selector, unopened: Sequence[str]) -> list[str]:
    """What else says the same, or nearly, or may."""
    told = []
    if stays.get("copies"):
        told.append(f"Chats that say the same, go on from it or hold a long turn of it, and stay: {stays['copies']}.")
    if stays.get("near_copies"):
        told.append(f"Chats that are nearly the same, and stay: {stays['near_copies']}.")
        told += [NOT_LEARNED] if selector != "before" else []
    if unopened:
        told.append(f"Chats that cannot be opened, so that nobody knows what they say, and stay: {listed(unopened)}.")
        told.append(f"{ONE_BY_ONE} takes one of these, with what was learned from it.")
    return told
