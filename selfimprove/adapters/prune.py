"""Delete the files of adapters that nobody will need again, and what else lies around. Rows stay. Safe to do again."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfimprove import postgres
from selfimprove.adapters import leftovers, retain
from selfimprove.adapters.files import alone, local
from selfimprove.adapters.retain import Held
from selfimprove.datasets.build import Connect
from selfimprove.errors import AdaptersInUse
from selfimprove.postgres import Connection

DATASETS = 7  # exports that stay; older ones are made again when somebody reads them


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went, or would: adapters with their bytes, folders with theirs; what stayed, with the reasons."""

    adapters: tuple[tuple[Held, int], ...]
    folders: tuple[tuple[Path, int], ...]
    kept: tuple[tuple[Held, tuple[str, ...]], ...]

    @property
    def bytes(self) -> int:
        """How much room it gives back."""
        return sum(size for _, size in (*self.adapters, *self.folders))

    def as_json(self) -> dict[str, Any]:
        """What `adapters prune --json` prints."""
        return {
            "adapters": [{"id": held.id, "night": held.night, "bytes": size} for held, size in self.adapters],
            "folders": [{"path": str(path), "bytes": size} for path, size in self.folders],
            "kept": [{"id": held.id, "night": held.night, "reasons": why} for held, why in self.kept],
            "bytes": self.bytes,
        }


def prune(connect: Connect, home: Path, keep: int, *, dry_run: bool = False) -> Pruned:
    """Mark adapters as pruned, then delete their files and what is left over; the newest `keep` stay in any case.

    Rows are marked before files go: a process that is killed in between leaves files that the next one deletes.

    Raises:
        TrainingBusy: a training is running.
        AdaptersInUse: an evaluation, an export or the gateway is reading one that would go.
    """
    with leftovers.no_training(home):
        with connect() as connection:
            connection.execute(_queries().one_change)
            kept, goes = _sorted(connection, keep)
            with alone(filter(None, map(_place, goes))):
                adapters = tuple((held, _size(held)) for held in goes)
                folders = _lies_around(connection, home)
                if not dry_run:
                    for held, size in adapters:
                        connection.execute(_queries().prune, {"id": held.id, "bytes": size})
        found = Pruned(adapters, folders, tuple((held, retain.reasons(held, keep)) for held in kept))
        if not dry_run:
            _delete(connect, [path for path, _ in folders])
    return found


def _sorted(connection: Connection, keep: int) -> tuple[list[Held], list[Held]]:
    rows = connection.execute(_queries().retention, {"nights": retain.NIGHTS}).fetchall()
    held = [retain.read(row) for row in rows]
    kept = [one for one in held if retain.reasons(one, keep)]
    return kept, [one for one in held if not retain.reasons(one, keep)]


def _lies_around(connection: Connection, home: Path) -> tuple[tuple[Path, int], ...]:
    wanted = [row["id"] for row in connection.execute(_queries().newest_datasets, {"keep": DATASETS})]
    known = [row["id"] for row in connection.execute(_queries().known, {"ids": leftovers.ids(home)})]
    now = time.time()
    found = [*leftovers.exports(home, wanted, now), *leftovers.work(home, now)]
    if known:  # a database that knows none of them is another one, and they are still another's
        found += leftovers.orphans(home, known, now)
    return tuple((path, leftovers.size(path)) for path in found)


def _place(held: Held) -> Path | None:
    return _folder({"id": held.id, "url": held.url})


def _size(held: Held) -> int:
    place = _place(held)
    return leftovers.size(place) if place else 0


def _delete(connect: Connect, folders: Sequence[Path]) -> None:
    """The files of every pruned adapter, also of one whose process was killed before it deleted them.

    Who began to read one just before it was marked is left to it; the next prune deletes that.
    """
    with connect() as connection:
        gone = connection.execute(_queries().gone).fetchall()
    for place in filter(None, map(_folder, gone)):
        with suppress(AdaptersInUse), alone([place]):
            leftovers.remove(place)
    for path in folders:
        leftovers.remove(path)


def _folder(named: Mapping[str, str]) -> Path | None:
    """Where an adapter's files are; None when there are none, or its row names a folder that is not its own."""
    folder = local(named["url"])
    return folder if folder and folder.name == named["id"] and folder.is_dir() else None


def _queries() -> Any:
    return postgres.queries("adapters")
