"""What is up here, what the last night did, when the next begins."""

from datetime import UTC, datetime
from typing import Any

from psycopg.errors import UndefinedColumn, UndefinedTable

from selfimprove import postgres, stack
from selfimprove.errors import DatabaseOfOldVersion, SelfImproveError
from selfimprove.reports.watch import next_tick
from selfimprove.settings import Settings


def look(settings: Settings) -> dict[str, Any]:
    """Services with their pids, the last night, the next tick; makes no house where there is none."""
    services = stack.services(settings)
    has_nights = all(services[name] for name in stack.OF_A_NIGHT)
    return {
        "home": str(settings.home),
        "gateway_url": settings.gateway_url if services["gateway"] else None,
        "url": f"http://127.0.0.1:{stack.port(settings)}" if services["webserver"] else None,
        "services": {name: {"up": pid is not None, "pid": pid} for name, pid in services.items()}
        | ({"postgres": {"up": answers(settings), "pid": None}} if settings.database_url else {}),
        "last_night": last_night(settings),
        "next_tick": next_tick(settings, datetime.now(UTC)).isoformat() if has_nights else None,
    }


def told(state: dict[str, Any]) -> str:
    """The status as lines for a person."""
    last = state["last_night"]
    lines = [f"{name}: {'up' if service['up'] else 'down'}" for name, service in state["services"].items()]
    lines.append(f"last night: {last['sentence']} ({last['night']})" if last else "last night: none yet")
    lines.append(f"next night: {state['next_tick'] or 'none while Dagster is down; start it with `selfimprove up`'}")
    return "\n".join(lines)


def last_night(settings: Settings) -> dict[str, Any] | None:
    """When it was, how it ended and what it says of itself."""
    rows = read(settings, "last_night")
    return {key: str(value) for key, value in rows[0].items()} if rows else None


def read(settings: Settings, query: str) -> list[dict[str, Any]]:
    """Rows of a query, none while the database is down or not yet made; a resting embedded server is woken.

    Raises:
        DatabaseOfOldVersion: the query asks for what a migration brings that was not applied yet.
    """
    if not (answers(settings) or (settings.home / "postgres" / "PG_VERSION").exists()):
        return []
    with postgres.connect(postgres.url(settings)) as connection:
        if not connection.execute(postgres.queries("doctor").is_migrated).fetchone():
            return []
        try:
            return list(connection.execute(getattr(postgres.queries("doctor"), query)))
        except (UndefinedColumn, UndefinedTable) as exc:
            raise DatabaseOfOldVersion from exc


def answers(settings: Settings) -> bool:
    """Whether Postgres is up."""
    if not settings.database_url:
        return stack.postmaster(settings) is not None
    try:
        with postgres.connect(settings.database_url):
            return True
    except SelfImproveError:
        return False
