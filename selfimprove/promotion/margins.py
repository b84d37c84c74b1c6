"""Limits of the gates: rows in the database, declared before the night whose report they judge."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from selfimprove import postgres
from selfimprove.errors import MarginInvalid, MarginUnknown
from selfimprove.postgres import Connection
from selfimprove.settings import Settings

SHARES = frozenset({"error_budget"})  # above 1 it would bound nothing
# What sql/schema.sql ships: for judging where there is no house.
SHIPPED: Mapping[str, float] = {
    "core_items": 200, "target_items": 20, "refusal_items": 20, "logprob_shift": 1e-4, "error_budget": 0.05,
    "target_gain": 0.05, "core_drop": 0.03, "slice_drop": 0.1, "core_loss_rise": 0.2, "core_floor": 0.5,
    "history_drop": 0.05, "refusal_drop": 0.1, "broken_share": 0.005, "leak_outputs": 20, "latency_ratio": 1.5,
    "memory_ratio": 1.5, "report_hours": 36, "holdout_uses": 30, "canaries": 32, "canary_p": 0.001,
    "canary_names": 0.25, "instrument_days": 7, "membership_told": 0.6, "membership_taught": 0.9,
    "own_drop": 0.05, "pins_lost": 0.1,
}  # fmt: skip


class Declared(dict[str, float]):
    """Margins by name; asking for one that was never declared says how to declare it."""

    def __missing__(self, name: str) -> float:
        """Raise MarginUnknown: a gate without its limit cannot judge."""
        raise MarginUnknown(name=name, known=", ".join(sorted(self)) or "none")


def at(connection: Connection, moment: datetime) -> Mapping[str, float]:
    """The limits that held at a moment: of each name the row declared last before it."""
    rows = connection.execute(postgres.queries("promotion").margins_at, {"at": moment})
    return Declared({row["name"]: row["value"] for row in rows})


def of_house(settings: Settings) -> Mapping[str, float]:
    """The limits that hold now in this house; the shipped ones where there is none. No house is made.

    Raises:
        DatabaseDown: there is one, and its database does not answer.
    """
    if not settings.database_url and not (settings.home / "postgres").exists():
        return SHIPPED
    with postgres.of_house(settings) as connection:
        return Declared({row["name"]: row["value"] for row in declared(connection)})


def declared(connection: Connection) -> list[dict[str, Any]]:
    """Every limit as it is now, with when and why it was declared, by name."""
    return connection.execute(postgres.queries("promotion").margins).fetchall()


def declare(connection: Connection, name: str, value: float, reason: str) -> None:
    """Set a limit for the nights to come.

    Raises:
        MarginUnknown: no gate has such a limit.
        MarginInvalid: the value is negative or not a finite number, or a share above 1.
    """
    known = [row["name"] for row in declared(connection)]
    if name not in known:
        raise MarginUnknown(name=name, known=", ".join(known))
    if not math.isfinite(value) or value < 0 or (name in SHARES and value > 1):
        raise MarginInvalid(name=name, value=value)
    connection.execute(postgres.queries("promotion").declare_margin, {"name": name, "value": value, "reason": reason})
