"""Send alerts to whoever was named: as one digest, later and later where it fails, each target for itself."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from selfimprove import postgres
from selfimprove.postgres import Connection
from selfimprove.reports.alerts import Alert
from selfimprove.reports.send import send

State = Literal["new", "sent", "failed", "kept"]
Row = Mapping[str, Any]

BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 480))  # between one attempt and the next
MOST = len(BACK_OFF) + 1  # attempts; then only a person has it tried again
QUIET = timedelta(minutes=15)  # after a digest the next alerts wait for each other
SHOWN = 10  # alerts told in one digest; the others are counted


def deliver(connection: Connection, urls: Sequence[str], now: datetime, *, insist: bool = False) -> State | None:
    """Send what is due as one message to each target; what came of it, None when nothing is.

    Without a target alerts are kept. `insist` waits for nothing. Killed between sending and committing, the next
    delivery sends once more.
    """
    rows = _all(connection, "pending_alerts")
    due = rows if insist or not urls else _due(connection, rows, now)
    if not due:
        return None
    problems = dict.fromkeys(map(_mark, urls), "")
    for url in urls:
        owed = [row for row in due if _mark(url) not in row["told"]]
        problems[_mark(url)] = send(*digest(owed), url) if owed else ""
    told = [_told(row, problems, now) for row in due]
    connection.cursor().executemany(postgres.queries("reports").mark_alert, told)
    states: set[State] = {row["state"] for row in told}
    return "failed" if "failed" in states else "sent" if urls else "kept"


def send_straight(urls: Sequence[str], alert: Alert) -> bool:
    """Send an alert that no table can keep now; whether a target took it, or there is none."""
    row = {"asset": alert.asset, "check_name": alert.check_name, "message": alert.message}
    problems = [send(*digest([row]), url) for url in urls]
    return not problems or "" in problems


def standing(connection: Connection) -> Row:
    """How many alerts are `waiting`, `failing` and `given_up`; the `next_at` attempt, and the last `problem`."""
    [row] = _all(connection, "delivery", most=MOST)
    return row


def digest(rows: Sequence[Row]) -> tuple[str, str]:
    """Title and text; alerts about the same thing are one, with how many there were."""
    alike: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        alike.setdefault((row["asset"], row["check_name"]), []).append(row)
    texts = [_text(group) for group in alike.values()]
    more = len(texts) - SHOWN
    left = [f"… and {more} more: `selfimprove reports alerts`"] if more > 0 else []
    title = "selfimprove: 1 alert" if len(rows) == 1 else f"selfimprove: {len(rows)} alerts"
    return title, "\n\n".join([*texts[:SHOWN], *left])


def _text(group: Sequence[Row]) -> str:
    newest = str(group[-1]["message"])
    if len(group) == 1:
        return newest
    return f"{newest}\n({len(group)} times since {group[0]['at']:%Y-%m-%d %H:%M})"


def _due(connection: Connection, rows: Sequence[Row], now: datetime) -> list[Row]:
    """What failed before, when its time has come; what is new, unless a digest has just gone out."""
    last = _all(connection, "last_sent", now=now)[0]["at"]
    is_quiet = last is not None and now - last < QUIET
    again = [row for row in rows if 0 < row["attempts"] < MOST and _has_come(row, now)]
    new = [row for row in rows if not row["attempts"]]
    return sorted([*again, *([] if is_quiet and not again else new)], key=lambda row: row["id"])


def _has_come(row: Row, now: datetime) -> bool:
    """Whether the time of another attempt is there; one put off for longer comes of a clock that ran ahead."""
    next_at: datetime = row["next_at"]
    return not now < next_at <= now + _put_off(row["attempts"])


def _put_off(tried: int) -> timedelta:
    return BACK_OFF[min(tried, len(BACK_OFF)) - 1]


def _told(row: Row, problems: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The row after an attempt; `problems` by target, empty where it went well."""
    told = sorted({*row["told"], *(mark for mark, problem in problems.items() if not problem)})
    problem = next((one for mark, one in problems.items() if one and mark not in row["told"]), "")
    tried = row["attempts"] + 1
    return {
        "id": row["id"], "state": "failed" if problem else "sent" if problems else "kept", "told": told,
        "attempts": tried, "next_at": now + _put_off(tried),
        "sent_at": None if problem or not problems else now, "problem": problem,
    }  # fmt: skip


def _mark(url: str) -> str:
    """A target without its passwords."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _all(connection: Connection, name: str, **parameters: object) -> list[dict[str, Any]]:
    return connection.execute(getattr(postgres.queries("reports"), name), parameters).fetchall()
