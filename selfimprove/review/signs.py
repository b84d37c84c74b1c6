"""How the parts of the day are, as the first page tells it."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio

from selfimprove.gateway import archive, remembered
from selfimprove.gateway.parts import Health
from selfimprove.gateway.spool import LIMIT
from selfimprove.review.house import Sign
from selfimprove.review.words import moment, size
from selfimprove.settings import Settings

RECENT = timedelta(days=2)
FULL = 0.8  # of the spool
GO_THERE = (
    "Chats go to the server of SELFIMPROVE_FALLBACK_URL until this house’s own model can answer; "
    "`selfimprove doctor` may know more."
)


def signs(
    settings: Settings, health: Callable[[], Coroutine[Any, Any, Health]],
    services: Callable[[], Mapping[str, int | None]],
) -> list[Sign]:
    """The model, an adapter that was refused, the nights, and what is kept; for a thread of the gateway's own."""
    model = _model(anyio.from_thread.run(health))
    return [model, *_refused(settings), _nights(services()), _kept(settings.home, datetime.now(UTC))]


def _model(found: Health) -> Sign:
    """Where it is well and yet has something to tell, that is why another server answers; see Fallback.health."""
    if found.ok and found.detail:
        return Sign("Model", True, f"another server answers: {found.detail}", GO_THERE, stands_in=True)
    return Sign("Model", found.ok, "answers" if found.ok else found.detail, "`selfimprove doctor` may know more.")


def _refused(settings: Settings) -> Iterator[Sign]:
    """That the adapter which was promoted last does not answer; with an upstream none does."""
    why = remembered.refused(remembered.place(settings.home)) if settings.upstream_url is None else None
    if why:
        yield Sign("New voice", False, why, "`selfimprove promotion rollback` makes another the champion.")


def _nights(services: Mapping[str, int | None]) -> Sign:
    if gone := [name for name in ("code-server", "daemon") if not services.get(name)]:
        told = f"nobody spends them: Dagster’s {gone[0]} is down"
        return Sign("Nights", False, told, "Start it with `selfimprove up`.")
    return Sign("Nights", True, "come by themselves")


def _kept(home: Path, now: datetime) -> Sign:
    """What was said today: on disk, in the database, or lost."""
    waits, aside, lost = archive.look(home)
    if lost.count and now - datetime.fromisoformat(lost.at) < RECENT:
        told = f"{lost.count} answers or ratings were not kept, the last on {moment(datetime.fromisoformat(lost.at))}"
        return Sign("What is said", False, f"{told} ({lost.reason})", "Make room on the disk; `selfimprove doctor`.")
    if aside:
        told = f"{aside} could not be stored and lie aside"
        return Sign("What is said", False, told, "Look at `gateway/` in the state folder.")
    if waits > FULL * LIMIT:
        told = f"{size(waits)} of {size(LIMIT)} wait for the database"
        return Sign("What is said", False, told, "`selfimprove doctor` tells whether the database is up.")
    return Sign("What is said", True, f"is kept; {size(waits)} wait for the database" if waits > 1e6 else "is kept")
