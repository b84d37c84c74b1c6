"""Who is compared with a challenger: the champion, the anchor, the base, and the champions of earlier nights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from selfimprove import postgres
from selfimprove.adapters import table as adapters
from selfimprove.adapters.adapter import Adapter
from selfimprove.errors import AdapterOfOtherBase
from selfimprove.evals.report import Lineup
from selfimprove.models.base import Base
from selfimprove.postgres import Connection

_HISTORY = {1: "champion of the night before", 7: "champion of 7 nights ago", 30: "champion of 30 nights ago"}


@dataclass(frozen=True, slots=True)
class Contest:
    """A line-up with the adapter behind each model (None for the base), and what had to be left out."""

    lineup: Lineup
    adapters: Mapping[str, Adapter | None]
    note: str


def model_id(base: Base, adapter_id: str) -> str:
    """What results of an adapter on its base are filed under."""
    return f"{base.id}+{adapter_id}"


def contest(connection: Connection, base: Base, challenger: Adapter) -> Contest:
    """The models a challenger is compared with; before a first promotion champion and anchor are the base.

    Raises:
        AdapterOfOtherBase: the challenger was trained for another base model.
    """
    if challenger.base_model != base.id:
        raise AdapterOfOtherBase(adapter=challenger.id, base=challenger.base_model, name=base.name)
    seats = _seats(connection, base.id, challenger.night)
    absent = {seat: why for seat, adapter in seats.items() if (why := _absence(seat, adapter, base))}
    seated = {seat: None if seat in absent else adapter for seat, adapter in seats.items()}
    models = {seat: model_id(base, adapter.id) if adapter else base.id for seat, adapter in seated.items()}
    history = {str(ago): models[told] for ago, told in _HISTORY.items() if told in seats and told not in absent}
    if history.get("1") == models["champion"]:  # it differs only where a person went back
        del history["1"]
    lineup = Lineup(model_id(base, challenger.id), models["champion"], models["anchor"], base.id, history)
    behind = {models[seat]: adapter for seat, adapter in seated.items()}
    note = " ".join(f"The {seat} {why} and is left out." for seat, why in sorted(absent.items()))
    return Contest(lineup, behind | {lineup.challenger: challenger, base.id: None}, note)


def _absence(seat: str, adapter: Adapter | None, base: Base) -> str:
    """Why an adapter cannot be compared; one that was pruned can be missed only where it was champion long ago."""
    if adapter is not None and adapter.base_model != base.id:
        return "belongs to another base model"
    return "was pruned" if adapter is not None and adapter.pruned_at and seat in _HISTORY.values() else ""


def _seats(connection: Connection, base_id: str, night: date) -> dict[str, Adapter | None]:
    """The adapter by seat, None for the base; a night before the first promotion has no seat."""
    queries = postgres.queries("evals")
    anchor = _adapter(connection, queries.anchor, {"base": base_id})
    seats = {"champion": _adapter(connection, queries.champion), "anchor": anchor}
    for ago, told in _HISTORY.items():
        given = {"night": night - timedelta(days=ago)}
        if connection.execute(queries.champion_at, given).fetchone():
            seats[told] = _adapter(connection, queries.champion_at, given)
    return seats


def _adapter(connection: Connection, query: Any, given: Mapping[str, Any] | None = None) -> Adapter | None:
    row = connection.execute(query, given).fetchone()
    return adapters.read(connection, row["id"]) if row and row["id"] else None
