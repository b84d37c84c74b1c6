"""Which adapters keep their files, and why; everything else may be pruned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

NIGHTS = 30  # the gates compare with the champions of 7 and 30 nights ago, and tomorrow with those of one night later
FORMER = 10  # champions that a rollback may still go back to


@dataclass(frozen=True, slots=True)
class Held:
    """An adapter whose files are there; `age` counts from 1 for the newest, `former` from 1 for the last champion.

    `reigned`: it answered after one of the last `NIGHTS` nights, or just before them. `is_waiting`: nothing was decided
    about it yet, or a promotion is still to come. `is_tried`: an experiment with it is running.
    """

    id: str
    night: date
    dataset_id: str
    url: str
    age: int
    former: int | None
    is_champion: bool
    is_anchor: bool
    reigned: bool
    is_pinned: bool
    is_waiting: bool
    is_tried: bool


def reasons(held: Held, keep: int) -> tuple[str, ...]:
    """Why an adapter stays, none when it may go; `keep` is how many of the newest stay whatever became of them."""
    found = {
        "champion": held.is_champion,
        "anchor": held.is_anchor,
        "pinned": held.is_pinned,
        "in an experiment": held.is_tried,
        "waits for a decision": held.is_waiting,
        f"one of the {keep} newest": held.age <= keep,
        f"one of the last {FORMER} champions, for a rollback": held.former is not None and held.former <= FORMER,
        f"answered in the last {NIGHTS} nights, for the gates": held.reigned,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def read(row: Mapping[str, Any]) -> Held:
    """An adapter out of a row of the query `retention`."""
    return Held(**row)
