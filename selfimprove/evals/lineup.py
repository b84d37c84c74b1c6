"""Who is compared with a challenger: the champion, the anchor, the base, and the champions of earlier nights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from selfimprove import postgres
from selfimprove.errors import AdapterOfOtherBase
from selfimprove.evals.report import Lineup
from selfimprove.models.base import Base
from selfimprove.postgres import Connection

_HISTORY = {7: "champion of 7 nights ago", 30: "champion of 30 nights ago"}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contest:
    """A line-up with the adapter row behind each model (None for the base), and what had to be left out."""

    lineup: Lineup
    adapters: Mapping[str, Row | None]
    note: str


def model_id(base: Base, adapter_id: str) -> str:
    """What results of an adapter on its base are filed under."""
    return f"{base.id}+{adapter_id}"


def contest(connection: Connection, base: Base, challenger: Row) -> Contest:
    """The models a challenger is compared with; before a first promotion champion and anchor are the base.

    Raises:
        AdapterOfOtherBase: the challenger was trained for another base model.
    """
    if challenger["base_model"] != base.id:
        raise AdapterOfOtherBase(adapter=challenger["id"], base=challenger["base_model"], name=base.name)
    seats = _seats(connection, challenger["night"])
    strangers = {seat for seat, row in seats.items() if row is not None and row["base_model"] != base.id}
    seated = {seat: None if seat in strangers else row for seat, row in seats.items()}
    models = {seat: model_id(base, row["id"]) if row else base.id for seat, row in seated.items()}
    history = {str(ago): models[told] for ago, told in _HISTORY.items() if told in seats and told not in strangers}
    lineup = Lineup(model_id(base, challenger["id"]), models["champion"], models["anchor"], base.id, history)
    adapters = {models[seat]: row for seat, row in seated.items()} | {lineup.challenger: challenger, base.id: None}
    note = " ".join(f"The {seat} belongs to another base model and is left out." for seat in sorted(strangers))
    return Contest(lineup, adapters, note)


def _seats(connection: Connection, night: date) -> dict[str, Row | None]:
    """The adapter's row by seat, None for the base; a night on which nothing had been promoted has no seat."""
    queries = postgres.queries("evals")
    seats: dict[str, Row | None] = {
        "champion": connection.execute(queries.champion).fetchone(),
        "anchor": connection.execute(queries.anchor).fetchone(),
    }
    for ago, told in _HISTORY.items():
        row = connection.execute(queries.champion_at, {"night": night - timedelta(days=ago)}).fetchone()
        if row is not None:
            seats[told] = row if row["id"] else None
    return seats
