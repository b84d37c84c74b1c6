"""`selfimprove reports …`: what a person reads in the morning, and the alerts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from selfimprove.postgres import Connection


@click.group()
def reports() -> None:
    """Morning reports and alerts.

    Example: selfimprove reports show --open
    """


@reports.command()
@click.option("--night", type=click.DateTime(["%Y-%m-%d"]), help="Which night; the newest without.")
@click.option("--open", "open_", is_flag=True, help="Open it in the browser.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(night: datetime | None, open_: bool, as_json: bool) -> None:
    """How a night ended, and where its report is.

    Example: selfimprove reports show --night 2026-01-31
    """
    from selfimprove.errors import MorningReportMissing
    from selfimprove.reports import table

    day = night.date() if night else None
    with _connection() as connection:
        report = table.newest(connection, day)
    if report is None:
        raise MorningReportMissing(which=f"of the night of {day}" if day else "yet")
    _print_json(asdict(report)) if as_json else click.echo(f"{report.sentence}\n{report.path}")
    if open_:
        click.launch(report.url)


@reports.command(name="list")
@click.option("--limit", type=click.IntRange(1, 100_000), default=30, show_default=True, help="So many of the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def list_(limit: int, as_json: bool) -> None:
    """The newest reports.

    Example: selfimprove reports list --limit 7
    """
    from selfimprove.reports import table

    with _connection() as connection:
        rows = table.mornings(connection, limit)
    if as_json:
        _print_json(rows)
    else:
        for row in rows:
            click.echo(f"{row['night']}  {row['outcome']:<20} {row['sentence']}")


@reports.command()
@click.option("--limit", type=click.IntRange(1, 100_000), default=30, show_default=True, help="So many of the newest.")
@click.option("--send", is_flag=True, help="Try those that were not delivered once more now.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def alerts(limit: int, send: bool, as_json: bool) -> None:
    """What failed, and whether anyone was told.

    Example: selfimprove reports alerts --send
    """
    from selfimprove.reports import alerts as alerts_
    from selfimprove.reports.deliver import deliver
    from selfimprove.settings import current

    with _connection() as connection:
        if send:
            deliver(connection, current().alert_urls, datetime.now(UTC), insist=True)
        rows = alerts_.newest(connection, limit)
    if as_json:
        _print_json(rows)
    else:
        for row in rows:
            problem = f"\n  {row['attempts']} attempts; {row['problem']}" if row["problem"] else ""
            click.echo(f"{row['at']:%Y-%m-%d %H:%M}  {row['state']:<7} {row['message']}{problem}")


@contextmanager
def _connection() -> "Iterator[Connection]":
    from selfimprove import postgres
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        yield connection


def _print_json(value: Any) -> None:
    import orjson

    click.echo(orjson.dumps(value).decode())
