"""What was said by day and is not stored, as an alert: one a day at most, on days when there is more of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from selfimprove import postgres
from selfimprove.gateway import archive
from selfimprove.privacy import waiting
from selfimprove.reports import alerts
from selfimprove.reports.alerts import Alert
from selfimprove.settings import Settings

RECENT = timedelta(days=2)  # older losses were told, or nobody asked for it then


def tell(settings: Settings, now: datetime) -> None:
    """Raise the alert that is due."""
    if found := unkept(settings, now):
        with postgres.connect(postgres.url(settings)) as connection:
            alerts.record(connection, [found])


def unkept(settings: Settings, now: datetime) -> Alert | None:
    """The alert of the newest day on which something was not kept, or set aside; None where that was long ago."""
    _, _, lost = archive.look(settings.home)
    aside = [*waiting.set_aside(settings.home), *waiting.damaged(settings.home)]
    times = [*_times(aside), *([datetime.fromisoformat(lost.at)] if lost.at else [])]
    if not times or now - max(times) > RECENT:
        return None
    count = f"{lost.count} answers or ratings were not kept"
    said = [f"{count}, the last at {lost.at} ({lost.reason})"] if lost.count else []
    said += [f"{len(aside)} could not be stored and lie aside, sealed"] if aside else []
    told = f"{'; '.join(said)}. Make room on the disk, and see that the database answers: `selfimprove doctor`."
    return Alert(f"unkept {max(times):%Y-%m-%d}", "gateway", "what is said", told, f"{settings.gateway_url}/")


def _times(paths: list[Path]) -> Iterator[datetime]:
    for path in paths:
        try:
            yield datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:
            continue  # it was stored meanwhile
